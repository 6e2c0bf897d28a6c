/* Where scripts come from: files, the shipped policies that are embedded in the program, and
 * bundles (a main file with the modules it may require), which core/host finds through
 * rh_policy_finder. A source is bytes with a name and a hash, read once and bounded; nothing is
 * read again later. */
#ifndef RH_POLICY_SOURCE_H
#define RH_POLICY_SOURCE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/hash.h"

typedef struct rh_policy_module {
    char path[RH_MODULE_PATH_MAX];  /* in the bundle: "indicators/vol.lua" */
    char *bytes;                    /* owned, NUL-terminated */
    size_t length;
    char sha256[RH_SHA256_HEX];
} rh_policy_module;

typedef struct rh_policy_source {
    char label[RH_PATH_MAX];        /* for messages: the path as given, or "delta_band.lua" */
    char *bytes;                    /* owned, NUL-terminated: the main file */
    size_t length;
    char sha256[RH_SHA256_HEX];     /* of the main file; with modules, see rh_policy_source_seal */
    rh_policy_module *modules;      /* owned; sorted by path bytewise */
    size_t module_count;
    bool is_bundle;                 /* a folder, an archive or an installed policy */
    bool strict;                    /* a stranger's: never trusted, whatever was asked for */
} rh_policy_source;

/* A file path (has a '/' or ends in ".lua"), relative to the working directory. Links to devices,
 * directories, files over RH_LUA_SOURCE_BYTES_MAX: refused. */
rh_status rh_policy_source_file(const char *path, rh_policy_source *source, rh_error *error);
/* A shipped policy by bare name, did-you-mean on failure. */
rh_status rh_policy_source_shipped(const char *name, rh_policy_source *source, rh_error *error);
bool rh_policy_is_shipped(const char *name);
void rh_policy_source_free(rh_policy_source *source);

/* Name the source as a person wrote it: a bundle's main file is "WRITTEN/policy.lua". */
void rh_policy_source_label(rh_policy_source *source, const char *written);
/* Add a module (bytes are copied), in any order. RH_LIMIT: too many, too large. */
rh_status rh_policy_source_add_module(rh_policy_source *source, const char *path,
                                      const char *bytes, size_t length, rh_error *error);
/* Sort the modules and set the hash: of the main file alone when there are none, else of the lines
 * "SHA256  PATH\n" of policy.lua and then every module, as sha256sum prints them. */
void rh_policy_source_seal(rh_policy_source *source);
/* The module by its name in require, "indicators.vol"; NULL when the bundle has none. */
const rh_policy_module *rh_policy_source_module(const rh_policy_source *source, const char *name);
/* "indicators/vol.lua" -> "indicators.vol". False for what require can never name: not .lua, a part
 * that is no Lua name, the main file, a test (*_test.lua). */
bool rh_policy_module_name(const char *path, char name[RH_MODULE_PATH_MAX]);

/* Finds what this folder cannot read: folders, archives (open) and installed policies (installed,
 * by "name", "name@version" or "name@version#sha256"). Implemented by core/host. */
typedef struct rh_policy_finder {
    rh_status (*open)(void *context, const char *path, rh_policy_source *source, rh_error *error);
    rh_status (*installed)(void *context, const char *spec, rh_policy_source *source,
                           rh_error *error);
    void *context;
    bool (*is_installed)(const char *path);     /* a file that runs strict by whatever path */
} rh_policy_finder;

/* A path and no name: has a '/', or ends in .lua, .tar, .tar.gz or .tgz. */
bool rh_policy_is_path(const char *text);
/* A path or a name as people write it: a .lua file, a bundle, a shipped policy, an installed one.
 * A bare name is a shipped policy before an installed one. `finder` may be NULL. */
rh_status rh_policy_source_open(const rh_policy_finder *finder, const char *spec,
                                rh_policy_source *source, rh_error *error);

typedef struct rh_shipped_script { const char *name, *bytes; size_t length; } rh_shipped_script;
/* Generated from scripts/, NULL-ended: policies, their tests by the policy's name, and the files
 * that `rehedge new` writes. */
extern const rh_shipped_script rh_shipped_scripts[], rh_shipped_tests[], rh_policy_templates[];
extern const rh_shipped_script rh_prelude;              /* scripts/prelude.lua: no policy */

#endif
