/* Shared by the generator tests: a feed from JSON text, sample moments with standard errors. */
#ifndef TESTS_FEED_SYNTH_TEST_H
#define TESTS_FEED_SYNTH_TEST_H

#include "feed_test.h"

#include <math.h>

#define DAY_NS INT64_C(86400000000000)

typedef struct generated { rh_json_doc *doc; rh_feed *feed; } generated;

static inline generated make_feed(const char *json, int64_t from_ns, int64_t to_ns, uint64_t seed,
                                  uint32_t path, uint32_t stream)
{
    generated made = {0};
    rh_error error = {0};
    assert_int_equal(rh_json_parse("test", json, strlen(json), &made.doc, &error), RH_OK);
    if (rh_feed_synth(rh_json_root(made.doc), from_ns, to_ns, seed, path, stream, &made.feed,
                      &error) != RH_OK)
        fail_msg("%s", error.message);
    return made;
}

static inline void drop_feed(generated *made)
{
    made->feed->free(made->feed);
    rh_json_free(made->doc);
}

static inline rh_record take_record(const generated *made)
{
    rh_record record = {0};
    rh_error error = {0};
    if (rh_feed_next(made->feed, &record, &error) != RH_OK) fail_msg("%s", error.message);
    return record;
}

/* The log return of a whole path. */
static inline double path_return(const char *json, int64_t length_ns, uint32_t path)
{
    generated made = make_feed(json, 0, length_ns, 7, path, 0);
    rh_record record;
    rh_error error;
    double first = take_record(&made).price, last = first;
    while (rh_feed_next(made.feed, &record, &error) == RH_OK) last = record.price;
    drop_feed(&made);
    return log(last / first);
}

/* |sample mean - expected| within `width` standard errors; values are independent. */
static inline void assert_mean(const char *what, const double *values, size_t count,
                               double expected, double width)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; ++i) sum += values[i];
    double mean = sum / (double)count;
    for (size_t i = 0; i < count; ++i) squares += (values[i] - mean) * (values[i] - mean);
    double error = sqrt(squares / (double)(count - 1) / (double)count);
    if (!(fabs(mean - expected) <= width * error))
        fail_msg("%s: mean %.8g, expected %.8g, standard error %.3g", what, mean, expected, error);
}

#endif
