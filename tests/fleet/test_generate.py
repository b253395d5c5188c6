#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_generate.py GENERATE: what examples/fleet writes agrees with the truth it writes. TAP.

The files are read here by other means than Headwater's, so that the truth stands by itself.
"""
import csv
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import traceback

GENERATE = sys.argv[1]


class Fleet:
    def __init__(self, folder, *args):
        self.root = pathlib.Path(folder) / ("x".join(args).replace("-", "") or "plain")
        subprocess.run([sys.executable, GENERATE, *args, "--out", self.root], check=True)
        self.truth = json.loads((self.root / "truth.json").read_text())
        self.bad = self.truth["poisoned"]

    def lines(self, path):
        with (self.root / path).open(encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    def rows(self, path):
        with (self.root / path).open(encoding="utf-8", newline="") as f:
            return list(csv.DictReader(f))

    def installed(self):
        """host -> {(name, version): set of hashes}, from all inventories."""
        seen = {}

        def add(host, name, version, sha256=None):
            hashes = seen.setdefault(host, {}).setdefault((name, version), set())
            if sha256:
                hashes.add(sha256)
        for r in self.rows("inventory/intune-AppInvRawData.csv"):
            add(r["DeviceName"], r["ApplicationName"], r["ApplicationVersion"])
        for r in self.lines("inventory/osqueryd.results.log"):
            for row in r["snapshot"]:
                if "version" in row:
                    add(r["hostIdentifier"], row["name"], row["version"], row.get("sha256"))
        for r in self.lines("inventory/collect.ndjson"):
            if r["type"] == "package":
                add(r["host"], r["name"], r["version"], r.get("sha256"))
        return seen

    def ran(self):
        """host -> hashes that ran, from all logs of processes."""
        seen = {}
        for r in self.lines("logs/sysmon.json"):
            seen.setdefault(r["Hostname"], set()).add(r["Hashes"][len("SHA256="):].lower())
        for r in self.rows("logs/DeviceProcessEvents.csv"):
            seen.setdefault(r["DeviceName"].upper(), set()).add(r["SHA256"])
        return seen

    def contacted(self):
        estate = json.loads((self.root / "estate.json").read_text())
        names = {a["ip"]: h["name"] for h in estate["hosts"] for a in h["addresses"]}
        return {names[r["id.orig_h"]] for r in self.lines("logs/dns.log")
                if r["query"] == self.bad["domain"]}


def judge(fleet):
    """The truth, from the files alone."""
    bad, seen, ran, contacted = fleet.bad, fleet.installed(), fleet.ran(), fleet.contacted()
    estate = json.loads((fleet.root / "estate.json").read_text())
    out = {}
    for host in (h["name"] for h in estate["hosts"]):
        mine = seen.get(host)
        hashes = (mine or {}).get((bad["name"], bad["version"]))
        evil = hashes is not None and (not hashes or bool(hashes & set(bad["sha256"])))
        out[host] = ("cannot-tell" if mine is None else "affected" if evil else "not",
                     None if host not in ran else bool(ran[host] & set(bad["sha256"])),
                     host in contacted)
    return out


def same(fleet):
    found, counts = judge(fleet), dict.fromkeys(fleet.truth["counts"], 0)
    assert set(found) == set(fleet.truth["hosts"])
    for host, told in fleet.truth["hosts"].items():
        assert found[host] == (told["verdict"], told["ran"], told["contacted"]), (host, told, found[host])
        counts["machines"] += 1
        counts[told["verdict"]] += 1
        counts["ran"] += told["verdict"] == "affected" and bool(told["ran"])
        counts["contacted"] += told["verdict"] == "affected" and told["contacted"]
    assert counts == fleet.truth["counts"], counts
    return counts


def the_truth_is_what_the_files_say_under_several_seeds(folder):
    for seed in ("1", "2", "77"):
        counts = same(Fleet(folder, "--seed", seed))
        assert counts == {"machines": 40, "affected": 3, "ran": 2, "contacted": 1, "not": 31,
                          "cannot-tell": 6}, counts


def a_large_fleet_has_as_many_as_were_asked_for(folder):
    counts = same(Fleet(folder, "--seed", "3", "--hosts", "3000", "--affected", "700"))
    assert (counts["machines"], counts["affected"], counts["cannot-tell"]) == (3000, 700, 450), counts


def the_same_arguments_give_the_same_bytes(folder):
    def digest(name):
        fleet = Fleet(pathlib.Path(folder) / name, "--seed", "5")
        return {p.relative_to(fleet.root): hashlib.sha256(p.read_bytes()).hexdigest()
                for p in fleet.root.rglob("*") if p.is_file()}
    one, two = digest("a"), digest("b")
    assert one == two and len(one) == 11, sorted(one)


def every_twin_is_there_and_harmless(folder):
    fleet = Fleet(folder, "--seed", "1")
    hosts, bad = fleet.truth["hosts"], fleet.bad
    builds = [h.get("build") for h in hosts.values() if h["verdict"] == "not"]
    assert builds.count("rebuilt") >= 2 and len({b for b in builds if b}) >= 3, builds
    seen, ran = fleet.installed(), fleet.ran()
    rebuilt = [n for n, h in hosts.items() if h.get("build") == "rebuilt"]
    for name in rebuilt:
        hashes = seen[name][(bad["name"], bad["version"])]
        assert hashes and not hashes & set(bad["sha256"]), name
    clean = set().union(*(seen[n][(bad["name"], bad["version"])] for n in rebuilt))
    assert any(ran.get(n, set()) & clean for n in rebuilt), "no clean twin ran"
    asked = {r["query"] for r in fleet.lines("logs/dns.log")}
    assert any(bad["domain"] in q and q != bad["domain"] for q in asked), asked


def the_advisories_name_what_is_poisoned(folder):
    fleet = Fleet(folder, "--seed", "9")
    values = {r["value"] for r in fleet.rows("advisory.csv")}
    assert values == {*fleet.bad["sha256"], fleet.bad["domain"]}, values
    for name in ("advisory.csaf.json", "advisory.osv.json"):
        text = (fleet.root / name).read_text()
        assert all(h in text for h in fleet.bad["sha256"]) and fleet.bad["version"] in text


TESTS = [the_truth_is_what_the_files_say_under_several_seeds,
         a_large_fleet_has_as_many_as_were_asked_for, the_same_arguments_give_the_same_bytes,
         every_twin_is_there_and_harmless, the_advisories_name_what_is_poisoned]


def main():
    print(f"1..{len(TESTS)}", flush=True)
    failed = 0
    for n, test in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory(prefix="headwater-fleet.") as folder:
            try:
                test(folder)
                print(f"ok {n} - {test.__name__}", flush=True)
            except Exception:  # pylint: disable=broad-except
                failed += 1
                print(f"not ok {n} - {test.__name__}")
                for line in traceback.format_exc().splitlines():
                    print("#", line)
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
