# SPDX-License-Identifier: Apache-2.0
"""A scanner's export (Shodan's lines) of a product that stands in the Internet, with the same services
seen again. A service is an address and a port; it counts once in the window.
"""
import datetime
import json
import random

from cast import AS_OF, DAY, iso

PORTS = (443, 5001, 8443)


def address(n):
    """Of RFC 5737's three networks, then RFC 3849's."""
    nets = ("192.0.2", "198.51.100", "203.0.113")
    return f"{nets[n % 3]}.{1 + n // 3 % 254}" if n < 750 else f"2001:db8::{n:x}"


def rows(world):
    """address, port, time, product; in no order of any of them."""
    rng = random.Random(f"exposure {world.seed}")
    p, out = world.products[0], []
    start = p.poisoned.published
    for n in range(max(40, world.args.orgs // 2)):
        name = p.name if n % 10 else "Another Server"
        for port in PORTS[:1 + (n % 4 == 0)]:
            seen = [start + rng.randrange(AS_OF - start) for _ in range(rng.choice([1, 1, 2, 3]))]
            if n % 7 == 3:
                seen = [start - rng.randrange(1, 30) * DAY]  # before it: not in the window
            elif n % 7 == 4:
                seen.append(start - rng.randrange(1, 30) * DAY)
            out += [(address(n), port, at, name) for at in seen]
    rng.shuffle(out)
    return out


def write(world, out):
    for ip, port, at, name in rows(world):
        t = datetime.datetime.fromtimestamp(at, datetime.timezone.utc)
        out.text("exposure/shodan.ndjson", json.dumps(
            {"ip_str": ip, "port": port, "transport": "tcp", "hash": -1 - port,
             "timestamp": t.strftime("%Y-%m-%dT%H:%M:%S.000000"), "product": name,
             "org": "Example Hosting", "asn": "AS64496", "hostnames": [],
             "location": {"country_code": "ZZ"}, "_shodan": {"module": "https"}},
            separators=(",", ":")) + "\n")


def truth(world):
    p, every = world.products[0], rows(world)
    start = p.poisoned.published
    within = {(ip, port) for ip, port, at, name in every if name == p.name and start <= at <= AS_OF}
    return {"product": p.name, "from": iso(start), "until": iso(AS_OF), "rows": len(every),
            "rows-of-product": sum(name == p.name for *_, name in every),
            "services": len(within), "addresses": len({ip for ip, _ in within}),
            "services-ever": len({(ip, port) for ip, port, _, name in every if name == p.name})}
