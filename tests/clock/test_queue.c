/* The order of events: total over (time, class, sequence), checked against a sort of the same
 * events, and the delay line against the same definition. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "clock/delay.h"
#include "clock/queue.h"

typedef struct expected {
    int64_t time_ns;
    int event_class;
    uint32_t slot;
} expected;

static int compare_expected(const void *a, const void *b)
{
    const expected *x = a, *y = b;
    if (x->time_ns != y->time_ns) return x->time_ns < y->time_ns ? -1 : 1;
    if (x->event_class != y->event_class) return x->event_class - y->event_class;
    return x->slot < y->slot ? -1 : 1;
}

static void pops_in_total_order(void **state)
{
    (void)state;
    enum { N = 2000 };
    static expected all[N];
    rh_stream stream;
    rh_queue queue;
    rh_stream_init(&stream, 1, 0, 0);
    assert_int_equal(rh_queue_init(&queue, N, 0, NULL), RH_OK);
    for (uint32_t i = 0; i < N; i++) {
        uint64_t random = rh_stream_u64(&stream);
        all[i] = (expected){(int64_t)(random % 20), (int)(random >> 32) % RH_CLASSES, i};
        if (all[i].event_class < 0) all[i].event_class = -all[i].event_class;
        assert_int_equal(
            rh_queue_push(&queue, all[i].time_ns, (rh_event_class)all[i].event_class, i, 0, NULL),
            RH_OK);
    }
    assert_int_equal(rh_queue_push(&queue, 99, RH_CLASS_WAKE, 0, 0, NULL), RH_LIMIT);
    qsort(all, N, sizeof *all, compare_expected);
    for (int i = 0; i < N; i++) {
        rh_event event;
        rh_queue_pop(&queue, &event);
        assert_int_equal(event.slot, all[i].slot);
        assert_int_equal(queue.now_ns, all[i].time_ns);
    }
    assert_null(rh_queue_peek(&queue));
    rh_queue_free(&queue);
}

static void refuses_the_past(void **state)
{
    (void)state;
    rh_queue queue;
    rh_event event;
    rh_error error = {0};
    rh_queue_init(&queue, 4, 100, NULL);
    assert_int_equal(rh_queue_push(&queue, 99, RH_CLASS_WAKE, 0, 0, &error), RH_STATE);
    assert_non_null(strstr(error.message, "past"));
    rh_queue_push(&queue, 200, RH_CLASS_WAKE, 0, 0, NULL);
    rh_queue_pop(&queue, &event);
    assert_int_equal(rh_queue_push(&queue, 150, RH_CLASS_LEDGER, 0, 0, NULL), RH_STATE);
    assert_int_equal(rh_queue_push(&queue, 200, RH_CLASS_LEDGER, 0, 0, NULL), RH_OK);
    rh_queue_free(&queue);
}

static void documented_order_of_classes(void **state)
{
    (void)state;
    const rh_event_class order[] = {
        RH_CLASS_HAPPENED, RH_CLASS_ORACLE,     RH_CLASS_BLOCK, RH_CLASS_ORDER,  RH_CLASS_CLIENT,
        RH_CLASS_FUNDING,  RH_CLASS_SETTLEMENT, RH_CLASS_KNOWN, RH_CLASS_REPORT, RH_CLASS_SWAP,
        RH_CLASS_TIMER,    RH_CLASS_WAKE,       RH_CLASS_LEDGER};
    assert_int_equal(sizeof order / sizeof *order, RH_CLASSES);
    for (int i = 0; i < RH_CLASSES; i++)
        assert_int_equal(order[i], i);
}

static void delay_line_sorts_and_grows(void **state)
{
    (void)state;
    enum { N = 1000 };
    rh_delay_line line;
    rh_stream stream;
    rh_stream_init(&stream, 2, 0, 0);
    rh_delay_init(&line, 1, NULL);
    for (uint64_t i = 0; i < N; i++) {
        int64_t known = (int64_t)(i + rh_stream_u64(&stream) % 30);
        memcpy(rh_delay_push(&line, known, i), &known, sizeof known);
    }
    int64_t last = -1;
    uint64_t last_key = 0;
    for (int i = 0; i < N; i++) {
        const rh_delayed *head = rh_delay_peek(&line);
        int64_t known;
        memcpy(&known, head->payload, sizeof known);
        assert_int_equal(known, head->known_ns);
        assert_true(known > last || (known == last && head->key > last_key));
        last = known;
        last_key = head->key;
        rh_delay_pop(&line);
    }
    assert_null(rh_delay_peek(&line));
    rh_delay_free(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pops_in_total_order),
        cmocka_unit_test(refuses_the_past),
        cmocka_unit_test(documented_order_of_classes),
        cmocka_unit_test(delay_line_sorts_and_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
