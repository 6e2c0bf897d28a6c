/* minisign's files: no text crashes a parser, refusals are one line, and what is accepted is written
 * back to a text that parses to the same. No passphrase is given, so scrypt never runs. */
#include <string.h>

#include "host/minisign.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_refusal(const rh_error *error)
{
    RH_ASSERT(error->status != RH_OK && error->message[0] != '\0');
    RH_ASSERT(strchr(error->message, '\n') == NULL);
}

static void fuzz_public(const char *text, size_t length)
{
    rh_public_key key, again;
    rh_error error = {RH_OK, ""};
    rh_buffer out = {0};
    if (rh_public_key_parse("fuzz", text, length, &key, &error) != RH_OK) {
        check_refusal(&error);
        return;
    }
    rh_public_key_write(&key, &out);
    RH_ASSERT(rh_public_key_parse("again", out.bytes, out.length, &again, &error) == RH_OK);
    RH_ASSERT(memcmp(&key, &again, sizeof key) == 0);
    rh_buffer_free(&out);
}

static void fuzz_secret(const char *text, size_t length)
{
    rh_secret_key key, again;
    rh_error error = {RH_OK, ""};
    rh_buffer out = {0};
    if (rh_secret_key_parse("fuzz", text, length, NULL, &key, &error) != RH_OK) {
        check_refusal(&error);
        return;
    }
    RH_ASSERT(rh_secret_key_write(&key, NULL, &out, &error) == RH_OK);
    RH_ASSERT(rh_secret_key_parse("again", out.bytes, out.length, NULL, &again, &error) == RH_OK);
    RH_ASSERT(memcmp(&key, &again, sizeof key) == 0);
    rh_buffer_free(&out);
}

static void fuzz_signature(const char *text, size_t length)
{
    static const rh_public_key nobody;
    rh_signature signature;
    rh_error error = {RH_OK, ""};
    if (rh_signature_parse("fuzz", text, length, &signature, &error) != RH_OK) {
        check_refusal(&error);
        return;
    }
    RH_ASSERT(strlen(signature.trusted_comment) < RH_TRUSTED_COMMENT_MAX);
    RH_ASSERT(rh_verify("fuzz", &nobody, &signature, text, length, &error) != RH_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    fuzz_public((const char *)bytes, length);
    fuzz_secret((const char *)bytes, length);
    fuzz_signature((const char *)bytes, length);
    return 0;
}
