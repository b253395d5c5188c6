#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scale.py --out DIR [--seed N] [--edges 1000000] [ARGUMENT of generate.py]...: what the speed of impact
is measured on.

The world of generate.py (12,000 machines), and in `bills` so many more edges: bills of 10,000 edges each,
one in ten with the poisoned package at a known depth. Their products were delivered to nobody.
Writes files and nothing else; truth.json says under `scale` what is in them. Same arguments, same bytes.
"""
import argparse
import json
import pathlib
import random
import sys

import generate
from bills import purl

EACH = 10_000   # edges of one bill
PARTS = 2_500   # and its parts
SHARED = 20_000  # libraries that bills have in common


def bill(number, rng, evil, edges):
    """A product over PARTS libraries, each with a parent before it; depth of the poisoned one, or 0."""
    name, version = f"Bulk {number:05}", "1.0.0"
    top = purl(name, version, "generic")
    parts = [f"pkg:npm/bulk-{i}@1.0.0" for i in rng.sample(range(SHARED), PARTS)]
    kids = {}
    for i in range(min(edges, PARTS)):
        kids.setdefault(top if i < 40 else parts[rng.randrange(i)], set()).add(i)
    count = min(edges, PARTS)
    while count < edges:
        child = rng.randrange(1, PARTS)
        mine = kids.setdefault(parts[rng.randrange(child)], set())
        count += child not in mine
        mine.add(child)
    depends = [{"ref": k, "dependsOn": [parts[i] for i in sorted(v)]} for k, v in kids.items()]
    depth = rng.randrange(1, 7) if number % 10 == 0 else 0
    extra = [f"pkg:npm/bulk-{number}-way-{i}@1.0.0" for i in range(depth - 1)] + [evil] * (depth > 0)
    way = [top] + extra
    depends += [{"ref": a, "dependsOn": [b]} for a, b in zip(way[1:], way[2:])]
    depends[0]["dependsOn"] += way[1:2]  # the product's own come first
    return (name, version, top), parts + extra, depends, depth


def document(subject, parts, depends):
    name, version, top = subject

    def part(ref):
        what = ref[len("pkg:npm/"):].split("@")
        return {"type": "library", "bom-ref": ref, "name": what[0], "version": what[1], "purl": ref}
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
            "metadata": {"component": {"type": "application", "bom-ref": top, "name": name,
                                       "version": version, "purl": top}},
            "components": [part(p) for p in parts], "dependencies": depends}


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    p.add_argument("--out", required=True)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--edges", type=int, default=1_000_000)
    a, rest = p.parse_known_args()
    generate.main(["--seed", str(a.seed), "--out", a.out, *rest])
    root = pathlib.Path(a.out)
    truth = json.loads((root / "truth.json").read_text())
    evil, made, edges, number = truth["bills"]["package"]["purl"], {}, truth["bills"]["edges"], 0
    rng = random.Random(f"scale {a.seed}")
    while edges < a.edges:
        subject, parts, depends, depth = bill(number, rng, evil, min(EACH, a.edges - edges))
        text = json.dumps(document(subject, parts, depends), separators=(",", ":")) + "\n"
        (root / f"bills/bulk-{number:05}.cdx.json").write_text(text, encoding="utf-8")
        edges += sum(len(d["dependsOn"]) for d in depends)
        number += 1
        if depth:
            made[f"{subject[0]}@{subject[1]}"] = {"depth": depth, "direct": depth == 1}
    truth["scale"] = {"documents": number + truth["bills"]["documents"], "edges": edges,
                      "products": made}
    (root / "truth.json").write_text(
        json.dumps(truth, indent=0, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
