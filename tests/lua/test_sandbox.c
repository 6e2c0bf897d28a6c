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
    assert_int_equal(rh_lua_inventory(&list, &error), RH_OK);
    assert_int_equal(rh_file_read(REHEDGE_SOURCE_DIR "/tests/lua/golden_globals.txt", 1u << 20,
                                  &golden, &length, &error), RH_OK);
    if (list.length != length || memcmp(list.bytes, golden, length) != 0)
        fail_msg("a script reaches other things than tests/lua/golden_globals.txt:\n%s",
                 list.bytes);
    free(golden);
    rh_buffer_free(&list);
}

/* Prints what depends on hashes, addresses and number text in most embeddings. */
static const char talkative[] =
    "local t = {}\n"
    "for i = 1, 300 do t['key' .. i * 7919 % 1000] = i end\n"
    "t[0.5], t[-3], t[true] = 1, 2, 3\n"
    "local out = {}\n"
    "for k, v in pairs(t) do out[#out + 1] = tostring(k) .. '=' .. tostring(v) end\n"
    "rehedge.log(table.concat(out, ' '))\n"
    "rehedge.log(table.concat({ tostring({}), tostring(pairs), tostring(0 / 0), 1 / 3, 1e300 }, ' '))\n"
    "local words = { 'b', 'a', 'c', 'B', '' }\n"
    "table.sort(words)\n"
    "rehedge.log(table.concat(words, ','))\n"
    "local x = 0\n"
    "for i = 1, 100 do x = x + math.exp(-i / 7) * math.sin(i) + math.pow(i, 0.3) - math.log(i) end\n"
    "rehedge.log(tostring(x))\n"
    "rehedge.log(tostring(rehedge.rng(1):normal()))\n"
    "local ok, why = pcall(function() return undefined_thing end)\n"
    "rehedge.log(tostring(why))\n"
    "return rehedge.policy { api = 1, name = 'x', version = '1', trigger = function() end }";

/* All lines, and the saved state, of one fresh VM. */
static uint64_t talk(void)
{
    fake f;
    fake_init(&f);
    rh_policy *policy = must_load(&f, talkative, NULL);
    rh_policy_free(policy);
    assert_int_equal(f.log_lines, 6);
    return rh_hash64(f.log, sizeof f.log);
}

static uint64_t talk_in_another_process(const char *program)
{
    int ends[2];
    uint64_t heard = 0;
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
    assert_int_equal(read(ends[0], &heard, sizeof heard), sizeof heard);
    close(ends[0]);
    waitpid(child, NULL, 0);
    return heard;
}

static void twenty_processes_say_the_same(void **state)
{
    uint64_t here = talk();
    for (int i = 0; i < 20; i++) assert_true(talk_in_another_process(*state) == here);
    for (int i = 0; i < 20; i++) assert_true(talk() == here);
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

/* Small truths about the library, in Lua; each line must hold. */
static void the_library_does_what_it_says(void **state)
{
    (void)state;
    static const char *const truths[] = {
        "#'abc' == 3 and ('abc'):len() == 3 and ('aBc'):upper() == 'ABC' and ('ABC'):lower() == 'abc'",
        "('hello'):sub(2, 3) == 'el' and ('hello'):sub(-3) == 'llo' and ('hello'):sub(9) == ''",
        "('hello'):sub(0) == 'hello' and ('hello'):sub(-99, 2) == 'he' and ('x'):sub(2, 1) == ''",
        "('abc'):byte() == 97 and select('#', ('abc'):byte(1, -1)) == 3 and string.char(97, 98) == 'ab'",
        "('ab'):rep(3) == 'ababab' and ('a'):rep(3, '-') == 'a-a-a' and ('a'):rep(1, '-') == 'a'",
        "select(2, ('hello'):find('ll')) == 4 and ('hello'):find('l', 4) == 4 and not ('x'):find('y')",
        "('a.b'):find('.', 1, true) == 2 and ('abc'):find('') == 1 and ('abc'):find('', 10) == nil",
        "string.format('%03d|%+.1f|%s|%5s|%-5s|%%|%x|%c', 7, 2.55, nil, 'ab', 'ab', 255, 65) == "
        "'007|+2.5|nil|   ab|ab   |%|ff|A'",
        "string.format('%.3s', 'abcdef') == 'abc' and string.format('%g', 1e20) == '1e+20'",
        "string.format('%f', 0 / 0) == 'nan' and string.format('%5.1f', -math.huge) == ' -inf'",
        "tonumber('10') == 10 and tonumber(' 0x10 ') == 16 and tonumber('1e1') == 10.0",
        "tonumber('z', 36) == 35 and tonumber('-ff', 16) == -255 and tonumber('8', 8) == nil",
        "tonumber('') == nil and tonumber('1x') == nil and tonumber({}) == nil and tonumber('nan') == nil",
        "select('#') == 0 and select(-1, 1, 2) == 2 and select(2, 'a', 'b', 'c') == 'b'",
        "math.floor(-1.5) == -2 and math.type(math.floor(1.5)) == 'integer' and math.ceil(1.2) == 2",
        "math.max(1, 3.5, 2) == 3.5 and math.min(4, -1) == -1 and math.abs(-3) == 3",
        "math.fmod(-7, 3) == -1 and math.fmod(7, -3) == 1 and math.fmod(5.5, 2) == 1.5",
        "math.tointeger(3.0) == 3 and math.tointeger(3.5) == nil and math.tointeger('3') == nil",
        "math.type(1) == 'integer' and math.type(1.0) == 'float' and math.type('1') == nil",
        "math.log(8, 2) > 2.999999 and math.sqrt(16) == 4 and math.pi > 3.14 and math.huge > 1e308",
        "table.concat({ 1, 2, 'x' }, ',') == '1,2,x' and table.concat({}) == ''",
        "table.concat({ 1, 2, 3 }, '-', 2, 3) == '2-3' and table.unpack({ 1, 2, 3 }, 2) == 2",
        "(function() local t = { 1, 2 } table.insert(t, 1, 0) table.insert(t, 9) return "
        "table.concat(t) == '0129' and table.remove(t) == 9 and table.remove(t, 1) == 0 and #t == 2 end)()",
        "(function() local t = { 3, 1, 2 } table.sort(t) table.sort(t, function(a, b) return a > b end) "
        "return table.concat(t) == '321' end)()",
        "table.remove({}) == nil and #{ table.unpack({}) } == 0",
        "(function() local n = 0 for i, v in ipairs({ 1, 2, nil, 4 }) do n = n + v end return n == 3 end)()",
        "(function() local t = { a = 1, b = 2, c = 3 } local n = 0 for k in pairs(t) do t[k] = nil "
        "n = n + 1 end return n == 3 and pairs(t)() == nil end)()",
        "(function() local t = { a = 1, b = 2 } local s = '' for k in pairs(t) do s = s .. k t.b = nil end "
        "return s == 'a' end)()",
        "pcall(error, 'x') == false and select(2, pcall(error, 'x', 0)) == 'x'",
        "select('#', pcall(function() return 1, 2, 3 end)) == 4 and not pcall(nil)",
        "rawequal({}, {}) == false and rawlen({ 1, 2 }) == 2 and rawlen('abc') == 3",
        "type(nil) == 'nil' and type(pairs) == 'function' and tostring(nil) == 'nil' and tostring(true) == 'true'",
        "(function() local V = {} V.__index = V V.__add = function(a, b) return setmetatable({ x = a.x + b.x }, V) end "
        "function V.new(x) return setmetatable({ x = x }, V) end function V:twice() return self + self end "
        "return V.new(4):twice().x == 8 end)()",
        "(function() local t = setmetatable({}, { __len = function() return 7 end, __call = function(_, x) "
        "return x * 2 end, __eq = function() return true end }) return #t == 7 and t(4) == 8 end)()",
        "tostring(setmetatable({}, { __tostring = function() return 'me' end })) == 'me'",
        "setmetatable(setmetatable({}, { __index = { x = 1 } }), nil).x == nil",
        "rehedge.to_edge(3, -1, 1) == -2 and rehedge.to_edge(-3, -1, 1) == 2 and rehedge.to_edge(0.5, -1, 1) == 0",
        "rehedge.to_centre(3, 0, 1) == -2.5 and rehedge.to_centre(0.5, 0, 1) == 0",
        "'x' .. 1 == 'x1' and 7 // 2 == 3 and 7 % -3 == -2 and 1 << 4 == 16 and 2^2 == 4.0",
        "(function() local u = rehedge.rng(9) for i = 1, 99 do local x = u:uniform() "
        "if not (x > 0 and x < 1) then return false end end return true end)()",
    };
    for (size_t i = 0; i < sizeof truths / sizeof *truths; i++) {
        char script[1024];
        fake f;
        fake_init(&f);
        snprintf(script, sizeof script, "return rehedge.policy { api = 1, name = 'x', version = '1', "
                 "trigger = function() return (%s) == true end }", truths[i]);
        rh_policy *policy = must_load(&f, script, NULL);
        if (!must_trigger(policy, &f, NULL).fire) fail_msg("does not hold: %s", truths[i]);
        rh_policy_free(policy);
    }
}

int main(int argc, char **argv)
{
    const char *told = getenv("REHEDGE_TEST_TALK");
    (void)argc;
    if (told != NULL) {
        uint64_t said = talk();
        return write((int)strtol(told, NULL, 10), &said, sizeof said) == sizeof said ? 0 : 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_reachable_is_on_the_list),
        cmocka_unit_test_prestate(twenty_processes_say_the_same, argv[0]),
        cmocka_unit_test(numbers_come_from_our_kernels),
        cmocka_unit_test(the_library_does_what_it_says),
    };
    return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
