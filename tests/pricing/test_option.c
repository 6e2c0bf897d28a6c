/* European closed forms against what they must reproduce: published values, the independent
 * 60-digit reference table, identities, long double differences, limits, and the bits of every
 * instruction set. Tolerances are the laws of docs/pricing.md; the worst ratios are printed. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "math/kernels.h"
#include "pricing/option.h"

#define RH_DELTA_DECLARE
#define RH_DELTA_ISA(name) rh_delta_##name##_baseline
#include "pricing/delta_isa.h"
#undef RH_DELTA_ISA
#define RH_DELTA_ISA(name) rh_delta_##name##_fma
#include "pricing/delta_isa.h"
#undef RH_DELTA_ISA
#define RH_DELTA_ISA(name) rh_delta_##name##_avx512
#include "pricing/delta_isa.h"
#define RH_GREEKS_DECLARE
#define RH_GREEKS_ISA(name) rh_greeks_##name##_baseline
#include "pricing/greeks_isa.h"
#undef RH_GREEKS_ISA
#define RH_GREEKS_ISA(name) rh_greeks_##name##_fma
#include "pricing/greeks_isa.h"

typedef struct test_option {
    rh_option_model model;
    bool is_call;
    double S, K, T, r, q, sigma;
} test_option;

static const rh_option_model MODELS[] = {RH_MODEL_BSM, RH_MODEL_BLACK76, RH_MODEL_INVERSE};
#define UNIT 0x1p-53

static rh_greeks greeks_of(const test_option *o)
{
    rh_greeks greeks;
    rh_option_greeks(o->model, o->is_call, o->S, o->K, o->T, o->r, o->q, o->sigma, &greeks);
    return greeks;
}

static double price_of(const test_option *o)
{
    return rh_option_price(o->model, o->is_call, o->S, o->K, o->T, o->r, o->q, o->sigma);
}

static double delta_of(const test_option *o)
{
    return rh_option_delta(o->model, o->is_call, o->S, o->K, o->T, o->r, o->q, o->sigma);
}

/* A small generator of its own, so that a change of the streams changes no test point. */
static double uniform(uint64_t *state, double low, double high)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    return low + (high - low) * ((double)(z >> 11) * 0x1p-53);
}

/* Strikes within `reach` standard deviations of the forward. */
static test_option random_option(uint64_t *state, double reach)
{
    test_option o = {.model = MODELS[(int)uniform(state, 0.0, 3.0)]};
    o.is_call = uniform(state, 0.0, 1.0) < 0.5;
    o.S = exp(uniform(state, -3.0, 11.0));
    o.T = exp(uniform(state, -9.0, 2.0));
    o.r = uniform(state, -0.05, 0.15);
    o.q = uniform(state, -0.05, 0.15);
    o.sigma = exp(uniform(state, -3.0, 1.0));
    o.K = o.S * exp(uniform(state, -reach, reach) * o.sigma * sqrt(o.T));
    return o;
}

static void assert_near(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance)) fail_msg("%.17g, expected %.17g", found, expected);
}

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static bool same_greeks(const rh_greeks *a, const rh_greeks *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* --- the closed forms once more, in long double -------------------------------------------- */

typedef struct wide_option {
    rh_option_model model;
    bool is_call;
    long double S, K, T, r, q, sigma;
} wide_option;

static wide_option widen(const test_option *o)
{
    return (wide_option){o->model, o->is_call, (long double)o->S, (long double)o->K,
                         (long double)o->T, (long double)o->r, (long double)o->q,
                         (long double)o->sigma};
}

static long double normal_cdf_l(long double x)
{
    return 0.5L * erfcl(-x * 0.70710678118654752440084436210485L);
}

static long double price_l(const wide_option *o)
{
    long double s = o->is_call ? 1.0L : -1.0L, r = o->r, q = o->q;
    if (o->model == RH_MODEL_INVERSE) r = 0.0L;
    if (o->model != RH_MODEL_BSM) q = r;
    long double v = o->sigma * sqrtl(o->T);
    long double d1 = (logl(o->S / o->K) + (r - q) * o->T) / v + v / 2.0L;
    long double price = s * o->S * expl(-q * o->T) * normal_cdf_l(s * d1) -
                        s * o->K * expl(-r * o->T) * normal_cdf_l(s * (d1 - v));
    return o->model == RH_MODEL_INVERSE ? price / o->S : price;
}

/* What the tolerance of each greek is relative to: the sum of the absolute values of the terms of
 * its closed form, with |d1| and |d2| replaced by D, the same without cancellation. */
static rh_greeks term_sums(const test_option *o, const rh_greeks *reference)
{
    bool inverse = o->model == RH_MODEL_INVERSE;
    double r = inverse ? 0.0 : o->r, q = o->model == RH_MODEL_BSM ? o->q : r;
    double s = o->is_call ? 1.0 : -1.0, root = sqrt(o->T), v = o->sigma * root;
    double x = log(o->S / o->K), D = (fabs(x) + fabs(r - q) * o->T + 0.5 * v * v) / v;
    double d1 = (x + (r - q) * o->T) / v + v / 2.0, d2 = d1 - v, S = o->S;
    double n = exp(-d1 * d1 / 2.0) * 0.3989422804014327 * exp(-q * o->T);
    double asset = S * exp(-q * o->T) * 0.5 * erfc(-s * d1 / sqrt(2.0));
    double strike = o->K * exp(-r * o->T) * 0.5 * erfc(-s * d2 / sqrt(2.0));
    rh_greeks sum = {.delta = fabs(reference->delta), .gamma = n / (S * v), .vega = S * n * root,
                     .theta = S * n * o->sigma / (2.0 * root), .rho = fabs(reference->rho),
                     .vanna = n * D / o->sigma, .volga = S * n * root * D * D / o->sigma,
                     .speed = n / (S * v) / S * (D / v + 1.0)};
    if (o->model == RH_MODEL_BSM) sum.theta += fabs(q) * asset + fabs(r) * strike;
    if (o->model == RH_MODEL_BLACK76) sum.theta += fabs(r * reference->price);
    if (!inverse) return sum;
    sum.gamma = sum.gamma / S + 2.0 * sum.delta / S;
    sum.vega /= S;
    sum.theta /= S;
    sum.vanna /= S;
    sum.volga /= S;
    sum.speed = 6.0 * sum.delta / S / S + n / (S * S * S * v) * (4.0 + D / v);
    return sum;
}

/* --- published values ------------------------------------------------------------------------ */

static void published_values(void **unused)
{
    (void)unused;
    enum { PRICE, DELTA, GAMMA, VEGA, THETA, RHO };
    /* Haug: 2nd ed. 2007; Hull: Options, Futures, and Other Derivatives, 8th ed. */
    static const struct {
        const char *source;
        test_option option;
        int which;
        double value, tolerance;
    } rows[] = {
        {"Haug p. 3, call", {RH_MODEL_BSM, true, 60, 65, 0.25, 0.08, 0, 0.3}, PRICE, 2.1334, 5e-5},
        {"Haug p. 4, put, q = 5%", {RH_MODEL_BSM, false, 100, 95, 0.5, 0.10, 0.05, 0.2}, PRICE,
         2.4648, 5e-5},
        {"Haug p. 5, Black-76 on Brent", {RH_MODEL_BLACK76, true, 19, 19, 0.75, 0.10, 0, 0.28},
         PRICE, 1.7011, 5e-5},
        {"Hull ex. 15.6, call", {RH_MODEL_BSM, true, 42, 40, 0.5, 0.1, 0, 0.2}, PRICE, 4.76, 5e-3},
        {"Hull ex. 15.6, put", {RH_MODEL_BSM, false, 42, 40, 0.5, 0.1, 0, 0.2}, PRICE, 0.81, 5e-3},
        {"Hull ch. 19, delta", {RH_MODEL_BSM, true, 49, 50, 0.3846, 0.05, 0, 0.2}, DELTA, 0.522,
         5e-4},
        {"Hull ch. 19, gamma", {RH_MODEL_BSM, true, 49, 50, 0.3846, 0.05, 0, 0.2}, GAMMA, 0.066,
         5e-4},
        {"Hull ch. 19, vega", {RH_MODEL_BSM, true, 49, 50, 0.3846, 0.05, 0, 0.2}, VEGA, 12.1, 5e-2},
        {"Hull ch. 19, theta", {RH_MODEL_BSM, true, 49, 50, 0.3846, 0.05, 0, 0.2}, THETA, -4.31,
         5e-3},
        {"Hull ch. 19, rho", {RH_MODEL_BSM, true, 49, 50, 0.3846, 0.05, 0, 0.2}, RHO, 8.91, 5e-3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rh_greeks g = greeks_of(&rows[i].option);
        double found[] = {g.price, g.delta, g.gamma, g.vega, g.theta, g.rho};
        if (fabs(found[rows[i].which] - rows[i].value) > rows[i].tolerance)
            fail_msg("%s: %.6f, published %.6f", rows[i].source, found[rows[i].which],
                     rows[i].value);
    }
}

/* --- the reference table --------------------------------------------------------------------- */

enum { REFERENCE_COLUMNS = 40, CHECKED = 12 };
static const char *const CHECKED_NAMES[CHECKED] = {"price", "delta", "gamma", "vega", "theta",
                                                   "rho", "vanna", "volga", "speed", "usd_price",
                                                   "usd_delta", "net_delta"};

static FILE *open_reference(void)
{
    char path[4096];
    const char *folder = getenv("REHEDGE_REFERENCE");
    if (folder) snprintf(path, sizeof path, "%s/european.csv", folder);
    else snprintf(path, sizeof path, "%s/../shared/reference/european.csv", REHEDGE_SOURCE_DIR);
    return fopen(path, "r");
}

static int split(char *line, char *fields[REFERENCE_COLUMNS])
{
    int count = 0;
    line[strcspn(line, "\r\n")] = 0;
    for (char *at = line; at && count < REFERENCE_COLUMNS; count++) {
        fields[count] = at;
        at = strchr(at, ',');
        if (at) *at++ = 0;
    }
    return count;
}

static const char *field(char *const *names, char *const *fields, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0) return fields[i];
    fail_msg("the reference table has no column %s", name);
    return "";
}

static test_option reference_option(char *const *names, char *const *fields, int count)
{
    const char *model = field(names, fields, count, "model");
    test_option o = {.model = strcmp(model, "bsm") == 0       ? RH_MODEL_BSM
                              : strcmp(model, "black76") == 0 ? RH_MODEL_BLACK76
                                                              : RH_MODEL_INVERSE};
    o.is_call = *field(names, fields, count, "cp") == 'C';
    o.S = strtod(field(names, fields, count, "S"), NULL);
    o.K = strtod(field(names, fields, count, "K"), NULL);
    o.T = strtod(field(names, fields, count, "T"), NULL);
    o.r = strtod(field(names, fields, count, "r"), NULL);
    o.q = strtod(field(names, fields, count, "q"), NULL);
    o.sigma = strtod(field(names, fields, count, "sigma"), NULL);
    return o;
}

/* Error over tolerance of one row, per column; -1 where the row has no value. */
static void reference_ratios(const test_option *o, const double *expected, double kappa,
                             double ratio[CHECKED])
{
    rh_greeks g = greeks_of(o);
    double net = o->S * g.delta;
    const double found[CHECKED] = {g.price, g.delta, g.gamma, g.vega,      g.theta,       g.rho,
                                   g.vanna, g.volga, g.speed, g.price * o->S, net + g.price, net};
    rh_greeks reference = {.price = expected[0], .delta = expected[1], .rho = expected[5]};
    rh_greeks t = term_sums(o, &reference);
    double usd_delta = fabs(expected[11]) + fabs(expected[0]);
    const double sums[CHECKED] = {fabs(expected[0]), t.delta, t.gamma, t.vega, t.theta,
                                  t.rho, t.vanna, t.volga, t.speed, fabs(expected[9]),
                                  usd_delta, fabs(expected[11])};
    for (int c = 0; c < CHECKED; c++) {
        double tolerance = (c == 0 || c == 9 ? 1.0 : 64.0) * 8.0 * (4.0 + kappa) * UNIT * sums[c];
        double error = fabs(found[c] - expected[c]);
        ratio[c] = isnan(expected[c]) ? -1.0 : error == 0.0 ? 0.0 : error / tolerance;
        if (isnan(ratio[c])) ratio[c] = (double)INFINITY;
    }
}

static void reference_table(void **unused)
{
    (void)unused;
    FILE *file = open_reference();
    if (!file) {
        print_message("the reference table is absent: set REHEDGE_REFERENCE to its folder\n");
        skip();
    }
    char header[4096], line[8192], *names[REFERENCE_COLUMNS], *fields[REFERENCE_COLUMNS];
    assert_non_null(fgets(header, sizeof header, file));
    int columns = split(header, names), rows = 0, bad = 0;
    double worst[CHECKED] = {0.0};
    while (fgets(line, sizeof line, file)) {
        assert_int_equal(split(line, fields), columns);
        test_option o = reference_option(names, fields, columns);
        double expected[CHECKED], ratio[CHECKED];
        for (int c = 0; c < CHECKED; c++) {
            const char *text = field(names, fields, columns, CHECKED_NAMES[c]);
            expected[c] = *text ? strtod(text, NULL) : (double)NAN;
        }
        double kappa = strtod(field(names, fields, columns, "kappa_price"), NULL);
        reference_ratios(&o, expected, kappa, ratio);
        for (int c = 0; c < CHECKED; c++) {
            worst[c] = fmax(worst[c], ratio[c]);
            if (ratio[c] > 1.0) {
                bad++;
                print_error("row %s: %s is off by %.3g of its tolerance\n", fields[0],
                            CHECKED_NAMES[c], ratio[c]);
            }
        }
        rows++;
    }
    fclose(file);
    print_message("%d rows; worst error / tolerance:", rows);
    for (int c = 0; c < CHECKED; c++) print_message(" %s %.3f", CHECKED_NAMES[c], worst[c]);
    print_message("\n");
    assert_true(rows > 200);
    assert_int_equal(bad, 0);
}

/* --- prices in long double, far tails included ------------------------------------------------ */

/* The law for prices on random points whose long double value is itself good enough: 64 bits leave
 * 2048 times the room of the double tolerance, which covers what long double loses in a tail. */
static void prices_against_long_double(void **unused)
{
    (void)unused;
    uint64_t state = 7;
    double worst = 0.0;
    for (int i = 0; i < 200000; i++) {
        test_option o = random_option(&state, i % 2 ? 3.0 : 12.0);
        rh_greeks g = greeks_of(&o);
        wide_option w = widen(&o);
        long double exact = price_l(&w);
        if (!(exact > 0x1p-900L)) continue;
        double terms = fabs(o.S * g.delta) + fabs(o.sigma * g.vega) + fabs(o.T * g.theta) +
                       fabs(o.r * g.rho) + fabs(g.price - o.S * g.delta);
        double kappa = terms / g.price;
        double error = (double)(fabsl((long double)g.price - exact) / exact);
        double ratio = error / (8.0 * (4.0 + kappa) * UNIT);
        worst = fmax(worst, ratio);
        if (ratio > 1.0)
            fail_msg("model %d call %d S %a K %a T %a r %a q %a sigma %a: %a, expected %La",
                     o.model, o.is_call, o.S, o.K, o.T, o.r, o.q, o.sigma, g.price, exact);
    }
    print_message("prices: worst error / tolerance %.3f\n", worst);
}

/* From 60-digit arithmetic, where 1 - N or N - N in double would have lost every digit. */
static void far_tails(void **unused)
{
    (void)unused;
    static const struct {
        test_option option;
        double price, delta, gamma, kappa;
    } rows[] = {
        {{RH_MODEL_BLACK76, true, 100, 128, 0.0625, 0, 0, 0.0625}, 1.7531845325438740813e-57,
         1.7876274055347870858e-56, 1.8138338237177095482e-55, 2291},
        {{RH_MODEL_BLACK76, false, 128, 100, 0.0625, 0, 0, 0.0625}, 1.7531845325438740813e-57,
         -1.3952142351580025092e-56, 1.1070763084214535817e-55, 2291},
        {{RH_MODEL_BSM, true, 100, 200, 0.25, 0.0625, 0.03125, 0.0625}, 1.3123896566813440975e-107,
         9.2547494503770311935e-107, 6.5036537171251817274e-106, 1893},
        {{RH_MODEL_INVERSE, true, 100, 256, 0.25, 0, 0, 0.125}, 1.3204209810420435883e-53,
         3.1986159042847227588e-53, 7.6828939075474841209e-53, 715},
        {{RH_MODEL_INVERSE, false, 400, 100, 1, 0, 0, 0.0625}, 3.6984936495840416613e-112,
         -3.2992910028483593109e-112, 2.9455311766920043432e-112, 1208},
        {{RH_MODEL_BLACK76, true, 1, 1 + 0x1p-16, 0x1p-20, 0, 0, 0x1p-10},
         3.7862828628440646634e-65, 6.4013419454326187371e-58, 1.0781218017218369966e-50, 3.38e7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rh_greeks g = greeks_of(&rows[i].option);
        double room = 8.0 * (4.0 + rows[i].kappa) * UNIT;
        assert_near(g.price, rows[i].price, room * rows[i].price);
        assert_near(g.delta, rows[i].delta, 64.0 * room * fabs(rows[i].delta));
        assert_near(g.gamma, rows[i].gamma, 64.0 * room * rows[i].gamma);
    }
    test_option call = {RH_MODEL_BLACK76, true, 100.0, 100.0 * 0x1p60, 0.25, 0.0, 0.0, 0.5};
    rh_greeks g = greeks_of(&call);
    assert_true(g.price == 0.0 && g.delta == 0.0 && g.gamma == 0.0 && g.speed == 0.0);
    call.is_call = false;
    assert_true(price_of(&call) == call.K - call.S && delta_of(&call) == -1.0);
}

/* --- identities ------------------------------------------------------------------------------ */

static void near_sum(double left, double right, double terms, const char *what)
{
    if (!(fabs(left - right) <= 1e-11 * terms)) fail_msg("%s: %.17g, %.17g", what, left, right);
}

static void identities_of(const test_option *o)
{
    rh_greeks g = greeks_of(o);
    test_option other = *o;
    other.is_call = !o->is_call;
    double s = o->is_call ? 1.0 : -1.0, S = o->S, v2 = o->sigma * o->sigma;
    double r = o->model == RH_MODEL_INVERSE ? 0.0 : o->r, q = o->model == RH_MODEL_BSM ? o->q : r;
    double twin = price_of(&other), room = 1.0 + fabs(r * o->T) + fabs(q * o->T);
    double asset = S * exp(-q * o->T), strike = o->K * exp(-r * o->T);
    double diffusion = 0.5 * v2 * S * S * g.gamma;
    if (o->model == RH_MODEL_INVERSE) {
        near_sum(s * (g.price - twin), 1.0 - o->K / S, 1.0 + o->K / S, "inverse parity");
        double terms = fabs(g.theta) + v2 * S * fabs(g.delta) + fabs(diffusion);
        near_sum(g.theta + v2 * S * g.delta + diffusion, 0.0, terms, "inverse equation");
        near_sum(g.vega, o->sigma * o->T * (S * S * g.gamma + 2.0 * S * g.delta),
                 g.vega + o->sigma * o->T * 4.0 * S * fabs(g.delta), "inverse vega");
        return;
    }
    near_sum(s * (g.price - twin), asset - strike, (asset + strike) * room, "put-call parity");
    double drift = o->model == RH_MODEL_BSM ? (r - q) * S * g.delta : 0.0;
    double terms = fabs(g.theta) + fabs(drift) + diffusion + fabs(r * g.price) +
                   fabs(q) * asset + fabs(r) * strike;
    near_sum(g.theta + drift + diffusion, r * g.price, terms, "pricing equation");
    near_sum(g.vega, o->sigma * o->T * S * S * g.gamma, g.vega, "vega and gamma");
    if (o->model == RH_MODEL_BSM) /* S delta + K dual_delta = V, with rho = -T K dual_delta */
        near_sum(S * g.delta - g.rho / o->T, g.price, fabs(S * g.delta) + fabs(g.price),
                 "homogeneity");
    else
        near_sum(g.rho, -o->T * g.price, fabs(g.rho), "rho of a forward option");
}

static void identities(void **unused)
{
    (void)unused;
    uint64_t state = 11;
    for (int i = 0; i < 50000; i++) {
        test_option o = random_option(&state, 6.0);
        identities_of(&o);
    }
}

/* --- differences of the long double price ----------------------------------------------------- */

typedef long double (*price_along)(wide_option o, long double step);

static long double along_S(wide_option o, long double h)
{
    o.S += h;
    return price_l(&o);
}
static long double along_T(wide_option o, long double h)
{
    o.T += h;
    return price_l(&o);
}
static long double along_r(wide_option o, long double h)
{
    o.r += h;
    return price_l(&o);
}
static long double along_sigma(wide_option o, long double h)
{
    o.sigma += h;
    return price_l(&o);
}

/* Central differences of fourth order (speed and vanna: second). */
static double first(price_along f, wide_option o, long double h)
{
    return (double)((8.0L * (f(o, h) - f(o, -h)) - (f(o, 2 * h) - f(o, -2 * h))) / (12.0L * h));
}
static double second(price_along f, wide_option o, long double h)
{
    return (double)((16.0L * (f(o, h) + f(o, -h)) - (f(o, 2 * h) + f(o, -2 * h)) -
                     30.0L * f(o, 0.0L)) / (12.0L * h * h));
}
static double third(price_along f, wide_option o, long double h)
{
    return (double)((f(o, 2 * h) - 2.0L * f(o, h) + 2.0L * f(o, -h) - f(o, -2 * h)) /
                    (2.0L * h * h * h));
}
static double mixed(wide_option o, long double h_S, long double h_sigma)
{
    wide_option up = o, down = o;
    up.sigma += h_sigma;
    down.sigma -= h_sigma;
    return (double)((along_S(up, h_S) - along_S(up, -h_S) - along_S(down, h_S) +
                     along_S(down, -h_S)) / (4.0L * h_S * h_sigma));
}

static void near_difference(double found, double bumped, double scale, double tolerance,
                            const char *what, const test_option *o)
{
    if (!(fabs(found - bumped) <= tolerance * scale))
        fail_msg("%s of model %d call %d S %g K %g T %g r %g q %g sigma %g: %.12g, bumped %.12g",
                 what, o->model, o->is_call, o->S, o->K, o->T, o->r, o->q, o->sigma, found, bumped);
}

static void bump_and_reprice(void **unused)
{
    (void)unused;
    uint64_t state = 13;
    for (int i = 0; i < 3000; i++) {
        test_option o = random_option(&state, 2.5);
        wide_option w = widen(&o);
        rh_greeks g = greeks_of(&o), sum = term_sums(&o, &g);
        double width = o.S * fmin(o.sigma * sqrt(o.T), 1.0);
        long double h = (long double)width;
        near_difference(g.delta, first(along_S, w, h * 1e-3L), sum.delta + sum.gamma * width, 1e-9,
                        "delta", &o);
        near_difference(g.gamma, second(along_S, w, h * 1e-2L), sum.gamma + sum.speed * width, 1e-6,
                        "gamma", &o);
        near_difference(g.speed, third(along_S, w, h * 3e-3L), sum.speed + sum.gamma / width, 2e-4,
                        "speed", &o);
        near_difference(g.vega, first(along_sigma, w, w.sigma * 1e-3L), sum.vega, 1e-7, "vega", &o);
        near_difference(g.volga, second(along_sigma, w, w.sigma * 1e-3L),
                        sum.volga + sum.vega / o.sigma, 1e-6, "volga", &o);
        near_difference(g.theta, -first(along_T, w, w.T * 1e-3L), sum.theta, 1e-7, "theta", &o);
        near_difference(g.vanna, mixed(w, h * 1e-3L, w.sigma * 1e-3L),
                        sum.vanna + sum.delta / o.sigma + sum.gamma * width / o.sigma, 1e-4,
                        "vanna", &o);
        if (o.model == RH_MODEL_INVERSE)
            assert_true(g.rho == 0.0);
        else
            near_difference(g.rho, first(along_r, w, 1e-3L / (1.0L + w.T)),
                            fabs(g.rho) + o.S * o.T, 1e-7, "rho", &o);
    }
}

/* --- limits, NaN ------------------------------------------------------------------------------ */

static void all_are(const rh_greeks *g, double second_order)
{
    assert_true(g->gamma == second_order && g->vega == 0.0 && g->vanna == 0.0 && g->volga == 0.0);
}

static void no_time_or_no_vol(void **unused)
{
    (void)unused;
    for (int i = 0; i < 2; i++) {
        double T = i ? 2.0 : 0.0, sigma = i ? 0.0 : 0.4, r = 0.05, q = 0.02;
        double carry = rh_exp(-q * T), discount = rh_exp(-r * T);
        test_option o = {RH_MODEL_BSM, true, 120.0, 100.0, T, r, q, sigma};
        rh_greeks g = greeks_of(&o);
        assert_true(g.price == 120.0 * carry - 100.0 * discount);
        assert_near(g.delta, carry, 1e-15);
        assert_near(g.theta, q * 120.0 * carry - r * 100.0 * discount, 1e-13);
        assert_near(g.rho, T * 100.0 * discount, 1e-12);
        all_are(&g, 0.0);
        assert_true(g.speed == 0.0);
        o.is_call = false;
        g = greeks_of(&o);
        assert_true(g.price == 0.0 && g.delta == 0.0 && g.theta == 0.0 && g.rho == 0.0);
        o = (test_option){RH_MODEL_BLACK76, false, 100.0, 100.0, T, r, 0.0, sigma}; /* the kink */
        g = greeks_of(&o);
        assert_true(g.price == 0.0 && g.delta == -0.5 * discount);
        all_are(&g, 0.0);
        o = (test_option){RH_MODEL_INVERSE, true, 200.0, 100.0, T, 0.0, 0.0, sigma};
        g = greeks_of(&o);
        assert_true(g.price == 0.5 && g.delta == 100.0 / 200.0 / 200.0);
        all_are(&g, -2.0 * (g.delta / 200.0));
        assert_near(g.speed, 6.0 * g.delta / 200.0 / 200.0, 1e-20);
        assert_true(g.theta == 0.0);
    }
}

static void zero_spot_and_strike(void **unused)
{
    (void)unused;
    for (int m = 0; m < 3; m++) {
        test_option o = {MODELS[m], true, 0.0, 100.0, 1.0, 0.05, 0.0, 0.5};
        rh_greeks g = greeks_of(&o);
        assert_true(g.price == 0.0 && g.delta == 0.0 && g.rho == 0.0 && g.speed == 0.0);
        all_are(&g, 0.0);
        o.K = 0.0; /* nothing against nothing */
        g = greeks_of(&o);
        assert_true(g.price == 0.0 && g.delta == 0.0);
    }
    test_option put = {RH_MODEL_BSM, false, 0.0, 100.0, 1.0, 0.05, 0.02, 0.5};
    assert_true(price_of(&put) == 100.0 * rh_exp(-0.05));
    assert_near(delta_of(&put), -rh_exp(-0.02), 1e-15);
    test_option free_call = {RH_MODEL_BSM, true, 80.0, 0.0, 1.0, 0.05, 0.0, 0.5};
    assert_true(price_of(&free_call) == 80.0);
    assert_near(delta_of(&free_call), 1.0, 1e-15);
}

static void limits_are_continuous(void **unused)
{
    (void)unused;
    for (int m = 0; m < 3; m++)
        for (int i = 0; i < 6; i++) {
            double S = 90.0 + 10.0 * (i / 2);
            test_option o = {MODELS[m], i % 2 == 0, S, 100.0, 1.0, 0.0, 0.0, 0.0};
            rh_greeks limit = greeks_of(&o);
            o.sigma = 1e-9;
            rh_greeks near = greeks_of(&o);
            assert_near(near.price, limit.price, 1e-6);
            assert_near(near.delta, limit.delta, 1e-8);
            assert_true(isfinite(near.gamma) && isfinite(near.speed) && isfinite(near.volga));
        }
    test_option wide = {RH_MODEL_BSM, true, 100.0, 90.0, 1e4, 0.0, 0.0, 1e4};
    assert_true(price_of(&wide) == 100.0 && delta_of(&wide) == 1.0);
    wide.is_call = false;
    assert_true(price_of(&wide) == 90.0 && delta_of(&wide) == 0.0);
}

static void nan_and_negative(void **unused)
{
    (void)unused;
    const double bad[] = {(double)NAN, -1.0, (double)INFINITY, -(double)INFINITY};
    for (int m = 0; m < 3; m++)
        for (int which = 0; which < 6; which++)
            for (int b = 0; b < 4; b++) {
                double v[6] = {100.0, 100.0, 1.0, 0.05, 0.02, 0.5}; /* S K T r q sigma */
                v[which] = bad[b];
                bool rate = which == 3 || which == 4;
                bool unused_rate = (which == 3 && m == 2) || (which == 4 && m > 0);
                if ((rate && b == 1) || unused_rate) continue;
                test_option o = {MODELS[m], true, v[0], v[1], v[2], v[3], v[4], v[5]};
                rh_greeks g = greeks_of(&o);
                assert_true(isnan(g.price) && isnan(g.delta) && isnan(g.gamma) && isnan(g.vega));
                assert_true(isnan(g.theta) && isnan(g.rho) && isnan(g.vanna) && isnan(g.volga));
                assert_true(isnan(g.speed) && isnan(price_of(&o)) && isnan(delta_of(&o)));
            }
}

static void monotone(void **unused)
{
    (void)unused;
    for (int m = 0; m < 3; m++) {
        test_option o = {MODELS[m], true, 100.0, 0.0, 0.5, 0.03, 0.01, 0.6};
        double before_price = (double)INFINITY;
        for (int i = 0; i < 4000; i++) { /* a call falls with its strike, but for ulps */
            o.K = 10.0 * exp(i * 0.002);
            double price = price_of(&o);
            assert_true(price <= before_price * (1.0 + 1e-14) && price >= 0.0);
            before_price = price;
        }
        o.K = 115.0;
        before_price = 0.0;
        for (int i = 0; i < 4000; i++) { /* and rises with vol */
            o.sigma = 0.01 * exp(i * 0.0015);
            double price = price_of(&o);
            assert_true(price >= before_price * (1.0 - 1e-13));
            before_price = price;
        }
    }
}

/* --- bits ------------------------------------------------------------------------------------- */

enum { BATCH = 4096 };
typedef struct batch_memory {
    double log_strike[BATCH], log_strike_lo[BATCH], drift[BATCH], slope[BATCH], shift[BATCH];
    double scale[BATCH], out[BATCH];
    test_option option[BATCH];
} batch_memory;

/* What the engine prepares of a contract; an inverse option's delta is F dc/dF. */
static void fill_contract(batch_memory *m, int i, const test_option *o)
{
    double sign = o->is_call ? 1.0 : -1.0, total = o->sigma * sqrt(o->T);
    bool coin = o->model == RH_MODEL_INVERSE;
    m->option[i] = *o;
    rh_log_prices(&o->K, 1, &m->log_strike[i], &m->log_strike_lo[i]);
    m->drift[i] = coin ? 0.0 : (o->r - o->q) * o->T;
    m->slope[i] = sign * (total == 0.0 ? RH_DELTA_CERTAIN : 1.0 / total);
    m->shift[i] = sign * (coin ? -0.5 : 0.5) * total;
    m->scale[i] = sign * (coin ? o->K / o->S : rh_exp(-(o->q * o->T)));
}

static rh_delta_batch batch_of(batch_memory *m, size_t count)
{
    return (rh_delta_batch){count, m->log_strike, m->log_strike_lo, m->drift, m->slope, m->shift,
                            m->scale, m->out};
}

static rh_delta_batch fill_batch(batch_memory *m, double S)
{
    uint64_t state = 17;
    for (int i = 0; i < BATCH; i++) {
        test_option o = random_option(&state, 8.0);
        o.K = o.K / o.S * S;
        o.S = S;
        if (i % 97 == 0) o.T = 0.0;
        if (i % 101 == 0) o.sigma = 0.0, o.K = S;
        if (o.model != RH_MODEL_BSM) o.q = o.r;
        if (o.model == RH_MODEL_INVERSE) o.r = o.q = 0.0;
        fill_contract(m, i, &o);
    }
    return batch_of(m, BATCH);
}

/* The batch against the closed form: what d loses in rounding moves the weight by n(d), and the
 * carry's rate by its own rounding. A certain pay-off with a rate may fall on either side. */
static void near_delta(const test_option *o, double found)
{
    bool coin = o->model == RH_MODEL_INVERSE;
    double expected = coin ? o->S * delta_of(o) : delta_of(o), total = o->sigma * sqrt(o->T);
    double x = fabs(log(o->S / o->K)) + fabs((o->r - o->q) * o->T);
    double d = total > 0.0 ? (x + 0.5 * total * total) / total : 0.0;
    double scale = coin ? o->K / o->S : exp(-o->q * o->T);
    if (total == 0.0 && o->T > 0.0 && o->r != o->q) return;
    if (!(fabs(found - expected) <= 16.0 * UNIT * (1.0 + d) * scale))
        fail_msg("delta %.17g, expected %.17g", found, expected);
}

static void batch_is_the_closed_form(void **unused)
{
    (void)unused;
    batch_memory *m = calloc(1, sizeof *m);
    assert_non_null(m);
    rh_delta_batch batch = fill_batch(m, 43210.5);
    rh_option_delta_batch(&batch, 43210.5);
    for (int i = 0; i < BATCH; i++) {
        near_delta(&m->option[i], m->out[i]);
        assert_true(same_bits(price_of(&m->option[i]), greeks_of(&m->option[i]).price));
        assert_true(same_bits(delta_of(&m->option[i]), greeks_of(&m->option[i]).delta));
    }
    free(m);
}

/* Whole vectors, rests, nothing, and nothing beyond: neighbours change no bit. */
static void batch_of_any_length(void **unused)
{
    (void)unused;
    batch_memory *m = calloc(2, sizeof *m);
    assert_non_null(m);
    rh_delta_batch alone = fill_batch(&m[0], 99.5), batch = fill_batch(&m[1], 99.5);
    for (size_t i = 0; i < 32; i++) {
        rh_delta_batch one = {1, alone.log_strike + i, alone.log_strike_lo + i, alone.drift + i,
                              alone.slope + i, alone.shift + i, alone.scale + i, alone.out + i};
        rh_option_delta_batch(&one, 99.5);
    }
    for (size_t n = 0; n <= 24; n++) {
        for (int i = 0; i < 32; i++) m[1].out[i] = -7.0;
        batch.count = n;
        rh_option_delta_batch(&batch, 99.5);
        for (size_t i = 0; i < 32; i++)
            assert_true(i < n ? same_bits(m[1].out[i], m[0].out[i]) : m[1].out[i] == -7.0);
    }
    free(m);
}

/* Strikes and spots at the edge of double among ordinary neighbours, which stay right. */
static void batch_at_the_edges(void **unused)
{
    (void)unused;
    static batch_memory m;
    const double strikes[] = {1e-300, 1e300, 5e-324, 1e-320, 0.0, 100.0, 1.7e308, 1e100};
    const double spots[] = {1e300, 1e-300, 5e-324, 100.0};
    for (int s = 0; s < 4; s++)
        for (int k = 0; k < 16; k++) {
            for (int j = 0; j < 9; j++) {
                double K = j == k % 8 ? strikes[k % 8] : 90.0 + j;
                fill_contract(&m, j, &(test_option){RH_MODEL_BLACK76, (k & 8) == 0, spots[s], K,
                                                    0.25, 0.0, 0.0, 0.5});
            }
            rh_delta_batch batch = batch_of(&m, 9);
            rh_option_delta_batch(&batch, spots[s]);
            for (int j = 0; j < 9; j++) near_delta(&m.option[j], m.out[j]);
        }
}

/* No time left, or no vol: 0, 1/2 or 1 of the carry, in both directions. */
static void batch_of_certain_pay_offs(void **unused)
{
    (void)unused;
    static batch_memory m;
    const double strikes[] = {99.0, 100.0, 101.0};
    for (int i = 0; i < 6; i++)
        fill_contract(&m, i, &(test_option){RH_MODEL_BSM, i < 3, 100.0, strikes[i % 3], 0.0, 0.1,
                                            0.05, 0.5});
    rh_delta_batch batch = batch_of(&m, 6);
    rh_option_delta_batch(&batch, 100.0);
    const double expected[] = {1.0, 0.5, 0.0, 0.0, -0.5, -1.0};
    for (int i = 0; i < 6; i++) assert_true(fabs(m.out[i] - expected[i]) <= UNIT);
}

static void batch_of_bad_input(void **unused)
{
    (void)unused;
    static batch_memory m;
    const test_option good = {RH_MODEL_BSM, true, 100.0, 100.0, 1.0, 0.0, 0.0, 0.2};
    const double nan = (double)NAN;
    for (int i = 0; i < 9; i++) fill_contract(&m, i, &good);
    rh_delta_batch batch = batch_of(&m, 9);
    rh_option_delta_batch(&batch, -100.0);
    for (int i = 0; i < 9; i++) assert_true(isnan(m.out[i]));
    const double below = -100.0;
    rh_log_prices(&below, 1, &m.log_strike[1], &m.log_strike_lo[1]);
    m.log_strike[2] = m.drift[3] = m.slope[4] = m.shift[5] = m.scale[6] = nan;
    rh_option_delta_batch(&batch, 100.0);
    for (int i = 1; i < 7; i++) assert_true(isnan(m.out[i]));
    near_delta(&good, m.out[0]);
    near_delta(&good, m.out[8]);
    rh_option_delta_batch(&batch, nan);
    for (int i = 0; i < 9; i++) assert_true(isnan(m.out[i]));
}

static bool have_fma(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    return __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2");
#else
    return true;
#endif
}

static void instruction_sets_agree(void **unused)
{
    (void)unused;
    print_message("instruction set in use: %s\n", rh_isa_name());
    if (!have_fma()) {
        print_message("no fma on this processor: nothing to compare\n");
        skip();
    }
    uint64_t state = 19;
    for (int i = 0; i < 100000; i++) {
        test_option o = random_option(&state, i % 3 ? 4.0 : 30.0);
        rh_greeks a, b;
        rh_greeks_few_baseline(o.model, o.is_call, o.S, o.K, o.T, o.r, o.q, o.sigma, &a);
        rh_greeks_few_fma(o.model, o.is_call, o.S, o.K, o.T, o.r, o.q, o.sigma, &b);
        assert_true(same_greeks(&a, &b));
        b = greeks_of(&o);
        assert_true(same_greeks(&a, &b));
    }
    batch_memory *m = calloc(2, sizeof *m);
    assert_non_null(m);
    rh_delta_batch batch = fill_batch(&m[0], 99.5), other = fill_batch(&m[1], 99.5);
    rh_delta_batch_of_baseline(&batch, 99.5);
    rh_delta_batch_of_fma(&other, 99.5);
    assert_memory_equal(m[0].out, m[1].out, sizeof m[0].out);
    if (rh_isa_widest() == RH_ISA_AVX512) {
        rh_delta_batch_of_avx512(&other, 99.5);
        assert_memory_equal(m[0].out, m[1].out, sizeof m[0].out);
    }
    free(m);
}

int main(void)
{
    rh_math_thread_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_values),
        cmocka_unit_test(reference_table),
        cmocka_unit_test(prices_against_long_double),
        cmocka_unit_test(far_tails),
        cmocka_unit_test(identities),
        cmocka_unit_test(bump_and_reprice),
        cmocka_unit_test(no_time_or_no_vol),
        cmocka_unit_test(zero_spot_and_strike),
        cmocka_unit_test(limits_are_continuous),
        cmocka_unit_test(nan_and_negative),
        cmocka_unit_test(monotone),
        cmocka_unit_test(batch_is_the_closed_form),
        cmocka_unit_test(batch_of_any_length),
        cmocka_unit_test(batch_of_certain_pay_offs),
        cmocka_unit_test(batch_at_the_edges),
        cmocka_unit_test(batch_of_bad_input),
        cmocka_unit_test(instruction_sets_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
