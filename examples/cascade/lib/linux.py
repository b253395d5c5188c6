# SPDX-License-Identifier: Apache-2.0
"""The source server's auditd log: log-ons by ssh, and git serving pushes and fetches.

Nobody tampers here, and that is its use: the poisoned library was never in the source, and this log
shows a month in which nothing but git wrote the repository.
"""
from . import clock
from .clock import DAY, HOUR, MINUTE
from .streams import Stream


class SourceServer:
    def __init__(self, world):
        self.world, self.rng = world, world.rng_for("auditd")
        self.log = Stream(world, "vendor/linux/audit.log")
        self.serial, self.session, self.pid = 41200, 300, 9000
        self.repository = f"/srv/git/{world.cast.job}.git"

    def hour(self, start):
        local = start + 2 * HOUR
        working = clock.weekday(local) < 5 and 8 <= local % DAY // HOUR < 18
        for _ in range(self.rng.randrange(1, 4) if working else self.rng.random() < 0.1):
            self.visit(start + self.rng.randrange(50 * MINUTE))

    def put(self, when, serial, kind, text):
        self.log.put(when, f"type={kind} msg=audit({clock.unix(when)}:{serial}): {text}\n")

    def visit(self, when):
        who = self.rng.randrange(len(self.world.developers))
        uid, address = 1001 + who, f"10.0.10.{20 + who * 3}"
        self.session += 1
        self.pid += self.rng.randrange(3, 40)
        self.serial += self.rng.randrange(1, 9)
        self.put(when, self.serial, "USER_LOGIN",
                 f"pid={self.pid} uid=0 auid={uid} ses={self.session} msg='op=login id={uid} "
                 f"exe=\"/usr/sbin/sshd\" hostname={address} addr={address} terminal=ssh "
                 f"res=success'")
        verb = "receive-pack" if self.rng.random() < 0.3 else "upload-pack"
        serial, pid = self.serial + 1, self.pid + 2
        self.serial += 2
        t = when + 400
        self.put(t, serial, "SYSCALL",
                 f"arch=c000003e syscall=59 success=yes exit=0 a0=55d0c8f2a2b0 a1=55d0c8f2a2f0 "
                 f"a2=55d0c8f29010 a3=8 items=2 ppid={self.pid} pid={pid} auid={uid} uid={uid} "
                 f"gid={uid} euid={uid} suid={uid} fsuid={uid} egid={uid} sgid={uid} fsgid={uid} "
                 f"tty=(none) ses={self.session} comm=\"git-{verb[:11]}\" exe=\"/usr/bin/git\" "
                 f"key=\"exec\"")
        self.put(t, serial, "EXECVE", f"argc=2 a0=\"git-{verb}\" a1=\"{self.repository}\"")
        self.put(t, serial, "CWD", f"cwd=\"/home/{self.world.developers[who]}\"")
        for item, path in enumerate(("/usr/bin/git", "/lib64/ld-linux-x86-64.so.2")):
            self.put(t, serial, "PATH",
                     f"item={item} name=\"{path}\" inode={131200 + item} dev=08:01 mode=0100755 "
                     f"ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 "
                     f"cap_fver=0")
        self.put(t, serial, "PROCTITLE", f"proctitle={('git-' + verb).encode().hex().upper()}")
        if verb == "receive-pack":
            self.serial += 1
            name = f"objects/pack/tmp_pack_{self.rng.getrandbits(24):06x}"
            self.put(t + 900, self.serial, "SYSCALL",
                     f"arch=c000003e syscall=257 success=yes exit=5 a0=ffffff9c a1=55d0c8f2b000 "
                     f"a2=c2 a3=124 items=2 ppid={pid} pid={pid + 1} auid={uid} uid={uid} "
                     f"gid={uid} euid={uid} suid={uid} fsuid={uid} egid={uid} sgid={uid} "
                     f"fsgid={uid} tty=(none) ses={self.session} comm=\"git\" exe=\"/usr/bin/git\" "
                     f"key=\"repo\"")
            self.put(t + 900, self.serial, "CWD", f"cwd=\"{self.repository}\"")
            self.put(t + 900, self.serial, "PATH",
                     f"item=1 name=\"{name}\" inode={262144 + self.serial} dev=08:11 mode=0100444 "
                     f"ouid={uid} ogid={uid} rdev=00:00 nametype=CREATE cap_fp=0 cap_fi=0 "
                     f"cap_fe=0 cap_fver=0")
