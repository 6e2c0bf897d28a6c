/* Error messages: context in front, one escaped line, cut where they end, aliases allowed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static void the_status_is_returned_and_kept(void **state)
{
    (void)state;
    rh_error error = {0};
    assert_int_equal(rh_fail(&error, RH_INPUT, "found %d, expected %s", 7, "a name"), RH_INPUT);
    assert_int_equal(error.status, RH_INPUT);
    assert_string_equal(error.message, "found 7, expected a name");
    assert_int_equal(rh_fail(NULL, RH_IO, "nobody listens"), RH_IO);
}

static void context_goes_in_front(void **state)
{
    (void)state;
    rh_error error = {0};
    rh_fail(&error, RH_INPUT, "short row");
    assert_int_equal(rh_fail_in(&error, "line %d", 12), RH_INPUT);
    assert_int_equal(rh_fail_in(&error, "%s", "file.csv"), RH_INPUT);
    assert_string_equal(error.message, "file.csv: line 12: short row");
    assert_int_not_equal(rh_fail_in(NULL, "lost"), RH_OK);
}

static void control_characters_are_escaped_once(void **state)
{
    (void)state;
    rh_error error = {0};
    rh_fail(&error, RH_INPUT, "a\nb\x1b[31m\xff");
    assert_string_equal(error.message, "a\\x0Ab\\x1B[31m\\xFF");
    rh_fail_in(&error, "at\t1");
    assert_string_equal(error.message, "at\\x091: a\\x0Ab\\x1B[31m\\xFF");
}

static void a_message_may_quote_itself(void **state)
{
    (void)state;
    rh_error error = {0};
    rh_fail(&error, RH_INPUT, "inner");
    rh_fail(&error, RH_IO, "outer (%s)", error.message);
    assert_string_equal(error.message, "outer (inner)");
    rh_fail_in(&error, "%s", error.message);
    assert_string_equal(error.message, "outer (inner): outer (inner)");
}

static void what_is_too_long_is_cut_with_dots(void **state)
{
    (void)state;
    char *text = malloc(100001);
    assert_non_null(text);
    memset(text, 'x', 100000);
    text[100000] = '\0';
    rh_error error = {0};
    rh_fail(&error, RH_INPUT, "%s", text);
    assert_int_equal(strlen(error.message), RH_ERROR_MESSAGE_MAX - 1);
    assert_string_equal(error.message + RH_ERROR_MESSAGE_MAX - 5, "x...");
    rh_fail_in(&error, "front");
    assert_memory_equal(error.message, "front: x", 8);
    assert_int_equal(strlen(error.message), RH_ERROR_MESSAGE_MAX - 1);
    for (int i = 0; i < 50; i++) rh_fail_in(&error, "%s", text);
    assert_string_equal(error.message + RH_ERROR_MESSAGE_MAX - 5, "x...");
    free(text);
}

static rh_status tried(rh_status status)
{
    RH_TRY(status);
    return RH_END;
}

static void try_returns_early_on_failure_only(void **state)
{
    (void)state;
    assert_int_equal(tried(RH_OK), RH_END);
    assert_int_equal(tried(RH_LIMIT), RH_LIMIT);
    RH_ASSERT(1 + 1 == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_status_is_returned_and_kept),
        cmocka_unit_test(context_goes_in_front),
        cmocka_unit_test(control_characters_are_escaped_once),
        cmocka_unit_test(a_message_may_quote_itself),
        cmocka_unit_test(what_is_too_long_is_cut_with_dots),
        cmocka_unit_test(try_returns_early_on_failure_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
