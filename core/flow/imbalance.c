/* Trade imbalance: signed over total volume of the trades and bars known in (now - window, now].
 * Records without a side take the tick rule (Lee & Ready 1991): the sign of the last price change
 * between trades or bars, 0 before there was one. Ready when half a window has passed since the
 * first record and min_samples records with volume are in the window. Always within [-1, 1]. */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "flow/kinds.h"
#include "math/rolling.h"

typedef struct imbalance {
    rh_feature base;
    rh_rolling flow, volume;    /* same times: signed and total volume */
    int64_t window_ns, first_ns, last_ns;
    double last_price;          /* of a trade or bar; 0 before the first */
    double tick;                /* sign of the last price change */
    size_t min_samples;
    rh_rolling_sample *memory;
} imbalance;

static double signed_volume(imbalance *self, const rh_record *record)
{
    if (self->last_price > 0.0 && record->price != self->last_price)
        self->tick = record->price > self->last_price ? 1.0 : -1.0;
    self->last_price = record->price;
    if (record->kind == RH_RECORD_TRADE) {
        double side = record->extra > 0.0 ? 1.0 : record->extra < 0.0 ? -1.0 : self->tick;
        return side * record->size;
    }
    if (record->flags & RH_RECORD_NO_SIDE) return self->tick * record->size;
    return fmax(-record->size, fmin(record->size, record->extra));
}

static void update(rh_feature *feature, const rh_record *record)
{
    imbalance *self = (imbalance *)feature;
    if (record->kind != RH_RECORD_TRADE && record->kind != RH_RECORD_BAR) return;
    int64_t now_ns = record->known_ns > self->last_ns ? record->known_ns : self->last_ns;
    if (!(self->last_price > 0.0)) self->first_ns = now_ns;
    self->last_ns = now_ns;
    double flow = signed_volume(self, record);
    if (!(record->size > 0.0)) return;
    rh_rolling_advance(&self->flow, now_ns);
    rh_rolling_advance(&self->volume, now_ns);
    rh_rolling_push(&self->flow, now_ns, flow);
    rh_rolling_push(&self->volume, now_ns, record->size);
}

static bool value(rh_feature *feature, int64_t now_ns, double *result)
{
    imbalance *self = (imbalance *)feature;
    *result = 0.0;
    rh_rolling_advance(&self->flow, now_ns);
    rh_rolling_advance(&self->volume, now_ns);
    if (!(self->last_price > 0.0)) return false;
    if (now_ns - self->first_ns < rh_feature_warm_up_ns(self->window_ns)) return false;
    if (rh_rolling_count(&self->volume) < self->min_samples) return false;
    double total = rh_rolling_sum(&self->volume);
    if (!(total > 0.0)) return false;
    *result = fmax(-1.0, fmin(1.0, rh_rolling_sum(&self->flow) / total));
    return true;
}

static void release(rh_feature *feature)
{
    imbalance *self = (imbalance *)feature;
    free(self->memory);
    free(self);
}

rh_status rh_imbalance_configure(const rh_feature_spec *spec, rh_feature **feature,
                                 rh_error *error)
{
    rh_feature_window window;
    RH_TRY(rh_feature_window_read(spec, 1, &window, error));
    imbalance *self = calloc(1, sizeof *self);
    rh_rolling_sample *memory = malloc(2 * window.max_samples * sizeof *memory);
    if (!self || !memory) {
        free(self);
        free(memory);
        return rh_feature_no_memory(spec, error);
    }
    *self = (imbalance){.base = {.update = update, .value = value, .free = release},
                        .window_ns = window.window_ns,
                        .min_samples = window.min_samples, .memory = memory};
    rh_rolling_init(&self->flow, memory, window.max_samples, window.window_ns);
    rh_rolling_init(&self->volume, memory + window.max_samples, window.max_samples,
                    window.window_ns);
    *feature = &self->base;
    return RH_OK;
}
