/* Harness of the engine's tests: a scenario and its bars are written to a temporary folder, run,
 * and the summary is read back by path ("pnl.total"). */
#ifndef ENGINE_TEST_H
#define ENGINE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/json.h"
#include "engine/engine.h"

typedef struct outcome {
    rh_status status;
    rh_error error;
    rh_run_result result;
    rh_json_doc *summary;
} outcome;

typedef struct fixture {
    char dir[64], scenario[128];
} fixture;

static inline void write_text(const char *dir, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    unlink(path);           /* on ext4 closing a file that was truncated waits for the disk */
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static inline int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    snprintf(f->dir, sizeof f->dir, "/tmp/rehedge-engine-XXXXXX");
    if (!mkdtemp(f->dir)) return -1;
    setenv("REHEDGE_CACHE", f->dir, 1);
    snprintf(f->scenario, sizeof f->scenario, "%s/s.json", f->dir);
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    fixture *f = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", f->dir);
    int status = system(command);
    free(f);
    return status;
}

static inline outcome run_with(fixture *f, const char *json, rh_run_request request)
{
    outcome o = {0};
    write_text(f->dir, "s.json", json);
    request.scenario_path = f->scenario;
    o.status = rh_run_scenario(&request, &o.result, &o.error);
    if (o.status == RH_OK) {
        assert_int_equal(rh_json_parse("summary", o.result.summary.bytes, o.result.summary.length,
                                       &o.summary, &o.error),
                         RH_OK);
    }
    return o;
}

static inline outcome run_json(fixture *f, const char *json)
{
    return run_with(f, json, (rh_run_request){0});
}

/* A number of the summary by dotted path. */
static inline double number(const outcome *o, const char *path)
{
    char copy[128];
    if (o->status != RH_OK) fail_msg("run failed: %s", o->error.message);
    snprintf(copy, sizeof copy, "%s", path);
    rh_json at = rh_json_root(o->summary);
    double value = 0.0;
    for (char *key = strtok(copy, "."); key; key = strtok(NULL, ".")) {
        rh_error error;
        if (rh_json_get(at, key, RH_REQUIRED, &at, &error) != RH_OK) fail_msg("%s", error.message);
    }
    assert_int_equal(rh_json_as_number(at, &value, NULL), RH_OK);
    return value;
}

static inline void done(outcome *o)
{
    rh_json_free(o->summary);
    rh_run_result_free(&o->result);
}

#define NEAR(a, b, tolerance)                                                                      \
    do {                                                                                           \
        double a_ = (a), b_ = (b);                                                                 \
        if (!(a_ - b_ <= (tolerance) && b_ - a_ <= (tolerance)))                                   \
            fail_msg("%s:%d: %s = %.17g, expected %.17g", __FILE__, __LINE__, #a, a_, b_);         \
    } while (0)

#endif
