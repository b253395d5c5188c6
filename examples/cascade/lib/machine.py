# SPDX-License-Identifier: Apache-2.0
"""A Windows machine: its processes, sessions and clocks, and what it logs of them.

What a machine can log is decided here and nowhere else: without Sysmon no Sysmon event, without
object-access auditing no 5145, and so on. Callers tell what happened; the machine writes what such
a machine would have written of it.
"""
from . import clock, images, nxlog
from .nxlog import NO_GUID, SECURITY_CHANNEL, SYSMON_CHANNEL, SYSTEM_CHANNEL, q
from .streams import Stream

GONE = 1 << 62


class Session:
    __slots__ = ("id", "user", "domain", "sid", "guid", "elevated", "sysmon_guid", "kind")

    def __init__(self, number, user, domain, sid, guid=NO_GUID, elevated=False, kind=0):
        self.id, self.user, self.domain, self.sid = number, user, domain, sid
        self.guid, self.elevated, self.kind = guid, elevated, kind
        self.sysmon_guid = NO_GUID


class Process:
    __slots__ = ("pid", "guid", "image", "command", "session", "start")

    def __init__(self, pid, guid, image, command, session, start):
        self.pid, self.guid, self.image, self.command = pid, guid, image, command
        self.session, self.start = session, start


class Machine(Stream):
    def __init__(self, world, org, name, rel, *, zone=0, skew=0, lag=700, sysmon=True,
                 objects=False, creation=False):
        super().__init__(world, rel)
        self.org, self.rng = org, world.rng_for(rel)
        self.has_sysmon, self.has_objects, self.has_creation = sysmon, objects, creation
        self.zone, self.skew, self.lag = zone, skew, lag
        self.shift = zone * clock.MINUTE + skew
        self.collector = f"wec.{org.directory}"
        self.rename(name)
        self.mark = f"{self.rng.getrandbits(32):08x}"
        self.sysmon_pid = self.rng.randrange(600, 900) * 4
        self.numbers = [self.rng.randrange(20000, 3000000) for _ in range(3)]
        self.address = None
        self.outage, self.lost = None, 0
        self.processes = self.ticks = 0
        self.pids = {}
        self.boots = []

    def rename(self, name):
        self.name, self.fqdn = name, f"{name}.{self.org.directory}"

    # ---- writing ----

    def emit(self, channel, when, event, body, tag=None, delay=0):
        self.serial += 1
        written = when + delay
        self.buckets.setdefault(written // clock.HOUR, []).append(
            (written, self.serial, channel, event, body, tag))

    def flush(self, before):
        end, outage = self.world.cast.end, self.outage
        for hour in sorted(h for h in self.buckets if h < before):
            for one in sorted(self.buckets.pop(hour)):
                written, _, channel, event, body, tag = one
                if written >= end:
                    continue
                number = self.numbers[channel] = self.numbers[channel] + 1
                received = written + 1100 + number * 37 % 900
                if outage is not None and outage[0] <= written < outage[1]:
                    if channel == SECURITY_CHANNEL:
                        self.lost += 1
                        continue  # cleared before the forwarder read it: only the number is gone
                    received = outage[1] + 20000 + number % 7000
                self.write(nxlog.WRITERS[channel](self, number, written, received, event, body),
                           None)
                if tag is not None:
                    self.world.truth.saw(tag, file=self.rel, line=self.line,
                                         channel=nxlog.CHANNELS[channel], record=number,
                                         event=event, host=self.name)

    # ---- starting up ----

    def boot(self, when, log=True):
        """The base of every other process; what of it is logged depends on log."""
        self.boots.append(when)
        self.users = {}
        domain, own = self.org.netbios, f"{self.name}$"
        self.system = Session(0x3e7, own, domain, "S-1-5-18")
        self.local = Session(0x3e5, "LOCAL SERVICE", "NT AUTHORITY", "S-1-5-19")
        self.network = Session(0x3e4, own, domain, "S-1-5-20")
        self.kernel = Process(4, self.new_guid(when), "System", "", self.system, when)
        self.services = self.quiet(when + 900, 704, "C:\\Windows\\System32\\services.exe")
        self.lsass = self.quiet(when + 950, 724, "C:\\Windows\\System32\\lsass.exe")
        self.winlogon = self.quiet(when + 990, 668, "C:\\Windows\\System32\\winlogon.exe")
        if log:
            self.emit(SYSTEM_CHANNEL, when + 14000, 6005,
                      '"Message":"The Event log service was started."')
            self.emit(SECURITY_CHANNEL, when + 13000, 4608, '"Message":"Windows is starting up."')
        self.svchosts = [self.service(when + 15000 + 300 * k, args, log)
                         for k, args in enumerate(images.SVCHOSTS)]

    def quiet(self, when, pid, image):
        self.pids[pid] = GONE
        return Process(pid, self.new_guid(when), image, image, self.system, when)

    def service(self, when, args, log=True, tag=None):
        return self.start(when, images.SVCHOST, f"C:\\Windows\\system32\\svchost.exe {args}",
                          self.services, self.system, log=log, tag=tag)

    def stop(self, when):
        self.emit(SYSTEM_CHANNEL, when, 6006, '"Message":"The Event log service was stopped."')
        self.pids.clear()

    # ---- names of things ----

    def new_guid(self, when):
        self.processes = (self.processes + 1) & 0xFFFF
        s, n = (when + self.skew) // 1000, self.processes
        return (f"{{{self.mark}-{s & 0xFFFF:04x}-{s >> 16 & 0xFFFF:04x}-{n & 0xFF:02x}{n >> 8:02x}-"
                f"00000000{len(self.boots) & 0xFF:02x}00}}")

    def new_pid(self, start, end):
        while True:
            pid = self.rng.randrange(250, 3200) * 4
            if self.pids.get(pid, 0) < start:
                self.pids[pid] = end
                return pid

    def new_logon(self, when):
        self.ticks = (self.ticks + 1) & 7
        up = max(when - (self.boots[-1] if self.boots else 0), 64)
        return 0x10000 + (up // 64 << 3 | self.ticks)

    # ---- sessions ----

    def session(self, when, user, domain=None, guid=None, elevated=False, kind=3):
        number = self.new_logon(when)
        s = Session(number, user, domain or self.org.netbios, self.world.sid(self.org, user),
                    guid or self.world.guid(), elevated, kind)
        t = (when + self.skew) // 1000
        n = number
        s.sysmon_guid = (f"{{{self.mark}-{t & 0xFFFF:04x}-{t >> 16 & 0xFFFF:04x}-"
                         f"{n & 0xFF:02x}{n >> 8 & 0xFF:02x}-{n >> 16 & 0xFF:02x}"
                         f"{n >> 24 & 0xFF:02x}00000000}}")
        return s

    def logon(self, when, user, kind, *, address="-", port="-", workstation="-", guid=None,
              elevated=False, package="Kerberos", tag=None):
        s = self.session(when, user, guid=guid, elevated=elevated, kind=kind)
        if kind in (2, 7, 10):
            by = ("S-1-5-18", f"{self.name}$", self.org.netbios, "0x3e7")
            process, package = (self.svchosts[0].pid, images.SVCHOST), "Negotiate"
        else:
            by, process = ("S-1-0-0", "-", "-", "0x0"), (0, "-")
        self.emit(SECURITY_CHANNEL, when, 4624, nxlog.logon_body(
            by, s, kind, package, address, port, workstation, process), tag)
        if elevated:
            self.emit(SECURITY_CHANNEL, when, 4672,
                      f'{nxlog.subject(s)},"PrivilegeList":"{nxlog.PRIVILEGES}"')
        return s

    def logoff(self, when, s):
        self.emit(SECURITY_CHANNEL, when, 4634,
                  f'"TargetUserSid":"{s.sid}","TargetUserName":"{s.user}","TargetDomainName":'
                  f'"{s.domain}","TargetLogonId":"{s.id:#x}","LogonType":"{s.kind}"')

    def explicit(self, when, s, user, target, process, address="-", tag=None):
        """4648: a process used other credentials."""
        self.emit(SECURITY_CHANNEL, when, 4648,
                  f'{nxlog.subject(s)},"LogonGuid":"{s.guid}","TargetUserName":"{user}",'
                  f'"TargetDomainName":"{self.org.netbios}","TargetLogonGuid":"{NO_GUID}",'
                  f'"TargetServerName":"{target}","TargetInfo":"{target}","ProcessId":'
                  f'"{process.pid:#x}","ProcessName":"{q(process.image)}","IpAddress":"{address}",'
                  f'"IpPort":"{"-" if address == "-" else "445"}"', tag)

    def share(self, when, s, share, local, address, port, relative=None, mask=0x1, tag=None):
        if relative is None:
            self.emit(SECURITY_CHANNEL, when, 5140, nxlog.share_body(
                s, share, local, address, port, 0x1), tag)
        elif self.has_objects:
            self.emit(SECURITY_CHANNEL, when, 5145, nxlog.share_body(
                s, share, local, address, port, mask, relative), tag)

    # ---- processes ----

    def start(self, when, image, command, parent, session, *, ends=None, cwd=None, fp=None,
              log=True, tag=None):
        p = Process(self.new_pid(when, ends or GONE), self.new_guid(when), image, command,
                    session, when)
        if not log:
            return p
        if self.has_sysmon:
            about = images.about(image, fp)
            level = "System" if session.id == 0x3e7 else "High" if session.elevated else "Medium"
            user = "NT AUTHORITY\\\\SYSTEM" if session.id == 0x3e7 else \
                f"{session.domain}\\\\{session.user}"
            self.emit(SYSMON_CHANNEL, when, 1,
                      f'"UtcTime":"{clock.millis(when + self.skew)}","ProcessGuid":"{p.guid}",'
                      f'"ProcessId":"{p.pid}","Image":"{q(image)}",{about.fields},"CommandLine":'
                      f'"{q(command)}","CurrentDirectory":"{q(cwd or images.SYSTEM32)}","User":'
                      f'"{user}","LogonGuid":"{session.sysmon_guid}","LogonId":"{session.id:#x}",'
                      f'"TerminalSessionId":"{0 if session.id == 0x3e7 else 1}","IntegrityLevel":'
                      f'"{level}","Hashes":"{about.hashes}","ParentProcessGuid":"{parent.guid}",'
                      f'"ParentProcessId":"{parent.pid}","ParentImage":"{q(parent.image)}",'
                      f'"ParentCommandLine":"{q(parent.command)}"', tag)
        if self.has_creation:
            self.emit(SECURITY_CHANNEL, when, 4688,
                      f'{nxlog.subject(session)},"NewProcessId":"{p.pid:#x}","NewProcessName":'
                      f'"{q(image)}","TokenElevationType":"%%1936","ProcessId":"{parent.pid:#x}",'
                      f'"CommandLine":"{q(command)}","TargetUserSid":"S-1-0-0","TargetUserName":'
                      f'"-","TargetDomainName":"-","TargetLogonId":"0x0","ParentProcessName":'
                      f'"{q(parent.image)}","MandatoryLabel":"S-1-16-12288"',
                      None if tag is None else f"{tag}.4688")
        if ends is not None:
            self.end(ends, p)
        return p

    def act(self, when, event, p, more, tag=None, delay=0):
        """A Sysmon event whose subject is one process."""
        if self.has_sysmon:
            self.emit(SYSMON_CHANNEL, when, event,
                      f'"UtcTime":"{clock.millis(when + self.skew)}","ProcessGuid":"{p.guid}",'
                      f'"ProcessId":"{p.pid}","Image":"{q(p.image)}"{more}', tag, delay)

    def end(self, when, p):
        self.act(when, 5, p, "")

    def load(self, when, p, path, fp=None, tag=None):
        about = images.about(path, fp)
        self.act(when, 7, p, f',"ImageLoaded":"{q(path)}",{about.fields},"Hashes":"{about.hashes}",'
                             f'{about.signature}', tag)

    def write_file(self, when, p, path, tag=None, created=None):
        made = clock.millis((created or when) + self.skew)
        self.act(when, 11, p, f',"TargetFilename":"{q(path)}","CreationUtcTime":"{made}"', tag)

    def mark_file(self, when, p, path, fp, url, referrer, tag=None):
        """15, as a browser leaves it: the file's own hash, then the mark of its origin."""
        made = clock.millis(when + self.skew)
        self.act(when, 15, p, f',"TargetFilename":"{q(path)}","CreationUtcTime":"{made}","Hash":'
                              f'"{fp.sysmon}","Contents":"-"', tag)
        self.act(when + 40, 15, p,
                 f',"TargetFilename":"{q(path)}:Zone.Identifier","CreationUtcTime":"{made}",'
                 f'"Hash":"{images.about(url).hashes}","Contents":"[ZoneTransfer]  ZoneId=3  '
                 f'ReferrerUrl={referrer}  HostUrl={url}"', None if tag is None else f"{tag}.zone")

    def registry(self, when, p, key, value, tag=None):
        self.act(when, 13, p, f',"EventTypeOrignal":"INFO","TargetObject":"{q(key)}","Details":'
                              f'"{q(value)}"', tag)

    def dns(self, when, p, name, answers, tag=None):
        self.act(when, 22, p, f',"QueryName":"{name}","QueryStatus":"0","QueryResults":"{answers}"',
                 tag)

    def connect(self, when, p, to, port, *, source=None, proto="tcp", initiated=True, tag=None,
                far_port=None, user=None):
        """3, written one to thirteen seconds late."""
        own = source or self.rng.randrange(49700, 65500)
        far, near = (to, self.address) if initiated else (self.address, to)
        src_port, dst_port = (own, port) if initiated else (far_port or own, port)
        who = user or ("NT AUTHORITY\\\\SYSTEM" if p.session.id == 0x3e7 else
                       f"{p.session.domain}\\\\{p.session.user}")
        late = 1000 + int(self.rng.random() ** 3 * 12000)
        self.act(when, 3, p,
                 f',"User":"{who}","Protocol":"{proto}","Initiated":"{str(initiated).lower()}",'
                 f'"SourceIsIpv6":"false","SourceIp":"{near}","SourceHostname":"-","SourcePort":'
                 f'"{src_port}","SourcePortName":"-","DestinationIsIpv6":"false","DestinationIp":'
                 f'"{far}","DestinationHostname":"-","DestinationPort":"{dst_port}",'
                 f'"DestinationPortName":"-"', tag, late)
        return own

    def access(self, when, p, target, mask, tag=None):
        if self.has_sysmon:
            self.emit(SYSMON_CHANNEL, when, 10,
                      f'"UtcTime":"{clock.millis(when + self.skew)}","SourceProcessGUID":'
                      f'"{p.guid}","SourceProcessId":"{p.pid}","SourceThreadId":"{p.pid + 44}",'
                      f'"SourceImage":"{q(p.image)}","TargetProcessGUID":"{target.guid}",'
                      f'"TargetProcessId":"{target.pid}","TargetImage":"{q(target.image)}",'
                      f'"GrantedAccess":"{mask:#x}","CallTrace":"C:\\\\Windows\\\\SYSTEM32\\\\'
                      f'ntdll.dll+9c534|C:\\\\Windows\\\\System32\\\\KERNELBASE.dll+2730e"', tag)

    def thread(self, when, p, target, tag=None):
        if self.has_sysmon:
            self.emit(SYSMON_CHANNEL, when, 8,
                      f'"UtcTime":"{clock.millis(when + self.skew)}","SourceProcessGuid":'
                      f'"{p.guid}","SourceProcessId":"{p.pid}","SourceImage":"{q(p.image)}",'
                      f'"TargetProcessGuid":"{target.guid}","TargetProcessId":"{target.pid}",'
                      f'"TargetImage":"{q(target.image)}","NewThreadId":"{target.pid + 96}",'
                      f'"StartAddress":"0x00007FF8{self.rng.getrandbits(32):08X}","StartModule":'
                      f'"-","StartFunction":"-"', tag)

    def service_made(self, when, name, path, s, kind="auto start"):
        """A service is installed: 7045 of the System log, 4697 where Security audits it."""
        self.emit(SYSTEM_CHANNEL, when, 7045,
                  f'"ServiceName":"{name}","ImagePath":"{q(path)}","ServiceType":"user mode '
                  f'service","StartType":"{kind}","AccountName":"LocalSystem"')
        self.emit(SECURITY_CHANNEL, when, 4697,
                  f'{nxlog.subject(s)},"ServiceName":"{name}","ServiceFileName":"{q(path)}",'
                  f'"ServiceType":"0x10","ServiceStartType":"2","ServiceAccount":"LocalSystem"')

    def service_state(self, when, title, state, tag=None):
        self.emit(SYSTEM_CHANNEL, when, 7036,
                  f'"Message":"The {title} service entered the {state} state.","param1":'
                  f'"{title}","param2":"{state}"', tag)
