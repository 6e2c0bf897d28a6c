/* A policy begins again in its own VM, for the next of many paths: its compiled chunk runs anew,
 * with globals of its own, and must declare what it declared before; then params and all that the
 * host made of them stay. Invariant: nothing that a script can reach outlives a restart. What is
 * kept is read-only to it (libraries, view, params) or out of its reach (chunk, registry, a copy of
 * the declaration). */
#include <math.h>
#include <string.h>

#include "lua/host.h"

/* Garbage of earlier paths must not bring a path to the memory limit that it would not reach alone:
 * far below it, neither does. Beyond this a path is doubtful. */
#define KEPT_BYTES_MAX (RH_LUA_MEMORY_BYTES_MAX / 16)
static_assert(KEPT_BYTES_MAX < RH_LUA_RESTART_BYTES_MAX, "there is room between them");

static const char function_mark; /* in the copy: where there is a function */
enum { DEPTH_MAX = 4 }; /* of a declaration: params, a param, its words */

/* --- the copy of a declaration ------------------------------------------------------------- */

/* Push a copy of the table at `index`, functions being a mark; false when it is too deep. */
static bool push_copy(lua_State *L, int index, int depth)
{
    luaL_checkstack(L, 8, NULL);
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        if (lua_istable(L, -2)) {
            if (depth == DEPTH_MAX || !push_copy(L, lua_gettop(L) - 1, depth + 1)) return false;
        } else if (lua_isfunction(L, -2)) {
            lua_pushlightuserdata(L, (void *)&function_mark);
        } else {
            lua_pushvalue(L, -2);
        }
        lua_rawset(L, -5);
    }
    return true;
}

void rh_lua_keep_declaration(lua_State *L, int index)
{
    rh_lua *host = rh_lua_host(L);
    int top = lua_gettop(L);
    if (!host->services.restarts) return;
    bool before = host->host_allocates;
    host->host_allocates = true;
    if (push_copy(L, index, 0)) host->kept_declaration = luaL_ref(L, LUA_REGISTRYINDEX);
    host->host_allocates = before;
    lua_settop(L, top);
}

static bool same_value(lua_State *L, int a, int b, int depth);

/* Every key of the table at `a` is in that at `b`, with the same value, and there is no other. */
static bool same_table(lua_State *L, int a, int b, int depth)
{
    int top = lua_gettop(L), more = 0;
    bool same = depth <= DEPTH_MAX && !lua_getmetatable(L, b);
    for (lua_pushnil(L); same && lua_next(L, a) != 0;) {
        lua_pushvalue(L, -2);
        lua_rawget(L, b);
        same = same_value(L, lua_gettop(L) - 1, lua_gettop(L), depth);
        lua_pop(L, 2);
        more++;
    }
    lua_settop(L, top);
    for (lua_pushnil(L); same && lua_next(L, b) != 0; lua_pop(L, 1)) more--;
    lua_settop(L, top);
    return same && more == 0;
}

/* The value at `a`, of the copy, stands for that at `b`: bits of numbers count. */
static bool same_value(lua_State *L, int a, int b, int depth)
{
    luaL_checkstack(L, 8, NULL);
    if (lua_isfunction(L, b)) return lua_touserdata(L, a) == &function_mark;
    if (lua_type(L, a) != lua_type(L, b)) return false;
    if (lua_istable(L, a)) return same_table(L, a, b, depth + 1);
    if (!lua_rawequal(L, a, b) || lua_isinteger(L, a) != lua_isinteger(L, b)) return false;
    bool is_float = lua_type(L, a) == LUA_TNUMBER && !lua_isinteger(L, a);
    return !is_float || signbit(lua_tonumber(L, a)) == signbit(lua_tonumber(L, b));
}

static int function_of(lua_State *L, const char *key)
{
    lua_pushstring(L, key);
    if (lua_rawget(L, 1) == LUA_TFUNCTION) return luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pop(L, 1);
    return LUA_NOREF;
}

/* rehedge.policy of a script that is restarted; arg 1 is what it declares. Only the dice tell one
 * path from another while a script loads: one that asked for none so far runs as it ran before. */
int rh_lua_declare_again(lua_State *L)
{
    rh_lua *host = rh_lua_host(L);
    rh_lua_declared *declared = &host->declared;
    rh_lua_charge(L, host->declare_work);
    if (host->knows_path) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, host->kept_declaration);
        if (!same_table(L, 2, 1, 0)) return luaL_error(L, "it declares something else than before");
        lua_settop(L, 1);
    }
    declared->trigger = function_of(L, "trigger");
    declared->scale = function_of(L, "scale");
    for (int kind = 0; kind < RH_NOTICES; kind++)
        if (host->policy.told >> kind & 1u)
            declared->callback[kind] = function_of(L, rh_notice_words[kind]);
    lua_pushvalue(L, 1);
    declared->marker = luaL_ref(L, LUA_REGISTRYINDEX);
    declared->done = true;
    return 1;
}

/* --- forgetting ---------------------------------------------------------------------------- */

static void forget_reference(lua_State *L, int *reference)
{
    luaL_unref(L, LUA_REGISTRYINDEX, *reference);
    *reference = LUA_NOREF;
}

static void forget_declared(rh_lua *host)
{
    rh_lua_declared *declared = &host->declared;
    forget_reference(host->L, &declared->trigger);
    forget_reference(host->L, &declared->scale);
    forget_reference(host->L, &declared->migrate);
    forget_reference(host->L, &declared->marker);
    forget_reference(host->L, &host->state);
    for (int kind = 0; kind < RH_NOTICES; kind++)
        if (host->policy.told >> kind & 1u) forget_reference(host->L, &declared->callback[kind]);
    declared->done = false;
}

/* The script's own globals are a new table with the metatable of the old one. */
static void new_globals(lua_State *L)
{
    lua_newtable(L);
    lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    bool has_base = lua_getmetatable(L, -1) != 0;
    RH_ASSERT(has_base);
    lua_setmetatable(L, -3);
    lua_pop(L, 1);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
}

/* Processor time is counted on: what calls take on average concerns the machine, not a path, and
 * each look at the clock costs as much as a call. */
static void forget_counts(rh_lua *host)
{
    for (int k = 0; k < host->policy.series_count; k++)
        host->policy.series_value[k] = (double)NAN;
    host->policy.gas = 0;
    host->policy.doubtful = false;
    rh_lua_weigh_again(host);
    host->log_second = INT64_MIN;
    host->log_total = 0;
    host->log_lines = 0;
    host->log_dropped = 0;
}

static int forget_body(lua_State *L)
{
    rh_lua *host = rh_lua_host(L);
    forget_declared(host);
    rh_lua_forget_links(L);
    rh_lua_forget_streams(L);
    rh_lua_forget_modules(L);
    rh_lua_forget_prelude(L);
    new_globals(L);
    if (host->bytes_used > KEPT_BYTES_MAX) lua_gc(L, LUA_GCCOLLECT);
    return 0;
}

/* --- again --------------------------------------------------------------------------------- */

/* Its chunk, with the new globals as its first upvalue: as lua_load leaves it. */
static rh_status run_again(rh_lua *host)
{
    lua_State *L = host->L;
    rh_lua_begin(host, RH_LUA_INSTRUCTIONS_PER_LOAD, RH_LUA_CPU_NS_PER_LOAD);
    host->budget -= host->compile_work;
    lua_rawgeti(L, LUA_REGISTRYINDEX, host->kept_chunk);
    lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_setupvalue(L, -2, 1);
    host->host_allocates = false;
    int code = lua_pcall(L, 0, 1, RH_LUA_AT_HANDLER);
    host->host_allocates = true;
    rh_lua_weigh_end(host);
    if (code != LUA_OK || host->killed || !host->declared.done) return RH_POLICY;
    lua_rawgeti(L, LUA_REGISTRYINDEX, host->declared.marker);
    bool returned = lua_rawequal(L, -1, -2);
    lua_settop(L, RH_LUA_AT_END);
    return returned ? RH_OK : RH_POLICY;
}

bool rh_lua_restart(rh_policy *policy, uint32_t path)
{
    rh_lua *host = (rh_lua *)policy;
    rh_error ignored;
    if (host->dead || host->killed || host->kept_chunk == LUA_NOREF ||
        host->kept_declaration == LUA_NOREF || policy->doubtful)
        return false;
    host->services.path = path;
    if (!host->entered && !host->knows_path) return true; /* nothing could see the path */
    lua_settop(host->L, RH_LUA_AT_END);
    host->entered = host->knows_path = false;
    forget_counts(host);
    host->source = host->text;
    host->source_length = host->parts[0].length;
    host->loading = host->host_allocates = true;
    rh_status status = rh_lua_protected(host, forget_body, NULL, 0, &ignored);
    if (status == RH_OK && host->bytes_used > KEPT_BYTES_MAX) status = RH_LIMIT;
    if (status == RH_OK) status = run_again(host);
    if (status == RH_OK) rh_lua_lay_callbacks(host);
    rh_lua_account(host);
    host->source = NULL;
    host->source_length = 0;
    host->loading = host->host_allocates = false;
    return status == RH_OK;
}
