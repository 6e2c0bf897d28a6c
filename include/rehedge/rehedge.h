/* The C interface of librehedge: run a scenario file, get the numbers.
 * Handles are opaque and belong to the caller; every pointer got from a handle lives as long as the
 * handle. There is no global state: different threads may run at the same time, one handle belongs
 * to one thread at a time. Link with `pkg-config --cflags --libs rehedge`. */
#ifndef REHEDGE_REHEDGE_H
#define REHEDGE_REHEDGE_H

#include <stddef.h>
#include <stdint.h>

#include "rehedge/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/*     char message[RH_MESSAGE_BYTES];
 *     rh_outcome *outcome;
 *     if (rh_outcome_run("straddle.json", NULL, message, &outcome) == RH_OK) {
 *         puts(rh_outcome_summary(outcome));
 *     } else {
 *         puts(message);
 *     }
 *     rh_outcome_free(outcome); */

#define RH_MESSAGE_BYTES 1024

/* Versions: of this library ("0.1.0"), and of the Lua it runs policies with. Static storage. */
const char *rh_version(void);
const char *rh_lua_release(void);

/* What to change about a scenario; all zero changes nothing. Set `size` to sizeof(rh_run_options):
 * it tells a later library which fields an older program knows. */
typedef struct rh_run_options {
    size_t size;
    /* Replaces the scenario's policy and drops its swaps: a shipped name ("delta_band"), a Lua
     * file, a native policy ("native:none"), each with parameters after a colon
     * ("delta_band:band=0.4,to=centre"). NULL: as the scenario says. */
    const char *policy;
    /* "name=value" of the scenario's vars, or "policy.PARAM=value"; set_count of them. */
    const char *const *sets;
    size_t set_count;
    const char *seed;               /* decimal; NULL: the scenario's */
    const char *const *allowed;     /* folders a scenario may also read from; NULL-ended, or NULL */
    const char *out_dir;            /* a run directory to make, report included; must not exist.
                                       NULL: none */
    /* Called now and then from the running thread with the fraction done (0 to 1) and the events so
     * far; a non-zero answer ends the run with RH_INTERRUPTED. May be NULL. */
    int (*progress)(void *context, double fraction, uint64_t events);
    void *context;
    /* Non-zero trusts the scripts like the program itself: string patterns, coroutines, and no
     * instruction limit, so that an endless loop in one never ends. */
    int trusted;
} rh_run_options;

typedef struct rh_outcome rh_outcome;

/* Replay the scenario file as fast as possible on the calling thread. RH_OK gives an outcome, also
 * when the policy was killed on the way (see below). Any other status leaves *outcome NULL and one
 * line in `message` (RH_MESSAGE_BYTES bytes, may be NULL): RH_INPUT with file, place, found and
 * expected; RH_POLICY when the policy was refused; RH_BROKEN when the books did not close.
 * `options` may be NULL. A run directory is whole when this returns, or absent. */
rh_status rh_outcome_run(const char *scenario_path, const rh_run_options *options, char *message,
                         rh_outcome **outcome);

/* summary.json, NUL-terminated UTF-8; its keys are described in docs/scenario.md. */
const char *rh_outcome_summary(const rh_outcome *outcome);
/* 32 hexadecimal digits: equal for equal inputs, on every machine. */
const char *rh_outcome_digest(const rh_outcome *outcome);
/* Market records that happened inside the scenario's clock. */
uint64_t rh_outcome_events(const rh_outcome *outcome);
/* NULL when the policy lived to the end; otherwise why it was killed, one line. */
const char *rh_outcome_policy_failure(const rh_outcome *outcome);

void rh_outcome_free(rh_outcome *outcome);      /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
