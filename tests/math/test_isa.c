/* REHEDGE_ISA forces the baseline: the choice is made once per process, so this is a program of its
 * own that asks before the first call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "math/kernels.h"

static void the_baseline_can_be_forced_and_stays(void **state)
{
    (void)state;
    assert_int_equal(setenv("REHEDGE_ISA", "baseline", 1), 0);
    assert_string_equal(rh_isa_name(), "baseline");
    assert_int_equal(setenv("REHEDGE_ISA", "fma", 1), 0);
    assert_string_equal(rh_isa_name(), "baseline");
    assert_true(rh_exp(1.0) == 0x1.5bf0a8b145769p+1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_baseline_can_be_forced_and_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
