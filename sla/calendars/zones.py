"""Time zones: the rules of this machine's database, and the names to choose from."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime
from functools import lru_cache
from importlib import metadata, resources
from pathlib import Path

from babel import Locale
from babel.dates import get_timezone, get_timezone_location


def rules_of(zone: str) -> bytes:
    """The zone's rules as this machine has them now, in the form of RFC 9636.

    Looks where `zoneinfo` looks, but past its cache: a database that was replaced is seen at once. Raises
    KeyError or ValueError for what is no zone.
    """
    zoneinfo.ZoneInfo(zone)
    for folder in zoneinfo.TZPATH:
        file = Path(folder, zone)
        if file.is_file():
            return file.read_bytes()
    return resources.files("tzdata.zoneinfo").joinpath(*zone.split("/")).read_bytes()


def database_version() -> str:
    """The release of the rules in use, such as "2025b"."""
    for folder in zoneinfo.TZPATH:
        text = Path(folder, "tzdata.zi")
        if text.is_file():
            with text.open(encoding="ascii", errors="replace") as lines:
                return lines.readline().removeprefix("# version").strip()
        number = Path(folder, "+VERSION")
        if number.is_file():
            return number.read_text(encoding="ascii", errors="replace").strip()
    return metadata.version("tzdata")


@lru_cache
def names() -> tuple[str, ...]:
    """Zones that people live in, such as Asia/Shanghai, and UTC; without old spellings and offsets."""
    regions = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/")
    seas = ("Indian/", "Pacific/")
    known = zoneinfo.available_timezones()
    return ("UTC", *sorted(zone for zone in known if zone.startswith((*regions, *seas))))


def label(zone: str, at: datetime, locale: Locale) -> str:
    """How a zone is found by people: its place in their language and its offset now."""
    place = get_timezone_location(get_timezone(zone), locale=locale, return_city=True)
    return f"{place} · {offset(zone, at)}" if zone != "UTC" else "UTC"


def offset(zone: str, at: datetime) -> str:
    """UTC+08:00"""
    digits = f"{at.astimezone(zoneinfo.ZoneInfo(zone)):%z}"
    return f"UTC{digits[:3]}:{digits[3:5]}"


def choices(locale: Locale) -> list[tuple[str, str]]:
    """Every zone with its label, for a list to search in."""
    return list(_choices(str(locale), datetime.now(UTC).date().isoformat()))


@lru_cache(maxsize=4)
def _choices(locale: str, day: str) -> tuple[tuple[str, str], ...]:
    at = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    return tuple((zone, label(zone, at, Locale.parse(locale))) for zone in names())
