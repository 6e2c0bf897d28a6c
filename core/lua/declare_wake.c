/* The wake and the features a script declares, as written: texts that name a param are resolved
 * later (resolve.c), when the values of the params are known. */
#include <string.h>

#include "lua/api.h"
#include "lua/host.h"

static bool is_word(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(*words, text) == 0) return true;
    return false;
}

/* The value on top of the stack: a number, or text. */
static void read_setting(lua_State *L, const char *key, rh_lua_setting *setting)
{
    setting->given = true;
    setting->is_text = lua_type(L, -1) == LUA_TSTRING;
    if (setting->is_text)
        rh_lua_copy_name(L, -1, key, setting->text);
    else if (lua_type(L, -1) == LUA_TNUMBER)
        setting->number = lua_tonumber(L, -1);
    else
        rh_lua_refuse(L, key, "wake.%s: found a %s, expected a number or the name of a param", key,
                      luaL_typename(L, -1));
}

static void add_event(lua_State *L, rh_lua_declared *declared)
{
    char word[RH_NAME_MAX];
    rh_lua_copy_name(L, -1, "on", word);
    for (int on = 0; rh_wake_on_words[on] != NULL; on++) {
        if (strcmp(rh_wake_on_words[on], word) != 0) continue;
        declared->on |= 1u << on;
        return;
    }
    rh_lua_refuse_key(L, "wake.on", word, rh_wake_on_words);
}

/* The value on top: "fill", or { "fill", "trade" }. */
static void read_events(lua_State *L, rh_lua_declared *declared)
{
    int list = lua_gettop(L);
    if (lua_type(L, list) == LUA_TSTRING) {
        add_event(L, declared);
        return;
    }
    if (!rh_lua_is_plain(L, list))
        rh_lua_refuse(L, "on", "wake.on: expected a list such as { \"fill\", \"trade\" }");
    for (lua_Integer i = 1; lua_rawgeti(L, list, i) != LUA_TNIL; i++) {
        add_event(L, declared);
        lua_pop(L, 1);
    }
    lua_settop(L, list);
}

void rh_lua_declare_wake(lua_State *L, int index)
{
    static const char *const allowed[] = {      /* the four settings first */
#define X(key, ...) key,
        RH_LUA_WAKE_KEY_MAP(X)
#undef X
        NULL};
    rh_lua_declared *declared = &rh_lua_host(L)->declared;
    rh_lua_setting *settings[] = {&declared->every, &declared->delta_beyond, &declared->unit,
                                  &declared->move_beyond};
    rh_lua_push_keys(L, index);
    int keys = lua_gettop(L);
    for (lua_Integer i = 1; lua_rawgeti(L, keys, i) != LUA_TNIL; i++) {
        const char *key = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "?";
        if (!is_word(key, allowed)) rh_lua_refuse_key(L, "wake", key, allowed);
        lua_pushvalue(L, -1);
        lua_rawget(L, index);
        declared->has_wake = true;
        if (strcmp(key, "on") == 0) read_events(L, declared);
        for (int at = 0; at < 4; at++)
            if (strcmp(key, allowed[at]) == 0) read_setting(L, key, settings[at]);
        lua_settop(L, keys);
    }
    lua_settop(L, keys - 1);
}

/* --- features ------------------------------------------------------------------------------ */

/* The key is at -2, its value at -1. */
static void read_argument(lua_State *L, rh_feature_spec *spec)
{
    if (lua_type(L, -2) != LUA_TSTRING)
        rh_lua_refuse(L, spec->name, "features.%s: expected { \"kind\", key = value }", spec->name);
    if (spec->arg_count == RH_FEATURE_ARGS_MAX)
        rh_lua_refuse(L, spec->name, "features.%s: at most %d arguments", spec->name,
                      RH_FEATURE_ARGS_MAX);
    rh_feature_arg *arg = &spec->args[spec->arg_count++];
    rh_lua_copy_name(L, -2, spec->name, arg->key);
    arg->is_text = lua_type(L, -1) == LUA_TSTRING;
    if (arg->is_text)
        rh_lua_copy_name(L, -1, arg->key, arg->text);
    else if (lua_type(L, -1) == LUA_TNUMBER)
        arg->number = lua_tonumber(L, -1);
    else
        rh_lua_refuse(L, spec->name, "features.%s.%s: expected a number or text", spec->name,
                      arg->key);
}

/* The table { "realized_vol", window = "1h" } is at `index`. */
static void read_feature(lua_State *L, int index, rh_feature_spec *spec)
{
    if (!rh_lua_is_plain(L, index))
        rh_lua_refuse(L, spec->name, "features.%s: expected a table such as "
                      "{ \"realized_vol\", window = \"1h\" }", spec->name);
    if (lua_rawgeti(L, index, 1) != LUA_TSTRING)
        rh_lua_refuse(L, spec->name, "features.%s: expected the kind as first element, such as "
                      "\"realized_vol\"", spec->name);
    rh_lua_copy_name(L, -1, spec->name, spec->kind);
    rh_lua_push_keys(L, index);
    int keys = lua_gettop(L);
    for (lua_Integer i = 1; lua_rawgeti(L, keys, i) != LUA_TNIL; i++) {
        if (lua_type(L, -1) != LUA_TNUMBER || lua_tonumber(L, -1) != 1.0) {
            lua_pushvalue(L, -1);
            lua_rawget(L, index);
            read_argument(L, spec);
        }
        lua_settop(L, keys);
    }
}

void rh_lua_declare_features(lua_State *L, int index)
{
    rh_policy *policy = &rh_lua_host(L)->policy;
    rh_lua_push_keys(L, index);
    int keys = lua_gettop(L);
    for (lua_Integer i = 1; lua_rawgeti(L, keys, i) != LUA_TNIL; i++) {
        if (lua_type(L, -1) != LUA_TSTRING)
            rh_lua_refuse(L, "features", "features: expected rv = { \"realized_vol\", ... }");
        if (i > RH_FEATURES_MAX)
            rh_lua_refuse(L, "features", "features: at most %d of them", RH_FEATURES_MAX);
        rh_feature_spec *spec = &policy->features[policy->feature_count];
        memset(spec, 0, sizeof *spec);
        rh_lua_copy_name(L, -1, "features", spec->name);
        lua_rawget(L, index);
        read_feature(L, lua_gettop(L), spec);
        policy->feature_count++;
        lua_settop(L, keys);
    }
    lua_settop(L, keys - 1);
}
