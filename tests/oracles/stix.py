# SPDX-License-Identifier: Apache-2.0
"""STIX 2.1 by the OASIS validator, strictly, and read back by the OASIS library. Attack Flow is a
bundle of STIX, too; its own schema is in no package, and is used where the corpus has it."""
import collections
import json
import os
import pathlib
import re
import uuid

import jsonschema
import referencing
import stix2
import stix2.registry
import stix2validator

from looked import Looked, Oracle, by_schema

# Advice that we do not follow: (the validator's code, of which objects, why).
LEFT = [
    # 2.9: "SHOULD use UUIDv4"; other versions are allowed outside of the OASIS namespace, and one
    # report of one case has to have the same ids each time.
    ("103", lambda o: uuid.UUID(o.split("--")[1]).version == 5),
    # 2.5.2: a URL SHOULD have a hash. The definition of Attack Flow is repeated as published.
    ("302", lambda o: o == "extension-definition--fb9c968a-745b-4ade-9b25-c324172197f4"),
]
TIMES = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+?)0*)?Z")


def corpus():
    top = pathlib.Path(__file__).resolve().parents[2]
    return pathlib.Path(os.environ.get("HEADWATER_CORPUS") or top.parent / "shared/corpus")


def plain(value):
    """A time has no more digits than it needs; everything else is itself."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, str) and (m := TIMES.fullmatch(value)):
        return m[1] + (f".{m[2]}" if m[2] and m[2] != "0" else "") + "Z"
    return value


class Stix(Oracle):
    form = "stix"
    ours = re.compile("x-none")  # kinds of objects that the library cannot know

    def __init__(self, _modules, _work):
        self.options = stix2validator.ValidationOptions(strict=True, version="2.1", silent=True,
                                                        enforce_refs=True)

    def one(self, path):
        looked = Looked()
        bundle = json.loads(path.read_text())
        self.validate(looked, bundle)
        for o in bundle["objects"]:
            looked.seen["objects"] += 1
            try:
                self.read_back(looked, o)
            except (stix2.exceptions.STIXError, ValueError, TypeError) as e:
                looked.refuse("stix2", f"{o['id']}: {type(e).__name__}: {e}"[:300])
        ids = collections.Counter(o["id"] for o in bundle["objects"])
        looked.wrong += [f"id: {i} is there {n} times" for i, n in ids.items() if n > 1]
        return looked

    def validate(self, looked, bundle):
        told = stix2validator.validate_parsed_json(bundle, self.options)
        for one in told if isinstance(told, list) else [told]:
            for fault in [*one.errors, *one.warnings]:
                said = str(fault)
                code = re.search(r"\{(\d+)\}", said)
                named = re.match(r"([a-z0-9-]+--[0-9a-f-]{36})", said) or re.search(
                    r"([a-z0-9-]+--[0-9a-f-]{36})", one.object_id or "")
                if code and named and any(c == code[1] and fits(named[1]) for c, fits in LEFT):
                    looked.remarks[f"{{{code[1]}}}"] += 1
                else:
                    looked.refuse("validator", f"{one.object_id}: {said}"[:300])

    def read_back(self, looked, o):
        """The library knows every property, has what we wrote, and makes the same id (2.9)."""
        custom = bool(self.ours.match(o["type"]))
        read = stix2.parse(o, allow_custom=custom, version="2.1")
        again = dict(read) if custom else json.loads(read.serialize())
        if o["type"] == "indicator" and "pattern_version" not in o:
            again.pop("pattern_version", None)  # the library fills in its own (4.7: optional)
        a, b = plain(o), plain(again)
        for key in sorted(set(a) | set(b)):
            if a.get(key) != b.get(key):
                looked.refuse("stix2", f"{o['id']}: {key} is read as {b.get(key)!r}"[:300])
        made = stix2.registry.class_for_type(o["type"], "2.1", "observables")
        if made is not None:
            rest = {k: v for k, v in o.items() if k not in ("id", "type", "spec_version")}
            if (id_ := made(**rest)["id"]) != o["id"]:
                looked.refuse("stix2", f"{o['id']}: its properties make {id_}")

    damages = [
        ("a pattern that does not end", lambda d: first(d, "indicator").update(
            pattern="[file:name = 'a'"), "validator.*Pattern failed"),
        ("an indicator without its beginning", lambda d: first(d, "indicator").pop("valid_from"),
         "validator.*valid_from"),
        ("an indicator without a description", lambda d: first(d, "indicator").pop("description"),
         r"validator.*\{303\}"),
        ("a relationship to nothing", lambda d: first(d, "relationship").update(
            target_ref="file--00000000-0000-5000-8000-000000000000"), "validator.*00000000"),
        ("a property that STIX has not", lambda d: first(d, "sighting").update(seen_by="us"),
         "stix2.*seen_by"),
        ("a file under another id", lambda d: first(d, "file").update(
            id="file--00000000-0000-5000-8000-000000000000"), "stix2.*its properties make"),
        ("an end before its beginning", lambda d: first(d, "observed-data").update(
            last_observed="2001-01-01T00:00:00Z"), "validator.*last_observed"),
    ]


def first(bundle, kind):
    return next(o for o in bundle["objects"] if o["type"] == kind)


class Flow(Stix):
    form = "flow"
    ours = re.compile("attack-(action|asset|condition|flow|operator)$")

    def __init__(self, modules, work):
        super().__init__(modules, work)
        published = corpus() / "intel/attack-flow/attack-flow-schema-2.0.0.json"
        self.validator = None
        if published.is_file():
            schema = json.loads(published.read_text())
            kind = jsonschema.Draft202012Validator
            self.validator = kind(schema, format_checker=kind.FORMAT_CHECKER,
                                  registry=self.registry())
            self.damages = self.of_schema + self.of_stix
        else:
            self.damages = self.of_stix

    @staticmethod
    def registry():
        """The schemas of STIX that it refers to, as the OASIS validator ships them: by their own
        names, and one by another branch's."""
        there = pathlib.Path(stix2validator.__file__).parent / "schemas-2.1/schemas/common"
        known = []
        for path in sorted(there.glob("*.json")):
            schema = json.loads(path.read_text())
            made = referencing.Resource.from_contents(schema, referencing.jsonschema.DRAFT202012)
            known += [(schema["$id"], made), (schema["$id"].replace(
                "http://", "https://").replace("/stix2.1/", "/master/"), made)]
        return referencing.Registry().with_resources(known)

    def lacks(self):
        return None if self.validator else \
            "no corpus: Attack Flow as STIX only, and NOT by its published schema"

    def one(self, path):
        looked = super().one(path)
        for o in json.loads(path.read_text())["objects"]:
            if self.validator is not None and self.ours.match(o["type"]):
                looked.seen["objects of Attack Flow"] += 1
                by_schema(looked, self.validator, o, f"schema {o['id']}")
        return looked

    of_schema = [
        ("an operator that is none", lambda d: first(d, "attack-operator").update(operator="XOR"),
         "schema attack-operator.*XOR"),
        ("an action without a name", lambda d: first(d, "attack-action").pop("name"),
         "schema attack-action.*'name' is a required"),
    ]
    of_stix = [
        ("a flow that was changed before it was made", lambda d: first(d, "attack-flow").update(
            modified="2001-01-01T00:00:00.000Z"), "validator.*modified"),
        ("a flow without its extension", lambda d: first(d, "attack-flow").pop("extensions"),
         "attack-flow"),
    ]
