/* Policies on one tape. Those that were asked for run first and are printed; the yardsticks follow,
 * then the ranking of all. Output is in the order of the command line, whoever finished first. */
#include "cli/compare_tape.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/compare_out.h"
#include "cli/ranking_out.h"
#include "host/parallel.h"
#include "study/tape_ranking.h"

enum { SETS_MAX = 256 };

/* --- one bar for all runs ------------------------------------------------------------------ */

typedef struct shared_progress {
    rh_progress bar;
    size_t count, first;    /* runs of the bar; the number of the first one */
    atomic_flag drawing;    /* who does not get it leaves the drawing to the one who has it */
    _Atomic uint64_t events[RH_COMPARE_POLICIES_MAX];
    _Atomic uint32_t millionths[RH_COMPARE_POLICIES_MAX];
} shared_progress;

static uint64_t all_events(shared_progress *shared)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < shared->count; i++) sum += atomic_load(&shared->events[i]);
    return sum;
}

static void note_progress(void *context, size_t index, double fraction, uint64_t events)
{
    shared_progress *shared = context;
    double bounded = fraction >= 0 ? fraction < 1 ? fraction : 1 : 0;
    atomic_store(&shared->events[index - shared->first], events);
    atomic_store(&shared->millionths[index - shared->first], (uint32_t)(bounded * 1e6));
    if (atomic_flag_test_and_set(&shared->drawing)) return;
    double sum = 0;
    for (size_t i = 0; i < shared->count; i++) {
        sum += (double)atomic_load(&shared->millionths[i]);
    }
    rh_progress_update(&shared->bar, sum * 1e-6 / (double)shared->count, all_events(shared));
    atomic_flag_clear(&shared->drawing);
}

static rh_status finish_run(void *context, size_t index, rh_run_result *result, rh_error *error)
{
    shared_progress *shared = context;
    atomic_store(&shared->events[index - shared->first], result->events);
    atomic_store(&shared->millionths[index - shared->first], 1000000u);
    return rh_cli_commit(result, error);
}

static void begin_bar(shared_progress *shared, const char *label, size_t first, size_t count,
                      bool quiet)
{
    memset(shared, 0, sizeof *shared);
    shared->first = first;
    shared->count = count;
    atomic_flag_clear(&shared->drawing);
    rh_progress_begin(&shared->bar, label, quiet);
}

static void end_bar(shared_progress *shared, rh_status status)
{
    if (status == RH_OK) {
        rh_progress_end(&shared->bar, all_events(shared));
    } else {
        rh_progress_abandon(&shared->bar);
    }
}

/* --- the runs ------------------------------------------------------------------------------ */

typedef struct comparison {
    const rh_compare_tape *given;
    rh_contestants named;
    rh_compare_run *runs;
    rh_contestant *contestants;
    rh_compare_request request;
    const char *sets[SETS_MAX];
    const rh_objective *objective;
    double lambda;
    size_t baseline;
    double actual_pnl;      /* NAN: not said here */
    rh_mc_scenario scenario;
    rh_ranking_head head;
    rh_booked booked;
    rh_workers workers;
    shared_progress shared;
} comparison;

static rh_status run_given(comparison *c, rh_error *error)
{
    c->request.count = c->named.given;
    begin_bar(&c->shared, "compare", 0, c->named.given, c->given->quiet);
    rh_status status = rh_compare(&c->request, c->runs, error);
    end_bar(&c->shared, status);
    return status;
}

/* A yardstick has none of the params that --set gives to the policies. */
static void drop_policy_sets(comparison *c)
{
    rh_run_request *base = &c->request.base;
    int kept = 0;
    for (int i = 0; i < base->set_count && kept < SETS_MAX; i++)
        if (strncmp(base->sets[i], "policy.", 7) != 0) c->sets[kept++] = base->sets[i];
    base->sets = c->sets;
    base->set_count = kept;
}

static rh_status run_yardsticks(comparison *c, rh_error *error)
{
    rh_compare_request *r = &c->request;
    drop_policy_sets(c);
    begin_bar(&c->shared, "best band", 0, RH_BEST_BAND_STUDIES, c->given->quiet);
    rh_status status = rh_tape_band_find(r, c->objective, c->lambda, &c->named.best, error);
    bool none = status != RH_OK && status != RH_INTERRUPTED && status != RH_NO_MEMORY;
    if (none) status = RH_OK; /* what it failed of, the other yardsticks say */
    if (none) c->named.count--;
    end_bar(&c->shared, status);
    RH_TRY(status);
    r->done = c->named.given;
    r->count = c->named.count;
    begin_bar(&c->shared, "yardsticks", r->done, r->count - r->done, c->given->quiet);
    status = rh_compare(r, c->runs, error);
    end_bar(&c->shared, status);
    return status;
}

/* --- the ranking --------------------------------------------------------------------------- */

/* What all runs have in common, from the first that has a summary. */
static rh_status read_scenario(comparison *c, rh_error *error)
{
    const rh_compare_run *run = c->runs;
    const char *name = NULL, *numeraire = NULL, *seed = NULL;
    rh_json_doc *doc = NULL;
    while (run->status != RH_OK) run++; /* there is one: any_done */
    RH_TRY(rh_json_parse("summary.json", run->result.summary.bytes, run->result.summary.length,
                         &doc, error));
    rh_json root = rh_json_root(doc);
    rh_status status = rh_json_text(root, "name", RH_REQUIRED, &name, error);
    if (status == RH_OK)
        status = rh_json_text(root, "numeraire", RH_REQUIRED, &numeraire, error);
    if (status == RH_OK) status = rh_json_text(root, "seed", RH_REQUIRED, &seed, error);
    if (status == RH_OK && !rh_parse_u64(seed, &c->scenario.seed))
        status = rh_fail(error, RH_BROKEN, "summary.json: a seed of %.64s", seed);
    if (status == RH_OK) {
        snprintf(c->scenario.name, sizeof c->scenario.name, "%s", name);
        snprintf(c->scenario.numeraire, sizeof c->scenario.numeraire, "%s", numeraire);
    }
    rh_json_free(doc);
    return status;
}

/* What they booked: as the person says, else as their file does. */
static rh_status find_booked(comparison *c, rh_error *error)
{
    const rh_compare_run *run = &c->runs[c->named.given - 1];
    rh_json_doc *doc = NULL;
    rh_json actual;
    if (!c->given->actual || run->status != RH_OK) return RH_OK;
    double there = c->contestants[c->named.given - 1].outcome.pnl, booked = c->actual_pnl;
    RH_TRY(rh_json_parse("summary.json", run->result.summary.bytes, run->result.summary.length,
                         &doc, error));
    rh_status status = rh_json_get(rh_json_root(doc), "actual", RH_REQUIRED, &actual, error);
    if (status == RH_OK && isnan(booked) && rh_json_has(actual, "booked_pnl"))
        status = rh_json_number(actual, "booked_pnl", RH_REQUIRED, -HUGE_VAL, HUGE_VAL, &booked,
                                error);
    rh_json_free(doc);
    if (status != RH_OK || isnan(booked)) return status;
    c->booked = (rh_booked){booked, booked - there};
    c->head.booked = &c->booked;
    return RH_OK;
}

static rh_status rank(comparison *c, rh_error *error)
{
    size_t count = c->named.count;
    RH_TRY(read_scenario(c, error));
    c->contestants = calloc(count, sizeof *c->contestants);
    if (!c->contestants) return rh_fail(error, RH_NO_MEMORY, "out of memory");
    RH_TRY(rh_tape_rank(c->runs, count, c->objective, c->lambda, c->baseline, c->contestants,
                        error));
    size_t rows = 0;
    for (size_t i = 0; i < count && rows == 0; i++) rows = c->contestants[i].trace.count;
    c->head = (rh_ranking_head){.scenario = &c->scenario, .objective = c->objective,
                                .lambda = c->lambda, .risk_aversion = (double)NAN,
                                .count = count, .baseline = c->baseline, .rows = rows,
                                .block = rh_history_block(rows)};
    return find_booked(c, error);
}

static void put_ranking(const void *context, rh_json_writer *writer)
{
    const comparison *c = context;
    rh_json_open(writer, "ranking", '{');
    rh_ranking_put(&c->head, c->contestants, writer);
    rh_json_close(writer, '}');
}

static rh_status write_page(const comparison *c, rh_error *error)
{
    char study[RH_PATH_MAX + 16];
    const char *out = c->given->out;
    rh_buffer json = {0};
    if (!out) return RH_OK;
    snprintf(study, sizeof study, "%s/compare.json", out);
    rh_status status = rh_ranking_json(&c->head, c->contestants, &json, error);
    if (status == RH_OK) status = rh_cli_write_file(out, "compare.json", &json, error);
    if (status == RH_OK) status = rh_compare_page(c->runs, c->named.count, out, study, error);
    rh_buffer_free(&json);
    return status;
}

/* --- the command --------------------------------------------------------------------------- */

static bool any_done(const comparison *c)
{
    for (size_t i = 0; i < c->named.given; i++)
        if (c->runs[i].status == RH_OK) return true;
    return false;
}

static int print_given(const comparison *c, rh_compare_more *more)
{
    const rh_compare_tape *given = c->given;
    return rh_compare_out(c->runs, c->named.given, given->json, given->out, given->quiet, more, c);
}

/* Runs without a result have no ranking: they are printed as they are. */
static int run(comparison *c)
{
    const rh_compare_tape *given = c->given;
    rh_error error = {0};
    if (run_given(c, &error) != RH_OK) return rh_cli_fail(&error);
    if (!any_done(c)) return print_given(c, NULL);
    int exit_status = given->json ? 0 : print_given(c, NULL);
    rh_status status = c->named.count > c->named.given ? run_yardsticks(c, &error) : RH_OK;
    if (status == RH_OK) status = rank(c, &error);
    if (status == RH_OK) status = write_page(c, &error);
    if (status != RH_OK) return rh_cli_fail(&error);
    if (given->json) return print_given(c, put_ranking);
    puts("");
    status = rh_ranking_table(stdout, &c->head, c->contestants, rh_cli_colour(stdout), &error);
    return status == RH_OK ? exit_status : rh_cli_fail(&error);
}

static int read_threads(const char *text, rh_workers *workers)
{
    int64_t threads = rh_host_processors();
    if (text && (!rh_parse_i64(text, &threads) || threads < 1 || threads > RH_THREADS_MAX)) {
        return rh_cli_usage("--threads: found %.64s, expected a number from 1 to %d", text,
                            RH_THREADS_MAX);
    }
    workers->threads = (int)threads;
    return 0;
}

static int read_options(comparison *c)
{
    const rh_compare_tape *given = c->given;
    const char *baseline = given->words.baseline;
    c->actual_pnl = (double)NAN;
    if (given->actual_pnl && !rh_parse_double(given->actual_pnl, &c->actual_pnl))
        return rh_cli_usage("--actual-pnl: found %.64s, expected a number", given->actual_pnl);
    int status = rh_contestants_name(&c->named, given->policies, given->count, given->bare);
    if (status == 0 && given->actual) c->named.labels[given->count - 1] = "actual";
    if (status == 0 && given->actual && !baseline) baseline = "actual";
    if (status == 0) status = read_threads(given->threads, &c->workers);
    if (status == 0) status = rh_ranking_words_read(&given->words, &c->objective, &c->lambda);
    if (status == 0 && c->objective->needs_paths)
        status = rh_cli_usage("--objective: %s needs --paths: one tape has neither tails nor "
                              "expectations", c->objective->name);
    if (status == 0) status = rh_contestants_find(&c->named, baseline, &c->baseline);
    return status;
}

int rh_cmd_compare_tape(const rh_compare_tape *given)
{
    comparison *c = calloc(1, sizeof *c);
    rh_error error = {0};
    if (c) c->runs = calloc(given->count + RH_YARDSTICKS, sizeof *c->runs);
    if (!c || !c->runs) {
        free(c);
        rh_fail(&error, RH_NO_MEMORY, "out of memory");
        return rh_cli_fail(&error);
    }
    c->given = given;
    int exit_status = read_options(c);
    c->request = (rh_compare_request){
        .base = given->run, .policies = c->named.policies, .labels = c->named.labels,
        .out_dir = given->out, .keep_history = true, .parallel = rh_host_parallel,
        .parallel_context = &c->workers, .finish = finish_run, .progress = note_progress,
        .context = &c->shared};
    if (exit_status == 0) {
        rh_cli_signals();
        exit_status = run(c);
    }
    rh_compare_free(c->runs, given->count + RH_YARDSTICKS);
    free(c->runs);
    free(c->contestants);
    free(c);
    return exit_status;
}
