/* What one event's parts cost, in nanoseconds: to find where the time of a `rehedge bench` figure
 * goes. Not a test: it prints and never fails on a slow machine. Each loop's result is used, so
 * that the work cannot be left out, and the fastest of several rounds is shown. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "clock/queue.h"
#include "data/json.h"
#include "feed/feed.h"
#include "math/kernels.h"
#include "math/random.h"
#include "pricing/option.h"

enum { ROUNDS = 5, OPTIONS = 20 };

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

typedef double (*part)(int count);      /* does the work `count` times; the result is printed */

static void show(const char *name, part work, int count)
{
    double best = 1e300, result = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double started = now_ns();
        result = work(count);
        double each = (now_ns() - started) / count;
        if (each < best) best = each;
    }
    printf("%-44s %9.1f ns   (%g)\n", name, best, result);
}

static double exponentials(int count)
{
    double sum = 0;
    for (int i = 0; i < count; i++) sum += rh_exp(-1e-6 * i);
    return sum;
}

static double normals(int count)
{
    double sum = 0;
    for (int i = 0; i < count; i++) sum += rh_normal_cdf(-4 + 8e-6 * i);
    return sum;
}

static double draws(int count)
{
    rh_stream stream;
    double sum = 0;
    rh_stream_init(&stream, 7, 0, RH_PURPOSE_FEED);
    for (int i = 0; i < count; i++) sum += rh_stream_normal(&stream);
    return sum;
}

static double whole_greeks(int count)
{
    rh_greeks greeks;
    double sum = 0;
    for (int i = 0; i < count; i++) {
        rh_option_greeks(RH_MODEL_BSM, true, 45000 + 0.01 * i, 45000, 0.1, 0, 0, 0.8, &greeks);
        sum += greeks.delta + greeks.speed;
    }
    return sum;
}

/* `options` contracts at one time and vol, a new spot each time: the kernel and the sum alone. */
static double delta_batches(int count, int options)
{
    double log_strike[OPTIONS], log_strike_lo[OPTIONS], drift[OPTIONS] = {0}, slope[OPTIONS];
    double shift[OPTIONS], scale[OPTIONS], out[OPTIONS];
    for (int i = 0; i < options; i++) {
        double sign = i % 2 ? -1 : 1, total = 0.2 + 0.1 * (i % 4);
        double strike = 45000 - 1000 * i;
        rh_log_prices(&strike, 1, &log_strike[i], &log_strike_lo[i]);
        slope[i] = sign / total;
        shift[i] = sign * 0.5 * total;
        scale[i] = sign;
    }
    rh_delta_batch batch = {.count = (size_t)options, .log_strike = log_strike,
                            .log_strike_lo = log_strike_lo, .drift = drift, .slope = slope,
                            .shift = shift, .scale = scale, .out = out};
    double sum = 0;
    for (int i = 0; i < count; i++) {
        rh_option_delta_batch(&batch, 45000 + 0.01 * i);
        sum += rh_sum_lanes(out, (size_t)options);
    }
    return sum;
}

static double one_delta(int count)
{
    return delta_batches(count, 1);
}

static double twenty_deltas(int count)
{
    return delta_batches(count, OPTIONS);
}

static double queue_cycles(int count)
{
    rh_queue queue;
    rh_event event;
    double sum = 0;
    if (rh_queue_init(&queue, 64, 0, NULL) != RH_OK) return -1;
    for (int i = 0; i < 16; i++) rh_queue_push(&queue, i, RH_CLASS_TIMER, 0, 0, NULL);
    for (int i = 0; i < count; i++) {
        rh_queue_pop(&queue, &event);
        sum += (double)event.time_ns;
        rh_queue_push(&queue, event.time_ns + 16, RH_CLASS_TIMER, 0, 0, NULL);
    }
    rh_queue_free(&queue);
    return sum;
}

static double digest_records(int count)
{
    char hex[RH_DIGEST_HEX];
    rh_record record = {.price = 45000, .size = 1};
    rh_digest *digest = rh_digest_new();
    if (!digest) return -1;
    for (int i = 0; i < count; i++) {
        record.happened_ns = i;
        rh_digest_bytes(digest, &record, sizeof record);
    }
    rh_digest_hex(digest, hex);
    rh_digest_free(digest);
    return (double)strtoul(hex + 28, NULL, 16);
}

static double generated_bars(int count)
{
    static const char text[] = "{\"model\": \"gbm\", \"spot\": 45000, \"vol\": 0.8, \"drift\": 0,"
                               " \"interval\": \"1s\"}";
    rh_json_doc *doc = NULL;
    rh_feed *feed = NULL;
    rh_record record = {0};
    double sum = 0;
    if (rh_json_parse("part", text, sizeof text - 1, &doc, NULL) != RH_OK) return -1;
    if (rh_feed_synth(rh_json_root(doc), 0, INT64_C(1000000000) * count, 7, 0, 0, &feed, NULL) ==
        RH_OK) {
        while (rh_feed_next(feed, &record, NULL) == RH_OK) sum += record.price;
        feed->free(feed);
    }
    rh_json_free(doc);
    return sum / count;
}

int main(void)
{
    rh_math_thread_init();
    printf("%s instructions; fastest of %d rounds; in brackets the result, to be ignored\n",
           rh_isa_name(), ROUNDS);
    show("rh_exp", exponentials, 1000000);
    show("rh_normal_cdf", normals, 1000000);
    show("rh_stream_normal", draws, 1000000);
    show("all greeks of one option", whole_greeks, 200000);
    show("delta of one option", one_delta, 1000000);
    show("deltas of 20 options and their sum", twenty_deltas, 200000);
    show("queue of 16: pop and push", queue_cycles, 1000000);
    show("48 bytes into the digest", digest_records, 1000000);
    show("one generated bar (gbm)", generated_bars, 1000000);
    return 0;
}
