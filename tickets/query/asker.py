"""Who asks and when: what the meaning of a query depends on beside its words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User


@dataclass(frozen=True)
class Asker:
    user: User
    now: datetime


class Unclear(Exception):
    """A term means nothing. `str()` is a translated sentence that says why and what would."""


@dataclass(frozen=True)
class Offer:
    """A value to choose while typing: what is put in, and what it is called where that is something else."""

    value: str
    label: str = ""
