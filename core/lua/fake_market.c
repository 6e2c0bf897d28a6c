/* The market of a test file: the fields of a view, set and moved by hand, and what a policy is
 * given and asks for when it is woken in it. It holds no model of a market: nothing follows from
 * anything except what the methods say (lua/api.h).
 * What is pending of an instrument is one live order. Invariant: fields nobody set follow others:
 * delta_filled = delta - pending, gross_delta = |delta|, oracle = spot, oracle_age = age, and
 * s:delta_at answers delta plus what it was set to be off by. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lua/fake_market.h"

static const char market_key;       /* registry: metatable of markets */

fake_market *rh_fake_check(lua_State *L)
{
    return rh_lua_test_check(L, 1, &market_key, "a market, and a colon: m:set { ... }");
}

void rh_fake_follow(fake_market *m)
{
    double *field = m->field;
    if (!(m->given >> RH_VIEW_DELTA_FILLED & 1u))
        field[RH_VIEW_DELTA_FILLED] = field[RH_VIEW_DELTA] - field[RH_VIEW_PENDING];
    if (!(m->given >> RH_VIEW_GROSS_DELTA & 1u))
        field[RH_VIEW_GROSS_DELTA] = fabs(field[RH_VIEW_DELTA]);
    if (!(m->given >> RH_VIEW_ORACLE & 1u)) field[RH_VIEW_ORACLE] = field[RH_VIEW_SPOT];
    if (!(m->given >> RH_VIEW_ORACLE_AGE & 1u)) field[RH_VIEW_ORACLE_AGE] = field[RH_VIEW_AGE];
}

/* --- setting ------------------------------------------------------------------------------- */

static int field_of(const char *name)
{
    for (int field = 0; field < RH_VIEW_FIELDS; field++)
        if (strcmp(rh_view_field_name((rh_view_field)field), name) == 0) return field;
    return -1;
}

static void unknown_field(lua_State *L, const char *name)
{
    static const char *const names[] = {
#define X(field, lua_name, unit, about) lua_name,
        RH_VIEW_FIELD_MAP(X)
#undef X
#define X(key, ...) key,
        RH_LUA_MARKET_KEY_MAP(X)
#undef X
    };
    char shown[RH_NAME_MAX];
    rh_text_escape(shown, sizeof shown, name, strlen(name));
    const char *near = rh_nearest_name(shown, names, sizeof names / sizeof *names);
    luaL_error(L, "a market has no field '%s'%s%s%s", shown, near != NULL ? "; did you mean '" : "",
               near != NULL ? near : "", near != NULL ? "'?" : "");
}

/* The table { vol = 0.8, ... } is on top. */
static void set_features(lua_State *L, fake_market *m)
{
    int table = lua_gettop(L);
    if (!rh_lua_is_plain(L, table)) luaL_error(L, "features: expected { name = number }");
    rh_lua_push_keys(L, table);
    for (lua_Integer i = 1; lua_rawgeti(L, table + 1, i) != LUA_TNIL; i++) {
        char name[RH_NAME_MAX];
        int at = 0;
        if (lua_type(L, -1) != LUA_TSTRING) luaL_error(L, "features have names");
        rh_lua_copy_name(L, -1, "features", name);
        lua_rawget(L, table);
        double value = rh_lua_number(L, -1);
        while (at < m->feature_count && strcmp(m->features[at].name, name) != 0) at++;
        if (at == RH_FEATURES_MAX) luaL_error(L, "at most %d features", RH_FEATURES_MAX);
        if (at == m->feature_count) m->feature_count++;
        memcpy(m->features[at].name, name, sizeof name);
        m->features[at].value = value;
        lua_settop(L, table + 1);
    }
    lua_settop(L, table);
}

static fake_asset *asset_named(lua_State *L, fake_market *m, const char *name)
{
    int at = 0;
    while (at < m->asset_count && strcmp(m->assets[at].name, name) != 0) at++;
    if (at == RH_ASSETS_MAX) luaL_error(L, "at most %d assets", RH_ASSETS_MAX);
    if (at == m->asset_count) snprintf(m->assets[m->asset_count++].name, RH_NAME_MAX, "%s", name);
    return &m->assets[at];
}

/* The fields of one asset are in the table on top. */
static void set_asset(lua_State *L, fake_market *m, const char *name)
{
    int table = lua_gettop(L);
    if (!rh_lua_is_plain(L, table)) luaL_error(L, "assets: expected { NAME = { delta = 1 } }");
    fake_asset *asset = asset_named(L, m, name);
    rh_lua_push_keys(L, table);
    for (lua_Integer i = 1; lua_rawgeti(L, table + 1, i) != LUA_TNIL; i++) {
        const char *key = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "?";
        int field = field_of(key);
        if (field < 0) unknown_field(L, key);
        lua_rawget(L, table);
        asset->field[field] = rh_lua_number(L, -1);
        asset->given |= 1u << field;
        lua_settop(L, table + 1);
    }
    lua_settop(L, table);
}

typedef void set_one(lua_State *L, fake_market *m, const char *name);

/* The table { ETH = { delta = 1 }, ... } of `what` is on top: each goes to `set`. */
static void set_each(lua_State *L, fake_market *m, const char *what, set_one *set)
{
    int table = lua_gettop(L);
    if (!rh_lua_is_plain(L, table)) luaL_error(L, "%s: expected { NAME = { delta = 1 } }", what);
    rh_lua_push_keys(L, table);
    for (lua_Integer i = 1; lua_rawgeti(L, table + 1, i) != LUA_TNIL; i++) {
        char name[RH_NAME_MAX];
        if (lua_type(L, -1) != LUA_TSTRING) luaL_error(L, "%s have names", what);
        rh_lua_copy_name(L, -1, what, name);
        lua_rawget(L, table);
        set(L, m, name);
        lua_settop(L, table + 1);
    }
    lua_settop(L, table);
}

/* --- instruments --------------------------------------------------------------------------- */

fake_hedge *rh_fake_hedge(const fake_market *m, const char *name)
{
    for (int h = 0; h < m->hedge_count; h++)
        if (strcmp(m->hedges[h].name, name) == 0) return (fake_hedge *)&m->hedges[h];
    return NULL;
}

double rh_fake_hedge_value(const fake_market *m, const fake_hedge *hedge, rh_hedge_field field)
{
    if (hedge != NULL) return hedge->field[field];
    switch (field) {    /* not declared: the default route, which is the spot */
    case RH_HEDGE_MID: return m->field[RH_VIEW_SPOT];
    case RH_HEDGE_DELTA: return 1.0;
    case RH_HEDGE_POSITION: return m->field[RH_VIEW_POSITION];
    case RH_HEDGE_PENDING: return m->field[RH_VIEW_PENDING];
    case RH_HEDGE_EXPIRY_IN: return 1e18;
    default: return 0.0;
    }
}

/* The table of fields on top, of the instrument `name`; what is not named stays. */
static void set_hedge(lua_State *L, fake_market *m, const char *name)
{
    int table = lua_gettop(L);
    fake_hedge *hedge = rh_fake_hedge(m, name);
    if (!rh_lua_is_plain(L, table)) luaL_error(L, "instruments: expected { NAME = { mid = 5 } }");
    if (hedge == NULL) {
        if (m->hedge_count == RH_HEDGES_MAX)
            luaL_error(L, "at most %d instruments", RH_HEDGES_MAX);
        hedge = &m->hedges[m->hedge_count++];
        *hedge = (fake_hedge){.field = {[RH_HEDGE_EXPIRY_IN] = 1e18}};
        snprintf(hedge->name, sizeof hedge->name, "%s", name);
    }
    rh_lua_push_keys(L, table);
    for (lua_Integer i = 1; lua_rawgeti(L, table + 1, i) != LUA_TNIL; i++) {
        const char *key = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "?";
        int field = 0;
        while (field < RH_HEDGE_FIELDS && strcmp(rh_hedge_field_names[field], key) != 0) field++;
        if (field == RH_HEDGE_FIELDS) {
            const char *near = rh_nearest_name(key, rh_hedge_field_names, RH_HEDGE_FIELDS);
            luaL_error(L, "an instrument has no field of that name%s%s%s",
                       near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                       near != NULL ? "'?" : "");
        }
        lua_rawget(L, table);
        hedge->field[field] = rh_lua_number(L, -1);
        lua_settop(L, table + 1);
    }
    lua_settop(L, table);
}

static int market_instrument(lua_State *L)
{
    const fake_market *m = rh_fake_check(L);
    const fake_hedge *hedge = rh_fake_hedge(m, rh_lua_text(L, 2, NULL));
    lua_createtable(L, 0, RH_HEDGE_FIELDS);
    for (int field = 0; field < RH_HEDGE_FIELDS; field++) {
        lua_pushnumber(L, rh_fake_hedge_value(m, hedge, (rh_hedge_field)field));
        lua_setfield(L, -2, rh_hedge_field_names[field]);
    }
    return 1;
}

/* The value on top becomes the field `name`. */
static void set_field(lua_State *L, fake_market *m, const char *name)
{
    int field = field_of(name);
    if (strcmp(name, "features") == 0) {
        set_features(L, m);
        return;
    }
    if (strcmp(name, "instruments") == 0) {
        set_each(L, m, name, set_hedge);
        return;
    }
    if (strcmp(name, "assets") == 0) {
        set_each(L, m, name, set_asset);
        return;
    }
    if (lua_type(L, -1) != LUA_TNUMBER)
        luaL_error(L, "%s: found a %s, expected a number", name, luaL_typename(L, -1));
    if (strcmp(name, "time") == 0) {
        m->time_ns = m->start_ns = rh_lua_integer(L, -1);
    } else if (strcmp(name, "cost_bps") == 0) {
        m->cost_bps = lua_tonumber(L, -1);
    } else if (strcmp(name, "delta_at") == 0) {
        m->delta_shift = lua_tonumber(L, -1) - m->field[RH_VIEW_DELTA];
    } else if (field >= 0) {
        m->field[field] = lua_tonumber(L, -1);
        m->given |= 1u << field;
    } else {
        unknown_field(L, name);
    }
}

/* The fields of the table at argument `arg`. */
static void set_fields(lua_State *L, fake_market *m, int arg)
{
    char shown[RH_NAME_MAX];
    if (!rh_lua_is_plain(L, arg))
        luaL_error(L, "found a %s, expected a plain table of fields", luaL_typename(L, arg));
    rh_lua_push_keys(L, arg);
    int keys = lua_gettop(L);
    for (lua_Integer i = 1; lua_rawgeti(L, keys, i) != LUA_TNIL; i++) {
        if (lua_type(L, -1) != LUA_TSTRING) luaL_error(L, "fields have names");
        rh_text_escape(shown, sizeof shown, lua_tostring(L, -1), strlen(lua_tostring(L, -1)));
        lua_rawget(L, arg);
        set_field(L, m, shown);
        lua_settop(L, keys);
    }
    lua_settop(L, keys - 1);
    rh_fake_follow(m);
}

static int market_set(lua_State *L)
{
    fake_market *m = rh_fake_check(L);
    lua_settop(L, 2);
    set_fields(L, m, 2);
    return 0;
}

static int64_t read_duration(lua_State *L, int arg)
{
    int64_t duration_ns = 0;
    if (lua_type(L, arg) == LUA_TSTRING) {
        if (!rh_parse_duration(lua_tostring(L, arg), &duration_ns))
            luaL_argerror(L, arg, "expected a duration such as \"5s\" or \"1h\"");
    } else {
        duration_ns = rh_lua_integer(L, arg);
    }
    luaL_argcheck(L, duration_ns >= 0 && duration_ns <= RH_TIME_NS_MAX, arg,
                  "expected a time ahead, in nanoseconds or as text");
    return duration_ns;
}

static int market_advance(lua_State *L)
{
    fake_market *m = rh_fake_check(L);
    int64_t duration_ns = read_duration(L, 2);
    if (m->time_ns > RH_TIME_NS_MAX - duration_ns) return luaL_error(L, "time ends in 2200");
    double seconds = (double)duration_ns * 1e-9;
    m->time_ns += duration_ns;
    m->field[RH_VIEW_AGE] += seconds;
    m->field[RH_VIEW_SINCE_HEDGE] += seconds;
    m->field[RH_VIEW_ORACLE_AGE] += seconds;
    m->field[RH_VIEW_EXPIRY_IN] -= seconds;
    for (int h = 0; h < m->hedge_count; h++) m->hedges[h].field[RH_HEDGE_EXPIRY_IN] -= seconds;
    rh_fake_follow(m);
    return 0;
}

static int market_move(lua_State *L)
{
    fake_market *m = rh_fake_check(L);
    double spot = rh_lua_number(L, 2);
    double moved = spot - m->field[RH_VIEW_SPOT];
    m->field[RH_VIEW_DELTA] += m->field[RH_VIEW_GAMMA] * moved;
    for (int h = 0; h < m->hedge_count; h++) {
        double *field = m->hedges[h].field, gamma = field[RH_HEDGE_GAMMA];
        field[RH_HEDGE_MID] += (field[RH_HEDGE_DELTA] + 0.5 * gamma * moved) * moved;
        field[RH_HEDGE_DELTA] += gamma * moved;
    }
    m->field[RH_VIEW_SPOT] = spot;
    m->field[RH_VIEW_AGE] = 0.0;
    rh_fake_follow(m);
    return 0;
}

/* --- making one ---------------------------------------------------------------------------- */

static int market_index(lua_State *L)
{
    const fake_market *m = rh_fake_check(L);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
    int field = field_of(key);
    if (field >= 0)
        lua_pushnumber(L, m->field[field]);
    else if (strcmp(key, "time") == 0)
        lua_pushinteger(L, m->time_ns);
    else if (strcmp(key, "cost_bps") == 0)
        lua_pushnumber(L, m->cost_bps);
    else if (strcmp(key, "wake_in") == 0 && m->wake_in_ns != 0)
        lua_pushinteger(L, m->wake_in_ns);
    else if (m->vol_scale > 0.0 && strcmp(key, "vol_scale") == 0)
        lua_pushnumber(L, m->vol_scale);
    else if (m->has_band && strcmp(key, "wake_lo") == 0)
        lua_pushnumber(L, m->wake_lo);
    else if (m->has_band && strcmp(key, "wake_hi") == 0)
        lua_pushnumber(L, m->wake_hi);
    else if (strncmp(key, "wake_", 5) == 0 || strcmp(key, "vol_scale") == 0)
        lua_pushnil(L);
    else
        unknown_field(L, key);
    return 1;
}

int rh_lua_test_market(lua_State *L)
{
    static const luaL_Reg methods[] = {
#define X(name, function, ...) {name, function},
        RH_LUA_MARKET_METHOD_MAP(X)
#undef X
        {NULL, NULL}};
    lua_settop(L, 1);
    fake_market *m = rh_lua_test_object(L, sizeof *m, &market_key, methods, market_index);
    m->time_ns = m->start_ns = INT64_C(1609459200000000000);    /* 2021-01-01 */
    m->woke_ns = -1;
    m->field[RH_VIEW_SPOT] = 100.0;
    m->field[RH_VIEW_IV] = 0.8;
    m->field[RH_VIEW_EXPIRY_IN] = 1e18;
    if (!lua_isnil(L, 1)) set_fields(L, m, 1);
    rh_fake_follow(m);
    return 1;
}
