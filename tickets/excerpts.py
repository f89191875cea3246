"""Where the words of a query stand in the tickets that were found: the place is shown with them marked.

Three queries for a page: the last messages of its tickets, for the desk the last notes, and the marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchHeadline
from django.db.models import Case, F, QuerySet, TextField, Value, When, Window
from django.db.models.functions import Left, RowNumber
from django.utils.safestring import SafeString

from helpdesk.markup.unmarked import unmarked
from helpdesk.text import marked, words
from kb.search import END, FOUND, marked_up
from tickets.lines import Line
from tickets.models import Message, Note, Ticket
from tickets.query.reading import Reading

# Of each ticket; what lies further back is found, but not quoted.
NEWEST_READ = 12
CHARACTERS_READ = 4000
# English endings are cut by PostgreSQL; here words that begin alike are alike enough to choose what to quote.
_ENDING = 3


@dataclass(frozen=True)
class Excerpt:
    subject: SafeString
    text: SafeString
    """Empty where the words stand in the subject or further back."""
    is_note: bool


@dataclass(frozen=True)
class _Said:
    text: str
    is_note: bool


def excerpts(lines: Sequence[Line], reading: Reading) -> dict[int, Excerpt]:
    """By ticket number; nothing for a query without words."""
    if reading.question is None or not lines:
        return {}
    sought = {word for term in reading.texts if not term.is_negated for word in words(term.text)}
    chosen = {
        number: max(said, key=lambda one: _hits(one.text, sought), default=_Said("", False))
        for number, said in _said(lines, reading).items()
    }
    chosen = {pk: _without_signs(said, sought) for pk, said in chosen.items()}
    rows = Ticket.objects.filter(pk__in=chosen).annotate(
        subject_marked=_headline({line.number: line.subject for line in lines}, reading, whole=True),
        text_marked=_headline({pk: said.text for pk, said in chosen.items()}, reading, whole=False),
    )
    return {
        pk: Excerpt(marked_up(subject), marked_up(text), chosen[pk].is_note)
        for pk, subject, text in rows.values_list("pk", "subject_marked", "text_marked")
    }


def _without_signs(said: _Said, sought: set[str]) -> _Said:
    """In words; as it was written where the address of a link has what is sought. Empty without any."""
    plain = unmarked(said.text)
    for text in (plain, said.text):
        if _hits(text, sought):
            return _Said(text, said.is_note)
    return _Said("", False)


def _said(lines: Sequence[Line], reading: Reading) -> dict[int, list[_Said]]:
    user = reading.asker.user
    said: dict[int, list[_Said]] = {line.number: [] for line in lines}
    for pk, text in _newest(Message.objects.visible_to(user), said):
        said[pk].append(_Said(text, False))
    if user.is_staff_member:
        for pk, text in _newest(Note.objects.visible_to(user), said):
            said[pk].append(_Said(text, True))
    return said


def _newest(rows: QuerySet[Message] | QuerySet[Note], tickets: Iterable[int]) -> Iterable[tuple[int, str]]:
    place = Window(RowNumber(), partition_by=F("ticket"), order_by=F("created_at").desc())
    newest = rows.filter(ticket__in=list(tickets)).annotate(place=place).filter(place__lte=NEWEST_READ)
    return newest.order_by("ticket", "-created_at").values_list("ticket", Left("body", CHARACTERS_READ))


def _hits(text: str, sought: set[str]) -> int:
    beginnings = {word[: max(4, len(word) - _ENDING)] for word in sought}
    return sum(any(word.startswith(one) for word in set(words(text))) for one in beginnings) if text else 0


def _headline(texts: dict[int, str], reading: Reading, *, whole: bool) -> SearchHeadline:
    text = Case(
        *(When(pk=pk, then=Value(marked(one))) for pk, one in texts.items()),
        default=Value(""),
        output_field=TextField(),
    )
    how: dict[str, Any] = (
        {"highlight_all": True}
        if whole
        else {"max_fragments": 2, "max_words": 30, "min_words": 15, "fragment_delimiter": " … "}
    )
    assert reading.question is not None
    return SearchHeadline(text, reading.question, config="english", start_sel=FOUND, stop_sel=END, **how)
