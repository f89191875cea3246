"""Test databases are copies of one that was migrated before: copying takes a moment, migrating takes seconds.

The migrated one is kept until a migration or a locked package changes.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from psycopg2 import sql
from psycopg2.extensions import cursor

PROJECT = Path(__file__).resolve().parents[1]
LOCK = 20061  # any number that only this file uses


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Let Django make its test database from the migrated one (pytest-django's hook for such changes)."""
    from django.db import connections

    connections["default"].settings_dict["TEST"]["TEMPLATE"] = migrated_database()


def database_url(name: str) -> str:
    """DATABASE_URL with another database's name."""
    url = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(url._replace(path=f"{url.path.rpartition('/')[0]}/{name}"))


def migrated_database() -> str:
    """The name of a database with all migrations applied and no rows of any test. Made when there is none."""
    checkout = hashlib.sha256(os.fsencode(PROJECT)).hexdigest()[:8]
    name = f"migrated_{checkout}_{digest_of_migrations()}"
    connection = psycopg2.connect(database_url("postgres"))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            # Held until the connection closes: several processes of one test run come here at once.
            cursor.execute("select pg_advisory_lock(%s)", [LOCK])
            cursor.execute(
                "select datname from pg_database where datname like %s", [f"migrated_{checkout}_%"]
            )
            names = {row[0] for row in cursor.fetchall()}
            if name not in names:
                make(cursor, name, outdated=names)
    finally:
        connection.close()
    return name


def digest_of_migrations() -> str:
    digest = hashlib.sha256()
    for file in [PROJECT / "requirements.lock", *sorted(PROJECT.glob("*/migrations/*.py"))]:
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def make(cursor: cursor, name: str, *, outdated: set[str]) -> None:
    for old in outdated:
        cursor.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(old)))
    # Renamed when complete, so that an interrupted run leaves nothing that looks complete.
    unfinished = name.replace("migrated_", "unfinished_")
    cursor.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(unfinished)))
    cursor.execute(sql.SQL("create database {}").format(sql.Identifier(unfinished)))
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity", "0"],
        env={**os.environ, "DATABASE_URL": database_url(unfinished)},
        cwd=PROJECT,
        check=True,
    )
    rename = sql.SQL("alter database {} rename to {}")
    cursor.execute(rename.format(sql.Identifier(unfinished), sql.Identifier(name)))
