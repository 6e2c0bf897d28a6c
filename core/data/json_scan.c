/* Strict JSON syntax with comments, checked before cJSON sees the text, without recursion.
 * Must not build anything. cJSON alone would accept trailing garbage, leading zeros, raw control
 * characters and bad UTF-8, would cut numbers after 63 characters, and knows no lines.
 * Invariant: the scanner never moves beyond `length`; the text may hold NUL bytes. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "data/json_tree.h"
#include "data/utf8.h"

/* cJSON copies a number into 64 bytes and silently ends it there. */
#define NUMBER_BYTES_MAX 63
#define FOUND_BYTES 24

typedef struct scan {
    const char *name, *text;
    char *copy;
    size_t length, at;
    int depth;
    char open[RH_JSON_DEPTH_MAX];
    rh_error *error;
} scan;

/* --- messages ------------------------------------------------------------------------------ */

static rh_status fail_at(const scan *s, size_t at, const char *what)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < at && i < s->length; i++) {
        unsigned char c = (unsigned char)s->text[i];
        if (c == '\n') {
            line++;
            column = 1;
        } else if ((c & 0xc0) != 0x80) {
            column++;
        }
    }
    return rh_fail(s->error, RH_INPUT, "%s: line %zu, column %zu: %s", s->name, line, column, what);
}

static rh_status fail_expected(const scan *s, const char *expected)
{
    char found[FOUND_BYTES] = "the end of the text", shown[FOUND_BYTES - 8], what[128];
    if (s->at < s->length) {
        size_t bytes = rh_utf8_sequence(s->text + s->at, s->length - s->at);
        rh_text_escape(shown, sizeof shown, s->text + s->at, bytes > 0 ? bytes : 1);
        snprintf(found, sizeof found, "'%s'", shown);
    }
    snprintf(what, sizeof what, "found %s, expected %s", found, expected);
    return fail_at(s, s->at, what);
}

/* --- blanks and comments ------------------------------------------------------------------- */

static bool peek(const scan *s, char c)
{
    return s->at < s->length && s->text[s->at] == c;
}

static bool at_pair(const scan *s, char first, char second)
{
    return s->at + 1 < s->length && s->text[s->at] == first && s->text[s->at + 1] == second;
}

/* Blank text[from, at) in the copy; line ends stay. */
static void blank(scan *s, size_t from)
{
    for (size_t i = from; i < s->at; i++) {
        if (s->copy != NULL && s->text[i] != '\n') s->copy[i] = ' ';
    }
}

static rh_status skip_comment(scan *s)
{
    size_t from = s->at;
    if (at_pair(s, '/', '/')) {
        while (s->at < s->length && s->text[s->at] != '\n') s->at++;
    } else {
        s->at += 2;
        while (s->at < s->length && !at_pair(s, '*', '/')) s->at++;
        if (s->at >= s->length) return fail_at(s, from, "a comment that is never closed");
        s->at += 2;
    }
    blank(s, from);
    return RH_OK;
}

static rh_status skip_blanks(scan *s)
{
    for (;;) {
        if (peek(s, ' ') || peek(s, '\t') || peek(s, '\n') || peek(s, '\r')) {
            s->at++;
        } else if (at_pair(s, '/', '/') || at_pair(s, '/', '*')) {
            RH_TRY(skip_comment(s));
        } else {
            return RH_OK;
        }
    }
}

/* --- scalars ------------------------------------------------------------------------------- */

static bool is_digit(const scan *s)
{
    return s->at < s->length && s->text[s->at] >= '0' && s->text[s->at] <= '9';
}

static rh_status scan_digits(scan *s)
{
    if (!is_digit(s)) return fail_expected(s, "a digit");
    while (is_digit(s)) s->at++;
    return RH_OK;
}

static rh_status scan_number(scan *s)
{
    size_t from = s->at;
    char text[NUMBER_BYTES_MAX + 1];
    double value;
    if (peek(s, '-')) s->at++;
    bool zero = peek(s, '0');
    size_t first = s->at;
    RH_TRY(scan_digits(s));
    if (zero && s->at > first + 1) return fail_at(s, from, "a number with a leading zero");
    if (peek(s, '.')) {
        s->at++;
        RH_TRY(scan_digits(s));
    }
    bool exponent = peek(s, 'e') || peek(s, 'E');
    if (exponent) {
        s->at++;
        if (peek(s, '+') || peek(s, '-')) s->at++;
        RH_TRY(scan_digits(s));
    }
    size_t length = s->at - from;
    if (length > NUMBER_BYTES_MAX) return fail_at(s, from, "a number of more than 63 characters");
    if (!exponent) return RH_OK; /* 63 digits do not overflow */
    memcpy(text, s->text + from, length);
    text[length] = '\0';
    return rh_parse_double(text, &value) ? RH_OK
                                         : fail_at(s, from, "a number beyond the largest double");
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* The four digits after "\u"; `at` stands on the 'u'. */
static rh_status scan_unit(scan *s, unsigned *unit)
{
    *unit = 0;
    s->at++;
    for (int i = 0; i < 4; i++, s->at++) {
        int digit = s->at < s->length ? hex_digit(s->text[s->at]) : -1;
        if (digit < 0) return fail_expected(s, "four hexadecimal digits after \\u");
        *unit = *unit * 16 + (unsigned)digit;
    }
    return RH_OK;
}

static rh_status scan_unicode(scan *s, size_t from)
{
    unsigned unit, low;
    RH_TRY(scan_unit(s, &unit));
    if (unit == 0) return fail_at(s, from, "\\u0000: a string may not hold NUL");
    if (unit >= 0xdc00 && unit <= 0xdfff) return fail_at(s, from, "a low surrogate alone");
    if (unit < 0xd800 || unit > 0xdbff) return RH_OK;
    if (!at_pair(s, '\\', 'u')) return fail_at(s, from, "a high surrogate alone");
    s->at++;
    RH_TRY(scan_unit(s, &low));
    if (low < 0xdc00 || low > 0xdfff) return fail_at(s, from, "a high surrogate alone");
    return RH_OK;
}

static rh_status scan_escape(scan *s)
{
    size_t from = s->at++;
    if (peek(s, 'u')) return scan_unicode(s, from);
    if (s->at < s->length && s->text[s->at] != '\0' &&
        strchr("\"\\/bfnrt", s->text[s->at]) != NULL) {
        s->at++;
        return RH_OK;
    }
    return fail_expected(s, "one of \" \\ / b f n r t u after a backslash");
}

static rh_status scan_string(scan *s)
{
    size_t from = s->at++;
    while (s->at < s->length) {
        unsigned char c = (unsigned char)s->text[s->at];
        if (c == '"') {
            s->at++;
            return RH_OK;
        }
        if (c == '\\') {
            RH_TRY(scan_escape(s));
            continue;
        }
        if (c < 0x20) return fail_expected(s, "no raw control character in a string");
        size_t bytes = rh_utf8_sequence(s->text + s->at, s->length - s->at);
        if (bytes == 0) return fail_expected(s, "valid UTF-8");
        s->at += bytes;
    }
    return fail_at(s, from, "a string that is never closed");
}

static bool scan_word(scan *s, const char *word)
{
    size_t length = strlen(word);
    if (s->length - s->at < length || memcmp(s->text + s->at, word, length) != 0) return false;
    s->at += length;
    return true;
}

static rh_status scan_scalar(scan *s)
{
    if (peek(s, '"')) return scan_string(s);
    if (peek(s, '-') || is_digit(s)) return scan_number(s);
    if (scan_word(s, "true") || scan_word(s, "false") || scan_word(s, "null")) return RH_OK;
    return fail_expected(s, "a value");
}

/* --- containers ---------------------------------------------------------------------------- */

static char closer(const scan *s)
{
    return s->open[s->depth - 1] == '{' ? '}' : ']';
}

static rh_status scan_key(scan *s)
{
    if (!peek(s, '"')) return fail_expected(s, "a key in double quotes");
    RH_TRY(scan_string(s));
    RH_TRY(skip_blanks(s));
    if (!peek(s, ':')) return fail_expected(s, "':' after a key");
    s->at++;
    return RH_OK;
}

/* Reads an opening bracket; *empty when it closed at once, otherwise a value comes next. */
static rh_status scan_open(scan *s, bool *empty)
{
    if (s->depth == RH_JSON_DEPTH_MAX) {
        char what[64];
        snprintf(what, sizeof what, "nested deeper than %d levels", RH_JSON_DEPTH_MAX);
        return fail_at(s, s->at, what);
    }
    s->open[s->depth++] = s->text[s->at++];
    RH_TRY(skip_blanks(s));
    *empty = peek(s, closer(s));
    if (*empty) {
        s->at++;
        s->depth--;
        return RH_OK;
    }
    return s->open[s->depth - 1] == '{' ? scan_key(s) : RH_OK;
}

/* Reads what may follow a value: closing brackets, then a comma and the next key, or the end. */
static rh_status scan_after_value(scan *s, bool *done)
{
    *done = false;
    for (;;) {
        RH_TRY(skip_blanks(s));
        if (s->depth == 0) {
            if (s->at < s->length) return fail_expected(s, "nothing after the value");
            *done = true;
            return RH_OK;
        }
        if (peek(s, closer(s))) {
            s->at++;
            s->depth--;
            continue;
        }
        if (!peek(s, ',')) return fail_expected(s, closer(s) == '}' ? "',' or '}'" : "',' or ']'");
        s->at++;
        RH_TRY(skip_blanks(s));
        if (peek(s, closer(s))) return fail_expected(s, "a value after the last comma");
        return s->open[s->depth - 1] == '{' ? scan_key(s) : RH_OK;
    }
}

static rh_status scan_document(scan *s)
{
    bool done = false;
    while (!done) {
        RH_TRY(skip_blanks(s));
        if (peek(s, '{') || peek(s, '[')) {
            bool empty = false;
            RH_TRY(scan_open(s, &empty));
            if (!empty) continue;
        } else {
            RH_TRY(scan_scalar(s));
        }
        RH_TRY(scan_after_value(s, &done));
    }
    return RH_OK;
}

rh_status rh_json_scan(const char *name, const char *text, size_t length, char *copy,
                       rh_error *error)
{
    scan s = {.name = name, .text = text, .copy = copy, .length = length, .error = error};
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        s.at = 3;
        blank(&s, 0);
    }
    return scan_document(&s);
}

bool rh_json_is_scalar(const char *text, size_t length)
{
    scan s = {.name = "", .text = text, .length = length};
    return scan_scalar(&s) == RH_OK && s.at == length;
}
