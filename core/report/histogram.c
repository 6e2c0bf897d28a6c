/* How often which values occur: cells around zero that double in width when they must.
 * Invariant: every value counted lies within (-half, half) widths, in the cell that it would be in
 * had the width been the present one from the start. */
#include "report/histogram.h"

#include <math.h>
#include <stdlib.h>

enum { HALF = RH_HISTOGRAM_HALF, CELLS = 2 * HALF };
static const double countable_max = 1e200;

rh_status rh_histogram_init(rh_histogram *histogram, rh_error *error)
{
    *histogram = (rh_histogram){.cells = calloc(CELLS, sizeof *histogram->cells)};
    return histogram->cells ? RH_OK : rh_fail(error, RH_NO_MEMORY, "no memory for a histogram");
}

void rh_histogram_free(rh_histogram *histogram)
{
    free(histogram->cells);
    *histogram = (rh_histogram){0};
}

/* Cells 2k and 2k + 1, counted from zero, become cell k on both sides. */
static void halve(rh_histogram *histogram)
{
    uint64_t *above = histogram->cells + HALF;
    for (int k = 0; k < HALF; k++) above[k] = k < HALF / 2 ? above[2 * k] + above[2 * k + 1] : 0;
    for (int k = -1; k >= -HALF; k--)
        above[k] = k >= -HALF / 2 ? above[2 * k] + above[2 * k + 1] : 0;
    histogram->width *= 2;
}

void rh_histogram_add(rh_histogram *histogram, double value)
{
    double magnitude = fabs(value);
    if (!(magnitude <= countable_max)) return;
    if (histogram->width == 0 && magnitude > 0) {
        int exponent;
        (void)frexp(magnitude, &exponent);
        histogram->width = ldexp(1.0, (exponent > -900 ? exponent : -900) - 15);
    }
    while (magnitude >= histogram->width * HALF && magnitude > 0) halve(histogram);
    int cell = magnitude > 0 ? (int)floor(value / histogram->width) : 0;
    histogram->cells[HALF + cell]++;
    if (histogram->count == 0 || value < histogram->min) histogram->min = value;
    if (histogram->count == 0 || value > histogram->max) histogram->max = value;
    histogram->count++;
    histogram->sum += value;
}

double rh_histogram_quantile(const rh_histogram *histogram, double share)
{
    uint64_t below = 0;
    if (histogram->count == 0) return (double)NAN;
    if (share <= 0) return histogram->min;
    for (int cell = 0; cell < CELLS && share < 1; cell++) {
        below += histogram->cells[cell];
        if ((double)below >= share * (double)histogram->count)
            return fmin(histogram->max, (cell + 1 - HALF) * histogram->width);
    }
    return histogram->max;
}

void rh_histogram_bars(const rh_histogram *histogram, double *from, double *to, int bars,
                       uint64_t *counts)
{
    int first = (int)floor(*from / histogram->width), last = (int)floor(*to / histogram->width);
    int each = (last - first + bars) / bars;    /* cells per bar, at least 1 */
    for (int bar = 0; bar < bars; bar++) counts[bar] = 0;
    for (int cell = 0; cell < CELLS; cell++) {
        int at = cell - HALF, bar = at < first ? 0 : (at - first) / each;
        counts[bar < bars ? bar : bars - 1] += histogram->cells[cell];
    }
    *from = first * histogram->width;
    *to = (first + bars * each) * histogram->width;
}
