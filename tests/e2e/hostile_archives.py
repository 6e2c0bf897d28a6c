"""Archives that must be refused, built byte by byte where no honest tool would make them. Each is a
whole bundle but for its one fault, so that a reader which overlooks the fault would install it."""
import gzip
import hashlib
import io
import json
import tarfile

POLICY = b"""return rehedge.policy {
  api = 1, name = "stranger", version = "1.0.0", license = "MIT", about = "A test.",
  trigger = function(s) return false end,
  scale = function(s) return 0 end,
}
"""


def manifest(files, changes):
    data = {"rehedge": 1, "name": "stranger", "version": "1.0.0", "api": 1, "license": "MIT",
            "about": "A test.", "engine": "0.1.0", "params": {}, "features": {},
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}}
    data.update(changes)
    return json.dumps({key: value for key, value in data.items() if value is not None}).encode()


def member(name, content=b"", kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(content), kind, link
    return info, content


def tar(members, form=tarfile.USTAR_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content) if content else None)
    return out.getvalue()


def bundle(files=None, extra=(), form=tarfile.USTAR_FORMAT, changes=None):
    """A good bundle of `files` (beside policy.lua), with members added after its own, and with
    `changes` to its manifest (None removes a key)."""
    files = {"policy.lua": POLICY, **(files or {})}
    members = [member("manifest.json", manifest(files, changes or {}))]
    members += [member(name, content) for name, content in files.items()]
    return tar(members + list(extra), form)


def raw_name(name):
    """A bundle whose file "x.txt" is renamed in the header to any bytes, the checksum set right."""
    data = bytearray(bundle({"x.txt": b"text"}))
    at = data.index(b"x.txt\0" + bytes(94))
    data[at:at + 100] = name.ljust(100, b"\0")
    data[at + 148:at + 156] = b" " * 8
    data[at + 148:at + 156] = b"%06o\0 " % sum(data[at:at + 512])
    return bytes(data)


def hostile():
    """name -> (archive, words its refusal must have)."""
    good = bundle()
    packed = gzip.compress(good)
    many = {f"f{i}.txt": b"" for i in range(300)}
    large = b"x" * (1024 * 1024 + 1)
    zeros = {f"z{i}.txt": bytes(1000 * 1000) for i in range(4)}
    return {
        "parent": (bundle(extra=[member("../evil.lua", b"x")]), ["evil.lua", "leaves the bundle"]),
        "inner parent": (bundle(extra=[member("a/../../evil", b"x")]), ["leaves the bundle"]),
        "parent folder": (bundle(extra=[member("..", kind=tarfile.DIRTYPE)]), ["leaves"]),
        "absolute": (bundle(extra=[member("/evil.lua", b"x")]), ["absolute path"]),
        "absolute by pax": (bundle(extra=[member("/" + "a" * 200, b"x")], form=tarfile.PAX_FORMAT),
                            ["absolute path"]),
        "symbolic link": (bundle(extra=[member("link", kind=tarfile.SYMTYPE, link="/etc/passwd")]),
                          ["link", "symbolic link"]),
        "hard link": (bundle(extra=[member("link", kind=tarfile.LNKTYPE, link="policy.lua")]),
                      ["hard link"]),
        "device": (bundle(extra=[member("dev", kind=tarfile.CHRTYPE)]), ["device"]),
        "block device": (bundle(extra=[member("dev", kind=tarfile.BLKTYPE)]), ["device"]),
        "pipe": (bundle(extra=[member("fifo", kind=tarfile.FIFOTYPE)]), ["pipe"]),
        "duplicate": (bundle(extra=[member("policy.lua", POLICY)]), ["same path twice"]),
        "duplicate manifest": (bundle(extra=[member("manifest.json", b"{}")]), ["same path twice"]),
        "case": (bundle({"a.lua": b"", "A.lua": b""}), ["a.lua", "A.lua", "only in case"]),
        "case of a folder": (bundle({"ab/x.lua": b"", "aB/y.lua": b""}), ["only in case"]),
        "case of policy.lua": (bundle({"Policy.lua": b""}), ["only in case"]),
        "file and folder": (bundle({"a": b"", "a/b.lua": b""}), ["a file where a folder is"]),
        "hidden": (bundle({".profile": b""}), ["begins with a dot"]),
        "dot": (bundle(extra=[member("./a.lua", b"x")]), ["begins with a dot"]),
        "option": (bundle({"-rf": b""}), ["begins with '-'"]),
        "backslash": (bundle({"a\\b.lua": b""}), ["not portable"]),
        "blank": (bundle({"a b.lua": b""}), ["not portable"]),
        "drive": (bundle({"C:evil": b""}), ["not portable"]),
        "control character": (raw_name(b"a\x1b[2J.txt"), [r"a\\x1B\[2J", "not portable"]),
        "line feed": (raw_name(b"a\nb"), ["not portable"]),
        "not utf-8": (raw_name(b"a\xff\xfe"), ["not portable"]),
        "utf-8": (bundle({"a\u0308.lua": b""}, form=tarfile.PAX_FORMAT), ["not portable"]),
        "no name": (raw_name(b""), ["found"]),
        "double slash": (bundle({"a//b": b""}), ["empty name"]),
        "deep": (bundle({"/".join("abcdefghi"): b""}), ["more than 8 levels"]),
        "long name": (bundle({"a" * 100: b""}), ["99 bytes"]),
        "many files": (bundle(many), ["more than 256 files"]),
        "large file": (bundle({"a.txt": large}), ["1048577 bytes"]),
        "large sum": (bundle({f"a{i}.txt": large[:-1] for i in range(5)}), ["in all files"]),
        "bomb": (gzip.compress(bundle(zeros)), ["times as many"]),
        "bomb in one file": (gzip.compress(bundle({"a.txt": bytes(200 << 20)})), ["bytes"]),
        "gzip in gzip": (gzip.compress(packed), ["gzip inside gzip"]),
        "truncated": (good[:1800], ["damaged|not in the bundle"]),
        "truncated gzip": (packed[:-40], ["damaged"]),
        "cut between files": (good[:1536], ["not in the bundle|damaged|policy.lua"]),
        "empty": (b"", ["damaged|no files"]),
        "no archive": (b"hello" * 1000, ["damaged"]),
        "zip": (b"PK\x03\x04" + bytes(2000), ["damaged"]),
        "negative size": (good.replace(b"%011o\0" % len(POLICY), b"\xff" * 12, 1), ["found"]),
        "huge size": (good.replace(b"%011o\0" % len(POLICY), b"77777777777\0", 1), ["found"]),
        "no manifest": (tar([member("policy.lua", POLICY)]), ["no manifest.json"]),
        "no policy": (tar([member("manifest.json", manifest({}, {}))]), ["no policy.lua"]),
        "not listed": (bundle(extra=[member("more.lua", b"x")]), ["more.lua", "not listed"]),
        "listed only": (bundle(changes={"files": {
            "policy.lua": hashlib.sha256(POLICY).hexdigest(), "gone.lua": "0" * 64}}),
            ["gone.lua", "not in the bundle"]),
        "wrong hash": (bundle(changes={"files": {"policy.lua": "0" * 64}}),
                       ["policy.lua", "changed after packing"]),
        "no hashes": (bundle(changes={"files": None}), ["files"]),
        "unknown key": (bundle(changes={"licence": "MIT"}), ["licence", "did you mean .*license"]),
        "other name": (bundle(changes={"name": "other"}), ["name", "other", "stranger"]),
        "other version": (bundle(changes={"version": "9.0.0"}), ["version", "9.0.0"]),
        "bad name": (bundle(changes={"name": "../up"}), ["name", "lower-case"]),
        "bad version": (bundle(changes={"version": "../../1"}), ["version", "three numbers"]),
        "other params": (bundle(changes={"params": {"band": {"default": 1}}}),
                         ["params", "differ"]),
        "newer engine": (bundle(changes={"engine": "99.0.0"}), ["99.0.0", "newer"]),
        "other api": (bundle(changes={"api": 2}), ["api"]),
        "manifest of lists": (tar([member("manifest.json", b"[" * 5000),
                                   member("policy.lua", POLICY)]), ["manifest.json"]),
    }
