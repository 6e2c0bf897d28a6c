/* The buffer: always terminated, grows past every guess, and fails once for a whole chain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

static void appends_add_up(void **state)
{
    (void)state;
    rh_buffer buffer = {0};
    rh_buffer_append(&buffer, "a\0b", 3);
    rh_buffer_text(&buffer, "cd");
    rh_buffer_printf(&buffer, "%d-%s", 42, "x");
    rh_buffer_double(&buffer, 0.1);
    assert_int_equal(buffer.length, 12);
    assert_memory_equal(buffer.bytes, "a\0bcd42-x0.1", 13);
    rh_buffer_clear(&buffer);
    assert_string_equal(buffer.bytes, "");
    rh_buffer_append(&buffer, NULL, 0);
    assert_int_equal(buffer.length, 0);
    rh_buffer_free(&buffer);
    assert_null(buffer.bytes);
}

static void printf_of_every_length_fits(void **state)
{
    (void)state;
    char *text = malloc(5001);
    assert_non_null(text);
    for (size_t length = 0; length <= 5000; length += length < 200 ? 1 : 97) {
        rh_buffer buffer = {0};
        memset(text, 'y', length);
        text[length] = '\0';
        rh_buffer_printf(&buffer, "<%s>", text);
        assert_false(buffer.failed);
        assert_int_equal(buffer.length, length + 2);
        assert_int_equal(strlen(buffer.bytes), length + 2);
        assert_memory_equal(buffer.bytes + 1, text, length);
        rh_buffer_free(&buffer);
    }
    free(text);
}

static void many_small_appends_keep_everything(void **state)
{
    (void)state;
    rh_buffer buffer = {0};
    for (unsigned i = 0; i < 100000; i++) {
        unsigned char byte = (unsigned char)(i * 7);
        rh_buffer_append(&buffer, &byte, 1);
    }
    assert_int_equal(buffer.length, 100000);
    for (unsigned i = 0; i < 100000; i++)
        assert_int_equal((unsigned char)buffer.bytes[i], (unsigned char)(i * 7));
    rh_buffer_free(&buffer);
}

static void a_failure_sticks_until_cleared(void **state)
{
    (void)state;
    rh_buffer buffer = {0};
    rh_buffer_text(&buffer, "kept");
    rh_buffer_append(&buffer, "x", SIZE_MAX / 2);
    assert_true(buffer.failed);
    rh_buffer_text(&buffer, " lost");
    assert_string_equal(buffer.bytes, "kept");
    rh_buffer_clear(&buffer);
    rh_buffer_text(&buffer, "again");
    assert_false(buffer.failed);
    assert_string_equal(buffer.bytes, "again");
    rh_buffer_free(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_add_up),
        cmocka_unit_test(printf_of_every_length_fits),
        cmocka_unit_test(many_small_appends_keep_everything),
        cmocka_unit_test(a_failure_sticks_until_cleared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
