"""Hand-over for programs. What the next tier asks is answered, known, or owed; it waits for nothing."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts.models import Tier, User
from accounts.requests import SignedInApiRequest
from handover import actions
from helpdesk.api import StrictSerializer
from tickets import api
from tickets.permissions import can_work


class HandingOver(StrictSerializer):
    tier = serializers.ChoiceField(choices=Tier.choices)
    reason = serializers.CharField()
    to = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.active().staff(), required=False, default=None
    )
    answers = serializers.DictField(
        child=serializers.JSONField(),
        required=False,
        default=dict,
        help_text="By the keys of the tier's checklist: a text, or true for what is ticked.",
    )


class TicketViewSet(api.TicketViewSet):
    """Tickets, handed over with the checklist of the tier that takes over."""

    @extend_schema(request=HandingOver)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: SignedInApiRequest, number: str) -> Response:
        """What the checklist asks and neither `answers` nor the ticket tells is owed; the ticket says so."""
        ticket = self._find(can_work)
        words = self._read(HandingOver)
        return self._answer(actions.hand_over(ticket, by=request.user, later=True, **words))
