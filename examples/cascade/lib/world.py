# SPDX-License-Identifier: Apache-2.0
"""The estate as it stands: machines, addresses, accounts, and the clock that drives all."""
import heapq
import os
import random

from . import clock, names, net, nxlog
from .machine import Machine
from .streams import Truth

SERVERS = ("dc", "files", "build", "sign", "jump", "backup", "admin-ws", "wsus")
REAL_SERVERS = {"dc": "DC01", "files": "FS01", "build": "BUILD01", "sign": "SIGN01",
                "jump": "JUMP01", "backup": "BKP01", "admin-ws": "ADMIN-WS", "wsus": "WSUS01",
                "source": "src01", "ci": "ci01", "release": "rel01", "gateway": "VPN01"}
# Last octet in 10.0.0.0/24. The build server and a workstation of customer-a share 10.0.0.5.
PLACES = {"dc": 10, "files": 11, "build": 5, "sign": 22, "jump": 40, "backup": 41, "admin-ws": 60,
          "wsus": 12, "source": 23, "ci": 24, "release": 50, "gateway": 1}
LINUX = ("source", "ci", "release", "gateway")


class World:
    def __init__(self, cast, out, host_count, scale):
        self.cast, self.out, self.scale = cast, out, scale
        self.streams, self.todo, self.order = [], [], 0
        self.truth = Truth()
        self.rng = self.rng_for("world")
        self.sids, self.device_sessions = {}, []
        os.makedirs(out, exist_ok=True)
        self.vendor = cast.orgs["vendor"]
        self.name_servers()
        self.zeek = net.Zeek(self)
        self.vpn = net.Vpn(self, "vendor/vpn/globalprotect.csv", self.vendor, 120)
        self.dhcp = net.Dhcp(self, "vendor/dhcp", 120)
        self.leases, self.history = {}, {}
        self.people()
        self.make_servers()
        self.make_clients(host_count - len(SERVERS))

    # ---- small services ----

    def rng_for(self, name):
        return random.Random(f"cascade/{self.cast.seed}/{name}")

    def guid(self):
        n = f"{self.rng.getrandbits(128):032x}"
        return f"{{{n[:8]}-{n[8:12]}-{n[12:16]}-{n[16:20]}-{n[20:]}}}"

    def sid(self, org, user):
        key = (org.key, user.lower())
        if key not in self.sids:
            mark = names.digest(self.cast.seed, org.key, "domain")
            domain = "-".join(str(int(mark[8 * k:8 * k + 8], 16)) for k in range(3))
            self.sids[key] = f"S-1-5-21-{domain}-{1104 + len(self.sids)}"
        return self.sids[key]

    def ticket_body(self, user, realm, service, org, address, port, guid):
        return nxlog.ticket_body(user, realm, service, self.sid(org, service), address, port, guid)

    def schedule(self, when, what, *args):
        self.order += 1
        heapq.heappush(self.todo, (when, self.order, what, args))

    # ---- who and where ----

    def name_servers(self):
        if self.cast.real:
            self.server_names = dict(REAL_SERVERS)
            return
        word = names.token(self.cast.seed * 4).upper()
        numbers = list(range(1, 40))
        self.rng.shuffle(numbers)
        self.server_names = {
            role: f"{word.lower()}-x{n:02}" if role in LINUX else f"{word}-S{n:02}"
            for role, n in zip(REAL_SERVERS, numbers)}

    def people(self):
        staff = list(self.cast.staff["vendor"])
        self.employee, self.admin_person = staff[0], staff[1]
        self.employee_name = self.employee.login
        mark = names.token(self.cast.seed * 4)
        real = self.cast.real
        prefix = "adm" if real else f"a{mark[:2]}"
        self.admin = f"{prefix}-{self.admin_person.login.split('.')[1]}"
        self.builder = "svc-jenkins" if real else f"svc-{mark[:4]}-ci"
        self.backup_user = "svc-backup" if real else f"svc-{mark[:4]}-bk"
        self.developers = [staff[0].login] + [p.login for p in staff[2:7]]
        self.client_people = [staff[0]] + staff[2:]

    def address(self, role):
        """Where a server stands: seed 1 as in PLACES, other seeds elsewhere but for .5 and .1."""
        last = PLACES[role]
        if not self.cast.real and role not in ("build", "gateway"):
            last = 20 + (last * 7 + self.cast.seed * 13) % 200  # 7 and 200 share no factor
        return f"10.0.0.{last}"

    def make_servers(self):
        skews = {"jump": -180_000, "build": 47_000} if self.cast.real else \
            dict(zip(self.rng.sample(("jump", "build", "files", "sign"), 2), (-180_000, 47_000)))
        self.skews = skews
        self.servers = {}
        for role in SERVERS:
            name = self.server_names[role]
            m = Machine(self, self.vendor, name, f"vendor/windows/{name}.json", zone=120,
                        skew=skews.get(role, 0), lag=900 if role != "files" else 41_000,
                        sysmon=role != "jump", objects=role == "build",
                        creation=role in ("jump", "build", "dc"))
            m.role, m.address, m.owner = role, self.address(role), None
            m.boot(self.cast.start - self.rng.randrange(2, 9) * clock.DAY, log=False)
            self.servers[role] = m
        self.dc, self.files, self.build = (self.servers[r] for r in ("dc", "files", "build"))
        self.jump, self.sign = self.servers["jump"], self.servers["sign"]
        self.build.outage = self.cast.outage
        self.linux = {role: (self.server_names[role], self.address(role)) for role in LINUX}

    def make_clients(self, count):
        real, word = self.cast.real, names.token(self.cast.seed * 4).upper()
        self.clients = []
        for k in range(count):
            west = k % 5 == 4
            laptop = k % 4 == 0
            if real:
                name = (f"NY-WS-{k:03}" if west else f"LT-{k:03}" if laptop else f"WS-{k:03}")
            else:
                name = f"{word}-{'W' if west else 'L' if laptop else 'C'}{k:02}"
            m = Machine(self, self.vendor, name, f"vendor/windows/{name}.json",
                        zone=-300 if west else 120, lag=1200 + self.rng.randrange(0, 9000),
                        sysmon=k % 11 != 10)
            m.role, m.owner = "client", self.client_people[k % len(self.client_people)]
            m.west, m.laptop, m.remote = west, laptop and not west, False
            m.mac = f"005056{self.rng.getrandbits(24):06X}"
            m.home = f"203.0.113.{10 + k % 80}"
            mark = names.digest(self.cast.seed, name, "hostid")
            m.device_id = f"{mark[:8]}-{mark[8:12]}-{mark[12:16]}-{mark[16:20]}-{mark[20:32]}"
            m.boot(self.cast.start - clock.DAY, log=False)
            m.online, m.until = None, 0
            m.active = (0, 1 << 60)
            self.clients.append(m)
        self.work_laptop = self.clients[0]  # the employee's, of the house
        laptops = [m for m in self.clients[1:] if m.laptop]
        if len(laptops) > 1:  # somebody gets a new laptop: a new VPN device, and nothing is wrong
            swap = self.cast.base + 12 * clock.DAY
            laptops[-1].owner = laptops[0].owner
            laptops[0].active, laptops[-1].active = (0, swap), (swap, 1 << 60)
        rest = [m for m in self.clients[1:] if not m.laptop and not m.west]
        self.renamed = rest[2 % len(rest)] if rest else None

    # ---- addresses that move ----

    def lease(self, m, when):
        """What the DHCP server gives a machine that starts: mostly what it had."""
        net_part = "10.0.20." if m.west else "10.0.10."
        had = self.leases.get(m.rel)
        if had is not None and m.rng.random() > (0.5 if clock.weekday(when) == 0 else 0.08):
            self.dhcp.put(when, 11, had, m)
            m.address = had
            return
        if had is not None:
            self.dhcp.put(when - 1000, 12, had, m)
            self.history[m.rel][-1][2] = when - 1000
        taken = {self.leases[c.rel] for c in self.clients
                 if c is not m and c.online is not None and c.rel in self.leases}
        while True:
            ip = net_part + str(m.rng.randrange(20, 24 + len(self.clients)))
            if ip not in taken:
                break
        for c in self.clients:
            if c is not m and self.leases.get(c.rel) == ip:  # it was asleep; its lease is over
                del self.leases[c.rel]
                self.history[c.rel][-1][2] = when - 500
        self.leases[m.rel] = m.address = ip
        self.history.setdefault(m.rel, []).append([ip, when, None])
        self.dhcp.put(when, 10, ip, m)

    # ---- the clock ----

    def run(self, first, last, each_hour):
        for hour in range(first // clock.HOUR, last // clock.HOUR):
            until = (hour + 1) * clock.HOUR
            while self.todo and self.todo[0][0] < until:
                _, _, what, args = heapq.heappop(self.todo)
                what(*args)
            each_hour(hour * clock.HOUR)
            for stream in self.streams:
                if stream.buckets:
                    stream.flush(hour + 1)
        for stream in self.streams:
            stream.flush(1 << 60)
        self.zeek.close(last)
        for stream in self.streams:
            stream.close()
