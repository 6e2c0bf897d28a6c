/* The table of commands and what each does to a replay; the same for the terminal and the socket.
 * Every command acts between events. Must not read input or draw. Invariant: a command that is
 * refused has changed nothing, and nothing here can widen what a script may do. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/replay_state.h"

static int64_t wall_ns(void)
{
    return (int64_t)uv_hrtime();
}

static rh_status refuse_over(const rh_replay *replay, rh_error *error)
{
    if (!replay->over) return RH_OK;
    return rh_fail(error, RH_STATE, "the run is over");
}

/* --- pace ---------------------------------------------------------------------------------- */

static void put_time(rh_answer *answer, int64_t time_ns)
{
    char text[RH_TIME_TEXT];
    rh_text_time(text, time_ns);
    rh_json_put_text(&answer->json, "time", text);
}

static void say_at(rh_replay *replay, rh_answer *answer, const char *what)
{
    char text[RH_TIME_TEXT];
    rh_text_time(text, replay->reached_ns);
    put_time(answer, replay->reached_ns);
    rh_answer_say(answer, "%s at %s", what, text);
}

static rh_status pause_run(rh_replay *replay, const rh_command *command, rh_answer *answer,
                           rh_error *error)
{
    (void)command;
    RH_TRY(refuse_over(replay, error));
    rh_pace_pause(&replay->pace, replay->reached_ns);
    rh_replay_until_over(replay, false);
    rh_replay_repace(replay);
    say_at(replay, answer, "paused");
    return RH_OK;
}

static rh_status resume_run(rh_replay *replay, const rh_command *command, rh_answer *answer,
                            rh_error *error)
{
    (void)command;
    RH_TRY(refuse_over(replay, error));
    rh_pace_go_on(&replay->pace, replay->reached_ns, wall_ns());
    rh_replay_repace(replay);
    say_at(replay, answer, "running on");
    return RH_OK;
}

static rh_status step_run(rh_replay *replay, const rh_command *command, rh_answer *answer,
                          rh_error *error)
{
    enum { STEPS_MAX = 1000000 };
    int64_t events = 1;
    rh_live_status status;
    RH_TRY(refuse_over(replay, error));
    if (command->argument[0] && (!rh_parse_i64(command->argument, &events) || events < 1 ||
                                 events > STEPS_MAX)) {
        return rh_fail(error, RH_USAGE, "step: found \"%.40s\", expected a number of events from "
                       "1 to %d", command->argument, STEPS_MAX);
    }
    rh_pace_pause(&replay->pace, replay->reached_ns);
    rh_replay_until_over(replay, false);
    rh_replay_slice_now(replay, INT64_MAX, (uint64_t)events);
    rh_pace_pause(&replay->pace, replay->reached_ns);
    rh_replay_repace(replay);
    rh_live_look(replay->live, &status);
    rh_json_put_i64(&answer->json, "sequence", (int64_t)status.sequence);
    say_at(replay, answer, replay->over ? "the end of the run" : "paused");
    return RH_OK;
}

/* A time in full, without seconds, or only that of a day: then the next one after `now_ns`. */
static bool read_time(const char *text, int64_t now_ns, int64_t *time_ns)
{
    static const char *const endings[] = {"", ":00"};
    char today[RH_TIME_TEXT], whole[3 * RH_TIME_TEXT];
    if (rh_parse_time(text, time_ns)) return true;
    if (strlen(text) >= RH_TIME_TEXT) return false;
    rh_text_time(today, now_ns);
    today[strcspn(today, "T")] = '\0';
    for (int i = 0; i < 2; i++) {
        snprintf(whole, sizeof whole, "%.40s%s", text, endings[i]);
        if (rh_parse_time(whole, time_ns)) return true;
        snprintf(whole, sizeof whole, "%sT%.40s%s", today, text, endings[i]);
        if (!rh_parse_time(whole, time_ns)) continue;
        if (*time_ns <= now_ns) *time_ns += INT64_C(86400000000000);
        return true;
    }
    return false;
}

static rh_status until_time(rh_replay *replay, const rh_command *command, rh_answer *answer,
                            rh_error *error)
{
    int64_t time_ns;
    char to[RH_TIME_TEXT], now[RH_TIME_TEXT];
    RH_TRY(refuse_over(replay, error));
    rh_text_time(to, replay->to_ns);
    rh_text_time(now, replay->reached_ns);
    if (!read_time(command->argument, replay->reached_ns, &time_ns)) {
        return rh_fail(error, RH_USAGE, "until: found \"%.40s\", expected a time such as %s",
                       command->argument, to);
    }
    if (time_ns <= replay->reached_ns || time_ns > replay->to_ns) {
        return rh_fail(error, RH_USAGE, "until: expected a time after %s and not after %s", now,
                       to);
    }
    rh_replay_until_over(replay, false);
    replay->pace.until_ns = time_ns;
    rh_pace_go_on(&replay->pace, replay->reached_ns, wall_ns());
    rh_replay_repace(replay);
    replay->waiting_until = answer->waits = command->wait;
    if (command->wait) return RH_OK;
    rh_text_time(to, time_ns);
    rh_json_put_text(&answer->json, "until", to);
    say_at(replay, answer, "running on");
    return RH_OK;
}

static rh_status set_speed(rh_replay *replay, const rh_command *command, rh_answer *answer,
                           rh_error *error)
{
    double speed;
    RH_TRY(refuse_over(replay, error));
    if (!rh_pace_parse(command->argument, &speed)) {
        return rh_fail(error, RH_USAGE, "speed: found \"%.40s\", expected simulated seconds per "
                       "second from %g to %g, or max", command->argument, RH_PACE_SPEED_MIN,
                       RH_PACE_SPEED_MAX);
    }
    rh_pace_set_speed(&replay->pace, speed, replay->reached_ns, wall_ns());
    rh_replay_repace(replay);
    char text[RH_NUMBER_TEXT] = "max";
    if (isfinite(speed)) rh_text_double(text, speed);
    rh_json_put_text(&answer->json, "speed", text);
    rh_answer_say(answer, "speed %s%s", text, replay->pace.paused ? ", still paused" : "");
    return RH_OK;
}

void rh_replay_until_over(rh_replay *replay, bool reached)
{
    char text[RH_TIME_TEXT];
    rh_answer answer = {0};
    rh_text_time(text, replay->reached_ns);
    if (reached && !replay->waiting_until) rh_replay_say(replay, "paused at %s", text);
    if (!replay->waiting_until) return;
    replay->waiting_until = false;
    if (reached) rh_replay_say(replay, "paused at %s, as the socket asked", text);
    rh_answer_begin(&answer, "until");
    rh_json_put_bool(&answer.json, "reached", reached);
    put_time(&answer, replay->reached_ns);
    rh_answer_say(&answer, reached ? "paused at %s" : "not reached: at %s", text);
    rh_answer_end(&answer);
    if (replay->control) rh_control_release(replay->control, answer.line.bytes, answer.line.length);
    rh_answer_free(&answer);
}

/* --- policies ------------------------------------------------------------------------------ */

static rh_status swap_policy(rh_replay *replay, const rh_command *command, rh_answer *answer,
                             rh_error *error)
{
    rh_live_status status;
    RH_TRY(refuse_over(replay, error));
    RH_TRY(rh_replay_swap(replay, command->argument, command->cancel_orders, error));
    rh_live_look(replay->live, &status);
    rh_json_put_text(&answer->json, "policy", status.policy);
    rh_json_put_text(&answer->json, "version", status.version);
    rh_json_put_text(&answer->json, "sha256", status.sha256);
    rh_json_put_i64(&answer->json, "sequence", (int64_t)status.sequence);
    put_time(answer, replay->reached_ns);
    rh_answer_say(answer, "%s", status.last_swap);
    return RH_OK;
}

static rh_status set_param(rh_replay *replay, const rh_command *command, rh_answer *answer,
                           rh_error *error)
{
    rh_live_status status;
    RH_TRY(refuse_over(replay, error));
    RH_TRY(rh_live_set(replay->live, command->argument, error));
    rh_live_look(replay->live, &status);
    rh_json_put_i64(&answer->json, "sequence", (int64_t)status.sequence);
    put_time(answer, replay->reached_ns);
    rh_answer_say(answer, "%s", status.last_swap);
    return RH_OK;
}

/* --- looking ------------------------------------------------------------------------------- */

static void put_status(rh_answer *answer, const rh_replay_look *look)
{
    const rh_live_status *live = &look->live;
    rh_json_writer *json = &answer->json;
    put_time(answer, look->now_ns);
    rh_json_put_text(json, "state", look->over ? "over" : look->paused ? "paused" : "running");
    if (isfinite(look->speed)) {
        rh_json_put_double(json, "speed", look->speed);
    } else {
        rh_json_put_text(json, "speed", "max");
    }
    rh_json_put_i64(json, "sequence", (int64_t)live->sequence);
    rh_json_put_i64(json, "events", (int64_t)live->events);
    rh_json_put_double(json, "spot", live->spot);
    rh_json_put_double(json, "delta", live->delta);
    rh_json_put_double(json, "pnl", live->pnl);
    rh_json_put_text(json, "numeraire", live->numeraire);
    rh_json_put_text(json, "policy", live->policy);
    rh_json_put_text(json, "version", live->version);
    rh_json_put_text(json, "sha256", live->sha256);
    rh_json_put_bool(json, "killed", live->killed);
    if (live->killed) rh_json_put_text(json, "kill_reason", live->kill_reason);
    rh_json_put_text(json, "last_swap", live->last_swap);
    rh_json_put_bool(json, "last_refused", live->last_refused);
    if (look->watched) rh_json_put_text(json, "watched", look->watched);
}

/* A number, or "-" while it is not known. */
static const char *known(char text[RH_NUMBER_TEXT], const char *format, double value)
{
    snprintf(text, RH_NUMBER_TEXT, isfinite(value) ? format : "-", value);
    return text;
}

static rh_status show_status(rh_replay *replay, const rh_command *command, rh_answer *answer,
                             rh_error *error)
{
    rh_replay_look look;
    char now[RH_TIME_TEXT], to[RH_TIME_TEXT], speed[RH_NUMBER_TEXT] = "max";
    char spot[RH_NUMBER_TEXT], delta[RH_NUMBER_TEXT], pnl[RH_NUMBER_TEXT];
    (void)command;
    (void)error;
    rh_replay_see(replay, &look);
    put_status(answer, &look);
    rh_text_time(now, look.now_ns);
    rh_text_time(to, replay->to_ns);
    if (isfinite(look.speed)) rh_text_double(speed, look.speed);
    rh_answer_say(answer, "time     %s of %s, %s, speed %s", now, to,
                  look.over ? "over" : look.paused ? "paused" : "running", speed);
    rh_answer_say(answer, "events   %llu, sequence %llu", (unsigned long long)look.live.events,
                  (unsigned long long)look.live.sequence);
    rh_answer_say(answer, "spot     %s", known(spot, "%.10g", look.live.spot));
    rh_answer_say(answer, "delta    %s", known(delta, "%.6g", look.live.delta));
    rh_answer_say(answer, "P&L      %s %s", known(pnl, "%.2f", look.live.pnl),
                  look.live.numeraire);
    rh_answer_say(answer, "policy   %s %s%s", look.live.policy[0] ? look.live.policy : "none",
                  look.live.version, look.live.killed ? " (killed)" : "");
    if (look.live.killed) rh_answer_say(answer, "killed   %s", look.live.kill_reason);
    if (look.live.last_swap[0]) {
        rh_answer_say(answer, "last     %s%s", look.live.last_refused ? "refused: " : "",
                      look.live.last_swap);
    }
    if (look.watched) rh_answer_say(answer, "watched  %s", look.watched);
    if (look.socket) rh_answer_say(answer, "socket   %s", look.socket);
    return RH_OK;
}

static void one_position(void *context, const char *instrument, double qty, double price,
                         double delta)
{
    rh_answer *answer = context;
    rh_json_open(&answer->json, NULL, '{');
    rh_json_put_text(&answer->json, "instrument", instrument);
    rh_json_put_double(&answer->json, "qty", qty);
    rh_json_put_double(&answer->json, "price", price);
    rh_json_put_double(&answer->json, "delta", delta);
    rh_json_close(&answer->json, '}');
    char shown[3][RH_NUMBER_TEXT];
    rh_answer_say(answer, "%-32s %14s %14s %12s", instrument, known(shown[0], "%.8g", qty),
                  known(shown[1], "%.8g", price), known(shown[2], "%.6g", delta));
}

static rh_status show_positions(rh_replay *replay, const rh_command *command, rh_answer *answer,
                                rh_error *error)
{
    (void)command;
    (void)error;
    put_time(answer, replay->reached_ns);
    rh_answer_say(answer, "%-32s %14s %14s %12s", "instrument", "quantity", "price", "delta");
    size_t heading = answer->text.length;
    rh_json_open(&answer->json, "positions", '[');
    rh_live_positions(replay->live, one_position, answer);
    rh_json_close(&answer->json, ']');
    if (answer->text.length > heading) return RH_OK;
    rh_buffer_clear(&answer->text);
    rh_answer_say(answer, "no positions");
    return RH_OK;
}

static rh_status quit_run(rh_replay *replay, const rh_command *command, rh_answer *answer,
                          rh_error *error)
{
    (void)command;
    RH_TRY(refuse_over(replay, error));
    say_at(replay, answer, "quit");
    rh_replay_quit(replay);
    return RH_OK;
}

static rh_status show_help(rh_replay *replay, const rh_command *command, rh_answer *answer,
                           rh_error *error)
{
    (void)replay;
    (void)command;
    (void)error;
    for (const rh_command_row *row = rh_commands; row->name; row++) {
        char usage[40];
        snprintf(usage, sizeof usage, "%s %s", row->name, row->shown);
        rh_answer_say(answer, "%-26s %s", usage, row->about);
    }
    return RH_OK;
}

/* --- the table ----------------------------------------------------------------------------- */

const rh_command_row rh_commands[] = {
    {"pause", RH_ARGUMENT_NONE, NULL, "", "stop between two events", pause_run},
    {"resume", RH_ARGUMENT_NONE, NULL, "", "go on", resume_run},
    {"step", RH_ARGUMENT_MAY, "events", "[N]", "process N events (1), then pause", step_run},
    {"until", RH_ARGUMENT_MUST, "time", "TIME", "go on, and pause when TIME has passed",
     until_time},
    {"speed", RH_ARGUMENT_MUST, "speed", "X", "simulated seconds per second, or max", set_speed},
    {"swap", RH_ARGUMENT_MUST, "file", "POLICY [cancel]", "replace the policy: a file, a name, "
     "native:NAME; cancel its orders", swap_policy},
    {"set", RH_ARGUMENT_MUST, "param", "NAME=VALUE", "set a parameter of the policy", set_param},
    {"status", RH_ARGUMENT_NONE, NULL, "", "time, spot, delta, P&L, policy", show_status},
    {"positions", RH_ARGUMENT_NONE, NULL, "", "what is held", show_positions},
    {"quit", RH_ARGUMENT_NONE, NULL, "", "end the run here and sum up", quit_run},
    {"help", RH_ARGUMENT_NONE, NULL, "", "this list", show_help},
    {NULL, RH_ARGUMENT_NONE, NULL, NULL, NULL, NULL},
};

/* --- from a person, from the socket -------------------------------------------------------- */

void rh_replay_act(rh_replay *replay, const rh_command *command, rh_answer *answer)
{
    rh_error error = {0};
    rh_answer_begin(answer, command->row->name);
    if (command->row->act(replay, command, answer, &error) != RH_OK) {
        rh_answer_refuse(answer, &error);
    } else if (!answer->waits) {
        rh_answer_end(answer);
    }
}

void rh_replay_do(rh_replay *replay, const char *line, rh_answer *answer)
{
    rh_command command;
    rh_error error = {0};
    rh_answer_begin(answer, "");
    if (line[strspn(line, " \t\r\n")] == '\0') return;
    if (rh_command_from_text(line, &command, &error) != RH_OK) {
        rh_answer_refuse(answer, &error);
    } else {
        rh_replay_act(replay, &command, answer);
    }
}

void rh_replay_line(void *context, rh_control_client *client, const char *line, size_t length)
{
    rh_replay *replay = context;
    rh_command command;
    rh_error error = {0};
    rh_answer *answer = &replay->answer;
    if (rh_command_from_json(line, length, &command, &error) != RH_OK) {
        rh_answer_begin(answer, "");
        rh_answer_refuse(answer, &error);
    } else {
        rh_replay_act(replay, &command, answer);
        const char *name = command.row->name;
        bool changes = !strcmp(name, "swap") || !strcmp(name, "set") || !strcmp(name, "pause") ||
                       !strcmp(name, "quit");
        if (changes && answer->text.length > 0) {
            rh_replay_say(replay, "socket: %s: %.*s", name, (int)answer->text.length - 1,
                          answer->text.bytes);
        }
    }
    if (answer->waits) {
        rh_control_hold(client);
    } else if (answer->line.failed) {
        rh_control_answer(client, "{\"ok\":false,\"error\":\"out of memory\"}\n", 40);
    } else {
        rh_control_answer(client, answer->line.bytes, answer->line.length);
    }
}
