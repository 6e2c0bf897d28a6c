/* One test per defect found by review, named after it: odd books, full pools, instruments without
 * prices, several hedges, units in coin, and what a kill leaves behind. */
#include <math.h>

#include "engine_test.h"

/* One trade a second: 100, 101, ... 160 from 00:00:00 to 00:01:00. */
static void write_ramp(fixture *f, const char *name, int from_s, double first, double step)
{
    char text[8192] = "time,price,size\n";
    size_t at = strlen(text);
    for (int n = from_s; n <= 60; n++) {
        at += (size_t)snprintf(text + at, sizeof text - at, "2025-01-01T00:%02d:%02dZ,%.17g,1\n",
                               n / 60, n % 60, first + step * (n - from_s));
    }
    write_text(f->dir, name, text);
}

#define CLOCK(end)                                                                                 \
    "\"clock\": {\"from\": \"2025-01-01T00:00:00Z\", \"to\": \"2025-01-01T00:01:00Z\", \"end\": "  \
    "\"" end "\"}, "
#define S_FEED                                                                                     \
    "{\"instrument\": \"S\", \"file\": \"s.csv\", \"format\": \"csv\", \"kind\": \"trade\"}"
#define SPOT_AND_PERP                                                                              \
    "\"S\": {\"kind\": \"spot\", \"asset\": \"A\"}, "                                              \
    "\"P\": {\"kind\": \"perp\", \"asset\": \"A\", \"venue\": \"v\", \"lot\": 0.001}"

static outcome play(fixture *f, const char *head, const char *feeds, const char *instruments,
                    const char *rest)
{
    char json[8192];
    snprintf(json, sizeof json, "{\"rehedge\": 1, %s \"feeds\": [%s], \"instruments\": {%s}, %s}",
             head, feeds, instruments, rest);
    return run_json(f, json);
}

#define USD CLOCK("mark") "\"assets\": {\"A\": {\"vol\": {\"mark\": 0.8}}}, "
#define IDEAL "\"venues\": {\"v\": {\"kind\": \"ideal\"}}"

static void collateral_that_is_only_held_closes(void **state)
{
    fixture *f = *state;
    write_ramp(f, "s.csv", 0, 43000.37, -1.13);
    outcome o = play(f, USD, S_FEED, SPOT_AND_PERP, IDEAL ", \"collateral\": {\"A\": 1234.567}");
    NEAR(number(&o, "pnl.total"), 1234.567 * -1.13 * 60, 1e-6);
    done(&o);
}

static void parts_of_a_lot_are_refused(void **state)
{
    fixture *f = *state;
    write_ramp(f, "s.csv", 0, 100, 1);
    outcome o = play(f, USD, S_FEED, SPOT_AND_PERP,
                     IDEAL ", \"portfolio\": [{\"instrument\": \"P\", \"qty\": 0.0016}]");
    assert_int_equal(o.status, RH_INPUT);
    assert_non_null(strstr(o.error.message, "whole lots"));
    o = play(f, USD, S_FEED, SPOT_AND_PERP,
             IDEAL ", \"portfolio\": [{\"instrument\": \"S\", \"qty\": 9e-10}]");
    NEAR(number(&o, "pnl.total"), 9e-10 * 60.0, 1e-18); /* a tiny position is a position */
    done(&o);
}

static void a_perp_with_funding_alone_follows_the_spot(void **state)
{
    fixture *f = *state;
    write_ramp(f, "s.csv", 0, 100, 1);
    write_text(f->dir, "f.csv", "time,rate\n2025-01-01T00:00:30Z,0.001\n");
    outcome o = play(f, USD,
                     S_FEED ", {\"instrument\": \"P\", \"file\": \"f.csv\", \"format\": \"csv\", "
                            "\"kind\": \"funding\", \"delay_ms\": 5000}",
                     SPOT_AND_PERP,
                     IDEAL ", \"hedge\": [\"P\"], \"policy\": {\"script\": \"native:interval\"}, "
                           "\"portfolio\": [{\"instrument\": \"S\", \"qty\": 1}]");
    NEAR(number(&o, "hedging.fills"), 1.0, 0.0);
    NEAR(number(&o, "cost.latency"), 0.0, 0.0);          /* the delay is the funding feed's own */
    NEAR(number(&o, "pnl.total"), 130.0 * 0.001, 1e-12); /* the short receives the funding */
    done(&o);
}

static void an_asset_nobody_holds_stops_nobody(void **state)
{
    fixture *f = *state;
    write_ramp(f, "s.csv", 0, 100, 1);
    outcome o =
        play(f, CLOCK("mark") "\"assets\": {\"A\": {\"vol\": {\"mark\": 0.8}}, \"B\": {}}, ",
             S_FEED, SPOT_AND_PERP, IDEAL ", \"portfolio\": [{\"instrument\": \"S\", \"qty\": 1}]");
    NEAR(number(&o, "pnl.total"), 60.0, 1e-12);
    done(&o);
}

static void collateral_is_valued_at_its_first_price(void **state)
{
    fixture *f = *state;
    write_ramp(f, "s.csv", 0, 100, 1);
    write_ramp(f, "b.csv", 30, 1000, 0);
    outcome o =
        play(f, CLOCK("mark") "\"assets\": {\"A\": {\"vol\": {\"mark\": 0.8}}, \"B\": {}}, ",
             S_FEED ", {\"instrument\": \"SB\", \"file\": \"b.csv\", \"format\": \"csv\", "
                    "\"kind\": \"trade\"}",
             SPOT_AND_PERP ", \"SB\": {\"kind\": \"spot\", \"asset\": \"B\"}",
             IDEAL ", \"collateral\": {\"B\": 5}, \"hedge\": [\"P\"], \"policy\": "
                   "{\"script\": \"native:interval\", \"params\": {\"every\": \"1s\", \"to\": 1}}");
    NEAR(number(&o, "pnl.carry"), 0.0, 1e-9);
    NEAR(number(&o, "pnl.total"), 30.0, 1e-9); /* long 1 from 130 on */
    done(&o);
}

static void an_option_gone_before_its_first_price_is_an_error(void **state)
{
    fixture *f = *state;
    write_ramp(f, "s.csv", 40, 100, 1);
    outcome o =
        play(f, USD, S_FEED, SPOT_AND_PERP,
             IDEAL ", \"portfolio\": [{\"option\": \"call\", \"asset\": \"A\", \"strike\": 90,"
                   " \"expiry\": \"2025-01-01T00:00:30Z\", \"qty\": 1}]");
    assert_int_equal(o.status, RH_INPUT);
    assert_non_null(strstr(o.error.message, "expired before"));
}

/* Nearly every tick feed: the first record comes after clock.from, and the first ledger row before
 * it. */
static void a_coin_book_may_start_before_its_feed(void **state)
{
    fixture *f = *state;
    write_ramp(f, "s.csv", 7, 100, 1);
    outcome o = play(
        f,
        "\"numeraire\": \"A\", " CLOCK("mark") "\"assets\": {\"A\": {\"vol\": {\"mark\": 0.8}}}, ",
        S_FEED, "\"S\": {\"kind\": \"spot\", \"asset\": \"A\"}",
        "\"portfolio\": [{\"option\": \"call\", \"asset\": \"A\", \"strike\": 100, \"expiry\": "
        "\"2025-01-01T00:00:59Z\", \"settle\": \"USD\", \"qty\": 1}]");
    NEAR(number(&o, "attribution.delta") + number(&o, "attribution.gamma") +
             number(&o, "attribution.higher") + number(&o, "attribution.theta") +
             number(&o, "attribution.residual"),
         number(&o, "pnl.total"), 1e-12);
    done(&o);
}

static void wrong_params_of_a_swap_are_refused_before_the_run(void **state)
{
    fixture *f = *state;
    write_ramp(f, "s.csv", 0, 100, 1);
    outcome o = play(f, USD, S_FEED, SPOT_AND_PERP,
                     IDEAL ", \"hedge\": [\"P\"], \"swaps\": [{\"at\": \"2025-01-01T00:00:30Z\", "
                           "\"script\": \"native:interval\", \"params\": {\"evry\": \"5s\"}}]");
    assert_int_equal(o.status, RH_INPUT);
    assert_non_null(strstr(o.error.message, "every"));
}

/* --- unwinding at expiry ------------------------------------------------------------------- */

/* In coin the hedge of a deep call is K/S per option: 2 x 0.5 coins, one of them leaves. */
static void unwinding_in_coin_is_in_coins(void **state)
{
    fixture *f = *state;
    write_ramp(f, "s.csv", 0, 20000, 0);
    outcome o = play(
        f,
        "\"numeraire\": \"A\", " CLOCK("mark") "\"assets\": {\"A\": {\"vol\": {\"mark\": 0.1}}}, ",
        S_FEED,
        "\"S\": {\"kind\": \"spot\", \"asset\": \"A\"}, \"P\": {\"kind\": \"perp\", \"asset\": "
        "\"A\", "
        "\"settle\": \"A\", \"venue\": \"v\", \"lot\": 10}",
        IDEAL ", \"hedge\": {\"instruments\": [\"P\"], \"unwind_at_expiry\": true}, \"policy\": "
              "{\"script\": \"native:interval\"}, \"portfolio\": ["
              "{\"option\": \"call\", \"asset\": \"A\", \"settle\": \"A\", \"strike\": 10000, "
              "\"expiry\": "
              "\"2025-01-01T00:00:30Z\", \"qty\": -10},"
              "{\"option\": \"call\", \"asset\": \"A\", \"settle\": \"A\", \"strike\": 10000, "
              "\"expiry\": "
              "\"2025-01-02T00:00:00Z\", \"qty\": -10}]");
    NEAR(number(&o, "hedging.fills"), 2.0, 0.0);
    /* 200,000 USD are bought (10 coins of delta), 100,000 sold again: turnover 15 coins. */
    NEAR(number(&o, "hedging.turnover"), 15.0, 1e-9);
    done(&o);
}

static void options_of_one_expiry_unwind_together(void **state)
{
    fixture *f = *state;
    write_ramp(f, "s.csv", 0, 100, 0);
    outcome o =
        play(f, USD, S_FEED, SPOT_AND_PERP,
             IDEAL
             ", \"hedge\": {\"instruments\": [\"P\"], \"unwind_at_expiry\": true}, \"portfolio\": ["
             "{\"option\": \"call\", \"asset\": \"A\", \"strike\": 50, \"expiry\": "
             "\"2025-01-01T00:00:30Z\", \"qty\": 10},"
             "{\"option\": \"call\", \"asset\": \"A\", \"strike\": 60, \"expiry\": "
             "\"2025-01-01T00:00:30Z\", \"qty\": -10}]");
    NEAR(number(&o, "hedging.orders"), 0.0, 0.0);
    done(&o);
}

#define FUTURE                                                                                     \
    "\"S\": {\"kind\": \"spot\", \"asset\": \"A\"}, \"F\": {\"kind\": \"future\", \"asset\": "     \
    "\"A\", "                                                                                      \
    "\"venue\": \"v\", \"expiry\": \"2025-01-01T00:00:20Z\"}, \"P\": {\"kind\": \"perp\", "        \
    "\"asset\": "                                                                                  \
    "\"A\", \"venue\": \"v\"}"

/* Book and hedge hold the same future with opposite signs: it settles all the same. */
static void a_future_that_nets_to_nothing_settles(void **state)
{
    fixture *f = *state;
    write_ramp(f, "s.csv", 0, 100, 1);
    outcome o = play(f, USD, S_FEED, FUTURE,
                     IDEAL ", \"hedge\": [\"F\"], \"policy\": {\"script\": \"native:interval\"}, "
                           "\"portfolio\": [{\"instrument\": \"F\", \"qty\": 5}]");
    NEAR(number(&o, "pnl.total"), 0.0, 1e-12);
    NEAR(number(&o, "pnl.options"), 5.0 * 20.0, 1e-12); /* to its expiry and no further */
    NEAR(number(&o, "pnl.hedges"), -5.0 * 20.0, 1e-12);
    done(&o);
}

static void another_assets_expiry_unwinds_nothing(void **state)
{
    fixture *f = *state;
    write_ramp(f, "s.csv", 0, 100, 1);
    outcome o = play(
        f,
        CLOCK("mark") "\"assets\": {\"A\": {\"vol\": {\"mark\": 0.8}}, \"B\": {\"vol\": "
                      "{\"mark\": 0.8}}}, ",
        S_FEED ", {\"instrument\": \"SB\", \"file\": \"s.csv\", \"format\": \"csv\", "
               "\"kind\": \"trade\"}",
        SPOT_AND_PERP ", \"SB\": {\"kind\": \"spot\", \"asset\": \"B\"}",
        IDEAL ", \"hedge\": {\"instruments\": [\"P\"], \"unwind_at_expiry\": true}, \"policy\": "
              "{\"script\": \"native:interval\"}, \"portfolio\": [{\"instrument\": \"S\", "
              "\"qty\": 5}, {\"option\": \"call\", \"asset\": \"B\", \"strike\": 90, "
              "\"expiry\": \"2025-01-01T00:00:30Z\", \"qty\": 1}]");
    NEAR(number(&o, "hedging.fills"), 1.0, 0.0);
    done(&o);
}

static void entries_wait_for_their_own_price_only(void **state)
{
    fixture *f = *state;
    write_ramp(f, "s.csv", 0, 100, 1);
    write_ramp(f, "b.csv", 30, 1000, 0);
    outcome o =
        play(f, CLOCK("mark") "\"assets\": {\"A\": {\"vol\": {\"mark\": 0.8}}, \"B\": {}}, ",
             S_FEED ", {\"instrument\": \"SB\", \"file\": \"b.csv\", \"format\": \"csv\", "
                    "\"kind\": \"trade\"}",
             SPOT_AND_PERP ", \"SB\": {\"kind\": \"spot\", \"asset\": \"B\"}",
             IDEAL ", \"portfolio\": [{\"instrument\": \"SB\", \"qty\": 1}, {\"instrument\": "
                   "\"S\", \"qty\": 5}]");
    NEAR(number(&o, "pnl.total"), 300.0, 1e-9);
    done(&o);
}

static void a_tick_before_the_first_known_price_is_not_lost(void **state)
{
    fixture *f = *state;
    write_ramp(f, "s.csv", 0, 100, 1);
    outcome o = play(f, USD,
                     "{\"instrument\": \"S\", \"file\": \"s.csv\", \"format\": \"csv\", \"kind\": "
                     "\"trade\", \"delay_ms\": 1500}",
                     SPOT_AND_PERP,
                     IDEAL ", \"hedge\": [\"P\"], \"policy\": {\"script\": \"native:interval\"}, "
                           "\"portfolio\": [{\"instrument\": \"S\", \"qty\": 1}]");
    NEAR(number(&o, "hedging.fills"), 1.0, 0.0);
    NEAR(number(&o, "cost.latency"), -1.0, 1e-12); /* decided on 100 at 1.5 s, filled at 101 */
    done(&o);
}

static void a_hedge_needs_a_feed(void **state)
{
    fixture *f = *state;
    write_ramp(f, "s.csv", 0, 100, 1);
    outcome o = play(f, CLOCK("mark") "\"assets\": {\"A\": {}, \"B\": {}}, ", S_FEED,
                     "\"S\": {\"kind\": \"spot\", \"asset\": \"A\"}, \"P\": {\"kind\": \"perp\", "
                     "\"asset\": \"B\", \"venue\": \"v\"}",
                     IDEAL ", \"hedge\": [\"P\"]");
    assert_int_equal(o.status, RH_INPUT);
    assert_non_null(strstr(o.error.message, "no feed gives a price of B"));
}

static void nothing_held_is_nothing_to_unwind(void **state)
{
    fixture *f = *state;
    write_ramp(f, "s.csv", 0, 100, 0);
    outcome o =
        play(f, USD, S_FEED,
             "\"S\": {\"kind\": \"spot\", \"asset\": \"A\"}, \"P\": {\"kind\": \"perp\", "
             "\"asset\": \"A\", \"venue\": \"v\"}",
             IDEAL ", \"hedge\": {\"instruments\": [\"P\"], \"unwind_at_expiry\": true}, "
                   "\"portfolio\": [{\"option\": \"call\", \"asset\": \"A\", \"strike\": 50, "
                   "\"expiry\": \"2025-01-01T00:00:30Z\", \"qty\": -5}, {\"option\": \"call\", "
                   "\"asset\": \"A\", \"strike\": 50, \"expiry\": \"2025-01-02T00:00:00Z\", "
                   "\"qty\": -5}]");
    NEAR(number(&o, "hedging.orders"), 0.0, 0.0); /* no policy, no hedge: nothing to unwind */
    done(&o);
}

/* --- pools, guards, timers ----------------------------------------------------------------- */

typedef struct greedy {
    rh_policy base;
    int calls, first, slices, count;
    double qty;
    int64_t again_ns;
} greedy;

static rh_status greedy_trigger(rh_policy *policy, const rh_view *view, const double *features,
                                rh_decision *decision, rh_kill_kind *kind, rh_error *error)
{
    greedy *g = (greedy *)policy;
    (void)features, (void)kind, (void)error;
    if (g->again_ns > 0) view->ops->wake_in(view->host, g->again_ns);
    decision->fire = g->count > 0 && g->calls++ < 2;
    return RH_OK;
}

static rh_status greedy_scale(rh_policy *policy, const rh_view *view, const double *features,
                              double lo, double hi, rh_order_request *orders, size_t *count,
                              rh_kill_kind *kind, rh_error *error)
{
    greedy *g = (greedy *)policy;
    (void)view, (void)features, (void)lo, (void)hi, (void)kind, (void)error;
    *count = g->calls == 1 ? 1 : (size_t)g->count;
    for (size_t n = 0; n < *count; n++) {
        bool first = g->calls == 1;
        orders[n] = (rh_order_request){.qty = first ? -1.0 : g->qty,
                                       .instrument = -1,
                                       .slices = first ? 1 : g->slices,
                                       .over_ns = INT64_C(30000000000)};
    }
    return RH_OK;
}

static void greedy_free(rh_policy *policy)
{
    free(policy);
}

static rh_status load_greedy(void *context, const rh_policy_source *source, rh_json params,
                             const rh_policy_services *services, rh_policy **policy,
                             rh_error *error)
{
    static const rh_policy_methods methods = {greedy_trigger, greedy_scale, NULL, NULL,
                                              greedy_free, NULL, NULL, NULL, NULL};
    greedy *g = malloc(sizeof *g);
    (void)source, (void)params, (void)services, (void)error;
    assert_non_null(g);
    *g = *(const greedy *)context;
    g->base.methods = &methods;
    g->base.has_trigger = g->base.has_scale = g->base.reproducible = true;
    g->base.wake =
        (rh_wake){.always = true, .delta_beyond = (double)NAN, .move_beyond = (double)NAN};
    snprintf(g->base.name, sizeof g->base.name, "greedy");
    *policy = &g->base;
    return RH_OK;
}

static outcome play_greedy(fixture *f, const greedy *g, const char *on_failure, const char *more)
{
    char json[4096];
    rh_policy_loader loader = {load_greedy, (void *)(uintptr_t)g};
    write_ramp(f, "s.csv", 0, 100, 1);
    write_text(f->dir, "p.lua", "return 1");
    snprintf(json, sizeof json,
             "{\"rehedge\": 1, " USD "\"feeds\": [" S_FEED "], \"instruments\": {" SPOT_AND_PERP
             "}, "
             "\"venues\": {\"v\": {\"kind\": \"book\", \"spread_bps\": 0, \"latency_ms\": 0}}, "
             "\"hedge\": "
             "[\"P\"], \"policy\": {\"script\": \"p.lua\", \"on_failure\": \"%s\"}%s}",
             on_failure, more);
    return run_with(f, json, (rh_run_request){.loader = &loader});
}

static void a_full_pool_kills_once(void **state)
{
    static const char *const after[] = {"hold", "flatten", "native:interval"};
    greedy g = {.count = 6, .slices = 1024, .qty = 2.048};
    for (int c = 0; c < 3; c++) {
        outcome o = play_greedy(*state, &g, after[c], "");
        assert_int_equal(o.status, RH_OK);
        assert_true(o.result.policy_failed);
        assert_non_null(strstr(o.result.policy_message, "live orders"));
        double ended = number(&o, "hedging.filled") + number(&o, "hedging.cancelled") +
                       number(&o, "hedging.rejected") + number(&o, "hedging.expired");
        NEAR(ended, number(&o, "hedging.orders"), 0.0);
        if (c == 1) { /* sold 1 at 100; killed at 101, when two first slices had also filled */
            assert_true(fabs(number(&o, "pnl.total")) < 60.0);
            assert_true(number(&o, "hedging.cancelled") > 4000.0);
        }
        done(&o);
    }
}

static void a_refusal_needs_no_room(void **state)
{
    greedy g = {.count = 3, .slices = 1024, .qty = 2.048};
    outcome o = play_greedy(*state, &g, "hold", ", \"guards\": {\"max_order_qty\": 1e-6}");
    assert_int_equal(o.status, RH_OK);
    assert_false(o.result.policy_failed);
    NEAR(number(&o, "hedging.fills"), 0.0, 0.0);
    done(&o);
}

static void slices_are_counted_when_they_leave(void **state)
{
    greedy g = {.count = 1, .slices = 30, .qty = 3.0}; /* one a second for 30 seconds */
    outcome o = play_greedy(*state, &g, "hold", ", \"guards\": {\"max_orders_per_minute\": 31}");
    NEAR(number(&o, "hedging.rejected"), 0.0, 0.0);
    NEAR(number(&o, "hedging.fills"), 31.0, 0.0);
    done(&o);
    o = play_greedy(*state, &g, "hold", ", \"guards\": {\"max_orders_per_minute\": 11}");
    NEAR(number(&o, "hedging.fills"), 11.0, 0.0);
    NEAR(number(&o, "hedging.rejected"), 20.0, 0.0);
    done(&o);
}

static void a_timer_set_at_every_tick_is_one_timer(void **state)
{
    greedy g = {.again_ns = INT64_C(59000000000)};
    outcome o = play_greedy(*state, &g, "hold", "");
    assert_int_equal(o.status, RH_OK);
    /* 61 ticks, and the only timer that was not replaced lies beyond the end */
    NEAR(number(&o, "hedging.policy_calls"), 61.0, 0.0);
    done(&o);
}

static void flattening_waits_for_what_is_in_flight(void **state)
{
    fixture *f = *state;
    greedy g = {.count = RH_ORDERS_PER_CALL_MAX, .slices = 1024, .qty = 1.024};
    rh_policy_loader loader = {load_greedy, &g};
    write_ramp(f, "s.csv", 0, 100, 0);
    write_text(f->dir, "p.lua", "return 1");
    outcome o = run_with(f,
                         "{\"rehedge\": 1, " USD "\"feeds\": [" S_FEED
                         "], \"instruments\": {" SPOT_AND_PERP "}, "
                         "\"venues\": {\"v\": {\"kind\": \"book\", \"spread_bps\": 0, "
                         "\"taker_bps\": 10, \"latency_ms\": 5000}},"
                         " \"hedge\": [\"P\"], \"guards\": {\"max_order_qty\": 1.5}, \"policy\": "
                         "{\"script\": \"p.lua\", "
                         "\"on_failure\": \"flatten\"}}",
                         (rh_run_request){.loader = &loader});
    assert_true(o.result.policy_failed);
    /* Whatever filled before the cancels came was bought back: fees on both ways, nothing is held.
     */
    NEAR(number(&o, "hedging.turnover"), number(&o, "cost.fee") * 1000.0, 1e-6);
    NEAR(number(&o, "pnl.total"), -number(&o, "cost.fee"), 1e-9);
    assert_true(number(&o, "hedging.fills") >= 2.0);
    done(&o);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(collateral_that_is_only_held_closes),
        TEST(parts_of_a_lot_are_refused),
        TEST(a_perp_with_funding_alone_follows_the_spot),
        TEST(an_asset_nobody_holds_stops_nobody),
        TEST(collateral_is_valued_at_its_first_price),
        TEST(an_option_gone_before_its_first_price_is_an_error),
        TEST(a_coin_book_may_start_before_its_feed),
        TEST(wrong_params_of_a_swap_are_refused_before_the_run),
        TEST(unwinding_in_coin_is_in_coins),
        TEST(options_of_one_expiry_unwind_together),
        TEST(a_future_that_nets_to_nothing_settles),
        TEST(another_assets_expiry_unwinds_nothing),
        TEST(entries_wait_for_their_own_price_only),
        TEST(a_tick_before_the_first_known_price_is_not_lost),
        TEST(a_hedge_needs_a_feed),
        TEST(nothing_held_is_nothing_to_unwind),
        TEST(a_full_pool_kills_once),
        TEST(a_refusal_needs_no_room),
        TEST(slices_are_counted_when_they_leave),
        TEST(a_timer_set_at_every_tick_is_one_timer),
        TEST(flattening_waits_for_what_is_in_flight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
