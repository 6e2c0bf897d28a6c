/* Asking for a passphrase: on the terminal without echo, or one line of standard input where that
 * is no terminal. Never from the command line or the environment, which others can read. */
#ifndef RH_CLI_PASSPHRASE_H
#define RH_CLI_PASSPHRASE_H

#include "host/minisign.h"

extern const rh_asker rh_cli_asker;
/* For a new key: asked twice on a terminal; an empty one is refused. */
rh_status rh_cli_new_passphrase(char passphrase[RH_PASSPHRASE_MAX], rh_error *error);

#endif
