/* What a policy sees in a walk: the eager fields are the walk's, every other question is answered
 * by the run's own view, once the run has been brought to the present. Must not answer anything
 * itself but that no order is live; what a walk cannot do (a timer) gives the path up. */
#include <string.h>

#include "engine/block.h"

static void set_spot(const rh_block *block, rh_market *market)
{
    int asset = block->run->asset, primary = market->universe->assets[asset].primary;
    market->spot[asset] = block->spot[block->at];
    market->spot_ns[asset] = block->record_ns;
    if (primary >= 0) market->quotes[primary].mid = market->spot[asset];
}

void rh_block_store(rh_block *block)
{
    rh_run *run = block->run;
    const rh_block_state *state = &block->state;
    set_spot(block, &run->is);
    run->filled.held[RH_LAYER_HEDGE][block->hedge] = state->hedge;
    run->filled.cash[run->universe->numeraire] = state->cash;
    run->filled.version++;
    run->books.from_ns = state->interest_ns;
    run->books.cost[RH_COST_spread] = state->spread;
    run->books.cost[RH_COST_depth] = state->depth;
    run->books.cost[RH_COST_fee] = state->fee;
    run->hedging = state->hedging;
}

static void sync_reported(rh_run *run)
{
    size_t instruments = (size_t)run->universe->instrument_count;
    size_t currencies = (size_t)run->universe->currency_count;
    for (int layer = 0; layer < RH_LAYERS; layer++)
        memcpy(run->reported.held[layer], run->filled.held[layer],
               instruments * sizeof run->filled.held[layer][0]);
    memcpy(run->reported.cash, run->filled.cash, currencies * sizeof run->filled.cash[0]);
    run->reported.version++;
}

void rh_block_sync(rh_block *block)
{
    rh_run *run = block->run;
    if (block->synced) return;
    rh_block_store(block);
    set_spot(block, &run->known);
    sync_reported(run);
    if (block->net_settled != block->settled) {
        rh_error none; /* fewer options than before: nothing can be too many */
        rh_status status = rh_run_rebuild(run, &none);
        RH_ASSERT(status == RH_OK);
        block->net_settled = block->settled;
    }
    run->greeks_valid = 0;
    block->synced = true;
}

static rh_run *at_present(void *host)
{
    rh_block_sync(host);
    return ((rh_block *)host)->run;
}

static double field(void *host, rh_view_field f)
{
    return rh_run_view_ops()->field(at_present(host), f);
}

static double cost(void *host, int hedge, double qty)
{
    return rh_run_view_ops()->cost(at_present(host), hedge, qty);
}

static void wake_outside(void *host, double lo, double hi)
{
    rh_run_view_ops()->wake_outside(((rh_block *)host)->run, lo, hi);
}

static void wake_in(void *host, int64_t duration_ns)
{
    (void)duration_ns;
    ((rh_block *)host)->given_up = true;
}

static double asset_field(void *host, int asset, rh_view_field f)
{
    return rh_run_view_ops()->asset_field(at_present(host), asset, f);
}

static int next_order(void *host, int at, rh_live_order *order)
{
    (void)host, (void)at, (void)order;
    return -1;
}

static bool is_live(void *host, uint32_t order)
{
    (void)host, (void)order;
    return false;
}

static int route(void *host, double qty, rh_route_line lines[RH_HEDGES_MAX])
{
    return rh_run_view_ops()->route(at_present(host), qty, lines);
}

static double hedge_field(void *host, int hedge, rh_hedge_field f)
{
    return rh_run_view_ops()->hedge_field(at_present(host), hedge, f);
}

static double delta_at(void *host, double vol_scale)
{
    return rh_run_view_ops()->delta_at(at_present(host), vol_scale);
}

const rh_view_ops rh_block_view_ops = {field,       cost,       wake_outside, wake_in,
                                       asset_field, next_order, is_live,      route,
                                       hedge_field, delta_at};
