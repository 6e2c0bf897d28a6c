/* Static arbitrage of a surface: where Durrleman's g is negative, where a wing is steeper than
 * Lee's bound, where total variance falls from one expiry to the next. Must not change anything.
 * Invariant: what is reported was seen at its worst point; intervals end where the sign changes. */
#include <math.h>

#include "math/kernels.h"
#include "rehedge/surface.h"

enum { HALF = 80, WING_POINTS = 2 * HALF + 1, QUOTED_POINTS = 101,
       GRID_MAX = 2 * WING_POINTS + QUOTED_POINTS + 2 };
static const double tolerance = 1e-9, reach = 20.0;

typedef struct scan {           /* 7 KiB */
    const rh_surface *surface;
    rh_arbitrage *list;
    size_t capacity, found;
    rh_arbitrage_kind kind;
    size_t slice;
    size_t count;
    double k[GRID_MAX], value[GRID_MAX];
} scan;

/* --- what must not be negative ---------------------------------------------------------------- */

/* 0: no wing at all. */
static double wing_slope(const rh_svi *svi, double side)
{
    return svi->b * (1.0 + side * svi->rho);
}

static double calendar_value(const rh_svi *near, const rh_svi *far, double k)
{
    if (isinf(k)) {
        double side = k > 0.0 ? 1.0 : -1.0, slope = wing_slope(near, side);
        return slope > 0.0 ? wing_slope(far, side) / slope - 1.0 : 0.0;
    }
    double w = rh_svi_at(near, k).w;
    return w > 0.0 ? rh_svi_at(far, k).w / w - 1.0 : 0.0;
}

static double value_at(const scan *s, double k)
{
    const rh_slice *slice = &s->surface->slices[s->slice];
    if (s->kind == RH_ARBITRAGE_CALENDAR) return calendar_value(&slice->svi, &slice[1].svi, k);
    if (isinf(k)) return 0.25;      /* of the wings RH_ARBITRAGE_WING speaks */
    double g = rh_svi_durrleman(&slice->svi, k);
    return isnan(g) ? -HUGE_VAL : g;
}

/* --- points ----------------------------------------------------------------------------------- */

/* Two ascending lists to one, from behind. */
static void merge(scan *s, const double *more, size_t count)
{
    size_t i = s->count, j = count;
    s->count += count;
    for (size_t at = s->count; j > 0;)
        s->k[--at] = i > 0 && s->k[i - 1] > more[j - 1] ? s->k[--i] : more[--j];
}

/* m +- sigma sinh(u), u evenly out to where this is `reach` at least. */
static void add_wings(scan *s, const rh_svi *svi)
{
    double k[WING_POINTS], far = rh_log(2.0 * fmax(reach / svi->sigma, 50.0));
    double step = rh_exp(far / HALF), e = 1.0;
    k[HALF] = svi->m;
    for (int i = 1; i <= HALF; i++) {
        e *= step;
        double x = 0.5 * svi->sigma * (e - 1.0 / e);
        k[HALF - i] = svi->m - x;
        k[HALF + i] = svi->m + x;
    }
    merge(s, k, WING_POINTS);
}

static void fill_grid(scan *s)
{
    const rh_slice *slice = &s->surface->slices[s->slice];
    bool pair = s->kind == RH_ARBITRAGE_CALENDAR;
    double low = slice->k_low, high = slice->k_high;
    s->count = 0;
    add_wings(s, &slice->svi);
    if (pair) {
        add_wings(s, &slice[1].svi);
        low = fmin(low, slice[1].k_low);
        high = fmax(high, slice[1].k_high);
    }
    double quoted[QUOTED_POINTS];
    const double limits[2] = {-HUGE_VAL, HUGE_VAL};
    for (int i = 0; i < QUOTED_POINTS; i++)
        quoted[i] = low + (high - low) * (double)i / (QUOTED_POINTS - 1);
    if (low <= high && isfinite(high - low)) merge(s, quoted, QUOTED_POINTS);
    merge(s, limits, 2);
    for (size_t i = 0; i < s->count; i++) s->value[i] = value_at(s, s->k[i]);
}

/* --- intervals -------------------------------------------------------------------------------- */

/* Between a good and a bad point, the last bad one. An infinite bad point is first brought near. */
static double find_end(const scan *s, double good, double bad)
{
    if (isinf(good)) return good;
    if (isinf(bad)) {
        double side = bad > 0.0 ? 1.0 : -1.0, k = good;
        for (int i = 0; i < 60; i++) {
            k += side * fmax(fabs(k), 1.0);
            if (value_at(s, k) < -tolerance) break;
            good = k;
        }
        bad = k;
    }
    for (int i = 0; i < 50; i++) {
        double middle = 0.5 * (good + bad);
        if (value_at(s, middle) < -tolerance) bad = middle;
        else good = middle;
    }
    return bad;
}

/* The least value near grid point i, by golden section between its neighbours. */
static double refine(const scan *s, size_t i, double *k)
{
    const double golden = 0.6180339887498949;
    double low = s->k[i > 0 ? i - 1 : i], high = s->k[i + 1 < s->count ? i + 1 : i];
    *k = s->k[i];
    if (isinf(low) || isinf(high) || isinf(s->value[i])) return s->value[i];
    for (int step = 0; step < 40; step++) {
        double left = high - golden * (high - low), right = low + golden * (high - low);
        if (value_at(s, left) < value_at(s, right)) high = right;
        else low = left;
    }
    double middle = 0.5 * (low + high), value = value_at(s, middle);
    if (!(value < s->value[i])) return s->value[i];
    *k = middle;
    return value;
}

static void report(scan *s, double low, double high, double worst_k, double worst)
{
    const rh_slice *slice = &s->surface->slices[s->slice];
    double quoted_low = slice->k_low, quoted_high = slice->k_high;
    if (s->kind == RH_ARBITRAGE_CALENDAR) {
        quoted_low = fmax(quoted_low, slice[1].k_low);
        quoted_high = fmin(quoted_high, slice[1].k_high);
    }
    bool quoted = fmax(low, quoted_low) <= fmin(high, quoted_high);
    if (s->found < s->capacity)
        s->list[s->found] = (rh_arbitrage){s->kind, s->slice, low, high, worst_k, worst, quoted};
    s->found++;
}

/* A run of bad points from i on; returns the first good one after it. */
static size_t report_run(scan *s, size_t i)
{
    size_t end = i, worst = i;
    while (end < s->count && s->value[end] < -tolerance) {
        if (s->value[end] < s->value[worst]) worst = end;
        end++;
    }
    double low = i == 0 ? s->k[0] : find_end(s, s->k[i - 1], s->k[i]);
    double high = end == s->count ? s->k[end - 1] : find_end(s, s->k[end], s->k[end - 1]);
    double k, value = refine(s, worst, &k);
    report(s, low, high, k, value);
    return end;
}

static void look(scan *s, rh_arbitrage_kind kind, size_t slice)
{
    s->kind = kind;
    s->slice = slice;
    fill_grid(s);
    for (size_t i = 0; i < s->count;) {
        if (s->value[i] < -tolerance) {
            i = report_run(s, i);
            continue;
        }
        /* a dip between two points */
        bool dip = i > 0 && i + 1 < s->count && s->value[i] < 0.05 &&
                   s->value[i] <= s->value[i - 1] && s->value[i] <= s->value[i + 1];
        double k, value = dip ? refine(s, i, &k) : 0.0;
        if (value < -tolerance)
            report(s, find_end(s, s->k[i - 1], k), find_end(s, s->k[i + 1], k), k, value);
        i++;
    }
}

static void look_at_wings(scan *s, size_t slice)
{
    s->kind = RH_ARBITRAGE_WING;
    s->slice = slice;
    for (double side = -1.0; side <= 1.0; side += 2.0) {
        double beyond = wing_slope(&s->surface->slices[slice].svi, side) - 2.0;
        if (beyond > tolerance)
            report(s, side * HUGE_VAL, side * HUGE_VAL, side * HUGE_VAL, beyond);
    }
}

size_t rh_surface_arbitrage(const rh_surface *surface, rh_arbitrage *list, size_t capacity)
{
    scan s = {.surface = surface, .list = list, .capacity = capacity};
    for (size_t i = 0; i < surface->count; i++) {
        look(&s, RH_ARBITRAGE_BUTTERFLY, i);
        look_at_wings(&s, i);
        if (i + 1 < surface->count) look(&s, RH_ARBITRAGE_CALENDAR, i);
    }
    return s.found;
}
