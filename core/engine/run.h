/* The state of one run, shared by the units of the engine and by nobody else. The step walks one
 * line: feed -> clock -> market -> features -> greeks -> policy -> guards -> execution -> clock.
 * Invariant: nothing here is allocated between the first event and the last. */
#ifndef RH_ENGINE_RUN_H
#define RH_ENGINE_RUN_H

#include "clock/delay.h"
#include "clock/queue.h"
#include "engine/hedging.h"
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
    const char *reason; /* of a rejection */
    double qty, price, fee;
} rh_report_slip;

typedef struct rh_expired { /* an option that settled, not yet told to the policy */
    int instrument;
    double qty, price;
} rh_expired;

typedef struct rh_series { /* a column of the ledger that a script records */
    char name[RH_NAME_MAX];
    const double *value; /* of the live script; NULL: none has it */
} rh_series;

/* A script that decides, and the features it declared. */
typedef struct rh_policy_part {
    rh_policy *policy;
    const rh_policy_choice *choice; /* what it was made from; the scenario's or rh_live's */
    rh_feature *features[RH_FEATURES_MAX];
    int feature_instrument[RH_FEATURES_MAX];
    double feature_values[RH_FEATURES_MAX];
    bool streams_gone; /* its random streams are another part's now */
} rh_policy_part;

/* How the live policy is called, and why it would be. */
typedef struct rh_policy_slot {
    /* The trigger's part scales too where the scale's part is empty. Without a trigger nothing
     * decides (held after a kill), and there is no scale either. */
    rh_policy_part part[RH_PARTS];
    uint32_t generation; /* of timers: a swap makes older ones stale */
    double wake_lo, wake_hi; /* s:wake_outside; NAN: not used */
    double band_lo, band_hi; /* what the last trigger meant; NAN: none */
    double last_spot;        /* at the last trigger call, for move_beyond; 0: none yet */
    uint32_t seen;           /* bits RH_ON_* since the last wake */
    bool timer_due;
    int64_t wake_in_ns; /* s:wake_in; INT64_MAX: not set */
    /* Wakes by timers since the last known record, or in this minute of market time: since when,
     * and what the scripts had spent by then. */
    uint32_t timer_wakes;
    int64_t timer_from_ns, timer_gas_from;
    uint64_t calls;
} rh_policy_slot;

typedef struct rh_swap_record {
    int64_t time_ns;
    uint64_t sequence;
    bool accepted, whole, is_set, by_hand;
    rh_part part; /* of it, unless whole */
    char from[RH_NAME_MAX], to[RH_NAME_MAX], sha256[RH_SHA256_HEX];
    char reason[256];
} rh_swap_record;

typedef struct rh_script_identity { /* of the first policy, for the summary */
    char name[RH_NAME_MAX], version[RH_NAME_MAX], sha256[RH_SHA256_HEX];
    rh_params params;
} rh_script_identity;

typedef struct rh_run {
    const rh_run_request *request;
    rh_scenario *scenario;
    rh_universe *universe; /* the scenario's */
    /* One of many paths: nothing is written, digested or attributed, and it can be rewound. */
    bool lean;
    rh_buffer streams[RH_PARTS]; /* where the random streams of a part were when its script went */
    rh_queue queue;
    rh_delay_line delayed;
    rh_market is, known;
    rh_positions filled, reported;
    rh_books books;
    rh_net_delta net[RH_ASSETS_MAX];
    bool has_stake; /* options or hedges exist: deltas mean something */
    int asset;      /* the policy's: that of the default route */
    uint32_t hedged; /* bits of all assets that have one; with more than one: a portfolio policy */
    rh_guards guards; /* the scenario's limits, and what this run has counted */
    rh_venue *venues; /* the scenario's, and the depth that this run has used */
    rh_orders orders;
    rh_report_slip reports[RH_REPORTS_MAX];
    uint32_t free_reports[RH_REPORTS_MAX];
    int free_report_count;
    rh_policy_slot slot;
    rh_feed *feed; /* the scenario's */
    bool *entered; /* which of scenario->trades; the first trades_first all are */
    rh_series series[RH_SERIES_MAX];
    int series_count;
    rh_script_identity first[RH_PARTS];
    bool first_whole;
    bool idle; /* the first policy decides nothing, so there is none */
    rh_swap_record swaps[RH_PARTS * RH_SWAPS_MAX];
    int acts_left;  /* swaps and sets a person may still make; scheduled ones have theirs */
    bool by_hand;   /* somebody may act on the way */
    rh_recent *recent;   /* NULL: nobody can swap */
    rh_expired expired[RH_INSTRUMENTS_MAX];
    double settled_at[RH_INSTRUMENTS_MAX]; /* price an instrument has settled at; 0: it has not */
    double wall_s;
    rh_digest *digest; /* NULL: lean */
    rh_output out;
    rh_sum premium[RH_CURRENCIES_MAX]; /* of a lean run: see rh_path_result */
    bool restarted; /* its policies have been there before, in other paths */
    bool doubtful;  /* and one of them died, or used so much memory that the rest may matter */

    /* Zero when a path begins: hedging, the first, to quit, the last. rewind.c sets what is not. */
    rh_hedging hedging;
    const rh_record *next; /* the feed's next record, not yet taken, and when it happened */
    int64_t next_ns;       /* INT64_MAX: there is none */
    uint64_t events, sequence; /* happened records; everything processed */
    int64_t now_ns, last_expiry_ns;
    int64_t wake_at_ns, woke_ns; /* a wake is pending for; the last one was at */
    bool wake_pending;
    size_t trades_first, trades_entered;
    size_t actual_next;   /* the first of scenario->actual that is not booked */
    bool priced;          /* all that is held has a known price; until positions change */
    int64_t trigger_gas;  /* of the call that fired */
    int64_t thought_ns;   /* how long the decision took whose orders are being sent */
    bool forced;          /* the engine trades by itself: flatten, unwind; no guards */
    bool flattening;      /* after a kill: to zero once every live order has ended */
    uint32_t options_settled; /* bits of hedged assets whose options did at this instant, */
    double released_delta[RH_ASSETS_MAX]; /* releasing */
    bool trade_waits; /* for the first mark */
    int64_t last_order_ns;
    rh_net_greeks greeks[RH_ASSETS_MAX];
    int64_t greeks_ns[RH_ASSETS_MAX];
    uint32_t greeks_valid; /* bits of assets */
    bool policy_failed;
    bool reproducible;
    bool machine_refused; /* a limit of this machine refused the candidate last made */
    bool killed;         /* and nobody has taken over since */
    rh_kill_kind killed_by;
    char kill_reason[256]; /* of the last kill, escaped */
    bool last_refused;
    char last_swap[256]; /* what the last swap or set did, or why it was refused */
    char policy_message[RH_ERROR_MESSAGE_MAX];
    size_t swap_count;
    int expired_count;
    int64_t first_spot_ns[RH_ASSETS_MAX];  /* happened time of the first spot; 0: none */
    const rh_swap *fork;
    bool halted; /* at the place of a fork, `fork`, before its swap */
    bool quit; /* a person ended it; what comes later does not happen */
} rh_run;

/* run.c: the life of a run, the choice of the next event, the happened and known records. */
/* `by_hand`: somebody may swap and set on the way. */
rh_status rh_run_open(const rh_run_request *request, rh_scenario *scenario, bool by_hand,
                      rh_run **run, rh_error *error);
/* A lean run, before its first event. */
rh_status rh_run_open_lean(const rh_run_request *request, rh_scenario *scenario, rh_run **run,
                           rh_error *error);
/* Fill the queue with what the scenario has for it, and look at the feed's first record. */
rh_status rh_run_schedule(rh_run *run, rh_error *error);
rh_status rh_run_look_ahead(rh_run *run, rh_error *error);
/* Events with time <= until_ns, at most max_events of them (0: no bound). *more: it was this bound
 * that ended it. */
rh_status rh_run_go(rh_run *run, int64_t until_ns, uint64_t max_events, bool *more,
                    rh_error *error);
bool rh_run_ended(const rh_run *run); /* no event is left */
rh_status rh_run_end(rh_run *run, rh_error *error); /* what follows the last event */
void rh_run_close(rh_run *run);

/* rewind.c: a lean run begins again, as path `index`; `of_feeds` says which paths its feeds show.
 * `afresh`: policies are loaded anew, else they are restarted where they can be. */
rh_status rh_run_rewind(rh_run *run, uint32_t index, const rh_feed_path *of_feeds, bool afresh,
                        rh_error *error);
void rh_run_set_start(rh_run *run); /* what is not zero at the beginning */
/* Only the policies begin again, at clock.from, as those of path `index`. */
rh_status rh_run_rewind_policy(rh_run *run, uint32_t index, bool afresh, rh_error *error);
/* A restarted policy used much memory or was killed: something of the past may have mattered. */
bool rh_run_is_doubtful(const rh_run *run);

/* book.c: client trades, settlements, funding, and what passes in between. */
rh_status rh_run_client_trades(rh_run *run, rh_error *error);
rh_status rh_run_settle(rh_run *run, int instrument, rh_error *error);
void rh_run_funding(rh_run *run, int instrument, double rate);
void rh_run_state_passed(rh_run *run); /* a new state of the filled book: for rms and max delta */
rh_status rh_run_rebuild(rh_run *run, rh_error *error);

/* decide.c: wakes, the view, calls of the policy. */
void rh_run_want_wake(rh_run *run, rh_wake_on why);
rh_status rh_run_wake(rh_run *run, rh_error *error);
/* The no-trade band in force, in asset units: what wakes the policy where that is a band, else what
 * its last trigger meant; NAN without one. */
void rh_run_band(const rh_run *run, double *lo, double *hi);
/* What came since the last wake (bits 1 << RH_ON_*, a timer) or what the view shows wakes it. */
bool rh_run_is_due(rh_run *run, const rh_view *view, uint32_t seen, bool timer_due);
/* Whether, timers apart, it wakes when delta leaves a band in asset units and never else: then
 * rh_run_is_due says no just as long as lo <= delta <= hi. */
bool rh_run_wakes_by_band(const rh_run *run);
static inline void rh_run_wake_band(const rh_run *run, double *lo, double *hi)
{
    const rh_policy_slot *slot = &run->slot;
    double band = slot->part[RH_PART_TRIGGER].policy->wake.delta_beyond;
    *lo = isnan(slot->wake_lo) ? -band : slot->wake_lo;
    *hi = isnan(slot->wake_lo) ? band : slot->wake_hi;
}
rh_status rh_run_timer(rh_run *run, const rh_event *event, rh_error *error);
void rh_run_timer_due(rh_run *run);

/* view.c: what a policy sees. */
void rh_run_fill_view(rh_run *run, rh_view *view);
double rh_run_asset_field(rh_run *run, int asset, rh_view_field field);
double rh_run_known_delta(rh_run *run, int asset); /* reported fills, hedge vol */

/* notify.c: callbacks. After each the policy may be gone. */
rh_status rh_run_tell_fill(rh_run *run, const rh_order *order, const rh_report_slip *slip,
                           rh_error *error);
rh_status rh_run_tell_reject(rh_run *run, const rh_order *order, const char *reason,
                             rh_error *error);
rh_status rh_run_tell_timer(rh_run *run, rh_error *error);
void rh_run_note_expiry(rh_run *run, int instrument, double qty, double price);
rh_status rh_run_tell_expiries(rh_run *run, rh_error *error);

/* trade.c: from a request to fills and reports. */
rh_status rh_run_submit(rh_run *run, const rh_order_request *request, rh_error *error);
rh_status rh_run_order_event(rh_run *run, const rh_event *event, rh_error *error);
rh_status rh_run_work_orders(rh_run *run, int instrument, rh_error *error);
rh_status rh_run_report(rh_run *run, uint32_t slip, rh_error *error);
rh_status rh_run_cancel_all(rh_run *run, rh_error *error);
rh_status rh_run_flatten(rh_run *run, uint32_t assets, rh_error *error); /* hedges to zero */
rh_status rh_run_flatten_when_idle(rh_run *run, rh_error *error);
/* Trade `qty` (spot-equivalent) out of an asset's hedges, each in proportion to what it holds. */
rh_status rh_run_release(rh_run *run, int asset, double qty, rh_error *error);
rh_status rh_run_unwind_now(rh_run *run, rh_error *error);
double rh_run_pending(const rh_run *run, int asset);
/* The guards' word on an order that is about to leave, counted; -1: it may. `sent`: it is live
 * already. */
int rh_run_guard(rh_run *run, const rh_order *order, bool sent);
/* Book what an order was matched to: positions, costs and counts of the filled book. */
void rh_run_book_match(rh_run *run, int instrument, double mid_decision, const rh_match *match,
                       rh_fill_booking *fill);
double rh_run_pending_units(const rh_run *run, int instrument); /* in its own units */
/* Spot-equivalent delta of one unit of an order: when decided; of an option now, as known. */
double rh_run_order_delta(const rh_run *run, const rh_order *order);
/* What the venue of a hedge would do now for `qty` asset units, or contracts of an option: the
 * order in whole lots, or 0. A hedge below 0 is the default route. */
double rh_run_quote(const rh_run *run, int hedge, double qty, rh_match *match);
double rh_run_cost(const rh_run *run, int hedge, double qty);

/* view.c: what the view of a run answers with; the host is the run. */
const rh_view_ops *rh_run_view_ops(void);

/* parts.c: a policy is loaded, as one script or as two, and whether it exists. */
typedef struct rh_parts {
    rh_policy_part part[RH_PARTS]; /* whole: the trigger's alone; a part that stays is empty */
    bool whole;
} rh_parts;
typedef enum rh_purpose {
    RH_TO_LIVE,
    RH_TO_TRY,  /* thrown away after the trial: what it logs is dropped */
    RH_TO_LOOK  /* only what it declares is of interest */
} rh_purpose;
/* On refusal everything made is freed again and the live policy is as it was. */
rh_status rh_parts_load(rh_run *run, const rh_policy_pick *pick, rh_purpose why, rh_parts *parts,
                        rh_error *error);
void rh_parts_free(rh_parts *parts);
void rh_part_free(rh_policy_part *part);
/* The features a part declares, new; those it had are freed. */
rh_status rh_part_make_features(rh_run *run, rh_policy_part *part, rh_error *error);
/* The random streams of a live part, kept for whoever takes its place. */
rh_status rh_parts_keep_streams(rh_run *run, rh_error *error);
static inline rh_policy *rh_run_policy(const rh_run *run) /* whose wake counts; NULL: none */
{
    return run->slot.part[RH_PART_TRIGGER].policy;
}
static inline rh_policy_part *rh_run_scale_part(rh_run *run)
{
    rh_policy_part *scale = &run->slot.part[RH_PART_SCALE];
    return scale->policy ? scale : &run->slot.part[RH_PART_TRIGGER];
}

/* transaction.c: what may become the live policy. Making it changes nothing of the run. */
typedef struct rh_candidate {
    rh_parts parts;
    size_t state_bytes[RH_PARTS]; /* carried over */
    int64_t gas[RH_PARTS];        /* spent on loading, migrating and trying */
    int views;                    /* tried on */
    bool machine_decided; /* a limit of this machine ended the trial; set on refusal too */
} rh_candidate;
/* Loaded, given the live policy's state and random streams; its features have seen nothing. */
rh_status rh_candidate_make(rh_run *run, const rh_policy_pick *pick, rh_purpose why,
                            rh_candidate *candidate, rh_error *error);
/* The whole of it: made, tried on the recent wakes and thrown away; made once more, with warm
 * features. */
rh_status rh_candidate_prove(rh_run *run, const rh_policy_pick *pick, rh_candidate *candidate,
                             rh_error *why);
/* Which of the live scripts decides the part now; NULL: none. */
rh_policy *rh_run_live(const rh_run *run, rh_part part);
/* series.c: columns of the ledger. Add before the ledger begins; bind whenever policies change. */
void rh_series_add(rh_run *run, const rh_policy *policy);
void rh_series_bind(rh_run *run);
rh_status rh_series_check(const rh_parts *parts, rh_error *error); /* no name in both parts */
/* Names of `policy` that have no column, ", " between them; how many. */
int rh_series_missing(const rh_run *run, const rh_policy *policy, rh_buffer *names);

/* swap.c: policies come and go. */
rh_status rh_run_first_policy(rh_run *run, rh_error *error);
/* The first policy once more, in a lean run's next path; not afresh: restarted where it can be. */
rh_status rh_run_same_policy(rh_run *run, bool afresh, rh_error *error);
rh_status rh_run_swap(rh_run *run, const rh_swap *swap, rh_error *error);
/* Columns for the series of a swap that is to come, as a scheduled one has them. Wrong params are
 * RH_INPUT; what a script itself does wrong is found out when its time comes. */
rh_status rh_run_declare(rh_run *run, const rh_swap *swap, rh_error *error);
/* A swap of a person, or a set (`assignment` not NULL), that failed before there was anything to
 * try. */
void rh_run_note_refused(rh_run *run, const char *what, const char *assignment, const char *why);
/* Whether this machine has decided something in a script that is live. */
void rh_run_note_machine(rh_run *run);
/* A person's swap or set (`assignment` not NULL), between events. *accepted false: `why` says why
 * not, and nothing has changed. A status other than RH_OK ends the run. */
rh_status rh_run_swap_by_hand(rh_run *run, const rh_swap *swap, const char *assignment,
                              bool *accepted, rh_error *why, rh_error *error);
rh_status rh_run_killed(rh_run *run, rh_kill_kind kind, const rh_error *why, rh_error *error);
void rh_run_drop_policy(rh_run *run);

#endif
