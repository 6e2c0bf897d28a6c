/* The parts of report.html, in the order in which they are read. Internal to this room.
 * Each part appends to page->out and fails only through the buffer's sticky failure. */
#ifndef RH_REPORT_PAGE_H
#define RH_REPORT_PAGE_H

#include "base/buffer.h"
#include "report/history.h"
#include "report/summary.h"

typedef struct rh_page {
    rh_summary summary;
    rh_ledger ledger;
    rh_fills fills;
    rh_marks marks;
    rh_buffer out;
} rh_page;

extern const char *const rh_page_style[];       /* lines of CSS, NULL-terminated */
extern const char *const rh_page_script[];      /* lines of JavaScript, NULL-terminated */

void rh_page_headline(rh_page *page);           /* title, the answer in words, key figures */
void rh_page_tables(rh_page *page);             /* P&L by cause, costs, attribution, hedging */
void rh_page_figures(rh_page *page);            /* curves, each with its numbers */
void rh_page_events(rh_page *page);             /* what the journal marked */
void rh_page_provenance(rh_page *page);         /* what this run was made of */

/* "12,345.67 USD", escaped; the numeraire is left out when unknown. */
void rh_page_money(rh_page *page, double value, int decimals);
/* Decimals for all money of this page. */
int rh_page_decimals(const rh_page *page);

#endif
