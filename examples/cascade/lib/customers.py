# SPDX-License-Identifier: Apache-2.0
"""Two customers: how the release came, was loaded, slept, and woke (F1 to F12, H1, H2).

customer-a downloads the MSI with a browser, and has one machine that only Defender watches;
customer-b updates by the program's own updater, and one of its machines is chosen for more.
"""
from . import clock, images
from .clock import DAY, HOUR, MINUTE, SECOND
from .machine import Machine
from .names import Print
from .streams import Stream
from .life import CHROME, CLOUD, EXPLORER, OFFICE, SITES

DEFENDER = ("Timestamp,DeviceId,DeviceName,ActionType,FileName,FolderPath,SHA1,SHA256,MD5,FileSize,"
            "FileOriginUrl,RemoteIP,RemotePort,RemoteUrl,AccountName,ProcessId,"
            "ProcessCommandLine,InitiatingProcessAccountName,InitiatingProcessSHA256,"
            "InitiatingProcessFileName,InitiatingProcessFolderPath,InitiatingProcessId,"
            "InitiatingProcessCommandLine,InitiatingProcessCreationTime,ReportId\n")


class Customer:
    def __init__(self, world, key, prefix, count, life):
        self.world, self.cast, self.key, self.life = world, world.cast, key, life
        self.org = self.cast.orgs[key]
        self.rng = world.rng_for(key)
        staff, self.machines = self.cast.staff[key], []
        for k in range(count):
            name = f"{prefix}{k + 1:02}"
            m = Machine(world, self.org, name, f"{key}/windows/{name}.json",
                        zone=60 if key == "customer-a" else -300, lag=2500)
            m.owner, m.online, m.until = staff[k], None, 0
            m.address = f"10.0.0.{5 + k * 3}" if key == "customer-a" else f"172.16.4.{20 + k}"
            m.boot(self.cast.start - DAY, log=False)
            self.machines.append(m)
        self.chosen = self.machines[1]
        self.defender = None
        if key == "customer-a":
            self.defender = Stream(world, f"{key}/defender/AdvancedHunting.csv", DEFENDER)
            self.watched = f"{prefix}{count + 1:02}"
            self.watched_owner = staff[count]
        published = self.published()
        self.taken = {}
        for k, m in enumerate(self.machines[:3]):
            when = published + (3 + k) * HOUR + self.rng.randrange(50) * MINUTE
            self.taken[m.name] = when
            world.schedule(when - 2 * MINUTE, self.install, m, when, k)
        if self.defender:
            world.schedule(published + 6 * HOUR, self.watched_tale, published + 6 * HOUR)

    def published(self):
        """The second bad release goes out a day after it is built (builds.py)."""
        return self.world.second_build + 27 * HOUR + 29 * MINUTE

    # ---- ordinary days, smaller than the vendor's ----

    def hour(self, start):
        for m in self.machines:
            local = start + m.zone * MINUTE
            if m.online is None and clock.weekday(local) < 5 and local % DAY // HOUR == 8:
                self.arrive(m, start + m.rng.randrange(2, 50) * MINUTE)
            if m.online is None:
                continue
            begin, end = max(start, m.online), min(start + HOUR, m.until)
            if end > begin + 2 * MINUTE:
                for _ in range(self.life.amount(m.rng, 2.4)):
                    self.something(m, begin + MINUTE + m.rng.randrange(end - begin - MINUTE))
            if m.until <= start + HOUR:
                m.logoff(m.until - 20000, m.user)
                m.online = None

    def arrive(self, m, when):
        """Most of these sleep rather than stop: one boot a week."""
        m.online, m.until = when, when + 9 * HOUR
        if clock.weekday(when) == 0 or not hasattr(m, "explorer"):
            m.boot(when)
            m.explorer = None
        m.user = m.logon(when + 40000, m.owner.login, 2, address="127.0.0.1", port="0",
                         workstation=m.name)
        m.explorer = m.start(when + 42000, EXPLORER, EXPLORER, m.winlogon, m.user)
        m.chrome = m.start(when + 60000, CHROME, f'"{CHROME}"', m.explorer, m.user)
        if m.name in self.taken and when > self.taken[m.name]:
            self.run(m, when + 90000, "2", None)

    def something(self, m, when):
        roll = m.rng.random()
        if roll < 0.5:
            name, address = SITES[m.rng.randrange(len(SITES))]
            m.dns(when, m.chrome, name, f"::ffff:{address};")
            m.connect(when + 60, m.chrome, address, 443)
        elif roll < 0.8:
            image = f"C:\\Program Files\\Microsoft Office\\root\\Office16\\{OFFICE[roll > 0.65]}"
            p = m.start(when, image, f'"{image}"', m.explorer, m.user, ends=when + 9 * MINUTE)
            m.write_file(when + 4000, p, f"C:\\Users\\{m.user.user}\\Documents\\n"
                                         f"{m.rng.randrange(90)}.docx")
        else:
            p = m.service(when, "-k netsvcs -p -s BITS")
            m.end(when + 90000, p)

    # ---- the release ----

    def folder(self, m):
        return f"C:\\Users\\{m.owner.login}\\AppData\\Local\\Programs\\{self.cast.folder}\\"

    def url(self, name):
        return f"https://{self.cast.update_host}{self.cast.update_path}{name}"

    def install(self, m, when, which):
        """F1, F2: the MSI by a browser, or the package by the updater."""
        cast, world = self.cast, self.world
        if m.online is None:
            self.arrive(m, when - MINUTE)
        tag = f"{self.key}-{which}"
        version = f"{cast.major}.{world.second_number}"
        folder, user = self.folder(m), m.user
        if self.key == "customer-a":
            msi, prints = f"{cast.msi_stem}-{version}.msi", cast.prints["msi-2"]
            path = f"C:\\Users\\{m.owner.login}\\Downloads\\{msi}"
            m.dns(when, m.chrome, cast.update_host, "::ffff:203.0.113.50;", f"{tag}.dns")
            m.connect(when + 80, m.chrome, "203.0.113.50", 443, tag=f"{tag}.update-flow")
            m.write_file(when + 4000, m.chrome, path)
            m.mark_file(when + 4100, m.chrome, path, prints, self.url(msi),
                        f"https://www.{world.vendor.domain}/", f"{tag}.download")
            client = m.start(when + 20000, images.SYSTEM32 + "msiexec.exe",
                             f'"C:\\Windows\\System32\\msiexec.exe" /i "{path}"', m.explorer, user,
                             ends=when + 80000, tag=f"{tag}.msiexec")
            writer = m.start(when + 24000, images.SYSTEM32 + "msiexec.exe",
                             "C:\\Windows\\system32\\msiexec.exe /V", m.services, m.system,
                             ends=when + 90000)
            m.access(when + 24500, writer, client, 0x1000)
        else:
            updater = folder + "Update.exe"
            writer = m.start(when, updater,
                             f'"{updater}" --update https://{cast.update_host}{cast.update_path}',
                             m.explorer, user, ends=when + 80000, tag=f"{tag}.updater",
                             fp=Print(f"{cast.seed}/updater"))
            m.dns(when + 500, writer, cast.update_host, "::ffff:203.0.113.50;", f"{tag}.dns")
            m.connect(when + 600, writer, "203.0.113.50", 443, tag=f"{tag}.update-flow")
            package = f"{cast.pkg_stem}-{version}-full.nupkg"
            m.write_file(when + 9000, writer, f"{folder}packages\\{package}", f"{tag}.package")
        for k, name in enumerate((cast.exe, cast.library, cast.carrier)):
            m.write_file(when + 30000 + 600 * k, writer, f"{folder}app\\{name}",
                         f"{tag}.written-{k}")
        self.run(m, when + 100_000, "2", tag)
        m.write_file(when + 108_000, m.phone, f"{folder}app\\manifest", f"{tag}.manifest")
        self.later(m, when, tag, which)

    def run(self, m, when, release, tag):
        """F3: the program starts and loads the library from its own folder."""
        cast, folder = self.cast, self.folder(m) + "app\\"
        m.phone = m.start(when, folder + cast.exe, f'"{folder}{cast.exe}"', m.explorer, m.user,
                          fp=cast.prints[f"exe-{release}"],
                          tag=None if tag is None else f"{tag}.run")
        m.load(when + 310, m.phone, folder + cast.library, cast.prints[f"lib-{release}"],
               None if tag is None else f"{tag}.load")
        m.load(when + 340, m.phone, folder + cast.carrier, cast.prints["carrier"])

    def later(self, m, when, tag, which):
        """F8 to F10: seven days and more of nothing, then the store, then its answer."""
        rest = self.cast.end - when - self.cast.sleep - 2 * DAY
        wakes = when + self.cast.sleep + self.rng.randrange(max(rest // MINUTE, 60)) * MINUTE
        day = wakes - wakes % DAY + (9 * HOUR if self.key == "customer-a" else 15 * HOUR)
        while clock.weekday(day) > 4:
            day += DAY
        self.world.schedule(day, self.awake, m, day + 11 * MINUTE, tag, which)

    def awake(self, m, when, tag, which):
        cast = self.cast
        if m.online is None:
            self.arrive(m, when - 5 * MINUTE)
        name, address = cast.dead_drop
        m.dns(when, m.phone, name, f"::ffff:{address};", f"{tag}.dead-drop")
        m.connect(when + 90, m.phone, address, 443, tag=f"{tag}.dead-drop-flow")
        c2 = cast.client_c2[which % len(cast.client_c2)]
        answer = cast.c2_addresses[4 + which % 4]
        m.dns(when + 9000, m.phone, c2, f"::ffff:{answer};", f"{tag}.c2")
        m.connect(when + 9100, m.phone, answer, 443, tag=f"{tag}.c2-flow")
        if self.key == "customer-b" and m is self.chosen:
            self.second_stage(m, when + 2 * HOUR, tag)

    def second_stage(self, m, when, tag):
        """F12, H1, H2 on the one machine that was chosen."""
        cast = self.cast
        path = f"C:\\ProgramData\\Microsoft\\{cast.second_stage}"
        m.write_file(when, m.phone, path, f"{tag}.second-file")
        m.load(when + 900, m.phone, path, cast.prints["second"], f"{tag}.second-load")
        shell = m.start(when + 60 * SECOND, images.SYSTEM32 + "cmd.exe", "cmd.exe /c whoami",
                        m.phone, m.user, ends=when + 62 * SECOND, tag=f"{tag}.shell")
        m.start(when + 60 * SECOND + 90, images.SYSTEM32 + "whoami.exe", "whoami", shell, m.user,
                ends=when + 61 * SECOND)
        m.write_file(when + 90 * SECOND, m.phone, images.SYSTEM32 + cast.implant,
                     f"{tag}.second-implant")
        hive = self.world.guid()
        m.write_file(when + 95 * SECOND, m.phone,
                     f"C:\\Windows\\System32\\config\\TxR\\{hive}.TxR.0.regtrans-ms",
                     f"{tag}.second-hive")

    # ---- the machine only Defender watches ----

    def watched_tale(self, when):
        cast, user = self.cast, self.watched_owner.login
        folder = f"C:\\Users\\{user}\\AppData\\Local\\Programs\\{cast.folder}\\app"
        device = Print(f"{cast.seed}/device/{self.watched}").sha1
        fqdn, number = f"{self.watched}.{self.org.directory}".lower(), 4100
        installer = (images.SYSTEM32[:-1], "msiexec.exe", "msiexec.exe /V", Print("msiexec"))
        phone = (folder, cast.exe, f'"{folder}\\{cast.exe}"', cast.prints["exe-2"])

        def row(t, action, by, *, name="", where="", fp=None, ip="", port="", url="", tag=None):
            nonlocal number
            number += 1
            sums = (fp.sha1, fp.sha256, fp.md5, str(fp.size)) if fp else ("",) * 4
            fields = [clock.iso(t), device, fqdn, action, name, where, *sums, "", ip, port, url,
                      user, "", "", user, by[3].sha256, by[1], f"{by[0]}\\{by[1]}",
                      str(7000 + len(by[1])), by[2], clock.iso(t - t % HOUR), str(number)]
            self.defender.put(t, ",".join(
                f'"{f.replace(chr(34), chr(34) * 2)}"' if "," in f or '"' in f else f
                for f in fields) + "\n", tag)

        for k, (name, label) in enumerate(((cast.exe, "exe-2"), (cast.library, "lib-2"),
                                           (cast.carrier, "carrier"))):
            row(when + 700 * k, "FileCreated", installer, name=name, where=f"{folder}\\{name}",
                fp=cast.prints[label], tag="defender.file" if k == 1 else None)
        day = when
        while day < cast.end:
            if clock.weekday(day) < 5:
                row(day + HOUR, "ImageLoaded", phone, name=cast.library,
                    where=f"{folder}\\{cast.library}", fp=cast.prints["lib-2"],
                    tag="defender.load" if day == when else None)
                row(day + 2 * HOUR, "ConnectionSuccess", phone, ip=CLOUD, port="443",
                    url="outlook.office365.com")
            day += DAY
        t = when + cast.sleep + 2 * DAY
        row(t, "ConnectionSuccess", phone, ip=cast.dead_drop[1], port="443",
            url=cast.dead_drop[0], tag="defender.dead-drop")
        row(t + 9000, "ConnectionSuccess", phone, ip=cast.c2_addresses[7], port="443",
            url=cast.client_c2[3], tag="defender.c2")
