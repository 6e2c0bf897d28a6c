/* What it costs to ask a wake condition in C and not to wake: one engine in the middle of a run,
 * asked the same question again and again. The first line is a wake that asks no condition but for
 * a kind of event that does not come; what a line is above it is the condition's. Prints, judges
 * nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/run.h"
#include "lua/lua_policy.h"

/* Short rounds, so that some of them are nobody else's. */
enum { ROUNDS = 3000, WAKES = 5000, EVENTS_BEFORE = 3000 };

typedef struct condition {
    const char *name, *wake; /* of the policy's wake table */
} condition;

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int fail(const char *what, const rh_error *error)
{
    fprintf(stderr, "%s: %s\n", what, error->message);
    return 1;
}

static int write_policy(const char *path, const char *wake)
{
    FILE *file = fopen(path, "w");
    if (!file) return 1;
    fprintf(file, "return rehedge.policy { api = 1, name = 'w', version = '1',\n"
            "  wake = { %s },\n  trigger = function() return false end,\n"
            "  scale = function() return 0 end }\n", wake);
    return fclose(file);
}

static double best_of(rh_run *run, rh_error *error)
{
    double best = 1e300;
    for (int round = 0; round < ROUNDS; round++) {
        double started = now_ns();
        for (int n = 0; n < WAKES; n++)
            if (rh_run_wake(run, error) != RH_OK) return -1;
        double each = (now_ns() - started) / WAKES;
        if (each < best) best = each;
    }
    return best;
}

static int measure(const condition *asked, const char *path, double *base_ns)
{
    rh_run_request request = {.scenario_path = REHEDGE_SOURCE_DIR "/examples/quickstart.json",
                              .policy = path, .loader = &rh_lua_loader};
    rh_scenario *scenario = NULL;
    rh_run *run = NULL;
    rh_error error = {0};
    bool more;
    if (write_policy(path, asked->wake) != 0) return 1;
    if (rh_scenario_read(&request, &scenario, &error) != RH_OK) return fail("scenario", &error);
    if (rh_run_open(&request, scenario, false, &run, &error) != RH_OK) return fail("run", &error);
    rh_status status = rh_run_go(run, INT64_MAX, EVENTS_BEFORE, &more, &error);
    run->slot.last_spot = run->known.spot[run->asset]; /* as after a call */
    uint64_t calls = run->slot.calls;
    double each = status == RH_OK ? best_of(run, &error) : -1;
    if (*base_ns < 0) *base_ns = each;
    bool woke = run->slot.calls != calls;
    printf("%-34s %7.1f ns a wake not taken %7.1f ns the condition%s\n", asked->name, each,
           each - *base_ns, woke ? "   (it woke: no measure)" : "");
    rh_run_close(run);
    rh_scenario_free(scenario);
    return each < 0 ? fail("run", &error) : 0;
}

int main(void)
{
    static const condition conditions[] = {
        {"on = funding", "on = { 'funding' }"},
        {"delta_beyond, asset", "delta_beyond = 1e6"},
        {"delta_beyond, quote", "delta_beyond = 1e12, unit = 'quote'"},
        {"delta_beyond, percent", "delta_beyond = 1e6, unit = 'percent'"},
        {"move_beyond", "move_beyond = 10"},
        {"all three", "delta_beyond = 1e6, move_beyond = 10, on = { 'funding' }"}};
    char folder[] = "/tmp/rehedge-wake-XXXXXX", path[sizeof folder + 8];
    double base_ns = -1;
    int failed = 0;
    if (!mkdtemp(folder)) return 1;
    snprintf(path, sizeof path, "%s/w.lua", folder);
    printf("fastest of %d rounds of %d wakes; target: at most 15 ns for a condition\n", ROUNDS,
           WAKES);
    for (size_t n = 0; n < sizeof conditions / sizeof *conditions && !failed; n++)
        failed = measure(&conditions[n], path, &base_ns);
    unlink(path);
    rmdir(folder);
    return failed;
}
