#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""worker.py HEADWATER: the broker and its workers die by kill -9 while a scan goes on."""
import os
import signal
import time

from kit import children, expect, rows, tap, tree


def degrees(case):
    """SHA-256 of each evidence to (degree, because)."""
    return {e: (d, b) for e, d, b in rows(
        case, "SELECT e.sha256, r.degree, r.because FROM reading r JOIN evidence e "
              "ON e.id=r.evidence")}


def shot(fire, case, root, choose, most):
    """Scans while what `choose` picks of the scan's own children is killed, `most` times."""
    child, killed = fire.start(case, "scan", root), 0
    while child.poll() is None and killed < most:
        for pid in choose(children(child.pid)):
            try:
                os.kill(pid, signal.SIGKILL)
                killed += 1
            except ProcessLookupError:
                pass
        time.sleep(0.005)
    return fire.end(child), killed


def brokers_at_work(found):
    return found[:1] if len(found) > 1 else []


def brokers(found):
    return found[:1]


def workers(found):
    return found[1:2]


def survives(fire, choose, held):
    """Kills `choose` four times a scan until 20 are dead. Each may cost `held` inputs."""
    root, calm = tree(fire.path("tree"), 700), fire.path("calm.case")
    fire.run(calm, "scan", root, want=0)
    whole, before, dead, refused, scans = fire.dump(calm), degrees(calm), 0, 0, 0
    while dead < 20 and scans < 20:
        case = fire.path()
        ran, killed = shot(fire, case, root, choose, 4)
        expect(ran.status == 0, f"the scan goes on after {killed} kills: {ran}")
        fire.sound(case)
        after = degrees(case)
        expect(before.keys() == after.keys(), "every input is recorded")
        hit = [after[k] for k in after if after[k] != before[k]]
        expect(len(hit) <= killed * held, f"{len(hit)} inputs affected by {killed} kills")
        for _, because in hit:
            words = (because or b"").split(b":")[0]
            expect(words in (b"killed", b"broker-lost"), f"refused for its reason: {because}")
        named = ran.out.count(b"killed  ") + ran.out.count(b"broker-lost  ")
        expect(named == len(hit), f"{len(hit)} refused, {named} named: {ran}")
        fire.run(case, "scan", root, want=0)
        fire.same(case, whole)  # what was killed is read the next time
        dead, refused, scans = dead + killed, refused + len(hit), scans + 1
    expect(dead >= 20, f"killed only {dead} in {scans} scans")
    return f"{dead} killed in {scans} scans, {refused} of {scans * len(before)} inputs refused"


def a_killed_broker_costs_at_most_what_it_held(fire):
    yield survives(fire, brokers_at_work, 16)


def killed_workers_cost_their_own_input(fire):
    yield survives(fire, workers, 1)


def brokers_killed_without_end_end_the_scan_with_words(fire):
    root, case = tree(fire.path("tree"), 700), fire.path("c.case")
    ran, killed = shot(fire, case, root, brokers, 10000)
    expect(ran.status == 2 and (b"broker" in ran.err or b"worker" in ran.err), f"words: {ran}")
    yield f"{killed} brokers killed, exit {ran.status}: {ran.err.decode().strip()[-160:]}"
    fire.sound(case)
    calm = fire.path("calm.case")
    fire.run(calm, "scan", root, want=0)
    fire.run(case, "scan", root, want=0)
    fire.same(case, fire.dump(calm))


if __name__ == "__main__":
    tap([a_killed_broker_costs_at_most_what_it_held, killed_workers_cost_their_own_input,
         brokers_killed_without_end_end_the_scan_with_words])
