# SPDX-License-Identifier: Apache-2.0
"""Bills of materials (CycloneDX 1.5, JSON), one a product, and how deep a poisoned package lies in them.

Depth 1 is a dependency of the product itself. A product that another one contains is named there and
no more: what it contains in turn stands in its own bill. Libraries on a way to the poisoned package
stand in one bill only, so that joining by library and joining by product give the same depth.
"""
import random
import uuid

from cast import digest


def purl(name, version, kind="npm"):
    return f"pkg:{kind}/{name.replace(' ', '%20')}@{version}"


class Bill:
    """Parts by name and version, and what depends on what."""

    def __init__(self, product):
        self.product, self.subject = product, (product.name, product.shipped.version)
        self.parts = {self.subject: purl(*self.subject, "generic")}
        self.edges = {}

    def depend(self, parent, child, kind="npm"):
        self.parts.setdefault(child, purl(*child, kind))
        children = self.edges.setdefault(parent, [])
        if child not in children and child != parent:
            children.append(child)

    def document(self, seed):
        def part(key):
            name, version = key
            return {"type": "application" if key == self.subject else "library",
                    "bom-ref": self.parts[key], "name": name, "version": version,
                    "purl": self.parts[key]}
        serial = uuid.UUID(digest(seed, "serial", self.product.name)[:32])
        top = part(self.subject) | {"publisher": self.product.vendor.name}
        return {"bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": f"urn:uuid:{serial}",
                "version": 1, "metadata": {"component": top},
                "components": [part(k) for k in self.parts if k != self.subject],
                "dependencies": [{"ref": self.parts[k], "dependsOn": [self.parts[c] for c in v]}
                                 for k, v in self.edges.items()]}


class Bills:
    def __init__(self, world):
        self.seed, names = world.seed, world.names
        rng = random.Random(f"bills {world.seed}")
        self.evil = (f"{names.word().lower()}-helper", "4.2.1")
        library = [(f"{names.word().lower()}-lib", f"{rng.randrange(5)}.{rng.randrange(20)}.0")
                   for _ in range(300)]
        self.bills = [self.bill(p, rng, library) for p in world.products]
        for i, b in enumerate(self.bills):
            if i > 2 and rng.random() < 0.15:  # a product within a product, of those before it
                self.within(b, self.bills[rng.randrange(i)], rng)

    def bill(self, product, rng, library):
        b, chosen = Bill(product), rng.sample(library, rng.randrange(20, 45))
        for i, part in enumerate(chosen):  # each has a parent before it: no circles
            b.depend(b.subject if i < 5 else rng.choice([b.subject] + chosen[:i]), part)
            if i > 8 and rng.random() < 0.3:
                b.depend(chosen[rng.randrange(i)], part)
        number, lot = product.number, rng.random()
        if number < 6 or lot < 0.15:  # the first six: each depth once
            self.chain(b, number + 1 if number < 6 else rng.randrange(1, 7), rng)
        elif lot < 0.25:  # near misses: another version, another registry
            b.depend(rng.choice(chosen), (self.evil[0], "4.2.0"))
        elif lot < 0.3:
            b.depend(b.subject, self.evil, "pypi")
        return b

    def chain(self, b, depth, rng):
        """A way of so many steps, and sometimes a longer one beside it."""
        for length in [depth] + ([depth + 2] if rng.random() < 0.4 else []):
            at = b.subject
            for i in range(length - 1):
                step = (f"{b.product.stem.lower()}-part-{length}-{i}", "1.0.0")
                b.depend(at, step)
                at = step
            b.depend(at, self.evil)

    @staticmethod
    def within(b, other, rng):
        at = b.subject
        for i in range(rng.randrange(3)):
            step = (f"{b.product.stem.lower()}-with-{i}", "1.0.0")
            b.depend(at, step)
            at = step
        b.depend(at, other.subject, "generic")

    # ---- what is written ----

    def write(self, out):
        for b in self.bills:
            out.json(f"bills/{b.product.number:03}-{b.product.stem.lower()}.cdx.json",
                     b.document(self.seed))

    def depths(self):
        """Of each product the least number of steps; breadth first over all bills together."""
        edges, evil = {}, purl(*self.evil)
        for b in self.bills:
            for parent, children in b.edges.items():
                scope = None if parent == b.subject else b.product.number
                edges.setdefault((b.parts[parent], scope), []).extend(
                    (b.parts[c], b.product.number) for c in children)
        tops = {b.parts[b.subject] for b in self.bills}
        out = {}
        for b in self.bills:
            near, seen, depth = [(b.parts[b.subject], None)], set(), 0
            while near and not any(part == evil for part, _ in near):
                seen.update(near)
                depth += 1
                near = [(c, None if c in tops else s) for n in near for c, s in edges.get(n, [])]
                near = [n for n in dict.fromkeys(near) if n not in seen]
            if near:
                out[b.product] = depth
        return out

    def truth(self, world):
        depths = self.depths()
        got = {"direct": set(), "transitive": set()}
        for c in world.customers:
            for p in c.products:
                if p in depths and delivered(world, c, p) is p.shipped:
                    got["direct" if depths[p] == 1 else "transitive"].add(c.name)
        return {"package": {"name": self.evil[0], "version": self.evil[1], "purl": purl(*self.evil)},
                "documents": len(self.bills), "edges": sum(len(v) for b in self.bills
                                                           for v in b.edges.values()),
                "products": {p.shipped.key: {"depth": d, "direct": d == 1,
                                             "organisation": p.vendor.name}
                             for p, d in sorted(depths.items(), key=lambda x: x[0].number)},
                "organisations": {how: sorted(names) for how, names in got.items()}}


def delivered(world, customer, product):
    """Which release this customer got: mostly the one that its bill is about."""
    rng = random.Random(f"delivery {world.seed} {customer.name} {product.name}")
    return product.shipped if product.poisoned or rng.random() < 0.7 else product.old
