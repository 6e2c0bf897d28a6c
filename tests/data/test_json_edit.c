/* Values set by path, variables in place of "$name", keys removed: the document afterwards, written
 * back, and the refusals. */
#include "data_test.h"

#include "base/buffer.h"
#include "data/json.h"

static rh_error error;
static rh_json_doc *doc;
static rh_buffer written;

static void parse(const char *text)
{
    rh_json_free(doc);
    doc = NULL;
    expect_ok(&error, rh_json_parse("s.json", text, strlen(text), &doc, &error));
}

static int release(void **state)
{
    rh_json_free(doc);
    doc = NULL;
    rh_buffer_free(&written);
    return remove_folder(state);
}

static void expect_text(const char *wanted)
{
    rh_json_writer writer = {.out = &written};
    rh_buffer_clear(&written);
    rh_json_put_value(&writer, NULL, rh_json_root(doc));
    assert_string_equal(written.bytes, wanted);
}

static void set(const char *path, const char *text)
{
    expect_ok(&error, rh_json_set(doc, path, text, &error));
}

static void sets_scalars_and_makes_parents(void **state)
{
    (void)state;
    parse("{\"a\": {\"b\": [1]}, \"z\": 1}");
    set("a.b", "2.5");
    set("a.c.d", "true");
    set("z", "null");
    set("s", "words with \"quotes\"");
    set("q", "\"3\"");
    set("band", "1e999");
    set("zero", "007");
    set("list", "[1]");
    expect_text("{\"a\": {\"b\": 2.5, \"c\": {\"d\": true}}, \"z\": null, "
                "\"s\": \"words with \\\"quotes\\\"\", \"q\": \"3\", \"band\": \"1e999\", "
                "\"zero\": \"007\", \"list\": \"[1]\"}");
}

static void a_default_gives_way(void **state)
{
    (void)state;
    parse("{\"list\": [{\"steps\": 5}, {}, 7]}");
    rh_json list;
    expect_ok(&error, rh_json_get(rh_json_root(doc), "list", RH_REQUIRED, &list, &error));
    for (size_t i = 0; i < 3; i++)
        expect_ok(&error, rh_json_default(rh_json_at(list, i), "steps", 1000000000, &error));
    expect_text("{\"list\": [{\"steps\": 5}, {\"steps\": 1000000000}, 7]}");
}

/* A seed from the command line must not pass through a double. */
static void long_integers_are_kept_as_text(void **state)
{
    (void)state;
    parse("{}");
    set("seed", "18446744073709551615");
    set("small", "123456789012345");
    set("minus", "-9007199254740993");
    expect_text("{\"seed\": \"18446744073709551615\", \"small\": 123456789012345, "
                "\"minus\": \"-9007199254740993\"}");
}

#define REFUSED(call, words) expect_error(&error, call, RH_INPUT, words)

static void set_refusals(void **state)
{
    static const char *const empty[] = {"", ".", "a.", ".a", "a..b"};
    char deep[400];
    (void)state;
    parse("{\"a\": 1}");
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        REFUSED(rh_json_set(doc, empty[i], "1", &error), "expected keys joined by dots");
    }
    REFUSED(rh_json_set(doc, "a.b", "1", &error),
            "s.json: /a: found the number 1, expected an object");
    REFUSED(rh_json_set(doc, "b", "\xff", &error), "UTF-8");
    for (size_t i = 0; i < sizeof deep - 1; i++) deep[i] = i % 2 ? '.' : 'k';
    deep[sizeof deep - 2] = 'k';
    deep[sizeof deep - 1] = '\0';
    assert_int_equal(rh_json_set(doc, deep, "1", &error), RH_LIMIT);
    expect_text("{\"a\": 1}");
    parse("[1]");
    REFUSED(rh_json_set(doc, "a", "1", &error), "not an object");
}

static void removes_top_level_keys(void **state)
{
    (void)state;
    parse("{\"a\": 1, \"swaps\": [{\"a\": 2}], \"b\": {\"swaps\": 3}}");
    rh_json_remove(doc, "swaps");
    rh_json_remove(doc, "absent");
    expect_text("{\"a\": 1, \"b\": {\"swaps\": 3}}");
}

static rh_status substitute(void)
{
    rh_json vars;
    rh_json root = rh_json_root(doc);
    rh_status status = rh_json_get(root, "vars", RH_OPTIONAL, &vars, &error);
    assert_true(status == RH_OK || status == RH_NOT_FOUND);
    return rh_json_substitute(doc, vars, &error);
}

static void puts_vars_in_place(void **state)
{
    (void)state;
    parse("{\"a\": \"$spot\", \"b\": [\"$list\", \"x$spot\", \"$$spot\", \"$$\"], "
          "\"c\": {\"d\": \"$text\"}, \"$spot\": 1, "
          "\"vars\": {\"spot\": 100, \"list\": [1, \"$$y\"], \"text\": \"$$z\"}}");
    expect_ok(&error, substitute());
    expect_text("{\"a\": 100, \"b\": [[1, \"$y\"], \"x$spot\", \"$spot\", \"$\"], "
                "\"c\": {\"d\": \"$z\"}, \"$spot\": 1, "
                "\"vars\": {\"spot\": 100, \"list\": [1, \"$$y\"], \"text\": \"$$z\"}}");
}

static void positions_are_right_after_edits(void **state)
{
    double value;
    (void)state;
    parse("{\"l\": [0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,\"$v\",18], \"vars\": {\"v\": 17}}");
    expect_ok(&error, substitute());
    rh_json list = rh_json_at(rh_json_root(doc), 0);
    for (size_t i = 0; i < 19; i++) {
        expect_ok(&error, rh_json_as_number(rh_json_at(list, i), &value, &error));
        assert_true(value == (double)i);
    }
}

static void substitution_refusals(void **state)
{
    (void)state;
    parse("{\"p\": [{\"strike\": \"$spto\"}], \"vars\": {\"spot\": 1}}");
    REFUSED(substitute(), "s.json: /p/0/strike: found \"$spto\", which is not among the vars; did "
                          "you mean \"$spot\"?");
    parse("{\"a\": \"$x\"}");
    REFUSED(substitute(), "/a: found \"$x\", which is not among the vars");
    parse("{\"a\": \"$\", \"vars\": {\"spot\": 1}}");
    REFUSED(substitute(), "/a: found \"$\"");
    parse("{\"vars\": {\"a\": \"$b\", \"b\": [\"$a\"]}}");
    REFUSED(substitute(), "/vars/a: found \"$b\": a var may not refer to a var");
    parse("{\"vars\": {\"a\": {\"b\": [\"$a\"]}}}");
    REFUSED(substitute(), "/vars/a/b/0: found \"$a\"");
    parse("{\"vars\": [1]}");
    REFUSED(substitute(), "/vars: found an array, expected an object of vars");
}

/* 4,000 references to a var of 4,000 values would be 16 million values from 40 KB. */
static void growth_is_limited(void **state)
{
    rh_buffer text = {0};
    (void)state;
    rh_buffer_text(&text, "{\"vars\": {\"v\": [0");
    for (int i = 0; i < 4000; i++) rh_buffer_text(&text, ",0");
    rh_buffer_text(&text, "]}, \"a\": [0");
    for (int i = 0; i < 4000; i++) rh_buffer_text(&text, ",\"$v\"");
    rh_buffer_text(&text, "]}");
    parse(text.bytes);
    expect_error(&error, substitute(), RH_LIMIT, "the vars grow the file beyond");
    rh_buffer_clear(&text);
    rh_buffer_text(&text, "{\"vars\": {\"v\": 0");
    for (int i = 0; i < RH_VARS_MAX; i++) rh_buffer_printf(&text, ",\"v%d\": 0", i);
    rh_buffer_text(&text, "}}");
    parse(text.bytes);
    expect_error(&error, substitute(), RH_LIMIT, "/vars: more than 256 vars");
    rh_buffer_free(&text);
}

/* The deepest var in the deepest place, and the path of an error down there. */
static void deep_vars_in_deep_places(void **state)
{
    rh_buffer text = {0};
    double value;
    (void)state;
    rh_buffer_text(&text, "{\"vars\": {\"v\": ");
    for (int i = 0; i < RH_JSON_DEPTH_MAX - 2; i++) rh_buffer_text(&text, "[");
    rh_buffer_text(&text, "\"leaf\"");
    for (int i = 0; i < RH_JSON_DEPTH_MAX - 2; i++) rh_buffer_text(&text, "]");
    rh_buffer_text(&text, "}, \"a\": ");
    for (int i = 0; i < RH_JSON_DEPTH_MAX - 1; i++) rh_buffer_text(&text, "[");
    rh_buffer_text(&text, "\"$v\"");
    for (int i = 0; i < RH_JSON_DEPTH_MAX - 1; i++) rh_buffer_text(&text, "]");
    rh_buffer_text(&text, "}");
    parse(text.bytes);
    expect_ok(&error, substitute());
    rh_json at = rh_json_at(rh_json_root(doc), 1);
    for (int i = 0; i < 2 * RH_JSON_DEPTH_MAX - 3; i++) at = rh_json_at(at, 0);
    REFUSED(rh_json_as_number(at, &value, &error), "/a/0/0/0");
    assert_non_null(strstr(error.message, "found the string \"leaf\""));
    rh_buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_scalars_and_makes_parents),
        cmocka_unit_test(a_default_gives_way),
        cmocka_unit_test(long_integers_are_kept_as_text),
        cmocka_unit_test(set_refusals),
        cmocka_unit_test(removes_top_level_keys),
        cmocka_unit_test(puts_vars_in_place),
        cmocka_unit_test(positions_are_right_after_edits),
        cmocka_unit_test(substitution_refusals),
        cmocka_unit_test(growth_is_limited),
        cmocka_unit_test(deep_vars_in_deep_places),
    };
    return cmocka_run_group_tests(tests, make_folder, release);
}
