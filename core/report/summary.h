/* summary.json as numbers and texts. Tolerant: a key that is absent or null is NaN or "", because a
 * report of an incomplete run is worth more than none; a file that is not JSON is refused.
 * Texts live as long as the summary and are as hostile as the run's scripts. */
#ifndef RH_REPORT_SUMMARY_H
#define RH_REPORT_SUMMARY_H

#include "base/accounts.h"
#include "data/json.h"

#define RH_HEDGING_MAP(X)                                                    \
    X(orders) X(fills) X(rejected) X(turnover) X(rms_delta) X(max_abs_delta)

#define X(name) RH_HEDGING_##name,
typedef enum rh_hedging { RH_HEDGING_MAP(X) RH_HEDGINGS } rh_hedging;
#undef X

typedef struct rh_summary {
    rh_json_doc *doc;
    const char *name, *policy, *policy_version, *policy_sha256, *digest, *numeraire, *from, *to;
    const char *kind;           /* "mc", "sweep"; "" of one run */
    const char *status, *engine, *lua, *seed;
    const char *failure;        /* why the policy was killed, "" when it was not */
    double path; /* NaN in a summary of before there were paths */
    double events, wall_s, pnl_total, cost_total;
    double pnl[RH_PNL_CAUSES], cost[RH_COST_KINDS], attribution[RH_ATTRIBUTIONS];
    double hedging[RH_HEDGINGS];
    double residual_share;      /* NaN when the run did not say */
} rh_summary;

/* `name` is used in messages. */
rh_status rh_summary_parse(rh_summary *summary, const char *name, const char *text,
                           rh_error *error);
rh_status rh_summary_read(rh_summary *summary, const char *path, rh_error *error);
void rh_summary_free(rh_summary *summary);

/* Members of any object, read as tolerantly: a cursor that is no object has none. */
bool rh_summary_find(rh_json object, const char *key, rh_json_type type, rh_json *child);
double rh_summary_number(rh_json object, const char *key);          /* NAN when absent */
const char *rh_summary_text(rh_json object, const char *key);       /* "" when absent */
rh_json rh_summary_block(rh_json object, const char *key);          /* no object when absent */

/* The index-th text of `notes`, what a reader should know before trusting; NULL after the last. */
const char *rh_summary_note(const rh_summary *summary, size_t index);

/* "2021-05-17 00:00" of an ISO time, or the text itself where it is none. */
const char *rh_summary_moment(const char *iso, char text[40]);

#endif
