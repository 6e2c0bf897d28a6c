/* What QuantLib does for an American option: the inner function of its fixed point engine, without
 * any instrument around it, and its Barone-Adesi-Whaley engine on instruments made beforehand.
 * Built only where the library is installed; knows nothing of rehedge. */
#include <vector>

#include <ql/exercise.hpp>
#include <ql/instruments/vanillaoption.hpp>
#include <ql/pricingengines/vanilla/baroneadesiwhaleyengine.hpp>
#include <ql/pricingengines/vanilla/qdfpamericanengine.hpp>
#include <ql/quotes/simplequote.hpp>
#include <ql/settings.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>

using namespace QuantLib;

namespace {

class Inner : public QdFpAmericanEngine {
  public:
    using QdFpAmericanEngine::QdFpAmericanEngine;
    using QdFpAmericanEngine::calculatePut;
};

const Date today(1, January, 2024);

ext::shared_ptr<GeneralizedBlackScholesProcess> process(double S, double r, double q, double sigma)
{
    const Actual365Fixed days;
    Settings::instance().evaluationDate() = today;
    Handle<Quote> spot(ext::make_shared<SimpleQuote>(S));
    Handle<YieldTermStructure> rate(ext::make_shared<FlatForward>(today, r, days));
    Handle<YieldTermStructure> yield(ext::make_shared<FlatForward>(today, q, days));
    Handle<BlackVolTermStructure> vol(
        ext::make_shared<BlackConstantVol>(today, NullCalendar(), sigma, days));
    return ext::make_shared<GeneralizedBlackScholesProcess>(spot, yield, rate, vol);
}

std::vector<ext::shared_ptr<VanillaOption>> options;

} // namespace

extern "C" double quantlib_american(int scheme, double S, double K, double T, double r, double q,
                                    double sigma)
{
    static const auto nothing = process(100.0, 0.0, 0.0, 0.2);
    static const Inner fast(nothing, QdFpAmericanEngine::fastScheme());
    static const Inner accurate(nothing, QdFpAmericanEngine::accurateScheme());
    return (scheme == 0 ? fast : accurate).calculatePut(S, K, r, q, sigma, T);
}

extern "C" void quantlib_baw_prepare(int i, int is_call, double S, double K, int days, double r,
                                     double q, double sigma)
{
    const auto payoff = ext::make_shared<PlainVanillaPayoff>(
        is_call ? Option::Call : Option::Put, K);
    const auto option = ext::make_shared<VanillaOption>(
        payoff, ext::make_shared<AmericanExercise>(today, today + days));
    option->setPricingEngine(ext::make_shared<BaroneAdesiWhaleyApproximationEngine>(
        process(S, r, q, sigma)));
    options.resize(static_cast<size_t>(i) + 1);
    options[static_cast<size_t>(i)] = option;
}

extern "C" double quantlib_baw(int i)
{
    options[static_cast<size_t>(i)]->recalculate();
    return options[static_cast<size_t>(i)]->NPV();
}
