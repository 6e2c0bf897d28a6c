/* Hashes against published values (FIPS 180-2 for SHA-256, the XXH3 specification for empty input),
 * and independence from how the bytes were cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/random.h"

static void sha256_published(void **state)
{
    (void)state;
    char hex[RH_SHA256_HEX];
    rh_sha256_of(NULL, 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb924"
                             "27ae41e4649b934ca495991b7852b855");
    rh_sha256_of("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223"
                             "b00361a396177a9cb410ff61f20015ad");
    rh_sha256 running;
    rh_sha256_begin(&running);
    char block[1000];
    memset(block, 'a', sizeof block);
    for (int i = 0; i < 1000; i++) rh_sha256_bytes(&running, block, sizeof block);
    rh_sha256_hex(&running, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67"
                             "f1809a48a497200e046d39ccc7112cd0");
}

static void xxh3_published(void **state)
{
    (void)state;
    assert_true(rh_hash64("", 0) == UINT64_C(0x2d06800538d394c2));
    char hex[RH_DIGEST_HEX];
    rh_digest *digest = rh_digest_new();
    assert_non_null(digest);
    rh_digest_hex(digest, hex);
    assert_string_equal(hex, "99aa06d3014798d86001c324468d497f");
    rh_digest_free(digest);
}

static void digest_of(const unsigned char *bytes, size_t length, rh_stream *cuts, size_t largest,
                      char hex[RH_DIGEST_HEX])
{
    rh_digest *digest = rh_digest_new();
    assert_non_null(digest);
    for (size_t at = 0; at < length;) {
        size_t piece = cuts ? rh_stream_u64(cuts) % (largest + 1) : length;
        if (piece > length - at) piece = length - at;
        rh_digest_bytes(digest, bytes + at, piece);
        at += piece;
    }
    rh_digest_hex(digest, hex);
    rh_digest_free(digest);
}

static void cuts_do_not_matter_and_every_bit_does(void **state)
{
    (void)state;
    enum { LENGTH = 50000 };
    unsigned char *bytes = malloc(LENGTH);
    assert_non_null(bytes);
    rh_stream stream;
    rh_stream_init(&stream, 9, 0, 0);
    for (size_t i = 0; i < LENGTH; i++) bytes[i] = (unsigned char)rh_stream_u64(&stream);
    char whole[RH_DIGEST_HEX], cut[RH_DIGEST_HEX];
    digest_of(bytes, LENGTH, NULL, 0, whole);
    const size_t largest[] = {1, 40, 4095, 4096, 4097, 20000};
    for (size_t i = 0; i < sizeof largest / sizeof largest[0]; i++) {
        digest_of(bytes, LENGTH, &stream, largest[i], cut);
        assert_string_equal(whole, cut);
    }
    for (size_t at = 0; at < LENGTH; at += 4999) {
        bytes[at] ^= 1;
        digest_of(bytes, LENGTH, &stream, 64, cut);
        assert_string_not_equal(whole, cut);
        bytes[at] ^= 1;
    }
    free(bytes);
}

static void reading_the_digest_does_not_end_it(void **state)
{
    (void)state;
    char first[RH_DIGEST_HEX], second[RH_DIGEST_HEX], whole[RH_DIGEST_HEX];
    rh_digest *digest = rh_digest_new();
    assert_non_null(digest);
    rh_digest_bytes(digest, "one record ", 11);
    rh_digest_hex(digest, first);
    rh_digest_hex(digest, second);
    assert_string_equal(first, second);
    rh_digest_bytes(digest, "and another", 11);
    rh_digest_hex(digest, second);
    digest_of((const unsigned char *)"one record and another", 22, NULL, 0, whole);
    assert_string_equal(second, whole);
    rh_digest_free(digest);
    rh_digest_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_published),
        cmocka_unit_test(xxh3_published),
        cmocka_unit_test(cuts_do_not_matter_and_every_bit_does),
        cmocka_unit_test(reading_the_digest_does_not_end_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
