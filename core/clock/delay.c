/* The sorted ring behind rh_delay_line. It must not know what a payload is. Invariant: entries are
 * strictly ordered by (known_ns, key) from `first` on. */
#include "clock/delay.h"

#include <stdlib.h>

#define DELAY_CAPACITY_MAX ((size_t)1 << 24)

rh_status rh_delay_init(rh_delay_line *line, size_t capacity, rh_error *error)
{
    size_t rounded = 16;
    while (rounded < capacity)
        rounded *= 2;
    *line = (rh_delay_line){.capacity = rounded};
    line->ring = calloc(rounded, sizeof *line->ring);
    if (!line->ring) return rh_fail(error, RH_NO_MEMORY, "no memory for the delay line");
    return RH_OK;
}

void rh_delay_free(rh_delay_line *line)
{
    free(line->ring);
    *line = (rh_delay_line){0};
}

static int grow(rh_delay_line *line)
{
    size_t capacity = line->capacity * 2;
    rh_delayed *ring = capacity <= DELAY_CAPACITY_MAX ? calloc(capacity, sizeof *ring) : NULL;
    if (!ring) return 0;
    for (size_t i = 0; i < line->count; i++) {
        ring[i] = line->ring[(line->first + i) & (line->capacity - 1)];
    }
    free(line->ring);
    *line = (rh_delay_line){.ring = ring, .count = line->count, .capacity = capacity};
    return 1;
}

void *rh_delay_insert(rh_delay_line *line, int64_t known_ns, uint64_t key)
{
    if (line->count == line->capacity && !grow(line)) return NULL;
    size_t mask = line->capacity - 1;
    size_t at = line->count++;
    while (at > 0) {
        const rh_delayed *before = &line->ring[(line->first + at - 1) & mask];
        if (before->known_ns < known_ns || (before->known_ns == known_ns && before->key < key))
            break;
        line->ring[(line->first + at) & mask] = *before;
        at--;
    }
    rh_delayed *entry = &line->ring[(line->first + at) & mask];
    entry->known_ns = known_ns;
    entry->key = key;
    return entry->payload;
}
