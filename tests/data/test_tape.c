/* Tapes written and read back: records, names, times and hashes; what a writer refuses; and that a
 * tape is whole under its name or absent. */
#include "data_test.h"

#include <math.h>

#include "data/tape.h"

static rh_error error;
static const char *const names[] = {"BTC-SPOT", "BTC-PERP"};
static const char sha[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
#define START INT64_C(1621209600000000000)

static rh_record sample(uint64_t i)
{
    uint16_t kind = (uint16_t)(i % RH_RECORD_KINDS);
    double price = 45000 + (double)i / 7;
    return (rh_record){.happened_ns = START + (int64_t)(i / 2),
                       .known_ns = START + (int64_t)(i / 2 + i % 3),
                       .price = kind == RH_RECORD_FUNDING ? -price / 1e8 : price,
                       .size = (double)(i % 5),
                       .extra = kind == RH_RECORD_QUOTE ? price + 0.5 : i % 2 ? -1 : 1,
                       .kind = kind,
                       .instrument = (uint16_t)(i % 2),
                       .flags = (uint32_t)(i % 4)};
}

static void write_tape(const char *path, uint64_t count)
{
    rh_tape_writer *writer;
    expect_ok(&error, rh_tape_create(path, names, 2, 60, "binance-klines, gaps kept", sha, &writer,
                                     &error));
    for (uint64_t i = 0; i < count; i++) {
        rh_record record = sample(i);
        expect_ok(&error, rh_tape_append(writer, &record, &error));
    }
    expect_ok(&error, rh_tape_commit(writer, &error));
}

/* Counts on both sides of the block length. */
static void records_come_back(void **state)
{
    static const uint64_t counts[] = {0, 1, 2, 4095, 4096, 4097, 8192, 20000};
    (void)state;
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        rh_tape *tape;
        const char *path = in_folder("a.tape");
        write_tape(path, counts[c]);
        expect_ok(&error, rh_tape_open(path, &tape, &error));
        const rh_tape_info *info = rh_tape_get_info(tape);
        assert_int_equal(info->version, 1);
        assert_int_equal(info->records, counts[c]);
        assert_int_equal(info->interval_ns, 60);
        assert_int_equal(info->instruments, 2);
        assert_int_equal(info->first_ns, counts[c] ? START : 0);
        assert_int_equal(info->last_ns, counts[c] ? START + (int64_t)(counts[c] - 1) / 2 : 0);
        assert_string_equal(info->origin, "binance-klines, gaps kept");
        assert_string_equal(info->source_sha256, sha);
        assert_string_equal(rh_tape_instrument(tape, 1), "BTC-PERP");
        assert_null(rh_tape_instrument(tape, 2));
        const rh_record *records = rh_tape_records(tape);
        assert_int_equal((uintptr_t)records % 64, 0);
        for (uint64_t i = 0; i < counts[c]; i++) {
            rh_record wanted = sample(i);
            assert_memory_equal(&records[i], &wanted, sizeof wanted);
        }
        rh_tape_close(tape);
    }
    assert_int_equal(count_entries(folder), 1);
}

/* Against the definition: the number of records that happened before. */
static void lower_bound_counts_what_happened_before(void **state)
{
    enum { COUNT = 5001 };
    rh_tape *tape;
    (void)state;
    write_tape(in_folder("b.tape"), COUNT);
    expect_ok(&error, rh_tape_open(in_folder("b.tape"), &tape, &error));
    const rh_record *records = rh_tape_records(tape);
    for (int64_t at = START - 2; at < START + COUNT / 2 + 3; at++) {
        uint64_t before = rh_tape_lower_bound(tape, at);
        assert_true(before == 0 || records[before - 1].happened_ns < at);
        assert_true(before == COUNT || records[before].happened_ns >= at);
    }
    assert_int_equal(rh_tape_lower_bound(tape, INT64_MIN), 0);
    assert_int_equal(rh_tape_lower_bound(tape, INT64_MAX), COUNT);
    rh_tape_close(tape);
}

static void content_hash_of(const char *path, char hash[17])
{
    rh_tape *tape;
    expect_ok(&error, rh_tape_open(path, &tape, &error));
    memcpy(hash, rh_tape_get_info(tape)->content_hash, 17);
    rh_tape_close(tape);
}

static void content_hash_is_that_of_the_records(void **state)
{
    char first[17], second[17], third[17];
    rh_tape_writer *writer;
    (void)state;
    write_tape(in_folder("c.tape"), 5000);
    content_hash_of(in_folder("c.tape"), first);
    for (int changed = 0; changed < 2; changed++) {
        expect_ok(&error, rh_tape_create(in_folder("d.tape"), names, 2, 0, NULL, NULL, &writer,
                                         &error));
        for (uint64_t i = 0; i < 5000; i++) {
            rh_record record = sample(i);
            if (changed && i == 4999) record.price = nextafter(record.price, 0);
            expect_ok(&error, rh_tape_append(writer, &record, &error));
        }
        expect_ok(&error, rh_tape_commit(writer, &error));
        content_hash_of(in_folder("d.tape"), changed ? third : second);
    }
    assert_string_equal(first, second); /* origin, source and interval are no content */
    assert_string_not_equal(first, third); /* one ulp of one price is */
}

/* --- refusals ------------------------------------------------------------------------------ */

static void refuses_record(rh_record record, const char *words)
{
    rh_tape_writer *writer;
    rh_record fine = sample(10);
    rh_tape *tape;
    expect_ok(&error, rh_tape_create(in_folder("e.tape"), names, 2, 0, "", NULL, &writer, &error));
    expect_ok(&error, rh_tape_append(writer, &fine, &error));
    expect_error(&error, rh_tape_append(writer, &record, &error), RH_INPUT, words);
    assert_non_null(strstr(error.message, "record 1 (happened"));
    /* The refused record left no trace, and the writer goes on. */
    expect_ok(&error, rh_tape_append(writer, &fine, &error));
    expect_ok(&error, rh_tape_commit(writer, &error));
    expect_ok(&error, rh_tape_open(in_folder("e.tape"), &tape, &error));
    assert_int_equal(rh_tape_get_info(tape)->records, 2);
    rh_tape_close(tape);
}

static rh_record altered_number(int what, rh_record r)
{
    switch (what) {
    case 11: r.price = 0; break;
    case 12: r.price = 1.1e15; break;
    case 13: r.size = -1; break;
    case 14: r.size = 1.1e15; break;
    case 15: r.extra = -1.1e15; break;
    case 16: r.kind = RH_RECORD_FUNDING; r.price = -1.1; break;
    case 17: r.kind = RH_RECORD_VOL; r.price = 0; break;
    default: r.kind = RH_RECORD_QUOTE; r.extra = nextafter(r.price, 0); break;
    }
    return r;
}

static rh_record altered(int what)
{
    rh_record r = sample(10);
    switch (what) {
    case 0: r.happened_ns--; break;
    case 1: r.known_ns = r.happened_ns - 1; break;
    case 2: r.price = (double)NAN; break;
    case 3: r.size = (double)INFINITY; break;
    case 4: r.extra = -(double)INFINITY; break;
    case 5: r.kind = RH_RECORD_KINDS; break;
    case 6: r.instrument = 2; break;
    case 7: r.flags = 4; break;
    case 8: r.happened_ns = -1; break;
    case 9: r.known_ns = RH_TIME_NS_MAX + 1; break;
    case 10: r.happened_ns = r.known_ns = INT64_MAX; break;
    default: return altered_number(what, r);
    }
    return r;
}

static void refuses_bad_records_and_goes_on(void **state)
{
    static const char *const words[] = {
        "it happened before the record in front", "known before it happened",
        "price is not finite", "size is not finite", "extra is not finite", "kind is unknown",
        "instrument is not in the name table", "unknown flags", "outside 1970 to 2200",
        "known is outside", "happened is outside",
        "price is outside", "price is outside", "size is outside", "size is outside",
        "extra is outside", "funding rate is outside", "price is outside", "ask is below its bid"};
    (void)state;
    for (int i = 0; i < 19; i++) refuses_record(altered(i), words[i]);
}

static void refuse_create(const char *const *list, uint32_t count, int64_t interval,
                          const char *words)
{
    rh_tape_writer *writer;
    expect_error(&error, rh_tape_create(in_folder("f.tape"), list, count, interval, "", NULL,
                                        &writer, &error), RH_INPUT, words);
    assert_false(rh_file_exists(in_folder("f.tape")));
}

static void refuses_bad_names(void **state)
{
    char longest[RH_NAME_MAX + 1];
    (void)state;
    memset(longest, 'n', RH_NAME_MAX);
    longest[RH_NAME_MAX] = '\0';
    refuse_create(names, 0, 0, "1 to 1024 instruments");
    refuse_create(names, RH_TAPE_INSTRUMENTS_MAX + 1, 0, "1 to 1024 instruments");
    refuse_create((const char *const[]){"a", "a"}, 2, 0, "\"a\" appears twice");
    refuse_create((const char *const[]){""}, 1, 0, "is empty");
    refuse_create((const char *const[]){"a\nb"}, 1, 0, "control character");
    refuse_create((const char *const[]){"\xff"}, 1, 0, "UTF-8");
    refuse_create((const char *const[]){longest}, 1, 0, "more than 63 bytes");
    refuse_create(names, 2, -1, "below zero");
}

static void long_origins_are_cut_and_escaped(void **state)
{
    char origin[1000];
    rh_tape_writer *writer;
    rh_tape *tape;
    (void)state;
    memset(origin, 'o', sizeof origin - 1);
    origin[0] = '\n';
    origin[sizeof origin - 1] = '\0';
    expect_ok(&error, rh_tape_create(in_folder("g.tape"), names, 2, 0, origin, "short", &writer,
                                     &error));
    expect_ok(&error, rh_tape_commit(writer, &error));
    expect_ok(&error, rh_tape_open(in_folder("g.tape"), &tape, &error));
    const rh_tape_info *info = rh_tape_get_info(tape);
    assert_memory_equal(info->origin, "\\x0Aooo", 7);
    assert_true(strlen(info->origin) < sizeof info->origin);
    assert_int_equal(strspn(info->source_sha256, "0"), 64);
    rh_tape_close(tape);
}

/* --- whole or absent ----------------------------------------------------------------------- */

static void abandoned_tapes_leave_the_old_one(void **state)
{
    rh_tape_writer *writer;
    char before[17], after[17];
    (void)state;
    const char *path = in_folder("h.tape");
    write_tape(path, 10);
    content_hash_of(path, before);
    int entries = count_entries(folder);
    expect_ok(&error, rh_tape_create(path, names, 2, 0, "", NULL, &writer, &error));
    rh_record record = sample(0);
    expect_ok(&error, rh_tape_append(writer, &record, &error));
    rh_tape_abandon(writer);
    rh_tape_abandon(NULL);
    content_hash_of(path, after);
    assert_string_equal(before, after);
    assert_int_equal(count_entries(folder), entries);
}

/* A disk that is full after any number of bytes. */
static void failing_writes_leave_no_tape(void **state)
{
    const char *path = in_folder("full.tape");
    (void)state;
    int entries = count_entries(folder);
    for (unsigned long limit = 1; limit < 500000; limit += 20011) {
        rh_tape_writer *writer;
        rh_status status = RH_OK;
        expect_ok(&error, rh_tape_create(path, names, 2, 0, "", NULL, &writer, &error));
        limit_file_bytes(limit);
        for (uint64_t i = 0; i < 10400 && status == RH_OK; i++) {
            rh_record record = sample(i);
            status = rh_tape_append(writer, &record, &error);
        }
        if (status == RH_OK) {
            status = rh_tape_commit(writer, &error);
        } else {
            rh_tape_abandon(writer);
        }
        limit_file_bytes(0);
        assert_int_equal(status, RH_IO);
        assert_int_equal(count_entries(folder), entries);
    }
}

static void kinds_have_names(void **state)
{
    (void)state;
    assert_string_equal(rh_record_kind_name(RH_RECORD_TRADE), "trade");
    assert_string_equal(rh_record_kind_name(RH_RECORD_FUNDING), "funding");
    assert_string_equal(rh_record_kind_name(RH_RECORD_KINDS), "unknown");
    assert_true(rh_tape_is(in_folder("a.tape")));
    assert_false(rh_tape_is(write_text("x.csv", "RHTAPE\n")));
    assert_false(rh_tape_is(folder));
    assert_false(rh_tape_is(in_folder("absent")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_back),
        cmocka_unit_test(lower_bound_counts_what_happened_before),
        cmocka_unit_test(content_hash_is_that_of_the_records),
        cmocka_unit_test(refuses_bad_records_and_goes_on),
        cmocka_unit_test(refuses_bad_names),
        cmocka_unit_test(long_origins_are_cut_and_escaped),
        cmocka_unit_test(abandoned_tapes_leave_the_old_one),
        cmocka_unit_test(failing_writes_leave_no_tape),
        cmocka_unit_test(kinds_have_names),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
