/* Work that Lua's count of instructions does not see: each tests/attack/heavy_*.lua, which does
 * nothing else for ever, must end by the instruction limit, soon and in the same place each time,
 * both in a call and while it loads, where fifty times as many instructions are allowed.
 * Prints the table of what it found: time, gas, and how long a unit of gas takes. */
#include "fake.h"

#include <dirent.h>
#include <time.h>

#include "data/file.h"
#include "extent.h"

enum { HEAVY_MAX = 128 };
#define SECONDS_MAX 1.5         /* of a busy machine, and of a build for tests */

typedef struct outcome {
    rh_status status;
    rh_kill_kind kind;
    rh_error error;
    double seconds;
    int64_t gas;
    bool reproducible;
} outcome;

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void run_call(const char *label, const char *script, size_t length, outcome *out)
{
    fake f;
    rh_policy *policy = NULL;
    rh_decision decision;
    memset(out, 0, sizeof *out);
    fake_init(&f);
    if (fake_load(&f, label, script, length, NULL, &policy, &out->error) != RH_OK)
        fail_msg("%s", out->error.message);
    double from = cpu_seconds();
    out->status = policy->methods->trigger(policy, &f.view, NULL, &decision, &out->kind,
                                           &out->error);
    out->seconds = cpu_seconds() - from;
    out->gas = policy->gas;
    out->reproducible = policy->reproducible;
    rh_policy_free(policy);
}

/* The same work at the top of the file; a policy that fails to load is gone with its gas. */
static void run_load(const char *label, const char *script, outcome *out)
{
    fake f;
    rh_policy *policy = NULL;
    rh_buffer text = {0};
    const char *end = strstr(script, "\nreturn rehedge.policy");
    memset(out, 0, sizeof *out);
    assert_non_null(end);
    rh_buffer_append(&text, script, (size_t)(end - script));
    rh_buffer_text(&text, "\nwork()\n");
    fake_init(&f);
    double from = cpu_seconds();
    out->status = fake_load(&f, label, text.bytes, text.length, NULL, &policy, &out->error);
    out->seconds = cpu_seconds() - from;
    out->reproducible = true;
    rh_buffer_free(&text);
}

static bool is_good(const outcome *out)
{
    return out->status == RH_POLICY && out->reproducible && out->seconds < SECONDS_MAX &&
           strstr(out->error.message, "instruction limit") != NULL;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

static int list_heavy(char names[HEAVY_MAX][64])
{
    int count = 0;
    DIR *folder = opendir(REHEDGE_SOURCE_DIR "/tests/attack");
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strncmp(entry->d_name, "heavy_", 6) != 0) continue;
        assert_true(count < HEAVY_MAX && strlen(entry->d_name) < 64);
        memcpy(names[count++], entry->d_name, strlen(entry->d_name) + 1);
    }
    closedir(folder);
    qsort(names, (size_t)count, sizeof *names, compare_names);
    return count;
}

static void heavy_work_ends_by_the_instruction_limit(void **state)
{
    char names[HEAVY_MAX][64];
    int count = list_heavy(names), failed = 0;
    (void)state;
    assert_true(count > 30);
    print_message("%-28s %8s %8s %8s %8s\n", "", "call ms", "gas", "ns/gas", "load ms");
    for (int i = 0; i < count; i++) {
        char path[RH_PATH_MAX], *bytes = NULL;
        size_t length = 0;
        rh_error error;
        outcome call, again, load;
        snprintf(path, sizeof path, "%s/tests/attack/%.63s", REHEDGE_SOURCE_DIR, names[i]);
        if (rh_file_read(path, 1u << 20, &bytes, &length, &error) != RH_OK)
            fail_msg("%s", error.message);
        run_call(names[i], bytes, length, &call);
        run_call(names[i], bytes, length, &again);
        bool loads = i % extent(4, 1) == 0;
        if (loads) run_load(names[i], bytes, &load);
        free(bytes);
        print_message("%-28s %8.1f %8lld %8.1f %8.1f\n", names[i], 1e3 * call.seconds,
                      (long long)call.gas, 1e9 * call.seconds / (double)call.gas,
                      loads ? 1e3 * load.seconds : (double)NAN);
        bool same = strcmp(call.error.message, again.error.message) == 0;
        if (is_good(&call) && (!loads || is_good(&load)) && same) continue;
        print_error("%s: call: %d %s\n  load: %s\n", names[i], call.reproducible,
                    call.error.message, loads ? load.error.message : "not tried");
        failed++;
    }
    assert_int_equal(failed, 0);
}

/* Who trusts a script has no limits: the same work, a few hundred times, ends by itself. */
static void trusted_scripts_have_none_of_these_limits(void **state)
{
    static const char script[] =
        "local t, n, empty = {}, 65536, {}\n"
        "for i = 1, n do t[i + 0.5] = 1; empty[i] = 1 end\n"
        "for i = 1, n do empty[i] = nil end\n"
        "return rehedge.policy { api = 1, name = 'x', version = '1', trigger = function()\n"
        "  for i = 1, 60 do n = n + 1 t[n - 65535.5] = nil t[n + 0.5] = 1 end\n"
        "  for i = 1, 300 do for k in pairs(empty) do end end\n"
        "  return true end, scale = function() return 0 end }";
    (void)state;
    for (int trusted = 0; trusted <= 1; trusted++) {
        fake f;
        rh_policy *policy = NULL;
        rh_decision decision = {false, 0, 0};
        rh_kill_kind kind;
        rh_error error;
        rh_policy_source source = {.label = "x.lua", .bytes = (char *)(uintptr_t)script,
                                   .length = sizeof script - 1};
        const rh_policy_services services = {.trusted = trusted == 1};
        fake_init(&f);
        assert_int_equal(rh_lua_loader.load(rh_lua_loader.context, &source, (rh_json){NULL, NULL},
                                            &services, &policy, &error), RH_OK);
        rh_status status =
            policy->methods->trigger(policy, &f.view, NULL, &decision, &kind, &error);
        assert_int_equal(status, trusted == 1 ? RH_OK : RH_POLICY);
        assert_true(decision.fire == (trusted == 1) && policy->reproducible);
        rh_policy_free(policy);
    }
}

/* What one path made (long texts, zero bytes) must not weigh on the next one in the same VM. */
static void a_restart_weighs_as_a_fresh_load_does(void **state)
{
    static const char script[] =
        "local n = 0\n"
        "return rehedge.policy { api = 1, name = 'x', version = '1', trigger = function()\n"
        "  n = n + 1\n"
        "  if n == 2 then n = #(string.char(0):rep(3000) .. 'x') end\n"
        "  local sum = 0\n"
        "  for i = 1, 2500 do sum = sum + i end\n"
        "  return sum < 0 end, scale = function() return 0 end }";
    (void)state;
    fake f;
    rh_policy *policy = NULL;
    rh_decision decision;
    rh_kill_kind kind;
    rh_error error;
    rh_policy_source source = {.label = "x.lua", .bytes = (char *)(uintptr_t)script,
                               .length = sizeof script - 1};
    const rh_policy_services services = {.restarts = true};
    int64_t gas[2][2];
    fake_init(&f);
    assert_int_equal(rh_lua_loader.load(rh_lua_loader.context, &source, (rh_json){NULL, NULL},
                                        &services, &policy, &error), RH_OK);
    for (int path = 0; path < 2; path++) {
        for (int call = 0; call < 2; call++) {
            rh_status status =
                policy->methods->trigger(policy, &f.view, NULL, &decision, &kind, &error);
            if (status != RH_OK) fail_msg("%s", error.message);
            gas[path][call] = policy->gas;
        }
        assert_false(policy->doubtful);
        if (path == 0) assert_true(policy->methods->restart(policy, 1));
    }
    assert_int_equal(gas[0][0], gas[1][0]);
    assert_int_equal(gas[0][1], gas[1][1]);
    assert_true(gas[0][1] > 5 * gas[0][0]);
    rh_policy_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heavy_work_ends_by_the_instruction_limit),
        cmocka_unit_test(trusted_scripts_have_none_of_these_limits),
        cmocka_unit_test(a_restart_weighs_as_a_fresh_load_does),
    };
    return cmocka_run_group_tests_name("weight", tests, NULL, NULL);
}
