/* The JSON writer: its exact text, escapes that keep any bytes valid JSON, and a round trip. */
#include "data_test.h"

#include <math.h>

#include "base/buffer.h"
#include "data/json.h"

static rh_error error;

static void write_sample(rh_json_writer *writer)
{
    rh_json_open(writer, NULL, '{');
    rh_json_put_text(writer, "name", "a\"b");
    rh_json_put_double(writer, "x", 0.1);
    rh_json_put_double(writer, "nan", (double)NAN);
    rh_json_put_double(writer, "inf", -(double)INFINITY);
    rh_json_put_i64(writer, "i", INT64_MIN);
    rh_json_put_bool(writer, "on", true);
    rh_json_put_text(writer, "none", NULL);
    rh_json_open(writer, "list", '[');
    rh_json_put_i64(writer, NULL, 1);
    rh_json_open(writer, NULL, '{');
    rh_json_close(writer, '}');
    rh_json_open(writer, NULL, '[');
    rh_json_close(writer, ']');
    rh_json_close(writer, ']');
    rh_json_close(writer, '}');
}

static void compact_is_one_line(void **state)
{
    rh_buffer out = {0};
    rh_json_writer writer = {.out = &out};
    (void)state;
    write_sample(&writer);
    assert_string_equal(out.bytes,
                        "{\"name\": \"a\\\"b\", \"x\": 0.1, \"nan\": null, \"inf\": null, "
                        "\"i\": -9223372036854775808, \"on\": true, \"none\": null, "
                        "\"list\": [1, {}, []]}");
    /* The next value on the next line, as in a journal. */
    rh_buffer_clear(&out);
    rh_json_open(&writer, NULL, '{');
    rh_json_close(&writer, '}');
    assert_string_equal(out.bytes, "{}");
    rh_buffer_free(&out);
}

static void pretty_is_indented(void **state)
{
    rh_buffer out = {0};
    rh_json_writer writer = {.out = &out, .pretty = true};
    (void)state;
    write_sample(&writer);
    assert_string_equal(out.bytes, "{\n  \"name\": \"a\\\"b\",\n  \"x\": 0.1,\n  \"nan\": null,\n"
                                   "  \"inf\": null,\n  \"i\": -9223372036854775808,\n"
                                   "  \"on\": true,\n  \"none\": null,\n  \"list\": [\n    1,\n"
                                   "    {},\n    []\n  ]\n}");
    rh_buffer_free(&out);
}

static void escapes(void **state)
{
    rh_buffer out = {0};
    rh_json_writer writer = {.out = &out};
    (void)state;
    rh_json_put_text(&writer, NULL, "\\ / \n\r\t \x01\x1b\x7f \xc2\x9b \xc3\xa9 \xff\xed\xa0\x80");
    assert_string_equal(out.bytes, "\"\\\\ / \\n\\r\\t \\u0001\\u001b\\u007f \\u009b \xc3\xa9 "
                                   "\\ufffd\\ufffd\\ufffd\\ufffd\"");
    rh_buffer_free(&out);
}

/* Every two-byte string comes out as JSON that this folder's own strict parser takes. */
static void any_bytes_give_valid_json(void **state)
{
    rh_buffer out = {0};
    (void)state;
    for (int a = 1; a < 256; a++) {
        for (int b = 1; b < 256; b++) {
            char text[3] = {(char)a, (char)b, '\0'};
            rh_json_writer writer = {.out = &out};
            rh_json_doc *doc;
            rh_buffer_clear(&out);
            rh_json_open(&writer, NULL, '{');
            rh_json_put_text(&writer, text, text);
            rh_json_close(&writer, '}');
            expect_ok(&error, rh_json_parse("w", out.bytes, out.length, &doc, &error));
            rh_json_free(doc);
        }
    }
    rh_buffer_free(&out);
}

static void values_are_written_back_as_read(void **state)
{
    const char *text = "{\"b\": [1, 0.1, -0.5, 1e+22, 9007199254740993, \"\\u00e9\", true, null], "
                       "\"a\": {\"k\": {}}}";
    rh_buffer out = {0};
    rh_json_writer writer = {.out = &out};
    rh_json_doc *doc;
    (void)state;
    expect_ok(&error, rh_json_parse("r", text, strlen(text), &doc, &error));
    rh_json_open(&writer, NULL, '{');
    rh_json_put_value(&writer, "copy", rh_json_root(doc));
    rh_json_close(&writer, '}');
    assert_string_equal(out.bytes,
                        "{\"copy\": {\"b\": [1, 0.1, -0.5, 1e+22, 9007199254740992, \"\xc3\xa9\", "
                        "true, null], \"a\": {\"k\": {}}}}");
    rh_json_free(doc);
    rh_buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compact_is_one_line),
        cmocka_unit_test(pretty_is_indented),
        cmocka_unit_test(escapes),
        cmocka_unit_test(any_bytes_give_valid_json),
        cmocka_unit_test(values_are_written_back_as_read),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
