/* Orders of a test: what trading costs in the fake market, orders filled or left pending by hand,
 * and what a fill does to its fields. Decides nothing. */
#include <math.h>
#include <string.h>

#include "lua/fake_market.h"

double rh_fake_cost(const fake_market *m, const fake_hedge *hedge, double qty)
{
    return fabs(qty) * rh_fake_hedge_value(m, hedge, RH_HEDGE_MID) * m->cost_bps * 1e-4;
}

int rh_fake_market_cost(lua_State *L)
{
    const fake_market *m = rh_fake_check(L);
    const fake_hedge *hedge =
        lua_isnoneornil(L, 3) ? NULL : rh_fake_hedge(m, rh_lua_text(L, 3, NULL));
    lua_pushnumber(L, rh_fake_cost(m, hedge, rh_lua_number(L, 2)));
    return 1;
}

/* Greeks of `qty` units of an instrument come into the book, or with a minus go. */
static void add_greeks(fake_market *m, const fake_hedge *hedge, double qty)
{
    m->field[RH_VIEW_DELTA] += qty * rh_fake_hedge_value(m, hedge, RH_HEDGE_DELTA);
    m->field[RH_VIEW_GAMMA] += qty * rh_fake_hedge_value(m, hedge, RH_HEDGE_GAMMA);
    m->field[RH_VIEW_VEGA] += qty * rh_fake_hedge_value(m, hedge, RH_HEDGE_VEGA);
    m->field[RH_VIEW_THETA] += qty * rh_fake_hedge_value(m, hedge, RH_HEDGE_THETA);
}

/* An order of `qty` units; `hedge` NULL: the default route. */
static void apply(fake_market *m, fake_hedge *hedge, double qty, bool is_filled)
{
    double *field = m->field, delta = qty * rh_fake_hedge_value(m, hedge, RH_HEDGE_DELTA);
    add_greeks(m, hedge, qty);
    field[RH_VIEW_SINCE_HEDGE] = 0.0;
    if (hedge != NULL) hedge->field[is_filled ? RH_HEDGE_POSITION : RH_HEDGE_PENDING] += qty;
    if (!is_filled) {
        field[RH_VIEW_PENDING] += delta;
        return;
    }
    field[RH_VIEW_POSITION] += delta;
    field[RH_VIEW_CASH] -=
        qty * rh_fake_hedge_value(m, hedge, RH_HEDGE_MID) + rh_fake_cost(m, hedge, qty);
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
    fake_hedge *hedge = named ? rh_fake_hedge(m, lua_tostring(L, -1)) : NULL;
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
    fake_market *m = rh_fake_check(L);
    lua_settop(L, 2);
    bool is_list = rh_lua_is_plain(L, 2) && lua_rawlen(L, 2) > 0;
    bool is_empty = rh_lua_is_plain(L, 2) && !is_list && rh_lua_count_keys(L, 2) == 0;
    if (!is_list && !is_empty) take_order(L, m, is_filled);
    for (lua_Integer i = 1; is_list && lua_rawgeti(L, 2, i) != LUA_TNIL; i++) {
        rh_lua_charge(L, 1);
        take_order(L, m, is_filled);
        lua_settop(L, 2);
    }
    rh_fake_follow(m);
    return 0;
}

int rh_fake_market_fill(lua_State *L)
{
    return take_orders(L, true);
}

int rh_fake_market_send(lua_State *L)
{
    return take_orders(L, false);
}
