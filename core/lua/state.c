/* rehedge.state{...}: one plain table that outlives a swap, written and read by C alone.
 * Layout: "RHS1", then one value: n | f | t | i + int64 | d + bits of a double | s + uint32 length
 * + bytes | { (key value)* }; little-endian, keys in the order of keys.c, so that equal states have
 * equal bytes in every process. Invariant: no code of the script runs while saving. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lua/host.h"

static const char magic[4] = {'R', 'H', 'S', '1'};

/* --- writing ------------------------------------------------------------------------------- */

typedef struct state_saving {
    rh_buffer *out;
    int depth;
    char path[256];
} state_saving;

static void put_u64(rh_buffer *out, char tag, uint64_t value, int bytes)
{
    char record[9] = {tag};
    for (int i = 0; i < bytes; i++) record[1 + i] = (char)(unsigned char)(value >> (8 * i));
    rh_buffer_append(out, record, (size_t)bytes + 1);
}

static void put_number(lua_State *L, int index, rh_buffer *out)
{
    uint64_t bits;
    if (lua_isinteger(L, index)) {
        put_u64(out, 'i', (uint64_t)lua_tointeger(L, index), 8);
        return;
    }
    double value = lua_tonumber(L, index);
    if (isnan(value)) value = (double)NAN;      /* one NaN: its sign differs between machines */
    memcpy(&bits, &value, sizeof bits);
    put_u64(out, 'd', bits, 8);
}

static void put_value(lua_State *L, state_saving *saving, int index);

static void put_table(lua_State *L, state_saving *saving, int index)
{
    char name[RH_NAME_MAX];
    size_t path = strlen(saving->path), length;
    if (++saving->depth > RH_LUA_STATE_DEPTH_MAX)
        luaL_error(L, "%s: tables nest more than %d deep, or contain themselves", saving->path,
                   RH_LUA_STATE_DEPTH_MAX);
    if (!rh_lua_is_plain(L, index)) luaL_error(L, "%s: has a metatable", saving->path);
    if (rh_lua_count_keys(L, index) > RH_LUA_STATE_BYTES_MAX / 6)   /* "s", length, a byte */
        luaL_error(L, "the state is larger than %d bytes", (int)RH_LUA_STATE_BYTES_MAX);
    rh_buffer_append(saving->out, "{", 1);
    rh_lua_push_keys(L, index);
    int keys = lua_gettop(L);
    for (lua_Integer i = 1; lua_rawgeti(L, keys, i) != LUA_TNIL; i++) {
        lua_pushvalue(L, -1);
        rh_lua_push_text(L, -1);
        const char *text = lua_tolstring(L, -1, &length);
        rh_text_escape(name, sizeof name, text, length);
        snprintf(saving->path + path, sizeof saving->path - path, ".%s", name);
        lua_pop(L, 1);
        put_value(L, saving, lua_gettop(L));
        lua_rawget(L, index);
        put_value(L, saving, lua_gettop(L));
        lua_pop(L, 2);
    }
    lua_settop(L, keys - 1);
    saving->path[path] = '\0';
    rh_buffer_append(saving->out, "}", 1);
    saving->depth--;
}

static void put_value(lua_State *L, state_saving *saving, int index)
{
    size_t length = 0;
    luaL_checkstack(L, 12, NULL);
    if (saving->out->length > RH_LUA_STATE_BYTES_MAX)
        luaL_error(L, "the state is larger than %d bytes", (int)RH_LUA_STATE_BYTES_MAX);
    switch (lua_type(L, index)) {
    case LUA_TNIL: rh_buffer_append(saving->out, "n", 1); break;
    case LUA_TBOOLEAN:
        rh_buffer_append(saving->out, lua_toboolean(L, index) ? "t" : "f", 1);
        break;
    case LUA_TNUMBER: put_number(L, index, saving->out); break;
    case LUA_TSTRING: {
        const char *text = lua_tolstring(L, index, &length);
        put_u64(saving->out, 's', length, 4);
        rh_buffer_append(saving->out, text, length);
        break;
    }
    case LUA_TTABLE: put_table(L, saving, index); break;
    default: luaL_error(L, "%s: a %s cannot be saved", saving->path, luaL_typename(L, index));
    }
}

/* Arg 1: a saving; arg 2: the table. */
static int save_body(lua_State *L)
{
    state_saving *saving = lua_touserdata(L, 1);
    snprintf(saving->path, sizeof saving->path, "state");
    rh_buffer_append(saving->out, magic, sizeof magic);
    put_value(L, saving, 2);
    if (saving->out->failed) luaL_error(L, "no memory for the state");
    if (saving->out->length > RH_LUA_STATE_BYTES_MAX)
        luaL_error(L, "the state is larger than %d bytes", (int)RH_LUA_STATE_BYTES_MAX);
    return 0;
}

/* Raises why the table at `index` cannot be saved, if so; the message begins with `before`. */
static void check_savable(lua_State *L, int index, const char *before)
{
    rh_lua *host = rh_lua_host(L);
    rh_buffer trial = {0};
    state_saving saving = {.out = &trial};
    lua_pushvalue(L, index);
    rh_status status = rh_lua_protected(host, save_body, &saving, lua_gettop(L), NULL);
    rh_buffer_free(&trial);
    lua_pop(L, 1);
    if (status != RH_OK) luaL_error(L, "%s%s", before, host->message);
}

rh_status rh_lua_save_state(const rh_policy *policy, rh_buffer *state, rh_error *error)
{
    /* The stack of the VM is scratch space: what a policy can observe does not change. */
    rh_lua *host = (rh_lua *)(uintptr_t)policy;
    rh_buffer_clear(state);
    if (host->state == LUA_NOREF) return RH_OK;
    state_saving saving = {.out = state};
    lua_rawgeti(host->L, LUA_REGISTRYINDEX, host->state);
    rh_status status = rh_lua_protected(host, save_body, &saving, lua_gettop(host->L), error);
    lua_pop(host->L, 1);
    if (status == RH_OK) return RH_OK;
    rh_buffer_clear(state);
    return rh_fail(error, RH_POLICY, "%s: %s", host->label, host->message);
}

/* --- reading ------------------------------------------------------------------------------- */

typedef struct state_loading {
    rh_lua *host;
    const char *at, *end, *from_name, *from_version;
    int depth;
} state_loading;

static uint64_t take(lua_State *L, state_loading *loading, int bytes)
{
    uint64_t value = 0;
    if (loading->end - loading->at < bytes) luaL_error(L, "the saved state is damaged");
    for (int i = 0; i < bytes; i++)
        value |= (uint64_t)(unsigned char)loading->at[i] << (8 * i);
    loading->at += bytes;
    return value;
}

static void push_saved(lua_State *L, state_loading *loading);

static void push_saved_table(lua_State *L, state_loading *loading)
{
    if (++loading->depth > RH_LUA_STATE_DEPTH_MAX) luaL_error(L, "the saved state is damaged");
    lua_newtable(L);
    while (loading->at < loading->end && *loading->at != '}') {
        push_saved(L, loading);
        if (lua_isnil(L, -1) || lua_istable(L, -1) ||
            (lua_isnumber(L, -1) && isnan(lua_tonumber(L, -1))))
            luaL_error(L, "the saved state is damaged");
        push_saved(L, loading);
        lua_rawset(L, -3);
    }
    take(L, loading, 1);
    loading->depth--;
}

static void push_saved(lua_State *L, state_loading *loading)
{
    double number;
    luaL_checkstack(L, 4, NULL);
    switch ((char)take(L, loading, 1)) {
    case 'n': lua_pushnil(L); break;
    case 'f': lua_pushboolean(L, 0); break;
    case 't': lua_pushboolean(L, 1); break;
    case 'i': lua_pushinteger(L, (lua_Integer)take(L, loading, 8)); break;
    case 'd': {
        uint64_t bits = take(L, loading, 8);
        memcpy(&number, &bits, sizeof number);
        lua_pushnumber(L, number);
        break;
    }
    case 's': {
        size_t length = (size_t)take(L, loading, 4);
        if ((size_t)(loading->end - loading->at) < length)
            luaL_error(L, "the saved state is damaged");
        if (memchr(loading->at, '\0', length) != NULL) loading->host->uses |= RH_SOURCE_ZEROS;
        lua_pushlstring(L, loading->at, length);
        loading->at += length;
        break;
    }
    case '{': push_saved_table(L, loading); break;
    default: luaL_error(L, "the saved state is damaged");
    }
}

/* Replace the saved table on top by what migrate makes of it, in the script's own limits. */
static void migrate(lua_State *L, state_loading *loading)
{
    rh_lua *host = loading->host;
    lua_rawgeti(L, LUA_REGISTRYINDEX, host->declared.migrate);
    lua_insert(L, -2);
    lua_pushstring(L, loading->from_name);
    lua_pushstring(L, loading->from_version);
    rh_lua_begin(host, RH_LUA_INSTRUCTIONS_PER_LOAD, RH_LUA_CPU_NS_PER_LOAD);
    host->host_allocates = false;
    lua_call(L, 3, 1);
    host->host_allocates = true;
    rh_lua_raise_if_killed(L);
    if (lua_isnil(L, -1)) return;
    if (!rh_lua_is_plain(L, -1))
        luaL_error(L, "%s: migrate must return a plain table or nil, not a %s", host->label,
                   luaL_typename(L, -1));
}

/* Arg 1: a loading; arg 2: the live state table, nil when the script declares none. */
static int load_body(lua_State *L)
{
    state_loading *loading = lua_touserdata(L, 1);
    for (size_t i = 0; i < sizeof magic; i++)
        if ((char)take(L, loading, 1) != magic[i]) luaL_error(L, "the saved state is damaged");
    push_saved(L, loading);
    if (!lua_istable(L, -1) || loading->at != loading->end)
        luaL_error(L, "the saved state is damaged");
    if (loading->host->declared.migrate != LUA_NOREF) migrate(L, loading);
    if (lua_isnil(L, 2) || lua_isnil(L, 3)) return 0;
    for (lua_pushnil(L); lua_next(L, 3) != 0; lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, 2);
    }
    /* Or nobody could ever replace the policy: refuse it while the old one is there. */
    bool migrated = loading->host->declared.migrate != LUA_NOREF;
    check_savable(L, 2, lua_pushfstring(L, "%s: %s", loading->host->label,
                                        migrated ? "after migrate: " : ""));
    return 0;
}

rh_status rh_lua_load_state(rh_policy *policy, const char *bytes, size_t length,
                            const char *from_name, const char *from_version, rh_error *error)
{
    rh_lua *host = (rh_lua *)policy;
    bool same = strcmp(from_name, policy->name) == 0;
    if (length == 0 || (host->declared.migrate == LUA_NOREF && !same)) return RH_OK;
    state_loading loading = {.host = host, .at = bytes, .end = bytes + length,
                             .from_name = from_name, .from_version = from_version};
    if (host->state != LUA_NOREF)
        lua_rawgeti(host->L, LUA_REGISTRYINDEX, host->state);
    else
        lua_pushnil(host->L);
    host->loading = true;
    rh_status status = rh_lua_protected(host, load_body, &loading, lua_gettop(host->L), error);
    rh_lua_account(host);
    host->loading = false;
    lua_pop(host->L, 1);
    return status;
}

/* --- declaring ----------------------------------------------------------------------------- */

int rh_lua_state(lua_State *L)
{
    rh_lua *host = rh_lua_host(L);
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    if (!host->loading || host->declared.done)
        return luaL_error(L, "rehedge.state is only valid while a script loads, before the policy");
    if (host->state != LUA_NOREF) return luaL_error(L, "rehedge.state is called twice");
    rh_lua_charge(L, RH_LUA_INSTRUCTIONS_PER_CALL);     /* once is enough for anybody */
    check_savable(L, 1, "");
    lua_settop(L, 1);
    lua_pushvalue(L, 1);
    host->state = luaL_ref(L, LUA_REGISTRYINDEX);
    return 1;
}
