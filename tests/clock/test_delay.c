/* The delay line against a sorted list: any order of becoming known, ties by key, payloads that
 * stay with their entry through insertions, growth and emptying, and after they were popped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "base/random.h"
#include "clock/delay.h"

enum { CAPACITY = 16, WAITING_MAX = 300 };

typedef struct waiting {
    int64_t known_ns;
    uint64_t key;
} waiting;

static size_t first_of(const waiting *list, size_t count)
{
    size_t first = 0;
    for (size_t i = 1; i < count; i++) {
        bool before = list[i].known_ns != list[first].known_ns
                          ? list[i].known_ns < list[first].known_ns
                          : list[i].key < list[first].key;
        if (before) first = i;
    }
    return first;
}

static void push(rh_delay_line *line, waiting *list, size_t *count, const waiting *entry)
{
    void *payload = rh_delay_push(line, entry->known_ns, entry->key);
    assert_non_null(payload);
    memcpy(payload, entry, sizeof *entry);
    list[(*count)++] = *entry;
}

static void pop(rh_delay_line *line, waiting *list, size_t *count)
{
    size_t first = first_of(list, *count);
    const rh_delayed *head = rh_delay_peek(line);
    assert_non_null(head);
    const void *payload = head->payload;
    assert_int_equal(head->known_ns, list[first].known_ns);
    assert_int_equal(head->key, list[first].key);
    rh_delay_pop(line);
    assert_memory_equal(payload, &list[first], sizeof list[first]);
    list[first] = list[--*count];
}

/* longest 0: everything is known at once; else up to so many steps later. */
static void against_a_list(int64_t longest, int pops_of_ten)
{
    rh_delay_line line;
    rh_error error;
    rh_stream stream;
    waiting list[WAITING_MAX];
    size_t count = 0;
    rh_stream_init(&stream, 3, 0, (uint32_t)longest);
    assert_int_equal(rh_delay_init(&line, CAPACITY, &error), RH_OK);
    for (int64_t step = 0; step < 20000; step++) {
        bool full = count == WAITING_MAX;
        if (count > 0 && (full || rh_stream_uniform(&stream) * 10 < pops_of_ten)) {
            pop(&line, list, &count);
            continue;
        }
        int64_t later = (int64_t)(rh_stream_uniform(&stream) * (double)(longest + 1));
        waiting entry = {step / 3 + later, (uint64_t)step};
        push(&line, list, &count, &entry);
    }
    while (count > 0) pop(&line, list, &count);
    assert_null(rh_delay_peek(&line));
    rh_delay_free(&line);
}

static void entries_leave_in_order(void **state)
{
    (void)state;
    static const int64_t longest[] = {0, 1, 20, 1000};
    for (size_t i = 0; i < sizeof longest / sizeof *longest; i++) {
        against_a_list(longest[i], 5);
        against_a_list(longest[i], 3); /* it grows to its most */
        against_a_list(longest[i], 9); /* it is mostly empty */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(entries_leave_in_order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
