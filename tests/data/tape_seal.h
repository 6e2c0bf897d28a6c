/* Puts all checksums of a tape image right after somebody changed it, so that tests and fuzzers
 * reach the checks behind the checksums. Leaves counts and offsets as they are. */
#ifndef TESTS_DATA_TAPE_SEAL_H
#define TESTS_DATA_TAPE_SEAL_H

#include <string.h>

#include "base/hash.h"
#include "data/tape_layout.h"

/* Seals what lies within `length` bytes according to the image's own counts. */
static inline void seal_tape(unsigned char *image, size_t length)
{
    rh_tape_header header, placed;
    if (length < sizeof header) return;
    memcpy(&header, image, sizeof header);
    if (rh_tape_place(header.records, header.instruments, &placed) &&
        placed.file_bytes <= length) {
        unsigned char *index = image + placed.index_offset;
        for (uint64_t i = 0; i < placed.blocks; i++) {
            rh_tape_block block;
            uint64_t from = i * RH_TAPE_BLOCK_RECORDS, count = header.records - from;
            if (count > RH_TAPE_BLOCK_RECORDS) count = RH_TAPE_BLOCK_RECORDS;
            const unsigned char *records =
                image + placed.records_offset + from * sizeof(rh_record);
            memcpy(&block, index + i * sizeof block, sizeof block);
            block.hash = rh_hash64(records, (size_t)count * sizeof(rh_record));
            memcpy(index + i * sizeof block, &block, sizeof block);
        }
        uint64_t hash = rh_hash64(index, (size_t)placed.blocks * sizeof(rh_tape_block));
        memcpy(index + placed.blocks * sizeof(rh_tape_block), &hash, sizeof hash);
        header.names_hash = rh_hash64(image + sizeof header,
                                      (size_t)header.instruments * RH_TAPE_NAME_BYTES);
        rh_tape_content_hash((const rh_tape_block *)(const void *)index, placed.blocks,
                             &header.content_hash);
    }
    header.header_hash = rh_hash64(&header, offsetof(rh_tape_header, header_hash));
    memcpy(image, &header, sizeof header);
}

#endif
