/* The globals of a *_test.lua file: describe and it, what compares, and the policy under test. The
 * file runs in the same sandbox as a policy; the policy runs in a VM of its own, loaded as a run
 * would load it. Must not print: failures are errors, the runner (script_test.c) reports them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lua/api.h"
#include "lua/testing.h"

static const char policy_key;       /* registry: metatable of policies */

static rh_lua_testing *testing_of(lua_State *L)
{
    return rh_lua_host(L)->testing;
}

/* --- objects ------------------------------------------------------------------------------- */

static int refuse_write(lua_State *L)
{
    return luaL_error(L, "fields are set with m:set { ... }");
}

void *rh_lua_test_object(lua_State *L, size_t bytes, const void *key, const luaL_Reg *methods,
                         lua_CFunction index)
{
    void *object = lua_newuserdatauv(L, bytes, 0);
    memset(object, 0, bytes);
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, key) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_createtable(L, 0, 3);
        lua_newtable(L);
        luaL_setfuncs(L, methods, 0);
        lua_pushcclosure(L, index, 1);
        lua_setfield(L, -2, "__index");
        lua_pushcfunction(L, refuse_write);
        lua_setfield(L, -2, "__newindex");
        lua_pushboolean(L, 0);
        lua_setfield(L, -2, "__metatable");
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, key);
    }
    lua_setmetatable(L, -2);
    return object;
}

void *rh_lua_test_check(lua_State *L, int arg, const void *key, const char *what)
{
    void *object = lua_touserdata(L, arg);
    bool valid = object != NULL && lua_getmetatable(L, arg);
    if (valid) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, key);
        valid = lua_rawequal(L, -1, -2);
        lua_pop(L, 2);
    }
    if (!valid) luaL_error(L, "found a %s, expected %s", luaL_typename(L, arg), what);
    return object;
}

/* --- groups -------------------------------------------------------------------------------- */

static void check_declaring(lua_State *L, const char *function)
{
    if (testing_of(L)->running)
        luaL_error(L, "%s is only valid while the test file loads, not inside a test", function);
}

/* Arguments: a name, a function. */
static void read_name(lua_State *L, char name[RH_NAME_MAX])
{
    size_t length = 0;
    const char *text = rh_lua_text(L, 1, &length);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    rh_text_escape(name, RH_NAME_MAX, text, length);
}

static int test_describe(lua_State *L)
{
    rh_lua_testing *testing = testing_of(L);
    check_declaring(L, "describe");
    if (testing->group_count == RH_TEST_GROUPS_MAX)
        return luaL_error(L, "describe nests more than %d deep", RH_TEST_GROUPS_MAX);
    read_name(L, testing->groups[testing->group_count]);
    int befores = testing->before_count;
    testing->group_count++;
    lua_settop(L, 2);
    lua_call(L, 0, 0);
    testing->group_count--;
    testing->before_count = befores;
    return 0;
}

static int test_before_each(lua_State *L)
{
    rh_lua_testing *testing = testing_of(L);
    check_declaring(L, "before_each");
    luaL_checktype(L, 1, LUA_TFUNCTION);
    if (testing->before_count == RH_TEST_BEFORES_MAX)
        return luaL_error(L, "at most %d before_each at a time", RH_TEST_BEFORES_MAX);
    lua_settop(L, 1);
    testing->befores[testing->before_count++] = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

static int test_it(lua_State *L)
{
    rh_lua_testing *testing = testing_of(L);
    char name[RH_NAME_MAX];
    check_declaring(L, "it");
    read_name(L, name);
    if (testing->seen == RH_TESTS_MAX)
        return luaL_error(L, "more than %d tests in a file", RH_TESTS_MAX);
    if (testing->seen++ != testing->wanted) return 0;
    testing->name[0] = '\0';
    for (int i = 0; i <= testing->group_count; i++) {
        size_t used = strlen(testing->name);
        snprintf(testing->name + used, sizeof testing->name - used, "%s%s", i > 0 ? ": " : "",
                 i < testing->group_count ? testing->groups[i] : name);
    }
    lua_settop(L, 2);
    testing->chosen = luaL_ref(L, LUA_REGISTRYINDEX);
    testing->chosen_count = testing->before_count;
    memcpy(testing->chosen_before, testing->befores, sizeof testing->befores);
    return 0;
}

/* --- what compares ------------------------------------------------------------------------- */

/* A value for a message: never runs a metamethod. */
static void show(lua_State *L, int index, char out[128])
{
    char number[RH_NUMBER_TEXT + 4];
    size_t length = 0;
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        rh_lua_number_text(L, index, number);
        snprintf(out, 128, "%s", number);
        break;
    case LUA_TSTRING: {
        const char *text = lua_tolstring(L, index, &length);
        out[0] = '"';
        rh_text_escape(out + 1, 120, text, length);
        strncat(out, "\"", 2);
        break;
    }
    case LUA_TBOOLEAN: snprintf(out, 128, lua_toboolean(L, index) ? "true" : "false"); break;
    case LUA_TNIL: snprintf(out, 128, "nil"); break;
    default: snprintf(out, 128, "a %s", lua_typename(L, lua_type(L, index))); break;
    }
}

typedef struct difference { char path[160], found[128], expected[128]; int depth; } difference;

static bool same_contents(lua_State *L, int found, int expected, difference *where);

/* The values at the two absolute indices are the same; else `where` says where they are not. */
static bool same(lua_State *L, int found, int expected, difference *where)
{
    bool are = lua_rawequal(L, found, expected);
    if (are) return true;
    if (rh_lua_is_plain(L, found) && rh_lua_is_plain(L, expected))
        return same_contents(L, found, expected, where);
    show(L, found, where->found);
    show(L, expected, where->expected);
    return false;
}

static bool same_contents(lua_State *L, int found, int expected, difference *where)
{
    size_t path = strlen(where->path);
    int top = lua_gettop(L), tables[2] = {expected, found};
    char key[128];
    luaL_checkstack(L, 12, NULL);
    if (++where->depth > RH_LUA_STATE_DEPTH_MAX)
        luaL_error(L, "equal: tables nest more than %d deep", RH_LUA_STATE_DEPTH_MAX);
    for (int side = 0; side < 2; side++) {      /* what is expected, then what is too much */
        rh_lua_push_keys(L, tables[side]);
        for (lua_Integer i = 1; lua_rawgeti(L, top + 1, i) != LUA_TNIL; i++) {
            show(L, -1, key);
            snprintf(where->path + path, sizeof where->path - path, "[%s]", key);
            lua_pushvalue(L, -1);
            lua_rawget(L, found);
            lua_pushvalue(L, -2);
            lua_rawget(L, expected);
            if (!same(L, top + 3, top + 4, where)) return false;
            lua_settop(L, top + 1);
        }
        lua_settop(L, top);
    }
    where->path[path] = '\0';
    where->depth--;
    return true;
}

static const char *label_of(lua_State *L, int arg, char out[128])
{
    size_t length = 0;
    out[0] = '\0';
    if (lua_isnoneornil(L, arg)) return out;
    const char *text = rh_lua_text(L, arg, &length);
    rh_text_escape(out, 120, text, length);
    strncat(out, ": ", 3);
    return out;
}

static int test_equal(lua_State *L)
{
    difference where = {"", "", "", 0};
    char what[128];
    luaL_checkany(L, 1);
    luaL_checkany(L, 2);
    lua_settop(L, 3);
    if (same(L, 1, 2, &where)) return 0;
    return luaL_error(L, "equal: %s%s%sfound %s, expected %s", label_of(L, 3, what), where.path,
                      where.path[0] != '\0' ? ": " : "", where.found, where.expected);
}

static int test_near(lua_State *L)
{
    char what[128], found[128], expected[128], shown[RH_NUMBER_TEXT];
    lua_settop(L, 4);
    show(L, 1, found);
    show(L, 2, expected);
    double within = lua_isnil(L, 3) ? 1e-9 : rh_lua_number(L, 3);
    rh_text_double(shown, within);
    bool numbers = lua_type(L, 1) == LUA_TNUMBER && lua_type(L, 2) == LUA_TNUMBER;
    double apart = numbers ? fabs(lua_tonumber(L, 1) - lua_tonumber(L, 2)) : 0.0;
    if (numbers && (apart <= within || lua_rawequal(L, 1, 2))) return 0;
    return luaL_error(L, "near: %sfound %s, expected %s within %s", label_of(L, 4, what), found,
                      expected, shown);
}

static int test_fails(lua_State *L)
{
    char shown[200], wanted[100];
    size_t length = 0, wanted_length = 0;
    luaL_checktype(L, 1, LUA_TFUNCTION);
    const char *text = lua_isnoneornil(L, 2) ? "" : rh_lua_text(L, 2, &wanted_length);
    lua_settop(L, 2);
    lua_pushvalue(L, 1);
    int code = lua_pcall(L, 0, 0, 0);
    rh_lua_raise_if_killed(L);
    if (code == LUA_OK) return luaL_error(L, "fails: no error was raised");
    if (lua_type(L, -1) != LUA_TSTRING)
        lua_pushfstring(L, "error object is a %s value", luaL_typename(L, -1));
    const char *message = lua_tolstring(L, -1, &length);
    if (strstr(message, text) != NULL) return 1;
    rh_text_escape(shown, sizeof shown, message, length);
    rh_text_escape(wanted, sizeof wanted, text, wanted_length);
    return luaL_error(L, "fails: found the error \"%s\", expected \"%s\" in it", shown, wanted);
}

/* --- the policy under test ----------------------------------------------------------------- */

typedef struct tested { rh_policy *policy; } tested;

rh_policy *rh_lua_test_policy(lua_State *L, int arg)
{
    tested *object = rh_lua_test_check(L, arg, &policy_key, "a policy: p = policy { ... }");
    return object->policy;
}

static void put_param(lua_State *L, rh_json_writer *writer, const char *key)
{
    switch (lua_type(L, -1)) {
    case LUA_TNUMBER: rh_json_put_double(writer, key, lua_tonumber(L, -1)); break;
    case LUA_TBOOLEAN: rh_json_put_bool(writer, key, lua_toboolean(L, -1)); break;
    case LUA_TSTRING: rh_json_put_text(writer, key, lua_tostring(L, -1)); break;
    default:
        luaL_error(L, "params: found a %s, expected a number, text or boolean",
                   luaL_typename(L, -1));
    }
}

/* The params at `index` as JSON in testing->scratch. */
static void write_params(lua_State *L, rh_lua_testing *testing, int index)
{
    rh_json_writer writer = {.out = &testing->scratch};
    rh_buffer_clear(&testing->scratch);
    rh_json_open(&writer, NULL, '{');
    if (!lua_isnoneornil(L, index)) {
        if (!rh_lua_is_plain(L, index))
            luaL_error(L, "params: found a %s, expected a plain table", luaL_typename(L, index));
        rh_lua_push_keys(L, index);
        int keys = lua_gettop(L);
        for (lua_Integer i = 1; lua_rawgeti(L, keys, i) != LUA_TNIL; i++) {
            if (lua_type(L, -1) != LUA_TSTRING) luaL_error(L, "params have names");
            const char *key = lua_tostring(L, -1);
            lua_rawget(L, index);
            put_param(L, &writer, key);
            lua_settop(L, keys);
        }
        lua_settop(L, keys - 1);
    }
    rh_json_close(&writer, '}');
}

/* The names under options.KEY; those of `names` that were there before without it. They stay in
 * the table. */
static int read_names(lua_State *L, int options, const char *key, const char **names, int before,
                      int max)
{
    int count = 0;
    if (lua_isnil(L, options)) return before;
    lua_pushstring(L, key);
    if (lua_rawget(L, options) == LUA_TNIL) return before;
    if (!rh_lua_is_plain(L, -1)) luaL_error(L, "%s: expected a list of names", key);
    int list = lua_gettop(L);
    for (; lua_rawgeti(L, list, count + 1) != LUA_TNIL; lua_settop(L, list)) {
        if (lua_type(L, -1) != LUA_TSTRING || count == max)
            luaL_error(L, "%s: expected a list of at most %d names", key, max);
        names[count++] = lua_tostring(L, -1);
    }
    return count;
}

typedef struct fake_names {
    const char *hedges[RH_HEDGES_MAX], *venues[RH_HEDGES_MAX], *assets[RH_ASSETS_MAX];
} fake_names;

static void read_world(lua_State *L, int options, fake_names *names, rh_policy_services *services)
{
    names->hedges[0] = "HEDGE";
    names->assets[0] = "ASSET";
    int hedges = read_names(L, options, "hedges", names->hedges, 1, RH_HEDGES_MAX);
    for (int i = 0; i < hedges; i++) names->venues[i] = "VENUE";
    if (read_names(L, options, "venues", names->venues, hedges, RH_HEDGES_MAX) != hedges)
        luaL_error(L, "venues: expected one for each of the %d hedges", hedges);
    services->hedges = names->hedges;
    services->hedge_venues = names->venues;
    services->hedge_count = hedges;
    services->assets = names->assets;
    services->asset_count = read_names(L, options, "assets", names->assets, 1, RH_ASSETS_MAX);
}

static uint64_t read_seed(lua_State *L, int options)
{
    if (lua_isnil(L, options)) return 0;
    lua_pushliteral(L, "seed");
    return lua_rawget(L, options) == LUA_TNIL ? 0 : (uint64_t)rh_lua_integer(L, -1);
}

static rh_status load_tested(rh_lua *host, const rh_policy_services *services, rh_policy **policy,
                             rh_error *error)
{
    rh_lua_testing *testing = host->testing;
    rh_json_doc *doc = NULL;
    if (testing->scratch.failed) return rh_fail(error, RH_NO_MEMORY, "no memory for params");
    RH_TRY(rh_json_parse("params", testing->scratch.bytes, testing->scratch.length, &doc, error));
    rh_status status = rh_lua_loader.load(rh_lua_loader.context, testing->policy,
                                          rh_json_root(doc), services, policy, error);
    rh_json_free(doc);
    return status;
}

static int policy_index(lua_State *L)
{
    const rh_policy *policy = rh_lua_test_policy(L, 1);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    if (strcmp(key, "name") == 0)
        lua_pushstring(L, policy->name);
    else if (strcmp(key, "version") == 0)
        lua_pushstring(L, policy->version);
    else if (strcmp(key, "gas") == 0)
        lua_pushinteger(L, rh_lua_gas(policy));
    else
        return luaL_error(L, "a policy has name, version, gas, logged(), recorded(), state() and "
                             "take()");
    return 1;
}

static int raise(lua_State *L, const rh_error *error)
{
    return luaL_error(L, "%s", error->message);
}

/* The state of the policy at `arg`, or the plain table there, as bytes in testing->scratch. */
static void save_into_scratch(lua_State *L, int arg)
{
    rh_lua *host = rh_lua_host(L);
    rh_lua_testing *testing = host->testing;
    rh_error error = {RH_OK, ""};
    rh_status status;
    if (lua_type(L, arg) == LUA_TTABLE) {       /* as the state of the test file's own VM */
        int before = host->state;
        lua_pushvalue(L, arg);
        host->state = luaL_ref(L, LUA_REGISTRYINDEX);
        status = rh_lua_save_state(&host->policy, &testing->scratch, &error);
        luaL_unref(L, LUA_REGISTRYINDEX, host->state);
        host->state = before;
    } else {
        const rh_policy *from = rh_lua_test_policy(L, arg);
        status = from->methods->save_state(from, &testing->scratch, &error);
    }
    if (status != RH_OK) raise(L, &error);
}

static int policy_take(lua_State *L)
{
    rh_policy *policy = rh_lua_test_policy(L, 1);
    rh_lua_testing *testing = testing_of(L);
    rh_error error = {RH_OK, ""};
    size_t length = 0;
    lua_settop(L, 4);
    save_into_scratch(L, 2);
    const rh_policy *from = lua_type(L, 2) == LUA_TTABLE ? policy : rh_lua_test_policy(L, 2);
    const char *name = lua_isnil(L, 3) ? from->name : rh_lua_text(L, 3, &length);
    const char *version = lua_isnil(L, 4) ? from->version : rh_lua_text(L, 4, &length);
    if (policy->methods->load_state(policy, testing->scratch.bytes, testing->scratch.length, name,
                                    version, &error) != RH_OK)
        return raise(L, &error);
    return 0;
}

static int policy_state(lua_State *L)
{
    rh_lua *host = rh_lua_host(L);
    rh_lua_testing *testing = host->testing;
    rh_error error = {RH_OK, ""};
    int before = host->state;
    bool loading = host->loading;
    lua_settop(L, 1);
    save_into_scratch(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    host->state = luaL_ref(L, LUA_REGISTRYINDEX);
    rh_status status = rh_lua_load_state(&host->policy, testing->scratch.bytes,
                                         testing->scratch.length, host->policy.name, "", &error);
    luaL_unref(L, LUA_REGISTRYINDEX, host->state);
    host->state = before;
    host->loading = loading;
    return status == RH_OK ? 1 : raise(L, &error);
}

/* --- what it said -------------------------------------------------------------------------- */

static void hear(void *context, const char *text)
{
    rh_test_log *heard = context;
    if (heard->text.length < RH_TEST_LOG_BYTES_MAX)     /* a line is short: it may pass the end */
        rh_buffer_printf(&heard->text, "%s\n", text);
    if (heard->log != NULL) heard->log(heard->host, text);
}

static int policy_logged(lua_State *L)
{
    const rh_policy *policy = rh_lua_test_policy(L, 1);
    const rh_lua_testing *testing = testing_of(L);
    int slot = 0;
    while (testing->policies[slot] != policy) slot++;
    const rh_buffer *text = &testing->logs[slot].text;
    const char *at = text->bytes, *end = at != NULL ? at + text->length : NULL;
    rh_lua_charge(L, (int64_t)(text->length >> 4));
    lua_newtable(L);
    for (lua_Integer i = 1; at < end; i++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        lua_pushlstring(L, at, (size_t)((stop != NULL ? stop : end) - at));
        lua_rawseti(L, -2, i);
        at = stop != NULL ? stop + 1 : end;
    }
    return 1;
}

static int policy_recorded(lua_State *L)
{
    const rh_policy *policy = rh_lua_test_policy(L, 1);
    const char *names[RH_SERIES_MAX], *name = rh_lua_text(L, 2, NULL);
    for (int i = 0; i < policy->series_count; i++) {
        names[i] = policy->series[i];
        if (strcmp(names[i], name) != 0) continue;
        if (isnan(policy->series_value[i])) return 0;
        lua_pushnumber(L, policy->series_value[i]);
        return 1;
    }
    const char *near = rh_nearest_name(name, names, (size_t)policy->series_count);
    return luaL_error(L, "the policy declares no such series%s%s%s",
                      near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                      near != NULL ? "'?" : "");
}

static int test_policy(lua_State *L)
{
    static const luaL_Reg methods[] = {
#define X(name, function, ...) {name, function},
        RH_LUA_TEST_POLICY_METHOD_MAP(X)
#undef X
        {NULL, NULL}};
    rh_lua *host = rh_lua_host(L);
    rh_lua_testing *testing = host->testing;
    fake_names names;
    rh_policy_services services = {.log = hear, .gas_matters = true};
    rh_error error = {RH_OK, ""};
    lua_settop(L, 2);
    if (testing->policy_count == RH_TEST_POLICIES_MAX)
        return luaL_error(L, "at most %d policies in one test", RH_TEST_POLICIES_MAX);
    if (!lua_isnil(L, 2) && !rh_lua_is_plain(L, 2))
        return luaL_error(L, "options: expected a plain table: { hedges = { ... }, seed = 7 }");
    rh_test_log *heard = &testing->logs[testing->policy_count];
    heard->log = host->services.log;
    heard->host = host->services.host;
    services.host = heard;
    services.seed = read_seed(L, 2);
    read_world(L, 2, &names, &services);
    write_params(L, testing, 1);
    rh_lua_charge(L, RH_LUA_HOOK_EVERY);
    rh_policy **slot = &testing->policies[testing->policy_count];
    if (load_tested(host, &services, slot, &error) != RH_OK) return raise(L, &error);
    testing->policy_count++;
    rh_lua_charge(L, rh_lua_gas(*slot));
    tested *object = rh_lua_test_object(L, sizeof *object, &policy_key, methods, policy_index);
    object->policy = *slot;
    return 1;
}

void rh_lua_open_tests(lua_State *L)
{
    static const luaL_Reg functions[] = {
#define X(name, function, ...) {name, function},
        RH_LUA_TEST_MAP(X)
#undef X
        {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
