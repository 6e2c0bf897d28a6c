/* A wake that returns false or a number allocates nothing, in C or in Lua: every allocation of the
 * program is counted (the linker wraps them; Lua's go through the host's allocator, which is ours)
 * while a run goes on. */
#include "host/live_fixture.h"

static size_t counted;

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *pointer, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *pointer, size_t bytes);

void *__wrap_malloc(size_t bytes)
{
    counted++;
    return __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
    counted++;
    return __real_calloc(count, bytes);
}

void *__wrap_realloc(void *pointer, size_t bytes)
{
    counted++;
    return __real_realloc(pointer, bytes);
}

/* Allocations of 3,000 events, after as many. *events: how many records happened in them. */
static size_t allocations_of(fixture *f, const char *body, uint64_t *events)
{
    char text[512], path[RH_PATH_MAX], digest[RH_DIGEST_HEX];
    rh_live_status before, after;
    snprintf(text, sizeof text, "return rehedge.policy { api = 1, name = 'p', version = '1', "
             "params = { band = 0.3 },\n  %s }\n", body);
    write_file(f, "p.lua", text);
    snprintf(path, sizeof path, "%s", in_dir(f, "p.lua"));
    rh_run_request request = request_of(path, NULL);
    rh_live *live = open_live(&request);
    go(live, 3000);
    rh_live_look(live, &before);
    assert_false(before.killed);
    counted = 0;
    go(live, 3000);
    size_t allocations = counted;
    rh_live_look(live, &after);
    assert_false(after.killed);
    *events = after.events - before.events;
    finish(live, digest, NULL);
    return allocations;
}

static void a_wake_allocates_nothing(void **state)
{
    static const char *const bodies[] = {
        "trigger = function(s) return s.spot + s.delta + s.pending < 0 end,\n"
        "  scale = function() return 0 end",
        "trigger = function(s, p) return s.delta > p.band or s.delta < -p.band, -p.band, p.band"
        " end,\n  scale = function(s, p, f, lo, hi) return rehedge.to_edge(s.delta, lo, hi) end",
        "trigger = function() return true end, scale = function(s) return -s.delta end",
        "wake = { delta_beyond = 'band' }, trigger = function() return true end,\n"
        "  scale = function(s) return -s.delta end",
    };
    for (size_t n = 0; n < sizeof bodies / sizeof *bodies; n++) {
        uint64_t events;
        size_t allocations = allocations_of(*state, bodies[n], &events);
        assert_true(events > 200);
        if (allocations > 0) fail_msg("%zu allocations: %s", allocations, bodies[n]);
    }
}

/* That the counting counts: a closure a wake. */
static void what_allocates_is_seen(void **state)
{
    uint64_t events;
    size_t allocations = allocations_of(
        *state, "trigger = function(s) local t = { s.spot } return t[1] < 0 end,\n"
                "  scale = function() return 0 end", &events);
    assert_true(allocations >= events);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {TEST(a_wake_allocates_nothing),
                                       TEST(what_allocates_is_seen)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
