"""The database and the broker of a run: the ones named in the environment, else embedded ones."""

import os
from collections.abc import Mapping
from pathlib import Path

from helpdesk.embedded.data_folder import DataFolder, write_private
from helpdesk.embedded.leftovers import MARKER, end_leftovers
from helpdesk.embedded.postgres import Postgres
from helpdesk.embedded.redis import Redis
from helpdesk.embedded.supervisor import Supervisor, child_environment

READY_SECONDS = 60


def start_services(
    folder: DataFolder, supervisor: Supervisor, *, postgres_options: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Start what is not named by DATABASE_URL or REDIS_URL and wait for it.

    Returns the whole environment for the product's processes. Raises CannotStart.
    """
    end_leftovers(folder.path, supervisor.say)
    variables = {MARKER: os.path.realpath(folder.path), "DATA_DIR": str(folder.path)}
    environment = child_environment(variables)

    if "DATABASE_URL" not in os.environ:
        postgres = Postgres(folder, environment=environment, options=postgres_options)
        if postgres.is_new:
            supervisor.say("Making the database (once) ...")
        postgres.prepare()
        supervisor.start(postgres.process)
        variables["DATABASE_URL"] = postgres.url
    if "REDIS_URL" not in os.environ:
        broker = Redis(folder, environment=environment)
        supervisor.start(broker.process)
        variables["REDIS_URL"] = broker.url
        supervisor.wait_until(broker.is_ready, broker.process, seconds=READY_SECONDS)
    if "DATABASE_URL" not in os.environ:
        supervisor.wait_until(postgres.is_ready, postgres.process, seconds=READY_SECONDS)

    if "SECRET_KEY" not in os.environ:
        variables["SECRET_KEY"] = folder.secret_key()
    return {**environment, **variables}


# What a command in another terminal needs to reach the services of this run.
SHARED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS", "DATA_DIR")


def publish(folder: Path, environment: Mapping[str, str]) -> None:
    """Leave the way to the running services for `manage.py` in another terminal, readable by this account
    only.
    """
    lines = [f"{name}={environment[name]}\n" for name in SHARED if name in environment]
    write_private(folder / "running.env", "".join(lines))


def join_running(folder: Path) -> None:
    """Let this process use the services of a running script/server, where no others are named."""
    file = folder / "running.env"
    if "DATABASE_URL" in os.environ or not os.access(file, os.R_OK):
        return
    for line in file.read_text().splitlines():
        name, _, value = line.partition("=")
        os.environ.setdefault(name, value)
