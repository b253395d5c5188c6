# SPDX-License-Identifier: Apache-2.0
"""What little there is of the upstream vendor: a download log, and what it says of its releases.

The log keeps addresses and names of files, no hashes, and the address of the download is not the
one the VPN gateway saw: nothing here leads from one company to the other.
"""
import os

from . import clock
from .clock import DAY, HOUR, MINUTE

AGENTS = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
          "Chrome/100.0.4896.75 Safari/537.36",
          "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:99.0) Gecko/20100101 Firefox/99.0",
          "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
          " Version/15.4 Safari/605.1.15")


def write_log(world, rel):
    cast, rng = world.cast, world.rng_for("upstream")
    start, rows = cast.install - 20 * DAY, []
    size = cast.prints["installer"].size
    for _ in range(900):
        when = start + rng.randrange(40 * DAY)
        path = rng.choice(("/", "/robots.txt", "/docs/setup.html", "/docs/release-notes.html",
                           "/downloads/adapter-setup.exe", cast.up_path.rsplit("/", 1)[0] + "/"))
        rows.append((when, f"192.0.2.{rng.randrange(2, 250)}", path, rng.randrange(300, 90000),
                     rng.randrange(3), None))
    for k in range(6):  # a retired product, and still somebody takes it now and then
        when = start + (3 + 6 * k) * DAY + rng.randrange(20 * HOUR)
        rows.append((when, f"192.0.2.{rng.randrange(2, 250)}", cast.up_path, size,
                     rng.randrange(3), None))
    rows.append((cast.install - MINUTE, cast.home_address_before,
                 cast.up_path.rsplit("/", 1)[0] + "/", 7211, 0, None))
    rows.append((cast.install, cast.home_address_before, cast.up_path, size, 0, "upstream.get"))
    path = os.path.join(world.out, rel)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii", newline="") as f:
        for line, (when, ip, what, n, agent, tag) in enumerate(sorted(rows, key=lambda r: r[0]), 1):
            f.write(f'{ip} - - [{clock.apache(when)}] "GET {what} HTTP/1.1" 200 {n} "-" '
                    f'"{AGENTS[agent]}"\n')
            if tag is not None:
                world.truth.saw(tag, file=rel, line=line, record=line)
