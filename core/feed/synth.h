/* What every generator shares: the common keys, the grid of bar times, volumes, and the record.
 * A model owns one step of the log price; nothing here knows a model. Invariants: constant memory,
 * our own kernels only, and prices come from streams that volumes never touch, so that a change of
 * `size` changes no price. */
#ifndef RH_FEED_SYNTH_H
#define RH_FEED_SYNTH_H

#include "base/random.h"
#include "feed/feed.h"
#include "math/kernels.h"
#include "math/random.h"

#define RH_SYNTH_STREAMS_MAX 0x4000u        /* streams of one scenario; three purposes each */
#define RH_SYNTH_BATCH 64u

typedef struct rh_synth {
    rh_feed feed;               /* first, so that a feed is an rh_synth */
    /* The next batch: log prices relative to the spot, and the standard normal shock of each step,
     * which the volume follows. Batches only because that is faster (a third); a path is
     * the same whatever the size of the batch, and however much of the last one is used. */
    void (*steps)(struct rh_synth *synth, double *log_prices, double *shocks);
    /* A path begins, the first one after `configure`: set back what `steps` changes besides the
     * members below (the log price and the streams are set back already). NULL: there is nothing.
     * A model whose every normal shock goes through rh_synth_shock says feed.mirrors = true, and
     * can be mirrored and matched then. */
    void (*reset)(struct rh_synth *synth);
    rh_feed_path path;
    double *shift, *scale;      /* of the shock of each step; NULL: never measured */
    size_t steps_made;          /* in the path, before this batch */
    uint64_t seed;
    uint32_t purpose;           /* of the prices' stream */
    const rh_tape *tape;        /* while a model that resamples is configured; else NULL */
    void *owned;                /* freed with the feed: what a model allocates when configured */
    int64_t from_ns, next_ns, to_ns;
    int64_t late_parts, parts, part; /* a bar is 1/parts ns longer for each part late: a grid of
                                        `parts` steps whose length is no multiple of them */
    double spot, drift, dt_years, mean_size, log_price;
    rh_stream prices, jumps, volumes;
    uint64_t spare;             /* its upper half serves the next volume */
    bool started, has_spare;
    double prices_ahead[RH_SYNTH_BATCH], shocks[RH_SYNTH_BATCH];
    size_t ahead;               /* steps of the batch given out */
    rh_record records[RH_SYNTH_BATCH];
    char instrument[RH_NAME_MAX];
} rh_synth;

/* The shock of step i of this batch for the standard normal z that was drawn. */
static inline double rh_synth_shock(const rh_synth *synth, size_t i, double z)
{
    if (synth->path.mirrored) z = -z;
    if (!synth->path.matched) return z;
    size_t step = synth->steps_made + i;
    return (z - synth->shift[step]) * synth->scale[step];
}

/* One file each: a row of rh_feed_models. */
extern const rh_feed_model rh_synth_gbm, rh_synth_heston, rh_synth_merton, rh_synth_bates,
    rh_synth_kou, rh_synth_garch, rh_synth_regime, rh_synth_bootstrap;

#endif
