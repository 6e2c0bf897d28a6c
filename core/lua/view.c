/* What a script sees in a call: `s` (the view), `f` (the features) and `p` (the params). `s` and
 * `f` are one userdata each for the life of the VM, so a call allocates nothing.
 * Invariants: they answer only while the host is inside trigger or scale (the fields in the table
 * behind `s` are set anew before each call, and no code of a script runs between calls). */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "lua/api.h"
#include "lua/host.h"

const rh_view *rh_lua_live_view(lua_State *L)
{
    const rh_view *view = rh_lua_host(L)->view;
    if (view == NULL) luaL_error(L, "the view is only valid inside a call of the policy");
    return view;
}

static int refuse_write(lua_State *L)
{
    return luaL_error(L, "%s is read-only", lua_tostring(L, lua_upvalueindex(1)));
}

static const char *shown_key(lua_State *L, int index, char out[RH_NAME_MAX])
{
    size_t length = 0;
    if (lua_type(L, index) != LUA_TSTRING) return luaL_typename(L, index);
    const char *text = lua_tolstring(L, index, &length);
    rh_text_escape(out, RH_NAME_MAX, text, length);
    return out;
}

int rh_lua_unknown_field(lua_State *L)
{
    static const char *const names[] = {
#define X(name, lua_name, unit, about) lua_name,
        RH_VIEW_FIELD_MAP(X)
#undef X
#define X(name, ...) name,
        RH_LUA_VIEW_METHOD_MAP(X)
#undef X
        "time"};
    char key[RH_NAME_MAX];
    const char *name = shown_key(L, 2, key);
    const char *near = rh_nearest_name(name, names, sizeof names / sizeof *names);
    if (near != NULL)
        return luaL_error(L, "the view has no field '%s'; did you mean '%s'?", name, near);
    return luaL_error(L, "the view has no field '%s'", name);
}

static uint64_t bits_of_field(const rh_view *view, int field)
{
    uint64_t bits = (uint64_t)view->time_ns;
    if (field == RH_LUA_TIME) return bits;
    double value = rh_view_number(view, (rh_view_field)field);
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void push_bits(lua_State *L, int field, uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    if (field == RH_LUA_TIME)
        lua_pushinteger(L, (lua_Integer)bits);
    else
        lua_pushnumber(L, value);
}

/* Arg 1: the table of fields; upvalue 1: name -> number of the field. Reached for what the table
 * does not hold: lazy fields, and the first read of an eager one, which it holds from then on. The
 * table grows here and only here, where running out of memory is an ordinary error. */
static int view_index(lua_State *L)
{
    rh_lua *host = rh_lua_host(L);
    const rh_view *view = rh_lua_live_view(L);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNUMBER) return rh_lua_unknown_field(L);
    int field = (int)lua_tointeger(L, -1);
    uint64_t bits = bits_of_field(view, field);
    push_bits(L, field, bits);
    if (field == RH_LUA_TIME || (view->eager_mask >> field & 1u)) {
        lua_pushvalue(L, 2);
        lua_pushvalue(L, -2);
        lua_rawset(L, 1);
        host->filled[host->filled_count++] = (rh_lua_filled){field, bits};
    } else {
        rh_lua_charge(L, 32);   /* may walk the whole book */
    }
    return 1;
}

/* What did not change since the last call, such as all fields from a trigger to its scale, is there
 * already: only this file writes to the table. */
void rh_lua_fill_view(rh_lua *host)
{
    lua_State *L = host->L;
    for (int i = 0; i < host->filled_count; i++) {
        rh_lua_filled *filled = &host->filled[i];
        uint64_t bits = bits_of_field(host->view, filled->field);
        if (bits == filled->bits) continue;
        filled->bits = bits;
        lua_pushvalue(L, RH_LUA_AT_NAMES + filled->field);
        push_bits(L, filled->field, bits);
        lua_rawset(L, RH_LUA_AT_FIELDS);    /* the key is there: nothing is allocated */
    }
}

/* --- methods ------------------------------------------------------------------------------- */

const rh_view *rh_lua_check_self(lua_State *L, const char *method)
{
    if (lua_type(L, 1) != LUA_TUSERDATA)
        luaL_error(L, "%s is called with a colon: s:%s(...)", method, method);
    return rh_lua_live_view(L);
}

static int view_cost(lua_State *L)
{
    const rh_view *view = rh_lua_check_self(L, "cost");
    double qty = rh_lua_number(L, 2);
    int hedge = lua_isnoneornil(L, 3) ? -1 : rh_lua_hedge(L, 3, "s:cost");
    luaL_argcheck(L, isfinite(qty) && fabs(qty) <= RH_QTY_MAX, 2, "expected a finite quantity");
    rh_lua_charge(L, 32);
    lua_pushnumber(L, view->ops->cost(view->host, hedge, qty));
    return 1;
}

static int view_delta_at(lua_State *L)
{
    const rh_view *view = rh_lua_check_self(L, "delta_at");
    double vol_scale = rh_lua_number(L, 2);
    luaL_argcheck(L, vol_scale >= 1e-3 && vol_scale <= 1e3, 2,
                  "expected a factor of the vols, 0.001 to 1000");
    rh_lua_charge(L, 32);   /* walks the whole book */
    lua_pushnumber(L, view->ops->delta_at(view->host, vol_scale));
    return 1;
}

static int view_wake_outside(lua_State *L)
{
    const rh_view *view = rh_lua_check_self(L, "wake_outside");
    double lo = rh_lua_number(L, 2), hi = rh_lua_number(L, 3);
    if (!(lo <= hi)) return luaL_error(L, "wake_outside: expected lo <= hi, both numbers");
    view->ops->wake_outside(view->host, lo, hi);
    return 0;
}

static int view_wake_in(lua_State *L)
{
    const rh_view *view = rh_lua_check_self(L, "wake_in");
    int64_t duration_ns = 0;
    if (lua_type(L, 2) == LUA_TSTRING) {
        if (!rh_parse_duration(lua_tostring(L, 2), &duration_ns))
            return luaL_argerror(L, 2, "expected a duration such as \"5s\" or \"1m\"");
    } else {
        duration_ns = rh_lua_integer(L, 2);
    }
    luaL_argcheck(L, duration_ns >= RH_WAKE_NS_MIN && duration_ns <= RH_TIME_NS_MAX, 2,
                  "expected a time ahead of at least 1ms, in nanoseconds or as text");
    view->ops->wake_in(view->host, duration_ns);
    return 0;
}

/* A userdata whose members are found through the table or function on top, which it replaces. */
static void make_userdata(lua_State *L, const char *name)
{
    lua_newuserdatauv(L, 0, 0);
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, name);
    lua_pushcclosure(L, refuse_write, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_remove(L, -2);
}

/* The table behind `s`: methods, and the eager fields that the script reads. */
void rh_lua_push_fields(lua_State *L)
{
    static const luaL_Reg methods[] = {
#define X(name, function, ...) {name, function},
        RH_LUA_VIEW_METHOD_MAP(X)
#undef X
        {NULL, NULL}};
    lua_createtable(L, 0, RH_VIEW_FIELDS + (int)(sizeof methods / sizeof *methods));
    luaL_setfuncs(L, methods, 0);
    lua_createtable(L, 0, 1);
    lua_createtable(L, 0, RH_VIEW_FIELDS + 1);
    for (int field = 0; field <= RH_LUA_TIME; field++) {
        lua_pushinteger(L, field);
        lua_setfield(L, -2, rh_lua_field_name(field));
    }
    lua_pushcclosure(L, view_index, 1);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
}

const char *rh_lua_field_name(int field)
{
    return field == RH_LUA_TIME ? "time" : rh_view_field_name((rh_view_field)field);
}

void rh_lua_wrap_view(lua_State *L)
{
    make_userdata(L, "the view");
}

/* --- features and params ------------------------------------------------------------------- */

static int feature_index(lua_State *L)
{
    rh_lua *host = rh_lua_host(L);
    char key[RH_NAME_MAX];
    rh_lua_live_view(L);
    if (host->features == NULL)
        return luaL_error(L, "features are only valid inside trigger and scale");
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNUMBER)
        return luaL_error(L, "undeclared feature '%s': name it under `features`",
                          shown_key(L, 2, key));
    lua_pushnumber(L, host->features[lua_tointeger(L, -1)]);
    return 1;
}

void rh_lua_push_features(lua_State *L)
{
    const rh_policy *policy = &rh_lua_host(L)->policy;
    lua_createtable(L, 0, policy->feature_count);
    for (int i = 0; i < policy->feature_count; i++) {
        lua_pushinteger(L, i);
        lua_setfield(L, -2, policy->features[i].name);
    }
    lua_pushcclosure(L, feature_index, 1);
    make_userdata(L, "the table of features");
}

static int unknown_param(lua_State *L)
{
    const rh_params *params = &rh_lua_host(L)->policy.params;
    const char *names[RH_PARAMS_MAX];
    char key[RH_NAME_MAX];
    const char *name = shown_key(L, 2, key);
    for (int i = 0; i < params->count; i++) names[i] = params->spec[i].name;
    const char *near = rh_nearest_name(name, names, (size_t)params->count);
    if (near != NULL)
        return luaL_error(L, "undeclared param '%s'; did you mean '%s'?", name, near);
    return luaL_error(L, "undeclared param '%s': name it under `params`", name);
}

void rh_lua_push_params(lua_State *L)
{
    const rh_params *params = &rh_lua_host(L)->policy.params;
    lua_createtable(L, 0, params->count);
    for (int i = 0; i < params->count; i++) {
        const rh_param_value *value = &params->value[i];
        switch (params->spec[i].type) {
        case RH_PARAM_NUMBER: lua_pushnumber(L, value->number); break;
        case RH_PARAM_DURATION: lua_pushinteger(L, value->duration_ns); break;
        case RH_PARAM_TEXT: lua_pushstring(L, value->text); break;
        case RH_PARAM_BOOL: lua_pushboolean(L, value->number != 0.0); break;
        }
        lua_setfield(L, -2, params->spec[i].name);
    }
    rh_lua_seal(L, "the table of params", unknown_param);
}
