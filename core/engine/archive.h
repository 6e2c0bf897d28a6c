/* What a run directory keeps so that the run can be had again: the scenario as it was resolved,
 * every script by its hash, and the hashes of the data. `archive` is the path of a run directory.
 * Invariant: what is read back is what was written, or it is refused with what differs. */
#ifndef RH_ENGINE_ARCHIVE_H
#define RH_ENGINE_ARCHIVE_H

#include "engine/scenario.h"

struct rh_run;

/* Into the directory of the run, when it has one: scenario.json, inputs.json, scripts so far. */
rh_status rh_archive_inputs(struct rh_run *run, rh_error *error);
/* scripts/SHA256.lua, or SHA256.files and the modules it lists, unless it is there already. A
 * failure sticks and surfaces when the directory is finished. */
void rh_archive_script(struct rh_run *run, const rh_policy_choice *choice);

rh_status rh_archive_read(const char *archive, const char *sha256, const char *label,
                          rh_policy_source *source, rh_error *error);
/* "sha256:HEX:own:LABEL" (or strict for own), as scenario.json of an archive names a script. */
bool rh_archive_is_reference(const char *name);
rh_status rh_archive_resolve(const char *archive, const char *name, rh_policy_source *source,
                             rh_error *error);
/* The data of a scenario that was read from an archive is what the recorded run had. */
rh_status rh_archive_check(const rh_scenario *s, const char *archive, rh_error *error);

#endif
