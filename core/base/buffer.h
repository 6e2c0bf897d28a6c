/* A growable byte buffer for building text and binary records off the event path.
 * A failed allocation makes the buffer `failed`; further appends do nothing, so that a chain of
 * appends is checked once at its end. `bytes` is always NUL-terminated when not NULL. */
#ifndef RH_BASE_BUFFER_H
#define RH_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

typedef struct rh_buffer {
    char *bytes;
    size_t length, capacity;
    bool failed;
} rh_buffer;

void rh_buffer_append(rh_buffer *buffer, const void *bytes, size_t length);
void rh_buffer_text(rh_buffer *buffer, const char *text);
void rh_buffer_printf(rh_buffer *buffer, const char *format, ...) RH_PRINTF(2, 3);
void rh_buffer_double(rh_buffer *buffer, double value);   /* rh_text_double */
void rh_buffer_clear(rh_buffer *buffer);                  /* length 0, memory kept, failed reset */
void rh_buffer_free(rh_buffer *buffer);                   /* {0} again */

#endif
