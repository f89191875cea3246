"""Tickets for programs: the same querysets, predicates and actions as the pages."""

from django.db.models import QuerySet
from rest_framework import serializers, viewsets

from tickets.models import Ticket


class TicketSerializer(serializers.ModelSerializer[Ticket]):
    class Meta:
        model = Ticket
        fields = ["number", "subject", "status", "priority", "tier", "created_at"]


class TicketViewSet(viewsets.ReadOnlyModelViewSet[Ticket]):
    serializer_class = TicketSerializer
    lookup_field = "number"
    ordering = "-number"

    def get_queryset(self) -> QuerySet[Ticket]:
        return Ticket.objects.visible_to(self.request.user)
