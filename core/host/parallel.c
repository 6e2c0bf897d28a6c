/* The parallel-for: threads that take the next index until there is none.
 * Does not know what the body does and cancels nothing. Every worker computes in round-to-nearest,
 * as the calling thread does, so a result is the same on whichever thread it was made. */
#include "host/parallel.h"

#include <stdbool.h>
#include <uv.h>

#include "math/kernels.h"

typedef struct shared_work {
    uv_mutex_t lock;            /* guards the three below */
    size_t next, count;
    size_t failed_index;
    rh_status status;
    rh_status (*body)(void *argument, size_t index);
    void *argument;
} shared_work;

static bool take_index(shared_work *work, size_t *index)
{
    uv_mutex_lock(&work->lock);
    *index = work->next;
    bool taken = work->next < work->count;
    if (taken) work->next++;
    uv_mutex_unlock(&work->lock);
    return taken;
}

static void note_failure(shared_work *work, size_t index, rh_status status)
{
    uv_mutex_lock(&work->lock);
    if (work->status == RH_OK || index < work->failed_index) {
        work->status = status;
        work->failed_index = index;
    }
    uv_mutex_unlock(&work->lock);
}

static void run_worker(void *argument)
{
    shared_work *work = argument;
    size_t index;
    rh_math_thread_init();
    while (take_index(work, &index)) {
        rh_status status = work->body(work->argument, index);
        if (status != RH_OK) note_failure(work, index, status);
    }
}

int rh_host_processors(void)
{
    unsigned count = uv_available_parallelism();
    return count < 1 ? 1 : count > RH_THREADS_MAX ? RH_THREADS_MAX : (int)count;
}

rh_status rh_host_parallel(void *workers, size_t count,
                           rh_status (*body)(void *argument, size_t index), void *argument)
{
    const rh_workers *asked = workers;
    size_t threads = asked->threads < 1 ? 1 : (size_t)asked->threads;
    if (threads > RH_THREADS_MAX) threads = RH_THREADS_MAX;
    if (threads > count) threads = count;
    shared_work work = {.count = count, .body = body, .argument = argument};
    if (uv_mutex_init(&work.lock) != 0) return RH_NO_MEMORY;
    uv_thread_t started[RH_THREADS_MAX];
    size_t running = 0;
    /* the calling thread is the last worker: without any other it does everything */
    while (running + 1 < threads && uv_thread_create(&started[running], run_worker, &work) == 0) {
        running++;
    }
    run_worker(&work);
    for (size_t i = 0; i < running; i++) uv_thread_join(&started[i]);
    uv_mutex_destroy(&work.lock);
    return work.status;
}
