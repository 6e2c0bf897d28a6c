/* The 80-digit rows of contracts_table.h for one kind of claim: each greek's error over what
 * LAWS allow it, the worst per greek printed. The test says how a row is priced, and how large the
 * absolute terms of each greek's closed form are. */
#ifndef TESTS_PRICING_CLAIMS_H
#define TESTS_PRICING_CLAIMS_H

#include "contracts_table.h"
#include "contracts_test.h"

typedef unsigned claim_price(const claim_row *row, rh_greeks_full *out);
typedef rh_greeks_full claim_terms(const claim_row *row);

static inline void greeks_to_array(const rh_greeks_full *g, double all[RH_GREEKS])
{
    memcpy(all, g, sizeof *g);
}

/* kappa as the reference tables have it: the sum of |x dV/dx| over all inputs, over |V|. */
static inline double claim_kappa(const claim_row *row)
{
    enum { PRICE, DELTA, GAMMA, VEGA, THETA, RHO, PHI, DUAL_DELTA = 15 };
    const double *x = row->at, *g = row->greeks;
    return (fabs(x[0] * g[DELTA]) + fabs(x[1] * g[DUAL_DELTA]) + fabs(x[2] * g[THETA]) +
            fabs(x[3] * g[RHO]) + fabs(x[4] * g[PHI]) + fabs(x[5] * g[VEGA])) / fabs(g[PRICE]);
}

static inline int check_claims(claim_kind kind, claim_price *price, claim_terms *terms)
{
    double worst[CLAIM_GREEKS] = {0.0};
    int rows = 0, bad = 0;
    for (size_t i = 0; i < sizeof CLAIMS / sizeof *CLAIMS; i++) {
        if (CLAIMS[i].kind != kind) continue;
        rh_greeks_full found, sums = terms(&CLAIMS[i]);
        double have[RH_GREEKS], room[RH_GREEKS];
        assert_int_equal(price(&CLAIMS[i], &found), 0);
        greeks_to_array(&found, have);
        greeks_to_array(&sums, room);
        double unit = 8.0 * (4.0 + claim_kappa(&CLAIMS[i])) * UNIT;
        for (int g = 0; g < CLAIM_GREEKS; g++) {
            double allowed = g == 0 ? fabs(CLAIMS[i].greeks[0]) * unit : 64.0 * unit * room[g];
            double error = fabs(have[g] - CLAIMS[i].greeks[g]);
            double ratio = error == 0.0 ? 0.0 : error / allowed;
            worst[g] = fmax(worst[g], ratio);
            if (ratio <= 1.0) continue;
            bad++;
            print_error("row %zu: %s is %.17g, expected %.17g, %.3g of its tolerance\n", i,
                        rh_greek_name((rh_greek)g), have[g], CLAIMS[i].greeks[g], ratio);
        }
        rows++;
    }
    print_message("%d rows; worst error / tolerance:", rows);
    for (int g = 0; g < CLAIM_GREEKS; g++)
        print_message(" %s %.3f", rh_greek_name((rh_greek)g), worst[g]);
    print_message("\n");
    assert_int_equal(bad, 0);
    return rows;
}

#endif
