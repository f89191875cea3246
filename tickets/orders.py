"""In which order a list of tickets stands, and by what its rows are grouped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tickets import keyset
from tickets.lines import Line
from tickets.models import Priority


class Sort(models.TextChoices):
    PROMISE = "promise", _("Next promise to expire")
    PRIORITY = "priority", _("Priority")
    NEWEST = "newest", _("Newest")
    OLDEST = "oldest", _("Oldest")
    CHANGE = "change", _("Last change")


ORDERS: dict[str, str | Promise] = {
    Sort.PROMISE: _("the next promise to expire first"),
    Sort.PRIORITY: _("the most severe first"),
    Sort.NEWEST: _("the newest first"),
    Sort.OLDEST: _("the oldest first"),
    Sort.CHANGE: _("the latest change first"),
}
_NUMBER = keyset.Field("number", read=int)
_NUMBER_DOWN = keyset.Field("number", read=int, descending=True)
_DUE = keyset.Field("next_due_at", read=keyset.read_instant, nullable=True)
# Each order is that of one index; see Ticket.Meta.
SORT_FIELDS: dict[str, Sequence[keyset.Field]] = {
    Sort.PROMISE: (_DUE, _NUMBER),
    Sort.PRIORITY: (keyset.Field("priority"), _DUE, _NUMBER),
    Sort.NEWEST: (_NUMBER_DOWN,),
    Sort.OLDEST: (_NUMBER,),
    Sort.CHANGE: (
        keyset.Field("updated_at", read=keyset.read_instant, descending=True),
        _NUMBER_DOWN,
    ),
}
# Finished tickets have no promise to sort by, and the partial indexes do not hold them.
SORTS_OF_FINISHED = (Sort.NEWEST, Sort.OLDEST, Sort.CHANGE)


class Group(models.TextChoices):
    URGENCY = "urgency", _("How soon")
    TIER = "tier", _("Tier")
    PRIORITY = "priority", _("Priority")
    PRODUCT = "product", _("Product")
    ORGANIZATION = "org", _("Organisation")
    ASSIGNEE = "assignee", pgettext_lazy("column", "With")
    NONE = "none", _("Nothing")


@dataclass(frozen=True)
class Heading:
    """What stands above the rows of a group. Two rows are in one group if their headings are equal."""

    key: str
    label: str
    is_hot: bool = False


@dataclass(frozen=True)
class Grouping:
    """`fields` come before those of the order, so that a group is never torn apart by it."""

    fields: Sequence[keyset.Field]
    heading: Callable[[Line], Heading]


def _of_product(line: Line) -> Heading:
    return Heading(str(line.product_id), str(line.product or _("No product")))


def _of_organization(line: Line) -> Heading:
    return Heading(str(line.organization_id), str(line.organization or _("No organisation")))


def _of_assignee(line: Line) -> Heading:
    return Heading(str(line.assignee_id), str(line.assignee or _("Nobody")))


GROUPINGS: dict[str, Grouping] = {
    Group.TIER: Grouping((keyset.Field("tier"),), lambda line: Heading(line.tier, line.tier)),
    Group.PRIORITY: Grouping(
        (keyset.Field("priority"),),
        lambda line: Heading(line.priority, str(Priority(line.priority).label)),
    ),
    Group.PRODUCT: Grouping(
        (
            keyset.Field("product__position", read=int, nullable=True, is_group=True),
            keyset.Field("product_id", read=int, nullable=True, is_group=True),
        ),
        _of_product,
    ),
    Group.ORGANIZATION: Grouping(
        (
            keyset.Field("organization__name", nullable=True, is_group=True),
            keyset.Field("organization_id", read=int, nullable=True, is_group=True),
        ),
        _of_organization,
    ),
    Group.ASSIGNEE: Grouping(
        (
            keyset.Field("assignee__name", nullable=True, is_group=True),
            keyset.Field("assignee_id", read=int, nullable=True, is_group=True),
        ),
        _of_assignee,
    ),
}


def fields(sort: str, group: str) -> Sequence[keyset.Field]:
    """The sort fields of a list, those of its groups first, each once."""
    grouping = GROUPINGS.get(group)
    first = grouping.fields if grouping else ()
    return (*first, *(field for field in SORT_FIELDS[sort] if field not in first))


def ordering(sort: str, group: str) -> list[Any]:
    return [field.ordering(backwards=False) for field in fields(sort, group)]
