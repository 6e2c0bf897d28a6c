/* Bundles as folders: read without following a link anywhere below the folder, written into a fresh
 * one. Must not judge contents. Invariant: every open below the folder is relative to an open
 * descriptor of its parent and refuses links, so what is checked is what is read. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "data/file.h"
#include "host/bundle.h"

typedef struct walk_state { rh_bundle *bundle; rh_error *error; int entries; } walk_state;

static rh_status say(const walk_state *walk, const char *path, const char *found)
{
    char shown[128];
    rh_text_escape(shown, sizeof shown, path, strlen(path));
    return rh_fail(walk->error, RH_INPUT, "%s: \"%s\": found %s, expected a file or a folder",
                   walk->bundle->label, shown, found);
}

static rh_status cannot(const walk_state *walk, const char *path)
{
    return rh_fail(walk->error, RH_INPUT, "%s: \"%s\": cannot be read: %s", walk->bundle->label,
                   path, strerror(errno));
}

/* Read an open regular file of at most `size` bytes as it was when it was opened. */
static rh_status read_all(walk_state *walk, int fd, const char *path, size_t size)
{
    size_t length = 0;
    ssize_t got = 1;
    if (size > RH_BUNDLE_FILE_BYTES_MAX)
        return rh_fail(walk->error, RH_LIMIT, "%s: \"%s\": found %zu bytes, expected at most %u a "
                       "file", walk->bundle->label, path, size, RH_BUNDLE_FILE_BYTES_MAX);
    char *bytes = malloc(size + 2);
    if (bytes == NULL) return rh_fail(walk->error, RH_NO_MEMORY, "no memory for a bundle");
    while (got > 0 && length <= size) {
        got = read(fd, bytes + length, size + 1 - length);
        if (got > 0) length += (size_t)got;
        if (got < 0 && errno == EINTR) got = 1;
    }
    if (got < 0 || length != size) {
        rh_status status = got < 0 ? cannot(walk, path) :
                           say(walk, path, "a file that changes while it is read");
        free(bytes);
        return status;
    }
    bytes[length] = '\0';
    return rh_bundle_add(walk->bundle, path, bytes, length, walk->error);
}

static rh_status read_file(walk_state *walk, int parent, const char *name, const char *path)
{
    struct stat about;
    int fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return cannot(walk, path);
    rh_status status = RH_OK;
    if (fstat(fd, &about) != 0)
        status = cannot(walk, path);
    else if (!S_ISREG(about.st_mode))
        status = say(walk, path, "neither");
    else
        status = read_all(walk, fd, path, (size_t)about.st_size);
    close(fd);
    return status;
}

static rh_status read_level(walk_state *walk, int fd, const char *prefix);

static rh_status read_entry(walk_state *walk, int parent, const char *name, const char *prefix)
{
    char path[RH_BUNDLE_PATH_MAX + NAME_MAX + 2];
    struct stat about;
    snprintf(path, sizeof path, "%s%s", prefix, name);
    if (++walk->entries > 4 * RH_BUNDLE_FILES_MAX)
        return rh_fail(walk->error, RH_LIMIT, "%s: found more than %d files and folders",
                       walk->bundle->label, 4 * RH_BUNDLE_FILES_MAX);
    RH_TRY(rh_bundle_check_path(walk->bundle->label, path, walk->error));
    if (fstatat(parent, name, &about, AT_SYMLINK_NOFOLLOW) != 0) return cannot(walk, path);
    if (S_ISLNK(about.st_mode)) return say(walk, path, "a symbolic link");
    if (S_ISREG(about.st_mode)) return read_file(walk, parent, name, path);
    if (!S_ISDIR(about.st_mode)) return say(walk, path, "a device, pipe or socket");
    int fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return cannot(walk, path);
    snprintf(path + strlen(path), 2, "/");
    return read_level(walk, fd, path);      /* takes the descriptor */
}

static rh_status read_level(walk_state *walk, int fd, const char *prefix)
{
    DIR *folder = fdopendir(fd);
    if (folder == NULL) {
        close(fd);
        return cannot(walk, prefix);
    }
    rh_status status = RH_OK;
    for (struct dirent *entry; status == RH_OK && (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.')
            status = read_entry(walk, dirfd(folder), entry->d_name, prefix);
    closedir(folder);
    return status;
}

rh_status rh_bundle_read_folder(const char *path, rh_bundle *bundle, rh_error *error)
{
    memset(bundle, 0, sizeof *bundle);
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') length--;
    if (length >= sizeof bundle->label)
        return rh_fail(error, RH_INPUT, "the path of a bundle is longer than %d bytes",
                       RH_PATH_MAX - 1);
    memcpy(bundle->label, path, length);
    walk_state walk = {.bundle = bundle, .error = error};
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return rh_fail(error, RH_INPUT, "%s: cannot be read: %s", bundle->label, strerror(errno));
    rh_status status = read_level(&walk, fd, "");
    rh_bundle_sort(bundle);
    if (status != RH_OK) rh_bundle_free(bundle);
    return status;
}

/* --- writing ------------------------------------------------------------------------------- */

static rh_status write_file(const rh_bundle_file *file, const char *folder, rh_error *error)
{
    char path[RH_PATH_MAX];
    rh_file_out *out = NULL;
    int length = snprintf(path, sizeof path, "%s/%s", folder, file->path);
    if (length < 0 || (size_t)length >= sizeof path)
        return rh_fail(error, RH_INPUT, "%s: the path is too long", file->path);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    RH_TRY(rh_make_directories(path, error));
    *slash = '/';
    RH_TRY(rh_file_out_open(path, &out, error));
    rh_file_out_write(out, file->bytes, file->length);
    return rh_file_out_commit(out, error);
}

rh_status rh_bundle_write_folder(const rh_bundle *bundle, const char *folder, rh_error *error)
{
    for (size_t i = 0; i < bundle->count; i++)
        RH_TRY(write_file(&bundle->files[i], folder, error));
    return RH_OK;
}
