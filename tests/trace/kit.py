# SPDX-License-Identifier: Apache-2.0
"""What the tests of the trace share: the corpus, headwater as a command, and TAP."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

from judge import Answer, Records

AS_OF = "2030-01-01"
LONG = 300
LATER = "TO" "DO"  # TAP's word for a test that is known to fail


class Skip(Exception):
    """This machine cannot try it."""


def expect(holds, words):
    if not holds:
        raise AssertionError(words)


class Corpus:
    def __init__(self, default):
        root = pathlib.Path(os.environ.get("HEADWATER_CORPUS") or default).resolve()
        self.root = root / "telemetry"

    def path(self, name, folder="otrf-mordor"):
        path = self.root / folder / name
        if not path.is_file():
            raise Skip(f"no corpus: {path} is not there; HEADWATER_CORPUS names its folder")
        return path


class Trace:
    """One program, and a folder for its cases."""

    def __init__(self, headwater, folder):
        self.exe, self.dir, self.made = os.path.abspath(headwater), pathlib.Path(folder), 0
        self.env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}

    def path(self, name):
        self.made += 1
        path = self.dir / f"{self.made:03}" / name
        path.parent.mkdir()
        return path

    def run(self, case, *args, want=(0,)):
        p = subprocess.run([self.exe, "--case", str(case), *map(os.fspath, args)],
                           stdin=subprocess.DEVNULL, capture_output=True, env=self.env,
                           cwd=self.dir, timeout=LONG, check=False)
        expect(p.returncode in want,
               f"{args[0]} gave {p.returncode}: {p.stderr[-400:]!r} {p.stdout[-200:]!r}")
        return p.stdout

    def case(self, *files):
        """A new case with these files, added one by one in this order."""
        case = self.path("c.case")
        for f in files:
            self.run(case, "add", f, want=(0, 1, 3))
        return case

    def ask(self, case, target, *more):
        """The answer's bytes. Status 3: no chain."""
        return self.run(case, "--json", "trace", target, "--as-of", AS_OF, *more, want=(0, 2, 3))

    def answer(self, files, target):
        return Answer(self.ask(self.case(*files), target))


class Subject:
    """A case of the truth with its records and its answer, made once."""

    made = {}

    def __new__(cls, trace, corpus, case):
        if case.id not in cls.made:
            self = super().__new__(cls)
            self.case, self.path = case, corpus.path(case.file)
            self.records = Records([self.path])
            self.answer = trace.answer([self.path], case.target)
            cls.made[case.id] = self
        return cls.made[case.id]


def tap(tests, known):
    """tests: (name, function) pairs. A function may yield lines to say. `known` maps the name of a
    test that fails today to the reason: it is run, and told as expected to fail."""
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for n, (name, test) in enumerate(tests, 1):
        since, todo = time.monotonic(), f" # {LATER} {known[name]}" if name in known else ""
        try:
            for line in test() or ():
                print("#", line)
            print(f"ok {n} - {name}{todo}")
        except Skip as why:
            print(f"ok {n} - {name} # SKIP {why}")
        except Exception as why:  # pylint: disable=broad-except
            failed += not todo
            print(f"not ok {n} - {name}{todo}")
            told = [str(why)] if isinstance(why, AssertionError) else \
                traceback.format_exception(why)
            for line in "".join(told).splitlines():
                print("#", line)
        print(f"# {time.monotonic() - since:.1f} s", flush=True)
    return failed != 0


def main(make, known):
    """make(trace, corpus) gives the tests. Arguments: HEADWATER CORPUS."""
    folder = tempfile.mkdtemp(prefix="headwater-trace.")
    try:
        failed = tap(make(Trace(sys.argv[1], folder), Corpus(sys.argv[2])), known)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(failed)
