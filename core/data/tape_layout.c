/* What reader and writer of tapes must agree on: where things lie and what a record may be.
 * Must not touch files. Invariant: the writer refuses exactly what the reader would refuse. */
#include "data/tape_layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/utf8.h"

static const char *const kind_names[] = {
#define X(name, text) [RH_RECORD_##name] = text,
    RH_RECORD_KIND_MAP(X)
#undef X
};

const char *rh_record_kind_name(rh_record_kind kind)
{
    return (unsigned)kind < RH_RECORD_KINDS ? kind_names[kind] : "unknown";
}

bool rh_tape_place(uint64_t records, uint32_t instruments, rh_tape_header *header)
{
    uint64_t blocks = records / RH_TAPE_BLOCK_RECORDS + (records % RH_TAPE_BLOCK_RECORDS != 0);
    /* 2^56 records are far beyond any file, and no sum below can then overflow. */
    if (records >> 56 != 0 || instruments > RH_TAPE_INSTRUMENTS_MAX) return false;
    header->records = records;
    header->instruments = instruments;
    header->blocks = blocks;
    header->records_offset = sizeof *header + (uint64_t)instruments * RH_TAPE_NAME_BYTES;
    header->index_offset = header->records_offset + records * sizeof(rh_record);
    header->file_bytes = header->index_offset + blocks * sizeof(rh_tape_block) + sizeof(uint64_t);
    return true;
}

bool rh_tape_content_hash(const rh_tape_block *index, uint64_t blocks, uint64_t *hash)
{
    uint64_t *hashes = malloc((size_t)(blocks + 1) * sizeof *hashes);
    if (hashes == NULL) return false;
    for (uint64_t i = 0; i < blocks; i++) hashes[i] = index[i].hash;
    *hash = rh_hash64(hashes, (size_t)blocks * sizeof *hashes);
    free(hashes);
    return true;
}

static bool within(double value, double min, double max)
{
    return value >= min && value <= max;
}

/* Numbers from which no engine could compute: a price of zero, sizes that overflow a sum. */
static const char *number_problem(const rh_record *record)
{
    bool funding = record->kind == RH_RECORD_FUNDING, quote = record->kind == RH_RECORD_QUOTE;
    if (funding && !within(record->price, -1, 1)) return "its funding rate is outside -1 to 1";
    if (!funding && !within(record->price, RH_PRICE_MIN, RH_PRICE_MAX)) {
        return "its price is outside 1e-15 to 1e15";
    }
    if (quote && !within(record->extra, record->price, RH_PRICE_MAX)) {
        return "its ask is below its bid or above 1e15";
    }
    if (!within(record->size, 0, RH_QTY_MAX)) return "its size is outside 0 to 1e15";
    if (!within(record->extra, -RH_QTY_MAX, RH_QTY_MAX)) return "extra is outside -1e15 to 1e15";
    return NULL;
}

/* A trade or bar like nearly all: every bound below at once, without a branch for each. NaN fails
 * every comparison. */
static bool ordinary(const rh_record *record, int64_t before_ns, uint32_t instruments)
{
    double price = record->price, size = record->size, extra = record->extra;
    int64_t happened_ns = record->happened_ns, known_ns = record->known_ns;
    return (happened_ns >= RH_TIME_NS_MIN) & (happened_ns >= before_ns) &
           (known_ns >= happened_ns) & (known_ns <= RH_TIME_NS_MAX) & (price >= RH_PRICE_MIN) &
           (price <= RH_PRICE_MAX) & (size >= 0) & (size <= RH_QTY_MAX) &
           (fabs(extra) <= RH_QTY_MAX) & (record->kind < RH_RECORD_QUOTE) &
           (record->instrument < instruments) & ((record->flags & ~RH_TAPE_FLAGS) == 0);
}

const char *rh_tape_record_problem(const rh_record *record, int64_t before_ns,
                                   uint32_t instruments)
{
    if (ordinary(record, before_ns, instruments)) return NULL;
    if (record->happened_ns < RH_TIME_NS_MIN || record->happened_ns > RH_TIME_NS_MAX) {
        return "happened is outside 1970 to 2200";
    }
    if (record->known_ns > RH_TIME_NS_MAX) return "known is outside 1970 to 2200";
    if (record->happened_ns < before_ns) return "it happened before the record in front of it";
    if (record->known_ns < record->happened_ns) return "it is known before it happened";
    if (!isfinite(record->price)) return "its price is not finite";
    if (!isfinite(record->size)) return "its size is not finite";
    if (!isfinite(record->extra)) return "extra is not finite";
    if (record->kind >= RH_RECORD_KINDS) return "its kind is unknown";
    if (record->instrument >= instruments) return "its instrument is not in the name table";
    if ((record->flags & ~RH_TAPE_FLAGS) != 0) return "it has unknown flags";
    return number_problem(record);
}

const char *rh_tape_name_problem(const char (*names)[RH_TAPE_NAME_BYTES], uint32_t index)
{
    const char *name = names[index];
    const char *end = memchr(name, '\0', RH_TAPE_NAME_BYTES);
    if (end == NULL) return "is not ended by NUL";
    if (end == name) return "is empty";
    for (const char *c = name; c < end;) {
        size_t bytes = rh_utf8_sequence(c, (size_t)(end - c));
        if (bytes == 0) return "is not valid UTF-8";
        if ((unsigned char)*c < 0x20 || *c == 0x7f) return "holds a control character";
        c += bytes;
    }
    for (const char *c = end; c < name + RH_TAPE_NAME_BYTES; c++) {
        if (*c != '\0') return "has bytes behind its end";
    }
    for (uint32_t i = 0; i < index; i++) {
        if (strcmp(names[i], name) == 0) return "appears twice";
    }
    return NULL;
}
