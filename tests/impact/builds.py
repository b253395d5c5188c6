# SPDX-License-Identifier: Apache-2.0
"""How a poisoned product's vendor builds, and how somebody moved in there, as its logs have it.

The rule of the truth: from `from` to `until` the attacker has one laptop and the account of its owner.
A log-on from a machine that they hold by then, while they hold it, gives them the machine it leads to.
A release is at risk when it was published while they held the machine it was built on (`built`), or
when the signing service was asked for it from a machine they held (`signed`).

  B1 reached from the laptop; B4 from B1, two steps; B2, B3 and S1 never: other people's log-ons, log-ons
  before and after the window, a failed one, and one from B1 before B1 was theirs.
"""
import json

from cast import BASE, DAY, HOUR, digest, iso

BUILDERS, LAPTOPS = ("B1", "B2", "B3", "B4"), ("L0", "L1", "L2", "L3")
ADDRESS = {"B1": 11, "B2": 12, "B3": 13, "B4": 14, "S1": 20, "L0": 30, "L1": 31, "L2": 32, "L3": 33}


class Estate:
    """A vendor's build machines, and the intrusion."""

    def __init__(self, vendor, product, rng):
        self.vendor, self.product, self.linux = vendor, product, vendor.number % 2 == 1
        self.start = BASE + rng.randrange(12) * DAY + rng.randrange(6, 12) * HOUR
        self.until = self.start + 12 * DAY
        self.records, self.signatures, self.number, self.log_ons = [], [], 5000, 0
        self.key = digest(vendor.name, "certificate")[:40]
        self.developers = [f"{vendor.word.lower()}dev{i}" for i in range(len(LAPTOPS))]
        self.service = f"svc-{vendor.word.lower()}"
        self.reached = {"B1": self.start + DAY, "B4": self.start + 2 * DAY}
        self.sit_down()
        self.move()
        self.release()

    def host(self, role):
        return f"{self.vendor.key}-{role}"

    def ip(self, role):
        return f"10.0.9.{ADDRESS[role]}"

    # ---- log-ons ----

    def move(self):
        t0, t1 = self.start, self.until
        dev, other, svc = self.developers[0], self.developers[1], self.service
        for when, account, source, target, works in (
                (t0 - 5 * DAY, dev, "L0", "B2", True),        # before the window
                (t0 - 3 * DAY, svc, "B1", "B2", True),
                (t0 + DAY // 2, svc, "B1", "B3", True),       # before B1 was theirs
                (self.reached["B1"], dev, "L0", "B1", True),
                (t0 + DAY + HOUR, other, "L1", "B2", True),   # somebody else
                (self.reached["B4"], svc, "B1", "B4", True),
                (t0 + 3 * DAY, dev, "L0", "B3", False),       # refused
                (t0 + 4 * DAY, svc, "B2", "S1", True),        # from a machine never theirs
                (t0 + 5 * DAY, self.developers[2], "L2", "B3", True),
                (t1 + 3 * DAY, dev, "L0", "B2", True)):       # after the window
            self.log_on(when, account, source, target, works)

    def log_on(self, when, account, source, target, works):
        if self.linux:
            self.sshd(when, account, source, target, works)
        else:
            self.windows(when, account, source, target, works)

    def sshd(self, when, account, source, target, works):
        self.number += 7
        self.log_ons += works
        says = "Accepted publickey" if works else "Failed password"
        tail = f"ssh2: ED25519 SHA256:{digest(account)[:43]}" if works else "ssh2"
        self.records.append((when, f"{iso(when)} {self.host(target)} sshd[{self.number}]: {says} for "
                                   f"{account} from {self.ip(source)} port {40000 + self.number} {tail}\n"))

    def windows(self, when, account, source, target, works):
        domain = self.vendor.word.upper()
        body = {"SubjectUserSid": "S-1-0-0", "SubjectLogonId": "0x0", "TargetUserName": account,
                "TargetDomainName": domain, "LogonType": "3" if account == self.service else "10",
                "AuthenticationPackageName": "Negotiate", "WorkstationName": self.host(source),
                "IpAddress": self.ip(source), "IpPort": str(50000 + self.number % 9000)}
        own = account != self.service  # the owner sits there; the service runs as the system
        self.log_ons += works
        if works:
            body |= {"TargetLogonId": hex(0x100000 + self.number * 16),
                     "LogonGuid": "{00000000-0000-0000-0000-000000000000}"}
            self.event(when - 1, source, 4648, {
                "SubjectUserName": account if own else self.host(source) + "$",
                "SubjectDomainName": domain,
                "SubjectLogonId": self.desk(source) if own else "0x3e7",
                "TargetUserName": account, "TargetDomainName": domain,
                "TargetServerName": self.host(target), "ProcessId": "0x9c4",
                "ProcessName": "C:\\Windows\\System32\\mstsc.exe", "IpAddress": "-", "IpPort": "-",
                "LogonGuid": "{00000000-0000-0000-0000-000000000000}"})
        self.event(when, target, 4624 if works else 4625, body)

    @staticmethod
    def desk(role):
        """The session of a laptop's owner."""
        return hex(0x5a200 + ADDRESS[role])

    def sit_down(self):
        """Owners log on to their laptops, long before; Linux keeps no log of it here."""
        for account, role in zip(self.developers, LAPTOPS):
            if not self.linux:
                self.event(self.start - 8 * DAY, role, 4624, {
                    "SubjectUserSid": "S-1-5-18", "SubjectLogonId": "0x3e7", "TargetUserName": account,
                    "TargetDomainName": self.vendor.word.upper(), "TargetLogonId": self.desk(role),
                    "LogonType": "2", "AuthenticationPackageName": "Negotiate",
                    "WorkstationName": self.host(role), "IpAddress": "127.0.0.1", "IpPort": "0",
                    "LogonGuid": "{00000000-0000-0000-0000-000000000000}"})

    def event(self, when, role, event, body):
        self.number += 1
        self.records.append((when, {
            "EventID": event, "Channel": "Security", "Hostname": self.host(role),
            "SourceName": "Microsoft-Windows-Security-Auditing", "RecordNumber": 0,
            "TimeCreated": iso(when), **body,
            "tags": ["reconstructed"]}))

    # ---- releases ----

    def release(self):
        """Of each product of the vendor some releases at risk, and some that are not, and why."""
        t0, t1, risk = self.start, self.until, {"built": [], "signed": []}
        self.safe = []
        self.product.poison(t0 + 6 * DAY, t1 + 25 * DAY, self.host("B1"))
        self.sign(self.product.poisoned, "B1")
        risk["built"].append(self.product.poisoned)
        self.safe += [(self.product.fixed, "after the window")]
        for r in (self.product.old, self.product.clean):
            r.built_on = self.host("B1")
            self.safe.append((r, "before the window"))
        plans = [("B1", t0 + 8 * DAY, "B2", "built"), ("B2", t0 + 8 * DAY, "B2", "on another machine"),
                 ("B1", t1 + 20 * DAY, "B2", "after the window"),
                 ("B3", t0 + 9 * DAY, "B1", "signed"), ("B4", t0 + 7 * DAY, "B2", "built"),
                 ("B1", t0 + DAY // 3, "B2", "before the machine was reached"),
                 ("B4", t0 + DAY + DAY // 2, "B2", "before the machine was reached"),
                 ("B3", t0 + 5 * DAY, "B3", "on another machine")]
        others = [p for p in self.vendor.products if p is not self.product]
        for i, (built_on, published, asked_from, why) in enumerate(plans):
            product = others[i % len(others)]
            made = product.release(20 + i, published, None, self.host(built_on))
            product.releases.append(made)
            self.sign(made, asked_from)
            if why in risk:
                risk[why].append(made)
            else:
                self.safe.append((made, why))
        for p in self.vendor.products:
            for r in p.releases:
                if r.built_on is None:
                    r.built_on = self.host("B2")
                    self.safe.append((r, "on another machine"))
        self.risk = risk

    def sign(self, release, asked_from):
        """The signing service notes what it was asked for, shortly before it was published."""
        when = release.published - HOUR
        self.signatures.append((when, json.dumps(
            {"time": iso(when), "action": "sign", "key": f"{self.vendor.word.lower()}-release",
             "thumbprint": self.key, "sha256": release.package, "file": f"{release.product.stem}.msi",
             "user": self.service, "ip": self.ip(asked_from)}, separators=(",", ":")) + "\n"))

    # ---- what is written ----

    def write(self, out):
        folder, numbers = f"vendors/{self.vendor.key}", {}
        for _, record in sorted(self.records, key=lambda r: r[0]):
            if self.linux:
                out.text(f"{folder}/auth.log", record)
                continue
            host = record["Hostname"]
            numbers[host] = record["RecordNumber"] = numbers.get(host, 5000) + 1
            out.json(f"{folder}/security.ndjson", record)
        for _, text in sorted(self.signatures):
            out.text(f"{folder}/signing.ndjson", text)

    def hosts(self):
        roles = dict.fromkeys(BUILDERS, "build") | dict.fromkeys(LAPTOPS, "workstation") | \
            {"S1": "signing"}
        return [{"name": self.host(r), "org": self.vendor.name, "roles": [role],
                 "addresses": [{"ip": self.ip(r)}]} for r, role in roles.items()]

    def accounts(self):
        return [{"name": d, "org": self.vendor.name, "roles": ["developer"]}
                for d in self.developers] + \
            [{"name": self.service, "org": self.vendor.name, "roles": ["build", "service"]}]

    def truth(self):
        def named(r):
            return {"name": r.product.name, "version": r.version}
        return {"organisation": self.vendor.name, "product": self.product.name,
                "host": self.host("L0"), "account": self.developers[0], "from": iso(self.start),
                "until": iso(self.until), "logs": "sshd" if self.linux else "windows",
                "reached": {self.host(r): iso(t) for r, t in self.reached.items()},
                "log-ons": self.log_ons, "accounts": [self.developers[0], self.service], "keys": [self.key],
                "at-risk": {how: [named(r) for r in all_] for how, all_ in self.risk.items()},
                "not-at-risk": [named(r) | {"because": why} for r, why in self.safe]}
