/* Where simulated time should be at a moment of the monotonic wall clock. Pure arithmetic: the
 * moment is handed in, nothing waits or reads a clock. Invariant: between two changes of the pace
 * the answer is computed from one anchor, so that nothing drifts however often it is asked. */
#ifndef RH_HOST_PACE_H
#define RH_HOST_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define RH_PACE_SPEED_MAX 1e12      /* simulated seconds per second; beyond it say "max" */
#define RH_PACE_SPEED_MIN 1e-6

typedef struct rh_pace {
    double speed;               /* simulated seconds per second; INFINITY: as fast as possible */
    bool paused;
    int64_t sim_ns, wall_ns;    /* the anchor: simulated time was sim_ns at wall_ns */
    int64_t until_ns;           /* never beyond; INT64_MAX: no such bound */
} rh_pace;

void rh_pace_begin(rh_pace *pace, double speed, int64_t sim_ns, int64_t wall_ns);
/* Simulated time that should have been reached; INT64_MAX at speed "max" without a bound. */
int64_t rh_pace_due(const rh_pace *pace, int64_t wall_ns);
/* Each takes the simulated time really reached, from which the pace goes on: a run that could not
 * keep up does not leap when it is slowed down, resumed or woken from a stop. */
void rh_pace_pause(rh_pace *pace, int64_t sim_ns);
void rh_pace_go_on(rh_pace *pace, int64_t sim_ns, int64_t wall_ns);
void rh_pace_set_speed(rh_pace *pace, double speed, int64_t sim_ns, int64_t wall_ns);

/* "3600", "0.5", "x600" or "max"; false leaves the speed as it was. */
bool rh_pace_parse(const char *text, double *speed);

#endif
