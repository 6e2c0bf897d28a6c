/* A lean run begins again as another path, touching only what a run uses: rh_run is megabytes, and
 * most of it is never written. Must not open, read or allocate what the first path already has.
 * Invariant: a rewound run and one just opened are the same run. */
#include <stddef.h>
#include <string.h>

#include "engine/run.h"

static void rewind_state(rh_run *run)
{
    const rh_scenario *s = run->scenario;
    size_t instruments = (size_t)run->universe->instrument_count;
    size_t first = offsetof(rh_run, hedging), after = offsetof(rh_run, quit) + sizeof run->quit;
    memset((char *)run + first, 0, after - first);
    memset(run->settled_at, 0, instruments * sizeof *run->settled_at);
    memset(run->entered, 0, s->trade_count * sizeof *run->entered);
    memset(run->premium, 0, (size_t)run->universe->currency_count * sizeof *run->premium);
    rh_queue_rewind(&run->queue, s->from_ns);
    run->delayed.count = 0;
    if (run->free_report_count < RH_REPORTS_MAX) {
        for (uint32_t i = 0; i < RH_REPORTS_MAX; i++) run->free_reports[i] = RH_REPORTS_MAX - 1 - i;
        run->free_report_count = RH_REPORTS_MAX;
    }
    if (run->recent) run->recent->record_count = run->recent->view_count = 0;
}

static void rewind_slot(rh_policy_slot *slot)
{
    rh_policy_slot again = {.generation = slot->generation, .wake_in_ns = INT64_MAX};
    memcpy(again.part, slot->part, sizeof again.part);
    *slot = again;
}

rh_status rh_run_rewind_policy(rh_run *run, uint32_t index, bool afresh, rh_error *error)
{
    rewind_slot(&run->slot);
    run->now_ns = run->scenario->from_ns;
    run->scenario->path_index = index;
    return rh_run_same_policy(run, afresh, error);
}

bool rh_run_is_doubtful(const rh_run *run)
{
    bool doubtful = run->doubtful;
    for (int p = 0; p < RH_PARTS && run->restarted; p++) {
        const rh_policy *policy = run->slot.part[p].policy;
        if (policy) doubtful |= policy->doubtful;
    }
    return doubtful;
}

rh_status rh_run_rewind(rh_run *run, uint32_t index, const rh_feed_path *of_feeds, bool afresh,
                        rh_error *error)
{
    RH_ASSERT(run->lean);
    rewind_state(run);
    rh_run_set_start(run);
    rh_market_rewind(&run->is);
    rh_market_rewind(&run->known);
    rh_positions_rewind(&run->filled);
    rh_positions_rewind(&run->reported);
    rh_books_rewind(&run->books);
    rh_guards_rewind(&run->guards);
    rh_orders_rewind(&run->orders);
    for (int v = 0; v < run->scenario->venue_count; v++)
        rh_venue_rewind(&run->venues[v], run->universe->instrument_count);
    RH_TRY(rh_run_rebuild(run, error));
    RH_TRY(rh_run_schedule(run, error));
    RH_TRY(rh_run_rewind_policy(run, index, afresh, error));
    RH_TRY(run->feed->rewind(run->feed, of_feeds, error));
    return rh_run_look_ahead(run, error);
}
