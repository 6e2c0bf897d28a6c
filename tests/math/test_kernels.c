/* The kernels' edges (C17 Annex F), the identities between them, and their bits: equal in every
 * instantiation of this machine, and equal to the digest committed here on every machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#if defined(__x86_64__)
#define RH_HAVE_FMA_BUILD
#endif
#include "base/hash.h"
#include "base/random.h"
#include "math/kernel_table.h"
#include "math/kernels.h"

#define INF HUGE_VAL

static double not_a_number(void)
{
    volatile double zero = 0.0;
    return zero / zero;
}

static void same(double found, double expected)
{
    if (isnan(expected) && isnan(found)) return;
    if (memcmp(&found, &expected, sizeof found) != 0)
        printf("found %a, expected %a\n", found, expected);
    assert_memory_equal(&found, &expected, sizeof found);
}

static void exp_edges(void **state)
{
    (void)state;
    same(rh_exp(0.0), 1.0);
    same(rh_exp(-0.0), 1.0);
    same(rh_exp(INF), INF);
    same(rh_exp(-INF), 0.0);
    same(rh_exp(DBL_MAX), INF);
    same(rh_exp(-DBL_MAX), 0.0);
    same(rh_exp(not_a_number()), not_a_number());
    same(rh_exp(1.0), 0x1.5bf0a8b145769p+1);
    same(rh_exp(5e-324), 1.0);
    assert_true(isfinite(rh_exp(709.782712893384)) && isinf(rh_exp(709.7827128933841)));
    assert_true(rh_exp(-745.1332191019411) > 0.0 && rh_exp(-745.1332191019412) == 0.0);
    same(rh_expm1(0.0), 0.0);
    same(rh_expm1(-0.0), -0.0);
    same(rh_expm1(5e-324), 5e-324);
    same(rh_expm1(INF), INF);
    same(rh_expm1(DBL_MAX), INF);
    same(rh_expm1(-INF), -1.0);
    same(rh_expm1(-1e300), -1.0);
    same(rh_expm1(not_a_number()), not_a_number());
}

static void log_edges(void **state)
{
    (void)state;
    same(rh_log(1.0), 0.0);
    same(rh_log(0.0), -INF);
    same(rh_log(-0.0), -INF);
    same(rh_log(INF), INF);
    same(rh_log(-1.0), not_a_number());
    same(rh_log(-INF), not_a_number());
    same(rh_log(-5e-324), not_a_number());
    same(rh_log(not_a_number()), not_a_number());
    same(rh_log(5e-324), -0x1.74385446d71c3p+9);
    same(rh_log(2.0), 0x1.62e42fefa39efp-1);
    same(rh_log1p(0.0), 0.0);
    same(rh_log1p(-0.0), -0.0);
    same(rh_log1p(-1.0), -INF);
    same(rh_log1p(-1.5), not_a_number());
    same(rh_log1p(-INF), not_a_number());
    same(rh_log1p(INF), INF);
    same(rh_log1p(5e-324), 5e-324);
    same(rh_log1p(DBL_MAX), rh_log(DBL_MAX));
    same(rh_log1p(not_a_number()), not_a_number());
}

static void pow_edges(void **state)
{
    (void)state;
    double nan = not_a_number();
    static const double some[] = {0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 1e300, -1e-300, 5e-324};
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
        same(rh_pow(some[i], 0.0), 1.0);
        same(rh_pow(some[i], -0.0), 1.0);
        same(rh_pow(1.0, some[i]), 1.0);
        if (some[i] != 0.0) same(rh_pow(nan, some[i]), nan);
        if (some[i] != 1.0) same(rh_pow(some[i], nan), nan);
        same(rh_pow(some[i], 1.0), some[i]);
    }
    same(rh_pow(nan, 0.0), 1.0);
    same(rh_pow(1.0, nan), 1.0);
    same(rh_pow(-1.0, INF), 1.0);
    same(rh_pow(-1.0, -INF), 1.0);
    same(rh_pow(0.0, -3.0), INF);
    same(rh_pow(-0.0, -3.0), -INF);
    same(rh_pow(-0.0, -2.0), INF);
    same(rh_pow(-0.0, 3.0), -0.0);
    same(rh_pow(-0.0, 2.5), 0.0);
    same(rh_pow(0.0, INF), 0.0);
    same(rh_pow(-0.0, -INF), INF);
    same(rh_pow(0.5, INF), 0.0);
    same(rh_pow(0.5, -INF), INF);
    same(rh_pow(-2.0, INF), INF);
    same(rh_pow(-2.0, -INF), 0.0);
    same(rh_pow(INF, 0.5), INF);
    same(rh_pow(INF, -0.5), 0.0);
    same(rh_pow(-INF, 3.0), -INF);
    same(rh_pow(-INF, 2.0), INF);
    same(rh_pow(-INF, -3.0), -0.0);
    same(rh_pow(-INF, -2.5), 0.0);
    same(rh_pow(INF, INF), INF);
    same(rh_pow(-8.0, 1.0 / 3.0), nan);
    same(rh_pow(-2.0, 3.0), -8.0);
    same(rh_pow(-2.0, 1023.0), -0x1p1023);
    same(rh_pow(2.0, 1024.0), INF);
    same(rh_pow(2.0, -1074.0), 5e-324);
    same(rh_pow(2.0, -1076.0), 0.0);
    same(rh_pow(-2.0, 9007199254740993.0), INF); /* even: beyond 2^53 all are */
    same(rh_pow(10.0, 15.0), 1e15);
    same(rh_pow(1e300, 1e300), INF);
    same(rh_pow(1e-300, 1e300), 0.0);
    same(rh_pow(1.0 + 0x1p-52, 1e308), INF);
}

static void trigonometric_edges(void **state)
{
    (void)state;
    same(rh_sin(0.0), 0.0);
    same(rh_sin(-0.0), -0.0);
    same(rh_sin(5e-324), 5e-324);
    same(rh_cos(0.0), 1.0);
    same(rh_sin(INF), not_a_number());
    same(rh_cos(-INF), not_a_number());
    same(rh_sin(not_a_number()), not_a_number());
    same(rh_cos(not_a_number()), not_a_number());
    /* Ng, "Argument reduction for huge arguments": sin(1e22). */
    same(rh_sin(1e22), -0.8522008497671888);
    same(rh_cos(0x1.921fb54442d18p+0), 0x1.1a62633145c07p-54);
    same(rh_sin(0x1.921fb54442d18p+1), 0x1.1a62633145c07p-53);
}

static void normal_edges(void **state)
{
    (void)state;
    double nan = not_a_number();
    same(rh_erfc(0.0), 1.0);
    same(rh_erfc(INF), 0.0);
    same(rh_erfc(-INF), 2.0);
    same(rh_erfc(1e10), 0.0);
    same(rh_erfc(nan), nan);
    same(rh_erfcx(0.0), 1.0);
    same(rh_erfcx(INF), 0.0);
    same(rh_erfcx(-INF), INF);
    same(rh_erfcx(-27.0), INF);
    same(rh_erfcx(nan), nan);
    same(rh_normal_pdf(INF), 0.0);
    same(rh_normal_pdf(-INF), 0.0);
    same(rh_normal_pdf(0.0), 0x1.9884533d43651p-2);
    same(rh_normal_pdf(nan), nan);
    same(rh_normal_cdf(0.0), 0.5);
    same(rh_normal_cdf(-0.0), 0.5);
    same(rh_normal_cdf(INF), 1.0);
    same(rh_normal_cdf(-INF), 0.0);
    same(rh_normal_cdf(10.0), 1.0);
    same(rh_normal_cdf(nan), nan);
    assert_true(rh_normal_cdf(-38.4) > 0.0 && rh_normal_cdf(-38.6) == 0.0);
    same(rh_normal_quantile(0.5), 0.0);
    same(rh_normal_quantile(0.0), -INF);
    same(rh_normal_quantile(1.0), INF);
    same(rh_normal_quantile(-0.1), nan);
    same(rh_normal_quantile(1.1), nan);
    same(rh_normal_quantile(-INF), nan);
    same(rh_normal_quantile(nan), nan);
    assert_true(isfinite(rh_normal_quantile(5e-324)));
    assert_true(isfinite(rh_normal_quantile(1.0 - 0x1p-53)));
}

static int near(double a, double b, double ulps)
{
    return fabs(a - b) <= ulps * DBL_EPSILON * fmax(fabs(a), fabs(b));
}

static void identities(void **state)
{
    (void)state;
    rh_stream stream;
    rh_stream_init(&stream, 5, 0, 0);
    for (int i = 0; i < 20000; i++) {
        double x = (rh_stream_uniform(&stream) - 0.5) * 10.0, p = rh_stream_uniform(&stream);
        assert_true(near(rh_log(rh_exp(x)), x, 2.0) || fabs(rh_log(rh_exp(x)) - x) < 4e-16);
        assert_true(fabs(rh_exp(x) * rh_exp(-x) - 1.0) < 1e-15);
        assert_true(near(rh_expm1(rh_log1p(p)), p, 4.0));
        assert_true(near(rh_pow(p, 0.5), sqrt(p), 1.0));
        double s = rh_sin(x), c = rh_cos(x);
        assert_true(fabs(s * s + c * c - 1.0) < 1e-15);
        same(rh_sin(-x), -s);
        same(rh_cos(-x), c);
        assert_true(fabs(rh_erfc(x) + rh_erfc(-x) - 2.0) < 1e-15);
        assert_true(near(rh_erfc(x), rh_exp(-x * x) * rh_erfcx(x), 64.0));
        assert_true(near(rh_normal_cdf(x), 0.5 * rh_erfc(-x / sqrt(2.0)), 64.0));
        assert_true(fabs(rh_normal_cdf(x) + rh_normal_cdf(-x) - 1.0) < 3e-16);
        assert_true(near(rh_normal_cdf(rh_normal_quantile(p)), p, 64.0));
    }
}

/* The rounding of 1 - p is no error of the quantile, so symmetry is tried where it is exact. */
static void quantile_is_symmetric_and_rises(void **state)
{
    (void)state;
    double last = -INF;
    for (int i = 1; i < 4096; i++) {
        double p = i / 4096.0, x = rh_normal_quantile(p);
        same(x, p == 0.5 ? 0.0 : -rh_normal_quantile(1.0 - p));
        assert_true(x > last);
        last = x;
    }
}

/* Values from 60-digit arithmetic (Abramowitz and Stegun, table 26.2 has the tails to 5 digits). */
static void far_tails(void **state)
{
    (void)state;
    assert_true(near(rh_normal_cdf(-5.0), 2.8665157187919391e-07, 2.0));
    assert_true(near(rh_normal_cdf(-10.0), 7.6198530241605261e-24, 2.0));
    assert_true(near(rh_normal_cdf(-37.0), 5.7255712225245768e-300, 2.0));
    same(rh_normal_cdf(-38.0), 2.8854283600687843e-316);
    assert_true(near(rh_erfcx(10.0), 5.6140992743822585e-02, 2.0));
    assert_true(near(rh_normal_quantile(0.975), 1.9599639845400543, 2.0));
    assert_true(near(rh_normal_quantile(1e-300), -37.047096299361199, 2.0));
}

/* Every bit pattern is a fair argument: the whole range, and the range where things happen. */
static double argument(rh_stream *stream, unsigned i)
{
    uint64_t bits = rh_stream_u64(stream);
    double x;
    switch (i % 4) {
    case 0: memcpy(&x, &bits, sizeof x); return x;
    case 1: return ((double)(bits >> 11) * 0x1p-53 - 0.5) * 80.0;
    case 2: return (double)(bits >> 11) * 0x1p-53;
    default: return ldexp((double)(bits >> 11), -(int)(bits & 255));
    }
}

static const rh_kernel_table *tables[2];
static size_t table_count;

static void find_tables(void)
{
    tables[table_count++] = &rh_kernels_baseline;
#if defined(RH_HAVE_FMA_BUILD)
    if (__builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2"))
        tables[table_count++] = &rh_kernels_fma;
#endif
}

/* NaN stands for every NaN: its sign and payload are not promised. */
static uint64_t result_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return isnan(x) ? UINT64_MAX : bits;
}

static size_t results_of(const rh_kernel_table *table, double x, double y, uint64_t *out)
{
    size_t count = 0;
#define X(name) out[count++] = result_bits(table->name(x));
    RH_UNARY_MAP(X)
#undef X
    out[count++] = result_bits(table->pow(x, y));
    out[count++] = result_bits(table->pow(fabs(y), x));
    return count;
}

static void instantiations_agree_bit_for_bit(void **state)
{
    (void)state;
    if (table_count < 2) skip();
    rh_stream stream;
    rh_stream_init(&stream, 77, 0, 0);
    for (unsigned i = 0; i < 200000; i++) {
        double x = argument(&stream, i), y = argument(&stream, i / 4);
        uint64_t first[32], second[32];
        size_t count = results_of(tables[0], x, y, first);
        results_of(tables[1], x, y, second);
        if (memcmp(first, second, count * sizeof first[0]) != 0) printf("at %a, %a\n", x, y);
        assert_memory_equal(first, second, count * sizeof first[0]);
    }
}

#define COMMITTED_DIGEST "ba102ee6cff2cad208067aae8b0c01fa"

static void bits_are_the_committed_ones(void **state)
{
    (void)state;
    for (size_t k = 0; k < table_count; k++) {
        rh_stream stream;
        rh_stream_init(&stream, 78, 0, 0);
        rh_digest *digest = rh_digest_new();
        assert_non_null(digest);
        for (unsigned i = 0; i < 50000; i++) {
            double x = argument(&stream, i), y = argument(&stream, i / 4);
            uint64_t results[32];
            size_t count = results_of(tables[k], x, y, results);
            for (size_t j = 0; j < count; j++) {
                unsigned char bytes[8];
                for (int b = 0; b < 8; b++) bytes[b] = (unsigned char)(results[j] >> (8 * b));
                rh_digest_bytes(digest, bytes, sizeof bytes);
            }
        }
        char hex[RH_DIGEST_HEX];
        rh_digest_hex(digest, hex);
        rh_digest_free(digest);
        assert_string_equal(hex, COMMITTED_DIGEST);
    }
}

static void the_environment_is_set_back(void **state)
{
    (void)state;
    assert_int_equal(fesetround(FE_UPWARD), 0);
    rh_math_thread_init();
    assert_int_equal(fegetround(), FE_TONEAREST);
}

int main(void)
{
    find_tables();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_edges),
        cmocka_unit_test(log_edges),
        cmocka_unit_test(pow_edges),
        cmocka_unit_test(trigonometric_edges),
        cmocka_unit_test(normal_edges),
        cmocka_unit_test(identities),
        cmocka_unit_test(quantile_is_symmetric_and_rises),
        cmocka_unit_test(far_tails),
        cmocka_unit_test(instantiations_agree_bit_for_bit),
        cmocka_unit_test(bits_are_the_committed_ones),
        cmocka_unit_test(the_environment_is_set_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
