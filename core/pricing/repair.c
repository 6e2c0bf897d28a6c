/* Slices refitted until the surface has no static arbitrage: see surface.h for the method. Must not
 * allocate and must not judge, which is arbitrage.c's. Invariant: what is left is clean by that
 * judgement, or nothing was changed and the status says so. */
#include <math.h>
#include <string.h>

#include "math/kernels.h"
#include "math/minimize.h"
#include "pricing/svi_fit.h"

enum { UNKNOWNS = 5, WING_POINTS = 61, QUOTED_POINTS = 41, EXTRA_POINTS = 16, LIMITS = 6,
       GRID_MAX = 3 * WING_POINTS + QUOTED_POINTS + EXTRA_POINTS,
       ROUNDS = 60, TRIES = 10, FOUND_MAX = 64, STEPS = 12 };
static const double margin_g = 1e-3, margin_w = 1e-4, rho_max = 0.9995, point = 0.01;

typedef struct slice_repair {
    const rh_expiry_quotes *quotes;
    const rh_svi *before, *after;       /* neighbours to stay above and below; NULL: none */
    double penalty, scale, mean_weight;
    size_t grid;
    double k[GRID_MAX], before_w[GRID_MAX], after_w[GRID_MAX];
} slice_repair;

/* --- the unknowns ----------------------------------------------------------------------------- */

/* ln of the least variance, ln b, rho on the whole line, m, ln sigma. */
static void to_unknowns(const slice_repair *repair, const rh_svi *svi, double *x)
{
    double rho = fmin(fmax(svi->rho / rho_max, -0.9999), 0.9999);
    double least = svi->a + svi->b * svi->sigma * sqrt(1.0 - svi->rho * svi->rho);
    x[0] = rh_log(fmax(least, 1e-12));
    x[1] = rh_log(fmax(svi->b, 1e-8));
    x[2] = rho / sqrt(1.0 - rho * rho);
    x[3] = svi->m / repair->scale;
    x[4] = rh_log(svi->sigma);
}

static rh_svi from_unknowns(const slice_repair *repair, const double *x)
{
    double rho = rho_max * x[2] / sqrt(1.0 + x[2] * x[2]), b = rh_exp(x[1]), sigma = rh_exp(x[4]);
    return (rh_svi){rh_exp(x[0]) - b * sigma * sqrt(1.0 - rho * rho), b, rho, repair->scale * x[3],
                    sigma};
}

/* --- residuals -------------------------------------------------------------------------------- */

static double hinge(double penalty, double value)
{
    return value < 0.0 ? -penalty * value : 0.0;
}

/* For what must be above 1 by the margin, however far below it is: its logarithm. */
static double ratio_hinge(double penalty, double ratio)
{
    ratio /= 1.0 + margin_w;
    return ratio < 1.0 ? -penalty * rh_log(fmax(ratio, 1e-30)) : 0.0;
}

static void add_limits(const slice_repair *repair, const rh_svi *svi, double *r)
{
    double left = svi->b * (1.0 - svi->rho), right = svi->b * (1.0 + svi->rho);
    memset(r, 0, LIMITS * sizeof *r);
    r[0] = hinge(repair->penalty, 2.0 - margin_w - left);
    r[1] = hinge(repair->penalty, 2.0 - margin_w - right);
    if (repair->before) {
        double b = repair->before->b, rho = repair->before->rho;
        r[2] = ratio_hinge(repair->penalty, left / (b * (1.0 - rho)));
        r[3] = ratio_hinge(repair->penalty, right / (b * (1.0 + rho)));
    }
    if (repair->after) {
        double b = repair->after->b, rho = repair->after->rho;
        r[4] = ratio_hinge(repair->penalty, b * (1.0 - rho) / left);
        r[5] = ratio_hinge(repair->penalty, b * (1.0 + rho) / right);
    }
}

/* Errors in vol points, then g, the two neighbours, the wings. */
static void repair_residuals(void *context, const double *x, double *r)
{
    const slice_repair *repair = context;
    rh_svi svi = from_unknowns(repair, x);
    const rh_expiry_quotes *quotes = repair->quotes;
    for (size_t i = 0; i < quotes->count; i++) {
        const rh_vol_quote *q = &quotes->quotes[i];
        double vol = sqrt(rh_svi_at(&svi, q->k).w / quotes->T);
        *r++ = sqrt(q->weight / repair->mean_weight) * (vol - q->vol) / point;
    }
    for (size_t i = 0; i < repair->grid; i++) {
        rh_total_variance at = rh_svi_at(&svi, repair->k[i]);
        double penalty = repair->penalty;
        *r++ = hinge(penalty, rh_durrleman_of(&at, repair->k[i]) - margin_g);
        *r++ = repair->before ? ratio_hinge(penalty, at.w / repair->before_w[i]) : 0.0;
        *r++ = repair->after ? ratio_hinge(penalty, repair->after_w[i] / at.w) : 0.0;
    }
    add_limits(repair, &svi, r);
}

/* --- one slice -------------------------------------------------------------------------------- */

static void add_wings(slice_repair *repair, const rh_svi *svi)
{
    double far = rh_log(2.0 * fmax(20.0 / svi->sigma, 50.0)), half = (WING_POINTS - 1) / 2;
    for (int i = 0; i < WING_POINTS; i++) {
        double u = far * ((double)i - half) / half;
        repair->k[repair->grid++] = svi->m + 0.5 * svi->sigma * (rh_exp(u) - rh_exp(-u));
    }
}

/* Points around the vertices, over the quotes, and where arbitrage was seen. */
static void fill_grid(slice_repair *repair, const rh_slice *slice, const rh_arbitrage *seen,
                      size_t count, size_t at)
{
    repair->grid = 0;
    add_wings(repair, &slice->svi);
    if (repair->before) add_wings(repair, repair->before);
    if (repair->after) add_wings(repair, repair->after);
    for (int i = 0; i < QUOTED_POINTS; i++)
        repair->k[repair->grid++] =
            slice->k_low + (slice->k_high - slice->k_low) * (double)i / (QUOTED_POINTS - 1);
    size_t extra = 0;
    for (size_t i = 0; i < count && extra < EXTRA_POINTS; i++) {
        bool here = seen[i].slice == at ||
                    (seen[i].kind == RH_ARBITRAGE_CALENDAR && seen[i].slice + 1 == at);
        if (!here || isinf(seen[i].k_worst)) continue;
        repair->k[repair->grid++] = seen[i].k_worst;
        extra++;
    }
    for (size_t i = 0; i < repair->grid; i++) {
        if (repair->before) repair->before_w[i] = rh_svi_at(repair->before, repair->k[i]).w;
        if (repair->after) repair->after_w[i] = rh_svi_at(repair->after, repair->k[i]).w;
    }
}

static void refit(slice_repair *repair, rh_slice *slice, double *work)
{
    const rh_expiry_quotes *quotes = repair->quotes;
    double x[UNKNOWNS], total = 0.0;
    for (size_t i = 0; i < quotes->count; i++) total += quotes->quotes[i].weight;
    repair->mean_weight = total / (double)quotes->count;
    repair->scale = fmax(slice->k_high - slice->k_low, 1e-3);
    to_unknowns(repair, &slice->svi, x);
    size_t residuals = quotes->count + 3 * repair->grid + LIMITS;
    (void)rh_minimize_squares(repair_residuals, repair, UNKNOWNS, residuals, x, 1e-6, STEPS, work);
    rh_slice after = *slice;
    after.svi = from_unknowns(repair, x);
    rh_surface alone = {&after, 1, 0.0};
    if (rh_surface_check(&alone) == RH_OK) *slice = after;
}

/* --- both ways ------------------------------------------------------------------------------- */

static bool is_touched(const rh_arbitrage *seen, size_t count, size_t at)
{
    for (size_t i = 0; i < count; i++)
        if (seen[i].slice == at ||
            (seen[i].kind == RH_ARBITRAGE_CALENDAR && seen[i].slice + 1 == at))
            return true;
    return false;
}

/* True: clean. */
static bool balance(rh_slice *slices, size_t count, const rh_expiry_quotes *quotes, double *work)
{
    rh_surface surface = {slices, count, 0.0};
    rh_arbitrage seen[FOUND_MAX];
    slice_repair repair = {.penalty = 0.3};
    for (int round = 0; round < ROUNDS; round++, repair.penalty *= 1.25) {
        size_t found = rh_surface_arbitrage(&surface, seen, FOUND_MAX);
        if (found == 0) return true;
        size_t listed = found < FOUND_MAX ? found : FOUND_MAX;
        for (size_t i = 0; i < count; i++) {
            size_t at = round % 2 == 0 ? i : count - 1 - i;
            if (!is_touched(seen, listed, at)) continue;
            repair.quotes = &quotes[at];
            repair.before = at > 0 ? &slices[at - 1].svi : NULL;
            repair.after = at + 1 < count ? &slices[at + 1].svi : NULL;
            fill_grid(&repair, &slices[at], seen, listed, at);
            refit(&repair, &slices[at], work);
        }
    }
    return false;
}

/* --- upwards --------------------------------------------------------------------------------- */

/* Arbitrage of slice `at` and between it and the one before. */
static size_t judge(const rh_slice *slices, size_t at, rh_arbitrage *seen)
{
    rh_slice pair[2] = {slices[at > 0 ? at - 1 : 0], slices[at]};
    rh_surface surface = {at > 0 ? pair : pair + 1, at > 0 ? 2 : 1, 0.0};
    size_t found = rh_surface_arbitrage(&surface, seen, FOUND_MAX);
    for (size_t i = 0; i < found && i < FOUND_MAX; i++) seen[i].slice += at > 0 ? at - 1 : 0;
    return found;
}

/* The weighted mean of what the quotes lie above `svi`. */
static double lift_of(const rh_expiry_quotes *quotes, const rh_svi *svi)
{
    double sum = 0.0, total = 0.0;
    for (size_t i = 0; i < quotes->count; i++) {
        const rh_vol_quote *q = &quotes->quotes[i];
        sum += q->weight * (q->vol * q->vol * quotes->T - rh_svi_at(svi, q->k).w);
        total += q->weight;
    }
    return fmax(sum / total, 0.0);
}

/* Raised by nothing it is the clean slice before, so this ends. */
static void replace(rh_slice *slices, size_t at, const rh_expiry_quotes *quotes)
{
    static const rh_svi nothing = {0.0, 0.0, 0.0, 0.0, 1.0};
    rh_arbitrage seen[FOUND_MAX];
    const rh_svi *before = at > 0 ? &slices[at - 1].svi : &nothing;
    double lift = lift_of(quotes, before);
    for (int halvings = 0; halvings < 60; halvings++, lift *= 0.5) {
        slices[at].svi = *before;
        slices[at].svi.a += lift;
        if (judge(slices, at, seen) == 0) return;
    }
    slices[at].svi = *before;
}

/* True: slice `at` is clean above the one before it. */
static bool rise(rh_slice *slices, size_t at, const rh_expiry_quotes *quotes, double *work)
{
    rh_arbitrage seen[FOUND_MAX];
    slice_repair repair = {.penalty = 100.0, .quotes = quotes};
    repair.before = at > 0 ? &slices[at - 1].svi : NULL;
    for (int tries = 0; tries <= TRIES; tries++, repair.penalty *= 5.0) {
        size_t found = judge(slices, at, seen);
        if (found == 0) return true;
        if (tries == TRIES) break;
        fill_grid(&repair, &slices[at], seen, found < FOUND_MAX ? found : FOUND_MAX, at);
        refit(&repair, &slices[at], work);
    }
    return false;
}

/* --- all of them ----------------------------------------------------------------------------- */

/* What SSVI needs, or the squares of one slice. */
size_t rh_surface_work(const rh_expiry_quotes *expiries, size_t count)
{
    size_t total = 0, most = 0;
    for (size_t i = 0; i < count; i++) {
        total += expiries[i].count;
        most = expiries[i].count > most ? expiries[i].count : most;
    }
    size_t ssvi = 2 * total + 4 * count;
    size_t squares = (UNKNOWNS + 2) * (most + 3 * (size_t)GRID_MAX + LIMITS);
    return ssvi > squares ? ssvi : squares;
}

rh_status rh_surface_repair(rh_slice *slices, size_t count, const rh_expiry_quotes *quotes,
                            double *work, size_t *replaced)
{
    rh_surface surface = {slices, count, 0.0};
    *replaced = 0;
    if (rh_surface_check(&surface) != RH_OK) return RH_DOMAIN;
    for (size_t i = 0; i < count; i++)
        if (!rh_quotes_are_good(&quotes[i], 1) || quotes[i].T != slices[i].T) return RH_DOMAIN;
    if (balance(slices, count, quotes, work)) return RH_OK;
    for (size_t i = 0; i < count; i++) {
        if (rise(slices, i, &quotes[i], work)) continue;
        replace(slices, i, &quotes[i]);
        ++*replaced;
    }
    return RH_OK;
}
