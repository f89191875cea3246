"""What the composer may send."""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from composing import later
from composing.models import WAYS, Then
from tickets.forms.working import SayForm
from tickets.timeline import Entry


class ReplyForm(SayForm):
    """A public reply, what follows it, and when it leaves.

    `later` names a choice of `composing.later`, or is "at": then `later_at` is read on the clock of
    `later_zone`.
    """

    held_back: Sequence[Entry] = ()

    read = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    later = forms.CharField(required=False, max_length=20)
    later_at = forms.CharField(required=False, max_length=40)
    later_zone = forms.CharField(required=False, max_length=64)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["later"], cleaned["zone"] = self._moment(cleaned)
        for name in ("later_at", "later_zone"):
            cleaned.pop(name, None)
        then = self.data.get("then", "")
        cleaned["then"] = Then.RESOLVE if then == "next" else then if then in WAYS else Then.REPLY
        cleaned["at_once"] = bool(self.data.get("at_once"))
        return cleaned

    def _moment(self, cleaned: dict[str, Any]) -> tuple[datetime | None, str]:
        key = cleaned.get("later", "")
        if not key:
            return None, ""
        if key == "at":
            return self._chosen(cleaned)
        theirs = self.ticket.requester.zone
        for choice in later.choices(timezone.now(), theirs=theirs, mine=self.user.zone):
            if choice.key == key:
                return choice.at, choice.zone.key
        self.add_error("later", _("Choose when it is to be sent."))
        return None, ""

    def _chosen(self, cleaned: dict[str, Any]) -> tuple[datetime | None, str]:
        try:
            reading = datetime.fromisoformat(cleaned.get("later_at", ""))
        except ValueError:
            self.add_error("later_at", _("Choose when it is to be sent."))
            return None, ""
        try:
            zone = zoneinfo.ZoneInfo(cleaned.get("later_zone") or self.user.zone.key)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            self.add_error("later_zone", _("There is no such time zone."))
            return None, ""
        return later.on_the_wall(reading, zone), zone.key

    @property
    def goes_on(self) -> bool:
        """Whether the writer goes on with the next ticket of the list."""
        return bool(self.data.get("goes_on")) or self.data.get("then") == "next"

    def hold_back(self, entries: Sequence[Entry]) -> None:
        """What came meanwhile stands beside the form, and is read when it is sent again."""
        self.held_back = entries
        self.data = {**cast(QueryDict, self.data).dict(), "read": str(self.ticket.chain_length)}
