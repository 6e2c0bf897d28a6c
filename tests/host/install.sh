#!/bin/sh
# Installs into a temporary prefix, moves it, and builds small C and C++ programs with pkg-config.
# Checks that headers compile alone, that the shared library exports the public functions and
# nothing else, and that static and shared programs run a small market to the same digest.
# Usage: install.sh CMAKE BUILD CC NM [FLAGS]; status 77 when pkg-config is missing.
set -eu
cmake=$1 build=$2 cc=$3 nm=$4 flags=${5-}
here=$(cd "$(dirname "$0")" && pwd)
command -v pkg-config >/dev/null || { echo "skipped: no pkg-config"; exit 77; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$cmake" --install "$build" --prefix "$folder/first" >"$folder/log"
mv "$folder/first" "$folder/moved"      # an installed tree has no path of its own inside
prefix=$folder/moved
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name rehedge.pc)")
export PKG_CONFIG_PATH
libdir=$(pkg-config --variable=libdir rehedge)
LD_LIBRARY_PATH=$libdir
export LD_LIBRARY_PATH
warnings="-Wall -Wextra -Wpedantic -Werror $flags"

fail() { echo "FAILED: $*"; exit 1; }

"$prefix/bin/rehedge" --version >/dev/null || fail "the installed program does not start"

for header in "$prefix"/include/rehedge/*.h; do
    name=$(basename "$header")
    printf '#include <rehedge/%s>\n#include <rehedge/%s>\nint main(void) { return 0; }\n' \
        "$name" "$name" >"$folder/alone.c"
    $cc -std=c99 $warnings $(pkg-config --cflags rehedge) "$folder/alone.c" -o "$folder/alone" ||
        fail "$name does not compile alone as C99"
    if grep -nE 'lua\.h|uv\.h|cJSON\.h|csv\.h' "$header"; then fail "$name leaks a dependency"; fi
done

# what the headers declare, against what the library exports
grep -hE '^[a-z].*[ *]rh_[a-z0-9_]+\(' "$prefix"/include/rehedge/*.h |
    sed -E 's/.*[ *](rh_[a-z0-9_]+)\(.*/\1/' | sort -u >"$folder/declared"
"$nm" -D --defined-only "$libdir/librehedge.so" | awk '$2 ~ /[TBDRVW]/ { print $3 }' |
    sort -u >"$folder/exported"
diff "$folder/declared" "$folder/exported" || fail "exports are not the public functions"

cat >"$folder/market.json" <<'JSON'
{"rehedge": 1, "name": "an hour", "seed": 7, "numeraire": "USD",
 "clock": {"from": "2021-01-01T00:00:00Z", "to": "2021-01-01T01:00:00Z", "end": "mark"},
 "assets": {"BTC": {"rate": 0, "vol": {"mark": {"kind": "flat", "sigma": 0.8}, "hedge": "mark"}}},
 "instruments": {"BTC-SPOT": {"kind": "spot", "asset": "BTC", "venue": "ideal"}},
 "feeds": [{"instrument": "BTC-SPOT", "synth":
   {"model": "gbm", "spot": 45000, "vol": 0.8, "drift": 0, "interval": "1m"}}],
 "venues": {"ideal": {"kind": "ideal"}},
 "portfolio": [{"option": "call", "asset": "BTC", "strike": 45000,
                "expiry": "2021-02-01T08:00:00Z", "qty": -10}],
 "hedge": ["BTC-SPOT"],
 "policy": {"script": "delta_band", "params": {"band": 0.1}}}
JSON

cp "$here/example.c" "$here/example.cpp" "$folder"
cd "$folder"
$cc -std=c99 $warnings example.c $(pkg-config --cflags --libs rehedge) -o shared
./shared market.json >shared.txt || { cat shared.txt; fail "the shared C program"; }
mkdir static_only && cp "$libdir/librehedge.a" static_only/
$cc -std=c99 $warnings example.c $(pkg-config --cflags rehedge) -Lstatic_only -lrehedge \
    $(pkg-config --static --libs rehedge | sed "s|-L$libdir||g; s|-lrehedge||g") -o static
LD_LIBRARY_PATH= ./static market.json >static.txt || { cat static.txt; fail "the static program"; }
diff shared.txt static.txt || fail "static and shared disagree"
grep -qE '^[0-9a-f]{32}$' shared.txt || fail "no digest in: $(cat shared.txt)"

# One compiler for both: the sanitizer runtimes of gcc and clang do not mix.
case $cc in *clang*) cxx=clang++ ;; *) cxx=g++ ;; esac
if command -v "$cxx" >/dev/null; then
    "$cxx" -std=c++11 $warnings example.cpp $(pkg-config --cflags --libs rehedge) -o cxx
    ./cxx market.json >cxx.txt || { cat cxx.txt; fail "the C++ program"; }
    [ "$(tail -n 1 cxx.txt)" = "$(tail -n 1 shared.txt)" ] || fail "C and C++ disagree"
else
    echo "no $cxx: the C++ program was not built"
fi
echo "installed, moved, built and run: $(tail -n 1 shared.txt)"
