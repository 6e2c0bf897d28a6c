/* Slices refitted until the surface has no static arbitrage: see surface.h for the method. Must not
 * allocate and must not judge, which is arbitrage.c's. Invariant: what is left is clean by that
 * judgement, or nothing was changed and the status says so. */
#include <math.h>
#include <string.h>

#include "math/kernels.h"
#include "math/minimize.h"
#include "pricing/svi_fit.h"

enum { UNKNOWNS = 5, WING_POINTS = 61, QUOTED_POINTS = 41, EXTRA_POINTS = 16,
       GRID_MAX = 3 * WING_POINTS + QUOTED_POINTS + EXTRA_POINTS, LIMITS = 6, ROUNDS = 12,
       FOUND_MAX = 256, STEPS = 12, KEPT = sizeof(rh_svi) / sizeof(double) };
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

static void add_limits(const slice_repair *repair, const rh_svi *svi, double *r)
{
    double left = svi->b * (1.0 - svi->rho), right = svi->b * (1.0 + svi->rho);
    memset(r, 0, LIMITS * sizeof *r);
    r[0] = hinge(repair->penalty, 2.0 - margin_w - left);
    r[1] = hinge(repair->penalty, 2.0 - margin_w - right);
    if (repair->before) {
        double b = repair->before->b, rho = repair->before->rho;
        r[2] = hinge(repair->penalty, left / (b * (1.0 - rho)) - 1.0 - margin_w);
        r[3] = hinge(repair->penalty, right / (b * (1.0 + rho)) - 1.0 - margin_w);
    }
    if (repair->after) {
        double b = repair->after->b, rho = repair->after->rho;
        r[4] = hinge(repair->penalty, b * (1.0 - rho) / left - 1.0 - margin_w);
        r[5] = hinge(repair->penalty, b * (1.0 + rho) / right - 1.0 - margin_w);
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
        double w = rh_svi_at(&svi, repair->k[i]).w, penalty = repair->penalty;
        *r++ = hinge(penalty, rh_svi_durrleman(&svi, repair->k[i]) - margin_g);
        *r++ = repair->before ? hinge(penalty, w / repair->before_w[i] - 1.0 - margin_w) : 0.0;
        *r++ = repair->after ? hinge(penalty, repair->after_w[i] / w - 1.0 - margin_w) : 0.0;
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
    slice->svi = from_unknowns(repair, x);
}

/* --- all of them ------------------------------------------------------------------------------ */

static bool is_touched(const rh_arbitrage *seen, size_t count, size_t at)
{
    for (size_t i = 0; i < count; i++)
        if (seen[i].slice == at ||
            (seen[i].kind == RH_ARBITRAGE_CALENDAR && seen[i].slice + 1 == at))
            return true;
    return false;
}

/* Both neighbours bind in the first rounds; in the last ones a slice must only rise above the one
 * before it, which can always be had. */
static bool penalise(rh_slice *slices, size_t count, const rh_expiry_quotes *quotes, double *work)
{
    rh_surface surface = {slices, count, 0.0};
    rh_arbitrage seen[FOUND_MAX];
    slice_repair repair = {.penalty = 10.0};
    for (int round = 0; round <= ROUNDS; round++, repair.penalty *= 3.0) {
        size_t found = rh_surface_arbitrage(&surface, seen, FOUND_MAX);
        if (found == 0) return true;
        if (round == ROUNDS) break;
        bool rising = round >= ROUNDS / 2;
        size_t listed = found < FOUND_MAX ? found : FOUND_MAX;
        for (size_t i = 0; i < count; i++) {
            size_t at = rising || round % 2 == 0 ? i : count - 1 - i;
            if (!rising && !is_touched(seen, listed, at)) continue;
            repair.quotes = &quotes[at];
            repair.before = at > 0 ? &slices[at - 1].svi : NULL;
            repair.after = at + 1 < count && !rising ? &slices[at + 1].svi : NULL;
            fill_grid(&repair, &slices[at], seen, listed, at);
            refit(&repair, &slices[at], work);
        }
    }
    return false;
}

static rh_svi draw(const rh_svi *from, const rh_svi *to, double by)
{
    double stay = 1.0 - by;
    return (rh_svi){stay * from->a + by * to->a, stay * from->b + by * to->b,
                    stay * from->rho + by * to->rho, stay * from->m + by * to->m,
                    stay * from->sigma + by * to->sigma};
}

static void save(const rh_slice *slices, size_t count, double *kept)
{
    for (size_t i = 0; i < count; i++, kept += KEPT) memcpy(kept, &slices[i].svi, sizeof(rh_svi));
}

static void restore(rh_slice *slices, size_t count, const double *kept)
{
    for (size_t i = 0; i < count; i++, kept += KEPT) memcpy(&slices[i].svi, kept, sizeof(rh_svi));
}

/* Where penalties left the slices is the one end, SSVI the other. */
static void draw_all(rh_slice *slices, size_t count, const double *kept, const rh_ssvi *ssvi,
                     const double *theta, double by)
{
    restore(slices, count, kept);
    for (size_t i = 0; i < count; i++) {
        rh_svi to = rh_ssvi_slice(ssvi, theta[i]);
        slices[i].svi = by < 1.0 ? draw(&slices[i].svi, &to, by) : to;
    }
}

static bool draw_to_ssvi(rh_slice *slices, size_t count, const rh_expiry_quotes *quotes,
                         double *work, double *blend)
{
    rh_surface surface = {slices, count, 0.0};
    rh_ssvi ssvi;
    double *theta = work, *kept = work + count, low = 0.0, high = 1.0;
    save(slices, count, kept);
    if (rh_ssvi_fit(quotes, count, kept + KEPT * count, &ssvi, theta) != RH_OK) return false;
    for (int step = 0; step < 12; step++) {
        double by = 0.5 * (low + high);
        draw_all(slices, count, kept, &ssvi, theta, by);
        if (rh_surface_arbitrage(&surface, NULL, 0) == 0) high = by;
        else low = by;
    }
    draw_all(slices, count, kept, &ssvi, theta, high);
    *blend = high;
    return rh_surface_arbitrage(&surface, NULL, 0) == 0;
}

/* First the slices as they came; then what SSVI needs, or the squares of one slice. */
size_t rh_surface_work(const rh_expiry_quotes *expiries, size_t count)
{
    size_t total = 0, most = 0;
    for (size_t i = 0; i < count; i++) {
        total += expiries[i].count;
        most = expiries[i].count > most ? expiries[i].count : most;
    }
    size_t ssvi = 2 * total + (4 + 1 + KEPT) * count;
    size_t squares = (UNKNOWNS + 2) * (most + 3 * (size_t)GRID_MAX + LIMITS);
    return KEPT * count + (ssvi > squares ? ssvi : squares);
}

rh_status rh_surface_repair(rh_slice *slices, size_t count, const rh_expiry_quotes *quotes,
                            double *work, double *blend)
{
    rh_surface surface = {slices, count, 0.0};
    if (rh_surface_check(&surface) != RH_OK) return RH_DOMAIN;
    for (size_t i = 0; i < count; i++)
        if (!rh_quotes_are_good(&quotes[i], 1) || quotes[i].T != slices[i].T) return RH_DOMAIN;
    double *rest = work + KEPT * count;
    *blend = 0.0;
    save(slices, count, work);
    if (penalise(slices, count, quotes, rest)) return RH_OK;
    if (draw_to_ssvi(slices, count, quotes, rest, blend)) return RH_OK;
    restore(slices, count, work);
    return RH_DOMAIN;
}
