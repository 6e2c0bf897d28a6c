/* Runs one test of a *_test.lua file: loads the file, which declares its tests, then calls the
 * wanted one after its before_each. The sandbox is that of a policy; the budget is that of loading.
 * Invariant: whatever the file does, the VM and everything made for it are freed. */
#include "lua/script_test.h"

#include <stdio.h>
#include <string.h>

#include "lua/testing.h"

static rh_status load_file(rh_lua *host, rh_error *error)
{
    rh_kill_kind kind;
    char name[RH_LUA_LABEL_MAX + 1];
    lua_State *L = host->L;
    RH_TRY(rh_lua_check_source(host->label, host->source, host->source_length, &host->uses, error));
    RH_TRY(rh_lua_check_modules(host->set, &host->uses, error));
    RH_TRY(rh_lua_protected(host, rh_lua_open, NULL, 0, error));
    snprintf(name, sizeof name, "@%s", host->label);
    lua_pushcfunction(L, rh_lua_handler);
    rh_lua_begin(host, RH_LUA_INSTRUCTIONS_PER_LOAD, RH_LUA_CPU_NS_PER_LOAD);
    host->host_allocates = false;
    int code = luaL_loadbufferx(L, host->source, host->source_length, name, "t");
    if (code != LUA_OK && code != LUA_ERRMEM && !host->killed && lua_isstring(L, -1))
        return rh_fail(error, RH_POLICY, "%s", lua_tostring(L, -1));
    if (code == LUA_OK) code = lua_pcall(L, 0, 0, RH_LUA_AT_HANDLER);
    if (code != LUA_OK || host->killed) return rh_lua_failed(host, code, &kind, error);
    return RH_OK;
}

static rh_status call_reference(rh_lua *host, int reference, rh_error *error)
{
    rh_kill_kind kind;
    lua_settop(host->L, RH_LUA_AT_HANDLER);
    lua_rawgeti(host->L, LUA_REGISTRYINDEX, reference);
    int code = lua_pcall(host->L, 0, 0, RH_LUA_AT_HANDLER);
    if (code == LUA_OK && !host->killed) return RH_OK;
    return rh_lua_failed(host, code == LUA_OK ? LUA_ERRRUN : code, &kind, error);
}

static rh_status run_chosen(rh_lua *host, rh_error *error)
{
    rh_lua_testing *testing = host->testing;
    testing->running = true;
    rh_lua_begin(host, RH_LUA_INSTRUCTIONS_PER_LOAD, RH_LUA_CPU_NS_PER_LOAD);
    for (int i = 0; i < testing->chosen_count; i++)
        RH_TRY(call_reference(host, testing->chosen_before[i], error));
    return call_reference(host, testing->chosen, error);
}

static rh_status run_in(rh_lua *host, rh_script_test *out, rh_error *error)
{
    rh_lua_testing *testing = host->testing;
    rh_status status = load_file(host, error);
    if (status != RH_OK) {
        rh_lua_show_line(host, error);
        return status;
    }
    if (testing->seen <= testing->wanted) return RH_NOT_FOUND;
    memcpy(out->name, testing->name, sizeof out->name);
    status = run_chosen(host, &out->error);
    out->passed = status == RH_OK;
    return RH_OK;
}

rh_status rh_script_test_run(const rh_policy_source *script, const rh_policy_source *policy,
                             void (*log)(void *host, const char *text), void *host, int index,
                             rh_script_test *out, rh_error *error)
{
    static_assert((int)RH_SCRIPT_TEST_NAME_MAX == (int)RH_TEST_NAME_MAX, "one name");
    rh_lua *file = NULL;
    const rh_policy_services services = {.log = log, .host = host};
    rh_lua_testing testing = {.policy = policy, .wanted = index, .chosen = LUA_NOREF};
    memset(out, 0, sizeof *out);
    RH_TRY(rh_lua_new(script, &services, &file, error));
    file->testing = &testing;
    rh_status status = run_in(file, out, error);
    for (int i = 0; i < testing.policy_count; i++) rh_policy_free(testing.policies[i]);
    for (int i = 0; i < RH_TEST_POLICIES_MAX; i++) rh_buffer_free(&testing.logs[i].text);
    rh_policy_free(&file->policy);
    rh_buffer_free(&testing.scratch);
    return status;
}
