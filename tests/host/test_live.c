/* A run under somebody's hand, with real scripts: however it is cut, swapped, set, ended or
 * refused, the digest is what the inputs and the acts make it, and a rerun finds the same. */
#include <dirent.h>
#include <time.h>

#include "host/live_fixture.h"
#include "data/json.h"
#include "study/fork.h"

/* --- cuts ---------------------------------------------------------------------------------- */

static void assert_same_file(fixture *f, const char *a, const char *b, const char *name)
{
    char path[256], *bytes[2];
    size_t length[2];
    const char *const dirs[] = {a, b};
    for (int n = 0; n < 2; n++) {
        snprintf(path, sizeof path, "%s/%s/%s", f->dir, dirs[n], name);
        assert_int_equal(rh_file_read(path, 64 << 20, &bytes[n], &length[n], NULL), RH_OK);
    }
    assert_int_equal(length[0], length[1]);
    assert_memory_equal(bytes[0], bytes[1], length[0]);
    free(bytes[0]);
    free(bytes[1]);
}

static void no_cut_changes_a_bit(void **state)
{
    fixture *f = *state;
    char whole[RH_DIGEST_HEX], cut[RH_DIGEST_HEX], a[RH_PATH_MAX], b[RH_PATH_MAX];
    snprintf(a, sizeof a, "%s", in_dir(f, "a"));
    rh_run_request first = request_of("adaptive", a);
    finish(open_live(&first), whole, NULL);
    for (int round = 0; round < 3; round++) {
        char name[16];
        snprintf(name, sizeof name, "b%d", round);
        snprintf(b, sizeof b, "%s", in_dir(f, name));
        rh_run_request second = request_of("adaptive", b);
        rh_live *live = open_live(&second);
        rh_live_status now;
        do {
            uint64_t most = 1 + draw(f, round == 0 ? 3 : 400);
            rh_live_look(live, &now);
            int64_t until = now.now_ns + (int64_t)draw(f, UINT64_C(3600000000000));
            rh_error error = {0};
            assert_int_equal(rh_live_go(live, until, draw(f, 2) ? most : 0, &error), RH_OK);
            if (draw(f, 4) == 0) go(live, 1);
        } while (!now.ended);
        finish(live, cut, NULL);
        assert_string_equal(whole, cut);
        assert_same_file(f, "a", name, "fills.csv");
        assert_same_file(f, "a", name, "ledger.csv");
        assert_same_file(f, "a", name, "journal.jsonl");
    }
}

/* --- acts ---------------------------------------------------------------------------------- */

static const char counting[] =
    "local st = rehedge.state { calls = 0 }\n"
    "return rehedge.policy { api = 1, name = 'counting', version = '1',\n"
    "  params = { band = { default = 0.3, min = 0 } },\n"
    "  trigger = function(s, p) st.calls = st.calls + 1\n"
    "    return math.abs(s.delta) > p.band * (1 + st.calls % 7) end,\n"
    "  scale = function(s) return -s.delta end }\n";

static void acts_by_hand_are_repeated(void **state)
{
    fixture *f = *state;
    char out[RH_PATH_MAX], script[RH_PATH_MAX], digest[RH_DIGEST_HEX], plain[RH_DIGEST_HEX];
    write_file(f, "counting.lua", counting);
    snprintf(script, sizeof script, "%s", in_dir(f, "counting.lua"));
    const char *const specs[] = {script,        "adaptive:band=0.4", "native:delta_band:band=0.7",
                                 "delta_band",  "interval:every=10m", "predictive_vol",
                                 "scale=twap", "trigger=adaptive,scale=delta_band"};
    plain_digest("delta_band", plain);
    for (int round = 0; round < 3; round++) {
        char name[16];
        snprintf(name, sizeof name, "r%d", round);
        snprintf(out, sizeof out, "%s", in_dir(f, name));
        rh_run_request request = request_of("delta_band", out);
        rh_live *live = open_live(&request);
        int acts = 0;
        for (int n = 0; n < 12; n++) {
            rh_error why = {0};
            go(live, 1 + draw(f, 900));
            bool set = draw(f, 3) == 0;
            char assignment[32];
            snprintf(assignment, sizeof assignment, "band=0.%d", 1 + (int)draw(f, 9));
            rh_status status = set ? rh_live_set(live, assignment, &why)
                                   : rh_live_swap(live, specs[draw(f, 8)], draw(f, 2), &why);
            if (status == RH_OK) acts++;
            else assert_true(why.message[0] != '\0');
        }
        assert_true(acts >= 5);
        finish(live, digest, NULL);
        assert_string_not_equal(digest, plain);
        assert_reruns(out, digest, acts);
    }
}

static void state_and_params_live_through_a_set(void **state)
{
    fixture *f = *state;
    rh_live_status now;
    rh_error why = {0};
    write_file(f, "counting.lua", counting);
    char script[RH_PATH_MAX], first[RH_SHA256_HEX];
    snprintf(script, sizeof script, "%s", in_dir(f, "counting.lua"));
    rh_run_request request = request_of(script, NULL);
    rh_live *live = open_live(&request);
    go(live, 2000);
    rh_live_look(live, &now);
    assert_string_equal(now.script, script);
    memcpy(first, now.sha256, sizeof first);
    assert_int_equal(rh_live_reload(live, false, &why), RH_STATE); /* the file is as it was */
    assert_int_equal(rh_live_set(live, "bandd=0.5", &why), RH_INPUT);
    assert_non_null(strstr(why.message, "did you mean \"band\""));
    assert_int_equal(rh_live_set(live, "band=-1", &why), RH_INPUT);
    assert_non_null(strstr(why.message, "at least 0"));
    assert_int_equal(rh_live_set(live, "band", &why), RH_USAGE);
    assert_int_equal(rh_live_set(live, "band=0.9", &why), RH_OK);
    /* A newer version of the file keeps what was set, and its state. */
    char newer[sizeof counting + 64];
    snprintf(newer, sizeof newer, "%s-- newer\n", counting);
    write_file(f, "counting.lua", newer);
    if (rh_live_reload(live, false, &why) != RH_OK) fail_msg("%s", why.message);
    rh_live_look(live, &now);
    assert_string_not_equal(now.sha256, first);
    assert_false(now.last_refused);
    char digest[RH_DIGEST_HEX], other[RH_DIGEST_HEX];
    finish(live, digest, NULL);
    /* The same by a swap that says the param, between the same events. */
    live = open_live(&request);
    go(live, 2000);
    char spec[RH_PATH_MAX + 16];
    snprintf(spec, sizeof spec, "%s:band=0.9", script);
    assert_int_equal(rh_live_set(live, "band=0.9", &why), RH_OK);
    assert_int_equal(rh_live_swap(live, spec, false, &why), RH_OK);
    finish(live, other, NULL);
    assert_string_equal(digest, other);
}

static void a_quit_is_repeated(void **state)
{
    fixture *f = *state;
    char out[RH_PATH_MAX], digest[RH_DIGEST_HEX], plain[RH_DIGEST_HEX];
    snprintf(out, sizeof out, "%s", in_dir(f, "q"));
    plain_digest("delta_band", plain);
    rh_run_request request = request_of("delta_band", out);
    rh_live *live = open_live(&request);
    rh_error why = {0};
    go(live, 3000);
    assert_int_equal(rh_live_set(live, "band=0.5", &why), RH_OK);
    go(live, 500);
    rh_live_quit(live);
    assert_int_equal(rh_live_set(live, "band=0.7", &why), RH_STATE);
    finish(live, digest, NULL);
    assert_string_not_equal(digest, plain);
    assert_reruns(out, digest, 2);
}

/* --- refused ------------------------------------------------------------------------------- */

/* tests/attack/reload: "-- refused: WORDS" is a new version that must be refused with these words,
 * "-- state: WORDS" an old one whose state nobody can take over. */
typedef struct attack {
    char path[RH_PATH_MAX], says[128];
} attack;

static int by_path(const void *a, const void *b)
{
    return strcmp(((const attack *)a)->path, ((const attack *)b)->path);
}

static size_t find_attacks(const char *kind, attack *found, size_t most)
{
    static const char folder_path[] = REHEDGE_SOURCE_DIR "/tests/attack/reload";
    DIR *folder = opendir(folder_path);
    size_t count = 0, length = strlen(kind);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) && count < most;) {
        char line[128] = "";
        attack *one = &found[count];
        if (entry->d_name[0] == '.') continue;
        snprintf(one->path, sizeof one->path, "%s/%.200s", folder_path, entry->d_name);
        FILE *file = fopen(one->path, "r");
        assert_non_null(file);
        assert_non_null(fgets(line, sizeof line, file));
        fclose(file);
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, kind, length) != 0) continue;
        snprintf(one->says, sizeof one->says, "%s", line + length);
        count++;
    }
    closedir(folder);
    assert_true(count > 0 && count < most);
    qsort(found, count, sizeof *found, by_path);
    return count;
}

/* Refused with those words, within two seconds. */
static void assert_refused(rh_live *live, const char *spec, const attack *by)
{
    rh_error why = {0};
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    rh_status status = rh_live_swap(live, spec, true, &why);
    clock_gettime(CLOCK_MONOTONIC, &to);
    if (status == RH_OK) fail_msg("%s: not refused", by->path);
    if (!strstr(why.message, by->says)) {
        fail_msg("%s: %s\ndoes not say: %s", by->path, why.message, by->says);
    }
    assert_true((double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec) <
                2.0);
}

static void bad_versions_leave_no_trace(void **state)
{
    fixture *f = *state;
    static attack attacks[64];
    size_t count = find_attacks("-- refused: ", attacks, 64);
    char old[RH_PATH_MAX], plain[RH_DIGEST_HEX], digest[RH_DIGEST_HEX];
    bool failed = true;
    write_file(f, "old.lua", counting);
    snprintf(old, sizeof old, "%s", in_dir(f, "old.lua"));
    plain_digest(old, plain);
    rh_run_request request = request_of(old, NULL);
    rh_live *live = open_live(&request);
    for (size_t n = 0; n < count; n++) {
        rh_live_status now;
        go(live, n == 0 ? 4000 : 1 + draw(f, 100));
        assert_refused(live, attacks[n].path, &attacks[n]);
        rh_live_look(live, &now);
        assert_true(now.last_refused);
        assert_string_equal(now.policy, "counting");
    }
    rh_error why = {0};
    assert_int_not_equal(rh_live_swap(live, "no_such_policy", false, &why), RH_OK);
    assert_int_not_equal(rh_live_swap(live, "/dev/zero.lua", false, &why), RH_OK);
    assert_int_not_equal(rh_live_swap(live, "delta_band:bandd=1", false, &why), RH_OK);
    finish(live, digest, &failed);
    assert_string_equal(plain, digest);
    assert_false(failed); /* what a person tries is no failure of the run */
}

/* The state is spoilt by the *old* policy: nobody can take it over, and it trades on. */
static void a_state_that_cannot_be_saved_refuses_the_swap(void **state)
{
    fixture *f = *state;
    static attack attacks[64];
    size_t count = find_attacks("-- state: ", attacks, 64);
    char plain[RH_DIGEST_HEX], digest[RH_DIGEST_HEX];
    bool failed = true;
    (void)f;
    for (size_t n = 0; n < count; n++) {
        plain_digest(attacks[n].path, plain);
        rh_run_request request = request_of(attacks[n].path, NULL);
        rh_live *live = open_live(&request);
        go(live, 3000);
        assert_refused(live, "adaptive", &attacks[n]);
        finish(live, digest, &failed);
        assert_string_equal(plain, digest);
        if (failed) fail_msg("%s: killed, so it spoilt nothing", attacks[n].path);
    }
}

/* A native policy asks for nobody's state: the way to be rid of a script that spoils its own. */
static void a_native_policy_replaces_what_cannot_be_saved(void **state)
{
    static attack attacks[64];
    size_t count = find_attacks("-- state: ", attacks, 64);
    (void)state;
    for (size_t n = 0; n < count; n++) {
        char digest[RH_DIGEST_HEX];
        rh_error why = {0};
        rh_live_status now;
        rh_run_request request = request_of(attacks[n].path, NULL);
        rh_live *live = open_live(&request);
        go(live, 3000);
        assert_refused(live, "adaptive", &attacks[n]);
        if (rh_live_swap(live, "native:delta_band", true, &why) != RH_OK)
            fail_msg("%s: %s", attacks[n].path, why.message);
        rh_live_look(live, &now);
        assert_string_equal(now.policy, "delta_band");
        assert_int_equal(rh_live_swap(live, "adaptive", true, &why), RH_OK);
        finish(live, digest, NULL);
    }
}

/* --- storms, features, forks --------------------------------------------------------------- */

static void a_storm_of_swaps_ends_in_an_honest_refusal(void **state)
{
    fixture *f = *state;
    char out[RH_PATH_MAX], digest[RH_DIGEST_HEX];
    snprintf(out, sizeof out, "%s", in_dir(f, "storm"));
    rh_run_request request = request_of("delta_band", out);
    rh_live *live = open_live(&request);
    int accepted = 0, refused = 0;
    for (int n = 0; n < RH_SWAPS_MAX + 50; n++) {
        char spec[64];
        rh_error why = {0};
        go(live, 1 + draw(f, 4));
        snprintf(spec, sizeof spec, n % 100 == 7 ? "delta_band:band=0.%d" :
                 "native:delta_band:band=0.%d", 1 + n % 9);
        if (rh_live_swap(live, spec, n % 5 == 0, &why) == RH_OK) {
            accepted++;
            assert_int_equal(refused, 0);
        } else {
            refused++;
            assert_int_equal(why.status, RH_LIMIT);
            assert_non_null(strstr(why.message, "at most 1024 swaps and sets"));
        }
    }
    assert_int_equal(accepted, RH_SWAPS_MAX);
    assert_int_equal(refused, 50);
    finish(live, digest, NULL);
    assert_reruns(out, digest, RH_SWAPS_MAX);
}

/* A feature that nobody had starts from the recent records: no hour of waiting. */
static void new_features_are_warm(void **state)
{
    fixture *f = *state;
    char path[RH_PATH_MAX], journal[RH_PATH_MAX + 32], out[RH_PATH_MAX], digest[RH_DIGEST_HEX];
    char *bytes;
    size_t length;
    write_file(f, "warm.lua",
               "return rehedge.policy { api = 1, name = 'warm', version = '1',\n"
               "  features = { v = { 'realized_vol', window = '6h' } },\n"
               "  trigger = function(s, p, f) rehedge.log('vol ' .. tostring(f.v > 0)) end,\n"
               "  scale = function() return 0 end }\n");
    snprintf(path, sizeof path, "%s", in_dir(f, "warm.lua"));
    snprintf(out, sizeof out, "%s", in_dir(f, "warm"));
    rh_run_request request = request_of("native:none", out);
    rh_live *live = open_live(&request);
    rh_live_status now;
    rh_error why = {0};
    go(live, 4000);
    if (rh_live_swap(live, path, false, &why) != RH_OK) fail_msg("%s", why.message);
    rh_live_look(live, &now);
    assert_int_equal(rh_live_go(live, now.now_ns + INT64_C(120000000000), 0, &why), RH_OK);
    rh_live_quit(live);
    finish(live, digest, NULL);
    snprintf(journal, sizeof journal, "%s/journal.jsonl", out);
    assert_int_equal(rh_file_read(journal, 1 << 20, &bytes, &length, &why), RH_OK);
    assert_non_null(strstr(bytes, "vol true"));
    free(bytes);
    assert_reruns(out, digest, 2);
}

static rh_status die_in_second(void *context, size_t index, rh_run_result *result, rh_error *error)
{
    (void)context, (void)result, (void)error;
    if (index == 1) _exit(9);
    return RH_OK;
}

static void a_fork_is_a_run_with_a_swap(void **state)
{
    (void)state;
    static const char *const policies[] = {"adaptive:band=0.4", "native:interval", "delta_band",
                                           "scale=twap"};
    rh_compare_run runs[4] = {0};
    rh_error error = {0};
    rh_fork_request fork_request = {.base = request_of(NULL, NULL),
                                    .at = "30h",
                                    .policies = policies,
                                    .count = 4,
                                    .processes = 2,
                                    .leave = _exit,
                                    .finish = die_in_second};
    if (rh_fork(&fork_request, runs, &error) != RH_OK) fail_msg("%s", error.message);
    for (int n = 0; n < 4; n++) {
        char swap[64], digest[RH_DIGEST_HEX];
        const char *const swaps[] = {swap};
        if (n == 1) {
            assert_int_equal(runs[n].status, RH_STATE);
            assert_non_null(strstr(runs[n].error.message, "without a result"));
            continue;
        }
        snprintf(swap, sizeof swap, "30h=%s", policies[n]);
        rh_run_request request = request_of(NULL, NULL);
        request.swaps = swaps;
        request.swap_count = 1;
        finish(open_live(&request), digest, NULL);
        assert_int_equal(runs[n].status, RH_OK);
        assert_string_equal(runs[n].result.digest, digest);
    }
    rh_compare_free(runs, 4);
    static const char *const wrong[] = {"delta_band", "delta_band:bandd=3"};
    rh_compare_run none[2] = {0};
    fork_request.policies = wrong;
    fork_request.count = 2;
    assert_int_equal(rh_fork(&fork_request, none, &error), RH_INPUT); /* said before any branch */
    rh_compare_free(none, 2);
}

/* --- changed records ----------------------------------------------------------------------- */

static void a_changed_copy_is_refused(void **state)
{
    fixture *f = *state;
    char out[RH_PATH_MAX], digest[RH_DIGEST_HEX], command[RH_PATH_MAX + 64];
    snprintf(out, sizeof out, "%s", in_dir(f, "c"));
    rh_run_request request = request_of("delta_band", out);
    finish(open_live(&request), digest, NULL);
    assert_reruns(out, digest, 0);
    snprintf(command, sizeof command, "for f in %s/scripts/*.lua; do echo '--' >> $f; done", out);
    assert_int_equal(system(command), 0);
    rh_rerun_request base = rerun_of(out);
    rh_rerun_result again;
    rh_error error = {0};
    assert_int_equal(rh_rerun(&base, &again, &error), RH_INPUT);
    assert_non_null(strstr(error.message, "the copy has been changed"));
    base.dir = f->dir;
    assert_int_equal(rh_rerun(&base, &again, &error), RH_INPUT); /* no run directory */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(no_cut_changes_a_bit),
        TEST(acts_by_hand_are_repeated),
        TEST(state_and_params_live_through_a_set),
        TEST(a_quit_is_repeated),
        TEST(bad_versions_leave_no_trace),
        TEST(a_state_that_cannot_be_saved_refuses_the_swap),
        TEST(a_native_policy_replaces_what_cannot_be_saved),
        TEST(a_storm_of_swaps_ends_in_an_honest_refusal),
        TEST(new_features_are_warm),
        TEST(a_fork_is_a_run_with_a_swap),
        TEST(a_changed_copy_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
