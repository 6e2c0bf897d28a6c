/* Contestants held against the optimum of Hodges and Neuberger: what their reservation prices are
 * above the least that any policy can have. Only where the scenario is the problem that the optimum
 * solves. */
#ifndef RH_STUDY_HELD_AGAINST_H
#define RH_STUDY_HELD_AGAINST_H

#include "study/ranking.h"

typedef struct rh_optimum_facts {
    double price;            /* money of the end, as rh_entropic_price without the premium */
    double band_lo, band_hi; /* holdings of the asset that are best left alone at the start */
    double risk_aversion;
} rh_optimum_facts;

/* RH_INPUT: the scenario has what the optimum does not know, which is named; RH_USAGE: there is no
 * risk aversion. RH_DOMAIN: as rh_optimum_solve. The policy of the request is not looked at. */
rh_status rh_optimum_of(const rh_run_request *request, double risk_aversion, rh_optimum_facts *out,
                        rh_error *error);

/* Of a contestant over paths; NaN when it has no result. */
rh_estimate rh_reservation_price(const rh_contestant *contestant);

#endif
