#!/usr/bin/env python3
"""The style rules a program can check, checked over the whole tree: include direction, function
and line length, banned calls, how files open, leftover notes, paths of one machine.
Usage: tidy.py [ROOT]. Prints one "file:line: rule" per violation; exit status 1 if there is any.
It must not judge taste, and it reads every file as it lies on disk: no build, no git."""
import os
import re
import subprocess
import sys

# Top to bottom; a room includes itself and what stands below it. Rooms of one row are siblings.
ROOMS = [["cli"], ["host"], ["report"], ["study"], ["engine", "lua"], ["policy"], ["execution"],
         ["portfolio"], ["flow"], ["feed"], ["market"], ["pricing"], ["clock"], ["data"],
         ["math"], ["base"]]
RANK = {room: rank for rank, row in enumerate(ROOMS) for room in row}
OWNERS = {"lua.h": "lua", "lauxlib.h": "lua", "lualib.h": "lua", "luaconf.h": "lua",
          "uv.h": "host", "cJSON.h": "data", "cjson/cJSON.h": "data", "csv.h": "data",
          "zlib.h": "data", "archive.h": "host", "archive_entry.h": "host"}
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100
OPENING_LINES = (2, 6)

BANNED_EVERYWHERE = ["strcpy", "strcat", "sprintf", "vsprintf", "gets", "rand", "srand", "random",
                     "time", "setlocale", "assert"]
LIBM = ("exp exp2 expm1 log log2 log10 log1p pow sin cos tan asin acos atan atan2 sinh cosh tanh "
        "erf erfc cbrt tgamma lgamma hypot").split()
BEFORE = r"(?<![\w.>])"         # no member call: view->time(...) is somebody's own function
NOTES = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]) + r")\b")
STANDARD_ROOTS = {"bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "libx32", "media", "opt",
                  "proc", "run", "sbin", "srv", "sys", "tmp", "usr", "var", "lost+found"}
SKIPPED_FOLDERS = {".git", "build", "runs", "__pycache__", ".cache"}
CODE = (".c", ".h", ".lua", ".py", ".sh", ".cmake")
TEXT = CODE + (".md", ".json", ".txt", ".yml")


def machine_roots():
    """First folders of absolute paths that only make sense on one machine, this one included."""
    present = {name for name in os.listdir("/") if not name.startswith(".")}
    return sorted((present - STANDARD_ROOTS) | {"home", "root", "Users"})


def machine_path_pattern():
    words = "|".join(re.escape(word) for word in machine_roots())
    return re.compile(r"(?<![\w./$})*-])/(?:" + words + r")/[\w.]")


def known_to_git(root):
    """What belongs to the project: tracked files, and untracked ones inside its folders. A script a
    person keeps beside the README is theirs. None where git does not answer."""
    try:
        asked = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard", "-z"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        tracked = subprocess.run(["git", "-C", root, "ls-files", "-z"], stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    names = {os.fsdecode(name) for name in tracked.stdout.split(b"\0") if name}
    return names | {os.fsdecode(name) for name in asked.stdout.split(b"\0") if b"/" in name}


def files_of(root):
    known = known_to_git(root) if os.path.exists(os.path.join(root, ".git")) else None
    for path in every_file(root):
        if known is None or path in known:
            yield path


def every_file(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in SKIPPED_FOLDERS)
        for name in sorted(names):
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                yield os.path.relpath(path, root)


def blank(text):
    """Spaces of the same shape, so that lines and columns stay where they were."""
    return re.sub(r"[^\n]", " ", text)


TOKENS = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def strip_comments_and_strings(text):
    def replace(match):
        token = match.group()
        if token[0] == "/":
            return blank(token)
        return token[0] + " " * (len(token) - 2) + token[-1]
    return TOKENS.sub(replace, text)


def strip_directives(code):
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: blank(m.group()), code, flags=re.M)


def function_spans(code):
    """(first line, last line) of every function body in stripped C code."""
    code = re.sub(r'extern\s+"[^"]*"\s*\{', lambda m: blank(m.group()), strip_directives(code))
    spans, depth, line, before, start = [], 0, 1, "", None
    for char in code:
        if char == "\n":
            line += 1
        elif char == "{":
            if depth == 0 and before == ")":
                start = line
            depth += 1
        elif char == "}":
            depth = max(0, depth - 1)       # the end of an extern "C" block closes nothing
            if depth == 0 and start is not None:
                spans.append((start, line))
                start = None
        if not char.isspace():
            before = char
    return spans


class Tidy:
    def __init__(self, root):
        self.root = root
        self.found = []
        self.machine_path = machine_path_pattern()

    def say(self, path, line, text):
        self.found.append(f"{path}:{line}: {text}")

    def run(self):
        count = 0
        for path in files_of(self.root):
            if not (path.endswith(TEXT) or os.path.basename(path) == "CMakeLists.txt"):
                continue
            count += 1
            with open(os.path.join(self.root, path), encoding="utf-8", errors="replace",
                      newline="") as file:
                self.check(path.replace(os.sep, "/"), file.read())
        return count

    def check(self, path, text):
        lines = text.split("\n")
        is_code = path.endswith(CODE) or path.endswith("CMakeLists.txt")
        for number, line in enumerate(lines, 1):
            if is_code and len(line.rstrip("\r")) > COLUMNS_MAX:
                self.say(path, number, f"line of {len(line)} columns, at most {COLUMNS_MAX}")
            if NOTES.search(line):
                self.say(path, number, "leftover note: " + NOTES.search(line).group())
            if self.machine_path.search(line):
                self.say(path, number, "path of one machine: "
                         + self.machine_path.search(line).group() + "...")
            if is_code and "\t" in line:
                self.say(path, number, "tab character")
        if is_code:
            self.check_opening(path, lines)
        if path.endswith((".c", ".h")):
            self.check_c(path, text)

    def check_opening(self, path, lines):
        first = 1 if lines and lines[0].startswith("#!") else 0
        opening = lines[first] if len(lines) > first else ""
        if path.endswith((".c", ".h")):
            good = opening.startswith(("/*", "//"))
        elif path.endswith(".lua"):
            good = opening.startswith("--")
        elif path.endswith(".py"):
            good = opening.startswith(('"""', "#"))
        else:
            good = opening.startswith("#")
        if not good:
            self.say(path, first + 1, "the file does not open with a comment")
        elif path.endswith((".c", ".h")) and path.startswith(("core/", "include/")):
            self.check_opening_length(path, lines)

    def check_opening_length(self, path, lines):
        count = 0
        if lines[0].startswith("//"):
            while count < len(lines) and lines[count].startswith("//"):
                count += 1
        else:
            while count < len(lines) and "*/" not in lines[count]:
                count += 1
            count += 1
        low, high = OPENING_LINES
        if not low <= count <= high:
            self.say(path, 1, f"opening comment of {count} lines, expected {low} to {high}")

    def check_c(self, path, text):
        code = strip_comments_and_strings(text)
        room = path.split("/")[1] if path.startswith("core/") and path.count("/") > 1 else None
        self.check_includes(path, text, room)
        self.check_calls(path, code, room)
        for first, last in function_spans(code):
            if last - first + 1 > FUNCTION_LINES_MAX:
                self.say(path, first, f"function of {last - first + 1} lines, "
                         f"at most {FUNCTION_LINES_MAX}")

    def check_includes(self, path, text, room):
        for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', text, re.M):
            line = text.count("\n", 0, match.start()) + 1
            quoted, name = match.group(1) == '"', match.group(2)
            if path.startswith("include/"):
                if name in OWNERS or (quoted and not name.startswith("rehedge/")):
                    self.say(path, line, f"public header includes {name}")
            elif room is not None:
                self.check_room_include(path, line, room, quoted, name)

    def check_room_include(self, path, line, room, quoted, name):
        if not quoted:
            owner = OWNERS.get(name)
            if owner is not None and owner != room:
                self.say(path, line, f"<{name}> belongs to core/{owner} only")
            return
        target = name.split("/")[0]
        if "/" not in name or ".." in name:
            self.say(path, line, f'include "{name}" by its folder')
        elif target in RANK and room not in RANK:
            self.say(path, line, f"core/{room} is no room of the design")
        elif target in RANK and target != room and RANK[target] <= RANK[room]:
            self.say(path, line, f"upward include: core/{room} may not include {name}")

    def check_calls(self, path, code, room):
        rules = [(BANNED_EVERYWHERE, "banned call")]
        if not path.startswith("tests/"):
            rules.append((LIBM + [n + "f" for n in LIBM] + [n + "l" for n in LIBM],
                          "libm call, use core/math/kernels.h"))
        if room != "lua" and not path.startswith("tests/"):
            rules.append((["lua_call", "lua_callk"], "unprotected Lua call"))
        if room != "cli" and not path.startswith("tests/"):
            rules.append((["exit", "_exit", "_Exit", "quick_exit"], "exit below core/cli"))
        for names, why in rules:
            pattern = BEFORE + "(" + "|".join(names) + r")[ \t]*\("
            for match in re.finditer(pattern, code):
                line = code.count("\n", 0, match.start()) + 1
                self.say(path, line, f"{why}: {match.group(1)}()")


def main(argv):
    if len(argv) > 2 or (len(argv) == 2 and argv[1].startswith("-")):
        print(__doc__, file=sys.stderr)
        return 2
    here = os.path.dirname(os.path.abspath(__file__))
    root = argv[1] if len(argv) == 2 else os.path.dirname(os.path.dirname(here))
    tidy = Tidy(root)
    count = tidy.run()
    for line in tidy.found:
        print(line)
    print(f"tidy: {count} files, {len(tidy.found)} violations")
    return 1 if tidy.found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
