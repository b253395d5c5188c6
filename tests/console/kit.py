# SPDX-License-Identifier: Apache-2.0
"""A server of the console, and what its tests share: requests as written, answers as JSON, TAP."""
import http.client
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/golden/lib"))
from walk import Walk  # noqa: E402,F401

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' "
                               "data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                               "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def schema_checker():
    """The checker of the golden tests, with the schema's types."""
    place = str(TOP / "tests/golden/check-schema")
    loader = importlib.machinery.SourceFileLoader("check_schema", place)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_schema", loader))
    loader.exec_module(module)
    schema = json.loads((TOP / "docs/schema/headwater.schema.json").read_text(encoding="utf-8"))
    types = {name: rule for name, rule in schema["$defs"].items()
             if "const" in rule.get("properties", {}).get("type", {})}
    return lambda line: module.check_line(line, schema, types)


class Server:
    def __init__(self, headwater, case, *more):
        self.process = subprocess.Popen([headwater, "--case", str(case), "serve", "--port", "0", *more],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.first = self.process.stdout.readline().strip()
        address = json.loads(self.first)["url"] if "--json" in more else self.first
        if not address.startswith("http://127.0.0.1:") or "/#token=" not in address:
            self.process.kill()
            raise RuntimeError(f"no address: {address!r} {self.process.stderr.read()[:400]}")
        place, self.token = address.split("/#token=")
        self.port = int(place.rsplit(":", 1)[1])

    def ask(self, target, method="GET", token=True, body=None, headers=None, host=None):
        """status, headers, body; `host` None: ours, "": none."""
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        c.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        if host != "":
            c.putheader("Host", host or f"127.0.0.1:{self.port}")
        if token:
            c.putheader("Authorization", "Bearer " + (self.token if token is True else token))
        for name, value in (headers or {}).items():
            c.putheader(name, value)
        if body is not None:
            c.putheader("Content-Length", str(len(body)))
        c.endheaders(body)
        r = c.getresponse()
        said = r.status, dict(r.getheaders()), r.read()
        c.close()
        return said

    def lines(self, target, status=200, **how):
        got = self.ask(target, **how)
        if got[0] != status:
            raise RuntimeError(f"{target[:100]}: {got[0]}, not {status}: {got[2][:200]}")
        return [json.loads(line) for line in got[2].decode("utf-8").splitlines()]

    def raw(self, data, timeout=60):
        """All that comes back for these bytes, until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as s:
            try:
                s.sendall(data)
                got = b""
                while True:
                    piece = s.recv(65536)
                    if not piece:
                        return got
                    got += piece
            except ConnectionError:
                return got if "got" in dir() else b""

    def end(self, how=signal.SIGTERM):
        """Exit status, and how long it took."""
        start = time.monotonic()
        self.process.send_signal(how)
        try:
            status = self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = None
        took = time.monotonic() - start
        self.process.stdout.close()
        self.process.stderr.close()
        return status, took


class Tap:
    def __init__(self):
        self.number = self.failed = 0

    def say(self, truth, promise, detail=""):
        self.number += 1
        self.failed += not truth
        print(f"{'ok' if truth else 'not ok'} {self.number} - {promise}", flush=True)
        if not truth:
            for line in str(detail).splitlines()[:12]:
                print(f"# {line[:300]}")

    def done(self):
        print(f"1..{self.number}")
        return 1 if self.failed or not self.number else 0


def clean_env():
    os.environ.pop("HEADWATER_CASE", None)
