# SPDX-License-Identifier: Apache-2.0
"""MISP: PyMISP's schema, its table of types, its templates of objects, its reading of an event."""
import collections
import importlib.resources
import json
import logging
import warnings

import jsonschema
import pymisp

from looked import Looked, Oracle, by_schema

# PyMISP's schema is of the time before objects, and PyMISP itself has ceased to use it. What it
# refuses for being younger, with the section of draft-dulaunoy-misp-core-format that has it:
YOUNGER = {
    "Event": ("Object",),  # 2.6
    "Attribute": ("first_seen", "last_seen"),  # 2.4.2
}


def young(event):
    """The event as that schema knows it: attributes of objects stand among the others."""
    event = {k: v for k, v in event.items() if k not in YOUNGER["Event"]}
    event["Attribute"] = [{k: v for k, v in a.items() if k not in YOUNGER["Attribute"]}
                          for a in event.get("Attribute", [])]
    return event


def attributes(event):
    """Those of the event and those of its objects."""
    for a in event.get("Attribute", []):
        yield a, None
    for o in event.get("Object", []):
        for a in o["Attribute"]:
            yield a, o


def tags(event):
    return collections.Counter(t["name"] for holder in [event, *event.get("Attribute", [])]
                               for t in holder.get("Tag", []))


class Misp(Oracle):
    form = "misp"

    def __init__(self, _modules, _work):
        logging.getLogger("pymisp").setLevel(logging.CRITICAL)  # what it refuses, it raises
        data = importlib.resources.files("pymisp") / "data/schema.json"
        schema = json.loads(data.read_text())
        kind = jsonschema.validators.validator_for(schema)
        self.validator = kind(schema, format_checker=kind.FORMAT_CHECKER)
        self.pairs = pymisp.MISPEvent().describe_types["category_type_mappings"]

    def one(self, path):
        looked = Looked()
        doc = json.loads(path.read_text())
        event = doc["Event"]
        by_schema(looked, self.validator, {"Event": young(event)}, "schema")
        inside = [{k: v for k, v in a.items() if k != "object_relation"}
                  for a, o in attributes(event) if o is not None]
        by_schema(looked, self.validator, {"Event": young({"Attribute": inside})}, "schema")
        for a, _ in attributes(event):
            looked.seen["attributes"] += 1
            if a.get("type") not in self.pairs.get(a.get("category"), []):
                looked.refuse("describeTypes", f"{a.get('category')} with {a.get('type')}")
        self.read_back(looked, event)
        for o in event.get("Object", []):
            looked.seen["objects"] += 1
            self.by_template(looked, o)
        return looked

    @staticmethod
    def read_back(looked, event):
        """PyMISP reads it, and has what we wrote."""
        read = pymisp.MISPEvent()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                read.load({"Event": json.loads(json.dumps(event))})
            again = json.loads(read.to_json())
        except (pymisp.PyMISPError, ValueError, KeyError, TypeError, Warning) as e:
            looked.refuse("PyMISP", f"{type(e).__name__}: {e}")
            return
        keys = ("uuid", "type", "category", "value", "to_ids", "comment", "object_relation")
        told, heard = ([tuple(a.get(k) or "" for k in keys) for a, _ in attributes(e)]
                       for e in (event, again))
        for a in set(told) ^ set(heard):
            looked.refuse("PyMISP", f"an attribute is another: {a}"[:200])
        for what, ours, theirs in (("attributes", len(told), len(heard)),
                                   ("objects", len(event.get("Object", [])), len(read.objects)),
                                   ("tags", tags(event), tags(again))):
            if ours != theirs:
                looked.refuse("PyMISP", f"{ours} {what} are {theirs}")
        known = [event["uuid"], *(o["uuid"] for o in event.get("Object", [])),
                 *(a.get("uuid") for a, _ in attributes(event))]
        looked.wrong += [f"uuid: {u} is there {n} times" for u, n in
                         collections.Counter(known).items() if n > 1]

    @staticmethod
    def by_template(looked, o):
        """Strictly: the published template of that name, version and UUID (2.6)."""
        for key in ("description", "deleted"):  # which PyMISP would fill in
            if key not in o:
                looked.refuse("object", f"no {key}")
        try:
            strict = pymisp.MISPObject(o["name"], strict=True)
            types = {k: v["misp-attribute"] for k, v in strict._definition["attributes"].items()}
            strict.from_dict(**json.loads(json.dumps(o)))
            strict.to_dict(strict=True)
        except (pymisp.PyMISPError, ValueError) as e:
            looked.refuse("template", f"{type(e).__name__}: {e}")
            return
        for a in o["Attribute"]:
            if types.get(a["object_relation"]) != a["type"]:
                looked.refuse("template", f"{a['object_relation']} is no {a['type']}")

    damages = [
        ("a type that its category has not", lambda d: d["Event"]["Attribute"][0].update(
            category="Financial fraud"), "describeTypes.*Financial fraud"),
        ("a time as a number", lambda d: d["Event"].update(timestamp=1),
         "schema.*not of type 'string'"),
        ("a member that MISP has not", lambda d: d["Event"]["Attribute"][0].update(x=1),
         "schema.*'x' was unexpected"),
        ("an attribute without a value", lambda d: d["Event"]["Attribute"][0].pop("value"),
         "PyMISP.*value"),
        ("one UUID twice", lambda d: d["Event"]["Attribute"][0].update(
            uuid=d["Event"]["Attribute"][1]["uuid"]), "uuid.*2 times"),
        ("a version of no template", lambda d: d["Event"]["Object"][0].update(
            template_version="1"), "template.*[Vv]ersion"),
        ("a relation that its template has not", lambda d: d["Event"]["Object"][0]["Attribute"][
            0].update(object_relation="sha-256"), "template"),
        ("an object without a description", lambda d: d["Event"]["Object"][0].pop("description"),
         "object: no description"),
    ]
