/* Several feeds as one, by (happened, feed index, order within the feed): a total order that no
 * heap layout or thread can change. A feed that goes back in time is refused here, whatever made
 * it. Linear search: scenarios have a handful of feeds. */
#include "feed/feed.h"

#include <stdlib.h>
#include <string.h>

typedef struct source {
    rh_feed *feed;
    uint16_t *remap;            /* feed-local instrument to universe instrument */
    rh_record head;
    bool live;                  /* head holds the next record */
} source;

typedef struct merge {
    rh_feed feed;               /* first, so that a feed is a merge */
    size_t count;
    bool primed;
    source sources[];
} merge;

static rh_status refill(merge *self, size_t index, rh_error *error)
{
    source *from = &self->sources[index];
    bool had = from->live;
    int64_t before_ns = from->head.happened_ns;
    from->live = false;
    rh_status status = from->feed->next(from->feed, &from->head, error);
    if (status == RH_END) return RH_OK;
    if (status != RH_OK) return status;
    if (had && from->head.happened_ns < before_ns)
        return rh_fail(error, RH_INPUT, "feed %zu goes back in time", index);
    if (from->head.instrument >= from->feed->instruments)
        return rh_fail(error, RH_INPUT, "feed %zu: instrument %u is not one of its %u", index,
                       from->head.instrument, from->feed->instruments);
    from->head.instrument = from->remap[from->head.instrument];
    from->head.known_ns += from->feed->delay_ns;
    from->live = true;
    return RH_OK;
}

static rh_status merge_next(rh_feed *feed, rh_record *record, rh_error *error)
{
    merge *self = (merge *)feed;
    for (size_t i = 0; i < self->count && !self->primed; ++i) RH_TRY(refill(self, i, error));
    self->primed = true;
    size_t first = self->count;
    for (size_t i = 0; i < self->count; ++i) {
        const source *from = &self->sources[i];
        if (!from->live) continue;
        if (first == self->count ||
            from->head.happened_ns < self->sources[first].head.happened_ns)
            first = i;
    }
    if (first == self->count) return RH_END;
    *record = self->sources[first].head;
    return refill(self, first, error);
}

static void free_but_feeds(merge *self)
{
    for (size_t i = 0; i < self->count; ++i) free(self->sources[i].remap);
    free(self);
}

static void merge_free(rh_feed *feed)
{
    merge *self = (merge *)feed;
    if (!self) return;
    for (size_t i = 0; i < self->count; ++i)
        self->sources[i].feed->free(self->sources[i].feed);
    free_but_feeds(self);
}

static const char *merge_instrument(const rh_feed *feed, uint32_t index)
{
    const merge *self = (const merge *)feed;
    for (size_t i = 0; i < self->count; ++i) {
        const source *from = &self->sources[i];
        for (uint32_t j = 0; j < from->feed->instruments; ++j)
            if (from->remap[j] == index) return from->feed->instrument_name(from->feed, j);
    }
    return NULL;
}

static bool copy_remap(source *to, const uint16_t *remap, uint32_t *instruments)
{
    uint32_t count = to->feed->instruments;
    to->remap = malloc((count ? count : 1) * sizeof *remap);
    if (!to->remap) return false;
    if (count) memcpy(to->remap, remap, count * sizeof *remap);
    for (uint32_t j = 0; j < count; ++j)
        if (remap[j] >= *instruments) *instruments = remap[j] + 1u;
    return true;
}

rh_status rh_feed_merge(rh_feed *const *feeds, const uint16_t *const *remap, size_t count,
                        rh_feed **merged, rh_error *error)
{
    *merged = NULL;
    merge *self = calloc(1, sizeof *self + count * sizeof self->sources[0]);
    if (!self) return rh_fail(error, RH_NO_MEMORY, "no memory for a merge of feeds");
    self->feed = (rh_feed){.next = merge_next, .free = merge_free,
                           .instrument_name = merge_instrument, .content_hash = ""};
    self->count = count;
    for (size_t i = 0; i < count; ++i) {
        self->sources[i].feed = feeds[i];
        if (!copy_remap(&self->sources[i], remap[i], &self->feed.instruments)) {
            free_but_feeds(self);
            return rh_fail(error, RH_NO_MEMORY, "no memory for a merge of feeds");
        }
        int64_t interval_ns = feeds[i]->interval_ns, *least_ns = &self->feed.interval_ns;
        if (interval_ns > 0 && (*least_ns == 0 || interval_ns < *least_ns))
            *least_ns = interval_ns;
    }
    *merged = &self->feed;
    return RH_OK;
}
