/* A policy that begins again in its own VM: what it forgets, when it says that it cannot, and that
 * a restart is as good as a new VM. */
#include "fake.h"

#define TRADES(trigger)                                                                            \
    "trigger = function(s, p) " trigger " end, scale = function(s, p, f, lo) return lo end }"
#define HEAD "return rehedge.policy { api = 1, name = 'x', version = '1', "

static rh_policy *load(fake *f, const char *script, uint32_t path)
{
    rh_policy *policy = NULL;
    rh_error error = {RH_OK, ""};
    rh_policy_source source = {.bytes = (char *)script, .length = strlen(script)};
    const rh_policy_services services = {.seed = 7, .path = path, .restarts = true};
    fake_init(f);
    snprintf(source.label, sizeof source.label, "x.lua");
    rh_status status = rh_lua_loader.load(NULL, &source, (rh_json){0}, &services, &policy, &error);
    if (status != RH_OK) fail_msg("%s", error.message);
    return policy;
}

static double lo_of(rh_policy *policy, fake *f)
{
    rh_decision decision = {0};
    rh_kill_kind kind = RH_KILL_ERROR;
    rh_error error = {RH_OK, ""};
    if (policy->methods->trigger(policy, &f->view, NULL, &decision, &kind, &error) != RH_OK)
        fail_msg("%s", error.message);
    return decision.lo;
}

/* Upvalues, globals, rehedge.state, series and combinators begin again; the path is the new one. */
static void nothing_is_remembered(void **state)
{
    static const char script[] =
        "local n, st, dice = 0, rehedge.state { n = 0 }, rehedge.rng(5)\n"
        "total = 0\n"
        "local once = rehedge.cooldown('1h', function() return true end)\n" HEAD
        "series = { 'n' }, " TRADES("n = n + 1 st.n = st.n + 1 total = total + 1 "
        "rehedge.record('n', n) local first = once(s, p) and 100 or 0 "
        "return true, first + n + st.n + total - dice:uniform() / 2, 1000");
    fake f;
    (void)state;
    rh_policy *again = load(&f, script, 1);
    for (uint32_t path = 1; path < 40; path++) {
        rh_policy *anew = load(&f, script, path);
        for (int call = 1; call < 4; call++) {
            double lo = lo_of(again, &f);
            assert_true(lo == lo_of(anew, &f));
            assert_true(ceil(lo) == 3.0 * call + (call == 1 ? 100.0 : 0.0));
            assert_true(again->series_value[0] == call);
        }
        rh_policy_free(anew);
        assert_true(again->methods->restart(again, path + 1));
        assert_true(isnan(again->series_value[0]));
    }
    rh_policy_free(again);
}

/* What depends on the path in a declaration cannot stay as it was. */
static void another_declaration_is_refused(void **state)
{
    static const char *const scripts[] = {
        "local u = rehedge.rng(0):uniform()\n" HEAD "params = { band = { default = u } }, "
        TRADES("return true, p.band, 9"),
        "local u = rehedge.rng(0):uniform()\n" HEAD "wake = { move_beyond = u }, "
        TRADES("return true"),
        "local u = rehedge.rng(0):uniform()\n" HEAD
        "params = { flag = { default = u > 0.5 and 1 or 1.0 } }, " TRADES("return true"),
        "local u = rehedge.rng(0):uniform()\n"
        "local zero = u > 0.5 and 0.0 or -0.0\n" HEAD
        "params = { band = { default = zero } }, " TRADES("return true"),
        "local u = rehedge.rng(0):uniform()\n"
        "local t = u > 0.5 and function() return true end or nil\n" HEAD "on_timer = t, "
        TRADES("return true"),
    };
    fake f;
    (void)state;
    for (size_t k = 0; k < sizeof scripts / sizeof *scripts; k++) {
        bool refused = false;
        rh_policy *policy = load(&f, scripts[k], 0);
        for (uint32_t path = 1; path < 30 && !refused; path++)
            refused = !policy->methods->restart(policy, path);
        assert_true(refused);
        rh_policy_free(policy);
    }
}

static void a_dead_or_greedy_policy_is_refused(void **state)
{
    fake f;
    rh_decision decision = {0};
    rh_kill_kind kind = RH_KILL_ERROR;
    rh_error error = {RH_OK, ""};
    (void)state;
    rh_policy *dead = load(&f, HEAD TRADES("error('no')"), 0);
    assert_int_equal(dead->methods->trigger(dead, &f.view, NULL, &decision, &kind, &error),
                     RH_POLICY);
    assert_false(dead->methods->restart(dead, 1));
    rh_policy_free(dead);
    rh_policy *greedy = load(&f, "local keep = {}\n" HEAD TRADES("for i = 1, 20000 do "
                             "keep[#keep + 1] = { i } end return true, -1, 1"), 0);
    lo_of(greedy, &f);
    assert_true(greedy->doubtful);
    assert_false(greedy->methods->restart(greedy, 1));
    rh_policy_free(greedy);
}

/* Garbage is collected: the VM of a thousand paths is no larger than that of ten. */
static void memory_does_not_grow(void **state)
{
    static const char script[] = "local big = {} for i = 1, 500 do big[i] = { i } end\n" HEAD
        TRADES("return true, -#big, 0");
    fake f;
    (void)state;
    rh_policy *policy = load(&f, script, 0);
    for (uint32_t path = 1; path < 1000; path++) {
        assert_true(policy->methods->restart(policy, path));
        assert_true(lo_of(policy, &f) == -500.0);
        assert_false(policy->doubtful);
    }
    rh_policy_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_remembered),
        cmocka_unit_test(another_declaration_is_refused),
        cmocka_unit_test(a_dead_or_greedy_policy_is_refused),
        cmocka_unit_test(memory_does_not_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
