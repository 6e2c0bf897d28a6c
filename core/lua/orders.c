/* What scale returned becomes order requests: a number, an order, or a list of orders. Everything
 * is checked here, raw and by type, because a malformed order kills the policy and must say which
 * field was wrong. Nothing of the script runs in here: metatables are refused. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lua/api.h"
#include "lua/host.h"

typedef struct order_reading {
    rh_lua *host;
    const rh_view *view;
    rh_order_request *orders;
    size_t count;
    rh_kill_kind kind;
} order_reading;

static const char *const order_keys[] = {
#define X(key, ...) key,
    RH_LUA_ORDER_KEY_MAP(X)
#undef X
};

/* Push the field `key` of the order at `index`; false (nothing pushed) when it is absent. */
static bool field(lua_State *L, int index, const char *key)
{
    lua_pushstring(L, key);
    if (lua_rawget(L, index) != LUA_TNIL) return true;
    lua_pop(L, 1);
    return false;
}

static double number_field(lua_State *L, int index, const char *key, double min, double max,
                           double otherwise)
{
    char shown[RH_NUMBER_TEXT], low[RH_NUMBER_TEXT], high[RH_NUMBER_TEXT];
    if (!field(L, index, key)) return otherwise;
    if (lua_type(L, -1) != LUA_TNUMBER)
        luaL_error(L, "%s: found a %s, expected a number", key, luaL_typename(L, -1));
    double value = lua_tonumber(L, -1);
    lua_pop(L, 1);
    if (value >= min && value <= max) return value;
    rh_text_double(shown, value);
    rh_text_double(low, min);
    rh_text_double(high, max);
    luaL_error(L, "%s: found %s, expected a number from %s to %s", key, shown, low, high);
    return otherwise;
}

static const char *text_field(lua_State *L, int index, const char *key)
{
    if (!field(L, index, key)) return NULL;
    if (lua_type(L, -1) != LUA_TSTRING)
        luaL_error(L, "%s: found a %s, expected text", key, luaL_typename(L, -1));
    size_t length = 0;
    const char *text = lua_tolstring(L, -1, &length);
    if (strlen(text) != length) luaL_error(L, "%s: found a zero byte in the text", key);
    lua_pop(L, 1);      /* the order holds on to it */
    return text;
}

/* The first hedge instrument that trades at the venue, or `instrument` if it does. */
static int read_venue(lua_State *L, const rh_lua *host, int index, int instrument)
{
    const rh_policy_services *services = &host->services;
    const char *const *venues = services->hedge_venues;
    const char *name = text_field(L, index, "venue");
    char shown[RH_NAME_MAX];
    int first = -1;
    if (name == NULL) return instrument;
    for (int i = 0; venues != NULL && i < services->hedge_count; i++) {
        if (strcmp(venues[i], name) != 0) continue;
        if (i == instrument) return i;
        if (first < 0) first = i;
    }
    rh_text_escape(shown, sizeof shown, name, strlen(name));
    if (first >= 0 && instrument >= 0)
        luaL_error(L, "venue: '%s' does not trade at '%s'", services->hedges[instrument], shown);
    if (first < 0) {
        const char *near = venues != NULL ? rh_nearest_name(name, venues,
                                                (size_t)services->hedge_count) : NULL;
        luaL_error(L, "venue: no hedge instrument trades at '%s'%s%s%s", shown,
                   near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                   near != NULL ? "'?" : "");
    }
    return first;
}

static int read_instrument(lua_State *L, const rh_lua *host, int index)
{
    char shown[RH_NAME_MAX];
    const char *name = text_field(L, index, "instrument");
    if (name == NULL) return -1;
    for (int i = 0; i < host->services.hedge_count; i++)
        if (strcmp(host->services.hedges[i], name) == 0) return i;
    rh_text_escape(shown, sizeof shown, name, strlen(name));
    const char *near = rh_nearest_name(name, host->services.hedges,
                                       (size_t)host->services.hedge_count);
    luaL_error(L, "instrument: unknown hedge instrument '%s'%s%s%s", shown,
               near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
               near != NULL ? "'?" : "");
    return -1;
}

static void read_kind(lua_State *L, int index, rh_order_request *order)
{
    const char *kind = text_field(L, index, "kind");
    order->kind = RH_ORDER_MARKET;
    if (kind != NULL && strcmp(kind, "limit") == 0)
        order->kind = RH_ORDER_LIMIT;
    else if (kind != NULL && strcmp(kind, "market") != 0)
        luaL_error(L, "kind: expected \"market\" or \"limit\"");
    order->limit = number_field(L, index, "limit", RH_PRICE_MIN, RH_PRICE_MAX, 0.0);
    if (order->kind == RH_ORDER_LIMIT && order->limit == 0.0)
        luaL_error(L, "limit: a limit order needs its price");
    if (order->kind == RH_ORDER_MARKET && order->limit != 0.0)
        luaL_error(L, "limit: only for kind = \"limit\"");
}

static void read_schedule(lua_State *L, int index, rh_order_request *order)
{
    double slices = number_field(L, index, "slices", 1, RH_SLICES_MAX, 1);
    if (slices != floor(slices)) luaL_error(L, "slices: expected a whole number");
    order->slices = (int)slices;
    if (field(L, index, "over")) {
        bool valid = lua_type(L, -1) == LUA_TSTRING
                         ? rh_parse_duration(lua_tostring(L, -1), &order->over_ns)
                         : lua_type(L, -1) == LUA_TNUMBER && lua_tonumber(L, -1) >= 0 &&
                               lua_tonumber(L, -1) <= (double)RH_TIME_NS_MAX;
        if (!valid)
            luaL_error(L, "over: expected a duration such as \"5m\", or nanoseconds");
        if (lua_type(L, -1) == LUA_TNUMBER) order->over_ns = (int64_t)lua_tonumber(L, -1);
        lua_pop(L, 1);
    }
    if (order->slices > 1 && order->over_ns <= 0)
        luaL_error(L, "over: %d slices need a time to spread over", order->slices);
}

/* The number of a live order at stack top, which is dropped. */
static uint32_t read_id(lua_State *L, const order_reading *reading, const char *key)
{
    const rh_view *view = reading->view;
    lua_Integer id = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : 0;
    if (id < 1 || id > UINT32_MAX)
        luaL_error(L, "%s: expected %sthe number of a live order", key,
                   strcmp(key, "cancel") == 0 ? "\"all\" or " : "");
    if (view->ops->is_live == NULL || !view->ops->is_live(view->host, (uint32_t)id))
        luaL_error(L, "%s: order %I is not live", key, (LUAI_UACINT)id);
    lua_pop(L, 1);
    return (uint32_t)id;
}

/* `cancel` alone may come without a quantity; `replace` is a cancel and a new order in one. */
static void read_cancel(lua_State *L, const order_reading *reading, int index,
                        rh_order_request *order)
{
    bool replaces = field(L, index, "replace");
    if (replaces) order->cancel_id = read_id(L, reading, "replace");
    if (!field(L, index, "cancel")) return;
    if (replaces) luaL_error(L, "cancel: not together with replace");
    if (lua_type(L, -1) == LUA_TSTRING && strcmp(lua_tostring(L, -1), "all") == 0) {
        order->cancel_live = true;
        lua_pop(L, 1);
        return;
    }
    order->cancel_id = read_id(L, reading, "cancel");
}

static void read_order(lua_State *L, order_reading *reading, int index)
{
    rh_order_request order = {.instrument = -1, .kind = RH_ORDER_MARKET, .slices = 1};
    if (!rh_lua_is_plain(L, index))
        luaL_error(L, "found a %s, expected a plain table with qty",
                   lua_type(L, index) == LUA_TTABLE ? "table with a metatable"
                                                    : luaL_typename(L, index));
    rh_lua_check_fields(L, index, "an order", order_keys, sizeof order_keys / sizeof *order_keys);
    read_cancel(L, reading, index, &order);
    bool cancels = order.cancel_live || order.cancel_id != 0;
    bool replaces = field(L, index, "replace");
    if (replaces) lua_pop(L, 1);
    order.qty = number_field(L, index, "qty", -RH_QTY_MAX, RH_QTY_MAX, (double)NAN);
    if (isnan(order.qty) && (!cancels || replaces)) luaL_error(L, "qty: missing");
    if (isnan(order.qty)) order.qty = 0.0;
    order.instrument = read_instrument(L, reading->host, index);
    order.instrument = read_venue(L, reading->host, index, order.instrument);
    read_kind(L, index, &order);
    order.slippage_bps = number_field(L, index, "slippage_bps", 0, 1e6, 0);
    read_schedule(L, index, &order);
    if (order.qty == 0.0 && !cancels) return;
    reading->orders[reading->count++] = order;
}

static int read_table(lua_State *L)
{
    order_reading *reading = lua_touserdata(L, 1);
    int table = 2;
    if (!rh_lua_is_plain(L, table)) luaL_error(L, "found a table with a metatable");
    if (lua_rawlen(L, table) == 0) {
        lua_pushnil(L);
        if (lua_next(L, table) == 0) return 0;      /* {}: nothing to do */
        lua_pop(L, 2);
        read_order(L, reading, table);
        return 0;
    }
    size_t length = lua_rawlen(L, table);
    if (length > RH_ORDERS_PER_CALL_MAX) {
        reading->kind = RH_KILL_ORDERS;
        return luaL_error(L, "%d orders in one call, at most %d are allowed",
                          length < 1000000000 ? (int)length : 1000000000, RH_ORDERS_PER_CALL_MAX);
    }
    rh_lua_push_keys(L, table);
    if (lua_rawlen(L, -1) != length)
        luaL_error(L, "found a list that has fields of its own, expected orders only");
    for (size_t i = 1; i <= length; i++) {
        lua_rawgeti(L, table, (lua_Integer)i);
        read_order(L, reading, lua_gettop(L));
        lua_pop(L, 1);
    }
    return 0;
}

static rh_status malformed(const rh_lua *host, rh_error *error, const char *why)
{
    return rh_fail(error, RH_POLICY, "%s:%d: scale returned a malformed order: %s", host->label,
                   host->scale_line, why);
}

static rh_status read_number(rh_lua *host, double qty, rh_order_request *orders, size_t *count,
                             rh_error *error)
{
    char shown[RH_NUMBER_TEXT], why[128];
    if (!(fabs(qty) <= RH_QTY_MAX)) {
        rh_text_double(shown, qty);
        snprintf(why, sizeof why, "qty: found %s, expected a number from -1e15 to 1e15", shown);
        return malformed(host, error, why);
    }
    *count = qty != 0.0 ? 1 : 0;
    if (*count == 1)
        orders[0] = (rh_order_request){
            .qty = qty, .instrument = -1, .kind = RH_ORDER_MARKET, .slices = 1};
    return RH_OK;
}

rh_status rh_lua_read_orders(rh_lua *host, const rh_view *view, int index,
                             rh_order_request *orders, size_t *count, rh_kill_kind *kind,
                             rh_error *error)
{
    char why[RH_ERROR_MESSAGE_MAX];
    int type = lua_type(host->L, index);
    *count = 0;
    *kind = RH_KILL_MALFORMED;
    if (type == LUA_TNIL) return RH_OK;
    if (type == LUA_TNUMBER)
        return read_number(host, lua_tonumber(host->L, index), orders, count, error);
    if (type != LUA_TTABLE) {
        snprintf(why, sizeof why, "found a %s, expected a number, an order or a list of orders",
                 lua_typename(host->L, type));
        return malformed(host, error, why);
    }
    order_reading reading = {
        .host = host, .view = view, .orders = orders, .kind = RH_KILL_MALFORMED};
    rh_status status = rh_lua_protected(host, read_table, &reading, index, error);
    *count = reading.count;
    *kind = reading.kind;
    if (status == RH_OK) return RH_OK;
    snprintf(why, sizeof why, "%s", host->message);
    return malformed(host, error, why);
}
