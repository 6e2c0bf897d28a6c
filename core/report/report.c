/* What a directory holds, and the page it gets: a run, a study of many paths, a sweep, or several
 * runs side by side. Reads all of it before it writes anything. */
#include "report/report.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "data/file.h"
#include "report/page.h"

static rh_status read_run(rh_page *page, const char *dir, rh_error *error)
{
    char path[RH_PATH_MAX];
    RH_TRY(rh_page_input(path, dir, "ledger.csv", error));
    RH_TRY(rh_ledger_read(&page->ledger, path, error));
    RH_TRY(rh_page_input(path, dir, "fills.csv", error));
    RH_TRY(rh_fills_read(&page->fills, path, &page->ledger, error));
    RH_TRY(rh_page_input(path, dir, "journal.jsonl", error));
    return rh_marks_read(&page->marks, path, &page->ledger, error);
}

static rh_status build(rh_page *page, const char *dir, rh_error *error)
{
    char path[RH_PATH_MAX];
    RH_TRY(rh_page_path(path, dir, "summary.json", error));
    RH_TRY(rh_summary_read(&page->summary, path, error));
    if (strcmp(page->summary.kind, "mc") == 0) return rh_page_mc(page, error);
    if (strcmp(page->summary.kind, "sweep") == 0) return rh_page_sweep(page, error);
    RH_TRY(read_run(page, dir, error));
    rh_page_run(page);
    return RH_OK;
}

rh_status rh_report_html(const char *dir, rh_error *error)
{
    char path[RH_PATH_MAX];
    rh_page *page = rh_page_new(error);
    if (!page) return RH_NO_MEMORY;
    rh_status status = build(page, dir, error);
    if (status == RH_OK) status = rh_page_path(path, dir, "report.html", error);
    if (status == RH_OK) status = rh_page_write(page, path, error);
    rh_page_free(page);
    return status;
}

/* --- several ------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static rh_status add_run(rh_report_list *list, const char *dir, const char *name, rh_error *error)
{
    char path[RH_PATH_MAX], summary[RH_PATH_MAX];
    if (name[0] == '.') return RH_OK;
    RH_TRY(rh_page_path(path, dir, name, error));
    RH_TRY(rh_page_path(summary, path, "summary.json", error));
    if (!rh_file_exists(summary)) return RH_OK;
    if (list->count == RH_REPORT_RUNS_MAX)
        return rh_fail(error, RH_INPUT, "%s: more than %d run directories", dir,
                       RH_REPORT_RUNS_MAX);
    char *copy = strdup(path);
    if (!copy) return rh_fail(error, RH_NO_MEMORY, "no memory for a list of directories");
    list->dirs[list->count++] = copy;
    return RH_OK;
}

rh_status rh_report_list_runs(const char *dir, rh_report_list *list, rh_error *error)
{
    char path[RH_PATH_MAX];
    rh_status status = RH_OK;
    *list = (rh_report_list){0};
    RH_TRY(rh_page_path(path, dir, "summary.json", error));
    DIR *folder = rh_file_exists(path) ? NULL : opendir(dir);
    if (!folder) return RH_OK;
    list->dirs = calloc(RH_REPORT_RUNS_MAX, sizeof *list->dirs);
    if (!list->dirs) status = rh_fail(error, RH_NO_MEMORY, "no memory for a list of directories");
    for (struct dirent *entry; status == RH_OK && (entry = readdir(folder));)
        status = add_run(list, dir, entry->d_name, error);
    closedir(folder);
    if (status != RH_OK) rh_report_list_free(list);
    else qsort(list->dirs, (size_t)list->count, sizeof *list->dirs, by_name);
    return status;
}

void rh_report_list_free(rh_report_list *list)
{
    for (int i = 0; i < list->count; i++) free(list->dirs[i]);
    free(list->dirs);
    *list = (rh_report_list){0};
}
