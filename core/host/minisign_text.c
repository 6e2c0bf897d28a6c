/* Lines and base64 of minisign's files. Must not know what they mean.
 * Invariant: base64 is strict (RFC 4648, padded, canonical): one value has one text. */
#include "host/minisign_text.h"

#include <sodium.h>
#include <string.h>

enum { BASE64_MAX = 256 };      /* of the longest line, the secret key */

bool rh_line_next(rh_lines *lines, rh_line *line)
{
    if (lines->at >= lines->end) return false;
    size_t left = (size_t)(lines->end - lines->at);
    const char *stop = memchr(lines->at, '\n', left);
    size_t length = stop != NULL ? (size_t)(stop - lines->at) : left;
    *line = (rh_line){lines->at, length};
    lines->at += stop != NULL ? length + 1 : length;
    lines->number++;
    if (line->length > 0 && line->text[line->length - 1] == '\r') line->length--;
    return true;
}

rh_status rh_line_comment(rh_lines *lines, const char *label, rh_error *error)
{
    static const char prefix[] = "untrusted comment: ";
    rh_line line;
    if (rh_line_next(lines, &line) && line.length >= sizeof prefix - 1 &&
        memcmp(line.text, prefix, sizeof prefix - 1) == 0)
        return RH_OK;
    return rh_fail(error, RH_INPUT, "%s:1: expected a line that begins with \"%s\": this is no "
                   "file of minisign", label, prefix);
}

/* libsodium takes every byte above 127 for a '/': written back, the bytes must give this text. */
static bool is_text_of(const rh_line *line, const unsigned char *bytes, size_t length)
{
    char again[BASE64_MAX];
    size_t needed = sodium_base64_encoded_len(length, sodium_base64_VARIANT_ORIGINAL);
    RH_ASSERT(needed <= sizeof again);
    sodium_bin2base64(again, sizeof again, bytes, length, sodium_base64_VARIANT_ORIGINAL);
    bool same = line->length == needed - 1 && sodium_memcmp(again, line->text, needed - 1) == 0;
    sodium_memzero(again, sizeof again);
    return same;
}

rh_status rh_line_base64(rh_lines *lines, const char *label, unsigned char *bytes, size_t length,
                         rh_error *error)
{
    rh_line line;
    size_t got = 0;
    const char *end = NULL;
    if (rh_line_next(lines, &line) &&
        sodium_base642bin(bytes, length, line.text, line.length, NULL, &got, &end,
                          sodium_base64_VARIANT_ORIGINAL) == 0 &&
        got == length && end == line.text + line.length && is_text_of(&line, bytes, length))
        return RH_OK;
    return rh_fail(error, RH_INPUT, "%s:%d: expected base64 of %zu bytes", label,
                   lines->number > 0 ? lines->number : 1, length);
}

rh_status rh_line_end(rh_lines *lines, const char *label, rh_error *error)
{
    rh_line line;
    while (rh_line_next(lines, &line))
        if (line.length > 0)
            return rh_fail(error, RH_INPUT, "%s:%d: expected the end of the file", label,
                           lines->number);
    return RH_OK;
}

void rh_base64_line(rh_buffer *out, const unsigned char *bytes, size_t length)
{
    char text[BASE64_MAX];
    RH_ASSERT(sodium_base64_encoded_len(length, sodium_base64_VARIANT_ORIGINAL) <= sizeof text);
    sodium_bin2base64(text, sizeof text, bytes, length, sodium_base64_VARIANT_ORIGINAL);
    rh_buffer_printf(out, "%s\n", text);
    sodium_memzero(text, sizeof text);
}
