/* The life of a policy in the engine, with a policy made by the test: when it is woken, what it
 * sees, how it is killed and what takes over, swaps, guards, and that every order ends exactly
 * once. */
#include <math.h>

#include "engine_test.h"

/* --- a policy under the test's control ----------------------------------------------------- */

typedef struct puppet {
    rh_policy base;
    struct script *script;
} puppet;

typedef struct script {
    rh_wake wake;
    int calls, die_at; /* die_at: kill at this call, 0 never */
    double trade;      /* fixed quantity per fire; (double)NAN: flatten delta */
    bool limit_order;
    double limit;
    int64_t woke_ns[64];
    double spot[64], delta[64], filled[64];
    bool call_wake_in, call_wake_outside;
    char loaded_state[32];
} script;

static rh_status puppet_trigger(rh_policy *policy, const rh_view *view, const double *features,
                                rh_decision *decision, rh_kill_kind *killed_by, rh_error *error)
{
    script *s = ((puppet *)policy)->script;
    (void)features;
    if (s->calls < 64) {
        s->woke_ns[s->calls] = view->time_ns;
        s->spot[s->calls] = rh_view_number(view, RH_VIEW_SPOT);
        s->delta[s->calls] = rh_view_number(view, RH_VIEW_DELTA);
        s->filled[s->calls] = rh_view_number(view, RH_VIEW_DELTA_FILLED);
    }
    s->calls++;
    if (s->call_wake_in && s->calls == 1) view->ops->wake_in(view->host, INT64_C(30000000000));
    if (s->call_wake_outside && s->calls == 1) view->ops->wake_outside(view->host, -1e9, 1e9);
    if (s->calls == s->die_at) {
        *killed_by = RH_KILL_ERROR;
        return rh_fail(error, RH_POLICY, "puppet.lua:7: attempt to index nil");
    }
    decision->fire = true;
    return RH_OK;
}

static rh_status puppet_scale(rh_policy *policy, const rh_view *view, const double *features,
                              double lo, double hi, rh_order_request *orders, size_t *count,
                              rh_kill_kind *killed_by, rh_error *error)
{
    script *s = ((puppet *)policy)->script;
    (void)features, (void)lo, (void)hi, (void)killed_by, (void)error;
    double delta = rh_view_number(view, RH_VIEW_DELTA);
    orders[0] = (rh_order_request){.qty = isnan(s->trade) ? -delta : s->trade,
                                   .instrument = -1,
                                   .kind = s->limit_order ? RH_ORDER_LIMIT : RH_ORDER_MARKET,
                                   .limit = s->limit,
                                   .slices = 1};
    *count = 1;
    return RH_OK;
}

static rh_status puppet_save(const rh_policy *policy, rh_buffer *state, rh_error *error)
{
    (void)policy, (void)error;
    rh_buffer_text(state, "memory");
    return RH_OK;
}

static rh_status puppet_load_state(rh_policy *policy, const char *bytes, size_t length,
                                   const char *name, const char *version, rh_error *error)
{
    script *s = ((puppet *)policy)->script;
    (void)version, (void)error;
    snprintf(s->loaded_state, sizeof s->loaded_state, "%.*s from %s", (int)length, bytes, name);
    return RH_OK;
}

static void puppet_free(rh_policy *policy)
{
    free(policy);
}

static const rh_policy_methods puppet_methods = {puppet_trigger, puppet_scale, puppet_save,
                                                 puppet_load_state, puppet_free, NULL, NULL, NULL,
                                                 NULL};

static rh_status load_puppet(void *context, const rh_policy_source *source, rh_json params,
                             const rh_policy_services *services, rh_policy **policy,
                             rh_error *error)
{
    (void)params, (void)services;
    if (strstr(source->bytes, "syntax")) {
        return rh_fail(error, RH_POLICY, "bad.lua:1: unexpected symbol");
    }
    puppet *p = calloc(1, sizeof *p);
    p->base.methods = &puppet_methods;
    p->base.has_trigger = p->base.has_scale = p->base.reproducible = true;
    snprintf(p->base.name, sizeof p->base.name, "puppet");
    snprintf(p->base.version, sizeof p->base.version, "1");
    p->script = context;
    p->base.wake = p->script->wake;
    *policy = &p->base;
    return RH_OK;
}

static const rh_wake wake_always = {
    .always = true, .delta_beyond = (double)NAN, .move_beyond = (double)NAN};

static const char bars[] = "time,open,high,low,close,volume\n"
                           "2024-12-31T23:59:00Z,100,100,100,100,10\n"
                           "2025-01-01T00:00:00Z,100,110,100,110,10\n"
                           "2025-01-01T00:01:00Z,110,110,99,99,10\n"
                           "2025-01-01T00:02:00Z,99,121,99,121,10\n";

static outcome play_bars(fixture *f, script *s, const char *venue, const char *more,
                         const char *prices)
{
    char json[4096];
    rh_policy_loader loader = {load_puppet, s};
    write_text(f->dir, "bars.csv", prices);
    write_text(f->dir, "p.lua", "return 1");
    snprintf(
        json, sizeof json,
        "{\"rehedge\": 1, \"clock\": {\"from\": \"2025-01-01T00:00:00Z\", \"to\": "
        "\"2025-01-01T00:03:00Z\", \"end\": \"mark\"}, \"feeds\": [{\"instrument\": \"S\", "
        "\"file\":"
        " \"bars.csv\", \"format\": \"csv\", \"kind\": \"bar\"}], \"assets\": {\"A\": {\"vol\": "
        "{\"mark\": 0.8}}}, \"instruments\": {\"S\": {\"kind\": \"spot\", \"asset\": \"A\"}, "
        "\"P\": "
        "{\"kind\": \"perp\", \"asset\": \"A\", \"venue\": \"v\"}}, \"venues\": {\"v\": %s}, "
        "\"hedge\":"
        " [\"P\"], \"portfolio\": [{\"instrument\": \"S\", \"qty\": 1}] %s}",
        venue, more);
    return run_with(f, json, (rh_run_request){.loader = &loader});
}

static outcome play(fixture *f, script *s, const char *venue, const char *more)
{
    return play_bars(f, s, venue, more, bars);
}

#define IDEAL "{\"kind\": \"ideal\"}"
#define SLOW "{\"kind\": \"book\", \"spread_bps\": 0, \"latency_ms\": 60000, \"report_ms\": 30000}"
#define POLICY ", \"policy\": {\"script\": \"p.lua\"}"
#define T0 INT64_C(1735689600000000000)
#define MINUTE INT64_C(60000000000)

/* --- wakes --------------------------------------------------------------------------------- */

static void wakes_once_per_known_time(void **state)
{
    script s = {.wake = wake_always, .trade = (double)NAN};
    outcome o = play(*state, &s, IDEAL, POLICY);
    assert_int_equal(s.calls, 4); /* four bars; reports at latency 0 do not wake again */
    for (int n = 0; n < 4; n++)
        assert_int_equal(s.woke_ns[n], T0 + n * MINUTE);
    NEAR(s.delta[0], 1.0, 0.0);
    NEAR(s.delta[1], 0.0, 0.0); /* hedged */
    NEAR(number(&o, "hedging.fills"), 1.0, 0.0);
    done(&o);
}

static void unfilled_orders_count_in_delta(void **state)
{
    script s = {.wake = wake_always, .trade = (double)NAN};
    outcome o = play(*state, &s, SLOW, POLICY);
    /* 00:00 decides -1; arrives 00:01, reported 00:01:30. Meanwhile delta knows of the order. */
    NEAR(s.delta[1], 0.0, 0.0);
    NEAR(s.filled[1], 1.0, 0.0);
    assert_int_equal(s.woke_ns[2], T0 + MINUTE + MINUTE / 2); /* the report is a known time */
    NEAR(s.filled[2], 0.0, 0.0);
    NEAR(number(&o, "hedging.orders"), 1.0, 0.0);
    NEAR(number(&o, "cost.latency"), -10.0, 1e-12);
    done(&o);
}

static void conditions_are_checked_in_c(void **state)
{
    script every = {
        .wake = {.every_ns = 2 * MINUTE, .delta_beyond = (double)NAN, .move_beyond = (double)NAN},
        .trade = 0.0};
    outcome o = play(*state, &every, IDEAL, POLICY);
    assert_int_equal(every.calls, 2); /* 00:00 and 00:02: it counts from clock.from */
    assert_int_equal(every.woke_ns[1], T0 + 2 * MINUTE);
    done(&o);
    script beyond = {.wake = {.delta_beyond = 1.0, .move_beyond = (double)NAN}, .trade = 0.0};
    o = play(*state, &beyond, IDEAL, POLICY);
    assert_int_equal(beyond.calls, 0); /* |delta| is 1 throughout: strict */
    done(&o);
    script quote = {
        .wake = {.delta_beyond = 105.0, .delta_unit = RH_BAND_QUOTE, .move_beyond = (double)NAN}};
    o = play(*state, &quote, IDEAL, POLICY);
    assert_int_equal(quote.calls, 2); /* at 110 and at 121 */
    done(&o);
    script percent = {
        .wake = {.delta_beyond = 100.0, .delta_unit = RH_BAND_PERCENT, .move_beyond = (double)NAN}};
    o = play(*state, &percent, IDEAL, POLICY);
    assert_int_equal(percent.calls, 0); /* delta is 100 percent of the gross delta: strict */
    done(&o);
    script move = {.wake = {.delta_beyond = (double)NAN, .move_beyond = 0.095}};
    o = play(*state, &move, IDEAL, POLICY);
    assert_int_equal(move.calls, 4); /* first call, then +10%, -10%, +22% */
    done(&o);
    script on = {.wake = {.delta_beyond = (double)NAN,
                          .move_beyond = (double)NAN,
                          .on = 1u << RH_ON_CLIENT}};
    o = play(*state, &on, IDEAL, POLICY);
    assert_int_equal(on.calls, 1); /* the entry at 00:00 */
    done(&o);
}

static void a_script_sets_its_own_wakes(void **state)
{
    script s = {.wake = {.delta_beyond = 0.5, .move_beyond = (double)NAN},
                .call_wake_in = true,
                .call_wake_outside = true};
    outcome o = play(*state, &s, IDEAL, POLICY);
    assert_int_equal(s.calls, 2); /* beyond 0.5, then only the one-shot timer */
    assert_int_equal(s.woke_ns[1], T0 + MINUTE / 2);
    done(&o);
}

/* --- kills --------------------------------------------------------------------------------- */

static void a_kill_holds_flattens_or_hands_over(void **state)
{
    static const struct {
        const char *word;
        double fills;
    } cases[] = {{"hold", 1.0}, {"flatten", 2.0}, {"delta_band", 2.0}};
    for (int c = 0; c < 3; c++) {
        char policy[256];
        /* Half the delta is sold at the first call; it dies at the second, at 110. */
        script s = {.wake = wake_always, .trade = -0.5, .die_at = 2};
        snprintf(policy, sizeof policy,
                 ", \"policy\": {\"script\": \"p.lua\", \"on_failure\": \"%s\"}", cases[c].word);
        outcome o = play(*state, &s, IDEAL, policy);
        assert_int_equal(o.status, RH_OK);
        assert_true(o.result.policy_failed);
        assert_non_null(strstr(o.result.policy_message, "puppet.lua:7"));
        assert_int_equal(s.calls, 2);
        NEAR(number(&o, "hedging.fills"), cases[c].fills, 0.0);
        if (c == 0) NEAR(number(&o, "pnl.total"), 0.5 * 21.0, 1e-12);
        if (c == 1) NEAR(number(&o, "pnl.total"), 21.0 - 5.0, 1e-12); /* hedge back to zero */
        /* The native band (0.05) trades to its edge at the next known time, at 99. */
        if (c == 2) NEAR(number(&o, "pnl.total"), -0.5 + 0.05 * 22.0, 1e-12);
        done(&o);
    }
}

static void a_swap_is_a_transaction(void **state)
{
    fixture *f = *state;
    script s = {.wake = wake_always, .trade = (double)NAN};
    write_text(f->dir, "bad.lua", "syntax error");
    outcome o = play(f, &s, IDEAL,
                     POLICY ", \"swaps\": [{\"at\": \"2025-01-01T00:01:30Z\", \"script\": "
                            "\"bad.lua\"}]");
    assert_true(o.result.policy_failed);
    assert_int_equal(s.calls, 4); /* the old one trades on */
    outcome plain = play(f, &s, IDEAL, POLICY);
    assert_string_equal(o.result.digest, plain.result.digest); /* refused swaps leave no trace */
    done(&o);
    done(&plain);
    o = play(f, &s, IDEAL,
             POLICY ", \"swaps\": [{\"at\": \"2025-01-01T00:01:30Z\", \"script\": \"p.lua\"}]");
    assert_false(o.result.policy_failed);
    assert_string_equal(s.loaded_state, "memory from puppet");
    done(&o);
}

/* --- orders -------------------------------------------------------------------------------- */

static void guards_refuse_and_count(void **state)
{
    static const char *const guards[] = {"\"max_order_qty\": 0.9", "\"max_order_notional\": 98",
                                         "\"max_position_qty\": 0.5"};
    for (int g = 0; g < 3; g++) {
        char more[256];
        script s = {.wake = wake_always, .trade = -1.0};
        snprintf(more, sizeof more, POLICY ", \"guards\": {%s}", guards[g]);
        outcome o = play(*state, &s, IDEAL, more);
        NEAR(number(&o, "hedging.orders"), 4.0, 0.0);
        NEAR(number(&o, "hedging.rejected"), 4.0, 0.0);
        NEAR(number(&o, "hedging.fills"), 0.0, 0.0);
        assert_false(o.result.policy_failed);
        done(&o);
    }
    script s = {.wake = wake_always, .trade = -0.1};
    outcome o = play(*state, &s, IDEAL, POLICY ", \"guards\": {\"max_orders_per_minute\": 1}");
    NEAR(number(&o, "hedging.rejected"), 0.0, 0.0); /* one a minute is allowed */
    done(&o);
}

static void every_order_ends_exactly_once(void **state)
{
    static const char thin[] = "{\"kind\": \"book\", \"spread_bps\": 2, \"depth_share\": 0.01, "
                               "\"levels\": 1, \"latency_ms\": 100}";
    const char *const venues[] = {IDEAL, SLOW, thin};
    for (int v = 0; v < 3; v++) {
        script s = {.wake = wake_always, .trade = -0.4};
        outcome o = play(*state, &s, venues[v], POLICY);
        double ended = number(&o, "hedging.filled") + number(&o, "hedging.cancelled") +
                       number(&o, "hedging.rejected") + number(&o, "hedging.expired") +
                       number(&o, "hedging.reverted");
        NEAR(ended, number(&o, "hedging.orders"), 0.0);
        assert_true(ended >= 4.0);
        if (v > 0) assert_true(number(&o, "hedging.expired") > 0.0); /* in flight at the end */
        done(&o);
    }
}

static void a_resting_limit_is_a_maker(void **state)
{
    script s = {
        .wake = {.every_ns = 10 * MINUTE, .delta_beyond = (double)NAN, .move_beyond = (double)NAN},
        .trade = -1.0,
        .limit_order = true,
        .limit = 115.0};
    outcome o = play(
        *state, &s, "{\"kind\": \"book\", \"spread_bps\": 0, \"taker_bps\": 50, \"maker_bps\": 10}",
        POLICY);
    NEAR(number(&o, "hedging.fills"), 1.0, 0.0); /* sold at 115 when 121 traded */
    NEAR(number(&o, "cost.fee"), 0.115, 1e-12);
    NEAR(number(&o, "cost.spread"), 6.0, 1e-12); /* 121 - 115 against the mid */
    NEAR(number(&o, "pnl.total"), 21.0 - 6.0 - 0.115, 1e-12);
    done(&o);
}

/* A future as hedge: it settles in cash, news of its last fill comes after that, and no order can
 * be sent to it any more. */
static void an_expired_future_takes_no_orders(void **state)
{
    fixture *f = *state;
    script s = {.wake = wake_always, .trade = -0.5};
    rh_policy_loader loader = {load_puppet, &s};
    write_text(f->dir, "bars.csv", bars);
    write_text(f->dir, "p.lua", "return 1");
    outcome o = run_with(
        f,
        "{\"rehedge\": 1, \"clock\": {\"from\": \"2025-01-01T00:00:00Z\", \"to\": "
        "\"2025-01-01T00:03:00Z\", \"end\": \"mark\"}, \"feeds\": [{\"instrument\": \"S\", "
        "\"file\":"
        " \"bars.csv\", \"format\": \"csv\", \"kind\": \"bar\"}], \"assets\": {\"A\": {\"vol\": "
        "{\"mark\": 0.8}}}, \"instruments\": {\"S\": {\"kind\": \"spot\", \"asset\": \"A\"}, "
        "\"F\": "
        "{\"kind\": \"future\", \"asset\": \"A\", \"venue\": \"v\", \"expiry\": "
        "\"2025-01-01T00:01:30Z\"}}, \"venues\": {\"v\": {\"kind\": \"book\", \"spread_bps\": 0,"
        " \"latency_ms\": 1, \"report_ms\": 60000}}, \"hedge\": [\"F\"], \"policy\": {\"script\": "
        "\"p.lua\"}}",
        (rh_run_request){.loader = &loader});
    /* -0.5 at 100, at 110, and again at 110 when the first is reported; the last two are reported
     * at 00:02, after the settlement at 110. */
    NEAR(number(&o, "pnl.total"), -0.5 * (110.0 - 100.0), 1e-12);
    NEAR(number(&o, "hedging.fills"), 3.0, 0.0);
    NEAR(number(&o, "hedging.rejected") + 3.0, number(&o, "hedging.orders"), 0.0);
    assert_true(number(&o, "hedging.rejected") >= 1.0);
    for (int n = 3; n < s.calls && n < 64; n++) {
        if (s.woke_ns[n] > T0 + 2 * MINUTE + MINUTE / 2) NEAR(s.filled[n], 0.0, 0.0);
    }
    done(&o);
}

/* --- determinism --------------------------------------------------------------------------- */

static void one_ulp_changes_the_digest(void **state)
{
    fixture *f = *state;
    script s = {.wake = wake_always, .trade = (double)NAN};
    outcome a = play(f, &s, IDEAL, POLICY);
    outcome b = play(f, &s, IDEAL, POLICY);
    assert_string_equal(a.result.digest, b.result.digest);
    char more[128];
    snprintf(more, sizeof more, POLICY ", \"name\": \"another name\"");
    outcome named = play(f, &s, IDEAL, more);
    assert_string_equal(a.result.digest, named.result.digest); /* no scenario text in it */
    char changed[sizeof bars + 64];
    const char *last = strstr(bars, "99,121,99,121");
    snprintf(changed, sizeof changed, "%.*s99,122,99,%.17g,10\n", (int)(last - bars), bars,
             nextafter(121.0, 200.0));
    outcome ulp = play_bars(f, &s, IDEAL, POLICY, changed);
    assert_int_equal(ulp.status, RH_OK);
    assert_string_not_equal(a.result.digest, ulp.result.digest);
    done(&ulp);
    done(&named);
    done(&a);
    done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(wakes_once_per_known_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unfilled_orders_count_in_delta, set_up, tear_down),
        cmocka_unit_test_setup_teardown(conditions_are_checked_in_c, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_script_sets_its_own_wakes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_kill_holds_flattens_or_hands_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_swap_is_a_transaction, set_up, tear_down),
        cmocka_unit_test_setup_teardown(guards_refuse_and_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_order_ends_exactly_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_resting_limit_is_a_maker, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_expired_future_takes_no_orders, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_ulp_changes_the_digest, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
