/* `rehedge rerun`: a run directory's run once more, and whether it is the same to the last bit.
 * Writes nothing. Exit status 0: the same digest; 1: another one; 3: the data or the copies have
 * changed since, or the directory is no record of a run. */
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "data/json.h"
#include "study/rerun.h"

static void pass_progress(void *context, double fraction, uint64_t events)
{
    rh_progress_update(context, fraction, events);
}

static rh_status print_json(const rh_rerun_result *result, const char *dir, rh_error *error)
{
    rh_buffer text = {0};
    rh_json_writer w = {.out = &text, .pretty = true};
    rh_json_open(&w, NULL, '{');
    rh_json_put_text(&w, "run", dir);
    rh_json_put_bool(&w, "same", result->same);
    rh_json_put_text(&w, "digest", result->digest);
    rh_json_put_text(&w, "recorded", result->recorded);
    rh_json_put_i64(&w, "events", (int64_t)result->events);
    rh_json_put_i64(&w, "acts", result->acts);
    rh_json_put_text(&w, "recorded_engine", result->engine);
    rh_json_put_text(&w, "recorded_lua", result->lua);
    rh_json_close(&w, '}');
    if (text.failed) {
        rh_buffer_free(&text);
        return rh_fail(error, RH_NO_MEMORY, "out of memory");
    }
    puts(text.bytes);
    rh_buffer_free(&text);
    return RH_OK;
}

static void print_text(const rh_rerun_result *result, const char *dir)
{
    char shown[RH_PATH_MAX];
    rh_text_escape(shown, sizeof shown, dir, strlen(dir));
    if (result->same) {
        printf("%s: the same digest, %s (%llu events, %d acts by hand)\n", shown, result->digest,
               (unsigned long long)result->events, result->acts);
        return;
    }
    char engine[RH_NAME_MAX], lua[RH_NAME_MAX];
    rh_text_escape(engine, sizeof engine, result->engine, strlen(result->engine));
    rh_text_escape(lua, sizeof lua, result->lua, strlen(result->lua));
    printf("%s: another digest\n  recorded %s  (engine %s, Lua %s)\n  now      %s  (engine %s, Lua "
           "%s)\n", shown, result->recorded, engine, lua, result->digest, RH_ENGINE_VERSION,
           rh_cli_request(NULL).lua_version);
}

static int rerun(rh_rerun_request *request, bool json, bool quiet)
{
    rh_rerun_result result;
    rh_error error = {0};
    rh_progress progress;
    request->base.progress = pass_progress;
    request->base.progress_context = &progress;
    rh_progress_begin(&progress, "rerun", quiet);
    rh_cli_signals();
    rh_status status = rh_rerun(request, &result, &error);
    if (status != RH_OK) {
        rh_progress_abandon(&progress);
        return rh_cli_fail(&error);
    }
    rh_progress_end(&progress, result.events);
    if (!json) print_text(&result, request->dir);
    if (json && print_json(&result, request->dir, &error) != RH_OK) return rh_cli_fail(&error);
    return result.same ? 0 : 1;
}

int rh_cmd_rerun(int argc, char **argv)
{
    bool json = false, quiet = false;
    rh_words allowed = {0}, trusted = {0};
    const char *data = NULL;
    const rh_option options[] = {
        {"--json", NULL, "print {\"same\": ..., \"digest\": ..., \"recorded\": ...}", NULL, &json,
         NULL},
        {"--quiet", NULL, "no progress", NULL, &quiet, NULL},
        {"--data", "DIR", "the data of the scenario's folder is here now", &data, NULL, NULL},
        {"--allow", "DIR", "let the scenario read files below DIR as well; may repeat", NULL, NULL,
         &allowed},
        {"--trusted", "POLICY", "trust this script again, as run --trusted did; may repeat. Only a "
         "script you name, with the same bytes, is trusted, whatever the directory says", NULL,
         NULL, &trusted},
        {NULL, NULL, NULL, NULL, NULL, NULL},
    };
    const char *dir = NULL;
    int count = 0;
    int status = rh_cli_parse(
        argc, argv, options, "rerun RUNDIR [options]",
        "Run once more what a run directory recorded, with the swaps, sets and the quit that were "
        "made by hand, and check that every bit is the same. Data is read from the folder it was "
        "in, if that is below this folder or beside RUNDIR.",
        "rehedge rerun runs/a", &dir, 1, &count);
    if (status != 0) return status < 0 ? 0 : status;
    if (count != 1) return rh_cli_usage("rerun needs a run directory; see rehedge rerun --help");
    rh_rerun_request request = {.base = rh_cli_request(NULL),
                                .dir = dir,
                                .data = data,
                                .trusted = trusted.items,
                                .trusted_count = trusted.count};
    request.base.allowed = allowed.items;
    return rerun(&request, json, quiet);
}
