/* Microseconds per SVI slice, per look at a surface, per SSVI fit, arbitrage report and repair, on
 * a made-up chain of 12 expiries with 30 noisy quotes each. A bench, never a test: it prints the
 * fastest of many passes. Snapshots of real chains are timed by tests/e2e/test_surface.py. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "math/kernels.h"
#include "rehedge/surface.h"

enum { EXPIRIES = 12, QUOTES = 30, PASSES = 200, POINTS = 1000 };

static rh_vol_quote quotes[EXPIRIES][QUOTES];
static rh_expiry_quotes expiries[EXPIRIES];
static rh_slice slices[EXPIRIES], kept[EXPIRIES];
static double *work, theta[EXPIRIES];
static volatile double sink;

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double uniform(uint64_t *state, double low, double high)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return low + (high - low) * ((double)(*state >> 11) * 0x1p-53);
}

static void fill(void)
{
    const rh_ssvi ssvi = {-0.3, 1.0, 0.45};
    uint64_t state = 1;
    for (int i = 0; i < EXPIRIES; i++) {
        double T = 0.003 * exp(0.5 * i), w = 0.36 * T, width = 3.0 * sqrt(w);
        rh_svi svi = rh_ssvi_slice(&ssvi, w);
        for (int j = 0; j < QUOTES; j++) {
            double k = width * (2.0 * j / (QUOTES - 1) - 1.0);
            double vol = sqrt(rh_svi_at(&svi, k).w / T) + uniform(&state, -0.01, 0.01);
            quotes[i][j] = (rh_vol_quote){k, vol, uniform(&state, 0.5, 1.0)};
        }
        expiries[i] = (rh_expiry_quotes){T, quotes[i], QUOTES};
        slices[i] = (rh_slice){T, 100.0, svi, -width, width};
    }
}

static void fit_slices(void)
{
    for (int i = 0; i < EXPIRIES; i++)
        (void)rh_svi_fit(&expiries[i], NULL, work, &slices[i].svi);
}

static void fit_ssvi(void)
{
    rh_ssvi ssvi;
    (void)rh_ssvi_fit(expiries, EXPIRIES, work, &ssvi, theta);
    sink = ssvi.rho;
}

static void report(void)
{
    rh_surface surface = {slices, EXPIRIES, 0.0};
    sink = (double)rh_surface_arbitrage(&surface, NULL, 0);
}

static void repair(void)
{
    size_t replaced;
    memcpy(slices, kept, sizeof slices);
    (void)rh_surface_repair(slices, EXPIRIES, expiries, work, &replaced);
    sink = (double)replaced;
}

static void look(void)
{
    rh_surface surface = {slices, EXPIRIES, 0.0};
    double sum = 0.0;
    for (int i = 0; i < POINTS; i++)
        sum += rh_surface_at(&surface, 80.0 + 0.04 * i, 0.01 + 0.0005 * i).vol;
    sink = sum;
}

static void delta(void)
{
    rh_surface surface = {slices, EXPIRIES, 0.0};
    double sum = 0.0;
    for (int i = 0; i < POINTS; i++)
        sum += rh_surface_delta(&surface, RH_STICKY_DELTA, RH_MODEL_INVERSE, true, 100.0,
                                80.0 + 0.04 * i, 0.01 + 0.0005 * i, 0.0, 0.0).delta;
    sink = sum;
}

static void measure(const char *name, void (*run)(void), int times)
{
    double best = 1e9;
    for (int pass = 0; pass < PASSES; pass++) {
        double started = now_s();
        run();
        double took = now_s() - started;
        if (took < best) best = took;
    }
    printf("%-44s %10.3f us\n", name, best / times * 1e6);
}

int main(void)
{
    rh_math_thread_init();
    fill();
    work = calloc(rh_surface_work(expiries, EXPIRIES), sizeof *work);
    if (!work) return 1;
    printf("%d expiries of %d quotes, fastest of %d\n", EXPIRIES, QUOTES, PASSES);
    measure("SVI, one slice", fit_slices, EXPIRIES);
    memcpy(kept, slices, sizeof kept);
    measure("arbitrage of the surface", report, 1);
    measure("repair of the surface", repair, 1);
    measure("SSVI, the surface", fit_ssvi, 1);
    measure("vol at (K, T)", look, POINTS);
    measure("sticky delta of one option", delta, POINTS);
    free(work);
    return 0;
}
