#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_rules.py HEADWATER: each rule over telemetry speaks on a small scene of what it means, and its
benign twin, which differs in little, stays silent. TAP."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import traceback

from scene import Scene, ORG, at

AS_OF = "2025-01-01"


class Hunt:
    def __init__(self, exe, folder):
        self.exe, self.dir, self.made = os.path.abspath(exe), pathlib.Path(folder), 0

    def __call__(self, scene):
        """(exit status, findings) of a case with this scene."""
        self.made += 1
        home = self.dir / str(self.made)
        scene.save(home / "logs")
        self.run(home, "add", "--org", ORG, str(home / "logs"))
        status, out = self.run(home, "--json", "hunt", "--as-of", AS_OF)
        rows = [json.loads(line) for line in out.splitlines()]
        return status, [r for r in rows if r["type"] == "finding"]

    def run(self, home, *args):
        p = subprocess.run([self.exe, "--case", str(home / "c.case"), *args],
                           stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False,
                           env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"})
        assert p.returncode in (0, 1), f"{args} gave {p.returncode}: {p.stderr[-400:]!r}"
        return p.returncode, p.stdout.decode()


def spoken(findings, rule):
    return [f for f in findings if f["rule"] == rule and f["severity"] != "info"]


def loud(findings):
    return [(f["rule"], f["severity"], f["subject"]["path"]) for f in findings
            if f["severity"] != "info"]


# ---- libraries ----

TOOL = "C:\\Users\\amy\\AppData\\Local\\Tool\\"


def side_loaded(twin):
    s = Scene()
    h = s.host("WS1")
    p = h.start(at(0, "09:00:00"), "C:\\Windows\\System32\\notepad.exe")
    h.load(at(0, "09:00:01"), p, "C:\\Windows\\System32\\version.dll")
    setup = h.start(at(1, "09:00:00"), "C:\\Users\\amy\\Downloads\\toolsetup.exe")
    h.write(at(1, "09:00:05"), setup, TOOL + "tool.exe")
    other = h.start(at(1, "09:30:00"), "C:\\Windows\\System32\\rundll32.exe")
    h.write(at(1, "09:30:05") if not twin else at(1, "09:00:06"), setup if twin else other,
            TOOL + "version.dll")
    tool = h.start(at(1, "10:00:00"), TOOL + "tool.exe")
    h.load(at(1, "10:00:01"), tool, TOOL + "version.dll")
    return s


def side_by_side(twin):
    """A new version's own copies beside it, by the product's own updater; and by something else."""
    s = Scene()
    h = s.host("WS1")
    drive = "C:\\Users\\amy\\AppData\\Local\\Microsoft\\OneDrive\\"
    p = h.start(at(0, "09:00:00"), "C:\\Windows\\System32\\notepad.exe")
    h.load(at(0, "09:00:01"), p, "C:\\Windows\\System32\\ucrtbase.dll")
    updater = h.start(at(1, "09:00:00"), drive + "OneDriveStandaloneUpdater.exe" if twin else
                      "C:\\Users\\amy\\Downloads\\invoice.exe")
    h.write(at(1, "09:00:05"), updater, drive + "24.1\\ucrtbase.dll")
    run = h.start(at(1, "09:10:00"), drive + "24.1\\OneDrive.exe")
    h.load(at(1, "09:10:01"), run, drive + "24.1\\ucrtbase.dll")
    return s


def borrowed_program(twin):
    """One dropper brings a program of the system and the library it looks for first; the twin brings
    a program of its own."""
    s = Scene()
    h = s.host("WS1")
    p = h.start(at(0, "09:00:00"), "C:\\Windows\\System32\\dxcap.exe")
    h.load(at(0, "09:00:01"), p, "C:\\Windows\\System32\\d3dcompiler_47.dll")
    drop = h.start(at(1, "09:00:00"), "C:\\Users\\amy\\Downloads\\setup.exe")
    name = "viewer.exe" if twin else "dxcap.exe"
    h.write(at(1, "09:00:05"), drop, f"C:\\ProgramData\\Viewer\\{name}")
    h.write(at(1, "09:00:06"), drop, "C:\\ProgramData\\Viewer\\d3dcompiler_47.dll")
    run = h.start(at(1, "09:10:00"), f"C:\\ProgramData\\Viewer\\{name}")
    h.load(at(1, "09:10:01"), run, "C:\\ProgramData\\Viewer\\d3dcompiler_47.dll")
    return s


def service_dll_planted(twin):
    s = Scene()
    h = s.host("SRV1")
    services = h.start(at(0, "01:00:00"), "C:\\Windows\\System32\\services.exe")
    dll = "C:\\Windows\\System32\\ikeext.dll" if twin else "C:\\Windows\\System32\\wlbsctrl.dll"
    if twin:
        worker = h.start(at(1, "03:00:00"), "C:\\Windows\\WinSxS\\x\\TiWorker.exe")
        h.write(at(1, "03:00:05"), worker, dll)
    else:
        h.logon(at(1, "03:00:00"), "adm", "0x5000", "10.0.0.9", "50000")
        h.share_write(at(1, "03:00:05"), "adm", "0x5000", dll, "10.0.0.9")
    svc = h.start(at(1, "03:10:00"), "C:\\Windows\\System32\\svchost.exe", services,
                  "C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s IKEEXT", "NT AUTHORITY\\SYSTEM")
    h.load(at(1, "03:10:01"), svc, dll)
    return s


def service_deployed(twin):
    """A product's own service, renewed over the network: by a declared administrator, or anybody."""
    s = Scene()
    if twin:
        s.account("adm", "admin")
    h = s.host("SRV1")
    services = h.start(at(0, "01:00:00"), "C:\\Windows\\System32\\services.exe")
    home = "C:\\Program Files\\Watch\\"
    h.logon(at(1, "03:00:00"), "adm", "0x5000", "10.0.0.9", "50000")
    h.share_write(at(1, "03:00:05"), "adm", "0x5000", home + "agent.dll", "10.0.0.9")
    svc = h.start(at(1, "03:10:00"), home + "agent.exe", services, None, "NT AUTHORITY\\SYSTEM")
    h.load(at(1, "03:10:01"), svc, home + "agent.dll")
    return s


def read_as_data(twin):
    """The twin reads so many of its own libraries that it is checking them."""
    s = Scene()
    libraries = [f"lib{i}.dll" for i in range(5)] if twin else ["d3dcompiler_47.dll"]
    lines = ['100 1714554000.000000 execve("/opt/app/app", ["/opt/app/app"], 0x7ffe /* 3 vars */) = 0']
    for i, name in enumerate(libraries):
        lines.append(f'100 1714554001.{i:06} openat(AT_FDCWD, "/opt/app/{name}", O_RDONLY) = 3')
        lines.append(f'100 1714554001.{i + 100:06} read(3, "MZ"..., 4096) = 4096')
        lines.append(f'100 1714554001.{i + 200:06} close(3) = 0')
    lines.append("100 1714554002.000000 +++ exited with 0 +++")
    s.files["app.strace"] = "\n".join(lines) + "\n"
    return s


# ---- build hosts ----

def visits(s, days):
    """A build host with a nightly service account and a weekly administrator."""
    h = s.host("BUILD1", "build", ip="10.0.0.5")
    for day in range(days):
        h.logon(at(day, "22:00:00"), "svc-backup", f"0x{0x9000 + day:x}", "10.0.0.41", "50100")
        if day % 7 == 1:
            h.logon(at(day, "10:00:00"), "adm", f"0x{0x8000 + day:x}", "10.0.0.60", "50200", "10")
    return h


def build_host_new_logon(twin):
    s = Scene()
    h = visits(s, 16)
    if not twin:
        h.logon(at(12, "20:00:00"), "bob", "0x7001", "10.0.0.77", "50300", "10")
    return s


def new_employee(twin):
    """Somebody new: declared as one who builds, or not."""
    s = Scene()
    if twin:
        s.account("bob", "developer", "build")
    h = visits(s, 16)
    h.logon(at(12, "20:00:00"), "bob", "0x7001", "10.0.0.77", "50300", "10")
    return s


def first_week(twin):
    """Nobody is new where nothing is known yet."""
    s = Scene()
    h = visits(s, 16)
    h.logon(at(3 if twin else 12, "20:00:00"), "bob", "0x7001", "10.0.0.77", "50300", "10")
    return s


def build_host_reconnaissance(twin):
    s = Scene()
    h = visits(s, 3)
    h.logon(at(2, "20:00:00"), "bob", "0x7001", "10.0.0.77", "50300", "10")
    shell = h.start(at(2, "20:01:00"), "C:\\Windows\\System32\\cmd.exe", logon="0x7001")
    tools = ["ipconfig"] if twin else ["whoami", "net", "nltest", "ipconfig"]
    for i, tool in enumerate(tools):
        h.start(at(2, f"20:0{i + 2}:00"), f"C:\\Windows\\System32\\{tool}.exe", shell, logon="0x7001")
    return s


def slow_reconnaissance(twin):
    """The same commands, but over the hours of a day's work."""
    s = Scene()
    h = visits(s, 3)
    h.logon(at(2, "08:00:00"), "bob", "0x7001", "10.0.0.77", "50300", "10")
    shell = h.start(at(2, "08:01:00"), "C:\\Windows\\System32\\cmd.exe", logon="0x7001")
    for i, tool in enumerate(["whoami", "net", "nltest"]):
        h.start(at(2, f"{9 + i:02}:00:00" if twin else f"09:0{i}:00"),
                f"C:\\Windows\\System32\\{tool}.exe", shell, logon="0x7001")
    return s


# ---- the pipeline ----

def building(s, day, number):
    """One build on BUILD1, with its processes; gives the compiler."""
    h = s.all[0]
    s.build(at(day, "06:30:00"), number, "BUILD1")
    agent = h.start(at(day, "06:29:00"), "C:\\Java\\bin\\java.exe", user="ACME\\svc-build")
    git = h.start(at(day, "06:31:00"), "C:\\Program Files\\Git\\bin\\git.exe", agent,
                  user="ACME\\svc-build")
    h.write(at(day, "06:31:10"), git, "D:\\jenkins\\ws\\app\\src\\main.cpp")
    node = h.start(at(day, "06:32:00"), "C:\\Program Files\\nodejs\\node.exe", agent,
                   user="ACME\\svc-build")
    return h, node


def build_input_foreign_writer(twin):
    s = Scene()
    s.host("BUILD1", "build", ip="10.0.0.5")
    h, node = building(s, 1, 7)
    other = h.start(at(1, "06:00:00"), "C:\\Windows\\System32\\svchost.exe")
    h.write(at(1, "06:33:00"), node if twin else other, "D:\\build\\deps\\ffmpeg.dll")
    h.load(at(1, "06:35:00"), node, "D:\\build\\deps\\ffmpeg.dll")
    return s


def workspace_writer(twin):
    """In the workspace itself, between checkout and the end: version control, or another."""
    s = Scene()
    s.host("BUILD1", "build", ip="10.0.0.5")
    h, _ = building(s, 1, 7)
    if not twin:
        other = h.start(at(1, "06:00:00"), "C:\\Windows\\System32\\svchost.exe")
        h.write(at(1, "06:30:30"), other, "D:\\jenkins\\ws\\app\\src\\core.cpp")
    return s


def sign_outside_pipeline(twin):
    s = Scene()
    s.host("BUILD1", "build", ip="10.0.0.5")
    s.account("svc-build", "build")
    for day in range(1, 6):
        building(s, day, 6 + day)
        s.sign(at(day, "06:44:00"), "svc-build", "10.0.0.5", str(day))
    if not twin:
        s.sign(at(3, "23:10:00"), "svc-build", "10.0.0.5", "e")
    return s


def sign_by_another(twin):
    s = Scene()
    s.host("BUILD1", "build", ip="10.0.0.5")
    s.account("svc-build", "build")
    for day in range(1, 6):
        building(s, day, 6 + day)
        s.sign(at(day, "06:44:00"), "svc-build" if twin or day != 3 else "bob", "10.0.0.5", str(day))
    return s


# ---- the estate ----

def vpn_new_device(twin):
    """The twin's new device replaces the old one."""
    s = Scene()
    for day in range(30):
        replaced = twin and day >= 20
        s.dial(at(day, "08:00:00"), "amy", "LT-2" if replaced else "LT-1", "10.8.0.7", 8)
        s.dial(at(day, "07:00:00"), "carl", "LT-9", "10.8.0.8", 8)
    if not twin:
        s.dial(at(20, "20:00:00"), "amy", "DESKTOP-X", "10.8.0.17", 2)
    return s


def vpn_declared(twin):
    s = Scene()
    if twin:
        s.host("LT-5", "workstation")
    for day in range(30):
        s.dial(at(day, "08:00:00"), "amy", "LT-1", "10.8.0.7", 8)
    s.dial(at(20, "20:00:00"), "amy", "LT-5", "10.8.0.17", 2)
    return s


def unsanctioned_software(twin):
    s = Scene()
    s.software("RemoteDesk", sanctioned=twin)
    h = s.host("WS1")
    h.start(at(1, "09:00:00"), "C:\\Program Files\\RemoteDesk\\RemoteDesk.exe")
    return s


def longer_name(twin):
    """What is sanctioned by a longer name is not what is refused by the shorter."""
    s = Scene()
    s.software("RemoteDesk", sanctioned=False)
    if twin:
        s.software("RemoteDesk Viewer", sanctioned=True)
    h = s.host("WS1")
    h.start(at(1, "09:00:00"), "C:\\Program Files\\RD\\RemoteDeskViewer.exe")
    return s


SCENES = {
    side_loaded: "side-loaded",
    side_by_side: "side-loaded",
    borrowed_program: "side-loaded",
    service_dll_planted: "service-dll-planted",
    service_deployed: "service-dll-planted",
    read_as_data: "read-as-data",
    build_host_new_logon: "build-host-new-logon",
    new_employee: "build-host-new-logon",
    first_week: "build-host-new-logon",
    build_host_reconnaissance: "build-host-reconnaissance",
    slow_reconnaissance: "build-host-reconnaissance",
    build_input_foreign_writer: "build-input-foreign-writer",
    workspace_writer: "build-input-foreign-writer",
    sign_outside_pipeline: "sign-outside-pipeline",
    sign_by_another: "sign-outside-pipeline",
    vpn_new_device: "vpn-new-device",
    vpn_declared: "vpn-new-device",
    unsanctioned_software: "unsanctioned-software",
    longer_name: "unsanctioned-software",
}


def speaks(hunt, make, rule):
    status, findings = hunt(make(False))
    mine = spoken(findings, rule)
    assert len(mine) == 1, f"{len(mine)} findings of {rule}; all: {loud(findings)}"
    assert loud(findings) == loud(mine), f"others speak too: {loud(findings)}"
    f = mine[0]
    assert status == (1 if f["severity"] in ("high", "critical") else 0), f"exit {status}"
    assert f["subject"]["kind"] and f["subject"]["id"].startswith("e-") and f["subject"]["key"]
    shown = [w for w in f["why"] if w["evidence"]]
    assert shown, "no reason shows a record"
    for w in shown:
        assert pathlib.Path(w["evidence"]).is_file(), f"{w['evidence']} is no file"
        assert w.get("record", 0) > 0, f"no record number: {w}"


def silent(hunt, make, rule):
    _, findings = hunt(make(True))
    assert not loud(findings), f"it cries: {loud(findings)}"
    del rule


def reads_not_recorded_is_said(hunt):
    s = Scene()
    h = s.host("WS1")
    p = h.start(at(0, "09:00:00"), "C:\\Windows\\System32\\notepad.exe")
    h.load(at(0, "09:00:01"), p, "C:\\Windows\\System32\\version.dll")
    _, findings = hunt(s)
    said = [w["says"] for f in findings if f["rule"] == "read-as-data" for w in f["why"]]
    assert said == ["cannot be judged: no file reads recorded on WS1"], said


def no_build_log_is_said(hunt):
    s = Scene()
    s.host("BUILD1", "build", ip="10.0.0.5")
    s.sign(at(1), "svc-build", "10.0.0.5", "1")
    _, findings = hunt(s)
    said = [w["says"] for f in findings if f["rule"] == "sign-outside-pipeline" for w in f["why"]]
    assert said == ["cannot be judged: no log of builds of this organisation is held"], said


def vpn_device_that_reaches_a_build_host_is_high(hunt):
    s = vpn_new_device(False)
    h = s.host("BUILD1", "build", ip="10.0.0.5")
    h.logon(at(20, "20:30:00"), "amy", "0x7001", "10.8.0.17", "50300", "10")
    _, findings = hunt(s)
    assert [f["severity"] for f in spoken(findings, "vpn-new-device")] == ["high"], loud(findings)


def new_logon_by_gateway_is_high(hunt):
    s = Scene()
    h = visits(s, 16)
    s.dial(at(12, "19:00:00"), "adm", "DESKTOP-X", "10.8.0.17", 4)
    h.logon(at(12, "20:00:00"), "adm", "0x7001", "10.8.0.17", "50300", "10")
    _, findings = hunt(s)
    assert [f["severity"] for f in spoken(findings, "build-host-new-logon")] == ["high"], \
        loud(findings)


def main():
    folder = tempfile.mkdtemp(prefix="headwater-rules.")
    hunt = Hunt(sys.argv[1], folder)
    tests = [(f"{m.__name__}_speaks", lambda m=m, r=r: speaks(hunt, m, r)) for m, r in SCENES.items()]
    tests += [(f"{m.__name__}_twin_is_silent", lambda m=m, r=r: silent(hunt, m, r))
              for m, r in SCENES.items()]
    tests += [(t.__name__, lambda t=t: t(hunt)) for t in (
        reads_not_recorded_is_said, no_build_log_is_said,
        vpn_device_that_reaches_a_build_host_is_high, new_logon_by_gateway_is_high)]
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    for n, (name, test) in enumerate(tests, 1):
        try:
            test()
            print(f"ok {n} - {name}", flush=True)
        except Exception as why:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {n} - {name}")
            text = str(why) if isinstance(why, AssertionError) else traceback.format_exc()
            for line in text.splitlines():
                print("#", line, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
