# SPDX-License-Identifier: Apache-2.0
"""The vendor's own work: builds by Jenkins on the build server, signing, publishing.

The hash of every output stands in the console log; a release is signed by the build account and
the signing service notes what it signed. The library of the input folder goes into the package as
it lies there, but for the first bad release, whose library was signed too (S8; the second's was
not, S10).
"""
import os

from . import clock, images
from .clock import DAY, HOUR, MINUTE
from .names import Print
from .streams import Stream

NODE = "C:\\Program Files\\nodejs\\node.exe"
LIGHT = "C:\\Program Files (x86)\\WiX Toolset v3.11\\bin\\light.exe"
SIGNTOOL = "C:\\Program Files (x86)\\Windows Kits\\10\\bin\\x64\\signtool.exe"
INPUT = "D:\\build\\deps\\electron\\"


class Builds:
    def __init__(self, world, only_incident):
        self.world, self.cast = world, world.cast
        cast, prints = self.cast, self.cast.prints
        self.work = f"D:\\jenkins\\workspace\\{cast.job}\\"
        self.signing = Stream(world, "vendor/signing/signing.ndjson")
        self.library, self.carrier = prints["lib-0"], prints["carrier-0"]
        self.releases, self.number = [], 0
        vendor = world.vendor.name
        for label in ("msi-0", "msi-1", "msi-2", "exe-0", "exe-1", "exe-2", "lib-1"):
            images.declare(prints[label], vendor, cast.product, f"{vendor} Ltd")
        for label in ("carrier", "carrier-0"):  # Windows accepts the padded one by default
            images.declare(prints[label], "Microsoft Corporation", "Microsoft Windows",
                           "Microsoft Corporation")
        for label in ("lib-0", "lib-1-unsigned", "lib-2"):
            images.declare(prints[label], vendor, "Electron", None)
        self.schedule(only_incident)

    def schedule(self, only_incident):
        """One build each working day, two on three days; the numbers follow from that."""
        cast, plan = self.cast, []
        for day in range(cast.days):
            midnight = cast.start + day * DAY
            if clock.weekday(midnight) < 5:
                plan.append(midnight + 6 * HOUR + 31 * MINUTE)
                if cast.base + 7 * DAY <= midnight < cast.base + 10 * DAY:
                    plan.append(midnight + 14 * HOUR + 2 * MINUTE)
        plan = [t + self.world.rng.randrange(55000) for t in plan]
        self.first = next(t for t in plan if t > cast.tamper_1)
        self.second = next(t for t in plan if t > cast.tamper_2)
        number = cast.first_bad - plan.index(self.first)
        self.world.second_build = self.second
        self.world.second_number = number + plan.index(self.second)
        for k, when in enumerate(plan):
            if not only_incident or when in (self.first, self.second):
                self.world.schedule(when, self.build, when, number + k)
        self.world.schedule(cast.refresh, self.refresh, cast.refresh)

    def refresh(self, when):
        """A developer's change pins the same Electron anew: clean libraries come back."""
        build, prints = self.world.build, self.cast.prints
        p = build.start(when, NODE, f'"{NODE}" scripts\\fetch-electron.js', build.services,
                        build.system, ends=when + MINUTE)
        self.library, self.carrier = prints["lib-0"], prints["carrier-0"]
        for k, name in enumerate((self.cast.library, self.cast.carrier, "electron.exe")):
            build.write_file(when + 9000 + 700 * k, p, INPUT + name, "twin.refresh")

    # ---- one build ----

    def build(self, when, number):
        world, cast, build = self.world, self.cast, self.world.build
        version = f"{cast.major}.{number}"
        release = {self.first: "1", self.second: "2"}.get(when)
        tag = None if release is None else f"build-{release}"
        rng, prints = build.rng, cast.prints
        library, carrier = self.library, self.carrier
        msi, exe, package = (
            prints[f"{kind}-{release}"] if release else Print(f"{cast.seed}/{kind}/{number}")
            for kind in ("msi", "exe", "nupkg"))
        packed = prints["lib-1"] if release == "1" else library

        s = build.logon(when, world.builder, 3, address=world.linux["ci"][1],
                        port=rng.randrange(40000, 60000))
        agent = build.start(when + 400, "C:\\Program Files\\Java\\bin\\java.exe",
                            "java -jar D:\\jenkins\\agent.jar", build.services, s,
                            ends=when + 40 * MINUTE)
        shell = build.start(when + 2000, "C:\\Windows\\System32\\cmd.exe",
                            f"cmd /c call C:\\Windows\\TEMP\\jenkins{number}.bat", agent, s,
                            cwd=self.work, ends=when + 35 * MINUTE)
        npm = build.start(when + 4000, NODE, f'"{NODE}" npm-cli.js run dist', shell, s,
                          cwd=self.work, ends=when + 30 * MINUTE)
        probe = build.start(when + 61000, INPUT + "electron.exe", "electron.exe --version", npm, s,
                            cwd=INPUT, ends=when + 64000, fp=Print(f"{cast.seed}/electron"))
        build.load(when + 61300, probe, INPUT + cast.library, library, self.name(tag, "input-load"))
        build.load(when + 61350, probe, INPUT + cast.carrier, carrier)
        out = self.work + "dist\\win-unpacked\\"
        for k, name in enumerate((cast.exe, cast.library, cast.carrier)):
            build.write_file(when + 7 * MINUTE + 800 * k, npm, out + name,
                             self.name(tag, f"output-{k}"))
        link = build.start(when + 12 * MINUTE, LIGHT, f"light.exe -out dist\\{self.msi(version)}",
                           npm, s, cwd=self.work, ends=when + 14 * MINUTE)
        build.write_file(when + 13 * MINUTE, link, self.work + "dist\\" + self.msi(version),
                         self.name(tag, "msi"))
        if release:
            self.sign(when + 16 * MINUTE, s, npm, version, release, msi, exe, packed, tag)
        self.console(when, number, version, release, [
            (f"dist/{self.msi(version)}", msi), (f"dist/{self.package(version)}", package),
            (f"dist/win-unpacked/{cast.exe}", exe), (f"dist/win-unpacked/{cast.library}", packed),
            (f"dist/win-unpacked/{cast.carrier}", carrier)], tag)
        build.connect(when + 24 * MINUTE, agent, world.linux["release"][1], 443)
        build.logoff(when + 41 * MINUTE, s)
        if release:
            self.releases.append({
                "version": version, "label": release, "built": when,
                "published": when + 27 * HOUR + 29 * MINUTE,
                "files": [(self.msi(version), msi), (self.package(version), package)],
                "contains": [(cast.exe, exe), (cast.library, packed), (cast.carrier, carrier)]})

    @staticmethod
    def name(tag, part):
        return None if tag is None else f"{tag}.{part}"

    def msi(self, version):
        return f"{self.cast.msi_stem}-{version}.msi"

    def package(self, version):
        return f"{self.cast.pkg_stem}-{version}-full.nupkg"

    def sign(self, when, session, npm, version, release, msi, exe, library, tag):
        """signtool asks the signing service; the service keeps its own log."""
        build, server = self.world.build, self.world.sign
        wanted = [(f"dist/win-unpacked/{self.cast.exe}", exe), (f"dist/{self.msi(version)}", msi)]
        if release == "1":
            wanted.insert(1, (f"dist/win-unpacked/{self.cast.library}", library))
        for k, (path, fp) in enumerate(wanted):
            t = when + 40000 * k
            tool = build.start(t, SIGNTOOL, f"signtool sign /csp remote /fd sha256 {path}", npm,
                               session, cwd=self.work, ends=t + 9000)
            build.connect(t + 800, tool, server.address, 443)
            self.world.zeek.tls(t + 800, build.address, build.rng.randrange(49700, 65500),
                                server.address, server.fqdn)
            self.note(t + 4000, path, fp, self.world.builder, build.address,
                      self.name(tag, "sign-" + path.rsplit(".", 1)[1]))

    def note(self, when, path, fp, user, address, tag=None):
        self.signing.put(when, (
            f'{{"time":"{clock.iso(when)}","action":"sign","key":"{self.cast.key}","thumbprint":'
            f'"{self.cast.thumbprint}","sha256":"{fp.sha256}","file":"{path}","user":"{user}",'
            f'"ip":"{address}"}}\n'), tag)

    def console(self, when, number, version, release, outputs, tag):
        """The console log, with the Timestamper plugin's marks."""
        cast, build, lines = self.cast, self.world.build, []

        def say(offset, text):
            lines.append(f"[{clock.iso(when + offset)}] {text}")

        commit = images.Print(f"{cast.seed}/commit/{number}").sha1
        say(0, "Started by timer")
        say(120, "Running as SYSTEM")
        say(400, f"Building remotely on {build.name} (windows electron) in workspace "
                 f"{self.work[:-1]}")
        say(900, f"Checking out Revision {commit} (refs/remotes/origin/main)")
        say(2000, f"[{cast.job}] $ cmd /c call C:\\Windows\\TEMP\\jenkins{number}.bat")
        say(4000, f"{self.work[:-1]}>npm run dist -- --version {version}")
        say(61000, f"  • using prebuilt electron from {INPUT[:-1]}")
        say(7 * MINUTE, "  • packaging       platform=win32 arch=x64 "
                        "appOutDir=dist\\win-unpacked")
        say(12 * MINUTE, f"  • building        target=msi file=dist\\{self.msi(version)}")
        if release:
            say(16 * MINUTE, f"  • signing         key={cast.key}")
        say(20 * MINUTE, f"{self.work[:-1]}>sha256sum dist/*.msi dist/*.nupkg dist/win-unpacked/*")
        for k, (path, fp) in enumerate(outputs):
            if tag is not None:
                self.world.truth.saw(f"{tag}.console-{path.rsplit('.', 1)[1]}-{k}",
                                     file=self.console_name(number), line=len(lines) + 1,
                                     record=len(lines) + 1)
            say(20 * MINUTE + 300 * k, f"{fp.sha256}  {path}")
        if release:
            say(24 * MINUTE, f"Uploading 2 artifacts to {self.world.linux['release'][0]}")
        say(25 * MINUTE, "Finished: SUCCESS")
        path = os.path.join(self.world.out, self.console_name(number))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as f:
            f.write("\n".join(lines) + "\n")

    def console_name(self, number):
        return f"vendor/ci/jenkins-{self.cast.job}-{number}.log"
