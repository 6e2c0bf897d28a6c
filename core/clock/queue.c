/* The binary heap behind rh_queue. It knows times, classes and sequence numbers and nothing of what
 * an event means. Invariant: heap[0] is before every other event; sequence numbers are never
 * reused. */
#include "clock/queue.h"

#include <stdlib.h>

static const char *const class_texts[RH_CLASSES] = {
#define X(name, text) text,
    RH_CLASS_MAP(X)
#undef X
};

const char *rh_event_class_text(rh_event_class event_class)
{
    return (unsigned)event_class < RH_CLASSES ? class_texts[event_class] : "unknown";
}

rh_status rh_queue_init(rh_queue *queue, size_t capacity, int64_t start_ns, rh_error *error)
{
    *queue = (rh_queue){.capacity = capacity, .now_ns = start_ns};
    queue->heap = calloc(capacity, sizeof *queue->heap);
    if (!queue->heap) return rh_fail(error, RH_NO_MEMORY, "no memory for %zu events", capacity);
    return RH_OK;
}

void rh_queue_free(rh_queue *queue)
{
    free(queue->heap);
    *queue = (rh_queue){0};
}

static void sift_up(rh_event *heap, size_t at, rh_event event)
{
    while (at > 0) {
        size_t parent = (at - 1) / 2;
        if (!rh_event_before(&event, &heap[parent])) break;
        heap[at] = heap[parent];
        at = parent;
    }
    heap[at] = event;
}

static void sift_down(rh_event *heap, size_t count, rh_event event)
{
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count) break;
        if (child + 1 < count && rh_event_before(&heap[child + 1], &heap[child])) child++;
        if (!rh_event_before(&heap[child], &event)) break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = event;
}

rh_status rh_queue_push(rh_queue *queue, int64_t time_ns, rh_event_class event_class, uint32_t slot,
                        uint32_t stamp, rh_error *error)
{
    if (time_ns < queue->now_ns) {
        return rh_fail(error, RH_STATE, "an event (%s) was scheduled %lld ns into the past",
                       rh_event_class_text(event_class), (long long)(queue->now_ns - time_ns));
    }
    if (queue->count == queue->capacity) {
        return rh_fail(error, RH_LIMIT, "more than %zu pending events", queue->capacity);
    }
    rh_event event = {.time_ns = time_ns,
                      .key = rh_queue_next_key(queue, event_class),
                      .slot = slot,
                      .stamp = stamp};
    sift_up(queue->heap, queue->count++, event);
    return RH_OK;
}

void rh_queue_pop(rh_queue *queue, rh_event *event)
{
    RH_ASSERT(queue->count > 0);
    *event = queue->heap[0];
    queue->count--;
    if (queue->count > 0) sift_down(queue->heap, queue->count, queue->heap[queue->count]);
    if (event->time_ns > queue->now_ns) queue->now_ns = event->time_ns;
}
