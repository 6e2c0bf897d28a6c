/* The state of one run, shared by the units of the engine and by nobody else. The step walks one
 * line: feed -> clock -> market -> features -> greeks -> policy -> guards -> execution -> clock.
 * Invariant: nothing here is allocated between the first event and the last. */
#ifndef RH_ENGINE_RUN_H
#define RH_ENGINE_RUN_H

#include "clock/delay.h"
#include "clock/queue.h"
#include "engine/output.h"
#include "engine/recent.h"
#include "engine/scenario.h"
#include "market/market.h"
#include "portfolio/books.h"
#include "portfolio/net_delta.h"

#define RH_REPORTS_MAX (2 * RH_ORDERS_LIVE_MAX)

typedef struct rh_report_slip { /* news on its way back to the policy */
    uint32_t order_slot;
    bool is_end; /* the order ended; else a fill */
    rh_order_state end;
    double qty, price, fee;
} rh_report_slip;

/* How the live policy is called, and why it would be. */
typedef struct rh_policy_slot {
    rh_policy *policy;   /* NULL: nothing decides (held after a kill) */
    const rh_policy_choice *choice; /* what it was made from; the scenario's or rh_live's */
    uint32_t generation; /* of timers: a swap makes older ones stale */
    rh_feature *features[RH_FEATURES_MAX];
    int feature_instrument[RH_FEATURES_MAX];
    double feature_values[RH_FEATURES_MAX];
    double wake_lo, wake_hi; /* s:wake_outside; NAN: not used */
    double last_spot;        /* at the last trigger call, for move_beyond; 0: none yet */
    uint32_t seen;           /* bits RH_ON_* since the last wake */
    bool timer_due;
    int64_t wake_in_ns; /* s:wake_in; INT64_MAX: not set */
    uint64_t calls;
} rh_policy_slot;

typedef struct rh_hedging {
    uint64_t orders, fills;
    rh_sum turnover;  /* numeraire */
    rh_sum delta2_ns; /* integral of delta^2 dt of the policy's asset */
    double delta_now, max_abs_delta;
    int64_t since_ns, started_ns;
    bool started, over; /* from the first mark to the settlement of the last expiry */
} rh_hedging;

typedef struct rh_swap_record {
    int64_t time_ns;
    uint64_t sequence;
    bool accepted, is_set, by_hand;
    char from[RH_NAME_MAX], to[RH_NAME_MAX], sha256[RH_SHA256_HEX];
    char reason[256];
} rh_swap_record;

typedef struct rh_run {
    const rh_run_request *request;
    rh_scenario *scenario;
    rh_universe *universe; /* the scenario's */
    rh_queue queue;
    rh_delay_line delayed;
    rh_market is, known;
    rh_positions filled, reported;
    rh_books books;
    rh_net_delta net[RH_ASSETS_MAX];
    bool has_stake; /* options or hedges exist: deltas mean something */
    int asset;      /* the policy's: that of the hedge instruments */
    rh_orders orders;
    rh_report_slip reports[RH_REPORTS_MAX];
    uint32_t free_reports[RH_REPORTS_MAX];
    int free_report_count;
    rh_policy_slot slot;
    rh_hedging hedging;
    rh_feed *feed;         /* the scenario's */
    const rh_record *next; /* the feed's next record, not yet taken, and when it happened */
    int64_t next_ns;       /* INT64_MAX: there is none */
    uint64_t events, sequence; /* happened records; everything processed */
    int64_t now_ns, last_expiry_ns;
    int64_t wake_at_ns, woke_ns; /* a wake is pending for; the last one was at */
    bool wake_pending;
    bool *entered; /* which of scenario->trades; the first trades_first all are */
    size_t trades_first, trades_entered;
    bool priced;          /* all that is held has a known price; until positions change */
    bool forced;          /* the engine trades by itself: flatten, unwind; no guards */
    bool flattening;      /* after a kill: to zero once every live order has ended */
    bool options_settled; /* at this instant, of the policy's asset, releasing: */
    double released_delta;
    bool trade_waits; /* for the first mark */
    int64_t last_order_ns;
    rh_net_greeks greeks;
    int64_t greeks_ns;
    bool greeks_valid;
    rh_params first_params;
    char first_name[RH_NAME_MAX], first_version[RH_NAME_MAX], first_sha256[RH_SHA256_HEX];
    bool policy_failed;
    char policy_message[RH_ERROR_MESSAGE_MAX];
    bool reproducible;
    rh_swap_record swaps[RH_SWAPS_MAX];
    bool killed; /* and nobody has taken over since */
    char last_swap[256]; /* what the last swap or set did, or why it was refused */
    bool last_refused;
    size_t swap_count, swaps_due; /* due: scheduled ones still to come */
    rh_recent *recent;
    double settled_at[RH_INSTRUMENTS_MAX]; /* price an instrument has settled at; 0: it has not */
    int64_t first_spot_ns[RH_ASSETS_MAX];  /* happened time of the first spot; 0: none */
    double wall_s;
    bool quit; /* a person ended it; what comes later does not happen */
    rh_digest *digest;
    rh_output out;
} rh_run;

/* run.c: the life of a run, the choice of the next event, the happened and known records. */
rh_status rh_run_open(const rh_run_request *request, rh_scenario *scenario, rh_run **run,
                      rh_error *error);
/* Events with time <= until_ns, at most max_events of them (0: no bound). *more: it was this bound
 * that ended it. */
rh_status rh_run_go(rh_run *run, int64_t until_ns, uint64_t max_events, bool *more,
                    rh_error *error);
bool rh_run_ended(const rh_run *run); /* no event is left */
rh_status rh_run_end(rh_run *run, rh_error *error); /* what follows the last event */
void rh_run_close(rh_run *run);

/* book.c: client trades, settlements, funding, and what passes in between. */
rh_status rh_run_client_trades(rh_run *run, rh_error *error);
rh_status rh_run_settle(rh_run *run, int instrument, rh_error *error);
void rh_run_funding(rh_run *run, int instrument, double rate);
void rh_run_state_passed(rh_run *run); /* a new state of the filled book: for rms and max delta */
rh_status rh_run_rebuild(rh_run *run, rh_error *error);

/* decide.c: wakes, the view, calls of the policy. */
void rh_run_want_wake(rh_run *run, rh_wake_on why);
rh_status rh_run_wake(rh_run *run, rh_error *error);
rh_status rh_run_timer(rh_run *run, const rh_event *event, rh_error *error);
void rh_run_timer_due(rh_run *run);

/* trade.c: from a request to fills and reports. */
rh_status rh_run_submit(rh_run *run, const rh_order_request *request, rh_error *error);
rh_status rh_run_order_event(rh_run *run, const rh_event *event, rh_error *error);
rh_status rh_run_work_orders(rh_run *run, int instrument, rh_error *error);
rh_status rh_run_report(rh_run *run, uint32_t slip, rh_error *error);
rh_status rh_run_cancel_all(rh_run *run, rh_error *error);
rh_status rh_run_flatten(rh_run *run, rh_error *error); /* every hedge position to zero */
rh_status rh_run_flatten_when_idle(rh_run *run, rh_error *error);
/* Trade `qty` (spot-equivalent) out of the hedges, each in proportion to what it holds. */
rh_status rh_run_release(rh_run *run, double qty, rh_error *error);
rh_status rh_run_unwind_now(rh_run *run, rh_error *error);
double rh_run_pending(const rh_run *run);
double rh_run_cost(rh_run *run, double qty);

/* decide.c: any field of the view as it is now. */
double rh_run_view_field(rh_run *run, rh_view_field field);

/* transaction.c: a policy that may become the live one. Making it changes nothing of the run. */
typedef struct rh_candidate {
    rh_policy *policy;
    const rh_policy_choice *choice;
    rh_feature *features[RH_FEATURES_MAX];
    int instruments[RH_FEATURES_MAX];
    size_t state_bytes; /* carried over */
    int64_t gas;        /* spent on loading, migrating and trying */
    int views;          /* tried on */
    bool machine_decided; /* a limit of this machine ended the trial; set on refusal too */
} rh_candidate;
/* Loaded, checked, with features that have seen nothing. */
rh_status rh_candidate_load(rh_run *run, const rh_policy_choice *choice, rh_candidate *candidate,
                            rh_error *error);
/* The whole of it: loaded, given the live policy's state, tried on the recent wakes in a VM that is
 * then thrown away; made once more, with warm features. */
rh_status rh_candidate_prove(rh_run *run, const rh_policy_choice *choice, rh_candidate *candidate,
                             rh_error *why);
void rh_candidate_free(rh_candidate *candidate);

/* swap.c: policies come and go. */
rh_status rh_run_first_policy(rh_run *run, rh_error *error);
rh_status rh_run_swap(rh_run *run, const rh_swap *swap, rh_error *error);
/* A swap or set that failed before there was anything to try. */
void rh_run_note_refused(rh_run *run, const char *what, const char *why);
/* A person's swap or set (`assignment` not NULL), between events. *accepted false: `why` says why
 * not, and nothing has changed. A status other than RH_OK ends the run. */
rh_status rh_run_swap_by_hand(rh_run *run, const rh_swap *swap, const char *assignment,
                              bool *accepted, rh_error *why, rh_error *error);
rh_status rh_run_killed(rh_run *run, rh_kill_kind kind, const rh_error *why, rh_error *error);
void rh_run_drop_policy(rh_run *run);

#endif
