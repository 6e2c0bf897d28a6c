/* How long a swap takes, from the name of a policy to the new one being live: read, hashed,
 * compiled twice, state carried over, tried on the last wakes. Prints the median and the largest of
 * many, for each shipped policy; never fails on a slow machine. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine/live.h"
#include "lua/lua_policy.h"

enum { ROUNDS = 101, EVENTS_BEFORE = 8000 }; /* by then the rings of the trial are full */

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
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
    double took[ROUNDS];
    rh_error error = {0};
    for (int n = 0; n < ROUNDS; n++) {
        if (rh_live_go(live, INT64_MAX, 1, &error) != RH_OK) return fail("run", &error);
        double started = now_ms();
        if (rh_live_swap(live, spec, false, &error) != RH_OK) return fail(spec, &error);
        took[n] = now_ms() - started;
    }
    qsort(took, ROUNDS, sizeof *took, ascending);
    printf("swap to %-24s %7.3f ms median %7.3f ms largest\n", spec, took[ROUNDS / 2],
           took[ROUNDS - 1]);
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
    int failed = 0;
    if (rh_live_open(&request, &live, &error) != RH_OK) return fail("open", &error);
    if (rh_live_go(live, INT64_MAX, EVENTS_BEFORE, &error) != RH_OK) failed = fail("run", &error);
    for (size_t n = 0; argc < 2 && !failed && n < sizeof shipped / sizeof *shipped; n++)
        failed = measure(live, shipped[n]);
    for (int n = 1; n < argc && !failed; n++) failed = measure(live, argv[n]);
    rh_live_close(live);
    return failed;
}
