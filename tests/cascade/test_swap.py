#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_swap.py HEADWATER: builds as strace records them, honest and swapped. TAP.

The logs are written here, in the shape of those that examples/demo/run records live: a strange hand
is told, and the hands that belong to a build are not.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import traceback

HEADWATER = sys.argv[1]


def expect(holds, words):
    if not holds:
        raise AssertionError(words)


class Log:
    """A strace log with -f -ttt -y, a millisecond between its lines."""

    def __init__(self):
        self.lines, self.pids = [], 100
        self.say(100, 'execve("/bin/sh", ["sh"], 0x1 /* 9 vars */) = 0')
        self.say(100, 'getcwd("/w", 4096) = 3')

    def say(self, pid, text):
        at = 1_700_000_000 + len(self.lines) / 1000
        self.lines.append(f"{pid} {at:.6f} {text}")

    def start(self, parent, program, *args):
        self.pids += 1
        self.say(parent, f"vfork() = {self.pids}")
        words = ", ".join(json.dumps(a) for a in (program, *args))
        self.say(self.pids, f'execve("/usr/bin/{program}", [{words}], 0x1 /* 9 vars */) = 0')
        return self.pids

    def read(self, pid, path):
        self.say(pid, f'openat(AT_FDCWD</w>, "{path}", O_RDONLY) = 3</w/{path}>')
        self.say(pid, f"close(3</w/{path}>) = 0")

    def write(self, pid, path, *inputs):
        """As compilers do: the output is open before the inputs are."""
        self.say(pid, f'openat(AT_FDCWD</w>, "{path}", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 4</w/{path}>')
        for each in inputs:
            self.read(pid, each)
        self.say(pid, f"close(4</w/{path}>) = 0")

    def end(self, pid):
        self.say(pid, "+++ exited with 0 +++")

    def step(self, parent, program, out, *inputs):
        pid = self.start(parent, program)
        self.write(pid, out, *inputs)
        self.end(pid)

    def driver(self, parent, out, source):
        """gcc -c: what one driver makes for itself is one job."""
        pid = self.start(parent, "gcc", "-c", source)
        self.step(pid, "cc1", "tmp.s", source)
        self.step(pid, "as", out, "tmp.s")
        self.end(pid)

    def swap_in(self, pid):
        self.read(pid, "word.c")
        self.write(pid, "word.c.bk")
        self.write(pid, "word.c.tmp")
        self.say(pid, 'rename("word.c.tmp", "word.c") = 0')

    def swap_out(self, pid):
        self.say(pid, 'rename("word.c.bk", "word.c") = 0')
        self.end(pid)

    def build(self, parent, between=lambda: None):
        script = self.start(parent, "sh", "./build.sh")
        self.driver(script, "main.o", "main.c")
        between()
        self.driver(script, "word.o", "word.c")
        link = self.start(script, "gcc", "-o", "program")
        self.step(link, "ld", "program", "main.o", "word.o")
        self.end(link)
        self.end(script)


def trace(top, log):
    path = pathlib.Path(top) / "log"
    case = pathlib.Path(top) / "x.case"
    case.unlink(missing_ok=True)
    path.write_text("\n".join(log.lines) + "\n")
    for args in (("add", "--host", "here", path), ("--json", "trace", "/w/program")):
        done = subprocess.run([HEADWATER, "--case", case, *args], capture_output=True, text=True)
        expect(done.returncode == 0, f"{args[:2]} says {done.returncode}: {done.stderr}")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return ([x for x in lines if x["type"] == "step"],
            {x["at"]["name"]: x for x in lines if x["type"] == "root" and x["principal"]})


def told(steps, start, verb, end):
    return any(s["from"]["name"].startswith(start) and s["verb"] == verb and
               s["to"]["name"].startswith(end) for s in steps)


def a_swapped_source_is_told_with_its_hand(top):
    log = Log()
    hand = log.start(100, "swapper", "./build.sh", "word.c")
    log.build(100, lambda: log.swap_in(hand))
    log.swap_out(hand)
    steps, roots = trace(top, log)
    expect(list(roots) == [f"swapper (pid {hand})"], f"it ends at {list(roots)}")
    expect("/w/word.c, which cc1" in roots[f"swapper (pid {hand})"]["says"], f"{roots}")
    for start, verb, end in (("swapper", "wrote", "/w/word.c.tmp"), ("/w/word.c.tmp", "is", "/w/word.c"),
                             ("/w/word.c", "read", "cc1"), ("/w/word.o", "read", "ld"),
                             ("sh", "spawned", "swapper")):
        expect(told(steps, start, verb, end), f"{start} {verb} {end} is not told")
    expect({s["class"] for s in steps} <= {"observed", "keyed"}, "all of it is recorded")


def a_swap_that_is_not_put_back_is_told_too(top):
    log = Log()
    hand = log.start(100, "swapper", "word.c")
    log.build(100, lambda: log.swap_in(hand))
    expect(list(trace(top, log)[1]) == [f"swapper (pid {hand})"], "the hand is told")


def a_swap_after_the_compiler_read_is_not_told(top):
    log = Log()
    hand = log.start(100, "swapper", "word.c")
    log.build(100)
    log.swap_in(hand)
    log.swap_out(hand)
    steps, roots = trace(top, log)
    expect(list(roots) == ["sh (pid 100)"], f"it ends at {list(roots)}")
    expect(not told(steps, "swapper", "wrote", ""), "what came later is no cause")


def an_honest_build_names_no_hand(top):
    log = Log()
    other = log.start(100, "backup")
    log.build(100, lambda: log.read(other, "word.c"))
    steps, roots = trace(top, log)
    expect(list(roots) == ["sh (pid 100)"], f"it ends at {list(roots)}")
    expect(not told(steps, "", "wrote", "/w/word.c"), "nobody wrote a source")


def building_over_what_was_built_names_no_hand(top):
    log = Log()
    log.build(100)
    log.build(100)
    roots = trace(top, log)[1]
    expect(list(roots) == ["sh (pid 100)"], f"it ends at {list(roots)}")


def a_driver_alone_names_no_hand(top):
    log = Log()
    for source in ("main", "word"):
        log.step(100, "cc1", "tmp.s", f"{source}.c")
        log.step(100, "as", f"{source}.o", "tmp.s")
    log.step(100, "ld", "program", "main.o", "word.o")
    roots = trace(top, log)[1]
    expect(list(roots) == ["sh (pid 100)"], f"it ends at {list(roots)}")


def main():
    tests = (a_swapped_source_is_told_with_its_hand, a_swap_that_is_not_put_back_is_told_too,
             a_swap_after_the_compiler_read_is_not_told, an_honest_build_names_no_hand,
             building_over_what_was_built_names_no_hand, a_driver_alone_names_no_hand)
    print(f"1..{len(tests)}")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="headwater-swap.") as top:
        for number, test in enumerate(tests, 1):
            try:
                test(top)
                print(f"ok {number} {test.__name__}", flush=True)
            except Exception:  # noqa: BLE001 - a test that dies has failed, and the next one runs
                failed += 1
                for line in traceback.format_exc().splitlines():
                    print(f"# {line}")
                print(f"not ok {number} {test.__name__}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
