/* A run under somebody's hand: opened, advanced a piece at a time, its policy swapped or set
 * between events, finished into a result. What a paced replay, a rerun and a fork are made of.
 * Nothing here waits, reads a clock or watches files: the rooms above pace it. Invariant: how it is
 * cut into pieces changes no bit of the result. */
#ifndef RH_ENGINE_LIVE_H
#define RH_ENGINE_LIVE_H

#include "engine/engine.h"

typedef struct rh_live rh_live;

typedef struct rh_live_status {
    int64_t now_ns, from_ns, to_ns;
    uint64_t sequence, events; /* everything processed; happened records */
    double spot, delta, pnl;   /* known spot, s.delta, equity in the numeraire; NaN: not known */
    char numeraire[RH_NAME_MAX];
    char policy[2 * RH_NAME_MAX + 4], version[2 * RH_NAME_MAX + 4]; /* "": none decides */
    char sha256[RH_SHA256_HEX];
    /* Files the live policy was read from; "": shipped, native, none. The second is that of a scale
     * script beside a trigger script; names and versions then show both. */
    char script[RH_PATH_MAX], scale_script[RH_PATH_MAX];
    char last_swap[256];      /* what the last swap or set did, or why it was refused; "" before */
    bool last_refused, killed, ended;
    char kill_reason[256];    /* while killed: why, as the journal has it; "" else */
} rh_live_status;

/* The request must outlive the run. */
rh_status rh_live_open(const rh_run_request *request, rh_live **live, rh_error *error);
/* Processes events with time <= until_ns, at most max_events of them (0: no bound). */
rh_status rh_live_go(rh_live *live, int64_t until_ns, uint64_t max_events, rh_error *error);
/* Cheap, but not for every event: the book is valued. Changes nothing. */
void rh_live_look(rh_live *live, rh_live_status *status);

/* All of these act between events, after the last one that was processed. Not RH_OK: refused, the
 * old policy trades on bit-identically, `why` is one clear message. */

/* `spec` is what --policy takes (a path, a shipped name, native:NAME, NAME:band=0.4). */
rh_status rh_live_swap(rh_live *live, const char *spec, bool cancel_orders, rh_error *why);
/* The live policy's file as it is now, with the params in which it differs from its defaults: what
 * watching a file calls; of a separate trigger and scale those that have changed. RH_STATE when
 * nothing has changed or nothing is from a file. */
rh_status rh_live_reload(rh_live *live, bool cancel_orders, rh_error *why);
/* "band=0.4": the live policy's source with this param, by the same transaction. */
rh_status rh_live_set(rh_live *live, const char *assignment, rh_error *why);
/* No later event happens: positions stay, marked at the present. rh_live_finish comes next. */
void rh_live_quit(rh_live *live);

/* A recorded swap or set, from the copies in request->archive: resolved params instead of names. */
typedef struct rh_live_script {
    const char *part;   /* "policy", "trigger", "scale" */
    const char *label;  /* the script's, or the name of a native policy */
    const char *sha256; /* of its source */
    const char *params; /* an object, JSON text */
    bool native;
} rh_live_script;
typedef struct rh_live_recorded {
    rh_live_script script[2];
    int count;
    const char *assignment; /* of a set, or NULL */
    bool cancel_orders;
} rh_live_recorded;
rh_status rh_live_repeat(rh_live *live, const rh_live_recorded *recorded, rh_error *why);

/* Of a request with fork_at: on to the place of the fork, where the run waits in the middle of a
 * swap whose policy is still open. */
rh_status rh_live_go_to_fork(rh_live *live, rh_error *error);
/* Which of request->branches comes; from here on the run is that of --swap with it. `out_dir`: a
 * run directory of its own, with what the run has written so far; NULL: none. */
rh_status rh_live_branch(rh_live *live, int branch, const char *out_dir, rh_error *error);
/* How many events have been processed. */
uint64_t rh_live_sequence(const rh_live *live);

/* One line per position held: instrument, quantity, mark, delta; reported state. `price` is in the
 * settlement currency, NaN when not known; `delta` in asset units. */
typedef void rh_live_visit(void *context, const char *instrument, double qty, double price,
                           double delta);
void rh_live_positions(rh_live *live, rh_live_visit *visit, void *context);

/* The rest of the run (none after rh_live_quit), then the result as rh_run_scenario gives it. */
rh_status rh_live_finish(rh_live *live, rh_run_result *result, rh_error *error);
void rh_live_close(rh_live *live); /* NULL is fine */

#endif
