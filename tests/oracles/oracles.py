#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""oracles.py HEADWATER SAMPLES MODULES: exports before other people's validators. TAP.

Each oracle is a class with `form`, `look(paths)`, `lacks()` and `damages`: one thing that is broken
in an export, which it has to refuse in the words given, or it would pass anything.
"""
import collections
import json
import os
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import cases  # noqa: E402
from csaf import Csaf  # noqa: E402
from misp import Misp  # noqa: E402
from sarif import Sarif  # noqa: E402
from stix import Flow, Stix  # noqa: E402


class Tap:
    def __init__(self):
        self.count = self.bad = 0

    def say(self, good, what, words=()):
        self.count += 1
        self.bad += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {what}")
        for w in list(words)[:20]:
            self.note(w)

    def skip(self, what, why):
        self.count += 1
        print(f"ok {self.count} - {what} # SKIP {why}")

    @staticmethod
    def note(words):
        print(f"# {str(words).encode('ascii', 'backslashreplace').decode()[:300]}", flush=True)


def damaged(damage, exports, into):
    """The first export that has what is to be damaged, without it; or nothing."""
    what, change, _ = damage
    for e in exports:
        doc = json.loads(e.path.read_text())
        before = json.dumps(doc)
        try:
            change(doc)
        except (KeyError, IndexError, StopIteration, ZeroDivisionError):
            continue
        if json.dumps(doc) != before:
            path = into / f"damaged-{what.replace(' ', '-')}.{e.form}.json"
            path.write_text(json.dumps(doc))
            return path
    return None


def ask(tap, oracle, exports, work):
    broken = {d[0]: damaged(d, exports, work) for d in oracle.damages}
    told = oracle.look([e.path for e in exports] + [p for p in broken.values() if p is not None])
    seen, remarks = collections.Counter(), collections.Counter()
    for e in exports:
        looked = told[e.path]
        tap.say(not looked.wrong, f"{e.form}: {e.case}, {e.variant}", looked.wrong)
        seen += looked.seen
        remarks += looked.remarks
    tap.note(f"{oracle.form}: held {dict(seen)}; advice not followed: {dict(remarks) or 'none'}")
    for what, _, words in oracle.damages:
        path = broken[what]
        wrong = told[path].wrong if path is not None else ["no export has what is to be damaged"]
        good = path is not None and any(re.search(words, w) for w in wrong)
        tap.say(good, f"{oracle.form}: refuses {what}",
                [] if good else [f"wanted: {words}", *wrong])
    if oracle.lacks():
        tap.skip(f"{oracle.form}: all of it", oracle.lacks())
    return seen


def main():
    headwater, samples, modules = (pathlib.Path(a).resolve() for a in sys.argv[1:])
    os.environ.pop("HEADWATER_CASE", None)
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="headwater-oracles-") as folder:
        work = pathlib.Path(folder)
        made = [make(headwater, samples) for make in
                (cases.cascade, cases.deceiving, cases.without_evidence)]
        exports = [e for case in made for e in cases.exports(case, work)]
        seen = {o.form: ask(tap, o, [e for e in exports if e.form == o.form], work)
                for o in (kind(modules, work) for kind in (Sarif, Misp, Stix, Flow, Csaf))}
    for form, what in (("sarif", "results"), ("misp", "attributes"), ("misp", "objects"),
                       ("stix", "objects"), ("flow", "objects"), ("csaf", "csaf_vex"),
                       ("csaf", "csaf_security_advisory"),
                       ("csaf", "csaf_security_incident_response")):
        tap.say(seen[form][what] > 0, f"{form}: {what} were there to look at")
    print(f"1..{tap.count}")
    return 1 if tap.bad else 0


if __name__ == "__main__":
    sys.exit(main())
