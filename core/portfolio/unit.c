/* Valuation of one unit and the chain rules behind it: from the option's own variable (spot or
 * forward) to the asset's spot, from the settlement currency to the numeraire. Holds no state. */
#include "portfolio/unit.h"

#include "math/kernels.h"
#include "pricing/option.h"
#include "rehedge/contracts.h"

double rh_years(int64_t from_ns, int64_t to_ns)
{
    return to_ns > from_ns ? (double)(to_ns - from_ns) / RH_YEAR_NS : 0.0;
}

/* Coin to quote: W = S v(S). */
static void convert_times(double S, rh_unit *u)
{
    rh_unit v = *u;
    u->value = S * v.value;
    u->delta = v.value + S * v.delta;
    u->gamma = 2.0 * v.delta + S * v.gamma;
    u->speed = 3.0 * v.gamma + S * v.speed;
    u->vega = S * v.vega;
    u->vanna = v.vega + S * v.vanna;
    u->volga = S * v.volga;
    u->theta = S * v.theta;
}

/* Quote to coin: W = v(S) / S. */
static void convert_over(double S, rh_unit *u)
{
    rh_unit v = *u;
    double i = 1.0 / S;
    u->value = v.value * i;
    u->delta = (v.delta - u->value) * i;
    u->gamma = (v.gamma - 2.0 * u->delta) * i;
    u->speed = (v.speed - 3.0 * u->gamma) * i;
    u->vega = v.vega * i;
    u->vanna = (v.vanna - u->vega) * i;
    u->volga = v.volga * i;
    u->theta = v.theta * i;
}

static void convert(const rh_market *market, int currency, rh_unit *u)
{
    const rh_currency *c = &market->universe->currencies[currency];
    if (c->conversion == RH_CONVERT_TIMES) convert_times(market->spot[c->asset], u);
    if (c->conversion == RH_CONVERT_OVER) convert_over(market->spot[c->asset], u);
}

/* Where an option stands: its model and its model's S, with F = S growth for inverse options. */
typedef struct pricing_point {
    rh_option_model model;
    double x;     /* the model's S: spot, or the forward */
    double ratio; /* dx/dS */
    double drift; /* d ln x / dt at constant spot: -(r - q) for a forward, else 0 */
    double T, r, q, sigma;
} pricing_point;

static pricing_point point_of(const rh_market *market, int instrument, int64_t time_ns,
                              bool hedge_vol, double vol_scale)
{
    const rh_instrument *o = &market->universe->instruments[instrument];
    const rh_asset *a = &market->universe->assets[o->asset];
    double S = market->spot[o->asset];
    pricing_point p = {.model = RH_MODEL_BSM,
                       .x = S,
                       .ratio = 1.0,
                       .r = a->rate,
                       .q = a->yield,
                       .T = rh_years(time_ns, o->expiry_ns),
                       .sigma = rh_market_vol(market, instrument, hedge_vol) * vol_scale};
    if (o->underlying >= 0) {
        p.model = o->inverse ? RH_MODEL_INVERSE : RH_MODEL_BLACK76;
        p.x = rh_market_mid(market, o->underlying);
        p.ratio = p.x / S;
    } else if (o->inverse) {
        p.model = RH_MODEL_INVERSE;
        p.ratio = rh_exp((a->rate - a->yield) * p.T);
        p.x = S * p.ratio;
        p.drift = p.T > 0.0 ? -(a->rate - a->yield) : 0.0;
    }
    return p;
}

/* The log contract, on the spot; its sign is the other way: a long one has positive gamma. */
static void value_log(const rh_market *market, int instrument, int64_t time_ns, bool hedge_vol,
                      double vol_scale, rh_unit *unit)
{
    pricing_point p = point_of(market, instrument, time_ns, hedge_vol, vol_scale);
    double strike = market->universe->instruments[instrument].strike;
    rh_greeks_full g;
    rh_log_contract_greeks(p.x, strike, p.T, p.r, p.q, p.sigma, &g);
    *unit = (rh_unit){.value = -g.price,
                      .delta = -g.delta,
                      .gamma = -g.gamma,
                      .speed = -g.speed,
                      .vega = -g.vega,
                      .vanna = -g.vanna,
                      .volga = -g.volga,
                      .theta = -g.theta};
}

static void value_option(const rh_market *market, int instrument, int64_t time_ns, bool hedge_vol,
                         double vol_scale, rh_unit *unit)
{
    const rh_instrument *o = &market->universe->instruments[instrument];
    pricing_point p = point_of(market, instrument, time_ns, hedge_vol, vol_scale);
    rh_greeks g;
    rh_option_greeks(p.model, o->is_call, p.x, o->strike, p.T, p.r, p.q, p.sigma, &g);
    *unit = (rh_unit){.value = g.price,
                      .delta = p.ratio * g.delta,
                      .gamma = p.ratio * p.ratio * g.gamma,
                      .speed = p.ratio * p.ratio * p.ratio * g.speed,
                      .vega = g.vega,
                      .vanna = p.ratio * g.vanna,
                      .volga = g.volga,
                      .theta = g.theta + p.drift * p.x * g.delta};
}

static void value_linear(const rh_market *market, int instrument, rh_unit *unit)
{
    const rh_instrument *i = &market->universe->instruments[instrument];
    double F = rh_market_mid(market, instrument);
    double S = market->spot[i->asset];
    *unit = (rh_unit){0};
    if (!i->inverse) {
        unit->value = F;
        unit->delta = F / S;
        return;
    }
    unit->value = -1.0 / F; /* F = rho S: -1/(rho S) and its derivatives */
    unit->delta = 1.0 / (F * S);
    unit->gamma = -2.0 / (F * S * S);
    unit->speed = 6.0 / (F * S * S * S);
}

void rh_unit_value(const rh_market *market, int instrument, int64_t time_ns, bool hedge_vol,
                   rh_unit *unit)
{
    rh_unit_value_scaled(market, instrument, time_ns, hedge_vol, 1.0, unit);
}

void rh_unit_value_scaled(const rh_market *market, int instrument, int64_t time_ns, bool hedge_vol,
                          double vol_scale, rh_unit *unit)
{
    const rh_instrument *i = &market->universe->instruments[instrument];
    if (i->is_log) {
        value_log(market, instrument, time_ns, hedge_vol, vol_scale, unit);
    } else if (i->kind == RH_INSTRUMENT_OPTION) {
        value_option(market, instrument, time_ns, hedge_vol, vol_scale, unit);
    } else {
        value_linear(market, instrument, unit);
    }
    convert(market, i->settle, unit);
}

double rh_unit_settle_value(const rh_instrument *instrument, double price)
{
    return instrument->inverse && instrument->kind != RH_INSTRUMENT_OPTION ? -1.0 / price : price;
}

double rh_option_mark(const rh_market *market, int instrument, int64_t time_ns, bool hedge_vol)
{
    const rh_instrument *o = &market->universe->instruments[instrument];
    pricing_point p = point_of(market, instrument, time_ns, hedge_vol, 1.0);
    rh_unit unit;
    if (o->is_log) value_log(market, instrument, time_ns, hedge_vol, 1.0, &unit);
    if (o->is_log) return unit.value;
    return rh_option_price(p.model, o->is_call, p.x, o->strike, p.T, p.r, p.q, p.sigma);
}

double rh_option_payoff(const rh_instrument *option, double price)
{
    rh_greeks_full at_expiry;
    if (option->is_log) {
        rh_log_contract_greeks(price, option->strike, 0.0, 0.0, 0.0, 0.0, &at_expiry);
        return -at_expiry.price;
    }
    double intrinsic = option->is_call ? price - option->strike : option->strike - price;
    if (!(intrinsic > 0.0)) return 0.0;
    return option->inverse ? intrinsic / price : intrinsic;
}

double rh_route_delta(const rh_market *market, int instrument)
{
    const rh_instrument *i = &market->universe->instruments[instrument];
    double F = rh_market_mid(market, instrument);
    return i->inverse ? 1.0 / F : F / market->spot[i->asset];
}

double rh_unit_route_delta(const rh_market *market, int instrument, int64_t time_ns)
{
    const rh_instrument *i = &market->universe->instruments[instrument];
    rh_unit unit;
    if (i->kind != RH_INSTRUMENT_OPTION) return rh_route_delta(market, instrument);
    value_option(market, instrument, time_ns, true, 1.0, &unit);
    return i->inverse ? market->spot[i->asset] * unit.delta : unit.delta;
}

bool rh_unit_has_price(const rh_market *market, int i)
{
    const rh_instrument *instrument = &market->universe->instruments[i];
    int source = instrument->underlying >= 0 ? instrument->underlying : i;
    bool option = instrument->kind == RH_INSTRUMENT_OPTION;
    if (option && !(rh_market_vol(market, i, false) > 0.0)) return false;
    if (option && !(rh_market_vol(market, i, true) > 0.0)) return false;
    return rh_market_mid(market, source) > 0.0 && market->spot[instrument->asset] > 0.0;
}

double rh_unit_mid(const rh_market *market, int instrument, int64_t time_ns)
{
    const rh_instrument *i = &market->universe->instruments[instrument];
    if (i->kind != RH_INSTRUMENT_OPTION) return rh_market_mid(market, instrument);
    if (!rh_unit_has_price(market, instrument)) return 0.0;
    return rh_option_mark(market, instrument, time_ns, false);
}

double rh_unit_notional(const rh_instrument *instrument, double qty, double price)
{
    bool in_usd = instrument->inverse && instrument->kind != RH_INSTRUMENT_OPTION;
    return fabs(qty) * (in_usd ? 1.0 / price : price);
}

double rh_option_vega(const rh_market *market, int instrument, int64_t time_ns)
{
    rh_unit unit;
    value_option(market, instrument, time_ns, false, 1.0, &unit);
    return unit.vega;
}

double rh_option_underlying(const rh_market *market, int instrument)
{
    const rh_instrument *o = &market->universe->instruments[instrument];
    if (o->inverse) return 1.0;
    return rh_market_mid(market, o->underlying >= 0 ? o->underlying : instrument);
}
