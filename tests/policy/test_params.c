/* Params against their specifications, their part of the digest, native policies' refusals, and
 * where sources come from. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/file.h"
#include "policy/policy.h"

static rh_status create(const char *name, const char *json, rh_policy **policy, rh_error *error)
{
    rh_json_doc *doc = NULL;
    const rh_native_policy *row = rh_native_policy_find(name);
    assert_non_null(row);
    memset(error, 0, sizeof *error);
    *policy = NULL;
    assert_int_equal(rh_json_parse("s.json", json, strlen(json), &doc, error), RH_OK);
    rh_status status = row->create(rh_json_root(doc), policy, error);
    rh_json_free(doc);
    return status;
}

static void params_are_refused_with_reasons(void **state)
{
    (void)state;
    static const struct { const char *policy, *json, *wanted; } rows[] = {
        {"interval", "{\"evry\": \"1h\"}", "unknown param; did you mean \"every\"?"},
        {"interval", "{\"every\": \"0s\"}", "found 0s, expected at least 1ms"},
        {"interval", "{\"every\": 60}", "expected a duration as text"},
        {"interval", "{\"to\": \"zero\"}", "s.json"},
        {"delta_band", "{\"band\": -0.5}", "found -0.5, expected at least 0"},
        {"delta_band", "{\"unit\": \"percnt\"}", "did you mean \"percent\"?"},
        {"delta_band", "{\"unit\": \"percnt\"}", "/unit"},
        {"delta_band", "{\"every\": \"1h\"}", "this policy has: band, to, unit"},
        {"none", "{\"band\": 1}", "this policy has none"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        rh_policy *policy;
        rh_error error;
        assert_int_equal(create(rows[i].policy, rows[i].json, &policy, &error), RH_INPUT);
        if (strstr(error.message, rows[i].wanted) == NULL) fail_msg("%s", error.message);
        assert_null(policy);
    }
    assert_null(rh_native_policy_find("nonesuch"));
}

static void digest_of(const char *json, char hex[RH_DIGEST_HEX])
{
    rh_policy *policy;
    rh_error error;
    rh_digest *digest = rh_digest_new();
    if (create("delta_band", json, &policy, &error) != RH_OK) fail_msg("%s", error.message);
    rh_params_digest(&policy->params, digest);
    rh_digest_hex(digest, hex);
    rh_digest_free(digest);
    rh_policy_free(policy);
}

static void one_ulp_of_a_param_changes_the_digest(void **state)
{
    (void)state;
    char a[RH_DIGEST_HEX], b[RH_DIGEST_HEX], c[RH_DIGEST_HEX], d[RH_DIGEST_HEX];
    digest_of("{\"band\": 0.1}", a);
    digest_of("{\"band\": 0.10000000000000002}", b);
    digest_of("{\"band\": 0.1, \"to\": \"edge\", \"unit\": \"asset\"}", c);
    digest_of("{\"band\": 0.1, \"to\": \"centre\"}", d);
    assert_string_not_equal(a, b);
    assert_string_equal(a, c);      /* the resolved value counts, not how it was given */
    assert_string_not_equal(a, d);
}

static void defaults_are_those_of_the_design(void **state)
{
    (void)state;
    rh_policy *policy;
    rh_error error;
    assert_int_equal(create("interval", "{}", &policy, &error), RH_OK);
    assert_int_equal(policy->wake.every_ns, INT64_C(3600000000000));
    assert_true(policy->params.value[rh_params_find(&policy->params, "to")].number == 0.0);
    assert_int_equal(rh_params_find(&policy->params, "band"), -1);
    rh_policy_free(policy);
    assert_int_equal(create("none", "{}", &policy, &error), RH_OK);
    assert_true(!policy->wake.always && policy->wake.every_ns == 0 && policy->wake.on == 0);
    rh_policy_free(policy);
    rh_policy_free(NULL);
}

/* --- sources ------------------------------------------------------------------------------- */

static void shipped_sources_are_embedded(void **state)
{
    (void)state;
    static const char *const names[] = {
        "adaptive", "band_or_time", "barles_soner", "crab", "delta_band", "gamma_vega", "interval",
        "keeper_partial", "leland", "li_almgren", "pool_hedger", "predictive_vol", "twap",
        "whalley_wilmott", "zakamouline"};
    int count = 0;
    while (rh_shipped_scripts[count].name != NULL) count++;
    assert_int_equal(count, sizeof names / sizeof *names);
    for (int i = 0; i < count; i++) {
        rh_policy_source embedded, file;
        rh_error error;
        char path[512];
        assert_string_equal(rh_shipped_scripts[i].name, names[i]);
        snprintf(path, sizeof path, "%s/scripts/%s.lua", REHEDGE_SOURCE_DIR, names[i]);
        assert_int_equal(rh_policy_source_shipped(names[i], &embedded, &error), RH_OK);
        assert_int_equal(rh_policy_source_file(path, &file, &error), RH_OK);
        assert_string_equal(embedded.sha256, file.sha256);
        assert_int_equal(embedded.length, file.length);
        rh_policy_source_free(&embedded);
        rh_policy_source_free(&file);
    }
}

static void must_not_read(const char *path, const char *wanted)
{
    rh_policy_source source;
    rh_error error = {RH_OK, ""};
    assert_int_equal(rh_policy_source_file(path, &source, &error), RH_INPUT);
    if (strstr(error.message, wanted) == NULL) fail_msg("%s", error.message);
    assert_null(source.bytes);
}

static void hostile_files_are_refused(void **state)
{
    (void)state;
    char folder[] = "/tmp/rehedge-policy-XXXXXX", path[128];
    rh_policy_source source;
    rh_error error;
    assert_non_null(mkdtemp(folder));
    must_not_read(folder, folder);
    must_not_read("/nowhere/x.lua", "/nowhere/x.lua");
    snprintf(path, sizeof path, "%s/x.lua", folder);
    assert_int_equal(symlink("/dev/zero", path), 0);
    must_not_read(path, "not a regular file");
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    must_not_read(path, "not a regular file");
    unlink(path);
    FILE *large = fopen(path, "wb");
    assert_non_null(large);
    assert_int_equal(ftruncate(fileno(large), 1 << 30), 0);     /* sparse: a gigabyte of NULs */
    fclose(large);
    must_not_read(path, path);
    unlink(path);
    rmdir(folder);
    assert_int_equal(rh_policy_source_shipped("detla_band", &source, &error), RH_INPUT);
    assert_non_null(strstr(error.message, "did you mean \"delta_band\"?"));
}

/* One row of a Markdown table; a bar inside a cell is escaped. */
static void append_row(const char *name, const char *unit, const char *about, char *row)
{
    const char *cells[] = {unit, about};
    int used = snprintf(row, 512, "| `%s` |", name);
    for (int i = 0; i < 2; i++) {
        row[used++] = ' ';
        for (const char *c = cells[i]; *c != '\0'; c++) {
            if (*c == '|') row[used++] = '\\';
            row[used++] = *c;
        }
        memcpy(row + used, " |", 3);
        used += 2;
    }
}

static void every_field_is_documented(void **state)
{
    (void)state;
    char *document = NULL;
    size_t length = 0;
    rh_error error;
    if (rh_file_read(REHEDGE_SOURCE_DIR "/docs/policy.md", 1u << 20, &document, &length, &error))
        fail_msg("%s", error.message);
    char row[512];
#define X(field, name, unit, about)                                                                \
    append_row(name, unit, about, row);                                                            \
    if (strstr(document, row) == NULL) fail_msg("docs/policy.md lacks: %s", row);
    RH_HEDGE_FIELD_MAP(X)
#undef X
    for (int i = 0; i < RH_VIEW_FIELDS; i++) {
        rh_view_field field = (rh_view_field)i;
        append_row(rh_view_field_name(field), rh_view_field_unit(field),
                   rh_view_field_about(field), row);
        if (strstr(document, row) == NULL) fail_msg("docs/policy.md lacks: %s", row);
    }
    free(document);
}

static void every_field_has_a_name_a_unit_and_a_meaning(void **state)
{
    (void)state;
    for (int i = 0; i < RH_VIEW_FIELDS; i++) {
        rh_view_field field = (rh_view_field)i;
        assert_true(strlen(rh_view_field_name(field)) > 0);
        assert_true(strlen(rh_view_field_unit(field)) > 0);
        assert_true(strlen(rh_view_field_about(field)) > 10);
    }
    assert_string_equal(rh_view_field_name(RH_VIEW_DELTA), "delta");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(params_are_refused_with_reasons),
        cmocka_unit_test(one_ulp_of_a_param_changes_the_digest),
        cmocka_unit_test(defaults_are_those_of_the_design),
        cmocka_unit_test(shipped_sources_are_embedded),
        cmocka_unit_test(hostile_files_are_refused),
        cmocka_unit_test(every_field_is_documented),
        cmocka_unit_test(every_field_has_a_name_a_unit_and_a_meaning),
    };
    return cmocka_run_group_tests_name("params", tests, NULL, NULL);
}
