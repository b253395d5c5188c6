# SPDX-License-Identifier: Apache-2.0
"""Further captures whose operator's transcript was read beside the records, as truth.py tells them."""
from truth import (ANY, HOST, SECURITY, SURE, SYSMON, SYSTEM, TASKS, W5, W6, Case, Edge, End, Event,
                   file, proc, session)


def psexec():
    """Invoke-PsExec: RPC over TCP from the agent itself, a service "Updater" runs a stager."""
    agent = proc(W5, "{b34bc01c-7dfc-5f67-de11-000000000400}")
    cmd = proc(W6, "{d273d0f0-8078-5f67-cb06-000000000800}")
    shell = proc(W6, "{d273d0f0-8078-5f67-cc06-000000000800}")
    logon = session(W6, "0x2990d17")
    updater = End("service", W6, "updater")
    return Case(
        "empire-psexec", HOST + "empire_psexec_dcerpc_tcp_svcctl.zip",
        "{d273d0f0-8078-5f67-cc06-000000000800}", agent, False,
        (Event(W5, SYSMON, 3, (2120219,), "56608 to 49726, by the agent"),
         Event(W6, SECURITY, 4624, (717708,), "log-on from 172.18.39.5:56608"),
         Event(W6, SECURITY, 4697, (717712,), "service Updater installed in that session"),
         Event(W6, SYSMON, 1, (2974514, 2974530), "cmd by services.exe, then powershell")),
        (
            # 4624 IpPort 56608 = Sysmon 3 and 5156 of the agent's pid
            Edge("agent holds the session's socket", agent, ("logged-on", "connected"), logon, True),
            # 4697: SubjectLogonId, ServiceName
            Edge("session installs the service", logon, ("controls", "created", "installed"),
                 updater, True),
            # 4697 ServiceFileName is cmd's command line; parent services.exe
            Edge("runs as the service", updater, ("ran",), cmd, True),
            # Sysmon 1: ParentProcessGuid
            Edge("cmd starts powershell", cmd, ("spawned",), shell, True)),
        untouched=("MORDORDC",), held_out=True)


def sharpwmi():
    """SharpWMI: Win32_Process.Create; the process runs in the caller's session."""
    grunt = proc(W5, "{297bc33e-7d2a-5f2b-6003-000000000400}")
    wmi = proc(W6, "{49a15388-b7b9-5f2b-8504-000000000400}")
    new = proc(W6, "{49a15388-b7b9-5f2b-8604-000000000400}")
    logon = session(W6, "0xc93745")
    return Case(
        "covenant-sharpwmi-create", HOST + "covenant_sharpwmi_create_dcerpc_wmi.zip",
        "{49a15388-b7b9-5f2b-8604-000000000400}", grunt, False,
        (Event(W5, SYSMON, 3, (335208,), "55275 to 52419, by GruntHTTP.exe"),
         Event(W6, SECURITY, 4624, (99363,), "log-on from 172.18.39.5:55275"),
         Event(W6, SYSMON, 1, (334850,), "GruntHTTP2.exe, in that session, by WmiPrvSE")),
        (
            # 4624 IpPort 55275 = Sysmon 3 and 5156 of the grunt
            Edge("grunt holds the session's socket", grunt, ("logged-on", "connected"), logon, True),
            # Sysmon 1 LogonId, 4688 TargetLogonId
            Edge("session ran the process", logon, ("ran",), new, True),
            # Sysmon 1: ParentProcessGuid
            Edge("by the provider host", wmi, ("spawned",), new, True)),
        untouched=("MORDORDC",), held_out=True)


def schtask_create():
    """schtasks /create /S: the task is registered, and not run within the capture."""
    shell = proc(W5, "{67e11d8c-e98f-5fdd-0497-000000000700}")
    cmd = proc(W5, "{67e11d8c-eb56-5fdd-1f97-000000000700}")
    tool = proc(W5, "{67e11d8c-eb56-5fdd-2097-000000000700}")
    logon = session(W6, "0xead4335")
    task = End("service", W6, r"softwareprotectionplatform\eventcachemanager")
    return Case(
        "schtask-create", HOST + "schtask_create.zip",
        r"\Microsoft\Windows\SoftwareProtectionPlatform\EventCacheManager", shell, False,
        # this export has no record numbers: lines
        (Event(W5, SYSMON, 1, (466, 480), "cmd, schtasks"),
         Event(W5, SECURITY, 5156, (75,), "56588 to 49671 by schtasks.exe, pid 8920"),
         Event(W6, SECURITY, 4624, (576,), "log-on from 172.18.39.5:56588"),
         Event(W6, SECURITY, 4698, (579,), "task registered in that session")),
        (
            # Sysmon 1: ParentProcessGuid
            Edge("shell starts cmd", shell, ("spawned",), cmd, True),
            Edge("cmd starts schtasks", cmd, ("spawned",), tool, True),
            # 4624 IpPort 56588 = 5156 SourcePort 56588, pid 8920
            Edge("schtasks holds the session's socket", tool, ("logged-on", "connected"), logon,
                 True),
            # 4698: SubjectLogonId and TaskName
            Edge("session registers the task", logon, ("controls", "created", "registered"), task,
                 True)),
        held_out=True)


def copy_smb():
    """Covenant's Copy: a file to C$ by the kernel's SMB client."""
    grunt = proc(W5, "{b34bc01c-3d7f-5f6a-b603-000000000900}")
    new = file(W6, r"c:\programdata\grunthttp.exe")
    logon = session(W6, "0x4e13b2e")
    return Case(
        "covenant-copy-smb", HOST + "covenant_copy_smb_CreateRequest.zip",
        r"C:\ProgramData\GruntHTTP.exe", grunt, False,
        (Event(W5, SYSMON, 3, (3518604,), "62782 to 445, by System"),
         Event(W6, SECURITY, 4624, (933021,), "log-on from 172.18.39.5:62782"),
         Event(W6, SECURITY, 5145, (933026, 933027), "written through C$"),
         Event(W6, SYSMON, 11, (3956859,), "created, by System")),
        (
            # 5145: SubjectLogonId and path
            Edge("session writes the file", logon, ("wrote",), new, True),
            # 4624 IpPort 62782 = Sysmon 3 of System
            Edge("the socket behind the session", proc(W5, "{b34bc01c-2255-5f69-0100-000000000900}"),
                 ("logged-on", "connected"), logon, True),
            # one Sysmon 7 in that second is all that shows the grunt
            Edge("grunt asked for the session", grunt, ("logged-on", "connected"), logon, False)),
        untouched=("MORDORDC",), never=((grunt, ("wrote",), new, SURE),), held_out=True)


def dcom_excel():
    """DCOM: RPCSS of the source asks RPCSS of the target, then the tool speaks with Excel itself."""
    grunt = proc(W5, "{b34bc01c-c080-5f63-fd05-000000000400}")
    cmd = proc(W5, "{b34bc01c-d91d-5f63-3f06-000000000400}")
    tool = proc(W5, "{b34bc01c-d91d-5f63-4106-000000000400}")
    excel = proc(W6, "{d273d0f0-d91d-5f63-6b05-000000000400}")
    logon = session(W6, "0x153ec2b")
    return Case(
        "covenant-dcom-excel4", HOST + "covenant_dcom_executeexcel4macro_allowed.zip",
        "{d273d0f0-d91d-5f63-6b05-000000000400}", grunt, False,
        (Event(W5, SYSMON, 1, (639822, 639870), "cmd, MoveExcel4.exe"),
         Event(W6, SECURITY, 4624, (181920,), "log-on from 172.18.39.5:61544, RPCSS"),
         Event(W6, SYSMON, 1, (699490,), "EXCEL.EXE in that session"),
         Event(W5, SYSMON, 3, (639926,), "61545: MoveExcel4.exe to Excel's own port")),
        (
            # Sysmon 1: ParentProcessGuid
            Edge("grunt starts cmd", grunt, ("spawned",), cmd, True),
            Edge("cmd starts the tool", cmd, ("spawned",), tool, True),
            # Sysmon 1 LogonId = 4624 TargetLogonId
            Edge("session ran Excel", logon, ("ran",), excel, True),
            # Sysmon 3 of both ends: 172.18.39.5:61545 to 172.18.39.6:49603
            Edge("tool speaks with Excel", tool, ("connected",), excel, True),
            # that log-on's socket is of RPCSS, a broker
            Edge("tool asked for the session", tool, ("logged-on", "connected"), logon, False)),
        # Excel itself asks the domain controller by LDAP: that one is touched
        held_out=True)


CAPTURES = (psexec(), sharpwmi(), schtask_create(), copy_smb(), dcom_excel())
