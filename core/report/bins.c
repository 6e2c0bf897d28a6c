/* A long time series in bounded memory: first, least, greatest and last value per time bin.
 * Merging two neighbours is exact, so the result does not depend on when merging happened. */
#include "report/bins.h"

#include <math.h>
#include <stdlib.h>

static_assert(RH_BINS_MAX % 2 == 0, "bins are merged in pairs");
static const double drawable_max = 1e200;   /* differences of such values stay finite */

rh_status rh_bins_init(rh_bins *bins, int columns, rh_error *error)
{
    *bins = (rh_bins){.columns = columns, .width_ns = 1};
    bins->cells = calloc((size_t)columns * RH_BINS_MAX, sizeof *bins->cells);
    return bins->cells ? RH_OK : rh_fail(error, RH_NO_MEMORY, "no memory for a time series");
}

void rh_bins_align(rh_bins *bins, const rh_bins *like)
{
    bins->aligned = true;
    bins->from_ns = like->from_ns;
    bins->width_ns = like->width_ns;
    bins->limit_ns = like->last_ns;
}

void rh_bins_free(rh_bins *bins)
{
    free(bins->cells);
    *bins = (rh_bins){0};
}

static rh_extent merge(rh_extent early, rh_extent late)
{
    if (!late.any) return early;
    if (!early.any) return late;
    early.last = late.last;
    early.last_ns = late.last_ns;
    if (late.min < early.min) {
        early.min = late.min;
        early.min_ns = late.min_ns;
    }
    if (late.max > early.max) {
        early.max = late.max;
        early.max_ns = late.max_ns;
    }
    return early;
}

static void halve(rh_bins *bins)
{
    size_t columns = (size_t)bins->columns;
    for (size_t to = 0; to < RH_BINS_MAX; to++) {
        size_t from = 2 * to;
        bool inside = from < RH_BINS_MAX;
        if (inside) {
            size_t first = bins->rows[from] > 0 ? from : from + 1;
            size_t last = bins->rows[from + 1] > 0 ? from + 1 : from;
            bins->begin_ns[to] = bins->begin_ns[first];
            bins->end_ns[to] = bins->end_ns[last];
        }
        bins->rows[to] = inside ? bins->rows[from] + bins->rows[from + 1] : 0;
        for (size_t column = 0; column < columns; column++) {
            const rh_extent *pair = bins->cells + from * columns + column;
            bins->cells[to * columns + column] =
                inside ? merge(pair[0], pair[columns]) : (rh_extent){0};
        }
    }
    bins->width_ns *= 2;
    bins->used = (bins->used + 1) / 2;
}

void rh_bins_row(rh_bins *bins, int64_t time_ns, const double *values)
{
    if (bins->aligned) {
        if (time_ns < bins->from_ns) time_ns = bins->from_ns;
        if (time_ns > bins->limit_ns) time_ns = bins->limit_ns;
    } else if (bins->row_count == 0) {
        bins->from_ns = time_ns;
    }
    bins->row_count++;
    while ((time_ns - bins->from_ns) / bins->width_ns >= RH_BINS_MAX) halve(bins);
    int bin = (int)((time_ns - bins->from_ns) / bins->width_ns);
    if (bins->rows[bin]++ == 0) bins->begin_ns[bin] = time_ns;
    bins->end_ns[bin] = time_ns;
    bins->last_ns = time_ns;
    if (bin >= bins->used) bins->used = bin + 1;
    rh_extent *cells = bins->cells + (size_t)bin * (size_t)bins->columns;
    for (int column = 0; column < bins->columns; column++) {
        double value = values[column];
        if (!(fabs(value) <= drawable_max)) continue;
        rh_extent one = {value, value, value, value, time_ns, time_ns, time_ns, time_ns, true};
        cells[column] = merge(cells[column], one);
    }
}

const rh_extent *rh_bins_cell(const rh_bins *bins, int bin, int column)
{
    return bins->cells + (size_t)bin * (size_t)bins->columns + (size_t)column;
}

int rh_bins_at(const rh_bins *bins, int64_t time_ns)
{
    if (time_ns <= bins->from_ns) return 0;
    int64_t bin = (time_ns - bins->from_ns) / bins->width_ns;
    return bin < bins->used ? (int)bin : bins->used - 1;
}

int rh_bins_group(const rh_bins *bins)
{
    int group = (bins->used + RH_BIN_GROUPS_MAX - 1) / RH_BIN_GROUPS_MAX;
    return group > 0 ? group : 1;
}

rh_extent rh_bins_merge(const rh_bins *bins, int begin, int end, int column)
{
    rh_extent all = {0};
    if (end > bins->used) end = bins->used;
    for (int bin = begin; bin < end; bin++) all = merge(all, *rh_bins_cell(bins, bin, column));
    return all;
}

rh_extent rh_bins_total(const rh_bins *bins, int column)
{
    return rh_bins_merge(bins, 0, bins->used, column);
}
