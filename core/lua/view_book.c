/* What a script asks `s` beyond its fields: s:asset(name), s:instrument(name), s:orders(),
 * s:route(qty). The view of an asset or instrument is one userdata for the life of the VM, so
 * reading it allocates nothing; orders and routes are fresh plain tables. Invariant: all of it
 * answers only inside a call of the policy. */
#include <math.h>
#include <string.h>

#include "lua/host.h"

static const char assets_key;   /* registry: name -> the view of the asset */
static const char hedges_key;   /* the same of hedge instruments */

static void set_number(lua_State *L, const char *key, double value)
{
    lua_pushnumber(L, value);
    lua_setfield(L, -2, key);
}

static void set_text(lua_State *L, const char *key, const char *text)
{
    lua_pushstring(L, text);
    lua_setfield(L, -2, key);
}

static void need(lua_State *L, bool answered, const char *method)
{
    if (!answered) luaL_error(L, "s:%s is not available here", method);
}

/* Upvalue 1: name -> number of the field; 2: index of the asset. */
static int asset_index(lua_State *L)
{
    const rh_view *view = rh_lua_live_view(L);
    int asset = (int)lua_tointeger(L, lua_upvalueindex(2));
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNUMBER) return rh_lua_unknown_field(L);
    int field = (int)lua_tointeger(L, -1);
    rh_lua_charge(L, 16);       /* may walk the whole book */
    if (field == RH_LUA_TIME)
        lua_pushinteger(L, view->time_ns);
    else
        lua_pushnumber(L, view->ops->asset_field(view->host, asset, (rh_view_field)field));
    return 1;
}

void rh_lua_push_assets(lua_State *L)
{
    const rh_policy_services *services = &rh_lua_host(L)->services;
    lua_createtable(L, 0, services->asset_count);
    lua_createtable(L, 0, RH_VIEW_FIELDS + 1);
    for (int field = 0; field <= RH_LUA_TIME; field++) {
        lua_pushinteger(L, field);
        lua_setfield(L, -2, rh_lua_field_name(field));
    }
    for (int a = 0; a < services->asset_count; a++) {
        lua_pushvalue(L, -1);
        lua_pushinteger(L, a);
        lua_pushcclosure(L, asset_index, 2);
        rh_lua_wrap_view(L);
        lua_setfield(L, -3, services->assets[a]);
    }
    lua_pop(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &assets_key);
}

static int unknown_asset(lua_State *L, const char *name)
{
    const rh_policy_services *services = &rh_lua_host(L)->services;
    char shown[RH_NAME_MAX];
    const char *near = rh_nearest_name(name, services->assets, (size_t)services->asset_count);
    rh_text_escape(shown, sizeof shown, name, strlen(name));
    return luaL_error(L, "s:asset: there is no asset '%s'%s%s%s", shown,
                      near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                      near != NULL ? "'?" : "");
}

int rh_lua_view_asset(lua_State *L)
{
    const rh_view *view = rh_lua_check_self(L, "asset");
    const char *name = rh_lua_text(L, 2, NULL);
    need(L, view->ops->asset_field != NULL, "asset");
    lua_rawgetp(L, LUA_REGISTRYINDEX, &assets_key);
    lua_pushvalue(L, 2);
    return lua_rawget(L, -2) == LUA_TUSERDATA ? 1 : unknown_asset(L, name);
}

/* --- hedge instruments --------------------------------------------------------------------- */

static int unknown_hedge_field(lua_State *L)
{
    char shown[RH_NAME_MAX];
    size_t length = 0, count = RH_HEDGE_FIELDS;
    if (lua_type(L, 2) != LUA_TSTRING)
        return luaL_error(L, "an instrument has no field of type %s", luaL_typename(L, 2));
    const char *name = lua_tolstring(L, 2, &length);
    const char *near = rh_nearest_name(name, rh_hedge_field_names, count);
    rh_text_escape(shown, sizeof shown, name, length);
    return luaL_error(L, "an instrument has no field '%s'%s%s%s", shown,
                      near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                      near != NULL ? "'?" : "");
}

/* Upvalue 1: name -> number of the field; 2: which hedge instrument. */
static int hedge_index(lua_State *L)
{
    const rh_view *view = rh_lua_live_view(L);
    int hedge = (int)lua_tointeger(L, lua_upvalueindex(2));
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNUMBER) return unknown_hedge_field(L);
    rh_hedge_field field = (rh_hedge_field)lua_tointeger(L, -1);
    need(L, view->ops->hedge_field != NULL, "instrument");
    rh_lua_charge(L, 16);       /* may price an option */
    lua_pushnumber(L, view->ops->hedge_field(view->host, hedge, field));
    return 1;
}

void rh_lua_push_hedges(lua_State *L)
{
    const rh_policy_services *services = &rh_lua_host(L)->services;
    lua_createtable(L, 0, services->hedge_count);
    lua_createtable(L, 0, RH_HEDGE_FIELDS);
    for (int field = 0; field < RH_HEDGE_FIELDS; field++) {
        lua_pushinteger(L, field);
        lua_setfield(L, -2, rh_hedge_field_names[field]);
    }
    for (int h = 0; h < services->hedge_count; h++) {
        lua_pushvalue(L, -1);
        lua_pushinteger(L, h);
        lua_pushcclosure(L, hedge_index, 2);
        rh_lua_wrap_view(L);
        lua_setfield(L, -3, services->hedges[h]);
    }
    lua_pop(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &hedges_key);
}

int rh_lua_hedge(lua_State *L, int arg, const char *who)
{
    const rh_policy_services *services = &rh_lua_host(L)->services;
    const char *name = rh_lua_text(L, arg, NULL);
    char shown[RH_NAME_MAX];
    for (int h = 0; h < services->hedge_count; h++)
        if (strcmp(services->hedges[h], name) == 0) return h;
    const char *near = rh_nearest_name(name, services->hedges, (size_t)services->hedge_count);
    rh_text_escape(shown, sizeof shown, name, strlen(name));
    return luaL_error(L, "%s: there is no hedge instrument '%s'%s%s%s", who, shown,
                      near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                      near != NULL ? "'?" : "");
}

int rh_lua_view_instrument(lua_State *L)
{
    (void)rh_lua_check_self(L, "instrument");
    (void)rh_lua_text(L, 2, NULL);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &hedges_key);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) == LUA_TUSERDATA) return 1;
    return rh_lua_hedge(L, 2, "s:instrument");
}

/* --- orders and routes --------------------------------------------------------------------- */

int rh_lua_view_orders(lua_State *L)
{
    const rh_view *view = rh_lua_check_self(L, "orders");
    rh_live_order order;
    lua_Integer count = 0;
    need(L, view->ops->next_order != NULL, "orders");
    lua_newtable(L);
    for (int at = 0; (at = view->ops->next_order(view->host, at, &order)) >= 0;) {
        rh_lua_charge(L, 16);
        lua_createtable(L, 0, 6);
        lua_pushinteger(L, order.order);
        lua_setfield(L, -2, "order");
        set_text(L, "instrument", order.instrument);
        set_number(L, "qty", order.qty);
        set_number(L, "remaining", order.remaining);
        if (order.limit > 0.0) set_number(L, "limit", order.limit);
        lua_pushboolean(L, order.cancelling);
        lua_setfield(L, -2, "cancelling");
        lua_rawseti(L, -2, ++count);
    }
    return 1;
}

int rh_lua_view_route(lua_State *L)
{
    const rh_view *view = rh_lua_check_self(L, "route");
    double qty = rh_lua_number(L, 2);
    rh_route_line lines[RH_HEDGES_MAX];
    luaL_argcheck(L, isfinite(qty) && fabs(qty) <= RH_QTY_MAX, 2, "expected a finite quantity");
    need(L, view->ops->route != NULL, "route");
    int count = view->ops->route(view->host, qty, lines);
    rh_lua_charge(L, 32 * (1 + (int64_t)count));
    lua_createtable(L, count, 0);
    for (int i = 0; i < count; i++) {
        lua_createtable(L, 0, 7);
        set_text(L, "instrument", lines[i].instrument);
        set_text(L, "venue", lines[i].venue);
        set_number(L, "units", lines[i].units);
        set_number(L, "qty", lines[i].qty);
        set_number(L, "mid", lines[i].mid);
        set_number(L, "price", lines[i].price);
        set_number(L, "cost", lines[i].cost);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}
