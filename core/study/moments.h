/* Means and their standard errors, block by block: what a study keeps of quantities that it does
 * not keep path by path. A block is summarised alone and merged in the order of its index, so the
 * result depends on the cut into blocks and never on threads.
 * Standard errors are those of units: independent groups of `unit` neighbouring paths (1, an
 * antithetic pair, a moment-matched block). docs/studies.md. */
#ifndef RH_STUDY_MOMENTS_H
#define RH_STUDY_MOMENTS_H

#include <stddef.h>
#include <stdint.h>

typedef struct rh_estimate {
    double value, se; /* se: NaN with fewer than two units */
} rh_estimate;

/* Mean and central sums of pairs (a, b), merged as in Chan, Golub & LeVeque, "Updating formulae and
 * a pairwise algorithm for computing sample variances" (1979). */
typedef struct rh_comoments {
    uint64_t count;
    double mean_a, mean_b, aa, ab, bb;
} rh_comoments;
void rh_comoments_of(const double *a, const double *b, size_t count, rh_comoments *out);
void rh_comoments_merge(rh_comoments *into, const rh_comoments *more);

/* One number per path, beside the P&L of that path. A NaN means that the path has none: it is left
 * out, and the mean is the ratio of two sums over units, with the standard error of a ratio
 * (Cochran, "Sampling Techniques", 3rd ed. 1977, section 6.4). All zero: nothing yet. */
typedef struct rh_measure {
    rh_comoments paths; /* of (value, pnl) */
    rh_comoments units; /* of (sum of the unit's values, their count) */
    double min, max;
} rh_measure;
/* `count` is a multiple of `unit`, both at most RH_MEASURE_BLOCK. */
#define RH_MEASURE_BLOCK 256
void rh_measure_of(const double *values, const double *pnl, size_t count, size_t unit,
                   rh_measure *out);
void rh_measure_merge(rh_measure *into, const rh_measure *more);
rh_estimate rh_measure_mean(const rh_measure *measure);    /* NaN of nothing */
double rh_measure_std(const rh_measure *measure);          /* NaN of fewer than two values */
double rh_measure_correlation(const rh_measure *measure);  /* with the P&L; NaN where one is flat */

/* The mean of exp(-risk_aversion x), as multiples of its largest term, so that nothing overflows
 * whatever x is. All zero: nothing yet. */
typedef struct rh_entropic {
    uint64_t paths, units;
    double lowest;       /* the x of that largest term */
    double mean, square; /* over units: of the unit's mean, and the central sum of squares */
    double path_square;  /* over paths: the mean square */
} rh_entropic;
void rh_entropic_of(const double *x, size_t count, size_t unit, double risk_aversion,
                    rh_entropic *out);
void rh_entropic_merge(rh_entropic *into, const rh_entropic *more, double risk_aversion);
/* (1/a) ln E exp(-a x), a > 0: the reservation price of selling what yields x, and minus the
 * certainty equivalent under exponential utility (Hodges & Neuberger 1989). Standard error by the
 * delta method: that of the mean over a times the mean. */
rh_estimate rh_entropic_price(const rh_entropic *entropic, double risk_aversion);
/* (sum of weights)^2 / sum of squared weights, at most the paths: a standard error that rests on
 * few paths is no good (Kish 1965). */
double rh_entropic_effective_paths(const rh_entropic *entropic);

#endif
