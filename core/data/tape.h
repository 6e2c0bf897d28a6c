/* The tape: recorded market events, a versioned little-endian binary file, memory-mapped.
 * Invariants: records sorted by (happened, as written); known >= happened; all numbers finite
 * and within the limits of base/limits.h; header, names, index and every block carry an XXH3-64
 * checksum. See docs/tape.md for the layout. */
#ifndef RH_DATA_TAPE_H
#define RH_DATA_TAPE_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/limits.h"

/* X(name, text): what price, size and extra mean per kind is said in docs/tape.md. */
#define RH_RECORD_KIND_MAP(X)                                                \
    X(TRADE, "trade")       /* price, size, extra = +1 buyer, -1 seller aggressor, 0 unknown */ \
    X(BAR, "bar")           /* close, volume, extra = signed (taker buy - sell) volume or 0 */  \
    X(BAR_POINT, "bar_point") /* open, high or low of an ohlc path; size 0 */                   \
    X(QUOTE, "quote")       /* price = bid, extra = ask, size = 0 */                            \
    X(VOL, "vol")           /* price = mark volatility of the asset */                          \
    X(FUNDING, "funding")   /* price = funding rate of the interval that ends here */

typedef enum rh_record_kind {
#define X(name, text) RH_RECORD_##name,
    RH_RECORD_KIND_MAP(X)
#undef X
    RH_RECORD_KINDS
} rh_record_kind;

const char *rh_record_kind_name(rh_record_kind kind);

enum { RH_RECORD_END_OF_BATCH = 1u << 0,   /* last record of one exchange message */
       RH_RECORD_NO_SIDE = 1u << 1 };      /* bar without a taker split: `extra` says nothing */

typedef struct rh_record {
    int64_t happened_ns, known_ns;
    double price, size, extra;
    uint16_t kind, instrument;      /* index into the tape's (later: universe's) table */
    uint32_t flags;
} rh_record;
static_assert(sizeof(rh_record) == 48, "the record is fixed-width on disk");

/* The price a record shows: the mid of a quote. False for what is no price: VOL, FUNDING. */
static inline bool rh_record_mid(const rh_record *record, double *mid)
{
    *mid = record->kind == RH_RECORD_QUOTE ? 0.5 * (record->price + record->extra) : record->price;
    return record->kind <= RH_RECORD_QUOTE;
}
static_assert(RH_RECORD_QUOTE == 3 && RH_RECORD_VOL == 4, "prices come first");

typedef struct rh_tape_info {
    uint32_t version;
    uint64_t records;
    int64_t first_ns, last_ns;      /* happened; 0 when empty */
    int64_t interval_ns;            /* bar length, 0 for ticks */
    uint32_t instruments;
    char origin[256];               /* what made it: format and treatment, one line */
    char source_sha256[RH_SHA256_HEX];  /* of the imported bytes, or zeros */
    char content_hash[17];          /* XXH3-64 of all block checksums: identity of the data */
} rh_tape_info;

/* Writing: atomic; records must come sorted (RH_INPUT names the first that does not). */
typedef struct rh_tape_writer rh_tape_writer;
rh_status rh_tape_create(const char *path, const char *const *instruments, uint32_t count,
                         int64_t interval_ns, const char *origin, const char *source_sha256,
                         rh_tape_writer **writer, rh_error *error);
rh_status rh_tape_append(rh_tape_writer *writer, const rh_record *record, rh_error *error);
rh_status rh_tape_commit(rh_tape_writer *writer, rh_error *error);
void rh_tape_abandon(rh_tape_writer *writer);

/* Reading: open maps and verifies header, index and every block (RH_CORRUPT says which). */
typedef struct rh_tape rh_tape;
rh_status rh_tape_open(const char *path, rh_tape **tape, rh_error *error);
void rh_tape_close(rh_tape *tape);
const rh_tape_info *rh_tape_get_info(const rh_tape *tape);
const char *rh_tape_instrument(const rh_tape *tape, uint32_t index);
const rh_record *rh_tape_records(const rh_tape *tape);              /* info->records of them */
uint64_t rh_tape_lower_bound(const rh_tape *tape, int64_t time_ns); /* first happened >= time */
/* True when the first bytes of the file are a tape's. */
bool rh_tape_is(const char *path);

#endif
