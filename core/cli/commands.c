/* What run, compare and bench share: signals, the request every run starts from, and its end.
 * The only mutable globals of the program are what a signal handler must reach. */
#include "cli/commands.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "host/bundle.h"
#include "lua/lua_policy.h"
#include "report/report.h"

volatile int rh_cli_stop;

static void ask_to_stop(int signal_number)
{
    (void)signal_number;
    rh_cli_stop = 1;
    rh_lua_interrupt(false);
}

static void (*volatile behind)(int); /* the handler that was there before ours */

static void interrupt_too(int signal_number)
{
    rh_lua_interrupt(true);
    if (behind) behind(signal_number);
}

void rh_cli_interrupt_scripts(void)
{
    struct sigaction action;
    if (sigaction(SIGINT, NULL, &action) != 0 || (action.sa_flags & SA_SIGINFO)) return;
    bool plain = action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN;
    if (plain) return;
    behind = action.sa_handler;
    action.sa_handler = interrupt_too;
    sigaction(SIGINT, &action, NULL);
}

void rh_cli_signals(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = ask_to_stop;
    action.sa_flags = (int)(SA_RESETHAND | SA_RESTART);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

rh_run_request rh_cli_request(const char *scenario_path)
{
    return (rh_run_request){
        .scenario_path = scenario_path,
        .loader = &rh_lua_loader,
        .finder = &rh_bundle_finder,
        .lua_version = rh_lua_version(),
        .wall_ns = rh_cli_now_ns,
        .stop = &rh_cli_stop,
    };
}

bool rh_cli_colour(FILE *stream)
{
    const char *refused = getenv("NO_COLOR"), *term = getenv("TERM");
    if (refused && refused[0]) return false;
    return term && strcmp(term, "dumb") != 0 && isatty(fileno(stream)) == 1;
}

rh_status rh_cli_commit(rh_run_result *result, rh_error *error)
{
    if (!result->has_dir) return RH_OK;
    RH_TRY(rh_report_html(result->dir.temporary, error));
    RH_TRY(rh_dir_out_commit(&result->dir, error));
    result->has_dir = false;
    return RH_OK;
}

static rh_status print_result(const rh_run_result *result, bool json, rh_error *error)
{
    if (json) {
        fputs(result->summary.bytes, stdout);
        size_t length = result->summary.length;
        if (length == 0 || result->summary.bytes[length - 1] != '\n') putchar('\n');
        return RH_OK;
    }
    const char *summary = result->summary.bytes;
    return rh_report_table(stdout, &summary, NULL, 1, rh_cli_colour(stdout), error);
}

rh_status rh_cli_finish(rh_run_result *result, const char *out_dir, bool json, bool quiet,
                        rh_error *error)
{
    RH_TRY(rh_cli_commit(result, error));
    RH_TRY(print_result(result, json, error));
    fflush(stdout);
    if (out_dir && !quiet) fprintf(stderr, "run directory: %s\n", out_dir);
    return RH_OK;
}

rh_status rh_cli_write_file(const char *folder, const char *name, const rh_buffer *text,
                            rh_error *error)
{
    char path[2 * RH_PATH_MAX];
    rh_file_out *file = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    RH_TRY(rh_file_out_open(path, &file, error));
    rh_file_out_write(file, text->bytes, text->length);
    return rh_file_out_commit(file, error);
}

void rh_cli_say_policy_failed(const char *label, const char *message)
{
    char safe[RH_ERROR_MESSAGE_MAX];
    rh_text_escape(safe, sizeof safe, message, strlen(message));
    char line[2 * RH_ERROR_MESSAGE_MAX];
    snprintf(line, sizeof line, "%s: %s", label, safe[0] ? safe : "the policy was killed");
    rh_cli_say(strstr(line, " | "), line);
}
