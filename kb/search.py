"""Find articles: for what somebody types into the ticket form, and for what is typed into the search box.

1. Words of what was typed choose some hundreds of articles, however large the library (kb.question). They
   are joined by "or": a whole sentence finds the right article although none holds every word of it.
2. Those are put in order by how telling the words are that they have in their title, error codes, keywords,
   summary, headings and identifiers (kb.candidates, kb.ranking). An error code counts more than any words.
3. Of the best few the text is looked at as well; then what readers found helpful counts, and what else is
   known of the reader's case: product, platform, version.

Synonyms are looked for as well and count less (kb.synonyms). A word that no article has is taken for the one
that was probably meant (kb.spelling). Four queries: how common the words are, where the articles in reach
have them, where the texts of the best few do, and the articles that are shown; two more where a word may be
a slip.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.search import SearchHeadline, SearchQuery
from django.db.models import Exists, OuterRef, Q
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import User
from helpdesk.text import SEPARATOR
from kb import candidates
from kb.candidates import Row
from kb.case import MAX_TYPED, Case
from kb.facets import Facet, Facets, Filters
from kb.indexing import CONFIG
from kb.models import Article, ArticleQuerySet
from kb.question import Question
from kb.ranking import fit
from products import versions
from products.models import Platform

# Of so many the text is looked at, some 50 µs each.
BEST = 40
RESULTS = 100

# More than words alone can reach: what names the error code comes first.
CODE_BOOST = 1.0
# Beside the form less is more: an article with less than this share of the best one's score is left out.
WORTH_OFFERING = 0.25

# ts_headline puts these around a word it found; nobody can type them (helpdesk.text.normal).
FOUND, END = "\x02", "\x03"
_WORD = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True)
class Suggestion:
    """An article offered, with the words that were found marked up safely.

    `reasons` are the facts of the case that it names: "-17", "Android", "4.3.2".
    """

    article: Article
    title: SafeString
    summary: SafeString
    score: float
    reasons: tuple[str, ...] = ()


def suggest(
    user: User | AnonymousUser, case: Case | str, *, language: str, limit: int = 5
) -> list[Suggestion]:
    """The articles most likely to solve the case, best first. A text alone is a case without facts.

    Facts only reorder: a wrong platform in the form hides nothing.
    """
    if isinstance(case, str):
        case = Case.of(case)
    question = Question.of(case)
    if question is None:
        return []
    found = _in_order(question, candidates.find(question, user, language))[:BEST]
    scored = sorted(((_score(one, case), one) for one in found), key=lambda pair: -pair[0])
    chosen = [(score, one) for score, one in scored[:limit] if score >= scored[0][0] * WORTH_OFFERING]
    return _suggestions(chosen, question, case)


class Results(Sequence[Suggestion]):
    """What was found, best first. The articles are fetched, and their words marked, for the part that is
    looked at: a page."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], question: Question, case: Case) -> None:
        self._rows, self._question, self._case = rows, question, case

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, part: int) -> Suggestion: ...
    @overload
    def __getitem__(self, part: slice) -> list[Suggestion]: ...
    def __getitem__(self, part: int | slice) -> Suggestion | list[Suggestion]:
        if isinstance(part, int):
            return self[part : part + 1][0]
        chosen = [(one["rank"], one) for one in self._rows[part]]
        return _suggestions(chosen, self._question, self._case) if chosen else []

    def __iter__(self) -> Iterator[Suggestion]:
        return iter(self[:])


@dataclass(frozen=True)
class Answer:
    """What was found, what it can be narrowed to, and what was probably meant by a word nobody wrote."""

    results: Sequence[Suggestion]
    facets: list[Facet]
    did_you_mean: str = ""


def search(
    user: User | AnonymousUser,
    text: str,
    *,
    language: str,
    product: str = "",
    platform: str = "",
    category: str = "",
) -> list[Suggestion]:
    """At most 100 results, best first. Product, platform and category filter here."""
    filters = Filters(product=product, platform=platform, category=category)
    return list(look_up(user, text, language=language, filters=filters).results)


def look_up(user: User | AnonymousUser, text: str, *, language: str, filters: Filters) -> Answer:
    """What the search pages show: at most 100 results, best first, and the filters with their counts.

    The counts are of what was found, at most some hundreds of articles, as `_reach` chose them.
    """
    case = Case(text=text[:MAX_TYPED])
    question = Question.of(case)
    if question is None:
        return Answer([], [])
    facets = Facets(filters)
    rows = _in_order(question, candidates.find(question, user, language, in_text=True))
    chosen = facets.narrowed(rows)[:RESULTS]
    results = Results(chosen, question, case)
    return Answer(results, facets.counted(rows), _did_you_mean(text, question.corrected, chosen))


def _did_you_mean(text: str, corrected: dict[str, str], best: Sequence[Mapping[str, Any]]) -> str:
    """What was typed with the words that were probably meant, spelled as the articles found spell them.

    The index knows stems ("permiss"), nobody types them; a word that none of the first results has is not
    proposed. Only words of public articles are ever taken for what was meant (kb.spelling).
    """
    if not corrected:
        return ""
    meant_instead = text
    articles = Article.objects.in_bulk([one["pk"] for one in best[:5]])
    for stem, right in corrected.items():
        wrong = next((word for word in _WORD.findall(text) if word.lower().startswith(_bare(stem))), "")
        begins = re.compile(rf"\b{re.escape(_bare(right))}[a-z]*", re.IGNORECASE)
        texts = (f"{one.title} {one.summary} {one.body}" for one in articles.values())
        spelled = next((found.group().lower() for words in texts if (found := begins.search(words))), "")
        if wrong and spelled:
            meant_instead = meant_instead.replace(wrong, spelled, 1)
    return meant_instead if meant_instead != text else ""


def _bare(stem: str) -> str:
    """The stemmer writes "batteri" for battery."""
    return stem.removesuffix("i")


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


def marked_up(headline: str) -> SafeString:
    """PostgreSQL's headline as HTML: everything escaped, what was found in <mark>."""
    parts = headline.replace(SEPARATOR, "").replace(END + FOUND, "").split(FOUND)
    found = (part.partition(END) for part in parts[1:])
    return format_html(
        "{}{}",
        parts[0],
        format_html_join("", "<mark>{}</mark>{}", ((one, rest) for one, _end, rest in found)),
    )


def _in_order(question: Question, found: Sequence[Row]) -> list[Row]:
    """The articles that were found, what answers best first. Of the first some the text is looked at too."""
    if not found:
        return []
    words = list(question.words.values())

    def ranked(rows: Sequence[Row]) -> list[Row]:
        # Many have the same words in the same places.
        fits = {places: fit(places, words) for places in {row["places"] for row in rows}}
        for row in rows:
            names_code = not set(question.codes).isdisjoint(row["error_codes"])
            row["rank"] = (fits[row["places"]] + (CODE_BOOST if names_code else 0.0)) * _proven(row)
        return sorted(rows, key=lambda row: (-row["rank"], row["pk"]))

    first = ranked(found)
    best, others = first[:BEST], first[BEST:]
    in_text = candidates.in_text(question, [row["pk"] for row in best])
    for row in best:
        both = zip(row["places"], in_text.get(row["pk"]) or row["places"], strict=True)
        row["places"] = "".join(min(pair) for pair in both)
    return ranked(best) + others


def _headline(field: str, words: str) -> SearchHeadline:
    query = SearchQuery(words, search_type="raw", config="simple")
    return SearchHeadline(field, query, config=CONFIG, start_sel=FOUND, stop_sel=END, highlight_all=True)


def _score(found: dict[str, Any], case: Case) -> float:
    """The rank, more for articles about this product, platform and version, and for proven ones."""
    score: float = found["rank"]
    if case.product:
        score *= _fit(case.product.pk, found["product_ids"])
    score *= _fit(case.platform, found["platforms"])
    fits = versions.within(case.sdk_version, first=found["sdk_from"], last=found["sdk_to"])
    if found["sdk_from"] or found["sdk_to"]:
        score *= {True: 1.15, False: 0.7, None: 1.0}[fits]
    return score


def _proven(found: dict[str, Any]) -> float:
    """More for what solved it for others and what readers found helpful; less for what they did not. A few
    opinions change little: two of each kind are taken for granted."""
    helpful, unhelpful = found["helpful_count"] + 2, found["unhelpful_count"] + 2
    liked: float = 0.8 + 0.4 * helpful / (helpful + unhelpful)
    return liked * (1 + 0.02 * math.log1p(found["solved_count"]))


def _fit(asked: object, named: list[Any]) -> float:
    """More for an article that names what was asked for, less for one about something else."""
    if not asked or not named:
        return 1.0
    return 1.25 if asked in named else 0.6


def _reasons(found: Mapping[str, Any], case: Case, codes: list[str]) -> Iterator[str]:
    """What of the case the article names, in the words in which it does."""
    named = [code for code in found["error_codes"] if code in codes]
    # "-17" and "17" are one code.
    yield from {code.lstrip("-"): code for code in reversed(named[:3])}.values()
    if case.product and case.product.pk in found["product_ids"]:
        yield str(case.product)
    if case.platform and case.platform in found["platforms"]:
        yield str(Platform(case.platform).label)
    has_range = found["sdk_from"] or found["sdk_to"]
    if has_range and versions.within(case.sdk_version, first=found["sdk_from"], last=found["sdk_to"]):
        yield str(versions.parse(case.sdk_version))


def _suggestions(
    chosen: Sequence[tuple[float, Mapping[str, Any]]], question: Question, case: Case
) -> list[Suggestion]:
    """The articles themselves, in this order, with their words marked."""
    articles = (
        Article.objects.light()
        .annotate(
            title_found=_headline("marked_title", question.to_mark),
            summary_found=_headline("marked_summary", question.to_mark),
        )
        .in_bulk([one["pk"] for _score, one in chosen])
    )
    return [
        Suggestion(
            article=(article := articles[one["pk"]]),
            title=marked_up(article.title_found),  # type: ignore[attr-defined]
            summary=marked_up(article.summary_found),  # type: ignore[attr-defined]
            score=score,
            reasons=tuple(_reasons(one, case, question.codes)),
        )
        for score, one in chosen
        if one["pk"] in articles
    ]
