/* Which bytes are UTF-8 (RFC 3629: shortest forms only, no surrogates). Private to core/data.
 * Must not decode. */
#ifndef RH_DATA_UTF8_H
#define RH_DATA_UTF8_H

#include <stddef.h>

/* The bytes of the sequence that `text` begins with (1 to 4), or 0 when it is not one. */
size_t rh_utf8_sequence(const char *text, size_t length);

#endif
