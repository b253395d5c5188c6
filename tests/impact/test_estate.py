#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_estate.py HEADWATER: the generated world is what it claims to be, and headwater reads all of it:
nothing refused, every machine, release and delivery in the graph, no records missing. TAP.
"""
import collections
import hashlib
import json
import os
import pathlib
import sys
import tempfile
import time
import traceback

import kit

HEADWATER = os.path.abspath(sys.argv[1])
FULL = ("--seed", 1)
SMALL = (*FULL, "--orgs", 60, "--products", 20, "--poisoned", 0.1)
HOST, SESSION, RELEASE = 2, 4, 9                 # src/fact/entity.h
RELEASED, SHIPS = 16, 17
COMPONENT, DEPENDS, INDICATOR, EXPOSED = 18, 21, 61, 64  # src/fact/fact.h
DECLARED, BUILD, SIGNING = 128, 256, 512         # src/case/graph.h
ELSEWHEN = ("old-inventory", "late-inventory")   # not of the window
AFFECTED = ("second-stage", "contacted", "executed", "present")


def tree(root):
    return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in pathlib.Path(root).rglob("*") if p.is_file()}


def same_arguments_same_bytes(folder, _):
    first, second, third = (kit.generate(f"{folder}/{n}", "--seed", seed, *SMALL[2:])
                            for n, seed in (("a", 1), ("b", 1), ("c", 2)))
    assert tree(first) == tree(second)
    words = [json.loads((root / "truth.json").read_text())["targets"][0]["product"]
             for root in (first, third)]
    assert words[0] != words[1], words


def the_truth_has_every_state_and_every_machine_once(folder, _):
    root = kit.generate(f"{folder}/w", "--seed", 3, "--orgs", 400)
    truth = json.loads((root / "truth.json").read_text())
    assert len(truth["targets"]) == 10 and truth["world"]["hosts"] == 2400, truth["world"]
    for target in truth["targets"]:
        every = [h for hosts in target["hosts"].values() for h in hosts]
        assert len(every) == len(set(every)) == 2400
    assert min(truth["targets"][0]["counts"].values()) > 9, truth["targets"][0]["counts"]
    part = len(truth["untold"]) / 2400
    assert 0.3 < part < 0.37, part
    depths = {p["depth"] for p in truth["bills"]["products"].values()}
    assert depths >= {1, 2, 3, 4, 5, 6}, depths
    assert all(truth["bills"]["organisations"].values())
    for n in truth["intrusions"]:
        assert len(n["at-risk"]["built"]) >= 3 and n["at-risk"]["signed"], n
        risk = {(r["name"], r["version"]) for how in n["at-risk"].values() for r in how}
        assert not risk & {(r["name"], r["version"]) for r in n["not-at-risk"]}, n


def both_ways_of_joining_bills_give_the_depth_told(folder, _):
    """By package, over all documents as one, from what was written."""
    root = kit.generate(f"{folder}/w", "--seed", 4, "--orgs", 20)
    truth, edges = json.loads((root / "truth.json").read_text())["bills"], {}
    for path in (root / "bills").glob("*.json"):
        for d in json.loads(path.read_text())["dependencies"]:
            edges.setdefault(d["ref"], set()).update(d["dependsOn"])
    told = 0
    for path in (root / "bills").glob("*.json"):
        top = json.loads(path.read_text())["metadata"]["component"]
        near, seen, depth = {top["purl"]}, set(), 0
        while near and truth["package"]["purl"] not in near:
            seen |= near
            near, depth = {c for n in near for c in edges.get(n, ())} - seen, depth + 1
        product = truth["products"].get(f"{top['name']}@{top['version']}", {"depth": 0})
        assert product["depth"] == (depth if near else 0), (top, depth, product)
        told += bool(near)
    assert told == len(truth["products"]) > 20, told


def everything_is_read_and_nothing_refused(_, w):
    bad = w.query("SELECT parser, degree, because FROM reading WHERE degree <> 0")
    files = sum(p.is_file() for p in w.root.rglob("*")) - 1  # truth.json is not read
    assert bad == [] and w.query("SELECT count(*) FROM reading") == [(files,)], (bad, files)
    formats = {f.decode() if isinstance(f, bytes) else f: n for f, n in
               w.query("SELECT format, count(*) FROM artifact GROUP BY format")}
    assert set(formats) == {"cyclonedx", "estate", "exposure", "indicator-list", "mapped-csv",
                            "mapped-json", "mapped-text", "osquery", "signing-log", "syslog",
                            "windows-json", "zeek"}, formats


def both_ways_of_loading_make_the_same_graph(folder, w):
    other = kit.world(HEADWATER, folder, *SMALL)
    assert "declare" in w.took and "declare" not in other.took
    for sql in ("SELECT id, kind, scope, key, name, thing.first_ns, thing.last_ns, flags FROM thing "
                "ORDER BY id", "SELECT * FROM edge_in ORDER BY object, hi, n",
                "SELECT what, says FROM gap ORDER BY 1, 2"):
        mine, its = w.query(sql), other.query(sql)
        assert mine == its, (len(mine), len(its))


def every_machine_is_one_thing_with_its_organisation(_, w):
    world = w.truth["world"]
    hosts = w.query("SELECT name, scope, flags FROM thing WHERE kind = ?", HOST)
    assert len(hosts) == world["hosts"] + world["vendor-hosts"], len(hosts)
    assert all(flags & DECLARED for _, _, flags in hosts)
    assert sum(bool(flags & (BUILD | SIGNING)) for _, _, flags in hosts) == 5 * world["poisoned"]
    wrong = [(name, scope) for name, scope, _ in hosts if w.org_of(_text(name)) != _text(scope)]
    assert wrong == [], wrong[:9]


def _text(value):
    return value.decode() if isinstance(value, bytes) else value


def no_records_are_missing(_, w):
    assert w.query("SELECT what, says FROM gap") == [], w.query("SELECT what, says FROM gap")[:5]
    bad = w.query("SELECT path FROM source WHERE records = 0")
    assert bad == [], bad


def releases_and_deliveries_are_edges(_, w):
    counts = collections.Counter(
        verb for (verb,) in w.query("SELECT pack & 255 FROM edge_in JOIN thing s ON s.n = subject "
                                    "JOIN thing o ON o.n = object WHERE s.kind = ? OR o.kind = ?",
                                    RELEASE, RELEASE))
    things = w.query("SELECT count(*) FROM thing WHERE kind = ?", RELEASE)[0][0]
    want = sum(len(json.loads(p.read_text()).get("deliveries", []))
               for p in (w.root / "estate").glob("deliveries-*.json"))
    assert things == w.truth["world"]["releases"], (things, w.truth["world"])
    # Bytes of a release are `released` too: its package, its program and its library.
    assert counts[SHIPS] == want and counts[RELEASED] == 4 * things, (counts, want, things)


def log_ons_lead_to_the_machines_that_were_reached(_, w):
    """Each reached machine has a session of that time that came from an address; failures none."""
    for n in w.truth["intrusions"]:
        for host, at in n["reached"].items():
            rows = w.query("SELECT s.name FROM thing s JOIN thing h ON h.n = s.host JOIN edge_in e ON "
                           "e.object = s.n JOIN thing a ON a.n = e.subject WHERE s.kind = ? AND "
                           "lower(CAST(h.name AS TEXT)) = ? AND a.kind = 11 AND CAST(datetime(e.hi / "
                           "1000000000, 'unixepoch') AS TEXT) LIKE ?", SESSION, host.lower(),
                           at[:10] + "%")
            assert len(rows) == 1, (host, at, rows)
    rows = w.query("SELECT DISTINCT s.n FROM thing s JOIN edge_in e ON e.object = s.n JOIN thing a ON "
                   "a.n = e.subject WHERE s.kind = ? AND a.kind = 11 AND CAST(a.name AS TEXT) LIKE "
                   "'10.0.9.%'", SESSION)
    assert len(rows) == sum(n["log-ons"] for n in w.truth["intrusions"]), len(rows)


def bills_and_exposure_are_kept_whole(_, w):
    count = dict(w.query("SELECT kind, count(*) FROM fact GROUP BY kind"))
    assert count[DEPENDS] == w.truth["bills"]["edges"], count
    assert count[EXPOSED] == w.truth["exposure"]["rows"], count
    assert count[INDICATOR] == 5 * w.truth["world"]["poisoned"] + 1, count
    assert w.query("SELECT count(*) FROM component WHERE CAST(name AS TEXT) = ?",
                   w.truth["bills"]["package"]["name"])[0][0] >= len(
                       [p for p in w.truth["bills"]["products"].values() if p["direct"]])


def affected_tells_each_machine_as_it_is(_, w):
    """The question of today: it knows bytes, runs and contacts, and neither a window nor what came
    later. So machines whose inventory is not of the window are left out among those without a finding.
    """
    for target in w.truth["targets"]:
        lines = w.run("affected", w.root / target["indicators"], "--all", "--as-of", w.truth["as-of"],
                      want=(1,), json_lines=True)
        said = {line["host"].upper(): line for line in lines if line["type"] == "asset"}
        summary = next(line for line in lines if line["type"] == "summary")
        assert {k: summary[k] for k in target["affected"]} == target["affected"], (summary, target)
        for state, hosts in target["hosts"].items():
            for host in hosts:
                got = said[host]["state"]
                if state in AFFECTED:
                    ok = got == state or (state == "second-stage" and got in AFFECTED)
                else:
                    ok = got == state or w.truth["untold"].get(host) in ELSEWHEN
                assert ok, (target["product"], host, state, said[host])


# ---- impact ----

def _impact(w, *args):
    """Its lines by their type, and how long it took."""
    begun = time.monotonic()
    lines = w.run("impact", *args, "--as-of", w.truth["as-of"], want=(0, 1, 3), json_lines=True)
    took = time.monotonic() - begun
    said = {}
    for line in lines:
        said.setdefault(line["type"], []).append(line)
    return said, took


def impact_tells_each_machine_as_it_is(_, w):
    """All seven states, unknown among them, of every machine, from the bytes of each target."""
    for target in w.truth["targets"]:
        said, took = _impact(w, target["sha256"][0])
        got = {line["host"].upper(): line["state"] for line in said["asset"]}
        want = {host: state for state, hosts in target["hosts"].items() for host in hosts}
        wrong = {(state, got.get(host)): host for host, state in want.items() if got.get(host) != state}
        assert not wrong, (target["product"], wrong)
        states = said["summary"][0]["states"]
        extra = sum(states.values()) - len(want)  # machines of vendors, which had no inventory taken
        assert states["unknown"] - extra == target["counts"].get("unknown", 0), (states, target)
        print(f"# {target['product']}: {len(want)} machines, all states exact, {took:.2f} s")


def impact_misses_no_release_at_risk(_, w):
    """Whoever held the laptop could have written these, and at most as many more are named."""
    wanted = named = 0
    for one in w.truth["intrusions"]:
        said, _took = _impact(w, f"host:{one['host']}", "--from", one["from"], "--until", one["until"])
        got = {(line["name"], line["version"]) for line in said["release"]}
        want = {(r["name"], r["version"]) for rs in one["at-risk"].values() for r in rs}
        assert want <= got, (one["host"], want - got)
        assert len(got) <= 2 * len(want), (one["host"], got - want)
        held = {line["name"].upper() for line in said["held"] if line["kind"] == "host"}
        assert set(one["reached"]) <= held, (one["reached"], held)
        wanted, named = wanted + len(want), named + len(got)
    print(f"# releases at risk: {wanted} of {wanted} found, {named} named ({named / wanted:.2f} times)")


def impact_tells_products_and_their_depth(_, w):
    bills = w.truth["bills"]
    said, took = _impact(w, bills["package"]["purl"])
    got = {f"{p['name']}@{p['version']}": (p["depth"], p["direct"]) for p in said["product"]}
    want = {name: (p["depth"], p["direct"]) for name, p in bills["products"].items()}
    wrong = {name: (got.get(name), want.get(name)) for name in set(got) | set(want)
             if got.get(name) != want.get(name)}
    assert not wrong, wrong
    orgs = {True: set(), False: set()}
    for line in said["receiver"]:
        orgs[line["depth"] == 1].add(line["org"])
    assert orgs[True] == set(bills["organisations"]["direct"]), "direct"
    assert orgs[False] == set(bills["organisations"]["transitive"]), "transitive"
    print(f"# {len(want)} products of {bills['edges']} relations, {took:.2f} s")


def impact_counts_each_service_once(_, w):
    seen = w.truth["exposure"]
    target = next(t for t in w.truth["targets"] if t["product"] == seen["product"])
    said, _took = _impact(w, target["sha256"][0], "--from", seen["from"], "--until", seen["until"])
    counts = [c for c in said["count"] if c["unit"] == "address and port"]
    assert [c["value"] for c in counts] == [seen["services"]], (counts, seen)


IMPACT = [impact_tells_each_machine_as_it_is, impact_misses_no_release_at_risk,
          impact_tells_products_and_their_depth, impact_counts_each_service_once]
TESTS = [same_arguments_same_bytes, the_truth_has_every_state_and_every_machine_once,
         both_ways_of_joining_bills_give_the_depth_told,
         everything_is_read_and_nothing_refused, both_ways_of_loading_make_the_same_graph,
         every_machine_is_one_thing_with_its_organisation, no_records_are_missing,
         releases_and_deliveries_are_edges, log_ons_lead_to_the_machines_that_were_reached,
         bills_and_exposure_are_kept_whole, affected_tells_each_machine_as_it_is, *IMPACT]


def main():
    full = "--full" in sys.argv[2:]  # 2,000 organisations, and only what an impact says of them
    tests = IMPACT if full else TESTS
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="headwater-impact.") as top:
        os.mkdir(f"{top}/small")
        small = kit.world(HEADWATER, f"{top}/small", *(FULL if full else SMALL), quickly=True)
        for n, test in enumerate(tests, 1):
            with tempfile.TemporaryDirectory(prefix="t.", dir=top) as folder:
                try:
                    test(folder, small)
                    print(f"ok {n} - {test.__name__}", flush=True)
                except Exception:  # pylint: disable=broad-except
                    failed += 1
                    print(f"not ok {n} - {test.__name__}")
                    for line in traceback.format_exc().splitlines():
                        print("#", line[:600])
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
