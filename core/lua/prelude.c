/* The prelude: the functions of `rehedge` that are written in Lua (scripts/prelude.lua), run once
 * in each VM before the script. Its chunk gets our base functions and two helpers; the script's
 * globals are out of its reach. Invariant: messages blame the
 * line that called the prelude, never the prelude. */
#include <string.h>

#include "base/text.h"
#include "lua/host.h"

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

void rh_lua_run_prelude(lua_State *L, int globals)
{
    const rh_shipped_script *script = &rh_prelude;
    if (luaL_loadbufferx(L, script->bytes, script->length, RH_LUA_PRELUDE_CHUNK, "t") != LUA_OK)
        lua_error(L);
    lua_pushvalue(L, globals);
    lua_setupvalue(L, -2, 1);   /* _ENV */
    lua_pushcfunction(L, duration_of);
    lua_pushcfunction(L, time_of);
    lua_call(L, 2, 1);
}
