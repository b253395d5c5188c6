# SPDX-License-Identifier: Apache-2.0
"""CSAF 2.0: the validator library of BSI and secvisogram: schema, every mandatory test (6.1), and
of the optional (6.2) and informative ones (6.3) all that need no more than the document."""
import json
import pathlib
import subprocess

from looked import Looked, Oracle

# Tests that are not mandatory and that a draft, written by a machine, does not meet.
LEFT = {
    "optionalTest_6_2_3": "no score: poison is no flaw that CVSS measures",
    "optionalTest_6_2_10": "no TLP: nobody said --tlp",
    "optionalTest_6_2_11": "no canonical URL: whoever publishes it has one",
    "optionalTest_6_2_16": "no product identification helper: a release is known by its name",
    "informativeTest_6_3_3": "no CVE: poison has none",
}
MANDATORY = 43  # tests of 6.1 in the pinned library, so that none goes missing


class Csaf(Oracle):
    form = "csaf"

    def __init__(self, modules, work):
        self.modules, self.work = modules, work

    def look(self, paths):
        """An advisory is held against the profile csaf_vex as well, whose demands it claims to
        meet: a copy with that category alone changed."""
        of = {}
        for path in paths:
            of[path] = path
            doc = json.loads(path.read_text())
            if doc["document"]["category"] == "csaf_security_advisory":
                doc["document"]["category"] = "csaf_vex"
                vex = self.work / f"{path.name}.vex"
                vex.write_text(json.dumps(doc))
                of[vex] = path
        told = {path: Looked() for path in paths}
        done = subprocess.run(["node", pathlib.Path(__file__).with_name("csaf.mjs"), self.modules],
                              input="\n".join(map(str, of)), check=False, text=True,
                              capture_output=True)
        if done.returncode != 0:
            raise RuntimeError(f"csaf.mjs: {done.stderr[-600:]}")
        for row in map(json.loads, done.stdout.splitlines()):
            path = pathlib.Path(row["file"])
            self.one(told[of[path]], row["tests"], json.loads(path.read_text()))
        return told

    @staticmethod
    def one(looked, tests, doc):
        profile = doc["document"]["category"]
        looked.seen[profile] += 1
        mandatory = [t for t in tests if t["name"].startswith("mandatory")]
        if len(mandatory) != MANDATORY:
            looked.refuse("csaf-validator-lib", f"{len(mandatory)} mandatory tests")
        marked = "distribution" in doc["document"]
        for t in tests:
            for fault in t["errors"]:
                looked.refuse(f"{profile} {t['name']}", json.dumps(fault)[:200])
            for remark in t["remarks"]:
                if t["name"] in LEFT and not (marked and t["name"] == "optionalTest_6_2_10"):
                    looked.remarks[t["name"]] += 1
                else:
                    looked.refuse(f"{profile} {t['name']}", json.dumps(remark)[:200])

    damages = [
        ("a publisher of no category", lambda d: d["document"]["publisher"].update(category="us"),
         "csaf_2_0.*publisher/category"),
        ("a document without a title", lambda d: d["document"].pop("title"), "csaf_2_0.*title"),
        ("a final document of version 0", lambda d: d["document"]["tracking"].update(
            status="final"), "mandatoryTest_6_1_17"),
        ("a product without its definition", lambda d: d["vulnerabilities"][0]["product_status"][
            "known_affected"].append("HWPID-4711"), "mandatoryTest_6_1_1:"),
        ("a VEX without an id", lambda d: d["vulnerabilities"][0].pop("ids"),
         "csaf_vex mandatoryTest_6_1_27_8"),
        ("an incident response without a reference", lambda d: d["document"].pop("references")
         if d["document"]["category"].endswith("incident_response") else 1 / 0,
         "mandatoryTest_6_1_27_2"),
        ("members out of order", lambda d: d["document"].update(
            category=d["document"].pop("category")), "optionalTest_6_2_13"),
    ]
