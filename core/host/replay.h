/* A paced replay: a run under somebody's hand, on a libuv loop that is turned by the caller.
 * Commands come from the caller (a terminal) and from the control socket, swaps from the watcher;
 * all act between events. Invariant: pacing, drawing, clients and signals change no bit of the
 * result; only accepted swaps, sets and quit do, and those are journaled by the engine. */
#ifndef RH_HOST_REPLAY_H
#define RH_HOST_REPLAY_H

#include "engine/engine.h"
#include "engine/live.h"
#include "host/command.h"

typedef struct rh_replay rh_replay;

typedef struct rh_replay_options {
    double speed;               /* simulated seconds per second, INFINITY: "max" */
    bool watch;                 /* the policy's script and its modules */
    bool socket;
    const char *name;           /* of the socket; NULL: after the scenario */
    bool paused;                /* begin paused */
    /* Something happened that no command of the caller asked for: one escaped line. */
    void (*say)(void *context, const char *line);
    void *context;
} rh_replay_options;

/* What a turn found, as bits. */
enum {
    RH_TURN_INPUT = 1,          /* the descriptor given to rh_replay_listen can be read */
    RH_TURN_INTERRUPT = 2,      /* SIGINT */
    RH_TURN_TERMINATE = 4,      /* SIGTERM or SIGHUP: the replay has quit */
    RH_TURN_STOP = 8,           /* SIGTSTP */
    RH_TURN_CONTINUE = 16,      /* SIGCONT */
    RH_TURN_RESIZE = 32,        /* SIGWINCH */
    RH_TURN_DRAW = 64,          /* a tenth of a second has passed */
    RH_TURN_OVER = 128          /* the end of the run, quit, or a failure: finish */
};

typedef struct rh_replay_look {
    rh_live_status live;
    int64_t now_ns;             /* simulated time reached, between events as well */
    double speed;
    bool paused, over;
    const char *socket;         /* path, or NULL */
    const char *watched;        /* path, or NULL */
} rh_replay_look;

rh_status rh_replay_open(const rh_run_request *request, const rh_replay_options *options,
                         rh_replay **replay, rh_error *error);
/* Report a readable `fd` from now on; -1: no more. */
rh_status rh_replay_listen(rh_replay *replay, int fd, rh_error *error);
/* Waits for something to do, does some of it, never longer than about a tenth of a second. */
unsigned rh_replay_turn(rh_replay *replay);
bool rh_replay_over(const rh_replay *replay);
void rh_replay_see(rh_replay *replay, rh_replay_look *look);

/* A line typed by a person. The answer's text is for them, "" for an empty line. */
void rh_replay_do(rh_replay *replay, const char *line, rh_answer *answer);
void rh_replay_quit(rh_replay *replay);
/* The process was stopped: go on from here, instead of catching up with the time it slept. */
void rh_replay_woke(rh_replay *replay);

/* The result, as rh_run_scenario gives it; the socket is closed before. */
rh_status rh_replay_finish(rh_replay *replay, rh_run_result *result, rh_error *error);
void rh_replay_close(rh_replay *replay);        /* NULL is fine */

#endif
