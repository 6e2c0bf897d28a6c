/* Swaps of a replay and the watcher that follows them: whichever file the live policy came from is
 * the one that is watched. Must not read scripts itself. Invariant: a swap that was refused leaves
 * the old policy and the watched file as they were, and its reason has been shown. */
#include <string.h>

#include "host/replay_state.h"

/* Watch the file of the live policy; a policy without one leaves nothing to watch. */
static rh_status follow(rh_replay *replay, rh_error *error)
{
    rh_live_status status;
    if (!replay->watch) return RH_OK;
    rh_live_look(replay->live, &status);
    /* of two parts a file may be only the second */
    bool first = status.script[0] != '\0';
    return rh_watch_files(replay->watch, first ? status.script : status.scale_script,
                          first ? status.scale_script : "", error);
}

static void file_changed(void *context, const char *path)
{
    rh_replay *replay = context;
    rh_error why = {0};
    rh_live_status status;
    if (replay->over) return;
    if (rh_live_reload(replay->live, false, &why) != RH_OK) {
        rh_replay_say(replay, "%s refused: %s", path, why.message);
        return;
    }
    rh_live_look(replay->live, &status);
    rh_replay_say(replay, "%s", status.last_swap);
}

static void file_trouble(void *context, const char *message)
{
    rh_replay_say(context, "not swapped: %s", message);
}

rh_status rh_replay_swap(rh_replay *replay, const char *spec, bool cancel_orders, rh_error *why)
{
    RH_TRY(rh_live_swap(replay->live, spec, cancel_orders, why));
    rh_error unwatched = {0};
    if (follow(replay, &unwatched) != RH_OK) {
        rh_replay_say(replay, "not watched: %s", unwatched.message);
    }
    return RH_OK;
}

rh_status rh_replay_watch_first(rh_replay *replay, const rh_policy_finder *finder,
                                rh_error *error)
{
    rh_live_status status;
    if (!replay->options.watch) return RH_OK;
    rh_live_look(replay->live, &status);
    if (!status.script[0] && !status.scale_script[0]) {
        return rh_fail(error, RH_USAGE, "there is no file to watch: the policy is shipped, "
                       "installed, native or absent; give a file with --policy FILE");
    }
    const rh_watch_calls calls = {file_changed, file_trouble, replay};
    RH_TRY(rh_watch_open(&replay->loop, finder, &calls, &replay->watch, error));
    return follow(replay, error);
}
