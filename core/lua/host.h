/* The insides of the Lua host, shared by the files of core/lua and by nobody else.
 * One rh_lua per script: its VM, its limits, what it declared, and the call it is in.
 * Invariants: `view` is not NULL only during trigger and scale; once `killed` is set every way back
 * into the script's code raises; the VM's memory never exceeds its cap. */
#ifndef RH_LUA_HOST_H
#define RH_LUA_HOST_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

#include "base/limits.h"
#include "base/text.h"
#include "lua/lua_policy.h"

enum {
    RH_LUA_HOOK_EVERY = 1000,           /* instructions between two looks at the budget */
    RH_LUA_HOOK_EVERY_COUNTED = 10,     /* the same where gas is charged to the simulated clock */
    RH_LUA_HOOK_EVERY_TRIED = 100,      /* and in a trial, which ends after so much gas in all */
    RH_LUA_CALLS_DEEP_MAX = 2000,       /* nested calls of Lua functions */
    RH_LUA_EMERGENCIES_MAX = 64,        /* full collections forced by the cap, per call */
    RH_LUA_EMERGENCY_COST = 1000,       /* instructions that each of them is charged */
    RH_LUA_RESULTS_MAX = 4096,          /* values from one unpack or byte */
    RH_LUA_INDEX_CHAIN_MAX = 4,
    RH_LUA_LABEL_MAX = 60               /* Lua's own LUA_IDSIZE */
};
/* Bytes of tables that may be rebuilt: weight.c. */
enum { RH_LUA_MOVED_BYTES_PER_CALL = 64 << 20, RH_LUA_MOVED_BYTES_PER_LOAD = 256 << 20 };
/* A net below the instruction limit, should there be work that neither instructions nor weight.c
 * measure. Processor time of the thread; a kill by it is not reproducible. */
#define RH_LUA_CPU_NS_PER_CALL INT64_C(1000000000)
#define RH_LUA_CPU_NS_PER_LOAD INT64_C(1500000000)
/* The same over many calls that each stay below it: a second in all, and this much of each. */
#define RH_LUA_CPU_NS_ALL INT64_C(1000000000)
#define RH_LUA_CPU_NS_MEAN INT64_C(20000000)

/* Where things live on the VM's one stack between calls. */
enum { RH_LUA_AT_HANDLER = 1, RH_LUA_AT_TRIGGER, RH_LUA_AT_SCALE, RH_LUA_AT_VIEW,
       RH_LUA_AT_PARAMS, RH_LUA_AT_FEATURES, RH_LUA_AT_FIELDS, RH_LUA_AT_NAMES,
       RH_LUA_AT_END = RH_LUA_AT_NAMES + RH_VIEW_FIELDS };
enum { RH_LUA_TIME = RH_VIEW_FIELDS };  /* s.time: an integer, apart from the fields */

/* A value of the wake table as written: a number, or text that may name a param. */
typedef struct rh_lua_setting {
    bool given, is_text;
    double number;
    char text[RH_NAME_MAX];
} rh_lua_setting;

typedef struct rh_lua_declared {
    bool done, has_wake;
    int trigger, scale, migrate, marker;    /* registry references */
    int callback[RH_NOTICES];
    rh_lua_setting every, delta_beyond, unit, move_beyond;
    uint32_t on;
} rh_lua_declared;

/* Bits of what a source makes use of that may take long: lexer.c finds them. */
enum { RH_SOURCE_ZEROS = 1,         /* texts may hold zero bytes, which are slow to compare */
       RH_SOURCE_MODULO = 2, RH_SOURCE_CONCAT = 4, RH_SOURCE_FOR = 8 };

/* What instructions weigh by: see weight.c. */
typedef struct rh_lua_sizes { unsigned uses; size_t text_bytes, stack_bytes; } rh_lua_sizes;

/* A field of the view that the table behind `s` holds, and the bits of its value there. */
typedef struct rh_lua_filled { int field; uint64_t bits; } rh_lua_filled;

/* One file of the source in the host's copy. */
typedef struct rh_lua_part {
    char label[RH_LUA_LABEL_MAX];       /* as messages name it: "vol.lua" */
    const char *bytes;
    size_t length;
} rh_lua_part;

typedef struct rh_lua {
    rh_policy policy;                   /* first: methods get a pointer to it */
    lua_State *L;
    char label[RH_LUA_LABEL_MAX];       /* short file name, the chunk's name */
    const char *source;                 /* only while loading */
    size_t source_length;
    char *text;                         /* a copy of it and its modules for messages, kept */
    struct rh_lua_part *parts;          /* which lines of which file it holds */
    size_t part_count;
    const rh_policy_source *set;        /* its modules; while loading, or until no restart */

    size_t bytes_used;                  /* live memory of the VM */
    bool host_allocates;                /* the cap is off: the host, not the script, is at work */
    bool refused_once;                  /* the last growth was refused: a collection follows */
    int emergencies;
    int64_t budget, granted;            /* instructions left in this call, and not yet accounted */
    int64_t accounted;                  /* of the last call or load */
    int hook_every, since_deep;         /* instructions, since the depth of calls was looked at */
    int64_t cpu_limit_ns, cpu_from_ns;  /* from: 0 until the first look */
    uint64_t calls, look_at;            /* begun; the next look at what they took together */
    uint64_t interrupted_call;          /* in which a person interrupted it; 0: none yet */
    bool entered;                       /* a callback has run since it was loaded or restarted */
    bool knows_path;                    /* loading it asked for dice, which are the path's own */
    int64_t calls_from_ns;              /* processor time at the first of these looks */
    int hooks;
    int64_t scanned, scanned_max;       /* walked table capacity; no part of the budget: keys.c */
    unsigned uses;                      /* RH_SOURCE_*, of the source and its modules */
    void *stack, *last_block;           /* Lua's stack; the last block that is no object */
    size_t last_bytes;
    size_t text_bytes_most, stack_bytes_most;   /* the largest ever made: weight.c */
    int64_t moved, moved_max;           /* bytes of tables rebuilt in this call */
    bool weighs_as_load;
    rh_lua_sizes compiled;              /* when the main file was compiled: where restarts begin */
    bool killed;
    rh_kill_kind killed_by;
    char message[RH_ERROR_MESSAGE_MAX]; /* of the kill, or of the last error */

    bool loading, dead, has_prelude;
    struct rh_lua_testing *testing;     /* a test file, not a policy: lib_test.c */
    int trigger_line, scale_line;       /* where they are defined, for messages about results */
    const rh_view *view;                /* during a call */
    const double *features;
    int filled_count;
    rh_lua_filled filled[RH_VIEW_FIELDS + 1];       /* set in RH_LUA_AT_FIELDS before each call */
    rh_lua_declared declared;
    int state;                          /* reference of the table of rehedge.state, or LUA_NOREF */

    int kept_chunk, kept_declaration;   /* for restarts: references, or LUA_NOREF */
    int64_t compile_work, declare_work; /* charged by the first load: charged again */

    rh_policy_services services;        /* hedges and streams copied */
    char *streams;                      /* positions handed over, of lib_rehedge.c */
    char (*names)[RH_NAME_MAX];         /* of hedges, their venues and assets, in this order */
    int64_t log_second, log_total;
    int log_lines;
    long log_dropped;
} rh_lua;

static inline rh_lua *rh_lua_host(lua_State *L)
{
    return *(rh_lua **)lua_getextraspace(L);
}

/* vm.c: memory, budget, kills, protected calls */
lua_State *rh_lua_vm_new(rh_lua *host);
void rh_lua_begin(rh_lua *host, int64_t instructions, int64_t cpu_ns);
void rh_lua_account(rh_lua *host);                      /* what was spent, to policy.gas_spent */
void rh_lua_charge(lua_State *L, int64_t work);         /* raises when the budget is spent */
void rh_lua_kill(rh_lua *host, rh_kill_kind kind, const char *why);
int rh_lua_raise_if_killed(lua_State *L);
int rh_lua_handler(lua_State *L);                       /* message handler of every call */
/* After a protected call failed with `code`: fill error and *kind from what is known. */
rh_status rh_lua_failed(rh_lua *host, int code, rh_kill_kind *kind, rh_error *error);
/* Append " | " and the line of the script that `error` names at its start, if it names one. */
void rh_lua_show_line(const rh_lua *host, rh_error *error);
/* Too much work: what the script did, in the same words in every run. */
void rh_lua_spend_too_much(rh_lua *host);
/* Run `body` protected, the cap off, for the host's own work on the VM. Arg 1 is `context` as light
 * userdata, arg 2 the value at stack index `passed` (0: nil). The stack is as before afterwards. */
rh_status rh_lua_protected(rh_lua *host, lua_CFunction body, void *context, int passed,
                           rh_error *error);

/* weight.c: what instructions cost whose operands are large */
static inline void rh_lua_weigh_begin(rh_lua *host, bool is_load)
{
    host->weighs_as_load = is_load;
    host->moved = host->scanned = 0;
    host->moved_max = is_load ? RH_LUA_MOVED_BYTES_PER_LOAD : RH_LUA_MOVED_BYTES_PER_CALL;
    host->scanned_max = is_load ? RH_LUA_INSTRUCTIONS_PER_LOAD : RH_LUA_INSTRUCTIONS_PER_CALL;
    if (host->services.trusted) host->moved_max = host->scanned_max = INT64_MAX;
}
/* A call that came near a limit here might be killed by it in another process. */
static inline void rh_lua_weigh_end(rh_lua *host)
{
    bool is_near = host->moved > host->moved_max / 2 || host->scanned > host->scanned_max / 2;
    if (is_near && !host->killed) host->policy.reproducible = false;
}
void rh_lua_weigh(rh_lua *host, const void *pointer, size_t tag_or_bytes, size_t new_bytes);
void rh_lua_weigh_compiled(rh_lua *host);               /* the main file: before it runs */
void rh_lua_weigh_again(rh_lua *host);                  /* a restart: as then */
/* After a block that is no object moved from `before` (NULL: is new); before one is freed. */
void rh_lua_weigh_block(rh_lua *host, const void *before, void *block, size_t bytes);
void rh_lua_weigh_free(rh_lua *host, const void *block);
int64_t rh_lua_weight(const rh_lua *host);              /* of each instruction, at least 1 */
int64_t rh_lua_text_cost(const rh_lua *host, size_t length);    /* of comparing two that long */

/* lexer.c: what must be known before Lua's parser sees a source; adds RH_SOURCE_* to *uses */
rh_status rh_lua_check_source(const char *label, const char *source, size_t length, unsigned *uses,
                              rh_error *error);
/* Line of the first `name =` in a source, 0 when there is none. */
int rh_lua_line_of(const char *source, size_t length, const char *name);

/* sandbox.c */
int rh_lua_open(lua_State *L);                  /* a body: makes the globals of the VM */
/* Replace the table on top by a read-only proxy of it; reading an absent key raises through
 * `absent` (called with the proxy's `name` as upvalue 1), or gives nil when absent is NULL. */
void rh_lua_seal(lua_State *L, const char *name, lua_CFunction absent);
bool rh_lua_push_backing(lua_State *L, int index);  /* the table behind a proxy; else nothing */
/* Why the global `name` is not there, and what else to write: `near` is a name like it, or NULL. */
void rh_lua_say_absent(const char *name, const char *near, char *out, size_t capacity);
void rh_lua_open_base(lua_State *L);            /* each adds its functions to the table on top */
void rh_lua_open_string(lua_State *L);
void rh_lua_open_table(lua_State *L);
void rh_lua_open_math(lua_State *L);
void rh_lua_open_rehedge(lua_State *L);
void rh_lua_open_tests(lua_State *L);           /* lib_test.c: of a test file only */
void rh_lua_open_patterns(lua_State *L);        /* trusted.c: only for trusted scripts */
void rh_lua_open_coroutine(lua_State *L);

/* prelude.c: what of `rehedge` is written in Lua */
#define RH_LUA_PRELUDE_CHUNK "=rehedge"
/* Run it, unless it has, and add its functions to the table at `into` (an upvalue); false when they
 * were there before. Raises what a limit or missing memory raises. */
bool rh_lua_load_prelude(lua_State *L, int into);
bool rh_lua_in_prelude(const lua_Debug *activation);    /* after lua_getinfo with "S" */

/* value.c: reading arguments strictly and making text without libc or addresses */
static inline lua_Number rh_lua_number(lua_State *L, int arg)   /* no strings */
{
    if (lua_type(L, arg) != LUA_TNUMBER) luaL_typeerror(L, arg, "number");
    return lua_tonumber(L, arg);
}
lua_Integer rh_lua_integer(lua_State *L, int arg);
lua_Integer rh_lua_integer_or(lua_State *L, int arg, lua_Integer otherwise);
const char *rh_lua_text(lua_State *L, int arg, size_t *length);     /* strings only */
size_t rh_lua_number_text(lua_State *L, int index, char text[RH_NUMBER_TEXT + 4]);
/* Push the text of any value, as tostring gives it; may call __tostring. */
void rh_lua_push_text(lua_State *L, int index);
/* Text that grows on the stack, at most RH_LUA_STRING_BYTES_MAX, in memory the VM owns. */
typedef struct rh_lua_piece {
    lua_State *L;
    char *bytes;
    size_t length, capacity;
    int slot;
} rh_lua_piece;
void rh_lua_piece_begin(lua_State *L, rh_lua_piece *piece);     /* takes one stack slot */
void rh_lua_piece_add(rh_lua_piece *piece, const char *bytes, size_t length);
void rh_lua_piece_push(rh_lua_piece *piece);

/* lib_require.c */
int rh_lua_require(lua_State *L);
rh_status rh_lua_check_modules(const rh_policy_source *set, unsigned *uses,
                               rh_error *error);        /* by lexer.c */

/* keys.c: the one order of the keys of a table */
void rh_lua_push_keys(lua_State *L, int index);     /* an array; numbers, strings, booleans */
size_t rh_lua_count_keys(lua_State *L, int index);
void rh_lua_charge_scan(lua_State *L);              /* before a table is walked in any other way */
int rh_lua_pairs(lua_State *L);
int rh_lua_sort(lua_State *L);                      /* sort.c */
int rh_lua_setmetatable(lua_State *L);              /* metatable.c */
bool rh_lua_is_plain(lua_State *L, int index);      /* a table without metatable */
/* Raises where a key of the plain table at `index` is not among `names`; `what` is "an order". */
void rh_lua_check_fields(lua_State *L, int index, const char *what, const char *const *names,
                         size_t count);

/* Compile without running: a syntax error is RH_POLICY, with file and line. */
rh_status rh_lua_check_syntax(const rh_policy_source *source, rh_error *error);
/* lua_policy.c: calls. Call the function and its arguments on top of the stack with the view live;
 * a kill that the end of the script overtook counts as an error. */
int rh_lua_enter(rh_lua *host, const rh_view *view, const double *features, int arguments,
                 int results);
rh_status rh_lua_die(rh_lua *host, rh_status status);   /* no call may follow; gives `status` */
rh_status rh_lua_already_dead(const rh_lua *host, rh_error *error);
void rh_lua_lay_callbacks(rh_lua *host);                /* trigger and scale to their places */

/* restart.c */
/* More than this in use since a restart: what earlier paths left may have mattered. */
#define RH_LUA_RESTART_BYTES_MAX (RH_LUA_MEMORY_BYTES_MAX / 8)
void rh_lua_keep_declaration(lua_State *L, int index);
int rh_lua_declare_again(lua_State *L);
bool rh_lua_restart(rh_policy *policy, uint32_t path);
void rh_lua_forget_links(lua_State *L);                 /* metatable.c */
void rh_lua_forget_modules(lua_State *L);               /* lib_require.c */
void rh_lua_forget_prelude(lua_State *L);               /* prelude.c */

/* callbacks.c */
rh_status rh_lua_notify(rh_policy *policy, const rh_view *view, const rh_notice *notice,
                        rh_kill_kind *killed_by, rh_error *error);

/* lua_policy.c: an empty VM for a source; rh_policy_free frees it */
rh_status rh_lua_new(const rh_policy_source *source, const rh_policy_services *services,
                     rh_lua **out, rh_error *error);

/* view.c */
void rh_lua_push_fields(lua_State *L);
void rh_lua_wrap_view(lua_State *L);                /* the fields on top become `s` */
void rh_lua_fill_view(rh_lua *host);                /* before a call */
const char *rh_lua_field_name(int field);
void rh_lua_push_features(lua_State *L);
const rh_view *rh_lua_live_view(lua_State *L);      /* raises outside a call */
const rh_view *rh_lua_check_self(lua_State *L, const char *method);
int rh_lua_unknown_field(lua_State *L);             /* raises; arg 2 is the key */

/* view_book.c */
/* Make the views of assets and hedge instruments; push nothing. */
void rh_lua_push_assets(lua_State *L);
void rh_lua_push_hedges(lua_State *L);
int rh_lua_view_instrument(lua_State *L);
int rh_lua_hedge(lua_State *L, int arg, const char *who);   /* its number, by name; raises */
int rh_lua_view_asset(lua_State *L);
int rh_lua_view_orders(lua_State *L);
int rh_lua_view_route(lua_State *L);
void rh_lua_push_params(lua_State *L);

/* series.c */
void rh_lua_declare_series(lua_State *L, int index);
int rh_lua_record(lua_State *L);

/* lib_rehedge.c */
rh_status rh_lua_save_streams(const rh_policy *policy, rh_buffer *streams, rh_error *error);
void rh_lua_forget_streams(lua_State *L);           /* all begin anew */

/* lib_pricing.c */
int rh_lua_price(lua_State *L);
int rh_lua_greeks(lua_State *L);
int rh_lua_implied_vol(lua_State *L);

/* declare.c, resolve.c, orders.c, state.c */
int rh_lua_policy(lua_State *L);                    /* rehedge.policy */
void rh_lua_declare_params(lua_State *L, int index);
void rh_lua_declare_wake(lua_State *L, int index);
void rh_lua_declare_features(lua_State *L, int index);
int rh_lua_refuse(lua_State *L, const char *key, const char *format, ...);
void rh_lua_refuse_key(lua_State *L, const char *where, const char *key,
                       const char *const *allowed);
void rh_lua_copy_name(lua_State *L, int index, const char *key, char out[RH_NAME_MAX]);
rh_status rh_lua_resolve(rh_lua *host, rh_json params, rh_error *error);
/* Read the decision of scale from the stack slot `index`; raises nothing. */
rh_status rh_lua_read_orders(rh_lua *host, const rh_view *view, int index,
                             rh_order_request *orders, size_t *count, rh_kill_kind *kind,
                             rh_error *error);
int rh_lua_state(lua_State *L);                     /* rehedge.state */
rh_status rh_lua_save_state(const rh_policy *policy, rh_buffer *state, rh_error *error);
rh_status rh_lua_load_state(rh_policy *policy, const char *bytes, size_t length,
                            const char *from_name, const char *from_version, rh_error *error);

#endif
