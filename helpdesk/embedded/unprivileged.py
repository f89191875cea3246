"""PostgreSQL refuses to run as root. This finds a way to start it from root all the same.

The plain way, another account, fails where only root may enter the folder above the program or the data: a
clone in root's home, which has mode 0700. Opening those folders to everybody is not ours to do. What is
left, tried in order:

1. The account "daemon" with the single capability to pass through folders (CAP_DAC_READ_SEARCH), or with
   the wider CAP_DAC_OVERRIDE, which is what a container's root has. "daemon" exists on every Linux (the
   Linux Standard Base requires it), so no account is added to the machine; other programs of that account
   reach neither the data nor the socket, since both lie in folders of mode 0700 that belong to root.
   PostgreSQL checks its programs with access(2), which ignores capabilities of a user other than root
   unless the secure bit no_setuid_fixup is set.
2. A user namespace in which root is called "daemon", for a root that may not change its account (a sandbox
   with a single user id). Not first: neither a chroot nor a container with default settings allows it.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from helpdesk.embedded.errors import CannotStart

ACCOUNT = "daemon"


@dataclass(frozen=True)
class Account:
    """How to run a program so that it accepts its user, and who then owns its files on the disk."""

    prefix: tuple[str, ...]
    uid: int
    gid: int

    def own(self, folder: Path) -> None:
        """Give the folder and all in it to this account, if it belongs to another (an earlier run's way,
        say).
        """
        if folder.lstat().st_uid == self.uid:
            return
        for parent, _folders, files in os.walk(folder):
            for path in (parent, *(os.path.join(parent, name) for name in files)):
                os.chown(path, self.uid, self.gid, follow_symlinks=False)


def account_for(program: Path, *, workplace: Path) -> Account:
    """The account to run a program that refuses root: ourselves, unless we are root.

    Each way is tried for real on the program, in a folder inside `workplace`. Raises CannotStart if none
    works.
    """
    if os.geteuid() != 0:
        return Account((), os.geteuid(), os.getegid())
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        entry = pwd.getpwnam("nobody")
    candidates = [
        *(
            Account(_with_capability(name, entry), entry.pw_uid, entry.pw_gid)
            for name in ("dac_read_search", "dac_override")
        ),
        Account(_in_namespace(entry), 0, 0),
    ]
    for account in candidates:
        if shutil.which(account.prefix[0]) and _works(account, program, workplace):
            return account
    raise CannotStart(
        "PostgreSQL refuses to run as root, and this system lets root neither change its account nor make a "
        "user namespace: start script/server as an ordinary user, or name a database with DATABASE_URL."
    )


def _with_capability(name: str, entry: pwd.struct_passwd) -> tuple[str, ...]:
    only = f"-all,+{name}"
    return (
        *("setpriv", "--reuid", str(entry.pw_uid), "--regid", str(entry.pw_gid), "--clear-groups"),
        *("--inh-caps", only, "--ambient-caps", only, "--bounding-set", only),
        *("--securebits", "+no_setuid_fixup", "--no-new-privs", "--pdeathsig", "INT"),
    )


def _in_namespace(entry: pwd.struct_passwd) -> tuple[str, ...]:
    return (
        *("unshare", "--user", "--map-user", str(entry.pw_uid), "--map-group", str(entry.pw_gid)),
        *("setpriv", "--no-new-privs", "--pdeathsig", "INT"),
    )


def _works(account: Account, program: Path, workplace: Path) -> bool:
    """Whether the program runs, finds its siblings, and can write in a folder of its own below the
    workplace.
    """
    folder = workplace / "probe"
    folder.mkdir(mode=0o700)
    try:
        os.chown(folder, account.uid, account.gid)
        for command in (["touch", str(folder / "file")], [str(program), "--version"]):
            result = subprocess.run([*account.prefix, *command], capture_output=True, text=True, check=False)
            # The programs only warn when they cannot check themselves, and fail later.
            if result.returncode != 0 or result.stderr:
                return False
        return True
    except OSError:
        return False
    finally:
        shutil.rmtree(folder, ignore_errors=True)
