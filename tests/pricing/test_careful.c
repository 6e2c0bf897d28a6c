/* The careful path of European options, which answers what the lanes leave out: the independent
 * table of greeks far in the money, numbers far from any market with the values they must have, and
 * that no number whatever gives NaN without a flag. Each test is named after a bug. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "greeks_table.h"
#include "greeks_test.h"
#include "math/kernels.h"
#include "pricing/kernel_greeks_edge.h"

static rh_greeks_full careful(const test_option *o, unsigned *flags)
{
    rh_greeks_full g;
    *flags = rh_edge_greeks(o->model, o->is_call, o->S, o->K, o->T, o->r, o->q, o->sigma, &g);
    return g;
}

/* --- the table of greeks far in the money ---------------------------------------------------- */

static void check_row(const greeks_row *row, const rh_greeks_full *g, const char *path,
                      double *worst)
{
    const double *at = row->at;
    test_option o = {row->model, row->is_call, at[0], at[1], at[2], at[3], at[4], at[5]};
    rh_greeks_full expected;
    memcpy(&expected, row->greeks, sizeof expected);
    rh_greeks_full sums = term_sums(&o, expected.price);
    double room = 8.0 * (4.0 + kappa_of(&o, &expected)) * UNIT;
    for (int c = 0; c < RH_GREEKS; c++) {
        bool is_price = c == RH_GREEK_price || c == RH_GREEK_usd_price;
        double error = fabs(value(g, c) - row->greeks[c]);
        double allowed = (is_price ? 1.0 : 64.0) * room * value(&sums, c) + 4.0 * DBL_TRUE_MIN;
        *worst = fmax(*worst, error / allowed);
        if (!(error <= allowed))
            fail_msg("%s, %s of model %d call %d S %g K %g: %.17g, expected %.17g", path,
                     rh_greek_name((rh_greek)c), o.model, o.is_call, o.S, o.K, value(g, c),
                     row->greeks[c]);
    }
}

static void greeks_far_in_the_money(void **unused)
{
    (void)unused;
    double worst[2] = {0.0, 0.0};
    for (size_t i = 0; i < sizeof IN_THE_MONEY / sizeof *IN_THE_MONEY; i++) {
        const greeks_row *row = &IN_THE_MONEY[i];
        const double *at = row->at;
        test_option o = {row->model, row->is_call, at[0], at[1], at[2], at[3], at[4], at[5]};
        unsigned flags;
        rh_greeks_full usual = greeks_of(&o), slow = careful(&o, &flags);
        assert_int_equal(flags, 0);
        check_row(row, &usual, "lanes", &worst[0]);
        check_row(row, &slow, "careful path", &worst[1]);
    }
    print_message("worst error / tolerance: lanes %.3f, careful path %.3f\n", worst[0], worst[1]);
}

/* --- bugs ------------------------------------------------------------------------------------ */

static void near_terms(double found, double expected, double terms, const char *what)
{
    if (fabs(found - expected) <= 1e-12 * terms) return;
    fail_msg("%s: %.17g, expected %.17g", what, found, expected);
}

static void near(double found, double expected, const char *what)
{
    near_terms(found, expected, fabs(expected), what);
}

/* N(d2) underflows before it is multiplied by K/F: delta, net_delta were 0, gamma wrong. */
static void inverse_far_tail_keeps_its_delta(void **unused)
{
    (void)unused;
    test_option o = {RH_MODEL_INVERSE, true, 4792.817232797193, 4.2124307792768915e+215, 10.0, 0.0,
                     0.0, 5.0};
    rh_greeks_full g = greeks_of(&o);
    near(g.delta, 7.3531009195477246536e-121, "delta");
    near(g.net_delta, 3.5242068801705223562e-117, "net_delta");
    near(g.gamma, 6.9607041970853543477e-125, "gamma");
    near_terms(g.speed, -8.0619081671471553809e-129, 6.0 * g.delta / o.S / o.S, "speed");
    near(g.usd_price, 1.1597338878337445293e-113, "usd_price");
    near(g.usd_delta, 5.9439400590151042772e-117, "usd_delta");
}

/* The forward and the discount factor overflowed: delta was NaN, a price was 0. */
static void large_rates_are_no_nan(void **unused)
{
    (void)unused;
    unsigned flags;
    test_option o = {RH_MODEL_BSM, true, 1.0, 2.0, 20.0, 40.0, 0.0, 0.6};
    rh_greeks_full g = careful(&o, &flags);
    assert_int_equal(flags, 0);
    assert_true(g.price == 1.0 && g.delta == 1.0 && g.phi == -20.0);
    assert_true(g.gamma == 0.0 && g.vega == 0.0 && g.rho == 0.0);
    o = (test_option){RH_MODEL_BSM, false, .6279870598804067, 2.843009945553471,
                      908615478326.5568, 0.0, -.0280671595, 2.10072};
    g = careful(&o, &flags);
    assert_int_equal(flags, 0);
    near(g.price, 2.843009945553470974, "price");
    near(g.dual_delta, 1.0, "dual_delta");
    assert_true(g.delta == 0.0);
    o = (test_option){RH_MODEL_BSM, true, 1e300, 1e300, 1.0, -800.0, -900.0, 1.0};
    g = careful(&o, &flags);
    assert_int_equal(flags, 0);
    assert_true(g.price == HUGE_VAL && g.delta == HUGE_VAL && g.gamma < 1e-300);
}

/* Where the density is below double, what is made of it is 0, not a density clamped at e^-750. */
static void vanishing_greeks_vanish(void **unused)
{
    (void)unused;
    unsigned flags;
    test_option o = {RH_MODEL_BSM, true, 3.020336401009325, 3.3758671639746303, .0116076, -6985.0,
                     -7095.9, .031422};
    rh_greeks_full g = careful(&o, &flags);
    assert_int_equal(flags, 0);
    assert_true(g.gamma == 0.0 && g.vega == 0.0 && g.vanna == 0.0 && g.dual_gamma == 0.0);
    near(g.price, 1.2333895862205961698e+36, "price");
    near(g.delta, 5.9055381799995757225e+35, "delta");
    o = (test_option){RH_MODEL_BLACK76, true, 100.0, 400.0, 10.0, 0.0, 0.0, .01};
    g = careful(&o, &flags);
    assert_int_equal(flags, 0);
    assert_true(g.ultima == 0.0 && g.volga == 0.0 && g.vega == 0.0 && g.price == 0.0);
}

/* What cannot be answered says so. */
static void beyond_the_domain_is_flagged(void **unused)
{
    (void)unused;
    for (int i = 0; i < 4; i++) {
        test_option o = {i & 1 ? RH_MODEL_BSM : RH_MODEL_BLACK76, i & 2, 1.0, 1.0, 0x1p39, -2.0,
                         0.0, 1.0};
        rh_greeks_full g = greeks_of(&o);
        unsigned flags;
        (void)careful(&o, &flags);
        assert_int_equal(flags, 0);
        assert_true(!isnan(g.price));
        o.r = -2.0000001;
        g = careful(&o, &flags);
        assert_int_equal(flags, RH_GREEKS_DOMAIN);
        for (int c = 0; c < RH_GREEKS; c++) assert_true(isnan(value(&g, c)));
    }
}

/* --- no NaN without a flag -------------------------------------------------------------------- */

/* Any double: by its bits, by its exponent, or one of those that break things. */
static double odd_number(uint64_t *state, bool any_sign)
{
    static const double odd[] = {0.0,   5e-324,  DBL_MIN, 1e-300, 1e-160, 1e-20,
                                 1.0,   1e20,    1e160,   1e300,  DBL_MAX, 700.0,
                                 1e-5,  0x1p40,  0x1p-40, 0.5,    2.0,     1000.0};
    double kind = uniform(state, 0.0, 1.0), x;
    if (kind < 0.3) x = odd[(int)uniform(state, 0.0, 18.0)];
    else if (kind < 0.6) x = ldexp(uniform(state, 1.0, 2.0), (int)uniform(state, -1074.0, 1023.9));
    else x = exp(uniform(state, -12.0, 12.0));
    return any_sign && uniform(state, 0.0, 1.0) < 0.5 ? -x : x;
}

static void no_nan_without_a_flag(void **unused)
{
    (void)unused;
    uint64_t state = 29;
    int answered = 0;
    for (int i = 0; i < 300000; i++) {
        test_option o = {MODELS[i % 3], i / 3 % 2, 0, 0, 0, 0, 0, 0};
        double *const fields[] = {&o.S, &o.K, &o.T, &o.sigma, &o.r, &o.q};
        for (int f = 0; f < 6; f++) *fields[f] = odd_number(&state, f > 3);
        if (i % 5 == 0) o.K = o.S;
        unsigned flags;
        rh_greeks_full slow = careful(&o, &flags), g;
        unsigned same = rh_option_greeks_full(o.model, o.is_call, o.S, o.K, o.T, o.r, o.q, o.sigma,
                                              &g);
        bool bad = (flags & (RH_GREEKS_NAN | RH_GREEKS_DOMAIN)) != 0;
        assert_int_equal(flags, same);
        for (int c = 0; c < RH_GREEKS; c++)
            if (isnan(value(&slow, c)) != bad || isnan(value(&g, c)) != bad)
                fail_msg("%s of model %d call %d S %a K %a T %a r %a q %a sigma %a: flags %u, "
                         "%g, careful %g", rh_greek_name((rh_greek)c), o.model, o.is_call, o.S,
                         o.K, o.T, o.r, o.q, o.sigma, flags, value(&g, c), value(&slow, c));
        assert_true(slow.price >= 0.0 || bad);
        answered += !bad;
    }
    assert_true(answered > 150000);
}

int main(void)
{
    rh_math_thread_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greeks_far_in_the_money),
        cmocka_unit_test(inverse_far_tail_keeps_its_delta),
        cmocka_unit_test(large_rates_are_no_nan),
        cmocka_unit_test(vanishing_greeks_vanish),
        cmocka_unit_test(beyond_the_domain_is_flagged),
        cmocka_unit_test(no_nan_without_a_flag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
