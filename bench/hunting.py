# SPDX-License-Identifier: Apache-2.0
"""What bench/run measures of a hunt: one new indicator and very many, over a generated case of very
many files, beside the same question as plain SQL over plain tables.

Cold is: the page cache is told to forget the file, and the first run is the one that counts. The
plain tables hold digests, places and indicators and nothing else, each column of digests with its
index. Their answer has for each match the file, how many places it lies at, and the first of them.
"""
import os
import pathlib
import resource
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

KINDS = ("sha256", "sha1", "md5")
TABLES = """
CREATE TABLE file(id INTEGER PRIMARY KEY, sha256 BLOB, sha1 BLOB, md5 BLOB);
CREATE TABLE place(file INTEGER, host TEXT, path BLOB, first INTEGER, last INTEGER);
CREATE TABLE ioc(kind TEXT, value BLOB);
INSERT INTO file SELECT r.evidence, a.sha256, a.sha1, a.md5 FROM live.artifact a
  JOIN live.reading r ON r.id = a.reading WHERE r.class = 1;
INSERT INTO place SELECT evidence, host, path, first_ns, last_ns FROM live.sighting;
CREATE INDEX file_sha256 ON file(sha256);
CREATE INDEX file_sha1 ON file(sha1);
CREATE INDEX file_md5 ON file(md5);
CREATE INDEX place_file ON place(file);
"""
JOIN = " UNION ALL ".join(
    f"SELECT f.id, i.kind, (SELECT count(*) FROM place p WHERE p.file = f.id),"
    f" (SELECT host || ':' || path FROM place p WHERE p.file = f.id LIMIT 1)"
    f" FROM ioc i JOIN file f ON f.{kind} = i.value WHERE i.kind = '{kind}'" for kind in KINDS)


def forget(path):
    """The page cache forgets the file."""
    for name in (path, path + "-wal"):
        if os.path.exists(name):
            fd = os.open(name, os.O_RDONLY)
            os.fsync(fd)
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(fd)


def ask_plainly(path):
    """In a process of its own: prints wall s, CPU s, peak MB and the number of matches."""
    began = time.monotonic()
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        found = len(db.execute(JOIN).fetchall())
    wall = time.monotonic() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, found)


class Hunting:
    """One run of bench/run: `kit` is that module."""

    def __init__(self, kit, folder, rounds, sizes):
        self.kit, self.rounds = kit, rounds
        self.artifacts, self.sightings, self.indicators, self.matches = sizes
        self.bench = pathlib.Path(kit.HEADWATER).parent / "bench_hunt"
        self.case, self.plain = os.path.join(folder, "hunt.case"), os.path.join(folder, "plain.db")

    def told(self, *words):
        got = subprocess.run([self.bench, *map(str, words)], capture_output=True, text=True,
                             check=True)
        print(f"- {got.stdout.strip()}", flush=True)

    def make(self):
        if not os.path.exists(self.case):
            self.told("make", self.case, self.artifacts, self.sightings)
        began = time.monotonic()
        if not os.path.exists(self.plain):
            with closing(sqlite3.connect(self.plain)) as db:
                db.execute("PRAGMA synchronous=OFF")
                db.execute("PRAGMA journal_mode=OFF")
                db.execute("ATTACH ? AS live", (self.case,))
                db.executescript(TABLES)
            print(f"- the same as plain tables: {time.monotonic() - began:.0f} s")
        sizes = [os.path.getsize(p) / 1e9 for p in (self.case, self.plain)]
        print(f"- case {sizes[0]:.2f} GB, plain tables {sizes[1]:.2f} GB", flush=True)

    def learn(self, count, matches, name):
        self.told("learn", self.case, count, matches, name)
        # closed before forget() lets go of the file, with which this process' locks on it would go
        with closing(sqlite3.connect(self.plain)) as db:
            db.execute("ATTACH ? AS live", (self.case,))
            db.execute("DELETE FROM ioc")
            db.execute("INSERT INTO ioc SELECT kind, value FROM live.indicator")
            db.commit()
            return db.execute("SELECT count(*) FROM ioc").fetchone()[0]

    def plainly(self):
        got = subprocess.run([sys.executable, __file__, self.plain], capture_output=True,
                             text=True, check=True)
        wall, cpu, peak, self.found = got.stdout.split()
        return float(wall), float(cpu), float(peak)

    def hunted(self):
        return self.kit.run([self.kit.HEADWATER, "--case", self.case, "hunt", "--json"],
                            good=(0, 1))

    def measure(self, what):
        def reset(name):
            forget(self.plain if name == "plain" else self.case)

        sides = {"plain": self.plainly, "headwater": self.hunted}
        rounds = [("cold", self.kit.paired(sides, self.rounds, reset)),
                  ("warm", self.kit.paired(sides, self.rounds))]
        for state, got in rounds:
            medians = {name: [self.kit.median([r[i] for r in got[name]]) for i in range(3)]
                       for name in sides}
            ratio, _ = self.kit.ratios(got, "headwater", "plain")
            ours, plain = medians["headwater"], medians["plain"]
            self.kit.row([f"{what}, {state}", self.found, f"{ours[0]:.3f}", f"{ours[1]:.3f}",
                          f"{ours[2]:.0f}", f"{plain[0]:.3f}", f"{plain[2]:.0f}", f"{ratio:.1f}"])

    def run(self):
        print(f"\n## Hunt: {self.artifacts:,} files at {self.sightings:,} places\n")
        if not os.access(self.bench, os.X_OK):
            print("not measured: bench_hunt is not built")
            return
        self.make()
        known = self.learn(1, 1, 1)
        head = ["", "matches", "headwater s", "CPU s", "peak MB", "plain SQL s", "peak MB",
                "times as long"]
        print()
        self.kit.row(head)
        self.kit.row(["---"] * len(head))
        self.measure("one new indicator" + ("" if known == 1 else f" among {known:,}"))
        print()
        known = self.learn(self.indicators, self.matches, 2)
        print()
        self.kit.row(head)
        self.kit.row(["---"] * len(head))
        self.measure(f"{known:,} indicators")
        print("\nheadwater is the whole program: it opens the case, logs the question, weighs each "
              "match against\nharmless lists, sources and judgements, and writes JSON (at most "
              "0.1 s and 10 s cold).")


if __name__ == "__main__":
    ask_plainly(sys.argv[1])
