#!/usr/bin/env python3
"""rehedge price: the reference table through the command line, streaming from a pipe, one option,
and CSV that must be refused with the file and the line of what is wrong."""
import csv
import gzip
import io
import math
import os
import socket
import subprocess

from harness import Case, REHEDGE, main

HEADER = "id,model,cp,S,K,T,r,q,sigma\n"
ROW = "a,bsm,C,100,100,0.25,0.02,0,"


class Price(Case):
    def price(self, text, *words, name="book.csv"):
        return self.good("price", "--csv", self.write(name, text), *words).out

    def bad(self, text, *words):
        return self.refused(3, words, "price", "--csv", self.write("book.csv", text))

    def test_columns_and_order(self):
        out = self.price(HEADER + ROW + "0.2\n\"b,\"\"c\",inverse,P,100,90,0.25,0,0,0.5\n",
                         "--greeks", "vega,usd_delta,price")
        rows = list(csv.reader(io.StringIO(out)))
        self.assertEqual(rows[0], ["id", "vega", "usd_delta", "price"])
        self.assertEqual(rows[1][2], "")                # a spot option has none
        self.assertAlmostEqual(float(rows[1][3]), 4.2325, places=3)
        self.assertEqual(rows[2][0], 'b,"c')
        self.assertLess(float(rows[2][2]), 0)

    def test_published_value(self):
        # Haug, The Complete Guide to Option Pricing Formulas, 2nd ed., p. 3
        out = self.good("price", "--cp", "C", "--S", "60", "--K", "65", "--T", "0.25", "--r",
                        "0.08", "--sigma=0.3", "--greeks", "price").out
        self.assertEqual(out.split()[0], "price")
        self.assertAlmostEqual(float(out.split()[1]), 2.1334, delta=5e-5)

    def test_one_is_a_row(self):
        for model in ("bsm", "black76", "inverse"):
            one = self.good("price", "--model", model, "--cp", "p", "--S", "100", "--K", "105",
                            "--T", "0.5", "--sigma", "0.4", "--r", "-0.01", "--q", "0.03",
                            "--greeks", "all").out
            values = [line.split()[1] for line in one.splitlines()]
            text = "cp,S,K,days,r,q,sigma\nP,100,105,182.5,-0.01,0.03,0.4\n"
            row = self.price(text, "--model", model, "--greeks", "all").splitlines()[1]
            self.assertEqual([field for field in row.split(",")[1:] if field], values)
            self.assertTrue(row.startswith("2,"))       # the line, where there is no id

    def test_reference_table(self):
        folder = os.environ.get("REHEDGE_REFERENCE", os.path.join(
            os.path.dirname(__file__), "..", "..", "..", "shared", "reference"))
        path = os.path.join(folder, "european.csv")
        if not os.path.exists(path):
            self.skipTest("no reference table at " + folder)
        with open(path, encoding="utf-8") as file:
            expected = list(csv.DictReader(file))
        found = list(csv.DictReader(io.StringIO(
            self.good("price", "--csv", path, "--greeks", "all").out)))
        self.assertEqual([row["id"] for row in found], [row["id"] for row in expected])
        for have, want in zip(found, expected):
            for name in list(have)[1:]:
                self.assertEqual(have[name] == "", want[name] == "", name)
            room = 8 * (4 + float(want["kappa_price"])) * 2.0 ** -53
            price = float(want["price"])
            self.assertLessEqual(abs(float(have["price"]) - price), room * price)

    def test_american(self):
        # Andersen, Lake & Offengenden 2016, r = q = 5%: a premium of 0.106952702747
        text = "id,cp,S,K,days,r,q,sigma\nx,P,100,100,365,0.05,0.05,0.25\n"
        row = self.price(text, "--model", "american", "--greeks", "price,delta,vanna")
        fields = row.splitlines()[1].split(",")
        self.assertAlmostEqual(float(fields[1]), 9.569445298914, delta=1e-8 * 100)
        self.assertAlmostEqual(float(fields[2]), -0.43629515878, places=6)
        self.assertEqual(fields[3], "")
        european = self.price(text, "--greeks", "price").splitlines()[1].split(",")
        self.assertLess(float(european[1]), float(fields[1]))

    def test_other_contracts(self):
        text = ("id,model,cp,S,K,T,r,q,sigma,power,L,pa,pb\n"
                "call,bsm,C,100,110,0.5,0.03,0.01,0.4,,,,\n"
                "up,digital,C,100,110,0.5,0.03,0.01,0.4,,,,\n"
                "down,digital,P,100,110,0.5,0.03,0.01,0.4,,,,\n"
                "log,log,,100,110,0.5,0.03,0.01,0.4,,,,\n"
                "square,power,,100,,0.5,0.03,0.01,0.4,,,,\n"
                "forward,power,x,100,,0.5,0.03,0.01,0.4,1,,,\n"
                "v3,lp-v3,,1500,,,,,,,1000,1000,3000\n"
                "v2,lp-v2,,2000,,,,,,,1000,,\n")
        rows = {row["id"]: row for row in csv.DictReader(io.StringIO(self.price(
            text, "--greeks", "price,delta,gamma,vega,dual_delta")))}
        value = {name: float(row["price"]) for name, row in rows.items()}
        bond = math.exp(-0.015)
        self.assertAlmostEqual(value["up"], -float(rows["call"]["dual_delta"]), places=14)
        self.assertAlmostEqual(value["up"] + value["down"], bond, places=14)
        self.assertAlmostEqual(value["log"], bond * (math.log(100 / 110) - 0.03), places=14)
        self.assertAlmostEqual(value["square"] / (1e4 * math.exp(0.5 * (0.03 + 0.16 - 0.02))), 1,
                               places=14)
        self.assertAlmostEqual(value["forward"], 100 * math.exp(-0.005), places=12)
        self.assertAlmostEqual(value["v3"], 18450.7624472, places=6)    # the law's own numbers
        self.assertAlmostEqual(float(rows["v3"]["delta"]), 7.56247039121, places=10)
        self.assertAlmostEqual(value["v2"], 2000 * math.sqrt(2000), places=9)
        self.assertEqual([rows["v2"]["vega"], rows["square"]["dual_delta"]], ["", ""])
        for name, row in rows.items():      # one by its numbers is the row
            fields = dict(zip(text.split("\n", 1)[0].split(","),
                              next(line for line in text.splitlines()
                                   if line.startswith(name + ",")).split(",")))
            words = [f"--{key}={field}" for key, field in fields.items()
                     if field not in ("", "x") and key != "id"]
            out = self.good("price", *words, "--greeks", "price,delta,gamma").out.split()
            self.assertEqual(out[1::2], [row["price"], row["delta"], row["gamma"]])

    def test_columns_a_model_needs(self):
        self.assertEqual(self.price("S,T,sigma\n2,0,0.5\n", "--model", "power"),
                         "id,price,delta,gamma,vega,theta,rho\n2,4,4,2,0,-1,0\n")
        self.price("S,L\n100,1\n", "--model", "lp-v2")
        model = ["--model", "digital"]
        self.refused(3, ["book.csv:1", "\"cp\"", "digital"], "price", *model, "--csv",
                     self.write("book.csv", "S,K,T,sigma\n1,1,1,1\n"))
        self.bad("model,S,L\nlp-v3,1,1\n", "book.csv:2", "\"pa\"", "lp-v3")
        self.bad("model,S,L,pa,pb\nlp-v3,1,1,1,x\n", "book.csv:2", "pb", "a number")
        self.bad("model,S,T,sigma,power\npower,1,1,1,x\n", "book.csv:2", "power")
        self.refused(2, ["cp"], "price", "--model", "log", "--cp", "C", "--S", "1", "--K", "1",
                     "--T", "1", "--sigma", "1")
        self.refused(2, ["--power", "european"], "price", "--power", "3", "--S", "1")
        self.refused(2, ["--pb"], "price", "--model", "lp-v3", "--S", "1", "--L", "1", "--pa", "1")
        self.refused(2, ["european", "bsm", "black76", "inverse", "american", "digital", "log",
                         "power", "lp-v2", "lp-v3", "mean digital"], "price", "--model", "digtal")
        text = HEADER.replace(",model", "") + ROW.replace(",bsm", "") + "0.2\n"
        self.assertEqual(self.price(text, "--model", "european"),
                         self.price(text, "--model", "bsm"))

    def test_pipe_and_gzip(self):
        text = HEADER + "".join(f"{i},bsm,{'CP'[i % 2]},100,{80 + i % 40},0.5,0.01,0,0.3\n"
                                for i in range(5000))
        process = subprocess.run([REHEDGE, "price", "--csv", "-"], input=text.encode(),
                                 capture_output=True, timeout=60, check=True)
        self.assertEqual(process.stdout.decode(), self.price(text))
        self.assertEqual(process.stdout.count(b"\n"), 5001)
        path = self.write("book.csv.gz", gzip.compress(text.encode()))
        self.assertEqual(self.good("price", "--csv", path).out, self.price(text))

    def test_instruction_sets_agree(self):
        path = self.write("book.csv", HEADER + "".join(
            f"{i},{model},P,100,{70 + 3 * i},0.3,-0.01,0.02,0.{i + 1}\n"
            for i, model in enumerate(["bsm", "black76", "inverse", "digital", "log",
                                       "power"] * 4)))
        out = {subprocess.run([REHEDGE, "price", "--csv", path, "--greeks", "all"], timeout=60,
                              capture_output=True, check=True,
                              env=dict(os.environ, REHEDGE_ISA=isa)).stdout
               for isa in ("baseline", "fma", "avx512", "")}
        self.assertEqual(len(out), 1)

    def test_a_number_that_parses_is_the_library_s_business(self):
        """price ended the whole file on nan or a negative vol; iv answered domain."""
        text = HEADER + "".join(f"{i},{model},{row}\n" for i, (model, row) in enumerate((
            ("bsm", "C,100,100,0.25,0.02,0,0.2"), ("bsm", "C,nan,100,0.25,0.02,0,0.2"),
            ("bsm", "C,100,100,0.25,0.02,0,-0.2"), ("black76", "P,100,-Inf,0.25,0.02,0,0.2"),
            ("inverse", "P,90,100,0,0,0,0.2"), ("american", "P,100,100,1,-0.02,-0.05,0.2"),
            ("american", "P,NaN,100,1,0,0,0.2"), ("american", "P,90,100,0,0,0,0.2"),
            ("bsm", "C,1,1,1,-1e300,0,0.2"))))
        words = ("--greeks", "price,delta", "--status")
        out = self.price(text, *words)
        rows = list(csv.DictReader(io.StringIO(out)))
        self.assertEqual([row["status"] for row in rows], [
            "ok", "nan", "domain", "domain", "limit", "domain", "nan", "limit", "domain"])
        for row in rows:
            none = row["status"] in ("nan", "domain")
            self.assertEqual(row["price"] == "nan", none, row)
            self.assertEqual(row["delta"] == "nan", none, row)
        self.assertEqual(self.price(text, *words[:2]),
                         "".join(line.rpartition(",")[0] + "\n" for line in out.splitlines()))
        pool = self.price("S,L,pa,pb\n1,1,0,inf\n1,-1,0,inf\n", "--model", "lp-v3", "--status")
        self.assertEqual([row.rpartition(",")[2] for row in pool.splitlines()],
                         ["status", "ok", "domain"])

    def test_one_option_prints_as_a_row_does(self):
        """-nan was printed where a row has nan."""
        out = self.good("price", "--cp", "P", "--S", "-nan", "--K=-1", "--T", "1", "--sigma", "1",
                        "--status").out.split()
        self.assertEqual(set(out[1:-2:2]), {"nan"})
        self.assertEqual(out[-2:], ["status", "nan"])

    def test_standard_input_is_a_descriptor(self):
        """A socket cannot be opened as a path; a closed one is told, by its name."""
        rows = {"price": HEADER + ROW + "0.2\n",
                "iv": HEADER.replace("sigma", "price") + ROW + "4\n"}
        for command, text in rows.items():
            left, right = socket.socketpair()
            with left, right:
                left.sendall(text.encode())
                left.shutdown(socket.SHUT_WR)
                process = subprocess.run([REHEDGE, command, "--csv", "-"], stdin=right,
                                         capture_output=True, timeout=60, check=True)
            self.assertEqual(process.stdout.count(b"\n"), 2)
        for words in (("price",), ("iv",), ("surface", "-")):
            process = subprocess.run(["sh", "-c", 'exec "$@" <&-', "sh", REHEDGE, *words],
                                     capture_output=True, timeout=60, check=False)
            self.assertEqual(process.returncode, 3, process)
            self.assertIn(b"(standard input)", process.stderr)

    def test_standard_input_has_one_name(self):
        """/dev/stdin:2 in some messages, (standard input):2 in others."""
        for text in (HEADER + ROW + "x\n", HEADER + "\"a\0", HEADER + ROW, HEADER + "a\"b,\n", ""):
            for command in ("price", "iv", "surface"):
                words = [REHEDGE, command, "-"] if command == "surface" else [REHEDGE, command]
                process = subprocess.run(words, input=text.encode(), capture_output=True,
                                         timeout=60, check=False)
                self.assertEqual(process.returncode, 3, process)
                self.assertIn(b"(standard input)", process.stderr)
                self.assertNotIn(b"/dev/stdin", process.stderr)

    def test_ids_are_copied_whole(self):
        """Cut to 250 characters; a newline was printed as the text \\x0A."""
        ids = ["x" * 5000, "two\nlines", "\\x0A", "tab\there", " blank ", 'q"uo,te', "é", ""]
        for command, last in (("price", "0.2"), ("iv", "4")):
            text = io.StringIO()
            writer = csv.writer(text, quoting=csv.QUOTE_ALL)
            writer.writerow(HEADER.strip().replace("sigma", "sigma" if command == "price"
                                                   else "price").split(","))
            for name in ids:
                writer.writerow([name, *(ROW + last).split(",")[1:]])
            out = self.good(command, "--csv", self.write("book.csv", text.getvalue())).out
            found = list(csv.reader(io.StringIO(out, newline="")))
            self.assertEqual([row[0] for row in found[1:]], ids)

    def test_unknown_instruction_set(self):
        """It was silently taken for the widest."""
        line = self.refused(2, ["REHEDGE_ISA", "baseline, fma or avx512"], "price",
                            env={"REHEDGE_ISA": "avx2"})
        self.assertIn("avx2", line)

    def test_refused_tables(self):
        self.bad("", "book.csv", "header")
        self.bad("id,cp,S,K,T\n", "book.csv:1", "sigma")
        self.bad("cp,S,K,sigma\n", "book.csv:1", "\"T\"")
        self.bad("S,S,K,T,cp,sigma\n", "book.csv:1", "\"S\"", "twice")
        path = self.write("book.csv", HEADER + ROW + "0.2\n" + ROW + "0.2x\n")
        result = self.rehedge("price", "--csv", path)   # the good rows have been printed
        self.assertEqual((result.status, result.out.count("\n")), (3, 2))
        self.assertIn("book.csv:3: sigma: found \"0.2x\"", result.err)
        for number in ("", "nano", "--inf", "0x10", "4 5", "1e999", "4,5"):
            self.bad(HEADER + ROW + number + "\n", "book.csv:2")
        self.bad(HEADER + "a,bsm,X,1,1,1,0,0,1\n", "book.csv:2", "cp", "X", "C or P")
        self.bad(HEADER + "a,heston,C,1,1,1,0,0,1\n", "book.csv:2", "model", "heston")
        self.bad(HEADER + "a,bsm,C,1,1,1\n", "book.csv:2", "6 fields", "9")
        self.bad(HEADER + "\"a,bsm,C,1,1,1,0,0,1\n", "book.csv:")
        self.bad(HEADER + "a\0,bsm,C,1,1,1,0,0,1\n", "book.csv:2", "NUL")
        self.refused(3, ["absent.csv"], "price", "--csv", os.path.join(self.folder, "absent.csv"))

    def test_refused_words(self):
        self.refused(2, ["vgea", "vega"], "price", "--greeks", "vgea")
        self.refused(2, ["twice"], "price", "--greeks", "vega,vega")
        self.refused(2, ["no greek"], "price", "--greeks", "vega,")
        self.refused(2, ["heston"], "price", "--model", "heston")
        self.refused(2, ["--sigma"], "price", "--cp", "C", "--S", "1", "--K", "1", "--T", "1")
        self.refused(2, ["--cp"], "price", "--cp", "X", "--S", "1", "--K", "1", "--T", "1",
                     "--sigma", "1")
        self.refused(2, ["--S", "no number"], "price", "--cp", "C", "--S", "1x", "--K", "1",
                     "--T", "1", "--sigma", "1")
        self.refused(2, ["not both"], "price", "--csv", "x.csv", "--S", "1")


if __name__ == "__main__":
    main()
