/* Reading and creating key files. Must not prompt. Invariant: a secret key's file is created by
 * this process alone (O_EXCL) with mode 0600, and every buffer that held a secret is wiped. */
#include "host/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/file.h"

enum { KEY_FILE_BYTES_MAX = 4096 };

rh_status rh_keyfile_public(const char *path_or_text, rh_public_key *key, rh_error *error)
{
    char *text = NULL;
    size_t length = strlen(path_or_text);
    if (length == RH_KEY_TEXT - 1 && strncmp(path_or_text, "RW", 2) == 0 &&
        !rh_file_exists(path_or_text))
        return rh_public_key_parse("the public key given", path_or_text, length, key, error);
    RH_TRY(rh_file_read(path_or_text, KEY_FILE_BYTES_MAX, &text, &length, error));
    rh_status status = rh_public_key_parse(path_or_text, text, length, key, error);
    free(text);
    return status;
}

rh_status rh_keyfile_secret(const char *path, const rh_asker *asker, rh_secret_key *key,
                            rh_error *error)
{
    char *text = NULL;
    size_t length = 0;
    RH_TRY(rh_file_read(path, KEY_FILE_BYTES_MAX, &text, &length, error));
    rh_status status = rh_secret_key_parse(path, text, length, asker, key, error);
    rh_wipe(text, length);
    free(text);
    return status;
}

static rh_status cannot(const char *path, int number, rh_error *error)
{
    return rh_fail(error, number == EEXIST ? RH_INPUT : RH_IO, "%s: cannot be made: %s%s", path,
                   strerror(number), number == EEXIST ? " (a key is never replaced)" : "");
}

static rh_status make_parent(const char *path, rh_error *error)
{
    char folder[RH_PATH_MAX];
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path) return RH_OK;
    int length = snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    if (length < 0 || (size_t)length >= sizeof folder)
        return rh_fail(error, RH_INPUT, "%s: the path is too long", path);
    return rh_make_directories(folder, error);
}

static rh_status create(const char *path, mode_t mode, const rh_buffer *text, rh_error *error)
{
    size_t written = 0;
    RH_TRY(make_parent(path, error));
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0) return cannot(path, errno, error);
    int failed = 0;
    while (failed == 0 && written < text->length) {
        ssize_t got = write(fd, text->bytes + written, text->length - written);
        if (got >= 0)
            written += (size_t)got;
        else if (errno != EINTR)
            failed = errno;
    }
    if (failed == 0 && fsync(fd) != 0 && errno != EINVAL) failed = errno;
    if (close(fd) != 0 && failed == 0) failed = errno;
    if (failed == 0) return RH_OK;
    unlink(path);
    return cannot(path, failed, error);
}

rh_status rh_keyfile_generate(const char *secret_path, const char *public_path,
                              const char *passphrase, rh_public_key *key, rh_error *error)
{
    rh_secret_key secret;
    rh_buffer secret_text = {0}, public_text = {0};
    if (rh_file_exists(secret_path)) return cannot(secret_path, EEXIST, error);
    if (rh_file_exists(public_path)) return cannot(public_path, EEXIST, error);
    rh_key_pair_make(&secret, key);
    rh_status status = rh_secret_key_write(&secret, passphrase, &secret_text, error);
    rh_secret_key_wipe(&secret);
    rh_public_key_write(key, &public_text);
    if (status == RH_OK && public_text.failed)
        status = rh_fail(error, RH_NO_MEMORY, "no memory for a key");
    if (status == RH_OK) status = create(secret_path, 0600, &secret_text, error);
    if (status == RH_OK) {
        status = create(public_path, 0644, &public_text, error);
        if (status != RH_OK) unlink(secret_path);
    }
    rh_wipe(secret_text.bytes, secret_text.length);
    rh_buffer_free(&secret_text);
    rh_buffer_free(&public_text);
    return status;
}
