/* What became of one policy, in the few numbers that studies rank by: of one run on a tape, or of
 * many simulated paths. Money in the numeraire; a number that does not exist (a standard error on a
 * tape) is NaN. */
#ifndef RH_STUDY_OUTCOME_H
#define RH_STUDY_OUTCOME_H

#include "base/accounts.h"
#include "engine/engine.h"

/* X(name): the numbers of an outcome by the names under which tools find them. */
#define RH_OUTCOME_MAP(X)                                                                          \
    X(pnl) X(pnl_se) X(cost) X(cost_se) X(error) X(error_se) X(es95) X(es95_se)                    \
    X(certainty_equivalent) X(certainty_equivalent_se) X(probability_of_loss) X(fills) X(turnover) \
    X(rms_delta) X(max_abs_delta)

typedef struct rh_outcome {
    uint64_t paths;     /* 0: one run */
    double pnl, pnl_se; /* total; over paths the mean and its standard error */
    double cost, cost_se;
    double booked[RH_COST_KINDS];
    /* How far the hedged book wanders, costs aside. Over paths: the standard deviation of P&L
     * before cost. On a tape: the root of its summed squared changes from ledger row to ledger row,
     * which estimates the same where they are uncorrelated. */
    double error, error_se;
    double es95, es95_se; /* expected shortfall of the worst 5% of paths, as a loss */
    double certainty_equivalent, certainty_equivalent_se;
    double probability_of_loss;
    double fills, turnover, rms_delta, max_abs_delta;
    bool policy_failed; /* killed in the run, or on one of the paths */
    char digest[RH_DIGEST_HEX];
} rh_outcome;

/* From the summary of a run. */
rh_status rh_outcome_of_run(const rh_run_result *result, rh_outcome *outcome, rh_error *error);

#endif
