"""What is known of a ticket: corrected by the desk, answered by the customer, asked back by an engineer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from events.recording import record
from helpdesk.errors import InvalidInput
from intake.definition import CORE, Field, Kind
from intake.models import RequestTypeVersion
from tickets import facts as facts_of
from tickets.actions.changing import Changes, change, locked, require_active
from tickets.actions.saying import index, say
from tickets.files import AnyFile
from tickets.models import Ticket

COLUMNS = frozenset({"subject", "request_type", *CORE})
Status = Ticket.Status


@transaction.atomic
def set_facts(
    ticket: Ticket,
    *,
    by: User | None,
    answers: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    **facts: Any,
) -> Ticket:
    """Correct what is known. Nothing happens if nothing differs.

    `facts` are columns: subject, request type, product, platform, SDK version, application. `answers` are
    typed values by the keys of the request type; None takes one away.
    """
    ticket = locked(ticket)
    now = at or timezone.now()
    changes = _learn(ticket, now, answers or {}, facts)
    if changes:
        record("ticket.facts_set", ticket, by=by, at=now, changes=changes, labels=_labels(ticket, changes))
    return ticket


@transaction.atomic
def answer(
    ticket: Ticket,
    *,
    by: User,
    answers: Mapping[str, Any] | None = None,
    body: str = "",
    files: Sequence[AnyFile] = (),
    is_all: bool = False,
    at: datetime | None = None,
    **facts: Any,
) -> Ticket:
    """The customer answers questions in place. The clock resumes when the last required answer is in.

    It resumes as well with `is_all` ("that is all I have") and with words, which are a message (rule B4);
    where nothing asked was required, with the last answer. Other answers change the facts, and the ticket
    waits on: so it does after files, though a message carries them. The answers stand in a message too.
    """
    ticket = locked(ticket)
    require_active(ticket)
    now = at or timezone.now()
    asked = [one["key"] for one in ticket.asked_facts]
    waited_for = [one["key"] for one in ticket.asked_facts if one.get("required", True)] or asked
    changes = _learn(ticket, now, answers or {}, facts, files=[file.name or "" for file in files])
    open_ = {one["key"] for one in ticket.asked_facts}
    is_complete = bool(waited_for) and not open_.intersection(waited_for)
    is_pending = ticket.status == Status.PENDING
    resumes = is_pending and bool(body.strip() or is_complete or is_all)
    if not (body.strip() or files or resumes):
        if not changes:
            raise InvalidInput(_("Please answer something first."))
        record("ticket.facts_set", ticket, by=by, at=now, changes=changes, labels=_labels(ticket, changes))
        return ticket

    said = _said(ticket, body, changes, is_all=is_all and not is_complete)
    message = say(ticket, by=by, body=said, files=files, at=now)
    if resumes:
        changes |= change(ticket, now, status=Status.OPEN)
    told: dict[str, Any] = {"labels": _labels(ticket, changes), **message}
    if is_pending and not resumes:
        told["is_partial"] = True
    record("ticket.replied", ticket, by=by, at=now, changes=changes, **told)
    return ticket


def asked_for(
    ticket: Ticket, wanted: Sequence[Mapping[str, Any]], request_type: RequestTypeVersion | None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What an engineer asks for, as the ticket keeps it and as the event tells it. Raises InvalidInput.

    A ticket without a request type takes the one whose questions are asked.
    """
    if ticket.request_type is None and request_type is not None:
        ticket.request_type = request_type
        ticket.save(update_fields=["request_type"])
    known = {one.key: one for one in facts_of.questions(facts_of.definition_of(ticket))}
    unknown = [str(one["key"]) for one in wanted if one["key"] not in known]
    if unknown:
        raise InvalidInput(
            _("The request type does not ask for these: %(names)s.") % {"names": ", ".join(unknown)}
        )
    kept = {one["key"]: bool(one.get("required", True)) for one in [*ticket.asked_facts, *wanted]}
    told = [_told(known[one["key"]], ticket.platform, required=kept[one["key"]]) for one in wanted]
    return [{"key": key, "required": required} for key, required in kept.items()], told


def _told(question: Field, platform: str, *, required: bool) -> dict[str, Any]:
    return {
        "key": question.key,
        "label": question.label.written(),
        "help": question.help_for(platform).written(),
        "required": required,
    }


def _learn(
    ticket: Ticket,
    now: datetime,
    answers: Mapping[str, Any],
    facts: Mapping[str, Any],
    files: Sequence[str] = (),
) -> Changes:
    """Save what differs; what is answered now is not asked any more. Returns the changes by name."""
    unknown = set(facts) - COLUMNS
    if unknown:
        raise InvalidInput(
            _("These are not facts of a ticket: %(names)s.") % {"names": ", ".join(sorted(unknown))}
        )
    application = facts.get("application")
    if application and application.organization_id != ticket.organization_id:
        raise InvalidInput(_("This application belongs to another organisation."))
    before = dict(ticket.answers)
    after = {key: value for key, value in {**before, **answers}.items() if value is not None}
    changes = change(ticket, now, answers=after, **facts)
    changes.pop("answers", None)
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            changes[f"answers.{key}"] = [before.get(key), after.get(key)]
    _strike_off(ticket, files)
    new = {name.removeprefix("answers.") for name, (_old, value) in changes.items() if value is not None}
    if words := facts_of.words(ticket, new):
        index(ticket, words, weight="B")
    return changes


def _strike_off(ticket: Ticket, files: Sequence[str]) -> None:
    known = {one.key: one for one in facts_of.questions(facts_of.definition_of(ticket))}
    given = facts_of.given(ticket)
    still = [
        one
        for one in ticket.asked_facts
        if not (
            given.get(one["key"]) or (one["key"] in known and facts_of.files_answer(known[one["key"]], files))
        )
    ]
    if still != ticket.asked_facts:
        ticket.asked_facts = still
        ticket.save(update_fields=["asked_facts"])


def _said(ticket: Ticket, body: str, changes: Changes, *, is_all: bool) -> str:
    """The customer's words with their answers below, in their own language."""
    with translation.override(ticket.requester.language):
        questions = facts_of.questions(facts_of.definition_of(ticket))
        lines = [
            _line(question, _value(ticket, question)) for question in questions if _is_new(question, changes)
        ]
        parts = [body.strip(), "\n".join(lines), _("That is all I have.") if is_all else ""]
    return "\n\n".join(part for part in parts if part)


def _is_new(question: Field, changes: Changes) -> bool:
    change = changes.get(question.key if question.is_core else f"answers.{question.key}")
    return change is not None and change[1] not in (None, "")


def _value(ticket: Ticket, question: Field) -> str:
    if question.kind in (Kind.PRODUCT, Kind.APPLICATION):
        return str(getattr(ticket, question.key))
    return facts_of.shown(question, facts_of.given(ticket)[question.key])


def _line(question: Field, value: str) -> str:
    """An item of a list; a long answer is indented, so that its own lists stay whole."""
    if "\n" not in value:
        return f"- **{question.label}**: {value}"
    return f"- **{question.label}**:\n\n" + "\n".join(f"  {line}" for line in value.split("\n"))


def _labels(ticket: Ticket, changes: Changes) -> dict[str, Any]:
    """What the changed answers are called: a later version may name them anew."""
    changed = {name.removeprefix("answers.") for name in changes if name.startswith("answers.")}
    questions = facts_of.questions(facts_of.definition_of(ticket))
    return {one.key: one.label.written() for one in questions if one.key in changed}
