"""Many articles written together are what each would be by itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError
from django.db.models import Value
from django.db.models.functions import Concat
from django.forms.models import model_to_dict

from helpdesk.errors import InvalidInput
from kb import actions
from kb.creating import New, create_many
from kb.indexing import count_common_words, read_body
from kb.models import Article, Category, Revision
from kb.search import suggest

WRITTEN = datetime(2024, 5, 1, tzinfo=UTC)
TEXTS = [
    ("echo", "en", "Echo", "## Find it\n\nCall `setAudioProfile` first.", True),
    ("echo", "zh-hans", "回声", "## 排查\n\n先调用 `setAudioProfile`。", True),
    ("logs", "en", "Log files", "Where they are.\n\n```js\nengine.setLogFile('<a>')\n```", False),
]


def words(title: str, body: str) -> dict[str, object]:
    return {
        "title": title,
        "summary": f"About {title}",
        "body": body,
        "category": Category.objects.get(slug="faq"),
        "error_codes": ["17"],
        "platforms": ["android"],
    }


def new(slug, language, title, body, is_published, product):
    return New(
        slug=slug,
        language=language,
        words=words(title, body),
        products=[product],
        reading=read_body(body),
        at=WRITTEN,
        is_published=is_published,
    )


def what_there_is(but: str) -> list[object]:
    """Every stored value but the ids, of articles whose address does not begin so."""
    return [
        [
            {name: value for name, value in model_to_dict(article).items() if name not in ("id", "products")},
            *(weights(article.search), weights(article.search_body)),
            *(article.marked_title, article.marked_summary),
            *(article.created_at, article.updated_at, article.published_at),
            [product.code for product in article.products.all()],
            list(article.revisions.values_list("number", "kind", "title", "body", "facts", "by", "at")),
        ]
        for article in Article.objects.order_by("slug", "language")
        if not but or not article.slug.startswith(but)
    ]


def weights(vector: str) -> list[tuple[str, str]]:
    """Each word with its weights; where it stands depends on how often the vector was put together anew."""
    found = re.findall(r"'((?:[^']|'')+)':([\dABC,]+)", vector)
    assert found
    return [(word, "".join(sorted(set(places) - set("0123456789,")))) for word, places in found]


def test_together_they_are_what_each_is_by_itself(live_sdk, ana, django_assert_max_num_queries):
    for slug, language, title, body, is_published in TEXTS:
        one = actions.create(
            slug=slug,
            language=language,
            by=ana,
            at=WRITTEN,
            products=[live_sdk],
            kind_of_change=Revision.Kind.IMPORTED,
            **words(title, body),
        )
        if is_published:
            actions.publish(one, by=ana, at=WRITTEN)
    alone = what_there_is("")
    # Revisions cannot be removed: the first articles move out of the way.
    Article.objects.update(slug=Concat(Value("old-"), "slug"))
    wanted = [new(*text, live_sdk) for text in TEXTS]
    with django_assert_max_num_queries(10):
        create_many(wanted, by=ana)
    assert what_there_is("old-") == alone


def test_a_translation_that_comes_later_lends_its_words(live_sdk):
    create_many([new(*TEXTS[0], live_sdk)], by=None)
    create_many([new(*TEXTS[1], live_sdk)], by=None)
    count_common_words()
    assert [one.article.title for one in suggest(AnonymousUser(), "回声", language="en")] == ["Echo"]


def test_all_or_none_are_written(live_sdk):
    first, second, third = (new(*text, live_sdk) for text in TEXTS)
    with pytest.raises(IntegrityError):
        create_many([first, second, first], by=None)
    with pytest.raises(InvalidInput):
        create_many([third, new("x", "en", "", "Text", True, live_sdk)], by=None)
