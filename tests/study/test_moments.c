/* Block moments: merged blocks are the whole, missing values are left out, exponential utility
 * against the closed form of a normal P&L and far beyond where exp overflows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "math/random.h"
#include "study/moments.h"

enum { BLOCKS = 40, PER_BLOCK = 256, COUNT = BLOCKS * PER_BLOCK };

static double normals[COUNT], others[COUNT];

static int draw(void **state)
{
    rh_stream stream;
    (void)state;
    rh_stream_init(&stream, 11, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        normals[i] = rh_stream_normal(&stream);
        others[i] = 0.6 * normals[i] + 0.8 * rh_stream_normal(&stream);
    }
    return 0;
}

static void close_to(double found, double expected, double relative)
{
    double error = fabs(found - expected);
    if (!(error <= relative * fabs(expected))) {
        fail_msg("found %.17g, expected %.17g", found, expected);
    }
}

static rh_measure measure_blocks(const double *values, size_t unit)
{
    rh_measure all = {.min = 0};
    for (int b = 0; b < BLOCKS; b++) {
        rh_measure block;
        rh_measure_of(values + b * PER_BLOCK, others + b * PER_BLOCK, PER_BLOCK, unit, &block);
        rh_measure_merge(&all, &block);
    }
    return all;
}

/* Two passes over everything, by the definitions. */
static void blocks_are_the_whole(void **state)
{
    static double shifted[COUNT];
    double mean = 0, other = 0, aa = 0, ab = 0, bb = 0, least = INFINITY;
    (void)state;
    for (int i = 0; i < COUNT; i++) {
        shifted[i] = 1e6 + normals[i];
        mean += shifted[i] / COUNT;
        other += others[i] / COUNT;
        least = fmin(least, shifted[i]);
    }
    for (int i = 0; i < COUNT; i++) {
        aa += (shifted[i] - mean) * (shifted[i] - mean);
        ab += (shifted[i] - mean) * (others[i] - other);
        bb += (others[i] - other) * (others[i] - other);
    }
    rh_measure all = measure_blocks(shifted, 1);
    assert_int_equal(all.paths.count, COUNT);
    close_to(rh_measure_mean(&all).value, mean, 1e-14);
    close_to(rh_measure_std(&all), sqrt(aa / (COUNT - 1)), 1e-9);
    close_to(rh_measure_mean(&all).se, sqrt(aa / (COUNT - 1) / COUNT), 1e-9);
    close_to(rh_measure_correlation(&all), ab / sqrt(aa * bb), 1e-9);
    assert_true(all.min == least);
}

/* The pairs' means are the independent numbers; of mirror images nothing is random. */
static void pairs_are_units(void **state)
{
    static double pairs[COUNT], mirrored[COUNT];
    double square = 0, mean = 0;
    (void)state;
    for (int i = 0; i < COUNT; i += 2) {
        pairs[i] = normals[i] + normals[i] * normals[i];
        pairs[i + 1] = -normals[i] + normals[i] * normals[i];
        mirrored[i] = normals[i];
        mirrored[i + 1] = -normals[i];
        mean += normals[i] * normals[i] / (COUNT / 2);
    }
    for (int i = 0; i < COUNT; i += 2) {
        square += pow(normals[i] * normals[i] - mean, 2);
    }
    rh_measure all = measure_blocks(pairs, 2);
    assert_int_equal(all.units.count, COUNT / 2);
    close_to(rh_measure_mean(&all).value, mean, 1e-12);
    close_to(rh_measure_mean(&all).se, sqrt(square / (COUNT / 2 - 1) / (COUNT / 2)), 1e-9);
    rh_measure none = measure_blocks(mirrored, 2);
    assert_true(rh_measure_mean(&none).se == 0);
}

/* A value on a third of the paths: mean and error are those of the values alone. */
static void missing_values_are_left_out(void **state)
{
    static double some[COUNT];
    double sum = 0, square = 0;
    int count = 0;
    (void)state;
    for (int i = 0; i < COUNT; i++) {
        some[i] = i % 3 == 0 ? 5 + normals[i] : (double)NAN;
        if (i % 3 != 0) continue;
        sum += some[i];
        count++;
    }
    for (int i = 0; i < COUNT; i += 3) square += pow(some[i] - sum / count, 2);
    rh_measure all = measure_blocks(some, 1);
    assert_int_equal(all.paths.count, count);
    close_to(rh_measure_mean(&all).value, sum / count, 1e-13);
    close_to(rh_measure_mean(&all).se, sqrt(square / (count - 1) / count), 1e-9);
    /* of units with one or two values the ratio's error is near the one of independent values */
    rh_measure pairs = measure_blocks(some, 2);
    close_to(rh_measure_mean(&pairs).value, sum / count, 1e-13);
    close_to(rh_measure_mean(&pairs).se, sqrt(square / (count - 1) / count), 0.05);
}

static void nothing_has_no_mean(void **state)
{
    static double none[COUNT];
    (void)state;
    for (int i = 0; i < COUNT; i++) none[i] = (double)NAN;
    rh_measure all = measure_blocks(none, 1);
    assert_true(isnan(rh_measure_mean(&all).value) && isnan(rh_measure_mean(&all).se));
    assert_true(isnan(rh_measure_std(&all)) && isnan(rh_measure_correlation(&all)));
    rh_measure one;
    rh_measure_of(normals, others, 1, 1, &one);
    assert_true(rh_measure_mean(&one).value == normals[0] && isnan(rh_measure_mean(&one).se));
}

/* --- exponential utility ------------------------------------------------------------------- */

static rh_entropic entropic_of(double mean, double sd, double a)
{
    rh_entropic all = {.paths = 0};
    for (int b = 0; b < BLOCKS; b++) {
        double x[PER_BLOCK];
        rh_entropic block;
        for (int i = 0; i < PER_BLOCK; i++) x[i] = mean + sd * normals[b * PER_BLOCK + i];
        rh_entropic_of(x, PER_BLOCK, 1, a, &block);
        rh_entropic_merge(&all, &block, a);
    }
    return all;
}

/* ln E exp(-a X) / a = -mean + a sd^2 / 2; error sqrt((e^{a^2 sd^2} - 1) / n) / a. */
static void a_normal_pnl(void **state)
{
    (void)state;
    const double as[] = {0.01, 0.3, 1.0};
    for (int k = 0; k < 3; k++) {
        double a = as[k];
        rh_entropic all = entropic_of(2.0, 1.0, a);
        rh_estimate price = rh_entropic_price(&all, a);
        double expected = sqrt(expm1(a * a) / COUNT) / a;
        close_to(price.se, expected, 0.05);
        if (fabs(price.value - (-2.0 + a / 2)) > 4 * price.se) fail_msg("a = %g", a);
        /* E[w]^2 / E[w^2] = exp(-a^2 sd^2) */
        close_to(rh_entropic_effective_paths(&all), COUNT * exp(-a * a), 0.2);
    }
}

/* Adding money moves the price by just that, also where exp(-a x) is 1e-40000 or 1e40000. */
static void far_from_zero(void **state)
{
    (void)state;
    rh_entropic here = entropic_of(0, 1, 1);
    double price = rh_entropic_price(&here, 1).value, se = rh_entropic_price(&here, 1).se;
    const double shifts[] = {-1e5, 1e5, 1e9};
    for (int k = 0; k < 3; k++) {
        rh_entropic there = entropic_of(shifts[k], 1, 1);
        close_to(rh_entropic_price(&there, 1).value + shifts[k], price, 1e-6);
        close_to(rh_entropic_price(&there, 1).se, se, 1e-6);
    }
    /* with a large aversion only the worst path counts */
    rh_entropic worst = entropic_of(0, 1, 1e6);
    double least = 0;
    for (int i = 0; i < COUNT; i++) least = fmin(least, normals[i]);
    assert_true(fabs(rh_entropic_price(&worst, 1e6).value + least) < 1e-4);
    assert_true(rh_entropic_effective_paths(&worst) < 1.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_the_whole),
        cmocka_unit_test(pairs_are_units),
        cmocka_unit_test(missing_values_are_left_out),
        cmocka_unit_test(nothing_has_no_mean),
        cmocka_unit_test(a_normal_pnl),
        cmocka_unit_test(far_from_zero),
    };
    return cmocka_run_group_tests(tests, draw, NULL);
}
