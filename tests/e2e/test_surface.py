#!/usr/bin/env python3
"""rehedge surface: surfaces recovered from quotes made of known slices, forwards by parity, every
row counted under one reason, arbitrage reported and repaired, hostile files refused, and the real
chains of 2026-02, whose errors and times it prints."""
import csv
import datetime
import glob
import gzip
import json
import math
import os
import statistics
import subprocess
import unittest

from harness import Case, DATA, REHEDGE, SANITIZED, main

NOW = "2026-01-01T00:00:00Z"
EXPIRIES = {"2026-02-01T00:00:00Z": 31 / 365, "2026-04-01T00:00:00Z": 90 / 365}
SLICES = [(0.005, 0.06, -0.4, 0.01, 0.12), (0.012, 0.09, -0.3, 0.02, 0.2)]
VOGT = (-0.0410, 0.1331, 0.3060, 0.3586, 0.4153)
HEADER = "underlying,time,expiry,strike,cp,bid,ask,forward\n"
USES = {"used", "expired", "no_quote", "crossed", "no_forward", "in_the_money", "no_vol", "wide",
        "thin_expiry"}


def svi(slice_, k):
    a, b, rho, m, sigma = slice_
    return a + b * (rho * (k - m) + math.hypot(k - m, sigma))


def black(call, F, K, w, rate_time=0.0):
    """The Black-76 price and delta of total variance w."""
    u = math.sqrt(w)
    d1 = math.log(F / K) / u + u / 2
    sign = 1 if call else -1
    N = [0.5 * math.erfc(-sign * d / math.sqrt(2)) for d in (d1, d1 - u)]
    discount = math.exp(-rate_time)
    return discount * sign * (F * N[0] - K * N[1]), discount * sign * N[0]


def chain(inverse=False, forward=True, F=100.0, spread=1e-6, name="X", rate=0.0, strikes=None):
    rows = []
    for (expiry, T), slice_ in zip(EXPIRIES.items(), SLICES):
        for K in strikes or range(60, 171, 5):
            for call in (True, False):
                price = black(call, F, K, svi(slice_, math.log(K / F)), rate * T)[0]
                price /= F if inverse else 1
                bid, ask = price * (1 - spread), price * (1 + spread)
                rows.append(f"{name},{NOW},{expiry},{K},{'C' if call else 'P'},{bid!r},{ask!r},"
                            f"{F if forward else ''}")
    return rows


def vogt_chain():
    rows = [f"1,{math.exp(k)!r},{math.sqrt(svi(VOGT, k))!r},1"
            for k in (i / 20 for i in range(-30, 31))]
    return "T,strike,iv,forward\n" + "\n".join(rows) + "\n"


class Surface(Case):
    def surface(self, text, *words, name="chain.csv"):
        return self.good("surface", self.write(name, text), "--json", *words).json()

    def one(self, rows, *words):
        (only,) = self.surface(HEADER + "\n".join(rows) + "\n", *words)["underlyings"]
        return only

    def bad(self, text, *words):
        return self.refused(3, words, "surface", self.write("chain.csv", text))

    def check_slices(self, fitted, tolerance):
        for expiry, (when, T), expected in zip(fitted["expiries"], EXPIRIES.items(), SLICES):
            self.assertEqual(expiry["expiry"], when)
            self.assertAlmostEqual(expiry["T"], T, delta=1e-12)
            found = [expiry["svi"][key] for key in ("a", "b", "rho", "m", "sigma")]
            for x, y in zip(found, expected):
                self.assertAlmostEqual(x, y, delta=tolerance)


class Fits(Surface):
    def test_recovers_known_slices(self):
        fitted = self.one(chain())
        self.check_slices(fitted, 1e-4)
        self.assertLess(fitted["error_points"]["max"], 1e-3)
        self.assertEqual(fitted["rows"]["used"], 46)
        self.assertEqual(fitted["rows"]["in_the_money"], 46)
        self.assertEqual(fitted["inside_bid_ask"], fitted["with_bid_ask"])
        self.assertEqual(fitted["arbitrage"], [])
        self.check_slices(self.one(chain(inverse=True), "--prices", "inverse"), 1e-4)
        self.check_slices(self.one(chain(rate=0.05), "--rate", "0.05"), 1e-4)

    def test_forward_by_parity(self):
        for inverse in (False, True):
            rows = chain(inverse=inverse, forward=False, F=101.7, rate=0 if inverse else 0.05)
            rows[41] = rows[41].replace(",P,", ",P,9")      # one put quoted at nonsense
            words = ["--prices", "inverse"] if inverse else ["--rate", "0.05"]
            fitted = self.one(rows, *words)
            for expiry in fitted["expiries"]:
                self.assertEqual(expiry["forward_from"], "parity")
                self.assertAlmostEqual(expiry["forward"], 101.7, delta=1e-3)
            self.check_slices(fitted, 2e-2)

    def test_every_row_is_counted(self):
        rows = chain(strikes=[80, 85, 90, 95, 100, 105, 110, 115, 120])
        first = "2026-02-01T00:00:00Z"
        rows += [f"X,{NOW},{first},100,C,,4,100", f"X,{NOW},{first},100,C,4,,100",
                 f"X,{NOW},{first},100,C,0,4,100", f"X,{NOW},{first},101,C,5,4,100",
                 f"X,{NOW},2025-12-01T00:00:00Z,100,C,1,2,100",
                 f"X,{NOW},{first},110,C,99,101,100", f"X,{NOW},{first},130,C,0.01,5,100",
                 f"X,{NOW},2026-07-01T00:00:00Z,100,C,8,8.1,100",
                 f"X,{NOW},2026-09-01T00:00:00Z,100,C,8,8.1,"]
        fitted = self.one(rows)
        self.assertEqual(set(fitted["rows"]), USES)
        self.assertEqual(fitted["rows"], {
            "used": 18, "expired": 1, "no_quote": 3, "crossed": 1, "no_forward": 1,
            "in_the_money": 18, "no_vol": 1, "wide": 1, "thin_expiry": 1})
        self.assertEqual(sum(fitted["rows"].values()), len(rows))
        for use in USES:
            self.assertEqual(fitted["rows"][use], sum(e["rows"][use] for e in fitted["expiries"]))
        text = self.good("surface", self.path("chain.csv")).out
        self.assertIn(f"X: {len(rows)} rows: 18 used, 1 expired, 3 no_quote, 1 crossed", text)

    def test_at(self):
        rows = chain(F=100.0)
        for when, w in (("2026-02-01", svi(SLICES[0], math.log(0.9))),
                        (str(60.5 / 365), 0.5 * svi(SLICES[0], math.log(0.9)) +
                         0.5 * svi(SLICES[1], math.log(0.9)))):
            at = self.one(rows, "--at", "90," + when)["at"]
            self.assertAlmostEqual(at["w"], w, delta=1e-6)
            self.assertAlmostEqual(at["vol"], math.sqrt(w / at["T"]), delta=1e-5)
            self.assertAlmostEqual(at["sticky_strike"]["put_delta"], black(False, 100, 90, w)[1],
                                   delta=1e-5)
            for rule in ("sticky_strike", "sticky_moneyness", "sticky_delta", "sticky_tree"):
                self.assertAlmostEqual(at[rule]["call_delta"] - at[rule]["put_delta"], 1,
                                       delta=1e-9)
            # the smile falls in k: riding it up with the forward makes calls worth more
            self.assertGreater(at["sticky_delta"]["call_delta"],
                               at["sticky_strike"]["call_delta"] + 0.01)
        self.assertIsNone(self.one(rows, "--at", "90,2025-01-01")["at"]["vol"])
        self.assertIn("sticky_moneyness", self.good("surface", self.path("chain.csv"), "--at",
                                                    "90,0.1").out)

    def test_several_underlyings_and_only(self):
        text = HEADER + "\n".join(chain(name="A") + chain(name="B", F=104.0)) + "\n"
        both = self.surface(text)["underlyings"]
        self.assertEqual([u["underlying"] for u in both], ["A", "B"])
        (only,) = self.surface(text, "--only", "B")["underlyings"]
        self.assertEqual(only, both[1])
        self.refused(3, ["no row of C"], "surface", self.path("chain.csv"), "--only", "C")

    def test_columns_pipe_and_gzip(self):
        rows = chain()
        plain = self.surface(HEADER + "\n".join(rows) + "\n")
        text = ("u,t,date,K,cp,b,a,F\n" + "\n".join(rows) + "\n").encode()
        names = "underlying=u,time=t,expiry=date,strike=K,bid=b,ask=a,forward=F"
        path = self.write("chain.csv.gz", gzip.compress(text))
        found = self.good("surface", path, "--json", "--columns", names).json()
        self.assertEqual(found["underlyings"], plain["underlyings"])
        process = subprocess.run([REHEDGE, "surface", "-", "--json", "--columns", names],
                                 input=text, capture_output=True, timeout=60, check=True)
        self.assertEqual(json.loads(process.stdout)["underlyings"], plain["underlyings"])

    def test_order_of_rows_does_not_matter(self):
        rows = []
        for row in chain():
            cells = row.split(",")
            low = math.floor(float(cells[5]) * 20) / 20     # ticks: something to fit badly
            rows.append(",".join(cells[:5] + [repr(low), repr(low + 0.05), cells[7]]))
        one, other = self.one(rows), self.one(rows[::-1])
        self.assertEqual(one["rows"], other["rows"])
        self.assertGreater(one["error_points"]["rms"], 0.01)
        self.close_to(one["error_points"]["rms"], other["error_points"]["rms"], 1e-6, "rms")


class Arbitrage(Surface):
    def test_found_and_repaired(self):
        raw = self.surface(vogt_chain())["underlyings"][0]
        (butterfly,) = raw["arbitrage"]
        self.assertEqual((butterfly["kind"], butterfly["quoted"]), ("butterfly", True))
        self.assertAlmostEqual(butterfly["worst"], -0.0328, delta=1e-3)
        self.assertLess(raw["error_points"]["max"], 1e-3)
        fixed = self.surface(vogt_chain(), "--repair", "--weights", "equal")["underlyings"][0]
        self.assertEqual((fixed["arbitrage"], fixed["arbitrage_count"]), ([], 0))
        self.assertEqual(fixed["repair"]["arbitrage_before"], 1)
        self.assertGreater(fixed["error_points"]["rms"], raw["error_points"]["rms"])
        self.assertLess(fixed["error_points"]["rms"], 1.0)
        text = self.good("surface", self.path("chain.csv"), "--repair").out
        self.assertIn("arbitrage: none", text)
        self.assertIn("repaired: 1 intervals before", text)
        self.assertIn("butterfly", self.good("surface", self.path("chain.csv")).out)

    def test_ssvi_has_none(self):
        found = self.surface(vogt_chain(), "--model", "ssvi")["underlyings"][0]
        self.assertEqual(found["arbitrage_count"], 0)
        self.assertLess(abs(found["ssvi"]["rho"]), 1)

    def test_calendar(self):
        rows = [f"{T},{math.exp(k)!r},{vol},1" for T, vol in ((0.5, 0.6), (1.0, 0.4))
                for k in (i / 20 for i in range(-10, 11))]
        text = "T,strike,iv,forward\n" + "\n".join(rows) + "\n"
        found = self.surface(text)["underlyings"][0]["arbitrage"]
        self.assertIn("calendar", [a["kind"] for a in found])
        fixed = self.surface(text, "--repair")["underlyings"][0]
        self.assertEqual(fixed["arbitrage_count"], 0)


class Refusals(Surface):
    def test_usage(self):
        path = self.write("chain.csv", HEADER + "\n".join(chain()) + "\n")
        for words, expected in (
                (["--model", "sabr"], ["--model", "sabr", "svi, ssvi"]),
                (["--quote", "last"], ["--quote", "last"]), (["--weights", "x"], ["--weights"]),
                (["--prices", "bsm"], ["--prices", "black76, inverse"]),
                (["--rate", "x"], ["--rate"]), (["--max-spread", "0"], ["--max-spread"]),
                (["--at", "90"], ["--at", "STRIKE,EXPIRY"]), (["--at", "x,1"], ["--at"]),
                (["--at", "90,-1"], ["--at"]), (["--now", "soon"], ["--now", "soon"]),
                (["--format", "xml"], ["--format", "xml", "deribit-chain"]),
                (["--columns", "strik=K"], ["--columns", "strik", "strike"]),
                (["--columns", "strike"], ["--columns", "NAME=COLUMN"]), (["more"], ["more"])):
            result = self.rehedge("surface", path, *words)
            self.assertEqual((result.status, result.out), (2, ""), result)
            for word in expected:
                self.assertIn(word, result.err)
        self.refused(2, ["CSV file"], "surface")
        self.refused(3, ["absent.csv"], "surface", self.path("absent.csv"))

    def test_headers(self):
        self.bad("", "chain.csv", "header")
        self.bad("cp,bid,ask,T\n", "chain.csv:1", "strike")
        self.bad("strike,cp,bid,ask\n", "chain.csv:1", "expiry, T or days")
        self.bad("strike,cp,bid,ask,expiry\n", "chain.csv:1", "time")
        self.bad("strike,cp,bid,T\n", "chain.csv:1", "iv, price, or bid and ask")
        self.bad("strike,bid,ask,T\n", "chain.csv:1", "cp")
        self.bad("strike,strike,cp,bid,ask,T\n", "chain.csv:1", "twice")
        self.bad("strike,cp,bid,ask,T\n", "chain.csv", "no row")

    def test_cells(self):
        good = f"X,{NOW},2026-02-01T00:00:00Z,100,C,1,2,100\n"
        for at, cell, words in (
                (3, "", ["strike"]), (3, "0", ["strike", "1e-15"]), (3, "-5", ["strike", "-5"]),
                (3, "nan", ["strike", "nan"]), (3, "1e999", ["strike"]), (3, "0x10", ["strike"]),
                (4, "X", ["cp", "C, P"]), (4, "", ["cp"]), (5, "1 2", ["bid", "1 2"]),
                (5, "-1", ["bid"]), (6, "inf", ["ask", "inf"]), (7, "0", ["forward"]),
                (1, "yesterday", ["time", "yesterday"]), (2, "2026-13-01", ["expiry", "2026-13"]),
                (0, "n" * 64, ["underlying"])):
            cells = good.strip().split(",")
            cells[at] = cell
            self.bad(HEADER + good + ",".join(cells) + "\n", "chain.csv:3", *words)
        self.bad(HEADER + good + good[:-5] + "\n", "chain.csv:3", "7 fields", "8")
        self.bad(HEADER + good + '"' + good, "chain.csv:")
        self.bad(HEADER + good + "\0" + good, "chain.csv:3", "NUL")

    def test_limits(self):
        self.bad("T,strike,iv\n" + "".join(f"{i + 1}e-3,1,0.2\n" for i in range(1025)),
                 "chain.csv:1026", "1024 expiries")
        self.bad("underlying,T,strike,iv\n" + "".join(f"u{i},1,1,0.2\n" for i in range(65)),
                 "chain.csv:66", "64 underlyings")

    def test_nothing_to_fit(self):
        self.bad(HEADER + "\n".join(chain(strikes=[100])) + "\n", "chain.csv", "no expiry", "5")

    def test_hostile_numbers_and_names(self):
        rows = [f"\x1b[31m,{T},{K},{vol},{F}" for T in ("1e-9", "1e9", "-1", "0", "1e300")
                for K in ("1e-15", "1e15", "1", "1.0000000001", "2") for vol in ("1e-300", "1e15",
                                                                             "0.5")
                for F in ("1e-15", "1", "1e15")]
        rows += [f"\x1b[31m,1,{1 + i / 10},{0.4 + i % 3},1" for i in range(9)]
        text = "underlying,T,strike,iv,forward\n" + "\n".join(rows) + "\n"
        path = self.write("chain.csv", text)
        for words in ([], ["--repair"], ["--model", "ssvi"], ["--at", "1e15,1e15"]):
            result = self.good("surface", path, *words)
            self.assertNotIn("\x1b", result.out)
            found = self.good("surface", path, "--json", *words)
            self.assertNotIn("\x1b", found.out)
            (fitted,) = found.json()["underlyings"]
            self.assertEqual(sum(fitted["rows"].values()), len(rows))
            if "--at" not in words and words:
                self.assertEqual(fitted["arbitrage_count"], 0)


@unittest.skipUnless(os.path.isdir(os.path.join(DATA, "deribit-chain-2026-02")),
                     f"no deribit-chain-2026-02 in {DATA} (REHEDGE_DATA names another place)")
class RealChains(Surface):
    """31 snapshots of BTC and ETH through a crash. Every one fits; what it costs is printed."""

    def run_all(self, *words):
        pattern = os.path.join(DATA, "deribit-chain-2026-02", "deribit_options_snapshot_*.csv")
        paths = sorted(glob.glob(pattern))
        self.assertGreaterEqual(len(paths), 31)
        fits, times = [], []
        for path in paths:
            found = self.good("surface", path, "--json", *words).json()
            with open(path, encoding="utf-8") as file:
                lines = sum(1 for _ in file) - 1
            self.assertEqual(found["format"], "deribit-chain")
            self.assertEqual({u["underlying"] for u in found["underlyings"]}, {"BTC", "ETH"})
            self.assertEqual(sum(sum(u["rows"].values()) for u in found["underlyings"]), lines)
            fits += found["underlyings"]
            times.append((found["read_s"], found["fit_s"]))
        self.describe(words, fits, times)
        return fits

    def describe(self, words, fits, times):
        middle = statistics.median
        errors = [fit["error_points"] for fit in fits]
        quotes = sum(e["quotes"] for e in errors)
        inside = sum(f["inside_bid_ask"] for f in fits) / max(1, sum(f["with_bid_ask"]
                                                                    for f in fits))
        print(f"surface {' '.join(words)}: {len(times)} snapshots, {quotes} quotes; vol points per "
              f"surface: median {middle(e['median'] for e in errors):.3f} (at most "
              f"{max(e['median'] for e in errors):.3f}), p95 {middle(e['p95'] for e in errors):.2f}"
              f" (at most {max(e['p95'] for e in errors):.2f}); inside bid and ask {inside:.1%}; "
              f"read {1e3 * middle(t[0] for t in times):.1f} ms, fit "
              f"{1e3 * middle(t[1] for t in times):.1f} ms", flush=True)

    def test_every_snapshot_fits(self):
        fits = self.run_all()
        thin = 0
        for fit in fits:
            for expiry in fit["expiries"]:
                # only what expires within hours may have too few quotes
                thin += not expiry["fitted"]
                self.assertTrue(expiry["fitted"] or expiry["T"] < 6 / 24 / 365, expiry)
            self.assertLess(fit["error_points"]["median"], 0.6)
            self.assertLess(fit["error_points"]["p95"], 6.0)
            self.assertGreater(fit["inside_bid_ask"], 0.85 * fit["with_bid_ask"])
            self.assertGreater(fit["rows"]["used"], 250)
        self.assertLessEqual(thin, 5)

    def between(self, early, late, k):
        """g half way between two expiries: variance is linear there, the derivatives as well."""
        w = dw = d2w = 0.0
        for s in (early["svi"], late["svi"]):
            x, root = k - s["m"], math.hypot(k - s["m"], s["sigma"])
            w += 0.5 * (s["a"] + s["b"] * (s["rho"] * x + root))
            dw += 0.5 * s["b"] * (s["rho"] + x / root)
            d2w += 0.5 * s["b"] * s["sigma"] ** 2 / root ** 3
        return (1 - k * dw / 2 / w) ** 2 - dw * dw / 4 * (1 / w + 0.25) + d2w / 2

    def test_repaired(self):
        for fit in self.run_all("--repair"):
            slices = [e for e in fit["expiries"] if e["fitted"]]
            for early, late in zip(slices, slices[1:]):
                for i in range(-30, 31):
                    self.assertGreaterEqual(self.between(early, late, i / 10), 0)
            self.assertEqual(fit["arbitrage_count"], 0)
            self.assertEqual(fit["repair"]["replaced"], 0)
            self.assertLess(fit["error_points"]["rms"],
                            2.0 * fit["repair"]["error_before_points"]["rms"])

    def test_forwards_by_parity(self):
        """Without its column of forwards, the file gives nearly the same ones."""
        names = ("strike=strike,cp=option_type,bid=bid_price,ask=ask_price,time=timestamp,"
                 "expiry=expiry_datetime,underlying=currency")
        pattern = os.path.join(DATA, "deribit-chain-2026-02", "deribit_options_snapshot_*.csv")
        gaps, none = [], 0
        for path in sorted(glob.glob(pattern))[::5]:
            with open(path, encoding="utf-8") as file:
                text = file.read().replace("futures_price", "other", 1)
            given = self.good("surface", path, "--json").json()
            found = self.surface(text, "--columns", names, "--prices", "inverse")
            for ours, theirs in zip(found["underlyings"], given["underlyings"]):
                for x, y in zip(ours["expiries"], theirs["expiries"]):
                    none += x["forward"] is None
                    if x["forward"] is not None:
                        gaps.append(abs(x["forward"] / y["forward"] - 1))
        gaps.sort()
        print(f"surface: {len(gaps)} forwards by parity, against the given ones: median "
              f"{statistics.median(gaps):.1e}, p95 {gaps[len(gaps) * 95 // 100]:.1e}, max "
              f"{gaps[-1]:.1e}; {none} not to be had", flush=True)
        self.assertLess(statistics.median(gaps), 4e-4)
        self.assertLess(gaps[-1], 0.015)
        self.assertLess(none, 4)

    @unittest.skipIf(SANITIZED, "slow under the sanitizers, and nothing new for them")
    def test_ssvi(self):
        for fit in self.run_all("--model", "ssvi"):
            self.assertEqual(fit["arbitrage_count"], 0)
            self.assertLess(fit["error_points"]["median"], 2.5)


SPX = os.path.join(DATA, "chains-cboe-spy", "cboe_SPX_20220610.csv")


@unittest.skipUnless(os.path.isfile(SPX), f"no {SPX} (REHEDGE_DATA names another place)")
class RealIndex(Surface):
    """The whole SPX chain of one evening: no forwards in it, 49 expiries, tight quotes."""

    def chain(self):
        with open(SPX, encoding="utf-8") as file:
            lines = file.read().splitlines()
        first = [i for i, line in enumerate(lines) if line.startswith("Expiration Date")][0]
        out = ["time,expiry,strike,cp,bid,ask"]
        for row in csv.reader(lines[first + 1:]):
            if len(row) < 22:
                continue
            day = datetime.datetime.strptime(row[0], "%a %b %d %Y").date()
            close = "20:00:00" if row[1].startswith("SPXW") else "13:30:00"
            for cp, bid, ask in (("C", row[4], row[5]), ("P", row[15], row[16])):
                out.append(f"2022-06-10T20:00:00Z,{day}T{close}Z,{row[11]},{cp},{bid},{ask}")
        return "\n".join(out) + "\n"

    def test_spx(self):
        text = self.chain()
        for words in ([], ["--repair"]):
            found = self.surface(text, "--rate", "0.02", *words)
            (fit,) = found["underlyings"]
            error = fit["error_points"]
            print(f"surface {' '.join(words)} of SPX: {sum(fit['rows'].values())} rows, "
                  f"{error['quotes']} quotes, vol points: median {error['median']:.2f}, p95 "
                  f"{error['p95']:.1f}; {fit['arbitrage_count']} intervals of arbitrage; read "
                  f"{1e3 * found['read_s']:.0f} ms, fit {1e3 * found['fit_s']:.0f} ms", flush=True)
            self.assertEqual(sum(fit["rows"].values()), text.count("\n") - 1)
            self.assertEqual({e["fitted"] for e in fit["expiries"] if e["T"] > 0}, {True})
            self.assertLess(error["median"], 0.8)
            for expiry in fit["expiries"]:
                self.assertEqual(expiry["forward_from"], "parity")
                self.assertLess(abs(expiry["forward"] / 3910 - 1), 0.015 + 0.03 * expiry["T"])
        self.assertEqual(fit["arbitrage_count"], 0)


if __name__ == "__main__":
    main()
