/* What a run writes: the digest records, the journal, fills and ledger rows. With no directory only
 * the digest is fed. Write failures stick in the files and surface when they are committed. */
#ifndef RH_ENGINE_OUTPUT_H
#define RH_ENGINE_OUTPUT_H

#include "data/file.h"
#include "data/tape.h"
#include "execution/order.h"
#include "portfolio/books.h"

struct rh_run;

typedef struct rh_output {
    rh_file_out *fills, *ledger, *journal; /* NULL: not written */
    rh_dir_out dir;
    bool has_dir, ledger_begun;
    rh_buffer line;
} rh_output;

/* X(NAME): what the digest covers. A record is 64 bytes: tag, index, time, six doubles. */
#define RH_DIGEST_TAG_MAP(X)                                                                       \
    X(HAPPENED) X(PARAMS) X(ORDER) X(FILL) X(CASH) X(SETTLEMENT) X(SWAP) X(KILL) X(LEDGER)
typedef enum rh_digest_tag {
#define X(name) RH_TAG_##name,
    RH_DIGEST_TAG_MAP(X)
#undef X
        RH_TAGS
} rh_digest_tag;

rh_status rh_output_open(struct rh_run *run, rh_error *error);
/* Commit the files and summary.json; the directory stays temporary for the caller. */
rh_status rh_output_finish(struct rh_run *run, const rh_buffer *summary, rh_error *error);
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
void rh_output_fill(struct rh_run *run, const rh_order *order, const rh_fill_booking *fill);
void rh_output_ledger(struct rh_run *run);
/* summary.json into `out`. */
rh_status rh_output_summary(struct rh_run *run, rh_buffer *out, rh_error *error);

#endif
