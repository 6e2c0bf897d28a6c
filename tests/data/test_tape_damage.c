/* Damaged and forged tapes: every flipped bit, every truncation, and images with right checksums
 * but wrong content are refused with a status and a message, never read. */
#include "data_test.h"

#include <math.h>

#include "data/tape.h"
#include "tape_seal.h"

enum { RECORDS = 5 };
static _Alignas(64) unsigned char image[4096], changed[4096];
static size_t length;
static rh_error error;

static int prepare(void **state)
{
    static const char *const names[] = {"BTC-SPOT", "BTC-PERP"};
    rh_tape_writer *writer;
    char *bytes;
    if (make_folder(state) != 0) return -1;
    expect_ok(&error, rh_tape_create(in_folder("whole"), names, 2, 60, "origin", NULL, &writer,
                                     &error));
    for (int i = 0; i < RECORDS; i++) {
        rh_record record = {.happened_ns = 100 + i, .known_ns = 200, .price = 1.5, .size = 2};
        expect_ok(&error, rh_tape_append(writer, &record, &error));
    }
    expect_ok(&error, rh_tape_commit(writer, &error));
    expect_ok(&error, rh_file_read(in_folder("whole"), sizeof image, &bytes, &length, &error));
    memcpy(image, bytes, length);
    free(bytes);
    return 0;
}

static rh_status open_bytes(const unsigned char *bytes, size_t count)
{
    rh_tape *tape;
    error = (rh_error){0};
    rh_status status = rh_tape_open(write_bytes("damaged", bytes, count), &tape, &error);
    if (status == RH_OK) rh_tape_close(tape);
    return status;
}

static void is_refused(rh_status status, size_t at)
{
    if (status != RH_CORRUPT && status != RH_INPUT) {
        fail_msg("byte %zu: status %s", at, rh_status_name(status));
    }
    assert_int_equal(error.status, status);
    assert_non_null(strstr(error.message, "damaged: "));
}

static void every_flipped_bit_is_refused(void **state)
{
    (void)state;
    assert_int_equal(open_bytes(image, length), RH_OK);
    for (size_t bit = 0; bit < 8 * length; bit++) {
        memcpy(changed, image, length);
        changed[bit / 8] ^= (unsigned char)(1u << bit % 8);
        is_refused(open_bytes(changed, length), bit / 8);
    }
    for (size_t at = 0; at < length; at++) {
        memcpy(changed, image, length);
        changed[at] = (unsigned char)~changed[at];
        is_refused(open_bytes(changed, length), at);
    }
}

static void every_truncation_and_extension_is_refused(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < length; cut++) is_refused(open_bytes(image, cut), cut);
    memcpy(changed, image, length);
    for (size_t more = 1; more < 100; more++) {
        changed[length + more - 1] = 0;
        is_refused(open_bytes(changed, length + more), length + more);
    }
    expect_error(&error, open_bytes(image, length - 1), RH_CORRUPT, "truncated");
    expect_error(&error, open_bytes(image, 0), RH_CORRUPT, "an empty file");
    expect_error(&error, open_bytes(image, 100), RH_CORRUPT, "truncated");
}

static void what_is_no_tape_is_said_to_be_none(void **state)
{
    rh_tape *tape;
    (void)state;
    expect_error(&error, open_bytes((const unsigned char *)"time,price\n", 11), RH_INPUT,
                 "not a tape");
    expect_error(&error, rh_tape_open(folder, &tape, &error), RH_INPUT, "Is a directory");
    expect_error(&error, rh_tape_open("/dev/null", &tape, &error), RH_INPUT, "not a regular");
    expect_error(&error, rh_tape_open(in_folder("absent"), &tape, &error), RH_INPUT, "No such");
}

/* The block, and the records in it, are named. */
static void the_damaged_block_is_named(void **state)
{
    static const char *const names[] = {"X"};
    rh_tape_writer *writer;
    rh_tape *tape;
    (void)state;
    const char *path = in_folder("blocks");
    expect_ok(&error, rh_tape_create(path, names, 1, 0, "", NULL, &writer, &error));
    for (int i = 0; i < 10000; i++) {
        rh_record record = {.happened_ns = i, .known_ns = i, .price = 1};
        expect_ok(&error, rh_tape_append(writer, &record, &error));
    }
    expect_ok(&error, rh_tape_commit(writer, &error));
    FILE *file = fopen(path, "r+b");
    assert_int_equal(fseek(file, 512 + 64 + 5000 * 48, SEEK_SET), 0);
    fputc(0x55, file);
    fclose(file);
    expect_error(&error, rh_tape_open(path, &tape, &error), RH_CORRUPT,
                 "blocks: block 1 (records 4096 to 8191): its checksum does not match");
}

/* --- right checksums, wrong content --------------------------------------------------------- */

#define RECORD_AT(i) (512 + 2 * 64 + (i) * sizeof(rh_record))
#define INDEX_AT RECORD_AT(RECORDS)

static void forge(size_t at, const void *bytes, size_t count, rh_status wanted, const char *words)
{
    memcpy(changed, image, length);
    memcpy(changed + at, bytes, count);
    seal_tape(changed, length);
    expect_error(&error, open_bytes(changed, length), wanted, words);
}

#define FORGE(type, at, value, words)                                        \
    do {                                                                     \
        type forged_ = (value);                                              \
        forge((at), &forged_, sizeof forged_, RH_CORRUPT, words);            \
    } while (0)
#define FORGE_RECORD(field, type, value, words)                              \
    FORGE(type, RECORD_AT(3) + offsetof(rh_record, field), value, words)
#define FORGE_HEADER(field, type, value, words)                              \
    FORGE(type, offsetof(rh_tape_header, field), value, words)

static void forged_records(void **state)
{
    (void)state;
    FORGE_RECORD(happened_ns, int64_t, 101, "record 3 (block 0): it happened before");
    FORGE_RECORD(happened_ns, int64_t, INT64_MIN, "record 3 (block 0): happened is outside");
    FORGE_RECORD(known_ns, int64_t, 102, "record 3 (block 0): it is known before");
    FORGE_RECORD(known_ns, int64_t, INT64_MAX, "record 3 (block 0): known is outside");
    FORGE_RECORD(price, double, (double)NAN, "record 3 (block 0): its price is not finite");
    FORGE_RECORD(size, double, (double)INFINITY, "record 3 (block 0): its size is not finite");
    FORGE_RECORD(extra, double, (double)NAN, "record 3 (block 0): extra");
    FORGE_RECORD(price, double, -1, "record 3 (block 0): its price is outside");
    FORGE_RECORD(kind, uint16_t, RH_RECORD_KINDS, "record 3 (block 0): its kind");
    FORGE_RECORD(instrument, uint16_t, 2, "record 3 (block 0): its instrument");
    FORGE_RECORD(flags, uint32_t, 8, "record 3 (block 0): it has unknown flags");
    FORGE(int64_t, INDEX_AT, 99, "index entry 0: its times");
    FORGE(int64_t, INDEX_AT + 8, 105, "index entry 0: its times");
}

static void forged_headers(void **state)
{
    (void)state;
    FORGE_HEADER(header_bytes, uint32_t, 511, "header_bytes");
    FORGE_HEADER(record_bytes, uint32_t, 40, "record_bytes");
    FORGE_HEADER(block_records, uint32_t, 0, "block_records");
    FORGE_HEADER(interval_ns, int64_t, -60, "bar length is below zero");
    FORGE_HEADER(first_ns, int64_t, 99, "its times are not the records'");
    FORGE_HEADER(last_ns, int64_t, 105, "its times are not the records'");
    FORGE_HEADER(reserved, uint32_t, 1, "reserved bytes");
    FORGE_HEADER(zeros, unsigned char, 1, "reserved bytes");
    FORGE_HEADER(records_offset, uint64_t, 512, "offsets do not fit");
    FORGE_HEADER(index_offset, uint64_t, UINT64_MAX, "offsets do not fit");
    FORGE_HEADER(blocks, uint64_t, 2, "offsets do not fit");
    FORGE_HEADER(file_bytes, uint64_t, 0, "offsets do not fit");
    FORGE_HEADER(source_sha256, char, 'g', "64 hexadecimal digits");
    FORGE_HEADER(source_sha256, char, '\0', "64 hexadecimal digits");
    char endless[256];
    memset(endless, 'x', sizeof endless);
    forge(offsetof(rh_tape_header, origin), endless, sizeof endless, RH_CORRUPT, "origin has no");
    uint32_t version = 2;
    forge(offsetof(rh_tape_header, version), &version, sizeof version, RH_INPUT,
          "tape of version 2, this program reads version 1");
}

/* The hash of the content is the identity that a run's digest carries: it must be the content's. */
static void forged_content_hash(void **state)
{
    rh_tape_header header;
    (void)state;
    memcpy(changed, image, length);
    memcpy(&header, changed, sizeof header);
    header.content_hash ^= 1;
    header.header_hash = rh_hash64(&header, offsetof(rh_tape_header, header_hash));
    memcpy(changed, &header, sizeof header);
    expect_error(&error, open_bytes(changed, length), RH_CORRUPT, "content hash");
}

static void forged_counts(void **state)
{
    static const uint64_t records[] = {0, RECORDS - 1, RECORDS + 1, 4097, UINT64_C(1) << 55,
                                       UINT64_C(1) << 56, (UINT64_C(1) << 60) + RECORDS,
                                       UINT64_MAX};
    static const uint32_t instruments[] = {0, 1, 3, 1024, 1025, UINT32_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
        memcpy(changed, image, length);
        memcpy(changed + offsetof(rh_tape_header, records), &records[i], 8);
        seal_tape(changed, length);
        assert_int_equal(open_bytes(changed, length), RH_CORRUPT);
    }
    for (size_t i = 0; i < sizeof instruments / sizeof *instruments; i++) {
        memcpy(changed, image, length);
        memcpy(changed + offsetof(rh_tape_header, instruments), &instruments[i], 4);
        seal_tape(changed, length);
        assert_int_equal(open_bytes(changed, length), RH_CORRUPT);
    }
    /* 2^60 records more are 3 * 2^64 bytes more: nothing, in 64 bits. */
    uint64_t wraps = (UINT64_C(1) << 60) + RECORDS;
    forge(offsetof(rh_tape_header, records), &wraps, 8, RH_CORRUPT, "impossible counts");
}

static void forged_names(void **state)
{
    char endless[64];
    (void)state;
    memset(endless, 'x', sizeof endless);
    forge(512, endless, sizeof endless, RH_CORRUPT, "name 0 is not ended by NUL");
    FORGE(char, 512, '\0', "name 0 is empty");
    FORGE(char, 513, '\n', "name 0 holds a control character");
    FORGE(char, 513, '\xff', "name 0 is not valid UTF-8");
    FORGE(char, 512 + 63, 'x', "name 0 has bytes behind its end");
    forge(512 + 64, "BTC-SPOT", 8, RH_CORRUPT, "name 1 appears twice");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_flipped_bit_is_refused),
        cmocka_unit_test(every_truncation_and_extension_is_refused),
        cmocka_unit_test(what_is_no_tape_is_said_to_be_none),
        cmocka_unit_test(the_damaged_block_is_named),
        cmocka_unit_test(forged_records),
        cmocka_unit_test(forged_headers),
        cmocka_unit_test(forged_content_hash),
        cmocka_unit_test(forged_counts),
        cmocka_unit_test(forged_names),
    };
    return cmocka_run_group_tests(tests, prepare, remove_folder);
}
