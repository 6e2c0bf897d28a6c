/* minisign's format against files that minisign 0.11 wrote, and its properties: what is signed here
 * verifies, and no changed bit of the file, the signature or the trusted comment does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "extent.h"
#include "host/minisign.h"

/* minisign -G -W, minisign -S: the file is "hello\n" */
static const char plain_public[] =
    "untrusted comment: minisign public key 1E3A1A71E58FEE53\n"
    "RWRT7o/lcRo6HiXrHIukiy9tvV0rCuT4x0opGuymO2XzleGuF4SS5Ohd\n";
static const char plain_secret[] =
    "untrusted comment: minisign encrypted secret key\n"
    "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAU+6P5XEaOh4e"
    "7A8qDV2Gw4GqLDVLKNVWpldoOsEiycwuvyEpmSjzlyXrHIukiy9tvV0rCuT4x0opGuymO2XzleGuF4SS5Ohd"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
static const char plain_signature[] =
    "untrusted comment: signature from minisign secret key\n"
    "RURT7o/lcRo6HpVU/2XGlWqN2qB5AJJ4uLIIkHbwBWr/LD4QbKlVcTXbQm/9MQe14jv5GtfjtJ9PvHwrJRCw"
    "ikmOYKkfrHUQnwE=\n"
    "trusted comment: timestamp:1795693621\tfile:f\thashed\n"
    "yQf12qpYSSw3fS8XfSp3AfKZ/8WxfBflN7PYWzd7Ogk+CCN7LmnQVGegmSjBEdSjTMG+HWENpM1shCo6KqzO"
    "Bg==\n";
/* minisign -G, the passphrase is "secret"; minisign -S -t */
static const char locked_public[] =
    "untrusted comment: minisign public key B73F160F78081E6D\n"
    "RWRtHgh4DxY/ty/5HOoPkEd1Hgisp4FcRH5ESik50Yp+e3TGP/nDDXkx\n";
static const char locked_secret[] =
    "untrusted comment: minisign encrypted secret key\n"
    "RWRTY0IyfhyMaw0kQloW1qDxMfJT7yx6rx2BkMv2Np2j77+N1JwAAAACAAAAAAAAAEAAAAAA0h2sgQ2qI5fI"
    "7225Wm5kwDOB7Dvvk0Vg7CpGEX9pVpHHquFb/fGFPSW0niNTYPaiWTQZaHByYzmeb4gqLuaHymNDXDdWdZ62"
    "b+oij9zCW3AVSvGzffcfPozWgrSK6KzVXvWrg5TDGUE=\n";
static const char locked_signature[] =
    "untrusted comment: signature from minisign secret key\n"
    "RURtHgh4DxY/t/p241usF7FWSR0EAPmK63ltML1dpsmjyq2NNTbsTSLl3qeYYhPiGgjgwSqDoNGe0WOwc/tE"
    "/XWgjN7ADcR7Hwc=\n"
    "trusted comment: rehedge bundle name:x version:1.0.0\n"
    "hnCha/HL5FroJx+NjBaO2rhI59FYUO9ML9zmOryf4sH0FWLSl2lYCW0iTcW/7fojEU1wokq3JJaGwA3yvBYd"
    "DQ==\n";

#define FILE_TEXT "hello\n"

static rh_status give(void *context, const char *label, char *passphrase, rh_error *error)
{
    (void)label;
    (void)error;
    memcpy(passphrase, context, strlen(context) + 1);
    return RH_OK;
}

static rh_public_key public_of(const char *text)
{
    rh_public_key key;
    rh_error error;
    if (rh_public_key_parse("k.pub", text, strlen(text), &key, &error) != RH_OK)
        fail_msg("%s", error.message);
    return key;
}

static rh_signature signature_of(const char *text)
{
    rh_signature signature;
    rh_error error;
    if (rh_signature_parse("f.minisig", text, strlen(text), &signature, &error) != RH_OK)
        fail_msg("%s", error.message);
    return signature;
}

static void reads_what_minisign_wrote(void **state)
{
    (void)state;
    rh_error error;
    char id[RH_KEY_ID_TEXT];
    rh_public_key key = public_of(plain_public), other = public_of(locked_public);
    rh_signature signature = signature_of(plain_signature), bound = signature_of(locked_signature);
    rh_key_id_text(key.id, id);
    assert_string_equal(id, "1E3A1A71E58FEE53");    /* as in its own comment */
    assert_int_equal(rh_verify("f", &key, &signature, FILE_TEXT, 6, &error), RH_OK);
    assert_int_equal(rh_verify("f", &other, &bound, FILE_TEXT, 6, &error), RH_OK);
    assert_string_equal(bound.trusted_comment, "rehedge bundle name:x version:1.0.0");
    assert_int_equal(rh_verify("f", &other, &signature, FILE_TEXT, 6, &error), RH_INPUT);
    assert_non_null(strstr(error.message, id));
    char text[RH_KEY_TEXT];
    rh_public_key_text(&key, text);
    assert_non_null(strstr(plain_public, text));
    key = public_of(text);                          /* the line alone */
    assert_memory_equal(key.id, signature.id, 8);
}

/* Ed25519 signatures are deterministic (RFC 8032): with minisign's comment we write its bytes. */
static void signs_as_minisign_does(void **state)
{
    (void)state;
    rh_error error;
    rh_secret_key secret;
    rh_public_key key, derived;
    rh_buffer text = {0};
    assert_int_equal(rh_secret_key_parse("k.key", plain_secret, strlen(plain_secret), NULL,
                                         &secret, &error), RH_OK);
    key = public_of(plain_public);
    rh_public_key_of(&secret, &derived);
    assert_memory_equal(&key, &derived, sizeof key);
    rh_signature theirs = signature_of(plain_signature);
    assert_int_equal(rh_sign(&secret, FILE_TEXT, 6, theirs.trusted_comment, &text, &error), RH_OK);
    assert_string_equal(strchr(text.bytes, '\n'), strchr(plain_signature, '\n'));
    rh_buffer_clear(&text);
    assert_int_equal(rh_secret_key_write(&secret, NULL, &text, &error), RH_OK);
    assert_string_equal(text.bytes, plain_secret);
    rh_buffer_clear(&text);
    rh_public_key_write(&key, &text);
    assert_string_equal(text.bytes, plain_public);
    rh_buffer_free(&text);
}

static void opens_a_locked_key(void **state)
{
    (void)state;
    rh_error error;
    rh_secret_key secret;
    rh_public_key key = public_of(locked_public), derived;
    const rh_asker right = {give, "secret"}, wrong = {give, "Secret"};
    size_t length = strlen(locked_secret);
    rh_status status = rh_secret_key_parse("e.key", locked_secret, length, &right, &secret, &error);
    if (status == RH_NO_MEMORY) skip();             /* scrypt takes 1 GiB, minisign's choice */
    assert_int_equal(status, RH_OK);
    rh_public_key_of(&secret, &derived);
    assert_memory_equal(&key, &derived, sizeof key);
    assert_int_equal(rh_secret_key_parse("e.key", locked_secret, length, NULL, &secret, &error),
                     RH_INPUT);
    if (!test_all()) return;                        /* seconds; tests/e2e/test_sharing.py has it */
    assert_int_equal(rh_secret_key_parse("e.key", locked_secret, length, &wrong, &secret, &error),
                     RH_INPUT);
    assert_non_null(strstr(error.message, "wrong passphrase"));
}

/* Every bit of the file and of the trusted comment; every bit of the parsed signature. */
static void no_changed_bit_verifies(void **state)
{
    (void)state;
    rh_error error;
    char file[] = FILE_TEXT;
    rh_public_key key = public_of(plain_public);
    const rh_signature good = signature_of(plain_signature);
    for (size_t bit = 0; bit < 8 * (sizeof file - 1); bit++) {
        file[bit / 8] = (char)(file[bit / 8] ^ 1 << bit % 8);
        assert_int_equal(rh_verify("f", &key, &good, file, sizeof file - 1, &error), RH_INPUT);
        file[bit / 8] = (char)(file[bit / 8] ^ 1 << bit % 8);
    }
    assert_int_equal(rh_verify("f", &key, &good, file, 5, &error), RH_INPUT);
    size_t bytes = offsetof(rh_signature, trusted_comment) + strlen(good.trusted_comment);
    for (size_t bit = 0; bit < 8 * bytes; bit++) {
        rh_signature changed = good;
        ((unsigned char *)&changed)[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_int_equal(rh_verify("f", &key, &changed, file, 6, &error), RH_INPUT);
    }
    for (size_t bit = 0; bit < 8 * sizeof key; bit++) {
        rh_public_key changed = key;
        ((unsigned char *)&changed)[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_int_equal(rh_verify("f", &changed, &good, file, 6, &error), RH_INPUT);
    }
}

static void malformed_files_are_refused(void **state)
{
    (void)state;
    rh_error error;
    rh_signature signature;
    rh_public_key key;
    rh_secret_key secret;
    size_t length = strlen(plain_signature);
    char *text = malloc(length + 8);
    assert_non_null(text);
    for (size_t cut = 0; cut + 2 < length; cut++)   /* the last line feed may lack */
        assert_int_equal(rh_signature_parse("s", plain_signature, cut, &signature, &error),
                         RH_INPUT);
    assert_int_equal(rh_signature_parse("s", plain_signature, length - 1, &signature, &error),
                     RH_OK);
    memcpy(text, plain_signature, length);
    memcpy(text + length, "more\n", 6);
    assert_int_equal(rh_signature_parse("s", text, length + 5, &signature, &error), RH_INPUT);
    memcpy(text + length, "\n\r\n", 4);
    assert_int_equal(rh_signature_parse("s", text, length + 3, &signature, &error), RH_OK);
    *(strchr(text, '\n') + 2) = 'W';                /* "Ed": the old kind */
    assert_int_equal(rh_signature_parse("s", text, length, &signature, &error), RH_INPUT);
    assert_non_null(strstr(error.message, "old kind"));
    free(text);
    assert_int_equal(rh_public_key_parse("p", plain_secret, strlen(plain_secret), &key, &error),
                     RH_INPUT);
    assert_int_equal(rh_secret_key_parse("s", plain_public, strlen(plain_public), NULL, &secret,
                                         &error), RH_INPUT);
    assert_int_equal(rh_public_key_parse("p", "", 0, &key, &error), RH_INPUT);
}

static void a_trusted_comment_is_one_bounded_line(void **state)
{
    (void)state;
    rh_error error;
    rh_secret_key secret;
    rh_public_key key;
    rh_buffer text = {0};
    char *comment = calloc(1, RH_TRUSTED_COMMENT_MAX + 1);
    assert_non_null(comment);
    rh_key_pair_make(&secret, &key);
    assert_int_equal(rh_sign(&secret, "x", 1, "two\nlines", &text, &error), RH_INPUT);
    memset(comment, 'c', RH_TRUSTED_COMMENT_MAX);
    assert_int_equal(rh_sign(&secret, "x", 1, comment, &text, &error), RH_INPUT);
    comment[RH_TRUSTED_COMMENT_MAX - 1] = '\0';
    rh_buffer_clear(&text);
    assert_int_equal(rh_sign(&secret, "x", 1, comment, &text, &error), RH_OK);
    rh_signature signature = signature_of(text.bytes);
    assert_int_equal(rh_verify("x", &key, &signature, "x", 1, &error), RH_OK);
    assert_string_equal(signature.trusted_comment, comment);
    rh_secret_key_wipe(&secret);
    rh_buffer_free(&text);
    free(comment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_minisign_wrote),
        cmocka_unit_test(signs_as_minisign_does),
        cmocka_unit_test(opens_a_locked_key),
        cmocka_unit_test(no_changed_bit_verifies),
        cmocka_unit_test(malformed_files_are_refused),
        cmocka_unit_test(a_trusted_comment_is_one_bounded_line)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
