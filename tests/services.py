"""Real processes for tests: a Redis of their own, worker, beat and web on the test database, a mail server.

Every process that a test starts here is killed when the test ends, also when it fails; what it printed is
shown with the failure. Such tests carry the mark `processes` and do not run side by side.

    @pytest.mark.processes
    def test_a_missed_deadline_is_escalated(product):
        product.start_worker()
        product.start_beat(SLA_SCAN_PERIOD_SECONDS="1")
        ...
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiosmtpd.controller
import aiosmtpd.smtp
import pytest
import redis
from django.conf import settings
from django.db import connection

from helpdesk.embedded.process import dies_with_parent
from helpdesk.embedded.redis import find_server, free_port
from tests.database import database_url

PROJECT = Path(__file__).resolve().parents[1]
SECONDS_TO_START = 300


def wait_until(is_true: Callable[[], Any], *, seconds: float = 120, what: str = "") -> Any:
    """Ask again and again until the answer is true, and return it. Fails the test after `seconds`."""
    until = time.monotonic() + seconds
    while True:
        answer = is_true()
        if answer:
            return answer
        if time.monotonic() > until:
            pytest.fail(f"Not within {seconds:g} s: {what or is_true}")
        time.sleep(0.05)


class RunningProcess:
    """A process of a test with its output in a file."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as output:
            self.popen = subprocess.Popen(
                command,
                env=environment,
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGKILL),
            )

    @property
    def output(self) -> str:
        """Everything it has printed so far."""
        return self.log.read_text(errors="replace")

    @property
    def is_running(self) -> bool:
        return self.popen.poll() is None

    def wait_for_output(self, text: str, *, seconds: float = SECONDS_TO_START) -> None:
        """Wait until it has printed `text`. Fails the test if it ends before, or takes longer."""
        wait_until(
            lambda: text in self.output or not self.is_running,
            seconds=seconds,
            what=f"{self.name} prints {text!r}",
        )
        assert text in self.output, f"{self.name} ended with {self.popen.returncode}:\n{self.output[-4000:]}"

    def kill(self) -> None:
        """End it and all its children without a warning (SIGKILL)."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()


class PrivateRedis:
    """A Redis of the test's own, on a port that stays the same over kill() and start()."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir()
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis.from_url(self.url, socket_timeout=2)
        self.process: RunningProcess | None = None

    def start(self) -> None:
        """Start it, with what the last one left in its append-only file, and wait until it answers."""
        command = [
            *(find_server(), "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)),
            *("--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"),
        ]
        self.process = RunningProcess("redis", command, dict(os.environ), self.folder / "redis.log")
        wait_until(self.answers, what=f"Redis answers on port {self.port}")

    def answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.RedisError:
            return False

    def kill(self) -> None:
        """End it without a warning."""
        if self.process:
            self.process.kill()


@pytest.fixture
def private_redis(tmp_path: Path) -> Iterator[PrivateRedis]:
    """A running Redis of this test's own; it may be killed and started again."""
    server = PrivateRedis(tmp_path / "redis")
    server.start()
    yield server
    server.kill()


class Product:
    """The product's own processes on the test database and a Redis of the test's own.

    Any setting from the environment can be given to any of them by name:
    `product.start_beat(SLA_SCAN_PERIOD_SECONDS="1")`.
    """

    def __init__(self, redis: PrivateRedis, database_url: str, folder: Path) -> None:
        self.redis = redis
        self.folder = folder
        self.processes: list[RunningProcess] = []
        self.environment = {
            **os.environ,
            # A reply leaves at once, but where a test says otherwise.
            "UNDO_SEND_SECONDS": "0",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis.url,
            "DATA_DIR": str(folder),
            "MEDIA_ROOT": str(folder / "files"),
            # The test's own key, so that `tests.browser.sign_in` can make a session for the web process.
            "SECRET_KEY": settings.SECRET_KEY,
            "PYTHONUNBUFFERED": "1",
            "LOG_FORMAT": "plain",
        }

    def start(self, name: str, *arguments: str, **settings: str) -> RunningProcess:
        """Start any Python command of the product, for example `start("scan", "manage.py", "scan")`."""
        log = self.folder / f"{name}-{len(self.processes)}.log"
        process = RunningProcess(name, [sys.executable, *arguments], {**self.environment, **settings}, log)
        self.processes.append(process)
        return process

    def start_worker(self, *, concurrency: int = 1, **settings: str) -> RunningProcess:
        """Start a Celery worker and wait until it takes tasks. Several may run at once."""
        worker = self.start(
            "worker",
            *("-m", "celery", "-A", "helpdesk", "worker", "--loglevel", "INFO"),
            *("--concurrency", str(concurrency), "--hostname", f"worker{len(self.processes)}@localhost"),
            **settings,
        )
        worker.wait_for_output(" ready.")
        return worker

    def start_beat(self, **settings: str) -> RunningProcess:
        """Start a Celery beat and wait until it ticks. Several may run at once, each on its own."""
        schedule = str(self.folder / f"schedule-{len(self.processes)}")
        beat = self.start(
            *("beat", "-m", "celery", "-A", "helpdesk", "beat", "--loglevel", "INFO"),
            *("--schedule", schedule, "--pidfile", ""),
            **settings,
        )
        beat.wait_for_output("beat: Starting...")
        return beat

    def start_web(self, **settings: str) -> "Site":
        """Start the web process on a free port and wait until its health page answers."""
        port = free_port()
        web = self.start(
            *("web", "-m", "granian", "--interface", "asginl", "--host", "127.0.0.1", "--port", str(port)),
            # A browser may hold a connection on which it never asks for anything.
            *("--workers-kill-timeout", "2", "helpdesk.asgi:application"),
            **{"SITE_URL": f"http://localhost:{port}", **settings},
        )
        site = Site(f"http://localhost:{port}", web, self)
        wait_until(
            lambda: site.answers() or not web.is_running, seconds=SECONDS_TO_START, what="the site answers"
        )
        assert web.is_running, f"web ended with {web.popen.returncode}:\n{web.output[-4000:]}"
        return site

    def kill(self) -> None:
        """End all that still runs: a test that is over waits for nobody's orderly end."""
        for process in reversed(self.processes):
            process.kill()


class Site:
    """The product behind a real web server, for a browser."""

    def __init__(self, address: str, process: RunningProcess, product: Product) -> None:
        self.address = address  # without a slash at the end
        self.process = process
        self.redis = product.redis
        self.files = product.environment["MEDIA_ROOT"]  # where it keeps what is attached

    def answers(self) -> bool:
        """Whether the health page says that all is well."""
        try:
            with urllib.request.urlopen(f"{self.address}/health/", timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False


@pytest.fixture
def product(
    transactional_db: None,
    private_redis: PrivateRedis,
    settings: Any,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Product]:
    """Start the product's real processes: `product.start_worker()`, `.start_beat()`, `.start_web()`.

    They see what the test commits: it runs without the usual transaction around it, and the tables are
    emptied after it. The test's own process uses the same Redis, so that what it does reaches the worker.
    """
    product = _product_in(tmp_path, private_redis)
    with _using_redis(private_redis.url, settings):
        yield product
    product.kill()
    _wait_for_the_end_of_connections(product)
    for process in product.processes:
        _show_output(request, process)


@pytest.fixture
def site(transactional_db: None, settings: Any, request: pytest.FixtureRequest) -> Iterator[Site]:
    """The product's web process, ready: `site.address` is where a browser finds it.

    A test that asks for `product` too has one of its own beside its other processes. All others share one: it
    takes longer to start than most of them to run.
    """
    if "product" in request.fixturenames:
        yield request.getfixturevalue("product").start_web()
        return
    standing: Site = request.getfixturevalue("standing_site")
    standing.redis.client.flushall()
    printed = len(standing.process.output)
    with _using_redis(standing.redis.url, settings):
        yield standing
    _show_output(request, standing.process, after=printed)


@pytest.fixture(scope="session")
def standing_site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("standing")
    server = PrivateRedis(folder / "redis")
    server.start()
    product = _product_in(folder, server)
    yield product.start_web()
    product.kill()
    server.kill()


def _product_in(folder: Path, server: PrivateRedis) -> Product:
    home = folder / "product"
    home.mkdir()
    url = urlsplit(database_url(connection.settings_dict["NAME"]))
    # Their connections bear the folder's name.
    named = url._replace(query="&".join(filter(None, [url.query, f"application_name={folder.name}"])))
    return Product(server, urlunsplit(named), home)


def _wait_for_the_end_of_connections(product: Product) -> None:
    """PostgreSQL goes on with what a killed process has asked for; nothing of it may reach the next test.

    A connection that waits for its process ends by itself, at once. It is not told to: PostgreSQL warns of
    each that has gone before it heard.
    """
    name = product.folder.parent.name
    told: set[int] = set()

    def have_ended() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "select pid, state from pg_stat_activity"
                " where application_name = %s and datname = current_database()",
                [name],
            )
            left = cursor.fetchall()
            for pid in [pid for pid, state in left if state == "active" and pid not in told]:
                cursor.execute("select pg_terminate_backend(%s)", [pid])
                told.add(pid)
        return not left

    wait_until(have_ended, what="the connections of the test's processes have ended")


def _show_output(request: pytest.FixtureRequest, process: RunningProcess, *, after: int = 0) -> None:
    if getattr(request.node, "has_failed", False):
        request.node.add_report_section(
            "teardown", f"output of {process.name}", process.output[after:][-4000:]
        )


@contextlib.contextmanager
def _using_redis(url: str, settings: Any) -> Iterator[None]:
    """Point cache, channel layer and Celery of the test's own process at this Redis."""
    from helpdesk.celery import app

    default = settings.CACHES["default"]
    settings.CACHES = {**settings.CACHES, "default": {**default, "LOCATION": url}}
    layer = settings.CHANNEL_LAYERS["default"]
    config = {**layer["CONFIG"], "hosts": [{"address": url}]}
    settings.CHANNEL_LAYERS = {"default": {**layer, "CONFIG": config}}
    usual = app.conf.broker_url
    app.conf.broker_url = url
    _forget_connections(app)
    yield
    app.conf.broker_url = usual
    _forget_connections(app)


def _forget_connections(app: Any) -> None:
    app._after_fork()  # what Celery itself does to start with new connections


def pytest_configure() -> None:
    """Workers that run side by side remember apart from each other: each in a Redis database of its own."""
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        number = 1 + int(worker.removeprefix("gw"))
        url = urlsplit(settings.REDIS_URL)
        settings.CACHES["default"]["LOCATION"] = urlunsplit(url._replace(path=f"/{number}"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Let a fixture see whether its test failed."""
    report: Any = yield
    item.has_failed = getattr(item, "has_failed", False) or report.failed  # type: ignore[attr-defined]
    return report


class MailServer:
    """An SMTP server that keeps what it gets. Give `url` to a process as EMAIL_URL."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.controller = aiosmtpd.controller.Controller(self, hostname="127.0.0.1", port=free_port())
        self.url = f"smtp://127.0.0.1:{self.controller.port}"

    async def handle_DATA(  # the name that aiosmtpd looks for
        self, server: aiosmtpd.smtp.SMTP, session: aiosmtpd.smtp.Session, envelope: aiosmtpd.smtp.Envelope
    ) -> str:
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """The messages whose To or Cc names this address."""
        return [mail for mail in self.messages if address in f"{mail['to']}, {mail['cc']}"]


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A real SMTP server on loopback: `mail_server.url`, `.messages`, `.to("ana@desk.example")`."""
    server = MailServer()
    server.controller.start()
    yield server
    server.controller.stop()
