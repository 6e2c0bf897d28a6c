/* The watcher on libuv: events of the folders a script lies in, a debounce, a slow look besides.
 * The folder is watched, not the file, so that editors which replace, rename or recreate it are all
 * the same to us. Must not load anything. Invariant: `changed` is called at most once per content
 * that differs from the last one, and never more often than every RH_WATCH_QUIET_MS. */
#include "host/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "data/file.h"

enum { FOLDERS = 2, TIMERS = 2 };   /* the script's folder as named, and behind a link */

struct rh_watch {
    uv_loop_t *loop;
    rh_watch_calls calls;
    char path[RH_PATH_MAX];
    char hash[RH_SHA256_HEX];
    char trouble[RH_ERROR_MESSAGE_MAX];     /* the last one said */
    uv_timer_t quiet, slow;
    uint64_t first_event_ms;                /* of the burst that is going on; 0: none */
    uv_fs_event_t folders[FOLDERS];
    bool watching[FOLDERS];
    int open_handles;
};

/* --- looking ------------------------------------------------------------------------------- */

static void look(rh_watch *watch)
{
    char hash[RH_SHA256_HEX];
    rh_error why = {0};
    watch->first_event_ms = 0;
    /* between the delete and the create of an editor: an event, or the slow look, comes again */
    if (!watch->path[0] || !rh_file_exists(watch->path)) return;
    if (rh_watch_hash(watch->path, hash, &why) != RH_OK) {
        if (strcmp(why.message, watch->trouble) == 0) return;
        memcpy(watch->trouble, why.message, sizeof watch->trouble);
        watch->calls.trouble(watch->calls.context, why.message);
        return;
    }
    watch->trouble[0] = '\0';
    if (strcmp(hash, watch->hash) == 0) return;
    memcpy(watch->hash, hash, sizeof hash);
    watch->calls.changed(watch->calls.context, watch->path);
}

static void quiet_now(uv_timer_t *timer)
{
    look(timer->data);
}

static void something_happened(rh_watch *watch)
{
    uint64_t now_ms = uv_now(watch->loop);
    if (watch->first_event_ms == 0) watch->first_event_ms = now_ms > 0 ? now_ms : 1;
    uint64_t spent_ms = now_ms - watch->first_event_ms;
    uint64_t left_ms = spent_ms < RH_WATCH_PATIENCE_MS ? RH_WATCH_PATIENCE_MS - spent_ms : 0;
    uint64_t wait_ms = left_ms < RH_WATCH_QUIET_MS ? left_ms : RH_WATCH_QUIET_MS;
    uv_timer_start(&watch->quiet, quiet_now, wait_ms, 0);
}

static void folder_event(uv_fs_event_t *handle, const char *name, int events, int status)
{
    (void)name;
    (void)events;
    if (status == 0) something_happened(handle->data);
}

static void watch_folders(rh_watch *watch);

static void slow_look(uv_timer_t *timer)
{
    rh_watch *watch = timer->data;
    /* a folder that was itself replaced is another one now: its events come from there */
    watch_folders(watch);
    if (watch->first_event_ms == 0) look(watch);
}

/* --- what is watched ----------------------------------------------------------------------- */

static void folder_of(const char *path, char folder[RH_PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    if (!slash) {
        memcpy(folder, ".", 2);
    } else if (slash == path) {
        memcpy(folder, "/", 2);
    } else {
        snprintf(folder, RH_PATH_MAX, "%.*s", (int)(slash - path), path);
    }
}

/* What libuv refuses to watch the slow look finds. */
static void watch_folder(rh_watch *watch, int which, const char *folder)
{
    if (watch->watching[which]) uv_fs_event_stop(&watch->folders[which]);
    watch->watching[which] = folder && uv_fs_event_start(&watch->folders[which], folder_event,
                                                         folder, 0) == 0;
}

static void watch_folders(rh_watch *watch)
{
    char folder[RH_PATH_MAX], behind[RH_PATH_MAX] = "";
    uv_fs_t request;
    if (!watch->path[0]) {
        for (int i = 0; i < FOLDERS; i++) watch_folder(watch, i, NULL);
        return;
    }
    folder_of(watch->path, folder);
    watch_folder(watch, 0, folder);
    if (uv_fs_lstat(NULL, &request, watch->path, NULL) == 0 &&
        (request.statbuf.st_mode & S_IFMT) == S_IFLNK) {
        uv_fs_req_cleanup(&request);
        if (uv_fs_realpath(NULL, &request, watch->path, NULL) == 0 &&
            strlen(request.ptr) < sizeof behind) {
            folder_of(request.ptr, behind);
        }
    }
    uv_fs_req_cleanup(&request);
    watch_folder(watch, 1, behind[0] ? behind : NULL);
}

rh_status rh_watch_file(rh_watch *watch, const char *path, rh_error *error)
{
    if (strlen(path) >= sizeof watch->path) {
        return rh_fail(error, RH_INPUT, "the path of the script is too long to watch");
    }
    memmove(watch->path, path, strlen(path) + 1);
    watch->trouble[0] = '\0';
    watch->first_event_ms = 0;
    uv_timer_stop(&watch->quiet);
    rh_status status = path[0] ? rh_watch_hash(path, watch->hash, error) : RH_OK;
    if (status != RH_OK) watch->path[0] = '\0';
    watch_folders(watch);
    uv_timer_start(&watch->slow, slow_look, RH_WATCH_LOOK_MS, RH_WATCH_LOOK_MS);
    return status;
}

const char *rh_watch_path(const rh_watch *watch)
{
    return watch->path;
}

/* --- life ---------------------------------------------------------------------------------- */

rh_status rh_watch_open(uv_loop_t *loop, const rh_watch_calls *calls, rh_watch **out,
                        rh_error *error)
{
    rh_watch *watch = calloc(1, sizeof *watch);
    *out = watch;
    if (!watch) return rh_fail(error, RH_NO_MEMORY, "no memory for the watcher");
    watch->loop = loop;
    watch->calls = *calls;
    uv_timer_init(loop, &watch->quiet);
    uv_timer_init(loop, &watch->slow);
    watch->quiet.data = watch->slow.data = watch;
    for (int i = 0; i < FOLDERS; i++) {
        uv_fs_event_init(loop, &watch->folders[i]);
        watch->folders[i].data = watch;
    }
    watch->open_handles = FOLDERS + TIMERS;
    return RH_OK;
}

static void closed(uv_handle_t *handle)
{
    rh_watch *watch = handle->data;
    if (--watch->open_handles == 0) free(watch);
}

void rh_watch_close(rh_watch *watch)
{
    if (!watch) return;
    uv_close((uv_handle_t *)&watch->quiet, closed);
    uv_close((uv_handle_t *)&watch->slow, closed);
    for (int i = 0; i < FOLDERS; i++) uv_close((uv_handle_t *)&watch->folders[i], closed);
}
