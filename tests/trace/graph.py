# SPDX-License-Identifier: Apache-2.0
"""The whole graph of a case, read by another road than the program's own: from its tables.

Keys of versions and sessions end in the moment they began, which moves when clocks do; what() leaves
it out, so that graphs of bent evidence can be held against that of the straight.
"""
import re
import sqlite3

KNOWN = ("observed", "keyed", "inferred", "claimed")
MOMENT = re.compile(r"\|-?\d{9,19}$")


def what(key):
    return MOMENT.sub("", key)


class Graph:
    def __init__(self, case):
        db = sqlite3.connect(f"file:{case}?mode=ro", uri=True)
        try:
            things = {n: (kind, what(bytes(key).decode("utf-8", "replace"))) for n, kind, key in
                      db.execute("SELECT n, kind, key FROM thing")}
            self.edges = {}
            for subject, obj, pack in db.execute("SELECT subject, object, pack FROM edge_out"):
                edge = (things[subject], pack & 0xff, things[obj])
                known = pack >> 8 & 0xf
                self.edges[edge] = min(known, self.edges.get(edge, known))
            self.gaps = [(what_, (things.get(host) or (0, ""))[1], log, lo, hi) for
                         what_, host, log, lo, hi in
                         db.execute("SELECT what, host, log, from_ns, to_ns FROM gap")]
            self.things, self.count = set(things.values()), len(self.edges)
        finally:
            db.close()

    def sure(self):
        return {e for e, known in self.edges.items() if known <= 1}

    def say(self, edge):
        (_, a), verb, (_, b) = edge
        return f"{KNOWN[self.edges[edge]]} {a[-70:]} -{verb}-> {b[-70:]}"
