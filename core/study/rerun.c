/* Reading what a run directory recorded and doing it again. The journal is read line by line while
 * the run goes on: each act of a person waits for its event. Text of scripts in the journal cannot
 * pass for an act: an act is known by its keys, which the engine alone writes. */
#include "study/rerun.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/json.h"
#include "data/source.h"
#include "engine/live.h"

#define LINE_BYTES_MAX ((size_t)1 << 20)
#define COPY_PATH (RH_PATH_MAX + 32)

/* --- lines --------------------------------------------------------------------------------- */

typedef struct reader {
    rh_source *source;
    char chunk[65536];
    size_t used, length;
    rh_buffer line;
} reader;

/* The next line without its end; RH_END after the last. */
static rh_status next_line(reader *r, rh_error *error)
{
    rh_buffer_clear(&r->line);
    for (;;) {
        if (r->used == r->length) {
            r->used = 0;
            RH_TRY(rh_source_read(r->source, r->chunk, sizeof r->chunk, &r->length, error));
            if (r->length == 0) return r->line.length > 0 ? RH_OK : RH_END;
        }
        const char *from = r->chunk + r->used;
        const char *end = memchr(from, '\n', r->length - r->used);
        size_t taken = end ? (size_t)(end - from) : r->length - r->used;
        rh_buffer_append(&r->line, from, taken);
        r->used += taken + (end != NULL);
        if (r->line.failed) return rh_fail(error, RH_NO_MEMORY, "no memory for the journal");
        if (r->line.length > LINE_BYTES_MAX) {
            return rh_fail(error, RH_INPUT, "the journal has a line of more than %zu bytes",
                           LINE_BYTES_MAX);
        }
        if (end) return RH_OK;
    }
}

/* --- acts ---------------------------------------------------------------------------------- */

typedef struct repeating {
    rh_live *live;
    const char *archive;
    rh_rerun_result *result;
    rh_live_recorded act; /* being put together, of one line or two */
    rh_json_doc *docs[2];
    rh_buffer params[2];
} repeating;

static void forget_act(repeating *r)
{
    for (int n = 0; n < 2; n++) {
        rh_json_free(r->docs[n]);
        r->docs[n] = NULL;
        rh_buffer_clear(&r->params[n]);
    }
    r->act = (rh_live_recorded){0};
}

static rh_status go_to(repeating *r, rh_json line, rh_error *error)
{
    int64_t seq = 0;
    RH_TRY(rh_json_integer(line, "seq", RH_REQUIRED, 0, INT64_MAX, &seq, error));
    uint64_t now = rh_live_sequence(r->live);
    if ((uint64_t)seq < now) {
        return rh_fail(error, RH_INPUT, "the journal goes back, from event %llu to %lld",
                       (unsigned long long)now, (long long)seq);
    }
    if ((uint64_t)seq > now) RH_TRY(rh_live_go(r->live, INT64_MAX, (uint64_t)seq - now, error));
    if (rh_live_sequence(r->live) == (uint64_t)seq) return RH_OK;
    return rh_fail(error, RH_STATE, "the run ends at event %llu; an act is recorded after %lld",
                   (unsigned long long)rh_live_sequence(r->live), (long long)seq);
}

/* One line of a swap or set: a script of the act. */
static rh_status add_script(repeating *r, rh_json line, rh_error *error)
{
    rh_live_script *script = &r->act.script[r->act.count];
    rh_json_writer writer = {.out = &r->params[r->act.count]};
    const char *orders = "keep";
    rh_json params;
    script->native = rh_json_has(line, "native");
    RH_TRY(rh_json_text(line, "part", RH_REQUIRED, &script->part, error));
    RH_TRY(rh_json_text(line, script->native ? "native" : "script", RH_REQUIRED, &script->label,
                        error));
    RH_TRY(rh_json_text(line, "sha256", RH_REQUIRED, &script->sha256, error));
    RH_TRY(rh_json_bool(line, "strict", RH_OPTIONAL, &script->strict, error));
    RH_TRY(rh_json_text(line, "set", RH_OPTIONAL, &r->act.assignment, error));
    RH_TRY(rh_json_text(line, "orders", RH_OPTIONAL, &orders, error));
    RH_TRY(rh_json_get(line, "params", RH_REQUIRED, &params, error));
    rh_json_put_value(&writer, NULL, params);
    if (writer.out->failed) return rh_fail(error, RH_NO_MEMORY, "no memory for the params");
    script->params = writer.out->bytes;
    r->act.cancel_orders = !strcmp(orders, "cancel");
    r->act.count++;
    return RH_OK;
}

static rh_status repeat(repeating *r, rh_json line, rh_error *error)
{
    int64_t parts = 1;
    RH_TRY(rh_json_integer(line, "parts", RH_OPTIONAL, 1, 2, &parts, error));
    RH_TRY(add_script(r, line, error));
    if (r->act.count < parts) return RH_OK; /* the other part is the next line */
    RH_TRY(go_to(r, line, error));
    rh_status status = rh_live_repeat(r->live, &r->act, error);
    if (status != RH_OK) return rh_fail_in(error, "what was accepted then is refused now");
    r->result->acts++;
    forget_act(r);
    return RH_OK;
}

static rh_status take_line(repeating *r, const rh_buffer *text, rh_error *error)
{
    const char *kind = "", *by = "";
    rh_json_doc *doc = NULL;
    if (!strstr(text->bytes ? text->bytes : "", "hand")) return RH_OK; /* nearly all */
    RH_TRY(rh_json_parse("journal.jsonl", text->bytes, text->length, &doc, error));
    rh_json line = rh_json_root(doc);
    rh_status status = rh_json_text(line, "kind", RH_REQUIRED, &kind, error);
    if (status == RH_OK) status = rh_json_text(line, "by", RH_OPTIONAL, &by, error);
    bool hand = status == RH_OK && !strcmp(by, "hand");
    if (hand && !strcmp(kind, "quit")) {
        status = go_to(r, line, error);
        if (status == RH_OK) rh_live_quit(r->live);
        r->result->acts++;
    } else if (hand && (!strcmp(kind, "swap") || !strcmp(kind, "set"))) {
        r->docs[r->act.count] = doc; /* the act points into it */
        return repeat(r, line, error);
    }
    rh_json_free(doc);
    return status;
}

static rh_status repeat_all(repeating *r, rh_error *error)
{
    char path[COPY_PATH];
    reader *in = calloc(1, sizeof *in);
    if (!in) return rh_fail(error, RH_NO_MEMORY, "no memory to read the journal");
    snprintf(path, sizeof path, "%s/journal.jsonl", r->archive);
    rh_status status = rh_source_open(path, &in->source, error);
    while (status == RH_OK && (status = next_line(in, error)) == RH_OK) {
        status = take_line(r, &in->line, error);
    }
    rh_source_close(in->source);
    rh_buffer_free(&in->line);
    free(in);
    return status == RH_END ? RH_OK : status;
}

/* --- the run ------------------------------------------------------------------------------- */

static rh_status copy_text(rh_json at, const char *key, char *out, size_t capacity,
                           rh_error *error)
{
    const char *text = "";
    RH_TRY(rh_json_text(at, key, RH_REQUIRED, &text, error));
    snprintf(out, capacity, "%s", text);
    return RH_OK;
}

static rh_status read_record(const char *dir, rh_run_request *request, char *scenario,
                             rh_rerun_result *result, rh_error *error)
{
    char path[COPY_PATH];
    rh_json_doc *inputs = NULL, *summary = NULL;
    bool trusted = false;
    int64_t version = 0, path_index = 0; /* there was only path 0 once */
    snprintf(path, sizeof path, "%s/inputs.json", dir);
    RH_TRY(rh_json_read(path, RH_SCENARIO_BYTES_MAX, &inputs, error));
    rh_json root = rh_json_root(inputs);
    rh_status status = rh_json_integer(root, "rehedge_run", RH_REQUIRED, 1, 1, &version, error);
    if (status == RH_OK) status = copy_text(root, "scenario", scenario, RH_PATH_MAX, error);
    if (status == RH_OK) {
        status = copy_text(root, "engine", result->engine, sizeof result->engine, error);
    }
    if (status == RH_OK) status = copy_text(root, "lua", result->lua, sizeof result->lua, error);
    if (status == RH_OK) status = rh_json_bool(root, "trusted", RH_REQUIRED, &trusted, error);
    if (status == RH_OK) {
        status = rh_json_integer(root, "path", RH_OPTIONAL, 0, UINT32_MAX, &path_index, error);
        request->path = (uint32_t)path_index;
    }
    if (status == RH_OK && trusted && !request->trusted) {
        status = rh_fail(error, RH_INPUT, "%s: its policies were trusted; say --trusted to let "
                         "them be so again", dir);
    }
    rh_json_free(inputs);
    snprintf(path, sizeof path, "%s/summary.json", dir);
    if (status == RH_OK) status = rh_json_read(path, RH_SCENARIO_BYTES_MAX, &summary, error);
    if (status == RH_OK) {
        status = copy_text(rh_json_root(summary), "digest", result->recorded,
                           sizeof result->recorded, error);
    }
    rh_json_free(summary);
    return status;
}

rh_status rh_rerun(const rh_run_request *base, const char *dir, rh_rerun_result *result,
                   rh_error *error)
{
    char scenario[RH_PATH_MAX];
    rh_run_request request = *base;
    rh_run_result run = {0};
    *result = (rh_rerun_result){0};
    RH_TRY(read_record(dir, &request, scenario, result, error));
    request.scenario_path = scenario;
    request.archive = dir;
    request.out_dir = request.policy = request.seed = NULL;
    request.set_count = request.swap_count = 0;
    repeating r = {.archive = dir, .result = result};
    RH_TRY(rh_live_open(&request, &r.live, error));
    rh_status status = repeat_all(&r, error);
    if (status == RH_OK) status = rh_live_finish(r.live, &run, error);
    if (status == RH_OK) {
        memcpy(result->digest, run.digest, sizeof result->digest);
        result->events = run.events;
        result->same = !strcmp(result->digest, result->recorded);
    }
    rh_run_result_free(&run);
    rh_live_close(r.live);
    forget_act(&r);
    for (int n = 0; n < 2; n++) rh_buffer_free(&r.params[n]);
    return status;
}
