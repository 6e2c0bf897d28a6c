/* The parts of report.html, in the order in which they are read. Internal to this room.
 * A part appends to page->out, a figure to page->figures as well; both fail only through the
 * buffers' sticky failure. Whatever a page is of, it opens, closes and is written the same way. */
#ifndef RH_REPORT_PAGE_H
#define RH_REPORT_PAGE_H

#include "base/buffer.h"
#include "report/figure.h"
#include "report/history.h"
#include "report/summary.h"

struct rh_page {
    rh_summary summary;
    rh_ledger ledger;
    rh_fills fills;
    rh_marks marks;
    rh_buffer out;
    rh_buffer figures;          /* what report.js draws, JSON objects */
    rh_json_writer json;        /* into it */
    int figure_count;
    rh_sampled columns[RH_SAMPLED_MAX];
    int column_count;
};

/* --- any page (page.c) --------------------------------------------------------------------- */

rh_page *rh_page_new(rh_error *error);
void rh_page_free(rh_page *page);
/* DIR/NAME; RH_INPUT when that is too long. */
rh_status rh_page_path(char path[RH_PATH_MAX], const char *dir, const char *name, rh_error *error);
/* The same for a file to read, which must be a plain one: the directory may be a stranger's. */
rh_status rh_page_input(char path[RH_PATH_MAX], const char *dir, const char *name,
                        rh_error *error);
void rh_page_open(rh_page *page, const char *title);    /* up to the first part */
void rh_page_close(rh_page *page);                      /* the data, the scripts, the end */
rh_status rh_page_write(const rh_page *page, const char *path, rh_error *error);

/* --- kinds of pages ------------------------------------------------------------------------ */

void rh_page_run(rh_page *page);                /* everything read: summary, ledger, ... */
rh_status rh_page_mc(rh_page *page, rh_error *error);
rh_status rh_page_sweep(rh_page *page, rh_error *error);

/* --- parts of a run ------------------------------------------------------------------------ */

void rh_page_headline(rh_page *page);           /* title, the answer in words, key figures */
void rh_page_tables(rh_page *page);             /* P&L by cause, costs, attribution, hedging */
void rh_page_figures(rh_page *page);            /* curves, each with its numbers */
void rh_page_events(rh_page *page);             /* what the journal marked */
void rh_page_provenance(rh_page *page);         /* what this run was made of */

/* --- words --------------------------------------------------------------------------------- */

/* "12,345.67 USD", escaped; the numeraire is left out when unknown. */
void rh_page_money(rh_page *page, double value, int decimals);
/* At most `digits` significant ones, with a true minus sign. */
void rh_page_short(rh_page *page, double value, int digits);
/* "policy NAME VERSION (band 0.25, to edge)"; "The book: short 10 ...", nothing if unsaid. */
void rh_page_policy(rh_page *page);
void rh_page_book(rh_page *page);
void rh_page_notes(rh_page *page);
int rh_page_decimals(const rh_page *page);

void rh_page_tiles(rh_page *page);              /* then tiles, then close the element */
/* One key figure: name, value, what it is measured in (HTML, "" for nothing). */
void rh_page_tile(rh_page *page, const char *name, double value, int decimals, const char *unit);

#endif
