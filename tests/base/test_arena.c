/* The arena: zeroed, aligned, apart from each other, and honest about what cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/random.h"

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    static unsigned char *pieces[COUNT];
    static size_t sizes[COUNT];
    rh_arena arena = {0};
    rh_stream stream;
    rh_stream_init(&stream, 1, 0, 0);
    for (size_t i = 0; i < COUNT; i++) {
        uint64_t draw = rh_stream_u64(&stream);
        sizes[i] = draw % 100 == 0 ? draw >> 46 : (draw >> 32) % 300;
        pieces[i] = rh_arena_alloc(&arena, sizes[i]);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % 16, 0);
        for (size_t j = 0; j < sizes[i]; j++) assert_int_equal(pieces[i][j], 0);
        memset(pieces[i], (int)(i % 255) + 1, sizes[i]);
    }
    size_t total = 0;
    for (size_t i = 0; i < COUNT; i++) {
        total += sizes[i];
        for (size_t j = 0; j < sizes[i]; j++) assert_int_equal(pieces[i][j], i % 255 + 1);
    }
    assert_true(arena.used_bytes >= total);
    rh_arena_free(&arena);
    assert_null(arena.head);
    assert_int_equal(arena.used_bytes, 0);
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    rh_arena arena = {0};
    assert_null(rh_arena_alloc(&arena, SIZE_MAX));
    assert_null(rh_arena_array(&arena, SIZE_MAX / 2, 3));
    assert_null(rh_arena_array(&arena, (size_t)1 << 33, (size_t)1 << 33));
    assert_non_null(rh_arena_array(&arena, 0, 8));
    assert_non_null(rh_arena_array(&arena, 8, 0));
    rh_arena_free(&arena);
}

static void text_is_copied(void **state)
{
    (void)state;
    rh_arena arena = {0};
    char source[] = "delta-band";
    char *copy = rh_arena_text(&arena, source);
    source[0] = 'X';
    assert_string_equal(copy, "delta-band");
    assert_string_equal(rh_arena_text(&arena, ""), "");
    rh_arena_free(&arena);
    rh_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(text_is_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
