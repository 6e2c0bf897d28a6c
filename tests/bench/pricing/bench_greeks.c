/* Options per second of the batch of greeks, and nanoseconds of one option alone, beside QuantLib
 * where it is installed. A bench, never a test: it prints the fastest of many passes.
 * REHEDGE_ISA=baseline|fma|avx512 chooses the instruction set. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "math/kernels.h"
#include "rehedge/pricing.h"

enum { COUNT = 4096, PASSES = 2000, PASSES_ALONE = 200 };

#if defined(RH_HAVE_QUANTLIB)
double quantlib_five(bool is_call, double S, double K, double T, double r, double q, double sigma);
#endif

static _Alignas(64) double S[COUNT], K[COUNT], T[COUNT], r[COUNT], q[COUNT], sigma[COUNT];
static _Alignas(64) double out[RH_GREEKS][COUNT];
static signed char sign[COUNT];
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
    uint64_t state = 1;
    for (int i = 0; i < COUNT; i++) {
        S[i] = uniform(&state, 80.0, 120.0);
        T[i] = uniform(&state, 0.02, 2.0);
        sigma[i] = uniform(&state, 0.1, 1.0);
        K[i] = S[i] * exp(uniform(&state, -2.0, 2.0) * sigma[i] * sqrt(T[i]));
        r[i] = uniform(&state, -0.01, 0.08);
        q[i] = uniform(&state, 0.0, 0.05);
        sign[i] = i % 2 ? 1 : -1;
    }
}

static void show(const char *name, double best_s)
{
    double each_ns = best_s / COUNT * 1e9;
    printf("%-52s %8.2f ns %8.1f M/s\n", name, each_ns, 1e3 / each_ns);
}

static double batch(rh_option_model model, unsigned wanted, const char *name)
{
    rh_greeks_batch options = {model, COUNT, S, K, T, r, q, sigma, sign, {NULL}};
    for (int g = 0; g < RH_GREEKS; g++)
        if (wanted >> g & 1) options.out[g] = out[g];
    double best = 1e9;
    for (int pass = 0; pass < PASSES; pass++) {
        double started = now_s();
        (void)rh_option_greeks_batch(&options);
        double took = now_s() - started;
        if (took < best) best = took;
    }
    show(name, best);
    return best;
}

typedef double (*alone)(int i);

static double full_alone(int i)
{
    rh_greeks_full g;
    (void)rh_option_greeks_full(RH_MODEL_BSM, sign[i] > 0, S[i], K[i], T[i], r[i], q[i], sigma[i],
                                &g);
    return g.price + g.delta + g.gamma + g.vega + g.theta;
}

static double nine_alone(int i)
{
    rh_greeks g;
    rh_option_greeks(RH_MODEL_BSM, sign[i] > 0, S[i], K[i], T[i], r[i], q[i], sigma[i], &g);
    return g.price + g.delta + g.gamma + g.vega + g.theta;
}

#if defined(RH_HAVE_QUANTLIB)
static double quantlib_alone(int i)
{
    return quantlib_five(sign[i] > 0, S[i], K[i], T[i], r[i], q[i], sigma[i]);
}
#endif

static double one_by_one(alone work, const char *name)
{
    double best = 1e9;
    for (int pass = 0; pass < PASSES_ALONE; pass++) {
        double started = now_s(), sum = 0.0;
        for (int i = 0; i < COUNT; i++) sum += work(i);
        double took = now_s() - started;
        sink = sum;
        if (took < best) best = took;
    }
    show(name, best);
    return best;
}

int main(void)
{
    const unsigned seven = 1u << RH_GREEK_price | 1u << RH_GREEK_delta | 1u << RH_GREEK_gamma |
                           1u << RH_GREEK_vega | 1u << RH_GREEK_theta | 1u << RH_GREEK_vanna |
                           1u << RH_GREEK_volga;
    rh_math_thread_init();
    fill();
    printf("%s, batch of %d, fastest of many\n", rh_isa_name(), COUNT);
    double seven_s = batch(RH_MODEL_BSM, seven, "bsm: price, 6 greeks");
    batch(RH_MODEL_BLACK76, seven, "black76: price, 6 greeks");
    batch(RH_MODEL_INVERSE, seven, "inverse: price, 6 greeks");
    batch(RH_MODEL_BSM, 1u << RH_GREEK_price, "bsm: price");
    batch(RH_MODEL_BSM, (1u << RH_GREEKS) - 1, "bsm: all 20");
    double full_s = one_by_one(full_alone, "bsm: one alone, all 20");
    one_by_one(nine_alone, "bsm: one alone, the engine's nine");
#if defined(RH_HAVE_QUANTLIB)
    double peer_s = one_by_one(quantlib_alone, "QuantLib BlackCalculator: value, 4 greeks");
    printf("times QuantLib: batch %.1f, one alone %.1f\n", peer_s / seven_s, peer_s / full_s);
#else
    (void)seven_s, (void)full_s;
    printf("QuantLib is not installed (libquantlib0-dev): no ratio\n");
#endif
    return 0;
}
