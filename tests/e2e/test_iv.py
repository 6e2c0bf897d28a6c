#!/usr/bin/env python3
"""rehedge iv: what it prints for good rows, streaming from a pipe, and CSV that must be refused
with the file and the line of what is wrong. Nothing is guessed, nothing is skipped."""
import gzip
import os
import subprocess

from harness import Case, REHEDGE, main

HEADER = "id,model,cp,S,K,T,r,q,price\n"


class Iv(Case):
    def iv(self, text, *words, name="quotes.csv"):
        return self.good("iv", "--csv", self.write(name, text), *words).out

    def bad(self, text, *words):
        return self.refused(3, words, "iv", "--csv", self.write("quotes.csv", text))

    def test_answers_and_flags(self):
        out = self.iv(HEADER + "a,bsm,C,100,100,0.25,0.02,0,4.2\nb,black76,P,100,90,0.25,0,0,-1\n"
                      "c,inverse,C,100,100,0,0,0,0.1\n\"d,\"\"e\",bsm,P,100,100,1,0,0,100\n"
                      "f,bsm,C,100,90,1,0,0,10\n")
        rows = [line.rsplit(",", 2) for line in out.splitlines()]
        self.assertEqual(rows[0], ["id", "implied_vol", "status"])
        self.assertEqual([row[2] for row in rows[1:]],
                         ["ok", "below_intrinsic", "zero_time", "above_maximum",
                          "lost_in_rounding"])
        self.assertAlmostEqual(float(rows[1][1]), 0.19838, places=4)
        self.assertEqual(rows[2][1], "nan")
        self.assertEqual(rows[4][0], '"d,""e"')

    def test_default_model_and_columns(self):
        text = "price_dbl,K,S,T,cp,note\n7,100,100,1,c,x\n"
        self.assertEqual(self.iv(text), self.iv(text, "--model", "european"))
        self.assertNotEqual(self.iv(text), self.iv(text, "--model=inverse"))
        self.assertTrue(self.iv(text).splitlines()[1].startswith("2,0.17"))
        path = self.write("q.csv.gz", gzip.compress(text.encode()))
        self.assertEqual(self.good("iv", "--csv", path).out, self.iv(text))

    def test_pipe(self):
        text = HEADER + "".join(f"{i},bsm,C,100,{80 + i % 40},0.5,0.01,0,{25 - 0.5 * (i % 40)}\n"
                                for i in range(5000))
        process = subprocess.run([REHEDGE, "iv", "--csv", "-"], input=text.encode(),
                                 capture_output=True, timeout=60, check=True)
        self.assertEqual(process.stdout.decode(), self.iv(text))
        self.assertEqual(process.stdout.count(b"\n"), 5001)

    def test_refusals(self):
        row = "a,bsm,C,100,100,0.25,0.02,0,"
        self.bad("", "quotes.csv", "header")
        self.bad("id,cp,S,K,T\n", "quotes.csv:1", "price")
        self.bad("S,S,K,T,cp,price\n", "quotes.csv:1", "\"S\"", "twice")
        path = self.write("quotes.csv", HEADER + row + "4\n" + row + "4x\n")
        result = self.rehedge("iv", "--csv", path)      # the good rows have been printed
        self.assertEqual((result.status, result.out.count("\n")), (3, 2))
        self.assertIn("quotes.csv:3: price: found \"4x\"", result.err)
        for number in ("", "nano", "--inf", "0x10", "4 5", "1e999", "4,5"):
            self.bad(HEADER + row + number + "\n", "quotes.csv:2")
        self.bad(HEADER + "a,bsm,X,1,1,1,0,0,1\n", "quotes.csv:2", "cp", "X", "C or P")
        self.bad(HEADER + "a,heston,C,1,1,1,0,0,1\n", "quotes.csv:2", "model", "heston")
        self.bad(HEADER + "a,bsm,C,1,1,1\n", "quotes.csv:2", "6 fields", "9")
        self.bad(HEADER + "\"a,bsm,C,1,1,1,0,0,1\n", "quotes.csv:")
        self.refused(3, ["absent.csv"], "iv", "--csv", os.path.join(self.folder, "absent.csv"))
        self.refused(2, ["--model", "heston"], "iv", "--model", "heston")


if __name__ == "__main__":
    main()
