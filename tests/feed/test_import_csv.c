/* Any CSV by map: names, positions, usual names, kinds, sides, known times; and rows that are
 * short, shifted, cut, quoted or hostile, each refused with its line. */
#include "feed_test.h"

static imported import_map(const char *text, const char *map, const char *kind)
{
    rh_import_options options;
    rh_import_defaults(&options);
    options.map = map;
    options.kind = kind;
    options.gaps = RH_TREAT_KEEP;
    return import_text("csv", text, &options);
}

static void trades_by_name(void **state)
{
    (void)state;
    imported got = import_map("sym,ts,side,px,qty\n"
                              "X,1583020803145000,sell,8531.5,2152\n"
                              "X,1583020803276000,Buy,8531,1\n"
                              "X,1583020803276000,,8532,3\n",
                              "time=ts,price=px,size=qty,side=side", NULL);
    assert_imported(&got);
    assert_int_equal(got.count, 3);
    assert_int_equal(got.records[0].kind, RH_RECORD_TRADE);
    assert_int_equal(got.records[0].happened_ns, at("2020-03-01T00:00:03.145Z"));
    assert_true(got.records[0].price == 8531.5 && got.records[0].size == 2152);
    assert_true(got.records[0].extra == -1 && got.records[1].extra == 1);
    assert_true(got.records[2].extra == 0);
    assert_int_equal(rh_tape_get_info(got.tape)->interval_ns, 0);
    done(&got);
}

static void columns_by_position(void **state)
{
    static const char map[] = "time=#1,price=#3";
    (void)state;
    imported got = import_map("1583020803,x,5\n1583020804,y,6\n", map, NULL);
    assert_imported(&got);
    assert_int_equal(got.count, 2);
    done(&got);
    got = import_map("time,x,price\n1583020803,x,5\n1583020804,y,6\n", map, NULL);
    assert_imported(&got);
    assert_int_equal(got.count, 2); /* the header is not a row */
    done(&got);
    got = import_map("1583020803,x\n", map, NULL);
    assert_refused(&got, RH_INPUT, "line 1: 2 fields, but the map names #3");
    got = import_map("1583020803,x,five\n", map, NULL);
    assert_refused(&got, RH_INPUT, "price (field 3) is \"five\"");
    got = import_map("soon,x,5\n", map, NULL);
    assert_refused(&got, RH_INPUT, "line 1: \"soon\" is no time");
}

static void usual_names_without_a_map(void **state)
{
    (void)state;
    imported got = import_map("open_time,open,high,low,close,volume\n"
                              "2023-03-01 00:00:00+00:00,23143.82,23152.65,23140.02,23152.65,0.2\n"
                              "2023-03-01 00:01:00+00:00,23152.65,23152.65,23152.65,23152.65,0\n",
                              NULL, NULL);
    assert_imported(&got);
    assert_int_equal(got.records[0].kind, RH_RECORD_BAR);
    assert_true(got.records[0].price == 23152.65);
    done(&got);
    got = import_map("timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_amount\n"
                     "1588291201099000,1588291201234268,5494,8629.3,8629.2,806\n", NULL, "quote");
    assert_imported(&got);
    assert_true(got.records[0].price == 8629.2 && got.records[0].extra == 8629.3);
    assert_int_equal(got.records[0].known_ns - got.records[0].happened_ns, 135268000);
    done(&got);
    got = import_map("time,funding_rate\n2019-09-10 08:00:00+00:00,0.0001\n"
                     "2019-09-10 16:00:00+00:00,-0.0001\n", NULL, NULL);
    assert_imported(&got);
    assert_int_equal(got.records[1].kind, RH_RECORD_FUNDING);
    assert_true(got.records[1].price == -0.0001);
    done(&got);
    got = import_map("a,b\n1,2\n", NULL, NULL);
    assert_refused(&got, RH_INPUT, "no column for time; pass --map");
    got = import_map("time,b\n1,2\n", NULL, NULL);
    assert_refused(&got, RH_INPUT, "no column for price, close, bid, vol or rate");
}

static void a_banner_is_passed_over(void **state)
{
    (void)state;
    imported got = import_map("https://www.example.com\nunix,date,close,Volume BTC\n"
                              "1660950000,x,20000,2\n1660953600,x,20963,1\n",
                              "time=unix,close=close,volume=Volume BTC", NULL);
    assert_imported(&got);
    assert_int_equal(got.count, 2);
    assert_int_equal(got.report.interval_ns, 60 * MINUTE_NS);
    done(&got);
}

static void vol_and_synonyms(void **state)
{
    (void)state;
    imported got = import_map("d,iv\n2021-01-04,0.8\n2021-01-05,0.9\n", "time=d,vol=iv", NULL);
    assert_imported(&got);
    assert_int_equal(got.records[1].kind, RH_RECORD_VOL);
    done(&got);
    got = import_map("d,iv\n2021-01-04,80\n", "time=d,vol=iv", NULL);
    assert_refused(&got, RH_INPUT, "a fraction is expected, 0.8 for 80%");
    got = import_map("d,c,v\n2021-01-04,80,1\n2021-01-05,81,2\n", "time=d,price=c,size=v", "bar");
    assert_imported(&got);
    assert_int_equal(got.records[0].kind, RH_RECORD_BAR);
    assert_true(got.records[1].size == 2);
    done(&got);
}

static void close_time_and_buy_volume(void **state)
{
    (void)state;
    imported got = import_map("t,c,v,b\n1621209660,10,4,3\n1621209720,11,4,1\n",
                              "close_time=t,close=c,volume=v,buy_volume=b", NULL);
    assert_imported(&got);
    assert_int_equal(got.records[0].happened_ns, at("2021-05-17T00:01:00Z"));
    assert_true(got.records[0].extra == 2 && got.records[1].extra == -2);
    assert_int_equal(got.records[0].flags & RH_RECORD_NO_SIDE, 0);
    done(&got);
}

static void known_must_not_come_first(void **state)
{
    (void)state;
    imported got = import_map("t,k,p\n1621209600000,1621209599000,1\n", "time=t,known=k,price=p",
                              NULL);
    assert_refused(&got, RH_INPUT, "known 1s before it happened");
}

static void ids_tell_duplicates(void **state)
{
    static const char text[] = "t,p,i\n1621209600,1,a\n1621209600,1,b\n1621209600,1,b\n";
    (void)state;
    imported got = import_map(text, "time=t,price=p", NULL);
    assert_imported(&got);
    assert_int_equal(got.count, 3);
    done(&got);
    got = import_map(text, "time=t,price=p,id=i", NULL);
    assert_refused(&got, RH_INPUT, "line 4: duplicate of line 3");
}

static void makers_are_turned_round(void **state)
{
    (void)state;
    imported got = import_map("t,p,m\n1621209600,1,true\n1621209600,1,False\n",
                              "time=t,price=p,buyer_maker=m", NULL);
    assert_imported(&got);
    assert_true(got.records[0].extra == -1 && got.records[1].extra == 1);
    done(&got);
}

static void hostile_rows(void **state)
{
    static const struct { const char *text, *message; } cases[] = {
        {"", "no data rows"},
        {"t,p\n", "no data rows"},
        {"t,p\n1621209600\n", "line 2: 1 fields, expected 2"},
        {"t,p\r\n1621209600,1\r\n1621209601,1,5\r\n", "line 3: 3 fields, expected 2"},
        {"t,p\n1621209600,x1\n", "line 2: price (field 2) is \"x1\", expected a number"},
        {"t,p\n1621209600,1 000\n", "line 2: price (field 2) is \"1 000\""},
        {"t,p\n1621209600,0x10\n", "line 2: price (field 2) is \"0x10\""},
        {"1621209600,5\n", "line 1: no column \"t\" in the header \"1621209600,...\""},
        {"t,price\n1621209600,1\n", "no column \"p\" in the header"},
        {"t,p\n1621209600,1e400\n", "line 2: absurd price inf; pass --absurd drop"},
        {"t,p\n1621209600,0\n", "line 2: absurd price 0"},
        {"t,p\n1621209600,-5\n", "line 2: absurd price -5"},
        {"t,p\n1621209600,\n", "line 2: absurd price nan"},
        {"t,p\n1621209600,1\n1621209500,1\n", "line 3: time goes backwards"},
        {"t,p\n20210517,1\n", "line 2: the unit of time 20210517 is ambiguous"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
        imported got = import_map(cases[i].text, "time=t,price=p", NULL);
        assert_refused(&got, RH_INPUT, cases[i].message);
    }
    rh_import_options options;
    rh_import_defaults(&options);
    options.map = "time=t,price=p";
    imported got = import_bytes("csv", "t,p\n1621209600,\0" "1\n", 18, &options);
    assert_refused(&got, RH_INPUT, "in.data");
}

static void friendly_rows(void **state)
{
    (void)state;
    imported got = import_map("\xef\xbb\xbft,p\r\n\"1621209600\",\"1.5\"\r\n\r\n1621209601,2,,\r\n",
                              "time=t,price=p", NULL);
    assert_imported(&got);
    assert_int_equal(got.count, 2);
    assert_true(got.records[0].price == 1.5);
    done(&got);
    rh_import_options options;
    rh_import_defaults(&options);
    options.map = "time=t,price=p";
    options.delimiter = ';';
    got = import_text("csv", "t;p\n1621209600;1.5\n", &options);
    assert_imported(&got);
    done(&got);
}

static void maps_are_checked(void **state)
{
    static const struct { const char *map, *kind, *message; } cases[] = {
        {"time=t,prize=p", NULL, "unknown field \"prize\"; did you mean \"price\"?"},
        {"time=t,price", NULL, "\"price\" is not FIELD=COLUMN"},
        {"time=t,price=p,price=q", NULL, "\"price\" is given twice"},
        {"time=t,price=#0", NULL, "\"#0\" is no position from #1"},
        {"time=t,price=#9999", NULL, "no position from #1"},
        {"price=p", NULL, "expected time=COLUMN"},
        {"time=t", NULL, "no price, close, bid, vol or rate"},
        {"time=t,bid=p", NULL, "a quote needs ask=COLUMN"},
        {"time=t,price=p,open=o", "trade", "a trade has no open"},
        {"time=t,price=p", "trades", "did you mean trade"},
        {"time=t,close_time=u,close=p", NULL, "one of time=COLUMN and close_time=COLUMN"},
        {"", NULL, "is not FIELD=COLUMN"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
        imported got = import_map("t,p\n1,2\n", cases[i].map, cases[i].kind);
        assert_refused(&got, RH_USAGE, cases[i].message);
    }
}

static void real_files(void **state)
{
    (void)state;
    rh_import_options options;
    rh_import_defaults(&options);
    const char *path = real_data("usdc-depeg-2023-03/BTCUSDC_1m_20230301_20230321.csv");
    imported got = import_paths("csv", &path, 1, &options);
    assert_imported(&got);
    assert_int_equal(got.count, 30240);
    done(&got);
    path = real_data("funding-hourly-2019-2022/binance_btcusdt_funding_8h.csv");
    got = import_paths("csv", &path, 1, &options);
    assert_imported(&got);
    assert_int_equal(got.records[0].happened_ns, at("2019-09-10T08:00:00Z"));
    done(&got);
    path = real_data("funding-hourly-2019-2022/Bitstamp_BTCUSD_1h.csv");
    got = import_paths("csv", &path, 1, &options);
    assert_refused(&got, RH_INPUT, "is the file newest first? sort it");
    path = real_data("daily-index/vix-daily.csv");
    options.map = "time=DATE,close=CLOSE";
    options.gaps = RH_TREAT_KEEP;
    got = import_paths("csv", &path, 1, &options);
    assert_imported(&got);
    assert_int_equal(got.report.interval_ns, 24 * 60 * MINUTE_NS);
    assert_true(got.report.gaps > 1000); /* weekends */
    done(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trades_by_name),
        cmocka_unit_test(columns_by_position),
        cmocka_unit_test(usual_names_without_a_map),
        cmocka_unit_test(a_banner_is_passed_over),
        cmocka_unit_test(vol_and_synonyms),
        cmocka_unit_test(close_time_and_buy_volume),
        cmocka_unit_test(known_must_not_come_first),
        cmocka_unit_test(ids_tell_duplicates),
        cmocka_unit_test(makers_are_turned_round),
        cmocka_unit_test(hostile_rows),
        cmocka_unit_test(friendly_rows),
        cmocka_unit_test(maps_are_checked),
        cmocka_unit_test(real_files),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
