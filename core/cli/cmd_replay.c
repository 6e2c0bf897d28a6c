/* `rehedge replay`: a run at a pace, under a person's hand. What a replay is lies in core/host;
 * here are its options, the choice between a terminal and plain lines, and the end, which is that
 * of run. Invariant: a swap that was refused by hand does not change the exit status; a killed
 * policy does. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/status_line.h"
#include "cli/terminal.h"
#include "host/control_place.h"
#include "host/pace.h"

enum { LINE_COLUMNS = 200 };
static const int64_t line_every_ns = 10000000000;

typedef struct replay_arguments {
    const char *policy, *seed, *out, *speed, *name;
    bool json, quiet, watch, socket, paused, trusted;
    rh_words sets, allowed;
} replay_arguments;

static void say_plain(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "%s\n", line);
}

static void progress_line(rh_replay *replay)
{
    rh_replay_look look;
    char line[RH_STATUS_LINE_MAX];
    rh_replay_see(replay, &look);
    rh_status_line(&look, LINE_COLUMNS, line);
    fprintf(stderr, "replay:%s\n", line);
}

static void run_plain(rh_replay *replay, bool quiet)
{
    int64_t shown_ns = rh_cli_now_ns();
    for (;;) {
        unsigned bits = rh_replay_turn(replay);
        if (bits & RH_TURN_INTERRUPT) rh_replay_quit(replay);
        if (bits & RH_TURN_STOP) rh_terminal_stop_process();
        if (rh_replay_over(replay)) return;
        int64_t now_ns = rh_cli_now_ns();
        if (quiet || now_ns - shown_ns < line_every_ns) continue;
        shown_ns = now_ns;
        progress_line(replay);
    }
}

static void say_where(rh_replay *replay, const rh_replay_options *options)
{
    rh_replay_look look;
    char line[RH_PATH_MAX + 64];
    rh_replay_see(replay, &look);
    if (look.socket) {
        snprintf(line, sizeof line, "socket: %s%s", look.socket,
                 rh_control_left_runtime(look.socket) ? " (XDG_RUNTIME_DIR is no folder)" : "");
        options->say(options->context, line);
    }
    if (look.watched) {
        char safe[RH_PATH_MAX];
        rh_text_escape(safe, sizeof safe, look.watched, strlen(look.watched));
        snprintf(line, sizeof line, "watching %s", safe);
        options->say(options->context, line);
    }
}

static rh_status replay_whole(const rh_run_request *request, rh_replay_options *options,
                              const replay_arguments *given, rh_run_result *result,
                              rh_error *error)
{
    rh_replay *replay = NULL;
    rh_terminal *terminal = NULL;
    rh_status status = RH_OK;
    if (!given->quiet && rh_terminal_usable()) status = rh_terminal_open(&terminal, error);
    if (terminal) {
        options->say = rh_terminal_say;
        options->context = terminal;
    } else if (!given->quiet) {
        options->say = say_plain;
    }
    if (status == RH_OK) status = rh_replay_open(request, options, &replay, error);
    if (status == RH_OK && given->trusted) rh_cli_interrupt_scripts();
    if (status == RH_OK && !given->quiet) say_where(replay, options);
    if (status == RH_OK && terminal) status = rh_terminal_run(terminal, replay, error);
    else if (status == RH_OK) run_plain(replay, given->quiet);
    rh_terminal_close(terminal);
    if (status == RH_OK) status = rh_replay_finish(replay, result, error);
    rh_replay_close(replay);
    return status;
}

static int replay(const char *scenario, replay_arguments *given)
{
    rh_run_request request = rh_cli_request(scenario);
    rh_run_result result = {0};
    rh_error error = {0};
    rh_replay_options options = {.speed = 3600, .watch = given->watch, .name = given->name,
                                 .socket = given->socket || given->name, .paused = given->paused};
    if (given->speed && !rh_pace_parse(given->speed, &options.speed)) {
        return rh_cli_usage("--speed: found \"%.60s\", expected simulated seconds per second, such "
                            "as 600, or max", given->speed);
    }
    request.policy = given->policy;
    request.seed = given->seed;
    request.sets = given->sets.items;
    request.set_count = given->sets.count;
    request.allowed = given->allowed.items;
    request.out_dir = given->out;
    request.trusted = given->trusted;
    rh_status status = replay_whole(&request, &options, given, &result, &error);
    if (status == RH_OK) {
        status = rh_cli_finish(&result, given->out, given->json, given->quiet, &error);
    }
    int exit_status = 0;
    if (status != RH_OK) {
        exit_status = rh_cli_fail(&error);
    } else if (result.policy_failed) {
        rh_cli_say_policy_failed("the policy failed", result.policy_message);
        exit_status = 4;
    }
    rh_run_result_free(&result);
    return exit_status;
}

int rh_cmd_replay(int argc, char **argv)
{
    replay_arguments given = {0};
    const rh_option options[] = {
        {"--speed", "X", "simulated seconds per second, or max; 3600 when not given", &given.speed,
         NULL, NULL},
        {"--watch", NULL, "swap the policy whenever its file, or a module it requires, is saved",
         NULL, &given.watch, NULL},
        {"--paused", NULL, "begin paused", NULL, &given.paused, NULL},
        {"--socket", NULL, "take commands on a socket as well; see rehedge ctl", NULL,
         &given.socket, NULL},
        {"--name", "NAME", "of the socket; the scenario's file name when not given",
         &given.name, NULL, NULL},
        {"--policy", "POLICY", "hedge with this one and drop the scenario's swaps: a shipped "
         "or installed name, a file, any with params (delta_band:band=0.4,to=centre), or one "
         "script for each part (trigger=FILE,scale=FILE:k=v)", &given.policy,
         NULL, NULL},
        {"--set", "NAME=VALUE", "set a variable of the scenario, or a parameter as "
         "policy.NAME=VALUE; may repeat", NULL, NULL, &given.sets},
        {"--seed", "N", "replace the scenario's seed", &given.seed, NULL, NULL},
        {"--out", "DIR", "write a run directory, which rehedge rerun reproduces; DIR must not "
         "exist", &given.out, NULL, NULL},
        {"--json", NULL, "print summary.json instead of the table", NULL, &given.json, NULL},
        {"--quiet", NULL, "no terminal, no progress", NULL, &given.quiet, NULL},
        {"--trusted", NULL, "trust the scripts like this program: patterns, coroutines, no "
         "instruction limit", NULL, &given.trusted, NULL},
        {"--allow", "DIR", "let the scenario read files below DIR as well; may repeat", NULL, NULL,
         &given.allowed},
        {NULL, NULL, NULL, NULL, NULL, NULL},
    };
    const char *scenario = NULL;
    int count = 0;
    int status = rh_cli_parse(
        argc, argv, options, "replay SCENARIO [options]",
        "Replay a scenario at a pace, and take commands meanwhile: pause, step, until, speed, "
        "swap, set. Type help in it.",
        "rehedge replay examples/quickstart.json --policy my_policy.lua --watch --speed 600",
        &scenario, 1, &count);
    if (status != 0) return status < 0 ? 0 : status;
    if (count != 1) return rh_cli_usage("replay needs a scenario; see rehedge replay --help");
    return replay(scenario, &given);
}
