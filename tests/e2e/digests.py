#!/usr/bin/env python3
"""One digest for the sample run, whatever made the program: compiler, build type, instruction set.
Usage: digests.py PROGRAM...   compares each, at each REHEDGE_ISA level, with digest.txt.
       digests.py --write PROGRAM   writes digest.txt anew (say why in the commit)."""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
DEFAULT = os.path.join(ROOT, "build/release/rehedge")
FILE = os.path.join(HERE, "digest.txt")
SCENARIO = os.path.join(ROOT, "examples/quickstart.json")
LEVELS = (None, "baseline", "fma", "avx512")


def committed():
    with open(FILE, encoding="ascii") as file:
        return file.read().split()[0]


def has_fma():
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
            return " fma" in file.read()
    except OSError:
        return False


def digest_of(program, level=None):
    environment = dict(os.environ)
    environment.pop("REHEDGE_ISA", None)
    if level:
        environment["REHEDGE_ISA"] = level
    done = subprocess.run([program, "run", SCENARIO, "--json", "--quiet"], env=environment,
                          stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True)
    return json.loads(done.stdout)["digest"]


def main(argv):
    if len(argv) == 3 and argv[1] == "--write":
        with open(FILE, "w", encoding="ascii") as file:
            file.write(digest_of(argv[2]) + "  examples/quickstart.json\n")
        return 0
    if len(argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    expected, wrong = committed(), 0
    print(f"{expected}  digest.txt")
    for program in argv[1:]:
        for level in LEVELS:
            if level == "fma" and not has_fma():
                continue
            digest = digest_of(program, level)
            wrong += digest != expected
            print(f"{digest}  {program} {level or ''}" + ("" if digest == expected else "  WRONG"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
