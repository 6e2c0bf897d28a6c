/* Reading whole files, hashing them, making folders, and the resolution of names in a scenario:
 * nothing outside the scenario's folder is reachable by "..", an absolute path or a link. */
#include "data_test.h"

#include <limits.h>

static rh_error error;

static void reads_back_what_was_written(void **state)
{
    char *bytes;
    size_t length;
    (void)state;
    const char *path = write_bytes("nul.bin", "a\0b\n", 4);
    expect_ok(&error, rh_file_read(path, 4, &bytes, &length, &error));
    assert_int_equal(length, 4);
    assert_memory_equal(bytes, "a\0b\n", 5);
    free(bytes);
    expect_ok(&error, rh_file_read(write_text("empty", ""), 0, &bytes, &length, &error));
    assert_int_equal(length, 0);
    assert_string_equal(bytes, "");
    free(bytes);
}

static void refuses_what_is_not_a_readable_regular_file(void **state)
{
    char *bytes;
    size_t length;
    (void)state;
    const char *path = write_text("five", "12345");
    expect_error(&error, rh_file_read(path, 4, &bytes, &length, &error), RH_INPUT, "at most 4");
    expect_error(&error, rh_file_read(in_folder("absent"), 9, &bytes, &length, &error), RH_INPUT,
                 "absent: cannot read: No such file");
    expect_error(&error, rh_file_read(folder, 9, &bytes, &length, &error), RH_INPUT,
                 "Is a directory");
    expect_error(&error, rh_file_read("/dev/null", 9, &bytes, &length, &error), RH_INPUT,
                 "not a regular file");
    /* A FIFO without a writer must not block. */
    assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0);
    expect_error(&error, rh_file_read(in_folder("fifo"), 9, &bytes, &length, &error), RH_INPUT,
                 "not a regular file");
    /* Claims zero bytes and has some. */
    expect_error(&error, rh_file_read("/proc/self/status", 1 << 20, &bytes, &length, &error),
                 RH_INPUT, "changed while it was read");
}

static void sha256_of_a_file(void **state)
{
    char hex[RH_SHA256_HEX];
    (void)state;
    /* FIPS 180-4, the one-block example. */
    expect_ok(&error, rh_file_sha256(write_text("abc", "abc"), hex, &error));
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect_error(&error, rh_file_sha256(folder, hex, &error), RH_INPUT, "Is a directory");
}

static void make_directories_like_mkdir_p(void **state)
{
    (void)state;
    expect_ok(&error, rh_make_directories(in_folder("p/q//r/"), &error));
    assert_true(rh_file_exists(in_folder("p/q/r")));
    expect_ok(&error, rh_make_directories(in_folder("p/q"), &error));
    expect_ok(&error, rh_make_directories("/", &error));
    write_text("plain", "x");
    expect_error(&error, rh_make_directories(in_folder("plain/sub"), &error), RH_IO, "plain");
    expect_error(&error, rh_make_directories("", &error), RH_INPUT, "empty");
}

/* --- names in a scenario ------------------------------------------------------------------- */

static char base[PATH_MAX], out[RH_PATH_MAX];

static rh_status resolve(const char *name, const char *const *allowed)
{
    char scenario[PATH_MAX + 32];
    assert_non_null(realpath(folder, base));
    snprintf(scenario, sizeof scenario, "%s/home/scenario.json", base);
    memcpy(base + strlen(base), "/home", 6);
    return rh_path_resolve(scenario, name, allowed, out, &error);
}

static void expect_inside(const char *name, const char *rest)
{
    char wanted[PATH_MAX + 64];
    expect_ok(&error, resolve(name, NULL));
    snprintf(wanted, sizeof wanted, "%s%s", base, rest);
    assert_string_equal(out, wanted);
}

static int make_home(void **state)
{
    if (make_folder(state) != 0) return -1;
    expect_ok(&error, rh_make_directories(in_folder("home/sub"), &error));
    expect_ok(&error, rh_make_directories(in_folder("home-other"), &error));
    write_text("home/sub/tape", "x");
    write_text("outside", "x");
    write_text("home-other/tape", "x");
    assert_int_equal(symlink("../outside", in_folder("home/leak")), 0);
    assert_int_equal(symlink("..", in_folder("home/up")), 0);
    assert_int_equal(symlink("sub/tape", in_folder("home/inner")), 0);
    assert_int_equal(symlink("../absent", in_folder("home/dangling")), 0);
    assert_int_equal(symlink("loop", in_folder("home/loop")), 0);
    return 0;
}

static void names_within_the_folder(void **state)
{
    (void)state;
    expect_inside("sub/tape", "/sub/tape");
    expect_inside("./sub/../sub//tape", "/sub/tape");
    expect_inside("inner", "/sub/tape");
    expect_inside("new/file.tape", "/new/file.tape");
    expect_inside("new/./file.tape", "/new/file.tape");
    expect_inside("up/home/sub/tape", "/sub/tape");
    char absolute[PATH_MAX + 32];
    snprintf(absolute, sizeof absolute, "%s/sub/tape", base);
    expect_inside(absolute, "/sub/tape");
    /* A base without a folder is the present one. */
    expect_ok(&error, rh_path_resolve("scenario.json", "x", NULL, out, &error));
}

static void names_that_leave_the_folder(void **state)
{
    static const char *const names[] = {
        "../outside",     "sub/../../outside",     "/etc/passwd", "leak", "up/outside",
        "up/home-other/tape", "../home-other/tape", "..",          "/",    "../not-there",
        "up/not-there"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        expect_error(&error, resolve(names[i], NULL), RH_INPUT, "outside the folder");
    }
}

static void names_that_cannot_be_judged(void **state)
{
    char long_name[RH_PATH_MAX + 10];
    (void)state;
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    expect_error(&error, resolve("", NULL), RH_INPUT, "empty");
    expect_error(&error, resolve("dangling", NULL), RH_INPUT, "cannot resolve");
    expect_error(&error, resolve("loop", NULL), RH_INPUT, "cannot resolve");
    expect_error(&error, resolve("missing/../../outside", NULL), RH_INPUT, "cannot resolve");
    expect_error(&error, resolve("sub/tape/x", NULL), RH_INPUT, "cannot resolve");
    expect_error(&error, resolve(long_name, NULL), RH_INPUT, "too long");
}

static void allowed_folders_open_the_way(void **state)
{
    (void)state;
    const char *allowed[] = {"/not/there", in_folder("home-other"), NULL};
    expect_ok(&error, resolve("../home-other/tape", allowed));
    expect_ok(&error, resolve(in_folder("home-other/tape"), allowed));
    expect_error(&error, resolve("../outside", allowed), RH_INPUT, "outside");
    expect_error(&error, resolve("leak", allowed), RH_INPUT, "outside");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back_what_was_written),
        cmocka_unit_test(refuses_what_is_not_a_readable_regular_file),
        cmocka_unit_test(sha256_of_a_file),
        cmocka_unit_test(make_directories_like_mkdir_p),
        cmocka_unit_test(names_within_the_folder),
        cmocka_unit_test(names_that_leave_the_folder),
        cmocka_unit_test(names_that_cannot_be_judged),
        cmocka_unit_test(allowed_folders_open_the_way),
    };
    return cmocka_run_group_tests(tests, make_home, remove_folder);
}
