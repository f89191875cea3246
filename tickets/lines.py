"""Tickets as a list shows them: the columns that stand on the screen, without rows of models around them.

As models the 25 tickets of a page, each with a customer, a product, people and clocks of its own, cost more
than everything else that the queue does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from django.apps import apps
from django.db.models import QuerySet

from accounts.models import Organization, User
from products.models import Product
from tickets.models import Ticket

if TYPE_CHECKING:
    from sla.models import Clock


class Line(NamedTuple):
    """One ticket. Its related rows carry what names them, and nothing else."""

    number: int
    subject: str
    status: str
    tier: str
    priority: str
    sdk_version: str
    created_at: datetime
    updated_at: datetime
    next_due_at: datetime | None
    organization: Organization | None
    product: Product | None
    assignee: User | None
    requester: User | None

    @property
    def organization_id(self) -> int | None:
        return self.organization.pk if self.organization else None

    @property
    def product_id(self) -> int | None:
        return self.product.pk if self.product else None

    @property
    def assignee_id(self) -> int | None:
        return self.assignee.pk if self.assignee else None

    @property
    def made_with(self) -> str:
        return f"{self.product or ''} {self.sdk_version}".strip()


def read(tickets: QuerySet[Ticket]) -> list[Line]:
    """One query. Lines that name the same customer, product or person share it."""
    rows = tickets.values_list(
        *("number", "subject", "status", "tier", "priority", "sdk_version"),
        *("created_at", "updated_at", "next_due_at"),
        *("organization", "organization__name"),
        *("product", "product__name", "product__name_zh", "product__position"),
        *("assignee", "assignee__name", "assignee__email"),
        *("requester", "requester__name", "requester__email"),
    )
    customer, product, person = cache(_customer), cache(_product), cache(_person)
    return [
        Line._make(
            [
                *row[:9],
                customer(*row[9:11]),
                product(*row[11:15]),
                person(*row[15:18]),
                person(*row[18:21]),
            ]
        )
        for row in rows
    ]


def clocks_of(lines: Iterable[Line]) -> dict[int, list[Clock]]:
    """The clocks of each ticket with who said “I have it”: one query, and one where anybody did."""
    clocks = apps.get_model("sla", "Clock").objects.filter(ticket__in=[line.number for line in lines])
    found: dict[int, list[Clock]] = defaultdict(list)
    for clock in clocks.prefetch_related("acknowledged_by"):
        found[clock.ticket_id].append(clock)
    return found


def _customer(pk: int | None, name: str) -> Organization | None:
    return Organization(pk=pk, name=name) if pk else None


def _product(pk: int | None, name: str, name_zh: str, position: int) -> Product | None:
    return Product(pk=pk, name=name, name_zh=name_zh, position=position) if pk else None


def _person(pk: int | None, name: str, email: str) -> User | None:
    return User(pk=pk, name=name, email=email) if pk else None
