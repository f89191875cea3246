"""How well an article answers: by how telling the words are that it has, and where it has them.

PostgreSQL's ts_rank takes every word for as telling as any other: "remote" then counts as much as
"notarisation". Here a word counts by how few articles have it (its inverse document frequency, as in BM25)
and by its best place: title, summary and keywords, headings and identifiers, text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Where a word stands best: title and codes, summary and keywords, headings and identifiers, the text.
PLACES = {"A": 1.0, "B": 0.75, "C": 0.5, "D": 0.15}
# Behind every letter in the alphabet: of two places the smaller is the better.
NOWHERE = "_"
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

    def counts(self, place: str) -> float:
        telling = self.in_text if place == "D" else self.telling
        return PLACES[place] * telling * (1.0 if self.is_typed else SAME_MEANING)


def _telling(articles: int, total: int) -> float:
    return max(LEAST, math.log((total + 1) / ((articles or RARE) + 0.5)))


def fit(places: str, words: Sequence[Word]) -> float:
    """How well an article answers that has the words in these places, a letter or NOWHERE for each of them:
    1.5 where every typed word stands in its title."""
    typed = [word.telling for word in words if word.is_typed]
    there = [(word, place) for word, place in zip(words, places, strict=True) if place != NOWHERE]
    found = sum(word.counts(place) for word, place in there) / (sum(typed) or 1.0)
    covered = sum(word.is_typed for word, _place in there) / max(len(typed), 1)
    return found * (1 + COVERING * covered)
