# SPDX-License-Identifier: Apache-2.0
"""An ordinary month: what people and their machines do all day.

Among it lie the innocent twins of every step of the chain: libraries loaded from an application's
own folder, System32 files written by the installer of updates, files written by System because
they came over SMB, a VPN device that nobody has seen before, administrators on the build server.
"""
from . import clock, images
from .clock import HOUR, MINUTE

CHROME = "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe"
OUTLOOK = "C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE"
OFFICE = ("WINWORD.EXE", "EXCEL.EXE", "POWERPNT.EXE")
SITES = [("www.google.com", "142.250.184.196"), ("outlook.office365.com", "52.97.201.242"),
         ("www.bing.com", "204.79.197.200"), ("github.com", "140.82.121.4"),
         ("teams.microsoft.com", "52.113.194.132"), ("stackoverflow.com", "151.101.1.69"),
         ("ctldl.windowsupdate.com", "8.241.9.254"), ("www.wikipedia.org", "91.198.174.192"),
         ("raw.githubusercontent.com", "185.199.108.133"), ("registry.example", "203.0.113.30")]
EXPLORER = "C:\\Windows\\explorer.exe"
CLOUD = "13.107.42.14"


class Life:
    def __init__(self, world):
        self.world, self.cast, self.rng = world, world.cast, world.rng_for("life")
        # An Electron program everybody uses, with libraries of the poisoned one's names.
        self.chat = "PaperTalk.exe" if world.cast.real else \
            f"{world.vendor.netbios.title()}Notes.exe"
        self.chat_folder = f"Programs\\{self.chat[:-4]}"
        for name in (world.cast.library, world.cast.carrier, self.chat):
            signer = "Microsoft Corporation" if name == "d3dcompiler_47.dll" else \
                "Independent Software GmbH"
            images.declare(images.Print(f"chat/{name}"), "Independent Software GmbH",
                           self.chat[:-4], signer)

    # ---- one hour of everything ----

    def hour(self, start):
        for m in self.world.clients:
            self.client_hour(m, start)

    def past_year(self):
        """What the gateway still has of the months before: its log reaches back furthest."""
        world, cast, rng = self.world, self.cast, self.world.rng_for("past year")
        day = cast.install - 40 * clock.DAY
        day -= day % clock.DAY
        while day < cast.start:
            for m in world.clients:
                if m.laptop and m.active[0] == 0 and clock.weekday(day) < 5 and rng.random() < 0.3:
                    start = day + 6 * HOUR + rng.randrange(150) * MINUTE
                    until = start + rng.randrange(60, 540) * MINUTE
                    world.vpn.session(start, until, m.owner.login, m.name, m.home,
                                      world.vpn.lend(start, until), m.device_id)
            day += clock.DAY

    def client_hour(self, m, start):
        local = start + m.zone * MINUTE
        if m.online is None:
            hour = local % clock.DAY // HOUR
            if clock.weekday(local) < 5 and hour == 7 + m.serial % 2 and m.rng.random() < 0.93 \
                    and m.active[0] <= start < m.active[1]:
                self.arrive(m, start + m.rng.randrange(2, 55) * MINUTE)
            else:
                return
        begin, end = max(start, m.online), min(start + HOUR, m.until)
        if end > begin + 2 * MINUTE:
            for _ in range(self.amount(m.rng, 3.1)):
                self.something(m, begin + MINUTE + m.rng.randrange(end - begin - MINUTE))
        if m.until <= start + HOUR:
            self.leave(m)

    def amount(self, rng, mean):
        mean *= self.world.scale
        whole = int(mean)
        return whole + (rng.random() < mean - whole)

    def arrive(self, m, when):
        world, owner = self.world, m.owner.login
        m.online = when
        m.until = when + (8 * 60 + m.rng.randrange(0, 150)) * MINUTE
        m.boot(when)
        m.remote = m.laptop and m.rng.random() < 0.3
        reached = when + 41000
        if m.remote:
            start = m.online = when + 4 * MINUTE
            reached = start + 9000
            m.address = world.vpn.lend(start, m.until + MINUTE)
            world.vpn.session(start, m.until - MINUTE, owner, m.name, m.home, m.address,
                              m.device_id, tag="twin.new-device" if m.active[0] else
                              "twin.employee-vpn" if m is world.work_laptop else None)
        else:
            world.lease(m, when + 20000)
        s = m.user = m.logon(when + 40000, owner, 2, address="127.0.0.1", port="0",
                             workstation=m.name)
        m.explorer = m.start(when + 42000, EXPLORER, EXPLORER, m.winlogon, s)
        m.chrome = m.start(when + 70000, CHROME, f'"{CHROME}"', m.explorer, s)
        m.outlook = m.start(when + 95000, OUTLOOK, f'"{OUTLOOK}"', m.explorer, s)
        m.load(when + 95500, m.outlook, "C:\\Program Files\\Microsoft Office\\root\\Office16\\"
               "mso20win32client.dll")
        self.electron(m, when + 120000)
        self.ticket(m, reached, f"{world.dc.name}$")

    def leave(self, m):
        for p in (m.chrome, m.outlook, m.explorer):
            m.end(m.until - 30000, p)
        m.logoff(m.until - 20000, m.user)
        m.stop(m.until)
        m.online = None

    def something(self, m, when):
        roll = m.rng.random()
        if roll < 0.34:
            self.browse(m, when)
        elif roll < 0.52:
            self.document(m, when)
        elif roll < 0.68:
            self.share(m, when)
        elif roll < 0.80:
            self.service_work(m, when)
        elif roll < 0.88:
            m.registry(when, m.explorer, f"HKU\\{m.user.sid}\\Software\\Microsoft\\Windows\\"
                       "CurrentVersion\\Explorer\\RecentDocs\\MRUListEx", "Binary Data")
        elif roll < 0.94:
            m.access(when, m.svchosts[0], m.chrome, 0x1000)
        elif roll < 0.975:
            self.update(m, when)
        elif roll < 0.985:
            m.thread(when, m.winlogon, m.explorer)
        else:
            self.download(m, when)

    # ---- things people do ----

    def resolve(self, m, when, p, name, address):
        m.dns(when, p, name, f"::ffff:{address};")
        self.world.zeek.ask(when - m.rng.randrange(3, 30), m.address, self.world.dc.address, name,
                            address)

    def browse(self, m, when):
        for k in range(1 + m.rng.randrange(3)):
            name, address = SITES[m.rng.randrange(len(SITES))]
            self.resolve(m, when + k * 900, m.chrome, name, address)
            m.connect(when + k * 900 + 60, m.chrome, address, 443)

    def document(self, m, when):
        name = OFFICE[m.rng.randrange(3)]
        image = f"C:\\Program Files\\Microsoft Office\\root\\Office16\\{name}"
        path = f"C:\\Users\\{m.user.user}\\Documents\\notes-{m.rng.randrange(400)}.docx"
        p = m.start(when, image, f'"{image}" /n "{path}"', m.explorer, m.user,
                    ends=when + m.rng.randrange(1, 50) * MINUTE)
        m.load(when + 300, p, "C:\\Windows\\System32\\msxml6.dll")
        m.write_file(when + 40000, p, path)
        if m.rng.random() < 0.4:
            m.connect(when + 2000, p, CLOUD, 443)

    def ticket(self, m, when, service):
        """The directory gives a ticket; the guid of it is what the log-on will bear."""
        world, guid, user = self.world, self.world.guid(), m.user.user
        dc, port, realm = world.dc, m.rng.randrange(49700, 65500), m.org.directory.upper()
        from_nxlog = world.ticket_body(user, realm, service, m.org, m.address, port, guid)
        dc.emit(1, when, 4769, from_nxlog)
        world.zeek.ticket(when, m.address, port, dc.address, f"{user}/{realm}", service)
        return guid

    def share(self, m, when):
        world, fs = self.world, self.world.files
        guid = self.ticket(m, when - 40, f"cifs/{fs.name}")
        port = m.connect(when, m.kernel, fs.address, 445)
        four = world.zeek.flow(when, m.address, port, fs.address, 445, "gssapi,smb,krb", "tcp",
                               9000, 4000, 61000)
        s = fs.logon(when + 30, m.user.user, 3, address=m.address, port=port, guid=guid)
        fs.share(when + 60, s, "teams", "\\??\\E:\\teams", m.address, port)
        name = f"plans\\draft-{m.rng.randrange(900)}.xlsx"
        world.zeek.smb_file(when + 70, four, f"\\\\{fs.fqdn}\\teams", name,
                            m.rng.randrange(9000, 900000))
        fs.logoff(when + 12000, s)

    def service_work(self, m, when):
        p = m.service(when, "-k netsvcs -p -s BITS")
        m.load(when + 90, p, "C:\\Windows\\System32\\qmgr.dll")
        m.registry(when + 200, p, "HKLM\\System\\CurrentControlSet\\Services\\BITS\\Start",
                   "DWORD (0x00000003)")
        m.end(when + m.rng.randrange(20, 200) * 1000, p)

    def update(self, m, when):
        """TrustedInstaller's worker writes libraries into System32, as it should."""
        image = "C:\\Windows\\WinSxS\\amd64_microsoft-windows-servicingstack\\TiWorker.exe"
        p = m.start(when, image, f"{image} -Embedding", m.svchosts[5], m.system,
                    ends=when + 90000)
        for name in m.rng.sample(("ntdll.dll", "crypt32.dll", "winhttp.dll", "ikeext.dll",
                                  "sechost.dll", "schannel.dll"), 2):
            m.write_file(when + m.rng.randrange(1, 60) * 1000, p, images.SYSTEM32 + name)
        if m.rng.random() < 0.1:
            m.service_made(when + 70000, "GoogleChromeElevationService",
                           CHROME[:-10] + "110.0\\elevation_service.exe", m.system, "demand start")

    def electron(self, m, when):
        folder = f"C:\\Users\\{m.user.user}\\AppData\\Local\\{self.chat_folder}\\"
        p = m.start(when, folder + self.chat, f'"{folder}{self.chat}"', m.explorer, m.user,
                    ends=m.until - 60000, fp=images.Print(f"chat/{self.chat}"))
        for k, name in enumerate((self.cast.library, self.cast.carrier)):
            m.load(when + 200 + 40 * k, p, folder + name, images.Print(f"chat/{name}"))

    def download(self, m, when):
        name = f"form-{m.rng.randrange(100)}.pdf"
        path = f"C:\\Users\\{m.user.user}\\Downloads\\{name}"
        m.write_file(when, m.chrome, path)
        m.mark_file(when + 50, m.chrome, path, images.Print(name),
                    f"https://www.wikipedia.org/files/{name}", "https://www.google.com/")
