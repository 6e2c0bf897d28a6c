/* A scenario, read and checked: everything a run needs to know before its first event, with every
 * name resolved to an index. Reading refuses; running never does for reasons of input.
 * Owns its feeds and sources until a run takes them. */
#ifndef RH_ENGINE_SCENARIO_H
#define RH_ENGINE_SCENARIO_H

#include "base/arena.h"
#include "engine/engine.h"
#include "execution/friction.h"
#include "execution/guard.h"
#include "execution/venue.h"
#include "feed/feed.h"
#include "market/universe.h"

typedef enum rh_end_mode { RH_END_SETTLE, RH_END_MARK, RH_END_UNWIND } rh_end_mode;

typedef struct rh_book_trade { /* a portfolio entry or client trade */
    int64_t time_ns;
    int instrument;
    double qty;
    double price;    /* NAN: at the mark */
    size_t sequence; /* place in the scenario */
} rh_book_trade;

typedef enum rh_on_failure { RH_FAILURE_HOLD, RH_FAILURE_FLATTEN, RH_FAILURE_NATIVE } rh_on_failure;

typedef struct rh_policy_choice {   /* which policy, from a scenario block or a person */
    const rh_native_policy *native; /* or: */
    rh_policy_source source;
    bool has_script;
    char path[RH_PATH_MAX]; /* the file it was read from; "": shipped or native */
    rh_json params; /* node NULL: none */
    rh_json at;     /* for messages */
} rh_policy_choice;

typedef enum rh_part { RH_PART_TRIGGER, RH_PART_SCALE, RH_PARTS } rh_part;
extern const char *const rh_part_words[RH_PARTS];

/* Who decides: one script for both parts, or one for each; a swap may leave a part as it is. */
typedef struct rh_policy_pick {
    bool whole;                           /* choice[RH_PART_TRIGGER] gives both */
    rh_policy_choice choice[RH_PARTS];    /* a part without native and script stays as it is */
    rh_json params; /* of separate parts: a name is for the part that declares it; NULL: none */
    rh_json_doc *doc[RH_PARTS]; /* of the params, owned; NULL: they are the scenario's */
} rh_policy_pick;

static inline bool rh_choice_given(const rh_policy_choice *choice)
{
    return choice->native || choice->has_script;
}

typedef struct rh_swap {
    int64_t at_ns;
    rh_policy_pick pick;
    bool cancel_orders;
    bool open; /* the place of a fork: which policy comes is decided when the run is there */
} rh_swap;

typedef struct rh_tape_input {
    char name[RH_NAME_MAX];
    char hash[RH_SHA256_HEX];    /* of the file it was imported from, else of the records */
    char content[RH_SHA256_HEX]; /* of the records; "" for a file of trades */
    char path[RH_PATH_MAX];      /* as the scenario names it */
} rh_tape_input;

#define RH_TRADE_FILES_MAX 64

typedef struct rh_scenario {
    rh_arena arena; /* of everything below that lives as long as the scenario */
    rh_json_doc *doc;
    char name[256];
    char sha256[RH_SHA256_HEX];
    const char *path;
    const char *const *allowed;
    const rh_policy_finder *finder;
    uint64_t seed;
    uint32_t path_index; /* of every random stream */
    int64_t from_ns, to_ns;
    int64_t steps;     /* the clock's grid, for generators and the ledger; 0: none */
    int64_t ledger_ns; /* 0: at the steps */
    rh_end_mode end;
    rh_universe universe;
    rh_venue *venues;
    int venue_count;
    rh_book_trade *trades; /* by time; entries first at from_ns */
    size_t trade_count;
    uint32_t frictions, without; /* that it has, and which of them were switched off */
    double collateral[RH_CURRENCIES_MAX];
    bool hedge_collateral, unwind_at_expiry;
    int hedges[RH_HEDGES_MAX], hedge_count;
    int default_route; /* of the hedges: the first that is no option */
    rh_guards guards;
    rh_policy_pick policy;
    struct rh_actual *actual; /* recorded hedges in the place of the policy; NULL: none */
    double compute_ns_per_gas; /* a call's work delays its orders; 0: it does not */
    rh_on_failure on_failure;
    rh_policy_choice failover; /* native */
    rh_swap *swaps;
    size_t swap_count;
    rh_swap *branches; /* for the open one */
    size_t branch_count;
    rh_feed *feed;                      /* all feeds merged; a run takes it */
    int64_t bar_ns[RH_INSTRUMENTS_MAX]; /* bar length per instrument, 0: ticks or none */
    rh_tape_input tapes[RH_FEEDS_MAX + RH_ASSETS_MAX];
    int tape_count;
    rh_tape_input *files; /* of client trades */
    int file_count;
    const char *archive;         /* the run directory it is read from; NULL: a file of its own */
    const char *const *trusted_copies; /* of its scripts */
    struct rh_archive_data *recorded;  /* the data it had; NULL without an archive */
    char full_path[RH_PATH_MAX]; /* of the scenario's file */
} rh_scenario;

/* Time of step k of the clock's grid: 0 is `from`, `steps` is `to`. */
static inline int64_t rh_scenario_step_ns(const rh_scenario *s, int64_t k)
{
    int64_t span_ns = s->to_ns - s->from_ns;
    return s->from_ns + span_ns / s->steps * k + span_ns % s->steps * k / s->steps;
}

rh_status rh_scenario_read(const rh_run_request *request, rh_scenario **scenario, rh_error *error);
void rh_scenario_free(rh_scenario *scenario);

/* scenario_policies.c: a policy as a person names it: "NAME:k=v,k=v", "trigger=A,scale=B"; paths
 * are from the working folder. `may_stay`: one part is enough. Reads and hashes the sources. On
 * failure nothing is owned. */
rh_status rh_pick_from_spec(const rh_scenario *s, const char *spec, bool may_stay,
                            rh_policy_pick *pick, rh_error *error);
/* pick.c */
void rh_pick_free(rh_policy_pick *pick);
const char *rh_choice_label(const rh_policy_choice *choice);
/* Make one choice of a pick: the same source (copied), and other params, an object as JSON text. */
rh_status rh_pick_copy(const rh_policy_choice *from, const char *params, rh_policy_pick *pick,
                       rh_part part, rh_error *error);

/* Parts, one file each. */
rh_status rh_scenario_read_feeds(rh_scenario *s, rh_json root, rh_error *error);
rh_status rh_scenario_read_book(rh_scenario *s, rh_json root, rh_error *error);
rh_status rh_scenario_read_policies(rh_scenario *s, rh_json root, const rh_run_request *request,
                                    rh_error *error);

#endif
