/* The engine's own set of books: P&L, its causes and its costs, through time, in the numeraire.
 * Works on the *filled* positions and on what *is*. Time is cut into intervals, which end at every
 * ledger row, fill, trade and settlement; within one, positions are constant.
 * Invariant (checked): equity from cash and marks = pnl.total = sum of the attribution block. */
#ifndef RH_PORTFOLIO_BOOKS_H
#define RH_PORTFOLIO_BOOKS_H

#include "base/accounts.h"
#include "market/market.h"
#include "math/kernels.h"
#include "portfolio/positions.h"
#include "portfolio/unit.h"

typedef struct rh_sum {
    double sum, error;
} rh_sum; /* compensated (Neumaier 1974) */
static inline double rh_sum_value(const rh_sum *s)
{
    return s->sum + s->error;
}
static inline void rh_sum_add(rh_sum *s, double value)
{
    double total = s->sum + value;
    s->error += fabs(s->sum) >= fabs(value) ? (s->sum - total) + value : (value - total) + s->sum;
    s->sum = total;
}

/* What a balance earns between two times, continuously at `rate`. */
static inline double rh_interest(double balance, double rate, int64_t from_ns, int64_t to_ns)
{
    return fabs(rate) > 0.0 ? balance * rh_expm1(rate * rh_years(from_ns, to_ns)) : 0.0;
}

static inline double rh_future_value(double cash, double growth)
{
    return cash + cash * growth;
}

typedef struct rh_books {
    const rh_universe *universe;
    rh_positions *positions; /* the filled ones */
    rh_positions *reported;  /* interest is credited to both at once */
    bool lean; /* cash and costs alone; values and causes only where rh_books_value asks */
    int64_t end_ns; /* of lean books, whose costs are what they are then worth */
    /* the open interval */
    bool open;
    int64_t from_ns;
    double spot[RH_ASSETS_MAX];
    double fx[RH_CURRENCIES_MAX];
    double mid[RH_INSTRUMENTS_MAX], sigma[RH_INSTRUMENTS_MAX];
    rh_unit unit[RH_INSTRUMENTS_MAX];
    int active[RH_INSTRUMENTS_MAX], active_count; /* instruments with a position, ascending */
    /* since the start, numeraire */
    rh_sum pnl[RH_PNL_CAUSES], attribution[RH_ATTRIBUTIONS];
    rh_sum cost[RH_COST_KINDS];         /* positive = lost */
    rh_sum gross_flow;                  /* sum of |cash movements| */
    rh_sum gross_gamma, gross_residual; /* sums of |gamma term|, |residual| over intervals */
    rh_sum collateral;                  /* opening collateral in the numeraire */
    double peak_held;                   /* largest sum of |amounts held|, for the tolerance */
} rh_books;

void rh_books_init(rh_books *books, const rh_universe *universe, rh_positions *filled,
                   rh_positions *reported);

/* Everything of `positions` that is not zero has a price in this market. */
bool rh_books_can_mark(const rh_positions *positions, const rh_market *market);
/* End the interval at time_ns (accruing interest into cash) and start the next. The first call
 * opens the books and values the collateral. Lean books are marked at fills, entries, settlements,
 * funding and the end alone, so that interest accrues then. */
void rh_books_mark(rh_books *books, const rh_market *market, int64_t time_ns);

/* What one unit of a currency earns until the end of lean books. */
double rh_books_growth(const rh_books *books, int currency, int64_t time_ns);
/* Of lean books, after a mark at the same time: value what is held, for rh_books_equity. */
void rh_books_value(rh_books *books, const rh_market *market, int64_t time_ns);
/* As after init, with what the positions held at the start. */
void rh_books_rewind(rh_books *books);

/* What a hedge fill did; prices as in rh_positions_trade. Costs in the settlement currency. */
typedef struct rh_fill_booking {
    int instrument;
    double qty, price;
    double mid_decision, mid_arrival;
    double cost[RH_COST_KINDS]; /* latency is computed here and written back */
} rh_fill_booking;
/* Book a hedge fill at time_ns: marks, moves positions, books costs. */
void rh_books_fill(rh_books *books, const rh_market *market, int64_t time_ns,
                   rh_fill_booking *fill);
/* Book a portfolio entry or client trade; entry = mark value - price paid. */
void rh_books_entry(rh_books *books, const rh_market *market, int64_t time_ns, int instrument,
                    double qty, double price);
/* Settle an expiring instrument at `price` (of the asset, or its payoff per unit for options). */
void rh_books_settle(rh_books *books, const rh_market *market, int64_t time_ns, int instrument,
                     double price, double paid[RH_LAYERS]);
/* Pay the funding of a perp at `rate` of notional; positive rate: longs pay. Returns the cash moved
 * in the settlement currency. */
double rh_books_funding(rh_books *books, const rh_market *market, int64_t time_ns, int instrument,
                        double rate);

double rh_books_pnl(const rh_books *books); /* options + hedges + carry + entry - cost */
double rh_books_cost(const rh_books *books);
double rh_books_attribution(const rh_books *books); /* sum of the block */
/* Equity from cash and marks alone, minus the opening collateral; an independent path to the P&L.
 */
double rh_books_equity(const rh_books *books);
/* |equity - pnl| and |attribution - pnl| within 1e-9 of gross flow, plus the rounding of what was
 * held at most (or RH_BROKEN). */
rh_status rh_books_check(const rh_books *books, rh_error *error);

#endif
