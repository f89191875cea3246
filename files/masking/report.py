"""What was masked, in numbers, lines and words: shown to who sent the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import ngettext

from files.masking.finding import Kind
from helpdesk import lists


@dataclass(frozen=True)
class Sample:
    """A masked line, as it is kept: its number, from 1, and its text."""

    line: int
    text: str


@dataclass(frozen=True)
class Masked:
    """How many different secrets of each kind were masked, in how many places, and a few of the lines."""

    kinds: Mapping[str, int] = field(default_factory=dict)
    places: int = 0
    samples: tuple[Sample, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Masked:
        return cls(
            kinds=data.get("kinds", {}),
            places=data.get("places", 0),
            samples=tuple(Sample(**sample) for sample in data.get("samples", [])),
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self) if self.places else {}

    @property
    def count(self) -> int:
        """Different secrets, of all kinds."""
        return sum(self.kinds.values())

    def __bool__(self) -> bool:
        return self.places > 0

    def __str__(self) -> str:
        return in_words(self.kinds)


def in_words(kinds: Mapping[str, int]) -> str:
    """ "12 secrets masked: 3 tokens, 9 e-mail addresses"; empty for none."""
    count = sum(kinds.values())
    if not count:
        return ""
    return ngettext("%(count)d secret masked: %(listed)s", "%(count)d secrets masked: %(listed)s", count) % {
        "count": count,
        "listed": listed(kinds),
    }


def listed(kinds: Mapping[str, int]) -> str:
    """ "3 tokens, 9 e-mail addresses"."""
    return lists.listed(_told(Kind(kind), kinds[kind]) for kind in Kind if kinds.get(kind))


def _told(kind: Kind, count: int) -> str:
    words = {
        Kind.TOKEN: ngettext("%(count)d token", "%(count)d tokens", count),
        Kind.KEY: ngettext("%(count)d key", "%(count)d keys", count),
        Kind.PASSWORD: ngettext("%(count)d password", "%(count)d passwords", count),
        Kind.CERTIFICATE: ngettext("%(count)d certificate", "%(count)d certificates", count),
        Kind.PRIVATE_KEY: ngettext("%(count)d private key", "%(count)d private keys", count),
        Kind.EMAIL: ngettext("%(count)d e-mail address", "%(count)d e-mail addresses", count),
        Kind.PHONE: ngettext("%(count)d phone number", "%(count)d phone numbers", count),
        Kind.IP: ngettext("%(count)d IP address", "%(count)d IP addresses", count),
    }
    return words[kind] % {"count": count}
