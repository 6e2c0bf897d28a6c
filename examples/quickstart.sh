#!/usr/bin/env bash
# One command from a fresh clone to a result: installs what is missing, builds, and replays the
# bundled sample market through a short straddle under three hedging policies.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
. tests/setup.sh

log=$(mktemp)
trap 'rm -f "$log"' EXIT

rehedge_setup build

rehedge_say "Building rehedge (build/release) ..."
if ! { cmake --preset release -DBUILD_TESTING=OFF &&
       cmake --build --preset release --target rehedge; } >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    rehedge_say "The build failed; the lines above say why."
    exit 1
fi

rm -rf runs/quickstart
build/release/rehedge compare examples/quickstart.json interval delta_band:band=0.25 \
    adaptive:band=0.25 --out runs/quickstart

cat <<END

Each run left a directory below runs/quickstart with summary.json, fills.csv, ledger.csv,
journal.jsonl and report.html. Next:

    build/release/rehedge run examples/quickstart.json --policy scripts/delta_band.lua \\
        --set policy.band=0.1 --out runs/mine
    build/release/rehedge help
END
