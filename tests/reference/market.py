"""Yields (time_ns, close) of one-minute (or other) bars from the sources a scenario may name: a
Binance klines JSON, a CSV, a tape (read by its documented layout, checksums left to the engine).
The time of a bar is its open time plus its interval: one record per bar, happened = known."""
import csv
import gzip
import json
import os
from collections import Counter

import tape
from scenario import Unmodelled


def opened(path):
    with open(path, "rb") as file:
        data = file.read()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def interval_of(times):
    spacings = Counter(b - a for a, b in zip(times, times[1:]))
    return spacings.most_common(1)[0][0]


def klines(data):
    if data.lstrip()[:1] == b"[":
        rows = [(int(row[0]), float(row[4])) for row in json.loads(data)]
    else:
        lines = csv.reader(data.decode("utf-8-sig").splitlines())
        rows = [(int(row[0]), float(row[4])) for row in lines if row and row[0].isdigit()]
    unit = 10**6 if rows[0][0] < 10**14 else 10**3
    interval = interval_of([row[0] for row in rows[:1000]])
    return [((time + interval) * unit, close) for time, close in rows]


def bars(path, file_format=None):
    data = opened(path)
    if data.startswith(tape.MAGIC):
        return [(r.happened_ns, r.price) for r in tape.records(data) if r.kind == "bar"]
    if file_format in ("binance-klines", None):
        return klines(data)
    raise Unmodelled("feed format " + file_format)


def feed_of(scenario, scenario_path, asset):
    """The bars of the asset's spot inside the clock."""
    spot = [name for name, row in scenario["instruments"].items()
            if row["kind"] == "spot" and row["asset"] == asset]
    for feed in scenario["feeds"]:
        if feed.get("instrument") in spot or feed.get("instrument") is None:
            if "file" not in feed:
                raise Unmodelled("a feed without a file")
            if feed.get("bar_path", "close") != "close" or feed.get("gaps") == "fill":
                raise Unmodelled("bar_path or gaps")
            path = os.path.join(os.path.dirname(os.path.abspath(scenario_path)), feed["file"])
            return within(bars(path, feed.get("format")), scenario)
    raise Unmodelled("no feed for the spot of " + asset)


def within(rows, scenario):
    clock = scenario["clock"]
    return [row for row in rows if clock["from_ns"] <= row[0] <= clock["to_ns"]]
