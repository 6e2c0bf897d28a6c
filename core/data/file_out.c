/* Atomic output files: written beside their name under a temporary one, synced, renamed.
 * Must not read. Invariant: until commit succeeds nothing of `path` has changed; the first failed
 * write sticks, so that writers need not check each call. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "data/file.h"
#include "data/io.h"

#define BUFFER_BYTES ((size_t)64 << 10)
#define PRINTF_BYTES 512
#define TEMPORARY_NAMES 1000

struct rh_file_out {
    int fd;
    int failed; /* errno value of the first failure */
    size_t used;
    char path[RH_PATH_MAX], temporary[RH_PATH_MAX];
    char buffer[BUFFER_BYTES];
};

/* A name that no other writer has: this process' id, then a counter over leftovers and threads. */
static int open_temporary(rh_file_out *out)
{
    for (int i = 0; i < TEMPORARY_NAMES; i++) {
        int length = snprintf(out->temporary, sizeof out->temporary, "%s.tmp-%ld-%d", out->path,
                              (long)getpid(), i);
        if (length < 0 || (size_t)length >= sizeof out->temporary) return ENAMETOOLONG;
        out->fd = open(out->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (out->fd >= 0) return 0;
        if (errno != EEXIST && errno != EINTR) return errno;
    }
    return EEXIST;
}

rh_status rh_file_out_open(const char *path, rh_file_out **out, rh_error *error)
{
    struct stat about;
    size_t length = strlen(path);
    if (length == 0 || length >= RH_PATH_MAX) {
        return rh_fail(error, RH_INPUT, "an output path is empty or too long");
    }
    /* A rename would replace a device or a pipe instead of writing to it. */
    if (lstat(path, &about) == 0 && !S_ISREG(about.st_mode) && !S_ISLNK(about.st_mode)) {
        return rh_fail(error, RH_INPUT, "%s: exists and is not a regular file", path);
    }
    rh_file_out *made = malloc(sizeof *made);
    if (made == NULL) return rh_fail(error, RH_NO_MEMORY, "%s: no memory to write it", path);
    made->failed = 0;
    made->used = 0;
    memcpy(made->path, path, length + 1);
    int failed = open_temporary(made);
    if (failed != 0) {
        free(made);
        return rh_io_fail(error, RH_IO, path, "create", failed);
    }
    *out = made;
    return RH_OK;
}

static void flush(rh_file_out *out)
{
    if (out->failed == 0 && out->used > 0) {
        out->failed = rh_io_write(out->fd, out->buffer, out->used);
    }
    out->used = 0;
}

void rh_file_out_write(rh_file_out *out, const void *bytes, size_t length)
{
    if (length == 0) return;
    if (length > BUFFER_BYTES - out->used) flush(out);
    if (length > BUFFER_BYTES) {
        if (out->failed == 0) out->failed = rh_io_write(out->fd, bytes, length);
        return;
    }
    memcpy(out->buffer + out->used, bytes, length);
    out->used += length;
}

void rh_file_out_text(rh_file_out *out, const char *text)
{
    rh_file_out_write(out, text, strlen(text));
}

void rh_file_out_printf(rh_file_out *out, const char *format, ...)
{
    char small[PRINTF_BYTES];
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(small, sizeof small, format, arguments);
    if (length >= 0 && (size_t)length < sizeof small) {
        rh_file_out_write(out, small, (size_t)length);
    } else if (length < 0) {
        if (out->failed == 0) out->failed = EINVAL;
    } else {
        char *large = malloc((size_t)length + 1);
        if (large == NULL) {
            if (out->failed == 0) out->failed = ENOMEM;
        } else {
            vsnprintf(large, (size_t)length + 1, format, again);
            rh_file_out_write(out, large, (size_t)length);
            free(large);
        }
    }
    va_end(again);
    va_end(arguments);
}

void rh_file_out_double(rh_file_out *out, double value)
{
    char text[RH_NUMBER_TEXT];
    rh_file_out_write(out, text, rh_text_double(text, value));
}

rh_status rh_file_out_seek(rh_file_out *out, long long offset)
{
    flush(out);
    if (out->failed == 0 && lseek(out->fd, (off_t)offset, SEEK_SET) < 0) out->failed = errno;
    return out->failed == 0 ? RH_OK : RH_IO;
}

bool rh_file_out_failed(const rh_file_out *out)
{
    return out->failed != 0;
}

rh_status rh_file_out_commit(rh_file_out *out, rh_error *error)
{
    char folder[RH_PATH_MAX];
    flush(out);
    if (out->failed == 0) out->failed = rh_io_sync(out->fd);
    if (close(out->fd) != 0 && out->failed == 0 && errno != EINTR) out->failed = errno;
    if (out->failed == 0 && rename(out->temporary, out->path) != 0) out->failed = errno;
    rh_status status = RH_OK;
    if (out->failed != 0) {
        unlink(out->temporary);
        status = rh_io_fail(error, RH_IO, out->path, "write", out->failed);
    } else {
        rh_io_folder(out->path, folder);
        int failed = rh_io_sync_folder(folder);
        if (failed != 0) status = rh_io_fail(error, RH_IO, folder, "sync the folder", failed);
    }
    free(out);
    return status;
}

void rh_file_out_abandon(rh_file_out *out)
{
    if (out == NULL) return;
    close(out->fd);
    unlink(out->temporary);
    free(out);
}

/* `ends[0]` goes before the first line's end, `ends[1]` before each later one. */
static void write_widened(rh_file_out *out, const char *bytes, size_t length,
                          const char *const ends[2], bool *later)
{
    const char *end;
    while (ends && (end = memchr(bytes, '\n', length)) != NULL) {
        rh_file_out_write(out, bytes, (size_t)(end - bytes));
        rh_file_out_text(out, ends[*later]);
        rh_file_out_text(out, "\n");
        *later = true;
        length -= (size_t)(end - bytes) + 1;
        bytes = end + 1;
    }
    rh_file_out_write(out, bytes, length);
}

rh_status rh_file_out_copy(const rh_file_out *from, const char *path, const char *const ends[2],
                           rh_file_out **out, rh_error *error)
{
    bool later = false;
    char buffer[16384];
    if (from->failed != 0) return rh_io_fail(error, RH_IO, from->path, "write", from->failed);
    int fd = open(from->temporary, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return rh_io_fail(error, RH_IO, from->path, "read what was written", errno);
    rh_status status = rh_file_out_open(path, out, error);
    ssize_t got = 0;
    while (status == RH_OK && (got = read(fd, buffer, sizeof buffer)) > 0) {
        write_widened(*out, buffer, (size_t)got, ends, &later);
    }
    if (status == RH_OK && got < 0) {
        status = rh_io_fail(error, RH_IO, from->path, "read what was written", errno);
        rh_file_out_abandon(*out);
    }
    close(fd);
    if (status == RH_OK) write_widened(*out, from->buffer, from->used, ends, &later);
    return status;
}

void rh_file_out_leave(rh_file_out *out)
{
    if (out == NULL) return;
    close(out->fd);
    free(out);
}
