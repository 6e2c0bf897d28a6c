/* American options as inline functions, instantiated per instruction set (american_isa.h). The put
 * on a strike of 1 is solved; calls follow by C(S, K, r, q) = P(K, S, q, r). Loops over quadrature
 * points are written for vector units. Invariant: the boundary is below its limit at expiry,
 * min(1, r/q), and the price is never below the pay-off. */
#ifndef RH_PRICING_KERNEL_AMERICAN_H
#define RH_PRICING_KERNEL_AMERICAN_H

#include "pricing/american_tables.h"
#include "pricing/kernel_option.h"

enum {
    RH_AMERICAN_NODES = 16,     /* Chebyshev intervals of the boundary in sqrt(tau) */
    RH_AMERICAN_POINTS = 16,    /* quadrature of the fixed point */
    RH_AMERICAN_PRICE_POINTS = 40,
    RH_AMERICAN_STEPS = 6       /* fixed point iterations; each gains about a digit */
};

/* --- Barone-Adesi and Whaley 1987 ----------------------------------------------------------- */

/* The quadratic approximation for one side: sign +1 call, -1 put. */
typedef struct rh_baw {
    double sign, K, T, r, q, sigma, root, carry, discount, exponent;
} rh_baw;

static inline void rh_baw_set(rh_baw *o, double sign, double K, double T, double r, double q,
                              double sigma)
{
    double variance = sigma * sigma, n1 = 2.0 * (r - q) / variance - 1.0;
    double decay = -rh_k_expm1(-r * T);
    double m = fabs(r * T) < 1e-10 ? 2.0 / (variance * T) : 2.0 * r / (variance * decay);
    *o = (rh_baw){sign, K, T, r, q, sigma, sigma * sqrt(T), rh_k_exp(-q * T), 1.0 - decay, 0.0};
    o->exponent = 0.5 * (-n1 + sign * sqrt(n1 * n1 + 4.0 * m));
}

/* Haug's seed: the perpetual boundary, pulled towards the strike. */
static inline double rh_baw_seed(const rh_baw *o)
{
    double variance = o->sigma * o->sigma, b = o->r - o->q, n1 = 2.0 * b / variance - 1.0;
    double exponent = 0.5 * (-n1 + o->sign * sqrt(n1 * n1 + 8.0 * o->r / variance));
    double least = o->sign > 0.0 ? 1.0 + 1e-6 : 1e-6;
    exponent = o->sign > 0.0 ? fmax(exponent, least) : fmin(exponent, -least);
    double perpetual = o->K / (1.0 - 1.0 / exponent);
    double reach = o->sign * (b * o->T) + 2.0 * o->root;
    double h = -reach * o->K / (o->sign * (perpetual - o->K));
    return perpetual + (o->K - perpetual) * rh_k_exp(fmin(h, 0.0));
}

/* N(x) from the density at x and Mills' ratio. */
static inline double rh_baw_normal(double x, double density)
{
    double tail = density * rh_mills(fabs(x));
    return x > 0.0 ? 1.0 - tail : tail;
}

/* The critical price: its early exercise meets the approximate premium, by Halley's method. A step
 * of `tolerance` leaves about its third power. *weight becomes N(sign d1) there. */
static inline double rh_baw_critical(const rh_baw *o, double start, double tolerance,
                                     double *weight)
{
    double S = start, s = o->sign, inverse = 1.0 / o->exponent, per_root = 1.0 / o->root;
    for (int i = 0; i < 40; i++) {
        double d1 = (rh_k_log(S / o->K) + (o->r - o->q) * o->T) * per_root + 0.5 * o->root;
        double density = o->carry * rh_k_normal_pdf(d1), d2 = d1 - o->root;
        double asset = rh_baw_normal(s * d1, density / o->carry);
        double strike_density = density * S / (o->K * o->discount);
        double strike = o->discount * rh_baw_normal(s * d2, strike_density);
        *weight = asset;
        asset *= o->carry;
        double european = s * (S * asset - o->K * strike);
        double miss = s * (S - o->K) - european - s * (1.0 - asset) * S * inverse;
        double slope = s * (1.0 - asset) * (1.0 - inverse) + density * per_root * inverse;
        double bend = -density * per_root / S * (1.0 - inverse + d1 * per_root * inverse);
        double newton = miss / slope, halley = 1.0 - 0.5 * newton * bend / slope;
        double step = halley > 0.5 && halley < 2.0 ? newton / halley : newton;
        S = fmin(fmax(S - step, 0.25 * S), 4.0 * S);
        *weight -= s * (step * density * per_root / (o->carry * S)); /* to first order */
        if (fabs(step) <= tolerance * S) break;
    }
    return S;
}

/* No early exercise: a call whose asset yields nothing, a put whose strike earns nothing. */
static inline bool rh_never_exercised(double sign, double r, double q)
{
    double earns = sign > 0.0 ? q : r, costs = sign > 0.0 ? r : q;
    return earns <= 0.0 && costs >= earns;
}

static inline double rh_baw_kernel(bool is_call, double S, double K, double T, double r, double q,
                                   double sigma)
{
    rh_option_point point;
    double sign = is_call ? 1.0 : -1.0, weight;
    if (!rh_option_point_set(&point, RH_MODEL_BSM, is_call, S, K, T, r, q, sigma))
        return (double)NAN;
    double european = rh_option_legs_of(&point).price, payoff = fmax(sign * (S - K), 0.0);
    if (rh_never_exercised(sign, r, q)) return european;
    if (!point.random) return fmax(european, payoff);
    rh_baw o;
    rh_baw_set(&o, sign, K, T, r, q, sigma);
    double critical = rh_baw_critical(&o, rh_baw_seed(&o), 1e-3, &weight);
    if (sign * (S - critical) >= 0.0) return payoff;
    double most = sign * critical / o.exponent * (1.0 - o.carry * weight);
    return european + most * rh_k_exp(o.exponent * rh_k_log(S / critical));
}

/* --- the boundary --------------------------------------------------------------------------- */

/* A put on a strike of 1: ln B at the points sqrt(tau / T) = (1 + cos(i pi / n)) / 2, and the
 * Chebyshev coefficients of (ln B - ln B(0))^2 between them. */
typedef struct rh_american_curve {
    double T, r, q, sigma, log_limit;
    double log_boundary[RH_AMERICAN_NODES + 1], c[RH_AMERICAN_NODES + 1];
} rh_american_curve;

static inline double rh_american_place(int i)
{
    return 0.5 * (1.0 + rh_american_cosines[i]);
}

static inline void rh_american_fit(rh_american_curve *curve)
{
    const int n = RH_AMERICAN_NODES;
    double h[RH_AMERICAN_NODES + 1];
    for (int i = 0; i <= n; i++) {
        double below = curve->log_limit - curve->log_boundary[i];
        h[i] = below * below * (i == 0 || i == n ? 0.5 : 1.0);
    }
    for (int j = 0; j <= n; j++) {
        double sum = 0.0;
        for (int i = 0; i <= n; i++) sum += h[i] * rh_american_cosines[i * j % (2 * n)];
        curve->c[j] = sum * (j == 0 || j == n ? 1.0 : 2.0) / n;
    }
}

/* ln B at count points sqrt(tau / T) = place. */
static inline void rh_american_log_boundary(const rh_american_curve *curve, const double *place,
                                            double *out, int count)
{
    double b0[RH_AMERICAN_PRICE_POINTS] = {0.0}, b1[RH_AMERICAN_PRICE_POINTS] = {0.0};
    for (int j = RH_AMERICAN_NODES; j > 0; j--) {
        for (int k = 0; k < count; k++) {
            double x = RH_FMA(2.0, place[k], -1.0);
            double next = RH_FMA(x + x, b0[k], curve->c[j] - b1[k]);
            b1[k] = b0[k];
            b0[k] = next;
        }
    }
    for (int k = 0; k < count; k++) {
        double x = RH_FMA(2.0, place[k], -1.0);
        double h = RH_FMA(x, b0[k], curve->c[0] - b1[k]);
        out[k] = curve->log_limit - sqrt(rh_k_at_least(h, 0.0));
    }
}

/* What does not change between iterations, for one node. */
typedef struct rh_american_node {
    double tau, root;
    double place[RH_AMERICAN_POINTS], spread[RH_AMERICAN_POINTS], drift[RH_AMERICAN_POINTS];
    double r_weight[RH_AMERICAN_POINTS], q_weight[RH_AMERICAN_POINTS];
} rh_american_node;

static inline void rh_american_node_set(rh_american_node *node, const rh_american_curve *curve,
                                        int i)
{
    double place = rh_american_place(i), root = place * sqrt(curve->T), tau = root * root;
    double r = curve->r, q = curve->q, sigma = curve->sigma;
    node->tau = tau;
    node->root = sigma * root;
    for (int k = 0; k < RH_AMERICAN_POINTS; k++) {
        double sine = rh_american_sin_16[k], cosine = rh_american_cos_16[k];
        double elapsed = tau * sine * sine, left = tau * cosine * cosine;
        node->place[k] = place * cosine;
        node->spread[k] = sigma * root * sine;
        node->drift[k] = (r - q - 0.5 * sigma * sigma) * elapsed;
        node->r_weight[k] = tau * rh_american_weight_16[k] * rh_k_exp(r * left) / node->spread[k];
        node->q_weight[k] = tau * rh_american_weight_16[k] * rh_k_exp(q * left);
    }
}

/* One iteration at one node of the fixed point system A of Andersen, Lake and Offengenden: ln of
 * e^{-(r-q) tau} N / D, with the densities of d- and d+ from one exponential. */
static inline double rh_american_improved(const rh_american_curve *curve,
                                          const rh_american_node *node, double log_b)
{
    double at[RH_AMERICAN_POINTS], density[RH_AMERICAN_POINTS], asset[RH_AMERICAN_POINTS];
    double r = curve->r, q = curve->q, turn = (q - r) * node->tau;
    rh_american_log_boundary(curve, node->place, at, RH_AMERICAN_POINTS);
    for (int k = 0; k < RH_AMERICAN_POINTS; k++) {
        double minus = (log_b - at[k] + node->drift[k]) / node->spread[k];
        density[k] = node->r_weight[k] * rh_k_normal_pdf(minus);
        asset[k] = minus + node->spread[k];
    }
    double top = 0.0, bottom = 0.0;
    for (int k = 0; k < RH_AMERICAN_POINTS; k++) top += density[k];
    if (q != 0.0) {
        for (int k = 0; k < RH_AMERICAN_POINTS; k++)
            asset[k] = node->q_weight[k] * rh_k_normal_cdf(asset[k]) +
                       density[k] * rh_k_exp(turn + at[k] - log_b);
        for (int k = 0; k < RH_AMERICAN_POINTS; k++) bottom += asset[k];
    }
    double plus = (log_b - turn) / node->root + 0.5 * node->root;
    double N = rh_k_normal_pdf(plus - node->root) / node->root + r * top;
    double D = rh_k_normal_pdf(plus) / node->root + rh_k_normal_cdf(plus) + q * bottom;
    double found = turn + rh_k_log(N / D);
    return found < curve->log_limit ? found : curve->log_limit;
}

/* The first boundary is Barone-Adesi and Whaley's, from short to long, each from the last. */
static inline void rh_american_start(rh_american_curve *curve)
{
    double guess = 0.0, weight;
    curve->log_boundary[RH_AMERICAN_NODES] = curve->log_limit;
    for (int i = RH_AMERICAN_NODES - 1; i >= 0; i--) {
        double place = rh_american_place(i);
        rh_baw o;
        rh_baw_set(&o, -1.0, 1.0, place * place * curve->T, curve->r, curve->q, curve->sigma);
        if (guess == 0.0) guess = rh_baw_seed(&o);
        guess = rh_baw_critical(&o, guess, 5e-3, &weight);
        double found = rh_k_log(guess);
        curve->log_boundary[i] = found < curve->log_limit ? found : curve->log_limit;
    }
}

static inline void rh_american_curve_set(rh_american_curve *curve, double T, double r, double q,
                                         double sigma)
{
    rh_american_node node[RH_AMERICAN_NODES];
    curve->T = T, curve->r = r, curve->q = q, curve->sigma = sigma;
    curve->log_limit = q > r ? rh_k_log(r / q) : 0.0;
    rh_american_start(curve);
    for (int i = 0; i < RH_AMERICAN_NODES; i++) rh_american_node_set(&node[i], curve, i);
    for (int step = 0; step < RH_AMERICAN_STEPS; step++) {
        double next[RH_AMERICAN_NODES];
        rh_american_fit(curve);
        for (int i = 0; i < RH_AMERICAN_NODES; i++)
            next[i] = rh_american_improved(curve, &node[i], curve->log_boundary[i]);
        for (int i = 0; i < RH_AMERICAN_NODES; i++) curve->log_boundary[i] = next[i];
    }
    rh_american_fit(curve);
}

/* --- the price ------------------------------------------------------------------------------ */

typedef struct rh_american_put {
    double price, delta, gamma;
} rh_american_put;

/* The early exercise premium r K - q S, earned below the boundary (Kim 1990), and its derivatives
 * in S. */
static inline rh_american_put rh_american_premium(const rh_american_curve *curve, double S)
{
    enum { P = RH_AMERICAN_PRICE_POINTS };
    double at[P], price[P], delta[P], gamma[P], log_S = rh_k_log(S), r = curve->r, q = curve->q;
    double root = curve->sigma * sqrt(curve->T), T = curve->T;
    rh_american_log_boundary(curve, rh_american_cos_40, at, P);
    for (int k = 0; k < P; k++) {
        double spread = root * rh_american_sin_40[k];
        double elapsed = T * rh_american_sin_40[k] * rh_american_sin_40[k];
        double plus = (log_S - at[k] + (r - q) * elapsed) / spread + 0.5 * spread;
        double minus = plus - spread, weight = T * rh_american_weight_40[k];
        double strike = weight * r * rh_k_exp(-r * elapsed);
        double asset = weight * q * rh_k_exp(-q * elapsed);
        double earned = rh_k_normal_cdf(-minus), lost = rh_k_normal_cdf(-plus);
        double strike_density = strike * rh_k_normal_pdf(minus) / spread;
        double asset_density = asset * rh_k_normal_pdf(plus) / spread;
        price[k] = strike * earned - asset * S * lost;
        delta[k] = asset_density - asset * lost - strike_density / S;
        gamma[k] = (strike_density * (1.0 + minus / spread) / S +
                    asset_density * (1.0 - plus / spread)) / S;
    }
    rh_american_put sum = {0.0, 0.0, 0.0};
    for (int k = 0; k < P; k++) {
        sum.price += price[k];
        sum.delta += delta[k];
        sum.gamma += gamma[k];
    }
    return sum;
}

/* sigma = 0 or T = 0: the best moment of a path that is known, K e^{-rt} - S e^{-qt}. */
static inline double rh_american_certain(double S, double K, double T, double r, double q)
{
    double end = K * rh_k_exp(-r * T) - S * rh_k_exp(-q * T), best = fmax(fmax(end, K - S), 0.0);
    if (!(q > r && r > 0.0)) return best;
    double t = rh_k_log(q * S / (r * K)) / (q - r);
    if (!(t > 0.0 && t < T)) return best;
    return fmax(best, K * rh_k_exp(-r * t) - S * rh_k_exp(-q * t));
}

/* A put with r > 0, or r = 0 > q, everything positive; boundary as a fraction of the strike. */
static inline rh_american_put rh_american_put_kernel(double S, double K, double T, double r,
                                                     double q, double sigma, double *boundary)
{
    rh_american_curve curve;
    rh_american_put put;
    rh_greeks european;
    double moneyness = S / K;
    rh_american_curve_set(&curve, T, r, q, sigma);
    *boundary = rh_k_exp(curve.log_boundary[0]);
    if (moneyness <= *boundary) return (rh_american_put){K - S, -1.0, 0.0};
    put = rh_american_premium(&curve, moneyness);
    rh_greeks_kernel(RH_MODEL_BSM, false, S, K, T, r, q, sigma, &european);
    put.price = fmin(fmax(european.price + K * put.price, fmax(K - S, 0.0)), K);
    put.delta += european.delta;
    put.gamma = european.gamma + put.gamma / K;
    return put;
}

/* --- any option ----------------------------------------------------------------------------- */

/* What needs no second solution: price, delta, gamma, boundary. */
typedef struct rh_american_value {
    double price, delta, gamma, boundary;
} rh_american_value;

static inline bool rh_american_domain(bool is_call, double S, double K, double T, double r,
                                      double q, double sigma)
{
    bool positive = S > 0.0 && K > 0.0 && T >= 0.0 && sigma >= 0.0;
    bool finite = S <= DBL_MAX && K <= DBL_MAX && T <= DBL_MAX && sigma <= DBL_MAX &&
                  fabs(r) <= DBL_MAX && fabs(q) <= DBL_MAX;
    bool near = fabs(r * T) <= 300.0 && fabs(q * T) <= 300.0 && sigma * sqrt(T) <= 20.0;
    double earns = is_call ? q : r, costs = is_call ? r : q;
    return positive && finite && near && !(earns < 0.0 && costs < earns);
}

static inline bool rh_american_kernel(bool is_call, double S, double K, double T, double r,
                                      double q, double sigma, rh_american_value *out)
{
    double nan = (double)NAN;
    *out = (rh_american_value){nan, nan, nan, nan};
    if (!rh_american_domain(is_call, S, K, T, r, q, sigma)) return false;
    if (rh_never_exercised(is_call ? 1.0 : -1.0, r, q)) {
        rh_greeks e;
        rh_greeks_kernel(RH_MODEL_BSM, is_call, S, K, T, r, q, sigma, &e);
        *out = (rh_american_value){e.price, e.delta, e.gamma, is_call ? HUGE_VAL : 0.0};
        return true;
    }
    double s = is_call ? K : S, k = is_call ? S : K, earns = is_call ? q : r;
    double costs = is_call ? r : q, boundary, ratio = s / k;
    if (!(sigma * sqrt(T) > 1e-8)) {
        *out = (rh_american_value){rh_american_certain(s, k, T, earns, costs), 0.0, 0.0, nan};
        return true;
    }
    rh_american_put put = rh_american_put_kernel(s, k, T, earns, costs, sigma, &boundary);
    if (is_call) {
        /* homogeneous of degree 1: what is the put's strike is the call's asset */
        put.delta = (put.price - s * put.delta) / k;
        put.gamma *= ratio * ratio;
    }
    *out = (rh_american_value){put.price, put.delta, put.gamma,
                               is_call ? K / boundary : K * boundary};
    return true;
}

#endif
