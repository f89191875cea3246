"""An entry as it is typed in one line: "15m read the log", "1 h 30 min call", "半小时 看日志"."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from helpdesk.errors import InvalidInput
from sla import durations

LONGEST_DURATION = 24
DAY = timedelta(days=1)


def read(typed: str) -> tuple[int, str]:
    """Whole minutes, rounded up, and the note. Raises InvalidInput where no duration stands in front."""
    found = split(typed)
    if found is None:
        raise InvalidInput(_("Begin with how long it took, such as “15m read the log”."))
    return found


def split(typed: str) -> tuple[int, str] | None:
    """The same, None without a duration in front. The longest one counts: "1 h 30 min call" is 90 minutes."""
    text = typed.strip()
    for end in range(min(len(text), LONGEST_DURATION), 0, -1):
        try:
            spent = durations.parse(text[:end])
        except InvalidInput:
            continue
        return minutes(spent), text[end:].strip(" \t,，:：-–")
    return None


def minutes(spent: timedelta) -> int:
    """Begun minutes. Raises InvalidInput for none and for more than a day."""
    if spent <= timedelta(0):
        raise InvalidInput(_("That is no time at all."))
    if spent > DAY:
        raise InvalidInput(_("An entry is at most a day; split it."))
    return int(-(-spent // timedelta(minutes=1)))
