# SPDX-License-Identifier: Apache-2.0
"""What an oracle is, and what it says of one file."""
import collections


class Looked:
    def __init__(self):
        self.wrong = []  # it refuses the file
        self.remarks = collections.Counter()  # it would like another, and need not be followed
        self.seen = collections.Counter()  # what was held against something

    def refuse(self, where, words):
        self.wrong.append(f"{where}: {words}")


class Oracle:
    def lacks(self):
        """Why a part of it is not here, or nothing."""
        return None

    def look(self, paths):
        return {path: self.one(path) for path in paths}


def by_schema(looked, validator, doc, name):
    for fault in validator.iter_errors(doc):
        where = "/".join(map(str, fault.absolute_path))
        looked.refuse(name, f"{where}: {fault.message[:200]}")
