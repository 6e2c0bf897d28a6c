/* Bytes of a file, plain or gzip (one or several members), decided by the first two bytes.
 * Must not interpret them. Invariant: the end of the data is reported only when every gzip member
 * was complete and matched its checksum: a cut or altered file never looks like a shorter one. */
#include "data/source.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "data/io.h"

#define INPUT_BYTES ((size_t)64 << 10)
#define WINDOW_GZIP_ONLY (15 + 16)

typedef enum member { MEMBER_OPEN, MEMBER_DONE } member;

struct rh_source {
    int fd;
    bool gzip, ended; /* ended: the file has no further bytes */
    bool borrowed;    /* fd is somebody else's to close */
    member member;
    z_stream inflater; /* live when gzip */
    size_t begin, end; /* unread part of input */
    char path[RH_PATH_MAX];
    unsigned char input[INPUT_BYTES];
};

/* Appends to the unread input until there are at least `wanted` bytes or the file ends. */
static rh_status fill(rh_source *source, size_t wanted, rh_error *error)
{
    if (source->begin == source->end) source->begin = source->end = 0;
    while (!source->ended && source->end - source->begin < wanted) {
        size_t got;
        int failed = rh_io_read(source->fd, source->input + source->end,
                                INPUT_BYTES - source->end, &got);
        if (failed != 0) return rh_io_fail(error, RH_INPUT, source->path, "read", failed);
        source->end += got;
        source->ended = got == 0;
    }
    return RH_OK;
}

static bool begins_with_gzip_magic(const rh_source *source)
{
    const unsigned char *bytes = source->input + source->begin;
    return source->end - source->begin >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

static rh_status find_out(rh_source *source, rh_error *error)
{
    RH_TRY(fill(source, 2, error));
    if (!begins_with_gzip_magic(source)) return RH_OK;
    if (inflateInit2(&source->inflater, WINDOW_GZIP_ONLY) != Z_OK) {
        return rh_fail(error, RH_NO_MEMORY, "%s: no memory to decompress it", source->path);
    }
    source->gzip = true;
    source->member = MEMBER_OPEN;
    return RH_OK;
}

/* Owns fd unless it is borrowed. */
static rh_status open_fd(int fd, bool borrowed, const char *name, rh_source **source,
                         rh_error *error)
{
    rh_source *made = calloc(1, sizeof *made);
    if (made == NULL) {
        if (!borrowed) close(fd);
        return rh_fail(error, RH_NO_MEMORY, "%s: no memory to read it", name);
    }
    made->fd = fd;
    made->borrowed = borrowed;
    memcpy(made->path, name, strlen(name) + 1);
    rh_status status = find_out(made, error);
    if (status == RH_OK) {
        *source = made;
    } else {
        rh_source_close(made);
    }
    return status;
}

rh_status rh_source_open(const char *path, rh_source **source, rh_error *error)
{
    if (strlen(path) >= RH_PATH_MAX) return rh_fail(error, RH_INPUT, "a path is too long");
    int fd;
    int failed = rh_io_open(path, 0, &fd, NULL);
    if (failed != 0) return rh_io_fail(error, RH_INPUT, path, "read", failed);
    return open_fd(fd, false, path, source, error);
}

rh_status rh_source_open_fd(int fd, const char *name, rh_source **source, rh_error *error)
{
    if (strlen(name) >= RH_PATH_MAX) return rh_fail(error, RH_INPUT, "a name is too long");
    return open_fd(fd, true, name, source, error);
}

static rh_status read_plain(rh_source *source, void *bytes, size_t capacity, size_t *length,
                            rh_error *error)
{
    RH_TRY(fill(source, 1, error));
    size_t ready = source->end - source->begin;
    *length = ready < capacity ? ready : capacity;
    memcpy(bytes, source->input + source->begin, *length);
    source->begin += *length;
    return RH_OK;
}

/* Between members: another one, the end, or zero bytes of padding (tapes and archives add them). */
static rh_status next_member(rh_source *source, rh_error *error)
{
    for (;;) {
        RH_TRY(fill(source, 1, error));
        while (source->begin < source->end && source->input[source->begin] == 0) source->begin++;
        if (source->begin < source->end) break;
        if (source->ended) return RH_END;
    }
    if (source->end - source->begin < 2) {
        memmove(source->input, source->input + source->begin, 1);
        source->begin = 0;
        source->end = 1;
        RH_TRY(fill(source, 2, error));
    }
    if (!begins_with_gzip_magic(source)) {
        return rh_fail(error, RH_CORRUPT, "%s: bytes that are not gzip follow the gzip data",
                       source->path);
    }
    if (inflateReset(&source->inflater) != Z_OK) {
        return rh_fail(error, RH_CORRUPT, "%s: cannot restart gzip", source->path);
    }
    source->member = MEMBER_OPEN;
    return RH_OK;
}

/* One step of inflate; *length may be 0 while headers pass by. */
static rh_status inflate_some(rh_source *source, void *bytes, size_t capacity, size_t *length,
                              rh_error *error)
{
    z_stream *stream = &source->inflater;
    RH_TRY(fill(source, 1, error));
    if (source->begin == source->end) {
        return rh_fail(error, RH_CORRUPT, "%s: the gzip data ends too early", source->path);
    }
    uInt offered = capacity > INPUT_BYTES ? (uInt)INPUT_BYTES : (uInt)capacity;
    stream->next_in = source->input + source->begin;
    stream->avail_in = (uInt)(source->end - source->begin);
    stream->next_out = bytes;
    stream->avail_out = offered;
    int result = inflate(stream, Z_NO_FLUSH);
    source->begin = source->end - stream->avail_in;
    *length = offered - stream->avail_out;
    if (result == Z_STREAM_END) source->member = MEMBER_DONE;
    if (result == Z_OK || result == Z_STREAM_END) return RH_OK;
    if (result == Z_MEM_ERROR) {
        return rh_fail(error, RH_NO_MEMORY, "%s: no memory to decompress it", source->path);
    }
    return rh_fail(error, RH_CORRUPT, "%s: damaged gzip data: %s", source->path,
                   stream->msg != NULL ? stream->msg : "unexpected content");
}

rh_status rh_source_read(rh_source *source, void *bytes, size_t capacity, size_t *length,
                         rh_error *error)
{
    *length = 0;
    if (!source->gzip) return read_plain(source, bytes, capacity, length, error);
    while (*length == 0 && capacity > 0) {
        if (source->member == MEMBER_DONE) {
            rh_status status = next_member(source, error);
            if (status == RH_END) return RH_OK;
            RH_TRY(status);
        }
        RH_TRY(inflate_some(source, bytes, capacity, length, error));
    }
    return RH_OK;
}

const char *rh_source_path(const rh_source *source)
{
    return source->path;
}

void rh_source_close(rh_source *source)
{
    if (source == NULL) return;
    if (source->gzip) inflateEnd(&source->inflater);
    if (!source->borrowed) close(source->fd);
    free(source);
}
