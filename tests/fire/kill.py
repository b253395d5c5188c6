#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill.py HEADWATER SHIM: fifty kill -9 of a scan, at least ten in each of its three phases.

The shim (phase.c) holds the running program at its nth read from the tree, write to the log or
write to the case; there it is killed. Then the same command runs to the end.
"""
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


def fifty_kills_change_no_fact(fire):
    root = tree(fire.path("tree"), 530, boxes=1, members=40)
    whole = fire.path("whole.case")
    line, child = held(fire, whole, root, None)
    expect(fire.end(child).status == 0 and line.startswith("end "), f"counting run: {line!r}")
    most = dict(zip("rwm", map(int, line.split()[1:])))
    expect(min(most.values()) >= LEAST, f"too few places to die at: {most}")
    dump = fire.dump(whole)
    expect(dump.count(b"\nevidence ") >= 530, "the whole dump has all evidence")
    rng, died = random.Random(5), {"r": 0, "w": 0, "m": 0}
    partial, tries = 0, 0
    while sum(died.values()) < KILLS and tries < 2 * KILLS:
        kind, i, tries = "rwm"[sum(died.values()) % 3], tries, tries + 1
        case = fire.path(f"k{i}.case")
        line, child = held(fire, case, root, f"{kind}{rng.randint(1, most[kind])}")
        if line.strip() == kind:
            child.send_signal(signal.SIGKILL)
        ran = fire.end(child)
        if ran.status != -signal.SIGKILL:
            continue  # a run with fewer writes than the counted one
        died[kind] += 1
        partial += os.path.exists(f"{case}-wal") and os.path.getsize(f"{case}-wal") > 0
        fire.run(case, "scan", root, want=0)
        fire.same(case, dump)
        expect(not os.path.exists(f"{case}-lock"), "the lock file is gone")
        for suffix in ("", "-wal", "-shm"):
            if os.path.exists(f"{case}{suffix}"):
                os.unlink(f"{case}{suffix}")
    yield (f"killed {sum(died.values())} times: "
           + ", ".join(f"{NAMES[k]} {n}" for k, n in died.items())
           + f"; {partial} left a log behind")
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
    expect(kills >= 9, "the first three of each kind there always are")


if __name__ == "__main__":
    tap([fifty_kills_change_no_fact, one_case_killed_again_and_again_ends_the_same])
