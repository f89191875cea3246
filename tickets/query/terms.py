"""A query as data: the terms that were typed, in their order. `str()` of one is how it is typed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_PLAIN = re.compile(r'[^\s",，、“]+')


@dataclass(frozen=True)
class Text:
    """Words to look for: one as it was typed, or several in quotation marks."""

    text: str
    is_phrase: bool = False
    is_negated: bool = False

    def __str__(self) -> str:
        return _minus(self.is_negated) + (_quoted(self.text) if self.is_phrase else self.text)


@dataclass(frozen=True)
class Filter:
    """`tier:L1,L2`: one of the values."""

    key: str
    values: tuple[str, ...]
    is_negated: bool = False

    def __str__(self) -> str:
        return f"{_minus(self.is_negated)}{self.key}:{','.join(map(_value, self.values))}"


@dataclass(frozen=True)
class Measure:
    """`breach<1h`, `created>=2026-07-01`; `sign` is one of < > <= >=."""

    key: str
    sign: str
    amount: str
    is_negated: bool = False

    def __str__(self) -> str:
        amount = _value(self.amount) if self.amount else ""
        return f"{_minus(self.is_negated)}{self.key}{self.sign}{amount}"


Term = Text | Filter | Measure


def written(terms: Iterable[Term]) -> str:
    """The query as it is typed: what `grammar.parse` reads as the same terms."""
    return " ".join(map(str, terms))


def _minus(is_negated: bool) -> str:
    return "-" if is_negated else ""


def _value(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
