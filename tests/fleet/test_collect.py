#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_collect.py HEADWATER TOOLS: the collectors: collect.sh as it runs here, under each shell there
is and without rights, and read back by headwater; collect.ps1 as far as a reader without PowerShell
can tell: it is not run here. Speaks TAP.
"""
import collections
import hashlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import traceback

HEADWATER, TOOLS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
NOBODY = 65534
TYPES = ["host", "package", "persistence", "origin", "program", "gap"]
NAMES = [b"plain", b"new\nline", b'quo"te\\s', b"-leading", b"bad\xff\xc3\x28", b"over\xc0\xaf\xed\xa0\x80",
         b"tab\tbell\x07\x7f", b"uml\xc3\xa4ut \xf0\x9f\x8d\x89", b"$(touch pwned)`id`;*", b" blanks ", b"a=b"]


class Skip(Exception):
    """This machine cannot try it."""


def tree(folder):
    """Programs with hostile names; name -> content."""
    root = os.fsencode(folder) + b"/tree"
    os.mkdir(root, 0o755)
    made = {}
    for i, name in enumerate(NAMES):
        path = root + b"/" + name
        made[path] = b"program %d" % i
        with open(path, "wb") as f:
            f.write(made[path])
        os.chmod(path, 0o755)
    with open(root + b"/no-program", "wb") as f:
        f.write(b"nothing that runs")
    os.chmod(root + b"/no-program", 0o644)
    return os.fsdecode(root), made


def run(folder, *args, shell="sh", uid=None, want=0):
    """The lines, parsed. Its home and folder are empty, and stay so."""
    home = tempfile.mkdtemp(prefix="home.", dir=folder)
    os.chmod(home, 0o777)

    def drop():
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    script = pathlib.Path(folder) / "collect.sh"  # where those without rights can read it
    shutil.copyfile(TOOLS / "collect.sh", script)
    os.chmod(script, 0o644)
    os.chmod(folder, 0o755)
    p = subprocess.run([shell, str(script), *args], capture_output=True, check=False, cwd=home,
                       env={"PATH": os.environ["PATH"], "HOME": home, "TMPDIR": home},
                       preexec_fn=drop if uid is not None else None, timeout=300)
    assert p.returncode == want, (p.returncode, p.stderr[-400:])
    assert os.listdir(home) == [], os.listdir(home)
    assert want == 0 or b"collect.sh: " in p.stderr or b"usage: " in p.stderr, p.stderr
    return [json.loads(line.decode("utf-8")) for line in p.stdout.split(b"\n") if line]


def path_of(line):
    return bytes.fromhex(line["path_hex"]) if "path_hex" in line else line["path"].encode()


def of(lines, kind):
    return [line for line in lines if line["type"] == kind]


def shells():
    return [s for s in ("dash", "bash", "sh") if shutil.which(s)]


def every_line_is_json_and_the_last_counts_them_all(folder):
    root, _ = tree(folder)
    for shell in shells():
        lines = run(folder, "-r", root, shell=shell)
        assert lines[0]["type"] == "host" and lines[0]["os"] and lines[0]["tool"], lines[0]
        assert all(line["collect"] == 1 and line["host"] == os.uname().nodename and
                   re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line["time"]) for line in lines)
        counts = collections.Counter(line["type"] for line in lines[:-1])
        assert lines[-1]["type"] == "end" and lines[-1]["counts"] == {t: counts[t] for t in TYPES}, \
            (shell, lines[-1], counts)


def names_that_mean_harm_are_told_whole_and_hashes_are_right(folder):
    root, made = tree(folder)
    lines = run(folder, "-r", root)
    found = {path_of(line): line for line in of(lines, "program")}
    assert set(found) == set(made), set(found) ^ set(made)
    for path, content in made.items():
        line, seen = found[path], os.stat(path)
        assert line["sha256"] == hashlib.sha256(content).hexdigest(), line
        assert line["size"] == len(content) and seen.st_mode & stat.S_IXUSR
    valid = {p for p in made if p == p.decode("utf-8", "ignore").encode()}
    assert {p for p, line in found.items() if "path_hex" not in line} == valid


def what_may_not_be_read_is_a_gap(folder):
    if os.getuid() != 0:
        raise Skip("only root can be somebody else")
    root, made = tree(folder)
    secret = os.fsencode(root) + b"/plain"
    os.chmod(secret, 0o700)
    os.mkdir(root + "/closed", 0o700)
    whole, lines = run(folder, "-r", root), run(folder, "-r", root, uid=NOBODY)
    assert whole[0]["rights"] == "root" and lines[0]["rights"] == "user"
    gaps = {g["what"]: g for g in of(lines, "gap")}
    assert gaps["files and jobs of other users"]["kind"] == "locked", gaps
    assert gaps[secret.decode()]["kind"] == "locked", gaps
    assert any("closed" in what for what in gaps), gaps
    assert len(of(lines, "program")) == len(made) - 1 and len(of(whole, "program")) == len(made)


def limits_hold_and_are_told(folder):
    root, _ = tree(folder)
    few = run(folder, "-r", root, "-n", "3")
    assert len(of(few, "program")) == 3 and few[-1]["counts"]["program"] == 3, few[-1]
    assert any(g["why"] == "more than 3" for g in of(few, "gap"))
    late = run(folder, "-r", root, "-t", "0")
    assert not of(late, "program") and any(g["why"] == "the time was up" for g in of(late, "gap"))
    small = run(folder, "-r", root, "-s", "0")
    assert all("sha256" not in p for p in of(small, "program"))
    assert sum("no hash taken" in g["why"] for g in of(small, "gap")) == len(NAMES)
    assert late[-1]["type"] == small[-1]["type"] == "end"


def nothing_is_changed_and_no_file_is_written_over(folder):
    root, _ = tree(folder)

    def look():
        return sorted((p, os.lstat(p).st_mtime_ns, os.lstat(p).st_mode) for base, dirs, files in
                      os.walk(os.fsencode(root)) for p in [base + b"/" + n for n in dirs + files])
    before = look()
    out = pathlib.Path(folder) / "out.ndjson"
    assert run(folder, "-r", root, "-o", str(out)) == []
    assert look() == before
    text = out.read_bytes()
    assert text.endswith(b"}\n") and b'"type":"end"' in text.splitlines()[-1]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    run(folder, "-r", root, "-o", str(out), want=2)
    assert out.read_bytes() == text


def wrong_words_are_refused(folder):
    for args in (["-x"], ["-t", "soon"], ["-n", ""], ["-r", folder + "/none"], ["word"]):
        assert run(folder, *args, want=2) == []


def headwater_reads_it_to_the_last_line(folder):
    root, made = tree(folder)
    out, case = pathlib.Path(folder) / "out.ndjson", pathlib.Path(folder) / "c.case"
    run(folder, "-r", root, "-s", "1000", "-n", "8", "-o", str(out))
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    for args in (["add", "--org", "Acme", out], ["trace", "nobody"]):
        p = subprocess.run([HEADWATER, "--case", case, *args], env=env, check=False, capture_output=True)
        assert args[0] == "trace" or p.returncode == 0, p.stderr
    lines = [json.loads(line) for line in out.read_bytes().splitlines()]
    db = sqlite3.connect(f"file:{case}?mode=ro", uri=True)
    assert db.execute("SELECT sum(records) FROM source").fetchone()[0] == len(lines)
    known = {key.decode() for (key,) in db.execute("SELECT key FROM thing WHERE kind IN (7, 8)")}
    assert {p["sha256"] for p in of(lines, "program")} <= known
    assert {p["name"].lower() + "@" + p["version"] for p in of(lines, "package")} <= known
    gaps = db.execute("SELECT gap.what, gap.says, thing.kind FROM gap LEFT JOIN thing "
                      "ON thing.n = gap.host").fetchall()
    told = {(g["kind"], f"{g['what']}: {g['why']}", 2) for g in of(lines, "gap")}
    assert set(gaps) == told and len(gaps) == len(of(lines, "gap")), (gaps, told)
    db.close()
    assert len(made) > 8


# ---- collect.ps1, by reading ----

CMDLETS = {"Get-ChildItem", "Get-CimInstance", "Get-Content", "Get-FileHash", "Get-Item",
           "Get-ItemProperty", "Get-AuthenticodeSignature", "Get-ScheduledTask", "New-Object",
           "ConvertTo-Json", "Test-Path", "Set-StrictMode"}
ALIASES = r"gci|ls|dir|cat|type|gc|sc|ac|ni|ri|rm|del|cp|mv|mi|iwr|irm|curl|wget|iex|icm|saps|start|" \
          r"select|where|foreach-object|sort|measure|group|gm|gp|sp|gwmi|echo|write|tee|sleep|kill|ps"
TYPES_OF_NET = {"DateTime", "Globalization.CultureInfo", "IO.FileMode", "IO.FileAccess", "Console",
                "Text.Encoding", "BitConverter", "Security.Principal.WindowsIdentity",
                "Security.Principal.WindowsBuiltInRole", "Environment", "IO.FileAttributes"}
OBJECTS = {"System.Text.UTF8Encoding", "System.IO.FileStream", "System.IO.StreamWriter",
           "Security.Principal.WindowsPrincipal", "System.Collections.Generic.Stack[string]"}


def strip(text):
    """The code without remarks and without what stands in strings."""
    text = re.sub(r"<#.*?#>", "", text, flags=re.S)
    out, quote, i = [], None, 0
    while i < len(text):
        c = text[i]
        if quote is None and c == "#":
            i = text.index("\n", i)
            continue
        if quote is None and c in "'\"":
            quote = c
        elif quote is not None:
            if c == "`" and quote == '"':
                i += 1
            elif c == quote and text[i + 1:i + 2] == quote:
                i += 1
            elif c == quote:
                quote = None
        else:
            out.append(c)
        i += 1
    assert quote is None, "a string without an end"
    return "".join(out)


def the_windows_collector_is_well_formed(_):
    code = strip((TOOLS / "collect.ps1").read_text("ascii"))
    waiting = []
    for c in code:
        if c in "([{":
            waiting.append({"(": ")", "[": "]", "{": "}"}[c])
        elif c in ")]}":
            assert waiting and waiting.pop() == c, "brackets do not match"
    assert not waiting, waiting


def the_windows_collector_calls_only_what_reads(_):
    text = (TOOLS / "collect.ps1").read_text("ascii")
    code = strip(text)
    own = set(re.findall(r"^function ([A-Z]\w+-\w+)", code, re.M))
    called = set(re.findall(r"(?<![\w$-])([A-Z][a-z]+-[A-Z]\w+)", code))
    assert called <= CMDLETS | own, called - CMDLETS - own
    assert own <= called and len(own) > 5
    found = re.findall(rf"(?:^|[|({{;=])\s*({ALIASES}|%|\?)\s+(?!=)", code, re.M | re.I)
    assert not found, found
    kinds = set(re.findall(r"\[([A-Za-z.]+)\]::", code))
    assert kinds <= TYPES_OF_NET, kinds - TYPES_OF_NET
    objects = set(re.findall(r"New-Object ([\w.\[\]]+)", code))
    assert objects <= OBJECTS, objects - OBJECTS
    # Its one file is one that was not there; nothing is run from text.
    assert code.count("FileStream") == 1 and "CreateNew" in code
    assert not re.search(r"&\s*[\$({]|\.Invoke\(|Add-Type|ScriptBlock", code)


def both_collectors_write_the_same_types(_):
    def types(name, pattern):
        return set(re.findall(pattern, (TOOLS / name).read_text("ascii")))
    shell = types("collect.sh", r"\bemit (\w+)") - {"TYPE"}
    windows = types("collect.ps1", r"Write-Line '(\w+)'")
    assert shell == windows == {*TYPES, "end"}, (shell, windows)


TESTS = [every_line_is_json_and_the_last_counts_them_all,
         names_that_mean_harm_are_told_whole_and_hashes_are_right, what_may_not_be_read_is_a_gap,
         limits_hold_and_are_told, nothing_is_changed_and_no_file_is_written_over,
         wrong_words_are_refused, headwater_reads_it_to_the_last_line,
         the_windows_collector_is_well_formed, the_windows_collector_calls_only_what_reads,
         both_collectors_write_the_same_types]


def main():
    print(f"1..{len(TESTS)}", flush=True)
    failed = 0
    for n, test in enumerate(TESTS, 1):
        folder = tempfile.mkdtemp(prefix="headwater-collect.")
        try:
            test(folder)
            print(f"ok {n} - {test.__name__}", flush=True)
        except Skip as why:
            print(f"ok {n} - {test.__name__} # SKIP {why}", flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {n} - {test.__name__}")
            for line in traceback.format_exc().splitlines():
                print("#", line)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
