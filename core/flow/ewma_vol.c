/* Exponentially weighted volatility, annualised (365 days): sqrt(sum w r^2 / sum w dt) over all
 * past log returns r of length dt, w = 2^(-age / half_life); the zero-mean forecast of RiskMetrics
 * (J.P. Morgan 1996) for irregular times. Ready when min_samples returns cover one half life.
 * Between records the value stands still: both sums decay alike. */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "flow/kinds.h"
#include "math/kernels.h"

#define LN_2 0.69314718055994530942

typedef struct ewma_vol {
    rh_feature base;
    double half_life_ns, squares, weight_ns;    /* the two sums, as of last_ns */
    double last_price;                          /* 0 before the first */
    int64_t first_ns, last_ns;
    size_t min_samples, samples;
} ewma_vol;

static void update(rh_feature *feature, const rh_record *record)
{
    ewma_vol *vol = (ewma_vol *)feature;
    double price;
    if (!rh_feature_price(record, &price)) return;
    int64_t now_ns = record->known_ns > vol->last_ns ? record->known_ns : vol->last_ns;
    if (vol->last_price > 0.0) {
        double change = price == vol->last_price ? 0.0 : rh_log(price / vol->last_price);
        double step_ns = (double)(now_ns - vol->last_ns);
        double decay = step_ns > 0.0 ? rh_exp(-LN_2 * (step_ns / vol->half_life_ns)) : 1.0;
        vol->squares = vol->squares * decay + change * change;
        vol->weight_ns = vol->weight_ns * decay + step_ns;
        vol->samples++;
    } else {
        vol->first_ns = now_ns;
    }
    vol->last_price = price;
    vol->last_ns = now_ns;
}

static bool value(rh_feature *feature, int64_t now_ns, double *result)
{
    const ewma_vol *vol = (const ewma_vol *)feature;
    (void)now_ns;
    *result = 0.0;
    double covered_ns = (double)(vol->last_ns - vol->first_ns);
    if (vol->samples < vol->min_samples || covered_ns < vol->half_life_ns) return false;
    if (!(vol->weight_ns > 0.0)) return false;
    *result = sqrt(vol->squares * (RH_YEAR_NS / vol->weight_ns));
    return true;
}

static void release(rh_feature *feature)
{
    free(feature);
}

rh_status rh_ewma_vol_configure(const rh_feature_spec *spec, rh_feature **feature, rh_error *error)
{
    int64_t half_life_ns = 0;
    size_t min_samples = 2;
    RH_TRY(rh_feature_duration(spec, "half_life", RH_FEATURE_REQUIRED, &half_life_ns, error));
    RH_TRY(rh_feature_samples(spec, "min_samples", 2, &min_samples, error));
    ewma_vol *vol = calloc(1, sizeof *vol);
    if (!vol) return rh_feature_no_memory(spec, error);
    *vol = (ewma_vol){.base = {.update = update, .value = value, .free = release},
                      .half_life_ns = (double)half_life_ns, .min_samples = min_samples};
    *feature = &vol->base;
    return RH_OK;
}
