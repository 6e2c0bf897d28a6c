/* The arithmetic of one trade on one holding, inline for those who trade at every step of a path.
 * Spot and options move cash at once; perps and futures carry their entry as unsettled basis and
 * realise it in cash as they are reduced. Invariants: those of positions.h. */
#ifndef RH_PORTFOLIO_POSITION_TRADE_H
#define RH_PORTFOLIO_POSITION_TRADE_H

#include "portfolio/positions.h"
#include "portfolio/unit.h"

/* The sum of two quantities as a position: whole lots, or, without lots, zero when only the
 * rounding of the difference is left. */
static inline double rh_position_sum(double held, double qty, double lot)
{
    double sum = held + qty;
    if (lot > 0.0) return rh_round_to_lot(sum, lot);
    return fabs(sum) <= 1e-12 * (fabs(held) + fabs(qty)) ? 0.0 : sum;
}

static inline bool rh_instrument_margined(const rh_instrument *i)
{
    return i->kind == RH_INSTRUMENT_PERP || i->kind == RH_INSTRUMENT_FUTURE;
}

/* Reduce a margined position by the closing part of a trade; returns the cash realised. */
static inline double rh_position_reduce(rh_position *held, double closing, double unit_value)
{
    double share = -closing / held->qty;
    double realised = share * held->basis - closing * unit_value;
    held->basis -= share * held->basis;
    held->qty += closing;
    return realised;
}

/* Arguments and result as of rh_positions_trade; `cash` in the settlement currency. */
static inline double rh_position_trade(const rh_instrument *i, rh_position *held, double *cash,
                                       double qty, double price, double fee)
{
    double moved = fabs(fee);
    *cash -= fee;
    if (!rh_instrument_margined(i)) {
        held->qty = rh_position_sum(held->qty, qty, i->lot);
        *cash -= qty * price;
        return moved + fabs(qty * price);
    }
    double u = rh_unit_settle_value(i, price);
    double rest = qty;
    if (held->qty * qty < 0.0) {
        double closing = fabs(qty) < fabs(held->qty) ? qty : -held->qty;
        double realised = rh_position_reduce(held, closing, u);
        *cash += realised;
        moved += fabs(realised);
        rest = qty - closing;
    }
    held->basis -= rest * u;
    held->qty = rh_position_sum(held->qty, rest, i->lot);
    if (!(fabs(held->qty) > 0.0)) { /* flat: what is left of the basis is rounding */
        *cash += held->basis;
        held->basis = 0.0;
    }
    return moved;
}

#endif
