#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""console.py HEADWATER [--files N] [--seconds S] [--in FOLDER]: how fast the console answers.

Makes a case of N small files in boxes (or takes the one that lies in FOLDER from an earlier run),
starts `headwater serve` on it, asks each question once by itself (the first time makes the answer,
the second finds it kept), then lets wrk ask over loopback, four connections for S seconds. Prints
Markdown. Numbers, never limits: this is no test.
"""
import argparse
import http.client
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import zipfile

QUESTIONS = [
    ("the case in counts", "/api/case"),
    ("files, the first page of 200", "/api/artifacts"),
    ("files, 200 from the middle", "/api/artifacts?after={middle}"),
    ("files by a part of the name", "/api/artifacts?q=77.txt&limit=50"),
    ("verify, the first page of 200", "/api/lines?of=verify"),
    ("verify, a type filtered", "/api/lines?of=verify&types=gap"),
    ("verify, a member filtered", "/api/lines?of=verify&where=format:zip&limit=50"),
    ("verify, a text in all lines", "/api/lines?of=verify&q=member-0007&limit=50"),
    ("things by a part of the name", "/api/things?q=77"),
]


def make_case(headwater, folder, files):
    case, boxes = folder / "bench.case", folder / "boxes"
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


def main():
    args = argparse.ArgumentParser()
    args.add_argument("headwater")
    args.add_argument("--files", type=int, default=100_000)
    args.add_argument("--seconds", type=int, default=3)
    args.add_argument("--in", dest="folder")
    given = args.parse_args()
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as temporary:
        folder = pathlib.Path(given.folder or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        case = make_case(str(pathlib.Path(given.headwater).resolve()), folder, given.files)
        server = subprocess.Popen([given.headwater, "--case", case, "serve", "--port", "0"],
                                  stdout=subprocess.PIPE, text=True)
        try:
            line = server.stdout.readline()
            port, token = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/#token=(\w+)\n", line).groups()
            print(f"A case of {given.files:,} small files in boxes of 1,000; wrk with 4 connections, "
                  f"{given.seconds} s each.\n")
            print("| question | first, ms | again, ms | lines | requests/s | p50 | p99 |")
            print("|---|---:|---:|---:|---:|---:|---:|")
            for name, target in QUESTIONS:
                target = target.replace("{middle}", str(given.files // 2))
                first, again = ask(int(port), token, target), ask(int(port), token, target)
                rate, p50, p99 = wrk(port, token, target, given.seconds)
                print(f"| {name} | {first[0] * 1e3:.1f} | {again[0] * 1e3:.1f} | {again[2]} | {rate:.0f} | "
                      f"{p50} | {p99} |", flush=True)
            peak = re.search(r"VmHWM:\s*(\d+)", pathlib.Path(f"/proc/{server.pid}/status").read_text(
                encoding="ascii"))
            print(f"\nPeak memory of the server: {int(peak.group(1)) / 1024:.0f} MB.")
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
