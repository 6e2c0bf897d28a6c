/* Writing and reading the copies in a run directory. Scripts are found by the hash of their bytes,
 * and a bundle by the list of its files' hashes, whose own hash is the bundle's: so a copy that was
 * changed is noticed. Must not run anything. */
#include "engine/archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "engine/actual.h"
#include "engine/run.h"

#define SCRIPTS "scripts"
#define ACTUAL "actual.csv"
#define HEX (RH_SHA256_HEX - 1)
#define LIST_BYTES_MAX (1u << 20)
#define COPY_PATH (RH_PATH_MAX + 128)

/* --- scripts out --------------------------------------------------------------------------- */

static rh_status write_copy(const char *folder, const char *hash, const char *ending,
                            const char *bytes, size_t length, rh_error *error)
{
    char path[COPY_PATH];
    rh_file_out *file = NULL;
    snprintf(path, sizeof path, "%s/" SCRIPTS, folder);
    RH_TRY(rh_make_directories(path, error));
    snprintf(path, sizeof path, "%s/" SCRIPTS "/%s.%s", folder, hash, ending);
    if (rh_file_exists(path)) return RH_OK;
    RH_TRY(rh_file_out_open(path, &file, error));
    rh_file_out_write(file, bytes, length);
    return rh_file_out_commit(file, error);
}

static rh_status write_bundle(const char *folder, const rh_policy_source *source, rh_error *error)
{
    rh_buffer list = {0};
    char hash[RH_SHA256_HEX];
    rh_sha256_of(source->bytes, source->length, hash);
    rh_buffer_printf(&list, "%s  policy.lua\n", hash);
    rh_status status = write_copy(folder, hash, "lua", source->bytes, source->length, error);
    for (size_t m = 0; m < source->module_count && status == RH_OK; m++) {
        const rh_policy_module *module = &source->modules[m];
        rh_buffer_printf(&list, "%s  %s\n", module->sha256, module->path);
        status = write_copy(folder, module->sha256, "lua", module->bytes, module->length, error);
    }
    if (status == RH_OK && list.failed) {
        status = rh_fail(error, RH_NO_MEMORY, "no memory for the list of a bundle");
    }
    if (status == RH_OK) {
        status = write_copy(folder, source->sha256, "files", list.bytes, list.length, error);
    }
    rh_buffer_free(&list);
    return status;
}

void rh_archive_script(rh_run *run, const rh_policy_choice *choice)
{
    rh_output *out = &run->out;
    const rh_policy_source *source = &choice->source;
    if (!out->has_dir || !choice->has_script || out->archived != RH_OK) return;
    const char *folder = out->dir.temporary;
    out->archived = source->module_count > 0
                        ? write_bundle(folder, source, &out->archive_error)
                        : write_copy(folder, source->sha256, "lua", source->bytes, source->length,
                                     &out->archive_error);
}

/* --- scripts in ---------------------------------------------------------------------------- */

static bool is_hash(const char *text)
{
    return strspn(text, "0123456789abcdef") == HEX;
}

static bool copy_path(char path[COPY_PATH], const char *archive, const char *hash,
                      const char *ending)
{
    snprintf(path, COPY_PATH, "%s/" SCRIPTS "/%.64s.%s", archive, hash, ending);
    return rh_file_exists(path);
}

/* A file and that it is what its name says. */
static rh_status read_copy(const char *path, const char *sha256, size_t max_bytes, char **bytes,
                           size_t *length, rh_error *error)
{
    char hash[RH_SHA256_HEX];
    RH_TRY(rh_file_read(path, max_bytes, bytes, length, error));
    rh_sha256_of(*bytes, *length, hash);
    if (!memcmp(hash, sha256, HEX)) return RH_OK;
    free(*bytes);
    *bytes = NULL;
    return rh_fail(error, RH_INPUT, "%s: the copy has been changed: its hash is another one now",
                   path);
}

/* "SHA256  PATH\n", the first being policy.lua. */
static rh_status read_listed(const char *archive, char *line, bool first, rh_policy_source *source,
                             rh_error *error)
{
    char path[COPY_PATH], *bytes = NULL;
    size_t length = 0;
    if (!is_hash(line) || strncmp(line + HEX, "  ", 2) != 0 ||
        (first && strcmp(line + HEX + 2, "policy.lua") != 0)) {
        return rh_fail(error, RH_INPUT, "%s: a list of a bundle's files is damaged", archive);
    }
    copy_path(path, archive, line, "lua");
    RH_TRY(read_copy(path, line, RH_LUA_SOURCE_BYTES_MAX, &bytes, &length, error));
    if (first) {
        source->bytes = bytes;
        source->length = length;
        return RH_OK;
    }
    rh_status status = rh_policy_source_add_module(source, line + HEX + 2, bytes, length, error);
    free(bytes);
    return status;
}

static rh_status read_bundle(const char *archive, const char *list_path, const char *sha256,
                             rh_policy_source *source, rh_error *error)
{
    char *list = NULL;
    size_t length = 0;
    RH_TRY(read_copy(list_path, sha256, LIST_BYTES_MAX, &list, &length, error));
    rh_status status = RH_OK;
    for (char *line = list, *end; status == RH_OK && (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        status = read_listed(archive, line, line == list, source, error);
    }
    free(list);
    if (status != RH_OK) return status;
    if (!source->bytes) return rh_fail(error, RH_INPUT, "%s: an empty list of files", archive);
    source->is_bundle = true;
    rh_policy_source_seal(source);
    return RH_OK;
}

bool rh_archive_has(const char *archive, const char *sha256)
{
    char path[COPY_PATH];
    return copy_path(path, archive, sha256, "files") || copy_path(path, archive, sha256, "lua");
}

rh_status rh_archive_file(const char *archive, const char *name, char path[COPY_PATH],
                          rh_error *error)
{
    struct stat found;
    snprintf(path, COPY_PATH, "%s/%.100s", archive, name);
    if (lstat(path, &found) == 0 && S_ISLNK(found.st_mode))
        return rh_fail(error, RH_INPUT, "%s: a link; a run directory has files of its own", path);
    return rh_file_is_plain(path, error);
}

rh_status rh_archive_read(const char *archive, const char *sha256, const char *label,
                          rh_policy_source *source, rh_error *error)
{
    char path[COPY_PATH];
    memset(source, 0, sizeof *source);
    if (!archive || !is_hash(sha256) || sha256[HEX] != '\0') {
        return rh_fail(error, RH_INPUT, "%.100s is not the hash of a script", sha256);
    }
    rh_status status;
    if (copy_path(path, archive, sha256, "files")) {
        status = read_bundle(archive, path, sha256, source, error);
    } else {
        copy_path(path, archive, sha256, "lua");
        status = read_copy(path, sha256, RH_LUA_SOURCE_BYTES_MAX, &source->bytes, &source->length,
                           error);
    }
    if (status != RH_OK) {
        rh_policy_source_free(source);
        return status;
    }
    memcpy(source->sha256, sha256, RH_SHA256_HEX);
    snprintf(source->label, sizeof source->label, "%s", label);
    return RH_OK;
}

bool rh_archive_is_reference(const char *name)
{
    return !strncmp(name, "sha256:", 7) && is_hash(name + 7) && name[7 + HEX] == ':';
}

void rh_archive_trust(const rh_scenario *s, rh_policy_source *source)
{
    source->strict = true;
    for (const char *const *hash = s->trusted_copies; hash && *hash; hash++)
        if (!strcmp(*hash, source->sha256)) source->strict = false;
}

rh_status rh_archive_resolve(const rh_scenario *s, const char *name, rh_policy_source *source,
                             rh_error *error)
{
    char hash[RH_SHA256_HEX];
    const char *label = strchr(name + 7 + HEX + 1, ':');
    snprintf(hash, sizeof hash, "%.64s", name + 7);
    RH_TRY(rh_archive_read(s->archive, hash, label ? label + 1 : "", source, error));
    rh_archive_trust(s, source);
    return RH_OK;
}

/* --- the scenario -------------------------------------------------------------------------- */

static void put_script(rh_json_writer *w, const char *key, const rh_policy_choice *choice)
{
    char name[RH_PATH_MAX + 96];
    if (choice->native) {
        snprintf(name, sizeof name, "native:%s", choice->native->name);
    } else {
        snprintf(name, sizeof name, "sha256:%s:%s:%s", choice->source.sha256,
                 choice->source.strict ? "strict" : "own", choice->source.label);
    }
    rh_json_put_text(w, key, name);
}

static void put_given(rh_json_writer *w, const char *key, rh_json params)
{
    if (params.node) rh_json_put_value(w, key, params);
}

static void put_pick(rh_json_writer *w, const rh_policy_pick *pick)
{
    static const char *const keys[RH_PARTS] = {"trigger_params", "scale_params"};
    if (pick->whole) {
        put_script(w, "script", &pick->choice[0]);
        put_given(w, "params", pick->choice[0].params);
        return;
    }
    for (int p = 0; p < RH_PARTS; p++) {
        if (!rh_choice_given(&pick->choice[p])) continue;
        put_script(w, rh_part_words[p], &pick->choice[p]);
        put_given(w, keys[p], pick->choice[p].params);
    }
    put_given(w, "params", pick->params);
}

static void put_policies(rh_json_writer *w, const rh_scenario *s)
{
    char word[RH_NAME_MAX + 8];
    snprintf(word, sizeof word, "native:%s", s->failover.native ? s->failover.native->name : "");
    rh_json_open(w, "policy", '{');
    if (s->actual) {
        rh_json_put_text(w, "actual", s->actual->hash);
    } else {
        put_pick(w, &s->policy);
    }
    rh_json_put_text(w, "on_failure", s->on_failure == RH_FAILURE_HOLD      ? "hold"
                                      : s->on_failure == RH_FAILURE_FLATTEN ? "flatten"
                                                                            : word);
    rh_json_close(w, '}');
    rh_json_open(w, "swaps", '[');
    for (size_t k = 0; k < s->swap_count; k++) {
        char at[RH_TIME_TEXT];
        if (s->swaps[k].open) continue; /* nothing of it lasts: see rh_output_branch */
        rh_text_time(at, s->swaps[k].at_ns);
        rh_json_open(w, NULL, '{');
        rh_json_put_text(w, "at", at);
        put_pick(w, &s->swaps[k].pick);
        rh_json_put_text(w, "orders", s->swaps[k].cancel_orders ? "cancel" : "keep");
        rh_json_close(w, '}');
    }
    rh_json_close(w, ']');
}

/* The scenario with everything put in: variables, --set, --seed, --policy, --swap. */
static void put_scenario(const rh_scenario *s, rh_json_writer *w)
{
    static const char *const own[] = {"policy", "swaps", "seed", "vars"};
    rh_json root = rh_json_root(s->doc);
    char seed[32];
    rh_json_open(w, NULL, '{');
    for (size_t k = 0; k < rh_json_count(root); k++) {
        const char *key = rh_json_key_at(root, k);
        bool ours = false;
        for (size_t n = 0; n < sizeof own / sizeof *own; n++)
            ours |= !strcmp(key, own[n]);
        if (!ours) rh_json_put_value(w, key, rh_json_at(root, k));
    }
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)s->seed);
    rh_json_put_text(w, "seed", seed);
    put_policies(w, s);
    rh_json_close(w, '}');
    rh_buffer_text(w->out, "\n");
}

/* --- the inputs ---------------------------------------------------------------------------- */

static void put_inputs(const rh_run *run, rh_json_writer *w)
{
    const rh_scenario *s = run->scenario;
    const rh_run_request *request = run->request;
    rh_json_open(w, NULL, '{');
    rh_json_put_i64(w, "rehedge_run", 1);
    rh_json_put_text(w, "engine", RH_ENGINE_VERSION);
    rh_json_put_text(w, "lua", request->lua_version ? request->lua_version : "");
    rh_json_put_text(w, "scenario", s->full_path);
    rh_json_put_text(w, "scenario_sha256", s->sha256);
    rh_json_put_i64(w, "path", s->path_index);
    rh_json_put_bool(w, "trusted", request->trusted);
    rh_json_open(w, "data", '[');
    for (int t = 0; t < s->tape_count + s->file_count; t++) {
        bool tape = t < s->tape_count;
        const rh_tape_input *input = tape ? &s->tapes[t] : &s->files[t - s->tape_count];
        rh_json_open(w, NULL, '{');
        rh_json_put_text(w, "name", input->name);
        rh_json_put_text(w, "path", input->path);
        rh_json_put_text(w, "hash", input->hash);
        rh_json_put_text(w, "content", input->content);
        rh_json_close(w, '}');
    }
    rh_json_close(w, ']');
    rh_json_close(w, '}');
    rh_buffer_text(w->out, "\n");
}

static rh_status write_text(const rh_run *run, const char *name, const rh_buffer *text,
                            rh_error *error)
{
    char path[COPY_PATH];
    rh_file_out *file = NULL;
    if (text->failed) return rh_fail(error, RH_NO_MEMORY, "no memory for %s", name);
    snprintf(path, sizeof path, "%s/%s", run->out.dir.temporary, name);
    RH_TRY(rh_file_out_open(path, &file, error));
    rh_file_out_write(file, text->bytes, text->length);
    return rh_file_out_commit(file, error);
}

/* --- recorded hedges ----------------------------------------------------------------------- */

static rh_status put_actual(const rh_run *run, rh_error *error)
{
    const rh_actual *actual = run->scenario->actual;
    char path[COPY_PATH], *bytes = NULL;
    size_t length = 0;
    rh_file_out *file = NULL;
    if (!actual) return RH_OK;
    RH_TRY(read_copy(actual->path, actual->hash, RH_ACTUAL_BYTES_MAX, &bytes, &length, error));
    snprintf(path, sizeof path, "%s/" ACTUAL, run->out.dir.temporary);
    rh_status status = rh_file_out_open(path, &file, error);
    if (status == RH_OK) {
        rh_file_out_write(file, bytes, length);
        status = rh_file_out_commit(file, error);
    }
    free(bytes);
    return status;
}

rh_status rh_archive_actual_read(rh_scenario *s, const char *sha256, rh_error *error)
{
    char path[COPY_PATH], hash[RH_SHA256_HEX];
    RH_TRY(rh_archive_file(s->archive, ACTUAL, path, error));
    RH_TRY(rh_file_sha256(path, hash, error));
    if (strcmp(hash, sha256) != 0)
        return rh_fail(error, RH_INPUT, "%s: the copy has been changed: its hash is another one "
                       "now", path);
    return rh_actual_read(s, path, ACTUAL, error);
}

/* --- all of it ----------------------------------------------------------------------------- */

rh_status rh_archive_inputs(rh_run *run, rh_error *error)
{
    const rh_scenario *s = run->scenario;
    if (!run->out.has_dir) return RH_OK;
    rh_buffer text = {0};
    rh_json_writer writer = {.out = &text, .pretty = true};
    put_scenario(s, &writer);
    rh_status status = write_text(run, "scenario.json", &text, error);
    rh_buffer_clear(&text);
    writer = (rh_json_writer){.out = &text, .pretty = true};
    put_inputs(run, &writer);
    if (status == RH_OK) status = write_text(run, "inputs.json", &text, error);
    rh_buffer_free(&text);
    RH_TRY(status);
    RH_TRY(put_actual(run, error));
    for (int p = 0; p < RH_PARTS; p++) rh_archive_script(run, &s->policy.choice[p]);
    for (size_t k = 0; k < s->swap_count; k++)
        for (int p = 0; p < RH_PARTS; p++) rh_archive_script(run, &s->swaps[k].pick.choice[p]);
    return RH_OK;
}

/* --- the data of the recorded run ---------------------------------------------------------- */

struct rh_archive_data {
    rh_json_doc *doc;
    rh_json list;
    size_t tapes, files; /* in this order in the list */
    size_t next_tape, next_file;
};

typedef struct expected { /* of one input */
    const char *name, *hash, *content;
} expected;

static rh_status read_expected(const rh_archive_data *data, size_t index, expected *input,
                               rh_error *error)
{
    rh_json at = rh_json_at(data->list, index);
    RH_TRY(rh_json_text(at, "name", RH_REQUIRED, &input->name, error));
    RH_TRY(rh_json_text(at, "hash", RH_REQUIRED, &input->hash, error));
    return rh_json_text(at, "content", RH_REQUIRED, &input->content, error);
}

static rh_status read_list(rh_archive_data *data, rh_error *error)
{
    RH_TRY(rh_json_get(rh_json_root(data->doc), "data", RH_REQUIRED, &data->list, error));
    if (rh_json_kind(data->list) != RH_JSON_ARRAY) {
        return rh_json_expect(data->list, error, "a list of the inputs");
    }
    for (size_t n = 0; n < rh_json_count(data->list); n++) {
        expected input;
        RH_TRY(read_expected(data, n, &input, error));
        bool tape = *input.content != '\0';
        if (tape && data->files > 0) {
            return rh_json_fail(data->list, error, "a tape after a file of trades");
        }
        data->tapes += tape;
        data->files += !tape;
    }
    return RH_OK;
}

rh_status rh_archive_data_read(const char *archive, rh_archive_data **out, rh_error *error)
{
    char path[COPY_PATH];
    rh_archive_data *data = calloc(1, sizeof *data);
    *out = data; /* the caller's, also of a failure */
    if (!data) return rh_fail(error, RH_NO_MEMORY, "no memory for the inputs of a run");
    RH_TRY(rh_archive_file(archive, "inputs.json", path, error));
    RH_TRY(rh_json_read(path, RH_SCENARIO_BYTES_MAX, &data->doc, error));
    return read_list(data, error);
}

void rh_archive_data_free(rh_archive_data *data)
{
    if (!data) return;
    rh_json_free(data->doc);
    free(data);
}

/* Neither what the file holds nor its hash, which would give a short secret away. */
static rh_status has_changed(const expected *input, const char *path, rh_error *error)
{
    char name[RH_NAME_MAX], hash[RH_SHA256_HEX];
    rh_text_escape(name, sizeof name, input->name, strnlen(input->name, RH_NAME_MAX - 1));
    rh_text_escape(hash, sizeof hash, input->hash, strnlen(input->hash, HEX));
    return rh_fail(error, RH_INPUT,
                   "the data of %s (%s) has changed since the run: its hash was %s and is another "
                   "one now", name, path, hash);
}

rh_status rh_archive_before(rh_archive_data *data, bool trades, bool tape_proper, const char *path,
                            rh_error *error)
{
    expected input;
    char hash[RH_SHA256_HEX];
    size_t *next = trades ? &data->next_file : &data->next_tape;
    if (*next >= (trades ? data->files : data->tapes)) {
        return rh_fail(error, RH_INPUT, "%s: the inputs of the run do not list it", path);
    }
    size_t index = (*next)++ + (trades ? data->tapes : 0);
    RH_TRY(read_expected(data, index, &input, error));
    if (tape_proper) return RH_OK;
    RH_TRY(rh_file_sha256(path, hash, error));
    return strcmp(hash, input.hash) ? has_changed(&input, path, error) : RH_OK;
}

rh_status rh_archive_after(const rh_archive_data *data, bool trades, const rh_tape_input *now,
                           rh_error *error)
{
    expected input;
    size_t index = (trades ? data->tapes + data->next_file : data->next_tape) - 1;
    RH_TRY(read_expected(data, index, &input, error));
    if (!strcmp(input.hash, now->hash) && !strcmp(input.content, now->content)) return RH_OK;
    return has_changed(&input, now->path, error);
}

rh_status rh_archive_all_read(const rh_scenario *s, rh_error *error)
{
    const rh_archive_data *data = s->recorded;
    if (data->next_tape == data->tapes && data->next_file == data->files) return RH_OK;
    return rh_fail(error, RH_INPUT,
                   "%s/inputs.json: it lists %zu tapes and %zu files of trades, the scenario has "
                   "%zu and %zu", s->archive, data->tapes, data->files, data->next_tape,
                   data->next_file);
}
