"""The settings in the product: one line for each page, in the groups and the order in which they show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User


def managers(user: User) -> bool:
    return user.is_manager


def admins(user: User) -> bool:
    return user.is_admin


@dataclass(frozen=True)
class Section:
    """A page of settings. `hint` says in a sentence what is decided there."""

    key: str
    title: str | Promise
    hint: str | Promise
    url_name: str
    symbol: str
    may_see: Callable[[User], bool] = managers


GROUPS: list[tuple[str | Promise, list[Section]]] = [
    (
        _("Promises"),
        [
            Section(
                "plans",
                _("Plans"),
                _("What customers can buy, and which policy stands behind it."),
                "plans",
                "flag",
            ),
            Section(
                "contracts",
                _("Contracts"),
                _("Which plan each customer has, from when on."),
                "contracts",
                "building",
            ),
            Section(
                "policies",
                _("Policies"),
                _("How fast we answer and solve, priority by priority, and who hears when we are late."),
                "policies",
                "shield",
            ),
            Section(
                "calendars",
                _("Calendars"),
                _("When work is done: hours, holidays, make-up workdays."),
                "calendars",
                "calendar",
            ),
        ],
    ),
    (
        _("Tickets"),
        [
            Section(
                "routing",
                _("Routing"),
                _("Who gets a new ticket: by skill, language, load and working hours."),
                "routing",
                "people",
            ),
            Section(
                "request_types",
                _("Request types"),
                _("What a ticket can be about, and what its form asks."),
                "request_types",
                "ticket",
                admins,
            ),
            Section(
                "impact_rules",
                _("Impact and priority"),
                _("Which priority follows from what the reporter says is affected."),
                "impact_rules",
                "sort",
                admins,
            ),
            Section(
                "handover",
                _("Hand-over"),
                _("What each tier wants to know before it takes a ticket over."),
                "handover_checklists",
                "right",
            ),
            Section(
                "checklists",
                _("Checklists"),
                _("Steps that are put on tickets again and again."),
                "checklist_templates",
                "check",
            ),
            Section(
                "satisfaction",
                _("Satisfaction"),
                _("Whose people are asked how we did."),
                "satisfaction_switches",
                "thumb",
            ),
            Section(
                "sdk_versions",
                _("SDK versions"),
                _("Which versions there are, and until when each is supported."),
                "sdk_versions",
                "copy",
                admins,
            ),
            Section(
                "log_patterns",
                _("Log reading"),
                _("What is read from an uploaded log and proposed to the reporter."),
                "log_patterns",
                "file",
                admins,
            ),
            Section(
                "synonyms",
                _("Synonyms"),
                _("Words that find what each other finds: black screen, 黑屏, no video."),
                "synonyms",
                "search",
                admins,
            ),
        ],
    ),
]


def groups_for(user: User) -> list[tuple[str | Promise, list[Section]]]:
    """The pages this person may see, group by group; groups without any are left out."""
    seen = [(title, [one for one in sections if one.may_see(user)]) for title, sections in GROUPS]
    return [(title, sections) for title, sections in seen if sections]
