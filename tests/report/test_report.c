/* Whole run directories rendered: the page says what the files say, hostile text stays text,
 * damaged files are refused by name and line, and a long ledger costs neither memory nor its
 * extremes. */
#include "page_test.h"

#include <sys/resource.h>
#include <unistd.h>

#include "base/hash.h"
#include "data/file.h"
#include "report/report.h"

static const char ledger_head[] =
    "time_ns,equity,pnl_total,pnl_options,pnl_hedges,pnl_carry,pnl_entry,cost_total,"
    "attribution_delta,attribution_gamma,attribution_theta,attribution_vega,attribution_carry,"
    "attribution_entry,attribution_higher,attribution_cost,attribution_residual,delta_BTC,spot_BTC";
static const char fills_head[] =
    "time_ns,order,instrument,currency,qty,price,mid_decision,mid_arrival,spread,depth,impact,fee,"
    "latency,gas,adversary";
static const int64_t start_ns = INT64_C(1621209600000000000), minute_ns = INT64_C(60000000000);

/* --- a run directory of the test's own ----------------------------------------------------- */

typedef struct rundir {
    char path[64];
} rundir;

static void file_path(char out[128], const rundir *dir, const char *name)
{
    snprintf(out, 128, "%s/%s", dir->path, name);
}

static FILE *create(const rundir *dir, const char *name)
{
    char path[128];
    file_path(path, dir, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    return file;
}

static void write_file(const rundir *dir, const char *name, const char *text)
{
    FILE *file = create(dir, name);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static rundir make_dir(void)
{
    rundir dir = {"/tmp/rehedge-report-XXXXXX"};
    assert_non_null(mkdtemp(dir.path));
    return dir;
}

static void remove_dir(const rundir *dir)
{
    static const char *const names[] = {"summary.json", "ledger.csv", "fills.csv", "journal.jsonl",
                                        "report.html"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        file_path(path, dir, names[i]);
        unlink(path);
    }
    assert_int_equal(rmdir(dir->path), 0);      /* nothing else, no temporary file, was left */
}

static void write_summary(const rundir *dir, const char *name, const char *numeraire)
{
    FILE *file = create(dir, "summary.json");
    fprintf(file,
            "{\"name\": \"%s\", \"digest\": \"00ff\", \"events\": 42915, \"numeraire\": \"%s\","
            "\"clock\": {\"from\": \"2021-05-17T00:00:00Z\", \"to\": \"2021-05-20T08:30:00Z\"},"
            "\"inputs\": {\"scenario\": \"aa\", \"tapes\": {\"%s\": \"bb\"}},"
            "\"pnl\": {\"total\": -1234.5, \"options\": -3000.25, \"hedges\": 2000, \"carry\": 0,"
            "\"entry\": 15.75}, \"cost\": {\"total\": 250, \"spread\": 50, \"depth\": 0,"
            "\"impact\": 0, \"fee\": 210, \"latency\": -10, \"gas\": 0, \"adversary\": 0},"
            "\"attribution\": {\"delta\": -500, \"gamma\": -2000, \"theta\": 1500, \"vega\": 0,"
            "\"carry\": 0, \"entry\": 15.75, \"higher\": 0, \"cost\": -250, \"residual\": -0.25},"
            "\"hedging\": {\"orders\": 3, \"fills\": 3, \"turnover\": 1234567.8,"
            "\"rms_delta\": 0.21, \"max_abs_delta\": 3.5},"
            "\"policy\": {\"name\": \"%s\", \"version\": \"1.0.0\"}}",
            name, numeraire, name, name);
    assert_int_equal(fclose(file), 0);
}

/* A random walk: total = options + hedges - cost at every row. */
static void write_walk(const rundir *dir, int rows)
{
    FILE *file = create(dir, "ledger.csv");
    uint64_t random = 42;
    double spot = 45000, options = 0, hedges = 0;
    fprintf(file, "%s\n", ledger_head);
    for (int i = 0; i < rows; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        double move = (double)(int64_t)(random >> 33) / 2147483648.0 - 0.5;
        spot += 40 * move;
        options -= 100 * move;
        hedges += 90 * move;
        double cost = 250.0 * i / rows, total = options + hedges - cost;
        fprintf(file, "%lld,%.6f,%.6f,%.6f,%.6f,0,0,%.6f,%.6f,0,0,0,0,0,0,%.6f,0,%.6f,%.6f\n",
                (long long)(start_ns + i * minute_ns), total, total, options, hedges, cost,
                options + hedges, -cost, move, spot);
    }
    assert_int_equal(fclose(file), 0);
}

static void write_fills(const rundir *dir, int count, const char *instrument)
{
    FILE *file = create(dir, "fills.csv");
    fprintf(file, "%s\n", fills_head);
    for (int i = 0; i < count; i++)
        fprintf(file, "%lld,%d,%s,USD,%s,45000,45000,45001,%.9f,0,0,%.9f,%.9f,0,0\n",
                (long long)(start_ns + (i + 1) * minute_ns), i, instrument,
                i % 2 ? "-0.25" : "1.5", 50.0 / count, 210.0 / count, -10.0 / count);
    assert_int_equal(fclose(file), 0);
}

static char *read_report(const rundir *dir)
{
    char path[128], *text = NULL;
    size_t length = 0;
    rh_error error = {0};
    file_path(path, dir, "report.html");
    assert_int_equal(rh_file_read(path, 64 << 20, &text, &length, &error), RH_OK);
    assert_int_equal(strlen(text), length);
    return text;
}

static char *render(const rundir *dir)
{
    rh_error error = {0};
    rh_status status = rh_report_html(dir->path, &error);
    if (status != RH_OK) print_error("%s\n", error.message);
    assert_int_equal(status, RH_OK);
    return read_report(dir);
}

static void expect_refusal(const rundir *dir, const char *mentioned)
{
    char path[128];
    rh_error error = {0};
    assert_int_equal(rh_report_html(dir->path, &error), RH_INPUT);
    if (!strstr(error.message, mentioned)) print_error("%s\n", error.message);
    assert_non_null(strstr(error.message, mentioned));
    file_path(path, dir, "report.html");
    assert_false(rh_file_exists(path));
}

/* --- tests --------------------------------------------------------------------------------- */

static void a_run_renders(void **state)
{
    (void)state;
    rundir dir = make_dir();
    write_summary(&dir, "BTC straddle", "USD");
    write_walk(&dir, 4321);
    write_fills(&dir, 500, "BTC-PERP");
    write_file(&dir, "journal.jsonl",
               "{\"time_ns\":1621220000000000000,\"kind\":\"guard\",\"text\":\"too big\"}\n"
               "{\"time_ns\":\"1621230000000000000\",\"kind\":\"swap\",\"text\":\"to x\"}\n"
               "\n{\"time_ns\":1621240000000000000,\"kind\":\"log\",\"text\":\"a log line\"}");
    char *page = render(&dir);
    check_page(page);
    assert_int_equal(count_of(page, "<figure "), 7);
    static const char *const said[] = {
        "BTC straddle", "The run lost <b>1,234.50&nbsp;USD</b>",
        "2021-05-17 00:00 to 2021-05-20 08:30", "42,915 events", "<code>00ff</code>",
        "&minus;3,000.25", "mostly fee (84%)", "too big", "to x",
        "1&nbsp;guard hit", "1&nbsp;policy swap", "m-guard", "m-swap", "\"hedges\": [[",
        "{\"kind\": \"guard\", \"at\": [1621220000000.000]}", "Zero throughout: carry, entry",
        "4,321 ledger rows", "On the way the P&amp;L was"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (!strstr(page, said[i])) fail_msg("the page does not say: %s", said[i]);
    assert_null(strstr(page, "a log line"));
    assert_null(strstr(page, "differ from the total"));
    assert_null(strstr(page, dir.path));
    char *again = render(&dir);
    assert_string_equal(page, again);
    free(again);
    free(page);
    remove_dir(&dir);
}

/* The hashes in the page's policy are those of the scripts it carries, in base64. */
static void the_page_allows_its_own_scripts_only(void **state)
{
    (void)state;
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    rundir dir = make_dir();
    write_summary(&dir, "x", "USD");
    write_walk(&dir, 10);
    char *page = render(&dir);
    const char *script = page, *said = page;
    for (int number = 0; number < 3; number++) {
        char hex[RH_SHA256_HEX], bits[4 * 64 + 8] = "";
        script = strstr(script, "<script>") + 8;
        said = strstr(said, "'sha256-") + 8;
        rh_sha256_of(script, (size_t)(strstr(script, "</script>") - script), hex);
        for (int i = 0; i < 64; i++) {
            unsigned digit = (unsigned)strtoul((char[]){hex[i], '\0'}, NULL, 16);
            for (int bit = 0; bit < 4; bit++)
                bits[4 * i + bit] = (digit >> (3 - bit) & 1) ? '1' : '0';
        }
        memcpy(bits + 256, "00", 3);
        for (int i = 0; i < 43; i++) {
            char six[7] = "";
            memcpy(six, bits + 6 * i, 6);
            assert_int_equal(said[i], letters[strtoul(six, NULL, 2)]);
        }
        assert_true(strncmp(said + 43, "='", 2) == 0);
    }
    assert_null(strstr(said, "'sha256-"));
    free(page);
    remove_dir(&dir);
}

/* Days of hedging within 0.3 and one row at -11: the axis shows the days and says what it hides. */
static void one_spike_does_not_flatten_delta(void **state)
{
    (void)state;
    for (int spike = 0; spike < 2; spike++) {
        rundir dir = make_dir();
        write_summary(&dir, "x", "USD");
        FILE *file = create(&dir, "ledger.csv");
        fprintf(file, "time_ns,delta_BTC\n");
        for (int i = 0; i < 3000; i++)
            fprintf(file, "%lld,%s\n", (long long)(start_ns + i * minute_ns),
                    spike && i == 2000 ? "-11" : i % 2 ? "0.3" : "-0.3");
        assert_int_equal(fclose(file), 0);
        char *page = render(&dir);
        check_page(page);
        assert_int_equal(count_of(page, "The axis is cut"), spike);
        assert_int_equal(count_of(page, "\"view\": ["), spike);
        assert_int_equal(count_of(page, "<td>&minus;11.00"), spike);
        free(page);
        remove_dir(&dir);
    }
}

static void hostile_text_stays_text(void **state)
{
    (void)state;
    rundir dir = make_dir();
    write_summary(&dir, "</title><script>alert(1)</script>\\u001b[2J\\u202e\\\" onerror=\\\"",
                  "<img src=x onerror=\\\"alert(2)\\\">");
    write_file(&dir, "ledger.csv",
               "time_ns,pnl_total,\"delta_\"\"><img src=x onerror=\"\"a\"\">\","
               "\"spot_\"\"><img src=x onerror=\"\"a\"\">\","
               "series_</script><script>alert(3)\xE2\x80\xA8x\n"
               "1621209600000000000,1,2,3,1\n1621209660000000000,2,1,4,2\n");
    write_fills(&dir, 3, "\"<b>\"\"x\"");
    write_file(&dir, "journal.jsonl",
               "{\"time_ns\":1621209600000000000,\"kind\":\"swap\",\"text\":\"</table><script>x"
               "\\u001b]0;t\\u0007\\u009b\"}\n");
    char *page = render(&dir);
    check_shape(page);
    char *own = own_part(page), *island = island_text(page);
    static const char *const never[] = {"<img", "onerror=\"", "href=", "\033", "\a"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (strstr(own, never[i])) fail_msg("the page contains: %s", never[i]);
    assert_null(strstr(own, "<b>\"x"));
    assert_null(strstr(own, "\xC2\x9B"));
    assert_null(strstr(own, "\xE2\x80\xAE"));
    assert_int_equal(count_of(own, "</title>"), 1);
    assert_true(count_of(own, "&lt;script&gt;alert(1)") >= 2);
    assert_true(count_of(own, "&lt;img src=x") >= 4);
    /* a series whose name ends a script, and separates lines where JavaScript once did */
    assert_non_null(strstr(island, "\\u003c/script\\u003e\\u003cscript\\u003ealert(3)"));
    assert_non_null(strstr(island, "\\\\u{2028}"));
    free(own);
    free(island);
    free(page);
    remove_dir(&dir);
}

static void render_ledger(const char *rows, int figures)
{
    rundir dir = make_dir();
    FILE *file = create(&dir, "ledger.csv");
    fprintf(file, "%s\n%s", ledger_head, rows);
    assert_int_equal(fclose(file), 0);
    write_summary(&dir, "x", "USD");
    char *page = render(&dir);
    check_page(page);
    assert_int_equal(count_of(page, "<figure "), figures);
    assert_int_equal(count_of(page, "there is nothing to draw"), rows[0] == '\0');
    free(page);
    remove_dir(&dir);
}

static void small_ledgers_render(void **state)
{
    (void)state;
    render_ledger("", 0);
    render_ledger("1621209600000000000,1,1,2,-1,0,0,0,1,1,1,0,0,0,0,0,0,0.5,45000\n", 4);
    render_ledger("1621209600000000000,1,1,2,-1,0,0,0,1,1,1,0,0,0,0,0,0,0.5,45000\n"
                  "1621209600000000000,1,1,2,-1,0,0,0,1,1,1,0,0,0,0,0,0,0.6,45001\n", 5);
    /* values that are no numbers leave gaps; a column without any number has no figure */
    render_ledger("1621209600000000000,,nan,NaN,inf,-inf,,0,,,,,,,,,,,\n"
                  "1621209660000000000,,,,,,,,,,,,,,,,,1e400,x\n", 0);
    render_ledger("1621209600000000000,1,1,2,-1,0,0,0,1,1,1,0,0,0,0,0,0,,45000\n"
                  "1621209660000000000,1,1,2,-1,0,0,0,1,1,1,0,0,0,0,0,0,0.5,nan\n"
                  "1621209720000000000,1,-1e300,1e199,-1,0,0,0,1,1,1,0,0,0,0,0,0,0.1,45010\n", 5);
}

static void fills_and_journal_may_be_absent(void **state)
{
    (void)state;
    rundir dir = make_dir();
    write_summary(&dir, "x", "");
    write_walk(&dir, 100);
    write_file(&dir, "journal.jsonl", "");
    write_file(&dir, "fills.csv", fills_head);
    char *page = render(&dir);
    check_page(page);
    assert_null(strstr(page, "\"hedges\": ["));
    free(page);
    write_file(&dir, "summary.json", "{}");
    page = render(&dir);
    check_page(page);
    free(page);
    remove_dir(&dir);
}

/* Fills in coin cannot be added up in dollars: say so instead of drawing them. */
static void costs_of_another_currency_are_not_drawn(void **state)
{
    (void)state;
    rundir dir = make_dir();
    write_summary(&dir, "x", "USD");
    write_walk(&dir, 100);
    write_fills(&dir, 3, "BTC-PERP");
    char *page = render(&dir);
    assert_null(strstr(page, "only the total is drawn"));
    free(page);
    char row[256];
    snprintf(row, sizeof row, "%s\n1621209660000000000,1,BTC-PERP,BTC,1,45000,45000,45000,"
             "0.001,0,0,0.002,0,0,0\n", fills_head);
    write_file(&dir, "fills.csv", row);
    page = render(&dir);
    assert_non_null(strstr(page, "only the total is drawn"));
    free(page);
    remove_dir(&dir);
}

static void damaged_files_are_refused_by_line(void **state)
{
    (void)state;
    rundir dir = make_dir();
    expect_refusal(&dir, "summary.json");
    write_summary(&dir, "x", "USD");
    expect_refusal(&dir, "ledger.csv");
    write_file(&dir, "ledger.csv", "");
    expect_refusal(&dir, "ledger.csv");
    write_file(&dir, "ledger.csv", "when,spot_BTC\n1,2\n");
    expect_refusal(&dir, "ledger.csv:1");
    write_file(&dir, "ledger.csv", "time_ns,spot_BTC\n5,2\n6\n");
    expect_refusal(&dir, "ledger.csv:3");
    write_file(&dir, "ledger.csv", "time_ns,spot_BTC\n5,2\n4,2\n");
    expect_refusal(&dir, "ledger.csv:3");
    write_file(&dir, "ledger.csv", "time_ns,spot_BTC\nsoon,2\n");
    expect_refusal(&dir, "ledger.csv:2");
    write_walk(&dir, 3);
    write_file(&dir, "fills.csv", "time_ns,instrument,qty\n1,BTC,1\n0,BTC,1\n");
    expect_refusal(&dir, "fills.csv:3");
    write_file(&dir, "fills.csv", fills_head);
    write_file(&dir, "journal.jsonl", "{\"time_ns\":5,\"kind\":\"swap\"}\n{\"kind\":\n");
    expect_refusal(&dir, "line 2");
    write_file(&dir, "journal.jsonl", "{\"kind\":\"swap\"}\n");
    expect_refusal(&dir, "time_ns");
    write_file(&dir, "journal.jsonl", "");
    write_file(&dir, "summary.json", "[1]");
    expect_refusal(&dir, "summary.json");
    remove_dir(&dir);
}

static void a_long_journal_is_summed(void **state)
{
    (void)state;
    rundir dir = make_dir();
    write_summary(&dir, "x", "USD");
    write_walk(&dir, 1000);
    FILE *file = create(&dir, "journal.jsonl");
    for (int i = 0; i < 20000; i++)
        fprintf(file, "{\"time_ns\":%lld,\"kind\":\"guard\",\"text\":\"hit %d\"}\n",
                (long long)(start_ns + i * (minute_ns / 20)), i);
    for (int i = 0; i < (2 << 20); i++) fputc('x', file);   /* an overlong line is passed over */
    assert_int_equal(fclose(file), 0);
    char *page = render(&dir);
    assert_non_null(strstr(page, "20,000&nbsp;guard hits"));
    assert_int_equal(count_of(page, "<bdi>hit "), 100);
    assert_true(strlen(page) < 3u << 19);
    free(page);
    remove_dir(&dir);
}

static void write_million(const rundir *dir)
{
    FILE *file = create(dir, "ledger.csv");
    assert_true(fputs("time_ns,pnl_total,cost_total,delta_BTC,spot_BTC\n", file) >= 0);
    for (int i = 0; i < 1000000; i++) {
        int delta = i == 654321 ? 775 : i % 7;      /* one spike in a million rows */
        fprintf(file, "%lld,%d,%d,%d.%d,%d\n", (long long)(start_ns + i * minute_ns), i % 1000,
                i / 9, delta / 10, delta % 10, 30000 + i % 5000);
    }
    assert_int_equal(fclose(file), 0);
}

static void a_million_rows_keep_their_extremes_in_bounded_memory(void **state)
{
    (void)state;
    rundir dir = make_dir();
    struct rusage before, after;
    write_summary(&dir, "long", "USD");
    write_million(&dir);
    assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
    char *page = render(&dir);
    assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
    assert_true(after.ru_maxrss - before.ru_maxrss < 64 * 1024);        /* KiB */
    assert_true(strlen(page) < 2u << 20);
    assert_non_null(strstr(page, "1,000,000 ledger rows"));
    assert_int_equal(count_of(page, "<td>77.50"), 1);
    assert_int_equal(count_of(page, ",77.5,"), 1);      /* the picture has it too */
    free(page);
    remove_dir(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_renders),
        cmocka_unit_test(the_page_allows_its_own_scripts_only),
        cmocka_unit_test(one_spike_does_not_flatten_delta),
        cmocka_unit_test(hostile_text_stays_text),
        cmocka_unit_test(small_ledgers_render),
        cmocka_unit_test(fills_and_journal_may_be_absent),
        cmocka_unit_test(costs_of_another_currency_are_not_drawn),
        cmocka_unit_test(damaged_files_are_refused_by_line),
        cmocka_unit_test(a_long_journal_is_summed),
        cmocka_unit_test(a_million_rows_keep_their_extremes_in_bounded_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
