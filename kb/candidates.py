"""The articles that may answer a question, and where each has its words.

Two statements, written out: building them from parts took Django longer than PostgreSQL needs to answer. Who
may see what is told by the model's queryset all the same; its SQL is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.models import User
from kb.models import Article
from kb.question import MAX_RANKED, Question, quoted
from kb.ranking import NOWHERE

# So many more that name an error code or, on the search page, have the rarest words in their text.
MAX_BESIDES = 100

Row = dict[str, Any]

# `ts_delete` of no word gives a vector as it is, unpacked once, not for each word that is asked of it.
# An array, not a join: where PostgreSQL expects some hundreds of articles it may rather read the whole table.
_FOUND = """
    select id as pk, {places} as places,
        array(select product_id from kb_article_products where article_id = kb_article.id) as product_ids,
        platforms, sdk_from, sdk_to, error_codes, solved_count, helpful_count, unhelpful_count, kind,
        category_id as category
    from kb_article
    cross join lateral (select ts_delete(search, '') as vector offset 0) unpacked
    where id = any(array({ways}))
"""
_IN_TEXT = """
    select id, {places} from kb_article
    cross join lateral (select ts_delete(search_body, '') as vector offset 0) unpacked
    where id = any(%s)
"""


def find(
    question: Question, user: User | AnonymousUser, language: str, *, in_text: bool = False
) -> list[Row]:
    """Facts of each article in reach that this reader may see, and in `places` a letter for each word of the
    question: A, B or C, where it stands best in the short vector, or NOWHERE.

    Where nothing is in the first reach the next is asked. `in_text` adds those with all of the rarest words
    in their text.
    """
    besides: list[tuple[str, object]] = []
    besides += [("error_codes && %s::varchar[]", question.codes)] if question.codes else []
    besides += [("search_body @@ %s::tsquery", question.rarest)] if in_text else []
    for reach in question.reaches:
        ways = [("search @@ %s::tsquery", reach, MAX_RANKED), *((*one, MAX_BESIDES) for one in besides)]
        if rows := list(_ask(question, user, language, ways)):
            return rows
    return []


def _ask(
    question: Question, user: User | AnonymousUser, language: str, ways: Sequence[tuple[str, object, int]]
) -> Iterator[Row]:
    # What may be shown is told before each limit. Asking for translations is dear enough for PostgreSQL to go
    # by the index of the words; for a limit alone it reads the table until it has enough.
    shown, of_reader = _shown(user.pk, isinstance(user, User) and user.is_staff_member, language)
    parts = [f"({shown} and {condition} limit {most})" for condition, _value, most in ways]
    values = [one for _condition, value, _most in ways for one in (*of_reader, value)]
    places, words = _places(question, "ABC")
    with connection.cursor() as cursor:
        cursor.execute(_FOUND.format(ways=" union ".join(parts), places=places), [*words, *values])
        names = [column.name for column in cursor.description]
        for row in cursor:
            yield dict(zip(names, row, strict=True))


def in_text(question: Question, articles: list[int]) -> dict[int, str]:
    """As `places`, for what stands anywhere in these articles: D, or NOWHERE."""
    places, words = _places(question, "D")
    with connection.cursor() as cursor:
        cursor.execute(_IN_TEXT.format(places=places), [*words, articles])
        return dict(cursor.fetchall())


def _places(question: Question, letters: str) -> tuple[str, list[str]]:
    """An expression over `vector` with the letter of each word's best place, and its parameters. Of the last
    letter it is enough to be there at all."""
    best, last = letters[:-1], letters[-1]
    tried = " ".join(f"when vector @@ %s::tsquery then '{letter}'" for letter in best)
    placed = f"case {tried} else '{last}' end" if best else f"'{last}'"
    each = f"case when vector @@ %s::tsquery then {placed} else '{NOWHERE}' end"
    words = [quoted(word) for word in question.words]
    return " || ".join([each] * len(words)), [
        tsquery for word in words for tsquery in (word, *(f"{word}:{letter}" for letter in best))
    ]


@lru_cache(maxsize=2_000)
def _shown(pk: int | None, is_staff: bool, language: str) -> tuple[str, tuple[Any, ...]]:
    """The ids of what a reader is shown, as SQL that ends within its conditions. It depends on who reads,
    whether that is one of the staff, and the language; what the rows say is looked up each time."""
    role = User.Role.AGENT if is_staff else User.Role.REQUESTER
    reader = AnonymousUser() if pk is None else User(pk=pk, role=role)
    shown = Article.objects.visible_to(reader).for_reader_of(language, reader).order_by().values("pk")
    return shown.query.sql_with_params()
