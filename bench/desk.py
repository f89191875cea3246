"""A desk full of tickets for the measurements, made inside PostgreSQL in one statement per table."""

from __future__ import annotations

import os

import django
from django.core.management import call_command
from django.db import connection

SCRATCH = "bench_desk"
MIGRATED = "bench_migrated"


def use_scratch_database() -> None:
    """Set Django up on a database of its own beside the one that DATABASE_URL names. Call it first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    os.environ["STATEMENT_TIMEOUT_SECONDS"] = "600"
    django.setup()
    if not _exists(MIGRATED):
        _on_server(f"create database {MIGRATED}")
    _connect_to(MIGRATED)
    call_command("migrate", verbosity=0)
    _connect_to(SCRATCH)


def empty() -> None:
    """Start again from the migrated database: the append-only tables refuse to be emptied."""
    _connect_to(MIGRATED)
    _on_server(f"drop database if exists {SCRATCH}")
    _connect_to("postgres")
    _on_server(f"create database {SCRATCH} template {MIGRATED}")
    _connect_to(SCRATCH)


def filled(tickets: int) -> None:
    """A desk of so many tickets to read from, in a database of its own that is kept for the next time.

    Only what is missing is filled, and a kept one is migrated; its deadlines are those of the day it was
    filled. Remove the data folder, or drop the database, to begin anew.
    """
    kept = f"{SCRATCH}_{tickets}"
    _connect_to(MIGRATED)
    if _exists(kept):
        _connect_to(kept)
        call_command("migrate", verbosity=0)
        return
    fill(tickets)
    # Under its own name as soon as it is whole.
    _connect_to(MIGRATED)
    _on_server(f"alter database {SCRATCH} rename to {kept}")
    _connect_to(kept)


def _give_defaults() -> None:
    """Columns that the statements below do not name get what a new row of the model would have."""
    from events.models import Event
    from sla.models import Clock
    from tickets.models import Ticket

    with connection.cursor() as cursor:
        for model in (Ticket, Clock, Event):
            for field in model._meta.concrete_fields:
                if field.null or field.primary_key or not field.has_default():
                    continue
                value = field.get_db_prep_save(field.get_default(), connection)
                cursor.execute(
                    f'alter table {model._meta.db_table} alter column "{field.column}" set default %s',
                    [value],
                )


def _connect_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select 1 from pg_database where datname = %s", [name])
        return cursor.fetchone() is not None


def _on_server(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def fill(tickets: int, *, due_now: int = 0) -> None:
    """Fifty customers, a hundred requesters, twenty agents, and so many tickets with two clocks each.

    A fifth of the tickets is open, as in the budgets of docs/architecture.md; deadlines of open ones spread
    over two days. `due_now` tickets of P1 were filed an hour ago, are unanswered, and have their events, so
    that a scan finds them.
    """
    empty()
    _give_defaults()
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement, {"tickets": tickets, "terms": _terms(), "due": due_now})
        cursor.execute(
            "analyze tickets_ticket, tickets_deskwords, sla_clock, events_event, accounts_organization"
        )


def _terms() -> int:
    from django.utils import timezone

    from sla.terms import terms_for

    return terms_for(None, timezone.now()).pk


STATEMENTS = [
    """insert into accounts_user (id, email, name, role, tier, is_lead, language, time_zone, is_active, password,
           date_joined)
       select i, 'person' || i || '@bench.example', 'Person ' || i, case when i <= 20 then 'agent' else 'requester' end,
           case when i <= 20 then (array['L1', 'L2', 'TAM'])[1 + i %% 3] else '' end, false, 'en', 'UTC', true, '!',
           now()
       from generate_series(1, 120) i""",
    """insert into accounts_organization (id, name, created_at)
       select i, 'Customer ' || i, now() from generate_series(1, 50) i""",
    """insert into accounts_membership (user_id, organization_id, role)
       select i, 1 + i %% 50, 'member' from generate_series(21, 120) i""",
    """insert into products_product (id, code, name, name_zh, is_active, position)
       values (1, 'live', 'Live SDK', '', true, 1), (2, 'rtc', 'RTC SDK', '', true, 2)""",
    # The words are written below, all at once.
    "alter table tickets_ticket disable trigger user",
    # One in five is open; every fourth of those belongs to nobody. Every ticket has three words, one in fifty a
    # fourth, and each its number.
    """insert into tickets_ticket (number, subject, requester_id, organization_id, product_id, platform, sdk_version,
           channel, priority, tier, status, assignee_id, hold_reason, created_at, updated_at, resolved_at, closed_at,
           reopen_count, submission_key, chain_length, chain_head, next_due_at, search)
       select 10000 + i, 'Black screen in room ' || i, 21 + i %% 100, 1 + (21 + i %% 100) %% 50, 1 + i %% 2, 'android',
           '4.3.' || i %% 4, 'web', 'P' || 1 + i %% 4, (array['L1', 'L2', 'TAM'])[1 + i %% 3],
           case when i %% 5 = 0 then 'open' else 'closed' end,
           case when i %% 20 = 0 then null else 1 + i %% 20 end, '',
           now() - i * interval '30 seconds', now() - i * interval '30 seconds',
           case when i %% 5 = 0 then null else now() end, case when i %% 5 = 0 then null else now() end,
           0, gen_random_uuid(), 0, '',
           case when i %% 5 = 0 then now() + (i::bigint * 7919 %% 172800 + 3600) * interval '1 second' end,
           ('black:1A room:4A screen:2A ' || case when i %% 50 = 7 then 'kirin:5C ' else '' end || i || ':5A')::tsvector
       from generate_series(1, %(tickets)s) i""",
    """insert into tickets_deskwords (ticket_id, notes, search)
       select number, '', search from tickets_ticket""",
    "alter table tickets_ticket enable trigger user",
    """insert into sla_clock (ticket_id, target, cycle, terms_id, state, is_provisional, priority, governing_row,
           allowed, started_at, due_at, promised_at, stopped_at, breached_at, elapsed, paused, read_at,
           next_threshold_at, tier_at_breach, holder_at_breach_id, agreed_changes)
       select number, target, 1, %(terms)s,
           case when status = 'open' and target = 'resolution' then 'running'
                when number %% 17 = 0 then 'missed' else 'met' end,
           false, priority, priority, interval '8 hours', created_at,
           case when target = 'resolution' then next_due_at end,
           coalesce(case when target = 'resolution' then next_due_at end, created_at + interval '8 hours'),
           case when status = 'closed' or target = 'response' then created_at + interval '3 hours' end,
           case when number %% 17 = 0 and (status = 'closed' or target = 'response') then created_at end,
           (number %% 10000) * interval '1 second', interval '0', created_at,
           case when status = 'open' and target = 'resolution' then next_due_at end,
           case when number %% 17 = 0 then 'L1' else '' end, null, 0
       from tickets_ticket, unnest(array['response', 'resolution']) target""",
    # Those that a scan is to find: filed an hour ago, never answered, with the event that says so.
    """insert into tickets_ticket (number, subject, requester_id, organization_id, product_id, platform, sdk_version,
           channel, priority, tier, status, hold_reason, created_at, updated_at, reopen_count, submission_key,
           chain_length, chain_head, next_due_at)
       select 90000000 + i, 'Due ' || i, 21 + i %% 100, 1 + (21 + i %% 100) %% 50, 1, 'android', '4.3.2', 'web', 'P1',
           'L1', 'new', '', now() - interval '16 minutes', now(), 0, gen_random_uuid(), 1, repeat('0', 64),
           now() - interval '1 minute'
       from generate_series(1, %(due)s) i""",
    """insert into events_event (ticket_id, sequence, kind, at, recorded_at, data, previous_hash, hash, announced_at)
       select number, 1, 'ticket.created', created_at, created_at,
           jsonb_build_object('priority', 'P1', 'tier', 'L1', 'origin', 'customer', 'message', 0, 'author_kind',
               'requester'), repeat('0', 64), repeat('0', 64), now()
       from tickets_ticket where number > 90000000""",
    """insert into sla_clock (ticket_id, target, cycle, terms_id, state, is_provisional, priority, governing_row,
           allowed, started_at, due_at, promised_at, elapsed, paused, read_at, next_threshold_at, tier_at_breach,
           agreed_changes)
       select number, target, 1, %(terms)s, 'running', false, 'P1', 'P1', target_length, created_at,
           created_at + target_length, created_at + target_length, interval '0', interval '0', created_at,
           created_at + target_length * 0.75, '', 0
       from tickets_ticket,
           (values ('response', interval '15 minutes'), ('resolution', interval '4 hours')) t(target, target_length)
       where number > 90000000""",
]
