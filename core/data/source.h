/* Bytes from a file, gunzipped on the way when they are gzip (zlib finds out by the magic).
 * Any file but a directory, pipes included. A damaged or truncated gzip stream is RH_CORRUPT. */
#ifndef RH_DATA_SOURCE_H
#define RH_DATA_SOURCE_H

#include <stddef.h>

#include "base/error.h"

typedef struct rh_source rh_source;
rh_status rh_source_open(const char *path, rh_source **source, rh_error *error);
/* From an open file descriptor, which stays open; `name` stands for the path in messages. */
rh_status rh_source_open_fd(int fd, const char *name, rh_source **source, rh_error *error);
/* Up to `capacity` bytes; *length 0 at the end of the data. */
rh_status rh_source_read(rh_source *source, void *bytes, size_t capacity, size_t *length,
                         rh_error *error);
const char *rh_source_path(const rh_source *source);
void rh_source_close(rh_source *source);

#endif
