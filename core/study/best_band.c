/* The search for the best constant band: a study per band, over a prefix of the paths. Bands are
 * rounded to four digits, so that what is reported is what was tried.
 * Invariant: the same request finds the same band, on any number of threads. */
#include "study/best_band.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "math/kernels.h"

enum { GRID = 10, REFINEMENTS = 7 };
static_assert(1 + GRID + REFINEMENTS == RH_BEST_BAND_STUDIES, "a study for the scale");

typedef struct search {
    const rh_ranking_request *request;
    rh_best_band *best;
    double best_value;
} search;

static void pass_progress(void *context, double fraction, uint64_t paths)
{
    const search *s = context;
    s->request->progress(s->request->progress_context, s->best->studies, fraction, paths);
}

static rh_status study_policy(search *s, const char *policy, rh_mc_result *result,
                              rh_error *error)
{
    rh_mc_request one = s->request->study;
    size_t unit = rh_mc_unit(&one.options);
    one.run.policy = policy;
    if (one.paths > RH_BEST_BAND_PATHS_MAX)
        one.paths = RH_BEST_BAND_PATHS_MAX / unit * unit;
    one.progress = s->request->progress ? pass_progress : NULL;
    one.progress_context = s;
    memset(one.files, 0, sizeof one.files);
    RH_TRY(rh_mc_run(&one, result, error));
    s->best->studies++;
    if (!result->interrupted) return RH_OK;
    return rh_fail(error, RH_INTERRUPTED, "interrupted in the search of the best band");
}

/* The objective with a band, kept when it is the best so far. */
static rh_status try_band(search *s, double log_band, double *value, rh_error *error)
{
    char policy[RH_NAME_MAX], text[RH_NUMBER_TEXT];
    rh_mc_result result = {0};
    rh_outcome outcome;
    snprintf(text, sizeof text, "%.3e", rh_exp(log_band));
    double band = 0;
    if (!rh_parse_double(text, &band)) return rh_fail(error, RH_DOMAIN, "no band: %s", text);
    rh_text_double(text, band);
    snprintf(policy, sizeof policy, "native:delta_band:band=%s", text);
    rh_status status = study_policy(s, policy, &result, error);
    if (status == RH_OK) {
        rh_outcome_of_paths(&result, &outcome);
        *value = s->request->objective->value(&outcome, s->request->lambda);
        if (*value < s->best_value) {
            s->best_value = *value;
            s->best->band = band;
            memcpy(s->best->policy, policy, sizeof policy);
        }
    }
    rh_mc_result_free(&result);
    return status;
}

/* How far delta wanders when nobody hedges: bands beyond that never trade. */
static rh_status find_scale(search *s, double *scale, rh_error *error)
{
    rh_mc_result result = {0};
    rh_status status = study_policy(s, "native:none", &result, error);
    if (status == RH_OK) *scale = result.sums.measure[RH_MC_max_abs_delta].max;
    rh_mc_result_free(&result);
    if (status != RH_OK || *scale > 0) return status;
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

rh_status rh_best_band_find(const rh_ranking_request *request, rh_best_band *best,
                            rh_error *error)
{
    double scale = 0, least = HUGE_VAL, value;
    search s = {request, best, HUGE_VAL};
    int at = 0;
    *best = (rh_best_band){.band = (double)NAN};
    RH_TRY(find_scale(&s, &scale, error));
    /* from a thousandth of it to all of it */
    double step = rh_log(1000.0) / (GRID - 1), first = rh_log(scale) - rh_log(1000.0);
    for (int i = 0; i < GRID; i++) {
        RH_TRY(try_band(&s, first + i * step, &value, error));
        if (!(value < least)) continue;
        least = value;
        at = i;
    }
    double low = first + (at > 0 ? at - 1 : 0) * step;
    double high = first + (at < GRID - 1 ? at + 1 : GRID - 1) * step;
    RH_TRY(refine(&s, low, high, error));
    if (best->policy[0]) return RH_OK;
    return rh_fail(error, RH_DOMAIN, "no band has a finite %s", request->objective->name);
}
