/* JSON syntax: what strict JSON accepts is accepted, what it refuses is refused with line and
 * column, comments are blanks, and hostile depth or size neither recurses nor takes time. */
#include "data_test.h"

#include "base/buffer.h"
#include "data/json.h"

static rh_error error;

static rh_status parse(const char *text, size_t length)
{
    rh_json_doc *doc;
    error = (rh_error){0};
    rh_status status = rh_json_parse("a.json", text, length, &doc, &error);
    if (status == RH_OK) rh_json_free(doc);
    return status;
}

/* Each prefix is parsed from a block of exactly its size, so that ASan sees a read beyond it. */
static void accepts(const char *text, size_t length)
{
    char *exact = malloc(length);
    memcpy(exact, text, length);
    if (parse(exact, length) != RH_OK) fail_msg("%s: %s", text, error.message);
    free(exact);
    for (size_t cut = 0; cut < length; cut++) {
        exact = malloc(cut > 0 ? cut : 1);
        memcpy(exact, text, cut);
        rh_status status = parse(exact, cut);
        assert_true(status == RH_OK || status == RH_INPUT);
        free(exact);
    }
}

static void refuses(const char *text, size_t length, const char *words)
{
    char *exact = malloc(length > 0 ? length : 1);
    memcpy(exact, text, length);
    expect_error(&error, parse(exact, length), RH_INPUT, words);
    free(exact);
}

#define ACCEPTS(text) accepts(text, sizeof(text) - 1)
#define REFUSES(text, words) refuses(text, sizeof(text) - 1, "a.json: " words)

static void accepts_json_with_comments(void **state)
{
    (void)state;
    ACCEPTS("{}");
    ACCEPTS(" [ ] \r\n\t");
    ACCEPTS("null");
    ACCEPTS("[true,false,null,0,-0,10,-1.5,1e3,1E-3,1.25e+10,\"\"]");
    ACCEPTS("{\"a\":{\"b\":[1,{\"c\":[]}]},\"d\":2}");
    ACCEPTS("// first\n{ // \"x\" {\n\"a\": /* 1, */ 2 /**/ } // last");
    ACCEPTS("/* \xff \0 any byte */[/***/1/*/ still */,2]");
    ACCEPTS("\"// no comment /* nor this */\"");
    ACCEPTS("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00 \xc3\xa9 \xf0\x9f\x98\x80\"");
    ACCEPTS("\xef\xbb\xbf{}");
}

static void refuses_what_strict_json_refuses(void **state)
{
    (void)state;
    REFUSES("", "line 1, column 1: found the end of the text, expected a value");
    REFUSES("{", "line 1, column 2: found the end of the text, expected a key");
    REFUSES("{} x", "line 1, column 4: found 'x', expected nothing after the value");
    REFUSES("{}\0", "line 1, column 3: found '\\x00', expected nothing");
    REFUSES("[1,]", "line 1, column 4: found ']', expected a value after the last comma");
    REFUSES("{\"a\":1,}", "line 1, column 8: found '}', expected a value after the last comma");
    REFUSES("[1 2]", "line 1, column 4: found '2', expected ',' or ']'");
    REFUSES("[1}", "line 1, column 3: found '}', expected ',' or ']'");
    REFUSES("{\"a\" 1}", "line 1, column 6: found '1', expected ':'");
    REFUSES("{a:1}", "line 1, column 2: found 'a', expected a key in double quotes");
    REFUSES("{1:1}", "line 1, column 2: found '1', expected a key");
    REFUSES("['a']", "line 1, column 2: found ''', expected a value");
    REFUSES("[,1]", "line 1, column 2: found ',', expected a value");
    REFUSES("[nul]", "line 1, column 2: found 'n', expected a value");
    REFUSES("[True]", "line 1, column 2");
    REFUSES("[NaN]", "line 1, column 2");
    REFUSES("[Infinity]", "line 1, column 2");
    REFUSES("\xff\xfe{\0}\0", "line 1, column 1: found '\\xFF'");
}

static void refuses_bad_numbers(void **state)
{
    (void)state;
    REFUSES("[01]", "line 1, column 2: a number with a leading zero");
    REFUSES("[-01]", "line 1, column 2: a number with a leading zero");
    REFUSES("[+1]", "line 1, column 2");
    REFUSES("[.5]", "line 1, column 2");
    REFUSES("[1.]", "line 1, column 4: found ']', expected a digit");
    REFUSES("[1e]", "line 1, column 4: found ']', expected a digit");
    REFUSES("[-]", "line 1, column 3: found ']', expected a digit");
    REFUSES("[0x10]", "line 1, column 3: found 'x'");
    REFUSES("[1e999]", "line 1, column 2: a number beyond the largest double");
    REFUSES("[-1e400]", "line 1, column 2: a number beyond");
    /* cJSON would read 63 characters and stop there. */
    REFUSES("[0.0000000000000000000000000000000000000000000000000000000000000001]",
            "line 1, column 2: a number of more than 63");
}

static void refuses_bad_strings(void **state)
{
    (void)state;
    REFUSES("\"a", "line 1, column 1: a string that is never closed");
    REFUSES("\"a\\", "line 1, column 4: found the end of the text, expected one of");
    REFUSES("\"a\nb\"", "line 1, column 3: found '\\x0A', expected no raw control");
    REFUSES("\"\0\"", "line 1, column 2: found '\\x00', expected no raw control");
    REFUSES("\"\\x41\"", "line 1, column 3: found 'x', expected one of");
    REFUSES("\"\\u12g4\"", "line 1, column 6: found 'g', expected four hexadecimal");
    REFUSES("\"\\u0000\"", "line 1, column 2: \\u0000");
    REFUSES("\"\\ud800\"", "line 1, column 2: a high surrogate alone");
    REFUSES("\"\\ud800\\u0041\"", "line 1, column 2: a high surrogate alone");
    REFUSES("\"\\ud800x\"", "line 1, column 2: a high surrogate alone");
    REFUSES("\"\\udc00\"", "line 1, column 2: a low surrogate alone");
    REFUSES("\"\xc0\xaf\"", "line 1, column 2: found '\\xC0', expected valid UTF-8");
    REFUSES("\"\xed\xa0\x80\"", "line 1, column 2: found '\\xED', expected valid UTF-8");
    REFUSES("\"\xf4\x90\x80\x80\"", "line 1, column 2: found '\\xF4', expected valid");
    REFUSES("\"\xe9t\xe9\"", "line 1, column 2: found '\\xE9', expected valid");
}

static void refuses_bad_comments(void **state)
{
    (void)state;
    REFUSES("[1] /* never", "line 1, column 5: a comment that is never closed");
    REFUSES("[1] /*/", "line 1, column 5: a comment that is never closed");
    REFUSES("[1] / 2", "line 1, column 5: found '/', expected nothing");
    REFUSES("[1 # 2\n]", "line 1, column 4: found '#'");
    REFUSES("/* a */", "line 1, column 8: found the end");
}

static void positions_count_lines_and_characters(void **state)
{
    (void)state;
    REFUSES("{\n  // comment\n  \"a\": ?\n}", "line 3, column 8: found '?'");
    REFUSES("{\r\n\"a\": ?}", "line 2, column 6: found '?'");
    REFUSES("[\"\xc3\xa9\xc3\xa9\" /* \xc3\xa9 */ ?]", "line 1, column 15: found '?'");
}

static void duplicate_keys(void **state)
{
    (void)state;
    REFUSES("{\"a\":1,\"b\":2,\"a\":3}", "/a: the key appears twice");
    REFUSES("{\"x\":[0,{\"a\":{},\"\\u0061\":1}]}", "/x/1/a: the key appears twice");
    REFUSES("{\"a/b~c\":1,\"a/b~c\":1}", "/a~1b~0c: the key appears twice");
    ACCEPTS("{\"a\":1,\"A\":2,\"a \":{\"a\":1}}");
}

static void depth_is_limited(void **state)
{
    char text[2 * RH_JSON_DEPTH_MAX + 3];
    (void)state;
    for (int depth = RH_JSON_DEPTH_MAX; depth <= RH_JSON_DEPTH_MAX + 1; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        rh_status status = parse(text, 2 * (size_t)depth);
        assert_int_equal(status, depth == RH_JSON_DEPTH_MAX ? RH_OK : RH_INPUT);
    }
    assert_non_null(strstr(error.message, "line 1, column 65: nested deeper than 64 levels"));
}

static void a_hundred_megabytes_of_brackets(void **state)
{
    size_t length = (size_t)100 << 20;
    (void)state;
    char *text = malloc(length);
    assert_non_null(text);
    memset(text, '[', length);
    expect_error(&error, parse(text, length), RH_INPUT, "nested deeper");
    for (size_t i = 0; i + 5 <= length; i += 5) memcpy(text + i, "{\"a\":", 5);
    expect_error(&error, parse(text, length), RH_INPUT, "nested deeper");
    free(text);
    rh_json_doc *doc;
    const char *path = write_text("big.json", "[1, 2, 3]");
    expect_error(&error, rh_json_read(path, 8, &doc, &error), RH_INPUT, "at most 8");
    expect_ok(&error, rh_json_read(path, 9, &doc, &error));
    assert_string_equal(rh_json_doc_name(doc), path);
    rh_json_free(doc);
    expect_error(&error, rh_json_read(folder, 9, &doc, &error), RH_INPUT, "Is a directory");
}

/* Sorting finds the one duplicate among many keys without comparing all pairs. */
static void many_keys(void **state)
{
    rh_buffer text = {0};
    (void)state;
    rh_buffer_text(&text, "{");
    for (int i = 0; i < 200000; i++) rh_buffer_printf(&text, "\"key%d\":%d,", i, i);
    size_t end = text.length;
    rh_buffer_text(&text, "\"last\":1}");
    assert_int_equal(parse(text.bytes, text.length), RH_OK);
    text.length = end;
    rh_buffer_text(&text, "\"key77\":1}");
    expect_error(&error, parse(text.bytes, text.length), RH_INPUT, "/key77: the key appears twice");
    rh_buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_json_with_comments),
        cmocka_unit_test(refuses_what_strict_json_refuses),
        cmocka_unit_test(refuses_bad_numbers),
        cmocka_unit_test(refuses_bad_strings),
        cmocka_unit_test(refuses_bad_comments),
        cmocka_unit_test(positions_count_lines_and_characters),
        cmocka_unit_test(duplicate_keys),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(a_hundred_megabytes_of_brackets),
        cmocka_unit_test(many_keys),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
