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

static bool find(rh_json object, const char *key, rh_json_type type, rh_json *child)
{
    return object.node && rh_json_kind(object) == RH_JSON_OBJECT && rh_json_has(object, key) &&
           rh_json_get(object, key, RH_OPTIONAL, child, NULL) == RH_OK &&
           rh_json_kind(*child) == type;
}

static double number(rh_json object, const char *key)
{
    rh_json child;
    double value = (double)NAN;
    if (find(object, key, RH_JSON_NUMBER, &child)) (void)rh_json_as_number(child, &value, NULL);
    return value;
}

static const char *text(rh_json object, const char *key)
{
    rh_json child;
    const char *value = "";
    if (find(object, key, RH_JSON_STRING, &child)) (void)rh_json_as_text(child, &value, NULL);
    return value;
}

static void numbers(rh_json object, const char *const *keys, int count, double *values)
{
    for (int i = 0; i < count; i++) values[i] = number(object, keys[i]);
}

static rh_json block(rh_json root, const char *key)
{
    rh_json child = {0};
    return find(root, key, RH_JSON_OBJECT, &child) ? child : (rh_json){0};
}

static void fill(rh_summary *summary)
{
    rh_json root = rh_json_root(summary->doc);
    rh_json pnl = block(root, "pnl"), cost = block(root, "cost");
    rh_json policy = block(root, "policy"), clock = block(root, "clock");
    summary->name = text(root, "name");
    summary->policy = text(policy, "name");
    summary->policy_version = text(policy, "version");
    summary->policy_sha256 = text(policy, "sha256");
    summary->failure = text(policy, "failure");
    summary->digest = text(root, "digest");
    summary->numeraire = text(root, "numeraire");
    summary->from = text(clock, "from");
    summary->to = text(clock, "to");
    summary->status = text(root, "status");
    summary->engine = text(root, "engine");
    summary->lua = text(root, "lua");
    summary->seed = text(root, "seed");
    summary->path = number(root, "path");
    summary->events = number(root, "events");
    summary->wall_s = number(root, "wall_s");
    summary->pnl_total = number(pnl, "total");
    summary->cost_total = number(cost, "total");
    summary->residual_share = number(root, "residual_share");
    if (isnan(summary->residual_share))
        summary->residual_share = number(block(root, "attribution"), "residual_share");
    numbers(pnl, rh_pnl_names, RH_PNL_CAUSES, summary->pnl);
    numbers(cost, rh_cost_names, RH_COST_KINDS, summary->cost);
    numbers(block(root, "attribution"), rh_attribution_names, RH_ATTRIBUTIONS,
            summary->attribution);
    numbers(block(root, "hedging"), hedging_keys, RH_HEDGINGS, summary->hedging);
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
    if (!find(rh_json_root(summary->doc), "notes", RH_JSON_ARRAY, &notes)) return NULL;
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
