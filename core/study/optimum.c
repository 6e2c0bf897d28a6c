/* Backward induction of the certainty-equivalent loss. With exponential utility wealth factors out.
 * Written per risk aversion and with holdings marked at mid, the loss g(x, y) at log spot x with y
 * shares is convex in y and 1-Lipschitz in y / (cost x spot): between the band's ends it is that of
 * not trading, beyond them a straight line with the slope of the cost. Must not decide anything. */
#include "study/optimum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/kernels.h"

#define REACH 8.0  /* of the spot grid and of a step, in standard deviations */
#define BLOCK 64   /* spots summed with one reference, so that exponentials stay in range */
#define PANELS 17  /* of the last step: unit lengths of z, one of them split at the strike */
#define GAUSS 8

typedef struct solver {
    const rh_optimum_problem *p;
    int spots, holdings, taps, first_tap; /* step j of the kernel goes to spot i + first_tap + j */
    double dt, scatter, spacing;          /* years; of one step's log return; of log spots */
    double holding_min, holding_spacing;
    double *spot, *kernel;
    double *loss;      /* g, [holding * spots + i] */
    double *column;    /* [holdings] */
    double *exponents, *powers; /* [spots], [BLOCK + taps] */
    double growth_now, growth_next;       /* money at this step and the next, at expiry */
} solver;

/* --- expectations -------------------------------------------------------------------------- */

static double payoff(const rh_optimum_problem *p, double spot)
{
    return fmax(p->is_call ? spot - p->strike : p->strike - spot, 0.0);
}

static const double gauss_at[GAUSS / 2] = {0.1834346424956498, 0.5255324099163290,
                                           0.7966664774136267, 0.9602898564975363};
static const double gauss_weight[GAUSS / 2] = {0.3626837833783620, 0.3137066458778873,
                                               0.2223810344533745, 0.1012285362903763};

typedef struct last_step { /* nodes of the last step from one spot */
    int count;
    double spot[PANELS * GAUSS], paid[PANELS * GAUSS], weight[PANELS * GAUSS];
} last_step;

static void add_panel(const solver *s, double from, double lo, double hi, last_step *nodes)
{
    const rh_optimum_problem *p = s->p;
    double mean = (p->drift - 0.5 * p->vol * p->vol) * s->dt;
    for (int k = 0; k < GAUSS; k++) {
        double at = k % 2 ? gauss_at[k / 2] : -gauss_at[k / 2];
        double z = 0.5 * (lo + hi) + 0.5 * (hi - lo) * at;
        double to = from * rh_exp(mean + s->scatter * z);
        nodes->spot[nodes->count] = to;
        nodes->paid[nodes->count] = p->qty * payoff(p, to);
        nodes->weight[nodes->count++] = 0.5 * (hi - lo) * gauss_weight[k / 2] * rh_normal_pdf(z);
    }
}

static void lay_last_step(const solver *s, double from, last_step *nodes)
{
    const rh_optimum_problem *p = s->p;
    double mean = (p->drift - 0.5 * p->vol * p->vol) * s->dt;
    double kink = (rh_log(p->strike / from) - mean) / s->scatter;
    nodes->count = 0;
    for (double lo = -REACH; lo < REACH; lo += 1.0) {
        if (kink > lo && kink < lo + 1.0) {
            add_panel(s, from, lo, kink, nodes);
            add_panel(s, from, kink, lo + 1.0, nodes);
        } else {
            add_panel(s, from, lo, lo + 1.0, nodes);
        }
    }
}

/* The loss of not trading at the start of the last step. */
static void expect_payoff(solver *s)
{
    double risk = s->p->risk_aversion;
    last_step nodes;
    for (int i = 0; i < s->spots; i++) {
        lay_last_step(s, s->spot[i], &nodes);
        for (int k = 0; k < s->holdings; k++) {
            double y = s->holding_min + k * s->holding_spacing, sum = 0.0, weight = 0.0;
            double reference = -risk * s->p->qty * payoff(s->p, s->spot[i]);
            for (int n = 0; n < nodes.count; n++) {
                double gain = nodes.paid[n] + y * (nodes.spot[n] - s->spot[i] * s->growth_now);
                sum += nodes.weight[n] * rh_exp(-risk * gain - reference);
                weight += nodes.weight[n];
            }
            s->loss[k * s->spots + i] = reference + rh_log(sum / weight);
        }
    }
}

static int clamp(int i, int count)
{
    return i < 0 ? 0 : i < count ? i : count - 1;
}

/* Row k of the loss, one step back: without trade at the start of the step. */
static void expect_row(solver *s, int k)
{
    double *row = s->loss + (size_t)k * (size_t)s->spots;
    double risk = s->p->risk_aversion, y = s->holding_min + k * s->holding_spacing;
    for (int i = 0; i < s->spots; i++)
        s->exponents[i] = row[i] - risk * y * s->growth_next * s->spot[i];
    for (int first = 0; first < s->spots; first += BLOCK) {
        int end = first + BLOCK < s->spots ? first + BLOCK : s->spots;
        double reference = s->exponents[(first + end) / 2];
        for (int j = 0; j < end - first + s->taps - 1; j++)
            s->powers[j] =
                rh_exp(s->exponents[clamp(first + s->first_tap + j, s->spots)] - reference);
        for (int i = first; i < end; i++) {
            const double *from = s->powers + (i - first);
            double sum[4] = {0};
            for (int j = 0; j < s->taps; j += 4) {
                for (int lane = 0; lane < 4; lane++)
                    sum[lane] += s->kernel[j + lane] * from[j + lane];
            }
            row[i] = reference + rh_log((sum[0] + sum[1]) + (sum[2] + sum[3])) +
                     risk * y * s->growth_now * s->spot[i];
        }
    }
}

/* --- the band ------------------------------------------------------------------------------ */

/* Of the column's c(y) + slope y: where it is least, in units of nodes, and c there. A quartic
 * through five nodes; c is convex, and quadratic but for what the later bands add. */
static double least(const solver *s, double slope, double *value)
{
    const double *c = s->column;
    int last = s->holdings - 1, k = 0;
    double per_node = slope * s->holding_spacing;
    while (k < last && c[k + 1] + per_node < c[k]) k++;
    *value = c[k];
    if (k < 2 || k > last - 2) return k;
    double odd = 0.5 * (c[k + 1] - c[k - 1]), even = c[k + 1] - 2.0 * c[k] + c[k - 1];
    double wide_odd = 0.5 * (c[k + 2] - c[k - 2]), wide_even = c[k + 2] - 2.0 * c[k] + c[k - 2];
    double d3 = wide_odd - 2.0 * odd, d4 = wide_even - 4.0 * even;
    double d1 = odd - d3 / 6.0, d2 = even - d4 / 12.0, at = 0.0;
    for (int turn = 0; turn < 4; turn++) {
        double gradient = d1 + per_node + at * (d2 + at * (0.5 * d3 + at * d4 / 6.0));
        double curvature = d2 + at * (d3 + 0.5 * at * d4);
        if (!(curvature > 0.0)) break;
        at = fmax(-1.0, fmin(1.0, at - gradient / curvature));
    }
    *value = c[k] + at * (d1 + at * (0.5 * d2 + at * (d3 / 6.0 + at * d4 / 24.0)));
    return k + at;
}

/* Trading allowed: the band, and straight lines beyond it. */
static void allow_trades(solver *s, int step, rh_optimum *out)
{
    for (int i = 0; i < s->spots; i++) {
        double slope = s->p->risk_aversion * s->growth_now * s->p->cost * s->spot[i];
        double at_lo, at_hi, per_node = slope * s->holding_spacing;
        for (int k = 0; k < s->holdings; k++) s->column[k] = s->loss[k * s->spots + i];
        double lo = least(s, slope, &at_lo), hi = least(s, -slope, &at_hi);
        for (int k = 0; k < s->holdings; k++) {
            double *loss = &s->loss[k * s->spots + i];
            if (k < lo) *loss = at_lo + per_node * (lo - k);
            if (k > hi) *loss = at_hi + per_node * (k - hi);
        }
        out->lo[step * s->spots + i] = s->holding_min + lo * s->holding_spacing;
        out->hi[step * s->spots + i] = s->holding_min + hi * s->holding_spacing;
    }
}

/* The loss at the start, with no shares there: by the same rule, from the last column. */
static double loss_of_none(const solver *s)
{
    double at = -s->holding_min / s->holding_spacing;
    int k = clamp((int)at, s->holdings - 1);
    double from = s->loss[k * s->spots + s->spots / 2];
    double to = s->loss[(k + 1) * s->spots + s->spots / 2];
    return from + (at - k) * (to - from);
}

/* --- the grid ------------------------------------------------------------------------------ */

static rh_status check(const rh_optimum_problem *p, rh_error *error)
{
    const struct { const char *name; double value, min, max; } ranges[] = {
        {"spot", p->spot, 1e-9, 1e12},       {"strike", p->strike, 1e-9, 1e12},
        {"qty", fabs(p->qty), 1e-9, 1e12},   {"expiry_years", p->expiry_years, 1e-9, 100.0},
        {"vol", p->vol, 1e-4, 100.0},        {"drift", p->drift, -100.0, 100.0},
        {"rate", p->rate, -100.0, 100.0},    {"cost", p->cost, 0.0, 1.0},
        {"risk_aversion", p->risk_aversion, 1e-12, 1e12},
        {"steps", p->steps, 1.0, RH_OPTIMUM_STEPS_MAX},
        {"spot_density", p->spot_density, 0.0, 64.0},
        {"holdings", p->holdings, 0.0, 100000.0}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (ranges[i].value >= ranges[i].min && ranges[i].value <= ranges[i].max) continue;
        return rh_fail(error, RH_DOMAIN, "%s: found %g, expected %g to %g", ranges[i].name,
                       ranges[i].value, ranges[i].min, ranges[i].max);
    }
    if (p->holdings > 0 && p->holdings < 5)
        return rh_fail(error, RH_DOMAIN, "holdings: found %d, expected 5 or more", p->holdings);
    return RH_OK;
}

/* What a hedger may want to hold: from nothing to the whole option, a margin, and what the drift is
 * worth holding (Merton 1969) three standard deviations down. The axis is put so that 0 is a node:
 * the loss there is then not interpolated. */
static void range_holdings(solver *s)
{
    const rh_optimum_problem *p = s->p;
    double whole = p->is_call ? -p->qty : p->qty, margin = 0.1 * fabs(p->qty);
    double low = p->spot * rh_exp(-3.0 * p->vol * sqrt(p->expiry_years));
    double bet = (p->drift - p->rate) / (p->risk_aversion * p->vol * p->vol * low);
    double min = fmin(0.0, whole) - margin + fmin(0.0, bet);
    double max = fmax(0.0, whole) + margin + fmax(0.0, bet);
    double spacing = (max - min) / (s->holdings - 1);
    s->holding_spacing = spacing * s->holdings / (s->holdings - 1);
    s->holding_min = -ceil(-min / s->holding_spacing) * s->holding_spacing;
}

static void lay_kernel(solver *s)
{
    double mean = (s->p->drift - 0.5 * s->p->vol * s->p->vol) * s->dt, sum = 0.0;
    for (int j = 0; j < s->taps; j++) {
        double z = ((s->first_tap + j) * s->spacing - mean) / s->scatter;
        s->kernel[j] = fabs(z) <= REACH + 1.0 ? rh_normal_pdf(z) : 0.0;
        sum += s->kernel[j];
    }
    for (int j = 0; j < s->taps; j++) s->kernel[j] /= sum;
}

static rh_status allocate(solver *s, rh_optimum *out, rh_error *error)
{
    size_t spots = (size_t)s->spots, bands = spots * (size_t)s->p->steps;
    s->loss = calloc(spots * (size_t)s->holdings, sizeof *s->loss);
    s->column = calloc((size_t)s->holdings, sizeof *s->column);
    s->exponents = calloc(spots, sizeof *s->exponents);
    s->powers = calloc((size_t)(BLOCK + s->taps), sizeof *s->powers);
    s->kernel = calloc((size_t)s->taps, sizeof *s->kernel);
    s->spot = out->spot = calloc(spots, sizeof *out->spot);
    out->lo = calloc(bands, sizeof *out->lo);
    out->hi = calloc(bands, sizeof *out->hi);
    if (s->loss && s->column && s->exponents && s->powers && s->kernel && out->spot && out->lo &&
        out->hi)
        return RH_OK;
    return rh_fail(error, RH_NO_MEMORY, "no memory for a grid of %d x %d", s->spots, s->holdings);
}

static rh_status lay_grid(solver *s, rh_optimum *out, rh_error *error)
{
    const rh_optimum_problem *p = s->p;
    int density = p->spot_density > 0 ? p->spot_density : 4;
    s->holdings = p->holdings > 0 ? p->holdings : 241;
    s->dt = p->expiry_years / p->steps;
    s->scatter = p->vol * sqrt(s->dt);
    s->spacing = s->scatter / density;
    double mean = (p->drift - 0.5 * p->vol * p->vol) * s->dt;
    double half = REACH * sqrt((double)p->steps) + fabs(mean) * p->steps / s->scatter;
    int side = (int)ceil(half * density), centre = (int)floor(mean / s->spacing + 0.5);
    s->spots = 2 * side + 1;
    s->first_tap = centre - (int)REACH * density - 1;
    s->taps = (2 * (int)REACH * density + 3 + 3) / 4 * 4;
    if (s->spots > 200000)
        return rh_fail(error, RH_DOMAIN, "the drift of %g is too large for a vol of %g", p->drift,
                       p->vol);
    range_holdings(s);
    RH_TRY(allocate(s, out, error));
    for (int i = 0; i < s->spots; i++) s->spot[i] = p->spot * rh_exp((i - side) * s->spacing);
    lay_kernel(s);
    out->steps = p->steps;
    out->spots = s->spots;
    out->start = side;
    out->holding_min = s->holding_min;
    out->holding_max = s->holding_min + (s->holdings - 1) * s->holding_spacing;
    return RH_OK;
}

static rh_status solve(solver *s, rh_optimum *out, rh_error *error)
{
    const rh_optimum_problem *p = s->p;
    RH_TRY(check(p, error));
    RH_TRY(lay_grid(s, out, error));
    s->growth_now = 1.0;
    for (int step = p->steps - 1; step >= 0; step--) {
        s->growth_next = s->growth_now;
        s->growth_now = rh_exp(p->rate * s->dt * (p->steps - step));
        if (step == p->steps - 1)
            expect_payoff(s);
        else
            for (int k = 0; k < s->holdings; k++) expect_row(s, k);
        allow_trades(s, step, out);
    }
    out->price = loss_of_none(s) / p->risk_aversion;
    if (isfinite(out->price)) return RH_OK;
    return rh_fail(error, RH_DOMAIN, "a risk aversion of %g is too large for a spot of %g",
                   p->risk_aversion, p->spot);
}

rh_status rh_optimum_solve(const rh_optimum_problem *problem, rh_optimum *out, rh_error *error)
{
    solver s = {.p = problem};
    *out = (rh_optimum){0};
    rh_status status = solve(&s, out, error);
    free(s.loss);
    free(s.column);
    free(s.exponents);
    free(s.powers);
    free(s.kernel);
    if (status != RH_OK) rh_optimum_free(out);
    return status;
}

void rh_optimum_band(const rh_optimum *optimum, int step, double spot, double *lo, double *hi)
{
    const double *at = optimum->spot;
    int below = 0, above = optimum->spots - 1;
    RH_ASSERT(step >= 0 && step < optimum->steps);
    while (above - below > 1) {
        int middle = (below + above) / 2;
        if (at[middle] <= spot)
            below = middle;
        else
            above = middle;
    }
    double share = fmax(0.0, fmin(1.0, (spot - at[below]) / (at[above] - at[below])));
    const double *bands_lo = optimum->lo + (size_t)step * (size_t)optimum->spots;
    const double *bands_hi = optimum->hi + (size_t)step * (size_t)optimum->spots;
    *lo = bands_lo[below] + share * (bands_lo[above] - bands_lo[below]);
    *hi = bands_hi[below] + share * (bands_hi[above] - bands_hi[below]);
}

void rh_optimum_free(rh_optimum *optimum)
{
    free(optimum->spot);
    free(optimum->lo);
    free(optimum->hi);
    *optimum = (rh_optimum){0};
}
