/* How much of a test is run: tests/run.sh has minutes; --all sets REHEDGE_TEST_ALL=1. Both assert
 * the same; only counts differ, and with them the standard errors of what is sampled. */
#ifndef TESTS_EXTENT_H
#define TESTS_EXTENT_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static inline bool test_all(void)
{
    const char *set = getenv("REHEDGE_TEST_ALL");
    return set && strcmp(set, "1") == 0;
}

static inline int extent(int quick, int all)
{
    return test_all() ? all : quick;
}

#endif
