/* What tests ask of any report: one whole document that loads nothing, runs the three scripts it
 * names, and whose data island fits its figures. Text of the libraries is not looked into. */
#ifndef RH_REPORT_PAGE_TEST_H
#define RH_REPORT_PAGE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/json.h"

static inline int count_of(const char *text, const char *part)
{
    int count = 0;
    for (; (text = strstr(text, part)); text += strlen(part)) count++;
    return count;
}

/* Cut [from, behind) out of a text. */
static inline void cut(char *text, const char *from, const char *behind)
{
    char *begin = strstr(text, from), *end = begin ? strstr(begin, behind) : NULL;
    assert_non_null(end);
    end += strlen(behind);
    memmove(begin, end, strlen(end) + 1);
}

/* The page without style, licenses, data and scripts: what the report wrote of its run. */
static inline char *own_part(const char *page)
{
    char *own = strdup(page);
    assert_non_null(own);
    assert_int_equal(count_of(own, "<script>"), 3);
    assert_int_equal(count_of(own, "<script"), 4);
    cut(own, "<style>", "</style>");
    cut(own, "<!-- ", "-->");
    cut(own, "<script type=\"application/json\" id=\"report-data\">", "</script>");
    for (int i = 0; i < 3; i++) cut(own, "<script>", "</script>");
    return own;
}

/* The text of the data island; the caller frees. */
static inline char *island_text(const char *page)
{
    const char *from = strstr(page, "id=\"report-data\">");
    assert_non_null(from);
    from += strlen("id=\"report-data\">");
    const char *end = strstr(from, "</script>");
    assert_non_null(end);
    return strndup(from, (size_t)(end - from));
}

static inline rh_json island_list(rh_json object, const char *key)
{
    rh_json list;
    assert_int_equal(rh_json_get(object, key, RH_REQUIRED, &list, NULL), RH_OK);
    assert_int_equal(rh_json_kind(list), RH_JSON_ARRAY);
    return list;
}

/* Columns are as long as the times; every figure has one place, and one table, in the page. */
static inline void check_island(const char *page, const char *own)
{
    rh_json_doc *doc = NULL;
    rh_error error = {0};
    char *text = island_text(page);
    static const char *const never[] = {"<", ">", "&", "\xE2\x80\xA8", "\xE2\x80\xA9", "nan",
                                        "inf"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (strstr(text, never[i])) fail_msg("the island contains: %s", never[i]);
    if (rh_json_parse("island", text, strlen(text), &doc, &error) != RH_OK)
        fail_msg("%s", error.message);
    rh_json root = rh_json_root(doc), columns = island_list(root, "columns");
    size_t times = rh_json_count(island_list(root, "times"));
    for (size_t i = 0; i < rh_json_count(columns); i++)
        assert_int_equal(rh_json_count(rh_json_at(columns, i)), times);
    rh_json figures = island_list(root, "figures");
    assert_int_equal(rh_json_count(figures), count_of(own, "<figure"));
    for (size_t i = 0; i < rh_json_count(figures); i++) {
        char tag[64];
        const char *id = "";
        assert_int_equal(rh_json_text(rh_json_at(figures, i), "id", RH_REQUIRED, &id, NULL), RH_OK);
        snprintf(tag, sizeof tag, "<figure id=\"%s\">", id);
        const char *figure = strstr(own, tag);
        assert_non_null(figure);
        const char *end = strstr(figure, "</figure>"), *table = strstr(figure, "<table");
        const char *rows = strstr(figure, "<tbody>\n<tr>");
        assert_true(table && table < end && rows && rows < end);
    }
    rh_json_free(doc);
    free(text);
}

/* One document, every element closed, whatever it says. */
static inline void check_shape(const char *page)
{
    assert_true(strncmp(page, "<!DOCTYPE html>", 15) == 0);
    assert_non_null(strstr(page, "</html>"));
    char *own = own_part(page);
    static const char *const pairs[][2] = {
        {"<svg", "</svg>"},     {"<figure", "</figure>"},   {"<table", "</table>"},
        {"<div", "</div>"},     {"<section", "</section>"}, {"<details", "</details>"},
        {"<span", "</span>"},   {"<thead", "</thead>"},     {"<tbody", "</tbody>"},
        {"<bdi", "</bdi>"},     {"<tr", "</tr>"},           {"<td", "</td>"},
        {"<th ", "</th>"},      {"<p ", "</p>"},            {"<b>", "</b>"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        int opened = count_of(own, pairs[i][0]);
        if (strcmp(pairs[i][0], "<b>") == 0) opened += count_of(own, "<b class");
        if (strcmp(pairs[i][0], "<th ") == 0) opened += count_of(own, "<th>");
        if (opened != count_of(own, pairs[i][1])) fail_msg("not closed: %s", pairs[i][0]);
    }
    assert_non_null(strstr(own, "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha2"));
    check_island(page, own);
    free(own);
}

/* The same, and nothing is fetched or linked, no number is none. For texts that do not say so. */
static inline void check_page(const char *page)
{
    check_shape(page);
    char *own = own_part(page);
    static const char *const never[] = {"http:", "https:", "src=", "href=", "url(", "@import",
                                        "\"nan", " nan", "-nan", ">nan", "\"inf", " inf", "-inf",
                                        "onerror=\"", "\033", "\a"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (strstr(own, never[i])) fail_msg("the page contains: %s", never[i]);
    free(own);
}

#endif
