/* American options per second, prices, greeks and the quadratic approximation, and how slow the
 * slowest is, beside QuantLib where it is installed. A bench, never a test: it prints the fastest
 * of many passes. REHEDGE_ISA=baseline|fma|avx512 chooses the instruction set. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "math/kernels.h"
#include "rehedge/pricing.h"

enum { COUNT = 256, PASSES = 100, PASSES_PEER = 5 };

#if defined(RH_HAVE_QUANTLIB)
/* scheme 0: "fast"; 1: "accurate", the default. */
double quantlib_american(int scheme, double S, double K, double T, double r, double q,
                         double sigma);
void quantlib_baw_prepare(int i, int is_call, double S, double K, int days, double r, double q,
                          double sigma);
double quantlib_baw(int i);
#endif

static double S[COUNT], K[COUNT], T[COUNT], r[COUNT], q[COUNT], sigma[COUNT];
static double price[COUNT], vega[COUNT], rho[COUNT], fastest_s[COUNT];
static int days[COUNT];
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

/* Calls and puts within 40% of the strike, a week to `years`, vol 10% to 70%, rates 0 to 12%; all
 * of them may be exercised early. Without yield: puts. */
static void fill(bool yields, double years)
{
    uint64_t state = 1;
    for (int i = 0; i < COUNT; i++) {
        K[i] = 100.0;
        S[i] = 100.0 * exp(uniform(&state, -0.4, 0.4));
        days[i] = (int)(365.0 * exp(uniform(&state, log(0.02), log(years))));
        T[i] = days[i] / 365.0;
        sigma[i] = uniform(&state, 0.1, 0.7);
        r[i] = uniform(&state, 0.001, 0.12);
        q[i] = yields ? uniform(&state, 0.001, 0.12) : 0.0;
        sign[i] = yields && i % 2 ? 1 : -1;
    }
}

static double prices(void)
{
    rh_american_batch batch = {.count = COUNT, .S = S, .K = K, .T = T, .r = r, .q = q,
                               .sigma = sigma, .sign = sign, .price = price};
    double started = now_s();
    (void)rh_american_greeks_batch(&batch);
    return now_s() - started;
}

static double greeks(void)
{
    rh_american_batch batch = {.count = COUNT, .S = S, .K = K, .T = T, .r = r, .q = q,
                               .sigma = sigma, .sign = sign, .price = price, .vega = vega,
                               .rho = rho};
    double started = now_s();
    (void)rh_american_greeks_batch(&batch);
    return now_s() - started;
}

static double approximations(void)
{
    rh_american_batch batch = {.count = COUNT, .S = S, .K = K, .T = T, .r = r, .q = q,
                               .sigma = sigma, .sign = sign, .price = price};
    double started = now_s();
    rh_american_baw_batch(&batch);
    return now_s() - started;
}

static double approximations_alone(void)
{
    double started = now_s(), sum = 0.0;
    for (int i = 0; i < COUNT; i++)
        sum += rh_american_baw(sign[i] > 0, S[i], K[i], T[i], r[i], q[i], sigma[i]);
    sink = sum;
    return now_s() - started;
}

/* Also how long each takes alone, to see the slow ones. */
static double prices_alone(void)
{
    double started = now_s(), before = started;
    for (int i = 0; i < COUNT; i++) {
        sink = rh_american_price(sign[i] > 0, S[i], K[i], T[i], r[i], q[i], sigma[i]);
        double now = now_s();
        fastest_s[i] = fmin(fastest_s[i], now - before);
        before = now;
    }
    return before - started;
}

static double best_of(double (*work)(void), int passes, const char *name)
{
    double best = 1e9;
    for (int pass = 0; pass < passes; pass++) best = fmin(best, work());
    printf("  %-42s %9.3f us %12.0f /s\n", name, best / COUNT * 1e6, COUNT / best);
    return best;
}

static void show_slow(void)
{
    double slowest = 0.0;
    int slow = 0;
    for (int i = 0; i < COUNT; i++) {
        slowest = fmax(slowest, fastest_s[i]);
        slow += fastest_s[i] > 2.5e-5;
    }
    printf("  slower than 25 us: %.1f%%, the slowest %.0f us\n", 100.0 * slow / COUNT,
           1e6 * slowest);
}

#if defined(RH_HAVE_QUANTLIB)
static double peer_price(int scheme, int i)
{
    return sign[i] > 0 ? quantlib_american(scheme, K[i], S[i], T[i], q[i], r[i], sigma[i])
                       : quantlib_american(scheme, S[i], K[i], T[i], r[i], q[i], sigma[i]);
}

/* The fastest of a few for each option: a whole pass is so long that it is never undisturbed. */
static double peer(int scheme, const char *name)
{
    double all = 0.0;
    for (int i = 0; i < COUNT; i++) {
        double best = 1e9;
        for (int pass = 0; pass < PASSES_PEER; pass++) {
            double started = now_s();
            sink = peer_price(scheme, i);
            best = fmin(best, now_s() - started);
        }
        all += best;
    }
    printf("  %-42s %9.3f us %12.0f /s\n", name, all / COUNT * 1e6, COUNT / all);
    return all;
}

static double farthest(int scheme)
{
    double most = 0.0;
    (void)prices();
    for (int i = 0; i < COUNT; i++)
        most = fmax(most, fabs(peer_price(scheme, i) - price[i]) / K[i]);
    return most;
}

static double peer_approximation(void)
{
    double started = now_s(), sum = 0.0;
    for (int i = 0; i < COUNT; i++) sum += quantlib_baw(i);
    sink = sum;
    return now_s() - started;
}

static void beside_quantlib(double price_s, double baw_s, double baw_alone_s)
{
    double fast_s = peer(0, "QuantLib QdFp, fast");
    double accurate_s = peer(1, "QuantLib QdFp, accurate (its default)");
    printf("  QdFp differs by up to %.1e K (fast), %.1e K (accurate)\n", farthest(0), farthest(1));
    for (int i = 0; i < COUNT; i++)
        quantlib_baw_prepare(i, sign[i] > 0, S[i], K[i], days[i], r[i], q[i], sigma[i]);
    double peer_s = best_of(peer_approximation, PASSES, "QuantLib BAW engine");
    printf("  times QuantLib: price %.0f (fast), %.0f (accurate); BAW %.0f, alone %.1f\n",
           fast_s / price_s, accurate_s / price_s, peer_s / baw_s, peer_s / baw_alone_s);
}
#endif

static void run(bool yields, double years)
{
    fill(yields, years);
    for (int i = 0; i < COUNT; i++) fastest_s[i] = 1e9;
    printf("%s, up to %g years\n", yields ? "with yield" : "without yield, puts", years);
    double price_s = best_of(prices, PASSES, "price, delta, gamma, theta");
    best_of(prices_alone, PASSES, "the same, one by one");
    show_slow();
    best_of(greeks, PASSES, "with vega and rho");
    double baw_s = best_of(approximations, PASSES, "BAW, batch");
    double alone_s = best_of(approximations_alone, PASSES, "BAW, one by one");
#if defined(RH_HAVE_QUANTLIB)
    beside_quantlib(price_s, baw_s, alone_s);
#else
    (void)price_s, (void)baw_s, (void)alone_s;
#endif
}

int main(void)
{
    rh_math_thread_init();
    printf("%s, %d options, fastest of many passes\n", rh_isa_name(), COUNT);
    run(true, 3.0);
    run(false, 3.0);
    run(true, 20.0);
#if !defined(RH_HAVE_QUANTLIB)
    printf("QuantLib is not installed (libquantlib0-dev): no ratio\n");
#endif
    return 0;
}
