/* Arithmetic of holdings. Spot and options move cash at once; perps and futures carry their entry
 * as unsettled basis and realise it in cash as they are reduced. No market is read here. */
#include "portfolio/positions.h"

#include <string.h>

#include "portfolio/unit.h"

double rh_round_to_lot(double qty, double lot)
{
    if (!(lot > 0.0)) return fabs(qty) < 1e-9 ? 0.0 : qty;
    /* A tie of decimals (3.5 lots of 0.001) stays one whatever its doubles round to. */
    double lots = floor(fabs(qty) / lot + 0.5 + 1e-9), per_unit = floor(1.0 / lot + 0.5);
    bool decimal = per_unit > 0.0 && fabs(per_unit * lot - 1.0) < 1e-12;
    /* 142 lots of 0.001 are 142 / 1000, the double that reads 0.142; 142 * 0.001 is not. */
    return lots > 0.0 ? copysign(decimal ? lots / per_unit : lots * lot, qty) : 0.0;
}

/* The sum of two quantities as a position: whole lots, or, without lots, zero when only the
 * rounding of the difference is left. */
static double add_qty(double held, double qty, double lot)
{
    double sum = held + qty;
    if (lot > 0.0) return rh_round_to_lot(sum, lot);
    return fabs(sum) <= 1e-12 * (fabs(held) + fabs(qty)) ? 0.0 : sum;
}

void rh_positions_rewind(rh_positions *positions)
{
    size_t instruments = (size_t)positions->universe->instrument_count;
    for (int layer = 0; layer < RH_LAYERS; layer++)
        memset(positions->held[layer], 0, instruments * sizeof *positions->held[layer]);
    memset(positions->cash, 0, sizeof positions->cash);
    positions->version++;
}

static bool margined(const rh_instrument *i)
{
    return i->kind == RH_INSTRUMENT_PERP || i->kind == RH_INSTRUMENT_FUTURE;
}

/* Reduce a margined position by the closing part of a trade; returns the cash realised. */
static double reduce(rh_position *held, double closing, double unit_value)
{
    double share = -closing / held->qty;
    double realised = share * held->basis - closing * unit_value;
    held->basis -= share * held->basis;
    held->qty += closing;
    return realised;
}

double rh_positions_trade(rh_positions *positions, rh_layer layer, int instrument, double qty,
                          double price, double fee)
{
    const rh_instrument *i = &positions->universe->instruments[instrument];
    rh_position *held = &positions->held[layer][instrument];
    double moved = fabs(fee);
    positions->version++;
    positions->cash[i->settle] -= fee;
    if (!margined(i)) {
        held->qty = add_qty(held->qty, qty, i->lot);
        positions->cash[i->settle] -= qty * price;
        return moved + fabs(qty * price);
    }
    double u = rh_unit_settle_value(i, price);
    double rest = qty;
    if (held->qty * qty < 0.0) {
        double closing = fabs(qty) < fabs(held->qty) ? qty : -held->qty;
        double realised = reduce(held, closing, u);
        positions->cash[i->settle] += realised;
        moved += fabs(realised);
        rest = qty - closing;
    }
    held->basis -= rest * u;
    held->qty = add_qty(held->qty, rest, i->lot);
    if (!(fabs(held->qty) > 0.0)) { /* flat: what is left of the basis is rounding */
        positions->cash[i->settle] += held->basis;
        held->basis = 0.0;
    }
    return moved;
}

void rh_positions_settle(rh_positions *positions, int instrument, double price,
                         double paid[RH_LAYERS])
{
    const rh_instrument *i = &positions->universe->instruments[instrument];
    positions->version++;
    for (int layer = 0; layer < RH_LAYERS; layer++) {
        rh_position *held = &positions->held[layer][instrument];
        paid[layer] = held->qty * rh_unit_settle_value(i, price) + held->basis;
        positions->cash[i->settle] += paid[layer];
        *held = (rh_position){0};
    }
}

double rh_positions_unsettled(const rh_positions *positions, rh_layer layer, int currency)
{
    double sum = 0.0;
    for (int i = 0; i < positions->universe->instrument_count; i++) {
        const rh_instrument *instrument = &positions->universe->instruments[i];
        if (instrument->settle == currency && margined(instrument)) {
            sum += positions->held[layer][i].basis;
        }
    }
    return sum;
}
