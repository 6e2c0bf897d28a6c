/* The control socket: a Unix domain socket that takes lines and gives lines, to processes of the
 * same user only. What the lines mean is the handler's business. Invariant: memory is bounded
 * whatever clients do: their number, the length of a line, what waits to be read by them. */
#ifndef RH_HOST_CONTROL_H
#define RH_HOST_CONTROL_H

#include <uv.h>

#include "base/error.h"

#define RH_CONTROL_CLIENTS_MAX 16
#define RH_CONTROL_LINE_BYTES_MAX (8u << 10)
#define RH_CONTROL_UNREAD_BYTES_MAX (256u << 10)    /* a client that reads slower is dropped */

typedef struct rh_control rh_control;
typedef struct rh_control_client rh_control_client;

/* One line, without its end. The handler answers (at most once) or holds. */
typedef void rh_control_handler(void *context, rh_control_client *client, const char *line,
                                size_t length);

/* Listens at `path` (see control_place.h), mode 0600. A socket that a dead run left there is
 * replaced; one that answers is refused with RH_STATE. */
rh_status rh_control_open(uv_loop_t *loop, const char *path, rh_control_handler *handler,
                          void *context, rh_control **control, rh_error *error);
void rh_control_answer(rh_control_client *client, const char *bytes, size_t length);
/* The answer comes later; until then no further line of this client is read. */
void rh_control_hold(rh_control_client *client);
/* Answer every client that is held. */
void rh_control_release(rh_control *control, const char *bytes, size_t length);
int rh_control_clients(const rh_control *control);
const char *rh_control_path(const rh_control *control);
/* Removes the socket and begins to close; the memory goes once the loop has run its close calls. */
void rh_control_close(rh_control *control);     /* NULL is fine */

#endif
