/* Volatility marks: where the vol of an asset comes from. Each kind is a row of rh_vol_kinds.
 *   flat      one number
 *   file      a time series (VOL records of a feed)
 *   realized  follows the realised volatility of the spot over a window
 * Every market state (what is, what is known) runs its own tracker: no look-ahead is possible. */
#ifndef RH_MARKET_VOL_H
#define RH_MARKET_VOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/limits.h"
#include "data/json.h"
#include "math/rolling.h"

typedef enum rh_vol_kind { RH_VOL_FLAT, RH_VOL_FILE, RH_VOL_REALIZED } rh_vol_kind;

typedef struct rh_vol_spec {
    rh_vol_kind kind;
    double sigma;                 /* flat: the vol; file and realized: until there is data */
    char file[RH_PATH_MAX];       /* file: as written in the scenario */
    int64_t window_ns, sample_ns; /* realized: window, spacing of the returns */
    double floor, cap;            /* realized */
} rh_vol_spec;

/* `at` is a number (flat) or an object with "kind". */
rh_status rh_vol_spec_read(rh_json at, rh_vol_spec *spec, rh_error *error);

typedef struct rh_vol_tracker {
    const rh_vol_spec *spec;
    double sigma;       /* now */
    rh_rolling returns; /* squared log returns */
    rh_rolling_sample *memory; /* of a realized vol; else NULL */
    int64_t sampled_ns; /* time and price of the last sample; price 0: none */
    double sampled_price;
} rh_vol_tracker;

rh_status rh_vol_tracker_init(rh_vol_tracker *tracker, const rh_vol_spec *spec, rh_error *error);
void rh_vol_tracker_free(rh_vol_tracker *tracker);
void rh_vol_tracker_rewind(rh_vol_tracker *tracker); /* as after init */
/* As rh_vol_tracker_spot, of a tracker that follows the spot. */
bool rh_vol_tracker_sample(rh_vol_tracker *tracker, int64_t time_ns, double spot);
/* A spot price seen at time_ns; true when sigma changed. */
static inline bool rh_vol_tracker_spot(rh_vol_tracker *tracker, int64_t time_ns, double spot)
{
    return tracker->memory && rh_vol_tracker_sample(tracker, time_ns, spot);
}
/* A VOL record. */
bool rh_vol_tracker_mark(rh_vol_tracker *tracker, double sigma);

#endif
