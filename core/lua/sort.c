/* table.sort: a stable merge sort, so that equal elements keep their order on every machine, with a
 * check at the end that the comparator told one story.
 * Works on private copies: a comparator that changes the table, or lies, corrupts nothing. */
#include "lua/host.h"

enum { LIST = 1, COMPARATOR = 2, FROM = 3, INTO = 4 };

/* Is element i of table `a` before element j of table `b`? */
static bool is_before(lua_State *L, int a, lua_Integer i, int b, lua_Integer j)
{
    bool before;
    rh_lua_charge(L, 1);
    if (lua_isnil(L, COMPARATOR)) {
        int left = lua_rawgeti(L, a, i), right = lua_rawgeti(L, b, j);
        if (left != right || (left != LUA_TNUMBER && left != LUA_TSTRING && left != LUA_TTABLE))
            luaL_error(L, "attempt to compare %s with %s in 'sort'", lua_typename(L, left),
                       lua_typename(L, right));
        if (left == LUA_TSTRING) {
            size_t shorter = lua_rawlen(L, -2) < lua_rawlen(L, -1) ? lua_rawlen(L, -2)
                                                                   : lua_rawlen(L, -1);
            rh_lua_charge(L, rh_lua_text_cost(rh_lua_host(L), shorter));
        }
        before = lua_compare(L, -2, -1, LUA_OPLT);
        lua_pop(L, 2);
        return before;
    }
    lua_pushvalue(L, COMPARATOR);
    lua_rawgeti(L, a, i);
    lua_rawgeti(L, b, j);
    lua_call(L, 2, 1);
    before = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return before;
}

static void move(lua_State *L, int from, lua_Integer i, int into, lua_Integer j)
{
    lua_rawgeti(L, from, i);
    lua_rawseti(L, into, j);
}

/* Merge [lo, mid) and [mid, hi) of FROM into INTO; the left one wins ties. */
static void merge(lua_State *L, lua_Integer lo, lua_Integer mid, lua_Integer hi)
{
    lua_Integer left = lo, right = mid;
    for (lua_Integer at = lo; at < hi; at++) {
        bool from_right = left >= mid || (right < hi && is_before(L, FROM, right, FROM, left));
        move(L, FROM, from_right ? right++ : left++, INTO, at);
    }
}

static void swap_tables(lua_State *L)
{
    lua_pushvalue(L, FROM);
    lua_copy(L, INTO, FROM);
    lua_replace(L, INTO);
}

int rh_lua_sort(lua_State *L)
{
    lua_Integer size = (lua_Integer)lua_rawlen(L, LIST);
    if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    luaL_checkstack(L, 8, NULL);
    rh_lua_charge(L, size);
    lua_createtable(L, (int)size, 0);
    lua_createtable(L, (int)size, 0);
    for (lua_Integer i = 1; i <= size; i++) move(L, LIST, i, FROM, i);
    for (lua_Integer width = 1; width < size; width *= 2) {
        for (lua_Integer lo = 1; lo <= size; lo += 2 * width) {
            lua_Integer mid = lo + width <= size + 1 ? lo + width : size + 1;
            lua_Integer hi = lo + 2 * width <= size + 1 ? lo + 2 * width : size + 1;
            merge(L, lo, mid, hi);
        }
        swap_tables(L);
    }
    for (lua_Integer i = 1; i < size; i++)
        if (is_before(L, FROM, i + 1, FROM, i))
            return luaL_error(L, "invalid order function for sorting: it contradicts itself "
                                 "(use < and not <=)");
    for (lua_Integer i = 1; i <= size; i++) move(L, FROM, i, LIST, i);
    return 0;
}
