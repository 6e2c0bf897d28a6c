/* table of the strict profile: raw access only, bounded, and charged for every element.
 * A table with a metatable is refused: a lying __len or __index would decide how long C works. */
#include "lua/api.h"
#include "lua/host.h"

/* The length of the table at arg 1. */
static lua_Integer check_list(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    if (rh_lua_push_backing(L, 1)) luaL_argerror(L, 1, "the table is read-only");
    if (!rh_lua_is_plain(L, 1))
        luaL_argerror(L, 1, "the table has a metatable; functions of table take plain tables");
    return (lua_Integer)lua_rawlen(L, 1);
}

static int table_insert(lua_State *L)
{
    lua_Integer end = check_list(L) + 1, at = end;
    int count = lua_gettop(L);
    if (count == 3) {
        at = rh_lua_integer(L, 2);
        luaL_argcheck(L, at >= 1 && at <= end, 2, "position out of bounds");
        rh_lua_charge(L, end - at);
        for (lua_Integer i = end; i > at; i--) {
            lua_rawgeti(L, 1, i - 1);
            lua_rawseti(L, 1, i);
        }
    } else if (count != 2) {
        return luaL_error(L, "wrong number of arguments to 'insert'");
    }
    lua_settop(L, count);
    lua_rawseti(L, 1, at);
    return 0;
}

static int table_remove(lua_State *L)
{
    lua_Integer size = check_list(L);
    lua_Integer at = rh_lua_integer_or(L, 2, size);
    if (!lua_isnoneornil(L, 2))
        luaL_argcheck(L, (size == 0 && at == 0) || (at >= 1 && at <= size + 1), 2,
                      "position out of bounds");
    rh_lua_charge(L, size > at ? size - at : 0);
    lua_rawgeti(L, 1, at);
    for (; at < size; at++) {
        lua_rawgeti(L, 1, at + 1);
        lua_rawseti(L, 1, at);
    }
    if (at >= 1 && at <= size) {
        lua_pushnil(L);
        lua_rawseti(L, 1, at);
    }
    return 1;
}

static int table_concat(lua_State *L)
{
    char text[RH_NUMBER_TEXT + 4];
    rh_lua_piece piece;
    size_t between = 0, length;
    lua_Integer size = check_list(L);
    const char *separator = lua_isnoneornil(L, 2) ? "" : rh_lua_text(L, 2, &between);
    lua_Integer from = rh_lua_integer_or(L, 3, 1), to = rh_lua_integer_or(L, 4, size);
    lua_settop(L, 4);
    rh_lua_piece_begin(L, &piece);
    for (lua_Integer i = from; i <= to; i++) {
        int type = lua_rawgeti(L, 1, i);
        if (type == LUA_TNUMBER) {
            length = rh_lua_number_text(L, -1, text);
            rh_lua_piece_add(&piece, text, length);
        } else if (type == LUA_TSTRING) {
            const char *part = lua_tolstring(L, -1, &length);
            rh_lua_piece_add(&piece, part, length);
        } else {
            return luaL_error(L, "invalid value (a %s) at index %I in table for 'concat'",
                              luaL_typename(L, -1), (LUAI_UACINT)i);
        }
        lua_pop(L, 1);
        if (i == to) break;
        rh_lua_piece_add(&piece, separator, between);
    }
    rh_lua_piece_push(&piece);
    return 1;
}

static int table_unpack(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Integer size = check_list(L);
    lua_Integer from = rh_lua_integer_or(L, 2, 1), to = rh_lua_integer_or(L, 3, size);
    if (from > to) return 0;
    lua_Unsigned count = (lua_Unsigned)to - (lua_Unsigned)from;
    if (count >= RH_LUA_RESULTS_MAX || !lua_checkstack(L, (int)count + 2))
        return luaL_error(L, "too many results to unpack (at most %d)", RH_LUA_RESULTS_MAX);
    rh_lua_charge(L, (int64_t)count + 1);
    for (lua_Unsigned i = 0; i <= count; i++)
        lua_rawgeti(L, 1, (lua_Integer)((lua_Unsigned)from + i));
    return (int)count + 1;
}

static int table_sort(lua_State *L)
{
    check_list(L);
    return rh_lua_sort(L);
}

void rh_lua_open_table(lua_State *L)
{
    static const luaL_Reg functions[] = {
#define X(name, function, ...) {name, function},
        RH_LUA_TABLE_MAP(X)
#undef X
        {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
