/* Pages of studies: many paths, sweeps, several runs side by side. Each says what its summary says,
 * hostile names stay text, and a summary without what the page is about is refused by its path. */
#include "page_test.h"

#include <unistd.h>

#include "data/file.h"
#include "report/report.h"

typedef struct folder {
    char path[64];
} folder;

static folder make_folder(void)
{
    folder made = {"/tmp/rehedge-studies-XXXXXX"};
    assert_non_null(mkdtemp(made.path));
    return made;
}

static void write_text(const char *dir, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static char *read_page(const char *dir)
{
    char path[256], *text = NULL;
    size_t length = 0;
    snprintf(path, sizeof path, "%s/report.html", dir);
    assert_int_equal(rh_file_read(path, 64 << 20, &text, &length, NULL), RH_OK);
    return text;
}

static void remove_file(const char *dir, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%.255s/%.255s", dir, name);
    unlink(path);
}

/* The page of one summary. */
static char *page_of(const char *summary)
{
    folder dir = make_folder();
    rh_error error = {0};
    write_text(dir.path, "summary.json", summary);
    if (rh_report_html(dir.path, &error) != RH_OK) fail_msg("%s", error.message);
    char *page = read_page(dir.path);
    remove_file(dir.path, "summary.json");
    remove_file(dir.path, "report.html");
    assert_int_equal(rmdir(dir.path), 0);
    return page;
}

static void expect_refusal(const char *summary, const char *mentioned)
{
    folder dir = make_folder();
    rh_error error = {0};
    write_text(dir.path, "summary.json", summary);
    assert_int_equal(rh_report_html(dir.path, &error), RH_INPUT);
    if (!strstr(error.message, mentioned)) fail_msg("%s", error.message);
    remove_file(dir.path, "summary.json");
    assert_int_equal(rmdir(dir.path), 0);       /* no page, and no temporary one */
}

static void expect_said(const char *page, const char *const *said, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strstr(page, said[i])) fail_msg("the page does not say: %s", said[i]);
}

static void many_paths(void **state)
{
    (void)state;
    char *page = page_of(
        "{\"kind\": \"mc\", \"scenario\": \"a <b>call</b>\", \"numeraire\": \"USD\","
        "\"paths\": 1000,"
        "\"policy\": {\"name\": \"</script><script>alert(1)\", \"params\": {\"band\": 0.25}},"
        "\"portfolio\": [{\"kind\": \"call\", \"asset\": \"X\", \"qty\": -1, \"strike\": 100}],"
        "\"pnl\": {\"mean\": -5.5, \"se\": 0.25, \"std\": 12.5, \"std_se\": 0.125, \"es95\": -40,"
        "\"min\": -99, \"max\": 55, \"probability_of_loss\": 0.625,"
        "\"quantiles\": {\"0.05\": -30, \"0.5\": -4, \"0.95\": 21},"
        "\"quantiles_se\": {\"0.05\": 1, \"0.5\": 0.5, \"0.95\": 1},"
        "\"histogram\": {\"edges\": [-50, 0, 25, 50], \"counts\": [600, 300, 50], \"below\": 40,"
        "\"above\": 10}}, \"cost\": {\"mean\": 2.5, \"se\": 0.1, \"min\": 0, \"max\": 4,"
        "\"spread\": {\"mean\": 2.5, \"se\": 0.1, \"min\": 0, \"max\": 4}, \"fee\": {\"mean\": 0,"
        "\"max\": 0}}, \"trades\": {\"mean\": 37.5}, \"killed\": {\"paths\": 2, \"first_path\": 17,"
        "\"message\": \"it died\"}}");
    check_page(page);
    static const char *const said[] = {
        "a &lt;b&gt;call&lt;/b&gt;", "On average a path lost <b>5.50&nbsp;USD</b> (standard error "
        "0.25)", "62.5% of the paths lost money", "37.5 trades", "1,000 simulated paths",
        "short 1&nbsp;<bdi>X</bdi> call struck at 100", "first on path 17: <bdi>it died",
        "[600,300,50]", "[60,30,5]",    /* shares of all, those beyond the edges included */
        "{\"name\": \"median\", \"value\": -4}", "<td>600</td><td>60</td>",
        "&lt;script&gt;alert(1)"};
    expect_said(page, said, sizeof said / sizeof *said);
    assert_null(strstr(page, ">fee<"));         /* never paid */
    free(page);
    page = page_of("{\"kind\": \"mc\", \"pnl\": {\"mean\": 1, \"histogram\": {\"edges\": [1, 2],"
                   "\"counts\": [3, 4]}}}");    /* a histogram that does not fit is left out */
    check_page(page);
    assert_int_equal(count_of(page, "<figure "), 0);
    free(page);
    expect_refusal("{\"kind\": \"mc\"}", "/pnl/mean");
    expect_refusal("{\"kind\": \"mc\", \"pnl\": {\"mean\": null}}", "/pnl/mean");
}

#define POINT(band, vol, bad)                                                                      \
    "{\"params\": {\"band\": " #band ", \"<i>vol\": " #vol "}, \"pnl\": -1, \"pnl_se\": 2,"   \
    "\"cost\": " #bad ", \"error\": 0.5, \"objective\": " #bad "}"

static void sweeps(void **state)
{
    (void)state;
    char *page = page_of("{\"kind\": \"sweep\", \"name\": \"grid\","
                         "\"objective\": {\"name\": \"bad & worse\"},"
                         "\"params\": [\"band\", \"<i>vol\"], \"points\": [" POINT(0.1, 1, 40) ","
                         POINT(0.1, 2, 30) "," POINT(0.2, 1, 20) "," POINT(0.2, 2, null) "]}");
    check_page(page);
    static const char *const said[] = {
        "bad &amp; worse", "<b><bdi>band</bdi>, <bdi>&lt;i&gt;vol</bdi>&nbsp;<bdi>0.2, 1</bdi></b>",
        "<td class=\"h0\">40.00</td><td class=\"h2\">30.00</td>", " best\">20.00</td><td>&ndash;"};
    expect_said(page, said, sizeof said / sizeof *said);
    free(page);
    page = page_of("{\"kind\": \"sweep\", \"params\": [\"every\"], \"points\": ["
                   "{\"params\": {\"every\": \"1m\"}, \"pnl\": -7, \"cost\": 1, \"error\": 2},"
                   "{\"params\": {\"every\": \"1h\"}, \"pnl\": 8, \"cost\": 2, \"error\": 1},"
                   "5, {}]}");
    check_page(page);
    assert_non_null(strstr(page, "The best P&amp;L is at <b><bdi>every</bdi>&nbsp;<bdi>1h</bdi>"));
    assert_non_null(strstr(page, "\"labels\": [\"1m\", \"1h\", \"n/a\", \"n/a\"], "
                                 "\"values\": [[60,3600,"));
    assert_non_null(strstr(page, "\"draw\": \"line\""));
    assert_non_null(strstr(page, "\"draw\": \"scatter\""));
    free(page);
    expect_refusal("{\"kind\": \"sweep\", \"points\": [{}]}", "params");
    expect_refusal("{\"kind\": \"sweep\", \"params\": [\"a\"]}", "points");
    expect_refusal("{\"kind\": \"sweep\", \"params\": [5], \"points\": [{}]}", "/params");
}

/* --- side by side -------------------------------------------------------------------------- */

static void write_run(const char *dir, const char *label, double pnl, double cost, double rms)
{
    char path[256], text[1024];
    snprintf(path, sizeof path, "%s/%s", dir, label);
    assert_int_equal(rh_make_directories(path, NULL), RH_OK);
    snprintf(text, sizeof text,
             "{\"name\": \"one week\", \"numeraire\": \"USD\", \"pnl\": {\"total\": %g},"
             "\"cost\": {\"total\": %g}, \"hedging\": {\"rms_delta\": %g, \"fills\": 3}}",
             pnl, cost, rms);
    write_text(path, "summary.json", text);
    snprintf(text, sizeof text, "time_ns,pnl_total,cost_total,delta_X,spot_X\n"
             "1621209600000000000,0,0,1,100\n1621209660000000000,%g,%g,2,101\n", pnl, cost);
    write_text(path, "ledger.csv", text);
}

static void remove_run(const char *dir, const char *label)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, label);
    remove_file(path, "summary.json");
    remove_file(path, "ledger.csv");
    assert_int_equal(rmdir(path), 0);
}

static void several_runs(void **state)
{
    (void)state;
    folder dir = make_folder();
    char out[128], study[128];
    rh_error error = {0};
    rh_report_list list;
    write_run(dir.path, "b&<i>", -10, 4, 0.5);
    write_run(dir.path, "a", 20, 9, 0.25);
    assert_int_equal(rh_report_list_runs(dir.path, &list, &error), RH_OK);
    assert_int_equal(list.count, 2);
    snprintf(out, sizeof out, "%s/report.html", dir.path);
    snprintf(study, sizeof study, "%s/compare.json", dir.path);
    const char *const *dirs = (const char *const *)list.dirs;
    assert_int_equal(rh_report_compare(dirs, NULL, 2, study, out, &error), RH_OK);
    char *page = read_page(dir.path);
    check_page(page);
    static const char *const said[] = {
        "The best P&amp;L had <b><bdi>a</bdi></b> with 20.00&nbsp;USD", "the worst <b><bdi>b&amp;",
        "Cheapest to run was <b><bdi>b&amp;&lt;i&gt;</bdi></b> (4.0000&nbsp;USD)",
        "closest to flat <b><bdi>a</bdi></b>", "\"labels\": [\"a\", \"b\\u0026\\u003ci\\u003e\"]",
        "another week may rank them otherwise", "[0,-30]", "Cumulative P&amp;L"};
    expect_said(page, said, sizeof said / sizeof *said);
    free(page);
    write_text(dir.path, "compare.json",
               "{\"kind\": \"compare\", \"baseline\": \"b&<i>\", \"runs\": [{\"label\": \"a\","
               "\"pnl\": {\"mean\": 20, \"se\": 3}, \"regret\": 12.5,"
               "\"difference\": {\"mean\": 31, \"low\": 25, \"high\": 37}}]}");
    assert_int_equal(rh_report_compare(dirs, NULL, 2, study, out, &error), RH_OK);
    page = read_page(dir.path);
    check_page(page);
    assert_non_null(strstr(page, "[31,0], [25,null], [37,null]"));
    assert_non_null(strstr(page, "<td>12.5</td>"));
    free(page);
    rh_report_list_free(&list);
    remove_file(dir.path, "compare.json");
    remove_file(dir.path, "report.html");
    remove_run(dir.path, "a");
    remove_run(dir.path, "b&<i>");
    assert_int_equal(rmdir(dir.path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_paths),
        cmocka_unit_test(sweeps),
        cmocka_unit_test(several_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
