/* rehedge.policy{...}: reads what a script declares into the host, checking every key.
 * Runs once, while the script loads; every refusal names the file, the line of the key where it can
 * be found, what was found and what was expected. Params and wakes have their own files. */
#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "lua/api.h"
#include "lua/host.h"

int rh_lua_refuse(lua_State *L, const char *key, const char *format, ...)
{
    rh_lua *host = rh_lua_host(L);
    int line = key != NULL ? rh_lua_line_of(host->source, host->source_length, key) : 0;
    if (line > 0)
        lua_pushfstring(L, "%s:%d: ", host->label, line);
    else
        luaL_where(L, 1);
    va_list arguments;
    va_start(arguments, format);
    lua_pushvfstring(L, format, arguments);
    va_end(arguments);
    lua_concat(L, 2);
    return lua_error(L);
}

void rh_lua_refuse_key(lua_State *L, const char *where, const char *key,
                       const char *const *allowed)
{
    char shown[RH_NAME_MAX];
    size_t count = 0;
    while (allowed[count] != NULL) count++;
    rh_text_escape(shown, sizeof shown, key, strlen(key));
    const char *near = rh_nearest_name(key, allowed, count);
    if (near != NULL)
        rh_lua_refuse(L, key, "unknown key '%s' in %s; did you mean '%s'?", shown, where, near);
    rh_lua_refuse(L, key, "unknown key '%s' in %s", shown, where);
}

/* The table at `index` is plain and all its keys are among `allowed`. */
static void check_keys(lua_State *L, int index, const char *where, const char *const *allowed)
{
    if (!rh_lua_is_plain(L, index))
        rh_lua_refuse(L, NULL, "%s must be a table without a metatable", where);
    rh_lua_push_keys(L, index);
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) != LUA_TNIL; i++) {
        if (lua_type(L, -1) != LUA_TSTRING)
            rh_lua_refuse(L, NULL, "%s has a %s as key, expected names", where,
                          luaL_typename(L, -1));
        const char *key = lua_tostring(L, -1);
        const char *const *word = allowed;
        while (*word != NULL && strcmp(*word, key) != 0) word++;
        if (*word == NULL) rh_lua_refuse_key(L, where, key, allowed);
        lua_pop(L, 1);
    }
    lua_pop(L, 2);
}

void rh_lua_copy_name(lua_State *L, int index, const char *key, char out[RH_NAME_MAX])
{
    size_t length = 0;
    if (lua_type(L, index) != LUA_TSTRING)
        rh_lua_refuse(L, key, "%s: found a %s, expected text", key, luaL_typename(L, index));
    const char *text = lua_tolstring(L, index, &length);
    if (length == 0 || length >= RH_NAME_MAX)
        rh_lua_refuse(L, key, "%s: expected text of 1 to %d bytes", key, RH_NAME_MAX - 1);
    for (size_t i = 0; i < length; i++)
        if (text[i] < 0x20 || text[i] > 0x7e)
            rh_lua_refuse(L, key, "%s: expected printable ASCII", key);
    memset(out, 0, RH_NAME_MAX);
    memcpy(out, text, length);
}

/* Optional text for people: escaped, cut at the capacity. */
static void copy_prose(lua_State *L, const char *key, char *out, size_t capacity)
{
    size_t length = 0;
    out[0] = '\0';
    lua_pushstring(L, key);
    int type = lua_rawget(L, 1);
    if (type == LUA_TSTRING) {
        const char *text = lua_tolstring(L, -1, &length);
        rh_text_escape(out, capacity, text, length);
    } else if (type != LUA_TNIL) {
        rh_lua_refuse(L, key, "%s: found a %s, expected text", key, lua_typename(L, type));
    }
    lua_pop(L, 1);
}

static void declare_identity(lua_State *L)
{
    rh_policy *policy = &rh_lua_host(L)->policy;
    lua_pushliteral(L, "api");
    int type = lua_rawget(L, 1);
    if (type == LUA_TNIL) rh_lua_refuse(L, NULL, "the policy declares no api: write api = 1");
    if (type != LUA_TNUMBER || lua_tonumber(L, -1) != RH_POLICY_API) {
        rh_lua_push_text(L, -1);
        rh_lua_refuse(L, "api", "api %s is not supported, this program has api %d",
                      lua_tostring(L, -1), RH_POLICY_API);
    }
    lua_pushliteral(L, "name");
    if (lua_rawget(L, 1) == LUA_TNIL)
        rh_lua_refuse(L, NULL, "the policy has no name: write name = \"...\"");
    rh_lua_copy_name(L, -1, "name", policy->name);
    lua_pushliteral(L, "version");
    if (lua_rawget(L, 1) == LUA_TNIL)
        rh_lua_refuse(L, NULL, "the policy has no version: write version = \"1.0.0\"");
    rh_lua_copy_name(L, -1, "version", policy->version);
    lua_pop(L, 3);
    copy_prose(L, "license", policy->license, sizeof policy->license);
    copy_prose(L, "about", policy->about, sizeof policy->about);
}

/* Keep the function under `key`; LUA_NOREF when it is absent. */
static int declare_callback(lua_State *L, const char *key)
{
    lua_pushstring(L, key);
    int type = lua_rawget(L, 1);
    if (type == LUA_TNIL) {
        lua_pop(L, 1);
        return LUA_NOREF;
    }
    if (type != LUA_TFUNCTION)
        rh_lua_refuse(L, key, "%s: found a %s, expected a function", key, lua_typename(L, type));
    return luaL_ref(L, LUA_REGISTRYINDEX);
}

/* scope = "asset" (of the first hedge instrument; the default) or "portfolio". */
static void declare_scope(lua_State *L)
{
    char word[RH_NAME_MAX] = "asset";
    lua_pushliteral(L, "scope");
    if (lua_rawget(L, 1) != LUA_TNIL) rh_lua_copy_name(L, -1, "scope", word);
    lua_pop(L, 1);
    rh_lua_host(L)->policy.portfolio = strcmp(word, "portfolio") == 0;
    if (!rh_lua_host(L)->policy.portfolio && strcmp(word, "asset") != 0)
        rh_lua_refuse(L, "scope", "scope: expected \"asset\" or \"portfolio\"");
}

static void declare_part(lua_State *L, const char *key, void (*declare)(lua_State *, int))
{
    lua_pushstring(L, key);
    if (lua_rawget(L, 1) != LUA_TNIL) {
        if (!rh_lua_is_plain(L, -1))
            rh_lua_refuse(L, key, "%s must be a table without a metatable", key);
        declare(L, lua_gettop(L));
    }
    lua_pop(L, 1);
}

int rh_lua_policy(lua_State *L)
{
    static const char *const keys[] = {
#define X(key, ...) key,
        RH_LUA_POLICY_KEY_MAP(X)
#undef X
        NULL};
    rh_lua *host = rh_lua_host(L);
    rh_lua_declared *declared = &host->declared;
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    if (!host->loading) return luaL_error(L, "rehedge.policy is only valid while a script loads");
    if (declared->done) return luaL_error(L, "rehedge.policy is called twice");
    if (host->kept_declaration != LUA_NOREF) return rh_lua_declare_again(L);
    int64_t budget = host->budget;
    check_keys(L, 1, "the policy", keys);
    declare_identity(L);
    declared->trigger = declare_callback(L, "trigger");
    declared->scale = declare_callback(L, "scale");
    declared->migrate = declare_callback(L, "migrate");
    for (int kind = 0; kind < RH_NOTICES; kind++) {
        declared->callback[kind] = declare_callback(L, rh_notice_words[kind]);
        if (declared->callback[kind] != LUA_NOREF) host->policy.told |= 1u << kind;
    }
    host->policy.has_trigger = declared->trigger != LUA_NOREF;
    host->policy.has_scale = declared->scale != LUA_NOREF;
    if (!host->policy.has_trigger && !host->policy.has_scale)
        return rh_lua_refuse(L, NULL, "the policy has neither a trigger nor a scale");
    declare_scope(L);
    declare_part(L, "params", rh_lua_declare_params);
    declare_part(L, "features", rh_lua_declare_features);
    declare_part(L, "wake", rh_lua_declare_wake);
    declare_part(L, "series", rh_lua_declare_series);
    host->declare_work = budget - host->budget;
    rh_lua_keep_declaration(L, 1);
    lua_pushvalue(L, 1);
    declared->marker = luaL_ref(L, LUA_REGISTRYINDEX);
    declared->done = true;
    return 1;
}
