/* The prelude: what of `rehedge` is written in Lua (scripts/prelude.lua), run in a VM
 * when a script first asks for one of them. Its chunk gets our base functions and two helpers; the
 * script's globals are out of its reach.
 * Invariant: messages blame the line that called the prelude, never the prelude. */
#include <string.h>

#include "base/text.h"
#include "lua/host.h"

static const char chunk_key;    /* registry: the compiled prelude, where policies are restarted */
static const char into_key;     /* the table that has its functions */

static int duration_of(lua_State *L)
{
    int64_t duration_ns = 0;
    if (!rh_parse_duration(rh_lua_text(L, 1, NULL), &duration_ns)) return 0;
    lua_pushinteger(L, duration_ns);
    return 1;
}

static int time_of(lua_State *L)
{
    int64_t time_ns = 0;
    if (!rh_parse_time(rh_lua_text(L, 1, NULL), &time_ns)) return 0;
    lua_pushinteger(L, time_ns);
    return 1;
}

bool rh_lua_in_prelude(const lua_Debug *activation)
{
    return strcmp(activation->source, RH_LUA_PRELUDE_CHUNK) == 0;
}

/* Push the base functions, which are behind the script's own globals. */
static void push_base(lua_State *L)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_getmetatable(L, -1);
    lua_getfield(L, -1, "__index");
    lua_replace(L, -3);
    lua_pop(L, 1);
}

static void push_chunk(lua_State *L)
{
    const rh_shipped_script *script = &rh_prelude;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &chunk_key) == LUA_TFUNCTION) return;
    lua_pop(L, 1);
    if (luaL_loadbufferx(L, script->bytes, script->length, RH_LUA_PRELUDE_CHUNK, "t") != LUA_OK)
        lua_error(L);
    push_base(L);
    lua_setupvalue(L, -2, 1);   /* _ENV */
    if (!rh_lua_host(L)->services.restarts) return;
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &chunk_key);
}

/* Compiles and runs the prelude; returns the table of its functions. */
static int run_body(lua_State *L)
{
    push_chunk(L);
    lua_pushcfunction(L, duration_of);
    lua_pushcfunction(L, time_of);
    lua_call(L, 2, 1);
    return 1;
}

bool rh_lua_load_prelude(lua_State *L, int into)
{
    rh_lua *host = rh_lua_host(L);
    if (host->has_prelude) return false;
    rh_lua_charge(L, 1000);
    bool before = host->host_allocates;
    host->host_allocates = true;        /* its memory is the host's; the flag outlives no error */
    lua_pushcfunction(L, run_body);
    int code = lua_pcall(L, 0, 1, 0);
    host->host_allocates = before;
    if (code != LUA_OK) lua_error(L);
    for (lua_pushnil(L); lua_next(L, -2) != 0;) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, into);
    }
    lua_pop(L, 1);
    if (host->services.restarts) {
        lua_pushvalue(L, into);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &into_key);
    }
    host->has_prelude = true;
    return true;
}

void rh_lua_forget_prelude(lua_State *L)
{
    rh_lua *host = rh_lua_host(L);
    if (!host->has_prelude) return;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &into_key);
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
        if (lua_iscfunction(L, -1)) continue;
        lua_pushvalue(L, -2);
        lua_pushnil(L);
        lua_rawset(L, -5);      /* a field that is there may be cleared on the way */
    }
    lua_pop(L, 1);
    host->has_prelude = false;
}
