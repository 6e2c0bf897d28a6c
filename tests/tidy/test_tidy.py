#!/usr/bin/env python3
"""Does tidy.py catch what it promises? Each rule is broken in a made-up tree, kept in another."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tidy  # noqa: E402

OPENING = "/* A unit of the made-up tree.\n * It keeps no invariant. */\n"


class TidyTest(unittest.TestCase):
    def judge(self, path, text):
        """The rules that a tree with this one file breaks, as text after "path:line: "."""
        with tempfile.TemporaryDirectory() as root:
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full) or root, exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
            judge = tidy.Tidy(root)
            self.assertEqual(judge.run(), 1)
            return judge.found

    def refused(self, path, text, expected, line=None):
        found = self.judge(path, text)
        self.assertEqual(len(found), 1, found)
        self.assertIn(expected, found[0])
        if line is not None:
            self.assertTrue(found[0].startswith(f"{path}:{line}: "), found[0])

    def kept(self, path, text):
        self.assertEqual(self.judge(path, text), [])

    def test_includes_point_down(self):
        self.refused("core/base/a.c", OPENING + '#include "math/kernels.h"\n', "upward include", 3)
        self.refused("core/policy/a.h", OPENING + '#include "engine/engine.h"\n', "upward include")
        self.refused("core/market/a.c", OPENING + '#  include "feed/feed.h"\n', "upward include")
        self.kept("core/engine/a.c", OPENING + '#include "policy/policy.h"\n#include "base/a.h"\n')
        self.kept("core/engine/a.c", OPENING + '#include "engine/engine.h"\n')

    def test_siblings_do_not_meet(self):
        self.refused("core/engine/a.c", OPENING + '#include "lua/vm.h"\n', "upward include")
        self.refused("core/lua/a.c", OPENING + '#include "engine/engine.h"\n', "upward include")

    def test_every_pair_of_rooms(self):
        for upper, row in enumerate(tidy.ROOMS):
            for below in tidy.ROOMS[upper + 1:]:
                self.kept(f"core/{row[0]}/a.c", OPENING + f'#include "{below[0]}/b.h"\n')
                self.refused(f"core/{below[0]}/a.c", OPENING + f'#include "{row[0]}/b.h"\n',
                             "upward include")

    def test_folder_must_be_named_and_known(self):
        self.refused("core/base/a.c", OPENING + '#include "text.h"\n', "by its folder")
        self.refused("core/base/a.c", OPENING + '#include "../math/a.h"\n', "by its folder")
        self.refused("core/config/a.c", OPENING + '#include "base/a.h"\n', "no room")

    def test_third_party_headers_have_one_owner(self):
        for header, room in tidy.OWNERS.items():
            self.kept(f"core/{room}/a.c", OPENING + f"#include <{header}>\n")
            other = "policy" if room != "policy" else "base"
            self.refused(f"core/{other}/a.c", OPENING + f"#include <{header}>\n", "belongs to")
            self.refused("include/rehedge/a.h", OPENING + f"#include <{header}>\n", "public header")
        self.kept("core/feed/a.c", OPENING + '#include "data/csv.h"\n')

    def test_public_headers_stand_alone(self):
        self.refused("include/rehedge/a.h", OPENING + '#include "base/error.h"\n', "public header")
        self.kept("include/rehedge/a.h", OPENING + '#include "rehedge/status.h"\n')

    def test_function_length(self):
        body = "    value++;\n"
        longest = OPENING + "static int f(int value)\n{\n" + body * 68 + "}\n"
        self.kept("core/base/a.c", longest)
        self.refused("core/base/a.c", longest.replace("{\n", "{\n" + body, 1), "function of 71", 4)
        braces = OPENING + 'static char *f(void)\n{\n    return "}" /* } */;\n' + body * 70 + "}\n"
        self.refused("core/base/a.c", braces, "function of 73")
        table = OPENING + "static const int t[] = {\n" + "    1,\n" * 90 + "};\n"
        self.kept("core/base/a.c", table)
        wrapped = '#ifdef __cplusplus\nextern "C" {\n#endif\n'
        self.refused("core/base/a.c", OPENING + wrapped + longest[len(OPENING):].replace(
            "{\n", "{\n" + body, 1) + "}\n", "function of 71")

    def test_line_length_and_tabs(self):
        self.kept("core/base/a.c", OPENING + "/*" + "x" * 96 + "*/\n")
        self.refused("core/base/a.c", OPENING + "/*" + "x" * 97 + "*/\n", "line of 101", 3)
        self.refused("scripts/a.lua", "-- opening\nlocal x =\t1\n", "tab")

    def test_banned_calls(self):
        for name in tidy.BANNED_EVERYWHERE:
            self.refused("core/base/a.c", OPENING + f"void f(void) {{ {name}(0); }}\n", "banned", 3)
            self.refused("tests/base/a.c", OPENING + f"void f(void) {{ {name} (0); }}\n", "banned")
        self.kept("core/base/a.c", OPENING + "void f(void) { v->time(0); v.rand(0); }\n")
        self.kept("core/base/a.c", OPENING + 'static_assert(1, "time(0)"); /* sprintf(x) */\n')
        self.kept("core/base/a.c", OPENING + "void f(void) { rh_time(0); snprintf(a, 1, b); }\n")

    def test_libm_only_in_tests(self):
        for name in tidy.LIBM:
            self.refused("core/math/a.c", OPENING + f"double f(void) {{ return {name}(1); }}\n",
                         "libm")
            self.kept("tests/math/a.c", OPENING + f"double f(void) {{ return {name}(1); }}\n")
        self.refused("core/math/a.c", OPENING + "float f(void) { return expf(1); }\n", "libm")
        self.kept("core/math/a.c", OPENING + "double f(void) { return rh_exp(sqrt(fabs(1))); }\n")

    def test_lua_call_and_exit(self):
        call = OPENING + "void f(void) { lua_call(L, 0, 0); }\n"
        self.refused("core/engine/a.c", call, "unprotected")
        self.kept("core/lua/a.c", call)
        self.kept("core/engine/a.c", call.replace("lua_call", "lua_pcall"))
        leave = OPENING + "void f(void) { exit(1); }\n"
        self.refused("core/host/a.c", leave, "exit below")
        self.kept("core/cli/a.c", leave)
        self.refused("core/base/a.c", leave.replace("exit", "_exit"), "exit below")

    def test_openings(self):
        self.refused("core/base/a.c", "int x;\n", "does not open", 1)
        self.refused("core/base/a.c", "/* One line only. */\n", "of 1 lines")
        self.refused("core/base/a.c", "/*\n" + " * x\n" * 6 + " */\n", "of 8 lines")
        self.refused("scripts/a.lua", "local x = 1\n", "does not open")
        self.refused("tests/a.py", "#!/usr/bin/env python3\nimport os\n", "does not open", 2)
        self.refused("core/CMakeLists.txt", "project(x)\n", "does not open")
        self.kept("examples/a.sh", "#!/bin/sh\n# Does nothing.\n")

    def test_leftover_notes(self):
        self.refused("core/base/a.c", OPENING + "/* TO" + "DO later */\n", "leftover note", 3)
        self.refused("docs/a.md", "FIX" + "ME\n", "leftover note", 1)
        self.kept("docs/a.md", "TO" + "DOS and mastodon\n")

    def test_machine_paths(self):
        self.refused("docs/a.md", "see /ho" + "me/somebody/data\n", "path of one machine")
        self.refused("tests/a.py", '"""x"""\np = "/ro' + 'ot/x"\n', "path of one machine")
        self.kept("docs/a.md", "see /usr/share/doc, ../home/data, $HOME/x and /etc/os-release\n")

    def test_strings_and_comments_keep_lines(self):
        text = '/* a\n b */ "x\\"y" // c\n\'"\' z'
        stripped = tidy.strip_comments_and_strings(text)
        self.assertEqual([len(line) for line in stripped.split("\n")],
                         [len(line) for line in text.split("\n")])
        self.assertNotIn("y", stripped)
        self.assertIn("z", stripped)

    def test_exit_status(self):
        with tempfile.TemporaryDirectory() as root:
            with open(os.path.join(root, "a.md"), "w", encoding="utf-8") as file:
                file.write("fine\n")
            self.assertEqual(tidy.main(["tidy", root]), 0)
            with open(os.path.join(root, "a.c"), "w", encoding="utf-8") as file:
                file.write("int x;\n")
            self.assertEqual(tidy.main(["tidy", root]), 1)


if __name__ == "__main__":
    unittest.main()
