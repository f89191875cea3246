"""Words that were typed wrong, and what was probably meant.

Every word of the index is kept with all the words that it becomes when one letter is left out. Two words
that share such a variant are one or two slips apart (a letter too many, too few, another one, or two
swapped), and one index look-up finds them: PostgreSQL's own pg_trgm is not everywhere. Only words of public
articles are offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import connection, transaction
from rapidfuzz.distance import OSA

from kb.models import IndexedWord

# Shorter words have too many neighbours; longer ones are identifiers that are copied, not typed.
LENGTHS = range(4, 25)
MAX_ASKED = 4
# From this length on two slips are allowed.
LONG = 8
_WORD = re.compile(r"[a-z]+")


def is_checked(word: str) -> bool:
    return len(word) in LENGTHS and _WORD.fullmatch(word) is not None


def variants(word: str) -> list[str]:
    """The word, and the word without each of its letters in turn."""
    return sorted({word, *(word[:place] + word[place + 1 :] for place in range(len(word)))})


def meant(words: Iterable[str]) -> dict[str, str]:
    """For each word that no article has: the nearest one that articles have, if one is near enough."""
    asked = [word for word in words if is_checked(word)][:MAX_ASKED]
    if not asked:
        return {}
    every = sorted({variant for word in asked for variant in variants(word)})
    there = dict(IndexedWord.objects.filter(variants__overlap=every).values_list("word", "articles"))
    found = {}
    for word in asked:
        allowed = 2 if len(word) >= LONG else 1
        near = [
            (OSA.distance(word, other), -articles, other)
            for other, articles in there.items()
            if OSA.distance(word, other) <= allowed
        ]
        # The first letter is seldom wrong.
        near.sort(key=lambda one: (one[0] + (one[2][0] != word[0]), one[1], one[2]))
        if word not in there and near:
            found[word] = near[0][2]
    return found


@transaction.atomic
def learn() -> None:
    """Read anew which words the published, public articles have."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select word, ndoc from ts_stat($$
                select search_body from kb_article where status = 'published' and audience = 'public'
            $$)
            where length(word) between %s and %s
            """,
            [LENGTHS.start, LENGTHS.stop - 1],
        )
        counted = {word: articles for word, articles in cursor.fetchall() if is_checked(word)}
    IndexedWord.objects.all().delete()
    IndexedWord.objects.bulk_create(
        (
            IndexedWord(word=word, articles=articles, variants=variants(word))
            for word, articles in counted.items()
        ),
        batch_size=2_000,
    )
