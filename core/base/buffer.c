/* Appends to a growable byte buffer. Must not lose what was appended before a failure.
 * Invariant: bytes is NULL or bytes[length] is NUL and length < capacity. */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define CAPACITY_MIN ((size_t)64)

/* Make room for `more` bytes and the NUL; false (and failed) when that cannot be. */
static bool reserve(rh_buffer *buffer, size_t more)
{
    if (buffer->failed) return false;
    if (buffer->bytes && more < buffer->capacity - buffer->length) return true;
    if (more > SIZE_MAX / 4 - buffer->length) {
        buffer->failed = true;
        return false;
    }
    size_t capacity = buffer->capacity ? buffer->capacity : CAPACITY_MIN;
    while (capacity - 1 < buffer->length + more) capacity *= 2;
    char *grown = realloc(buffer->bytes, capacity);
    if (!grown) {
        buffer->failed = true;
        return false;
    }
    grown[buffer->length] = '\0';
    buffer->bytes = grown;
    buffer->capacity = capacity;
    return true;
}

void rh_buffer_append(rh_buffer *buffer, const void *bytes, size_t length)
{
    if (!reserve(buffer, length) || length == 0) return;
    memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
    buffer->bytes[buffer->length] = '\0';
}

void rh_buffer_text(rh_buffer *buffer, const char *text)
{
    rh_buffer_append(buffer, text, strlen(text));
}

void rh_buffer_printf(rh_buffer *buffer, const char *format, ...)
{
    if (!reserve(buffer, 0)) return;
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    size_t room = buffer->capacity - buffer->length;
    int length = vsnprintf(buffer->bytes + buffer->length, room, format, arguments);
    if (length < 0) {
        buffer->bytes[buffer->length] = '\0';
        buffer->failed = true;
    } else if ((size_t)length < room) {
        buffer->length += (size_t)length;
    } else if (reserve(buffer, (size_t)length)) {
        vsnprintf(buffer->bytes + buffer->length, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    } else {
        buffer->bytes[buffer->length] = '\0';
    }
    va_end(again);
    va_end(arguments);
}

void rh_buffer_double(rh_buffer *buffer, double value)
{
    char text[RH_NUMBER_TEXT];
    size_t length = rh_text_double(text, value);
    rh_buffer_append(buffer, text, length);
}

void rh_buffer_clear(rh_buffer *buffer)
{
    buffer->length = 0;
    buffer->failed = false;
    if (buffer->bytes) buffer->bytes[0] = '\0';
}

void rh_buffer_free(rh_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (rh_buffer){0};
}
