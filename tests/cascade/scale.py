#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scale.py HEADWATER BENCH_GRAPH GENERATE [--events N] SEED...: the chain in a month of a whole fleet.

Each seed is generated with 400 hosts and as many events as asked for, read, derived and traced;
the same promises are held as in the small cases (kit.py). Beside each trace a plain walk in time
over the same edges, which is what finding the chain in this heap means without weights. Needs
about 1.3 KB of disk an event while it runs, and eight minutes for each ten million. TAP, with the
figures as comments.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

from kit import ORGS, PROMISES, Case

HOSTS = 400
AT_SCALE_ONE = 1_437_000  # events that HOSTS hosts write in the default month


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("headwater")
    p.add_argument("bench_graph")
    p.add_argument("generate")
    p.add_argument("--events", type=int, default=10_000_000)
    p.add_argument("--dir", help="where the work lies (default: the temporary folder)")
    p.add_argument("seeds", type=int, nargs="+")
    return p.parse_args()


class Clock:
    def __init__(self):
        self.began = time.monotonic()

    def __call__(self, what):
        now = time.monotonic()
        print(f"# {what}: {now - self.began:.0f} s", flush=True)
        self.began = now


def derived(bench, case):
    """Remakes the graph now, so that its cost is not the first trace's; what it holds."""
    told = subprocess.run([bench, "derive", case], capture_output=True, text=True, check=True).stdout
    peak = max(int(m) for m in re.findall(r"(\d+) MB peak", told))
    return f"{told.strip().splitlines()[-1]}; {peak} MB at most"


def walks(a, case):
    """The trace back from the poisoned library, timed, and the plain walk beside it."""
    told = subprocess.run([a.bench_graph, "trace", case.case, case.names["library-sha256"], "back"],
                          capture_output=True, text=True, check=True).stdout
    for line in told.strip().splitlines():
        print(f"# {line}", flush=True)


def make(a, seed, top):
    root, clock = top / "logs", Clock()
    subprocess.run([sys.executable, a.generate, "--seed", str(seed), "--hosts", str(HOSTS),
                    "--scale", str(a.events / AT_SCALE_ONE), "--out", root], check=True)
    clock("generated")
    case = Case(a.headwater, root, top / "c.case")
    case.add_logs()
    clock("read")
    for folder in ORGS:
        shutil.rmtree(root / folder)
    print(f"# {os.path.getsize(case.case) / 1e9:.2f} GB of records")
    for name in ("before", "after"):
        if name == "after":
            case.add_triage()
        print(f"# {name} the triage: {derived(a.bench_graph, case.case)}", flush=True)
        clock("derived")
        setattr(case, name, case.trace())
        walks(a, case)
        clock("traced")
    print(f"# {os.path.getsize(case.case) / 1e9:.2f} GB with the graph")
    return case


def main():
    a = arguments()
    failed, number = 0, 0
    print(f"1..{len(a.seeds) * len(PROMISES)}")
    for seed in a.seeds:
        with tempfile.TemporaryDirectory(prefix="headwater-scale.", dir=a.dir) as top:
            try:
                case = make(a, seed, pathlib.Path(top))
            except Exception:  # noqa: BLE001 - what could not be made fails each of its promises
                traceback.print_exc()
                case = None
            for promise in PROMISES:
                number += 1
                try:
                    promise(case)
                    print(f"ok {number} seed {seed}: {promise.__name__}", flush=True)
                except Exception as e:  # noqa: BLE001
                    failed += 1
                    print(f"# {e}\nnot ok {number} seed {seed}: {promise.__name__}", flush=True)
    return failed


if __name__ == "__main__":
    os.umask(0o077)
    os.environ.pop("HEADWATER_CASE", None)
    sys.exit(1 if main() else 0)
