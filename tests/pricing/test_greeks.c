/* Every greek against what it must reproduce: the independent 60-digit table, identities, long
 * double differences of the greek below it, limits and bad input; and that a batch has the bits of
 * one option alone under every instruction set. The worst ratios to the tolerances are printed. */
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
#include "greeks_test.h"
#include "pricing/kernel_greeks_edge.h"

#define RH_GREEKS_DECLARE
#define RH_GREEKS_ISA(name) rh_greeks_##name##_baseline
#include "pricing/greeks_isa.h"
#undef RH_GREEKS_ISA
#define RH_GREEKS_ISA(name) rh_greeks_##name##_fma
#include "pricing/greeks_isa.h"
#undef RH_GREEKS_ISA
#define RH_GREEKS_ISA(name) rh_greeks_##name##_avx512
#include "pricing/greeks_isa.h"

/* --- the reference table --------------------------------------------------------------------- */

enum { COLUMNS = 40 };

static FILE *open_reference(void)
{
    char path[4096];
    const char *folder = getenv("REHEDGE_REFERENCE");
    if (folder) snprintf(path, sizeof path, "%s/european.csv", folder);
    else snprintf(path, sizeof path, "%s/../shared/reference/european.csv", REHEDGE_SOURCE_DIR);
    return fopen(path, "r");
}

static int split(char *line, char *fields[COLUMNS])
{
    int count = 0;
    line[strcspn(line, "\r\n")] = 0;
    for (char *at = line; at && count < COLUMNS; count++) {
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

static int check_row(char *const *names, char *const *fields, int columns, double *worst)
{
    test_option o = reference_option(names, fields, columns);
    double kappa = strtod(field(names, fields, columns, "kappa_price"), NULL);
    double price = strtod(field(names, fields, columns, "price"), NULL);
    rh_greeks_full g = greeks_of(&o), sums = term_sums(&o, price);
    int bad = 0;
    for (int c = 0; c < RH_GREEKS; c++) {
        const char *text = field(names, fields, columns, rh_greek_name((rh_greek)c));
        if (!*text) {
            assert_true(value(&g, c) == 0.0);
            continue;
        }
        bool is_price = c == RH_GREEK_price || c == RH_GREEK_usd_price;
        double room = (is_price ? 1.0 : 64.0) * 8.0 * (4.0 + kappa) * UNIT * value(&sums, c);
        double error = fabs(value(&g, c) - strtod(text, NULL));
        double ratio = error == 0.0 ? 0.0 : error / room;
        worst[c] = fmax(worst[c], ratio);
        if (ratio <= 1.0) continue;
        bad++;
        print_error("row %s: %s is off by %.3g of its tolerance\n", fields[0],
                    rh_greek_name((rh_greek)c), ratio);
    }
    return bad;
}

static void reference_table(void **unused)
{
    (void)unused;
    FILE *file = open_reference();
    if (!file) {
        print_message("the reference table is absent: set REHEDGE_REFERENCE to its folder\n");
        skip();
    }
    char header[4096], line[8192], *names[COLUMNS], *fields[COLUMNS];
    assert_non_null(fgets(header, sizeof header, file));
    int columns = split(header, names), rows = 0, bad = 0;
    double worst[RH_GREEKS] = {0.0};
    while (fgets(line, sizeof line, file)) {
        assert_int_equal(split(line, fields), columns);
        bad += check_row(names, fields, columns, worst);
        rows++;
    }
    fclose(file);
    print_message("%d rows; worst error / tolerance:", rows);
    for (int c = 0; c < RH_GREEKS; c++)
        print_message(" %s %.3f", rh_greek_name((rh_greek)c), worst[c]);
    print_message("\n");
    assert_true(rows > 200);
    assert_int_equal(bad, 0);
}

/* --- against the engine's closed forms -------------------------------------------------------- */

/* The lanes, and the careful path for what they leave out: two ways to the same numbers; each may
 * use its tolerance. */
static void agrees_with_the_careful_path(void **unused)
{
    (void)unused;
    static const double reach[] = {3.0, 12.0, 30.0};
    uint64_t state = 3;
    double worst[RH_GREEKS] = {0.0};
    for (int i = 0; i < 200000; i++) {
        test_option o = random_option(&state, MODELS[i % 3], reach[i / 3 % 3]);
        rh_greeks_full old;
        (void)rh_edge_greeks(o.model, o.is_call, o.S, o.K, o.T, o.r, o.q, o.sigma, &old);
        rh_greeks_full g = greeks_of(&o);
        if (!(g.price > DBL_MIN * 1e10)) continue;
        rh_greeks_full t = term_sums(&o, g.price);
        double room = 2.0 * 8.0 * (4.0 + kappa_of(&o, &g)) * UNIT;
        for (int c = 0; c < RH_GREEKS; c++) {
            bool is_price = c == RH_GREEK_price || c == RH_GREEK_usd_price;
            double error = fabs(value(&g, c) - value(&old, c));
            double terms = (is_price ? 1.0 : 64.0) * value(&t, c);
            double ratio = error < 1e-300 ? 0.0 : error / (room * terms);
            worst[c] = fmax(worst[c], ratio);
            if (!(ratio <= 1.0))
                fail_msg("%s of model %d call %d S %a K %a T %a r %a q %a sigma %a: %.17g, "
                         "careful %.17g", rh_greek_name((rh_greek)c), o.model, o.is_call, o.S,
                         o.K, o.T, o.r, o.q, o.sigma, value(&g, c), value(&old, c));
        }
    }
    print_message("worst difference / tolerance:");
    for (int c = 0; c < RH_GREEKS; c++)
        print_message(" %s %.3f", rh_greek_name((rh_greek)c), worst[c]);
    print_message("\n");
}

/* --- identities ------------------------------------------------------------------------------- */

static void near_sum(double left, double right, double terms, const char *what)
{
    if (!(fabs(left - right) <= 2e-12 * terms)) fail_msg("%s: %.17g, %.17g", what, left, right);
}

static void coin_identities(const test_option *o, const rh_greeks_full *g)
{
    double F = o->S, v2 = o->sigma * o->sigma, fd = F * g->delta, fg = F * F * g->gamma;
    test_option other = *o;
    other.is_call = !o->is_call;
    double s = o->is_call ? 1.0 : -1.0, twin = greeks_of(&other).price;
    near_sum(s * (g->price - twin), 1.0 - o->K / F, 1.0 + o->K / F, "inverse parity");
    near_sum(g->theta + v2 * fd + 0.5 * v2 * fg, 0.0,
             fabs(g->theta) + v2 * fabs(fd) + 0.5 * v2 * (fabs(fg) + 2.0 * fabs(fd)),
             "inverse equation");
    near_sum(g->vega, o->sigma * o->T * (fg + 2.0 * fd),
             g->vega + o->sigma * o->T * 4.0 * fabs(fd), "inverse vega");
    near_sum(fd + o->K * g->dual_delta, 0.0, fabs(fd), "inverse homogeneity");
    near_sum(o->K * o->K * g->dual_gamma, fg + 2.0 * fd, fabs(fg) + 2.0 * fabs(fd),
             "inverse dual gamma");
    near_sum(g->usd_price, g->price * F, g->usd_price, "usd price");
    near_sum(g->net_delta, fd, fabs(fd), "net delta");
    near_sum(g->usd_delta, g->net_delta + g->price, fabs(g->net_delta) + g->price, "usd delta");
}

static void spot_identities(const test_option *o, const rh_greeks_full *g)
{
    double r = o->r, q = o->model == RH_MODEL_BSM ? o->q : r, S = o->S;
    double s = o->is_call ? 1.0 : -1.0, v2 = o->sigma * o->sigma;
    test_option other = *o;
    other.is_call = !o->is_call;
    double asset = S * exp(-q * o->T), strike = o->K * exp(-r * o->T);
    double twin = greeks_of(&other).price;
    near_sum(s * (g->price - twin), asset - strike, asset + strike, "put-call parity");
    double diffusion = 0.5 * v2 * S * S * g->gamma;
    near_sum(g->theta + (r - q) * S * g->delta + diffusion, r * g->price,
             fabs(g->theta) + diffusion + fabs(r) * strike + (fabs(r) + 2.0 * fabs(q)) * asset,
             "pricing equation");
    near_sum(g->vega, o->sigma * o->T * S * S * g->gamma, g->vega, "vega and gamma");
    near_sum(S * g->delta + o->K * g->dual_delta, g->price,
             fabs(S * g->delta) + fabs(o->K * g->dual_delta), "homogeneity");
    near_sum(o->K * o->K * g->dual_gamma, S * S * g->gamma, S * S * g->gamma, "dual gamma");
    if (o->model != RH_MODEL_BSM) return;
    near_sum(g->rho, -o->T * o->K * g->dual_delta, fabs(g->rho), "rho");
    near_sum(g->phi, -o->T * S * g->delta, fabs(g->phi), "phi");
}

static void identities(void **unused)
{
    (void)unused;
    uint64_t state = 11;
    for (int i = 0; i < 60000; i++) {
        test_option o = random_option(&state, MODELS[i % 3], 6.0);
        rh_greeks_full g = greeks_of(&o);
        if (o.model == RH_MODEL_INVERSE) coin_identities(&o, &g);
        else spot_identities(&o, &g);
    }
}

/* --- each greek is the difference of the one below it ---------------------------------------- */

/* d `below` / d parameter by central differences of fourth order. */
static double slope_of(const test_option *o, size_t parameter, double width, int below)
{
    double f[4];
    static const double steps[4] = {-2.0, -1.0, 1.0, 2.0};
    for (int i = 0; i < 4; i++) {
        test_option moved = *o;
        double at;
        memcpy(&at, (char *)&moved + parameter, sizeof at);
        at += steps[i] * width;
        memcpy((char *)&moved + parameter, &at, sizeof at);
        rh_greeks_full g = greeks_of(&moved);
        f[i] = value(&g, below);
    }
    return (8.0 * (f[2] - f[1]) - (f[3] - f[0])) / (12.0 * width);
}

static void differences(void **unused)
{
    (void)unused;
    enum { IN_S, IN_K, IN_T, IN_Q, IN_SIGMA };
    static const struct { int greek, below, in; double sign; } rows[] = {
        {RH_GREEK_delta, RH_GREEK_price, IN_S, 1}, {RH_GREEK_gamma, RH_GREEK_delta, IN_S, 1},
        {RH_GREEK_speed, RH_GREEK_gamma, IN_S, 1}, {RH_GREEK_vega, RH_GREEK_price, IN_SIGMA, 1},
        {RH_GREEK_vanna, RH_GREEK_delta, IN_SIGMA, 1},
        {RH_GREEK_vanna, RH_GREEK_vega, IN_S, 1}, {RH_GREEK_volga, RH_GREEK_vega, IN_SIGMA, 1},
        {RH_GREEK_ultima, RH_GREEK_volga, IN_SIGMA, 1},
        {RH_GREEK_zomma, RH_GREEK_gamma, IN_SIGMA, 1},
        {RH_GREEK_theta, RH_GREEK_price, IN_T, -1}, {RH_GREEK_charm, RH_GREEK_delta, IN_T, -1},
        {RH_GREEK_veta, RH_GREEK_vega, IN_T, -1}, {RH_GREEK_color, RH_GREEK_gamma, IN_T, -1},
        {RH_GREEK_dual_delta, RH_GREEK_price, IN_K, 1},
        {RH_GREEK_dual_gamma, RH_GREEK_dual_delta, IN_K, 1},
        {RH_GREEK_phi, RH_GREEK_price, IN_Q, 1}};
    static const size_t at[] = {offsetof(test_option, S), offsetof(test_option, K),
                                offsetof(test_option, T), offsetof(test_option, q),
                                offsetof(test_option, sigma)};
    uint64_t state = 13;
    for (int i = 0; i < 20000; i++) {
        test_option o = random_option(&state, MODELS[i % 3], 2.0);
        double v = fmin(o.sigma * sqrt(o.T), 1.0);
        const double width[] = {1e-3 * o.S * v, 1e-3 * o.K * v, 1e-3 * o.T,
                                1e-3 * v / o.T, 1e-3 * o.sigma};
        rh_greeks_full g = greeks_of(&o), sums = term_sums(&o, g.price);
        double steep = 1.0 + pow(parts_of(&o).D, 2); /* the step's fourth order, in the tail */
        double room = 2e-8 + 1e-12 * pow(steep, 4);
        for (size_t c = 0; c < sizeof rows / sizeof *rows; c++) {
            int in = rows[c].in;
            double bumped = rows[c].sign * slope_of(&o, at[in], width[in], rows[c].below);
            double below = value(&sums, rows[c].below) / width[in];
            double rounding = 8.0 * (4.0 + kappa_of(&o, &g)) * UNIT * below;
            double scale = value(&sums, rows[c].greek) + below * 1e-3;
            double found = value(&g, rows[c].greek);
            if (!(fabs(found - bumped) <= room * scale + rounding))
                fail_msg("%s of model %d call %d S %g K %g T %g r %g q %g sigma %g: %.12g, "
                         "bumped %.12g", rh_greek_name((rh_greek)rows[c].greek), o.model,
                         o.is_call, o.S, o.K, o.T, o.r, o.q, o.sigma, found, bumped);
        }
    }
}

/* --- limits and bad input -------------------------------------------------------------------- */

static unsigned flags_of(const test_option *o, rh_greeks_full *g)
{
    return rh_option_greeks_full(o->model, o->is_call, o->S, o->K, o->T, o->r, o->q, o->sigma, g);
}

static void limits(void **unused)
{
    (void)unused;
    rh_greeks_full g;
    for (int i = 0; i < 2; i++) {
        double T = i ? 2.0 : 0.0, sigma = i ? 0.0 : 0.4, r = 0.05, q = 0.02;
        double carry = exp(-q * T), discount = exp(-r * T);
        test_option o = {RH_MODEL_BSM, true, 120.0, 100.0, T, r, q, sigma};
        assert_int_equal(flags_of(&o, &g), RH_GREEKS_LIMIT);
        assert_true(fabs(g.price - (120.0 * carry - 100.0 * discount)) < 1e-13);
        assert_true(fabs(g.delta - carry) < 1e-15 && fabs(g.dual_delta + discount) < 1e-15);
        assert_true(fabs(g.phi + T * 120.0 * carry) < 1e-12);
        assert_true(fabs(g.charm - q * carry) < 1e-15);
        assert_true(g.gamma == 0.0 && g.vega == 0.0 && g.color == 0.0 && g.zomma == 0.0);
        assert_true(g.ultima == 0.0 && g.veta == 0.0 && g.dual_gamma == 0.0 && g.speed == 0.0);
        o.is_call = false;
        assert_int_equal(flags_of(&o, &g), RH_GREEKS_LIMIT);
        for (int c = 0; c < RH_GREEKS; c++) assert_true(value(&g, c) == 0.0);
        o = (test_option){RH_MODEL_BLACK76, false, 100.0, 100.0, T, r, 0.0, sigma};
        flags_of(&o, &g);
        assert_true(g.price == 0.0 && fabs(g.delta + 0.5 * discount) < 1e-16);
        assert_true(fabs(g.dual_delta - 0.5 * discount) < 1e-16);
        o = (test_option){RH_MODEL_INVERSE, true, 200.0, 100.0, T, 0.0, 0.0, sigma};
        flags_of(&o, &g);
        assert_true(g.price == 0.5 && g.usd_price == 100.0 && g.usd_delta == 1.0);
        assert_true(g.net_delta == 0.5 && g.dual_delta == -1.0 / 200.0);
    }
    test_option put = {RH_MODEL_BSM, false, 0.0, 100.0, 1.0, 0.05, 0.02, 0.5};
    assert_int_equal(flags_of(&put, &g), RH_GREEKS_LIMIT);
    assert_true(fabs(g.price - 100.0 * exp(-0.05)) < 1e-13);
    assert_true(fabs(g.dual_delta - exp(-0.05)) < 1e-15);
    test_option call = {RH_MODEL_BSM, true, 80.0, 0.0, 1.0, 0.05, 0.0, 0.5};
    assert_int_equal(flags_of(&call, &g), RH_GREEKS_LIMIT);
    assert_true(g.price == 80.0 && fabs(g.dual_delta + exp(-0.05)) < 1e-15);
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
                bool unused_rate = (which == 3 && m == 2) || (which == 4 && m > 0);
                bool rate = which == 3 || which == 4;
                test_option o = {MODELS[m], true, v[0], v[1], v[2], v[3], v[4], v[5]};
                rh_greeks_full g;
                unsigned flags = flags_of(&o, &g);
                if (unused_rate || (rate && b == 1)) {
                    assert_int_equal(flags, 0);
                    continue;
                }
                assert_int_equal(flags, b == 0 ? RH_GREEKS_NAN : RH_GREEKS_DOMAIN);
                for (int c = 0; c < RH_GREEKS; c++) assert_true(isnan(value(&g, c)));
            }
}

/* Numbers beyond any market: finite prices within their bounds, never NaN. */
static void absurd_numbers(void **unused)
{
    (void)unused;
    static const double sizes[] = {5e-324, 1e-300, 1e-30, 1e-18, 1.0, 1e18, 1e30, 1e300};
    static const double times[] = {1e-300, 1e-16, 1e-12, 1.0, 1e6, 1e26};
    for (int i = 0; i < 8 * 8 * 6 * 6 * 2 * 3; i++) {
        test_option o = {MODELS[i % 3], (i / 3) % 2 == 0, sizes[i / 6 % 8], sizes[i / 48 % 8],
                         times[i / 384 % 6], 0.01, 0.02, times[i / 2304 % 6]};
        rh_greeks_full g;
        assert_true((flags_of(&o, &g) & (RH_GREEKS_NAN | RH_GREEKS_DOMAIN)) == 0);
        if (isnan(g.price) || !(g.price >= 0.0) || isnan(g.delta))
            fail_msg("model %d call %d S %g K %g T %g sigma %g: price %g delta %g", o.model,
                     o.is_call, o.S, o.K, o.T, o.sigma, g.price, g.delta);
    }
}

/* --- bits ------------------------------------------------------------------------------------ */

enum { BATCH = 1027 };
typedef struct batch_memory {
    double S[BATCH], K[BATCH], T[BATCH], r[BATCH], q[BATCH], sigma[BATCH];
    signed char sign[BATCH];
    double out[RH_GREEKS][BATCH];
} batch_memory;

static void fill(batch_memory *m, rh_option_model model)
{
    static const double odd[] = {0.0, -1.0, (double)NAN, (double)INFINITY, 1e-310, 1e200, 1e-40};
    uint64_t state = 17;
    for (int i = 0; i < BATCH; i++) {
        test_option o = random_option(&state, model, i % 5 ? 6.0 : 60.0);
        double *fields[] = {&o.S, &o.K, &o.T, &o.r, &o.q, &o.sigma};
        if (i % 11 == 0) *fields[i / 11 % 6] = odd[i / 66 % 7];
        m->S[i] = o.S;
        m->K[i] = o.K;
        m->T[i] = o.T;
        m->r[i] = o.r;
        m->q[i] = o.q;
        m->sigma[i] = o.sigma;
        m->sign[i] = o.is_call ? 1 : -1;
    }
}

typedef unsigned (*batch_function)(const rh_greeks_batch *batch);

static void same_as_alone(batch_memory *m, rh_option_model model, batch_function run,
                          unsigned wanted, size_t count)
{
    rh_greeks_batch batch = {model, count, m->S, m->K, m->T, m->r, m->q, m->sigma, m->sign, {0}};
    for (int c = 0; c < RH_GREEKS; c++) {
        for (int i = 0; i < BATCH; i++) m->out[c][i] = -7.0;
        if (wanted >> c & 1) batch.out[c] = m->out[c];
    }
    unsigned flags = run(&batch), expected = 0;
    for (size_t i = 0; i < BATCH; i++) {
        rh_greeks_full g;
        unsigned one = rh_greeks_one_baseline(model, m->sign[i] > 0, m->S[i], m->K[i], m->T[i],
                                              m->r[i], m->q[i], m->sigma[i], &g);
        if (i < count) expected |= one;
        for (int c = 0; c < RH_GREEKS; c++) {
            double found = m->out[c][i], alone = value(&g, c);
            if (i >= count || !(wanted >> c & 1)) alone = -7.0;
            if (memcmp(&found, &alone, sizeof found) != 0)
                fail_msg("model %d option %zu of %zu, %s: %a, alone %a", model, i, count,
                         rh_greek_name((rh_greek)c), found, alone);
        }
    }
    assert_int_equal(flags, expected);
}

static bool supports(rh_isa isa)
{
#if defined(__x86_64__) && defined(__GNUC__)
    bool fma = __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2");
    bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    return isa == RH_ISA_BASELINE || (fma && (isa == RH_ISA_FMA || wide));
#else
    (void)isa;
    return true;
#endif
}

static void batch_is_scalar_everywhere(void **unused)
{
    (void)unused;
    static const batch_function runs[] = {rh_greeks_batch_baseline, rh_greeks_batch_fma,
                                          rh_greeks_batch_avx512};
    static const unsigned wanted[] = {(1u << RH_GREEKS) - 1, 0x19f, 1, 1u << RH_GREEK_ultima, 0,
                                      1u << RH_GREEK_net_delta | 1u << RH_GREEK_delta};
    print_message("widest instruction set in use: %d\n", (int)rh_isa_widest());
    batch_memory *m = calloc(1, sizeof *m);
    assert_non_null(m);
    for (int k = 0; k < 3; k++) {
        fill(m, MODELS[k]);
        for (int isa = 0; isa < 3; isa++) {
            if (!supports((rh_isa)isa)) continue;
            for (size_t w = 0; w < sizeof wanted / sizeof *wanted; w++)
                same_as_alone(m, MODELS[k], runs[isa], wanted[w], BATCH);
            for (size_t n = 0; n <= 20; n++)
                same_as_alone(m, MODELS[k], runs[isa], wanted[0], n);
        }
        same_as_alone(m, MODELS[k], rh_option_greeks_batch, wanted[0], BATCH);
    }
    free(m);
}

static void rates_may_be_left_out(void **unused)
{
    (void)unused;
    double S[9], K[9], T[9], sigma[9], zero[9] = {0.0}, a[9], b[9];
    signed char sign[9];
    for (int i = 0; i < 9; i++) {
        S[i] = 100.0, K[i] = 90.0 + 3.0 * i, T[i] = 0.5, sigma[i] = 0.3;
        sign[i] = i % 2 ? 1 : -1;
    }
    for (int k = 0; k < 3; k++) {
        rh_greeks_batch batch = {MODELS[k], 9, S, K, T, NULL, NULL, sigma, sign, {a}};
        assert_int_equal(rh_option_greeks_batch(&batch), 0);
        batch.r = batch.q = zero;
        batch.out[0] = b;
        assert_int_equal(rh_option_greeks_batch(&batch), 0);
        assert_memory_equal(a, b, sizeof a);
    }
}

int main(void)
{
    rh_math_thread_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_table),
        cmocka_unit_test(agrees_with_the_careful_path),
        cmocka_unit_test(identities),
        cmocka_unit_test(differences),
        cmocka_unit_test(limits),
        cmocka_unit_test(nan_and_negative),
        cmocka_unit_test(absurd_numbers),
        cmocka_unit_test(batch_is_scalar_everywhere),
        cmocka_unit_test(rates_may_be_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
