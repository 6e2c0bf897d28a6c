/* Estimates and their standard errors from an array. Each functional is a small function that says
 * what one value contributes (its influence); one loop turns any of them into a standard error.
 * Invariant: nothing depends on anything but the values, their order and the unit. */
#include "study/statistics.h"

#include <math.h>
#include <stdbool.h>

const double rh_quantile_levels[RH_QUANTILES] = {0.01, 0.05, 0.1, 0.25, 0.5,
                                                 0.75, 0.9,  0.95, 0.99};

enum { TERMS_MAX = 4, SUM_BLOCK = 1024 };
static const double tail_levels[2] = {0.05, 0.01};

/* 97.5% of the normal distribution: Woodruff's interval is the one of 95%. */
static const double woodruff_z = 1.959963984540054;

/* --- sums and standard errors -------------------------------------------------------------- */

/* What x contributes to each of `count` estimates. */
typedef struct influence {
    void (*of)(const void *context, double x, double *terms);
    const void *context;
    int count;
} influence;

/* Sums in two levels, so that a long sample loses no digits. */
typedef struct two_sums {
    double part[2 * TERMS_MAX], whole[2 * TERMS_MAX];
} two_sums;

static void carry(two_sums *sums)
{
    for (int k = 0; k < 2 * TERMS_MAX; k++) {
        sums->whole[k] += sums->part[k];
        sums->part[k] = 0;
    }
}

/* sqrt(sum (u - mean u)^2 / (m (m - 1))) over the m units' mean influences u. */
static void standard_errors(const rh_sample *sample, influence what, double *se)
{
    size_t units = sample->count / sample->unit;
    double m = (double)units, share = 1 / (double)sample->unit;
    two_sums sums = {{0}, {0}};
    for (size_t u = 0; u < units; u++) {
        double unit[TERMS_MAX] = {0}, terms[TERMS_MAX];
        for (size_t i = u * sample->unit; i < (u + 1) * sample->unit; i++) {
            what.of(what.context, rh_sample_at(sample, i), terms);
            for (int k = 0; k < what.count; k++) unit[k] += terms[k];
        }
        for (int k = 0; k < what.count; k++) {
            double mean = unit[k] * share;
            sums.part[k] += mean;
            sums.part[TERMS_MAX + k] += mean * mean;
        }
        if ((u + 1) % SUM_BLOCK == 0) carry(&sums);
    }
    carry(&sums);
    for (int k = 0; k < what.count; k++) {
        double central = sums.whole[TERMS_MAX + k] - sums.whole[k] * (sums.whole[k] / m);
        se[k] = units < 2 ? (double)NAN : sqrt(fmax(central, 0.0) / (m * (m - 1)));
    }
}

/* The mean of each term over all values. */
static void means(const rh_sample *sample, influence what, double *mean)
{
    two_sums sums = {{0}, {0}};
    for (size_t i = 0; i < sample->count; i++) {
        double terms[TERMS_MAX];
        what.of(what.context, rh_sample_at(sample, i), terms);
        for (int k = 0; k < what.count; k++) sums.part[k] += terms[k];
        if ((i + 1) % SUM_BLOCK == 0) carry(&sums);
    }
    carry(&sums);
    for (int k = 0; k < what.count; k++) mean[k] = sums.whole[k] / (double)sample->count;
}

/* --- moments ------------------------------------------------------------------------------- */

typedef struct center {
    double mean, sd, skew; /* sd with count, not count - 1 */
} center;

static void first_power(const void *context, double x, double *terms)
{
    terms[0] = x - *(const double *)context;
}

static void central_powers(const void *context, double x, double *terms)
{
    double d = x - ((const center *)context)->mean;
    terms[0] = d;
    terms[1] = d * d;
    terms[2] = d * d * d;
    terms[3] = x * x;
}

/* Of mean, standard deviation and skewness; x^2 for the root mean square. */
static void moment_influence(const void *context, double x, double *terms)
{
    const center *c = context;
    double d = x - c->mean, z = c->sd > 0 ? d / c->sd : 0;
    terms[0] = d;
    terms[1] = 0.5 * c->sd * (z * z - 1);
    terms[2] = z * z * z - c->skew - 3 * z - 1.5 * c->skew * (z * z - 1);
    terms[3] = x * x;
}

static double accurate_mean(const rh_sample *sample)
{
    double zero = 0, mean, rest;
    means(sample, (influence){first_power, &zero, 1}, &mean);
    means(sample, (influence){first_power, &mean, 1}, &rest);
    return mean + rest;
}

rh_estimate rh_sample_mean(const rh_sample *sample)
{
    rh_estimate mean = {accurate_mean(sample), NAN};
    standard_errors(sample, (influence){first_power, &mean.value, 1}, &mean.se);
    return mean;
}

static void moments(const rh_sample *sample, rh_distribution *out)
{
    center c = {.mean = accurate_mean(sample)};
    double power[TERMS_MAX], se[TERMS_MAX], n = (double)sample->count;
    means(sample, (influence){central_powers, &c, 4}, power);
    bool flat = !(power[1] > 0);
    c.sd = sqrt(power[1]);
    c.skew = flat ? 0 : power[2] / (power[1] * c.sd);
    standard_errors(sample, (influence){moment_influence, &c, 4}, se);
    out->mean = (rh_estimate){c.mean, se[0]};
    out->std = (rh_estimate){sample->count < 2 ? (double)NAN : c.sd * sqrt(n / (n - 1)), se[1]};
    out->skew = flat ? (rh_estimate){NAN, NAN} : (rh_estimate){c.skew, se[2]};
    out->rms.value = sqrt(power[3]);
    out->rms.se = power[3] > 0 ? se[3] / (2 * out->rms.value) : se[3];
}

static void extremes(const rh_sample *sample, rh_distribution *out)
{
    out->min = out->max = rh_sample_at(sample, 0);
    for (size_t i = 1; i < sample->count; i++) {
        double x = rh_sample_at(sample, i);
        out->min = x < out->min ? x : out->min;
        out->max = x > out->max ? x : out->max;
    }
}

/* --- quantiles ----------------------------------------------------------------------------- */

/* Order statistics to be found together: between two of them, or one alone. */
typedef struct wanted_list {
    size_t rank[RH_RANKS_MAX / 2];
    double part[RH_RANKS_MAX / 2]; /* of the way to the next */
    double *value[RH_RANKS_MAX / 2];
    size_t count, last;            /* last: the highest rank */
} wanted_list;

static void want_rank(wanted_list *list, size_t rank, double part, double *value)
{
    RH_ASSERT(list->count < RH_RANKS_MAX / 2);
    list->rank[list->count] = rank < list->last ? rank : list->last;
    list->part[list->count] = rank < list->last ? part : 0;
    list->value[list->count++] = value;
}

static void want_level(wanted_list *list, double level, double *value)
{
    double at = fmin(fmax(level, 0.0), 1.0) * (double)list->last;
    want_rank(list, (size_t)floor(at), at - floor(at), value);
}

static rh_status find_wanted(const rh_sample *sample, const wanted_list *list, rh_error *error)
{
    size_t ranks[RH_RANKS_MAX];
    double found[RH_RANKS_MAX];
    for (size_t i = 0; i < list->count; i++) {
        ranks[2 * i] = list->rank[i];
        ranks[2 * i + 1] = list->part[i] > 0 ? list->rank[i] + 1 : list->rank[i];
    }
    RH_TRY(rh_order_statistics(sample, ranks, 2 * list->count, found, error));
    for (size_t i = 0; i < list->count; i++) {
        double low = found[2 * i], high = found[2 * i + 1];
        *list->value[i] = low + list->part[i] * (high - low);
    }
    return RH_OK;
}

static void at_most(const void *context, double x, double *terms)
{
    terms[0] = x <= *(const double *)context;
}

/* Woodruff, "Confidence intervals for medians and other position measures", JASA 47 (1952): the
 * interval of the share of values below, read off the empirical distribution. */
typedef struct woodruff {
    double share_se, from, to; /* levels */
    double low, high;          /* their quantiles */
} woodruff;

static void want_interval(wanted_list *list, double level, double share_se, woodruff *interval)
{
    double reach = share_se * woodruff_z;
    *interval = (woodruff){share_se, fmax(level - reach, 0.0), fmin(level + reach, 1.0), 0, 0};
    want_level(list, interval->from, &interval->low);
    want_level(list, interval->to, &interval->high);
}

static double interval_error(const woodruff *interval)
{
    double width = interval->to - interval->from;
    return width > 0 ? interval->share_se * (interval->high - interval->low) / width : 0;
}

/* Quantiles, and of each tail in `tails` the order statistic where it ends. Units of one path have
 * a share whose error is known beforehand: all is found in one go. */
static rh_status quantiles(const rh_sample *sample, double *tails[2], rh_distribution *out,
                           rh_error *error)
{
    wanted_list list = {.count = 0, .last = sample->count - 1};
    woodruff interval[RH_QUANTILES];
    double n = (double)sample->count;
    bool alone = sample->unit == 1;
    for (int k = 0; k < RH_QUANTILES; k++) {
        double level = rh_quantile_levels[k];
        want_level(&list, level, &out->quantile[k].value);
        if (alone) want_interval(&list, level, sqrt(level * (1 - level) / n), &interval[k]);
    }
    want_level(&list, 0.001, &out->low);
    want_level(&list, 0.999, &out->high);
    for (int k = 0; k < 2; k++) {
        want_rank(&list, (size_t)fmax(ceil(tail_levels[k] * n) - 1, 0), 0, tails[k]);
    }
    RH_TRY(find_wanted(sample, &list, error));
    list.count = 0;
    for (int k = 0; k < RH_QUANTILES && !alone && out->units >= 2; k++) {
        double se;
        standard_errors(sample, (influence){at_most, &out->quantile[k].value, 1}, &se);
        want_interval(&list, rh_quantile_levels[k], se, &interval[k]);
    }
    if (list.count > 0) RH_TRY(find_wanted(sample, &list, error));
    for (int k = 0; k < RH_QUANTILES; k++) {
        out->quantile[k].se = out->units < 2 ? (double)NAN : interval_error(&interval[k]);
    }
    return RH_OK;
}

/* --- tails --------------------------------------------------------------------------------- */

typedef struct tail {
    double level, quantile, mean; /* mean of the worst `level` */
} tail;

/* q - (q - x)^+ / level: its mean is the mean of the tail, for any quantile q of that level, and
 * less that mean it is the influence (Rockafellar & Uryasev, "Conditional value-at-risk for general
 * loss distributions", J. Banking & Finance 26, 2002; Manistre & Hancock, "Variance of the CTE
 * estimator", NAAJ 9, 2005). */
static void tail_term(const void *context, double x, double *terms)
{
    const tail *t = context;
    terms[0] = t->quantile - (x < t->quantile ? (t->quantile - x) / t->level : 0);
}

static rh_estimate expected_shortfall(const rh_sample *sample, double level, double quantile)
{
    tail t = {level, quantile, 0};
    rh_estimate shortfall;
    means(sample, (influence){tail_term, &t, 1}, &t.mean);
    shortfall.value = -t.mean;
    standard_errors(sample, (influence){tail_term, &t, 1}, &shortfall.se);
    bool one_alone = level * (double)sample->count < 2.0; /* its own quantile: it says no spread */
    if (one_alone) shortfall.se = (double)NAN;
    return shortfall;
}

static void is_loss(const void *context, double x, double *terms)
{
    (void)context;
    terms[0] = x < 0;
}

rh_status rh_distribution_of(const rh_sample *sample, rh_distribution *out, rh_error *error)
{
    RH_ASSERT(sample->count > 0 && sample->unit > 0 && sample->count % sample->unit == 0);
    *out = (rh_distribution){.count = sample->count, .units = sample->count / sample->unit};
    extremes(sample, out);
    moments(sample, out);
    double ends[2], *tails[2] = {&ends[0], &ends[1]};
    RH_TRY(quantiles(sample, tails, out, error));
    out->es95 = expected_shortfall(sample, tail_levels[0], ends[0]);
    out->es99 = expected_shortfall(sample, tail_levels[1], ends[1]);
    means(sample, (influence){is_loss, NULL, 1}, &out->probability_of_loss.value);
    standard_errors(sample, (influence){is_loss, NULL, 1}, &out->probability_of_loss.se);
    return RH_OK;
}

/* --- histogram ----------------------------------------------------------------------------- */

/* 1, 2, 2.5 or 5 times a power of ten, not below `least`; as multiple / divisor, of which one is a
 * power of ten and both are exact, so that edges are the nearest doubles to round numbers. */
static void round_step(double least, double *multiple, double *divisor)
{
    static const double nice[] = {1, 2, 2.5, 5, 10};
    double scale = 1;
    *divisor = 1;
    while (scale * 10 <= least) scale *= 10;
    while (scale > least * *divisor && *divisor < 1e300) *divisor *= 10;
    for (size_t i = 0; i < sizeof nice / sizeof *nice; i++) {
        *multiple = nice[i] * scale;
        if (*multiple / *divisor >= least) return;
    }
}

void rh_frequencies_of(const rh_sample *sample, double low, double high, rh_frequencies *out)
{
    enum { BINS_WANTED = 40 };
    double multiple, divisor, span = high - low;
    double least = span > 0 ? span / BINS_WANTED : fmax(fabs(low) * 1e-3, 1e-9);
    *out = (rh_frequencies){.bins = 0};
    round_step(fmax(least, fabs(low) * 1e-12), &multiple, &divisor);
    double step = multiple / divisor, first = floor(low / step);
    out->edges[0] = first * multiple / divisor;
    do {
        out->bins++;
        out->edges[out->bins] = (first + out->bins) * multiple / divisor;
    } while (out->edges[out->bins] <= high && out->bins < RH_FREQUENCY_BINS_MAX);
    for (size_t i = 0; i < sample->count; i++) {
        double x = rh_sample_at(sample, i), at = floor((x - out->edges[0]) / step);
        int bin = at < 0 ? -1 : at < out->bins ? (int)at : out->bins;
        /* the quotient may be one off beside an edge */
        if (bin >= 0 && bin < out->bins && x < out->edges[bin]) bin--;
        if (bin >= -1 && bin < out->bins && x >= out->edges[bin + 1]) bin++;
        if (bin < 0) out->below++;
        if (bin >= out->bins) out->above++;
        if (bin >= 0 && bin < out->bins) out->counts[bin]++;
    }
}
