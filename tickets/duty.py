"""Which lead gets a ticket that has to be put into somebody's hands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db.models import Count

from accounts.models import User
from tickets.models import Ticket


class Leads:
    """The active leads of some tiers, read once for a batch: a lead who gets one has one more."""

    def __init__(self, tiers: Iterable[str]) -> None:
        leads = User.objects.agents().filter(tier__in=set(tiers), is_lead=True)
        self._leads = list(leads.prefetch_related("products").order_by("pk"))
        held = Ticket.objects.active().filter(assignee__in=self._leads).values_list("assignee")
        self._holds = Counter(dict(held.annotate(Count("pk"))))

    def for_ticket(self, ticket: Ticket) -> User | None:
        """The lead of the ticket's tier who knows its product and holds the fewest tickets; any lead of the
        tier where none knows it; None where the tier has no lead.
        """
        of_tier = [lead for lead in self._leads if lead.tier == ticket.tier]
        knowing = [lead for lead in of_tier if _knows(lead, ticket)]
        lead = min(knowing or of_tier, key=lambda lead: self._holds[lead.pk], default=None)
        if lead is not None and lead.pk != ticket.assignee_id:
            self._holds[lead.pk] += 1
        return lead


def _knows(lead: User, ticket: Ticket) -> bool:
    """Without named skills a person knows everything, as in the queue's notices."""
    skills = [product.pk for product in lead.products.all()]
    return not skills or ticket.product_id is None or ticket.product_id in skills
