"""Test databases are copies of one that was migrated before: copying takes a moment, migrating takes seconds.

The migrated one is kept until a migration or a locked package changes. Its rows stand in a schema of their
own as well, from where they come back after a test with real transactions: that is quicker than to empty a
hundred tables and ship everything anew, and each test finds the same rows under the same ids.
"""

import contextlib
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from psycopg2 import sql
from psycopg2.extensions import cursor

PROJECT = Path(__file__).resolve().parents[1]
LOCK = 20061  # any number that only this file uses

REMEMBER = """
    create schema as_migrated;
    do $$
    declare
      name text;
      has_rows boolean;
    begin
      for name in select tablename from pg_tables where schemaname = 'public' loop
        execute format('select exists (select from public.%I)', name) into has_rows;
        if has_rows then
          execute format('create table as_migrated.%I as table public.%I', name, name);
        end if;
      end loop;
    end $$
"""
PUT_BACK = """
    set local session_replication_role = replica;  -- past the append-only triggers and the foreign keys
    do $$
    declare
      name text;
      has_rows boolean;
    begin
      perform 'as_migrated'::regnamespace;  -- a database from before there was one: pytest --create-db
      for name in select tablename from pg_tables where schemaname = 'public' loop
        execute format('select exists (select from public.%I)', name) into has_rows;
        if has_rows then
          execute format('delete from public.%I', name);
        end if;
      end loop;
      for name in select tablename from pg_tables where schemaname = 'as_migrated' loop
        execute format('insert into public.%I table as_migrated.%I', name, name);
      end loop;
    end $$
"""


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Let Django make its test database from the migrated one (pytest-django's hook for such changes)."""
    from django.db import connections

    connections["default"].settings_dict["TEST"]["TEMPLATE"] = migrated_database()


@pytest.fixture(autouse=True, scope="session")
def _tests_with_real_transactions_put_back_what_was_migrated() -> Iterator[None]:
    """In place of Django's flush."""
    from django.test import TransactionTestCase

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", put_back)
        yield


def put_back(_case: Any) -> None:
    """A page that a test has closed may still be answered meanwhile: PostgreSQL then ends one of the two."""
    from django.db import OperationalError, connection, transaction

    def attempt() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(PUT_BACK)

    for _ in range(4):
        with contextlib.suppress(OperationalError):
            return attempt()
    return attempt()


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
    for file in [Path(__file__), PROJECT / "requirements.lock", *sorted(PROJECT.glob("*/migrations/*.py"))]:
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
    with contextlib.closing(psycopg2.connect(database_url(unfinished))) as migrated, migrated:
        migrated.cursor().execute(REMEMBER)
    rename = sql.SQL("alter database {} rename to {}")
    cursor.execute(rename.format(sql.Identifier(unfinished), sql.Identifier(name)))
