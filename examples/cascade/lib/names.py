# SPDX-License-Identifier: Apache-2.0
"""Names and fingerprints out of a seed.

Seed 1 bears the real names of the organisations and files of the public account; every other seed
bears names that no other seed has, so that nothing which knows the real ones finds its way by
them. People are invented under every seed.
"""
import hashlib

CONSONANTS = "bdfghklmnprstvwz"
VOWELS = "aeio"


def digest(*parts):
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def token(number):
    """Four syllables that no other number below 2^24 gets (an odd factor permutes)."""
    n = (number * 2654435761 + 97) % (1 << 24)
    out = []
    for _ in range(4):
        out.append(CONSONANTS[n & 15] + VOWELS[n >> 4 & 3])
        n >>= 6
    return "".join(out)


def syllables(rng, count):
    return "".join(rng.choice(CONSONANTS) + rng.choice(VOWELS) for _ in range(count))


class Print:
    """The fingerprints of one file. What the public record does not give is derived."""
    __slots__ = ("label", "sha256", "sha1", "md5", "sysmon", "size")

    def __init__(self, label, sha256=None, sha1=None, md5=None, size=None):
        mark = digest("file", label)
        self.label = label
        self.sha256 = sha256 or mark
        self.sha1 = sha1 or hashlib.sha1(mark.encode()).hexdigest()
        self.md5 = md5 or hashlib.md5(mark.encode()).hexdigest()
        self.size = size or 20000 + int(mark[:6], 16) % 4000000
        imphash = hashlib.md5(("imp" + mark).encode()).hexdigest()
        self.sysmon = f"SHA256={self.sha256.upper()},IMPHASH={imphash.upper()}"


class Person:
    """An invented person and the account name of the house."""

    def __init__(self, rng):
        self.first = syllables(rng, 2).capitalize()
        self.last = syllables(rng, 3).capitalize()
        self.login = f"{self.first[0]}.{self.last}".lower()

    @property
    def full(self):
        return f"{self.first} {self.last}"


def people(rng, count):
    out, seen = [], set()
    while len(out) < count:
        person = Person(rng)
        if person.login not in seen:
            seen.add(person.login)
            out.append(person)
    return out


class Org:
    """An organisation: its name, its public domain, its directory."""

    def __init__(self, key, name, domain, directory, netbios):
        self.key, self.name, self.domain = key, name, domain
        self.directory, self.netbios = directory, netbios


REAL = {
    "vendor": ("3CX", "3cx.com", "hq.3cx.internal", "HQ3CX"),
    "customer-a": ("Aster Freight", "aster-freight.example", "ad.aster-freight.example", "ASTER"),
    "customer-b": ("Boreal Clinics", "boreal-clinics.example", "ad.boreal-clinics.example",
                   "BOREAL"),
    "upstream": ("Trading Technologies", "tradingtechnologies.com", "corp.tt.internal", "TTCORP"),
}
KINDS = {"vendor": "Communications", "customer-a": "Freight", "customer-b": "Clinics",
         "upstream": "Markets"}


def organisations(seed):
    out = {}
    for k, key in enumerate(("vendor", "customer-a", "customer-b", "upstream")):
        if seed == 1:
            out[key] = Org(key, *REAL[key])
        else:
            word = token(seed * 4 + k)
            out[key] = Org(key, f"{word.capitalize()} {KINDS[key]}", f"{word}.example",
                           f"ad.{word}.example", word.upper())
    return out
