"""What a log proposes, in the words of a form, and the articles about its errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from files.models import LogPattern, StoredFile
from files.reading import Findings, facts_of, findings_of
from kb.models import Article
from products.models import Platform, Product

# As a form asks for them.
ORDER = ("product", "platform", "sdk_version", "device_model", "os_version", "browser", "error_code")
MOST_CODES = 5
MOST_ARTICLES = 3


@dataclass(frozen=True)
class Shown:
    """One proposal: the field it is for, what it is called there, its value, and how that is written for
    people. Of a period `value` is the beginning; `zone` is empty where the reader's own is meant."""

    field: str
    label: str
    value: str
    shown: str
    line: int
    text: str
    until: str = ""
    zone: str = ""


@dataclass(frozen=True)
class Known:
    """An error code of the log and the articles that name it."""

    code: str
    count: int
    line: int
    articles: list[Article]


@dataclass(frozen=True)
class Proposals:
    facts: list[Shown] = field(default_factory=list)
    codes: list[Known] = field(default_factory=list)
    is_sampled: bool = False

    def __bool__(self) -> bool:
        return bool(self.facts or self.codes)

    def as_json(self) -> list[dict[str, Any]]:
        """For the event `log-facts`."""
        return [
            {"field": one.field, "label": one.label, "value": one.value, "shown": one.shown, "line": one.line}
            for one in self.facts
        ]


def proposals(reader: User, stored: StoredFile, language: str) -> Proposals:
    """What this file offers to its reader. Articles are those the reader may see."""
    return from_findings(reader, findings_of(stored), language)


def from_findings(reader: User, found: Findings, language: str) -> Proposals:
    offered = facts_of(found)
    facts = [_shown(one.field, one.value, one.line, one.text) for name in ORDER if (one := offered.get(name))]
    facts += _period(found)
    codes = found.error_codes[:MOST_CODES]
    known = _articles(reader, [one.value for one in codes], language)
    return Proposals(
        facts=facts,
        codes=[Known(one.value, one.count, one.line, known.get(one.value, [])) for one in codes],
        is_sampled=found.is_sampled,
    )


def _shown(name: str, value: str, line: int, text: str) -> Shown:
    return Shown(name, _label(name), _for_field(name, value), _for_eyes(name, value), line, text)


def _period(found: Findings) -> Iterator[Shown]:
    """From the first line to the last, in whole minutes, as a form asks when it happened.

    A log that names its zone is told in the reader's; of another the reader's clock is meant.
    """
    if found.first is None or found.last is None:
        return
    first, last = found.first.at, found.last.at + timedelta(seconds=59)
    zone = ""
    if timezone.is_aware(first) and timezone.is_aware(last):
        first, last = timezone.localtime(first), timezone.localtime(last)
        zone = timezone.get_current_timezone_name()
    same_day = first.date() == last.date()
    yield Shown(
        field="time_range",
        label=_("Time"),
        value=_minute(first),
        shown=f"{first:%Y-%m-%d %H:%M} – {last:{'%H:%M' if same_day else '%Y-%m-%d %H:%M'}}",
        line=found.first.line,
        text="",
        until=_minute(last),
        zone=zone,
    )


def _minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M")


def _label(name: str) -> str:
    return _("Product") if name == "product" else capfirst(str(LogPattern.Fact(name).label))


def _for_field(name: str, value: str) -> str:
    """A product is chosen by its number."""
    if name != "product":
        return value
    return str(Product.objects.filter(code=value).values_list("pk", flat=True).first() or "")


def _for_eyes(name: str, value: str) -> str:
    if name == "platform" and value in Platform.values:
        return str(Platform(value).label)
    if name == "product":
        return str(Product.objects.filter(code=value).first() or value)
    return value


def _articles(reader: User, codes: list[str], language: str) -> dict[str, list[Article]]:
    """By code. Articles name codes with a sign and without it."""
    if not codes:
        return {}
    spelled = {code: {code, code.lstrip("-"), f"-{code.lstrip('-')}"} for code in codes}
    wanted = sorted({spelling for spellings in spelled.values() for spelling in spellings})
    found = (
        Article.objects.visible_to(reader).for_reader_of(language).light().filter(error_codes__overlap=wanted)
    ).order_by("-solved_count", "pk")[:20]
    return {
        code: [one for one in found if spellings & set(one.error_codes)][:MOST_ARTICLES]
        for code, spellings in spelled.items()
    }
