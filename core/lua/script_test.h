/* One test of a *_test.lua file, run in a VM of its own, so that no test sees another one and one
 * that is killed by a limit takes nothing with it. Prints nothing. */
#ifndef RH_LUA_SCRIPT_TEST_H
#define RH_LUA_SCRIPT_TEST_H

#include "policy/policy.h"

#define RH_SCRIPT_TEST_NAME_MAX 200

typedef struct rh_script_test {
    char name[RH_SCRIPT_TEST_NAME_MAX];     /* "group: test", escaped */
    bool passed;
    rh_error error;                         /* when it did not; file, line, source line */
} rh_script_test;

/* Run test `index` (from 0) of `script` against `policy`. RH_NOT_FOUND without a message past the
 * last one; RH_POLICY when the file itself cannot be loaded. `log` gets what the two write. */
rh_status rh_script_test_run(const rh_policy_source *script, const rh_policy_source *policy,
                             void (*log)(void *host, const char *text), void *host, int index,
                             rh_script_test *out, rh_error *error);

#endif
