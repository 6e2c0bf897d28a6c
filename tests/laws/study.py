"""Runs `rehedge mc` for a law and reads what it measured: a number and its standard error, from the
summary, or path by path from the rows of --csv. Each study is run once, whoever asks for it."""
import csv
import json
import math
import os
import shlex
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
REHEDGE = os.path.abspath(os.environ.get("REHEDGE", os.path.join(ROOT, "build/release/rehedge")))


class Failed(Exception):
    """The program did not answer."""


def text_of(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


class Study:
    """examples/laws/NAME.json with some of its vars set, and perhaps another policy."""

    def __init__(self, name, sets=None, policy=None):
        self.name, self.sets, self.policy = name, dict(sets or {}), policy

    def words(self, paths):
        words = ["mc", f"examples/laws/{self.name}.json", "--paths", str(paths)]
        if self.policy:
            words += ["--policy", self.policy]
        for name, value in self.sets.items():
            words += ["--set", f"{name}={text_of(value)}"]
        return words

    def command(self, paths):
        return shlex.join(["rehedge", *self.words(paths), "--json"])

    def but(self, **changes):
        return Study(self.name, {**self.sets, **changes}, self.policy)


class Laboratory:
    """Studies that were run, by their command; by_path has those whose rows will be wanted, so that
    one run serves both."""

    def __init__(self, threads=None):
        self.threads, self.summaries, self.tables, self.seconds = threads, {}, {}, 0.0
        self.by_path = set()

    def expect(self, study, paths, measure):
        if hasattr(measure, "by_path"):
            self.by_path.update(one.command(paths) for one in (study, *measure.by_path))

    def run(self, words, *more):
        if self.threads:
            more = (*more, "--threads", str(self.threads))
        try:
            done = subprocess.run([REHEDGE, *words, "--json", "--quiet", *more], cwd=ROOT,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        except OSError as problem:
            raise Failed(f"{REHEDGE} (REHEDGE names another): {problem.strerror}") from problem
        if done.returncode != 0:
            raise Failed(f"{shlex.join(words)}: exit status {done.returncode}\n"
                         f"{done.stderr.decode('utf-8', 'replace')}")
        summary = json.loads(done.stdout)
        if summary["killed"]["paths"]:
            raise Failed(f"{shlex.join(words)}: the policy died: {summary['killed']}")
        self.seconds += summary["wall_s"]
        return summary

    def summary(self, study, paths):
        key = study.command(paths)
        if key not in self.summaries and key in self.by_path:
            self.columns(study, paths)
        if key not in self.summaries:
            self.summaries[key] = self.run(study.words(paths))
        return self.summaries[key]

    def columns(self, study, paths, *names):
        key = study.command(paths)
        if key not in self.tables:
            with tempfile.TemporaryDirectory() as folder:
                file = os.path.join(folder, "paths.csv")
                self.summaries[key] = self.run(study.words(paths), "--csv", file)
                with open(file, encoding="utf-8", newline="") as rows:
                    self.tables[key] = list(csv.DictReader(rows))
        return [[float(row[name]) for row in self.tables[key]] for name in names]


def mean_of(values):
    mean = math.fsum(values) / len(values)
    return mean, math.sqrt(math.fsum((x - mean)**2 for x in values) /
                           (len(values) - 1) / len(values))


# Each measure is a function of (laboratory, study, paths) that gives (number, standard error).

def of_summary(*keys, se="se", scale=1.0):
    def measure(laboratory, study, paths):
        at = laboratory.summary(study, paths)
        for key in keys[:-1]:
            at = at[key]
        error = at["se"] if keys[-1] == "mean" else at.get(f"{keys[-1]}_{se}", at.get(se))
        return at[keys[-1]] / scale, error / abs(scale)
    return measure


def pnl(key, scale=1.0):
    return of_summary("pnl", key, scale=scale)


def variance_of(key, scale=1.0):
    """Of "pnl", or of "error": the P&L before costs, which are larger where the error is."""
    def measure(laboratory, study, paths):
        found = laboratory.summary(study, paths)[key]
        return found["std"]**2 / scale**2, 2 * found["std"] * found["std_se"] / scale**2
    return measure


COST = of_summary("cost", "mean")
PRICE = of_summary("entropic", "price")


def cost_not_in_pnl(laboratory, study, paths):
    """The largest difference, over the paths, of the cost and what the P&L of the same trades
    without cost has more: both in money of expiry."""
    free, = laboratory.columns(study.but(cost=0), paths, "pnl")
    paid, costs = laboratory.columns(study, paths, "pnl", "cost_total")
    return max(abs(x - y - z) for x, y, z in zip(free, paid, costs)), 0.0


cost_not_in_pnl.by_path = ()


def cost_ratio(other):
    """The mean cost of the study in that of the other one, of other paths or the same."""
    def measure(laboratory, study, paths):
        ours, theirs = COST(laboratory, study, paths), COST(laboratory, other, paths)
        ratio = ours[0] / theirs[0]
        return ratio, ratio * math.hypot(ours[1] / ours[0], theirs[1] / theirs[0])
    return measure


def price_less(other):
    """The reservation price of `other` less that of the study: the same paths, so the error is that
    of differences of exp(-a (P&L - premium)) / mean, by the delta method."""
    def measure(laboratory, study, paths):
        weights, prices = [], []
        for one in (other, study):
            risk = laboratory.summary(one, paths)["entropic"]["risk_aversion"]
            gains, premium = laboratory.columns(one, paths, "pnl", "premium")
            values = [math.exp(-risk * (x - y)) for x, y in zip(gains, premium)]
            mean = math.fsum(values) / paths
            weights.append([x / mean / risk for x in values])
            prices.append(math.log(mean) / risk)
        return (prices[0] - prices[1],
                mean_of([x - y for x, y in zip(weights[0], weights[1])])[1])
    measure.by_path = (other,)
    return measure


def gamma_pnl(what):
    """Of the P&L and what gamma should have made of it, path by path: their correlation, or the
    standard deviation of the difference in that of the P&L. Errors by influence functions."""
    def measure(laboratory, study, paths):
        x, y = laboratory.columns(study, paths, "pnl", "series_gamma_pnl")
        x_mean, y_mean = math.fsum(x) / paths, math.fsum(y) / paths
        x, y = [v - x_mean for v in x], [v - y_mean for v in y]
        if what == "residual":
            y = [a - b for a, b in zip(x, y)]
        sx = math.sqrt(math.fsum(v * v for v in x) / paths)
        sy = math.sqrt(math.fsum(v * v for v in y) / paths)
        if what == "residual":
            ratio = sy / sx
            influence = [0.5 * ratio * ((b / sy)**2 - (a / sx)**2) for a, b in zip(x, y)]
            return ratio, mean_of(influence)[1]
        rho = math.fsum(a * b for a, b in zip(x, y)) / paths / sx / sy
        influence = [a / sx * b / sy - 0.5 * rho * ((a / sx)**2 + (b / sy)**2)
                     for a, b in zip(x, y)]
        return rho, mean_of(influence)[1]
    measure.by_path = ()
    return measure
