# SPDX-License-Identifier: Apache-2.0
"""A generated world, loaded into a case by the program itself, and what tests ask of both.

Evidence of an organisation is added with `--org`, and that is one run of the program for each of them.
For thousands there is `load(quickly=True)`: all folders in one run, and then the same rows that `--org`
would have written into the table `declared` (docs/formats/case.md). test_estate.py holds that both ways
make the same graph.
"""
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ENV = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}


class Loaded:
    """A world in `root` and its case."""

    def __init__(self, headwater, root, case):
        self.headwater, self.root, self.case = headwater, pathlib.Path(root), pathlib.Path(case)
        self.truth = json.loads((self.root / "truth.json").read_text())
        self.took = {}

    # ---- the program ----

    def run(self, *args, want=(0,), json_lines=False):
        """Its answer; with json_lines as a list of objects."""
        command = [self.headwater, "--case", self.case] + (["--json"] if json_lines else [])
        p = subprocess.run([*command, *map(str, args)], env=ENV, check=False, capture_output=True)
        assert p.returncode in want, (args, p.returncode, p.stdout[-400:], p.stderr[-400:])
        return [json.loads(line) for line in p.stdout.splitlines()] if json_lines else \
            p.stdout.decode()

    def timed(self, word, what, *args):
        begun = time.monotonic()
        done = what(*args)
        self.took[word] = self.took.get(word, 0) + time.monotonic() - begun
        return done

    def load(self, quickly=False):
        """All evidence, then all that was published; the graph is made by the first question."""
        self.timed("add", self.run, "add", self.root / "estate")
        if quickly:
            self.timed("add", self.run, "add", self.root / "customers", self.root / "vendors")
            self.timed("declare", self.declare)
        else:
            for folder, org in self.truth["evidence"].items():
                if (self.root / folder).is_dir():
                    self.timed("add", self.run, "add", "--org", org, self.root / folder)
        if (self.root / "bills").is_dir():
            self.timed("bills", self.run, "add", self.root / "bills")
        self.timed("learn", self.run, "learn", self.root / "exposure", self.root / "indicators")
        return self

    def declare(self):
        """What `add --org` declares of each evidence."""
        orgs = {str(self.root / folder): org for folder, org in self.truth["evidence"].items()}
        now = time.time_ns()
        with sqlite3.connect(self.case) as db:
            rows = [(evidence, now, orgs[os.path.dirname(path.decode())].encode()) for path, evidence
                    in db.execute("SELECT path, evidence FROM sighting")
                    if os.path.dirname(path.decode()) in orgs]
            db.executemany("INSERT INTO declared(evidence, key, at_ns, value) VALUES(?, 'org', ?, ?)",
                           rows)
        db.close()

    def make_graph(self):
        """By a question that needs it and finds nothing."""
        self.timed("graph", lambda: self.run("trace", "no-such-name", want=(2, 3)))
        return self

    def org_of(self, host):
        """Whose a host is, by its name: C0017-W3 is of the folder C0017."""
        key = host.split("-")[0].upper()
        return self.truth["evidence"][("vendors/" if key[0] == "V" else "customers/") + key]

    # ---- what the case holds ----

    def query(self, sql, *values):
        db = sqlite3.connect(f"file:{self.case}?mode=ro", uri=True)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def size(self):
        return self.case.stat().st_size


def generate(out, *args):
    subprocess.run([sys.executable, HERE / "generate.py", "--out", out, *map(str, args)], check=True)
    return pathlib.Path(out)


def world(headwater, folder, *args, quickly=False):
    """Generated below `folder` where it is not there yet, loaded, its graph made."""
    root = pathlib.Path(folder) / "world"
    if not root.is_dir():
        generate(root, *args)
    return Loaded(headwater, root, pathlib.Path(folder) / "c.case").load(quickly).make_graph()


def main():
    """kit.py HEADWATER FOLDER [ARGUMENT]...: FOLDER/world, generated unless it is there (scale.py),
    loaded quickly into FOLDER/c.case; what it took."""
    headwater, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
    os.makedirs(folder, exist_ok=True)
    w = world(headwater, os.path.abspath(folder), *sys.argv[3:], quickly=True)
    for word, seconds in w.took.items():
        print(f"{word}: {seconds:.1f} s")
    print(f"case: {w.size() / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
