/* What all generators share: the time grid, volumes, independence of streams, the same bits from
 * the same seed, streaming equal to file, and refusals. */
#include "synth_test.h"

static const char *const models[] = {
    "{\"model\": \"gbm\", \"spot\": 100, \"vol\": 0.8, \"interval\": \"1h\", \"size\": 4}",
    "{\"model\": \"heston\", \"spot\": 100, \"v0\": 0.6, \"kappa\": 5, \"theta\": 0.5, \"xi\": 1.5,"
    " \"rho\": -0.5, \"interval\": \"1h\", \"size\": 4}",
    "{\"model\": \"merton\", \"spot\": 100, \"vol\": 0.8, \"jump_intensity\": 2000,"
    " \"jump_mean\": -0.001, \"jump_vol\": 0.01, \"interval\": \"1h\", \"size\": 4}",
    "{\"model\": \"kou\", \"spot\": 100, \"vol\": 0.8, \"jump_intensity\": 2000, \"jump_up\": 0.5,"
    " \"jump_up_mean\": 0.01, \"jump_down_mean\": 0.01, \"interval\": \"1h\", \"size\": 4}",
    "{\"model\": \"bates\", \"spot\": 100, \"v0\": 0.6, \"kappa\": 5, \"theta\": 0.5, \"xi\": 1.5,"
    " \"rho\": -0.5, \"jump_intensity\": 2000, \"jump_mean\": -0.001, \"jump_vol\": 0.01,"
    " \"interval\": \"1h\", \"size\": 4}",
    "{\"model\": \"garch\", \"spot\": 100, \"vol\": 0.8, \"alpha\": 0.1, \"beta\": 0.8,"
    " \"interval\": \"1h\", \"size\": 4}",
    "{\"model\": \"regime\", \"spot\": 100, \"vols\": [0.4, 1.2, 0.8], \"rates\": [[0, 400, 100],"
    " [300, 0, 0], [1, 99, 0]], \"interval\": \"1h\", \"size\": 4}",
};
enum { MODELS = sizeof models / sizeof *models, LONG = 20000 };

static void grid_and_first_record(void **state)
{
    int64_t from_ns = at("2025-01-06T00:00:00Z");
    (void)state;
    for (int i = 0; i < MODELS; ++i) {
        int64_t hour_ns = 60 * MINUTE_NS;
        generated made = make_feed(models[i], from_ns, from_ns + 5 * hour_ns + 1, 7, 0, 0);
        assert_int_equal(made.feed->interval_ns, hour_ns);
        assert_string_equal(made.feed->instrument_name(made.feed, 0), "SYNTH");
        assert_string_equal(made.feed->content_hash, "");
        for (int64_t k = 0; k <= 5; ++k) {
            rh_record record = take_record(&made);
            assert_int_equal(record.happened_ns, from_ns + k * hour_ns);
            assert_int_equal(record.known_ns, record.happened_ns);
            assert_int_equal(record.kind, RH_RECORD_BAR);
            assert_true(k > 0 || record.price == 100);
            assert_true(k == 0 || record.price != 100);
        }
        rh_record record;
        rh_error error;
        assert_int_equal(rh_feed_next(made.feed, &record, &error), RH_END);
        drop_feed(&made);
        made = make_feed(models[i], from_ns, from_ns + 5 * hour_ns, 7, 0, 0);
        for (int k = 0; k < 6; ++k) take_record(&made); /* `to` itself is inside */
        assert_int_equal(rh_feed_next(made.feed, &record, &error), RH_END);
        drop_feed(&made);
    }
}

/* A rewound feed is the feed of that path, wherever it was before; twins of twins are the path. */
static void rewound_is_made_anew(void **state)
{
    enum { HOURS = 150 };
    (void)state;
    for (int i = 0; i < MODELS; ++i) {
        int64_t to_ns = HOURS * 60 * MINUTE_NS;
        generated again = make_feed(models[i], 0, to_ns, 7, 3, 2);
        for (uint32_t path = 0; path < 6; ++path) {
            rh_error error = {0};
            rh_feed_path of = {.index = path, .mirrored = path % 2 == 1};
            for (uint32_t k = 0; k < 29 * path; ++k) take_record(&again);
            assert_int_equal(again.feed->rewind(again.feed, &of, &error), RH_OK);
            generated anew = make_feed(models[i], 0, to_ns, 7, path, 2);
            bool other = false;
            for (int k = 0; k <= HOURS; ++k) {
                rh_record a = take_record(&again), b = take_record(&anew);
                other |= memcmp(&a, &b, sizeof a) != 0;
            }
            assert_int_equal(other, of.mirrored);
            drop_feed(&anew);
            of.mirrored = false;
            assert_int_equal(again.feed->rewind(again.feed, &of, &error), RH_OK);
        }
        drop_feed(&again);
    }
}

/* N equal steps over a range whose length is no multiple of N: bar k at floor(k length / N), the
 * last at the end, and the variance of the whole range is vol^2 times its years. */
static void steps_end_at_the_end(void **state)
{
    static const int64_t lengths[] = {1, 7, 97, 98, 1000003, INT64_C(7250000000000000001)};
    static const int64_t counts[] = {1, 2, 7, 21, 97};
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; ++i) {
        for (size_t j = 0; j < sizeof counts / sizeof *counts; ++j) {
            char json[120];
            int64_t length = lengths[i], count = counts[j];
            if (length < count) continue;
            snprintf(json, sizeof json, "{\"model\":\"gbm\",\"spot\":9,\"vol\":0.1,\"steps\":%d}",
                     (int)count);
            generated made = make_feed(json, 5, 5 + length, 7, 0, 0);
            assert_int_equal(made.feed->interval_ns, length / count);
            for (int round = 0; round < 3; ++round) { /* once whole, rewound, from the middle */
                rh_record record;
                rh_error error;
                int64_t last = round == 1 ? count / 2 : count;
                for (int64_t k = 0; k <= last; ++k) {
                    __extension__ __int128 late = (__int128)length * k / count;
                    assert_int_equal(take_record(&made).happened_ns, 5 + (int64_t)late);
                }
                if (round != 1)
                    assert_int_equal(rh_feed_next(made.feed, &record, &error), RH_END);
                assert_int_equal(made.feed->rewind(made.feed, &(rh_feed_path){.index = 3}, &error),
                                 RH_OK);
            }
            drop_feed(&made);
        }
    }
}

static void steps_are_intervals(void **state)
{
    (void)state;
    generated steps = make_feed("{\"model\":\"gbm\",\"spot\":9,\"vol\":1,\"steps\":1440}", 0,
                                DAY_NS, 7, 0, 0);
    generated minutes = make_feed("{\"model\":\"gbm\",\"spot\":9,\"vol\":1}", 0, DAY_NS, 7, 0, 0);
    for (int k = 0; k <= 1440; ++k) {
        rh_record a = take_record(&steps), b = take_record(&minutes);
        assert_int_equal(a.happened_ns, b.happened_ns);
        assert_true(fabs(a.price / b.price - 1) < 1e-12); /* dt is computed otherwise */
    }
    drop_feed(&steps);
    drop_feed(&minutes);
}

static void volumes_are_plausible(void **state)
{
    static double sizes[LONG];
    (void)state;
    for (int i = 0; i < MODELS; ++i) {
        generated made = make_feed(models[i], 0, LONG * 60 * MINUTE_NS, 7, 0, 0);
        take_record(&made);
        for (int k = 0; k < LONG; ++k) {
            rh_record record = take_record(&made);
            assert_true(record.size > 0 && fabs(record.extra) < record.size);
            sizes[k] = record.size;
        }
        assert_mean("size", sizes, LONG, 4, 4);
        drop_feed(&made);
    }
}

static void size_changes_no_price(void **state)
{
    (void)state;
    for (int i = 0; i < MODELS; ++i) {
        char sizeless[400];
        snprintf(sizeless, sizeof sizeless, "%s", models[i]);
        *strstr(sizeless, "4}") = '0';
        generated with = make_feed(models[i], 0, LONG * 60 * MINUTE_NS, 7, 0, 0);
        generated without = make_feed(sizeless, 0, LONG * 60 * MINUTE_NS, 7, 0, 0);
        for (int k = 0; k < LONG; ++k) {
            rh_record a = take_record(&with), b = take_record(&without);
            assert_memory_equal(&a.price, &b.price, sizeof a.price);
            assert_true(b.size == 0 && (b.flags & RH_RECORD_NO_SIDE));
        }
        drop_feed(&with);
        drop_feed(&without);
    }
}

static void same_seed_same_bits(void **state)
{
    (void)state;
    for (int i = 0; i < MODELS; ++i) {
        generated a = make_feed(models[i], 0, 500 * 60 * MINUTE_NS, 7, 3, 1);
        generated b = make_feed(models[i], 0, 500 * 60 * MINUTE_NS, 7, 3, 1);
        for (int k = 0; k < 500; ++k) {
            rh_record first = take_record(&a), second = take_record(&b);
            assert_memory_equal(&first, &second, sizeof first);
        }
        drop_feed(&a);
        drop_feed(&b);
    }
}

/* Correlation of the log returns of two feeds, times sqrt(n): standard normal when independent. */
static double correlation(int model, const uint64_t seed[2], const uint32_t path[2],
                          const uint32_t stream[2])
{
    generated a = make_feed(models[model], 0, LONG * 60 * MINUTE_NS, seed[0], path[0], stream[0]);
    generated b = make_feed(models[model], 0, LONG * 60 * MINUTE_NS, seed[1], path[1], stream[1]);
    double ab = 0, aa = 0, bb = 0, last_a = take_record(&a).price, last_b = take_record(&b).price;
    for (int k = 0; k < LONG; ++k) {
        double now_a = take_record(&a).price, now_b = take_record(&b).price;
        double x = log(now_a / last_a), y = log(now_b / last_b);
        ab += x * y;
        aa += x * x;
        bb += y * y;
        last_a = now_a;
        last_b = now_b;
    }
    drop_feed(&a);
    drop_feed(&b);
    return ab / sqrt(aa * bb) * sqrt((double)LONG);
}

static void seeds_paths_and_streams_are_independent(void **state)
{
    static const uint64_t same_seed[2] = {7, 7}, seeds[2] = {7, 8};
    static const uint32_t same[2] = {0, 0}, other[2] = {0, 1};
    (void)state;
    for (int i = 0; i < MODELS; ++i) {
        assert_true(fabs(correlation(i, same_seed, same, same) / sqrt((double)LONG) - 1) < 1e-9);
        assert_true(fabs(correlation(i, seeds, same, same)) < 4);
        assert_true(fabs(correlation(i, same_seed, other, same)) < 4);
        assert_true(fabs(correlation(i, same_seed, same, other)) < 4);
    }
}

static void streaming_is_the_file(void **state)
{
    const char *path = in_folder("synth.tape");
    (void)state;
    for (int i = 0; i < MODELS; ++i) {
        rh_error error;
        rh_tape_writer *writer;
        rh_tape *tape;
        rh_feed *feed;
        generated made = make_feed(models[i], 0, 5000 * 60 * MINUTE_NS, 7, 0, 0);
        const char *name = made.feed->instrument_name(made.feed, 0);
        assert_int_equal(rh_tape_create(path, &name, 1, made.feed->interval_ns, "t", NULL, &writer,
                                        &error), RH_OK);
        for (int k = 0; k <= 5000; ++k) {
            rh_record record = take_record(&made);
            assert_int_equal(rh_tape_append(writer, &record, &error), RH_OK);
        }
        assert_int_equal(rh_tape_commit(writer, &error), RH_OK);
        drop_feed(&made);
        made = make_feed(models[i], 0, 5000 * 60 * MINUTE_NS, 7, 0, 0);
        assert_int_equal(rh_tape_open(path, &tape, &error), RH_OK);
        assert_int_equal(rh_feed_from_tape(tape, 0, INT64_MAX, &feed, &error), RH_OK);
        for (int k = 0; k <= 5000; ++k) {
            rh_record streamed = take_record(&made), stored;
            assert_int_equal(rh_feed_next(feed, &stored, &error), RH_OK);
            assert_memory_equal(&streamed, &stored, sizeof stored);
        }
        feed->free(feed);
        drop_feed(&made);
    }
}

/* A path's first records do not depend on how far it runs. */
static void range_end_changes_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < MODELS; ++i) {
        generated a = make_feed(models[i], 0, 100 * 60 * MINUTE_NS, 7, 0, 0);
        generated b = make_feed(models[i], 0, 90000 * 60 * MINUTE_NS, 7, 0, 0);
        for (int k = 0; k <= 100; ++k) assert_true(take_record(&a).price == take_record(&b).price);
        drop_feed(&a);
        drop_feed(&b);
    }
}

static void refusals(void **state)
{
    static const struct { const char *json, *message; } cases[] = {
        {"{\"spot\": 1}", "model"},
        {"{\"model\": \"gbn\", \"spot\": 1}", "gbm"},
        {"{\"model\": \"gbm\", \"spot\": 1}", "vol"},
        {"{\"model\": \"gbm\", \"vol\": 1}", "spot"},
        {"{\"model\": \"gbm\", \"spot\": 0, \"vol\": 1}", "/spot"},
        {"{\"model\": \"gbm\", \"spot\": 1, \"vol\": -1}", "/vol"},
        {"{\"model\": \"gbm\", \"spot\": 1, \"vol\": \"x\"}", "/vol"},
        {"{\"model\": \"gbm\", \"spot\": 1, \"vol\": 1, \"kappa\": 1}", "kappa"},
        {"{\"model\": \"gbm\", \"spot\": 1, \"vol\": 1, \"intervall\": \"1m\"}", "interval"},
        {"{\"model\": \"gbm\", \"spot\": 1, \"vol\": 1, \"interval\": \"0s\"}", "interval"},
        {"{\"model\": \"gbm\", \"spot\": 1, \"vol\": 1, \"steps\": 0}", "/steps"},
        {"{\"model\": \"gbm\", \"spot\": 1, \"vol\": 1, \"steps\": 2}", "nanoseconds of the range"},
        {"{\"model\": \"gbm\", \"spot\": 1, \"vol\": 1, \"steps\": 1, \"interval\": \"1m\"}",
         "both \"interval\" and \"steps\""},
        {"{\"model\": \"heston\", \"spot\": 1, \"v0\": 1, \"kappa\": 0, \"theta\": 1, \"xi\": 1,"
         " \"rho\": 0}", "/kappa"},
        {"{\"model\": \"heston\", \"spot\": 1, \"v0\": 1, \"kappa\": 1, \"theta\": 1, \"xi\": 1,"
         " \"rho\": 2}", "/rho"},
        {"{\"model\": \"merton\", \"spot\": 1, \"vol\": 1, \"jump_intensity\": 1e6,"
         " \"jump_mean\": 0, \"jump_vol\": 0, \"interval\": \"1d\"}", "700 jumps"},
        {"{\"model\": \"kou\", \"spot\": 1, \"vol\": 1, \"jump_intensity\": 1, \"jump_up\": 0.5,"
         " \"jump_up_mean\": 1, \"jump_down_mean\": 0.1}", "/jump_up_mean"},
        {"{\"model\": \"kou\", \"spot\": 1, \"vol\": 1, \"jump_intensity\": 1, \"jump_up\": 1.5,"
         " \"jump_up_mean\": 0.1, \"jump_down_mean\": 0.1}", "/jump_up"},
        {"{\"model\": \"bates\", \"spot\": 1, \"v0\": 1, \"kappa\": 1, \"theta\": 1, \"xi\": 1,"
         " \"rho\": 0}", "jump_intensity"},
        {"{\"model\": \"garch\", \"spot\": 1, \"vol\": 1, \"alpha\": 0.5, \"beta\": 0.5}",
         "alpha + beta: found 1, expected less than 1"},
        {"{\"model\": \"regime\", \"spot\": 1, \"vols\": [], \"rates\": []}", "/vols"},
        {"{\"model\": \"regime\", \"spot\": 1, \"vols\": 0.5, \"rates\": []}", "/vols"},
        {"{\"model\": \"regime\", \"spot\": 1, \"vols\": [1, 2], \"rates\": [[0, 1]]}", "/rates"},
        {"{\"model\": \"regime\", \"spot\": 1, \"vols\": [1, 2], \"rates\": [[0, 1], [0]]}",
         "/rates/1"},
        {"{\"model\": \"regime\", \"spot\": 1, \"vols\": [1, 2], \"rates\": [[3, 1], [0, 0]]}",
         "into itself"},
        {"{\"model\": \"regime\", \"spot\": 1, \"vols\": [1, 2], \"rates\": [[0, -1], [0, 0]]}",
         "/rates/0/1"},
        {"{\"model\": \"regime\", \"spot\": 1, \"vols\": [1], \"rates\": [[0]], \"drift\": 0,"
         " \"drifts\": [0]}", "expected one"},
        {"{\"model\": \"regime\", \"spot\": 1, \"vols\": [1], \"rates\": [[0]], \"start\": 1}",
         "/start"},
        {"{\"model\": \"bootstrap\", \"spot\": 1, \"mean_block\": 9}", "needs a tape"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
        rh_json_doc *doc;
        rh_feed *feed = NULL;
        rh_error error = {0};
        assert_int_equal(rh_json_parse("t", cases[i].json, strlen(cases[i].json), &doc, &error),
                         RH_OK);
        assert_int_equal(rh_feed_synth(rh_json_root(doc), 0, 1, 7, 0, 0, &feed, &error), RH_INPUT);
        if (!strstr(error.message, cases[i].message))
            fail_msg("\"%s\" lacks \"%s\"", error.message, cases[i].message);
        assert_null(feed);
        rh_json_free(doc);
    }
}

static void a_price_beyond_all_limits_ends_the_feed(void **state)
{
    (void)state;
    generated made = make_feed("{\"model\":\"gbm\",\"spot\":1,\"vol\":0,\"drift\":100,"
                               "\"interval\":\"30d\"}", 0, 366 * 5 * DAY_NS, 7, 0, 0);
    rh_record record;
    rh_error error;
    rh_status status;
    while ((status = rh_feed_next(made.feed, &record, &error)) == RH_OK)
        assert_true(record.price <= RH_PRICE_MAX);
    assert_int_equal(status, RH_DOMAIN);
    assert_non_null(strstr(error.message, "left the range of prices at 197"));
    drop_feed(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grid_and_first_record),
        cmocka_unit_test(rewound_is_made_anew),
        cmocka_unit_test(steps_end_at_the_end),
        cmocka_unit_test(steps_are_intervals),
        cmocka_unit_test(volumes_are_plausible),
        cmocka_unit_test(size_changes_no_price),
        cmocka_unit_test(same_seed_same_bits),
        cmocka_unit_test(seeds_paths_and_streams_are_independent),
        cmocka_unit_test(streaming_is_the_file),
        cmocka_unit_test(range_end_changes_nothing),
        cmocka_unit_test(refusals),
        cmocka_unit_test(a_price_beyond_all_limits_ends_the_feed),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
