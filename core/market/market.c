/* Applying records to one market state, and reading it. Knows nothing of positions or of the other
 * state. Invariant: spot[a] is the newest mid of asset a's primary instrument. */
#include "market/market.h"

#include <string.h>

rh_status rh_market_init(rh_market *market, const rh_universe *universe, rh_error *error)
{
    *market = (rh_market){.universe = universe};
    for (int a = 0; a < universe->asset_count; a++) {
        const rh_asset *asset = &universe->assets[a];
        RH_TRY(rh_vol_tracker_init(&market->mark[a], &asset->mark_vol, error));
        RH_TRY(rh_vol_tracker_init(&market->hedge[a], &asset->hedge_vol, error));
    }
    for (int i = 0; i < universe->instrument_count; i++) {
        int a = universe->instruments[i].asset;
        market->moves[i] = universe->assets[a].primary == i ? a : -1;
    }
    return RH_OK;
}

void rh_market_rewind(rh_market *market)
{
    size_t instruments = (size_t)market->universe->instrument_count;
    memset(market->quotes, 0, instruments * sizeof *market->quotes);
    memset(market->funding, 0, instruments * sizeof *market->funding);
    for (int a = 0; a < market->universe->asset_count; a++) {
        market->spot[a] = 0.0;
        market->spot_ns[a] = 0;
        rh_vol_tracker_rewind(&market->mark[a]);
        rh_vol_tracker_rewind(&market->hedge[a]);
    }
    market->vol_version = 0;
}

void rh_market_free(rh_market *market)
{
    for (int a = 0; market->universe && a < market->universe->asset_count; a++) {
        rh_vol_tracker_free(&market->mark[a]);
        rh_vol_tracker_free(&market->hedge[a]);
    }
}

static void apply_vol(rh_market *market, int asset, double sigma)
{
    bool moved = rh_vol_tracker_mark(&market->mark[asset], sigma);
    moved |= rh_vol_tracker_mark(&market->hedge[asset], sigma);
    market->vol_version += moved;
}

static void apply_spot(rh_market *market, int asset, int64_t time_ns, double mid)
{
    market->spot[asset] = mid;
    market->spot_ns[asset] = time_ns;
    bool moved = rh_vol_tracker_spot(&market->mark[asset], time_ns, mid);
    moved |= rh_vol_tracker_spot(&market->hedge[asset], time_ns, mid);
    market->vol_version += moved;
}

void rh_market_apply(rh_market *market, const rh_record *record)
{
    int index = record->instrument;
    rh_quote *quote = &market->quotes[index];
    double mid;
    switch ((rh_record_kind)record->kind) {
    case RH_RECORD_BAR:
        quote->bar_volume = record->size;
        quote->bars++;
        break;
    case RH_RECORD_TRADE: quote->last_size = record->size; break;
    case RH_RECORD_QUOTE:
        quote->bid = record->price;
        quote->ask = record->extra;
        break;
    case RH_RECORD_VOL:
        apply_vol(market, market->universe->instruments[index].asset, record->price);
        break;
    case RH_RECORD_FUNDING: market->funding[index] = record->price; break;
    case RH_RECORD_BAR_POINT:
    case RH_RECORD_KINDS: break;
    }
    if (!rh_record_mid(record, &mid)) return;
    quote->mid = mid;
    quote->updated_ns = record->happened_ns;
    if (market->moves[index] >= 0) {
        apply_spot(market, market->moves[index], record->happened_ns, mid);
    }
}

const rh_quote *rh_market_quote(const rh_market *market, int instrument)
{
    const rh_instrument *i = &market->universe->instruments[instrument];
    int primary = market->universe->assets[i->asset].primary;
    return &market->quotes[i->has_feed || primary < 0 ? instrument : primary];
}

double rh_market_vol(const rh_market *market, int instrument, bool hedge)
{
    const rh_instrument *i = &market->universe->instruments[instrument];
    if (i->own_vol > 0.0) return i->own_vol;
    const rh_asset *asset = &market->universe->assets[i->asset];
    return hedge && !asset->hedge_is_mark ? market->hedge[i->asset].sigma
                                          : market->mark[i->asset].sigma;
}

double rh_market_fx(const rh_market *market, int currency)
{
    const rh_currency *c = &market->universe->currencies[currency];
    if (c->conversion == RH_CONVERT_TIMES) return market->spot[c->asset];
    if (c->conversion == RH_CONVERT_OVER && market->spot[c->asset] > 0.0) {
        return 1.0 / market->spot[c->asset];
    }
    if (c->conversion == RH_CONVERT_OVER) return 0.0; /* no price yet; nothing is held in it */
    return 1.0;
}
