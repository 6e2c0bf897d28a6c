/* The only way text of scripts and data reaches a page or a terminal.
 * Invariant: whatever the bytes, the output is valid UTF-8 without any character that moves a
 * cursor, starts an escape sequence, reorders text or opens markup. */
#include "report/markup.h"

#include <stdint.h>
#include <string.h>

#include "report/number.h"

/* One code point; returns its bytes, 0 where the text is not UTF-8 (overlong forms, surrogates). */
static size_t decode(const unsigned char *at, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = at[0] < 0x80 ? 1 : at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
    if (length == 1) {
        *code = at[0];
        return 1;
    }
    if (at[0] < 0xC2 || at[0] > 0xF4) return 0;
    uint32_t value = at[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80) return 0;   /* also stops at the end of the text */
        value = value << 6 | (at[i] & 0x3Fu);
    }
    if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return 0;
    *code = value;
    return length;
}

static bool is_active(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
           code == 0x061C || code == 0xFEFF || (code >= 0xFFF9 && code <= 0xFFFB) ||
           (code >= 0xE0000 && code <= 0xE0FFF);
}

static size_t columns_of(uint32_t code)
{
    static const uint32_t wide[][2] = {
        {0x1100, 0x115F}, {0x2E80, 0xA4CF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
        {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
    if ((code >= 0x300 && code <= 0x36F) || (code >= 0xFE00 && code <= 0xFE0F)) return 0;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (code >= wide[i][0] && code <= wide[i][1]) return 2;
    return 1;
}

static const char *entity(uint32_t code)
{
    switch (code) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

/* Append what one step of the text looks like; returns the bytes consumed. */
static size_t step(rh_buffer *out, const char *text, bool html, size_t *columns)
{
    uint32_t code = 0;
    size_t length = decode((const unsigned char *)text, &code), before = out->length;
    const char *name = html ? entity(code) : NULL;
    if (length == 0)
        rh_buffer_printf(out, "\\x%02X", (unsigned)(unsigned char)text[0]);
    else if (is_active(code))
        rh_buffer_printf(out, code < 0x100 ? "\\x%02X" : "\\u{%X}", (unsigned)code);
    else if (name)
        rh_buffer_text(out, name);
    else
        rh_buffer_append(out, text, length);
    bool literal = length > 0 && !is_active(code);
    *columns = literal ? columns_of(code) : out->length - before;
    return length > 0 ? length : 1;
}

void rh_html_text(rh_buffer *out, const char *text)
{
    size_t columns;
    while (*text) text += step(out, text, true, &columns);
}

void rh_plain_text(rh_buffer *out, const char *text, size_t width)
{
    size_t used = 0, columns;
    size_t fit = 0, fit_length = out->length;   /* where ".." still fits */
    while (*text) {
        text += step(out, text, false, &columns);
        used += columns;
        if (width > 0 && used > width) {
            if (out->failed) return;
            out->length = fit_length;
            rh_buffer_text(out, width - fit >= 2 ? ".." : ".");
            return;
        }
        if (used + 2 <= width) {
            fit = used;
            fit_length = out->length;
        }
    }
}

size_t rh_plain_width(const char *text)
{
    size_t width = 0;
    while (*text) {
        uint32_t code = 0;
        size_t length = decode((const unsigned char *)text, &code);
        width += length > 0 ? columns_of(code) : 1;
        text += length > 0 ? length : 1;
    }
    return width;
}

void rh_html_figure(rh_buffer *out, double value, int decimals)
{
    char text[RH_FIGURE_TEXT];
    rh_figure_text(text, value, decimals);
    if (strcmp(text, "n/a") == 0) {
        rh_buffer_text(out, "&ndash;");
        return;
    }
    if (text[0] == '-') rh_buffer_text(out, "&minus;");
    rh_buffer_text(out, text[0] == '-' ? text + 1 : text);
}
