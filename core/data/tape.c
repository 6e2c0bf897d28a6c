/* Reading a tape: the file is mapped and verified whole before anybody sees a record.
 * Must not repair. Invariant: after rh_tape_open every record is within the limits, sorted, and
 * what its writer wrote; the mapping is read-only and keeps the file that was verified. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "data/io.h"
#include "data/tape_layout.h"

struct rh_tape {
    const unsigned char *map;
    size_t bytes;
    rh_tape_header header;
    const char (*names)[RH_TAPE_NAME_BYTES];
    const rh_record *records;
    rh_tape_info info;
};

/* --- header -------------------------------------------------------------------------------- */

static rh_status check_magic(const char *path, const unsigned char *map, size_t bytes,
                             rh_error *error)
{
    size_t known = bytes < RH_TAPE_MAGIC_BYTES ? bytes : RH_TAPE_MAGIC_BYTES;
    if (memcmp(map, RH_TAPE_MAGIC, known) != 0) {
        return rh_fail(error, RH_INPUT, "%s: not a tape (make one with: rehedge import)", path);
    }
    if (bytes < sizeof(rh_tape_header)) {
        return rh_fail(error, RH_CORRUPT, "%s: truncated: %zu bytes, a tape's header has %zu", path,
                       bytes, sizeof(rh_tape_header));
    }
    return RH_OK;
}

static rh_status check_counts(const char *path, const rh_tape_header *header, size_t bytes,
                              rh_error *error)
{
    rh_tape_header placed;
    if (!rh_tape_place(header->records, header->instruments, &placed) || header->instruments == 0) {
        return rh_fail(error, RH_CORRUPT, "%s: impossible counts: %llu records, %lu instruments",
                       path, (unsigned long long)header->records,
                       (unsigned long)header->instruments);
    }
    if (placed.file_bytes != bytes) {
        return rh_fail(error, RH_CORRUPT, "%s: %s: %zu bytes, its %llu records need %llu", path,
                       bytes < placed.file_bytes ? "truncated" : "bytes behind its end", bytes,
                       (unsigned long long)header->records,
                       (unsigned long long)placed.file_bytes);
    }
    if (header->file_bytes != placed.file_bytes || header->index_offset != placed.index_offset ||
        header->records_offset != placed.records_offset || header->blocks != placed.blocks) {
        return rh_fail(error, RH_CORRUPT, "%s: header: its offsets do not fit its counts", path);
    }
    return RH_OK;
}

static bool is_zero(const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != 0) return false;
    }
    return true;
}

static bool is_hex(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\0' || strchr("0123456789abcdef", text[i]) == NULL) return false;
    }
    return true;
}

/* Fields that a checksum made by somebody else's writer would cover as they are. */
static const char *header_problem(const rh_tape_header *header)
{
    if (header->header_bytes != sizeof *header) return "header_bytes is not 512";
    if (header->record_bytes != sizeof(rh_record)) return "record_bytes is not 48";
    if (header->block_records != RH_TAPE_BLOCK_RECORDS) return "block_records is not 4096";
    if (header->interval_ns < 0) return "the bar length is below zero";
    if (memchr(header->origin, '\0', sizeof header->origin) == NULL) return "origin has no end";
    if (!is_hex(header->source_sha256, sizeof header->source_sha256)) {
        return "source_sha256 is not 64 hexadecimal digits";
    }
    if (header->reserved != 0 || !is_zero(header->zeros, sizeof header->zeros)) {
        return "reserved bytes are not zero";
    }
    return NULL;
}

static rh_status check_header(const char *path, rh_tape *tape, rh_error *error)
{
    rh_tape_header *header = &tape->header;
    RH_TRY(check_magic(path, tape->map, tape->bytes, error));
    memcpy(header, tape->map, sizeof *header);
    if (header->version != RH_TAPE_VERSION) {
        return rh_fail(error, RH_INPUT, "%s: tape of version %lu, this program reads version %u",
                       path, (unsigned long)header->version, RH_TAPE_VERSION);
    }
    if (rh_hash64(header, offsetof(rh_tape_header, header_hash)) != header->header_hash) {
        return rh_fail(error, RH_CORRUPT, "%s: header: its checksum does not match", path);
    }
    const char *problem = header_problem(header);
    if (problem != NULL) return rh_fail(error, RH_CORRUPT, "%s: header: %s", path, problem);
    return check_counts(path, header, tape->bytes, error);
}

/* --- content ------------------------------------------------------------------------------- */

static rh_status check_names(const char *path, rh_tape *tape, rh_error *error)
{
    const rh_tape_header *header = &tape->header;
    tape->names = (const char(*)[RH_TAPE_NAME_BYTES])(const void *)(tape->map + sizeof *header);
    if (rh_hash64(tape->names, header->instruments * sizeof *tape->names) != header->names_hash) {
        return rh_fail(error, RH_CORRUPT, "%s: name table: its checksum does not match", path);
    }
    for (uint32_t i = 0; i < header->instruments; i++) {
        const char *problem = rh_tape_name_problem(tape->names, i);
        if (problem != NULL) {
            return rh_fail(error, RH_CORRUPT, "%s: name %lu %s", path, (unsigned long)i, problem);
        }
    }
    return RH_OK;
}

static rh_status check_block(const char *path, const rh_tape *tape, const rh_tape_block *block,
                             uint64_t number, int64_t *last_ns, rh_error *error)
{
    uint64_t from = number * RH_TAPE_BLOCK_RECORDS, left = tape->header.records - from;
    size_t count = left < RH_TAPE_BLOCK_RECORDS ? (size_t)left : RH_TAPE_BLOCK_RECORDS;
    const rh_record *records = tape->records + from;
    if (rh_hash64(records, count * sizeof *records) != block->hash) {
        return rh_fail(error, RH_CORRUPT, "%s: block %llu (records %llu to %llu): its checksum "
                       "does not match", path, (unsigned long long)number, (unsigned long long)from,
                       (unsigned long long)(from + count - 1));
    }
    for (size_t i = 0; i < count; i++) {
        const char *problem =
            rh_tape_record_problem(&records[i], *last_ns, tape->header.instruments);
        if (problem != NULL) {
            return rh_fail(error, RH_CORRUPT, "%s: record %llu (block %llu): %s", path,
                           (unsigned long long)(from + i), (unsigned long long)number, problem);
        }
        *last_ns = records[i].happened_ns;
    }
    if (block->first_ns != records[0].happened_ns || block->last_ns != *last_ns) {
        return rh_fail(error, RH_CORRUPT, "%s: index entry %llu: its times are not its block's",
                       path, (unsigned long long)number);
    }
    return RH_OK;
}

static rh_status check_content(const char *path, rh_tape *tape, rh_error *error)
{
    const rh_tape_header *header = &tape->header;
    const void *index_at = tape->map + header->index_offset;
    const rh_tape_block *index = index_at;
    size_t index_bytes = (size_t)header->blocks * sizeof *index;
    uint64_t index_hash, content_hash;
    int64_t last_ns = 0;
    tape->records = (const rh_record *)(const void *)(tape->map + header->records_offset);
    memcpy(&index_hash, tape->map + header->index_offset + index_bytes, sizeof index_hash);
    if (rh_hash64(index, index_bytes) != index_hash) {
        return rh_fail(error, RH_CORRUPT, "%s: index: its checksum does not match", path);
    }
    for (uint64_t i = 0; i < header->blocks; i++) {
        RH_TRY(check_block(path, tape, &index[i], i, &last_ns, error));
    }
    int64_t first_ns = header->records > 0 ? tape->records[0].happened_ns : 0;
    if (header->first_ns != first_ns || header->last_ns != last_ns) {
        return rh_fail(error, RH_CORRUPT, "%s: header: its times are not the records'", path);
    }
    if (!rh_tape_content_hash(index, header->blocks, &content_hash)) {
        return rh_fail(error, RH_NO_MEMORY, "%s: no memory to verify it", path);
    }
    if (header->content_hash != content_hash) {
        return rh_fail(error, RH_CORRUPT, "%s: header: its content hash is not the index'", path);
    }
    return RH_OK;
}

static void fill_info(rh_tape *tape)
{
    const rh_tape_header *header = &tape->header;
    rh_tape_info *info = &tape->info;
    info->version = header->version;
    info->records = header->records;
    info->first_ns = header->first_ns;
    info->last_ns = header->last_ns;
    info->interval_ns = header->interval_ns;
    info->instruments = header->instruments;
    rh_text_escape(info->origin, sizeof info->origin, header->origin, strlen(header->origin));
    memcpy(info->source_sha256, header->source_sha256, sizeof header->source_sha256);
    info->source_sha256[sizeof header->source_sha256] = '\0';
    snprintf(info->content_hash, sizeof info->content_hash, "%016llx",
             (unsigned long long)header->content_hash);
}

/* --- the tape ------------------------------------------------------------------------------ */

static rh_status map_file(const char *path, rh_tape *tape, rh_error *error)
{
    int fd;
    off_t bytes;
    int failed = rh_io_open(path, 1, &fd, &bytes);
    if (failed == EINVAL) return rh_fail(error, RH_INPUT, "%s: not a regular file", path);
    if (failed != 0) return rh_io_fail(error, RH_INPUT, path, "read", failed);
    if (bytes <= 0 || (uintmax_t)bytes > SIZE_MAX) {
        close(fd);
        return rh_fail(error, RH_CORRUPT, "%s: %s", path,
                       bytes <= 0 ? "an empty file" : "too large for this machine");
    }
    void *map = mmap(NULL, (size_t)bytes, PROT_READ, MAP_PRIVATE, fd, 0);
    failed = map == MAP_FAILED ? errno : 0;
    close(fd);
    if (failed != 0) return rh_io_fail(error, RH_INPUT, path, "map", failed);
    tape->map = map;
    tape->bytes = (size_t)bytes;
    (void)posix_madvise(map, tape->bytes, POSIX_MADV_SEQUENTIAL);
    return RH_OK;
}

rh_status rh_tape_open(const char *path, rh_tape **tape, rh_error *error)
{
    rh_tape *made = calloc(1, sizeof *made);
    if (made == NULL) return rh_fail(error, RH_NO_MEMORY, "%s: no memory to read it", path);
    rh_status status = map_file(path, made, error);
    if (status == RH_OK) status = check_header(path, made, error);
    if (status == RH_OK) status = check_names(path, made, error);
    if (status == RH_OK) status = check_content(path, made, error);
    if (status == RH_OK) {
        fill_info(made);
        *tape = made;
    } else {
        rh_tape_close(made);
    }
    return status;
}

void rh_tape_close(rh_tape *tape)
{
    if (tape == NULL) return;
    if (tape->map != NULL) munmap((void *)(uintptr_t)tape->map, tape->bytes);
    free(tape);
}

const rh_tape_info *rh_tape_get_info(const rh_tape *tape)
{
    return &tape->info;
}

const char *rh_tape_instrument(const rh_tape *tape, uint32_t index)
{
    return index < tape->header.instruments ? tape->names[index] : NULL;
}

const rh_record *rh_tape_records(const rh_tape *tape)
{
    return tape->records;
}

uint64_t rh_tape_lower_bound(const rh_tape *tape, int64_t time_ns)
{
    uint64_t low = 0, high = tape->header.records;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (tape->records[middle].happened_ns < time_ns) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool rh_tape_is(const char *path)
{
    int fd;
    char magic[RH_TAPE_MAGIC_BYTES] = "";
    size_t length = 0;
    if (rh_io_open(path, 1, &fd, NULL) != 0) return false;
    int failed = rh_io_read(fd, magic, sizeof magic, &length);
    close(fd);
    return failed == 0 && length == sizeof magic &&
           memcmp(magic, RH_TAPE_MAGIC, sizeof magic) == 0;
}
