/* Quantities and cash: what is held. A run keeps two of these, what was *filled* and what was
 * *reported*; they change through the same functions at different times.
 * Invariants: quantities are whole lots; `basis` of an instrument without position is 0. */
#ifndef RH_PORTFOLIO_POSITIONS_H
#define RH_PORTFOLIO_POSITIONS_H

#include "market/universe.h"

/* Whose position it is: the book to be hedged (entries, client trades), or the hedges. */
typedef enum rh_layer { RH_LAYER_BOOK, RH_LAYER_HEDGE, RH_LAYERS } rh_layer;

typedef struct rh_position {
    double qty;
    double basis; /* perps and futures: -sum qty u(price), unsettled, in the settlement currency */
} rh_position;

typedef struct rh_positions {
    const rh_universe *universe;
    rh_position held[RH_LAYERS][RH_INSTRUMENTS_MAX];
    double cash[RH_CURRENCIES_MAX];       /* earns interest; collateral not included */
    double collateral[RH_CURRENCIES_MAX]; /* opening balances, external */
    uint64_t version;                     /* counts every change of a quantity */
} rh_positions;

/* What both layers hold of an instrument together. */
static inline double rh_positions_qty(const rh_positions *positions, int instrument)
{
    return positions->held[RH_LAYER_BOOK][instrument].qty +
           positions->held[RH_LAYER_HEDGE][instrument].qty;
}
/* One of them holds something, even when they cancel. */
static inline bool rh_positions_holds(const rh_positions *positions, int instrument)
{
    return fabs(positions->held[RH_LAYER_BOOK][instrument].qty) > 0.0 ||
           fabs(positions->held[RH_LAYER_HEDGE][instrument].qty) > 0.0;
}

/* Nothing is held but the collateral. */
void rh_positions_rewind(rh_positions *positions);
/* Trade qty at `price` per unit (settlement currency for options and spot; USD price for perps and
 * futures) and pay `fee` (settlement currency). Returns the sum of |cash moved|, fee included. */
double rh_positions_trade(rh_positions *positions, rh_layer layer, int instrument, double qty,
                          double price, double fee);
/* Close an instrument at `price` (a payoff for options): positions of both layers go to zero.
 * paid[layer] is the cash each layer received, settlement currency. */
void rh_positions_settle(rh_positions *positions, int instrument, double price,
                         double paid[RH_LAYERS]);
/* Cash in one currency that does not earn interest: unsettled basis. */
double rh_positions_unsettled(const rh_positions *positions, rh_layer layer, int currency);
double rh_round_to_whole_lots(double qty, double lot); /* lot > 0 */
/* Nearest whole lot, ties away from zero; without a lot, less than 1e-9 is 0. */
static inline double rh_round_to_lot(double qty, double lot)
{
    if (lot > 0.0) return rh_round_to_whole_lots(qty, lot);
    return fabs(qty) < 1e-9 ? 0.0 : qty;
}

#endif
