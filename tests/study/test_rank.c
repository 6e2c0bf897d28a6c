/* Rankings of one history: numbers against the definitions, errors against what is known of the
 * process that made the rows, and against a jackknife that leaves out a block at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "math/random.h"
#include "study/ranking.h"

enum { ROWS = 10000, BLOCK = 100, CONTESTANTS = 3 };

static double pnl[CONTESTANTS][ROWS], cost[CONTESTANTS][ROWS];

/* Rows of P&L `size` (common + own noise) less costs; each draw lasts for `runs` rows. */
static void make_rows(int of, double size, double own, double pays, int runs)
{
    rh_stream common, noise;
    double z = 0, e = 0;
    rh_stream_init(&common, 3, 0, 0);
    rh_stream_init(&noise, 3, (uint32_t)of + 1, 0);
    for (int i = 0; i < ROWS; i++) {
        if (i % runs == 0) {
            z = rh_stream_normal(&common);
            e = rh_stream_normal(&noise);
        }
        cost[of][i] = pays * (1 + 0.5 * (i % 5 - 2));
        pnl[of][i] = size * z + own * e - cost[of][i];
    }
}

static void make_contestant(rh_contestant *c, int of)
{
    double sum = 0, paid = 0, square = 0;
    for (int i = 0; i < ROWS; i++) {
        sum += pnl[of][i];
        paid += cost[of][i];
        square += (pnl[of][i] + cost[of][i]) * (pnl[of][i] + cost[of][i]);
    }
    memset(c, 0, sizeof *c);
    c->outcome = (rh_outcome){.pnl = sum, .cost = paid, .error = sqrt(square),
                              .es95 = (double)NAN, .certainty_equivalent = (double)NAN};
    c->trace = (rh_trace){.pnl = pnl[of], .cost = cost[of], .count = ROWS, .unit = BLOCK,
                          .adds_up = true, .risk_aversion = (double)NAN};
}

static void rank(const char *objective, double lambda, rh_contestant *contestants)
{
    const rh_objective *by;
    rh_error error = {0};
    assert_int_equal(rh_objective_find(objective, &by, NULL), RH_OK);
    if (rh_rank(by, lambda, 0, contestants, CONTESTANTS, &error) != RH_OK)
        fail_msg("%s", error.message);
}

static void close_to(const char *what, double found, double expected, double relative)
{
    if (!(fabs(found - expected) <= relative * fabs(expected)))
        fail_msg("%s: found %.9g, expected %.9g", what, found, expected);
}

/* Rows that are independent: the difference of two sums has the variance of n differences. */
static void independent_rows(void **state)
{
    rh_contestant c[CONTESTANTS];
    (void)state;
    make_rows(0, 1.0, 0.1, 0.01, 1);
    make_rows(1, 1.0, 0.1, 0.02, 1);
    make_rows(2, 2.0, 0.1, 0.03, 1);
    for (int i = 0; i < CONTESTANTS; i++) make_contestant(&c[i], i);
    rank("pnl", 0, c);
    /* they share the market: 0.1 sqrt(2) each, and 1 more where the size is twice; 100 blocks know
     * an error to 7% */
    close_to("shared", c[1].difference.se, 0.1 * sqrt(2.0 * ROWS), 0.25);
    close_to("twice", c[2].difference.se, sqrt((1 + 0.02) * ROWS), 0.25);
    close_to("alone", c[0].objective.se, sqrt((1 + 0.01) * ROWS), 0.25);
    for (int i = 0; i < CONTESTANTS; i++)
        close_to("difference", c[i].difference.value, c[i].outcome.pnl - c[0].outcome.pnl, 1e-15);
    assert_true(c[0].difference.se == 0);
}

/* Draws that last: the sum has `runs` times the variance. Blocks see it, single rows would not. */
static void rows_that_hang_together(void **state)
{
    rh_contestant c[CONTESTANTS];
    (void)state;
    for (int i = 0; i < CONTESTANTS; i++) {
        make_rows(i, 1.0, 0.1 * i, 0.01, 10);
        make_contestant(&c[i], i);
    }
    rank("pnl", 0, c);
    close_to("of blocks", c[2].difference.se, 0.2 * sqrt(10.0 * ROWS), 0.25);
    for (int i = 0; i < CONTESTANTS; i++) c[i].trace.unit = 1;
    rank("pnl", 0, c);
    close_to("of rows", c[2].difference.se, 0.2 * sqrt(1.0 * ROWS), 0.25);
}

/* The objective of a contestant with its blocks weighted: all of them, or all but one, as sums. */
static double objective_without(const rh_objective *by, double lambda, const rh_contestant *c,
                                size_t left_out)
{
    double sum = 0, paid = 0, square = 0, blocks = ROWS / BLOCK;
    double share = left_out == SIZE_MAX ? 1 : blocks / (blocks - 1);
    for (size_t i = 0; i < ROWS; i++) {
        if (i / BLOCK == left_out) continue;
        double gross = c->trace.pnl[i] + c->trace.cost[i];
        sum += c->trace.pnl[i];
        paid += c->trace.cost[i];
        square += gross * gross;
    }
    rh_outcome o = {.pnl = share * sum, .cost = share * paid, .error = sqrt(share * square)};
    return by->value(&o, lambda);
}

static double jackknife(const rh_objective *by, double lambda, const rh_contestant *a,
                        const rh_contestant *b)
{
    double left[ROWS / BLOCK], mean = 0, square = 0, m = ROWS / BLOCK;
    for (size_t u = 0; u < ROWS / BLOCK; u++) {
        left[u] = objective_without(by, lambda, a, u) -
                  (b ? objective_without(by, lambda, b, u) : 0);
        mean += left[u] / m;
    }
    for (size_t u = 0; u < ROWS / BLOCK; u++) square += (left[u] - mean) * (left[u] - mean);
    return sqrt(square * (m - 1) / m);
}

static void errors_are_those_of_a_jackknife(void **state)
{
    static const char *const objectives[] = {"cost_variance", "error", "pnl"};
    (void)state;
    make_rows(0, 1.0, 0.3, 0.1, 7);
    make_rows(1, 0.8, 0.2, 0.3, 7);
    make_rows(2, 1.4, 0.1, 0.05, 7);
    for (size_t k = 0; k < 3; k++) {
        const rh_objective *by;
        rh_contestant c[CONTESTANTS];
        size_t best = 0;
        for (int i = 0; i < CONTESTANTS; i++) make_contestant(&c[i], i);
        assert_int_equal(rh_objective_find(objectives[k], &by, NULL), RH_OK);
        rank(objectives[k], 0.2, c);
        for (size_t i = 0; i < CONTESTANTS; i++)
            if (c[i].place == 0) best = i;
        for (size_t i = 0; i < CONTESTANTS; i++) {
            close_to(by->name, c[i].objective.value,
                     objective_without(by, 0.2, &c[i], SIZE_MAX), 1e-12);
            close_to(by->name, c[i].objective.se, jackknife(by, 0.2, &c[i], NULL), 0.03);
            assert_true(c[i].regret.value >= 0);
            if (i == best) continue;
            close_to(by->name, c[i].regret.se, jackknife(by, 0.2, &c[i], &c[best]), 0.03);
        }
    }
}

/* No unit, no error; histories of different lengths are not paired; the numbers are there. */
static void errors_that_do_not_exist(void **state)
{
    rh_contestant c[CONTESTANTS];
    (void)state;
    for (int i = 0; i < CONTESTANTS; i++) {
        make_rows(i, 1.0 + i, 0.1, 0.01, 1);
        make_contestant(&c[i], i);
    }
    c[1].trace.count = ROWS - 1;
    rank("error", 0, c);
    assert_true(isnan(c[1].difference.se) && !isnan(c[2].difference.se));
    for (int i = 0; i < CONTESTANTS; i++) c[i].trace.unit = 0;
    rank("error", 0, c);
    assert_true(isnan(c[2].difference.se) && isnan(c[2].regret.se) && isnan(c[0].objective.se));
    assert_true(c[2].regret.value > 0 && !isnan(c[2].difference.value));
    assert_int_equal(c[2].place, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(independent_rows),
        cmocka_unit_test(rows_that_hang_together),
        cmocka_unit_test(errors_are_those_of_a_jackknife),
        cmocka_unit_test(errors_that_do_not_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
