# SPDX-License-Identifier: Apache-2.0
"""What the network itself wrote down: Zeek at the server segment, the VPN gateway, DHCP.

Zeek's columns are those of its own logs, the gateway's those PAN-OS documents for GlobalProtect,
DHCP's those of the Windows audit log. The gateway and the DHCP server write local time (UTC+2)
without saying so; Zeek writes true time.
"""
from . import clock
from .streams import Stream

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FOUR = "ts:time uid:string id.orig_h:addr id.orig_p:port id.resp_h:addr id.resp_p:port "
ZEEK = {
    "conn": FOUR + "proto:enum service:string duration:interval orig_bytes:count resp_bytes:count "
    "conn_state:string local_orig:bool local_resp:bool missed_bytes:count history:string "
    "orig_pkts:count orig_ip_bytes:count resp_pkts:count resp_ip_bytes:count "
    "tunnel_parents:set[string]",
    "dns": FOUR + "proto:enum trans_id:count rtt:interval query:string qclass:count "
    "qclass_name:string qtype:count qtype_name:string rcode:count rcode_name:string AA:bool "
    "TC:bool RD:bool RA:bool Z:count answers:vector[string] TTLs:vector[interval] rejected:bool",
    "ssl": FOUR + "version:string cipher:string curve:string server_name:string resumed:bool "
    "last_alert:string next_protocol:string established:bool ssl_history:string "
    "cert_chain_fps:vector[string] client_cert_chain_fps:vector[string] sni_matches_cert:bool",
    "kerberos": FOUR + "request_type:string client:string service:string success:bool "
    "error_msg:string from:time till:time cipher:string forwardable:bool renewable:bool "
    "client_cert_subject:string client_cert_fuid:string server_cert_subject:string "
    "server_cert_fuid:string",
    "dce_rpc": FOUR + "rtt:interval named_pipe:string endpoint:string operation:string",
    "smb_files": FOUR + "fuid:string action:enum path:string name:string size:count "
    "prev_name:string times.modified:time times.accessed:time times.created:time "
    "times.changed:time",
    "files": "ts:time fuid:string uid:string id.orig_h:addr id.orig_p:port id.resp_h:addr "
    "id.resp_p:port source:string depth:count analyzers:set[string] mime_type:string "
    "filename:string duration:interval local_orig:bool is_orig:bool seen_bytes:count "
    "total_bytes:count missing_bytes:count overflow_bytes:count timedout:bool parent_fuid:string "
    "md5:string sha1:string sha256:string extracted:string extracted_cutoff:bool "
    "extracted_size:count",
}


def zeek_header(path, when):
    names, kinds = zip(*(column.split(":") for column in ZEEK[path].split()))
    opened = clock.seconds(when).replace(" ", "-").replace(":", "-")
    return ("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"
            f"#path\t{path}\n#open\t{opened}\n#fields\t" + "\t".join(names) + "\n#types\t"
            + "\t".join(kinds) + "\n")


class Zeek:
    def __init__(self, world):
        self.rng = world.rng_for("zeek")
        start = world.cast.start
        self.logs = {path: Stream(world, f"vendor/zeek/{path}.log", zeek_header(path, start))
                     for path in ZEEK}

    def uid(self, letter="C"):
        n, out = self.rng.getrandbits(100), []
        for _ in range(16):
            n, digit = divmod(n, 62)
            out.append(BASE62[digit])
        return letter + "".join(out)

    def put(self, path, when, fields, tag=None, at=None):
        self.logs[path].put(at or when, f"{clock.unix(when)}{self.rng.randrange(1000):03}\t"
                            + "\t".join(fields) + "\n", tag)

    def flow(self, when, src, sport, dst, dport, service="-", proto="tcp", lasts=400, sent=900,
             got=2400, state="SF", tag=None):
        """A connection; it is written when it ends. Answers the four columns others repeat."""
        uid = self.uid()
        four = [uid, src, str(sport), dst, str(dport)]
        packets, back = sent // 700 + 3, got // 1200 + 3
        self.put("conn", when, four + [
            proto, service, f"{lasts / 1000:.6f}", str(sent), str(got), state, "T",
            "T" if dst.startswith("10.") else "F", "0", "ShADadFf" if proto == "tcp" else "Dd",
            str(packets), str(sent + 40 * packets), str(back), str(got + 40 * back), "-"],
            tag, when + lasts)
        return four

    def ask(self, when, src, resolver, name, answer, tag=None):
        four = self.flow(when, src, self.rng.randrange(49700, 65500), resolver, 53, "dns", "udp", 2,
                         40 + len(name), 120)
        self.put("dns", when, four + [
            "udp", str(self.rng.randrange(65536)), "0.001573", name, "1", "C_INTERNET", "1", "A",
            "0", "NOERROR", "F", "F", "T", "T", "0", answer, "300.000000", "F"], tag)

    def tls(self, when, src, sport, dst, name, sent=1800, got=5200, lasts=900, tag=None):
        four = self.flow(when, src, sport, dst, 443, "ssl", "tcp", lasts, sent, got, "SF",
                         None if tag is None else f"{tag}.conn")
        self.put("ssl", when + 20, four + [
            "TLSv12", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "x25519", name, "F", "-", "h2", "T",
            "CsxknGIi", "-", "-", "T"], tag)

    def ticket(self, when, src, sport, dc, client, service):
        four = self.flow(when, src, sport, dc, 88, "krb_tcp", "tcp", 9, 1700, 1600)
        self.put("kerberos", when, four + [
            "TGS", client, service, "T", "-", "-", "2136422885.000000", "aes256-cts-hmac-sha1-96",
            "T", "T", "-", "-", "-", "-"])

    def smb_file(self, when, four, share, name, size, action="SMB::FILE_OPEN", fp=None, tag=None):
        """A file on a share; with fp its bytes went over the wire and were hashed."""
        fuid = self.uid("F") if fp is not None else "-"
        share, name = share.replace("\\", "\\\\"), name.replace("\\", "\\\\")
        times = [clock.unix(when) + "000"] * 4
        self.put("smb_files", when, four + [fuid, action, share, name, str(size), "-"] + times, tag)
        if fp is not None:
            self.put("files", when, [
                fuid] + four + ["SMB", "0", "PE,MD5,SHA1,SHA256", "application/x-dosexec", name,
                                "0.041377", "T", "T", str(size), "-", "0", "0", "F", "-", fp.md5,
                                fp.sha1, fp.sha256, "-", "-", "-"],
                None if tag is None else f"{tag}.bytes")

    def rpc(self, when, four, endpoint, operation, tag=None):
        pipe = f"\\\\pipe\\\\{'ntsvcs' if endpoint == 'svcctl' else endpoint}"
        self.put("dce_rpc", when, four + ["0.000731", pipe, endpoint, operation], tag)

    def close(self, end):
        closed = clock.seconds(end).replace(" ", "-").replace(":", "-")
        for log in self.logs.values():
            log.file.write(f"#close\t{closed}\n")


VPN_HEADER = (
    "FUTURE_USE,Receive Time,Serial Number,Type,Threat/Content Type,FUTURE_USE,Generated Time,"
    "Virtual System,Event ID,Stage,Authentication Method,Tunnel Type,Source User,Source Region,"
    "Machine Name,Public IP,Public IPv6,Private IP,Private IPv6,Host ID,Serial Number,"
    "Client Version,Client OS,Client OS Version,Repeat Count,Reason,Error,Description,Status,"
    "Location,Login Duration,Connect Method,Error Code,Portal,Sequence Number,Action Flags,"
    "High Res Timestamp,Selection Type,Response Time,Priority,Attempted Gateways,Gateway,"
    "Device Group Hierarchy Level 1,Device Group Hierarchy Level 2,Device Group Hierarchy Level 3,"
    "Device Group Hierarchy Level 4,Virtual System Name,Device Name,Virtual System ID\n")


class Vpn(Stream):
    """The gateway's log, in its local time."""

    def __init__(self, world, rel, org, zone):
        super().__init__(world, rel, VPN_HEADER)
        self.org, self.zone, self.rng = org, zone * clock.MINUTE, world.rng_for(rel)
        self.busy, self.reserved, self.sequence = {}, [], 7012394412
        self.host = f"vpn.{org.domain}"

    def reserve(self, inner, start, until):
        self.reserved.append((inner, start - clock.HOUR, until + clock.HOUR))

    def lend(self, start, until):
        """An inner address nobody has just now."""
        while True:
            inner = f"10.8.0.{self.rng.randrange(10, 100)}"
            if self.busy.get(inner, 0) < start and not any(
                    inner == one and start < b and until > a for one, a, b in self.reserved):
                self.busy[inner] = until
                return inner

    def row(self, when, event, stage, user, machine, public, inner, device, reason="", duration=0,
            tag=None):
        local = clock.slashes(when + self.zone)
        duration = str(duration) if duration else "0"
        self.put(when, (
            f"1,{clock.slashes(when + self.zone + 1000)},013201028411,GLOBALPROTECT,0,2561,{local},"
            f"vsys1,{event},{stage},AD-LDAP,{'IPSec' if stage == 'tunnel' else ''},"
            f"{self.org.netbios.lower()}\\{user},CY,{machine},{public},0.0.0.0,"
            f"{inner or '0.0.0.0'},0.0.0.0,{device},,5.2.12,Windows,"
            f"Microsoft Windows 10 Pro 64-bit,1,{reason},,,"
            f"success,,{duration},on-demand,0,{self.host},@,0x0,"
            f",,,,,GP-GW-1,0,0,0,0,,"
            f"{self.host.split('.')[0].upper()}01,1\n"), tag)

    def write(self, line, tag):
        """The gateway counts its rows as it writes them."""
        self.sequence += 1
        super().write(line.replace(",@,", f",{self.sequence},"), tag)

    def session(self, start, until, user, machine, public, inner, device, tag=None):
        def name(part):
            return None if tag is None else f"{tag}.{part}"
        self.row(start - 4000, "gateway-auth", "login", user, machine, public, "", device,
                 tag=name("auth"))
        self.row(start - 2000, "gateway-register", "login", user, machine, public, "", device)
        self.row(start, "gateway-connected", "tunnel", user, machine, public, inner, device,
                 tag=name("connected"))
        self.row(until, "gateway-logout", "logout", user, machine, public, inner, device,
                 "client logout", (until - start) // 1000, tag=name("logout"))


DHCP_HEADER = (
    "\t\tMicrosoft DHCP Service Activity Log\r\n\r\n\r\nEvent ID  Meaning\r\n"
    "00\tThe log was started.\r\n01\tThe log was stopped.\r\n"
    "10\tA new IP address was leased to a client.\r\n11\tA lease was renewed by a client.\r\n"
    "12\tA lease was released by a client.\r\n17\tA lease was expired.\r\n"
    "24\tIP address cleanup operation has began.\r\n25\tIP address cleanup statistics.\r\n\r\n"
    "QResult: 0: NoQuarantine, 1:Quarantine, 2:Drop Packet, 3:Probation,6:No Quarantine "
    "Information ProbationTime:Year-Month-Day Hour:Minute:Second:MilliSecond.\r\n\r\n"
    "ID,Date,Time,Description,IP Address,Host Name,MAC Address,User Name, TransactionID, QResult,"
    "Probationtime, CorrelationID,Dhcid,VendorClass(Hex),VendorClass(ASCII),UserClass(Hex),"
    "UserClass(ASCII),RelayAgentInformation,DnsRegError.\r\n")
VERBS = {10: "Assign", 11: "Renew", 12: "Release"}


class Dhcp:
    """One file a day, as the server's weekday files were copied off each night."""

    def __init__(self, world, folder, zone):
        self.world, self.folder, self.zone = world, folder, zone * clock.MINUTE
        self.rng, self.day, self.file = world.rng_for(folder), None, None

    def put(self, when, verb, ip, machine):
        local = when + self.zone
        day = local // clock.DAY
        if day != self.day:
            name = "Mon Tue Wed Thu Fri Sat Sun".split()[clock.weekday(local)]
            stamp = clock.date(local).replace("-", "")
            rel = f"{self.folder}/DhcpSrvLog-{name}-{stamp}.log"
            self.day, self.file = day, Stream(self.world, rel, DHCP_HEADER)
        year, month, date = clock.ymd(local)
        self.file.put(when, (
            f"{verb},{month:02}/{date:02}/{year % 100:02},{clock.hms(local)},{VERBS[verb]},{ip},"
            f"{machine.fqdn},{machine.mac},,{self.rng.getrandbits(32)},0,,,,0x4D53465420352E30,"
            f"MSFT 5.0,,,,0\r\n"))
