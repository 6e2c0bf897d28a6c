/* Abuse that must end well: every script in tests/attack is loaded and called, and must end in its
 * category, with its message, in time, while an innocent policy beside it decides as before. */
#include "fake.h"

#include <dirent.h>
#include <time.h>

#include "base/random.h"
#include "data/file.h"

/* ABSENT and ERROR: an ordinary error, at load or in a call. LIMIT: killed by a limit. MALFORMED
 * and ORDERS: killed for what it returned. EXACT: trigger returns true. REFUSED: its state cannot
 * be taken to another version, and it trades on. */
typedef enum category { ABSENT, ERROR, LIMIT, MALFORMED, ORDERS, EXACT, REFUSED } category;

typedef struct attack { const char *name; category category; const char *wanted; } attack;

static const attack attacks[] = {
    {"absent_collectgarbage", ABSENT, "'collectgarbage' is not available"},
    {"absent_coroutine", ABSENT, "'coroutine' is not available"},
    {"absent_debug", ABSENT, "'debug' is not available"},
    {"absent_dofile", ABSENT, "'dofile' is not available"},
    {"absent_env", ABSENT, "_ENV is not available"},
    {"absent_future", ABSENT, "the view has no field 'next_spot'"},
    {"absent_g", ABSENT, "'_G' is not available"},
    {"absent_getmetatable", ABSENT, "'getmetatable' is not available"},
    {"absent_io", ABSENT, "'io' is not available"},
    {"absent_load", ABSENT, "'load' is not available"},
    {"absent_loadfile", ABSENT, "'loadfile' is not available"},
    {"absent_loadstring", ABSENT, "'loadstring' is not available"},
    {"absent_math_random", ABSENT, "math.random is not available"},
    {"absent_next", ABSENT, "'next' is not available"},
    {"absent_os", ABSENT, "'os' is not available"},
    {"absent_package", ABSENT, "'package' is not available"},
    {"absent_print", ABSENT, "'print' is not available"},
    {"absent_rawget", ABSENT, "'rawget' is not available"},
    {"absent_rawset", ABSENT, "'rawset' is not available"},
    {"absent_require", ABSENT, "modules are loaded while the policy loads"},
    {"absent_require_path", ABSENT, "is no module name"},
    {"absent_string_dump", ABSENT, "string.dump is not available"},
    {"absent_string_gmatch", ABSENT, "string.gmatch is not available"},
    {"absent_string_gsub", ABSENT, "string.gsub is not available"},
    {"absent_string_match", ABSENT, "string.match is not available"},
    {"absent_string_method", ABSENT, "string.gsub is not available"},
    {"absent_string_pack", ABSENT, "string.pack is not available"},
    {"absent_string_reverse", ABSENT, "string.reverse is not available"},
    {"absent_string_unpack", ABSENT, "string.unpack is not available"},
    {"absent_table_move", ABSENT, "table.move is not available"},
    {"absent_utf8", ABSENT, "'utf8' is not available"},
    {"absent_xpcall", ABSENT, "'xpcall' is not available"},
    {"addresses", EXACT, ""},
    {"any_endless_list", ERROR, "more than 256 triggers"},
    {"any_itself", ERROR, "stack overflow"},
    {"any_many", LIMIT, "instruction limit"},
    {"any_of_numbers", ERROR, "expected a trigger"},
    {"asset_dot", ERROR, "called with a colon"},
    {"asset_future", ERROR, "no field 'next_spot'"},
    {"asset_unknown", ERROR, "there is no asset 'BTX'"},
    {"asset_write", ERROR, "read-only"},
    {"byte_many", ERROR, "too many results"},
    {"bytecode_text", ABSENT, "'load' is not available"},
    {"call_chain", ERROR, "'__call' must be a function"},
    {"close_variable", ERROR, "non-closable"},
    {"closure_bomb", LIMIT, "memory limit"},
    {"concat_many", LIMIT, "string limit"},
    {"cost_dot", ERROR, "called with a colon"},
    {"cost_nan", ERROR, "finite quantity"},
    {"deep_index", ERROR, "stack overflow"},
    {"deep_recursion", ERROR, "stack overflow"},
    {"deep_recursion_pcall", ERROR, "stack overflow"},
    {"deep_tostring", ERROR, "stack overflow"},
    {"delta_at_nan", ERROR, "factor of the vols"},
    {"emptied_table", LIMIT, "limit"},
    {"endless_format", LIMIT, "instruction limit"},
    {"endless_index", LIMIT, "instruction limit"},
    {"endless_load", LIMIT, "instruction limit"},
    {"endless_load_pcall", LIMIT, "instruction limit"},
    {"endless_loop", LIMIT, "instruction limit"},
    {"endless_loop_pcall", LIMIT, "instruction limit"},
    {"endless_loop_pcall_loop", LIMIT, "instruction limit"},
    {"endless_loop_scale", LIMIT, "instruction limit"},
    {"endless_pairs", LIMIT, "instruction limit"},
    {"endless_pcall_deep", LIMIT, "instruction limit"},
    {"endless_pcall_error", LIMIT, "instruction limit"},
    {"endless_sort", LIMIT, "instruction limit"},
    {"endless_tostring", LIMIT, "instruction limit"},
    {"error_escapes", ERROR, "\\x1B[2J"},
    {"error_long", ERROR, "xxxxxxxx"},
    {"error_megabyte", LIMIT, "string limit"},
    {"error_nil", ERROR, "error object is a nil value"},
    {"error_number", ERROR, "error object is a number value"},
    {"error_source_escapes", ERROR, "\\x1B[2J"},
    {"error_table", ERROR, "error object is a table value"},
    {"error_tostring", ERROR, "error object is a table value"},
    {"error_traceback_long", ERROR, "stack overflow"},
    {"fill_endless", LIMIT, "instruction limit"},
    {"fill_features", ERROR, "features are only valid"},
    {"fill_kept", LIMIT, "limit"},
    {"fill_order", ERROR, "a callback returns nothing"},
    {"find_pattern", ERROR, "patterns are not available"},
    {"find_quadratic", LIMIT, "instruction limit"},
    {"format_address", ERROR, "invalid conversion"},
    {"format_many", ERROR, "longer than"},
    {"format_width", ERROR, "invalid conversion"},
    {"gc_added_later", EXACT, ""},
    {"global_in_rare_branch", ERROR, "undefined global 'fastr'"},
    {"greeks_into_library", ERROR, "found a table with a metatable"},
    {"greeks_into_trap", ERROR, "found a table with a metatable"},
    {"heavy_assert_many", LIMIT, "instruction limit"},
    {"heavy_closure", LIMIT, "instruction limit"},
    {"heavy_compare", LIMIT, "instruction limit"},
    {"heavy_compare_char", LIMIT, "instruction limit"},
    {"heavy_compare_zeros", LIMIT, "instruction limit"},
    {"heavy_concat_list", LIMIT, "instruction limit"},
    {"heavy_concat_number", LIMIT, "instruction limit"},
    {"heavy_concat_numbers", LIMIT, "instruction limit"},
    {"heavy_equal", LIMIT, "instruction limit"},
    {"heavy_equal_metamethod", LIMIT, "instruction limit"},
    {"heavy_error", LIMIT, "instruction limit"},
    {"heavy_exp", LIMIT, "instruction limit"},
    {"heavy_find", LIMIT, "instruction limit"},
    {"heavy_fmod", LIMIT, "instruction limit"},
    {"heavy_for_text", LIMIT, "instruction limit"},
    {"heavy_for_text_short", LIMIT, "instruction limit"},
    {"heavy_format", LIMIT, "instruction limit"},
    {"heavy_format_e", LIMIT, "instruction limit"},
    {"heavy_functions", LIMIT, "instruction limit"},
    {"heavy_key_equal", LIMIT, "instruction limit"},
    {"heavy_key_hash", LIMIT, "instruction limit"},
    {"heavy_length", LIMIT, "instruction limit"},
    {"heavy_metatable_scan", LIMIT, "instruction limit"},
    {"heavy_modulo", LIMIT, "instruction limit"},
    {"heavy_pairs_keys", LIMIT, "instruction limit"},
    {"heavy_pairs_scan", LIMIT, "instruction limit"},
    {"heavy_price", LIMIT, "instruction limit"},
    {"heavy_rawequal", LIMIT, "instruction limit"},
    {"heavy_rebuild_array", LIMIT, "instruction limit"},
    {"heavy_rebuild_floats", LIMIT, "instruction limit"},
    {"heavy_rebuild_insert", LIMIT, "instruction limit"},
    {"heavy_rebuild_small", LIMIT, "instruction limit"},
    {"heavy_rebuild_texts", LIMIT, "instruction limit"},
    {"heavy_rebuild_tiny", LIMIT, "instruction limit"},
    {"heavy_rep", LIMIT, "instruction limit"},
    {"heavy_results", LIMIT, "instruction limit"},
    {"heavy_rng", LIMIT, "instruction limit"},
    {"heavy_sort_texts", LIMIT, "instruction limit"},
    {"heavy_sort_zeros", LIMIT, "instruction limit"},
    {"heavy_tables", LIMIT, "instruction limit"},
    {"heavy_tables_wide", LIMIT, "instruction limit"},
    {"heavy_tonumber", LIMIT, "instruction limit"},
    {"heavy_tostring", LIMIT, "instruction limit"},
    {"heavy_undefined", LIMIT, "instruction limit"},
    {"heavy_unknown_member", LIMIT, "instruction limit"},
    {"heavy_unpack", LIMIT, "instruction limit"},
    {"heavy_upper", LIMIT, "instruction limit"},
    {"heavy_vararg", LIMIT, "instruction limit"},
    {"heavy_vararg_table", LIMIT, "instruction limit"},
    {"implied_vol_infinite", ERROR, "price: found inf"},
    {"index_chain", ERROR, "chains may be at most"},
    {"index_chain_upwards", ERROR, "give it its metatable first"},
    {"index_loop", ERROR, "metatable first"},
    {"insert_front", LIMIT, "instruction limit"},
    {"insert_into_library", ERROR, "read-only"},
    {"insert_position", ERROR, "position out of bounds"},
    {"instrument_dot", ERROR, "called with a colon"},
    {"instrument_future", ERROR, "no field 'next_mid'"},
    {"instrument_unknown", ERROR, "did you mean 'BTC-PERP'?"},
    {"instrument_write", ERROR, "read-only"},
    {"iterate_and_grow", LIMIT, "limit"},
    {"later_features", REFUSED, "only valid inside a call of the policy"},
    {"later_migrate_loops", REFUSED, "instruction limit"},
    {"later_migrate_throws", REFUSED, "no thanks"},
    {"later_migrate_wrong", REFUSED, "must return a plain table"},
    {"later_state_cycle", REFUSED, "contain themselves"},
    {"later_state_deep", REFUSED, "nest more than 16"},
    {"later_state_function", REFUSED, "cannot be saved"},
    {"later_state_metatable", REFUSED, "metatable"},
    {"later_state_million", REFUSED, "larger than"},
    {"later_view", REFUSED, "only valid inside a call of the policy"},
    {"later_view_method", REFUSED, "only valid inside a call of the policy"},
    {"log_endless", LIMIT, "instruction limit"},
    {"log_escapes", EXACT, ""},
    {"log_flood", EXACT, ""},
    {"log_long", EXACT, ""},
    {"log_tostring", LIMIT, "instruction limit"},
    {"lying_index", ERROR, "has a metatable"},
    {"lying_len", ERROR, "has a metatable"},
    {"lying_len_concat", ERROR, "has a metatable"},
    {"lying_len_insert", ERROR, "has a metatable"},
    {"lying_len_remove", ERROR, "has a metatable"},
    {"lying_len_sort", ERROR, "has a metatable"},
    {"lying_unpack", ERROR, "has a metatable"},
    {"meta_close", ERROR, "'__close' is not available"},
    {"meta_concat", ERROR, "'__concat' is not available"},
    {"meta_gc", ERROR, "'__gc' is not available"},
    {"meta_metatable", ERROR, "'__metatable' is not available"},
    {"meta_mode", ERROR, "'__mode' is not available"},
    {"meta_name", ERROR, "'__name' is not available"},
    {"meta_pairs", ERROR, "'__pairs' is not available"},
    {"nesting_source", ERROR, "nest more than 100 deep"},
    {"newindex_chain", ERROR, "chains may be at most"},
    {"number_blank", LIMIT, "instruction limit"},
    {"number_text", EXACT, ""},
    {"order_33", ORDERS, "33 orders in one call"},
    {"order_boolean", MALFORMED, "found a boolean"},
    {"order_cancel_huge", MALFORMED, "cancel: expected"},
    {"order_cancel_stale", MALFORMED, "cancel: order 7 is not live"},
    {"order_cancel_word", MALFORMED, "cancel: expected"},
    {"order_function", MALFORMED, "found a function"},
    {"order_huge", MALFORMED, "qty: found 1e+16"},
    {"order_infinite", MALFORMED, "qty: found inf"},
    {"order_instrument_zero", MALFORMED, "instrument: found a zero byte in the text"},
    {"order_limit_negative", MALFORMED, "limit: found -5"},
    {"order_limit_without_price", MALFORMED, "limit: a limit order"},
    {"order_list_number_keys", MALFORMED, "found a number"},
    {"order_list_of_numbers", MALFORMED, "found a number"},
    {"order_list_with_field", MALFORMED, "fields of its own"},
    {"order_market_with_price", MALFORMED, "limit: only for"},
    {"order_metatable", MALFORMED, "metatable"},
    {"order_million", ORDERS, "orders in one call"},
    {"order_nan", MALFORMED, "qty: found nan"},
    {"order_no_qty", MALFORMED, "qty: missing"},
    {"order_over_negative", MALFORMED, "over: expected"},
    {"order_over_text", MALFORMED, "over: expected"},
    {"order_replace_stale", MALFORMED, "replace: order 7 is not live"},
    {"order_slices_fraction", MALFORMED, "slices: expected a whole"},
    {"order_slices_many", MALFORMED, "slices: found 1000000"},
    {"order_slices_without_time", MALFORMED, "over: 5 slices"},
    {"order_table_nan", MALFORMED, "qty: found nan"},
    {"order_text", MALFORMED, "found a string"},
    {"order_text_number", MALFORMED, "qty: found a string"},
    {"order_unknown_field", MALFORMED, "unknown field 'qyt'; did you mean 'qty'?"},
    {"order_unknown_instrument", MALFORMED, "did you mean 'BTC-PERP'?"},
    {"order_unknown_kind", MALFORMED, "kind: expected"},
    {"order_unknown_venue", MALFORMED, "trades at 'prep'"},
    {"orders_flood", LIMIT, "limit"},
    {"out_of_memory_caught", LIMIT, "memory limit"},
    {"out_of_memory_thrash", LIMIT, "memory limit"},
    {"pairs_order", EXACT, ""},
    {"pairs_table_key", ERROR, "no order"},
    {"policy_later", ERROR, "only valid while a script loads"},
    {"power", ERROR, "math.pow"},
    {"power_square", EXACT, ""},
    {"power_tower", ERROR, "math.pow"},
    {"price_american_million", LIMIT, "instruction limit"},
    {"price_american_pcall", LIMIT, "instruction limit"},
    {"price_american_slow", LIMIT, "limit"},
    {"price_any_argument", EXACT, ""},
    {"price_extremes", EXACT, ""},
    {"price_metatable", ERROR, "found a table with a metatable"},
    {"price_model_text", ERROR, "unknown model '\\x1B[2J"},
    {"price_nan", ERROR, "sigma: found nan"},
    {"price_number_keys", ERROR, "found a number"},
    {"price_text", ERROR, "K: found a string"},
    {"price_unknown_field", ERROR, "unknown field 'sigmaa'; did you mean 'sigma'?"},
    {"record_early", ERROR, "only valid inside a call"},
    {"record_flood", LIMIT, "instruction limit"},
    {"record_text", ERROR, "number expected"},
    {"record_undeclared", ERROR, "undeclared series '\\x1B[2J'"},
    {"recursion_tail", LIMIT, "instruction limit"},
    {"rep_30_mib", ERROR, "longer than"},
    {"rep_empty", EXACT, ""},
    {"rep_limit", EXACT, ""},
    {"rep_negative", EXACT, ""},
    {"rep_separator", ERROR, "longer than"},
    {"rep_terabyte", ERROR, "longer than"},
    {"repeat_goto", LIMIT, "instruction limit"},
    {"rng_index", ERROR, "a stream is a whole number"},
    {"rng_self", ERROR, "called with a colon"},
    {"rng_view", ERROR, "called with a colon"},
    {"route_infinite", ERROR, "finite quantity"},
    {"series_formula", ERROR, "letters, digits and _"},
    {"series_metatable", ERROR, "without a metatable"},
    {"setmetatable_library", ERROR, "protected metatable"},
    {"setmetatable_params", ERROR, "protected metatable"},
    {"setmetatable_text", ERROR, "table expected"},
    {"sort_endless_comparator", LIMIT, "instruction limit"},
    {"sort_inconsistent", ERROR, "invalid order function"},
    {"sort_mixed", ERROR, "attempt to compare"},
    {"sort_stable", EXACT, ""},
    {"sort_vandal", EXACT, ""},
    {"state_cycle", ERROR, "contain themselves"},
    {"state_deep", ERROR, "nest more than 16"},
    {"state_function", ERROR, "a function cannot be saved"},
    {"state_large", ERROR, "larger than"},
    {"state_large_loop", LIMIT, "limit"},
    {"state_later", ERROR, "only valid while a script loads"},
    {"state_metatable", ERROR, "metatable"},
    {"state_twice", ERROR, "called twice"},
    {"string_doubling", LIMIT, "string limit"},
    {"string_doubling_caught", LIMIT, "string limit"},
    {"syntax_error", ERROR, "unexpected symbol"},
    {"table_bomb", LIMIT, "memory limit"},
    {"table_bomb_call", LIMIT, "limit"},
    {"table_concat_huge", ERROR, "longer than"},
    {"table_concat_range", ERROR, "invalid value"},
    {"text_arithmetic", ERROR, "arithmetic on a string"},
    {"text_compare", LIMIT, "limit"},
    {"timer_error", ERROR, "error object is a table"},
    {"trigger_band_nan", MALFORMED, "lo: found a number that is not finite"},
    {"trigger_band_reversed", MALFORMED, "lo is above hi"},
    {"trigger_band_text", MALFORMED, "hi: found string"},
    {"trigger_number", MALFORMED, "trigger returned a number"},
    {"undefined_global", ERROR, "undefined global 'dleta'"},
    {"unpack_extremes", ERROR, "too many results"},
    {"unpack_huge", ERROR, "too many results"},
    {"unpack_nil_range", ERROR, "too many results"},
    {"vararg_growth", LIMIT, "limit"},
    {"wake_in_often", ERROR, "at least 1ms"},
    {"wake_in_past", ERROR, "a time ahead"},
    {"wake_in_text", ERROR, "a duration such as"},
    {"wake_outside_nan", ERROR, "lo <= hi"},
    {"write_features", ERROR, "the table of features is read-only"},
    {"write_global_function", EXACT, ""},
    {"write_math", ERROR, "math is read-only"},
    {"write_params", ERROR, "the table of params is read-only"},
    {"write_prelude", ERROR, "read-only"},
    {"write_rehedge", ERROR, "rehedge is read-only"},
    {"write_string", ERROR, "string is read-only"},
    {"write_table", ERROR, "table is read-only"},
    {"write_view", ERROR, "the view is read-only"},
    {"wrong_api", ERROR, "api 2 is not supported"},
};

enum { ATTACKS = sizeof attacks / sizeof *attacks };

typedef struct outcome {
    rh_status status;
    bool loaded, fired, refused;
    rh_kill_kind kind;
    rh_error error;
    double seconds;
    int log_lines;
    bool logs_are_safe;
} outcome;

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static const double features[4] = {0.8, 0.8, 0.8, 0.8};

static rh_status tell(rh_policy *policy, fake *f, rh_notice_kind kind, outcome *out)
{
    const rh_notice notice = {.kind = kind, .order = 3, .instrument = "BTC-PERP", .qty = 0.5,
                              .price = 100, .fee = 0.1, .reason = "max_order_qty"};
    return policy->methods->notify(policy, &f->view, &notice, &out->kind, &out->error);
}

static bool is_safe(const char *message);

/* Save the state and take it over under another name, as a swap does with the policy itself. */
static void swap_with_itself(rh_policy *policy, const fake *f, outcome *out)
{
    rh_buffer saved = {0};
    rh_decision decision;
    rh_kill_kind kind;
    rh_error error;
    out->status = policy->methods->save_state(policy, &saved, &out->error);
    if (out->status == RH_OK)
        out->status = policy->methods->load_state(policy, saved.bytes, saved.length, "another",
                                                  "0.9.0", &out->error);
    rh_buffer_free(&saved);
    if (out->status == RH_OK || policy->sha256[0] == '\0') return;
    /* what cannot be saved trades on; a new version whose migrate fails is not used at all */
    if (strstr(out->error.message, "state") != NULL)
        assert_int_equal(policy->methods->trigger(policy, &f->view, features, &decision, &kind,
                                                  &error), RH_OK);
}

static void run_script(const char *label, const char *script, size_t length, outcome *out)
{
    fake f;
    rh_policy *policy = NULL;
    rh_decision decision = {false, 0, 0};
    rh_order_request orders[RH_ORDERS_PER_CALL_MAX];
    size_t count = 0;
    double from = cpu_seconds();
    memset(out, 0, sizeof *out);
    fake_init(&f);
    out->status = fake_load(&f, label, script, length, NULL, &policy, &out->error);
    out->loaded = out->status == RH_OK;
    if (out->loaded)
        out->status = policy->methods->trigger(policy, &f.view, features, &decision, &out->kind,
                                               &out->error);
    out->fired = out->status == RH_OK && decision.fire;
    if (out->status == RH_OK)
        out->status = policy->methods->scale(policy, &f.view, features, decision.lo, decision.hi,
                                             orders, &count, &out->kind, &out->error);
    for (int kind = 0; kind < RH_NOTICES && out->status == RH_OK; kind++)
        if (policy->told >> kind & 1u) out->status = tell(policy, &f, (rh_notice_kind)kind, out);
    bool is_dead = out->loaded && out->status != RH_OK;
    if (out->status == RH_OK) swap_with_itself(policy, &f, out);
    out->refused = !is_dead && out->loaded && out->status != RH_OK;
    out->log_lines = f.log_lines;
    out->logs_are_safe = f.longest_line < RH_LUA_LOG_BYTES_MAX;
    for (int i = 0; i < 64 && i < f.log_lines; i++)
        out->logs_are_safe = out->logs_are_safe && is_safe(f.log[i]);
    if (is_dead) {      /* dead policies stay dead */
        rh_kill_kind kind;
        rh_error error;
        assert_int_equal(policy->methods->trigger(policy, &f.view, features, &decision, &kind,
                                                  &error), RH_POLICY);
        assert_non_null(strstr(error.message, "killed before"));
    }
    rh_policy_free(policy);
    out->seconds = cpu_seconds() - from;
}

/* The decisions of a policy that does nothing wrong, as a number. */
static uint64_t innocent_digest(void)
{
    static const char script[] =
        "local st = rehedge.state { n = 0 }\n"
        "return rehedge.policy { api = 1, name = 'innocent', version = '1.0.0',\n"
        "  params = { band = 0.05 },\n"
        "  trigger = function(s, p) st.n = st.n + 1\n"
        "    local keys = {}\n"
        "    for k in pairs({ b = 1, a = 2, [3] = 4 }) do keys[#keys + 1] = tostring(k) end\n"
        "    return s.delta > p.band and table.concat(keys) == '3ab', -p.band, p.band end,\n"
        "  scale = function(s, p, f, lo, hi)\n"
        "    return rehedge.to_edge(s.delta, lo, hi) + math.exp(-st.n) end }";
    fake f;
    rh_order_request orders[RH_ORDERS_PER_CALL_MAX];
    double qty[64] = {0};
    fake_init(&f);
    rh_policy *policy = must_load(&f, script, NULL);
    for (int i = 0; i < 64; i++) {
        fake_set(&f, RH_VIEW_DELTA, (i % 7) * 0.02);
        rh_decision decision = must_trigger(policy, &f, NULL);
        if (decision.fire &&
            must_scale(policy, &f, NULL, decision.lo, decision.hi, orders) == 1)
            qty[i] = orders[0].qty;
    }
    rh_policy_free(policy);
    return rh_hash64(qty, sizeof qty);
}

/* A message for people: one line, no control characters, whatever the script did. */
static bool is_safe(const char *message)
{
    for (const char *c = message; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) return false;
    return strstr(message, "0x") == NULL || strstr(message, "0x0000") == NULL;
}

static bool is_as_wanted(const attack *row, const outcome *out)
{
    if (row->category == EXACT) return out->status == RH_OK && out->fired;
    if (out->status != RH_POLICY || strstr(out->error.message, row->wanted) == NULL)
        return false;
    if (!out->loaded) return row->category <= LIMIT;
    if (row->category == REFUSED || out->refused) return row->category == REFUSED && out->refused;
    switch (row->category) {
    case ABSENT:
    case ERROR: return out->kind == RH_KILL_ERROR;
    case LIMIT: return out->kind == RH_KILL_INSTRUCTIONS || out->kind == RH_KILL_MEMORY;
    case MALFORMED: return out->kind == RH_KILL_MALFORMED;
    case ORDERS: return out->kind == RH_KILL_ORDERS;
    case REFUSED:
    case EXACT: break;
    }
    return false;
}

static bool names_a_line(const char *message, const char *label)
{
    const char *found = strstr(message, label);
    return found != NULL && found[strlen(label)] == ':' && found[strlen(label) + 1] > '0' &&
           found[strlen(label) + 1] <= '9';
}

static void every_attack_ends_well(void **state)
{
    (void)state;
    uint64_t innocent = innocent_digest();
    int failed = 0;
    for (int i = 0; i < ATTACKS; i++) {
        char path[512], label[128];
        char *bytes = NULL;
        size_t length = 0;
        rh_error error;
        outcome out;
        snprintf(label, sizeof label, "%s.lua", attacks[i].name);
        snprintf(path, sizeof path, "%s/tests/attack/%s", REHEDGE_SOURCE_DIR, label);
        if (rh_file_read(path, 1u << 20, &bytes, &length, &error) != RH_OK)
            fail_msg("%s", error.message);
        run_script(label, bytes, length, &out);
        free(bytes);
        bool good = is_as_wanted(&attacks[i], &out) && out.seconds < 2.0 &&
                    is_safe(out.error.message) && innocent_digest() == innocent &&
                    out.logs_are_safe && out.log_lines <= 2 * RH_LUA_LOG_LINES_PER_SECOND + 2 &&
                    (attacks[i].category == EXACT || names_a_line(out.error.message, label) ||
                     (attacks[i].category == REFUSED &&
                      strstr(out.error.message, label) != NULL));
        if (good) continue;
        print_error("%s: status %d, kind %s, fired %d, %.2f s: %s\n", attacks[i].name, out.status,
                    rh_kill_words[out.kind], out.fired, out.seconds, out.error.message);
        failed++;
    }
    assert_int_equal(failed, 0);
}

static void every_file_is_in_the_table(void **state)
{
    (void)state;
    DIR *folder = opendir(REHEDGE_SOURCE_DIR "/tests/attack");
    int files = 0;
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char name[64];
        const char *dot = strrchr(entry->d_name, '.');
        if (dot == NULL || strcmp(dot, ".lua") != 0) continue;
        snprintf(name, sizeof name, "%.*s", (int)(dot - entry->d_name), entry->d_name);
        bool known = false;
        for (int i = 0; i < ATTACKS; i++) known = known || strcmp(attacks[i].name, name) == 0;
        if (!known) fail_msg("%s.lua has no row", name);
        files++;
    }
    closedir(folder);
    assert_int_equal(files, ATTACKS);
}

/* --- attacks that are made here: too large, or not text ------------------------------------ */

static void must_refuse_bytes(const char *script, size_t length, const char *wanted)
{
    outcome out;
    run_script("made.lua", script, length, &out);
    if (out.loaded || out.status != RH_POLICY || strstr(out.error.message, wanted) == NULL ||
        out.seconds > 2.0 || !is_safe(out.error.message))
        fail_msg("loaded %d, %.2f s: \"%s\", wanted \"%s\"", out.loaded, out.seconds,
                 out.error.message, wanted);
}

/* `part` repeated, between `before` and `after`. */
static void must_refuse_repeated(const char *before, const char *part, size_t times,
                                 const char *after, const char *wanted)
{
    rh_buffer text = {0};
    rh_buffer_text(&text, before);
    for (size_t i = 0; i < times; i++) rh_buffer_text(&text, part);
    rh_buffer_text(&text, after);
    assert_false(text.failed);
    must_refuse_bytes(text.bytes, text.length, wanted);
    rh_buffer_free(&text);
}

static void sources_that_attack_the_parser(void **state)
{
    (void)state;
    must_refuse_repeated("return ", "(", 101, "1", "made.lua:1: blocks or brackets nest more");
    must_refuse_repeated("", "do\n", 101, "", "made.lua:101: blocks or brackets nest more");
    must_refuse_repeated("local x = ", "{", 60000, "", "nest more than 100 deep");
    must_refuse_repeated("local x = ", "function() return ", 101, "", "nest more than 100 deep");
    must_refuse_repeated("return ", "not ", 1000, "true", "overflow");
    must_refuse_repeated("return ", "'a' .. ", 1000, "'b'", "overflow");
    must_refuse_repeated("return 1", " and 1", 20000, "", "more than 32768 tokens");
    must_refuse_repeated("", "goto a ", 500, "", "more than 400 gotos");
    must_refuse_repeated("local x = '", "xxxxxxxxxx", 7000, "'", "a text of more than 64 KiB");
    must_refuse_repeated("local x = [==[", "xxxxxxxxxx", 7000, "]==]", "more than 64 KiB");
    must_refuse_repeated("return 0x", "1", 200, "", "a number of more than 100 characters");
    must_refuse_repeated("-- ", "xxxxxxxxxxxxxxxx", 65536, "", "more than 256 KiB");
    must_refuse_repeated("local a = {", "'abc', ", 16000, "}", "declares no policy");
    must_refuse_bytes("\x1bLua\x54\0\x19\x93\r\n\x1a\n", 12, "precompiled chunks");
    must_refuse_bytes("return \0 1", 10, "made.lua:1:");
    must_refuse_bytes("", 0, "declares no policy");
    must_refuse_bytes("x = '", 5, "unfinished string");
    must_refuse_bytes("x = [[", 6, "unfinished long string");
    must_refuse_bytes("--[[", 4, "unfinished long comment");
}

/* Whatever the bytes, the answer is a refusal and not a crash. */
static void mutated_sources_never_crash(void **state)
{
    (void)state;
    static const char *const shipped[] = {"adaptive", "delta_band", "twap"};
    rh_stream stream;
    rh_stream_init(&stream, 11, 0, 1);
    for (int round = 0; round < 600; round++) {
        rh_policy_source source;
        outcome out;
        assert_int_equal(rh_policy_source_shipped(shipped[round % 3], &source, NULL), RH_OK);
        int changes = 1 + (int)(rh_stream_u64(&stream) % 8);
        for (int i = 0; i < changes; i++) {
            size_t at = (size_t)(rh_stream_u64(&stream) % source.length);
            size_t from = (size_t)(rh_stream_u64(&stream) % source.length);
            source.bytes[at] = rh_stream_u64(&stream) % 4 == 0 ? (char)rh_stream_u64(&stream)
                                                               : source.bytes[from];
        }
        size_t length = rh_stream_u64(&stream) % 5 == 0
                            ? (size_t)(rh_stream_u64(&stream) % source.length) : source.length;
        run_script("mutated.lua", source.bytes, length, &out);
        assert_true(out.status == RH_OK || out.status == RH_POLICY || out.status == RH_INPUT);
        assert_true(is_safe(out.error.message));
        rh_policy_source_free(&source);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_is_in_the_table),
        cmocka_unit_test(every_attack_ends_well),
        cmocka_unit_test(sources_that_attack_the_parser),
        cmocka_unit_test(mutated_sources_never_crash),
    };
    return cmocka_run_group_tests_name("attack", tests, NULL, NULL);
}
