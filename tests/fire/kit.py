# SPDX-License-Identifier: Apache-2.0
"""What the tests under fire share: TAP, trees, and headwater as a command that is watched."""
import hashlib
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile

LONG = 60  # seconds; whatever takes longer hangs


class Skip(Exception):
    """This machine cannot try it."""


class Ran:
    """One run that ended: status, what it said, how long it took."""

    def __init__(self, status, out, err, seconds):
        self.status, self.out, self.err, self.seconds = status, out or b"", err or b"", seconds

    def __str__(self):
        return f"status {self.status}, out {self.out[-600:]!r}, err {self.err[-600:]!r}"


class Fire:
    """One test program's folder, and the program it tests."""

    def __init__(self, headwater):
        self.exe = os.path.abspath(headwater)
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="headwater-fire."))
        self.env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}
        self.names = 0

    def path(self, name=None):
        self.names += 1
        return self.dir / (name or f"p{self.names}")

    def args(self, case, *rest):
        return [self.exe, *([] if case is None else ["--case", str(case)]),
                *(os.fspath(r) for r in rest)]

    def start(self, case, *rest, **more):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                   "stderr": subprocess.PIPE, "cwd": self.dir, "env": self.env}
        options.update(more)
        return subprocess.Popen(self.args(case, *rest), **options)

    def end(self, child, since=None, long=LONG):
        since = since or time.monotonic()
        try:
            out, err = child.communicate(timeout=long)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            raise AssertionError(f"hangs: not ended after {long} s") from None
        return Ran(child.returncode, out, err, time.monotonic() - since)

    def run(self, case, *rest, want=None, long=LONG, **more):
        since = time.monotonic()
        ran = self.end(self.start(case, *rest, **more), since, long)
        if want is not None:
            expect(ran.status == want, f"{rest[0]}: wanted status {want}: {ran}")
        return ran

    def dump(self, case):
        return self.run(case, "case", "dump", want=0).out

    def sound(self, case):
        ran = self.run(case, "case", "check", want=0)
        expect(ran.out.startswith(b"Sound"), f"case check: {ran}")

    def same(self, case, whole):
        """The case is sound and has exactly these facts."""
        self.sound(case)
        got = self.dump(case)
        if got != whole:
            missing = len(set(whole.splitlines()) - set(got.splitlines()))
            strange = len(set(got.splitlines()) - set(whole.splitlines()))
            raise AssertionError(f"dump differs: {missing} lines missing, {strange} strange")


def expect(holds, says):
    if not holds:
        raise AssertionError(says)


def rows(case, sql):
    """What lies in the case's tables, by another road than the program's own."""
    db = sqlite3.connect(f"file:{case}?mode=ro", uri=True)
    db.text_factory = bytes
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def sighted(case):
    """Every place with a current sighting: path to SHA-256."""
    return dict(rows(case, "SELECT s.path, e.sha256 FROM sighting s JOIN evidence e "
                           "ON e.id=s.evidence WHERE s.current=1"))


def unread(case):
    """Every place that was not read: path to the word for why."""
    return dict(rows(case, "SELECT path, what FROM unread"))


def tree(root, files, boxes=2, members=100, seed=1, size=200):
    """A tree of small files and boxes, the same for the same numbers."""
    rng = random.Random(seed)
    for i in range(files):
        folder = root / f"d{i % 7}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"f{i:05}").write_bytes(b"%d " % i + rng.randbytes(size))
    for i in range(boxes):
        with zipfile.ZipFile(root / f"box{i}.zip", "w") as z:
            for j in range(members):
                z.writestr(zipfile.ZipInfo(f"in/m{j}"), b"%d %d %d" % (seed, i, j))
    return root


def age(root, seconds=60):
    """Makes mtimes old, and waits until ctimes are: a young file is read again by design."""
    then = time.time() - seconds
    for folder, _, names in os.walk(root):
        for name in names:
            os.utime(os.path.join(folder, name), (then, then), follow_symlinks=False)
    time.sleep(2.2)


def sha256(data):
    return hashlib.sha256(data).digest()


def children(pid):
    """The whole tree of processes below our own child."""
    found, queue = [], [pid]
    while queue:
        try:
            with open(f"/proc/{queue[0]}/task/{queue[0]}/children", encoding="ascii") as f:
                queue.extend(int(p) for p in f.read().split())
        except OSError:
            pass
        found.append(queue.pop(0))
    return found[1:]


def tap(tests):
    """Runs each test, a function of one Fire, and says in TAP how it went."""
    print(f"1..{len(tests)}", flush=True)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(300)
    failed = 0
    for number, test in enumerate(tests, 1):
        fire, name, since = Fire(sys.argv[1]), test.__name__, time.monotonic()
        try:
            for line in test(fire) or ():
                print("#", line)
            print(f"ok {number} - {name}")
        except Skip as why:
            print(f"ok {number} - {name} # SKIP {why}")
        except Exception as why:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {number} - {name}")
            for line in ("".join(traceback.format_exception(why))).splitlines():
                print("#", line)
        finally:
            shutil.rmtree(fire.dir, ignore_errors=True)
        print(f"# {time.monotonic() - since:.1f} s", flush=True)
    sys.exit(failed != 0)
