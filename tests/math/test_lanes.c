/* The vector vocabulary against the scalar operations it stands for: the emulated fma of two lanes
 * must round like the processor's or libm's, whatever its arguments are. Elsewhere than on x86-64
 * without FMA there is no such vocabulary and the test says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "math/lanes.h"

#if defined(__SSE2__) && !defined(__FMA__)

static uint64_t draw(uint64_t *state)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* A double of any bits; of few bits, so that ties happen; or near the others' product. */
static double any(uint64_t *state, double near)
{
    uint64_t bits = draw(state), kind = draw(state) % 8;
    if (kind == 0) return rh_k_double(bits);
    if (kind == 1) return near * (1.0 + 0x1p-52 * (double)(int64_t)(bits % 9) - 0x1p-50);
    if (kind == 2) return -near;
    if (kind == 3) return (double)(int64_t)(bits % 64) * 0x1p-3 - 4.0;
    uint64_t exponent = 1023 - 60 + draw(state) % 120, mantissa = bits & ~(UINT64_C(0x7ff) << 52);
    if (kind == 4) mantissa &= UINT64_C(0x800fffffe0000000);
    return rh_k_double(mantissa | exponent << 52);
}

static void same(double a, double b, double c, double found)
{
    double expected = fma(a, b, c);
    if (expected != expected && found != found) return;
    if (rh_k_bits(expected) != rh_k_bits(found))
        fail_msg("fma(%a, %a, %a) is %a, not %a", a, b, c, expected, found);
}

static void fma_of_one_and_two_lanes(void **unused)
{
    (void)unused;
    uint64_t state = 7;
    for (int i = 0; i < 3000000; i++) {
        double a[2], b[2], c[2], found[2];
        for (int j = 0; j < 2; j++) {
            a[j] = any(&state, 1.0);
            b[j] = any(&state, a[j]);
            c[j] = any(&state, a[j] * b[j]);
        }
        rh_v2_store(found, rh_v2_fma(rh_v2_load(a), rh_v2_load(b), rh_v2_load(c)));
        same(a[0], b[0], c[0], found[0]);
        same(a[0], b[0], c[0], rh_k_fma(a[0], b[0], c[0]));
        same(a[1], b[1], c[1], found[1]);
    }
}

/* Half way between two doubles, off it by the least there is, and zeros of both signs. */
static void fma_at_ties(void **unused)
{
    (void)unused;
    static const double edge[] = {0.0, 0x1p-53, 0x1p-52, 1.0, 1.0 + 0x1p-52, 1.0 - 0x1p-53, 0x1p53,
                                  0x1p-1074, 0x1p-1022, 0x1p-950, 0x1p-460, 0x1p470, 0x1p950,
                                  0x1.fffffffffffffp1023, HUGE_VAL};
    const size_t n = sizeof edge / sizeof *edge;
    for (size_t i = 0; i < 8 * n * n * n; i++) {
        double a = edge[i / 8 % n], b = edge[i / 8 / n % n], c = edge[i / 8 / n / n], found[2];
        if (i & 1) a = -a;
        if (i & 2) b = -b;
        if (i & 4) c = -c;
        rh_v2_store(found, rh_v2_fma(rh_v2_set(a), _mm_set_pd(c, b), _mm_set_pd(b, c)));
        same(a, b, c, found[0]);
        same(a, c, b, found[1]);
        same(a, b, c, rh_k_fma(a, b, c));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fma_of_one_and_two_lanes),
        cmocka_unit_test(fma_at_ties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    print_message("skipped: no vectors of two lanes without an fma on this machine\n");
    return 77;
}

#endif
