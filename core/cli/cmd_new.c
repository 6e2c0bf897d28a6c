/* rehedge new NAME: write a folder with a policy, its tests and a README, from the template or from
 * a shipped policy, and say what to do next. Invariant: the folder appears whole or not at all, and
 * nothing that exists is touched. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "data/file.h"
#include "policy/source.h"

enum { NAME_MAX_BYTES = 40 };

/* The last component of the path: a letter, then letters, digits, '-' and '_'. */
static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static rh_status check_name(const char *name, rh_error *error)
{
    size_t length = strlen(name);
    bool valid = length >= 1 && length <= NAME_MAX_BYTES && name[0] >= 'a' && name[0] <= 'z';
    for (size_t i = 0; valid && i < length; i++)
        valid = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') ||
                name[i] == '-' || name[i] == '_';
    if (valid) return RH_OK;
    return rh_fail(error, RH_INPUT, "\"%.63s\" is no name for a policy: a small letter, then small "
                   "letters, digits, - and _, at most %d", name, NAME_MAX_BYTES);
}

/* --- from a script to a new one ------------------------------------------------------------ */

static const rh_shipped_script *find_row(const rh_shipped_script *row, const char *name)
{
    for (; row->name != NULL; row++)
        if (strcmp(row->name, name) == 0) return row;
    return NULL;
}

/* Copy `text` with every "NAME" of the template replaced. */
static void put_template(rh_file_out *out, const rh_shipped_script *row, const char *name)
{
    const char *at = row->bytes;
    for (const char *found; (found = strstr(at, "@NAME@")) != NULL; at = found + 6) {
        rh_file_out_write(out, at, (size_t)(found - at));
        rh_file_out_text(out, name);
    }
    rh_file_out_text(out, at);
}

/* The value of the first `key = "..."` in `text`, and where the text goes on behind it. */
static const char *value_of(const char *text, const char *key, const char **rest)
{
    char wanted[32];
    snprintf(wanted, sizeof wanted, "%s = \"", key);
    const char *found = strstr(text, wanted);
    if (found == NULL) return NULL;
    found += strlen(wanted);
    *rest = strchr(found, '"');
    return *rest != NULL ? found : NULL;
}

/* A shipped script under a new name, its version starting anew. */
static void put_renamed(rh_file_out *out, const rh_policy_source *source, const char *name)
{
    const char *after_name = NULL, *after_version = NULL;
    const char *name_at = value_of(source->bytes, "name", &after_name);
    const char *version_at =
        name_at != NULL ? value_of(after_name, "version", &after_version) : NULL;
    RH_ASSERT(name_at != NULL && version_at != NULL);   /* of a script of this program */
    rh_file_out_write(out, source->bytes, (size_t)(name_at - source->bytes));
    rh_file_out_text(out, name);
    rh_file_out_write(out, after_name, (size_t)(version_at - after_name));
    rh_file_out_text(out, "0.1.0");
    rh_file_out_text(out, after_version);
}

/* --- the folder ---------------------------------------------------------------------------- */

typedef struct new_policy {
    const char *name, *from;
    rh_policy_source source;        /* of `from` */
} new_policy;

static void put_policy(rh_file_out *out, const new_policy *made)
{
    if (made->from != NULL)
        put_renamed(out, &made->source, made->name);
    else
        put_template(out, find_row(rh_policy_templates, "policy"), made->name);
}

static void put_tests(rh_file_out *out, const new_policy *made)
{
    const rh_shipped_script *shipped =
        made->from != NULL ? find_row(rh_shipped_tests, made->from) : NULL;
    if (shipped != NULL)
        rh_file_out_text(out, shipped->bytes);
    else
        put_template(out, find_row(rh_policy_templates, made->from != NULL ? "any_test"
                                                                           : "policy_test"),
                     made->name);
}

static void put_readme(rh_file_out *out, const new_policy *made)
{
    put_template(out, find_row(rh_policy_templates, "README"), made->name);
    if (made->from != NULL)
        rh_file_out_printf(out, "\nIt started as a copy of the shipped policy `%s`.\n", made->from);
}

static rh_status put_file(const rh_dir_out *dir, const char *file, const new_policy *made,
                          void (*put)(rh_file_out *, const new_policy *), rh_error *error)
{
    char path[RH_PATH_MAX + 32];
    rh_file_out *out = NULL;
    snprintf(path, sizeof path, "%s/%s", dir->temporary, file);
    RH_TRY(rh_file_out_open(path, &out, error));
    put(out, made);
    return rh_file_out_commit(out, error);
}

static rh_status write_folder(const char *path, const new_policy *made, rh_error *error)
{
    rh_dir_out dir;
    RH_TRY(rh_dir_out_begin(&dir, path, error));
    rh_status status = put_file(&dir, "policy.lua", made, put_policy, error);
    if (status == RH_OK) status = put_file(&dir, "policy_test.lua", made, put_tests, error);
    if (status == RH_OK) status = put_file(&dir, "README.md", made, put_readme, error);
    if (status == RH_OK) return rh_dir_out_commit(&dir, error);
    rh_dir_out_abandon(&dir);
    return status;
}

static void say_next(const char *path)
{
    printf("%s/policy.lua       the policy\n"
           "%s/policy_test.lua  its tests\n"
           "%s/README.md        what it is, for whoever gets it\n"
           "\n"
           "Next:\n"
           "  rehedge check %s/policy.lua\n"
           "  rehedge test %s\n"
           "  rehedge run examples/quickstart.json --policy %s/policy.lua\n",
           path, path, path, path, path, path);
}

int rh_cmd_new(int argc, char **argv)
{
    new_policy made = {.name = NULL};
    const char *path = NULL;
    int count = 0;
    rh_error error = {RH_OK, ""};
    const rh_option options[] = {
        {"--from", "POLICY", "start from a shipped policy: delta_band, interval, ...", &made.from,
         NULL, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL}};
    int status = rh_cli_parse(argc, argv, options, "new NAME [--from POLICY]",
                              "Write the folder NAME with a policy to start from, its tests and a "
                              "README. Nothing that exists is overwritten.",
                              "rehedge new my_policy --from delta_band", &path, 1, &count);
    if (status != 0) return status < 0 ? 0 : status;
    if (count == 0) return rh_cli_usage("new needs a name: rehedge new my_policy");
    made.name = name_of(path);
    rh_status result = check_name(made.name, &error);
    if (result == RH_OK && made.from != NULL)
        result = rh_policy_source_shipped(made.from, &made.source, &error);
    if (result == RH_OK) result = write_folder(path, &made, &error);
    rh_policy_source_free(&made.source);
    if (result != RH_OK) return rh_cli_fail(&error);
    say_next(path);
    return 0;
}
