# SPDX-License-Identifier: Apache-2.0
"""Windows events as NXLog (im_msvistalog, to_json) hands them to a collector.

The layout follows public captures of that chain: names and order of the envelope, EventTime and
EventReceivedTime in the host's local time without a zone, @timestamp of the collector in UTC, and
Sysmon's own UtcTime in the body. Security events bear no rendered Message, as in those captures
where the collector could not resolve it (ERROR_EVT_UNRESOLVED). Each record says in its tags that
it was reconstructed.
"""
from . import clock

SYSMON_GUID = "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"
SECURITY_GUID = "{54849625-5478-4994-A5BA-3E3B0328C30D}"
SCM_GUID = "{555908D1-A6D7-4695-8E1E-26931D2012F4}"
EVENTLOG_GUID = "{FC65DDD8-D6EF-4962-83D5-6E5CFE9CE148}"
NO_GUID = "{00000000-0000-0000-0000-000000000000}"

# event id -> category, event version
SYSMON = {
    1: ("Process Create (rule: ProcessCreate)", 5),
    3: ("Network connection detected (rule: NetworkConnect)", 5),
    5: ("Process terminated (rule: ProcessTerminate)", 3),
    7: ("Image loaded (rule: ImageLoad)", 3),
    8: ("CreateRemoteThread detected (rule: CreateRemoteThread)", 2),
    10: ("Process accessed (rule: ProcessAccess)", 3),
    11: ("File created (rule: FileCreate)", 2),
    13: ("Registry value set (rule: RegistryEvent)", 2),
    15: ("File stream created (rule: FileCreateStreamHash)", 2),
    22: ("Dns query (rule: DnsQuery)", 5),
}
# event id -> category, task, version, process that writes it
SECURITY = {
    4608: ("Security State Change", 12288, 0, 724), 4624: ("Logon", 12544, 2, 724),
    4634: ("Logoff", 12545, 0, 724), 4647: ("Logoff", 12545, 0, 724),
    4648: ("Logon", 12544, 0, 724), 4672: ("Special Logon", 12548, 0, 724),
    4688: ("Process Creation", 13312, 2, 4),
    4697: ("Security System Extension", 12289, 0, 724),
    4768: ("Kerberos Authentication Service", 14339, 0, 724),
    4769: ("Kerberos Service Ticket Operations", 14337, 0, 724),
    5140: ("File Share", 12808, 1, 4), 5145: ("Detailed File Share", 12811, 0, 4),
    5156: ("Filtering Platform Connection", 12810, 1, 4),
}


def q(text):
    """A text inside a JSON string."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r") \
        .replace("\n", "\\n").replace("\t", "\\t")


def times(m, written, received):
    local = written + m.shift
    return (clock.seconds(local), clock.seconds(received + m.shift), clock.iso(received + m.lag))


def sysmon(m, number, written, received, event, body):
    at, got, stamp = times(m, written, received)
    category, version = SYSMON[event]
    return (f'{{"SeverityValue":2,"EventReceivedTime":"{got}","EventID":{event},"ProviderGuid":'
            f'"{SYSMON_GUID}","ExecutionProcessID":{m.sysmon_pid},"Channel":'
            f'"Microsoft-Windows-Sysmon/Operational","host":"{m.collector}","AccountType":"User",'
            f'"Opcode":"Info","EventTime":"{at}","SourceModuleType":"im_msvistalog",'
            f'"AccountName":"SYSTEM","Domain":"NT AUTHORITY","@version":"1","OpcodeValue":0,'
            f'"Severity":"INFO","SourceName":"Microsoft-Windows-Sysmon","Category":"{category}",'
            f'"Keywords":-9223372036854775808,"UserID":"S-1-5-18","ThreadID":{m.sysmon_pid + 876},'
            f'"EventType":"INFO","@timestamp":"{stamp}","port":64545,"RecordNumber":{number},'
            f'"Task":{event},"SourceModuleName":"eventlog","Version":{version},'
            f'"Hostname":"{m.fqdn}","RuleName":"-",{body},"tags":["reconstructed"]}}\n')


def security(m, number, written, received, event, body):
    at, got, stamp = times(m, written, received)
    if event == 1102:
        return (f'{{"Keywords":4620693217682128896,"SeverityValue":2,"EventReceivedTime":"{got}",'
                f'"EventID":1102,"ProviderGuid":"{EVENTLOG_GUID}","ExecutionProcessID":1128,'
                f'"Channel":"Security","host":"{m.collector}","ThreadID":{m.sysmon_pid + 40},'
                f'"EventType":"INFO","Opcode":"Info","EventTime":"{at}","@timestamp":"{stamp}",'
                f'"SourceModuleType":"im_msvistalog","port":64545,"RecordNumber":{number},'
                f'"Task":104,"@version":"1","OpcodeValue":0,"SourceModuleName":"eventlog",'
                f'"Severity":"INFO","SourceName":"Microsoft-Windows-Eventlog","Version":0,'
                f'"Category":"Log clear",{body},"Hostname":"{m.fqdn}","tags":["reconstructed"]}}\n')
    category, task, version, writer = SECURITY[event]
    return (f'{{"Keywords":-9214364837600034816,"SeverityValue":2,"EventReceivedTime":"{got}",'
            f'"EventID":{event},"ProviderGuid":"{SECURITY_GUID}","ExecutionProcessID":{writer},'
            f'"Channel":"Security","host":"{m.collector}","ThreadID":{m.sysmon_pid + 212},'
            f'"EventType":"AUDIT_SUCCESS","Opcode":"Info","EventTime":"{at}",'
            f'"ERROR_EVT_UNRESOLVED":true,"@timestamp":"{stamp}","SourceModuleType":'
            f'"im_msvistalog","port":64545,"RecordNumber":{number},"Task":{task},"@version":"1",'
            f'"OpcodeValue":0,"SourceModuleName":"eventlog","Severity":"INFO","SourceName":'
            f'"Microsoft-Windows-Security-Auditing","Version":{version},"Category":"{category}",'
            f'{body},"Hostname":"{m.fqdn}","tags":["reconstructed"]}}\n')


def system(m, number, written, received, event, body):
    at, got, stamp = times(m, written, received)
    if event in (6005, 6006):
        source, guid, keywords = "EventLog", "", 36028797018963968
    else:
        source, guid, keywords = "Service Control Manager", f'"ProviderGuid":"{SCM_GUID}",', \
            -9187343239835811840
    return (f'{{"Keywords":{keywords},"SeverityValue":2,"EventReceivedTime":"{got}",'
            f'"EventID":{event},{guid}"ExecutionProcessID":{0 if guid == "" else 688},'
            f'"Channel":"System","host":"{m.collector}","ThreadID":{m.sysmon_pid + 92},'
            f'"EventType":"INFO","EventTime":"{at}","@timestamp":"{stamp}","SourceModuleType":'
            f'"im_msvistalog","port":64545,"RecordNumber":{number},"Task":0,"@version":"1",'
            f'"OpcodeValue":0,"SourceModuleName":"eventlog","Severity":"INFO","SourceName":'
            f'"{source}","Version":0,{body},"Hostname":"{m.fqdn}","tags":["reconstructed"]}}\n')


WRITERS = (sysmon, security, system)
SYSMON_CHANNEL, SECURITY_CHANNEL, SYSTEM_CHANNEL = range(3)
CHANNELS = ("Microsoft-Windows-Sysmon/Operational", "Security", "System")


def logon_body(by, session, kind, package, address, port, workstation, process):
    """4624; by is (sid, user, domain, logon id) of who asked, process is (pid, image)."""
    login = {"Kerberos": "Kerberos", "NTLM": "NtLmSsp ", "Negotiate": "User32 "}[package]
    if kind == 5:
        login = "Advapi  "
    elevated = "%%1842" if session.elevated else "%%1843"
    return (f'"SubjectUserSid":"{by[0]}","SubjectUserName":"{by[1]}","SubjectDomainName":"{by[2]}",'
            f'"SubjectLogonId":"{by[3]}","TargetUserSid":"{session.sid}","TargetUserName":'
            f'"{session.user}","TargetDomainName":"{session.domain}","TargetLogonId":'
            f'"{session.id:#x}","LogonType":"{kind}","LogonProcessName":"{login}",'
            f'"AuthenticationPackageName":"{package}","WorkstationName":"{workstation}",'
            f'"LogonGuid":"{session.guid}","TransmittedServices":"-","LmPackageName":"-",'
            f'"KeyLength":"0","ProcessId":"{process[0]:#x}","ProcessName":"{q(process[1])}",'
            f'"IpAddress":"{address}","IpPort":"{port}","ImpersonationLevel":"%%1833",'
            f'"RestrictedAdminMode":"-","TargetOutboundUserName":"-","TargetOutboundDomainName":'
            f'"-","VirtualAccount":"%%1843","TargetLinkedLogonId":"0x0","ElevatedToken":'
            f'"{elevated}"')


PRIVILEGES = "\\r\\n\\t\\t\\t".join(
    ("SeSecurityPrivilege", "SeBackupPrivilege", "SeRestorePrivilege", "SeTakeOwnershipPrivilege",
     "SeDebugPrivilege", "SeSystemEnvironmentPrivilege", "SeLoadDriverPrivilege",
     "SeImpersonatePrivilege"))
# What an access mask is spelt as in AccessList.
ACCESS = {
    0x1: "%%4416", 0x2: "%%4417", 0x80: "%%4423",
    0x120089: "%%1538\\r\\n\\t\\t\\t\\t%%1541\\r\\n\\t\\t\\t\\t%%4416\\r\\n\\t\\t\\t\\t%%4419"
              "\\r\\n\\t\\t\\t\\t%%4423",
    0x17019F: "\\r\\n\\t\\t\\t\\t".join(
        ("%%1537", "%%1538", "%%1539", "%%1541", "%%4416", "%%4417", "%%4418", "%%4419", "%%4420",
         "%%4423", "%%4424")),
}


def subject(session):
    return (f'"SubjectUserSid":"{session.sid}","SubjectUserName":"{session.user}",'
            f'"SubjectDomainName":"{session.domain}","SubjectLogonId":"{session.id:#x}"')


def share_body(session, share, local, address, port, mask, relative=None):
    """5140, or 5145 where relative is given."""
    place = f'"ShareLocalPath":"{q(local)}",' if local else ""
    more = "" if relative is None else \
        f'"RelativeTargetName":"{q(relative)}","AccessReason":"-",'
    return (f'{subject(session)},"ObjectType":"File","IpAddress":"{address}","IpPort":"{port}",'
            f'"ShareName":"\\\\\\\\*\\\\{share}",{place}{more}'
            f'"AccessMask":"{mask:#x}","AccessList":"{ACCESS[mask]}\\r\\n\\t\\t\\t\\t"')


def ticket_body(user, realm, service, sid, address, port, guid):
    """4769"""
    return (f'"TargetUserName":"{user}@{realm}","TargetDomainName":"{realm}","ServiceName":'
            f'"{service}","ServiceSid":"{sid}","TicketOptions":"0x40810000",'
            f'"TicketEncryptionType":"0x12","IpAddress":"::ffff:{address}","IpPort":"{port}",'
            f'"Status":"0x0","LogonGuid":"{guid}","TransmittedServices":"-"')
