"""The embedded services as a person starts them: as programs, on data of their own, without Django."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from helpdesk.embedded.leftovers import wait_for_the_end

PROJECT = Path(__file__).resolve().parents[2]

# A visitor of the database who leaves a line each time and says how many there are.
LEAVE_A_LINE = """
import os, psycopg2, redis
visits = redis.Redis.from_url(os.environ["REDIS_URL"]).incr("visits")
with psycopg2.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
    cursor.execute("set synchronous_commit to on")  # the one setting of the tests' that a kill would show
    cursor.execute("create table if not exists visit (at timestamptz default now())")
    cursor.execute("insert into visit default values")
    cursor.execute("select count(*) from visit")
    lines = cursor.fetchone()[0]
print("visits", lines, visits, flush=True)  # after the commit: who reads it may kill everything
"""
STAY = LEAVE_A_LINE + "import time; time.sleep(600)"


class Runner:
    """Starts `python -m helpdesk.embedded.run` on one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.prefix: list[str] = []
        self.python = [sys.executable]
        self.environment = {
            **{
                name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
            },
            "DATA_DIR": str(data),
            "PYTHONPATH": str(PROJECT),
        }
        self.started: list[psutil.Process] = []

    def command(self, code: str) -> list[str]:
        return [*self.prefix, *self.python, "-m", "helpdesk.embedded.run", *self.python, "-c", code]

    def visit(self) -> str:
        """Run to the end and return what was printed. Fails the test unless it went well."""
        result = self.attempt()
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def attempt(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(LEAVE_A_LINE),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            cwd="/",
        )

    def stay(self) -> psutil.Process:
        """Start and return the supervisor once the services answer; it goes on until it is stopped or
        killed.
        """
        popen = subprocess.Popen(
            self.command(STAY),
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            cwd="/",
        )
        supervisor = psutil.Process(popen.pid)
        assert popen.stdout
        line = next((line for line in popen.stdout if line.startswith("visits")), "")
        self.started += [supervisor, *supervisor.children(recursive=True)]
        assert line, "the services did not start"
        return supervisor

    def end(self) -> None:
        for process in self.started:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        wait_for_the_end(self.started, seconds=60)


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    runner = Runner(tmp_path / "data")
    yield runner
    runner.end()
