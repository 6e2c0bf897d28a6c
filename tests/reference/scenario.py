"""Reads a scenario file (JSON with // and /* */ comments) into plain dictionaries, with the
design's defaults and times as integer nanoseconds. It refuses what this reference does not model,
by name, instead of computing something else."""
import calendar
import csv
import json
import os
import re

NS = 10**9
UNITS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": NS, "m": 60 * NS, "h": 3600 * NS, "d": 86400 * NS}


class Unmodelled(Exception):
    """The scenario uses something that this reference leaves out."""


def strip_comments(text):
    token = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.S)
    return token.sub(lambda m: m.group() if m.group()[0] == '"' else " ", text)


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.loads(strip_comments(file.read()))


def time_ns(text):
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z", text)
    if not match:
        raise ValueError(f"no time: {text}")
    parts = [int(part) for part in match.groups()[:6]]
    fraction = (match.group(7) or "").ljust(9, "0")
    return calendar.timegm(tuple(parts) + (0, 0, 0)) * NS + int(fraction)


def duration_ns(text):
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ns|us|ms|s|m|h|d)", text)
    if not match:
        raise ValueError(f"no duration: {text}")
    whole, _, fraction = match.group(1).partition(".")
    unit = UNITS[match.group(2)]
    return int(whole) * unit + (int(fraction) * unit // 10**len(fraction) if fraction else 0)


def substitute(value, variables):
    """"$name" is replaced by vars[name]; "$$x" means the text "$x"."""
    if isinstance(value, dict):
        return {key: substitute(item, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [substitute(item, variables) for item in value]
    if isinstance(value, str) and value.startswith("$$"):
        return value[1:]
    if isinstance(value, str) and value.startswith("$"):
        return variables[value[1:]]
    return value


def set_path(root, path, value):
    keys = path.split(".")
    for key in keys[:-1]:
        root = root.setdefault(key, {})
    root[keys[-1]] = value


def load(path, policy=None, params=None, settings=None):
    """policy replaces the policy block and drops the swaps, params and settings (vars) override."""
    data = read_json(path)
    variables = data.pop("vars", {})
    variables.update(settings or {})
    data = substitute(data, variables)
    if policy is not None:
        data["policy"] = {"script": policy, "params": params or {}}
        data.pop("swaps", None)
    elif params:
        data["policy"].setdefault("params", {}).update(params)
    clock = data["clock"]
    clock["from_ns"], clock["to_ns"] = time_ns(clock["from"]), time_ns(clock["to"])
    clock["ledger_ns"] = duration_ns(clock.get("ledger", "1m"))
    data["portfolio"], files = [row for row in data["portfolio"] if "file" not in row], [
        row["file"] for row in data["portfolio"] if "file" in row]
    data["client_trades"] = [trade for name in files for trade in client_trades(
        os.path.join(os.path.dirname(os.path.abspath(path)), name))]
    for entry in data["portfolio"] + data["client_trades"]:
        if "option" not in entry:
            raise Unmodelled("a portfolio entry that is no option")
        entry["sign"] = 1 if entry["option"] == "call" else -1
        entry["expiry_ns"] = time_ns(entry["expiry"])
    return data


def client_trades(path):
    """Rows of a trades file: time, qty, price (empty: the mark), option, strike, expiry."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = [{key: text for key, text in row.items() if text} for row in csv.DictReader(file)]
    for row in rows:
        row["time_ns"] = time_ns(row.pop("time"))
        row["entry"] = float(row.pop("price")) if "price" in row else "mark"
        row["qty"], row["strike"] = float(row["qty"]), float(row["strike"])
    return rows


def flat_sigma(data, asset):
    mark = data["assets"][asset]["vol"]["mark"]
    if isinstance(mark, (int, float)):
        return mark
    if mark["kind"] != "flat":
        raise Unmodelled("mark vol " + mark["kind"])
    return mark["sigma"]


def hedge_sigma(data, asset):
    hedge = data["assets"][asset]["vol"].get("hedge", "mark")
    if hedge == "mark":
        return flat_sigma(data, asset)
    if isinstance(hedge, (int, float)):
        return hedge
    if hedge["kind"] != "flat":
        raise Unmodelled("hedge vol " + hedge["kind"])
    return hedge["sigma"]
