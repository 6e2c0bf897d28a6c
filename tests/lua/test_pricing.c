/* Prices from scripts: the numbers are those of the C functions to the bit, in every way to call
 * and inside and outside callbacks; what is wrong is an error that names the argument and the line;
 * work is charged; and nothing is allocated where the manual says so. */
#include "fake.h"

/* The heap can be counted where malloc is glibc's own. */
#if defined __GLIBC__ && !defined __SANITIZE_ADDRESS__
#define COUNTS_HEAP 1
#include <malloc.h>
#else
#define COUNTS_HEAP 0
#endif
#if defined __has_feature
#if __has_feature(address_sanitizer)
#undef COUNTS_HEAP
#define COUNTS_HEAP 0
#endif
#endif

#include "data/file.h"
#include "rehedge/pricing.h"

#define POLICY(trigger) "return rehedge.policy { api = 1, name = 'test', version = '1.0.0', "     \
                        "trigger = function(s) " trigger " end }"
#define INPUTS "s.spot, s.gross_delta, s.gamma, s.vega, s.theta, s.iv"

typedef struct option { double S, K, T, r, q, sigma; } option;

static const option options[] = {
    {100, 100, 0.25, 0.02, 0.01, 0.2},   {60, 65, 0.25, 0.08, 0, 0.3},
    {48000, 60000, 1e-4, -0.01, 0, 1.5}, {1e-3, 2e-3, 10, 0.03, 0.05, 0.4},
    {100, 300, 0.1, 0, 0, 0.1},          {100, 90, 0, 0.02, 0, 0.2},
    {0, 90, 1, 0.02, 0, 0.2},            {100, 90, 1, 0.02, 0.03, 0},
};
enum { OPTIONS = sizeof options / sizeof *options };

static const struct { const char *name; rh_option_model model; } models[] = {
    {"bsm", RH_MODEL_BSM}, {"european", RH_MODEL_BSM}, {"black76", RH_MODEL_BLACK76},
    {"inverse", RH_MODEL_INVERSE}};

static void set_option(fake *f, const option *o)
{
    fake_set(f, RH_VIEW_SPOT, o->S);
    fake_set(f, RH_VIEW_GROSS_DELTA, o->K);
    fake_set(f, RH_VIEW_GAMMA, o->T);
    fake_set(f, RH_VIEW_VEGA, o->r);
    fake_set(f, RH_VIEW_THETA, o->q);
    fake_set(f, RH_VIEW_IV, o->sigma);
    f->log_lines = 0;
    f->view.time_ns += 1000000000;      /* a new second: the log is not cut */
}

/* Line i of the log is this number; -0 is 0. */
static void is_line(const fake *f, int i, double expected, const char *what)
{
    assert_true(i < f->log_lines);
    double found = strtod(f->log[i], NULL);
    if (!(found == expected) || f->log[i][0] == '\0')
        fail_msg("%s: a script sees %s, C has %.17g", what, f->log[i], expected);
}

static rh_policy *load_model(fake *f, const char *body, const char *model, const char *cp)
{
    char script[2048], filled[1024];
    fake_init(f);
    snprintf(filled, sizeof filled, body, model, cp);
    snprintf(script, sizeof script, POLICY("%s"), filled);
    return must_load(f, script, NULL);
}

/* --- the same numbers ---------------------------------------------------------------------- */

static void price_gives_five_numbers(void **state)
{
    (void)state;
    for (int m = 0; m < 4; m++)
        for (int cp = 0; cp < 2; cp++) {
            fake f;
            rh_policy *policy = load_model(&f, "local x = { rehedge.price('%s', '%s', " INPUTS
                ") } for i = 1, #x do rehedge.log(tostring(x[i])) end", models[m].name,
                cp ? "call" : "put");
            for (int i = 0; i < OPTIONS; i++) {
                const option *o = &options[i];
                rh_greeks_full g;
                set_option(&f, o);
                must_trigger(policy, &f, NULL);
                rh_option_greeks_full(models[m].model, cp, o->S, o->K, o->T, o->r, o->q,
                                      o->sigma, &g);
                assert_int_equal(f.log_lines, 5);
                is_line(&f, 0, g.price, "price");
                is_line(&f, 1, g.delta, "delta");
                is_line(&f, 2, g.gamma, "gamma");
                is_line(&f, 3, g.vega, "vega");
                is_line(&f, 4, g.theta, "theta");
            }
            rh_policy_free(policy);
        }
}

static void american_and_its_approximation_have_a_price(void **state)
{
    (void)state;
    for (int way = 0; way < 4; way++) {
        fake f;
        bool exact = way < 2, is_call = way % 2;
        rh_policy *policy = load_model(&f, "local x = { rehedge.price('%s', '%s', " INPUTS
            ") } for i = 1, #x do rehedge.log(tostring(x[i])) end", exact ? "american" : "baw",
            is_call ? "C" : "P");
        for (int i = 0; i < OPTIONS; i++) {
            const option *o = &options[i];
            if (o->S == 0.0) continue;
            set_option(&f, o);
            must_trigger(policy, &f, NULL);
            assert_int_equal(f.log_lines, 1);
            is_line(&f, 0, (exact ? rh_american_price : rh_american_baw)(
                               is_call, o->S, o->K, o->T, o->r, o->q, o->sigma), "american");
        }
        rh_policy_free(policy);
    }
}

/* The table has the model's greeks under the names of the header, and no others, also where it was
 * filled for another model before. */
static void greeks_fill_a_table(void **state)
{
    (void)state;
    static const char body[] =
        "local t = rehedge.greeks('inverse', 'call', 1, 1, 1, 0, 0, 1)"
        " rehedge.greeks('american', 'put', 1, 1, 1, 0.1, 0, 1, t)"
        " local same = rehedge.greeks('%s', '%s', " INPUTS ", t)"
        " if not rawequal(t, same) then error('another table') end"
        " for k, v in pairs(t) do rehedge.log(tostring(v) .. ' ' .. k) end";
    static const int counts[] = {17, 17, 16, 18};
    for (int m = 0; m < 4; m++) {
        fake f;
        rh_policy *policy = load_model(&f, body, models[m].name, "C");
        for (int i = 0; i < OPTIONS; i++) {
            const option *o = &options[i];
            rh_greeks_full g;
            set_option(&f, o);
            must_trigger(policy, &f, NULL);
            rh_option_greeks_full(models[m].model, true, o->S, o->K, o->T, o->r, o->q, o->sigma,
                                  &g);
            assert_int_equal(f.log_lines, counts[m]);
            for (int line = 0; line < f.log_lines; line++) {
                int at = 0;
                const char *name = strchr(f.log[line], ' ');
                assert_non_null(name);
                while (strcmp(rh_greek_name((rh_greek)at), name + 1) != 0) at++;
                assert_true(at < RH_GREEKS);
                is_line(&f, line, ((const double *)&g)[at], name);
            }
        }
        rh_policy_free(policy);
    }
}

static void american_greeks_have_the_boundary(void **state)
{
    (void)state;
    fake f;
    rh_american a;
    rh_policy *policy = load_model(&f, "local t = rehedge.greeks('%s', '%s', " INPUTS
        ", rehedge.greeks('inverse', 'C', 1, 1, 1, 0, 0, 1))"
        " for k, v in pairs(t) do rehedge.log(tostring(v) .. ' ' .. k) end", "american", "put");
    const option *o = &options[0];
    set_option(&f, o);
    must_trigger(policy, &f, NULL);
    assert_true(rh_american_greeks(false, o->S, o->K, o->T, o->r, o->q, o->sigma, &a));
    assert_int_equal(f.log_lines, 7);
    const double expected[] = {a.boundary, a.delta, a.gamma, a.price, a.rho, a.theta, a.vega};
    for (int i = 0; i < 7; i++) is_line(&f, i, expected[i], strchr(f.log[i], ' '));
    rh_policy_free(policy);
}

static void implied_vol_answers_or_says_why(void **state)
{
    (void)state;
    static const double prices[] = {-1, 0, 1e-9, 0.2, 4.2, 30, 1e5};
    for (int m = 0; m < 4; m++) {
        fake f;
        rh_policy *policy = load_model(&f, "local v, why = rehedge.implied_vol('%s', '%s', " INPUTS
            ") rehedge.log(tostring(v)) rehedge.log(tostring(why))", models[m].name, "put");
        for (int i = 0; i < OPTIONS; i++)
            for (size_t k = 0; k < sizeof prices / sizeof *prices; k++) {
                option o = options[i];
                double sigma;
                o.sigma = prices[k];
                set_option(&f, &o);
                must_trigger(policy, &f, NULL);
                rh_vol_status status = rh_implied_vol(models[m].model, false, o.S, o.K, o.T, o.r,
                                                      o.q, o.sigma, &sigma);
                assert_int_equal(f.log_lines, 2);
                if (status == RH_VOL_OK) is_line(&f, 0, sigma, "sigma");
                else assert_string_equal(f.log[0], "nil");
                assert_string_equal(f.log[1], status == RH_VOL_OK ? "nil"
                                                                  : rh_vol_status_name(status));
            }
        rh_policy_free(policy);
    }
}

/* A table for the option, r and q left out, and a call while the script loads. */
static void a_table_says_the_same(void **state)
{
    (void)state;
    fake f;
    fake_init(&f);
    rh_policy_free(must_load(&f,
        "local o = { model = 'bsm', cp = 'P', S = 100, K = 90, T = 0.5, sigma = 0.3 }\n"
        "local function same(a, b) if a ~= b then error('differ', 2) end end\n"
        "same(rehedge.price(o), (rehedge.price('bsm', 'put', 100, 90, 0.5, 0, 0, 0.3)))\n"
        "local into = {}\n"
        "same(rehedge.greeks(o, into), into)\n"
        "same(into.vanna, rehedge.greeks('bsm', 'put', 100, 90, 0.5, 0, 0, 0.3).vanna)\n"
        "o.r, o.q = 0.02, 0.01\n"
        "same(rehedge.price(o), (rehedge.price('bsm', 'p', 100, 90, 0.5, 0.02, 0.01, 0.3)))\n"
        "o.price, o.sigma = rehedge.price(o), nil\n"
        "if math.abs(rehedge.implied_vol(o) - 0.3) > 1e-14 then error('vol') end\n"
        "same(select(2, rehedge.implied_vol { model = 'inverse', cp = 'C', S = 2, K = 1, T = 1,\n"
        "                                    price = 0.1 }), 'below_intrinsic')\n"
        POLICY(""), NULL));
}

/* The policy of docs/policy.md that prices: the last ```lua block that declares one. */
static void the_policy_of_the_documents_hedges_at_its_own_vol(void **state)
{
    (void)state;
    fake f;
    char *document = NULL;
    size_t length = 0;
    rh_error error;
    rh_order_request orders[RH_ORDERS_PER_CALL_MAX];
    const double features[] = {0.6};
    fake_init(&f);
    if (rh_file_read(REHEDGE_SOURCE_DIR "/docs/policy.md", 1u << 20, &document, &length, &error))
        fail_msg("%s", error.message);
    char *script = strstr(document, "```lua\nlocal miss");
    assert_non_null(script);
    script += strlen("```lua\n");
    char *end = strstr(script, "```");
    assert_non_null(end);
    *end = '\0';
    rh_policy *policy = must_load(&f, script, NULL);
    free(document);
    fake_set(&f, RH_VIEW_SPOT, 46000);
    fake_set(&f, RH_VIEW_EXPIRY_IN, 86400.0);
    fake_set(&f, RH_VIEW_POSITION, 5.0);
    fake_set(&f, RH_VIEW_PENDING, 0.5);
    double delta = rh_option_delta(RH_MODEL_BSM, true, 46000, 45000, 86400.0 / 31536000.0, 0, 0,
                                   0.6);
    assert_true(must_trigger(policy, &f, features).fire);
    assert_int_equal(must_scale(policy, &f, features, 0, 0, orders), 1);
    assert_true(fabs(orders[0].qty - (10 * delta - 5.5)) < 1e-12);
    fake_set(&f, RH_VIEW_POSITION, 10 * delta - 0.4);
    assert_false(must_trigger(policy, &f, features).fire);
    fake_set(&f, RH_VIEW_EXPIRY_IN, HUGE_VAL);          /* nothing left: close the hedge */
    assert_true(must_trigger(policy, &f, features).fire);
    rh_policy_free(policy);
}

/* --- errors -------------------------------------------------------------------------------- */

static void refused(const char *call, const char *wanted)
{
    char script[1024];
    snprintf(script, sizeof script, "local ok =\n  %s\n" POLICY(""), call);
    must_refuse(script, NULL, RH_POLICY, wanted);
    must_refuse(script, NULL, RH_POLICY, "test.lua:2: ");
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    refused("rehedge.price()", "rehedge.price: model: found no value, expected \"bsm\"");
    refused("rehedge.price('bms', 'call', 1, 1, 1, 0, 0, 1)",
            "rehedge.price: model: unknown model 'bms'; did you mean 'bsm'?");
    refused("rehedge.price('heston', 'call', 1, 1, 1, 0, 0, 1)", "expected bsm, black76, inverse");
    refused("rehedge.price('bsm', 'cal', 1, 1, 1, 0, 0, 1)", "cp: expected \"call\" or \"put\"");
    refused("rehedge.price('bsm', true, 1, 1, 1, 0, 0, 1)", "cp: found a boolean");
    refused("rehedge.price('bsm', 'call', -1, 1, 1, 0, 0, 1)",
            "S: found -1, expected a finite number, at least 0");
    refused("rehedge.price('bsm', 'call', 1, 0 / 0, 1, 0, 0, 1)", "K: found nan");
    refused("rehedge.price('bsm', 'call', 1, 1, -1e-9, 0, 0, 1)", "T: found -1e-09");
    refused("rehedge.price('bsm', 'call', 1, 1, 1, math.huge, 0, 1)", "r: found inf");
    refused("rehedge.price('bsm', 'call', 1, 1, 1, 0, nil, 1)", "q: found nil");
    refused("rehedge.price('bsm', 'call', 1, 1, 1, 0, 1)", "sigma: found no value");
    refused("rehedge.price { model = 'bsm', cp = 'C', S = 1, K = 1, T = 1 }", "sigma: found nil");
    refused("rehedge.price { model = 'bsm', cp = 'C', s = 1, K = 1, T = 1, sigma = 1 }",
            "unknown field 's'; did you mean 'S'?");
    refused("rehedge.price { model = 'bsm', cp = 'C', S = 1, K = 1, T = 1, sigma = 1, [1] = 2 }",
            "an option has fields with names, found a number");
    refused("rehedge.implied_vol('american', 'call', 1, 1, 1, 0, 0, 1)", "has no implied vol");
    refused("rehedge.implied_vol('bsm', 'call', 1, 1, 1, 0, 0)", "price: found no value");
    refused("rehedge.implied_vol { model = 'bsm', cp = 'C', S = 1, K = 1, T = 1, sigma = 1 }",
            "unknown field 'sigma'");
    refused("rehedge.greeks('baw', 'call', 1, 1, 1, 0, 0, 1)", "a price and nothing else");
    refused("rehedge.greeks('bsm', 'call', 1, 1, 1, 0, 0, 1, 7)",
            "the table to fill: found a number");
    refused("rehedge.price('american', 'put', 1, 1, 1, -0.01, -0.02, 1)", "two boundaries");
    refused("rehedge.greeks('american', 'put', 0, 1, 1, 0.1, 0, 1)", "no american price");
    refused("rehedge.price('baw', 'put', 1, 1, 1, 31, 0, 1)", "no baw price");
}

/* --- work ---------------------------------------------------------------------------------- */

/* How many calls fit into one trigger; -1 without a limit. The last line of the log counts. */
static long calls_until_killed(const char *call)
{
    fake f;
    char script[1024];
    rh_decision decision;
    rh_kill_kind kind;
    rh_error error;
    fake_init(&f);
    snprintf(script, sizeof script, "local t = {} local n = 0 return rehedge.policy { api = 1, name"
             " = 'x', version = '1', trigger = function(s) while n < 1000000 do %s n = n + 1 "
             "s:wake_outside(-n, n) end end }", call);
    rh_policy *policy = must_load(&f, script, NULL);
    rh_status status = policy->methods->trigger(policy, &f.view, NULL, &decision, &kind, &error);
    assert_true(status != RH_OK && kind == RH_KILL_INSTRUCTIONS && policy->reproducible);
    rh_policy_free(policy);
    return (long)f.hi;
}

/* The count is the same every time. */
static void work_is_charged(void **state)
{
    (void)state;
    static const struct { const char *call; long least, most; } rows[] = {
        {"t.x = n", 5000, 25000},
        {"local a = rehedge.price('bsm', 'call', 100, 90, 1, 0, 0, 0.2)", 2500, 5000},
        {"local a = rehedge.implied_vol('bsm', 'call', 100, 90, 1, 0, 0, 15)", 1500, 3000},
        {"rehedge.greeks('bsm', 'call', 100, 90, 1, 0, 0, 0.2, t)", 700, 1200},
        {"local a = rehedge.price('baw', 'put', 100, 90, 1, 0.1, 0, 0.2)", 1000, 1500},
        {"local a = rehedge.price('american', 'put', 100, 90, 1, 0.1, 0, 0.2)", 40, 50},
        {"rehedge.greeks('american', 'put', 100, 90, 1, 0.1, 0, 0.2, t)", 20, 25},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        long calls = calls_until_killed(rows[i].call);
        if (calls < rows[i].least || calls > rows[i].most)
            fail_msg("%s: %ld calls in one trigger", rows[i].call, calls);
        assert_int_equal(calls_until_killed(rows[i].call), calls);
    }
}

#if COUNTS_HEAP
/* Bytes that 200 calls of a trigger leave on the heap; the first ones may grow tables. */
static bool heap_moves(const char *trigger)
{
    fake f;
    char script[1024];
    bool moves = false;
    fake_init(&f);
    snprintf(script, sizeof script, "local t = {} local o = { model = 'bsm', cp = 'C', S = 1, "
             "K = 1, T = 1, sigma = 0.2 } " POLICY("%s"), trigger);
    rh_policy *policy = must_load(&f, script, NULL);
    for (int i = 0; i < 3; i++) must_trigger(policy, &f, NULL);
    size_t before = mallinfo2().uordblks;
    for (int i = 0; i < 200; i++) {
        must_trigger(policy, &f, NULL);
        moves = moves || mallinfo2().uordblks != before;
    }
    rh_policy_free(policy);
    return moves;
}

static void hot_calls_allocate_nothing(void **state)
{
    (void)state;
    assert_true(heap_moves("local g = rehedge.greeks('bsm', 'call', s.spot, 90, 1, 0, 0, 0.2)"));
    assert_false(heap_moves("local p, d = rehedge.price('bsm', 'call', s.spot, 90, 1, 0, 0, 0.2)"
                            " return d > 2"));
    assert_false(heap_moves("rehedge.greeks('inverse', 'put', s.spot, 90, 1, 0, 0, 0.2, t)"));
    assert_false(heap_moves("rehedge.greeks(o, t)"));
    assert_false(heap_moves("local i = s:instrument('BTC-PERP') return i.mid + i.gamma < 0"));
    assert_false(heap_moves("local v, why = rehedge.implied_vol('bsm', 'put', s.spot, 90, 1, 0, 0,"
                            " -1)"));
}
#else
static void hot_calls_allocate_nothing(void **state)
{
    (void)state;
    print_message("skipped: the heap is only counted with glibc and without sanitizers\n");
    skip();
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(price_gives_five_numbers),
        cmocka_unit_test(american_and_its_approximation_have_a_price),
        cmocka_unit_test(greeks_fill_a_table),
        cmocka_unit_test(american_greeks_have_the_boundary),
        cmocka_unit_test(implied_vol_answers_or_says_why),
        cmocka_unit_test(a_table_says_the_same),
        cmocka_unit_test(the_policy_of_the_documents_hedges_at_its_own_vol),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(work_is_charged),
        cmocka_unit_test(hot_calls_allocate_nothing),
    };
    return cmocka_run_group_tests_name("pricing", tests, NULL, NULL);
}
