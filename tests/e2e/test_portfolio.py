#!/usr/bin/env python3
"""One policy for several assets: it does to each what a policy of that asset alone does, so that
the P&L of the whole is the sum of the parts; and what needs scope = "portfolio" is refused without.
"""
import copy
import csv
import json

from harness import Case, bars, main, scenario

ONE = """return rehedge.policy {
  api = 1, name = "one", version = "1", params = { band = 0.3 },
  wake = { %s },
  trigger = function(s, p) return math.abs(s.delta) > p.band end,
  scale = function(s) return { qty = -s.delta, slippage_bps = 500 } end,
}
"""
ALL = """local names = { BTC = "BTC-PERP", ETH = "ETH-PERP" }
return rehedge.policy {
  api = 1, name = "all", version = "1", scope = "portfolio", params = { band = 0.3 },
  wake = { %s },
  trigger = function(s, p)
    for name in pairs(names) do
      if math.abs(s:asset(name).delta) > p.band then return true end
    end
  end,
  scale = function(s, p)
    local orders = {}
    for name, instrument in pairs(names) do
      local delta = s:asset(name).delta
      if math.abs(delta) > p.band then
        orders[#orders + 1] = { qty = -delta, instrument = instrument, slippage_bps = 500 }
      end
    end
    return orders
  end,
}
"""
WAKES = ('every = "10m"', "delta_beyond = \"band\"", "")


def both_assets(**changes):
    data = scenario(**changes)
    data["assets"]["ETH"] = copy.deepcopy(data["assets"]["BTC"])
    for kind in ("SPOT", "PERP"):
        data["instruments"]["ETH-" + kind] = dict(data["instruments"]["BTC-" + kind], asset="ETH")
    data["feeds"].append({"instrument": "ETH-SPOT", "file": "eth.json",
                          "format": "binance-klines"})
    data["portfolio"] += [dict(entry, asset="ETH", strike=3000,
                               expiry="2025-01-06T02:30:00Z", qty=-25)
                          for entry in data["portfolio"]]
    data["hedge"] = ["BTC-PERP", "ETH-PERP"]
    return data


def only(data, asset):
    data = copy.deepcopy(data)
    for key in ("assets", "instruments"):
        data[key] = {name: value for name, value in data[key].items() if name.startswith(asset)}
    data["feeds"] = [f for f in data["feeds"] if f["instrument"].startswith(asset)]
    data["portfolio"] = [entry for entry in data["portfolio"] if entry["asset"] == asset]
    data["hedge"] = [asset + "-PERP"]
    return data


class Portfolio(Case):
    def setUp(self):
        super().setUp()
        self.write("eth.json", json.dumps(bars(seed=9, spot=3000.0)))

    def parts_and_whole(self, wake, **changes):
        self.write("one.lua", ONE % wake)
        self.write("all.lua", ALL % wake)
        data = both_assets(policy={"script": "all.lua"}, **changes)
        whole = self.run_json(data)
        data["policy"] = {"script": "one.lua"}
        return whole, [self.run_json(only(data, asset)) for asset in ("BTC", "ETH")]

    def test_the_whole_is_the_sum_of_its_parts(self):
        for wake in WAKES:
            whole, parts = self.parts_and_whole(wake)
            for block in ("pnl", "cost"):       # attribution is cut at the fills of both assets
                for key, value in whole[block].items():
                    self.close_to(value, sum(part[block][key] for part in parts), 1e-9,
                                  f"{wake} {block}.{key}", 1e4)
            self.assertEqual(whole["hedging"]["fills"],
                             sum(part["hedging"]["fills"] for part in parts), wake)
            self.assertGreater(min(part["hedging"]["fills"] for part in parts), 3)

    def test_expiries_release_the_hedges_of_their_own_asset(self):
        self.write("one.lua", ONE % 'every = "10m"')
        self.write("all.lua", ALL % 'every = "10m"')
        data = both_assets(policy={"script": "all.lua"})
        data["hedge"] = {"instruments": data["hedge"], "unwind_at_expiry": True}
        whole = self.run_json(data)
        parts = []
        for asset in ("BTC", "ETH"):
            one = only(dict(data, policy={"script": "one.lua"}), asset)
            one["hedge"] = {"instruments": one["hedge"], "unwind_at_expiry": True}
            parts.append(self.run_json(one))
        total = sum(part["pnl"]["total"] for part in parts)
        self.close_to(whole["pnl"]["total"], total, 1e-9, "P&L", 1e4)
        self.assertEqual(whole["hedging"]["fills"], sum(p["hedging"]["fills"] for p in parts))

    def test_a_policy_of_one_asset_is_refused(self):
        for policy in ({"script": "delta_band"}, {"script": "native:delta_band"}):
            path = self.write("s.json", both_assets(policy=policy))
            self.refused(4, ["hedges one asset", 'scope = "portfolio"'], "run", path, "--quiet")
        self.run_json(both_assets(policy={"script": "native:none"}))
        self.write("bad.lua", (ONE % "").replace('version = "1"', 'version = "1", scope = "all"'))
        path = self.write("s.json", both_assets(policy={"script": "bad.lua"}))
        self.refused(4, [r"bad\.lua:2", "scope: expected"], "run", path, "--quiet")

    def test_a_killed_portfolio_is_flattened_in_every_asset(self):
        self.write("die.lua", (ALL % 'every = "10m"').replace(
            "trigger = function(s, p)", "trigger = function(s, p)\n"
            "    if s:asset('ETH').expiry_in < 3600 then error('enough') end"))
        data = both_assets(policy={"script": "die.lua", "on_failure": "flatten"})
        result = self.rehedge("run", self.write("s.json", data), "--quiet", "--json", "--out",
                              self.path("out"))
        self.assertEqual(result.status, 4, result)
        held = {}
        with open(self.path("out/fills.csv"), encoding="utf-8", newline="") as file:
            for fill in csv.DictReader(file):
                held[fill["instrument"]] = held.get(fill["instrument"], 0) + float(fill["qty"])
        self.assertEqual(sorted(held), ["BTC-PERP", "ETH-PERP"])
        for qty in held.values():
            self.assertAlmostEqual(qty, 0, places=9)

    def test_guards_look_at_each_asset(self):
        self.write("all.lua", ALL % 'every = "10m"')
        data = both_assets(policy={"script": "all.lua"}, guards={"max_position_qty": 4})
        summary = self.run_json(data)
        eth_alone = {"script": "one.lua"}
        self.write("one.lua", ONE % 'every = "10m"')
        rejected = [self.run_json(only(dict(data, policy=eth_alone), asset))["hedging"]["rejected"]
                    for asset in ("BTC", "ETH")]
        self.assertEqual(summary["hedging"]["rejected"], sum(rejected))
        self.assertGreater(sum(rejected), 0)


if __name__ == "__main__":
    main()
