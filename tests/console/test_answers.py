#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_answers.py HEADWATER SAMPLES: the console says what the commands say, whatever evidence is
called; pages have every line once; a decision changes the chain; what others write is noticed.
Speaks TAP.
"""
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import xml.etree.ElementTree
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from kit import Server, Tap, Walk, clean_env, schema_checker  # noqa: E402

HOSTILE = ["</script><script>alert(1)</script>", "a\u202egpj.exe", "x" * 4096,
           "\"},{\"type\":\"finding", "\x1b[31m\\\r\n\u2028", "%00%2e%2e/+&#", "<!--", "\u200bname\ufeff"]
LIBRARY = "C:\\App\\lib.dll"


def quote(text):
    return urllib.parse.quote(text, safe="")


def log_of(names):
    """One process that writes a file of each name, and connects to nobody."""
    rows = []
    for n, name in enumerate(names, 1):
        rows.append({"EventTime": "2024-05-02 08:00:00", "Hostname": name[:200] or "h", "EventID": 11,
                     "SourceName": "Microsoft-Windows-Sysmon",
                     "Channel": "Microsoft-Windows-Sysmon/Operational", "RecordNumber": n,
                     "UtcTime": "2024-05-02 08:00:00.000", "User": name,
                     "ProcessGuid": "{b0b0b0b0-0000-6000-0009-%012d}" % n, "ProcessId": str(100 + n),
                     "Image": "C:\\x\\" + name, "TargetFilename": "C:\\y\\" + name})
    return "".join(json.dumps(r) + "\n" for r in rows)


def build(walk):
    case = "a.case"
    with zipfile.ZipFile(walk.tree / "names.zip", "w") as z:
        for n, name in enumerate(HOSTILE):
            z.writestr(name, (walk.tree / "good.dll").read_bytes() + bytes([n]) * n)
    (walk.tree / "logs" / "names.json").write_text(log_of(HOSTILE), encoding="utf-8")
    bad = HOSTILE[0]
    said = []
    for args in (["add", "--org", bad, "--host", bad, "hostile", "names.zip", "padded.dll", "good.dll",
                  "twin.dll"],
                 ["learn", "list.csv", "hostile/labels.csv"],
                 ["ingest", "--org", bad, "logs/names.json", "logs/hostile.json"],
                 ["ingest", "--org", "acme", "logs/build.json", "logs/estate.json"],
                 ["ingest", "--org", "beta", "logs/pc.json"],
                 ["add", "said/said.json"],
                 ["trace", LIBRARY]):
        run = walk.run(*args, case=case)
        if run.returncode not in (0, 1, 3):
            said.append((args, run.stderr))
    if said:
        raise RuntimeError(str(said))
    return walk.work / case


def all_pages(s, target, limit):
    """Every line of an answer, page by page, and what the last page said."""
    got, after = [], 0
    while True:
        mark = "&" if "?" in target else "?"
        lines = s.lines(f"{target}{mark}after={after}&limit={limit}")
        got += lines[:-1]
        if lines[-1]["type"] != "page" or len(lines) - 1 > limit:
            raise RuntimeError(f"no page: {lines[-1]}")
        if lines[-1]["next"] is None:
            return got, lines[-1]
        after = lines[-1]["next"]


def timeless(lines):
    """Lines as JSON, without the moment at which they were asked."""
    kept = []
    for line in lines:
        line = dict(line)
        line.pop("as_of", None)
        if line["type"] == "count":
            line.pop("until", None)
        if line["type"] != "action":
            kept.append(json.dumps(line, sort_keys=True))
    return kept


def same_as_commands(s, walk, tap):
    odd = []
    for target, args in (("lines?of=hunt", ["hunt"]),
                         ("lines?of=trace&target=" + quote(LIBRARY), ["trace", LIBRARY]),
                         ("lines?of=impact&target=" + quote(LIBRARY), ["impact", LIBRARY]),
                         ("lines?of=attribute", ["attribute"]),
                         ("lines?of=report&target=" + quote(LIBRARY), ["report", LIBRARY]),
                         ("lines?of=report", ["report"]),
                         ("lines?of=evidence", ["case", "evidence"]),
                         ("lines?of=log", ["case", "log"])):
        # the commands log themselves, so the log is compared by what stood there before
        mine, page = all_pages(s, "/api/" + target, 7)
        run = walk.run(*args, case="a.case", json=True)
        theirs = [json.loads(line) for line in run.stdout.splitlines()]
        if timeless(mine) != timeless(theirs) or page["total"] != len(mine) or not mine:
            odd.append((target, len(mine), len(theirs), run.stderr[:200],
                        *[x for x in zip(timeless(mine), timeless(theirs)) if x[0] != x[1]][:1]))
    tap.say(not odd, "answers are the commands' own lines, each once over all pages", odd)


def settle():
    """Commands log themselves, which is a change of the case: until the server has seen it."""
    time.sleep(1)


def filters(s, tap):
    settle()
    every, _ = all_pages(s, "/api/lines?of=report", 1000)
    odd = []
    kinds = sorted({line["type"] for line in every})
    for kind in kinds:
        mine, page = all_pages(s, f"/api/lines?of=report&types={kind}", 5)
        want = [line for line in every if line["type"] == kind]
        if mine != want or page["matched"] != len(want) or page["total"] != len(every):
            odd.append((kind, len(mine), len(want)))
    mine, _ = all_pages(s, f"/api/lines?of=report&types={kinds[0]},{kinds[-1]}", 9)
    if mine != [line for line in every if line["type"] in (kinds[0], kinds[-1])]:
        odd.append("two types")
    for member, value in (("severity", "high"), ("degree", "sound"), ("needed", "true"), ("n", "1"),
                          ("path", HOSTILE[0]), ("severity", "hig")):
        mine, _ = all_pages(s, f"/api/lines?of=report&where={member}:{quote(value)}", 9)
        want = [line for line in every if member in line and value ==
                (line[member] if isinstance(line[member], str) else json.dumps(line[member]))]
        if mine != want:
            odd.append((member, value, len(mine), len(want)))
    both = "/api/lines?of=report&where=type:finding&where=severity:high"
    if all_pages(s, both, 9)[0] != [line for line in every if line["type"] == "finding" and
                                    line["severity"] == "high"]:
        odd.append("where twice")

    def texts(value):
        if isinstance(value, dict):
            return [t for v in value.values() for t in texts(v)]
        if isinstance(value, list):
            return [t for v in value for t in texts(v)]
        return [value] if isinstance(value, str) else []

    fold = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
    for text in ("PADDED", HOSTILE[0], HOSTILE[1], "\\", "severity", "\"},{\"type\":\"finding", "\u202e"):
        mine, _ = all_pages(s, "/api/lines?of=report&q=" + quote(text), 50)
        want = [line for line in every
                if any(text.translate(fold) in t.translate(fold) for t in texts(line))]
        if mine != want:
            odd.append((text, len(mine), len(want)))
    tap.say(not odd and len(kinds) > 3, "filters look at members and texts, exactly", odd)


ENDPOINTS = ["/api/lines?of=report&target={}", "/api/lines?of=trace&target={}",
             "/api/lines?of=impact&target={}", "/api/lines?of=attribute&target={}",
             "/api/lines?of=report&q={}", "/api/lines?of=hunt&types={}",
             "/api/lines?of=hunt&where={}:{}", "/api/lines?of={}", "/api/things?q={}",
             "/api/things?kind={}", "/api/walk?node={}", "/api/artifacts?q={}", "/api/artifacts?state={}",
             "/api/timeline?target={}", "/api/timeline?from={}", "/api/picture?target={}",
             "/api/thing/{}", "/api/{}", "/{}", "/assets/{}", "/api/case?{}=1"]


def picture(body, form, name):
    """What is no picture of ours: not well formed, or something in it that could act."""
    try:
        root = xml.etree.ElementTree.fromstring(body)
    except xml.etree.ElementTree.ParseError as e:
        return [(form, name[:20], str(e))]
    return [(form, name[:20], e.tag, a) for e in root.iter() for a in [*e.attrib, ""]
            if a.lower().startswith("on") or e.tag.split("}")[-1] in ("script", "foreignObject", "a")]


def hostile(s, tap, check, seen):
    odd, wrong = [], []
    for name in HOSTILE:
        for form in ENDPOINTS:
            status, headers, body = s.ask(form.replace("{}", quote(name)))
            drawn = status == 200 and form.startswith("/api/picture")
            kind = "image/svg+xml" if drawn else "application/x-ndjson"
            if status not in (200, 400, 404, 409, 413, 414) or \
                    not headers["Content-Type"].startswith(kind):
                odd.append((form, name[:20], status, headers.get("Content-Type")))
            raw = body.decode("utf-8")
            if any(c in raw for c in "\u202e\u2028\u200b\ufeff\x1b\r\x07"):
                odd.append((form, name[:20], "a character that deceives came raw"))
            if drawn:
                odd += picture(body, form, name)
                continue
            for line in body.splitlines():
                kind, words = check(line)
                seen.add(kind)
                wrong += [f"{form} {name[:12]!r}: {w}" for w in words]
    tap.say(not odd, "hostile names pass through every address, as question and as answer", odd)
    tap.say(not wrong, "and each line is what the schema says", "\n".join(sorted(set(wrong))))
    # a path of Windows has its slashes turned
    found = {n: [x for x in s.lines("/api/things?q=" + quote(n)) if n.lower() in
                 (x["name"] + x["key"]).lower()] for n in ("<script>alert(1)<", *HOSTILE[1:3])}
    tap.say(all(found.values()), "things of such names are found by them",
            {n[:20]: len(f) for n, f in found.items()})
    files = {n[:30]: [x for x in all_pages(s, "/api/artifacts?q=" + quote(n), 200)[0]]
             for n in (HOSTILE[0], HOSTILE[2])}
    tap.say(all(files.values()), "and so are files", {n: len(f) for n, f in files.items()})


def walking(s, tap, check, seen):
    wrong, odd = [], []

    def take(target):
        got = s.ask(target)
        if got[0] != 200:
            odd.append((target, got[0], got[2][:150]))
            return []
        for line in got[2].splitlines():
            kind, words = check(line)
            seen.add(kind)
            wrong.extend(f"{target}: {w}" for w in words)
        return [json.loads(line) for line in got[2].splitlines()]

    steps = [x for x in take("/api/lines?of=trace&target=" + quote(LIBRARY)) if x["type"] == "step"]
    told = take(f"/api/step/{steps[0]['id']}?node={steps[0]['to']['id']}")
    log = (pathlib.Path(__file__).resolve().parents[1] / "golden/lib/logs/pc.json").read_text("utf-8")
    values = [v for x in told if x["type"] == "record" for v in x["values"]]
    tap.say(len(steps) > 2 and told[0]["id"] == steps[0]["id"] and len(values) > 3,
            "a step of the chain shows its records", told)
    records = [x for step in steps for x in take(f"/api/step/{step['id']}") if x["type"] == "record"]
    mine = {v["name"]: v["value"] for x in records if x["record"] == 502 for v in x["values"]}
    want = next(json.loads(line) for line in log.splitlines() if '"RecordNumber": 502,' in line)
    tap.say(mine.get("TargetFilename") == LIBRARY and
            mine.get("ProcessGuid") == want["ProcessGuid"],
            "with all names and values as the log has them", mine)
    things = take("/api/things?limit=500")
    near = 0
    for thing in things[:60]:
        one = take(f"/api/thing/{thing['id']}")
        if one and one[0] != thing:
            odd.append(("thing", thing["id"]))
        for way in ("back", "forward"):
            if thing["name"] == HOSTILE[2]:
                continue
            edges, page = all_pages(s, f"/api/walk?node={thing['id']}&way={way}", 3)
            end = "to" if way == "back" else "from"
            ids = [e["id"] for e in edges]
            near += len(edges)
            if any(e[end]["id"] != thing["id"] for e in edges) or len(set(ids)) != len(ids) or \
                    page["total"] != len(edges):
                odd.append(("walk", thing["id"], way))
    tap.say(not odd and near > 10, "things and their edges, each once", odd)
    files, _ = all_pages(s, "/api/artifacts", 7)
    judged = {}
    for f in files:
        judged.setdefault(f["state"], []).append(f)
        if f["node"] == 0 or f["members"] == 0:
            take(f"/api/artifact/{f['id']}")
    for state, them in judged.items():
        if state is not None:
            mine, page = all_pages(s, f"/api/artifacts?state={state}", 4)
            if sorted(x["path"] for x in mine) != sorted(x["path"] for x in them):
                odd.append(("state", state, len(mine), len(them)))
    tap.say(not odd and len(files) > 12 and len(judged) > 1,
            "files are listed once each, with the state that verify gives them",
            (odd, len(files), list(judged)))
    inside = {(f["evidence"], f["node"]): f["members"] for f in files}
    whole = {}
    for evidence, node in inside:
        whole[evidence] = whole.get(evidence, 0) + 1
    odd = [(e, inside[e, 0], n) for e, n in whole.items() if inside[e, 0] != n - 1]
    _, page = all_pages(s, "/api/artifacts", 5)
    tap.say(not odd and page["total"] == len(files), "how many lie in a file, and in the case, is so",
            (odd, page, len(files)))
    some = next(f for f in files if f["path"].endswith("padded.dll"))
    digest = [f["path"] for f in all_pages(s, "/api/artifacts?q=" + some["sha256"][:20], 5)[0]]
    named = [f["path"] for f in all_pages(s, "/api/artifacts?q=PADDED", 5)[0]]
    tap.say(digest == [f["path"] for f in files if f["sha256"] == some["sha256"]] and
            named == [f["path"] for f in files if "padded" in f["path"].lower()] and named,
            "files are found by a part of the name and by how their digest begins", (digest, named))
    tree = take(f"/api/artifact/{some['id']}")
    cover = [x for x in tree if x["type"] == "signature"][0]["covered"]
    whole = cover and cover[0]["from"] == 0 and cover[-1]["to"] == some["size"] and all(
        a["to"] == b["from"] for a, b in zip(cover, cover[1:]))
    tap.say(whole and any(x["how"] == "uncovered" for x in cover),
            "what a signature covers is told over the whole file, padding apart", cover)
    inner = next(f for f in files if f["node"] > 1 and f["path"].count("names.zip"))
    boxes = [x for x in take(f"/api/artifact/{inner['id']}") if x["type"] == "box"]
    tap.say(boxes[0]["depth"] == 0 and boxes[0]["parent"] is None and len(boxes) == len(HOSTILE) + 1 and
            any(x["asked"] and x["id"] == inner["id"] and x["parent"] == boxes[0]["id"] for x in boxes),
            "a file in a box is told with its box", boxes[:2])
    events, _ = all_pages(s, "/api/timeline?target=" + quote(LIBRARY), 3)
    at = [e["at"] for e in events]
    later, _ = all_pages(s, f"/api/timeline?target={quote(LIBRARY)}&from={quote(at[len(at) // 2])}", 3)
    tap.say(at == sorted(at) and len(at) > 2 and 0 < len(later) < len(at) and
            all(e["at"] >= at[len(at) // 2] for e in later), "the timeline is in order and can be cut", at)
    for target in ("/api/case", "/api/lines?of=knowledge", "/api/artifacts?state=valid", "/api/timeline",
                   "/api/lines?of=log"):
        take(target)
    tap.say(not wrong, "all of it is as the schema says", "\n".join(sorted(set(wrong))))


def files_here(s, walk, tap):
    """A target that names a file of this machine is a word like any other."""
    pipe = walk.work / "pipe"
    os.mkfifo(pipe)
    start = time.monotonic()
    got = [(of, s.ask(f"/api/lines?of={of}&target={quote(str(pipe))}")[0])
           for of in ("trace", "impact", "report")]
    tap.say([c for _, c in got] == [404] * 3 and time.monotonic() - start < 20,
            "a pipe of this machine is not opened: nothing waits at it", got)
    secret = walk.work / "secret.dll"  # its bytes are in the case, its path is not
    secret.write_bytes((walk.tree / "good.dll").read_bytes())
    got = [s.ask(f"/api/lines?of={of}&target={quote(str(secret))}")[0] for of in ("trace", "report")]
    tap.say(got == [404] * 2, "a file of this machine is not known by its bytes", got)
    several = s.ask("/api/lines?of=trace&target=lib.dll")
    kinds = {json.loads(x)["type"] for x in several[2].splitlines()}
    tap.say(several[0] == 409 and kinds == {"thing"}, "several things meant are told, to choose from",
            several[:1])


def deciding(s, walk, tap):
    ask = "/api/lines?of=trace&target=" + quote(LIBRARY)
    before = s.lines(ask)
    step = next(x for x in before if x["type"] == "step")["id"]
    bad = [({"id": step, "says": "reject"}, 400), ({"id": step, "says": "maybe", "because": "x"}, 400),
           ({"id": step, "says": "reject", "because": " "}, 400),
           ({"id": step[:10], "says": "reject", "because": "x"}, 400),
           ({"id": "e-0123456789abcdef", "says": "reject", "because": "x"}, 400),
           ({"id": step, "says": "reject", "because": "x" * 5000}, 400),
           ({"id": step, "says": "reject", "because": "x", "who": "root"}, 400),
           ({"id": step, "says": ["reject"], "because": "x"}, 400), ([step], 400)]
    got = [s.ask("/api/judge", "POST", body=json.dumps(b).encode())[0] for b, _ in bad]
    got += [s.ask("/api/judge", "POST", body=b)[0] for b in (b"", b"{", b"\0", b'{"id":1}{}')]
    tap.say(got == [400] * len(got), "a decision without its three parts is none", got)
    tap.say(s.lines(ask)[0] == before[0], "and decides nothing")
    reason = "a test " + HOSTILE[0] + HOSTILE[1]
    body = json.dumps({"id": step, "says": "reject", "because": reason}).encode()
    said = s.lines("/api/judge", method="POST", body=body)
    after = s.lines(ask)
    tap.say(said[0]["because"] == reason and said[0]["says"] == "reject" and
            timeless(before) != timeless(after) and
            step in next(x for x in after if x["type"] == "summary")["rejected"],
            "a rejected step changes the chain at once", after[-2:])
    told = [x for x in s.lines(f"/api/step/{step}") if x["type"] == "decision"]
    tap.say(len(told) == 1 and told[0]["because"] == reason, "and is told with the step", told)
    log = walk.run("case", "log", case="a.case", json=True).stdout
    tap.say(any(json.loads(x)["args"][:3] == ["judge", step, "reject"] for x in log.splitlines()) and
            walk.run("case", "check", case="a.case").returncode == 0,
            "the action log has the decision, and its chain holds", log[-300:])
    again = {"id": step, "says": "accept", "because": "on second thoughts"}
    s.lines("/api/judge", method="POST", body=json.dumps(again).encode())
    chain = next(x for x in s.lines(ask) if x["type"] == "step" and x["id"] == step)
    tap.say(chain.get("judged") == "accept", "accepted again, it is back", chain)


class Listener(threading.Thread):
    """Reads an event stream until it ends."""

    def __init__(self, s):
        super().__init__(daemon=True)
        self.s, self.text, self.ended = s, "", False
        self.socket = socket.create_connection(("127.0.0.1", s.port), timeout=60)
        self.socket.sendall(f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{s.port}\r\n"
                            f"Authorization: Bearer {s.token}\r\n\r\n".encode())
        self.start()

    def run(self):
        try:
            while piece := self.socket.recv(65536):
                self.text += piece.decode("utf-8")
        except OSError:
            pass
        self.ended = True

    def waits_for(self, word, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until and word not in self.text:
            time.sleep(0.05)
        return word in self.text


def others_write(s, walk, tap):
    ears = [Listener(s) for _ in range(3)]
    hears = all(e.waits_for("event: hello", 5) for e in ears)
    trace = "/api/lines?of=trace&target=" + quote(LIBRARY)
    step = next(x for x in s.lines(trace) if x["type"] == "step")["id"]
    before = s.lines("/api/case")[0]
    ids = {f["path"] for f in all_pages(s, "/api/artifacts", 100)[0]}
    walk.run("add", "patched.dll", case="a.case")
    told = all(e.waits_for("event: changed", 5) for e in ears)
    after = s.lines("/api/case")[0]
    now = {f["path"] for f in all_pages(s, "/api/artifacts", 100)[0]}
    tap.say(hears and told and after["evidence"] == before["evidence"] + 1 and
            after["generation"] > before["generation"] and len(now) == len(ids) + 1,
            "what another process adds is told by an event, and in the next answer",
            (hears, told, before, after, ears[0].text[-300:]))
    # a writer that holds the case for a while
    script = "import fcntl,sys,time\n" \
        "f=open(sys.argv[1],'w'); fcntl.flock(f,fcntl.LOCK_EX); print('held',flush=True); time.sleep(30)\n"
    lock = str(walk.work / "a.case-lock")
    holder = subprocess.Popen([sys.executable, "-c", script, lock], stdout=subprocess.PIPE, text=True)
    holder.stdout.readline()
    writes = ears[0].waits_for('"writing":true', 5)
    meanwhile = s.lines(trace)
    picture = s.ask("/api/picture?target=" + quote(LIBRARY))[0]
    timeline = "/api/timeline?target=" + quote(LIBRARY)
    report = s.lines("/api/lines?of=report&types=gap&target=" + quote(LIBRARY))
    untold = s.ask(timeline)[0]
    body = json.dumps({"id": step, "says": "accept", "because": "x"}).encode()
    busy = s.ask("/api/judge", "POST", body=body)[0]
    holder.kill()
    holder.wait()
    holder.stdout.close()
    tap.say(writes and ears[0].waits_for('"writing":false', 5), "that somebody writes is told, and its end",
            ears[0].text[-300:])
    def old(lines):
        return [x for x in lines if x["type"] == "gap" and x["kind"] == "graph"]
    later = s.lines(trace)
    tap.say(len(old(meanwhile)) == 1 and old(meanwhile)[0]["needed"] and not old(later) and
            any(x["type"] == "step" for x in meanwhile) and picture == 503,
            "while another writes the graph is told as it was, and that it is older",
            (meanwhile[-2:], picture, later[-2:]))
    tap.say(len(old(report)) == 1 and untold == 503 and s.ask(timeline)[0] == 200,
            "a report of an old graph leaves nothing behind that passes for a new one",
            (report[-2:], untold))
    tap.say(busy == 409 and s.ask("/api/judge", "POST", body=body)[0] == 200,
            "no decision while another writes, and one afterwards", busy)
    many = [Listener(s) for _ in range(40)]
    time.sleep(0.5)
    full = s.ask("/api/case")[0]
    told = sum("503" in e.text[:20] for e in many)
    tap.say(full == 200 and told == 40 - 13, "event streams are limited, and block nobody", told)
    for e in many:
        e.socket.close()
    return ears


def at_once(s, tap):
    """Many ask the same and different things at once; all are answered alike."""
    settle()
    want = {t: s.ask(t)[2] for t in ("/api/lines?of=evidence", "/api/things?q=lib", "/api/artifacts",
                                     "/api/lines?of=hunt&types=finding")}
    odd = []

    def ask(target):
        for _ in range(10):
            got = s.ask(target)
            if got[0] != 200 or got[2] != want[target]:
                odd.append((target, got[0], got[2][:100]))

    threads = [threading.Thread(target=ask, args=(t,)) for t in want for _ in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    tap.say(not odd, "240 questions at once are answered as one by one", odd[:3])


def main():
    clean_env()
    headwater = os.path.abspath(sys.argv[1])
    walk, tap, check, seen = Walk(headwater, sys.argv[2]), Tap(), schema_checker(), set()
    case = build(walk)
    s, ears = Server(headwater, case, "--json"), []
    try:
        kind, words = check(s.first.encode())
        tap.say(kind == "serving" and not words, "--json says where it serves", words)
        same_as_commands(s, walk, tap)
        filters(s, tap)
        hostile(s, tap, check, seen)
        walking(s, tap, check, seen)
        files_here(s, walk, tap)
        deciding(s, walk, tap)
        at_once(s, tap)
        ears = others_write(s, walk, tap)
    finally:
        status, took = s.end()
    tap.say(status == 0 and took < 2, "SIGTERM ends it with 0 within two seconds, streams and all",
            (status, took))
    for e in ears:
        e.join(5)
    tap.say(all(e.ended for e in ears), "and every stream with it")
    left = sorted(p.name for p in walk.work.iterdir() if p.name.startswith("a.case"))
    tap.say(not [n for n in left if n not in ("a.case", "a.case.d")], "the case is closed cleanly", left)
    missing = {"page", "case", "suggestion", "thing_console", "record", "box", "signature", "event",
               "error", "step", "artifact_listed", "document", "finding"} - seen
    tap.say(not missing, "every kind of line was said", missing)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
