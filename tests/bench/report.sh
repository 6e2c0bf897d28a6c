#!/usr/bin/env bash
# How long a report of a long run takes to write: a market of one-second bars is made, run, and its
# report rebuilt three times. Never part of the tests: it measures, it does not judge.
# Usage: tests/bench/report.sh [EVENTS [LEDGER]]   (10000000 events, a ledger row per 10s)
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
events=${1:-10000000}
ledger=${2:-10s}
rehedge=${REHEDGE:-$root/build/release/rehedge}
work=$(mktemp -d "${TMPDIR:-/tmp}/rehedge-report-XXXXXX")
trap 'rm -rf "$work"' EXIT

from=2024-01-01T00:00:00Z
to=$(date -u -d "@$((1704067200 + events - 1))" +%Y-%m-%dT%H:%M:%SZ)
expiry=$(date -u -d "@$((1704067200 + events + 86400))" +%Y-%m-%dT%H:%M:%SZ)
"$rehedge" synth gbm -o "$work/market.tape" --from "$from" --to "$to" --interval 1s --spot 45000 \
    --vol 0.6 --seed 7 --instrument BTC-SPOT --quiet
cat >"$work/scenario.json" <<JSON
{"rehedge": 1, "name": "bench of the report", "seed": 7, "numeraire": "USD",
 "clock": {"from": "$from", "to": "$to", "end": "mark", "ledger": "$ledger"},
 "assets": {"BTC": {"vol": {"mark": {"kind": "flat", "sigma": 0.65}, "hedge": "mark"}}},
 "instruments": {
   "BTC-SPOT": {"kind": "spot", "asset": "BTC"},
   "BTC-PERP": {"kind": "perp", "asset": "BTC", "settle": "USD", "venue": "perp", "lot": 0.001}},
 "feeds": [{"instrument": "BTC-SPOT", "file": "market.tape"}],
 "venues": {"perp": {"kind": "book", "spread_bps": 1, "taker_bps": 5, "latency_ms": 80}},
 "portfolio": [{"option": "call", "asset": "BTC", "strike": 45000, "expiry": "$expiry",
                "qty": -10}],
 "hedge": ["BTC-PERP"],
 "policy": {"script": "native:delta_band", "params": {"band": 0.05}}}
JSON
"$rehedge" run "$work/scenario.json" --out "$work/run" --quiet >/dev/null

printf '%s events, %s ledger rows (%s MB), %s fills\n' "$events" \
    "$(($(wc -l <"$work/run/ledger.csv") - 1))" "$(($(stat -c %s "$work/run/ledger.csv") >> 20))" \
    "$(($(wc -l <"$work/run/fills.csv") - 1))"
for _ in 1 2 3; do
    /usr/bin/env bash -c 'TIMEFORMAT="report written in %R s (%U s of processor time)"; \
        time "$0" report "$1" --quiet >/dev/null' "$rehedge" "$work/run"
done
printf 'report.html: %s kB\n' "$(($(stat -c %s "$work/run/report.html") >> 10))"
