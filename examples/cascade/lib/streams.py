# SPDX-License-Identifier: Apache-2.0
"""Files that grow in the order of time while the world is told in any order.

Whatever is told lands in the bucket of its hour; a bucket is sorted and written when its hour is
over. So memory holds what is still to come, never what was, however long the month.
"""
import os

from . import clock

HOURS_OPEN = 256 * 1024


class Truth:
    """Where the records that matter came to lie."""

    def __init__(self):
        self.at, self.notes = {}, {}

    def note(self, name, value):
        """A fact that is no record: a session's number, an address."""
        self.notes[name] = value

    def saw(self, tag, **place):
        self.at.setdefault(tag, []).append(place)


class Stream:
    """A text file of lines."""

    def __init__(self, world, rel, header=""):
        self.rel, self.world = rel, world
        self.path = path = os.path.join(world.out, rel)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self.file = open(path, "w", encoding="utf-8", newline="", buffering=HOURS_OPEN)
        self.file.write(header)
        self.line = header.count("\n")
        self.count = self.serial = 0
        self.buckets = {}
        world.streams.append(self)

    def put(self, when, line, tag=None):
        """line ends with its line end."""
        self.serial += 1
        self.buckets.setdefault(when // clock.HOUR, []).append((when, self.serial, line, tag))

    def flush(self, before):
        for hour in sorted(h for h in self.buckets if h < before):
            for when, _, line, tag in sorted(self.buckets.pop(hour)):
                if when < self.world.cast.end:
                    self.write(line, tag)

    def write(self, line, tag):
        self.line += 1
        self.count += 1
        self.file.write(line)
        if tag is not None:
            self.world.truth.saw(tag, file=self.rel, line=self.line, record=self.count)

    def close(self):
        """A file nobody wrote to was never collected."""
        self.file.close()
        if self.count == 0:
            os.remove(self.path)
