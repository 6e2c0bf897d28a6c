/* Bundles as archives: the only user of libarchive. Reads tar, plain or gzip, from memory and gives
 * up at the first entry that is no plain file with a plain name; writes ustar with fixed metadata.
 * Must not touch the file system. Invariant: what an archive may make us hold is bounded before a
 * byte of it is kept, whatever its headers claim. */
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/file.h"
#include "host/bundle.h"

typedef struct reader {
    struct archive *archive;
    rh_bundle *bundle;
    rh_error *error;
    size_t packed;      /* bytes of the archive */
    int entries;
} reader;

static rh_status damaged(const reader *in)
{
    const char *why = archive_error_string(in->archive);
    return rh_fail(in->error, RH_INPUT, "%s: found a damaged archive (%.200s), expected a tar or "
                   "tar.gz made by rehedge pack", in->bundle->label,
                   why != NULL ? why : "unknown reason");
}

static rh_status refuse(const reader *in, const char *path, const char *found)
{
    char shown[128];
    rh_text_escape(shown, sizeof shown, path, strlen(path));
    return rh_fail(in->error, RH_INPUT, "%s: \"%s\": found %s, expected a plain file",
                   in->bundle->label, shown, found);
}

/* The entry's path, as bytes where it is no text of this locale; "" when it has none. */
static const char *path_of(struct archive_entry *entry)
{
    const char *path = archive_entry_pathname(entry);
    if (path == NULL) path = archive_entry_pathname_utf8(entry);
    return path != NULL ? path : "";
}

static const char *other_kind(struct archive_entry *entry)
{
    if (archive_entry_hardlink(entry) != NULL || archive_entry_hardlink_utf8(entry) != NULL)
        return "a hard link";
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG: return NULL;
    case AE_IFDIR: return NULL;
    case AE_IFLNK: return "a symbolic link";
    case AE_IFCHR:
    case AE_IFBLK: return "a device";
    case AE_IFIFO: return "a pipe";
    case AE_IFSOCK: return "a socket";
    default: return "something else";
    }
}

/* A folder's entry carries nothing, but its name obeys the rules: "a/b/" is "a/b". */
static rh_status check_folder(const reader *in, const char *path)
{
    char name[RH_BUNDLE_PATH_MAX + 1];
    size_t length = strlen(path);
    if (length > 1 && length <= sizeof name && path[length - 1] == '/') {
        memcpy(name, path, length - 1);
        name[length - 1] = '\0';
        path = name;
    }
    return rh_bundle_check_path(in->bundle->label, path, in->error);
}

/* Nothing large is kept for a small archive: text packs to a tenth, a bomb to a thousandth. */
static rh_status check_expansion(const reader *in, const char *path, size_t size)
{
    size_t sum = in->bundle->bytes + size;
    if (sum <= RH_BUNDLE_RATIO_FREE_BYTES || sum / RH_BUNDLE_RATIO_MAX <= in->packed) return RH_OK;
    return rh_fail(in->error, RH_LIMIT, "%s: \"%s\": found %zu bytes out of %zu, expected at most "
                   "%d times as many", in->bundle->label, path, sum, in->packed,
                   RH_BUNDLE_RATIO_MAX);
}

static rh_status read_file(const reader *in, const char *path, struct archive_entry *entry)
{
    int64_t declared = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : -1;
    RH_TRY(rh_bundle_check_path(in->bundle->label, path, in->error));
    if (declared < 0) return refuse(in, path, "a file without a size");
    if (declared > (int64_t)RH_BUNDLE_FILE_BYTES_MAX)
        return rh_fail(in->error, RH_LIMIT, "%s: \"%s\": found %lld bytes, expected at most %u a "
                       "file", in->bundle->label, path, (long long)declared,
                       RH_BUNDLE_FILE_BYTES_MAX);
    size_t size = (size_t)declared, length = 0;
    RH_TRY(check_expansion(in, path, size));
    char *bytes = malloc(size + 1);
    if (bytes == NULL) return rh_fail(in->error, RH_NO_MEMORY, "no memory for a bundle");
    for (la_ssize_t got = 1; got > 0 && length < size; length += (size_t)got) {
        got = archive_read_data(in->archive, bytes + length, size - length);
        if (got <= 0) {
            free(bytes);
            return damaged(in);
        }
    }
    bytes[length] = '\0';
    return rh_bundle_add(in->bundle, path, bytes, length, in->error);
}

static rh_status read_entry(reader *in, struct archive_entry *entry)
{
    const char *path = path_of(entry), *kind = other_kind(entry);
    if (++in->entries > 2 * RH_BUNDLE_FILES_MAX)
        return rh_fail(in->error, RH_LIMIT, "%s: found more than %d entries", in->bundle->label,
                       2 * RH_BUNDLE_FILES_MAX);
    if (archive_entry_is_encrypted(entry)) return refuse(in, path, "an encrypted file");
    if (archive_entry_sparse_count(entry) > 0) return refuse(in, path, "a sparse file");
    if (kind != NULL) return refuse(in, path, kind);
    if (archive_entry_filetype(entry) == AE_IFDIR) return check_folder(in, path);
    return read_file(in, path, entry);
}

static rh_status read_entries(reader *in, const char *bytes, size_t length)
{
    struct archive_entry *entry = NULL;
    if (archive_read_support_format_tar(in->archive) != ARCHIVE_OK ||
        archive_read_support_filter_gzip(in->archive) != ARCHIVE_OK ||
        archive_read_open_memory(in->archive, bytes, length) != ARCHIVE_OK)
        return damaged(in);
    if (archive_filter_count(in->archive) > 2)
        return rh_fail(in->error, RH_INPUT, "%s: found gzip inside gzip, expected a tar or tar.gz",
                       in->bundle->label);
    for (;;) {
        int code = archive_read_next_header(in->archive, &entry);
        if (code == ARCHIVE_EOF) break;
        /* A warning is about a name that is no text here; the rules for names refuse it. */
        if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return damaged(in);
        RH_TRY(read_entry(in, entry));
    }
    if (in->bundle->count > 0) return RH_OK;
    return rh_fail(in->error, RH_INPUT, "%s: found no files, expected a bundle", in->bundle->label);
}

rh_status rh_bundle_read_archive(const char *label, const char *bytes, size_t length,
                                 rh_bundle *bundle, rh_error *error)
{
    memset(bundle, 0, sizeof *bundle);
    size_t name = strlen(label);
    if (name >= sizeof bundle->label)
        return rh_fail(error, RH_INPUT, "the path of a bundle is longer than %d bytes",
                       RH_PATH_MAX - 1);
    memcpy(bundle->label, label, name + 1);
    reader in = {.archive = archive_read_new(), .bundle = bundle, .error = error,
                 .packed = length};
    if (in.archive == NULL) return rh_fail(error, RH_NO_MEMORY, "no memory for an archive");
    rh_status status = read_entries(&in, bytes, length);
    archive_read_free(in.archive);
    rh_bundle_sort(bundle);
    if (status != RH_OK) rh_bundle_free(bundle);
    return status;
}

rh_status rh_bundle_read(const char *path, rh_bundle *bundle, rh_error *error)
{
    char *bytes = NULL;
    size_t length = 0;
    memset(bundle, 0, sizeof *bundle);
    if (rh_file_is_folder(path)) return rh_bundle_read_folder(path, bundle, error);
    RH_TRY(rh_file_read(path, RH_BUNDLE_ARCHIVE_BYTES_MAX, &bytes, &length, error));
    rh_status status = rh_bundle_read_archive(path, bytes, length, bundle, error);
    free(bytes);
    return status;
}

/* --- writing ------------------------------------------------------------------------------- */

static la_ssize_t append(struct archive *archive, void *context, const void *bytes, size_t length)
{
    rh_buffer *out = context;
    (void)archive;
    rh_buffer_append(out, bytes, length);
    return out->failed ? -1 : (la_ssize_t)length;
}

static bool write_file(struct archive *archive, const rh_bundle_file *file)
{
    struct archive_entry *entry = archive_entry_new();
    if (entry == NULL) return false;
    archive_entry_set_pathname(entry, file->path);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)file->length);
    archive_entry_set_mtime(entry, 0, 0);
    archive_entry_set_uid(entry, 0);
    archive_entry_set_gid(entry, 0);
    bool good = archive_write_header(archive, entry) == ARCHIVE_OK &&
                archive_write_data(archive, file->bytes, file->length) ==
                    (la_ssize_t)file->length;
    archive_entry_free(entry);
    return good;
}

static bool write_files(struct archive *archive, const rh_bundle *bundle, bool gzip,
                        rh_buffer *out)
{
    const rh_bundle_file *manifest = rh_bundle_find(bundle, "manifest.json");
    if (archive_write_set_format_ustar(archive) != ARCHIVE_OK) return false;
    if (gzip && (archive_write_add_filter_gzip(archive) != ARCHIVE_OK ||
                 archive_write_set_options(archive, "gzip:compression-level=9,gzip:!timestamp") !=
                     ARCHIVE_OK))
        return false;
    archive_write_set_bytes_in_last_block(archive, 1);
    if (archive_write_open(archive, out, NULL, append, NULL) != ARCHIVE_OK) return false;
    bool good = manifest == NULL || write_file(archive, manifest);
    for (size_t i = 0; good && i < bundle->count; i++)
        if (&bundle->files[i] != manifest) good = write_file(archive, &bundle->files[i]);
    return archive_write_close(archive) == ARCHIVE_OK && good;
}

rh_status rh_bundle_write_archive(const rh_bundle *bundle, bool gzip, rh_buffer *out,
                                  rh_error *error)
{
    struct archive *archive = archive_write_new();
    if (archive == NULL) return rh_fail(error, RH_NO_MEMORY, "no memory for an archive");
    rh_status status = RH_OK;
    if (!write_files(archive, bundle, gzip, out) || out->failed)
        status = rh_fail(error, RH_IO, "%s: cannot be packed: %.200s", bundle->label,
                         archive_error_string(archive) != NULL ? archive_error_string(archive)
                                                               : "no memory");
    archive_write_free(archive);
    return status;
}
