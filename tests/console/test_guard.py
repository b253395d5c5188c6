#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_guard.py HEADWATER SAMPLES: another tab, another user of the machine and a rebinding name get
nothing; and whoever dawdles, floods or lies about lengths is shown out. Speaks TAP.
"""
import os
import pathlib
import signal
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from kit import HEADERS, Server, Tap, Walk, clean_env  # noqa: E402

PATHS = ["/api/case", "/api/lines?of=hunt", "/api/things?q=x", "/api/thing/e-0123456789abcdef",
         "/api/walk?node=e-0123456789abcdef", "/api/step/s-0123456789abcdef", "/api/judge",
         "/api/artifacts", "/api/artifact/e-0123456789abcdef", "/api/timeline", "/api/events",
         "/api/picture?target=x", "/api/", "/api/nothing", "/api/../case", "/api/%63ase", "/api//case",
         "/api/case/", "/api/case%00", "/api/lines?of=nothing&x=y", "/api/thing/../../etc/passwd"]
UNREADY = ["/", "/assets/x.js", "/etc/passwd", "/../../etc/passwd", "/assets/../index.html",
           "/%2e%2e/etc/passwd", "//", "/index.html", "/assets/", "/assets/%69ndex"]


def without_token(s, tap):
    bodies, odd = set(), []
    for path in PATHS:
        for method in ("GET", "POST", "HEAD"):
            got = s.ask(path, method, token=False, body=b"{}" if method == "POST" else None)
            if got[0] != 401:
                odd.append((method, path, got[0]))
            if method != "HEAD":
                bodies.add(got[2])
    tap.say(not odd, "every path below /api/ is 401 without the token", odd)
    tap.say(len(bodies) == 1, "with one body, whether it is there or not", bodies)
    wrong = ["x", s.token[:-1], s.token + "0", s.token[:-1] + ("0" if s.token[-1] != "0" else "1"),
             s.token.upper() if s.token.upper() != s.token else "X", "0" * 64, " " + s.token]
    got = [s.ask("/api/case", token=t)[0] for t in wrong]
    tap.say(got == [401] * len(wrong), "a wrong token is none", got)
    got = [s.ask(f"/api/case?token={s.token}", token=False)[0],
           s.ask(f"/api/case?access_token={s.token}", token=False)[0],
           s.ask("/api/case", token=False, headers={"Cookie": f"token={s.token}"})[0],
           s.ask("/api/case", token=False, headers={"Authorization": f"Basic {s.token}"})[0],
           s.ask("/api/case", token=False, headers={"Authorization": s.token})[0],
           s.ask("/api/case", headers={"Authorization": "Bearer x"})[0]]
    tap.say(got == [401] * 6, "a token in the query, in a cookie or given twice is none", got)
    names = {n for p in ("/", "/api/case", "/api/nothing") for n in s.ask(p)[1]}
    tap.say(not any(n.lower() in ("set-cookie", "access-control-allow-origin") for n in names),
            "no cookie is set, and no other origin is allowed", names)


def other_places(s, tap):
    port = s.port
    hosts = ["evil.example", f"evil.example:{port}", f"127.0.0.1.evil:{port}", "127.0.0.1",
             f"127.0.0.1:{port + 1}", f"127.0.0.1:{port}.evil", "", f"127.0.0.2:{port}",
             f"localhost.evil:{port}", f"LOCALHOST:{port}x", f"0.0.0.0:{port}", f"[::]:{port}",
             f"user@127.0.0.1:{port}"]
    got = [(h, p, s.ask(p, host=h)[0]) for h in hosts for p in ("/api/case", "/")]
    tap.say(all(g[2] in (400, 421) for g in got), "another Host is refused, page and data",
            [g for g in got if g[2] not in (400, 421)])
    twice = (f"GET /api/case HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nHost: evil.example\r\n"
             f"Authorization: Bearer {s.token}\r\nConnection: close\r\n\r\n").encode()
    tap.say(b" 200 " not in s.raw(twice).split(b"\r\n")[0] + b" ", "two Hosts are refused")
    old = f"GET /api/case HTTP/1.0\r\nAuthorization: Bearer {s.token}\r\n\r\n".encode()
    tap.say(b" 200 " not in s.raw(old).split(b"\r\n")[0] + b" ", "no Host, as HTTP/1.0 may, is refused")
    ours = [f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"]
    got = [s.ask("/api/case", host=h)[0] for h in ours]
    tap.say(got == [200] * 3, "our own three names are taken", got)
    origins = ["http://evil.example", "null", f"https://127.0.0.1:{port}", "http://127.0.0.1",
               f"http://127.0.0.1:{port + 1}", f"http://127.0.0.1:{port}.evil", "file://"]
    got = [s.ask("/api/case", headers={"Origin": o})[0] for o in origins]
    tap.say(got == [403] * len(origins), "a foreign Origin is refused", got)
    got = s.ask("/api/case", headers={"Origin": f"http://127.0.0.1:{port}"})[0]
    tap.say(got == 200, "our own Origin is taken", got)
    got = [s.ask("/api/case", headers={"Sec-Fetch-Site": w})[0]
           for w in ("cross-site", "same-site", "x", "same-origin", "none")]
    tap.say(got == [403, 403, 403, 200, 200], "Sec-Fetch-Site of another site is refused", got)
    got = s.ask("/api/case", token=False, headers={"Origin": "http://evil.example"})
    tap.say(got[0] == 403, "it is refused before the token is looked at", got)


def forms(s, tap):
    got = {m: s.ask("/api/case", m)[0]
           for m in ("PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "POST", "GET", "HEAD", "FOO")}
    bad = {m: c for m, c in got.items() if c != (200 if m in ("GET", "HEAD") else 405)}
    tap.say(not bad, "methods that are none are 405", bad)
    tap.say(s.ask("/api/judge")[0] == 405 and s.ask("/api/events", "HEAD")[0] == 405,
            "judge is for POST, events for GET")
    got = s.ask("/api/case", "HEAD")
    tap.say(got[2] == b"" and int(got[1]["Content-Length"]) > 0, "HEAD is GET without its body")
    odd = [(p, s.ask(p)[0]) for p in PATHS[12:18] + PATHS[20:]]
    tap.say(all(c == 404 for _, c in odd), "a path that is not ours to the letter is 404", odd)
    got = [(p, s.ask(p, token=False)[0]) for p in UNREADY]
    fits = [p for p, c in got if c != (200 if p in ("/",) else 404)]
    tap.say(not fits, "of pages there is what is built in, and no file of this machine", got)
    odd = []
    for path, how in (("/", {}), ("/api/case", {}), ("/api/case", {"token": False}), ("/x", {}),
                      ("/api/x", {}), ("/api/case", {"host": "evil.example"}),
                      ("/api/case", {"method": "PUT"}), ("/api/lines?of=x", {}),
                      ("/api/case?" + "a" * 17000, {}), ("/api/case", {"headers": {"Origin": "null"}})):
        status, have, _ = s.ask(path, **how)
        missing = [n for n, v in HEADERS.items() if have.get(n) != v]
        if missing or have.get("Cache-Control") != "no-store":
            odd.append((path[:30], how, status, missing, have.get("Cache-Control")))
    tap.say(not odd, "every reply has the policy's headers, refusals too", odd)
    queries = {"/api/things?x=1": 400, "/api/things?q=a&q=b": 400, "/api/things?q=%": 400,
               "/api/things?q=%0": 400, "/api/things?q=%zz": 400, "/api/things?q=%00": 400,
               "/api/things?limit=x": 400, "/api/things?limit=501": 400, "/api/things?kind=x": 400,
               "/api/lines": 400, "/api/lines?of=passwd": 400, "/api/lines?of=trace": 400,
               "/api/lines?of=hunt&target=x": 400, "/api/lines?of=log&limit=0": 400,
               "/api/lines?of=log&limit=1001": 400, "/api/lines?of=log&where=x": 400,
               "/api/lines?of=log&after=-1": 400, "/api/walk?node=x": 400,
               "/api/walk?node=e-0123456789abcdef&way=up": 400,
               "/api/things?" + "&".join(f"a{i}=1" for i in range(30)): 414,
               "/api/lines?of=log&" + "&".join("where=a:b" for _ in range(9)): 413,
               "/api/thing/e-0123456789abcdef": 404, "/api/step/e-0123456789abcdef": 404,
               "/api/artifact/s-0123456789abcdef": 404, "/api/artifact/e-0123456789abcdef": 404}
    got = {q: s.ask(q)[0] for q in queries}
    tap.say(got == queries, "a question that is not understood is an error, never ignored",
            {q: c for q, c in got.items() if c != queries[q]})


def sizes(s, tap):
    got = s.ask("/api/things?q=" + "a" * 17000)[0]
    tap.say(got == 414, "an address of 17,000 bytes is 414", got)
    head = s.raw(b"GET /" + b"a" * 300000 + b" HTTP/1.1\r\n\r\n")
    tap.say(b" 200 " not in head[:20], "one of 300,000 is cut short", head[:60])
    many = b"".join(b"X-%d: %s\r\n" % (i, b"a" * 1000) for i in range(400))
    head = s.raw(b"GET /api/case HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" % s.port + many + b"\r\n")
    tap.say(b" 200 " not in head[:20], "400,000 bytes of headers are cut short", head[:60])
    got = s.ask("/api/judge", "POST", body=b"x" * 16385)[0]
    tap.say(got == 413, "a body of more than 16 KiB is 413", got)
    auth = f"Host: 127.0.0.1:{s.port}\r\nAuthorization: Bearer {s.token}\r\n".encode()
    head = s.raw(b"POST /api/judge HTTP/1.1\r\n" + auth + b"Transfer-Encoding: chunked\r\n\r\n" +
                 b"5\r\nhello\r\n0\r\n\r\n")
    tap.say(b" 411 " in head[:20], "a body without a length is 411", head[:60])
    head = s.raw(b"POST /api/judge HTTP/1.1\r\n" + auth + b"Content-Length: 99999999999\r\n\r\n")
    tap.say(b" 413 " in head[:20], "a length that lies is believed and refused", head[:60])
    for rubbish in (b"\0" * 100, b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"\r\n" * 1000,
                    b"GET / HTTP/9.9\r\n\r\n", b"GET /api/case\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", s.port), timeout=5) as c:
            c.sendall(rubbish)
    tap.say(s.ask("/api/case")[0] == 200, "rubbish does not end it")


def patience(s, tap):
    held = []
    for _ in range(100):
        c = socket.create_connection(("127.0.0.1", s.port), timeout=60)
        c.sendall(b"GET / HTTP/1.1\r\n")
        held.append(c)
    tap.say(s.ask("/api/case")[0] == 200, "with 100 half requests open others are answered")
    slow = socket.create_connection(("127.0.0.1", s.port), timeout=60)
    start, gone = time.monotonic(), None
    try:
        slow.sendall(b"GET / HTTP/1.1\r\nX: ")
        while time.monotonic() - start < 40 and gone is None:
            slow.sendall(b"a")
            time.sleep(0.5)
            slow.setblocking(False)
            try:
                gone = time.monotonic() - start if slow.recv(1000) == b"" else None
            except BlockingIOError:
                pass
            slow.setblocking(True)
    except ConnectionError:
        gone = time.monotonic() - start
    slow.close()
    tap.say(gone is not None and gone < 30, "who sends a byte at a time is shown out", gone)
    closed = 0
    for c in held:
        c.settimeout(30)
        try:
            closed += c.recv(1000) == b""
        except (ConnectionError, TimeoutError):
            closed += 1
        c.close()
    tap.say(closed == 100, "and so are those who say nothing more", closed)


def listens(s, tap):
    """By its port, in every table: who closed itself in shows its descriptors to root alone."""
    at, read = [], 0
    for table in ("tcp", "tcp6", "udp", "udp6"):
        try:
            rows = pathlib.Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        read += 1
        for row in rows:
            words = row.split()
            if words[1].endswith(f":{s.port:04X}") and (words[3] == "0A" or table.startswith("udp")):
                at.append((table, words[1]))
    tap.say(read > 0 and at == [("tcp", f"0100007F:{s.port:04X}")],
            "it listens on 127.0.0.1 and nowhere else", at)


def main():
    clean_env()
    headwater = os.path.abspath(sys.argv[1])
    walk, tap = Walk(headwater, sys.argv[2]), Tap()
    walk.run("add", "good.dll", "padded.dll", case="g.case")
    s = Server(headwater, walk.work / "g.case")
    try:
        listens(s, tap)
        without_token(s, tap)
        other_places(s, tap)
        forms(s, tap)
        sizes(s, tap)
        patience(s, tap)
        other = Server(headwater, walk.work / "g.case", "--json")
        tap.say(other.token != s.token and len(other.token) == 64,
                "each start has a token of its own, and --json says it")
        tap.say(other.end(signal.SIGINT)[0] == 0, "SIGINT ends it with 0")
        second = walk.run("serve", "--port", str(s.port), case="g.case")
        tap.say(second.returncode == 2 and b"--port" in second.stderr, "a taken port is 2, with a hint",
                second.stderr)
    finally:
        status, took = s.end()
    tap.say(status == 0 and took < 2, "SIGTERM ends it with 0 within two seconds", (status, took))
    log = walk.run("case", "log", case="g.case").stdout
    tap.say(log.count(b"serve") >= 2 and s.token.encode() not in log,
            "the action log has its start, and no token", log)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
