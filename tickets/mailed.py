"""A ticket from a mail. Nothing holds it up: what is missing or cannot be read is asked for on its page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accounts.models import Application, Organization, User
from intake import asking, mail
from intake.evaluation import Evaluation, evaluate
from intake.models import ImpactRules, RequestTypeVersion
from products.models import Product
from tickets import actions
from tickets.files import AnyFile
from tickets.models import Priority, Ticket

# Where the text does not say how bad it is.
USUAL = Priority.P3


def read(
    version: RequestTypeVersion,
    text: str,
    *,
    organization: Organization | None,
    file_names: Sequence[str] = (),
) -> Evaluation:
    """What the text answers, by the rules that hold for the form and the API."""
    applications = Application.objects.filter(organization=organization) if organization else []
    offered = asking.Offered(
        products=list(Product.objects.filter(is_active=True)), applications=list(applications)
    )
    return evaluate(
        version.read,
        mail.given(version.read, text),
        rules=ImpactRules.in_force(),
        choices=offered.choices,
        files=file_names,
        zone=asking.zone_of_reader(),
    )


def file(
    *,
    requester: User,
    subject: str,
    body: str,
    organization: Organization | None = None,
    files: Sequence[AnyFile] = (),
    request_type: RequestTypeVersion | None = None,
    **options: Any,
) -> Ticket:
    """File what a customer wrote. Without `request_type` the first on offer is asked."""
    version = request_type or RequestTypeVersion.objects.offered().first()
    said: dict[str, Any] = {"priority": USUAL}
    if version is not None:
        names = [one.name or "" for one in files]
        found = read(version, body, organization=organization, file_names=names)
        answers = found.answers
        said = {
            "request_type": version,
            "answers": found.kept,
            "priority": found.priority or USUAL,
            "platform": answers.get("platform", ""),
            "sdk_version": answers.get("sdk_version", ""),
            "product": Product.objects.filter(code=answers.get("product")).first(),
            "application": Application.objects.filter(
                app_id=answers.get("application"), organization=organization
            ).first(),
        }
    return actions.create(
        requester=requester,
        by=requester,
        subject=subject,
        body=body,
        organization=organization,
        files=files,
        **{"channel": Ticket.Channel.EMAIL, **said, **options},
    )
