/* What stands between a decision and its effect, as rows of a table: each friction can be switched
 * off alone, so that a run can be repeated without it. A friction of venues is a few numbers of
 * rh_venue; those of feeds and of thinking time belong to the scenario, which asks this table for
 * their names only. */
#ifndef RH_EXECUTION_FRICTION_H
#define RH_EXECUTION_FRICTION_H

#include "base/accounts.h"
#include "execution/venue.h"

/* X(NAME, word, cost kind it is booked as or -1, about) */
#define RH_FRICTION_MAP(X)                                                                         \
    X(LATENCY, "latency", RH_COST_latency, "venues see orders, and report, at once")               \
    X(DELAY, "delay", -1, "feeds are known when they happen")                                      \
    X(COMPUTE, "compute", -1, "scripts think in no time")                                          \
    X(SPREAD, "spread", RH_COST_spread, "orders fill around the mid")                              \
    X(DEPTH, "depth", RH_COST_depth, "the first level never ends")                                 \
    X(FEE, "fee", RH_COST_fee, "venues charge nothing")

typedef enum rh_friction {
#define X(name, word, cost, about) RH_FRICTION_##name,
    RH_FRICTION_MAP(X)
#undef X
        RH_FRICTIONS
} rh_friction;

typedef struct rh_friction_row {
    const char *word, *about;
    int cost; /* rh_cost_kind, or -1: no cost is booked under its name */
} rh_friction_row;
extern const rh_friction_row rh_friction_rows[RH_FRICTIONS];

#define RH_FRICTIONS_ALL ((1u << RH_FRICTIONS) - 1)

/* The frictions (bits 1 << RH_FRICTION_*) that this venue has. */
uint32_t rh_venue_frictions(const rh_venue *venue);
/* Switch off those in `without`; the others stay as they are. */
void rh_venue_remove_frictions(rh_venue *venue, uint32_t without);

#endif
