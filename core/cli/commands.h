/* What run, compare and bench share above the parser: signals, the loader, output at the end.
 * Only commands include it. */
#ifndef RH_CLI_COMMANDS_H
#define RH_CLI_COMMANDS_H

#include <stdio.h>

#include "cli/cli.h"
#include "engine/engine.h"

/* Interrupts (SIGINT, SIGTERM, SIGHUP) ask for a clean end through this flag, a second one kills;
 * a closed pipe is an ordinary write error, so that it never takes a run directory with it. */
void rh_cli_signals(void);
extern volatile int rh_cli_stop;
/* Where something else handles SIGINT (the loop of a replay): a second one ends the call of a
 * trusted script that it met before, and what is there is told all the same. */
void rh_cli_interrupt_scripts(void);

/* Defaults of every run: the Lua loader, its version, the clock, the flag above. */
rh_run_request rh_cli_request(const char *scenario_path);

bool rh_cli_colour(FILE *stream);       /* a terminal, and nobody said NO_COLOR */
/* Report into the directory of a finished run, then give it its name. */
rh_status rh_cli_commit(rh_run_result *result, rh_error *error);
/* The end of every single run: the report and the directory's name, then the table or the JSON. */
rh_status rh_cli_finish(rh_run_result *result, const char *out_dir, bool json, bool quiet,
                        rh_error *error);
/* A whole file into a folder: FOLDER/NAME. */
rh_status rh_cli_write_file(const char *folder, const char *name, const rh_buffer *text,
                            rh_error *error);
void rh_cli_say_policy_failed(const char *label, const char *message);

/* What this program was built with, and where it runs. Static storage. */
const char *rh_build_compiler(void);
const char *rh_build_flags(void);
const char *rh_machine_system(char text[160]);
const char *rh_machine_processor(char text[160]);

#endif
