"""Play the stories with the product's own actions, in the order of time, the scan at its work in between."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from babel.dates import format_date
from django.core.files.base import ContentFile, File
from django.db.models import Min

from accounts.models import User
from demo.people import Cast
from demo.script import Move
from demo.texts import FOLDER, Story
from handover import actions as handover
from intake.models import RequestTypeVersion
from sla import scanning
from sla.models import Clock
from tickets import actions
from tickets.models import Ticket

LOCALES = {"en": "en_GB", "zh-hans": "zh_Hans"}


@dataclass(frozen=True, order=True)
class Step:
    """A move of a story at its moment; steps sort by time."""

    at: datetime
    index: int
    number: int
    story: Story = field(compare=False)
    move: Move = field(compare=False)


@dataclass
class Player:
    """Plays steps on the desk. Nothing is announced: the caller has made it silent."""

    cast: Cast
    tickets: dict[int, Ticket] = field(default_factory=dict)
    types: dict[str, RequestTypeVersion] = field(default_factory=dict)
    dice: random.Random = field(default_factory=lambda: random.Random(0))

    def play(self, steps: Iterable[Step], *, until: datetime, played: Callable[[int], object]) -> None:
        for step in sorted(steps):
            self.scan_until(step.at)
            self.tickets[step.index] = self._do(step)
            played(1)
        self.scan_until(until)

    def scan_until(self, until: datetime) -> None:
        """Scan whenever a clock reaches a level, as soon after it as the beat would have."""
        seen: datetime | None = None
        while True:
            next_at: datetime | None = Clock.objects.aggregate(at=Min("next_threshold_at"))["at"]
            if next_at is None or next_at > until:
                return
            if next_at == seen:
                raise RuntimeError(f"the scan at {seen} left something to do")
            seen = next_at
            scanning.scan(min(until, next_at + timedelta(seconds=self.dice.uniform(0.5, 15))))

    def _do(self, step: Step) -> Ticket:
        story, move, at = step.story, step.move, step.at
        if move.verb == "file":
            return self._file(story, move, at)
        ticket = self.tickets[step.index]
        if move.verb == "close_by_itself":
            return actions.close_if_still_resolved(ticket, at=at)
        by = self.cast.people[move.by]
        match move.verb:
            case "take":
                return actions.take(ticket, by=by, at=at)
            case "set_priority":
                return actions.set_priority(
                    ticket, by=by, priority=story.priority, reason=story.priority_reason, at=at
                )
            case "hand_over":
                return self._hand_over(ticket, story, by, at)
            case "hold":
                return actions.hold(ticket, by=by, reason=story.hold_reason, at=at)
            case "close":
                return actions.close(ticket, by=by, at=at)
            case "agree":
                return self._agree(ticket, story, move, by, at)
        files = _files(move)
        match move.verb:
            case "ask":
                wanted = [{"key": key.rstrip("*"), "required": not key.endswith("*")} for key in move.asks]
                return actions.ask_requester(ticket, by=by, body=move.body, files=files, facts=wanted, at=at)
            case "note":
                return actions.note(ticket, by=by, body=move.body, files=files, at=at)
            case "resolve":
                return actions.resolve(ticket, by=by, body=move.body, files=files, at=at)
            case _:
                return actions.reply(ticket, by=by, body=move.body, files=files, at=at)

    def _file(self, story: Story, move: Move, at: datetime) -> Ticket:
        requester = self.cast.people[story.requester]
        return actions.create(
            requester=requester,
            by=requester,
            subject=story.subject,
            body=move.body,
            priority=story.filed_as or story.priority,
            organization=requester.organizations.get(),
            product=self.cast.products[story.product],
            platform=story.platform,
            sdk_version=story.sdk_version,
            application=self.cast.applications.get(story.application),
            channel=story.channel,
            request_type=self._type(story),
            answers=story.answers,
            files=_files(move),
            at=at,
        )

    def _type(self, story: Story) -> RequestTypeVersion | None:
        if not story.request_type:
            return None
        if not self.types:
            self.types = {one.request_type.code: one for one in RequestTypeVersion.objects.offered()}
        return self.types[story.request_type]

    def _hand_over(self, ticket: Ticket, story: Story, by: User, at: datetime) -> Ticket:
        """An escalation may have brought the ticket there before."""
        to = self.cast.people[story.assignee]
        if ticket.tier == story.tier:
            return actions.assign(ticket, by=by, to=to, at=at)
        return handover.hand_over(
            ticket,
            by=by,
            tier=story.tier,
            reason=story.handover_reason,
            to=to,
            answers=story.handover_answers,
            later=True,
            at=at,
        )

    def _agree(self, ticket: Ticket, story: Story, move: Move, by: User, at: datetime) -> Ticket:
        agreed_at = (at + timedelta(days=move.agreed_in_days)).replace(minute=0, second=0, microsecond=0)
        told = (
            format_date(agreed_at, "d MMMM", LOCALES["en"])
            if story.language == "en"
            else format_date(agreed_at, "M月d日", LOCALES["zh-hans"])
        )
        body = move.body.replace("{date}", told)
        return actions.agree_date(ticket, by=by, agreed_at=agreed_at, body=body, at=at)


def _files(move: Move) -> list[File[bytes]]:
    return [ContentFile((FOLDER / "files" / name).read_bytes(), name=name) for name in move.files]
