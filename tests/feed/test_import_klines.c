/* Binance candles as CSV (with and without header, ms and us) and JSON (12 texts, 6 numbers):
 * the same bars from all of them, hostile bytes refused by place, and the real file's one gap. */
#include "feed_test.h"

#include <zlib.h>

static rh_import_options defaults(void)
{
    rh_import_options options;
    rh_import_defaults(&options);
    return options;
}

#define TAIL_MS(close) close ",350.5,7,1.5,90.1,0"
static const char csv_ms[] =
    "1621209600000,10.1,12,9,11.3,5," TAIL_MS("1621209659999") "\n"
    "1621209660000,11,12,8,9.25,6.5," TAIL_MS("1621209719999") "\n";
static const char csv_header[] =
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
    "taker_buy_quote_volume,ignore\r\n"
    "1621209600000,10.1,12,9,11.3,5," TAIL_MS("1621209659999") "\r\n"
    "1621209660000,11,12,8,9.25,6.5," TAIL_MS("1621209719999") "\r\n";
static const char csv_us[] =
    "\xef\xbb\xbf" "1621209600000000,10.1,12,9,11.3,5," TAIL_MS("1621209659999999") "\n"
    "1621209660000000,11,12,8,9.25,6.5," TAIL_MS("1621209719999999") "\n";
static const char json_text[] =
    "\xef\xbb\xbf [\r\n [1621209600000, \"10.1\",\"12\",\"9\",\"11.3\",\"5\",1621209659999,"
    "\"350.5\", 7, \"1.5\",\"90.1\",\"0\"],\n"
    "[1621209660000,\"11\",\"12.0\",\"8\",\"9.25\",\"6.5\",1621209719999,\"350.5\",7,\"1.5\","
    "\"90.1\",\"0\"] ]\n";
static const char json_numbers[] =
    "[[1621209600000,10.1,12.0,9.0,11.3,5],[1621209660000,11,12,8,9.25,6.5e0]]";

static void check_bars(const char *text, size_t length, bool sided)
{
    rh_import_options options = defaults();
    imported got = import_bytes("binance-klines", text, length, &options);
    assert_imported(&got);
    assert_int_equal(got.count, 2);
    const rh_record *bar = got.records;
    assert_int_equal(bar[0].happened_ns, at("2021-05-17T00:01:00Z"));
    assert_int_equal(bar[1].happened_ns, at("2021-05-17T00:02:00Z"));
    assert_true(bar[0].price == 11.3 && bar[0].size == 5);
    assert_true(bar[1].price == 9.25 && bar[1].size == 6.5);
    assert_true(bar[0].extra == (sided ? -2.0 : 0.0) && bar[1].extra == (sided ? -3.5 : 0.0));
    assert_int_equal(bar[0].flags & RH_RECORD_NO_SIDE, sided ? 0 : RH_RECORD_NO_SIDE);
    done(&got);
}

static void every_form_gives_the_same_bars(void **state)
{
    (void)state;
    check_bars(csv_ms, strlen(csv_ms), true);
    check_bars(csv_header, strlen(csv_header), true);
    check_bars(csv_us, strlen(csv_us), true);
    check_bars(json_text, strlen(json_text), true);
    check_bars(json_numbers, strlen(json_numbers), false);
}

static void gzip_is_transparent(void **state)
{
    (void)state;
    const char *texts[] = {csv_ms, json_text};
    for (int i = 0; i < 2; ++i) {
        const char *path = in_folder("in.gz");
        gzFile file = gzopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(gzwrite(file, texts[i], (unsigned)strlen(texts[i])),
                         (int)strlen(texts[i]));
        assert_int_equal(gzclose(file), Z_OK);
        rh_import_options options = defaults();
        imported got = import_paths("binance-klines", &path, 1, &options);
        assert_imported(&got);
        assert_int_equal(got.count, 2);
        done(&got);
    }
}

static void one_bar_states_its_length(void **state)
{
    static const char text[] = "[[1499040000000,\"0.01634790\",\"0.80000000\",\"0.01575800\","
        "\"0.01577100\",\"148976.11427815\",1499644799999,\"2434.19055334\",308,"
        "\"1756.87402397\",\"28.46694368\",\"0\"]]";
    (void)state;
    rh_import_options options = defaults();
    imported got = import_text("binance-klines", text, &options);
    assert_imported(&got);
    assert_int_equal(got.report.interval_ns, 7 * 24 * 60 * MINUTE_NS);
    assert_int_equal(got.records[0].happened_ns, at("2017-07-10T00:00:00Z"));
    assert_true(got.records[0].price == 0.01577100);
    done(&got);
}

/* Numbers whose last digit decides: correctly rounded or not. */
static void numbers_are_correctly_rounded(void **state)
{
    static const char text[] =
        "[[1621209600000,7205759403792793.5,7205759403792795,7205759403792792,"
        "7205759403792793.5,1],[1621209660000,8.41e21,1,1,1,1]]";
    (void)state;
    rh_import_options options = defaults();
    options.absurd = RH_TREAT_DROP;
    imported got = import_text("binance-klines", text, &options);
    assert_refused(&got, RH_INPUT, "none of 2 rows"); /* above RH_PRICE_MAX */
    got = import_text("binance-klines", "[[1621209600000,1,2,0.1,0.500000000000000166533453693773"
                      "481063544750213623046875,1],[1621209660000,1,2,0.1,"
                      "9.007199254740993e-1,1]]", &options);
    assert_imported(&got);
    assert_true(got.records[0].price == 0x1.0000000000002p-1);
    assert_true(got.records[1].price == 0.9007199254740993);
    done(&got);
}

static void hostile_json(void **state)
{
    static const struct { const char *text, *message; } cases[] = {
        {"[[1621209600000,1,1,1,1,1],[1621209660000,1,1,1,1]]",
         "element 2: 5 fields, but the first row has 6"},
        {"[[1621209600000,1,1,1]]", "element 1: 4 fields, expected at least 6"},
        {"[[1621209600000,1,1,1,\"x\",1]]", "element 1: close (field 5) is \"x\""},
        {"[[1621209600000,1,1,1,null,1]]", "element 1 (line 1): found 'n', expected a number"},
        {"[[1621209600000,1,1,1,[1],1]]", "element 1 (line 1): found '[', expected a number"},
        {"[\n[1621209600000,1,1,1,1,1]\n", "element 1 (line 3): found the end"},
        {"[[1621209600000,1,1,1,1,1],]", "element 2 (line 1): found ']', expected '['"},
        {"[[1621209600000,1,1,1,1,1]] x", "found 'x', expected the end of the file"},
        {"[[1621209600000,1,1,1,1,1] [", "expected ',' or ']'"},
        {"{\"code\":-1121,\"msg\":\"Invalid symbol.\"}", "found '{', expected '['"},
        {"[1621209600000,1,1]", "element 1 (line 1): found '1', expected '[', a candle"},
        {"[[1621209600000,1,1,1,\"1,1]]", "element 1: 5 fields, expected"},
        {"[[\"1621209600000\",1,1,1,\"1\n\",1]]", "found byte 0x0a, expected the end of a text"},
        {"[[]]", "element 1: 0 fields"},
        {"[]", "no data rows"},
        {"[[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]]", "at most 16 fields"},
        {"[[1621209600000,1,1,1,1.00000000000000000000000000000000000000000000000000000000000000"
         "00,1]]", "a shorter number"},
        {"[[-1621209600000,1,1,1,1,1]]", "element 1: \"-1621209600000\" is no time"},
        {"[[1621209600000,1,1,1,1e400,1]]", "absurd close inf"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
        rh_import_options options = defaults();
        options.interval_ns = MINUTE_NS;
        imported got = import_text("binance-klines", cases[i].text, &options);
        if (strstr(cases[i].message, "5 fields, expected"))
            assert_int_equal(got.status, RH_INPUT), done(&got);
        else
            assert_refused(&got, RH_INPUT, cases[i].message);
    }
    rh_import_options options = defaults();
    imported got = import_bytes("binance-klines", "[[16212\0" "09600000,1,1,1,1,1]]", 29, &options);
    assert_refused(&got, RH_INPUT, "found byte 0x00");
}

static void hostile_csv(void **state)
{
    static const struct { const char *text, *message; } cases[] = {
        {"", "no data rows"},
        {"open_time,open,high,low,close,volume\n", "no data rows"},
        {"open_time,open,high,low,adj,close\n1,1,1,1,1,1\n", "field 5 of the header is \"adj\""},
        {"1621209600000,1,1,1,1,1\n1621209660000,1,1,1,1\n", "line 2: 5 fields, but the first"},
        {"1621209600000,1,1,1,1\n", "line 1: 5 fields, expected at least 6"},
        {"1621209600000,1,1,1,1,1\n1621209660000,1,1,one,1,1\n",
         "line 2: low (field 4) is \"one\", expected a number"},
        {"1621209600000,1,1,1,1,1\nopen_time,open,high,low,close,volume\n",
         "line 2: \"open_time\" is no time"},
        {"1621209600,1,1,1,1,1\n1621209660000,1,1,1,1,1\n", "reads as ms, but this file began"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
        rh_import_options options = defaults();
        imported got = import_text("binance-klines", cases[i].text, &options);
        assert_refused(&got, RH_INPUT, cases[i].message);
    }
}

static void real_gap_is_named(void **state)
{
    (void)state;
    const char *path = real_data("binance-1m-2021-05/BTC_USDT-1m.json");
    rh_import_options options = defaults();
    imported got = import_paths("binance-klines", &path, 1, &options);
    assert_refused(&got, RH_INPUT, "gap of 4h45m from 2021-04-25T04:00:00Z to "
                                   "2021-04-25T08:45:00Z; pass --gaps keep or --gaps fill");
    assert_int_equal(got.report.gaps, 1);
    assert_int_equal(got.report.rows, 42915);
}

static void real_history(void **state)
{
    (void)state;
    const char *path = real_data("binance-1m-2021-05/BTC_USDT-1m.json");
    rh_import_options options = defaults();
    options.gaps = RH_TREAT_KEEP;
    imported got = import_paths("binance-klines", &path, 1, &options);
    assert_imported(&got);
    assert_int_equal(got.count, 42915);
    assert_int_equal(got.report.interval_ns, MINUTE_NS);
    assert_true(got.records[0].price == 56813.98 && got.records[0].size == 50.9752);
    assert_true(got.records[42914].price == 40123.96);
    done(&got);
    options.gaps = RH_TREAT_FILL;
    got = import_paths("binance-klines", &path, 1, &options);
    assert_imported(&got);
    assert_int_equal(got.count, 42915 + 284);
    done(&got);
    options.ohlc = true;
    got = import_paths("binance-klines", &path, 1, &options);
    assert_imported(&got);
    assert_int_equal(got.count, 4 * (42915 + 284));
    done(&got);
    /* The clock of the straddle: no gap inside, both ends included. */
    options = defaults();
    options.from_ns = at("2021-05-17T00:00:00Z");
    options.to_ns = at("2021-05-20T08:30:00Z");
    got = import_paths("binance-klines", &path, 1, &options);
    assert_imported(&got);
    assert_int_equal(got.count, 4831);
    done(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_gives_the_same_bars),
        cmocka_unit_test(gzip_is_transparent),
        cmocka_unit_test(one_bar_states_its_length),
        cmocka_unit_test(numbers_are_correctly_rounded),
        cmocka_unit_test(hostile_json),
        cmocka_unit_test(hostile_csv),
        cmocka_unit_test(real_gap_is_named),
        cmocka_unit_test(real_history),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
