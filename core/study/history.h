/* What one run earned and paid from ledger row to ledger row: the sample that a history of one tape
 * gives. Invariant: the changes of P&L add up to the P&L of the run, those of cost to its cost. */
#ifndef RH_STUDY_HISTORY_H
#define RH_STUDY_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

typedef struct rh_history {
    double *pnl, *cost; /* changes; owned: rh_history_free */
    size_t count, room;
    double last_pnl, last_cost;
    bool failed;        /* there was no memory: it has no rows */
} rh_history;

/* A row, as rh_run_request.row gives it; `history` is an rh_history. */
void rh_history_add(void *history, double pnl, double cost);
void rh_history_free(rh_history *history);

/* Rows that are taken together, so that what hangs together from row to row (volatility does) is
 * not taken for independent: floor(sqrt(rows)), as for batch means (Flegal & Jones, "Batch means
 * and spectral variance estimators in Markov chain Monte Carlo", Ann. Stat. 38, 2010). 0: there are
 * too few rows for an error, fewer than the square of RH_HISTORY_BLOCKS_MIN. */
size_t rh_history_block(size_t rows);
#define RH_HISTORY_BLOCKS_MIN 20

#endif
