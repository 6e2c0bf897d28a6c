/* Watches one script and the modules it requires, and says when their content has become another.
 * Libuv's events only say when to look; what counts is the hash of what is read. Invariant: a look
 * reads bounded bytes of regular files only, however large or endless the file has become. */
#ifndef RH_HOST_WATCH_H
#define RH_HOST_WATCH_H

#include <uv.h>

#include "base/error.h"
#include "base/hash.h"

#define RH_WATCH_QUIET_MS 60        /* nothing happened for so long: look */
#define RH_WATCH_PATIENCE_MS 400    /* it never becomes quiet: look all the same */
#define RH_WATCH_LOOK_MS 1000       /* and without any event, for file systems that send none */
#define RH_WATCH_MODULES_MAX 64

typedef struct rh_watch rh_watch;
typedef struct rh_watch_calls {
    void (*changed)(void *context, const char *path);       /* the content is a new one */
    void (*trouble)(void *context, const char *message);    /* it cannot be read; once per reason */
    void *context;
} rh_watch_calls;

rh_status rh_watch_open(uv_loop_t *loop, const rh_watch_calls *calls, rh_watch **watch,
                        rh_error *error);
/* Watch this file from now on, "" for none; what it holds now is no change. */
rh_status rh_watch_file(rh_watch *watch, const char *path, rh_error *error);
const char *rh_watch_path(const rh_watch *watch);       /* "" when nothing is watched */
void rh_watch_close(rh_watch *watch);   /* NULL is fine; gone once the loop ran its close calls */

/* SHA-256 over the script and, in order of appearance, the modules that it requires by name:
 * require "a.b" is a/b.lua in the script's folder. A module that is not there counts as absent. */
rh_status rh_watch_hash(const char *path, char hex[RH_SHA256_HEX], rh_error *error);

#endif
