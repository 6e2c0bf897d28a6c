/* One path through the event engine: a lean run, rewound. Must not know what was computed before.
 * Invariant: the policy that counts was either restarted and stayed inside what a restart is sure
 * of, or was loaded for this path alone. */
#include <math.h>
#include <string.h>

#include "engine/path_set.h"

static double premium_of(const rh_run *run)
{
    double sum = 0.0;
    for (int c = 0; c < run->universe->currency_count; c++) {
        double cash = rh_sum_value(&run->premium[c]);
        if (fabs(cash) > 0.0) sum += cash * rh_market_fx(&run->is, c);
    }
    return sum;
}

void rh_paths_read_result(const rh_run *run, rh_path_result *result)
{
    const rh_hedging *h = &run->hedging;
    *result = (rh_path_result){.pnl = rh_books_equity(&run->books),
                               .premium = premium_of(run),
                               .turnover = rh_sum_value(&h->turnover),
                               .rms_delta = rh_hedging_rms_delta(h),
                               .max_abs_delta = h->max_abs_delta,
                               .spot = run->is.spot[run->asset],
                               .orders = (uint32_t)h->orders,
                               .fills = (uint32_t)h->fills,
                               .killed = run->policy_failed};
    for (int k = 0; k < RH_COST_KINDS; k++) result->cost[k] = rh_sum_value(&run->books.cost[k]);
    for (int c = 0; c < RH_PATH_SERIES_MAX; c++) {
        const double *value = c < run->series_count ? run->series[c].value : NULL;
        result->series[c] = value ? *value : (double)NAN;
    }
}

static rh_status run_path(rh_paths *paths, uint32_t k, bool afresh, rh_error *error)
{
    rh_run *run = paths->run;
    rh_feed_path of_feeds = rh_paths_of_feeds(paths, k);
    bool more;
    RH_TRY(rh_run_rewind(run, k, &of_feeds, afresh, error));
    RH_TRY(rh_run_go(run, INT64_MAX, 0, &more, error));
    return rh_run_end(run, error);
}

rh_status rh_paths_by_events(rh_paths *paths, uint32_t k, rh_path_result *result, rh_error *error)
{
    rh_run *run = paths->run;
    rh_status status = run_path(paths, k, false, error);
    if (status != RH_INTERRUPTED && rh_run_is_doubtful(run))
        status = run_path(paths, k, true, error);
    RH_TRY(status);
    rh_paths_read_result(run, result);
    if (run->policy_failed && !*paths->kill_message)
        memcpy(paths->kill_message, run->policy_message, sizeof paths->kill_message);
    return RH_OK;
}
