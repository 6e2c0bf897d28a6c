/* Names in a script that do not exist, found without running it: so that a mistake in a branch that
 * is rarely taken is seen before money depends on it. */
#ifndef RH_LUA_GLOBALS_H
#define RH_LUA_GLOBALS_H

#include "policy/policy.h"

typedef struct rh_lua_finding {
    const char *file;       /* of the main file: its label; of a module: its path */
    int line;
    bool is_note;           /* worth knowing, not wrong */
    char text[320];
} rh_lua_finding;

/* Walk the source and its modules and report through `say`, file by file in the order of lines:
 * globals that are neither the sandbox's nor the script's own (locals, fields, methods are none),
 * members that the libraries do not have, and in the callbacks of the policy table fields that s, p
 * and f do not have. `policy` knows the params and features; NULL: those are not judged. `is_test`:
 * a *_test.lua file. RH_POLICY when the source is no Lua. */
rh_status rh_lua_check_names(const rh_policy_source *source, const rh_policy *policy, bool is_test,
                             void (*say)(void *host, const rh_lua_finding *finding), void *host,
                             rh_error *error);

#endif
