/* The deltas of a path computed together are those of rh_net_delta_of asked instant by instant, of
 * calls, puts and log contracts, while the options settle one after the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "base/random.h"
#include "portfolio/delta_grid.h"
#include "pricing/option.h"

#define DAY_NS INT64_C(86400000000000)
enum { INSTANTS = 61, MOST = RH_AHEAD_BOOK };

static rh_universe universe;
static rh_market market;
static rh_positions held, none;
static rh_net_delta net;
static rh_stream stream;

static void make_book(int options, double rate, double yield)
{
    memset(&universe, 0, sizeof universe);
    memset(&market, 0, sizeof market);
    memset(&held, 0, sizeof held);
    universe.asset_count = universe.currency_count = 1;
    universe.currencies[0].asset = -1;
    universe.assets[0] = (rh_asset){.rate = rate, .yield = yield, .coin = 1, .primary = -1,
                                    .hedge_is_mark = true};
    universe.instrument_count = options;
    held.universe = none.universe = market.universe = &universe;
    market.mark[0].sigma = 0.6;
    for (int i = 0; i < options; i++) {
        universe.instruments[i] = (rh_instrument){
            .kind = RH_INSTRUMENT_OPTION, .venue = -1, .underlying = -1, .is_call = i % 3 == 0,
            .is_log = i % 3 == 2, .strike = 80 + 40 * rh_stream_uniform(&stream),
            .own_vol = i % 2 ? 0.7 : 0.0, .expiry_ns = (1 + i % 4) * DAY_NS};
        rh_positions_trade(&held, RH_LAYER_BOOK, i, rh_stream_uniform(&stream) - 0.5, 1.0, 0.0);
    }
}

/* Instants of four days, the last ones of each day at the expiries themselves; at the instant after
 * its expiry an option is gone. */
static void compare(int options)
{
    int64_t times[INSTANTS];
    size_t alive[MOST];
    double spot[INSTANTS], hi[INSTANTS], lo[INSTANTS], sums[INSTANTS];
    rh_delta_grid grid;
    rh_error error = {0};
    for (int i = 0; i < INSTANTS; i++) {
        times[i] = i * (DAY_NS / 15);
        spot[i] = 70 + 60 * rh_stream_uniform(&stream);
    }
    rh_net_delta_init(&net, &universe, 0, false);
    assert_int_equal(rh_net_delta_rebuild(&net, &held, &held, &error), RH_OK);
    assert_true(rh_delta_grid_takes(&net));
    for (int n = 0; n < net.count; n++) alive[n] = (size_t)(15 * (1 + net.option[n] % 4)) + 1;
    assert_int_equal(rh_delta_grid_init(&grid, &net, &held, times, alive, INSTANTS, 0.6, &error),
                     RH_OK);
    rh_log_prices(spot, INSTANTS, hi, lo);
    rh_delta_grid_sums(&grid, spot, hi, lo, sums);
    for (int i = 0; i < INSTANTS; i++) {
        double paid[RH_LAYERS];
        for (int k = 0; k < options; k++)
            if (times[i] > universe.instruments[k].expiry_ns)
                rh_positions_settle(&held, k, 1.0, paid);
        assert_int_equal(rh_net_delta_rebuild(&net, &held, &held, &error), RH_OK);
        market.spot[0] = spot[i];
        double one = rh_net_delta_of(&net, &held, &market, times[i], false);
        if (memcmp(&one, &sums[i], sizeof one))
            fail_msg("%d options, instant %d: %.17g together, %.17g alone", options, i, sums[i],
                     one);
    }
    rh_delta_grid_free(&grid);
}

static void together_is_as_one_by_one(void **state)
{
    (void)state;
    rh_stream_init(&stream, 3, 0, 0);
    for (int options = 0; options <= MOST; options++) {
        make_book(options, 0.0, 0.0);
        compare(options);
        make_book(options, 0.07, 0.02);
        compare(options);
    }
}

static void other_books_are_not_taken(void **state)
{
    rh_error error = {0};
    (void)state;
    make_book(MOST + 1, 0.0, 0.0);
    rh_net_delta_init(&net, &universe, 0, false);
    assert_int_equal(rh_net_delta_rebuild(&net, &held, &held, &error), RH_OK);
    assert_false(rh_delta_grid_takes(&net));
    make_book(2, 0.0, 0.0);
    universe.instruments[1].underlying = 0;
    rh_net_delta_init(&net, &universe, 0, false);
    assert_int_equal(rh_net_delta_rebuild(&net, &held, &held, &error), RH_OK);
    assert_false(rh_delta_grid_takes(&net));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(together_is_as_one_by_one),
                                       cmocka_unit_test(other_books_are_not_taken)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
