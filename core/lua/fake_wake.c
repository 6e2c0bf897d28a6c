/* A policy woken in the market of a test, told of what happened, and asked whether it would wake:
 * the view answers from the market's fields. Changes nothing but what a policy asks for. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lua/fake_market.h"

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
    return rh_fake_cost(m, hedge < 0 ? NULL : rh_fake_hedge(m, hedge_name(m, hedge)), qty);
}

static double view_hedge_field(void *host, int hedge, rh_hedge_field field)
{
    const fake_market *m = host;
    return rh_fake_hedge_value(m, rh_fake_hedge(m, hedge_name(m, hedge)), field);
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
    double spot = m->field[RH_VIEW_SPOT], cost = rh_fake_cost(m, NULL, qty);
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
int rh_fake_market_wake(lua_State *L)
{
    rh_order_request orders[RH_ORDERS_PER_CALL_MAX];
    double features[RH_FEATURES_MAX + 1] = {0};
    size_t count = 0;
    rh_error error = {RH_OK, ""};
    fake_market *m = rh_fake_check(L);
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

int rh_fake_market_tell(lua_State *L)
{
    rh_kill_kind kind;
    rh_error error = {RH_OK, ""};
    fake_market *m = rh_fake_check(L);
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

int rh_fake_market_wakes(lua_State *L)
{
    const fake_market *m = rh_fake_check(L);
    const rh_wake *wake = &rh_lua_test_policy(L, 2)->wake;
    bool moved = !isnan(wake->move_beyond) &&
                 (!(m->last_spot > 0.0) ||
                  fabs(m->field[RH_VIEW_SPOT] / m->last_spot - 1.0) > wake->move_beyond);
    lua_pushboolean(L, wake->always || moved || is_beyond(m, wake) || is_time(m, wake));
    return 1;
}
