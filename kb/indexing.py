"""What the search knows of an article. Run after each change of its words, in the same transaction."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import connection, transaction
from django.db.models import Expression, F, Func, Value

from helpdesk.markdown import Rendered, render_article
from helpdesk.text import marked, segmented
from kb import spelling
from kb.models import Article, CommonWord

# One configuration for both languages: it stems English and leaves Chinese words as they were cut.
CONFIG = "english"
# PostgreSQL takes at most 1 MB of words; the start of a book is enough to find it.
MAX_INDEXED_CHARACTERS = 200_000
MAX_WORDS_CHARACTERS = 150_000

# A word in fewer articles than this is rare, and costs a search nothing worth counting.
COMMON_FROM = 5
# No word is empty: under this one stands how many published articles there are.
EVERY_ARTICLE = ""

Reading = tuple[Rendered, str]

# The cleaner's own HTML: attributes stand in double quotes. Django's strip_tags parses it a second time.
_TAG = re.compile(r'<[^<>"]*(?:"[^"]*"[^<>"]*)*>')
# Where one of them ends, so does a word: two cells of a table in one line are two words.
_END_OF_WORD = re.compile(
    r"<br>|</(?:td|th|li|p|div|h[2-6]|dt|dd|pre|caption|figcaption|blockquote|section)>"
)
_IDENTIFIER = re.compile(r"\b(?:[a-z]+(?:[A-Z]\w*)+|\w+_\w+|[A-Z][a-z]+(?:[A-Z]\w*)+)\b", re.ASCII)


def index(article: Article) -> None:
    """Write the search columns of an article, and tell its translations: each is found by the other's title.

    An English reader who types Chinese finds the article whose translation has those words, and the other
    way round; which of the two is shown then depends on the reader alone.
    """
    versions = list(Article.objects.filter(slug=article.slug))
    for version in versions:
        if version.pk == article.pk:
            _write(version, _lent_to(version, versions))
    _tell_others(article, versions)


def index_new(articles: Sequence[Article], readings: Sequence[Reading]) -> list[Article]:
    """Put the search columns on articles that are about to be stored together, by expressions.

    Returns the versions that are there already and may be found by other words now: `index_translations_of`
    is for them, once the new ones are stored.
    """
    there = list(Article.objects.filter(slug__in={one.slug for one in articles}).defer("body"))
    versions: dict[str, list[Article]] = defaultdict(list)
    for one in [*there, *articles]:
        versions[one.slug].append(one)
    for article, reading in zip(articles, readings, strict=True):
        for column, words in _columns(article, _lent_to(article, versions[article.slug]), reading).items():
            setattr(article, column, words)
    return there


def index_translations_of(versions: Iterable[Article]) -> None:
    """Write anew what these versions have of each other."""
    for slug, some in groupby(sorted(versions, key=attrgetter("slug")), attrgetter("slug")):
        every = list(Article.objects.filter(slug=slug).defer("body"))
        for version in some:
            _rewrite_short(version, _lent_to(version, every))


def index_translations(article: Article) -> None:
    """Tell the other versions of an article whether they still have its words."""
    _tell_others(article, list(Article.objects.filter(slug=article.slug)))


def _tell_others(article: Article, versions: list[Article]) -> None:
    for version in versions:
        if version.pk != article.pk:
            _rewrite_short(version, _lent_to(version, versions))


def _lent_to(version: Article, versions: list[Article]) -> list[Article]:
    return [one for one in versions if one != version and _lends_words(one, version)]


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
            insert into kb_commonword (word, articles, texts)
            select word, coalesce(short.ndoc, 0), long.ndoc
            from ts_stat($$select search_body from kb_article where status = 'published'$$) long
            left join ts_stat($$select search from kb_article where status = 'published'$$) short using (word)
            where long.ndoc >= %s
            """,
            [COMMON_FROM],
        )
    published = Article.objects.published().count()
    CommonWord.objects.create(word=EVERY_ARTICLE, articles=published)
    spelling.learn()


def _write(article: Article, translations: list[Article]) -> None:
    columns = _columns(article, translations, read_body(article.body))
    Article.objects.filter(pk=article.pk).update(**columns)


def _columns(article: Article, translations: list[Article], reading: Reading) -> dict[str, Any]:
    page, text = reading
    own = _vector("C", *(heading.title for heading in page.headings), *_identifiers(text))
    short = _joined(_named(article, translations), own)
    return {
        "search": short,
        "search_body": _joined(short, _vector("D", text)),
        "marked_title": marked(article.title),
        "marked_summary": marked(article.summary),
    }


def _rewrite_short(article: Article, translations: list[Article]) -> None:
    """As `_write`, where the text has not changed: its words are kept as they are in the index."""
    named = _named(article, translations)
    short = _joined(named, _only("search", "c"))
    Article.objects.filter(pk=article.pk).update(
        search=short, search_body=_joined(named, _only("search", "c"), _only("search_body", "d"))
    )


def _named(article: Article, translations: list[Article]) -> Expression:
    versions = [article, *translations]
    return _vector("A", *(words for one in versions for words in [one.title, *one.error_codes])) + _vector(
        "B", *(words for one in versions for words in [one.summary, *one.keywords])
    )


def _only(column: str, weight: str) -> Func:
    """The words of a vector that have this weight."""
    return Func(F(column), Value(f"{{{weight}}}"), function="ts_filter", output_field=SearchVectorField())


def _joined(*vectors: Expression) -> Func:
    return Func(*vectors, template="(%(expressions)s)", arg_joiner=" || ", output_field=SearchVectorField())


@lru_cache(maxsize=4)
def read_body(body: str) -> Reading:
    """A text as a page whose links lead nowhere yet and whose code has no colours, and its words.

    Kept a moment: an import looks at the page before it is indexed.
    """
    page = render_article(body[:MAX_INDEXED_CHARACTERS], colours=False)
    # The database takes at most 1 MB of words.
    words = _TAG.sub("", _END_OF_WORD.sub(" ", page.html))
    return page, html.unescape(words)[:MAX_WORDS_CHARACTERS]


def _vector(weight: str, *texts: str) -> SearchVector:
    words = segmented(" \n ".join(texts))
    return SearchVector(Value(words), weight=weight, config=CONFIG)


def _identifiers(text: str) -> list[str]:
    """Methods, callbacks and constants that the text speaks of: what people copy from their logs."""
    return sorted(set(_IDENTIFIER.findall(text)))
