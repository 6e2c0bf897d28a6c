/* The rows of a run as a sample: changes add up to what the run came to, and blocks are as long as
 * the documentation says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "study/history.h"

static void changes_add_up(void **state)
{
    rh_history h = {0};
    double pnl = 0, cost = 0, value = 3;
    (void)state;
    for (int i = 0; i < 5000; i++) {
        value = 0.97 * value - 1.3 + i % 7;
        rh_history_add(&h, value, 0.25 * i);
    }
    assert_int_equal(h.count, 5000);
    for (size_t i = 0; i < h.count; i++) {
        pnl += h.pnl[i];
        cost += h.cost[i];
    }
    assert_true(fabs(pnl - value) < 1e-9);
    assert_true(fabs(cost - 0.25 * 4999) < 1e-9);
    assert_true(h.pnl[0] == 0.97 * 3 - 1.3); /* the first row counts from nothing */
    rh_history_free(&h);
    assert_null(h.pnl);
    assert_int_equal(h.count, 0);
}

static void blocks_are_roots(void **state)
{
    (void)state;
    assert_int_equal(rh_history_block(0), 0);
    assert_int_equal(rh_history_block(399), 0);
    assert_int_equal(rh_history_block(400), 20);
    assert_int_equal(rh_history_block(3392), 58);
    for (size_t rows = 400; rows < 100000; rows += 371) {
        size_t block = rh_history_block(rows);
        assert_true(block * block <= rows && (block + 1) * (block + 1) > rows);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_add_up),
        cmocka_unit_test(blocks_are_roots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
