#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""stop.py HEADWATER: Ctrl-C and SIGTERM, once and twice, and two commands in one case."""
import os
import signal
import time

from kit import expect, tap, tree


def big_tree(fire):
    return tree(fire.path("tree"), 1500, boxes=3, members=200)


def wait_until_written(case, least=1, long=20):
    """Until a scan is at work: its log has begun to grow."""
    until = time.monotonic() + long
    while time.monotonic() < until:
        try:
            if os.path.getsize(f"{case}-wal") >= least:
                return
        except OSError:
            pass
        time.sleep(0.002)
    raise AssertionError("the scan never wrote")


def stopped(ran):
    expect(ran.status == 3, f"stopped is 3: {ran}")
    expect(b"Stopped before the end" in ran.out, f"it says so: {ran}")


def one_signal_ends_it_soon_and_whole(fire):
    root, calm = big_tree(fire), fire.path("whole.case")
    took = fire.run(calm, "scan", root, want=0).seconds
    whole, late = fire.dump(calm), []
    for i, number in enumerate([signal.SIGINT, signal.SIGTERM] * 2):
        case = fire.path()
        child = fire.start(case, "scan", root)
        wait_until_written(case)
        time.sleep(i * took / 12)
        since = time.monotonic()
        child.send_signal(number)
        ran = fire.end(child)
        late.append(time.monotonic() - since)
        if ran.status == 0:
            continue  # it was done already
        stopped(ran)
        fire.sound(case)
        part = fire.dump(case)
        expect(set(part.splitlines()) <= set(whole.splitlines()), "nothing but true facts")
        fire.run(case, "scan", root, want=0)
        fire.same(case, whole)
    yield f"whole scan {took:.2f} s; ended after at most {max(late):.2f} s"
    expect(max(late) < 10, "ends soon")


def one_signal_stops_json_too(fire):
    root, case = big_tree(fire), fire.path("c.case")
    child = fire.start(case, "--json", "scan", root)
    wait_until_written(case)
    child.send_signal(signal.SIGINT)
    ran = fire.end(child)
    expect(ran.status == 3 and b'"stopped":true' in ran.out, f"JSON says it stopped: {ran}")


def verify_stopped_gives_no_verdict(fire):
    root = big_tree(fire)
    child = fire.start(None, "verify", root)
    time.sleep(0.25)
    child.send_signal(signal.SIGINT)
    ran = fire.end(child)
    expect(ran.status == 2 and b"no verdict" in ran.err, f"no verdict: {ran}")


def stopping_in_a_big_file_does_not_wait_for_its_end(fire):
    root, case = fire.path("tree"), fire.path("c.case")
    root.mkdir()
    with open(root / "huge", "wb") as f:
        f.truncate(8 << 30)
    child = fire.start(case, "scan", root)
    time.sleep(0.5)
    since = time.monotonic()
    child.send_signal(signal.SIGINT)
    ran = fire.end(child)
    took = time.monotonic() - since
    stopped(ran)
    fire.sound(case)
    yield f"ended after {took:.2f} s"
    expect(took < 5, f"ends soon, not after {took:.1f} s")


def a_second_signal_leaves_at_once(fire):
    root, case = fire.path("tree"), fire.path("c.case")
    root.mkdir()
    with open(root / "huge", "wb") as f:
        f.truncate(2 << 30)
    calm = fire.path("whole.case")
    tree(root, 30)
    child = fire.start(case, "scan", root)
    time.sleep(0.4)
    child.send_signal(signal.SIGINT)
    child.send_signal(signal.SIGTERM)
    since = time.monotonic()
    ran = fire.end(child)
    expect(ran.status in (2, 3) and time.monotonic() - since < 3, f"left at once: {ran}")
    (root / "huge").unlink()
    fire.run(case, "scan", root, want=0)
    fire.run(calm, "scan", root, want=0)
    fire.same(case, fire.dump(calm))


def a_second_writer_says_it_waits_and_goes_on(fire):
    root, case = big_tree(fire), fire.path("c.case")
    other = tree(fire.path("other"), 40, seed=9)
    first = fire.start(case, "scan", root)
    wait_until_written(case)
    second = fire.run(case, "scan", other, want=0)
    ran = fire.end(first)
    expect(ran.status == 0, f"the first is not disturbed: {ran}")
    expect(second.err.count(b"waiting for it to finish") == 1, f"said once: {second}")
    calm = fire.path("calm.case")
    fire.run(calm, "scan", other, root, want=0)
    fire.same(case, fire.dump(calm))


def a_waiting_writer_can_be_stopped(fire):
    root, case = big_tree(fire), fire.path("c.case")
    first = fire.start(case, "scan", root)
    wait_until_written(case)
    os.kill(first.pid, signal.SIGSTOP)
    try:
        second = fire.start(case, "scan", root)
        time.sleep(0.4)
        second.send_signal(signal.SIGINT)
        ran = fire.end(second, long=10)
        expect(ran.status == 2 and b"gave up waiting" in ran.err, f"gave up: {ran}")
    finally:
        os.kill(first.pid, signal.SIGCONT)
    expect(fire.end(first).status == 0, "the first goes on")
    fire.sound(case)


def readers_work_during_a_scan(fire):
    root, case = big_tree(fire), fire.path("c.case")
    one = tree(fire.path("one"), 1, boxes=0)
    fire.run(case, "scan", one, want=0)
    hash_hex = fire.dump(case).split(b" ")[1].decode()
    with open(root / "huge", "wb") as f:
        f.truncate(3 << 30)  # the worker is long at this, with others' records not committed yet
    first = fire.start(case, "scan", root)
    wait_until_written(case)
    running, slowest = 0, 0
    while first.poll() is None and running < 12:
        word = ("show", "hunt", "verify")[running % 3]
        ran = fire.run(case, word, *([] if word == "hunt" else [hash_hex]), long=20)
        expect(ran.status in (0, 3) and not ran.err, f"{word} while it runs: {ran}")
        expect(word == "hunt" or b"f00000" in ran.out, f"{word} answers: {ran}")
        running, slowest = running + 1, max(slowest, ran.seconds)
    first.send_signal(signal.SIGINT)
    expect(fire.end(first).status in (0, 3), "the scan is not disturbed")
    fire.sound(case)
    yield f"{running} questions while it ran, the slowest {slowest:.1f} s"
    expect(running >= 3, "asked while it ran")


if __name__ == "__main__":
    tap([one_signal_ends_it_soon_and_whole, one_signal_stops_json_too,
         verify_stopped_gives_no_verdict, stopping_in_a_big_file_does_not_wait_for_its_end,
         a_second_signal_leaves_at_once, a_second_writer_says_it_waits_and_goes_on,
         a_waiting_writer_can_be_stopped, readers_work_during_a_scan])
