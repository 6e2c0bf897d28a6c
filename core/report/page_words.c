/* Words and numbers that pages of every kind say: money, the policy with its params, the book, the
 * key figures, the notes. Nothing is guessed: what a summary does not say is left out. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report/markup.h"
#include "report/number.h"
#include "report/page.h"

enum { POSITIONS_SAID = 4, PARAMS_SAID = 12, NOTES_SAID = 32 };

int rh_page_decimals(const rh_page *page)
{
    double largest = fmax(fabs(page->summary.pnl_total), fabs(page->summary.cost_total));
    for (int i = 0; i < RH_PNL_CAUSES; i++) largest = fmax(largest, fabs(page->summary.pnl[i]));
    return rh_figure_decimals(largest);
}

void rh_page_money(rh_page *page, double value, int decimals)
{
    rh_html_figure(&page->out, value, decimals);
    if (page->summary.numeraire[0] == '\0' || isnan(value)) return;
    rh_buffer_text(&page->out, "&nbsp;");
    rh_html_text(&page->out, page->summary.numeraire);
}

void rh_page_short(rh_page *page, double value, int digits)
{
    char text[RH_FIGURE_TEXT];
    rh_figure_short(text, value, digits);
    if (text[0] == '-') rh_buffer_text(&page->out, "&minus;");
    rh_buffer_text(&page->out, text[0] == '-' ? text + 1 : text);
}

/* --- the policy ---------------------------------------------------------------------------- */

static void param(rh_page *page, const char *name, rh_json value)
{
    double number = 0;
    const char *text = "";
    rh_html_text(&page->out, name);
    rh_buffer_text(&page->out, "&nbsp;");
    if (rh_json_kind(value) == RH_JSON_NUMBER && rh_json_as_number(value, &number, NULL) == RH_OK)
        rh_page_short(page, number, 6);
    else if (rh_json_kind(value) == RH_JSON_STRING &&
             rh_json_as_text(value, &text, NULL) == RH_OK)
        rh_html_text(&page->out, text);
    else
        rh_buffer_text(&page->out, "...");
}

void rh_page_policy(rh_page *page)
{
    const rh_summary *s = &page->summary;
    rh_buffer *out = &page->out;
    rh_json params;
    rh_buffer_text(out, "policy <b><bdi>");
    rh_html_text(out, s->policy[0] ? s->policy : "unknown");
    rh_buffer_text(out, "</bdi></b> ");
    rh_html_text(out, s->policy_version);
    if (!s->doc) return;
    rh_json policy = rh_summary_block(rh_json_root(s->doc), "policy");
    if (!rh_summary_find(policy, "params", RH_JSON_OBJECT, &params) || rh_json_count(params) == 0)
        return;
    rh_buffer_text(out, " (<bdi>");
    for (size_t i = 0; i < rh_json_count(params) && i < PARAMS_SAID; i++) {
        if (i > 0) rh_buffer_text(out, ", ");
        param(page, rh_json_key_at(params, i), rh_json_at(params, i));
    }
    rh_buffer_text(out, "</bdi>)");
}

/* --- the book ------------------------------------------------------------------------------ */

static void position(rh_page *page, rh_json entry)
{
    rh_buffer *out = &page->out;
    double qty = rh_summary_number(entry, "qty"), strike = rh_summary_number(entry, "strike");
    const char *expiry = rh_summary_text(entry, "expiry");
    char moment[RH_TIME_TEXT];
    rh_buffer_text(out, qty < 0 ? "short " : "long ");
    rh_page_short(page, fabs(qty), 6);
    rh_buffer_text(out, "&nbsp;<bdi>");
    rh_html_text(out, rh_summary_text(entry, "asset"));
    rh_buffer_text(out, "</bdi> ");
    rh_html_text(out, rh_summary_text(entry, "kind"));
    if (!isnan(strike)) {
        rh_buffer_text(out, " struck at ");
        rh_page_short(page, strike, 8);
    }
    if (expiry[0]) {
        rh_buffer_text(out, ", expiring ");
        rh_html_text(out, rh_summary_moment(expiry, moment));
    }
}

void rh_page_book(rh_page *page)
{
    rh_buffer *out = &page->out;
    rh_json book;
    if (!page->summary.doc ||
        !rh_summary_find(rh_json_root(page->summary.doc), "portfolio", RH_JSON_ARRAY, &book))
        return;
    size_t count = rh_json_count(book), said = 0;
    for (size_t i = 0; i < count && said < POSITIONS_SAID; i++) {
        if (rh_json_kind(rh_json_at(book, i)) != RH_JSON_OBJECT) continue;
        rh_buffer_text(out, said == 0 ? "The book: " : "; ");
        position(page, rh_json_at(book, i));
        said++;
    }
    if (said == 0) return;
    if (count > said) rh_buffer_printf(out, "; and %zu more", count - said);
    rh_buffer_text(out, ". ");
}

/* --- key figures and notes ----------------------------------------------------------------- */

void rh_page_tiles(rh_page *page)
{
    rh_buffer_text(&page->out, "<div class=\"tiles\">\n");
}

void rh_page_tile(rh_page *page, const char *name, double value, int decimals, const char *unit)
{
    rh_buffer_printf(&page->out, "<div class=\"tile\"><span>%s</span><b>", name);
    rh_html_figure(&page->out, value, decimals);
    rh_buffer_printf(&page->out, "</b><small>%s</small></div>\n", unit);
}

void rh_page_notes(rh_page *page)
{
    const char *note;
    if (page->summary.failure[0]) {
        rh_buffer_text(&page->out, "<p class=\"note status\">The policy was killed: <bdi>");
        rh_html_text(&page->out, page->summary.failure);
        rh_buffer_text(&page->out, "</bdi></p>\n");
    }
    for (size_t i = 0; i < NOTES_SAID && (note = rh_summary_note(&page->summary, i)); i++) {
        rh_buffer_text(&page->out, "<p class=\"note\">Note: <bdi>");
        rh_html_text(&page->out, note);
        rh_buffer_text(&page->out, "</bdi></p>\n");
    }
}
