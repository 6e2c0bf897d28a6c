#!/usr/bin/env python3
"""From a folder to a policy that a stranger runs: pack, sign, verify (with minisign too), install
into an empty home, run by name; and what must be refused on the way, leaving nothing behind."""
import base64
import json
import os
import shutil
import subprocess
import unittest

import hostile_archives
from harness import REHEDGE, SANITIZED, Case, main, scenario

POLICY = """-- A band of a width that a module knows.
local width = require "indicators.width"
return rehedge.policy {
  api = 1, name = "vol-band", version = "%s", license = "MIT", about = "A test.",
  params = { band = { default = 0.2, min = 0, unit = "asset", about = "half width" } },
  features = { vol = { "realized_vol", window = "30m" } },
  wake = { every = "1m" },
  trigger = function(s, p, f)
    local half = width(p.band, f.vol)
    return s.delta > half or s.delta < -half, -half, half
  end,
  scale = function(s, p, f, lo, hi) return rehedge.to_edge(s.delta, lo, hi) end,
}
"""
WIDTH = "return function(base, vol) return base * math.min(4, 1 / math.max(vol, 0.25)) end\n"
MINISIGN = shutil.which("minisign")
SHIM = os.environ.get("REHEDGE_SHIM", "")


class Sharing(Case):
    def setUp(self):
        super().setUp()
        self.home = self.path("home")
        os.mkdir(self.home)

    def environment(self, extra=None):
        environment = super().environment(extra)
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
            environment.pop(name, None)
        environment["HOME"] = self.home
        return environment

    def make_folder(self, name="vol-band", version="1.0.0"):
        self.write(name + "/policy.lua", POLICY % version)
        self.write(name + "/indicators/width.lua", WIDTH)
        self.write(name + "/tests/width_test.lua", "-- nothing yet\n")
        self.write(name + "/README.md", "# vol-band\n")
        return self.path(name)

    def make_archive(self, version="1.0.0", name="vol-band"):
        path = self.path(f"{name}-{version}.tar")
        self.good("pack", self.make_folder(name, version), "-o", path)
        return path

    def make_keys(self, name="k"):
        self.good("sign", "--generate", "--no-passphrase", "-s", self.path(name + ".key"), "-p",
                  self.path(name + ".pub"))
        return self.path(name + ".key"), self.path(name + ".pub")

    def signed(self, version="1.0.0", key=None):
        archive = self.make_archive(version)
        self.good("sign", archive, "-s", key or self.path("k.key"))
        return archive

    def installed(self):
        root = os.path.join(self.home, ".local/share/rehedge/policies")
        return sorted(os.path.relpath(os.path.join(folder, name), root)
                      for folder, _, names in os.walk(root) for name in names)

    def minisign(self, *arguments, status=0):
        if MINISIGN is None:
            self.skipTest("minisign is not installed")
        process = subprocess.run([MINISIGN, *arguments], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertEqual(process.returncode, status, process.stdout)
        return process.stdout.decode()

    def edit(self, path, old, new):
        with open(path, "rb") as file:
            content = file.read()
        self.assertIn(old, content)
        with open(path, "wb") as file:
            file.write(content.replace(old, new, 1))

    # --- the way of an honest bundle -----------------------------------------------------------

    def test_from_a_folder_to_a_strangers_run(self):
        _, public = self.make_keys()
        archive = self.signed()
        self.assertRegex(self.good("verify", archive, "-p", public).out, "good: vol-band@1.0.0")
        self.refused(3, ["not in the key store", "rehedge trust"], "install", archive)
        self.good("trust", public, "vol-band", "--about", "me")
        out = self.good("install", archive).out
        self.assertEqual(self.installed(), [
            "vol-band/1.0.0/README.md", "vol-band/1.0.0/indicators/width.lua",
            "vol-band/1.0.0/manifest.json", "vol-band/1.0.0/policy.lua",
            "vol-band/1.0.0/tests/width_test.lua"])
        pinned = json.loads(out.split("name it in a scenario: ")[1])
        folder = self.run_json(scenario(), "--policy", self.path("vol-band"))
        for spec in ("vol-band", "vol-band@1.0.0", pinned, archive):
            by_flag = self.run_json(scenario(), "--policy", spec)
            by_file = self.run_json(scenario(policy={"script": spec if spec != archive else
                                                     os.path.basename(archive)}))
            self.assertEqual(by_flag["digest"], folder["digest"])
            self.assertEqual(by_file["digest"], folder["digest"])
            self.assertEqual(by_flag["policy"]["sha256"], pinned.split("#")[1])
        set_too = self.run_json(scenario(), "--policy", pinned + ":band=0.4")
        self.assertNotEqual(set_too["digest"], folder["digest"])
        self.assertIn(pinned, self.good("policies").out)
        self.assertRegex(self.good("check", "vol-band").out, "vol-band 1.0.0")
        self.assertRegex(self.good("install", archive).out, "was there")

    def test_minisign_verifies_ours_and_we_verify_minisigns(self):
        _, public = self.make_keys()
        archive = self.signed()
        said = self.minisign("-Vm", archive, "-p", public)
        self.assertIn("name:vol-band version:1.0.0", said)
        secret, theirs = self.path("m.key"), self.path("m.pub")
        self.minisign("-G", "-W", "-p", theirs, "-s", secret)
        self.minisign("-Sm", archive, "-s", secret, "-x", self.path("m.minisig"))
        verified = self.good("verify", archive, "-p", theirs, "-x", self.path("m.minisig"))
        self.assertIn("binds no name and version", verified.out)
        self.refused(3, ["binds no name"], "install", archive, "-p", theirs, "-x",
                     self.path("m.minisig"))
        self.minisign("-Sm", archive, "-s", secret, "-x", self.path("n.minisig"), "-t",
                      "name:vol-band version:1.0.0")
        self.good("install", archive, "-p", theirs, "-x", self.path("n.minisig"))
        self.good("sign", archive, "-s", secret, "-x", self.path("o.minisig"))
        self.minisign("-Vm", archive, "-p", theirs, "-x", self.path("o.minisig"))
        self.edit(archive, b"half width", b"Half width")
        self.minisign("-Vm", archive, "-p", public, status=1)

    def test_pack_is_deterministic(self):
        first = self.make_archive()
        folder = self.make_folder("again")
        shutil.rmtree(folder)
        for name, text in (("README.md", "# vol-band\n"), ("tests/width_test.lua",
                           "-- nothing yet\n"), ("indicators/width.lua", WIDTH),
                           ("policy.lua", POLICY % "1.0.0"), (".git/config", "secret")):
            os.chmod(self.write("again/" + name, text), 0o600)
            os.utime(self.path("again/" + name), (1, 1))
        for form in ("tar", "tar.gz"):
            one, two = self.path("one." + form), self.path("two." + form)
            self.good("pack", self.path("vol-band"), "-o", one)
            self.good("pack", folder, "-o", two)
            with open(one, "rb") as a, open(two, "rb") as b:
                self.assertEqual(a.read(), b.read())
        with open(first, "rb") as a, open(self.path("one.tar"), "rb") as b:
            self.assertEqual(a.read(), b.read())
        with open(self.path("one.tar.gz"), "rb") as file:
            self.assertEqual(file.read(2), b"\x1f\x8b")
        unpacked = self.path("unpacked")
        os.mkdir(unpacked)
        subprocess.run(["tar", "xf", first, "-C", unpacked], check=True)
        self.good("pack", unpacked, "-o", self.path("repacked.tar"))
        with open(first, "rb") as a, open(self.path("repacked.tar"), "rb") as b:
            self.assertEqual(a.read(), b.read())

    def test_a_passphrase_is_read_and_never_shown(self):
        archive = self.make_archive()
        secret = self.path("p.key")

        def with_input(text, *arguments):
            return subprocess.run([REHEDGE, *arguments], input=text.encode(),
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  env=self.environment(), check=False, timeout=240)
        made = with_input("a secret\n", "sign", "--generate", "-s", secret, "-p",
                          self.path("p.pub"))
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertEqual(os.stat(secret).st_mode & 0o777, 0o600)
        self.assertNotIn(b"a secret", made.stdout + made.stderr)
        wrong = with_input("another\n", "sign", archive, "-s", secret)
        self.assertEqual(wrong.returncode, 3)
        self.assertIn(b"wrong passphrase", wrong.stderr)
        self.assertFalse(os.path.exists(archive + ".minisig"))
        right = with_input("a secret\n", "sign", archive, "-s", secret)
        self.assertEqual(right.returncode, 0, right.stderr)
        self.good("verify", archive, "-p", self.path("p.pub"))
        again = with_input("x\n", "sign", "--generate", "-s", secret, "-p", self.path("q.pub"))
        self.assertEqual(again.returncode, 3)       # a key is never replaced
        self.assertFalse(os.path.exists(self.path("q.pub")))

    # --- what is refused -----------------------------------------------------------------------

    def test_tampering_is_refused(self):
        _, public = self.make_keys()
        self.good("trust", public, "vol-band")
        archive = self.signed()
        shutil.copy(archive, self.path("copy.tar"))
        self.edit(archive, b"base * math.min(4", b"base * math.min(9")
        for mode in ("warn", "enforce"):
            self.refused(3, ["does not fit the file"], "install", archive, "--signatures", mode)
        self.refused(3, ["does not fit the file"], "verify", archive)
        self.refused(3, ["indicators/width.lua", "changed after packing"], "install", archive,
                     "--signatures", "off")
        shutil.copy(self.path("copy.tar"), archive)
        self.good("verify", archive)
        self.edit(archive + ".minisig", b"version:1.0.0", b"version:9.0.0")
        self.refused(3, ["trusted comment", "changed"], "install", archive)
        self.assertEqual(self.installed(), [])

    def test_a_signature_is_for_one_name_and_version_by_a_key_that_may(self):
        _, public = self.make_keys()
        archive = self.signed()
        self.good("trust", public, "other", "vol-bandit", "bol-*")
        self.refused(3, ["may not publish", "vol-band"], "install", archive)
        self.refused(3, ["may not publish"], "install", archive, "--signatures", "warn")
        self.good("trust", public, "vol-*")
        if MINISIGN:
            self.minisign("-Sm", archive, "-s", self.path("k.key"), "-t",
                          "name:vol-band version:2.0.0")
            self.refused(3, ["vol-band@2.0.0", "vol-band@1.0.0"], "install", archive)
        self.good("sign", archive, "-s", self.path("k.key"))
        self.good("install", archive)
        secret, _ = self.make_keys("stranger")
        self.good("sign", archive, "-s", secret)
        self.refused(3, ["by key", "expected"], "verify", archive, "-p", public)

    def test_unsigned_and_unknown(self):
        archive = self.make_archive()
        self.refused(3, ["no signature", "--signatures warn"], "install", archive)
        self.assertEqual(self.installed(), [])
        result = self.good("install", archive, "--signatures", "warn")
        self.assertIn("warning", result.err)
        self.assertIn("none verified", result.out)
        self.refused(2, ["off, warn or enforce"], "install", archive, "--signatures", "maybe")

    def test_downgrades_and_changed_versions(self):
        for version in ("1.0.0", "1.10.0", "1.9.0", "1.10.0-rc.1"):
            self.make_archive(version)
        install = ["install", "--signatures", "off"]
        self.good(*install, self.path("vol-band-1.10.0.tar"))
        for older in ("1.9.0", "1.10.0-rc.1", "1.0.0"):
            self.refused(3, ["older than the installed 1.10.0", "--allow-downgrade"], *install,
                         self.path(f"vol-band-{older}.tar"))
        self.good(*install, "--allow-downgrade", self.path("vol-band-1.9.0.tar"))
        newest = self.run_json(scenario(), "--policy", "vol-band")
        self.assertEqual(newest["policy"]["version"], "1.10.0")
        self.make_folder(version="1.10.0")
        self.write("vol-band/indicators/width.lua", WIDTH.replace("4", "3"))
        self.good("pack", self.path("vol-band"), "-o", self.path("changed.tar"))
        self.refused(3, ["other content", "new version"], *install, self.path("changed.tar"))

    def test_pins_names_and_files_that_were_changed(self):
        self.good("install", "--signatures", "off", self.make_archive())
        self.refused(3, ["pinned", "0{64}"], "run", self.write("s.json", scenario()), "--policy",
                     "vol-band@1.0.0#" + "0" * 64)
        for spec, words in (("vol-bnad", ["did you mean .vol-band"]),
                            ("vol-band@2.0.0", ["not installed", "1.0.0"]),
                            ("vol-band@latest", ["expected"]),
                            ("../vol-band@1.0.0", ["outside the folder"]),
                            ("vol-band@1.0.0#abc", ["expected"])):
            data = scenario(policy={"script": spec})
            self.refused(3, words, "run", self.write("s.json", data))
        root = os.path.join(self.home, ".local/share/rehedge/policies/vol-band/1.0.0")
        self.edit(os.path.join(root, "indicators/width.lua"), b"4", b"5")
        self.refused(3, ["width.lua", "changed after packing"], "run",
                     self.write("s.json", scenario()), "--policy", "vol-band")
        self.assertIn("damaged", self.good("policies").out)
        with open(os.path.join(root, "indicators/more.lua"), "w", encoding="utf-8") as file:
            file.write("return 1\n")
        self.refused(3, ["more.lua"], "check", "vol-band")

    def test_a_strangers_policy_is_strict_under_trusted(self):
        """The same modules with a pattern in a call: one's own folder may, what was shared not."""
        folder = self.make_folder()
        self.write("vol-band/indicators/width.lua", "return function(base, vol)\n"
                   "  return base * #string.match('xy', '%a')\nend\n")
        run = ["run", self.write("s.json", scenario()), "--quiet", "--trusted", "--policy"]
        self.good(*run, folder)
        archive = self.path("shared.tar")
        self.good("pack", folder, "-o", archive)
        self.good("install", archive, "--signatures", "off")
        for spec in (archive, "vol-band"):
            result = self.rehedge(*run, spec)
            self.assertEqual(result.status, 4, result)
            self.assertRegex(result.err, r"indicators/width.lua:2.*string.match is not available")

    def test_parts_may_be_installed_policies(self):
        self.good("install", "--signatures", "off", self.make_archive())
        whole = self.run_json(scenario(), "--policy", "vol-band")
        parts = self.run_json(scenario(policy={"trigger": "vol-band@1.0.0", "scale": "vol-band"}))
        self.assertEqual(parts["pnl"], whole["pnl"])

    def test_uninstall_removes_one_version_and_says_what_else_is_meant(self):
        self.refused(3, ["not installed"], "uninstall", "vol-band@1.0.0")
        self.refused(2, ["needs a policy"], "uninstall")
        for version in ("1.0.0", "1.1.0"):
            self.good("install", "--signatures", "off", self.make_archive(version))
        self.refused(3, ["did you mean .vol-band"], "uninstall", "vol-bnad@1.0.0")
        self.refused(3, ["not installed", "newest of vol-band is 1.1.0"], "uninstall",
                     "vol-band@2.0.0")
        self.refused(3, ["2 versions of vol-band", "say which"], "uninstall", "vol-band")
        self.refused(3, ["shipped"], "uninstall", "delta_band")
        for spec in ("../vol-band@1.0.0", "vol-band@..", "vol-band@1.0.0#" + "0" * 64, ""):
            self.assertNotEqual(self.rehedge("uninstall", spec).status, 0, spec)
        self.assertEqual(len(self.installed()), 10)
        self.assertIn("removed: vol-band@1.0.0", self.good("uninstall", "vol-band@1.0.0").out)
        self.assertTrue(all(name.startswith("vol-band/1.1.0/") for name in self.installed()))
        self.refused(3, ["not installed", "1.1.0"], "check", "vol-band@1.0.0")
        self.good("uninstall", "vol-band")
        root = os.path.join(self.home, ".local/share/rehedge")
        self.assertEqual(os.listdir(os.path.join(root, "policies")), [])

    def test_who_signed_is_remembered_for_this_content(self):
        _, public = self.make_keys()
        archive = self.signed()
        self.good("trust", public, "vol-band", "--about", "Acme \x1b[31m Ltd.")
        self.assertRegex(self.good("install", archive).out, r"good, by key [0-9A-F]{16} \(Acme")
        out = self.good("policies").out
        self.assertRegex(out, r"signed by [0-9A-F]{16} \(Acme .*Ltd\.\)")
        self.assertNotIn("\x1b", out)
        said = json.loads(self.good("policies", "--json").out)[0]["signed_by"]
        self.assertEqual(said["comment"], "rehedge bundle name:vol-band version:1.0.0")
        self.good("install", "--signatures", "off", archive)     # the same content: it stays
        self.assertIn("signed by", self.good("policies").out)
        notes = os.path.join(self.home, ".local/share/rehedge/policies.signers")
        note = os.path.join(notes, "vol-band@1.0.0.json")
        with open(note, encoding="utf-8") as file:
            good = file.read()
        for text in ("", "{", "[]", good.replace("sha256\": \"", "sha256\": \"0"), "x" * 100000,
                     good.replace("Ltd", "L" * 5000), good[:40]):
            with open(note, "w", encoding="utf-8") as file:
                file.write(text)
            self.assertIn("no signature was verified", self.good("policies").out)
        self.good("install", archive)                           # verified again: noted again
        self.assertIn("signed by", self.good("policies").out)
        self.good("uninstall", "vol-band")
        self.assertEqual(os.listdir(notes), [])
        self.good("install", "--signatures", "off", archive)
        self.assertIn("no signature was verified", self.good("policies").out)

    def test_a_single_file_of_an_installed_policy_is_strict_by_any_path(self):
        folder = self.make_folder()
        self.write("vol-band/policy.lua", POLICY.replace(
            'local width = require "indicators.width"', "local width = function(base, vol)\n"
            "  return base * #string.match('xy', '%%a')\nend") % "1.0.0")
        run = ["run", self.write("s.json", scenario()), "--quiet", "--trusted", "--policy"]
        own = os.path.join(folder, "policy.lua")
        self.good(*run, own)
        archive = self.path("shared.tar")
        self.good("pack", folder, "-o", archive)
        self.good("install", archive, "--signatures", "off")
        root = os.path.join(self.home, ".local/share/rehedge/policies/vol-band/1.0.0")
        file = os.path.join(root, "policy.lua")
        os.symlink(file, self.path("file.lua"))
        os.symlink(root, self.path("linked"))
        os.symlink(own, os.path.join(root, "out.lua"))
        for path in (file, os.path.relpath(file, self.folder), root + "/../1.0.0//policy.lua",
                     self.path("file.lua"), self.path("linked/policy.lua"),
                     os.path.join(root, "out.lua"), root):
            result = self.rehedge(*run, path)
            self.assertIn(result.status, (3, 4) if path == root else (4,), (path, result))
            if result.status == 4:
                self.assertIn("string.match is not available", result.err)
        self.good(*run, own)

    def test_tests_of_archives_and_installed_policies(self):
        folder = self.make_folder()
        self.write("vol-band/tests/width_test.lua", """
local width = require "indicators.width"
it("knows the module", function() near(width(1, 2), 0.5) end)
it("fires", function()
  local m = market { delta = 5, features = { vol = 1 } }
  local orders, fired = m:wake(policy { band = 1 })
  equal(fired, true)
  near(orders[1].qty, -4)
end)
it("is in the sandbox", function()
  fails(function() return os end, "not available")
  fails(function() return require "indicators.wdith" end, "did you mean")
  fails(function() return require "tests.width_test" end, "no such module")
end)
""")
        archive = self.path("v.tar")
        self.assertIn("tests: 3 passed", self.good("pack", folder, "-o", archive).out)
        self.good("install", archive, "--signatures", "off")
        for operand in (folder, archive, "vol-band@1.0.0", "vol-band",
                        os.path.join(folder, "tests/width_test.lua")):
            self.assertIn("3 passed, 0 failed", self.good("test", operand).out, operand)
        self.refused(3, ["did you mean .vol-band"], "test", "vol-bnad@1.0.0")
        self.refused(3, ["not installed"], "test", "vol-band@9.0.0")
        self.refused(3, [], "test", self.path("none.tar"))

    def test_pack_refuses_a_bundle_whose_tests_fail(self):
        folder = self.make_folder()
        self.write("vol-band/tests/width_test.lua", 'it("adds up", function() equal(1, 2) end)\n')
        archive = self.path("v.tar")
        result = self.rehedge("pack", folder, "-o", archive)
        self.assertEqual(result.status, 1, result)
        self.assertRegex(result.out, "FAIL.* adds up")
        self.assertRegex(result.err, "1 of 1 tests failed.*--no-tests")
        self.assertFalse(os.path.exists(archive))
        self.assertIn("not run (--no-tests)",
                      self.good("pack", folder, "-o", archive, "--no-tests").out)
        result = self.rehedge("test", archive)
        self.assertEqual(result.status, 1, result)

    def test_a_shipped_name_cannot_be_taken(self):
        folder = self.make_folder("thief")
        self.edit(os.path.join(folder, "policy.lua"), b'"vol-band"', b'"delta_band"')
        self.good("pack", folder, "-o", self.path("thief.tar"))
        self.refused(3, ["shipped policy"], "install", "--signatures", "off",
                     self.path("thief.tar"))

    def test_hostile_archives(self):
        path = self.path("stranger.tar")
        self.write("stranger.tar", hostile_archives.bundle())
        self.good("install", path, "--signatures", "off")
        shutil.rmtree(os.path.join(self.home, ".local"))
        before = sorted(os.listdir(self.folder))
        for name, (content, words) in hostile_archives.hostile().items():
            with self.subTest(name):
                self.write("stranger.tar", content)
                self.refused(3, ["stranger.tar", *words], "install", path, "--signatures", "off")
                self.refused(3, ["stranger.tar"], "run", self.write("s.json", scenario()),
                             "--policy", path)
                os.remove(self.path("s.json"))
                self.assertEqual(self.installed(), [])
                self.assertEqual(os.listdir(self.home), [])
                self.assertEqual(sorted(set(os.listdir(self.folder)) - {"cache"}), before)

    @unittest.skipIf(SANITIZED or not SHIM, "needs the shim, and the sanitizers want to be first")
    def test_failing_writes_leave_nothing(self):
        """The N-th write fails, for every N, of pack, sign, generate and install."""
        folder, (secret, _) = self.make_folder(), self.make_keys()
        archive = self.make_archive()
        before = set(os.listdir(self.folder))
        commands = [["pack", folder, "-o", self.path("new.tar")],
                    ["sign", archive, "-s", secret, "-x", self.path("new.minisig")],
                    ["sign", "--generate", "--no-passphrase", "-s", self.path("new.key"), "-p",
                     self.path("new.pub")],
                    ["trust", self.path("k.pub"), "vol-band"],
                    ["install", archive, "--signatures", "off"]]
        for command in commands:
            failed = 0
            while True:
                env = {"LD_PRELOAD": SHIM, "REHEDGE_FAIL_WRITE": str(failed + 1)}
                result = self.rehedge(*command, env=env)
                if result.status == 0:
                    break
                self.assertEqual(result.status, 1, result)
                self.assertEqual(set(os.listdir(self.folder)) - {"cache"}, before)
                self.assertEqual([names for _, _, names in os.walk(self.home) if names
                                  and names != ["keys.json"]], [])
                failed += 1
            self.assertGreater(failed, 0, command)
            before |= set(os.listdir(self.folder))

    def test_hostile_folders(self):
        folder = self.make_folder("bad")
        attacks = {
            "symbolic link": lambda at: os.symlink("/etc/passwd", at),
            "device, pipe or socket": os.mkfifo,
        }
        for words, make in attacks.items():
            at = os.path.join(folder, "thing")
            make(at)
            self.refused(3, ["thing", words], "pack", folder, "-o", self.path("bad.tar"))
            self.refused(3, ["thing", words], "check", folder)
            os.remove(at)
        os.symlink(folder, os.path.join(folder, "loop"))
        self.refused(3, ["loop", "symbolic link"], "pack", folder, "-o", self.path("bad.tar"))
        os.remove(os.path.join(folder, "loop"))
        self.write("bad/manifest.json", {"nmae": "x"})
        self.refused(3, ["nmae", "did you mean .name"], "pack", folder)
        self.write("bad/manifest.json", {"name": "other"})
        self.refused(3, ["other", "vol-band"], "pack", folder)
        self.write("bad/manifest.json", {"engine": "9.0.0"})
        self.refused(3, ["newer"], "pack", folder)
        os.remove(self.path("bad/manifest.json"))
        self.write("bad/indicators/width.lua", "return 2 ^ 3\n")
        self.refused(4, ["indicators/width.lua:1"], "pack", folder)
        self.refused(3, ["no folder"], "pack", self.path("missing"))
        self.refused(2, [".tar"], "pack", folder, "-o", self.path("bad.zip"))
        self.leftovers("bad", "home")

    def of_the_old_kind(self, signature):
        """The signature with the algorithm of files that are signed whole, 'Ed' for 'ED'."""
        lines = signature.split("\n")
        signed = base64.b64decode(lines[1])
        self.assertEqual(signed[:2], b"ED")
        lines[1] = base64.b64encode(b"Ed" + signed[2:]).decode("ascii")
        return "\n".join(lines)

    def test_bad_keys_and_signatures(self):
        archive = self.make_archive()
        _, public = self.make_keys()
        self.good("sign", archive, "-s", self.path("k.key"))
        with open(archive + ".minisig", encoding="utf-8") as file:
            good = file.read()
        lines = good.split("\n")
        for name, text in {"empty": "", "one line": lines[0], "no base64": lines[0] + "\n%%%\n",
                           "old kind": self.of_the_old_kind(good),
                           "three lines": "\n".join(lines[:3]),
                           "more lines": good + "more\n", "binary": "\0" * 300}.items():
            with self.subTest(name):
                self.write("bad.minisig", text)
                self.refused(3, ["bad.minisig"], "verify", archive, "-p", public, "-x",
                             self.path("bad.minisig"))
        self.write("bad.minisig", "x" * 100000)
        self.refused(3, ["bad.minisig"], "verify", archive, "-p", public, "-x",
                     self.path("bad.minisig"))
        self.refused(3, ["bad.minisig"], "verify", archive, "-p", self.path("bad.minisig"))
        self.refused(3, ["k.pub"], "sign", archive, "-s", public)
        self.write("home/.config/rehedge/keys.json", {"keys": [{"key": "RW", "names": []}]})
        self.refused(3, ["keys.json"], "install", archive)
        self.refused(3, ["name"], "trust", public, "Bad Name")


if __name__ == "__main__":
    main()
