"""A row of the law table: what is expected, how it is measured, how far apart both may be, and the
verdict. The reference files beside the checkout, where they are, are a second opinion on both."""
import csv
import dataclasses
import math
import os
import typing

from study import PRICE, ROOT, Study

REFERENCE = os.environ.get("REHEDGE_REFERENCE", os.path.join(ROOT, "..", "shared", "reference"))
FEW = 4     # standard errors: what every verdict on few paths allows
EFFECTIVE_PATHS = 100   # with fewer behind a price its standard error, and the file's, mean little


@dataclasses.dataclass
class Row:
    law: str
    what: str
    study: Study
    measure: typing.Callable
    expected: typing.Callable           # computed when it is needed: some take seconds
    paths: int
    quick: int = 0                      # paths of the quick set; 0: not in it
    share: float = 0.0                  # of what is expected
    plus: float = 0.0                   # in its unit
    errors: float = 0.0                 # standard errors
    relation: str = "="                 # or ">=", "<=": measured against expected
    reference: tuple = ()               # a file and words that are all in the row meant

    def allowance(self, expected, error, few):
        errors = max(self.errors, FEW) if few else self.errors
        return self.share * abs(expected) + self.plus + errors * error

    def allowed_text(self):
        words = []
        if self.share:
            words.append(f"{100 * self.share:g}%")
        if self.plus:
            words.append(f"{self.plus:g}")
        if self.errors:
            words.append(f"{self.errors:g} SE")
        return " + ".join(words) or "0"


@dataclasses.dataclass
class Verdict:
    row: Row
    paths: int
    expected: float
    measured: float
    error: float
    good: bool
    second: str = ""                    # what the reference file says; "" where it is silent
    second_good: bool = True


def holds(relation, measured, expected, allowance):
    if not (math.isfinite(measured) and math.isfinite(expected)):
        return False
    if relation == ">=":
        return measured >= expected - allowance
    if relation == "<=":
        return measured <= expected + allowance
    return abs(measured - expected) <= allowance


def number_in(text):
    try:
        return float(text.strip("~ "))
    except (ValueError, AttributeError):
        return math.nan


class References:
    """The rows of the reference files; found: whether there are any."""

    def __init__(self, folder=REFERENCE):
        self.folder, self.found, self.files = folder, os.path.isdir(folder), {}

    def rows(self, name):
        if name not in self.files:
            with open(os.path.join(self.folder, f"{name}.csv"), encoding="utf-8",
                      newline="") as file:
                self.files[name] = [(" | ".join(row.values()), row)
                                    for row in csv.DictReader(file)]
        return self.files[name]

    def judge(self, verdict):
        """Sets second: the file's expected value is ours, its simulation agrees with our measure
        within 4 combined standard errors. Of several rows meant, the one nearest to expected."""
        reference = verdict.row.reference
        if not (self.found and reference):
            return
        rows = [row for text, row in self.rows(reference[0])
                if all(word in text for word in reference[1:])]
        if not rows:
            verdict.second, verdict.second_good = f"no row with {reference[1:]}", False
            return
        if reference[0] == "policy_compare":
            self.compare(verdict, math.nan, number_in(rows[0]["indifference_price(CE of loss)"]),
                         number_in(rows[0]["se_or_grid_err"]))
            return
        row = min(rows, key=lambda row: abs(number_in(row["expected"]) - verdict.expected)
                  if math.isfinite(number_in(row["expected"])) else math.inf)
        self.compare(verdict, number_in(row["expected"]), number_in(row["mc_value"]),
                     number_in(row["mc_se"]))

    @staticmethod
    def compare(verdict, expected, simulated, error):
        words = []
        if math.isfinite(expected) and verdict.row.relation == "=":
            good = abs(expected - verdict.expected) <= 1e-8 * max(abs(expected), 1e-3)
            verdict.second_good &= good
            words.append("same expected" if good else f"expects {expected:.10g}")
        if math.isfinite(simulated):
            both = math.hypot(verdict.error, error if math.isfinite(error) else 0.0)
            away = (verdict.measured - simulated) / both if both else math.inf
            verdict.second_good &= abs(away) <= FEW
            words.append(f"simulated {simulated:.5g}, {away:+.1f} SE")
        verdict.second = "; ".join(words)


def judge(row, laboratory, references, few):
    paths = row.quick if few else row.paths
    expected = row.expected()
    measured, error = row.measure(laboratory, row.study, paths)
    verdict = Verdict(row, paths, expected, measured, error, False)
    utility = laboratory.summary(row.study, paths)["entropic"]
    if row.measure is not PRICE or utility["effective_paths"] >= EFFECTIVE_PATHS:
        references.judge(verdict)
    verdict.good = holds(row.relation, measured, expected, row.allowance(expected, error, few))
    return verdict
