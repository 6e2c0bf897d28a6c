/* Merged feeds: a total order by (happened, feed, order within it), mapped instruments, and the
 * refusal of a feed that goes back in time. Tapes as feeds: exactly the range, both ends. */
#include "base/random.h"
#include "feed_test.h"

typedef struct list_feed {
    rh_feed feed;
    const rh_record *records;
    size_t count, at, at_once;      /* so many are at hand at once */
    int *freed;
} list_feed;

static rh_status list_more(rh_feed *feed, rh_error *error)
{
    list_feed *self = (list_feed *)feed;
    (void)error;
    if (self->at == self->count) return RH_END;
    size_t left = self->count - self->at, some = left < self->at_once ? left : self->at_once;
    feed->ready = self->records + self->at;
    feed->ready_end = feed->ready + some;
    self->at += some;
    return RH_OK;
}

static void list_free(rh_feed *feed)
{
    ++*((list_feed *)feed)->freed;
}

static const char *list_name(const rh_feed *feed, uint32_t index)
{
    static const char *const names[] = {"A", "B"};
    (void)feed;
    return names[index];
}

static list_feed make_list(const rh_record *records, size_t count, uint32_t instruments,
                           int64_t interval_ns, int *freed)
{
    return (list_feed){.feed = {.more = list_more, .free = list_free, .instruments = instruments,
                                .instrument_name = list_name, .interval_ns = interval_ns,
                                .content_hash = ""},
                       .records = records, .count = count, .at_once = 2, .freed = freed};
}

#define RECORD(time, mark, index)                                                              \
    {.happened_ns = (time), .known_ns = (time), .price = (mark), .instrument = (index)}

static void order_is_total(void **state)
{
    static const rh_record a[] = {RECORD(1, 11, 0), RECORD(5, 12, 1), RECORD(5, 13, 0)};
    static const rh_record b[] = {RECORD(1, 21, 0), RECORD(1, 22, 0), RECORD(9, 23, 0)};
    static const rh_record c[] = {RECORD(0, 31, 0), RECORD(5, 32, 0)};
    static const double prices[] = {31, 11, 21, 22, 12, 13, 32, 23};
    static const uint16_t instruments[] = {3, 7, 2, 2, 0, 7, 3, 2};
    static const uint16_t map_a[] = {7, 0}, map_b[] = {2}, map_c[] = {3};
    const uint16_t *const maps[] = {map_a, map_b, map_c, map_c};
    int freed = 0;
    (void)state;
    list_feed lists[] = {make_list(a, 3, 2, 60, &freed), make_list(b, 3, 1, 0, &freed),
                         make_list(c, 2, 1, 30, &freed), make_list(NULL, 0, 1, 0, &freed)};
    rh_feed *feeds[] = {&lists[0].feed, &lists[1].feed, &lists[2].feed, &lists[3].feed}, *merged;
    rh_error error;
    rh_record record;
    assert_int_equal(rh_feed_merge(feeds, maps, 4, &merged, &error), RH_OK);
    assert_int_equal(merged->instruments, 8);
    assert_int_equal(merged->interval_ns, 30);
    assert_string_equal(merged->instrument_name(merged, 0), "B");
    assert_null(merged->instrument_name(merged, 5));
    for (size_t i = 0; i < 8; ++i) {
        assert_int_equal(rh_feed_next(merged, &record, &error), RH_OK);
        assert_true(record.price == prices[i]);
        assert_int_equal(record.instrument, instruments[i]);
    }
    assert_int_equal(rh_feed_next(merged, &record, &error), RH_END);
    assert_int_equal(rh_feed_next(merged, &record, &error), RH_END);
    merged->free(merged);
    assert_int_equal(freed, 4);
}

enum { FEEDS = 4, LONG = 300 };

/* Random times with many ties, across the batches of the merge and of its sources: always the
 * earliest record, of the first feed that has one. */
static void long_feeds_keep_their_order(void **state)
{
    static rh_record records[FEEDS][LONG];
    static const uint16_t map[] = {0};
    const uint16_t *const maps[FEEDS] = {map, map, map, map};
    list_feed lists[FEEDS];
    rh_feed *feeds[FEEDS], *merged;
    rh_stream stream;
    rh_error error;
    rh_record record;
    int freed = 0;
    size_t at[FEEDS] = {0};
    (void)state;
    rh_stream_init(&stream, 5, 0, 0);
    for (size_t f = 0; f < FEEDS; ++f) {
        int64_t time_ns = 0;
        for (size_t i = 0; i < LONG; ++i) {
            time_ns += (int64_t)(rh_stream_uniform(&stream) * (i % 100 < 80 ? 2 : 40));
            records[f][i] = (rh_record)RECORD(time_ns, (double)(f * LONG + i), 0);
        }
        lists[f] = make_list(records[f], LONG, 1, 0, &freed);
        lists[f].at_once = 1 + 29 * f;
        feeds[f] = &lists[f].feed;
    }
    assert_int_equal(rh_feed_merge(feeds, maps, FEEDS, &merged, &error), RH_OK);
    for (size_t n = 0; n < FEEDS * LONG; ++n) {
        size_t first = FEEDS;
        for (size_t f = 0; f < FEEDS; ++f) {
            if (at[f] == LONG) continue;
            if (first == FEEDS ||
                records[f][at[f]].happened_ns < records[first][at[first]].happened_ns)
                first = f;
        }
        assert_int_equal(rh_feed_next(merged, &record, &error), RH_OK);
        assert_true(record.price == records[first][at[first]++].price);
    }
    assert_int_equal(rh_feed_next(merged, &record, &error), RH_END);
    merged->free(merged);
}

static void going_back_is_refused(void **state)
{
    static const rh_record a[] = {RECORD(5, 1, 0), RECORD(4, 2, 0)};
    static const rh_record b[] = {RECORD(5, 1, 3)};
    static const uint16_t map[] = {0};
    const uint16_t *const maps[] = {map};
    int freed = 0;
    rh_error error;
    rh_record record;
    (void)state;
    for (int i = 0; i < 2; ++i) {
        list_feed list = make_list(i ? b : a, i ? 1 : 2, 1, 0, &freed);
        rh_feed *feeds[] = {&list.feed}, *merged;
        assert_int_equal(rh_feed_merge(feeds, maps, 1, &merged, &error), RH_OK);
        if (i == 0) assert_int_equal(rh_feed_next(merged, &record, &error), RH_OK);
        assert_int_equal(rh_feed_next(merged, &record, &error), RH_INPUT);
        assert_non_null(strstr(error.message, i ? "instrument 3" : "goes back in time"));
        error.message[0] = '\0';
        assert_int_equal(rh_feed_next(merged, &record, &error), RH_INPUT); /* and again */
        assert_non_null(strstr(error.message, i ? "instrument 3" : "goes back in time"));
        merged->free(merged);
    }
    assert_int_equal(freed, 2);
}

static void tape_range(void **state)
{
    static const int64_t ranges[][3] = {
        {0, 100, 5}, {10, 40, 5}, {11, 39, 3}, {20, 20, 2}, {21, 29, 0}, {41, 100, 0}, {0, 9, 0},
        {0, INT64_MAX, 5}, {30, 20, 0}};
    static const int64_t times[] = {10, 20, 20, 30, 40};
    const char *name = "X", *path = in_folder("range.tape");
    rh_tape_writer *writer;
    rh_error error;
    (void)state;
    assert_int_equal(rh_tape_create(path, &name, 1, 10, "test", NULL, &writer, &error), RH_OK);
    for (size_t i = 0; i < 5; ++i) {
        rh_record record = RECORD(times[i], 1 + (double)i, 0);
        assert_int_equal(rh_tape_append(writer, &record, &error), RH_OK);
    }
    assert_int_equal(rh_tape_commit(writer, &error), RH_OK);
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; ++i) {
        rh_tape *tape;
        rh_feed *feed;
        rh_record record;
        int64_t count = 0;
        assert_int_equal(rh_tape_open(path, &tape, &error), RH_OK);
        assert_int_equal(rh_feed_from_tape(tape, ranges[i][0], ranges[i][1], &feed, &error), RH_OK);
        assert_int_equal(feed->interval_ns, 10);
        assert_string_equal(feed->instrument_name(feed, 0), "X");
        assert_true(feed->content_hash[0] != '\0');
        while (rh_feed_next(feed, &record, &error) == RH_OK) {
            assert_true(record.happened_ns >= ranges[i][0] && record.happened_ns <= ranges[i][1]);
            ++count;
        }
        assert_int_equal(count, ranges[i][2]);
        feed->free(feed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_is_total),
        cmocka_unit_test(long_feeds_keep_their_order),
        cmocka_unit_test(going_back_is_refused),
        cmocka_unit_test(tape_range),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
