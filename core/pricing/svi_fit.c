/* The quasi-explicit calibration of one SVI slice (De Marco & Martini 2009). With y = (k - m)/sigma
 * a slice is w = v + d y + c (sqrt(y^2 + 1) - 1), linear in (v, d, c): for given (m, sigma) the
 * best one is found exactly, inside or on the faces of the bounds. Must not allocate.
 * Invariant: every slice that is compared keeps the bounds. */
#include "pricing/svi_fit.h"

#include <math.h>

#include "math/kernels.h"
#include "math/minimize.h"

enum { GRID_M = 7, GRID_SIGMA = 5, STARTS = 2, EVALUATIONS_MAX = 200 };

typedef struct slice_fit {
    size_t count;
    const rh_vol_quote *quotes;
    double *w, *weight, *y, *z;     /* z = sqrt(y^2 + 1) - 1 */
    rh_svi_bounds bounds;
    double total;                   /* of the weights */
    rh_svi best;
    double least;
} slice_fit;

/* Weighted second moments about the means, which eliminate v. */
typedef struct moments {
    double mean_y, mean_z, mean_w;
    double yy, yz, zz, yw, zw;
} moments;

/* --- the inner problem ---------------------------------------------------------------------- */

static moments measure(const slice_fit *fit)
{
    moments s = {0};
    for (size_t i = 0; i < fit->count; i++) {
        double weight = fit->weight[i];
        s.mean_y += weight * fit->y[i];
        s.mean_z += weight * fit->z[i];
        s.mean_w += weight * fit->w[i];
    }
    s.mean_y /= fit->total;
    s.mean_z /= fit->total;
    s.mean_w /= fit->total;
    for (size_t i = 0; i < fit->count; i++) {
        double weight = fit->weight[i], y = fit->y[i] - s.mean_y, z = fit->z[i] - s.mean_z;
        double w = fit->w[i] - s.mean_w;
        s.yy += weight * y * y;
        s.yz += weight * y * z;
        s.zz += weight * z * z;
        s.yw += weight * y * w;
        s.zw += weight * z * w;
    }
    return s;
}

/* The sum of squares less what does not depend on (d, c). */
static double excess(const moments *s, double d, double c)
{
    return d * (d * s->yy + 2.0 * c * s->yz - 2.0 * s->yw) + c * (c * s->zz - 2.0 * s->zw);
}

/* The best point of the segment from (d0, c0) to (d1, c1); taken if it beats *least. */
static void try_edge(const moments *s, const double from[2], const double to[2], double *least,
                     double best[2])
{
    double d = to[0] - from[0], c = to[1] - from[1];
    double curve = d * d * s->yy + 2.0 * d * c * s->yz + c * c * s->zz;
    double slope = d * (s->yw - from[0] * s->yy - from[1] * s->yz) +
                   c * (s->zw - from[0] * s->yz - from[1] * s->zz);
    double t = curve > 0.0 ? fmin(fmax(slope / curve, 0.0), 1.0) : 0.0;
    double at[2] = {from[0] + t * d, from[1] + t * c};
    double value = excess(s, at[0], at[1]);
    if (!(value < *least)) return;
    *least = value;
    best[0] = at[0];
    best[1] = at[1];
}

/* (d, c) in the kite |d| <= rho_max c, c + |d| <= wing: convex, so the free solution when it lies
 * inside, else the best point of the four edges. */
static void solve_kite(const moments *s, double rho_max, double wing, double best[2])
{
    double determinant = s->yy * s->zz - s->yz * s->yz;
    if (determinant > 1e-13 * s->yy * s->zz) {
        best[0] = (s->yw * s->zz - s->zw * s->yz) / determinant;
        best[1] = (s->zw * s->yy - s->yw * s->yz) / determinant;
        if (fabs(best[0]) <= rho_max * best[1] && best[1] + fabs(best[0]) <= wing) return;
    }
    double side = wing / (1.0 + rho_max), least = HUGE_VAL;
    const double corners[5][2] = {
        {0.0, 0.0}, {rho_max * side, side}, {0.0, wing}, {-rho_max * side, side}, {0.0, 0.0}};
    for (int edge = 0; edge < 4; edge++)
        try_edge(s, corners[edge], corners[edge + 1], &least, best);
}

/* --- the face on which the vertex is at w_min ------------------------------------------------ */

/* There w = w_min + c (rho y + sqrt(y^2 + 1) - sqrt(1 - rho^2)): c for this rho, and the sum. */
static double vertex_sum(const slice_fit *fit, double rho, double wing, double *c)
{
    double level = 1.0 - sqrt(1.0 - rho * rho), top = 0.0, bottom = 0.0, sum = 0.0;
    for (size_t i = 0; i < fit->count; i++) {
        double f = rho * fit->y[i] + fit->z[i] + level, weight = fit->weight[i];
        top += weight * f * (fit->w[i] - fit->bounds.w_min);
        bottom += weight * f * f;
    }
    *c = bottom > 0.0 ? fmin(fmax(top / bottom, 0.0), wing / (1.0 + fabs(rho))) : 0.0;
    for (size_t i = 0; i < fit->count; i++) {
        double f = rho * fit->y[i] + fit->z[i] + level;
        double error = fit->bounds.w_min + *c * f - fit->w[i];
        sum += fit->weight[i] * error * error;
    }
    return sum;
}

static void solve_vertex(const slice_fit *fit, double wing, double best[2])
{
    const double golden = 0.6180339887498949;
    double c, rho_max = fit->bounds.rho_max, least = HUGE_VAL, around = 0.0, step = rho_max / 8.0;
    for (int i = -8; i <= 8; i++) {
        double sum = vertex_sum(fit, i * step, wing, &c);
        if (sum < least) around = i * step;
        least = fmin(least, sum);
    }
    double low = fmax(around - step, -rho_max), high = fmin(around + step, rho_max);
    for (int i = 0; i < 36; i++) {
        double left = high - golden * (high - low), right = low + golden * (high - low);
        if (vertex_sum(fit, left, wing, &c) < vertex_sum(fit, right, wing, &c)) high = right;
        else low = left;
    }
    around = 0.5 * (low + high);
    (void)vertex_sum(fit, around, wing, &best[1]);
    best[0] = around * best[1];
}

/* --- the outer problem ---------------------------------------------------------------------- */

static double true_sum(const slice_fit *fit, double v, double d, double c)
{
    double sum = 0.0;
    for (size_t i = 0; i < fit->count; i++) {
        double error = v + d * fit->y[i] + c * fit->z[i] - fit->w[i];
        sum += fit->weight[i] * error * error;
    }
    return sum;
}

static double inside(double x, double low, double high)
{
    return fmin(fmax(x, low), high);
}

/* x: m, ln sigma. What lies outside the box is moved to its edge, and is worse for how far it was:
 * a simplex would come to rest on level ground. */
static double slice_value(void *context, const double *x)
{
    slice_fit *fit = context;
    const rh_svi_bounds *bounds = &fit->bounds;
    double m = inside(x[0], bounds->m_low, bounds->m_high), best[2] = {0.0, 0.0};
    double sigma = inside(rh_exp(x[1]), bounds->sigma_low, bounds->sigma_high);
    double inverse = 1.0 / sigma, wing = bounds->wing_max * sigma;
    for (size_t i = 0; i < fit->count; i++) {
        double y = (fit->quotes[i].k - m) * inverse, y2 = y * y;
        fit->y[i] = y;
        fit->z[i] = y2 / (1.0 + sqrt(y2 + 1.0));
    }
    moments s = measure(fit);
    solve_kite(&s, bounds->rho_max, wing, best);
    double v = s.mean_w - best[0] * s.mean_y - best[1] * s.mean_z;
    double height = sqrt(fmax(best[1] * best[1] - best[0] * best[0], 0.0));
    if (v - best[1] + height < bounds->w_min) {
        solve_vertex(fit, wing, best);
        height = sqrt(fmax(best[1] * best[1] - best[0] * best[0], 0.0));
        v = bounds->w_min + best[1] - height;
    }
    double sum = true_sum(fit, v, best[0], best[1]);
    if (sum < fit->least) {
        double rho = best[1] > 0.0 ? best[0] / best[1] : 0.0;
        fit->best = (rh_svi){v - best[1], best[1] * inverse, rho, m, sigma};
        fit->least = sum;
    }
    double beyond = fabs(x[0] - m) / (bounds->m_high - bounds->m_low + 1e-300);
    return sum * (1.0 + beyond + fabs(x[1] - rh_log(sigma)));
}

/* The best STARTS points of a grid over the quoted range. */
static void find_starts(slice_fit *fit, double low, double width, double starts[STARTS][2])
{
    double values[STARTS];
    for (int i = 0; i < STARTS; i++) values[i] = HUGE_VAL;
    for (int i = 0; i < GRID_M * GRID_SIGMA; i++) {
        double part = ((double)(i / GRID_SIGMA) + 0.5) / GRID_M, x[2];
        x[0] = low + part * width;
        x[1] = rh_log(width) - 4.0 + 1.1 * (i % GRID_SIGMA);
        double value = slice_value(fit, x);
        int at = STARTS;
        while (at > 0 && value < values[at - 1]) at--;
        for (int j = STARTS - 1; j > at; j--) {
            values[j] = values[j - 1];
            starts[j][0] = starts[j - 1][0];
            starts[j][1] = starts[j - 1][1];
        }
        if (at == STARTS) continue;
        values[at] = value;
        starts[at][0] = x[0];
        starts[at][1] = x[1];
    }
}

bool rh_quotes_are_good(const rh_expiry_quotes *expiry, size_t least)
{
    if (!(expiry->T > 0.0) || isinf(expiry->T) || expiry->count < least) return false;
    double total = 0.0;
    for (size_t i = 0; i < expiry->count; i++) {
        const rh_vol_quote *q = &expiry->quotes[i];
        if (!(q->vol > 0.0) || !(q->vol < 1e3) || !(fabs(q->k) < 20.0)) return false;
        if (!(q->weight >= 0.0) || isinf(q->weight)) return false;
        total += q->weight;
    }
    return total > 0.0 && !isinf(total);
}

static bool has_three_strikes(const rh_expiry_quotes *expiry, double width)
{
    const rh_vol_quote *q = expiry->quotes;
    if (!(width > 1e-9)) return false;
    for (size_t i = 1; i < expiry->count; i++) {
        if (q[i].k == q[0].k) continue;
        for (size_t j = i + 1; j < expiry->count; j++)
            if (q[j].k != q[0].k && q[j].k != q[i].k) return true;
        return false;
    }
    return false;
}

rh_svi_bounds rh_svi_bounds_of(const rh_expiry_quotes *expiry)
{
    double low = HUGE_VAL, high = -HUGE_VAL, least = HUGE_VAL;
    for (size_t i = 0; i < expiry->count; i++) {
        const rh_vol_quote *q = &expiry->quotes[i];
        low = fmin(low, q->k);
        high = fmax(high, q->k);
        least = fmin(least, q->vol * q->vol * expiry->T);
    }
    double width = high - low;
    return (rh_svi_bounds){low - 0.25 * width, high + 0.25 * width, width / 200.0, width,
                           0.999,         2.0,          1e-3 * least};
}

static bool are_bounds(const rh_svi_bounds *b)
{
    return b->m_low <= b->m_high && isfinite(b->m_low) && isfinite(b->m_high) &&
           b->sigma_low > 0.0 && b->sigma_low <= b->sigma_high && isfinite(b->sigma_high) &&
           b->rho_max >= 0.0 && b->rho_max <= 1.0 && b->wing_max >= 0.0 &&
           isfinite(b->wing_max) && b->w_min >= 0.0 && isfinite(b->w_min);
}

rh_status rh_svi_fit(const rh_expiry_quotes *expiry, const rh_svi_bounds *bounds, double *work,
                     rh_svi *svi)
{
    if (!rh_quotes_are_good(expiry, RH_SVI_QUOTES_MIN)) return RH_DOMAIN;
    rh_svi_bounds natural = rh_svi_bounds_of(expiry);
    double width = (natural.m_high - natural.m_low) / 3.0, starts[STARTS][2] = {{0.0}};
    if (!has_three_strikes(expiry, width) || (bounds && !are_bounds(bounds))) return RH_DOMAIN;
    size_t n = expiry->count;
    slice_fit fit = {.count = n, .quotes = expiry->quotes, .w = work, .weight = work + n,
                     .y = work + 2 * n, .z = work + 3 * n, .least = HUGE_VAL};
    fit.bounds = bounds ? *bounds : natural;
    double largest = 0.0;
    for (size_t i = 0; i < n; i++) {
        const rh_vol_quote *q = &expiry->quotes[i];
        double slope = 2.0 * q->vol * expiry->T;
        fit.w[i] = q->vol * q->vol * expiry->T;
        fit.weight[i] = q->weight / (slope * slope);
        largest = fmax(largest, fit.weight[i]);
    }
    for (size_t i = 0; i < n; i++) fit.total += fit.weight[i] /= largest;
    const double step[2] = {0.08 * width, 0.5};
    find_starts(&fit, natural.m_low + width, width, starts);
    for (int i = 0; i < STARTS; i++)
        (void)rh_minimize_simplex(slice_value, &fit, 2, starts[i], step, 1e-3, EVALUATIONS_MAX);
    const double near[2] = {0.1 * step[0], 0.1 * step[1]};
    double best[2] = {fit.best.m, rh_log(fit.best.sigma)};
    (void)rh_minimize_simplex(slice_value, &fit, 2, best, near, 1e-8, EVALUATIONS_MAX);
    if (isinf(fit.least)) return RH_DOMAIN;
    *svi = fit.best;
    return RH_OK;
}
