/* The distribution of a sample with standard errors, for paths that are independent and for paths
 * that come in dependent units (antithetic pairs, moment-matched blocks).
 * One method for all: a statistic's influence function is averaged over each unit, and the standard
 * error is that of the mean of these averages (Hampel, "The influence curve and its role in robust
 * estimation", JASA 69, 1974); for quantiles, which need a density, Woodruff's interval is used.
 * Pure functions; sums run in the order of the paths. docs/studies.md. */
#ifndef RH_STUDY_STATISTICS_H
#define RH_STUDY_STATISTICS_H

#include "study/moments.h"
#include "study/sample.h"

#define RH_QUANTILES 9
/* 0.01 0.05 0.1 0.25 0.5 0.75 0.9 0.95 0.99 */
extern const double rh_quantile_levels[RH_QUANTILES];

typedef struct rh_distribution {
    size_t count, units;
    double min, max;
    rh_estimate mean;
    rh_estimate std;  /* with count - 1 */
    rh_estimate skew; /* m3 / m2^1.5; NaN where all values are the same */
    rh_estimate rms;  /* about 0 */
    rh_estimate quantile[RH_QUANTILES]; /* linear between order statistics, R's type 7 */
    rh_estimate es95, es99; /* expected shortfall: minus the mean of the worst 5%, 1%; a loss is
                               positive (Acerbi & Tasche 2002, Rockafellar & Uryasev 2002) */
    rh_estimate probability_of_loss;    /* of x < 0 */
    double low, high;                   /* where 0.1% and 99.9% lie, for pictures */
} rh_distribution;

/* At least one value. Some ten passes over the sample, constant memory. */
rh_status rh_distribution_of(const rh_sample *sample, rh_distribution *out, rh_error *error);
rh_estimate rh_sample_mean(const rh_sample *sample);

#define RH_FREQUENCY_BINS_MAX 96

/* Bins of equal width, whose edges are round numbers; counts[i]: edges[i] <= x < edges[i + 1]. */
typedef struct rh_frequencies {
    int bins;
    double edges[RH_FREQUENCY_BINS_MAX + 1];
    uint64_t counts[RH_FREQUENCY_BINS_MAX], below, above;
} rh_frequencies;
void rh_frequencies_of(const rh_sample *sample, double low, double high, rh_frequencies *out);

#endif
