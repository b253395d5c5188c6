# SPDX-License-Identifier: Apache-2.0
"""What Sysmon says about an image: version resource, fingerprint, signature."""
from .names import Print
from .nxlog import q

SYSTEM32 = "C:\\Windows\\System32\\"
SVCHOST = SYSTEM32 + "svchost.exe"
SVCHOSTS = ("-k netsvcs -p -s Winmgmt", "-k LocalServiceNetworkRestricted -p -s EventLog",
            "-k NetworkService -p -s Dnscache", "-k netsvcs -p -s Schedule",
            "-k netsvcs -p -s wuauserv", "-k DcomLaunch -p")


class About:
    __slots__ = ("fields", "hashes", "signature", "fp")

    def __init__(self, path, fp, company, product, signer):
        name = path.rsplit("\\", 1)[-1]
        blank = company is None
        self.fp = fp
        self.hashes = fp.sysmon
        version = "-" if blank else f"10.0.{int(fp.md5[:4], 16)}.{int(fp.md5[4:6], 16)}"
        self.fields = (f'"FileVersion":"{version}","Description":"{"-" if blank else q(name)}",'
                       f'"Product":"{product or "-"}","Company":"{company or "-"}",'
                       f'"OriginalFileName":"{"-" if blank else q(name)}"')
        if signer is None:
            self.signature = '"Signed":"false","Signature":"-","SignatureStatus":"Unavailable"'
        else:
            self.signature = f'"Signed":"true","Signature":"{signer}","SignatureStatus":"Valid"'


_known, _makers = {}, {}
# Folder beginnings and whose software lies there.
MAKERS = [("C:\\Windows\\", "Microsoft Corporation", "Microsoft® Windows® Operating System",
           "Microsoft Windows"),
          ("C:\\Program Files\\Google\\", "Google LLC", "Google Chrome", "Google LLC"),
          ("C:\\Program Files (x86)\\Google\\", "Google LLC", "Google Update", "Google LLC"),
          ("C:\\Program Files (x86)\\Microsoft\\", "Microsoft Corporation", "Microsoft Edge",
           "Microsoft Corporation"),
          ("C:\\Program Files\\Microsoft Office\\", "Microsoft Corporation", "Microsoft Office",
           "Microsoft Corporation"),
          ("C:\\Program Files\\nodejs\\", "Node.js", "Node.js", "OpenJS Foundation"),
          ("C:\\Program Files (x86)\\WiX", "WiX Toolset", "WiX Toolset", ".NET Foundation"),
          ("C:\\Program Files\\", "Independent", "Independent", "Independent Software GmbH")]


def declare(fp, company, product, signer):
    """Whose a file with this fingerprint says it is, wherever it lies; signer None: unsigned."""
    _makers[fp.label] = (company, product, signer)


def about(path, fp=None):
    key = path if fp is None else (path, fp.label)
    one = _known.get(key)
    if one is None:
        company = product = signer = None
        if fp is not None:
            company, product, signer = _makers.get(fp.label, (None, None, None))
        else:
            lower = path.lower()
            for beginning, c, pr, s in MAKERS:
                if lower.startswith(beginning.lower()):
                    company, product, signer = c, pr, s
                    break
        one = _known[key] = About(path, fp or Print(path.lower()), company, product, signer)
    return one
