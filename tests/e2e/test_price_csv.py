#!/usr/bin/env python3
"""rehedge price and rehedge iv on tables as people have them: the reference files as they are, line
ends, marks, quotes and columns of all kinds, a million rows through a pipe, and laws that must hold
on any row: prices and vols lead back to each other, greeks obey their identities."""
import csv
import io
import math
import os
import random
import subprocess
import threading
import time

from harness import ROOT, REHEDGE, SANITIZED, Case, main

REFERENCE = os.environ.get("REHEDGE_REFERENCE",
                           os.path.join(ROOT, "..", "shared", "reference"))
ULP = 2.0 ** -52


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


class Tables(Case):
    def run_csv(self, command, text, *words):
        return self.good(command, "--csv", self.write("book.csv", text), *words).out

    # --- files as they are

    def reference(self, name):
        path = os.path.join(REFERENCE, name)
        if not os.path.exists(path):
            self.skipTest("no reference tables at " + REFERENCE)
        with open(path, encoding="utf-8", newline="") as file:
            return path, list(csv.DictReader(file))

    def test_american_csv(self):
        """It has days and T, and no model column."""
        path, expected = self.reference("american.csv")
        found = table(self.good("price", "--csv", path, "--model", "american", "--greeks",
                                "all").out)
        self.assertEqual([row["id"] for row in found], [row["id"] for row in expected])
        worst = 0.0
        for have, want in zip(found, expected):
            error = abs(float(have["price"]) - float(want["price"])) / float(want["K"])
            worst = max(worst, error)
            self.assertLessEqual(error, 1e-8, want["id"])
            self.assertAlmostEqual(float(have["delta"]), float(want["delta"]), delta=1e-6)
            self.assertEqual(have["vanna"], "")
        print(f"american.csv: worst error {worst:.1e} K", flush=True)

    def test_implied_vol_csv(self):
        """Its prices are in price_dbl; other columns with numbers mean nothing here."""
        path, expected = self.reference("implied_vol.csv")
        found = table(self.good("iv", "--csv", path).out)
        self.assertEqual([row["id"] for row in found], [row["id"] for row in expected])
        flags = {"at_intrinsic": "lost_in_rounding", "at_max": "above_maximum",
                 "negative": "below_intrinsic"}
        for have, want in zip(found, expected):
            word = want["status"].split(":")[0]
            if word in flags:
                self.assertEqual((have["status"], have["implied_vol"]), (flags[word], "nan"))
                continue
            self.assertEqual(have["status"], "ok")
            sigma, room = float(have["implied_vol"]), 4 * ULP * float(have["implied_vol"])
            if want["sigma_lo"]:
                self.assertGreaterEqual(sigma, float(want["sigma_lo"]) - room, want["id"])
                self.assertLessEqual(sigma, float(want["sigma_hi"]) + room, want["id"])

    def test_european_csv_has_its_model(self):
        path, expected = self.reference("european.csv")
        one = self.good("price", "--csv", path).out
        self.assertEqual(one, self.good("price", "--csv", path, "--model", "european").out)
        self.assertEqual(one, self.good("price", "--csv", path, "--model", "american").out)
        self.assertEqual(len(table(one)), len(expected))

    # --- text of all kinds

    def test_the_same_table_in_other_clothes(self):
        plain = "id,cp,S,K,T,r,q,sigma\na,C,100,110,0.5,0.02,0.01,0.3\nb,P,100,90,1,-0.01,0,0.4\n"
        out = self.run_csv("price", plain, "--greeks", "all")
        lines = plain.splitlines()
        clothes = {
            "CRLF": "\r\n".join(lines) + "\r\n",
            "CR": "\r".join(lines) + "\r",
            "no line end": plain.rstrip(),
            "mark": "\ufeff" + plain,
            "mark and CRLF": "\ufeff" + "\r\n".join(lines),
            "quotes": "\n".join(",".join(f'"{x}"' for x in line.split(",")) for line in lines),
            "blank lines": "\n\n" + "\n\n  \n".join(lines) + "\n\n\n",
            "blanks": plain.replace(",", " , "),
            "words": plain.replace(",C,", ",call,").replace(",P,", ",put,"),
            "exponents": plain.replace("100", "1e2").replace("0.5", "5e-1").replace("1,-", "1.,-"),
            "days": plain.replace(",T,", ",days,").replace("0.5,", "182.5,").replace("90,1,",
                                                                                     "90,365,"),
            "order": "\n".join(",".join(reversed(line.split(","))) for line in lines),
            "more columns": "\n".join(f"x,{line},,\"a,b\"" for line in lines).replace(
                "x,id", "x,id", 1),
            "model": "\n".join(line + (",bsm" if at else ",model")
                               for at, line in enumerate(lines)),
        }
        for name, text in clothes.items():
            with self.subTest(name):
                self.assertEqual(self.run_csv("price", text, "--greeks", "all"), out)

    def test_rates_may_be_missing_or_empty(self):
        bare = self.run_csv("price", "cp,S,K,T,sigma\nC,1,1,1,1\n")
        self.assertEqual(bare, self.run_csv("price", "cp,S,K,T,sigma,r,q\nC,1,1,1,1,,\n"))
        self.assertEqual(bare, self.run_csv("price", "cp,S,K,T,sigma,r,q\nC,1,1,1,1,0,-0\n"))
        self.assertEqual(self.run_csv("price", "cp,S,K,T,sigma\n").strip(),
                         "id,price,delta,gamma,vega,theta,rho")

    def test_iv_takes_days(self):
        text = "cp,S,K,T,price\nC,1,1,0.5,0.1\n"
        out = self.run_csv("iv", text)
        self.assertEqual(out, self.run_csv("iv", "cp,S,K,days,price\ncall,1,1,182.5,0.1\n"))
        self.assertEqual(out, self.run_csv("iv", "days,cp,S,K,T,price\nx,C,1,1,0.5,0.1\n"))
        self.refused(3, ["book.csv:1", "\"T\""], "iv", "--csv",
                     self.write("book.csv", "cp,S,K,price\nC,1,1,0.1\n"))

    def test_greeks_words(self):
        text = "cp,S,K,T,sigma\nC,100,100,1,0.2\n"
        every = table(self.run_csv("price", text, "--greeks", "all"))[0]
        some = table(self.run_csv("price", text, "--greeks", "veta, price,dual_gamma"))[0]
        self.assertEqual(list(some), ["id", "veta", "price", "dual_gamma"])
        for name, value in some.items():
            self.assertEqual(value, every[name])
        self.refused(2, ["\"detla\"", "did you mean delta"], "price", "--greeks", "price,detla")
        self.refused(2, ["\"zzz\" is no greek"], "price", "--greeks", "zzz")
        self.refused(2, ["no greek"], "price", "--greeks", "price,,delta")
        self.refused(2, ["europaen", "expected european"], "price", "--model", "europaen")

    # --- laws

    def options(self, count=3000, seed=11):
        """Random options of each model, from a day to ten years, up to 8 deviations away."""
        draw = random.Random(seed)
        for i in range(count):
            model = ("bsm", "black76", "inverse")[i % 3]
            S, T = math.exp(draw.uniform(-7, 12)), math.exp(draw.uniform(-6, 2.3))
            sigma = math.exp(draw.uniform(-3, 1.2))
            deviations = draw.uniform(-8, 8)
            K = S * math.exp(max(-40.0, min(40.0, deviations * sigma * math.sqrt(T))))
            yield {"id": str(i), "model": model, "cp": "CP"[draw.random() < 0.5], "S": S, "K": K,
                   "T": T, "r": draw.uniform(-0.03, 0.1), "q": draw.uniform(-0.02, 0.08),
                   "sigma": sigma}

    @staticmethod
    def text_of(rows, columns):
        return "\n".join([",".join(columns)] + [",".join(
            x if isinstance(x, str) else repr(x) for x in (row[c] for c in columns))
            for row in rows]) + "\n"

    def test_greeks_obey_their_identities(self):
        rows = list(self.options())
        columns = ["id", "model", "cp", "S", "K", "T", "r", "q", "sigma"]
        found = table(self.run_csv("price", self.text_of(rows, columns), "--greeks", "all"))
        for row in rows:
            row["cp"] = "P" if row["cp"] == "C" else "C"
        other = table(self.run_csv("price", self.text_of(rows, columns), "--greeks", "price"))
        worst = 0.0
        for row, have, twin in zip(rows, found, other):
            g = {k: float(v) for k, v in have.items() if k != "id" and v}
            S, K, T, sigma = row["S"], row["K"], row["T"], row["sigma"]
            sign = -1 if row["cp"] == "C" else 1        # of the option itself: the other was asked
            r, q = row["r"], row["q"]
            half = 0.5 * sigma**2 * S * S * g["gamma"]
            if row["model"] != "bsm":
                r, q = (r, r) if row["model"] == "black76" else (0.0, 0.0)
            if row["model"] == "inverse":
                legs, parity = (1.0, K / S), 1.0 - K / S
                laws = [(S * g["delta"] + K * g["dual_delta"], [S * g["delta"]]),
                        (g["usd_delta"] - g["price"] - g["net_delta"],
                         [g["usd_delta"], g["price"], g["net_delta"]]),
                        (g["theta"] + sigma**2 * S * g["delta"] + half,
                         [g["theta"], sigma**2 * S * g["delta"], half]),
                        (g["vega"] - sigma * T * (S * S * g["gamma"] + 2 * S * g["delta"]),
                         [g["vega"], sigma * T * S * S * g["gamma"], sigma * T * S * g["delta"]])]
            else:
                legs = (S * math.exp(-q * T), K * math.exp(-r * T))
                parity = legs[0] - legs[1]
                laws = [(S * g["delta"] + K * g["dual_delta"] - g["price"],
                         [S * g["delta"], K * g["dual_delta"]]),
                        (g["theta"] + (r - q) * S * g["delta"] + half - r * g["price"],
                         [g["theta"], (abs(r) + abs(q)) * S * g["delta"],
                          r * K * g["dual_delta"], half]),
                        (g["vega"] - sigma * T * S * S * g["gamma"], [g["vega"]]),
                        (K * K * g["dual_gamma"] - S * S * g["gamma"], [S * S * g["gamma"]])]
            laws.append((sign * (g["price"] - float(twin["price"])) - parity, list(legs)))
            for miss, scale in laws:
                room = sum(map(abs, scale)) * 1e-13 + 1e-300
                self.assertLessEqual(abs(miss), room, row)
                worst = max(worst, abs(miss) / room)
        print(f"identities on {len(rows)} random options: worst {1e-13 * worst:.1e} of the terms",
              flush=True)

    def test_price_and_vol_lead_back(self):
        """price -> iv -> price: each pricing is right to 8 (4 + kappa) 2^-53, kappa being the
        condition number of the price, and the vol to 4 ulp."""
        rows = list(self.options(seed=12))
        columns = ["id", "model", "cp", "S", "K", "T", "r", "q"]
        first = table(self.run_csv("price", self.text_of(rows, columns + ["sigma"]), "--greeks",
                                   "price,delta,dual_delta,vega,theta,rho,phi"))
        for row, have in zip(rows, first):
            self.assertEqual("%.17g" % float(have["price"]), have["price"])
            row["price"] = have["price"]
            legs = (row["S"] * float(have["delta"]), row["K"] * float(have["dual_delta"]),
                    row["sigma"] * float(have["vega"]), row["T"] * float(have["theta"]),
                    row["r"] * float(have["rho"] or 0), row["q"] * float(have["phi"] or 0))
            row["room"] = (2 * 8 * (4 * float(have["price"]) + sum(map(abs, legs))) * ULP / 2
                           + 4 * ULP * abs(legs[2]))
        vols = table(self.run_csv("iv", self.text_of(rows, columns + ["price"])))
        flags, kept, worst = {}, [], 0.0
        for row, vol in zip(rows, vols):
            flags[vol["status"]] = flags.get(vol["status"], 0) + 1
            if vol["status"] == "ok":
                row["sigma"] = float(vol["implied_vol"])
                kept.append(row)
        again = table(self.run_csv("price", self.text_of(kept, columns + ["sigma"]), "--greeks",
                                   "price"))
        for row, have in zip(kept, again):
            miss = abs(float(have["price"]) - float(row["price"]))
            self.assertLessEqual(miss, row["room"], row)
            worst = max(worst, miss / row["room"])
        print(f"price -> iv -> price on {len(rows)} random options: worst {worst:.2f} of the "
              f"tolerance; {flags}", flush=True)
        self.assertGreater(flags["ok"], 0.8 * len(rows))

    # --- streams

    def stream(self, command, header, block, blocks):
        """Feed blocks of rows through a pipe; (rows that came out, kilobytes at most, seconds)."""
        began = time.time()
        process = subprocess.Popen([REHEDGE, command, "--csv", "-"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE)

        def feed():
            with process.stdin as pipe:
                pipe.write(header)
                for _ in range(blocks):
                    pipe.write(block)
        feeder = threading.Thread(target=feed)
        feeder.start()
        count = 0
        while chunk := process.stdout.read(1 << 20):
            count += chunk.count(b"\n")
        feeder.join()
        process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        return count - 1, usage.ru_maxrss, time.time() - began

    def test_a_million_rows_take_the_memory_of_a_thousand(self):
        """And leave no row out."""
        blocks = 20 if SANITIZED else 1000
        for command, last in (("price", "0.3"), ("iv", "12.5")):
            header = b"id,model,cp,S,K,T,r,q," + (b"sigma" if command == "price" else b"price")
            block = "".join(f"\n{i},black76,{'CP'[i % 2]},100,{90 + i % 20},0.5,0.01,0,{last}"
                            for i in range(1000)).encode()
            _, small, _ = self.stream(command, header, block, 1)
            rows, large, seconds = self.stream(command, header, block, blocks)
            self.assertEqual(rows, 1000 * blocks)
            print(f"rehedge {command}: {rows} rows in {seconds:.1f} s, {rows / seconds / 1e6:.2f} "
                  f"million/s with six greeks or the vol, {large} KiB at most", flush=True)
            if not SANITIZED:
                self.assertLess(large - small, 1024)


if __name__ == "__main__":
    main()
