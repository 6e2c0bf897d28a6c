/* A long time series in bounded memory: each time bin keeps the first, least, greatest and last
 * value of each column with their times, which draws the same pixels as all the rows would. Bins
 * are pairwise merged when time outgrows them, so the span need not be known and one pass is
 * enough. Invariant: bin i holds exactly the rows of [from + i width, from + (i + 1) width). */
#ifndef RH_REPORT_BINS_H
#define RH_REPORT_BINS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define RH_BINS_MAX 2400        /* even; once full, between half and all of them are in use */
#define RH_BIN_GROUPS_MAX 240   /* neighbouring bins are grouped into the rows of a table */

typedef struct rh_extent {
    double first, min, max, last;
    int64_t first_ns, min_ns, max_ns, last_ns;
    bool any;                   /* false: no finite value in this bin */
} rh_extent;

typedef struct rh_bins {
    rh_extent *cells;           /* [bin * columns + column] */
    uint64_t rows[RH_BINS_MAX]; /* of each bin */
    int64_t begin_ns[RH_BINS_MAX], end_ns[RH_BINS_MAX];     /* of its first and last row */
    int columns, used;          /* used: one beyond the last bin that has a row */
    int64_t from_ns, last_ns, width_ns, limit_ns;
    uint64_t row_count;
    bool aligned;               /* from, width and limit were given by another series */
} rh_bins;

rh_status rh_bins_init(rh_bins *bins, int columns, rh_error *error);
/* Before the first row: the bins of `like`, which has rows. Times are clamped into its span. */
void rh_bins_align(rh_bins *bins, const rh_bins *like);
void rh_bins_free(rh_bins *bins);               /* {0} again */
/* Times must not decrease. A value that is not finite, or beyond 1e200, counts as absent. */
void rh_bins_row(rh_bins *bins, int64_t time_ns, const double *values);

const rh_extent *rh_bins_cell(const rh_bins *bins, int bin, int column);
/* The bin of a time, clamped into [0, used). Needs a row. */
int rh_bins_at(const rh_bins *bins, int64_t time_ns);
/* Bins per group, so that there are at most RH_BIN_GROUPS_MAX groups; at least 1. */
int rh_bins_group(const rh_bins *bins);
/* The whole of one column; .any false when it has no value. */
rh_extent rh_bins_total(const rh_bins *bins, int column);
/* Merge of bins [begin, end) of one column; the range is clamped to the bins in use. */
rh_extent rh_bins_merge(const rh_bins *bins, int begin, int end, int column);

#endif
