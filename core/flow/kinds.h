/* Shared by the feature kinds, private to this room: the configure function of every kind, reading
 * arguments of a specification with messages that name feature, found and expected, and what a
 * record's price is. Invariant: an argument that is absent leaves the default untouched. */
#ifndef RH_FLOW_KINDS_H
#define RH_FLOW_KINDS_H

#include "flow/feature.h"

#define RH_FEATURE_WINDOW_NS_MAX (INT64_C(3650) * 86400 * 1000000000)   /* ten years */

typedef enum rh_feature_need { RH_FEATURE_OPTIONAL, RH_FEATURE_REQUIRED } rh_feature_need;

/* A duration in (0, RH_FEATURE_WINDOW_NS_MAX], given as text ("1h"). */
rh_status rh_feature_duration(const rh_feature_spec *spec, const char *key, rh_feature_need need,
                              int64_t *duration_ns, rh_error *error);
/* A whole number in [min, RH_FEATURE_SAMPLES_MAX]. */
rh_status rh_feature_samples(const rh_feature_spec *spec, const char *key, size_t min,
                             size_t *samples, rh_error *error);

/* What the kinds with a window share: window (required), min_samples, max_samples (what the ring
 * holds: memory against reach on a dense feed). `least_samples` is the smallest min_samples allowed
 * and its default. */
typedef struct rh_feature_window {
    int64_t window_ns;
    size_t min_samples, max_samples;
} rh_feature_window;
rh_status rh_feature_window_read(const rh_feature_spec *spec, size_t least_samples,
                                 rh_feature_window *window, rh_error *error);
/* The time after which a windowed feature may be ready: half the window, rounded up. */
static inline int64_t rh_feature_warm_up_ns(int64_t window_ns)
{
    return window_ns - window_ns / 2;
}
rh_status rh_feature_no_memory(const rh_feature_spec *spec, rh_error *error);

/* The price a record states: trade, bar and bar point, or the mid of a quote. False for records
 * that state none (vol, funding, a one-sided quote). */
bool rh_feature_price(const rh_record *record, double *price);

rh_status rh_realized_vol_configure(const rh_feature_spec *spec, rh_feature **feature,
                                    rh_error *error);
rh_status rh_ewma_vol_configure(const rh_feature_spec *spec, rh_feature **feature, rh_error *error);
rh_status rh_imbalance_configure(const rh_feature_spec *spec, rh_feature **feature,
                                 rh_error *error);
rh_status rh_intensity_configure(const rh_feature_spec *spec, rh_feature **feature,
                                 rh_error *error);

#endif
