# SPDX-License-Identifier: Apache-2.0
"""Who there is in a generated world: vendors, their products and releases, customers and their hosts.

Everything is invented: names are syllables, domains end in .example, addresses are private or those of
RFC 5737 and RFC 3849, and what stands for bytes is a hash of words: no such bytes exist.
"""
import datetime
import hashlib
import random

HOUR, DAY = 3600, 86400
BASE = int(datetime.datetime(2025, 1, 6, tzinfo=datetime.timezone.utc).timestamp())
AS_OF = BASE + 100 * DAY
TAKEN = BASE + 90 * DAY    # inventories that lie in every window
BEFORE = BASE - 20 * DAY   # inventories and logs older than any poisoned release
STATES = ("second-stage", "contacted", "executed", "present", "unknown", "clean", "absent")
SHARE = 0.3                # of the customers have the primary product


def iso(t):
    return datetime.datetime.fromtimestamp(t, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def digest(*words):
    return hashlib.sha256("|".join(map(str, words)).encode()).hexdigest()


class Names:
    """Syllables, each word once."""

    def __init__(self, rng):
        self.rng, self.used = rng, set()

    def word(self):
        while True:
            word = "".join(self.rng.choice("bdfgklmnprstvz") + self.rng.choice("aeiou")
                           for _ in range(3)) + self.rng.choice(["", "n", "r", "s", "x"])
            if word not in self.used:
                self.used.add(word)
                return word.title()


class Release:
    """One version of a product, as its vendor published it; its bytes are hashes of words."""

    def __init__(self, product, version, published, bytes_of=None, built_on=None):
        self.product, self.version, self.published = product, version, published
        self.built_on = built_on
        stem = (product.seed, product.name, bytes_of or version)
        self.exe, self.dll, self.package = (digest(*stem, part) for part in ("exe", "dll", "package"))

    @property
    def key(self):
        return f"{self.product.name}@{self.version}"

    def files(self):
        """Where it lies when it is installed."""
        return [(f"{self.product.folder}\\{self.product.stem}.exe", self.exe),
                (f"{self.product.folder}\\{self.product.stem.lower()}core.dll", self.dll)]


class Product:
    def __init__(self, seed, number, vendor, word):
        self.seed, self.number, self.vendor, self.stem = seed, number, vendor, word
        self.name, self.folder = f"{word} Desktop", f"C:\\Program Files\\{word}"
        rng = random.Random(f"product {seed} {number}")
        major, minor = rng.randrange(2, 20), rng.randrange(1, 20)
        self.stem_version, self.patch = f"{major}.{minor}", rng.randrange(100, 300)
        self.old = self.release(0, BASE - (300 + rng.randrange(90)) * DAY)
        self.clean = self.release(4, BASE - (40 + rng.randrange(30)) * DAY)
        self.new = self.release(9, BASE + rng.randrange(5, 80) * DAY)
        self.releases = [self.old, self.clean, self.new]
        self.poisoned = None  # a Release; then domain, payload and fixed are set too
        self.shipped = self.new

    def release(self, step, published, bytes_of=None, built_on=None):
        return Release(self, f"{self.stem_version}.{self.patch + step}", published, bytes_of, built_on)

    def poison(self, published, fixed, built_on):
        self.releases.remove(self.new)
        self.poisoned = self.release(7, published, "poisoned", built_on)
        self.rebuilt = self.release(7, published, "rebuilt")  # the same number, clean
        self.fixed = self.release(9, fixed, None, built_on)
        self.releases += [self.poisoned, self.fixed]
        self.shipped = self.poisoned
        self.domain = f"{self.stem.lower()}-cdn.example"
        self.payload = digest(self.seed, self.name, "second stage")


class Vendor:
    def __init__(self, seed, number, word):
        self.seed, self.number, self.word = seed, number, word
        self.name, self.key, self.products = f"{word} Software", f"V{number:02}", []
        self.domain = f"{word.lower()}.example"


class Host:
    def __init__(self, org, number):
        self.org, self.number = org, number
        self.name, self.ip = f"{org.key}-W{number}", f"10.0.0.{10 + number}"


class Customer:
    def __init__(self, number, word, hosts):
        self.number, self.name, self.key = number, f"{word} GmbH", f"C{number:04}"
        self.domain = f"{word.lower()}.example"
        self.hosts = [Host(self, i + 1) for i in range(hosts)]
        self.inventory = "osquery" if number % 3 == 2 else "collect"
        self.process = "defender" if number % 4 == 3 else "sysmon"
        self.network = ("sysmon", "zeek", "squid")[number % 3]
        if self.process == "defender" and self.network == "sysmon":
            self.network = "zeek"
        self.products = []


class World:
    def __init__(self, args):
        self.seed, self.args = args.seed, args
        rng = random.Random(f"world {args.seed}")
        names = Names(rng)
        self.names = names
        count = max(2, args.products // 5)
        self.vendors = [Vendor(args.seed, i, names.word()) for i in range(count)]
        self.products = []
        for i in range(args.products):
            vendor = self.vendors[i % count]
            product = Product(args.seed, i, vendor, names.word())
            vendor.products.append(product)
            self.products.append(product)
        bad = max(1, round(args.products * args.poisoned))
        self.poisoned = self.products[:bad]  # each of another vendor: vendors are dealt in turn
        self.customers = [Customer(i, names.word(), args.hosts) for i in range(args.orgs)]
        for c in self.customers:
            own = [self.products[0]] if rng.random() < SHARE else []
            c.products = own + rng.sample(self.products[1:], min(2, args.products - 1))
