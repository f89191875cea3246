"""What somebody typed, as the index is asked for it: which words, how telling each is, and which articles
have enough of them to be worth ranking."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from django.db import connection

from kb.case import Case
from kb.indexing import COMMON_FROM, CONFIG, EVERY_ARTICLE
from kb.models import CommonWord
from kb.ranking import Word
from kb.spelling import meant
from kb.synonyms import added_to

# So many are to be ranked: the rarer the words that choose them, the better they answer. A guess that was
# wrong ends at MAX_RANKED.
REACHED, MAX_RANKED = 150, 300
IN_TITLE = ":A"
# Of so many of the rarest words the combinations are tried that choose few enough articles.
COMBINED = 5
# Texts are asked for so many of the rarest words: each common one more costs as much as the ranking.
IN_TEXT = 4

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Question:
    """Words are spelled as the index spells them; `reaches` and `rarest` are tsqueries.

    `corrected` names for each word that no article has the one that was probably meant. The reaches are tried
    in turn until one finds something; the last asks for any word.
    """

    words: dict[str, Word]
    corrected: dict[str, str]
    reaches: list[str]
    rarest: str
    codes: list[str]

    @classmethod
    def of(cls, case: Case) -> Question | None:
        """None where there is no word in it that says anything."""
        if case.is_empty:
            return None
        counted = _count(case.words, added_to(case.words, case.product))
        total = counted.pop(EVERY_ARTICLE).articles
        typed = {word: one for word, one in counted.items() if one.is_typed}
        if not typed:
            return None
        # Words of an index that was never counted are not unknown.
        corrected = meant(word for word, one in typed.items() if not one.texts) if total else {}
        guessed = _guessed(corrected.values(), but=counted)
        return cls(
            words={
                word: Word.of(one.articles, one.texts, total, is_typed=one.is_typed)
                for word, one in (counted | guessed).items()
                if word not in corrected
            },
            corrected=corrected,
            reaches=_reaches(
                {word: one.articles for word, one in (typed | guessed).items()},
                {word: one.articles for word, one in counted.items() if not one.is_typed},
                total,
            ),
            rarest=" & ".join(map(quoted, sorted(typed, key=lambda word: typed[word].texts)[:IN_TEXT])),
            codes=case.codes,
        )

    @property
    def to_mark(self) -> str:
        """What was typed, or meant by it, as a tsquery."""
        typed = (word for word, one in self.words.items() if one.is_typed)
        return " | ".join(map(quoted, dict.fromkeys([*typed, *self.corrected.values()])))


@dataclass(frozen=True)
class _Count:
    """In how many articles a word ranks, 0 for a rare one, and in how many it stands at all."""

    articles: int
    texts: int
    is_typed: bool


def _count(typed: Iterable[str], others: Iterable[str]) -> dict[str, _Count]:
    """The words as the index spells them, with the number of all articles under EVERY_ARTICLE. A word that is
    among both was typed."""
    with connection.cursor() as cursor:
        # One look-up for each word: a join read the whole table of words.
        cursor.execute(
            """
            select lexeme, coalesce(articles, 0), coalesce(texts, 0), is_typed
            from (
                select lexeme, true as is_typed from unnest(to_tsvector(%(config)s::regconfig, %(typed)s))
                union all select %(every)s, true
                union all select lexeme, false from unnest(to_tsvector(%(config)s::regconfig, %(others)s))
            ) asked
            left join lateral (
                select articles, texts from kb_commonword where word = lexeme limit 1
            ) counted on true
            order by is_typed
            """,
            {
                "config": CONFIG,
                "typed": _together(typed),
                "others": _together(others),
                "every": EVERY_ARTICLE,
            },
        )
        return {word: _Count(*counts) for word, *counts in cursor.fetchall()}


def _guessed(words: Collection[str], *, but: Collection[str]) -> dict[str, _Count]:
    """Words that were probably meant: they count as those do that mean the same."""
    if not words:
        return {}
    found = CommonWord.objects.filter(word__in=words).values_list("word", "articles", "texts")
    common = {word: (articles, texts) for word, articles, texts in found}
    return {word: _Count(*common.get(word, (0, 0)), is_typed=False) for word in words if word not in but}


def _together(words: Iterable[str]) -> str:
    return " ".join(map(quoted, words))


def quoted(word: str) -> str:
    """For a tsquery. Words hold letters, digits and points only (helpdesk.text); quoted all the same."""
    return f"'{word}'"


def _reaches(typed: Counts, others: Counts, total: int) -> list[str]:
    """Which articles to rank, the best choice first, and at last those with any of the words."""
    known = {word: articles for word, articles in typed.items() if articles}
    reaches = list(dict.fromkeys(_reach(words, total) for words in (typed, known) if words))
    if others:
        same = _reach(others, total, room=REACHED / 2)
        # A title is costly to ask for: the index tells who has a word, not where. For synonyms that are so
        # common it is done only where what was typed is no rarer, or finds nothing.
        rarer = [one for one in reaches if same.endswith(IN_TITLE) and not one.endswith(IN_TITLE)]
        reaches = [*rarer, *(f"{reach} | {same}" for reach in reaches)]
    return list(dict.fromkeys([*reaches, " | ".join(map(quoted, typed))]))


def _reach(commonness: Counts, total: int, room: float = REACHED) -> str:
    """Some `room` articles, however large the library, as a tsquery.

    Those with a rare word of the question, or with two or three of its common words that seldom stand
    together. Where it is a single common word, those with it in the title.
    """
    total = max(total, *commonness.values(), 1)
    counted = sorted((articles or COMMON_FROM // 2, word) for word, articles in commonness.items())
    choices = sorted(
        (_expected(chosen, total), len(chosen), [word for _count, word in chosen])
        for size in (1, 2, 3)
        for chosen in combinations(counted if size == 1 else counted[:COMBINED], size)
    )
    reach: list[list[str]] = []
    for expected, _size, words in choices:
        room -= expected
        if room < 0 and reach:
            break
        reach.append(words)
    if len(reach) == 1 and len(reach[0]) == 1 and commonness[reach[0][0]] > MAX_RANKED:
        return f"{quoted(reach[0][0])}{IN_TITLE}"
    # What another one includes adds nothing.
    telling = [words for words in reach if not any(set(other) < set(words) for other in reach)]
    return " | ".join(" & ".join(map(quoted, words)) for words in telling)


def _expected(chosen: tuple[tuple[int, str], ...], total: int) -> float:
    """How many articles have all of these words. Words of one subject stand together more often than chance
    has it; three times as often is a cautious guess."""
    together = total * math.prod(count / total for count, _word in chosen)
    return min(together * 3, *(count for count, _word in chosen))
