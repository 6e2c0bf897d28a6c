/* A run under somebody's hand: opened, advanced a piece at a time, its policy swapped or set between
 * events, finished into a result. What a paced replay, a rerun and a fork are made of. Nothing here
 * waits, reads a clock or watches files: the rooms above pace it. Invariant: how it is cut into
 * pieces changes no bit of the result. */
#ifndef RH_ENGINE_LIVE_H
#define RH_ENGINE_LIVE_H

#include "engine/engine.h"

typedef struct rh_live rh_live;

typedef struct rh_live_status {
    int64_t now_ns, from_ns, to_ns;
    uint64_t sequence, events; /* everything processed; happened records */
    double spot, delta, pnl;   /* known spot, s.delta, equity in the numeraire; NaN: not known yet */
    char numeraire[RH_NAME_MAX];
    char policy[RH_NAME_MAX], version[RH_NAME_MAX], sha256[RH_SHA256_HEX]; /* "": none decides */
    char script[RH_PATH_MAX]; /* file the live policy was read from; "" shipped, native, none */
    char last_swap[256];      /* what the last swap or set did, or why it was refused; "" before */
    bool last_refused, killed, ended;
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
/* The live policy's file as it is now, with the params that were given for it: what watching a file
 * calls. RH_STATE when the live policy is not from a file. */
rh_status rh_live_reload(rh_live *live, bool cancel_orders, rh_error *why);
/* "band=0.4": the live policy's source with this param, by the same transaction. */
rh_status rh_live_set(rh_live *live, const char *assignment, rh_error *why);
/* No later event happens: positions stay, marked at the present; rh_live_finish gives the result. */
void rh_live_quit(rh_live *live);

/* A recorded swap: bytes and resolved params ("{...}", JSON) instead of a name. */
typedef struct rh_live_recorded {
    const char *label, *native; /* native: its name; else label and bytes of a script */
    const char *bytes;
    size_t length;
    const char *params;
    bool cancel_orders;
} rh_live_recorded;
rh_status rh_live_swap_recorded(rh_live *live, const rh_live_recorded *swap, rh_error *why);

/* One line per position held: instrument, quantity, mark, delta; reported state. `price` is in the
 * settlement currency, NaN when not known; `delta` in asset units. */
typedef void rh_live_visit(void *context, const char *instrument, double qty, double price,
                           double delta);
void rh_live_positions(rh_live *live, rh_live_visit *visit, void *context);

/* The rest of the run (none after rh_live_quit), then the result as rh_run_scenario gives it. */
rh_status rh_live_finish(rh_live *live, rh_run_result *result, rh_error *error);
void rh_live_close(rh_live *live); /* NULL is fine */

#endif
