/* American options as inline functions, instantiated per instruction set (american_isa.h). The put
 * on a strike of 1 is solved; calls follow by C(S, K, r, q) = P(K, S, q, r). Loops over quadrature
 * points are written for vector units. Invariant: the boundary is below its limit at expiry,
 * min(1, r/q), and the price is never below the pay-off. */
#ifndef RH_PRICING_KERNEL_AMERICAN_H
#define RH_PRICING_KERNEL_AMERICAN_H

#include "pricing/american_tables.h"
#include "pricing/kernel_option.h"

enum {
    RH_AMERICAN_NODES_MAX = 32, /* Chebyshev intervals of the boundary in sqrt(tau) */
    RH_AMERICAN_POINTS_MAX = 40, /* quadrature of the boundary */
    RH_AMERICAN_PRICE_POINTS = 48
};

/* How a boundary is looked for: by system A, which gains about a digit per step unless the rate is
 * large against the variance, on a finer grid for long times, or by system B, which is slower and
 * was always seen to contract. Functions take it as an argument, so that compilers unroll. */
typedef struct rh_american_method {
    bool is_a;
    int nodes, points, steps;
    double last;                /* the step in ln B that ends it; larger ones at the end fail */
    const double *sine, *cosine, *weight;
} rh_american_method;

static const rh_american_method rh_american_fast = {
    true, 16, 16, 12, 2e-7, rh_american_sin_16, rh_american_cos_16, rh_american_weight_16};
static const rh_american_method rh_american_long = {
    true, 32, 40, 24, 3e-8, rh_american_sin_40, rh_american_cos_40, rh_american_weight_40};
static const rh_american_method rh_american_sure = {
    false, 32, 40, 120, 1e-8, rh_american_sin_40, rh_american_cos_40, rh_american_weight_40};

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
    const rh_american_method *method;
    double T, r, q, sigma, log_limit;
    double log_boundary[RH_AMERICAN_NODES_MAX + 1], c[RH_AMERICAN_NODES_MAX + 1];
} rh_american_curve;

static inline double rh_american_place(const rh_american_method *method, int i)
{
    return 0.5 * (1.0 + rh_american_cosines[i * (RH_AMERICAN_NODES_MAX / method->nodes)]);
}

RH_KERNEL void rh_american_fit(const rh_american_method *method, rh_american_curve *curve)
{
    const int n = method->nodes, stride = RH_AMERICAN_NODES_MAX / n;
    double h[RH_AMERICAN_NODES_MAX + 1];
    for (int i = 0; i <= n; i++) {
        double below = curve->log_limit - curve->log_boundary[i];
        h[i] = below * below * (i == 0 || i == n ? 0.5 : 1.0);
    }
    for (int j = 0; j <= n; j++) {
        double sum = 0.0;
        for (int i = 0; i <= n; i++)
            sum += h[i] * rh_american_cosines[i * j % (2 * n) * stride];
        curve->c[j] = sum * (j == 0 || j == n ? 1.0 : 2.0) / n;
    }
}

/* ln B at count points sqrt(tau / T) = place. */
RH_KERNEL void rh_american_log_boundary(const rh_american_method *method,
                                        const rh_american_curve *curve, const double *place,
                                        double *out, int count)
{
    double b0[RH_AMERICAN_PRICE_POINTS] = {0.0}, b1[RH_AMERICAN_PRICE_POINTS] = {0.0};
    for (int j = method->nodes; j > 0; j--) {
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
    double place[RH_AMERICAN_POINTS_MAX], spread[RH_AMERICAN_POINTS_MAX];
    double drift[RH_AMERICAN_POINTS_MAX];
    double r_weight[RH_AMERICAN_POINTS_MAX], q_weight[RH_AMERICAN_POINTS_MAX];
} rh_american_node;

RH_KERNEL void rh_american_node_set(const rh_american_method *method, rh_american_node *node,
                                    const rh_american_curve *curve, int i)
{
    double place = rh_american_place(method, i), root = place * sqrt(curve->T), tau = root * root;
    double r = curve->r, q = curve->q, sigma = curve->sigma;
    node->tau = tau;
    node->root = sigma * root;
    for (int k = 0; k < method->points; k++) {
        double sine = method->sine[k], cosine = method->cosine[k];
        double elapsed = tau * sine * sine, left = tau * cosine * cosine;
        node->place[k] = place * cosine;
        node->spread[k] = sigma * root * sine;
        node->drift[k] = (r - q - 0.5 * sigma * sigma) * elapsed;
        node->r_weight[k] = tau * method->weight[k] * rh_k_exp(r * left);
        node->q_weight[k] = tau * method->weight[k] * rh_k_exp(q * left);
    }
}

/* The integrals of one iteration over the points of a node, in terms of d- = minus[k]. */
typedef struct rh_american_sums {
    double top, bottom;
} rh_american_sums;

/* System A: densities, those of d- and d+ from one exponential. */
RH_KERNEL rh_american_sums rh_american_sums_a(const rh_american_method *method,
                                              const rh_american_curve *curve,
                                              const rh_american_node *node, const double *at,
                                              const double *minus, double log_b)
{
    const int points = method->points;
    double density[RH_AMERICAN_POINTS_MAX], asset[RH_AMERICAN_POINTS_MAX];
    double turn = (curve->q - curve->r) * node->tau;
    rh_american_sums sums = {0.0, 0.0};
    for (int k = 0; k < points; k++)
        density[k] = node->r_weight[k] / node->spread[k] * rh_k_normal_pdf(minus[k]);
    for (int k = 0; k < points; k++) sums.top += density[k];
    if (curve->q == 0.0) return sums;
    for (int k = 0; k < points; k++)
        asset[k] = node->q_weight[k] * rh_k_normal_cdf(minus[k] + node->spread[k]) +
                   density[k] * rh_k_exp(turn + at[k] - log_b);
    for (int k = 0; k < points; k++) sums.bottom += asset[k];
    return sums;
}

/* System B: probabilities. */
RH_KERNEL rh_american_sums rh_american_sums_b(const rh_american_method *method,
                                              const rh_american_node *node,
                                              const double *minus)
{
    const int points = method->points;
    rh_american_sums sums = {0.0, 0.0};
    for (int k = 0; k < points; k++) {
        sums.top += node->r_weight[k] * rh_k_normal_cdf(minus[k]);
        sums.bottom += node->q_weight[k] * rh_k_normal_cdf(minus[k] + node->spread[k]);
    }
    return sums;
}

/* One iteration at one node of the fixed point systems of Andersen, Lake and Offengenden: ln of
 * e^{-(r-q) tau} N / D. */
RH_KERNEL double rh_american_improved(const rh_american_method *method,
                                      const rh_american_curve *curve,
                                      const rh_american_node *node, double log_b)
{
    double at[RH_AMERICAN_POINTS_MAX], minus[RH_AMERICAN_POINTS_MAX];
    double r = curve->r, q = curve->q, turn = (q - r) * node->tau;
    double plus = (log_b - turn) / node->root + 0.5 * node->root, N, D;
    rh_american_log_boundary(method, curve, node->place, at, method->points);
    for (int k = 0; k < method->points; k++)
        minus[k] = (log_b - at[k] + node->drift[k]) / node->spread[k];
    if (method->is_a) {
        rh_american_sums sums = rh_american_sums_a(method, curve, node, at, minus, log_b);
        N = rh_k_normal_pdf(plus - node->root) / node->root + r * sums.top;
        D = rh_k_normal_pdf(plus) / node->root + rh_k_normal_cdf(plus) + q * sums.bottom;
    } else {
        rh_american_sums sums = rh_american_sums_b(method, node, minus);
        N = rh_k_normal_cdf(plus - node->root) + r * sums.top;
        D = rh_k_normal_cdf(plus) + q * sums.bottom;
    }
    double found = turn + rh_k_log(N / D);
    return found > curve->log_limit ? curve->log_limit : found;
}

/* The first boundary is Barone-Adesi and Whaley's, from short to long, each from the last. */
static inline void rh_american_start(const rh_american_method *method, rh_american_curve *curve)
{
    const int n = method->nodes;
    double guess = 0.0, weight;
    curve->log_boundary[n] = curve->log_limit;
    for (int i = n - 1; i >= 0; i--) {
        double place = rh_american_place(method, i);
        rh_baw o;
        rh_baw_set(&o, -1.0, 1.0, place * place * curve->T, curve->r, curve->q, curve->sigma);
        if (guess == 0.0) guess = rh_baw_seed(&o);
        guess = rh_baw_critical(&o, guess, 5e-3, &weight);
        double found = rh_k_log(guess);
        curve->log_boundary[i] = found < curve->log_limit ? found : curve->log_limit;
    }
}

/* All nodes once; the largest change of ln B, NaN or infinite when the system broke down. */
RH_KERNEL double rh_american_iterate(const rh_american_method *method, rh_american_curve *curve,
                                     const rh_american_node *node)
{
    double next[RH_AMERICAN_NODES_MAX], change = 0.0;
    const int n = method->nodes;
    rh_american_fit(method, curve);
    for (int i = 0; i < n; i++)
        next[i] = rh_american_improved(method, curve, &node[i], curve->log_boundary[i]);
    for (int i = 0; i < n; i++) {
        double moved = fabs(next[i] - curve->log_boundary[i]);
        change = moved <= change ? change : moved;
        curve->log_boundary[i] = next[i];
    }
    return change;
}

/* False when the steps did not become small: the curve is of no use then. */
RH_KERNEL bool rh_american_curve_set(rh_american_curve *curve,
                                     const rh_american_method *method, double T, double r,
                                     double q, double sigma)
{
    rh_american_node node[RH_AMERICAN_NODES_MAX];
    double change = HUGE_VAL;
    curve->method = method;
    curve->T = T, curve->r = r, curve->q = q, curve->sigma = sigma;
    curve->log_limit = q > r ? rh_k_log(r / q) : 0.0;
    rh_american_start(method, curve);
    for (int i = 0; i < method->nodes; i++) rh_american_node_set(method, &node[i], curve, i);
    for (int step = 0; step < method->steps; step++) {
        change = rh_american_iterate(method, curve, node);
        if (!(change > method->last && change < 100.0)) break;
    }
    rh_american_fit(method, curve);
    return change <= method->last;
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
    rh_american_log_boundary(curve->method, curve, rh_american_cos_48, at, P);
    for (int k = 0; k < P; k++) {
        double spread = root * rh_american_sin_48[k];
        double elapsed = T * rh_american_sin_48[k] * rh_american_sin_48[k];
        double plus = (log_S - at[k] + (r - q) * elapsed) / spread + 0.5 * spread;
        double minus = plus - spread, weight = T * rh_american_weight_48[k];
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
    rh_greeks_kernel(RH_MODEL_BSM, false, S, K, T, r, q, sigma, &european);
    if ((r + fmax(-q, 0.0)) * T < 1e-10) { /* what exercise can earn is below what is resolved */
        *boundary = 0.0;
        return (rh_american_put){fmax(european.price, fmax(K - S, 0.0)), european.delta,
                                 european.gamma};
    }
    bool lengthy = T * (sigma * sigma + fabs(r) + fabs(q)) > 1.93;
    bool found = lengthy ? rh_american_curve_set(&curve, &rh_american_long, T, r, q, sigma)
                         : rh_american_curve_set(&curve, &rh_american_fast, T, r, q, sigma);
    found = found || rh_american_curve_set(&curve, &rh_american_sure, T, r, q, sigma);
    if (!found) {
        *boundary = (double)NAN;
        return (rh_american_put){*boundary, *boundary, *boundary};
    }
    *boundary = rh_k_exp(curve.log_boundary[0]);
    if (moneyness <= *boundary) return (rh_american_put){K - S, -1.0, 0.0};
    put = rh_american_premium(&curve, moneyness);
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
    bool near = fabs(r * T) <= 30.0 && fabs(q * T) <= 30.0 && sigma * sqrt(T) <= 20.0;
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
    return put.price == put.price;
}

#endif
