/* Implied volatility against what it must reproduce: the independent table of attainable intervals,
 * a long double price on both sides of the answer, its flags at every bound, symmetries, the far
 * tails, and the bits of every instruction set. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "math/kernels.h"
#include "reference_csv.h"
#include "rehedge/pricing.h"

#define RH_VOL_DECLARE
#define RH_VOL_ISA(name) rh_vol_##name##_baseline
#include "pricing/implied_vol_isa.h"
#undef RH_VOL_ISA
#define RH_VOL_ISA(name) rh_vol_##name##_fma
#include "pricing/implied_vol_isa.h"
#undef RH_VOL_ISA
#define RH_VOL_ISA(name) rh_vol_##name##_avx512
#include "pricing/implied_vol_isa.h"

typedef struct quote {
    rh_option_model model;
    bool is_call;
    double S, K, T, r, q, price;
} quote;

static rh_vol_status solve(const quote *o, double *sigma)
{
    return rh_implied_vol(o->model, o->is_call, o->S, o->K, o->T, o->r, o->q, o->price, sigma);
}

static double ulp_of(double x)
{
    return nextafter(x, (double)INFINITY) - x;
}

static double uniform(uint64_t *state, double low, double high)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    return low + (high - low) * ((double)(z >> 11) * 0x1p-53);
}

/* --- the reference table -------------------------------------------------------------------- */

/* What the file says of a row: an answer, or one of the flags. */
static rh_vol_status reference_status(const char *text)
{
    static const struct { const char *word; rh_vol_status status; } words[] = {
        {"ok", RH_VOL_OK}, {"denormal price: finite", RH_VOL_OK},
        {"lost_in_rounding", RH_VOL_LOST_IN_ROUNDING},
        {"at_intrinsic", RH_VOL_LOST_IN_ROUNDING}, {"at_max", RH_VOL_ABOVE_MAXIMUM},
        {"negative", RH_VOL_BELOW_INTRINSIC}};
    text += *text == '"';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(text, words[i].word, strlen(words[i].word)) == 0) return words[i].status;
    fail_msg("the reference table has a status \"%s\"", text);
    return RH_VOL_DOMAIN;
}

static void reference_intervals(void **unused)
{
    (void)unused;
    static reference_csv csv;
    if (!reference_open(&csv, "implied_vol.csv")) skip();
    int rows = 0, bad = 0;
    double worst = 0.0;
    while (reference_next(&csv)) {
        quote o = {RH_MODEL_BSM, reference_text(&csv, "cp")[0] == 'C',
                   reference_number(&csv, "S"), reference_number(&csv, "K"),
                   reference_number(&csv, "T"), reference_number(&csv, "r"),
                   reference_number(&csv, "q"), reference_number(&csv, "price_dbl")};
        double low = 0.0, high = HUGE_VAL, sigma;
        if (*reference_text(&csv, "sigma_lo")) {
            low = reference_number(&csv, "sigma_lo");
            high = reference_number(&csv, "sigma_hi");
        }
        rh_vol_status status = solve(&o, &sigma);
        rh_vol_status wanted = reference_status(reference_text(&csv, "status"));
        double beyond = isnan(sigma) ? 0.0 : fmax(low - sigma, sigma - high) / ulp_of(sigma);
        bool good = status == wanted && isnan(sigma) == (wanted != RH_VOL_OK) && beyond <= 4.0;
        worst = fmax(worst, beyond);
        if (!good)
            print_message("row %s: %s %.17g, expected [%.17g, %.17g]\n",
                          reference_text(&csv, "id"), rh_vol_status_name(status), sigma, low, high);
        bad += !good;
        rows++;
    }
    print_message("%d rows, worst %.2f ulp beyond the attainable interval\n", rows, worst);
    assert_true(rows >= 100);
    assert_int_equal(bad, 0);
}

/* --- a long double price -------------------------------------------------------------------- */

static long double normal_cdf_l(long double x)
{
    return 0.5L * erfcl(-x * 0.70710678118654752440084436210485L);
}

/* The price in the model's currency and, through *vega, its slope. */
static long double price_l(const quote *o, double sigma, long double *vega)
{
    long double r = (long double)o->r, q = (long double)o->q, s = o->is_call ? 1.0L : -1.0L;
    if (o->model == RH_MODEL_INVERSE) r = 0.0L;
    if (o->model != RH_MODEL_BSM) q = r;
    long double root = sqrtl((long double)o->T), v = (long double)sigma * root;
    long double d = (logl((long double)o->S / (long double)o->K) + (r - q) * (long double)o->T) / v;
    long double asset = (long double)o->S * expl(-q * (long double)o->T);
    long double strike = (long double)o->K * expl(-r * (long double)o->T);
    long double price = s * asset * normal_cdf_l(s * (d + v / 2)) -
                        s * strike * normal_cdf_l(s * (d - v / 2));
    *vega = asset * root * expl(-(d + v / 2) * (d + v / 2) / 2) * 0.398942280401432677939946L;
    long double unit = o->model == RH_MODEL_INVERSE ? (long double)o->S : 1.0L;
    *vega /= unit;
    return price / unit;
}

static quote random_quote(uint64_t *state, double reach, double *sigma)
{
    static const rh_option_model models[] = {RH_MODEL_BSM, RH_MODEL_BLACK76, RH_MODEL_INVERSE};
    quote o = {.model = models[(int)uniform(state, 0.0, 3.0)]};
    o.is_call = uniform(state, 0.0, 1.0) < 0.5;
    o.S = exp(uniform(state, -3.0, 11.0));
    o.T = exp(uniform(state, -9.0, 2.3));
    o.r = uniform(state, -0.05, 0.15);
    o.q = uniform(state, -0.05, 0.15);
    *sigma = exp(uniform(state, -4.0, 1.6));
    double drift = o.model == RH_MODEL_BSM ? o.r - o.q : 0.0;
    o.K = o.S * exp(drift * o.T + uniform(state, -reach, reach) * *sigma * sqrt(o.T));
    return o;
}

/* Where there is no answer, the price is a bound: within an ulp, or what long double loses. */
static void is_at_a_bound(const quote *o, rh_vol_status status)
{
    long double r = o->model == RH_MODEL_INVERSE ? 0.0L : (long double)o->r;
    long double q = o->model == RH_MODEL_BSM ? (long double)o->q : r, s = o->is_call ? 1.0L : -1.0L;
    long double unit = o->model == RH_MODEL_INVERSE ? (long double)o->S : 1.0L;
    long double asset = (long double)o->S * expl(-q * (long double)o->T) / unit;
    long double strike = (long double)o->K * expl(-r * (long double)o->T) / unit;
    long double low = fmaxl(s * (asset - strike), 0.0L), high = o->is_call ? asset : strike;
    long double price = (long double)o->price;
    long double room = (long double)ulp_of(o->price) + 8.0L * (asset + strike) * LDBL_EPSILON;
    bool at_low = price - low <= room, at_high = high - price <= room;
    if (status == RH_VOL_LOST_IN_ROUNDING ? at_low || at_high
        : status == RH_VOL_BELOW_INTRINSIC ? at_low
                                           : status == RH_VOL_ABOVE_MAXIMUM && at_high)
        return;
    fail_msg("model %d call %d S %.17g K %.17g T %.17g r %.17g q %.17g price %.17g: %s",
             (int)o->model, o->is_call, o->S, o->K, o->T, o->r, o->q, o->price,
             rh_vol_status_name(status));
}

/* What the answer's own price misses is at most half an ulp of the price and 5 ulp of the vol (and
 * what long double loses in the difference of the legs). */
static void reprices(void **unused)
{
    (void)unused;
    uint64_t state = 17;
    double worst = 0.0;
    int solved = 0;
    for (int i = 0; i < 40000; i++) {
        double sigma, found;
        long double vega;
        quote o = random_quote(&state, 4.0, &sigma);
        o.price = (double)price_l(&o, sigma, &vega);
        rh_vol_status status = solve(&o, &found);
        if (status != RH_VOL_OK) {
            is_at_a_bound(&o, status);
            continue;
        }
        long double miss = fabsl(price_l(&o, found, &vega) - (long double)o.price);
        long double legs = o.model == RH_MODEL_INVERSE ? 1.0L + (long double)(o.K / o.S)
                                                       : (long double)(o.S + o.K);
        miss -= 0.5L * (long double)ulp_of(o.price) + 8.0L * legs * LDBL_EPSILON;
        double beyond = (double)(miss / (vega * (long double)ulp_of(found)));
        worst = fmax(worst, beyond);
        if (beyond > 5.0)
            fail_msg("model %d S %.17g K %.17g T %.17g price %.17g: %.17g is %.1f ulp off",
                     (int)o.model, o.S, o.K, o.T, o.price, found, beyond);
        solved++;
    }
    print_message("%d quotes, worst %.2f ulp beyond the attainable interval\n", solved, worst);
    assert_true(solved > 39000);
}

/* --- flags and edges ------------------------------------------------------------------------ */

static void expect(quote o, rh_vol_status wanted)
{
    double sigma = 0.0;
    rh_vol_status status = solve(&o, &sigma);
    if (status != wanted)
        fail_msg("S %g K %g T %g price %.17g: %s, expected %s", o.S, o.K, o.T, o.price,
                 rh_vol_status_name(status), rh_vol_status_name(wanted));
    assert_true((status == RH_VOL_OK) == !isnan(sigma));
}

static void bounds_are_flagged(void **unused)
{
    (void)unused;
    const rh_option_model bsm = RH_MODEL_BSM, inverse = RH_MODEL_INVERSE;
    expect((quote){bsm, true, 100, 90, 0.5, 0, 0, 10.0}, RH_VOL_LOST_IN_ROUNDING);
    expect((quote){bsm, true, 100, 90, 0.5, 0, 0, 9.99}, RH_VOL_BELOW_INTRINSIC);
    expect((quote){bsm, true, 100, 90, 0.5, 0, 0, 10.0 + 0x1p-48}, RH_VOL_OK);
    expect((quote){bsm, true, 100, 90, 0.5, 0, 0, 100.0}, RH_VOL_ABOVE_MAXIMUM);
    expect((quote){bsm, true, 100, 90, 0.5, 0, 0, 101.0}, RH_VOL_ABOVE_MAXIMUM);
    expect((quote){bsm, true, 100, 90, 0.5, 0, 0, 99.9}, RH_VOL_OK);
    expect((quote){bsm, false, 100, 90, 0.5, 0.05, 0, 90.0}, RH_VOL_ABOVE_MAXIMUM);
    expect((quote){bsm, false, 100, 90, 0.5, 0.05, 0, -1e-12}, RH_VOL_BELOW_INTRINSIC);
    expect((quote){bsm, false, 100, 90, 0.5, 0.05, 0, 0.0}, RH_VOL_LOST_IN_ROUNDING);
    expect((quote){bsm, true, 100, 120, 0.5, 0, 0, 5e-324}, RH_VOL_OK);
    expect((quote){inverse, true, 100, 50, 0.5, 9, 9, 0.5}, RH_VOL_LOST_IN_ROUNDING);
    expect((quote){inverse, true, 100, 50, 0.5, 9, 9, 1.0}, RH_VOL_ABOVE_MAXIMUM);
    expect((quote){inverse, false, 100, 150, 0.5, 9, 9, 1.2}, RH_VOL_OK);
    expect((quote){bsm, true, 100, 100, 0.0, 0, 0, 1.0}, RH_VOL_ZERO_TIME);
    expect((quote){bsm, true, 0, 100, 1, 0, 0, 1.0}, RH_VOL_DOMAIN);
    expect((quote){bsm, true, 100, -1, 1, 0, 0, 1.0}, RH_VOL_DOMAIN);
    expect((quote){bsm, true, 100, 100, -1, 0, 0, 1.0}, RH_VOL_DOMAIN);
    assert_string_equal(rh_vol_status_name(RH_VOL_LOST_IN_ROUNDING), "lost_in_rounding");
    assert_string_equal(rh_vol_status_name((rh_vol_status)99), "unknown");
}

static void zero_at_the_money_is_zero(void **unused)
{
    (void)unused;
    double sigma = -1.0;
    quote o = {RH_MODEL_BLACK76, true, 100, 100, 1, 0.05, 0, 0.0};
    assert_int_equal(solve(&o, &sigma), RH_VOL_OK);
    assert_true(sigma == 0.0);
    o.price = 1e-300;
    assert_int_equal(solve(&o, &sigma), RH_VOL_OK);
    assert_true(fabs(sigma / (1e-302 * exp(0.05) * 2.5066282746310002) - 1.0) < 1e-14);
}

static void nan_and_infinity(void **unused)
{
    (void)unused;
    const double odd[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
    for (int value = 0; value < 3; value++) {
        for (int field = 0; field < 6; field++) {
            double in[6] = {100, 110, 1, 0.01, 0.02, 5}, sigma = 0.0;
            in[field] = odd[value];
            rh_vol_status status = rh_implied_vol(RH_MODEL_BSM, true, in[0], in[1], in[2], in[3],
                                                  in[4], in[5], &sigma);
            assert_int_equal(status, RH_VOL_DOMAIN);
            assert_true(isnan(sigma));
        }
    }
}

/* Only ratios matter; a price far in the tail has a finite answer that grows with it. */
static void scales_and_tails(void **unused)
{
    (void)unused;
    double last = 0.0, sigma, scaled;
    for (int power = -1074; power < 3; power++) {
        quote o = {RH_MODEL_BSM, true, 100, 137, 0.7, 0.03, 0.01, ldexp(1.0, power)};
        assert_int_equal(solve(&o, &sigma), RH_VOL_OK);
        assert_true(sigma > last && sigma < 0.5);
        last = sigma;
        if (power < -1000) continue;
        quote big = o;
        big.S *= 1024, big.K *= 1024, big.price *= 1024;
        assert_int_equal(solve(&big, &scaled), RH_VOL_OK);
        assert_true(fabs(scaled - sigma) <= 2.0 * ulp_of(sigma));
    }
}

static void instruction_sets_agree(void **unused)
{
    (void)unused;
    if (rh_isa_widest() == RH_ISA_BASELINE) skip();
    uint64_t state = 5;
    for (int i = 0; i < 4000; i++) {
        double sigma, a = 0.0, b = 0.0;
        long double vega;
        quote o = random_quote(&state, 6.0, &sigma);
        o.price = (double)price_l(&o, sigma, &vega);
        rh_vol_status one = rh_vol_one_baseline(o.model, o.is_call, o.S, o.K, o.T, o.r, o.q,
                                                o.price, &a);
        rh_vol_status two = rh_vol_one_fma(o.model, o.is_call, o.S, o.K, o.T, o.r, o.q,
                                           o.price, &b);
        assert_int_equal(one, two);
        assert_true((isnan(a) && isnan(b)) || a == b);
    }
}

/* --- batches ---------------------------------------------------------------------------------- */

enum { BATCH = 3003 };
typedef struct batch_memory {
    double S[BATCH], K[BATCH], T[BATCH], r[BATCH], q[BATCH], price[BATCH], sigma[BATCH];
    signed char sign[BATCH];
    rh_vol_status status[BATCH];
} batch_memory;

/* Ordinary quotes, and among them what the lanes must leave alone: bounds, no time, far tails,
 * prices above half of their maximum, NaN, absurd numbers. */
static rh_vol_batch fill_batch(batch_memory *m, rh_option_model model)
{
    static const double odd[] = {0.0,    -1.0,  (double)NAN, (double)INFINITY,
                                 1e-300, 1e300, 0x1p-1070};
    uint64_t state = 23;
    for (int i = 0; i < BATCH; i++) {
        double sigma;
        long double vega;
        quote o;
        do o = random_quote(&state, i % 3 ? 3.0 : 9.0, &sigma);
        while (o.model != model);
        o.price = (double)price_l(&o, sigma, &vega);
        m->S[i] = o.S, m->K[i] = o.K, m->T[i] = o.T, m->r[i] = o.r, m->q[i] = o.q;
        m->price[i] = o.price, m->sign[i] = o.is_call ? 1 : -1;
        double *const fields[] = {m->S, m->K, m->T, m->r, m->q, m->price};
        if (i % 11 == 0) fields[i / 11 % 6][i] = odd[i / 11 % 7];
        if (i % 13 == 0) m->price[i] = (o.is_call ? o.S : o.K) * (0.5 + 0.51 * (i % 7) / 6.0);
    }
    return (rh_vol_batch){model,    BATCH,   m->S,     m->K,     m->T, m->r, m->q,
                          m->price, m->sign, m->sigma, m->status};
}

static void same_as_alone(const rh_vol_batch *b, size_t found, size_t count)
{
    size_t answered = 0;
    for (size_t i = 0; i < count; i++) {
        double sigma;
        rh_vol_status status =
            rh_implied_vol(b->model, b->sign[i] > 0, b->S[i], b->K[i], b->T[i], b->r[i], b->q[i],
                           b->price[i], &sigma);
        answered += status == RH_VOL_OK;
        assert_int_equal(status, b->status[i]);
        assert_true(isnan(sigma) ? isnan(b->sigma[i])
                                 : memcmp(&sigma, &b->sigma[i], sizeof sigma) == 0);
    }
    assert_int_equal(found, answered);
}

static void batch_is_alone_everywhere(void **unused)
{
    (void)unused;
    static batch_memory m;
    static size_t (*const isas[])(const rh_vol_batch *) = {
        rh_vol_batch_baseline, rh_vol_batch_fma, rh_vol_batch_avx512, rh_implied_vol_batch};
    static const rh_option_model models[] = {RH_MODEL_BSM, RH_MODEL_BLACK76, RH_MODEL_INVERSE};
    for (int k = 0; k < 3; k++) {
        rh_vol_batch batch = fill_batch(&m, models[k]);
        for (int isa = 0; isa < 4; isa++) {
            if (isa < 3 && isa > (int)rh_isa_widest()) continue;
            memset(m.sigma, 0, sizeof m.sigma);
            size_t found = isas[isa](&batch);
            assert_true(found > BATCH / 2 && found < BATCH);
            same_as_alone(&batch, found, BATCH);
        }
        for (batch.count = 0; batch.count < 20; batch.count++) {
            m.sigma[batch.count] = -7.0;
            same_as_alone(&batch, rh_implied_vol_batch(&batch), batch.count);
            assert_true(m.sigma[batch.count] == -7.0);
        }
    }
}

/* Rates may be left out, and the statuses. */
static void batch_without_rates(void **unused)
{
    (void)unused;
    static batch_memory m;
    static double bare[BATCH];
    rh_vol_batch batch = fill_batch(&m, RH_MODEL_BSM);
    memset(m.r, 0, sizeof m.r);
    memset(m.q, 0, sizeof m.q);
    size_t found = rh_implied_vol_batch(&batch);
    batch.r = batch.q = NULL, batch.sigma = bare, batch.status = NULL;
    assert_int_equal(rh_implied_vol_batch(&batch), found);
    for (int i = 0; i < BATCH; i++)
        assert_true(isnan(bare[i]) ? isnan(m.sigma[i])
                                   : memcmp(&bare[i], &m.sigma[i], sizeof bare[i]) == 0);
}

int main(void)
{
    rh_math_thread_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_intervals),
        cmocka_unit_test(reprices),
        cmocka_unit_test(bounds_are_flagged),
        cmocka_unit_test(zero_at_the_money_is_zero),
        cmocka_unit_test(nan_and_infinity),
        cmocka_unit_test(scales_and_tails),
        cmocka_unit_test(instruction_sets_agree),
        cmocka_unit_test(batch_is_alone_everywhere),
        cmocka_unit_test(batch_without_rates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
