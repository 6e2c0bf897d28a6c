/* Round numbers for people: ticks of a value axis and of a UTC time axis, with their labels.
 * Pure functions; a range that is empty or not finite still gives a usable axis. */
#ifndef RH_REPORT_AXIS_H
#define RH_REPORT_AXIS_H

#include <stdbool.h>
#include <stdint.h>

#define RH_TICKS_MAX 24
#define RH_TICK_TEXT 48

typedef struct rh_axis {
    double low, high;               /* widened towards whole steps */
    int count;
    double at[RH_TICKS_MAX];
    char text[RH_TICKS_MAX][RH_TICK_TEXT];
} rh_axis;

/* About `wanted` steps of 1, 2 or 5 times a power of ten, 2 <= wanted <= 10. */
void rh_axis_values(rh_axis *axis, double low, double high, int wanted);

typedef struct rh_time_axis {
    int count;
    int64_t at[RH_TICKS_MAX];
    char text[RH_TICKS_MAX][RH_TICK_TEXT];      /* "06:00", "19 May", "May", "2021" */
    char context[RH_TICKS_MAX][RH_TICK_TEXT];   /* day or year where it changes, else "" */
} rh_time_axis;

/* At most `wanted` (<= RH_TICKS_MAX) ticks within [from, to]. */
void rh_axis_times(rh_time_axis *axis, int64_t from_ns, int64_t to_ns, int wanted);

#endif
