/* Reading what a run directory recorded and doing it again. The journal is read line by line while
 * the run goes on: each act of a person waits for its event. Text of scripts in the journal cannot
 * pass for an act: an act is known by its keys, which the engine alone writes. */
#include "study/rerun.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/json.h"
#include "data/source.h"
#include "engine/archive.h"
#include "engine/live.h"

#define LINE_BYTES_MAX ((size_t)1 << 20)
#define COPY_PATH (RH_PATH_MAX + 128)

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
    rh_status status = rh_archive_file(r->archive, "journal.jsonl", path, error);
    if (status == RH_OK) status = rh_source_open(path, &in->source, error);
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

/* Whether the recorded run trusted its scripts: a record, from which nothing follows but a word to
 * the person. */
static rh_status read_inputs(const char *dir, char scenario[RH_PATH_MAX], bool *trusted,
                             rh_rerun_result *result, rh_error *error)
{
    char path[COPY_PATH];
    rh_json_doc *inputs = NULL;
    int64_t version = 0;
    RH_TRY(rh_archive_file(dir, "inputs.json", path, error));
    RH_TRY(rh_json_read(path, RH_SCENARIO_BYTES_MAX, &inputs, error));
    rh_json root = rh_json_root(inputs);
    rh_status status = rh_json_integer(root, "rehedge_run", RH_REQUIRED, 1, 1, &version, error);
    if (status == RH_OK) status = copy_text(root, "scenario", scenario, RH_PATH_MAX, error);
    if (status == RH_OK) {
        status = copy_text(root, "engine", result->engine, sizeof result->engine, error);
    }
    if (status == RH_OK) status = copy_text(root, "lua", result->lua, sizeof result->lua, error);
    if (status == RH_OK) status = rh_json_bool(root, "trusted", RH_REQUIRED, trusted, error);
    rh_json_free(inputs);
    return status;
}

static rh_status read_digest(const char *dir, rh_rerun_result *result, rh_error *error)
{
    char path[COPY_PATH];
    rh_json_doc *summary = NULL;
    RH_TRY(rh_archive_file(dir, "summary.json", path, error));
    RH_TRY(rh_json_read(path, RH_SCENARIO_BYTES_MAX, &summary, error));
    rh_status status = copy_text(rh_json_root(summary), "digest", result->recorded,
                                 sizeof result->recorded, error);
    rh_json_free(summary);
    return status;
}

/* --- what the person says ------------------------------------------------------------------ */

/* Trust comes from the command line alone: the bytes of a script that the person names, and not one
 * that is installed, which is a stranger's. */
static rh_status find_trusted(const rh_rerun_request *given, bool was_trusted,
                              char hashes[RH_RERUN_TRUSTED_MAX][RH_SHA256_HEX],
                              const char *list[RH_RERUN_TRUSTED_MAX + 1], rh_error *error)
{
    if (was_trusted && given->trusted_count == 0) {
        return rh_fail(error, RH_INPUT, "%s: the run trusted its scripts; say --trusted POLICY for "
                       "each that you trust again (copies are in %s/scripts)", given->dir,
                       given->dir);
    }
    if (given->trusted_count > RH_RERUN_TRUSTED_MAX) {
        return rh_fail(error, RH_USAGE, "more than %d trusted policies", RH_RERUN_TRUSTED_MAX);
    }
    for (int n = 0; n < given->trusted_count; n++) {
        rh_policy_source source;
        RH_TRY(rh_policy_source_open(given->base.finder, given->trusted[n], &source, error));
        bool strict = source.strict;
        memcpy(hashes[n], source.sha256, RH_SHA256_HEX);
        list[n] = hashes[n];
        rh_policy_source_free(&source);
        if (strict) {
            return rh_fail(error, RH_INPUT, "%s: installed or from an archive, so never trusted",
                           given->trusted[n]);
        }
        if (rh_archive_has(given->dir, hashes[n])) continue;
        return rh_fail(error, RH_INPUT, "%s: is no script of this run, whose copies are in "
                       "%s/scripts", given->trusted[n], given->dir);
    }
    return RH_OK;
}

static bool is_below(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    if (!strcmp(folder, "/")) return true;
    return !strncmp(path, folder, length) && (path[length] == '/' || path[length] == '\0');
}

/* `folder` may be NULL: nowhere. */
static bool is_real_below(const char *path, const char *folder)
{
    char *real = folder ? realpath(folder, NULL) : NULL;
    bool below = real && is_below(path, real);
    free(real);
    return below;
}

static bool may_be_read(const rh_rerun_request *given, const char *base)
{
    char parent[RH_PATH_MAX];
    if (is_real_below(base, ".")) return true;
    int length = snprintf(parent, sizeof parent, "%s/..", given->dir);
    if (length > 0 && (size_t)length < sizeof parent && is_real_below(base, parent)) return true;
    const char *const *allowed = given->base.allowed;
    for (; allowed && *allowed; allowed++)
        if (is_real_below(base, *allowed)) return true;
    return false;
}

/* The folder of the data: where the person says, or the recorded one when it is near. */
static rh_status place_data(const rh_rerun_request *given, char scenario[RH_PATH_MAX],
                            rh_error *error)
{
    char name[RH_PATH_MAX], folder[RH_PATH_MAX];
    char *slash = strrchr(scenario, '/');
    snprintf(name, sizeof name, "%s", slash ? slash + 1 : scenario);
    if (given->data) {
        int length = snprintf(scenario, RH_PATH_MAX, "%s/%s", given->data, name);
        if (length > 0 && length < RH_PATH_MAX) return RH_OK;
        return rh_fail(error, RH_INPUT, "--data: the path is too long");
    }
    if (slash) *slash = '\0';
    const char *wanted = !slash ? "." : slash == scenario ? "/" : scenario;
    char *real = realpath(wanted, NULL);
    rh_text_escape(folder, sizeof folder, wanted, strlen(wanted));
    if (slash) *slash = '/';
    rh_status status = RH_OK;
    if (!real) {
        status = rh_fail(error, RH_INPUT, "its data was read from %.900s, which is not there; say "
                         "--data DIR where it is now", folder);
    } else if (!may_be_read(given, real)) {
        status = rh_fail(error, RH_INPUT, "its data is read from %.800s, which is neither below "
                         "this folder nor beside the run directory: say --allow DIR to permit it, "
                         "or --data DIR where the data is", folder);
    }
    free(real);
    return status;
}

/* --- the run ------------------------------------------------------------------------------- */

static rh_status repeat_run(const rh_rerun_request *given, rh_run_request *request,
                            rh_rerun_result *result, rh_error *error)
{
    rh_run_result run = {0};
    repeating r = {.archive = given->dir, .result = result};
    RH_TRY(rh_live_open(request, &r.live, error));
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

rh_status rh_rerun(const rh_rerun_request *given, rh_rerun_result *result, rh_error *error)
{
    char scenario[RH_PATH_MAX], hashes[RH_RERUN_TRUSTED_MAX][RH_SHA256_HEX];
    const char *trusted[RH_RERUN_TRUSTED_MAX + 1] = {NULL};
    rh_run_request request = given->base;
    bool was_trusted = false;
    *result = (rh_rerun_result){0};
    RH_TRY(read_inputs(given->dir, scenario, &was_trusted, result, error));
    RH_TRY(read_digest(given->dir, result, error));
    RH_TRY(find_trusted(given, was_trusted, hashes, trusted, error));
    RH_TRY(place_data(given, scenario, error));
    request.scenario_path = scenario;
    request.archive = given->dir;
    request.trusted = given->trusted_count > 0;
    request.trusted_copies = trusted;
    request.out_dir = request.policy = request.seed = NULL;
    request.set_count = request.swap_count = 0;
    return repeat_run(given, &request, result, error);
}
