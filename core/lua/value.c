/* Arguments read strictly (a number is a number, never a text that looks like one) and text made
 * without libc, locale or addresses, so that it is the same on every machine. */
#include "lua/host.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

lua_Integer rh_lua_integer(lua_State *L, int arg)
{
    int exact = 0;
    if (lua_type(L, arg) != LUA_TNUMBER) luaL_typeerror(L, arg, "number");
    lua_Integer value = lua_tointegerx(L, arg, &exact);
    if (!exact) luaL_argerror(L, arg, "number has no integer representation");
    return value;
}

lua_Integer rh_lua_integer_or(lua_State *L, int arg, lua_Integer otherwise)
{
    return lua_isnoneornil(L, arg) ? otherwise : rh_lua_integer(L, arg);
}

const char *rh_lua_text(lua_State *L, int arg, size_t *length)
{
    if (lua_type(L, arg) != LUA_TSTRING) luaL_typeerror(L, arg, "string");
    return lua_tolstring(L, arg, length);
}

size_t rh_lua_number_text(lua_State *L, int index, char text[RH_NUMBER_TEXT + 4])
{
    if (lua_isinteger(L, index)) {
        long long value = (long long)lua_tointeger(L, index);
        return (size_t)snprintf(text, RH_NUMBER_TEXT + 4, "%lld", value);
    }
    double value = lua_tonumber(L, index);
    size_t length = rh_text_double(text, value);
    if (isfinite(value) && strcspn(text, ".e") == length) {     /* 2.0 stays a float to the eye */
        memcpy(text + length, ".0", 3);
        length += 2;
    }
    return length;
}

void rh_lua_push_text(lua_State *L, int index)
{
    char text[RH_NUMBER_TEXT + 4];
    index = lua_absindex(L, index);
    if (luaL_getmetafield(L, index, "__tostring") != LUA_TNIL) {
        lua_pushvalue(L, index);
        lua_call(L, 1, 1);
        if (lua_type(L, -1) != LUA_TSTRING) luaL_error(L, "'__tostring' must return a string");
        return;
    }
    switch (lua_type(L, index)) {
    case LUA_TNUMBER: {
        rh_lua_charge(L, 16);
        size_t length = rh_lua_number_text(L, index, text);
        lua_pushlstring(L, text, length);
        break;
    }
    case LUA_TSTRING: lua_pushvalue(L, index); break;
    case LUA_TBOOLEAN: lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false"); break;
    default: lua_pushstring(L, luaL_typename(L, index)); break;
    }
}

void rh_lua_piece_begin(lua_State *L, rh_lua_piece *piece)
{
    luaL_checkstack(L, 4, NULL);
    lua_pushnil(L);
    *piece = (rh_lua_piece){.L = L, .slot = lua_gettop(L)};
}

void rh_lua_piece_add(rh_lua_piece *piece, const char *bytes, size_t length)
{
    lua_State *L = piece->L;
    if (length > RH_LUA_STRING_BYTES_MAX || piece->length + length > RH_LUA_STRING_BYTES_MAX)
        luaL_error(L, "the resulting text is longer than %d bytes", (int)RH_LUA_STRING_BYTES_MAX);
    rh_lua_charge(L, (int64_t)(length >> 4) + 1);
    if (piece->length + length > piece->capacity) {
        size_t capacity = piece->capacity * 2 + 256;
        if (capacity < piece->length + length) capacity = piece->length + length;
        char *grown = lua_newuserdatauv(L, capacity, 0);
        if (piece->length > 0) memcpy(grown, piece->bytes, piece->length);
        lua_replace(L, piece->slot);
        piece->bytes = grown;
        piece->capacity = capacity;
    }
    if (length > 0) memcpy(piece->bytes + piece->length, bytes, length);
    piece->length += length;
}

void rh_lua_piece_push(rh_lua_piece *piece)
{
    lua_pushlstring(piece->L, piece->length > 0 ? piece->bytes : "", piece->length);
}
