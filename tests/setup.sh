# Sourced by examples/quickstart.sh and tests/run.sh: installs what a build or the tests need and
# this machine lacks, by apt (Debian 12, 13, Ubuntu 24.04). It installs nothing that is there, says
# what it does on stderr, and fails with the list of packages where it may not install them.

rehedge_build_packages="gcc libc6-dev cmake ninja-build pkg-config liblua5.4-dev libuv1-dev \
libcjson-dev libcsv-dev zlib1g-dev libxxhash-dev libsodium-dev libarchive-dev libedit-dev \
libsqlite3-dev libjs-dygraphs libjs-chart.js"
rehedge_test_packages="g++ libcmocka-dev libmpfr-dev clang python3 minisign"

rehedge_say() {
    printf '%s\n' "$*" >&2
}

rehedge_missing() {
    local package
    for package in "$@"; do
        case "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" in
        installed) ;;
        *) printf '%s ' "$package" ;;
        esac
    done
}

# The packages of a pkg-config that is another implementation, or of a newer gcc, serve as well.
rehedge_drop_served() {
    local package
    for package in "$@"; do
        case "$package" in
        pkg-config | cmake | gcc | g++ | clang | python3)
            command -v "$package" >/dev/null 2>&1 || printf '%s ' "$package" ;;
        ninja-build) command -v ninja >/dev/null 2>&1 || printf '%s ' "$package" ;;
        *) printf '%s ' "$package" ;;
        esac
    done
}

rehedge_as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

rehedge_install() {
    local log status=0
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
        rehedge_say "These packages are missing, and neither root nor sudo is at hand:"
        rehedge_say "    apt-get install $*"
        return 1
    fi
    rehedge_say "Installing with apt: $*"
    log=$(mktemp)
    { rehedge_as_root apt-get update && rehedge_as_root apt-get install -y \
        --no-install-recommends "$@"; } >"$log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 15 "$log" >&2
        rehedge_say "apt could not install: $*"
    fi
    rm -f "$log"
    return "$status"
}

# rehedge_setup build | rehedge_setup tests
rehedge_setup() {
    local wanted="$rehedge_build_packages" missing version
    [ "$1" = tests ] && wanted="$wanted $rehedge_test_packages"
    if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
        rehedge_say "No apt here: the build needs what these Debian packages hold: $wanted"
        return 0
    fi
    missing=$(rehedge_missing $wanted)
    missing=$(rehedge_drop_served $missing)
    if [ -n "$missing" ]; then
        rehedge_install $missing || return 1
    fi
    if [ "$1" = tests ]; then   # clang's sanitizer runtime is a package of its own
        version=$(clang -dumpversion | cut -d. -f1)
        missing=$(rehedge_missing "libclang-rt-$version-dev")
        if [ -n "$missing" ] && apt-cache show "libclang-rt-$version-dev" >/dev/null 2>&1; then
            rehedge_install $missing || return 1
        fi
    fi
    return 0
}
