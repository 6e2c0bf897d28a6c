#!/usr/bin/env python3
"""A run directory is complete or absent: after SIGKILL at any moment, when the N-th write fails for
every N, when the place is taken or cannot be written. The failing writes come from the shim that
the build makes of failing_writes.c (REHEDGE_SHIM)."""
import json
import os
import random
import signal
import subprocess
import time
import unittest

from harness import ALL, REHEDGE, SANITIZED, Case, bars, main, scenario

SHIM = os.environ.get("REHEDGE_SHIM", "")


class WholeOrAbsent(Case):
    def check(self, path):
        """Either no directory of that name, or a whole one."""
        if os.path.exists(path):
            self.whole_run_folder(path)
            return True
        return False

    def strays(self):
        """Temporary folders that a run left beside its directory."""
        return [name for name in os.listdir(self.folder) if name.startswith("out.tmp")]

    def clean(self):
        subprocess.run(["rm", "-rf", self.path("out"), self.path("out.failed"),
                        *(self.path(name) for name in self.strays())], check=True)

    def test_whole(self):
        path = self.write("scenario.json", scenario())
        result = self.good("run", path, "--out", self.path("out"), "--quiet")
        self.assertTrue(self.check(self.path("out")))
        self.assertEqual(self.strays(), [])
        self.assertEqual(result.err, "")

    def test_the_place_is_taken(self):
        path = self.write("scenario.json", scenario())
        self.write("out/mine.txt", "keep me")
        result = self.rehedge("run", path, "--out", self.path("out"), "--quiet")
        self.assertIn(result.status, (1, 2, 3), result)
        self.assertIn("out", result.err)
        self.assertEqual(os.listdir(self.path("out")), ["mine.txt"])
        self.assertEqual(self.strays(), [])

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_no_permission(self):
        path = self.write("scenario.json", scenario())
        os.mkdir(self.path("closed"), 0o500)
        result = self.rehedge("run", path, "--out", self.path("closed/out"), "--quiet")
        self.assertEqual(result.status, 1, result)

    def test_below_a_file(self):
        path = self.write("scenario.json", scenario())
        result = self.rehedge("run", path, "--out", path + "/out", "--quiet")
        self.assertIn(result.status, (1, 3), result)
        self.assertIn("scenario.json", result.err)

    def test_output_that_cannot_be_written(self):
        path = self.write("scenario.json", scenario())
        for more in ([], ["--json"]):
            with open("/dev/full", "wb") as full:
                process = subprocess.run([REHEDGE, "run", path, "--quiet", *more], stdout=full,
                                         stderr=subprocess.PIPE, env=self.environment(),
                                         check=False)
            self.assertEqual(process.returncode, 1)
            self.assertIn(b"could not be written", process.stderr)

    def test_interrupted(self):
        self.kill_at_random(signal.SIGTERM, 10)
        self.assertEqual(self.strays(), [], "SIGTERM cleans up")

    def test_killed(self):
        self.kill_at_random(signal.SIGKILL, 60 if ALL else 20)

    def kill_at_random(self, which, count):
        self.write("bars.json", json.dumps(bars(20000)))
        path = self.write("scenario.json", scenario(
            clock__to="2025-01-19T00:00:00Z", portfolio__0__expiry="2025-01-18T08:00:00Z",
            portfolio__1__expiry="2025-01-18T08:00:00Z", policy__params={"band": 0.01}))
        command = [REHEDGE, "run", path, "--quiet", "--out", self.path("out")]
        environment = self.environment()
        started = time.monotonic()
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        whole_s = time.monotonic() - started
        self.clean()
        dice, ends = random.Random(5), set()
        for i in range(count):
            process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(whole_s * (0.5 + 0.55 * dice.random() if i % 2 else dice.random()))
            process.send_signal(which)
            process.wait()
            ends.add(self.check(self.path("out")))
            if which == signal.SIGTERM:
                self.assertEqual(self.strays(), [])
            self.clean()
        self.assertIn(False, ends, "not one run was killed in time")

    def shim(self, number=None, count=None):
        env = {"LD_PRELOAD": SHIM}
        if number is not None:
            env["REHEDGE_FAIL_WRITE"] = str(number)
        if count is not None:
            env["REHEDGE_COUNT_WRITES"] = count
        return env

    def writes(self, *arguments):
        self.good(*arguments, env=self.shim(count=self.path("count")))
        with open(self.path("count"), encoding="ascii") as file:
            total = int(file.read().split()[-1])
        os.unlink(self.path("count"))
        self.assertGreater(total, 0)
        return total

    def every_write(self, total):
        return range(1, total + 1) if ALL or total <= 80 else \
            sorted({*range(1, 30), *range(30, total, max(1, total // 40)), *range(total - 10,
                                                                                  total + 1)})

    @unittest.skipIf(SANITIZED or not SHIM, "needs the shim, and the sanitizers want to be first")
    def test_every_write_of_a_run_may_fail(self):
        path = self.write("scenario.json", scenario())
        self.good("run", path, "--quiet")       # the cache is warm, so the count is stable
        command = ["run", path, "--quiet", "--out", self.path("out")]
        total = self.writes(*command)
        self.clean()
        for number in self.every_write(total):
            result = self.rehedge(*command, env=self.shim(number))
            whole = self.check(self.path("out"))
            self.assertFalse(whole, f"write {number} failed, yet: {result}")
            self.assertEqual(result.status, 1, f"write {number}: {result}")
            self.assertRegex(result.err, "rehedge: .*(space|write|sync|rename|I/O|Input)", result)
            self.clean()

    @unittest.skipIf(SANITIZED or not SHIM, "needs the shim, and the sanitizers want to be first")
    def test_every_write_of_an_import_may_fail(self):
        tape = self.path("out.tape")
        command = ["import", "binance-klines", self.path("bars.json"), "-o", tape, "--quiet"]
        total = self.writes(*command)
        os.unlink(tape)
        for number in self.every_write(total):
            result = self.rehedge(*command, env=self.shim(number))
            self.assertEqual(result.status, 1, f"write {number}: {result}")
            self.assertFalse(os.path.exists(tape))
            self.leftovers()

    @unittest.skipIf(SANITIZED or not SHIM, "needs the shim, and the sanitizers want to be first")
    def test_a_cache_that_cannot_be_written_is_no_failure(self):
        data = scenario()
        expected = self.run_json(data)["digest"]
        for number in range(1, 6):
            subprocess.run(["rm", "-rf", self.path("cache")], check=True)
            result = self.rehedge("run", self.path("scenario.json"), "--json", "--quiet",
                                  env=self.shim(number))
            if result.status == 0:
                self.assertEqual(result.json()["digest"], expected)
            else:
                self.assertEqual(result.status, 1, result)


if __name__ == "__main__":
    main()
