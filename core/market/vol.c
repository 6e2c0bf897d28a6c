/* Volatility marks: reading their description and following them through time. A tracker sees only
 * the records of its own market state. Invariant: sigma is finite and positive. */
#include "market/vol.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/kernels.h"

#define SIGMA_MAX 100.0

static const char *const kind_words[] = {"flat", "file", "realized", NULL};

static rh_status read_flat(rh_json at, rh_vol_spec *spec, rh_error *error)
{
    static const char *const keys[] = {"kind", "sigma", NULL};
    RH_TRY(rh_json_keys(at, keys, error));
    return rh_json_number(at, "sigma", RH_REQUIRED, 1e-6, SIGMA_MAX, &spec->sigma, error);
}

static rh_status read_file(rh_json at, rh_vol_spec *spec, rh_error *error)
{
    static const char *const keys[] = {"kind",       "file",      "initial",   "format",
                                       "map",        "time_unit", "delimiter", "gaps",
                                       "duplicates", "reversals", "absurd",    NULL};
    const char *file = NULL;
    RH_TRY(rh_json_keys(at, keys, error));
    RH_TRY(rh_json_text(at, "file", RH_REQUIRED, &file, error));
    if (strlen(file) >= sizeof spec->file) return rh_json_fail(at, error, "the path is too long");
    memcpy(spec->file, file, strlen(file) + 1);
    return rh_json_number(at, "initial", RH_OPTIONAL, 1e-6, SIGMA_MAX, &spec->sigma, error);
}

static rh_status read_realized(rh_json at, rh_vol_spec *spec, rh_error *error)
{
    static const char *const keys[] = {"kind", "window", "sample", "initial", "floor", "cap", NULL};
    spec->sample_ns = INT64_C(60000000000);
    RH_TRY(rh_json_keys(at, keys, error));
    RH_TRY(rh_json_duration(at, "window", RH_REQUIRED, &spec->window_ns, error));
    RH_TRY(rh_json_duration(at, "sample", RH_OPTIONAL, &spec->sample_ns, error));
    RH_TRY(rh_json_number(at, "initial", RH_REQUIRED, 1e-6, SIGMA_MAX, &spec->sigma, error));
    RH_TRY(rh_json_number(at, "floor", RH_OPTIONAL, 1e-6, SIGMA_MAX, &spec->floor, error));
    RH_TRY(rh_json_number(at, "cap", RH_OPTIONAL, spec->floor, SIGMA_MAX, &spec->cap, error));
    if (spec->sample_ns < 1 || spec->window_ns / spec->sample_ns < 2 ||
        spec->window_ns / spec->sample_ns >= (int64_t)RH_FEATURE_SAMPLES_MAX) {
        return rh_json_fail(
            at, error, "found a window of %lld samples, expected 2 to %u (window / sample)",
            spec->sample_ns < 1 ? -1LL : (long long)(spec->window_ns / spec->sample_ns),
            RH_FEATURE_SAMPLES_MAX - 1);
    }
    return RH_OK;
}

rh_status rh_vol_spec_read(rh_json at, rh_vol_spec *spec, rh_error *error)
{
    static rh_status (*const readers[])(rh_json, rh_vol_spec *, rh_error *) = {read_flat, read_file,
                                                                               read_realized};
    *spec = (rh_vol_spec){.kind = RH_VOL_FLAT, .sigma = 0.0, .floor = 1e-3, .cap = SIGMA_MAX};
    if (rh_json_kind(at) == RH_JSON_NUMBER) {
        RH_TRY(rh_json_as_number(at, &spec->sigma, error));
        if (!(spec->sigma >= 1e-6 && spec->sigma <= SIGMA_MAX)) {
            return rh_json_fail(at, error, "found %g, expected a vol in [1e-6, %g]", spec->sigma,
                                SIGMA_MAX);
        }
        return RH_OK;
    }
    int kind = 0;
    RH_TRY(rh_json_choice(at, "kind", RH_REQUIRED, kind_words, &kind, error));
    spec->kind = (rh_vol_kind)kind;
    return readers[kind](at, spec, error);
}

static size_t samples_of(const rh_vol_spec *spec)
{
    return (size_t)(spec->window_ns / spec->sample_ns) + 1;
}

rh_status rh_vol_tracker_init(rh_vol_tracker *tracker, const rh_vol_spec *spec, rh_error *error)
{
    *tracker = (rh_vol_tracker){.spec = spec};
    if (spec->kind == RH_VOL_REALIZED) {
        tracker->memory = calloc(samples_of(spec), sizeof *tracker->memory);
        if (!tracker->memory) return rh_fail(error, RH_NO_MEMORY, "no memory for a realised vol");
    }
    rh_vol_tracker_rewind(tracker);
    return RH_OK;
}

void rh_vol_tracker_rewind(rh_vol_tracker *tracker)
{
    const rh_vol_spec *spec = tracker->spec;
    rh_rolling_sample *memory = tracker->memory;
    *tracker = (rh_vol_tracker){.spec = spec, .sigma = spec->sigma, .memory = memory};
    if (memory) rh_rolling_init(&tracker->returns, memory, samples_of(spec), spec->window_ns);
}

void rh_vol_tracker_free(rh_vol_tracker *tracker)
{
    free(tracker->memory);
    *tracker = (rh_vol_tracker){0};
}

bool rh_vol_tracker_sample(rh_vol_tracker *tracker, int64_t time_ns, double spot)
{
    const rh_vol_spec *spec = tracker->spec;
    if (tracker->sampled_price > 0.0 && time_ns - tracker->sampled_ns < spec->sample_ns)
        return false;
    double price = tracker->sampled_price;
    int64_t since = tracker->sampled_ns;
    tracker->sampled_price = spot;
    tracker->sampled_ns = time_ns;
    if (!(price > 0.0)) return false;
    double move = rh_log(spot / price);
    rh_rolling_push(&tracker->returns, time_ns, move * move);
    rh_rolling_advance(&tracker->returns, time_ns);
    /* Time covered: from the start of the oldest return to now; a gap counts as elapsed time. */
    int64_t oldest = rh_rolling_oldest_ns(&tracker->returns);
    int64_t covered = time_ns - (oldest < since ? oldest - spec->sample_ns : since);
    if (covered < spec->window_ns / 2) return false; /* not enough history yet */
    double sigma = sqrt(rh_rolling_sum(&tracker->returns) * RH_YEAR_NS / (double)covered);
    sigma = sigma < spec->floor ? spec->floor : sigma > spec->cap ? spec->cap : sigma;
    bool changed = sigma < tracker->sigma || sigma > tracker->sigma;
    tracker->sigma = sigma;
    return changed;
}

bool rh_vol_tracker_mark(rh_vol_tracker *tracker, double sigma)
{
    if (tracker->spec->kind != RH_VOL_FILE) return false;
    bool changed = sigma < tracker->sigma || sigma > tracker->sigma;
    tracker->sigma = sigma;
    return changed;
}
