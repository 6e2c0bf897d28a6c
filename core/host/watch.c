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

enum { TIMERS = 2, FILES = 2 };

typedef struct watched_file {
    char path[RH_PATH_MAX];
    char hash[RH_SHA256_HEX];
} watched_file;

typedef struct watched_folder {
    uv_fs_event_t events;       /* first */
    bool on;
    char path[RH_PATH_MAX];
} watched_folder;

struct rh_watch {
    uv_loop_t *loop;
    const rh_policy_finder *finder;
    rh_watch_calls calls;
    watched_file files[FILES];
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

/* The folder a policy is named in, and that of the file behind a link. */
static void add_folders_of(rh_watch *watch, const char *path)
{
    char folder[RH_PATH_MAX];
    uv_fs_t request;
    if (!path[0]) return;
    folder_of(path, folder);
    add_folder(watch, folder);
    if (uv_fs_realpath(NULL, &request, path, NULL) == 0 &&
        strlen(request.ptr) < RH_PATH_MAX) {
        folder_of(request.ptr, folder);
        add_folder(watch, folder);
    }
    uv_fs_req_cleanup(&request);
}

static void find_folders(rh_watch *watch)
{
    watch->folder_count = 0;
    for (int i = 0; i < FILES; i++) add_folders_of(watch, watch->files[i].path);
}

/* A bundle's own folder, and those of its modules. */
static void add_bundle_folders(rh_watch *watch, const char *path, const rh_policy_source *source)
{
    char file[RH_PATH_MAX + RH_MODULE_PATH_MAX], folder[RH_PATH_MAX];
    if (!source->is_bundle) return;
    add_folder(watch, path);
    for (size_t i = 0; i < source->module_count; i++) {
        snprintf(file, sizeof file, "%s/%s", path, source->modules[i].path);
        folder_of(file, folder);
        add_folder(watch, folder);
    }
}

/* --- looking ------------------------------------------------------------------------------- */

static rh_status read_hash(rh_watch *watch, const char *path, char hash[RH_SHA256_HEX],
                           rh_error *error)
{
    rh_policy_source source;
    RH_TRY(rh_policy_source_open(watch->finder, path, &source, error));
    memcpy(hash, source.sha256, RH_SHA256_HEX);
    add_bundle_folders(watch, path, &source);
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

static void say_trouble(rh_watch *watch, const rh_error *why)
{
    if (strcmp(why->message, watch->trouble) == 0) return;
    memcpy(watch->trouble, why->message, sizeof watch->trouble);
    watch->calls.trouble(watch->calls.context, why->message);
}

static void look(rh_watch *watch)
{
    const char *changed = NULL;
    bool troubled = false;
    watch->first_event_ms = 0;
    for (int i = 0; i < FILES; i++) {
        watched_file *file = &watch->files[i];
        char hash[RH_SHA256_HEX];
        rh_error why = {0};
        /* between an editor's delete and create: an event, or the slow look, comes again */
        if (!file->path[0] || !is_there(file->path)) continue;
        if (read_hash(watch, file->path, hash, &why) != RH_OK) {
            say_trouble(watch, &why);
            troubled = true;
        } else if (strcmp(hash, file->hash) != 0) {
            memcpy(file->hash, hash, sizeof hash);
            changed = file->path;
        }
    }
    if (!troubled) watch->trouble[0] = '\0';
    if (changed) watch->calls.changed(watch->calls.context, changed);
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
    if (!watch->files[0].path[0] || watch->first_event_ms != 0) return;
    find_folders(watch);
    look(watch);
    watch_folders(watch);
}

/* --- life ---------------------------------------------------------------------------------- */

static rh_status begin_file(rh_watch *watch, watched_file *file, const char *path, rh_error *error)
{
    size_t length = strlen(path);
    if (length >= sizeof file->path) {
        return rh_fail(error, RH_INPUT, "the path of the policy is too long to watch");
    }
    memcpy(file->path, path, length + 1);
    if (length == 0) return RH_OK;
    add_folders_of(watch, path);
    return read_hash(watch, path, file->hash, error);
}

rh_status rh_watch_files(rh_watch *watch, const char *first, const char *second, rh_error *error)
{
    watch->trouble[0] = '\0';
    watch->first_event_ms = 0;
    watch->folder_count = 0;
    uv_timer_stop(&watch->quiet);
    memset(watch->files, 0, sizeof watch->files);
    rh_status status = begin_file(watch, &watch->files[0], first, error);
    if (status == RH_OK) status = begin_file(watch, &watch->files[1], second, error);
    if (status != RH_OK) {
        memset(watch->files, 0, sizeof watch->files);
        watch->folder_count = 0;
    }
    watch_folders(watch);
    uv_timer_start(&watch->slow, slow_look, RH_WATCH_LOOK_MS, RH_WATCH_LOOK_MS);
    return status;
}

const char *rh_watch_path(const rh_watch *watch, int which)
{
    return watch->files[which].path;
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
