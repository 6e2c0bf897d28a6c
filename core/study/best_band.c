/* The search for the best constant band; over paths, a study per band of a prefix of them. Bands
 * are rounded to four digits, so that what is reported is what was tried.
 * Invariant: the same request finds the same band, on any number of threads. */
#include "study/best_band.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "math/kernels.h"

enum { GRID = 10, REFINEMENTS = 7 };
static_assert(1 + GRID + REFINEMENTS == RH_BEST_BAND_STUDIES, "a study for the scale");

typedef struct search {
    const rh_band_search *how;
    rh_best_band *best;
    double best_value;
} search;

typedef char band_policy[RH_NAME_MAX];

static rh_status name_band(double log_band, double *band, band_policy policy, rh_error *error)
{
    char text[RH_NUMBER_TEXT];
    snprintf(text, sizeof text, "%.3e", rh_exp(log_band));
    if (!rh_parse_double(text, band)) return rh_fail(error, RH_DOMAIN, "no band: %s", text);
    rh_text_double(text, *band);
    snprintf(policy, sizeof(band_policy), "native:delta_band:band=%s", text);
    return RH_OK;
}

/* The objective with each of some bands; the best so far is kept. */
static rh_status try_bands(search *s, const double *log_bands, size_t count, double *values,
                           rh_error *error)
{
    band_policy policies[GRID];
    const char *names[GRID];
    double bands[GRID];
    rh_outcome outcomes[GRID];
    RH_ASSERT(count <= GRID);
    for (size_t i = 0; i < count; i++) {
        RH_TRY(name_band(log_bands[i], &bands[i], policies[i], error));
        names[i] = policies[i];
    }
    RH_TRY(s->how->outcomes(s->how->context, s->best->studies, names, count, outcomes, error));
    s->best->studies += count;
    for (size_t i = 0; i < count; i++) {
        values[i] = s->how->objective->value(&outcomes[i], s->how->lambda);
        if (!(values[i] < s->best_value)) continue;
        s->best_value = values[i];
        s->best->band = bands[i];
        memcpy(s->best->policy, policies[i], sizeof s->best->policy);
    }
    return RH_OK;
}

static rh_status try_band(search *s, double log_band, double *value, rh_error *error)
{
    return try_bands(s, &log_band, 1, value, error);
}

/* How far delta wanders when nobody hedges: bands beyond that never trade. */
static rh_status find_scale(search *s, double *scale, rh_error *error)
{
    static const char *const nobody[] = {"native:none"};
    rh_outcome outcome;
    RH_TRY(s->how->outcomes(s->how->context, 0, nobody, 1, &outcome, error));
    s->best->studies++;
    *scale = outcome.max_abs_delta;
    if (*scale > 0) return RH_OK;
    return rh_fail(error, RH_DOMAIN, "the book has no delta: there is no band to find");
}

/* Kiefer 1953, on [low, high] with the best of the grid inside. */
static rh_status refine(search *s, double low, double high, rh_error *error)
{
    const double golden = 0.6180339887498949;
    double left = high - golden * (high - low), right = low + golden * (high - low);
    double at_left, at_right;
    RH_TRY(try_band(s, left, &at_left, error));
    RH_TRY(try_band(s, right, &at_right, error));
    for (int i = 2; i < REFINEMENTS; i++) {
        if (at_left <= at_right) {
            high = right;
            right = left;
            at_right = at_left;
            left = high - golden * (high - low);
            RH_TRY(try_band(s, left, &at_left, error));
        } else {
            low = left;
            left = right;
            at_left = at_right;
            right = low + golden * (high - low);
            RH_TRY(try_band(s, right, &at_right, error));
        }
    }
    return RH_OK;
}

rh_status rh_best_band_search(const rh_band_search *how, rh_best_band *best, rh_error *error)
{
    double scale = 0, log_bands[GRID], values[GRID];
    search s = {how, best, HUGE_VAL};
    int at = 0;
    *best = (rh_best_band){.band = (double)NAN};
    RH_TRY(find_scale(&s, &scale, error));
    /* from a thousandth of it to all of it */
    double step = rh_log(1000.0) / (GRID - 1), first = rh_log(scale) - rh_log(1000.0);
    for (int i = 0; i < GRID; i++) log_bands[i] = first + i * step;
    RH_TRY(try_bands(&s, log_bands, GRID, values, error));
    for (int i = 1; i < GRID; i++) {
        if (values[i] < values[at] || isnan(values[at])) at = i;
    }
    double low = first + (at > 0 ? at - 1 : 0) * step;
    double high = first + (at < GRID - 1 ? at + 1 : GRID - 1) * step;
    RH_TRY(refine(&s, low, high, error));
    if (best->policy[0]) return RH_OK;
    return rh_fail(error, RH_DOMAIN, "no band has a finite %s", how->objective->name);
}

/* --- over paths ---------------------------------------------------------------------------- */

typedef struct studies {
    const rh_ranking_request *request;
    size_t number;
} studies;

static void pass_progress(void *context, double fraction, uint64_t paths)
{
    const studies *s = context;
    s->request->progress(s->request->progress_context, s->number, fraction, paths);
}

static rh_status study_policy(studies *s, const char *policy, rh_outcome *outcome, rh_error *error)
{
    rh_mc_request one = s->request->study;
    rh_mc_result result = {0};
    size_t unit = rh_mc_unit(&one.options);
    one.run.policy = policy;
    if (one.paths > RH_BEST_BAND_PATHS_MAX)
        one.paths = RH_BEST_BAND_PATHS_MAX / unit * unit;
    one.progress = s->request->progress ? pass_progress : NULL;
    one.progress_context = s;
    memset(one.files, 0, sizeof one.files);
    rh_status status = rh_mc_run(&one, &result, error);
    if (status == RH_OK && result.interrupted)
        status = rh_fail(error, RH_INTERRUPTED, "interrupted in the search of the best band");
    if (status == RH_OK) rh_outcome_of_paths(&result, outcome);
    rh_mc_result_free(&result);
    return status;
}

static rh_status study_policies(void *context, size_t study, const char *const *policies,
                                size_t count, rh_outcome *outcomes, rh_error *error)
{
    studies *s = context;
    for (size_t i = 0; i < count; i++) {
        s->number = study + i;
        RH_TRY(study_policy(s, policies[i], &outcomes[i], error));
    }
    return RH_OK;
}

rh_status rh_best_band_find(const rh_ranking_request *request, rh_best_band *best,
                            rh_error *error)
{
    studies all = {.request = request};
    const rh_band_search how = {.outcomes = study_policies, .context = &all,
                                .objective = request->objective, .lambda = request->lambda};
    return rh_best_band_search(&how, best, error);
}
