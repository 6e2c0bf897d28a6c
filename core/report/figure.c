/* Frames: a table and the same numbers for report.js; and the opening of every figure.
 * Must not round what is drawn to what is printed. Invariant: each figure has one table. */
#include "report/figure.h"

#include <math.h>
#include <stdio.h>

#include "report/figure_parts.h"
#include "report/markup.h"
#include "report/number.h"
#include "report/page.h"

void rh_put_numbers(rh_json_writer *json, const char *key, const double *values, size_t count,
                    size_t stride)
{
    rh_json_open(json, key, '[');
    for (size_t i = 0; i < count; i++) {
        double value = values[i * stride];
        if (i > 0) rh_buffer_text(json->out, ",");
        if (isfinite(value)) rh_buffer_printf(json->out, "%.9g", value);
        else rh_buffer_text(json->out, "null");
    }
    rh_json_close(json, ']');
}

/* As a page shows it: what is hidden or moves text is made visible first. */
void rh_put_name(rh_json_writer *json, const char *key, const char *name)
{
    rh_buffer safe = {0};
    rh_plain_text(&safe, name, 0);
    rh_json_put_text(json, key, safe.bytes && !safe.failed ? safe.bytes : "");
    rh_buffer_free(&safe);
}

void rh_figure_open(rh_page *page, const char *draw, const char *heading, const char *unit,
                    int height)
{
    char id[24];
    snprintf(id, sizeof id, "figure-%d", ++page->figure_count);
    rh_json_open(&page->json, NULL, '{');
    rh_json_put_text(&page->json, "id", id);
    rh_json_put_text(&page->json, "draw", draw);
    rh_json_put_i64(&page->json, "height", height);
    rh_buffer_printf(&page->out, "<figure id=\"%s\">\n<figcaption><h2>%s <i>", id, heading);
    rh_html_text(&page->out, unit);
    rh_buffer_text(&page->out, "</i></h2><span class=\"about\">");
}

void rh_figure_plot(rh_page *page)
{
    rh_buffer_text(&page->out, "</span></figcaption>\n<div class=\"plot\" role=\"img\" "
                               "aria-label=\"the numbers below as a picture\"></div>\n"
                               "<details><summary>Numbers</summary><div class=\"scroll\">"
                               "<table class=\"numbers\">\n");
}

void rh_figure_close(rh_page *page)
{
    rh_json_close(&page->json, '}');
    rh_buffer_text(&page->out, "</tbody></table></div></details>\n</figure>\n");
}

enum { ROWS_OPEN = 40 };        /* a longer table begins folded */

/* --- frames -------------------------------------------------------------------------------- */

/* As many decimals as the largest value asks for, and no more than any of them has; -1: the column
 * has no value and is left out of the table. */
static int decimals_of(const rh_frame *frame, int column)
{
    double largest = 0;
    bool any = false;
    int needed = 0;
    double scale = 1;
    for (size_t row = 0; row < frame->rows; row++) {
        double value = frame->values[row * (size_t)frame->columns + (size_t)column];
        if (!isfinite(value)) continue;
        any = true;
        largest = fmax(largest, fabs(value));
    }
    int most = rh_figure_decimals(largest);
    for (size_t row = 0; row < frame->rows && needed < most; row++) {
        double value = frame->values[row * (size_t)frame->columns + (size_t)column];
        while (isfinite(value) && needed < most &&
               fabs(round(value * scale) - value * scale) > 1e-9 * fmax(1, fabs(value * scale))) {
            needed++;
            scale *= 10;
        }
    }
    return any ? needed : -1;
}

static void table(rh_page *page, const rh_frame *frame)
{
    rh_buffer *out = &page->out;
    int decimals[RH_FRAME_COLUMNS_MAX];
    rh_buffer_text(out, "<thead><tr>");
    if (frame->label_head) rh_buffer_printf(out, "<th scope=\"col\">%s</th>", frame->label_head);
    for (int c = 0; c < frame->columns; c++) {
        decimals[c] = decimals_of(frame, c);
        if (decimals[c] < 0) continue;
        rh_buffer_text(out, "<th scope=\"col\">");
        rh_html_text(out, frame->heads[c]);
        rh_buffer_text(out, "</th>");
    }
    rh_buffer_text(out, "</tr></thead><tbody>\n");
    for (size_t row = 0; row < frame->rows; row++) {
        rh_buffer_text(out, "<tr>");
        if (frame->label_head) {
            rh_buffer_text(out, "<th scope=\"row\"><bdi>");
            rh_html_text(out, frame->labels[row]);
            rh_buffer_text(out, "</bdi></th>");
        }
        for (int c = 0; c < frame->columns; c++) {
            if (decimals[c] < 0) continue;
            rh_buffer_text(out, "<td>");
            rh_html_figure(out, frame->values[row * (size_t)frame->columns + (size_t)c],
                           decimals[c]);
            rh_buffer_text(out, "</td>");
        }
        rh_buffer_text(out, "</tr>\n");
    }
}

static void island(rh_page *page, const rh_frame *frame)
{
    rh_json_writer *json = &page->json;
    rh_put_name(json, "x", frame->x ? frame->x : "");
    rh_put_name(json, "y", frame->y ? frame->y : "");
    rh_put_name(json, "of", frame->of ? frame->of : "");
    rh_json_open(json, "columns", '[');
    for (int c = 0; c < frame->columns; c++) rh_json_put_text(json, NULL, frame->keys[c]);
    rh_json_close(json, ']');
    rh_json_open(json, "labels", '[');
    for (size_t row = 0; frame->label_head && row < frame->rows; row++)
        rh_put_name(json, NULL, frame->labels[row]);
    rh_json_close(json, ']');
    rh_json_open(json, "values", '[');
    for (int c = 0; c < frame->columns; c++)
        rh_put_numbers(json, NULL, frame->values + c, frame->rows, (size_t)frame->columns);
    rh_json_close(json, ']');
    rh_json_open(json, "rules", '[');
    for (int i = 0; i < frame->rules; i++) {
        rh_json_open(json, NULL, '{');
        rh_put_name(json, "name", frame->rule_names[i]);
        rh_json_put_double(json, "value", frame->rule_values[i]);
        rh_json_close(json, '}');
    }
    rh_json_close(json, ']');
}

void rh_frame_put(rh_page *page, const rh_frame *frame)
{
    if (!frame->draw) {
        rh_buffer_printf(&page->out, "<section class=\"wide\"><h2>%s <i>", frame->heading);
        rh_html_text(&page->out, frame->unit);
        rh_buffer_printf(&page->out, "</i></h2>\n<details%s><summary>Numbers</summary><div "
                         "class=\"scroll\"><table class=\"numbers\">\n",
                         frame->rows <= ROWS_OPEN ? " open" : "");
        table(page, frame);
        rh_buffer_printf(&page->out, "</tbody></table></div></details>\n<p class=\"note\">%s</p>"
                         "</section>\n", frame->about);
        return;
    }
    rh_figure_open(page, frame->draw, frame->heading, frame->unit, frame->height);
    rh_buffer_text(&page->out, frame->about);
    island(page, frame);
    rh_figure_plot(page);
    table(page, frame);
    rh_figure_close(page);
}
