/* Options of the commands over many paths. What makes no sense is refused before anything runs,
 * with what was found and what was expected. */
#include "cli/path_options.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/text.h"

static_assert(RH_THREADS_MAX <= RH_MC_WORKERS_MAX, "every thread may be a worker");

bool rh_path_count_parse(const char *text, uint64_t max, uint64_t *count)
{
    double value;
    if (!rh_parse_double(text, &value) || !(value >= 0) || value > (double)max) return false;
    if (floor(value) < value) return false;
    *count = (uint64_t)value;
    return true;
}

int rh_path_positive_parse(const char *name, const char *text, double *value)
{
    if (!text) return 0;
    if (rh_parse_double(text, value) && *value > 0) return 0;
    return rh_cli_usage("%s: found %.64s, expected a positive number", name, text);
}

static int read_method(const char *text, rh_path_method *method)
{
    static const char *const words[] = {"fastest", "events", "blocks"};
    static const rh_path_method methods[] = {RH_PATHS_FASTEST, RH_PATHS_EVENTS, RH_PATHS_BLOCKS};
    if (!text) return 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(text, words[i]) != 0) continue;
        *method = methods[i];
        return 0;
    }
    return rh_cli_usage("--method: found %.64s, expected fastest, events or blocks", text);
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

int rh_path_options_read(const rh_path_options *given, uint64_t paths_default,
                         rh_workers *workers, rh_mc_request *request)
{
    request->options.antithetic = given->antithetic;
    request->options.moment_matched = given->moment_matched;
    request->risk_aversion = (double)NAN;
    if (!given->paths) { /* what a person asked for is not rounded */
        uint64_t unit = rh_mc_unit(&request->options);
        request->paths = (paths_default + unit - 1) / unit * unit;
    } else if (!rh_path_count_parse(given->paths, RH_MC_PATHS_MAX, &request->paths) ||
               request->paths < 1) {
        return rh_cli_usage("--paths: found %.64s, expected a number from 1 to %" PRIu64,
                            given->paths, RH_MC_PATHS_MAX);
    }
    int status = read_threads(given->threads, workers);
    if (status == 0)
        status = rh_path_positive_parse("--risk-aversion", given->risk_aversion,
                                        &request->risk_aversion);
    if (status == 0) status = read_method(given->method, &request->options.method);
    if (status != 0) return status;
    request->parallel = rh_host_parallel;
    request->parallel_context = workers;
    request->workers = workers->threads;
    return 0;
}

void rh_path_progress_begin(rh_path_progress *progress, const char *label, bool quiet)
{
    rh_progress_begin(&progress->bar, label, quiet);
    progress->bar.unit = "paths";
    atomic_flag_clear(&progress->drawing);
}

void rh_path_progress_note(void *context, double fraction, uint64_t paths)
{
    rh_path_progress *progress = context;
    if (atomic_flag_test_and_set(&progress->drawing)) return;
    rh_progress_update(&progress->bar, fraction, paths);
    atomic_flag_clear(&progress->drawing);
}
