/* Applying records to one market state, and reading it. Knows nothing of positions or of the other
 * state. Invariant: spot[a] is the newest mid of asset a's primary instrument. */
#include "market/market.h"

rh_status rh_market_init(rh_market *market, const rh_universe *universe, rh_error *error)
{
    *market = (rh_market){.universe = universe};
    for (int a = 0; a < universe->asset_count; a++) {
        const rh_asset *asset = &universe->assets[a];
        RH_TRY(rh_vol_tracker_init(&market->mark[a], &asset->mark_vol, error));
        RH_TRY(rh_vol_tracker_init(&market->hedge[a], &asset->hedge_vol, error));
    }
    return RH_OK;
}

void rh_market_free(rh_market *market)
{
    for (int a = 0; market->universe && a < market->universe->asset_count; a++) {
        rh_vol_tracker_free(&market->mark[a]);
        rh_vol_tracker_free(&market->hedge[a]);
    }
}

static void apply_price(rh_market *market, const rh_record *record, double mid)
{
    int index = record->instrument;
    int a = market->universe->instruments[index].asset;
    market->quotes[index].mid = mid;
    market->quotes[index].updated_ns = record->happened_ns;
    if (market->universe->assets[a].primary != index) return;
    market->spot[a] = mid;
    market->spot_ns[a] = record->happened_ns;
    bool moved = rh_vol_tracker_spot(&market->mark[a], record->happened_ns, mid);
    moved |= rh_vol_tracker_spot(&market->hedge[a], record->happened_ns, mid);
    market->vol_version += moved;
}

void rh_market_apply(rh_market *market, const rh_record *record)
{
    rh_quote *quote = &market->quotes[record->instrument];
    int a = market->universe->instruments[record->instrument].asset;
    bool moved;
    switch ((rh_record_kind)record->kind) {
    case RH_RECORD_BAR:
        quote->bar_volume = record->size;
        quote->bars++;
        apply_price(market, record, record->price);
        break;
    case RH_RECORD_TRADE:
        quote->last_size = record->size;
        apply_price(market, record, record->price);
        break;
    case RH_RECORD_BAR_POINT: apply_price(market, record, record->price); break;
    case RH_RECORD_QUOTE:
        quote->bid = record->price;
        quote->ask = record->extra;
        apply_price(market, record, 0.5 * (record->price + record->extra));
        break;
    case RH_RECORD_VOL:
        moved = rh_vol_tracker_mark(&market->mark[a], record->price);
        moved |= rh_vol_tracker_mark(&market->hedge[a], record->price);
        market->vol_version += moved;
        break;
    case RH_RECORD_FUNDING: market->funding[record->instrument] = record->price; break;
    case RH_RECORD_KINDS: break;
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
