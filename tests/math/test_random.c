/* Variates: moments within their standard errors, tails, and how many draws of the stream each
 * takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "math/kernels.h"
#include "math/random.h"

/* Sums of powers of standardised draws against the moments of the law, at four standard errors. */
typedef struct moments {
    double sum[5];
    int count;
} moments;

static void collect(moments *m, double z)
{
    double power = 1.0;
    for (int k = 0; k < 5; k++, power *= z) m->sum[k] += power;
    m->count++;
}

static void check_moment(const moments *m, int k, double expected, double variance)
{
    double mean = m->sum[k] / m->count;
    assert_true(fabs(mean - expected) < 4.0 * sqrt(variance / m->count));
}

static void normal_moments(void **state)
{
    (void)state;
    rh_stream stream;
    rh_stream_init(&stream, 31, 0, 0);
    moments m = {0};
    int tails = 0;
    for (int i = 0; i < 400000; i++) {
        double z = rh_stream_normal(&stream);
        collect(&m, z);
        tails += fabs(z) > 3.0;
    }
    check_moment(&m, 1, 0.0, 1.0);
    check_moment(&m, 2, 1.0, 2.0);
    check_moment(&m, 3, 0.0, 15.0);
    check_moment(&m, 4, 3.0, 96.0);
    double p = 2.0 * rh_normal_cdf(-3.0);
    assert_true(fabs(tails - p * m.count) < 4.0 * sqrt(p * m.count));
}

static void exponential_moments(void **state)
{
    (void)state;
    rh_stream stream;
    rh_stream_init(&stream, 32, 0, 0);
    moments m = {0};
    for (int i = 0; i < 400000; i++) {
        double x = rh_stream_exponential(&stream, 4.0);
        assert_true(x > 0.0);
        collect(&m, x * 4.0);
    }
    check_moment(&m, 1, 1.0, 1.0);
    check_moment(&m, 2, 2.0, 20.0);
    check_moment(&m, 3, 6.0, 684.0);
}

static void poisson_moments(double mean, uint64_t seed)
{
    rh_stream stream;
    rh_stream_init(&stream, seed, 0, 0);
    moments m = {0};
    for (int i = 0; i < 50000; i++)
        collect(&m, (rh_stream_poisson(&stream, mean) - mean) / sqrt(mean));
    check_moment(&m, 1, 0.0, 1.0);
    check_moment(&m, 2, 1.0, 2.0 + 1.0 / mean);
    /* Third moment of the standardised law 1/sqrt(mean); variance of its cube about 15 + 70/mean
     * + 25/mean^2 + 1/mean^3 at most. */
    check_moment(&m, 3, 1.0 / sqrt(mean), 15.0 + (70.0 + (25.0 + 1.0 / mean) / mean) / mean);
}

static void poisson_of_every_size(void **state)
{
    (void)state;
    static const double means[] = {0.05, 0.7, 3.0, 20.0, 63.9, 64.1, 200.0, 700.0};
    for (size_t i = 0; i < sizeof means / sizeof means[0]; i++) poisson_moments(means[i], 40 + i);
    rh_stream stream;
    rh_stream_init(&stream, 1, 0, 0);
    assert_int_equal(rh_stream_poisson(&stream, 0.0), 0);
}

static void poisson_probabilities(void **state)
{
    (void)state;
    enum { COUNT = 200000, BINS = 9 };
    int bins[BINS] = {0};
    rh_stream stream;
    rh_stream_init(&stream, 50, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        unsigned k = rh_stream_poisson(&stream, 2.5);
        bins[k < BINS - 1 ? k : BINS - 1]++;
    }
    double chi = 0.0, p = rh_exp(-2.5), rest = 1.0;
    for (int k = 0; k < BINS - 1; k++) {
        double expected = p * COUNT;
        chi += (bins[k] - expected) * (bins[k] - expected) / expected;
        rest -= p;
        p *= 2.5 / (k + 1);
    }
    double expected = rest * COUNT;
    chi += (bins[BINS - 1] - expected) * (bins[BINS - 1] - expected) / expected;
    assert_true(chi < 31.8); /* chi-square(8), 99.99% */
}

static void a_normal_takes_one_draw(void **state)
{
    (void)state;
    rh_stream normals, uniforms;
    rh_stream_init(&normals, 60, 2, 3);
    rh_stream_init(&uniforms, 60, 2, 3);
    for (int i = 0; i < 1000; i++) {
        double z = rh_stream_normal(&normals);
        assert_true(z == rh_normal_quantile(rh_stream_uniform(&uniforms)));
        assert_true(fabs(z) < 8.3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normal_moments),        cmocka_unit_test(exponential_moments),
        cmocka_unit_test(poisson_of_every_size), cmocka_unit_test(poisson_probabilities),
        cmocka_unit_test(a_normal_takes_one_draw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
