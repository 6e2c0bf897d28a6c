/* The params a script declares: name = { default, min, max, unit, about, allowed }, or just the
 * default. The type follows from the default: a number, a duration ("1h"), a word, true or false.
 * Invariant: specifications are sorted by name and every default obeys its own specification. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "lua/api.h"
#include "lua/host.h"

static bool is_identifier(const char *text)
{
    if (*text >= '0' && *text <= '9') return false;
    for (const char *c = text; *c != '\0'; c++)
        if (!((*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
              *c == '_'))
            return false;
    return *text != '\0';
}

/* Push the member `key` of the table at `index`; returns its type. */
static int member(lua_State *L, int index, const char *key)
{
    lua_pushstring(L, key);
    return lua_rawget(L, index);
}

static void declare_words(lua_State *L, int index, rh_param_spec *spec)
{
    if (member(L, index, "allowed") == LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    int list = lua_gettop(L);
    if (!rh_lua_is_plain(L, list))
        rh_lua_refuse(L, spec->name, "params.%s.allowed: expected a list of words", spec->name);
    for (lua_Integer i = 1; lua_rawgeti(L, list, i) != LUA_TNIL; i++) {
        if (i > RH_PARAM_WORDS_MAX)
            rh_lua_refuse(L, spec->name, "params.%s.allowed: at most %d words", spec->name,
                          RH_PARAM_WORDS_MAX);
        rh_lua_copy_name(L, -1, "allowed", spec->words[spec->word_count++]);
        lua_pop(L, 1);
    }
    lua_settop(L, list - 1);
    if (spec->word_count == 0)
        rh_lua_refuse(L, spec->name, "params.%s.allowed: expected a list of words", spec->name);
}

static void declare_instrument(lua_State *L, int index, rh_param_spec *spec)
{
    int type = member(L, index, "instrument");
    if (type != LUA_TNIL && (type != LUA_TBOOLEAN || !lua_toboolean(L, -1) || spec->word_count > 0))
        rh_lua_refuse(L, spec->name, "params.%s.instrument: expected true, and no `allowed`",
                      spec->name);
    spec->is_instrument = type != LUA_TNIL;
    lua_pop(L, 1);
}

/* The default is on top of the stack. */
static void declare_default(lua_State *L, rh_param_spec *spec)
{
    rh_param_value *value = &spec->default_value;
    switch (lua_type(L, -1)) {
    case LUA_TNUMBER:
        spec->type = RH_PARAM_NUMBER;
        value->number = lua_tonumber(L, -1);
        break;
    case LUA_TBOOLEAN:
        spec->type = RH_PARAM_BOOL;
        value->number = lua_toboolean(L, -1) ? 1.0 : 0.0;
        break;
    case LUA_TSTRING:
        spec->type = RH_PARAM_TEXT;
        if (spec->word_count == 0 && !spec->is_instrument &&
            rh_parse_duration(lua_tostring(L, -1), &value->duration_ns)) {
            spec->type = RH_PARAM_DURATION;
            break;
        }
        if (spec->word_count == 0 && !spec->is_instrument)
            rh_lua_refuse(L, spec->name,
                          "params.%s: a text param lists its words: allowed = { \"...\" } "
                          "(or is a duration such as \"1h\", or an instrument = true)", spec->name);
        if (spec->is_instrument && lua_rawlen(L, -1) == 0) break;
        rh_lua_copy_name(L, -1, "default", value->text);
        break;
    default:
        rh_lua_refuse(L, spec->name, "params.%s: expected default = a number, text or boolean",
                      spec->name);
    }
}

static double bound(lua_State *L, int index, const rh_param_spec *spec, const char *key,
                    double otherwise)
{
    int64_t duration_ns = 0;
    int type = member(L, index, key);
    if (type == LUA_TNIL) {
        lua_pop(L, 1);
        return otherwise;
    }
    double value = lua_tonumber(L, -1);
    if (spec->type == RH_PARAM_DURATION && type == LUA_TSTRING &&
        rh_parse_duration(lua_tostring(L, -1), &duration_ns))
        value = (double)duration_ns;
    else if (spec->type != RH_PARAM_NUMBER || type != LUA_TNUMBER || isnan(value))
        rh_lua_refuse(L, spec->name, "params.%s.%s: expected a %s", spec->name, key,
                      spec->type == RH_PARAM_DURATION ? "duration such as \"1h\"" :
                      "number, for a param that is a number");
    lua_pop(L, 1);
    return value;
}

static void declare_prose(lua_State *L, int index, rh_param_spec *spec)
{
    size_t length = 0;
    int type = member(L, index, "about");
    if (type == LUA_TSTRING) {
        const char *text = lua_tolstring(L, -1, &length);
        rh_text_escape(spec->about, sizeof spec->about, text, length);
    } else if (type != LUA_TNIL) {
        rh_lua_refuse(L, spec->name, "params.%s.about: expected text", spec->name);
    }
    if (member(L, index, "unit") != LUA_TNIL) rh_lua_copy_name(L, -1, "unit", spec->unit);
    lua_pop(L, 2);
}

static void check_spec_keys(lua_State *L, int index, const char *name)
{
    static const char *const allowed[] = {
#define X(key, ...) key,
        RH_LUA_PARAM_KEY_MAP(X)
#undef X
        NULL};
    char where[RH_NAME_MAX + 16] = "params.";
    strncat(where, name, RH_NAME_MAX);
    if (!rh_lua_is_plain(L, index))
        rh_lua_refuse(L, name, "params.%s must be a table without a metatable", name);
    rh_lua_push_keys(L, index);
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) != LUA_TNIL; i++) {
        const char *key = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "?";
        const char *const *word = allowed;
        while (*word != NULL && strcmp(*word, key) != 0) word++;
        if (*word == NULL) rh_lua_refuse_key(L, where, key, allowed);
        lua_pop(L, 1);
    }
    lua_pop(L, 2);
}

/* The value of params.NAME is at `index`: a table, or the default alone. */
static void declare_param(lua_State *L, int index, rh_param_spec *spec)
{
    rh_error error = {.status = RH_OK};
    spec->min = -(double)INFINITY;
    spec->max = (double)INFINITY;
    if (lua_type(L, index) != LUA_TTABLE) {
        lua_pushvalue(L, index);
        declare_default(L, spec);
        lua_pop(L, 1);
    } else {
        check_spec_keys(L, index, spec->name);
        declare_words(L, index, spec);
        declare_instrument(L, index, spec);
        member(L, index, "default");
        declare_default(L, spec);
        lua_pop(L, 1);
        if (spec->word_count > 0 && spec->type != RH_PARAM_TEXT)
            rh_lua_refuse(L, spec->name, "params.%s.allowed: only for a text param", spec->name);
        if (spec->is_instrument && spec->type != RH_PARAM_TEXT)
            rh_lua_refuse(L, spec->name, "params.%s.instrument: only for a text param", spec->name);
        spec->min = bound(L, index, spec, "min", spec->min);
        spec->max = bound(L, index, spec, "max", spec->max);
        declare_prose(L, index, spec);
    }
    if (rh_param_check(spec, &spec->default_value, &error) != RH_OK)
        rh_lua_refuse(L, spec->name, "params.%s.default: %s", spec->name, error.message);
}

void rh_lua_declare_params(lua_State *L, int index)
{
    rh_params *params = &rh_lua_host(L)->policy.params;
    rh_lua_push_keys(L, index);
    int keys = lua_gettop(L);
    for (lua_Integer i = 1; lua_rawgeti(L, keys, i) != LUA_TNIL; i++) {
        if (lua_type(L, -1) != LUA_TSTRING || !is_identifier(lua_tostring(L, -1)))
            rh_lua_refuse(L, "params", "params: names are identifiers such as band_width");
        if (i > RH_PARAMS_MAX)
            rh_lua_refuse(L, "params", "params: at most %d of them", RH_PARAMS_MAX);
        rh_param_spec *spec = &params->spec[params->count];
        memset(spec, 0, sizeof *spec);
        rh_lua_copy_name(L, -1, lua_tostring(L, -1), spec->name);
        lua_rawget(L, index);
        declare_param(L, lua_gettop(L), spec);
        params->count++;
        lua_settop(L, keys);
    }
    lua_settop(L, keys - 1);
}
