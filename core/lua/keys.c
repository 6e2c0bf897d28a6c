/* The one order in which the keys of a table are visited: numbers ascending, then strings bytewise,
 * then false and true. Lua's own order depends on a seed that differs from process to process, so
 * neither `next` nor lua_next's order may reach a script, a digest or a saved state. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "lua/host.h"

typedef enum key_rank { INTEGER, FLOAT, STRING, BOOLEAN } key_rank;

typedef struct table_key {
    key_rank rank;
    union {
        lua_Integer integer;
        double number;
        struct { const char *bytes; size_t length; } text;
    };
} table_key;

static int compare_mixed(lua_Integer integer, double number)
{
    if (number >= 9223372036854775808.0) return -1;
    if (number < -9223372036854775808.0) return 1;
    lua_Integer whole = (lua_Integer)floor(number);
    if (integer != whole) return integer < whole ? -1 : 1;
    return number > floor(number) ? -1 : 0;
}

static int compare_numbers(const table_key *a, const table_key *b)
{
    if (a->rank == INTEGER && b->rank == FLOAT) return compare_mixed(a->integer, b->number);
    if (a->rank == FLOAT && b->rank == INTEGER) return -compare_mixed(b->integer, a->number);
    if (a->rank == INTEGER) return (a->integer > b->integer) - (a->integer < b->integer);
    return (a->number > b->number) - (a->number < b->number);
}

static int compare_texts(const table_key *a, const table_key *b)
{
    size_t shared = a->text.length < b->text.length ? a->text.length : b->text.length;
    int order = memcmp(a->text.bytes, b->text.bytes, shared);
    if (order != 0) return order;
    return (a->text.length > b->text.length) - (a->text.length < b->text.length);
}

static int compare(const table_key *a, const table_key *b)
{
    int class_a = a->rank == FLOAT ? INTEGER : (int)a->rank;
    int class_b = b->rank == FLOAT ? INTEGER : (int)b->rank;
    if (class_a != class_b) return class_a - class_b;
    if (class_a == STRING) return compare_texts(a, b);
    return class_a == INTEGER ? compare_numbers(a, b)
                              : (a->integer > b->integer) - (a->integer < b->integer);
}

static void sift(table_key *keys, size_t root, size_t count)
{
    table_key moved = keys[root];
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && compare(&keys[child], &keys[child + 1]) < 0) child++;
        if (compare(&moved, &keys[child]) >= 0) break;
        keys[root] = keys[child];
    }
    keys[root] = moved;
}

/* Heap sort: in place, no worst case; stability means nothing among distinct keys. */
static void sort_keys(table_key *keys, size_t count)
{
    bool sorted = true;
    for (size_t i = 1; i < count && sorted; i++) sorted = compare(&keys[i - 1], &keys[i]) < 0;
    if (sorted) return;
    for (size_t i = count / 2; i-- > 0;) sift(keys, i, count);
    for (size_t i = count; i-- > 1;) {
        table_key last = keys[i];
        keys[i] = keys[0];
        keys[0] = last;
        sift(keys, 0, i);
    }
}

static table_key key_at(lua_State *L, int index)
{
    table_key made = {.rank = BOOLEAN};
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        made.rank = lua_isinteger(L, index) ? INTEGER : FLOAT;
        if (made.rank == INTEGER)
            made.integer = lua_tointeger(L, index);
        else
            made.number = lua_tonumber(L, index);
        break;
    case LUA_TSTRING:
        made.rank = STRING;
        made.text.bytes = lua_tolstring(L, index, &made.text.length);
        break;
    case LUA_TBOOLEAN: made.integer = lua_toboolean(L, index); break;
    default:
        luaL_error(L, "a table with a %s as key has no order to visit it in",
                   luaL_typename(L, index));
    }
    return made;
}

static void push_key(lua_State *L, const table_key *key)
{
    switch (key->rank) {
    case INTEGER: lua_pushinteger(L, key->integer); break;
    case FLOAT: lua_pushnumber(L, key->number); break;
    case STRING: lua_pushlstring(L, key->text.bytes, key->text.length); break;
    case BOOLEAN: lua_pushboolean(L, (int)key->integer); break;
    }
}

/* An emptied table keeps its capacity, and walking it costs that much: count what the VM could
 * hold at most, in steps that small policies never reach. How large a table is depends on the seed
 * of the hashes, so this is apart from the gas, which must be the same in every process. */
void rh_lua_charge_scan(lua_State *L)
{
    rh_lua *host = rh_lua_host(L);
    host->scanned += (int64_t)(host->bytes_used >> 16) * 64;
    if (host->scanned <= host->scanned_max || host->killed || host->host_allocates) return;
    rh_lua_spend_too_much(host);
    rh_lua_raise_if_killed(L);
}

size_t rh_lua_count_keys(lua_State *L, int index)
{
    size_t count = 0;
    index = lua_absindex(L, index);
    luaL_checkstack(L, 3, NULL);
    rh_lua_charge_scan(L);
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) count++;
    return count;
}

void rh_lua_push_keys(lua_State *L, int index)
{
    size_t i = 0, bytes = 0, texts = 0;
    index = lua_absindex(L, index);
    luaL_checkstack(L, 6, NULL);
    size_t count = rh_lua_count_keys(L, index);
    lua_createtable(L, count < 1u << 24 ? (int)count : 0, 0);
    rh_lua_charge(L, (int64_t)count);
    if (count == 0) return;
    table_key *keys = lua_newuserdatauv(L, count * sizeof *keys, 0);
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        RH_ASSERT(i < count);
        keys[i] = key_at(L, -2);
        if (keys[i].rank == STRING) bytes += keys[i].text.length, texts++;
        i++;
    }
    int64_t compared = 0;
    for (size_t n = texts; n > 1; n >>= 1) compared += (int64_t)texts;
    rh_lua_charge(L, (int64_t)(bytes >> 4) + compared);
    sort_keys(keys, i);
    for (size_t at = 0; at < i; at++) {
        push_key(L, &keys[at]);
        lua_rawseti(L, -3, (lua_Integer)at + 1);
    }
    lua_pop(L, 1);
}

void rh_lua_check_fields(lua_State *L, int index, const char *what, const char *const *names,
                         size_t count)
{
    char shown[RH_NAME_MAX];
    rh_lua_push_keys(L, index);
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) != LUA_TNIL; i++) {
        size_t at = 0;
        if (lua_type(L, -1) != LUA_TSTRING)
            luaL_error(L, "%s has fields with names, found a %s", what, luaL_typename(L, -1));
        const char *key = lua_tostring(L, -1);
        while (at < count && strcmp(names[at], key) != 0) at++;
        if (at == count) {
            rh_text_escape(shown, sizeof shown, key, strlen(key));
            const char *near = rh_nearest_name(key, names, count);
            luaL_error(L, "unknown field '%s'%s%s%s", shown, near != NULL ? "; did you mean '" : "",
                       near != NULL ? near : "", near != NULL ? "'?" : "");
        }
        lua_pop(L, 1);
    }
    lua_pop(L, 2);
}

/* Upvalues: the keys, the table, how many keys were visited. Keys removed since are left out. */
static int next_pair(lua_State *L)
{
    lua_Integer at = lua_tointeger(L, lua_upvalueindex(3));
    for (;;) {
        rh_lua_charge(L, 1);
        if (lua_rawgeti(L, lua_upvalueindex(1), ++at) == LUA_TNIL) return 1;
        lua_pushvalue(L, -1);
        if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL) break;
        lua_pop(L, 2);
    }
    lua_pushinteger(L, at);
    lua_replace(L, lua_upvalueindex(3));
    return 2;
}

int rh_lua_pairs(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    if (rh_lua_push_backing(L, 1)) lua_replace(L, 1);
    rh_lua_push_keys(L, 1);
    lua_insert(L, 1);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_pair, 3);
    return 1;
}
