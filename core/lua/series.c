/* The series of a script: declared by name under `series`, written with rehedge.record, read by the
 * engine at each row of the ledger. Names are plain words, so that they can be columns anywhere.
 * Invariant: what is recorded decides nothing and reaches no digest. */
#include <math.h>
#include <string.h>

#include "lua/host.h"

static bool is_word(const char *text)
{
    for (; *text; text++) {
        bool letter = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
        if (!letter && !(*text >= '0' && *text <= '9') && *text != '_') return false;
    }
    return true;
}

void rh_lua_declare_series(lua_State *L, int index)
{
    rh_policy *policy = &rh_lua_host(L)->policy;
    size_t length = lua_rawlen(L, index);
    rh_lua_push_keys(L, index);
    if (lua_rawlen(L, -1) != length || length > RH_SERIES_MAX)
        rh_lua_refuse(L, "series", "series: expected a list of at most %d names", RH_SERIES_MAX);
    for (size_t i = 1; i <= length; i++) {
        char *name = policy->series[policy->series_count];
        lua_rawgeti(L, index, (lua_Integer)i);
        rh_lua_copy_name(L, -1, "series", name);
        if (!is_word(name))
            rh_lua_refuse(L, "series", "series: found '%s', expected letters, digits and _", name);
        for (int k = 0; k < policy->series_count; k++)
            if (strcmp(policy->series[k], name) == 0)
                rh_lua_refuse(L, "series", "series: '%s' is named twice", name);
        policy->series_value[policy->series_count++] = (double)NAN;
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

static int unknown_series(lua_State *L, const rh_policy *policy, const char *name)
{
    const char *names[RH_SERIES_MAX];
    char shown[RH_NAME_MAX];
    for (int i = 0; i < policy->series_count; i++) names[i] = policy->series[i];
    const char *near = rh_nearest_name(name, names, (size_t)policy->series_count);
    rh_text_escape(shown, sizeof shown, name, strlen(name));
    if (near != NULL)
        return luaL_error(L, "undeclared series '%s'; did you mean '%s'?", shown, near);
    return luaL_error(L, "undeclared series '%s': name it under `series`", shown);
}

int rh_lua_record(lua_State *L)
{
    rh_lua *host = rh_lua_host(L);
    rh_policy *policy = &host->policy;
    const char *name = rh_lua_text(L, 1, NULL);
    double value = rh_lua_number(L, 2);
    if (host->view == NULL)
        return luaL_error(L, "rehedge.record is only valid inside a call of the policy");
    for (int i = 0; i < policy->series_count; i++) {
        if (strcmp(policy->series[i], name) != 0) continue;
        rh_lua_charge(L, 4 + i / 4);
        policy->series_value[i] = isfinite(value) ? value : (double)NAN;
        return 0;
    }
    return unknown_series(L, policy, name);
}
