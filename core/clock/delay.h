/* The delay line: market records that have happened and are not yet known, in order of
 * (known, sequence). A ring kept sorted by insertion from the back, since nearly all records become
 * known in the order they happened. Memory grows by doubling when the backlog does, never per
 * event. */
#ifndef RH_CLOCK_DELAY_H
#define RH_CLOCK_DELAY_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef struct rh_delayed {
    int64_t known_ns;
    uint64_t key; /* from rh_queue_next_key(KNOWN) */
    unsigned char payload[48];
} rh_delayed;

typedef struct rh_delay_line {
    rh_delayed *ring;
    size_t first, count, capacity; /* capacity a power of two */
} rh_delay_line;

rh_status rh_delay_init(rh_delay_line *line, size_t capacity, rh_error *error);
void rh_delay_free(rh_delay_line *line);
/* As rh_delay_push, for an entry of which it is not known that it goes last. */
void *rh_delay_insert(rh_delay_line *line, int64_t known_ns, uint64_t key);
/* A place for a payload of 48 bytes, sorted in; valid until the next push. NULL: no memory. */
static inline void *rh_delay_push(rh_delay_line *line, int64_t known_ns, uint64_t key)
{
    if (line->count > 0) return rh_delay_insert(line, known_ns, key);
    line->first = 0; /* an empty line begins anew: its memory stays the same few bytes */
    line->count = 1;
    line->ring[0].known_ns = known_ns;
    line->ring[0].key = key;
    return line->ring[0].payload;
}
static inline const rh_delayed *rh_delay_peek(const rh_delay_line *line)
{
    return line->count ? &line->ring[line->first] : NULL;
}
/* What was popped stays where it was until the next push. */
static inline void rh_delay_pop(rh_delay_line *line)
{
    line->first = (line->first + 1) & (line->capacity - 1);
    line->count--;
}

#endif
