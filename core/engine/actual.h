/* A person's own hedges, recorded fill by fill, in the place of a policy: they are booked at the
 * price and time at which they were done, against the market of the tape, and pass no venue.
 * Invariant: nothing else trades in such a run but what the end of the clock unwinds. */
#ifndef RH_ENGINE_ACTUAL_H
#define RH_ENGINE_ACTUAL_H

#include "base/accounts.h"
#include "engine/scenario.h"

struct rh_run;

typedef struct rh_actual_fill {
    int64_t time_ns;
    int instrument;
    double qty, price;          /* as of orders: units of the instrument, its price */
    double mid_decision;        /* NAN: the mid at the time of the fill: no wait is booked */
    double cost[RH_COST_KINDS]; /* settlement currency; spread and latency are worked out */
    long line;                  /* of the file */
} rh_actual_fill;

typedef struct rh_actual {
    char name[RH_PATH_MAX];     /* as the person wrote it, for messages */
    char path[RH_PATH_MAX];     /* where the bytes are */
    char hash[RH_SHA256_HEX];
    rh_actual_fill *fills;      /* in the order of time */
    size_t count, room;
    double booked_pnl;          /* numeraire: what they booked by their own account; NAN: unsaid */
} rh_actual;

/* "actual:FILE" as the name of a policy. NULL: it is another policy. */
const char *rh_actual_file(const char *policy);
/* Reads the file into s->actual, which is freed with the scenario. A header, then one fill a row:
 * time (or time_ns), instrument, qty, price; optional currency, mid_decision, fee, gas, depth,
 * impact, adversary, booked_pnl; and what fills.csv has besides. */
rh_status rh_actual_read(rh_scenario *s, const char *path, const char *name, rh_error *error);
void rh_actual_free(rh_actual *actual); /* NULL is fine */

/* An event of the class of orders with this slot books every fill of its time. */
#define RH_ACTUAL_SLOT UINT32_MAX
rh_status rh_run_actual_schedule(struct rh_run *run, rh_error *error);
rh_status rh_run_actual(struct rh_run *run, rh_error *error);

#endif
