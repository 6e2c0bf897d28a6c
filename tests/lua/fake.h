/* A view, an engine's worth of services, and one-line loading, for tests that drive policies by
 * hand. Header-only: each test program is one file. */
#ifndef RH_TESTS_LUA_FAKE_H
#define RH_TESTS_LUA_FAKE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lua/lua_policy.h"

typedef struct fake {
    rh_view view;
    double lo, hi;              /* of the last wake_outside */
    int64_t wake_in_ns;
    double cost_per_unit;
    int lazy_calls, wakes;
    char log[64][256];
    int log_lines;
    size_t longest_line;
} fake;

static inline double fake_field(void *host, rh_view_field field)
{
    ((fake *)host)->lazy_calls++;
    return 1000.0 + (double)field;
}

static inline double fake_cost(void *host, int hedge, double qty)
{
    (void)hedge;
    return fabs(qty) * ((fake *)host)->cost_per_unit;
}

static inline void fake_wake_outside(void *host, double lo, double hi)
{
    fake *f = host;
    f->lo = lo;
    f->hi = hi;
    f->wakes++;
}

static inline void fake_wake_in(void *host, int64_t duration_ns)
{
    ((fake *)host)->wake_in_ns = duration_ns;
}

static inline double fake_asset_field(void *host, int asset, rh_view_field field)
{
    (void)host;
    return 2000.0 + 100.0 * asset + (double)field;
}

/* One live order, number 3. */
static inline int fake_next_order(void *host, int at, rh_live_order *order)
{
    (void)host;
    *order = (rh_live_order){.order = 3, .instrument = "BTC-PERP", .qty = 1, .remaining = 0.5};
    return at == 0 ? 1 : -1;
}

static inline bool fake_is_live(void *host, uint32_t order)
{
    (void)host;
    return order == 3;
}

static inline int fake_route(void *host, double qty, rh_route_line lines[RH_HEDGES_MAX])
{
    lines[0] = (rh_route_line){.instrument = "BTC-PERP", .venue = "perp", .units = qty, .qty = qty,
                               .mid = 100, .price = 101, .cost = fake_cost(host, -1, qty)};
    return 1;
}

static inline double fake_hedge_field(void *host, int hedge, rh_hedge_field field)
{
    (void)host;
    return 3000.0 + 100.0 * hedge + (double)field;
}

/* As if every option had the same vega of delta: a tenth of an asset unit for a doubled vol. */
static inline double fake_delta_at(void *host, double vol_scale)
{
    return ((fake *)host)->view.eager[RH_VIEW_DELTA] + 0.1 * (vol_scale - 1.0);
}

static inline void fake_log(void *host, const char *text)
{
    fake *f = host;
    if (strlen(text) > f->longest_line) f->longest_line = strlen(text);
    if (f->log_lines < 64) snprintf(f->log[f->log_lines], 256, "%s", text);
    f->log_lines++;
}

static inline void fake_set(fake *f, rh_view_field field, double value)
{
    f->view.eager[field] = value;
    f->view.eager_mask |= 1u << field;
}

static inline void fake_init(fake *f)
{
    static const rh_view_ops ops = {fake_field, fake_cost, fake_wake_outside, fake_wake_in,
                                    fake_asset_field, fake_next_order, fake_is_live, fake_route,
                                    fake_hedge_field, fake_delta_at};
    memset(f, 0, sizeof *f);
    f->view.ops = &ops;
    f->view.host = f;
    f->view.time_ns = INT64_C(1621209600000000000);
    fake_set(f, RH_VIEW_SPOT, 100.0);
    fake_set(f, RH_VIEW_DELTA, 0.0);
    fake_set(f, RH_VIEW_GROSS_DELTA, 4.0);
}

/* Load a script from text; params is JSON or NULL. */
static inline rh_status fake_load(fake *f, const char *label, const char *script, size_t length,
                                  const char *params, rh_policy **policy, rh_error *error)
{
    static const char *const hedges[] = {"BTC-PERP", "BTC-SPOT"};
    static const char *const venues[] = {"perp", "spot"}, *const assets[] = {"BTC", "ETH"};
    rh_policy_services services = {.seed = 7, .hedges = hedges, .hedge_venues = venues,
                                   .hedge_count = 2, .assets = assets, .asset_count = 2,
                                   .log = fake_log, .host = f};
    rh_policy_source source = {.bytes = NULL};
    rh_json_doc *doc = NULL;
    rh_json at = {NULL, NULL};
    memset(error, 0, sizeof *error);
    *policy = NULL;
    snprintf(source.label, sizeof source.label, "%.*s", (int)sizeof source.label - 1, label);
    source.bytes = malloc(length + 1);
    assert_non_null(source.bytes);
    memcpy(source.bytes, script, length);
    source.bytes[length] = '\0';
    source.length = length;
    rh_sha256_of(source.bytes, source.length, source.sha256);
    if (params != NULL) {
        assert_int_equal(rh_json_parse("scenario.json", params, strlen(params), &doc, error), 0);
        at = rh_json_root(doc);
    }
    rh_status status = rh_lua_loader.load(rh_lua_loader.context, &source, at, &services, policy,
                                          error);
    rh_json_free(doc);
    rh_policy_source_free(&source);
    return status;
}

static inline rh_policy *must_load(fake *f, const char *script, const char *params)
{
    rh_policy *policy = NULL;
    rh_error error;
    rh_status status = fake_load(f, "test.lua", script, strlen(script), params, &policy, &error);
    if (status != RH_OK) fail_msg("refused: %s", error.message);
    return policy;
}

static inline rh_policy *must_load_shipped(fake *f, const char *name, const char *params)
{
    rh_policy_source source;
    rh_policy *policy = NULL;
    rh_error error;
    assert_int_equal(rh_policy_source_shipped(name, &source, &error), RH_OK);
    rh_status status = fake_load(f, source.label, source.bytes, source.length, params, &policy,
                                 &error);
    rh_policy_source_free(&source);
    if (status != RH_OK) fail_msg("refused: %s", error.message);
    return policy;
}

/* The script must be refused with `status`, and the message must contain `wanted`. */
static inline void must_refuse(const char *script, const char *params, rh_status status,
                               const char *wanted)
{
    fake f;
    rh_error error;
    rh_policy *policy = NULL;
    fake_init(&f);
    rh_status got = fake_load(&f, "test.lua", script, strlen(script), params, &policy, &error);
    if (got == RH_OK) fail_msg("accepted, wanted a refusal: %s", wanted);
    if (got != status || strstr(error.message, wanted) == NULL)
        fail_msg("status %d: \"%s\", wanted %d: \"%s\"", got, error.message, status, wanted);
    assert_null(policy);
}

static inline rh_decision must_trigger(rh_policy *policy, fake *f, const double *features)
{
    rh_decision decision = {false, 0, 0};
    rh_kill_kind kind;
    rh_error error = {RH_OK, ""};
    rh_status status = policy->methods->trigger(policy, &f->view, features, &decision, &kind,
                                                &error);
    if (status != RH_OK) fail_msg("trigger: %s", error.message);
    return decision;
}

static inline size_t must_scale(rh_policy *policy, fake *f, const double *features, double lo,
                                double hi, rh_order_request orders[RH_ORDERS_PER_CALL_MAX])
{
    size_t count = 0;
    rh_kill_kind kind;
    rh_error error = {RH_OK, ""};
    rh_status status = policy->methods->scale(policy, &f->view, features, lo, hi, orders, &count,
                                              &kind, &error);
    if (status != RH_OK) fail_msg("scale: %s", error.message);
    return count;
}

#endif
