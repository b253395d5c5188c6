# SPDX-License-Identifier: Apache-2.0
"""The intrusion at the vendor, as its logs would have kept it: steps C1 to D6.

That the steps happened is on record (data/observable-steps.csv); their hosts, hours, accounts and
the way from the VPN to the build server are not, and are invented. Nothing here says who sat at
the device: the gateway knows an address and a name, and no log of the house knows more.
"""
from . import clock, images
from .builds import INPUT
from .clock import DAY, HOUR, MINUTE
from .servers import CMD, SC

POWERSHELL = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"


class Intrusion:
    def __init__(self, world, servers, builds):
        self.world, self.servers, self.builds, self.cast = world, servers, builds, world.cast
        cast = self.cast
        world.schedule(cast.recon, self.first_look)
        world.schedule(cast.entry, self.entry)
        world.schedule(cast.reboot + MINUTE, self.wake, cast.reboot + MINUTE, "reboot")
        world.schedule(cast.tamper_1, self.tamper, cast.tamper_1, "1")
        world.schedule(cast.outage[0] - MINUTE, self.stop_forwarder)
        world.schedule(cast.outage[1], self.clear)
        world.schedule(cast.tamper_2, self.tamper, cast.tamper_2, "2")
        day = cast.base + 5 * DAY
        while day < cast.end:
            world.schedule(day + 3 * HOUR, self.beacon, day + 3 * HOUR + self.minutes(50))
            day += DAY
        self.old_sessions()

    def minutes(self, most):
        return self.world.rng.randrange(1, most) * MINUTE

    def vpn(self, start, until, tag, public=None):
        cast, world = self.cast, self.world
        world.device_sessions.append((start, until))
        world.vpn.session(start, until, world.employee_name, cast.device,
                          public or cast.home_address, cast.inner, cast.device_id, tag=tag)

    def old_sessions(self):
        """The year before the window, of which only the gateway keeps rows (C1: two days after)."""
        cast, vpn = self.cast, self.world.vpn
        for start, lasts in ((cast.recon, 70), (cast.entry, 125)):
            vpn.reserve(cast.inner, start, start + lasts * MINUTE)
        self.vpn(cast.first_vpn, cast.first_vpn + 95 * MINUTE, "vpn-first")
        rows = cast.first_vpn + 30 * DAY
        while rows < cast.start - 20 * DAY:
            start = rows + vpn.rng.randrange(-7200, 7200) * 1000
            self.vpn(start, start + vpn.rng.randrange(20, 140) * MINUTE, "vpn-between",
                     f"203.0.113.{100 + vpn.rng.randrange(120)}")
            rows += (31 + vpn.rng.randrange(40)) * DAY

    def desktop(self, when, lasts, tag):
        """A remote desktop of the stolen account on the jump host, from the VPN's address."""
        world, cast, jump = self.world, self.cast, self.world.jump
        port = world.rng.randrange(49700, 65500)
        world.zeek.flow(when - 3000, cast.inner, port, jump.address, 3389, "rdp,ssl", "tcp", lasts,
                        900000, 7000000, tag=f"{tag}.flow")
        s = jump.logon(when, world.employee_name, 10, address=cast.inner, port="0",
                       workstation=jump.name, tag=f"{tag}.logon")
        shell = jump.start(when + 5000, "C:\\Windows\\explorer.exe", "C:\\Windows\\Explorer.EXE",
                           jump.winlogon, s)
        jump.logoff(when + lasts, s)
        return s, shell

    def first_look(self):
        cast, jump, when = self.cast, self.world.jump, self.cast.recon
        self.vpn(when, when + 70 * MINUTE, "vpn-recon")
        t = when + 14 * MINUTE
        s, top = self.desktop(t, 40 * MINUTE, "recon")
        shell = jump.start(t + 60000, CMD, CMD, top, s, ends=t + 30 * MINUTE)
        for k, line in enumerate(("whoami /groups", "net group \"Domain Admins\" /domain",
                                  "nltest /dclist:", "quser")):
            image = images.SYSTEM32 + line.split()[0].replace(".exe", "") + ".exe"
            jump.start(t + 90000 + 40000 * k, image, line, shell, s, ends=t + 95000 + 40000 * k)

    # ---- the night of the implant ----

    def entry(self):
        world, cast, jump = self.world, self.cast, self.world.jump
        when = cast.entry
        self.vpn(when, when + 125 * MINUTE, "vpn-entry")
        t = when + (12 * MINUTE if cast.real else self.minutes(20))
        s, top = self.desktop(t, 100 * MINUTE, "entry")
        shell = jump.start(t + 50000, CMD, CMD, top, s, ends=t + 98 * MINUTE, tag="entry.shell")
        tunnel = images.SYSTEM32 + cast.tunnel
        jump.start(t + 4 * MINUTE, tunnel, f"{tunnel} -c {tunnel[:-4]}.ini", shell, s,
                   tag="entry.tunnel")
        port = world.rng.randrange(49700, 65500)
        world.zeek.tls(t + 4 * MINUTE + 2000, jump.address, port, cast.c2_addresses[2], "-", 88000,
                       410000, 90 * MINUTE, tag="entry.tunnel-flow")
        t += 24 * MINUTE
        if cast.two_hops:
            self.plant(t + 6 * MINUTE, world.servers["admin-ws"], *self.hop(t, s, shell))
            return
        target = f"\\\\{world.build.name}\\C$"
        net = jump.start(t - 9000, images.SYSTEM32 + "net.exe",
                         f"net  use {target} /user:{world.vendor.netbios}\\{world.admin} *",
                         shell, s, ends=t + 4000, tag="plant.net")
        jump.explicit(t - 60, s, world.admin, world.build.name, net, tag="plant.explicit")
        self.plant(t, jump, s, shell)

    def hop(self, t, s, shell):
        """On by remote desktop, with the administrator's credentials, to that person's machine."""
        world, jump, desk = self.world, self.world.jump, self.world.servers["admin-ws"]
        client = jump.start(t - 9000, images.SYSTEM32 + "mstsc.exe", f"mstsc.exe /v:{desk.name}",
                            shell, s, ends=t + HOUR, tag="hop.client")
        jump.explicit(t - 4000, s, world.admin, f"TERMSRV/{desk.name}", client,
                      tag="plant.explicit")
        world.zeek.flow(t - 5000, jump.address, world.rng.randrange(49700, 65500), desk.address,
                        3389, "rdp,ssl", "tcp", HOUR, 700000, 6000000, tag="hop.flow")
        admin = desk.logon(t, world.admin, 10, address=jump.address, port="0", elevated=True,
                           workstation=desk.name, tag="hop.logon")
        top = desk.start(t + 5000, "C:\\Windows\\explorer.exe", "C:\\Windows\\Explorer.EXE",
                         desk.winlogon, admin)
        own = desk.start(t + MINUTE, CMD, CMD, top, admin, ends=t + 55 * MINUTE, tag="hop.shell")
        desk.logoff(t + HOUR, admin)
        return admin, own

    def plant(self, t, source, s, shell):
        """With the administrator's credentials: the library over SMB, and the service started."""
        world, cast, build = self.world, self.cast, self.world.build
        user, implant = world.admin, cast.prints["implant"]
        target = f"\\\\{build.name}\\C$\\Windows\\System32\\"
        admin, port, four = self.servers.visit(t, source, build, user, 40 * MINUTE,
                                               tag="plant.logon")
        world.truth.note("plant.session", f"{admin.id:#x}")
        build.share(t + 100, admin, "C$", "\\??\\C:\\", source.address, port, tag="plant.share")
        copy = f"cmd /c copy {cast.implant} {target}{cast.implant}"
        image = CMD
        if cast.by_powershell:
            image, copy = POWERSHELL, f"powershell -c \"Copy-Item .\\{cast.implant} {target}\""
        source.start(t + 9000, image, copy, shell, s, ends=t + 12000, tag="plant.copy")
        for k, mask in enumerate((0x80, 0x17019F, 0x2)):
            build.share(t + 9300 + 20 * k, admin, "C$", "\\??\\C:\\", source.address, port,
                        f"Windows\\System32\\{cast.implant}", mask,
                        "plant.smb-write" if mask == 0x17019F else None)
        build.write_file(t + 9390, build.kernel, images.SYSTEM32 + cast.implant, "plant.file")
        world.zeek.smb_file(t + 9350, four, f"\\\\{build.name}\\C$",
                            f"Windows\\System32\\{cast.implant}", implant.size, "SMB::FILE_WRITE",
                            implant, tag="plant.zeek-smb")
        hive = "{53b39e88-18c4-11ea-a811-000d3aa4692b}.TxR.0.regtrans-ms" if cast.real else \
            f"{world.guid().lower()}.TxR.0.regtrans-ms"
        hive = f"Windows\\System32\\config\\TxR\\{hive}"
        build.share(t + 31000, admin, "C$", "\\??\\C:\\", source.address, port, hive, 0x17019F,
                    "plant.hive-smb")
        build.write_file(t + 31040, build.kernel, "C:\\" + hive, "plant.hive")
        world.zeek.smb_file(t + 31020, four, f"\\\\{build.name}\\C$", hive, 65536,
                            "SMB::FILE_WRITE")
        if cast.by_reboot:
            return  # nobody starts the service: the updates' restart does
        u = t + 5 * MINUTE
        source.start(u, SC, f"sc  \\\\{build.name} start {cast.service}", shell, s, ends=u + 3000,
                   tag="plant.sc")
        build.share(u + 300, admin, "IPC$", "", source.address, port)
        build.share(u + 330, admin, "IPC$", "", source.address, port, "svcctl", 0x120089)
        for k, call in enumerate(("OpenSCManagerW", "OpenServiceW", "StartServiceW")):
            world.zeek.rpc(u + 400 + 20 * k, four, "svcctl", call, "plant.rpc" if k == 2 else None)
        self.wake(u + 700, "plant")
        build.logoff(t + 40 * MINUTE, admin)

    # ---- what the implant does ----

    def wake(self, when, tag):
        """The service host starts and loads the planted library: D3, at every boot."""
        world, cast, build = self.world, self.cast, self.world.build
        if when < cast.entry:
            return
        build.service_state(when + 900, cast.service_title, "running", f"{tag}.running")
        self.host = build.service(when, f"-k netsvcs -p -s {cast.service}", tag=f"{tag}.svchost")
        build.load(when + 260, self.host, "C:\\Windows\\System32\\ikeext.dll")
        build.load(when + 410, self.host, images.SYSTEM32 + cast.implant, cast.prints["implant"],
                   f"{tag}.load")
        self.beacon(when + 20000, f"{tag}.beacon")

    def beacon(self, when, tag=None):
        world, cast, build = self.world, self.cast, self.world.build
        host = getattr(self, "host", None)
        if host is None:
            return
        which = clock.weekday(when) & 1
        name, address = cast.vendor_c2[which], cast.c2_addresses[which]
        port = build.rng.randrange(49700, 65500)
        build.dns(when, host, name, f"::ffff:{address};", tag)
        world.zeek.ask(when - 9, build.address, world.dc.address, name, address)
        build.connect(when + 70, host, address, 443, source=port,
                      tag=None if tag is None else f"{tag}-flow")
        world.zeek.tls(when + 70, build.address, port, address, name, 4400, 2100)

    def tamper(self, when, release):
        """D6: the service host overwrites two libraries of the build's input."""
        cast, build, prints = self.cast, self.world.build, self.cast.prints
        host = self.host
        build.write_file(when, host, INPUT + cast.library, f"tamper-{release}.library")
        build.write_file(when + 1400, host, INPUT + cast.carrier, f"tamper-{release}.carrier")
        self.builds.library = prints["lib-1-unsigned" if release == "1" else "lib-2"]
        self.builds.carrier = prints["carrier"]

    def stop_forwarder(self):
        self.world.build.service_state(self.cast.outage[0] - 1000, "nxlog", "stopped",
                                       "gap.forwarder-stopped")

    def clear(self):
        """The Security log is cleared before the forwarder, stopped for hours, has read it."""
        world, build, end = self.world, self.world.build, self.cast.outage[1]
        build.emit(1, end + 1000, 1102,
                   f'"SubjectUserSid":"S-1-5-18","SubjectUserName":"{build.name}$",'
                   f'"SubjectDomainName":"{world.vendor.netbios}","SubjectLogonId":"0x3e7"',
                   "gap.cleared")
        build.service_state(end + 2000, "nxlog", "running", "gap.forwarder-started")
