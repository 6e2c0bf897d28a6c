/* Many paths of policies in Lua: a script begins anew in each, by being run again in its VM or by a
 * new one, and no trick of a script makes the two differ. */
#include "../engine/paths_test.h"
#include "extent.h"
#include "lua/lua_policy.h"

#define LUA "\"script\": \"p.lua\""

static const char band[] =
    "return rehedge.policy { api = 1, name = 'band', version = '1',\n"
    "  params = { band = { default = 0.05 } }, wake = { delta_beyond = 'band' },\n"
    "  trigger = function(s, p)\n"
    "    return s.delta > p.band or s.delta < -p.band, -p.band, p.band end,\n"
    "  scale = function(s, p, f, lo, hi) return rehedge.to_edge(s.delta, lo, hi) end }\n";

/* Whatever it may reach it uses to count the paths; what it counts is what it trades. */
static const char smuggler[] =
    "local st = rehedge.state { n = 0 }\n"
    "count = 0\n"
    "local log, seen, found = {}, 0, 0\n"
    "local function try(f, ...) local ok, value = pcall(f, ...) if ok and type(value) == 'number' "
    "then found = found + value end return ok end\n"
    "local places = { string, table, math, rehedge, ('x'), pcall, rehedge.rng(3) }\n"
    "local function look(where)\n"
    "  try(function() return where.leak end)\n"
    "  try(function() where.leak = (where.leak or 0) + 1 end)\n"
    "  try(function() where[1] = (where[1] or 0) + 1 return where[1] - 1 end)\n"
    "  try(function() table.insert(where, 1) return #where - 1 end)\n"
    "  try(function() return rehedge.leak end)\n"
    "  try(function() setmetatable(where, { __index = { leak = 1 } }) end)\n"
    "end\n"
    "for _, name in ipairs { 'leak', 'count2', 'old' } do\n"
    "  try(function() return leak end) try(function() return old.n end)\n"
    "end\n"
    "try(function() leak = (leak or 0) + 1 return leak - 1 end)\n"
    "for i = 1, #places do look(places[i]) end\n"
    "local shared = setmetatable({}, { __index = { n = 0 } })\n"
    "local gate = rehedge.cooldown('1h', function() return true end)\n"
    "local dice = rehedge.rng(1)\n"
    "local function deep(s) look(s) look(s.asset) look(dice)\n"
    "  shared.n = shared.n + 1 st.n = st.n + 1 count = count + 1 log[#log + 1] = s.time\n"
    "  old = st return shared.n - st.n + count - #log end\n"
    "return rehedge.policy { api = 1, name = 'smuggler', version = '1', series = { 'seen' },\n"
    "  params = { band = { default = 0.05, about = 'x' } },\n"
    "  trigger = function(s, p, f) look(p) look(f) local odd = deep(s)\n"
    "    rehedge.record('seen', found + count + odd)\n"
    "    return gate(s, p, f), -found - count * 1e-6, 0.2 + dice:uniform() * 0.1 + odd end,\n"
    "  on_fill = function(s, p, fill) st.n = st.n + 1 st.n = st.n - 1 end,\n"
    "  scale = function(s, p, f, lo, hi) return rehedge.to_centre(s.delta, lo, hi) end }\n";

/* Garbage by the megabyte: what earlier paths leave must not bring a later one to the limit. */
static const char hoarder[] =
    "local keep = {}\n"
    "return rehedge.policy { api = 1, name = 'hoarder', version = '1',\n"
    "  trigger = function(s, p) for i = 1, 400 do keep[#keep + 1] = { s.time, i } end\n"
    "    return #keep % 800 == 0, -0.1, 0.1 end,\n"
    "  scale = function(s, p, f, lo, hi) return rehedge.to_edge(s.delta, lo, hi) end }\n";

/* Dies in some paths, by an error or by too much work, at a moment that its dice choose. */
static const char mortal[] =
    "local dice = rehedge.rng(0)\n"
    "local doom = dice:uniform()\n"
    "return rehedge.policy { api = 1, name = 'mortal', version = '1', params = { x = { default = "
    "doom } },\n"
    "  trigger = function(s, p) local u = dice:uniform()\n"
    "    if u < 0.002 then error('bad luck') end\n"
    "    if u < 0.004 then while true do end end\n"
    "    return true, -p.x, p.x end,\n"
    "  scale = function(s, p, f, lo, hi) return rehedge.to_edge(s.delta, lo, hi) end }\n";

static const char featured[] =
    "return rehedge.policy { api = 1, name = 'featured', version = '1',\n"
    "  features = { rv = { 'realized_vol', window = '6h' } }, wake = { every = '1h' "
    "},\n"
    "  trigger = function(s, p, f) return true, -f.rv / 10, f.rv / 10 end,\n"
    "  scale = function(s, p, f, lo, hi) return rehedge.to_edge(s.delta, lo, hi) end }\n";

static const struct script {
    const char *name, *text, *on_failure;
} scripts[] = {{"band", band, "hold"},         {"smuggler", smuggler, "hold"},
               {"hoarder", hoarder, "hold"},   {"mortal", mortal, "hold"},
               {"mortal 2", mortal, "flatten"}, {"mortal 3", mortal, "delta_band"},
               {"featured", featured, "hold"}};
enum { SCRIPTS = sizeof scripts / sizeof *scripts, PATHS = 24 };

static paths_case case_of(fixture *f, const struct script *script, char policy[128])
{
    write_text(f->dir, "p.lua", script->text);
    snprintf(policy, 128, LUA ", \"on_failure\": \"%s\"", script->on_failure);
    return (paths_case){.name = script->name, .policy = policy};
}

static void agrees_with_the_run_of_the_same_path(void **state)
{
    const uint32_t count = (uint32_t)extent(8, PATHS);
    for (int k = 0; k < SCRIPTS; k++) {
        char policy[128];
        rh_path_result r[PATHS];
        paths_case c = case_of(*state, &scripts[k], policy);
        rh_paths *paths = paths_open(*state, &c, (rh_paths_options){0}, &rh_lua_loader);
        paths_run(&c, paths, 0, count, r);
        for (uint32_t p = 0; p < count; p++)
            assert_run_agrees(*state, &c, &rh_lua_loader, p, &r[p]);
        rh_paths_close(paths);
    }
}

static void nothing_leaks_from_path_to_path(void **state)
{
    const uint32_t count = (uint32_t)extent(8, PATHS);
    for (int k = 0; k < SCRIPTS; k++) {
        char policy[128];
        rh_path_result together[PATHS], alone;
        paths_case c = case_of(*state, &scripts[k], policy);
        rh_paths *paths = paths_open(*state, &c, (rh_paths_options){0}, &rh_lua_loader);
        paths_run(&c, paths, 0, count, together);
        for (uint32_t p = count; p-- > 0;) {
            paths_run(&c, paths, p, 1, &alone);
            assert_same_path(&c, &together[p], &alone, p, "backwards");
            assert_int_equal(*rh_paths_kill_message(paths) != '\0', alone.killed);
        }
        rh_paths_close(paths);
        for (uint32_t p = 0; p < count; p += 5) {
            paths = paths_open(*state, &c, (rh_paths_options){0}, &rh_lua_loader);
            paths_run(&c, paths, p, 1, &alone);
            assert_same_path(&c, &together[p], &alone, p, "in a VM of its own");
            rh_paths_close(paths);
        }
    }
}

/* The smuggler's own count says that each path is its first. */
static void a_smuggler_finds_nothing(void **state)
{
    char policy[128];
    rh_path_result r[PATHS];
    const char *names[RH_PATH_SERIES_MAX];
    paths_case c = case_of(*state, &scripts[1], policy);
    rh_paths *paths = paths_open(*state, &c, (rh_paths_options){0}, &rh_lua_loader);
    assert_int_equal(rh_paths_series(paths, names), 1);
    assert_string_equal(names[0], "seen");
    paths_run(&c, paths, 0, PATHS, r);
    for (int p = 0; p < PATHS; p++) {
        NEAR(r[p].series[0], 145.0, 0.0); /* wakes of three days, and nothing found besides */
        assert_true(isnan(r[p].series[1]));
        assert_false(r[p].killed);
    }
    rh_paths_close(paths);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(agrees_with_the_run_of_the_same_path, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_leaks_from_path_to_path, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_smuggler_finds_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
