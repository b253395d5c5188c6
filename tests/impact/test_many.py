#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_many.py HEADWATER: an estate of 20,000 releases and as many deliveries, 2,000 held machines:
what is at risk is right, and told in seconds. A list walked for each of another list takes minutes."""
import json
import pathlib
import sys
import tempfile
import time

from kit import Loaded

RELEASES, HOSTS, SECONDS = 20_000, 2_000, 30  # sanitizers and a busy machine: the aim is 2
BAD = "ab" * 32
MONTH = "2024-05"


def sysmon(i):
    """The payload runs on machine i."""
    return json.dumps({
        "@timestamp": f"{MONTH}-02T10:00:00.000Z", "EventTime": f"{MONTH}-02 10:00:00", "RecordNumber": i + 1,
        "EventID": 1, "SourceName": "Microsoft-Windows-Sysmon", "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Hostname": f"BUILD{i}", "UtcTime": f"{MONTH}-02 10:00:00.000",
        "ProcessGuid": f"{{{i + 0xa0000000:08x}-0001-0000-0000-000000000001}}", "ProcessId": "8", "Image": "C:\\bad.exe",
        "CommandLine": "x", "User": "ACME\\amy", "LogonId": "0x5000", "Hashes": f"SHA256={BAD}"})


def estate():
    """Half of the releases came out before their machine was held; every fourth carries the bytes."""
    releases = []
    for i in range(RELEASES):
        r = {"name": f"Product {i}", "version": "1", "org": "Acme", "built_on": f"BUILD{i % (2 * HOSTS)}",
             "published": f"{MONTH}-0{1 if i % 2 else 3}"}
        if i % 4 == 0:
            r["files"] = [{"path": f"p{i}.exe", "sha256": BAD}]
        releases.append(r)
    return {"headwater": "estate", "version": 1, "releases": releases, "deliveries": [
        {"release": f"Product {i}", "version": "1", "to": f"Customer {i}", "at": f"{MONTH}-04"}
        for i in range(RELEASES)]}


def main():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "truth.json").write_text("{}")
        (root / "fleet").mkdir()
        (root / "fleet/sysmon.json").write_text("".join(sysmon(i) + "\n" for i in range(HOSTS)))
        (root / "estate.json").write_text(json.dumps(estate()))
        w = Loaded(sys.argv[1], root, root / "c.case")
        w.run("add", "--org", "Acme", root / "fleet")
        w.run("add", root / "estate.json")
        w.make_graph()
        begun = time.monotonic()
        lines = w.run("impact", BAD, "--as-of", "2024-06-01", want=(1,), json_lines=True)
        took = time.monotonic() - begun
        end = lines[-1]
        assert end["held"]["hosts"] == HOSTS, end
        # Held machines are the first half of those built on; of them what came out on the 3rd and is clean.
        clean = [i for i in range(RELEASES) if i % (2 * HOSTS) < HOSTS and i % 2 == 0 and i % 4]
        assert end["releases"]["poisoned"] == RELEASES // 4, end
        assert end["releases"]["built"] == len(clean), (end, len(clean))
        assert end["direct"] == RELEASES // 4 and end["receivers_at_risk"] == len(clean), end
        assert took < SECONDS, f"{took:.1f} s"
        print(f"ok: {RELEASES} releases, {HOSTS} machines held, in {took:.1f} s")


if __name__ == "__main__":
    main()
