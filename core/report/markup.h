/* The only way text of scripts and data reaches a page or a terminal. Control characters (C0, DEL,
 * C1), bidirectional overrides, line separators and invalid UTF-8 become visible \xNN or \u{...};
 * for HTML the five special characters become entities too, so it is safe in quoted attributes. */
#ifndef RH_REPORT_MARKUP_H
#define RH_REPORT_MARKUP_H

#include "base/buffer.h"

void rh_html_text(rh_buffer *out, const char *text);
/* Terminal text, cut with ".." when wider than `width` columns (0 = no bound). */
void rh_plain_text(rh_buffer *out, const char *text, size_t width);
/* Columns a terminal gives to valid UTF-8 text without control characters. */
size_t rh_plain_width(const char *text);
/* A number with a true minus sign, as rh_figure_text. */
void rh_html_figure(rh_buffer *out, double value, int decimals);

#endif
