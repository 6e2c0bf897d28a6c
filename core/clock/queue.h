/* Virtual time and the event queue: a binary heap on (time, class, sequence), so that the order of
 * simultaneous events is total, documented and the same on every machine. Never reads a wall clock.
 * Invariant: time never runs backwards; an event pushed into the past is refused. */
#ifndef RH_CLOCK_QUEUE_H
#define RH_CLOCK_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* X(NAME, text): the classes of one instant, in order. Same-time data is all seen before anything
 * settles or decides; ledger rows come last. */
#define RH_CLASS_MAP(X)                                                                            \
    X(HAPPENED, "happened market record")                                                          \
    X(ORACLE, "oracle update")                                                                     \
    X(BLOCK, "block")                                                                              \
    X(ORDER, "order arrival or cancel")                                                            \
    X(CLIENT, "client trade")                                                                      \
    X(FUNDING, "funding")                                                                          \
    X(SETTLEMENT, "settlement")                                                                    \
    X(KNOWN, "known delivery")                                                                     \
    X(REPORT, "acknowledgement or fill report")                                                    \
    X(SWAP, "swap or set")                                                                         \
    X(TIMER, "timer")                                                                              \
    X(WAKE, "policy wake")                                                                         \
    X(LEDGER, "ledger row")

typedef enum rh_event_class {
#define X(name, text) RH_CLASS_##name,
    RH_CLASS_MAP(X)
#undef X
        RH_CLASSES
} rh_event_class;

const char *rh_event_class_text(rh_event_class event_class);

typedef struct rh_event {
    int64_t time_ns;
    uint64_t key;   /* class << 56 | sequence: ties are decided by this alone */
    uint32_t slot;  /* what it is about: an order, an option, a swap ... by class */
    uint32_t stamp; /* generation of the slot, so that a stale event can be told */
} rh_event;

static inline rh_event_class rh_event_get_class(const rh_event *event)
{
    return (rh_event_class)(event->key >> 56);
}
/* Strict order of two events. */
static inline bool rh_event_before(const rh_event *a, const rh_event *b)
{
    return a->time_ns != b->time_ns ? a->time_ns < b->time_ns : a->key < b->key;
}

typedef struct rh_queue {
    rh_event *heap;
    size_t count, capacity;
    uint64_t sequence;
    int64_t now_ns;
} rh_queue;

/* Room for `capacity` events is allocated here; push beyond it is RH_LIMIT, never a reallocation.
 */
rh_status rh_queue_init(rh_queue *queue, size_t capacity, int64_t start_ns, rh_error *error);
void rh_queue_free(rh_queue *queue);
/* Empty, as after init. */
static inline void rh_queue_rewind(rh_queue *queue, int64_t start_ns)
{
    queue->count = 0;
    queue->sequence = 0;
    queue->now_ns = start_ns;
}
rh_status rh_queue_push(rh_queue *queue, int64_t time_ns, rh_event_class event_class, uint32_t slot,
                        uint32_t stamp, rh_error *error);
/* The key the next push of this class would get: for event sources beside the heap. */
static inline uint64_t rh_queue_next_key(rh_queue *queue, rh_event_class event_class)
{
    return (uint64_t)event_class << 56 | queue->sequence++;
}
static inline const rh_event *rh_queue_peek(const rh_queue *queue)
{
    return queue->count ? &queue->heap[0] : NULL;
}
void rh_queue_pop(rh_queue *queue, rh_event *event); /* count must be > 0; advances now_ns */

#endif
