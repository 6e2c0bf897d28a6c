/* What a call of a Lua trigger costs, strict and trusted, beside an empty protected call of plain
 * Lua: one with nothing, and one as a host must make it that limits scripts (a message handler,
 * three arguments, a count hook). Best of many rounds in turns; prints, never fails. */
#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lua/lua_policy.h"
#include "policy/policy.h"

enum { ROUNDS = 400, CALLS = 5000 };

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double field_of(void *host, rh_view_field field)
{
    return ((const double *)host)[field];
}

static const char head[] = "return rehedge.policy { api = 1, name = 'x', version = '1.0.0', "
                           "scale = function() return 0 end, trigger = function(s, p, f) ";
static const char *const bodies[] = {"end }", "return s.spot + s.delta + s.pending < 0 end }"};

static rh_policy *load(const char *body, bool trusted)
{
    static const char *const hedges[] = {"H"};
    char text[512];
    rh_policy_source source = {.label = "bench.lua", .bytes = text};
    const rh_policy_services services = {.hedges = hedges, .hedge_count = 1, .trusted = trusted};
    rh_policy *policy = NULL;
    rh_error error = {0};
    source.length = (size_t)snprintf(text, sizeof text, "%s%s", head, body);
    if (rh_lua_loader.load(rh_lua_loader.context, &source, (rh_json){0}, &services, &policy,
                           &error) != RH_OK)
        fprintf(stderr, "%s\n", error.message);
    return policy;
}

static double triggers(rh_policy *policy)
{
    static double fields[RH_VIEW_FIELDS];
    static const rh_view_ops ops = {.field = field_of};
    static int64_t time_ns;
    rh_view view = {.ops = &ops, .host = fields}; /* at hand as in a run; each time another price */
    view.eager_mask = 1u << RH_VIEW_SPOT | 1u << RH_VIEW_DELTA | 1u << RH_VIEW_PENDING;
    double features[1] = {0.0}, started = now_s();
    for (int i = 0; i < CALLS; i++) {
        rh_decision decision = {0};
        rh_kill_kind kind = RH_KILL_ERROR;
        view.time_ns = ++time_ns;
        view.eager[RH_VIEW_SPOT] = 45000.0 + (double)i;
        view.eager[RH_VIEW_DELTA] = 1e-3 * (double)i;
        (void)policy->methods->trigger(policy, &view, features, &decision, &kind, NULL);
    }
    return (now_s() - started) / CALLS;
}

static void count_hook(lua_State *L, lua_Debug *activation)
{
    (void)L, (void)activation;
}

static int say(lua_State *L)
{
    (void)L;
    return 1;
}

/* An empty function, called `limited` or not. */
static double empties(lua_State *L, bool limited)
{
    lua_sethook(L, count_hook, limited ? LUA_MASKCOUNT : 0, 1000);
    double started = now_s();
    for (int i = 0; i < CALLS; i++) {
        lua_pushvalue(L, 2);
        for (int n = 0; limited && n < 3; n++) lua_pushvalue(L, 1);
        (void)lua_pcall(L, limited ? 3 : 0, 0, limited ? 1 : 0);
    }
    return (now_s() - started) / CALLS;
}

int main(void)
{
    static const char *const names[] = {"empty trigger, strict", "three fields, strict",
                                        "empty trigger, trusted", "three fields, trusted",
                                        "empty lua_pcall", "empty lua_pcall, limited"};
    double best[6] = {1, 1, 1, 1, 1, 1};
    rh_policy *policy[4];
    lua_State *L = luaL_newstate();
    if (!L) return 1;
    lua_pushcfunction(L, say);
    luaL_loadstring(L, "return function(s, p, f) end");
    lua_call(L, 0, 1);
    for (int n = 0; n < 4; n++) {
        policy[n] = load(bodies[n % 2], n >= 2);
        if (!policy[n]) return 1;
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int n = 0; n < 6; n++) {
            double took = n < 4 ? triggers(policy[n]) : empties(L, n == 5);
            if (took < best[n]) best[n] = took;
        }
    }
    for (int n = 0; n < 6; n++)
        printf("%-26s %7.1f ns, %5.2f of an empty lua_pcall, %5.2f of a limited one\n", names[n],
               best[n] * 1e9, best[n] / best[4], best[n] / best[5]);
    for (int n = 0; n < 4; n++) rh_policy_free(policy[n]);
    lua_close(L);
    return 0;
}
