# SPDX-License-Identifier: Apache-2.0
"""What servers do all month, and the administrators and services that call on them.

Here are the innocent twins on the build server: an administrator's remote desktop, a file put into
C$ over the network and a service restarted by sc.exe, and the backup that reads and writes there
every night.
"""
from . import clock, images
from .clock import DAY, HOUR, MINUTE
from .names import Print

AGENT = "C:\\Program Files\\HostWatch\\hwagent.dll"
CMD = "C:\\Windows\\System32\\cmd.exe"
SC = "C:\\Windows\\System32\\sc.exe"


class Servers:
    def __init__(self, world, life, only_incident):
        self.world, self.life, self.cast = world, life, world.cast
        self.agent = Print("hostwatch/agent")
        images.declare(self.agent, "HostWatch", "HostWatch", "HostWatch Ltd")
        cast = self.cast
        world.schedule(cast.reboot - 20 * MINUTE, self.patch, cast.reboot)
        world.schedule(cast.reboot, world.build.boot, cast.reboot)
        if only_incident:
            return
        for day in range(cast.days):
            midnight = cast.start + day * DAY
            world.schedule(midnight + 22 * HOUR + 10 * MINUTE, self.backup, midnight + 22 * HOUR)
            if clock.weekday(midnight) in (1, 3):
                world.schedule(midnight + 9 * HOUR, self.administer, midnight + 9 * HOUR, day)
        world.schedule(cast.base + 14 * DAY, self.rename, cast.base + 14 * DAY)

    def hour(self, start):
        for m in self.world.servers.values():
            rebooting = m is self.world.build and start <= self.cast.reboot < start + HOUR
            busy = 6.0 if m is self.world.build else 1.6
            for _ in range(0 if rebooting else self.life.amount(m.rng, busy)):
                self.chore(m, start + m.rng.randrange(HOUR))
        dc = self.world.dc
        for _ in range(self.life.amount(dc.rng, 2.5)):
            self.machine_logon(dc, start + dc.rng.randrange(HOUR))

    def chore(self, m, when):
        roll = m.rng.random()
        if roll < 0.45:
            p = m.start(when, "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe",
                        "C:\\Windows\\system32\\wbem\\wmiprvse.exe -Embedding", m.svchosts[5],
                        m.system, ends=when + 90000)
            m.load(when + 70, p, "C:\\Windows\\System32\\wbem\\cimwin32.dll")
        elif roll < 0.6:
            m.registry(when, m.services, "HKLM\\System\\CurrentControlSet\\Services\\W32Time\\"
                       "Config\\Status", "DWORD (0x00000000)")
        elif roll < 0.75:
            self.life.resolve(m, when, m.svchosts[2], "ctldl.windowsupdate.com", "8.241.9.254")
            m.connect(when + 80, m.svchosts[4], "8.241.9.254", 443)
        elif roll < 0.82:
            m.access(when, m.lsass, m.svchosts[0], 0x1000)
        elif roll < 0.85 and m is not self.world.build:
            # The service that is hijacked elsewhere starts here as it should, and loads its own.
            p = m.service(when, f"-k netsvcs -p -s {self.cast.service}", tag="twin.service")
            m.load(when + 240, p, "C:\\Windows\\System32\\ikeext.dll")
            m.service_state(when + 800, self.cast.service_title, "running")
            m.end(when + 3 * HOUR, p)
        else:
            p = m.start(when, "C:\\Windows\\System32\\taskhostw.exe", "taskhostw.exe SYSTEM",
                        m.svchosts[3], m.system, ends=when + 40000)
            m.write_file(when + 900, p, "C:\\Windows\\System32\\Tasks\\Microsoft\\Windows\\"
                         "UpdateOrchestrator\\Schedule Scan")

    def machine_logon(self, dc, when):
        """A machine reads its policies: most network log-ons of any directory are these."""
        awake = [c for c in self.world.clients if c.online is not None and c.online < when]
        if not awake:
            return
        m = dc.rng.choice(awake)
        port = m.connect(when - 60, m.kernel, dc.address, 445)
        s = dc.logon(when, f"{m.name}$", 3, address=m.address, port=port)
        dc.share(when + 40, s, "SYSVOL", "\\??\\C:\\Windows\\SYSVOL\\sysvol", m.address, port)
        dc.logoff(when + 11000, s)
        four = self.world.zeek.flow(when - 60, m.address, port, dc.address, 445, "gssapi,smb,krb",
                                    "tcp", 10800, 4020, 1681)
        self.world.zeek.smb_file(when, four, f"\\\\{dc.fqdn}\\sysvol",
                                 f"{m.org.directory}\\Policies\\gpt.ini", 22)

    # ---- the build server's visitors ----

    def visit(self, when, source, target, user, lasts, elevated=True, tag=None):
        """A network session on target from source; answers session, port, Zeek's columns."""
        world, guid = self.world, self.world.guid()
        port = source.rng.randrange(49700, 65500)
        dc, realm = world.dc, target.org.directory.upper()
        kdc = source.rng.randrange(49700, 65500)
        dc.emit(1, when - 90, 4769, world.ticket_body(
            user, realm, f"cifs/{target.name}", target.org, source.address, kdc, guid))
        world.zeek.ticket(when - 90, source.address, kdc, dc.address, f"{user}/{realm}",
                          f"cifs/{target.name}")
        source.connect(when - 40, source.kernel, target.address, 445, source=port)
        target.connect(when - 35, target.kernel, source.address, 445, initiated=False,
                       far_port=port)
        four = world.zeek.flow(when - 40, source.address, port, target.address, 445,
                               "gssapi,smb,krb,dce_rpc", "tcp", lasts, 90000, 40000)
        s = target.logon(when, user, 3, address=source.address, port=port, guid=guid,
                         elevated=elevated, tag=tag)
        return s, port, four

    def backup(self, start):
        """Nightly: reads the outputs, and leaves its catalogue behind, over the network."""
        world, build, when = self.world, self.world.build, start + 10 * MINUTE
        source = world.servers["backup"]
        s, port, four = self.visit(when, source, build, world.backup_user, 400_000)
        build.share(when + 100, s, "D$", "\\??\\D:\\", source.address, port)
        for k in range(8):
            name = f"jenkins\\jobs\\{self.cast.job}\\builds\\archive-{k}.zip"
            build.share(when + 400 + 9000 * k, s, "D$", "\\??\\D:\\", source.address, port, name,
                        0x120089)
            world.zeek.smb_file(when + 400 + 9000 * k, four, f"\\\\{build.fqdn}\\D$", name,
                                81234567)
        for name in ("backup\\catalog.dat", "backup\\bkhelper.dll"):
            build.share(when + 90000, s, "D$", "\\??\\D:\\", source.address, port, name, 0x17019F,
                        "twin.backup-write")
            build.write_file(when + 90040, build.kernel, "D:\\" + name, "twin.system-write")
            world.zeek.smb_file(when + 90020, four, f"\\\\{build.fqdn}\\D$", name, 40960,
                                "SMB::FILE_WRITE")
        build.logoff(when + 400_000, s)

    def administer(self, start, day):
        """An administrator at work: desktop on the build server, an agent updated from afar."""
        world, build = self.world, self.world.build
        desk, user = world.servers["admin-ws"], world.admin
        when = start + desk.rng.randrange(10, 300) * MINUTE
        own = desk.logon(when, user, 2, address="127.0.0.1", port="0", elevated=True,
                         workstation=desk.name)
        shell = desk.start(when + 9000, CMD, CMD, desk.winlogon, own, ends=when + 2 * HOUR)
        if day % 2 == 0:
            port = desk.rng.randrange(49700, 65500)
            client = desk.start(when + 60000, images.SYSTEM32 + "mstsc.exe",
                                f"mstsc.exe /v:{build.name}", shell, own, ends=when + HOUR)
            desk.explicit(when + 63000, own, user, f"TERMSRV/{build.name}", client,
                          tag="twin.explicit")
            desk.connect(when + 64000, client, build.address, 3389, source=port)
            world.zeek.flow(when + 64000, desk.address, port, build.address, 3389, "rdp,ssl", "tcp",
                            50 * MINUTE, 400000, 9000000)
            s = build.logon(when + 66000, user, 10, address=desk.address, port="0", elevated=True,
                            workstation=build.name, tag="twin.admin-rdp")
            top = build.start(when + 69000, "C:\\Windows\\explorer.exe",
                              "C:\\Windows\\Explorer.EXE", build.winlogon, s,
                              ends=when + 50 * MINUTE)
            build.start(when + 90000, images.SYSTEM32 + "mmc.exe", "mmc.exe services.msc", top, s,
                        ends=when + 40 * MINUTE)
            build.logoff(when + 51 * MINUTE, s)
            return
        s, port, four = self.visit(when + 60000, desk, build, user, 90000)
        build.share(when + 60100, s, "C$", "\\??\\C:\\", desk.address, port)
        build.share(when + 60400, s, "C$", "\\??\\C:\\", desk.address, port, AGENT[3:], 0x17019F,
                    "twin.admin-copy")
        build.write_file(when + 60420, build.kernel, AGENT, "twin.admin-system-write")
        world.zeek.smb_file(when + 60410, four, f"\\\\{build.fqdn}\\C$", AGENT[3:],
                            self.agent.size, "SMB::FILE_WRITE", self.agent)
        for k, verb in enumerate(("stop", "start")):
            desk.start(when + 70000 + 6000 * k, SC, f"sc  \\\\{build.name} {verb} HostWatch", shell,
                       own, ends=when + 71000 + 6000 * k, tag="twin.sc")
            world.zeek.rpc(when + 70300 + 6000 * k, four, "svcctl",
                           "StartServiceW" if verb == "start" else "ControlService")
        agent = build.start(when + 76500, AGENT[:-11] + "hwagent.exe",
                            f'"{AGENT[:-11]}hwagent.exe"', build.services, build.system)
        build.load(when + 76700, agent, AGENT, self.agent)
        build.logoff(when + 90000, s)

    # ---- rare days ----

    def patch(self, when):
        """The build server takes its updates; then it starts anew."""
        build = self.world.build
        worker = "C:\\Windows\\WinSxS\\amd64_microsoft-windows-servicingstack\\TiWorker.exe"
        p = build.start(when - 20 * MINUTE, worker, f"{worker} -Embedding", build.svchosts[5],
                        build.system, ends=when - 3 * MINUTE)
        for k, name in enumerate(("ikeext.dll", "crypt32.dll", "ntdll.dll", "schannel.dll")):
            build.write_file(when - 15 * MINUTE + 9000 * k, p, images.SYSTEM32 + name,
                             "twin.trusted-installer")
        build.stop(when - 60000)

    def rename(self, when):
        """A machine gets another name; its forwarder, its addresses and its marks stay."""
        m = self.world.renamed
        if m is None:
            return
        m.old_name, m.renamed_at = m.name, when
        if self.cast.real:
            m.rename(m.name.replace("-0", "-1"))
        else:
            m.rename(m.name + "R")
