#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""full.py HEADWATER: a disk that is full, and a limit on the size of files."""
import os
import resource
import signal
import subprocess

from kit import Skip, expect, tap, tree


def starved(ran, case):
    """It said so in words, failed with 2, and nothing died on a signal."""
    expect(ran.status == 2, f"exit 2 wanted: {ran}")
    words = ran.err.decode()
    expect(words.startswith("headwater: ") and words.count("\n") == 1, f"one line: {ran}")
    expect(any(w in words for w in ("space", "full", "large", "limit")), f"what is short: {ran}")
    expect(any(w in words for w in (case.name, "case", "keyring")), f"where: {ran}")


def recovers(fire, case, root, whole):
    if case.exists() and case.stat().st_size > 0:
        fire.sound(case)
    fire.run(case, "scan", root, want=0)
    fire.same(case, whole)


def a_full_disk_is_said_and_survived(fire):
    if os.geteuid() != 0:
        raise Skip("mounting a small disk needs root")
    root, disk, calm = tree(fire.path("tree"), 560), fire.path("disk"), fire.path("whole.case")
    fire.run(calm, "scan", root, want=0)
    whole = fire.dump(calm)
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4k", "none", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        raise Skip("mounting is not permitted here")
    hit = 0
    try:
        for kib in (4, 40, 400, 900, 1500, 2000):
            subprocess.run(["mount", "-o", f"remount,size={kib}k", str(disk)], check=True)
            case = disk / f"c{kib}.case"
            ran = fire.run(case, "scan", root)
            if ran.status != 0:
                hit += 1
                starved(ran, case)
            subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
            recovers(fire, case, root, whole)
            for left in disk.iterdir():
                expect(left == case, f"left behind: {left}")
                left.unlink()
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
    yield f"full {hit} times of 6"
    expect(hit >= 3, "the disk was small enough")


def a_limit_on_file_size_is_said_and_survived(fire):
    root, calm = tree(fire.path("tree"), 560), fire.path("whole.case")
    fire.run(calm, "scan", root, want=0)
    whole, hit = fire.dump(calm), 0
    for kib in (0, 1, 60, 400, 700):
        for ignored in (True, False):
            case = fire.path()

            def limit(kib=kib, ignored=ignored):
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN if ignored else signal.SIG_DFL)
                resource.setrlimit(resource.RLIMIT_FSIZE, (kib * 1024, kib * 1024))

            ran = fire.run(case, "scan", root, preexec_fn=limit)
            if ran.status != 0:
                hit += 1
                starved(ran, case)
            recovers(fire, case, root, whole)
    yield f"limited {hit} times of 10"
    expect(hit >= 8, "the limit was low enough")


def an_answer_that_cannot_be_written_is_a_failure(fire):
    root = tree(fire.path("tree"), 5)
    with open("/dev/full", "wb") as full:
        ran = fire.run(fire.path("c.case"), "scan", root, stdout=full)
    expect(ran.status == 2 and b"headwater: " in ran.err, f"no room for the answer: {ran}")
    with open("/dev/full", "wb") as full:
        ran = fire.run(None, "verify", root, stdout=full)
    expect(ran.status == 2 and b"headwater: " in ran.err, f"no room for the verdict: {ran}")


if __name__ == "__main__":
    tap([a_full_disk_is_said_and_survived, a_limit_on_file_size_is_said_and_survived,
         an_answer_that_cannot_be_written_is_a_failure])
