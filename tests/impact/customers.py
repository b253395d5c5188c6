# SPDX-License-Identifier: Apache-2.0
"""What customers' machines have and did, and what was kept of it: inventories and logs.

A third of the machines tell nothing about any window: nothing is held of them (`nothing`), an inventory
from before every poisoned release or from after as-of (`old-inventory`, `late-inventory`), logs from before
(`old-logs`), or logs of the window that show nothing and no inventory (`no-inventory`). Where a log alone shows that the poisoned program ran,
that is known without an inventory.
"""
import datetime
import random

from cast import AS_OF, BASE, BEFORE, DAY, HOUR, STATES, TAKEN, digest, iso

UNTOLD = ("nothing", "nothing", "nothing", "old-inventory", "late-inventory", "old-logs", "no-inventory")
BUILDS = (("poisoned", 0.4), ("clean", 0.65), ("fixed", 0.8), ("rebuilt", 0.9), ("old", 1.0))
LEVELS = (("present", 0.4), ("executed", 0.7), ("contacted", 0.9), ("second-stage", 1.0))
DEFENDER = ["Timestamp", "DeviceId", "DeviceName", "ActionType", "FileName", "FolderPath", "SHA1",
            "SHA256", "ProcessId", "ProcessCommandLine", "ProcessCreationTime", "AccountDomain",
            "AccountName", "LogonId", "InitiatingProcessId", "InitiatingProcessFolderPath",
            "InitiatingProcessCommandLine", "ReportId"]


def pick(rng, table):
    x = rng.random()
    return next(word for word, upto in table if x < upto)


class Machine:
    """One host: what it has of each poisoned product, and the state that follows from its evidence."""

    def __init__(self, host, rng):
        self.host, self.rng = host, rng
        self.untold = rng.choice(UNTOLD) if rng.random() < 1 / 3 else None
        self.packages, self.files, self.runs, self.asked = [], [], [], []
        self.states, self.flags = {}, {}
        for p in host.org.products:
            if rng.random() < 0.75:
                (self.poisonable if p.poisoned else self.harmless)(p)

    @property
    def default(self):
        return "unknown" if self.untold else "absent"

    def harmless(self, p):
        r = p.shipped if self.rng.random() < 0.7 else p.clean
        self.packages.append(r)
        if self.untold is None and self.rng.random() < 0.15:
            self.run(*r.files()[0], TAKEN - 9 * DAY)

    def poisonable(self, p):
        build = pick(self.rng, BUILDS)
        if self.untold is not None:
            # Its own log may tell all the same; older evidence has an older version, or nothing.
            if build == "poisoned" and self.untold == "no-inventory" and self.rng.random() < 0.7:
                self.did(p, self.rng.choice(["executed", "contacted"]))
            else:
                self.packages.append(p.old)
            return
        r = getattr(p, build)
        self.packages.append(r)
        self.files += r.files()
        if build == "poisoned":
            self.did(p, pick(self.rng, LEVELS), bytes_there=True)
        else:
            self.states[p.number] = "clean"
            if self.rng.random() < 0.3:
                self.run(*r.files()[0], p.poisoned.published + 3 * DAY)

    def did(self, p, level, bytes_there=False):
        """What happened with the poisoned release, after it was published and before as-of."""
        at = p.poisoned.published + DAY + self.rng.randrange(20 * DAY)
        told = {"bytes": bytes_there, "ran": level != "present",
                "contacted": level == "contacted", "second": None}
        if level == "second-stage":  # whether it spoke with the first one's domain or not
            told["contacted"] = self.rng.random() < 0.5
        if told["ran"]:
            self.run(*p.poisoned.files()[0], at)
        if told["contacted"]:
            self.asked.append((at + HOUR, p.domain))
        if level == "executed" and self.rng.random() < 0.1:
            self.asked.append((AS_OF + 3 * DAY, p.domain))  # nobody knew that then
        if level == "second-stage":
            told["second"] = "ran" if self.rng.random() < 0.5 else "lies"
            path = f"C:\\Users\\Public\\{p.stem.lower()}.dat"
            if told["second"] == "ran":
                self.run(path, p.payload, at + 5 * HOUR)
            else:
                self.files.append((path, p.payload))
        self.states[p.number], self.flags[p.number] = level, told

    def run(self, path, sha256, at):
        self.runs.append((at, path, sha256))

    # ---- what is written ----

    def write(self, out):
        org, folder = self.host.org, f"customers/{self.host.org.key}"
        taken = {None: TAKEN, "old-inventory": BEFORE, "late-inventory": AS_OF + 5 * DAY}
        if self.untold in taken:
            (osquery if org.inventory == "osquery" else collect)(out, folder, self, taken[self.untold])
        if self.untold in ("old-logs", "no-inventory"):
            self.run("C:\\Windows\\System32\\svchost.exe", digest("svchost"),
                     BEFORE if self.untold == "old-logs" else TAKEN)
        if self.untold is None and (self.asked or self.rng.random() < 0.15):
            wrong = self.rng.choice(["www", self.asked[0][1] if self.asked else "cdn"])
            self.asked.append((BASE + 50 * DAY, f"{wrong}.{org.domain}"))
        events = [(at, defender if org.process == "defender" else sysmon, what)
                  for at, *what in self.runs] + \
            [(at, NETWORK[org.network], what) for at, *what in self.asked]
        count = {}
        for at, how, what in sorted(events, key=lambda e: (e[0], e[2])):
            log = "sysmon" if how is sysmon_name else how.__name__
            count[log] = count.get(log, -1) + 1
            how(out, folder, self, count[log], at, *what)


# ---- inventories ----

def collect(out, folder, m, taken):
    head = {"collect": 1, "host": m.host.name, "time": iso(taken)}
    path = f"{folder}/collect.ndjson"
    out.json(path, head | {"type": "host", "os": "Windows 10.0.19045", "rights": "admin"})
    out.json(path, head | {"type": "package", "name": "Plain Notes", "version": "3.1"})
    for r in m.packages:
        p, (exe, sha256) = r.product, r.files()[0]
        out.json(path, head | {"type": "package", "name": p.name, "version": r.version,
                               "publisher": p.vendor.name, "path": exe, "sha256": sha256})
    for exe, sha256 in m.files:
        out.json(path, head | {"type": "program", "path": exe, "sha256": sha256})
    out.json(path, head | {"type": "end"})


def osquery(out, folder, m, taken):
    at = datetime.datetime.fromtimestamp(taken, datetime.timezone.utc)

    def snapshot(query, rows):
        out.json(f"{folder}/osqueryd.results.log",
                 {"name": query, "hostIdentifier": m.host.name,
                  "calendarTime": at.strftime("%a %b %d %H:%M:%S %Y UTC"), "unixTime": taken,
                  "epoch": 0, "counter": 0, "numerics": False,
                  "decorations": {"hostname": m.host.name}, "snapshot": rows, "action": "snapshot"})
    rows = [{"name": "Plain Notes", "version": "3.1", "publisher": "", "install_location": ""}]
    for r in m.packages:
        exe, sha256 = r.files()[0]
        rows.append({"name": r.product.name, "version": r.version,
                     "publisher": r.product.vendor.name, "install_location": r.product.folder,
                     "path": exe, "sha256": sha256})
    snapshot("pack/inventory/programs", rows)
    if m.files:
        snapshot("pack/inventory/files", [{"path": p, "sha256": h} for p, h in m.files])


# ---- processes ----

def event(m, number, event_id, at, **values):
    t = datetime.datetime.fromtimestamp(at, datetime.timezone.utc)
    return {"EventID": event_id, "Channel": "Microsoft-Windows-Sysmon/Operational",
            "Hostname": m.host.name, "SourceName": "Microsoft-Windows-Sysmon", "RecordNumber": number,
            "TimeCreated": iso(at), "UtcTime": t.strftime("%Y-%m-%d %H:%M:%S.000"), **values}


def guid(m, i):
    d = digest("guid", m.host.name, i)
    return f"{{{digest('machine', m.host.name)[:8]}-{d[8:12]}-{d[12:16]}-{d[16:20]}-{d[20:32]}}}"


def sysmon(out, folder, m, i, at, path, sha256):
    out.json(f"{folder}/sysmon.ndjson", event(
        m, 1000 + i, 1, at, ProcessId=str(2000 + 4 * i), Image=path, CommandLine=f"\"{path}\"",
        ProcessGuid=guid(m, i), User="CUSTOMER\\user", Hashes=f"SHA256={sha256.upper()}",
        ParentProcessId="800", ParentImage="C:\\Windows\\explorer.exe"))


def defender(out, folder, m, i, at, path, sha256):
    t = iso(at).replace("Z", ".0000000Z")
    out.row(f"{folder}/DeviceProcessEvents.csv", DEFENDER,
            [t, digest("device", m.host.name)[:40], m.host.name.lower(), "ProcessCreated",
             path.rsplit("\\", 1)[1], path, "", sha256, 2000 + 4 * i, f"\"{path}\"", t, "customer",
             "user", "401231", "800", "c:\\windows\\explorer.exe", "explorer.exe", i])


# ---- names that were asked for ----

def sysmon_name(out, folder, m, i, at, name):
    out.json(f"{folder}/sysmon.ndjson", event(
        m, 1000 + i, 22, at, ProcessId="3000", ProcessGuid=guid(m, 99), Image="C:\\Windows\\asks.exe",
        QueryName=name, QueryStatus="0", QueryResults="198.51.100.7;"))


def zeek(out, folder, m, i, at, name):
    out.json(f"{folder}/dns.log", {
        "_path": "dns", "ts": float(at), "uid": "C" + digest("uid", m.host.name, i)[:16],
        "id.orig_h": m.host.ip, "id.orig_p": 50000 + i, "id.resp_h": "10.0.0.1", "id.resp_p": 53,
        "proto": "udp", "query": name, "qtype_name": "A", "rcode_name": "NOERROR",
        "answers": ["198.51.100.7"]})


def squid(out, folder, m, i, at, name):
    out.text(f"{folder}/access.log", f"{at}.{100 + i}    45 {m.host.ip} TCP_TUNNEL/200 3917 CONNECT "
                                     f"{name}:443 - HIER_DIRECT/198.51.100.7 -\n")


NETWORK = {"sysmon": sysmon_name, "zeek": zeek, "squid": squid}


# ---- the truth ----

def machines(world):
    for org in world.customers:
        for host in org.hosts:
            yield Machine(host, random.Random(f"machine {world.seed} {host.name}"))


def targets(world, all_machines):
    """For each poisoned product the machines of each state."""
    out = []
    for p in world.poisoned:
        states = {s: [] for s in STATES}
        affected = {"affected": 0, "ran": 0, "contacted": 0}
        for m in all_machines:
            states[m.states.get(p.number, m.default)].append(m.host.name)
            told = m.flags.get(p.number)
            if told:
                affected["affected"] += 1
                affected["ran"] += told["ran"]
                affected["contacted"] += told["contacted"]
        out.append({"product": p.name, "version": p.poisoned.version, "organisation": p.vendor.name,
                    "sha256": [p.poisoned.exe, p.poisoned.dll], "domain": p.domain,
                    "second-stage": p.payload, "published": iso(p.poisoned.published),
                    "indicators": f"indicators/{p.vendor.key}-release.csv",
                    "later": f"indicators/{p.vendor.key}-payload.csv",
                    "counts": {s: len(h) for s, h in states.items()}, "affected": affected,
                    "hosts": states})
    return out
