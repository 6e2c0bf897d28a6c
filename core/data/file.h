/* Whole files in, atomic files and directories out. A file or directory written through here is
 * complete under its name or absent: written beside it under a temporary name, synced, renamed. */
#ifndef RH_DATA_FILE_H
#define RH_DATA_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "base/hash.h"

/* Read a regular file of at most max_bytes; *bytes is malloc'ed, NUL-terminated, the caller frees.
 * Missing, unreadable, not a regular file, too large: RH_INPUT with the path. */
rh_status rh_file_read(const char *path, size_t max_bytes, char **bytes, size_t *length,
                       rh_error *error);
rh_status rh_file_sha256(const char *path, char hex[RH_SHA256_HEX], rh_error *error);
bool rh_file_exists(const char *path);
bool rh_file_is_folder(const char *path);
/* RH_INPUT when something else than a file of bytes is there, a pipe or a device, which reading
 * might never get to the end of. RH_OK when nothing is there: whoever opens it will say so. */
rh_status rh_file_is_plain(const char *path, rh_error *error);

/* `name` relative to the folder of `base_file`, normalised into out[RH_PATH_MAX]. A result outside
 * that folder (by .., by an absolute path, by a symbolic link) is refused with RH_INPUT unless it
 * lies below one of the `allowed` directories (NULL-terminated list, may be NULL). The file itself
 * need not exist: reading it says so. */
rh_status rh_path_resolve(const char *base_file, const char *name, const char *const *allowed,
                          char *out, rh_error *error);
rh_status rh_make_directories(const char *path, rh_error *error);   /* like mkdir -p */

/* A buffered output file; every write is checked, the first failure sticks and is reported by
 * commit. `path` "-" is not special here. */
typedef struct rh_file_out rh_file_out;
rh_status rh_file_out_open(const char *path, rh_file_out **out, rh_error *error);
void rh_file_out_write(rh_file_out *out, const void *bytes, size_t length);
void rh_file_out_text(rh_file_out *out, const char *text);
void rh_file_out_printf(rh_file_out *out, const char *format, ...) RH_PRINTF(2, 3);
void rh_file_out_double(rh_file_out *out, double value);
rh_status rh_file_out_seek(rh_file_out *out, long long offset);     /* from the start */
bool rh_file_out_failed(const rh_file_out *out);    /* a write has failed; commit will say why */
rh_status rh_file_out_commit(rh_file_out *out, rh_error *error);    /* sync, rename, free */
/* Another file that begins with all that was written so far; both then go on by themselves. For a
 * forked process, which then leaves the first: closed, and nothing of it touched. `ends`: texts put
 * before the end of the first line and of each later one; NULL: none. */
rh_status rh_file_out_copy(const rh_file_out *from, const char *path, const char *const ends[2],
                           rh_file_out **out, rh_error *error);
void rh_file_out_leave(rh_file_out *out);
void rh_file_out_abandon(rh_file_out *out);                         /* remove the temporary, free */

/* A directory that appears whole: begin makes DIR.tmp-PID-N beside it (refuses when `path` exists,
 * makes missing parents), files are opened inside `temporary`, commit syncs and renames (or removes
 * it all and says why), abandon removes it all. rh_dir_out_fail keeps it as DIR.failed
 * (DIR.failed-2 ... when there is one) for the post-mortem and leaves that name in `path`. */
typedef struct rh_dir_out { char path[RH_PATH_MAX], temporary[RH_PATH_MAX]; } rh_dir_out;
rh_status rh_dir_out_begin(rh_dir_out *dir, const char *path, rh_error *error);
rh_status rh_dir_out_commit(rh_dir_out *dir, rh_error *error);
void rh_dir_out_abandon(rh_dir_out *dir);
rh_status rh_dir_out_fail(rh_dir_out *dir, rh_error *error);

#endif
