/* The module `rehedge`: what a policy is made of. Arithmetic, random numbers, messages; declaring
 * the policy and its state is in declare.c and state.c, prices are in lib_pricing.c. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lua/api.h"
#include "lua/host.h"
#include "math/random.h"

static const char rng_key;      /* registry: metatable of streams */
static const char streams_key;  /* registry: the streams by their number */

static int rehedge_to_edge(lua_State *L)
{
    double delta = rh_lua_number(L, 1), lo = rh_lua_number(L, 2), hi = rh_lua_number(L, 3);
    double qty = 0.0;
    if (delta > hi)
        qty = hi - delta;
    else if (delta < lo)
        qty = lo - delta;
    lua_pushnumber(L, qty);
    return 1;
}

static int rehedge_to_centre(lua_State *L)
{
    double delta = rh_lua_number(L, 1), lo = rh_lua_number(L, 2), hi = rh_lua_number(L, 3);
    lua_pushnumber(L, 0.5 * (lo + hi) - delta);
    return 1;
}

/* --- messages ------------------------------------------------------------------------------ */

static void send_line(rh_lua *host, const char *bytes, size_t length)
{
    char line[RH_LUA_LOG_BYTES_MAX];
    rh_text_escape(line, sizeof line, bytes, length);
    if (host->services.log != NULL) host->services.log(host->services.host, line);
}

/* Count the line against its second of market time; false when the second is full. */
static bool may_log(rh_lua *host)
{
    char text[96];
    int64_t second = host->view != NULL ? host->view->time_ns / 1000000000 : -1;
    if (second != host->log_second) {
        if (host->log_dropped > 0) {
            int length = snprintf(text, sizeof text, "(%ld messages left out: at most %d a second)",
                                  host->log_dropped, RH_LUA_LOG_LINES_PER_SECOND);
            send_line(host, text, (size_t)length);
        }
        host->log_second = second;
        host->log_lines = 0;
        host->log_dropped = 0;
    }
    if (host->log_total == RH_LUA_LOG_LINES_MAX) {
        int length = snprintf(text, sizeof text, "(messages after the first %d are left out)",
                              RH_LUA_LOG_LINES_MAX);
        send_line(host, text, (size_t)length);
    }
    if (host->log_total >= RH_LUA_LOG_LINES_MAX) {
        host->log_total++;
        return false;
    }
    if (host->log_lines < RH_LUA_LOG_LINES_PER_SECOND) {
        host->log_lines++;
        host->log_total++;
        return true;
    }
    host->log_dropped++;
    return false;
}

static int rehedge_log(lua_State *L)
{
    rh_lua *host = rh_lua_host(L);
    size_t length = 0;
    luaL_checkany(L, 1);
    rh_lua_push_text(L, 1);
    const char *text = lua_tolstring(L, -1, &length);
    if (length > RH_LUA_LOG_BYTES_MAX) length = RH_LUA_LOG_BYTES_MAX;
    rh_lua_charge(L, 16 + (int64_t)(length >> 2));
    if (may_log(host)) send_line(host, text, length);
    return 0;
}

/* --- random numbers ------------------------------------------------------------------------ */

static rh_stream *check_stream(lua_State *L)
{
    rh_stream *stream = lua_touserdata(L, 1);
    bool valid = stream != NULL && lua_getmetatable(L, 1);
    if (valid) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &rng_key);
        valid = lua_rawequal(L, -1, -2);
        lua_pop(L, 2);
    }
    if (!valid) luaL_error(L, "a stream of rehedge.rng is called with a colon: r:uniform()");
    return stream;
}

static int rng_uniform(lua_State *L)
{
    lua_pushnumber(L, rh_stream_uniform(check_stream(L)));
    return 1;
}

static int rng_normal(lua_State *L)
{
    lua_pushnumber(L, rh_stream_normal(check_stream(L)));
    return 1;
}

static int absent_method(lua_State *L)
{
    return luaL_error(L, "a stream has uniform() and normal() only");
}

static void push_rng_metatable(lua_State *L)
{
    static const luaL_Reg methods[] = {
#define X(name, function, ...) {name, function},
        RH_LUA_STREAM_MAP(X)
#undef X
        {NULL, NULL}};
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &rng_key) == LUA_TTABLE) return;
    lua_pop(L, 1);
    lua_createtable(L, 0, 2);
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    rh_lua_seal(L, "rng", absent_method);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &rng_key);
}

typedef struct position { /* of one stream, as handed from a policy to the next */
    uint32_t purpose;
    rh_stream stream;
} position;

static uint32_t purpose_of(const rh_lua *host, lua_Integer index)
{
    uint32_t first = host->services.purpose != 0 ? host->services.purpose : RH_PURPOSE_POLICY;
    return first + (uint32_t)index;
}

/* Where the stream of a purpose was when the policy before this one gave it away. */
static bool find_position(const rh_lua *host, uint32_t purpose, rh_stream *stream)
{
    for (size_t at = 0; at < host->services.streams_length; at += sizeof(position)) {
        position kept;
        memcpy(&kept, host->streams + at, sizeof kept);
        if (kept.purpose != purpose) continue;
        *stream = kept.stream;
        return true;
    }
    return false;
}

/* One object per number, so that a stream has one position wherever a script asks for it. */
static int rehedge_rng(lua_State *L)
{
    rh_lua *host = rh_lua_host(L);
    lua_Integer index = rh_lua_integer(L, 1);
    luaL_argcheck(L, index >= 0 && index < 65536, 1,
                  "a stream is a whole number from 0 to 65535");
    host->knows_path |= host->loading;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &streams_key) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &streams_key);
    }
    if (lua_rawgeti(L, -1, index) == LUA_TUSERDATA) return 1;
    lua_pop(L, 1);
    rh_stream *stream = lua_newuserdatauv(L, sizeof *stream, 0);
    uint32_t purpose = purpose_of(host, index);
    if (!find_position(host, purpose, stream))
        rh_stream_init(stream, host->services.seed, host->services.path, purpose);
    push_rng_metatable(L);
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, index);
    return 1;
}

void rh_lua_forget_streams(lua_State *L)
{
    rh_lua_host(L)->services.streams_length = 0;
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &streams_key);
}

static void add_position(rh_buffer *out, uint32_t purpose, const rh_stream *stream)
{
    position kept;
    memset(&kept, 0, sizeof kept);
    kept.purpose = purpose;
    kept.stream = *stream;
    rh_buffer_append(out, &kept, sizeof kept);
}

/* Those that this script asked for, and those that it was handed and left alone. Nothing of it
 * allocates in the VM or calls the script. */
rh_status rh_lua_save_streams(const rh_policy *policy, rh_buffer *streams, rh_error *error)
{
    const rh_lua *host = (const rh_lua *)policy;
    lua_State *L = host->L;
    int top = lua_gettop(L);
    if (!lua_checkstack(L, 4)) return rh_fail(error, RH_NO_MEMORY, "no memory for the streams");
    bool any = lua_rawgetp(L, LUA_REGISTRYINDEX, &streams_key) == LUA_TTABLE;
    for (lua_pushnil(L); any && lua_next(L, top + 1) != 0; lua_pop(L, 1))
        add_position(streams, purpose_of(host, lua_tointeger(L, -2)), lua_touserdata(L, -1));
    for (size_t at = 0; at < host->services.streams_length; at += sizeof(position)) {
        position kept;
        memcpy(&kept, host->streams + at, sizeof kept);
        lua_Integer index = (lua_Integer)kept.purpose - purpose_of(host, 0);
        bool live = any && lua_rawgeti(L, top + 1, index) == LUA_TUSERDATA;
        lua_settop(L, top + 1);
        if (!live) add_position(streams, kept.purpose, &kept.stream);
    }
    lua_settop(L, top);
    return streams->failed ? rh_fail(error, RH_NO_MEMORY, "no memory for the streams") : RH_OK;
}

void rh_lua_open_rehedge(lua_State *L)
{
    static const luaL_Reg functions[] = {
#define X(name, function, ...) {name, function},
        RH_LUA_REHEDGE_MAP(X)
#undef X
        {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
