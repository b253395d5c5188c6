# SPDX-License-Identifier: Apache-2.0
"""Who and what a seed plays with: products, files, the intruder's choices, the calendar.

Sources of what is real under seed 1: data/observable-steps.csv, data/3cx-iocs.csv,
data/xtrader-iocs.csv; README.md tells real, reconstructed and invented apart.
"""
import random

from . import clock, names
from .names import Print

HIJACKS = [("IKEEXT", "IKE and AuthIP IPsec Keying Modules", "wlbsctrl.dll"),
           ("SessionEnv", "Remote Desktop Configuration", "TSMSISrv.dll"),
           ("Schedule", "Task Scheduler", "WptsExtensions.dll")]
LIBRARIES = [("ffmpeg.dll", "d3dcompiler_47.dll"), ("libGLESv2.dll", "vk_swiftshader.dll"),
             ("libEGL.dll", "vulkan-1.dll")]
SIDELOADS = [("TPM", "TpmVscMgrSvr.exe", "winscard.dll", "msvcr100.dll"),
             ("SyncSvc", "SyncHost.exe", "WinSync.dll", "msvcp100.dll"),
             ("PrintCache", "PrintBrmEngine.exe", "prntvpt.dll", "mfc100u.dll")]

# Fingerprints the public record gives: SHA-256, SHA-1, MD5, size.
REAL_PRINTS = {
    "msi-2": ("59e1edf4d82fae4978e97512b0331b7eb21dd4b838b850ba46794d9c7a2c0983",
              "bfecb8ce89a312d2ef4afc64a63847ae11c6f69e", "0eeb1c0133eb4d571178b2d9d14ce3e9", None),
    "msi-1": ("aa124a4b4df12b34e74ee7f6c683b2ebec4ce9a8edcf9be345823b4fdcf5d868", None, None, None),
    "nupkg-2": ("7c55c3dfa373b6b342390938029cb76ef31f609d9a07780772c6010a4297e321", None, None,
                None),
    "exe-1": ("dde03348075512796241389dfea5560c20a3d2a2eac95c894e7bbed5e85a0acc", None, None, None),
    "exe-2": ("fad482ded2e25ce9e1dd3d3ecc3227af714bdfbbde04347dbc1b21d6a3670405", None, None, None),
    "lib-1": ("c485674ee63ec8d4e8fde9800788175a8b02d3f9416d0e763360fff7f8eb4e02", None, None, None),
    "lib-2": ("7986bbaee8940da11ce089383521ab420c443ab7b15ed42aed91fd31ce833896",
              "bf939c9c261d27ee7bb92325cc588624fca75429", "74bc2d0b6680faa1a5a76b27e5479cbc", None),
    "carrier": ("11be1803e2e307b647a8a7e02d128335c448ff741bf06bf52b332e0bbf423b03",
                "20d554a80d759c50d6537dd7097fed84dd258b3e", "82187ad3f0c6c225e2fba0c867280cc9",
                5168344),
    "installer": ("fbc50755913de619fb830fb95882e9703dbfda67dbd0f75bc17eadc9eda61370", None,
                  "ef4ab22e565684424b4142b1294f1f4d", None),
    "tunnel": (None, None, "19dbffec4e359a198daf4ffca1ab9165", None),
}
PRINT_LABELS = ("msi-0", "msi-1", "msi-2", "nupkg-0", "nupkg-1", "nupkg-2", "exe-0", "exe-1",
                "exe-2", "lib-0", "lib-1", "lib-1-unsigned", "lib-2", "carrier", "carrier-0",
                "implant", "hive", "tunnel", "installer", "setup", "host", "loader", "payload",
                "second", "product-msi", "manifest")


class Cast:
    """Everything a seed decides before the first record is written."""

    def __init__(self, seed, days):
        self.seed, self.days = seed, days
        self.rng = rng = random.Random(f"cascade/{seed}")
        self.orgs = names.organisations(seed)
        real = seed == 1
        self.real = real
        known = REAL_PRINTS if real else {}
        self.prints = {label: Print(f"{seed}/{label}", *known.get(label, ()))
                       for label in PRINT_LABELS}
        self.staff = {"vendor": names.people(rng, 60), "customer-a": names.people(rng, 8),
                      "customer-b": names.people(rng, 8)}
        self.prints["implant"].size = 40_000 + rng.randrange(50_000)  # S6: under 100 KB
        self.choose_product(real)
        self.choose_upstream(real)
        self.choose_intruder(real)
        self.choose_times(real)

    def choose_product(self, real):
        rng, word = self.rng, names.token(self.seed * 4)
        self.library, self.carrier = LIBRARIES[0] if real else rng.choice(LIBRARIES[1:])
        if real:
            self.product, self.exe, self.folder = "3CX Desktop App", "3CXDesktopApp.exe", \
                "3CXDesktopApp"
            self.major, self.first_bad = "18.12", 407
            self.old_version = "18.11.1197"
            self.update_host = "downloads-global.3cx.com"
            self.update_path = "/downloads/electron/update/win32/18.12/"
            self.job, self.key = "desktopapp-win", "3CX Ltd 1B6611DF9C9A4D6ECC8ED50C9B917873"
            self.msi_stem, self.pkg_stem = "3cxdesktopapp", "3CXDesktopApp"
        else:
            stem = word.capitalize() + rng.choice(("Phone", "Desk", "Meet", "Talk"))
            self.product, self.exe, self.folder = f"{stem} Client", f"{stem}.exe", stem
            major = f"{rng.randrange(3, 40)}.{rng.randrange(0, 30)}"
            self.major, self.first_bad = major, rng.randrange(120, 900)
            self.old_version = f"{major}.{self.first_bad - rng.randrange(60, 90)}"
            self.update_host = f"dl.{self.orgs['vendor'].domain}"
            self.update_path = f"/client/win/{major}/"
            self.job = f"{stem.lower()}-{rng.choice(('win', 'windows', 'x64'))}"
            self.key = f"{self.orgs['vendor'].name} {names.digest(word, 'serial')[:32].upper()}"
            self.msi_stem = self.pkg_stem = stem
        self.thumbprint = names.digest(self.seed, "thumbprint")[:40]

    def choose_upstream(self, real):
        rng, word = self.rng, names.token(self.seed * 4 + 3)
        up = self.orgs["upstream"]
        if real:
            self.up_product, self.up_version = "X_TRADER", "r7.17.90p608"
            self.up_host = f"download.{up.domain}"
            self.up_path = "/xtrader/X_TRADER_r7.17.90p608.exe"
            self.up_signer = "Trading Technologies International, Inc"
            self.up_folder = "C:\\tt"
        else:
            self.up_product = word[:4].capitalize() + rng.choice(("Trade", "Chart", "Quote"))
            self.up_version = ".".join(str(rng.randrange(2, n)) for n in (9, 30, 99))
            self.up_host = f"files.{up.domain}"
            self.up_path = f"/get/{self.up_product}-{self.up_version}-setup.exe"
            self.up_signer = f"{up.name} Inc."
            self.up_folder = f"C:\\{self.up_product}"
        self.installer = self.up_path.rsplit("/", 1)[1]
        self.side = SIDELOADS[0] if real else rng.choice(SIDELOADS[1:])

    def choose_intruder(self, real):
        rng = self.rng
        self.service, self.service_title, self.implant = HIJACKS[0] if real else \
            rng.choice(HIJACKS[1:])
        self.by_reboot = not real and rng.random() < 0.4
        self.by_powershell = not real and rng.random() < 0.5
        self.two_hops = not real and rng.random() < 0.5
        if real:
            self.vendor_c2 = ["azureonlinecloud.com", "akamaicontainer.com"]
            self.dead_drop = ("raw.githubusercontent.com", "185.199.108.133")
            self.client_c2 = ["msstorageazure.com", "pbxsources.com", "akamaitechcloudservices.com",
                              "sourceslabs.com"]
            self.second_stage, self.tunnel = "guard64.dll", "MsMpEng.exe"
        else:
            fake = [f"{names.syllables(rng, 4)}-cdn.example" for _ in range(7)]
            self.vendor_c2, self.client_c2 = fake[:2], fake[2:6]
            self.dead_drop = (fake[6], "203.0.113.80")
            self.second_stage = f"{names.syllables(rng, 2)}64.dll"
            self.tunnel = rng.choice(("SearchHost.exe", "WUDFHost64.exe", "SgrmBroker64.exe"))
        pool = list(range(11, 120))
        rng.shuffle(pool)
        self.c2_addresses = [f"198.51.100.{n}" for n in pool[:8]]
        self.home_address = f"203.0.113.{100 + pool[8]}"
        self.home_address_before = f"198.51.100.{130 + pool[9] % 100}"
        self.device = "DESKTOP-" + names.digest(self.seed, "device")[:7].upper() \
            .translate(str.maketrans("AEIOU", "XYZQW"))
        mark = names.digest(self.seed, "hostid")
        self.device_id = f"{mark[:8]}-{mark[8:12]}-{mark[12:16]}-{mark[16:20]}-{mark[20:32]}"
        self.inner = "10.8.0.17" if real else f"10.8.0.{rng.randrange(20, 90)}"
        self.home_user = names.syllables(rng, 2)
        self.pipe = "gecko.nativeMessaging" if real else names.syllables(rng, 4)

    def choose_times(self, real):
        """The calendar of the chain, in milliseconds; a day counts from the window's start."""
        rng, day, hour, minute = self.rng, clock.DAY, clock.HOUR, clock.MINUTE
        end = clock.at(2023, 3, 29) if real else \
            clock.at(2024, 1, 1) + (7 * rng.randrange(90) + 30) * day  # day 0 is a Monday
        self.end = end
        self.start = end - self.days * day
        base = end - 30 * day  # the chain lives in the last thirty days
        self.base = base

        def jitter(minutes):
            return 0 if real else rng.randrange(minutes * 60) * 1000

        self.install = clock.at(2022, 4, 12, 17, 21) if real else \
            base - rng.randrange(45, 320) * day + rng.randrange(16 * 60, 21 * 60) * minute
        self.first_vpn = self.install + 2 * day + 2 * hour + jitter(90)
        self.recon = base + 1 * day + 19 * hour + 40 * minute + jitter(60)
        self.entry = base + 3 * day + 20 * hour + 5 * minute + jitter(60)
        self.tamper_1 = base + 4 * day + 1 * hour + 12 * minute + jitter(60)
        self.reboot = base + 9 * day + 2 * hour + jitter(40)
        if self.by_reboot:  # nobody starts the service from afar: that night's restart does
            self.reboot = self.entry + 2 * hour + 50 * minute
        self.refresh = base + 11 * day + 9 * hour + 24 * minute + jitter(60)
        self.outage = (base + 12 * day + 23 * hour + 20 * minute, base + 13 * day + 2 * hour
                       + 41 * minute)
        self.tamper_2 = base + 13 * day + 3 * hour + 5 * minute + jitter(120)
        self.sleep = 7 * day  # the shortest silence the published formula gives
