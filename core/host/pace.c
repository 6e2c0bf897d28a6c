/* The arithmetic of pacing: one anchor and a speed. Must not wait, read a clock or know a run.
 * Invariant: the answer never goes back while the wall clock does not, and a wall clock that does
 * go back is answered as if it stood still. */
#include "host/pace.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

void rh_pace_begin(rh_pace *pace, double speed, int64_t sim_ns, int64_t wall_ns)
{
    *pace = (rh_pace){.speed = speed, .sim_ns = sim_ns, .wall_ns = wall_ns, .until_ns = INT64_MAX};
}

static int64_t bounded(const rh_pace *pace, int64_t sim_ns)
{
    return sim_ns < pace->until_ns ? sim_ns : pace->until_ns;
}

int64_t rh_pace_due(const rh_pace *pace, int64_t wall_ns)
{
    if (pace->paused) return pace->sim_ns;
    if (isinf(pace->speed)) return pace->until_ns;
    if (wall_ns <= pace->wall_ns) return bounded(pace, pace->sim_ns);
    double spent_ns = (double)((uint64_t)wall_ns - (uint64_t)pace->wall_ns);
    /* 2^63 ns are 292 years: what comes near the room that is left is as good as the end of it */
    double ahead_ns = spent_ns * pace->speed;
    double room_ns = (double)INT64_MAX - (double)pace->sim_ns;
    if (ahead_ns >= 0.5 * room_ns) return pace->until_ns;
    return bounded(pace, pace->sim_ns + (int64_t)ahead_ns);
}

void rh_pace_pause(rh_pace *pace, int64_t sim_ns)
{
    pace->paused = true;
    pace->sim_ns = sim_ns;
    pace->until_ns = INT64_MAX;
}

void rh_pace_go_on(rh_pace *pace, int64_t sim_ns, int64_t wall_ns)
{
    pace->paused = false;
    pace->sim_ns = sim_ns;
    pace->wall_ns = wall_ns;
}

void rh_pace_set_speed(rh_pace *pace, double speed, int64_t sim_ns, int64_t wall_ns)
{
    pace->speed = speed;
    pace->sim_ns = sim_ns;
    pace->wall_ns = wall_ns;
}

bool rh_pace_parse(const char *text, double *speed)
{
    double value;
    if (strcmp(text, "max") == 0) {
        *speed = (double)INFINITY;
        return true;
    }
    if (text[0] == 'x') text++;
    if (!rh_parse_double(text, &value)) return false;
    if (!(value >= RH_PACE_SPEED_MIN && value <= RH_PACE_SPEED_MAX)) return false;
    *speed = value;
    return true;
}
