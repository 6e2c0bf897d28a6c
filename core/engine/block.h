/* Paths of a simple scenario without the event queue: instants are the same in all paths, so their
 * prices and the options' deltas are computed by batch, and a path is a walk over arrays with a
 * small state and the run's own wake conditions, policy and venue. What a walk does not cover it
 * gives up, and the event engine computes that path. For the block*.c files and path_set.h. */
#ifndef RH_ENGINE_BLOCK_H
#define RH_ENGINE_BLOCK_H

#include "engine/run.h"
#include "portfolio/delta_grid.h"

typedef struct rh_block_instant { /* small: a walk reads them all */
    int64_t time_ns;
    uint32_t seen;                       /* bits 1 << RH_ON_* */
    uint16_t settle_first, settle_count; /* of rh_block.settles */
    bool record; /* a bar happens, and is known at once */
    bool wakes;  /* something here makes the policy look: see `seen` and `timer` */
    bool timer;  /* its `every` is due */
    bool plain;  /* a bar and nothing else */
    bool whole;  /* what is traded here follows from the mid alone: see rh_venue_is_whole */
} rh_block_instant;
static_assert(RH_INSTRUMENTS_MAX <= UINT16_MAX, "settlements are counted in 16 bits");

typedef struct rh_block_state { /* what moves from instant to instant, small and together */
    double cash;         /* of the numeraire; there is no other */
    int64_t interest_ns; /* it has earned its interest until then */
    rh_position hedge;
    rh_sum spread, depth, fee; /* costs */
    rh_hedging hedging;
} rh_block_state;

typedef struct rh_block_start { /* the run once the book is entered, the same in all paths */
    rh_block_state state;
    double spot;
    rh_position book[RH_INSTRUMENTS_MAX];
} rh_block_start;

typedef struct rh_block {
    rh_run *run;
    int hedge; /* instrument */
    const rh_venue *venue;
    bool guarded, same_vol;
    bool plain;   /* the policy answers at once: see rh_policy_methods */
    bool by_band; /* see rh_run_wakes_by_band; without a policy too */
    double rate;    /* that cash earns */
    double *growth; /* of what is paid at an instant, until the end of the clock */
    double *held_ns; /* of a plain instant: a state lasted from the one before; NaN of others */
    size_t count, records, dense; /* the first `dense` instants are bars */
    rh_block_instant *instants;
    int settles[RH_INSTRUMENTS_MAX]; /* instruments, in order of time */
    rh_delta_grid mark, hedged;      /* at the two vols; `hedged` unused where they are one */
    rh_block_start start;
    /* of the path */
    double *prices, *spot, *log_spot, *log_spot_lo, *mark_delta, *hedge_delta;
    rh_block_state state;
    size_t at;         /* instant */
    int64_t record_ns; /* of the newest bar */
    int settled, net_settled; /* options gone from the book, and from the run's net delta */
    bool stale;    /* the run has been in the event engine since the book was entered */
    bool synced; /* the run is as `state` says */
    bool given_up;
    rh_view view;
    rh_order order;
} rh_block;

/* block_needs.c: NULL, or what the scenario has that blocks lack. */
const char *rh_block_lacks(const rh_run *run);
/* block.c: prepare the blocks of a run whose scenario lacks nothing; *lacks says what the book or
 * the grid turned out to have. */
rh_status rh_block_open(rh_run *run, rh_block **block, const char **lacks, rh_error *error);
void rh_block_close(rh_block *block); /* NULL is fine */
rh_status rh_block_enter(rh_block *block, rh_error *error); /* the run is at its start again */
/* block_walk.c: one path; *done false: given up, the event engine must do it. The run is at its end
 * then, for rh_paths_read_result. */
rh_status rh_block_path(rh_block *block, uint32_t index, const rh_feed_path *of_feeds, bool *done,
                        rh_error *error);
/* block_view.c: what a policy sees in a walk. */
extern const rh_view_ops rh_block_view_ops;
/* Bring the run to the present. rh_block_store: what is (market, filled book, costs);
 * rh_block_sync: also what is known and reported, for the run's own view. */
void rh_block_store(rh_block *block);
void rh_block_sync(rh_block *block);

#endif
