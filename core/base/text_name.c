/* Names people typed: the nearest known one, and escaping of text that came from outside.
 * Must not use the locale. Invariant: escaped text is valid UTF-8 on one line, and escaping it
 * again changes nothing (the backslash itself stays as it is). */
#include "base/text.h"

#include <string.h>

#include "base/limits.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`, case ignored. */
static unsigned edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned rows[3][RH_NAME_MAX];
    unsigned *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_length; j++) last[j] = (unsigned)j;
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            unsigned replaced = last[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
            row[j] = least(replaced, least(last[j], row[j - 1]) + 1);
            bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                           lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped) row[j] = least(row[j], before[j - 2] + 1);
        }
        unsigned *free_row = before;
        before = last;
        last = row;
        row = free_row;
    }
    return last[b_length];
}

const char *rh_nearest_name(const char *name, const char *const *names, size_t count)
{
    size_t length = strlen(name);
    if (length == 0 || length >= RH_NAME_MAX) return NULL;
    const char *nearest = NULL;
    unsigned nearest_distance = 0;
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(names[i]);
        if (other == 0 || other >= RH_NAME_MAX) continue;
        unsigned distance = edit_distance(name, length, names[i], other);
        size_t longer = length > other ? length : other;
        /* About one slip in three letters; a suggestion sharing nothing would only confuse. */
        if (distance > (longer + 2) / 3 || distance >= longer) continue;
        if (!nearest || distance < nearest_distance) {
            nearest = names[i];
            nearest_distance = distance;
        }
    }
    return nearest;
}

/* Bytes of the well-formed UTF-8 sequence at `text`, 0 when there is none. */
static size_t utf8_length(const unsigned char *text, size_t length)
{
    unsigned char lead = text[0];
    if (lead < 0x80) return 1;
    size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || bytes > length) return 0;
    for (size_t i = 1; i < bytes; i++)
        if ((text[i] & 0xC0) != 0x80) return 0;
    if (lead == 0xE0 && text[1] < 0xA0) return 0; /* overlong */
    if (lead == 0xED && text[1] > 0x9F) return 0; /* surrogates */
    if (lead == 0xF0 && text[1] < 0x90) return 0; /* overlong */
    if (lead == 0xF4 && text[1] > 0x8F) return 0; /* beyond U+10FFFF */
    return bytes;
}

/* C0, C1, DEL, and the line separators and direction controls a terminal may obey. */
static bool is_control(const unsigned char *text, size_t bytes)
{
    if (bytes == 1) return text[0] < 0x20 || text[0] == 0x7F;
    if (bytes == 2) return text[0] == 0xC2 && text[1] < 0xA0;
    if (bytes != 3 || text[0] != 0xE2) return false;
    if (text[1] == 0x80) return text[2] >= 0xA8 && text[2] <= 0xAE;
    return text[1] == 0x81 && text[2] >= 0xA6 && text[2] <= 0xA9;
}

/* One unit of output for the input at `text`: returns its size, sets how much input it took. */
static size_t escape_unit(char unit[4], const unsigned char *text, size_t length, size_t *taken)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t bytes = utf8_length(text, length);
    if (bytes && !is_control(text, bytes)) {
        memcpy(unit, text, bytes);
        *taken = bytes;
        return bytes;
    }
    unit[0] = '\\';
    unit[1] = 'x';
    unit[2] = digits[text[0] >> 4];
    unit[3] = digits[text[0] & 15];
    *taken = 1;
    return 4;
}

void rh_text_escape(char *out, size_t capacity, const char *text, size_t length)
{
    if (capacity == 0) return;
    const size_t dots = 3;
    size_t used = 0, cut = 0;
    const unsigned char *from = (const unsigned char *)text;
    for (size_t at = 0, taken = 0; at < length; at += taken) {
        char unit[4];
        size_t size = escape_unit(unit, from + at, length - at, &taken);
        if (used + size >= capacity) {
            used = cut;
            for (size_t i = 0; i < dots && used + 1 < capacity; i++) out[used++] = '.';
            break;
        }
        memcpy(out + used, unit, size);
        used += size;
        if (used + dots < capacity) cut = used;
    }
    out[used] = '\0';
}
