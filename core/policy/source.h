/* Where scripts come from: files, and the shipped policies that are embedded in the program.
 * A source is bytes with a name and a hash, read once and bounded; nothing is read again later. */
#ifndef RH_POLICY_SOURCE_H
#define RH_POLICY_SOURCE_H

#include "base/error.h"
#include "base/hash.h"

typedef struct rh_policy_source {
    char label[RH_PATH_MAX];        /* for messages: the path as given, or "delta_band.lua" */
    char *bytes;                    /* owned, NUL-terminated */
    size_t length;
    char sha256[RH_SHA256_HEX];
} rh_policy_source;

/* A file path (has a '/' or ends in ".lua"), relative to the working directory. Links to devices,
 * directories, files over RH_LUA_SOURCE_BYTES_MAX: refused. */
rh_status rh_policy_source_file(const char *path, rh_policy_source *source, rh_error *error);
/* A shipped policy by bare name, did-you-mean on failure. */
rh_status rh_policy_source_shipped(const char *name, rh_policy_source *source, rh_error *error);
void rh_policy_source_free(rh_policy_source *source);

typedef struct rh_shipped_script { const char *name, *bytes; size_t length; } rh_shipped_script;
/* Generated from scripts/, NULL-ended: policies, their tests by the policy's name, and the files
 * that `rehedge new` writes. */
extern const rh_shipped_script rh_shipped_scripts[], rh_shipped_tests[], rh_policy_templates[];

#endif
