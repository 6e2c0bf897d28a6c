/* `rehedge report`: rebuilds report.html of run directories, puts several side by side in one page,
 * and prints their table. Reads what runs have written and runs nothing. A damaged directory stops
 * it before the table, with the file and line; reports already rebuilt stay. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "data/file.h"
#include "data/json.h"
#include "report/report.h"

enum { RUNS_MAX = RH_REPORT_RUNS_MAX, SUMMARY_BYTES_MAX = 64 << 20 };

typedef struct report_runs {
    const char *given[RUNS_MAX];
    int given_count;
    const char *dirs[RUNS_MAX]; /* a folder of runs stands for them */
    int count;
    rh_report_list lists[RUNS_MAX];
    char *summaries[RUNS_MAX];
    char policies[RUNS_MAX][RH_NAME_MAX];
    const char *labels[RUNS_MAX];
    bool study;                 /* one of them is not a run: there is no table */
} report_runs;

static void note_summary(report_runs *runs, int run)
{
    rh_json_doc *doc = NULL;
    rh_json policy;
    const char *name = "", *text = runs->summaries[run];
    if (rh_json_parse("summary.json", text, strlen(text), &doc, NULL) != RH_OK) return;
    rh_json root = rh_json_root(doc);
    if (rh_json_get(root, "policy", RH_OPTIONAL, &policy, NULL) == RH_OK)
        (void)rh_json_text(policy, "name", RH_OPTIONAL, &name, NULL);
    snprintf(runs->policies[run], RH_NAME_MAX, "%s", name);
    runs->study = runs->study || rh_json_has(root, "kind");
    rh_json_free(doc);
}

static rh_status rebuild(report_runs *runs, int run, rh_error *error)
{
    char path[RH_PATH_MAX];
    size_t length = 0;
    RH_TRY(rh_report_html(runs->dirs[run], error));
    if (snprintf(path, sizeof path, "%s/summary.json", runs->dirs[run]) >= (int)sizeof path)
        return rh_fail(error, RH_INPUT, "the path of a run directory is too long");
    RH_TRY(rh_file_read(path, SUMMARY_BYTES_MAX, &runs->summaries[run], &length, error));
    note_summary(runs, run);
    return RH_OK;
}

static const char *last_part(const char *dir)
{
    const char *part = dir;
    for (const char *at = dir; *at; at++)
        if (*at == '/' && at[1] != '\0' && at[1] != '/') part = at + 1;
    return part;
}

/* Policies head the columns when that tells the runs apart, directories otherwise. */
static void choose_labels(report_runs *runs)
{
    bool distinct = true;
    for (int i = 0; i < runs->count; i++) {
        distinct = distinct && runs->policies[i][0] != '\0';
        for (int j = 0; j < i; j++)
            distinct = distinct && strcmp(runs->policies[i], runs->policies[j]) != 0;
    }
    bool by_policy = distinct || runs->count == 1;
    for (int i = 0; i < runs->count; i++)
        runs->labels[i] = by_policy ? NULL : last_part(runs->dirs[i]);
}

static void say_written(const char *path, bool quiet)
{
    char shown[RH_PATH_MAX];
    rh_text_escape(shown, sizeof shown, path, strlen(path));
    if (!quiet) fprintf(stderr, "report: %s\n", shown);
}

static rh_status expand(report_runs *runs, rh_error *error)
{
    for (int i = 0; i < runs->given_count; i++) {
        rh_report_list *list = &runs->lists[i];
        RH_TRY(rh_report_list_runs(runs->given[i], list, error));
        if (runs->count + (list->count > 0 ? list->count : 1) > RUNS_MAX)
            return rh_fail(error, RH_INPUT, "more than %d run directories", RUNS_MAX);
        for (int k = 0; k < list->count; k++) runs->dirs[runs->count++] = list->dirs[k];
        if (list->count == 0) runs->dirs[runs->count++] = runs->given[i];
    }
    return RH_OK;
}

/* The page of all: where --out says, else in the one folder of runs that was given. */
static rh_status combine(report_runs *runs, const char *out, bool quiet, rh_error *error)
{
    char path[RH_PATH_MAX], study[RH_PATH_MAX];
    bool folder = runs->given_count == 1 && runs->lists[0].count > 0;
    if (!out && !folder) return RH_OK;
    snprintf(path, sizeof path, "%s/report.html", runs->given[0]);
    snprintf(study, sizeof study, "%s/compare.json", runs->given[0]);
    RH_TRY(rh_report_compare(runs->dirs, NULL, runs->count, folder ? study : NULL,
                             out ? out : path, error));
    say_written(out ? out : path, quiet);
    return RH_OK;
}

static rh_status report(report_runs *runs, const char *out, bool quiet, rh_error *error)
{
    RH_TRY(expand(runs, error));
    for (int run = 0; run < runs->count; run++) RH_TRY(rebuild(runs, run, error));
    choose_labels(runs);
    if (!runs->study)
        RH_TRY(rh_report_table(stdout, (const char *const *)runs->summaries, runs->labels,
                               runs->count, rh_cli_colour(stdout), error));
    for (int run = 0; run < runs->count; run++) {
        char path[RH_PATH_MAX];
        snprintf(path, sizeof path, "%s/report.html", runs->dirs[run]);
        say_written(path, quiet);
    }
    return combine(runs, out, quiet, error);
}

int rh_cmd_report(int argc, char **argv)
{
    bool quiet = false;
    const char *out = NULL;
    report_runs *runs = calloc(1, sizeof *runs);
    rh_error error = {0};
    if (!runs) {
        rh_fail(&error, RH_NO_MEMORY, "no memory for the report");
        return rh_cli_fail(&error);
    }
    const rh_option options[] = {
        {"--out", "FILE", "write one page of all the directories side by side", &out, NULL, NULL},
        {"--quiet", NULL, "print the table only", NULL, &quiet, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL},
    };
    int status = rh_cli_parse(
        argc, argv, options, "report DIR... [options]",
        "Rebuild report.html of each run directory and print what the runs cost: one run by cause, "
        "several side by side. The folder that compare writes gets a page of all its runs.",
        "rehedge report runs/interval runs/delta_band --out both.html", runs->given, RUNS_MAX,
        &runs->given_count);
    if (status == 0 && runs->given_count == 0)
        status = rh_cli_usage("report needs a run directory; see rehedge report --help");
    else if (status == 0 && report(runs, out, quiet, &error) != RH_OK)
        status = rh_cli_fail(&error);
    for (int run = 0; run < RUNS_MAX; run++) {
        free(runs->summaries[run]);
        rh_report_list_free(&runs->lists[run]);
    }
    free(runs);
    return status < 0 ? 0 : status;
}
