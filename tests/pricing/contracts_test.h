/* What the tests of lp.c, digital.c, power.c, log_contract.c and futures.c share: a generator of
 * their own, so that no change of the streams changes a test point, and comparisons. */
#ifndef TESTS_PRICING_CONTRACTS_TEST_H
#define TESTS_PRICING_CONTRACTS_TEST_H

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "math/kernels.h"

#define UNIT 0x1p-53

static inline double uniform(uint64_t *state, double low, double high)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    return low + (high - low) * ((double)(z >> 11) * 0x1p-53);
}

/* |found - expected| <= tolerance scale; NaN fails, equal infinities pass. */
static inline void assert_close(double found, double expected, double scale, double tolerance,
                                const char *what)
{
    if (found == expected || fabs(found - expected) <= tolerance * scale) return;
    fail_msg("%s: %.17g, expected %.17g, allowed %.3g", what, found, expected, tolerance * scale);
}

static inline void assert_relative(double found, double expected, double tolerance,
                                   const char *what)
{
    assert_close(found, expected, fabs(expected), tolerance, what);
}

static inline bool same_bits(const void *a, const void *b, size_t size)
{
    return memcmp(a, b, size) == 0;
}

/* All doubles of a struct of `count` of them. */
static inline bool all_nan(const void *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double value;
        memcpy(&value, (const char *)values + i * sizeof value, sizeof value);
        if (!isnan(value)) return false;
    }
    return true;
}

/* Any double that is not negative unless it may be: by its exponent, or one that breaks things. */
static inline double odd_number(uint64_t *state, bool any_sign)
{
    static const double odd[] = {0.0,   5e-324, DBL_MIN, 1e-300,  1e-160, 1e-20,
                                 1.0,   1e20,   1e160,   1e300,   DBL_MAX, 700.0,
                                 1e-5,  0x1p40, 0x1p-40, 0.5,     2.0,    1000.0};
    double kind = uniform(state, 0.0, 1.0), x;
    if (kind < 0.3) x = odd[(int)uniform(state, 0.0, 18.0)];
    else if (kind < 0.6) x = ldexp(uniform(state, 1.0, 2.0), (int)uniform(state, -1074.0, 1023.9));
    else x = exp(uniform(state, -12.0, 12.0));
    return any_sign && uniform(state, 0.0, 1.0) < 0.5 ? -x : x;
}

/* Whether some, but not all of the doubles of a struct are NaN, or all without a flag for it. */
static inline bool nan_unflagged(const void *values, size_t count, bool flagged)
{
    for (size_t i = 0; i < count; i++) {
        double value;
        memcpy(&value, (const char *)values + i * sizeof value, sizeof value);
        if (isnan(value) != flagged) return true;
    }
    return false;
}

/* The rows of one of the independent tables, beside the repository or where the variable says;
 * NULL, and said so, where it is absent. */
static inline FILE *open_shared(const char *variable, const char *folder, const char *name)
{
    char path[4096];
    const char *root = getenv(variable);
    if (root) snprintf(path, sizeof path, "%s/%s", root, name);
    else snprintf(path, sizeof path, "%s/../shared/%s/%s", REHEDGE_SOURCE_DIR, folder, name);
    FILE *file = fopen(path, "r");
    if (!file) print_message("%s is absent: set %s to its folder\n", name, variable);
    return file;
}

static inline FILE *open_amm_reference(void)
{
    return open_shared("REHEDGE_REFERENCE", "reference", "amm.csv");
}

#endif
