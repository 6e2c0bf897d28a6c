/* Any page: its head, its scripts, its end, and the file, written atomically. A page loads nothing
 * and may run nothing but the three scripts whose hashes its policy names, so that even a mistake
 * in escaping could not run a stranger's code. No wall clock: same run, same bytes. */
#include "report/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "data/file.h"
#include "report/assets.h"
#include "report/markup.h"

rh_page *rh_page_new(rh_error *error)
{
    rh_page *page = calloc(1, sizeof *page);
    if (!page) {
        (void)rh_fail(error, RH_NO_MEMORY, "no memory for the report");
        return NULL;
    }
    page->json = (rh_json_writer){.out = &page->figures, .depth = 1};   /* within their array */
    return page;
}

void rh_page_free(rh_page *page)
{
    if (!page) return;
    rh_summary_free(&page->summary);
    rh_ledger_free(&page->ledger);
    rh_fills_free(&page->fills);
    rh_buffer_free(&page->out);
    rh_buffer_free(&page->figures);
    free(page);
}

rh_status rh_page_path(char path[RH_PATH_MAX], const char *dir, const char *name, rh_error *error)
{
    int length = snprintf(path, RH_PATH_MAX, "%s/%s", dir, name);
    if (length < 0 || length >= RH_PATH_MAX)
        return rh_fail(error, RH_INPUT, "the path of a run directory is too long");
    return RH_OK;
}

rh_status rh_page_input(char path[RH_PATH_MAX], const char *dir, const char *name,
                        rh_error *error)
{
    RH_TRY(rh_page_path(path, dir, name, error));
    return rh_file_is_plain(path, error);
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

static void put_asset(rh_buffer *out, const char *element, const rh_asset *asset)
{
    rh_buffer_printf(out, "<%s>", element);
    rh_buffer_append(out, asset->text, asset->length);
    rh_buffer_printf(out, "</%s>\n", element);
}

static void put_policy(rh_buffer *out)
{
    static const rh_asset *const scripts[] = {&rh_asset_dygraphs, &rh_asset_chartjs,
                                              &rh_asset_script};
    rh_buffer_text(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                        "'none'; style-src 'unsafe-inline'; script-src");
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        char hex[RH_SHA256_HEX], base64[45];
        rh_sha256_of(scripts[i]->text, scripts[i]->length, hex);
        base64_of_hex(base64, hex);
        rh_buffer_printf(out, " 'sha256-%s'", base64);
    }
    rh_buffer_text(out, "\">\n");
}

void rh_page_open(rh_page *page, const char *title)
{
    rh_buffer *out = &page->out;
    rh_buffer_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    put_policy(out);
    rh_buffer_text(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                        "<title>");
    rh_html_text(out, title[0] ? title : "rehedge run");
    rh_buffer_text(out, "</title>\n");
    put_asset(out, "style", &rh_asset_style);
    rh_buffer_text(out, "</head>\n<body>\n<main>\n<div id=\"tools\"></div>\n");
}

void rh_page_close(rh_page *page)
{
    rh_buffer *out = &page->out;
    rh_buffer_text(out, "<noscript><p class=\"note\">The pictures are drawn by a script of this "
                        "page, which may not run here. Their numbers are in the tables.</p>"
                        "</noscript>\n</main>\n<!-- The scripts of this page contain two "
                        "libraries, under these licenses:\n");
    rh_buffer_append(out, rh_asset_notices.text, rh_asset_notices.length);
    rh_buffer_text(out, "-->\n<script type=\"application/json\" id=\"report-data\">");
    rh_island_put(page);
    rh_buffer_text(out, "</script>\n");
    put_asset(out, "script", &rh_asset_dygraphs);
    put_asset(out, "script", &rh_asset_chartjs);
    put_asset(out, "script", &rh_asset_script);
    rh_buffer_text(out, "</body>\n</html>\n");
}

rh_status rh_page_write(const rh_page *page, const char *path, rh_error *error)
{
    rh_file_out *file = NULL;
    if (page->out.failed) return rh_fail(error, RH_NO_MEMORY, "no memory for the report");
    RH_TRY(rh_file_out_open(path, &file, error));
    rh_file_out_write(file, page->out.bytes, page->out.length);
    return rh_file_out_commit(file, error);
}
