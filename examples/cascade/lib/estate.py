# SPDX-License-Identifier: Apache-2.0
"""What each organisation declares of itself: docs/mappings.md and the estate format."""
import json
import os

from . import clock
from .clock import DAY


def write(world, rel, body):
    path = os.path.join(world.out, rel)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as f:
        json.dump({"headwater": "estate", "version": 1, **body}, f, indent=1, ensure_ascii=False)
        f.write("\n")


def files(pairs):
    return [{"path": path, "sha256": fp.sha256} for path, fp in pairs]


def releases(world, builds):
    cast, prints, vendor = world.cast, world.cast.prints, world.vendor.name
    old, stem, pkg = cast.old_version, cast.msi_stem, cast.pkg_stem
    out = [{"name": cast.product, "version": old, "org": vendor,
            "published": clock.iso_seconds(cast.start - 40 * DAY), "built_on": world.build.name,
            "files": files([(f"{stem}-{old}.msi", prints["msi-0"]),
                            (f"{pkg}-{old}-full.nupkg", prints["nupkg-0"])]),
            "contains": files([(cast.exe, prints["exe-0"]), (cast.library, prints["lib-0"]),
                               (cast.carrier, prints["carrier-0"])])}]
    for r in builds.releases:
        out.append({"name": cast.product, "version": r["version"], "org": vendor,
                    "published": clock.iso_seconds(r["published"]), "built_on": world.build.name,
                    "files": files(r["files"]), "contains": files(r["contains"])})
    return out


def address(history):
    out = []
    for ip, start, until in history:
        one = {"ip": ip, "from": clock.iso_seconds(start)}
        if until is not None:
            one["until"] = clock.iso_seconds(until)
        out.append(one)
    return out


ROLES = {"dc": ["domain-controller"], "build": ["build"], "sign": ["signing"],
         "source": ["source"], "gateway": ["vpn"], "admin-ws": ["workstation"]}


def vendor(world, builds, customers):
    cast, org = world.cast, world.vendor
    hosts = [{"name": m.name, "org": org.name, "roles": ROLES.get(role, []), "fqdn": m.fqdn,
              "addresses": [{"ip": m.address}]} for role, m in world.servers.items()]
    hosts += [{"name": name, "org": org.name, "roles": ROLES.get(role, []),
               "fqdn": f"{name}.{org.directory}", "addresses": [{"ip": ip}]}
              for role, (name, ip) in world.linux.items()]
    for m in world.clients:
        one = {"name": m.name, "org": org.name, "roles": ["workstation"], "fqdn": m.fqdn,
               "addresses": address(world.history.get(m.rel, []))}
        if hasattr(m, "old_name"):
            one["aliases"] = [{"name": m.old_name, "until": clock.iso_seconds(m.renamed_at)}]
        hosts.append(one)
    accounts = [{"name": p.login, "org": org.name, "person": p.full,
                 "roles": ["developer"] if p.login in world.developers else [],
                 "same_as": [f"{org.netbios}\\{p.login}", f"{p.login}@{org.domain}"]}
                for p in world.client_people]
    accounts.append({"name": world.admin, "org": org.name, "person": world.admin_person.full,
                     "roles": ["admin"], "same_as": [f"{org.netbios}\\{world.admin}"]})
    accounts += [{"name": world.builder, "org": org.name, "roles": ["build", "service"]},
                 {"name": world.backup_user, "org": org.name, "roles": ["service"]}]
    deliveries = []
    for c in customers:
        # What went out is on the invoice; when it was taken, only the customer knows.
        for version in (cast.old_version, builds.releases[-1]["version"]):
            at = cast.start - 30 * DAY if version == cast.old_version else \
                builds.releases[-1]["published"]
            deliveries.append({"release": cast.product, "version": version, "to": c.org.name,
                               "at": clock.iso_seconds(at)})
    write(world, "vendor/estate.json", {
        "organisations": [{"name": org.name, "domains": [org.domain, org.directory],
                           "suppliers": []}] +
        [{"name": c.org.name, "domains": [c.org.domain, c.org.directory],
          "suppliers": [{"org": org.name, "product": cast.product}]} for c in customers],
        "hosts": hosts,
        "networks": [{"cidr": "10.8.0.0/24", "org": org.name, "role": "vpn"},
                     {"cidr": "10.0.0.0/24", "org": org.name, "role": "build"},
                     {"cidr": "10.0.10.0/24", "org": org.name, "role": "office"},
                     {"cidr": "10.0.20.0/24", "org": org.name, "role": "office"}],
        "accounts": accounts,
        "releases": releases(world, builds),
        "deliveries": deliveries,
        "retention": [{"log": "globalprotect", "host": world.linux["gateway"][0], "days": 400},
                      {"log": "Security", "org": org.name, "days": cast.days},
                      {"log": "Microsoft-Windows-Sysmon", "org": org.name, "days": cast.days},
                      {"log": "Microsoft-Windows-Sysmon", "host": world.jump.name, "days": 0}],
        "software": [{"name": cast.product, "org": org.name, "sanctioned": True},
                     {"name": "Google Chrome", "org": org.name, "sanctioned": True}]})


def customer(world, c):
    cast, org = world.cast, c.org
    hosts = [{"name": m.name, "org": org.name, "roles": ["workstation"], "fqdn": m.fqdn,
              "addresses": [{"ip": m.address}]} for m in c.machines]
    if c.defender:
        hosts.append({"name": c.watched, "org": org.name, "roles": ["workstation"],
                      "fqdn": f"{c.watched}.{org.directory}"})
    write(world, f"{c.key}/estate.json", {
        "organisations": [{"name": org.name, "domains": [org.domain, org.directory],
                           "suppliers": [{"org": world.vendor.name, "product": cast.product}]}],
        "hosts": hosts,
        "networks": [{"cidr": "10.0.0.0/24" if c.key == "customer-a" else "172.16.4.0/24",
                      "org": org.name, "role": "office"}],
        "accounts": [{"name": m.owner.login, "org": org.name, "person": m.owner.full, "roles": [],
                      "same_as": [f"{org.netbios}\\{m.owner.login}"]} for m in c.machines],
        "software": [{"name": cast.product, "org": org.name, "sanctioned": True}]})


def upstream(world):
    cast, org = world.cast, world.cast.orgs["upstream"]
    retired = clock.at(2020, 4, 1) if cast.real else cast.install - 700 * DAY
    write(world, "upstream/estate.json", {
        "organisations": [{"name": org.name, "domains": [org.domain], "suppliers": []}],
        "releases": [{"name": f"{cast.up_product} (retired {clock.date(retired)[:7]})",
                      "version": cast.up_version, "org": org.name,
                      "files": files([(cast.installer, cast.prints["installer"])]),
                      "contains": files([("Setup.exe", cast.prints["setup"])])}],
        "software": [{"name": cast.up_product, "org": org.name, "sanctioned": False}]})
