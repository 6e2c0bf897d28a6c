/* Figures of the pricing library, through its public face: options per second in batches and alone.
 * Contracts are drawn once, from a fixed stream; nothing is read or written. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "cli/bench.h"
#include "math/kernels.h"
#include "rehedge/pricing.h"

enum { CONTRACTS = 4096 };

typedef struct contracts {
    double S[CONTRACTS], K[CONTRACTS], T[CONTRACTS], r[CONTRACTS], q[CONTRACTS], sigma[CONTRACTS];
    double price[CONTRACTS], out[RH_GREEKS][CONTRACTS];
    signed char sign[CONTRACTS];
    double sum; /* of what was computed alone, so that it is computed */
} contracts;

static double between(rh_stream *stream, double low, double high)
{
    return low + (high - low) * rh_stream_uniform(stream);
}

/* Two weeks to two years, within two standard deviations of the money. */
static void draw(contracts *c)
{
    rh_stream stream;
    rh_stream_init(&stream, 7, 0, RH_PURPOSE_FEED);
    for (int i = 0; i < CONTRACTS; i++) {
        c->S[i] = between(&stream, 80.0, 120.0);
        c->T[i] = between(&stream, 0.04, 2.0);
        c->sigma[i] = between(&stream, 0.1, 1.0);
        c->K[i] = c->S[i] * rh_exp(between(&stream, -2.0, 2.0) * c->sigma[i] * sqrt(c->T[i]));
        c->r[i] = between(&stream, 0.0, 0.06);
        c->q[i] = between(&stream, 0.0, 0.05);
        c->sign[i] = i % 2 ? 1 : -1;
        c->price[i] = rh_option_price(RH_MODEL_BSM, c->sign[i] > 0, c->S[i], c->K[i], c->T[i],
                                      c->r[i], c->q[i], c->sigma[i]);
    }
}

static void greeks_batch(contracts *c)
{
    static const rh_greek wanted[] = {RH_GREEK_price, RH_GREEK_delta, RH_GREEK_gamma,
                                      RH_GREEK_vega,  RH_GREEK_theta, RH_GREEK_vanna,
                                      RH_GREEK_volga};
    rh_greeks_batch batch = {RH_MODEL_BSM, CONTRACTS, c->S,    c->K, c->T, c->r,
                             c->q,         c->sigma,  c->sign, {0}};
    for (size_t g = 0; g < sizeof wanted / sizeof *wanted; g++)
        batch.out[wanted[g]] = c->out[wanted[g]];
    (void)rh_option_greeks_batch(&batch);
}

static void greeks_alone(contracts *c)
{
    for (int i = 0; i < CONTRACTS; i++) {
        rh_greeks greeks;
        rh_option_greeks(RH_MODEL_BSM, c->sign[i] > 0, c->S[i], c->K[i], c->T[i], c->r[i], c->q[i],
                         c->sigma[i], &greeks);
        c->sum += greeks.price + greeks.delta;
    }
}

static void implied_vols(contracts *c)
{
    const rh_vol_batch batch = {RH_MODEL_BSM, CONTRACTS, c->S,    c->K,      c->T, c->r,
                                c->q,         c->price,  c->sign, c->out[0], NULL};
    (void)rh_implied_vol_batch(&batch);
}

static void implied_vols_alone(contracts *c)
{
    for (int i = 0; i < CONTRACTS; i++) {
        double sigma;
        (void)rh_implied_vol(RH_MODEL_BSM, c->sign[i] > 0, c->S[i], c->K[i], c->T[i], c->r[i],
                             c->q[i], c->price[i], &sigma);
        c->sum += sigma;
    }
}

static void american(contracts *c)
{
    const rh_american_batch batch = {.count = CONTRACTS, .S = c->S, .K = c->K, .T = c->T,
                                     .r = c->r, .q = c->q, .sigma = c->sigma, .sign = c->sign,
                                     .price = c->out[0]};
    (void)rh_american_greeks_batch(&batch);
}

static void american_baw(contracts *c)
{
    const rh_american_batch batch = {.count = CONTRACTS, .S = c->S, .K = c->K, .T = c->T,
                                     .r = c->r, .q = c->q, .sigma = c->sigma, .sign = c->sign,
                                     .price = c->out[0]};
    rh_american_baw_batch(&batch);
}

typedef struct pricing_case {
    const char *name, *about;
    void (*pass)(contracts *c);
    uint64_t passes; /* of CONTRACTS options, per repeat */
    double target_per_s;
} pricing_case;

static const pricing_case cases[] = {
    {"greeks_batch", "price and 6 greeks, batch of 4,096", greeks_batch, 2000, 0},
    {"greeks_alone", "9 numbers of one option alone", greeks_alone, 200, 1e9 / 60},
    {"implied_vol_batch", "implied vol, batch of 4,096", implied_vols, 400, 8e6},
    {"implied_vol_alone", "implied vol of one option alone", implied_vols_alone, 100, 0},
    {"american_batch", "American, within 1e-8 K, batch", american, 4, 20000},
    {"american_baw", "Barone-Adesi-Whaley, batch", american_baw, 200, 3e6},
};

/* Published for AVX-512 and for AVX2; none for machines without either. */
static double greeks_target_per_s(void)
{
    const char *isa = rh_isa_name();
    return !strcmp(isa, "avx512") ? 120e6 : !strcmp(isa, "fma") ? 60e6 : 0.0;
}

rh_status rh_bench_pricing(rh_bench *bench, rh_error *error)
{
    contracts *c = aligned_alloc(64, (sizeof *c + 63) / 64 * 64);
    if (!c) return rh_fail(error, RH_NO_MEMORY, "no memory for the contracts");
    draw(c);
    c->sum = 0.0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const pricing_case *of = &cases[i];
        rh_figure *figure = rh_bench_figure(bench, of->name, of->about, "options");
        uint64_t passes = bench->work ? bench->work / CONTRACTS / 1000 + 1 : of->passes;
        figure->work = passes * CONTRACTS;
        figure->target_per_s = of->pass == greeks_batch ? greeks_target_per_s() : of->target_per_s;
        of->pass(c); /* warm */
        for (int repeat = 0; repeat < RH_BENCH_REPEATS; repeat++) {
            int64_t started_ns = rh_cli_now_ns();
            for (uint64_t pass = 0; pass < passes; pass++) of->pass(c);
            int64_t spent_ns = rh_cli_now_ns() - started_ns;
            figure->per_s[repeat] = (double)figure->work * 1e9 / (double)(spent_ns ? spent_ns : 1);
        }
        rh_bench_sort(figure);
    }
    bool computed = isfinite(c->sum);
    free(c);
    return computed ? RH_OK : rh_fail(error, RH_BROKEN, "a contract of the bench has no price");
}
