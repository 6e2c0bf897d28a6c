/* Shared by the data tests: cmocka, a folder of its own for each program, files from bytes, a limit
 * on file sizes that makes writes fail, and checks of an error's status and words. */
#ifndef TESTS_DATA_DATA_TEST_H
#define TESTS_DATA_DATA_TEST_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "data/file.h"

static char folder[64];

static inline int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/rehedge-data-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static inline int remove_folder(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) == 0 ? 0 : -1;
}

static inline const char *in_folder(const char *name)
{
    static char paths[8][256];
    static int turn;
    char *path = paths[turn++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/* Anew: on ext4 closing a file that was truncated waits for the disk. */
static inline const char *write_bytes(const char *name, const void *bytes, size_t length)
{
    const char *path = in_folder(name);
    unlink(path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    return path;
}

static inline const char *write_text(const char *name, const char *text)
{
    return write_bytes(name, text, strlen(text));
}

/* Names in the folder `path`, "." and ".." apart. */
static inline int count_entries(const char *path)
{
    char command[300];
    int count = -1;
    snprintf(command, sizeof command, "ls -A '%s' | wc -l", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%d", &count), 1);
    pclose(pipe);
    return count;
}

/* Writes beyond so many bytes of a file fail with EFBIG until it is lifted; 0 lifts it. */
static inline void limit_file_bytes(unsigned long bytes)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes == 0 ? limit.rlim_max : (rlim_t)bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static inline void expect_error(const rh_error *error, rh_status got, rh_status wanted,
                                const char *words)
{
    if (got == wanted && error->status == wanted && strstr(error->message, words) != NULL) return;
    fail_msg("status %s, message \"%s\", expected %s and \"%s\"", rh_status_name(got),
             error->message, rh_status_name(wanted), words);
}

static inline void expect_ok(const rh_error *error, rh_status got)
{
    if (got != RH_OK) fail_msg("status %s: %s", rh_status_name(got), error->message);
}

#endif
