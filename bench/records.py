# SPDX-License-Identifier: Apache-2.0
"""What bench/run measures of records: reading logs beside other readers, deriving, tracing.

The logs are generated (examples/cascade), so that anybody measures the same; EVTX files are taken
from HEADWATER_CORPUS, where it is set.
"""
import contextlib
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
FIELDS = ["EventID", "Channel", "Hostname", "EventTime", "UtcTime", "ProcessGuid", "ProcessId",
          "Image", "CommandLine", "ParentProcessGuid", "ParentImage", "TargetFilename", "Hashes",
          "User", "LogonId", "TargetLogonId", "IpAddress", "IpPort", "SourceIp", "DestinationIp"]
NODES = 20_000

# The same walk as one question in SQL: pairs of a thing and the moment it is reached at, until there
# are as many as a trace settles things. It cannot weigh, and meets a thing again at every moment.
WALK = """WITH RECURSIVE reached(n, t) AS (
  SELECT ?1, -9223372036854775808
  UNION
  SELECT o.object, max(o.lo, r.t) FROM reached r JOIN edge_out o ON o.subject = r.n AND o.hi >= r.t
  ORDER BY 2 LIMIT ?2)
SELECT count(*), count(DISTINCT n) FROM reached"""


def fresh(case):
    for left in pathlib.Path(case).parent.glob(pathlib.Path(case).name + "*"):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


def lines_of(files):
    total = 0
    for path in files:
        with open(path, "rb") as f:
            total += sum(block.count(b"\n") for block in iter(lambda: f.read(1 << 20), b""))
    return total


class Records:
    """One run of bench/run: `kit` is that module."""

    def __init__(self, kit, work, rounds):
        self.kit, self.work, self.rounds = kit, pathlib.Path(work), rounds
        self.logs = self.work / "cascade"
        subprocess.run([TOP / "examples/cascade/generate", "--seed", "1", "--scale", "2", "--hosts",
                        "60", "--out", self.logs], check=True)
        self.case = str(self.work / "records.case")

    def ours(self, *paths):
        fresh(self.case)
        return self.kit.run([self.kit.HEADWATER, "--case", self.case, "add", *map(str, paths)],
                            good=(0, 3))

    def beside(self, title, others, paths, records, note):
        sides = {**others, "headwater": lambda: self.ours(*paths)}
        got = self.kit.paired(sides, self.rounds)
        print(f"\n## {title}: {records} records, "
              f"{sum(os.path.getsize(p) for p in paths) / 1e6:.0f} MB\n")
        self.kit.table(got, {**{name: name for name in others},
                             "headwater": "headwater add: recognised, read in the cage, every field "
                                          "kept in a new case"},
                       "records/s", lambda s: f"{records / s:.0f}", 2)
        for name in others:
            wall, cpu = self.kit.ratios(got, name, "headwater")
            print(f"\nheadwater reaches **{wall:.2f}** of the speed of {name}; {cpu:.2f} by CPU "
                  f"time.{note}")

    def simdjson(self, files):
        """A program of a few lines, made here, that takes the same fields; {} where it cannot be."""
        if shutil.which("g++") is None or not os.path.exists("/usr/include/simdjson.h"):
            print("\nsimdjson: not measured (libsimdjson-dev and g++ are not there)")
            return {}
        program = self.work / "extract"
        made = subprocess.run(["g++", "-O2", "-std=c++17", TOP / "bench/extract_simdjson.cpp", "-o",
                               program, "-lsimdjson"], capture_output=True, text=True, check=False)
        if made.returncode != 0:
            print("\nsimdjson: not measured: " + made.stderr.strip().splitlines()[0])
            return {}
        return {"simdjson": lambda: self.kit.run([program, ",".join(FIELDS), *files])}

    def windows(self):
        files = sorted(map(str, self.logs.glob("*/windows/*.json")))
        others = self.simdjson(files)
        if shutil.which("jq") is None:
            print("\njq: not measured (apt-get install jq)")
        else:
            take = "[" + ",".join(f".{name}" for name in FIELDS) + "]"
            others["jq"] = lambda: self.kit.run(["jq", "-c", take, *files])
        self.beside("Windows events as JSON lines", others, files, lines_of(files),
                    f" It takes {len(FIELDS)} fields and keeps nothing.")

    def evtx(self):
        corpus = os.environ.get("HEADWATER_CORPUS")
        files = sorted(map(str, pathlib.Path(corpus).rglob("*.evtx"))) if corpus else []
        if not files or shutil.which("evtxexport") is None:
            print("\n## EVTX\n\nnot measured: " + ("no EVTX files (HEADWATER_CORPUS)" if not files
                                                   else "no evtxexport (libevtx-utils)"))
            return

        def theirs():
            parts = [self.kit.run(["evtxexport", "-f", "xml", f], good=None) for f in files]
            return (sum(p[0] for p in parts), sum(p[1] for p in parts), max(p[2] for p in parts))

        self.ours(*files)
        self.beside("EVTX", {"evtxexport": theirs}, files, self.derive()["records"],
                    " It prints XML to nowhere.")

    def derive(self):
        bench = pathlib.Path(self.kit.HEADWATER).parent / "bench_graph"
        got = subprocess.run([bench, "derive", self.case], capture_output=True, text=True,
                             check=True).stdout
        end = re.search(r": (\d+) records .*? (\d+) things, (\d+) edges, ([\d.]+) s", got)
        peak = max(int(m) for m in re.findall(r"(\d+) MB peak", got))
        return {"told": got, "records": int(end[1]), "edges": int(end[3]), "s": float(end[4]),
                "peak": peak}

    def whole(self):
        wall, cpu, _ = self.ours(self.logs)
        stored = os.path.getsize(self.case)
        d = self.derive()
        size = os.path.getsize(self.case)
        print(f"\n## From logs to the graph: {d['records']} records of a cascade\n")
        self.kit.row(["", "", "a record"])
        self.kit.row(["---"] * 3)
        self.kit.row(["intake, all files in one command", f"{wall:.2f} s, {cpu:.2f} s CPU",
                      f"{d['records'] / wall:.0f}/s"])
        self.kit.row(["derivation", f"{d['s']:.2f} s", f"{d['records'] / d['s']:.0f}/s"])
        self.kit.row(["its memory", f"{d['peak']} MB", f"{d['peak'] * 1e6 / d['records']:.0f} bytes"])
        self.kit.row(["records in the case", f"{stored / 1e6:.0f} MB",
                      f"{stored / d['records']:.0f} bytes"])
        self.kit.row(["with the graph", f"{size / 1e6:.0f} MB", f"{size / d['records']:.0f} bytes"])
        print("\n" + "".join(f"    {line}\n" for line in d["told"].splitlines()), end="")

    def trace(self):
        bench = pathlib.Path(self.kit.HEADWATER).parent / "bench_graph"
        with contextlib.closing(sqlite3.connect(f"file:{self.case}?mode=ro", uri=True)) as db:
            n, target = db.execute(
                "SELECT t.n, 'e-' || lower(hex(t.id)) FROM thing t WHERE t.kind = (SELECT kind FROM"
                " thing WHERE length(key) = 64 AND key = name LIMIT 1) ORDER BY (SELECT count(*) FROM"
                " edge_out o WHERE o.subject = t.n) DESC, t.n LIMIT 1").fetchone()
            got = subprocess.run([bench, "trace", self.case, target, "forward", str(NODES)],
                                 capture_output=True, text=True, check=True).stdout
            best = 1e9
            for _ in range(5):
                began = time.monotonic()
                pairs, things = db.execute(WALK, (n, NODES)).fetchone()
                best = min(best, time.monotonic() - began)
        ours = re.search(r"first ([\d.]+) ms, best ([\d.]+) ms, (\d+) nodes", got)
        plain = re.search(r"plain ([\d.]+) ms, (\d+) nodes, (\d+) edges", got)
        print(f"\n## A trace forward that exhausts its budget of {NODES} things\n")
        self.kit.row(["", "ms", "things"])
        self.kit.row(["---"] * 3)
        self.kit.row(["headwater, first answer", ours[1], ours[3]])
        self.kit.row(["headwater, best of seven", ours[2], ours[3]])
        self.kit.row(["a walk in time alone, same edges", plain[1], f"{plain[2]}, {plain[3]} edges"])
        self.kit.row(["one recursive question in SQL", f"{best * 1e3:.1f}",
                      f"{things}, in {pairs} pairs with a moment"])
        per = float(ours[2]) / max(int(ours[3]), 1)
        print(f"\nBy the thing reached, headwater takes **{per / (best * 1e3 / max(things, 1)):.2f}** "
              f"times as long as SQL, which weighs nothing, and "
              f"{per / (float(plain[1]) / max(int(plain[2]), 1)):.2f} times as long as the walk.")
