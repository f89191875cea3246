"""What an admin changes. Each change of a type or of the table is a new version: the past stays as it was."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from helpdesk.errors import InvalidInput, InvalidTransition
from intake import checking
from intake.comparing import differences
from intake.definition import Definition
from intake.impact import PRIORITIES, STANDARD, Rules
from intake.models import ImpactRules, RequestType, RequestTypeVersion

NOTE_LENGTH = 200


@transaction.atomic
def create_type(*, by: User, code: str, definition: Definition) -> RequestTypeVersion:
    """Make a request type; it is offered last, and only once it is switched on. Raises InvalidInput."""
    _check(definition)
    if RequestType.objects.filter(code=code).exists():
        raise InvalidInput(_("There is a request type with the code “%(code)s” already.") % {"code": code})
    last = RequestType.objects.order_by("-position").values_list("position", flat=True).first()
    made = RequestType.objects.create(code=code, position=(last or 0) + 1)
    return RequestTypeVersion.objects.create(
        request_type=made, number=1, definition=definition.written(), created_by=by, is_offered=False
    )


@transaction.atomic
def save_type(
    request_type: RequestType, *, by: User, definition: Definition, number: int
) -> RequestTypeVersion:
    """Add a version; nothing happens if nothing differs.

    `number` is the version that was edited: raises InvalidTransition if somebody saved another one meanwhile,
    InvalidInput if the definition makes no sense.
    """
    _check(definition)
    current = _locked(request_type)
    if current.number != number:
        raise InvalidTransition(
            _("Somebody saved version %(number)d meanwhile. Look at it, then save yours again.")
            % {"number": current.number}
        )
    changed = differences(current.read, definition)
    if not changed:
        return current
    return _add(current, by=by, definition=definition, note="; ".join(changed))


@transaction.atomic
def offer_type(request_type: RequestType, *, by: User, is_offered: bool) -> RequestTypeVersion:
    """Switch a type on or off on the form. Tickets that have it keep it."""
    current = _locked(request_type)
    if current.is_offered == is_offered:
        return current
    note = _("offered on the form") if is_offered else _("taken off the form")
    return _add(current, by=by, definition=current.read, note=note, is_offered=is_offered)


@transaction.atomic
def move_type(request_type: RequestType, *, up: bool) -> None:
    """Change places with the neighbour."""
    rows = list(RequestType.objects.select_for_update().order_by("position", "pk"))
    index = next(place for place, row in enumerate(rows) if row.pk == request_type.pk)
    other = index - 1 if up else index + 1
    if 0 <= other < len(rows):
        rows[index], rows[other] = rows[other], rows[index]
    for position, row in enumerate(rows):
        row.position = position
    RequestType.objects.bulk_update(rows, ["position"])


@transaction.atomic
def save_rules(*, by: User, rules: Rules) -> ImpactRules:
    """Add a version of the table. Raises InvalidInput where a cell holds no priority."""
    if set(rules.table) != set(STANDARD["table"]) or not {*rules.table.values(), rules.question} <= set(
        PRIORITIES
    ):
        raise InvalidInput(_("Every cell of the table needs a priority."))
    if not 0 <= rules.raise_by <= 3:
        raise InvalidInput(_("A reporter may raise the priority by 0 to 3 steps."))
    current = ImpactRules.objects.select_for_update().order_by("-number").first()
    table = {"table": dict(rules.table), "question": rules.question, "raise_by": rules.raise_by}
    if current and Rules.read(current.table) == rules:
        return current
    before = Rules.read(current.table) if current else rules
    changed = [
        f"{cell} {before.table[cell]} → {rules.table[cell]}"
        for cell in rules.table
        if before.table[cell] != rules.table[cell]
    ]
    return ImpactRules.objects.create(
        number=(current.number if current else 0) + 1,
        table=table,
        created_by=by,
        note="; ".join(changed)[:NOTE_LENGTH],
    )


def _locked(request_type: RequestType) -> RequestTypeVersion:
    RequestType.objects.select_for_update().get(pk=request_type.pk)
    return request_type.current


def _add(
    current: RequestTypeVersion,
    *,
    by: User,
    definition: Definition,
    note: str,
    is_offered: bool | None = None,
) -> RequestTypeVersion:
    return RequestTypeVersion.objects.create(
        request_type=current.request_type,
        number=current.number + 1,
        definition=definition.written(),
        created_by=by,
        note=note[:NOTE_LENGTH],
        is_offered=current.is_offered if is_offered is None else is_offered,
    )


def _check(definition: Definition) -> None:
    found = checking.problems(definition)
    if found:
        raise InvalidInput(" ".join(problem.text for problem in found[:3]))
