/* A ring of samples with a compensated running sum. Allocates nothing.
 * Invariant: samples lie in the ring oldest first, none at or before the window's far edge as of
 * the last advance, and sum + sum_error is their sum to a rounding or two, however long it runs. */
#include "math/rolling.h"

#include <math.h>

#include "base/error.h"

void rh_rolling_init(rh_rolling *rolling, rh_rolling_sample *memory, size_t capacity,
                     int64_t window_ns)
{
    RH_ASSERT(capacity > 0);
    *rolling = (rh_rolling){.ring = memory, .capacity = capacity, .window_ns = window_ns};
}

/* Neumaier: what the addition rounds away is collected apart. */
static void add(rh_rolling *rolling, double value)
{
    double sum = rolling->sum + value;
    if (fabs(rolling->sum) >= fabs(value))
        rolling->sum_error += (rolling->sum - sum) + value;
    else
        rolling->sum_error += (value - sum) + rolling->sum;
    rolling->sum = sum;
}

static void drop_oldest(rh_rolling *rolling)
{
    double value = rolling->ring[rolling->first].value;
    if (++rolling->first == rolling->capacity) rolling->first = 0;
    if (--rolling->count == 0) {
        /* An empty window is exactly zero again, whatever went through it. */
        rolling->sum = rolling->sum_error = 0.0;
        return;
    }
    add(rolling, -value);
}

void rh_rolling_push(rh_rolling *rolling, int64_t time_ns, double value)
{
    if (rolling->count == rolling->capacity) {
        drop_oldest(rolling);
        rolling->overflowed = true;
    }
    size_t at = rolling->first + rolling->count;
    if (at >= rolling->capacity) at -= rolling->capacity;
    rolling->ring[at] = (rh_rolling_sample){time_ns, value};
    rolling->count++;
    add(rolling, value);
}

void rh_rolling_advance(rh_rolling *rolling, int64_t now_ns)
{
    /* now - window may not exist in int64; then nothing is that old. */
    if (rolling->window_ns > 0 && now_ns < INT64_MIN + rolling->window_ns) return;
    int64_t edge_ns = now_ns - rolling->window_ns;
    while (rolling->count > 0 && rolling->ring[rolling->first].time_ns <= edge_ns)
        drop_oldest(rolling);
}

double rh_rolling_sum(const rh_rolling *rolling)
{
    return rolling->sum + rolling->sum_error;
}

size_t rh_rolling_count(const rh_rolling *rolling)
{
    return rolling->count;
}

int64_t rh_rolling_oldest_ns(const rh_rolling *rolling)
{
    return rolling->count ? rolling->ring[rolling->first].time_ns : INT64_MAX;
}
