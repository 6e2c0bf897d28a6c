/* The base functions of the strict profile, in our own words: nothing loads code, collects garbage,
 * shows an address or visits a table in hash order. */
#include <string.h>

#include "lua/api.h"
#include "lua/host.h"

static int base_assert(lua_State *L)
{
    rh_lua_charge(L, lua_gettop(L) >> 2);
    if (lua_toboolean(L, 1)) return lua_gettop(L);
    luaL_checkany(L, 1);
    lua_remove(L, 1);
    if (lua_gettop(L) == 0) return luaL_error(L, "assertion failed!");
    lua_settop(L, 1);
    return lua_error(L);
}

static int base_error(lua_State *L)
{
    lua_Integer level = rh_lua_integer_or(L, 2, 1);
    rh_lua_charge(L, 16);
    lua_settop(L, 1);
    if (lua_type(L, 1) == LUA_TSTRING && level > 0 && level < 100) {
        luaL_where(L, (int)level);
        lua_pushvalue(L, 1);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

static int base_pcall(lua_State *L)
{
    luaL_checkany(L, 1);
    rh_lua_charge(L, lua_gettop(L) >> 2);
    lua_pushboolean(L, 1);
    lua_insert(L, 1);
    int code = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0);
    rh_lua_raise_if_killed(L);
    if (code == LUA_OK) return lua_gettop(L);
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

static int next_index(lua_State *L)
{
    lua_Integer at = luaL_intop(+, rh_lua_integer(L, 2), 1);
    lua_pushinteger(L, at);
    return lua_geti(L, 1, at) == LUA_TNIL ? 1 : 2;
}

static int base_ipairs(lua_State *L)
{
    luaL_checkany(L, 1);
    if (rh_lua_push_backing(L, 1)) lua_replace(L, 1);
    lua_pushcfunction(L, next_index);
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    return 3;
}

static int base_rawequal(lua_State *L)
{
    luaL_checkany(L, 1);
    luaL_checkany(L, 2);
    if (lua_type(L, 1) == LUA_TSTRING) rh_lua_charge(L, (int64_t)(lua_rawlen(L, 1) >> 6));
    lua_pushboolean(L, lua_rawequal(L, 1, 2));
    return 1;
}

static int base_rawlen(lua_State *L)
{
    int type = lua_type(L, 1);
    luaL_argexpected(L, type == LUA_TTABLE || type == LUA_TSTRING, 1, "table or string");
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 1));
    return 1;
}

static int base_select(lua_State *L)
{
    int count = lua_gettop(L);
    if (lua_type(L, 1) == LUA_TSTRING && strcmp(lua_tostring(L, 1), "#") == 0) {
        lua_pushinteger(L, count - 1);
        return 1;
    }
    lua_Integer from = rh_lua_integer(L, 1);
    rh_lua_charge(L, count);
    if (from < 0)
        from = count + from;
    else if (from > count)
        from = count;
    luaL_argcheck(L, from >= 1, 1, "index out of range");
    return count - (int)from;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'z') return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
    return 99;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int number_in_base(lua_State *L)
{
    size_t length = 0, at = 0;
    const char *text = rh_lua_text(L, 1, &length);
    lua_Integer base = rh_lua_integer(L, 2);
    luaL_argcheck(L, base >= 2 && base <= 36, 2, "base out of range");
    rh_lua_charge(L, (int64_t)(length >> 4));
    while (length > 0 && is_blank(text[length - 1])) length--;
    while (at < length && is_blank(text[at])) at++;
    bool negative = at < length && text[at] == '-';
    if (negative) at++;
    lua_Unsigned value = 0;
    bool valid = at < length && length <= 200;
    for (; valid && at < length; at++) {
        valid = digit_of(text[at]) < base;
        value = value * (lua_Unsigned)base + (lua_Unsigned)digit_of(text[at]);
    }
    if (valid)
        lua_pushinteger(L, (lua_Integer)(negative ? 0u - value : value));
    else
        luaL_pushfail(L);
    return 1;
}

static int base_tonumber(lua_State *L)
{
    if (!lua_isnoneornil(L, 2)) return number_in_base(L);
    luaL_checkany(L, 1);
    lua_settop(L, 1);
    if (lua_type(L, 1) == LUA_TNUMBER) return 1;
    size_t length = 0;
    const char *text = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &length) : NULL;
    rh_lua_charge(L, 8 + (int64_t)(length <= 200 ? length >> 2 : 0));
    if (text == NULL || length > 200 || lua_stringtonumber(L, text) != length + 1)
        luaL_pushfail(L);
    return 1;
}

static int base_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    rh_lua_push_text(L, 1);
    return 1;
}

static int base_type(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_pushstring(L, luaL_typename(L, 1));
    return 1;
}

void rh_lua_open_base(lua_State *L)
{
    static const luaL_Reg functions[] = {
#define X(name, function, ...) {name, function},
        RH_LUA_BASE_MAP(X)
#undef X
        {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
