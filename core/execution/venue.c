/* The table of venue models, reading a venue from a scenario, and the depth that own orders use up.
 * Invariant: `used` of an instrument counts since the bar numbered used_bars, and is 0 after a new
 * one. */
#include "execution/venue.h"

#include <string.h>

#include "base/text.h"
#include "execution/venue_models.h"
#include "portfolio/unit.h"

const rh_venue_model rh_venue_models[] = {
    {"ideal", "fills whole at the mid, at once, free of cost", rh_venue_ideal_keys,
     rh_venue_ideal_configure, rh_venue_ideal_match},
    {"book", "spread, depth from bar volume, taker and maker fee, latency", rh_venue_book_keys,
     rh_venue_book_configure, rh_venue_book_match},
    {"proportional", "fills whole at the mid for a fixed part of the notional",
     rh_venue_proportional_keys, rh_venue_proportional_configure, rh_venue_book_match},
    {0}};

rh_status rh_venue_read(const char *name, rh_json at, rh_venue *venue, rh_error *error)
{
    const char *words[sizeof rh_venue_models / sizeof *rh_venue_models] = {0};
    int kind = 0;
    *venue = (rh_venue){0};
    if (strlen(name) >= RH_NAME_MAX) return rh_json_fail(at, error, "the venue's name is too long");
    memcpy(venue->name, name, strlen(name) + 1);
    for (int i = 0; rh_venue_models[i].name; i++)
        words[i] = rh_venue_models[i].name;
    RH_TRY(rh_json_choice(at, "kind", RH_REQUIRED, words, &kind, error));
    venue->model = &rh_venue_models[kind];
    RH_TRY(rh_json_keys(at, venue->model->keys, error));
    RH_TRY(rh_json_bool(at, "first_trade_free", RH_OPTIONAL, &venue->first_trade_free, error));
    RH_TRY(rh_json_bool(at, "last_trade_free", RH_OPTIONAL, &venue->last_trade_free, error));
    return venue->model->configure(at, venue, error);
}

void rh_venue_rewind(rh_venue *venue, int instruments)
{
    size_t count = (size_t)instruments;
    for (int side = 0; side < 2; side++)
        memset(venue->used[side], 0, count * sizeof *venue->used[side]);
    memset(venue->used_bars, 0, count * sizeof *venue->used_bars);
}

bool rh_venue_waives(const rh_venue *venue, int64_t arrives_ns)
{
    return (venue->first_trade_free && arrives_ns == venue->first_ns) ||
           (venue->last_trade_free && arrives_ns == venue->last_ns);
}

static double used_now(const rh_venue *venue, const rh_market *market, int instrument, int side)
{
    bool fresh = rh_market_quote(market, instrument)->bars != venue->used_bars[instrument];
    return fresh ? 0.0 : venue->used[side][instrument];
}

void rh_venue_quote(const rh_venue *venue, const rh_market *market, int64_t time_ns,
                    const rh_order *order, double qty, rh_match *out)
{
    rh_venue_state now = {market, time_ns, rh_unit_mid(market, order->instrument, time_ns),
                          used_now(venue, market, order->instrument, qty < 0.0)};
    *out = (rh_match){0};
    if (!(now.mid > 0.0)) { /* no market yet: wait for one */
        out->rest_waits = true;
        return;
    }
    if (rh_venue_waives(venue, order->arrives_ns)) {
        rh_venue_ideal_match(venue, &now, order, qty, out);
    } else {
        venue->model->match(venue, &now, order, qty, out);
    }
}

void rh_venue_match(rh_venue *venue, const rh_market *market, int64_t time_ns,
                    const rh_order *order, rh_match *out)
{
    int i = order->instrument, side = order->remaining < 0.0;
    rh_venue_quote(venue, market, time_ns, order, order->remaining, out);
    if (!(fabs(out->qty) > 0.0)) return;
    uint64_t bars = rh_market_quote(market, i)->bars;
    if (bars != venue->used_bars[i]) {
        venue->used[0][i] = venue->used[1][i] = 0.0;
        venue->used_bars[i] = bars;
    }
    const rh_instrument *instrument = &market->universe->instruments[i];
    bool in_usd = instrument->inverse && instrument->kind != RH_INSTRUMENT_OPTION;
    venue->used[side][i] += fabs(out->qty) / (in_usd ? rh_market_mid(market, i) : 1.0);
}
