/* Status codes: every code has a name and a text of its own, and strangers have neither. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "rehedge/status.h"

static const rh_status codes[] = {
#define X(name, value, text) RH_##name,
    RH_STATUS_MAP(X)
#undef X
};
#define CODE_COUNT (sizeof codes / sizeof codes[0])

static void names_and_texts_are_distinct(void **state)
{
    (void)state;
    for (size_t i = 0; i < CODE_COUNT; i++) {
        assert_memory_equal(rh_status_name(codes[i]), "RH_", 3);
        assert_true(strlen(rh_status_text(codes[i])) > 0);
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(codes[i], codes[j]);
            assert_string_not_equal(rh_status_name(codes[i]), rh_status_name(codes[j]));
            assert_string_not_equal(rh_status_text(codes[i]), rh_status_text(codes[j]));
        }
    }
}

static void success_is_zero_and_failures_are_negative(void **state)
{
    (void)state;
    assert_int_equal(RH_OK, 0);
    assert_string_equal(rh_status_name(RH_IO), "RH_IO");
    for (size_t i = 1; i < CODE_COUNT; i++) assert_true(codes[i] < 0);
}

static void an_unknown_code_is_named_so(void **state)
{
    (void)state;
    int stranger = -12345;
    rh_status status;
    memcpy(&status, &stranger, sizeof status);
    assert_string_equal(rh_status_name(status), "RH_UNKNOWN");
    assert_true(strlen(rh_status_text(status)) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_texts_are_distinct),
        cmocka_unit_test(success_is_zero_and_failures_are_negative),
        cmocka_unit_test(an_unknown_code_is_named_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
