"""How many tickets each view holds, up to a limit: nobody needs to know 143,202 exactly.

One query for all of them (and a look-up for each word or name that a view asks for), and none within
COUNTS_KEPT_SECONDS: what a query means for everybody is counted once for everybody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.core.cache import cache
from django.db.models import IntegerField, Subquery

from accounts.models import User
from tickets.models import TicketQuerySet
from tickets.query.asker import Asker
from tickets.query.reading import Reading, read
from tickets.query.terms import Filter, Term, Text

LIMIT = 1000
COUNTS_KEPT_SECONDS = 5
_PERSONAL_WORDS = {"mine", "following"}


class _Count(Subquery):
    template = "(select count(*) from (%(subquery)s) counted)"
    output_field = IntegerField()


def counted(texts: Iterable[str], asker: Asker) -> dict[str, int]:
    """For each query how many tickets it finds, at most LIMIT."""
    readings = {text: read(text, asker) for text in dict.fromkeys(texts)}
    keys = {text: _key(reading) for text, reading in readings.items()}
    kept: dict[str, int] = cache.get_many(keys.values())
    counts = {text: kept[key] for text, key in keys.items() if key in kept}
    missing = [text for text in readings if text not in counts]
    if missing:
        fresh = _count([readings[text].tickets() for text in missing], asker.user)
        counts |= dict(zip(missing, fresh, strict=True))
        cache.set_many({keys[text]: counts[text] for text in missing}, COUNTS_KEPT_SECONDS)
    return counts


def _count(lists: list[TicketQuerySet], user: User) -> tuple[int, ...]:
    # One row to hang the counts on: the person's own.
    counts: dict[str, Any] = {
        f"count_{place}": _Count(tickets.order_by().values("pk")[:LIMIT])
        for place, tickets in enumerate(lists)
        if not tickets.query.is_empty()
    }
    row: dict[str, Any] = {}
    if counts:
        row = dict(User.objects.filter(pk=user.pk).values(**counts).get())
    return tuple(int(row.get(f"count_{place}") or 0) for place in range(len(lists)))


def _key(reading: Reading) -> str:
    whose = reading.asker.user.pk if any(map(_is_personal, reading.terms)) else "everybody"
    digest = hashlib.sha256(reading.text.encode()).hexdigest()[:32]
    return f"tickets-counted-{whose}-{digest}"


def _is_personal(term: Term) -> bool:
    if isinstance(term, Text):
        return term.text.casefold() in _PERSONAL_WORDS
    return isinstance(term, Filter) and any(value.casefold() == "me" for value in term.values)


def shown(count: int) -> str:
    return f"{LIMIT - 1}+" if count >= LIMIT else str(count)
