/* A block is made ready: the instants, the arrays, and the run once its book is entered. Invariant:
 * instants are in the order of the event queue, one entry for a bar and one more where options
 * settle at the same time. */
#include "engine/block.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define INSTANTS_MAX (1u << 20) /* arrays of them stay below 100 MB */

typedef struct instants { /* sources of instants, merged by time */
    rh_block *block;
    const int64_t *record_ns;
    size_t record, records;
    int settle, settles;
    int64_t timer_ns, every_ns; /* INT64_MAX: none */
} instants;

/* --- when something happens ---------------------------------------------------------------- */

/* The times of the bars, which are the same in all paths. */
static rh_status bar_times(rh_run *run, int64_t **times, size_t *count, const char **lacks,
                           rh_error *error)
{
    rh_record record;
    rh_status status = run->feed->rewind(run->feed, &(rh_feed_path){0}, error);
    size_t room = 0;
    while (status == RH_OK && !*lacks) {
        status = rh_feed_next(run->feed, &record, error);
        if (status != RH_OK) break;
        bool late = record.known_ns != record.happened_ns;
        if (late) *lacks = "records that are known late";
        if (record.kind != RH_RECORD_BAR) *lacks = "records that are no bars";
        if (*count == INSTANTS_MAX) *lacks = "more steps than a block holds";
        if (*count == room) {
            room = room ? 2 * room : 1024;
            int64_t *more = realloc(*times, room * sizeof *more);
            if (!more) return rh_fail(error, RH_NO_MEMORY, "no memory for the times of a path");
            *times = more;
        }
        if (*count < room) (*times)[(*count)++] = record.happened_ns;
    }
    if (status == RH_DOMAIN) *lacks = "prices that leave the range";
    return status == RH_END || status == RH_DOMAIN ? RH_OK : status;
}

static int by_expiry(const void *a, const void *b, const rh_universe *u)
{
    int64_t x = u->instruments[*(const int *)a].expiry_ns;
    int64_t y = u->instruments[*(const int *)b].expiry_ns;
    return (x > y) - (x < y);
}

/* What settles inside the clock, by time and then as the universe has it. */
static int find_settlements(rh_block *block)
{
    const rh_scenario *s = block->run->scenario;
    int count = 0;
    for (int i = 0; i < s->universe.instrument_count; i++) {
        int64_t expiry_ns = s->universe.instruments[i].expiry_ns;
        if (expiry_ns > s->to_ns || expiry_ns < s->from_ns) continue;
        int at = count++;
        for (; at > 0 && by_expiry(&i, &block->settles[at - 1], &s->universe) < 0; at--)
            block->settles[at] = block->settles[at - 1];
        block->settles[at] = i;
    }
    return count;
}

static int64_t settle_ns(const instants *from)
{
    const rh_block *block = from->block;
    if (from->settle == from->settles) return INT64_MAX;
    return block->run->universe->instruments[block->settles[from->settle]].expiry_ns;
}

/* The settlements of one time. */
static void settle_all(instants *from, rh_block_instant *out)
{
    const rh_run *run = from->block->run;
    out->settle_first = (uint16_t)from->settle;
    while (settle_ns(from) == out->time_ns) {
        bool held = rh_positions_holds(&run->filled, from->block->settles[from->settle++]);
        if (held) out->seen |= 1u << RH_ON_EXPIRY;
        out->settle_count++;
    }
}

/* The next entry; false when there is none up to the end of the clock. A bar comes before what
 * settles at its time, and the policy looks after both. */
static bool next_instant(instants *from, rh_block_instant *out)
{
    int64_t record_ns = from->record < from->records ? from->record_ns[from->record] : INT64_MAX;
    int64_t expiry_ns = settle_ns(from), first_ns = record_ns;
    if (expiry_ns < first_ns) first_ns = expiry_ns;
    if (from->timer_ns < first_ns) first_ns = from->timer_ns;
    if (first_ns > from->block->run->scenario->to_ns) return false;
    *out = (rh_block_instant){.time_ns = first_ns};
    if (record_ns == first_ns) {
        from->record++;
        out->record = true;
        out->seen = 1u << RH_ON_BAR;
        if (expiry_ns == first_ns) return true; /* the settlement is an entry of its own */
    } else if (expiry_ns == first_ns) {
        settle_all(from, out);
        bool after_bar = from->record > 0 && from->record_ns[from->record - 1] == first_ns;
        if (after_bar) out->seen |= 1u << RH_ON_BAR;
    }
    if (from->timer_ns == first_ns) {
        out->timer = true;
        bool more = from->every_ns <= from->block->run->scenario->to_ns - first_ns;
        from->timer_ns = more ? first_ns + from->every_ns : INT64_MAX;
    }
    out->wakes = rh_run_policy(from->block->run) && (out->seen != 0 || out->timer);
    return true;
}

static rh_status lay_out(rh_block *block, const int64_t *times, const char **lacks,
                         rh_error *error)
{
    rh_run *run = block->run;
    const rh_policy *policy = rh_run_policy(run);
    int64_t every_ns = policy ? policy->wake.every_ns : 0;
    instants from = {.block = block,
                     .record_ns = times,
                     .records = block->records,
                     .settles = find_settlements(block),
                     .timer_ns = every_ns > 0 ? run->scenario->from_ns : INT64_MAX,
                     .every_ns = every_ns};
    int64_t span_ns = run->scenario->to_ns - run->scenario->from_ns;
    if (every_ns > 0 && span_ns / every_ns > INSTANTS_MAX) {
        *lacks = "more timers than a block holds";
        return RH_OK;
    }
    size_t most = block->records + RH_INSTRUMENTS_MAX + 1;
    if (every_ns > 0) most += (size_t)(span_ns / every_ns) + 1;
    block->instants = calloc(most, sizeof *block->instants);
    if (!block->instants) return rh_fail(error, RH_NO_MEMORY, "no memory for a block");
    while (block->count < most && next_instant(&from, &block->instants[block->count]))
        block->count++;
    return RH_OK;
}

/* --- the arrays ---------------------------------------------------------------------------- */

static rh_status allocate(rh_block *block, rh_error *error)
{
    double **arrays[] = {&block->prices,     &block->spot,        &block->log_spot,
                         &block->log_spot_lo, &block->mark_delta, &block->hedge_delta,
                         &block->growth,     &block->held_ns};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) {
        *arrays[k] = calloc(block->count + block->records + 1, sizeof(double));
        if (!*arrays[k]) return rh_fail(error, RH_NO_MEMORY, "no memory for a block");
    }
    return RH_OK;
}

static rh_status make_grids(rh_block *block, rh_error *error)
{
    rh_run *run = block->run;
    rh_net_delta *net = &run->net[run->asset];
    const rh_asset *asset = &run->universe->assets[run->asset];
    size_t alive[RH_AHEAD_BOOK] = {0};
    int64_t *times = calloc(block->count + 1, sizeof *times);
    if (!times) return rh_fail(error, RH_NO_MEMORY, "no memory for a block");
    for (size_t i = 0; i < block->count; i++) times[i] = block->instants[i].time_ns;
    for (int n = 0; n < net->count; n++) {
        int64_t expiry_ns = run->universe->instruments[net->option[n]].expiry_ns;
        while (alive[n] < block->count) { /* gone where it settles, there for the bar before */
            const rh_block_instant *at = &block->instants[alive[n]];
            if (at->time_ns > expiry_ns || (at->time_ns == expiry_ns && at->settle_count > 0))
                break;
            alive[n]++;
        }
    }
    block->same_vol = asset->hedge_is_mark ||
                      !memcmp(&asset->hedge_vol.sigma, &asset->mark_vol.sigma, sizeof(double));
    rh_status status = rh_delta_grid_init(&block->mark, net, &run->filled, times, alive,
                                          block->count, asset->mark_vol.sigma, error);
    if (status == RH_OK && !block->same_vol)
        status = rh_delta_grid_init(&block->hedged, net, &run->filled, times, alive, block->count,
                                    asset->hedge_vol.sigma, error);
    free(times);
    return status;
}

/* --- the start ----------------------------------------------------------------------------- */

/* The first bar, the entries, and the bar as it becomes known: three events of the queue. Its price
 * is the generator's spot, so that all paths have the same. */
static rh_status enter_book(rh_run *run, const char **lacks, rh_error *error)
{
    const rh_scenario *s = run->scenario;
    bool more;
    RH_TRY(rh_run_rewind(run, 0, &(rh_feed_path){0}, false, error));
    RH_TRY(rh_run_go(run, s->from_ns, 3, &more, error));
    bool entered = run->trades_entered == s->trade_count && run->known.spot[run->asset] > 0.0 &&
                   run->is.spot_ns[run->asset] == s->from_ns;
    if (!entered) *lacks = "entries that wait for a price";
    else if (!rh_books_can_mark(&run->reported, &run->known)) *lacks = "a book without a mark";
    else if (!rh_delta_grid_takes(&run->net[run->asset]))
        *lacks = "more options than a block takes (8)";
    return RH_OK;
}

rh_status rh_block_enter(rh_block *block, rh_error *error)
{
    const char *lacks = NULL;
    RH_TRY(enter_book(block->run, &lacks, error));
    RH_ASSERT(!lacks);
    block->stale = false;
    block->net_settled = 0;
    return RH_OK;
}

static void remember_start(rh_block *block)
{
    const rh_run *run = block->run;
    rh_block_start *start = &block->start;
    start->spot = run->is.spot[run->asset];
    start->state = (rh_block_state){.cash = run->filled.cash[run->universe->numeraire],
                                    .interest_ns = run->books.from_ns,
                                    .hedging = run->hedging};
    memcpy(start->book, run->filled.held[RH_LAYER_BOOK], sizeof start->book);
    block->instants[0].seen = run->slot.seen;
}

/* What a walk that only passes states reads instead of the instants; a plain one is never last in
 * these arrays. */
static void find_quiet(rh_block *block)
{
    int64_t last_ns = block->run->last_expiry_ns;
    while (block->dense < block->count && block->instants[block->dense].record) block->dense++;
    for (size_t i = 0; i <= block->count; i++) {
        bool plain = i < block->count && block->instants[i].plain;
        block->held_ns[i] = (double)NAN;
        if (!plain) continue;
        int64_t from_ns = block->instants[i - 1].time_ns, to_ns = block->instants[i].time_ns;
        if (from_ns > last_ns) from_ns = last_ns;
        if (to_ns > last_ns) to_ns = last_ns;
        block->held_ns[i] = (double)(to_ns - from_ns);
    }
}

static rh_status open_parts(rh_block *block, const char **lacks, rh_error *error)
{
    rh_run *run = block->run;
    int64_t *times = NULL;
    rh_status status = bar_times(run, &times, &block->records, lacks, error);
    if (status == RH_OK && !*lacks) status = enter_book(run, lacks, error);
    if (status == RH_OK && !*lacks) status = lay_out(block, times, lacks, error);
    free(times);
    if (status != RH_OK || *lacks) return status;
    RH_TRY(allocate(block, error));
    RH_TRY(make_grids(block, error));
    for (size_t i = 0; i < block->count; i++) {
        rh_block_instant *at = &block->instants[i];
        block->growth[i] = rh_books_growth(&run->books, run->universe->numeraire, at->time_ns);
        at->plain = i > 0 && at->record && at->settle_count == 0 && !at->timer;
        at->whole = rh_venue_is_whole(block->venue) && !rh_venue_waives(block->venue, at->time_ns);
    }
    find_quiet(block);
    remember_start(block);
    return RH_OK;
}

rh_status rh_block_open(rh_run *run, rh_block **out, const char **lacks, rh_error *error)
{
    rh_block *block = calloc(1, sizeof *block);
    *out = NULL;
    *lacks = NULL;
    if (!block) return rh_fail(error, RH_NO_MEMORY, "no memory for a block");
    block->run = run;
    block->hedge = run->scenario->hedges[0];
    block->venue = &run->venues[run->universe->instruments[block->hedge].venue];
    const rh_policy *policy = rh_run_policy(run);
    block->plain = policy && policy->methods->plain && !run->slot.part[RH_PART_SCALE].policy;
    block->by_band = !rh_run_policy(run) || rh_run_wakes_by_band(run);
    block->rate = run->universe->currencies[run->universe->numeraire].rate;
    for (int k = 0; k < RH_GUARDS; k++) block->guarded |= run->guards.limit[k] > 0.0;
    block->order = (rh_order){.instrument = block->hedge, .qty_per_unit = 1.0};
    block->view = (rh_view){.ops = &rh_block_view_ops,
                            .host = block,
                            .eager_mask = 1u << RH_VIEW_SPOT | 1u << RH_VIEW_DELTA_FILLED |
                                          1u << RH_VIEW_PENDING | 1u << RH_VIEW_DELTA};
    rh_status status = open_parts(block, lacks, error);
    if (status != RH_OK || *lacks) rh_block_close(block);
    else *out = block;
    return status;
}

void rh_block_close(rh_block *block)
{
    if (!block) return;
    rh_delta_grid_free(&block->mark);
    rh_delta_grid_free(&block->hedged);
    free(block->instants);
    free(block->prices);
    free(block->spot);
    free(block->log_spot);
    free(block->log_spot_lo);
    free(block->mark_delta);
    free(block->hedge_delta);
    free(block->growth);
    free(block->held_ns);
    free(block);
}
