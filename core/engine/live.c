/* The face of a run: open, go, look, act between events, finish. One way for every command, so that
 * a paced run, a whole one and a rerun are the same run. Owns the scenario, the run and the
 * policies that a person brought; must not pace, watch or wait. */
#include "engine/live.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/archive.h"
#include "engine/run.h"

typedef struct rh_brought {
    rh_swap swap;
    struct rh_brought *next;
} rh_brought;

struct rh_live {
    const rh_run_request *request;
    rh_scenario *scenario;
    rh_run *run;
    rh_brought *brought; /* what the person brought and is live */
    rh_books books;   /* to value the book at any moment without touching the run's */
    rh_positions positions;
    int64_t spent_ns; /* wall time inside go */
    rh_status failed; /* a status that ended the run */
};

/* --- open, go, finish ---------------------------------------------------------------------- */

static rh_status open_run(const rh_run_request *request, bool by_hand, rh_live **out,
                          rh_error *error)
{
    rh_live *live = calloc(1, sizeof *live);
    *out = NULL;
    if (!live) return rh_fail(error, RH_NO_MEMORY, "no memory for a run");
    live->request = request;
    rh_status status = rh_scenario_read(request, &live->scenario, error);
    if (status == RH_OK) status = rh_run_open(request, live->scenario, by_hand, &live->run, error);
    if (status != RH_OK) {
        rh_live_close(live);
        return status;
    }
    *out = live;
    return RH_OK;
}

rh_status rh_live_open(const rh_run_request *request, rh_live **live, rh_error *error)
{
    return open_run(request, true, live, error);
}

static void forget(rh_brought *brought);

void rh_live_close(rh_live *live)
{
    if (!live) return;
    rh_run_close(live->run);
    while (live->brought) {
        rh_brought *one = live->brought;
        live->brought = one->next;
        forget(one);
    }
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
    if (status == RH_INTERRUPTED && live->run->killed_by == RH_KILL_INTERRUPTED)
        rh_fail(error, status, "%s", live->run->kill_reason);
    if (status != RH_INTERRUPTED) live->failed = status;
    return status;
}

void rh_live_quit(rh_live *live)
{
    rh_run *run = live->run;
    if (rh_run_ended(run)) return;
    run->quit = true;
    rh_journal_hand(run, "quit", "ended by hand", NULL);
}

static rh_status finish(rh_live *live, rh_run_result *result, rh_error *error)
{
    rh_run *run = live->run;
    RH_TRY(rh_live_go(live, INT64_MAX, 0, error));
    RH_TRY(rh_run_end(run, error));
    rh_run_note_machine(run);
    run->wall_s = (double)live->spent_ns * 1e-9;
    rh_digest_hex(run->digest, result->digest);
    result->events = run->events;
    result->frictions = run->scenario->frictions;
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
    RH_TRY(open_run(request, false, &live, error ? error : &local));
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

/* --- a fork in the way --------------------------------------------------------------------- */

uint64_t rh_live_sequence(const rh_live *live)
{
    return live->run->sequence;
}

rh_status rh_live_go_to_fork(rh_live *live, rh_error *error)
{
    RH_TRY(rh_live_go(live, INT64_MAX, 0, error));
    if (live->run->halted) return RH_OK;
    return rh_fail(error, RH_STATE, "the run ended before the place of the fork");
}

rh_status rh_live_branch(rh_live *live, int branch, const char *out_dir, rh_error *error)
{
    rh_run *run = live->run;
    rh_scenario *s = live->scenario;
    RH_ASSERT(run->halted && branch >= 0 && (size_t)branch < s->branch_count);
    rh_swap *place = &s->swaps[run->fork - s->swaps];
    *place = s->branches[branch];
    s->branches[branch] = (rh_swap){0}; /* the place's now */
    run->halted = false;
    int columns = run->series_count;
    rh_status status = rh_run_declare(run, place, error);
    if (status == RH_OK && out_dir) status = rh_output_branch(run, out_dir, columns, error);
    if (status == RH_OK) status = rh_run_swap(run, place, error);
    live->failed = status;
    return status;
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
    const rh_policy_part *trigger = &run->slot.part[RH_PART_TRIGGER];
    const rh_policy_part *scale = &run->slot.part[RH_PART_SCALE];
    status->killed = run->killed;
    if (run->killed) memcpy(status->kill_reason, run->kill_reason, sizeof status->kill_reason);
    status->last_refused = run->last_refused;
    memcpy(status->last_swap, run->last_swap, sizeof status->last_swap);
    if (!trigger->policy) return;
    snprintf(status->policy, sizeof status->policy, "%s%s%s", trigger->policy->name,
             scale->policy ? " + " : "", scale->policy ? scale->policy->name : "");
    snprintf(status->version, sizeof status->version, "%s%s%s", trigger->policy->version,
             scale->policy ? " + " : "", scale->policy ? scale->policy->version : "");
    memcpy(status->sha256, trigger->policy->sha256, sizeof status->sha256);
    memcpy(status->script, trigger->choice->path, sizeof status->script);
    if (scale->policy) {
        memcpy(status->scale_script, scale->choice->path, sizeof status->scale_script);
    }
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
        status->delta = rh_run_view_ops()->field(run, RH_VIEW_DELTA);
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
        if (rh_unit_has_price(&run->known, i)) {
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

static bool decides(const rh_run *run, const rh_swap *swap)
{
    for (int p = 0; p < RH_PARTS; p++) {
        const rh_policy_choice *choice = run->slot.part[p].choice;
        if (choice == &swap->pick.choice[0] || choice == &swap->pick.choice[1]) return true;
    }
    return false;
}

static void forget(rh_brought *brought)
{
    rh_pick_free(&brought->swap.pick);
    free(brought);
}

/* Only what still decides something is kept. */
static void tidy_up(rh_live *live)
{
    rh_brought **at = &live->brought;
    while (*at) {
        rh_brought *one = *at;
        if (decides(live->run, &one->swap)) {
            at = &one->next;
            continue;
        }
        *at = one->next;
        forget(one);
    }
}

/* Runs the transaction on `new`, which is owned here from now on. */
static rh_status act(rh_live *live, rh_brought *new, const char *assignment, rh_error *why)
{
    rh_error broken = {0};
    bool accepted = false;
    if (live->failed != RH_OK || rh_run_ended(live->run)) {
        forget(new);
        return rh_fail(why, RH_STATE, "the run is over");
    }
    rh_status status =
        rh_run_swap_by_hand(live->run, &new->swap, assignment, &accepted, why, &broken);
    if (status == RH_OK && !accepted) {
        forget(new);
        return why->status;
    }
    new->next = live->brought;
    live->brought = new;
    tidy_up(live);
    if (status == RH_OK) return RH_OK;
    live->failed = status; /* the run itself cannot go on */
    return rh_fail(why, status, "%s", broken.message);
}

static rh_brought *bring(rh_live *live, bool cancel_orders, rh_error *why)
{
    rh_brought *new = calloc(1, sizeof *new);
    if (!new) {
        rh_fail(why, RH_NO_MEMORY, "no memory for a swap");
        return NULL;
    }
    new->swap.at_ns = live->run->now_ns;
    new->swap.cancel_orders = cancel_orders;
    return new;
}

/* A policy that could not even be read is a refused swap as any other. */
static rh_status unreadable(rh_live *live, rh_brought *new, const char *what,
                            const char *assignment, const rh_error *why)
{
    rh_run_note_refused(live->run, what, assignment, why->message);
    forget(new);
    return why->status;
}

rh_status rh_live_swap(rh_live *live, const char *spec, bool cancel_orders, rh_error *why)
{
    rh_error local = {0};
    rh_error *out = why ? why : &local;
    rh_brought *new = bring(live, cancel_orders, out);
    if (!new) return RH_NO_MEMORY;
    rh_status status = rh_pick_from_spec(live->scenario, spec, true, &new->swap.pick, out);
    if (status != RH_OK) return unreadable(live, new, spec, NULL, out);
    return act(live, new, NULL, out);
}

/* The params in which a live policy differs from its defaults, as JSON text. */
static rh_status own_params(const rh_params *params, rh_buffer *text, rh_error *error)
{
    rh_json_writer writer = {.out = text};
    rh_json_open(&writer, NULL, '{');
    for (int k = 0; k < params->count; k++) {
        char value[RH_NAME_MAX], standard[RH_NAME_MAX];
        rh_param_value_text(&params->spec[k], &params->value[k], value);
        rh_param_value_text(&params->spec[k], &params->spec[k].default_value, standard);
        if (strcmp(value, standard) != 0) {
            rh_output_param(params, k, params->spec[k].name, &writer);
        }
    }
    rh_json_close(&writer, '}');
    return text->failed ? rh_fail(error, RH_NO_MEMORY, "no memory for the params") : RH_OK;
}

static rh_status nobody_decides(rh_error *why)
{
    return rh_fail(why, RH_STATE, "no policy is live: swap one in first");
}

static bool is_whole(const rh_run *run)
{
    return !run->slot.part[RH_PART_SCALE].policy;
}

/* One live part's file once more, into the pick when it has changed. */
static rh_status read_again(rh_live *live, const rh_policy_part *part, rh_part which,
                            rh_policy_pick *pick, rh_error *why)
{
    rh_policy_choice again = {.has_script = true};
    rh_buffer params = {0};
    memcpy(again.path, part->choice->path, sizeof again.path);
    RH_TRY(rh_policy_source_open(live->scenario->finder, again.path, &again.source, why));
    memcpy(again.source.label, part->choice->source.label, sizeof again.source.label);
    rh_status status = RH_OK;
    if (strcmp(again.source.sha256, part->choice->source.sha256) != 0) {
        status = own_params(&part->policy->params, &params, why);
        if (status == RH_OK) status = rh_pick_copy(&again, params.bytes, pick, which, why);
    }
    rh_policy_source_free(&again.source);
    rh_buffer_free(&params);
    return status;
}

rh_status rh_live_reload(rh_live *live, bool cancel_orders, rh_error *why)
{
    rh_error local = {0};
    rh_error *out = why ? why : &local;
    const rh_run *run = live->run;
    rh_status status = RH_OK;
    int files = 0;
    if (!rh_run_policy(run)) return nobody_decides(out);
    rh_brought *new = bring(live, cancel_orders, out);
    if (!new) return RH_NO_MEMORY;
    rh_policy_pick *pick = &new->swap.pick;
    pick->whole = is_whole(run);
    for (int p = 0; p < RH_PARTS && status == RH_OK; p++) {
        const rh_policy_part *part = &run->slot.part[p];
        if (!part->policy || !*part->choice->path) continue;
        files++;
        status = read_again(live, part, (rh_part)p, pick, out);
    }
    if (status != RH_OK) return unreadable(live, new, "reload", NULL, out);
    if (rh_choice_given(&pick->choice[0]) || rh_choice_given(&pick->choice[1])) {
        return act(live, new, NULL, out);
    }
    forget(new);
    return rh_fail(out, RH_STATE, files > 0 ? "the file has not changed"
                                            : "the live policy was not read from a file");
}

/* Which part a param belongs to: "trigger.k", "scale.k", or k where only one has it. */
static rh_status find_param(const rh_run *run, const char *name, rh_part *part,
                            const char **param, rh_error *why)
{
    bool has[RH_PARTS];
    for (int p = 0; p < RH_PARTS; p++) {
        const rh_policy *policy = run->slot.part[p].policy;
        size_t word = strlen(rh_part_words[p]);
        has[p] = policy && rh_params_find(&policy->params, name) >= 0;
        bool named = !strncmp(name, rh_part_words[p], word) && name[word] == '.';
        if (!named || is_whole(run)) continue;
        *part = (rh_part)p;
        *param = name + word + 1;
        if (rh_params_find(&policy->params, *param) >= 0) return RH_OK;
        return rh_params_unknown(&policy->params, *param, why);
    }
    *param = name;
    *part = has[RH_PART_TRIGGER] ? RH_PART_TRIGGER : RH_PART_SCALE;
    if (has[RH_PART_TRIGGER] != has[RH_PART_SCALE]) return RH_OK;
    if (!has[RH_PART_TRIGGER]) return rh_params_unknown(&rh_run_policy(run)->params, name, why);
    return rh_fail(why, RH_INPUT, "trigger and scale both have this param: say trigger.%.60s or "
                   "scale.%.60s", name, name);
}

/* `params` of the part's script with one of them set. */
static rh_status assign(const rh_params *params, const char *name, const char *value,
                        rh_buffer *out, rh_error *why)
{
    char path[2 * RH_NAME_MAX];
    rh_buffer text = {0}, own = {0};
    rh_json_doc *doc = NULL;
    rh_json all;
    snprintf(path, sizeof path, "params.%.100s", name);
    rh_status status = own_params(params, &own, why);
    rh_buffer_printf(&text, "{\"params\": %s}", own.bytes ? own.bytes : "{}");
    if (status == RH_OK) status = rh_json_parse("set", text.bytes, text.length, &doc, why);
    if (status == RH_OK) status = rh_json_set(doc, path, value, why);
    if (status == RH_OK) status = rh_json_get(rh_json_root(doc), "params", RH_REQUIRED, &all, why);
    if (status == RH_OK) {
        rh_json_writer writer = {.out = out};
        rh_json_put_value(&writer, NULL, all);
    }
    rh_json_free(doc);
    rh_buffer_free(&own);
    rh_buffer_free(&text);
    return status;
}

static rh_status make_set(const rh_run *run, const char *assignment, rh_policy_pick *pick,
                          rh_error *why)
{
    char name[2 * RH_NAME_MAX];
    const char *param, *equals = strchr(assignment, '=');
    rh_part part;
    rh_buffer params = {0};
    if (!equals || equals == assignment || (size_t)(equals - assignment) >= sizeof name) {
        return rh_fail(why, RH_USAGE, "set %.100s: expected PARAM=VALUE", assignment);
    }
    snprintf(name, sizeof name, "%.*s", (int)(equals - assignment), assignment);
    RH_TRY(find_param(run, name, &part, &param, why));
    const rh_policy_part *live_part = &run->slot.part[part];
    pick->whole = is_whole(run);
    rh_status status = assign(&live_part->policy->params, param, equals + 1, &params, why);
    if (status == RH_OK) status = rh_pick_copy(live_part->choice, params.bytes, pick, part, why);
    rh_buffer_free(&params);
    return status;
}

rh_status rh_live_set(rh_live *live, const char *assignment, rh_error *why)
{
    rh_error local = {0};
    rh_error *out = why ? why : &local;
    rh_brought *new = bring(live, false, out);
    if (!new) return RH_NO_MEMORY;
    rh_status status = rh_run_policy(live->run)
                           ? make_set(live->run, assignment, &new->swap.pick, out)
                           : nobody_decides(out);
    if (status != RH_OK) return unreadable(live, new, "set", assignment, out);
    return act(live, new, assignment, out);
}

/* --- what was recorded --------------------------------------------------------------------- */

static rh_status recall(const rh_scenario *s, const rh_live_script *script, rh_policy_pick *pick,
                        rh_error *why)
{
    rh_policy_choice from = {.has_script = !script->native};
    rh_part part = RH_PART_TRIGGER;
    if (!strcmp(script->part, rh_part_words[RH_PART_SCALE])) part = RH_PART_SCALE;
    pick->whole = !strcmp(script->part, "policy");
    if (script->native) {
        from.native = rh_native_policy_find(script->label);
        if (!from.native) {
            return rh_fail(why, RH_INPUT, "there is no native policy \"%.60s\"", script->label);
        }
        return rh_pick_copy(&from, script->params, pick, part, why);
    }
    RH_TRY(rh_archive_read(s->archive, script->sha256, script->label, &from.source, why));
    rh_archive_trust(s, &from.source);
    rh_status status = rh_pick_copy(&from, script->params, pick, part, why);
    rh_policy_source_free(&from.source);
    return status;
}

rh_status rh_live_repeat(rh_live *live, const rh_live_recorded *recorded, rh_error *why)
{
    rh_error local = {0};
    rh_error *out = why ? why : &local;
    rh_status status = RH_OK;
    rh_brought *new = bring(live, recorded->cancel_orders, out);
    if (!new) return RH_NO_MEMORY;
    for (int n = 0; n < recorded->count && status == RH_OK; n++) {
        status = recall(live->scenario, &recorded->script[n], &new->swap.pick, out);
    }
    if (status != RH_OK) return unreadable(live, new, "rerun", NULL, out);
    return act(live, new, recorded->assignment, out);
}
