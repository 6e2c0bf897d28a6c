/* The study against paths made for this test, whose results are functions of their index: threads,
 * prefixes, interruption, stopping, deaths and broken numbers. The fake takes the place of the
 * engine's paths at link time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/random.h"
#include "study/mc.h"

/* --- the fake ------------------------------------------------------------------------------ */

struct rh_paths {
    rh_paths_options options;
    uint32_t last_killed;
    bool busy;
};

static struct {
    uint32_t kill_from, kill_every; /* 0: nobody dies */
    uint32_t fail_at, nan_at;       /* path; UINT32_MAX: none */
    uint32_t stop_at;               /* raises the stop flag when it has done this path */
    volatile int stop;
    _Atomic int opened, closed;
    _Atomic uint32_t calls;
} fake;

static void reset(void)
{
    fake.kill_from = fake.kill_every = 0;
    fake.fail_at = fake.nan_at = fake.stop_at = UINT32_MAX;
    fake.stop = 0;
    fake.opened = fake.closed = 0;
    fake.calls = 0;
}

rh_status rh_paths_open(const rh_run_request *request, const rh_paths_options *options,
                        rh_paths **paths, rh_error *error)
{
    if (strcmp(request->scenario_path, "refused") == 0) {
        return rh_fail(error, RH_INPUT, "refused: no generator");
    }
    *paths = calloc(1, sizeof **paths);
    (*paths)->options = *options;
    fake.opened++;
    return RH_OK;
}

static void make_path(const rh_paths_options *options, uint32_t path, rh_path_result *r)
{
    rh_stream stream;
    bool mirrored = options->antithetic && path % 2 == 1;
    memset(r, 0, sizeof *r);
    rh_stream_init(&stream, 3, options->antithetic ? path / 2 : path, 0);
    double u = rh_stream_uniform(&stream) - 0.5;
    if (mirrored) u = -u;
    r->pnl = u + 0.25 * u * u;
    r->premium = 2;
    r->cost[RH_COST_fee] = 0.125;
    r->cost[RH_COST_spread] = u * u;
    r->orders = r->fills = path % 5;
    r->max_abs_delta = u * u;
    r->spot = 100;
    r->series[0] = 3 * r->pnl + 1;
    r->series[1] = path % 2 ? (double)NAN : 7;
    if (path == fake.nan_at) r->pnl = (double)NAN;
    r->killed = fake.kill_every && path >= fake.kill_from &&
                (path - fake.kill_from) % fake.kill_every == 0;
}

rh_status rh_paths_run(rh_paths *paths, uint32_t first, uint32_t count, rh_path_result *results,
                       rh_error *error)
{
    assert_false(paths->busy); /* one thread at a time */
    paths->busy = true;
    assert_true(count > 0 && count <= RH_PATHS_BLOCK && first % RH_PATHS_BLOCK == 0);
    fake.calls++;
    paths->last_killed = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++) {
        if (first + i == fake.fail_at) {
            paths->busy = false;
            return rh_fail(error, RH_DOMAIN, "path %u of seed 3: no price", first + i);
        }
        make_path(&paths->options, first + i, &results[i]);
        if (results[i].killed && paths->last_killed == UINT32_MAX) paths->last_killed = first + i;
        if (first + i == fake.stop_at) fake.stop = 1;
    }
    paths->busy = false;
    return RH_OK;
}

const char *rh_paths_kill_message(const rh_paths *paths)
{
    static _Thread_local char text[64];
    snprintf(text, sizeof text, "died on %u", paths->last_killed);
    return paths->last_killed == UINT32_MAX ? "" : text;
}

int rh_paths_series(const rh_paths *paths, const char *names[RH_PATH_SERIES_MAX])
{
    (void)paths;
    names[0] = "wealth";
    names[1] = "sometimes";
    return 2;
}

bool rh_paths_in_blocks(const rh_paths *paths)
{
    (void)paths;
    return true;
}

rh_status rh_paths_describe(const rh_paths *paths, rh_buffer *json, rh_error *error)
{
    (void)paths;
    (void)error;
    rh_buffer_text(json, "{\"asset\": \"A\"}");
    return RH_OK;
}

void rh_paths_close(rh_paths *paths)
{
    if (paths) fake.closed++;
    free(paths);
}

/* --- a parallel-for ------------------------------------------------------------------------ */

typedef struct job {
    rh_status (*body)(void *argument, size_t index);
    void *argument;
    size_t index;
    rh_status status;
} job;

static void *run_job(void *argument)
{
    job *mine = argument;
    mine->status = mine->body(mine->argument, mine->index);
    return NULL;
}

/* A thread for each index. */
static rh_status threads(void *context, size_t count,
                         rh_status (*body)(void *argument, size_t index), void *argument)
{
    pthread_t started[16];
    job jobs[16];
    (void)context;
    assert_true(count <= 16);
    for (size_t i = 0; i < count; i++) {
        jobs[i] = (job){body, argument, i, RH_OK};
        assert_int_equal(pthread_create(&started[i], NULL, run_job, &jobs[i]), 0);
    }
    rh_status status = RH_OK;
    for (size_t i = count; i-- > 0;) {
        pthread_join(started[i], NULL);
        if (jobs[i].status != RH_OK) status = jobs[i].status;
    }
    return status;
}

static rh_mc_request request_of(uint64_t paths, int workers)
{
    return (rh_mc_request){.run = {.scenario_path = "fake", .stop = &fake.stop},
                           .paths = paths, .risk_aversion = 2, .workers = workers,
                           .parallel = workers > 1 ? threads : NULL};
}

static rh_mc_result run(const rh_mc_request *request)
{
    rh_mc_result result;
    rh_error error = {0};
    if (rh_mc_run(request, &result, &error) != RH_OK) fail_msg("%s", error.message);
    assert_int_equal(fake.opened, fake.closed);
    return result;
}

static void run_fails(const rh_mc_request *request, rh_status status, const char *message)
{
    rh_mc_result result;
    rh_error error = {0};
    assert_int_equal(rh_mc_run(request, &result, &error), status);
    if (!strstr(error.message, message)) fail_msg("%s", error.message);
    assert_int_equal(fake.opened, fake.closed);
    rh_mc_result_free(&result);
}

/* --- tests --------------------------------------------------------------------------------- */

/* Everything that is computed, bit for bit. */
static void same_results(const rh_mc_result *a, const rh_mc_result *b)
{
    assert_string_equal(a->digest, b->digest);
    assert_int_equal(a->paths, b->paths);
    assert_memory_equal(a->pnl, b->pnl, a->paths * sizeof *a->pnl);
    assert_memory_equal(a->cost, b->cost, a->paths * sizeof *a->cost);
    assert_memory_equal(&a->sums, &b->sums, sizeof a->sums);
    assert_memory_equal(&a->pnl_stats, &b->pnl_stats, sizeof a->pnl_stats);
    assert_memory_equal(&a->error_stats, &b->error_stats, sizeof a->error_stats);
    assert_memory_equal(&a->pnl_frequencies, &b->pnl_frequencies, sizeof a->pnl_frequencies);
}

/* Two waves and a block that is not full. */
static void threads_change_nothing(void **state)
{
    const uint64_t paths = 65536 + 1000;
    (void)state;
    reset();
    rh_mc_request one = request_of(paths, 1);
    rh_mc_result alone = run(&one);
    assert_int_equal(fake.opened, 1);
    for (int workers = 2; workers <= 7; workers += 5) {
        reset();
        rh_mc_request many = request_of(paths, workers);
        rh_mc_result result = run(&many);
        same_results(&result, &alone);
        assert_true(fake.opened <= workers); /* a worker is opened once and kept */
        rh_mc_result_free(&result);
    }
    rh_mc_result_free(&alone);
}

static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 24);
    assert_true(file && text);
    assert_true(fread(text, 1, (1 << 24) - 1, file) > 0);
    fclose(file);
    return text;
}

/* The rows of a study, written by as many workers. */
static char *rows_of(uint64_t paths, int workers)
{
    char path[] = "/tmp/rehedge-mc-XXXXXX";
    rh_error error = {0};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    rh_mc_request request = request_of(paths, workers);
    assert_int_equal(rh_file_out_open(path, &request.files[1], &error), RH_OK);
    rh_mc_result result = run(&request);
    assert_int_equal(rh_file_out_commit(request.files[1], &error), RH_OK);
    rh_mc_result_free(&result);
    char *text = read_whole(path);
    unlink(path);
    return text;
}

static void first_paths_of_a_longer_study(void **state)
{
    (void)state;
    reset();
    rh_mc_request shorter = request_of(5000, 2), longer = request_of(70000, 3);
    rh_mc_result few = run(&shorter), many = run(&longer);
    assert_memory_equal(few.pnl, many.pnl, 5000 * sizeof *few.pnl);
    assert_memory_equal(few.cost, many.cost, 5000 * sizeof *few.cost);
    assert_string_not_equal(few.digest, many.digest);
    char *rows = rows_of(5000, 2), *more = rows_of(70000, 3);
    assert_true(strlen(rows) < strlen(more) && strncmp(rows, more, strlen(rows)) == 0);
    assert_non_null(strstr(rows, "\n4999,"));
    assert_null(strstr(rows, "\n5000,"));
    assert_true(strncmp(rows, "path,pnl,premium,cost_spread,", 29) == 0);
    assert_non_null(strstr(rows, ",killed,series_wealth,series_sometimes\n0,"));
    free(rows);
    free(more);
    rh_mc_result_free(&few);
    rh_mc_result_free(&many);
}

/* What the summary says, from what the fake does. */
static void sums_are_right(void **state)
{
    enum { PATHS = 10000 };
    double mean = 0, cost = 0, weight = 0;
    (void)state;
    reset();
    rh_mc_request request = request_of(PATHS, 2);
    rh_mc_result result = run(&request);
    for (uint32_t path = 0; path < PATHS; path++) {
        rh_path_result r;
        make_path(&request.options, path, &r);
        assert_true(result.pnl[path] == r.pnl);
        mean += r.pnl / PATHS;
        cost += (r.cost[RH_COST_fee] + r.cost[RH_COST_spread]) / PATHS;
        weight += exp(-2 * (r.pnl - 2)) / PATHS;
    }
    const rh_measure *m = result.sums.measure;
    assert_true(fabs(result.pnl_stats.mean.value - mean) < 1e-12);
    assert_true(fabs(rh_measure_mean(&m[RH_MC_cost]).value - cost) < 1e-12);
    assert_true(fabs(result.error_stats.mean.value - mean - cost) < 1e-12);
    assert_true(rh_measure_mean(&m[RH_MC_premium]).value == 2);
    assert_true(rh_measure_mean(&m[RH_MC_premium]).se == 0);
    assert_true(rh_measure_mean(&m[RH_MC_fills]).value == 2);
    assert_true(rh_measure_mean(&m[RH_MC_COST_KINDS + RH_COST_fee]).value == 0.125);
    assert_true(fabs(rh_measure_correlation(&m[RH_MC_SERIES]) - 1) < 1e-12);
    assert_int_equal(m[RH_MC_SERIES + 1].paths.count, PATHS / 2);
    rh_estimate price = rh_entropic_price(&result.sums.without_premium, 2);
    rh_estimate with = rh_entropic_price(&result.sums.with_premium, 2);
    assert_true(fabs(price.value - log(weight) / 2) < 1e-12);
    assert_true(fabs(price.value - with.value - 2) < 1e-12);
    assert_int_equal(result.sums.killed, 0);
    assert_string_equal(result.kill_message, "");
    rh_mc_result_free(&result);
}

static void pairs_and_blocks_are_units(void **state)
{
    (void)state;
    reset();
    rh_mc_request pairs = request_of(20000, 2), plain = request_of(20000, 2);
    pairs.options.antithetic = true;
    rh_mc_result a = run(&pairs), b = run(&plain);
    assert_int_equal(a.pnl_stats.units, 10000);
    /* u + u^2 / 4: the pair keeps the square alone */
    assert_true(a.pnl_stats.mean.se < 0.1 * b.pnl_stats.mean.se);
    rh_mc_result_free(&a);
    rh_mc_result_free(&b);
    rh_mc_request blocks = request_of(2560, 2);
    blocks.options.moment_matched = true;
    a = run(&blocks);
    assert_int_equal(a.pnl_stats.units, 10);
    rh_mc_result_free(&a);
    blocks.paths = 2561;
    run_fails(&blocks, RH_USAGE, "2816 would do");
    pairs.paths = 7;
    run_fails(&pairs, RH_USAGE, "8 would do");
}

/* The same prefix whatever the number of workers, and no longer than asked. */
static void stops_when_sharp(void **state)
{
    (void)state;
    reset();
    rh_mc_request one = request_of(100000, 1);
    one.until_se = 0.003;
    rh_mc_result alone = run(&one);
    assert_true(alone.sharp && !alone.interrupted);
    assert_true(alone.pnl_stats.mean.se <= 0.003);
    assert_in_range(alone.paths, 9000, 12500); /* std 0.29: 9,300 paths, and up to an eighth more */
    rh_mc_request many = one;
    many.workers = 5;
    many.parallel = threads;
    rh_mc_result result = run(&many);
    same_results(&result, &alone);
    rh_mc_result_free(&result);
    one.paths = 3000; /* there are no more */
    result = run(&one);
    assert_true(!result.sharp && result.paths == 3000);
    rh_mc_result_free(&result);
    rh_mc_result_free(&alone);
}

/* Whole blocks up to somewhere before all; the same numbers as a study of so many. */
static void interrupted_keeps_a_prefix(void **state)
{
    (void)state;
    reset();
    fake.stop_at = 256 * 30;
    rh_mc_request request = request_of(50000, 4);
    rh_mc_result cut = run(&request);
    assert_true(cut.interrupted && cut.paths < 50000 && cut.paths >= 256 * 24);
    assert_int_equal(cut.paths % 256, 0);
    reset();
    rh_mc_request same = request_of(cut.paths, 1);
    rh_mc_result whole = run(&same);
    same_results(&cut, &whole);
    rh_mc_result_free(&cut);
    rh_mc_result_free(&whole);
    reset();
    fake.stop = 1;
    run_fails(&request, RH_INTERRUPTED, "interrupted before");
}

static void deaths_are_counted(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 6; workers += 5) {
        reset();
        fake.kill_from = 1017;
        fake.kill_every = 1000;
        rh_mc_request request = request_of(10000, workers);
        rh_mc_result result = run(&request);
        assert_int_equal(result.sums.killed, 9);
        assert_int_equal(result.first_killed, 1017);
        assert_string_equal(result.kill_message, "died on 1017");
        assert_int_equal(result.paths, 10000);
        rh_mc_result_free(&result);
    }
    rh_path_result path;
    rh_buffer rows = {0};
    char why[RH_ERROR_MESSAGE_MAX];
    rh_mc_request request = request_of(1, 1);
    fake.kill_from = 1024;
    assert_int_equal(rh_mc_path(&request, 1024, &path, &rows, why, NULL), RH_OK);
    assert_true(path.killed);
    assert_string_equal(why, "died on 1024");
    assert_non_null(strstr(rows.bytes, "\n1024,"));
    rh_buffer_free(&rows);
}

/* The first in the order of the paths, whichever thread came first. */
static void failures_are_the_first_path(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 6; workers += 5) {
        reset();
        fake.fail_at = 1017;
        fake.nan_at = 9000;
        rh_mc_request request = request_of(10000, workers);
        run_fails(&request, RH_DOMAIN, "path 1017 of seed 3");
        reset();
        fake.nan_at = 1017;
        fake.fail_at = 9000;
        run_fails(&request, RH_BROKEN, "path 1017: P&L nan");
    }
    rh_mc_request request = request_of(10, 1);
    request.run.scenario_path = "refused";
    run_fails(&request, RH_INPUT, "refused: no generator");
}

static void requests_without_sense(void **state)
{
    (void)state;
    reset();
    rh_mc_request request = request_of(0, 1);
    run_fails(&request, RH_USAGE, "found 0 paths");
    request.paths = RH_MC_PATHS_MAX + 1;
    run_fails(&request, RH_USAGE, "expected from 1 to 2147483648");
    request = request_of(10, 1);
    request.until_se = -1;
    run_fails(&request, RH_USAGE, "standard error");
    request.until_se = 0;
    request.risk_aversion = 0;
    run_fails(&request, RH_USAGE, "risk aversion");
    assert_int_equal(fake.opened, 0);
    request.risk_aversion = (double)NAN;
    request.paths = 1;
    rh_mc_result result = run(&request);
    assert_true(isnan(result.pnl_stats.mean.se) && result.sums.with_premium.units == 0);
    rh_mc_result_free(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(first_paths_of_a_longer_study),
        cmocka_unit_test(sums_are_right),
        cmocka_unit_test(pairs_and_blocks_are_units),
        cmocka_unit_test(stops_when_sharp),
        cmocka_unit_test(interrupted_keeps_a_prefix),
        cmocka_unit_test(deaths_are_counted),
        cmocka_unit_test(failures_are_the_first_path),
        cmocka_unit_test(requests_without_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
