"""What the end-to-end tests share: the program under test, a small market and scenario made up on
the spot, one way to run and judge. The program comes from REHEDGE (a path), else build/release."""
import copy
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
REHEDGE = os.path.abspath(os.environ.get("REHEDGE", os.path.join(ROOT, "build/release/rehedge")))
DATA = os.environ.get("REHEDGE_DATA", os.path.join(ROOT, "..", "shared", "data"))
SAMPLE = os.path.join(ROOT, "examples/data/sample.tape")
SANITIZED = os.environ.get("REHEDGE_SANITIZED") == "1"
ALL = os.environ.get("REHEDGE_TEST_ALL") == "1"
SHIPPED = ["interval", "delta_band", "band_or_time", "adaptive", "twap", "predictive_vol",
           "leland", "whalley_wilmott", "zakamouline", "barles_soner", "crab", "pool_hedger",
           "keeper_partial", "li_almgren"]
START_MS = 1736121600000        # 2025-01-06T00:00:00Z
RUN_FILES = {"summary.json", "fills.csv", "ledger.csv", "journal.jsonl", "report.html"}

SCENARIO = {
    "rehedge": 1, "name": "three hours", "seed": 7, "numeraire": "USD",
    "clock": {"from": "2025-01-06T00:01:00Z", "to": "2025-01-06T03:30:00Z",
              "end": "settle", "ledger": "1m"},
    "assets": {"BTC": {"vol": {"mark": {"kind": "flat", "sigma": 0.9}, "hedge": "mark"}}},
    "instruments": {
        "BTC-SPOT": {"kind": "spot", "asset": "BTC"},
        "BTC-PERP": {"kind": "perp", "asset": "BTC", "settle": "USD", "venue": "perp",
                     "lot": 0.001}},
    "feeds": [{"instrument": "BTC-SPOT", "file": "bars.json", "format": "binance-klines"}],
    "venues": {"perp": {"kind": "book", "spread_bps": 1, "taker_bps": 5, "latency_ms": 80}},
    "portfolio": [{"option": "call", "asset": "BTC", "strike": 45000,
                   "expiry": "2025-01-06T03:00:00Z", "qty": -10},
                  {"option": "put", "asset": "BTC", "strike": 45000,
                   "expiry": "2025-01-06T03:00:00Z", "qty": -10}],
    "hedge": ["BTC-PERP"],
    "policy": {"script": "delta_band", "params": {"band": 0.25}},
}


def scenario(**changes):
    """A copy of the small scenario; a__b=value sets ["a"]["b"], a value of None removes it."""
    data = copy.deepcopy(SCENARIO)
    for name, value in changes.items():
        at, keys = data, name.split("__")
        for key in keys[:-1]:
            at = at[int(key)] if isinstance(at, list) else at[key]
        last = int(keys[-1]) if isinstance(at, list) else keys[-1]
        if value is None:
            del at[last]
        else:
            at[last] = value
    return data


def bars(count=240, seed=1, spot=45000.0):
    """Made-up one-minute klines [ms, o, h, l, c, volume]: integer arithmetic, the same anywhere."""
    rows, state, price = [], seed, spot
    for i in range(count):
        total = 0
        for _ in range(12):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            total += (state >> 33) % 1001
        close = round(price * (1 + (total - 6000) / 1000 * 0.0004), 2)
        rows.append([START_MS + 60000 * i, price, max(price, close), min(price, close), close,
                     10.0 + total % 7])
        price = close
    return rows


class Result:
    def __init__(self, process, arguments):
        self.status, self.arguments = process.returncode, arguments
        self.out = process.stdout.decode("utf-8", "replace")
        self.err = process.stderr.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return (f"rehedge {' '.join(map(str, self.arguments))}\nstatus {self.status}\n"
                f"stdout: {self.out[:2000]}\nstderr: {self.err[:4000]}")


class Case(unittest.TestCase):
    """Each test has its own folder with bars.json, and its own cache."""

    timeout_s = 120

    @classmethod
    def setUpClass(cls):
        if not os.path.exists(REHEDGE):
            raise FileNotFoundError(f"no program at {REHEDGE}: build it, or set REHEDGE")

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="rehedge-e2e-")
        self.folder = self.temporary.name
        self.addCleanup(self.temporary.cleanup)
        self.write("bars.json", json.dumps(bars()))

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if isinstance(content, (dict, list)):
            content = json.dumps(content, indent=1)
        if isinstance(content, str):
            content = content.encode()
        with open(path, "wb") as file:
            file.write(content)
        return path

    def environment(self, extra=None):
        environment = dict(os.environ, REHEDGE_CACHE=self.path("cache"))
        environment.update(extra or {})
        environment.pop("NO_COLOR", None)
        return environment

    def rehedge(self, *arguments, env=None, cwd=None, prefix=()):
        command = [*prefix, REHEDGE, *map(str, arguments)]
        process = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, env=self.environment(env),
                                 cwd=cwd or self.folder, timeout=self.timeout_s, check=False)
        result = Result(process, arguments)
        self.assertNotRegex(result.err, "AddressSanitizer|LeakSanitizer", result)
        self.assertNotIn("runtime error:", result.err, result)
        self.assertGreaterEqual(result.status, 0, f"died of a signal: {result}")
        return result

    def good(self, *arguments, **options):
        result = self.rehedge(*arguments, **options)
        self.assertEqual(result.status, 0, result)
        return result

    def run_json(self, data, *arguments, **options):
        path = data if isinstance(data, str) else self.write("scenario.json", data)
        return self.good("run", path, "--json", "--quiet", *arguments, **options).json()

    def refused(self, status, words, *arguments, **options):
        """That exit status, nothing on stdout, one line on stderr that has all the words."""
        result = self.rehedge(*arguments, **options)
        self.assertEqual(result.status, status, result)
        lines = [line for line in result.err.split("\n") if line]
        if status == 4 and len(lines) == 2:     # the line of the script that was refused
            self.assertRegex(lines.pop(), r"^    \| [^\x00-\x1f\x7f]+$", result)
        self.assertEqual(len(lines), 1, result)
        self.assertTrue(lines[0].startswith("rehedge: "), result)
        self.assertEqual(result.out, "", result)
        for word in words:
            self.assertRegex(lines[0], re.compile(word, re.I), result)
        self.assertNotRegex(lines[0], r"[\x00-\x1f\x7f]", result)
        return lines[0]

    def whole_run_folder(self, path):
        self.assertTrue(RUN_FILES <= set(os.listdir(path)), os.listdir(path))
        with open(os.path.join(path, "summary.json"), encoding="utf-8") as file:
            summary = json.load(file)
        with open(os.path.join(path, "journal.jsonl"), encoding="utf-8") as file:
            journal = [json.loads(line) for line in file]
        return summary, journal

    def leftovers(self, *expected):
        """Nothing in the folder beside the cache, bars.json and the names given."""
        found = set(os.listdir(self.folder)) - {"cache", "bars.json"} - set(expected)
        self.assertEqual(found, set())

    def close_to(self, ours, theirs, relative, what, scale=0.0):
        bound = relative * max(abs(ours), abs(theirs), scale)
        self.assertLessEqual(abs(ours - theirs), bound, f"{what}: {ours!r} against {theirs!r}")


def main():
    """unittest.main, with status 77 when nothing ran because everything was skipped."""
    program = unittest.main(exit=False, verbosity=1)
    result = program.result
    if result.wasSuccessful() and result.skipped and len(result.skipped) >= result.testsRun:
        for _, reason in result.skipped:
            print("skipped: " + reason, file=sys.stderr)
        sys.exit(77)
    sys.exit(0 if result.wasSuccessful() else 1)
