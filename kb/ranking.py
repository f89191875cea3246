"""Put the best candidates in order: by how telling the words are that they have, and where they have them.

PostgreSQL's ts_rank takes every word for as telling as any other: "remote" then counts as much as
"notarisation". So it only chooses the best few of some hundreds; for those the words are looked at.
A word counts by how few articles have it (its inverse document frequency, as in BM25) and by its best place:
title, summary and keywords, headings and identifiers, text.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection

# Where a word stands best: title and codes, summary and keywords, headings and identifiers, the text.
PLACES = {"A": 1.0, "B": 0.75, "C": 0.5, "D": 0.15}
# A word that means what was typed counts less than the word itself.
SAME_MEANING = 0.4
# An article with every typed word counts so much more than one whose single word is as telling.
COVERING = 0.5
# A word that stands in fewer articles than are counted, and what even the commonest word tells.
RARE, LEAST = 2.0, 0.2


@dataclass(frozen=True)
class Word:
    """How telling a word is: in the short vector of an article, and in its text."""

    telling: float
    in_text: float
    is_typed: bool

    @classmethod
    def of(cls, articles: int, texts: int, total: int, *, is_typed: bool) -> Word:
        """From the numbers of articles that have it; 0 where it is rare."""
        telling = _telling(articles, total)
        return cls(telling, min(telling, _telling(texts, total)), is_typed)


def _telling(articles: int, total: int) -> float:
    return max(LEAST, math.log((total + 1) / ((articles or RARE) + 0.5)))


def fits(candidates: Iterable[int], words: Mapping[str, Word]) -> dict[int, float]:
    """How well each article answers, by id: 1.5 where every typed word stands in its title."""
    typed = [word for word in words.values() if word.is_typed]
    whole = sum(word.telling for word in typed) or 1.0
    found: dict[int, float] = defaultdict(float)
    covered: Counter[int] = Counter()
    for article, lexeme, place in _places(list(candidates), list(words)):
        word = words[lexeme]
        telling = word.in_text if place == "D" else word.telling
        found[article] += PLACES[place] * telling * (1.0 if word.is_typed else SAME_MEANING) / whole
        covered[article] += word.is_typed
    return {
        article: fit * (1 + COVERING * covered[article] / max(len(typed), 1))
        for article, fit in found.items()
    }


def _places(candidates: list[int], lexemes: list[str]) -> list[tuple[int, str, str]]:
    """Which of the words each article has, and the letter of the best place where.

    Each vector is unpacked once and asked for the words: listing all of its words takes many times as long.
    """
    anywhere = [f"'{lexeme}'" for lexeme in lexemes]
    by_place = [[f"{word}:{place}" for word in anywhere] for place in "ABC"]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with unpacked as materialized (
                select id, search_body || '' as words from kb_article where id = any(%s)
            )
            select id, lexeme,
                case when words @@ a then 'A' when words @@ b then 'B' when words @@ c then 'C' else 'D' end
            from unpacked
            join unnest(%s::text[], %s::tsquery[], %s::tsquery[], %s::tsquery[], %s::tsquery[])
                as asked (lexeme, anywhere, a, b, c) on words @@ anywhere
            """,
            [candidates, lexemes, anywhere, *by_place],
        )
        rows: list[tuple[int, str, str]] = cursor.fetchall()
    return rows
