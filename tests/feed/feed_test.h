/* Shared by the feed tests: a folder of its own for each program, files from text, one import with
 * everything that came out of it, and the place of the real data (skipped where it is absent). */
#ifndef TESTS_FEED_FEED_TEST_H
#define TESTS_FEED_FEED_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "data/file.h"
#include "feed/feed.h"

#define MINUTE_NS INT64_C(60000000000)

static char folder[64];

static inline int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/rehedge-feed-XXXXXX");
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
    static char paths[8][128];
    static int turn;
    char *path = paths[turn++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static inline void write_file(const char *name, const char *bytes, size_t length)
{
    FILE *file = fopen(in_folder(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

typedef struct imported {
    rh_status status;
    rh_error error;
    rh_import_report report;
    rh_tape *tape;
    const rh_record *records;
    uint64_t count;
} imported;

static inline imported import_paths(const char *format, const char *const *paths, size_t count,
                                    const rh_import_options *options)
{
    imported got = {0};
    const char *tape = in_folder("out.tape");
    unlink(tape);
    const rh_feed_format *row = rh_feed_format_find(format, &got.error);
    assert_non_null(row);
    got.status = rh_import_files(row, paths, count, options, tape, &got.report, &got.error);
    if (got.status != RH_OK) {
        assert_false(rh_file_exists(tape)); /* refused means no tape, ever */
        assert_true(got.error.message[0] != '\0');
        return got;
    }
    assert_int_equal(rh_tape_open(tape, &got.tape, &got.error), RH_OK);
    got.records = rh_tape_records(got.tape);
    got.count = rh_tape_get_info(got.tape)->records;
    assert_int_equal(got.count, got.report.records);
    return got;
}

static inline imported import_bytes(const char *format, const char *bytes, size_t length,
                                    const rh_import_options *options)
{
    const char *path = in_folder("in.data");
    write_file("in.data", bytes, length);
    return import_paths(format, &path, 1, options);
}

static inline imported import_text(const char *format, const char *text,
                                   const rh_import_options *options)
{
    return import_bytes(format, text, strlen(text), options);
}

static inline void done(imported *got)
{
    if (got->tape) rh_tape_close(got->tape);
    got->tape = NULL;
}

/* Refused, with this in the message. */
static inline void assert_refused(imported *got, rh_status status, const char *part)
{
    if (got->status != status || !strstr(got->error.message, part))
        fail_msg("status %d, message \"%s\", expected %d and \"%s\"", got->status,
                 got->error.message, status, part);
    done(got);
}

static inline void assert_imported(const imported *got)
{
    if (got->status != RH_OK) fail_msg("refused: %s", got->error.message);
}

static inline int64_t at(const char *time)
{
    int64_t time_ns = 0;
    assert_true(rh_parse_time(time, &time_ns));
    return time_ns;
}

static inline const char *real_data(const char *name)
{
    static char path[RH_PATH_MAX];
    const char *root = getenv("REHEDGE_DATA");
    if (root)
        snprintf(path, sizeof path, "%s/%s", root, name);
    else
        snprintf(path, sizeof path, "%s/../shared/data/%s", REHEDGE_SOURCE_DIR, name);
    if (rh_file_exists(path)) return path;
    print_message("skipped: no real data at %s\n", path);
    skip();
    return NULL;
}

#endif
