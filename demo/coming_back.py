"""What people keep beside their tickets: stars, reminders, checklists, time spent; and how they did."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import User
from demo.people import Cast
from events.models import Event
from followups.actions.bookmarks import toggle_bookmark
from followups.actions.checklists import add_checklist, save_template, tick
from followups.actions.reminders import remind
from satisfaction import actions as satisfaction
from satisfaction.models import Score
from tickets.models import Ticket
from timespent import actions as timespent

# In the order of the resolutions that are asked about; "" says nothing.
ANSWERS = [
    (Score.GOOD, "Fast, and the answer was the right one."),
    (Score.GOOD, ""),
    (Score.FAIR, ""),
    (Score.GOOD, "回复很及时，说明也清楚。"),
    ("", ""),
    (Score.GOOD, ""),
    (Score.BAD, "It took three rounds until somebody read the log."),
    ("", ""),
]
TIME = {
    "en": ["20m read the log", "45m reproduced it on a Pixel 8", "10m", "1h 15m call with the customer"],
    "zh-hans": ["20m 看日志", "45m 在测试机上复现", "10m", "1h 15m 与客户通话"],
}
CHECKLISTS = {
    "Before it goes to the developers": [
        "Reproduced with our sample",
        "Tried on the latest patch release",
        "Log of both sides",
        "Searched the known issues",
    ],
    "Outage": ["Status page", "TAM told", "Next update agreed with the customer"],
}
ANSWERED_AFTER = timedelta(hours=3)
WHEN = ("when the customer answers", "tomorrow 9:00", "in 3 h")


def write(cast: Cast, opening: datetime) -> None:
    _ask_how_it_went(opening)
    _log_time(opening)
    templates = [save_template(None, name=name, items=items) for name, items in CHECKLISTS.items()]
    held = Ticket.objects.exclude(assignee=None).filter(status__in=["open", "pending"]).order_by("number")
    for place, ticket in enumerate(held.filter(priority__in=["P1", "P2"])[:4]):
        checklist = add_checklist(ticket, by=_holder(ticket), template=templates[place % 2], at=opening)
        for item in checklist.items.all()[:place]:
            tick(item, by=_holder(ticket), is_done=True, at=opening)
    for key in ("ana", "lin", "jonas", "tomas"):
        person = cast.people[key]
        for ticket in held.filter(assignee=person)[:2]:
            toggle_bookmark(ticket, by=person)
        # Of one's own: a reminder is private.
        for ticket, when in zip(held.filter(assignee=person)[:3], WHEN, strict=False):
            remind(ticket, by=person, when=when, at=opening)


def _ask_how_it_went(opening: datetime) -> None:
    """As the product asked when each resolution was announced; the demo's past is silent."""
    asked = 0
    for event in Event.objects.filter(kind="ticket.resolved").select_related("ticket").order_by("at"):
        question = satisfaction.ask(event)
        if question is None:
            continue
        score, comment = ANSWERS[asked % len(ANSWERS)]
        asked += 1
        at = _after_the_last(event.ticket, ANSWERED_AFTER)
        if score and at < opening:
            satisfaction.answer(question, by=question.person, score=score, comment=comment, at=at)


def _log_time(opening: datetime) -> None:
    worked_on = Ticket.objects.exclude(assignee=None).select_related("assignee").order_by("number")
    for place, ticket in enumerate(worked_on):
        at = _after_the_last(ticket, timedelta(minutes=5))
        if place % 3 == 0 or at >= opening:
            continue
        holder = _holder(ticket)
        texts = TIME[holder.language]
        for typed in texts[place % 4 : place % 4 + 1 + place % 2]:
            timespent.log(ticket, by=holder, typed=typed, at=at)


def _after_the_last(ticket: Ticket, pause: timedelta) -> datetime:
    """The history of a ticket runs forward."""
    return ticket.events.order_by("-sequence")[0].at + pause


def _holder(ticket: Ticket) -> User:
    assert ticket.assignee is not None
    return ticket.assignee
