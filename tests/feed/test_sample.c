/* The bundled sample is what its documented command makes, bit by bit: generators, kernels and
 * streams on this machine, with this compiler, give the committed numbers. */
#include "synth_test.h"

static void sample_is_what_its_command_makes(void **state)
{
    static const char json[] =
        "{\"model\": \"heston\", \"spot\": 45000, \"v0\": 0.5, \"kappa\": 20, \"theta\": 0.45,"
        " \"xi\": 4, \"rho\": -0.3, \"size\": 30, \"interval\": \"1m\","
        " \"instrument\": \"BTC-SPOT\"}";
    (void)state;
    rh_tape *tape = NULL;
    rh_error error = {0};
    if (rh_tape_open(REHEDGE_SOURCE_DIR "/examples/data/sample.tape", &tape, &error) != RH_OK)
        fail_msg("%s", error.message);
    const rh_tape_info *info = rh_tape_get_info(tape);
    const rh_record *records = rh_tape_records(tape);
    generated made = make_feed(json, at("2025-01-06T00:00:00Z"), at("2025-01-09T00:00:00Z"), 7, 0,
                               0);
    assert_int_equal(info->records, 3 * 24 * 60 + 1);
    assert_string_equal(rh_tape_instrument(tape, 0), "BTC-SPOT");
    for (uint64_t i = 0; i < info->records; ++i) {
        rh_record record = take_record(&made);
        assert_memory_equal(&record, &records[i], sizeof record);
    }
    drop_feed(&made);
    rh_tape_close(tape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sample_is_what_its_command_makes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
