/* The stationary bootstrap against the tape it resamples (Politis & Romano 1994): every step is a
 * return of the tape, blocks are geometric, the marginal law is the tape's, the autocovariance is
 * (1 - 1/mean_block)^lag times the circular one; drift, gaps, paths and refusals. */
#include "synth_test.h"

#include "base/random.h"

enum { BARS = 400, STEPS = 20000 };
#define HOUR_NS (60 * MINUTE_NS)

static double tape_returns[BARS];

/* Prices whose returns are all different and lean on each other: x' = 0.7 x + noise. */
static rh_tape *make_tape(bool gap, rh_record_kind kind)
{
    const char *path = in_folder("source.tape"), *name = "BTC";
    rh_error error;
    rh_tape_writer *writer;
    rh_tape *tape;
    rh_stream stream;
    double price = 100, x = 0;
    rh_stream_init(&stream, 11, 0, 0);
    assert_int_equal(rh_tape_create(path, &name, 1, HOUR_NS, "t", NULL, &writer, &error), RH_OK);
    for (int i = 0; i <= BARS; ++i) {
        int64_t at_ns = (i + (gap && i > BARS / 2 ? 5 : 0)) * HOUR_NS;
        rh_record record = {.happened_ns = at_ns, .known_ns = at_ns, .price = price, .size = 1,
                            .kind = (uint16_t)kind, .flags = RH_RECORD_END_OF_BATCH};
        assert_int_equal(rh_tape_append(writer, &record, &error), RH_OK);
        x = 0.7 * x + 0.01 * (rh_stream_uniform(&stream) - 0.5);
        double next = price * exp(x);
        if (i < BARS) tape_returns[i] = log(next / price);
        price = next;
    }
    assert_int_equal(rh_tape_commit(writer, &error), RH_OK);
    if (rh_tape_open(path, &tape, &error) != RH_OK) fail_msg("%s", error.message);
    return tape;
}

static rh_feed *resample(const char *json, const rh_tape *tape, uint32_t path, rh_error *error)
{
    rh_json_doc *doc;
    rh_feed *feed = NULL;
    memset(error, 0, sizeof *error);
    assert_int_equal(rh_json_parse("test", json, strlen(json), &doc, error), RH_OK);
    assert_true(rh_feed_resamples(rh_json_root(doc)));
    rh_status status = rh_feed_resample(rh_json_root(doc), tape, 0, STEPS * HOUR_NS, 7, path, 0,
                                        &feed, error);
    assert_true((status == RH_OK) == (feed != NULL));
    rh_json_free(doc);
    return feed;
}

static void take_path(const char *json, const rh_tape *tape, double x[STEPS])
{
    rh_error error;
    rh_record record = {0};
    rh_feed *feed = resample(json, tape, 0, &error);
    if (!feed) fail_msg("%s", error.message);
    assert_int_equal(feed->interval_ns, HOUR_NS);
    assert_int_equal(rh_feed_next(feed, &record, &error), RH_OK);
    double last = record.price;
    for (int i = 0; i < STEPS; ++i) {
        if (rh_feed_next(feed, &record, &error) != RH_OK) fail_msg("%s", error.message);
        x[i] = log(record.price / last);
        last = record.price;
    }
    feed->free(feed);
}

static int which(double x)
{
    for (int i = 0; i < BARS; ++i)
        if (fabs(tape_returns[i] - x) < 1e-12) return i;
    fail_msg("%.17g is no return of the tape", x);
    return -1;
}

static const char *const blocks_of_20 =
    "{\"model\":\"bootstrap\",\"spot\":50,\"mean_block\":20,\"file\":\"source.tape\"}";

/* A new block begins with chance 1/20 and not by chance where the old one would have gone on. */
static void blocks_are_geometric(void **state)
{
    static double x[STEPS], ends[STEPS - 1], starts[STEPS];
    rh_tape *tape = make_tape(false, RH_RECORD_BAR);
    size_t started = 0;
    (void)state;
    take_path(blocks_of_20, tape, x);
    rh_tape_close(tape);
    for (int i = 0; i + 1 < STEPS; ++i) {
        int next = which(x[i + 1]);
        ends[i] = next != (which(x[i]) + 1) % BARS;
        if (ends[i] > 0) starts[started++] = next;
    }
    assert_mean("ends of blocks", ends, STEPS - 1, 0.05 * (1 - 1.0 / BARS), 4);
    assert_mean("starts of blocks", starts, started, 0.5 * (BARS - 1), 4);
}

/* Over many paths, which are independent: mean, variance and autocovariances of one place. */
static void law_is_the_tapes(void **state)
{
    enum { PATHS = 20000, LAGS = 4 };
    static double values[LAGS][PATHS], first[PATHS];
    double mean = 0, covariance[LAGS] = {0}, x[LAGS];
    rh_tape *tape = make_tape(false, RH_RECORD_BAR);
    rh_error error;
    rh_feed *feed = resample(blocks_of_20, tape, 0, &error);
    (void)state;
    rh_tape_close(tape);
    for (int i = 0; i < BARS; ++i) mean += tape_returns[i] / BARS;
    for (int lag = 0; lag < LAGS; ++lag)
        for (int i = 0; i < BARS; ++i)
            covariance[lag] += (tape_returns[i] - mean) * (tape_returns[(i + lag) % BARS] - mean) /
                               BARS;
    assert_true(covariance[1] > 0.5 * covariance[0]);
    for (uint32_t path = 0; path < PATHS; ++path) {
        rh_feed_path of = {.index = path};
        rh_record record = {0};
        assert_int_equal(feed->rewind(feed, &of, &error), RH_OK);
        assert_int_equal(rh_feed_next(feed, &record, &error), RH_OK);
        for (int i = 0; i < 3 + LAGS; ++i) { /* the 4th step, and those after it */
            double last = record.price;
            assert_int_equal(rh_feed_next(feed, &record, &error), RH_OK);
            if (i >= 3) x[i - 3] = log(record.price / last) - mean;
        }
        first[path] = x[0];
        for (int lag = 0; lag < LAGS; ++lag) values[lag][path] = x[0] * x[lag];
    }
    feed->free(feed);
    assert_mean("mean", first, PATHS, 0, 4);
    for (int lag = 0; lag < LAGS; ++lag)
        assert_mean("autocovariance", values[lag], PATHS, pow(0.95, lag) * covariance[lag], 4);
}

static void drift_is_given_or_the_tapes(void **state)
{
    static double x[STEPS];
    double mean = 0, own = 0;
    rh_tape *tape = make_tape(false, RH_RECORD_BAR);
    (void)state;
    take_path("{\"model\":\"bootstrap\",\"spot\":50,\"mean_block\":1,\"drift\":0.8,"
              "\"file\":\"source.tape\"}", tape, x);
    rh_tape_close(tape);
    for (int i = 0; i < BARS; ++i) own += exp(tape_returns[i]) / BARS;
    double shift = 0.8 / 8760 - log(own);
    for (int i = 0; i < STEPS; ++i) which(x[i] - shift);
    for (int i = 0; i < BARS; ++i) mean += exp(tape_returns[i] + shift) / BARS;
    assert_true(fabs(log(mean) * 8760 - 0.8) < 1e-9);
}

/* The return over the gap would be the sum of six; it is not among them. */
static void gaps_are_left_out(void **state)
{
    static double x[STEPS];
    int gap = 0;
    rh_tape *tape = make_tape(true, RH_RECORD_BAR);
    (void)state;
    take_path(blocks_of_20, tape, x);
    rh_tape_close(tape);
    for (int i = 0; i < STEPS; ++i) gap += which(x[i]) == BARS / 2;
    assert_int_equal(gap, 0);
}

static void same_bits_and_rewound(void **state)
{
    rh_error error;
    rh_tape *tape = make_tape(false, RH_RECORD_BAR);
    rh_feed *again = resample(blocks_of_20, tape, 3, &error);
    rh_feed_path of = {.index = 5}, mirrored = {.mirrored = true};
    rh_record a, b;
    (void)state;
    for (int i = 0; i < 333; ++i) assert_int_equal(rh_feed_next(again, &a, &error), RH_OK);
    assert_int_equal(again->rewind(again, &of, &error), RH_OK);
    rh_feed *anew = resample(blocks_of_20, tape, 5, &error);
    for (int i = 0; i < 1000; ++i) {
        assert_int_equal(rh_feed_next(again, &a, &error), RH_OK);
        assert_int_equal(rh_feed_next(anew, &b, &error), RH_OK);
        assert_memory_equal(&a, &b, sizeof a);
    }
    assert_int_equal(again->rewind(again, &mirrored, &error), RH_INPUT);    /* it has no shocks */
    again->free(again);
    anew->free(anew);
    rh_tape_close(tape);
}

static void refused(const char *json, const rh_tape *tape, const char *message)
{
    rh_error error;
    if (resample(json, tape, 0, &error)) fail_msg("accepted, wanted: %s", message);
    if (!strstr(error.message, message)) fail_msg("\"%s\" lacks \"%s\"", error.message, message);
}

static void refusals(void **state)
{
    rh_tape *tape = make_tape(false, RH_RECORD_BAR);
    (void)state;
    refused("{\"model\":\"bootstrap\",\"spot\":50}", tape, "mean_block");
    refused("{\"model\":\"bootstrap\",\"spot\":50,\"mean_block\":0.5}", tape, "/mean_block");
    refused("{\"model\":\"bootstrap\",\"spot\":50,\"mean_block\":5,\"interval\":\"1m\"}", tape,
            "interval");
    refused("{\"model\":\"bootstrap\",\"spot\":50,\"mean_block\":5,\"steps\":9}", tape, "steps");
    refused("{\"model\":\"bootstrap\",\"spot\":50,\"mean_blok\":5}", tape, "mean_block");
    refused(blocks_of_20, NULL, "needs a tape");
    rh_tape_close(tape);
    tape = make_tape(false, RH_RECORD_TRADE);
    refused(blocks_of_20, tape, "0 returns between neighbouring bars");
    rh_tape_close(tape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_geometric),
        cmocka_unit_test(law_is_the_tapes),
        cmocka_unit_test(drift_is_given_or_the_tapes),
        cmocka_unit_test(gaps_are_left_out),
        cmocka_unit_test(same_bits_and_rewound),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
