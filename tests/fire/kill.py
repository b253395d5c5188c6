#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill.py HEADWATER SHIM: fifty kill -9 of a scan, at least ten in each of its three phases.

The shim (phase.c) holds the running program at its nth read from the tree, write to the log or
write to the case; there it is killed. Then the same command runs to the end.
"""
import concurrent.futures
import os
import random
import signal
import sys

from kit import Fire, expect, tap, tree

KILLS, LEAST = 50, 10
NAMES = {"r": "reading", "w": "committing", "m": "checkpointing"}


def held(fire, case, root, stop):
    """Starts a scan that holds at `stop` (None: nowhere). The line it wrote, and the child."""
    ours, theirs = os.pipe()
    env = dict(fire.env, LD_PRELOAD=os.path.abspath(sys.argv[2]), FIRE_CASE=str(case),
               FIRE_TREE=str(root), FIRE_PIPE=str(theirs))
    if stop is not None:
        env["FIRE_STOP"] = stop
    child = fire.start(case, "scan", root, env=env, pass_fds=(theirs,))
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        line = pipe.readline().decode()
    return line, child


def kill_and_go_on(fire, root, dump, stop, number):
    """One kill at `stop`, and the same scan again. Did it die there, and leave a log behind?"""
    case = fire.path(f"k{number}.case")
    line, child = held(fire, case, root, stop)
    if line.strip() == stop[0]:
        child.send_signal(signal.SIGKILL)
    if fire.end(child).status != -signal.SIGKILL:
        return False, False  # a run with fewer writes than the counted one
    left = os.path.exists(f"{case}-wal") and os.path.getsize(f"{case}-wal") > 0
    fire.run(case, "scan", root, want=0)
    fire.same(case, dump)
    expect(not os.path.exists(f"{case}-lock"), "the lock file is gone")
    return True, left


def fifty_kills_change_no_fact(fire):
    root, whole = tree(fire.path("tree"), 530, boxes=1, members=40), fire.path("whole.case")
    line, child = held(fire, whole, root, None)
    expect(fire.end(child).status == 0 and line.startswith("end "), f"counting run: {line!r}")
    most = dict(zip("rwm", map(int, line.split()[1:])))
    expect(min(most.values()) >= LEAST, f"too few places to die at: {most}")
    dump = fire.dump(whole)
    expect(dump.count(b"\nevidence ") >= 530, "the whole dump has all evidence")
    rng, died, logs, tries = random.Random(5), {"r": 0, "w": 0, "m": 0}, 0, 0
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        while sum(died.values()) < KILLS and tries < 2 * KILLS:
            some = ("rwm" * KILLS)[:KILLS - sum(died.values())]
            stops = [f"{k}{rng.randint(1, most[k])}" for k in some]
            ends = pool.map(lambda n, s: kill_and_go_on(fire, root, dump, s, n),
                            range(tries, tries + len(stops)), stops)
            for kind, (dead, left) in zip(some, ends):
                died[kind] += dead
                logs += left
            tries += len(stops)
    yield (f"killed {sum(died.values())} times: "
           + ", ".join(f"{NAMES[k]} {n}" for k, n in died.items())
           + f"; {logs} left a log behind")
    expect(sum(died.values()) == KILLS and min(died.values()) >= LEAST, f"died {died}")


def one_case_killed_again_and_again_ends_the_same(fire):
    root, case, whole = tree(fire.path("tree"), 530, boxes=1, members=40), fire.path("c.case"), fire.path("w.case")
    fire.run(whole, "scan", root, want=0)
    kills = 0
    for n in (1, 2, 3, 40, 90, 200):
        for kind in "rwm":
            line, child = held(fire, case, root, f"{kind}{n}")
            if line.strip() == kind:
                child.send_signal(signal.SIGKILL)
                kills += 1
            fire.end(child)
        fire.sound(case)
    fire.run(case, "scan", root, want=0)
    fire.same(case, fire.dump(whole))
    yield f"killed {kills} times"
    expect(kills >= 6, "killed often enough")


if __name__ == "__main__":
    tap([fifty_kills_change_no_fact, one_case_killed_again_and_again_ends_the_same])
