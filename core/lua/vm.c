/* The VM of one script: its memory under a cap, its instructions under a budget, its errors as
 * messages. Must not know what a policy is.
 * Invariant: a kill is sticky. The flag is set once, the hook re-armed at every instruction, and
 * every C function of ours that could catch it raises it again, so no pcall survives it. The one
 * global is the trusted host that is being called, which a signal handler must reach. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lua/host.h"

static void hook(lua_State *L, lua_Debug *activation);
static void callers(lua_State *L, char *text, size_t room);

/* A trusted script outside of a trial: nothing bounds its calls but a person's interrupt. */
static bool is_unbounded(const rh_lua *host)
{
    return host->services.trusted && !host->services.trial;
}

static void arm(rh_lua *host, int every)
{
    if (host->L == NULL || (is_unbounded(host) && !host->killed)) return;
    lua_sethook(host->L, hook, LUA_MASKCOUNT, every);
}

/* "delta_band.lua:12: " of the innermost Lua function, without allocating. */
static void where(lua_State *L, char text[RH_LUA_LABEL_MAX + 16])
{
    lua_Debug activation;
    bool in_prelude = false;
    text[0] = '\0';
    for (int level = 0; level < 16 && lua_getstack(L, level, &activation); level++) {
        if (!lua_getinfo(L, "Sl", &activation) || activation.currentline <= 0) continue;
        in_prelude = in_prelude || rh_lua_in_prelude(&activation);
        if (rh_lua_in_prelude(&activation)) continue;
        snprintf(text, RH_LUA_LABEL_MAX + 16, "%s:%d: ", activation.short_src,
                 activation.currentline);
        return;
    }
    if (in_prelude)     /* called by nobody but the host: blame the line that names the trigger */
        snprintf(text, RH_LUA_LABEL_MAX + 16, "%s:%d: ", rh_lua_host(L)->label,
                 rh_lua_host(L)->trigger_line);
}

void rh_lua_kill(rh_lua *host, rh_kill_kind kind, const char *why)
{
    char at[RH_LUA_LABEL_MAX + 16] = "";
    if (host->killed) return;
    host->killed = true;
    host->killed_by = kind;
    if (host->L != NULL) where(host->L, at);
    if (at[0] == '\0') snprintf(at, sizeof at, "%s: ", host->label);
    snprintf(host->message, sizeof host->message, "%s%s", at, why);
    if (host->L != NULL) callers(host->L, host->message, sizeof host->message);
    arm(host, 1);
}

/* --- memory -------------------------------------------------------------------------------- */

static bool is_long_text(const void *pointer, size_t tag, size_t bytes)
{
    return pointer == NULL && tag == LUA_TSTRING && bytes > 256;
}

/* May the VM grow by `more`? The first refusal makes Lua collect everything and ask again; the
 * second one in a row, or too many first ones, is a kill. */
static bool may_grow(rh_lua *host, size_t more)
{
    if (host->host_allocates || host->bytes_used + more <= RH_LUA_MEMORY_BYTES_MAX) {
        host->refused_once = false;
        return true;
    }
    host->budget -= RH_LUA_EMERGENCY_COST;
    /* How much memory a VM takes is this machine's: so is, then, when an order leaves. */
    if (host->services.gas_matters && !host->loading) host->policy.reproducible = false;
    if (host->refused_once || ++host->emergencies > RH_LUA_EMERGENCIES_MAX) {
        if (!host->killed) host->policy.reproducible = false;
        rh_lua_kill(host, RH_KILL_MEMORY, "memory limit: more than 8 MiB in use");
    }
    host->refused_once = true;
    return false;
}

static void use(rh_lua *host, size_t more)
{
    host->bytes_used += more;
    if (host->bytes_used > RH_LUA_RESTART_BYTES_MAX) host->policy.doubtful = true;
}

static void *allocate(void *context, void *pointer, size_t old_bytes, size_t new_bytes)
{
    static_assert(RH_LUA_MEMORY_BYTES_MAX == 8u << 20, "the message above names the limit");
    rh_lua *host = context;
    size_t held = pointer != NULL ? old_bytes : 0;
    if (new_bytes == 0) {
        rh_lua_weigh_free(host, pointer);
        free(pointer);
        host->bytes_used -= held;
        return NULL;
    }
    if (is_long_text(pointer, old_bytes, new_bytes) && !host->host_allocates) {
        if (new_bytes > RH_LUA_STRING_BYTES_MAX + 64) {
            rh_lua_kill(host, RH_KILL_MEMORY, "string limit: a text of more than 64 KiB");
            return NULL;
        }
        host->budget -= (int64_t)(new_bytes >> 6);
    }
    rh_lua_weigh(host, pointer, old_bytes, new_bytes);
    if (host->budget < 0 && !host->host_allocates) arm(host, 1);
    if (new_bytes > held && !may_grow(host, new_bytes - held)) return NULL;
    void *moved = realloc(pointer, new_bytes);
    if (moved != NULL) {
        use(host, new_bytes - held);
        if (pointer != NULL ? pointer == host->stack : old_bytes == 0)
            rh_lua_weigh_block(host, pointer, moved, new_bytes);
    }
    if (moved == NULL && new_bytes <= held)
        return pointer;     /* Lua relies on shrinking never to fail */
    return moved;
}

/* --- instructions -------------------------------------------------------------------------- */

static int64_t cpu_now_ns(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0) return 0;
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void rh_lua_spend_too_much(rh_lua *host)
{
    if (host->emergencies > 0) host->policy.reproducible = false;
    rh_lua_kill(host, RH_KILL_INSTRUCTIONS,
                host->testing != NULL
                    ? "instruction limit: a test takes more than 10000000 instructions"
                : host->loading ? "instruction limit: loading takes more than 10000000 instructions"
                                : "instruction limit: a call takes more than 200000 instructions");
}

static void look_at_the_clock(rh_lua *host)
{
    int64_t now = cpu_now_ns();
    if (host->cpu_from_ns == 0) host->cpu_from_ns = now;
    if (now - host->cpu_from_ns <= host->cpu_limit_ns) return;
    host->policy.reproducible = false;
    rh_lua_kill(host, RH_KILL_INSTRUCTIONS, "time limit: more than a second of processor time");
}

static void hook(lua_State *L, lua_Debug *activation)
{
    lua_Debug deep;
    rh_lua *host = rh_lua_host(L);
    (void)activation;
    if (!host->killed) {
        host->budget -= host->hook_every * rh_lua_weight(host);
        if (host->budget < 0)
            rh_lua_spend_too_much(host);
        else if (host->hooks++ % (4 * RH_LUA_HOOK_EVERY / host->hook_every) == 0)
            look_at_the_clock(host);
    }
    rh_lua_raise_if_killed(L);
    host->since_deep += host->hook_every;       /* looking so deep takes its time */
    if (host->since_deep < RH_LUA_HOOK_EVERY) return;
    host->since_deep = 0;
    if (lua_getstack(L, RH_LUA_CALLS_DEEP_MAX, &deep))
        luaL_error(L, "stack overflow: calls nest more than %d deep", RH_LUA_CALLS_DEEP_MAX);
}

static _Thread_local rh_lua *volatile unbounded; /* being called in this thread; NULL: none */

static void end_by_hand(lua_State *L, lua_Debug *activation)
{
    (void)activation;
    rh_lua *host = rh_lua_host(L);
    host->policy.reproducible = false;
    rh_lua_kill(host, RH_KILL_INTERRUPTED, "interrupted: a call of a trusted script went on");
    rh_lua_raise_if_killed(L);
}

void rh_lua_interrupt(bool twice)
{
    rh_lua *host = unbounded;
    if (host == NULL || host->L == NULL) return;
    bool same = host->interrupted_call == host->calls;
    host->interrupted_call = host->calls;
    if (same || !twice)
        lua_sethook(host->L, end_by_hand, LUA_MASKCOUNT | LUA_MASKCALL | LUA_MASKRET, 1);
}

void rh_lua_account(rh_lua *host)
{
    if (unbounded == host) unbounded = NULL;
    int64_t spent = host->granted - host->budget;
    host->policy.gas_spent += spent;
    host->accounted += spent;
    host->granted = host->budget;
}

/* Looks at calls 1, 2, 4, ... and then each 4,096th: work that no instruction measures, too little
 * in each call to be seen there, must not add up. The engine's own work in between is far less. */
static void look_at_all_calls(rh_lua *host)
{
    int64_t now = cpu_now_ns(), calls = (int64_t)host->calls;
    host->look_at = host->calls < 4096 ? 2 * host->calls : host->calls + 4096;
    if (host->calls_from_ns == 0) host->calls_from_ns = now;
    int64_t took = now - host->calls_from_ns;
    if (took <= RH_LUA_CPU_NS_ALL || took / calls <= RH_LUA_CPU_NS_MEAN) return;
    host->policy.reproducible = false;
    rh_lua_kill(host, RH_KILL_INSTRUCTIONS, "time limit: calls take 20 ms of processor time each");
}

void rh_lua_begin(rh_lua *host, int64_t instructions, int64_t cpu_ns)
{
    const rh_policy_services *services = &host->services;
    bool free_hand = is_unbounded(host);
    rh_lua_account(host);
    host->accounted = 0;
    host->budget = host->granted = services->trusted ? INT64_MAX / 2 : instructions;
    host->cpu_limit_ns = free_hand ? INT64_MAX / 2 : cpu_ns;
    host->cpu_from_ns = 0;
    host->hooks = host->emergencies = 0;
    host->since_deep = 0;
    rh_lua_weigh_begin(host, instructions > RH_LUA_INSTRUCTIONS_PER_CALL);
    host->refused_once = false;
    host->granted = host->budget;
    host->hook_every = services->gas_matters ? RH_LUA_HOOK_EVERY_COUNTED
                       : services->trial     ? RH_LUA_HOOK_EVERY_TRIED
                                             : RH_LUA_HOOK_EVERY;
    arm(host, host->hook_every);
    if (host->calls++ >= host->look_at && !free_hand) look_at_all_calls(host);
    if (free_hand) unbounded = host;
}

int rh_lua_raise_if_killed(lua_State *L)
{
    if (!rh_lua_host(L)->killed) return 0;
    lua_pushlightuserdata(L, NULL);     /* needs no memory; the message is in the host */
    return lua_error(L);
}

void rh_lua_charge(lua_State *L, int64_t work)
{
    rh_lua *host = rh_lua_host(L);
    host->budget -= work;
    if (!host->killed && !host->host_allocates) {
        if (host->budget < 0)
            rh_lua_spend_too_much(host);
        else if (work >= RH_LUA_HOOK_EVERY)     /* work in which the hook does not run */
            look_at_the_clock(host);
    }
    rh_lua_raise_if_killed(L);
}

/* --- errors -------------------------------------------------------------------------------- */

/* " in half_width" or " in trigger": what the function of an activation is called, if it is. */
static const char *name_of(const rh_lua *host, const lua_Debug *activation)
{
    if (activation->name != NULL) return activation->name;
    if (activation->linedefined <= 0) return NULL;
    if (activation->linedefined == host->trigger_line) return "trigger";
    return activation->linedefined == host->scale_line ? "scale" : NULL;
}

/* The script's functions that led to the innermost one, which a message names already. */
static void callers(lua_State *L, char *text, size_t room)
{
    lua_Debug activation;
    size_t used = strlen(text);
    int shown = 0;
    for (int level = 0; shown < 6 && lua_getstack(L, level, &activation); level++) {
        if (!lua_getinfo(L, "Sln", &activation) || activation.currentline <= 0) continue;
        if (rh_lua_in_prelude(&activation)) continue;
        if (shown++ == 0 || used + RH_LUA_LABEL_MAX + 96 > room) continue;
        const char *name = name_of(rh_lua_host(L), &activation);
        used += (size_t)snprintf(text + used, room - used, "%s%s:%d%s%.40s",
                                 shown == 2 ? " (called from " : ", ", activation.short_src,
                                 activation.currentline, name != NULL ? " in " : "",
                                 name != NULL ? name : "");
    }
    if (shown > 1 && used + 2 < room && strstr(text, " (called from ") != NULL)
        memcpy(text + used, ")", 2);
}

/* Line `number` of a file without the blanks at its ends; NULL when there is none. */
static const char *line_of_text(const rh_lua_part *part, long number, size_t *length)
{
    const char *at = part->bytes, *end = part->bytes + part->length;
    for (; at != NULL && number > 1 && at < end; number--) {
        at = memchr(at, '\n', (size_t)(end - at));
        if (at != NULL) at++;
    }
    if (at == NULL || number != 1) return NULL;
    while (at < end && (*at == ' ' || *at == '\t')) at++;
    const char *last = at;
    while (last < end && *last != '\n') last++;
    while (last > at && (last[-1] == ' ' || last[-1] == '\r')) last--;
    *length = (size_t)(last - at);
    return *length > 0 ? at : NULL;
}

void rh_lua_show_line(const rh_lua *host, rh_error *error)
{
    enum { SHOWN_MAX = 120 };
    size_t length = 0, label = 0, i = 0;
    char *end = NULL, message[RH_ERROR_MESSAGE_MAX];
    if (error == NULL || strstr(error->message, " | ") != NULL) return;
    for (; i < host->part_count; i++) {
        label = strlen(host->parts[i].label);
        if (strncmp(error->message, host->parts[i].label, label) == 0 &&
            error->message[label] == ':')
            break;
    }
    if (i == host->part_count) return;
    long number = strtol(error->message + label + 1, &end, 10);
    const char *line = *end == ':' ? line_of_text(&host->parts[i], number, &length) : NULL;
    if (line == NULL) return;
    memcpy(message, error->message, sizeof message);
    rh_fail(error, error->status, "%s | %.*s", message,
            (int)(length < SHOWN_MAX ? length : SHOWN_MAX), line);
}

/* Does the message begin with the file of `at` ("vol.lua:12: "), or with the main file? */
static bool has_place(const rh_lua *host, const char *text, size_t length, const char *at)
{
    const char *colon = strrchr(at, ':');
    size_t label = strlen(host->label), file = 0;
    if (length > label && memcmp(text, host->label, label) == 0 && text[label] == ':')
        return true;
    for (const char *c = at; colon != NULL && c < colon; c++)
        if (*c == ':') file = (size_t)(c - at);
    return file > 0 && length > file && memcmp(text, at, file) == 0 && text[file] == ':';
}

/* Never calls into the script: an error object may be anything, with any metatable. */
int rh_lua_handler(lua_State *L)
{
    rh_lua *host = rh_lua_host(L);
    char at[RH_LUA_LABEL_MAX + 16], shown[RH_ERROR_MESSAGE_MAX - 256];
    if (host->killed) return 1;
    where(L, at);
    if (lua_type(L, 1) == LUA_TSTRING) {
        size_t length = 0;
        const char *text = lua_tolstring(L, 1, &length);
        if (has_place(host, text, length, at)) at[0] = '\0';
        if (length >= sizeof shown) length = sizeof shown - 1;
        memcpy(shown, text, length);
        shown[length] = '\0';
    } else {
        snprintf(shown, sizeof shown, "error object is a %s value",
                 lua_typename(L, lua_type(L, 1)));
    }
    snprintf(host->message, sizeof host->message, "%s%s", at, shown);
    callers(L, host->message, sizeof host->message);
    return 1;
}

rh_status rh_lua_failed(rh_lua *host, int code, rh_kill_kind *kind, rh_error *error)
{
    if (host->killed) {
        *kind = host->killed_by;
        rh_fail(error, RH_POLICY, "%s", host->message);
        rh_lua_show_line(host, error);
        return RH_POLICY;
    }
    *kind = RH_KILL_ERROR;
    if (code == LUA_ERRRUN) {
        rh_fail(error, RH_POLICY, "%s", host->message);
        rh_lua_show_line(host, error);
        return RH_POLICY;
    }
    return rh_fail(error, RH_POLICY, "%s: %s", host->label,
                   code == LUA_ERRMEM ? "not enough memory" : "error while handling an error");
}

rh_status rh_lua_protected(rh_lua *host, lua_CFunction body, void *context, int passed,
                           rh_error *error)
{
    lua_State *L = host->L;
    rh_kill_kind kind;
    int top = lua_gettop(L);
    bool before = host->host_allocates;
    host->host_allocates = true;
    if (!lua_checkstack(L, 8)) {
        host->host_allocates = before;
        return rh_fail(error, RH_NO_MEMORY, "%s: no memory", host->label);
    }
    lua_pushcfunction(L, rh_lua_handler);
    lua_pushcfunction(L, body);
    lua_pushlightuserdata(L, context);
    if (passed != 0)
        lua_pushvalue(L, passed);
    else
        lua_pushnil(L);
    int code = lua_pcall(L, 2, 0, top + 1);
    host->host_allocates = before;
    lua_settop(L, top);
    return code == LUA_OK ? RH_OK : rh_lua_failed(host, code, &kind, error);
}

static int panic(lua_State *L)
{
    bool every_entry_is_protected = L == NULL;
    RH_ASSERT(every_entry_is_protected);
    return 0;
}

lua_State *rh_lua_vm_new(rh_lua *host)
{
    lua_State *L = lua_newstate(allocate, host);
    if (L == NULL) return NULL;
    *(rh_lua **)lua_getextraspace(L) = host;
    lua_atpanic(L, panic);
    host->L = L;
    return L;
}
