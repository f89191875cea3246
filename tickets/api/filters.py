"""Which tickets a program asks for."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib.postgres.search import SearchQuery
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from helpdesk.text import segmented
from tickets.models import Priority, Ticket, TicketQuerySet
from tickets.query.asker import Asker
from tickets.query.reading import read


class InFilter(django_filters.BaseInFilter, django_filters.ChoiceFilter):
    """Several values with commas: `status=new,open`."""


class TicketFilter(django_filters.FilterSet):
    status = InFilter(choices=Ticket.Status.choices)
    priority = InFilter(choices=Priority.choices)
    tier = django_filters.ChoiceFilter(choices=Ticket._meta.get_field("tier").choices)
    product = django_filters.CharFilter(field_name="product__code")
    platform = django_filters.ChoiceFilter(choices=Ticket._meta.get_field("platform").choices)
    organization = django_filters.NumberFilter(field_name="organization_id")
    assignee = django_filters.CharFilter(field_name="assignee__email", lookup_expr="iexact")
    requester = django_filters.CharFilter(field_name="requester__email", lookup_expr="iexact")
    created_since = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    updated_since = django_filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")
    q = django_filters.CharFilter(method="with_words", max_length=200)

    query = django_filters.CharFilter(
        method="asked",
        max_length=1000,
        label="The language of the queue's box: tier:L2 breach<1h (docs/views.md)",
    )

    class Meta:
        model = Ticket
        fields: list[str] = []

    def with_words(self, tickets: TicketQuerySet, name: str, value: Any) -> TicketQuerySet:
        words = SearchQuery(segmented(value), search_type="websearch", config="english")
        return tickets.filter(search=words)

    def asked(self, tickets: TicketQuerySet, name: str, value: Any) -> TicketQuerySet:
        """As in the ticket search. What means nothing is an error with its explanation."""
        assert self.request is not None
        reading = read(value, Asker(self.request.user, timezone.now()), active_only=False)
        if reading.problems:
            raise ValidationError({name: [f"{chip.text}: {chip.problem}" for chip in reading.problems]})
        return tickets.filter(pk__in=reading.tickets().values("pk"))
