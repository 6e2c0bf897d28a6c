/* Terminal tables: what is said, its alignment, its width, and hostile names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/markup.h"
#include "report/report.h"

static const char sample[] =
    "{\"name\": \"BTC straddle\", \"digest\": \"0123456789abcdef0123456789abcdef\","
    " \"events\": 42915, \"numeraire\": \"USD\", \"clock\": {\"from\": \"2021-05-17T00:00:00Z\","
    " \"to\": \"2021-05-20T08:30:00Z\"}, \"pnl\": {\"total\": -1234.5, \"options\": -3000.25,"
    " \"hedges\": 2000, \"carry\": 0, \"entry\": 15.75}, \"cost\": {\"total\": 250, \"spread\": 50,"
    " \"depth\": 0, \"impact\": 0, \"fee\": 210, \"latency\": -10, \"gas\": 0, \"adversary\": 0},"
    " \"attribution\": {\"delta\": -500, \"gamma\": -2000, \"theta\": 1500, \"vega\": 0,"
    " \"carry\": 0, \"entry\": 15.75, \"higher\": 0, \"cost\": -250, \"residual\": -0.25},"
    " \"hedging\": {\"orders\": 1200, \"fills\": 1199, \"turnover\": 1234567.8,"
    " \"rms_delta\": 0.21, \"max_abs_delta\": 3.5},"
    " \"policy\": {\"name\": \"delta-band\", \"version\": \"1.0.0\"}}";

/* The table as one malloc'ed text. */
static char *render(const char *const *summaries, const char *const *labels, int count,
                    bool colour, rh_status wanted)
{
    rh_error error = {0};
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(rh_report_table(file, summaries, labels, count, colour, &error), wanted);
    long length = ftell(file);
    char *text = calloc(1, (size_t)length + 1);
    assert_non_null(text);
    rewind(file);
    assert_int_equal(fread(text, 1, (size_t)length, file), (size_t)length);
    fclose(file);
    return text;
}

static void assert_narrow(const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        char line[2048];
        assert_true(length < sizeof line);
        memcpy(line, text, length);
        line[length] = '\0';
        assert_true(rh_plain_width(line) <= 100);
        text += length + (text[length] == '\n');
    }
}

static void one_run(void **state)
{
    (void)state;
    const char *summary = sample;
    char *text = render(&summary, NULL, 1, false, RH_OK);
    static const char wanted[] =
        "BTC straddle\n"
        "delta-band, 2021-05-17 00:00 to 2021-05-20 08:30 UTC, 42,915 events\n"
        "\n"
        "  P&L, USD                        attribution, USD                costs, USD\n"
        "  options            -3,000.25    delta                -500.00    spread"
        "                 50.00\n"
        "  hedges              2,000.00    gamma              -2,000.00    depth"
        "                   0.00\n"
        "  carry                   0.00    theta               1,500.00    impact"
        "                  0.00\n"
        "  entry                  15.75    vega                    0.00    fee"
        "                   210.00\n"
        "  costs                -250.00    carry                   0.00    latency"
        "               -10.00\n"
        "  total              -1,234.50    entry                  15.75    gas"
        "                     0.00\n"
        "                                  higher                  0.00    adversary"
        "               0.00\n"
        "                                  cost                 -250.00    total"
        "                 250.00\n"
        "                                  residual               -0.25\n"
        "                                  total              -1,234.50\n"
        "\n"
        "  hedging   1,199 fills of 1,200 orders, turnover 1,234,568 USD\n"
        "  delta     rms 0.21, largest 3.5\n"
        "  digest    0123456789abcdef0123456789abcdef\n";
    assert_string_equal(text, wanted);
    free(text);
}

static void two_runs(void **state)
{
    (void)state;
    const char *summaries[] = {sample, "{}"}, *labels[] = {"band", NULL};
    char *text = render(summaries, labels, 2, false, RH_OK);
    static const char wanted[] =
        "BTC straddle\n"
        "2021-05-17 00:00 to 2021-05-20 08:30 UTC, 42,915 events\n"
        "\n"
        "                           band            run\n"
        "P&L, USD\n"
        "  total               -1,234.50            n/a\n"
        "  options             -3,000.25            n/a\n"
        "  hedges               2,000.00            n/a\n"
        "  carry                    0.00            n/a\n"
        "  entry                   15.75            n/a\n"
        "costs, USD\n"
        "  total                  250.00            n/a\n"
        "  spread                  50.00            n/a\n"
        "  fee                    210.00            n/a\n"
        "  latency                -10.00            n/a\n"
        "attribution, sums to the P&L\n"
        "  delta                 -500.00            n/a\n"
        "  gamma               -2,000.00            n/a\n"
        "  theta                1,500.00            n/a\n"
        "  entry                   15.75            n/a\n"
        "  cost                  -250.00            n/a\n"
        "  residual                -0.25            n/a\n"
        "hedging\n"
        "  delta, rms             0.2100            n/a\n"
        "  delta, largest         3.5000            n/a\n"
        "  fills                   1,199            n/a\n"
        "  turnover            1,234,568            n/a\n"
        "digest             0123456789ab               \n";
    assert_string_equal(text, wanted);
    free(text);
}

static void any_number_of_runs_fits_the_width(void **state)
{
    (void)state;
    enum { MOST = 24 };
    const char *summaries[MOST], *labels[MOST];
    for (int i = 0; i < MOST; i++) {
        summaries[i] = sample;
        labels[i] = i % 3 == 0 ? "a rather long name of a policy that must be cut" : "short";
    }
    for (int count = 1; count <= MOST; count++) {
        char *text = render(summaries, labels, count, false, RH_OK);
        assert_narrow(text);
        int heads = 0;
        for (const char *at = text; (at = strstr(at, " 0123456789ab")); at++) heads++;
        assert_int_equal(heads, count);
        free(text);
    }
}

static void only_our_own_attributes_reach_the_terminal(void **state)
{
    (void)state;
    const char *hostile = "{\"name\": \"\\u001b]0;title\\u0007\\u009b2J\","
                          " \"numeraire\": \"\\u001b[31m\", \"digest\": \"\\u001b[2J\","
                          " \"policy\": {\"name\": \"\\u202eevil\\n\"},"
                          " \"clock\": {\"from\": \"\\u001bc\", \"to\": \"\\u009b\"}}";
    const char *summaries[] = {hostile, hostile}, *labels[] = {"\033[5mx", "\xC2\x9B" "y"};
    for (int count = 1; count <= 2; count++) {
        char *plain = render(summaries, labels, count, false, RH_OK);
        assert_null(strchr(plain, '\033'));
        assert_null(strchr(plain, '\a'));
        assert_null(strstr(plain, "\xC2\x9B"));
        assert_null(strstr(plain, "\xE2\x80\xAE"));
        assert_narrow(plain);
        char *coloured = render(summaries, labels, count, true, RH_OK);
        for (const char *at = coloured; (at = strchr(at, '\033')); at++)
            assert_true(strncmp(at, "\033[0m", 4) == 0 || strncmp(at, "\033[1m", 4) == 0 ||
                        strncmp(at, "\033[2m", 4) == 0);
        assert_true(strlen(coloured) > strlen(plain));
        free(coloured);
        free(plain);
    }
}

static void notes_are_wrapped_and_said_once(void **state)
{
    (void)state;
    const char *noted =
        "{\"notes\": [\"the latency of venue perp (80ms) is below the bar length (1m): its cost is "
        "untested on this tape\", \"x\\u001b[2J xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\", 7],"
        " \"policy\": {\"name\": \"p\", \"failure\": \"p.lua:3: instructions\"}}";
    const char *summaries[] = {noted, noted};
    char *one = render(summaries, NULL, 1, false, RH_OK);
    assert_non_null(strstr(one, "  killed    p.lua:3: instructions\n"));
    assert_non_null(strstr(one, "  note      the latency of venue perp (80ms) is below the bar "
                                "length (1m): its cost is untested on\n            this tape\n"));
    assert_null(strchr(one, '\033'));
    assert_narrow(one);
    char *two = render(summaries, NULL, 2, false, RH_OK);
    const char *first = strstr(two, "the latency");
    assert_non_null(first);
    assert_null(strstr(first + 1, "the latency"));
    assert_narrow(two);
    free(one);
    free(two);
}

static void what_is_no_summary_is_refused(void **state)
{
    (void)state;
    const char *array = "[]", *broken = "{\"pnl\":";
    free(render(&array, NULL, 1, false, RH_INPUT));
    free(render(&broken, NULL, 1, false, RH_INPUT));
    free(render(&broken, NULL, 0, false, RH_DOMAIN));
    const char *odd = "{\"pnl\": 5, \"cost\": [], \"policy\": null, \"name\": 7, \"hedging\":"
                      " {\"fills\": \"many\"}}";
    char *text = render(&odd, NULL, 1, false, RH_OK);
    assert_non_null(strstr(text, "n/a fills"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_run),
        cmocka_unit_test(two_runs),
        cmocka_unit_test(any_number_of_runs_fits_the_width),
        cmocka_unit_test(only_our_own_attributes_reach_the_terminal),
        cmocka_unit_test(notes_are_wrapped_and_said_once),
        cmocka_unit_test(what_is_no_summary_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
