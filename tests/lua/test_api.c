/* The table of what scripts can call: the committed reference and editor definitions are what it
 * says, and nothing is reachable that it does not name. */
#include "fake.h"

#include "data/file.h"
#include "lua/api.h"

static void must_be_committed(void (*make)(rh_buffer *out), const char *path, const char *command)
{
    rh_buffer made = {0};
    char *committed = NULL;
    size_t length = 0;
    rh_error error;
    make(&made);
    assert_false(made.failed);
    if (rh_file_read(path, 1u << 20, &committed, &length, &error) != RH_OK)
        fail_msg("%s", error.message);
    if (length != made.length || memcmp(committed, made.bytes, length) != 0)
        fail_msg("%s differs from the table in core/lua/api.h: %s", path, command);
    free(committed);
    rh_buffer_free(&made);
}

static void the_reference_is_what_the_table_says(void **state)
{
    (void)state;
    must_be_committed(rh_lua_api_markdown, REHEDGE_SOURCE_DIR "/docs/lua-api.md",
                      "rehedge api --markdown > docs/lua-api.md");
}

static void the_definitions_are_what_the_table_says(void **state)
{
    (void)state;
    must_be_committed(rh_lua_api_definitions, REHEDGE_SOURCE_DIR "/scripts/rehedge.d.lua",
                      "rehedge api --definitions > scripts/rehedge.d.lua");
}

/* Is "math.abs" or "pairs" a row of the table? */
static bool is_named(const rh_lua_api_library *row, const char *path)
{
    for (; row->name != NULL; row++) {
        size_t prefix = strlen(row->name);
        if (row->call == ':' || row->for_tests) continue;
        if (prefix > 0 && (strncmp(path, row->name, prefix) != 0 || path[prefix] != '.')) continue;
        const char *name = path + (prefix > 0 ? prefix + 1 : 0);
        for (const rh_lua_api_row *function = row->rows; function->name != NULL; function++)
            if (strcmp(function->name, name) == 0) return true;
    }
    return false;
}

static void every_function_in_reach_has_a_row(void **state)
{
    (void)state;
    for (int trusted = 0; trusted <= 1; trusted++) {
        rh_buffer list = {0};
        rh_error error;
        char path[256], type[32];
        int functions = 0, used = 0;
        assert_int_equal(rh_lua_inventory(trusted == 1, &list, &error), RH_OK);
        for (const char *at = list.bytes; sscanf(at, "%255s %31s%n", path, type, &used) == 2;
             at += used) {
            if (strcmp(type, "function") != 0 || strncmp(path, "(text)", 6) == 0) continue;
            bool known = is_named(rh_lua_api_libraries, path) ||
                         (trusted == 1 && is_named(rh_lua_api_trusted, path));
            if (!known) fail_msg("%s has no row in core/lua/api.h", path);
            functions++;
        }
        assert_true(functions > 40);
        rh_buffer_free(&list);
    }
}

/* A row that is marked trusted is there under --trusted, and is not there without. */
static void trusted_rows_are_trusted(void **state)
{
    (void)state;
    rh_buffer with = {0}, without = {0};
    rh_error error;
    assert_int_equal(rh_lua_inventory(true, &with, &error), RH_OK);
    assert_int_equal(rh_lua_inventory(false, &without, &error), RH_OK);
    for (const rh_lua_api_library *part = rh_lua_api_trusted; part->name != NULL; part++)
        for (const rh_lua_api_row *row = part->rows; row->name != NULL; row++) {
            char line[128];
            snprintf(line, sizeof line, "\n%s.%s function\n", part->name, row->name);
            assert_int_equal(strncmp(row->about, "trusted: ", 9), 0);
            if (strstr(with.bytes, line) == NULL) fail_msg("no%s", line);
            if (strstr(without.bytes, line) != NULL && strcmp(row->name, "find") != 0)
                fail_msg("without --trusted:%s", line);
        }
    rh_buffer_free(&with);
    rh_buffer_free(&without);
}

static void every_row_says_what_it_is(void **state)
{
    (void)state;
    for (const rh_lua_api_library *row = rh_lua_api_libraries; row->name != NULL; row++)
        for (const rh_lua_api_row *function = row->rows; function->name != NULL; function++)
            if (strlen(function->about) < 4)
                fail_msg("%s%s says nothing about itself", row->name, function->name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_is_what_the_table_says),
        cmocka_unit_test(the_definitions_are_what_the_table_says),
        cmocka_unit_test(every_function_in_reach_has_a_row),
        cmocka_unit_test(trusted_rows_are_trusted),
        cmocka_unit_test(every_row_says_what_it_is),
    };
    return cmocka_run_group_tests_name("api", tests, NULL, NULL);
}
