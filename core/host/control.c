/* The server side of the control socket on libuv: accepts, cuts into lines, queues answers, drops
 * who breaks a bound. Must not interpret a line. Invariant: a client is in one slot of a fixed
 * array from its accept until libuv has closed it; a slot is reused only then. */
#include "host/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "host/control_place.h"

/* One more slot than clients: for telling the next one that there are too many. */
enum { SLOTS = RH_CONTROL_CLIENTS_MAX + 1 };

struct rh_control_client {
    uv_pipe_t pipe;             /* first: libuv hands it back */
    rh_control *control;
    bool used, closing, held, last_words;
    size_t length;              /* of what came and is not yet a line */
    char bytes[RH_CONTROL_LINE_BYTES_MAX];
};

struct rh_control {
    uv_pipe_t listener;
    rh_control_handler *handler;
    void *context;
    char path[RH_SOCKET_PATH_MAX];
    rh_control_client clients[SLOTS];
    int open_handles;
    bool waiting;               /* a connection came while every slot was taken */
    bool closing;
};

typedef struct pending_write {
    uv_write_t request;         /* first */
    char bytes[];
} pending_write;

static void accept_next(rh_control *control);

/* --- closing ------------------------------------------------------------------------------- */

static void handle_closed(rh_control *control)
{
    if (--control->open_handles == 0 && control->closing) free(control);
}

static void client_closed(uv_handle_t *handle)
{
    rh_control_client *client = (rh_control_client *)handle;
    rh_control *control = client->control;
    client->used = false;
    if (control->waiting && !control->closing) accept_next(control);
    handle_closed(control);
}

static void drop(rh_control_client *client)
{
    if (client->closing) return;
    client->closing = true;
    uv_close((uv_handle_t *)&client->pipe, client_closed);
}

/* --- answering ----------------------------------------------------------------------------- */

static void written(uv_write_t *request, int status)
{
    rh_control_client *client = (rh_control_client *)request->handle;
    free(request);
    if (status < 0 || client->last_words) drop(client);
}

void rh_control_answer(rh_control_client *client, const char *bytes, size_t length)
{
    if (client->closing) return;
    uv_stream_t *stream = (uv_stream_t *)&client->pipe;
    uv_buf_t buffer = uv_buf_init((char *)bytes, (unsigned)length);
    int done = uv_try_write(stream, &buffer, 1);
    if (done < 0 && done != UV_EAGAIN) {
        drop(client);
        return;
    }
    size_t taken = done > 0 ? (size_t)done : 0, rest = length - taken;
    if (rest == 0) {
        if (client->last_words) drop(client);
        return;
    }
    pending_write *write = NULL;
    if (uv_stream_get_write_queue_size(stream) + rest <= RH_CONTROL_UNREAD_BYTES_MAX) {
        write = malloc(sizeof *write + rest);
    }
    if (!write) {
        drop(client);
        return;
    }
    memcpy(write->bytes, bytes + taken, rest);
    buffer = uv_buf_init(write->bytes, (unsigned)rest);
    if (uv_write(&write->request, stream, &buffer, 1, written) != 0) {
        free(write);
        drop(client);
    }
}

/* Say why, then close; what the client sends meanwhile is not read. */
static void answer_and_drop(rh_control_client *client, const char *text)
{
    client->last_words = true;
    uv_read_stop((uv_stream_t *)&client->pipe);
    rh_control_answer(client, text, strlen(text));
}

/* --- reading ------------------------------------------------------------------------------- */

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    rh_control_client *client = (rh_control_client *)handle;
    (void)suggested;
    size_t room = sizeof client->bytes - client->length;
    *buffer = uv_buf_init(client->bytes + client->length, (unsigned)room);
}

/* Hand over the whole lines that have come, as long as the client is neither held nor dropped. */
static void take_lines(rh_control_client *client)
{
    rh_control *control = client->control;
    size_t from = 0;
    while (!client->held && !client->closing && !client->last_words) {
        const char *line = client->bytes + from;
        const char *end = memchr(line, '\n', client->length - from);
        if (!end) break;
        size_t length = (size_t)(end - line);
        from += length + 1;
        if (length > 0 && line[length - 1] == '\r') length--;
        if (length > 0) control->handler(control->context, client, line, length);
    }
    client->length -= from;
    memmove(client->bytes, client->bytes + from, client->length);
    if (client->length == sizeof client->bytes && !client->held) {
        answer_and_drop(client, "{\"ok\":false,\"error\":\"a line is longer than 8192 bytes\"}\n");
    }
}

static void came(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    rh_control_client *client = (rh_control_client *)stream;
    (void)buffer;
    if (count < 0) {
        drop(client);
        return;
    }
    client->length += (size_t)count;
    take_lines(client);
}

void rh_control_hold(rh_control_client *client)
{
    client->held = true;
    uv_read_stop((uv_stream_t *)&client->pipe);
}

void rh_control_release(rh_control *control, const char *bytes, size_t length)
{
    for (int i = 0; i < SLOTS; i++) {
        rh_control_client *client = &control->clients[i];
        if (!client->used || client->closing || !client->held) continue;
        client->held = false;
        rh_control_answer(client, bytes, length);
        take_lines(client);
        if (client->held || client->closing || client->last_words) continue;
        uv_read_start((uv_stream_t *)&client->pipe, give_room, came);
    }
}

/* --- accepting ----------------------------------------------------------------------------- */

static bool is_us(rh_control_client *client)
{
    uv_os_fd_t fd;
    return uv_fileno((uv_handle_t *)&client->pipe, &fd) == 0 && rh_control_peer_is_us(fd);
}

static void accept_next(rh_control *control)
{
    rh_control_client *client = NULL;
    for (int i = 0; i < SLOTS && !client; i++) {
        if (!control->clients[i].used) client = &control->clients[i];
    }
    control->waiting = client == NULL;
    if (!client) return;
    memset(client, 0, sizeof *client);
    client->control = control;
    if (uv_pipe_init(control->listener.loop, &client->pipe, 0) != 0) return;
    client->used = true;
    control->open_handles++;
    if (uv_accept((uv_stream_t *)&control->listener, (uv_stream_t *)&client->pipe) != 0 ||
        !is_us(client)) {
        drop(client);
    } else if (rh_control_clients(control) > RH_CONTROL_CLIENTS_MAX) {
        answer_and_drop(client, "{\"ok\":false,\"error\":\"too many clients\"}\n");
    } else if (uv_read_start((uv_stream_t *)&client->pipe, give_room, came) != 0) {
        drop(client);
    }
}

static void connected(uv_stream_t *listener, int status)
{
    if (status == 0) accept_next(listener->data);
}

int rh_control_clients(const rh_control *control)
{
    int count = 0;
    for (int i = 0; i < SLOTS; i++) count += control->clients[i].used;
    return count;
}

/* --- life ---------------------------------------------------------------------------------- */

rh_status rh_control_open(uv_loop_t *loop, const char *path, rh_control_handler *handler,
                          void *context, rh_control **out, rh_error *error)
{
    int fd = -1;
    *out = NULL;
    rh_control *control = calloc(1, sizeof *control);
    if (!control) return rh_fail(error, RH_NO_MEMORY, "no memory for the control socket");
    control->handler = handler;
    control->context = context;
    snprintf(control->path, sizeof control->path, "%s", path);
    rh_status status = rh_control_bind(path, &fd, error);
    if (status != RH_OK) {
        free(control);
        return status;
    }
    int failed = uv_pipe_init(loop, &control->listener, 0);
    if (failed == 0) {
        control->open_handles = 1;
        control->listener.data = control;
        failed = uv_pipe_open(&control->listener, fd);
        if (failed == 0) fd = -1;       /* the handle's now */
        uv_stream_t *listener = (uv_stream_t *)&control->listener;
        if (failed == 0) failed = uv_listen(listener, RH_CONTROL_CLIENTS_MAX, connected);
    }
    if (failed == 0) {
        *out = control;
        return RH_OK;
    }
    if (fd >= 0) close(fd);
    if (control->open_handles > 0) {
        rh_control_close(control);
    } else {
        unlink(path);
        free(control);
    }
    return rh_fail(error, RH_IO, "%s: %s", path, uv_strerror(failed));
}

const char *rh_control_path(const rh_control *control)
{
    return control->path;
}

static void listener_closed(uv_handle_t *handle)
{
    handle_closed(handle->data);
}

void rh_control_close(rh_control *control)
{
    if (!control || control->closing) return;
    control->closing = true;
    unlink(control->path);
    for (int i = 0; i < SLOTS; i++) {
        if (control->clients[i].used) drop(&control->clients[i]);
    }
    uv_close((uv_handle_t *)&control->listener, listener_closed);
}
