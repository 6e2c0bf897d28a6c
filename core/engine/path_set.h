/* What rh_paths is made of, shared by paths.c and the ways of computing a path, and by nobody else.
 * Invariant: `run` is between two paths whenever nobody is inside a call. */
#ifndef RH_ENGINE_PATH_SET_H
#define RH_ENGINE_PATH_SET_H

#include "engine/block.h"
#include "engine/paths.h"
#include "engine/run.h"

struct rh_paths {
    rh_run_request request; /* without what one of many paths does not do */
    rh_paths_options options;
    rh_scenario *scenario;
    rh_run *run;
    rh_block *block; /* NULL: all by the event engine */
    bool in_blocks;      /* the last call went through it, */
    uint32_t given_up;   /* but for so many paths */
    char kill_message[RH_ERROR_MESSAGE_MAX];
};

/* The feeds' path that belongs to path k. */
static inline rh_feed_path rh_paths_of_feeds(const rh_paths *paths, uint32_t k)
{
    bool twins = paths->options.antithetic;
    return (rh_feed_path){.index = twins ? k & ~1u : k,
                          .mirrored = twins && (k & 1u) != 0,
                          .matched = paths->options.moment_matched};
}

/* path_events.c: path k by the event engine. */
void rh_paths_read_result(const rh_run *run, rh_path_result *result);
rh_status rh_paths_by_events(rh_paths *paths, uint32_t k, rh_path_result *result, rh_error *error);

#endif
