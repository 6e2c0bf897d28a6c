/* Surfaces against what they must reproduce: the published slice with butterfly arbitrage and its
 * repair, calendar spreads that cross where they were made to, the conditions of SSVI, the
 * interpolation, and every dynamics of the smile by bump and reprice. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "extent.h"
#include "rehedge/surface.h"

enum { SLICES = 8, QUOTES = 25, FOUND = 64 };

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

typedef struct quoted_surface {
    rh_slice slices[SLICES];
    rh_expiry_quotes expiries[SLICES];
    rh_vol_quote quotes[SLICES][QUOTES];
    size_t count;
} quoted_surface;

/* Quotes of the slice over 2.5 standard deviations, with noise. */
static void quote(quoted_surface *s, size_t i, double T, const rh_svi *svi, double noise,
                  uint64_t *state)
{
    double width = 2.5 * sqrt(rh_svi_at(svi, 0.0).w);
    for (int j = 0; j < QUOTES; j++) {
        double k = width * (2.0 * j / (QUOTES - 1) - 1.0);
        double vol = sqrt(rh_svi_at(svi, k).w / T) + noise * uniform(state, -1.0, 1.0);
        s->quotes[i][j] = (rh_vol_quote){k, fmax(vol, 0.02), uniform(state, 0.5, 1.0)};
    }
    s->slices[i] = (rh_slice){T, 100.0 * (1.0 + 0.05 * T), *svi, -width, width};
    s->expiries[i] = (rh_expiry_quotes){T, s->quotes[i], QUOTES};
    s->count = i + 1;
}

static rh_surface surface_of(const quoted_surface *s)
{
    return (rh_surface){s->slices, s->count, 100.0};
}

static const rh_ssvi plain_ssvi = {-0.4, 1.0, 0.45};

/* Free of arbitrage by theorem. */
static void make_ssvi(quoted_surface *s, size_t count, double noise, uint64_t seed)
{
    for (size_t i = 0; i < count; i++) {
        double T = 0.02 * (double)((i + 1) * (i + 1)), vol = 0.5 + 0.1 * exp(-T);
        rh_svi svi = rh_ssvi_slice(&plain_ssvi, vol * vol * T);
        quote(s, i, T, &svi, noise, &seed);
    }
}

static size_t count_of(const rh_surface *surface)
{
    return rh_surface_arbitrage(surface, NULL, 0);
}

/* --- butterfly ------------------------------------------------------------------------------ */

static void vogt_has_a_butterfly(void **unused)
{
    (void)unused;
    rh_slice slice = {1.0, 1.0, vogt, -1.5, 1.5};
    rh_surface surface = {&slice, 1, 0.0};
    rh_arbitrage found[4];
    assert_int_equal(rh_surface_arbitrage(&surface, found, 4), 1);
    assert_int_equal(found[0].kind, RH_ARBITRAGE_BUTTERFLY);
    assert_true(found[0].quoted);
    close_to(rh_svi_durrleman(&vogt, found[0].k_low), 0.0, 1e-8);
    close_to(rh_svi_durrleman(&vogt, found[0].k_high), 0.0, 1e-8);
    double least = HUGE_VAL;
    for (double k = -5.0; k < 5.0; k += 1e-4) {
        double g = rh_svi_durrleman(&vogt, k);
        least = fmin(least, g);
        assert_true((g < -1e-8) <= (k >= found[0].k_low && k <= found[0].k_high));
    }
    close_to(found[0].worst, least, 1e-8);
    print_message("g < 0 on [%.4f, %.4f], least %.5f at %.4f\n", found[0].k_low, found[0].k_high,
                  found[0].worst, found[0].k_worst);
    slice.k_high = 0.5;
    assert_int_equal(rh_surface_arbitrage(&surface, found, 4), 1);
    assert_false(found[0].quoted);
}

/* [GJ] 5.1: with c' = p + 2 psi and v' = v 4 p c' / (p + c')^2 the slice is free of butterflies. */
static void vogt_as_repaired_in_the_paper(void **unused)
{
    (void)unused;
    rh_slice slice = {1.0, 1.0, vogt, -1.5, 1.5};
    rh_surface surface = {&slice, 1, 0.0};
    rh_svi_jw jw = rh_svi_to_jw(&vogt, 1.0);
    jw.c = jw.p + 2.0 * jw.psi;
    jw.v_min = jw.v * 4.0 * jw.p * jw.c / ((jw.p + jw.c) * (jw.p + jw.c));
    close_to(jw.c, 0.3493158, 5e-8);
    close_to(jw.v_min, 0.01548182, 5e-9);
    assert_true(rh_svi_from_jw(&jw, 1.0, &slice.svi));
    assert_int_equal(count_of(&surface), 0);
}

/* Closer to the quotes than the paper's optimum, which searches over c and v_min alone. */
static void vogt_repaired(void **unused)
{
    (void)unused;
    quoted_surface s;
    uint64_t state = 1;
    double work[8192], errors[QUOTES];
    size_t replaced = 9;
    quote(&s, 0, 1.0, &vogt, 0.0, &state);
    for (int j = 0; j < QUOTES; j++) {      /* the paper's range */
        double k = -1.5 + 3.0 * j / (QUOTES - 1);
        s.quotes[0][j] = (rh_vol_quote){k, sqrt(rh_svi_at(&vogt, k).w), 1.0};
    }
    s.slices[0].k_low = -1.5;
    s.slices[0].k_high = 1.5;
    assert_true(rh_surface_work(s.expiries, 1) <= 8192);
    assert_int_equal(rh_surface_repair(s.slices, 1, s.expiries, work, &replaced), RH_OK);
    rh_surface surface = surface_of(&s);
    assert_int_equal(replaced, 0);
    assert_int_equal(count_of(&surface), 0);
    for (double k = -10.0; k < 10.0; k += 1e-3)
        assert_true(rh_svi_durrleman(&s.slices[0].svi, k) >= 0.0);
    rh_svi paper;
    assert_true(rh_svi_from_jw(&(rh_svi_jw){0.01742625, -0.1752111, 0.6997381, 0.8564763,
                                            0.0116249}, 1.0, &paper));
    rh_fit_error ours = rh_svi_error(&s.slices[0].svi, s.expiries, errors);
    rh_fit_error theirs = rh_svi_error(&paper, s.expiries, errors);
    print_message("repair of the published slice: rms %.3f, max %.3f vol points; the paper's best: "
                  "%.3f, %.3f\n", 100.0 * ours.rms, 100.0 * ours.max, 100.0 * theirs.rms,
                  100.0 * theirs.max);
    assert_true(ours.rms < theirs.rms);
}

static void wings_beyond_lee(void **unused)
{
    (void)unused;
    rh_slice slice = {1.0, 1.0, {0.1, 1.5, 0.6, 0.0, 0.3}, -1.0, 1.0};
    rh_surface surface = {&slice, 1, 0.0};
    rh_arbitrage found[8];
    size_t count = rh_surface_arbitrage(&surface, found, 8), wings = 0;
    for (size_t i = 0; i < count; i++) {
        if (found[i].kind != RH_ARBITRAGE_WING) continue;
        wings++;
        close_to(found[i].worst, 0.4, 1e-12);
        assert_true(found[i].k_worst == HUGE_VAL);
    }
    assert_int_equal(wings, 1);
    slice.svi.rho = -0.6;
    count = rh_surface_arbitrage(&surface, found, 8);
    assert_true(found[count - 1].kind == RH_ARBITRAGE_WING && found[count - 1].k_low == -HUGE_VAL);
}

/* --- calendar ------------------------------------------------------------------------------- */

/* Two slices of the same shape, the later one lower in the middle or in a wing. */
static void calendar_where_it_was_made(void **unused)
{
    (void)unused;
    rh_slice slices[2] = {{0.5, 1.0, {0.04, 0.1, 0.0, 0.0, 0.2}, -1.0, 1.0},
                          {1.0, 1.0, {0.03, 0.15, 0.0, 0.0, 0.2}, -1.0, 1.0}};
    rh_surface surface = {slices, 2, 0.0};
    rh_arbitrage found[8];
    assert_int_equal(rh_surface_arbitrage(&surface, found, 8), 0);   /* touches at 0: 0.06 both */
    slices[1].svi.a = 0.028;
    assert_int_equal(rh_surface_arbitrage(&surface, found, 8), 1);
    assert_int_equal(found[0].kind, RH_ARBITRAGE_CALENDAR);
    assert_int_equal(found[0].slice, 0);
    /* 0.012 = 0.05 sqrt(k^2 + 0.04) */
    double end = sqrt(0.24 * 0.24 - 0.04);
    close_to(found[0].k_low, -end, 1e-6);
    close_to(found[0].k_high, end, 1e-6);
    close_to(found[0].k_worst, 0.0, 1e-5);
    close_to(found[0].worst, 0.058 / 0.06 - 1.0, 1e-9);
    slices[1].svi = (rh_svi){0.08, 0.05, 0.0, 0.0, 0.2};
    assert_int_equal(rh_surface_arbitrage(&surface, found, 8), 2);
    end = sqrt(0.8 * 0.8 - 0.04);                /* 0.04 = 0.05 sqrt(k^2 + 0.04) */
    close_to(found[0].k_high, -end, 1e-6);
    close_to(found[1].k_low, end, 1e-6);
    assert_true(isinf(found[0].k_low) && isinf(found[1].k_high));
    close_to(found[1].worst, -0.5, 1e-12);
    slices[0].k_high = slices[1].k_high = 0.5;
    slices[0].k_low = slices[1].k_low = -0.5;
    assert_int_equal(rh_surface_arbitrage(&surface, found, 1), 2);  /* no room: still counted */
    assert_false(found[0].quoted);
}

/* What a dense and simple scan of its own finds must be reported, and nothing else. */
static void reports_agree_with_a_plain_scan(void **unused)
{
    (void)unused;
    uint64_t state = 5;
    int bad = 0;
    int trials = extent(60, 300);
    for (int trial = 0; trial < trials; trial++) {
        rh_slice slices[2];
        rh_arbitrage found[FOUND];
        for (int i = 0; i < 2; i++) {
            rh_svi svi = {0.0, uniform(&state, 0.02, 0.8), uniform(&state, -0.9, 0.9),
                          uniform(&state, -0.3, 0.3), uniform(&state, 0.02, 0.6)};
            svi.a = uniform(&state, 0.005, 0.1) - svi.b * svi.sigma * sqrt(1 - svi.rho * svi.rho);
            slices[i] = (rh_slice){0.5 + 0.5 * i, 1.0, svi, -0.5, 0.5};
        }
        rh_surface surface = {slices, 2, 0.0};
        size_t count = rh_surface_arbitrage(&surface, found, FOUND);
        for (double k = -8.0; k < 8.0; k += 1e-3) {
            double near = rh_svi_at(&slices[0].svi, k).w, far = rh_svi_at(&slices[1].svi, k).w;
            bool wrong[3] = {rh_svi_durrleman(&slices[0].svi, k) < -1e-8,
                             rh_svi_durrleman(&slices[1].svi, k) < -1e-8, far < near * (1 - 1e-8)};
            for (int what = 0; what < 3; what++) {
                bool reported = false;
                for (size_t i = 0; i < count; i++) {
                    bool calendar = found[i].kind == RH_ARBITRAGE_CALENDAR;
                    bool same = what == 2 ? calendar : !calendar && found[i].slice == (size_t)what;
                    reported = reported || (same && k >= found[i].k_low && k <= found[i].k_high);
                }
                if (wrong[what] && !reported) fail_msg("trial %d: k %g not reported", trial, k);
                bad += wrong[what];
            }
        }
    }
    assert_true(bad > 33 * trials);
}

/* --- SSVI ----------------------------------------------------------------------------------- */

static void ssvi_is_its_slices(void **unused)
{
    (void)unused;
    for (double theta = 0.001; theta < 1.0; theta *= 3.0) {
        rh_svi svi = rh_ssvi_slice(&plain_ssvi, theta);
        double phi = rh_ssvi_phi(&plain_ssvi, theta), rho = plain_ssvi.rho;
        close_to(phi, plain_ssvi.eta / (pow(theta, 0.45) * pow(1.0 + theta, 0.55)), 1e-13 * phi);
        for (double k = -2.0; k <= 2.0; k += 0.1) {
            double x = phi * k + rho;
            double w = 0.5 * theta * (1.0 + rho * phi * k + sqrt(x * x + 1.0 - rho * rho));
            close_to(rh_svi_at(&svi, k).w, w, 1e-14);
        }
        close_to(rh_svi_at(&svi, 0.0).w, theta, 1e-15);
    }
}

/* Parameters that satisfy the conditions make clean surfaces; eta far beyond them does not. */
static void ssvi_conditions(void **unused)
{
    (void)unused;
    uint64_t state = 7;
    int free_ones = 0, caught = 0;
    for (int trial = 0; trial < 400; trial++) {
        rh_ssvi ssvi = {uniform(&state, -0.95, 0.95), uniform(&state, 0.1, 4.0),
                        uniform(&state, 0.05, 1.0)};
        rh_slice slices[3];
        double theta[3] = {uniform(&state, 0.001, 0.1)};
        theta[1] = theta[0] + uniform(&state, 0.0, 0.2);
        theta[2] = theta[1] + uniform(&state, 0.0, 1.0);
        for (int i = 0; i < 3; i++)
            slices[i] = (rh_slice){1.0 + i, 1.0, rh_ssvi_slice(&ssvi, theta[i]), -1.0, 1.0};
        rh_surface surface = {slices, 3, 0.0};
        bool is_free = rh_ssvi_is_free(&ssvi, theta, 3);
        size_t found = count_of(&surface);
        if (is_free && found > 0) fail_msg("trial %d: free by theorem, %zu found", trial, found);
        free_ones += is_free;
        caught += !is_free && found > 0;
    }
    print_message("%d free, %d not free and found\n", free_ones, caught);
    assert_true(free_ones > 100 && caught > 30);
    const double falling[2] = {0.2, 0.1}, rising[2] = {0.1, 0.2};
    assert_false(rh_ssvi_is_free(&plain_ssvi, falling, 2));
    assert_true(rh_ssvi_is_free(&plain_ssvi, rising, 2));
    assert_false(rh_ssvi_is_free(&(rh_ssvi){-0.4, 1.0, 1.2}, rising, 2));
    assert_false(rh_ssvi_is_free(&(rh_ssvi){-1.0, 1.0, 0.5}, rising, 2));
}

static void ssvi_recovered(void **unused)
{
    (void)unused;
    quoted_surface s;
    double work[8192], theta[SLICES];
    rh_ssvi found;
    make_ssvi(&s, 6, 0.0, 1);
    assert_true(rh_surface_work(s.expiries, 6) <= 8192);
    assert_int_equal(rh_ssvi_fit(s.expiries, 6, work, &found, theta), RH_OK);
    close_to(found.rho, plain_ssvi.rho, 1e-5);
    close_to(found.eta, plain_ssvi.eta, 1e-5);
    close_to(found.gamma, plain_ssvi.gamma, 1e-5);
    for (size_t i = 0; i < 6; i++)
        close_to(theta[i], rh_svi_at(&s.slices[i].svi, 0.0).w, 1e-6 * theta[i]);
}

/* Noise, expiries out of order in variance, wings too steep: what comes out is free. */
static void ssvi_fit_is_free(void **unused)
{
    (void)unused;
    quoted_surface s;
    double work[8192], theta[SLICES];
    uint64_t state = 11;
    for (int trial = 0; trial < extent(8, 25); trial++) {
        for (size_t i = 0; i < SLICES; i++) {
            double T = 0.05 * (double)(i + 1), w = uniform(&state, 0.01, 0.2);
            rh_svi svi = {0.3 * w, uniform(&state, 0.1, 1.5), uniform(&state, -0.9, 0.9), 0.0,
                          uniform(&state, 0.1, 0.5)};
            quote(&s, i, T, &svi, 0.02, &state);
        }
        rh_ssvi found;
        assert_int_equal(rh_ssvi_fit(s.expiries, SLICES, work, &found, theta), RH_OK);
        assert_true(rh_ssvi_is_free(&found, theta, SLICES));
        for (size_t i = 0; i < SLICES; i++) s.slices[i].svi = rh_ssvi_slice(&found, theta[i]);
        rh_surface surface = surface_of(&s);
        assert_int_equal(count_of(&surface), 0);
    }
    rh_ssvi kept;
    assert_int_equal(rh_ssvi_fit(s.expiries, 0, work, &kept, theta), RH_DOMAIN);
    s.expiries[1].T = s.expiries[0].T;
    assert_int_equal(rh_ssvi_fit(s.expiries, 2, work, &kept, theta), RH_DOMAIN);
}

/* --- repair --------------------------------------------------------------------------------- */

static void clean_surfaces_stay(void **unused)
{
    (void)unused;
    quoted_surface s, kept;
    double work[8192];
    size_t replaced;
    make_ssvi(&s, 6, 0.01, 3);
    kept = s;
    rh_surface surface = surface_of(&s);
    assert_int_equal(count_of(&surface), 0);
    assert_int_equal(rh_surface_repair(s.slices, 6, s.expiries, work, &replaced), RH_OK);
    for (size_t i = 0; i < 6; i++)
        assert_memory_equal(&s.slices[i].svi, &kept.slices[i].svi, sizeof(rh_svi));
    s.expiries[2].T = 7.0;
    assert_int_equal(rh_surface_repair(s.slices, 6, s.expiries, work, &replaced), RH_DOMAIN);
    s.slices[0].T = -1.0;
    assert_int_equal(rh_surface_repair(s.slices, 6, s.expiries, work, &replaced), RH_DOMAIN);
}

static double rms_of(const quoted_surface *s)
{
    double errors[SLICES * QUOTES];
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++)
        count += rh_svi_error(&s->slices[i].svi, &s->expiries[i], errors + count).count;
    return 100.0 * rh_fit_error_of(errors, count).rms;
}

/* Mild noise on a clean surface: repaired at the cost of a fraction of the noise. */
static void repair_of_noise_is_cheap(void **unused)
{
    (void)unused;
    quoted_surface s;
    double work[8192], worst = 0.0;
    int dirty = 0;
    int seeds = extent(10, 30);
    for (int seed = 0; seed < seeds; seed++) {
        size_t replaced;
        make_ssvi(&s, SLICES, 0.01, (uint64_t)seed);
        for (size_t i = 0; i < SLICES; i++)
            assert_int_equal(rh_svi_fit(&s.expiries[i], NULL, work, &s.slices[i].svi), RH_OK);
        rh_surface surface = surface_of(&s);
        double before = rms_of(&s);
        dirty += count_of(&surface) > 0;
        assert_int_equal(rh_surface_repair(s.slices, SLICES, s.expiries, work, &replaced), RH_OK);
        assert_int_equal(count_of(&surface), 0);
        assert_int_equal(replaced, 0);
        worst = fmax(worst, rms_of(&s) / before);
    }
    print_message("%d of %d surfaces were dirty; rms error grew by a factor of %.3f at worst\n",
                  dirty, seeds, worst);
    assert_true(3 * dirty > seeds);
    assert_true(worst < 1.25);
}

/* Nonsense: expiries in no order, impossible wings. Clean afterwards, whatever it costs, also on a
 * grid that is not the report's. */
static void repair_of_nonsense(void **unused)
{
    (void)unused;
    quoted_surface s;
    double work[8192];
    uint64_t state = 13;
    size_t all_replaced = 0;
    int trials = extent(10, 40);
    for (int trial = 0; trial < trials; trial++) {
        for (size_t i = 0; i < SLICES; i++) {
            double T = 0.05 * (double)(i + 1);
            rh_svi svi = {uniform(&state, 0.001, 0.2), uniform(&state, 0.01, 1.9),
                          uniform(&state, -0.95, 0.95), uniform(&state, -0.5, 0.5),
                          uniform(&state, 0.01, 0.5)};
            quote(&s, i, T, &svi, 0.1, &state);
        }
        size_t replaced;
        rh_surface surface = surface_of(&s);
        assert_int_equal(rh_surface_repair(s.slices, SLICES, s.expiries, work, &replaced), RH_OK);
        assert_int_equal(rh_surface_check(&surface), RH_OK);
        assert_int_equal(count_of(&surface), 0);
        for (size_t i = 0; i < SLICES; i++) {
            for (double k = -6.0; k < 6.0; k += 0.0037) {
                assert_true(rh_svi_durrleman(&s.slices[i].svi, k) >= -1e-8);
                if (i > 0) assert_true(rh_svi_at(&s.slices[i].svi, k).w >=
                                       rh_svi_at(&s.slices[i - 1].svi, k).w * (1.0 - 1e-8));
            }
        }
        all_replaced += replaced;
    }
    print_message("%zu of %d slices were replaced\n", all_replaced, trials * SLICES);
}

/* Total variance a billion times below that of the expiry before: no least squares gets there, and
 * the slice is replaced. */
static void repair_replaces_the_hopeless(void **unused)
{
    (void)unused;
    quoted_surface s;
    double work[8192];
    size_t replaced;
    uint64_t state = 23;
    const double levels[3] = {0.1, 1e4, 1e-9};
    for (size_t i = 0; i < 3; i++) {
        rh_svi svi = {0.5 * levels[i], 0.5 * levels[i], -0.3, 0.0, 1.0};
        if (i == 1) svi.b = 0.1;
        quote(&s, i, 0.1 * (double)(i + 1), &svi, 0.0, &state);
        for (int j = 0; j < QUOTES; j++) {
            double k = -1.0 + 2.0 * j / (QUOTES - 1);
            s.quotes[i][j] = (rh_vol_quote){k, sqrt(rh_svi_at(&svi, k).w / s.slices[i].T), 1.0};
        }
    }
    rh_surface surface = surface_of(&s);
    assert_int_equal(rh_surface_repair(s.slices, 3, s.expiries, work, &replaced), RH_OK);
    assert_int_equal(count_of(&surface), 0);
    print_message("%zu replaced\n", replaced);
    assert_true(replaced > 0);
}

/* --- between the slices --------------------------------------------------------------------- */

static void interpolation(void **unused)
{
    (void)unused;
    quoted_surface s;
    make_ssvi(&s, 5, 0.0, 1);
    rh_surface surface = surface_of(&s);
    assert_int_equal(rh_surface_check(&surface), RH_OK);
    for (double k = -0.8; k <= 0.8; k += 0.2) {
        for (size_t i = 0; i < 5; i++) {
            rh_total_variance at = rh_surface_variance(&surface, k, s.slices[i].T);
            assert_true(at.w == rh_svi_at(&s.slices[i].svi, k).w);
        }
        double T0 = s.slices[1].T, T1 = s.slices[2].T, part = 0.3;
        double w0 = rh_svi_at(&s.slices[1].svi, k).w, w1 = rh_svi_at(&s.slices[2].svi, k).w;
        close_to(rh_surface_variance(&surface, k, T0 + part * (T1 - T0)).w,
                 (1.0 - part) * w0 + part * w1, 1e-15);
        double first = rh_svi_at(&s.slices[0].svi, k).w, last = rh_svi_at(&s.slices[4].svi, k).w;
        close_to(rh_surface_variance(&surface, k, 0.25 * s.slices[0].T).w, 0.25 * first, 1e-15);
        close_to(rh_surface_variance(&surface, k, 3.0 * s.slices[4].T).w, 3.0 * last, 1e-15);
        double before = 0.0;
        for (double T = 0.001; T < 2.0; T *= 1.01) {
            double w = rh_surface_variance(&surface, k, T).w;
            assert_true(w > before);
            before = w;
        }
    }
}

static void forwards(void **unused)
{
    (void)unused;
    quoted_surface s;
    make_ssvi(&s, 3, 0.0, 1);
    rh_surface surface = surface_of(&s);
    const rh_slice *x = s.slices;
    for (int i = 0; i < 3; i++)
        assert_true(rh_surface_forward(&surface, x[i].T) == x[i].forward);
    close_to(rh_surface_forward(&surface, 0.0), 100.0, 1e-12);
    close_to(rh_surface_forward(&surface, 0.5 * x[0].T), sqrt(100.0 * x[0].forward), 1e-11);
    close_to(rh_surface_forward(&surface, 0.5 * (x[1].T + x[2].T)),
             sqrt(x[1].forward * x[2].forward), 1e-11);
    close_to(rh_surface_forward(&surface, 2.0 * x[2].T - x[1].T),
             x[2].forward * x[2].forward / x[1].forward, 1e-11);
    surface.spot = 0.0;
    assert_true(rh_surface_forward(&surface, 0.5 * x[0].T) == x[0].forward);
    surface.count = 1;
    assert_true(rh_surface_forward(&surface, 9.0) == x[0].forward);
    assert_true(isnan(rh_surface_forward(&surface, -1.0)));
}

static void points(void **unused)
{
    (void)unused;
    quoted_surface s;
    make_ssvi(&s, 5, 0.0, 1);
    rh_surface surface = surface_of(&s);
    uint64_t state = 17;
    for (int i = 0; i < 500; i++) {
        double T = uniform(&state, 0.005, 0.8), K = uniform(&state, 50.0, 200.0);
        rh_surface_point at = rh_surface_at(&surface, K, T);
        close_to(at.k, log(K / rh_surface_forward(&surface, T)), 1e-14);
        close_to(at.vol * at.vol * T, at.w, 1e-14);
        double h = 1e-5;
        rh_surface_point up = rh_surface_at(&surface, K * exp(h), T);
        rh_surface_point down = rh_surface_at(&surface, K * exp(-h), T);
        close_to(at.dvol_dk, (up.vol - down.vol) / (2.0 * h), 1e-7);
        close_to(at.dw_dk, (up.w - down.w) / (2.0 * h), 1e-7);
        close_to(at.d2w_dk2, (up.dw_dk - down.dw_dk) / (2.0 * h), 1e-6);
    }
    assert_true(isnan(rh_surface_at(&surface, -1.0, 0.5).vol));
    assert_true(isnan(rh_surface_at(&surface, 100.0, 0.0).vol));
    assert_true(isnan(rh_surface_at(&surface, (double)NAN, 1.0).vol));
}

static void checks(void **unused)
{
    (void)unused;
    quoted_surface s;
    make_ssvi(&s, 3, 0.0, 1);
    rh_surface surface = surface_of(&s);
    double *const numbers[] = {&s.slices[1].T, &s.slices[1].forward, &s.slices[1].svi.a,
                               &s.slices[1].svi.b, &s.slices[1].svi.rho, &s.slices[1].svi.m,
                               &s.slices[1].svi.sigma, &surface.spot, &s.slices[1].k_high};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        double kept = *numbers[i];
        *numbers[i] = (double)NAN;
        assert_int_equal(rh_surface_check(&surface), RH_DOMAIN);
        *numbers[i] = i == 4 ? 1.5 : i == 5 || i == 8 ? -HUGE_VAL : -1.0;
        assert_int_equal(rh_surface_check(&surface), RH_DOMAIN);
        *numbers[i] = kept;
        assert_int_equal(rh_surface_check(&surface), RH_OK);
    }
    s.slices[1].T = s.slices[0].T;
    assert_int_equal(rh_surface_check(&surface), RH_DOMAIN);
    surface.count = 0;
    assert_int_equal(rh_surface_check(&surface), RH_DOMAIN);
}

/* --- dynamics ------------------------------------------------------------------------------- */

static double smile(const rh_surface *surface, double k, double T)
{
    return sqrt(rh_surface_variance(surface, k, T).w / T);
}

/* The vol of (K, T) once the forward has moved from F to moved, each rule taken at its word: the
 * sticky delta smile is a table of vol by d1, read where d1 fits its own vol. */
static double moved_vol(const rh_surface *surface, rh_smile_dynamics rule, double F, double moved,
                        double K, double T)
{
    double root = sqrt(T), vol = smile(surface, log(K / F), T);
    switch (rule) {
    case RH_STICKY_STRIKE: return vol;
    case RH_STICKY_MONEYNESS: return smile(surface, log(K / moved), T);
    case RH_STICKY_TREE: return smile(surface, log(K * moved / (F * F)), T);
    default: break;
    }
    for (int i = 0; i < 200; i++) {         /* until it stands still */
        double before = vol;
        double d1 = log(moved / K) / (vol * root) + 0.5 * vol * root, low = -5.0, high = 5.0;
        for (int j = 0; j < 80; j++) {       /* where the smile now has this d1 */
            double k = 0.5 * (low + high), u = smile(surface, k, T) * root;
            if (-k / u + 0.5 * u > d1) low = k;
            else high = k;
        }
        vol = smile(surface, low, T);
        if (vol == before) break;
    }
    return vol;
}

static void deltas_by_bump(void **unused)
{
    (void)unused;
    static const rh_option_model models[] = {RH_MODEL_BSM, RH_MODEL_BLACK76, RH_MODEL_INVERSE};
    quoted_surface s;
    make_ssvi(&s, 5, 0.0, 1);
    rh_surface surface = surface_of(&s);
    uint64_t state = 19;
    double gap = 0.0;
    for (int i = 0; i < 360; i++) {
        rh_option_model model = models[i % 3];
        rh_smile_dynamics rule = (rh_smile_dynamics)(i / 3 % RH_STICKY_RULES);
        bool is_call = i % 2 == 0;
        double T = uniform(&state, 0.02, 0.6), r = 0.03, q = 0.01;
        double S = 100.0, K = S * exp(uniform(&state, -0.4, 0.4)), h = 1e-3;
        double growth = model == RH_MODEL_BSM ? exp((r - q) * T) : 1.0, price[2];
        for (int side = 0; side < 2; side++) {
            double moved = S + (side ? h : -h);
            double vol = moved_vol(&surface, rule, S * growth, moved * growth, K, T);
            price[side] = rh_option_price(model, is_call, moved, K, T, r, q, vol);
        }
        rh_smile_delta found = rh_surface_delta(&surface, rule, model, is_call, S, K, T, r, q);
        close_to(found.delta, (price[1] - price[0]) / (2.0 * h), 2e-7);
        close_to(found.black_delta,
                 rh_option_delta(model, is_call, S, K, T, r, q, found.vol), 1e-14);
        close_to(found.dvol_dS, growth * rh_surface_dvol_dforward(&surface, rule, S * growth, K, T),
                 1e-15);
        bool inverse = model == RH_MODEL_INVERSE;
        close_to(found.net_delta, inverse ? S * found.delta : found.delta, 1e-14);
        close_to(found.usd_delta, inverse ? found.price + S * found.delta : found.delta, 1e-14);
        gap = fmax(gap, fabs(found.delta - found.black_delta));
    }
    assert_true(gap > 0.01);    /* the dynamics matter here */
}

/* Sticky delta is sticky moneyness where the smile is a function of delta, and NaN elsewhere. */
static void sticky_delta_is_sticky_moneyness(void **unused)
{
    (void)unused;
    quoted_surface s;
    make_ssvi(&s, 5, 0.0, 1);
    rh_surface surface = surface_of(&s);
    for (double K = 40.0; K < 250.0; K *= 1.1) {
        double delta = rh_surface_dvol_dforward(&surface, RH_STICKY_DELTA, 100.0, K, 0.3);
        double moneyness = rh_surface_dvol_dforward(&surface, RH_STICKY_MONEYNESS, 100.0, K, 0.3);
        double tree = rh_surface_dvol_dforward(&surface, RH_STICKY_TREE, 100.0, K, 0.3);
        close_to(delta, moneyness, 1e-14);
        close_to(tree, -moneyness, 1e-17);
    }
    /* w rises so fast that d1 rises with k: no density, and no function of delta */
    rh_slice slice = {1.0, 100.0, {0.001, 8.0, 0.9, 0.0, 0.01}, -1.0, 1.0};
    rh_surface steep = {&slice, 1, 0.0};
    assert_true(isnan(rh_surface_dvol_dforward(&steep, RH_STICKY_DELTA, 100.0, 150.0, 1.0)));
    assert_true(isnan(rh_surface_dvol_dforward(&surface, RH_STICKY_STRIKE, -1.0, 100.0, 0.3)));
    assert_string_equal(rh_smile_dynamics_name(RH_STICKY_DELTA), "sticky_delta");
    assert_string_equal(rh_smile_dynamics_name(RH_STICKY_RULES), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vogt_has_a_butterfly),
        cmocka_unit_test(vogt_as_repaired_in_the_paper),
        cmocka_unit_test(vogt_repaired),
        cmocka_unit_test(wings_beyond_lee),
        cmocka_unit_test(calendar_where_it_was_made),
        cmocka_unit_test(reports_agree_with_a_plain_scan),
        cmocka_unit_test(ssvi_is_its_slices),
        cmocka_unit_test(ssvi_conditions),
        cmocka_unit_test(ssvi_recovered),
        cmocka_unit_test(ssvi_fit_is_free),
        cmocka_unit_test(clean_surfaces_stay),
        cmocka_unit_test(repair_of_noise_is_cheap),
        cmocka_unit_test(repair_of_nonsense),
        cmocka_unit_test(repair_replaces_the_hopeless),
        cmocka_unit_test(interpolation),
        cmocka_unit_test(forwards),
        cmocka_unit_test(points),
        cmocka_unit_test(checks),
        cmocka_unit_test(deltas_by_bump),
        cmocka_unit_test(sticky_delta_is_sticky_moneyness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
