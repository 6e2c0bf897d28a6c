/* The public C interface over the engine: options in, an opaque outcome out.
 * Adds nothing to what a run computes. Invariant: a caller that was compiled against an older
 * rh_run_options is read only as far as its `size` says. */
#include "rehedge/rehedge.h"

#include <fenv.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/engine.h"
#include "lua/lua_policy.h"
#include "math/kernels.h"
#include "report/report.h"

struct rh_outcome {
    rh_run_result result;
};

typedef struct stoppable {
    const rh_run_options *options;
    volatile int stop;
} stoppable;

static_assert(RH_MESSAGE_BYTES == RH_ERROR_MESSAGE_MAX, "a message fits the caller's buffer");

const char *rh_version(void)
{
    return RH_ENGINE_VERSION;
}

const char *rh_lua_release(void)
{
    return rh_lua_version();
}

static int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void pass_progress(void *context, double fraction, uint64_t events)
{
    stoppable *run = context;
    if (run->options->progress(run->options->context, fraction, events) != 0) run->stop = 1;
}

static rh_run_request make_request(const char *scenario_path, stoppable *run)
{
    const rh_run_options *options = run->options;
    return (rh_run_request){
        .scenario_path = scenario_path,
        .policy = options->policy,
        .sets = options->sets,
        .set_count = (int)options->set_count,
        .seed = options->seed,
        .allowed = options->allowed,
        .out_dir = options->out_dir,
        .loader = &rh_lua_loader,
        .lua_version = rh_lua_version(),
        .trusted = options->trusted != 0,
        .progress = options->progress ? pass_progress : NULL,
        .progress_context = run,
        .wall_ns = monotonic_ns,
        .stop = &run->stop,
    };
}

/* Computes in round-to-nearest and leaves the caller's floating-point environment as it was. */
static rh_status run_scenario(const rh_run_request *request, rh_run_result *result,
                              rh_error *error)
{
    fenv_t callers;
    fegetenv(&callers);
    rh_math_thread_init();
    rh_status status = rh_run_scenario(request, result, error);
    fesetenv(&callers);
    if (status != RH_OK) return status;
    if (!result->has_dir) return RH_OK;
    RH_TRY(rh_report_html(result->dir.temporary, error));
    RH_TRY(rh_dir_out_commit(&result->dir, error));
    result->has_dir = false;
    return RH_OK;
}

static rh_status check_arguments(const char *scenario_path, const rh_run_options *options,
                                 rh_error *error)
{
    if (!scenario_path) return rh_fail(error, RH_USAGE, "no scenario path");
    if (options && options->size < sizeof options->size) {
        return rh_fail(error, RH_USAGE, "rh_run_options.size is not set");
    }
    if (options && options->size > sizeof *options) {
        return rh_fail(error, RH_USAGE, "rh_run_options is newer than this library (%s)",
                       RH_ENGINE_VERSION);
    }
    return RH_OK;
}

rh_status rh_outcome_run(const char *scenario_path, const rh_run_options *options, char *message,
                         rh_outcome **outcome)
{
    rh_run_options known = {0};
    rh_error error = {0};
    rh_outcome *made = NULL;
    *outcome = NULL;
    rh_status status = check_arguments(scenario_path, options, &error);
    if (status != RH_OK) goto done;
    if (options) memcpy(&known, options, options->size);
    if (known.set_count > RH_VARS_MAX) {
        status = rh_fail(&error, RH_USAGE, "more than %d sets", RH_VARS_MAX);
        goto done;
    }
    made = calloc(1, sizeof *made);
    if (!made) {
        status = rh_fail(&error, RH_NO_MEMORY, "out of memory");
        goto done;
    }
    stoppable run = {&known, 0};
    rh_run_request request = make_request(scenario_path, &run);
    status = run_scenario(&request, &made->result, &error);
done: /* `made` is owned here and goes to the caller only when all went well */
    if (message) memcpy(message, error.message, sizeof error.message);
    if (status == RH_OK) {
        *outcome = made;
    } else {
        rh_outcome_free(made);
    }
    return status;
}

const char *rh_outcome_summary(const rh_outcome *outcome)
{
    return outcome->result.summary.bytes;
}

const char *rh_outcome_digest(const rh_outcome *outcome)
{
    return outcome->result.digest;
}

uint64_t rh_outcome_events(const rh_outcome *outcome)
{
    return outcome->result.events;
}

const char *rh_outcome_policy_failure(const rh_outcome *outcome)
{
    return outcome->result.policy_failed ? outcome->result.policy_message : NULL;
}

void rh_outcome_free(rh_outcome *outcome)
{
    if (!outcome) return;
    rh_run_result_free(&outcome->result);
    free(outcome);
}
