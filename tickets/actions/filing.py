"""How a ticket comes into being."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Application, Organization, Tier, User
from events.recording import record
from helpdesk.errors import InvalidInput
from intake.models import RequestTypeVersion
from kb.actions import undeflect
from kb.models import Article
from products.models import Product
from tickets import facts
from tickets import files as ticket_files
from tickets.actions.saying import index, say
from tickets.files import AnyFile
from tickets.models import Ticket

Origin = Literal["customer", "taken", "outbound"]


def create(
    *,
    requester: User,
    subject: str,
    body: str,
    priority: str,
    by: User | None,
    organization: Organization | None = None,
    product: Product | None = None,
    platform: str = "",
    sdk_version: str = "",
    application: Application | None = None,
    request_type: RequestTypeVersion | None = None,
    answers: Mapping[str, Any] | None = None,
    priority_reason: str = "",
    channel: str = Ticket.Channel.WEB,
    origin: Origin = "customer",
    tier: str = Tier.L1,
    follows: Ticket | None = None,
    came_from: Article | None = None,
    submission_key: uuid.UUID | None = None,
    files: Sequence[AnyFile] = (),
    at: datetime | None = None,
) -> Ticket:
    """File a ticket with its first message. The clocks start at `at` (rule B1).

    `origin` says how it came (rule B6): asked by the customer; taken by an agent on the phone or in a
    chat, who answered at once; or outbound, opened by an agent without a request. `answers` are those that
    `intake.evaluation` read for `request_type`; `priority_reason` is why the reporter chose a higher priority
    than follows from them. The same
    `submission_key` of one requester gives the ticket that the first call made. Raises InvalidInput for
    empty text, unusable files, and an organisation or application that is not the requester's.
    """
    subject, body = " ".join(subject.split()), body.strip()
    if not subject:
        raise InvalidInput(_("Please say in one line what is going wrong."))
    if not body:
        raise InvalidInput(_("Please describe the problem."))
    ticket_files.check(files)
    if organization and not requester.memberships.filter(organization=organization).exists():
        raise InvalidInput(_("The requester is not a member of this organisation."))
    if application and application.organization_id != (organization.pk if organization else None):
        raise InvalidInput(_("This application belongs to another organisation."))

    now = at or timezone.now()
    ticket = Ticket(
        subject=subject[:200],
        requester=requester,
        organization=organization,
        product=product,
        platform=platform,
        sdk_version=sdk_version,
        application=application,
        request_type=request_type,
        answers={**(answers or {}), **({"priority_reason": priority_reason} if priority_reason else {})},
        channel=channel,
        priority=priority,
        tier=tier,
        follows=follows,
        came_from=came_from,
        submission_key=submission_key or uuid.uuid4(),
        created_at=now,
        updated_at=now,
    )
    try:
        return _file(ticket, body, by=by, origin=origin, files=files)
    except IntegrityError as error:
        if "ticket_filed_once" not in str(error):
            raise
        return Ticket.objects.get(requester=requester, submission_key=ticket.submission_key)


@transaction.atomic
def _file(ticket: Ticket, body: str, *, by: User | None, origin: Origin, files: Sequence[AnyFile]) -> Ticket:
    now = ticket.created_at
    if origin == "taken":
        ticket.first_replied_at = now
    ticket.save(force_insert=True)
    undeflect(ticket.submission_key)
    spoken_by = by if origin == "outbound" else ticket.requester
    message = say(ticket, by=spoken_by, body=body, files=files, at=now)
    index(ticket, ticket.subject, weight="A")
    if words := facts.words(ticket):
        index(ticket, words, weight="B")
    record(
        "ticket.created",
        ticket,
        by=by,
        at=now,
        subject=ticket.subject,
        priority=ticket.priority,
        tier=ticket.tier,
        channel=ticket.channel,
        origin=origin,
        requester=ticket.requester_id,
        organization=ticket.organization_id,
        follows=ticket.follows_id,
        came_from=ticket.came_from.slug if ticket.came_from else None,
        **facts.told(ticket),
        **message,
    )
    return ticket
