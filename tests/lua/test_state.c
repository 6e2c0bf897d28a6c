/* State that outlives a swap: exact round trips, carry over by name, migrate, and everything that
 * must be refused without running a line of the old version. */
#include "fake.h"

#define POLICY_NAMED(name, state, body) \
    "local st = rehedge.state " state "\n" \
    "return rehedge.policy { api = 1, name = '" name "', version = '2.0.0', " body " }"
#define COUNT "trigger = function(s) st.n = st.n + 1 return true, st.n, st.n end"

static void save(rh_policy *policy, rh_buffer *out)
{
    rh_error error = {RH_OK, ""};
    if (policy->methods->save_state(policy, out, &error) != RH_OK) fail_msg("%s", error.message);
}

static void must_carry(rh_policy *policy, const rh_buffer *from, const char *name)
{
    rh_error error = {RH_OK, ""};
    if (policy->methods->load_state(policy, from->bytes, from->length, name, "1.0.0", &error) !=
        RH_OK)
        fail_msg("%s", error.message);
}

static void state_survives_a_swap_bit_by_bit(void **state)
{
    (void)state;
    static const char script[] = POLICY_NAMED("a", "{ n = 0 }",
        "trigger = function(s) st.n = st.n + 1\n"
        "st.x, st.i, st.big, st.t, st.text, st.no = 0.1, 7, 1 << 62, { [1] = true, [2.5] = 'x', "
        "deep = { { {} } } }, 'a\\0b\\255', false\n"
        "st.huge, st.tiny, st.minus = math.huge, 5e-324, -0.0\n"
        "return true end, "
        "scale = function() assert(math.type(st.i) == 'integer' and st.big == 1 << 62)\n"
        "assert(st.x == 0.1 and st.t[2.5] == 'x' and #st.text == 4 and st.no == false)\n"
        "assert(#st.t.deep[1] == 1 and st.tiny > 0 and 1 / st.minus < 0 and st.huge == math.huge)\n"
        "return st.n end");
    fake f;
    rh_buffer first = {0}, second = {0};
    rh_order_request orders[RH_ORDERS_PER_CALL_MAX];
    fake_init(&f);
    rh_policy *old = must_load(&f, script, NULL), *new = must_load(&f, script, NULL);
    for (int i = 0; i < 5; i++) must_trigger(old, &f, NULL);
    save(old, &first);
    must_carry(new, &first, "a");
    save(new, &second);
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.bytes, second.bytes, first.length);
    assert_int_equal(must_scale(new, &f, NULL, 0, 0, orders), 1);
    assert_true(orders[0].qty == 5.0);
    must_trigger(old, &f, NULL);        /* the old one goes on when the swap is refused */
    rh_policy_free(old);
    rh_policy_free(new);
    rh_buffer_free(&first);
    rh_buffer_free(&second);
}

static double count_after(const char *script, const rh_buffer *saved, const char *from)
{
    fake f;
    fake_init(&f);
    rh_policy *policy = must_load(&f, script, NULL);
    must_carry(policy, saved, from);
    double n = must_trigger(policy, &f, NULL).lo;
    rh_policy_free(policy);
    return n;
}

static void state_carries_by_name_or_by_migrate(void **state)
{
    (void)state;
    fake f;
    rh_buffer saved = {0}, none = {0};
    fake_init(&f);
    rh_policy *old = must_load(&f, POLICY_NAMED("a", "{ n = 41, gone = 1 }", COUNT), NULL);
    save(old, &saved);
    rh_policy_free(old);
    static const char same[] = POLICY_NAMED("a", "{ n = 0, new = 9 }", COUNT);
    static const char other[] = POLICY_NAMED("b", "{ n = 0 }", COUNT);
    static const char migrates[] = POLICY_NAMED("b", "{ n = 0 }", COUNT ", migrate = "
        "function(old, name, version)\n"
        "assert(name == 'a' and version == '1.0.0' and old.gone == 1)\n"
        "return { n = old.n * 2 } end");
    static const char declines[] = POLICY_NAMED("a", "{ n = 0 }", COUNT ", migrate = "
        "function() end");
    static const char stateless[] =
        "return rehedge.policy { api = 1, name = 'a', version = '1', trigger = function() "
        "return true, 0, 0 end }";
    assert_true(count_after(same, &saved, "a") == 42.0);
    assert_true(count_after(other, &saved, "a") == 1.0);
    assert_true(count_after(migrates, &saved, "a") == 83.0);
    assert_true(count_after(declines, &saved, "a") == 1.0);
    assert_true(count_after(stateless, &saved, "a") == 0.0);
    assert_true(count_after(same, &none, "a") == 1.0);
    rh_buffer_free(&saved);
}

static void must_not_save(const char *change, const char *wanted)
{
    fake f;
    char script[1024];
    rh_buffer out = {0};
    rh_error error = {RH_OK, ""};
    fake_init(&f);
    snprintf(script, sizeof script, POLICY_NAMED("a", "{ n = 0 }",
             "trigger = function() %s return true, 1, 1 end"), change);
    rh_policy *policy = must_load(&f, script, NULL);
    must_trigger(policy, &f, NULL);
    assert_int_equal(policy->methods->save_state(policy, &out, &error), RH_POLICY);
    if (strstr(error.message, wanted) == NULL) fail_msg("\"%s\" for %s", error.message, change);
    assert_int_equal(out.length, 0);
    assert_true(must_trigger(policy, &f, NULL).fire);   /* the old policy trades on */
    rh_buffer_free(&out);
    rh_policy_free(policy);
}

static void states_that_cannot_be_saved(void **state)
{
    (void)state;
    must_not_save("st.f = function() end", "state.f: a function cannot be saved");
    must_not_save("st.t = { s = pairs }", "state.t.s: a function cannot be saved");
    must_not_save("st.st = st", "contain themselves");
    must_not_save("local t = {} for i = 1, 2000 do t = { t } end st.t = t", "nest more than 16");
    must_not_save("setmetatable(st, { __index = {} })", "has a metatable");
    must_not_save("st[{}] = 1", "a table as key");
    must_not_save("st.t = {} for i = 1, 20000 do st.t[i] = i + 0.5 end", "larger than 262144");
    must_not_save("local t = {} for i = 1, 14 do t = { t, t, t, t } end st.t = t", "larger than");
    must_not_save("st.t = ('x'):rep(65536) st.u = st.t .. '' st[1] = st.t st[2] = st.t "
                  "st[3] = st.t st[4] = st.t", "larger than");
}

static void migrations_that_fail(void **state)
{
    (void)state;
    static const struct { const char *body, *wanted; } rows[] = {
        {"error('no')", "test.lua:2: no"},
        {"while true do end", "instruction limit"},
        {"while true do pcall(function() while true do end end) end", "instruction limit"},
        {"return 5", "migrate must return a plain table"},
        {"return setmetatable({}, {})", "migrate must return a plain table"},
        {"local t = {} for i = 1, 1e9 do t[i] = {} end", "memory limit"},
    };
    fake f;
    rh_buffer saved = {0};
    fake_init(&f);
    rh_policy *old = must_load(&f, POLICY_NAMED("a", "{ n = 1 }", COUNT), NULL);
    save(old, &saved);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char script[1024];
        rh_error error = {RH_OK, ""};
        snprintf(script, sizeof script, POLICY_NAMED("a", "{ n = 0 }", COUNT
                 ", migrate = function(old) %s end"), rows[i].body);
        rh_policy *new = must_load(&f, script, NULL);
        assert_int_equal(new->methods->load_state(new, saved.bytes, saved.length, "a", "1.0.0",
                                                  &error), RH_POLICY);
        if (strstr(error.message, rows[i].wanted) == NULL) fail_msg("%s", error.message);
        rh_policy_free(new);
    }
    assert_true(must_trigger(old, &f, NULL).lo == 2.0);
    rh_policy_free(old);
    rh_buffer_free(&saved);
}

/* Cut anywhere, the bytes are refused; flipped anywhere, they do no harm. */
static void damaged_bytes_are_refused(void **state)
{
    (void)state;
    fake f;
    rh_buffer saved = {0};
    fake_init(&f);
    rh_policy *old = must_load(&f, POLICY_NAMED("a", "{ n = 1, t = { 'x', y = 2.5 } }", COUNT),
                               NULL);
    save(old, &saved);
    rh_policy_free(old);
    int refused = 0;
    for (size_t cut = 1; cut < saved.length; cut++) {
        rh_error error = {RH_OK, ""};
        rh_policy *new = must_load(&f, POLICY_NAMED("a", "{ n = 0 }", COUNT), NULL);
        refused += new->methods->load_state(new, saved.bytes, cut, "a", "1", &error) == RH_POLICY;
        rh_policy_free(new);
    }
    assert_int_equal(refused, saved.length - 1);
    for (size_t at = 0; at < saved.length; at++) {
        rh_error error = {RH_OK, ""};
        char kept = saved.bytes[at];
        rh_policy *new = must_load(&f, POLICY_NAMED("a", "{ n = 0 }", COUNT), NULL);
        saved.bytes[at] = (char)(kept ^ 0x15);
        (void)new->methods->load_state(new, saved.bytes, saved.length, "a", "1", &error);
        saved.bytes[at] = kept;
        rh_policy_free(new);
    }
    rh_buffer_free(&saved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state_survives_a_swap_bit_by_bit),
        cmocka_unit_test(state_carries_by_name_or_by_migrate),
        cmocka_unit_test(states_that_cannot_be_saved),
        cmocka_unit_test(migrations_that_fail),
        cmocka_unit_test(damaged_bytes_are_refused),
    };
    return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
