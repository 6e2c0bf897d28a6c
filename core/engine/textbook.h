/* A scenario as a problem of the textbook: one European option on an asset that follows geometric
 * Brownian motion, hedged with the asset itself on the clock's grid, at a proportional cost. For
 * yardsticks that know this problem and nothing else. Runs nothing. */
#ifndef RH_ENGINE_TEXTBOOK_H
#define RH_ENGINE_TEXTBOOK_H

#include "engine/engine.h"

typedef struct rh_textbook {
    double spot, strike;
    bool is_call;
    double qty; /* options held; negative is short */
    double expiry_years;
    int64_t steps;
    double vol, drift, rate; /* per sqrt(year), per year */
    double cost;             /* one way, fraction of the notional */
} rh_textbook;

/* RH_INPUT: the scenario is no such problem; the message names what it has that the textbook does
 * not know. The policy is not looked at. */
rh_status rh_textbook_of(const rh_run_request *request, rh_textbook *out, rh_error *error);

#endif
