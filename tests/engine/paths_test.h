/* Scenarios with a generator for the tests of many paths, and how their results are compared: bits
 * of every number, or against the summary of the same path run alone. */
#ifndef PATHS_TEST_H
#define PATHS_TEST_H

#include <math.h>

#include "engine/paths.h"
#include "engine_test.h"

/* What a case varies; the rest is the same short-dated book of one option on GBM. */
typedef struct paths_case {
    const char *name;
    const char *synth;  /* NULL: gbm */
    const char *asset;  /* vols and rates, inside the asset's object */
    const char *venue;  /* the venue's object */
    const char *option; /* of the portfolio: kind, strike, expiry, qty, ... */
    const char *end;    /* "settle", "mark", "unwind" */
    const char *policy; /* the policy's object */
    const char *more;   /* further top-level keys, each with a comma behind */
    const char *hedge;  /* keys of the hedge instrument besides its kind and asset */
    const char *instrument; /* its kind, with the keys that belong to it; NULL: spot */
    const char *interval;   /* of the bars; NULL: 30m */
    const char *hedging;    /* "hedge" of the scenario; NULL: [\"H\"] */
    bool given_up;          /* some paths of a block are done by the event engine */
} paths_case;

#define PATHS_GBM "\"model\": \"gbm\", \"spot\": 100, \"vol\": 0.5, \"drift\": 0.1"
#define PATHS_CALL "\"option\": \"call\", \"strike\": 101, \"expiry\": \"2025-01-04T00:00:00Z\""
#define PATHS_PUT "\"option\": \"put\", \"strike\": 99, \"expiry\": \"2025-01-04T00:00:00Z\""
#define PATHS_LATER "\"option\": \"call\", \"strike\": 98, \"expiry\": \"2025-02-04T00:00:00Z\""
#define PATHS_BAND "\"script\": \"native:delta_band\", \"params\": {\"band\": 0.05}"
#define PATHS_BOOK "\"kind\": \"book\", \"spread_bps\": 4, \"taker_bps\": 3"
#define PATHS_IDEAL "\"kind\": \"ideal\""

static inline void paths_json(const paths_case *c, char *json, size_t room)
{
    snprintf(json, room,
             "{\"rehedge\": 1, \"seed\": 11, \"numeraire\": \"USD\", \"clock\": {\"from\": "
             "\"2025-01-01T00:00:00Z\", \"to\": \"2025-01-04T00:00:00Z\", \"end\": \"%s\"}, "
             "\"assets\": {\"A\": {%s}}, \"instruments\": {\"S\": {\"kind\": \"spot\", \"asset\": "
             "\"A\"}, \"H\": {%s, \"asset\": \"A\", \"venue\": \"v\"%s}}, "
             "\"feeds\": [{\"instrument\": \"S\", \"synth\": {%s, \"interval\": \"%s\"}}], "
             "\"venues\": {\"v\": {%s}}, \"portfolio\": [{\"asset\": \"A\", %s}], "
             "\"hedge\": %s, %s\"policy\": {%s}}",
             c->end ? c->end : "settle", c->asset ? c->asset : "\"vol\": {\"mark\": 0.5}",
             c->instrument ? c->instrument : "\"kind\": \"spot\"", c->hedge ? c->hedge : "",
             c->synth ? c->synth : PATHS_GBM, c->interval ? c->interval : "30m",
             c->venue ? c->venue : PATHS_BOOK, c->option ? c->option : PATHS_CALL ", \"qty\": -1",
             c->hedging ? c->hedging : "[\"H\"]", c->more ? c->more : "",
             c->policy ? c->policy : PATHS_BAND);
}

static inline rh_paths *paths_open(fixture *f, const paths_case *c, rh_paths_options options,
                                   const rh_policy_loader *loader)
{
    char json[8192];
    rh_error error = {0};
    rh_paths *paths = NULL;
    const rh_run_request request = {.scenario_path = f->scenario, .loader = loader};
    paths_json(c, json, sizeof json);
    write_text(f->dir, "s.json", json);
    if (rh_paths_open(&request, &options, &paths, &error) != RH_OK)
        fail_msg("%s: %s", c->name, error.message);
    return paths;
}

static inline void paths_run(const paths_case *c, rh_paths *paths, uint32_t first, uint32_t count,
                             rh_path_result *results)
{
    rh_error error = {0};
    if (rh_paths_run(paths, first, count, results, &error) != RH_OK)
        fail_msg("%s: %s", c->name, error.message);
}

/* The same bits in all fields; padding is not compared, NaN is. */
static inline void assert_same_path(const paths_case *c, const rh_path_result *a,
                                    const rh_path_result *b, uint32_t path, const char *what)
{
    const double *x = (const double *)a, *y = (const double *)b;
    size_t doubles = offsetof(rh_path_result, orders) / sizeof(double);
    for (size_t n = 0; n < doubles; n++) {
        if (memcmp(&x[n], &y[n], sizeof x[n]))
            fail_msg("%s: path %u, %s: double %zu is %.17g, not %.17g", c->name, path, what, n,
                     y[n], x[n]);
    }
    bool same = a->orders == b->orders && a->fills == b->fills && a->killed == b->killed;
    if (!same) fail_msg("%s: path %u, %s: orders, fills or killed", c->name, path, what);
}

/* The path as `rehedge run --path k` gives it: money to 1e-9 of what moved, the rest exactly. */
static inline void assert_run_agrees(fixture *f, const paths_case *c,
                                     const rh_policy_loader *loader, uint32_t path,
                                     const rh_path_result *p)
{
    char json[8192], key[64];
    paths_json(c, json, sizeof json);
    outcome o = run_with(f, json, (rh_run_request){.path = path, .loader = loader});
    double flow = 200.0 + 2.0 * p->turnover;
    NEAR(number(&o, "pnl.total"), p->pnl, 1e-9 * flow);
    NEAR(number(&o, "hedging.turnover"), p->turnover, 0.0);
    NEAR(number(&o, "hedging.rms_delta"), p->rms_delta, 0.0);
    NEAR(number(&o, "hedging.max_abs_delta"), p->max_abs_delta, 0.0);
    NEAR(number(&o, "hedging.orders"), p->orders, 0.0);
    NEAR(number(&o, "hedging.fills"), p->fills, 0.0);
    for (int k = 0; k < RH_COST_KINDS; k++) {
        snprintf(key, sizeof key, "cost.%s", rh_cost_names[k]);
        bool rates = c->asset && strstr(c->asset, "rate"); /* a run says what was paid then */
        NEAR(number(&o, key), p->cost[k], rates ? 0.02 * fabs(p->cost[k]) : 0.0);
    }
    assert_int_equal(o.result.policy_failed, p->killed);
    done(&o);
}

#endif
