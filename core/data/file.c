/* Whole files in, and the resolution of names that a scenario mentions.
 * Must not write (file_out.c does). Invariant: a resolved path has no symbolic links left in the
 * part that exists, so comparing it with the allowed folders is comparing what will be opened. */
#include "data/file.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/io.h"

#define HASH_CHUNK ((size_t)64 << 10)

static rh_status open_regular(const char *path, int *fd, off_t *bytes, rh_error *error)
{
    int failed = rh_io_open(path, 1, fd, bytes);
    if (failed == EINVAL) return rh_fail(error, RH_INPUT, "%s: not a regular file", path);
    if (failed != 0) return rh_io_fail(error, RH_INPUT, path, "read", failed);
    return RH_OK;
}

/* Reads until the end, never more than capacity. */
static int read_up_to(int fd, char *bytes, size_t capacity, size_t *length)
{
    size_t got = 1;
    *length = 0;
    while (got > 0 && *length < capacity) {
        int failed = rh_io_read(fd, bytes + *length, capacity - *length, &got);
        if (failed != 0) return failed;
        *length += got;
    }
    return 0;
}

rh_status rh_file_read(const char *path, size_t max_bytes, char **bytes, size_t *length,
                       rh_error *error)
{
    int fd;
    off_t declared;
    char *text = NULL;
    RH_TRY(open_regular(path, &fd, &declared, error));
    rh_status status = RH_OK;
    if (declared < 0 || (uintmax_t)declared > max_bytes) {
        status = rh_fail(error, RH_INPUT, "%s: %lld bytes, at most %zu are read", path,
                         (long long)declared, max_bytes);
        goto done;
    }
    /* One byte beyond the declared size tells a file that grows apart from one that was read. */
    size_t capacity = (size_t)declared + 1;
    text = malloc(capacity + 1);
    if (text == NULL) {
        status = rh_fail(error, RH_NO_MEMORY, "%s: no memory for its %zu bytes", path, capacity);
        goto done;
    }
    int failed = read_up_to(fd, text, capacity, length);
    if (failed != 0) {
        status = rh_io_fail(error, RH_INPUT, path, "read", failed);
    } else if (*length != (size_t)declared) {
        status = rh_fail(error, RH_INPUT, "%s: changed while it was read", path);
    } else {
        text[*length] = '\0';
        *bytes = text;
        text = NULL;
    }
done: /* owned: fd, and text unless it was handed over */
    free(text);
    close(fd);
    return status;
}

rh_status rh_file_sha256(const char *path, char hex[RH_SHA256_HEX], rh_error *error)
{
    int fd;
    off_t bytes;
    RH_TRY(open_regular(path, &fd, &bytes, error));
    rh_sha256 state;
    rh_sha256_begin(&state);
    char *chunk = malloc(HASH_CHUNK);
    size_t got = 1;
    int failed = chunk == NULL ? ENOMEM : 0;
    while (failed == 0 && got > 0) {
        failed = rh_io_read(fd, chunk, HASH_CHUNK, &got);
        if (failed == 0) rh_sha256_bytes(&state, chunk, got);
    }
    free(chunk);
    close(fd);
    if (failed != 0) return rh_io_fail(error, RH_INPUT, path, "read", failed);
    rh_sha256_hex(&state, hex);
    return RH_OK;
}

bool rh_file_exists(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0;
}

bool rh_file_is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

rh_status rh_file_is_plain(const char *path, rh_error *error)
{
    struct stat about;
    if (stat(path, &about) == 0 && !S_ISREG(about.st_mode))
        return rh_fail(error, RH_INPUT, "%s: not a regular file", path);
    return RH_OK;
}

/* --- names in a scenario ------------------------------------------------------------------- */

static bool below(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    if (length == 1) return folder[0] == '/';
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* realpath into out[RH_PATH_MAX]: 0 or an errno value. */
static int real_path(const char *path, char *out)
{
    char *real = realpath(path, NULL);
    if (real == NULL) return errno;
    size_t length = strlen(real);
    if (length < RH_PATH_MAX) memcpy(out, real, length + 1);
    free(real);
    return length < RH_PATH_MAX ? 0 : ENAMETOOLONG;
}

/* The last component of the path; "" when the path ends in a slash. */
static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* The real path of something that need not exist: links are followed in the part that does; the
 * missing rest may hold neither ".." nor a dangling link, which would decide later where to. */
static int real_or_missing(const char *path, char *out)
{
    char head[RH_PATH_MAX], tail[RH_PATH_MAX] = "";
    struct stat about;
    size_t length = strlen(path);
    if (length >= RH_PATH_MAX) return ENAMETOOLONG;
    memcpy(head, path, length + 1);
    for (;;) {
        int failed = real_path(head, out);
        if (failed == 0) break;
        if (failed != ENOENT || lstat(head, &about) == 0) return failed;
        const char *part = last_part(head);
        size_t bytes = strlen(part), behind = strlen(tail);
        if (strcmp(part, "..") == 0) return ENOENT;
        if (bytes > 0 && strcmp(part, ".") != 0) {
            if (bytes + behind + 2 > sizeof tail) return ENAMETOOLONG;
            memmove(tail + bytes + 1, tail, behind + 1);
            memcpy(tail + 1, part, bytes);
            tail[0] = '/';
        }
        if (part == head) return ENOENT;
        head[part - head - (part == head + 1 ? 0 : 1)] = '\0';
    }
    size_t found = strcmp(out, "/") == 0 ? 0 : strlen(out);
    if (found + strlen(tail) >= RH_PATH_MAX) return ENAMETOOLONG;
    if (tail[0] != '\0') memcpy(out + found, tail, strlen(tail) + 1);
    return 0;
}

static bool is_allowed(const char *path, const char *const *allowed)
{
    char folder[RH_PATH_MAX];
    for (; allowed != NULL && *allowed != NULL; allowed++) {
        if (real_path(*allowed, folder) == 0 && below(path, folder)) return true;
    }
    return false;
}

rh_status rh_path_resolve(const char *base_file, const char *name, const char *const *allowed,
                          char *out, rh_error *error)
{
    char folder[RH_PATH_MAX], joined[RH_PATH_MAX], real[RH_PATH_MAX];
    if (name[0] == '\0') return rh_fail(error, RH_INPUT, "a path is empty");
    rh_io_folder(base_file, joined);
    int failed = real_path(joined, folder);
    if (failed != 0) return rh_io_fail(error, RH_INPUT, joined, "resolve", failed);
    size_t base = strlen(folder), length = strlen(name);
    if (name[0] == '/') base = 0;
    if (base + length + 2 > sizeof joined) {
        return rh_fail(error, RH_INPUT, "a path of %zu bytes is too long: %.80s...", length, name);
    }
    memcpy(joined, folder, base);
    joined[base] = '/';
    memcpy(joined + base + (name[0] == '/' ? 0 : 1), name, length + 1);
    failed = real_or_missing(joined, real);
    if (failed != 0) return rh_io_fail(error, RH_INPUT, name, "resolve", failed);
    if (!below(real, folder) && !is_allowed(real, allowed)) {
        return rh_fail(error, RH_INPUT,
                       "%s leads to %s, outside the folder %s (to permit it: --allow DIR)", name,
                       real, folder);
    }
    memcpy(out, real, strlen(real) + 1);
    return RH_OK;
}

/* --- folders ------------------------------------------------------------------------------- */

static int make_directory(const char *path)
{
    struct stat about;
    if (mkdir(path, 0777) == 0) return 0;
    int failed = errno;
    if (failed != EEXIST && failed != EISDIR && failed != EROFS && failed != EACCES) return failed;
    if (stat(path, &about) != 0) return failed;
    return S_ISDIR(about.st_mode) ? 0 : ENOTDIR;
}

rh_status rh_make_directories(const char *path, rh_error *error)
{
    char part[RH_PATH_MAX];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part) {
        return rh_fail(error, RH_INPUT, "a folder's path is empty or too long");
    }
    memcpy(part, path, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (part[i] != '/' && part[i] != '\0') continue;
        part[i] = '\0';
        int failed = make_directory(part);
        if (failed != 0) return rh_io_fail(error, RH_IO, part, "make the folder", failed);
        if (i < length) part[i] = '/';
    }
    return RH_OK;
}
