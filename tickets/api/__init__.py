"""Tickets for programs: the same querysets, predicates and actions as the pages."""

from tickets.api.views import AttachmentView, TicketViewSet

__all__ = ["AttachmentView", "TicketViewSet"]
