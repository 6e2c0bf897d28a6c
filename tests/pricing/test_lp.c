/* Liquidity positions against what they must reproduce: 80-digit values, the rows of amm.csv, the
 * laws that tie value, amounts and greeks, ranges that add up, the limits and bad input. */
#include "contracts_test.h"

#include "contracts_table.h"
#include "rehedge/amm.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static rh_lp v3(double L, double lower, double upper, double P)
{
    rh_lp lp;
    (void)rh_lp_v3(L, lower, upper, P, &lp);
    return lp;
}

static rh_lp v2(double L, double P)
{
    rh_lp lp;
    (void)rh_lp_v2(L, P, &lp);
    return lp;
}

static void eighty_digits(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(RANGES); i++) {
        const range_row *row = &RANGES[i];
        rh_lp lp = v3(1.0, row->lower, row->upper, row->price);
        assert_relative(lp.value, row->value, 8.0 * UNIT, "value");
        assert_relative(lp.delta, row->asset, 8.0 * UNIT, "asset");
        assert_relative(lp.quote, row->quote, 8.0 * UNIT, "quote");
        double loss = rh_lp_v3_impermanent_loss(row->lower, row->upper, row->start, row->price);
        assert_relative(loss, row->loss, 16.0 * UNIT, "impermanent loss");
    }
}

/* amm.csv has 12 digits. */
static int reference_row(const char *line)
{
    const double digits = 1e-11;
    double L, a, b, P, value, delta, quote, gamma;
    char sep;
    if (sscanf(line, "v3 LP greeks,\"L=%lf range [%lf,%lf] P=%lf\",%*[^,],%lf;%lf;%lf;%lf", &L, &a,
               &b, &P, &value, &delta, &quote, &gamma) == 8) {
        rh_lp lp = v3(L, a, b, P);
        assert_relative(lp.value, value, digits, "v3 value");
        assert_relative(lp.delta, delta, digits, "v3 delta");
        assert_relative(lp.quote, quote, digits, "v3 quote");
        assert_relative(lp.gamma, gamma, digits, "v3 gamma");
        return 1;
    }
    if (sscanf(line, "v2 LP greeks,L=sqrt(xy)=%lf P=%lf,%*[^,],%lf;%lf;%lf", &L, &P, &value,
               &delta, &gamma) == 5) {
        rh_lp lp = v2(L, P);
        assert_relative(lp.value, value, digits, "v2 value");
        assert_relative(lp.delta, delta, digits, "v2 delta");
        assert_relative(lp.gamma, gamma, digits, "v2 gamma");
        return 1;
    }
    if (sscanf(line, "impermanent loss v2,price ratio k=%lf,IL%c%lf", &P, &sep, &value) == 3) {
        assert_relative(rh_lp_v2_impermanent_loss(P), value, digits, "loss v2");
        return 1;
    }
    if (sscanf(line, "impermanent loss v3,\"P0=%lf range [%lf,%lf] k=%lf\",IL vs hold,%lf", &L, &a,
               &b, &P, &value) == 5) {
        assert_relative(rh_lp_v3_impermanent_loss(a, b, L, L * P), value, digits, "loss v3");
        return 1;
    }
    return 0;
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
    assert_true(rows >= 26);
}

/* Against the formulas as they are printed, in long double; away from where those cancel. */
static void printed_formulas(void **unused)
{
    (void)unused;
    uint64_t state = 1;
    for (int i = 0; i < 20000; i++) {
        double L = exp(uniform(&state, -5.0, 30.0)), lower = exp(uniform(&state, -8.0, 8.0));
        double upper = lower * exp(uniform(&state, 0.01, 4.0));
        double P = lower + (upper - lower) * uniform(&state, 0.01, 0.99);
        long double l = (long double)L, a = (long double)lower, b = (long double)upper;
        long double p = (long double)P, x = l * (1.0L / sqrtl(p) - 1.0L / sqrtl(b));
        rh_lp lp = v3(L, lower, upper, P), whole = v2(L, P);
        long double value = l * (2.0L * sqrtl(p) - p / sqrtl(b) - sqrtl(a));
        assert_relative(lp.value, (double)value, 8.0 * UNIT, "v3 value");
        assert_relative(lp.delta, (double)x, 8.0 * UNIT, "v3 delta");
        assert_relative(lp.gamma, (double)(-0.5L * l / p / sqrtl(p)), 8.0 * UNIT, "gamma");
        assert_relative(whole.value, (double)(2.0L * l * sqrtl(p)), 8.0 * UNIT, "v2 value");
        assert_relative(whole.delta, (double)(l / sqrtl(p)), 8.0 * UNIT, "v2 delta");
        assert_true(whole.gamma == lp.gamma);
        assert_relative(lp.quote + P * lp.delta, lp.value, 4.0 * UNIT, "value of the amounts");
        assert_true(lp.value < whole.value && lp.delta < whole.delta && lp.quote < whole.quote);
        assert_relative(whole.delta * whole.quote, L * L, 8.0 * UNIT, "x y = L^2");
    }
}

static void differences(void **unused)
{
    (void)unused;
    uint64_t state = 2;
    for (int i = 0; i < 5000; i++) {
        double lower = exp(uniform(&state, -3.0, 8.0)), upper = lower * 4.0;
        double P = lower * uniform(&state, 0.3, 5.0), h = 1e-3 * P;
        bool near_end = fabs(P - lower) < 3.0 * h || fabs(P - upper) < 3.0 * h;
        if (near_end) continue;
        rh_lp at = v3(3.0, lower, upper, P), up = v3(3.0, lower, upper, P + h);
        rh_lp up2 = v3(3.0, lower, upper, P + 2.0 * h), down = v3(3.0, lower, upper, P - h);
        rh_lp down2 = v3(3.0, lower, upper, P - 2.0 * h);
        double delta = (8.0 * (up.value - down.value) - (up2.value - down2.value)) / (12.0 * h);
        double gamma = (8.0 * (up.delta - down.delta) - (up2.delta - down2.delta)) / (12.0 * h);
        assert_close(at.delta, delta, at.value / P, 1e-10, "delta by differences");
        assert_close(at.gamma, gamma, 3.0 / P / sqrt(P), 1e-10, "gamma by differences");
    }
}

/* Value rises and is concave, so delta falls; both are continuous at the ends. */
static void continuous_and_concave(void **unused)
{
    (void)unused;
    const double lower = 1000.0, upper = 3000.0, ends[] = {1000.0, 3000.0};
    for (int e = 0; e < 2; e++) {
        double P = ends[e], up = nextafter(P, 1e9), down = nextafter(P, 0.0);
        rh_lp at = v3(1e6, lower, upper, P), right = v3(1e6, lower, upper, up);
        rh_lp left = v3(1e6, lower, upper, down);
        double scale = 1e6 / sqrt(P), step = (up - P) / P;
        assert_close(left.value, at.value, scale * P, step + 8.0 * UNIT, "value below the end");
        assert_close(right.value, at.value, scale * P, step + 8.0 * UNIT, "value above the end");
        assert_close(left.delta, at.delta, scale, step + 8.0 * UNIT, "delta below the end");
        assert_close(right.delta, at.delta, scale, step + 8.0 * UNIT, "delta above the end");
        assert_true(at.gamma == 0.0);
    }
    rh_lp before = v3(1.0, lower, upper, 0.0);
    for (double P = 0.5; P < 5000.0; P *= 1.001) {
        rh_lp lp = v3(1.0, lower, upper, P);
        assert_true(lp.gamma <= 0.0 && lp.value >= before.value);
        assert_true(lp.delta <= before.delta && lp.quote >= before.quote);
        assert_true((lp.gamma < 0.0) == (P > lower && P < upper));
        before = lp;
    }
    /* the last ulps of the range: the amounts left are small, and still right to 15 digits */
    double P = nextafter(3000.0, 0.0);
    assert_relative(v3(1.0, lower, upper, P).delta,
                    (double)((3000.0L - (long double)P) / 2.0L / 3000.0L / sqrtl(3000.0L)),
                    1e-13, "the last of the asset");
}

/* Adjoining ranges are one range; a wide one tends to v2, and (0, inf) is v2. */
static void ranges_add_up(void **unused)
{
    (void)unused;
    uint64_t state = 3;
    for (int i = 0; i < 5000; i++) {
        double a = exp(uniform(&state, 0.0, 5.0)), m = a * exp(uniform(&state, 0.001, 1.0));
        double b = m * exp(uniform(&state, 0.001, 1.0)), P = a * exp(uniform(&state, -0.5, 2.5));
        rh_lp one = v3(7.0, a, b, P), low = v3(7.0, a, m, P), high = v3(7.0, m, b, P);
        assert_relative(low.value + high.value, one.value, 1e-13, "value of adjoining ranges");
        assert_relative(low.delta + high.delta, one.delta, 1e-13, "asset of adjoining ranges");
        assert_relative(low.gamma + high.gamma, one.gamma, 0.0, "gamma of adjoining ranges");
        rh_lp v = v2(7.0, P), all = v3(7.0, 0.0, HUGE_VAL, P), wide = v3(7.0, 1e-30, 1e30, P);
        assert_true(same_bits(&v, &all, sizeof v));
        assert_relative(wide.value, v.value, 1e-12, "wide value");
        assert_relative(wide.delta, v.delta, 1e-12, "wide delta");
        assert_relative(wide.quote, v.quote, 1e-12, "wide quote");
        assert_true(wide.gamma == v.gamma);
    }
}

static void impermanent_loss(void **unused)
{
    (void)unused;
    uint64_t state = 4;
    for (int i = 0; i < 20000; i++) {
        double k = i % 2 ? exp(uniform(&state, -12.0, 12.0))
                         : 1.0 + copysign(exp(uniform(&state, -36.0, -2.0)), i % 4 - 1.0);
        long double root = (1.0L - (long double)k) / (1.0L + sqrtl((long double)k));
        long double exact = -root * root / (1.0L + (long double)k);
        double loss = rh_lp_v2_impermanent_loss(k);
        assert_relative(loss, (double)exact, 8.0 * UNIT, "loss of a ratio");
        assert_true(loss <= 0.0 && loss >= -1.0 && (loss < 0.0 || k == 1.0));
        assert_close(rh_lp_v2_impermanent_loss(1.0 / k), loss, 1.0, 1e-15, "k and 1/k");
        assert_close(rh_lp_v3_impermanent_loss(0.0, HUGE_VAL, 8.0, 8.0 * k), loss, fabs(loss),
                     16.0 * UNIT, "range without ends");
    }
    for (int i = 0; i < 20000; i++) {
        double a = exp(uniform(&state, 0.0, 5.0)), b = a * exp(uniform(&state, 0.01, 2.0));
        double P0 = a * exp(uniform(&state, -0.5, 2.5)), P = a * exp(uniform(&state, -1.0, 3.0));
        rh_lp then = v3(1.0, a, b, P0), now = v3(1.0, a, b, P);
        double held = then.delta * P + then.quote, loss = rh_lp_v3_impermanent_loss(a, b, P0, P);
        assert_close(loss, (now.value - held) / held, 1.0, 1e-14, "loss against holding");
        assert_true(loss <= 0.0 && loss >= -1.0);
        bool both = P0 > a && P0 < b && P > a && P < b; /* then concentration only adds to it */
        if (both) assert_true(loss <= rh_lp_v2_impermanent_loss(P / P0) * (1.0 - 1e-9) + 1e-15);
    }
    assert_true(rh_lp_v2_impermanent_loss(1.0) == 0.0);
    assert_true(rh_lp_v2_impermanent_loss(0.0) == -1.0);
    assert_true(rh_lp_v2_impermanent_loss(HUGE_VAL) == -1.0);
    assert_true(rh_lp_v3_impermanent_loss(2.0, 3.0, 5.0, 7.0) == 0.0); /* never in the range */
    assert_relative(rh_lp_v3_impermanent_loss(2.0, 3.0, 2.5, 0.0), -1.0, 4.0 * UNIT, "all lost");
}

/* sigma^2 P^2 |gamma| / 2, which is what one small symmetric step costs against rebalancing. */
static void loss_versus_rebalancing(void **unused)
{
    (void)unused;
    uint64_t state = 5;
    for (int i = 0; i < 5000; i++) {
        double P = exp(uniform(&state, 0.0, 9.0)), sigma = uniform(&state, 0.1, 2.0);
        double a = P * uniform(&state, 0.3, 0.9), b = P * uniform(&state, 1.1, 3.0);
        rh_lp lp = v3(11.0, a, b, P), whole = v2(11.0, P);
        double rate = rh_lp_lvr_rate(11.0, a, b, P, sigma);
        assert_relative(rate, 0.5 * sigma * sigma * P * P * -lp.gamma, 8.0 * UNIT, "range");
        double all = rh_lp_lvr_rate(11.0, 0.0, HUGE_VAL, P, sigma);
        assert_relative(all, sigma * sigma / 8.0 * whole.value, 8.0 * UNIT, "sigma^2/8 V");
        double dt = 1e-6, step = sigma * sqrt(dt) * P;
        double mean = 0.5 * (v3(11.0, a, b, P + step).value + v3(11.0, a, b, P - step).value);
        assert_relative((lp.value - mean) / dt, rate, 1e-3, "one step");
    }
    assert_true(rh_lp_lvr_rate(1.0, 1.0, 2.0, 2.5, 0.5) == 0.0);
    assert_true(rh_lp_lvr_rate(1.0, 1.0, 2.0, 1.5, 0.0) == 0.0);
    assert_true(isnan(rh_lp_lvr_rate(1.0, 1.0, 2.0, 1.5, -0.5)));
    assert_true(isnan(rh_lp_lvr_rate(1.0, 1.0, 2.0, 1.5, (double)NAN)));
    assert_true(isnan(rh_lp_lvr_rate(1.0, 2.0, 1.0, 1.5, 0.5)));
}

static void limits(void **unused)
{
    (void)unused;
    rh_lp lp;
    assert_int_equal(rh_lp_v2(2.0, 0.0, &lp), RH_GREEKS_LIMIT);
    assert_true(lp.value == 0.0 && lp.quote == 0.0);
    assert_true(lp.delta == HUGE_VAL && lp.gamma == -HUGE_VAL);
    rh_lp minus = v3(2.0, -0.0, HUGE_VAL, -0.0);
    assert_true(same_bits(&minus, &lp, sizeof lp));
    assert_int_equal(rh_lp_v2(0.0, 0.0, &lp), RH_GREEKS_LIMIT);
    assert_true(lp.value == 0.0 && lp.delta == 0.0 && lp.gamma == 0.0 && lp.quote == 0.0);
    assert_int_equal(rh_lp_v3(2.0, 4.0, 16.0, 0.0, &lp), RH_GREEKS_LIMIT);
    assert_true(lp.value == 0.0 && lp.quote == 0.0 && lp.delta == 0.5 && lp.gamma == 0.0);
    assert_int_equal(rh_lp_v3(2.0, 4.0, 16.0, 100.0, &lp), 0);
    assert_true(lp.value == 4.0 && lp.quote == 4.0 && lp.delta == 0.0 && lp.gamma == 0.0);
    assert_int_equal(rh_lp_v3(2.0, 4.0, HUGE_VAL, 16.0, &lp), 0);
    assert_true(lp.delta == 0.5 && lp.quote == 4.0 && lp.value == 12.0);
}

static void bad_input(void **unused)
{
    (void)unused;
    const double bad[] = {(double)NAN, -1.0, HUGE_VAL, -HUGE_VAL};
    for (int which = 0; which < 4; which++)
        for (int b = 0; b < 4; b++) {
            double v[4] = {1.0, 1000.0, 3000.0, 2000.0}; /* L, lower, upper, P */
            v[which] = bad[b];
            if (which == 2 && b == 2) continue; /* a range may have no upper end */
            rh_lp lp;
            unsigned flags = rh_lp_v3(v[0], v[1], v[2], v[3], &lp);
            assert_int_equal(flags, b == 0 ? RH_GREEKS_NAN : RH_GREEKS_DOMAIN);
            assert_true(all_nan(&lp, sizeof lp / sizeof(double)));
            if (which == 0) continue;
            assert_true(isnan(rh_lp_v3_impermanent_loss(v[1], v[2], 2000.0, v[3])));
            assert_true(isnan(rh_lp_v3_impermanent_loss(1000.0, 3000.0, bad[b], 2000.0)));
        }
    rh_lp lp;
    assert_int_equal(rh_lp_v3(1.0, 5.0, 5.0, 5.0, &lp), RH_GREEKS_DOMAIN);
    assert_true(isnan(rh_lp_v3_impermanent_loss(1.0, 2.0, 0.0, 1.5)));
    assert_true(isnan(rh_lp_v2_impermanent_loss(-0.5)));
    assert_true(isnan(rh_lp_v2_impermanent_loss((double)NAN)));
}

int main(void)
{
    rh_math_thread_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eighty_digits),
        cmocka_unit_test(reference_rows),
        cmocka_unit_test(printed_formulas),
        cmocka_unit_test(differences),
        cmocka_unit_test(continuous_and_concave),
        cmocka_unit_test(ranges_add_up),
        cmocka_unit_test(impermanent_loss),
        cmocka_unit_test(loss_versus_rebalancing),
        cmocka_unit_test(limits),
        cmocka_unit_test(bad_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
