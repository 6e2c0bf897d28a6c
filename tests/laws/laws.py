#!/usr/bin/env python3
"""The laws of the literature through the whole engine: scenario, Lua policy, venue with cost,
`rehedge mc`. Prints each with what is expected, measured, its standard error and the verdict.
Usage: laws.py [--all] [--write] [--only WORD] [--threads N]; --write makes docs/laws.md of the full
set. Status 1: a law does not hold."""
import argparse
import os
import sys
import time

import bands
import hedging
import page
import utility
from law import References, judge
from study import Failed, Laboratory


def line_of(verdict):
    relation = "" if verdict.row.relation == "=" else verdict.row.relation + " "
    return (f"{'ok    ' if verdict.good and verdict.second_good else 'FAILED'} "
            f"{verdict.row.law + ': ' + verdict.row.what:<84} "
            f"{relation + format(verdict.expected, '.6g'):>12} {verdict.measured:>12.6g} "
            f"{verdict.error:>9.2g}  {verdict.row.allowed_text()}"
            + (f"  [{verdict.second}]" if verdict.second else ""))


def arguments():
    parser = argparse.ArgumentParser(description="The laws of the literature, measured.")
    parser.add_argument("--all", action="store_true", help="the full set, on many paths")
    parser.add_argument("--write", action="store_true", help="docs/laws.md, of the full set")
    parser.add_argument("--only", default="", help="laws with this word in them")
    parser.add_argument("--threads", type=int, help="of rehedge mc; one per processor if not given")
    return parser.parse_args()


def main():
    asked = arguments()
    if os.environ.get("REHEDGE_SANITIZED") == "1":
        print("skipped: on a sanitized build it takes too long; engine/test_laws runs there")
        return 77
    few = not (asked.all or asked.write)
    rows = [row for row in hedging.rows() + bands.rows() + utility.rows()
            if asked.only in f"{row.law}: {row.what}" and (row.quick or not few)]
    laboratory, references, started = Laboratory(asked.threads), References(), time.monotonic()
    if not references.found:
        print(f"skipped: no reference files at {os.path.relpath(references.folder)}, so laws are "
              "compared with their formulas alone")
    for row in rows:
        laboratory.expect(row.study, row.quick if few else row.paths, row.measure)
    verdicts = []
    try:
        for row in rows:
            verdicts.append(judge(row, laboratory, references, few))
            print(line_of(verdicts[-1]), flush=True)
    except Failed as failed:
        print(f"FAILED {failed}", file=sys.stderr)
        return 1
    bad = sum(not (v.good and v.second_good) for v in verdicts)
    if asked.write and not asked.only:
        page.write(verdicts)
    elif asked.all and not asked.only and not page.is_current(verdicts):
        print("FAILED docs/laws.md is not what was measured: write it with --write")
        bad += 1
    print(f"{len(verdicts)} laws, {bad} failed; {time.monotonic() - started:.0f} s, "
          f"{laboratory.seconds:.0f} s of them in rehedge mc")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
