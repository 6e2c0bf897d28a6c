/* What QuantLib does for one option: value and four greeks through BlackCalculator.
 * Built only where the library is installed; knows nothing of rehedge. */
#include <cmath>

#include <ql/pricingengines/blackcalculator.hpp>

extern "C" double quantlib_five(bool is_call, double S, double K, double T, double r, double q,
                                double sigma)
{
    const auto type = is_call ? QuantLib::Option::Call : QuantLib::Option::Put;
    QuantLib::BlackCalculator black(type, K, S * std::exp((r - q) * T), sigma * std::sqrt(T),
                                    std::exp(-r * T));
    return black.value() + black.delta(S) + black.gamma(S) + black.vega(T) + black.theta(S, T);
}
