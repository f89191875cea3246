"""Look the ticket up as this person may see it, ask whether they may, act, answer with the ticket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import Throttled
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from accounts.models import User
from accounts.requests import SignedInApiRequest
from files import limits
from files.views.serving import serve
from helpdesk.api import StrictSerializer, idempotency_key, refuse_unknown_parameters
from tickets import actions
from tickets.api import asking, reading, writing
from tickets.api.filters import TicketFilter
from tickets.models import Attachment, Message, Ticket, TicketQuerySet
from tickets.permissions import can_confirm_solved, can_reply, can_see_notes, can_work

Permission = Callable[[User, Ticket], bool]

_IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.UUID,
    OpenApiParameter.HEADER,
    description="A UUID of the caller's choice. Sent again with the same one, the first ticket is answered.",
)


class TicketPagination(CursorPagination):
    ordering = "-number"
    page_size_query_param = "page_size"
    max_page_size = 200


class TicketViewSet(viewsets.GenericViewSet[Ticket]):
    """Tickets as the caller may see them: the desk all, customers their own, leads the organisation's."""

    queryset = Ticket.objects.none()
    serializer_class = reading.TicketSerializer
    lookup_field = "number"
    lookup_value_regex = r"\d{1,18}"
    filterset_class = TicketFilter
    pagination_class = TicketPagination
    parser_classes = [JSONParser, MultiPartParser]

    def get_queryset(self) -> TicketQuerySet:
        tickets = (
            Ticket.objects.visible_to(self.request.user)
            .select_related("requester", "organization", "assignee", "product", "application", "request_type")
            .select_related("request_type__request_type")
            .prefetch_related("clocks")
            .defer("search")
        )
        if self.action == "retrieve":
            messages = Message.objects.visible_to(self.request.user).select_related("author")
            tickets = tickets.prefetch_related(Prefetch("messages", messages.prefetch_related("attachments")))
        return tickets

    def list(self, request: SignedInApiRequest) -> Response:
        refuse_unknown_parameters(request, TicketFilter, TicketPagination)
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(responses=reading.TicketWithMessagesSerializer)
    def retrieve(self, request: SignedInApiRequest, number: str) -> Response:
        ticket = self.get_object()
        return Response(
            reading.TicketWithMessagesSerializer(ticket, context=self.get_serializer_context()).data
        )

    @extend_schema(
        parameters=[_IDEMPOTENCY],
        request={"application/json": writing.Filing, "multipart/form-data": writing.Filing},
        responses={201: reading.TicketSerializer},
    )
    def create(self, request: SignedInApiRequest) -> Response:
        """File a ticket. The desk names the requester; everybody else is it."""
        staff = request.user.is_staff_member
        data = self._read(writing.FilingForCustomer if staff else writing.Filing)
        requester = data.pop("requester", request.user)
        ticket = actions.create(
            requester=requester,
            by=request.user,
            channel=Ticket.Channel.API,
            submission_key=idempotency_key(request),
            **data,
        )
        return self._answer(ticket, status.HTTP_201_CREATED)

    # --- What everybody may do who sees the ticket

    @extend_schema(request={"application/json": writing.Words, "multipart/form-data": writing.Words})
    @action(detail=True, methods=["post"])
    def reply(self, request: SignedInApiRequest, number: str) -> Response:
        """Add a public message. A customer's message to a closed ticket files one that follows it."""
        ticket = self._find(can_reply)
        return self._answer(actions.reply(ticket, by=request.user, **self._read(writing.Words)))

    @extend_schema(request=asking.Answering)
    @action(detail=True, methods=["post"])
    def answers(self, request: SignedInApiRequest, number: str) -> Response:
        """Answer questions of the request type. The desk's answers are corrections and move no clock."""
        ticket = self._find(can_reply)
        serializer = asking.Answering(
            data=request.data, context={**self.get_serializer_context(), "ticket": ticket}
        )
        serializer.is_valid(raise_exception=True)
        learned = serializer.learned()
        if request.user.is_staff_member:
            learned.pop("is_all")
            return self._answer(actions.set_facts(ticket, by=request.user, **learned))
        return self._answer(actions.answer(ticket, by=request.user, **learned))

    @extend_schema(
        request={"application/json": writing.PerhapsWords, "multipart/form-data": writing.PerhapsWords}
    )
    @action(detail=True, methods=["post"])
    def resolve(self, request: SignedInApiRequest, number: str) -> Response:
        ticket = self._find(can_confirm_solved)
        return self._answer(actions.resolve(ticket, by=request.user, **self._read(writing.PerhapsWords)))

    @extend_schema(request=writing.PerhapsReason)
    @action(detail=True, methods=["post"])
    def reopen(self, request: SignedInApiRequest, number: str) -> Response:
        ticket = self._find(can_confirm_solved)
        return self._answer(actions.reopen(ticket, by=request.user, **self._read(writing.PerhapsReason)))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def close(self, request: SignedInApiRequest, number: str) -> Response:
        ticket = self._find(can_confirm_solved)
        self._read(writing.NoWords)
        return self._answer(actions.close(ticket, by=request.user))

    # --- What the desk does

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def take(self, request: SignedInApiRequest, number: str) -> Response:
        ticket = self._find(can_work)
        self._read(writing.NoWords)
        return self._answer(actions.take(ticket, by=request.user))

    @extend_schema(request=writing.Assigning)
    @action(detail=True, methods=["post"])
    def assign(self, request: SignedInApiRequest, number: str) -> Response:
        ticket = self._find(can_work)
        return self._answer(actions.assign(ticket, by=request.user, **self._read(writing.Assigning)))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def release(self, request: SignedInApiRequest, number: str) -> Response:
        ticket = self._find(can_work)
        self._read(writing.NoWords)
        return self._answer(actions.release(ticket, by=request.user))

    @extend_schema(request=writing.Prioritizing)
    @action(detail=True, methods=["post"])
    def priority(self, request: SignedInApiRequest, number: str) -> Response:
        ticket = self._find(can_work)
        return self._answer(actions.set_priority(ticket, by=request.user, **self._read(writing.Prioritizing)))

    @extend_schema(request={"application/json": writing.Asking, "multipart/form-data": writing.Asking})
    @action(detail=True, methods=["post"])
    def ask(self, request: SignedInApiRequest, number: str) -> Response:
        """Ask the customer and wait for the answer. Facts become a checklist on the ticket's page."""
        ticket = self._find(can_work)
        return self._answer(actions.ask_requester(ticket, by=request.user, **self._read(writing.Asking)))

    @extend_schema(request=writing.Reason)
    @action(detail=True, methods=["post"])
    def hold(self, request: SignedInApiRequest, number: str) -> Response:
        """Put on hold; the customer is shown the reason."""
        ticket = self._find(can_work)
        return self._answer(actions.hold(ticket, by=request.user, **self._read(writing.Reason)))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def resume(self, request: SignedInApiRequest, number: str) -> Response:
        ticket = self._find(can_work)
        self._read(writing.NoWords)
        return self._answer(actions.resume(ticket, by=request.user))

    @extend_schema(methods=["GET"], responses=reading.NoteSerializer(many=True))
    @extend_schema(
        methods=["POST"],
        request={"application/json": writing.Words, "multipart/form-data": writing.Words},
        responses={201: reading.NoteSerializer},
    )
    @action(detail=True, methods=["get", "post"], pagination_class=None, filterset_class=None)
    def notes(self, request: SignedInApiRequest, number: str) -> Response:
        """Internal notes, for the desk only."""
        ticket = self._find(lambda user, ticket: can_see_notes(user))
        if request.method == "POST":
            actions.note(ticket, by=request.user, **self._read(writing.Words))
        notes = ticket.notes.visible_to(request.user).select_related("author").prefetch_related("attachments")
        context = self.get_serializer_context()
        if request.method == "POST":
            made = reading.NoteSerializer(notes.latest("pk"), context=context)
            return Response(made.data, status=status.HTTP_201_CREATED)
        return Response(reading.NoteSerializer(notes, many=True, context=context).data)

    # --- The steps that all of them share

    def _find(self, may: Permission) -> Ticket:
        """404 for who may not see it, 403 for who may not do this."""
        ticket = self.get_object()
        if not may(cast(User, self.request.user), ticket):
            raise PermissionDenied
        return ticket

    def _read(self, serializer_class: type[StrictSerializer]) -> dict[str, Any]:
        serializer = serializer_class(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = serializer.validated_data
        keeps_originals = data.pop("keep_originals", False)
        for file in data.get("files", ()):
            file.keeps_original = keeps_originals
        if not limits.admits(cast(User, self.request.user), len(data.get("files", ()))):
            raise Throttled(detail=limits.refusal())
        return data

    def _answer(self, ticket: Ticket, code: int = status.HTTP_200_OK) -> Response:
        """The ticket as it is now."""
        serializer: BaseSerializer[Any] = self.get_serializer(self.get_queryset().get(pk=ticket.pk))
        return Response(serializer.data, status=code)


class AttachmentView(APIView):
    """A file of a public message, as a download."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: SignedInApiRequest, pk: UUID) -> HttpResponseBase:
        return serve(get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk))
