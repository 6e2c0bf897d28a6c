/* Policies driven by hand through the fake view: the shipped ones against their rules and against
 * their native twins, and what the loader reads from a script: wakes, params, features, orders. */
#include "fake.h"

#include "base/random.h"
#include "data/file.h"

#define POLICY(body) "return rehedge.policy { api = 1, name = 'test', version = '1.0.0', " body " }"
#define NO_TRIGGER "trigger = function() end"

static double quantity(rh_policy *policy, fake *f, double lo, double hi)
{
    rh_order_request orders[RH_ORDERS_PER_CALL_MAX];
    if (must_scale(policy, f, NULL, lo, hi, orders) == 0) return 0.0;
    assert_int_equal(orders[0].instrument, -1);
    assert_int_equal(orders[0].kind, RH_ORDER_MARKET);
    assert_int_equal(orders[0].slices, 1);
    return orders[0].qty;
}

/* --- shipped policies ---------------------------------------------------------------------- */

static void interval_trades_to_its_target(void **state)
{
    (void)state;
    fake f;
    fake_init(&f);
    rh_policy *policy = must_load_shipped(&f, "interval", "{\"every\": \"30m\", \"to\": 0.5}");
    assert_int_equal(policy->wake.every_ns, INT64_C(1800000000000));
    assert_true(isnan(policy->wake.delta_beyond) && !policy->wake.always);
    fake_set(&f, RH_VIEW_DELTA, 2.0);
    rh_decision decision = must_trigger(policy, &f, NULL);
    assert_true(decision.fire && decision.lo == 0.5 && decision.hi == 0.5);
    assert_true(quantity(policy, &f, 0.5, 0.5) == -1.5);
    rh_policy_free(policy);
}

static void delta_band_has_three_units_and_two_targets(void **state)
{
    (void)state;
    static const struct {
        const char *params;
        double half;
        rh_band_unit unit;
        bool centre;
    } rows[] = {
        {"{\"band\": 0.25}", 0.25, RH_BAND_ASSET, false},
        {"{\"band\": 25, \"unit\": \"quote\"}", 0.25, RH_BAND_QUOTE, false},
        {"{\"band\": 5, \"unit\": \"percent\"}", 0.2, RH_BAND_PERCENT, false},
        {"{\"band\": 0.25, \"to\": \"centre\"}", 0.25, RH_BAND_ASSET, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fake f;
        fake_init(&f);
        rh_policy *policy = must_load_shipped(&f, "delta_band", rows[i].params);
        double half = rows[i].half;
        assert_int_equal(policy->wake.delta_unit, rows[i].unit);
        assert_int_equal(policy->wake.every_ns, 0);
        fake_set(&f, RH_VIEW_DELTA, half);
        assert_false(must_trigger(policy, &f, NULL).fire);      /* the edge is inside */
        fake_set(&f, RH_VIEW_DELTA, -half - 0.125);
        rh_decision decision = must_trigger(policy, &f, NULL);
        assert_true(decision.fire);
        assert_true(fabs(decision.hi - half) < 1e-15 && decision.lo == -decision.hi);
        double qty = quantity(policy, &f, decision.lo, decision.hi);
        assert_true(fabs(qty - (rows[i].centre ? half + 0.125 : 0.125)) < 1e-15);
        rh_policy_free(policy);
    }
}

/* Same params, same views, same bits: 10,000 random views. */
static void native_twins_decide_alike(void **state)
{
    (void)state;
    static const struct { const char *name, *params; } rows[] = {
        {"interval", "{\"to\": 0.1}"},
        {"delta_band", "{\"band\": 0.3}"},
        {"delta_band", "{\"band\": 31.7, \"unit\": \"quote\"}"},
        {"delta_band", "{\"band\": 7.3, \"unit\": \"percent\", \"to\": \"centre\"}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fake f;
        rh_error error;
        rh_json_doc *doc = NULL;
        rh_policy *native = NULL;
        rh_stream stream;
        fake_init(&f);
        rh_stream_init(&stream, 3, 0, (uint32_t)i);
        rh_policy *lua = must_load_shipped(&f, rows[i].name, rows[i].params);
        assert_int_equal(rh_json_parse("p", rows[i].params, strlen(rows[i].params), &doc, &error),
                         RH_OK);
        assert_int_equal(rh_native_policy_find(rows[i].name)->create(rh_json_root(doc), &native,
                                                                     &error), RH_OK);
        rh_json_free(doc);
        assert_int_equal(native->wake.every_ns, lua->wake.every_ns);
        assert_int_equal(native->wake.delta_unit, lua->wake.delta_unit);
        assert_memory_equal(&native->wake.delta_beyond, &lua->wake.delta_beyond, sizeof(double));
        for (int at = 0; at < 10000; at++) {
            fake_set(&f, RH_VIEW_DELTA, rh_stream_uniform(&stream) * 2 - 1);
            fake_set(&f, RH_VIEW_SPOT, rh_stream_uniform(&stream) * 200 + 1);
            fake_set(&f, RH_VIEW_GROSS_DELTA, rh_stream_uniform(&stream) * 9);
            rh_decision a = must_trigger(lua, &f, NULL), b = must_trigger(native, &f, NULL);
            assert_int_equal(a.fire, b.fire);
            if (!a.fire) continue;
            assert_true(a.lo == b.lo && a.hi == b.hi);
            assert_true(quantity(lua, &f, a.lo, a.hi) == quantity(native, &f, b.lo, b.hi));
        }
        rh_policy_free(lua);
        rh_policy_free(native);
    }
}

static void band_or_time_trades_to_zero(void **state)
{
    (void)state;
    fake f;
    fake_init(&f);
    rh_policy *policy = must_load_shipped(&f, "band_or_time", "{\"band\": 0.2, \"every\": \"2h\"}");
    assert_int_equal(policy->wake.every_ns, INT64_C(7200000000000));
    assert_true(policy->wake.delta_beyond == 0.2);
    fake_set(&f, RH_VIEW_DELTA, 0.1);       /* inside: it is the clock that woke it */
    rh_decision decision = must_trigger(policy, &f, NULL);
    assert_true(decision.fire);
    assert_true(quantity(policy, &f, decision.lo, decision.hi) == -0.1);
    rh_policy_free(policy);
}

static void twap_spreads_its_order(void **state)
{
    (void)state;
    fake f;
    rh_order_request orders[RH_ORDERS_PER_CALL_MAX];
    fake_init(&f);
    rh_policy *policy = must_load_shipped(&f, "twap",
                                          "{\"band\": 1, \"over\": \"5m\", \"slices\": 6}");
    fake_set(&f, RH_VIEW_DELTA, -3.0);
    rh_decision decision = must_trigger(policy, &f, NULL);
    assert_true(decision.fire);
    assert_int_equal(must_scale(policy, &f, NULL, decision.lo, decision.hi, orders), 1);
    assert_true(orders[0].qty == 3.0);
    assert_int_equal(orders[0].slices, 6);
    assert_int_equal(orders[0].over_ns, INT64_C(300000000000));
    rh_policy_free(policy);
}

static double adaptive_half(rh_policy *policy, fake *f, double vol)
{
    must_trigger(policy, f, &vol);
    assert_true(f->lo == -f->hi);
    return f->hi;
}

static void adaptive_follows_cost_and_volatility(void **state)
{
    (void)state;
    fake f;
    fake_init(&f);
    rh_policy *policy = must_load_shipped(&f, "adaptive", "{\"band\": 0.2, \"vol_ref\": 0.5}");
    assert_int_equal(policy->feature_count, 1);
    assert_string_equal(policy->features[0].kind, "realized_vol");
    f.cost_per_unit = 5e-4 * 100;       /* the reference: 5 bps of spot */
    assert_true(fabs(adaptive_half(policy, &f, 0.5) - 0.2) < 1e-12);
    f.cost_per_unit *= 8;               /* cube root */
    assert_true(fabs(adaptive_half(policy, &f, 0.5) - 0.4) < 1e-12);
    assert_true(fabs(adaptive_half(policy, &f, 1.0) - 0.2) < 1e-12);
    assert_true(fabs(adaptive_half(policy, &f, 1e9) - 0.05) < 1e-12);   /* floor */
    assert_true(fabs(adaptive_half(policy, &f, 0.0) - 0.8) < 1e-12);    /* cap */
    rh_policy_free(policy);
}

static void predictive_vol_blends_its_estimates(void **state)
{
    (void)state;
    fake f;
    const double features[] = {1.0, 0.6};       /* sorted by name: fast, slow */
    fake_init(&f);
    rh_policy *policy = must_load_shipped(&f, "predictive_vol",
                                          "{\"band\": 0.2, \"vol_ref\": 0.4, \"weight\": 0.5}");
    assert_string_equal(policy->features[0].name, "fast");
    assert_string_equal(policy->features[1].name, "slow");
    fake_set(&f, RH_VIEW_DELTA, 0.11);
    rh_decision decision = must_trigger(policy, &f, features);
    assert_true(fabs(decision.hi - 0.2 * 0.4 / 0.8) < 1e-12 && decision.fire);
    assert_true(f.hi == decision.hi && f.lo == decision.lo && f.wakes == 1);
    rh_policy_free(policy);
}

/* --- what a script declares ---------------------------------------------------------------- */

static void wakes_take_values_and_params(void **state)
{
    (void)state;
    fake f;
    fake_init(&f);
    rh_policy *policy = must_load(&f, POLICY(NO_TRIGGER
        ", params = { t = '90s', b = 2, u = { default = "
        "'quote', allowed = { 'asset', 'quote' } } }, wake = { every = 't', delta_beyond = 'b', "
        "unit = 'u', move_beyond = 0.01, on = { 'fill', 'client_trade' } }"), "{\"b\": 3}");
    assert_int_equal(policy->wake.every_ns, INT64_C(90000000000));
    assert_true(policy->wake.delta_beyond == 3.0 && policy->wake.move_beyond == 0.01);
    assert_int_equal(policy->wake.delta_unit, RH_BAND_QUOTE);
    assert_int_equal(policy->wake.on, 1u << RH_ON_FILL | 1u << RH_ON_CLIENT);
    assert_false(policy->wake.always);
    rh_policy_free(policy);
    policy = must_load(&f, POLICY(NO_TRIGGER), NULL);
    assert_true(policy->wake.always && policy->has_trigger && !policy->has_scale);
    rh_policy_free(policy);
    policy = must_load(&f, POLICY(NO_TRIGGER ", wake = { every = '5s', unit = 'percent' }"), NULL);
    assert_int_equal(policy->wake.every_ns, INT64_C(5000000000));
    rh_policy_free(policy);
}

static void declarations_are_checked(void **state)
{
    (void)state;
    static const struct { const char *script, *wanted; } rows[] = {
        {"return 1", "declares no policy"},
        {POLICY(NO_TRIGGER) " .. 'x'", "attempt to concatenate a table"},
        {"rehedge.policy { api = 1, name = 'x', version = '1', " NO_TRIGGER " }",
         "must return its"},
        {"return rehedge.policy { name = 'x', version = '1', " NO_TRIGGER " }", "no api"},
        {"\nreturn rehedge.policy {\n  api = 2, name = 'x', version = '1', " NO_TRIGGER " }",
         "test.lua:3: api 2 is not supported"},
        {"return rehedge.policy { api = 1, version = '1', " NO_TRIGGER " }", "has no name"},
        {"return rehedge.policy { api = 1, name = 'x', " NO_TRIGGER " }", "has no version"},
        {POLICY("about = 'x'"), "neither a trigger nor a scale"},
        {POLICY("\ntriger = function() end"),
         "test.lua:2: unknown key 'triger' in the policy; did you mean 'trigger'?"},
        {POLICY("trigger = 1"), "trigger: found a number, expected a function"},
        {POLICY(NO_TRIGGER ", name2 = '\\27[2J'"), "unknown key 'name2'"},
        {POLICY(NO_TRIGGER ", [1] = 2"), "has a number as key"},
        {POLICY(NO_TRIGGER ", params = 5"), "params must be a table"},
        {POLICY(NO_TRIGGER ",\n params = { band = { default = 1, mn = 0 } }"),
         "test.lua:2: unknown key 'mn' in params.band; did you mean 'min'?"},
        {POLICY(NO_TRIGGER ", params = { band = { default = -1, min = 0 } }"),
         "params.band.default: found -1, expected at least 0"},
        {POLICY(NO_TRIGGER ", params = { band = {} }"), "params.band: expected default"},
        {POLICY(NO_TRIGGER ", params = { to = 'edge' }"), "a text param lists its words"},
        {POLICY(NO_TRIGGER ", params = { to = { default = 'egde', allowed = { 'edge', 'x' } } }"),
         "did you mean \"edge\"?"},
        {POLICY(NO_TRIGGER ", params = { o = { default = 1, instrument = true } }"),
         "params.o.instrument: only for a text param"},
        {POLICY(NO_TRIGGER ", params = { o = { default = '', instrument = 'yes' } }"),
         "params.o.instrument: expected true"},
        {POLICY(NO_TRIGGER ", params = { o = { default = 'a', allowed = { 'a' }, instrument = true "
                           "} }"), "no `allowed`"},
        {POLICY(NO_TRIGGER ", params = { t = { default = '1h', min = 5 } }"),
         "params.t.min: expected a duration"},
        {POLICY(NO_TRIGGER ", params = { ['a b'] = 1 }"), "names are identifiers"},
        {POLICY(NO_TRIGGER ", params = { b = 0/0 }"), "expected a finite number"},
        {POLICY(NO_TRIGGER ", wake = { evry = '5s' }"), "did you mean 'every'?"},
        {POLICY(NO_TRIGGER ", wake = { every = 'often' }"), "\"often\" is not a duration"},
        {POLICY(NO_TRIGGER ", params = { every = '1h' }, wake = { every = 'evry' }"),
         "(did you mean the param \"every\"?)"},
        {POLICY(NO_TRIGGER ", wake = { every = '0s' }"), "wake.every must be at least 1ms"},
        {POLICY(NO_TRIGGER ", wake = { every = '1us' }"), "wake.every must be at least 1ms"},
        {POLICY(NO_TRIGGER ", params = { p = '1us' }, wake = { every = 'p' }"),
         "wake.every must be at least 1ms"},
        {POLICY(NO_TRIGGER ", wake = { delta_beyond = -1 }"), "0 or larger"},
        {POLICY(NO_TRIGGER ", wake = { delta_beyond = 'band' }"), "not a param that is a number"},
        {POLICY(NO_TRIGGER ", wake = { delta_beyond = 1, unit = 'dollars' }"), "not asset, quote"},
        {POLICY(NO_TRIGGER ", wake = { on = { 'fills' } }"), "did you mean 'fill'?"},
        {POLICY(NO_TRIGGER ", features = { rv = 'realized_vol' }"), "expected a table such as"},
        {POLICY(NO_TRIGGER ", features = { rv = { 'realised_vol', window = '1h' } }"),
         "realized_vol"},
        {POLICY(NO_TRIGGER ", features = { rv = { 'realized_vol', windw = '1h' } }"), "window"},
        {POLICY(NO_TRIGGER ", features = { rv = { 'realized_vol', window = true } }"),
         "features.rv.window: expected a number or text"},
        {"local x = = 1", "test.lua:1: unexpected symbol near '='"},
        {"\n\nlocal x = nil + 1", "test.lua:3: attempt to perform arithmetic on a nil value"},
        {"return rehedge.policy(setmetatable({}, {}))", "must be a table without a metatable"},
        {"return rehedge.state(5)", "table expected"},
        {"local function f() error('deep') end\nlocal function g() f() end\ng()",
         "test.lua:1: deep (called from test.lua:2 in g, test.lua:3)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        must_refuse(rows[i].script, NULL, RH_POLICY, rows[i].wanted);
}

static void overrides_are_checked(void **state)
{
    (void)state;
    static const char script[] = POLICY(NO_TRIGGER ", params = { band = { default = 1, min = 0, "
        "max = 5 }, wait = '1h', to = { default = 'edge', allowed = { 'edge', 'centre' } }, "
        "on = true, hedge = { default = '', instrument = true } }");
    static const struct { const char *params, *wanted; } rows[] = {
        {"{\"hedge\": \"BTC-PREP\"}", "/hedge: found \"BTC-PREP\", expected a hedge instrument; "
                                      "did you mean \"BTC-PERP\"?"},
        {"{\"hedge\": 1}", "/hedge"},
        {"{\"bnad\": 1}", "unknown param; did you mean \"band\"?"},
        {"{\"band\": -1}", "found -1, expected at least 0"},
        {"{\"band\": 6}", "found 6, expected at most 5"},
        {"{\"band\": \"1\"}", "/band"},
        {"{\"wait\": 3600}", "expected a duration as text"},
        {"{\"wait\": \"soon\"}", "found \"soon\", expected a duration"},
        {"{\"to\": \"center\"}", "did you mean \"centre\"?"},
        {"{\"on\": 1}", "/on"},
        {"[1]", "expected an object of params"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        must_refuse(script, rows[i].params, RH_INPUT, rows[i].wanted);
    must_refuse(script, "{\"band\": 6}", RH_INPUT, "scenario.json");
    must_refuse(script, "{\"band\": 6}", RH_INPUT, "/band");
}

static void scripts_read_hedge_instruments(void **state)
{
    (void)state;
    fake f;
    fake_init(&f);
    rh_policy *policy = must_load(&f, POLICY(
        "params = { of = { default = '', instrument = true } }, "
        "trigger = function(s, p) local o, b = s:instrument(p.of), s:instrument('BTC-PERP') "
        "local names = { 'mid', 'delta', 'gamma', 'vega', 'theta', 'iv', 'position', 'pending', "
        "'lot', 'expiry_in' } for i, name in ipairs(names) do assert(o[name] == 3099 + i) "
        "assert(b[name] == 2999 + i) end return o == s:instrument('BTC-SPOT') end"),
        "{\"of\": \"BTC-SPOT\"}");
    assert_true(must_trigger(policy, &f, NULL).fire);
    rh_policy_free(policy);
}

static void scripts_read_params_features_and_fields(void **state)
{
    (void)state;
    fake f;
    const double features[] = {0.25, 8.0};
    fake_init(&f);
    fake_set(&f, RH_VIEW_DELTA, 1.5);
    rh_policy *policy = must_load(&f, POLICY(
        "params = { n = 2, t = '1m', w = { default = 'a', allowed = { 'a', 'b' } }, b = false }, "
        "features = { zz = { 'realized_vol', window = 't' }, "
        "aa = { 'ewma_vol', half_life = '1h' } }, "
        "trigger = function(s, p, f)\n"
        "  assert(p.n == 3 and p.t == 60000000000 and math.type(p.t) == 'integer')\n"
        "  assert(p.w == 'b' and p.b == false and f.aa == 0.25 and f.zz == 8)\n"
        "  assert(s.time == 1621209600000000000 and math.type(s.time) == 'integer')\n"
        "  assert(s.delta == 1.5 and s.vega == 1000 + 5 and s.vega == 1005)\n"
        "  assert(not pcall(function() return p.nn end) and not pcall(function() return f.a end))\n"
        "  local names = {}\n"
        "  for k in pairs(p) do names[#names + 1] = k end\n"
        "  assert(table.concat(names) == 'bntw')\n"
        "  s:wake_in('5s')\n"
        "  return s:cost(-2) == 6, -1, 1\n"
        "end"), "{\"n\": 3, \"w\": \"b\"}");
    f.cost_per_unit = 3.0;
    assert_string_equal(policy->features[0].name, "aa");
    assert_string_equal(policy->features[1].args[0].text, "1m");
    for (int i = 0; i < 3; i++) assert_true(must_trigger(policy, &f, features).fire);
    assert_int_equal(f.wake_in_ns, INT64_C(5000000000));
    rh_policy_free(policy);
}

/* Fields read at table speed must be those of this call, and lazy ones must stay lazy. */
static void fields_are_fresh_in_each_call(void **state)
{
    (void)state;
    fake f;
    fake_init(&f);
    rh_policy *policy = must_load(&f, POLICY("trigger = function(s) return s.delta == s.spot, "
        "s.delta, s.delta end, scale = function(s) return s.gamma end"), NULL);
    for (int i = 1; i < 50; i++) {
        f.view.eager_mask = 0;
        fake_set(&f, RH_VIEW_SPOT, i);
        if (i % 3 != 0) fake_set(&f, RH_VIEW_DELTA, i);
        f.lazy_calls = 0;
        rh_decision decision = must_trigger(policy, &f, NULL);
        if (i % 3 != 0)
            assert_true(decision.fire && decision.lo == i);
        else
            assert_false(decision.fire);
        assert_int_equal(f.lazy_calls > 0, i % 3 == 0);
        assert_true(quantity(policy, &f, 0, 0) == 1000.0 + RH_VIEW_GAMMA);
    }
    rh_policy_free(policy);
}

/* A field that is written only when it changed has the bits of this call all the same: signs of
 * zero, NaN, values that come back, in the trigger and in its scale. */
static void fields_keep_their_bits(void **state)
{
    static const double deltas[] = {0.0, -0.0, 0.0, 7.0, (double)NAN, 7.0, 7.0, -0.0, -7.0};
    static const double kinds[] = {1.0, 2.0, 1.0, 7.0, 3.0, 7.0, 7.0, 2.0, -7.0};
    (void)state;
    fake f;
    fake_init(&f);
    rh_policy *policy = must_load(&f, POLICY("trigger = function(s) local d = s.delta "
        "local kind = d ~= d and 3 or d == 0 and (1 / d > 0 and 1 or 2) or d "
        "return true, kind, kind end, "
        "scale = function(s) return math.type(s.time) == 'integer' and s.time or s.delta end"),
        NULL);
    for (size_t k = 0; k < sizeof deltas / sizeof *deltas; k++) {
        f.view.time_ns = 1000 + (int64_t)(k % 5 / 2);
        fake_set(&f, RH_VIEW_DELTA, deltas[k]);
        assert_true(must_trigger(policy, &f, NULL).lo == kinds[k]);
        assert_true(quantity(policy, &f, 0, 0) == (double)f.view.time_ns);
        assert_true(must_trigger(policy, &f, NULL).lo == kinds[k]);
    }
    rh_policy_free(policy);
}

static void orders_are_read(void **state)
{
    (void)state;
    fake f;
    rh_order_request orders[RH_ORDERS_PER_CALL_MAX];
    fake_init(&f);
    rh_policy *policy = must_load(&f, POLICY("scale = function(s) "
        "if s.delta == 0 then return {} end "
        "return { { qty = -2, instrument = 'BTC-SPOT', kind = 'limit', limit = 99.5 }, "
        "{ cancel = 'all' }, { qty = 0 }, "
        "{ qty = 1, slippage_bps = 20, slices = 4, over = 1000 } } "
        "end"), NULL);
    assert_int_equal(must_scale(policy, &f, NULL, 0, 0, orders), 0);
    fake_set(&f, RH_VIEW_DELTA, 1);
    assert_int_equal(must_scale(policy, &f, NULL, 0, 0, orders), 3);
    assert_int_equal(orders[0].instrument, 1);
    assert_int_equal(orders[0].kind, RH_ORDER_LIMIT);
    assert_true(orders[0].limit == 99.5 && orders[0].qty == -2 && orders[0].slices == 1);
    assert_true(orders[1].cancel_live && orders[1].qty == 0);
    assert_true(orders[2].slices == 4 && orders[2].over_ns == 1000);
    assert_true(orders[2].slippage_bps == 20 && orders[2].instrument == -1);
    rh_policy_free(policy);
}

/* A call that returns false or a number leaves the VM exactly as it was: a million of them run in
 * memory that a collection cannot help with. Seen from outside: no growth, so no limit. */
static void quiet_calls_go_on_for_ever(void **state)
{
    (void)state;
    fake f;
    fake_init(&f);
    rh_policy *policy = must_load(&f, POLICY("trigger = function(s, p) return s.delta > 5 end, "
                                             "scale = function(s) return -s.delta end"), NULL);
    for (int i = 0; i < 300000; i++) assert_false(must_trigger(policy, &f, NULL).fire);
    fake_set(&f, RH_VIEW_DELTA, 2.0);
    for (int i = 0; i < 100000; i++) assert_true(quantity(policy, &f, 0, 0) == -2.0);
    assert_true(policy->reproducible);
    rh_policy_free(policy);
}

/* A script fills its memory a little more in each call and reads other fields each time: preparing
 * a call must need no memory, or the host would fail where nothing can catch it. */
static void a_full_memory_kills_the_policy_and_not_the_host(void **state)
{
    (void)state;
    fake f;
    fake_init(&f);
    for (int i = 0; i < RH_VIEW_FIELDS; i++) fake_set(&f, (rh_view_field)i, i);
    rh_policy *policy = must_load(&f, "local keep, n = {}, 0\n"
        "local names = { 'spot', 'delta', 'gamma', 'vega', 'theta', 'iv', 'cash', 'age', 'time' }\n"
        POLICY("trigger = function(s)\n"
        "  for i = 1, 40 do n = n + 1 keep[n] = ('x'):rep(400) .. n end\n"
        "  return s[names[n // 40 % #names + 1]] == nil\n"
        "end"), NULL);
    rh_status status = RH_OK;
    rh_kill_kind kind = RH_KILL_ERROR;
    rh_error error = {RH_OK, ""};
    int calls = 0;
    for (; status == RH_OK && calls < 10000; calls++) {
        rh_decision decision;
        status = policy->methods->trigger(policy, &f.view, NULL, &decision, &kind, &error);
    }
    assert_int_equal(status, RH_POLICY);
    assert_int_equal(kind, RH_KILL_MEMORY);
    assert_false(policy->reproducible);
    assert_true(calls > 100);
    rh_policy_free(policy);
}

static void logs_are_limited_cut_and_escaped(void **state)
{
    (void)state;
    fake f;
    fake_init(&f);
    rh_policy *policy = must_load(&f, POLICY("trigger = function(s)\n"
        "for i = 1, 100 do rehedge.log(i) end\nrehedge.log('\\27[2J\\n') end"), NULL);
    must_trigger(policy, &f, NULL);
    assert_int_equal(f.log_lines, RH_LUA_LOG_LINES_PER_SECOND);
    assert_string_equal(f.log[0], "1");
    f.view.time_ns += INT64_C(1000000000);
    f.log_lines = 0;
    must_trigger(policy, &f, NULL);
    assert_non_null(strstr(f.log[0], "37 messages left out"));
    rh_policy_free(policy);
    fake_init(&f);
    policy = must_load(&f, "rehedge.log('\\27[2J' .. ('x'):rep(60000))\n" POLICY(NO_TRIGGER), NULL);
    assert_int_equal(f.log_lines, 1);
    assert_true(strncmp(f.log[0], "\\x1B[2Jxxx", 10) == 0);
    rh_policy_free(policy);
}

static void random_numbers_repeat(void **state)
{
    (void)state;
    static const char script[] = POLICY("scale = function() local r = rehedge.rng(3)\n"
        "r:uniform() return r:normal() + rehedge.rng(4):uniform() end");
    fake f;
    fake_init(&f);
    rh_policy *a = must_load(&f, script, NULL), *b = must_load(&f, script, NULL);
    double first = quantity(a, &f, 0, 0), second = quantity(a, &f, 0, 0);
    assert_true(first != 0.0 && first == quantity(b, &f, 0, 0));
    assert_true(second != first && second == quantity(b, &f, 0, 0)); /* one stream per number */
    rh_policy_free(a);
    rh_policy_free(b);
}

/* The first example of docs/policy.md is a policy that loads, rests and trades as its text says. */
static void the_first_policy_of_the_documents_works(void **state)
{
    (void)state;
    fake f;
    char *document = NULL;
    size_t length = 0;
    rh_error error;
    fake_init(&f);
    if (rh_file_read(REHEDGE_SOURCE_DIR "/docs/policy.md", 1u << 20, &document, &length, &error))
        fail_msg("%s", error.message);
    char *script = strstr(document, "```lua\n");
    assert_non_null(script);
    script += strlen("```lua\n");
    char *end = strstr(script, "```");
    assert_non_null(end);
    *end = '\0';
    rh_policy *policy = must_load(&f, script, NULL);
    free(document);
    assert_true(policy->wake.delta_beyond == 0.1);
    fake_set(&f, RH_VIEW_DELTA, 0.2);
    fake_set(&f, RH_VIEW_SINCE_HEDGE, 29.0);
    assert_false(must_trigger(policy, &f, NULL).fire);
    fake_set(&f, RH_VIEW_SINCE_HEDGE, 31.0);
    assert_true(must_trigger(policy, &f, NULL).fire);
    assert_true(quantity(policy, &f, 0, 0) == -0.2);
    rh_policy_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interval_trades_to_its_target),
        cmocka_unit_test(delta_band_has_three_units_and_two_targets),
        cmocka_unit_test(native_twins_decide_alike),
        cmocka_unit_test(band_or_time_trades_to_zero),
        cmocka_unit_test(twap_spreads_its_order),
        cmocka_unit_test(adaptive_follows_cost_and_volatility),
        cmocka_unit_test(predictive_vol_blends_its_estimates),
        cmocka_unit_test(wakes_take_values_and_params),
        cmocka_unit_test(declarations_are_checked),
        cmocka_unit_test(overrides_are_checked),
        cmocka_unit_test(scripts_read_hedge_instruments),
        cmocka_unit_test(scripts_read_params_features_and_fields),
        cmocka_unit_test(fields_are_fresh_in_each_call),
        cmocka_unit_test(fields_keep_their_bits),
        cmocka_unit_test(orders_are_read),
        cmocka_unit_test(quiet_calls_go_on_for_ever),
        cmocka_unit_test(a_full_memory_kills_the_policy_and_not_the_host),
        cmocka_unit_test(logs_are_limited_cut_and_escaped),
        cmocka_unit_test(random_numbers_repeat),
        cmocka_unit_test(the_first_policy_of_the_documents_works),
    };
    return cmocka_run_group_tests_name("policies", tests, NULL, NULL);
}
