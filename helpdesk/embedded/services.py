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


def start_services(folder: DataFolder, supervisor: Supervisor, *, expendable: bool = False) -> dict[str, str]:
    """Start what DATABASE_URL or REDIS_URL does not name and wait for it.

    `expendable` data may be lost in a crash: the tests', which are quicker for it. Returns the whole
    environment for the product's processes. Raises CannotStart.
    """
    end_leftovers(folder.path, supervisor.say)
    variables = {MARKER: os.path.realpath(folder.path), "DATA_DIR": str(folder.path)}
    environment = child_environment(variables)

    started: list[Postgres | Redis] = []
    if not os.environ.get("DATABASE_URL"):
        postgres = Postgres(folder, environment=environment, expendable=expendable)
        if postgres.is_new:
            supervisor.say("Making the database (once) ...")
        postgres.prepare()
        supervisor.start(postgres.process)
        variables["DATABASE_URL"] = postgres.url
        started.append(postgres)
    if not os.environ.get("REDIS_URL"):
        broker = Redis(folder, environment=environment)
        supervisor.start(broker.process)
        variables["REDIS_URL"] = broker.url
        started.append(broker)
    for service in started:
        supervisor.wait_until(service.is_ready, service.process, seconds=READY_SECONDS)

    if not os.environ.get("SECRET_KEY"):
        variables["SECRET_KEY"] = folder.secret_key()
    return {**environment, **variables}


# What a command in another terminal needs to reach the services of this run.
SHARED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS")


def publish(folder: Path, environment: Mapping[str, str]) -> Path:
    """Leave the way to the running services where the settings look for it, readable by this account only.

    Returns the file; whoever called removes it in the end.
    """
    file = folder / "services.env"
    write_private(file, "".join(f"{name}={environment[name]}\n" for name in SHARED if name in environment))
    return file
