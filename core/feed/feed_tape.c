/* A tape as a feed: the records of a time range, straight from the mapping, all at hand at once.
 * It copies and changes nothing; the tape has been verified when it was opened. */
#include "feed/feed.h"

#include <stdlib.h>

typedef struct feed_tape {
    rh_feed feed;               /* first, so that a feed is a feed_tape */
    rh_tape *tape;
    const rh_record *first;     /* of the range */
} feed_tape;

static rh_status tape_more(rh_feed *feed, rh_error *error)
{
    (void)feed, (void)error;
    return RH_END;
}

static rh_status tape_rewind(rh_feed *feed, const rh_feed_path *path, rh_error *error)
{
    (void)path, (void)error;
    feed->ready = ((const feed_tape *)feed)->first;
    return RH_OK;
}

static void tape_free(rh_feed *feed)
{
    feed_tape *self = (feed_tape *)feed;
    if (!self) return;
    rh_tape_close(self->tape);
    free(self);
}

static const char *tape_instrument(const rh_feed *feed, uint32_t index)
{
    return rh_tape_instrument(((const feed_tape *)feed)->tape, index);
}

rh_status rh_feed_from_tape(rh_tape *tape, int64_t from_ns, int64_t to_ns, rh_feed **feed,
                            rh_error *error)
{
    *feed = NULL;
    feed_tape *self = calloc(1, sizeof *self);
    if (!self) return rh_fail(error, RH_NO_MEMORY, "no memory for a feed");
    const rh_tape_info *info = rh_tape_get_info(tape);
    const rh_record *records = rh_tape_records(tape);
    uint64_t first = rh_tape_lower_bound(tape, from_ns);
    uint64_t end = to_ns < INT64_MAX ? rh_tape_lower_bound(tape, to_ns + 1) : info->records;
    if (end < first) end = first;
    self->feed = (rh_feed){.ready = records + first, .ready_end = records + end, .more = tape_more,
                           .free = tape_free, .rewind = tape_rewind,
                           .interval_ns = info->interval_ns, .instruments = info->instruments,
                           .instrument_name = tape_instrument, .content_hash = info->content_hash};
    self->tape = tape;
    self->first = self->feed.ready;
    *feed = &self->feed;
    return RH_OK;
}
