"""The columns of the queue that can be shown or left out. The ticket itself always stands there."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Column(models.TextChoices):
    """In the order in which they stand in the table."""

    PROMISE = "promise", _("Next promise")
    ORGANIZATION = "org", _("Organisation")
    REQUESTER = "requester", _("Requester")
    PRODUCT = "product", _("Product")
    STATUS = "status", _("Status")
    TIER = "tier", _("Tier")
    ASSIGNEE = "assignee", pgettext_lazy("column", "With")
    CREATED = "created", pgettext_lazy("column", "Filed")
    CHANGED = "changed", _("Last change")


DEFAULT = (Column.PROMISE, Column.PRODUCT, Column.TIER, Column.ASSIGNEE, Column.CHANGED)


def read(names: Iterable[str]) -> tuple[str, ...]:
    """Those that there are, in the order of the table; the usual ones for none."""
    wanted = set(names)
    return tuple(one.value for one in Column if one.value in wanted) or tuple(one.value for one in DEFAULT)
