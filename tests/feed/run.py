#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run.py HEADWATER: feeds over HTTPS on loopback, good ones and bad ones, in TAP."""
import hashlib
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

import server
from server import COLLECTION, UUIDS

HEADWATER = pathlib.Path(sys.argv[1]).resolve()


class Desk:
    """A folder, a server, and a case."""

    def __init__(self, folder, pki):
        self.folder, self.pki = pathlib.Path(folder), pki
        self.server = server.Server(pki)
        self.case = self.folder / "c.case"

    def learn(self, *words, want=0, case=None):
        return self.run("learn", "--ca", self.pki / "ca.pem", *words, want=want, case=case)

    def run(self, *words, want=0, case=None):
        run = subprocess.run(
            [HEADWATER, "--case", case or self.case, *words],
            capture_output=True, text=True, timeout=60, check=False,
            env={"PATH": "/usr/bin:/bin", "https_proxy": "http://127.0.0.1:1"})
        run.said = run.stdout + run.stderr
        assert want is None or run.returncode == want, f"exit {run.returncode}, not {want}: {run.said}"
        return run

    def feed(self, path, *words, want=0):
        return self.learn("--feed", self.server.url(path), *words, want=want)

    def evidence(self):
        run = subprocess.run([HEADWATER, "--case", self.case, "case", "evidence"],
                             capture_output=True, text=True, timeout=60, check=True)
        return run.stdout


def has(run, *words):
    for word in words:
        assert word in run.said, f'"{word}" is not said: {run.said}'


def a_list_is_learned_with_its_url_and_costs_nothing_twice(desk):
    has(desk.feed("/list.csv"), "1 file: 1 read.")
    assert desk.server.url("/list.csv") in desk.evidence(), "its place is its URL"
    has(desk.feed("/list.csv"), "nothing new")
    assert desk.server.asked() == ["/list.csv"] * 2, "one request each"
    desk.server.state.version = 2
    has(desk.feed("/list.csv"), "1 file: 1 read.")


def the_environment_has_no_say_in_proxies(desk):
    has(desk.feed("/list.csv"), "1 read")  # with https_proxy set to a closed port


def a_redirect_on_the_same_host_is_followed(desk):
    has(desk.feed("/here"), "1 read")


def a_redirect_to_another_host_is_refused(desk):
    has(desk.feed("/away", want=3), "another host", "127.0.0.1")
    assert desk.server.asked() == ["/away"], "and not asked"


def a_redirect_out_of_tls_is_refused(desk):
    has(desk.feed("/plain", want=3), "only https")


def redirects_in_a_ring_end(desk):
    has(desk.feed("/loop", want=3), "more than 3 times")
    assert desk.server.asked() == ["/loop"] * 4


def plain_http_and_passwords_in_urls_are_refused(desk):
    has(desk.learn("--feed", "http://localhost/list.csv", want=2), "only https")
    has(desk.learn("--feed", "https://me:secret@localhost/list.csv", want=2), "name or password")
    desk.learn("--feed", "file:///etc/passwd", want=2)


def too_much_is_cut_off_and_said(desk):
    has(desk.feed("/big", "--max-size", "1", want=3), "more than 1048576 bytes")
    assert "big" not in desk.evidence(), "nothing of it is kept"


def a_slow_server_is_given_up(desk):
    has(desk.feed("/slow", "--max-time", "2", want=3), "too slow")


def a_page_that_is_not_there_is_named(desk):
    has(desk.feed("/gone", want=3), "404", "/gone")


def a_certificate_nobody_vouches_for_is_refused(desk):
    other = server.Server(desk.pki, "other")
    try:
        has(desk.learn("--feed", other.url("/list.csv"), want=3), "certificate")
        assert not other.asked(), "nothing was asked"
    finally:
        other.end()


def a_host_that_does_not_answer_is_named(desk):
    port = desk.server.http.server_port
    desk.server.end()
    has(desk.learn("--feed", f"https://localhost:{port}/list.csv", want=3), "unreachable", str(port))


def credentials_come_from_a_file_of_ones_own(desk):
    auth = desk.folder / "auth"
    auth.write_text("basic user:sesame\n")
    auth.chmod(0o644)
    has(desk.feed("/secret", "--feed-auth", auth, want=2), "others can read it")
    auth.chmod(0o600)
    has(desk.feed("/secret", "--feed-auth", auth), "1 read")
    has(desk.feed("/secret", want=3), "401")
    auth.write_text("header Authorization: Basic dXNlcjpzZXNhbWU=\n")
    has(desk.feed("/secret", "--feed-auth", auth), "1 known already")
    auth.write_text("header Authorization: x\r\nEvil: 1\n")
    has(desk.feed("/secret", "--feed-auth", auth, want=2), "one line")


def of_a_misp_feed_only_what_is_new_is_fetched(desk):
    desk.server.state.lost = {UUIDS[1]}
    has(desk.feed("/misp/manifest.json", want=3), "2 files: 2 read", "404", UUIDS[1])
    desk.server.asked()
    desk.server.state.lost = set()
    has(desk.feed("/misp/manifest.json"), "1 file: 1 read")
    assert desk.server.asked() == ["/misp/manifest.json", f"/misp/{UUIDS[1]}.json"]
    has(desk.feed("/misp/manifest.json"), "nothing new")
    desk.server.asked()
    desk.server.state.events[UUIDS[0]] += 1000
    has(desk.feed("/misp/manifest.json"), "1 file: 1 read")
    assert desk.server.asked() == ["/misp/manifest.json", f"/misp/{UUIDS[0]}.json"]


def taxii_is_read_page_by_page_and_goes_on_where_it_was(desk):
    objects = f"/api1/collections/{COLLECTION}/objects/"
    run = desk.feed("/taxii2/", "--match-types", "indicator,malware", want=3)
    has(run, "elsewhere.example", "another host", "3 files: 3 read")
    asked = [(path, query) for path, query, _ in desk.server.state.asked]
    assert [path for path, _ in asked] == ["/taxii2/", "/api1/collections/"] + [objects] * 3, asked
    assert [q.get("next") for _, q in asked[2:]] == [None, ["2"], ["4"]], asked
    assert all(q["match[type]"] == ["indicator,malware"] for _, q in asked[2:]), asked
    desk.server.asked()
    # From the root itself: what was read is read no more, and what is added is.
    desk.feed("/api1/", "--match-types", "indicator,malware")
    assert desk.server.state.asked[-1][1]["added_after"] == ["2023-04-05T00:00:00.000Z"]
    desk.server.state.objects = 6
    has(desk.feed("/api1/", "--match-types", "indicator,malware"), "1 file")


def a_taxii_collection_can_be_chosen(desk):
    closed = COLLECTION[:-1] + "7"
    has(desk.feed("/api1/", "--collection", closed, want=3), "no collection of that id")
    assert len([p for p in desk.server.asked() if "objects" in p]) == 0
    desk.feed("/api1/", "--collection", COLLECTION, "--since", "2023-04-04T00:00:00Z", want=None)
    assert desk.server.state.asked[-1][1]["added_after"] == ["2023-04-04T00:00:00Z"]


def a_watch_tells_what_is_new_once_and_posts_it(desk):
    bad = desk.folder / "bad.bin"
    bad.write_bytes(b"bytes that a list will name")
    hook, feed = desk.server.url("/hook"), desk.server.url("/list.csv")
    words = ["watch", "--once", "--ca", desk.pki / "ca.pem", "--webhook", hook, "--feed", feed, bad]
    has(desk.run(*words), "Nothing new")
    assert not desk.server.state.posts, "nothing to post"
    desk.server.state.version = int(hashlib.sha256(bad.read_bytes()).hexdigest(), 16)
    has(desk.run(*words, want=1), "known-bad", "bad.bin")
    (kind, body), = desk.server.state.posts
    said = json.loads(body)
    assert kind == "application/json" and said["type"] == "watch", said
    assert [f["rule"] for f in said["findings"]] == ["known-bad"], said
    has(desk.run(*words), "Nothing new")
    assert len(desk.server.state.posts) == 1, "told once"


def a_watch_that_cannot_deliver_tells_it_again(desk):
    bad = desk.folder / "bad.bin"
    bad.write_bytes(b"other bytes")
    desk.server.state.version = int(hashlib.sha256(bad.read_bytes()).hexdigest(), 16)
    words = ["watch", "--once", "--ca", desk.pki / "ca.pem", "--feed", desk.server.url("/list.csv")]
    has(desk.run(*words, "--webhook", "http://localhost/", bad, want=2), "only https")
    has(desk.run(*words, bad, want=1), "known-bad")


def a_watch_goes_on_until_it_is_ended(desk):
    bad, out = desk.folder / "bad.bin", desk.folder / "out"
    bad.write_bytes(b"bytes named later")
    with open(out, "wb") as to:
        child = subprocess.Popen(
            [HEADWATER, "--case", desk.case, "watch", "--interval", "1", "--ca", desk.pki / "ca.pem",
             "--feed", desk.server.url("/list.csv"), bad], stdout=to, stderr=subprocess.STDOUT)
        try:
            wait_until(lambda: len(desk.server.state.asked) >= 2)
            desk.server.state.version = int(hashlib.sha256(bad.read_bytes()).hexdigest(), 16)
            wait_until(lambda: b"known-bad" in out.read_bytes())
            seen = len(desk.server.state.asked)
            wait_until(lambda: len(desk.server.state.asked) >= seen + 2)
        finally:
            child.send_signal(signal.SIGTERM)
            status = child.wait(timeout=30)
    assert status == 0, f"exit {status}: {out.read_text()}"
    assert out.read_text().count("critical known-bad") == 1, out.read_text()


def what_a_feed_taught_travels_in_a_pack(desk):
    desk.feed("/list.csv")
    pack, key = desk.folder / "k.pack", desk.folder / "key"
    has(desk.learn("--pack", pack, "--key", key), "1 document", "a new key")
    has(desk.learn(pack, case=desk.folder / "far.case"), "1 read", "nobody here vouched")
    run = subprocess.run([HEADWATER, "--case", desk.folder / "far.case", "case", "evidence"],
                         capture_output=True, text=True, timeout=60, check=True)
    assert f"k.pack#{desk.server.url('/list.csv')}" in run.stdout, run.stdout
    key.chmod(0o644)
    has(desk.learn("--pack", desk.folder / "l.pack", "--key", key, want=2), "others can read it")


def wait_until(what, seconds=30):
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.05)


def the_program_itself_says_who_starts_it(_desk):
    run = subprocess.run([HEADWATER.parent / "headwater-fetch"], capture_output=True, text=True,
                         timeout=10, check=False)
    assert run.returncode == 2 and "started by headwater" in run.stderr


TESTS = [value for name, value in list(globals().items())
         if callable(value) and getattr(value, "__module__", "") == "__main__"
         and name not in ("has", "wait_until", "Desk", "main")]


def main():
    if shutil.which("openssl") is None:
        print("1..0 # SKIP openssl makes the certificates, and it is not there")
        return 0
    print(f"1..{len(TESTS)}")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="headwater-feed.") as top:
        pki = server.certificates(top)
        for number, test in enumerate(TESTS, 1):
            with tempfile.TemporaryDirectory(dir=top) as folder:
                desk = Desk(folder, pki)
                try:
                    test(desk)
                    print(f"ok {number} - {test.__name__}")
                except (AssertionError, OSError, subprocess.SubprocessError):
                    failed += 1
                    print(f"not ok {number} - {test.__name__}")
                    for line in traceback.format_exc().splitlines():
                        print(f"# {line}")
                desk.server.end()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
