"""What the search knows of an article. Run after each change of its words, in the same transaction."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from functools import lru_cache

from django.contrib.postgres.search import CombinedSearchVector, SearchVector
from django.db import connection, transaction
from django.db.models import Value
from django.utils.html import strip_tags

from helpdesk.markdown import render_article
from helpdesk.text import marked, segmented
from kb.models import Article, CommonWord

# One configuration for both languages: it stems English and leaves Chinese words as they were cut.
CONFIG = "english"
# PostgreSQL takes at most 1 MB of words; the start of a book is enough to find it.
MAX_INDEXED_CHARACTERS = 100_000

# A word in fewer articles than this is rare, and costs a search nothing worth counting.
COMMON_FROM = 5
# No word is empty: under this one stands how many published articles there are.
EVERY_ARTICLE = ""

_IDENTIFIER = re.compile(r"\b(?:[a-z]+(?:[A-Z]\w*)+|\w+_\w+|[A-Z][a-z]+(?:[A-Z]\w*)+)\b", re.ASCII)


def index(article: Article) -> None:
    """Write the search columns of an article, and of its translations: each is found by the other's title.

    An English reader who types Chinese finds the article whose translation has those words, and the other
    way round; which of the two is shown then depends on the reader alone.
    """
    versions = list(Article.objects.filter(slug=article.slug))
    for version in versions:
        _index(version, [one for one in versions if one.pk != version.pk and _lends_words(one, version)])


def _lends_words(lender: Article, borrower: Article) -> bool:
    """Only what the borrower's readers may read themselves: words of a draft or of a narrower audience
    would show by what they find."""
    return lender.is_published and (
        lender.audience == Article.Audience.PUBLIC
        or borrower.audience == Article.Audience.INTERNAL
        or lender.audience == borrower.audience == Article.Audience.CUSTOMERS
    )


@transaction.atomic
def count_common_words() -> None:
    """Count anew in how many published articles each common word stands.

    A count that is out of date costs time only: what the search finds does not depend on it.
    """
    CommonWord.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into kb_commonword (word, articles)
            select word, ndoc from ts_stat($$select search from kb_article where status = 'published'$$)
            where ndoc >= %s
            """,
            [COMMON_FROM],
        )
    published = Article.objects.published().count()
    CommonWord.objects.create(word=EVERY_ARTICLE, articles=published)


def _index(article: Article, translations: Iterable[Article]) -> None:
    text, headings = _read(article.body[:MAX_INDEXED_CHARACTERS])
    versions = [article, *translations]
    short = (
        _vector("A", *(words for one in versions for words in [one.title, *one.error_codes]))
        + _vector("B", *(words for one in versions for words in [one.summary, *one.keywords]))
        + _vector("C", *headings, *_identifiers(text))
    )
    Article.objects.filter(pk=article.pk).update(
        search=short,
        search_body=short + _vector("D", text),
        marked_title=marked(article.title),
        marked_summary=marked(article.summary),
        marked_body=marked(text),
    )


@lru_cache(maxsize=32)
def _read(body: str) -> tuple[str, list[str]]:
    """The words of a text without its marks, and its headings. Kept a while: the versions of an article are
    indexed together, and publishing follows writing."""
    rendered = render_article(body)
    return html.unescape(strip_tags(rendered.html)), [heading.title for heading in rendered.headings]


def _vector(weight: str, *texts: str) -> SearchVector | CombinedSearchVector:
    words = segmented(" \n ".join(texts))
    return SearchVector(Value(words), weight=weight, config=CONFIG)


def _identifiers(text: str) -> list[str]:
    """Methods, callbacks and constants that the text speaks of: what people copy from their logs."""
    return sorted(set(_IDENTIFIER.findall(text)))
