/* SSVI with the power law of Gatheral & Jacquier 2014, and its fit to all expiries at once. Must
 * not allocate. Invariant: whatever the search tries is first made free of static arbitrage, eta by
 * the cap of Theorem 4.2 and theta by isotonic regression, so that the best is free as well. */
#include <math.h>
#include <string.h>

#include "math/kernels.h"
#include "math/minimize.h"
#include "pricing/svi_fit.h"

enum { EVALUATIONS_MAX = 300, THETA_STEPS = 8, CAP_ROUNDS = 4 };

/* --- closed forms --------------------------------------------------------------------------- */

/* phi / eta */
static double power_law(double gamma, double theta)
{
    return rh_exp(-gamma * rh_log(theta) - (1.0 - gamma) * rh_log1p(theta));
}

double rh_ssvi_phi(const rh_ssvi *ssvi, double theta)
{
    return ssvi->eta * power_law(ssvi->gamma, theta);
}

rh_svi rh_ssvi_slice(const rh_ssvi *ssvi, double theta)
{
    double phi = rh_ssvi_phi(ssvi, theta), narrow = 1.0 - ssvi->rho * ssvi->rho;
    return (rh_svi){0.5 * theta * narrow, 0.5 * theta * phi, ssvi->rho, -ssvi->rho / phi,
                    sqrt(narrow) / phi};
}

/* The largest eta that Theorem 4.2 allows at theta; a hair below, for the strict inequality. */
static double eta_cap(double rho, double gamma, double theta)
{
    double slope = 1.0 + fabs(rho), law = power_law(gamma, theta);
    return (1.0 - 1e-9) * fmin(4.0 / (slope * theta * law), 2.0 / (law * sqrt(slope * theta)));
}

bool rh_ssvi_is_free(const rh_ssvi *ssvi, const double *theta, size_t count)
{
    if (!(fabs(ssvi->rho) < 1.0) || !(ssvi->eta > 0.0)) return false;
    if (!(ssvi->gamma > 0.0) || !(ssvi->gamma <= 1.0)) return false;
    for (size_t i = 0; i < count; i++) {
        double phi = rh_ssvi_phi(ssvi, theta[i]), slope = 1.0 + fabs(ssvi->rho);
        if (!(theta[i] > 0.0) || (i > 0 && theta[i] < theta[i - 1])) return false;
        if (!(theta[i] * phi * slope < 4.0) || !(theta[i] * phi * phi * slope <= 4.0)) return false;
    }
    return true;
}

/* --- fit ------------------------------------------------------------------------------------ */

typedef struct ssvi_fit {
    const rh_expiry_quotes *expiries;
    size_t count;
    double *w, *weight;             /* of all quotes, expiry by expiry */
    double *theta, *curve;          /* per expiry: what is tried, and the weight of its square */
    double *start, *best_theta;
    double *members;                /* how many expiries are in a block of equal theta */
    rh_ssvi best;
    double least;
} ssvi_fit;

/* Sum of squares of one expiry; the derivatives make the Gauss-Newton step of theta. */
typedef struct slice_sum { double squares, slope, curve; } slice_sum;

static slice_sum sum_slice(const ssvi_fit *fit, size_t i, size_t first, const rh_ssvi *ssvi,
                           double theta)
{
    const rh_expiry_quotes *expiry = &fit->expiries[i];
    double phi = rh_ssvi_phi(ssvi, theta), rho = ssvi->rho, narrow = 1.0 - rho * rho;
    double dphi = -phi * (ssvi->gamma / theta + (1.0 - ssvi->gamma) / (1.0 + theta));
    slice_sum sum = {0};
    for (size_t j = 0; j < expiry->count; j++) {
        double k = expiry->quotes[j].k, x = phi * k + rho, root = sqrt(x * x + narrow);
        double shape = 0.5 * (1.0 + rho * phi * k + root);
        double error = theta * shape - fit->w[first + j], weight = fit->weight[first + j];
        double slope = shape + 0.5 * theta * dphi * k * (rho + x / root);
        sum.squares += weight * error * error;
        sum.slope += weight * error * slope;
        sum.curve += weight * slope * slope;
    }
    return sum;
}

static void solve_theta(ssvi_fit *fit, const rh_ssvi *ssvi)
{
    for (size_t i = 0, first = 0; i < fit->count; first += fit->expiries[i++].count) {
        double theta = fit->theta[i];
        for (int step = 0; step < THETA_STEPS; step++) {
            slice_sum sum = sum_slice(fit, i, first, ssvi, theta);
            fit->curve[i] = sum.curve;
            double next = sum.curve > 0.0 ? theta - sum.slope / sum.curve : theta;
            next = fmin(fmax(next, 0.25 * theta), 4.0 * theta);
            bool still = fabs(next - theta) <= 1e-9 * theta;
            theta = next;
            if (still) break;
        }
        fit->theta[i] = theta;
    }
}

/* Pool adjacent violators, with the curvatures as weights. */
static void make_ascending(ssvi_fit *fit)
{
    size_t blocks = 0;
    for (size_t i = 0; i < fit->count; i++) {
        double theta = fit->theta[i], curve = fit->curve[i];
        double members = 1.0;
        while (blocks > 0 && fit->theta[blocks - 1] > theta) {
            blocks--;
            double both = curve + fit->curve[blocks];
            if (both > 0.0)
                theta = (theta * curve + fit->theta[blocks] * fit->curve[blocks]) / both;
            curve = both;
            members += fit->members[blocks];
        }
        fit->theta[blocks] = theta;
        fit->curve[blocks] = curve;
        fit->members[blocks++] = members;
    }
    for (size_t at = fit->count; blocks-- > 0;)
        for (double j = fit->members[blocks]; j > 0.0; j--) fit->theta[--at] = fit->theta[blocks];
}

static double cap_of(const ssvi_fit *fit, const rh_ssvi *ssvi)
{
    double cap = HUGE_VAL;
    for (size_t i = 0; i < fit->count; i++)
        cap = fmin(cap, eta_cap(ssvi->rho, ssvi->gamma, fit->theta[i]));
    return cap;
}

/* x: rho, eta and gamma on the whole line. */
static rh_ssvi parameters(const double *x)
{
    return (rh_ssvi){0.999 * x[0] / sqrt(1.0 + x[0] * x[0]), rh_exp(x[1]),
                     1.0 / (1.0 + rh_exp(-x[2]))};
}

static double surface_value(void *context, const double *x)
{
    ssvi_fit *fit = context;
    rh_ssvi ssvi = parameters(x);
    memcpy(fit->theta, fit->start, fit->count * sizeof *fit->theta);
    for (int round = 0; round < CAP_ROUNDS; round++) {
        solve_theta(fit, &ssvi);
        make_ascending(fit);
        double cap = cap_of(fit, &ssvi);
        if (ssvi.eta <= cap) break;
        ssvi.eta = cap;
    }
    double sum = 0.0;
    for (size_t i = 0, first = 0; i < fit->count; first += fit->expiries[i++].count)
        sum += sum_slice(fit, i, first, &ssvi, fit->theta[i]).squares;
    if (sum < fit->least && rh_ssvi_is_free(&ssvi, fit->theta, fit->count)) {
        fit->least = sum;
        fit->best = ssvi;
        memcpy(fit->best_theta, fit->theta, fit->count * sizeof *fit->theta);
    }
    return sum;
}

/* The quote nearest to the money is the first guess of theta. */
static double nearest_variance(const rh_expiry_quotes *expiry)
{
    const rh_vol_quote *nearest = &expiry->quotes[0];
    for (size_t j = 1; j < expiry->count; j++)
        if (fabs(expiry->quotes[j].k) < fabs(nearest->k)) nearest = &expiry->quotes[j];
    return nearest->vol * nearest->vol * expiry->T;
}

static void prepare(ssvi_fit *fit)
{
    double largest = 0.0;
    size_t at = 0;
    for (size_t i = 0; i < fit->count; i++) {
        const rh_expiry_quotes *expiry = &fit->expiries[i];
        fit->start[i] = nearest_variance(expiry);
        for (size_t j = 0; j < expiry->count; j++, at++) {
            const rh_vol_quote *q = &expiry->quotes[j];
            double slope = 2.0 * q->vol * expiry->T;
            fit->w[at] = q->vol * q->vol * expiry->T;
            fit->weight[at] = q->weight / (slope * slope);
            largest = fmax(largest, fit->weight[at]);
        }
    }
    while (at-- > 0) fit->weight[at] /= largest;
}

static void search(ssvi_fit *fit)
{
    static const double step[3] = {0.2, 0.3, 0.4};
    double start[3] = {0.0}, least = HUGE_VAL;
    for (int i = 0; i < 12; i++) {
        double x[3] = {-0.6 + 0.4 * (i % 3), i / 3 % 2 ? 0.4 : -0.5, i / 6 ? 0.5 : -0.5};
        double value = surface_value(fit, x);
        if (value < least) memcpy(start, x, sizeof x);
        least = fmin(least, value);
    }
    (void)rh_minimize_simplex(surface_value, fit, 3, start, step, 1e-6, EVALUATIONS_MAX);
}

rh_status rh_ssvi_fit(const rh_expiry_quotes *expiries, size_t count, double *work, rh_ssvi *ssvi,
                      double *theta)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        if (!rh_quotes_are_good(&expiries[i], 1)) return RH_DOMAIN;
        if (i > 0 && !(expiries[i].T > expiries[i - 1].T)) return RH_DOMAIN;
        total += expiries[i].count;
    }
    if (count == 0) return RH_DOMAIN;
    double *own = work + 2 * total;
    ssvi_fit fit = {.expiries = expiries, .count = count, .w = work, .weight = work + total,
                    .theta = own, .curve = own + count, .start = own + 2 * count,
                    .best_theta = theta, .members = own + 3 * count,
                    .least = HUGE_VAL};
    prepare(&fit);
    search(&fit);
    if (isinf(fit.least)) return RH_DOMAIN;
    *ssvi = fit.best;
    return RH_OK;
}
