/* Where control sockets lie and who is at the other end: the user's runtime directory, the name of
 * a run there, the user of a peer. Must not know the protocol. Invariant: a folder is used only
 * when it belongs to this user and nobody else may enter it. */
#ifndef RH_HOST_CONTROL_PLACE_H
#define RH_HOST_CONTROL_PLACE_H

#include <stdbool.h>

#include "base/error.h"

#define RH_SOCKET_PATH_MAX 108          /* sun_path of Linux, with NUL */
#define RH_SOCKET_NAMES_MAX 64

/* $XDG_RUNTIME_DIR/rehedge, else (not set, or no folder there) rehedge-UID below $TMPDIR or the
 * system's temporary folder; made with mode 0700 when absent. A folder of somebody else, a link,
 * one others may enter: refused. */
rh_status rh_control_folder(char folder[RH_SOCKET_PATH_MAX], rh_error *error);
/* XDG_RUNTIME_DIR is set, and the socket is not below it: worth a note. */
bool rh_control_left_runtime(const char *path);
/* FOLDER/NAME.sock; a name is letters, digits, '-', '_' and '.', not beginning with '.'. */
rh_status rh_control_path_of(const char *name, char path[RH_SOCKET_PATH_MAX], rh_error *error);
/* A name for the run of a scenario file: its file name without the ending. */
void rh_control_name_of(const char *scenario_path, char name[RH_NAME_MAX]);
/* Names of the sockets in the folder that answer, sorted; at most RH_SOCKET_NAMES_MAX. */
rh_status rh_control_names(char names[RH_SOCKET_NAMES_MAX][RH_NAME_MAX], int *count,
                           rh_error *error);

/* Connect: a descriptor, or a negative errno value. */
int rh_control_dial(const char *path);
/* A bound, listening socket at `path`, which appears there with mode 0600; stale ones replaced. */
rh_status rh_control_bind(const char *path, int *fd, rh_error *error);
bool rh_control_peer_is_us(int fd);

#endif
