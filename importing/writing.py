"""Write imported histories as tickets: a batch in one transaction, silently, clocks and all."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Membership, Organization, User
from events.recording import Entry, record_all, silently
from importing.models import ImportedTicket
from importing.records import Change, History, Person
from products.models import Product
from sla import scanning
from tickets.actions.saying import digest, vector
from tickets.models import Message, Ticket

IMPORTED = "ticket.imported"


class Writer:
    """Writes histories of one source. People, organisations and products are found or made once.

    People who are new may not sign in until somebody lets them: an import gives nobody access.
    """

    def __init__(self, source: str, *, organization: str, now: datetime) -> None:
        self.source, self.now = source, now
        self.default_organization = organization
        self.people: dict[str, User] = {}
        self.organizations: dict[str, Organization] = {}
        self.members: set[tuple[int, int]] = set()
        self.products = {product.code: product for product in Product.objects.all()}

    def new(self, histories: Sequence[History]) -> list[History]:
        """Those that were not imported before."""
        ids = [history.external_id for history in histories]
        known = ImportedTicket.objects.filter(source=self.source, external_id__in=ids)
        seen = set(known.values_list("external_id", flat=True))
        return [history for history in histories if history.external_id not in seen]

    @transaction.atomic
    def write(self, histories: Sequence[History]) -> int:
        """Write the new ones among `histories`, all or none. Returns how many they were."""
        histories = self.new(histories)
        if not histories:
            return 0
        with silently():
            self._meet(histories)
            tickets = [self._ticket(history) for history in histories]
            for ticket, history in zip(tickets, histories, strict=True):
                ticket.search = vector(ticket.subject, history.body)
            Ticket.objects.bulk_create(tickets)
            messages = Message.objects.bulk_create(
                Message(
                    ticket=ticket,
                    author=ticket.requester,
                    author_kind=Message.Author.REQUESTER,
                    body=history.body,
                    created_at=history.created_at,
                )
                for ticket, history in zip(tickets, histories, strict=True)
            )
            told = list(zip(tickets, histories, messages, strict=True))
            record_all([entry for story in told for entry in self._entries(*story)])
            ImportedTicket.objects.bulk_create(
                ImportedTicket(
                    source=self.source, external_id=history.external_id, ticket=ticket, facts=history.facts
                )
                for ticket, history, _message in told
            )
            # Promises of the past that were broken are recorded here, so that no scan announces them later.
            scanning.record_crossed(tickets, self.now)
        return len(histories)

    def _meet(self, histories: Sequence[History]) -> None:
        """Find or make everybody and every organisation in the batch."""
        requesters = {h.requester.email: h.requester for h in histories}
        agents = {person.email: person for h in histories for person in _agents(h)}
        self._know(requesters, {"role": User.Role.REQUESTER})
        self._know(agents, {"role": User.Role.AGENT, "tier": "L1"})
        for name in {self._organization_name(h) for h in histories} - self.organizations.keys() - {""}:
            self.organizations[name] = Organization.objects.get_or_create(name=name)[0]
        wanted = {
            (self.people[h.requester.email].pk, self.organizations[name].pk)
            for h in histories
            if (name := self._organization_name(h))
        } - self.members
        Membership.objects.bulk_create(
            (Membership(user_id=user, organization_id=organization) for user, organization in wanted),
            ignore_conflicts=True,
        )
        self.members |= wanted

    def _know(self, people: dict[str, Person], fields: dict[str, Any]) -> None:
        unknown = people.keys() - self.people.keys()
        if not unknown:
            return
        User.objects.bulk_create(
            (
                User(email=email, name=people[email].name[:120], password="!", is_active=False, **fields)
                for email in unknown
            ),
            ignore_conflicts=True,
        )
        self.people |= {user.email: user for user in User.objects.filter(email__in=unknown)}

    def _organization_name(self, history: History) -> str:
        return (history.organization or self.default_organization)[:120]

    def _ticket(self, history: History) -> Ticket:
        """The ticket as it is after its whole history."""
        organization = self.organizations.get(self._organization_name(history))
        ticket = Ticket(
            subject=" ".join(history.subject.split())[:200],
            requester=self.people[history.requester.email],
            organization=organization,
            product=self.products.get(history.product),
            platform=history.platform,
            sdk_version=history.sdk_version[:40],
            channel=history.channel,
            priority=history.priority,
            tier=history.tier,
            assignee=self._agent(history.assignee),
            submission_key=uuid.uuid4(),
            created_at=history.created_at,
            updated_at=history.created_at,
            first_replied_at=history.created_at if history.origin == "taken" else None,
        )
        for change in history.changes:
            _apply(ticket, change)
            ticket.assignee = self._agent(change.assignee) or ticket.assignee
        return ticket

    def _agent(self, person: Person | None) -> User | None:
        return self.people[person.email] if person else None

    def _entries(self, ticket: Ticket, history: History, message: Message) -> Iterator[Entry]:
        """The events of one ticket, at their own times."""
        yield Entry(
            "ticket.created",
            ticket,
            ticket.requester,
            history.created_at,
            {
                "subject": ticket.subject,
                "priority": history.priority,
                "tier": ticket.tier,
                "channel": ticket.channel,
                "origin": history.origin,
                "requester": ticket.requester_id,
                "organization": ticket.organization_id,
                "follows": None,
                "message": message.pk,
                "author_kind": Message.Author.REQUESTER,
                "digest": digest(message.body),
                "files": [],
                "imported": [self.source, history.external_id],
            },
        )
        status, priority = "new", history.priority
        assignee = self._agent(history.assignee)
        if assignee:
            yield Entry(
                IMPORTED, ticket, None, history.created_at, {"changes": {"assignee": [None, assignee.pk]}}
            )
        for change in history.changes:
            changes: dict[str, list[Any]] = {}
            if change.status:
                changes["status"], status = [status, change.status], change.status
            if change.priority:
                changes["priority"], priority = [priority, change.priority], change.priority
            if change.assignee:
                new = self._agent(change.assignee)
                changes["assignee"], assignee = (
                    [assignee.pk if assignee else None, new.pk if new else None],
                    new,
                )
            data: dict[str, Any] = {"changes": changes, "reason": change.reason}
            if change.replied:
                data |= {"message": None, "author_kind": Message.Author.AGENT}
            yield Entry(IMPORTED, ticket, None, change.at, data)


def _agents(history: History) -> Iterator[Person]:
    for person in (history.assignee, *(change.assignee for change in history.changes)):
        if person:
            yield person


def _apply(ticket: Ticket, change: Change) -> None:
    ticket.updated_at = change.at
    ticket.priority = change.priority or ticket.priority
    if change.replied and ticket.first_replied_at is None:
        ticket.first_replied_at = change.at
    if not change.status:
        return
    if ticket.status == "resolved" and change.status not in ("resolved", "closed"):
        ticket.resolved_at = None
        ticket.reopen_count += 1
    if change.status == "resolved":
        ticket.resolved_at = change.at
    if change.status == "closed":
        ticket.closed_at = change.at
    ticket.status = change.status
    ticket.hold_reason = change.reason[:500] if change.status == "on_hold" else ""


def batches(histories: Iterable[History], size: int) -> Iterator[list[History]]:
    batch: list[History] = []
    for history in histories:
        batch.append(history)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
