"""`script/server` as a whole: first start, second start, crashes, kills, refusals. One story, since a start
takes time.
"""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from helpdesk.embedded.leftovers import wait_for_the_end
from helpdesk.embedded.redis import free_port
from tests.embedded.conftest import PROJECT
from tests.services import wait_until

pytestmark = pytest.mark.processes


class Server:
    """A script/server on a data folder and a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.log = folder / "output"
        self.port = free_port()
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if name not in ("DATABASE_URL", "REDIS_URL", "CI")
            },
            "DATA_DIR": str(self.data),
            "PORT": str(self.port),
        }
        self.family: list[psutil.Process] = []

    def start(self) -> psutil.Process:
        """Start it and wait until it says where it is."""
        with self.log.open("w") as output:
            process = psutil.Popen(
                self.command, env=self.environment, stdout=output, stderr=output, cwd=PROJECT
            )
        wait_until(lambda: "Ctrl-C stops it." in self.output or process.poll() is not None, seconds=300)
        self.family = [process, *process.children(recursive=True)]
        assert process.poll() is None, self.output
        return process

    command = (sys.executable, "-m", "helpdesk.embedded.server", "--empty")

    def attempt(self, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=300,
            cwd=PROJECT,
        )

    @property
    def output(self) -> str:
        return self.log.read_text()

    def answers(self) -> bool:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://localhost:{self.port}/health/") as response,
        ):
            return bool(response.status == 200)
        return False

    def manage(self, *arguments: str) -> str:
        """Run a management command as a person would in another terminal."""
        command = [sys.executable, "manage.py", *arguments]
        environment = {**self.environment, "LOG_LEVEL": "ERROR"}
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, cwd=PROJECT
        ).stdout

    def child(self, name: str) -> psutil.Process:
        """The web, worker or beat process, by the words of its command."""
        found = [
            process for process in psutil.Process(self.family[0].pid).children() if name in process.cmdline()
        ]
        assert len(found) == 1, f"{name}: {found}"
        return found[0]

    def gone(self, *, seconds: float = 60) -> bool:
        return not wait_for_the_end(self.family, seconds=seconds)

    def end(self) -> None:
        for process in self.family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.gone()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    server.end()


def test_a_first_start_leads_to_a_page_that_answers(server: Server) -> None:
    server.start()

    assert f"The helpdesk is at http://localhost:{server.port}/" in server.output
    assert server.answers()
    assert "Started worker" in (server.data / "log/web.log").read_text()


def test_a_command_in_another_terminal_finds_the_running_database(server: Server) -> None:
    assert "[X] 0001_initial" in server.manage("showmigrations", "accounts")
    assert re.search(r"^DATABASE_URL=postgresql://", (server.data / "services.env").read_text(), re.MULTILINE)
    assert (server.data / "services.env").stat().st_mode & 0o077 == 0


def test_a_busy_port_and_data_in_use_are_one_sentence_each(server: Server, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        refused = server.attempt(PORT=str(port), DATA_DIR=str(tmp_path / "other"))
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr == (
            f"Port {port} of 127.0.0.1 cannot be used (Address already in use): "
            "stop what listens there, or choose another with PORT.\n"
        )

    refused = server.attempt()
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(f"Another run uses the data folder {server.data}: stop that one,")


@pytest.mark.parametrize("port", ["eighty", "0", "65536"])
def test_a_port_that_is_none_is_one_sentence(server: Server, port: str) -> None:
    refused = server.attempt(PORT=port)

    assert refused.returncode == 1
    assert refused.stderr == f'PORT is "{port}": give a number from 1 to 65535.\n'


def test_a_process_that_crashes_is_started_again_and_said_to_be(server: Server) -> None:
    web = server.child("granian")

    web.kill()

    wait_until(lambda: "web ended by SIGKILL; it is started again in 1 s." in server.output)
    wait_until(server.answers)


@pytest.mark.parametrize("killed", ["the supervisor alone", "the whole tree"])
def test_after_a_kill_nothing_goes_on_and_the_next_start_recovers(server: Server, killed: str) -> None:
    server.family = [server.family[0], *server.family[0].children(recursive=True)]
    for process in server.family if killed == "the whole tree" else server.family[:1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    assert server.gone()

    server.start()

    assert server.answers()
    assert "Making the database" not in server.output


def test_ctrl_c_stops_all_in_order_and_leaves_nothing_running(server: Server) -> None:
    server.family = [server.family[0], *server.family[0].children(recursive=True)]

    server.family[0].send_signal(signal.SIGINT)

    assert server.gone()
    assert server.output.endswith("Stopped.\n")
    assert not (server.data / "services.env").exists()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", server.port))
