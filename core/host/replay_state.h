/* The insides of a paced replay, shared by the replay_*.c files and by nobody else.
 * Invariant: `reached_ns` is the simulated time up to which every event has been processed, or the
 * time of the last event when the last slice was cut short. */
#ifndef RH_HOST_REPLAY_STATE_H
#define RH_HOST_REPLAY_STATE_H

#include <uv.h>

#include "host/control.h"
#include "host/pace.h"
#include "host/replay.h"
#include "host/watch.h"

enum { REPLAY_SIGNALS = 6 };

typedef struct rh_replay_signal {
    uv_signal_t handle;         /* first */
    rh_replay *replay;
    unsigned bit;
} rh_replay_signal;

struct rh_replay {
    uv_loop_t loop;
    bool loop_open;
    rh_replay_options options;
    rh_live *live;
    rh_pace pace;
    int64_t reached_ns, from_ns, to_ns;
    bool waiting_until;         /* somebody on the socket is to hear when pace.until_ns comes */
    uint64_t sequence;          /* of the engine, after the last slice */
    uint64_t slice_events;      /* between two looks at the clock; adapts to what events cost */
    bool was_killed, over;
    rh_status failed;           /* of the run itself, with why */
    rh_error failure;
    uv_timer_t slice, draw;
    uv_idle_t busy;             /* instead of the timer while the run is behind its pace */
    bool behind;                /* the last slice was cut short */
    rh_replay_signal signals[REPLAY_SIGNALS];
    uv_poll_t input;
    bool input_open, input_listening;
    unsigned bits;              /* of this turn */
    rh_control *control;
    rh_watch *watch;
    rh_answer answer;           /* of the socket */
};

/* replay.c */
void rh_replay_say(rh_replay *replay, const char *format, ...) RH_PRINTF(2, 3);
void rh_replay_repace(rh_replay *replay);       /* the pace or the run's end has changed */
void rh_replay_slice_now(rh_replay *replay, int64_t until_ns, uint64_t events);

/* replay_commands.c */
void rh_replay_act(rh_replay *replay, const rh_command *command, rh_answer *answer);
void rh_replay_until_over(rh_replay *replay, bool reached);
/* Over the socket: a rh_control_handler, `context` is the replay. */
void rh_replay_line(void *context, rh_control_client *client, const char *line, size_t length);

/* replay_watch.c */
rh_status rh_replay_watch_first(rh_replay *replay, const rh_policy_finder *finder,
                                rh_error *error);
/* Swap to a file or policy as typed; on success the watcher follows it. */
rh_status rh_replay_swap(rh_replay *replay, const char *spec, bool cancel_orders, rh_error *why);

#endif
