/* The bytes of a tape file, version 1, as docs/tape.md describes them. Private to core/data.
 * Invariant: every byte of a file is covered by a checksum or compared with a computed value, and
 * every offset and length can be computed from `records` and `instruments`; none is trusted. */
#ifndef RH_DATA_TAPE_LAYOUT_H
#define RH_DATA_TAPE_LAYOUT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "data/tape.h"

#if defined(__BYTE_ORDER__) && defined(__ORDER_LITTLE_ENDIAN__)
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "tapes are mapped as they are: this program needs a little-endian machine");
#else
#error "the byte order of this machine is unknown; tapes are little-endian"
#endif

#define RH_TAPE_MAGIC "RHTAPE\r\n"
#define RH_TAPE_MAGIC_BYTES 8
#define RH_TAPE_VERSION 1u
#define RH_TAPE_NAME_BYTES 64
#define RH_TAPE_FLAGS ((uint32_t)RH_RECORD_END_OF_BATCH | (uint32_t)RH_RECORD_NO_SIDE)

typedef struct rh_tape_header {
    char magic[RH_TAPE_MAGIC_BYTES];
    uint32_t version, header_bytes, record_bytes, block_records;
    uint64_t records;
    int64_t first_ns, last_ns, interval_ns;
    uint32_t instruments, reserved;
    uint64_t records_offset, index_offset, blocks, file_bytes;
    uint64_t content_hash; /* XXH3-64 of all block checksums, one after the other */
    uint64_t names_hash;   /* XXH3-64 of the name table */
    char origin[256];
    char source_sha256[64]; /* without NUL */
    unsigned char zeros[72];
    uint64_t header_hash; /* XXH3-64 of everything above */
} rh_tape_header;

typedef struct rh_tape_block {
    int64_t first_ns, last_ns; /* happened */
    uint64_t hash;             /* XXH3-64 of the block's records */
} rh_tape_block;

static_assert(sizeof(rh_tape_header) == 512, "the header is fixed");
static_assert(offsetof(rh_tape_header, header_hash) + 8 == sizeof(rh_tape_header), "hash is last");
static_assert(offsetof(rh_tape_header, origin) == 112, "no padding before the texts");
static_assert(sizeof(rh_tape_header) % 64 == 0 && RH_TAPE_NAME_BYTES % 64 == 0,
              "the records that follow header and names are aligned to a cache line");
static_assert(sizeof(rh_tape_block) == 24, "an index entry is fixed");
static_assert(RH_NAME_MAX <= RH_TAPE_NAME_BYTES, "a name fits its slot");
static_assert(sizeof(double) == 8, "IEEE binary64");

/* Where things lie, computed from the two counts; false when the sum is beyond any file. */
bool rh_tape_place(uint64_t records, uint32_t instruments, rh_tape_header *header);
/* XXH3-64 over the checksums of the index; false: no memory. */
bool rh_tape_content_hash(const rh_tape_block *index, uint64_t blocks, uint64_t *hash);
/* What is wrong with a record after one that happened at `before_ns`; NULL when nothing is. */
const char *rh_tape_record_problem(const rh_record *record, int64_t before_ns,
                                   uint32_t instruments);
/* What is wrong with the name in slot `index` of the table; NULL when nothing is. */
const char *rh_tape_name_problem(const char (*names)[RH_TAPE_NAME_BYTES], uint32_t index);

#endif
