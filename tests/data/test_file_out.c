/* Atomic files: whole under their name or absent, whatever write fails, and never a leftover. */
#include "data_test.h"

static rh_error error;

static void expect_content(const char *path, const char *wanted)
{
    char *bytes;
    size_t length;
    expect_ok(&error, rh_file_read(path, 1 << 24, &bytes, &length, &error));
    assert_int_equal(length, strlen(wanted));
    assert_string_equal(bytes, wanted);
    free(bytes);
}

static void appears_at_commit_only(void **state)
{
    rh_file_out *file;
    (void)state;
    const char *path = write_text("table.csv", "old");
    expect_ok(&error, rh_file_out_open(path, &file, &error));
    rh_file_out_text(file, "time,");
    rh_file_out_printf(file, "%s=%d\n", "price", 7);
    rh_file_out_double(file, 0.1);
    rh_file_out_write(file, "\n", 1);
    expect_content(path, "old");
    expect_ok(&error, rh_file_out_commit(file, &error));
    expect_content(path, "time,price=7\n0.1\n");
    assert_int_equal(count_entries(folder), 1);
}

static void abandon_leaves_nothing(void **state)
{
    rh_file_out *file;
    (void)state;
    expect_ok(&error, rh_file_out_open(in_folder("never"), &file, &error));
    rh_file_out_text(file, "x");
    rh_file_out_abandon(file);
    rh_file_out_abandon(NULL);
    assert_false(rh_file_exists(in_folder("never")));
    assert_int_equal(count_entries(folder), 1);
}

static void two_writers_of_one_name_do_not_mix(void **state)
{
    rh_file_out *first, *second;
    (void)state;
    const char *path = in_folder("table.csv");
    expect_ok(&error, rh_file_out_open(path, &first, &error));
    expect_ok(&error, rh_file_out_open(path, &second, &error));
    rh_file_out_text(first, "first");
    rh_file_out_text(second, "second");
    expect_ok(&error, rh_file_out_commit(first, &error));
    expect_content(path, "first");
    expect_ok(&error, rh_file_out_commit(second, &error));
    expect_content(path, "second");
}

static void long_texts_and_seek(void **state)
{
    enum { LONG = 200000 };
    rh_file_out *file;
    (void)state;
    char *text = malloc(LONG + 1), *wanted = malloc(3 * LONG + 1);
    memset(text, 'z', LONG);
    text[LONG] = '\0';
    const char *path = in_folder("long");
    expect_ok(&error, rh_file_out_open(path, &file, &error));
    rh_file_out_text(file, text);
    rh_file_out_printf(file, "%s", text);
    for (int i = 0; i < LONG / 10; i++) rh_file_out_write(file, text, 10);
    assert_int_equal(rh_file_out_seek(file, 2), RH_OK);
    rh_file_out_text(file, "head");
    assert_false(rh_file_out_failed(file));
    expect_ok(&error, rh_file_out_commit(file, &error));
    memset(wanted, 'z', 3 * LONG);
    wanted[3 * LONG] = '\0';
    memcpy(wanted + 2, "head", 4);
    expect_content(path, wanted);
    free(text);
    free(wanted);
    unlink(path);
}

/* Fail at several places: in a buffered write, in a large one, and only in commit. */
static void a_failed_write_sticks_and_leaves_the_old_file(void **state)
{
    static const unsigned long limits[] = {1, 4096, 65536, 70000, 199999};
    char *text = calloc(1, 200001);
    (void)state;
    memset(text, 'y', 200000);
    const char *path = write_text("table.csv", "old");
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        for (int step = 1000; step <= 200000; step *= 200) {
            rh_file_out *file;
            expect_ok(&error, rh_file_out_open(path, &file, &error));
            limit_file_bytes(limits[i]);
            for (int at = 0; at < 200000; at += step) {
                rh_file_out_write(file, text, (size_t)step);
            }
            rh_status status = rh_file_out_commit(file, &error);
            limit_file_bytes(0);
            expect_error(&error, status, RH_IO, "table.csv: cannot write: File too large");
            expect_content(path, "old");
            assert_int_equal(count_entries(folder), 1);
        }
    }
    free(text);
}

static void refuses_what_it_would_destroy(void **state)
{
    rh_file_out *file;
    (void)state;
    expect_error(&error, rh_file_out_open("/dev/null", &file, &error), RH_INPUT, "not a regular");
    expect_error(&error, rh_file_out_open(folder, &file, &error), RH_INPUT, "not a regular");
    expect_error(&error, rh_file_out_open("", &file, &error), RH_INPUT, "empty");
    expect_error(&error, rh_file_out_open(in_folder("no/where"), &file, &error), RH_IO,
                 "cannot create: No such file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appears_at_commit_only),
        cmocka_unit_test(abandon_leaves_nothing),
        cmocka_unit_test(two_writers_of_one_name_do_not_mix),
        cmocka_unit_test(long_texts_and_seek),
        cmocka_unit_test(a_failed_write_sticks_and_leaves_the_old_file),
        cmocka_unit_test(refuses_what_it_would_destroy),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
