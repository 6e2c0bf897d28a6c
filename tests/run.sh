#!/usr/bin/env bash
# Every test, from a fresh clone: installs what is missing, builds with sanitizers and runs the unit
# tests, builds the release and runs the end-to-end tests, and compares digests between compilers.
# Usage: tests/run.sh [--all]   a 5-minute set; --all: also longer sets, the laws of the literature
# on many paths, every compiler and build type, in under 30 minutes. Status 1: a test failed.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1
. tests/setup.sh

all=0
case "${1-}" in
"") ;;
--all) all=1 ;;
-h | --help) sed -n '2,5s/^# //p' "$0"; exit 0 ;;
*) sed -n '2,5s/^# //p' "$0" >&2; exit 2 ;;
esac

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
results=()
failed=0
export REHEDGE_TEST_ALL=$all
export PYTHONDONTWRITEBYTECODE=1
export REHEDGE_CACHE="$logs/cache"

# stage NAME COMMAND...: run it, keep its output, remember how it ended and how long it took.
stage() {
    local name=$1 log="$logs/stage" started=$SECONDS status=0
    shift
    rehedge_say "== $name"
    "$@" >"$log" 2>&1 || status=$?
    if [ "$status" -eq 0 ]; then
        results+=("ok      $((SECONDS - started)) s  $name$(summary_of "$log")")
        grep -E '\*\*\*Skipped|^skipped|: SKIP|^ok {4}' "$log" >&2
        return 0
    fi
    results+=("FAILED  $((SECONDS - started)) s  $name$(summary_of "$log")")
    failed=1
    tail -n 120 "$log" >&2
    return 1
}

summary_of() {
    local line
    line=$(grep -E '^[0-9]+% tests passed|^[0-9]+ laws, ' "$1" | tail -n 1)
    [ -n "$line" ] && printf ' (%s)' "$line"
}

# build PRESET TESTING [TARGET...]
build() {
    local preset=$1 testing=$2
    shift 2
    cmake --preset "$preset" -DBUILD_TESTING="$testing" &&
        cmake --build --preset "$preset" ${1+--target "$@"}
}

# ctest_in PRESET [ctest arguments]; the last -j counts
ctest_in() {
    local preset=$1
    shift
    ctest --test-dir "build/$preset" --output-on-failure -j "$(nproc)" "$@"
}

# laws_in PRESET [arguments of laws.py]
laws_in() {
    local preset=$1
    shift
    REHEDGE="build/$preset/rehedge" python3 tests/laws/laws.py "$@"
}

rehedge_setup tests || exit 1
data=${REHEDGE_DATA:-../shared/data}
if [ ! -d "$data" ]; then
    rehedge_say "No real market data at $data (REHEDGE_DATA names another place): the tests on it"
    rehedge_say "are skipped."
fi

stage "tidy" python3 tests/tidy/tidy.py
if stage "build with ASan and UBSan" build dev ON; then
    stage "unit tests under the sanitizers" ctest_in dev -LE 'e2e|tidy'
    stage "bad input and bad policies under the sanitizers" ctest_in dev -R 'e2e/test_bad|tidy/self'
fi
targets="rehedge rehedge_failing_writes"
[ "$all" -eq 1 ] && targets="all"
if stage "build the release" build release ON $targets; then
    # one more than processors: some of these wait for the time of day most of their time
    stage "end-to-end tests" ctest_in release -L e2e -j "$(($(nproc) + 1))"
    if [ "$all" -eq 1 ]; then
        stage "unit tests of the release" ctest_in release -LE 'e2e|tidy'
        stage "the laws of the literature" laws_in release --all
    fi
fi

programs=("build/dev/rehedge" "build/release/rehedge")
if stage "build the release with clang" build release-clang OFF rehedge; then
    programs+=("build/release-clang/rehedge")
fi
if [ "$all" -eq 1 ] && stage "build with clang, ASan and UBSan" build dev-clang ON; then
    programs+=("build/dev-clang/rehedge")
    stage "unit tests, clang and sanitizers" ctest_in dev-clang -LE 'e2e|tidy'
    stage "end-to-end tests under the sanitizers" ctest_in dev -L e2e
fi
stage "one digest: ${programs[*]}" python3 tests/e2e/digests.py "${programs[@]}"

printf '\n'
printf '%s\n' "${results[@]}"
if [ "$failed" -ne 0 ]; then
    printf 'FAILED after %d s\n' "$SECONDS"
    exit 1
fi
printf 'all passed in %d s\n' "$SECONDS"
