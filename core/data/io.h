/* System calls of this folder, with their failures as errno values in return positions: interrupted
 * calls are repeated, nothing is left in errno for a caller to read. Private to core/data. */
#ifndef RH_DATA_IO_H
#define RH_DATA_IO_H

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/* "PATH: cannot DOING: REASON", the reason being that of an errno value; ENOMEM is RH_NO_MEMORY
 * whatever the status. */
rh_status rh_io_fail(rh_error *error, rh_status status, const char *path, const char *doing,
                     int number);

/* Open for reading; *fd, or an errno value (EISDIR: a directory). Never waits for a FIFO's writer
 * when `regular_only`, and then answers EINVAL for anything that is not a regular file. */
int rh_io_open(const char *path, int regular_only, int *fd, off_t *bytes);
/* 0 and *length bytes (0 at the end), or an errno value. */
int rh_io_read(int fd, void *bytes, size_t capacity, size_t *length);
/* All of it, or an errno value. */
int rh_io_write(int fd, const void *bytes, size_t length);
int rh_io_sync(int fd);
/* Make the names in a folder durable. File systems that cannot sync a folder are not a failure. */
int rh_io_sync_folder(const char *path);
/* The folder part of a path ("." when there is none) into out[RH_PATH_MAX]. */
void rh_io_folder(const char *path, char *out);

#endif
