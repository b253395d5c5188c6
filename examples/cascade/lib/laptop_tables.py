# SPDX-License-Identifier: Apache-2.0
"""The tables of the triage: what MFTECmd, PECmd, AmcacheParser, RECmd and EvtxECmd write, the VPN
client's log, and the collection's own logs. Headers are those the tools write; times are UTC."""
import json

from . import clock
from .clock import DAY, HOUR, MINUTE, SECOND
from .names import Print, digest

MFT = ("EntryNumber,SequenceNumber,InUse,ParentEntryNumber,ParentSequenceNumber,ParentPath,"
       "FileName,Extension,FileSize,ReferenceCount,ReparseTarget,IsDirectory,HasAds,IsAds,SI<FN,"
       "uSecZeros,Copied,SiFlags,NameType,Created0x10,Created0x30,LastModified0x10,"
       "LastModified0x30,LastRecordChange0x10,LastRecordChange0x30,LastAccess0x10,"
       "LastAccess0x30,UpdateSequenceNumber,LogfileSequenceNumber,SecurityId,ObjectIdFileDroid,"
       "LoggedUtilStream,ZoneIdContents")
PREFETCH = ("Note,SourceFilename,SourceCreated,SourceModified,SourceAccessed,ExecutableName,Hash,"
            "Size,Version,RunCount,LastRun,PreviousRun0,PreviousRun1,PreviousRun2,PreviousRun3,"
            "PreviousRun4,PreviousRun5,PreviousRun6,Volume0Name,Volume0Serial,Volume0Created,"
            "Volume1Name,Volume1Serial,Volume1Created,Directories,FilesLoaded,ParsingError")
AMCACHE = ("ApplicationName,ProgramId,FileKeyLastWriteTimestamp,SHA1,IsOsComponent,FullPath,Name,"
           "FileExtension,LinkDate,ProductName,Size,Version,ProductVersion,LongPathHash,"
           "BinaryType,IsPeFile,BinFileVersion,BinProductVersion,Usn,Language,Description")
REGISTRY = ("HivePath,HiveType,Description,Category,KeyPath,ValueName,ValueType,ValueData,"
            "ValueData2,ValueData3,Comment,Recursive,Deleted,LastWriteTimestamp,PluginDetailFile")
EVENTS = ("RecordNumber,EventRecordId,TimeCreated,EventId,Level,Provider,Channel,ProcessId,"
          "ThreadId,Computer,ChunkNumber,UserId,MapDescription,UserName,RemoteHost,PayloadData1,"
          "PayloadData2,PayloadData3,PayloadData4,PayloadData5,PayloadData6,ExecutableInfo,"
          "HiddenRecord,SourceFile,Keywords,ExtraDataOffset,Payload")


def table(header, rows):
    from .laptop import table as write
    return write([header.split(",")] + rows)


def stamp(when):
    """EZTools: 2022-04-12 17:21:00.4170000"""
    return f"{clock.millis(when)}0000"


def modules(pc):
    return [("FileSystem", "MFTECmd_$MFT_Output.csv", file_table(pc)),
            ("FileSystem", "FileHashes.csv", hashes(pc)),
            ("ProgramExecution", "PECmd_Output.csv", prefetch(pc)),
            ("ProgramExecution", "Amcache_UnassociatedFileEntries.csv", amcache(pc)),
            ("Registry", "RECmd_Batch_Kroll_Batch_Output.csv", registry(pc)),
            ("EventLogs", "EvtxECmd_Output.csv", events(pc)),
            ("RemoteAccess", "PanGPS_Sessions.csv", vpn_sessions(pc))]


def pieces(pc):
    """(folder, name, fingerprint, created) of what the installer left, in order."""
    cast, p = pc.cast, pc.cast.prints
    return [(pc.home + "Downloads", cast.installer, p["installer"], cast.install),
            (pc.temp[:-1], "Setup.exe", p["setup"], pc.ran + 9 * SECOND),
            (pc.temp[:-1], f"{cast.up_product}.exe", Print(f"{cast.seed}/up/unpack"),
             pc.ran + 9500),
            (pc.temp[:-1], f"{cast.up_product}.msi", p["product-msi"], pc.ran + 11000),
            (f"{cast.up_folder}\\bin", f"{cast.up_product.lower()}.exe",
             Print(f"{cast.seed}/up/exe"), pc.ran + 60 * SECOND),
            (pc.side[:-1], cast.side[1], p["host"], pc.dropped),
            (pc.side[:-1], cast.side[2], p["loader"], pc.dropped + 30),
            (pc.side[:-1], cast.side[3], p["payload"], pc.dropped + 55)]


def file_table(pc):
    cast, rows, entry = pc.cast, [], 90211
    plain = [("C:\\Windows\\System32", "ntdll.dll", Print("ntdll"), cast.install - 300 * DAY),
             ("C:\\Windows\\System32", "winscard.dll", Print("winscard"), cast.install - 300 * DAY),
             (pc.home + "Documents", "letter.docx", Print("letter"), cast.install - 90 * DAY)]
    for folder, name, fp, when in plain + pieces(pc):
        entry += 7
        t = stamp(when)
        mark = name == cast.installer
        rows.append([entry, 3, "True", entry - 5000, 2, "." + folder[2:], name,
                     "." + name.rsplit(".", 1)[1], fp.size, 1, "", "False", str(mark), "False",
                     "False", "False", "False", "Archive", "Windows", t, "", t, "", t, "", t, "",
                     entry * 88, entry * 4096, 1021, "", "", ""])
        if mark:
            zone = (f"[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=https://{cast.up_host}/\r\n"
                    f"HostUrl=https://{cast.up_host}{cast.up_path}\r\n")
            rows.append([entry, 3, "True", entry - 5000, 2, "." + folder[2:],
                         f"{name}:Zone.Identifier", ".Identifier", len(zone), 1, "", "False",
                         "False", "True", "False", "False", "False", "None", "Windows", t, "", t,
                         "", t, "", t, "", entry * 88, entry * 4096, 1021, "", "", zone])
    return table(MFT, [[r if not isinstance(r, int) else str(r) for r in row] for row in rows])


def hashes(pc):
    """Get-FileHash over what still lay there. The files themselves were not taken along."""
    rows = [["SHA256", fp.sha256.upper(), f"{folder}\\{name}"]
            for folder, name, fp, _ in pieces(pc) if not folder.startswith(pc.temp[:-1])]
    lines = ['"Algorithm","Hash","Path"'] + [",".join(f'"{c}"' for c in row) for row in rows]
    return "\r\n".join(lines) + "\r\n"


def runs(pc):
    """(path, how often, first run, last runs newest first, files it touched at start)."""
    cast, volume = pc.cast, "\\VOLUME{01d6a1c4b1c0a6b2-8c41f0d2}"
    starts = [t - MINUTE for t, _ in reversed(pc.sessions())]
    low = "\\WINDOWS\\SYSTEM32\\"

    def files(*names):
        return ", ".join(volume + n for n in (low + "NTDLL.DLL", low + "KERNEL32.DLL") + names)

    side = pc.side[2:].upper()
    host = [pc.taken - pc.taken % DAY + 6 * HOUR + pc.rng.randrange(70) * MINUTE - k * DAY
            for k in range(1, 9)]
    return [(pc.path, 1, pc.ran, [pc.ran], files(pc.path[2:].upper())),
            (pc.temp + "Setup.exe", 1, pc.ran + 10 * SECOND, [pc.ran + 10 * SECOND],
             files((pc.temp[2:] + "Setup.exe").upper(), side + cast.side[1].upper(),
                   side + cast.side[2].upper())),
            ("C:\\Windows\\System32\\msiexec.exe", 1, pc.ran + 20 * SECOND,
             [pc.ran + 20 * SECOND],
             files((pc.temp[2:] + f"{cast.up_product}.msi").upper())),
            (pc.side + cast.side[1], (pc.taken - pc.dropped) // DAY * 5 // 6, pc.dropped + 2000,
             host,
             files(side + cast.side[1].upper(), side + cast.side[2].upper(),
                   side + cast.side[3].upper())),
            ("C:\\Program Files\\Palo Alto Networks\\GlobalProtect\\PanGPA.exe",
             len(starts), starts[-1], starts[:8], files()),
            ("C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
             412, pc.cast.install - 400 * DAY, [pc.taken - 20 * HOUR, pc.taken - 44 * HOUR],
             files())]


def prefetch(pc):
    rows = []
    for path, count, first, times, loaded in runs(pc):
        name = path.rsplit("\\", 1)[1].upper()
        mark = digest(path)[:8].upper()
        previous = [clock.seconds(t) for t in times[1:8]]
        rows.append(["", f"C\\Windows\\prefetch\\{name}-{mark}.pf", clock.seconds(first + 10000),
                     clock.seconds(times[0] + 10000), clock.seconds(pc.taken), name, mark,
                     str(20000 + int(mark[:4], 16)), "Windows 10 or Windows 11", str(count),
                     clock.seconds(times[0])] + previous + [""] * (7 - len(previous)) +
                    ["\\VOLUME{01d6a1c4b1c0a6b2-8c41f0d2}", "8C41F0D2",
                     clock.seconds(pc.cast.install - 600 * DAY), "", "", "", "", loaded, "False"])
    return table(PREFETCH, rows)


def amcache(pc):
    rows = []
    for folder, name, fp, when in pieces(pc):
        if not name.endswith(".exe"):
            continue
        rows.append(["Unassociated", "0006" + digest(name)[:40], clock.seconds(when + 3 * MINUTE),
                     fp.sha1, "False", f"{folder}\\{name}".lower(), name, ".exe",
                     clock.seconds(when - 400 * DAY), pc.cast.up_product.lower(), str(fp.size),
                     "", "", f"{name.lower()}|{digest(folder, name)[:16]}", "pe32_i386", "True", "",
                     "", "0", "1033", ""])
    return table(AMCACHE, rows)


def registry(pc):
    cast = pc.cast
    task = "\\Microsoft\\Windows\\TPM" if cast.real else f"\\Microsoft\\Windows\\{cast.side[0]}"
    software, system = "C:\\Windows\\System32\\config\\SOFTWARE", \
        "C:\\Windows\\System32\\config\\SYSTEM"

    def row(hive, kind, about, category, key, name, data, when, more=""):
        return [hive, kind, about, category, key, name, "RegSz", data, more, "", "", "False",
                "False", clock.seconds(when), ""]

    user = pc.home + "NTUSER.DAT"
    return table(REGISTRY, [
        row(system, "SYSTEM", "ComputerName", "System Info",
            "ROOT\\ControlSet001\\Control\\ComputerName\\ComputerName", "ComputerName",
            cast.device, cast.install - 500 * DAY),
        row(user, "NTUSER", "UserAssist", "Program Execution",
            "ROOT\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Explorer\\UserAssist\\"
            "{CEBFF5CD-ACE2-4F4F-9178-9926F41749EA}\\Count", pc.path,
            f"Last executed: {clock.seconds(pc.ran)}", pc.ran, "Run count: 1"),
        row(software, "SOFTWARE", "Uninstall", "Installed Software",
            f"ROOT\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{cast.up_product}",
            "DisplayName", f"{cast.up_product} {cast.up_version}", pc.ran + 70 * SECOND,
            cast.up_signer),
        row(software, "SOFTWARE", "Scheduled Tasks", "Persistence",
            f"ROOT\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree{task}", "Id",
            f"{pc.side}{cast.side[1]}", pc.dropped + 4 * SECOND),
        row(software, "SOFTWARE", "GlobalProtect", "VPN",
            "ROOT\\Palo Alto Networks\\GlobalProtect\\Settings", "LastUrl",
            f"vpn.{pc.world.vendor.domain}", pc.sessions()[-1][0])])


def events(pc):
    """4624 alone, and of the last weeks alone: 4688 is off unless somebody turns it on."""
    rows, number = [], 88121
    for t in (pc.cast.recon - 15 * MINUTE, pc.cast.entry - 9 * MINUTE, pc.cast.end,
              pc.taken - 21 * HOUR):
        number += 37
        logon = f"0x{0x6B21F + number * 71:X}"
        rows.append([str(number), str(number), f"{clock.millis(t)}0000", "4624", "LogAlways",
                     "Microsoft-Windows-Security-Auditing", "Security", "724", "8112",
                     pc.cast.device, "1", "", "Successful logon", f"{pc.cast.device}\\{pc.user}",
                     "- (127.0.0.1)", f"Target: {pc.cast.device}\\{pc.user}", "LogonType 2",
                     f"LogonId: {logon}", "", "", "", "C:\\Windows\\System32\\svchost.exe", "False",
                     "C:\\Windows\\System32\\winevt\\Logs\\Security.evtx", "Audit success", "0",
                     json.dumps({"EventData": {"Data": [
                         {"@Name": "TargetUserName", "#text": pc.user},
                         {"@Name": "TargetDomainName", "#text": pc.cast.device},
                         {"@Name": "TargetLogonId", "#text": logon},
                         {"@Name": "LogonType", "#text": "2"},
                         {"@Name": "IpAddress", "#text": "127.0.0.1"}]}})])
    return table(EVENTS, rows)


def vpn_client(pc):
    """PanGPS.log, local time. Its wording is reconstructed."""
    cast, out = pc.cast, []

    def say(when, text):
        t = when + 2 * HOUR
        year, month, day = clock.ymd(t)
        out.append(f"(P4512-T6188)Debug( 741): {month:02}/{day:02}/{year % 100:02} "
                   f"{clock.hms(t)}:{t % 1000:03} {text}")

    for start, end in pc.sessions():
        say(start - 9000, f"Computer name is {cast.device}")
        say(start - 8900, f"Host id is {cast.device_id}")
        say(start - 5000, f"Connecting to gateway vpn.{pc.world.vendor.domain}, user "
                          f"{pc.world.employee_name}")
        say(start + 300, f"Assigned private IP is {cast.inner}, netmask 255.255.255.255")
        say(start + 900, "Tunnel is connected")
        say(end, "Tunnel is disconnected, reason: client logout")
    return "\r\n".join(out) + "\r\n"


def vpn_sessions(pc):
    """What the collector drew out of PanGPS.log, in UTC."""
    cast = pc.cast
    return table("Start,End,Computer Name,Host ID,User,Gateway,Assigned IP", [
        [clock.iso_seconds(start), clock.iso_seconds(end), cast.device, cast.device_id,
         pc.world.employee_name, f"vpn.{pc.world.vendor.domain}", cast.inner]
        for start, end in pc.sessions()])


def estate(pc):
    """What the person who handed it over said of it."""
    cast, employee = pc.cast, pc.world.employee
    return json.dumps({
        "headwater": "estate", "version": 1,
        "hosts": [{"name": cast.device, "roles": ["workstation"]}],
        "accounts": [{"name": f"{cast.device}\\{pc.user}", "person": employee.full,
                      "same_as": [f"{pc.world.vendor.netbios}\\{employee.login}"]}],
        "retention": [{"log": "Security", "host": cast.device, "days": 36},
                      {"log": "Microsoft-Windows-Sysmon", "host": cast.device, "days": 0}],
        "software": [{"name": cast.up_product, "org": cast.orgs["upstream"].name,
                      "sanctioned": False}]}, indent=1) + "\n"


def console(pc):
    lines = ["KAPE-like collection, reconstructed; nothing was run on this machine.",
             f"Machine name: {pc.cast.device}, user: {pc.user}, "
             f"collected {clock.seconds(pc.taken)} UTC",
             "Audit policy: Process Creation (4688): No Auditing. Sysmon: not installed.",
             f"Security.evtx: oldest record {clock.seconds(pc.cast.recon - 2 * DAY)}; older ones "
             "were overwritten.",
             "Chrome visits older than 90 days had expired; the download list had not.",
             f"Not taken: the files under {pc.side} and {pc.path} (policy: no executables). "
             "Their hashes are in FileHashes.csv.",
             "Missing: SRUDB.dat was locked and could not be copied; $UsnJrnl had wrapped.",
             f"Missing: {pc.temp} was empty but for its entries in the file table."]
    return "\r\n".join(lines) + "\r\n"


def copied(pc):
    rows = [[clock.seconds(pc.taken), name.replace("/", "\\").replace("C\\", "C:\\", 1),
             f"E:\\kape\\{name}".replace("/", "\\"), str(len(data)), Print(name).sha1, "False"]
            for name, data, _ in pc.members if name.startswith("C/")]
    return table("CopiedTimestamp,SourceFile,DestinationFile,FileSize,SourceFileSha1,DeferredCopy",
                 rows)


def skipped(pc):
    return table("SourceFile,SourceFileSha1,Reason", [
        ["C:\\Windows\\System32\\sru\\SRUDB.dat", "", "Locked"],
        ["C:\\$Extend\\$UsnJrnl:$J", "", "Wrapped"],
        [f"{pc.side}{pc.cast.side[2]}", "", "Excluded: executable"]])
