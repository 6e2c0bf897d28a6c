/* on_fill, on_reject, on_expiry, on_timer: found once at load, called with the view live, under the
 * limits of any call. What happened comes as a fresh plain table, the script's to keep. A callback
 * returns nothing: orders come from scale, so one that returns something is refused by name. */
#include <string.h>

#include "lua/host.h"

static void set_number(lua_State *L, const char *key, double value)
{
    lua_pushnumber(L, value);
    lua_setfield(L, -2, key);
}

static void push_order(lua_State *L, const rh_notice *notice)
{
    lua_createtable(L, 0, 6);
    lua_pushinteger(L, notice->order);
    lua_setfield(L, -2, "order");
    lua_pushstring(L, notice->instrument);
    lua_setfield(L, -2, "instrument");
    set_number(L, "qty", notice->qty);
    if (notice->kind == RH_NOTICE_REJECT) {
        lua_pushstring(L, notice->reason);
        lua_setfield(L, -2, "reason");
        return;
    }
    set_number(L, "price", notice->price);
    set_number(L, "fee", notice->fee);
    set_number(L, "remaining", notice->remaining);
}

static void push_option(lua_State *L, const rh_notice *notice)
{
    lua_createtable(L, 0, 6);
    lua_pushstring(L, notice->instrument);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, notice->option);
    lua_setfield(L, -2, "kind");
    set_number(L, "strike", notice->strike);
    lua_pushinteger(L, notice->expiry_ns);
    lua_setfield(L, -2, "expiry");
    set_number(L, "qty", notice->qty);
    set_number(L, "paid", notice->price);
}

/* Arg 1: the notice. The stack of the VM is reached by absolute position only from the outside, so
 * view, params and the callback come as arguments 2, 3 and 4. */
static int call_body(lua_State *L)
{
    const rh_notice *notice = lua_touserdata(L, 1);
    int arguments = 2;
    lua_pushvalue(L, 4);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 3);
    if (notice->kind == RH_NOTICE_FILL || notice->kind == RH_NOTICE_REJECT) push_order(L, notice);
    if (notice->kind == RH_NOTICE_EXPIRY) push_option(L, notice);
    if (notice->kind != RH_NOTICE_TIMER) arguments++;
    lua_call(L, arguments, 1);
    if (lua_isnil(L, -1)) return 0;
    lua_Debug function;
    const char *found = luaL_typename(L, -1);
    lua_pushvalue(L, 4);
    lua_getinfo(L, ">S", &function);
    return luaL_error(L, "%s:%d: %s returned a %s: a callback returns nothing, orders come from "
                      "scale", function.short_src, function.linedefined,
                      rh_notice_words[notice->kind], found);
}

rh_status rh_lua_notify(rh_policy *policy, const rh_view *view, const rh_notice *notice,
                        rh_kill_kind *killed_by, rh_error *error)
{
    rh_lua *host = (rh_lua *)policy;
    lua_State *L = host->L;
    *killed_by = RH_KILL_ERROR;
    if (host->dead) return rh_lua_already_dead(host, error);
    lua_pushcfunction(L, call_body);
    lua_pushlightuserdata(L, (void *)notice);
    lua_pushvalue(L, RH_LUA_AT_VIEW);
    lua_pushvalue(L, RH_LUA_AT_PARAMS);
    lua_rawgeti(L, LUA_REGISTRYINDEX, host->declared.callback[notice->kind]);
    int code = rh_lua_enter(host, view, NULL, 4, 0);
    if (code != LUA_OK) return rh_lua_die(host, rh_lua_failed(host, code, killed_by, error));
    return RH_OK;
}
