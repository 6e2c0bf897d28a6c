"""Exact expectations of a hedge on a clock, by quadrature over the lognormal steps: what a law
leaves out (it is an expansion in the step) is in here, so the engine must agree within its
sampling error alone. Uses closed_form only."""
import math

from closed_form import normal_pdf

REACH = 7.5     # standard deviations on either side
NODES = ((0.0, 0.5688888888888889), (0.5384693101056831, 0.47862867049936647),
         (0.906179845938664, 0.23692688505618908))


def normal_nodes(kink, pieces=6):
    """(u, weight) for E over a standard normal of what has a kink at `kink`: Gauss-Legendre on
    equal pieces of either side."""
    kink = min(max(kink, -REACH), REACH)
    for low, high in ((-REACH, kink), (kink, REACH)):
        count = max(1, math.ceil(pieces * (high - low) / REACH))
        half = 0.5 * (high - low) / count
        for k in range(count):
            middle = low + (2 * k + 1) * half
            for x, weight in NODES:
                yield middle + half * x, weight * half * normal_pdf(middle + half * x)
                if x:
                    yield middle - half * x, weight * half * normal_pdf(middle - half * x)


def spots_at(option, t, vol, drift):
    """(S, weight) at t: a trapezoid as fine as what gamma does so near to expiry."""
    if t <= 0:
        return [(option.spot, 1.0)]
    step = min(0.3, 0.5 * math.sqrt((option.years - t) / t))
    count = math.ceil(REACH / step)
    start = math.log(option.spot) + (drift - 0.5 * vol**2) * t
    return [(math.exp(start + vol * math.sqrt(t) * z), step * normal_pdf(z))
            for z in (step * k for k in range(-count, count + 1))]


class Clock:
    """A hedge at hedge_vol at the starts of N equal steps, of a spot of real_vol and drift."""

    def __init__(self, option, steps, hedge_vol, real_vol, drift):
        self.option, self.steps = option, steps
        self.hedge_vol, self.real_vol, self.drift = hedge_vol, real_vol, drift
        self.dt = option.years / steps

    def moves(self, spot, years_after, pieces=6):
        """(S', weight) after one step: split where the delta after it is that before it, at expiry
        at the strike."""
        o, width = self.option, self.real_vol * math.sqrt(self.dt)
        centre = math.log(spot) + (self.drift - 0.5 * self.real_vol**2) * self.dt
        if years_after > 0:
            d1 = o.d1(self.hedge_vol, spot, years_after + self.dt)
            level = (math.log(o.strike) - (o.rate + 0.5 * self.hedge_vol**2) * years_after +
                     d1 * self.hedge_vol * math.sqrt(years_after))
        else:
            level = math.log(o.strike)
        for u, weight in normal_nodes((level - centre) / width, pieces):
            yield math.exp(centre + width * u), weight

    def cost(self, cost, future=True, first_free=True):
        """Expected, of the N - 1 trades between the first and the last, and of the first."""
        o, total = self.option, 0.0
        if not first_free:
            total = abs(o.delta(self.hedge_vol)) * o.spot * (o.growth() if future else 1.0)
        for k in range(1, self.steps):
            left = o.years - k * self.dt
            paid = 0.0
            for spot, weight in spots_at(o, (k - 1) * self.dt, self.real_vol, self.drift):
                before = o.delta(self.hedge_vol, spot, left + self.dt)
                paid += weight * sum(w * after * abs(o.delta(self.hedge_vol, after, left) - before)
                                     for after, w in self.moves(spot, left))
            total += paid * (math.exp(o.rate * left) if future else 1.0)
        return cost * total

    def error_std(self):
        """Of the P&L where hedge_vol is real_vol and drift is the rate: the errors of the steps are
        then martingale differences, and their variances add."""
        o, vol, variance = self.option, self.hedge_vol, 0.0
        grown = math.exp(o.rate * self.dt)
        for k in range(self.steps):
            left = o.years - (k + 1) * self.dt if k + 1 < self.steps else 0.0
            total = 0.0
            for spot, weight in spots_at(o, k * self.dt, self.real_vol, self.drift):
                value = o.price(vol, spot, left + self.dt)
                delta = o.delta(vol, spot, left + self.dt)
                total += weight * sum(
                    w * (o.price(vol, after, left) - grown * value -
                         delta * (after - grown * spot))**2
                    for after, w in self.moves(spot, left, 4))
            variance += total * math.exp(2 * o.rate * left)
        return math.sqrt(variance)

    def one_step(self, scale):
        """(mean, std, skew, P(< 0)) of the error of a long option over the first step / scale."""
        o, vol, grown = self.option, self.hedge_vol, math.exp(self.option.rate * self.dt)
        value, delta, left = o.price(vol), o.delta(vol), o.years - self.dt
        points = []
        for after, weight in self.moves(o.spot, left, 400):
            points.append((weight, (o.price(vol, after, left) - grown * value -
                                    delta * (after - grown * o.spot)) / scale))
        mean = sum(w * x for w, x in points)
        second = sum(w * (x - mean)**2 for w, x in points)
        third = sum(w * (x - mean)**3 for w, x in points)
        return (mean, math.sqrt(second), third / second**1.5, sum(w for w, x in points if x < 0))


def clock_price(option, vol, hedge_vol, cost, risk_aversion, steps, every=1):
    """(1/a) ln E exp(-a P&L) of a short option without its premium, hedged at every `every`-th
    step; rates 0; the first trade pays, the last is free. Backwards over ln S on a grid; between
    its nodes ln E is a cubic."""
    times = [k * option.years / steps for k in range(0, steps, every)] + [option.years]
    node = 0.5 * vol * math.sqrt(option.years / steps)
    reach = math.ceil((REACH + 1) * vol * math.sqrt(option.years) / node)
    grid = [math.log(option.spot) + node * k for k in range(-reach, reach + 1)]
    nodes = list(normal_nodes(0.0, 10 if every == 1 else 16))
    later = [risk_aversion * option.price(vol, math.exp(x), 0) for x in grid]

    def between(values, x):
        at = min(max((x - grid[0]) / node, 1.0), len(grid) - 2.001)
        k = int(at)
        t = at - k
        a, b, c, d = values[k - 1], values[k], values[k + 1], values[k + 2]
        return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))

    for k in reversed(range(len(times) - 1)):
        dt, left = times[k + 1] - times[k], option.years - times[k + 1]
        width, now = vol * math.sqrt(dt), []
        for x in grid:
            spot, total = math.exp(x), 0.0
            held = option.delta(hedge_vol, spot, left + dt)
            for u, weight in nodes:
                end = x - 0.5 * width**2 + width * u
                after = math.exp(end)
                loss = -held * (after - spot)
                if left > 1e-9:
                    loss += cost * after * abs(option.delta(hedge_vol, after, left) - held)
                    total += weight * math.exp(risk_aversion * loss + between(later, end))
                else:
                    total += weight * math.exp(risk_aversion *
                                               (loss + option.price(vol, after, 0)))
            now.append(math.log(total))
        later = now
    first = cost * option.spot * abs(option.delta(hedge_vol))
    return later[reach] / risk_aversion + first
