#!/usr/bin/env python3
"""rehedge replay as a person has it: the socket, --watch with every kind of edit while it runs, a
real (pseudo) terminal. Whatever is done by hand, the digest is that of the same run unpaced: pacing
and refused swaps leave no trace in it, accepted ones are reproduced by rehedge rerun."""
import fcntl
import json
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness  # noqa: E402

PATIENCE_S = 60 if harness.SANITIZED else 30

POLICY = """
local st = rehedge.state { seen = 0 }
return rehedge.policy {
  api = 1, name = "%(name)s", version = "%(version)s",
  params = { band = { default = %(band)s, min = 0, unit = "asset" } },
  wake = { delta_beyond = "band" },
  trigger = function(s, p) %(body)s st.seen = st.seen + 1 return true, -p.band, p.band end,
  scale = function(s, p, f, lo, hi) return rehedge.to_edge(s.delta, lo, hi) end,
  %(more)s
}
"""


def policy(version="1.0.0", band=0.2, body="", more="", name="mine"):
    return POLICY % {"version": version, "band": band, "body": body, "more": more, "name": name}


class Replay(harness.Case):
    def setUp(self):
        super().setUp()
        self.runtime = self.path("rt")
        os.mkdir(self.runtime, 0o700)
        self.scenario = self.write("three.json", harness.scenario())
        self.socket_path = os.path.join(self.runtime, "rehedge", "three.sock")
        self.process = None

    def tearDown(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.communicate()

    def environment(self, extra=None):
        return super().environment(dict(extra or {}, XDG_RUNTIME_DIR=self.runtime))

    def start(self, *arguments):
        command = [harness.REHEDGE, "replay", self.scenario, "--socket", *map(str, arguments)]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, cwd=self.folder,
                                        env=self.environment())
        self.until_true(self.is_answered, "the socket")
        return self.connect()

    def is_answered(self):
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(self.socket_path) == 0

    def until_true(self, condition, what):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if condition():
                return
            if self.process.poll() is not None:
                out, err = self.process.communicate()
                self.fail(f"waiting for {what}: status {self.process.returncode}: {out} {err}")
            time.sleep(0.01)
        self.fail(f"waited {PATIENCE_S} s for {what}")

    def connect(self):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(PATIENCE_S)
        client.connect(self.socket_path)
        self.addCleanup(client.close)
        return client

    def ask(self, client, cmd, ok=True, **members):
        return self.ask_raw(client, json.dumps(dict(members, cmd=cmd)).encode(), ok)

    def ask_raw(self, client, line, ok):
        client.sendall(line + b"\n")
        answer = self.read_line(client)
        self.assertEqual(answer["ok"], ok, answer)
        return answer

    @staticmethod
    def read_line(client):
        data = b""
        while not data.endswith(b"\n"):
            part = client.recv(65536)
            if not part:
                raise EOFError(data)
            data += part
        return json.loads(data)

    def end(self, expected=0):
        out, err = self.process.communicate(timeout=PATIENCE_S)
        text = f"{out.decode('utf-8', 'replace')}\n{err.decode('utf-8', 'replace')}"
        self.assertEqual(self.process.returncode, expected, text)
        self.assertNotRegex(text, "AddressSanitizer|LeakSanitizer|runtime error:")
        self.assertFalse(os.path.exists(self.socket_path), "the socket is removed")
        return out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    def journal(self, folder):
        with open(os.path.join(folder, "journal.jsonl"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def rerun_agrees(self, folder):
        with open(os.path.join(folder, "summary.json"), encoding="utf-8") as file:
            digest = json.load(file)["digest"]
        again = self.good("rerun", folder, "--json").json()
        self.assertTrue(again["same"], again)
        self.assertEqual(again["digest"], digest, "rerun reaches the digest of the replay")
        return again


class Paced(Replay):
    def test_pacing_leaves_no_trace(self):
        expected = self.good("run", self.scenario, "--json", "--quiet").json()["digest"]
        fast = self.good("replay", self.scenario, "--speed", "max", "--json", "--quiet")
        self.assertEqual(fast.json()["digest"], expected)
        client = self.start("--speed", 4000, "--json", "--paused")
        for _ in range(20):
            self.ask(client, "step")
        self.ask(client, "step", events=333)
        self.ask(client, "resume")
        time.sleep(0.2)
        self.ask(client, "speed", speed=7000)
        self.ask(client, "pause")
        self.ask(client, "swap", ok=False, file="absent.lua")
        self.ask(client, "set", ok=False, param="band=-1")
        self.ask(client, "until", time="2025-01-06T02:00:30.5Z", wait=True)
        self.ask(client, "speed", speed="max")
        self.ask(client, "resume")
        out, _ = self.end()
        self.assertEqual(json.loads(out)["digest"], expected)

    def test_time_passes_at_the_speed_asked_for(self):
        client = self.start("--speed", 600, "--quiet")
        began = time.monotonic()
        first = self.ask(client, "status")
        time.sleep(3)
        second = self.ask(client, "status")
        spent = time.monotonic() - began
        passed = (seconds_of(second["time"]) - seconds_of(first["time"])) / 600
        self.assertLess(passed, spent + 0.8)        # 0.8 s: a slice that a busy machine delays
        self.assertGreater(passed, 3 - 0.8)
        self.ask(client, "quit")
        self.end()

    def test_commands_are_heard_at_full_speed(self):
        busy = policy(body="local x = 0 for i = 1, 3000 do x = x + i end")
        busy = busy.replace('wake = { delta_beyond = "band" }', 'wake = { every = "500ms" }')
        client = self.start("--speed", "max", "--quiet", "--policy", self.write("busy.lua", busy))
        sequences = [self.ask(client, "status")["sequence"] for _ in range(5)]
        self.assertEqual(self.ask(client, "status")["state"], "running")
        self.assertEqual(sequences, sorted(sequences))
        self.ask(client, "pause")
        self.assertEqual(self.ask(client, "step", events=7)["sequence"],
                         self.ask(client, "status")["sequence"])
        self.ask(client, "quit")
        self.end()

    def test_until_pauses_there_and_step_goes_on(self):
        client = self.start("--paused", "--speed", "max", "--quiet")
        answer = self.ask(client, "until", time="2025-01-06T01:00:00Z", wait=True)
        self.assertTrue(answer["reached"])
        self.assertEqual(answer["time"], "2025-01-06T01:00:00Z")
        before = self.ask(client, "status")
        self.assertEqual(before["state"], "paused")
        after = self.ask(client, "step", events=5)
        self.assertEqual(after["sequence"], before["sequence"] + 5)
        self.ask(client, "until", ok=False, time="2025-01-06T00:30:00Z")
        self.ask(client, "until", ok=False, time="2026-01-06")
        self.ask(client, "until", ok=False, time="tomorrow")
        self.ask(client, "until", ok=False, time="00:30")       # tomorrow's is after the end
        for text in ("01:20", "2025-01-06 01:21", "01:22:30"):
            answer = self.ask(client, "until", time=text, wait=True)
            self.assertEqual(answer["time"][11:16], text.split(" ")[-1][:5])
        self.ask(client, "quit")
        self.end()

    def test_a_pause_ends_the_wait_of_another(self):
        waiting = self.start("--speed", 1, "--quiet")
        other = self.connect()
        waiting.sendall(b'{"cmd": "until", "time": "2025-01-06T03:00:00Z", "wait": true}\n')
        time.sleep(0.2)
        self.ask(other, "pause")
        self.assertFalse(self.read_line(waiting)["reached"])
        self.ask(other, "quit")
        self.end()

    def test_swap_and_set_are_reproduced(self):
        good = self.write("good.lua", policy(band=0.3))
        bad = self.write("bad.lua", "return rehedge.policy { api = 1,\n  name = ")
        client = self.start("--paused", "--speed", "max", "--quiet", "--out", "out")
        self.ask(client, "until", time="2025-01-06T01:00:00Z", wait=True)
        before = self.ask(client, "status")
        answer = self.ask(client, "swap", file=good)
        self.assertEqual(answer["policy"], "mine")
        self.assertEqual(answer["sequence"], before["sequence"])
        refused = self.ask(client, "swap", ok=False, file=bad)
        self.assertIn("bad.lua:2", refused["error"])
        status = self.ask(client, "status")
        self.assertTrue(status["last_refused"])
        self.assertEqual(status["policy"], "mine")
        self.ask(client, "set", param="band=0.1")
        self.ask(client, "set", ok=False, param="bnad=0.1")
        self.ask(client, "until", time="2025-01-06T02:00:00Z", wait=True)
        self.ask(client, "swap", file="delta_band:band=0.5", orders="cancel")
        held = self.ask(client, "positions")["positions"]
        self.assertTrue(any(one["instrument"] == "BTC-PERP" for one in held), held)
        self.ask(client, "resume")
        self.end(0)             # a refusal by hand is no failure
        self.assertEqual(self.rerun_agrees(self.path("out"))["acts"], 3)

    def test_quit_sums_up_what_has_been(self):
        client = self.start("--paused", "--speed", "max", "--quiet", "--json", "--out", "out")
        self.ask(client, "until", time="2025-01-06T01:00:00Z", wait=True)
        self.assertEqual(self.ask(client, "quit")["time"], "2025-01-06T01:00:00Z")
        out, _ = self.end()
        self.assertLess(json.loads(out)["events"], 70)
        self.whole_run_folder(self.path("out"))
        self.rerun_agrees(self.path("out"))

    def test_signals_end_it_as_quit_does(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            client = self.start("--speed", 60, "--out", f"out{int(number)}")
            self.ask(client, "status")
            self.process.send_signal(number)
            self.end()
            self.whole_run_folder(self.path(f"out{int(number)}"))

    def test_a_killed_policy_is_status_4(self):
        body = "if s.time > 1736128800000000000 then error('x') end"
        late = self.write("late.lua", policy(body=body))
        client = self.start("--paused", "--speed", "max", "--policy", late)
        self.assertNotIn("kill_reason", self.ask(client, "status"))
        self.ask(client, "until", time="2025-01-06T02:30:00Z", wait=True)
        status = self.ask(client, "status")
        self.assertIs(status["killed"], True)
        self.assertRegex(status["kill_reason"], r"^late\.lua:\d+: x")
        self.assertRegex(status["message"], r"killed   late\.lua:\d+: x")
        self.ask(client, "resume")
        _, err = self.end(4)
        self.assertRegex(err, r"the policy was killed: late\.lua:\d+: x")
        self.assertNotIn("\x1b", err)


def seconds_of(text):
    whole, _, rest = text.rstrip("Z").partition(".")
    return time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + float("0." + (rest or "0"))


class Socket(Replay):
    def test_hostile_lines_are_answered_and_harmless(self):
        client = self.start("--paused", "--quiet", "--json")
        lines = [b"{", b"[]", b"null", b'"quit"', b"{}", b'{"cmd": 1}',
                 b'{"cmd": "quit", "cmd": 1}',
                 b'{"cmd": "quit", "trusted": true}', b'{"cmd": "swap", "file": "x", "trusted": 1}',
                 b'{"cmd": "set", "param": "trusted=true"}', b"[" * 4000, b"\xff\xfe\x00", b"\x00",
                 b'{"cmd": "\\u0000"}', b'{"cmd": "swap", "file": "/dev/zero"}', b"quit",
                 b'{"cmd": "swap", "file": "/dev/zero/x.lua"}',
                 b'{"cmd": "step", "events": -1}', b'{"cmd": "step", "events": 1e300}',
                 b'{"cmd": "speed", "speed": "nan"}',
                 b'{"cmd": "swap", "file": "' + b"a" * 8000 + b'"}']
        for line in lines:
            self.ask_raw(client, line, ok=False)
        state = self.ask(client, "status")
        self.assertEqual((state["sequence"], state["state"]), (0, "paused"))
        self.ask(client, "speed", speed="max")
        self.ask(client, "resume")
        out, _ = self.end()
        expected = self.good("run", self.scenario, "--json", "--quiet").json()["digest"]
        self.assertEqual(json.loads(out)["digest"], expected)

    def test_floods_do_not_hold_the_run_up(self):
        client = self.start("--speed", 600, "--quiet")
        flood, deaf = self.connect(), self.connect()
        try:
            for _ in range(64):
                flood.sendall(b"x" * 65536)
        except OSError:
            pass
        deaf.settimeout(1)
        try:
            while True:
                deaf.sendall(b'{"cmd": "positions"}\n' * 100)
        except OSError:
            pass
        crowd = []
        for _ in range(50):
            try:
                crowd.append(self.connect())
            except OSError:
                break
        self.ask(client, "status")
        for one in crowd:
            one.close()
        self.ask(client, "quit")
        self.end()

    def test_ctl(self):
        self.start("--paused", "--quiet", "--speed", "max")
        self.write("sub/p.lua", policy())
        self.assertIn("paused", self.good("ctl", "status").out)
        self.assertIn("\"sequence\": 3", self.good("ctl", "--json", "three", "step", "3").out)
        self.assertIn("paused at 2025-01-06T01:00:00Z",
                      self.good("ctl", "until", "2025-01-06", "01:00:00").out)
        self.assertIn("mine", self.good("ctl", "swap", "p.lua", cwd=self.path("sub")).out)
        self.good("ctl", "--socket", self.socket_path, "set", "band=0.25")
        self.assertEqual(self.rehedge("ctl", "set", "band=-1").status, 1)
        self.assertEqual(self.rehedge("ctl", "stauts").status, 2)
        self.assertEqual(self.rehedge("ctl", "absent", "status").status, 3)
        self.assertIn("BTC-PERP", self.good("ctl", "positions").out)
        self.assertIn("until TIME", self.good("ctl", "help").out)
        self.good("ctl", "quit")
        self.end()
        self.assertEqual(self.rehedge("ctl", "status").status, 3)

    def test_one_name_one_replay(self):
        client = self.start("--paused", "--quiet")
        second = self.rehedge("replay", self.scenario, "--socket", "--quiet")
        self.assertEqual(second.status, 1, second)
        self.assertIn("another replay listens there", second.err)
        self.ask(client, "status")
        self.process.kill()
        self.process.communicate()
        self.assertTrue(os.path.exists(self.socket_path))   # left by the dead one
        client = self.start("--quiet", "--paused")
        self.ask(client, "quit")
        self.end()


class Watched(Replay):
    """Edits while it runs. `versions` of what the socket says is live decide."""

    def begin(self, **options):
        self.script = self.write("mine.lua", policy("1.0.0"))
        return self.start("--watch", "--policy", self.script, "--speed", options.get("speed", 300),
                          "--out", "out")

    def replace(self, text):
        other = self.write("mine.lua~", text)
        os.rename(other, self.script)

    def wait_version(self, client, version):
        self.until_true(lambda: self.ask(client, "status")["version"] == version, version)

    def wait_refused(self, client, words):
        def refused():
            status = self.ask(client, "status")
            return status["last_refused"] and words in status["last_swap"]
        self.until_true(refused, f"a refusal with {words}")

    def finish(self, client):
        self.ask(client, "pause")
        self.ask(client, "speed", speed="max")
        self.ask(client, "resume")
        out, err = self.end()
        self.assertNotIn("\x1b", out + err)
        self.rerun_agrees(self.path("out"))
        return err

    def test_good_and_bad_edits(self):
        client = self.begin()
        self.ask(client, "until", time="2025-01-06T00:20:00Z", wait=True)
        self.ask(client, "resume")
        self.replace(policy("1.1.0", band=0.3))
        self.wait_version(client, "1.1.0")
        self.write("mine.lua", policy("1.2.0") + "nonsense(")
        self.wait_refused(client, "mine.lua")
        self.write("mine.lua", policy("1.2.1", body="while true do end"))
        self.wait_refused(client, "instructions")
        self.write("mine.lua", "while true do end")
        self.wait_refused(client, "instructions")
        self.write("mine.lua", policy("1.2.2", more="migrate = function() error('no way') end,"))
        self.wait_refused(client, "no way")
        self.assertEqual(self.ask(client, "status")["version"], "1.1.0")
        os.unlink(self.script)
        time.sleep(0.3)
        self.write("mine.lua", policy("1.3.0", band=0.15))
        self.wait_version(client, "1.3.0")
        err = self.finish(client)
        self.assertIn("refused", err)
        kinds = [line.get("kind", line.get("event")) for line in self.journal(self.path("out"))]
        self.assertTrue(any("swap" in str(kind) for kind in kinds), kinds)

    def test_files_that_no_editor_makes(self):
        client = self.begin()
        os.unlink(self.script)
        os.symlink("/dev/zero", self.script)
        time.sleep(1.5)
        os.unlink(self.script)
        with open(self.script, "wb") as file:
            file.truncate(1 << 30)
        time.sleep(1.5)
        os.unlink(self.script)
        end = time.monotonic() + 2
        count = 0
        while time.monotonic() < end:
            self.replace(policy(f"2.0.{count}"))
            count += 1
            with open(self.script, "wb"):
                pass
            time.sleep(0.0005)
        self.replace(policy("2.1.0"))
        self.wait_version(client, "2.1.0")
        err = self.finish(client)
        self.assertIn("not a regular file", err)
        self.assertIn("262144", err)

    def test_escapes_in_a_refusal_are_escaped(self):
        client = self.begin()
        self.write("mine.lua", 'error("\\27[2J\\27]0;owned\\7")')
        self.wait_refused(client, "owned")
        self.assertNotIn("\x1b", json.dumps(self.ask(client, "status"), ensure_ascii=False))
        self.assertIn("\\x1B[2J", self.finish(client))

    def test_the_watcher_follows_a_swap(self):
        client = self.begin(speed=60)
        other = self.write("other.lua", policy("5.0.0", name="other"))
        self.ask(client, "swap", file=other)
        self.write("mine.lua", policy("1.9.0"))
        time.sleep(1.5)
        self.assertEqual(self.ask(client, "status")["version"], "5.0.0")
        self.write("other.lua", policy("5.1.0", name="other"))
        self.wait_version(client, "5.1.0")
        self.finish(client)

    def test_a_module_of_a_bundle_is_watched(self):
        text = 'local band = require("parts.band")\n' + policy("%s", band="band.width")
        self.write("bundle/policy.lua", text % "1.0.0")
        self.write("bundle/manifest.json", {"name": "mine", "version": "1.0.0", "api": 1,
                                            "license": "MIT"})
        self.write("bundle/parts/band.lua", "return { width = 0.2 }")
        client = self.start("--watch", "--policy", "./bundle", "--speed", 60, "--out", "out")
        first = self.ask(client, "status")["sha256"]
        self.write("bundle/parts/band.lua", "return { width = 0.3 }")
        self.until_true(lambda: self.ask(client, "status")["sha256"] != first, "the module")
        self.write("bundle/parts/band.lua", "return { width = ")
        self.wait_refused(client, "band.lua")
        self.finish(client)

    def test_trigger_and_scale_are_watched(self):
        head = 'return rehedge.policy { api = 1, name = "%s", version = "%s", '
        trigger = head + "trigger = function(s) return s.delta > 0.2, -0.2, 0.2 end }"
        scale = head + ("scale = function(s, p, f, lo, hi) "
                        "return rehedge.to_edge(s.delta, lo, hi) end }")
        self.write("when.lua", trigger % ("when", "1.0.0"))
        self.write("much.lua", scale % ("much", "1.0.0"))
        parts = {"trigger": "when.lua", "scale": "much.lua"}
        self.scenario = self.write("three.json", harness.scenario(policy=parts))
        client = self.start("--watch", "--speed", 60, "--out", "out")
        self.write("much.lua", scale % ("much", "1.1.0"))
        self.until_true(lambda: "1.1.0" in self.ask(client, "status")["version"], "the scale")
        self.write("when.lua", trigger % ("when", "1.2.0"))
        self.until_true(lambda: "1.2.0" in self.ask(client, "status")["version"], "the trigger")
        self.write("when.lua", "return 5")
        self.wait_refused(client, "when.lua")
        self.finish(client)

    def test_nothing_to_watch(self):
        done = self.rehedge("replay", self.scenario, "--watch")
        self.assertEqual(done.status, 2, done)
        self.assertIn("no file to watch", done.err)


class Terminal(Replay):
    """A pseudo terminal: what is on it is kept in self.seen."""

    def open(self, *arguments, rows=24, columns=100, term="xterm"):
        try:
            self.master, self.slave = pty.openpty()
        except OSError as error:
            self.skipTest(f"no terminal to be had here: {error}")
        self.addCleanup(os.close, self.master)
        self.addCleanup(os.close, self.slave)
        self.size(rows, columns)
        self.before = termios.tcgetattr(self.slave)
        self.seen = ""

        def own_the_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            [harness.REHEDGE, "replay", self.scenario, *map(str, arguments)], stdin=self.slave,
            stdout=self.slave, stderr=self.slave, cwd=self.folder, preexec_fn=own_the_terminal,
            env=self.environment({"TERM": term, "HOME": self.folder}))

    def size(self, rows, columns):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def pump(self, seconds=0.05):
        while select.select([self.master], [], [], seconds)[0]:
            self.seen += os.read(self.master, 65536).decode("utf-8", "replace")
            if len(self.seen) > 1 << 22:
                self.fail("the terminal is flooded")
            seconds = 0.01

    def shows(self, pattern):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            self.pump()
            if re.search(pattern, self.seen):
                return
        self.fail(f"waited for {pattern}, found {self.seen[-3000:]!r}")

    def type(self, text):
        os.write(self.master, text.encode())

    def leaves(self, expected=0):
        end = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < end:
            self.pump()
        self.pump()
        self.assertEqual(self.process.returncode, expected, self.seen[-3000:])
        self.assertNotRegex(self.seen, "AddressSanitizer|LeakSanitizer|runtime error:")
        self.assertEqual(termios.tcgetattr(self.slave), self.before, "the terminal is as it was")

    def status_lines(self):
        return re.findall(r"\x1b\[\d+;1H\x1b\[0;7m(.*?)\x1b\[K", self.seen)

    def test_a_session(self):
        script = self.write("mine.lua", policy("1.0.0"))
        self.open("--watch", "--policy", script, "--speed", 60)
        self.shows("rehedge> ")
        self.shows(r"x60  spot .*mine 1\.0\.0")
        # what a replay left that was killed outright goes before a region is set
        self.assertRegex(self.seen, r"\x1b7\x1b\[r\x1b8\r?\n\x1b7\x1b\[1;23r")
        self.type("sta\t\r")
        self.shows(r"policy   mine 1\.0\.0")
        self.type("puase\r")
        self.shows("did you mean pause")
        self.type("half a li")
        self.write("mine.lua", policy("1.1.0"))
        self.shows(r"mine 1\.1\.0 replaces")
        self.shows(r"replaces.*\r\n[^\n]*rehedge> half a li")   # typing is not disturbed
        self.type("\x15pause\r")
        self.shows(r"paused at 2025")
        self.assertGreater(len(self.status_lines()), 2)
        self.seen = ""
        self.type("\x1b[A")                                      # history
        self.shows("pause")
        self.pump(0.3)
        self.type("\x15quit\r")
        self.shows("three hours")
        self.leaves()
        self.assertIn("\x1b[r", self.seen)

    def test_the_status_line_fits_and_follows_the_size(self):
        self.open("--speed", 600, columns=60)
        self.shows(r"\x1b\[24;1H\x1b\[0;7m")
        self.pump(0.3)
        self.assertTrue(all(len(line) < 60 for line in self.status_lines()), self.status_lines())
        self.seen = ""
        self.size(12, 30)
        self.process.send_signal(signal.SIGWINCH)
        self.shows(r"\x1b\[12;1H\x1b\[0;7m")
        lines = [line for line in re.findall(r"\x1b\[12;1H\x1b\[0;7m(.*?)\x1b\[K", self.seen)]
        self.assertTrue(all(len(line) < 30 for line in lines), lines)
        self.seen = ""
        began = time.monotonic()
        while time.monotonic() - began < 2:
            self.pump()
        self.assertLessEqual(len(self.status_lines()), 23)       # ten times a second at most
        self.type("\x04")                                        # Ctrl-D
        self.leaves()

    def test_interrupts_ask_then_end(self):
        self.open("--speed", 60, "--out", "out")
        self.shows("rehedge> ")
        self.type("something else\x1b[D\x1b[D\x1b[D\x03")      # in the middle of a line
        self.shows("Ctrl-C again")
        self.type("status\r")                                     # nothing of it is left
        self.shows("sequence")
        time.sleep(3.5)
        self.seen = ""
        self.type("\x03")
        self.shows("Ctrl-C again")                                # too late to be the second
        self.type("\x03")
        self.leaves()
        self.whole_run_folder(self.path("out"))

    def test_interrupts_end_a_trusted_loop(self):
        body = "if s.time > 1736124000000000000 then while true do end end"
        loop = self.write("loop.lua", policy(body=body))
        self.open("--speed", "max", "--policy", loop, "--trusted")
        self.shows("rehedge> ")
        time.sleep(2)
        self.type("\x03")
        time.sleep(0.5)
        self.type("\x03")
        self.shows(r"the policy was killed: loop\.lua:\d+: interrupted: a call of a trusted script")
        self.type("\x15quit\r")
        self.leaves(4)

    def test_stopped_and_continued(self):
        self.open("--speed", 60)
        self.shows("rehedge> ")
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(0.5)
        self.process.send_signal(signal.SIGCONT)
        self.type("status\r")
        self.shows("sequence")
        self.type("quit\r")
        self.leaves()

    def test_a_dumb_terminal_gets_no_escapes(self):
        self.open("--speed", 600, term="dumb")
        self.shows("rehedge> ")
        self.type("status\r")
        self.shows("sequence")
        self.type("quit\r")
        self.shows("digest")
        self.leaves()
        self.assertNotIn("\x1b", self.seen)

    def test_the_end_comes_while_somebody_types(self):
        self.open("--speed", 20000)
        self.shows("rehedge> ")
        self.type("half a comm")
        self.shows("digest")
        self.leaves()

    def test_a_terminal_that_goes_away_ends_it(self):
        self.open("--speed", 60, "--out", "out")
        self.shows("rehedge> ")
        self.process.send_signal(signal.SIGHUP)
        self.leaves()
        self.whole_run_folder(self.path("out"))


if __name__ == "__main__":
    harness.main()
