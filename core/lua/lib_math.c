/* math of the strict profile. Elementary functions are the kernels of core/math, so that a script
 * computes the same bits on every machine; sqrt, floor, ceil and fmod are exact everywhere. */
#include <float.h>
#include <math.h>

#include "lua/api.h"
#include "lua/host.h"
#include "math/kernels.h"

static int math_abs(lua_State *L)
{
    if (lua_isinteger(L, 1)) {
        lua_Integer value = lua_tointeger(L, 1);
        lua_pushinteger(L, value < 0 ? (lua_Integer)(0u - (lua_Unsigned)value) : value);
    } else {
        lua_pushnumber(L, fabs(rh_lua_number(L, 1)));
    }
    return 1;
}

static void push_whole(lua_State *L, double value)
{
    lua_Integer whole;
    if (lua_numbertointeger(value, &whole))
        lua_pushinteger(L, whole);
    else
        lua_pushnumber(L, value);
}

static int math_floor(lua_State *L)
{
    if (lua_isinteger(L, 1))
        lua_settop(L, 1);
    else
        push_whole(L, floor(rh_lua_number(L, 1)));
    return 1;
}

static int math_ceil(lua_State *L)
{
    if (lua_isinteger(L, 1))
        lua_settop(L, 1);
    else
        push_whole(L, ceil(rh_lua_number(L, 1)));
    return 1;
}

static int extreme(lua_State *L, bool largest)
{
    int count = lua_gettop(L), best = 1;
    rh_lua_number(L, 1);
    rh_lua_charge(L, count);
    for (int i = 2; i <= count; i++) {
        rh_lua_number(L, i);
        if (largest ? lua_compare(L, best, i, LUA_OPLT) : lua_compare(L, i, best, LUA_OPLT))
            best = i;
    }
    lua_pushvalue(L, best);
    return 1;
}

static int math_max(lua_State *L)
{
    return extreme(L, true);
}

static int math_min(lua_State *L)
{
    return extreme(L, false);
}

static int math_sqrt(lua_State *L)
{
    lua_pushnumber(L, sqrt(rh_lua_number(L, 1)));
    return 1;
}

static int math_exp(lua_State *L)
{
    lua_pushnumber(L, rh_exp(rh_lua_number(L, 1)));
    return 1;
}

static int math_log(lua_State *L)
{
    double value = rh_log(rh_lua_number(L, 1));
    if (!lua_isnoneornil(L, 2)) value /= rh_log(rh_lua_number(L, 2));
    lua_pushnumber(L, value);
    return 1;
}

static int math_pow(lua_State *L)
{
    lua_pushnumber(L, rh_pow(rh_lua_number(L, 1), rh_lua_number(L, 2)));
    return 1;
}

static int math_sin(lua_State *L)
{
    lua_pushnumber(L, rh_sin(rh_lua_number(L, 1)));
    return 1;
}

static int math_cos(lua_State *L)
{
    lua_pushnumber(L, rh_cos(rh_lua_number(L, 1)));
    return 1;
}

static int math_fmod(lua_State *L)
{
    if (lua_isinteger(L, 1) && lua_isinteger(L, 2)) {
        lua_Integer divisor = lua_tointeger(L, 2);
        luaL_argcheck(L, divisor != 0, 2, "zero");
        lua_pushinteger(L, divisor == -1 ? 0 : lua_tointeger(L, 1) % divisor);
    } else {
        rh_lua_charge(L, 32);       /* a step of it for each bit that the exponents are apart */
        lua_pushnumber(L, fmod(rh_lua_number(L, 1), rh_lua_number(L, 2)));
    }
    return 1;
}

static int math_tointeger(lua_State *L)
{
    int exact = 0;
    luaL_checkany(L, 1);
    lua_Integer value = 0;
    if (lua_type(L, 1) == LUA_TNUMBER) value = lua_tointegerx(L, 1, &exact);
    if (exact)
        lua_pushinteger(L, value);
    else
        luaL_pushfail(L);
    return 1;
}

static int math_type(lua_State *L)
{
    luaL_checkany(L, 1);
    if (lua_type(L, 1) == LUA_TNUMBER)
        lua_pushstring(L, lua_isinteger(L, 1) ? "integer" : "float");
    else
        luaL_pushfail(L);
    return 1;
}

void rh_lua_open_math(lua_State *L)
{
    static const luaL_Reg functions[] = {
#define X(name, function, ...) {name, function},
        RH_LUA_MATH_MAP(X)
#undef X
        {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
#define X(name, value, about)                                                                     \
    lua_pushnumber(L, value);                                                                      \
    lua_setfield(L, -2, name);
    RH_LUA_MATH_VALUE_MAP(X)
#undef X
}
