#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_affected.py HEADWATER GENERATE: headwater's answer of each machine of a generated fleet against
the truth: no machine more, none less. TAP.

Only the truth is read here besides the answer; tests/fleet/test_generate.py says that it is true.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import traceback

HEADWATER, GENERATE = os.path.abspath(sys.argv[1]), sys.argv[2]
VERDICTS = {"contacted": "affected", "executed": "affected", "present": "affected",
            "unknown": "cannot-tell", "clean": "not", "absent": "not"}


def ask(folder, advisory, *args):
    """The truth, the answer of each machine, and the summary."""
    root, case = pathlib.Path(folder) / "fleet", pathlib.Path(folder) / "c.case"
    subprocess.run([sys.executable, GENERATE, *args, "--out", root], check=True)
    env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}
    subprocess.run([HEADWATER, "--case", case, "add", "--org", "Fleet", root / "estate.json",
                    root / "inventory", root / "logs"], check=True, env=env, stdout=subprocess.DEVNULL)
    p = subprocess.run([HEADWATER, "--case", case, "--json", "affected", root / advisory, "--all",
                        "--as-of", "2023-06-01"], env=env, check=False, capture_output=True)
    assert p.returncode == 1, (p.returncode, p.stderr[-400:])
    lines = [json.loads(line) for line in p.stdout.splitlines()]
    assets = {line["host"].upper(): line for line in lines if line["type"] == "asset"}
    return json.loads((root / "truth.json").read_text()), assets, \
        next(line for line in lines if line["type"] == "summary")


def agrees(truth, assets, summary):
    for host, told in truth["hosts"].items():
        said = assets[host]
        assert VERDICTS[said["state"]] == told["verdict"], (host, told, said)
        assert said["ran"] == bool(told["ran"]) and said["contacted"] == told["contacted"], (told, said)
        if told["verdict"] == "affected":
            assert said["by_hash"] == (told["known-by"] == "hash"), (host, told, said)
    assert set(assets) == set(truth["hosts"]), set(assets) ^ set(truth["hosts"])
    counts = truth["counts"]
    assert (summary["affected"], summary["ran"], summary["contacted"]) == \
        (counts["affected"], counts["ran"], counts["contacted"]), (summary, counts)


def forty_machines_are_told_as_they_are(folder):
    truth, assets, summary = ask(folder, "advisory.osv.json", "--seed", "1")
    agrees(truth, assets, summary)
    assert truth["counts"] == {"machines": 40, "affected": 3, "ran": 2, "contacted": 1, "not": 31,
                               "cannot-tell": 6}
    agrees_hunted(truth, *hunt(folder))


def no_other_names_and_numbers_change_that(folder):
    agrees(*ask(folder, "advisory.osv.json", "--seed", "4242", "--hosts", "97", "--affected", "11"))


def hunt(folder):
    """Machines that the hunt names for what the case knows, and its incidents."""
    env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}
    p = subprocess.run([HEADWATER, "--case", pathlib.Path(folder) / "c.case", "--json", "hunt",
                        "--as-of", "2023-06-01"], env=env, check=False, capture_output=True)
    assert p.returncode == 1, (p.returncode, p.stderr[-400:])
    lines = [json.loads(line) for line in p.stdout.splitlines()]
    named = {line["subject"]["path"].upper() for line in lines if line["type"] == "finding"
             and line["rule"] in ("known-bad", "known-contact", "known-version")}
    return named, [line for line in lines if line["type"] == "incident"]


def agrees_hunted(truth, named, incidents):
    want = {host for host, told in truth["hosts"].items() if told["verdict"] == "affected"}
    assert named == want, (len(named), len(want), sorted(named ^ want)[:9])
    machines = {m["host"].upper(): m for n in incidents for m in n["machines"]}
    assert set(machines) == want and len(incidents) == 1, len(incidents)
    for host, m in machines.items():
        told = truth["hosts"][host]
        assert m["ran"] == bool(told["ran"]) and ("met" in m) == told["contacted"], (told, m)


def a_sweep_of_a_large_fleet_finds_exactly_its_machines(folder):
    truth, assets, summary = ask(folder, "advisory.osv.json", "--seed", "2", "--hosts", "12000",
                                 "--affected", "2783")
    agrees(truth, assets, summary)
    assert summary["affected"] == 2783
    agrees_hunted(truth, *hunt(folder))


def without_the_version_nobody_is_cleared_by_name(folder):
    truth, assets, _ = ask(folder, "advisory.csv", "--seed", "1")
    for host, told in truth["hosts"].items():
        by_name = told["inventory"] == "intune" and "version" in told
        want = "cannot-tell" if by_name else told["verdict"]
        assert VERDICTS[assets[host]["state"]] == want, (host, told, assets[host])


TESTS = [forty_machines_are_told_as_they_are, no_other_names_and_numbers_change_that,
         a_sweep_of_a_large_fleet_finds_exactly_its_machines,
         without_the_version_nobody_is_cleared_by_name]


def main():
    print(f"1..{len(TESTS)}", flush=True)
    failed = 0
    for n, test in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory(prefix="headwater-affected.") as folder:
            try:
                test(folder)
                print(f"ok {n} - {test.__name__}", flush=True)
            except Exception:  # pylint: disable=broad-except
                failed += 1
                print(f"not ok {n} - {test.__name__}")
                for line in traceback.format_exc().splitlines():
                    print("#", line[:600])
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
