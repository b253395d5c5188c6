# SPDX-License-Identifier: Apache-2.0
"""A case of names made to deceive, and its report."""
import csv
import json

from walk import THEN

BAD = "a" * 64
HOSTILE = ["</script><img src=x onerror=alert(1)>", "pay\u202etxt.exe", "two\nlines\r\nof|cells`x`",
           "=cmd|' /C calc'!A0", "@SUM(1)", "[a](javascript:x) {0}", "definitely 100% certain",
           "\u200bhidden\x07\x1b[31m", "x" * 4096]


def build(walk):
    """Records of machines, programs and accounts with hostile names, and a list that names them."""
    lines = []
    for n, name in enumerate(HOSTILE):
        lines.append(json.dumps({
            "@timestamp": "2024-05-02T10:00:00.000Z", "EventTime": "2024-05-02 10:00:00",
            "RecordNumber": n + 1, "EventID": 1, "SourceName": "Microsoft-Windows-Sysmon",
            "Channel": "Microsoft-Windows-Sysmon/Operational", "Hostname": name,
            "UtcTime": "2024-05-02 10:00:00.000", "ProcessId": "8", "LogonId": "0x5000",
            "ProcessGuid": "{a000000%d-0001-0000-0000-000000000101}" % n,
            "Image": "C:\\Users\\" + name.replace("/", "_") + "\\bad.exe", "CommandLine": name,
            "User": "ACME\\" + name, "Hashes": "SHA256=" + BAD.upper()}))
    (walk.tree / "hostile.json").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with open(walk.tree / "hostile.csv", "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f)
        out.writerow(["type", "value", "description"])
        out.writerow(["sha256", BAD, HOSTILE[0]])
        for name in HOSTILE[3:6]:
            out.writerow(["domain", "evil.example", name])
    releases = [{"name": n.replace("\n", " ")[:200], "version": "1", "org": n[:200],
                 "published": "2024-05-01", "files": [{"path": "x", "sha256": BAD}]}
                for n in HOSTILE if "\x07" not in n and "\n" not in n]
    (walk.tree / "hostile-estate.json").write_text(
        json.dumps({"headwater": "estate", "version": 1,
                    "organisations": [{"name": r["org"]} for r in releases],
                    "releases": releases}), encoding="utf-8")
    for args in (["ingest", "--org", HOSTILE[1], "hostile.json"], ["add", "hostile-estate.json"],
                 ["learn", "hostile.csv"], ["scan", "hostile", "--note", HOSTILE[2]],
                 ["learn", "hostile/labels.csv"], ["add", "said/said.json"]):
        walk.run(*args, case="r.case")


def report(walk, form, *more, target=BAD):
    run = walk.run("report", *([target] if target else []), *THEN, "--format", form, "--title",
                   HOSTILE[0], "--contact", HOSTILE[3], *more, case="r.case")
    return run.returncode, run.stdout
