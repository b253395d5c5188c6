#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_generate.py GENERATE STEPS: what examples/cascade writes is what it says it is. TAP."""
import csv
import hashlib
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import traceback
import zipfile

GENERATE, STEPS = sys.argv[1:3]
SECONDS = 20  # what a default run may take


def busy():
    """Processor seconds of what we ran: how busy the machine is otherwise is none of our matter."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Tree:
    """One generated tree, made when it is first asked for."""

    made = {}

    def __new__(cls, top, seed, *args):
        key = (seed, args)
        if key not in cls.made:
            self = super().__new__(cls)
            self.root = pathlib.Path(top) / f"t{len(cls.made)}"
            begin = busy()
            subprocess.run([sys.executable, GENERATE, "--seed", str(seed), "--out", self.root,
                            *args], check=True)
            self.seconds = busy() - begin
            self.truth = json.loads((self.root / "truth.json").read_text())
            cls.made[key] = self
        return cls.made[key]

    def files(self):
        return sorted(p for p in self.root.rglob("*") if p.is_file())

    def digest(self):
        return {str(p.relative_to(self.root)): hashlib.sha256(p.read_bytes()).hexdigest()
                for p in self.files()}

    def record(self, place):
        """The line a place of truth.json names."""
        with open(self.root / place["file"], encoding="utf-8", newline="") as f:
            for number, line in enumerate(f, 1):
                if number == place["line"]:
                    return line
        return None


def expect(holds, words):
    if not holds:
        raise AssertionError(words)


def same_seed_gives_the_same_bytes(top):
    one = Tree(top, 1)
    other = pathlib.Path(top) / "again"
    subprocess.run([sys.executable, GENERATE, "--seed", "1", "--out", other], check=True)
    two = {str(p.relative_to(other)): hashlib.sha256(p.read_bytes()).hexdigest()
           for p in other.rglob("*") if p.is_file()}
    expect(one.digest() == two, "a file differs between two runs")
    expect(len(two) > 60, f"only {len(two)} files")


def a_default_run_is_short(top):
    expect(Tree(top, 1).seconds < SECONDS, f"{Tree(top, 1).seconds:.1f} s")


def other_seeds_share_no_name(top):
    trees = [Tree(top, seed, "--only-incident") for seed in (1, 2, 3, 77)]
    for a in trees:
        for b in trees:
            if a is b:
                continue
            one, two = a.truth["names"], b.truth["names"]
            for key in ("all-hosts", "all-users"):
                shared = {n.lower() for n in one[key]} & {n.lower() for n in two[key]}
                expect(not shared, f"{key}: {shared}")
            shared = set(one["organisations"].values()) & set(two["organisations"].values())
            expect(not shared, f"organisations: {shared}")
            for key in ("library-sha256", "msi-sha256", "implant-sha256", "installer-sha256",
                        "device", "device-id"):
                expect(one[key] != two[key], key)


def other_seeds_do_not_speak_of_the_real_ones(top):
    words = [w.encode() for w in ("3cx", "x_trader", "tradingtechnologies", "trading technologies",
                                  "wlbsctrl", "azureonlinecloud")]
    for path in Tree(top, 2, "--only-incident").files():
        data = path.read_bytes().lower()
        for word in words:
            expect(word not in data, f"{path.name} holds {word.decode()}")


def every_record_of_the_truth_exists(top):
    for tree in (Tree(top, 1), Tree(top, 2, "--only-incident"), Tree(top, 77, "--only-incident")):
        checked = 0
        for tag, places in tree.truth["events"].items():
            for place in places[:3]:
                line = tree.record(place)
                expect(line is not None, f"{tag}: {place}")
                if "channel" in place:
                    record = json.loads(line)
                    expect((record["Channel"], record["RecordNumber"], record["EventID"]) ==
                           (place["channel"], place["record"], place["event"]), f"{tag}: {line}")
                checked += 1
        expect(checked > 60, f"only {checked} records")
        for chain in tree.truth["chains"]:
            for link in chain["chain"]:
                expect(link["records"] or link["link"] in
                       ("release", "device", "laptop", "installer"), f"{link['link']}: no record")


def every_step_named_is_in_the_table(top):
    with open(STEPS, encoding="utf-8", newline="") as f:
        known = {row["step"] for row in csv.DictReader(f)}
    for chain in Tree(top, 1).truth["chains"]:
        for link in chain["chain"]:
            expect(set(link["steps"]) <= known, f"{link['steps']}")


def the_chain_joins_by_what_the_records_say(top):
    """Hash to hash, session to session, address to address; seeds that go different ways."""
    ways = set()
    for tree in (Tree(top, 1), *(Tree(top, seed, "--only-incident") for seed in (2, 3, 4, 5, 77))):
        at, names = tree.truth["events"], tree.truth["names"]

        def windows(tag):
            return json.loads(tree.record(at[tag][0]))

        wanted = names["library-sha256"].upper()
        for tag in ("customer-a-0.load", "customer-b-0.load", "build-2.input-load"):
            expect(wanted in windows(tag)["Hashes"], f"{tag} bears another hash")
        estate = json.loads((tree.root / "vendor/estate.json").read_text())
        bad = [r for r in estate["releases"] if r["version"] == names["version"]][0]
        expect(wanted.lower() in {f["sha256"] for f in bad["contains"]}, "release holds it")
        msi = {f["sha256"] for f in bad["files"]}
        signed = json.loads(tree.record(at["build-2.sign-msi"][0]))
        expect(signed["sha256"] in msi and signed["user"] == names["builder"], "as the builder")
        expect(signed["sha256"].upper() in windows("customer-a-0.download")["Hash"], "was taken")
        expect(wanted.lower() in tree.record(at["build-2.console-dll-3"][0]), "console prints it")
        tamper, load = windows("tamper-2.library"), windows("reboot.load")
        expect(tamper["TargetFilename"] == names["input"], "the input is what was overwritten")
        expect(tamper["ProcessGuid"] == load["ProcessGuid"], "by who loaded the implant")
        planted, smb = windows("plant.file"), windows("plant.smb-write")
        expect(load["ImageLoaded"] == planted["TargetFilename"], "which had been planted")
        expect(names["implant-sha256"] in tree.record(at["plant.zeek-smb.bytes"][0]), "on the wire")
        logon, explicit = windows("plant.logon"), windows("plant.explicit")
        expect(smb["SubjectLogonId"] == logon["TargetLogonId"], "within that session")
        expect(logon["TargetUserName"] == explicit["TargetUserName"] == names["admin"], "account")
        ways.add(("hop.logon" in at, "plant.svchost" in at, names["service"]))
        if "hop.logon" in at:
            hop = windows("hop.logon")
            expect(hop["TargetUserName"] == names["admin"], "that account on the host between")
            expect(windows("hop.shell")["LogonId"] == hop["TargetLogonId"], "and its shell")
            expect(windows("plant.copy")["LogonId"] == hop["TargetLogonId"], "which copied")
        desktop = windows("entry.logon")
        expect(explicit["SubjectLogonId"] == desktop["TargetLogonId"], "from that desktop")
        expect(desktop["TargetUserName"] == names["account"], "of the employee's account")
        row = tree.record(at["vpn-entry.connected"][0])
        expect(desktop["IpAddress"] == names["inner"], "from an inner address")
        expect(f",{names['inner']}," in row, "which the gateway gave")
        expect(names["device-id"] in row and names["device"] in row, "a device")
    expect(len(ways) > 3, f"only these ways: {ways}")


def nothing_outside_the_triage_closes_the_chain(top):
    for tree in (Tree(top, 1), Tree(top, 2, "--only-incident")):
        words = [w.encode() for only in tree.truth["laptop-only"]
                 for w in {only, only.replace("\\", "\\\\")}]  # as JSON writes it, too
        for path in tree.files():
            if path.name in ("laptop-triage.zip", "truth.json"):
                continue
            data = path.read_bytes()
            for word in words:
                expect(word not in data, f"{path} holds {word.decode()}")
            if path.parent.name != "upstream":
                for key in ("installer", "installer-sha256"):
                    expect(tree.truth["names"][key].encode() not in data, f"{path} holds {key}")
            else:
                for key in ("public", "device", "device-id", "account"):
                    expect(tree.truth["names"][key].encode() not in data, f"{path} holds {key}")
        estate = (tree.root / "vendor/estate.json").read_text()
        expect(tree.truth["names"]["device"] not in estate, "no inventory knows the device")


def the_triage_joins_both_companies(top):
    for tree in (Tree(top, 1), Tree(top, 2, "--only-incident")):
        names = tree.truth["names"]
        with zipfile.ZipFile(tree.root / "laptop-triage.zip") as z:
            expect(z.testzip() is None, "the archive is sound")
            parts = {n: z.read(n) for n in z.namelist()}
        whole = b"\n".join(parts.values())
        for key in ("device", "device-id", "inner", "installer", "account"):
            expect(names[key].encode() in whole, f"no {key}")
        expect(names["installer-sha256"].upper().encode() in whole, "the installer's hash")
        history = next(v for n, v in parts.items() if n.endswith("/History"))
        expect(history.startswith(b"SQLite format 3\0"), "a real database")
        expect(bytes.fromhex(names["installer-sha256"]) in history, "the download bears its hash")
        upstream = (tree.root / "upstream/estate.json").read_text()
        expect(names["installer-sha256"] in upstream, "and upstream's release has that hash")


def record_numbers_only_grow_and_the_cleared_hours_are_missing(top):
    tree = Tree(top, 1)
    places = tree.truth["events"]["gap.cleared"][0]
    last, gap = {}, 0
    with open(tree.root / places["file"], encoding="utf-8") as f:
        for line in f:
            record = json.loads(line)
            channel, number = record["Channel"], record["RecordNumber"]
            expect(number > last.get(channel, 0), f"{channel} {number}")
            if channel == "Security" and channel in last:
                gap = max(gap, number - last[channel] - 1)
            elif channel in last:
                expect(number == last[channel] + 1, f"{channel} lost {number}")
            last[channel] = number
    said = next(g["records"] for g in tree.truth["gaps"] if g["why"] == "cleared")
    expect(gap == said >= 5, f"the widest gap of Security is {gap}, said are {said}")


def twins_are_there(top):
    twins = Tree(top, 1).truth["twins"]
    for name in ("admin-rdp", "admin-copy", "admin-system-write", "sc", "backup-write",
                 "system-write", "trusted-installer", "new-device", "refresh"):
        expect(f"twin.{name}" in twins or f"twin.{name}.4688" in twins or
               f"twin.{name}.connected" in twins, f"no innocent {name}")


def tap(tests):
    print(f"1..{len(tests)}")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="headwater-cascade.") as top:
        for number, test in enumerate(tests, 1):
            try:
                test(top)
                print(f"ok {number} {test.__name__}", flush=True)
            except Exception:  # noqa: BLE001 - a test that dies has failed, and the next one runs
                failed += 1
                for line in traceback.format_exc().splitlines():
                    print(f"# {line}")
                print(f"not ok {number} {test.__name__}", flush=True)
    return failed


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(1 if tap([
        same_seed_gives_the_same_bytes, a_default_run_is_short, other_seeds_share_no_name,
        other_seeds_do_not_speak_of_the_real_ones, every_record_of_the_truth_exists,
        every_step_named_is_in_the_table, the_chain_joins_by_what_the_records_say,
        nothing_outside_the_triage_closes_the_chain, the_triage_joins_both_companies,
        record_numbers_only_grow_and_the_cleared_hours_are_missing, twins_are_there]) else 0)
