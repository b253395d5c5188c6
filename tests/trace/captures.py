# SPDX-License-Identifier: Apache-2.0
"""Further captures whose operator's transcript was read beside the records, told as in truth.py."""
from truth import (HOST, SECURITY, SURE, SYSMON, W5, W6, Case, Edge, End, Event, file,
                   proc, session)

ASKED = ("logged-on", "connected")


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
            Edge("agent holds the session's socket", agent, ASKED, logon, True),
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
            Edge("grunt holds the session's socket", grunt, ASKED, logon, True),
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
            Edge("schtasks holds the session's socket", tool, ASKED, logon,
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
            Edge("socket behind the session", proc(W5, "{b34bc01c-2255-5f69-0100-000000000900}"),
                 ASKED, logon, True),
            # one Sysmon 7 in that second is all that shows the grunt
            Edge("grunt asked for the session", grunt, ASKED, logon, False)),
        untouched=("MORDORDC",), never=((grunt, ("wrote",), new, SURE),), held_out=True)


def dcom_excel():
    """DCOM: RPCSS asks RPCSS of the target, then the tool speaks with Excel itself."""
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
            Edge("tool asked for the session", tool, ASKED, logon, False)),
        # Excel itself asks the domain controller by LDAP: that one is touched
        held_out=True)


def sharpsc_create():
    """SharpSC: a service over the pipe svcctl, which the kernel's SMB client carries. The service
    is named Cyb3rWard0g and shown as OTR: 7045 gives what is shown."""
    grunt = proc(W5, "{297bc33e-7d2a-5f2b-6003-000000000400}")
    logon = session(W6, "0xba93e3")
    service = End("service", W6, "cyb3rward0g")
    return Case(
        "covenant-sharpsc-create", HOST + "covenant_sharpsc_create_dcerpc_smb_svcctl.zip",
        "service:workstation6|cyb3rward0g", grunt, False,
        (Event(W6, SECURITY, 4624, (91131,), "log-on from 172.18.39.5:54736"),
         Event(W6, SECURITY, 4697, (91138,), "service Cyb3rWard0g installed in that session"),
         Event(W5, SYSMON, 3, (299509,), "54736 to 445, by System")),
        (
            # 4697: SubjectLogonId and ServiceName
            Edge("session installs the service", logon, ("controls", "installed"), service, True),
            # 4624 IpPort 54736 = Sysmon 3 of System
            Edge("socket behind the session", proc(W5, "{297bc33e-5c28-5f2b-0100-000000000400}"),
                 ASKED, logon, True),
            # the SMB client is the kernel; the grunt asked that machine's mapper 40 s before
            Edge("grunt asked for the session", grunt, ASKED, logon, False)),
        never=((grunt, ("controls",), service, SURE),), held_out=True)


def smbexec():
    """Invoke-SMBExec speaks SMB by itself, so here the socket is the agent's own."""
    agent = proc(W5, "{b34bc01c-f6f9-5f66-b410-000000000400}")
    cmd, cmd2 = (proc(W6, "{d273d0f0-fd6b-5f66-%s-000000000800}" % n) for n in ("7305", "7405"))
    shell = proc(W6, "{d273d0f0-fd6c-5f66-7605-000000000800}")
    logon = session(W6, "0x2074186")
    service = End("service", W6, "pgujloakfqfvomhgfqpx")
    return Case(
        "empire-smbexec", HOST + "empire_smbexec_dcerpc_smb_svcctl.zip",
        "{d273d0f0-fd6c-5f66-7605-000000000800}", agent, False,
        (Event(W5, SYSMON, 3, (1929421,), "50504 to 445, by powershell itself"),
         Event(W6, SECURITY, 4624, (644943,), "log-on from 172.18.39.5:50504"),
         Event(W6, SECURITY, 4697, (644952,), "service installed in that session"),
         Event(W6, SYSMON, 1, (2710439, 2710455, 2710508), "cmd, cmd, powershell")),
        (
            # 4624 IpPort 50504 = Sysmon 3 of the agent
            Edge("agent holds the session's socket", agent, ASKED, logon, True),
            # 4697: SubjectLogonId and ServiceName
            Edge("session installs the service", logon, ("controls", "installed"), service, True),
            # 4697 ServiceFileName is cmd's command line; parent services.exe
            Edge("runs as the service", service, ("ran",), cmd, True),
            # Sysmon 1: ParentProcessGuid
            Edge("cmd starts cmd", cmd, ("spawned",), cmd2, True),
            Edge("cmd starts powershell", cmd2, ("spawned",), shell, True)),
        untouched=("MORDORDC",), held_out=True)


def psremoting_stager():
    """Invoke-PSRemoting: WinRM; three connections and three log-ons without an address."""
    agent = proc(W5, "{b34bc01c-7dfc-5f67-de11-000000000400}")
    remote = proc(W6, "{d273d0f0-c4f4-5f67-a607-000000000800}")
    shell = proc(W6, "{d273d0f0-c4f7-5f67-a707-000000000800}")
    logon = session(W6, "0x2da8840")
    return Case(
        "empire-psremoting", HOST + "empire_psremoting_stager.zip",
        "{d273d0f0-c4f7-5f67-a707-000000000800}", agent, False,
        (Event(W5, SYSMON, 3, (2272124,), "59770 to 5985"),
         Event(W6, SYSMON, 1, (3092453, 3092580), "wsmprovhost, powershell")),
        (
            # no address in the 4624 of WinRM
            Edge("agent reaches the session", agent, ("connected", "logged-on"), logon, False),
            # Sysmon 1 LogonId = 4624 TargetLogonId
            Edge("session ran wsmprovhost", logon, ("ran",), remote, True),
            # Sysmon 1: ParentProcessGuid
            Edge("wsmprovhost starts powershell", remote, ("spawned",), shell, True)),
        untouched=("MORDORDC",), held_out=True)


def empire_wmi():
    """Invoke-WMI: IWbemServices::ExecMethod; the process runs in the caller's session."""
    agent = proc(W5, "{b34bc01c-ca61-5f67-ec12-000000000400}")
    wmi = proc(W6, "{d273d0f0-28bd-5f68-ae08-000000000800}")
    shell = proc(W6, "{d273d0f0-28bd-5f68-af08-000000000800}")
    logon = session(W6, "0x32c5cb5")
    return Case(
        "empire-wmi", HOST + "empire_wmi_dcerpc_wmi_IWbemServices_ExecMethod.zip",
        "{d273d0f0-28bd-5f68-af08-000000000800}", agent, False,
        (Event(W5, SYSMON, 3, (2433187,), "64143 to 50937"),
         Event(W6, SECURITY, 4624, (768453,), "log-on from 172.18.39.5:64143"),
         Event(W6, SYSMON, 1, (3215160,), "powershell by WmiPrvSE, in that session")),
        (
            # 4624 IpPort 64143 = Sysmon 3 of the agent
            Edge("agent holds the session's socket", agent, ASKED, logon, True),
            # Sysmon 1 LogonId = 4624 TargetLogonId
            Edge("session ran powershell", logon, ("ran",), shell, True),
            # Sysmon 1: ParentProcessGuid
            Edge("by the provider host", wmi, ("spawned",), shell, True)),
        untouched=("MORDORDC",), held_out=True)


def lsass_campaign():
    """A browser fetches a program, which a person runs. UtcTime of Sysmon 3 is days off here."""
    m = "MKT01"
    edge, explorer, payload, cmd = (proc(m, "{81056205-%s-000000000800}" % g) for g in (
        "5672-64dc-3304", "d124-64d4-6a00", "5686-64dc-3b04", "569e-64dc-3e04"))
    exe = file(m, r"c:\users\stevie.marie\downloads\winx64_payload.exe")
    return Case(
        "lsass-campaign-01", "compound/LSASS_campaign_01/"
        "metasploit_logonpasswords_lsass_memory_dump.zip",
        "{81056205-569e-64dc-3e04-000000000800}",
        End("url", "", "10.0.5.13/winx64_payload.exe"), False,
        # no record numbers: lines
        (Event(m, SYSMON, 15, (5044, 5050), "downloaded; its mark names the address"),
         Event(m, SYSMON, 1, (8824, 12489), "payload run from the desktop; its shell")),
        (
            # Sysmon 15: ProcessGuid, TargetFilename, hash
            Edge("browser writes the program", edge, ("wrote", "downloaded"), exe, True),
            # the mark's HostUrl http://10.0.5.13/winx64_payload.exe
            Edge("comes from the address", End("url", "", "10.0.5.13/winx64_payload.exe"),
                 ("downloaded", "is", "wrote"), exe, True),
            # Sysmon 1: Image and Hashes, the same as those of Sysmon 15
            Edge("payload runs that file", exe, ("ran", "loaded"), payload, True),
            # Sysmon 1: ParentProcessGuid
            Edge("by a person's desktop", explorer, ("spawned",), payload, True),
            Edge("payload starts cmd", payload, ("spawned",), cmd, True)),
        held_out=True)


def log4shell_windows():
    """A request to Tomcat, its question to an LDAP server, and a shell."""
    tomcat = proc(W5, "{f3329a35-1c6c-627e-e516-000000000600}")
    shell = proc(W5, "{f3329a35-1cb0-627e-f916-000000000600}")
    caller = End("address", "", "192.168.3.5")
    return Case(
        "log4shell-windows", "compound/Log4Shell/"
        "sysmon_log4shell_cve2021_44228_java_serialized_object.zip",
        "{f3329a35-1cb0-627e-f916-000000000600}", caller, False,
        (Event(W5, SYSMON, 3, (1,), "the request, from 192.168.3.5:50452"),
         Event(W5, SYSMON, 1, (28,), "powershell by tomcat9.exe")),
        (
            # Sysmon 3: Initiated false, SourceIp, ProcessGuid
            Edge("the request", caller, ("connected",), tomcat, True),
            # Sysmon 1: ParentProcessGuid
            Edge("tomcat starts powershell", tomcat, ("spawned",), shell, True)),
        held_out=True)


def log4shell_linux():
    """The same on Linux: java, bash, and a shell to port 443."""
    u = "UBUNTU5"
    java, first, second, last = (proc(u, "{94325212-%s0000}" % g) for g in (
        "f5a5-627b-b809-87f37555", "fc0d-627b-4874-61f90156", "fc0e-627b-4804-97a36d55",
        "fc0e-627b-4874-7730d655"))
    return Case(
        "log4shell-linux", "compound/Log4Shell/"
        "syslog_sysmon_log4shell_cve2021_44228_jndi_reference.zip",
        "{94325212-fc0e-627b-4874-7730d6550000}", java, False,
        (Event(u, SYSMON, 1, (245760, 245762, 245792), "three shells, one out of the other"),),
        (
            # Sysmon 1: ParentProcessGuid
            Edge("java starts bash", java, ("spawned",), first, True),
            Edge("bash starts bash -i", first, ("spawned",), second, True),
            Edge("and that another", second, ("spawned",), last, True)),
        held_out=True)


CAPTURES = (psexec(), sharpwmi(), schtask_create(), copy_smb(), dcom_excel(), sharpsc_create(),
            smbexec(), psremoting_stager(), empire_wmi(), lsass_campaign(), log4shell_windows(),
            log4shell_linux())
