"""What the literature says, in closed form: numbers in, numbers out, math only. Nothing of the
engine is used here and nothing is read from a file: the laws would be checked against themselves.
Rates and vols are per year, times in years, money of expiry where a name says future."""
import math


def normal_cdf(x):
    return 0.5 * math.erfc(-x / math.sqrt(2))


def normal_pdf(x):
    return math.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


def integral(function, low, high, pieces=64):
    """Gauss-Legendre with 5 nodes on equal pieces."""
    nodes = ((0.0, 0.5688888888888889), (0.5384693101056831, 0.47862867049936647),
             (0.906179845938664, 0.23692688505618908))
    half = 0.5 * (high - low) / pieces
    total = 0.0
    for k in range(pieces):
        middle = low + (2 * k + 1) * half
        for x, weight in nodes:
            total += weight * function(middle + half * x)
            if x:
                total += weight * function(middle - half * x)
    return total * half


class Option:
    """One European option in the model of Black & Scholes (1973); no dividends."""

    def __init__(self, spot=100.0, strike=100.0, years=0.25, rate=0.0, kind="call"):
        self.spot, self.strike, self.years, self.rate = spot, strike, years, rate
        self.kind = kind

    def d1(self, vol, spot=None, years=None):
        spot, years = spot or self.spot, years or self.years
        return ((math.log(spot / self.strike) + (self.rate + 0.5 * vol * vol) * years) /
                (vol * math.sqrt(years)))

    def price(self, vol, spot=None, years=None):
        spot = spot or self.spot
        years = self.years if years is None else years
        sign = 1 if self.kind == "call" else -1
        if years <= 0:
            return max(sign * (spot - self.strike), 0.0)
        d1 = self.d1(vol, spot, years)
        discounted = self.strike * math.exp(-self.rate * years)
        return sign * (spot * normal_cdf(sign * d1) -
                       discounted * normal_cdf(sign * (d1 - vol * math.sqrt(years))))

    def delta(self, vol, spot=None, years=None):
        return normal_cdf(self.d1(vol, spot, years)) - (self.kind != "call")

    def gamma(self, vol):
        return normal_pdf(self.d1(vol)) / (self.spot * vol * math.sqrt(self.years))

    def vega(self, vol):
        return self.spot * normal_pdf(self.d1(vol)) * math.sqrt(self.years)

    def growth(self):
        """What one unit of money becomes at expiry."""
        return math.exp(self.rate * self.years)

    def dollar_gamma(self, t, power, hedge_vol, real_vol, drift):
        """E[(S^2 Gamma)^power] at time t, power 1 or 2, for a spot of real_vol and drift: with
        S^2 Gamma = K e^{-r tau} phi(d2) / (sigma sqrt tau), d2 normal, a Gaussian integral."""
        tau = self.years - t
        width = hedge_vol * math.sqrt(tau)
        mean = (math.log(self.spot / self.strike) + (drift - 0.5 * real_vol**2) * t +
                (self.rate - 0.5 * hedge_vol**2) * tau) / width
        spread = 1 + power * real_vol**2 * t / width**2
        scale = self.strike * math.exp(-self.rate * tau) / width / math.sqrt(2 * math.pi)
        return scale**power * math.exp(-0.5 * power * mean**2 / spread) / math.sqrt(spread)


def derman_kamal(option, vol, steps):
    """sqrt(pi/4) vega sigma / sqrt(N), at expiry as it is quoted: vega is today's."""
    return math.sqrt(math.pi / 4) * option.vega(vol) * vol / math.sqrt(steps)


def derman_kamal_sum(option, vol, steps, drift):
    """Root of 0.5 sigma^4 dt^2 sum E[(e^{r(T-t')} S^2 Gamma)^2] over the steps: S^2 Gamma at their
    start, t' their end."""
    dt = option.years / steps
    total = sum(math.exp(2 * option.rate * (option.years - (k + 1) * dt)) *
                option.dollar_gamma(k * dt, 2, vol, vol, drift) for k in range(steps))
    return math.sqrt(0.5 * vol**4 * dt**2 * total)


def gamma_pnl_mean(option, hedge_vol, real_vol, drift):
    """-integral 0.5 e^{r(T-t)} (real^2 - hedge^2) E[S^2 Gamma] dt, of a short option. With
    T - t = T x^2 the integrand is smooth at expiry."""
    years = option.years

    def rate_of(x):
        tau = years * x * x
        return (2 * years * x * math.exp(option.rate * tau) *
                option.dollar_gamma(years - tau, 1, hedge_vol, real_vol, drift))

    return -0.5 * (real_vol**2 - hedge_vol**2) * integral(rate_of, 0.0, 1.0)


def toft(option, vol, cost, steps, drift, future=True):
    """kappa sqrt(2/pi) sigma sqrt(dt) sum e^{r(T-t)} E[S^2 Gamma] over the N - 1 interior trades;
    not `future`: without the factor, money as it is paid."""
    dt = option.years / steps
    total = sum((math.exp(option.rate * (option.years - k * dt)) if future else 1.0) *
                option.dollar_gamma(k * dt, 1, vol, vol, drift) for k in range(1, steps))
    return cost * math.sqrt(2 / math.pi) * vol * math.sqrt(dt) * total


def leland_vol(vol, cost, dt, side="short"):
    """sigma_L^2 = sigma^2 (1 +- sqrt(2/pi) k / (sigma sqrt(dt))), k = 2 cost; minus for long."""
    a = math.sqrt(2 / math.pi) * 2 * cost / (vol * math.sqrt(dt))
    return vol * math.sqrt(1 + a if side == "short" else 1 - a)


# Stationary overshoot of a Gaussian walk over a level, in standard deviations of a step:
# -zeta(1/2) / sqrt(2 pi) (Siegmund 1979; Broadie, Glasserman & Kou 1997).
OVERSHOOT = 0.5825971579390107


def log_clock(vol, cost, dt, years):
    """(variance, cost) of a log contract hedged every dt; the cost is that of N - 1 of N trades."""
    every = cost * vol * math.sqrt(2 / math.pi) * years / math.sqrt(dt)
    return 0.5 * vol**4 * dt * years, every


def log_band(vol, cost, half, years, to):
    """(variance, cost) of a band of half width `half` dollars: the stationary law."""
    at_centre = to == "centre"
    return (vol**2 * half**2 * years / (6 if at_centre else 3),
            cost * vol**2 * years / (half if at_centre else 2 * half))


def log_band_seen(vol, cost, half, years, to, steps):
    """The same, looked at `steps` times: the half width grows by the overshoot. And from its start,
    where the first trade leaves it (at the centre, or at an edge): by Ito on x^2 and x^4, x the
    mis-hedge, with the moments of x at the end those of the stationary state."""
    seen = half + OVERSHOOT * vol * math.sqrt(years / steps)
    variance, paid = log_band(vol, cost, seen, years, to)
    if to == "centre":
        return variance - seen**4 / 60, paid - cost * seen / 6
    return variance + 4 * seen**4 / 45, paid + cost * (half**2 - seen**2 / 3) / (2 * seen)
