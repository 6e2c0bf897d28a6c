/* Volatility marks: what each kind reads and refuses, and the realised one against brute force. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "market/market.h"

#define MINUTE INT64_C(60000000000)

static rh_status read_spec(const char *json, rh_vol_spec *spec, rh_error *error)
{
    rh_json_doc *doc = NULL;
    assert_int_equal(rh_json_parse("vol", json, strlen(json), &doc, error), RH_OK);
    rh_status status = rh_vol_spec_read(rh_json_root(doc), spec, error);
    rh_json_free(doc);
    return status;
}

static void reads_and_refuses(void **state)
{
    (void)state;
    rh_vol_spec spec;
    rh_error error;
    assert_int_equal(read_spec("0.8", &spec, &error), RH_OK);
    assert_true(spec.kind == RH_VOL_FLAT && spec.sigma == 0.8);
    assert_int_equal(
        read_spec("{\"kind\": \"realized\", \"window\": \"1h\", \"initial\": 0.7}", &spec, &error),
        RH_OK);
    static const char *const bad[] = {
        "0",
        "-1",
        "1e9",
        "\"high\"",
        "{}",
        "{\"kind\": \"flat\"}",
        "{\"kind\": \"flta\", \"sigma\": 1}",
        "{\"kind\": \"flat\", \"sigma\": 0}",
        "{\"kind\": \"realized\", \"window\": \"1s\", \"initial\": 0.7}",
        "{\"kind\": \"realized\", \"window\": \"1h\"}",
        "{\"kind\": \"flat\", \"sigma\": 1, \"sgima\": 2}"};
    for (size_t n = 0; n < sizeof bad / sizeof *bad; n++) {
        if (read_spec(bad[n], &spec, &error) != RH_INPUT) fail_msg("accepted: %s", bad[n]);
    }
}

static void realised_follows_the_returns(void **state)
{
    (void)state;
    enum { N = 300, WINDOW = 60 };
    rh_vol_spec spec = {.kind = RH_VOL_REALIZED,
                        .sigma = 0.5,
                        .window_ns = WINDOW * MINUTE,
                        .sample_ns = MINUTE,
                        .floor = 1e-3,
                        .cap = 100.0};
    rh_vol_tracker tracker;
    rh_stream stream;
    double price[N], move[N];
    rh_stream_init(&stream, 5, 0, 0);
    assert_int_equal(rh_vol_tracker_init(&tracker, &spec, NULL), RH_OK);
    price[0] = 100.0;
    for (int n = 1; n < N; n++)
        price[n] = price[n - 1] * (0.99 + 0.02 * rh_stream_uniform(&stream));
    for (int n = 0; n < N; n++) {
        move[n] = n > 0 ? log(price[n] / price[n - 1]) : 0.0;
        rh_vol_tracker_spot(&tracker, n * MINUTE, price[n]);
        if (n < WINDOW / 2) assert_true(tracker.sigma == 0.5); /* the initial one */
        if (n < WINDOW) continue;
        double sum = 0.0;
        for (int k = n - WINDOW + 1; k <= n; k++)
            sum += move[k] * move[k];
        double expected = sqrt(sum / (WINDOW / (365.0 * 1440.0)));
        assert_true(fabs(tracker.sigma - expected) < 1e-9 * expected);
    }
    rh_vol_tracker_free(&tracker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_refuses),
        cmocka_unit_test(realised_follows_the_returns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
