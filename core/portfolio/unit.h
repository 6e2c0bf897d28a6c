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
/* The same of anything: of an option, at the hedge vol, what its price moves by (in coin times the
 * spot), since the cash it costs is paid at once. */
double rh_unit_route_delta(const rh_market *market, int instrument, int64_t time_ns);
/* The instrument has a price, and an option its vols, in this market. */
bool rh_unit_has_price(const rh_market *market, int instrument);
/* What a unit trades around: the market's mid; of an option its price at the mark vol, in the
 * settlement currency. 0 while there is none. */
double rh_unit_mid(const rh_market *market, int instrument, int64_t time_ns);
/* What trading `qty` at `price` moves, settlement currency, unsigned: the premium of an option. */
double rh_unit_notional(const rh_instrument *instrument, double qty, double price);
/* Price of an option per 1.00 of vol at the mark vol, and the price of its underlying (1 in coin):
 * settlement currency. What venues quote spreads and fees in. */
double rh_option_vega(const rh_market *market, int instrument, int64_t time_ns);
double rh_option_underlying(const rh_market *market, int instrument);

#endif
