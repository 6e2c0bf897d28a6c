/* The study: waves of blocks, each block computed by whoever is free, taken over in the order of
 * the blocks when the wave is done. The lengths of waves are a fixed sequence; after each comes the
 * decision to stop, which therefore sees the same paths on every machine.
 * Invariant: what is taken over is a whole prefix of the paths. */
#include "study/mc.h"

#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    WAVE_BLOCKS = 256,      /* at most: what is not yet taken over must fit */
    CHECK_BLOCKS_FIRST = 16 /* until-se is asked first after so many, then after each eighth more */
};

typedef struct worker { /* used by one thread at a time */
    rh_paths *paths;
    rh_path_result results[RH_PATHS_BLOCK];
} worker;

typedef struct wave_block {
    rh_mc_block block;
    rh_status status;
    rh_error error;
    bool in_blocks;
    char kill_message[RH_ERROR_MESSAGE_MAX];
} wave_block;

typedef struct study {
    const rh_mc_request *request;
    rh_mc_result *result;
    rh_mc_reduction how;
    rh_digest *digest;
    worker *workers[RH_MC_WORKERS_MAX];
    wave_block *wave;         /* WAVE_BLOCKS of them */
    uint64_t wave_first;      /* path */
    size_t wave_blocks;
    _Atomic size_t next;      /* block of the wave that nobody has taken */
    _Atomic bool ended;       /* somebody failed: no further block is begun */
    _Atomic uint64_t done, expected; /* paths, for progress */
} study;

size_t rh_mc_unit(const rh_paths_options *options)
{
    return options->moment_matched ? RH_PATHS_BLOCK : options->antithetic ? 2 : 1;
}

/* --- one block ----------------------------------------------------------------------------- */

static rh_status open_worker(study *s, size_t index, rh_error *error)
{
    worker *w = s->workers[index];
    if (w && w->paths) return RH_OK;
    if (!w) w = s->workers[index] = calloc(1, sizeof *w);
    if (!w) return rh_fail(error, RH_NO_MEMORY, "no memory for a worker");
    return rh_paths_open(&s->request->run, &s->request->options, &w->paths, error);
}

static rh_status run_block(study *s, worker *w, size_t index)
{
    wave_block *to = &s->wave[index];
    uint64_t first = s->wave_first + index * RH_PATHS_BLOCK, left = s->request->paths - first;
    size_t count = left < RH_PATHS_BLOCK ? (size_t)left : RH_PATHS_BLOCK;
    const volatile int *stop = s->request->run.stop;
    if (stop && *stop) return rh_fail(&to->error, RH_INTERRUPTED, "interrupted");
    RH_TRY(rh_paths_run(w->paths, (uint32_t)first, (uint32_t)count, w->results, &to->error));
    RH_TRY(rh_mc_reduce(&s->how, w->results, (uint32_t)first, count, s->result->pnl + first,
                        s->result->cost + first, &to->block, &to->error));
    to->in_blocks = rh_paths_in_blocks(w->paths);
    to->kill_message[0] = '\0';
    if (to->block.sums.killed > 0) {
        snprintf(to->kill_message, sizeof to->kill_message, "%s", rh_paths_kill_message(w->paths));
    }
    uint64_t done = atomic_fetch_add(&s->done, count) + count;
    if (s->request->progress) {
        double fraction = (double)done / (double)atomic_load(&s->expected);
        s->request->progress(s->request->progress_context, fraction, done);
    }
    return RH_OK;
}

/* One worker: blocks of the wave, until none is left. Blocks are taken in order, so that after a
 * failure all before it are done or have failed themselves. */
static rh_status work(void *argument, size_t index)
{
    study *s = argument;
    for (;;) {
        size_t block = atomic_load(&s->ended) ? s->wave_blocks : atomic_fetch_add(&s->next, 1);
        if (block >= s->wave_blocks) return RH_OK;
        wave_block *to = &s->wave[block];
        to->status = open_worker(s, index, &to->error);
        if (to->status == RH_OK) to->status = run_block(s, s->workers[index], block);
        if (to->status != RH_OK) atomic_store(&s->ended, true);
    }
}

/* --- waves --------------------------------------------------------------------------------- */

static size_t wave_length(const rh_mc_request *request, uint64_t done)
{
    uint64_t blocks = WAVE_BLOCKS;
    uint64_t left = (request->paths - done + RH_PATHS_BLOCK - 1) / RH_PATHS_BLOCK;
    if (request->until_se > 0) {
        uint64_t eighth = done / RH_PATHS_BLOCK / 8;
        blocks = done == 0 ? CHECK_BLOCKS_FIRST : eighth < 1 ? 1 : eighth;
    }
    if (blocks > WAVE_BLOCKS) blocks = WAVE_BLOCKS;
    return (size_t)(blocks < left ? blocks : left);
}

static rh_status run_wave(study *s, rh_error *error)
{
    const rh_mc_request *request = s->request;
    s->wave_first = s->result->paths;
    s->wave_blocks = wave_length(request, s->wave_first);
    for (size_t i = 0; i < s->wave_blocks; i++) s->wave[i].status = RH_INTERRUPTED;
    atomic_store(&s->next, 0);
    if (!request->parallel) return work(s, 0);
    size_t workers = (size_t)request->workers;
    if (workers > s->wave_blocks) workers = s->wave_blocks;
    rh_status status = request->parallel(request->parallel_context, workers, work, s);
    return status == RH_OK ? RH_OK : rh_fail(error, status, "%s", rh_status_text(status));
}

static rh_status write_rows(study *s, const rh_buffer *rows, rh_error *error)
{
    for (int f = 0; f < RH_MC_FILES_MAX; f++) {
        rh_file_out *file = s->request->files[f];
        if (!file || rows->length == 0) continue;
        rh_file_out_write(file, rows->bytes, rows->length);
        /* commit knows why; here it is enough to stop early */
        if (rh_file_out_failed(file)) return rh_fail(error, RH_IO, "paths.csv: write failed");
    }
    return RH_OK;
}

/* The blocks of the wave up to the first that failed, in order. */
static rh_status take_over(study *s, rh_error *error)
{
    rh_mc_result *r = s->result;
    for (size_t i = 0; i < s->wave_blocks; i++) {
        wave_block *from = &s->wave[i];
        if (from->status != RH_OK) {
            r->interrupted = from->status == RH_INTERRUPTED;
            if (!r->interrupted && error) *error = from->error;
            return r->interrupted ? RH_OK : from->status;
        }
        if (from->block.sums.killed > 0 && r->sums.killed == 0) {
            r->first_killed = from->block.first_killed;
            memcpy(r->kill_message, from->kill_message, sizeof r->kill_message);
        }
        rh_mc_merge(&r->sums, &from->block.sums, s->how.series, s->how.risk_aversion);
        rh_digest_bytes(s->digest, from->block.digest, sizeof from->block.digest);
        RH_TRY(write_rows(s, &from->block.rows, error));
        if (r->paths == 0) r->in_blocks = from->in_blocks;
        r->paths += from->block.sums.measure[RH_MC_pnl].paths.count;
    }
    return RH_OK;
}

/* The decision to stop, and how many paths there will be if the error goes on falling as it should:
 * with their square root. */
static void judge(study *s)
{
    rh_mc_result *r = s->result;
    double target = s->request->until_se;
    double se = rh_measure_mean(&r->sums.measure[RH_MC_pnl]).se;
    if (!(target > 0) || r->interrupted || isnan(se)) return;
    r->sharp = se <= target;
    double paths = (double)r->paths * (se / target) * (se / target);
    if (paths < (double)s->request->paths) atomic_store(&s->expected, (uint64_t)paths + 1);
}

static rh_status run_waves(study *s, rh_error *error)
{
    rh_mc_result *r = s->result;
    const rh_mc_request *request = s->request;
    atomic_store(&s->expected, request->paths);
    while (r->paths < request->paths && !r->interrupted && !r->sharp) {
        RH_TRY(run_wave(s, error));
        RH_TRY(take_over(s, error));
        judge(s);
    }
    rh_digest_hex(s->digest, r->digest);
    if (r->interrupted && r->paths < 2 * r->unit) {
        return rh_fail(error, RH_INTERRUPTED, "interrupted before %zu paths were done",
                       2 * r->unit);
    }
    return RH_OK;
}

/* --- statistics ---------------------------------------------------------------------------- */

typedef struct statistics {
    rh_sample samples[2];
    rh_distribution *distributions[2];
    rh_frequencies *frequencies[2];
    rh_error errors[2];
} statistics;

static rh_status summarise_one(void *argument, size_t index)
{
    statistics *all = argument;
    rh_distribution *of = all->distributions[index];
    RH_TRY(rh_distribution_of(&all->samples[index], of, &all->errors[index]));
    rh_frequencies_of(&all->samples[index], of->low, of->high, all->frequencies[index]);
    return RH_OK;
}

static rh_status summarise(study *s, rh_error *error)
{
    rh_mc_result *r = s->result;
    statistics all = {
        .samples = {{r->pnl, NULL, 0, (size_t)r->paths, r->unit},
                    {r->pnl, r->cost, 1, (size_t)r->paths, r->unit}},
        .distributions = {&r->pnl_stats, &r->error_stats},
        .frequencies = {&r->pnl_frequencies, &r->error_frequencies},
    };
    rh_status status = RH_OK;
    if (s->request->parallel) {
        status = s->request->parallel(s->request->parallel_context, 2, summarise_one, &all);
    } else {
        for (size_t i = 0; i < 2 && status == RH_OK; i++) status = summarise_one(&all, i);
    }
    return status == RH_OK ? RH_OK : rh_fail(error, status, "no memory for the statistics");
}

/* --- the whole ----------------------------------------------------------------------------- */

static rh_status check_request(const rh_mc_request *request, rh_error *error)
{
    size_t unit = rh_mc_unit(&request->options);
    if (request->paths < 1 || request->paths > RH_MC_PATHS_MAX) {
        return rh_fail(error, RH_USAGE, "found %" PRIu64 " paths, expected from 1 to %" PRIu64,
                       request->paths, RH_MC_PATHS_MAX);
    }
    if (request->paths % unit != 0) {
        return rh_fail(error, RH_USAGE,
                       "found %" PRIu64 " paths, expected a multiple of %zu, as %s paths come in "
                       "%s: %" PRIu64 " would do", request->paths, unit,
                       request->options.moment_matched ? "moment-matched" : "antithetic",
                       request->options.moment_matched ? "blocks" : "pairs",
                       (request->paths / unit + 1) * unit);
    }
    if (!(request->until_se >= 0) || isinf(request->until_se)) {
        return rh_fail(error, RH_USAGE, "found a standard error of %g, expected a positive number",
                       request->until_se);
    }
    double a = request->risk_aversion;
    if (!isnan(a) && (!(a > 0) || isinf(a))) {
        return rh_fail(error, RH_USAGE, "found a risk aversion of %g, expected a positive number",
                       a);
    }
    RH_ASSERT(request->workers >= 1 && request->workers <= RH_MC_WORKERS_MAX);
    return RH_OK;
}

/* The first worker says what there is to know beforehand. */
static rh_status describe(study *s, rh_error *error)
{
    const char *names[RH_PATH_SERIES_MAX] = {NULL};
    rh_mc_result *r = s->result;
    RH_TRY(open_worker(s, 0, error));
    rh_paths *paths = s->workers[0]->paths;
    r->series_count = rh_paths_series(paths, names);
    for (int k = 0; k < r->series_count; k++) {
        snprintf(r->series[k], RH_NAME_MAX, "%s", names[k]);
    }
    RH_TRY(rh_paths_describe(paths, &r->description, error));
    s->how = (rh_mc_reduction){.unit = r->unit, .series = r->series_count,
                               .risk_aversion = s->request->risk_aversion,
                               .rows = s->request->files[0] || s->request->files[1]};
    rh_buffer head = {0};
    rh_mc_rows_head(&head, names, r->series_count);
    rh_status status = head.failed ? rh_fail(error, RH_NO_MEMORY, "out of memory")
                                   : write_rows(s, &head, error);
    rh_buffer_free(&head);
    return status;
}

static rh_status open_study(study *s, rh_error *error)
{
    size_t bytes = (size_t)s->request->paths * sizeof(double);
    rh_mc_result *r = s->result;
    r->pnl = malloc(bytes);
    r->cost = malloc(bytes);
    if (!r->pnl || !r->cost) {
        return rh_fail(error, RH_NO_MEMORY, "no memory for %" PRIu64 " paths, which take %.3g GB",
                       s->request->paths, 2e-9 * (double)bytes);
    }
    s->wave = calloc(WAVE_BLOCKS, sizeof *s->wave);
    s->digest = rh_digest_new();
    if (!s->wave || !s->digest) return rh_fail(error, RH_NO_MEMORY, "no memory for a study");
    return describe(s, error);
}

static void close_study(study *s)
{
    for (size_t i = 0; i < RH_MC_WORKERS_MAX; i++) {
        if (s->workers[i]) rh_paths_close(s->workers[i]->paths);
        free(s->workers[i]);
    }
    for (size_t i = 0; s->wave && i < WAVE_BLOCKS; i++) rh_buffer_free(&s->wave[i].block.rows);
    free(s->wave);
    rh_digest_free(s->digest);
}

rh_status rh_mc_run(const rh_mc_request *request, rh_mc_result *result, rh_error *error)
{
    study s = {.request = request, .result = result};
    int64_t (*wall_ns)(void) = request->run.wall_ns;
    int64_t started_ns = wall_ns ? wall_ns() : 0;
    memset(result, 0, sizeof *result);
    RH_TRY(check_request(request, error));
    result->asked = request->paths;
    result->unit = rh_mc_unit(&request->options);
    result->risk_aversion = request->risk_aversion;
    rh_status status = open_study(&s, error);
    if (status == RH_OK) status = run_waves(&s, error);
    if (status == RH_OK) status = summarise(&s, error);
    close_study(&s);
    if (wall_ns) result->wall_s = (double)(wall_ns() - started_ns) * 1e-9;
    return status;
}

void rh_mc_result_free(rh_mc_result *result)
{
    free(result->pnl);
    free(result->cost);
    rh_buffer_free(&result->description);
    memset(result, 0, sizeof *result);
}

void rh_outcome_of_paths(const rh_mc_result *result, rh_outcome *outcome)
{
    const rh_measure *m = result->sums.measure;
    const rh_distribution *pnl = &result->pnl_stats, *error = &result->error_stats;
    double a = result->risk_aversion;
    rh_estimate cost = rh_measure_mean(&m[RH_MC_cost]), certain = {(double)NAN, (double)NAN};
    if (!isnan(a)) certain = rh_entropic_price(&result->sums.with_premium, a);
    *outcome = (rh_outcome){
        .paths = result->paths,
        .pnl = pnl->mean.value, .pnl_se = pnl->mean.se,
        .cost = cost.value, .cost_se = cost.se,
        .error = error->std.value, .error_se = error->std.se,
        .es95 = pnl->es95.value, .es95_se = pnl->es95.se,
        .certainty_equivalent = -certain.value, .certainty_equivalent_se = certain.se,
        .probability_of_loss = pnl->probability_of_loss.value,
        .fills = rh_measure_mean(&m[RH_MC_fills]).value,
        .turnover = rh_measure_mean(&m[RH_MC_turnover]).value,
        .rms_delta = rh_measure_mean(&m[RH_MC_rms_delta]).value,
        .max_abs_delta = m[RH_MC_max_abs_delta].max,
        .policy_failed = result->sums.killed > 0,
    };
    for (int k = 0; k < RH_COST_KINDS; k++) {
        outcome->booked[k] = rh_measure_mean(&m[RH_MC_COST_KINDS + k]).value;
    }
    memcpy(outcome->digest, result->digest, sizeof outcome->digest);
}

static rh_status put_path(const rh_paths *paths, uint32_t path, const rh_path_result *result,
                          rh_buffer *rows, rh_error *error)
{
    const char *names[RH_PATH_SERIES_MAX] = {NULL};
    int series = rh_paths_series(paths, names);
    rh_mc_rows_head(rows, names, series);
    rh_mc_row(rows, path, result, series);
    return rows->failed ? rh_fail(error, RH_NO_MEMORY, "no memory for a row") : RH_OK;
}

rh_status rh_mc_path(const rh_mc_request *request, uint32_t path, rh_path_result *result,
                     rh_buffer *rows, char kill_message[RH_ERROR_MESSAGE_MAX], rh_error *error)
{
    rh_paths *paths = NULL;
    rh_path_result block[RH_PATHS_BLOCK];
    bool whole = request->options.moment_matched;
    uint32_t first = whole ? path - path % RH_PATHS_BLOCK : path;
    uint32_t count = whole ? RH_PATHS_BLOCK : 1;
    RH_TRY(rh_paths_open(&request->run, &request->options, &paths, error));
    rh_status status = rh_paths_run(paths, first, count, block, error);
    if (status == RH_OK) {
        *result = block[path - first];
        snprintf(kill_message, RH_ERROR_MESSAGE_MAX, "%s",
                 result->killed ? rh_paths_kill_message(paths) : "");
        status = put_path(paths, path, result, rows, error);
    }
    rh_paths_close(paths);
    return status;
}
