/* Money, by hand: small books over a few bars whose P&L can be worked out on paper, in linear and
 * coin-settled instruments, with interest, funding, late knowledge, depth and client trades. */
#include <math.h>

#include "engine_test.h"

/* Bars of one minute; a close is at the open time plus one minute: 00:00, 00:01, 00:02, 00:03. */
static const char bars[] = "time,open,high,low,close,volume\n"
                           "2024-12-31T23:59:00Z,100,100,100,100,10\n"
                           "2025-01-01T00:00:00Z,100,110,100,110,10\n"
                           "2025-01-01T00:01:00Z,110,110,99,99,10\n"
                           "2025-01-01T00:02:00Z,99,121,99,121,10\n";

#define HEAD(numeraire, ledger)                                                                    \
    "{\"rehedge\": 1, \"numeraire\": \"" numeraire                                                 \
    "\", \"clock\": {\"from\": \"2025-01-01T00:00:00Z\","                                          \
    " \"to\": \"2025-01-01T00:03:00Z\", \"end\": \"mark\", \"ledger\": \"" ledger                  \
    "\"}, \"feeds\": "                                                                             \
    "[{\"instrument\": \"S\", \"file\": \"bars.csv\", \"format\": \"csv\", \"kind\": \"bar\"}], "
#define IDEAL "\"venues\": {\"v\": {\"kind\": \"ideal\"}}, "
#define LINEAR                                                                                     \
    "\"assets\": {\"A\": {\"vol\": {\"mark\": 0.8}}}, \"instruments\": {"                          \
    "\"S\": {\"kind\": \"spot\", \"asset\": \"A\"}, "                                              \
    "\"P\": {\"kind\": \"perp\", \"asset\": \"A\", \"settle\": \"USD\", \"venue\": \"v\"}}, "

static void linear_perp_held(void **state)
{
    fixture *f = *state;
    write_text(f->dir, "bars.csv", bars);
    outcome o = run_json(f, HEAD("USD", "1m") LINEAR IDEAL
                         "\"portfolio\": [{\"instrument\": \"P\", \"qty\": 2, \"entry\": 90}]}");
    NEAR(number(&o, "pnl.entry"), 20.0, 1e-12);   /* bought at 90, marked at 100 */
    NEAR(number(&o, "pnl.options"), 42.0, 1e-12); /* the book's: 2 x (121 - 100) */
    NEAR(number(&o, "pnl.total"), 62.0, 1e-12);
    NEAR(number(&o, "attribution.delta"), 42.0, 1e-12);
    NEAR(number(&o, "attribution.residual"), 0.0, 1e-12);
    NEAR(number(&o, "events"), 4.0, 0.0);
    done(&o);
}

/* Short 100 USD notional of an inverse perp from 100: coin P&L 100 (1/121 - 1/100) ... negated. */
static void inverse_perp_in_usd_and_in_coin(void **state)
{
    fixture *f = *state;
    static const char rest[] =
        "\"assets\": {\"A\": {\"quote\": \"USD\", \"vol\": {\"mark\": 0.8}}}, \"instruments\": {"
        "\"S\": {\"kind\": \"spot\", \"asset\": \"A\"}, \"P\": {\"kind\": \"perp\", \"asset\": "
        "\"A\","
        " \"settle\": \"A\", \"venue\": \"v\"}}, \"venues\": {\"v\": {\"kind\": \"ideal\"}},"
        "\"hedge\": [\"P\"], \"portfolio\": [{\"instrument\": \"P\", \"qty\": -100}]}";
    char json[2048];
    double coin = -100.0 * (1.0 / 100.0 - 1.0 / 121.0);
    write_text(f->dir, "bars.csv", bars);
    snprintf(json, sizeof json, "%s%s", HEAD("USD", "1m"), rest);
    outcome usd = run_json(f, json);
    NEAR(number(&usd, "pnl.total"), coin * 121.0, 1e-10);
    NEAR(number(&usd, "hedging.max_abs_delta"), 1.0, 1e-12); /* USD-measured: X/entry */
    NEAR(number(&usd, "attribution.delta"), -21.0, 1e-9);    /* linear in USD: no gamma at all */
    NEAR(number(&usd, "attribution.gamma"), 0.0, 1e-9);
    snprintf(json, sizeof json, "%s%s", HEAD("A", "1m"), rest);
    outcome in_coin = run_json(f, json);
    NEAR(number(&in_coin, "pnl.total"), coin, 1e-14);
    NEAR(number(&in_coin, "hedging.max_abs_delta"), 100.0 / 99.0, 1e-12); /* X/F at the low */
    assert_true(number(&in_coin, "attribution.gamma") > 0.0); /* short 1/F in coin is long gamma */
    done(&usd);
    done(&in_coin);
}

static void spot_pays_interest_and_perp_pays_funding(void **state)
{
    fixture *f = *state;
    write_text(f->dir, "bars.csv", bars);
    outcome o =
        run_json(f, HEAD("USD", "1m") "\"assets\": {\"A\": {\"rate\": 0.1, \"vol\": {\"mark\": "
                                      "0.8}}}, \"instruments\": {"
                                      "\"S\": {\"kind\": \"spot\", \"asset\": \"A\"}}, "
                                      "\"portfolio\": [{\"instrument\": \"S\", \"qty\": 1}]}");
    double years = 3.0 / (365.0 * 1440.0);
    NEAR(number(&o, "pnl.carry"), -100.0 * expm1(0.1 * years), 1e-13);
    NEAR(number(&o, "pnl.options"), 21.0, 1e-12);
    done(&o);
    write_text(f->dir, "funding.csv", "time,rate\n2025-01-01T00:01:00Z,0.001\n");
    o = run_json(
        f,
        "{\"rehedge\": 1, \"numeraire\": \"USD\", \"clock\": {\"from\": "
        "\"2025-01-01T00:00:00Z\", \"to\": \"2025-01-01T00:03:00Z\", \"end\": \"mark\"}, "
        "\"feeds\": "
        "[{\"instrument\": \"S\", \"file\": \"bars.csv\", \"format\": \"csv\", \"kind\": \"bar\"},"
        " {\"instrument\": \"S\", \"file\": \"funding.csv\", \"format\": \"csv\", \"kind\": "
        "\"funding\"}]," LINEAR IDEAL "\"portfolio\": [{\"instrument\": \"P\", \"qty\": -2}]}");
    NEAR(number(&o, "pnl.carry"), 2.0 * 110.0 * 0.001, 1e-13); /* shorts receive a positive rate */
    NEAR(number(&o, "attribution.carry"), 0.22, 1e-13);
    done(&o);
}

/* What is known late is decided on late: the hedge of the 00:00 delta is decided at 00:01 at the
 * known mid 100 and filled at 110, and the difference is the cost of latency. */
static void late_knowledge_costs_latency(void **state)
{
    fixture *f = *state;
    write_text(f->dir, "bars.csv", bars);
    outcome o = run_json(
        f,
        "{\"rehedge\": 1, \"numeraire\": \"USD\", \"clock\": {\"from\": "
        "\"2025-01-01T00:00:00Z\", \"to\": \"2025-01-01T00:01:30Z\", \"end\": \"mark\"}, "
        "\"feeds\": "
        "[{\"instrument\": \"S\", \"file\": \"bars.csv\", \"format\": \"csv\", \"kind\": \"bar\","
        " \"delay_ms\": 60000}]," LINEAR
        "\"venues\": {\"v\": {\"kind\": \"ideal\"}}, \"hedge\": [\"P\"],"
        "\"policy\": {\"script\": \"native:interval\", \"params\": {\"every\": \"1m\"}},"
        "\"portfolio\": [{\"instrument\": \"S\", \"qty\": 3}]}");
    NEAR(number(&o, "hedging.fills"), 1.0, 0.0);
    NEAR(number(&o, "cost.latency"), -3.0 * (110.0 - 100.0), 1e-12); /* a sale that got better */
    NEAR(number(&o, "pnl.total"), 30.0, 1e-12);   /* 3 long from 100 to 110, then flat */
    NEAR(number(&o, "pnl.hedges"), -30.0, 1e-12); /* booked at the mid of the decision */
    NEAR(number(&o, "attribution.residual"), 0.0, 1e-10);
    done(&o);
}

/* Depth: levels of 0.1 x volume 10 = 1 unit, 100 bps apart, 2 levels: 3 units need two bars. */
static void depth_fills_in_parts(void **state)
{
    fixture *f = *state;
    write_text(f->dir, "bars.csv", bars);
    outcome o = run_json(
        f, HEAD("USD", "1m") LINEAR
        "\"venues\": {\"v\": {\"kind\": \"book\", \"spread_bps\": 0, \"depth_share\": 0.1, "
        "\"levels\": 2,"
        " \"level_bps\": 100}}, \"hedge\": [\"P\"], \"policy\": {\"script\": \"native:interval\","
        " \"params\": {\"every\": \"1h\"}}, \"portfolio\": [{\"instrument\": \"S\", \"qty\": 3}]}");
    NEAR(number(&o, "hedging.orders"), 1.0, 0.0);
    NEAR(number(&o, "hedging.fills"), 2.0, 0.0);
    NEAR(number(&o, "hedging.filled"), 1.0, 0.0);
    /* 2 sold at 100 and 99; the last at 110, decided at 100 */
    NEAR(number(&o, "cost.depth"), 1.0, 1e-12);
    NEAR(number(&o, "cost.latency"), -10.0, 1e-12);
    NEAR(number(&o, "pnl.total"), 3 * 21.0 - 1.0 - 2 * 21.0 - 11.0, 1e-10);
    done(&o);
}

static void client_trades_come_at_their_time(void **state)
{
    fixture *f = *state;
    write_text(f->dir, "bars.csv", bars);
    write_text(f->dir, "trades.csv",
               "time,instrument,qty,price\n2025-01-01T00:02:00Z,P,-1,101\n"
               "2025-01-01T00:01:00Z,P,1,mark\n");
    outcome o =
        run_json(f, HEAD("USD", "1m") LINEAR IDEAL "\"portfolio\": [{\"file\": \"trades.csv\"}]}");
    NEAR(number(&o, "pnl.entry"), 2.0, 1e-12);  /* sold at 101 when the mark was 99 */
    NEAR(number(&o, "pnl.total"), -9.0, 1e-12); /* bought at 110, sold at 101 */
    done(&o);
}

static void collateral_counts_but_is_not_hedged(void **state)
{
    fixture *f = *state;
    static const char rest[] =
        LINEAR "\"venues\": {\"v\": {\"kind\": \"ideal\"}}, \"hedge\": [\"P\"],"
               "\"policy\": {\"script\": \"native:interval\", \"params\": {\"every\": \"1h\"}},"
               "\"collateral\": {\"A\": 5}, \"hedge_collateral\": ";
    char json[4096];
    write_text(f->dir, "bars.csv", bars);
    snprintf(json, sizeof json, "%s%sfalse}", HEAD("USD", "1m"), rest);
    outcome plain = run_json(f, json);
    NEAR(number(&plain, "pnl.total"), 105.0, 1e-12);
    NEAR(number(&plain, "hedging.fills"), 0.0, 0.0);
    snprintf(json, sizeof json, "%s%strue}", HEAD("USD", "1m"), rest);
    outcome hedged = run_json(f, json);
    NEAR(number(&hedged, "pnl.total"), 0.0, 1e-12);
    NEAR(number(&hedged, "hedging.fills"), 1.0, 0.0);
    done(&plain);
    done(&hedged);
}

static void unwinding_at_the_end_pays_for_it(void **state)
{
    fixture *f = *state;
    write_text(f->dir, "bars.csv", bars);
    outcome o = run_json(
        f, "{\"rehedge\": 1, \"numeraire\": \"USD\", \"clock\": {\"from\": "
           "\"2025-01-01T00:00:00Z\", \"to\": \"2025-01-01T00:03:00Z\", \"end\": \"unwind\"}, "
           "\"feeds\": "
           "[{\"instrument\": \"S\", \"file\": \"bars.csv\", \"format\": \"csv\", \"kind\": "
           "\"bar\"}]," LINEAR
           "\"venues\": {\"v\": {\"kind\": \"book\", \"spread_bps\": 0, \"taker_bps\": 10}},"
           "\"hedge\": [\"P\"], \"policy\": {\"script\": \"native:interval\", \"params\": "
           "{\"every\": \"1h\"}},"
           "\"portfolio\": [{\"instrument\": \"S\", \"qty\": 1}]}");
    NEAR(number(&o, "hedging.fills"), 2.0, 0.0);
    NEAR(number(&o, "cost.fee"), 0.1 + 0.121, 1e-12);
    NEAR(number(&o, "pnl.total"), -0.221, 1e-12);
    done(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(linear_perp_held, set_up, tear_down),
        cmocka_unit_test_setup_teardown(inverse_perp_in_usd_and_in_coin, set_up, tear_down),
        cmocka_unit_test_setup_teardown(spot_pays_interest_and_perp_pays_funding, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(late_knowledge_costs_latency, set_up, tear_down),
        cmocka_unit_test_setup_teardown(depth_fills_in_parts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(client_trades_come_at_their_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(collateral_counts_but_is_not_hedged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unwinding_at_the_end_pays_for_it, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
