/* A scenario, read and checked: everything a run needs to know before its first event, with every
 * name resolved to an index. Reading refuses; running never does for reasons of input.
 * Owns its feeds and sources until a run takes them. */
#ifndef RH_ENGINE_SCENARIO_H
#define RH_ENGINE_SCENARIO_H

#include "base/arena.h"
#include "engine/engine.h"
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
    rh_json params;   /* node NULL: none */
    rh_json at;       /* for messages */
    rh_json_doc *doc; /* of the params, owned; NULL: they are the scenario's */
} rh_policy_choice;

typedef struct rh_swap {
    int64_t at_ns;
    rh_policy_choice choice;
    bool cancel_orders;
} rh_swap;

typedef struct rh_tape_input {
    char name[RH_NAME_MAX];
    char hash[RH_SHA256_HEX];
} rh_tape_input;

typedef struct rh_scenario {
    rh_arena arena; /* of everything below that lives as long as the scenario */
    rh_json_doc *doc;
    rh_json_doc *override_doc; /* params given with --policy NAME:k=v */
    char name[256];
    char sha256[RH_SHA256_HEX];
    const char *path;
    const char *const *allowed;
    const rh_policy_finder *finder;
    uint64_t seed;
    int64_t from_ns, to_ns, ledger_ns;
    rh_end_mode end;
    rh_universe universe;
    rh_venue *venues;
    int venue_count;
    rh_book_trade *trades; /* by time; entries first at from_ns */
    size_t trade_count;
    double collateral[RH_CURRENCIES_MAX];
    bool hedge_collateral, unwind_at_expiry;
    int hedges[RH_HEDGES_MAX], hedge_count;
    rh_guards guards;
    rh_policy_choice policy;
    rh_on_failure on_failure;
    rh_policy_choice failover; /* native */
    rh_swap *swaps;
    size_t swap_count;
    rh_feed *feed;                      /* all feeds merged; a run takes it */
    int64_t bar_ns[RH_INSTRUMENTS_MAX]; /* bar length per instrument, 0: ticks or none */
    rh_tape_input tapes[RH_FEEDS_MAX + RH_ASSETS_MAX];
    int tape_count;
} rh_scenario;

rh_status rh_scenario_read(const rh_run_request *request, rh_scenario **scenario, rh_error *error);
void rh_scenario_free(rh_scenario *scenario);

/* choice.c: "NAME" or "NAME:k=v,k=v" as a person writes a policy, paths from the working folder.
 * Reads and hashes the source. On failure nothing is owned. */
rh_status rh_choice_from_spec(const rh_scenario *s, const char *spec, rh_policy_choice *choice,
                              rh_error *error);
/* The same with other params: a copy of the source, and `params` as JSON text. */
rh_status rh_choice_copy(const rh_policy_choice *from, const char *params, size_t length,
                         rh_policy_choice *choice, rh_error *error);
/* The same file read once more. */
rh_status rh_choice_again(const rh_policy_choice *from, const char *params,
                          rh_policy_choice *choice, rh_error *error);
void rh_choice_free(rh_policy_choice *choice);
const char *rh_choice_label(const rh_policy_choice *choice);
/* The parts of a spec: its name, and where its params begin (NULL: none), set in doc's /params. */
rh_status rh_spec_name(const char *spec, char name[RH_PATH_MAX], const char **params,
                       rh_error *error);
rh_status rh_spec_params(const char *spec, const char *params, rh_json_doc *doc, rh_error *error);
/* A script or native policy by its name. `from_file`: paths are relative to the scenario and stay
 * below it; else to the working folder. */
rh_status rh_choice_named(const rh_scenario *s, const char *name, rh_json at, bool from_file,
                          rh_policy_choice *choice, rh_error *error);
rh_status rh_choice_params(rh_json block, rh_policy_choice *choice, rh_error *error);

/* Parts, one file each. */
rh_status rh_scenario_read_feeds(rh_scenario *s, rh_json root, rh_error *error);
rh_status rh_scenario_read_book(rh_scenario *s, rh_json root, rh_error *error);
rh_status rh_scenario_read_policies(rh_scenario *s, rh_json root, const rh_run_request *request,
                                    rh_error *error);

#endif
