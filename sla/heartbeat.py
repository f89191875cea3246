"""Whether the clocks are watched: each scan leaves a heartbeat, the desk is shown its silence (rule D7)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.models import Heartbeat

SCAN = "scan"
# A scan that is silent for longer than this is an alarm.
SILENCE = timedelta(minutes=3)
# Pages ask once in so many seconds in each process, not once a page. In memory, since Redis may be away when
# it matters.
KEPT_SECONDS = 5.0


@dataclass(frozen=True)
class Silence:
    """The scan has not been heard of since this moment; None: it never ran."""

    since: datetime | None


def beat(now: datetime) -> None:
    """A scan has looked at everything that was due at `now`."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=SCAN, at=now)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at"],
    )


def last() -> datetime | None:
    """When the scan was last heard of, as the database says it."""
    return Heartbeat.objects.filter(name=SCAN).values_list("at", flat=True).first()


def silence(now: datetime) -> Silence | None:
    """None while the clocks are watched. At most KEPT_SECONDS old."""
    at = _kept.last()
    return Silence(at) if at is None or now - at > SILENCE else None


class _Kept:
    """The last answer of the database, for a few seconds."""

    def __init__(self) -> None:
        self._answer: tuple[float, datetime | None] | None = None

    def last(self) -> datetime | None:
        answer = self._answer
        if answer is None or time.monotonic() - answer[0] > KEPT_SECONDS:
            answer = self._answer = (time.monotonic(), last())
        return answer[1]

    def forget(self) -> None:
        self._answer = None


_kept = _Kept()
forget = _kept.forget
