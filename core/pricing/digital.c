/* Cash-or-nothing and asset-or-nothing digitals with every greek. Each is scale S^power N(sign d):
 * one set of derivatives serves all models and pay-offs (docs/pricing.md). Invariant: no 0 * inf:
 * what has a density is left out where the density is 0, and a factor of 0 wins. Tails are N(-|d|),
 * never 1 - N. */
#include <float.h>
#include <math.h>

#include "math/kernels.h"
#include "pricing/claim.h"
#include "pricing/log_quotient.h"
#include "rehedge/contracts.h"

#define RATE_MAX 700.0          /* of |rT| and |qT|: their exponentials stay within double */
#define TOTAL_MIN 0x1p-200      /* below it any two doubles are endless deviations apart */

/* value = e^{-decay T} S^power N(sign d), d = (ln(S/K) + drift T) / v + half v, v = sigma sqrt T;
 * decay_r, decay_q and drift_r are derivatives; that of drift in q is -drift_r. */
typedef struct digital_form {
    int power;
    double half, decay, drift, decay_r, decay_q, drift_r;
} digital_form;

typedef struct digital_point {
    digital_form form;
    double sign, S, K, T, sigma;
    double scale[4];            /* e^{-decay T} S^(power - k) */
    double weight, density;     /* N(sign d); n(d), 0 where nothing is random */
    double d, other, v;         /* other: d with -half */
} digital_point;

static digital_form form_of(rh_option_model model, rh_digital pays, double r, double q)
{
    bool asset = pays == RH_DIGITAL_ASSET;
    double half = asset ? 0.5 : -0.5;
    switch (model) {
    case RH_MODEL_BSM:
        return asset ? (digital_form){1, half, q, r - q, 0.0, 1.0, 1.0}
                     : (digital_form){0, half, r, r - q, 1.0, 0.0, 1.0};
    case RH_MODEL_BLACK76: return (digital_form){asset, half, r, 0.0, 1.0, 0.0, 0.0};
    case RH_MODEL_INVERSE: break;
    }
    return (digital_form){asset ? 0 : -1, half, 0.0, 0.0, 0.0, 0.0, 0.0};
}

static unsigned flags_of(double S, double K, double T, double r, double q, double sigma)
{
    if (isnan(S) || isnan(K) || isnan(T) || isnan(r) || isnan(q) || isnan(sigma))
        return RH_GREEKS_NAN;
    bool positive = S >= 0.0 && K >= 0.0 && T >= 0.0 && sigma >= 0.0;
    bool finite = S <= DBL_MAX && K <= DBL_MAX && T <= DBL_MAX && sigma <= DBL_MAX &&
                  fabs(r) <= DBL_MAX && fabs(q) <= DBL_MAX;
    bool rates = fabs(r * T) <= RATE_MAX && fabs(q * T) <= RATE_MAX;
    return positive && finite && rates ? 0 : RH_GREEKS_DOMAIN;
}

/* A factor of 0 wins over an overflow. */
static double times(double scale, double factor)
{
    return factor == 0.0 ? 0.0 : scale * factor;
}

/* N(sign d) where nothing is random: 1, 1/2 at the kink, 0; S = 0 is no kink. */
static double certain_weight(double sign, double F, double K)
{
    double distance = sign * (F - K);
    if (distance > 0.0) return 1.0;
    return distance == 0.0 && F > 0.0 ? 0.5 : 0.0;
}

static void set_scales(digital_point *p)
{
    double decay = p->form.decay * p->T, S = p->S;
    double unit = decay == 0.0 ? 1.0 : rh_exp(-decay);
    for (int k = 0; k < 4; k++) {
        double value = unit;
        for (int i = p->form.power - k; i > 0; i--) value *= S;
        for (int i = p->form.power - k; i < 0; i++) value /= S;
        p->scale[k] = value;
    }
}

/* Returns flags; 0 and RH_GREEKS_LIMIT leave a point that has a price. */
static unsigned point_set(digital_point *p, rh_option_model model, rh_digital pays, bool is_call,
                          double S, double K, double T, double r, double q, double sigma)
{
    if (model == RH_MODEL_INVERSE) r = 0.0;
    if (model != RH_MODEL_BSM) q = r;
    unsigned flags = flags_of(S, K, T, r, q, sigma);
    if (flags) return flags;
    *p = (digital_point){.form = form_of(model, pays, r, q), .sign = is_call ? 1.0 : -1.0,
                         .S = fabs(S), .K = K, .T = T, .sigma = sigma, .v = sigma * sqrt(T)};
    set_scales(p);
    double drift = p->form.drift * T;
    if (!(S > 0.0 && K > 0.0 && p->v >= TOTAL_MIN)) {
        double growth = drift == 0.0 ? 1.0 : rh_exp(drift);
        p->weight = certain_weight(p->sign, S * growth, K);
        return RH_GREEKS_LIMIT;
    }
    double distance = (rh_log_quotient(S, K) + drift) / p->v, step = p->form.half * p->v;
    p->d = distance + step;
    p->other = distance - step;
    p->weight = rh_normal_cdf(p->sign * p->d);
    p->density = rh_normal_pdf(p->d);
    return 0;
}

/* --- greeks --------------------------------------------------------------------------------- */

/* m is the power of S, n the signed density, e = d/v, and D = dd/dT. */

static void spot_greeks(const digital_point *p, rh_greeks_full *out)
{
    double m = p->form.power, N = p->weight, d = p->d, other = p->other;
    double second = m * (m - 1.0), n = p->sign * p->density;
    double gamma = second * N, speed = second * (m - 2.0) * N, delta = m * N;
    if (n != 0.0) {
        double v = p->v, e = d / v, lead = n / v, slope = 2.0 * m - 1.0 - e;
        double curve = (d - 1.0) * (d + 1.0) / v / v - 3.0 * (m - 1.0) * e;
        delta += lead;
        gamma += lead * slope;
        speed += lead * (3.0 * m * m - 6.0 * m + 2.0 + curve);
        double twice = ((d * other - 1.0) * slope + (d + other) / v) / v;
        out->vanna = times(p->scale[1], n / p->sigma * ((d * other - 1.0) / v - m * other));
        out->zomma = times(p->scale[2], n / p->sigma * (twice - second * other));
    }
    out->price = times(p->scale[0], N);
    out->delta = times(p->scale[1], delta);
    out->gamma = times(p->scale[2], gamma);
    out->speed = times(p->scale[3], speed);
}

static void vol_greeks(const digital_point *p, rh_greeks_full *out)
{
    if (!(p->density > 0.0)) return;
    double d = p->d, other = p->other, sum = d + other, both = d * other;
    double lead = p->sign * p->density / p->sigma;
    double third = other * other * other * (1.0 - d * d) + 3.0 * (both - 1.0) * sum;
    out->vega = times(p->scale[0], -lead * other);
    out->volga = times(p->scale[0], lead / p->sigma * (sum - both * other));
    out->ultima = times(p->scale[0], lead / p->sigma / p->sigma * third);
}

static void time_greeks(const digital_point *p, rh_greeks_full *out)
{
    double m = p->form.power, decay = p->form.decay;
    double n = p->sign * p->density;
    if (decay != 0.0) {
        out->theta = decay * out->price;
        out->charm = decay * out->delta;
        out->veta = decay * out->vega;
        out->color = decay * out->gamma;
    }
    if (n == 0.0) return;
    double d = p->d, other = p->other, v = p->v, h = 1.0 / (2.0 * p->T);
    double D = p->form.drift / v - other * h, D_other = p->form.drift / v - d * h;
    double fall = d * D + h, slope = 2.0 * m - 1.0 - d / v;
    double bend = (fall * slope + (D - d * h) / v) / v;
    out->theta -= times(p->scale[0], n * D);
    out->charm -= times(p->scale[1], n * (m * D - fall / v));
    out->veta += times(p->scale[0], n / p->sigma * (D_other - d * other * D));
    out->color -= times(p->scale[2], n * (m * (m - 1.0) * D - bend));
}

static void rate_and_strike_greeks(const digital_point *p, rh_greeks_full *out)
{
    double n = p->sign * p->density, lead = n == 0.0 ? 0.0 : n / p->v;
    double moved = times(times(p->scale[0], lead), p->form.drift_r);
    out->rho = times(moved - times(out->price, p->form.decay_r), p->T);
    out->phi = times(-moved - times(out->price, p->form.decay_q), p->T);
    if (n == 0.0) return;
    double per_K = times(p->scale[0], lead) / p->K;
    out->dual_delta = -per_K;
    out->dual_gamma = per_K / p->K * (1.0 - p->d / p->v);
}

static void coin_greeks(const digital_point *p, rh_greeks_full *out)
{
    double m = p->form.power, lead = p->density > 0.0 ? p->sign * p->density / p->v : 0.0;
    out->usd_price = m < 0.0 ? p->weight : p->weight * p->S;
    out->usd_delta = times(p->scale[0], (m + 1.0) * p->weight + lead);
    out->net_delta = times(p->scale[0], m * p->weight + lead);
}

unsigned rh_digital_greeks(rh_option_model model, rh_digital pays, bool is_call, double S, double K,
                           double T, double r, double q, double sigma, rh_greeks_full *out)
{
    digital_point point;
    unsigned flags = point_set(&point, model, pays, is_call, S, K, T, r, q, sigma);
    if (flags & (RH_GREEKS_NAN | RH_GREEKS_DOMAIN)) return rh_claim_refuse(flags, out);
    *out = (rh_greeks_full){0};
    spot_greeks(&point, out);
    vol_greeks(&point, out);
    time_greeks(&point, out);
    rate_and_strike_greeks(&point, out);
    if (model == RH_MODEL_INVERSE) coin_greeks(&point, out);
    return rh_claim_answer(flags, out);
}

double rh_digital_price(rh_option_model model, rh_digital pays, bool is_call, double S, double K,
                        double T, double r, double q, double sigma)
{
    digital_point point;
    unsigned flags = point_set(&point, model, pays, is_call, S, K, T, r, q, sigma);
    if (flags & (RH_GREEKS_NAN | RH_GREEKS_DOMAIN)) return (double)NAN;
    return times(point.scale[0], point.weight);
}
