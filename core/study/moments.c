/* Block moments and their merging. Pure functions of numbers; sums within a block run in the order
 * of the paths. Invariant: an accumulator that is all zero is neutral in every merge. */
#include "study/moments.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "math/kernels.h"

/* --- pairs --------------------------------------------------------------------------------- */

/* Four interleaved sums, added as a tree: the order is fixed, and none waits for another. */
enum { LANES = 4 };

static double add_lanes(const double sums[LANES])
{
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/* From the first value: what is constant stays exact. */
static double mean_of(const double *values, size_t count)
{
    double sums[LANES] = {0}, first = values[0];
    size_t whole = count - count % LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t k = 0; k < LANES; k++) sums[k] += values[i + k] - first;
    }
    for (size_t i = whole; i < count; i++) sums[i - whole] += values[i] - first;
    return first + add_lanes(sums) / (double)count;
}

void rh_comoments_of(const double *a, const double *b, size_t count, rh_comoments *out)
{
    double aa[LANES] = {0}, ab[LANES] = {0}, bb[LANES] = {0};
    *out = (rh_comoments){.count = count};
    if (count == 0) return;
    double mean_a = mean_of(a, count), mean_b = mean_of(b, count);
    size_t whole = count - count % LANES;
    for (size_t i = 0; i < count; i += LANES) {
        size_t lanes = i < whole ? LANES : count - whole;
        for (size_t k = 0; k < lanes; k++) {
            double da = a[i + k] - mean_a, db = b[i + k] - mean_b;
            aa[k] += da * da;
            ab[k] += da * db;
            bb[k] += db * db;
        }
    }
    out->mean_a = mean_a;
    out->mean_b = mean_b;
    out->aa = add_lanes(aa);
    out->ab = add_lanes(ab);
    out->bb = add_lanes(bb);
}

void rh_comoments_merge(rh_comoments *into, const rh_comoments *more)
{
    if (more->count == 0) return;
    if (into->count == 0) {
        *into = *more;
        return;
    }
    double all = (double)(into->count + more->count), share = (double)more->count / all;
    double da = more->mean_a - into->mean_a, db = more->mean_b - into->mean_b;
    double weight = (double)into->count * share;
    into->aa += more->aa + da * da * weight;
    into->ab += more->ab + da * db * weight;
    into->bb += more->bb + db * db * weight;
    into->mean_a += da * share;
    into->mean_b += db * share;
    into->count += more->count;
}

/* --- measures ------------------------------------------------------------------------------ */

/* Extremes of the values that are there; how many they are. */
static size_t extremes(const double *values, size_t count, rh_measure *out)
{
    double least = INFINITY, most = -INFINITY;
    size_t missing = 0;
    for (size_t i = 0; i < count; i++) {
        double x = values[i]; /* comparisons with a NaN are false */
        least = x < least ? x : least;
        most = x > most ? x : most;
        missing += isnan(x) != 0;
    }
    out->min = least;
    out->max = most;
    return count - missing;
}

/* Sums of units over the values that are there; the number of units that have any. */
static size_t sum_units(const double *values, size_t count, size_t unit, double *sums,
                        double *counts)
{
    size_t units = 0;
    for (size_t first = 0; first < count; first += unit) {
        double sum = 0, used = 0;
        for (size_t i = first; i < first + unit; i++) {
            if (isnan(values[i])) continue;
            sum += values[i];
            used++;
        }
        if (!(used > 0)) continue;
        sums[units] = sum;
        counts[units++] = used;
    }
    return units;
}

static void keep_present(const double *values, const double *pnl, size_t count, rh_measure *out)
{
    double present[RH_MEASURE_BLOCK], beside[RH_MEASURE_BLOCK];
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(values[i])) continue;
        present[used] = values[i];
        beside[used++] = pnl[i];
    }
    rh_comoments_of(present, beside, used, &out->paths);
}

void rh_measure_of(const double *values, const double *pnl, size_t count, size_t unit,
                   rh_measure *out)
{
    double sums[RH_MEASURE_BLOCK], counts[RH_MEASURE_BLOCK];
    RH_ASSERT(count <= RH_MEASURE_BLOCK && unit > 0 && count % unit == 0);
    memset(out, 0, sizeof *out);
    size_t present = extremes(values, count, out);
    if (present == count) {
        rh_comoments_of(values, pnl, count, &out->paths);
    } else {
        keep_present(values, pnl, count, out);
    }
    if (unit == 1) { /* every value is its unit's sum, of a count of one */
        const rh_comoments *p = &out->paths;
        out->units = (rh_comoments){p->count, p->mean_a, p->count ? 1 : 0, p->aa, 0, 0};
    } else {
        size_t units = sum_units(values, count, unit, sums, counts);
        rh_comoments_of(sums, counts, units, &out->units);
    }
}

void rh_measure_merge(rh_measure *into, const rh_measure *more)
{
    if (more->paths.count == 0) return;
    if (into->paths.count == 0 || more->min < into->min) into->min = more->min;
    if (into->paths.count == 0 || more->max > into->max) into->max = more->max;
    rh_comoments_merge(&into->paths, &more->paths);
    rh_comoments_merge(&into->units, &more->units);
}

rh_estimate rh_measure_mean(const rh_measure *measure)
{
    rh_estimate mean = {NAN, NAN};
    const rh_comoments *u = &measure->units;
    double units = (double)u->count, values = (double)measure->paths.count;
    if (measure->paths.count == 0) return mean;
    mean.value = measure->paths.mean_a;
    if (u->count < 2) return mean;
    double ratio = mean.value, square = u->aa - 2 * ratio * u->ab + ratio * ratio * u->bb;
    mean.se = sqrt(fmax(square, 0.0) * units / (units - 1)) / values;
    return mean;
}

double rh_measure_std(const rh_measure *measure)
{
    const rh_comoments *p = &measure->paths;
    return p->count < 2 ? (double)NAN : sqrt(p->aa / (double)(p->count - 1));
}

double rh_measure_correlation(const rh_measure *measure)
{
    const rh_comoments *p = &measure->paths;
    return p->aa > 0 && p->bb > 0 ? p->ab / (sqrt(p->aa) * sqrt(p->bb)) : (double)NAN;
}

/* --- exponential utility ------------------------------------------------------------------- */

void rh_entropic_of(const double *x, size_t count, size_t unit, double risk_aversion,
                    rh_entropic *out)
{
    double means[RH_MEASURE_BLOCK], squares = 0;
    size_t units = 0;
    rh_comoments over_units;
    RH_ASSERT(count <= RH_MEASURE_BLOCK && unit > 0 && count % unit == 0);
    memset(out, 0, sizeof *out);
    if (count == 0) return;
    out->lowest = x[0];
    for (size_t i = 1; i < count; i++) out->lowest = fmin(out->lowest, x[i]);
    for (size_t first = 0; first < count; first += unit) {
        double sum = 0;
        for (size_t i = first; i < first + unit; i++) {
            double weight = rh_exp(-risk_aversion * (x[i] - out->lowest));
            sum += weight;
            squares += weight * weight;
        }
        means[units++] = sum / (double)unit;
    }
    rh_comoments_of(means, means, units, &over_units);
    out->paths = count;
    out->units = units;
    out->mean = over_units.mean_a;
    out->square = over_units.aa;
    out->path_square = squares / (double)count;
}

/* The same as multiples of another, lower x's term. */
static void refer_to(rh_entropic *entropic, double lowest, double risk_aversion)
{
    double factor = rh_exp(-risk_aversion * (entropic->lowest - lowest));
    entropic->mean *= factor;
    entropic->square *= factor * factor;
    entropic->path_square *= factor * factor;
    entropic->lowest = lowest;
}

void rh_entropic_merge(rh_entropic *into, const rh_entropic *more, double risk_aversion)
{
    if (more->units == 0) return;
    if (into->units == 0) {
        *into = *more;
        return;
    }
    rh_entropic other = *more;
    double lowest = fmin(into->lowest, other.lowest);
    refer_to(into, lowest, risk_aversion);
    refer_to(&other, lowest, risk_aversion);
    rh_comoments a = {into->units, into->mean, 0, into->square, 0, 0};
    rh_comoments b = {other.units, other.mean, 0, other.square, 0, 0};
    rh_comoments_merge(&a, &b);
    double paths = (double)(into->paths + other.paths);
    into->path_square += (other.path_square - into->path_square) * ((double)other.paths / paths);
    into->paths += other.paths;
    into->units = a.count;
    into->mean = a.mean_a;
    into->square = a.aa;
}

rh_estimate rh_entropic_price(const rh_entropic *entropic, double risk_aversion)
{
    rh_estimate price = {NAN, NAN};
    double units = (double)entropic->units;
    if (entropic->units == 0) return price;
    price.value = rh_log(entropic->mean) / risk_aversion - entropic->lowest;
    if (entropic->units < 2) return price;
    price.se = sqrt(entropic->square / (units * (units - 1))) / (risk_aversion * entropic->mean);
    return price;
}

double rh_entropic_effective_paths(const rh_entropic *entropic)
{
    if (entropic->paths == 0) return 0;
    return (double)entropic->paths * entropic->mean * entropic->mean / entropic->path_square;
}
