/* A path walked in a block is the path of the event engine, bit for bit, whatever the scenario has
 * that blocks take; what they lack is refused by name; what only a path shows is given up. */
#include "paths_test.h"

#define RATES "\"rate\": 0.05, \"yield\": 0.02, \"vol\": {\"mark\": 0.5}"
#define TWO_VOLS "\"rate\": 0.03, \"vol\": {\"mark\": 0.5, \"hedge\": 0.7}"
#define SEVERAL                                                                                    \
    PATHS_CALL ", \"qty\": -2}, {\"asset\": \"A\", " PATHS_PUT                                     \
               ", \"qty\": 1.5}, {\"asset\": \"A\", " PATHS_LATER                                  \
               ", \"qty\": -0.7, \"vol\": 0.6}, {\"asset\": \"A\", " PATHS_PUT ", \"qty\": 0.25"
#define EXPIRIES                                                                                   \
    "\"option\": \"call\", \"strike\": 100, \"expiry\": \"2025-01-02T00:00:00Z\", \"qty\": -1}, "  \
    "{\"asset\": \"A\", \"option\": \"put\", \"strike\": 102, \"expiry\": "                        \
    "\"2025-01-02T11:17:03Z\", \"qty\": -1}, {\"asset\": \"A\", \"option\": \"put\", \"strike\": " \
    "97, \"expiry\": \"2025-01-02T11:17:03Z\", \"qty\": 3}, {\"asset\": \"A\", " PATHS_CALL        \
    ", \"qty\": 1"
#define CANCELS                                                                                    \
    "\"option\": \"call\", \"strike\": 100, \"expiry\": \"2025-01-02T00:10:00Z\", \"qty\": -1}, "  \
    "{\"asset\": \"A\", \"option\": \"call\", \"strike\": 100, \"expiry\": "                       \
    "\"2025-01-02T00:10:00Z\", \"qty\": 1}, {\"asset\": \"A\", " PATHS_CALL ", \"qty\": 1"
#define BAND(text) "\"script\": \"native:delta_band\", \"params\": {" text "}"
#define INTERVAL(text) "\"script\": \"native:interval\", \"params\": {" text "}"
#define HESTON                                                                                     \
    "\"model\": \"heston\", \"spot\": 100, \"v0\": 0.25, \"kappa\": 2, \"theta\": 0.25, "          \
    "\"xi\": 0.9, \"rho\": -0.6"
#define PROPORTIONAL "\"kind\": \"proportional\", \"cost\": 0.0005"
#define LOG "\"option\": \"log\", \"strike\": 103, \"expiry\": \"2025-01-04T00:00:00Z\""
#define STRIKE(k)                                                                                  \
    "\"option\": \"put\", \"strike\": " k ", \"expiry\": \"2025-01-04T00:00:00Z\", \"qty\": 1"
#define AND "}, {\"asset\": \"A\", "
#define NINE                                                                                       \
    STRIKE("91") AND STRIKE("92") AND STRIKE("93") AND STRIKE("94") AND STRIKE("95")               \
    AND STRIKE("96") AND STRIKE("97") AND STRIKE("98") AND STRIKE("99")
#define WILD "\"model\": \"gbm\", \"spot\": 100, \"vol\": 90"

static const paths_case cases[] = {
    {.name = "call, short, band"},
    {.name = "put, long, rates", .option = PATHS_PUT ", \"qty\": 2", .asset = RATES},
    {.name = "every step", .policy = BAND("\"band\": 0"), .asset = RATES},
    {.name = "centre", .policy = BAND("\"band\": 0.1, \"to\": \"centre\"")},
    {.name = "quote band", .policy = BAND("\"band\": 5, \"unit\": \"quote\"")},
    {.name = "percent band", .policy = BAND("\"band\": 8, \"unit\": \"percent\""),
     .option = SEVERAL, .end = "mark"},
    {.name = "two vols", .asset = TWO_VOLS},
    {.name = "two vols, several", .asset = TWO_VOLS, .option = SEVERAL, .end = "mark"},
    {.name = "interval on bars", .policy = INTERVAL("\"every\": \"2h\"")},
    {.name = "interval beside bars", .policy = INTERVAL("\"every\": \"47m\", \"to\": 0.1"),
     .asset = RATES},
    {.name = "unhedged", .policy = "\"script\": \"native:none\""},
    {.name = "ideal", .venue = PATHS_IDEAL, .asset = RATES},
    {.name = "lot", .hedge = ", \"lot\": 0.01"},
    {.name = "perp", .instrument = "\"kind\": \"perp\", \"settle\": \"USD\"", .asset = RATES},
    {.name = "perp with lots", .instrument = "\"kind\": \"perp\", \"settle\": \"USD\"",
     .hedge = ", \"lot\": 0.05", .policy = BAND("\"band\": 0")},
    {.name = "marked", .end = "mark", .option = PATHS_LATER ", \"qty\": -3", .asset = RATES},
    {.name = "unwound", .end = "unwind", .option = PATHS_LATER ", \"qty\": -3", .asset = TWO_VOLS},
    {.name = "premium", .option = PATHS_CALL ", \"qty\": -1, \"premium\": 2.5", .asset = RATES},
    {.name = "several", .option = SEVERAL, .end = "mark", .asset = RATES},
    {.name = "expiries on the way", .option = EXPIRIES, .asset = TWO_VOLS},
    {.name = "expiries, interval", .option = EXPIRIES, .policy = INTERVAL("\"every\": \"1h\"")},
    {.name = "entries that cancel", .option = CANCELS, .asset = RATES},
    {.name = "guards that hit", .more = "\"guards\": {\"max_order_qty\": 0.1, "
                                        "\"max_position_qty\": 0.7, \"max_orders_per_minute\": "
                                        "1}, ", .given_up = true},
    {.name = "guards that do not", .more = "\"guards\": {\"max_order_qty\": 10, "
                                           "\"max_orders_per_minute\": 9}, "},
    {.name = "heston", .synth = HESTON},
    {.name = "proportional", .venue = PROPORTIONAL, .asset = RATES, .policy = BAND("\"band\": 0")},
    {.name = "free ends", .venue = PROPORTIONAL ", \"first_trade_free\": true, "
                                               "\"last_trade_free\": true", .asset = RATES},
    {.name = "free ends of a book", .venue = PATHS_BOOK ", \"last_trade_free\": true"},
    {.name = "log contract", .option = LOG ", \"side\": \"short\", \"qty\": 2", .asset = TWO_VOLS,
     .policy = BAND("\"band\": 0.3, \"unit\": \"quote\"")},
    {.name = "log and call", .option = LOG ", \"qty\": 40}, {\"asset\": \"A\", " PATHS_CALL
                                           ", \"qty\": -2", .asset = RATES},
    {.name = "clock beyond the bars", .interval = "37m", .asset = RATES},
};
enum { CASES = sizeof cases / sizeof *cases, PATHS = 40 };

/* Paths of one way, in calls of `each`; whether blocks were used is as the method says. */
static uint32_t run_by(fixture *f, const paths_case *c, rh_paths_options options, uint32_t first,
                       uint32_t count, uint32_t each, rh_path_result *results)
{
    rh_paths *paths = paths_open(f, c, options, NULL);
    uint32_t given_up = 0;
    for (uint32_t at = 0; at < count; at += each) {
        paths_run(c, paths, first + at, each, results + at);
        given_up += rh_paths_given_up(paths);
        if (rh_paths_in_blocks(paths) != (options.method != RH_PATHS_EVENTS))
            fail_msg("%s: the other way", c->name);
    }
    rh_paths_close(paths);
    return given_up;
}

static void blocks_give_the_bits_of_events(void **state)
{
    for (int k = 0; k < CASES; k++) {
        const paths_case *c = &cases[k];
        for (int twins = 0; twins < 2; twins++) {
            rh_path_result events[PATHS], blocks[PATHS];
            rh_paths_options options = {.method = RH_PATHS_EVENTS, .antithetic = twins};
            run_by(*state, c, options, 7, PATHS, PATHS, events);
            options.method = RH_PATHS_BLOCKS;
            uint32_t given_up = run_by(*state, c, options, 7, PATHS, PATHS, blocks);
            for (uint32_t p = 0; p < PATHS; p++)
                assert_same_path(c, &events[p], &blocks[p], 7 + p, "events and blocks");
            if ((given_up > 0) != c->given_up) fail_msg("%s: %u given up", c->name, given_up);
        }
    }
}

static void matched_shocks_too(void **state)
{
    static rh_path_result events[RH_PATHS_BLOCK], blocks[RH_PATHS_BLOCK];
    rh_paths_options options = {.method = RH_PATHS_EVENTS, .moment_matched = true};
    run_by(*state, &cases[6], options, 256, 256, 256, events);
    options.method = RH_PATHS_BLOCKS;
    run_by(*state, &cases[6], options, 256, 256, 256, blocks);
    for (uint32_t p = 0; p < RH_PATHS_BLOCK; p++)
        assert_same_path(&cases[6], &events[p], &blocks[p], 256 + p, "matched");
}

static void any_split_gives_the_same(void **state)
{
    static const int chosen[] = {0, 9, 19, 22};
    for (int k = 0; k < 4; k++) {
        const paths_case *c = &cases[chosen[k]];
        rh_path_result together[PATHS], apart[PATHS], one;
        rh_paths_options options = {.method = RH_PATHS_BLOCKS};
        run_by(*state, c, options, 0, PATHS, PATHS, together);
        run_by(*state, c, options, 0, PATHS, 8, apart);
        for (uint32_t p = 0; p < PATHS; p++)
            assert_same_path(c, &together[p], &apart[p], p, "in calls of 8");
        for (uint32_t p = PATHS; p-- > 33;) {
            run_by(*state, c, options, p, 1, 1, &one);
            assert_same_path(c, &together[p], &one, p, "alone");
        }
    }
}

/* Prices that leave the range are the same failure, of the same path. */
static void failures_are_the_same(void **state)
{
    const paths_case c = {.name = "wild", .synth = WILD, .policy = "\"script\": \"native:none\""};
    static rh_path_result r[256];
    rh_error failed[2] = {{0}};
    for (int m = 0; m < 2; m++) {
        rh_paths_options options = {.method = m ? RH_PATHS_FASTEST : RH_PATHS_EVENTS};
        rh_paths *paths = paths_open(*state, &c, options, NULL);
        assert_int_equal(rh_paths_run(paths, 0, 256, r, &failed[m]), RH_DOMAIN);
        rh_paths_close(paths);
    }
    assert_string_equal(failed[0].message, failed[1].message);
}

/* Without lots a band follows its edge by dust, once in each latency. */
#define LOTS ", \"lot\": 0.01"

static const struct lacking {
    paths_case c;
    const char *word;
} lacking[] = {
    {{.name = "latency", .venue = PATHS_BOOK ", \"latency_ms\": 2", .hedge = LOTS}, "latency"},
    {{.name = "reports", .venue = PATHS_BOOK ", \"report_ms\": 9", .hedge = LOTS}, "latency"},
    {{.name = "depth", .venue = PATHS_BOOK ", \"depth_share\": 0.1"}, "depth"},
    {{.name = "vol", .asset = "\"vol\": {\"mark\": {\"kind\": \"realized\", \"window\": \"12h\", "
                              "\"sample\": \"30m\", \"initial\": 0.5}}"}, "mark vol"},
    {{.name = "swap", .more = "\"swaps\": [{\"at\": \"2025-01-02T00:00:00Z\", \"script\": "
                              "\"native:none\"}], "}, "swaps"},
    {{.name = "nine", .option = NINE}, "more options"},
    {{.name = "unwinds", .hedging = "{\"instruments\": [\"H\"], \"unwind_at_expiry\": true}"},
     "unwind_at_expiry"},
};

static void refusals_name_what_is_lacking(void **state)
{
    fixture *f = *state;
    for (size_t k = 0; k < sizeof lacking / sizeof *lacking; k++) {
        const paths_case *c = &lacking[k].c;
        char json[8192];
        rh_error error = {0};
        rh_paths *paths = NULL;
        rh_path_result r;
        const rh_run_request request = {.scenario_path = f->scenario};
        paths_json(c, json, sizeof json);
        write_text(f->dir, "s.json", json);
        rh_paths_options options = {.method = RH_PATHS_BLOCKS};
        assert_int_equal(rh_paths_open(&request, &options, &paths, &error), RH_INPUT);
        assert_null(paths);
        if (!strstr(error.message, lacking[k].word)) fail_msg("%s: %s", c->name, error.message);
        options.method = RH_PATHS_FASTEST;
        paths = paths_open(f, c, options, NULL);
        paths_run(c, paths, 0, 1, &r);
        assert_false(rh_paths_in_blocks(paths));
        rh_paths_close(paths);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(blocks_give_the_bits_of_events, set_up, tear_down),
        cmocka_unit_test_setup_teardown(matched_shocks_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(any_split_gives_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(failures_are_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refusals_name_what_is_lacking, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
