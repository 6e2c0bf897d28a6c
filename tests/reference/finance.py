"""Numbers in, numbers out: European options by Black-Scholes-Merton, rounding to lots, sums.
Written from the design's conventions alone, with Python's libm; it shares no code or formula file
with the engine. Greeks are per unit, theta per year, vega per 1.00 of volatility."""
import math
from collections import namedtuple

Greeks = namedtuple("Greeks", "value delta gamma theta vega vanna volga speed")
ZERO = Greeks(0, 0, 0, 0, 0, 0, 0, 0)
NS_PER_YEAR = 365 * 86400 * 10**9


def normal_cdf(x):
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def normal_pdf(x):
    return math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)


def option(sign, spot, strike, years, rate, sigma):
    """Greeks of one European option (sign +1 call, -1 put) on the spot. At expiry: its payoff."""
    if years <= 0:
        alive = 1.0 if sign * (spot - strike) > 0 else 0.0
        return Greeks(max(0.0, sign * (spot - strike)), sign * alive, 0, 0, 0, 0, 0, 0)
    total = sigma * math.sqrt(years)
    d1 = (math.log(spot / strike) + (rate + 0.5 * sigma * sigma) * years) / total
    d2 = d1 - total
    discount = math.exp(-rate * years)
    density = normal_pdf(d1)
    in_the_money = normal_cdf(sign * d2)
    gamma = density / (spot * total)
    vega = spot * density * math.sqrt(years)
    return Greeks(
        value=sign * (spot * normal_cdf(sign * d1) - strike * discount * in_the_money),
        delta=sign * normal_cdf(sign * d1),
        gamma=gamma,
        theta=-spot * density * sigma / (2 * math.sqrt(years))
        - sign * rate * strike * discount * in_the_money,
        vega=vega,
        vanna=-density * d2 / sigma,
        volga=vega * d1 * d2 / sigma,
        speed=-gamma / spot * (1 + d1 / total))


def inverse_option(sign, forward, strike, years, sigma):
    """The same for a coin-settled option on the forward: value in coin, derivatives in F."""
    black = option(sign, forward, strike, years, 0.0, sigma)
    f = forward
    value = black.value / f
    delta = (black.delta - value) / f
    gamma = (black.gamma - 2 * delta) / f
    # c = B/F: B_F = c + F c', B_FF = 2c' + F c'', B_FFF = 3c'' + F c'''
    return Greeks(value=value, delta=delta, gamma=gamma, theta=black.theta / f,
                  vega=black.vega / f, vanna=(black.vanna - black.vega / f) / f,
                  volga=black.volga / f, speed=(black.speed - 3 * gamma) / f)


def add(left, right, factor=1.0):
    return Greeks(*(a + factor * b for a, b in zip(left, right)))


def in_lots(qty, lot):
    """How many lots are nearest, ties away from zero; without a lot the quantity itself."""
    if not lot:
        return qty if abs(qty) >= 1e-9 else 0.0
    lots = math.floor(abs(qty) / lot + 0.5 + 1e-9)     # decimal ties stay ties
    return math.copysign(float(lots), qty)


def round_to_lot(qty, lot):
    return in_lots(qty, lot) * lot if lot else in_lots(qty, lot)
