"""`script/server`: services, web, one worker and beat, until Ctrl-C."""

import argparse
import http.client
import ipaddress
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from helpdesk.embedded.data_folder import DataFolder
from helpdesk.embedded.errors import CannotStart, StopRequested
from helpdesk.embedded.process import Process
from helpdesk.embedded.services import publish, start_services
from helpdesk.embedded.supervisor import Supervisor
from helpdesk.loopback import is_loopback, leads_here

PROJECT = Path(__file__).resolve().parents[2]
READY_SECONDS = 120

# Static files come from their sources here, and root is whoever started this: nothing to act on.
EXPECTED_WARNINGS = ("ignore:No directory at", "ignore:You're running the worker")


def main() -> int:
    options = parse_options()
    supervisor = Supervisor()
    try:
        host, port = os.environ.get("HOST", "127.0.0.1"), read_port(os.environ.get("PORT", "8000"))
        with DataFolder(Path(os.environ.get("DATA_DIR", PROJECT / ".data"))) as folder:
            refuse_a_busy_port(host, port)
            try:
                Server(folder, supervisor, host=host, port=port).run(with_demo=not options.empty)
            finally:
                supervisor.stop()
    except CannotStart as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except OSError as error:
        # What no check foresaw: a disk that filled up meanwhile, a file of another account.
        reason = f"{error.filename or 'This machine'}: {error.strerror}."
        print(f"{reason} Mend that and start again.", file=sys.stderr)  # noqa: T201
        return 1
    except StopRequested:
        supervisor.say("Stopped.")
    return 0


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/server", description="Run the whole helpdesk on this machine."
    )
    parser.add_argument("--empty", action="store_true", help="do not load the demo on the first start")
    return parser.parse_args()


def is_worth_showing(line: str) -> bool:
    """Whether a line goes to the terminal too. The log has Celery's word on every task that came and went."""
    return bool(line) and not ("[info" in line and "[celery." in line)


def read_port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CannotStart(f'PORT is "{text}": give a number from 1 to 65535.')
    return int(text)


def refuse_a_busy_port(host: str, port: int) -> None:
    """Raise CannotStart if the web process could not listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise CannotStart(
                f"Port {port} needs more rights than this account has: set PORT to 1024 or more."
            ) from error
        except OSError as error:
            raise CannotStart(
                f"Port {port} of {host} cannot be used ({error.strerror}): stop what listens there, "
                "or choose another with PORT."
            ) from error


def reachable(host: str) -> str:
    """How to name a server on this machine that listens on this address."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified or address.is_loopback:
        return "localhost"
    return f"[{host}]" if address.version == 6 else host


class Server:
    """One run of the whole product."""

    def __init__(self, folder: DataFolder, supervisor: Supervisor, *, host: str, port: int) -> None:
        self.folder = folder
        self.supervisor = supervisor
        self.host = host
        self.port = port
        self.address = f"http://{reachable(host)}:{port}/"
        self.environment: dict[str, str] = {}

    def run(self, *, with_demo: bool) -> None:
        """Start everything in order, say where it is, and keep it running until a signal comes."""
        self.environment = start_services(self.folder, self.supervisor)
        self.environment.setdefault("SITE_URL", self.address.rstrip("/"))
        self.environment.setdefault("ALLOWED_HOSTS", f"localhost,127.0.0.1,{self.host}")
        self.environment.setdefault("LOG_FORMAT", "plain")
        self.environment.setdefault("PYTHONWARNINGS", ",".join(EXPECTED_WARNINGS))
        published = publish(self.folder.path, self.environment)
        try:
            self.supervisor.run(self.manage("migrate", "--noinput", "--verbosity", "0"))
            self.load_demo_once(wanted=with_demo)
            accounts = self.ask_for_the_sign_ins()
            web = self.start_product()
            self.supervisor.wait_until(self.answers, web, seconds=READY_SECONDS)
            self.greet(accounts())
            self.supervisor.keep_running()
        finally:
            published.unlink(missing_ok=True)

    def ask_for_the_sign_ins(self) -> Callable[[], list[str]]:
        """Start the command that lists the demo's accounts. Returns what waits for it and gives its lines."""
        lines: list[str] = []
        if self.demo_state != "loaded":
            return lambda: lines

        def keep(line: str) -> bool:
            lines.append(line)
            return False

        process = self.manage("demo_accounts", shows=keep)
        self.supervisor.start(process)

        def wait() -> list[str]:
            self.supervisor.finish(process)
            return lines

        return wait

    def greet(self, accounts: list[str]) -> None:
        for line in ("", f"The helpdesk is at {self.address}", *accounts, "Ctrl-C stops it.", ""):
            self.supervisor.say(line)

    def start_product(self) -> Process:
        """Start worker, beat and web; they stop in the opposite order, the web first."""
        celery = ("-m", "celery", "--quiet", "-A", "helpdesk")
        schedule = str(self.folder.path / "celerybeat-schedule")
        worker = self.process(
            # One worker needs no word with others.
            *("worker", *celery, "worker", "--loglevel", "INFO", "--without-mingle", "--without-gossip"),
            stop_seconds=40,
        )
        beat = self.process("beat", *celery, "beat", "--loglevel", "INFO", "--schedule", schedule)
        web = self.process(
            *("web", "-m", "granian", "--interface", "asginl", "--host", self.host, "--port", str(self.port)),
            *("--no-access-log", "--workers-kill-timeout", "10", "helpdesk.asgi:application"),
            stop_seconds=15,
        )
        for process in (worker, beat, web):
            self.supervisor.start(process)
        return web

    def manage(self, command: str, *arguments: str, shows: Callable[[str], bool] | None = None) -> Process:
        """A management command, to be run to its end."""
        return self.process(command, "manage.py", command, *arguments, shows=shows)

    def process(
        self,
        name: str,
        *arguments: str,
        stop_seconds: float = 10,
        shows: Callable[[str], bool] | None = None,
    ) -> Process:
        """A Python process of the product."""
        return Process(
            name,
            [sys.executable, *arguments],
            environment=self.environment,
            folder=PROJECT,
            log=self.folder.logs / f"{name}.log",
            stop_seconds=stop_seconds,
            shows=shows or is_worth_showing,
        )

    @property
    def demo_state(self) -> str:
        """What became of the demo here: "" (no start yet), "loading", "loaded" or "unwanted"."""
        file = self.folder.path / "demo"
        return file.read_text().strip() if file.exists() else ""

    def load_demo_once(self, *, wanted: bool) -> None:
        """Load the demo on the very first start, or on the next one if that was interrupted.

        Never into a database that somebody named, nor where HOST or SITE_URL lets others in: its accounts
        have passwords that everybody knows.
        """
        file = self.folder.path / "demo"
        if self.demo_state == "":
            own = not os.environ.get("DATABASE_URL")
            private = is_loopback(self.host) and leads_here(self.environment["SITE_URL"])
            file.write_text("loading" if wanted and own and private else "unwanted")
        if self.demo_state == "loading":
            self.supervisor.say("Loading the demo (once) ...")
            self.supervisor.run(self.manage("load_demo"))
            file.write_text("loaded")

    def answers(self) -> bool:
        """Whether the health page answers 200."""
        connection = http.client.HTTPConnection(f"{reachable(self.host)}:{self.port}", timeout=5)
        try:
            connection.request("GET", "/health/", headers={"Host": "localhost"})
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()


if __name__ == "__main__":
    sys.exit(main())
