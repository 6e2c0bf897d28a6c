/* What a run writes: the digest records, the journal, fills and ledger rows. With no directory only
 * the digest is fed. Write failures stick in the files and surface when they are committed. */
#ifndef RH_ENGINE_OUTPUT_H
#define RH_ENGINE_OUTPUT_H

#include "data/file.h"
#include "data/json.h"
#include "data/tape.h"
#include "execution/order.h"
#include "policy/params.h"
#include "portfolio/books.h"

struct rh_run;

typedef struct rh_output {
    rh_file_out *fills, *ledger, *journal; /* NULL: not written */
    rh_dir_out dir;
    bool has_dir, ledger_begun;
    rh_buffer line;
    rh_status archived; /* the first failure to keep a script; see archive.h */
    rh_error archive_error;
} rh_output;

/* X(NAME): what the digest covers. A record is 64 bytes: tag, index, time, six doubles. */
#define RH_DIGEST_TAG_MAP(X)                                                                       \
    X(HAPPENED) X(PARAMS) X(ORDER) X(FILL) X(CASH) X(SETTLEMENT) X(SWAP) X(KILL) X(LEDGER) X(SET)
typedef enum rh_digest_tag {
#define X(name) RH_TAG_##name,
    RH_DIGEST_TAG_MAP(X)
#undef X
        RH_TAGS
} rh_digest_tag;

rh_status rh_output_open(struct rh_run *run, rh_error *error);
/* Commit the files and summary.json; the directory stays temporary for the caller. */
rh_status rh_output_finish(struct rh_run *run, const rh_buffer *summary, rh_error *error);
/* A branch of a run goes on in another process, in a directory of its own that begins with what was
 * written so far; the first directory is left to the process that began it. `columns`: how many
 * series its ledger has; those that the branch has beyond them are empty until now. */
rh_status rh_output_branch(struct rh_run *run, const char *path, int columns, rh_error *error);
/* The header of ledger.csv, once the series of the policies are known. */
void rh_output_begin_ledger(struct rh_run *run);
void rh_output_abandon(struct rh_run *run);
/* A broken identity: keep what there is as OUT.failed. */
void rh_output_keep_failed(struct rh_run *run);

void rh_digest_event(struct rh_run *run, rh_digest_tag tag, uint32_t index, int64_t time_ns,
                     const double value[6]);
void rh_digest_happened(struct rh_run *run, const rh_record *record);
void rh_digest_order(struct rh_run *run, const rh_order *order);

/* One journal line: {"time_ns", "time", "seq", "kind", "text"}; `text` printf-style, escaped. */
void rh_journal(struct rh_run *run, const char *kind, const char *format, ...) RH_PRINTF(3, 4);
/* A swap or set, with what a rerun needs of it: after which event, by whom, source, params. */
typedef struct rh_swap_note {
    const char *kind, *text; /* "swap", "set", "swap_refused", "set_refused" */
    const char *part;        /* "policy", "trigger", "scale" */
    int parts;               /* how many lines make this act: 1, or 2 for trigger and scale */
    bool native, strict;
    const char *script;      /* its label or name */
    const char *old_sha256, *sha256;
    const char *assignment;  /* of a set, or NULL */
    const rh_params *params; /* of the new policy; NULL: refused */
    size_t state_bytes;
    int64_t gas;
    int views;
    bool by_hand, cancel_orders;
} rh_swap_note;
/* What a person did, or was refused before there was a source: {..., "by": "hand", "set": ...}. */
void rh_journal_hand(struct rh_run *run, const char *kind, const char *text,
                     const char *assignment);
void rh_journal_swap(struct rh_run *run, const rh_swap_note *note);
void rh_output_param(const rh_params *params, int k, const char *name, rh_json_writer *writer);
void rh_output_params(const rh_params *params, const char *prefix, rh_json_writer *writer);
void rh_output_fill(struct rh_run *run, const rh_order *order, const rh_fill_booking *fill);
void rh_output_ledger(struct rh_run *run);
/* "policy": who decides first, with params; `failure`: why it was killed, or NULL. */
void rh_output_policy(const struct rh_run *run, const char *failure, rh_json_writer *writer);
/* summary.json into `out`. */
rh_status rh_output_summary(struct rh_run *run, rh_buffer *out, rh_error *error);

#endif
