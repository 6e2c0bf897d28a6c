/* The interactive terminal of a replay: a line editor above, a status line at the bottom.
 * Must not decide anything: lines go to the replay, its answers come back. Invariant: the terminal
 * is as it was found after every way out, a stop by Ctrl-Z included. */
#ifndef RH_CLI_TERMINAL_H
#define RH_CLI_TERMINAL_H

#include "host/replay.h"

typedef struct rh_terminal rh_terminal;

bool rh_terminal_usable(void);          /* stdin and stdout are terminals */
void rh_terminal_stop_process(void);    /* as Ctrl-Z does a program that does not care */
rh_status rh_terminal_open(rh_terminal **terminal, rh_error *error);
/* An rh_replay_options.say; context is the terminal. Keeps what is being typed. */
void rh_terminal_say(void *terminal, const char *line);
/* Until the replay is over. */
rh_status rh_terminal_run(rh_terminal *terminal, rh_replay *replay, rh_error *error);
void rh_terminal_close(rh_terminal *terminal);      /* NULL is fine */

#endif
