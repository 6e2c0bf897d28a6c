/* Event intensity: trades, bars and quotes known in (now - window, now], per second. Until a whole
 * window has passed the rate is over the time since the first record, which is the origin and is
 * not counted. Ready after half a window; 0 is an answer then (a silent market), unless
 * min_samples asks for more. When the ring is full the rate is over the time the ring covers. */
#include <stddef.h>
#include <stdlib.h>

#include "flow/kinds.h"
#include "math/rolling.h"

typedef struct intensity {
    rh_feature base;
    rh_rolling events;
    int64_t window_ns, first_ns, last_ns;
    size_t min_samples;
    bool started;
    rh_rolling_sample *memory;
} intensity;

static void update(rh_feature *feature, const rh_record *record)
{
    intensity *self = (intensity *)feature;
    if (record->kind != RH_RECORD_TRADE && record->kind != RH_RECORD_BAR &&
        record->kind != RH_RECORD_QUOTE)
        return;
    int64_t now_ns = record->known_ns > self->last_ns ? record->known_ns : self->last_ns;
    self->last_ns = now_ns;
    if (!self->started) self->first_ns = now_ns;
    self->started = true;
    if (now_ns == self->first_ns) return;
    rh_rolling_advance(&self->events, now_ns);
    rh_rolling_push(&self->events, now_ns, 1.0);
}

static bool value(rh_feature *feature, int64_t now_ns, double *result)
{
    intensity *self = (intensity *)feature;
    *result = 0.0;
    rh_rolling_advance(&self->events, now_ns);
    int64_t covered_ns = now_ns - self->first_ns;
    if (!self->started || covered_ns < rh_feature_warm_up_ns(self->window_ns)) return false;
    size_t count = rh_rolling_count(&self->events);
    if (count < self->min_samples) return false;
    if (covered_ns > self->window_ns) covered_ns = self->window_ns;
    if (count == self->events.capacity) { /* older ones may have left early */
        covered_ns = now_ns - rh_rolling_oldest_ns(&self->events);
        count--;
    }
    if (covered_ns <= 0) return false;
    *result = (double)count * (1e9 / (double)covered_ns);
    return true;
}

static void release(rh_feature *feature)
{
    intensity *self = (intensity *)feature;
    free(self->memory);
    free(self);
}

rh_status rh_intensity_configure(const rh_feature_spec *spec, rh_feature **feature,
                                 rh_error *error)
{
    rh_feature_window window;
    RH_TRY(rh_feature_window_read(spec, 0, &window, error));
    intensity *self = calloc(1, sizeof *self);
    rh_rolling_sample *memory = malloc(window.max_samples * sizeof *memory);
    if (!self || !memory) {
        free(self);
        free(memory);
        return rh_feature_no_memory(spec, error);
    }
    *self = (intensity){.base = {.update = update, .value = value, .free = release},
                        .window_ns = window.window_ns,
                        .min_samples = window.min_samples, .memory = memory};
    rh_rolling_init(&self->events, memory, window.max_samples, window.window_ns);
    *feature = &self->base;
    return RH_OK;
}
