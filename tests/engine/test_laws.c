/* The scenarios of examples/laws, each with its comment's formula: paths in blocks, and the last of
 * them as a run of its own, against the law within four standard errors of the sample (and what the
 * law itself leaves out, where it says so). Few paths: these tests are about the scenarios; studies
 * sharpen them. */
#include "engine_test.h"

#include <math.h>

#include "engine/paths.h"
#include "policy/policy.h"

#define PATHS_MAX 400
#define CENTRE "native:delta_band:unit=quote,to=centre"
#define EDGE "native:delta_band:unit=quote,to=edge"

typedef struct sample {
    int count;
    double pnl[PATHS_MAX], cost[PATHS_MAX], fills[PATHS_MAX];
} sample;

/* The last path of the sample, run alone: the summary says the same. */
static void run_alone(rh_run_request request, const sample *s)
{
    outcome o = {0};
    int last = s->count - 1;
    request.path = (uint32_t)last;
    o.status = rh_run_scenario(&request, &o.result, &o.error);
    if (o.status != RH_OK) fail_msg("%s", o.error.message);
    assert_int_equal(rh_json_parse("summary", o.result.summary.bytes, o.result.summary.length,
                                   &o.summary, &o.error), RH_OK);
    NEAR(number(&o, "pnl.total"), s->pnl[last], 1e-6);
    NEAR(number(&o, "cost.total"), s->cost[last], 1e-9);
    NEAR(number(&o, "hedging.fills"), s->fills[last], 0.0);
    done(&o);
}

/* Paths of a law with `sets` (NULL-terminated) and a policy, NULL: its band of no width. */
static void run_law(const char *name, const char *policy, const char *const *sets, int count,
                    sample *out)
{
    char path[512];
    rh_run_request request = {.scenario_path = path, .sets = sets,
                              .policy = policy ? policy : "native:delta_band:band=0"};
    snprintf(path, sizeof path, REHEDGE_SOURCE_DIR "/examples/laws/%s.json", name);
    while (sets[request.set_count]) request.set_count++;
    rh_paths_options options = {.method = RH_PATHS_BLOCKS};
    rh_paths *paths = NULL;
    rh_error error = {0};
    if (rh_paths_open(&request, &options, &paths, &error) != RH_OK) fail_msg("%s", error.message);
    *out = (sample){.count = count};
    for (int from = 0, n; from < count; from += n) {
        static rh_path_result r[RH_PATHS_BLOCK];
        n = count - from < RH_PATHS_BLOCK ? count - from : RH_PATHS_BLOCK;
        if (rh_paths_run(paths, (uint32_t)from, (uint32_t)n, r, &error) != RH_OK)
            fail_msg("%s", error.message);
        for (int k = 0; k < n; k++) {
            out->pnl[from + k] = r[k].pnl;
            out->fills[from + k] = r[k].fills;
            for (int c = 0; c < RH_COST_KINDS; c++) out->cost[from + k] += r[k].cost[c];
        }
    }
    rh_paths_close(paths);
    run_alone(request, out);
}

static double mean_of(const double *x, int count, double *se)
{
    double sum = 0.0, squares = 0.0;
    for (int k = 0; k < count; k++) sum += x[k];
    double mean = sum / count;
    for (int k = 0; k < count; k++) squares += (x[k] - mean) * (x[k] - mean);
    *se = sqrt(squares / (count - 1) / count);
    return mean;
}

/* The standard deviation; its error by the fourth moment. */
static double std_of(const double *x, int count, double *se)
{
    double square[PATHS_MAX], none, mean = mean_of(x, count, &none);
    for (int k = 0; k < count; k++) square[k] = (x[k] - mean) * (x[k] - mean);
    double variance = mean_of(square, count, se) * count / (count - 1);
    *se /= 2.0 * sqrt(variance);
    return sqrt(variance);
}

static void judge(const char *what, double found, double se, double expected, double leaves_out)
{
    print_message("%-40s %12.6g  expected %12.6g  se %.3g\n", what, found, expected, se);
    if (!(fabs(found - expected) <= 4.0 * se + leaves_out)) {
        fail_msg("%s: %.6g +- %.3g, expected %.6g", what, found, se, expected);
    }
}

#define NONE ((const char *const[]){NULL})
#define SETS(...) ((const char *const[]){__VA_ARGS__, NULL})

static double call_price(double S, double K, double T, double r, double v)
{
    double d1 = (log(S / K) + (r + 0.5 * v * v) * T) / (v * sqrt(T));
    return S * 0.5 * erfc(-d1 / sqrt(2.0)) -
           K * exp(-r * T) * 0.5 * erfc(-(d1 - v * sqrt(T)) / sqrt(2.0));
}

static void boyle_emanuel(void **state)
{
    (void)state;
    static sample s;
    double x[PATHS_MAX], se, losses = 0.0;
    run_law("boyle_emanuel", NULL, NONE, 400, &s);
    double d1 = (0.05 + 0.5 * 0.09) * 0.25 / (0.3 * 0.5);
    double gamma = exp(-0.5 * d1 * d1) / sqrt(8.0 * atan(1.0)) / (100.0 * 0.3 * 0.5);
    for (int k = 0; k < s.count; k++) {
        x[k] = s.pnl[k] / (0.5 * gamma * 1e4 * 0.09 / 252.0);
        losses += x[k] < 0.0;
    }
    double mean = mean_of(x, s.count, &se);
    judge("mean of X", mean, se, 0.0, 0.03); /* O(sqrt dt) */
    double deviation = std_of(x, s.count, &se);
    judge("deviation of X", deviation, se, sqrt(2.0), 0.02);
    judge("P(X < 0)", losses / s.count, sqrt(0.6827 * 0.3173 / s.count), 0.6827, 0.01);
}

/* The second figure, 0.4266, is that of an independent simulation of 200,000 paths. */
static void derman_kamal(void **state)
{
    (void)state;
    static sample s;
    double se;
    run_law("derman_kamal", NULL, NONE, 400, &s);
    double deviation = std_of(s.pnl, s.count, &se);
    judge("deviation, 21 steps", deviation, se, 0.4266, 0.0);
    judge("sqrt(pi/4) vega sigma / sqrt(21)", deviation, se, 0.4452, 0.06 * 0.4452);
    double mean = mean_of(s.pnl, s.count, &se);
    judge("mean", mean, se, 0.0, 0.0);
    for (int k = 0; k < s.count; k++) assert_true(s.fills[k] <= 22 && s.cost[k] == 0.0);
    run_law("derman_kamal", NULL, SETS("steps=84", "option=put", "side=long"), 300, &s);
    deviation = std_of(s.pnl, s.count, &se);
    judge("deviation, 84 steps, a long put", deviation, se, 0.2182, 0.0);
}

static void hedged_at_the_actual_vol(void **state)
{
    (void)state;
    static sample s;
    double se, growth = exp(0.02 * 0.25);
    run_law("actual_vol", NULL, SETS("steps=63"), 300, &s);
    double sure = (call_price(100, 100, 0.25, 0.02, 0.3) - call_price(100, 100, 0.25, 0.02, 0.4));
    double mean = mean_of(s.pnl, s.count, &se);
    judge("mean", mean, se, sure * growth, 0.0);
    double deviation = std_of(s.pnl, s.count, &se);
    double d1 = (0.02 + 0.08) * 0.25 / 0.2;
    double vega = 100.0 * 0.5 * exp(-0.5 * d1 * d1) / sqrt(8.0 * atan(1.0));
    double law = sqrt(atan(1.0)) * vega * 0.4 / sqrt(63.0) * growth;
    judge("deviation", deviation, se, law, 0.06 * law);
}

static void toft(void **state)
{
    (void)state;
    static sample s;
    double se;
    run_law("toft", NULL, NONE, 300, &s);
    double cost = mean_of(s.cost, s.count, &se);
    judge("cost", cost, se, 0.24833, 0.02 * 0.24833);
    run_law("toft", NULL, SETS("steps=13", "first_trade_free=false", "last_trade_free=false"), 300,
            &s); /* and the ends: delta S at first, S for an option that is exercised */
    cost = mean_of(s.cost, s.count, &se);
    double first = 0.001 * 51.9939, last = 0.001 * 51.9939;
    judge("cost, every trade paid", cost, se, 0.10581 + first + last, 0.04 * 0.10581);
}

static void leland(void **state)
{
    (void)state;
    static sample s;
    double se, v = 0.25560134873249113;
    run_law("leland", NULL, NONE, 400, &s);
    double mean = mean_of(s.pnl, s.count, &se);
    double paid = call_price(100, 100, 0.25, 0, v) - call_price(100, 100, 0.25, 0, 0.2);
    judge("mean after costs", mean, se, 0.0, 0.01 * paid);
    double cost = mean_of(s.cost, s.count, &se);
    judge("cost", cost, se, paid, 0.06 * paid);
}

/* A band is looked at once a step: it is crossed by 0.58 sigma sqrt(dt) on the average. */
static void bands_around_a_log_contract(void **state)
{
    (void)state;
    static sample s;
    double se, h = 0.03 + 0.58 * 0.2 * sqrt(0.25 / 4000.0), v2 = 0.04, T = 0.25;
    run_law("band_log", NULL, SETS("steps=100"), 300, &s);
    double deviation = std_of(s.pnl, s.count, &se);
    judge("clock: deviation", deviation, se, sqrt(8e-6), 0.0);
    double cost = mean_of(s.cost, s.count, &se);
    judge("clock: cost", cost, se, 0.99 * 0.0015957691, 0.0); /* 99 of 100 trades are paid */
    const char *const *sets = SETS("steps=4000", "expiry_years=0.25");
    run_law("band_log", EDGE ",band=0.03", sets, 60, &s);
    cost = mean_of(s.cost, s.count, &se);
    judge("edge: cost", cost, se, 0.001 * v2 * T / (2.0 * h), 0.02 * 0.001 * v2 * T / (2.0 * h));
    deviation = std_of(s.pnl, s.count, &se);
    judge("edge: deviation", deviation, se, sqrt(v2 * h * h * T / 3.0), 0.0);
    run_law("band_log", CENTRE ",band=0.03", sets, 60, &s);
    cost = mean_of(s.cost, s.count, &se);
    judge("centre: cost", cost, se, 0.001 * v2 * T / h, 0.02 * 0.001 * v2 * T / h);
    deviation = std_of(s.pnl, s.count, &se);
    judge("centre: deviation", deviation, se, sqrt(v2 * h * h * T / 6.0), 0.0);
}

/* 4.524 and 5.523: independent simulations of 200,000 paths. */
static void reservation_prices(void **state)
{
    (void)state;
    static const struct { const char *policy; double price; } of[] = {
        {"native:delta_band:band=0.2", 4.5242}, {"native:delta_band:band=0", 5.5234}};
    for (int p = 0; p < 2; p++) {
        static sample s;
        double x[PATHS_MAX], se, premium = call_price(100, 100, 0.25, 0, 0.2);
        run_law("optimum", of[p].policy, NONE, 400, &s);
        for (int k = 0; k < s.count; k++) x[k] = exp(-0.1 * (s.pnl[k] - premium));
        double mean = mean_of(x, s.count, &se);
        judge(of[p].policy, log(mean) / 0.1, se / mean / 0.1, of[p].price, 0.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boyle_emanuel),
        cmocka_unit_test(derman_kamal),
        cmocka_unit_test(hedged_at_the_actual_vol),
        cmocka_unit_test(toft),
        cmocka_unit_test(leland),
        cmocka_unit_test(bands_around_a_log_contract),
        cmocka_unit_test(reservation_prices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
