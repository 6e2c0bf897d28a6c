/* The market of a test file: the fields of a view, set and moved by hand, and what a policy is
 * given and asks for when it is woken in it. It holds no model of a market: nothing follows from
 * anything except what the methods say (lua/api.h).
 * What is pending of an instrument is one live order. Invariant: fields nobody set follow others:
 * delta_filled = delta - pending, gross_delta = |delta|, oracle = spot, oracle_age = age, and
 * s:delta_at answers delta plus what it was set to be off by. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lua/api.h"
#include "lua/testing.h"

static const char market_key;       /* registry: metatable of markets */
/* Number of the order of the default route that is pending; that of instrument i is i + 1 more. */
enum { PENDING_ORDER = 1 };

typedef struct fake_feature { char name[RH_NAME_MAX]; double value; } fake_feature;
/* Fields of one asset that were set apart from the market's. */
typedef struct fake_asset {
    char name[RH_NAME_MAX];
    uint32_t given;
    double field[RH_VIEW_FIELDS];
} fake_asset;

typedef struct fake_hedge { char name[RH_NAME_MAX]; double field[RH_HEDGE_FIELDS]; } fake_hedge;

typedef struct fake_market {
    double field[RH_VIEW_FIELDS];
    uint32_t given;                 /* bits of fields set by hand */
    int64_t time_ns, start_ns;
    int64_t woke_ns;                /* time of the last wake, -1 before the first */
    double last_spot, cost_bps;
    double delta_shift, vol_scale;  /* of delta_at against delta; what was asked last, or 0 */
    bool has_band;
    double wake_lo, wake_hi;
    int64_t wake_in_ns, timer_ns;   /* 0: none */
    int feature_count;
    fake_feature features[RH_FEATURES_MAX];
    int hedge_count;
    fake_hedge hedges[RH_HEDGES_MAX];
    int asset_count;
    fake_asset assets[RH_ASSETS_MAX];
    const rh_policy_services *services;     /* of the policy, during its call */
} fake_market;

static fake_market *check_market(lua_State *L)
{
    return rh_lua_test_check(L, 1, &market_key, "a market, and a colon: m:set { ... }");
}

static void follow(fake_market *m)
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

static fake_hedge *find_hedge(const fake_market *m, const char *name)
{
    for (int h = 0; h < m->hedge_count; h++)
        if (strcmp(m->hedges[h].name, name) == 0) return (fake_hedge *)&m->hedges[h];
    return NULL;
}

static double hedge_value(const fake_market *m, const fake_hedge *hedge, rh_hedge_field field)
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
    fake_hedge *hedge = find_hedge(m, name);
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
    const fake_market *m = check_market(L);
    const fake_hedge *hedge = find_hedge(m, rh_lua_text(L, 2, NULL));
    lua_createtable(L, 0, RH_HEDGE_FIELDS);
    for (int field = 0; field < RH_HEDGE_FIELDS; field++) {
        lua_pushnumber(L, hedge_value(m, hedge, (rh_hedge_field)field));
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
    follow(m);
}

static int market_set(lua_State *L)
{
    fake_market *m = check_market(L);
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
    fake_market *m = check_market(L);
    int64_t duration_ns = read_duration(L, 2);
    if (m->time_ns > RH_TIME_NS_MAX - duration_ns) return luaL_error(L, "time ends in 2200");
    double seconds = (double)duration_ns * 1e-9;
    m->time_ns += duration_ns;
    m->field[RH_VIEW_AGE] += seconds;
    m->field[RH_VIEW_SINCE_HEDGE] += seconds;
    m->field[RH_VIEW_ORACLE_AGE] += seconds;
    m->field[RH_VIEW_EXPIRY_IN] -= seconds;
    for (int h = 0; h < m->hedge_count; h++) m->hedges[h].field[RH_HEDGE_EXPIRY_IN] -= seconds;
    follow(m);
    return 0;
}

static int market_move(lua_State *L)
{
    fake_market *m = check_market(L);
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
    follow(m);
    return 0;
}

/* --- orders -------------------------------------------------------------------------------- */

static double cost_of(const fake_market *m, const fake_hedge *hedge, double qty)
{
    return fabs(qty) * hedge_value(m, hedge, RH_HEDGE_MID) * m->cost_bps * 1e-4;
}

static int market_cost(lua_State *L)
{
    const fake_market *m = check_market(L);
    const fake_hedge *hedge =
        lua_isnoneornil(L, 3) ? NULL : find_hedge(m, rh_lua_text(L, 3, NULL));
    lua_pushnumber(L, cost_of(m, hedge, rh_lua_number(L, 2)));
    return 1;
}

/* Greeks of `qty` units of an instrument come into the book, or with a minus go. */
static void add_greeks(fake_market *m, const fake_hedge *hedge, double qty)
{
    m->field[RH_VIEW_DELTA] += qty * hedge_value(m, hedge, RH_HEDGE_DELTA);
    m->field[RH_VIEW_GAMMA] += qty * hedge_value(m, hedge, RH_HEDGE_GAMMA);
    m->field[RH_VIEW_VEGA] += qty * hedge_value(m, hedge, RH_HEDGE_VEGA);
    m->field[RH_VIEW_THETA] += qty * hedge_value(m, hedge, RH_HEDGE_THETA);
}

/* An order of `qty` units; `hedge` NULL: the default route. */
static void apply(fake_market *m, fake_hedge *hedge, double qty, bool is_filled)
{
    double *field = m->field, delta = qty * hedge_value(m, hedge, RH_HEDGE_DELTA);
    add_greeks(m, hedge, qty);
    field[RH_VIEW_SINCE_HEDGE] = 0.0;
    if (hedge != NULL) hedge->field[is_filled ? RH_HEDGE_POSITION : RH_HEDGE_PENDING] += qty;
    if (!is_filled) {
        field[RH_VIEW_PENDING] += delta;
        return;
    }
    field[RH_VIEW_POSITION] += delta;
    field[RH_VIEW_CASH] -= qty * hedge_value(m, hedge, RH_HEDGE_MID) + cost_of(m, hedge, qty);
    if (m->given >> RH_VIEW_DELTA_FILLED & 1u) field[RH_VIEW_DELTA_FILLED] += delta;
}

/* All that is pending goes. */
static void cancel(fake_market *m)
{
    double *field = m->field;
    for (int h = 0; h < m->hedge_count; h++) {
        fake_hedge *hedge = &m->hedges[h];
        double qty = hedge->field[RH_HEDGE_PENDING];
        add_greeks(m, hedge, -qty);
        field[RH_VIEW_PENDING] -= qty * hedge->field[RH_HEDGE_DELTA];
        hedge->field[RH_HEDGE_PENDING] = 0.0;
    }
    field[RH_VIEW_DELTA] -= field[RH_VIEW_PENDING];
    field[RH_VIEW_PENDING] = 0.0;
}

/* The instrument that the order on top names, where the market has it. */
static fake_hedge *hedge_of(lua_State *L, const fake_market *m)
{
    lua_pushliteral(L, "instrument");
    bool named = lua_rawget(L, -2) == LUA_TSTRING;
    fake_hedge *hedge = named ? find_hedge(m, lua_tostring(L, -1)) : NULL;
    lua_pop(L, 1);
    return hedge;
}

/* Whether the order on top has the field. */
static bool has_field(lua_State *L, const char *key)
{
    lua_pushstring(L, key);
    bool has = lua_rawget(L, -2) != LUA_TNIL;
    lua_pop(L, 1);
    return has;
}

/* The order, or quantity, on top. */
static void take_order(lua_State *L, fake_market *m, bool is_filled)
{
    if (lua_type(L, -1) == LUA_TNUMBER) {
        apply(m, NULL, lua_tonumber(L, -1), is_filled);
        return;
    }
    if (!rh_lua_is_plain(L, -1))
        luaL_error(L, "found a %s, expected an order", luaL_typename(L, -1));
    if (has_field(L, "cancel") || has_field(L, "replace")) cancel(m);
    fake_hedge *hedge = hedge_of(L, m);
    lua_pushliteral(L, "qty");
    if (lua_rawget(L, -2) != LUA_TNIL) apply(m, hedge, rh_lua_number(L, -1), is_filled);
    lua_pop(L, 1);
}

static int take_orders(lua_State *L, bool is_filled)
{
    fake_market *m = check_market(L);
    lua_settop(L, 2);
    bool is_list = rh_lua_is_plain(L, 2) && lua_rawlen(L, 2) > 0;
    bool is_empty = rh_lua_is_plain(L, 2) && !is_list && rh_lua_count_keys(L, 2) == 0;
    if (!is_list && !is_empty) take_order(L, m, is_filled);
    for (lua_Integer i = 1; is_list && lua_rawgeti(L, 2, i) != LUA_TNIL; i++) {
        rh_lua_charge(L, 1);
        take_order(L, m, is_filled);
        lua_settop(L, 2);
    }
    follow(m);
    return 0;
}

static int market_fill(lua_State *L)
{
    return take_orders(L, true);
}

static int market_send(lua_State *L)
{
    return take_orders(L, false);
}

/* --- waking a policy ----------------------------------------------------------------------- */

static double view_field(void *host, rh_view_field field)
{
    return ((fake_market *)host)->field[field];
}

static const char *hedge_name(const fake_market *m, int hedge)
{
    return hedge < m->services->hedge_count ? m->services->hedges[hedge] : "HEDGE";
}

static double view_cost(void *host, int hedge, double qty)
{
    const fake_market *m = host;
    return cost_of(m, hedge < 0 ? NULL : find_hedge(m, hedge_name(m, hedge)), qty);
}

static double view_hedge_field(void *host, int hedge, rh_hedge_field field)
{
    const fake_market *m = host;
    return hedge_value(m, find_hedge(m, hedge_name(m, hedge)), field);
}

static void view_wake_outside(void *host, double lo, double hi)
{
    fake_market *m = host;
    m->has_band = true;
    m->wake_lo = lo;
    m->wake_hi = hi;
}

static void view_wake_in(void *host, int64_t duration_ns)
{
    fake_market *m = host;
    m->wake_in_ns = duration_ns;
    m->timer_ns = m->time_ns + duration_ns;
}

/* Every asset is the market's own, but for what was set apart. */
static double view_asset_field(void *host, int asset, rh_view_field field)
{
    const fake_market *m = host;
    const char *name = asset < m->services->asset_count ? m->services->assets[asset] : "";
    for (int i = 0; i < m->asset_count; i++)
        if (strcmp(m->assets[i].name, name) == 0 && (m->assets[i].given >> field & 1u))
            return m->assets[i].field[field];
    return view_field(host, field);
}

/* What is pending of instrument `at` - 1, or for 0 of the default route. */
static double pending_at(const fake_market *m, int at)
{
    if (at > 0) return m->hedges[at - 1].field[RH_HEDGE_PENDING];
    double all = m->field[RH_VIEW_PENDING], of_others = 0.0;
    for (int h = 0; h < m->hedge_count; h++)
        of_others += m->hedges[h].field[RH_HEDGE_PENDING] * m->hedges[h].field[RH_HEDGE_DELTA];
    return fabs(all - of_others) > 1e-12 * fabs(all) ? all - of_others : 0.0;
}

static bool view_is_live(void *host, uint32_t order)
{
    const fake_market *m = host;
    bool exists = order >= PENDING_ORDER && order <= PENDING_ORDER + (uint32_t)m->hedge_count;
    return exists && pending_at(m, (int)(order - PENDING_ORDER)) != 0.0;
}

static int view_next_order(void *host, int at, rh_live_order *order)
{
    const fake_market *m = host;
    for (; at <= m->hedge_count; at++) {
        double pending = pending_at(m, at);
        if (pending == 0.0) continue;
        *order = (rh_live_order){.order = PENDING_ORDER + (uint32_t)at,
                                 .instrument = at > 0 ? m->hedges[at - 1].name : hedge_name(m, 0),
                                 .qty = pending, .remaining = pending};
        return at + 1;
    }
    return -1;
}

/* Whatever the instrument: all of it fills, at what s:cost says. */
static int view_route(void *host, double qty, rh_route_line lines[RH_HEDGES_MAX])
{
    const fake_market *m = host;
    double spot = m->field[RH_VIEW_SPOT], cost = cost_of(m, NULL, qty);
    for (int i = 0; i < m->services->hedge_count; i++)
        lines[i] = (rh_route_line){.instrument = hedge_name(m, i),
                                   .venue = m->services->hedge_venues[i],
                                   .units = qty, .qty = qty, .mid = spot,
                                   .price = qty != 0.0 ? spot + cost / qty : spot, .cost = cost};
    return m->services->hedge_count;
}

static double view_delta_at(void *host, double vol_scale)
{
    fake_market *m = host;
    m->vol_scale = vol_scale;
    return m->field[RH_VIEW_DELTA] + m->delta_shift;
}

static const rh_view_ops view_ops = {view_field, view_cost, view_wake_outside, view_wake_in,
                                     view_asset_field, view_next_order, view_is_live, view_route,
                                     view_hedge_field, view_delta_at};

static rh_view view_of(fake_market *m, const rh_policy *policy)
{
    static_assert(sizeof(rh_view_ops) == 10 * sizeof(void *), "a new op needs its answer above");
    m->services = &((const rh_lua *)policy)->services;
    rh_view view = {.time_ns = m->time_ns, .ops = &view_ops, .host = m};
    memcpy(view.eager, m->field, sizeof view.eager);
    view.eager_mask = (uint32_t)((UINT64_C(1) << RH_VIEW_FIELDS) - 1);
    return view;
}

static void gather_features(lua_State *L, const fake_market *m, const rh_policy *policy,
                            double values[RH_FEATURES_MAX])
{
    for (int i = 0; i < policy->feature_count; i++) {
        const char *name = policy->features[i].name;
        int at = 0;
        while (at < m->feature_count && strcmp(m->features[at].name, name) != 0) at++;
        if (at == m->feature_count)
            luaL_error(L, "the feature '%s' has no value: m:set { features = { %s = ... } }", name,
                       name);
        values[i] = m->features[at].value;
    }
}

static void set_number(lua_State *L, const char *key, double value)
{
    lua_pushnumber(L, value);
    lua_setfield(L, -2, key);
}

/* Only what is not the default, so that a plain order reads { qty = 1 }. A venue has become an
 * instrument, and a cancel of one order with a quantity a replace: they ask for the same. */
static void push_order(lua_State *L, const rh_policy *policy, const rh_order_request *order)
{
    const rh_lua *tested = (const rh_lua *)policy;
    lua_createtable(L, 0, 4);
    set_number(L, "qty", order->qty);
    if (order->instrument >= 0) {
        lua_pushstring(L, tested->services.hedges[order->instrument]);
        lua_setfield(L, -2, "instrument");
    }
    if (order->kind == RH_ORDER_LIMIT) {
        lua_pushliteral(L, "limit");
        lua_setfield(L, -2, "kind");
        set_number(L, "limit", order->limit);
    }
    if (order->slippage_bps != 0.0) set_number(L, "slippage_bps", order->slippage_bps);
    if (order->slices > 1 || order->over_ns > 0) {
        lua_pushinteger(L, order->slices);
        lua_setfield(L, -2, "slices");
        lua_pushinteger(L, order->over_ns);
        lua_setfield(L, -2, "over");
    }
    if (order->cancel_live) {
        lua_pushliteral(L, "all");
        lua_setfield(L, -2, "cancel");
    }
    if (order->cancel_id != 0) {
        lua_pushinteger(L, order->cancel_id);
        lua_setfield(L, -2, order->qty != 0.0 ? "replace" : "cancel");
    }
}

static rh_status call_trigger(rh_policy *policy, const rh_view *view, const double *features,
                              rh_decision *decision, rh_error *error)
{
    rh_kill_kind kind;
    if (!policy->has_trigger) {
        decision->fire = true;
        return RH_OK;
    }
    return policy->methods->trigger(policy, view, features, decision, &kind, error);
}

static rh_status call_scale(rh_policy *policy, const rh_view *view, const double *features,
                            const rh_decision *decision, rh_order_request *orders, size_t *count,
                            rh_error *error)
{
    rh_kill_kind kind;
    if (!decision->fire || !policy->has_scale) return RH_OK;
    return policy->methods->scale(policy, view, features, decision->lo, decision->hi, orders, count,
                                  &kind, error);
}

/* Arguments after the policy: the band, for a policy that has no trigger of its own. */
static int market_wake(lua_State *L)
{
    rh_order_request orders[RH_ORDERS_PER_CALL_MAX];
    double features[RH_FEATURES_MAX + 1] = {0};
    size_t count = 0;
    rh_error error = {RH_OK, ""};
    fake_market *m = check_market(L);
    rh_policy *policy = rh_lua_test_policy(L, 2);
    rh_decision decision = {false, lua_isnoneornil(L, 3) ? 0.0 : rh_lua_number(L, 3),
                            lua_isnoneornil(L, 4) ? 0.0 : rh_lua_number(L, 4)};
    rh_view view = view_of(m, policy);
    gather_features(L, m, policy, features);
    if (m->timer_ns <= m->time_ns) m->timer_ns = 0;
    rh_status status = call_trigger(policy, &view, features, &decision, &error);
    int64_t gas = policy->has_trigger ? rh_lua_gas(policy) : 0;
    if (status == RH_OK)
        status = call_scale(policy, &view, features, &decision, orders, &count, &error);
    m->woke_ns = m->time_ns;
    m->last_spot = m->field[RH_VIEW_SPOT];
    rh_lua_charge(L, 1000 + gas + rh_lua_gas(policy));
    if (status != RH_OK) return luaL_error(L, "%s", error.message);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        push_order(L, policy, &orders[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_pushboolean(L, decision.fire);
    if (!decision.fire) return 2;
    lua_pushnumber(L, decision.lo);
    lua_pushnumber(L, decision.hi);
    return 4;
}

static double number_in(lua_State *L, int table, const char *key)
{
    double value = 0.0;
    if (lua_isnil(L, table)) return 0.0;
    lua_pushstring(L, key);
    if (lua_rawget(L, table) != LUA_TNIL) value = rh_lua_number(L, -1);
    lua_pop(L, 1);
    return value;
}

static int64_t whole_in(lua_State *L, int table, const char *key, int64_t max)
{
    double value = number_in(L, table, key);
    if (!(value >= 0.0 && value <= (double)max))
        luaL_error(L, "%s: expected a whole number, at least 0", key);
    return (int64_t)value;
}

/* The text stays alive in the table, which stays on the stack. */
static const char *text_in(lua_State *L, int table, const char *key, const char *otherwise)
{
    const char *text = otherwise;
    if (lua_isnil(L, table)) return otherwise;
    lua_pushstring(L, key);
    if (lua_rawget(L, table) != LUA_TNIL) text = rh_lua_text(L, -1, NULL);
    lua_pop(L, 1);
    return text;
}

static rh_notice_kind read_kind(lua_State *L, int arg)
{
    const char *what = rh_lua_text(L, arg, NULL);
    for (int kind = 0; kind < RH_NOTICES; kind++)
        if (strcmp(rh_notice_words[kind] + strlen("on_"), what) == 0) return (rh_notice_kind)kind;
    luaL_argerror(L, arg, "expected \"fill\", \"reject\", \"expiry\" or \"timer\"");
    return RH_NOTICE_TIMER;
}

static int market_tell(lua_State *L)
{
    rh_kill_kind kind;
    rh_error error = {RH_OK, ""};
    fake_market *m = check_market(L);
    rh_policy *policy = rh_lua_test_policy(L, 2);
    lua_settop(L, 4);
    rh_notice notice = {.kind = read_kind(L, 3)};
    if (!lua_isnil(L, 4) && !rh_lua_is_plain(L, 4))
        return luaL_error(L, "found a %s, expected a plain table", luaL_typename(L, 4));
    if (!(policy->told >> notice.kind & 1u))
        return luaL_error(L, "the policy has no %s", rh_notice_words[notice.kind]);
    notice.order = (uint32_t)whole_in(L, 4, "order", UINT32_MAX);
    notice.instrument = text_in(L, 4, notice.kind == RH_NOTICE_EXPIRY ? "name" : "instrument",
                                "HEDGE");
    notice.qty = number_in(L, 4, "qty");
    notice.price = number_in(L, 4, notice.kind == RH_NOTICE_EXPIRY ? "paid" : "price");
    notice.fee = number_in(L, 4, "fee");
    notice.remaining = number_in(L, 4, "remaining");
    notice.reason = text_in(L, 4, "reason", "venue");
    notice.option = text_in(L, 4, "kind", "call");
    notice.strike = number_in(L, 4, "strike");
    notice.expiry_ns = whole_in(L, 4, "expiry", RH_TIME_NS_MAX);
    rh_view view = view_of(m, policy);
    rh_status status = policy->methods->notify(policy, &view, &notice, &kind, &error);
    rh_lua_charge(L, 1000 + policy->gas);
    return status == RH_OK ? 0 : luaL_error(L, "%s", error.message);
}

/* As core/engine/decide.c judges it: strictly beyond, and the clock by multiples of `every`. */
static bool is_beyond(const fake_market *m, const rh_wake *wake)
{
    double delta = m->field[RH_VIEW_DELTA], band = wake->delta_beyond;
    if (m->has_band) return delta < m->wake_lo || delta > m->wake_hi;
    if (isnan(band)) return false;
    if (wake->delta_unit == RH_BAND_QUOTE) delta *= m->field[RH_VIEW_SPOT];
    if (wake->delta_unit == RH_BAND_PERCENT) band *= 0.01 * m->field[RH_VIEW_GROSS_DELTA];
    return fabs(delta) > band;
}

static bool is_time(const fake_market *m, const rh_wake *wake)
{
    if (m->timer_ns != 0 && m->time_ns >= m->timer_ns) return true;
    if (wake->every_ns == 0) return false;
    if (m->woke_ns < m->start_ns) return true;
    int64_t every = wake->every_ns;
    return (m->time_ns - m->start_ns) / every > (m->woke_ns - m->start_ns) / every;
}

static int market_wakes(lua_State *L)
{
    const fake_market *m = check_market(L);
    const rh_wake *wake = &rh_lua_test_policy(L, 2)->wake;
    bool moved = !isnan(wake->move_beyond) &&
                 (!(m->last_spot > 0.0) ||
                  fabs(m->field[RH_VIEW_SPOT] / m->last_spot - 1.0) > wake->move_beyond);
    lua_pushboolean(L, wake->always || moved || is_beyond(m, wake) || is_time(m, wake));
    return 1;
}

/* --- making one ---------------------------------------------------------------------------- */

static int market_index(lua_State *L)
{
    const fake_market *m = check_market(L);
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
    follow(m);
    return 1;
}
