/* A bundle in memory: a policy with its modules, tests, documents and manifest, read from a folder
 * or an archive, bounded, its names checked before anything else looks at them.
 * Invariant: every path in a bundle is relative, of portable characters, at most
 * RH_BUNDLE_DEPTH_MAX deep, and differs from every other by more than case; no file of a
 * bundle is a link. */
#ifndef RH_HOST_BUNDLE_H
#define RH_HOST_BUNDLE_H

#include "base/buffer.h"
#include "base/hash.h"
#include "policy/policy.h"

typedef struct rh_bundle_file {
    char path[RH_BUNDLE_PATH_MAX];
    char *bytes;                    /* owned, NUL-terminated */
    size_t length;
    char sha256[RH_SHA256_HEX];
} rh_bundle_file;

typedef struct rh_bundle {
    char label[RH_PATH_MAX];        /* the folder or archive, for messages */
    rh_bundle_file *files;          /* owned; sorted by path bytewise once read */
    size_t count, bytes;
} rh_bundle;

/* What a manifest says. Texts of absent keys are empty. */
typedef struct rh_manifest {
    char name[RH_NAME_MAX], version[RH_NAME_MAX], license[RH_NAME_MAX], about[256];
    char engine[RH_NAME_MAX];       /* the oldest rehedge it runs on: "0.1.0" */
    int api;                        /* 0: not said */
} rh_manifest;

void rh_bundle_free(rh_bundle *bundle);
const rh_bundle_file *rh_bundle_find(const rh_bundle *bundle, const char *path);

/* The rules for a path of a file or folder; RH_INPUT says what was found and what is expected. */
rh_status rh_bundle_check_path(const char *label, const char *path, rh_error *error);
/* Add a file; takes `bytes` (malloc'ed, NUL-terminated) in every case. RH_INPUT: a path that breaks
 * the rules, a duplicate, names that differ only in case, a file where a folder is. RH_LIMIT: too
 * many files or bytes. */
rh_status rh_bundle_add(rh_bundle *bundle, const char *path, char *bytes, size_t length,
                        rh_error *error);
void rh_bundle_sort(rh_bundle *bundle);

/* A folder. Hidden entries (names that begin with a dot) are passed over; links, devices and
 * everything else that is no file or folder are refused. */
rh_status rh_bundle_read_folder(const char *path, rh_bundle *bundle, rh_error *error);
/* Write all files below `folder`, which exists and is empty. */
rh_status rh_bundle_write_folder(const rh_bundle *bundle, const char *folder, rh_error *error);

/* A tar archive, plain or gzip, from bytes (bundle_archive.c, the only user of libarchive). */
rh_status rh_bundle_read_archive(const char *label, const char *bytes, size_t length,
                                 rh_bundle *bundle, rh_error *error);
/* Plain ustar, or inside gzip: owner 0, mode 0644, time 0, manifest.json first, the rest sorted.
 * The same files give the same bytes. */
rh_status rh_bundle_write_archive(const rh_bundle *bundle, bool gzip, rh_buffer *out,
                                  rh_error *error);
/* A folder or an archive file, by what lies at `path`. */
rh_status rh_bundle_read(const char *path, rh_bundle *bundle, rh_error *error);

/* manifest.c. Read manifest.json and check what it says: keys, versions, the engine, and the hashes
 * of all files, each of which must be listed; a list of files is required from an archive
 * (`packed`), optional in a folder. A folder without manifest.json gives an empty manifest. */
rh_status rh_manifest_read(const rh_bundle *bundle, bool packed, rh_manifest *manifest,
                           rh_error *error);
/* Does what the policy declares agree with what manifest.json says, params and features too? */
rh_status rh_manifest_agrees(const rh_bundle *bundle, const rh_policy *policy, rh_error *error);
/* Replace manifest.json by a whole one made from the policy and the files. `engine` "" = ours. */
rh_status rh_manifest_write(rh_bundle *bundle, const rh_policy *policy, const char *engine,
                            rh_error *error);

/* bundle_source.c. The main file and the modules as a source set; label "WRITTEN/policy.lua". */
rh_status rh_bundle_source(const rh_bundle *bundle, rh_policy_source *source, rh_error *error);
/* Any Lua file of the bundle, a test say, with the modules it may require; its path as label. */
rh_status rh_bundle_script(const rh_bundle *bundle, const rh_bundle_file *file,
                           rh_policy_source *source, rh_error *error);
/* Load the policy in the strict profile, as a run would, and read and check the manifest. */
rh_status rh_bundle_check(const rh_bundle *bundle, bool packed, rh_policy **policy,
                          rh_manifest *manifest, rh_error *error);
/* Opens folders, archives and installed policies for the engine. Static; needs no context. */
extern const rh_policy_finder rh_bundle_finder;

#endif
