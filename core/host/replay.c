/* The life of a paced replay and its loop: slices of the run by a timer, signals, input, the tenth
 * of a second. Must not interpret commands or draw. Invariants: the engine is entered only from a
 * slice or a command, never from within itself; once `over` no slice runs any more. */
#include "host/replay.h"

#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/control_place.h"
#include "host/replay_state.h"

enum {
    SLICE_EVERY_MS = 10,
    SLICE_SPENT_MS = 8,         /* then look at commands again */
    SLICE_EVENTS_MIN = 16,
    SLICE_EVENTS_MAX = 1 << 14,
    DRAW_EVERY_MS = 100,
    CLOSING_TURNS_MAX = 1000
};

static int64_t wall_ns(void)
{
    return (int64_t)uv_hrtime();
}

void rh_replay_say(rh_replay *replay, const char *format, ...)
{
    char raw[2 * RH_ERROR_MESSAGE_MAX], safe[2 * RH_ERROR_MESSAGE_MAX];
    if (!replay->options.say) return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    rh_text_escape(safe, sizeof safe, raw, strlen(raw));
    replay->options.say(replay->options.context, safe);
}

/* --- slices -------------------------------------------------------------------------------- */

static void end_run(rh_replay *replay)
{
    replay->over = true;
    uv_timer_stop(&replay->slice);
    uv_idle_stop(&replay->busy);
    rh_replay_until_over(replay, false);
    uv_stop(&replay->loop);
}

static void notice(rh_replay *replay, const rh_live_status *status)
{
    if (status->killed && !replay->was_killed)
        rh_replay_say(replay, "the policy was killed: %s", status->kill_reason);
    replay->was_killed = status->killed;
    if (status->ended) end_run(replay);
}

/* Some events up to `until_ns`; false when there are no more of them, or the run failed. */
static bool some_events(rh_replay *replay, int64_t until_ns, uint64_t events)
{
    rh_live_status after;
    replay->failed = rh_live_go(replay->live, until_ns, events, &replay->failure);
    rh_live_look(replay->live, &after);
    uint64_t done = after.sequence - replay->sequence;
    replay->sequence = after.sequence;
    if (after.now_ns > replay->reached_ns) replay->reached_ns = after.now_ns;
    bool more = replay->failed == RH_OK && !after.ended && done >= events;
    if (!more && replay->failed == RH_OK && until_ns < INT64_MAX) {
        int64_t end_ns = until_ns < replay->to_ns ? until_ns : replay->to_ns;
        if (end_ns > replay->reached_ns) replay->reached_ns = end_ns;
    }
    notice(replay, &after);
    if (replay->failed != RH_OK) end_run(replay);
    return more;
}

/* As many events between two looks at the clock as take about a millisecond. */
static void adapt(rh_replay *replay, int64_t spent_ns)
{
    if (spent_ns < 500000 && replay->slice_events < SLICE_EVENTS_MAX) replay->slice_events *= 2;
    if (spent_ns > 2000000 && replay->slice_events > SLICE_EVENTS_MIN) replay->slice_events /= 2;
}

void rh_replay_slice_now(rh_replay *replay, int64_t until_ns, uint64_t events)
{
    if (!replay->over && events > 0) some_events(replay, until_ns, events);
}

static void slice(rh_replay *replay)
{
    if (replay->over || replay->pace.paused) return;
    int64_t started_ns = wall_ns(), due_ns = rh_pace_due(&replay->pace, started_ns);
    int64_t enough_ns = started_ns + SLICE_SPENT_MS * INT64_C(1000000);
    bool more = true;
    while (more && !replay->over && started_ns < enough_ns) {
        more = some_events(replay, due_ns, replay->slice_events);
        int64_t now_ns = wall_ns();
        if (more) adapt(replay, now_ns - started_ns);
        started_ns = now_ns;
    }
    replay->behind = more;
    if (!more && !replay->over && replay->reached_ns >= replay->pace.until_ns) {
        rh_pace_pause(&replay->pace, replay->reached_ns);
        rh_replay_until_over(replay, true);
    }
    rh_replay_repace(replay);
}

static void timed_slice(uv_timer_t *timer)
{
    slice(timer->data);
}

static void busy_slice(uv_idle_t *idle)
{
    slice(idle->data);
}

/* Behind its pace, the next slice comes as soon as everything else has had its turn. A timer of 0
 * would not do: libuv runs it again before it looks at anything else. */
void rh_replay_repace(rh_replay *replay)
{
    bool wanted = !replay->over && !replay->pace.paused;
    uv_timer_stop(&replay->slice);
    if (wanted && (replay->behind || isinf(replay->pace.speed))) {
        uv_idle_start(&replay->busy, busy_slice);
        return;
    }
    uv_idle_stop(&replay->busy);
    if (wanted) uv_timer_start(&replay->slice, timed_slice, SLICE_EVERY_MS, 0);
}

/* --- the loop ------------------------------------------------------------------------------ */

static void tenth(uv_timer_t *timer)
{
    rh_replay *replay = timer->data;
    replay->bits |= RH_TURN_DRAW;
    uv_stop(&replay->loop);
}

static void signalled(uv_signal_t *handle, int number)
{
    rh_replay_signal *which = (rh_replay_signal *)handle;
    (void)number;
    which->replay->bits |= which->bit;
    if (which->bit == RH_TURN_TERMINATE) rh_replay_quit(which->replay);
    if (which->bit == RH_TURN_CONTINUE) rh_replay_woke(which->replay);
    uv_stop(&which->replay->loop);
}

static void readable(uv_poll_t *handle, int status, int events)
{
    rh_replay *replay = handle->data;
    (void)status;
    (void)events;       /* an error is found by reading */
    replay->bits |= RH_TURN_INPUT;
    uv_stop(&replay->loop);
}

rh_status rh_replay_listen(rh_replay *replay, int fd, rh_error *error)
{
    if (fd < 0) {
        if (replay->input_open) uv_poll_stop(&replay->input);
        return RH_OK;
    }
    int failed = 0;
    if (!replay->input_open) failed = uv_poll_init(&replay->loop, &replay->input, fd);
    if (failed == 0) {
        replay->input_open = true;
        replay->input.data = replay;
        failed = uv_poll_start(&replay->input, UV_READABLE, readable);
    }
    if (failed == 0) return RH_OK;
    return rh_fail(error, RH_IO, "cannot wait for the terminal: %s", uv_strerror(failed));
}

unsigned rh_replay_turn(rh_replay *replay)
{
    replay->bits = 0;
    if (!replay->over) uv_run(&replay->loop, UV_RUN_ONCE);
    if (replay->over) replay->bits |= RH_TURN_OVER;
    return replay->bits;
}

void rh_replay_woke(rh_replay *replay)
{
    if (!replay->pace.paused) rh_pace_go_on(&replay->pace, replay->reached_ns, wall_ns());
}

void rh_replay_quit(rh_replay *replay)
{
    if (replay->over) return;
    rh_live_quit(replay->live);
    end_run(replay);
}

bool rh_replay_over(const rh_replay *replay)
{
    return replay->over;
}

void rh_replay_see(rh_replay *replay, rh_replay_look *out)
{
    rh_live_look(replay->live, &out->live);
    out->now_ns = replay->reached_ns;
    out->speed = replay->pace.speed;
    out->paused = replay->pace.paused;
    out->over = replay->over;
    out->socket = replay->control ? rh_control_path(replay->control) : NULL;
    const char *watched = replay->watch ? rh_watch_path(replay->watch, 0) : "";
    out->watched = watched[0] ? watched : NULL;
}

/* --- life ---------------------------------------------------------------------------------- */

static rh_status open_loop(rh_replay *replay, rh_error *error)
{
    static const struct { int number; unsigned bit; } wanted[REPLAY_SIGNALS] = {
        {SIGINT, RH_TURN_INTERRUPT}, {SIGTERM, RH_TURN_TERMINATE}, {SIGHUP, RH_TURN_TERMINATE},
        {SIGTSTP, RH_TURN_STOP},     {SIGCONT, RH_TURN_CONTINUE},  {SIGWINCH, RH_TURN_RESIZE}};
    int failed = uv_loop_init(&replay->loop);
    if (failed != 0) return rh_fail(error, RH_IO, "no event loop: %s", uv_strerror(failed));
    replay->loop_open = true;
    uv_timer_init(&replay->loop, &replay->slice);
    uv_timer_init(&replay->loop, &replay->draw);
    uv_idle_init(&replay->loop, &replay->busy);
    replay->slice.data = replay->draw.data = replay->busy.data = replay;
    uv_timer_start(&replay->draw, tenth, DRAW_EVERY_MS, DRAW_EVERY_MS);
    for (int i = 0; i < REPLAY_SIGNALS && failed == 0; i++) {
        rh_replay_signal *one = &replay->signals[i];
        one->replay = replay;
        one->bit = wanted[i].bit;
        failed = uv_signal_init(&replay->loop, &one->handle);
        if (failed == 0) failed = uv_signal_start(&one->handle, signalled, wanted[i].number);
    }
    if (failed != 0) return rh_fail(error, RH_IO, "no signals: %s", uv_strerror(failed));
    return RH_OK;
}

static rh_status open_socket(rh_replay *replay, const char *scenario, rh_error *error)
{
    char name[RH_NAME_MAX], path[RH_SOCKET_PATH_MAX];
    rh_control_name_of(scenario, name);
    RH_TRY(rh_control_path_of(replay->options.name ? replay->options.name : name, path, error));
    return rh_control_open(&replay->loop, path, rh_replay_line, replay, &replay->control, error);
}

static rh_status open_parts(rh_replay *replay, const rh_run_request *request, rh_error *error)
{
    rh_live_status status;
    RH_TRY(rh_live_open(request, &replay->live, error));
    rh_live_look(replay->live, &status);
    replay->from_ns = replay->reached_ns = status.from_ns;
    replay->to_ns = status.to_ns;
    replay->sequence = status.sequence;
    RH_TRY(open_loop(replay, error));
    if (replay->options.socket) RH_TRY(open_socket(replay, request->scenario_path, error));
    RH_TRY(rh_replay_watch_first(replay, request->finder, error));
    rh_pace_begin(&replay->pace, replay->options.speed, status.from_ns, wall_ns());
    if (replay->options.paused) rh_pace_pause(&replay->pace, status.from_ns);
    rh_replay_repace(replay);
    return RH_OK;
}

rh_status rh_replay_open(const rh_run_request *request, const rh_replay_options *options,
                         rh_replay **out, rh_error *error)
{
    *out = NULL;
    rh_replay *replay = calloc(1, sizeof *replay);
    if (!replay) return rh_fail(error, RH_NO_MEMORY, "no memory for a replay");
    replay->options = *options;
    replay->slice_events = SLICE_EVENTS_MIN;
    rh_status status = open_parts(replay, request, error);
    if (status != RH_OK) {
        rh_replay_close(replay);
        return status;
    }
    *out = replay;
    return RH_OK;
}

static void close_handle(uv_handle_t *handle, void *replay)
{
    (void)replay;
    if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

static void close_loop(rh_replay *replay)
{
    if (!replay->loop_open) return;
    replay->loop_open = false;
    rh_control_close(replay->control);
    rh_watch_close(replay->watch);
    replay->control = NULL;
    replay->watch = NULL;
    uv_walk(&replay->loop, close_handle, NULL);
    for (int i = 0; i < CLOSING_TURNS_MAX; i++) {
        if (uv_run(&replay->loop, UV_RUN_NOWAIT) == 0) break;
    }
    RH_ASSERT(uv_loop_close(&replay->loop) == 0);
}

rh_status rh_replay_finish(rh_replay *replay, rh_run_result *result, rh_error *error)
{
    *result = (rh_run_result){0};
    close_loop(replay);
    if (replay->failed != RH_OK) {
        return rh_fail(error, replay->failed, "%s", replay->failure.message);
    }
    return rh_live_finish(replay->live, result, error);
}

void rh_replay_close(rh_replay *replay)
{
    if (!replay) return;
    close_loop(replay);
    rh_live_close(replay->live);
    rh_answer_free(&replay->answer);
    free(replay);
}
