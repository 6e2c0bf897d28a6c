/* The line grammar that minisign's files share. Private to minisign*.c.
 * Lines end in LF or CR LF; the last may lack it; blank lines at the end are nothing. */
#ifndef RH_HOST_MINISIGN_TEXT_H
#define RH_HOST_MINISIGN_TEXT_H

#include "base/buffer.h"

typedef struct rh_lines { const char *at, *end; int number; } rh_lines;
typedef struct rh_line { const char *text; size_t length; } rh_line;

bool rh_line_next(rh_lines *lines, rh_line *line);
/* A line that begins with "untrusted comment: ". */
rh_status rh_line_comment(rh_lines *lines, const char *label, rh_error *error);
/* A line of base64 that is exactly `length` bytes. */
rh_status rh_line_base64(rh_lines *lines, const char *label, unsigned char *bytes, size_t length,
                         rh_error *error);
rh_status rh_line_end(rh_lines *lines, const char *label, rh_error *error);
void rh_base64_line(rh_buffer *out, const unsigned char *bytes, size_t length);

#endif
