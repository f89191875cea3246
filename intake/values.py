"""Answers as values: read what a browser, a program or a mail sends, write them as JSON, show them.

text, long text, version, choice   a string            choices   a list of strings
number                             a number            moment    ISO 8601 with an offset
period                             {"from", "until"}   url       a string
product, platform, application     a code              files     nothing: the files are the answer
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from intake.definition import Field, Kind
from products.models import Platform

LONGEST = {Kind.TEXT: 300, Kind.LONG_TEXT: 20_000, Kind.VERSION: 40, Kind.URL: 500}
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,6})?")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_\- ()]*")
_is_url = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True)
class Choices:
    """What the pickers offer this reporter: codes and names."""

    products: Mapping[str, str] = field(default_factory=dict)
    applications: Mapping[str, str] = field(default_factory=dict)


class Unreadable(ValueError):
    """The answer is not one of its kind; the message says what would be."""


def read(question: Field, given: Any, choices: Choices, zone: tzinfo = UTC) -> Any:
    """The typed answer; None where nothing was answered. Moments without an offset are in `zone`.

    Raises Unreadable. Strings are what a browser and a mail send; JSON's own types are taken as well.
    """
    if isinstance(given, str):
        given = given.replace("\0", "").strip()
    if given is None or given == "" or given == [] or given == {}:
        return None
    return _READERS[Kind(question.kind)](question, given, choices, zone)


def _text(question: Field, given: Any, choices: Choices, zone: tzinfo) -> str:
    if not isinstance(given, str | int | float) or isinstance(given, bool):
        raise Unreadable(_("Please give a text."))
    # A browser sends line breaks as two characters, a program as one.
    text = str(given).replace("\r\n", "\n").replace("\r", "\n").strip()
    if question.kind != Kind.LONG_TEXT:
        text = " ".join(text.split())
    limit = LONGEST[Kind(question.kind)]
    if len(text) > limit:
        raise Unreadable(_("At most %(limit)d characters fit here.") % {"limit": limit})
    return text


def _version(question: Field, given: Any, choices: Choices, zone: tzinfo) -> str:
    text = _text(question, given, choices, zone)
    if not _VERSION.fullmatch(text):
        raise Unreadable(_("Please give a version, such as 4.3.2."))
    return text


def _url(question: Field, given: Any, choices: Choices, zone: tzinfo) -> str:
    text = _text(question, given, choices, zone)
    try:
        _is_url(text)
    except ValidationError:
        raise Unreadable(_("Please give a whole web address that begins with https://.")) from None
    return text


def _number(question: Field, given: Any, choices: Choices, zone: tzinfo) -> int | float:
    text = str(given) if not isinstance(given, bool) else ""
    if not text.isascii() or not _NUMBER.fullmatch(text):
        raise Unreadable(_("Please give a number."))
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Unreadable(_("Please give a number.")) from None
    if question.minimum is not None and number < Decimal(str(question.minimum)):
        raise Unreadable(_("At least %(limit)s.") % {"limit": _plain(question.minimum)})
    if question.maximum is not None and number > Decimal(str(question.maximum)):
        raise Unreadable(_("At most %(limit)s.") % {"limit": _plain(question.maximum)})
    return int(number) if number == number.to_integral_value() else float(number)


def _plain(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else str(number)


def _choice(question: Field, given: Any, choices: Choices, zone: tzinfo) -> str:
    return _one_of({option.value: str(option.label) for option in question.options}, given)


def _one_of(offered: Mapping[str, str], given: Any) -> str:
    text = str(given)
    if text not in offered:
        if not offered:
            raise Unreadable(_("“%(value)s” is not known here.") % {"value": text[:60]})
        known = ", ".join(list(offered)[:20])
        raise Unreadable(
            _("“%(value)s” is not offered here; choose one of: %(known)s.")
            % {"value": text[:60], "known": known}
        )
    return text


def _choices(question: Field, given: Any, choices: Choices, zone: tzinfo) -> list[str]:
    """In the order of the options, each once. A mail names them with commas."""
    several = given if isinstance(given, list) else [one.strip() for one in str(given).split(",")]
    chosen = {_choice(question, one, choices, zone) for one in several if one not in ("", None)}
    return [option.value for option in question.options if option.value in chosen]


def _moment(question: Field, given: Any, choices: Choices, zone: tzinfo) -> str | None:
    """`{"at": "2026-07-13T09:00", "zone": "Asia/Shanghai"}`, or ISO 8601."""
    if isinstance(given, Mapping):
        zone = _zone(given.get("zone"), zone)
        given = given.get("at") or ""
        if given == "":
            return None
    return _instant(given, zone)


def _period(question: Field, given: Any, choices: Choices, zone: tzinfo) -> dict[str, str] | None:
    """`{"from", "until", "zone"}`; or both moments with a slash between, as ISO 8601 writes a period."""
    if isinstance(given, str):
        start, _slash, end = given.partition("/")
        given = {"from": start.strip(), "until": end.strip()}
    if not isinstance(given, Mapping):
        raise Unreadable(_("Please give two moments: from and until."))
    zone = _zone(given.get("zone"), zone)
    start, end = given.get("from") or "", given.get("until") or ""
    if not start and not end:
        return None
    if not start:
        raise Unreadable(_("Please say when it began."))
    period = {"from": _instant(start, zone)}
    if end:
        period["until"] = _instant(end, zone)
        if datetime.fromisoformat(period["until"]) < datetime.fromisoformat(period["from"]):
            raise Unreadable(_("The end lies before the beginning."))
    return period


def _instant(given: Any, zone: tzinfo) -> str:
    text = str(given).strip()
    try:
        found = parse_datetime(text)
        if found is None and (day := parse_date(text)):
            found = datetime.combine(day, time.min)
        if found is None:
            raise ValueError
        local = found if found.tzinfo else found.replace(tzinfo=zone)
        # A moment at the edge of the calendar has no other time zone.
        local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable(_("Please give day and time, such as 2026-07-13 09:30.")) from None
    return local.isoformat(timespec="seconds")


def _zone(name: Any, otherwise: tzinfo) -> tzinfo:
    if not name:
        return otherwise
    try:
        return ZoneInfo(str(name))
    except (ValueError, KeyError, OSError):
        raise Unreadable(
            _("“%(zone)s” is not a time zone; for example: Asia/Shanghai, UTC.") % {"zone": str(name)[:60]}
        ) from None


def _product(question: Field, given: Any, choices: Choices, zone: tzinfo) -> str:
    return _one_of(choices.products, given)


def _platform(question: Field, given: Any, choices: Choices, zone: tzinfo) -> str:
    return _one_of({value: str(label) for value, label in Platform.choices}, given)


def _application(question: Field, given: Any, choices: Choices, zone: tzinfo) -> str:
    return _one_of(choices.applications, given)


def _files(question: Field, given: Any, choices: Choices, zone: tzinfo) -> None:
    raise Unreadable(_("Files are sent as files, not as an answer."))


_READERS = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.VERSION: _version,
    Kind.URL: _url,
    Kind.NUMBER: _number,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.MOMENT: _moment,
    Kind.PERIOD: _period,
    Kind.PRODUCT: _product,
    Kind.PLATFORM: _platform,
    Kind.APPLICATION: _application,
    Kind.FILES: _files,
}


# --- Shown to people


def shown(question: Field, value: Any, *, locale: Locale | str = "en_GB") -> str:
    """An answer in words: the labels of choices, moments in the reader's time zone."""
    match question.kind:
        case Kind.CHOICE:
            return _label(question, value)
        case Kind.CHOICES:
            return ", ".join(_label(question, one) for one in value)
        case Kind.NUMBER:
            return f"{value} {question.unit}".strip()
        case Kind.MOMENT:
            return _moment_in_words(value, locale)
        case Kind.PERIOD:
            return " – ".join(
                _moment_in_words(value[name], locale) for name in ("from", "until") if name in value
            )
        case Kind.PLATFORM:
            return str(dict(Platform.choices).get(value, value))
    return str(value)


def _label(question: Field, value: str) -> str:
    return next((str(option.label) for option in question.options if option.value == value), value)


def _moment_in_words(value: str, locale: Locale | str) -> str:
    local = timezone.localtime(datetime.fromisoformat(value))
    return str(format_datetime(local, "short", locale=locale))
