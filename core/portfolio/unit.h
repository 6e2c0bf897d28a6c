/* One unit of an instrument, valued in the numeraire with its sensitivities to the asset's spot.
 * Pure: reads a market state, changes nothing. "Unit" is one asset unit, one option on one asset
 * unit, or one USD of notional for coin-settled perps and futures. */
#ifndef RH_PORTFOLIO_UNIT_H
#define RH_PORTFOLIO_UNIT_H

#include "market/market.h"

/* Derivatives with respect to the asset's spot S, other instruments' prices F moving in proportion
 * (dF/F = dS/S); vega per 1.00 of vol, theta per year. For perps and futures `value` leaves out the
 * entry basis, which the positions carry as unsettled cash: linear F, coin-settled -1/F. */
typedef struct rh_unit {
    double value, delta, gamma, speed;
    double vega, vanna, volga, theta;
} rh_unit;

void rh_unit_value(const rh_market *market, int instrument, int64_t time_ns, bool hedge_vol,
                   rh_unit *unit);
/* The same with the vol of an option times vol_scale. */
void rh_unit_value_scaled(const rh_market *market, int instrument, int64_t time_ns, bool hedge_vol,
                          double vol_scale, rh_unit *unit);
/* Value alone of an option with its underlying price moved to `price`; for basis attribution. */
double rh_unit_settle_value(const rh_instrument *instrument, double price);

/* Years of 365 days from now to an expiry; 0 at and after it. */
double rh_years(int64_t from_ns, int64_t to_ns);
/* Price of an option per unit in its settlement currency, at the mark (or hedge) vol. */
double rh_option_mark(const rh_market *market, int instrument, int64_t time_ns, bool hedge_vol);
/* What a unit pays at expiry in its settlement currency when the asset settles at `price`. */
double rh_option_payoff(const rh_instrument *option, double price);
/* Spot-equivalent delta that buying one unit adds: F/S linear, 1/F coin-settled. */
double rh_route_delta(const rh_market *market, int instrument);

#endif
