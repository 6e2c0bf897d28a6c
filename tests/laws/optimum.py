"""The reservation price that no policy can be below: Hodges & Neuberger (Review of Futures Markets
8, 1989), one short call under exponential utility and proportional cost, rates 0, the first trade
paid and the last free. Apart from the engine's own in core/study. Within 1e-4 of a finer grid."""
import math
import operator

from quadrature import normal_nodes

NODES_PER_STEP = 1.5    # spot nodes per standard deviation of a step: sums are spectral
REACH = 7.0             # standard deviations


def lowest(values, slope, width):
    """Minimum over the nodes of values[k] + slope k width, by the parabola through the lowest."""
    tilted = [value + slope * k * width for k, value in enumerate(values)]
    k = min(max(min(range(len(tilted)), key=tilted.__getitem__), 1), len(tilted) - 2)
    below, at, above = tilted[k - 1:k + 2]
    bend = below - 2 * at + above
    shift = min(max(0.5 * (below - above) / bend, -1.0), 1.0) if bend > 0 else 0.0
    return k + shift, at + 0.5 * shift * (above - below + shift * bend)


def optimum_price(option, vol, cost, risk_aversion, steps, holdings=81):
    """With x = ln S + vol^2 t / 2, a driftless walk, and W(x, y) = E exp(-a (y (S_T - S_0) - ...))
    before a trade and after it: a step is a convolution, a trade a minimum over what is held."""
    sd = vol * math.sqrt(option.years / steps)
    node, width, a = sd / NODES_PER_STEP, 1.0 / (holdings - 1), risk_aversion
    reach = math.ceil(REACH * math.sqrt(steps) * NODES_PER_STEP)
    taps = math.ceil(REACH * NODES_PER_STEP)
    kernel = [math.exp(-0.5 * (k / NODES_PER_STEP)**2) for k in range(-taps, taps + 1)]
    kernel = [w / math.fsum(kernel) for w in kernel]

    def spot_of(k, step):
        return option.spot * math.exp(node * k - 0.5 * sd**2 * step)

    def last_step(k):
        spot = spot_of(k, steps - 1)
        nodes = list(normal_nodes(math.log(option.strike / spot) / sd + 0.5 * sd, 5))
        ends = [(w * math.exp(a * max(end - option.strike, 0)), end - option.spot) for w, end in
                ((w, spot * math.exp(sd * u - 0.5 * sd**2)) for u, w in nodes)]
        return [math.log(sum(w * math.exp(-a * y * width * move) for w, move in ends))
                for y in range(holdings)]

    def after_best_trade(logs, spot):
        """ln of W once the trade that is best has been made, for each holding before it."""
        shift = a * (spot - option.spot)
        lo, buying = lowest(logs, shift + a * cost * spot, width)
        hi, selling = lowest(logs, shift - a * cost * spot, width)
        return [buying - (shift + a * cost * spot) * y * width if y < lo else
                selling - (shift - a * cost * spot) * y * width if y > hi else logs[y]
                for y in range(holdings)]

    logs = {k: last_step(k) for k in range(-reach, reach + 1)}
    for step in reversed(range(steps - 1)):
        traded = [after_best_trade(logs[k], spot_of(k, step + 1))
                  for k in range(-reach, reach + 1)]
        columns = [[math.exp(row[y]) for row in traded] for y in range(holdings)]
        columns = [[column[0]] * taps + column + [column[-1]] * taps for column in columns]
        span = range(-reach, reach + 1) if step else (0,)
        logs = {k: [math.log(sum(map(operator.mul, kernel,
                                     column[k + reach:k + reach + 2 * taps + 1])))
                    for column in columns] for k in span}
    return after_best_trade(logs[0], option.spot)[0] / a
