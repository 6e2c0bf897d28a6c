/* report.html: reads a run directory, puts the parts together, writes one file atomically. The page
 * loads nothing and may run nothing but the one script whose hash its policy names, so that even a
 * mistake in escaping could not run a stranger's code. No wall clock: same run, same bytes. */
#include "report/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "data/file.h"
#include "report/markup.h"
#include "report/report.h"

static rh_status join(char path[RH_PATH_MAX], const char *dir, const char *name, rh_error *error)
{
    int length = snprintf(path, RH_PATH_MAX, "%s/%s", dir, name);
    if (length < 0 || length >= RH_PATH_MAX)
        return rh_fail(error, RH_INPUT, "the path of a run directory is too long");
    return RH_OK;
}

static rh_status read_run(rh_page *page, const char *dir, rh_error *error)
{
    char path[RH_PATH_MAX];
    RH_TRY(join(path, dir, "summary.json", error));
    RH_TRY(rh_summary_read(&page->summary, path, error));
    RH_TRY(join(path, dir, "ledger.csv", error));
    RH_TRY(rh_ledger_read(&page->ledger, path, error));
    RH_TRY(join(path, dir, "fills.csv", error));
    RH_TRY(rh_fills_read(&page->fills, path, &page->ledger, error));
    RH_TRY(join(path, dir, "journal.jsonl", error));
    return rh_marks_read(&page->marks, path, &page->ledger, error);
}

static int hex_digit(char c)
{
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* Base64 of the 32 bytes that 64 hex digits stand for. */
static void base64_of_hex(char out[45], const char *hex)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned bits = 0, held = 0, at = 0;
    for (int i = 0; i < 64; i++) {
        bits = (bits << 4 | (unsigned)hex_digit(hex[i])) & 0xFFFF;
        held += 4;
        if (held < 6) continue;
        held -= 6;
        out[at++] = letters[bits >> held & 63];
    }
    out[at++] = letters[bits << (6 - held) & 63];
    out[at++] = '=';
    out[at] = '\0';
}

static void put_lines(rh_buffer *out, const char *const *lines)
{
    for (; *lines; lines++) {
        rh_buffer_text(out, *lines);
        rh_buffer_text(out, "\n");
    }
}

static void put_policy(rh_buffer *out, const rh_buffer *script)
{
    char hex[RH_SHA256_HEX], base64[45];
    rh_sha256_of(script->bytes, script->length, hex);
    base64_of_hex(base64, hex);
    rh_buffer_printf(out,
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                     "style-src 'unsafe-inline'; script-src 'sha256-%s'\">\n",
                     base64);
}

static void build(rh_page *page)
{
    rh_buffer *out = &page->out, script = {0};
    rh_buffer_text(&script, "\n");
    put_lines(&script, rh_page_script);
    if (script.failed) {
        out->failed = true;
        rh_buffer_free(&script);
        return;
    }
    rh_buffer_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    put_policy(out, &script);
    rh_buffer_text(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                        "<title>");
    rh_html_text(out, page->summary.name[0] ? page->summary.name : "rehedge run");
    rh_buffer_text(out, "</title>\n<style>\n");
    put_lines(out, rh_page_style);
    rh_buffer_text(out, "</style>\n</head>\n<body>\n<main>\n");
    rh_page_headline(page);
    rh_page_tables(page);
    rh_page_figures(page);
    rh_page_events(page);
    rh_page_provenance(page);
    rh_buffer_text(out, "</main>\n<script>");
    rh_buffer_append(out, script.bytes, script.length);
    rh_buffer_text(out, "</script>\n</body>\n</html>\n");
    rh_buffer_free(&script);
}

static rh_status write_page(const rh_page *page, const char *dir, rh_error *error)
{
    char path[RH_PATH_MAX];
    rh_file_out *file = NULL;
    if (page->out.failed) return rh_fail(error, RH_NO_MEMORY, "no memory for the report");
    RH_TRY(join(path, dir, "report.html", error));
    RH_TRY(rh_file_out_open(path, &file, error));
    rh_file_out_write(file, page->out.bytes, page->out.length);
    return rh_file_out_commit(file, error);
}

rh_status rh_report_html(const char *run_dir, rh_error *error)
{
    rh_page *page = calloc(1, sizeof *page);
    if (!page) return rh_fail(error, RH_NO_MEMORY, "no memory for the report");
    rh_status status = read_run(page, run_dir, error);
    if (status == RH_OK) {
        build(page);
        status = write_page(page, run_dir, error);
    }
    rh_summary_free(&page->summary);
    rh_ledger_free(&page->ledger);
    rh_fills_free(&page->fills);
    rh_buffer_free(&page->out);
    free(page);
    return status;
}
