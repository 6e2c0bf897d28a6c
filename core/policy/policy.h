/* The policy interface: trigger (when) and scale (how much) behind one vtable. The engine and the
 * Lua host are siblings that both know only this. A policy decides; it never touches the book. */
#ifndef RH_POLICY_POLICY_H
#define RH_POLICY_POLICY_H

#include "base/buffer.h"
#include "flow/feature.h"
#include "policy/params.h"
#include "policy/source.h"
#include "policy/view.h"

#define RH_POLICY_API 1

/* --- when it is called at all -------------------------------------------------------------- */

typedef enum rh_band_unit { RH_BAND_ASSET, RH_BAND_QUOTE, RH_BAND_PERCENT } rh_band_unit;
extern const char *const rh_band_unit_words[];      /* "asset", "quote", "percent", NULL */

/* X(NAME, word): known events a policy may ask to be woken by. */
#define RH_WAKE_ON_MAP(X)                                                    \
    X(TRADE, "trade") X(BAR, "bar") X(QUOTE, "quote") X(VOL, "vol")          \
    X(FUNDING, "funding") X(FILL, "fill") X(REJECT, "reject")                \
    X(EXPIRY, "expiry") X(CLIENT, "client_trade")
typedef enum rh_wake_on {
#define X(name, word) RH_ON_##name,
    RH_WAKE_ON_MAP(X)
#undef X
    RH_ON_KINDS
} rh_wake_on;
extern const char *const rh_wake_on_words[];        /* NULL-terminated */

typedef struct rh_wake {        /* conditions are OR-ed; all comparisons strict */
    bool always;                /* no conditions given: every known time */
    int64_t every_ns;           /* 0 = none; counts from clock.from, fires there first */
    double delta_beyond;        /* NaN = none; |s.delta| beyond it, in delta_unit */
    rh_band_unit delta_unit;    /* QUOTE: |delta| spot; PERCENT: of gross_delta */
    double move_beyond;         /* NaN = none; |spot / spot at the last trigger call - 1| */
    uint32_t on;                /* bits 1 << RH_ON_* */
} rh_wake;

/* --- what it decides ----------------------------------------------------------------------- */

typedef enum rh_order_kind { RH_ORDER_MARKET, RH_ORDER_LIMIT } rh_order_kind;

typedef struct rh_order_request {
    double qty;                 /* signed, spot-equivalent asset units (also for inverse perps);
                                   contracts of an option */
    int instrument;             /* index into the hedge instruments; -1 = the default route */
    rh_order_kind kind;
    double limit;               /* price, LIMIT only */
    double slippage_bps;        /* market: do not trade beyond known mid +- this; 0 = no bound */
    int slices;                 /* >= 1; slice i of n is sent i * over_ns / n after the decision */
    int64_t over_ns;
    bool cancel_live;           /* cancel all live orders first; qty may then be 0 */
    uint32_t cancel_id;         /* cancel this order first; 0: none. qty may then be 0 */
} rh_order_request;

typedef struct rh_decision { bool fire; double lo, hi; } rh_decision;

/* Why a policy was killed; the journal and the digest record it. X(NAME, word) */
#define RH_KILL_MAP(X)                                                       \
    X(ERROR, "error") X(INSTRUCTIONS, "instructions") X(MEMORY, "memory")    \
    X(MALFORMED, "malformed order") X(ORDERS, "too many orders")             \
    X(INTERRUPTED, "interrupted")
typedef enum rh_kill_kind {
#define X(name, word) RH_KILL_##name,
    RH_KILL_MAP(X)
#undef X
    RH_KILL_KINDS
} rh_kill_kind;
extern const char *const rh_kill_words[];

/* --- what it is told ----------------------------------------------------------------------- */

/* X(NAME, Lua name): callbacks. Each is called when it becomes known to the policy, before the
 * trigger of that time, and decides nothing: orders come from scale alone. */
#define RH_NOTICE_MAP(X)                                                     \
    X(FILL, "on_fill") X(REJECT, "on_reject") X(EXPIRY, "on_expiry") X(TIMER, "on_timer")
typedef enum rh_notice_kind {
#define X(name, word) RH_NOTICE_##name,
    RH_NOTICE_MAP(X)
#undef X
    RH_NOTICES
} rh_notice_kind;
extern const char *const rh_notice_words[];         /* NULL-terminated */

typedef struct rh_notice {
    rh_notice_kind kind;
    uint32_t order;             /* FILL, REJECT: its id */
    const char *instrument;     /* not TIMER */
    double qty;                 /* FILL, REJECT: as in the order; EXPIRY: units */
    double price, fee;          /* FILL: of the fill, fee in the numeraire; EXPIRY: paid per unit */
    double remaining;           /* FILL: of the order, likewise */
    const char *reason;         /* REJECT: the guard's name, or "venue" */
    const char *option;         /* EXPIRY: "call", "put" or "log" */
    double strike;
    int64_t expiry_ns;
} rh_notice;

/* --- the policy ---------------------------------------------------------------------------- */

typedef struct rh_policy rh_policy;

typedef struct rh_policy_methods {
    /* Return RH_OK, or RH_POLICY with a message and *killed_by set: the policy is dead then. */
    rh_status (*trigger)(rh_policy *policy, const rh_view *view, const double *features,
                         rh_decision *decision, rh_kill_kind *killed_by, rh_error *error);
    /* Fills orders[0..*count), at most RH_ORDERS_PER_CALL_MAX. */
    rh_status (*scale)(rh_policy *policy, const rh_view *view, const double *features, double lo,
                       double hi, rh_order_request *orders, size_t *count,
                       rh_kill_kind *killed_by, rh_error *error);
    /* State as bytes, without running any code of the policy. NULL when it has none. */
    rh_status (*save_state)(const rh_policy *policy, rh_buffer *state, rh_error *error);
    /* Take over the state of another version; calls migrate when the script has one. NULL: it
     * takes nobody's, so that it can replace a policy whose state cannot be saved. */
    rh_status (*load_state)(rh_policy *policy, const char *bytes, size_t length,
                            const char *from_name, const char *from_version, rh_error *error);
    void (*free)(rh_policy *policy);
    /* Tell what happened; only kinds whose bit is set in `told`. May be NULL when none is. */
    rh_status (*notify)(rh_policy *policy, const rh_view *view, const rh_notice *notice,
                        rh_kill_kind *killed_by, rh_error *error);
    /* Be as if just loaded with the same source, params and services but for `path`, and as if it
     * had never been called. False: it cannot, and is of no use any more: load it anew. The source
     * and the names in the services must still exist. NULL: load it anew. */
    bool (*restart)(rh_policy *policy, uint32_t path);
    /* How far its random streams have been drawn, as bytes for rh_policy_services.streams. NULL
     * when it draws none. */
    rh_status (*save_streams)(const rh_policy *policy, rh_buffer *streams, rh_error *error);
    /* Both answers at once, of one that keeps nothing and cannot die: the quantity of the one
     * market order by the default route that trigger and scale would give, 0 for none. NULL: ask
     * them. */
    double (*plain)(const rh_policy *policy, const rh_view *view);
} rh_policy_methods;

struct rh_policy {      /* first member of each implementation's own struct */
    const rh_policy_methods *methods;
    char name[RH_NAME_MAX], version[RH_NAME_MAX], license[RH_NAME_MAX], about[256];
    char sha256[RH_SHA256_HEX];             /* of all its source; zeros for native ones */
    bool has_trigger, has_scale;
    bool portfolio;                         /* hedges several assets at once */
    uint32_t told;                          /* bits 1 << RH_NOTICE_* that it wants to hear of */
    int64_t gas;                            /* of the last call; exact to 10 when gas_matters */
    bool reproducible;                      /* false once this machine decided something: a memory
                                             * kill, the processor-time net; where gas matters a
                                             * collection that the memory cap forced */
    bool doubtful;      /* since a restart it used so much memory that its past may have mattered */
    int64_t gas_spent;                      /* by loading and all calls so far; 0 for native ones */
    rh_params params;                       /* resolved */
    rh_wake wake;                           /* with params resolved */
    int feature_count;
    rh_feature_spec features[RH_FEATURES_MAX];  /* order = order of the `features` array in calls */
    int series_count;                       /* what it records for the ledger */
    char series[RH_SERIES_MAX][RH_NAME_MAX];
    double series_value[RH_SERIES_MAX];     /* the last value; NaN: none */
};

void rh_policy_free(rh_policy *policy);     /* NULL is fine */

/* What the world offers a policy being created. hedges: names an order table may use. */
typedef struct rh_policy_services {
    uint64_t seed;
    uint32_t path;
    uint32_t purpose;           /* of its random streams; 0: RH_PURPOSE_POLICY */
    const char *const *hedges;
    const char *const *hedge_venues;    /* of each; may be NULL: orders cannot name a venue */
    int hedge_count;
    const char *const *assets;  /* of the universe, by index; NULL: s:asset knows none */
    int asset_count;
    void (*log)(void *host, const char *text);      /* escaped, one line; may be NULL */
    void *host;
    bool trusted;
    bool restarts;              /* it will be restarted: see rh_policy_methods */
    bool gas_matters;           /* count instructions in tens, not thousands: slower */
    bool trial;                 /* thrown away after it was tried: counts in hundreds, and a trusted
                                 * script has the processor-time net */
    const char *streams;        /* where its random streams go on: what save_streams gave; NULL:
                                 * they begin. Only streams of the same seed, path and purpose */
    size_t streams_length;
    bool *machine_decided;      /* set when it was a limit of this machine that refused the load, as
                                 * `reproducible` says of a policy that was loaded; may be NULL */
} rh_policy_services;

/* How a script becomes a policy: implemented by core/lua, handed to the engine from above. `params`
 * with a NULL node means no overrides. On refusal: RH_POLICY for what the script did, RH_INPUT for
 * wrong params, and a message with file and line. */
typedef struct rh_policy_loader {
    rh_status (*load)(void *context, const rh_policy_source *source, rh_json params,
                      const rh_policy_services *services, rh_policy **policy, rh_error *error);
    void *context;
} rh_policy_loader;

/* Native C policies: rows of a table, found by name ("none", "interval", "delta_band"). */
typedef struct rh_native_policy {
    const char *name, *about;
    rh_status (*create)(rh_json params, rh_policy **policy, rh_error *error);
} rh_native_policy;
extern const rh_native_policy rh_native_policies[];     /* ended by a NULL name */
const rh_native_policy *rh_native_policy_find(const char *name);

#endif
