# SPDX-License-Identifier: Apache-2.0
"""A cascade with the case that its records make, and what every trace of it must hold.

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
import pathlib
import re
import subprocess

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


def expect(holds, words):
    if not holds:
        raise AssertionError(words)


class Trace:
    """The answer about the poisoned library, by the records its steps cite."""

    def __init__(self, headwater, case, names):
        done = subprocess.run([headwater, "--case", case, "--json", "trace",
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
    """A generated tree, and the case that its records make: without the triage, then with it."""

    def __init__(self, headwater, root, case):
        self.headwater, self.root, self.case = headwater, pathlib.Path(root), pathlib.Path(case)
        self.truth = json.loads((self.root / "truth.json").read_text())
        self.names = self.truth["names"]
        self.orgs = self.names["organisations"]
        self.before = self.after = None

    def add(self, *args):
        done = subprocess.run([self.headwater, "--case", self.case, "add", *args],
                              capture_output=True, text=True)
        expect(done.returncode == 0, f"add {args} says {done.returncode}: {done.stderr}")

    def add_logs(self):
        for folder in ORGS:
            self.add("--org", self.orgs[folder], self.root / folder)

    def add_triage(self):
        self.add("--org", self.orgs["vendor"], "--host", self.names["device"],
                 self.root / "laptop-triage.zip")

    def trace(self):
        return Trace(self.headwater, self.case, self.names)

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


# What every case must hold, whatever its seed and its size.
PROMISES = (every_critical_record_is_cited, without_the_triage_it_ends_at_the_unlogged_device,
            without_the_triage_nothing_leads_upstream, with_the_triage_it_ends_upstream,
            it_crosses_where_the_truth_does, what_is_foreign_is_less_than_what_is_true)
