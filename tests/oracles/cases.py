# SPDX-License-Identifier: Apache-2.0
"""Cases, made by the commands that people use, and every export of each with every variant."""
import collections
import json
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/golden/lib"))
import hostile  # noqa: E402
from walk import THEN, Walk  # noqa: E402

FORMS = ("sarif", "misp", "stix", "flow", "csaf")
COLOURS = ("RED", "AMBER", "AMBER+STRICT", "GREEN", "CLEAR")
POLICY = "host\naccount\norg\npath-user-part\naddress-private\n"

Case = collections.namedtuple("Case", "name walk file target")
Export = collections.namedtuple("Export", "case variant form path")


class Broken(Exception):
    """The program did not do what a case or an export is made of."""


def run(walk, file, *args, want=(0,)):
    done = walk.run(*args, case=file)
    if done.returncode not in want:
        raise Broken(f"{' '.join(map(str, args))}: exit {done.returncode}: {done.stderr[:300]!r}")
    return done.stdout


def cascade(headwater, samples):
    """The incident of examples/cascade, files of the golden tests beside it, and a decision."""
    walk, file = Walk(headwater, samples), "cascade.case"
    root = walk.work / "cascade"
    subprocess.run([TOP / "examples/cascade/generate", "--seed", "1", "--out", root,
                    "--only-incident"], check=True, stdout=subprocess.DEVNULL)
    names = json.loads((root / "truth.json").read_text())["names"]
    for folder in ("vendor", "customer-a", "customer-b", "upstream"):
        run(walk, file, "add", "--org", names["organisations"][folder], root / folder)
    run(walk, file, "add", "--org", names["organisations"]["vendor"], "--host", names["device"],
        root / "laptop-triage.zip", "padded.dll", "appended.dll", "app.zip",
        TOP / "data/3cx-said.json", want=(0, 1))
    run(walk, file, "learn", TOP / "data/3cx-iocs.csv", TOP / "data/sunburst-iocs.csv")
    hunt = walk.run("hunt", "--json", case=file, json=True).stdout.splitlines()
    found = [f["id"] for f in map(json.loads, hunt) if f["type"] == "finding"]
    run(walk, file, "judge", found[0], "reject", "--because", hostile.HOSTILE[5])
    run(walk, file, "judge", found[-1], "accept", "--because", "seen")
    return Case("cascade", walk, file, names["library-sha256"])


def deceiving(headwater, samples):
    walk = Walk(headwater, samples)
    hostile.build(walk)
    return Case("deceiving names", walk, "r.case", hostile.BAD)


def without_evidence(headwater, samples):
    walk = Walk(headwater, samples)
    run(walk, "empty.case", "add", "good.dll")
    run(walk, "empty.case", "case", "forget", "good.dll", "--because", "it is not wanted")
    return Case("no evidence", walk, "empty.case", None)


def variants(case):
    """(its name, arguments, forms)"""
    said = ["--title", hostile.HOSTILE[0], "--contact", hostile.HOSTILE[3], "--author",
            hostile.HOSTILE[1]]
    yield "without a target", [], FORMS
    if case.target is None:
        return
    yield "of a target", [case.target], FORMS
    yield "signed", [case.target, *said, "--from", "2023-01-01", "--until", "2025-01-01"], FORMS
    yield "redacted", [case.target, "--all", "--redact", "policy", "--redact-key", "key"], FORMS
    for colour in COLOURS:  # SARIF has no place for it
        yield f"TLP:{colour}", ["--tlp", colour], FORMS[1:]


def exports(case, into):
    """Each is written below `into`."""
    (case.walk.tree / "policy").write_text(POLICY)
    for name, args, forms in variants(case):
        for form in forms:
            path = into / f"{case.name}-{name}.{form}.json".replace(" ", "-")
            path.write_bytes(run(case.walk, case.file, "report", *THEN, "--format", form, *args,
                                 want=(0,) if case.target else (3,)))
            yield Export(case.name, name, form, path)
