# SPDX-License-Identifier: Apache-2.0
"""What really happened in public captures, by hand from the operators' transcripts and records.

An event is named by host, channel, event id and record number ("line": its line in the file, where
the export has left the number out). An edge is critical when the story breaks without it. `key`
says whether the records hold the key that joins its ends (a log-on id, a socket, a GUID, a
service's name, a hash): then a tracer that calls it less than keyed has missed something. An edge
without a key may be told as inferred at most: calling it more would be a lie. The comment at each
edge names the key.

`held_out`: written down before any tracer was run on it.
"""
import dataclasses

SYSMON, SECURITY, SYSTEM, TASKS = "sysmon", "security", "system", "taskscheduler"


@dataclasses.dataclass(frozen=True)
class Event:
    host: str
    channel: str
    eid: int
    rec: tuple  # any one of several records of one happening is not enough: all
    what: str = ""


@dataclasses.dataclass(frozen=True)
class End:
    """Kind, host ("" for any) and a text that its key, native id or name holds."""
    kind: str
    host: str
    text: str


@dataclasses.dataclass(frozen=True)
class Edge:
    name: str
    src: End
    verbs: tuple
    dst: End
    key: bool
    ways: tuple = ()  # other spellings of the same edge: (src, verbs, dst)


@dataclasses.dataclass(frozen=True)
class Case:
    id: str
    file: str
    target: str
    root: End
    root_began: bool
    events: tuple
    edges: tuple
    untouched: tuple = ()       # hosts that no step may touch
    never: tuple = ()           # (src, verbs, dst, classes): steps that would be false
    forward_events: tuple = ()
    held_out: bool = False
    why: str = ""


HOST = "atomic/windows/lateral_movement/host/"


def proc(host, guid):
    return End("process", host, guid)


def session(host, logon):
    return End("session", host, f"|{logon}|")


def file(host, path):
    return End("file", host, f"|{path.lower()}|")


W5, W6 = "WORKSTATION5", "WORKSTATION6"
ANY = End("", "", "")
SURE = ("observed", "keyed")


def ikeext():
    agent = proc(W5, "{b34bc01c-6dc1-5f69-f301-000000000900}")
    dll5, dll6 = (file(h, r"c:\windows\system32\wlbsctrl.dll") for h in (W5, W6))
    logon = session(W6, "0x438b2f1")
    ike = End("service", W6, "ikeext")
    host = proc(W6, "{d273d0f0-")
    bad = End("artifact", "", "8a808aea78646b0a2d2957db9e0333d93a512f5596db60936b271ec0f4d99d1b")
    spawned = tuple(
        Edge(f"agent starts sc.exe {pid}", agent, ("spawned",), proc(W5, f"(pid {pid})"), True)
        # Sysmon 1 bears ParentProcessGuid and ProcessGuid
        for pid in (7248, 3716, 7860))
    return Case(
        "ikeext-dll-hijack", HOST + "empire_shell_dcerpc_smb_service_dll_hijack.zip",
        "8A808AEA78646B0A2D2957DB9E0333D93A512F5596DB60936B271EC0F4D99D1B", agent, False,
        (Event(W5, SYSMON, 11, (3281555,), "powershell writes wlbsctrl.dll locally"),
         Event(W6, SECURITY, 4624, (869786,), "network log-on from 172.18.39.5:53143"),
         Event(W6, SECURITY, 5145, (869790, 869792, 869793), "C$ access to wlbsctrl.dll"),
         Event(W6, SYSMON, 11, (3687763,), "file created by System"),
         Event(W5, SYSMON, 3, (3282581,), "445 flow, held by System"),
         Event(W5, SYSMON, 1, (3282632, 3282743, 3282819), "sc.exe stop, query, start"),
         Event(W6, SYSMON, 1, (3687825,), "svchost -s IKEEXT by services.exe"),
         Event(W6, SYSMON, 7, (3687889,), "wlbsctrl.dll loaded")),
        spawned + (
            # Sysmon 11: ProcessGuid and TargetFilename
            Edge("agent writes the local file", agent, ("wrote",), dll5, True),
            # 5145: SubjectLogonId, share path
            Edge("session writes the remote file", logon, ("wrote",), dll6, True),
            # the SMB client of the source is its kernel: nothing names the process
            Edge("agent asked for the session", agent, ("logged-on", "connected"), logon, False),
            # 4624 IpPort 53143 = Sysmon 3 SourcePort 53143 of W5, held by System
            Edge("the socket behind the session", proc(W5, "system (pid 4)"),
                 ("logged-on", "connected"), logon, True),
            # no hash of the local copy anywhere: name and minute only
            Edge("copied", dll5, ("is", "copied"), dll6, False),
            # the command line names \\WORKSTATION6 and IKEEXT
            Edge("sc.exe starts the service", proc(W5, "(pid 7860)"), ("controls",), ike, True),
            # svchost.exe ... -s IKEEXT
            Edge("runs as the service", ike, ("ran",), host, True),
            # Sysmon 7: ProcessGuid, ImageLoaded, SHA256
            Edge("loaded", dll6, ("loaded",), host, True,
                 ((host, ("loaded",), dll6),)),
            # the hash of Sysmon 7, no write in between
            Edge("is the bytes", dll6, ("is",), bad, True)),
        never=((agent, ("wrote",), dll6, SURE), (dll5, (), dll6, SURE)),
        why="an agent's start lies before the capture: the root is not observed")


def wbemcomn():
    grunt = proc(W5, "{42c2e005-d3ac-5f80-a207-000000000400}")
    test = file(W5, r"c:\programdata\test.dll")
    dll = file(W6, r"c:\windows\system32\wbem\wbemcomn.dll")
    genuine = file(W6, r"c:\windows\system32\wbemcomn.dll")
    logon = session(W6, "0x227a012")
    cmd, wmi = proc(W5, "(pid 4480)"), proc(W6, "(pid 8364)")
    return Case(
        "wbemcomn-dll-hijack", HOST + "covenant_wmi_wbemcomn_dll_hijack.zip",
        "5CFFEEBC4BE60D76E6A38B6C41E3BA993C47FB125B7B1DF5C2ED9A7F4F7B9D16", grunt, False,
        (Event(W5, SYSMON, 11, (599516,), "GruntHTTP.exe drops test.dll"),
         Event(W6, SECURITY, 4624, (235947,), "log-on from 172.18.39.5:50963"),
         Event(W6, SECURITY, 5145, (235952, 235953), "C$ write of wbemcomn.dll"),
         Event(W5, SYSMON, 1, (599544,), "cmd /c wmic /node:WORKSTATION6 os get"),
         Event(W6, SYSMON, 1, (809178, 809199), "WmiPrvSE, then notepad.exe")),
        (
            # Sysmon 11: ProcessGuid and TargetFilename
            Edge("grunt drops test.dll", grunt, ("wrote",), test, True),
            # 5145: SubjectLogonId and path
            Edge("session writes the remote file", logon, ("wrote",), dll, True),
            # the SMB client is the kernel
            Edge("grunt asked for the session", grunt, ("logged-on", "connected"), logon, False),
            # another name, no hash of the source
            Edge("copied and renamed", test, ("is", "copied"), dll, False),
            # Sysmon 1: ParentProcessGuid
            Edge("grunt starts cmd", grunt, ("spawned",), cmd, True),
            # WMI over DCOM: the provider host runs as a service, no log-on id of the caller
            Edge("wmic reaches WMI", cmd, ("connected", "controls"), wmi, False),
            # Sysmon 7
            Edge("loaded", dll, ("loaded",), wmi, True),
            # Sysmon 1
            Edge("payload ran", wmi, ("spawned",), proc(W6, "(pid 2580)"), True),
            # the hash of Sysmon 7
            Edge("is the bytes", dll, ("is",), End("artifact", "", "5cffeebc4be60d76"), True)),
        never=((genuine, ("is",), End("artifact", "", "5cffeebc"), ()),
               (dll, ("is",), End("artifact", "", "5e3ca3fb"), ()),
               (grunt, ("wrote",), dll, SURE), (test, (), dll, SURE), (ANY, (), genuine, ()),
               (genuine, (), ANY, ())))


def psremoting():
    agent = proc("IT001", "{a158f72c-5898-5de8-0000-0010a6ba6d00}")
    shell = proc("HR001", "{a158f72c-624f-5de8-0000-00106caf9300}")
    remote = proc("HR001", "{a158f72c-624d-5de8-0000-001069929300}")
    logon = session("HR001", "0x939094")
    return Case(
        "psremoting-grunt-5-hosts", HOST + "covenant_psremoting_grunt.zip",
        "{a158f72c-624f-5de8-0000-00106caf9300}", agent, False,
        (Event("IT001", SYSMON, 3, (171253,), "the agent's connection to port 5985"),
         Event("HR001", SYSMON, 1, (201716,), "wsmprovhost"),
         Event("HR001", SYSMON, 1, (201814,), "powershell")),
        (
            # the 4624 of WinRM has no address: time, port and account only
            Edge("agent reaches the session", agent, ("connected", "logged-on"), logon, False),
            # Sysmon 1 LogonId = 4624 TargetLogonId
            Edge("session ran wsmprovhost", logon, ("ran",), remote, True),
            # Sysmon 1: ParentProcessGuid
            Edge("wsmprovhost starts powershell", remote, ("spawned",), shell, True)),
        untouched=("ACCT001", "FILE001"),
        never=((End("", "HFDC01", ""), (), ANY, SURE), (ANY, (), End("", "HFDC01", ""), SURE)))


CASES = (ikeext(), wbemcomn(), psremoting())
