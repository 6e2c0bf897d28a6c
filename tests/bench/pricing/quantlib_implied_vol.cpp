/* What QuantLib does for one implied volatility: blackFormulaImpliedStdDev on the undiscounted price.
 * Built only where the library is installed; knows nothing of rehedge. NaN where it gives up. */
#include <cmath>
#include <exception>

#include <ql/pricingengines/blackformula.hpp>

extern "C" double quantlib_vol(bool is_call, double S, double K, double T, double r, double q,
                               double price)
{
    const auto type = is_call ? QuantLib::Option::Call : QuantLib::Option::Put;
    try {
        return QuantLib::blackFormulaImpliedStdDev(type, K, S * std::exp((r - q) * T), price,
                                                   std::exp(-r * T), 0.0,
                                                   QuantLib::Null<QuantLib::Real>(), 1e-15) /
               std::sqrt(T);
    } catch (const std::exception &) {
        return NAN;
    }
}
