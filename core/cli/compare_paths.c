/* Policies over the same paths, beside three that are always there: no hedge, one at each step, the
 * constant band that is best in hindsight. The study computes; this file reads options, names the
 * contestants, writes and prints. The directory of --out appears whole or not at all. */
#include "cli/compare_paths.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/contestants.h"
#include "cli/ranking_out.h"
#include "report/report.h"

static const uint64_t paths_default = 10000;

enum { ALL_MAX = RH_COMPARE_POLICIES_MAX };

typedef struct comparison {
    rh_ranking_request request;
    rh_mc_scenario scenario;
    rh_contestant *contestants;
    rh_contestants named;
    rh_optimum_facts optimum;
    bool searching;
    rh_path_progress progress;
} comparison;

static uint64_t search_paths(const comparison *c)
{
    uint64_t paths = c->request.study.paths;
    return paths < RH_BEST_BAND_PATHS_MAX ? paths : RH_BEST_BAND_PATHS_MAX;
}

/* The search first, then the contestants. */
static void note_progress(void *context, size_t study, double fraction, uint64_t paths)
{
    comparison *c = context;
    bool bare = c->named.count == c->named.given;
    uint64_t searched = bare ? 0 : RH_BEST_BAND_STUDIES * search_paths(c);
    uint64_t each = c->request.study.paths;
    uint64_t done = c->searching ? study * search_paths(c) : searched + study * each;
    (void)fraction;
    rh_path_progress_note(&c->progress, (double)(done + paths) /
                          (double)(searched + c->request.count * each), done + paths);
}

/* --- files --------------------------------------------------------------------------------- */

static rh_status write_one(const comparison *c, const rh_contestant *of, const char *folder,
                           rh_error *error)
{
    char path[2 * RH_PATH_MAX];
    rh_buffer summary = {0};
    if (of->status != RH_OK) return RH_OK;
    snprintf(path, sizeof path, "%s/%s", folder, of->label);
    RH_TRY(rh_make_directories(path, error));
    rh_status status =
        rh_mc_summary(&c->request.study, &c->scenario, &of->result, &summary, error);
    if (status == RH_OK) status = rh_cli_write_file(path, "summary.json", &summary, error);
    rh_buffer_free(&summary);
    return status;
}

/* report.html of the studies side by side; the first contestant heads the columns. */
static rh_status draw_page(const comparison *c, const char *folder, rh_error *error)
{
    const char *dirs[ALL_MAX], *labels[ALL_MAX];
    char page[RH_PATH_MAX + 16], study[RH_PATH_MAX + 16];
    rh_buffer paths = {0};
    int count = 0;
    RH_ASSERT(c->request.count <= ALL_MAX);
    for (size_t i = 0; i < c->request.count; i++) {
        if (c->contestants[i].status != RH_OK) continue;
        labels[count++] = c->contestants[i].label;
        rh_buffer_printf(&paths, "%s/%s%c", folder, c->contestants[i].label, '\0');
    }
    const char *at = paths.bytes;
    for (int n = 0; n < count && !paths.failed; n++, at += strlen(at) + 1) dirs[n] = at;
    snprintf(page, sizeof page, "%s/report.html", folder);
    snprintf(study, sizeof study, "%s/compare.json", folder);
    rh_status status = paths.failed
                           ? rh_fail(error, RH_NO_MEMORY, "no memory for a page")
                           : rh_report_compare(dirs, labels, count, study, page, error);
    rh_buffer_free(&paths);
    return status;
}

static rh_status write_all(const comparison *c, const rh_buffer *json, rh_dir_out *dir,
                           rh_error *error)
{
    for (size_t i = 0; i < c->request.count; i++) {
        RH_TRY(write_one(c, &c->contestants[i], dir->temporary, error));
    }
    RH_TRY(rh_cli_write_file(dir->temporary, "compare.json", json, error));
    RH_TRY(draw_page(c, dir->temporary, error));
    return rh_dir_out_commit(dir, error);
}

/* --- the end ------------------------------------------------------------------------------- */

static size_t count_whole(const comparison *c)
{
    size_t whole = 0;
    while (whole < c->request.count && c->contestants[whole].status != RH_INTERRUPTED) whole++;
    return whole;
}

static int say_failures(const comparison *c)
{
    int exit_status = 0;
    size_t whole = count_whole(c);
    if (whole < c->request.count) {
        exit_status = 1;
        fprintf(stderr, "rehedge: interrupted: the first %zu of %zu contestants are whole\n", whole,
                c->request.count);
    }
    for (size_t i = 0; i < c->request.count; i++) {
        const rh_contestant *of = &c->contestants[i];
        char label[2 * RH_NAME_MAX];
        if (of->status == RH_INTERRUPTED) continue;
        if (of->status != RH_OK) {
            rh_cli_say_policy_failed(of->label, of->error.message);
            if (exit_status == 0) exit_status = 4;
        } else if (of->result.sums.killed > 0) {
            snprintf(label, sizeof label, "%s died on %llu paths; on path %u", of->label,
                     (unsigned long long)of->result.sums.killed, of->result.first_killed);
            rh_cli_say_policy_failed(label, of->result.kill_message);
            if (exit_status == 0) exit_status = 4;
        }
    }
    return exit_status;
}

static rh_status print(const comparison *c, const rh_compare_paths *given, rh_dir_out *dir,
                       rh_error *error)
{
    rh_buffer json = {0};
    const rh_ranking_request *r = &c->request;
    const rh_ranking_head head = {.scenario = &c->scenario, .objective = r->objective,
                                  .lambda = r->lambda, .risk_aversion = r->study.risk_aversion,
                                  .count = r->count, .baseline = r->baseline,
                                  .paths = r->study.paths,
                                  .optimum = given->optimum ? &c->optimum : NULL};
    rh_status status = rh_ranking_json(&head, c->contestants, &json, error);
    if (status == RH_OK && given->out) status = write_all(c, &json, dir, error);
    if (status == RH_OK && given->json) {
        puts(json.bytes);
        fflush(stdout);
    } else if (status == RH_OK) {
        status = rh_ranking_table(stdout, &head, c->contestants, rh_cli_colour(stdout), error);
    }
    rh_buffer_free(&json);
    if (status == RH_OK && given->out && !given->quiet) {
        fprintf(stderr, "comparison: %s\n", given->out);
    }
    return status;
}

/* What is wrong with scenario or paths is wrong for all: said once, and not a policy's fault. */
static const rh_error *common_failure(const comparison *c)
{
    for (size_t i = 0; i < c->request.count; i++) {
        const rh_contestant *of = &c->contestants[i];
        if (of->status == RH_OK || strcmp(of->error.message, c->contestants[0].error.message) != 0)
            return NULL;
    }
    return &c->contestants[0].error;
}

/* The last contestant; where there is no band to find, it is not there. */
static rh_status find_band(comparison *c, rh_error *error)
{
    RH_TRY(rh_ranking_check(&c->request, error));
    if (c->named.count == c->named.given) return RH_OK;
    c->searching = true;
    rh_status status = rh_best_band_find(&c->request, &c->named.best, error);
    c->searching = false;
    if (status == RH_DOMAIN) c->request.count--;
    return status == RH_DOMAIN ? RH_OK : status;
}

static rh_status run(comparison *c, const rh_compare_paths *given, rh_error *error)
{
    rh_dir_out dir = {.temporary = ""};
    RH_TRY(rh_mc_scenario_read(&given->run, &c->scenario, error));
    if (isnan(c->request.study.risk_aversion))
        c->request.study.risk_aversion = c->scenario.risk_aversion;
    if (given->optimum)
        RH_TRY(rh_optimum_of(&given->run, c->request.study.risk_aversion, &c->optimum, error));
    if (given->out) RH_TRY(rh_dir_out_begin(&dir, given->out, error));
    rh_path_progress_begin(&c->progress, "compare", given->quiet);
    rh_status status = find_band(c, error);
    if (status == RH_OK) status = rh_ranking(&c->request, c->contestants, error);
    if (status == RH_OK) {
        rh_progress_end(&c->progress.bar, c->named.best.studies * search_paths(c) +
                                              c->request.count * c->request.study.paths);
    } else {
        rh_progress_abandon(&c->progress.bar);
    }
    const rh_error *common = status == RH_OK ? common_failure(c) : NULL;
    if (common) {
        *error = *common;
        status = common->status;
    }
    if (status == RH_OK) status = print(c, given, &dir, error);
    rh_dir_out_abandon(&dir); /* nothing, once it was committed */
    return status;
}

/* --- options ------------------------------------------------------------------------------- */

static int read_options(comparison *c, const rh_compare_paths *given, rh_workers *workers)
{
    rh_ranking_request *r = &c->request;
    r->study.run = given->run;
    r->progress = note_progress;
    r->progress_context = c;
    rh_ranking_words words = given->words;
    if (given->optimum && !words.objective) words.objective = "certainty_equivalent";
    int status = rh_contestants_name(&c->named, given->policies, given->count, given->bare);
    if (status == 0)
        status = rh_path_options_read(&given->of_paths, paths_default, workers, &r->study);
    if (status == 0) status = rh_ranking_words_read(&words, &r->objective, &r->lambda);
    if (status != 0) return status;
    r->policies = c->named.policies;
    r->labels = c->named.labels;
    r->count = c->named.count;
    return rh_contestants_find(&c->named, given->words.baseline, &r->baseline);
}

int rh_cmd_compare_paths(const rh_compare_paths *given)
{
    rh_workers workers;
    rh_error error = {0};
    comparison *c = calloc(1, sizeof *c);
    if (c) c->contestants = calloc(ALL_MAX, sizeof *c->contestants);
    if (!c || !c->contestants) {
        rh_fail(&error, RH_NO_MEMORY, "out of memory");
        free(c);
        return rh_cli_fail(&error);
    }
    int exit_status = read_options(c, given, &workers);
    if (exit_status == 0) {
        rh_cli_signals();
        exit_status = run(c, given, &error) == RH_OK ? say_failures(c) : rh_cli_fail(&error);
    }
    rh_ranking_free(c->contestants, c->request.count);
    free(c->contestants);
    free(c);
    return exit_status;
}
