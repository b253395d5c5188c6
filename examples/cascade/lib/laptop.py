# SPDX-License-Identifier: Apache-2.0
"""The triage of the employee's own PC, as a collection made after the fact would look.

Reconstructed: that such a PC was the first is on record (S2, S35), that anybody triaged it is not.
The layout is that of a KAPE collection with Eric Zimmerman's tools run over it. Much is missing, as
it would be a year later: no Sysmon, no process creation in the Security log (off by default), that
log itself overwritten but for the last weeks, browser visits gone after ninety days; the download
list, Prefetch, Amcache, the file table and the VPN client's log are what is left.
"""
import io
import os
import sqlite3
import tempfile
import zipfile

from . import clock, laptop_tables as tables
from .clock import DAY, HOUR, MINUTE, SECOND

HISTORY = """
CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);
CREATE TABLE urls(id INTEGER PRIMARY KEY AUTOINCREMENT,url LONGVARCHAR,title LONGVARCHAR,
 visit_count INTEGER DEFAULT 0 NOT NULL,typed_count INTEGER DEFAULT 0 NOT NULL,
 last_visit_time INTEGER NOT NULL,hidden INTEGER DEFAULT 0 NOT NULL);
CREATE TABLE visits(id INTEGER PRIMARY KEY AUTOINCREMENT,url INTEGER NOT NULL,
 visit_time INTEGER NOT NULL,from_visit INTEGER,transition INTEGER DEFAULT 0 NOT NULL,
 segment_id INTEGER,visit_duration INTEGER DEFAULT 0 NOT NULL,
 incremented_omnibox_typed_score BOOLEAN DEFAULT FALSE NOT NULL,
 publicly_routable BOOLEAN DEFAULT FALSE NOT NULL);
CREATE TABLE downloads (id INTEGER PRIMARY KEY,guid VARCHAR NOT NULL,
 current_path LONGVARCHAR NOT NULL,target_path LONGVARCHAR NOT NULL,start_time INTEGER NOT NULL,
 received_bytes INTEGER NOT NULL,total_bytes INTEGER NOT NULL,state INTEGER NOT NULL,
 danger_type INTEGER NOT NULL,interrupt_reason INTEGER NOT NULL,hash BLOB NOT NULL,
 end_time INTEGER NOT NULL,opened INTEGER NOT NULL,last_access_time INTEGER NOT NULL,
 transient INTEGER NOT NULL,referrer VARCHAR NOT NULL,site_url VARCHAR NOT NULL,
 embedder_download_data VARCHAR NOT NULL,tab_url VARCHAR NOT NULL,tab_referrer_url VARCHAR NOT NULL,
 http_method VARCHAR NOT NULL,by_ext_id VARCHAR NOT NULL,by_ext_name VARCHAR NOT NULL,
 etag VARCHAR NOT NULL,last_modified VARCHAR NOT NULL,mime_type VARCHAR(255) NOT NULL,
 original_mime_type VARCHAR(255) NOT NULL);
CREATE TABLE downloads_url_chains (id INTEGER NOT NULL,chain_index INTEGER NOT NULL,
 url LONGVARCHAR NOT NULL, PRIMARY KEY (id, chain_index) );
CREATE TABLE downloads_slices (download_id INTEGER NOT NULL,offset INTEGER NOT NULL,
 received_bytes INTEGER NOT NULL,finished INTEGER NOT NULL DEFAULT 0,
 PRIMARY KEY (download_id, offset) );
CREATE INDEX visits_url_index ON visits (url);
CREATE INDEX visits_time_index ON visits (visit_time);
CREATE INDEX urls_url_index ON urls (url);
"""


class Laptop:
    def __init__(self, world):
        self.world, self.cast, self.rng = world, world.cast, world.rng_for("laptop")
        cast = self.cast
        self.user = cast.home_user
        self.home = f"C:\\Users\\{self.user}\\"
        self.path = f"{self.home}Downloads\\{cast.installer}"
        self.taken = cast.end + 7 * DAY + 9 * HOUR
        self.stamp = clock.date(self.taken).replace("-", "") + "090000"
        self.temp = f"{self.home}AppData\\Local\\Temp\\pft{self.rng.getrandbits(16):04X}.tmp\\"
        self.side = f"C:\\ProgramData\\{cast.side[0]}\\"
        self.ran = cast.install + 4 * MINUTE
        self.dropped = self.ran + 85 * SECOND
        self.members = []

    def put(self, name, data, when=None):
        if isinstance(data, str):
            data = data.encode("utf-8")
        self.members.append((name, data, when or self.taken))

    def write(self, rel):
        cast = self.cast
        folder = f"C/Users/{self.user}/"
        self.put(f"{folder}AppData/Local/Google/Chrome/User Data/Default/History", self.history())
        self.put(f"{folder}Downloads/{cast.installer}%3AZone.Identifier",
                 f"[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=https://{cast.up_host}/\r\n"
                 f"HostUrl=https://{cast.up_host}{cast.up_path}\r\n", cast.install)
        self.put("C/Program Files/Palo Alto Networks/GlobalProtect/PanGPS.log",
                 tables.vpn_client(self))
        for folder, name, text in tables.modules(self):
            self.put(f"Modules/{folder}/{self.stamp}_{name}", text)
        self.put("estate.json", tables.estate(self))
        self.put(f"{self.stamp}_ConsoleLog.txt", tables.console(self))
        self.put(f"{self.stamp}_CopyLog.csv", tables.copied(self))
        self.put(f"{self.stamp}_SkipLog.csv", tables.skipped(self))
        with zipfile.ZipFile(os.path.join(self.world.out, rel), "w") as z:
            for name, data, when in self.members:
                year, month, day = clock.ymd(when)
                h, m, s = (int(x) for x in clock.hms(when).split(":"))
                info = zipfile.ZipInfo(name, (year, month, day, h, m, s - s % 2))
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
                z.writestr(info, data)

    @staticmethod
    def chrome(when):
        return (when + clock.CHROME_EPOCH) * 1000

    def history(self):
        """Downloads stay; visits older than ninety days are gone."""
        cast, fp = self.cast, self.cast.prints["installer"]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "History")
            db = sqlite3.connect(path)
            db.executescript(HISTORY)
            db.execute("INSERT INTO meta VALUES ('version','53'),('last_compatible_version','16')")
            self.visits(db)
            old = f"https://{cast.up_host}"
            rows = [(cast.install - 30 * DAY, "setup-player.exe", "https://www.example.org/get/",
                     tables.Print("player")),
                    (cast.install, cast.installer, old + cast.up_path, fp),
                    (cast.install + 200 * DAY, "holiday.zip", "https://www.example.org/h/",
                     tables.Print("holiday"))]
            for k, (when, name, url, one) in enumerate(rows, 1):
                url = url if url.endswith(name) else url + name
                base = url[:url.index("/", 8) + 1]
                db.execute(
                    "INSERT INTO downloads VALUES (?,?,?,?,?,?,?,1,0,0,?,?,?,?,0,?,?,'',?,?,'','',"
                    "'','','',?,?)",
                    (k, f"{one.sha1[:8]}-{one.sha1[8:12]}-4{one.sha1[13:16]}-8{one.sha1[17:20]}-"
                        f"{one.sha1[20:32]}", f"{self.home}Downloads\\{name}",
                     f"{self.home}Downloads\\{name}", self.chrome(when), one.size, one.size,
                     bytes.fromhex(one.sha256), self.chrome(when + 41 * SECOND), 1,
                     self.chrome(when + 4 * MINUTE), base, base, base, "",
                     "application/x-msdownload", "application/x-msdownload"))
                db.execute("INSERT INTO downloads_url_chains VALUES (?,0,?)", (k, url))
            db.commit()
            db.close()
            with open(path, "rb") as f:
                return f.read()

    def visits(self, db):
        pages = [("https://www.example.org/", "Example"), ("https://mail.example.net/", "Mail"),
                 ("https://news.example.com/today", "News"), ("https://www.google.com/", "Google")]
        for k, (url, title) in enumerate(pages, 1):
            db.execute("INSERT INTO urls VALUES (?,?,?,20,3,?,0)",
                       (k, url, title, self.chrome(self.taken - k * HOUR)))
            for n in range(20):
                when = self.taken - 85 * DAY + n * 4 * DAY + k * HOUR + self.rng.randrange(HOUR)
                db.execute("INSERT INTO visits (url,visit_time,from_visit,transition,segment_id,"
                           "visit_duration) VALUES (?,?,0,805306368,0,?)",
                           (k, self.chrome(when), self.rng.randrange(90) * 1_000_000))

    def sessions(self):
        """The VPN sessions this machine had, as (start, end)."""
        return sorted(self.world.device_sessions)


def table(rows):
    """Rows as CSV with CRLF, quoted where they must be."""
    out = io.StringIO()
    for row in rows:
        cells = (str(c) for c in row)
        out.write(",".join(f'"{c.replace(chr(34), chr(34) * 2)}"' if any(x in c for x in ',"\n')
                           else c for c in cells) + "\r\n")
    return out.getvalue()
