#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""again.py HEADWATER SAMPLES: the same tree a second time, changed trees, and other orders."""
import json
import os
import re
import shutil
import subprocess
import sys
import time

from kit import Skip, age, expect, sha256, sighted, tap, tree


def counts(fire, case, *paths):
    """One scan's own summary."""
    ran = fire.run(case, "--json", "scan", *paths, want=0)
    lines = [json.loads(line) for line in ran.out.splitlines()]
    return [line for line in lines if line["type"] == "intake"][-1]


def opened(fire, case, root):
    """The files of the tree that a scan opens, as strace sees it; O_PATH opens nothing."""
    if shutil.which("strace") is None:
        raise Skip("no strace")
    trace = fire.path("trace")
    command = ["strace", "-f", "-y", "-o", str(trace), "-e", "trace=read,pread64,open,openat"]
    if subprocess.run([*command, "true"], check=False, capture_output=True).returncode != 0:
        raise Skip("strace is not permitted here")
    # LeakSanitizer does not work under ptrace; the tests around this one look for leaks.
    env = {**fire.env, "ASAN_OPTIONS": "detect_leaks=0"}
    child = subprocess.run([*command, *fire.args(case, "scan", root)], check=False,
                           capture_output=True, env=env, timeout=60)
    expect(child.returncode == 0, f"scan under strace: {child.stderr[-300:]}")
    lines = trace.read_text(errors="replace").splitlines()
    return [line for line in lines if f"<{root}/" in line.rsplit("=", 1)[-1]
            or "pread64(" in line and f"<{root}/" in line]


def second_time_all_is_unchanged_and_nothing_opened(fire):
    root, case = tree(fire.path("tree"), 40, boxes=1), fire.path("c.case")
    age(root)
    files = 41
    expect(counts(fire, case, root)["read"] == files, "the first time all is read")
    dump = fire.dump(case)
    again = counts(fire, case, root)
    expect(again["unchanged"] == files and again["bytes"] == 0, f"all unchanged: {again}")
    fire.same(case, dump)
    touched = [x for x in opened(fire, case, root) if "O_DIRECTORY" not in x]
    expect(not touched, f"nothing is opened: {touched[:3]}")
    fresh = opened(fire, fire.path("fresh.case"), root)
    expect(sum("pread64(" in x for x in fresh) >= files, "strace does see reading")
    yield f"{files} files unchanged, none opened; {len(fresh)} calls seen when they were new"


def each_kind_of_change_is_seen_for_what_it_is(fire):
    root, case = tree(fire.path("tree"), 12, boxes=1), fire.path("c.case")
    age(root)
    counts(fire, case, root)
    dump, names = fire.dump(case), sorted(p for p in root.rglob("f*"))
    touch, same_name, sly, young = names[0], names[1], names[2], names[3]

    os.utime(touch, (1e9, 1e9))
    got = counts(fire, case, root)
    expect((got["known"], got["unchanged"], got["read"]) == (1, 12, 0), f"touched: {got}")
    fire.same(case, dump)

    other = root / "other name"
    shutil.copyfile(same_name, other)
    got = counts(fire, case, root)
    expect(got["read"] == 0 and got["known"] >= 1, f"same bytes, other name: {got}")
    fire.same(case, dump)
    seen = sighted(case)
    expect(seen[os.fsencode(other)] == seen[os.fsencode(same_name)] != b"", "a sighting more")

    before = os.stat(sly)
    data = bytearray(sly.read_bytes())
    data[0] ^= 1
    sly.write_bytes(data)
    os.utime(sly, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = os.stat(sly)
    expect((after.st_mtime_ns, after.st_size) == (before.st_mtime_ns, before.st_size), "sly")
    got = counts(fire, case, root)
    expect(got["read"] == 1, f"content changed behind mtime's back: {got}")
    expect(sighted(case)[os.fsencode(sly)] == sha256(data), "and the new bytes are sighted")

    time.sleep(2.2)
    counts(fire, case, root)
    expect(counts(fire, case, root)["unchanged"] == 14, "at rest again")
    young.write_bytes(b"new" * 20)
    expect(counts(fire, case, root)["read"] == 1, "a new content")
    got = counts(fire, case, root)
    expect((got["known"], got["unchanged"]) == (1, 13), f"as young as the last scan: {got}")
    time.sleep(2.2)
    counts(fire, case, root)
    got = counts(fire, case, root)
    expect(got["unchanged"] == 14, f"old enough now: {got}")
    fire.sound(case)


def order_of_files_changes_no_fact(fire):
    forth, back = tree(fire.path("forth"), 60), fire.path("back")
    subprocess.run([sys.argv[2], str(forth)], check=True, capture_output=True)
    files = sorted(p for p in forth.rglob("*") if p.is_file())
    back.mkdir()
    for i, path in enumerate(reversed(files)):
        shutil.copyfile(path, back / f"{i:04}{path.suffix}")
    one, two, three = fire.path("1.case"), fire.path("2.case"), fire.path("3.case")
    fire.run(one, "scan", forth, want=0)
    fire.run(two, "scan", back, want=0)
    for path in reversed(files):
        fire.run(three, "scan", path) if path.stat().st_size > 1000 else None
    fire.run(three, "scan", back, want=0)
    whole = fire.dump(one)
    expect(whole.count(b"\nevidence ") > 60, "a dump of everything")
    fire.same(two, whole)
    fire.same(three, whole)


def learn_before_or_after_scan_is_one_answer(fire):
    files = fire.path("samples")
    files.mkdir()
    subprocess.run([sys.argv[2], str(files)], check=True, capture_output=True)
    learned = [files / n for n in ("list.csv", "root.pem", "revoked.crl")]
    scanned = [p for p in sorted(files.iterdir()) if p not in learned]
    first, last = fire.path("first.case"), fire.path("last.case")
    fire.run(first, "learn", *learned, want=0)
    fire.run(first, "scan", *scanned, want=0)
    fire.run(last, "scan", *reversed(scanned), want=0)
    fire.run(last, "learn", *reversed(learned), want=0)
    fire.same(last, fire.dump(first))
    asked = [fire.run(c, "--json", "hunt", "--as-of", "2030-01-01") for c in (first, last)]
    # When each was first and last seen is when it was read, and that did differ.
    told = [re.sub(rb'"(first|last)":"[^"]*"', b"", ran.out) for ran in asked]
    expect(asked[0].status == asked[1].status and told[0] == told[1],
           f"hunt differs: {asked[0]} and {asked[1]}")
    expect(b'"finding"' in asked[0].out, f"there is something to find: {asked[0]}")
    yield f"{asked[0].out.count(b'finding')} findings, exit {asked[0].status}"


if __name__ == "__main__":
    tap([second_time_all_is_unchanged_and_nothing_opened,
         each_kind_of_change_is_seen_for_what_it_is, order_of_files_changes_no_fact,
         learn_before_or_after_scan_is_one_answer])
