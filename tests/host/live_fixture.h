/* What the tests of runs under somebody's hand share: a folder of their own, a run that is opened,
 * advanced and finished, its digest, and a rerun of it. */
#ifndef RH_TESTS_HOST_LIVE_FIXTURE_H
#define RH_TESTS_HOST_LIVE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/random.h"
#include "data/file.h"
#include "engine/live.h"
#include "lua/lua_policy.h"
#include "study/rerun.h"

#define SCENARIO REHEDGE_SOURCE_DIR "/examples/quickstart.json"
#define END INT64_MAX

typedef struct fixture {
    char dir[64], path[RH_PATH_MAX];
    rh_stream random;
} fixture;

static inline int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    snprintf(f->dir, sizeof f->dir, "/tmp/rehedge-live-XXXXXX");
    if (!mkdtemp(f->dir)) return -1;
    setenv("REHEDGE_CACHE", f->dir, 1);
    rh_stream_init(&f->random, 4711, 0, 1);
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

static inline const char *in_dir(fixture *f, const char *name)
{
    snprintf(f->path, sizeof f->path, "%s/%s", f->dir, name);
    return f->path;
}

static inline void write_file(fixture *f, const char *name, const char *text)
{
    FILE *file = fopen(in_dir(f, name), "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static inline uint64_t draw(fixture *f, uint64_t below)
{
    return rh_stream_u64(&f->random) % below;
}

static inline rh_run_request request_of(const char *policy, const char *out)
{
    return (rh_run_request){.scenario_path = SCENARIO,
                            .policy = policy,
                            .out_dir = out,
                            .loader = &rh_lua_loader,
                            .lua_version = "5.4"};
}

static inline rh_live *open_live(const rh_run_request *request)
{
    rh_live *live = NULL;
    rh_error error = {0};
    if (rh_live_open(request, &live, &error) != RH_OK) fail_msg("%s", error.message);
    return live;
}

static inline void go(rh_live *live, uint64_t events)
{
    rh_error error = {0};
    if (rh_live_go(live, END, events, &error) != RH_OK) fail_msg("%s", error.message);
}

/* Finish, keep the directory, close; the digest. */
static inline const char *finish(rh_live *live, char digest[RH_DIGEST_HEX], bool *policy_failed)
{
    rh_run_result result;
    rh_error error = {0};
    if (rh_live_finish(live, &result, &error) != RH_OK) fail_msg("%s", error.message);
    memcpy(digest, result.digest, RH_DIGEST_HEX);
    if (policy_failed) *policy_failed = result.policy_failed;
    if (result.has_dir) assert_int_equal(rh_dir_out_commit(&result.dir, &error), RH_OK);
    result.has_dir = false;
    rh_run_result_free(&result);
    rh_live_close(live);
    return digest;
}

static inline void plain_digest(const char *policy, char digest[RH_DIGEST_HEX])
{
    rh_run_request request = request_of(policy, NULL);
    finish(open_live(&request), digest, NULL);
}

static inline rh_rerun_request rerun_of(const char *dir)
{
    static const char *const allowed[] = {REHEDGE_SOURCE_DIR "/examples", NULL};
    rh_rerun_request request = {.base = request_of(NULL, NULL), .dir = dir};
    request.base.scenario_path = NULL;
    request.base.allowed = allowed;
    return request;
}

static inline void assert_reruns(const char *dir, const char *digest, int acts)
{
    rh_rerun_result again;
    rh_error error = {0};
    const rh_rerun_request base = rerun_of(dir);
    if (rh_rerun(&base, &again, &error) != RH_OK) fail_msg("rerun: %s", error.message);
    assert_string_equal(again.recorded, digest);
    assert_string_equal(again.digest, digest);
    assert_true(again.same);
    if (acts >= 0) assert_int_equal(again.acts, acts);
}

#endif
