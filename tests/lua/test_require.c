/* require: a module is found in the policy's own bundle by its name or not at all, runs once on the
 * load budget, under the rules of every source, and changes the hash of the set. */
#include "fake.h"

#define MAIN(body)                                                                            \
    body "\nreturn rehedge.policy { api = 1, name = 'x', version = '1', trigger = function(s) " \
         "return LIMIT end }\n"

typedef struct text_module { const char *path, *text; } text_module;

static rh_policy_source set_of(const char *text, const text_module *modules)
{
    rh_policy_source source = {.is_bundle = true};
    rh_error error = {RH_OK, ""};
    rh_policy_source_label(&source, "some/bundle/");
    source.length = strlen(text);
    source.bytes = malloc(source.length + 1);
    assert_non_null(source.bytes);
    memcpy(source.bytes, text, source.length + 1);
    for (; modules != NULL && modules->path != NULL; modules++)
        if (rh_policy_source_add_module(&source, modules->path, modules->text,
                                        strlen(modules->text), &error) != RH_OK)
            fail_msg("%s", error.message);
    rh_policy_source_seal(&source);
    return source;
}

static rh_status load_set(rh_policy_source *source, rh_policy **policy, rh_error *error)
{
    const rh_policy_services services = {.seed = 1};
    const rh_json none = {NULL, NULL};
    *policy = NULL;
    memset(error, 0, sizeof *error);
    rh_status status = rh_lua_loader.load(rh_lua_loader.context, source, none, &services, policy,
                                          error);
    rh_policy_source_free(source);
    return status;
}

static void must_fire(const char *text, const text_module *modules)
{
    fake f;
    rh_error error;
    rh_policy *policy = NULL;
    rh_policy_source source = set_of(text, modules);
    fake_init(&f);
    if (load_set(&source, &policy, &error) != RH_OK) fail_msg("refused: %s", error.message);
    assert_true(must_trigger(policy, &f, NULL).fire);
    rh_policy_free(policy);
}

static void must_say(const char *text, const text_module *modules, const char *wanted)
{
    rh_error error;
    rh_policy *policy = NULL;
    rh_policy_source source = set_of(text, modules);
    if (load_set(&source, &policy, &error) == RH_OK) fail_msg("accepted, wanted: %s", wanted);
    if (error.status != RH_POLICY || strstr(error.message, wanted) == NULL)
        fail_msg("status %d: \"%s\", wanted \"%s\"", error.status, error.message, wanted);
    assert_null(policy);
}

static void a_module_is_found_and_runs_once(void **state)
{
    (void)state;
    static const text_module modules[] = {
        {"indicators/vol.lua", "count = (rawlen(shared) > 0 and shared[1] or 0) + 1\n"
                               "shared[1] = count\nreturn { name = ..., limit = true }"},
        {"other.lua", "return require('indicators.vol')"},
        {"nothing.lua", "local unused = 1"},
        {NULL, NULL}};
    must_fire(MAIN("shared = {}\nlocal vol = require 'indicators.vol'\n"
                   "assert(vol == require('indicators.vol') and vol == require('other'))\n"
                   "assert(shared[1] == 1 and vol.name == 'indicators.vol')\n"
                   "assert(require('nothing') == true)\nLIMIT = vol.limit"), modules);
}

static void what_was_loaded_is_found_in_a_call_and_nothing_else(void **state)
{
    (void)state;
    static const text_module modules[] = {
        {"a.lua", "return 5"}, {"b.lua", "return 6"}, {NULL, NULL}};
    must_fire("require 'a'\nreturn rehedge.policy { api = 1, name = 'x', version = '1', trigger ="
              " function(s)\n local ok, why = pcall(require, 'b')\n"
              " return require('a') == 5 and not ok and string.find(why, 'top of the file', 1, "
              "true) ~= nil end }", modules);
}

static void names_never_leave_the_bundle(void **state)
{
    (void)state;
    static const text_module modules[] = {{"a.lua", "return 1"}, {NULL, NULL}};
    static const char *const names[] = {
        "/etc/passwd", "..", "../a", "a/b", "a..b", ".a", "a.", "a.lua/", "", "a-b", "1a", "a\\0b",
        "a\\nb", "a b", "\\xC3\\xA9", "a.1"};
    char script[512];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(script, sizeof script, MAIN("require \"%s\""), names[i]);
        must_say(script, modules, "is no module name");
    }
    must_say(MAIN("require 'policy'"), modules, "the bundle has no such module");
    must_say(MAIN("require 'b'"), modules, "policy.lua:1: require \"b\": the bundle has no such");
    must_say(MAIN("require(5)"), modules, "string");
    must_say(MAIN("require 'indicator.vol'"),
             (const text_module[]){{"indicators/vol.lua", ""}, {NULL, NULL}},
             "did you mean \"indicators.vol\"?");
}

static void a_single_file_has_no_modules(void **state)
{
    (void)state;
    must_refuse(MAIN("require 'a'"), NULL, RH_POLICY, "this policy is a single file");
}

static void cycles_are_errors(void **state)
{
    (void)state;
    must_say(MAIN("require 'a'"), (const text_module[]){{"a.lua", "require 'b'"},
             {"b.lua", "require 'a'"}, {NULL, NULL}}, "b.lua:1: require \"a\": a cycle");
    must_say(MAIN("require 'a'"), (const text_module[]){{"a.lua", "require 'a'"}, {NULL, NULL}},
             "a cycle");
    must_say(MAIN("pcall(require, 'a') require 'a'"),
             (const text_module[]){{"a.lua", "error('x')"}, {NULL, NULL}}, "failed to load before");
}

static void modules_obey_the_rules_of_every_source(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"local a = 3 ^ 4", "m.lua:1: `^` is allowed"},
        {"\n_ENV = {}", "m.lua:2: _ENV is not available"},
        {"\x1bLua", "m.lua:1: precompiled chunks"},
        {"x = = 1", "m.lua:1: unexpected symbol near '='"},
        {"while true do end", "m.lua:1: instruction limit"},
        {"pcall(function() while true do end end)", "m.lua:1: instruction limit"},
        {"\nlocal t = {} for i = 1, 1e7 do t[i] = {} end", "memory limit"},
        {"error('no')", "m.lua:1: no (called from policy.lua:1)"},
        {"os.exit(1)", "m.lua:1: 'os' is not available"},
        {"string.rep = 1", "m.lua:1: string is read-only"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        must_say(MAIN("require 'm'"),
                 (const text_module[]){{"m.lua", bad[i][0]}, {NULL, NULL}}, bad[i][1]);
    must_say(MAIN("LIMIT = true"), (const text_module[]){{"m.lua", "local a = 3 ^ 4"},
             {NULL, NULL}}, "m.lua:1");     /* though nothing requires it */
}

static void the_hash_covers_every_module(void **state)
{
    (void)state;
    const char *text = MAIN("LIMIT = true");
    const text_module one[] = {{"a.lua", "return 1"}, {"b.lua", ""}, {NULL, NULL}};
    const text_module turned[] = {{"b.lua", ""}, {"a.lua", "return 1"}, {NULL, NULL}};
    const text_module other[] = {{"a.lua", "return 2"}, {"b.lua", ""}, {NULL, NULL}};
    const text_module renamed[] = {{"c.lua", "return 1"}, {"b.lua", ""}, {NULL, NULL}};
    rh_policy_source sets[] = {set_of(text, one), set_of(text, turned), set_of(text, other),
                               set_of(text, renamed), set_of(text, NULL)};
    char alone[RH_SHA256_HEX];
    rh_sha256_of(text, strlen(text), alone);
    assert_string_equal(sets[0].sha256, sets[1].sha256);
    assert_string_not_equal(sets[0].sha256, sets[2].sha256);
    assert_string_not_equal(sets[0].sha256, sets[3].sha256);
    assert_string_equal(sets[4].sha256, alone);     /* the same as the file by itself */
    assert_string_equal(sets[0].label, "some/bundle/policy.lua");
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) rh_policy_source_free(&sets[i]);
}

static void modules_are_bounded(void **state)
{
    (void)state;
    rh_policy_source source = set_of("", NULL);
    rh_error error;
    char path[RH_MODULE_PATH_MAX], name[RH_MODULE_PATH_MAX];
    char *large = calloc(1, RH_LUA_SOURCE_BYTES_MAX + 1);
    assert_non_null(large);
    assert_int_equal(rh_policy_source_add_module(&source, "a.lua", large,
                                                 RH_LUA_SOURCE_BYTES_MAX + 1, &error), RH_LIMIT);
    for (int i = 0; i < RH_MODULES_MAX; i++) {
        snprintf(path, sizeof path, "m%d.lua", i);
        assert_int_equal(rh_policy_source_add_module(&source, path, "x", 1, &error), RH_OK);
    }
    assert_int_equal(rh_policy_source_add_module(&source, "last.lua", "x", 1, &error), RH_LIMIT);
    assert_false(rh_policy_module_name("policy.lua", name));
    assert_false(rh_policy_module_name("a_test.lua", name));
    assert_false(rh_policy_module_name("../a.lua", name));
    assert_false(rh_policy_module_name(".lua", name));
    assert_false(rh_policy_module_name("a/.lua", name));
    assert_true(rh_policy_module_name("a/b_2.lua", name));
    assert_string_equal(name, "a.b_2");
    free(large);
    rh_policy_source_free(&source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_module_is_found_and_runs_once),
        cmocka_unit_test(what_was_loaded_is_found_in_a_call_and_nothing_else),
        cmocka_unit_test(names_never_leave_the_bundle),
        cmocka_unit_test(a_single_file_has_no_modules),
        cmocka_unit_test(cycles_are_errors),
        cmocka_unit_test(modules_obey_the_rules_of_every_source),
        cmocka_unit_test(the_hash_covers_every_module),
        cmocka_unit_test(modules_are_bounded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
