/* summary.json as numbers and texts, read tolerantly: absent, null or of another type means
 * unknown. Invariant: every text pointer of a parsed summary is valid, "" at worst. */
#include "report/summary.h"

#include <math.h>
#include <string.h>

#include "report/number.h"

enum { SUMMARY_BYTES_MAX = 64 << 20 };

#define X(name) #name,
static const char *const hedging_keys[] = {RH_HEDGING_MAP(X)};
#undef X

bool rh_summary_find(rh_json object, const char *key, rh_json_type type, rh_json *child)
{
    return object.node && rh_json_kind(object) == RH_JSON_OBJECT && rh_json_has(object, key) &&
           rh_json_get(object, key, RH_OPTIONAL, child, NULL) == RH_OK &&
           rh_json_kind(*child) == type;
}

double rh_summary_number(rh_json object, const char *key)
{
    rh_json child;
    double value = (double)NAN;
    if (rh_summary_find(object, key, RH_JSON_NUMBER, &child))
        (void)rh_json_as_number(child, &value, NULL);
    return value;
}

const char *rh_summary_text(rh_json object, const char *key)
{
    rh_json child;
    const char *value = "";
    if (rh_summary_find(object, key, RH_JSON_STRING, &child))
        (void)rh_json_as_text(child, &value, NULL);
    return value;
}

static void numbers(rh_json object, const char *const *keys, int count, double *values)
{
    for (int i = 0; i < count; i++) values[i] = rh_summary_number(object, keys[i]);
}

rh_json rh_summary_block(rh_json root, const char *key)
{
    rh_json child = {0};
    return rh_summary_find(root, key, RH_JSON_OBJECT, &child) ? child : (rh_json){0};
}

static void fill(rh_summary *summary)
{
    rh_json root = rh_json_root(summary->doc);
    rh_json pnl = rh_summary_block(root, "pnl"), cost = rh_summary_block(root, "cost");
    rh_json policy = rh_summary_block(root, "policy"), clock = rh_summary_block(root, "clock");
    summary->name = rh_summary_text(root, "name");
    summary->kind = rh_summary_text(root, "kind");
    summary->policy = rh_summary_text(policy, "name");
    summary->policy_version = rh_summary_text(policy, "version");
    summary->policy_sha256 = rh_summary_text(policy, "sha256");
    summary->failure = rh_summary_text(policy, "failure");
    summary->digest = rh_summary_text(root, "digest");
    summary->numeraire = rh_summary_text(root, "numeraire");
    summary->from = rh_summary_text(clock, "from");
    summary->to = rh_summary_text(clock, "to");
    summary->status = rh_summary_text(root, "status");
    summary->engine = rh_summary_text(root, "engine");
    summary->lua = rh_summary_text(root, "lua");
    summary->seed = rh_summary_text(root, "seed");
    summary->path = rh_summary_number(root, "path");
    summary->events = rh_summary_number(root, "events");
    summary->wall_s = rh_summary_number(root, "wall_s");
    summary->pnl_total = rh_summary_number(pnl, "total");
    summary->cost_total = rh_summary_number(cost, "total");
    summary->residual_share = rh_summary_number(root, "residual_share");
    if (isnan(summary->residual_share))
        summary->residual_share =
            rh_summary_number(rh_summary_block(root, "attribution"), "residual_share");
    numbers(pnl, rh_pnl_names, RH_PNL_CAUSES, summary->pnl);
    numbers(cost, rh_cost_names, RH_COST_KINDS, summary->cost);
    numbers(rh_summary_block(root, "attribution"), rh_attribution_names, RH_ATTRIBUTIONS,
            summary->attribution);
    numbers(rh_summary_block(root, "hedging"), hedging_keys, RH_HEDGINGS, summary->hedging);
}

static rh_status finish(rh_summary *summary, rh_error *error)
{
    if (rh_json_kind(rh_json_root(summary->doc)) != RH_JSON_OBJECT) {
        rh_status status = rh_json_fail(rh_json_root(summary->doc), error,
                                        "expected an object, the summary of a run");
        rh_summary_free(summary);
        return status != RH_OK ? status : RH_INPUT;
    }
    fill(summary);
    return RH_OK;
}

rh_status rh_summary_parse(rh_summary *summary, const char *name, const char *json,
                           rh_error *error)
{
    *summary = (rh_summary){0};
    RH_TRY(rh_json_parse(name, json, strlen(json), &summary->doc, error));
    return finish(summary, error);
}

rh_status rh_summary_read(rh_summary *summary, const char *path, rh_error *error)
{
    *summary = (rh_summary){0};
    RH_TRY(rh_json_read(path, SUMMARY_BYTES_MAX, &summary->doc, error));
    return finish(summary, error);
}

void rh_summary_free(rh_summary *summary)
{
    if (summary->doc) rh_json_free(summary->doc);
    *summary = (rh_summary){0};
}

const char *rh_summary_note(const rh_summary *summary, size_t index)
{
    rh_json notes;
    const char *note = NULL;
    if (!rh_summary_find(rh_json_root(summary->doc), "notes", RH_JSON_ARRAY, &notes)) return NULL;
    if (index >= rh_json_count(notes)) return NULL;
    rh_json at = rh_json_at(notes, index);
    bool said = rh_json_kind(at) == RH_JSON_STRING && rh_json_as_text(at, &note, NULL) == RH_OK;
    return said ? note : "";
}

const char *rh_summary_moment(const char *iso, char moment[RH_TIME_TEXT])
{
    int64_t time_ns;
    if (!rh_parse_time(iso, &time_ns)) return iso;
    rh_moment_text(moment, time_ns, 0);
    return moment;
}
