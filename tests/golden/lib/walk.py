# SPDX-License-Identifier: Apache-2.0
"""Every command over every sample, once: what the tests of form ask."""
import os
import json as jsons
import pathlib
import shutil
import subprocess
import tempfile

THEN = ["--as-of", "2026-01-01T00:00:00Z"]


class Walk:
    def __init__(self, headwater, samples):
        self.headwater, self.samples = os.path.abspath(headwater), os.path.abspath(samples)
        self.folder = tempfile.TemporaryDirectory(prefix="headwater-walk-")
        self.work = pathlib.Path(self.folder.name).resolve()
        self.tree = self.work / "tree"
        self.tree.mkdir()
        subprocess.run([self.samples, str(self.tree)], check=True)
        for folder in ("knowledge", "logs", "said"):
            shutil.copytree(pathlib.Path(__file__).resolve().parent / folder, self.tree / folder)
        self.env = {k: v for k, v in os.environ.items() if k != "HEADWATER_CASE"}

    def run(self, *args, case=None, json=False, **how):
        line = [self.headwater] + (["--case", str(self.work / case)] if case else [])
        line += (["--json"] if json else []) + [os.fsencode(a) if isinstance(a, os.PathLike) else a
                                                for a in args]
        how.setdefault("stdin", subprocess.DEVNULL)
        how.setdefault("stdout", subprocess.PIPE)
        how.setdefault("stderr", subprocess.PIPE)
        return subprocess.run(line, cwd=self.tree, env=self.env, check=False, **how)

    def traces(self, case, bad):
        """Logs, and what is asked of them."""
        yield ["ingest", "--org", bad, "--host", bad, "logs/hostile.json"], case
        yield ["ingest", "--org", "acme", "logs/build.json", "logs/estate.json"], case
        yield ["ingest", "--org", "beta", "logs/pc.json"], case
        yield ["ingest", "good.dll", "hostile"], case
        library = "C:\\App\\lib.dll"
        for target in (library, "lib.dll", "ab" * 32, "cd" * 32, "domain:c2.example", "no such thing",
                       "{b0b0b0b0-0000-6000-0002-000000000001}", "host:pc-1", bad):
            yield ["trace", *THEN, "--all", "--counter", target], case
        yield ["trace", *THEN, "--back", library], case
        yield ["trace", *THEN, "--forward", library], case
        yield ["trace", library], None
        for attack in (["C1"], ["T1,S1"], [bad], []):
            yield ["attribute", *THEN, "--behaviour", *attack], case
        yield ["add", "knowledge/bill.json", "said/counts.json"], case
        for target in (library, "ab" * 32, "release:app 1.0", "host:BUILD-7", "pkg:npm/app@1.0", bad):
            yield ["impact", *THEN, "--all", target], case
        yield ["impact", *THEN, "--independent", "A,B", library], case
        yield ["impact", *THEN, "--independent", bad, library], case
        yield ["impact", "--from", "2024-05-09", "--until", "2024-05-01", library], case
        found = self.run("trace", *THEN, "--back", library, case=case, json=True)
        step = jsons.loads(found.stdout.splitlines()[0])["id"]
        yield ["judge", step, "reject", "--because", bad], case
        yield ["note", step, bad], case
        yield ["trace", *THEN, library], case

    def everything(self, case):
        """(arguments, uses a case) of all commands, in an order that makes sense. The words of
        `bad` are spoken to the program by people or scripts that copy them from evidence."""
        files = sorted(p for p in self.tree.rglob("*") if p.is_file())
        bad = b"\x1b[31mred\r\xe2\x80\xae\x9b\xff\x07.dll"
        yield ["add", "--org", bad, "--host", bad, "--exhibit", bad, "--acquired-by", bad, "--note",
               bad, "."], case
        yield ["scan", "--keep", "good.dll", "hostile"], case
        yield ["learn", "list.csv", "defanged.csv", "revoked.crl", "root.pem", "hostile/labels.csv",
               "hostile/words.csv"], case
        yield ["learn", "--all", "list.csv"], case
        os.mkfifo(self.tree / "hostile" / "pipe\x1b[5m") if not list(
            (self.tree / "hostile").glob("pipe*")) else None
        yield ["scan", "hostile"], case
        for path in files:
            yield ["verify", *THEN, "--all", path.relative_to(self.tree)], None
        yield ["verify", *THEN, "--anchors", "root.pem", "--crl", "revoked.crl", "unstamped.dll"], None
        yield ["verify", *THEN, "--fail-on", "info", "--all", "."], case
        yield ["verify", *THEN, "--all", "."], None
        yield ["verify", *THEN, "--require-signer", bad, "--expect-signer", bad,
               "--require-timestamp", "--expiring", "36500", "--anchors", "root.pem", "good.dll",
               "unsigned.dll", "unstamped.dll"], None
        yield ["hunt", *THEN], case
        yield ["learn", "--pack", "../k.pack", "--key", "../k.key"], case
        yield ["learn", "../k.pack"], case
        yield ["learn", "--feed", "https://localhost:1/", "--ca", "root.pem"], case
        yield ["watch", *THEN, "--once", "--all"], case
        yield from self.traces(case, bad)
        yield ["attribute", *THEN, "--all"], case
        yield ["attribute", *THEN, b"one\x07"], case
        yield ["attribute", *THEN, "--tz", "+02:00", bad], case
        yield ["attribute", "--as-of", "2024-01-01"], case
        yield ["attribute", "--check", "said/report.md"], None
        yield ["attribute", "--check", bad], None
        for form in ("md", "json", "csv", "timesketch", "sarif", "stix", "misp", "flow", "csaf"):
            yield ["report", *THEN, "--format", form, "--all", "C:\\App\\lib.dll"], case
        yield ["report", *THEN, "--json"], case
        yield ["report", *THEN, "--json", "--tlp", "red", "--title", bad, "--author", bad,
               "--contact", bad, bad], case
        yield ["report", *THEN, "--redact", "list.csv", "--redact-key", bad], case
        yield ["report", "--format", bad], case
        yield ["share", "--new-key", "../s.key"], None
        yield ["share", "--new-key", b"../" + bad], None
        for who in ("beta", "acme", bad):
            yield ["share", *THEN, "--author", bad, "--contact", bad, "--to", who, "--redact-key",
                   "../s.names", "ab" * 32], case
        yield ["share", *THEN, "--author", "acme", "--to", bad, "--redact-key", "../s.names", "--key",
               "../s.key", "--out", b"../" + bad + b".share", "--yes", "ab" * 32], case
        yield ["share", *THEN, "--author", "acme", "--redact-key", "../s.names", "--key", "../s.key",
               "--out", "../s.share", "--yes", "C:\\App\\lib.dll"], case
        yield ["add", "../s.share"], case
        yield ["add", "lying.share", "later.share"], case
        yield ["share", *THEN, "--author", "acme", "--redact-key", bad, bad], case
        for advisory in ("list.csv", "defanged.csv", "hostile/labels.csv"):
            yield ["affected", *THEN, "--all", advisory], case
            yield ["affected", *THEN, advisory, ".", "logs"], None
        yield ["affected", *THEN, "--org", bad, "hostile/labels.csv", "logs/hostile.json"], None
        yield ["affected", "hostile/words.csv", bad], None
        for path in files:
            yield ["show", path.relative_to(self.tree)], case
        yield ["show", "hostile"], case
        yield ["show", "hostile/words.zip!/a"], case
        finding = "f-a4f64bfcb75edfae"
        yield ["judge", finding, "reject", "--because", bad], case
        yield ["note", finding, bad], case
        yield ["note", "hostile/words.dll", bad], case
        yield ["show", finding], case
        yield ["show", "hostile/words.dll"], case
        yield ["verify", *THEN, "padded.dll"], case
        yield ["hunt", *THEN, "--fail-on", "info"], case
        for word in ("evidence", "log", "check", "dump", "reread"):
            yield ["case", word], case
        yield ["case", "reread", "--all"], case
        yield ["case", "forget", "hostile/words.zip", "--because", bad], case
        yield ["case", "evidence"], case
        yield ["case", "log"], case
        yield ["rules"], None
        yield ["formats"], None
        # mistakes, whose words come back in the answer
        yield [bad], None
        yield ["verify", bad], None
        yield ["verify", "--" + bad.decode("latin-1"), "x"], None
        yield ["verify", "--as-of", bad, "x"], None
        yield ["verify", "--fail-on", bad, "x"], None
        yield ["verify", "--tz", bad, "x"], None
        yield ["verify", "--expiring", bad, "x"], None
        yield ["verify", "--accept-opaque", bad, "good.dll"], None
        yield ["verify", "--policy", "hostile/words.csv", "good.dll"], None
        yield ["verify", "--policy", bad, "good.dll"], None
        yield ["verify", "--junit", b"/nowhere/" + bad, "good.dll"], None
        yield ["verify", "--baseline", bad, "good.dll"], None
        yield ["verify", "--anchors", bad, "good.dll"], None
        yield ["verify", "--crl", bad, "good.dll"], None
        yield ["learn", "--feed", bad, "--ca", "root.pem"], case
        yield ["learn", "--pack", b"/nowhere/" + bad, "--key", "../k.key"], case
        yield ["watch", "--once", "--feed", bad], case
        yield ["show", bad], case
        yield ["judge", bad, bad, "--because", "x"], case
        yield ["note", bad, "x"], case
        yield ["case", bad], case
        yield ["hunt", bad], case
        yield ["hunt"], os.fsdecode(bad)
