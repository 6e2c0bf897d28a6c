/* The policy interface in Lua: load a script into a VM of its own, then answer trigger and scale.
 * Invariant: the stack between calls is exactly the values of RH_LUA_AT_*, so a call looks nothing
 * up and allocates nothing; every entry into the script is a protected call under the limits. */
#include "lua/lua_policy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lua/host.h"

/* --- calls --------------------------------------------------------------------------------- */

rh_status rh_lua_already_dead(const rh_lua *host, rh_error *error)
{
    return rh_fail(error, RH_POLICY, "%s: the policy was killed before", host->label);
}

/* Push the function at `callback` and what every callback gets. */
static void push_call(lua_State *L, int callback)
{
    lua_pushvalue(L, callback);
    lua_pushvalue(L, RH_LUA_AT_VIEW);
    lua_pushvalue(L, RH_LUA_AT_PARAMS);
    lua_pushvalue(L, RH_LUA_AT_FEATURES);
}

int rh_lua_enter(rh_lua *host, const rh_view *view, const double *features, int arguments,
                 int results)
{
    host->view = view;
    host->features = features;
    host->entered = true;
    rh_lua_fill_view(host);
    rh_lua_begin(host, RH_LUA_INSTRUCTIONS_PER_CALL, RH_LUA_CPU_NS_PER_CALL);
    int code = lua_pcall(host->L, arguments, results, RH_LUA_AT_HANDLER);
    host->view = NULL;
    host->features = NULL;
    host->policy.gas = host->granted - host->budget;
    rh_lua_account(host);
    rh_lua_weigh_end(host);
    /* A kill that the script's end overtook (in its last instructions) is a kill all the same. */
    return code == LUA_OK && host->killed ? LUA_ERRRUN : code;
}

rh_status rh_lua_die(rh_lua *host, rh_status status)
{
    host->dead = true;
    lua_settop(host->L, RH_LUA_AT_END);
    return status;
}

/* lo or hi at `index`: a number, or 0 when absent. */
static rh_status read_edge(rh_lua *host, int index, const char *name, double *edge,
                           rh_error *error)
{
    int type = lua_type(host->L, index);
    *edge = type == LUA_TNUMBER ? lua_tonumber(host->L, index) : 0.0;
    if (type == LUA_TNIL || (type == LUA_TNUMBER && isfinite(*edge))) return RH_OK;
    return rh_fail(error, RH_POLICY, "%s:%d: trigger returned a malformed band: %s: found %s",
                   host->label, host->trigger_line, name,
                   type == LUA_TNUMBER ? "a number that is not finite" :
                   lua_typename(host->L, type));
}

static rh_status read_decision(rh_lua *host, rh_decision *decision, rh_error *error)
{
    lua_State *L = host->L;
    int type = lua_type(L, -3);
    if (type != LUA_TBOOLEAN && type != LUA_TNIL)
        return rh_fail(error, RH_POLICY, "%s:%d: trigger returned a %s, expected true or false",
                       host->label, host->trigger_line, lua_typename(L, type));
    *decision = (rh_decision){.fire = lua_toboolean(L, -3) != 0};
    if (!decision->fire) return RH_OK;
    RH_TRY(read_edge(host, -2, "lo", &decision->lo, error));
    RH_TRY(read_edge(host, -1, "hi", &decision->hi, error));
    if (decision->lo <= decision->hi) return RH_OK;
    return rh_fail(error, RH_POLICY, "%s:%d: trigger returned a malformed band: lo is above hi",
                   host->label, host->trigger_line);
}

static rh_status trigger(rh_policy *policy, const rh_view *view, const double *features,
                         rh_decision *decision, rh_kill_kind *killed_by, rh_error *error)
{
    rh_lua *host = (rh_lua *)policy;
    lua_State *L = host->L;
    *killed_by = RH_KILL_ERROR;
    if (host->dead) return rh_lua_already_dead(host, error);
    push_call(L, RH_LUA_AT_TRIGGER);
    int code = rh_lua_enter(host, view, features, 3, 3);
    if (code != LUA_OK) return rh_lua_die(host, rh_lua_failed(host, code, killed_by, error));
    rh_status status = read_decision(host, decision, error);
    lua_settop(L, RH_LUA_AT_END);
    if (status == RH_OK) return RH_OK;
    *killed_by = RH_KILL_MALFORMED;
    return rh_lua_die(host, status);
}

static rh_status scale(rh_policy *policy, const rh_view *view, const double *features, double lo,
                       double hi, rh_order_request *orders, size_t *count, rh_kill_kind *killed_by,
                       rh_error *error)
{
    rh_lua *host = (rh_lua *)policy;
    lua_State *L = host->L;
    *killed_by = RH_KILL_ERROR;
    *count = 0;
    if (host->dead) return rh_lua_already_dead(host, error);
    push_call(L, RH_LUA_AT_SCALE);
    lua_pushnumber(L, lo);
    lua_pushnumber(L, hi);
    int code = rh_lua_enter(host, view, features, 5, 1);
    if (code != LUA_OK) return rh_lua_die(host, rh_lua_failed(host, code, killed_by, error));
    rh_status status = rh_lua_read_orders(host, view, lua_gettop(L), orders, count, killed_by,
                                          error);
    lua_settop(L, RH_LUA_AT_END);
    if (status == RH_OK) return RH_OK;
    *count = 0;
    return rh_lua_die(host, status);
}

/* Arg 1: int * for the reference of arg 2. */
static int keep_body(lua_State *L)
{
    int *reference = lua_touserdata(L, 1);
    lua_settop(L, 2);
    *reference = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

static void free_policy(rh_policy *policy)
{
    rh_lua *host = (rh_lua *)policy;
    rh_lua_account(host);                       /* no interrupt reaches it any more */
    if (host->L != NULL) lua_close(host->L);    /* no finalizer of a script exists */
    free(host->text);
    free(host->parts);
    free(host->names);
    free(host->streams);
    free((void *)host->services.hedges);
    free(host);
}

static const rh_policy_methods methods = {trigger, scale, rh_lua_save_state, rh_lua_load_state,
                                          free_policy, rh_lua_notify, rh_lua_restart,
                                          rh_lua_save_streams, NULL};

/* --- loading ------------------------------------------------------------------------------- */

/* Copy `count` names behind those that were copied before; NULL stays NULL. */
static const char *const *copy_names(rh_lua *host, const char **pointers, size_t *used,
                                     const char *const *names, int count)
{
    const char **first = pointers + *used;
    if (names == NULL) return NULL;
    for (int i = 0; i < count; i++, ++*used) {
        snprintf(host->names[*used], RH_NAME_MAX, "%s", names[i]);
        pointers[*used] = host->names[*used];
    }
    return first;
}

static rh_status copy_streams(rh_lua *host, const rh_policy_services *services, rh_error *error)
{
    host->services.streams = NULL;
    if (services->streams_length == 0) return RH_OK;
    host->services.streams = host->streams = malloc(services->streams_length);
    if (host->streams == NULL) return rh_fail(error, RH_NO_MEMORY, "no memory for a policy");
    memcpy(host->streams, services->streams, services->streams_length);
    return RH_OK;
}

static rh_status copy_services(rh_lua *host, const rh_policy_services *services, rh_error *error)
{
    host->services = *services;
    RH_TRY(copy_streams(host, services, error));
    host->services.trusted = services->trusted && !host->set->strict;
    host->services.hedges = host->services.hedge_venues = host->services.assets = NULL;
    size_t used = 0, count = 2 * (size_t)services->hedge_count + (size_t)services->asset_count;
    if (count == 0) return RH_OK;
    const char **pointers = calloc(count, sizeof *pointers);
    host->names = calloc(count, sizeof *host->names);
    host->services.hedges = pointers;   /* owns all of them, whatever there is */
    if (pointers == NULL || host->names == NULL)
        return rh_fail(error, RH_NO_MEMORY, "no memory for a policy");
    (void)copy_names(host, pointers, &used, services->hedges, services->hedge_count);
    host->services.hedge_venues =
        copy_names(host, pointers, &used, services->hedge_venues, services->hedge_count);
    host->services.assets =
        copy_names(host, pointers, &used, services->assets, services->asset_count);
    return RH_OK;
}

static void copy_part(rh_lua *host, const char *label, const char *bytes, size_t length,
                      size_t *used)
{
    rh_lua_part *part = &host->parts[host->part_count++];
    snprintf(part->label, sizeof part->label, "%s", label);
    if (length > 0) memcpy(host->text + *used, bytes, length);
    part->bytes = host->text + *used;
    part->length = length;
    *used += length;
}

/* The lines that messages show. */
static rh_status copy_text(rh_lua *host, const rh_policy_source *source, rh_error *error)
{
    size_t bytes = source->length + 1, used = 0;
    for (size_t i = 0; i < source->module_count; i++) bytes += source->modules[i].length;
    host->text = malloc(bytes);
    host->parts = calloc(1 + source->module_count, sizeof *host->parts);
    if (host->text == NULL || host->parts == NULL)
        return rh_fail(error, RH_NO_MEMORY, "no memory for a policy");
    copy_part(host, host->label, source->bytes, source->length, &used);
    for (size_t i = 0; i < source->module_count; i++)
        copy_part(host, source->modules[i].path, source->modules[i].bytes,
                  source->modules[i].length, &used);
    return RH_OK;
}

rh_status rh_lua_new(const rh_policy_source *source, const rh_policy_services *services,
                     rh_lua **out, rh_error *error)
{
    rh_lua *host = calloc(1, sizeof *host);
    if (host == NULL) return rh_fail(error, RH_NO_MEMORY, "no memory for a policy");
    const char *slash = strrchr(source->label, '/');
    rh_text_escape(host->label, sizeof host->label - 1, slash != NULL ? slash + 1 : source->label,
                   strlen(slash != NULL ? slash + 1 : source->label));
    host->policy.methods = &methods;
    host->policy.reproducible = true;
    memcpy(host->policy.sha256, source->sha256, RH_SHA256_HEX);
    host->source = source->bytes;
    host->source_length = source->length;
    host->set = source;
    host->loading = host->host_allocates = true;
    host->state = LUA_NOREF;
    host->log_second = INT64_MIN;
    host->kept_chunk = host->kept_declaration = LUA_NOREF;
    host->declared.trigger = host->declared.scale = host->declared.migrate = LUA_NOREF;
    rh_status status = copy_services(host, services, error);
    if (status == RH_OK) status = copy_text(host, source, error);
    if (status == RH_OK && rh_lua_vm_new(host) == NULL)
        status = rh_fail(error, RH_NO_MEMORY, "no memory for a policy");
    if (status != RH_OK) {
        free_policy(&host->policy);
        return status;
    }
    *out = host;
    return RH_OK;
}

/* Keep the chunk on top for restarts. */
static int keep_chunk(rh_lua *host)
{
    rh_error ignored;
    if (!host->services.restarts) return LUA_OK;
    rh_status status = rh_lua_protected(host, keep_body, &host->kept_chunk, lua_gettop(host->L),
                                        &ignored);
    return status == RH_OK ? LUA_OK : LUA_ERRMEM;
}

/* Compile and run the chunk, whose first upvalue is the table of globals. */
static rh_status run_chunk(rh_lua *host, rh_error *error)
{
    rh_kill_kind kind;
    char name[RH_LUA_LABEL_MAX + 1];
    lua_State *L = host->L;
    snprintf(name, sizeof name, "@%s", host->label);
    rh_lua_begin(host, RH_LUA_INSTRUCTIONS_PER_LOAD, RH_LUA_CPU_NS_PER_LOAD);
    host->host_allocates = false;
    int code = luaL_loadbufferx(L, host->source, host->source_length, name, "t");
    host->compile_work = host->granted - host->budget;
    rh_lua_weigh_compiled(host);
    if (code == LUA_OK) code = keep_chunk(host);
    if (code != LUA_OK && code != LUA_ERRMEM && !host->killed && lua_isstring(L, -1))
        return rh_fail(error, RH_POLICY, "%s", lua_tostring(L, -1));
    if (code == LUA_OK) code = lua_pcall(L, 0, 1, RH_LUA_AT_HANDLER);
    host->host_allocates = true;
    rh_lua_weigh_end(host);
    if (code != LUA_OK || host->killed) return rh_lua_failed(host, code, &kind, error);
    if (!host->declared.done)
        return rh_fail(error, RH_POLICY, "%s: the script declares no policy: end it with "
                       "`return rehedge.policy { ... }`", host->label);
    lua_rawgeti(L, LUA_REGISTRYINDEX, host->declared.marker);
    if (!lua_rawequal(L, -1, -2))
        return rh_fail(error, RH_POLICY, "%s: the script must return its policy: end it with "
                       "`return rehedge.policy { ... }`", host->label);
    lua_settop(L, RH_LUA_AT_HANDLER);
    return RH_OK;
}

rh_status rh_lua_check_syntax(const rh_policy_source *source, rh_error *error)
{
    rh_lua *host = NULL;
    const rh_policy_services services = {.seed = 0};
    char name[RH_LUA_LABEL_MAX + 1];
    RH_TRY(rh_lua_new(source, &services, &host, error));
    rh_status status = rh_lua_check_source(host->label, source->bytes, source->length,
                                           &host->uses, error);
    snprintf(name, sizeof name, "@%s", host->label);
    if (status == RH_OK &&
        luaL_loadbufferx(host->L, source->bytes, source->length, name, "t") != LUA_OK)
        status = rh_fail(error, RH_POLICY, "%s", lua_isstring(host->L, -1)
                                                     ? lua_tostring(host->L, -1) : "no memory");
    if (status != RH_OK) rh_lua_show_line(host, error);
    free_policy(&host->policy);
    return status;
}

enum { VIEW, PARAMS, FEATURES, FIELDS, NAMES, VALUES = NAMES + RH_LUA_TIME + 1 };

/* Arg 1: int[VALUES]. Makes the values that calls need, and keeps them in the registry. */
static int values_body(lua_State *L)
{
    int *references = lua_touserdata(L, 1);
    rh_lua_push_params(L);
    references[PARAMS] = luaL_ref(L, LUA_REGISTRYINDEX);
    rh_lua_push_features(L);
    references[FEATURES] = luaL_ref(L, LUA_REGISTRYINDEX);
    rh_lua_push_fields(L);
    lua_pushvalue(L, -1);
    references[FIELDS] = luaL_ref(L, LUA_REGISTRYINDEX);
    rh_lua_push_assets(L);
    rh_lua_push_hedges(L);
    rh_lua_wrap_view(L);
    references[VIEW] = luaL_ref(L, LUA_REGISTRYINDEX);
    for (int field = 0; field <= RH_LUA_TIME; field++) {
        lua_pushstring(L, rh_lua_field_name(field));
        references[NAMES + field] = luaL_ref(L, LUA_REGISTRYINDEX);
    }
    return 0;
}

static void push_callback(lua_State *L, int reference)
{
    if (reference == LUA_NOREF)
        lua_pushnil(L);
    else
        lua_rawgeti(L, LUA_REGISTRYINDEX, reference);
}

/* The line where the callback at stack index `at` is defined; where it is named when the prelude
 * made it; 0 without one. */
static int line_of_callback(rh_lua *host, int at, const char *key)
{
    lua_Debug function;
    if (lua_isnil(host->L, at)) return 0;
    lua_pushvalue(host->L, at);
    lua_getinfo(host->L, ">S", &function);
    if (!rh_lua_in_prelude(&function)) return function.linedefined;
    return rh_lua_line_of(host->source, host->source_length, key);
}

void rh_lua_lay_callbacks(rh_lua *host)
{
    push_callback(host->L, host->declared.trigger);
    lua_replace(host->L, RH_LUA_AT_TRIGGER);
    push_callback(host->L, host->declared.scale);
    lua_replace(host->L, RH_LUA_AT_SCALE);
    host->trigger_line = line_of_callback(host, RH_LUA_AT_TRIGGER, "trigger");
    host->scale_line = line_of_callback(host, RH_LUA_AT_SCALE, "scale");
}

static rh_status lay_out_stack(rh_lua *host, rh_error *error)
{
    static_assert(RH_LUA_AT_VIEW + FEATURES == RH_LUA_AT_FEATURES, "one order");
    static_assert(RH_LUA_AT_VIEW + NAMES == RH_LUA_AT_NAMES, "one order");
    int references[VALUES];
    lua_State *L = host->L;
    RH_TRY(rh_lua_protected(host, values_body, references, 0, error));
    if (!lua_checkstack(L, VALUES + 32))
        return rh_fail(error, RH_NO_MEMORY, "no memory for a policy");
    lua_pushnil(L);
    lua_pushnil(L);
    for (int i = 0; i < VALUES; i++) lua_rawgeti(L, LUA_REGISTRYINDEX, references[i]);
    RH_ASSERT(lua_gettop(L) == RH_LUA_AT_END);
    rh_lua_lay_callbacks(host);
    return RH_OK;
}

static rh_status load_into(rh_lua *host, rh_json params, rh_error *error)
{
    RH_TRY(rh_lua_protected(host, rh_lua_open, NULL, 0, error));
    lua_pushcfunction(host->L, rh_lua_handler);
    RH_TRY(run_chunk(host, error));
    RH_TRY(rh_lua_resolve(host, params, error));
    return lay_out_stack(host, error);
}

static rh_status load(void *context, const rh_policy_source *source, rh_json params,
                      const rh_policy_services *services, rh_policy **policy, rh_error *error)
{
    rh_lua *host = NULL;
    (void)context;
    RH_TRY(rh_lua_new(source, services, &host, error));
    rh_status status = rh_lua_check_source(host->label, source->bytes, source->length,
                                           &host->uses, error);
    if (status == RH_OK) status = rh_lua_check_modules(source, &host->uses, error);
    if (status == RH_OK) status = load_into(host, params, error);
    if (status != RH_OK) {
        if (status == RH_POLICY) rh_lua_show_line(host, error);
        if (services->machine_decided && !host->policy.reproducible)
            *services->machine_decided = true;
        free_policy(&host->policy);
        return status;
    }
    rh_lua_account(host);
    host->source = NULL;
    if (!services->restarts) host->set = NULL;
    host->source_length = 0;
    host->loading = host->host_allocates = false;
    *policy = &host->policy;
    return RH_OK;
}

int64_t rh_lua_gas(const rh_policy *policy)
{
    if (policy->methods != &methods) return 0;
    const rh_lua *host = (const rh_lua *)policy;
    return host->accounted + host->granted - host->budget;
}

const rh_policy_loader rh_lua_loader = {load, NULL};

const char *rh_lua_version(void)
{
    return LUA_VERSION_MAJOR "." LUA_VERSION_MINOR "." LUA_VERSION_RELEASE;
}
