/* require: the modules of the policy's own bundle, each run once, while the policy loads.
 * Must not touch a file: the bytes came with the source. Invariants: a name is words joined by dots
 * and finds a module of the bundle or nothing; a module runs on what is left of the load budget;
 * after loading only what was loaded then is found. */
#include <string.h>

#include "lua/host.h"

static const char loaded_key;   /* in the registry: name -> what the module returned */
static const char loading_key;  /* name -> true, from the start of its run to its end */

enum { RH_LUA_PARSE_BYTES_PER_CHARGE = 16 };    /* the parser is C: its work is charged here */

static void push_table(lua_State *L, const void *key)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, key) == LUA_TTABLE) return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

void rh_lua_forget_modules(lua_State *L)
{
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &loaded_key);
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &loading_key);
}

/* Arg 1, a module's name: letters, digits and _, joined by single dots. Raises otherwise. */
static const char *module_name(lua_State *L)
{
    char shown[RH_NAME_MAX];
    size_t length = 0;
    const char *name = rh_lua_text(L, 1, &length);
    bool good = length > 0 && length < RH_MODULE_PATH_MAX - 4 && strlen(name) == length;
    for (size_t i = 0; good && i < length; i++) {
        bool at_start = i == 0 || name[i - 1] == '.';
        bool is_letter = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z') ||
                         name[i] == '_';
        bool inside = (name[i] >= '0' && name[i] <= '9') || (name[i] == '.' && i + 1 < length);
        good = is_letter || (!at_start && inside);
    }
    if (good) return name;
    rh_text_escape(shown, sizeof shown, name, length);
    luaL_error(L, "require: \"%s\" is no module name: words joined by dots, such as "
               "\"indicators.vol\" for indicators/vol.lua", shown);
    return NULL;
}

static int no_module(lua_State *L, const rh_policy_source *set, const char *name)
{
    char names[RH_MODULES_MAX][RH_MODULE_PATH_MAX];
    const char *list[RH_MODULES_MAX];
    size_t count = 0;
    if (!set->is_bundle)
        return luaL_error(L, "require \"%s\": this policy is a single file and has no modules; a "
                          "folder with policy.lua has (docs/sharing.md)", name);
    for (size_t i = 0; i < set->module_count && count < RH_MODULES_MAX; i++)
        if (rh_policy_module_name(set->modules[i].path, names[count])) {
            list[count] = names[count];
            count++;
        }
    const char *near = rh_nearest_name(name, list, count);
    if (near != NULL)
        return luaL_error(L, "require \"%s\": the bundle has no such module; did you mean \"%s\"?",
                          name, near);
    return luaL_error(L, "require \"%s\": the bundle has no such module", name);
}

/* Compile the module and run it with its name; its value is left on the stack. */
static void run_module(lua_State *L, const rh_policy_module *module, const char *name)
{
    char chunk[RH_MODULE_PATH_MAX + 1] = "@";
    memcpy(chunk + 1, module->path, strlen(module->path) + 1);
    rh_lua_charge(L, (int64_t)(module->length / RH_LUA_PARSE_BYTES_PER_CHARGE));
    int code = luaL_loadbufferx(L, module->bytes, module->length, chunk, "t");
    rh_lua_raise_if_killed(L);
    if (code != LUA_OK) lua_error(L);
    lua_pushstring(L, name);
    lua_call(L, 1, 1);
    rh_lua_raise_if_killed(L);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
    }
}

int rh_lua_require(lua_State *L)
{
    enum { NAME = 1, LOADED, LOADING };
    rh_lua *host = rh_lua_host(L);
    const char *name = module_name(L);
    lua_settop(L, NAME);
    push_table(L, &loaded_key);
    push_table(L, &loading_key);
    lua_pushvalue(L, NAME);
    if (lua_rawget(L, LOADED) != LUA_TNIL) return 1;
    if (!host->loading)
        return luaL_error(L, "require \"%s\": modules are loaded while the policy loads; require "
                          "it at the top of the file", name);
    const rh_policy_module *module = rh_policy_source_module(host->set, name);
    if (module == NULL) return no_module(L, host->set, name);
    lua_pushvalue(L, NAME);
    if (lua_rawget(L, LOADING) != LUA_TNIL)
        return luaL_error(L, "require \"%s\": a cycle: it is being loaded, or failed to load "
                          "before", name);
    lua_pushvalue(L, NAME);
    lua_pushboolean(L, 1);
    lua_rawset(L, LOADING);
    run_module(L, module, name);
    lua_pushvalue(L, NAME);
    lua_pushvalue(L, -2);
    lua_rawset(L, LOADED);
    return 1;
}

rh_status rh_lua_check_modules(const rh_policy_source *set, unsigned *uses, rh_error *error)
{
    for (size_t i = 0; i < set->module_count; i++)
        RH_TRY(rh_lua_check_source(set->modules[i].path, set->modules[i].bytes,
                                   set->modules[i].length, uses, error));
    return RH_OK;
}
