# SPDX-License-Identifier: Apache-2.0
"""Reads an answer of `trace --json` beside the raw records, and says what is wrong with it.

The oracle knows nothing of the tracer: it opens the record that a step cites, by file and offset,
and asks whether that record says what the step says. A step that is called observed must have both
its ends in one record; a keyed one must have its key in two. So a wrong step shows even where
nobody wrote the truth down beforehand.
"""
import datetime
import html
import json
import re
import zipfile

FIELD = re.compile(r'<Data Name="(\w+)">([^<]*)</Data>')
CHANNELS = {"microsoft-windows-sysmon/operational": "sysmon",
            "linux-sysmon/operational": "sysmon",
            "microsoft-windows-taskscheduler/operational": "taskscheduler"}
# Programs that act for others: a way through one needs a key of its own.
BROKERS = ("system", "lsass.exe", "services.exe", "csrss.exe", "smss.exe", "wininit.exe")
RANK = {"observed": 0, "keyed": 1, "inferred": 2, "claimed": 3}


def short(host):
    return (host or "").split(".")[0].upper()


def number(value):
    text = str(value or "").strip()
    try:
        return int(text, 16) if text.lower().startswith("0x") else int(text)
    except ValueError:
        return None


class Record(dict):
    """One line of a capture."""

    def __init__(self, values, line):
        super().__init__(values)
        self.line = line
        self.update(inner(values))
        self.host = short(self.get("Hostname") or self.get("Computer"))
        name = str(self.get("Channel") or "").lower()
        self.channel = CHANNELS.get(name, name)
        self.eid = number(self.get("EventID"))
        self.num = number(self.get("RecordNumber")) or line
        self.low = json.dumps(self, ensure_ascii=False).lower()

    def __repr__(self):
        return f"{self.host}/{self.channel} {self.eid} #{self.num}"

    def any(self, *names):
        for name in names:
            if self.get(name) not in (None, "", "-"):
                return str(self[name])
        return ""

    def time(self):
        """When, by the record's own UTC; None where it gives none."""
        text = self.any("UtcTime")
        if not text or self.channel != "sysmon":
            return None
        then = datetime.datetime.fromisoformat(text[:26].rstrip("Z"))
        return then.replace(tzinfo=datetime.timezone.utc).timestamp()


def inner(values):
    """What an export has put into one field: event data as JSON or XML, a whole event in a syslog
    message."""
    data = values.get("EventData")
    if isinstance(data, str) and data.startswith("{"):
        return json.loads(data)
    if isinstance(data, str):
        return {k: html.unescape(v) for k, v in FIELD.findall(data)}
    text = values.get("SyslogMessage") or ""
    if not text.startswith("<Event>"):
        return {}
    found = {k: html.unescape(v) for k, v in FIELD.findall(text)}
    for name, pattern in (("EventID", r"<EventID>(\d+)"), ("Channel", r"<Channel>([^<]*)"),
                          ("RecordNumber", r"<EventRecordID>(\d+)")):
        hit = re.search(pattern, text)
        if hit:
            found[name] = hit[1]
    return found


class Records:
    """All lines of some files, by place and by host, channel and number."""

    def __init__(self, paths):
        self.by_place, self.by_name, self.all = {}, {}, []
        for path in paths:
            for name, data in members(path):
                self.read(name, data)

    def read(self, name, data):
        off = 0
        for line, raw in enumerate(data.split(b"\n"), 1):
            text = raw.strip()
            if text.startswith(b"{"):
                try:
                    values = json.loads(text.decode("utf-8", "replace"))
                except ValueError:
                    values = None
                if isinstance(values, dict):
                    r = Record(values, line)
                    self.by_place[name, off] = r
                    self.by_name.setdefault((r.host, r.channel, r.num), r)
                    self.all.append(r)
            off += len(raw) + 1

    def at(self, place):
        return self.by_place.get((place["file"], place["offset"]))

    def named(self, event):
        return [self.by_name.get((event.host, event.channel, n)) for n in event.rec]

    def select(self, **want):
        for r in self.all:
            if all(getattr(r, k) == v for k, v in want.items()):
                yield r


def members(path):
    """Name as the tracer says it, and bytes, of a file or of each in a zip."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as z:
            for info in z.infolist():
                if info.filename.lower().endswith((".json", ".log")):
                    yield f"{path}!/{info.filename}", z.read(info)
    else:
        with open(path, "rb") as f:
            yield str(path), f.read()


# ---- the answer ----

class Answer:
    def __init__(self, out):
        lines = [json.loads(line) for line in out.splitlines() if line]
        self.steps = [x for x in lines if x["type"] == "step"]
        self.roots = [x for x in lines if x["type"] == "root"]
        self.gaps = [x for x in lines if x["type"] == "gap"]
        self.summary = next((x for x in lines if x["type"] == "summary"), None)

    def cited(self, records):
        """Every record that a step cites."""
        return {id(r) for s in self.steps for r in cites(records, s)}

    def edges(self):
        """What the steps say, without places and numbers."""
        return {edge(s): s for s in self.steps}


def cites(records, step):
    return [r for r in map(records.at, step["evidence"]) if r is not None]


def edge(step):
    return (step["from"]["kind"], step["from"]["key"], step["verb"], step["to"]["kind"],
            step["to"]["key"])


def is_end(end, want):
    text = "|".join((end["key"], end.get("native", ""), end["name"], "")).lower()
    return ((not want.kind or end["kind"] == want.kind) and
            (not want.host or short(end["host"]) == want.host) and want.text.lower() in text)


def matches(step, src, verbs, dst):
    return ((not verbs or step["verb"] in verbs) and is_end(step["from"], src) and
            is_end(step["to"], dst))


def found(answer, want):
    """The best step that says this edge, or None."""
    ways = ((want.src, want.verbs, want.dst), *want.ways)
    hits = [s for s in answer.steps if any(matches(s, *way) for way in ways)]
    return min(hits, key=lambda s: RANK[s["class"]], default=None)


def says(step):
    a, b = step["from"], step["to"]
    return (f"{step['n']} {step['class']} {a['kind']} {a['name'][-50:]}@{short(a['host'])} "
            f"--{step['verb']}-> {b['kind']} {b['name'][-50:]}@{short(b['host'])} "
            f"[{step['why'][:40]}] {[e['record'] for e in step['evidence']]}")


# ---- the oracle ----

PIDS = ("ProcessId", "ParentProcessId", "NewProcessId", "ProcessID", "SourceProcessId",
        "TargetProcessId")


def process_in(end, r, records):
    """Does the record name this process? By its GUID, else by a pid on its host."""
    native = end.get("native", "").lower()
    if native.startswith("{") and native in r.low:
        return True
    pid = re.search(r"\(pid (\d+)\)", end["name"])
    if short(end["host"]) != r.host:
        return False
    if pid is None:  # no pid known: by what else the records say of that GUID
        pids = {number(x.get("ProcessId")) for x in records.all
                if native and x.get("ProcessGuid", "").lower() == native}
    else:
        pids = {int(pid[1])}
    return any(number(r.get(f)) in pids for f in PIDS if r.get(f) is not None)


def path_in(path, r):
    """A path in a record, also behind an administrator's share or without its drive."""
    flat = r.low.replace("\\\\", "\\").replace("\\??\\", "")
    tail = path.split(":", 1)[-1].lstrip("\\")
    return path in flat or (len(tail) > 3 and tail in flat)


def end_in(end, r, records):
    kind, key = end["kind"], end["key"].lower()
    if kind == "process":
        return process_in(end, r, records)
    if kind == "session":
        return end.get("native", "").lower() in r.low and short(end["host"]) == r.host
    if kind == "file":
        return path_in(key.split("|")[1], r) and short(end["host"]) == r.host
    if kind == "account":
        return key.split("@")[0].split("|")[-1] in r.low
    if kind == "artifact":
        return key.split("|")[-1] in r.low
    if kind == "host":
        return short(end["name"]) == r.host or short(end["name"]).lower() in r.low
    if kind == "service":
        return key.split("|")[-1].split("\\")[-1] in r.low
    return end["name"].lower() in r.low


# What an event can say: any other verb of an observed step is an invention.
VERBS = {("sysmon", 1): {"spawned", "ran"}, ("security", 4688): {"spawned", "ran"},
         ("sysmon", 3): {"connected"}, ("security", 5156): {"connected"},
         ("sysmon", 7): {"loaded"}, ("sysmon", 6): {"loaded"}, ("sysmon", 8): {"injected"},
         ("sysmon", 10): set(), ("sysmon", 11): {"wrote"}, ("sysmon", 13): {"controls", "wrote"},
         ("security", 5145): {"wrote", "read", "connected"},
         ("security", 4624): {"logged-on", "connected"},
         ("security", 4697): {"controls", "installed"}, ("system", 7045): {"controls", "installed"},
         ("security", 4698): {"controls", "installed"}, ("security", 4702): {"controls"}}


def observed(step, records):
    for r in cites(records, step):
        for side in ("from", "to"):
            if not end_in(step[side], r, records):
                yield f"{r} does not name {step[side]['kind']} {step[side]['name']}"
        allowed = VERBS.get((r.channel, r.eid))
        if allowed is not None and step["verb"] not in allowed:
            yield f"{r} is no word for {step['verb']}"
        if step["verb"] == "spawned" and (r.channel, r.eid) == ("sysmon", 1):
            ends = [r.any("ParentProcessGuid").lower(), r.any("ProcessGuid").lower()]
            told = [step[s].get("native", "").lower() for s in ("from", "to")]
            if all(t.startswith("{") for t in told) and told != ends:
                yield f"{r} says otherwise who started whom"


def socket(r):
    return (r.any("SourceIp", "SourceAddress"), number(r.any("SourcePort")),
            r.any("DestinationIp", "DestAddress"), number(r.any("DestinationPort", "DestPort")))


def by_socket(step, records):
    to, hits = step["to"], cites(records, step)
    for r in hits:
        src, sport, _, _ = socket(r)
        if to["kind"] == "session":
            if not any(number(x.get("IpPort")) == sport and
                       x.any("IpAddress").split(":")[-1] == src.split(":")[-1] and
                       x.any("TargetLogonId").lower() == to.get("native", "").lower()
                       for x in records.select(host=short(to["host"]), eid=4624)):
                yield f"no log-on of {to['name']} bears {src}:{sport} of {r}"
        elif not any(socket(x) == socket(r) and process_in(to, x, records)
                     for x in records.select(host=short(to["host"])) if x.eid in (3, 5156)):
            yield f"{to['name']} has no record of the socket of {r}"
        if not process_in(step["from"], r, records):
            yield f"{r} does not name {step['from']['name']}"


def by_logon(step, records):
    for r in cites(records, step):
        for side in ("from", "to"):
            if not end_in(step[side], r, records):
                yield f"{r} does not name {step[side]['kind']} {step[side]['name']}"


def by_hash(step, records):
    ends = [step["from"], step["to"]]
    for r in cites(records, step):
        for end in ends:
            if end["kind"] == "artifact" and end["key"].lower().split("|")[-1] not in r.low:
                yield f"{r} does not bear that hash"
        files = [e for e in ends if e["kind"] == "file"]
        if files and not any(path_in(e["key"].lower().split("|")[1], r) for e in files):
            yield f"{r} names no such file"


def by_command(step, records):
    """sc \\\\HOST start NAME: the command names the machine and the service."""
    for r in cites(records, step):
        line = r.any("CommandLine").lower()
        name = step["to"]["name"].lower().split("\\")[-1]
        if name not in line:
            yield f"{r} does not name service {name}"
        if short(step["to"]["host"]) != r.host and short(step["to"]["host"]).lower() not in line:
            yield f"{r} does not name {step['to']['host']}"


def written_out(command):
    """A command in lower case, its usual variables replaced."""
    line = command.lower().replace("%%", "%").replace("%systemroot%", r"c:\windows")
    return line.replace("%comspec%", r"c:\windows\system32\cmd.exe")


def by_service(step, records):
    name = step["from"]["name"].lower().split("\\")[-1]
    for r in cites(records, step):
        line = written_out(r.any("CommandLine"))
        if not process_in(step["to"], r, records):
            yield f"{r} does not name {step['to']['name']}"
        own = [written_out(x.any("ServiceFileName", "ImagePath")) for x in
               records.select(host=r.host) if x.any("ServiceName").lower() == name]
        own += [written_out(x.any("Details")) for x in records.select(host=r.host, channel="sysmon")
                if f"\\services\\{name}\\imagepath" in x.any("TargetObject").lower()]
        tail = line.split(" ", 1)[-1].strip()
        if f"-s {name}" not in line and not any(
                o and (tail in o or o in line or line.strip('" ') in o) for o in own):
            yield f"{r}: nothing says that it runs as service {name}"


def by_share(step, records):
    for r in cites(records, step):
        if r.eid not in (5145, 11) or not path_in(step["to"]["key"].lower().split("|")[1], r):
            yield f"{r} is no access to {step['to']['name']}"


KEYS = (("two addresses and ports", by_socket), ("log-on id", by_logon), ("by hash", by_hash),
        ("hash was recorded later", by_hash), ("names this host and service", by_command),
        ("started as this service", by_service), ("reached this path", by_share))


def complaints(step, records):
    """What is false about a step that claims to be sure."""
    if step["class"] not in ("observed", "keyed"):
        return
    if not cites(records, step) and not any(".log" in e["file"] for e in step["evidence"]):
        yield "cites no record"
    yield from when(step, records)
    if step["class"] == "observed":
        if step["why"] == "":  # the rest are joins of many records: leases, addresses
            yield from observed(step, records)
        return
    for words, check in KEYS:
        if words in step["why"]:
            yield from check(step, records)


def when(step, records):
    """The interval of a step must hold the moment its record gives; what bytes are they stay."""
    if step["verb"] == "is":
        return
    bounds = [datetime.datetime.fromisoformat(t[:26].rstrip("Z")).replace(
        tzinfo=datetime.timezone.utc).timestamp() if t else None
              for t in (step["time_lo"], step["time_hi"])]
    for r in cites(records, step):
        t = r.time()
        if t is not None and ((bounds[0] is not None and t < bounds[0] - 0.002) or
                              (bounds[1] is not None and t > bounds[1] + 0.002)):
            yield (f"{r} was at {r.any('UtcTime')}, "
                   f"outside of {step['time_lo']} to {step['time_hi']}")


def through_brokers(answer):
    """Ways that pass through a broker without a key: (in, out)."""
    path = [s for s in answer.steps if s["part"] != "context"]
    for s in path:
        name = s["to"]["name"].lower().split(" (pid")[0].split("\\")[-1]
        if (s["to"]["kind"] == "process" and name in BROKERS and
                s["class"] in ("observed", "claimed")):
            for t in path:
                if t["from"]["id"] == s["to"]["id"]:
                    yield s, t
