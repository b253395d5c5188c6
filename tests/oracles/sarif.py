# SPDX-License-Identifier: Apache-2.0
"""SARIF: the schema that comes with the multitool of its specification's editors, and its rules."""
import json
import os
import platform
import subprocess

import jsonschema

from looked import Looked, Oracle, by_schema

# Of its advice, what we do not follow. None of it is a rule of the specification.
LEFT = {
    "SARIF2002 Note_Default": "a message is what evidence says, and no template holds it",
    "SARIF2003 Note_Default": "what is looked at lies in no source control",
    "SARIF2005 Warning_ProvideToolnformationUri": "the tool has no page of its own to name",
    "SARIF2006 Note_Default": "the network is not asked whether an address can be reached",
    "SARIF2009 Note_UseConventionalRuleIds": "a rule's id is a word that people can read",
    "SARIF2010 Note_Default": "evidence is not copied into a report",
    "SARIF2011 Note_Default": "evidence is not copied into a report",
    "SARIF2012 Note_ProvideFriendlyName": "a rule's id is a word that people can read",
    "SARIF2012 Note_ProvideHelpUri": "rules are explained inside, not on a page elsewhere",
    "SARIF2016 Note_Default": "evidence lies anywhere on a disk, under no common root",
    "SARIF2017 Warning_MissingRegion": "what is said of a whole file has no region (3.29.4)",
}
# Nor where a log has no results: it then asks for the rules that they would be of (3.19.23).
LEFT_OF_NONE = "SARIF2012 Note_ProvideMetadataForAllViolatedRules"
EACH = "SARIF2003 Note_Default"  # said once of every log that it looks at


class Sarif(Oracle):
    form = "sarif"

    def __init__(self, modules, work):
        self.tool = modules / "@microsoft/sarif-multitool-linux"
        self.work = work
        schema = json.loads((self.tool / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))
        kind = jsonschema.validators.validator_for(schema)
        self.validator = kind(schema, format_checker=kind.FORMAT_CHECKER)
        if self.lacks() is not None:
            self.damages = [d for d in self.damages if d[2].startswith("schema")]

    def lacks(self):
        if platform.machine() != "x86_64":
            return "the multitool is made for x86-64: SARIF by its schema only"
        return None

    def look(self, paths):
        told = {path: Looked() for path in paths}
        for path, looked in told.items():
            doc = json.loads(path.read_text())
            by_schema(looked, self.validator, doc, "schema")
            looked.seen["results"] += len(doc["runs"][0]["results"])
        if self.lacks() is None:  # which gives up at a file that the schema refuses
            self.by_rules({path: looked for path, looked in told.items() if not looked.wrong})
        return told

    def by_rules(self, told):
        out = self.work / "multitool.sarif"
        nowhere = {f"{scheme}_proxy": "http://127.0.0.1:9" for scheme in ("http", "https", "all")}
        env = os.environ | nowhere | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
                                      "DOTNET_CLI_TELEMETRY_OPTOUT": "1"}
        done = subprocess.run(
            [self.tool / "Sarif.Multitool", "validate", *told, "--output", out, "--log",
             "ForceOverwrite", "--kind", "Fail", "--level", "Error;Warning;Note", "--rule-kind",
             "Sarif;Ghas"], env=env, check=False, capture_output=True)
        if not out.is_file():
            raise RuntimeError(f"the multitool: {done.stdout[-300:]!r} {done.stderr[-300:]!r}")
        run = json.loads(out.read_text(encoding="utf-8-sig"))["runs"][0]
        by_name = {path.name: looked for path, looked in told.items()}
        for r in run.get("results", []):
            uri = r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            looked = by_name[uri.rsplit("/", 1)[1]]
            said = f"{r['ruleId']} {r['message']['id']}"
            left = said in LEFT or (said == LEFT_OF_NONE and looked.seen["results"] == 0)
            if left and r.get("level", "warning") != "error":
                looked.remarks[said] += 1
            else:
                looked.refuse(said, f"{r['message'].get('arguments')}"[:200])
        for looked in told.values():
            looked.seen["logs by its rules"] += looked.remarks[EACH]
            if looked.remarks[EACH] == 0:
                looked.refuse("multitool", "it has not looked at this file")

    # (what is damaged, how, what must be said of it)
    damages = [
        ("a level that is none", lambda d: d["runs"][0]["results"][0].update(level="fatal"),
         "schema.*'fatal' is not one of"),
        ("a tool without a name", lambda d: d["runs"][0]["tool"]["driver"].pop("name"),
         "schema.*'name' is a required"),
        ("a URI with a space", lambda d: d["runs"][0]["results"][0]["locations"][0][
            "physicalLocation"]["artifactLocation"].update(uri="file:///a b"),
         "schema.*'file:///a b' is not a 'uri-reference'"),
        ("a rule that is not there", lambda d: d["runs"][0]["results"][0].update(ruleIndex=4711),
         "SARIF1009"),
        ("a rule without its short description",
         lambda d: d["runs"][0]["tool"]["driver"]["rules"][0].pop("shortDescription"), "GH2012"),
    ]
