/* Batches give every element the bits of the scalar function, wherever it stands and however a
 * stream is cut; a uniform batch leaves the stream where the draws would have. Other instruction
 * sets: REHEDGE_ISA. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "math/batch.h"
#include "math/kernels.h"

enum { MOST = 700 };

static void same_bits(const double *a, const double *b, size_t count, const char *what)
{
    for (size_t i = 0; i < count; i++)
        if (memcmp(&a[i], &b[i], sizeof a[i]))
            fail_msg("%s: %zu is %a, not %a", what, i, a[i], b[i]);
}

static void streams_are_cut_anywhere(void **state)
{
    double batch[MOST], one[MOST];
    rh_stream a, b;
    (void)state;
    for (int high = 0; high < 2; high++) {
        rh_stream_init(&a, 77, 3, RH_PURPOSE_FEED);
        a.counter[0] = high ? UINT32_MAX - 100 : 0; /* into the second word */
        b = a;
        for (size_t count = 0; count < 120; count += 1 + count / 9) {
            rh_uniform_batch(&a, batch, count);
            for (size_t i = 0; i < count; i++) one[i] = rh_stream_uniform(&b);
            same_bits(batch, one, count, "uniform");
        }
        assert_int_equal(rh_stream_u64(&a), rh_stream_u64(&b));
        assert_memory_equal(a.counter, b.counter, sizeof a.counter);
    }
}

static void functions_are_the_scalars(void **state)
{
    static const double scales[] = {1.0, 1e-2, 1e-11, 1e-30, 1e-300};
    double x[MOST], batch[MOST], one[MOST];
    rh_stream stream;
    (void)state;
    rh_stream_init(&stream, 5, 0, 0);
    for (size_t k = 0; k < 5; k++) {
        for (int side = 0; side < 2; side++) {
            size_t count = MOST - 61 * k;
            rh_uniform_batch(&stream, x, count);
            for (size_t i = 0; i < count; i++) x[i] *= scales[k];
            for (size_t i = 0; i < count && side == 1 && k < 2; i++) x[i] = 1.0 - x[i];
            memcpy(batch, x, sizeof batch);
            rh_normal_quantile_batch(batch, count);
            for (size_t i = 0; i < count; i++) one[i] = rh_normal_quantile(x[i]);
            same_bits(batch, one, count, "quantile");
            for (size_t i = 0; i < count; i++) x[i] = batch[i] = one[i] * (side ? 30.0 : 0.01);
            rh_exp_batch(batch, count);
            for (size_t i = 0; i < count; i++) one[i] = rh_exp(x[i]);
            same_bits(batch, one, count, "exp");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(streams_are_cut_anywhere),
                                       cmocka_unit_test(functions_are_the_scalars)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
