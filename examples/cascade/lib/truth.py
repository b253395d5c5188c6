# SPDX-License-Identifier: Apache-2.0
"""truth.json: what really happened, and which record says so. For tests; no program reads it.

The chain runs from the effect at a customer back to the first cause. Each link names the steps of
data/observable-steps.csv it stands for, and the records that carry it; a link without a record is a
gap and says which log is missing.
"""
import csv
import json
import os

from . import clock

STEPS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "data",
                     "observable-steps.csv")


def steps():
    with open(STEPS, encoding="utf-8", newline="") as f:
        return {row["step"]: row for row in csv.DictReader(f)}


def links(cast, key, which):
    """(id, steps, kind, organisation, words, tags, with the laptop only)."""
    c = f"{key}-{which}"
    took = [f"{c}.download", f"{c}.msiexec"] if key == "customer-a" else \
        [f"{c}.updater", f"{c}.package", f"{c}.dns"]
    wake = ["reboot.svchost", "reboot.load"]
    # What a host without Sysmon says of a process, only its Security log says.
    seen = "" if cast.two_hops else ".4688"
    hop = [("hop", ["C4"], "logon", "vendor", "in a desktop of that account on another host",
            ["hop.logon", "hop.shell"], False)] if cast.two_hops else []
    own = [] if cast.two_hops else ["plant.net.4688", "plant.copy.4688"]
    start = [f"plant.sc{seen}", "plant.rpc", "plant.svchost", "plant.load"]
    return [
        ("load", ["F3"], "image-load", key, "the program loaded the poisoned library",
         [f"{c}.load", f"{c}.run"], False),
        ("write", ["F2"], "file-write", key, "the installer or updater wrote it",
         [f"{c}.written-1"], False),
        ("take", ["F1"], "download", key, "the release was taken from the vendor's update host",
         took, False),
        ("release", ["D8"], "release", "vendor", "the release holds the library by its hash", [],
         False),
        ("sign", ["D7"], "signed", "vendor", "the build account had the release signed",
         ["build-2.sign-msi"], False),
        ("build", ["D7"], "build-output", "vendor", "the build printed the hash of what it made",
         ["build-2.console-msi-0", "build-2.console-dll-3"], False),
        ("input", ["D6"], "image-load", "vendor", "the same hash lay in the build's input",
         ["build-2.input-load"], False),
        ("tamper", ["D6"], "file-write", "vendor", "a service host overwrote the input library",
         ["tamper-2.library"], False),
        ("implant", ["D3"], "image-load", "vendor",
         "that service host had loaded a planted library", wake, False),
        ("first-start", ["D3"], "service-start", "vendor",
         "the service was started from the jump host" if not cast.by_reboot else
         "a restart for updates started the service", start if not cast.by_reboot else wake, False),
        ("plant", ["D1", "D2"], "file-write", "vendor",
         "the planted library was written over the network",
         ["plant.smb-write", "plant.file", "plant.zeek-smb", "plant.zeek-smb.bytes"], False),
        ("session", ["C4"], "logon", "vendor", "in a session of the administrator's account",
         ["plant.logon", "plant.share"], False), *hop,
        ("credentials", ["C4"], "logon-explicit", "vendor",
         "opened from the jump host with that account's credentials",
         ["plant.explicit", *own], False),
        ("desktop", ["C1"], "logon", "vendor",
         "within a remote desktop of the employee's account, from a VPN address",
         ["entry.logon", "entry.flow"], False),
        ("vpn", ["C1"], "vpn-session", "vendor",
         "which the gateway had given to a device no inventory knows",
         ["vpn-entry.connected", "vpn-entry.logout"], False),
        ("device", ["B13"], "gap", None, "a device nobody logged", [], False),
        ("laptop", ["B7", "B5"], "file-ran", "laptop",
         "the employee's own PC, which ran a side-loading pair", [], True),
        ("installer", ["B1", "B2", "B3"], "download", "laptop",
         "which a downloaded, signed installer had left there", [], True),
        ("upstream", ["A5", "A3"], "release", "upstream",
         "of a product its maker had retired", ["upstream.get"], True),
    ]


def build(world, builds, customers, laptop):
    cast, prints, known = world.cast, world.cast.prints, steps()
    at = world.truth.at

    def records(tags):
        missing = [t for t in tags if t not in at]
        if missing:
            raise SystemExit(f"the chain lacks records: {', '.join(missing)}")
        return [{"tag": t, **at[t][0]} for t in tags]

    chains = []
    for customer in customers:
        chain = []
        for name, of, kind, org, words, tags, late in links(cast, customer.key, 0):
            chain.append({
                "link": name, "steps": of, "kind": kind, "what": words, "laptop": late,
                "org": cast.orgs[org].name if org in cast.orgs else org,
                "confidence": [known[s]["confidence"] for s in of],
                "sources": [known[s]["source_keys"] for s in of], "records": records(tags)})
        chains.append({"customer": customer.org.name, "chain": chain})
    library = prints["lib-2"].sha256
    return {
        "seed": cast.seed, "chains": chains, "events": at, "notes": world.truth.notes,
        "names": {
            "organisations": {key: org.name for key, org in cast.orgs.items()},
            "hosts": {**{role: m.name for role, m in world.servers.items()},
                      **{role: name for role, (name, _) in world.linux.items()}},
            "all-hosts": sorted(
                [m.name for m in world.servers.values()] + [m.name for m in world.clients] +
                [m.name for c in customers for m in c.machines] +
                [name for name, _ in world.linux.values()]),
            "all-users": sorted(
                {p.login for p in world.client_people} | {world.admin, world.builder,
                                                          world.backup_user} |
                {m.owner.login for c in customers for m in c.machines}),
            "account": world.employee_name, "admin": world.admin, "builder": world.builder,
            "inner": cast.inner, "public": cast.home_address, "device": cast.device,
            "device-id": cast.device_id, "work-laptop": world.work_laptop.name,
            "library": cast.library, "library-sha256": library,
            "library-1-sha256": prints["lib-1"].sha256,
            "carrier-sha256": prints["carrier"].sha256, "msi-sha256": prints["msi-2"].sha256,
            "implant": cast.implant, "implant-sha256": prints["implant"].sha256,
            "service": cast.service, "input": "D:\\build\\deps\\electron\\" + cast.library,
            "version": builds.releases[-1]["version"], "installer": cast.installer,
            "installer-sha256": prints["installer"].sha256},
        "mechanisms": [
            {"name": "dll-search-order", "step": "D3", "of": cast.implant,
             "by": f"svchost.exe -s {cast.service}"},
            {"name": "build-input-overwritten", "step": "D6", "of": cast.library},
            {"name": "side-loading", "step": "B7", "of": cast.side[2], "laptop": True},
            {"name": "stolen-credentials", "step": "C4", "of": world.admin},
            {"name": "stolen-credentials", "step": "B13", "of": world.employee_name}],
        "roots": {
            "without-laptop": {"kind": "unlogged-device", "device": cast.device,
                               "inner": cast.inner, "account": world.employee_name},
            "with-laptop": {"kind": "artefact", "name": cast.installer,
                            "sha256": prints["installer"].sha256,
                            "org": cast.orgs["upstream"].name}},
        "crossings": [
            {"from": cast.orgs["upstream"].name, "to": "laptop", "by": cast.installer,
             "laptop": True},
            {"from": "laptop", "to": world.vendor.name, "by": cast.inner, "laptop": True}] +
        [{"from": world.vendor.name, "to": c.org.name, "by": prints["msi-2"].sha256}
         for c in customers],
        "gaps": [
            {"host": world.jump.name, "log": "Microsoft-Windows-Sysmon", "why": "not installed"},
            {"host": world.build.name, "log": "Security", "why": "cleared",
             "records": world.build.lost, "from": clock.iso(cast.outage[0]),
             "until": clock.iso(cast.outage[1])},
            {"host": cast.device, "log": "all", "why": "not the house's machine"},
            {"host": "all but " + world.build.name, "log": "Security 5145", "why": "not audited"}],
        "clocks": {world.servers[role].name: skew for role, skew in world.skews.items()},
        "twins": sorted(tag for tag in at if tag.startswith("twin.")),
        "laptop-only": [laptop.user + "\\", laptop.temp.split("\\")[-2], laptop.side[2:-1],
                        "FileHashes", "PanGPS", f"Downloads\\{cast.installer}"],
    }


def write(world, body):
    with open(os.path.join(world.out, "truth.json"), "w", encoding="utf-8") as f:
        json.dump(body, f, indent=1, sort_keys=True)
        f.write("\n")
