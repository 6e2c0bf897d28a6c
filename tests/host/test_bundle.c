/* Bundles in memory: which paths may be in one, that packing is a function of the content, what a
 * signature binds, which key may publish what, and the order of versions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/bundle.h"
#include "host/keystore.h"
#include "host/signed.h"
#include "host/version.h"

static rh_status add(rh_bundle *bundle, const char *path, const char *text, rh_error *error)
{
    char *bytes = malloc(strlen(text) + 1);
    assert_non_null(bytes);
    memcpy(bytes, text, strlen(text) + 1);
    return rh_bundle_add(bundle, path, bytes, strlen(text), error);
}

static void paths_stay_inside_and_mean_the_same_everywhere(void **state)
{
    (void)state;
    rh_error error;
    static const char *const good[] = {"a", "policy.lua", "indicators/vol.lua", "a/b/c/d/e/f/g/h",
                                       "A-b_c.9", "a..b", "LICENSE"};
    static const char *const bad[] = {"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b",
        "a/..", "./a", ".git/config", "a/.b", "a\\b", "a b", "a\nb", "a\x1b", "\xc3\xa4", "\xff",
        "a:b", "-a", "a/-b", "a/b/c/d/e/f/g/h/i", "~", "a*", "a%"};
    char deep[RH_BUNDLE_PATH_MAX + 1];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (rh_bundle_check_path("x.tar", good[i], &error) != RH_OK) fail_msg("%s", error.message);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (rh_bundle_check_path("x.tar", bad[i], &error) != RH_INPUT)
            fail_msg("accepted \"%s\"", bad[i]);
        for (const unsigned char *c = (unsigned char *)error.message; *c != 0; c++)
            assert_true(*c >= 32 && *c != 127);
    }
    memset(deep, 'a', sizeof deep);
    deep[RH_BUNDLE_PATH_MAX] = '\0';
    assert_int_equal(rh_bundle_check_path("x", deep, &error), RH_INPUT);
    deep[RH_BUNDLE_PATH_MAX - 1] = '\0';
    assert_int_equal(rh_bundle_check_path("x", deep, &error), RH_OK);
}

static void no_two_paths_collide(void **state)
{
    (void)state;
    static const char *const pairs[][3] = {     /* a, b, "" when both may be there */
        {"a", "a", "same path twice"}, {"a", "A", "only in case"}, {"ab", "aB", "only in case"},
        {"x/a", "X/b", "only in case"}, {"x/a", "x/A", "only in case"},
        {"a", "a/b", "a file where a folder is"}, {"a/b", "a", "a file where a folder is"},
        {"A", "a/b", "only in case"}, {"a/b", "A", "only in case"}, {"a", "b", ""},
        {"a", "ab", ""}, {"a/b", "ab", ""}, {"x/a", "y/A", ""}, {"a.b", "a/b", ""},
        {"ab/c", "a/bc", ""}, {"Ab", "abc", ""}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        rh_bundle bundle = {.label = "x.tar"};
        rh_error error = {RH_OK, ""};
        assert_int_equal(add(&bundle, pairs[i][0], "", &error), RH_OK);
        rh_status status = add(&bundle, pairs[i][1], "", &error);
        if ((status == RH_OK) != (pairs[i][2][0] == '\0') ||
            (status != RH_OK && strstr(error.message, pairs[i][2]) == NULL))
            fail_msg("%s, %s: %s", pairs[i][0], pairs[i][1], error.message);
        rh_bundle_free(&bundle);
    }
}

static void an_archive_is_a_function_of_the_content(void **state)
{
    (void)state;
    static const char *const files[][2] = {{"policy.lua", "return 1"}, {"a/b.lua", ""},
                                           {"README.md", "text"}, {"manifest.json", "{}"}};
    rh_error error;
    rh_buffer first = {0}, second = {0};
    for (int gzip = 0; gzip < 2; gzip++) {
        rh_bundle forth = {.label = "x"}, back = {.label = "y"}, again;
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(add(&forth, files[i][0], files[i][1], &error), RH_OK);
            assert_int_equal(add(&back, files[3 - i][0], files[3 - i][1], &error), RH_OK);
        }
        rh_bundle_sort(&forth);
        rh_bundle_sort(&back);
        rh_buffer_clear(&first);
        rh_buffer_clear(&second);
        assert_int_equal(rh_bundle_write_archive(&forth, gzip, &first, &error), RH_OK);
        assert_int_equal(rh_bundle_write_archive(&back, gzip, &second, &error), RH_OK);
        assert_int_equal(first.length, second.length);
        assert_memory_equal(first.bytes, second.bytes, first.length);
        assert_int_equal(rh_bundle_read_archive("x", first.bytes, first.length, &again, &error),
                         RH_OK);
        assert_int_equal(again.count, 4);
        for (size_t i = 0; i < 4; i++) {
            assert_string_equal(again.files[i].path, forth.files[i].path);
            assert_string_equal(again.files[i].bytes, forth.files[i].bytes);
        }
        rh_bundle_free(&forth);
        rh_bundle_free(&back);
        rh_bundle_free(&again);
    }
    rh_buffer_free(&first);
    rh_buffer_free(&second);
}

/* Nothing that is cut off or flipped is read as something larger or elsewhere, or crashes. */
static void damaged_archives_are_refused_or_whole(void **state)
{
    (void)state;
    rh_error error;
    rh_bundle bundle = {.label = "x"}, again;
    rh_buffer tar = {0};
    assert_int_equal(add(&bundle, "policy.lua", "return 1", &error), RH_OK);
    assert_int_equal(add(&bundle, "manifest.json", "{}", &error), RH_OK);
    assert_int_equal(rh_bundle_write_archive(&bundle, false, &tar, &error), RH_OK);
    for (size_t at = 0; at < 512; at++)     /* the first header */
        for (int value = 0; value < 256; value += 17) {
            char kept = tar.bytes[at];
            tar.bytes[at] = (char)value;
            if (rh_bundle_read_archive("x", tar.bytes, tar.length, &again, &error) == RH_OK) {
                for (size_t i = 0; i < again.count; i++)
                    assert_int_equal(rh_bundle_check_path("x", again.files[i].path, &error), RH_OK);
                assert_true(again.bytes <= tar.length);
                rh_bundle_free(&again);
            }
            tar.bytes[at] = kept;
        }
    for (size_t cut = 0; cut < 512 + 512 + 8; cut += 7)
        assert_int_not_equal(rh_bundle_read_archive("x", tar.bytes, cut, &again, &error), RH_OK);
    rh_bundle_free(&bundle);
    rh_buffer_free(&tar);
}

static void a_signature_binds_one_name_and_version(void **state)
{
    (void)state;
    const rh_manifest m = {.name = "vol-band", .version = "1.0.0"};
    char own[RH_NAME_MAX * 2 + 64];
    rh_binding_text(&m, own);
    const struct { const char *comment; rh_status status; } rows[] = {
        {own, RH_OK},
        {"name:vol-band version:1.0.0", RH_OK},
        {"timestamp:1\tversion:1.0.0\tname:vol-band\thashed", RH_OK},
        {"timestamp:1795693621\tfile:f\thashed", RH_NOT_FOUND},
        {"", RH_NOT_FOUND},
        {"filename:vol-band fileversion:1.0.0", RH_NOT_FOUND},
        {"name:vol-band", RH_INPUT},
        {"version:1.0.0", RH_INPUT},
        {"name:vol-band version:1.0.1", RH_INPUT},
        {"name:vol-bands version:1.0.0", RH_INPUT},
        {"name:vol-band version:1.0.0 version:1.0.1", RH_INPUT},
        {"name:other name:vol-band version:1.0.0", RH_INPUT}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        rh_error error = {RH_OK, ""};
        if (rh_binding_check("s", rows[i].comment, &m, &error) != rows[i].status)
            fail_msg("\"%s\": %s", rows[i].comment, error.message);
    }
}

static void a_key_may_publish_its_names_only(void **state)
{
    (void)state;
    char folder[] = "/tmp/rehedge-keys-XXXXXX", path[64];
    rh_error error = {RH_OK, ""};
    rh_secret_key secret;
    rh_public_key one, two, forged;
    rh_keystore *store = NULL;
    static const char *const first[] = {"vol-band"}, *const more[] = {"acme-*", "vol-band"};
    static const char *const wrong[] = {"Vol"};
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/keys.json", folder);
    rh_key_pair_make(&secret, &one);
    rh_key_pair_make(&secret, &two);
    forged = two;
    memcpy(forged.id, one.id, sizeof forged.id);
    assert_int_equal(rh_keystore_read(path, &store, &error), RH_OK);    /* none: empty */
    assert_false(rh_keystore_may(store, &one, "vol-band"));
    rh_keystore_free(store);
    assert_int_equal(rh_keystore_add(path, &one, first, 1, "me", &error), RH_OK);
    assert_int_equal(rh_keystore_add(path, &one, more, 2, "", &error), RH_OK);
    assert_int_equal(rh_keystore_add(path, &two, first, 0, "", &error), RH_OK);
    assert_int_equal(rh_keystore_add(path, &one, wrong, 1, "", &error), RH_INPUT);
    assert_int_equal(rh_keystore_add(path, &forged, first, 1, "", &error), RH_INPUT);
    assert_int_equal(rh_keystore_read(path, &store, &error), RH_OK);
    assert_int_equal(rh_keystore_count(store), 2);
    assert_string_equal(rh_keystore_about(store, 0), "me");
    assert_true(rh_keystore_may(store, &one, "vol-band"));
    assert_true(rh_keystore_may(store, &one, "acme-anything"));
    assert_false(rh_keystore_may(store, &one, "acme"));
    assert_false(rh_keystore_may(store, &one, "vol-bands"));
    assert_false(rh_keystore_may(store, &two, "vol-band"));
    assert_false(rh_keystore_may(store, &forged, "vol-band"));
    rh_keystore_free(store);
    unlink(path);
    rmdir(folder);
}

/* The order of semver.org 2.0.0, section 11, with its own examples. */
static void versions_have_the_order_of_semver(void **state)
{
    (void)state;
    static const char *const rising[] = {"0.0.1", "0.9.0", "1.0.0-alpha", "1.0.0-alpha.1",
        "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0",
        "1.9.0", "1.10.0", "1.11.0", "2.0.0", "2.1.0", "2.1.1", "99999999999999999999.0.0"};
    static const char *const bad[] = {"", "1", "1.0", "1.0.0.0", "v1.0.0", "1.0.0-", "01.0.0",
        "1.0.0-01", "1.0.0-a..b", "1.0.0+build", "1.0.0 ", "1.-1.0", "../1.0.0", "1.0.0/", "1.0.x"};
    int count = (int)(sizeof rising / sizeof *rising);
    for (int i = 0; i < count; i++) {
        assert_true(rh_version_valid(rising[i]));
        for (int j = 0; j < count; j++) {
            int order = rh_version_compare(rising[i], rising[j]);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (rh_version_valid(bad[i])) fail_msg("\"%s\" is no version", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_stay_inside_and_mean_the_same_everywhere),
        cmocka_unit_test(no_two_paths_collide),
        cmocka_unit_test(an_archive_is_a_function_of_the_content),
        cmocka_unit_test(damaged_archives_are_refused_or_whole),
        cmocka_unit_test(a_signature_binds_one_name_and_version),
        cmocka_unit_test(a_key_may_publish_its_names_only),
        cmocka_unit_test(versions_have_the_order_of_semver)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
