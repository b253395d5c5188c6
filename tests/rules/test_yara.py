#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_yara.py HEADWATER CORPUS: signature-base's 741 files of rules over the programs of a named list
of Debian packages. All files compile, and no rule fires but those whose reason stands here. TAP."""
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

RULES = "intel/ioc/signature-base-yara-8a89b3b.tar.gz"
FILES_OF_RULES = 741  # 737 .yar and 4 .yara
# Each is on every Debian 12, or is left out and named.
PACKAGES = ["bash", "coreutils", "dpkg", "findutils", "grep", "gzip", "libc6", "libcrypt1", "openssl",
            "perl-base", "sed", "tar", "util-linux", "zlib1g"]
# Rules that fire on honest files, and why: nothing else may.
EXPLAINED = {}


def run(*args, want=(0, 1, 3)):
    p = subprocess.run([os.fspath(a) for a in args], stdin=subprocess.DEVNULL, capture_output=True,
                       timeout=900, check=False)
    assert p.returncode in want, f"{args[:6]} gave {p.returncode}: {p.stderr[-400:]!r}"
    return p.stdout.decode()


def files_of(package):
    p = subprocess.run(["dpkg-query", "-L", package], capture_output=True, check=False)
    files = [pathlib.Path(line) for line in p.stdout.decode().splitlines()]
    return [f for f in files if f.is_file() and not f.is_symlink() and os.access(f, os.R_OK)
            and f.read_bytes()[:4] == b"\x7fELF"]


def main():
    exe = os.path.abspath(sys.argv[1])
    rules = pathlib.Path(os.environ.get("HEADWATER_CORPUS", sys.argv[2])) / RULES
    held = {p: files_of(p) for p in PACKAGES}
    if not rules.exists() or not any(held.values()):
        print(f"1..0 # SKIP no {rules}, or no package of a Debian")
        return 0
    with tempfile.TemporaryDirectory(prefix="headwater-yara.") as folder:
        folder, case = pathlib.Path(folder), pathlib.Path(folder) / "c.case"
        control = folder / "control.yar"
        control.write_text('rule control { strings: $a = "GNU coreutils" condition: $a }\n')
        with tarfile.open(rules) as tar:
            count = sum(m.isfile() and m.name.endswith((".yar", ".yara")) for m in tar)
        learned = run(exe, "--case", case, "--json", "learn", rules, control)
        known = [json.loads(line) for line in learned.splitlines()]
        known = [k for k in known if k["type"] == "known" and k["form"] == "yara"]
        documents = sum(k["documents"] for k in known)
        refused = sum(k["refused"] for k in known)
        files = sorted({f for found in held.values() for f in found})
        run(exe, "--case", case, "scan", *files)
        fired = {}
        for line in run(exe, "--case", case, "--json", "hunt").splitlines():
            said = json.loads(line)
            if said["type"] == "finding" and said["rule"] == "yara-match":
                word = said["why"][0]["says"].split()[1]
                fired.setdefault(word, set()).add(said["subject"]["path"])
    tests = [
        (documents == count + 1 == FILES_OF_RULES + 1 and refused == 0,
         f"all {count} files of rules compile", (documents, refused)),
        (any(f.endswith("/ls") for f in fired.get("control", ())), "the control fires", fired),
        (not set(fired) - set(EXPLAINED) - {"control"},
         f"nothing unexplained fires on {len(files)} programs of {sum(map(bool, held.values()))} packages",
         {k: sorted(v)[:3] for k, v in fired.items() if k != "control"}),
    ]
    print(f"1..{len(tests)}")
    for n, (good, name, why) in enumerate(tests, 1):
        print(("ok" if good else "not ok"), n, "-", name)
        if not good:
            print("#", str(why)[:900])
    print("# not here:", " ".join(p for p, f in held.items() if not f) or "none")
    return not all(t[0] for t in tests)


if __name__ == "__main__":
    sys.exit(main())
