/* Names that lead nowhere are found without running a script, with line and the nearest name;
 * locals, upvalues, fields, methods, labels and globals of the script are never taken for one. */
#include "fake.h"

#include "base/random.h"
#include "data/file.h"
#include "lua/globals.h"

typedef struct heard { char text[4096]; int count, notes; } heard;

static void hear(void *host, const rh_lua_finding *finding)
{
    heard *h = host;
    size_t used = strlen(h->text);
    h->count += !finding->is_note;
    h->notes += finding->is_note;
    snprintf(h->text + used, sizeof h->text - used, "%d: %s\n", finding->line, finding->text);
}

static rh_status listen(const char *script, size_t length, const rh_policy *policy, heard *h)
{
    rh_policy_source source = {.label = "test.lua", .length = length};
    rh_error error;
    memset(h, 0, sizeof *h);
    source.bytes = malloc(length + 1);
    assert_non_null(source.bytes);
    memcpy(source.bytes, script, length);
    source.bytes[length] = '\0';
    rh_status status = rh_lua_check_names(&source, policy, false, hear, h, &error);
    free(source.bytes);
    return status;
}

static void must_find(const char *script, const char *wanted)
{
    heard h;
    assert_int_equal(listen(script, strlen(script), NULL, &h), RH_OK);
    if (strcmp(h.text, wanted) != 0)
        fail_msg("%s\nfound:\n%swanted:\n%s", script, h.text, wanted);
}

static void wrong_names_are_found_wherever_they_stand(void **state)
{
    (void)state;
    must_find("return dleta", "1: undefined global 'dleta'\n");
    must_find("local delta = 1\nreturn dleta",
              "2: undefined global 'dleta'; did you mean 'delta'?\n");
    must_find("if false then\n  print(1)\nend",
              "2: 'print' is not available in a policy: write rehedge.log(text)\n");
    must_find("local f = function() return function() return nobody end end",
              "1: undefined global 'nobody'\n");
    must_find("do local a = 1 end return a", "1: undefined global 'a'\n");
    must_find("local a = a", "1: undefined global 'a'\n");
    must_find("for i = 1, i do end", "1: undefined global 'i'\n");
    must_find("for k, v in pairs({}) do end return k", "1: undefined global 'k'\n");
    must_find("repeat local z = 1 until z == 1 return z", "1: undefined global 'z'\n");
    must_find("local t = { a = 1, [b] = 2, c }", "1: undefined global 'b'\n"
              "1: undefined global 'c'\n");
    must_find("local t = {} t.x = y; t[q] = 1; t:m(w)", "1: undefined global 'y'\n"
              "1: undefined global 'q'\n1: undefined global 'w'\n");
    must_find("local s = 'a' .. b .. 'c'", "1: undefined global 'b'\n");
    must_find("local a <const>, b <const> = 1, c", "1: undefined global 'c'\n");
    must_find("function t.f() end", "1: undefined global 't'\n");
    must_find("goto x\n::x:: y()", "2: undefined global 'y'\n");
    must_find("return math.randm(1)", "1: math has no 'randm'\n");
    must_find("return math.flor(1), rehedge.prise", "1: math has no 'flor'; did you mean 'floor'?\n"
              "1: rehedge has no 'prise'; did you mean 'price'?\n");
    must_find("return a['x'], b\"text\", c{}, (d).e", "1: undefined global 'a'\n"
              "1: undefined global 'b'\n1: undefined global 'c'\n1: undefined global 'd'\n");
    must_find("--[[ nobody ]] return [[nobody]] -- nobody", "");
}

static void what_exists_is_left_alone(void **state)
{
    (void)state;
    must_find("local function f(n) return n < 1 and 1 or f(n - 1) end return f(2)", "");
    must_find("local t = {} function t.a.b:c(x) return self, x end", "");
    must_find("local a = {} return a.nobody, a:nothing(), a.b.c.d, a['e'].f", "");
    must_find("return math.huge, math.pi, rehedge.price, string.format, ('x'):rep(3)", "");
    must_find("local math = {} return math.anything", "");
    must_find("local a, b = 1 .. 2, 1 // 2 << 3 >> 1 ~= 2, ~1 ~ 2 == -3 return a <= b", "");
    must_find("local function f(...) local a <close> = nil return ..., select('#', ...) end", "");
    must_find("while true do local x = 1 if x then break elseif x == 2 then return x end end", "");
    must_find("x = 1 return x", "1: 'x' is a global here: write `local x` before its first use\n");
    must_find("function f() return g() end function g() return f() end",
              "1: 'f' is a global here: write `local f` before its first use\n"
              "1: 'g' is a global here: write `local g` before its first use\n");
}

static void fields_of_the_view_params_and_features_are_judged(void **state)
{
    (void)state;
    static const char script[] =
        "local function helper(s) return s.anything end\n"
        "return rehedge.policy { api = 1, name = 'x', version = '1', params = { band = 1 },\n"
        "  features = { vol = { 'ewma_vol', half_life = '1h' } },\n"
        "  trigger = function(s, p, f)\n"
        "    if helper(s) then return s.dleta > p.bnad, f.vool, s:csot(1) end\n"
        "    local q = { s = { anything = 1 } }\n"
        "    return s.time > s:cost(p.band) and q.s.anything > f.vol\n"
        "  end,\n"
        "  on_fill = function(s, p, fill) if fill.price > 0 then return s.spto end end,\n"
        "  scale = function(view) view = {} return view.anything end }";
    heard h;
    fake f;
    fake_init(&f);
    rh_policy *policy = must_load(&f, script, NULL);
    assert_int_equal(listen(script, strlen(script), policy, &h), RH_OK);
    assert_string_equal(h.text,
        "5: the view has no field 'dleta'; did you mean 'delta'?\n"
        "5: undeclared param 'bnad'; did you mean 'band'?\n"
        "5: undeclared feature 'vool'; did you mean 'vol'?\n"
        "5: the view has no field 'csot'; did you mean 'cost'?\n"
        "9: the view has no field 'spto'; did you mean 'spot'?\n");
    rh_policy_free(policy);
}

static void no_shipped_policy_has_one(void **state)
{
    (void)state;
    for (const rh_shipped_script *row = rh_shipped_scripts; row->name != NULL; row++) {
        heard h;
        assert_int_equal(listen(row->bytes, row->length, NULL, &h), RH_OK);
        if (h.count + h.notes > 0) fail_msg("%s: %s", row->name, h.text);
    }
}

/* Whatever the bytes: a refusal or an answer, and an end. */
static void mutated_sources_end(void **state)
{
    (void)state;
    rh_stream stream;
    int accepted = 0;
    rh_stream_init(&stream, 5, 0, 1);
    for (int round = 0; round < 3000; round++) {
        const rh_shipped_script *row = &rh_shipped_scripts[round % 6];
        char *bytes = malloc(row->length + 1);
        heard h;
        assert_non_null(bytes);
        memcpy(bytes, row->bytes, row->length + 1);
        for (int i = 0; i < 1 + round % 3; i++) {
            size_t at = (size_t)(rh_stream_uniform(&stream) * (double)row->length);
            bytes[at] = " (){}[].:=,\"'\n~<>-#aend;"[(int)(rh_stream_uniform(&stream) * 24)];
        }
        accepted += listen(bytes, row->length, NULL, &h) == RH_OK;
        free(bytes);
    }
    assert_true(accepted > 100 && accepted < 2900);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_names_are_found_wherever_they_stand),
        cmocka_unit_test(what_exists_is_left_alone),
        cmocka_unit_test(fields_of_the_view_params_and_features_are_judged),
        cmocka_unit_test(no_shipped_policy_has_one),
        cmocka_unit_test(mutated_sources_end),
    };
    return cmocka_run_group_tests_name("globals", tests, NULL, NULL);
}
