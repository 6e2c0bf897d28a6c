#!/usr/bin/env python3
"""Bad input: scenarios, market files and tapes that must be refused before anything runs. Each ends
with status 3 and one line that names the file, the place, what was found and what was expected.
Nothing is left behind, and under the sanitizers nothing leaks."""
import gzip
import json
import os

from harness import Case, SHIPPED, bars, main, scenario


class Usage(Case):
    def test_status_2(self):
        self.assertEqual(self.rehedge().status, 2)
        for words in (["no-such-command"], ["run"], ["run", "a", "b"], ["run", "--no-such-option"],
                      ["compare"], ["compare", "a.json"], ["import"], ["tape"], ["tape", "look"],
                      ["synth", "gbn"], ["check"], ["run", "a.json", "--out"]):
            result = self.rehedge(*words)
            self.assertEqual(result.status, 2, result)
            self.assertTrue(result.err.startswith("rehedge: ") or "Usage" in result.err, result)

    def test_near_names(self):
        self.refused(2, ["comparre", "compare"], "comparre")

    def test_help_has_an_example_each(self):
        for command in ("run", "compare", "import", "tape", "synth", "check", "bench", "version"):
            result = self.good(command, "--help")
            self.assertIn("rehedge " + command, result.out)
        self.assertIn("Exit status", self.good("--help").out)


class Scenario(Case):
    def bad(self, data, *words, status=3):
        path = self.write("scenario.json", data)
        line = self.refused(status, ["scenario.json", *words], "run", path, "--quiet",
                            "--out", self.path("out"))
        self.leftovers("scenario.json")
        return line

    def test_the_good_one_is_good(self):
        self.run_json(scenario())

    def test_unknown_keys_name_the_nearest(self):
        self.bad(scenario(hegde=["BTC-PERP"]), "hegde", "hedge")
        self.bad(scenario(clock__ledgr="1m"), "/clock", "ledgr", "ledger")
        self.bad(scenario(venues__perp__spread_pbs=1), "/venues/perp", "spread_pbs", "spread_bps")
        self.bad(scenario(portfolio__0__strik=1), "/portfolio/0", "strik", "strike")
        self.bad(scenario(guards={"max_order": 1}), "/guards", "max_order", "max_order_qty")
        self.bad(scenario(feeds__0__fil="x"), "/feeds/0", "fil", "file")

    def test_duplicate_keys(self):
        text = json.dumps(scenario()).replace('"qty": -10', '"qty": -10, "qty": -5', 1)
        self.bad(text, "/portfolio/0/qty", "twice")
        self.bad('{"rehedge": 1, "rehedge": 1}', "rehedge", "twice")

    def test_wrong_types(self):
        self.bad(scenario(portfolio__0__strike="45000"), "/portfolio/0/strike", "found",
                 "expected .*number")
        self.bad(scenario(portfolio=5), "/portfolio", "found", "expected")
        self.bad(scenario(clock__from=5), "/clock/from", "found", "expected")
        self.bad(scenario(hedge="BTC-PERP"), "/hedge", "found", "expected")
        self.bad(scenario(policy__params={"band": "wide"}), "/policy/params/band", "expected")
        self.bad([1, 2], "found", "expected .*object")
        self.bad(scenario(assets__BTC__rate=True), "/assets/BTC/rate", "expected .*number")

    def test_impossible_values(self):
        self.bad(scenario(portfolio__0__strike=0), "/portfolio/0/strike", "found.* 0,", "expected")
        self.bad(scenario(portfolio__0__strike=-1), "/portfolio/0/strike", "-1", "expected")
        self.bad(scenario(portfolio__0__expiry="2025-01-05T00:00:00Z"), "/portfolio/0/expiry",
                 "2025-01-05", "after clock.from")
        self.bad(scenario(clock__to="2025-01-06T02:00:00Z"), "expir")
        self.bad(scenario(clock__from="2025-01-07T00:00:00Z"), "/clock")
        self.bad(scenario(clock__ledger="0m"), "/clock/ledger")
        self.bad(scenario(clock__from="2025-13-06T00:00:00Z"), "/clock/from", "expected")
        self.bad(scenario(assets__BTC__vol__mark__sigma=0), "sigma", "found.* 0,")
        self.bad(scenario(instruments__BTC_PERP={}), "/instruments/BTC_PERP", "kind")
        self.bad(scenario(venues__perp__latency_ms=-1), "/venues/perp/latency_ms", "-1")
        self.bad(scenario(rehedge=2), "/rehedge", "found.* 2", "expected.* 1")
        self.bad(scenario(portfolio__0__qty=None), "/portfolio/0", "qty")

    def test_names_that_nobody_has(self):
        self.bad(scenario(hedge=["BTC-PEPR"]), "/hedge", "BTC-PEPR", "BTC-PERP")
        self.bad(scenario(portfolio__0__asset="BTCC"), "/portfolio/0", "BTCC", "BTC")
        self.bad(scenario(venues__perp__kind="boook"), "/venues/perp/kind", "boook", "book")
        self.bad(scenario(assets__BTC__vol__mark__kind="flatt"), "flatt", "flat")
        self.bad(scenario(feeds__0__format="binance-kline"), "/feeds/0", "binance-klines")
        self.bad(scenario(feeds__0__instrument="X"), "/feeds/0", "X", "expected")
        self.bad(scenario(policy__params={"bandd": 1}), "/policy/params", "bandd", "band")
        self.bad(scenario(clock__to="$too"), "/clock/to", "too")

    def test_policies_that_nobody_has(self):
        path = self.write("scenario.json", scenario(policy__script="delta_bund"))
        self.refused(3, ["delta_bund", "delta_band"], "run", path, "--quiet")
        path = self.write("scenario.json", scenario())
        self.refused(3, ["nowhere.lua"], "run", path, "--quiet", "--policy", "nowhere.lua")
        self.refused(3, ["bandd", "band"], "run", path, "--quiet", "--set", "policy.bandd=1")
        self.refused(2, ["nowhere"], "run", path, "--quiet", "--set", "nowhere=1")

    def test_missing_files(self):
        self.refused(3, ["nowhere.json"], "run", self.path("nowhere.json"), "--quiet")
        self.refused(3, ["."], "run", self.folder, "--quiet")
        self.bad(scenario(feeds__0__file="nowhere.json"), "nowhere.json")
        self.bad(scenario(feeds__0__file="bars.json/x"), "bars.json/x")

    def test_paths_stay_below_the_scenario(self):
        self.write("outside/bars.json", json.dumps(bars()))
        self.write("inside/scenario.json", scenario(feeds__0__file="../outside/bars.json"))
        path = self.path("inside/scenario.json")
        self.refused(3, ["/feeds/0", "outside", "--allow"], "run", path, "--quiet")
        self.good("run", path, "--quiet", "--allow", self.path("outside"))
        os.symlink(self.path("outside/bars.json"), self.path("inside/link.json"))
        path = self.write("inside/link-scenario.json", scenario(feeds__0__file="link.json"))
        self.refused(3, ["link.json"], "run", path, "--quiet")

    def test_broken_json(self):
        for text in ("", "{", '{"rehedge": 1,}', "nul", '{"a": 1} x', '{"a": NaN}', '{"a": 1e999}',
                     '{"a": "\x01"}', '{"a": "\\x"}', "\x00", '{"a"\n\n: [1,\n 2,}'):
            self.bad(text)
        self.bad('{"rehedge": 1,\n "name": oops}', "line 2, column 10", "expected")
        self.bad("/* never closed " + json.dumps(scenario()))

    def test_deep_and_large_json(self):
        self.bad("[" * 3_000_000, "deep|nest|level")
        self.bad('{"rehedge": ' + "[" * 65 + "]" * 65 + "}", "deep|nest|level")
        self.bad("[" * 100_000_000, "large|bytes|limit|MiB")
        self.bad('{"name": "' + "x" * 5_000_000 + '"}', "large|bytes|limit|MiB")

    def test_text_is_escaped_where_it_is_shown(self):
        line = self.bad(scenario(**{"\x1b[31mred\nline": 1}), "red")
        self.assertNotIn("\x1b", line)


class Csv(Case):
    HEADER = "ts,px,vol\n"

    def rows(self, count=10, spacing=60000):
        return [f"{1736121600000 + spacing * i},{45000 + i},{1 + i}" for i in range(count)]

    def import_csv(self, text, name="in.csv"):
        path = self.write(name, text)
        return ["import", "csv", "--map", "time=ts,price=px,size=vol", "--kind", "trade", path,
                "-o", self.path("out.tape"), "--quiet"]

    def bad(self, text, *words):
        self.refused(3, ["in.csv", *words], *self.import_csv(text))
        self.leftovers("in.csv")

    def info(self):
        return self.good("tape", "head", "-n", "100", self.path("out.tape")).out

    def test_dialects_that_are_fine(self):
        plain = self.HEADER + "\n".join(self.rows()) + "\n"
        seen = set()
        for text in (plain, plain.replace("\n", "\r\n"), "\ufeff" + plain, plain.rstrip("\n"),
                     plain.replace("\n", "\n\n"), plain.replace("45001", '"45001"')):
            self.good(*self.import_csv(text))
            seen.add(self.info())
        self.good(*self.import_csv(gzip.compress(plain.encode())))
        seen.add(self.info())
        self.assertEqual(len(seen), 1, seen)

    def test_hostile_rows(self):
        rows = self.rows()
        self.bad(self.HEADER + "\n".join(rows[:4] + ["1736121840000,45000"] + rows[5:]), "line 6",
                 "2 fields")
        for text in ("abc", "", "45000x", "0x10", "nan", "inf", "1e999", "-5", "0", "1e-300",
                     "1e300"):
            self.bad(self.HEADER + "\n".join(rows[:4] + [f"1736121840000,{text},1"]), "line 6")
        self.bad(self.HEADER + "\n".join(rows[:4] + ["yesterday,45000,1"]), "line 6")
        self.bad(self.HEADER + "\n".join(rows[:4] + [rows[2]]), "line 6")
        self.bad(self.HEADER + "\n".join(rows[:4] + ["17361218400000000000000,45000,1"]),
                 "line 6")

    def test_hostile_bytes(self):
        rows = self.rows()
        self.bad(self.HEADER + "\n".join(rows[:4] + ["17361218\x0040000,45000,1"]), ":6: ", "NUL")
        self.bad(self.HEADER + "\n".join(rows[:4] + ['"1736121840000,45000,1']), "quote")
        self.bad(self.HEADER + "\n".join(rows) + "\n" + "9" * 200_000 + ",1,1", ":12: ")
        self.bad(self.HEADER + "," * 400, ":2: ")
        self.bad("\n".join(rows), "ts|header|column")
        self.bad("", "empty|header|no ")
        self.bad(self.HEADER, "empty|no ")
        packed = gzip.compress((self.HEADER + "\n".join(rows)).encode())
        self.bad(packed[:len(packed) // 2], "gzip|damaged|truncated|ends")
        self.bad(packed[:-6] + b"\0\0" + packed[-4:], "gzip|damaged|truncated|check")

    def test_missing_columns_and_files(self):
        path = self.write("in.csv", self.HEADER + "\n".join(self.rows()))
        out = ["-o", self.path("out.tape"), "--quiet"]
        self.refused(3, ["pxx", "px"], "import", "csv", "--map", "time=ts,price=pxx", path, *out)
        self.refused(3, ["nowhere.csv"], "import", "csv", "--map", "time=ts,price=px",
                     self.path("nowhere.csv"), *out)
        result = self.rehedge("import", "cvs", "--map", "time=ts,price=px", path, *out)
        self.assertIn(result.status, (2, 3), result)
        self.assertIn("csv", result.err)


class Klines(Case):
    def import_klines(self, rows, *options):
        text = rows if isinstance(rows, (str, bytes)) else json.dumps(rows)
        path = self.write("in.json", text)
        return ["import", "binance-klines", path, "-o", self.path("out.tape"), "--quiet", *options]

    def bad(self, rows, *words):
        self.refused(3, ["in.json", *words], *self.import_klines(rows))
        self.leftovers("in.json")

    def test_a_gap_is_named_and_refused(self):
        rows = bars(200)
        self.bad(rows[:100] + rows[130:], "gap of 31m from 2025-01-06T01:39", "--gaps")
        self.good(*self.import_klines(rows[:100] + rows[130:], "--gaps", "keep"))
        self.good(*self.import_klines(rows[:100] + rows[130:], "--gaps", "fill"))

    def test_time_must_move_on(self):
        rows = bars(200)
        self.bad(rows[:100] + rows[99:], "duplicate")
        self.bad(rows[:100] + rows[50:60] + rows[100:], "back|revers|earlier|order")

    def test_absurd_bars(self):
        for column, value in ((1, -1), (4, 0), (4, 1e300), (2, 1), (3, 1e9), (5, -1), (4, "x"),
                              (4, None), (0, "x"), (0, -5), (0, 1e40)):
            rows = bars(20)
            rows[10][column] = value
            self.bad(rows)
        self.bad(bars(10) + [[1, 2]])
        self.bad(bars(10) + [5])
        self.bad(json.dumps(bars(20))[:-40])
        self.bad("[]")
        self.bad("[" * 1_000_000)

    def test_the_same_bars_as_csv(self):
        rows = bars(200)
        self.good(*self.import_klines(rows))
        as_json = self.good("tape", "head", "-n", "300", self.path("out.tape")).out
        text = "\n".join(",".join(repr(value) for value in row) for row in rows)
        self.good(*self.import_klines(text))
        as_csv = self.good("tape", "head", "-n", "300", self.path("out.tape")).out
        self.assertEqual(as_json, as_csv)


class Tape(Case):
    def setUp(self):
        super().setUp()
        self.good("import", "binance-klines", self.path("bars.json"), "-o", self.path("good.tape"),
                  "--quiet", "--instrument", "BTC-SPOT")
        with open(self.path("good.tape"), "rb") as file:
            self.bytes = file.read()

    def bad(self, content):
        path = self.write("bad.tape", content)
        self.refused(3, ["bad.tape"], "tape", "check", path)

    def test_the_good_one_is_good(self):
        self.good("tape", "check", self.path("good.tape"))
        data = scenario()
        as_file = self.run_json(data)["digest"]
        data["feeds"] = [{"instrument": "BTC-SPOT", "file": "good.tape"}]
        self.assertEqual(self.run_json(data)["digest"], as_file)

    def test_truncated(self):
        size = len(self.bytes)
        for length in sorted({0, 1, 7, 8, 63, 64, 100, size // 3, size // 2, size - 48, size - 1}):
            self.bad(self.bytes[:length])
        self.bad(self.bytes + b"\0")

    def test_every_flipped_bit_is_seen(self):
        size = len(self.bytes)
        for position in sorted({*range(0, min(size, 512), 37), *range(0, size, size // 40),
                                size - 1}):
            damaged = bytearray(self.bytes)
            damaged[position] ^= 1 << position % 8
            self.bad(bytes(damaged))

    def test_a_run_refuses_it_too(self):
        damaged = bytearray(self.bytes)
        damaged[len(damaged) // 2] ^= 16
        self.write("bad.tape", bytes(damaged))
        path = self.write("scenario.json",
                          scenario(feeds=[{"instrument": "BTC-SPOT", "file": "bad.tape"}]))
        self.refused(3, ["bad.tape"], "run", path, "--quiet", "--out", self.path("out"))
        self.leftovers("scenario.json", "bad.tape", "good.tape")


class Shipped(Case):
    def test_all_are_checked_good(self):
        for name in SHIPPED:
            self.good("check", name)


if __name__ == "__main__":
    main()
