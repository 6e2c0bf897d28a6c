/* Power claims and power perpetuals against what they must reproduce: 80-digit values, the powers
 * that are known by other names, the pricing equation, the rows of amm.csv, Squeeth's records of
 * August 2023, limits and bad input. */
#include "claims.h"

/* --- power claims ----------------------------------------------------------------------------- */

static unsigned row_price(const claim_row *row, rh_greeks_full *out)
{
    const double *at = row->at;
    return rh_power_greeks(row->power, at[0], at[2], at[3], at[4], at[5], out);
}

/* Every greek is one term but for the growth rate, whose own terms may cancel. */
static rh_greeks_full row_terms(const claim_row *row)
{
    const double *x = row->at;
    double p = row->power, S = x[0], T = x[2], r = x[3], q = x[4], sigma = x[5];
    double V = row->greeks[0], A = fabs(p * (p - 1.0)), v2 = sigma * sigma;
    double g = fabs(p - 1.0) * fabs(r) + fabs(p * q) + 0.5 * A * v2;
    rh_greeks_full t = {.price = V, .delta = fabs(p) * V / S, .gamma = A * V / S / S};
    t.speed = t.gamma * fabs(p - 2.0) / S;
    t.vega = A * sigma * T * V;
    t.volga = A * T * V * (1.0 + A * v2 * T);
    t.ultima = A * A * T * T * sigma * V * (3.0 + A * v2 * T);
    t.vanna = fabs(p) * t.vega / S;
    t.zomma = A * t.vega / S / S;
    t.theta = g * V;
    t.charm = g * t.delta;
    t.color = g * t.gamma;
    t.veta = A * sigma * V * (1.0 + g * T);
    t.rho = fabs(p - 1.0) * T * V;
    t.phi = fabs(p) * T * V;
    return t;
}

static void eighty_digits(void **unused)
{
    (void)unused;
    assert_true(check_claims(POWER, row_price, row_terms) == 18);
}

static void known_powers(void **unused)
{
    (void)unused;
    uint64_t state = 1;
    for (int i = 0; i < 20000; i++) {
        double S = exp(uniform(&state, -3.0, 11.0)), T = exp(uniform(&state, -9.0, 2.0));
        double r = uniform(&state, -0.05, 0.15), q = uniform(&state, -0.05, 0.15);
        double sigma = exp(uniform(&state, -4.0, 0.5));
        rh_greeks_full bond, forward, square;
        assert_int_equal(rh_power_greeks(0.0, S, T, r, q, sigma, &bond), 0);
        assert_int_equal(rh_power_greeks(1.0, S, T, r, q, sigma, &forward), 0);
        assert_int_equal(rh_power_greeks(2.0, S, T, r, q, sigma, &square), 0);
        assert_relative(bond.price, exp(-r * T), 8.0 * UNIT, "bond");
        assert_relative(bond.theta, r * bond.price, 8.0 * UNIT, "bond theta");
        assert_true(bond.delta == 0.0 && bond.gamma == 0.0 && bond.vega == 0.0);
        assert_relative(forward.price, S * exp(-q * T), 8.0 * UNIT, "prepaid forward");
        assert_relative(forward.delta, exp(-q * T), 8.0 * UNIT, "forward's delta");
        assert_true(forward.gamma == 0.0 && forward.vega == 0.0 && forward.rho == 0.0);
        double growth = (fabs(r) + sigma * sigma + 2.0 * fabs(q)) * T;
        double exact = S * S * exp((r + sigma * sigma - 2.0 * q) * T);
        assert_relative(square.price, exact, 8.0 * (1.0 + growth) * UNIT, "square");
        assert_relative(square.gamma * S * S, 2.0 * square.price, 8.0 * UNIT, "S^2 gamma");
    }
}

static void pricing_equation(void **unused)
{
    (void)unused;
    uint64_t state = 2;
    for (int i = 0; i < 20000; i++) {
        double p = uniform(&state, -3.0, 4.0), S = exp(uniform(&state, -3.0, 11.0));
        double T = exp(uniform(&state, -9.0, 2.0)), sigma = exp(uniform(&state, -4.0, 0.5));
        double r = uniform(&state, -0.05, 0.15), q = uniform(&state, -0.05, 0.15);
        rh_greeks_full g;
        assert_int_equal(rh_power_greeks(p, S, T, r, q, sigma, &g), 0);
        double drift = (r - q) * S * g.delta, diffusion = 0.5 * sigma * sigma * S * S * g.gamma;
        double terms = fabs(r * g.price) + fabs(drift) + fabs(diffusion) +
                       fabs(p) * (fabs(r) + fabs(q)) * g.price;
        assert_close(g.theta + drift + diffusion, r * g.price, terms, 1e-13, "equation");
        assert_relative(g.vega, sigma * T * S * S * g.gamma, 1e-13, "vega and gamma");
        assert_close(g.rho + g.phi, -T * g.price, T * g.price * (1.0 + 2.0 * fabs(p)), 1e-14,
                     "rates");
    }
}

static void claim_limits(void **unused)
{
    (void)unused;
    rh_greeks_full g;
    assert_int_equal(rh_power_greeks(2.0, 0.0, 1.0, 0.0, 0.0, 0.5, &g), RH_GREEKS_LIMIT);
    assert_true(g.price == 0.0 && g.delta == 0.0 && g.speed == 0.0);
    assert_relative(g.gamma, 2.0 * exp(0.25), 4.0 * UNIT, "gamma at 0");
    assert_int_equal(rh_power_greeks(-1.0, 0.0, 1.0, 0.0, 0.0, 0.5, &g), RH_GREEKS_LIMIT);
    assert_true(g.price == HUGE_VAL && g.delta == -HUGE_VAL && g.gamma == HUGE_VAL);
    assert_int_equal(rh_power_greeks(0.0, 0.0, 1.0, 0.0, 0.0, 0.5, &g), RH_GREEKS_LIMIT);
    assert_true(g.price == 1.0 && g.delta == 0.0);
    assert_int_equal(rh_power_greeks(3.0, 2.0, 0.0, 0.1, 0.0, 0.5, &g), RH_GREEKS_LIMIT);
    assert_true(g.price == 8.0 && g.delta == 12.0 && g.gamma == 12.0 && g.speed == 6.0);
    assert_true(g.vega == 0.0 && g.volga == 0.0 && g.rho == 0.0);
    assert_int_equal(rh_power_greeks(2.0, 3.0, 1.0, 0.1, 0.0, 0.0, &g), RH_GREEKS_LIMIT);
    assert_relative(g.price, 9.0 * exp(0.1), 4.0 * UNIT, "no vol");
    const double bad[] = {(double)NAN, -1.0, HUGE_VAL, -HUGE_VAL};
    for (int i = 0; i < 6 * 4; i++) {
        double v[6] = {2.0, 100.0, 1.0, 0.05, 0.02, 0.5}; /* p S T r q sigma */
        int which = i % 6, b = i / 6;
        if (b == 1 && (which == 0 || which == 3 || which == 4)) continue;
        v[which] = bad[b];
        unsigned flags = rh_power_greeks(v[0], v[1], v[2], v[3], v[4], v[5], &g);
        assert_int_equal(flags, b == 0 ? RH_GREEKS_NAN : RH_GREEKS_DOMAIN);
        assert_true(all_nan(&g, RH_GREEKS));
    }
    assert_int_equal(rh_power_greeks(4.0, 1.0, 10.0, 0.0, 0.0, 5.0, &g), RH_GREEKS_DOMAIN);
}

/* --- power perpetuals ------------------------------------------------------------------------- */

#define SQUEETH_YEARS (17.5 / 365.0)

static rh_power_perp squeeth(double S, double normalisation, double sigma)
{
    rh_power_perp perp;
    assert_int_equal(rh_power_perp_greeks(2.0, S, normalisation, 1e4, SQUEETH_YEARS, 0.0, 0.0,
                                          sigma, &perp), 0);
    return perp;
}

static int reference_row(const char *line)
{
    double S, sigma, index, mark, delta, gamma, crab;
    if (sscanf(line, "squeeth,S=%lf funding period 17.5d vol=%lf %*[^,],%*[^,],%lf;%lf;%lf;%lf;%lf",
               &S, &sigma, &index, &mark, &delta, &gamma, &crab) == 7) {
        rh_power_perp perp = squeeth(S, 1.0, sigma);
        assert_relative(perp.index, index, 1e-11, "index");
        assert_relative(perp.mark, mark, 1e-11, "mark");
        assert_relative(perp.delta, delta, 1e-11, "delta");
        assert_relative(perp.gamma, gamma, 1e-11, "gamma");
        assert_relative(perp.delta, crab, 1e-11, "coin per short token");
        double vol = rh_power_perp_vol(2.0, perp.index, perp.mark, SQUEETH_YEARS, 0.0, 0.0);
        assert_relative(vol, sigma, 1e-13, "implied vol");
        return 1;
    }
    const char *found = strstr(line, "index=9e6 mark=1.05*index period=86400s of 420h,multiplier,");
    if (!found) return 0;
    double multiplier = strtod(strrchr(found, '=') ? strchr(found, ',') + 12 : "", NULL);
    assert_relative(rh_power_perp_multiplier(9e6, 1.05 * 9e6, 86400.0, 420.0 * 3600.0, 0.8, 1.4),
                    multiplier, 4.0 * UNIT, "multiplier");
    return 1;
}

static void reference_rows(void **unused)
{
    (void)unused;
    char line[4096];
    FILE *file = open_amm_reference();
    if (!file) skip();
    int rows = 0;
    while (fgets(line, sizeof line, file)) rows += reference_row(line);
    fclose(file);
    print_message("%d rows of amm.csv\n", rows);
    assert_true(rows == 4);
}

/* The token earns the rate: its normalisation falls by just what its gamma brings in. And it is a
 * claim of maturity f, in units of scale / normalisation. */
static void token_earns_the_rate(void **unused)
{
    (void)unused;
    uint64_t state = 3;
    for (int i = 0; i < 20000; i++) {
        double p = uniform(&state, -1.0, 3.0), S = exp(uniform(&state, 0.0, 9.0));
        double f = uniform(&state, 0.001, 0.5), sigma = exp(uniform(&state, -2.0, 0.7));
        double r = uniform(&state, -0.05, 0.15), q = uniform(&state, -0.05, 0.15);
        double N = uniform(&state, 0.1, 1.0), scale = exp(uniform(&state, 0.0, 10.0));
        rh_power_perp perp;
        rh_greeks_full claim;
        assert_int_equal(rh_power_perp_greeks(p, S, N, scale, f, r, q, sigma, &perp), 0);
        assert_int_equal(rh_power_greeks(p, S, f, r, q, sigma, &claim), 0);
        double drift = (r - q) * S * perp.delta;
        double diffusion = 0.5 * sigma * sigma * S * S * perp.gamma;
        double terms = (fabs(r) + fabs(p) * (fabs(r) + fabs(q))) * perp.price + fabs(diffusion);
        assert_close(perp.theta + drift + diffusion, r * perp.price, terms, 1e-13, "equation");
        assert_relative(perp.price, claim.price * N / scale, 1e-14, "price");
        assert_relative(perp.delta, claim.delta * N / scale, 1e-14, "delta");
        assert_relative(perp.gamma, claim.gamma * N / scale, 1e-14, "gamma");
        assert_relative(perp.vega, claim.vega * N / scale, 1e-14, "vega");
        assert_relative(perp.coin_price * S, perp.price, 1e-14, "coin price");
        assert_relative(perp.mark * N, perp.price, 1e-14, "normalised mark");
        assert_close(log(perp.mark / perp.index), perp.funding_rate * f, 1.0, 1e-14, "funding");
        double vol = rh_power_perp_vol(p, perp.index, perp.mark, f, r, q);
        double condition = 1.0 / (f * sigma * sigma * fabs(p * (p - 1.0)));
        if (condition < 1e6) assert_relative(vol, sigma, 8.0 * (8.0 + condition) * UNIT, "vol");
    }
}

static void multipliers(void **unused)
{
    (void)unused;
    const double f = 420.0, low = 0.8, high = 1.4;
    double one = rh_power_perp_multiplier(100.0, 107.0, 24.0, f, low, high);
    double half = rh_power_perp_multiplier(100.0, 107.0, 12.0, f, low, high);
    assert_relative(half * half, one, 4.0 * UNIT, "two halves");
    assert_relative(one, pow(100.0 / 107.0, 24.0 / f), 4.0 * UNIT, "power");
    assert_true(rh_power_perp_multiplier(100.0, 100.0, 24.0, f, low, high) == 1.0);
    assert_true(rh_power_perp_multiplier(100.0, 107.0, 0.0, f, low, high) == 1.0);
    double top = rh_power_perp_multiplier(100.0, 140.0, f, f, low, high);
    assert_relative(top, 1.0 / 1.4, 4.0 * UNIT, "at the clamp");
    assert_relative(rh_power_perp_multiplier(100.0, 900.0, f, f, low, high), top, 4.0 * UNIT,
                    "above");
    assert_relative(rh_power_perp_multiplier(100.0, 3.0, f, f, low, high), 1.25, 4.0 * UNIT,
                    "below");
    assert_true(isnan(rh_power_perp_multiplier(0.0, 1.0, 1.0, f, low, high)));
    assert_true(isnan(rh_power_perp_multiplier(1.0, -1.0, 1.0, f, low, high)));
    assert_true(isnan(rh_power_perp_multiplier(1.0, 1.0, -1.0, f, low, high)));
    assert_true(isnan(rh_power_perp_multiplier(1.0, 1.0, 1.0, 0.0, low, high)));
    assert_true(isnan(rh_power_perp_multiplier(1.0, 1.0, 1.0, f, 1.4, 0.8)));
    assert_true(isnan(rh_power_perp_multiplier((double)NAN, 1.0, 1.0, f, low, high)));
}

static void perp_limits(void **unused)
{
    (void)unused;
    rh_power_perp perp;
    assert_int_equal(rh_power_perp_greeks(2.0, 0.0, 0.5, 1e4, 0.05, 0.0, 0.0, 0.5, &perp),
                     RH_GREEKS_LIMIT);
    assert_true(perp.price == 0.0 && perp.coin_price == 0.0 && perp.delta == 0.0);
    assert_true(perp.gamma > 0.0 && perp.funding_rate == 0.25);
    assert_int_equal(rh_power_perp_greeks(2.0, 3000.0, 0.5, 1e4, 0.0, 0.0, 0.0, 0.5, &perp),
                     RH_GREEKS_LIMIT);
    assert_true(perp.mark == 900.0 && perp.index == 900.0 && perp.funding_rate == 0.25);
    const double bad[] = {(double)NAN, -1.0, HUGE_VAL, -HUGE_VAL};
    for (int i = 0; i < 8 * 4; i++) {
        double v[8] = {2.0, 100.0, 0.5, 1e4, 0.05, 0.05, 0.02, 0.5};
        int which = i % 8, b = i / 8;
        if (b == 1 && (which == 0 || which == 5 || which == 6)) continue;
        v[which] = bad[b];
        unsigned flags = rh_power_perp_greeks(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7],
                                              &perp);
        assert_int_equal(flags, b == 0 ? RH_GREEKS_NAN : RH_GREEKS_DOMAIN);
        assert_true(all_nan(&perp, sizeof perp / sizeof(double)));
    }
    assert_true(rh_power_perp_vol(2.0, 900.0, 900.0, 0.05, 0.0, 0.0) == 0.0);
    assert_true(isnan(rh_power_perp_vol(2.0, 900.0, 899.0, 0.05, 0.0, 0.0)));
    assert_true(isnan(rh_power_perp_vol(1.0, 900.0, 910.0, 0.05, 0.0, 0.0)));
    assert_true(isnan(rh_power_perp_vol(2.0, 0.0, 910.0, 0.05, 0.0, 0.0)));
    assert_true(isnan(rh_power_perp_vol(2.0, 900.0, 910.0, 0.05, (double)NAN, 0.0)));
    assert_true(isnan(rh_power_perp_vol(2.0, 900.0, 910.0, 0.05, -HUGE_VAL, 0.0)));
    double near = rh_power_perp_vol(2.0, 900.0, nextafter(900.0, 901.0), 0.05, 0.0, 0.0);
    assert_relative(near, (double)sqrtl(0x1p-43L / 900.0L / 0.05L), 1e-13, "a mark one ulp up");
}

/* --- Squeeth, 14 to 17 August 2023 ------------------------------------------------------------ */

enum { MINUTES = 4 * 1440 };
typedef struct squeeth_minute { double normalisation, weth, osqth; } squeeth_minute;

static int read_day(int day, squeeth_minute *minutes)
{
    char name[128], line[512];
    snprintf(name, sizeof name,
             "amm-oracle-gas-2023-08/ethereum-squeeth-controller-2023-08-%d.minute.csv", day);
    FILE *file = open_shared("REHEDGE_DATA", "data", name);
    if (!file) return 0;
    int count = 0;
    while (count < 1440 && fgets(line, sizeof line, file)) {
        squeeth_minute *m = &minutes[count];
        count += sscanf(line, "%*[^,],%lf,%lf,%lf", &m->normalisation, &m->weth, &m->osqth) == 3;
    }
    fclose(file);
    return count;
}

/* Minute by minute the multiplier of the mark of that minute; the contract applies them together
 * when it is touched, with a time-weighted (geometric) mean of the whole time: the same product. */
static void recorded_normalisation(void **unused)
{
    (void)unused;
    static squeeth_minute minutes[MINUTES];
    int count = 0, updates = 0, close = 0, within = 0, start = -1;
    for (int day = 14; day <= 17; day++) {
        int read = read_day(day, minutes + count);
        if (!read) skip();
        count += read;
    }
    assert_int_equal(count, MINUTES);
    double expected = 1.0, all = 1.0, first = 0.0, low_vol = 10.0, high_vol = 0.0;
    for (int i = 1; i < MINUTES; i++) {
        const squeeth_minute *m = &minutes[i - 1];
        double index = m->weth * m->weth / 1e4, mark = m->osqth * m->weth / m->normalisation;
        if (start >= 0) expected *= rh_power_perp_multiplier(index, mark, 60.0, 420.0 * 3600.0,
                                                             0.8, 1.4);
        double vol = rh_power_perp_vol(2.0, index, mark, SQUEETH_YEARS, 0.0, 0.0);
        low_vol = vol < low_vol ? vol : low_vol;
        high_vol = vol > high_vol ? vol : high_vol;
        if (!isnan(vol)) { /* the model's own token at that vol is the token that traded */
            rh_power_perp perp = squeeth(m->weth, m->normalisation, vol);
            assert_relative(perp.coin_price, m->osqth, 1e-12, "price in coin");
        }
        if (minutes[i].normalisation == m->normalisation) continue;
        if (start >= 0) {
            double error = log(expected) / log(m[1].normalisation / minutes[start].normalisation);
            /* the minute grid blurs the shortest; a day's file begins with the token's price of its
             * first trade, up to an hour early, so that midnight is not to be judged */
            bool seen = i - start > 20 && i / 1440 == start / 1440;
            close += seen && fabs(error - 1.0) < 0.03;
            updates += seen;
            within += i - start;
            all *= expected;
        } else {
            first = minutes[i].normalisation;
        }
        expected = 1.0;
        start = i;
    }
    double whole = log(all) / log(minutes[start].normalisation / first);
    print_message("%d minutes, %d updates, %d within 3%%; all together %.5f of the record; implied "
                  "vol %.2f to %.2f\n", within, updates, close, whole, low_vol, high_vol);
    assert_true(updates == 20 && close == updates);
    assert_true(fabs(whole - 1.0) < 0.005);
}

/* Any numbers whatever: all NaN with a flag, or none. */
static void no_nan_without_a_flag(void **unused)
{
    (void)unused;
    uint64_t state = 31;
    int answered = 0;
    for (int i = 0; i < 200000; i++) {
        double S = odd_number(&state, false), T = odd_number(&state, false);
        double sigma = odd_number(&state, false), r = 0.0, q = 0.0;
        double p = odd_number(&state, true);
        if (i % 4 > 1) {
            r = uniform(&state, -100.0, 100.0) / T;
            q = uniform(&state, -100.0, 100.0) / T;
        }
        rh_greeks_full g;
        unsigned flags = rh_power_greeks(p, S, T, r, q, sigma, &g);
        bool flagged = (flags & (RH_GREEKS_NAN | RH_GREEKS_DOMAIN)) != 0;
        if (nan_unflagged(&g, RH_GREEKS, flagged))
            fail_msg("S %a T %a r %a q %a sigma %a: flags %u", S, T, r, q, sigma, flags);
        answered += !flagged;
    }
    print_message("%d of 200000 answered\n", answered);
    assert_true(answered > 30000);
}

int main(void)
{
    rh_math_thread_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eighty_digits),
        cmocka_unit_test(known_powers),
        cmocka_unit_test(pricing_equation),
        cmocka_unit_test(claim_limits),
        cmocka_unit_test(reference_rows),
        cmocka_unit_test(token_earns_the_rate),
        cmocka_unit_test(multipliers),
        cmocka_unit_test(perp_limits),
        cmocka_unit_test(recorded_normalisation),
        cmocka_unit_test(no_nan_without_a_flag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
