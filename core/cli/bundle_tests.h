/* Running the tests of a policy and saying what became of them, for `test` and `pack`.
 * A *_test.lua of a bundle may require the bundle's modules, as the policy may. */
#ifndef RH_CLI_BUNDLE_TESTS_H
#define RH_CLI_BUNDLE_TESTS_H

#include <stdbool.h>

#include "data/json.h"
#include "host/bundle.h"

#define RH_TEST_SUFFIX "_test.lua"

typedef struct rh_test_run {
    bool json, quiet, colour;
    bool empty_is_fine;             /* a file without tests is none, and no failure */
    rh_json_writer writer;          /* when json */
    int passed, failed, files;
} rh_test_run;

bool rh_cli_is_test(const char *path);
/* All tests of one file, printed or written under the name `shown`. */
void rh_cli_run_script(rh_test_run *run, const char *shown, const rh_policy_source *script,
                       const rh_policy_source *policy);
/* One test file of a bundle: it tests x.lua beside x_test.lua if there is one, else policy.lua. */
rh_status rh_cli_run_bundle_file(rh_test_run *run, const rh_bundle *bundle,
                                 const rh_bundle_file *file, const char *shown, rh_error *error);
/* The tests at the top of a bundle and those in its folder tests/, by path; none is no error. */
rh_status rh_cli_run_bundle(rh_test_run *run, const rh_bundle *bundle, rh_error *error);

#endif
