/* Realised volatility: sqrt(sum of squared log returns / time they cover), annualised (365 days),
 * over the returns that lie wholly in [now - window, now]. The mean is taken as zero.
 * Ready when at least min_samples returns cover half the window; a return across a hole longer than
 * the window never enters. Known to lie on ticks: the bid-ask bounce counts as movement. */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "flow/kinds.h"
#include "math/kernels.h"
#include "math/rolling.h"

typedef struct realized_vol {
    rh_feature base;
    rh_rolling squares;     /* squared return, at the time its return *starts* */
    int64_t window_ns, last_ns;
    double last_price;      /* 0 before the first */
    size_t min_samples;
    rh_rolling_sample *memory;
} realized_vol;

static void update(rh_feature *feature, const rh_record *record)
{
    realized_vol *vol = (realized_vol *)feature;
    double price;
    if (!rh_feature_price(record, &price)) return;
    int64_t now_ns = record->known_ns > vol->last_ns ? record->known_ns : vol->last_ns;
    if (vol->last_price > 0.0) {
        double change = price == vol->last_price ? 0.0 : rh_log(price / vol->last_price);
        rh_rolling_advance(&vol->squares, now_ns);
        if (vol->last_ns >= now_ns - vol->window_ns)
            rh_rolling_push(&vol->squares, vol->last_ns, change * change);
    }
    vol->last_price = price;
    vol->last_ns = now_ns;
}

static bool value(rh_feature *feature, int64_t now_ns, double *result)
{
    realized_vol *vol = (realized_vol *)feature;
    *result = 0.0;
    rh_rolling_advance(&vol->squares, now_ns);
    if (rh_rolling_count(&vol->squares) < vol->min_samples) return false;
    int64_t covered_ns = vol->last_ns - rh_rolling_oldest_ns(&vol->squares);
    if (covered_ns <= 0 || covered_ns < rh_feature_warm_up_ns(vol->window_ns)) return false;
    double variance = fmax(rh_rolling_sum(&vol->squares), 0.0) * (RH_YEAR_NS / (double)covered_ns);
    *result = sqrt(variance);
    return true;
}

static void release(rh_feature *feature)
{
    realized_vol *vol = (realized_vol *)feature;
    free(vol->memory);
    free(vol);
}

rh_status rh_realized_vol_configure(const rh_feature_spec *spec, rh_feature **feature,
                                    rh_error *error)
{
    rh_feature_window window;
    RH_TRY(rh_feature_window_read(spec, 2, &window, error));
    realized_vol *vol = calloc(1, sizeof *vol);
    rh_rolling_sample *memory = malloc(window.max_samples * sizeof *memory);
    if (!vol || !memory) {
        free(vol);
        free(memory);
        return rh_feature_no_memory(spec, error);
    }
    *vol = (realized_vol){.base = {.update = update, .value = value, .free = release},
                          .window_ns = window.window_ns,
                          .min_samples = window.min_samples, .memory = memory};
    /* One nanosecond more: a rolling window is open at its old end and this one is closed. */
    rh_rolling_init(&vol->squares, memory, window.max_samples, window.window_ns + 1);
    *feature = &vol->base;
    return RH_OK;
}
