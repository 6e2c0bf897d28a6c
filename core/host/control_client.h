/* The other end of the control socket: finds a replay, sends one line, waits for one line.
 * Must not know what commands mean. Invariant: it never waits for ever on a replay that does not
 * answer, and never reads more than RH_CONTROL_UNREAD_BYTES_MAX. */
#ifndef RH_HOST_CONTROL_CLIENT_H
#define RH_HOST_CONTROL_CLIENT_H

#include "base/buffer.h"

/* The socket of the replay called `name`, or of the only one that runs when name is NULL. */
rh_status rh_control_choose(const char *name, char *path, size_t capacity, rh_error *error);
/* `line` ends with a newline; the answer comes without its own. timeout_ms < 0: no limit. */
rh_status rh_control_ask(const char *path, const char *line, size_t length, int timeout_ms,
                         rh_buffer *answer, rh_error *error);

#endif
