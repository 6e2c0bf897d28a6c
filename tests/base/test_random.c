/* Philox against the vectors published with it (Random123, kat_vectors, philox4x32-10), and the
 * streams on it: repeatable, apart from each other, uniform. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/random.h"

static void published_vectors(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], expected[4];
    } vectors[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        uint32_t out[4];
        rh_philox4x32(vectors[i].counter, vectors[i].key, out);
        assert_memory_equal(out, vectors[i].expected, sizeof out);
    }
}

static void a_stream_is_the_blocks_of_its_counters(void **state)
{
    (void)state;
    rh_stream stream;
    rh_stream_init(&stream, UINT64_C(0x0123456789abcdef), 5, RH_PURPOSE_VENUE + 2);
    const uint32_t key[2] = {0x89abcdef, 0x01234567};
    for (uint32_t draw = 0; draw < 100; draw++) {
        const uint32_t counter[4] = {draw, 0, 5, RH_PURPOSE_VENUE + 2};
        uint32_t out[4];
        rh_philox4x32(counter, key, out);
        assert_true(rh_stream_u64(&stream) == ((uint64_t)out[1] << 32 | out[0]));
        assert_true(rh_stream_u64(&stream) == ((uint64_t)out[3] << 32 | out[2]));
    }
}

static void the_counter_carries(void **state)
{
    (void)state;
    rh_stream stream;
    rh_stream_init(&stream, 1, 0, 0);
    stream.counter[0] = UINT32_MAX;
    rh_stream_u64(&stream);
    assert_int_equal(stream.counter[0], 0);
    assert_int_equal(stream.counter[1], 1);
}

static void seed_path_and_purpose_each_make_another_stream(void **state)
{
    (void)state;
    rh_stream streams[5];
    rh_stream_init(&streams[0], 7, 0, RH_PURPOSE_FEED);
    rh_stream_init(&streams[1], 8, 0, RH_PURPOSE_FEED);
    rh_stream_init(&streams[2], 7, 1, RH_PURPOSE_FEED);
    rh_stream_init(&streams[3], 7, 0, RH_PURPOSE_POLICY);
    rh_stream_init(&streams[4], 7 + (UINT64_C(1) << 32), 0, RH_PURPOSE_FEED);
    uint64_t first[5];
    for (int i = 0; i < 5; i++) {
        first[i] = rh_stream_u64(&streams[i]);
        for (int j = 0; j < i; j++) assert_true(first[i] != first[j]);
    }
}

static void uniforms_lie_inside_and_are_uniform(void **state)
{
    (void)state;
    enum { COUNT = 200000, BINS = 20 };
    int bins[BINS] = {0};
    double sum = 0.0;
    rh_stream stream;
    rh_stream_init(&stream, 3, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        double uniform = rh_stream_uniform(&stream);
        assert_true(uniform > 0.0 && uniform < 1.0);
        assert_true(ldexp(uniform, 53) == floor(ldexp(uniform, 53)));
        bins[(int)(uniform * BINS)]++;
        sum += uniform;
    }
    /* Mean within 4 standard errors; chi-square(19) below its 99.99% point. */
    assert_true(fabs(sum / COUNT - 0.5) < 4.0 / sqrt(12.0 * COUNT));
    double chi = 0.0, expected = (double)COUNT / BINS;
    for (int i = 0; i < BINS; i++) chi += (bins[i] - expected) * (bins[i] - expected) / expected;
    assert_true(chi < 51.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_vectors),
        cmocka_unit_test(a_stream_is_the_blocks_of_its_counters),
        cmocka_unit_test(the_counter_carries),
        cmocka_unit_test(seed_path_and_purpose_each_make_another_stream),
        cmocka_unit_test(uniforms_lie_inside_and_are_uniform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
