#!/usr/bin/env bash
# The published figures, measured on this machine: release build, then `rehedge bench` and the peak
# memory of each case. Never part of the tests: it measures, it does not judge.
# Usage: tests/bench/run.sh [arguments of rehedge bench, e.g. --long]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
. tests/setup.sh

rehedge_setup build
{ cmake --preset release -DBUILD_TESTING=OFF && cmake --build --preset release --target rehedge
} >&2

grep -m 1 'model name' /proc/cpuinfo || true
printf 'load before: %s\n' "$(cut -d' ' -f1-3 /proc/loadavg)"
build/release/rehedge version
exec build/release/rehedge bench "$@"
