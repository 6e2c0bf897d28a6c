/* Streaming features against brute force over all records seen, at window edges, before they are
 * ready, and under specifications that a script got wrong. Brute force is written from the
 * definitions in the kinds' file openings, with long double sums and libm's log. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/feature.h"
#include "math/kernels.h"

#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define START (INT64_C(1600000000) * SECOND)
#define YEAR (365.0L * 86400e9L)

static rh_feature_spec spec_of(const char *kind)
{
    rh_feature_spec spec = {.name = "f"};
    strncpy(spec.kind, kind, sizeof spec.kind - 1);
    return spec;
}

static void add_text(rh_feature_spec *spec, const char *key, const char *text)
{
    rh_feature_arg *arg = &spec->args[spec->arg_count++];
    strncpy(arg->key, key, sizeof arg->key - 1);
    strncpy(arg->text, text, sizeof arg->text - 1);
    arg->is_text = true;
}

static void add_number(rh_feature_spec *spec, const char *key, double number)
{
    rh_feature_arg *arg = &spec->args[spec->arg_count++];
    strncpy(arg->key, key, sizeof arg->key - 1);
    arg->number = number;
}

static rh_feature *make(const char *kind, const char *window)
{
    rh_feature_spec spec = spec_of(kind);
    add_text(&spec, strcmp(kind, "ewma_vol") == 0 ? "half_life" : "window", window);
    rh_feature *feature = NULL;
    rh_error error = {0};
    rh_status status = rh_feature_new(&spec, &feature, &error);
    if (status != RH_OK) fail_msg("%s", error.message);
    return feature;
}

static rh_record record_at(int64_t known_ns, rh_record_kind kind, double price, double size,
                           double extra)
{
    return (rh_record){.happened_ns = known_ns, .known_ns = known_ns, .price = price, .size = size,
                       .extra = extra, .kind = (uint16_t)kind};
}

static void feed(rh_feature *feature, int64_t known_ns, rh_record_kind kind, double price,
                 double size, double extra)
{
    rh_record record = record_at(known_ns, kind, price, size, extra);
    feature->update(feature, &record);
}

static void assert_near(double found, double expected, double relative)
{
    if (!(fabs(found - expected) <= relative * fmax(fabs(expected), 1e-6)))
        fail_msg("%.17g, expected %.17g", found, expected);
}

/* --- brute force ----------------------------------------------------------------------------- */

enum { RECORDS = 6000 };

static uint64_t draw(uint64_t *state)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static double draw_unit(uint64_t *state)
{
    return (double)(draw(state) >> 11) * 0x1p-53;
}

/* Every kind of record, same-time records, sides known and unknown, now and then a long hole. */
static void random_records(rh_record *records, uint64_t seed)
{
    uint64_t state = seed;
    int64_t time_ns = START;
    double price = 100.0;
    for (int i = 0; i < RECORDS; i++) {
        uint64_t pick = draw(&state) % 100;
        if (pick > 10) time_ns += (int64_t)(draw_unit(&state) * 20e9);
        if (pick == 99 && i % 7 == 0) time_ns += 3 * HOUR;
        if (pick % 3) price *= 1.0 + 0.002 * (draw_unit(&state) - 0.5);
        rh_record_kind kind = (rh_record_kind)(draw(&state) % RH_RECORD_KINDS);
        double size = pick % 5 ? draw_unit(&state) * 3.0 : 0.0, extra = 0.0;
        if (kind == RH_RECORD_TRADE) extra = (double)(draw(&state) % 3) - 1.0;
        if (kind == RH_RECORD_BAR) extra = size * (2.0 * draw_unit(&state) - 1.0);
        if (kind == RH_RECORD_QUOTE) extra = price * 1.0001;
        records[i] = record_at(time_ns, kind, price, size, extra);
        if (kind == RH_RECORD_BAR && pick % 2) records[i].flags = RH_RECORD_NO_SIDE;
        if (kind == RH_RECORD_VOL) records[i].price = 0.8;
        if (kind == RH_RECORD_FUNDING) records[i].price = -0.0001;
    }
}

static double brute_price(const rh_record *record)
{
    if (record->kind == RH_RECORD_QUOTE) return (record->price + record->extra) / 2.0;
    bool none = record->kind == RH_RECORD_VOL || record->kind == RH_RECORD_FUNDING;
    return none ? 0.0 : record->price;
}

static bool brute_realized_vol(const rh_record *records, int count, int64_t now_ns,
                               int64_t window_ns, double *value)
{
    long double sum = 0.0L;
    int64_t oldest_ns = INT64_MAX, last_ns = 0;
    int returns = 0;
    double last = 0.0;
    for (int i = 0; i < count; i++) {
        double price = brute_price(&records[i]);
        if (!(price > 0.0)) continue;
        if (last > 0.0 && last_ns >= now_ns - window_ns) {
            long double change = (long double)log(price / last);
            sum += change * change;
            if (last_ns < oldest_ns) oldest_ns = last_ns;
            returns++;
        }
        last = price;
        last_ns = records[i].known_ns;
    }
    if (returns < 2 || last_ns <= oldest_ns || 2 * (last_ns - oldest_ns) < window_ns) return false;
    *value = (double)sqrtl(sum * YEAR / (long double)(last_ns - oldest_ns));
    return true;
}

static bool brute_ewma_vol(const rh_record *records, int count, int64_t now_ns,
                           int64_t half_life_ns, double *value)
{
    long double squares = 0.0L, weight = 0.0L;
    int64_t first_ns = 0, last_ns = 0;
    int returns = 0;
    double last = 0.0;
    for (int i = 0; i < count; i++) {
        double price = brute_price(&records[i]);
        if (!(price > 0.0)) continue;
        if (last > 0.0) {
            int64_t age_ns = now_ns - records[i].known_ns;
            long double w = exp2l(-(long double)age_ns / (long double)half_life_ns);
            long double change = (long double)log(price / last);
            squares += w * change * change;
            weight += w * (long double)(records[i].known_ns - last_ns);
            returns++;
        } else {
            first_ns = records[i].known_ns;
        }
        last = price;
        last_ns = records[i].known_ns;
    }
    if (returns < 2 || last_ns - first_ns < half_life_ns) return false;
    *value = (double)sqrtl(squares * YEAR / weight);
    return true;
}

static bool brute_imbalance(const rh_record *records, int count, int64_t now_ns, int64_t window_ns,
                            double *value)
{
    long double flow = 0.0L, total = 0.0L;
    double last = 0.0, tick = 0.0;
    int64_t first_ns = -1;
    for (int i = 0; i < count; i++) {
        const rh_record *r = &records[i];
        bool trade = r->kind == RH_RECORD_TRADE, bar = r->kind == RH_RECORD_BAR;
        if (!trade && !bar) continue;
        if (first_ns < 0) first_ns = r->known_ns;
        if (last > 0.0 && r->price > last) tick = 1.0;
        if (last > 0.0 && r->price < last) tick = -1.0;
        last = r->price;
        if (r->known_ns <= now_ns - window_ns) continue;
        bool no_side = trade ? r->extra == 0.0 : (r->flags & RH_RECORD_NO_SIDE) != 0;
        flow += (long double)(no_side ? tick * r->size : trade ? r->extra * r->size : r->extra);
        total += (long double)r->size;
    }
    if (first_ns < 0 || 2 * (now_ns - first_ns) < window_ns || !(total > 0.0L)) return false;
    *value = (double)(flow / total);
    return true;
}

static bool brute_intensity(const rh_record *records, int count, int64_t now_ns, int64_t window_ns,
                            double *value)
{
    int64_t first_ns = -1;
    int events = 0;
    for (int i = 0; i < count; i++) {
        uint16_t kind = records[i].kind;
        if (kind != RH_RECORD_TRADE && kind != RH_RECORD_BAR && kind != RH_RECORD_QUOTE) continue;
        if (first_ns < 0) first_ns = records[i].known_ns;
        int64_t at = records[i].known_ns;
        events += at > first_ns && at > now_ns - window_ns;
    }
    if (first_ns < 0 || 2 * (now_ns - first_ns) < window_ns) return false;
    int64_t covered_ns = now_ns - first_ns < window_ns ? now_ns - first_ns : window_ns;
    *value = (double)events / ((double)covered_ns / 1e9);
    return true;
}

typedef bool (*brute_force)(const rh_record *records, int count, int64_t now_ns, int64_t window_ns,
                            double *value);

static void against_brute_force(const char *kind, brute_force brute, const char *window,
                                int64_t window_ns, double tolerance)
{
    static rh_record records[RECORDS];
    int ready = 0, waiting = 0;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        random_records(records, seed);
        rh_feature *feature = make(kind, window);
        uint64_t state = seed + 99;
        for (int i = 0; i < RECORDS; i++) {
            feature->update(feature, &records[i]);
            if (i % 11 && i > 200) continue;
            int64_t room = i + 1 < RECORDS ? records[i + 1].known_ns - records[i].known_ns : HOUR;
            int64_t now_ns = records[i].known_ns;
            if (i % 2) now_ns += (int64_t)(draw_unit(&state) * (double)room);
            double found = -7.0, expected = 0.0;
            bool is_ready = feature->value(feature, now_ns, &found);
            assert_int_equal(is_ready, brute(records, i + 1, now_ns, window_ns, &expected));
            if (is_ready) assert_near(found, expected, tolerance);
            else assert_true(found == 0.0);
            ready += is_ready;
            waiting += !is_ready;
        }
        rh_feature_free(feature);
    }
    print_message("%s over %s: %d values, %d times not ready\n", kind, window, ready, waiting);
    assert_true(ready > 500 && waiting > 10);
}

static void realized_vol_is_brute_force(void **unused)
{
    (void)unused;
    against_brute_force("realized_vol", brute_realized_vol, "10m", 10 * MINUTE, 1e-9);
    against_brute_force("realized_vol", brute_realized_vol, "2h", 2 * HOUR, 1e-9);
}

static void ewma_vol_is_brute_force(void **unused)
{
    (void)unused;
    against_brute_force("ewma_vol", brute_ewma_vol, "15m", 15 * MINUTE, 1e-9);
}

static void imbalance_is_brute_force(void **unused)
{
    (void)unused;
    against_brute_force("imbalance", brute_imbalance, "5m", 5 * MINUTE, 1e-9);
    against_brute_force("imbalance", brute_imbalance, "1h", HOUR, 1e-9);
}

static void intensity_is_brute_force(void **unused)
{
    (void)unused;
    against_brute_force("intensity", brute_intensity, "5m", 5 * MINUTE, 1e-12);
    against_brute_force("intensity", brute_intensity, "1.5h", HOUR + HOUR / 2, 1e-12);
}

/* --- meaning ---------------------------------------------------------------------------------- */

/* Returns of exactly +-x each minute realise x sqrt(minutes per year), whatever the window. */
static void known_volatility(void **unused)
{
    (void)unused;
    rh_feature *vol = make("realized_vol", "1h"), *ewma = make("ewma_vol", "30m");
    double found, expected = log(1.001) * sqrt(365.0 * 24.0 * 60.0);
    for (int i = 0; i <= 300; i++) {
        double price = i % 2 ? 100.1 : 100.0;
        feed(vol, START + i * MINUTE, RH_RECORD_BAR, price, 1.0, 0.0);
        feed(ewma, START + i * MINUTE, RH_RECORD_BAR, price, 1.0, 0.0);
        bool ready = vol->value(vol, START + i * MINUTE, &found);
        assert_int_equal(ready, i >= 30); /* half the window is covered */
        if (ready) assert_near(found, expected, 1e-12);
        ready = ewma->value(ewma, START + i * MINUTE, &found);
        assert_int_equal(ready, i >= 30); /* one half life is covered */
        if (ready) assert_near(found, expected, 1e-12);
    }
    rh_feature_free(vol);
    rh_feature_free(ewma);
}

static void constant_price_is_zero(void **unused)
{
    (void)unused;
    rh_feature *vol = make("realized_vol", "1h"), *ewma = make("ewma_vol", "30m");
    double found = 1.0;
    for (int i = 0; i <= 100; i++) {
        feed(vol, START + i * MINUTE, RH_RECORD_BAR, 31415.9, 1.0, 0.0);
        feed(ewma, START + i * MINUTE, RH_RECORD_BAR, 31415.9, 1.0, 0.0);
    }
    assert_true(vol->value(vol, START + 100 * MINUTE, &found) && found == 0.0);
    found = 1.0;
    assert_true(ewma->value(ewma, START + 100 * MINUTE, &found) && found == 0.0);
    rh_feature_free(vol);
    rh_feature_free(ewma);
}

/* A jump is out of the window when its return no longer lies wholly inside: no rounding remains. */
static void realized_vol_window_edges(void **unused)
{
    (void)unused;
    rh_feature *vol = make("realized_vol", "10m");
    double found;
    for (int i = 0; i <= 40; i++)
        feed(vol, START + i * MINUTE, RH_RECORD_BAR, i < 31 ? 100.0 : 150.0, 1.0, 0.0);
    int64_t jump_starts = START + 30 * MINUTE;
    assert_true(vol->value(vol, jump_starts + 10 * MINUTE, &found) && found > 0.0);
    assert_near(found, log(1.5) * sqrt(365.0 * 24.0 * 6.0), 1e-12);
    assert_true(vol->value(vol, jump_starts + 10 * MINUTE + 1, &found) && found == 0.0);
    assert_false(vol->value(vol, START + 60 * MINUTE, &found)); /* stale: nothing is covered */
    rh_feature_free(vol);
}

/* A hole longer than the window: the return across it never enters, warming up starts again. */
static void realized_vol_across_a_hole(void **unused)
{
    (void)unused;
    rh_feature *vol = make("realized_vol", "10m");
    double found;
    for (int i = 0; i <= 20; i++)
        feed(vol, START + i * MINUTE, RH_RECORD_BAR, 100.0, 1.0, 0.0);
    int64_t after = START + 20 * MINUTE + 4 * HOUR + 45 * MINUTE;
    for (int i = 0; i <= 10; i++) {
        feed(vol, after + i * MINUTE, RH_RECORD_BAR, 80.0, 1.0, 0.0);
        assert_int_equal(vol->value(vol, after + i * MINUTE, &found), i >= 5);
        assert_true(found == 0.0);
    }
    rh_feature_free(vol);
}

static void bar_points_and_quotes_move_the_price(void **unused)
{
    (void)unused;
    rh_feature *bars = make("realized_vol", "10m"), *points = make("realized_vol", "10m");
    rh_feature *quotes = make("realized_vol", "10m");
    double of_bars, of_points, of_quotes;
    for (int i = 0; i <= 20; i++) {
        int64_t at = START + i * MINUTE;
        double close = i % 2 ? 101.0 : 100.0;
        feed(bars, at, RH_RECORD_BAR, close, 1.0, 0.0);
        feed(points, at, RH_RECORD_BAR_POINT, 103.0, 0.0, 0.0);
        feed(points, at, RH_RECORD_BAR, close, 1.0, 0.0);
        feed(quotes, at, RH_RECORD_QUOTE, close - 1.0, 0.0, close + 1.0);
        feed(quotes, at, RH_RECORD_QUOTE, 0.0, 0.0, 500.0);  /* no bid: no mid */
        feed(quotes, at, RH_RECORD_VOL, 0.9, 0.0, 0.0);
        feed(quotes, at, RH_RECORD_FUNDING, 0.0001, 0.0, 0.0);
    }
    int64_t now_ns = START + 20 * MINUTE;
    assert_true(bars->value(bars, now_ns, &of_bars));
    assert_true(points->value(points, now_ns, &of_points));
    assert_true(quotes->value(quotes, now_ns, &of_quotes));
    assert_true(of_points > 2.0 * of_bars);
    assert_near(of_quotes, of_bars, 1e-12);
    rh_feature_free(bars);
    rh_feature_free(points);
    rh_feature_free(quotes);
}

static void imbalance_sides_and_ticks(void **unused)
{
    (void)unused;
    rh_feature *f = make("imbalance", "1m");
    double found;
    assert_false(f->value(f, START, &found));
    feed(f, START, RH_RECORD_TRADE, 100.0, 2.0, 0.0);                   /* no tick yet: 0 of 2 */
    assert_false(f->value(f, START + 30 * SECOND - 1, &found));
    assert_true(f->value(f, START + 30 * SECOND, &found) && found == 0.0);
    feed(f, START + 31 * SECOND, RH_RECORD_TRADE, 101.0, 1.0, 0.0);     /* uptick: +1 */
    feed(f, START + 32 * SECOND, RH_RECORD_TRADE, 101.0, 1.0, 0.0);     /* zero uptick: +1 */
    feed(f, START + 33 * SECOND, RH_RECORD_TRADE, 102.0, 4.0, -1.0);    /* a side beats the tick */
    feed(f, START + 34 * SECOND, RH_RECORD_QUOTE, 90.0, 0.0, 91.0);     /* no trade */
    assert_true(f->value(f, START + 35 * SECOND, &found));
    assert_near(found, -2.0 / 8.0, 1e-15);
    assert_true(f->value(f, START + 60 * SECOND, &found));              /* the first has left */
    assert_near(found, -2.0 / 6.0, 1e-15);
    assert_false(f->value(f, START + 93 * SECOND, &found));             /* no volume at all */
    rh_record bar = record_at(START + 200 * SECOND, RH_RECORD_BAR, 99.0, 5.0, 4.0);
    f->update(f, &bar);
    assert_true(f->value(f, bar.known_ns, &found) && found == 0.8);
    bar.flags = RH_RECORD_NO_SIDE;
    bar.known_ns += SECOND;
    bar.price = 98.0;
    f->update(f, &bar);
    assert_true(f->value(f, bar.known_ns, &found));
    assert_near(found, -0.1, 1e-15);
    bar = record_at(START + 400 * SECOND, RH_RECORD_BAR, 99.0, 5.0, 1e9); /* more than there was */
    f->update(f, &bar);
    assert_true(f->value(f, bar.known_ns, &found) && found == 1.0);
    rh_feature_free(f);
}

static void intensity_warm_up_and_silence(void **unused)
{
    (void)unused;
    rh_feature *f = make("intensity", "100s");
    double found;
    for (int i = 0; i <= 200; i++) {
        feed(f, START + i * SECOND / 2, RH_RECORD_TRADE, 100.0, 1.0, 0.0);
        feed(f, START + i * SECOND / 2, RH_RECORD_VOL, 0.5, 0.0, 0.0);
        bool ready = f->value(f, START + i * SECOND / 2, &found);
        assert_int_equal(ready, i >= 100);
        if (ready) assert_near(found, 2.0, 1e-12);
    }
    assert_true(f->value(f, START + 150 * SECOND, &found));
    assert_near(found, 1.0, 1e-12);
    assert_true(f->value(f, START + 200 * SECOND, &found) && found == 0.0);
    rh_feature_free(f);
}

/* --- bounds ----------------------------------------------------------------------------------- */

static void min_samples_holds_back(void **unused)
{
    (void)unused;
    rh_feature_spec spec = spec_of("realized_vol");
    add_text(&spec, "window", "10m");
    add_number(&spec, "min_samples", 8);
    rh_feature *vol = NULL;
    double found;
    assert_int_equal(rh_feature_new(&spec, &vol, NULL), RH_OK);
    for (int i = 0; i <= 10; i++) {
        feed(vol, START + i * MINUTE, RH_RECORD_BAR, 100.0 + i, 1.0, 0.0);
        assert_int_equal(vol->value(vol, START + i * MINUTE, &found), i >= 8);
    }
    rh_feature_free(vol);
}

/* A full ring forgets early: rates stay rates of the time that is held. */
static void full_ring(void **unused)
{
    (void)unused;
    const char *kinds[] = {"intensity", "realized_vol", "imbalance"};
    for (int k = 0; k < 3; k++) {
        rh_feature_spec spec = spec_of(kinds[k]);
        add_text(&spec, "window", "100s");
        add_number(&spec, "max_samples", 128);
        rh_feature *f = NULL;
        double found;
        assert_int_equal(rh_feature_new(&spec, &f, NULL), RH_OK);
        int64_t step = k == 1 ? SECOND / 2 : SECOND / 10; /* the ring holds 64 s, and 12.8 s */
        for (int i = 0; i <= 3000; i++)
            feed(f, START + i * step, RH_RECORD_TRADE, i % 2 ? 100.1 : 100.0, 1.0, 1.0);
        assert_true(f->value(f, START + 3000 * step, &found));
        double vol = log(1.001) * sqrt(365.0 * 86400.0 * 2.0);
        assert_near(found, k == 0 ? 10.0 : k == 1 ? vol : 1.0, 1e-9);
        rh_feature_free(f);
    }
}

/* Known times never go back; if they did, the record counts as known now. */
static void backward_time_is_harmless(void **unused)
{
    (void)unused;
    for (int k = 0; rh_feature_kinds[k].name; k++) {
        rh_feature *f = make(rh_feature_kinds[k].name, "1m");
        double found;
        for (int i = 0; i < 300; i++)
            feed(f, START + (i % 3 ? i : i / 2) * SECOND, RH_RECORD_TRADE, 100.0 + i % 5, 1.0, 1.0);
        assert_true(f->value(f, START + 300 * SECOND, &found) && isfinite(found) && found >= 0.0);
        rh_feature_free(f);
    }
}

/* --- specifications --------------------------------------------------------------------------- */

static void refused(const rh_feature_spec *spec, const char *word)
{
    rh_feature *feature = (rh_feature *)(uintptr_t)1;
    rh_error error = {0};
    rh_status status = rh_feature_new(spec, &feature, &error);
    assert_int_not_equal(status, RH_OK);
    assert_int_equal(error.status, status);
    assert_null(feature);
    if (!strstr(error.message, word)) fail_msg("\"%s\" lacks \"%s\"", error.message, word);
}

static void refuse_text(const char *kind, const char *key, const char *text, const char *word)
{
    rh_feature_spec spec = spec_of(kind);
    add_text(&spec, key, text);
    refused(&spec, word);
}

static void refuse_number(const char *kind, const char *key, double number, const char *word)
{
    rh_feature_spec spec = spec_of(kind);
    if (strcmp(key, "window") != 0) add_text(&spec, "window", "1h");
    add_number(&spec, key, number);
    refused(&spec, word);
}

static void hostile_specifications(void **unused)
{
    (void)unused;
    refuse_text("realised_vol", "window", "1h", "did you mean \"realized_vol\"?");
    refuse_text("", "window", "1h", "no feature kind \"\"");
    refuse_text("realized_vol", "windw", "1h", "did you mean \"window\"?");
    refuse_text("ewma_vol", "window", "1h", "no argument \"window\"");
    refuse_text("realized_vol", "window", "0s", "more than 0");
    refuse_text("realized_vol", "window", "", "duration");
    refuse_text("realized_vol", "window", "an hour", "\"an hour\"");
    refuse_text("realized_vol", "window", "-1h", "duration");
    refuse_text("intensity", "window", "3651d", "3650d");
    refuse_text("intensity", "window", "1e300d", "\"1e300d\"");
    refuse_text("imbalance", "instrument", "PERP", "needs window");
    refuse_number("imbalance", "window", 3600, "the number 3600");
    refuse_number("realized_vol", "min_samples", 1, "from 2");
    refuse_number("realized_vol", "min_samples", 2.5, "whole number");
    refuse_number("realized_vol", "min_samples", (double)NAN, "whole number");
    refuse_number("realized_vol", "max_samples", 1e9, "1048576");
    refuse_number("realized_vol", "instrument", 4, "instrument must be a name");
    refuse_text("ewma_vol", "instrument", "", "instrument");
    rh_feature_spec spec = spec_of("intensity");
    add_text(&spec, "window", "1h");
    add_text(&spec, "min_samples", "3");
    refused(&spec, "\"3\", expected a whole number");
    spec = spec_of("intensity");
    add_text(&spec, "window", "1h");
    add_text(&spec, "window", "2h");
    refused(&spec, "given twice");
    spec = spec_of("realized_vol");
    add_text(&spec, "window", "1h");
    add_number(&spec, "min_samples", 100);
    add_number(&spec, "max_samples", 99);
    refused(&spec, "from 100");
    spec.arg_count = RH_FEATURE_ARGS_MAX + 1;
    refused(&spec, "at most 8");
    assert_int_not_equal(rh_feature_new(&spec, &(rh_feature *){NULL}, NULL), RH_OK);
}

static void table_and_instrument(void **unused)
{
    (void)unused;
    for (int k = 0; rh_feature_kinds[k].name; k++) {
        const rh_feature_kind *kind = &rh_feature_kinds[k];
        assert_true(strlen(kind->about) > 20 && kind->keys && kind->keys[0] && kind->configure);
        rh_feature_spec spec = spec_of(kind->name);
        add_text(&spec, "instrument", "BTC-PERP");
        add_text(&spec, kind->keys[0], "5m");
        rh_feature *feature = NULL;
        double found = 1.0;
        assert_int_equal(rh_feature_new(&spec, &feature, NULL), RH_OK);
        assert_string_equal(feature->instrument, "BTC-PERP");
        assert_false(feature->value(feature, START, &found)); /* before any record */
        assert_true(found == 0.0);
        rh_feature_free(feature);
        feature = make(kind->name, "5m");
        assert_string_equal(feature->instrument, "");
        rh_feature_free(feature);
    }
    rh_feature_free(NULL);
}

int main(void)
{
    rh_math_thread_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(realized_vol_is_brute_force),
        cmocka_unit_test(ewma_vol_is_brute_force),
        cmocka_unit_test(imbalance_is_brute_force),
        cmocka_unit_test(intensity_is_brute_force),
        cmocka_unit_test(known_volatility),
        cmocka_unit_test(constant_price_is_zero),
        cmocka_unit_test(realized_vol_window_edges),
        cmocka_unit_test(realized_vol_across_a_hole),
        cmocka_unit_test(bar_points_and_quotes_move_the_price),
        cmocka_unit_test(imbalance_sides_and_ticks),
        cmocka_unit_test(intensity_warm_up_and_silence),
        cmocka_unit_test(min_samples_holds_back),
        cmocka_unit_test(full_ring),
        cmocka_unit_test(backward_time_is_harmless),
        cmocka_unit_test(hostile_specifications),
        cmocka_unit_test(table_and_instrument),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
