/* What every command shares: option parsing with help, progress, one way to fail.
 * A command is one file with one function and one row in the table of main.c. */
#ifndef RH_CLI_CLI_H
#define RH_CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

typedef struct rh_option {
    const char *name;       /* "--gaps" or "-o" */
    const char *value;      /* "WORD" shown in the help; NULL for a flag */
    const char *about;
    const char **text;      /* set to the value given, else untouched; may be given once only... */
    bool *flag;             /* ...or set to true */
    struct rh_words *list;  /* ...or appended to, for options that may repeat */
} rh_option;

typedef struct rh_words { const char *items[256]; int count; } rh_words;   /* NULL after the last */

/* `options` ends with a NULL name; argv[0] is the command and is skipped; --help is understood
 * everywhere. `usage` and `example` may have several lines. A value is "--opt value" or
 * "--opt=value", never empty; one that starts with "--" needs the second form.
 * 0: go on; -1: help was printed, exit 0; 2: a usage error was printed (exit 2). Options end at
 * "--"; operands keep their order. `operands` has room for operands_max. */
int rh_cli_parse(int argc, char **argv, const rh_option *options, const char *usage,
                 const char *about, const char *example, const char **operands, int operands_max,
                 int *operand_count);

/* Print "rehedge: MESSAGE" on stderr; returns the exit status: INPUT, CORRUPT, NOT_FOUND, LIMIT,
 * DOMAIN 3; USAGE 2; POLICY 4; the others 1. */
int rh_cli_fail(const rh_error *error);
/* The message; what follows `bar` in it (the line of a script, " | ...") on a line of its own. */
void rh_cli_say(const char *bar, const char *message);
int rh_cli_usage(const char *format, ...) RH_PRINTF(1, 2);  /* message, returns 2 */

/* Progress on stderr: a bar on a terminal, a line every ten seconds otherwise, nothing if quiet. */
typedef struct rh_progress {
    const char *label;
    const char *unit;       /* what is counted: "events" unless set after begin */
    bool quiet, terminal;
    int64_t started_ns, shown_ns;
    int shown_permille;
} rh_progress;
void rh_progress_begin(rh_progress *progress, const char *label, bool quiet);
void rh_progress_update(rh_progress *progress, double fraction, uint64_t events);
void rh_progress_end(rh_progress *progress, uint64_t events);
void rh_progress_abandon(rh_progress *progress);    /* take the bar away; before a message */
int64_t rh_cli_now_ns(void);            /* monotonic wall clock; only for progress and wall_s */

int rh_cmd_run(int argc, char **argv);
int rh_cmd_replay(int argc, char **argv);
int rh_cmd_ctl(int argc, char **argv);
int rh_cmd_rerun(int argc, char **argv);
int rh_cmd_fork(int argc, char **argv);
int rh_cmd_compare(int argc, char **argv);
int rh_cmd_mc(int argc, char **argv);
int rh_cmd_sweep(int argc, char **argv);
int rh_cmd_import(int argc, char **argv);
int rh_cmd_tape(int argc, char **argv);
int rh_cmd_synth(int argc, char **argv);
int rh_cmd_check(int argc, char **argv);
int rh_cmd_new(int argc, char **argv);
int rh_cmd_test(int argc, char **argv);
int rh_cmd_api(int argc, char **argv);
int rh_cmd_pack(int argc, char **argv);
int rh_cmd_sign(int argc, char **argv);
int rh_cmd_verify(int argc, char **argv);
int rh_cmd_install(int argc, char **argv);
int rh_cmd_policies(int argc, char **argv);
int rh_cmd_uninstall(int argc, char **argv);
int rh_cmd_trust(int argc, char **argv);
int rh_cmd_price(int argc, char **argv);
int rh_cmd_iv(int argc, char **argv);
int rh_cmd_surface(int argc, char **argv);
int rh_cmd_bench(int argc, char **argv);
int rh_cmd_report(int argc, char **argv);
int rh_cmd_version(int argc, char **argv);

#endif
