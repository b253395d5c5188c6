# SPDX-License-Identifier: Apache-2.0
"""What the golden tests share: running headwater, reading its JSON, speaking TAP."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[3]
TWIN = TOP / "examples/demo/twin"


def samples(role):
    """[(what data/samples.csv says of it, path)]; the path need not be there."""
    cache = pathlib.Path(os.environ.get("HW_CACHE", TOP / ".cache")) / "samples"
    found = []
    import csv
    with open(TOP / "data/samples.csv", encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            if role in ("all", row["role"]):
                found.append((row, cache / row["package"] / row["version"] / row["path"]))
    return found


def sample(package, version, name):
    for row, path in samples("all"):
        if (row["package"], row["version"]) == (package, version) and row["path"].endswith(name):
            return path
    raise LookupError(f"{package} {version} {name} is not in data/samples.csv")


class Answer:
    def __init__(self, run):
        self.status, self.text, self.words = run.returncode, run.stdout, run.stderr
        self.lines = []
        for line in run.stdout.splitlines():
            try:
                self.lines.append(json.loads(line))
            except ValueError:
                pass

    def of(self, kind):
        return [line for line in self.lines if line.get("type") == kind]

    def rules(self, at_least="info"):
        order = ["info", "low", "medium", "high", "critical"]
        return [f["rule"] for f in self.of("finding")
                if order.index(f["severity"]) >= order.index(at_least)]


class Golden:
    """One test program: `with Golden(sys.argv) as g`, then g.holds(promise, truth, detail)."""

    def __init__(self, argv):
        self.headwater = os.path.abspath(argv[1])
        self.number = self.failed = 0

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="headwater-golden-")
        self.work = pathlib.Path(self.folder.name)
        return self

    def __exit__(self, kind, value, trace):
        self.folder.cleanup()
        if kind is None:
            print(f"1..{self.number}")
            sys.stdout.flush()
            sys.exit(1 if self.failed else 0)

    def ask(self, *args, json_out=True, case=None):
        command = [self.headwater]
        if case:
            command += ["--case", str(case)]
        if json_out:
            command.append("--json")
        clean = {k: v for k, v in os.environ.items() if k != "HEADWATER_CASE"}
        return Answer(subprocess.run(command + [str(a) for a in args], cwd=self.work, text=True,
                                     capture_output=True, errors="replace", check=False,
                                     stdin=subprocess.DEVNULL, env=clean))

    def holds(self, promise, truth, detail=""):
        self.number += 1
        print(f"{'ok' if truth else 'not ok'} {self.number} - {promise}")
        if not truth:
            self.failed += 1
            for line in str(detail).splitlines()[:20]:
                print(f"# {line}")
        sys.stdout.flush()

    def skip(self, promise, why):
        self.number += 1
        print(f"ok {self.number} - {promise} # SKIP {why}")

    def twin(self, how, count, source, name):
        out = self.work / name
        subprocess.run([TWIN, how, str(count), source, out], check=True, capture_output=True)
        return out
