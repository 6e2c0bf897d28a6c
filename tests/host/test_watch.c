/* The watcher and the ways in which files change: every manner of saving is seen once per content,
 * the same content is not seen, and files that are absent, endless, huge or in a storm do no harm.
 * Real files, a real loop; waits are bounded, and generous because the machine may be busy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/watch.h"

#define PATIENCE_MS 10000

typedef struct fixture {
    uv_loop_t loop;
    rh_watch *watch;
    char folder[64], file[128], other[128];
    int changes, troubles, which;       /* which of the two is to change */
    char message[RH_ERROR_MESSAGE_MAX];
} fixture;

static void changed(void *context, const char *path)
{
    fixture *f = context;
    assert_string_equal(path, rh_watch_path(f->watch, f->which));
    f->changes++;
}

static void trouble(void *context, const char *message)
{
    fixture *f = context;
    f->troubles++;
    snprintf(f->message, sizeof f->message, "%s", message);
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void wake(uv_timer_t *timer)
{
    (void)timer;
}

/* Turn the loop for `ms`, or until a change or trouble has come when `until_something`. */
static void wait_for(fixture *f, uint64_t ms, bool until_something)
{
    uv_timer_t tick;
    int before = f->changes + f->troubles;
    uv_timer_init(&f->loop, &tick);
    uv_timer_start(&tick, wake, 5, 5);
    uint64_t end = uv_hrtime() + ms * 1000000;
    while (uv_hrtime() < end && !(until_something && f->changes + f->troubles > before)) {
        uv_run(&f->loop, UV_RUN_ONCE);
    }
    uv_close((uv_handle_t *)&tick, NULL);
    uv_run(&f->loop, UV_RUN_NOWAIT);
}

static void one_change(fixture *f)
{
    int before = f->changes;
    wait_for(f, PATIENCE_MS, true);
    assert_int_equal(f->changes, before + 1);
    wait_for(f, RH_WATCH_PATIENCE_MS + 100, false);
    assert_int_equal(f->changes, before + 1);
}

static void no_change(fixture *f)
{
    int before = f->changes;
    wait_for(f, RH_WATCH_LOOK_MS + RH_WATCH_PATIENCE_MS + 100, false);
    assert_int_equal(f->changes, before);
}

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    const rh_watch_calls calls = {changed, trouble, f};
    snprintf(f->folder, sizeof f->folder, "%s/rehedge-watch-XXXXXX", P_tmpdir);
    if (!mkdtemp(f->folder)) return -1;
    snprintf(f->file, sizeof f->file, "%s/a.lua", f->folder);
    snprintf(f->other, sizeof f->other, "%s/b.lua", f->folder);
    put(f->file, "first");
    uv_loop_init(&f->loop);
    *state = f;
    if (rh_watch_open(&f->loop, NULL, &calls, &f->watch, NULL) != RH_OK) return -1;
    return rh_watch_files(f->watch, f->file, "", NULL) == RH_OK ? 0 : -1;
}

static int teardown(void **state)
{
    fixture *f = *state;
    rh_watch_close(f->watch);
    uv_run(&f->loop, UV_RUN_NOWAIT);
    int failed = uv_loop_close(&f->loop);
    unlink(f->file);
    unlink(f->other);
    if (rmdir(f->folder) != 0) failed = -1;
    free(f);
    return failed;
}

static void every_manner_of_saving_is_one_change(void **state)
{
    fixture *f = *state;
    put(f->file, "written in place");
    one_change(f);
    put(f->other, "renamed over it");
    assert_int_equal(rename(f->other, f->file), 0);
    one_change(f);
    unlink(f->file);
    put(f->file, "deleted and created");
    one_change(f);
    int fd = open(f->file, O_WRONLY | O_TRUNC);     /* truncated, then written in pieces */
    assert_int_equal(write(fd, "in ", 3), 3);
    wait_for(f, 20, false);
    assert_int_equal(write(fd, "pieces", 6), 6);
    close(fd);
    one_change(f);
    assert_int_equal(f->troubles, 0);
}

static void the_same_content_is_no_change(void **state)
{
    fixture *f = *state;
    put(f->file, "first");
    no_change(f);
    put(f->other, "first");
    rename(f->other, f->file);
    no_change(f);
    put(f->other, "a neighbour");
    no_change(f);
}

static void a_file_that_goes_away_is_waited_for(void **state)
{
    fixture *f = *state;
    unlink(f->file);
    no_change(f);
    assert_int_equal(f->troubles, 0);
    put(f->file, "back");
    one_change(f);
}

static void a_file_behind_a_link_is_watched(void **state)
{
    fixture *f = *state;
    char link_path[128];
    snprintf(link_path, sizeof link_path, "%s/link.lua", f->folder);
    assert_int_equal(symlink(f->file, link_path), 0);
    assert_int_equal(rh_watch_files(f->watch, link_path, "", NULL), RH_OK);
    put(f->file, "behind a link");
    one_change(f);
    unlink(link_path);
    put(f->other, "another file");
    assert_int_equal(symlink(f->other, link_path), 0);
    one_change(f);
    unlink(link_path);
}

static void endless_huge_and_strange_files_are_refused_once(void **state)
{
    fixture *f = *state;
    unlink(f->file);
    assert_int_equal(symlink("/dev/zero", f->file), 0);
    wait_for(f, PATIENCE_MS, true);
    assert_int_equal(f->troubles, 1);
    assert_non_null(strstr(f->message, "regular"));
    no_change(f);
    assert_int_equal(f->troubles, 1);           /* not again each second */
    unlink(f->file);
    assert_int_equal(mkfifo(f->file, 0600), 0);
    no_change(f);                               /* and no wait for a writer */
    unlink(f->file);
    put(f->file, "x");
    assert_int_equal(truncate(f->file, (off_t)1 << 30), 0);
    wait_for(f, PATIENCE_MS, true);
    assert_non_null(strstr(f->message, "262144"));
    assert_int_equal(f->changes, 0);
    put(f->file, "small again");
    one_change(f);
}

/* Replaced as fast as possible for two seconds: looked at now and then, and the last is seen. */
static void a_storm_is_looked_at_now_and_then(void **state)
{
    fixture *f = *state;
    uint64_t end = uv_hrtime() + UINT64_C(2000000000);
    long replaced = 0;
    while (uv_hrtime() < end) {
        char text[64];
        snprintf(text, sizeof text, "version %ld", replaced++);
        put(f->other, text);
        rename(f->other, f->file);
        uv_run(&f->loop, UV_RUN_NOWAIT);
    }
    assert_true(replaced > 500);
    assert_in_range(f->changes, 1, 2000 / RH_WATCH_QUIET_MS + 1);
    wait_for(f, RH_WATCH_LOOK_MS + RH_WATCH_PATIENCE_MS, false);
    put(f->file, "the last one");
    one_change(f);
}

static void another_file_takes_over(void **state)
{
    fixture *f = *state;
    put(f->other, "the other");
    assert_int_equal(rh_watch_files(f->watch, f->other, "", NULL), RH_OK);
    put(f->file, "nobody looks");
    no_change(f);
    put(f->other, "but here");
    one_change(f);
    assert_int_equal(rh_watch_files(f->watch, "", "", NULL), RH_OK);
    put(f->other, "not any more");
    no_change(f);
}

static void of_two_files_either_is_a_change(void **state)
{
    fixture *f = *state;
    put(f->other, "scale");
    assert_int_equal(rh_watch_files(f->watch, f->file, f->other, NULL), RH_OK);
    put(f->file, "another trigger");
    one_change(f);
    f->which = 1;
    put(f->other, "another scale");
    one_change(f);
    unlink(f->file);                            /* one is away, the other is still seen */
    put(f->other, "a third scale");
    one_change(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_manner_of_saving_is_one_change, setup, teardown),
        cmocka_unit_test_setup_teardown(the_same_content_is_no_change, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_goes_away_is_waited_for, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_behind_a_link_is_watched, setup, teardown),
        cmocka_unit_test_setup_teardown(endless_huge_and_strange_files_are_refused_once, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_storm_is_looked_at_now_and_then, setup, teardown),
        cmocka_unit_test_setup_teardown(another_file_takes_over, setup, teardown),
        cmocka_unit_test_setup_teardown(of_two_files_either_is_a_change, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
