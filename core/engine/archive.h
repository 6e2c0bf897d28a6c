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

/* Whether the archive has a copy of a script with this hash. */
bool rh_archive_has(const char *archive, const char *sha256);
/* A file of a run directory by its name there. Links are refused: a directory from somebody else
 * must not lead to another file, of which an error might show a piece. */
rh_status rh_archive_file(const char *archive, const char *name, char path[RH_PATH_MAX + 128],
                          rh_error *error);
rh_status rh_archive_read(const char *archive, const char *sha256, const char *label,
                          rh_policy_source *source, rh_error *error);
/* The copy of recorded hedges, actual.csv, into s->actual: it must have this hash. */
rh_status rh_archive_actual_read(rh_scenario *s, const char *sha256, rh_error *error);
/* "sha256:HEX:own:LABEL" (or strict for own), as scenario.json of an archive names a script. Which
 * of the two words stands there is a record and decides nothing: see rh_archive_trust. */
bool rh_archive_is_reference(const char *name);
rh_status rh_archive_resolve(const rh_scenario *s, const char *name, rh_policy_source *source,
                             rh_error *error);
/* A source that came from an archive is strict unless its hash is one of s->trusted_copies. */
void rh_archive_trust(const rh_scenario *s, rh_policy_source *source);

/* The data that the recorded run had, in the order in which a scenario reads them: the files of
 * trades apart from the tapes. Kept by the scenario of an archive; freed with it. */
typedef struct rh_archive_data rh_archive_data;
rh_status rh_archive_data_read(const char *archive, rh_archive_data **data, rh_error *error);
void rh_archive_data_free(rh_archive_data *data); /* NULL is fine */
/* The next tape (or file of trades) is to be read from `path`: it is as it was, or it is refused
 * before any of it has been parsed. A tape proper has checksums of its own and is only counted. */
rh_status rh_archive_before(rh_archive_data *data, bool trades, bool tape_proper, const char *path,
                            rh_error *error);
/* It has been opened, and nothing of it used: its hashes are those of the run. */
rh_status rh_archive_after(const rh_archive_data *data, bool trades, const rh_tape_input *now,
                           rh_error *error);
/* All of it has been read. */
rh_status rh_archive_all_read(const rh_scenario *s, rh_error *error);

#endif
