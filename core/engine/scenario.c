/* From a JSON file to a checked scenario: the frame, clock, universe, venues, hedges, guards.
 * Feeds, book and policies have files of their own. Nothing runs here. */
#include "engine/actual.h"
#include "engine/archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const char *const scenario_keys[] = {
    "rehedge", "name",  "seed",   "numeraire", "clock",  "assets",     "instruments",      "feeds",
    "venues",  "hedge", "policy", "portfolio", "guards", "collateral", "hedge_collateral", "swaps",
    "vars",    NULL};

static rh_status read_seed(rh_scenario *s, rh_json root, rh_error *error)
{
    rh_json at;
    rh_status found = rh_json_get(root, "seed", RH_OPTIONAL, &at, error);
    if (found == RH_NOT_FOUND) return RH_OK;
    RH_TRY(found);
    if (rh_json_kind(at) == RH_JSON_STRING) {
        const char *text = NULL;
        RH_TRY(rh_json_as_text(at, &text, error));
        if (rh_parse_u64(text, &s->seed)) return RH_OK;
        return rh_json_fail(at, error, "found \"%s\", expected an integer below 2^64", text);
    }
    int64_t seed = 0;
    RH_TRY(rh_json_integer(root, "seed", RH_REQUIRED, 0, INT64_C(1) << 53, &seed, error));
    s->seed = (uint64_t)seed;
    return RH_OK;
}

/* "to", or "years" from `from` on. */
static rh_status read_span(rh_scenario *s, rh_json clock, rh_error *error)
{
    rh_json at;
    double years = 0.0;
    bool to = rh_json_has(clock, "to");
    if (to && rh_json_has(clock, "years")) {
        return rh_json_fail(clock, error, "found both \"to\" and \"years\", expected one");
    }
    if (to || !rh_json_has(clock, "years")) {
        RH_TRY(rh_json_time(clock, "to", RH_REQUIRED, &s->to_ns, error));
        if (s->to_ns > s->from_ns) return RH_OK;
        RH_TRY(rh_json_get(clock, "to", RH_REQUIRED, &at, error));
        return rh_json_expect(at, error, "a time after \"from\"");
    }
    RH_TRY(rh_json_number(clock, "years", RH_REQUIRED, 0.0, RH_YEARS_MAX, &years, error));
    s->to_ns = s->from_ns + rh_years_ns(years);
    if (s->to_ns > s->from_ns && s->to_ns <= RH_TIME_NS_MAX) return RH_OK;
    RH_TRY(rh_json_get(clock, "years", RH_REQUIRED, &at, error));
    return rh_json_expect(at, error, "years above 0 that end before 2200");
}

/* "steps" of the clock, which may end after the first "horizon_steps" of them. */
static rh_status read_steps(rh_scenario *s, rh_json clock, rh_error *error)
{
    int64_t most = s->to_ns - s->from_ns, horizon = 0;
    if (most > RH_STEPS_MAX) most = RH_STEPS_MAX;
    RH_TRY(rh_json_integer(clock, "steps", RH_OPTIONAL, 1, most, &s->steps, error));
    if (s->steps == 0 && rh_json_has(clock, "horizon_steps")) {
        return rh_json_fail(clock, error, "found \"horizon_steps\" without \"steps\"");
    }
    RH_TRY(rh_json_integer(clock, "horizon_steps", RH_OPTIONAL, 1, s->steps, &horizon, error));
    if (horizon == 0) return RH_OK;
    s->to_ns = rh_scenario_step_ns(s, horizon);
    s->steps = horizon;
    return RH_OK;
}

static rh_status read_clock(rh_scenario *s, rh_json root, rh_error *error)
{
    static const char *const keys[] = {"from", "to",  "years",  "steps", "horizon_steps",
                                       "end",  "ledger", NULL};
    static const char *const ends[] = {"settle", "mark", "unwind", NULL};
    rh_json clock, at;
    int end = RH_END_SETTLE;
    RH_TRY(rh_json_get(root, "clock", RH_REQUIRED, &clock, error));
    RH_TRY(rh_json_keys(clock, keys, error));
    RH_TRY(rh_json_time(clock, "from", RH_REQUIRED, &s->from_ns, error));
    RH_TRY(read_span(s, clock, error));
    RH_TRY(read_steps(s, clock, error));
    RH_TRY(rh_json_choice(clock, "end", RH_OPTIONAL, ends, &end, error));
    s->end = (rh_end_mode)end;
    s->ledger_ns = s->steps > 0 ? 0 : INT64_C(60000000000);
    RH_TRY(rh_json_duration(clock, "ledger", RH_OPTIONAL, &s->ledger_ns, error));
    if (!rh_json_has(clock, "ledger") || s->ledger_ns >= 1000000) return RH_OK;
    RH_TRY(rh_json_get(clock, "ledger", RH_REQUIRED, &at, error));
    return rh_json_fail(at, error, "found %lld ns, expected a cadence of at least 1ms",
                        (long long)s->ledger_ns);
}

static int venue_index(void *context, const char *name)
{
    const rh_scenario *s = context;
    for (int i = 0; i < s->venue_count; i++) {
        if (!strcmp(s->venues[i].name, name)) return i;
    }
    return -1;
}

static rh_status read_venues(rh_scenario *s, rh_json root, rh_error *error)
{
    rh_json venues;
    rh_status found = rh_json_get(root, "venues", RH_OPTIONAL, &venues, error);
    if (found == RH_NOT_FOUND) return RH_OK;
    RH_TRY(found);
    if (rh_json_kind(venues) != RH_JSON_OBJECT || rh_json_count(venues) > RH_VENUES_MAX) {
        return rh_json_expect(venues, error, "an object of at most 32 venues");
    }
    s->venues = rh_arena_array(&s->arena, RH_VENUES_MAX, sizeof *s->venues);
    if (!s->venues) return rh_fail(error, RH_NO_MEMORY, "no memory for the venues");
    for (size_t i = 0; i < rh_json_count(venues); i++) {
        RH_TRY(
            rh_venue_read(rh_json_key_at(venues, i), rh_json_at(venues, i), &s->venues[i], error));
        s->frictions |= rh_venue_frictions(&s->venues[i]);
        rh_venue_remove_frictions(&s->venues[i], s->without);
        s->venues[i].first_ns = s->from_ns;
        s->venues[i].last_ns = s->to_ns;
        s->venue_count++;
    }
    return RH_OK;
}

static rh_status read_universe(rh_scenario *s, rh_json root, rh_error *error)
{
    const char *numeraire = "USD";
    rh_json assets, instruments;
    RH_TRY(rh_json_text(root, "numeraire", RH_OPTIONAL, &numeraire, error));
    s->universe.numeraire = rh_universe_currency(&s->universe, numeraire);
    if (s->universe.numeraire < 0 || !*numeraire) {
        return rh_json_fail(root, error, "numeraire: expected a currency name of 1 to %d bytes",
                            RH_NAME_MAX - 1);
    }
    RH_TRY(rh_json_get(root, "assets", RH_REQUIRED, &assets, error));
    RH_TRY(rh_universe_add_assets(&s->universe, assets, error));
    RH_TRY(rh_json_get(root, "instruments", RH_REQUIRED, &instruments, error));
    return rh_universe_add_instruments(&s->universe, instruments, s->from_ns, venue_index, s,
                                       error);
}

static rh_status check_option(const rh_scenario *s, rh_json at, const rh_instrument *option,
                              rh_error *error)
{
    const rh_venue *venue = &s->venues[option->venue];
    if (venue->depth_share > 0.0) {
        return rh_json_fail(at, error, "venue \"%s\" has depth from bar volume (depth_share), and "
                            "options have no bars: give \"%s\" another venue", venue->name,
                            option->name);
    }
    if (option->expiry_ns <= s->to_ns || s->end != RH_END_SETTLE) return RH_OK;
    return rh_json_fail(at, error,
                        "\"%s\" expires after clock.to, but clock.end is \"settle\"; use \"mark\" "
                        "or \"unwind\"", option->name);
}

static rh_status add_hedge(rh_scenario *s, rh_json list, size_t n, rh_error *error)
{
    rh_json at = rh_json_at(list, n);
    const char *name = NULL;
    RH_TRY(rh_json_as_text(at, &name, error));
    int i = rh_universe_instrument(&s->universe, name);
    if (i < 0) return rh_universe_unknown(&s->universe, at, name, true, error);
    if (s->universe.instruments[i].venue < 0) {
        return rh_json_fail(at, error, "\"%s\" has no venue to trade on; give it \"venue\"", name);
    }
    if (s->universe.instruments[i].kind == RH_INSTRUMENT_OPTION) {
        RH_TRY(check_option(s, at, &s->universe.instruments[i], error));
    }
    for (int k = 0; k < s->hedge_count; k++) {
        if (s->hedges[k] == i) return rh_json_fail(at, error, "\"%s\" is named twice", name);
    }
    if (s->hedge_count == RH_HEDGES_MAX) {
        return rh_json_fail(at, error, "more than %d hedge instruments", RH_HEDGES_MAX);
    }
    s->hedges[s->hedge_count++] = i;
    return RH_OK;
}

static rh_status read_hedges(rh_scenario *s, rh_json root, rh_error *error)
{
    static const char *const keys[] = {"instruments", "unwind_at_expiry", NULL};
    rh_json hedge, list;
    rh_status found = rh_json_get(root, "hedge", RH_OPTIONAL, &hedge, error);
    if (found == RH_NOT_FOUND) return RH_OK;
    RH_TRY(found);
    list = hedge;
    if (rh_json_kind(hedge) == RH_JSON_OBJECT) {
        RH_TRY(rh_json_keys(hedge, keys, error));
        RH_TRY(rh_json_bool(hedge, "unwind_at_expiry", RH_OPTIONAL, &s->unwind_at_expiry, error));
        RH_TRY(rh_json_get(hedge, "instruments", RH_REQUIRED, &list, error));
    }
    if (rh_json_kind(list) != RH_JSON_ARRAY) {
        return rh_json_expect(list, error, "a list of instrument names");
    }
    for (size_t n = 0; n < rh_json_count(list); n++)
        RH_TRY(add_hedge(s, list, n, error));
    while (s->default_route < s->hedge_count &&
           s->universe.instruments[s->hedges[s->default_route]].kind == RH_INSTRUMENT_OPTION)
        s->default_route++;
    if (s->default_route < s->hedge_count || s->hedge_count == 0) return RH_OK;
    return rh_json_fail(list, error, "found options only, expected a spot, perp or future among "
                        "them: the default route, which a plain number trades");
}

static rh_status read_collateral(rh_scenario *s, rh_json root, rh_error *error)
{
    rh_json at;
    RH_TRY(rh_json_bool(root, "hedge_collateral", RH_OPTIONAL, &s->hedge_collateral, error));
    rh_status found = rh_json_get(root, "collateral", RH_OPTIONAL, &at, error);
    if (found == RH_NOT_FOUND) return RH_OK;
    RH_TRY(found);
    if (rh_json_kind(at) != RH_JSON_OBJECT) {
        return rh_json_expect(at, error, "an object of balances, {\"BTC\": 5}");
    }
    for (size_t i = 0; i < rh_json_count(at); i++) {
        const char *name = rh_json_key_at(at, i);
        int c = -1;
        for (int k = 0; name && k < s->universe.currency_count; k++) {
            if (!strcmp(s->universe.currencies[k].name, name)) c = k;
        }
        if (c < 0)
            return rh_json_fail(at, error, "\"%s\" is no currency of this scenario",
                                name ? name : "");
        RH_TRY(rh_json_number(at, name, RH_REQUIRED, -RH_QTY_MAX, RH_QTY_MAX, &s->collateral[c],
                              error));
    }
    return RH_OK;
}

static rh_status read_frame(rh_scenario *s, rh_json root, rh_error *error)
{
    int64_t version = 1;
    const char *name = "";
    RH_TRY(rh_json_keys(root, scenario_keys, error));
    RH_TRY(rh_json_integer(root, "rehedge", RH_REQUIRED, 1, 1, &version, error));
    RH_TRY(rh_json_text(root, "name", RH_OPTIONAL, &name, error));
    rh_text_escape(s->name, sizeof s->name, name, strlen(name));
    RH_TRY(read_seed(s, root, error));
    RH_TRY(read_clock(s, root, error));
    RH_TRY(read_venues(s, root, error));
    RH_TRY(read_universe(s, root, error));
    RH_TRY(read_hedges(s, root, error));
    rh_json guards;
    rh_status found = rh_json_get(root, "guards", RH_OPTIONAL, &guards, error);
    if (found == RH_NOT_FOUND) return RH_OK;
    RH_TRY(found);
    return rh_guards_read(guards, &s->guards, error);
}

/* policy.PARAM, policy.trigger.PARAM or policy.scale.PARAM as a place in the scenario. */
static rh_status set_param(rh_json_doc *doc, const char *name, int length, const char *value,
                           rh_error *error)
{
    char path[2 * RH_NAME_MAX + 32];
    for (int p = 0; p < RH_PARTS; p++) {
        int word = (int)strlen(rh_part_words[p]);
        if (length <= word + 1 || strncmp(name, rh_part_words[p], (size_t)word) != 0 ||
            name[word] != '.')
            continue;
        snprintf(path, sizeof path, "policy.%s_params.%.*s", rh_part_words[p], length - word - 1,
                 name + word + 1);
        return rh_json_set(doc, path, value, error);
    }
    snprintf(path, sizeof path, "policy.params.%.*s", length, name);
    return rh_json_set(doc, path, value, error);
}

/* --set k=v: policy.PARAM, or a var that exists. */
static rh_status apply_set(rh_json_doc *doc, const char *set, rh_error *error)
{
    const char *equals = strchr(set, '=');
    char path[2 * RH_NAME_MAX + 32];
    rh_json vars;
    if (!equals || equals == set || (size_t)(equals - set) > 2 * RH_NAME_MAX) {
        return rh_fail(error, RH_USAGE, "--set %s: expected NAME=VALUE", set);
    }
    int length = (int)(equals - set);
    if (!strncmp(set, "policy.", 7)) {
        return set_param(doc, set + 7, length - 7, equals + 1, error);
    }
    char name[2 * RH_NAME_MAX + 1];
    snprintf(name, sizeof name, "%.*s", length, set);
    rh_status found = rh_json_get(rh_json_root(doc), "vars", RH_OPTIONAL, &vars, error);
    if (found == RH_OK && rh_json_has(vars, name)) {
        snprintf(path, sizeof path, "vars.%s", name);
        return rh_json_set(doc, path, equals + 1, error);
    }
    const char *known[RH_VARS_MAX];
    size_t count = 0;
    for (; found == RH_OK && count < rh_json_count(vars) && count < RH_VARS_MAX; count++) {
        known[count] = rh_json_key_at(vars, count);
    }
    const char *near = rh_nearest_name(name, known, count);
    return rh_fail(error, RH_USAGE,
                   "--set %s: \"%s\" is neither a var of the scenario nor "
                   "policy.PARAM%s%s%s",
                   set, name, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* A window of the clock, as --from and --to name it, put into the document, so that copies of it
 * say so too; what is alive at an earlier end is marked. */
static rh_status take_window(rh_scenario *s, const rh_run_request *request, rh_error *error)
{
    static const char *const keys[2] = {"from", "to"};
    const char *const text[2] = {request->from, request->to};
    int64_t bound_ns[2], whole_ns[2];
    rh_json clock;
    if (!request->from && !request->to) return RH_OK;
    RH_TRY(rh_json_get(rh_json_root(s->doc), "clock", RH_REQUIRED, &clock, error));
    if (rh_json_has(clock, "years") || rh_json_has(clock, "steps")) {
        return rh_json_fail(clock, error, "found \"years\" or \"steps\": such a clock has no "
                                          "windows, its length is a number to set");
    }
    for (int i = 0; i < 2; i++) {
        RH_TRY(rh_json_time(clock, keys[i], RH_REQUIRED, &whole_ns[i], error));
        bound_ns[i] = whole_ns[i];
        if (text[i] && !rh_parse_time(text[i], &bound_ns[i]))
            return rh_fail(error, RH_USAGE, "--%s %.64s: expected a time, 2021-05-19T12:00:00Z",
                           keys[i], text[i]);
    }
    bool inside = bound_ns[0] >= whole_ns[0] && bound_ns[1] <= whole_ns[1];
    if (!inside || bound_ns[0] >= bound_ns[1]) {
        return rh_fail(error, RH_USAGE, "--from %s --to %s: expected a window inside the clock of "
                       "the scenario", text[0] ? text[0] : "(its own)",
                       text[1] ? text[1] : "(its own)");
    }
    if (text[0]) RH_TRY(rh_json_set(s->doc, "clock.from", text[0], error));
    if (bound_ns[1] == whole_ns[1]) return RH_OK;
    RH_TRY(rh_json_set(s->doc, "clock.to", text[1], error));
    const char *end = NULL;
    RH_TRY(rh_json_text(clock, "end", RH_OPTIONAL, &end, error));
    bool settles = !end || !strcmp(end, "settle");
    return settles ? rh_json_set(s->doc, "clock.end", "mark", error) : RH_OK;
}

static rh_status prepare(rh_scenario *s, const rh_run_request *request, rh_error *error)
{
    rh_json vars, root = rh_json_root(s->doc);
    if (rh_json_kind(root) != RH_JSON_OBJECT) {
        return rh_json_expect(root, error, "an object, the scenario");
    }
    if (request->policy) {
        rh_json_remove(s->doc, "policy");
        rh_json_remove(s->doc, "swaps");
    }
    for (int i = 0; i < request->set_count; i++)
        RH_TRY(apply_set(s->doc, request->sets[i], error));
    if (request->seed) {
        uint64_t seed;
        if (!rh_parse_u64(request->seed, &seed)) {
            return rh_fail(error, RH_USAGE, "--seed %s: expected an integer below 2^64",
                           request->seed);
        }
    }
    rh_status found = rh_json_get(root, "vars", RH_OPTIONAL, &vars, error);
    if (found == RH_NOT_FOUND) vars = (rh_json){0};
    if (s->archive) return RH_OK; /* its variables are put in already */
    RH_TRY(rh_json_substitute(s->doc, vars, error));
    return take_window(s, request, error);
}

static rh_status build(rh_scenario *s, const rh_run_request *request, rh_error *error)
{
    RH_TRY(prepare(s, request, error));
    rh_json root = rh_json_root(s->doc);
    RH_TRY(read_frame(s, root, error));
    if (request->seed) (void)rh_parse_u64(request->seed, &s->seed);
    RH_TRY(rh_scenario_read_book(s, root, error));
    RH_TRY(rh_universe_close(&s->universe, error));
    RH_TRY(read_collateral(s, root, error));
    RH_TRY(rh_scenario_read_policies(s, root, request, error));
    return rh_scenario_read_feeds(s, root, error);
}

/* The scenario's file from the root, so that a run directory can say where its data was. */
static rh_status find_full_path(rh_scenario *s, rh_error *error)
{
    char *full = realpath(s->path, NULL);
    bool fits = !full || strlen(full) < sizeof s->full_path;
    snprintf(s->full_path, sizeof s->full_path, "%s", full && fits ? full : s->path);
    free(full);
    return fits ? RH_OK : rh_fail(error, RH_INPUT, "the path of the scenario is too long");
}

/* The copy to read, and what the data has to be. */
static rh_status open_archive(rh_scenario *s, char copy[RH_PATH_MAX + 128], rh_error *error)
{
    RH_TRY(rh_archive_file(s->archive, "scenario.json", copy, error));
    return rh_archive_data_read(s->archive, &s->recorded, error);
}

rh_status rh_scenario_read(const rh_run_request *request, rh_scenario **scenario, rh_error *error)
{
    char *bytes = NULL, copy[RH_PATH_MAX + 128];
    size_t length = 0;
    rh_scenario *s = calloc(1, sizeof *s);
    *scenario = NULL;
    if (!s) return rh_fail(error, RH_NO_MEMORY, "no memory for a scenario");
    s->path = request->scenario_path;
    s->allowed = request->allowed;
    s->finder = request->finder;
    s->path_index = request->path;
    s->archive = request->archive;
    s->without = request->without;
    s->trusted_copies = request->trusted_copies;
    const char *text_path = s->archive ? copy : s->path;
    rh_status status = s->archive ? open_archive(s, copy, error) : RH_OK;
    if (status == RH_OK) {
        status = rh_file_read(text_path, RH_SCENARIO_BYTES_MAX, &bytes, &length, error);
    }
    if (status == RH_OK) status = find_full_path(s, error);
    if (status == RH_OK) {
        rh_sha256_of(bytes, length, s->sha256);
        status = rh_json_parse(text_path, bytes, length, &s->doc, error);
    }
    free(bytes);
    if (status == RH_OK) status = build(s, request, error);
    if (status == RH_OK && s->archive) status = rh_archive_all_read(s, error);
    if (status != RH_OK) {
        rh_scenario_free(s);
        return status;
    }
    *scenario = s;
    return RH_OK;
}

void rh_scenario_free(rh_scenario *scenario)
{
    if (!scenario) return;
    if (scenario->feed) scenario->feed->free(scenario->feed);
    rh_pick_free(&scenario->policy);
    rh_actual_free(scenario->actual);
    for (size_t i = 0; i < scenario->swap_count; i++)
        rh_pick_free(&scenario->swaps[i].pick);
    for (size_t i = 0; i < scenario->branch_count; i++)
        rh_pick_free(&scenario->branches[i].pick);
    rh_archive_data_free(scenario->recorded);
    rh_json_free(scenario->doc);
    rh_arena_free(&scenario->arena);
    free(scenario);
}
