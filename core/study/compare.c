/* The comparison: labels, one request per policy, nothing shared between the runs.
 * Knows neither threads nor terminals. Invariant: runs[i] depends on policy i and the base request
 * only, never on the other runs or on who ran first. */
#include "study/compare.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* --- labels -------------------------------------------------------------------------------- */

static bool belongs_in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '.' || c == '_' || c == '=' || c == '+' || c == '-';
}

/* Append the stem of one script, `size` bytes of text, to a label of `length`; its new length. */
static size_t add_stem(char label[RH_NAME_MAX], size_t length, const char *policy, size_t size)
{
    const char *colon = memchr(policy, ':', size);
    size_t name_length = colon ? (size_t)(colon - policy) : size;
    size_t first = name_length;
    while (first > 0 && policy[first - 1] != '/') first--;
    size_t end = name_length;
    if (end - first > 4 && memcmp(policy + end - 4, ".lua", 4) == 0) end -= 4;
    for (size_t i = first; i < size && length + 1 < RH_NAME_MAX; i++) {
        if (i >= end && i < name_length) continue;
        char c = belongs_in_name(policy[i]) ? policy[i] : '-';
        if (length == 0 && (c == '.' || c == '-')) continue;
        label[length++] = c;
    }
    return length;
}

/* The next script of "trigger=A,scale=B" after `at`, past its word; NULL: none. */
static const char *next_part(const char *at)
{
    for (; at; at = strchr(at, ',')) {
        if (*at == ',') at++;
        if (!strncmp(at, "trigger=", 8)) return at + 8;
        if (!strncmp(at, "scale=", 6)) return at + 6;
    }
    return NULL;
}

/* "dir/my.lua:band=0.4,to=edge" -> "my-band=0.4-to=edge"; "trigger=a.lua,scale=b.lua" -> "a+b";
 * never empty, "." or hidden. */
static void make_label(char label[RH_NAME_MAX], const char *policy)
{
    size_t length = 0;
    const char *part = !strncmp(policy, "trigger=", 8) || !strncmp(policy, "scale=", 6)
                           ? next_part(policy) : NULL;
    if (!part) length = add_stem(label, 0, policy, strlen(policy));
    while (part) {
        const char *next = next_part(part);
        size_t size = next ? (size_t)(next - part) : strlen(part) + 1;
        while (next && part[size - 1] != ',') size--;
        if (length > 0 && length + 1 < RH_NAME_MAX) label[length++] = '+';
        length = add_stem(label, length, part, size - 1);
        part = next;
    }
    label[length] = '\0';
    if (length == 0) memcpy(label, "policy", sizeof "policy");
}

/* Without regard to case: some file systems have none. */
static bool is_taken(const rh_compare_run *runs, size_t count, const char *label)
{
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(runs[i].label, label) == 0) return true;
    }
    return false;
}

void rh_compare_labels(const char *const *policies, const char *const *labels, size_t count,
                       rh_compare_run *runs)
{
    for (size_t i = 0; i < count; i++) {
        char stem[RH_NAME_MAX];
        make_label(stem, labels && labels[i] ? labels[i] : policies[i]);
        memcpy(runs[i].label, stem, sizeof stem);
        for (size_t number = 2; is_taken(runs, i, runs[i].label); number++) {
            char suffix[24];
            int width = snprintf(suffix, sizeof suffix, "-%zu", number);
            snprintf(runs[i].label, RH_NAME_MAX, "%.*s%s", RH_NAME_MAX - 1 - width, stem, suffix);
        }
        runs[i].policy = policies[i];
    }
}

/* --- runs ---------------------------------------------------------------------------------- */

typedef struct comparison {
    const rh_compare_request *request;
    rh_compare_run *runs;
} comparison;

typedef struct progress_of_run {
    const rh_compare_request *request;
    size_t index;
} progress_of_run;

static void pass_progress(void *context, double fraction, uint64_t events)
{
    const progress_of_run *of = context;
    of->request->progress(of->request->context, of->index, fraction, events);
}

static bool run_directory(const rh_compare_request *request, const rh_compare_run *run,
                          char out[RH_PATH_MAX])
{
    int length = snprintf(out, RH_PATH_MAX, "%s/%s", request->out_dir, run->label);
    return length > 0 && length < RH_PATH_MAX;
}

static rh_status run_one(const rh_compare_request *request, rh_compare_run *run, size_t index)
{
    char out[RH_PATH_MAX];
    progress_of_run of = {request, index};
    rh_run_request one = request->base;
    one.policy = run->policy;
    one.out_dir = NULL;
    if (request->out_dir) {
        if (!run_directory(request, run, out)) {
            return rh_fail(&run->error, RH_INPUT, "%s/%s: the path is too long", request->out_dir,
                           run->label);
        }
        one.out_dir = out;
    }
    one.progress = request->progress ? pass_progress : NULL;
    one.progress_context = &of;
    if (request->keep_history) {
        one.row = rh_history_add;
        one.row_context = &run->history;
    }
    RH_TRY(rh_run_scenario(&one, &run->result, &run->error));
    if (!request->finish) return RH_OK;
    return request->finish(request->context, index, &run->result, &run->error);
}

/* A run that fails is a result of the comparison; only an interruption ends the whole. */
static rh_status compare_body(void *argument, size_t index)
{
    comparison *all = argument;
    index += all->request->done;
    rh_compare_run *run = &all->runs[index];
    const volatile int *stop = all->request->base.stop;
    run->status = stop && *stop ? rh_fail(&run->error, RH_INTERRUPTED, "interrupted")
                                : run_one(all->request, run, index);
    return run->status == RH_INTERRUPTED ? RH_INTERRUPTED : RH_OK;
}

/* Before hours of work, not after: no directory of a run may be there yet. */
static rh_status prepare_directories(const rh_compare_request *request, const rh_compare_run *runs,
                                     rh_error *error)
{
    for (size_t i = request->done; i < request->count; i++) {
        char out[RH_PATH_MAX];
        struct stat found;
        if (run_directory(request, &runs[i], out) && lstat(out, &found) == 0) {
            return rh_fail(error, RH_INPUT, "%s: exists already; choose another --out or remove it",
                           out);
        }
    }
    return rh_make_directories(request->out_dir, error);
}

rh_status rh_compare(const rh_compare_request *request, rh_compare_run *runs, rh_error *error)
{
    if (request->count < 1 || request->count > RH_COMPARE_POLICIES_MAX) {
        return rh_fail(error, RH_USAGE, "from 1 to %d policies can be compared, found %zu",
                       RH_COMPARE_POLICIES_MAX, request->count);
    }
    rh_compare_labels(request->policies, request->labels, request->count, runs);
    if (request->out_dir) RH_TRY(prepare_directories(request, runs, error));
    comparison all = {request, runs};
    size_t left = request->count - request->done;
    rh_status status = RH_OK;
    if (request->parallel) {
        status = request->parallel(request->parallel_context, left, compare_body, &all);
    } else {
        for (size_t i = 0; i < left; i++) {
            rh_status one = compare_body(&all, i);
            if (status == RH_OK) status = one;
        }
    }
    return status == RH_OK ? RH_OK : rh_fail(error, status, "%s", rh_status_text(status));
}

void rh_compare_free(rh_compare_run *runs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        rh_run_result_free(&runs[i].result);
        rh_history_free(&runs[i].history);
    }
}
