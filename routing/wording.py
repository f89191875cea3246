"""The rules and what they decided, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext, pgettext

from events.presenting import in_language
from helpdesk.lists import listed
from helpdesk.templatetags.look import duration, plain_moment
from routing.choosing import Hindrance
from routing.rules import Ask, Turn

# What languages are called in a sentence; settings.LANGUAGES has the names they give themselves.
_SPOKEN = {"en": gettext_lazy("English"), "zh-hans": gettext_lazy("Chinese")}

DAYS = {
    "mon": gettext_lazy("Monday"),
    "tue": gettext_lazy("Tuesday"),
    "wed": gettext_lazy("Wednesday"),
    "thu": gettext_lazy("Thursday"),
    "fri": gettext_lazy("Friday"),
    "sat": gettext_lazy("Saturday"),
    "sun": gettext_lazy("Sunday"),
}


def language_name(code: str) -> str:
    return str(_SPOKEN.get(code) or dict(settings.LANGUAGES).get(code, code))


def load_in_words(held: int, load: int, capacity: int | None) -> str:
    """ "3 of 10 open"; with weights "3 open, weight 7 of 10"; "3 open" where there is no limit."""
    if capacity is None:
        return ngettext("%(held)d open", "%(held)d open", held) % {"held": held}
    if held == load:
        return _("%(held)d of %(capacity)d open") % {"held": held, "capacity": capacity}
    return _("%(held)d open, weight %(load)d of %(capacity)d") % {
        "held": held,
        "load": load,
        "capacity": capacity,
    }


def reason_in_words(reason: Mapping[str, Any]) -> str:
    """One of the reasons that `routing.telling.reasons` keeps; empty for one that a later release wrote."""
    match reason["code"]:
        case "language":
            return _("speaks %(language)s") % {"language": language_name(reason["language"])}
        case "skill":
            return _("knows %(product)s") % {"product": in_language(reason["product"])}
        case "load":
            return load_in_words(reason["held"], reason["load"], reason["capacity"])
        case "stands_in":
            return _stands_in(reason)
        case "against":
            return hindered(Hindrance(reason["hindrance"]), reason["count"])
    return {
        "next": _("next in turn"),
        "least": _("has the least to do"),
        "only": _("the only one who can now"),
        "named": _("named by the rule"),
        "tam": _("the customer's TAM"),
        "off_hours": _("nobody who can is at work now"),
        "nobody_asked": _("there is nobody to ask"),
    }.get(reason["code"], "")


def _stands_in(reason: Mapping[str, Any]) -> str:
    names = listed(reason["for"])
    until = parse_datetime(reason.get("until") or "")
    if until is None:
        return _("stands in for %(names)s, who is away") % {"names": names}
    return _("stands in for %(names)s, who is away until %(when)s") % {
        "names": names,
        "when": plain_moment(until),
    }


def hindered(hindrance: Hindrance, count: int) -> str:
    """How many people something stood against: "2 are away"."""
    told = {
        Hindrance.AWAY: npgettext("people", "%(count)d is away", "%(count)d are away", count),
        Hindrance.SKILL: npgettext(
            "people", "%(count)d does not know the product", "%(count)d do not know the product", count
        ),
        Hindrance.LANGUAGE: npgettext(
            "people", "%(count)d does not speak the language", "%(count)d do not speak the language", count
        ),
        Hindrance.FULL: npgettext("people", "%(count)d is full", "%(count)d are full", count),
        Hindrance.HOURS: npgettext(
            "people", "%(count)d is outside working hours", "%(count)d are outside working hours", count
        ),
        Hindrance.PRESENCE: npgettext(
            "people", "%(count)d is not on the desk", "%(count)d are not on the desk", count
        ),
        Hindrance.NO_TURNS: npgettext("people", "%(count)d takes no turns", "%(count)d take no turns", count),
    }
    return told[hindrance] % {"count": count}


def against(hindrance: str) -> str:
    """What stands against one person."""
    return {
        "away": pgettext("person", "away"),
        "skill": pgettext("person", "does not know the product"),
        "language": pgettext("person", "does not speak the language"),
        "full": pgettext("person", "full"),
        "hours": pgettext("person", "outside working hours"),
        "presence": pgettext("person", "not on the desk"),
        "no_turns": pgettext("person", "takes no turns"),
    }.get(hindrance, hindrance)


def reasons_in_words(reasons: list[Mapping[str, Any]]) -> str:
    return listed([words for reason in reasons if (words := reason_in_words(reason))])


def fact_name(name: str) -> str:
    """What one of the facts in `Change.changes` is called."""
    return {
        "languages": _("Languages"),
        "capacity": _("Capacity"),
        "calendar": _("Working hours"),
        "hours": _("A week of their own"),
        "takes_turns": _("Gets tickets by the rules of the tier"),
        "products": _("Product skills"),
        "absence": _("Absence"),
    }.get(name, name)


def _absence(told: Mapping[str, str]) -> str:
    until = parse_datetime(told["until"])
    words = f"{plain_moment(parse_datetime(told['from']))} – {plain_moment(until) if until else '…'}"
    return f"{words} → {told['substitute']}" if told["substitute"] else words


def fact_in_words(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "absence" and isinstance(value, dict):
        return _absence(value)
    if name == "languages":
        return listed([language_name(code) for code in value])
    if isinstance(value, list):
        return listed(value)
    if isinstance(value, dict):
        return listed([f"{DAYS[day]} {'–'.join(pair)}" for day, pairs in value.items() for pair in pairs])
    return "" if value is None else str(value)


def trigger_in_words(trigger: str) -> str:
    return {
        "created": _("the ticket was filed"),
        "escalated": _("it was escalated"),
        "handed_over": _("it was handed over"),
        "returned": _("its hand-over was returned"),
        "reopened": _("it was reopened while its holder was not there"),
        "released": _("it was put back for the rules to give out"),
        "waited": _("it had waited for somebody"),
    }.get(trigger, trigger)


def asked_in_words(ask: str, turn: str) -> str:
    """ "Asked: everybody in the ticket's tier. Chosen: who has the least to do." """
    who = Ask(ask).label if ask in Ask.values else ask
    if ask == Ask.NOBODY:
        return _("The rule leaves it in the queue.")
    how = Turn(turn).label if turn in Turn.values else turn
    return _("Asked: %(who)s. Chosen: %(how)s.") % {"who": who, "how": how}


def verdict_in_words(person: Mapping[str, Any], tried: Mapping[str, Any]) -> str:
    if person["chosen"]:
        told = _("chosen")
        return (
            _("%(told)s, though %(why)s") % {"told": told, "why": _all(person)} if person["against"] else told
        )
    if person["against"]:
        return _all(person)
    chosen = next((one for one in tried["people"] if one["chosen"]), None)
    if tried["turn"] == Turn.LEAST_LOADED and chosen and person["load"] > chosen["load"]:
        return _("could, and had more to do")
    return _("could, and was not next in turn")


def _all(person: Mapping[str, Any]) -> str:
    return listed([against(hindrance) for hindrance in person["against"]])


def waited(time: timedelta) -> str:
    return _("at once") if time < timedelta(minutes=1) else _("after %(time)s") % {"time": duration(time)}


def nobody() -> str:
    return _("nobody")
