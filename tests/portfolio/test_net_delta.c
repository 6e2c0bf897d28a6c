/* Keeping what was computed changes no bit: net deltas from an object that lives through a long
 * history (states foreseen or not, cached sums, gathered positions) against one made anew for each
 * question, while spot, time, vol, quantities and cash change alone and together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "math/kernels.h"
#include "portfolio/net_delta.h"

enum { USD, BTC, LINEAR = 0, COIN, SPOT, FUTURE, OPTIONS };
#define DAY_NS INT64_C(86400000000000)
#define STEPS 4000

static rh_universe universe;
static rh_market is, known;
static rh_positions filled, reported;
static rh_net_delta lived, anew;
static rh_record records[16];
static rh_stream stream;

static double uniform(void)
{
    return rh_stream_uniform(&stream);
}

static bool one_in(int n)
{
    return uniform() * n < 1.0;
}

static void add_option(int settle, double own_vol, int underlying)
{
    int i = universe.instrument_count++;
    universe.instruments[i] = (rh_instrument){.kind = RH_INSTRUMENT_OPTION, .settle = settle,
        .inverse = settle == BTC, .venue = -1, .is_call = i % 2, .underlying = underlying,
        .strike = 80 + 40 * uniform(), .own_vol = own_vol, .expiry_ns = (1 + i % 3) * DAY_NS};
}

static void make_universe(int options, bool in_coin, double rate, bool slow)
{
    memset(&universe, 0, sizeof universe);
    universe.asset_count = 1;
    universe.currency_count = 2;
    universe.numeraire = in_coin ? BTC : USD;
    universe.currencies[USD].conversion = in_coin ? RH_CONVERT_OVER : RH_CONVERT_NONE;
    universe.currencies[USD].asset = in_coin ? 0 : -1;
    universe.currencies[BTC].conversion = in_coin ? RH_CONVERT_NONE : RH_CONVERT_TIMES;
    universe.currencies[BTC].asset = in_coin ? -1 : 0;
    universe.assets[0] = (rh_asset){.rate = rate, .yield = rate / 3, .quote = USD, .coin = BTC,
                                    .primary = SPOT, .hedge_is_mark = one_in(2)};
    rh_instrument *i = universe.instruments;
    for (int k = 0; k < OPTIONS; k++)
        i[k] = (rh_instrument){.asset = 0, .expiry_ns = INT64_MAX, .underlying = -1};
    i[LINEAR].kind = i[COIN].kind = RH_INSTRUMENT_PERP;
    i[COIN].settle = BTC;
    i[COIN].inverse = true;
    i[SPOT].has_feed = i[FUTURE].has_feed = true;
    i[FUTURE].kind = RH_INSTRUMENT_FUTURE;
    universe.instrument_count = OPTIONS;
    for (int k = 0; k < options; k++)
        add_option(one_in(3) ? BTC : USD, one_in(3) ? 0.7 : 0.0, slow && k == 0 ? FUTURE : -1);
    for (int k = OPTIONS + 1; slow && k < universe.instrument_count; k += 3) /* and log contracts */
        universe.instruments[k].is_log = universe.instruments[k].settle == USD;
}

static void start(rh_market *market)
{
    memset(market, 0, sizeof *market);
    market->universe = &universe;
    market->spot[0] = market->quotes[SPOT].mid = market->quotes[FUTURE].mid = 100;
    market->mark[0].sigma = 0.8;
    market->hedge[0].sigma = 0.6;
}

static void move_market(rh_market *market, int64_t *time_ns)
{
    if (one_in(2)) market->spot[0] = market->quotes[SPOT].mid = 80 + 40 * uniform();
    if (one_in(2)) *time_ns += (int64_t)(uniform() * 1e-3 * (double)DAY_NS);
    if (one_in(9)) market->mark[0].sigma = 0.2 + uniform();
    if (one_in(9)) market->hedge[0].sigma = 0.2 + uniform();
    if (one_in(9)) market->quotes[FUTURE].mid = 80 + 40 * uniform();
}

/* What the feed has at hand: true of what comes next, or not at all. */
static const rh_record *foresee(int count)
{
    int64_t time_ns = 0;
    for (int k = 0; k < count; k++) {
        time_ns += (int64_t)(uniform() * 1e9);
        bool own = one_in(4), quote = one_in(3);
        records[k] = (rh_record){.happened_ns = time_ns, .price = 80 + 40 * uniform(),
                                 .instrument = own ? FUTURE : SPOT, .extra = 120,
                                 .kind = quote ? RH_RECORD_QUOTE : RH_RECORD_TRADE};
        if (one_in(20)) records[k].kind = one_in(2) ? RH_RECORD_VOL : RH_RECORD_FUNDING;
    }
    return records + count;
}

static void trade(rh_positions *positions)
{
    int i = (int)(uniform() * universe.instrument_count);
    double qty = one_in(4) ? -rh_positions_qty(positions, i) : uniform() - 0.5;
    rh_positions_trade(positions, RH_LAYER_HEDGE, i, qty, 100, 0.1);
}

static void change_positions(void)
{
    if (one_in(20)) trade(&filled);
    if (one_in(20)) trade(&reported);
    if (one_in(20)) filled.cash[BTC] += uniform();
    if (one_in(20)) reported.cash[USD] -= uniform();
    if (one_in(40)) { /* the report of everything arrives */
        uint64_t version = reported.version;
        reported = filled;
        reported.version = version + 1;
    }
}

static void assert_same_bits(double kept, double fresh, const char *what, int step)
{
    if (memcmp(&kept, &fresh, sizeof kept) != 0)
        fail_msg("%s at step %d: %.17g kept, %.17g anew", what, step, kept, fresh);
}

/* At another vol: the book as it would be if its vols were those. At 1: the same bits. */
static void ask_scaled(const rh_positions *positions, const rh_market *market, int64_t time_ns,
                       double vol_scale, int step)
{
    static rh_universe scaled;
    static rh_market there;
    rh_error error;
    assert_same_bits(rh_net_delta_at(&lived, positions, market, time_ns, 1.0),
                     rh_net_delta_of(&lived, positions, market, time_ns, true), "at 1", step);
    double found = rh_net_delta_at(&lived, positions, market, time_ns, vol_scale);
    scaled = universe;
    for (int i = OPTIONS; i < scaled.instrument_count; i++)
        scaled.instruments[i].own_vol *= vol_scale;
    there = *market;
    there.universe = &scaled;
    there.mark[0].sigma *= vol_scale;
    there.hedge[0].sigma *= vol_scale;
    rh_net_delta_init(&anew, &scaled, 0, lived.hedge_collateral);
    assert_int_equal(rh_net_delta_rebuild(&anew, &filled, &reported, &error), RH_OK);
    double expected = rh_net_delta_of(&anew, positions, &there, time_ns, true);
    if (!(fabs(found - expected) <= 1e-11 * (1 + fabs(expected))))
        fail_msg("at %g, step %d: %.17g, expected %.17g", vol_scale, step, found, expected);
}

static void ask_both(const rh_positions *positions, const rh_market *market, int64_t time_ns,
                     bool hedge_vol, int step)
{
    rh_error error;
    rh_net_delta_init(&anew, &universe, 0, lived.hedge_collateral);
    assert_int_equal(rh_net_delta_rebuild(&anew, &filled, &reported, &error), RH_OK);
    assert_same_bits(rh_net_delta_of(&lived, positions, market, time_ns, hedge_vol),
                     rh_net_delta_of(&anew, positions, market, time_ns, hedge_vol), "net", step);
    if (!one_in(3)) return;
    assert_same_bits(rh_gross_delta_of(&lived, positions, market, time_ns, hedge_vol),
                     rh_gross_delta_of(&anew, positions, market, time_ns, hedge_vol), "gross",
                     step);
}

/* Positions whose options cannot go flat or appear, so that no rebuild is due. */
static void start_positions(void)
{
    memset(&filled, 0, sizeof filled);
    filled.universe = &universe;
    for (int i = 0; i < universe.instrument_count; i++)
        filled.held[RH_LAYER_BOOK][i].qty = i < OPTIONS ? 0.0 : 7.0 + i;
    filled.collateral[BTC] = 2;
    reported = filled;
}

static void live(int options, bool in_coin, double rate, bool slow)
{
    rh_error error;
    int64_t time_ns = 0, known_ns = 0;
    make_universe(options, in_coin, rate, slow);
    start(&is);
    start(&known);
    start_positions();
    rh_net_delta_init(&lived, &universe, 0, one_in(2));
    assert_int_equal(rh_net_delta_rebuild(&lived, &filled, &reported, &error), RH_OK);
    for (int step = 0; step < STEPS / (1 + options); step++) {
        move_market(&is, &time_ns);
        if (one_in(2)) {
            known.spot[0] = is.spot[0];
            known_ns = time_ns;
        } else {
            move_market(&known, &known_ns);
        }
        change_positions();
        if (one_in(2)) {
            const rh_record *end = foresee(step % 12);
            rh_net_delta_ahead(&lived, &is, time_ns, records, end);
        }
        ask_both(&filled, &is, time_ns, false, step);
        ask_both(&reported, &known, known_ns, true, step);
        if (one_in(5)) ask_scaled(&reported, &known, known_ns, 0.3 + 2 * uniform(), step);
        if (one_in(5)) ask_both(&filled, &is, time_ns, false, step);
    }
}

static void what_is_kept_changes_no_bit(void **state)
{
    (void)state;
    static const int books[] = {0, 1, 2, 3, 7, 8, 9, 20};
    for (size_t b = 0; b < sizeof books / sizeof *books; b++) {
        for (int kind = 0; kind < 8; kind++) {
            live(books[b], kind & 1, kind & 2 ? 0.05 : 0.0, (kind & 4) != 0);
        }
    }
}

/* A feed that is foreseen record by record: as the engine asks. */
static void states_foreseen_are_the_states_that_come(void **state)
{
    (void)state;
    for (int kind = 0; kind < 8; kind++) {
        rh_error error;
        make_universe(1 + kind, kind & 1, kind & 2 ? 0.05 : 0.0, false);
        start(&is);
        start_positions();
        rh_net_delta_init(&lived, &universe, 0, false);
        assert_int_equal(rh_net_delta_rebuild(&lived, &filled, &reported, &error), RH_OK);
        for (int round = 0; round < 20; round++) {
            const rh_record *end = foresee(16);
            for (const rh_record *r = records; r < end; r++) {
                if (r->kind == RH_RECORD_VOL) is.mark[0].sigma = 0.3 + uniform();
                double mid;
                if (r->instrument == SPOT && rh_record_mid(r, &mid)) is.spot[0] = mid;
                rh_net_delta_ahead(&lived, &is, r->happened_ns, r + 1, end);
                ask_both(&filled, &is, r->happened_ns, false, (int)(r - records));
            }
        }
    }
}

static int start_stream(void **state)
{
    (void)state;
    rh_math_thread_init();
    rh_stream_init(&stream, 11, 0, 0);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_kept_changes_no_bit, start_stream),
        cmocka_unit_test_setup(states_foreseen_are_the_states_that_come, start_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
