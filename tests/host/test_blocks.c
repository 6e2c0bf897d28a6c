/* Policies in Lua walked in blocks: whatever a script reads, remembers or asks for, and however it
 * dies, its path is that of the event engine bit for bit. */
#include "../engine/paths_test.h"
#include "extent.h"
#include "lua/lua_policy.h"

#define HEAD "return rehedge.policy { api = 1, name = 'x', version = '1', "
#define TO_EDGE "scale = function(s, p, f, lo, hi) return rehedge.to_edge(s.delta, lo, hi) end }\n"

/* Reads all there is and trades by it, so that one wrong bit of a field is a wrong trade. */
static const char reader[] =
    HEAD "series = { 'sum', 'cost' },\n"
    "  trigger = function(s, p)\n"
    "    local cost, route = s:cost(0.3), s:route(-0.7)\n"
    "    local sum = s.gamma + s.vega * 1e-3 + s.theta * 1e-4 + s.iv + s.cash * 1e-3 + s.age +\n"
    "      s.since_hedge * 1e-6 + s.expiry_in * 1e-9 + s.gross_delta + s.position + s.pending +\n"
    "      s.oracle * 1e-3 + s.oracle_age + s.base_fee + s.delta_filled + s.spot * 1e-3 +\n"
    "      route[1].price * 1e-3 + route[1].cost + cost + s.time % 1000 + s:delta_at(1.1)\n"
    "    sum = sum + 1e6 * #s:orders()\n"
    "    rehedge.record('sum', sum) rehedge.record('cost', cost)\n"
    "    return sum * 64 % 1 < 0.4, -0.2, sum * 0.01 % 0.1 end, " TO_EDGE;

static const char each[] =
    HEAD "trigger = function(s, p)\n"
    "    return s.delta > 0.05 or s.delta < -0.05, -0.05, 0.05 end, " TO_EDGE;

static const char woken[] =
    HEAD "wake = { delta_beyond = 0.1 },\n"
    "  trigger = function(s) return true, -0.1, 0.1 end, " TO_EDGE;

static const char moved[] =
    HEAD "wake = { move_beyond = 0.01, on = { 'expiry', 'fill' } },\n"
    "  trigger = function(s) return true, -0.02, 0.02 end, " TO_EDGE;

static const char own_band[] =
    HEAD "wake = { delta_beyond = 0 }, trigger = function(s) local w = 0.05 - s.gamma\n"
    "    s:wake_outside(-w, w) return true, -w, w end, " TO_EDGE;

static const char alarmed[] =
    HEAD "wake = { delta_beyond = 0.6 }, trigger = function(s) s:wake_in('13m')\n"
    "    return true, -0.1, 0.1 end, " TO_EDGE;

static const char limits[] =
    HEAD "wake = { delta_beyond = 0.3 }, trigger = function(s) return true end,\n"
    "  scale = function(s)\n"
    "    return { qty = -s.delta, kind = 'limit', limit = s.spot * 0.999 } end }\n";

static const char tables[] =
    HEAD "wake = { delta_beyond = 0.2 }, trigger = function(s) return true end,\n"
    "  scale = function(s) return { qty = -s.delta } end }\n";

static const char pairs_of_orders[] =
    HEAD "wake = { delta_beyond = 0.4 }, trigger = function(s) return true end,\n"
    "  scale = function(s) return { { qty = -s.delta }, { qty = 0.01 } } end }\n";

/* Loading draws, and so do its calls; now and then it is never called. */
static const char dice[] =
    "local first = rehedge.rng(1) local a = first:uniform()\n"
    HEAD "wake = { delta_beyond = 0.5 }, series = { 'a' },\n"
    "  trigger = function(s) rehedge.record('a', a + first:uniform() + rehedge.rng(2):uniform())\n"
    "    return true, -a * 0.5, 0.5 - a * 0.3 end, " TO_EDGE;

static const char late_dice[] =
    "local st = rehedge.state { n = 0 }\n"
    HEAD "wake = { delta_beyond = 0.8 }, series = { 'n' },\n"
    "  trigger = function(s) st.n = st.n + 1 rehedge.record('n', st.n)\n"
    "    local u = rehedge.rng(5):uniform() return true, -u, u end, " TO_EDGE;

static const char mortal[] =
    "local dice = rehedge.rng(0)\n"
    HEAD "trigger = function(s, p) local u = dice:uniform()\n"
    "    if u < 0.002 then error('bad luck') end\n"
    "    if u < 0.004 then while true do end end\n"
    "    return true, -u, u end,\n"
    "  scale = function(s, p, f, lo, hi) if lo < -0.998 then return 0 / 0 end\n"
    "    return rehedge.to_edge(s.delta, lo, hi) end }\n";

static const char hoarder[] =
    "local keep = {}\n"
    HEAD "trigger = function(s, p) for i = 1, 400 do keep[#keep + 1] = { s.time, i } end\n"
    "    return #keep % 800 == 0, -0.1, 0.1 end, " TO_EDGE;

static const struct script {
    const char *name, *text, *on_failure, *asset;
    bool given_up;
} scripts[] = {
    {"reader", reader, "hold", "\"rate\": 0.05, \"vol\": {\"mark\": 0.5, \"hedge\": 0.6}", false},
    {"each", each, "hold", NULL, false},
    {"woken", woken, "hold", NULL, false},
    {"moved", moved, "hold", "\"vol\": {\"mark\": 0.5, \"hedge\": 0.7}", false},
    {"own band", own_band, "hold", NULL, false},
    {"alarmed", alarmed, "hold", NULL, true},
    {"limits", limits, "hold", NULL, true},
    {"tables", tables, "hold", NULL, false},
    {"pairs", pairs_of_orders, "hold", NULL, true},
    {"dice", dice, "hold", NULL, false},
    {"late dice", late_dice, "hold", NULL, false},
    {"mortal", mortal, "hold", NULL, true},
    {"mortal 2", mortal, "flatten", NULL, true},
    {"mortal 3", mortal, "delta_band", NULL, true},
    {"hoarder", hoarder, "hold", NULL, true}, /* of memory: doubtful */
};
enum { SCRIPTS = sizeof scripts / sizeof *scripts, PATHS = 30 };

static rh_paths *open_by(fixture *f, const paths_case *c, rh_path_method method)
{
    rh_paths_options options = {.method = method, .antithetic = true};
    return paths_open(f, c, options, &rh_lua_loader);
}

static void blocks_give_the_bits_of_events(void **state)
{
    for (int k = 0; k < SCRIPTS; k++) {
        const struct script *script = &scripts[k];
        char policy[128];
        rh_path_result events[PATHS], blocks[PATHS], alone;
        write_text(((fixture *)*state)->dir, "p.lua", script->text);
        snprintf(policy, sizeof policy, "\"script\": \"p.lua\", \"on_failure\": \"%s\"",
                 script->on_failure);
        paths_case c = {.name = script->name, .policy = policy, .asset = script->asset};
        rh_paths *by_events = open_by(*state, &c, RH_PATHS_EVENTS);
        rh_paths *by_blocks = open_by(*state, &c, RH_PATHS_BLOCKS);
        paths_run(&c, by_events, 40, PATHS, events);
        paths_run(&c, by_blocks, 40, PATHS, blocks);
        assert_true(rh_paths_in_blocks(by_blocks));
        if ((rh_paths_given_up(by_blocks) > 0) != script->given_up)
            fail_msg("%s: %u given up %s", c.name, rh_paths_given_up(by_blocks),
                     rh_paths_kill_message(by_blocks));
        assert_string_equal(rh_paths_kill_message(by_events), rh_paths_kill_message(by_blocks));
        for (uint32_t p = PATHS; p-- > 0;) {
            assert_same_path(&c, &events[p], &blocks[p], 40 + p, "events and blocks");
            if (p % (uint32_t)extent(5, 1) != 0) continue;
            paths_run(&c, by_blocks, 40 + p, 1, &alone);
            assert_same_path(&c, &blocks[p], &alone, 40 + p, "alone");
        }
        rh_paths_close(by_events);
        rh_paths_close(by_blocks);
    }
}

/* One script says when and another how much. */
static void separate_scripts_too(void **state)
{
    rh_path_result events[PATHS], blocks[PATHS];
    fixture *f = *state;
    write_text(f->dir, "t.lua", HEAD "wake = { delta_beyond = 0.1 }, trigger = function(s) "
                                "return true, -0.05, 0.1 end }\n");
    write_text(f->dir, "s.lua", "local n = 0\n" HEAD "scale = function(s, p, f, lo, hi) n = n + 1\n"
                                "return rehedge.to_edge(s.delta, lo, hi) * (n % 2) end }\n");
    const paths_case c = {.name = "parts",
                          .policy = "\"trigger\": \"t.lua\", \"scale\": \"s.lua\""};
    rh_paths *by_events = open_by(f, &c, RH_PATHS_EVENTS);
    rh_paths *by_blocks = open_by(f, &c, RH_PATHS_BLOCKS);
    paths_run(&c, by_events, 0, PATHS, events);
    paths_run(&c, by_blocks, 0, PATHS, blocks);
    assert_int_equal(rh_paths_given_up(by_blocks), 0);
    for (uint32_t p = 0; p < PATHS; p++)
        assert_same_path(&c, &events[p], &blocks[p], p, "events and blocks");
    rh_paths_close(by_events);
    rh_paths_close(by_blocks);
}

static void refusals_name_what_is_lacking(void **state)
{
    static const char *const texts[][2] = {
        {HEAD "features = { rv = { 'realized_vol', window = '6h' } }, trigger = function(s) return "
              "true end, " TO_EDGE, "features"},
        {HEAD "on_fill = function(s, p, fill) end, trigger = function(s) return true end, " TO_EDGE,
         "callbacks"}};
    fixture *f = *state;
    for (int k = 0; k < 2; k++) {
        char json[8192];
        rh_error error = {0};
        rh_paths *paths = NULL;
        const rh_run_request request = {.scenario_path = f->scenario, .loader = &rh_lua_loader};
        const rh_paths_options options = {.method = RH_PATHS_BLOCKS};
        const paths_case c = {.policy = "\"script\": \"p.lua\""};
        write_text(f->dir, "p.lua", texts[k][0]);
        paths_json(&c, json, sizeof json);
        write_text(f->dir, "s.json", json);
        assert_int_equal(rh_paths_open(&request, &options, &paths, &error), RH_INPUT);
        if (!strstr(error.message, texts[k][1])) fail_msg("%s", error.message);
        assert_null(paths);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(blocks_give_the_bits_of_events, set_up, tear_down),
        cmocka_unit_test_setup_teardown(separate_scripts_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refusals_name_what_is_lacking, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
