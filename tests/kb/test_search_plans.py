"""The search goes by its indexes. Without them it is as right, and slower with every article."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from kb.case import Case
from kb.facets import Filters
from kb.indexing import count_common_words
from kb.models import Article
from kb.search import look_up, suggest

pytestmark = pytest.mark.django_db

ANYBODY = AnonymousUser()
COPIES = 150


@pytest.fixture
def library(shelf: dict[str, Article]) -> None:
    """Each article again and again, so that an index is worth its while; one is left as the only one."""
    columns = ", ".join(
        connection.ops.quote_name(field.column)
        for field in Article._meta.concrete_fields
        if field.column not in ("id", "slug")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into kb_article (slug, {columns}) select slug || '-' || copy, {columns}"
            " from kb_article, generate_series(1, %s) copy where slug != 'echo'",
            [COPIES],
        )
        cursor.execute("analyze kb_article")
    count_common_words()


def suggested() -> object:
    return suggest(ANYBODY, Case.of("echo on the loudspeaker, error -102"), language="en")


def looked_up() -> object:
    return look_up(ANYBODY, "echo loudspeaker -102", language="en", filters=Filters()).results[:20]


def scans(ask: Any) -> set[tuple[str, str]]:
    """How each statement comes by articles: what the plans say of the table, and the indexes they go by."""
    asked: list[tuple[str, Any]] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        assert ask()
    found = set()
    with connection.cursor() as cursor:
        for sql, params in asked:
            cursor.execute(f"explain (format json) {sql}", params)
            (plan,) = cursor.fetchone()
            found |= set(_scans((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))
    return found


def _scans(plan: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if plan.get("Relation Name") == "kb_article" or "Index Name" in plan:
        yield plan["Node Type"], plan.get("Index Name", "")
    for part in plan.get("Plans", []):
        yield from _scans(part)


@pytest.mark.parametrize("ask", [suggested, looked_up])
def test_words_codes_and_texts_are_found_by_their_indexes(library, ask):
    found = scans(ask)
    assert ("Seq Scan", "") not in found
    indexes = {index for _node, index in found}
    assert {"article_search", "article_error_codes"} <= indexes
    assert ("article_search_body" in indexes) is (ask is looked_up)
