/* One question to a replay's control socket, by plain system calls: no loop is worth it here.
 * Must not interpret the answer. Invariant: the descriptor is closed on every way out. */
#include "host/control_client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/control.h"
#include "host/control_place.h"

rh_status rh_control_choose(const char *name, char *path, size_t capacity, rh_error *error)
{
    char found[RH_SOCKET_PATH_MAX], names[RH_SOCKET_NAMES_MAX][RH_NAME_MAX], list[512] = "";
    int count = 0;
    if (!name) {
        RH_TRY(rh_control_names(names, &count, error));
        for (int i = 0; i < count && strlen(list) + RH_NAME_MAX + 3 < sizeof list; i++) {
            size_t used = strlen(list);
            snprintf(list + used, sizeof list - used, "%s%.63s", i > 0 ? ", " : "", names[i]);
        }
        if (count == 0) return rh_fail(error, RH_NOT_FOUND, "no replay with a socket runs");
        if (count > 1) {
            return rh_fail(error, RH_USAGE, "several replays run; say which one: %s", list);
        }
        name = names[0];
    }
    RH_TRY(rh_control_path_of(name, found, error));
    snprintf(path, capacity, "%s", found);
    return RH_OK;
}

static rh_status send_all(int fd, const char *path, const char *bytes, size_t length,
                          rh_error *error)
{
    for (size_t sent = 0; sent < length;) {
        ssize_t n = write(fd, bytes + sent, length - sent);
        if (n < 0 && errno == EINTR) continue;
        /* a replay that refuses a client says why and closes: its words are still there to read */
        if (n < 0 && errno == EPIPE) return RH_OK;
        if (n < 0) return rh_fail(error, RH_IO, "%s: cannot write: %s", path, strerror(errno));
        sent += (size_t)n;
    }
    return RH_OK;
}

static rh_status read_line(int fd, const char *path, int timeout_ms, rh_buffer *answer,
                           rh_error *error)
{
    char chunk[4096];
    while (answer->length <= RH_CONTROL_UNREAD_BYTES_MAX) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int polled = poll(&ready, 1, timeout_ms);
        if (polled < 0 && errno == EINTR) return rh_fail(error, RH_INTERRUPTED, "interrupted");
        if (polled == 0) return rh_fail(error, RH_IO, "%s: the replay does not answer", path);
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return rh_fail(error, RH_IO, "%s: the replay left without an answer", path);
        const char *end = memchr(chunk, '\n', (size_t)n);
        rh_buffer_append(answer, chunk, end ? (size_t)(end - chunk) : (size_t)n);
        if (end) break;
    }
    if (answer->failed) return rh_fail(error, RH_NO_MEMORY, "no memory for the answer");
    if (answer->length > RH_CONTROL_UNREAD_BYTES_MAX) {
        return rh_fail(error, RH_LIMIT, "%s: an answer without end", path);
    }
    return RH_OK;
}

rh_status rh_control_ask(const char *path, const char *line, size_t length, int timeout_ms,
                         rh_buffer *answer, rh_error *error)
{
    int fd = rh_control_dial(path);
    if (fd == -ENOENT || fd == -ECONNREFUSED) {
        return rh_fail(error, RH_NOT_FOUND, "%s: no replay listens there", path);
    }
    if (fd < 0) return rh_fail(error, RH_IO, "%s: cannot connect: %s", path, strerror(-fd));
    if (!rh_control_peer_is_us(fd)) {
        close(fd);
        return rh_fail(error, RH_INPUT, "%s belongs to another user", path);
    }
    rh_status status = send_all(fd, path, line, length, error);
    if (status == RH_OK) status = read_line(fd, path, timeout_ms, answer, error);
    close(fd);
    return status;
}
