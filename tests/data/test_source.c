/* Plain and gzip bytes: the same content in any portion, every truncation of a gzip file refused,
 * every flipped bit refused or without effect on the content. */
#include "data_test.h"

#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "data/source.h"

enum { PLAIN = 300000 };
static unsigned char plain[PLAIN], back[PLAIN + 1], packed[PLAIN + 1000];
static rh_error error;

/* gzip of plain[0, length) appended to packed at `at`; returns the end. */
static size_t pack(size_t at, size_t from, size_t length)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = plain + from;
    stream.avail_in = (uInt)length;
    stream.next_out = packed + at;
    stream.avail_out = (uInt)(sizeof packed - at);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t end = sizeof packed - stream.avail_out;
    deflateEnd(&stream);
    return end;
}

static int prepare(void **state)
{
    uint32_t x = 1;
    for (size_t i = 0; i < PLAIN; i++) {
        x = x * 1664525u + 1013904223u;
        plain[i] = (unsigned char)(x >> 28);
    }
    return make_folder(state);
}

/* Everything that comes, read in portions; the status that ended it. */
static rh_status read_all(const char *path, size_t portion, size_t *length)
{
    rh_source *source;
    size_t got = 1;
    *length = 0;
    error = (rh_error){0};
    rh_status status = rh_source_open(path, &source, &error);
    if (status != RH_OK) return status;
    assert_string_equal(rh_source_path(source), path);
    while (status == RH_OK && got > 0) {
        size_t left = sizeof back - *length;
        assert_true(left > 0);
        status = rh_source_read(source, back + *length, portion < left ? portion : left, &got,
                                &error);
        if (status == RH_OK) *length += got;
    }
    rh_source_close(source);
    return status;
}

static void expect_plain(const char *path, size_t wanted)
{
    static const size_t portions[] = {1, 7, 4096, 65536, PLAIN + 1};
    for (size_t i = 0; i < sizeof portions / sizeof *portions; i++) {
        size_t length;
        expect_ok(&error, read_all(path, portions[i], &length));
        assert_int_equal(length, wanted);
        assert_memory_equal(back, plain, wanted);
    }
}

static void plain_files(void **state)
{
    (void)state;
    for (size_t length = 0; length < 4; length++) {
        expect_plain(write_bytes("plain", plain, length), length);
    }
    expect_plain(write_bytes("plain", plain, PLAIN), PLAIN);
}

static void gzip_files_members_and_padding(void **state)
{
    (void)state;
    size_t end = pack(0, 0, PLAIN);
    expect_plain(write_bytes("a.gz", packed, end), PLAIN);
    size_t first = pack(0, 0, 1000);
    size_t second = pack(first, 1000, 0);
    size_t third = pack(second, 1000, PLAIN - 1000);
    expect_plain(write_bytes("b.gz", packed, third), PLAIN);
    memset(packed + third, 0, 512);
    expect_plain(write_bytes("c.gz", packed, third + 512), PLAIN);
    end = pack(0, 0, 0);
    expect_plain(write_bytes("d.gz", packed, end), 0);
}

static void every_truncation_is_refused(void **state)
{
    size_t length;
    (void)state;
    size_t first = pack(0, 0, 300), end = pack(first, 300, 300);
    for (size_t cut = 2; cut < end; cut++) {
        rh_status status = read_all(write_bytes("cut.gz", packed, cut), 100, &length);
        if (cut == first) {
            expect_ok(&error, status); /* whole by itself */
        } else {
            assert_int_equal(status, RH_CORRUPT);
            assert_non_null(strstr(error.message, "cut.gz: "));
        }
    }
}

/* Header fields that only inform (time, system, flags of the packer) may change unseen, and so may
 * the unused bits of the last byte in front of the checksum. */
static void every_flipped_bit_is_refused_or_harmless(void **state)
{
    size_t length, refused = 0;
    (void)state;
    size_t end = pack(0, 0, 400);
    for (size_t bit = 16; bit < 8 * end; bit++) {
        packed[bit / 8] ^= (unsigned char)(1u << bit % 8);
        rh_status status = read_all(write_bytes("flip.gz", packed, end), PLAIN, &length);
        packed[bit / 8] ^= (unsigned char)(1u << bit % 8);
        if (status == RH_OK) {
            assert_int_equal(length, 400);
            assert_memory_equal(back, plain, 400);
            assert_true((bit / 8 >= 3 && bit / 8 <= 9) || bit / 8 == end - 9);
        } else {
            assert_int_equal(status, RH_CORRUPT);
            refused++;
        }
    }
    assert_true(refused >= 8 * (end - 10));
}

static void garbage_behind_the_data_is_refused(void **state)
{
    size_t length;
    (void)state;
    size_t end = pack(0, 0, 100);
    memcpy(packed + end, "time,price\n", 11);
    expect_error(&error, read_all(write_bytes("tail.gz", packed, end + 11), 100, &length),
                 RH_CORRUPT, "not gzip");
    expect_error(&error, read_all(write_bytes("tail.gz", packed, end + 1), 100, &length),
                 RH_CORRUPT, "not gzip");
}

static void missing_files_and_folders(void **state)
{
    size_t length;
    (void)state;
    expect_error(&error, read_all(in_folder("absent"), 1, &length), RH_INPUT, "No such file");
    expect_error(&error, read_all(folder, 1, &length), RH_INPUT, "Is a directory");
    expect_ok(&error, read_all("/dev/null", 1, &length));
}

/* "-" was the path /dev/stdin, which no socket can be opened by. */
static void a_socket_is_read_by_its_descriptor_and_left_open(void **state)
{
    (void)state;
    int ends[2];
    char bytes[16];
    size_t length;
    rh_source *source;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(write(ends[0], "a,b\n", 4), 4);
    close(ends[0]);
    expect_ok(&error, rh_source_open_fd(ends[1], "(standard input)", &source, &error));
    assert_string_equal(rh_source_path(source), "(standard input)");
    expect_ok(&error, rh_source_read(source, bytes, sizeof bytes, &length, &error));
    assert_int_equal(length, 4);
    rh_source_close(source);
    assert_int_equal(close(ends[1]), 0);
    expect_error(&error, rh_source_open_fd(ends[1], "(standard input)", &source, &error), RH_INPUT,
                 "(standard input): cannot read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_files),
        cmocka_unit_test(gzip_files_members_and_padding),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(every_flipped_bit_is_refused_or_harmless),
        cmocka_unit_test(garbage_behind_the_data_is_refused),
        cmocka_unit_test(missing_files_and_folders),
        cmocka_unit_test(a_socket_is_read_by_its_descriptor_and_left_open),
    };
    return cmocka_run_group_tests(tests, prepare, remove_folder);
}
