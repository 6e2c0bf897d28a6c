/* Futures against what they must reproduce: cash and carry, the equation that funding makes of a
 * perpetual, the spot at a random time, an inverse contract's two P&Ls, bad input. */
#include "contracts_test.h"

#include "rehedge/contracts.h"

static void cash_and_carry(void **unused)
{
    (void)unused;
    /* Hull, 8th ed., examples 5.1 (930 for four months at 6%) and 5.2 (900 less an income worth
     * 39.60, for nine months at 4%). */
    rh_future f;
    assert_int_equal(rh_future_dated(930.0, 4.0 / 12.0, 0.06, 0.0, &f), 0);
    assert_close(f.price, 948.79, 1.0, 5e-3, "Hull");
    assert_int_equal(rh_future_dated(860.4, 0.75, 0.04, 0.0, &f), 0);
    assert_close(f.price, 886.60, 1.0, 5e-3, "Hull");
    uint64_t state = 1;
    for (int i = 0; i < 20000; i++) {
        double S = exp(uniform(&state, -3.0, 11.0)), T = exp(uniform(&state, -14.0, 2.0));
        double r = uniform(&state, -0.1, 0.2), q = uniform(&state, -0.1, 0.2);
        assert_int_equal(rh_future_dated(S, T, r, q, &f), 0);
        long double carry = ((long double)r - (long double)q) * (long double)T;
        double room = 4.0 * UNIT * (2.0 + (fabs(r) + fabs(q)) / fabs(r - q));
        assert_relative(f.basis, (double)((long double)S * expm1l(carry)), room, "basis");
        assert_relative(f.price, (double)((long double)S * expl(carry)), 8.0 * UNIT, "price");
        assert_relative(f.delta * S, f.price, 4.0 * UNIT, "delta");
        assert_close(f.theta, -(r - q) * f.price, f.price, 1e-15, "theta");
        assert_relative(f.rho, T * f.price, 4.0 * UNIT, "rho");
        assert_true(f.phi == -f.rho);
        double implied = rh_future_carry(S, f.price, T);
        assert_close(implied, r - q, fabs(r - q) + 1.0 / T, 4.0 * UNIT, "implied carry");
        double one = rh_future_carry(S, nextafter(S, 1e9), T);
        assert_relative(one, (nextafter(S, 1e9) - S) / S / T, 4.0 * UNIT, "a basis of one ulp");
    }
    assert_int_equal(rh_future_dated(100.0, 0.0, 0.1, 0.0, &f), RH_GREEKS_LIMIT);
    assert_true(f.price == 100.0 && f.basis == 0.0 && f.delta == 1.0 && f.rho == 0.0);
    assert_int_equal(rh_future_dated(0.0, 1.0, 0.1, 0.0, &f), RH_GREEKS_LIMIT);
    assert_true(f.price == 0.0 && f.basis == 0.0);
}

/* A perpetual is worth the spot at a random time of that intensity (Ackerer et al. 2023): Simpson
 * over anchoring e^{-anchoring t} S e^{(r-q)t}, interest 0. */
static double at_random_time(double S, double anchoring, double carry)
{
    enum { STEPS = 4000 };
    double reach = 60.0 / (anchoring - carry), h = reach / STEPS, sum = 0.0;
    for (int i = 0; i <= STEPS; i++) {
        double weight = i == 0 || i == STEPS ? 1.0 : i % 2 ? 4.0 : 2.0;
        sum += weight * anchoring * exp((carry - anchoring) * h * i);
    }
    return S * sum * h / 3.0;
}

static void perpetuals(void **unused)
{
    (void)unused;
    uint64_t state = 2;
    for (int i = 0; i < 5000; i++) {
        double S = exp(uniform(&state, 0.0, 11.0)), anchoring = exp(uniform(&state, 1.0, 8.0));
        double interest = uniform(&state, -0.1, 0.2), r = uniform(&state, -0.1, 0.2);
        double q = uniform(&state, -0.1, 0.2), carry = r - q;
        rh_future linear, inverse, dated;
        assert_int_equal(rh_future_perpetual(false, S, anchoring, interest, r, q, &linear), 0);
        assert_int_equal(rh_future_perpetual(true, S, anchoring, interest, r, q, &inverse), 0);
        /* expected change of the price = funding paid; for the inverse in coin, of 1/price */
        double phi = linear.delta, psi = 1.0 / inverse.delta;
        assert_close(phi * carry, anchoring * (phi - 1.0) + interest, anchoring, 1e-14, "linear");
        assert_close(psi * carry, anchoring * (1.0 - psi) + interest, anchoring, 1e-14, "inverse");
        assert_close(linear.price - S, linear.basis, S, 4.0 * UNIT, "basis");
        assert_close(inverse.price - S, inverse.basis, S, 4.0 * UNIT, "inverse basis");
        assert_true(linear.theta == 0.0 && linear.phi == -linear.rho);
        rh_future up, down;
        double h = 1e-3;
        for (int side = 0; side < 2; side++) {
            (void)rh_future_perpetual(side, S, anchoring, interest, r + h, q, &up);
            (void)rh_future_perpetual(side, S, anchoring, interest, r - h, q, &down);
            double rho = (up.basis - down.basis) / (2.0 * h);
            assert_relative(side ? inverse.rho : linear.rho, rho, 1e-6, "rho by differences");
        }
        (void)rh_future_perpetual(i % 2, S, anchoring, carry, r, q, &dated);
        assert_true(dated.price == S && dated.basis == 0.0); /* funding that is the carry */
        if (i % 50) continue;
        assert_int_equal(rh_future_perpetual(false, S, anchoring, 0.0, r, q, &linear), 0);
        assert_relative(linear.price, at_random_time(S, anchoring, carry), 1e-7, "random time");
    }
    rh_future f;
    assert_int_equal(rh_future_perpetual(false, 0.0, 1095.0, 0.1, 0.0, 0.0, &f), RH_GREEKS_LIMIT);
    assert_true(f.price == 0.0 && f.basis == 0.0 && f.rho == 0.0);
    assert_int_equal(rh_future_perpetual(false, 1.0, 0.1, 0.0, 0.2, 0.0, &f), RH_GREEKS_DOMAIN);
    assert_int_equal(rh_future_perpetual(true, 1.0, 0.1, 0.0, 0.0, 0.2, &f), RH_GREEKS_DOMAIN);
    assert_int_equal(rh_future_perpetual(false, 1.0, 1.0, 1.0, 0.0, 0.0, &f), RH_GREEKS_DOMAIN);
}

static void inverse_contracts(void **unused)
{
    (void)unused;
    uint64_t state = 3;
    for (int i = 0; i < 20000; i++) {
        double X = uniform(&state, -1e6, 1e6), entry = exp(uniform(&state, 0.0, 11.0));
        double P = i % 2 ? entry * exp(uniform(&state, -2.0, 2.0)) : nextafter(entry, 1e9);
        rh_inverse_future f;
        assert_int_equal(rh_inverse_future_greeks(X, entry, P, &f), 0);
        long double x = (long double)X, a = (long double)entry, p = (long double)P;
        assert_relative(f.coin, (double)(x * (p - a) / a / p), 8.0 * UNIT, "coin");
        assert_relative(f.coin_delta, (double)(x / p / p), 8.0 * UNIT, "coin delta");
        assert_relative(f.coin_gamma, (double)(-2.0L * x / p / p / p), 8.0 * UNIT, "coin gamma");
        assert_relative(f.usd, f.coin * P, 8.0 * UNIT, "usd");
        assert_relative(f.net_delta, f.coin_delta * P, 8.0 * UNIT, "net delta");
        assert_relative(f.usd_delta, X / entry, 4.0 * UNIT, "usd delta");
        /* product rule: what hedges dollars is the coin held plus what hedges the coin */
        assert_close(f.usd_delta, f.net_delta + f.coin, fabs(f.net_delta) + fabs(f.coin),
                     8.0 * UNIT, "both deltas");
        assert_true(f.usd_gamma == 0.0);
    }
    /* 10,000 contracts of 10 USD: long at 40,000, now 50,000: half a coin */
    rh_inverse_future f;
    assert_int_equal(rh_inverse_future_greeks(100000.0, 40000.0, 50000.0, &f), 0);
    assert_true(f.coin == 0.5 && f.net_delta == 2.0 && f.usd == 25000.0 && f.usd_delta == 2.5);
}

static void funding(void **unused)
{
    (void)unused;
    assert_relative(rh_future_funding(false, 3.0, 40000.0, 1e-4, 1.0), 12.0, 4.0 * UNIT, "quote");
    assert_relative(rh_future_funding(false, -3.0, 40000.0, 1e-4, 0.5), -6.0, 4.0 * UNIT, "short");
    assert_relative(rh_future_funding(true, 1e5, 50000.0, 1e-4, 1.0), 2e-4, 4.0 * UNIT, "coin");
    assert_true(isnan(rh_future_funding(true, 1.0, 0.0, 1e-4, 1.0)));
    assert_true(isnan(rh_future_funding(false, 1.0, 100.0, (double)NAN, 1.0)));
    /* a perpetual at its fair price earns its buyer, hedged with the spot, nothing but carry */
    rh_future f;
    const double anchoring = 1095.0, interest = 0.1095, r = 0.05, q = 0.01, S = 30000.0;
    assert_int_equal(rh_future_perpetual(false, S, anchoring, interest, r, q, &f), 0);
    double rate = (anchoring * f.basis + interest * S) / f.price / 1095.0; /* per eight hours */
    assert_relative(rh_future_funding(false, 1.0, f.price, rate, 1095.0), (r - q) * f.price, 1e-10,
                    "a year");
}

static void bad_input(void **unused)
{
    (void)unused;
    const double bad[] = {(double)NAN, HUGE_VAL, -HUGE_VAL, -1.0};
    for (int b = 0; b < 4; b++) {
        unsigned expected = b == 0 ? RH_GREEKS_NAN : RH_GREEKS_DOMAIN;
        for (int which = 0; which < 5; which++) {
            double v[5] = {100.0, 1.0, 0.05, 0.02, 0.0};
            v[which] = bad[b];
            rh_future f;
            if (which < 4 && !(b == 3 && which > 1)) {
                assert_int_equal(rh_future_dated(v[0], v[1], v[2], v[3], &f), expected);
                assert_true(all_nan(&f, sizeof f / sizeof(double)));
            }
            if (b == 3 && which > 1) continue;
            assert_int_equal(rh_future_perpetual(false, v[0], v[1], v[4], v[2], v[3], &f),
                             expected);
            assert_true(all_nan(&f, sizeof f / sizeof(double)));
        }
        for (int which = 0; which < 3; which++) {
            double v[3] = {1000.0, 100.0, 110.0};
            v[which] = bad[b];
            rh_inverse_future f;
            if (b == 3 && which == 0) continue; /* a short position */
            assert_int_equal(rh_inverse_future_greeks(v[0], v[1], v[2], &f), expected);
            assert_true(all_nan(&f, sizeof f / sizeof(double)));
            double x[3] = {100.0, 110.0, 0.5};
            x[which] = bad[b];
            assert_true(isnan(rh_future_carry(x[0], x[1], x[2])));
        }
    }
}

int main(void)
{
    rh_math_thread_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cash_and_carry), cmocka_unit_test(perpetuals),
        cmocka_unit_test(inverse_contracts), cmocka_unit_test(funding),
        cmocka_unit_test(bad_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
