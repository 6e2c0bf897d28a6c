/* Implied volatilities per second, in a batch and one alone, and how far they are from the vols
 * that made the prices, beside QuantLib where it is installed. A bench, never a test: it prints the
 * fastest of many passes. REHEDGE_ISA=baseline|fma|avx512 chooses the instruction set. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "math/kernels.h"
#include "rehedge/pricing.h"

enum { COUNT = 4096, PASSES = 400, PASSES_PEER = 20 };

#if defined(RH_HAVE_QUANTLIB)
double quantlib_vol(bool is_call, double S, double K, double T, double r, double q, double price);
#endif

static _Alignas(64) double S[COUNT], K[COUNT], T[COUNT], r[COUNT], q[COUNT], price[COUNT];
static _Alignas(64) double sigma[COUNT], found[COUNT];
static signed char sign[COUNT];

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

/* From a day to three years, calls and puts on both sides of the money, rates of both signs. */
static void fill(void)
{
    uint64_t state = 1;
    for (int i = 0; i < COUNT; i++) {
        S[i] = uniform(&state, 80.0, 120.0);
        T[i] = exp(uniform(&state, log(1.0 / 365.0), log(3.0)));
        sigma[i] = uniform(&state, 0.1, 0.9);
        K[i] = S[i] * exp(uniform(&state, -2.5, 2.5) * sigma[i] * sqrt(T[i]));
        r[i] = uniform(&state, -0.01, 0.05);
        q[i] = uniform(&state, -0.02, 0.03);
        sign[i] = i % 2 ? 1 : -1;
        price[i] = rh_option_price(RH_MODEL_BSM, i % 2, S[i], K[i], T[i], r[i], q[i], sigma[i]);
    }
}

static double batch(void)
{
    const rh_vol_batch options = {RH_MODEL_BSM, COUNT, S, K, T, r, q, price, sign, found, NULL};
    double started = now_s();
    (void)rh_implied_vol_batch(&options);
    return now_s() - started;
}

static double alone(void)
{
    double started = now_s();
    for (int i = 0; i < COUNT; i++)
        (void)rh_implied_vol(RH_MODEL_BSM, sign[i] > 0, S[i], K[i], T[i], r[i], q[i], price[i],
                             &found[i]);
    return now_s() - started;
}

#if defined(RH_HAVE_QUANTLIB)
static double peer(void)
{
    double started = now_s();
    for (int i = 0; i < COUNT; i++)
        found[i] = quantlib_vol(sign[i] > 0, S[i], K[i], T[i], r[i], q[i], price[i]);
    return now_s() - started;
}
#endif

/* The round trip's error (that of rh_option_price included) in units of what half an ulp of the
 * price and an ulp of the vol leave open. */
static double show(const char *name, double (*work)(void), int passes)
{
    double best = 1e9, worst = 0.0;
    int lost = 0;
    for (int pass = 0; pass < passes; pass++) {
        double took = work();
        if (took < best) best = took;
    }
    for (int i = 0; i < COUNT; i++) {
        rh_greeks g;
        rh_option_greeks(RH_MODEL_BSM, sign[i] > 0, S[i], K[i], T[i], r[i], q[i], sigma[i], &g);
        double open = 0x1p-53 * (price[i] / g.vega + 2.0 * sigma[i]);
        double error = fabs(found[i] - sigma[i]);
        lost += !(error <= 1e-4);
        if (error > worst * open) worst = error / open;
    }
    printf("%-44s %8.1f ns %8.2f M/s  round trip %.0f half ulps, %d lost\n", name,
           best / COUNT * 1e9, COUNT / best * 1e-6, worst, lost);
    return best;
}

int main(void)
{
    rh_math_thread_init();
    fill();
    printf("%s, %d options, fastest of many\n", rh_isa_name(), COUNT);
    double batch_s = show("implied vol, batch", batch, PASSES);
    double alone_s = show("implied vol, one alone", alone, PASSES);
#if defined(RH_HAVE_QUANTLIB)
    double peer_s = show("QuantLib blackFormulaImpliedStdDev, 1e-15", peer, PASSES_PEER);
    printf("times QuantLib: batch %.1f, one alone %.1f\n", peer_s / batch_s, peer_s / alone_s);
#else
    (void)batch_s, (void)alone_s;
    printf("QuantLib is not installed (libquantlib0-dev): no ratio\n");
#endif
    return 0;
}
