/* setmetatable of the sandbox: installs a sealed copy of the metatable with allow-listed keys, so
 * that nothing Lua reads later (__gc, __mode, __close, __concat) can be slipped in afterwards.
 * Invariants: chains of __index and __newindex are at most RH_LUA_INDEX_CHAIN_MAX tables long, and
 * stay so: a table that serves as a link takes no metatable afterwards. Other metamethods are
 * functions, because Lua resolves chains of callable tables without ever counting. */
#include <string.h>

#include "lua/host.h"

static const char links_key;    /* registry: the set of tables that serve as links */

static const char *const function_keys[] = {
    "__call", "__tostring", "__eq", "__lt", "__le", "__len", "__unm", "__add", "__sub", "__mul",
    "__div", "__mod", "__idiv", "__pow", "__band", "__bor", "__bxor", "__shl", "__shr", "__bnot",
    NULL};

static bool is_in(const char *word, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(*words, word) == 0) return true;
    return false;
}

bool rh_lua_is_plain(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TTABLE) return false;
    if (!lua_getmetatable(L, index)) return true;
    lua_pop(L, 1);
    return false;
}

/* How many tables a lookup may walk from the table at `index`, itself included. */
static int chain_length(lua_State *L, int index, const char *key)
{
    int length = 1, top = lua_gettop(L);
    lua_pushvalue(L, index);
    while (length <= RH_LUA_INDEX_CHAIN_MAX && lua_getmetatable(L, -1)) {
        lua_pushstring(L, key);
        if (lua_rawget(L, -2) != LUA_TTABLE) break;
        length++;
    }
    lua_settop(L, top);
    return length;
}

static void push_links(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &links_key) == LUA_TTABLE) return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &links_key);
}

void rh_lua_forget_links(lua_State *L)
{
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &links_key);
}

/* The value on top is an __index or __newindex. */
static void check_link(lua_State *L, const char *key)
{
    int type = lua_type(L, -1);
    if (type == LUA_TFUNCTION) return;
    if (type != LUA_TTABLE)
        luaL_error(L, "%s must be a table or a function, not a %s", key, luaL_typename(L, -1));
    if (chain_length(L, lua_gettop(L), key) >= RH_LUA_INDEX_CHAIN_MAX)
        luaL_error(L, "%s chains may be at most %d tables long", key, RH_LUA_INDEX_CHAIN_MAX);
    push_links(L);
    lua_pushvalue(L, -2);
    lua_pushboolean(L, 1);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

static void refuse_linked(lua_State *L, int index)
{
    push_links(L);
    lua_pushvalue(L, index);
    if (lua_rawget(L, -2) != LUA_TNIL)
        luaL_error(L, "this table is the __index of another one: give it its metatable first");
    lua_pop(L, 2);
}

/* Copy the pair at (-2, -1) into the sealed metatable if it is a metamethod. */
static void copy_event(lua_State *L, int sealed)
{
    if (lua_type(L, -2) != LUA_TSTRING) return;
    const char *key = lua_tostring(L, -2);
    if (strncmp(key, "__", 2) != 0) return;
    if (strcmp(key, "__index") == 0 || strcmp(key, "__newindex") == 0)
        check_link(L, key);
    else if (!is_in(key, function_keys))
        luaL_error(L, "'%s' is not available in a policy", key);
    else if (lua_type(L, -1) != LUA_TFUNCTION)
        luaL_error(L, "'%s' must be a function", key);
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, sealed);
}

int rh_lua_setmetatable(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argexpected(L, lua_isnil(L, 2) || lua_istable(L, 2), 2, "nil or table");
    lua_settop(L, 2);
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
        return luaL_error(L, "cannot change a protected metatable");
    if (lua_isnil(L, 2)) {
        lua_setmetatable(L, 1);
        return 1;   /* the table: the nil was taken */
    }
    refuse_linked(L, 1);
    lua_newtable(L);
    rh_lua_charge_scan(L);
    for (lua_pushnil(L); lua_next(L, 2) != 0; lua_pop(L, 1)) {
        rh_lua_charge(L, 1);
        copy_event(L, 3);
    }
    lua_setmetatable(L, 1);
    lua_settop(L, 1);
    return 1;
}
