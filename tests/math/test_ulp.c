/* The kernels against MPFR: the largest error in ulp over dense, random and hard ranges, printed
 * per row and held below the bound that math/kernels.h promises. Skipped without MPFR.
 * An error is |result - truth| over the ulp of the truth (2^-1074 below the normal range). */
#include <stdio.h>

#if !defined(RH_HAVE_MPFR)
int main(void)
{
    puts("skipped: built without MPFR");
    return 77;
}
#else

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include <mpfr.h>

#include "base/random.h"
#include "extent.h"
#include "math/kernels.h"

#define PRECISION 160

/* Sets `y` to the function of the double `x`; `t` is room to work in. */
typedef void truth(mpfr_t y, double x, mpfr_t t);

#define DIRECT(name, call)                                                                         \
    static void name(mpfr_t y, double x, mpfr_t t)                                                 \
    {                                                                                              \
        mpfr_set_d(t, x, MPFR_RNDN);                                                               \
        call(y, t, MPFR_RNDN);                                                                     \
    }
DIRECT(true_exp, mpfr_exp)
DIRECT(true_expm1, mpfr_expm1)
DIRECT(true_log, mpfr_log)
DIRECT(true_log1p, mpfr_log1p)
DIRECT(true_sin, mpfr_sin)
DIRECT(true_cos, mpfr_cos)
DIRECT(true_erfc, mpfr_erfc)

/* exp(x^2) erfc(x), or the asymptotic series where erfc is out of MPFR's comfort. */
static void true_erfcx(mpfr_t y, double x, mpfr_t t)
{
    if (x < 1e5) {
        true_erfc(y, x, t);
        mpfr_sqr(t, t, MPFR_RNDN);
        mpfr_exp(t, t, MPFR_RNDN);
        mpfr_mul(y, y, t, MPFR_RNDN);
        return;
    }
    /* 1 - u (1 - 3 u (1 - 5 u)), u = 1 / (2 x^2), over x sqrt(pi): off by 2^-120. */
    mpfr_set_d(t, x, MPFR_RNDN);
    mpfr_sqr(t, t, MPFR_RNDN);
    mpfr_mul_2ui(t, t, 1, MPFR_RNDN);
    mpfr_ui_div(t, 1, t, MPFR_RNDN);
    mpfr_set_ui(y, 1, MPFR_RNDN);
    for (int odd = 5; odd > 0; odd -= 2) {
        mpfr_mul(y, y, t, MPFR_RNDN);
        mpfr_mul_si(y, y, odd, MPFR_RNDN);
        mpfr_ui_sub(y, 1, y, MPFR_RNDN);
    }
    mpfr_div_d(y, y, x, MPFR_RNDN);
    mpfr_const_pi(t, MPFR_RNDN);
    mpfr_sqrt(t, t, MPFR_RNDN);
    mpfr_div(y, y, t, MPFR_RNDN);
}

/* t := sqrt(2 pi) */
static void root_two_pi(mpfr_t t)
{
    mpfr_const_pi(t, MPFR_RNDN);
    mpfr_mul_2ui(t, t, 1, MPFR_RNDN);
    mpfr_sqrt(t, t, MPFR_RNDN);
}

static void true_pdf(mpfr_t y, double x, mpfr_t t)
{
    mpfr_set_d(y, x, MPFR_RNDN);
    mpfr_sqr(y, y, MPFR_RNDN);
    mpfr_div_si(y, y, -2, MPFR_RNDN);
    mpfr_exp(y, y, MPFR_RNDN);
    root_two_pi(t);
    mpfr_div(y, y, t, MPFR_RNDN);
}

static void true_cdf(mpfr_t y, double x, mpfr_t t)
{
    mpfr_set_d(y, -x, MPFR_RNDN);
    mpfr_sqrt_ui(t, 2, MPFR_RNDN);
    mpfr_div(t, y, t, MPFR_RNDN);
    mpfr_erfc(y, t, MPFR_RNDN);
    mpfr_div_2ui(y, y, 1, MPFR_RNDN);
}

/* One Newton step in the lower tail from our own answer: it squares an error of 1e-15, so that a
 * wrong start gives a wrong truth and is still seen. */
static void true_quantile(mpfr_t y, double p, mpfr_t t)
{
    bool upper = p > 0.5;
    double start = rh_normal_quantile(p);
    if (upper) start = -start;
    true_cdf(y, start, t);
    mpfr_sub_d(y, y, upper ? 1.0 - p : p, MPFR_RNDN);
    mpfr_set_d(t, start, MPFR_RNDN);
    mpfr_sqr(t, t, MPFR_RNDN);
    mpfr_div_2ui(t, t, 1, MPFR_RNDN);
    mpfr_exp(t, t, MPFR_RNDN);
    mpfr_mul(y, y, t, MPFR_RNDN);
    root_two_pi(t);
    mpfr_mul(y, y, t, MPFR_RNDN);
    mpfr_d_sub(y, start, y, MPFR_RNDN);
    if (upper) mpfr_neg(y, y, MPFR_RNDN);
}

static double ulps(mpfr_t t, mpfr_t y, double result)
{
    double nearest = mpfr_get_d(y, MPFR_RNDN);
    int exponent;
    frexp(nearest, &exponent);
    double ulp = fabs(nearest) < 0x1p-1022 ? 0x1p-1074 : ldexp(1.0, exponent - 53);
    mpfr_sub_d(t, y, result, MPFR_RNDN);
    mpfr_div_d(t, t, ulp, MPFR_RNDN);
    return fabs(mpfr_get_d(t, MPFR_RNDN));
}

typedef enum spacing { LINEAR, LOGARITHMIC } spacing;

typedef struct row {
    const char *name;
    double (*kernel)(double x);
    truth *reference;
    double low, high;
    spacing how;
    int count;
    double bound;
} row;

static const row rows[] = {
    {"exp", rh_exp, true_exp, -708.3, 709.78, LINEAR, 20000, 0.7},
    {"exp, one period", rh_exp, true_exp, -1.0, 1.0, LINEAR, 20000, 0.7},
    {"exp, tiny", rh_exp, true_exp, 1e-20, 1e-2, LOGARITHMIC, 5000, 0.7},
    {"exp, subnormal", rh_exp, true_exp, -745.2, -708.4, LINEAR, 10000, 0.8},
    {"expm1", rh_expm1, true_expm1, -2.0, 2.0, LINEAR, 20000, 1.2},
    {"expm1, wide", rh_expm1, true_expm1, -45.0, 709.78, LINEAR, 20000, 1.2},
    {"expm1, tiny", rh_expm1, true_expm1, 1e-300, 1.0, LOGARITHMIC, 10000, 1.2},
    {"log", rh_log, true_log, 0.5, 2.0, LINEAR, 20000, 0.85},
    {"log, all", rh_log, true_log, 5e-324, 1.7e308, LOGARITHMIC, 20000, 0.85},
    {"log, near 1", rh_log, true_log, 0.999, 1.001, LINEAR, 10000, 0.85},
    {"log1p", rh_log1p, true_log1p, -0.999999, 3.0, LINEAR, 20000, 0.85},
    {"log1p, all", rh_log1p, true_log1p, 1e-300, 1.7e308, LOGARITHMIC, 20000, 0.85},
    {"sin", rh_sin, true_sin, -7.0, 7.0, LINEAR, 15000, 0.8},
    {"sin, thousands", rh_sin, true_sin, -4.2e6, 4.2e6, LINEAR, 15000, 0.8},
    {"sin, all", rh_sin, true_sin, 1e-300, 1.7e308, LOGARITHMIC, 8000, 0.8},
    {"cos", rh_cos, true_cos, -7.0, 7.0, LINEAR, 15000, 0.8},
    {"cos, thousands", rh_cos, true_cos, -4.2e6, 4.2e6, LINEAR, 15000, 0.8},
    {"cos, all", rh_cos, true_cos, 1e-300, 1.7e308, LOGARITHMIC, 8000, 0.8},
    {"erfc", rh_erfc, true_erfc, -6.0, 6.0, LINEAR, 8000, 1.3},
    {"erfc, tail", rh_erfc, true_erfc, 6.0, 26.5, LINEAR, 4000, 1.3},
    {"erfc, subnormal", rh_erfc, true_erfc, 26.54, 27.3, LINEAR, 1000, 1.3},
    {"erfcx", rh_erfcx, true_erfcx, 0.0, 5.0, LINEAR, 8000, 1.3},
    {"erfcx, left", rh_erfcx, true_erfcx, -26.62, 0.0, LINEAR, 4000, 1.3},
    {"erfcx, right", rh_erfcx, true_erfcx, 1e-10, 1e300, LOGARITHMIC, 4000, 1.3},
    {"pdf", rh_normal_pdf, true_pdf, -37.6, 37.6, LINEAR, 15000, 0.8},
    {"pdf, subnormal", rh_normal_pdf, true_pdf, 37.62, 38.6, LINEAR, 2000, 0.8},
    {"cdf", rh_normal_cdf, true_cdf, -5.0, 5.0, LINEAR, 8000, 1.3},
    {"cdf, tail", rh_normal_cdf, true_cdf, -37.5, -5.0, LINEAR, 4000, 1.3},
    {"cdf, subnormal", rh_normal_cdf, true_cdf, -38.49, -37.5, LINEAR, 1000, 1.3},
    {"quantile", rh_normal_quantile, true_quantile, 1e-6, 0.999999, LINEAR, 8000, 2.5},
    {"quantile, tail", rh_normal_quantile, true_quantile, 1e-307, 0.5, LOGARITHMIC, 4000, 2.5},
    {"quantile, join", rh_normal_quantile, true_quantile, 0.0749, 0.0751, LINEAR, 2000, 2.5},
    {"quantile, least", rh_normal_quantile, true_quantile, 5e-324, 2e-308, LOGARITHMIC, 500, 2.5},
    {"quantile, centre", rh_normal_quantile, true_quantile, 0.4999, 0.5001, LINEAR, 4000, 2.5},
};

/* Multiples of pi/2 and the neighbours of their doubles are where a reduction goes wrong. */
static double hard_angle(unsigned i, rh_stream *stream)
{
    /* The double that comes closest to a multiple of pi/2 (Kahan's example). */
    if (i == 0) return ldexp(6381956970095103.0, 797);
    double size = ldexp(1.0 + rh_stream_uniform(stream), (int)(rh_stream_u64(stream) % 52));
    double angle = floor(size) * 0x1.921fb54442d18p+0;
    return i % 3 == 0 ? angle : nextafter(angle, i % 3 == 1 ? 0.0 : HUGE_VAL);
}

static bool report(const char *name, double worst, double at, double bound)
{
    bool good = worst <= bound;
    printf("%-24s %8.4f ulp (bound %.2f) at %.17g%s\n", name, worst, bound, at,
           good ? "" : "  TOO LARGE");
    return good;
}

static bool check_row(const row *r, rh_stream *stream, mpfr_t y, mpfr_t t)
{
    double worst = 0.0, worst_at = 0.0;
    for (int i = 0; i < r->count / extent(4, 1); i++) {
        double u = i == 0 ? 0.0 : i == 1 ? 1.0 : rh_stream_uniform(stream);
        double x = r->how == LINEAR ? r->low + u * (r->high - r->low)
                                    : exp(log(r->low) + u * (log(r->high) - log(r->low)));
        r->reference(y, x, t);
        double error = ulps(t, y, r->kernel(x));
        if (!(error <= worst)) {
            worst = error;
            worst_at = x;
        }
    }
    return report(r->name, worst, worst_at, r->bound);
}

static bool check_hard_angles(rh_stream *stream, mpfr_t y, mpfr_t t)
{
    double worst = 0.0, worst_at = 0.0;
    for (unsigned i = 0; i < (unsigned)extent(1500, 6000); i++) {
        double x = hard_angle(i, stream);
        true_sin(y, x, t);
        double error = ulps(t, y, rh_sin(x));
        true_cos(y, x, t);
        error = fmax(error, ulps(t, y, rh_cos(x)));
        if (!(error <= worst)) {
            worst = error;
            worst_at = x;
        }
    }
    return report("sin, cos, hard angles", worst, worst_at, 0.8);
}

static bool check_pow(rh_stream *stream, mpfr_t y, mpfr_t t)
{
    double worst[2] = {0.0, 0.0}, worst_at[2] = {0.0, 0.0};
    for (unsigned i = 0; i < (unsigned)extent(5000, 20000); i++) {
        /* Wide bases, bases about 1, and bases next to 1, to powers that fill the range. */
        static const double width[] = {700.0, 1.0, 1e-4};
        double x = exp((2.0 * rh_stream_uniform(stream) - 1.0) * width[i % 3]);
        double power = (2.0 * rh_stream_uniform(stream) - 1.0) * 744.0 / fabs(log(x));
        if (i % 7 == 0) power = floor(power);
        mpfr_set_d(y, x, MPFR_RNDN);
        mpfr_set_d(t, power, MPFR_RNDN);
        mpfr_pow(y, y, t, MPFR_RNDN);
        double nearest = mpfr_get_d(y, MPFR_RNDN);
        if (!isfinite(nearest)) continue;
        int subnormal = fabs(nearest) < 0x1p-1022;
        double error = ulps(t, y, rh_pow(x, power));
        if (!(error <= worst[subnormal])) {
            worst[subnormal] = error;
            worst_at[subnormal] = x;
        }
    }
    bool good = report("pow", worst[0], worst_at[0], 0.65);
    return report("pow, subnormal", worst[1], worst_at[1], 0.8) && good;
}

int main(void)
{
    rh_math_thread_init();
    printf("instruction set: %s\n", rh_isa_name());
    rh_stream stream;
    rh_stream_init(&stream, 1, 0, 0);
    mpfr_t y, t;
    mpfr_init2(y, PRECISION);
    mpfr_init2(t, PRECISION);
    bool good = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        good = check_row(&rows[i], &stream, y, t) && good;
    good = check_hard_angles(&stream, y, t) && good;
    good = check_pow(&stream, y, t) && good;
    mpfr_clear(y);
    mpfr_clear(t);
    mpfr_free_cache();
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
#endif
