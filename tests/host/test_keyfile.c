/* Hostile key files: whatever the bytes, a key file and a key store are refused with a message that
 * names the file, or read as exactly one key; nothing crashes, hangs or asks for a passphrase.
 * Written as an adversary would: every truncation, every byte changed, wrong sizes, no base64,
 * huge, no files at all. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/random.h"
#include "host/keyfile.h"
#include "host/keystore.h"

typedef struct world {
    char folder[64], path[96];
    rh_public_key key;
    rh_secret_key secret;
    rh_buffer public_text, secret_text, locked_text;
    int asked;
} world;

static rh_status count_and_refuse(void *context, const char *label, char *passphrase,
                                  rh_error *error)
{
    ++*(int *)context;
    passphrase[0] = '\0';
    return rh_fail(error, RH_INPUT, "%s: nobody knows", label);
}

static void put_file(const world *w, const char *bytes, size_t length)
{
    unlink(w->path);        /* on ext4 closing a file that was truncated waits for the disk */
    FILE *file = fopen(w->path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

/* Refused, by a message that names the file and has no control characters from it. */
static void must_be_a_message(const world *w, rh_status status, const rh_error *error)
{
    if (status == RH_OK) return;
    assert_true(status == RH_INPUT || status == RH_CORRUPT || status == RH_LIMIT ||
                status == RH_IO);
    assert_non_null(strstr(error->message, w->path));
    for (const char *c = error->message; *c != '\0'; c++)
        assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
}

static rh_status read_public(world *w, rh_public_key *key)
{
    rh_error error = {RH_OK, ""};
    rh_status status = rh_keyfile_public(w->path, key, &error);
    must_be_a_message(w, status, &error);
    return status;
}

static rh_status read_secret(world *w, rh_secret_key *key)
{
    rh_error error = {RH_OK, ""};
    const rh_asker asker = {count_and_refuse, &w->asked};
    rh_status status = rh_keyfile_secret(w->path, &asker, key, &error);
    must_be_a_message(w, status, &error);
    return status;
}

static int set_up(void **state)
{
    world *w = calloc(1, sizeof *w);
    rh_error error;
    snprintf(w->folder, sizeof w->folder, "/tmp/rehedge-keys-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    snprintf(w->path, sizeof w->path, "%s/key", w->folder);
    rh_key_pair_make(&w->secret, &w->key);
    rh_public_key_write(&w->key, &w->public_text);
    assert_int_equal(rh_secret_key_write(&w->secret, NULL, &w->secret_text, &error), RH_OK);
    /* as if locked: scrypt named, with the least work */
    rh_buffer_append(&w->locked_text, w->secret_text.bytes, w->secret_text.length);
    char *line = strchr(w->locked_text.bytes, '\n') + 1;
    memcpy(line, "RWRTY0Iy", 8);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    world *w = *state;
    unlink(w->path);
    assert_int_equal(rmdir(w->folder), 0);
    rh_buffer_free(&w->public_text);
    rh_buffer_free(&w->secret_text);
    rh_buffer_free(&w->locked_text);
    free(w);
    return 0;
}

/* The key that a text has, in the one text it may have: base64 has no second spelling. */
static void must_be_canonical(const rh_public_key *key, const char *bytes, size_t length)
{
    char text[RH_KEY_TEXT];
    rh_public_key_text(key, text);
    bool found = false;
    for (size_t i = 0; i + RH_KEY_TEXT - 1 <= length; i++)
        found = found || memcmp(bytes + i, text, RH_KEY_TEXT - 1) == 0;
    if (!found) fail_msg("%s read from %.*s", text, (int)length, bytes);
}

static void public_keys(void **state)
{
    world *w = *state;
    rh_public_key key;
    size_t length = w->public_text.length;
    char *bytes = malloc(length);
    int good = 0;
    for (size_t cut = 0; cut + 1 < length; cut++) {     /* without its last line end it is whole */
        put_file(w, w->public_text.bytes, cut);
        assert_int_not_equal(read_public(w, &key), RH_OK);
    }
    for (size_t at = 0; at < length; at++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(bytes, w->public_text.bytes, length);
            bytes[at] = (char)(bytes[at] ^ 1 << bit);
            put_file(w, bytes, length);
            if (read_public(w, &key) != RH_OK) continue;
            must_be_canonical(&key, bytes, length);
            good++;
        }
    assert_true(good > 0);
    free(bytes);
}

/* What was changed in a plain secret key is refused, or was not the key: never another key. */
static void secret_keys(void **state)
{
    world *w = *state;
    rh_secret_key key;
    size_t length = w->secret_text.length;
    char *bytes = malloc(length);
    for (size_t cut = 0; cut + 1 < length; cut++) {
        put_file(w, w->secret_text.bytes, cut);
        assert_int_not_equal(read_secret(w, &key), RH_OK);
    }
    for (size_t at = 0; at < length; at++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(bytes, w->secret_text.bytes, length);
            bytes[at] = (char)(bytes[at] ^ 1 << bit);
            put_file(w, bytes, length);
            if (read_secret(w, &key) == RH_OK)
                assert_memory_equal(key.key, w->secret.key, sizeof key.key);
        }
    free(bytes);
}

/* Limits of work that are beyond minisign's are refused before anybody types a passphrase. */
static void locked_keys_ask_for_bounded_work(void **state)
{
    world *w = *state;
    rh_secret_key key;
    size_t first = (size_t)(strchr(w->locked_text.bytes, '\n') + 1 - w->locked_text.bytes);
    put_file(w, w->locked_text.bytes, w->locked_text.length);
    assert_int_equal(read_secret(w, &key), RH_INPUT);
    assert_int_equal(w->asked, 1);
    /* bytes 38 to 53 are the limits, four characters for three bytes */
    for (size_t at = first + 52; at < first + 72; at++) {
        char before = w->locked_text.bytes[at];
        w->locked_text.bytes[at] = '/';
        put_file(w, w->locked_text.bytes, w->locked_text.length);
        assert_int_equal(read_secret(w, &key), RH_INPUT);
        w->locked_text.bytes[at] = before;
    }
    int asked = w->asked;
    memset(w->locked_text.bytes + first + 52, '/', 20);
    put_file(w, w->locked_text.bytes, w->locked_text.length);
    assert_int_equal(read_secret(w, &key), RH_INPUT);
    assert_int_equal(w->asked, asked);
}

static void must_be_refused(world *w, const char *bytes, size_t length)
{
    rh_public_key key;
    rh_secret_key secret;
    put_file(w, bytes, length);
    assert_int_not_equal(read_public(w, &key), RH_OK);
    assert_int_not_equal(read_secret(w, &secret), RH_OK);
}

static void sizes_and_garbage(void **state)
{
    world *w = *state;
    static const char *const texts[] = {
        "", "\n", "\n\n\n", "RW", "RW\n", "RW==", "untrusted comment: ", "untrusted comment: \n",
        "untrusted comment: x\n\n", "untrusted comment: x\n%%%%\n", "untrusted comment: x\nRWQ=\n",
        "untrusted comment: x\n====\n", "\xff\xfe\x00", "{\"key\": \"RW\"}",
        "-----BEGIN KEY-----\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        must_be_refused(w, texts[i], strlen(texts[i]));
    rh_stream stream;
    rh_stream_init(&stream, 5, 0, 1);
    static char noise[1 << 20];
    for (int round = 0; round < 200; round++) {
        size_t length = (size_t)(rh_stream_u64(&stream) % 5000);
        for (size_t i = 0; i < length; i++) noise[i] = (char)rh_stream_u64(&stream);
        must_be_refused(w, noise, length);
    }
    memset(noise, 'R', sizeof noise);
    must_be_refused(w, noise, sizeof noise);        /* a huge line */
    memset(noise, '\n', sizeof noise);
    must_be_refused(w, noise, 4096);                /* as many lines as are read */
    must_be_refused(w, noise, sizeof noise);
    rh_buffer twice = {0};
    rh_buffer_append(&twice, w->public_text.bytes, w->public_text.length);
    rh_buffer_append(&twice, w->public_text.bytes, w->public_text.length);
    must_be_refused(w, twice.bytes, twice.length);
    rh_buffer_free(&twice);
    must_be_refused(w, w->secret_text.bytes, w->secret_text.length - 5);
}

/* Links to devices and what is no file at all: read by nobody, waited for by nobody. */
static void what_is_no_file(void **state)
{
    world *w = *state;
    rh_public_key key;
    rh_secret_key secret;
    static const char *const targets[] = {"/dev/zero", "/dev/random", "/dev/null", "/", "missing"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        unlink(w->path);
        assert_int_equal(symlink(targets[i], w->path), 0);
        assert_int_not_equal(read_public(w, &key), RH_OK);
        assert_int_not_equal(read_secret(w, &secret), RH_OK);
    }
    unlink(w->path);
    assert_int_equal(mkfifo(w->path, 0600), 0);
    assert_int_not_equal(read_public(w, &key), RH_OK);
    assert_int_not_equal(read_secret(w, &secret), RH_OK);
    unlink(w->path);
}

/* --- the key store ------------------------------------------------------------------------- */

static rh_status read_store(const world *w)
{
    rh_keystore *store = NULL;
    rh_error error = {RH_OK, ""};
    rh_buffer names = {0};
    rh_status status = rh_keystore_read(w->path, &store, &error);
    must_be_a_message(w, status, &error);
    if (status != RH_OK) return status;
    for (size_t i = 0; i < rh_keystore_count(store); i++) {
        const rh_public_key *key = rh_keystore_key(store, i);
        assert_ptr_equal(rh_keystore_find(store, key->id), key);    /* one id, one key */
        rh_keystore_names(store, i, &names);
        (void)rh_keystore_may(store, key, "vol-band");
        assert_true(strlen(rh_keystore_about(store, i)) < 256);
    }
    rh_buffer_free(&names);
    rh_keystore_free(store);
    return status;
}

static void hostile_stores(void **state)
{
    world *w = *state;
    char key[RH_KEY_TEXT], text[512];
    rh_public_key_text(&w->key, key);
    int length = snprintf(text, sizeof text, "{\"keys\": [{\"key\": \"%s\", \"names\": [\"a\", "
                          "\"acme-*\"], \"about\": \"me\"}]}", key);
    put_file(w, text, (size_t)length);
    assert_int_equal(read_store(w), RH_OK);
    for (int cut = 0; cut < length; cut++) {
        put_file(w, text, (size_t)cut);
        assert_int_not_equal(read_store(w), RH_OK);
    }
    for (int at = 0; at < length; at++)
        for (int bit = 0; bit < 8; bit++) {
            text[at] = (char)(text[at] ^ 1 << bit);
            put_file(w, text, (size_t)length);
            (void)read_store(w);
            text[at] = (char)(text[at] ^ 1 << bit);
        }
    static const char *const bad[] = {
        "[]", "null", "{\"keys\": {}}", "{\"keys\": [1]}", "{\"keys\": [{}]}", "{\"kyes\": []}",
        "{\"keys\": [{\"key\": 1, \"names\": []}]}",
        "{\"keys\": [{\"key\": \"\", \"names\": []}]}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        put_file(w, bad[i], strlen(bad[i]));
        assert_int_not_equal(read_store(w), RH_OK);
    }
    rh_buffer many = {0};
    rh_buffer_printf(&many, "{\"keys\": [{\"key\": \"%s\", \"names\": [", key);
    for (int i = 0; i < 257; i++) rh_buffer_printf(&many, "%s\"a\"", i > 0 ? ", " : "");
    rh_buffer_text(&many, "]}]}");
    put_file(w, many.bytes, many.length);
    assert_int_not_equal(read_store(w), RH_OK);
    for (int i = 0; i < 300000; i++) rh_buffer_text(&many, "[");
    put_file(w, many.bytes, many.length);
    assert_int_not_equal(read_store(w), RH_OK);
    rh_buffer_free(&many);
    length = snprintf(text, sizeof text, "{\"keys\": [{\"key\": \"%s\", \"names\": [\"a\"]}, "
                      "{\"key\": \"%s\", \"names\": [\"b\"]}]}", key, key);
    put_file(w, text, (size_t)length);
    assert_int_not_equal(read_store(w), RH_OK);     /* the same id twice */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(public_keys),     TEST(secret_keys),     TEST(locked_keys_ask_for_bounded_work),
        TEST(sizes_and_garbage), TEST(what_is_no_file), TEST(hostile_stores)};
    return cmocka_run_group_tests_name("keyfile", tests, NULL, NULL);
}
