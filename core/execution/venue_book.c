/* The book venue: half a spread from the mid, then levels of equal depth, then fees on notional.
 * Reads one market state; keeps nothing. Invariant: costs plus mid explain the price exactly:
 * qty (u(price) - u(mid)) = spread + depth. */
#include <math.h>

#include "execution/venue_fill.h"
#include "execution/venue_models.h"
#include "portfolio/unit.h"

#define DEEPEST_BID 0.99 /* distance from the mid, as a part of it */

const char *const rh_venue_book_keys[] = {
    "kind",      "spread_bps",  "taker_bps", "maker_bps", "latency_ms",       "report_ms",
    "level_bps", "depth_share", "levels",    "fee_on",    "first_trade_free", "last_trade_free",
    "fee_cap",   "spread_vol",  NULL};

static rh_status read_ms(rh_json at, const char *key, int64_t *ns, rh_error *error)
{
    double ms = (double)*ns * 1e-6;
    RH_TRY(rh_json_number(at, key, RH_OPTIONAL, 0.0, 86400e3, &ms, error));
    *ns = (int64_t)floor(ms * 1e6 + 0.5);
    return RH_OK;
}

rh_status rh_venue_book_configure(rh_json at, rh_venue *venue, rh_error *error)
{
    static const char *const bases[] = {"premium", "underlying", NULL};
    int64_t levels = 10;
    int base = 0;
    venue->spread_bps = -1.0;
    venue->level_bps = 1.0;
    RH_TRY(rh_json_number(at, "spread_bps", RH_OPTIONAL, 0.0, 10000.0, &venue->spread_bps, error));
    RH_TRY(rh_json_number(at, "taker_bps", RH_OPTIONAL, -100.0, 10000.0, &venue->taker_bps, error));
    RH_TRY(rh_json_number(at, "maker_bps", RH_OPTIONAL, -100.0, 10000.0, &venue->maker_bps, error));
    RH_TRY(read_ms(at, "latency_ms", &venue->latency_ns, error));
    RH_TRY(read_ms(at, "report_ms", &venue->report_ns, error));
    RH_TRY(rh_json_number(at, "depth_share", RH_OPTIONAL, 1e-9, 1e6, &venue->depth_share, error));
    RH_TRY(rh_json_number(at, "level_bps", RH_OPTIONAL, 0.0, 1000.0, &venue->level_bps, error));
    RH_TRY(rh_json_integer(at, "levels", RH_OPTIONAL, 1, 1000, &levels, error));
    venue->levels = (int)levels;
    RH_TRY(rh_json_number(at, "spread_vol", RH_OPTIONAL, 0.0, 10.0, &venue->spread_vol, error));
    RH_TRY(rh_json_choice(at, "fee_on", RH_OPTIONAL, bases, &base, error));
    RH_TRY(rh_json_number(at, "fee_cap", RH_OPTIONAL, 1e-6, 1.0, &venue->fee_cap, error));
    venue->fee_on_underlying = base == 1;
    return RH_OK;
}

/* Of an option: in the price and in vol together, but nobody pays less than nothing. */
static double option_half_spread(const rh_venue *venue, const rh_venue_state *now, int instrument,
                                 double qty)
{
    double half = venue->spread_bps > 0.0 ? now->mid * venue->spread_bps * 0.5e-4 : 0.0;
    if (venue->spread_vol > 0.0) {
        half += 0.5 * venue->spread_vol * rh_option_vega(now->market, instrument, now->time_ns);
    }
    return qty < 0.0 && half > DEEPEST_BID * now->mid ? DEEPEST_BID * now->mid : half;
}

static double half_spread(const rh_venue *venue, const rh_venue_state *now, int instrument,
                          double qty)
{
    const rh_market *market = now->market;
    double mid = now->mid;
    if (market->universe->instruments[instrument].kind == RH_INSTRUMENT_OPTION) {
        return option_half_spread(venue, now, instrument, qty);
    }
    if (venue->spread_bps >= 0.0) return rh_venue_half_spread(venue, mid);
    const rh_quote *quote = rh_market_quote(market, instrument);
    return quote->ask > quote->bid && quote->bid > 0.0 ? 0.5 * (quote->ask - quote->bid) : 0.0;
}

/* How a taker walks the levels: asset units filled, and the sum of units x distance beyond the half
 * spread. `limit_distance`: how far from the mid the order may go, HUGE_VAL for anywhere. */
static double walk(const rh_venue *venue, double level_size, double wanted, double used,
                   double half, double step, double limit_distance, double *beyond)
{
    double filled = 0.0;
    *beyond = 0.0;
    if (!(venue->depth_share > 0.0)) return half <= limit_distance ? wanted : 0.0;
    for (int k = 0; k < venue->levels && filled < wanted; k++) {
        if (half + k * step > limit_distance) break;
        double left = level_size * (k + 1) - (used + filled);
        if (!(left > 0.0)) continue;
        double take = left < wanted - filled ? left : wanted - filled;
        filled += take;
        *beyond += take * (k * step);
    }
    return filled;
}

/* Options: bps of the underlying or of the premium, and never more than a share of the premium. */
static double fee_of(const rh_venue *venue, const rh_venue_state *now, int instrument, double qty,
                     double price, bool maker)
{
    const rh_instrument *i = &now->market->universe->instruments[instrument];
    double rate = maker ? venue->maker_bps : venue->taker_bps;
    double notional = rh_unit_notional(i, qty, price), most = venue->fee_cap * notional;
    if (venue->fee_on_underlying) {
        notional = fabs(qty) * rh_option_underlying(now->market, instrument);
    }
    double fee = notional * rate * 1e-4;
    return venue->fee_cap > 0.0 && fee > most ? most : fee;
}

static void book_fill(const rh_venue *venue, const rh_venue_state *now, int instrument,
                      double half, double qty, double price, bool maker, rh_match *out)
{
    const rh_instrument *i = &now->market->universe->instruments[instrument];
    double mid = now->mid;
    if (i->kind != RH_INSTRUMENT_OPTION) {
        rh_venue_fill(venue, i, mid, half, qty, price, maker, out);
        return;
    }
    double side = qty > 0.0 ? 1.0 : -1.0;
    double touch = maker ? price : mid + side * half;
    out->qty = qty;
    out->price = price;
    out->spread = qty * (rh_unit_settle_value(i, touch) - rh_unit_settle_value(i, mid));
    out->depth = maker ? 0.0 : qty * (rh_unit_settle_value(i, price) -
                                      rh_unit_settle_value(i, touch));
    out->fee = fee_of(venue, now, instrument, qty, price, maker);
}

bool rh_venue_is_whole(const rh_venue *venue)
{
    return venue->model->match == rh_venue_book_match && !(venue->depth_share > 0.0) &&
           venue->spread_bps >= 0.0 && venue->spread_bps * 0.5e-4 < DEEPEST_BID;
}

void rh_venue_book_match(const rh_venue *venue, const rh_venue_state *now, const rh_order *order,
                         double qty, rh_match *out)
{
    const rh_market *market = now->market;
    const rh_instrument *i = &market->universe->instruments[order->instrument];
    double mid = now->mid, used = now->used;
    double half = half_spread(venue, now, order->instrument, qty);
    double side = qty > 0.0 ? 1.0 : -1.0;
    bool in_usd = i->inverse && i->kind != RH_INSTRUMENT_OPTION;
    double to_asset = in_usd ? 1.0 / mid : 1.0;
    double room = order->limit > 0.0 ? side * (order->limit - mid) : HUGE_VAL;
    if (qty < 0.0 && room > DEEPEST_BID * mid) room = DEEPEST_BID * mid; /* prices are positive */
    /* A bound that is met waits if the person gave it as a limit, and ends the order if it is the
     * slippage tolerance of a market order. Depth that ran out refills with the next bar. */
    out->rest_waits = order->is_limit || !(order->limit > 0.0);
    bool rested = order->is_limit && order->state == RH_ORDER_WORKING && !order->fresh;
    if (rested) { /* resting: whole at its own price once the other side touches it */
        if (room < half) return;
        book_fill(venue, now, order->instrument, half, qty, order->limit, true, out);
        return;
    }
    double beyond = 0.0;
    double level_size = venue->depth_share * rh_market_quote(market, order->instrument)->bar_volume;
    double wanted = fabs(qty) * to_asset;
    double filled =
        walk(venue, level_size, wanted, used, half, mid * venue->level_bps * 1e-4, room, &beyond);
    double got = filled < wanted ? filled / to_asset : fabs(qty);
    if (filled < wanted && i->lot > 0.0) got = floor(got / i->lot + 1e-9) * i->lot;
    if (!(got > 0.0)) return;
    double price = mid + side * (half + (filled > 0.0 ? beyond / filled : 0.0));
    book_fill(venue, now, order->instrument, half, side * got, price, false, out);
}
