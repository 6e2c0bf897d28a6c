/* Net delta, fast. The batch gives per-unit deltas of all live options of one asset; positions are
 * then weighted sums over a fixed tree of lanes. Invariant: what is kept (deltas, sums, gathered
 * positions) is used only for exactly equal inputs, so that keeping it never changes a bit. */
#include "portfolio/net_delta.h"

#include <string.h>

#include "math/kernel_arith.h"
#include "math/kernels.h"
#include "portfolio/unit.h"
#include "pricing/option.h"

void rh_net_delta_init(rh_net_delta *net, const rh_universe *universe, int asset,
                       bool hedge_collateral)
{
    *net =
        (rh_net_delta){.universe = universe, .asset = asset, .hedge_collateral = hedge_collateral};
    net->in_coin = universe->assets[asset].coin == universe->numeraire;
    const rh_asset *of = &universe->assets[asset];
    net->hedge_is_mark = of->hedge_is_mark;
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
    rh_log_prices(&o->strike, 1, &net->log_strike[n], &net->log_strike_lo[n]);
    net->inverse[n] = o->inverse && net->in_coin;
    net->sign[n] = o->is_call ? 1.0 : -1.0;
    net->half_sign[n] = net->sign[n] * (net->inverse[n] ? -0.5 : 0.5);
    net->slow[n] = o->is_log || o->underlying >= 0 || (net->in_coin && !o->inverse);
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
    net->cache[0].valid = net->cache[1].valid = false;
    net->ahead.count = net->ahead.at = 0;
    net->ahead.state[0].valid = false;
    net->foresees = false;
    for (int i = 0; i < net->universe->instrument_count; i++) {
        const rh_instrument *instrument = &net->universe->instruments[i];
        if (instrument->asset != net->asset) continue;
        if (instrument->kind != RH_INSTRUMENT_OPTION) {
            net->other[net->other_count++] = i;
        } else if (rh_positions_holds(filled, i) || rh_positions_holds(reported, i)) {
            RH_TRY(add_option(net, i, error));
        }
    }
    net->foresees = net->count > 0 && net->count <= RH_AHEAD_BOOK && !net->any_slow;
    return RH_OK;
}

/* --- inputs of the batch ------------------------------------------------------------------- */

/* What the options of one expiry share, of expiry g in state k at g * states + k. */
typedef struct expiry_terms {
    double T[RH_EXPIRIES_MAX], root[RH_EXPIRIES_MAX], inverse_root[RH_EXPIRIES_MAX];
} expiry_terms;

/* Forward drift and discounting, where there is any; an inverse option measured in quote currency
 * has the undiscounted forward delta, N(d1). */
static void fill_carry(rh_net_delta *net, int states, const double *spot,
                       const expiry_terms *expiry)
{
    const rh_asset *asset = &net->universe->assets[net->asset];
    double growth[RH_EXPIRIES_MAX], carry[RH_EXPIRIES_MAX];
    for (int e = 0; e < net->expiry_count * states; e++) {
        growth[e] = net->flat ? 1.0 : rh_exp((asset->rate - asset->yield) * expiry->T[e]);
        carry[e] = net->flat ? 1.0 : rh_exp(-asset->yield * expiry->T[e]);
    }
    for (int i = 0; i < net->count * states; i++) {
        int n = i / states, k = i % states, e = net->expiry_of[n] * states + k;
        bool quote_inverse = net->universe->instruments[net->option[n]].inverse && !net->in_coin;
        double forward = spot[k] * growth[e];
        net->drift[i] = (asset->rate - asset->yield) * expiry->T[e];
        net->scale[i] = net->sign[n] * (net->inverse[n]   ? net->strike[n] / forward
                                        : quote_inverse ? 1.0
                                                        : carry[e]);
    }
}

/* The inputs of option n in state k at n * states + k: one state, or many in vectors, for which
 * `states` must be a constant to the compiler. Without carry the drift stays 0. */
RH_KERNEL void fill_inputs(rh_net_delta *net, int states, const double *spot,
                               const int64_t *time_ns, double sigma)
{
    expiry_terms expiry;
    double inverse = 1.0 / sigma;
    for (int g = 0; g < net->expiry_count; g++) {
        for (int k = 0; k < states; k++) {
            int e = g * states + k;
            double T = rh_years(time_ns[k], net->expiry_ns[g]), root = sqrt(T);
            double inverse_root = 1.0 / root;
            expiry.T[e] = T;
            expiry.root[e] = root;
            expiry.inverse_root[e] = T > 0.0 ? inverse_root : RH_DELTA_CERTAIN;
        }
    }
    for (int n = 0; n < net->count; n++) {
        bool own = net->own_vol[n] > 0.0;
        double vol = own ? net->own_vol[n] : sigma;
        double inverse_vol = own ? net->own_inverse[n] : inverse;
        for (int k = 0; k < states; k++) {
            int i = n * states + k, e = net->expiry_of[n] * states + k;
            net->slope[i] = net->sign[n] * (inverse_vol * expiry.inverse_root[e]);
            net->shift[i] = net->half_sign[n] * (vol * expiry.root[e]);
            net->scale[i] = net->sign[n];
        }
    }
    if (!net->flat || net->any_inverse) fill_carry(net, states, spot, &expiry);
}

void rh_net_delta_inputs(rh_net_delta *net, const int64_t time_ns[RH_AHEAD_STATES], double sigma)
{
    static const double spot[RH_AHEAD_STATES] = {1, 1, 1, 1, 1, 1, 1, 1}; /* inverse ones' alone */
    fill_inputs(net, RH_AHEAD_STATES, spot, time_ns, sigma);
}

/* --- deltas of the options ----------------------------------------------------------------- */

/* Delta of one unit as the design defines it: dW/dS in quote currency, S dW/dS in coin. */
static double slow_delta(const rh_net_delta *net, const rh_market *market, int i, int64_t time_ns,
                         bool hedge_vol, double vol_scale)
{
    rh_unit unit;
    rh_unit_value_scaled(market, i, time_ns, hedge_vol, vol_scale, &unit);
    return net->in_coin ? market->spot[net->asset] * unit.delta : unit.delta;
}

static bool is_of(const rh_option_deltas *c, double spot, int64_t time_ns, double sigma)
{
    return c->valid && c->time_ns == time_ns && !memcmp(&c->spot, &spot, sizeof spot) &&
           !memcmp(&c->sigma, &sigma, sizeof sigma);
}

static double sigma_of(const rh_net_delta *net, const rh_market *market, bool hedge_vol)
{
    return hedge_vol && !net->hedge_is_mark ? market->hedge[net->asset].sigma
                                            : market->mark[net->asset].sigma;
}

/* Per unit deltas from the inputs, into out[0 .. count). */
static void run_batch(const rh_net_delta *net, double spot, double *out)
{
    rh_delta_batch batch = {.count = (size_t)net->count,
                            .log_strike = net->log_strike,
                            .log_strike_lo = net->log_strike_lo,
                            .drift = net->drift,
                            .slope = net->slope,
                            .shift = net->shift,
                            .scale = net->scale,
                            .out = out};
    rh_option_delta_batch(&batch, spot);
}

static rh_option_deltas *compute(rh_net_delta *net, const rh_market *market, int64_t time_ns,
                                 bool hedge_vol)
{
    double spot = market->spot[net->asset], sigma = sigma_of(net, market, hedge_vol);
    net->newest = !net->newest;
    rh_option_deltas *c = &net->cache[net->newest];
    double *delta = net->deltas[net->newest];
    *c = (rh_option_deltas){spot, sigma, time_ns, delta, .stride = 1, .valid = true};
    fill_inputs(net, 1, &spot, &time_ns, sigma);
    run_batch(net, spot, delta);
    for (int n = 0; n < net->count && net->any_slow; n++) {
        if (!net->slow[n]) continue;
        delta[n] = slow_delta(net, market, net->option[n], time_ns, hedge_vol, 1.0);
    }
    return c;
}

static rh_option_deltas *unit_deltas(rh_net_delta *net, const rh_market *market, int64_t time_ns,
                                     bool hedge_vol)
{
    double spot = market->spot[net->asset], sigma = sigma_of(net, market, hedge_vol);
    rh_option_deltas *now = &net->ahead.state[net->ahead.at];
    if (is_of(now, spot, time_ns, sigma)) return now;
    for (int k = 0; k < 2; k++) {
        if (!is_of(&net->cache[k], spot, time_ns, sigma) || net->any_slow) continue;
        net->newest = k;
        return &net->cache[k];
    }
    return compute(net, market, time_ns, hedge_vol);
}

/* --- states to come ------------------------------------------------------------------------ */

/* Contracts at a spot S are contracts at 1 with their strike over S: x = ln S - ln K has the same
 * bits, since a difference only changes its sign with its order. */
static void compute_states(rh_net_delta *net, double *spot, int64_t *time_ns, double sigma)
{
    rh_net_ahead *a = &net->ahead;
    double log_spot[RH_AHEAD_STATES], log_spot_lo[RH_AHEAD_STATES];
    for (int k = a->count; k < RH_AHEAD_STATES; k++) { /* vectors are full whatever is foreseen */
        spot[k] = spot[0];
        time_ns[k] = time_ns[0];
    }
    rh_log_prices(spot, RH_AHEAD_STATES, log_spot, log_spot_lo);
    fill_inputs(net, RH_AHEAD_STATES, spot, time_ns, sigma);
    for (int n = 0; n < net->count; n++) {
        for (int k = 0; k < RH_AHEAD_STATES; k++) {
            int i = n * RH_AHEAD_STATES + k;
            a->log_strike[i] = net->log_strike[n] - log_spot[k];
            a->log_strike_lo[i] = net->log_strike_lo[n] - log_spot_lo[k];
        }
    }
    rh_delta_batch batch = {.count = (size_t)(RH_AHEAD_STATES * net->count),
                            .log_strike = a->log_strike,
                            .log_strike_lo = a->log_strike_lo,
                            .drift = net->drift,
                            .slope = net->slope,
                            .shift = net->shift,
                            .scale = net->scale,
                            .out = a->delta};
    rh_option_delta_batch(&batch, 1.0);
    for (int k = 0; k < a->count; k++) {
        a->state[k] = (rh_option_deltas){spot[k],         sigma,
                                         time_ns[k],      a->delta + k,
                                         RH_AHEAD_STATES, .valid = true};
    }
}

/* This state and those that the records will make of it. */
static void foresee(rh_net_delta *net, const rh_market *market, int64_t time_ns,
                    const rh_record *next, const rh_record *end)
{
    double spot[RH_AHEAD_STATES] = {market->spot[net->asset]}, mid;
    int64_t times_ns[RH_AHEAD_STATES] = {time_ns};
    int primary = net->universe->assets[net->asset].primary, k = 1;
    for (; k < RH_AHEAD_STATES && next < end && next->kind != RH_RECORD_VOL; k++, next++) {
        bool moves = next->instrument == primary && rh_record_mid(next, &mid);
        spot[k] = moves ? mid : spot[k - 1];
        times_ns[k] = next->happened_ns;
    }
    net->ahead.count = k;
    net->ahead.at = 0;
    compute_states(net, spot, times_ns, market->mark[net->asset].sigma);
}

/* Worth it for a book that leaves vectors empty, while the vol stays: a state that comes otherwise
 * than foreseen is lost work. */
void rh_net_delta_ahead(rh_net_delta *net, const rh_market *market, int64_t time_ns,
                        const rh_record *next, const rh_record *end)
{
    if (!net->foresees) return;
    rh_net_ahead *a = &net->ahead;
    double spot = market->spot[net->asset], sigma = market->mark[net->asset].sigma;
    if (a->at + 1 < a->count && is_of(&a->state[a->at + 1], spot, time_ns, sigma)) {
        a->at++;
        return;
    }
    if (is_of(&a->state[a->at], spot, time_ns, sigma) || market->mark[net->asset].memory) return;
    if (spot > 0.0) foresee(net, market, time_ns, next, end);
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
        double qty = rh_positions_qty(p, net->other[k]);
        if (!(fabs(qty) > 0.0)) continue;
        const rh_instrument *instrument = &net->universe->instruments[net->other[k]];
        /* Without a feed of its own a linear instrument is the spot: its delta is its quantity. */
        bool plain = !instrument->has_feed && !instrument->inverse && !net->in_coin;
        held->other[held->other_count++] = (rh_net_other){qty, net->other[k], plain};
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
    if (net->count == 1) return 0.0 + held->qty[0] * unit->delta[0]; /* what the tree gives */
    if (!unit->summed[held->set]) {
        for (int n = 0; n < net->count; n++)
            net->weighted[n] = held->qty[n] * unit->delta[n * unit->stride];
        unit->sum[held->set] = rh_sum_lanes(net->weighted, (size_t)net->count);
        unit->summed[held->set] = true;
    }
    return unit->sum[held->set];
}

/* The rest of the book, added to the delta of its options. */
static double with_others(const rh_net_delta *net, const rh_net_held *held,
                          const rh_market *market, int64_t time_ns, double delta)
{
    for (int k = 0; k < held->other_count; k++) {
        const rh_net_other *o = &held->other[k];
        delta += o->plain ? o->qty
                          : o->qty * slow_delta(net, market, o->instrument, time_ns, false, 1.0);
    }
    for (int k = 0; k < net->currency_count; k++)
        delta += currency_delta(net, held, market, k);
    return delta;
}

double rh_net_delta_of(rh_net_delta *net, const rh_positions *positions, const rh_market *market,
                       int64_t time_ns, bool hedge_vol)
{
    const rh_net_held *held = held_of(net, positions);
    double delta = 0.0;
    if (net->count > 0) delta = options_delta(net, held, market, time_ns, hedge_vol);
    return with_others(net, held, market, time_ns, delta);
}

/* Of the options, at every vol times vol_scale; nothing is kept. */
static double scaled_delta(rh_net_delta *net, const rh_net_held *held, const rh_market *market,
                           int64_t time_ns, double vol_scale)
{
    double spot = market->spot[net->asset];
    fill_inputs(net, 1, &spot, &time_ns, sigma_of(net, market, true));
    for (int n = 0; n < net->count; n++) {
        net->slope[n] /= vol_scale;
        net->shift[n] *= vol_scale;
    }
    run_batch(net, spot, net->weighted);
    for (int n = 0; n < net->count; n++) {
        if (net->slow[n])
            net->weighted[n] = slow_delta(net, market, net->option[n], time_ns, true, vol_scale);
        net->weighted[n] *= held->qty[n];
    }
    return net->count == 1 ? 0.0 + net->weighted[0]
                           : rh_sum_lanes(net->weighted, (size_t)net->count);
}

double rh_net_delta_at(rh_net_delta *net, const rh_positions *positions, const rh_market *market,
                       int64_t time_ns, double vol_scale)
{
    const rh_net_held *held = held_of(net, positions);
    double delta = 0.0;
    if (net->count > 0) delta = scaled_delta(net, held, market, time_ns, vol_scale);
    return with_others(net, held, market, time_ns, delta);
}

double rh_gross_delta_of(rh_net_delta *net, const rh_positions *positions, const rh_market *market,
                         int64_t time_ns, bool hedge_vol)
{
    const rh_position *book = positions->held[RH_LAYER_BOOK];
    double gross = 0.0;
    if (net->count > 0) {
        const rh_option_deltas *unit = unit_deltas(net, market, time_ns, hedge_vol);
        for (int n = 0; n < net->count; n++) {
            net->weighted[n] = fabs(book[net->option[n]].qty * unit->delta[n * unit->stride]);
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
                            const rh_market *market, int64_t time_ns)
{
    double sum = 0.0;
    for (int k = 0; k < net->other_count; k++) {
        int i = net->other[k];
        double qty = positions->held[RH_LAYER_HEDGE][i].qty;
        if (fabs(qty) > 0.0) sum += qty * rh_route_delta(market, i);
    }
    for (int n = 0; n < net->count; n++) {
        int i = net->option[n];
        double qty = positions->held[RH_LAYER_HEDGE][i].qty;
        if (fabs(qty) > 0.0) sum += qty * rh_unit_route_delta(market, i, time_ns);
    }
    return sum;
}

void rh_net_unit_greeks(const rh_net_delta *net, const rh_market *market, int instrument,
                        int64_t time_ns, rh_net_greeks *out)
{
    double spot = market->spot[net->asset];
    bool option = net->universe->instruments[instrument].kind == RH_INSTRUMENT_OPTION;
    rh_unit unit;
    rh_unit_value(market, instrument, time_ns, true, &unit);
    /* In coin delta is S dE/dS, so its change per 1.00 of price is S E'' + E'. */
    *out = (rh_net_greeks){.gamma = net->in_coin ? spot * unit.gamma + unit.delta : unit.gamma,
                           .vega = unit.vega,
                           .theta = unit.theta,
                           .iv = option ? rh_market_vol(market, instrument, true) : 0.0};
}

void rh_net_greeks_of(const rh_net_delta *net, const rh_positions *positions,
                      const rh_market *market, int64_t time_ns, rh_net_greeks *out)
{
    double weight = 0.0, weighted = 0.0;
    *out = (rh_net_greeks){0};
    for (int n = 0; n < net->count + net->other_count; n++) {
        int i = n < net->count ? net->option[n] : net->other[n - net->count];
        double qty = rh_positions_qty(positions, i);
        rh_net_greeks unit;
        if (!(fabs(qty) > 0.0)) continue;
        rh_net_unit_greeks(net, market, i, time_ns, &unit);
        out->gamma += qty * unit.gamma;
        out->vega += qty * unit.vega;
        out->theta += qty * unit.theta;
        if (n < net->count) {
            weight += fabs(qty * unit.vega);
            weighted += fabs(qty * unit.vega) * unit.iv;
        }
    }
    const rh_asset *asset = &net->universe->assets[net->asset];
    out->iv = weight > 0.0
                  ? weighted / weight
                  : (asset->hedge_is_mark ? market->mark : market->hedge)[net->asset].sigma;
}
