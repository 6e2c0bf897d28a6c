/* The world a script lives in: an allow-list of functions in read-only tables, built from nothing.
 * No standard library is ever opened, so nothing has to be taken away.
 * Invariants: no table of the host is reachable except through a sealed proxy; an absent name is an
 * error that says so. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "lua/host.h"

static const char backing_key;  /* in the metatable of a proxy: the table behind it */

static int read_only(lua_State *L)
{
    return luaL_error(L, "%s is read-only", lua_tostring(L, lua_upvalueindex(1)));
}

void rh_lua_seal(lua_State *L, const char *name, lua_CFunction absent)
{
    if (absent != NULL) {       /* the backing table itself asks `absent` */
        lua_createtable(L, 0, 1);
        lua_pushstring(L, name);
        lua_pushvalue(L, -3);
        lua_pushcclosure(L, absent, 2);
        lua_setfield(L, -2, "__index");
        lua_setmetatable(L, -2);
    }
    lua_newtable(L);            /* the proxy stays empty */
    lua_createtable(L, 0, 4);
    lua_pushvalue(L, -3);
    lua_rawsetp(L, -2, &backing_key);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, name);
    lua_pushcclosure(L, read_only, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_remove(L, -2);
}

bool rh_lua_push_backing(lua_State *L, int index)
{
    if (!lua_getmetatable(L, index)) return false;
    if (lua_rawgetp(L, -1, &backing_key) == LUA_TTABLE) {
        lua_remove(L, -2);
        return true;
    }
    lua_pop(L, 2);
    return false;
}

/* The nearest of the string keys of the table at `index`, NULL when none is near. */
static const char *nearest_key(lua_State *L, int index, const char *name)
{
    const char *names[64];
    size_t count = 0;
    rh_lua_charge(L, 1000);     /* comparing with 64 names takes its time, and pcall goes on */
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1))
        if (lua_type(L, -2) == LUA_TSTRING && count < 64) names[count++] = lua_tostring(L, -2);
    for (size_t i = 1; i < count; i++) {        /* hash order must not decide between two */
        const char *moved = names[i];
        size_t at = i;
        for (; at > 0 && strcmp(names[at - 1], moved) > 0; at--) names[at] = names[at - 1];
        names[at] = moved;
    }
    return rh_nearest_name(name, names, count);
}

static const char *escaped_key(lua_State *L, int index, char out[RH_NAME_MAX])
{
    size_t length = 0;
    const char *text = "?";
    if (lua_type(L, index) == LUA_TSTRING) text = lua_tolstring(L, index, &length);
    rh_text_escape(out, RH_NAME_MAX, text, length > 0 ? length : strlen(text));
    return out;
}

static int absent_member(lua_State *L)
{
    char name[RH_NAME_MAX];
    const char *library = lua_tostring(L, lua_upvalueindex(1));
    escaped_key(L, 2, name);
    const char *near = nearest_key(L, lua_upvalueindex(2), name);
    if (near != NULL)
        return luaL_error(L, "%s.%s is not available in a policy; did you mean %s.%s?", library,
                          name, library, near);
    return luaL_error(L, "%s.%s is not available in a policy", library, name);
}

static const char *hint_of(const char *name)
{
    static const char *const hints[][2] = {
        {"print", "write rehedge.log(text)"},
        {"os", "a policy has no clock and no system; the time is s.time"},
        {"io", "a policy has no files"},
        {"random", "use rehedge.rng(stream)"},
        {"xpcall", "use pcall"},
        {"next", "use pairs, whose order is fixed"},
        {"unpack", "use table.unpack"},
    };
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (strcmp(hints[i][0], name) == 0) return hints[i][1];
    return NULL;
}

void rh_lua_say_absent(const char *name, const char *near, char *out, size_t capacity)
{
    static const char *const known[] = {"collectgarbage", "coroutine", "debug", "dofile",
        "getmetatable", "io", "load", "loadfile", "loadstring", "next", "os", "package", "print",
        "rawget", "rawset", "utf8", "warn", "xpcall", "_G", "_VERSION", NULL};
    const char *hint = hint_of(name);
    for (const char *const *word = known; *word != NULL; word++) {
        if (strcmp(*word, name) != 0) continue;
        snprintf(out, capacity, "'%s' is not available in a policy%s%s", name,
                 hint != NULL ? ": " : "", hint != NULL ? hint : "");
        return;
    }
    if (near != NULL)
        snprintf(out, capacity, "undefined global '%s'; did you mean '%s'?", name, near);
    else
        snprintf(out, capacity, "undefined global '%s'%s%s", name, hint != NULL ? ": " : "",
                 hint != NULL ? hint : "");
}

static int absent_global(lua_State *L)
{
    char name[RH_NAME_MAX], text[3 * RH_NAME_MAX + 64];
    escaped_key(L, 2, name);
    rh_lua_say_absent(name, nearest_key(L, lua_upvalueindex(2), name), text, sizeof text);
    return luaL_error(L, "%s", text);
}

static void add_library(lua_State *L, const char *name, void (*open)(lua_State *))
{
    lua_newtable(L);
    open(L);
    rh_lua_seal(L, name, absent_member);
    lua_setfield(L, -2, name);
}

/* What `rehedge` has not in C it may have in Lua: compiling that takes longer than all the rest of
 * a VM, so it waits until a script asks. */
static int rehedge_member(lua_State *L)
{
    if (rh_lua_load_prelude(L, lua_upvalueindex(2))) {
        lua_pushvalue(L, 2);
        if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL) return 1;
    }
    return absent_member(L);
}

/* Texts are values with one metatable for the whole VM: it leads to our functions only. */
static void set_string_metatable(lua_State *L)
{
    lua_pushliteral(L, "");
    lua_createtable(L, 0, 2);
    lua_getfield(L, -3, "string");
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

int rh_lua_open(lua_State *L)
{
    lua_newtable(L);
    rh_lua_open_base(L);
    if (rh_lua_host(L)->testing != NULL) rh_lua_open_tests(L);
    add_library(L, "string", rh_lua_open_string);
    add_library(L, "table", rh_lua_open_table);
    add_library(L, "math", rh_lua_open_math);
    lua_newtable(L);
    rh_lua_open_rehedge(L);
    rh_lua_seal(L, "rehedge", rehedge_member);
    lua_setfield(L, -2, "rehedge");
    if (rh_lua_host(L)->services.trusted) add_library(L, "coroutine", rh_lua_open_coroutine);
    set_string_metatable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "globals");
    lua_pushvalue(L, -3);
    lua_pushcclosure(L, absent_global, 2);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_newtable(L);            /* the script's own globals, in front of ours */
    lua_createtable(L, 0, 2);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);    /* what lua_load gives to chunks */
    return 0;
}
