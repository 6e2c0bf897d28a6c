/* Atomic folders: committed whole, abandoned without a trace, kept as .failed when asked. */
#include "data_test.h"

static rh_error error;

static void put_file(const rh_dir_out *dir, const char *name, const char *text)
{
    char path[RH_PATH_MAX + 32];
    rh_file_out *file;
    snprintf(path, sizeof path, "%s/%s", dir->temporary, name);
    expect_ok(&error, rh_file_out_open(path, &file, &error));
    rh_file_out_text(file, text);
    expect_ok(&error, rh_file_out_commit(file, &error));
}

static void begin_filled(rh_dir_out *dir, const char *path)
{
    char inner[RH_PATH_MAX + 32];
    expect_ok(&error, rh_dir_out_begin(dir, path, &error));
    put_file(dir, "summary.json", "{}");
    snprintf(inner, sizeof inner, "%s/tapes/deep", dir->temporary);
    expect_ok(&error, rh_make_directories(inner, &error));
    put_file(dir, "tapes/deep/a.tape", "x");
}

static void commit_makes_it_appear_whole(void **state)
{
    rh_dir_out dir;
    (void)state;
    begin_filled(&dir, in_folder("runs/one//"));
    assert_false(rh_file_exists(in_folder("runs/one")));
    expect_ok(&error, rh_dir_out_commit(&dir, &error));
    assert_true(rh_file_exists(in_folder("runs/one/tapes/deep/a.tape")));
    assert_int_equal(count_entries(in_folder("runs")), 1);
    rh_dir_out_abandon(&dir);
    assert_true(rh_file_exists(in_folder("runs/one/summary.json")));
    expect_error(&error, rh_dir_out_commit(&dir, &error), RH_STATE, "before");
}

static void abandon_removes_all_of_it(void **state)
{
    rh_dir_out dir;
    (void)state;
    begin_filled(&dir, in_folder("runs/two"));
    /* A link out of the folder is removed, not followed. */
    char link[RH_PATH_MAX + 32];
    write_text("precious", "x");
    snprintf(link, sizeof link, "%s/link", dir.temporary);
    assert_int_equal(symlink(folder, link), 0);
    rh_dir_out_abandon(&dir);
    rh_dir_out_abandon(&dir);
    assert_int_equal(count_entries(in_folder("runs")), 1);
    assert_true(rh_file_exists(in_folder("precious")));
}

static void an_existing_name_is_refused(void **state)
{
    rh_dir_out dir;
    (void)state;
    expect_error(&error, rh_dir_out_begin(&dir, in_folder("runs/one"), &error), RH_INPUT,
                 "exists already");
    assert_int_equal(symlink("nowhere", in_folder("runs/dangling")), 0);
    expect_error(&error, rh_dir_out_begin(&dir, in_folder("runs/dangling"), &error), RH_INPUT,
                 "exists already");
    unlink(in_folder("runs/dangling"));
    expect_error(&error, rh_dir_out_begin(&dir, "", &error), RH_INPUT, "empty");
    expect_error(&error, rh_dir_out_begin(&dir, in_folder("precious/x"), &error), RH_IO,
                 "precious");
}

/* An empty folder of that name appeared meanwhile: rename alone would replace it. */
static void a_name_taken_meanwhile_is_not_replaced(void **state)
{
    rh_dir_out dir;
    (void)state;
    begin_filled(&dir, in_folder("runs/three"));
    assert_int_equal(mkdir(in_folder("runs/three"), 0777), 0);
    expect_error(&error, rh_dir_out_commit(&dir, &error), RH_IO, "File exists");
    assert_int_equal(count_entries(in_folder("runs/three")), 0);
    assert_int_equal(count_entries(in_folder("runs")), 2);
    rmdir(in_folder("runs/three"));
}

static void failed_runs_are_kept_under_names_of_their_own(void **state)
{
    rh_dir_out dir;
    (void)state;
    for (int i = 0; i < 2; i++) {
        begin_filled(&dir, in_folder("runs/four"));
        expect_ok(&error, rh_dir_out_fail(&dir, &error));
        assert_string_equal(dir.path, in_folder(i == 0 ? "runs/four.failed"
                                                       : "runs/four.failed-2"));
        assert_true(rh_file_exists(in_folder("runs/four.failed/summary.json")));
        assert_false(rh_file_exists(in_folder("runs/four")));
    }
    assert_int_equal(count_entries(in_folder("runs")), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commit_makes_it_appear_whole),
        cmocka_unit_test(abandon_removes_all_of_it),
        cmocka_unit_test(an_existing_name_is_refused),
        cmocka_unit_test(a_name_taken_meanwhile_is_not_replaced),
        cmocka_unit_test(failed_runs_are_kept_under_names_of_their_own),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
