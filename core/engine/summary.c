/* summary.json: what tools and people rely on. Numbers come from the books and counters alone;
 * every text from a scenario or script is escaped by the writer. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "engine/actual.h"
#include "engine/run.h"

#define PORTFOLIO_LISTED 200
#define SWAPS_NOTED 20

/* Every place of the scenario where a script may be named: the policy's, then the swaps'. */
static size_t script_slots(const rh_scenario *s)
{
    return RH_PARTS * (1 + s->swap_count);
}

static const rh_policy_choice *script_at(const rh_scenario *s, size_t n)
{
    const rh_policy_pick *pick = n < RH_PARTS ? &s->policy : &s->swaps[n / RH_PARTS - 1].pick;
    return &pick->choice[n % RH_PARTS];
}

static void put_inputs(rh_run *run, rh_json_writer *w)
{
    const rh_scenario *s = run->scenario;
    rh_json_open(w, "inputs", '{');
    rh_json_put_text(w, "scenario", s->sha256);
    rh_json_open(w, "tapes", '{');
    for (int t = 0; t < s->tape_count; t++) {
        bool again = false; /* a spot and a vol series may share a name */
        for (int k = 0; k < t; k++)
            again |= !strcmp(s->tapes[k].name, s->tapes[t].name);
        char name[RH_NAME_MAX + 16];
        snprintf(name, sizeof name, again ? "%s#%d" : "%s", s->tapes[t].name, t);
        rh_json_put_text(w, name, s->tapes[t].hash);
    }
    rh_json_close(w, '}');
    rh_json_open(w, "scripts", '{');
    for (size_t n = 0; n < script_slots(s); n++) {
        const rh_policy_choice *c = script_at(s, n);
        bool again = !c->has_script;
        for (size_t j = 0; j < n && !again; j++) {
            again = script_at(s, j)->has_script &&
                    !strcmp(script_at(s, j)->source.label, c->source.label);
        }
        if (!again) rh_json_put_text(w, c->source.label, c->source.sha256);
    }
    rh_json_close(w, '}');
    rh_json_close(w, '}');
}

static void put_books(const rh_books *b, rh_json_writer *w)
{
    rh_json_open(w, "pnl", '{');
    rh_json_put_double(w, "total", rh_books_pnl(b));
    for (int k = 0; k < RH_PNL_CAUSES; k++) {
        rh_json_put_double(w, rh_pnl_names[k], rh_sum_value(&b->pnl[k]));
    }
    rh_json_close(w, '}');
    rh_json_open(w, "cost", '{');
    rh_json_put_double(w, "total", rh_books_cost(b));
    for (int k = 0; k < RH_COST_KINDS; k++) {
        rh_json_put_double(w, rh_cost_names[k], rh_sum_value(&b->cost[k]));
    }
    rh_json_close(w, '}');
    rh_json_open(w, "attribution", '{');
    for (int k = 0; k < RH_ATTRIBUTIONS; k++) {
        rh_json_put_double(w, rh_attribution_names[k], rh_sum_value(&b->attribution[k]));
    }
    rh_json_close(w, '}');
    double gamma = rh_sum_value(&b->gross_gamma);
    rh_json_put_double(w, "residual_share",
                       gamma > 0.0 ? rh_sum_value(&b->gross_residual) / gamma : 0.0);
    rh_json_put_double(w, "gross_flow", rh_sum_value(&b->gross_flow));
}

static void put_hedging(const rh_run *run, rh_json_writer *w)
{
    const rh_hedging *h = &run->hedging;
    rh_json_open(w, "hedging", '{');
    rh_json_put_i64(w, "orders", (int64_t)h->orders);
    rh_json_put_i64(w, "fills", (int64_t)h->fills);
    rh_json_put_double(w, "turnover", rh_sum_value(&h->turnover));
    rh_json_put_double(w, "rms_delta", rh_hedging_rms_delta(h));
    rh_json_put_double(w, "max_abs_delta", h->max_abs_delta);
    rh_json_put_double(w, "error", sqrt(rh_sum_value(&h->error2)));
    for (int state = 0; state < RH_ORDER_STATES; state++) {
        if (!rh_order_state_final((rh_order_state)state)) continue;
        rh_json_put_i64(w, rh_order_state_word((rh_order_state)state),
                        (int64_t)run->orders.ended[state]);
    }
    rh_json_put_i64(w, "policy_calls", (int64_t)run->slot.calls);
    rh_json_close(w, '}');
}

static void put_guards(const rh_run *run, rh_json_writer *w)
{
    const rh_guards *g = &run->guards;
    rh_json_open(w, "guards", '[');
    for (int k = 0; k < RH_GUARDS; k++) {
        if (!(g->limit[k] > 0.0)) continue;
        rh_json_open(w, NULL, '{');
        rh_json_put_text(w, "guard", rh_guard_key((rh_guard_kind)k));
        rh_json_put_double(w, "limit", g->limit[k]);
        rh_json_put_i64(w, "hits", (int64_t)g->hits[k]);
        rh_json_close(w, '}');
    }
    rh_json_close(w, ']');
}

static void put_swaps(const rh_run *run, rh_json_writer *w)
{
    rh_json_open(w, "swaps", '[');
    for (size_t k = 0; k < run->swap_count; k++) {
        const rh_swap_record *r = &run->swaps[k];
        char time[RH_TIME_TEXT];
        rh_text_time(time, r->time_ns);
        rh_json_open(w, NULL, '{');
        rh_json_put_text(w, "at", time);
        rh_json_put_i64(w, "seq", (int64_t)r->sequence);
        rh_json_put_text(w, "from", r->from);
        rh_json_put_text(w, "to", r->to);
        if (!r->whole) rh_json_put_text(w, "part", rh_part_words[r->part]);
        rh_json_put_bool(w, "accepted", r->accepted);
        rh_json_put_text(w, "by", r->by_hand ? "hand" : "scenario");
        if (r->is_set) rh_json_put_text(w, "set", r->reason);
        if (r->accepted) rh_json_put_text(w, "sha256", r->sha256);
        if (!r->accepted) rh_json_put_text(w, "reason", r->reason);
        rh_json_close(w, '}');
    }
    rh_json_close(w, ']');
}

/* A feed that does not cover the clock leaves the book on old prices: said, not hidden. */
static void note_coverage(const rh_run *run, rh_json_writer *w, int a)
{
    const rh_scenario *s = run->scenario;
    const rh_asset *asset = &run->universe->assets[a];
    if (asset->primary < 0 || run->first_spot_ns[a] == 0) return;
    int64_t bar = s->bar_ns[asset->primary] > 0 ? s->bar_ns[asset->primary] : s->ledger_ns;
    int64_t late = run->first_spot_ns[a] - s->from_ns, early = s->to_ns - run->is.spot_ns[a];
    char wait[RH_TIME_TEXT], text[256];
    if (late > bar) {
        rh_text_duration(wait, late);
        snprintf(text, sizeof text, "the feed of %.60s begins %s after clock.from", asset->name,
                 wait);
        rh_json_put_text(w, NULL, text);
    }
    if (early > bar) {
        rh_text_duration(wait, early);
        snprintf(text, sizeof text,
                 "the feed of %.60s ends %s before clock.to: the last price stands", asset->name,
                 wait);
        rh_json_put_text(w, NULL, text);
    }
}

static void note_no_bars(const rh_venue *venue, const rh_instrument *i, rh_json_writer *w)
{
    char text[256];
    snprintf(text, sizeof text,
             "venue %.60s has depth from bar volume, but %.60s has no bars: orders "
             "there cannot fill",
             venue->name, i->name);
    rh_json_put_text(w, NULL, text);
}

static void note_bars(const rh_run *run, rh_json_writer *w)
{
    int primary = run->universe->assets[run->asset].primary;
    int64_t bar = primary >= 0 ? run->scenario->bar_ns[primary] : 0;
    char length[RH_TIME_TEXT], text[256];
    if (bar <= 0 || !run->has_stake) return;
    rh_text_duration(length, bar);
    snprintf(
        text, sizeof text,
        "prices come in bars of %s: what delta does inside one is not seen, so rms and largest "
        "delta are lower bounds",
        length);
    rh_json_put_text(w, NULL, text);
}

static void note_options(const rh_run *run, rh_json_writer *w)
{
    const rh_scenario *s = run->scenario;
    bool any = false;
    for (int h = 0; h < s->hedge_count; h++)
        any |= run->universe->instruments[s->hedges[h]].kind == RH_INSTRUMENT_OPTION;
    if (!any) return;
    rh_json_put_text(w, NULL,
                     "options are traded around their model price, in any size: their own quotes "
                     "and depth are not on this tape");
}

/* What was in the book at some time, for pictures and readers. */
static void put_portfolio(const rh_run *run, rh_json_writer *w)
{
    const rh_scenario *s = run->scenario;
    size_t most = s->trade_count < PORTFOLIO_LISTED ? s->trade_count : PORTFOLIO_LISTED;
    rh_json_open(w, "portfolio", '[');
    for (size_t t = 0; t < most; t++) {
        const rh_instrument *i = &run->universe->instruments[s->trades[t].instrument];
        bool option = i->kind == RH_INSTRUMENT_OPTION;
        char time[RH_TIME_TEXT];
        rh_json_open(w, NULL, '{');
        rh_text_time(time, s->trades[t].time_ns);
        rh_json_put_text(w, "at", time);
        rh_json_put_text(w, "name", i->name);
        rh_json_put_text(w, "asset", run->universe->assets[i->asset].name);
        rh_json_put_text(
            w, "kind", option ? rh_option_word(i) : rh_instrument_kind_words[i->kind]);
        rh_json_put_double(w, "qty", s->trades[t].qty);
        if (option) rh_json_put_double(w, "strike", i->strike);
        if (option) rh_text_time(time, i->expiry_ns);
        if (option) rh_json_put_text(w, "expiry", time);
        rh_json_close(w, '}');
    }
    rh_json_close(w, ']');
}

void rh_output_param(const rh_params *params, int k, const char *name, rh_json_writer *w)
{
    const rh_param_value *value = &params->value[k];
    char duration[RH_TIME_TEXT];
    switch (params->spec[k].type) {
    case RH_PARAM_NUMBER: rh_json_put_double(w, name, value->number); break;
    case RH_PARAM_BOOL: rh_json_put_bool(w, name, value->number > 0.0); break;
    case RH_PARAM_TEXT: rh_json_put_text(w, name, value->text); break;
    case RH_PARAM_DURATION:
        rh_text_duration(duration, value->duration_ns);
        rh_json_put_text(w, name, duration);
        break;
    }
}

/* The params of one script, `prefix` in front of their names. */
void rh_output_params(const rh_params *params, const char *prefix, rh_json_writer *w)
{
    for (int k = 0; k < params->count; k++) {
        char name[RH_NAME_MAX + 16];
        snprintf(name, sizeof name, "%s%s", prefix, params->spec[k].name);
        rh_output_param(params, k, name, w);
    }
}

static void put_identity(const rh_script_identity *script, rh_json_writer *w)
{
    rh_json_put_text(w, "name", script->name);
    rh_json_put_text(w, "version", script->version);
    rh_json_put_text(w, "sha256", script->sha256);
}

/* Two scripts have an identity each, and together one that is made of both. */
static void put_pair(const rh_run *run, rh_json_writer *w)
{
    const rh_script_identity *first = run->first;
    char text[2 * RH_NAME_MAX + 8], sha256[RH_SHA256_HEX];
    snprintf(text, sizeof text, "%.63s + %.63s", first[0].name, first[1].name);
    rh_json_put_text(w, "name", text);
    snprintf(text, sizeof text, "%.63s + %.63s", first[0].version, first[1].version);
    rh_json_put_text(w, "version", text);
    char both[RH_PARTS][RH_SHA256_HEX - 1];
    for (int p = 0; p < RH_PARTS; p++) memcpy(both[p], first[p].sha256, sizeof both[p]);
    rh_sha256_of(both, sizeof both, sha256);
    rh_json_put_text(w, "sha256", sha256);
    for (int p = 0; p < RH_PARTS; p++) {
        rh_json_open(w, rh_part_words[p], '{');
        put_identity(&first[p], w);
        rh_json_close(w, '}');
    }
}

void rh_output_policy(const rh_run *run, const char *failure, rh_json_writer *w)
{
    rh_json_open(w, "policy", '{');
    if (run->first_whole) {
        put_identity(&run->first[0], w);
    } else {
        put_pair(run, w);
    }
    if (failure) rh_json_put_text(w, "failure", failure);
    rh_json_open(w, "params", '{');
    rh_output_params(&run->first[0].params, run->first_whole ? "" : "trigger.", w);
    if (!run->first_whole) rh_output_params(&run->first[1].params, "scale.", w);
    rh_json_close(w, '}');
    rh_json_close(w, '}');
}

static void note_swaps(const rh_run *run, rh_json_writer *w)
{
    char time[RH_TIME_TEXT], text[3 * RH_NAME_MAX + 320];
    for (size_t k = 0; k < run->swap_count && k < SWAPS_NOTED; k++) {
        const rh_swap_record *r = &run->swaps[k];
        rh_text_time(time, r->time_ns);
        if (r->is_set) {
            snprintf(text, sizeof text, "set at %s: %s of %s", time, r->reason, r->to);
        } else {
            snprintf(text, sizeof text, "swap at %s: %s to %s%s", time, r->from, r->to,
                     r->accepted ? "" : ", refused");
        }
        rh_json_put_text(w, NULL, text);
    }
    if (run->swap_count > SWAPS_NOTED) {
        snprintf(text, sizeof text, "and %zu more swaps and sets", run->swap_count - SWAPS_NOTED);
        rh_json_put_text(w, NULL, text);
    }
    if (!run->quit) return;
    rh_text_time(time, run->now_ns);
    snprintf(text, sizeof text, "ended by hand at %s: what is held is marked there", time);
    rh_json_put_text(w, NULL, text);
}

/* What the reader of the numbers should know before trusting them. */
static void put_notes(const rh_run *run, rh_json_writer *w)
{
    const rh_scenario *s = run->scenario;
    rh_json_open(w, "notes", '[');
    for (int h = 0; h < s->hedge_count; h++) {
        const rh_instrument *i = &run->universe->instruments[s->hedges[h]];
        const rh_venue *venue = &s->venues[i->venue];
        int primary = run->universe->assets[i->asset].primary;
        int64_t bar = s->bar_ns[i->has_feed ? s->hedges[h] : primary];
        if (venue->depth_share > 0.0 && bar == 0) note_no_bars(venue, i, w);
        if (venue->latency_ns <= 0 || venue->latency_ns >= bar) continue;
        char latency[RH_TIME_TEXT], length[RH_TIME_TEXT], text[256];
        rh_text_duration(latency, venue->latency_ns);
        rh_text_duration(length, bar);
        snprintf(text, sizeof text,
                 "the latency of venue %.60s (%s) is below the bar length (%s): its "
                 "cost is untested on this tape",
                 venue->name, latency, length);
        rh_json_put_text(w, NULL, text);
    }
    for (int a = 0; a < run->universe->asset_count; a++)
        note_coverage(run, w, a);

    note_bars(run, w);
    note_options(run, w);
    if ((run->hedged & (run->hedged - 1)) != 0) {
        char text[256];
        snprintf(text, sizeof text, "rms and largest delta are those of %.60s alone",
                 run->universe->assets[run->asset].name);
        rh_json_put_text(w, NULL, text);
    }
    note_swaps(run, w);
    if (run->request->trusted) {
        rh_json_put_text(w, NULL, "the scripts were trusted: patterns, coroutines and no "
                         "instruction limit");
    }
    if (!run->reproducible) {
        rh_json_put_text(
            w, NULL, "a limit of this machine ended a policy: this run may not be reproducible");
    }
    rh_json_close(w, ']');
}

/* What they booked by their own account, and how far from the tape's that is. */
static void put_actual(const rh_run *run, rh_json_writer *w)
{
    const rh_actual *actual = run->scenario->actual;
    rh_json_open(w, "actual", '{');
    rh_json_put_i64(w, "fills", (int64_t)actual->count);
    rh_json_put_text(w, "sha256", actual->hash);
    if (!isnan(actual->booked_pnl)) {
        rh_json_put_double(w, "booked_pnl", actual->booked_pnl);
        rh_json_put_double(w, "residual", actual->booked_pnl - rh_books_pnl(&run->books));
    }
    rh_json_close(w, '}');
}

static void put_head(const rh_run *run, rh_json_writer *w)
{
    const rh_scenario *s = run->scenario;
    char digest[RH_DIGEST_HEX], seed[32], from[RH_TIME_TEXT], to[RH_TIME_TEXT];
    rh_digest_hex(run->digest, digest);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)s->seed);
    rh_text_time(from, s->from_ns);
    rh_text_time(to, s->to_ns);
    rh_json_put_text(w, "name", s->name);
    rh_json_put_text(w, "status", run->policy_failed ? "policy_failed"
                                      : run->quit        ? "quit"
                                                         : "done");
    rh_json_put_text(w, "digest", digest);
    rh_json_put_text(w, "engine", RH_ENGINE_VERSION);
    rh_json_put_text(w, "lua", run->request->lua_version ? run->request->lua_version : "");
    rh_json_put_text(w, "seed", seed);
    rh_json_put_i64(w, "path", s->path_index);
    rh_json_put_i64(w, "events", (int64_t)run->events);
    rh_json_put_double(w, "wall_s", run->wall_s);
    if (run->request->trusted) rh_json_put_bool(w, "trusted", true);
    rh_json_put_text(w, "numeraire", run->universe->currencies[run->universe->numeraire].name);
    rh_json_open(w, "clock", '{');
    rh_json_put_text(w, "from", from);
    rh_json_put_text(w, "to", to);
    rh_json_close(w, '}');
}

rh_status rh_output_summary(rh_run *run, rh_buffer *out, rh_error *error)
{
    rh_json_writer w = {.out = out, .pretty = true};
    rh_json_open(&w, NULL, '{');
    put_head(run, &w);
    put_inputs(run, &w);
    put_books(&run->books, &w);
    put_hedging(run, &w);
    put_guards(run, &w);
    put_swaps(run, &w);
    rh_output_policy(run, run->policy_failed ? run->policy_message : NULL, &w);
    if (run->scenario->actual) put_actual(run, &w);
    put_portfolio(run, &w);
    put_notes(run, &w);
    rh_json_close(&w, '}');
    rh_buffer_text(out, "\n");
    return out->failed ? rh_fail(error, RH_NO_MEMORY, "no memory for the summary") : RH_OK;
}
