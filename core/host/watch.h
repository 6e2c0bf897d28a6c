/* Watches a policy (a file or a bundle, or two of them: trigger and scale) and says when its
 * content has become another. Libuv's events only say when to look; what counts is the hash of
 * what is read. Invariant: a look reads bounded bytes of regular files only, however large or
 * endless a file has become. */
#ifndef RH_HOST_WATCH_H
#define RH_HOST_WATCH_H

#include <uv.h>

#include "policy/source.h"

#define RH_WATCH_QUIET_MS 60        /* nothing happened for so long: look */
#define RH_WATCH_PATIENCE_MS 400    /* it never becomes quiet: look all the same */
#define RH_WATCH_LOOK_MS 1000       /* and without any event, for file systems that send none */
#define RH_WATCH_FOLDERS_MAX 10     /* further folders of a bundle are found by the slow look */

typedef struct rh_watch rh_watch;
typedef struct rh_watch_calls {
    void (*changed)(void *context, const char *path);       /* the content is a new one */
    void (*trouble)(void *context, const char *message);    /* it cannot be read; once per reason */
    void *context;
} rh_watch_calls;

/* `finder` reads bundles; NULL: single files only. */
rh_status rh_watch_open(uv_loop_t *loop, const rh_policy_finder *finder,
                        const rh_watch_calls *calls, rh_watch **watch, rh_error *error);
/* Watch these from now on, "" for none; what they hold now is no change. One that cannot be read
 * leaves nothing watched. */
rh_status rh_watch_files(rh_watch *watch, const char *first, const char *second, rh_error *error);
const char *rh_watch_path(const rh_watch *watch, int which);    /* 0 or 1; "" for none */
void rh_watch_close(rh_watch *watch);   /* NULL is fine; gone once the loop ran its close calls */

#endif
