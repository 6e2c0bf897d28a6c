/* Imports on the fly: found again, told apart by content and every option, whole after damage,
 * safe beside other processes, and working without a cache that can be written. */
#include "feed_test.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define TEXT "t,p\n1621209600,1\n1621209660,2\n1621209720,3\n"

static int new_cache(void **state)
{
    (void)state;
    static int turn;
    char path[128];
    snprintf(path, sizeof path, "%s/cache%d/deep", folder, turn++);
    write_file("in.csv", TEXT, strlen(TEXT));
    return setenv("REHEDGE_CACHE", path, 1);
}

static size_t files_in(const char *path, char *one, size_t capacity)
{
    size_t count = 0;
    DIR *listing = opendir(path);
    if (!listing) return 0;
    for (struct dirent *entry; (entry = readdir(listing));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        ++count;
        if (one) snprintf(one, capacity, "%s/%s", path, entry->d_name);
    }
    closedir(listing);
    return count;
}

static size_t cached(char *one, size_t capacity)
{
    return files_in(getenv("REHEDGE_CACHE"), one, capacity);
}

static rh_import_options options_for(const char *map)
{
    rh_import_options options;
    rh_import_defaults(&options);
    options.map = map;
    return options;
}

static uint64_t import_count(const rh_import_options *options)
{
    rh_error error = {0};
    rh_tape *tape = NULL;
    const rh_feed_format *format = rh_feed_format_find("csv", &error);
    if (rh_import_cached(format, in_folder("in.csv"), options, &tape, &error) != RH_OK)
        fail_msg("%s", error.message);
    uint64_t count = rh_tape_get_info(tape)->records;
    assert_true(rh_tape_records(tape)[0].price == 1);
    rh_tape_close(tape);
    return count;
}

static void second_time_is_the_same_file(void **state)
{
    (void)state;
    rh_import_options options = options_for("time=t,price=p");
    char path[512];
    struct stat first, second;
    assert_int_equal(import_count(&options), 3);
    assert_int_equal(cached(path, sizeof path), 1);
    assert_int_equal(stat(path, &first), 0);
    assert_int_equal(import_count(&options), 3);
    assert_int_equal(cached(path, sizeof path), 1);
    assert_int_equal(stat(path, &second), 0);
    assert_true(first.st_ino == second.st_ino);
}

static void everything_is_in_the_key(void **state)
{
    (void)state;
    rh_import_options options = options_for("time=t,price=p");
    import_count(&options);
    size_t expected = 1;
#define DIFFERENT(field, value)                                                              \
    do {                                                                                     \
        rh_import_options other = options;                                                   \
        other.field = (value);                                                               \
        import_count(&other);                                                                \
        assert_int_equal(cached(NULL, 0), ++expected);                                       \
    } while (0)
    DIFFERENT(gaps, RH_TREAT_KEEP);
    DIFFERENT(duplicates, RH_TREAT_DROP);
    DIFFERENT(reversals, RH_TREAT_DROP);
    DIFFERENT(absurd, RH_TREAT_DROP);
    DIFFERENT(from_ns, 1);
    DIFFERENT(to_ns, at("2022-01-01"));
    DIFFERENT(map, "price=p,time=t");
    DIFFERENT(kind, "trade");
    DIFFERENT(time_unit, "s");
    DIFFERENT(instrument, "X");
#undef DIFFERENT
    write_file("in.csv", TEXT "1621209780,4\n", strlen(TEXT) + 13);
    assert_int_equal(import_count(&options), 4);
    assert_int_equal(cached(NULL, 0), expected + 1);
}

static void damaged_is_imported_again(void **state)
{
    (void)state;
    rh_import_options options = options_for("time=t,price=p");
    char path[512];
    import_count(&options);
    assert_int_equal(cached(path, sizeof path), 1);
    struct stat whole;
    assert_int_equal(stat(path, &whole), 0);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, -20, SEEK_END), 0);
    int byte = fgetc(file);
    assert_int_equal(fseek(file, -20, SEEK_END), 0);
    assert_int_not_equal(fputc(byte ^ 1, file), EOF);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(import_count(&options), 3);
    assert_int_equal(truncate(path, whole.st_size / 2), 0);
    assert_int_equal(import_count(&options), 3);
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(import_count(&options), 3);
    assert_int_equal(cached(NULL, 0), 1);
}

static void refused_leaves_nothing(void **state)
{
    (void)state;
    rh_import_options options = options_for("time=t,price=p");
    rh_error error = {0};
    rh_tape *tape = NULL;
    write_file("in.csv", "t,p\n1621209600,0\n", 17);
    rh_status status = rh_import_cached(rh_feed_format_find("csv", &error), in_folder("in.csv"),
                                        &options, &tape, &error);
    assert_int_equal(status, RH_INPUT);
    assert_non_null(strstr(error.message, "absurd price 0"));
    assert_null(tape);
    assert_int_equal(cached(NULL, 0), 0);
}

static void without_a_cache(void **state)
{
    (void)state;
    rh_import_options options = options_for("time=t,price=p");
    char blocked[256];
    mkdir(in_folder("tmp"), 0700);
    setenv("TMPDIR", in_folder("tmp"), 1);
    snprintf(blocked, sizeof blocked, "%s/cache", in_folder("in.csv")); /* below a file */
    setenv("REHEDGE_CACHE", blocked, 1);
    assert_int_equal(import_count(&options), 3);
    assert_int_equal(files_in(in_folder("tmp"), NULL, 0), 0);
    unsetenv("TMPDIR");
}

static void a_tape_is_opened_as_it_is(void **state)
{
    (void)state;
    rh_import_options options = options_for("time=t,price=p");
    rh_error error = {0};
    rh_tape *tape = NULL;
    imported got = import_text("csv", TEXT, &options);
    assert_imported(&got);
    done(&got);
    assert_int_equal(rh_import_cached(NULL, in_folder("out.tape"), &options, &tape, &error), RH_OK);
    assert_int_equal(rh_tape_get_info(tape)->records, 3);
    rh_tape_close(tape);
    assert_int_equal(rh_import_cached(NULL, in_folder("in.csv"), &options, &tape, &error),
                     RH_INPUT);
    assert_non_null(strstr(error.message, "is no tape; say its format"));
}

static void many_at_once(void **state)
{
    enum { WORKERS = 8, ROUNDS = 5 };
    (void)state;
    rh_import_options options = options_for("time=t,price=p");
    for (int round = 0; round < ROUNDS; ++round) {
        pid_t workers[WORKERS];
        new_cache(NULL);
        for (int i = 0; i < WORKERS; ++i) {
            workers[i] = fork();
            assert_true(workers[i] >= 0);
            if (workers[i] > 0) continue;
            rh_tape *tape = NULL;
            rh_error error = {0};
            rh_status status = rh_import_cached(rh_feed_format_find("csv", &error),
                                                in_folder("in.csv"), &options, &tape, &error);
            bool right = status == RH_OK && rh_tape_get_info(tape)->records == 3;
            if (tape) rh_tape_close(tape);
            _exit(right ? 0 : 1);
        }
        for (int i = 0; i < WORKERS; ++i) {
            int status = -1;
            assert_int_equal(waitpid(workers[i], &status, 0), workers[i]);
            assert_int_equal(status, 0);
        }
        assert_int_equal(cached(NULL, 0), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(second_time_is_the_same_file, new_cache),
        cmocka_unit_test_setup(everything_is_in_the_key, new_cache),
        cmocka_unit_test_setup(damaged_is_imported_again, new_cache),
        cmocka_unit_test_setup(refused_leaves_nothing, new_cache),
        cmocka_unit_test_setup(without_a_cache, new_cache),
        cmocka_unit_test_setup(a_tape_is_opened_as_it_is, new_cache),
        cmocka_unit_test_setup(many_at_once, new_cache),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
