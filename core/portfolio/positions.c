/* Arithmetic of holdings: many of them, in several currencies; that of one is in position_trade.h.
 * No market is read here. */
#include "portfolio/positions.h"

#include <string.h>

#include "portfolio/position_trade.h"

double rh_round_to_whole_lots(double qty, double lot)
{
    /* A tie of decimals (3.5 lots of 0.001) stays one whatever its doubles round to. */
    double lots = floor(fabs(qty) / lot + 0.5 + 1e-9), per_unit = floor(1.0 / lot + 0.5);
    bool decimal = per_unit > 0.0 && fabs(per_unit * lot - 1.0) < 1e-12;
    /* 142 lots of 0.001 are 142 / 1000, the double that reads 0.142; 142 * 0.001 is not. */
    return lots > 0.0 ? copysign(decimal ? lots / per_unit : lots * lot, qty) : 0.0;
}

void rh_positions_rewind(rh_positions *positions)
{
    size_t instruments = (size_t)positions->universe->instrument_count;
    for (int layer = 0; layer < RH_LAYERS; layer++)
        memset(positions->held[layer], 0, instruments * sizeof *positions->held[layer]);
    memset(positions->cash, 0, sizeof positions->cash);
    positions->version++;
}

double rh_positions_trade(rh_positions *positions, rh_layer layer, int instrument, double qty,
                          double price, double fee)
{
    const rh_instrument *i = &positions->universe->instruments[instrument];
    positions->version++;
    return rh_position_trade(i, &positions->held[layer][instrument], &positions->cash[i->settle],
                             qty, price, fee);
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
        if (instrument->settle == currency && rh_instrument_margined(instrument)) {
            sum += positions->held[layer][i].basis;
        }
    }
    return sum;
}
