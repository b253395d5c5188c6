#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_trace.py HEADWATER GENERATE SRC: the trace of the cascade is held against its truth. TAP.

A record is critical when the chain cannot be told without it. Those of the truth that are not:

    customer-*.run, .written-*, .download, .msiexec, .updater, .package, .dns
                      how a customer came by its copy is the trace of that file, not of the bytes
    build-*.sign-*, .console-*   the same hash lay in the build's input before; signing and the
                      console's lines are context, and one of several builds is told
    plant.svchost, .load, .sc.4688, .rpc   the planted library's first start; the overwriting
                      hand is the process that the restart began
    plant.zeek-*, plant.share, entry.flow, *.logout, *.4688, hop.shell   say again, or less well,
                      what a critical record says
    upstream.get      without hashes and from another address, it joins nothing
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import traceback

HEADWATER, GENERATE, SRC = sys.argv[1:4]
CRITICAL = {
    "load": r"customer-.-0\.load",
    "input": r"build-2\.input-load",
    "tamper": r"tamper-2\.library",
    "implant": r"reboot\.(svchost|load)",
    "plant": r"plant\.(smb-write|file)",
    "session": r"plant\.logon",
    "hop": r"hop\.logon",
    "credentials": r"plant\.explicit",
    "desktop": r"entry\.logon",
    "vpn": r"vpn-entry\.connected",
}
ORGS = ("vendor", "customer-a", "customer-b", "upstream")
# Seed 2 has other names, 3 a host between jump host and build server.
KINDS = {"seed 1": (1,), "seed 1, the chain alone": (1, "--only-incident"), "seed 2": (2,),
         "seed 3": (3,)}


def expect(holds, words):
    if not holds:
        raise AssertionError(words)


class Trace:
    """The answer about the poisoned library, by the records its steps cite."""

    def __init__(self, case, names):
        done = subprocess.run([HEADWATER, "--case", case, "--json", "trace",
                               names["library-sha256"]], capture_output=True, text=True)
        expect(done.returncode == 0, f"trace says {done.returncode}: {done.stderr}")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.steps = [x for x in lines if x["type"] == "step"]
        self.roots = [x for x in lines if x["type"] == "root"]
        self.gaps = [x for x in lines if x["type"] == "gap"]
        self.crossings = {(x["from_org"], x["to_org"]) for x in lines if x["type"] == "crossing"}
        self.cited = {self.place(e["file"], e["record"]) for s in self.steps
                      for e in s["evidence"]}

    @staticmethod
    def place(path, record):
        return pathlib.PurePath(path).name, record

    def ends_of(self, places):
        """What the steps join whose records are among these."""
        return {s[end]["id"] for s in self.steps for end in ("from", "to")
                if any(self.place(e["file"], e["record"]) in places for e in s["evidence"])}


class Case:
    """A tree, and the case that its records make: first without the triage, then with it."""

    made = {}

    def __new__(cls, top, kind):
        if kind not in cls.made:
            self = super().__new__(cls)
            self.root = pathlib.Path(top) / f"t{len(cls.made)}"
            self.case = pathlib.Path(top) / f"c{len(cls.made)}.case"
            seed, *rest = KINDS[kind]
            subprocess.run([sys.executable, GENERATE, "--seed", str(seed), "--out", self.root,
                            *rest], check=True)
            self.truth = json.loads((self.root / "truth.json").read_text())
            self.names = self.truth["names"]
            self.orgs = self.names["organisations"]
            for folder in ORGS:
                self.add("--org", self.orgs[folder], self.root / folder)
            self.before = Trace(self.case, self.names)
            self.add("--org", self.orgs["vendor"], "--host", self.names["device"],
                     self.root / "laptop-triage.zip")
            self.after = Trace(self.case, self.names)
            cls.made[kind] = self
        return cls.made[kind]

    def add(self, *args):
        done = subprocess.run([HEADWATER, "--case", self.case, "add", *args],
                              capture_output=True, text=True)
        expect(done.returncode == 0, f"add {args} says {done.returncode}: {done.stderr}")

    def critical(self):
        """tag -> place, of the records without which the chain cannot be told."""
        return {r["tag"]: Trace.place(r["file"], r["record"])
                for chain in self.truth["chains"] for link in chain["chain"]
                if not link["laptop"] for r in link["records"]
                if link["link"] in CRITICAL and re.fullmatch(CRITICAL[link["link"]], r["tag"])}

    def places(self):
        return {Trace.place(p["file"], p["record"]) for places in self.truth["events"].values()
                for p in places}


def every_critical_record_is_cited(case):
    wanted = case.critical()
    expect(len(wanted) >= 12, f"only {sorted(wanted)} are critical")
    for name, trace in (("before", case.before), ("after", case.after)):
        lacks = {tag: place for tag, place in wanted.items() if place not in trace.cited}
        expect(not lacks, f"{name} the triage no step cites {lacks}")


def without_the_triage_it_ends_at_the_unlogged_device(case):
    best = [r for r in case.before.roots if r["principal"]]
    expect([r["at"]["name"] for r in best] == [case.names["device"]],
           f"it ends at {[(r['at']['name'], r['says']) for r in best]}")
    expect(not best[0]["observed"] and best[0]["at"]["kind"] == "host", f"{best[0]}")
    said = [g["ask_for"] for g in case.before.gaps]
    expect("triage" in said[0] and case.names["device"] in said[0], f"it asks first for {said[0]}")


def without_the_triage_nothing_leads_upstream(case):
    upstream = case.orgs["upstream"]
    for s in case.before.steps:
        expect(upstream not in (s["from"]["org"], s["to"]["org"]),
               f"{s['class']}: {s['from']['name']} {s['verb']} {s['to']['name']}")
    expect(case.names["installer-sha256"] not in json.dumps(case.before.steps), "its installer")
    expect(not any(upstream in c for c in case.before.crossings), f"{case.before.crossings}")


def with_the_triage_it_ends_upstream(case):
    best = {r["at"]["org"] for r in case.after.roots
            if r["principal"] and r["at"]["kind"] == "release"}
    expect(best == {case.orgs["upstream"]}, f"it ends at releases of {best}")
    expect(case.names["installer-sha256"] in json.dumps(case.after.steps), "by its installer")


def it_crosses_where_the_truth_does(case):
    vendor = case.orgs["vendor"]
    down = {(vendor, case.orgs["customer-a"]), (vendor, case.orgs["customer-b"])}
    expect(case.before.crossings == down, f"before: {case.before.crossings}")
    up = {(case.orgs["upstream"], vendor)}
    expect(case.after.crossings == down | up, f"after: {case.after.crossings}")


def what_is_foreign_is_less_than_what_is_true(case):
    """A step is foreign when no record of the truth speaks of either of its ends."""
    for name, trace in (("before", case.before), ("after", case.after)):
        ends = trace.ends_of(case.places())
        steps = [s for s in trace.steps if s["part"] != "after"]
        foreign = [s for s in steps if s["from"]["id"] not in ends and s["to"]["id"] not in ends]
        guessed = [s for s in steps if s["class"] in ("inferred", "claimed")]
        print(f"# {name} the triage: {len(steps)} steps back, {len(foreign)} of them foreign, "
              f"{len(guessed)} inferred or claimed; {len(trace.steps)} steps in all")
        expect(len(foreign) * 2 <= len(steps), f"{len(foreign)} of {len(steps)} steps are foreign")


def one_log_on_less_breaks_the_chain_there(case):
    place, = case.truth["events"]["entry.logon"]
    path = case.root / place["file"]
    lines = path.read_bytes().split(b"\n")
    expect(b'"EventID":4624' in lines[place["line"] - 1], "the truth names another record")
    kept = path.read_bytes()
    less = object.__new__(Case)
    less.root, less.truth, less.names, less.orgs = case.root, case.truth, case.names, case.orgs
    less.case = case.case.with_suffix(".less.case")
    try:
        del lines[place["line"] - 1]
        path.write_bytes(b"\n".join(lines))
        for folder in ORGS:
            less.add("--org", less.orgs[folder], less.root / folder)
    finally:
        path.write_bytes(kept)
    trace = Trace(less.case, less.names)
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
    case = Case.made["seed 1"]
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
    each = (every_critical_record_is_cited, without_the_triage_it_ends_at_the_unlogged_device,
            without_the_triage_nothing_leads_upstream, with_the_triage_it_ends_upstream,
            it_crosses_where_the_truth_does, what_is_foreign_is_less_than_what_is_true)
    for kind in KINDS:
        for test in each:
            yield f"{kind}: {test.__name__}", lambda top, k=kind, t=test: t(Case(top, k))
    alone = "seed 1, the chain alone"
    yield (f"{alone}: one_log_on_less_breaks_the_chain_there",
           lambda top: one_log_on_less_breaks_the_chain_there(Case(top, alone)))
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
