/* The combinators of the prelude, driven by hand: which trigger decides, whose band crosses, what a
 * wait is counted from, and that messages blame the script and never the prelude. */
#include "fake.h"

#define POLICY(trigger)                                                                            \
    "local function high(s) return s.spot > 100, 1, 2 end\n"                                       \
    "local function far(s) return s.delta > 5, 3, 4 end\n"                                         \
    "local function broken(s) return nil + 1 end\n"                                                \
    "return rehedge.policy { api = 1, name = 'x', version = '1',\n"                                \
    "  params = { rest = '10s', band = 0.5 },\n"                                                   \
    "  trigger = " trigger " }"

static rh_decision ask(rh_policy *policy, fake *f, double spot, double delta)
{
    fake_set(f, RH_VIEW_SPOT, spot);
    fake_set(f, RH_VIEW_DELTA, delta);
    return must_trigger(policy, f, NULL);
}

static void check(rh_decision got, bool fire, double lo, double hi)
{
    assert_int_equal(got.fire, fire);
    assert_true(got.lo == lo && got.hi == hi);
}

static void any_takes_the_first_band_that_fires(void **state)
{
    (void)state;
    fake f;
    fake_init(&f);
    rh_policy *policy = must_load(&f, POLICY("rehedge.any { high, far }"), NULL);
    check(ask(policy, &f, 100, 0), false, 0, 0);
    check(ask(policy, &f, 101, 0), true, 1, 2);
    check(ask(policy, &f, 100, 6), true, 3, 4);
    check(ask(policy, &f, 101, 6), true, 1, 2);
    rh_policy_free(policy);
}

static void all_takes_the_last_band_when_every_one_fires(void **state)
{
    (void)state;
    fake f;
    fake_init(&f);
    rh_policy *policy = must_load(&f, POLICY("rehedge.all { high, far }"), NULL);
    check(ask(policy, &f, 101, 0), false, 0, 0);
    check(ask(policy, &f, 100, 6), false, 0, 0);
    check(ask(policy, &f, 101, 6), true, 3, 4);
    rh_policy_free(policy);
}

/* De Morgan's laws do not hold (a band is not a truth), but these do, for the decision to fire. */
static void combinators_nest(void **state)
{
    (void)state;
    static const char *const equal[][2] = {
        {POLICY("rehedge.any { rehedge.never, high }"), POLICY("high")},
        {POLICY("rehedge.all { high }"), POLICY("rehedge.any { high }")},
        {POLICY("rehedge.all { rehedge.never, high }"), POLICY("rehedge.never")},
        {POLICY("rehedge.any { rehedge.all { high, far }, high }"), POLICY("high")},
        {POLICY("rehedge.cooldown(0, far)"), POLICY("far")},
        {POLICY("rehedge.after('0s', far)"), POLICY("far")},
        {POLICY("rehedge.after('2001-01-01', far)"), POLICY("far")},
    };
    for (size_t i = 0; i < sizeof equal / sizeof *equal; i++) {
        fake f;
        fake_init(&f);
        rh_policy *a = must_load(&f, equal[i][0], NULL), *b = must_load(&f, equal[i][1], NULL);
        for (int at = 0; at < 4; at++) {
            rh_decision first = ask(a, &f, at & 1 ? 101 : 99, at & 2 ? 6 : 0);
            assert_int_equal(first.fire, ask(b, &f, at & 1 ? 101 : 99, at & 2 ? 6 : 0).fire);
        }
        rh_policy_free(a);
        rh_policy_free(b);
    }
}

static void a_cooldown_counts_from_the_last_time_it_fired(void **state)
{
    (void)state;
    static const char *const scripts[] = {POLICY("rehedge.cooldown('10s', high)"),
                                          POLICY("rehedge.cooldown('rest', high)"),
                                          POLICY("rehedge.cooldown(10000000000, high)")};
    for (size_t i = 0; i < 3; i++) {
        fake f;
        fake_init(&f);
        rh_policy *policy = must_load(&f, scripts[i], NULL);
        int64_t from = f.view.time_ns, second = INT64_C(1000000000);
        check(ask(policy, &f, 101, 0), true, 1, 2);
        f.view.time_ns = from + 10 * second - 1;
        check(ask(policy, &f, 101, 0), false, 0, 0);
        f.view.time_ns = from + 10 * second;
        check(ask(policy, &f, 100, 0), false, 0, 0);    /* did not fire: nothing begins */
        f.view.time_ns++;
        check(ask(policy, &f, 101, 0), true, 1, 2);
        f.view.time_ns += 9 * second;
        check(ask(policy, &f, 101, 0), false, 0, 0);
        rh_policy_free(policy);
    }
}

static void after_waits_for_a_time_or_from_its_first_call(void **state)
{
    (void)state;
    fake f;
    fake_init(&f);      /* at 2021-05-17T00:00:00Z */
    int64_t from = f.view.time_ns, second = INT64_C(1000000000);
    rh_policy *time = must_load(&f, POLICY("rehedge.after('2021-05-17T00:00:10Z', high)"), NULL);
    rh_policy *wait = must_load(&f, POLICY("rehedge.after('rest', high)"), NULL);
    for (int at = 0; at < 20; at++) {
        f.view.time_ns = from + at * second;
        assert_int_equal(ask(time, &f, 101, 0).fire, at >= 10);
        if (at >= 5) assert_int_equal(ask(wait, &f, 101, 0).fire, at >= 15);
    }
    rh_policy_free(time);
    rh_policy_free(wait);
}

static void messages_blame_the_script(void **state)
{
    (void)state;
    must_refuse(POLICY("rehedge.any { high, 3 }"), NULL, RH_POLICY,
                "test.lua:6: rehedge.any: expected a trigger, function(s, p, f), found a number");
    must_refuse(POLICY("rehedge.all {}"), NULL, RH_POLICY, "test.lua:6: rehedge.all: the list");
    must_refuse(POLICY("rehedge.any(high)"), NULL, RH_POLICY, "found a function");
    must_refuse(POLICY("rehedge.cooldown(-1, high)"), NULL, RH_POLICY, "rehedge.cooldown: exp");
    must_refuse(POLICY("rehedge.after(1.5, high)"), NULL, RH_POLICY, "rehedge.after: expected");
    must_refuse(POLICY("rehedge.after('1s')"), NULL, RH_POLICY, "found a nil");
    static const char *const dying[][2] = {
        {POLICY("rehedge.any { broken }"), "test.lua:3: attempt to perform arithmetic on a nil"},
        {POLICY("rehedge.cooldown('band', rehedge.cooldown('band', high))"),
         "test.lua: rehedge.cooldown: the param 'band' is no duration"},
        {POLICY("rehedge.after('bnad', high)"), "undeclared param 'bnad'; did you mean 'band'?"},
        {POLICY("rehedge.any { function() return 3 end }"),
         "test.lua:6: trigger returned a number, expected true or false"},
        {POLICY("rehedge.any { function() while true do end end }"), "test.lua:6: instruction"},
    };
    for (size_t i = 0; i < sizeof dying / sizeof *dying; i++) {
        fake f;
        fake_init(&f);
        rh_policy *policy = must_load(&f, dying[i][0], NULL);
        rh_decision decision;
        rh_kill_kind kind;
        rh_error error = {RH_OK, ""};
        fake_set(&f, RH_VIEW_SPOT, 101);
        rh_status status = RH_OK;
        for (int call = 0; call < 2 && status == RH_OK; call++)
            status = policy->methods->trigger(policy, &f.view, NULL, &decision, &kind, &error);
        if (status != RH_POLICY || strstr(error.message, dying[i][1]) == NULL)
            fail_msg("%d: \"%s\", wanted \"%s\"", status, error.message, dying[i][1]);
        rh_policy_free(policy);
    }
}

/* The prelude's globals are its own: nothing that a script writes reaches them. */
static void the_prelude_is_out_of_reach(void **state)
{
    (void)state;
    fake f;
    fake_init(&f);
    rh_policy *policy = must_load(&f,
        "ipairs = nil; math = nil; type = 3; error = nil\n"
        "local t = { function() return true, 1, 2 end }\n"
        "local any = rehedge.any(t)\n"
        "t[1] = nil\n"
        "return rehedge.policy { api = 1, name = 'x', version = '1', trigger = any }", NULL);
    check(ask(policy, &f, 1, 1), true, 1, 2);
    rh_policy_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_takes_the_first_band_that_fires),
        cmocka_unit_test(all_takes_the_last_band_when_every_one_fires),
        cmocka_unit_test(combinators_nest),
        cmocka_unit_test(a_cooldown_counts_from_the_last_time_it_fired),
        cmocka_unit_test(after_waits_for_a_time_or_from_its_first_call),
        cmocka_unit_test(messages_blame_the_script),
        cmocka_unit_test(the_prelude_is_out_of_reach),
    };
    return cmocka_run_group_tests_name("prelude", tests, NULL, NULL);
}
