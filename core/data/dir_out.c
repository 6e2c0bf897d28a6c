/* Atomic output directories: filled beside their name under a temporary one, synced, renamed.
 * Must not look into the files. Invariant: `path` is absent or whole; a dir_out whose `temporary`
 * is "" owns nothing, so ending it twice does nothing. */
#include <errno.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/file.h"
#include "data/io.h"

#define TEMPORARY_NAMES 1000
#define WALK_DESCRIPTORS 16

static bool exists(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0;
}

static int make_temporary(rh_dir_out *dir)
{
    for (int i = 0; i < TEMPORARY_NAMES; i++) {
        int length = snprintf(dir->temporary, sizeof dir->temporary, "%s.tmp-%ld-%d", dir->path,
                              (long)getpid(), i);
        if (length < 0 || (size_t)length >= sizeof dir->temporary) return ENAMETOOLONG;
        if (mkdir(dir->temporary, 0777) == 0) return 0;
        if (errno != EEXIST) return errno;
    }
    return EEXIST;
}

rh_status rh_dir_out_begin(rh_dir_out *dir, const char *path, rh_error *error)
{
    char folder[RH_PATH_MAX];
    dir->temporary[0] = dir->path[0] = '\0';
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') length--;
    if (length == 0 || length >= sizeof dir->path) {
        return rh_fail(error, RH_INPUT, "an output folder's path is empty or too long");
    }
    memcpy(dir->path, path, length);
    dir->path[length] = '\0';
    if (exists(dir->path)) {
        return rh_fail(error, RH_INPUT, "%s: exists already; name a new folder", dir->path);
    }
    rh_io_folder(dir->path, folder);
    RH_TRY(rh_make_directories(folder, error));
    int failed = make_temporary(dir);
    if (failed == 0) return RH_OK;
    dir->temporary[0] = '\0';
    return rh_io_fail(error, RH_IO, dir->path, "make the folder", failed);
}

static int sync_entry(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)where;
    return kind == FTW_DP ? rh_io_sync_folder(path) : 0;
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)where;
    if (kind == FTW_DP || kind == FTW_D || kind == FTW_DNR) {
        rmdir(path);
    } else {
        unlink(path);
    }
    return 0;
}

/* Rename `temporary` to `to`, which must not exist, and make the name durable: 0 or errno. A plain
 * rename would silently replace an empty folder. */
static int move_to(rh_dir_out *dir, const char *to)
{
    char folder[RH_PATH_MAX];
    int failed = nftw(dir->temporary, sync_entry, WALK_DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
    if (failed < 0) failed = errno;
    if (failed != 0) return failed;
    if (exists(to)) return EEXIST;
    if (rename(dir->temporary, to) != 0) return errno;
    dir->temporary[0] = '\0';
    rh_io_folder(to, folder);
    return rh_io_sync_folder(folder);
}

rh_status rh_dir_out_commit(rh_dir_out *dir, rh_error *error)
{
    if (dir->temporary[0] == '\0') return rh_fail(error, RH_STATE, "the folder was ended before");
    int failed = move_to(dir, dir->path);
    if (failed == 0) return RH_OK;
    rh_dir_out_abandon(dir);
    return rh_io_fail(error, RH_IO, dir->path, "write the folder", failed);
}

void rh_dir_out_abandon(rh_dir_out *dir)
{
    if (dir->temporary[0] == '\0') return;
    nftw(dir->temporary, remove_entry, WALK_DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
    dir->temporary[0] = '\0';
}

rh_status rh_dir_out_fail(rh_dir_out *dir, rh_error *error)
{
    char kept[RH_PATH_MAX];
    int failed = EEXIST;
    if (dir->temporary[0] == '\0') return rh_fail(error, RH_STATE, "the folder was ended before");
    for (int i = 1; i <= TEMPORARY_NAMES && failed == EEXIST; i++) {
        int length = i == 1 ? snprintf(kept, sizeof kept, "%s.failed", dir->path)
                            : snprintf(kept, sizeof kept, "%s.failed-%d", dir->path, i);
        failed = length > 0 && (size_t)length < sizeof kept ? move_to(dir, kept) : ENAMETOOLONG;
    }
    if (failed != 0) return rh_io_fail(error, RH_IO, dir->path, "keep the failed folder", failed);
    memcpy(dir->path, kept, strlen(kept) + 1);
    return RH_OK;
}
