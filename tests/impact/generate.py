#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""generate.py --seed N --out DIR: a world downstream of poisoned products, with known truth.

Estates, inventories and logs of customers, the vendors' log-ons and signatures, bills of materials, a
scanner's export and lists of indicators; truth.json says which machine is in which state, which releases
are at risk, what contains the poisoned package and who got it. Same arguments, same bytes. No malware,
no network, no clock: bytes are hashes of words, names are invented.
"""
import argparse
import csv
import json
import os
import pathlib
import random
import sys

import bills
import builds
import customers
import exposure
from cast import AS_OF, BASE, BEFORE, World, iso

CHUNK = 3 << 20  # bytes of one estate


def arguments(argv=None):
    p = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    p.add_argument("--seed", type=int, required=True)
    p.add_argument("--out", required=True, help="a folder that is not there yet, or is empty")
    p.add_argument("--orgs", type=int, default=2000, help="customers, 1 to 9999")
    p.add_argument("--hosts", type=int, default=6, help="machines of each, 1 to 200")
    p.add_argument("--products", type=int, default=200, help="10 to 900; five a vendor")
    p.add_argument("--poisoned", type=float, default=0.05, help="which part of them is, up to 0.2")
    a = p.parse_args(argv)
    if not 1 <= a.orgs <= 9999 or not 1 <= a.hosts <= 200 or not 10 <= a.products <= 900 or \
            not 0 < a.poisoned <= 0.2:
        p.error("out of bounds: see --help")
    if os.path.isdir(a.out) and os.listdir(a.out):
        p.error(f"--out: {a.out} is not empty")
    return a


class Writer:
    """Files by path below one folder, written as a whole at the end."""

    def __init__(self, out):
        self.out, self.made = pathlib.Path(out), {}

    def text(self, path, text):
        self.made.setdefault(path, []).append(text)

    def json(self, path, value):
        self.text(path, json.dumps(value, separators=(",", ":")) + "\n")

    def row(self, path, header, values):
        lines = self.made.setdefault(path, [])
        w = csv.writer(_Lines(lines), lineterminator="\r\n")
        if not lines:
            w.writerow(header)
        w.writerow(values)

    def close(self):
        self.out.mkdir(parents=True, exist_ok=True)
        for folder in {(self.out / path).parent for path in self.made}:
            folder.mkdir(parents=True, exist_ok=True)
        for path, lines in self.made.items():
            (self.out / path).write_bytes("".join(lines).encode())


class _Lines:
    """A list as csv.writer wants it."""

    def __init__(self, lines):
        self.write = lines.append


# ---- estates ----

def estates(out, name, lists):
    """Documents of one element a line, each below CHUNK; lists go on in the next one."""
    number, size, parts = 1, 0, {}

    def flush():
        nonlocal number, size, parts
        if parts:
            body = ",\n".join(f'"{key}": [\n' + ",\n".join(rows) + "]" for key, rows in parts.items())
            out.text(f"estate/{name}-{number}.json",
                     '{"headwater": "estate", "version": 1,\n' + body + "}\n")
        number, size, parts = number + 1, 0, {}
    for key, rows in lists.items():
        for row in rows:
            text = json.dumps(row, separators=(",", ":"))
            if size + len(text) > CHUNK:
                flush()
            parts.setdefault(key, []).append(text)
            size += len(text) + 2
    flush()


def release(r):
    """`contains` is what a machine has of it, `files` what was sent."""
    said = {"name": r.product.name, "version": r.version, "org": r.product.vendor.name,
            "published": iso(r.published),
            "files": [{"path": f"{r.product.stem}-{r.version}.msi", "sha256": r.package}],
            "contains": [{"path": path.rsplit("\\", 1)[1], "sha256": h} for path, h in r.files()]}
    return said | ({"built_on": r.built_on} if r.built_on else {})


def declare(world, out, intrusions, machines):
    estates(out, "vendors", {
        "organisations": [{"name": v.name, "domains": [v.domain]} for v in world.vendors],
        "hosts": [h for n in intrusions for h in n.hosts()],
        "accounts": [a for n in intrusions for a in n.accounts()],
        "releases": [release(r) for p in world.products for r in p.releases],
        "retention": [{"log": "sshd" if n.linux else "Security", "org": n.vendor.name, "days": 180}
                      for n in intrusions]})
    hosts = [{"name": h.name, "org": c.name} |
             ({"addresses": [{"ip": h.ip}]} if c.network != "sysmon" else {})
             for c in world.customers for h in c.hosts]
    estates(out, "customers", {
        "organisations": [{"name": c.name, "domains": [c.domain]} for c in world.customers],
        "hosts": hosts,
        "retention": [{"log": "process log", "host": m.host.name, "org": m.host.org.name,
                       "from": iso(BEFORE)[:10], "until": iso(BASE)[:10]}
                      for m in machines if m.untold == "old-logs"]})
    estates(out, "deliveries", {"deliveries": [
        {"release": p.name, "version": r.version, "to": c.name, "at": iso(r.published + 86400)[:10]}
        for c in world.customers for p in c.products for r in [bills.delivered(world, c, p)]]})


# ---- indicators ----

def indicators(world, package, out):
    """What was published: each release with its domain; later, by others, what came after it; and the
    poisoned package."""
    header = ["type", "value", "description", "role", "campaign"]
    for p in world.poisoned:
        campaign = f"{p.vendor.word} incident"
        for (path, sha256), words in zip(p.poisoned.files(), ("program", "library")):
            out.row(f"indicators/{p.vendor.key}-release.csv", header,
                    ["sha256", sha256, f"poisoned {words} of {p.name} {p.poisoned.version}: "
                     + path.rsplit("\\", 1)[1], "payload", campaign])
        out.row(f"indicators/{p.vendor.key}-release.csv", header,
                ["domain", p.domain, "command and control", "", campaign])
        later = f"indicators/{p.vendor.key}-payload.csv"
        out.row(later, header, ["sha256", p.payload, "second stage", "payload", campaign])
        out.row(later, header, ["domain", p.domain, "command and control", "", campaign])
    out.row("indicators/package.csv", header[:3],
            ["package", f"{package[0]}@{package[1]}", "poisoned npm package"])


def main(argv=None):
    a = arguments(argv)
    world, out = World(a), Writer(a.out)
    rng = random.Random(f"builds {a.seed}")
    intrusions = [builds.Estate(p.vendor, p, rng) for p in world.poisoned]
    machines = list(customers.machines(world))
    for part in [*intrusions, *machines]:
        part.write(out)
    material = bills.Bills(world)
    material.write(out)
    exposure.write(world, out)
    indicators(world, material.evil, out)
    declare(world, out, intrusions, machines)
    truth = {"seed": a.seed, "as-of": iso(AS_OF),
             "world": {"organisations": a.orgs, "vendors": len(world.vendors), "hosts": len(machines),
                       "vendor-hosts": sum(len(n.hosts()) for n in intrusions),
                       "products": a.products, "poisoned": len(world.poisoned),
                       "releases": sum(len(p.releases) for p in world.products)},
             "evidence": {f"customers/{c.key}": c.name for c in world.customers} |
                         {f"vendors/{n.vendor.key}": n.vendor.name for n in intrusions},
             "targets": customers.targets(world, machines),
             "untold": {m.host.name: m.untold for m in machines if m.untold},
             "intrusions": [n.truth() for n in intrusions],
             "bills": material.truth(world), "exposure": exposure.truth(world)}
    out.text("truth.json", json.dumps(truth, indent=0, separators=(",", ":")) + "\n")
    out.close()


if __name__ == "__main__":
    sys.exit(main())
