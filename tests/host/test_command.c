/* Commands as people type them and as the socket says them: the same table, the same result, and a
 * message for what is neither. Hostile JSON is refused whole; nothing of it reaches a row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "host/command.h"

static rh_command command;      /* too large for a stack frame of every test */

static void reads(const char *line, const char *name, const char *argument)
{
    rh_error error = {0};
    assert_int_equal(rh_command_from_text(line, &command, &error), RH_OK);
    assert_string_equal(command.row->name, name);
    assert_string_equal(command.argument, argument);
}

static void refuses(const char *line, const char *why)
{
    rh_error error = {0};
    assert_int_equal(rh_command_from_text(line, &command, &error), RH_USAGE);
    if (!strstr(error.message, why)) fail_msg("\"%s\": found \"%s\"", line, error.message);
}

static void text_is_a_name_and_the_rest(void **state)
{
    (void)state;
    reads("pause", "pause", "");
    reads("  resume \n", "resume", "");
    reads("step", "step", "");
    reads("step  10", "step", "10");
    reads("until 2021-05-19 12:00:00", "until", "2021-05-19 12:00:00");
    reads("set band=0.4", "set", "band=0.4");
    reads("swap my policy.lua", "swap", "my policy.lua");
    assert_false(command.cancel_orders);
    reads("swap a.lua\tcancel ", "swap", "a.lua");
    assert_true(command.cancel_orders);
    reads("swap a.lua keep", "swap", "a.lua");
    assert_false(command.cancel_orders);
    reads("swap cancel", "swap", "cancel");     /* a policy of that name */
}

static void wrong_text_is_refused_with_a_reason(void **state)
{
    (void)state;
    refuses("pasue", "did you mean pause?");
    refuses("frobnicate", "unknown command");
    refuses("pause now", "takes no argument");
    refuses("swap", "needs an argument: swap POLICY");
    refuses("until   ", "needs an argument");
    refuses("PAUSE\x1b[2J", "unknown command");
    char *lots = malloc(RH_COMMAND_BYTES_MAX + 100);
    memset(lots, 'x', RH_COMMAND_BYTES_MAX + 99);
    lots[RH_COMMAND_BYTES_MAX + 99] = '\0';
    refuses(lots, "more than");
    free(lots);
}

static void json(const char *line, rh_status expected, const char *why)
{
    rh_error error = {0};
    rh_status status = rh_command_from_json(line, strlen(line), &command, &error);
    if (status != expected) fail_msg("%s: status %d, %s", line, status, error.message);
    if (why && !strstr(error.message, why)) fail_msg("%s: found \"%s\"", line, error.message);
}

static void json_says_the_same(void **state)
{
    (void)state;
    json("{\"cmd\": \"pause\"}", RH_OK, NULL);
    assert_string_equal(command.row->name, "pause");
    json("{\"cmd\": \"step\", \"events\": 10}", RH_OK, NULL);
    assert_string_equal(command.argument, "10");
    json("{\"cmd\": \"speed\", \"speed\": \"max\"}", RH_OK, NULL);
    assert_string_equal(command.argument, "max");
    json("{\"cmd\": \"swap\", \"file\": \"a.lua\", \"orders\": \"cancel\"}", RH_OK, NULL);
    assert_string_equal(command.argument, "a.lua");
    assert_true(command.cancel_orders);
    json("{\"cmd\": \"until\", \"time\": \"2021-05-19\", \"wait\": true}", RH_OK, NULL);
    assert_true(command.wait);
}

static void hostile_json_is_refused(void **state)
{
    (void)state;
    json("", RH_INPUT, NULL);
    json("pause", RH_INPUT, NULL);
    json("[]", RH_INPUT, "expected an object");
    json("\"pause\"", RH_INPUT, "expected an object");
    json("{}", RH_INPUT, "cmd");
    json("{\"cmd\": 5}", RH_INPUT, "cmd");
    json("{\"cmd\": \"pause\", \"cmd\": \"quit\"}", RH_INPUT, NULL);
    json("{\"cmd\": \"pause\"} {\"cmd\": \"quit\"}", RH_INPUT, NULL);
    json("{\"cmd\": \"pause\", \"trusted\": true}", RH_INPUT, "trusted");
    json("{\"cmd\": \"swap\", \"file\": \"a.lua\", \"trusted\": true}", RH_INPUT, "trusted");
    json("{\"cmd\": \"swap\", \"file\": [\"a.lua\"]}", RH_INPUT, "file");
    json("{\"cmd\": \"swap\", \"file\": \"a.lua\", \"orders\": \"burn\"}", RH_INPUT, "orders");
    json("{\"cmd\": \"swap\"}", RH_USAGE, "needs an argument");
    json("{\"cmd\": \"step\", \"events\": 1e999}", RH_INPUT, NULL);
    json("{\"cmd\": \"pause\\u0000\"}", RH_INPUT, NULL);
    json("{\"cmd\": \"\xff\xfe\"}", RH_INPUT, NULL);
    json("{\"cmd\": \"pau", RH_INPUT, NULL);
    char deep[2 * RH_JSON_DEPTH_MAX + 8];
    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    json(deep, RH_INPUT, NULL);
}

/* Every prefix and every one-byte change of a good line: refused or read, never out of bounds. */
static void damaged_json_never_harms(void **state)
{
    static const char good[] = "{\"cmd\": \"swap\", \"file\": \"a.lua\", \"orders\": \"keep\"}";
    rh_error error;
    (void)state;
    for (size_t length = 0; length < sizeof good - 1; length++) {
        char *part = malloc(length + 1);
        memcpy(part, good, length);
        assert_int_not_equal(rh_command_from_json(part, length, &command, &error), RH_OK);
        free(part);
    }
    for (size_t at = 0; at < sizeof good - 1; at++) {
        for (int byte = 0; byte < 256; byte += 3) {
            char *changed = malloc(sizeof good - 1);
            memcpy(changed, good, sizeof good - 1);
            changed[at] = (char)byte;
            if (rh_command_from_json(changed, sizeof good - 1, &command, &error) == RH_OK) {
                assert_string_equal(command.row->name, "swap");
            }
            free(changed);
        }
    }
}

static void a_command_survives_the_way_over_the_socket(void **state)
{
    static const char *const lines[] = {"pause", "step 7", "swap /a b/\"c\".lua cancel",
                                        "set band=0.25", "until 2021-05-19T00:00:00Z", "speed max"};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        rh_error error = {0};
        rh_buffer line = {0};
        assert_int_equal(rh_command_from_text(lines[i], &command, &error), RH_OK);
        rh_command before = command;
        rh_command_to_json(&command, &line);
        assert_int_equal(line.bytes[line.length - 1], '\n');
        assert_null(memchr(line.bytes, '\n', line.length - 1));
        assert_int_equal(rh_command_from_json(line.bytes, line.length, &command, &error), RH_OK);
        assert_ptr_equal(command.row, before.row);
        assert_string_equal(command.argument, before.argument);
        assert_int_equal(command.cancel_orders, before.cancel_orders);
        rh_buffer_free(&line);
    }
}

static void answers_are_one_line_and_escaped(void **state)
{
    rh_answer answer = {0};
    rh_error error = {RH_POLICY, "a.lua:3: no"};
    (void)state;
    rh_answer_begin(&answer, "status");
    rh_json_put_i64(&answer.json, "sequence", 5);
    rh_answer_say(&answer, "policy %s", "evil\x1b[2J\nsecond");
    rh_answer_end(&answer);
    assert_string_equal(answer.text.bytes, "policy evil\\x1B[2J\\x0Asecond\n");
    assert_ptr_equal(strchr(answer.line.bytes, '\n'), answer.line.bytes + answer.line.length - 1);
    assert_non_null(strstr(answer.line.bytes, "\"sequence\": 5"));
    assert_null(strchr(answer.line.bytes, 0x1b));
    rh_answer_refuse(&answer, &error);
    assert_string_equal(answer.line.bytes, "{\"ok\": false, \"error\": \"a.lua:3: no\"}\n");
    rh_answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_a_name_and_the_rest),
        cmocka_unit_test(wrong_text_is_refused_with_a_reason),
        cmocka_unit_test(json_says_the_same),
        cmocka_unit_test(hostile_json_is_refused),
        cmocka_unit_test(damaged_json_never_harms),
        cmocka_unit_test(a_command_survives_the_way_over_the_socket),
        cmocka_unit_test(answers_are_one_line_and_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
