/* Net delta, fast. The batch gives per-unit deltas of all live options of one asset; positions are
 * then weighted sums over a fixed tree of lanes. Invariant: what is kept (deltas, sums, gathered
 * positions) is used only for exactly equal inputs, so that keeping it never changes a bit. */
#include "portfolio/net_delta.h"

#include <string.h>

#include "math/kernels.h"
#include "portfolio/log_spots.h"
#include "portfolio/unit.h"
#include "pricing/option.h"

void rh_net_delta_init(rh_net_delta *net, const rh_universe *universe, int asset,
                       bool hedge_collateral)
{
    *net =
        (rh_net_delta){.universe = universe, .asset = asset, .hedge_collateral = hedge_collateral};
    net->in_coin = universe->assets[asset].coin == universe->numeraire;
    const rh_asset *of = &universe->assets[asset];
    net->flat = !(fabs(of->rate) > 0.0) && !(fabs(of->yield) > 0.0);
    for (int i = 0; i < universe->instrument_count; i++) {
        const rh_instrument *instrument = &universe->instruments[i];
        bool margined =
            instrument->kind == RH_INSTRUMENT_PERP || instrument->kind == RH_INSTRUMENT_FUTURE;
        net->margined[instrument->settle] |= margined;
    }
    for (int c = 0; c < universe->currency_count; c++) {
        const rh_currency *currency = &universe->currencies[c];
        bool moves = currency->conversion != RH_CONVERT_NONE && currency->asset == asset;
        if (moves) net->currency[net->currency_count++] = c;
    }
}

static rh_status add_option(rh_net_delta *net, int i, rh_error *error)
{
    const rh_instrument *o = &net->universe->instruments[i];
    int n = net->count++, group = 0;
    while (group < net->expiry_count && net->expiry_ns[group] != o->expiry_ns)
        group++;
    if (group == RH_EXPIRIES_MAX) {
        return rh_fail(error, RH_INPUT, "more than %d expiries in one book", RH_EXPIRIES_MAX);
    }
    if (group == net->expiry_count) net->expiry_ns[net->expiry_count++] = o->expiry_ns;
    net->option[n] = i;
    net->expiry_of[n] = group;
    net->own_vol[n] = o->own_vol;
    net->own_inverse[n] = o->own_vol > 0.0 ? 1.0 / o->own_vol : 0.0;
    net->strike[n] = o->strike;
    rh_log_strike(o->strike, &net->log_strike[n], &net->log_strike_lo[n]);
    net->inverse[n] = o->inverse && net->in_coin;
    net->sign[n] = net->scale[n] = o->is_call ? 1.0 : -1.0;
    net->half_sign[n] = net->sign[n] * (net->inverse[n] ? -0.5 : 0.5);
    net->drift[n] = 0.0;
    net->slow[n] = o->underlying >= 0 || (net->in_coin && !o->inverse);
    net->any_slow |= net->slow[n];
    net->any_inverse |= net->inverse[n];
    return RH_OK;
}

rh_status rh_net_delta_rebuild(rh_net_delta *net, const rh_positions *filled,
                               const rh_positions *reported, rh_error *error)
{
    net->count = net->expiry_count = net->other_count = 0;
    net->any_slow = net->any_inverse = false;
    net->held[0].of = net->held[1].of = NULL;
    net->cache[0].valid = net->cache[1].valid = net->timed = false;
    net->ahead.count = net->ahead.at = 0;
    net->ahead.state[0].valid = false;
    for (int i = 0; i < net->universe->instrument_count; i++) {
        const rh_instrument *instrument = &net->universe->instruments[i];
        if (instrument->asset != net->asset) continue;
        if (instrument->kind != RH_INSTRUMENT_OPTION) {
            net->other[net->other_count++] = i;
        } else if (rh_positions_holds(filled, i) || rh_positions_holds(reported, i)) {
            RH_TRY(add_option(net, i, error));
        }
    }
    return RH_OK;
}

/* What depends on the time alone. An inverse option measured in quote currency has the undiscounted
 * forward delta, N(d1). */
static void set_time(rh_net_delta *net, int64_t time_ns)
{
    const rh_asset *asset = &net->universe->assets[net->asset];
    double carry[RH_EXPIRIES_MAX];
    net->timed = true;
    net->timed_ns = time_ns;
    net->at_vol = 0.0;
    for (int g = 0; g < net->expiry_count; g++) {
        double T = rh_years(time_ns, net->expiry_ns[g]);
        net->root[g] = sqrt(T);
        net->inverse_root[g] = T > 0.0 ? 1.0 / net->root[g] : RH_DELTA_CERTAIN;
        net->growth[g] = net->flat ? 1.0 : rh_exp((asset->rate - asset->yield) * T);
        carry[g] = net->flat ? 1.0 : rh_exp(-asset->yield * T);
    }
    for (int n = 0; n < net->count && !net->flat; n++) {
        int g = net->expiry_of[n];
        bool quote_inverse = net->universe->instruments[net->option[n]].inverse && !net->in_coin;
        net->drift[n] = (asset->rate - asset->yield) * rh_years(time_ns, net->expiry_ns[g]);
        net->scale[n] = net->sign[n] * (quote_inverse ? 1.0 : carry[g]);
    }
}

/* What depends on the vol as well. */
static void set_vol(rh_net_delta *net, double sigma)
{
    double total[RH_EXPIRIES_MAX], slope[RH_EXPIRIES_MAX], inverse = 1.0 / sigma;
    net->at_vol = sigma;
    for (int g = 0; g < net->expiry_count; g++) {
        total[g] = sigma * net->root[g];
        slope[g] = inverse * net->inverse_root[g];
    }
    for (int n = 0; n < net->count; n++) {
        int g = net->expiry_of[n];
        bool own = net->own_vol[n] > 0.0;
        net->slope[n] =
            net->sign[n] * (own ? net->own_inverse[n] * net->inverse_root[g] : slope[g]);
        net->shift[n] = net->half_sign[n] * (own ? net->own_vol[n] * net->root[g] : total[g]);
    }
}

/* What depends on the spot: the weight of options measured in coin. */
static void set_spot(rh_net_delta *net, double spot)
{
    for (int n = 0; n < net->count; n++) {
        double forward = spot * net->growth[net->expiry_of[n]];
        if (net->inverse[n]) net->scale[n] = net->sign[n] * (net->strike[n] / forward);
    }
}

/* Delta of one unit as the design defines it: dW/dS in quote currency, S dW/dS in coin. */
static double slow_delta(const rh_net_delta *net, const rh_market *market, int i, int64_t time_ns,
                         bool hedge_vol)
{
    rh_unit unit;
    rh_unit_value(market, i, time_ns, hedge_vol, &unit);
    return net->in_coin ? market->spot[net->asset] * unit.delta : unit.delta;
}

static bool is_of(const rh_option_deltas *c, double spot, int64_t time_ns, double sigma)
{
    return c->valid && c->time_ns == time_ns && !memcmp(&c->spot, &spot, sizeof spot) &&
           !memcmp(&c->sigma, &sigma, sizeof sigma);
}

static void set_state(rh_net_delta *net, double spot, int64_t time_ns, double sigma)
{
    if (!net->timed || net->timed_ns != time_ns) set_time(net, time_ns);
    if (memcmp(&net->at_vol, &sigma, sizeof sigma) != 0) set_vol(net, sigma);
    if (net->any_inverse) set_spot(net, spot);
}

static rh_option_deltas *unit_deltas(rh_net_delta *net, const rh_market *market, int64_t time_ns,
                                     bool hedge_vol)
{
    double spot = market->spot[net->asset];
    double sigma = hedge_vol && !net->universe->assets[net->asset].hedge_is_mark
                       ? market->hedge[net->asset].sigma
                       : market->mark[net->asset].sigma;
    rh_option_deltas *ahead = &net->ahead.state[net->ahead.at];
    if (is_of(ahead, spot, time_ns, sigma)) return ahead;
    for (int k = 0; k < 2; k++) {
        if (!is_of(&net->cache[k], spot, time_ns, sigma) || net->any_slow) continue;
        net->newest = k;
        return &net->cache[k];
    }
    net->newest = !net->newest;
    rh_option_deltas *c = &net->cache[net->newest];
    double *delta = net->deltas[net->newest];
    *c = (rh_option_deltas){spot, sigma, time_ns, delta, .valid = true};
    set_state(net, spot, time_ns, sigma);
    rh_delta_batch batch = {.count = (size_t)net->count,
                            .log_strike = net->log_strike,
                            .log_strike_lo = net->log_strike_lo,
                            .drift = net->drift,
                            .slope = net->slope,
                            .shift = net->shift,
                            .scale = net->scale,
                            .out = delta};
    rh_option_delta_batch(&batch, spot);
    for (int n = 0; n < net->count && net->any_slow; n++) {
        if (net->slow[n]) delta[n] = slow_delta(net, market, net->option[n], time_ns, hedge_vol);
    }
    return c;
}

/* --- states to come ------------------------------------------------------------------------ */

/* Contracts at a spot S are contracts at 1 with their strike over S: x = ln S - ln K has the same
 * bits, since a difference only changes its sign with its order. */
static void put_state(rh_net_delta *net, int k, double log_spot, double log_spot_lo)
{
    rh_net_ahead *a = &net->ahead;
    rh_option_deltas *state = &a->state[k];
    int from = k * net->count;
    set_state(net, state->spot, state->time_ns, state->sigma);
    for (int n = 0; n < net->count; n++) {
        a->log_strike[from + n] = net->log_strike[n] - log_spot;
        a->log_strike_lo[from + n] = net->log_strike_lo[n] - log_spot_lo;
        a->drift[from + n] = net->drift[n];
        a->slope[from + n] = net->slope[n];
        a->shift[from + n] = net->shift[n];
        a->scale[from + n] = net->scale[n];
    }
    state->delta = a->delta + from;
    state->valid = true;
    state->summed[0] = state->summed[1] = false;
}

static void compute_states(rh_net_delta *net)
{
    rh_net_ahead *a = &net->ahead;
    double spot[RH_AHEAD_STATES], hi[RH_AHEAD_STATES], lo[RH_AHEAD_STATES];
    for (int k = 0; k < a->count; k++)
        spot[k] = a->state[k].spot;
    rh_log_spots(spot, (size_t)a->count, hi, lo);
    for (int k = 0; k < a->count; k++)
        put_state(net, k, hi[k], lo[k]);
    rh_delta_batch batch = {.count = (size_t)(a->count * net->count),
                            .log_strike = a->log_strike,
                            .log_strike_lo = a->log_strike_lo,
                            .drift = a->drift,
                            .slope = a->slope,
                            .shift = a->shift,
                            .scale = a->scale,
                            .out = a->delta};
    rh_option_delta_batch(&batch, 1.0);
}

static void add_state(rh_net_ahead *a, double spot, int64_t time_ns, double sigma)
{
    rh_option_deltas *state = &a->state[a->count++];
    state->spot = spot;
    state->time_ns = time_ns;
    state->sigma = sigma;
}

/* Worth it for a book that leaves vectors empty, while the vol stays: a state that comes otherwise
 * than foreseen is lost work. */
static bool can_look_ahead(const rh_net_delta *net, const rh_market *market)
{
    return net->count > 0 && net->count <= RH_AHEAD_BOOK && !net->any_slow &&
           !market->mark[net->asset].memory && market->spot[net->asset] > 0.0;
}

void rh_net_delta_ahead(rh_net_delta *net, const rh_market *market, int64_t time_ns,
                        const rh_record *next, const rh_record *end)
{
    rh_net_ahead *a = &net->ahead;
    int primary = net->universe->assets[net->asset].primary;
    double spot = market->spot[net->asset], sigma = market->mark[net->asset].sigma, mid;
    if (!can_look_ahead(net, market)) return;
    bool came = a->at + 1 < a->count && is_of(&a->state[a->at + 1], spot, time_ns, sigma);
    if (came) a->at++;
    if (is_of(&a->state[a->at], spot, time_ns, sigma)) return;
    a->count = a->at = 0;
    add_state(a, spot, time_ns, sigma);
    for (; a->count < RH_AHEAD_STATES && next < end && next->kind != RH_RECORD_VOL; next++) {
        if (next->instrument == primary && rh_record_mid(next, &mid)) spot = mid;
        add_state(a, spot, next->happened_ns, sigma);
    }
    compute_states(net);
}

/* --- what is held -------------------------------------------------------------------------- */

static void gather(rh_net_delta *net, rh_net_held *held, const rh_positions *p)
{
    const rh_net_held *else_held = &net->held[held == &net->held[0]];
    held->of = p;
    held->version = p->version;
    for (int n = 0; n < net->count; n++)
        held->qty[n] = rh_positions_qty(p, net->option[n]);
    bool same = else_held->of &&
                !memcmp(held->qty, else_held->qty, (size_t)net->count * sizeof held->qty[0]);
    held->set = same == (else_held->set == 1);
    for (int k = 0; k < 2 && !same; k++)
        net->cache[k].summed[held->set] = false;
    for (int k = 0; k < net->ahead.count && !same; k++)
        net->ahead.state[k].summed[held->set] = false;
    held->other_count = 0;
    for (int k = 0; k < net->other_count; k++) {
        bool any = fabs(rh_positions_qty(p, net->other[k])) > 0.0;
        if (any) held->other[held->other_count++] = net->other[k];
    }
    for (int k = 0; k < net->currency_count; k++) {
        int c = net->currency[k];
        held->unsettled[k] = net->margined[c] ? rh_positions_unsettled(p, RH_LAYER_BOOK, c) +
                                                    rh_positions_unsettled(p, RH_LAYER_HEDGE, c)
                                              : 0.0;
    }
}

static const rh_net_held *held_of(rh_net_delta *net, const rh_positions *p)
{
    rh_net_held *held = &net->held[net->held[0].of != NULL && net->held[0].of != p];
    if (held->of != p || held->version != p->version) gather(net, held, p);
    return held;
}

/* --- sums ---------------------------------------------------------------------------------- */

/* Delta of cash and unsettled basis in the k-th currency that has one. */
static double currency_delta(const rh_net_delta *net, const rh_net_held *held,
                             const rh_market *market, int k)
{
    int c = net->currency[k];
    double amount = held->of->cash[c];
    if (net->margined[c]) amount += held->unsettled[k];
    if (net->hedge_collateral) amount += held->of->collateral[c];
    bool times = net->universe->currencies[c].conversion == RH_CONVERT_TIMES;
    return times ? amount : -amount / market->spot[net->asset];
}

static double options_delta(rh_net_delta *net, const rh_net_held *held, const rh_market *market,
                            int64_t time_ns, bool hedge_vol)
{
    rh_option_deltas *unit = unit_deltas(net, market, time_ns, hedge_vol);
    if (!unit->summed[held->set]) {
        for (int n = 0; n < net->count; n++)
            net->weighted[n] = held->qty[n] * unit->delta[n];
        unit->sum[held->set] = rh_sum_lanes(net->weighted, (size_t)net->count);
        unit->summed[held->set] = true;
    }
    return unit->sum[held->set];
}

double rh_net_delta_of(rh_net_delta *net, const rh_positions *positions, const rh_market *market,
                       int64_t time_ns, bool hedge_vol)
{
    const rh_net_held *held = held_of(net, positions);
    double delta = 0.0;
    if (net->count > 0) delta = options_delta(net, held, market, time_ns, hedge_vol);
    for (int k = 0; k < held->other_count; k++) {
        int i = held->other[k];
        double qty = rh_positions_qty(positions, i);
        const rh_instrument *instrument = &net->universe->instruments[i];
        /* Without a feed of its own a linear instrument is the spot: its delta is its quantity. */
        bool plain = !instrument->has_feed && !instrument->inverse && !net->in_coin;
        delta += plain ? qty : qty * slow_delta(net, market, i, time_ns, false);
    }
    for (int k = 0; k < net->currency_count; k++)
        delta += currency_delta(net, held, market, k);
    return delta;
}

double rh_gross_delta_of(rh_net_delta *net, const rh_positions *positions, const rh_market *market,
                         int64_t time_ns, bool hedge_vol)
{
    const rh_position *book = positions->held[RH_LAYER_BOOK];
    double gross = 0.0;
    if (net->count > 0) {
        const double *unit = unit_deltas(net, market, time_ns, hedge_vol)->delta;
        for (int n = 0; n < net->count; n++) {
            net->weighted[n] = fabs(book[net->option[n]].qty * unit[n]);
        }
        gross = rh_sum_lanes(net->weighted, (size_t)net->count);
    }
    for (int k = 0; k < net->other_count; k++) {
        int i = net->other[k];
        if (fabs(book[i].qty) > 0.0) gross += fabs(book[i].qty * rh_route_delta(market, i));
    }
    return gross;
}

double rh_hedge_position_of(const rh_net_delta *net, const rh_positions *positions,
                            const rh_market *market)
{
    double sum = 0.0;
    for (int k = 0; k < net->other_count; k++) {
        int i = net->other[k];
        double qty = positions->held[RH_LAYER_HEDGE][i].qty;
        if (fabs(qty) > 0.0) sum += qty * rh_route_delta(market, i);
    }
    return sum;
}

void rh_net_greeks_of(const rh_net_delta *net, const rh_positions *positions,
                      const rh_market *market, int64_t time_ns, rh_net_greeks *out)
{
    double spot = market->spot[net->asset], weight = 0.0, weighted = 0.0;
    *out = (rh_net_greeks){0};
    for (int n = 0; n < net->count + net->other_count; n++) {
        int i = n < net->count ? net->option[n] : net->other[n - net->count];
        double qty = rh_positions_qty(positions, i);
        rh_unit unit;
        if (!(fabs(qty) > 0.0)) continue;
        rh_unit_value(market, i, time_ns, true, &unit);
        /* In coin delta is S dE/dS, so its change per 1.00 of price is S E'' + E'. */
        out->gamma += qty * (net->in_coin ? spot * unit.gamma + unit.delta : unit.gamma);
        out->vega += qty * unit.vega;
        out->theta += qty * unit.theta;
        if (n < net->count) {
            weight += fabs(qty * unit.vega);
            weighted += fabs(qty * unit.vega) * rh_market_vol(market, i, true);
        }
    }
    const rh_asset *asset = &net->universe->assets[net->asset];
    out->iv = weight > 0.0
                  ? weighted / weight
                  : (asset->hedge_is_mark ? market->mark : market->hedge)[net->asset].sigma;
}
