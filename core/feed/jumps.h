/* Jumps of the log price at random times: a Poisson number of normal sizes in a step, with keys of
 * their own, for every model that has them. The drift that they add is for the model to take out.
 * Holds no state but parameters. */
#ifndef RH_FEED_JUMPS_H
#define RH_FEED_JUMPS_H

#include "base/random.h"
#include "data/json.h"

#define RH_NORMAL_JUMPS_KEYS "jump_intensity", "jump_mean", "jump_vol"

typedef struct rh_normal_jumps {
    double count;           /* expected number in a step */
    double mean, deviation; /* of one jump of the log price */
    double growth;          /* expected growth by jumps per year: intensity E[e^jump - 1] */
} rh_normal_jumps;

/* jump_intensity per year, at most 700 in a step of dt_years; jump_mean and jump_vol of one. */
rh_status rh_normal_jumps_read(rh_json at, double dt_years, rh_normal_jumps *jumps,
                               rh_error *error);
rh_status rh_jump_count_read(rh_json at, double dt_years, double *intensity, double *count,
                             rh_error *error);
double rh_normal_jumps_draw(const rh_normal_jumps *jumps, rh_stream *stream);

#endif
