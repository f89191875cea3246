"""Find articles: for what somebody types into the ticket form, and for what is typed into the search box.

1. The words are joined by "or": a whole sentence finds the right article although no article holds every
   word of it. In a large library the rare words alone choose whom to rank (`_reach`).
2. PostgreSQL ranks by the short vector: title, error codes, keywords, summary, headings, identifiers.
3. The best few are put in order by what else is known of the reader's case: product, platform, version.

Two queries: how common the words are, and the articles.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db import connection
from django.db.models import Case, Exists, F, FloatField, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import User
from helpdesk.text import SEPARATOR, error_codes, words
from kb.indexing import COMMON_FROM, CONFIG
from kb.models import Article, ArticleQuerySet
from products.models import Product

MAX_TYPED = 4_000
MAX_WORDS = 32
CANDIDATES = 24
# Ranking reads an article's vector: some 20 µs each, so that a thousand are noticed while typing.
MAX_RANKED = 600
ENOUGH_RARE_WORDS = 3
PAIRED = 3
RESULTS = 100
SHORT_SUBJECT = 3

# D, C, B, A: the text itself only matches; a word of the title counts twice one of the keywords.
WEIGHTS = [0.05, 0.2, 0.5, 1.0]
CODE_BOOST = 0.5
# Beside the form less is more: an article with less than this share of the best one's score is left out.
WORTH_OFFERING = 0.25

# ts_headline puts these around a word it found; nobody can type them (helpdesk.text.normal).
FOUND, END = "\x02", "\x03"

# Words that say nothing about which article is meant, beyond PostgreSQL's own stop words. Only in queries.
NOISE = frozenset((Path(__file__).parent / "noise_words.txt").read_text(encoding="utf-8").split())

_IDENTIFIER = re.compile(r"\b(?:[a-z]+[A-Z]\w*|[A-Z][A-Z0-9]*_\w+)\b", re.ASCII)


@dataclass(frozen=True)
class Suggestion:
    """An article offered, with the words that were found marked up safely."""

    article: Article
    title: SafeString
    summary: SafeString
    score: float


def suggest(
    user: User | AnonymousUser,
    text: str,
    *,
    product: str = "",
    platform: str = "",
    sdk_version: str = "",
    language: str,
    limit: int = 5,
) -> list[Suggestion]:
    """The articles most likely to solve what `text` describes, best first.

    `product` is a product's id or code. Facts only reorder: a wrong platform in the form hides nothing.
    """
    question = _Question.of(text)
    if question is None:
        return []
    found = question.found(lambda reach: _readable(user, language).filter(search=reach), limit=CANDIDATES)
    facts = _Facts(product=product, platform=platform, version=_version(sdk_version))
    scored = sorted(((facts.score(article), article) for article in found), key=lambda one: -one[0])
    return [
        _suggestion(article, score)
        for score, article in scored[:limit]
        if score >= scored[0][0] * WORTH_OFFERING
    ]


def search(
    user: User | AnonymousUser,
    text: str,
    *,
    language: str,
    product: str = "",
    platform: str = "",
    category: str = "",
) -> list[Suggestion]:
    """At most 100 results for the search page, best first. Product, platform and category filter here."""
    question = _Question.of(text)
    if question is None:
        return []
    articles = narrowed(_readable(user, language), product=product, platform=platform, category=category)
    found = question.found(
        lambda reach: articles.filter(Q(search=reach) | Q(search_body=question.every_word)), limit=RESULTS
    )
    facts = _Facts(product="", platform="", version=())
    return [_suggestion(article, facts.score(article)) for article in found]


def narrowed(
    articles: ArticleQuerySet, *, product: str = "", platform: str = "", category: str = ""
) -> ArticleQuerySet:
    """Articles for a product and platform. One that names no platform or product is for all of them."""
    if product:
        named = Article.products.through.objects.filter(article=OuterRef("pk"))
        articles = articles.filter(Exists(named.filter(product__code=product[:50])) | ~Exists(named))
    if platform:
        articles = articles.filter(Q(platforms__contains=[platform[:20]]) | Q(platforms=[]))
    if category:
        articles = articles.filter(category__slug=category[:50])
    return articles


def symptom(subject: str, body: str) -> str:
    """What of a ticket form is worth searching for: the subject, and the codes and methods of the text.

    A whole description holds too many words that are not its point; its beginning helps where the subject
    is a word or two.
    """
    subject, body = subject[:MAX_TYPED], body[:MAX_TYPED]
    if len(query_words(subject)) < SHORT_SUBJECT:
        subject = f"{subject}\n{body[:200]}"
    named = [*_IDENTIFIER.findall(body)[:8], *(f"error {code}" for code in sorted(error_codes(body))[:4])]
    return " ".join([subject, *named]).strip()


def query_words(text: str) -> list[str]:
    """The telling words of what somebody typed, each once; all of them if none is telling."""
    every = list(dict.fromkeys(word.strip(".") for word in words(text[:MAX_TYPED])))
    telling = [word for word in every if word not in NOISE and (len(word) > 1 or word.isdigit())]
    return [word for word in telling or every if word][:MAX_WORDS]


def marked_up(headline: str) -> SafeString:
    """PostgreSQL's headline as HTML: everything escaped, what was found in <mark>."""
    parts = headline.replace(SEPARATOR, "").replace(END + FOUND, "").split(FOUND)
    found = (part.partition(END) for part in parts[1:])
    return format_html(
        "{}{}",
        parts[0],
        format_html_join("", "<mark>{}</mark>{}", ((one, rest) for one, _end, rest in found)),
    )


@dataclass(frozen=True)
class _Question:
    """What was typed, as PostgreSQL is asked for it."""

    any_word: SearchQuery
    every_word: SearchQuery
    reach: SearchQuery
    codes: list[str]

    @classmethod
    def of(cls, text: str) -> _Question | None:
        """None for a text without words. Words hold letters, digits and points only; quoted all the same."""
        quoted = [f"'{word}'" for word in query_words(text)]
        if not quoted:
            return None
        return cls(
            any_word=SearchQuery(" | ".join(quoted), search_type="raw", config=CONFIG),
            every_word=SearchQuery(" & ".join(quoted), search_type="raw", config=CONFIG),
            reach=SearchQuery(_reach(_commonness(" ".join(quoted))), search_type="raw", config="simple"),
            codes=sorted(error_codes(text[:MAX_TYPED]))[:MAX_WORDS],
        )

    def found(self, match: Callable[[SearchQuery], ArticleQuerySet], *, limit: int) -> list[Article]:
        """The best of those in reach; of all that hold any word, where nothing is in reach."""
        return list(self._ranked(match(self.reach))[:limit]) or list(
            self._ranked(match(self.any_word))[:limit]
        )

    def _ranked(self, articles: ArticleQuerySet) -> ArticleQuerySet:
        names_code: Case | Value = Value(0.0)
        if self.codes:
            named = When(error_codes__overlap=self.codes, then=Value(CODE_BOOST))
            names_code = Case(named, default=Value(0.0), output_field=FloatField())
        return (
            articles.light()
            .annotate(
                rank=SearchRank(F("search"), self.any_word, weights=WEIGHTS) + names_code,
                title_found=_headline("marked_title", self.any_word),
                summary_found=_headline("marked_summary", self.any_word),
                product_codes=ArraySubquery(_products_of().values("code")),
                product_ids=ArraySubquery(_products_of().values(key=Cast("pk", TextField()))),
            )
            .order_by("-rank", "pk")
        )


def _commonness(typed: str) -> dict[str, int]:
    """The words as the index spells them, and in how many articles each stands; 0 for a rare one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select lexeme, coalesce(articles, 0) from unnest(to_tsvector(%s::regconfig, %s))"
            " left join kb_commonword on word = lexeme",
            [CONFIG, typed],
        )
        return dict(cursor.fetchall())


def _reach(commonness: dict[str, int]) -> str:
    """Which articles are worth ranking, as a tsquery: some hundreds of them, however large the library.

    Those with a rare word of the question. Where it has only common ones, those with two of the rarest;
    where it is a single common word, those with it in the title.
    """
    chosen: list[str] = []
    common: list[str] = []
    ranked = 0
    for word, articles in sorted(commonness.items(), key=lambda one: one[1]):
        ranked += articles or COMMON_FROM // 2
        (chosen if ranked <= MAX_RANKED else common).append(f"'{word}'")
    if len(chosen) >= ENOUGH_RARE_WORDS or not common:
        return " | ".join(chosen)
    pairs = [f"({first} & {second})" for first, second in combinations(common[:PAIRED], 2)]
    return " | ".join([*chosen, *pairs]) or f"{common[0]}:A"


def _readable(user: User | AnonymousUser, language: str) -> ArticleQuerySet:
    return Article.objects.visible_to(user).for_reader_of(language, user)


def _headline(field: str, query: SearchQuery) -> SearchHeadline:
    return SearchHeadline(field, query, config=CONFIG, start_sel=FOUND, stop_sel=END, highlight_all=True)


def _products_of() -> QuerySet[Product]:
    return Product.objects.filter(articles=OuterRef("pk")).order_by("pk")


@dataclass(frozen=True)
class _Facts:
    """What the form says of the case."""

    product: str
    platform: str
    version: tuple[int, ...]

    def score(self, article: Article) -> float:
        """The rank, more for articles about this product, platform and version, and for proven ones."""
        score: float = article.rank  # type: ignore[attr-defined]
        named = [*article.product_codes, *article.product_ids]  # type: ignore[attr-defined]
        score *= _fit(self.product, named)
        score *= _fit(self.platform, article.platforms)
        if self.version and not (_version(article.sdk_from) <= self.version <= _version_end(article.sdk_to)):
            score *= 0.7
        return score * (1 + 0.02 * math.log1p(article.solved_count))


def _fit(asked: str, named: Iterable[str]) -> float:
    """More for an article that names what was asked for, less for one about something else."""
    named = list(named)
    if not asked or not named:
        return 1.0
    return 1.15 if asked in named else 0.6


def _version(text: str) -> tuple[int, ...]:
    """ "v4.3.2-rc1" as (4, 3, 2); () for what is no version."""
    match = re.match(r"\s*[vV]?(\d{1,6}(?:\.\d{1,6}){0,3})", text)
    return tuple(int(part) for part in match[1].split(".")) if match else ()


def _version_end(text: str) -> tuple[float, ...]:
    """The last version that "4.3" includes: every 4.3.x."""
    return (*_version(text), math.inf) if _version(text) else (math.inf,)


def _suggestion(article: Article, score: float) -> Suggestion:
    return Suggestion(
        article=article,
        title=marked_up(article.title_found),  # type: ignore[attr-defined]
        summary=marked_up(article.summary_found),  # type: ignore[attr-defined]
        score=score,
    )
