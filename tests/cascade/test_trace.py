#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_trace.py HEADWATER GENERATE SRC: the trace of the cascade is held against its truth. TAP."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import traceback

from kit import PROMISES, Case, expect

HEADWATER, GENERATE, SRC = sys.argv[1:4]
# Seed 2 has other names, 3 a host between jump host and build server; in 5 the poisoned service
# can be told by who controlled it as well, in 7 only by the library it loads.
KINDS = {"seed 1": (1,), "seed 1, the chain alone": (1, "--only-incident"), "seed 2": (2,),
         "seed 3": (3,), "seed 5": (5,), "seed 7": (7,)}
MADE = {}


def made(top, kind):
    """The case of that kind, made when it is first asked for."""
    if kind not in MADE:
        root = pathlib.Path(top) / f"t{len(MADE)}"
        seed, *rest = KINDS[kind]
        subprocess.run([sys.executable, GENERATE, "--seed", str(seed), "--out", root, *rest],
                       check=True)
        case = Case(HEADWATER, root, pathlib.Path(top) / f"c{len(MADE)}.case")
        case.add_logs()
        case.before = case.trace()
        case.add_triage()
        case.after = case.trace()
        MADE[kind] = case
    return MADE[kind]


def one_log_on_less_breaks_the_chain_there(case):
    place, = case.truth["events"]["entry.logon"]
    path = case.root / place["file"]
    lines = path.read_bytes().split(b"\n")
    expect(b'"EventID":4624' in lines[place["line"] - 1], "the truth names another record")
    kept = path.read_bytes()
    less = Case(HEADWATER, case.root, case.case.with_suffix(".less.case"))
    try:
        del lines[place["line"] - 1]
        path.write_bytes(b"\n".join(lines))
        less.add_logs()
    finally:
        path.write_bytes(kept)
    trace = less.trace()
    told = json.dumps(trace.steps) + json.dumps(trace.roots)
    expect(case.names["device"] not in told, "it still reaches the device")
    lacks = [tag for tag, at in case.critical().items()
             if at not in trace.cited and tag not in ("entry.logon", "vpn-entry.connected")]
    expect(not lacks, f"the rest does not stand: {lacks}")
    host = case.names["hosts"]["jump"]
    expect(any(host.lower() in g["what"].lower() and "log-on" in g["ask_for"]
               for g in trace.gaps), f"it does not say so: {[g['what'] for g in trace.gaps]}")


def no_name_of_the_incident_is_known_to_the_program(top):
    """Not in a word, not in a hash, not even in a reference."""
    del top
    case = MADE["seed 1"]
    words = {case.names[k].lower() for k in (
        "account", "admin", "builder", "device", "inner", "public", "library-sha256",
        "implant-sha256", "installer-sha256", "msi-sha256")}
    published = {case.names[k].lower() for k in ("implant", "installer", "version")}
    published |= {o.lower() for o in case.orgs.values()} | {"x_trader", "tradingtechnologies"}
    files = [p for p in pathlib.Path(SRC).rglob("*") if p.suffix in (".c", ".h")]
    expect(len(files) > 100, f"only {len(files)} sources in {SRC}")
    for path in files:
        text = path.read_bytes().lower()
        for word in words | published:
            whole = rb"(?<![a-z0-9])" + re.escape(word.encode()) + rb"(?![a-z0-9])"
            expect(not re.search(whole, text), f"{path} knows {word}")


def promises():
    """Name and test, a case after the other, so that one case is read once."""
    for kind in KINDS:
        for test in PROMISES:
            yield f"{kind}: {test.__name__}", lambda top, k=kind, t=test: t(made(top, k))
    alone = "seed 1, the chain alone"
    yield (f"{alone}: one_log_on_less_breaks_the_chain_there",
           lambda top: one_log_on_less_breaks_the_chain_there(made(top, alone)))
    yield "no_name_of_the_incident_is_known_to_the_program", \
        no_name_of_the_incident_is_known_to_the_program


def main():
    tests = list(promises())
    print(f"1..{len(tests)}")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="headwater-trace.") as top:
        for number, (name, test) in enumerate(tests, 1):
            try:
                test(top)
                print(f"ok {number} {name}", flush=True)
            except Exception:  # noqa: BLE001 - a test that dies has failed, and the next one runs
                failed += 1
                for line in traceback.format_exc().splitlines():
                    print(f"# {line}")
                print(f"not ok {number} {name}", flush=True)
    return failed


if __name__ == "__main__":
    os.umask(0o077)
    os.environ.pop("HEADWATER_CASE", None)
    sys.exit(1 if main() else 0)
