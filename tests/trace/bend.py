# SPDX-License-Identifier: Apache-2.0
"""Bends captures as life does: shuffled, doubled, cut, late, renamed, with records lost.

A capture is a list of lines, each the JSON of one record. Everything is done to the lines alone, so
that what is asked afterwards is asked of evidence like any other.
"""
import datetime
import json
import random
import zipfile

LOCAL = ("EventTime", "EventReceivedTime")  # 2020-09-20 12:16:56
# Times of the host's own clock; the collector's are bent too, for a whole host may come late.
TIMES = (*LOCAL, "UtcTime", "@timestamp", "TimeCreated", "CreationUtcTime",
         "PreviousCreationUtcTime")


def load(path):
    """The lines of a capture, out of its zip."""
    with zipfile.ZipFile(path) as z:
        names = [n for n in z.namelist() if n.lower().endswith(".json")]
        data = b"\n".join(z.read(n).strip(b"\n") for n in sorted(names))
    return [line for line in data.split(b"\n") if line.strip()]


def store(path, lines):
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def host_of(record):
    return str(record.get("Hostname") or "").split(".")[0].upper()


def each(lines, change):
    """Every line as change(record) leaves it; a line that it gives None for is left alone."""
    out = []
    for line in lines:
        try:
            record = change(json.loads(line))
        except ValueError:
            record = None
        out.append(line if record is None else
                   json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode())
    return out


# ---- the same records ----

def shuffled(lines, seed):
    lines = list(lines)
    random.Random(seed).shuffle(lines)
    return lines


def doubled(lines, seed):
    """Every line twice, the second somewhere else."""
    return shuffled(list(lines) * 2, seed)


def halves(lines, overlap=0.2):
    """Two files that share the middle, as two exports made at different times do."""
    n = len(lines)
    return lines[:int(n * (0.5 + overlap / 2))], lines[int(n * (0.5 - overlap / 2)):]


# ---- other records ----

def later(text, seconds):
    """The same spelling of a moment, so many seconds later; None where it is not understood."""
    if not isinstance(text, str) or len(text) < 19:
        return None
    whole, rest = text[:19], text[19:]
    shape = f"%Y-%m-%d{whole[10]}%H:%M:%S"
    try:
        then = datetime.datetime.strptime(whole, shape)
    except ValueError:
        return None
    return (then + datetime.timedelta(seconds=seconds)).strftime(shape) + rest


def skewed(lines, host, seconds):
    """One machine's clock is off."""
    def change(record):
        if host_of(record) != host:
            return None
        for name in TIMES:
            moved = later(record.get(name), seconds)
            if moved is not None:
                record[name] = moved
        return record
    return each(lines, change)


def renamed(lines, host, name, share=0.5):
    """From a moment on the machine has another name: numbers and ids go on."""
    times = sorted(str(r.get("EventTime") or r.get("TimeCreated")) for r in map(json.loads, lines)
                   if host_of(r) == host)
    since = times[int(len(times) * share)]

    def change(record):
        when = str(record.get("EventTime") or record.get("TimeCreated"))
        if host_of(record) != host or when < since:
            return None
        record["Hostname"] = name + record["Hostname"][len(host):]
        return record
    return each(lines, change), since


def thinned(lines, share, seed):
    """Without some records, each as likely as any other. Gives also what was lost."""
    rng = random.Random(seed)
    kept, lost = [], []
    for line in lines:
        (lost if rng.random() < share else kept).append(line)
    return kept, lost
