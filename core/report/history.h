/* The series of a run: ledger.csv, fills.csv and journal.jsonl streamed once each into bounded
 * memory. Columns are found by name; what is absent is marked absent, what is damaged is refused
 * with file and line. Nothing here draws. */
#ifndef RH_REPORT_HISTORY_H
#define RH_REPORT_HISTORY_H

#include "base/limits.h"
#include "report/bins.h"
#include "report/histogram.h"
#include "report/summary.h"

/* X(NAME, column): the fixed columns of ledger.csv that are drawn. */
#define RH_LEDGER_MAP(X)                                                     \
    X(PNL_TOTAL, "pnl_total") X(PNL_OPTIONS, "pnl_options") X(PNL_HEDGES, "pnl_hedges") \
    X(PNL_CARRY, "pnl_carry") X(PNL_ENTRY, "pnl_entry") X(COST_TOTAL, "cost_total")     \
    X(DELTA, "attribution_delta") X(GAMMA, "attribution_gamma")              \
    X(THETA, "attribution_theta") X(VEGA, "attribution_vega")                \
    X(CARRY, "attribution_carry") X(ENTRY, "attribution_entry")              \
    X(HIGHER, "attribution_higher") X(COST, "attribution_cost")              \
    X(RESIDUAL, "attribution_residual") X(BAND_LO, "band_lo") X(BAND_HI, "band_hi")

/* X(NAME, prefix): the columns that each asset has one of. */
#define RH_LEDGER_ASSET_MAP(X)                                               \
    X(DELTA, "delta_") X(SPOT, "spot_") X(GAMMA, "gamma_") X(VEGA, "vega_") X(THETA, "theta_")

typedef enum rh_ledger_column {
#define X(name, column) RH_LEDGER_##name,
    RH_LEDGER_MAP(X)
#undef X
    RH_LEDGER_FIXED             /* then those of each asset, then the recorded series */
} rh_ledger_column;

typedef enum rh_asset_column {
#define X(name, prefix) RH_ASSET_##name,
    RH_LEDGER_ASSET_MAP(X)
#undef X
    RH_ASSET_COLUMNS
} rh_asset_column;

typedef struct rh_ledger {
    rh_bins bins;
    int assets;
    char names[RH_ASSETS_MAX][RH_NAME_MAX];
    int series;                 /* recorded by scripts: columns series_NAME */
    char series_names[RH_SERIES_MAX][RH_NAME_MAX];
    rh_histogram *deltas;       /* of each asset, one value per row */
    rh_histogram steps;         /* change of pnl_total from row to row */
    double last_pnl;            /* NAN before the first */
} rh_ledger;

static inline int rh_ledger_of_asset(int asset, rh_asset_column column)
{
    return (int)RH_LEDGER_FIXED + (int)RH_ASSET_COLUMNS * asset + (int)column;
}

/* Valid once all columns are known. */
static inline int rh_ledger_series(const rh_ledger *ledger, int series)
{
    return rh_ledger_of_asset(ledger->assets, (rh_asset_column)0) + series;
}

rh_status rh_ledger_read(rh_ledger *ledger, const char *path, rh_error *error);
void rh_ledger_free(rh_ledger *ledger);

/* --- fills --------------------------------------------------------------------------------- */

#define RH_HEDGE_SLOTS RH_BIN_GROUPS_MAX    /* one per group of the ledger's bins */

typedef struct rh_hedge_slot {
    double bought, sold;        /* >= 0, in units of the instruments */
    double moment;              /* mean position in the span, 0..1, weighted by quantity */
    uint64_t buys, sells;
} rh_hedge_slot;

typedef struct rh_fills {
    rh_bins costs;              /* cumulative, in the ledger's bins; RH_COST_KINDS columns */
    rh_hedge_slot *slots;       /* [asset * RH_HEDGE_SLOTS + slot] */
    uint64_t count, unplaced;   /* unplaced: of no asset of the ledger */
    int64_t last_ns;
} rh_fills;

/* A missing file is an empty one. An instrument belongs to the asset its name begins with, or to
 * the only asset. */
rh_status rh_fills_read(rh_fills *fills, const char *path, const rh_ledger *ledger,
                        rh_error *error);
void rh_fills_free(rh_fills *fills);

/* --- journal ------------------------------------------------------------------------------- */

/* X(NAME, kind, words): entries that are drawn and listed; all other kinds are counted only. */
#define RH_MARK_MAP(X)                                                       \
    X(SWAP, "swap", "policy swap") X(REFUSED, "swap_refused", "refused swap") \
    X(SET, "set", "parameter change") X(KILL, "kill", "policy kill")         \
    X(FAILOVER, "failover", "failover")                                      \
    X(GUARD, "guard", "guard hit") X(SETTLEMENT, "settlement", "settlement") \
    X(CLIENT, "client_trade", "client trade")

typedef enum rh_mark_kind {
#define X(name, kind, words) RH_MARK_##name,
    RH_MARK_MAP(X)
#undef X
    RH_MARK_KINDS
} rh_mark_kind;

#define RH_MARK_SLOTS 800       /* drawn resolution of the ledger's span */
#define RH_MARKS_LISTED 100     /* of each kind, the first ones */
#define RH_MARK_TEXT 240

typedef struct rh_mark {
    int64_t time_ns;
    char text[RH_MARK_TEXT];    /* raw: escape it */
} rh_mark;

typedef struct rh_marks {
    uint64_t counts[RH_MARK_KINDS], others;
    bool slots[RH_MARK_KINDS][RH_MARK_SLOTS + 1];
    rh_mark listed[RH_MARK_KINDS][RH_MARKS_LISTED];
} rh_marks;

extern const char *const rh_mark_keys[RH_MARK_KINDS];       /* "swap" */
extern const char *const rh_mark_words[RH_MARK_KINDS];      /* "policy swap" */

/* A missing file is an empty one; lines longer than a MiB are counted, not read. */
rh_status rh_marks_read(rh_marks *marks, const char *path, const rh_ledger *ledger,
                        rh_error *error);

#endif
