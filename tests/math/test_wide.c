/* Doubles with an exponent of their own: exact where double is, the values of long double where
 * that reaches, and 0 and what is beyond double, which nothing turns into NaN. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "math/kernel_wide.h"
#include "math/kernels.h"

static const double odd[] = {0.0, 5e-324, 2.5e-310, DBL_MIN, 1e-150, 0.1,   1.0,
                             3.0, 1e150,  DBL_MAX,  -0.1,    -3e-320, -1e300};
enum { ODD = sizeof odd / sizeof *odd };

static void doubles_come_back(void **unused)
{
    (void)unused;
    for (int i = 0; i < ODD; i++) {
        rh_k_wide x = rh_wide(odd[i]);
        assert_true(rh_wide_double(x) == odd[i]);
        assert_true(odd[i] == 0.0 ? x.m == 0.0 : fabs(x.m) >= 1.0 && fabs(x.m) < 2.0);
    }
    assert_true(rh_wide_double(rh_wide_of(1.5, 1024)) == HUGE_VAL);
    assert_true(rh_wide_double(rh_wide_of(-1.5, 5000)) == -HUGE_VAL);
    assert_true(rh_wide_double(rh_wide_of(1.5, -1074)) == 0x1p-1073);
    assert_true(rh_wide_double(rh_wide_of(1.5, -1e6)) == 0.0);
    assert_true(rh_wide_clamped(rh_wide_of(-1.5, 1 << 20)) == -1e300);
}

static void arithmetic_is_that_of_double(void **unused)
{
    (void)unused;
    for (int i = 0; i < ODD; i++)
        for (int k = 0; k < ODD; k++) {
            double a = odd[i], b = odd[k];
            rh_k_wide x = rh_wide(a), y = rh_wide(b);
            bool normal = fabs(a * b) >= DBL_MIN && fabs(a) >= DBL_MIN && fabs(b) >= DBL_MIN;
            if (normal) assert_true(rh_wide_double(rh_wide_times(x, y)) == a * b);
            if (fabs(a / b) >= DBL_MIN && fabs(a) >= DBL_MIN && fabs(b) >= DBL_MIN)
                assert_true(rh_wide_double(rh_wide_by(x, y)) == a / b);
            assert_true(rh_wide_double(rh_wide_sum(x, y)) == a + b);
        }
}

static void nothing_becomes_nan(void **unused)
{
    (void)unused;
    rh_k_wide zero = rh_wide(0.0), one = rh_wide(1.0), end = rh_wide_by(one, zero);
    assert_true(rh_wide_double(end) == HUGE_VAL);
    assert_true(rh_wide_by(zero, zero).m == 0.0 && rh_wide_times(zero, end).m == 0.0);
    assert_true(rh_wide_double(rh_wide_times(end, rh_wide(-1e-300))) == -HUGE_VAL);
    assert_true(rh_wide_double(rh_wide_times(end, end)) == HUGE_VAL);
    assert_true(rh_wide_double(rh_wide_by(one, rh_wide_times(end, end))) == 0.0);
    assert_true(rh_wide_sum(end, rh_wide_minus(end)).m == 0.0);
}

/* exp(x) = 2^k y: against long double, whose exponent reaches to 11356. */
static void exponentials(void **unused)
{
    (void)unused;
    double worst = 0.0;
    for (double x = -11000.0; x < 11000.0; x += 0.7310585) {
        rh_k_wide e = rh_wide_exp(x, 0.0);
        long double expected = ldexpl(expl((long double)x), (int)-e.power);
        double error = (double)fabsl((long double)e.m / expected - 1.0L) / DBL_EPSILON;
        worst = fmax(worst, error);
    }
    print_message("exp: worst %.2f ulp\n", worst);
    assert_true(worst < 1.5);
    assert_true(rh_wide_exp(0.0, 0.0).m == 1.0 && rh_wide_exp(0.0, 0.0).power == 0);
    assert_true(rh_wide_exp(-0x1p42, 0.0).m == 0.0);
    assert_true(rh_wide_double(rh_wide_exp(0x1p42, 0.0)) == HUGE_VAL);
    /* by 60 digits */
    rh_k_wide up = rh_wide_exp(0x1p40, 0.0), down = rh_wide_exp(-0x1p40, 0.0);
    assert_true(up.power == INT64_C(1586259972792) && down.power == INT64_C(-1586259972793));
    assert_true(fabs(up.m / 1.138420936529516527373521 - 1.0) < 2.0 * DBL_EPSILON);
    assert_true(fabs(down.m / 1.756819411716910910610019 - 1.0) < 2.0 * DBL_EPSILON);
}

int main(void)
{
    rh_math_thread_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_come_back),
        cmocka_unit_test(arithmetic_is_that_of_double),
        cmocka_unit_test(nothing_becomes_nan),
        cmocka_unit_test(exponentials),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
