#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""console.py HEADWATER [--files N] [--hosts N] [--seconds S] [--in FOLDER]: how fast the console is.

Two cases: one of N small files in boxes, one of a month's logs of N hosts, with a chain in them
(400 hosts write 1.4 million events). Each is made, or taken from FOLDER where an earlier run left
it. `headwater serve` is started on it, each question asked once by itself (the first time makes the
answer, the second finds it kept), then wrk asks over loopback, four connections for S seconds.
Prints Markdown. Numbers, never limits: this is no test.
"""
import argparse
import http.client
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import zipfile

FILES = [
    ("the case in counts", "/api/case"),
    ("files, the first page of 200", "/api/artifacts"),
    ("files, 200 from the middle", "/api/artifacts?after={middle}"),
    ("files by a part of the name", "/api/artifacts?q=77.txt&limit=50"),
    ("files by a state, judged", "/api/artifacts?state=valid&limit=50"),
]
LOGS = [
    ("the case in counts", "/api/case"),
    ("the report's summary", "/api/lines?of=report&target={target}&types=summary,statement"),
    ("its machines, the first page of 200", "/api/lines?of=report&target={target}&types=asset"),
    ("its timeline", "/api/timeline?target={target}"),
    ("the picture", "/api/picture?target={target}"),
    ("the steps of the chain", "/api/lines?of=trace&target={target}&types=step"),
    ("findings of all of the case", "/api/lines?of=report&types=finding"),
    ("things by a part of the name", "/api/things?q=update"),
    ("things by another", "/api/things?q=explorer"),
]


def files_case(headwater, folder, files):
    case, boxes = folder / "files.case", folder / "boxes"
    if case.exists():
        return case
    boxes.mkdir(parents=True, exist_ok=True)
    each = 1000
    for box in range((files + each - 1) // each):
        with zipfile.ZipFile(boxes / f"box-{box:05d}.zip", "w", zipfile.ZIP_DEFLATED) as z:
            for n in range(min(each, files - box * each)):
                z.writestr(f"folder/member-{n:04d}-{(box * 31 + n) % 100:02d}.txt",
                           f"the text of file {n} in box {box}\n")
    subprocess.run([headwater, "--case", case, "add", boxes], check=True, stdout=subprocess.DEVNULL)
    return case


def logs_case(headwater, folder, hosts):
    case, logs = folder / "logs.case", folder / "logs"
    if not case.exists():
        generate = pathlib.Path(__file__).resolve().parent.parent / "examples/cascade/generate"
        subprocess.run([sys.executable, generate, "--seed", "11", "--hosts", str(hosts), "--out", logs],
                       check=True, stdout=subprocess.DEVNULL)
        subprocess.run([headwater, "--case", case, "add", logs], check=False, stdout=subprocess.DEVNULL)
        subprocess.run([headwater, "--case", case, "trace", target(folder)], check=False,
                       stdout=subprocess.DEVNULL)  # makes the graph, which any command would
    return case


def target(folder):
    return json.loads((folder / "logs/truth.json").read_text(encoding="utf-8"))["names"]["library-sha256"]


def ask(port, token, target):
    began = time.monotonic()
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    c.request("GET", target, headers={"Host": f"127.0.0.1:{port}", "Authorization": f"Bearer {token}"})
    r = c.getresponse()
    body = r.read()
    c.close()
    if r.status != 200:
        sys.exit(f"bench: {target}: {r.status} {body[:200]}")
    return time.monotonic() - began, len(body), body.count(b"\n")


def wrk(port, token, target, seconds):
    run = subprocess.run(["wrk", "-t2", "-c4", f"-d{seconds}s", "--latency", "-H",
                          f"Host: 127.0.0.1:{port}", "-H", f"Authorization: Bearer {token}",
                          f"http://127.0.0.1:{port}{target}"], capture_output=True, text=True,
                         check=True).stdout
    if "Non-2xx" in run:
        sys.exit(f"bench: {target}: wrk was refused:\n{run}")
    rate = re.search(r"Requests/sec:\s*([\d.]+)", run).group(1)
    return float(rate), *[re.search(r"(?m)^\s+" + p + r"%\s+(\S+)", run).group(1) for p in ("50", "99")]


def table(headwater, case, questions, seconds):
    server = subprocess.Popen([headwater, "--case", case, "serve", "--port", "0"],
                              stdout=subprocess.PIPE, text=True)
    try:
        line = server.stdout.readline()
        port, token = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/#token=(\w+)\n", line).groups()
        print("| question | first, ms | again, ms | lines | requests/s | p50 | p99 |")
        print("|---|---:|---:|---:|---:|---:|---:|")
        for name, address in questions:
            first, again = ask(int(port), token, address), ask(int(port), token, address)
            rate, p50, p99 = wrk(port, token, address, seconds)
            print(f"| {name} | {first[0] * 1e3:.1f} | {again[0] * 1e3:.1f} | {again[2]} | {rate:.0f} | "
                  f"{p50} | {p99} |", flush=True)
        peak = re.search(r"VmHWM:\s*(\d+)", pathlib.Path(f"/proc/{server.pid}/status").read_text(
            encoding="ascii"))
        print(f"\nPeak memory of the server: {int(peak.group(1)) / 1024:.0f} MB.\n")
    finally:
        server.terminate()
        server.wait()


def main():
    args = argparse.ArgumentParser()
    args.add_argument("headwater")
    args.add_argument("--files", type=int, default=100_000, help="0: no case of files")
    args.add_argument("--hosts", type=int, default=100, help="16 to 400; 0: no case of logs")
    args.add_argument("--seconds", type=int, default=3)
    args.add_argument("--in", dest="folder")
    given = args.parse_args()
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as temporary:
        folder = pathlib.Path(given.folder or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        headwater = str(pathlib.Path(given.headwater).resolve())
        if given.files:
            case = files_case(headwater, folder, given.files)
            print(f"A case of {given.files:,} small files in boxes of 1,000; wrk with 4 connections, "
                  f"{given.seconds} s each.\n")
            table(headwater, case, [(n, a.replace("{middle}", str(given.files // 2)))
                                    for n, a in FILES], given.seconds)
        if given.hosts:
            case = logs_case(headwater, folder, given.hosts)
            print(f"A case of a month's logs of {given.hosts} hosts.\n")
            table(headwater, case, [(n, a.replace("{target}", target(folder))) for n, a in LOGS],
                  given.seconds)


if __name__ == "__main__":
    main()
