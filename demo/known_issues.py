"""What the desk knows to be broken, and the tickets that wait for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import yaml

from demo.people import Cast
from demo.texts import FOLDER
from known_issues import actions
from tickets.models import Ticket

FACTS = ("audience", "state", "platforms", "affected_from", "affected_to", "error_codes")


def write(cast: Cast, now: datetime) -> None:
    """Written by the lead of L2 some days ago. Tickets are linked silently, like all of the demo's past."""
    by = cast.people["jonas"]
    for number, told in enumerate(yaml.safe_load((FOLDER / "known_issues.yaml").read_text(encoding="utf-8"))):
        at = now - timedelta(days=9 - 2 * number)
        wordings: dict[str, Any] = {name: told[name] for name in ("en", "zh-hans") if name in told}
        issue = actions.create(
            by=by,
            wordings=wordings,
            product=cast.products[told["product"]],
            at=at,
            **{name: told[name] for name in FACTS},
        )
        for subject in told["tickets"]:
            actions.link(issue, Ticket.objects.get(subject__startswith=subject), by=by, at=now)
        if "fixed" in told:
            later = at + timedelta(days=2)
            actions.publish_fix(issue, by=by, version=told["fixed"], resolves=False, at=later)
