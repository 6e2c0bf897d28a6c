/* The watcher on libuv: events of the folders a policy lies in, a debounce, a slow look besides.
 * Folders are watched, not files, so that editors which replace, rename or recreate a file are all
 * the same to us. Must not load anything. Invariant: `changed` is called at most once per content
 * that differs from the last one, and never more often than every RH_WATCH_QUIET_MS. */
#include "host/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "data/file.h"

enum { TIMERS = 2 };

typedef struct watched_folder {
    uv_fs_event_t events;       /* first */
    bool on;
    char path[RH_PATH_MAX];
} watched_folder;

struct rh_watch {
    uv_loop_t *loop;
    const rh_policy_finder *finder;
    rh_watch_calls calls;
    char path[RH_PATH_MAX];
    char hash[RH_SHA256_HEX];
    char trouble[RH_ERROR_MESSAGE_MAX];     /* the last one said */
    uv_timer_t quiet, slow;
    uint64_t first_event_ms;                /* of the burst that is going on; 0: none */
    int folder_count;
    watched_folder folders[RH_WATCH_FOLDERS_MAX];
    int open_handles;
};

/* --- folders ------------------------------------------------------------------------------- */

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

static void add_folder(rh_watch *watch, const char *folder)
{
    for (int i = 0; i < watch->folder_count; i++) {
        if (strcmp(watch->folders[i].path, folder) == 0) return;
    }
    if (watch->folder_count == RH_WATCH_FOLDERS_MAX) return;
    snprintf(watch->folders[watch->folder_count++].path, RH_PATH_MAX, "%s", folder);
}

/* The folder the policy is named in, and that of the file behind a link. */
static void find_folders(rh_watch *watch)
{
    char folder[RH_PATH_MAX];
    uv_fs_t request;
    watch->folder_count = 0;
    folder_of(watch->path, folder);
    add_folder(watch, folder);
    if (uv_fs_realpath(NULL, &request, watch->path, NULL) == 0 &&
        strlen(request.ptr) < RH_PATH_MAX) {
        folder_of(request.ptr, folder);
        add_folder(watch, folder);
    }
    uv_fs_req_cleanup(&request);
}

/* A bundle's own folder, and those of its modules. */
static void add_bundle_folders(rh_watch *watch, const rh_policy_source *source)
{
    char file[RH_PATH_MAX + RH_MODULE_PATH_MAX], folder[RH_PATH_MAX];
    if (!source->is_bundle) return;
    add_folder(watch, watch->path);
    for (size_t i = 0; i < source->module_count; i++) {
        snprintf(file, sizeof file, "%s/%s", watch->path, source->modules[i].path);
        folder_of(file, folder);
        add_folder(watch, folder);
    }
}

/* --- looking ------------------------------------------------------------------------------- */

static rh_status read_hash(rh_watch *watch, char hash[RH_SHA256_HEX], rh_error *error)
{
    rh_policy_source source;
    RH_TRY(rh_policy_source_open(watch->finder, watch->path, &source, error));
    memcpy(hash, source.sha256, RH_SHA256_HEX);
    add_bundle_folders(watch, &source);
    rh_policy_source_free(&source);
    return RH_OK;
}

static bool is_there(const char *path)
{
    uv_fs_t request;
    bool there = uv_fs_stat(NULL, &request, path, NULL) == 0;
    uv_fs_req_cleanup(&request);
    return there;
}

static void look(rh_watch *watch)
{
    char hash[RH_SHA256_HEX];
    rh_error why = {0};
    watch->first_event_ms = 0;
    /* between the delete and the create of an editor: an event, or the slow look, comes again */
    if (!watch->path[0] || !is_there(watch->path)) return;
    if (read_hash(watch, hash, &why) != RH_OK) {
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

static void folder_event(uv_fs_event_t *handle, const char *name, int events, int status)
{
    rh_watch *watch = handle->data;
    (void)name;
    (void)events;
    if (status != 0) return;
    uint64_t now_ms = uv_now(watch->loop);
    if (watch->first_event_ms == 0) watch->first_event_ms = now_ms > 0 ? now_ms : 1;
    uint64_t spent_ms = now_ms - watch->first_event_ms;
    uint64_t left_ms = spent_ms < RH_WATCH_PATIENCE_MS ? RH_WATCH_PATIENCE_MS - spent_ms : 0;
    uint64_t wait_ms = left_ms < RH_WATCH_QUIET_MS ? left_ms : RH_WATCH_QUIET_MS;
    uv_timer_start(&watch->quiet, quiet_now, wait_ms, 0);
}

/* Watch the folders that were found, anew: one that was itself replaced is another one now. What
 * libuv refuses to watch the slow look finds. */
static void watch_folders(rh_watch *watch)
{
    for (int i = 0; i < RH_WATCH_FOLDERS_MAX; i++) {
        watched_folder *folder = &watch->folders[i];
        if (folder->on) uv_fs_event_stop(&folder->events);
        folder->on = i < watch->folder_count &&
                     uv_fs_event_start(&folder->events, folder_event, folder->path, 0) == 0;
    }
}

static void slow_look(uv_timer_t *timer)
{
    rh_watch *watch = timer->data;
    if (!watch->path[0] || watch->first_event_ms != 0) return;
    find_folders(watch);
    look(watch);
    watch_folders(watch);
}

/* --- life ---------------------------------------------------------------------------------- */

rh_status rh_watch_file(rh_watch *watch, const char *path, rh_error *error)
{
    if (strlen(path) >= sizeof watch->path) {
        return rh_fail(error, RH_INPUT, "the path of the policy is too long to watch");
    }
    memmove(watch->path, path, strlen(path) + 1);
    watch->trouble[0] = '\0';
    watch->first_event_ms = 0;
    watch->folder_count = 0;
    uv_timer_stop(&watch->quiet);
    rh_status status = RH_OK;
    if (path[0]) {
        find_folders(watch);
        status = read_hash(watch, watch->hash, error);
    }
    if (status != RH_OK) watch->path[0] = '\0';
    watch_folders(watch);
    uv_timer_start(&watch->slow, slow_look, RH_WATCH_LOOK_MS, RH_WATCH_LOOK_MS);
    return status;
}

const char *rh_watch_path(const rh_watch *watch)
{
    return watch->path;
}

rh_status rh_watch_open(uv_loop_t *loop, const rh_policy_finder *finder,
                        const rh_watch_calls *calls, rh_watch **out, rh_error *error)
{
    rh_watch *watch = calloc(1, sizeof *watch);
    *out = watch;
    if (!watch) return rh_fail(error, RH_NO_MEMORY, "no memory for the watcher");
    watch->loop = loop;
    watch->finder = finder;
    watch->calls = *calls;
    uv_timer_init(loop, &watch->quiet);
    uv_timer_init(loop, &watch->slow);
    watch->quiet.data = watch->slow.data = watch;
    for (int i = 0; i < RH_WATCH_FOLDERS_MAX; i++) {
        uv_fs_event_init(loop, &watch->folders[i].events);
        watch->folders[i].events.data = watch;
    }
    watch->open_handles = RH_WATCH_FOLDERS_MAX + TIMERS;
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
    for (int i = 0; i < RH_WATCH_FOLDERS_MAX; i++) {
        uv_close((uv_handle_t *)&watch->folders[i].events, closed);
    }
}
