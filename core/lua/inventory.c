/* Everything a script can reach from its globals, as sorted lines "path type". The list is compared
 * with a golden one, so that a door opened by accident (or by a newer Lua) fails a test. */
#include <stdio.h>
#include <string.h>

#include "lua/host.h"

typedef struct walk_state { rh_buffer *out; char path[256]; int depth; } walk_state;

static void list_table(lua_State *L, walk_state *walk, int index);

static void list_value(lua_State *L, walk_state *walk, int index)
{
    rh_buffer_printf(walk->out, "%s %s\n", walk->path, luaL_typename(L, index));
    if (lua_type(L, index) == LUA_TTABLE) list_table(L, walk, index);
}

/* The table at `index`, through its proxy if it is one, and through __index if it has one. */
static void list_table(lua_State *L, walk_state *walk, int index)
{
    size_t path = strlen(walk->path), length;
    if (++walk->depth > 8) luaL_error(L, "%s: too deep", walk->path);
    luaL_checkstack(L, 12, NULL);
    if (!rh_lua_push_backing(L, index)) lua_pushvalue(L, index);
    int table = lua_gettop(L);
    rh_lua_push_keys(L, table);
    for (lua_Integer i = 1; lua_rawgeti(L, table + 1, i) != LUA_TNIL; i++) {
        rh_lua_push_text(L, -1);
        const char *name = lua_tolstring(L, -1, &length);
        snprintf(walk->path + path, sizeof walk->path - path, "%s%s", path > 0 ? "." : "", name);
        lua_pop(L, 1);
        lua_rawget(L, table);
        list_value(L, walk, lua_gettop(L));
        lua_settop(L, table + 1);
    }
    walk->path[path] = '\0';
    if (lua_getmetatable(L, table)) {
        lua_pushliteral(L, "__index");
        if (lua_rawget(L, -2) == LUA_TTABLE) list_table(L, walk, lua_gettop(L));
    }
    lua_settop(L, table - 1);
    walk->depth--;
}

/* Globals, and the metatable that texts share. */
static int inventory_body(lua_State *L)
{
    walk_state *walk = lua_touserdata(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    list_table(L, walk, lua_gettop(L));
    lua_pushliteral(L, "");
    if (lua_getmetatable(L, -1)) {
        snprintf(walk->path, sizeof walk->path, "(text)");
        list_table(L, walk, lua_gettop(L));
    }
    if (walk->out->failed) luaL_error(L, "no memory");
    return 0;
}

rh_status rh_lua_inventory(bool trusted, rh_buffer *out, rh_error *error)
{
    rh_lua *host = NULL;
    const rh_policy_source source = {.label = "inventory"};
    const rh_policy_services services = {.trusted = trusted};
    RH_TRY(rh_lua_new(&source, &services, &host, error));
    walk_state walk = {.out = out};
    rh_status status = rh_lua_protected(host, rh_lua_open, NULL, 0, error);
    if (status == RH_OK) status = rh_lua_protected(host, inventory_body, &walk, 0, error);
    rh_policy_free(&host->policy);
    return status;
}
