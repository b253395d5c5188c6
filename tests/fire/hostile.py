#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""hostile.py HEADWATER: trees that hang, lie or change. All is recorded, nothing is obeyed."""
import json
import os
import pathlib
import random
import socket
import stat
import subprocess
import threading
import time

from kit import Skip, expect, rows, sha256, sighted, tap, tree, unread

SOON = 40


def quiet(ran):
    """No byte from evidence moves the terminal."""
    for said in (ran.out, ran.err):
        raw = [b for b in said if (b < 32 and b != 10) or b == 127]
        expect(not raw, f"raw control bytes {raw[:5]}: {ran}")
        said.decode()  # and no broken UTF-8


def scanned(fire, case, root, want):
    ran = fire.run(case, "scan", root, want=want, long=SOON)
    quiet(ran)
    fire.sound(case)
    return ran


def what_is_no_file_is_named_and_left_alone(fire):
    root, case = fire.path("tree"), fire.path("c.case")
    root.mkdir()
    want = {}
    os.mkfifo(root / "pipe")
    want["pipe"] = b"fifo"
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(root / "socket"))
    want["socket"] = b"socket"
    links = {"absolute": "/etc/hostname", "dangling": "nowhere", "loop1": "loop2",
             "loop2": "loop1", "up": "..", "self": ".", "esc": "\x1b[31m\nred"}
    for name, to in links.items():
        os.symlink(to, root / name)
        want[name] = b"symlink"
    if os.geteuid() == 0:
        try:
            os.mknod(root / "zero", stat.S_IFCHR | 0o600, os.makedev(1, 5))
            os.mknod(root / "disk", stat.S_IFBLK | 0o600, os.makedev(240, 0))
            want["zero"] = want["disk"] = b"device"
        except OSError:
            pass
    (root / "file").write_bytes(b"a true file")
    (root / "empty").write_bytes(b"")
    (root / "empty too").write_bytes(b"")
    scanned(fire, case, root, 0)
    got = {os.path.relpath(k, os.fsencode(root)).decode(): v for k, v in unread(case).items()}
    expect(got == want, f"recorded {got}, wanted {want}")
    seen = {os.path.basename(p): h for p, h in sighted(case).items()}
    expect(seen == {b"file": sha256(b"a true file"), b"empty": sha256(b""),
                    b"empty too": sha256(b"")}, f"read: {seen}")
    named = fire.run(case, "scan", root / "pipe", long=SOON)
    expect(named.status == 3, f"a FIFO named on the command line is not read: {named}")
    ran = fire.run(None, "verify", root, long=SOON)
    quiet(ran)
    expect(ran.status in (0, 3), f"verify: {ran}")
    yield f"{len(want)} things that are no files"


def hostile_names_stay_whole_in_the_case_and_harmless_outside(fire):
    root, case = fire.path("tree"), fire.path("c.case")
    root.mkdir()
    names = [b"new\nline", b"\x1b[2J\x1b]0;owned\x07", b"bad \xff\xfe utf8", b"\xe2\x80\xae rtl",
             b"tab\t", b" ", b"-rf", b"--case", b"\\x00", b"a" * 255, b"\xc2\x9b1m", b"'\"`$(id)",
             b"cr\roverwrite", b"!", b"\x7f"]
    for i, name in enumerate(names):
        with open(os.fsencode(root) + b"/" + name, "wb") as f:
            f.write(b"%d" % i)
        os.symlink(b"to " + name[:200], os.fsencode(root) + b"/L" + name[:200])
    scanned(fire, case, root, 0)
    want = {os.fsencode(root) + b"/" + n: sha256(b"%d" % i) for i, n in enumerate(names)}
    expect(sighted(case) == want, "every name, byte for byte, with its hash")
    expect(len(unread(case)) == len({n[:200] for n in names}), "every link too")
    for words in (["case", "evidence"], ["case", "log"], ["hunt"], ["verify", root]):
        ran = fire.run(case, *words)
        quiet(ran)
        for line in fire.run(case, "--json", *words).out.splitlines():
            json.loads(line)
        expect(ran.status in (0, 1, 3), f"{words}: {ran}")
    one = fire.run(case, "scan", os.fsencode(root) + b"/" + names[1])
    quiet(one)


def the_progress_line_shows_no_raw_name(fire):
    root, case = tree(fire.path("tree"), 900, boxes=0), fire.path("c.case")
    for i, p in enumerate(list(root.rglob("f*"))):
        os.rename(p, os.fsencode(p.parent) + b"/\x1b[2J\x07 \xff\r\n%d" % i)
    main, terminal = os.openpty()
    child = fire.start(case, "scan", root, stderr=terminal)
    os.close(terminal)
    said = b""
    try:
        while chunk := os.read(main, 65536):
            said += chunk
    except OSError:
        pass  # how the end of a terminal is told
    os.close(main)
    expect(fire.end(child).status == 0, "scanned")
    shown = said.count(b"\r\x1b[K")
    rest = said.replace(b"\r\x1b[K", b"")
    raw = [b for b in rest if b < 32 or b == 127]
    expect(not raw, f"raw bytes on the terminal: {rest[-300:]!r}")
    yield f"{shown} progress lines"


def a_path_of_5000_bytes_is_walked_to_its_end(fire):
    root, case = fire.path("tree"), fire.path("c.case")
    root.mkdir()
    here = os.open(root, os.O_DIRECTORY)
    total = len(os.fsencode(root))
    while total < 5000:
        name = "d" * 199
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_DIRECTORY, dir_fd=here)
        os.close(here)
        here, total = below, total + 200
    with os.fdopen(os.open("end", os.O_CREAT | os.O_WRONLY, dir_fd=here), "wb") as f:
        f.write(b"the end")
    os.close(here)
    ran = fire.run(case, "scan", root, long=SOON)
    quiet(ran)
    fire.sound(case)
    found = [p for p, h in sighted(case).items() if h == sha256(b"the end")]
    named = [p for p in unread(case) if len(p) > 4000]
    expect(found and ran.status == 0 or named and ran.status == 3,
           f"the file below is recorded, read or not: {ran}")
    yield f"path of {len((found or named)[0])} bytes {'read' if found else 'named as unread'}"


def a_thousand_folders_deep_is_recorded(fire):
    root, case = fire.path("tree"), fire.path("c.case")
    root.mkdir()
    here = os.open(root, os.O_DIRECTORY)
    for _ in range(1000):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_DIRECTORY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    try:
        ran = fire.run(case, "scan", root, long=SOON)
        expect(ran.status == 3 and b"nested too deep" in ran.out, f"said: {ran}")
        expect(list(unread(case).values()) == [b"unreadable"], "and recorded")
    finally:
        subprocess.run(["rm", "-rf", str(root)], check=False)


def what_may_not_be_read_is_a_gap(fire):
    if os.geteuid() != 0:
        user = None
    else:
        user = 65534
        if subprocess.run([fire.exe, "--version"], check=False, user=user,
                          capture_output=True).returncode != 0:
            raise Skip("nobody may not run the program here")
    os.chmod(fire.dir, 0o755)
    mine, root = fire.path("mine"), tree(fire.path("tree"), 7, boxes=0)
    mine.mkdir()
    (root / "secret").write_bytes(b"secret")
    (root / "closed").mkdir()
    (root / "closed" / "in").write_bytes(b"in")
    if user is not None:
        os.chown(mine, user, user)
    os.chmod(root / "secret", 0o000)
    os.chmod(root / "closed", 0o000)
    case = mine / "c.case"
    ran = fire.run(case, "scan", root, user=user, cwd=mine)
    expect(ran.status == 3 and ran.out.count(b"unreadable  ") == 2, f"named: {ran}")
    got = {os.path.basename(p): w for p, w in unread(case).items()}
    expect(got == {b"secret": b"unreadable", b"closed": b"unreadable"}, f"recorded: {got}")
    expect(len(sighted(case)) == 7, "all others are read")
    judged = fire.run(None, "verify", root, user=user, cwd=mine)
    expect(judged.status in (1, 3), f"never 0 over what was not read: {judged}")
    os.chmod(root / "secret", 0o644)
    os.chmod(root / "closed", 0o755)
    fire.run(case, "scan", root, user=user, cwd=mine, want=0)
    expect(not unread(case), "read later, no gap stays")


def pseudo_file_systems_are_left_alone(fire):
    for place in ("/proc", "/sys", "/proc/self/fd", "/proc/1/mem"):
        case = fire.path()
        ran = fire.run(case, "scan", place, long=SOON)
        quiet(ran)
        expect(ran.status == 3, f"{place}: {ran}")
    root, case = tree(fire.path("tree"), 3, boxes=0), fire.path("c.case")
    (root / "p").mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "proc", "none", str(root / "p")],
                                           check=False, capture_output=True).returncode != 0:
        raise Skip("mounting is not permitted here; named ones were tried")
    try:
        ran = fire.run(case, "scan", root, long=SOON)
        expect(ran.status == 3 and b"pseudo" in ran.out, f"mounted below: {ran}")
        expect(unread(case) == {os.fsencode(root / "p"): b"pseudo"}, "recorded")
        expect(len(sighted(case)) == 3, "and the rest is read")
    finally:
        subprocess.run(["umount", "-l", str(root / "p")], check=True)


def hard_links_go_to_the_worker_once(fire):
    root, case, size = fire.path("tree"), fire.path("c.case"), 1 << 20
    root.mkdir()
    (root / "a").write_bytes(random.Random(3).randbytes(size))
    for i in range(9):
        os.link(root / "a", root / f"b{i}")
    got = json.loads(fire.run(case, "--json", "scan", root, want=0).out.splitlines()[-1])
    expect((got["read"], got["known"]) == (1, 9), f"one reading, ten places: {got}")
    expect(len(sighted(case)) == 10, "all ten are sighted")
    yield f"ten names of 1 MiB: {got['bytes'] / size:.0f} MiB hashed"


def twenty_thousand_files_in_one_folder(fire):
    root, case = fire.path("tree"), fire.path("c.case")
    root.mkdir()
    for i in range(20000):
        (root / f"{i}").write_bytes(b"%d" % (i % 1500))
    ran = scanned(fire, case, root, 0)
    expect(len(sighted(case)) == 20000, "every one is sighted")
    expect(rows(case, "SELECT count(*) FROM evidence") == [(1500,)], "each content is read once")
    yield f"{ran.seconds:.1f} s"


def a_sparse_gibibyte_is_read_in_time(fire):
    root, case = fire.path("tree"), fire.path("c.case")
    root.mkdir()
    with open(root / "sparse", "wb") as f:
        f.truncate(1 << 30)
    ran = scanned(fire, case, root, 0)
    expect(len(sighted(case)) == 1, f"it is sighted: {ran}")
    yield f"{ran.seconds:.1f} s"


def restless(path, stop, rng):
    """One file that grows, shrinks, is replaced, rewritten and deleted, over and over."""
    while not stop.is_set():
        what = rng.randrange(6)
        try:
            if what == 0:
                with open(path, "ab") as f:
                    f.write(rng.randbytes(70000))
            elif what == 1:
                os.truncate(path, rng.randrange(1, 300000))
            elif what == 2:
                fresh = path.with_suffix(".new")
                fresh.write_bytes(rng.randbytes(rng.randrange(400000)))
                os.replace(fresh, path)
            elif what == 3:
                with open(path, "r+b") as f:
                    f.write(rng.randbytes(4096))
            elif what == 4:
                path.unlink()
            else:
                path.write_bytes(b"PK\x03\x04" + rng.randbytes(200000))
        except FileNotFoundError:
            pass
        time.sleep(rng.random() * 0.002)


def files_that_change_while_read_are_never_misread(fire):
    root, case = tree(fire.path("tree"), 60), fire.path("c.case")
    stop, rng = threading.Event(), random.Random(11)
    writers = [threading.Thread(target=restless, daemon=True,
                                args=(root / f"x{i}", stop, random.Random(i))) for i in range(4)]
    for w in writers:
        w.start()
    told, scans, until = {}, 0, time.monotonic() + 6
    try:
        while time.monotonic() < until or scans < 3:
            ran = fire.run(case, "scan", root, long=SOON)
            expect(ran.status in (0, 3), f"never a failure of ours: {ran}")
            quiet(ran)
            for word in (line.split(b"  ")[0] for line in ran.out.splitlines()[:-1]):
                told[word.decode()] = told.get(word.decode(), 0) + 1
                expect(word in (b"changed", b"vanished", b"unreadable", b"shrank"), f"{word}")
            scans += 1
            time.sleep(rng.random() * 0.05)
    finally:
        stop.set()
        for w in writers:
            w.join()
    time.sleep(2.1)
    scanned(fire, case, root, 0)
    now = {os.fsencode(p): sha256(p.read_bytes()) for p in root.rglob("*") if p.is_file()}
    seen = sighted(case)
    wrong = [p for p, h in now.items() if seen.get(p) != h]
    expect(not wrong, f"sighted with a hash it does not have: {wrong}")
    for sha1, md5, sha, size in rows(case, "SELECT sha1, md5, sha256, size FROM evidence"):
        expect((len(sha1), len(md5), len(sha)) == (20, 16, 32) and size >= 0, "whole hashes")
    yield f"{scans} scans; told: {told or 'nothing'}"


def a_tree_that_goes_while_it_is_walked(fire):
    root, case = fire.path("tree"), fire.path("c.case")
    for i in range(6):
        tree(root / f"t{i}", 200, boxes=0, seed=i)
    child = fire.start(case, "scan", root)
    time.sleep(0.15)
    for i in (5, 3, 1, 0):
        subprocess.run(["rm", "-rf", str(pathlib.Path(root) / f"t{i}")], check=True)
    ran = fire.end(child, long=SOON)
    expect(ran.status in (0, 3), f"not a failure of ours: {ran}")
    quiet(ran)
    fire.sound(case)
    yield f"exit {ran.status}, {len(unread(case))} named as gone"


if __name__ == "__main__":
    tap([what_is_no_file_is_named_and_left_alone,
         hostile_names_stay_whole_in_the_case_and_harmless_outside,
         the_progress_line_shows_no_raw_name, a_path_of_5000_bytes_is_walked_to_its_end,
         a_thousand_folders_deep_is_recorded,
         what_may_not_be_read_is_a_gap, pseudo_file_systems_are_left_alone,
         hard_links_go_to_the_worker_once, twenty_thousand_files_in_one_folder,
         a_sparse_gibibyte_is_read_in_time, files_that_change_while_read_are_never_misread,
         a_tree_that_goes_while_it_is_walked])
