/* One SVI slice against what it must reproduce: published parameters, derivatives, the density that
 * Durrleman's function stands for, slices recovered from their own quotes, and the optimality of
 * the quasi-explicit fit on the faces of its bounds. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rehedge/surface.h"

enum { QUOTES_MAX = 64 };

/* Axel Vogt's slice, in Gatheral & Jacquier 2014, example 3.1: it has butterfly arbitrage. */
static const rh_svi vogt = {-0.0410, 0.1331, 0.3060, 0.3586, 0.4153};

static double uniform(uint64_t *state, double low, double high)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    return low + (high - low) * ((double)(z >> 11) * 0x1p-53);
}

static void close_to(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("%.17g, expected %.17g within %g", found, expected, tolerance);
}

/* Quotes of the slice itself, evenly over [low, high]. */
static rh_expiry_quotes quotes_of(const rh_svi *svi, double T, double low, double high,
                                  size_t count, rh_vol_quote *quotes)
{
    for (size_t i = 0; i < count; i++) {
        double k = low + (high - low) * (double)i / (double)(count - 1);
        quotes[i] = (rh_vol_quote){k, sqrt(rh_svi_at(svi, k).w / T), 1.0};
    }
    return (rh_expiry_quotes){T, quotes, count};
}

/* --- closed forms --------------------------------------------------------------------------- */

static void derivatives(void **unused)
{
    (void)unused;
    uint64_t state = 1;
    for (int i = 0; i < 2000; i++) {
        rh_svi svi = {uniform(&state, 0.0, 0.1), uniform(&state, 0.0, 1.0),
                      uniform(&state, -0.99, 0.99), uniform(&state, -0.5, 0.5),
                      uniform(&state, 0.05, 1.0)};
        double k = uniform(&state, -2.0, 2.0), h = 1e-4 * svi.sigma;
        rh_total_variance at = rh_svi_at(&svi, k), up = rh_svi_at(&svi, k + h);
        rh_total_variance down = rh_svi_at(&svi, k - h);
        close_to(at.dw, (up.w - down.w) / (2.0 * h), 2e-8 / svi.sigma);
        close_to(at.d2w, (up.dw - down.dw) / (2.0 * h), 1e-6 / svi.sigma);
    }
}

/* The density of ln K is g n(d2) / sqrt w, and it is also K d2C/dK2 of Black's price. */
static void durrleman_is_the_density(void **unused)
{
    (void)unused;
    double T = 0.7, least = HUGE_VAL;
    for (double k = -1.4; k <= 1.4; k += 0.05) {
        double K = exp(k), h = 1e-3 * K, price[3];
        for (int j = 0; j < 3; j++) {
            double strike = K + (j - 1) * h, vol = sqrt(rh_svi_at(&vogt, log(strike)).w / T);
            price[j] = rh_option_price(RH_MODEL_BLACK76, k > 0, 1.0, strike, T, 0.0, 0.0, vol);
        }
        double curve = K * (price[0] - 2.0 * price[1] + price[2]) / (h * h);
        double w = rh_svi_at(&vogt, k).w, d2 = -k / sqrt(w) - 0.5 * sqrt(w);
        double g = rh_svi_durrleman(&vogt, k);
        double density = g * exp(-0.5 * d2 * d2) / sqrt(2.0 * acos(-1.0) * w);
        close_to(density, curve, 2e-5 * (1.0 + fabs(density)));
        least = fmin(least, g);
    }
    assert_true(least < 0.0);
    assert_true(isnan(rh_svi_durrleman(&(rh_svi){-1.0, 0.1, 0.0, 0.0, 0.1}, 0.0)));
}

/* The numbers printed in section 5.1 of the paper. */
static void jump_wings_as_published(void **unused)
{
    (void)unused;
    rh_svi_jw jw = rh_svi_to_jw(&vogt, 1.0);
    close_to(jw.v, 0.01742625, 5e-9);
    close_to(jw.psi, -0.1752111, 5e-8);
    close_to(jw.p, 0.6997381, 5e-8);
    close_to(jw.c, 1.316798, 5e-7);
    close_to(jw.v_min, 0.0116249, 5e-8);
}

static void jump_wings_there_and_back(void **unused)
{
    (void)unused;
    uint64_t state = 2;
    for (int i = 0; i < 2000; i++) {
        rh_svi svi = {uniform(&state, 0.0, 0.1), uniform(&state, 0.01, 1.0),
                      uniform(&state, -0.95, 0.95), uniform(&state, -0.5, 0.5),
                      uniform(&state, 0.05, 1.0)}, back;
        double T = uniform(&state, 0.01, 2.0);
        if (i % 10 == 0) svi.m = 0.0;
        rh_svi_jw jw = rh_svi_to_jw(&svi, T);
        if (jw.v - jw.v_min < 1e-6 * jw.v) continue;    /* the vertex at the money: no scale */
        assert_true(rh_svi_from_jw(&jw, T, &back));
        for (double k = -1.0; k <= 1.0; k += 0.25)
            close_to(rh_svi_at(&back, k).w, rh_svi_at(&svi, k).w, 1e-8);
    }
    rh_svi kept = vogt;
    assert_false(rh_svi_from_jw(&(rh_svi_jw){0.04, 0.0, 0.0, 0.0, 0.03}, 1.0, &kept));
    assert_false(rh_svi_from_jw(&(rh_svi_jw){0.04, 0.0, 1.0, 1.0, 0.05}, 1.0, &kept));
    assert_memory_equal(&kept, &vogt, sizeof kept);
}

/* --- fit ------------------------------------------------------------------------------------ */

static void recovers_known_slices(void **unused)
{
    (void)unused;
    static const struct { rh_svi svi; double low, high; } cases[] = {
        {{-0.0410, 0.1331, 0.3060, 0.3586, 0.4153}, -1.5, 1.5},
        {{0.04, 0.4, -0.4, 0.05, 0.1}, -1.0, 1.0},      /* Gatheral 2004 */
        {{0.04, 0.8, -0.4, 0.0, 0.1}, -1.0, 1.0},
        {{0.002, 0.02, -0.7, -0.01, 0.03}, -0.2, 0.15}, /* a day */
        {{0.0001, 0.008, -0.9, 0.02, 0.01}, -0.1, 0.1},
        {{-0.2, 0.9, 0.5, -0.1, 0.4}, -1.0, 1.0},       /* far below zero */
        {{0.01, 0.3, 0.95, 0.1, 0.05}, -0.6, 0.6},
    };
    rh_vol_quote quotes[QUOTES_MAX];
    double work[4 * QUOTES_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const rh_svi *svi = &cases[i].svi;
        rh_svi found;
        rh_expiry_quotes expiry = quotes_of(svi, 0.5, cases[i].low, cases[i].high, 41, quotes);
        assert_int_equal(rh_svi_fit(&expiry, NULL, work, &found), RH_OK);
        double scale = cases[i].high;
        close_to(found.a, svi->a, 1e-6 * svi->b);
        close_to(found.b, svi->b, 1e-6 * svi->b);
        close_to(found.rho, svi->rho, 1e-6);
        close_to(found.m, svi->m, 1e-6 * scale);
        close_to(found.sigma, svi->sigma, 1e-6 * scale);
        rh_fit_error error = rh_svi_error(&found, &expiry, work);
        assert_true(error.max < 1e-7);
        assert_int_equal(error.count, 41);
    }
}

static double objective(const rh_svi *svi, const rh_expiry_quotes *expiry)
{
    double sum = 0.0;
    for (size_t i = 0; i < expiry->count; i++) {
        const rh_vol_quote *q = &expiry->quotes[i];
        double error = rh_svi_at(svi, q->k).w - q->vol * q->vol * expiry->T;
        error /= 2.0 * q->vol * expiry->T;
        sum += q->weight * error * error;
    }
    return sum;
}

static bool keeps(const rh_svi *svi, const rh_svi_bounds *bounds)
{
    double least = svi->a + svi->b * svi->sigma * sqrt(1.0 - svi->rho * svi->rho);
    return svi->b >= 0.0 && fabs(svi->rho) <= bounds->rho_max * (1.0 + 1e-12) &&
           svi->b * (1.0 + fabs(svi->rho)) <= bounds->wing_max * (1.0 + 1e-12) &&
           least >= bounds->w_min * (1.0 - 1e-9) - 1e-15 &&
           svi->m >= bounds->m_low && svi->m <= bounds->m_high &&
           svi->sigma >= bounds->sigma_low && svi->sigma <= bounds->sigma_high;
}

/* A random search around the answer, from wide to narrow, finds nothing better within the bounds:
 * the faces are exact. The smiles are such that each kind of face binds somewhere. */
static void nothing_better_within_bounds(void **unused)
{
    (void)unused;
    rh_vol_quote quotes[QUOTES_MAX];
    double work[4 * QUOTES_MAX];
    uint64_t state = 3;
    int faces[4] = {0};     /* interior, |rho|, wing, vertex */
    for (int trial = 0; trial < 60; trial++) {
        rh_expiry_quotes expiry = {0.25, quotes, 21};
        double slope = uniform(&state, -1.0, 1.0), bend = uniform(&state, -0.5, 1.5);
        for (size_t i = 0; i < expiry.count; i++) {
            double k = -0.5 + 0.05 * (double)i;
            double vol = 0.5 + slope * k + bend * k * k + uniform(&state, -0.02, 0.02);
            quotes[i] = (rh_vol_quote){k, fmax(vol, 0.05), uniform(&state, 0.1, 1.0)};
        }
        rh_svi_bounds bounds = rh_svi_bounds_of(&expiry);
        bounds.rho_max = trial % 3 == 0 ? 0.3 : 0.999;
        bounds.wing_max = trial % 3 == 1 ? 0.15 : 2.0;
        if (trial % 3 == 2) bounds.w_min = 0.06;
        rh_svi best, next;
        assert_int_equal(rh_svi_fit(&expiry, &bounds, work, &best), RH_OK);
        assert_true(keeps(&best, &bounds));
        double least = objective(&best, &expiry), reach = 0.3, found = least;
        bool steep = best.b * (1.0 + fabs(best.rho)) > bounds.wing_max * (1.0 - 1e-9);
        bool edge = fabs(best.rho) > bounds.rho_max * (1.0 - 1e-9);
        bool floor = best.a + best.b * best.sigma * sqrt(1.0 - best.rho * best.rho) <
                     bounds.w_min * (1.0 + 1e-6);
        faces[edge ? 1 : steep ? 2 : floor ? 3 : 0]++;
        for (int i = 0; i < 30000; i++) {
            next = best;
            next.a += reach * uniform(&state, -0.05, 0.05);
            next.b *= 1.0 + reach * uniform(&state, -1.0, 1.0);
            next.rho += reach * uniform(&state, -1.0, 1.0);
            next.m += reach * uniform(&state, -0.5, 0.5);
            next.sigma *= 1.0 + reach * uniform(&state, -1.0, 1.0);
            if (i % 5000 == 4999) reach *= 0.1;
            if (!keeps(&next, &bounds)) continue;
            found = fmin(found, objective(&next, &expiry));
        }
        if (!(found >= least * (1.0 - 1e-5)))
            fail_msg("trial %d: %.10g found, the fit has %.10g", trial, found, least);
    }
    print_message("answers inside %d, on |rho| %d, on the wing %d, on the vertex %d\n", faces[0],
                  faces[1], faces[2], faces[3]);
    for (int i = 0; i < 4; i++) assert_true(faces[i] > 0);
}

static void weights_and_order(void **unused)
{
    (void)unused;
    rh_vol_quote quotes[QUOTES_MAX], other[QUOTES_MAX];
    double work[4 * QUOTES_MAX];
    rh_svi svi, same;
    rh_expiry_quotes expiry = quotes_of(&vogt, 1.0, -1.0, 1.0, 31, quotes);
    for (size_t i = 0; i < 31; i++) quotes[i].vol += 0.002 * sin((double)(7 * i));
    assert_int_equal(rh_svi_fit(&expiry, NULL, work, &svi), RH_OK);
    for (size_t i = 0; i < 31; i++) other[i] = quotes[30 - i];
    other[31] = (rh_vol_quote){0.123, 3.0, 0.0};        /* without weight it says nothing */
    expiry = (rh_expiry_quotes){1.0, other, 32};
    assert_int_equal(rh_svi_fit(&expiry, NULL, work, &same), RH_OK);
    for (double k = -1.0; k <= 1.0; k += 0.1)
        close_to(rh_svi_at(&same, k).w, rh_svi_at(&svi, k).w, 1e-8);
    other[31].weight = 1e6;
    assert_int_equal(rh_svi_fit(&expiry, NULL, work, &same), RH_OK);
    assert_true(fabs(sqrt(rh_svi_at(&same, 0.123).w) - 3.0) < 0.05);
}

static void refuses_what_is_no_slice(void **unused)
{
    (void)unused;
    rh_vol_quote good[8], bad[8];
    double work[32];
    rh_svi svi = vogt;
    rh_expiry_quotes expiry = quotes_of(&vogt, 1.0, -1.0, 1.0, 8, good);
    assert_int_equal(rh_svi_fit(&expiry, NULL, work, &svi), RH_OK);
    svi = vogt;
    expiry.quotes = bad;
    const double nan = (double)NAN, infinity = HUGE_VAL;
    const double wrong[][3] = {{nan, 0.2, 1.0},  {30.0, 0.2, 1.0},     {0.0, 0.0, 1.0},
                               {0.0, -0.2, 1.0}, {0.0, infinity, 1.0}, {0.0, 0.2, -1.0},
                               {0.0, 0.2, nan},  {0.0, 0.2, infinity}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        memcpy(bad, good, sizeof bad);
        bad[3] = (rh_vol_quote){wrong[i][0], wrong[i][1], wrong[i][2]};
        assert_int_equal(rh_svi_fit(&expiry, NULL, work, &svi), RH_DOMAIN);
    }
    for (size_t i = 0; i < 8; i++) bad[i] = good[i % 2];    /* two strikes */
    assert_int_equal(rh_svi_fit(&expiry, NULL, work, &svi), RH_DOMAIN);
    for (size_t i = 0; i < 8; i++) bad[i] = (rh_vol_quote){good[i].k, 0.2, 0.0};
    assert_int_equal(rh_svi_fit(&expiry, NULL, work, &svi), RH_DOMAIN);
    expiry = (rh_expiry_quotes){1.0, good, 4};
    assert_int_equal(rh_svi_fit(&expiry, NULL, work, &svi), RH_DOMAIN);
    const double times[] = {0.0, -1.0, (double)NAN, (double)INFINITY};
    for (size_t i = 0; i < 4; i++) {
        expiry = (rh_expiry_quotes){times[i], good, 8};
        assert_int_equal(rh_svi_fit(&expiry, NULL, work, &svi), RH_DOMAIN);
    }
    expiry = (rh_expiry_quotes){1.0, good, 8};
    const rh_svi_bounds natural = rh_svi_bounds_of(&expiry);
    for (size_t i = 0; i < sizeof natural / sizeof(double); i++) {
        double numbers[sizeof natural / sizeof(double)];
        rh_svi_bounds wrong_bounds;
        memcpy(numbers, &natural, sizeof natural);
        numbers[i] = i == 0 ? 9.0 : i == 1 ? -9.0 : -1.0;
        memcpy(&wrong_bounds, numbers, sizeof natural);
        assert_int_equal(rh_svi_fit(&expiry, &wrong_bounds, work, &svi), RH_DOMAIN);
        numbers[i] = (double)NAN;
        memcpy(&wrong_bounds, numbers, sizeof natural);
        assert_int_equal(rh_svi_fit(&expiry, &wrong_bounds, work, &svi), RH_DOMAIN);
    }
    assert_memory_equal(&svi, &vogt, sizeof svi);
}

static void order_statistics(void **unused)
{
    (void)unused;
    double errors[20];
    for (int i = 0; i < 20; i++) errors[i] = 0.01 * ((i * 7) % 20 + 1);
    rh_fit_error error = rh_fit_error_of(errors, 20);
    close_to(error.median, 0.105, 1e-15);
    close_to(error.p95, 0.19, 1e-15);
    close_to(error.max, 0.20, 1e-15);
    close_to(error.rms, 0.01 * sqrt(20.0 * 21.0 * 41.0 / 6.0 / 20.0), 1e-15);
    assert_int_equal(rh_fit_error_of(errors, 0).count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derivatives),
        cmocka_unit_test(durrleman_is_the_density),
        cmocka_unit_test(jump_wings_as_published),
        cmocka_unit_test(jump_wings_there_and_back),
        cmocka_unit_test(recovers_known_slices),
        cmocka_unit_test(nothing_better_within_bounds),
        cmocka_unit_test(weights_and_order),
        cmocka_unit_test(refuses_what_is_no_slice),
        cmocka_unit_test(order_statistics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
