/* The face of a run: open, go, look, act between events, finish. One way for every command, so that
 * a paced run, a whole one and a rerun are the same run. Owns the scenario, the run and the policies
 * that a person brought; must not pace, watch or wait. */
#include "engine/live.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/run.h"

struct rh_live {
    const rh_run_request *request;
    rh_scenario *scenario;
    rh_run *run;
    rh_swap *brought; /* the person's live policy; NULL: the scenario's */
    rh_books books;   /* to value the book at any moment without touching the run's */
    rh_positions positions;
    int64_t spent_ns; /* wall time inside go */
    rh_status failed; /* a status that ended the run */
};

/* --- open, go, finish ---------------------------------------------------------------------- */

rh_status rh_live_open(const rh_run_request *request, rh_live **out, rh_error *error)
{
    rh_live *live = calloc(1, sizeof *live);
    *out = NULL;
    if (!live) return rh_fail(error, RH_NO_MEMORY, "no memory for a run");
    live->request = request;
    rh_status status = rh_scenario_read(request, &live->scenario, error);
    if (status == RH_OK) status = rh_run_open(request, live->scenario, &live->run, error);
    if (status != RH_OK) {
        rh_live_close(live);
        return status;
    }
    *out = live;
    return RH_OK;
}

static void forget(rh_swap *brought)
{
    if (!brought) return;
    rh_choice_free(&brought->choice);
    free(brought);
}

void rh_live_close(rh_live *live)
{
    if (!live) return;
    rh_run_close(live->run);
    forget(live->brought);
    rh_scenario_free(live->scenario);
    free(live);
}

rh_status rh_live_go(rh_live *live, int64_t until_ns, uint64_t max_events, rh_error *error)
{
    int64_t (*wall_ns)(void) = live->request->wall_ns;
    int64_t started = wall_ns ? wall_ns() : 0;
    bool more;
    if (live->failed != RH_OK) return rh_fail(error, live->failed, "the run has failed before");
    rh_status status = rh_run_go(live->run, until_ns, max_events, &more, error);
    if (wall_ns) live->spent_ns += wall_ns() - started;
    if (status != RH_INTERRUPTED) live->failed = status;
    return status;
}

void rh_live_quit(rh_live *live)
{
    rh_run *run = live->run;
    if (rh_run_ended(run)) return;
    run->quit = true;
    rh_journal(run, "quit", "ended by hand");
}

static rh_status finish(rh_live *live, rh_run_result *result, rh_error *error)
{
    rh_run *run = live->run;
    RH_TRY(rh_live_go(live, INT64_MAX, 0, error));
    RH_TRY(rh_run_end(run, error));
    run->wall_s = (double)live->spent_ns * 1e-9;
    rh_digest_hex(run->digest, result->digest);
    result->events = run->events;
    result->policy_failed = run->policy_failed;
    memcpy(result->policy_message, run->policy_message, sizeof run->policy_message);
    RH_TRY(rh_output_summary(run, &result->summary, error));
    RH_TRY(rh_output_finish(run, &result->summary, error));
    result->has_dir = run->out.has_dir;
    result->dir = run->out.dir;
    run->out.has_dir = false; /* the caller's now */
    return RH_OK;
}

rh_status rh_live_finish(rh_live *live, rh_run_result *result, rh_error *error)
{
    rh_error local = {0};
    *result = (rh_run_result){0};
    rh_status status = finish(live, result, error ? error : &local);
    if (status == RH_BROKEN) rh_output_keep_failed(live->run);
    if (status != RH_OK) rh_run_result_free(result);
    live->failed = RH_STATE; /* it is over */
    return status;
}

rh_status rh_run_scenario(const rh_run_request *request, rh_run_result *result, rh_error *error)
{
    rh_live *live = NULL;
    rh_error local = {0};
    *result = (rh_run_result){0};
    RH_TRY(rh_live_open(request, &live, error ? error : &local));
    rh_status status = rh_live_finish(live, result, error);
    rh_live_close(live);
    return status;
}

void rh_run_result_free(rh_run_result *result)
{
    rh_buffer_free(&result->summary);
    if (result->has_dir) rh_dir_out_abandon(&result->dir);
    result->has_dir = false;
}

/* --- look ---------------------------------------------------------------------------------- */

/* Equity at this moment, on copies: the run's own books mark at their own times only. */
static double equity_now(rh_live *live)
{
    const rh_run *run = live->run;
    if (!run->books.open || !rh_books_can_mark(&run->filled, &run->is)) return (double)NAN;
    live->books = run->books;
    live->positions = run->filled;
    rh_positions reported = run->reported;
    live->books.positions = &live->positions;
    live->books.reported = &reported;
    rh_books_mark(&live->books, &run->is, run->now_ns);
    return rh_books_equity(&live->books);
}

static void look_at_policy(const rh_run *run, rh_live_status *status)
{
    const rh_policy *policy = run->slot.policy;
    status->killed = run->killed;
    status->last_refused = run->last_refused;
    memcpy(status->last_swap, run->last_swap, sizeof status->last_swap);
    if (!policy) return;
    memcpy(status->policy, policy->name, sizeof status->policy);
    memcpy(status->version, policy->version, sizeof status->version);
    memcpy(status->sha256, policy->sha256, sizeof status->sha256);
    snprintf(status->script, sizeof status->script, "%s", run->slot.choice->path);
}

void rh_live_look(rh_live *live, rh_live_status *status)
{
    rh_run *run = live->run;
    *status = (rh_live_status){.now_ns = run->now_ns,
                               .from_ns = live->scenario->from_ns,
                               .to_ns = live->scenario->to_ns,
                               .sequence = run->sequence,
                               .events = run->events,
                               .spot = (double)NAN,
                               .delta = (double)NAN,
                               .ended = rh_run_ended(run)};
    const char *numeraire = run->universe->currencies[run->universe->numeraire].name;
    snprintf(status->numeraire, sizeof status->numeraire, "%s", numeraire);
    double spot = run->known.spot[run->asset];
    if (spot > 0.0) status->spot = spot;
    if (spot > 0.0 && rh_books_can_mark(&run->reported, &run->known)) {
        status->delta = rh_run_view_field(run, RH_VIEW_DELTA);
    }
    status->pnl = equity_now(live);
    look_at_policy(run, status);
}

void rh_live_positions(rh_live *live, rh_live_visit *visit, void *context)
{
    const rh_run *run = live->run;
    for (int i = 0; i < run->universe->instrument_count; i++) {
        const rh_instrument *instrument = &run->universe->instruments[i];
        bool option = instrument->kind == RH_INSTRUMENT_OPTION;
        double qty = rh_positions_qty(&run->reported, i);
        double price = (double)NAN, delta = (double)NAN;
        if (!rh_positions_holds(&run->reported, i)) continue;
        if (rh_books_has_price(&run->known, i)) {
            rh_unit unit;
            rh_unit_value(&run->known, i, run->now_ns, true, &unit);
            price = option ? rh_option_mark(&run->known, i, run->now_ns, false)
                           : rh_market_mid(&run->known, i);
            delta = qty * (option ? unit.delta : rh_route_delta(&run->known, i));
        }
        visit(context, instrument->name, qty, price, delta);
    }
}

/* --- act ----------------------------------------------------------------------------------- */

/* Runs the transaction on `swap`, which is owned here from now on. */
static rh_status act(rh_live *live, rh_swap *swap, const char *assignment, rh_error *why)
{
    rh_error local = {0}, broken = {0};
    rh_error *out = why ? why : &local;
    bool accepted = false;
    if (live->failed != RH_OK || rh_run_ended(live->run)) {
        forget(swap);
        return rh_fail(out, RH_STATE, "the run is over");
    }
    rh_status status =
        rh_run_swap_by_hand(live->run, swap, assignment, &accepted, out, &broken);
    if (status != RH_OK) { /* the run itself cannot go on */
        live->failed = status;
        live->run->slot.choice = NULL;
        rh_run_drop_policy(live->run);
        forget(swap);
        return rh_fail(out, status, "%s", broken.message);
    }
    if (!accepted) {
        forget(swap);
        return out->status != RH_OK ? out->status : RH_POLICY;
    }
    forget(live->brought);
    live->brought = swap;
    return RH_OK;
}

static rh_swap *new_swap(rh_live *live, bool cancel_orders, rh_error *why)
{
    rh_swap *swap = calloc(1, sizeof *swap);
    if (!swap) {
        rh_fail(why, RH_NO_MEMORY, "no memory for a swap");
        return NULL;
    }
    swap->at_ns = live->run->now_ns;
    swap->cancel_orders = cancel_orders;
    return swap;
}

/* A policy that could not even be read is a refused swap as any other. */
static rh_status unreadable(rh_live *live, rh_swap *swap, const char *what, const rh_error *why)
{
    rh_run_note_refused(live->run, what, why->message);
    forget(swap);
    return why->status;
}

rh_status rh_live_swap(rh_live *live, const char *spec, bool cancel_orders, rh_error *why)
{
    rh_error local = {0};
    rh_error *out = why ? why : &local;
    rh_swap *swap = new_swap(live, cancel_orders, out);
    if (!swap) return RH_NO_MEMORY;
    rh_status status = rh_choice_from_spec(live->scenario, spec, &swap->choice, out);
    if (status != RH_OK) return unreadable(live, swap, spec, out);
    return act(live, swap, NULL, out);
}

/* The params that were given for the live policy, as JSON text. */
static rh_status given_params(const rh_policy_choice *choice, rh_buffer *text, rh_error *error)
{
    rh_json_writer writer = {.out = text};
    if (choice->params.node) {
        rh_json_put_value(&writer, NULL, choice->params);
    } else {
        rh_buffer_text(text, "{}");
    }
    return text->failed ? rh_fail(error, RH_NO_MEMORY, "no memory for the params") : RH_OK;
}

static rh_status nobody_decides(rh_error *why)
{
    return rh_fail(why, RH_STATE, "no policy is live: swap one in first");
}

rh_status rh_live_reload(rh_live *live, bool cancel_orders, rh_error *why)
{
    rh_error local = {0};
    rh_error *out = why ? why : &local;
    const rh_policy_choice *now = live->run->slot.choice;
    if (!now) return nobody_decides(out);
    if (!*now->path) return rh_fail(out, RH_STATE, "the live policy was not read from a file");
    rh_swap *swap = new_swap(live, cancel_orders, out);
    if (!swap) return RH_NO_MEMORY;
    rh_buffer params = {0};
    rh_status status = given_params(now, &params, out);
    if (status == RH_OK) status = rh_choice_again(now, params.bytes, &swap->choice, out);
    rh_buffer_free(&params);
    if (status != RH_OK) return unreadable(live, swap, now->path, out);
    return act(live, swap, NULL, out);
}

/* {"params": given} with one assignment applied, as the text of its params. */
static rh_status assign(const rh_policy *policy, const rh_policy_choice *now,
                        const char *assignment, rh_buffer *params, rh_error *why)
{
    char path[RH_NAME_MAX + 16];
    rh_buffer text = {0};
    rh_json_doc *doc = NULL;
    rh_json all;
    const char *equals = strchr(assignment, '=');
    if (!equals || equals == assignment || (size_t)(equals - assignment) >= RH_NAME_MAX) {
        return rh_fail(why, RH_USAGE, "set %.100s: expected PARAM=VALUE", assignment);
    }
    snprintf(path, sizeof path, "params.%.*s", (int)(equals - assignment), assignment);
    if (rh_params_find(&policy->params, path + 7) < 0) {
        return rh_params_unknown(&policy->params, path + 7, why);
    }
    rh_buffer_text(&text, "{\"params\": ");
    rh_status status = given_params(now, &text, why);
    rh_buffer_text(&text, "}");
    if (status == RH_OK) status = rh_json_parse("set", text.bytes, text.length, &doc, why);
    if (status == RH_OK) status = rh_json_set(doc, path, equals + 1, why);
    if (status == RH_OK) {
        rh_json_writer writer = {.out = params};
        status = rh_json_get(rh_json_root(doc), "params", RH_REQUIRED, &all, why);
        if (status == RH_OK) rh_json_put_value(&writer, NULL, all);
    }
    rh_json_free(doc);
    rh_buffer_free(&text);
    return status;
}

rh_status rh_live_set(rh_live *live, const char *assignment, rh_error *why)
{
    rh_error local = {0};
    rh_error *out = why ? why : &local;
    const rh_run *run = live->run;
    rh_buffer params = {0};
    if (!run->slot.policy) return nobody_decides(out);
    rh_swap *swap = new_swap(live, false, out);
    if (!swap) return RH_NO_MEMORY;
    rh_status status = assign(run->slot.policy, run->slot.choice, assignment, &params, out);
    if (status == RH_OK) {
        status = rh_choice_copy(run->slot.choice, params.bytes, params.length, &swap->choice, out);
    }
    rh_buffer_free(&params);
    if (status != RH_OK) return unreadable(live, swap, assignment, out);
    return act(live, swap, assignment, out);
}

rh_status rh_live_swap_recorded(rh_live *live, const rh_live_recorded *recorded, rh_error *why)
{
    rh_error local = {0};
    rh_error *out = why ? why : &local;
    rh_policy_choice from = {.has_script = !recorded->native};
    rh_swap *swap = new_swap(live, recorded->cancel_orders, out);
    if (!swap) return RH_NO_MEMORY;
    if (recorded->native) {
        from.native = rh_native_policy_find(recorded->native);
        if (!from.native) {
            forget(swap);
            return rh_fail(out, RH_INPUT, "no native policy \"%.60s\"", recorded->native);
        }
    } else {
        snprintf(from.source.label, sizeof from.source.label, "%s", recorded->label);
        from.source.bytes = (char *)(uintptr_t)recorded->bytes; /* copied below */
        from.source.length = recorded->length;
        rh_sha256_of(recorded->bytes, recorded->length, from.source.sha256);
    }
    rh_status status = rh_choice_copy(&from, recorded->params, strlen(recorded->params),
                                      &swap->choice, out);
    if (status != RH_OK) {
        forget(swap);
        return status;
    }
    return act(live, swap, NULL, out);
}
