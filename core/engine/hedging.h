/* What is measured of the hedging as states of the filled book pass: counts, turnover, the net
 * delta at the mark vol held from state to state. Inline: it is done at every step of a path.
 * Invariant: delta is held over [since_ns, now] before a new one is taken. */
#ifndef RH_ENGINE_HEDGING_H
#define RH_ENGINE_HEDGING_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "portfolio/books.h"

typedef struct rh_hedging {
    uint64_t orders, fills;
    rh_sum turnover;  /* numeraire */
    rh_sum delta2_ns; /* integral of delta^2 dt of the policy's asset */
    rh_sum error2; /* squared changes of P&L before cost from ledger row to ledger row */
    double gross_pnl; /* P&L before cost at the last row */
    bool has_row;
    double delta_now, max_abs_delta;
    int64_t since_ns, started_ns;
    bool started, over; /* from the first mark to the settlement of the last expiry */
} rh_hedging;

/* The state of now has been held for so long. */
static inline void rh_hedging_held(rh_hedging *h, double held_ns)
{
    rh_sum_add(&h->delta2_ns, h->delta_now * h->delta_now * held_ns);
}

/* Time-weighted delta^2, held between changes, at the mark vol and the filled positions, until the
 * last expiry. */
static inline void rh_hedging_hold(rh_hedging *h, int64_t now_ns, int64_t last_expiry_ns)
{
    int64_t end = now_ns < last_expiry_ns ? now_ns : last_expiry_ns;
    if (h->started && end > h->since_ns) rh_hedging_held(h, (double)(end - h->since_ns));
    if (!h->started) h->started_ns = end;
    h->started = true;
    h->since_ns = end;
}

static inline void rh_hedging_take(rh_hedging *h, double delta)
{
    h->delta_now = delta;
    if (fabs(delta) > h->max_abs_delta) h->max_abs_delta = fabs(delta);
}

/* The last option has settled. */
static inline void rh_hedging_finish(rh_hedging *h, int64_t now_ns, int64_t last_expiry_ns)
{
    if (!h->started || h->over) return;
    rh_hedging_hold(h, now_ns, last_expiry_ns);
    h->over = true;
}

double rh_hedging_rms_delta(const rh_hedging *hedging);

#endif
