/* What the files behind `rehedge test` share: a test file in its own VM, the one test of it that is
 * run, and the policies it makes. Invariant: everything a test allocates outside its VM hangs on
 * this struct, so that an error on the way leaks nothing. */
#ifndef RH_LUA_TESTING_H
#define RH_LUA_TESTING_H

#include "base/buffer.h"
#include "lua/host.h"

enum { RH_TEST_GROUPS_MAX = 8, RH_TEST_BEFORES_MAX = 32, RH_TEST_POLICIES_MAX = 64,
       RH_TESTS_MAX = 1000, RH_TEST_NAME_MAX = 200,
       RH_TEST_LOG_BYTES_MAX = 256 << 10 };

/* What one policy of a test logged, each line ended by a newline; and who hears it as well. */
typedef struct rh_test_log {
    rh_buffer text;
    void (*log)(void *host, const char *text);
    void *host;
} rh_test_log;

typedef struct rh_lua_testing {
    const rh_policy_source *policy;     /* the policy beside the test */
    int wanted, seen;                   /* the test to be run; tests declared so far */
    bool running;                       /* declared: describe and it are over */
    char groups[RH_TEST_GROUPS_MAX][RH_NAME_MAX];
    int group_count;
    int befores[RH_TEST_BEFORES_MAX], before_count;     /* registry references */
    char name[RH_TEST_NAME_MAX];        /* of the wanted test */
    int chosen, chosen_before[RH_TEST_BEFORES_MAX], chosen_count;
    rh_policy *policies[RH_TEST_POLICIES_MAX];
    int policy_count;
    rh_test_log logs[RH_TEST_POLICIES_MAX];
    rh_buffer scratch;
} rh_lua_testing;

/* fake_market.c: market { ... }, and its methods */
int rh_lua_test_market(lua_State *L);
/* lib_test.c: a userdata of the kind `key`, whose members are found by `index` with a table of
 * `methods` as upvalue; what it holds comes zeroed. */
void *rh_lua_test_object(lua_State *L, size_t bytes, const void *key, const luaL_Reg *methods,
                         lua_CFunction index);
void *rh_lua_test_check(lua_State *L, int arg, const void *key, const char *what);
/* The policy a test made with policy { ... }, at argument `arg`. */
rh_policy *rh_lua_test_policy(lua_State *L, int arg);

#endif
