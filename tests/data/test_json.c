/* JSON cursors and typed members: values read back, and each refusal with file, path, what was
 * found, what was expected and the nearest name. */
#include "data_test.h"

#include <math.h>

#include "base/buffer.h"
#include "data/json.h"

static rh_error error;
static rh_json_doc *doc;

static rh_json parse(const char *text)
{
    rh_json_free(doc);
    doc = NULL;
    expect_ok(&error, rh_json_parse("s.json", text, strlen(text), &doc, &error));
    return rh_json_root(doc);
}

static int release(void **state)
{
    rh_json_free(doc);
    doc = NULL;
    return remove_folder(state);
}

static void walks_containers(void **state)
{
    rh_json child;
    (void)state;
    rh_json root = parse("{\"b\":[1,\"x\",null,true,{\"k\":2}],\"a\":{}}");
    assert_int_equal(rh_json_kind(root), RH_JSON_OBJECT);
    assert_int_equal(rh_json_count(root), 2);
    assert_string_equal(rh_json_key_at(root, 0), "b");
    assert_string_equal(rh_json_key_at(root, 1), "a");
    assert_null(rh_json_key_at(root, 2));
    assert_true(rh_json_has(root, "a"));
    assert_false(rh_json_has(root, "A"));
    rh_json list = rh_json_at(root, 0);
    static const rh_json_type kinds[] = {RH_JSON_NUMBER, RH_JSON_STRING, RH_JSON_NULL,
                                         RH_JSON_BOOL, RH_JSON_OBJECT};
    assert_int_equal(rh_json_count(list), 5);
    for (size_t i = 0; i < 5; i++) assert_int_equal(rh_json_kind(rh_json_at(list, i)), kinds[i]);
    assert_null(rh_json_at(list, 5).node);
    assert_null(rh_json_key_at(list, 0));
    assert_int_equal(rh_json_count(rh_json_at(list, 1)), 0);
    assert_int_equal(rh_json_get(root, "none", RH_OPTIONAL, &child, &error), RH_NOT_FOUND);
    assert_null(child.node);
    assert_int_equal(rh_json_count(child), 0);
    assert_false(rh_json_has(child, "x"));
    expect_ok(&error, rh_json_keys(child, (const char *const[]){NULL}, &error));
}

/* Every position of containers around the size at which an index takes over. */
static void large_containers_by_position(void **state)
{
    (void)state;
    for (int count = 0; count < 40; count++) {
        rh_buffer text = {0};
        rh_buffer_text(&text, "[");
        for (int i = 0; i < count; i++) {
            rh_buffer_printf(&text, "%s[%d,{\"k%d\":%d}]", i ? "," : "", i, i, i);
        }
        rh_buffer_text(&text, "]");
        rh_json root = parse(text.bytes);
        assert_int_equal(rh_json_count(root), count);
        for (int i = 0; i < count; i++) {
            double value;
            rh_json row = rh_json_at(root, (size_t)i);
            expect_ok(&error, rh_json_as_number(rh_json_at(row, 0), &value, &error));
            assert_true(value == i);
        }
        assert_null(rh_json_at(root, (size_t)count).node);
        rh_buffer_free(&text);
    }
}

static void large_arrays_are_not_walked_for_each_position(void **state)
{
    enum { ROWS = 200000 };
    rh_buffer text = {0};
    double sum = 0, value;
    (void)state;
    rh_buffer_text(&text, "[0");
    for (int i = 1; i < ROWS; i++) rh_buffer_printf(&text, ",%d", i);
    rh_buffer_text(&text, "]");
    rh_json root = parse(text.bytes);
    for (size_t i = 0; i < ROWS; i++) {
        expect_ok(&error, rh_json_as_number(rh_json_at(root, i), &value, &error));
        sum += value;
    }
    assert_true(sum == (double)ROWS * (ROWS - 1) / 2);
    rh_buffer_free(&text);
}

static void reads_typed_members(void **state)
{
    double number = 0, untouched = 7;
    int64_t integer = 0, time_ns = 0, duration_ns = 0;
    bool flag = false;
    const char *text = NULL;
    int index = -1;
    static const char *const words[] = {"hold", "flatten", NULL};
    (void)state;
    rh_json root = parse("{\"n\":0.1,\"i\":-9007199254740991,\"b\":true,\"s\":\"\\u00e9\","
                         "\"t\":\"2021-05-17T00:00:00Z\",\"d\":\"1.5h\",\"c\":\"flatten\"}");
    expect_ok(&error, rh_json_number(root, "n", RH_REQUIRED, 0.1, 0.1, &number, &error));
    assert_true(number == 0.1);
    expect_ok(&error, rh_json_integer(root, "i", RH_REQUIRED, INT64_MIN, 0, &integer, &error));
    assert_int_equal(integer, -INT64_C(9007199254740991));
    expect_ok(&error, rh_json_bool(root, "b", RH_OPTIONAL, &flag, &error));
    assert_true(flag);
    expect_ok(&error, rh_json_text(root, "s", RH_REQUIRED, &text, &error));
    assert_string_equal(text, "\xc3\xa9");
    expect_ok(&error, rh_json_time(root, "t", RH_REQUIRED, &time_ns, &error));
    assert_int_equal(time_ns, INT64_C(1621209600000000000));
    expect_ok(&error, rh_json_duration(root, "d", RH_REQUIRED, &duration_ns, &error));
    assert_int_equal(duration_ns, INT64_C(5400000000000));
    expect_ok(&error, rh_json_choice(root, "c", RH_REQUIRED, words, &index, &error));
    assert_int_equal(index, 1);
    expect_ok(&error, rh_json_number(root, "none", RH_OPTIONAL, 0, 1, &untouched, &error));
    assert_true(untouched == 7);
}

#define REFUSED(call, words) expect_error(&error, call, RH_INPUT, "s.json: " words)

static void refusals_say_where_what_and_wanted(void **state)
{
    double number;
    int64_t integer;
    bool flag;
    const char *text;
    int index;
    static const char *const words[] = {"book", "ideal", NULL};
    (void)state;
    rh_json root = parse("{\"p\":[0,{\"band\":\"wide\",\"n\":5,\"half\":0.5,\"venue\":\"bok\","
                         "\"at\":\"noon\",\"on\":1,\"z\":null}]}");
    rh_json at = rh_json_at(rh_json_at(root, 0), 1);
    REFUSED(rh_json_number(at, "band", RH_REQUIRED, 0, 1, &number, &error),
            "/p/1/band: found the string \"wide\", expected a number from 0 to 1");
    REFUSED(rh_json_number(at, "n", RH_REQUIRED, 0, 1, &number, &error),
            "/p/1/n: found the number 5, expected a number from 0 to 1");
    REFUSED(rh_json_number(at, "n", RH_REQUIRED, 6, (double)INFINITY, &number, &error),
            "/p/1/n: found the number 5, expected a number of at least 6");
    REFUSED(rh_json_number(at, "z", RH_OPTIONAL, -(double)INFINITY, 1, &number, &error),
            "/p/1/z: found null, expected a number of at most 1");
    REFUSED(rh_json_integer(at, "half", RH_REQUIRED, 0, INT64_MAX, &integer, &error),
            "/p/1/half: found the number 0.5, expected an integer of at least 0");
    REFUSED(rh_json_integer(at, "n", RH_REQUIRED, INT64_MIN, 4, &integer, &error),
            "/p/1/n: found the number 5, expected an integer of at most 4");
    REFUSED(rh_json_bool(at, "on", RH_REQUIRED, &flag, &error),
            "/p/1/on: found the number 1, expected true or false");
    REFUSED(rh_json_text(at, "n", RH_REQUIRED, &text, &error),
            "/p/1/n: found the number 5, expected a string");
    REFUSED(rh_json_time(at, "at", RH_REQUIRED, &integer, &error),
            "/p/1/at: found the string \"noon\", expected a time");
    REFUSED(rh_json_duration(at, "n", RH_REQUIRED, &integer, &error),
            "/p/1/n: found the number 5, expected a duration");
    REFUSED(rh_json_choice(at, "venue", RH_REQUIRED, words, &index, &error),
            "/p/1/venue: found the string \"bok\", expected one of \"book\", \"ideal\"; did you "
            "mean \"book\"?");
    REFUSED(rh_json_text(at, "script", RH_REQUIRED, &text, &error),
            "/p/1: the key \"script\" is missing");
    REFUSED(rh_json_text(rh_json_at(root, 0), "x", RH_OPTIONAL, &text, &error),
            "/p: found an array, expected an object");
    REFUSED(rh_json_fail(root, &error, "%d wrong", 2), "/: 2 wrong");
}

static void unknown_keys_and_the_nearest_name(void **state)
{
    static const char *const allowed[] = {"band", "unit", "to", NULL};
    (void)state;
    rh_json root = parse("{\"unit\":1,\"bnad\":2}");
    REFUSED(rh_json_keys(root, allowed, &error), "/bnad: unknown key; did you mean \"band\"?");
    root = parse("{\"zzzzzzzz\":2}");
    REFUSED(rh_json_keys(root, allowed, &error), "/zzzzzzzz: unknown key; known: band, unit, to");
    root = parse("{\"to\":0,\"band\":2}");
    expect_ok(&error, rh_json_keys(root, allowed, &error));
    REFUSED(rh_json_keys(rh_json_at(root, 0), allowed, &error),
            "/to: found the number 0, expected an object");
}

/* From 2^53 on two integers that differ on paper are one double. */
static void integers_beyond_2_to_53_are_refused(void **state)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    int64_t value = 1;
    (void)state;
    rh_json root = parse("{\"a\":9007199254740992,\"b\":9007199254740993,\"c\":-1e300,"
                         "\"d\":18446744073709551616,\"e\":9007199254740991,\"f\":1e3}");
    for (size_t i = 0; i < 4; i++) {
        rh_status status = rh_json_integer(root, names[i], RH_REQUIRED, INT64_MIN, INT64_MAX,
                                           &value, &error);
        expect_error(&error, status, RH_INPUT, "nearer to 0 than 2^53");
    }
    assert_int_equal(value, 1);
    expect_ok(&error, rh_json_integer(root, "e", RH_REQUIRED, 0, INT64_MAX, &value, &error));
    assert_int_equal(value, INT64_C(9007199254740991));
    expect_ok(&error, rh_json_integer(root, "f", RH_REQUIRED, 1000, 1000, &value, &error));
}

static void long_and_hostile_names_in_messages(void **state)
{
    rh_buffer text = {0};
    double number;
    (void)state;
    rh_buffer_text(&text, "{\"");
    for (int i = 0; i < 5000; i++) rh_buffer_text(&text, "/~");
    rh_buffer_text(&text, "\":{\"\\u001b[31m\":\"\\u001b\"}}");
    rh_json root = parse(text.bytes), inner = rh_json_at(root, 0);
    REFUSED(rh_json_number(inner, "\x1b[31m", RH_REQUIRED, 0, 1, &number, &error), "/~1~0~1");
    assert_null(strchr(error.message, '\x1b'));
    rh_buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_containers),
        cmocka_unit_test(large_containers_by_position),
        cmocka_unit_test(large_arrays_are_not_walked_for_each_position),
        cmocka_unit_test(reads_typed_members),
        cmocka_unit_test(refusals_say_where_what_and_wanted),
        cmocka_unit_test(unknown_keys_and_the_nearest_name),
        cmocka_unit_test(integers_beyond_2_to_53_are_refused),
        cmocka_unit_test(long_and_hostile_names_in_messages),
    };
    return cmocka_run_group_tests(tests, make_folder, release);
}
