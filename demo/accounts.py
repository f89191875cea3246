"""The demo's people can sign in with one password that everybody knows, so only on a desk of one's own."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User

PASSWORD = "watch-the-clock"

# One for each role and tier, and who shows the product in Chinese.
SHOWN = {
    "rui@kitelive.example": "requester, sees all tickets of Kite Live",
    "noa@kitelive.example": "requester, sees her own tickets",
    "chen@xinghe.example": "requester, in Chinese",
    "ana@desk.example": "agent, first line",
    "lin@desk.example": "agent, leads the first line, in Chinese",
    "jonas@desk.example": "agent, leads the second line",
    "tomas@desk.example": "agent, TAM of Kite Live",
    "mia@desk.example": "manager",
    "ada@desk.example": "admin",
}


@dataclass(frozen=True)
class SignIn:
    email: str
    name: str
    role: str


def sign_ins() -> list[SignIn]:
    """Those of SHOWN who can still sign in with the demo's password."""
    people = User.objects.active().in_bulk(list(SHOWN), field_name="email")
    return [
        SignIn(email, people[email].name, role)
        for email, role in SHOWN.items()
        if email in people and people[email].check_password(PASSWORD)
    ]
