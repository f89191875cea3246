"""Who works when, who is away next, and two rules that give tickets out."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Tier, User
from demo.people import Cast
from routing import actions
from routing.rules import Ask, Conditions, Otherwise, Rule, RuleSet, Turn

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
ENGLISH, BOTH = ["en"], ["en", "zh-hans"]

# Who speaks what, works from when to when in their own zone, and has how much open at most.
PEOPLE: list[tuple[str, list[str], str, str, int]] = [
    ("ana", ENGLISH, "09:00", "18:00", 12),
    ("lin", BOTH, "09:30", "18:30", 12),
    ("jonas", ENGLISH, "08:00", "16:30", 8),
    ("mei", BOTH, "09:00", "18:00", 8),
    ("tomas", ENGLISH, "09:00", "18:00", 15),
    ("hua", BOTH, "09:00", "18:00", 15),
]

RULES = RuleSet(
    rules=(
        Rule(
            "Key accounts, urgent: their TAM",
            key="demo-tam",
            when=Conditions(priorities=("P1", "P2"), account="key"),
            ask=Ask.TAM,
            needs_skill=False,
            needs_language=False,
            needs_hours=False,
            otherwise=Otherwise.NEXT,
        ),
        Rule(
            "First line by language, in turn",
            key="demo-first-line",
            when=Conditions(tiers=(Tier.L1,)),
            turn=Turn.ROUND_ROBIN,
            otherwise=Otherwise.WAIT,
        ),
    )
)


def write(cast: Cast, opening: datetime) -> None:
    """Entered by the manager a while ago; the rules are on."""
    manager = next(person for person in cast.people.values() if person.is_manager)
    since = opening - timedelta(days=20)
    for key, languages, opens, closes, capacity in PEOPLE:
        person = cast.people[key]
        actions.set_profile(
            person,
            by=manager,
            languages=languages,
            calendar=None,
            hours={day: [[opens, closes]] for day in WORKDAYS},
            capacity=capacity,
            at=since,
        )
    _go_away(cast.people["mei"], cast.people["jonas"], opening)
    draft = actions.save_draft(RULES, by=manager, at=since)
    actions.put_in_force(draft, by=manager, note="The first rules", at=since)
    actions.switch(True, by=manager, at=since)


def _go_away(person: User, substitute: User, opening: datetime) -> None:
    """Next week, in the person's own zone."""
    monday = timezone.localtime(opening, person.zone) + timedelta(days=7 - opening.weekday())
    start = monday.replace(hour=9, minute=0, second=0, microsecond=0)
    actions.set_absence(
        person,
        by=person,
        starts_at=start,
        ends_at=start + timedelta(days=4, hours=9),
        substitute=substitute,
        at=opening - timedelta(days=2),
    )
