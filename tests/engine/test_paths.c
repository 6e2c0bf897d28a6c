/* Many paths: each is the run of its index whatever was computed before it, in whatever order, and
 * agrees with that run done alone; mirrored and matched shocks are what they say. */
#include "paths_test.h"

#define RATES "\"rate\": 0.05, \"yield\": 0.02, \"vol\": {\"mark\": 0.5, \"hedge\": 0.6}"
#define HESTON                                                                                     \
    "\"model\": \"heston\", \"spot\": 100, \"v0\": 0.25, \"kappa\": 2, \"theta\": 0.25, "          \
    "\"xi\": 0.9, \"rho\": -0.6"
#define MERTON                                                                                     \
    "\"model\": \"merton\", \"spot\": 100, \"vol\": 0.4, \"jump_intensity\": 60, "                 \
    "\"jump_mean\": -0.02, \"jump_vol\": 0.05"

static const paths_case cases[] = {
    {.name = "call, band"},
    {.name = "put, long, rates", .option = PATHS_PUT ", \"qty\": 2", .asset = RATES},
    {.name = "centre", .policy = "\"script\": \"native:delta_band\", \"params\": {\"band\": 0.1, "
                                 "\"to\": \"centre\"}"},
    {.name = "interval", .policy = "\"script\": \"native:interval\", \"params\": {\"every\": "
                                   "\"2h\"}"},
    {.name = "unhedged", .policy = "\"script\": \"native:none\""},
    {.name = "ideal", .venue = PATHS_IDEAL},
    {.name = "lot", .hedge = ", \"lot\": 0.01"},
    {.name = "marked", .end = "mark", .option = PATHS_LATER ", \"qty\": -3", .asset = RATES},
    {.name = "unwound", .end = "unwind", .option = PATHS_LATER ", \"qty\": -3"},
    {.name = "premium", .option = PATHS_CALL ", \"qty\": -1, \"premium\": 2.5", .asset = RATES},
    {.name = "late", .venue = PATHS_BOOK ", \"latency_ms\": 2000000, \"report_ms\": 900000"},
    {.name = "shallow", .venue = PATHS_BOOK ", \"depth_share\": 0.001, \"levels\": 3"},
    {.name = "guards", .more = "\"guards\": {\"max_order_qty\": 0.1, \"max_position_qty\": 0.7, "
                               "\"max_orders_per_minute\": 1}, "},
    {.name = "heston", .synth = HESTON, .policy = "\"script\": \"native:interval\", \"params\": "
                                                  "{\"every\": \"30m\"}"},
    {.name = "merton", .synth = MERTON},
    {.name = "realised vol", .asset = "\"vol\": {\"mark\": {\"kind\": \"realized\", \"window\": "
                                      "\"12h\", \"sample\": \"30m\", \"initial\": 0.5}}"},
};
enum { CASES = sizeof cases / sizeof *cases, PATHS = 12 };

static void agrees_with_the_run_of_the_same_path(void **state)
{
    for (int k = 0; k < CASES; k++) {
        const paths_case *c = &cases[k];
        rh_path_result results[PATHS];
        rh_paths *paths = paths_open(*state, c, (rh_paths_options){0}, NULL);
        paths_run(c, paths, 0, PATHS, results);
        rh_paths_close(paths);
        for (uint32_t p = 0; p < PATHS; p++)
            assert_run_agrees(*state, c, NULL, p, &results[p]);
    }
}

static void a_path_is_the_same_whatever_came_before(void **state)
{
    for (int k = 0; k < CASES; k++) {
        const paths_case *c = &cases[k];
        rh_path_result together[PATHS], alone;
        rh_paths *paths = paths_open(*state, c, (rh_paths_options){0}, NULL);
        paths_run(c, paths, 100, PATHS, together);
        for (uint32_t p = PATHS; p-- > 0;) {
            paths_run(c, paths, 100 + p, 1, &alone);
            assert_same_path(c, &together[p], &alone, 100 + p, "backwards");
        }
        rh_paths_close(paths);
        for (uint32_t p = 0; p < PATHS; p += 5) {
            paths = paths_open(*state, c, (rh_paths_options){0}, NULL);
            paths_run(c, paths, 100 + p, 1, &alone);
            assert_same_path(c, &together[p], &alone, 100 + p, "the first of all");
            rh_paths_close(paths);
        }
    }
}

/* S S' = S0^2 e^{2 mean} for the twins of GBM, whose shocks cancel. */
static void twins_have_opposite_shocks(void **state)
{
    const paths_case *c = &cases[0];
    rh_path_result plain[PATHS], twins[PATHS];
    rh_paths *paths = paths_open(*state, c, (rh_paths_options){0}, NULL);
    paths_run(c, paths, 0, PATHS, plain);
    rh_paths_close(paths);
    paths = paths_open(*state, c, (rh_paths_options){.antithetic = true}, NULL);
    paths_run(c, paths, 0, PATHS, twins);
    rh_paths_close(paths);
    double square = 1e4 * exp(2.0 * (0.1 - 0.125) * 3.0 / 365.0);
    for (uint32_t p = 0; p < PATHS; p += 2) {
        assert_same_path(c, &plain[p], &twins[p], p, "even paths are those without twins");
        NEAR(twins[p].spot * twins[p + 1].spot, square, 1e-9 * square);
    }
}

/* One step: its shocks over the block have mean 0 and variance 1, so that the log price's moments
 * are exactly those of the model. */
static void matched_shocks_have_the_model_moments(void **state)
{
    const paths_case c = {.name = "one step", .synth = PATHS_GBM};
    char json[8192];
    static rh_path_result results[RH_PATHS_BLOCK];
    paths_json(&c, json, sizeof json);
    char *interval = strstr(json, "\"30m\"");
    assert_non_null(interval);
    memcpy(interval, "\"3d\" ", 5);
    write_text(((fixture *)*state)->dir, "s.json", json);
    const rh_run_request request = {.scenario_path = ((fixture *)*state)->scenario};
    const rh_paths_options both[] = {{.moment_matched = true},
                                     {.moment_matched = true, .antithetic = true}};
    for (int k = 0; k < 2; k++) {
        rh_paths *paths = NULL;
        rh_error error = {0};
        assert_int_equal(rh_paths_open(&request, &both[k], &paths, &error), RH_OK);
        assert_int_equal(rh_paths_run(paths, 256, 12, results, &error), RH_USAGE);
        assert_int_equal(rh_paths_run(paths, 3, 256, results, &error), RH_USAGE);
        paths_run(&c, paths, 256, 256, results);
        double T = 3.0 / 365.0, sum = 0.0, sum2 = 0.0;
        for (int p = 0; p < 256; p++) {
            double z = (log(results[p].spot / 100.0) - (0.1 - 0.125) * T) / (0.5 * sqrt(T));
            sum += z;
            sum2 += z * z;
        }
        NEAR(sum / 256.0, 0.0, 1e-12);
        NEAR(sum2 / 256.0, 1.0, 1e-12);
        rh_paths_close(paths);
    }
}

/* Nothing but interest: what was paid in grows at the rate, and premium says so by itself. */
static void premium_is_cash_with_its_interest(void **state)
{
    const paths_case c = {.name = "unhedged premium",
                          .option = PATHS_CALL ", \"qty\": -4, \"premium\": 2.5",
                          .asset = RATES,
                          .policy = "\"script\": \"native:none\""};
    rh_path_result r[3];
    rh_paths *paths = paths_open(*state, &c, (rh_paths_options){0}, NULL);
    paths_run(&c, paths, 0, 3, r);
    rh_paths_close(paths);
    for (int p = 0; p < 3; p++) {
        double payoff = r[p].spot > 101.0 ? 4.0 * (r[p].spot - 101.0) : 0.0;
        NEAR(r[p].premium, 10.0 * exp(0.05 * 3.0 / 365.0), 1e-12);
        NEAR(r[p].pnl, r[p].premium - payoff, 1e-12);
    }
}

/* A band does not look at costs, so without them it trades alike; what is missing is what they are
 * worth at the end. Interest makes that more than what was paid. */
static void costs_are_worth_what_is_missing_at_the_end(void **state)
{
    paths_case c = {.name = "costs with interest",
                    .option = PATHS_PUT ", \"qty\": -50",
                    .asset = "\"rate\": 9, \"vol\": {\"mark\": 0.5}"};
    rh_path_result paid[4], free_of[4];
    rh_paths *paths = paths_open(*state, &c, (rh_paths_options){0}, NULL);
    paths_run(&c, paths, 0, 4, paid);
    rh_paths_close(paths);
    c.venue = PATHS_IDEAL;
    paths = paths_open(*state, &c, (rh_paths_options){0}, NULL);
    paths_run(&c, paths, 0, 4, free_of);
    rh_paths_close(paths);
    for (int p = 0; p < 4; p++) {
        double cost = 0.0;
        for (int k = 0; k < RH_COST_KINDS; k++) cost += paid[p].cost[k];
        assert_true(cost > 0.1);
        assert_int_equal(paid[p].fills, free_of[p].fills);
        NEAR(free_of[p].pnl - paid[p].pnl, cost, 1e-9 * paid[p].turnover);
    }
}

static void refusals(void **state)
{
    fixture *f = *state;
    const paths_case *c = &cases[0];
    rh_path_result r;
    rh_error error = {0};
    rh_paths *paths = paths_open(f, c, (rh_paths_options){0}, NULL);
    assert_int_equal(rh_paths_run(paths, 0, 0, &r, &error), RH_USAGE);
    assert_int_equal(rh_paths_run(paths, 0, RH_PATHS_BLOCK + 1, &r, &error), RH_USAGE);
    rh_paths_close(paths);
    write_text(f->dir, "bars.csv",
               "time,open,high,low,close,volume\n2024-12-31T23:59:00Z,100,100,100,100,10\n"
               "2025-01-01T00:00:00Z,100,100,100,100,10\n"
               "2025-01-01T00:01:00Z,100,100,100,100,10\n"
               "2025-01-01T00:02:00Z,100,100,100,100,10\n");
    write_text(f->dir, "s.json",
               "{\"rehedge\": 1, \"numeraire\": \"USD\", \"clock\": {\"from\": "
               "\"2025-01-01T00:00:00Z\", \"to\": \"2025-01-01T00:03:00Z\", \"end\": \"mark\"}, "
               "\"assets\": {\"A\": {}}, \"instruments\": {\"S\": {\"kind\": \"spot\", \"asset\": "
               "\"A\"}}, \"feeds\": [{\"instrument\": \"S\", \"file\": \"bars.csv\", \"format\": "
               "\"csv\", \"kind\": \"bar\"}]}");
    const rh_run_request request = {.scenario_path = f->scenario};
    assert_int_equal(rh_paths_open(&request, &(rh_paths_options){0}, &paths, &error), RH_INPUT);
    if (!strstr(error.message, "generator")) fail_msg("%s", error.message);
    assert_null(paths);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(agrees_with_the_run_of_the_same_path, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_path_is_the_same_whatever_came_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(twins_have_opposite_shocks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(matched_shocks_have_the_model_moments, set_up, tear_down),
        cmocka_unit_test_setup_teardown(premium_is_cash_with_its_interest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(costs_are_worth_what_is_missing_at_the_end, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(refusals, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
