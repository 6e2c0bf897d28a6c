/* Several feeds as one, by (happened, feed index, order within the feed): a total order that no
 * heap layout or thread can change. A feed that goes back in time is refused here, whatever made
 * it. Linear search: scenarios have a handful of feeds. */
#include "feed/feed.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 64 };

typedef struct source {
    rh_feed *feed;
    uint16_t *remap;            /* feed-local instrument to universe instrument */
    int64_t taken_ns;           /* happened time of the last record taken */
} source;

typedef struct merge {
    rh_feed feed;               /* first, so that a feed is a merge */
    rh_record records[BATCH];
    size_t count;
    source sources[];
} merge;

/* The source whose record is first, and the time until which its records stay first. */
static rh_status choose(merge *self, source **first, int64_t *until_ns, rh_error *error)
{
    int64_t first_ns = 0;
    *first = NULL;
    *until_ns = INT64_MAX;
    for (size_t i = 0; i < self->count; ++i) {
        const rh_record *head;
        rh_status status = rh_feed_peek(self->sources[i].feed, &head, error);
        if (status == RH_END) continue;
        if (status != RH_OK) return status;
        if (*first && head->happened_ns >= first_ns) {      /* a tie is the earlier feed's */
            if (head->happened_ns < *until_ns) *until_ns = head->happened_ns;
            continue;
        }
        *until_ns = *first ? first_ns - 1 : INT64_MAX;      /* of those before, the least */
        *first = &self->sources[i];
        first_ns = head->happened_ns;
    }
    return *first ? RH_OK : RH_END;
}

static rh_status check(const merge *self, const source *from, const rh_record *record,
                       rh_error *error)
{
    size_t index = (size_t)(from - self->sources);
    if (record->happened_ns < from->taken_ns)
        return rh_fail(error, RH_INPUT, "feed %zu goes back in time", index);
    if (record->instrument >= from->feed->instruments)
        return rh_fail(error, RH_INPUT, "feed %zu: instrument %u is not one of its %u", index,
                       record->instrument, from->feed->instruments);
    return RH_OK;
}

/* The records of one source up to a time, as far as there is room. */
static rh_status take(merge *self, source *from, int64_t until_ns, size_t *made, rh_error *error)
{
    rh_feed *feed = from->feed;
    for (; *made < BATCH && feed->ready < feed->ready_end; feed->ready++) {
        const rh_record *record = feed->ready;
        if (record->happened_ns > until_ns) break;
        RH_TRY(check(self, from, record, error));
        rh_record *out = &self->records[(*made)++];
        *out = *record;
        out->instrument = from->remap[record->instrument];
        out->known_ns += feed->delay_ns;
        from->taken_ns = record->happened_ns;
    }
    return RH_OK;
}

/* A failure is told once everything before it has been taken. */
static rh_status merge_more(rh_feed *feed, rh_error *error)
{
    merge *self = (merge *)feed;
    size_t made = 0;
    rh_status status = RH_OK;
    while (made < BATCH && status == RH_OK) {
        source *first;
        int64_t until_ns;
        status = choose(self, &first, &until_ns, error);
        if (status == RH_OK) status = take(self, first, until_ns, &made, error);
    }
    feed->ready = self->records;
    feed->ready_end = self->records + made;
    return made > 0 ? RH_OK : status;
}

static rh_status merge_rewind(rh_feed *feed, const rh_feed_path *path, rh_error *error)
{
    merge *self = (merge *)feed;
    feed->ready = feed->ready_end = self->records;
    for (size_t i = 0; i < self->count; ++i) {
        self->sources[i].taken_ns = INT64_MIN;
        RH_TRY(self->sources[i].feed->rewind(self->sources[i].feed, path, error));
    }
    return RH_OK;
}

static rh_status merge_measure(rh_feed *feed, const rh_feed_path *paths, size_t count,
                               rh_error *error)
{
    merge *self = (merge *)feed;
    for (size_t i = 0; i < self->count; ++i) {
        rh_feed *from = self->sources[i].feed;
        if (from->random) RH_TRY(from->measure(from, paths, count, error));
    }
    return RH_OK;
}

/* Of a merge of one. */
static rh_status merge_prices(rh_feed *feed, double *prices, size_t count, rh_error *error)
{
    rh_feed *from = ((merge *)feed)->sources[0].feed;
    return from->prices(from, prices, count, error);
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
    self->feed = (rh_feed){.more = merge_more, .free = merge_free, .rewind = merge_rewind,
                           .measure = merge_measure, .mirrors = true,
                           .instrument_name = merge_instrument, .content_hash = ""};
    self->count = count;
    if (count == 1 && feeds[0]->prices) self->feed.prices = merge_prices;
    for (size_t i = 0; i < count; ++i) {
        self->sources[i].feed = feeds[i];
        self->sources[i].taken_ns = INT64_MIN;
        self->feed.random |= feeds[i]->random;
        self->feed.mirrors &= !feeds[i]->random || feeds[i]->mirrors;
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
