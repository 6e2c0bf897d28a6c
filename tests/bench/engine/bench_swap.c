/* How long a swap takes, from the name of a policy to the new one being live: read, hashed,
 * compiled twice, state carried over, tried on the last wakes. Prints the median and the largest
 * of many, for each shipped policy, on the clock and of processor time, which others do not
 * lengthen as much; and the load of the machine. Never fails on a slow machine. */
#define _DEFAULT_SOURCE         /* getloadavg */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine/live.h"
#include "lua/lua_policy.h"

enum { ROUNDS = 101, EVENTS_BEFORE = 8000 }; /* by then the rings of the trial are full */

static double now_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static int fail(const char *what, const rh_error *error)
{
    fprintf(stderr, "%s: %s\n", what, error->message);
    return 1;
}

static int measure(rh_live *live, const char *spec)
{
    double took[ROUNDS], cpu[ROUNDS];
    rh_error error = {0};
    for (int n = 0; n < ROUNDS; n++) {
        if (rh_live_go(live, INT64_MAX, 1, &error) != RH_OK) return fail("run", &error);
        double started = now_ms(CLOCK_MONOTONIC), cpu_from = now_ms(CLOCK_THREAD_CPUTIME_ID);
        if (rh_live_swap(live, spec, false, &error) != RH_OK) return fail(spec, &error);
        took[n] = now_ms(CLOCK_MONOTONIC) - started;
        cpu[n] = now_ms(CLOCK_THREAD_CPUTIME_ID) - cpu_from;
    }
    qsort(took, ROUNDS, sizeof *took, ascending);
    qsort(cpu, ROUNDS, sizeof *cpu, ascending);
    printf("swap to %-20s median %7.3f ms, largest %7.3f; of processor time %7.3f, %7.3f\n", spec,
           took[ROUNDS / 2], took[ROUNDS - 1], cpu[ROUNDS / 2], cpu[ROUNDS - 1]);
    return 0;
}

int main(int argc, char **argv)
{
    static const char *const shipped[] = {"native:delta_band", "delta_band",   "interval",
                                          "band_or_time",      "twap",         "adaptive",
                                          "predictive_vol"};
    rh_run_request request = {.scenario_path = REHEDGE_SOURCE_DIR "/examples/quickstart.json",
                              .loader = &rh_lua_loader};
    rh_live *live = NULL;
    rh_error error = {0};
    double load[1] = {0};
    int failed = 0;
    if (getloadavg(load, 1) == 1) printf("load of the machine: %.1f\n", load[0]);
    if (rh_live_open(&request, &live, &error) != RH_OK) return fail("open", &error);
    if (rh_live_go(live, INT64_MAX, EVENTS_BEFORE, &error) != RH_OK) failed = fail("run", &error);
    for (size_t n = 0; argc < 2 && !failed && n < sizeof shipped / sizeof *shipped; n++)
        failed = measure(live, shipped[n]);
    for (int n = 1; n < argc && !failed; n++) failed = measure(live, argv[n]);
    rh_live_close(live);
    return failed;
}
