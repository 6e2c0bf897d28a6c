/* `rehedge report`: rebuilds report.html of run directories and prints their table.
 * Reads what runs have written and runs nothing. A directory that is damaged stops it before the
 * table, with the file and line; reports already rebuilt stay. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "data/file.h"
#include "data/json.h"
#include "report/report.h"

enum { RUNS_MAX = 256, SUMMARY_BYTES_MAX = 64 << 20 };

typedef struct report_runs {
    const char *dirs[RUNS_MAX];
    int count;
    char *summaries[RUNS_MAX];
    char policies[RUNS_MAX][RH_NAME_MAX];
    const char *labels[RUNS_MAX];
} report_runs;

static void note_policy(report_runs *runs, int run)
{
    rh_json_doc *doc = NULL;
    rh_json policy;
    const char *name = "", *text = runs->summaries[run];
    if (rh_json_parse("summary.json", text, strlen(text), &doc, NULL) != RH_OK) return;
    if (rh_json_get(rh_json_root(doc), "policy", RH_OPTIONAL, &policy, NULL) == RH_OK)
        (void)rh_json_text(policy, "name", RH_OPTIONAL, &name, NULL);
    snprintf(runs->policies[run], RH_NAME_MAX, "%s", name);
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
    note_policy(runs, run);
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

static rh_status report(report_runs *runs, bool quiet, rh_error *error)
{
    for (int run = 0; run < runs->count; run++) RH_TRY(rebuild(runs, run, error));
    choose_labels(runs);
    RH_TRY(rh_report_table(stdout, (const char *const *)runs->summaries, runs->labels, runs->count,
                           rh_cli_colour(stdout), error));
    for (int run = 0; run < runs->count && !quiet; run++) {
        char shown[RH_PATH_MAX];
        rh_text_escape(shown, sizeof shown, runs->dirs[run], strlen(runs->dirs[run]));
        fprintf(stderr, "report: %s/report.html\n", shown);
    }
    return RH_OK;
}

int rh_cmd_report(int argc, char **argv)
{
    bool quiet = false;
    report_runs *runs = calloc(1, sizeof *runs);
    rh_error error = {0};
    if (!runs) {
        rh_fail(&error, RH_NO_MEMORY, "no memory for the report");
        return rh_cli_fail(&error);
    }
    const rh_option options[] = {
        {"--quiet", NULL, "print the table only", NULL, &quiet, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL},
    };
    int status = rh_cli_parse(
        argc, argv, options, "report DIR... [options]",
        "Rebuild report.html of each run directory and print what the runs cost: one run by cause, "
        "several side by side.",
        "rehedge report runs/interval runs/delta_band", runs->dirs, RUNS_MAX, &runs->count);
    if (status == 0 && runs->count == 0)
        status = rh_cli_usage("report needs a run directory; see rehedge report --help");
    else if (status == 0 && report(runs, quiet, &error) != RH_OK)
        status = rh_cli_fail(&error);
    for (int run = 0; run < RUNS_MAX; run++) free(runs->summaries[run]);
    free(runs);
    return status < 0 ? 0 : status;
}
