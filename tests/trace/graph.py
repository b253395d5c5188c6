# SPDX-License-Identifier: Apache-2.0
"""The whole graph of a case, read by another road than the program's own: from its tables.

Keys of versions and sessions end in the moment they began, which moves when clocks do; what()
leaves it out, so that graphs of bent evidence can be held against that of the straight. And a
process whose own id was lost is known by its pid alone: so each edge has a second spelling, by host
and pid.
"""
import re
import sqlite3

KNOWN = ("observed", "keyed", "inferred", "claimed")
PID = re.compile(r"\(pid (\d+)\)$")
MOMENT = re.compile(r"\|-?\d+$")


def what(key):
    return MOMENT.sub("", key)


class Graph:
    def __init__(self, case):
        db = sqlite3.connect(f"file:{case}?mode=ro", uri=True)
        try:
            things, alias = {}, {}
            for n, kind, key, name in db.execute("SELECT n, kind, key, name FROM thing"):
                key, name = (bytes(x).decode("utf-8", "replace") for x in (key, name))
                things[n] = (kind, what(key))
                pid = PID.search(name)
                alias[n] = (kind, f"{key.split('|')[0]}|{pid[1]}") if pid else things[n]
            self.edges, self.spelled = {}, {}
            for subject, obj, pack in db.execute("SELECT subject, object, pack FROM edge_out"):
                known = pack >> 8 & 0xf
                edge = (things[subject], pack & 0xff, things[obj])
                self.edges[edge] = min(known, self.edges.get(edge, known))
                loose = (alias[subject], pack & 0xff, alias[obj])
                self.spelled.setdefault(edge, loose)
            self.loose = {}
            for edge, loose in self.spelled.items():
                self.loose[loose] = min(self.edges[edge], self.loose.get(loose, 9))
            places = db.execute("SELECT length(also) FROM edge").fetchall()
            self.rows, self.also = len(places), sum(n > 0 for n, in places)
            self.gaps = [(what_, (things.get(host) or (0, ""))[1], log, lo, hi) for
                         what_, host, log, lo, hi in
                         db.execute("SELECT what, host, log, from_ns, to_ns FROM gap")]
            self.things, self.count = set(things.values()), len(self.edges)
        finally:
            db.close()

    def known(self, edge, loose):
        """How this graph knows an edge of another, by either spelling; None: not at all."""
        hits = [x for x in (self.edges.get(edge), self.loose.get(loose)) if x is not None]
        return min(hits) if hits else None

    def sure(self):
        return {e for e, known in self.edges.items() if known <= 1}

    def two_sources(self):
        """How many edges are recorded in more than one place."""
        return self.also

    def say(self, edge):
        (_, a), verb, (_, b) = edge
        return f"{KNOWN[self.edges[edge]]} {a[-70:]} -{verb}-> {b[-70:]}"
