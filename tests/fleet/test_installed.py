#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_installed.py HEADWATER: what inventories of different makers become in the graph, and what
others than the machine itself say it asked for.

Each test writes small inventories, adds them to a new case, lets a question make the graph, and reads
its tables. Speaks TAP.
"""
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import traceback

ORGANISATION, HOST, FILE, ARTIFACT, PACKAGE, ADDRESS, DOMAIN = 1, 2, 6, 7, 8, 11, 12
CONTAINS, IS, CONNECTED, RESOLVED, RELEASED, INSTALLED = 1, 4, 12, 13, 16, 18
HOLDS, CONTEXT, QUIET = 1, 4, 16
EVER = (-(2**63) + 1, 2**63 - 1)
EVIL, CLEAN = "a" * 64, "b" * 64
DAY = 86400 * 10**9
MARCH_13, MARCH_20 = 1678665600 * 10**9, 1679270400 * 10**9  # midnights, UTC

INTUNE = "ApplicationName,ApplicationPublisher,ApplicationShortVersion,ApplicationVersion,DeviceName\n"
SCCM = "Name0,DisplayName0,Publisher0,Version0,InstallDate0,TimeStamp\n"


def osquery(host, name, when, rows, action="snapshot"):
    return json.dumps({"name": name, "hostIdentifier": host, "unixTime": when, "calendarTime": "",
                       "decorations": {"hostname": host}, "snapshot": rows, "action": action}) + "\n"


class Graph:
    def __init__(self, exe, folder, files):
        case = pathlib.Path(folder) / "c.case"
        env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}
        for name, text in files.items():
            path = pathlib.Path(folder) / name
            path.write_text(text, encoding="utf-8")
            subprocess.run([exe, "--case", case, "add", "--org", "Acme", path], check=True, env=env,
                           stdout=subprocess.DEVNULL)
        run = subprocess.run([exe, "--case", case, "trace", "nobody"], env=env, check=False,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert run.returncode in (2, 3), run.returncode
        db = sqlite3.connect(f"file:{case}?mode=ro", uri=True)
        self.things = {n: (kind, key.decode(), name.decode(), flags) for n, kind, key, name, flags in
                       db.execute("SELECT n, kind, key, name, flags FROM thing")}
        places = {n: row for n, *row in db.execute("SELECT n, source, number, off FROM edge")}
        self.edges = [(self.things[s][:2], pack & 255, self.things[o][:2], lo, hi, pack >> 12 & 255,
                       tuple(places[n])) for n, s, o, lo, hi, pack in
                      db.execute("SELECT n, subject, object, lo, hi, pack FROM edge_out")]
        db.close()

    def of(self, verb, subject=None, target=None):
        return [e for e in self.edges if e[1] == verb and subject in (None, e[0]) and
                target in (None, e[2])]

    def flags(self, kind, key):
        found = [t[3] for t in self.things.values() if t[:2] == (kind, key)]
        assert len(found) == 1, f"{len(found)} of {key}"
        return found[0]


def a_row_without_a_time_lies_there_at_some_time(make):
    g = make({"apps.csv": INTUNE + "Example Trader,Example Corp.,,7.17.90,WKS-0001\n"})
    edges = g.of(INSTALLED)
    assert len(edges) == 1, edges
    subject, _, target, lo, hi, flags, _ = edges[0]
    assert subject == (PACKAGE, "example trader@7.17.90"), subject
    assert target == (HOST, "wks-0001"), target
    assert (lo, hi) == EVER and flags & CONTEXT and not flags & HOLDS, edges[0]
    assert (PACKAGE, "example trader@7.17.90", "Example Trader 7.17.90") in \
        [t[:3] for t in g.things.values()]


def a_machine_that_only_inventories_name_sent_no_records(make):
    g = make({"apps.csv": INTUNE + "Example Trader,,,7.17.90,WKS-0001\n"})
    assert g.flags(HOST, "wks-0001") & QUIET


def a_publisher_is_claimed_once_whatever_the_number_of_machines(make):
    rows = "".join(f"Example Trader,Example Corp.,,7.17.90,WKS-{i:04}\n" for i in range(50))
    g = make({"apps.csv": INTUNE + rows})
    assert len(g.of(INSTALLED)) == 50
    made = g.of(RELEASED)
    assert [e[0] for e in made] == [(ORGANISATION, "Example Corp.")], made


def names_fold_case_and_versions_do_not(make):
    g = make({"apps.csv": INTUNE + "Example Trader,,,1.0a,A\nEXAMPLE TRADER,,,1.0a,B\n"
                                   "Example Trader,,,1.0A,C\n"})
    assert {e[0][1] for e in g.of(INSTALLED)} == {"example trader@1.0a", "example trader@1.0A"}


def an_installation_holds_from_its_date_to_the_inventory(make):
    g = make({"arp.csv": SCCM + "WKS-1,Example Trader,Example Corp.,7.17,20230313,"
                                "2023-03-20 00:00:00\n"})
    (edge,) = g.of(INSTALLED)
    assert edge[3] == MARCH_13 and edge[5] & HOLDS, edge
    assert MARCH_20 <= edge[4] <= MARCH_20 + DAY, edge


def one_version_with_two_contents_stays_two(make):
    def row(sha256):
        return {"name": "Example Trader", "version": "7.17", "publisher": "Example Corp.",
                "install_location": "C:\\T", "path": "C:\\T\\t.exe", "sha256": sha256}
    g = make({"q.json": osquery("h1", "pack/programs", 1679270400, [row(EVIL)]) +
                        osquery("h2", "pack/programs", 1679270400, [row(CLEAN)])})
    package = (PACKAGE, "example trader@7.17")
    assert {e[2][1] for e in g.of(INSTALLED, package)} == {"h1", "h2"}
    for sha256, host in ((EVIL, "h1"), (CLEAN, "h2")):
        (on,) = g.of(INSTALLED, (ARTIFACT, sha256))
        assert on[2] == (HOST, host), on
        (within,) = g.of(CONTAINS, (ARTIFACT, sha256))
        (named,) = g.of(INSTALLED, package, (HOST, host))
        assert within[2] == package and on[6] == named[6] == within[6], (on, named, within)
        (lies,) = [e for e in g.of(IS) if e[2] == (ARTIFACT, sha256)]
        assert lies[0][0] == FILE and lies[0][1].startswith(f"{host}|c:\\t\\t.exe|"), lies


def what_a_difference_says_is_gone_is_not_installed(make):
    gone = {"name": "pack/programs", "hostIdentifier": "h1", "unixTime": 1679270400,
            "calendarTime": "", "action": "removed",
            "columns": {"name": "Example Trader", "version": "7.17", "install_location": ""}}
    here = dict(gone, action="added", columns=dict(gone["columns"], version="7.18"))
    g = make({"q.json": json.dumps(gone) + "\n" + json.dumps(here) + "\n"})
    assert {e[0][1] for e in g.of(INSTALLED)} == {"example trader@7.18"}, g.of(INSTALLED)


def a_row_that_names_no_machine_or_no_package_makes_nothing(make):
    g = make({"apps.csv": INTUNE + "Example Trader,,,1.0,\n,,,1.0,WKS-1\nOther,,,2,WKS-2\n"})
    assert [e[0][1] for e in g.of(INSTALLED)] == ["other@2"], g.of(INSTALLED)


def zeek(ip, name, when):
    return json.dumps({"_path": "dns", "ts": when, "uid": f"C{when}", "id.orig_h": ip, "id.orig_p": 50000,
                       "id.resp_h": "10.1.0.53", "id.resp_p": 53, "proto": "udp", "query": name,
                       "answers": ["203.0.113.66"]}) + "\n"


def estate(*hosts):
    return json.dumps({"headwater": "estate", "version": 1, "organisations": [{"name": "Acme"}], "hosts": [
        {"name": n, "org": "Acme", "addresses": [{"ip": ip, "from": "2022-01-01T00:00:00Z"}]}
        for n, ip in hosts]})


def a_resolver_names_the_machine_that_had_the_address(make):
    g = make({"estate.json": estate(("WKS-1", "10.0.0.5"), ("WKS-2", "10.0.0.6")),
              "dns.log": zeek("10.0.0.5", "C2.Example.NET.", 1679270400)})
    (edge,) = g.of(RESOLVED)
    assert edge[0] == (HOST, "wks-1") and edge[2] == (DOMAIN, "c2.example.net"), edge
    assert edge[5] & CONTEXT and edge[3] <= MARCH_20 <= edge[4], edge


def an_address_nobody_is_known_to_have_had_stands_for_itself(make):
    g = make({"dns.log": zeek("10.0.0.9", "c2.example.net", 1679270400)})
    (edge,) = g.of(RESOLVED)
    assert edge[0] == (ADDRESS, "10.0.0.9"), edge


def the_same_question_all_day_is_one_edge_and_the_next_day_another(make):
    asked = [zeek("10.0.0.5", "c2.example.net", 1679270410 + i * 60) for i in range(100)]
    asked += [zeek("10.0.0.5", "c2.example.net", 1679270410 + 86400)]
    g = make({"dns.log": "".join(asked)})
    assert len(g.of(RESOLVED)) == 2, g.of(RESOLVED)


def a_proxy_names_the_machine_by_url_and_by_connect(make):
    g = make({"estate.json": estate(("WKS-1", "10.20.4.31")), "access.log":
              "1679270400.123    345 10.20.4.31 TCP_MISS/200 943 GET http://Down.example.net:80/a?b=c jdoe "
              "HIER_DIRECT/198.51.100.20 text/html\n"
              "1679270401.001     12 10.20.4.31 TCP_TUNNEL/200 40 CONNECT c2.example.net:443 - "
              "HIER_DIRECT/203.0.113.66 -\n"
              "1679270402.001     12 10.20.4.31 TCP_TUNNEL/200 40 CONNECT 203.0.113.66:443 - "
              "HIER_DIRECT/203.0.113.66 -\n"})
    found = {e[2] for e in g.of(CONNECTED, (HOST, "wks-1")) if e[2][0] == DOMAIN}
    assert found == {(DOMAIN, "down.example.net"), (DOMAIN, "c2.example.net")}, found


TESTS = [v for k, v in list(globals().items()) if callable(v) and k.islower() and
         getattr(v, "__module__", "") == "__main__" and k not in ("osquery", "zeek", "estate", "main")]


def main():
    print(f"1..{len(TESTS)}", flush=True)
    failed = 0
    for n, test in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory(prefix="headwater-installed.") as folder:
            try:
                test(lambda files, folder=folder: Graph(os.path.abspath(sys.argv[1]), folder, files))
                print(f"ok {n} - {test.__name__}", flush=True)
            except Exception:  # pylint: disable=broad-except
                failed += 1
                print(f"not ok {n} - {test.__name__}")
                for line in traceback.format_exc().splitlines():
                    print("#", line)
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
