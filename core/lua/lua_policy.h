/* The Lua host: turns the source of a script into an rh_policy, behind rh_policy_loader.
 * A script runs in its own VM, in protected calls only, in the strict profile (docs/policy.md),
 * under limits on instructions, memory and text that no script can catch or outlive. */
#ifndef RH_LUA_LUA_POLICY_H
#define RH_LUA_LUA_POLICY_H

#include "base/buffer.h"
#include "policy/policy.h"

/* Needs no context, may be copied, and loads on any thread. */
extern const rh_policy_loader rh_lua_loader;

/* "5.4.4": of the library that is linked, not of the header. Static storage. */
const char *rh_lua_version(void);

/* End the call of a trusted script that this thread is in, as an error of the policy; nothing when
 * it is in none. `twice`: only when an earlier interrupt met the same call. Safe in a signal
 * handler. Other scripts need no such thing: their limits end them. What it cannot end: one search
 * by a pattern, and a loop inside a coroutine. */
void rh_lua_interrupt(bool twice);

/* Instructions charged to the last call of a script, or to its loading before the first: counted
 * in steps of a thousand where it ran, exactly where functions charged. 0 for native policies. */
int64_t rh_lua_gas(const rh_policy *policy);

/* Everything a script can reach from its globals, one "path type" a line, sorted. For the test
 * that compares it with a golden list, and for the documents. */
rh_status rh_lua_inventory(bool trusted, rh_buffer *out, rh_error *error);

#endif
