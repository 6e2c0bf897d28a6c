/* What --trusted adds for scripts that the person at the command line trusts as the program itself:
 * Lua's own string patterns and coroutines (without close, which can crash Lua 5.4.4). Never opened
 * by a script, a scenario or the socket. The rest of the sandbox and the memory cap stay. */
#include <lualib.h>

#include "lua/api.h"
#include "lua/host.h"

/* Copy the named functions of the library on top into the table below it, and drop the library. */
static void take(lua_State *L, const char *const *names)
{
    for (; *names != NULL; names++) {
        lua_getfield(L, -1, *names);
        lua_setfield(L, -3, *names);
    }
    lua_pop(L, 1);
}

void rh_lua_open_patterns(lua_State *L)
{
    static const char *const names[] = {
#define X(name, ...) name,
        RH_LUA_TRUSTED_STRING_MAP(X)
#undef X
        NULL};
    lua_pushcfunction(L, luaopen_string);   /* its string metatable is replaced by ours later */
    lua_call(L, 0, 1);
    take(L, names);
}

void rh_lua_open_coroutine(lua_State *L)
{
    static const char *const names[] = {
#define X(name, ...) name,
        RH_LUA_COROUTINE_MAP(X)
#undef X
        NULL};
    lua_pushcfunction(L, luaopen_coroutine);
    lua_call(L, 0, 1);
    take(L, names);
}
