/* Shared by the generator tests: a feed from JSON text, sample moments with standard errors. */
#ifndef TESTS_FEED_SYNTH_TEST_H
#define TESTS_FEED_SYNTH_TEST_H

#include "feed_test.h"

#include <complex.h>
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

/* The log returns of whole paths 0 .. paths - 1; the text is parsed once. */
static inline void path_returns(const char *json, int64_t length_ns, uint32_t paths, double *x)
{
    generated made = {0};
    rh_error error = {0};
    assert_int_equal(rh_json_parse("test", json, strlen(json), &made.doc, &error), RH_OK);
    for (uint32_t path = 0; path < paths; ++path) {
        rh_record record;
        if (rh_feed_synth(rh_json_root(made.doc), 0, length_ns, 7, path, 0, &made.feed, &error) !=
            RH_OK)
            fail_msg("%s", error.message);
        double first = take_record(&made).price, last = first;
        while (rh_feed_next(made.feed, &record, &error) == RH_OK) last = record.price;
        made.feed->free(made.feed);
        x[path] = log(last / first);
    }
    rh_json_free(made.doc);
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

/* The log returns of the first `count` steps of a path. */
static inline void take_returns(const char *json, int64_t interval_ns, uint32_t path, double *x,
                                size_t count)
{
    generated made = make_feed(json, 0, (int64_t)count * interval_ns, 7, path, 0);
    double last = take_record(&made).price;
    for (size_t i = 0; i < count; ++i) {
        double now = take_record(&made).price;
        x[i] = log(now / last);
        last = now;
    }
    drop_feed(&made);
}

/* Unbiased k-statistics of one batch (Fisher 1928). */
static inline void k_statistics(const double *x, size_t count, double k[4])
{
    double n = (double)count, mean = 0, m2 = 0, m3 = 0, m4 = 0;
    for (size_t i = 0; i < count; ++i) mean += x[i] / n;
    for (size_t i = 0; i < count; ++i) {
        double d = x[i] - mean;
        m2 += d * d / n;
        m3 += d * d * d / n;
        m4 += d * d * d * d / n;
    }
    k[0] = mean;
    k[1] = n / (n - 1) * m2;
    k[2] = n * n / ((n - 1) * (n - 2)) * m3;
    k[3] = n * n / ((n - 1) * (n - 2) * (n - 3)) * ((n + 1) * m4 - 3 * (n - 1) * m2 * m2);
}

/* The cumulants of a step's log return, over `batches` paths of `per_batch` steps each. */
static inline void assert_cumulants(const char *json, int64_t interval_ns, uint32_t batches,
                                    size_t per_batch, const double expected[4])
{
    static const char *const names[] = {"first cumulant", "second cumulant", "third cumulant",
                                        "fourth cumulant"};
    double *found = malloc(4 * batches * sizeof *found), *x = malloc(per_batch * sizeof *x);
    assert_true(found && x);
    for (uint32_t batch = 0; batch < batches; ++batch) {
        double k[4];
        take_returns(json, interval_ns, batch, x, per_batch);
        k_statistics(x, per_batch, k);
        for (int i = 0; i < 4; ++i) found[(uint32_t)i * batches + batch] = k[i];
    }
    for (int i = 0; i < 4; ++i)
        assert_mean(names[i], found + (uint32_t)i * batches, batches, expected[i], 4);
    free(found);
    free(x);
}

/* The sample mean of e^{iux} of independent x is `law`, in both parts. */
static inline void assert_characteristic(const double *x, size_t count, double u,
                                         double complex law)
{
    double *part = malloc(count * sizeof *part);
    assert_non_null(part);
    for (size_t i = 0; i < count; ++i) part[i] = cos(u * x[i]);
    assert_mean("real part", part, count, creal(law), 4);
    for (size_t i = 0; i < count; ++i) part[i] = sin(u * x[i]);
    assert_mean("imaginary part", part, count, cimag(law), 4);
    free(part);
}

static inline void assert_same_records(const char *one, const char *other, int minutes)
{
    generated a = make_feed(one, 0, minutes * MINUTE_NS, 7, 0, 0);
    generated b = make_feed(other, 0, minutes * MINUTE_NS, 7, 0, 0);
    for (int i = 0; i <= minutes; ++i) {
        rh_record first = take_record(&a), second = take_record(&b);
        assert_memory_equal(&first, &second, sizeof first);
    }
    drop_feed(&a);
    drop_feed(&b);
}

#endif
