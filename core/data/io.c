/* System calls with EINTR repeated and failures returned as errno values.
 * Must not know formats, must not print. Invariant: a descriptor handed out is close-on-exec. */
#include "data/io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REASON_BYTES 128
#define CALL_BYTES_MAX ((size_t)1 << 30) /* one read or write call: within ssize_t everywhere */

rh_status rh_io_fail(rh_error *error, rh_status status, const char *path, const char *doing,
                     int number)
{
    char reason[REASON_BYTES];
    if (number == ENOMEM) status = RH_NO_MEMORY;
    if (strerror_r(number, reason, sizeof reason) != 0) reason[0] = '\0';
    return rh_fail(error, status, "%s: cannot %s: %s", path, doing,
                   reason[0] != '\0' ? reason : "unknown error");
}

static int check_kind(int fd, int regular_only, off_t *bytes)
{
    struct stat about;
    if (fstat(fd, &about) != 0) return errno;
    if (S_ISDIR(about.st_mode)) return EISDIR;
    if (regular_only && !S_ISREG(about.st_mode)) return EINVAL;
    if (bytes != NULL) *bytes = about.st_size;
    return 0;
}

int rh_io_open(const char *path, int regular_only, int *fd, off_t *bytes)
{
    int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (regular_only ? O_NONBLOCK : 0);
    do {
        *fd = open(path, flags);
    } while (*fd < 0 && errno == EINTR);
    if (*fd < 0) return errno;
    int failed = check_kind(*fd, regular_only, bytes);
    if (failed != 0) {
        close(*fd);
        *fd = -1;
    }
    return failed;
}

int rh_io_read(int fd, void *bytes, size_t capacity, size_t *length)
{
    ssize_t got;
    if (capacity > CALL_BYTES_MAX) capacity = CALL_BYTES_MAX;
    do {
        got = read(fd, bytes, capacity);
    } while (got < 0 && errno == EINTR);
    if (got < 0) return errno;
    *length = (size_t)got;
    return 0;
}

int rh_io_write(int fd, const void *bytes, size_t length)
{
    const char *next = bytes;
    while (length > 0) {
        ssize_t put = write(fd, next, length < CALL_BYTES_MAX ? length : CALL_BYTES_MAX);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return errno;
        if (put == 0) return EIO;
        next += put;
        length -= (size_t)put;
    }
    return 0;
}

int rh_io_sync(int fd)
{
    int result;
    do {
        result = fsync(fd);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

int rh_io_sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return errno;
    int failed = rh_io_sync(fd);
    close(fd);
    return failed == EINVAL || failed == ENOTSUP ? 0 : failed;
}

void rh_io_folder(const char *path, char *out)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 1 : (size_t)(slash - path);
    if (slash == path) length = 1;
    if (length >= RH_PATH_MAX) length = RH_PATH_MAX - 1;
    memcpy(out, slash == NULL ? "." : path, length);
    out[length] = '\0';
}
