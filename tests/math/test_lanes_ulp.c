/* The kernels over lanes against MPFR: the largest error in ulp, or for sums of two doubles as a
 * power of two, printed per row and held below the bound its comment or docs/pricing.md promises.
 * Skipped without MPFR. The width does not matter: all give the same bits (tests/pricing). */
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

#include <mpfr.h>

#include "base/random.h"
#include "extent.h"
#include "math/kernel_normal.h"
#include "math/lanes_width.h"

#define RH_WIDTH RH_SINGLE
#include "math/kernel_lanes.h"
#include "math/kernel_lanes_pair.h"

enum { POINTS = 8000, PRECISION = 160 };

static rh_k_pair one(V x)
{
    rh_k_pair out = {0.0, 0.0};
    V_STORE(&out.hi, x);
    return out;
}

static rh_k_pair two(RH_W(rh_lane_pair) x)
{
    rh_k_pair out;
    V_STORE(&out.hi, x.hi);
    V_STORE(&out.lo, x.lo);
    return out;
}

static rh_k_pair lane_exp(double x, double y)
{
    (void)y;
    return one(RH_W(rh_lane_exp)(V_SET(1.0), V_SET(x)));
}

static rh_k_pair lane_exp_pair(double x, double y)
{
    return two(RH_W(rh_lane_exp_pair)((RH_W(rh_lane_pair)){V_SET(x), V_SET(y)}));
}

static rh_k_pair lane_log(double x, double y)
{
    (void)y;
    return one(RH_W(rh_lane_log)(V_SET(x)));
}

static rh_k_pair lane_log_ratio(double x, double y)
{
    return one(RH_W(rh_lane_log_ratio)(V_SET(x), V_SET(y)));
}

static rh_k_pair lane_log_ratio_pair(double x, double y)
{
    return two(RH_W(rh_lane_log_ratio_pair)(V_SET(x), V_SET(y)));
}

static rh_k_pair lane_mills(double x, double y)
{
    (void)y;
    return one(RH_W(rh_lane_mills)(V_SET(x)));
}

static rh_k_pair lane_mills_pair(double x, double y)
{
    (void)y;
    return two(RH_W(rh_lane_mills_pair)(V_SET(x)));
}

static void true_exp(mpfr_t out, double x, double y)
{
    mpfr_set_d(out, x, MPFR_RNDN);
    mpfr_add_d(out, out, y, MPFR_RNDN);
    mpfr_exp(out, out, MPFR_RNDN);
}

static void true_log_ratio(mpfr_t out, double x, double y)
{
    mpfr_set_d(out, x, MPFR_RNDN);
    mpfr_div_d(out, out, y, MPFR_RNDN);
    mpfr_log(out, out, MPFR_RNDN);
}

/* sqrt(pi/2) e^(x^2/2) erfc(x / sqrt 2) */
static void true_mills(mpfr_t out, double x, double y)
{
    mpfr_t t;
    (void)y;
    mpfr_init2(t, PRECISION);
    mpfr_sqrt_ui(t, 2, MPFR_RNDN);
    mpfr_d_div(t, x, t, MPFR_RNDN);
    mpfr_erfc(out, t, MPFR_RNDN);
    mpfr_sqr(t, t, MPFR_RNDN);
    mpfr_exp(t, t, MPFR_RNDN);
    mpfr_mul(out, out, t, MPFR_RNDN);
    mpfr_const_pi(t, MPFR_RNDN);
    mpfr_div_2ui(t, t, 1, MPFR_RNDN);
    mpfr_sqrt(t, t, MPFR_RNDN);
    mpfr_mul(out, out, t, MPFR_RNDN);
    mpfr_clear(t);
}

typedef struct row {
    const char *name;
    rh_k_pair (*kernel)(double x, double y);
    void (*truth)(mpfr_t out, double x, double y);
    double low, high;           /* of x; logarithmic where low > 0 */
    double apart;               /* y: 0 none, small: a low part; else x e^(+-apart) */
    double bound;               /* in 2^-53 of the result */
} row;

static const row rows[] = {
    {"exp", lane_exp, true_exp, -700.0, 400.0, 0.0, 2.0},
    {"exp, near 0", lane_exp, true_exp, -0.4, 0.4, 0.0, 2.0},
    {"exp as two", lane_exp_pair, true_exp, -20.0, 20.0, 1e-17, 0x1p-11},
    {"exp as two, far", lane_exp_pair, true_exp, -600.0, 600.0, 1e-15, 0x1p-11},
    {"log", lane_log, true_log_ratio, 1e-18, 1e18, 0.0, 3.0},
    {"log of a ratio", lane_log_ratio, true_log_ratio, 1e-6, 1e6, 8.0, 3.0},
    {"log of a ratio, near 1", lane_log_ratio, true_log_ratio, 50.0, 200.0, 1e-6, 3.0},
    {"log of a ratio as two", lane_log_ratio_pair, true_log_ratio, 1e-6, 1e6, 8.0, 0x1p-7},
    {"the same, near 1", lane_log_ratio_pair, true_log_ratio, 50.0, 200.0, 1e-6, 0x1p-8},
    {"Mills' ratio", lane_mills, true_mills, 0.0, 40.0, 0.0, 9.0},
    {"Mills' ratio, far", lane_mills, true_mills, 40.0, 1e4, 0.0, 9.0},
    {"Mills' ratio as two", lane_mills_pair, true_mills, 0.0, 2.0, 0.0, 1.5},
    {"the same, further", lane_mills_pair, true_mills, 2.0, 40.0, 0.0, 1.0},
};

static double error_of(const row *r, double x, double y, mpfr_t truth, mpfr_t t)
{
    rh_k_pair found = r->kernel(x, y);
    r->truth(truth, x, r->apart == 0.0 && r->truth == true_log_ratio ? 1.0 : y);
    if (mpfr_zero_p(truth)) return found.hi == 0.0 && found.lo == 0.0 ? 0.0 : (double)INFINITY;
    mpfr_sub_d(t, truth, found.hi, MPFR_RNDN);
    mpfr_sub_d(t, t, found.lo, MPFR_RNDN);
    mpfr_div(t, t, truth, MPFR_RNDN);
    return fabs(mpfr_get_d(t, MPFR_RNDN)) * 0x1p53;
}

static int check(const row *r, rh_stream *stream, mpfr_t truth, mpfr_t t)
{
    double worst = 0.0, at_x = 0.0, at_y = 0.0;
    for (int i = 0; i < extent(POINTS / 4, POINTS); i++) {
        double u = rh_stream_uniform(stream), w = 2.0 * rh_stream_uniform(stream) - 1.0;
        double x = r->low > 0.0 ? r->low * pow(r->high / r->low, u)
                                : r->low + (r->high - r->low) * u;
        double y = r->truth == true_exp ? w * r->apart : x * exp(w * r->apart);
        double error = error_of(r, x, y, truth, t);
        if (error > worst) worst = error, at_x = x, at_y = y;
    }
    bool bad = !(worst <= r->bound);
    printf("%-26s %10.3g of 2^-53 = 2^%.1f (bound %.3g) at %.17g, %.17g%s\n", r->name, worst,
           log2(worst) - 53.0, r->bound, at_x, at_y, bad ? "  TOO LARGE" : "");
    return bad;
}

int main(void)
{
    int bad = 0;
    mpfr_t truth, t;
    mpfr_inits2(PRECISION, truth, t, (mpfr_ptr)0);
    rh_stream stream;
    rh_stream_init(&stream, 11, 0, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        bad += check(&rows[i], &stream, truth, t);
    mpfr_clears(truth, t, (mpfr_ptr)0);
    mpfr_free_cache();
    return bad ? 1 : 0;
}
#endif
