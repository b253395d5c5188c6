# SPDX-License-Identifier: Apache-2.0
"""Small scenes of logs for the rules: what a few hosts would have recorded, and their estate.

Records have the names their sources give them. Every name is invented; addresses are of the
documentation ranges or private ones."""
import datetime
import json
import pathlib

ORG = "Acme"
START = datetime.datetime(2024, 5, 1, tzinfo=datetime.timezone.utc)
GATEWAY = ("FUTURE_USE,Receive Time,Serial Number,Type,Threat/Content Type,FUTURE_USE,Generated Time,"
           "Virtual System,Event ID,Stage,Authentication Method,Tunnel Type,Source User,Source Region,"
           "Machine Name,Public IP,Public IPv6,Private IP,Private IPv6,Host ID,Serial Number,Client "
           "Version,Client OS,Client OS Version,Repeat Count,Reason,Error,Description,Status,Location,"
           "Login Duration,Connect Method,Error Code,Portal,Sequence Number,Action Flags,High Res "
           "Timestamp,Selection Type,Response Time,Priority,Attempted Gateways,Gateway,Device Group "
           "Hierarchy Level 1,Device Group Hierarchy Level 2,Device Group Hierarchy Level 3,Device Group "
           "Hierarchy Level 4,Virtual System Name,Device Name,Virtual System ID")


def at(day, clock="12:00:00"):
    """The moment `clock` (UTC) on that day of the scene, from 0."""
    h, m, s = map(int, clock.split(":"))
    return START + datetime.timedelta(days=day, hours=h, minutes=m, seconds=s)


def iso(t):
    return t.strftime("%Y-%m-%dT%H:%M:%S.") + f"{t.microsecond // 1000:03}Z"


class Proc:
    def __init__(self, host, pid, image):
        self.host, self.pid, self.image = host, pid, image
        self.guid = f"{{{host.machine:08x}-{pid:04x}-0000-0000-000000000100}}"


class Host:
    """A Windows machine: its Sysmon and Security logs."""

    def __init__(self, scene, name, machine):
        self.scene, self.name, self.machine = scene, name, machine
        self.rows, self.pids = [], 4
        self.system = Proc(self, 4, "System")

    def put(self, t, provider, channel, eid, **values):
        self.rows.append((t, dict(values, EventID=eid, SourceName=provider, Channel=channel,
                                  Hostname=self.name)))

    def sysmon(self, t, eid, proc, **values):
        self.put(t, "Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational", eid,
                 UtcTime=iso(t)[:-1].replace("T", " "), ProcessGuid=proc.guid,
                 ProcessId=str(proc.pid), Image=proc.image, **values)

    def security(self, t, eid, **values):
        self.put(t, "Microsoft-Windows-Security-Auditing", "Security", eid, **values)

    def start(self, t, image, parent=None, command=None, user="ACME\\amy", logon="0x3e7"):
        self.pids += 4
        p = Proc(self, self.pids, image)
        more = {} if parent is None else {"ParentProcessGuid": parent.guid,
                                          "ParentProcessId": str(parent.pid),
                                          "ParentImage": parent.image}
        self.sysmon(t, 1, p, CommandLine=command or image, User=user, LogonId=logon, **more)
        return p

    def load(self, t, proc, path):
        self.sysmon(t, 7, proc, ImageLoaded=path, Hashes="-", Signed="false")

    def write(self, t, proc, path):
        self.sysmon(t, 11, proc, TargetFilename=path, CreationUtcTime=iso(t))

    def logon(self, t, user, logon, ip="-", port="0", kind="3"):
        self.security(t, 4624, TargetUserName=user, TargetDomainName="ACME", TargetLogonId=logon,
                      SubjectUserName="-", SubjectDomainName="-", SubjectLogonId="0x0",
                      LogonType=kind, IpAddress=ip, IpPort=port, WorkstationName="-",
                      LogonGuid="{00000000-0000-0000-0000-000000000000}", LogonProcessName="NtLmSsp",
                      AuthenticationPackageName="NTLM", TargetLinkedLogonId="0x0")

    def share_write(self, t, user, logon, path, ip):
        """A write over the administrative share: the session's record, and the kernel's."""
        drive, rest = path.split(":\\", 1)
        self.security(t, 5145, SubjectUserName=user, SubjectDomainName="ACME", SubjectLogonId=logon,
                      ObjectType="File", IpAddress=ip, IpPort="50000", ShareName=f"\\\\*\\{drive}$",
                      ShareLocalPath=f"\\??\\{drive}:\\", RelativeTargetName=rest,
                      AccessMask="0x2", AccessList="%%4417")
        self.write(t, self.system, path)

    def text(self):
        rows = sorted(self.rows, key=lambda r: r[0])
        out = []
        for n, (t, values) in enumerate(rows):
            out.append(json.dumps(dict({"@timestamp": iso(t), "EventTime": iso(t)[:19].replace(
                "T", " ")}, RecordNumber=1000 + n, **values)))
        return "\n".join(out) + "\n"


class Scene:
    def __init__(self):
        self.all, self.dials, self.signed, self.builds, self.files = [], [], [], [], {}
        self.estate = {"headwater": "estate", "version": 1,
                       "organisations": [{"name": ORG, "domains": ["acme.example"]}],
                       "hosts": [], "accounts": [], "software": [], "releases": []}

    def host(self, name, *roles, ip=None):
        h = Host(self, name, 0xA0000000 + len(self.all))
        self.all.append(h)
        if roles:
            entry = {"name": name, "org": ORG, "roles": list(roles)}
            if ip:
                entry["addresses"] = [{"ip": ip}]
            self.estate["hosts"].append(entry)
        return h

    def account(self, name, *roles):
        self.estate["accounts"].append({"name": name, "org": ORG, "roles": list(roles),
                                        "same_as": [f"ACME\\{name}"]})

    def software(self, name, sanctioned):
        self.estate["software"].append({"name": name, "org": ORG, "sanctioned": sanctioned})

    def dial(self, t, user, device, inner, hours=1):
        """A session of the gateway, which writes in UTC here."""
        for stage, when, ip in (("gateway-connected,tunnel", t, inner),
                                ("gateway-logout,logout", t + datetime.timedelta(hours=hours), inner)):
            stamp = when.strftime("%Y/%m/%d %H:%M:%S")
            self.dials.append((when, f"1,{stamp},013201028411,GLOBALPROTECT,0,2561,{stamp},vsys1,{stage},"
                               f"LDAP,IPSec,acme\\{user},DE,{device},203.0.113.9,0.0.0.0,{ip},0.0.0.0,"
                               f"id-{device},,5.2.12,Windows,Windows 10,1,,,,success,,0,on-demand,0,"
                               f"vpn.acme.example,{len(self.dials) + 7000},0x0,,,,,,GW,0,0,0,0,,VPN1,1"))

    def sign(self, t, user, ip, digit, file="dist/app.exe"):
        self.signed.append({"time": iso(t), "action": "sign", "key": "Acme Ltd 01", "thumbprint": "ab" * 20,
                            "sha256": digit * 64, "file": file, "user": user, "ip": ip})

    def build(self, t, number, runner):
        """A quarter of an hour of a build's console."""
        def line(minutes, text):
            return f"[{iso(t + datetime.timedelta(minutes=minutes))}] {text}\n"
        self.builds.append((number, "".join((
            line(0, "Started by timer"), line(0, "Running as SYSTEM"),
            line(0, f"Building remotely on {runner} (windows) in workspace D:\\jenkins\\ws\\app"),
            line(1, "Checking out Revision 793c4fc043948bd0cc10ed261f469d214f6eb5d4 (refs/remotes/"
                    "origin/main)"),
            line(1, "[app] $ cmd /c call C:\\Windows\\TEMP\\jenkins1.bat"),
            line(2, "D:\\jenkins\\ws\\app>npm run dist"),
            line(14, "D:\\jenkins\\ws\\app>sha256sum dist/app.exe"),
            line(14, f"{number:064x}  dist/app.exe"), line(15, "Finished: SUCCESS")))))

    def save(self, folder):
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True)
        for h in self.all:
            if h.rows:
                (folder / f"{h.name}.json").write_text(h.text())
        if self.dials:
            rows = [r for _, r in sorted(self.dials, key=lambda d: d[0])]
            (folder / "globalprotect.csv").write_text("\n".join([GATEWAY, *rows]) + "\n")
        if self.signed:
            (folder / "signing.ndjson").write_text("".join(
                json.dumps(s, separators=(",", ":")) + "\n" for s in self.signed))
        for number, text in self.builds:
            (folder / f"jenkins-app-{number}.log").write_text(text)
        for name, text in self.files.items():
            (folder / name).write_text(text)
        (folder / "estate.json").write_text(json.dumps(self.estate, indent=1))
