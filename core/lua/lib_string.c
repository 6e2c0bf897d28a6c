/* string of the strict profile: ASCII, no patterns, results of at most 64 KiB, and every byte that
 * C touches is charged. format lives in format.c. */
#include <string.h>

#include "lua/api.h"
#include "lua/format.h"
#include "lua/host.h"

static const char *charged_text(lua_State *L, int arg, size_t *length)
{
    const char *text = rh_lua_text(L, arg, length);
    rh_lua_charge(L, (int64_t)(*length >> 4));
    return text;
}

static int string_len(lua_State *L)
{
    size_t length;
    rh_lua_text(L, 1, &length);
    lua_pushinteger(L, (lua_Integer)length);
    return 1;
}

/* Turn i and j (negative from the end) into a range of [1, length]; false when it is empty. */
static bool clamp_range(lua_Integer *from, lua_Integer *to, size_t length)
{
    lua_Integer size = (lua_Integer)length;
    if (*from < 0) *from = *from < -size ? 1 : size + *from + 1;
    if (*from == 0) *from = 1;
    if (*to < 0) *to = *to < -size ? 0 : size + *to + 1;
    if (*to > size) *to = size;
    return *from <= *to;
}

static int string_sub(lua_State *L)
{
    size_t length;
    const char *text = rh_lua_text(L, 1, &length);
    lua_Integer from = rh_lua_integer(L, 2), to = rh_lua_integer_or(L, 3, -1);
    if (!clamp_range(&from, &to, length)) {
        lua_pushliteral(L, "");
        return 1;
    }
    rh_lua_charge(L, (to - from) >> 4);
    lua_pushlstring(L, text + from - 1, (size_t)(to - from + 1));
    return 1;
}

static int string_byte(lua_State *L)
{
    size_t length;
    const char *text = rh_lua_text(L, 1, &length);
    lua_Integer from = rh_lua_integer_or(L, 2, 1), to = rh_lua_integer_or(L, 3, from);
    if (!clamp_range(&from, &to, length)) return 0;
    lua_Integer count = to - from + 1;
    if (count > RH_LUA_RESULTS_MAX || !lua_checkstack(L, (int)count))
        return luaL_error(L, "too many results (at most %d)", RH_LUA_RESULTS_MAX);
    rh_lua_charge(L, count);
    for (lua_Integer i = from; i <= to; i++) lua_pushinteger(L, (unsigned char)text[i - 1]);
    return (int)count;
}

static int string_char(lua_State *L)
{
    int count = lua_gettop(L);
    rh_lua_piece piece;
    rh_lua_piece_begin(L, &piece);
    for (int i = 1; i <= count; i++) {
        lua_Integer code = rh_lua_integer(L, i);
        luaL_argcheck(L, code >= 0 && code <= 255, i, "value out of range");
        char byte = (char)(unsigned char)code;
        if (code == 0) rh_lua_host(L)->uses |= RH_SOURCE_ZEROS;
        rh_lua_piece_add(&piece, &byte, 1);
    }
    rh_lua_piece_push(&piece);
    return 1;
}

static int change_case(lua_State *L, char first, char last, int shift)
{
    size_t length;
    char block[256];
    rh_lua_piece piece;
    const char *text = charged_text(L, 1, &length);
    rh_lua_piece_begin(L, &piece);
    for (size_t at = 0; at < length;) {
        size_t count = length - at < sizeof block ? length - at : sizeof block;
        for (size_t i = 0; i < count; i++) {
            char c = text[at + i];
            block[i] = c >= first && c <= last ? (char)(c + shift) : c;
        }
        rh_lua_piece_add(&piece, block, count);
        at += count;
    }
    rh_lua_piece_push(&piece);
    return 1;
}

static int string_lower(lua_State *L)
{
    return change_case(L, 'A', 'Z', 'a' - 'A');
}

static int string_upper(lua_State *L)
{
    return change_case(L, 'a', 'z', 'A' - 'a');
}

static int string_rep(lua_State *L)
{
    size_t length, between = 0;
    const char *text = rh_lua_text(L, 1, &length);
    lua_Integer times = rh_lua_integer(L, 2);
    const char *separator = lua_isnoneornil(L, 3) ? "" : rh_lua_text(L, 3, &between);
    size_t unit = length + between;
    if (times <= 0 || unit == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    if ((lua_Unsigned)times > (RH_LUA_STRING_BYTES_MAX + between) / unit)
        return luaL_error(L, "the resulting text is longer than %d bytes",
                          (int)RH_LUA_STRING_BYTES_MAX);
    size_t total = (size_t)times * unit, done = unit;   /* with a separator too many at its end */
    rh_lua_charge(L, (int64_t)(total >> 4));
    char *bytes = lua_newuserdatauv(L, total, 0);
    memcpy(bytes, text, length);
    memcpy(bytes + length, separator, between);
    while (done < total) {      /* what is there doubles */
        size_t more = done < total - done ? done : total - done;
        memcpy(bytes + done, bytes, more);
        done += more;
    }
    lua_pushlstring(L, bytes, total - between);
    return 1;
}

static const char *find_text(lua_State *L, const char *text, size_t length, const char *wanted,
                             size_t wanted_length)
{
    if (wanted_length > length) return NULL;
    const char *last = text + (length - wanted_length);
    while (text <= last) {
        size_t shared = 0;
        const char *found =
            wanted_length > 0 ? memchr(text, wanted[0], (size_t)(last - text) + 1) : text;
        if (found == NULL) return NULL;
        while (shared < wanted_length && found[shared] == wanted[shared]) shared++;
        rh_lua_charge(L, (int64_t)(shared >> 4) + ((found - text) >> 6) + 1);
        if (shared == wanted_length) return found;
        text = found + 1;
    }
    return NULL;
}

static int string_find(lua_State *L)
{
    size_t length, wanted_length;
    const char *text = rh_lua_text(L, 1, &length);
    const char *wanted = rh_lua_text(L, 2, &wanted_length);
    lua_Integer from = rh_lua_integer_or(L, 3, 1), to = (lua_Integer)length;
    rh_lua_charge(L, (int64_t)(length >> 6) + (int64_t)(wanted_length >> 4));
    if (!lua_toboolean(L, 4) && strcspn(wanted, "^$*+?.([%-") < wanted_length)
        return luaL_error(L, "patterns are not available in a policy: "
                             "string.find(text, wanted, 1, true) finds plain text");
    clamp_range(&from, &to, length);
    const char *found = NULL;
    if (from <= (lua_Integer)length + 1)
        found = find_text(L, text + from - 1, length - (size_t)(from - 1), wanted, wanted_length);
    if (found == NULL) {
        luaL_pushfail(L);
        return 1;
    }
    lua_pushinteger(L, found - text + 1);
    lua_pushinteger(L, found - text + (lua_Integer)wanted_length);
    return 2;
}

void rh_lua_open_string(lua_State *L)
{
    static const luaL_Reg functions[] = {
#define X(name, function, ...) {name, function},
        RH_LUA_STRING_MAP(X)
#undef X
        {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
    if (rh_lua_host(L)->services.trusted) rh_lua_open_patterns(L);
}
