/* Statistics over a sliding time window, in fixed memory given by the caller at start.
 * Sums are maintained with compensation so that a long run does not drift; when the ring is full
 * the oldest sample leaves early, and `overflowed` says so. */
#ifndef RH_MATH_ROLLING_H
#define RH_MATH_ROLLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct rh_rolling_sample { int64_t time_ns; double value; } rh_rolling_sample;

typedef struct rh_rolling {
    rh_rolling_sample *ring;    /* caller's memory */
    size_t capacity, first, count;
    int64_t window_ns;
    double sum, sum_error;      /* compensated (Neumaier) */
    bool overflowed;
} rh_rolling;

void rh_rolling_init(rh_rolling *rolling, rh_rolling_sample *memory, size_t capacity,
                     int64_t window_ns);
void rh_rolling_push(rh_rolling *rolling, int64_t time_ns, double value);
/* Drop samples with time_ns <= now_ns - window_ns. */
void rh_rolling_advance(rh_rolling *rolling, int64_t now_ns);
double rh_rolling_sum(const rh_rolling *rolling);
size_t rh_rolling_count(const rh_rolling *rolling);
int64_t rh_rolling_oldest_ns(const rh_rolling *rolling);   /* INT64_MAX when empty */

#endif
