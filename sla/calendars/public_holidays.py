"""Public holidays of a country, from the `holidays` package: a proposal, never taken unreviewed (rule A4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays
from babel import Locale
from django.utils.translation import gettext as _
from django.utils.translation import override

LANGUAGES = {"en": "en_US", "zh": "zh_CN"}  # ours, and how the package calls them
DJANGO_LANGUAGES = {"en": "en", "zh": "zh-hans"}
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Proposed:
    """A date with the names it has in our languages; `works` marks a weekend day worked for a holiday."""

    day: date
    names: Mapping[str, str]
    works: bool = False


@lru_cache(maxsize=4)
def countries(locale: Locale) -> tuple[tuple[str, str], ...]:
    """Code and name of each country the package knows, by name."""
    known = holidays.list_supported_countries(include_aliases=False)
    named = [(code, str(locale.territories.get(code, code))) for code in known]
    return tuple(sorted(named, key=lambda country: country[1]))


def subdivisions(country: str) -> list[tuple[str, str]]:
    """Code and name of the parts of a country that have holidays of their own."""
    entity = holidays.country_holidays(country)
    called: dict[str, str] = {}
    for name, code in entity.subdivisions_aliases.items():
        called.setdefault(code, name)
    named = [(code, called.get(code, code)) for code in entity.subdivisions]
    return sorted(named, key=lambda subdivision: subdivision[1])


def propose(country: str, subdivision: str, years: Iterable[int]) -> list[Proposed]:
    """The holidays of these years in order, and the weekend days on which the country works for them."""
    wanted = sorted(set(years))
    named = {
        ours: holidays.country_holidays(country, subdiv=subdivision or None, years=wanted, language=theirs)
        for ours, theirs in _spoken(country).items()
    }
    plain = holidays.country_holidays(country, subdiv=subdivision or None, years=wanted)
    proposed = [
        Proposed(day, {ours: days[day] for ours, days in named.items()} or {"en": plain[day]})
        for day in plain
        if day.year in wanted
    ]
    worked = {day for day in plain.weekend_workdays if day.year in wanted} - set(plain)
    proposed += [Proposed(day, _worked(), works=True) for day in worked]
    return sorted(proposed, key=lambda one: one.day)


def unannounced(country: str, subdivision: str, proposed: Iterable[Proposed]) -> list[int]:
    """Years for which the make-up workdays of a country that has them are not known yet."""
    proposed = list(proposed)
    years = sorted({one.day.year for one in proposed})
    worked = {one.day.year for one in proposed if one.works}
    without = [year for year in years if year not in worked]
    if not without:
        return []
    usual = range(years[0] - 3, years[0])
    has_them = worked or any(one.works for one in propose(country, subdivision, usual))
    return without if has_them else []


def _spoken(country: str) -> dict[str, str]:
    """Our languages in which the package can name this country's holidays."""
    entity = holidays.country_holidays(country)
    spoken = {name for name in (*entity.supported_languages, entity.default_language) if name}
    found = {}
    for ours, theirs in LANGUAGES.items():
        alike = [theirs, *sorted(name for name in spoken if name.startswith(ours))]
        known = next((name for name in alike if name in spoken), None)
        if known:
            found[ours] = known
    return found


def _worked() -> dict[str, str]:
    names = {}
    for ours, language in DJANGO_LANGUAGES.items():
        with override(language):
            names[ours] = _("Make-up workday")
    return names
