/* What a script can reach, compared with a golden list, and that it computes and prints the same in
 * every process, whatever the seed of Lua's hashes and the places of its objects. */
#include "fake.h"

#include <sys/wait.h>
#include <unistd.h>

#include "data/file.h"
#include "math/kernels.h"

static void everything_reachable_is_on_the_list(void **state)
{
    (void)state;
    char *golden = NULL;
    size_t length = 0;
    rh_error error;
    rh_buffer list = {0};
    assert_int_equal(rh_lua_inventory(false, &list, &error), RH_OK);
    assert_int_equal(rh_file_read(REHEDGE_SOURCE_DIR "/tests/lua/golden_globals.txt", 1u << 20,
                                  &golden, &length, &error), RH_OK);
    if (list.length != length || memcmp(list.bytes, golden, length) != 0)
        fail_msg("a script reaches other things than tests/lua/golden_globals.txt:\n%s",
                 list.bytes);
    free(golden);
    rh_buffer_free(&list);
}

/* Trusted scripts reach all of it, patterns and coroutines, and nothing else. */
static void trust_opens_two_doors_only(void **state)
{
    (void)state;
    static const char *const added[] = {
        "coroutine table", "coroutine.create function", "coroutine.isyieldable function",
        "coroutine.resume function", "coroutine.running function", "coroutine.status function",
        "coroutine.wrap function", "coroutine.yield function", "string.gmatch function",
        "string.gsub function", "string.match function", "(text).__index.gmatch function",
        "(text).__index.gsub function", "(text).__index.match function"};
    rh_error error;
    rh_buffer strict = {0}, trusted = {0};
    assert_int_equal(rh_lua_inventory(false, &strict, &error), RH_OK);
    assert_int_equal(rh_lua_inventory(true, &trusted, &error), RH_OK);
    size_t found = 0;
    for (char *line = strtok(trusted.bytes, "\n"); line; line = strtok(NULL, "\n")) {
        char whole[RH_ERROR_MESSAGE_MAX];
        snprintf(whole, sizeof whole, "%s\n", line);
        if (strstr(strict.bytes, whole) != NULL) continue;
        assert_true(found < sizeof added / sizeof *added);
        assert_string_equal(line, added[found++]);
    }
    assert_int_equal(found, sizeof added / sizeof *added);
    rh_buffer_free(&strict);
    rh_buffer_free(&trusted);
}

/* Prints what depends on hashes, addresses and number text in most embeddings. */
static const char talkative[] =
    "local t = {}\n"
    "for i = 1, 300 do t['key' .. i * 7919 % 1000] = i end\n"
    "t[0.5], t[-3], t[true] = 1, 2, 3\n"
    "local out = {}\n"
    "for k, v in pairs(t) do out[#out + 1] = tostring(k) .. '=' .. tostring(v) end\n"
    "rehedge.log(table.concat(out, ' '))\n"
    "rehedge.log(table.concat({ tostring({}), tostring(pairs), tostring(0 / 0), 1 / 3 }, ' '))\n"
    "local words = { 'b', 'a', 'c', 'B', '' }\n"
    "table.sort(words)\n"
    "rehedge.log(table.concat(words, ','))\n"
    "local x = 0\n"
    "for i = 1, 100 do\n"
    "  x = x + math.exp(-i / 7) * math.sin(i) + math.pow(i, 0.3) - math.log(i)\n"
    "end\n"
    "rehedge.log(tostring(x))\n"
    "rehedge.log(tostring(rehedge.rng(1):normal()))\n"
    "local ok, why = pcall(function() return undefined_thing end)\n"
    "rehedge.log(tostring(why))\n"
    "return rehedge.policy { api = 1, name = 'x', version = '1', trigger = function() end }";

/* A policy whose tables are large enough that their growth differs with the seed of the hashes. */
static const char busy[] =
    "local big = {}\n"
    "for i = 1, 20000 do big['key' .. i * 7919 % 65536] = i end\n"
    "local n = 0\n"
    "for k, v in pairs(big) do n = n + #k end\n"
    "for k in pairs(big) do big[k] = nil end\n"
    "return rehedge.policy { api = 1, name = 'x', version = '1', trigger = function(s)\n"
    "  local t = {}\n"
    "  for i = 1, 300 do t['k' .. i * 7919 % 1000] = s.delta + i end\n"
    "  local words = {}\n"
    "  for k, v in pairs(t) do words[#words + 1] = tostring(k) .. tostring(v) end\n"
    "  table.sort(words, function(a, b) return a > b end)\n"
    "  for _ in pairs(big) do n = n + 1 end\n"
    "  return #table.concat(words) > n end }";

typedef struct heard { uint64_t lines; int64_t gas[4]; } heard;

/* All lines of one fresh VM; and what a policy is charged to load and for three calls. */
static heard talk(void)
{
    fake f;
    heard said = {0, {0}};
    fake_init(&f);
    rh_policy_free(must_load(&f, talkative, NULL));
    assert_int_equal(f.log_lines, 6);
    said.lines = rh_hash64(f.log, sizeof f.log);
    rh_policy *policy = must_load(&f, busy, NULL);
    for (int i = 0; i < 4; i++) {
        said.gas[i] = rh_lua_gas(policy);
        assert_true(said.gas[i] > 1000);
        must_trigger(policy, &f, NULL);
    }
    /* From the first call on there are long texts, and instructions weigh more. */
    assert_true(said.gas[1] <= said.gas[2] && said.gas[2] == said.gas[3]);
    rh_policy_free(policy);
    return said;
}

static heard talk_in_another_process(const char *program)
{
    int ends[2];
    heard said = {0, {0}};
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        char number[16];
        snprintf(number, sizeof number, "%d", ends[1]);
        setenv("REHEDGE_TEST_TALK", number, 1);
        execl(program, program, (char *)NULL);
        _exit(1);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &said, sizeof said), sizeof said);
    close(ends[0]);
    waitpid(child, NULL, 0);
    return said;
}

static void must_be_the_same(const heard *here, heard there)
{
    assert_true(there.lines == here->lines);
    for (int i = 0; i < 4; i++) assert_int_equal(there.gas[i], here->gas[i]);
}

/* The system gives every process its own places for the stack, the heap and the program, and Lua
 * makes the seed of its hashes from those. */
static void twenty_processes_say_the_same_at_the_same_price(void **state)
{
    heard here = talk();
    for (int i = 0; i < 20; i++) must_be_the_same(&here, talk_in_another_process(*state));
    for (int i = 0; i < 20; i++) must_be_the_same(&here, talk());
}

static void numbers_come_from_our_kernels(void **state)
{
    (void)state;
    fake f;
    rh_order_request orders[RH_ORDERS_PER_CALL_MAX];
    fake_init(&f);
    rh_policy *policy = must_load(&f, "return rehedge.policy { api = 1, name = 'x', version = '1',"
        "scale = function(s) return math.exp(s.delta) + 10 * math.log(s.delta) + "
        "100 * math.pow(s.delta, 0.7) + 1e3 * math.sin(s.delta) + 1e4 * math.cos(s.delta) end }",
        NULL);
    for (double x = 0.1; x < 20; x += 0.37) {
        fake_set(&f, RH_VIEW_DELTA, x);
        assert_int_equal(must_scale(policy, &f, NULL, 0, 0, orders), 1);
        assert_true(orders[0].qty == rh_exp(x) + 10 * rh_log(x) + 100 * rh_pow(x, 0.7) +
                                         1e3 * rh_sin(x) + 1e4 * rh_cos(x));
    }
    rh_policy_free(policy);
}

/* tests/lua/library.lua: each check in it must hold. */
static void the_library_does_what_it_says(void **state)
{
    (void)state;
    fake f;
    char *script = NULL;
    size_t length = 0;
    rh_error error;
    fake_init(&f);
    assert_int_equal(rh_file_read(REHEDGE_SOURCE_DIR "/tests/lua/library.lua", 1u << 20, &script,
                                  &length, &error), RH_OK);
    rh_policy_free(must_load(&f, script, NULL));
    free(script);
}

int main(int argc, char **argv)
{
    const char *told = getenv("REHEDGE_TEST_TALK");
    (void)argc;
    if (told != NULL) {
        heard said = talk();
        return write((int)strtol(told, NULL, 10), &said, sizeof said) == sizeof said ? 0 : 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_reachable_is_on_the_list),
        cmocka_unit_test(trust_opens_two_doors_only),
        cmocka_unit_test_prestate(twenty_processes_say_the_same_at_the_same_price, argv[0]),
        cmocka_unit_test(numbers_come_from_our_kernels),
        cmocka_unit_test(the_library_does_what_it_says),
    };
    return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
