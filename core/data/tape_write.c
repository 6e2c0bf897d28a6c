/* Writing a tape: records are checked, gathered in blocks, hashed and appended; commit adds the
 * index and puts the header in place. Must not sort or repair. Invariant: a committed file is one
 * that rh_tape_open accepts; before commit there is no file of that name (or still the old). */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/file.h"
#include "data/tape_layout.h"

struct rh_tape_writer {
    rh_file_out *out;
    rh_tape_header header;
    char (*names)[RH_TAPE_NAME_BYTES];
    rh_tape_block *index;
    size_t blocks, capacity;
    size_t used; /* records in `block` */
    rh_record block[RH_TAPE_BLOCK_RECORDS];
};

static void put_sha256(char out[64], const char *hex)
{
    bool whole = hex != NULL && strlen(hex) == 64 && strspn(hex, "0123456789abcdef") == 64;
    for (size_t i = 0; i < 64; i++) out[i] = whole ? hex[i] : '0';
}

static rh_status put_names(rh_tape_writer *writer, const char *const *names, uint32_t count,
                           rh_error *error)
{
    if (count == 0 || count > RH_TAPE_INSTRUMENTS_MAX) {
        return rh_fail(error, RH_INPUT, "a tape has 1 to %u instruments, not %u",
                       RH_TAPE_INSTRUMENTS_MAX, count);
    }
    writer->names = calloc(count, sizeof *writer->names);
    if (writer->names == NULL) return rh_fail(error, RH_NO_MEMORY, "no memory for a tape's names");
    for (uint32_t i = 0; i < count; i++) {
        size_t length = strlen(names[i]);
        if (length >= RH_NAME_MAX) {
            return rh_fail(error, RH_INPUT, "instrument name of more than %d bytes: %.40s...",
                           RH_NAME_MAX - 1, names[i]);
        }
        memcpy(writer->names[i], names[i], length);
        const char *problem =
            rh_tape_name_problem((const char(*)[RH_TAPE_NAME_BYTES])writer->names, i);
        if (problem != NULL) {
            return rh_fail(error, RH_INPUT, "instrument name \"%s\" %s", names[i], problem);
        }
    }
    return RH_OK;
}

static rh_status begin(rh_tape_writer *writer, const char *path, const char *const *names,
                       uint32_t count, rh_error *error)
{
    rh_tape_header *header = &writer->header;
    if (header->interval_ns < 0) {
        return rh_fail(error, RH_INPUT, "%s: a bar length below zero", path);
    }
    RH_TRY(put_names(writer, names, count, error));
    RH_TRY(rh_file_out_open(path, &writer->out, error));
    size_t names_bytes = count * sizeof *writer->names;
    memcpy(header->magic, RH_TAPE_MAGIC, RH_TAPE_MAGIC_BYTES);
    header->version = RH_TAPE_VERSION;
    header->header_bytes = sizeof *header;
    header->record_bytes = sizeof(rh_record);
    header->block_records = RH_TAPE_BLOCK_RECORDS;
    header->instruments = count;
    header->names_hash = rh_hash64(writer->names, names_bytes);
    /* A header of zeros until commit: a file cut short must not pass for a tape. */
    static const rh_tape_header nothing;
    rh_file_out_write(writer->out, &nothing, sizeof nothing);
    rh_file_out_write(writer->out, writer->names, names_bytes);
    return RH_OK;
}

rh_status rh_tape_create(const char *path, const char *const *instruments, uint32_t count,
                         int64_t interval_ns, const char *origin, const char *source_sha256,
                         rh_tape_writer **writer, rh_error *error)
{
    rh_tape_writer *made = calloc(1, sizeof *made);
    if (made == NULL) return rh_fail(error, RH_NO_MEMORY, "%s: no memory to write it", path);
    made->header.interval_ns = interval_ns;
    put_sha256(made->header.source_sha256, source_sha256);
    char text[sizeof made->header.origin];
    if (origin == NULL) origin = "";
    rh_text_escape(text, sizeof text, origin, strlen(origin));
    memcpy(made->header.origin, text, strlen(text));
    rh_status status = begin(made, path, instruments, count, error);
    if (status == RH_OK) {
        *writer = made;
    } else {
        rh_tape_abandon(made);
    }
    return status;
}

static rh_status flush_block(rh_tape_writer *writer, rh_error *error)
{
    if (writer->used == 0) return RH_OK;
    if (writer->blocks == writer->capacity) {
        size_t capacity = writer->capacity == 0 ? 64 : 2 * writer->capacity;
        rh_tape_block *grown = realloc(writer->index, capacity * sizeof *grown);
        if (grown == NULL) return rh_fail(error, RH_NO_MEMORY, "no memory for a tape's index");
        writer->index = grown;
        writer->capacity = capacity;
    }
    size_t bytes = writer->used * sizeof(rh_record);
    writer->index[writer->blocks++] = (rh_tape_block){
        .first_ns = writer->block[0].happened_ns,
        .last_ns = writer->block[writer->used - 1].happened_ns,
        .hash = rh_hash64(writer->block, bytes),
    };
    rh_file_out_write(writer->out, writer->block, bytes);
    writer->used = 0;
    if (!rh_file_out_failed(writer->out)) return RH_OK;
    return rh_fail(error, RH_IO, "cannot write the tape (is the disk full?)");
}

rh_status rh_tape_append(rh_tape_writer *writer, const rh_record *record, rh_error *error)
{
    rh_tape_header *header = &writer->header;
    const char *problem = rh_tape_record_problem(record, header->last_ns, header->instruments);
    if (problem != NULL) {
        char happened[RH_TIME_TEXT];
        rh_text_time(happened, record->happened_ns);
        return rh_fail(error, RH_INPUT, "record %llu (happened %s): %s",
                       (unsigned long long)header->records, happened, problem);
    }
    if (writer->used == RH_TAPE_BLOCK_RECORDS) RH_TRY(flush_block(writer, error));
    writer->block[writer->used++] = *record;
    if (header->records++ == 0) header->first_ns = record->happened_ns;
    header->last_ns = record->happened_ns;
    return RH_OK;
}

static rh_status finish(rh_tape_writer *writer, rh_error *error)
{
    rh_tape_header *header = &writer->header;
    RH_TRY(flush_block(writer, error));
    if (!rh_tape_place(header->records, header->instruments, header)) {
        return rh_fail(error, RH_LIMIT, "a tape of %llu records is beyond the format",
                       (unsigned long long)header->records);
    }
    if (!rh_tape_content_hash(writer->index, header->blocks, &header->content_hash)) {
        return rh_fail(error, RH_NO_MEMORY, "no memory to finish a tape");
    }
    size_t bytes = writer->blocks * sizeof *writer->index;
    uint64_t index_hash = rh_hash64(writer->blocks > 0 ? (const void *)writer->index : "", bytes);
    rh_file_out_write(writer->out, writer->index, bytes);
    rh_file_out_write(writer->out, &index_hash, sizeof index_hash);
    header->header_hash = rh_hash64(header, offsetof(rh_tape_header, header_hash));
    /* A failed seek sticks in the file, and its commit then refuses. */
    (void)rh_file_out_seek(writer->out, 0);
    rh_file_out_write(writer->out, header, sizeof *header);
    return RH_OK;
}

rh_status rh_tape_commit(rh_tape_writer *writer, rh_error *error)
{
    rh_status status = finish(writer, error);
    if (status == RH_OK) {
        status = rh_file_out_commit(writer->out, error);
        writer->out = NULL;
    }
    rh_tape_abandon(writer);
    return status;
}

void rh_tape_abandon(rh_tape_writer *writer)
{
    if (writer == NULL) return;
    rh_file_out_abandon(writer->out);
    free(writer->names);
    free(writer->index);
    free(writer);
}
