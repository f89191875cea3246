"""Find articles: for what somebody types into the ticket form, and for what is typed into the search box.

1. The words are joined by "or": a whole sentence finds the right article although no article holds every
   word of it. In a large library telling combinations of words choose some hundreds of candidates (`_reach`).
2. PostgreSQL ranks the candidates by the short vector: title, error codes, keywords, summary, headings,
   identifiers. An error code counts more than any words.
3. The best few are put in order by how telling the words are that they have (kb.ranking), by what readers
   found helpful, and by what else is known of the reader's case: product, platform, version.

Synonyms are looked for as well and count less (kb.synonyms). A word that no article has is taken for the one
that was probably meant (kb.spelling). Four queries: how common the words are, the ranking, where the best few
have which words, and the articles that are shown; a fifth where a word is rare enough to be a slip.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, overload

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db import connection
from django.db.models import Case as SqlCase
from django.db.models import Exists, F, FloatField, OuterRef, Q, QuerySet, Value, When
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import User
from helpdesk.text import SEPARATOR
from kb.case import MAX_TYPED, Case
from kb.facets import Facet, Facets, Filters
from kb.indexing import COMMON_FROM, CONFIG, EVERY_ARTICLE
from kb.models import Article, ArticleQuerySet
from kb.ranking import Word, fits
from kb.spelling import meant
from kb.synonyms import added_to
from products import versions
from products.models import Platform

CANDIDATES = 40
# So many are to be ranked: the rarer the words that choose them, the better they answer. Ranking reads an
# article's vector, some 10 to 20 µs each; a guess that was wrong ends at MAX_RANKED.
REACHED, MAX_RANKED = 150, 300
# So many more that name an error code or, on the search page, have every word in their text.
MAX_BESIDES = 100
IN_TITLE = ":A"
# Of so many of the rarest words the combinations are tried that choose few enough articles.
COMBINED = 5
RESULTS = 100
MAX_FOUND = MAX_RANKED + 2 * MAX_BESIDES

# D, C, B, A: the text itself only matches; a word of the title counts twice one of the keywords.
WEIGHTS = [0.05, 0.2, 0.5, 1.0]
# More than words alone can reach: what names the error code comes first.
CODE_BOOST = 1.0
# A word that means what was typed counts less than the word itself.
SAME_MEANING = 0.4
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
    question = _Question.of(case)
    if question is None:
        return []
    found = question.found(user, language, limit=CANDIDATES)
    scored = sorted(((_score(one, case), one) for one in found), key=lambda pair: -pair[0])
    chosen = [(score, one) for score, one in scored[:limit] if score >= scored[0][0] * WORTH_OFFERING]
    return _suggestions(chosen, question, case)


class Results(Sequence[Suggestion]):
    """What was found, best first. The articles are fetched, and their words marked, for the part that is
    looked at: a page."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], question: _Question, case: Case) -> None:
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
    question = _Question.of(case)
    if question is None:
        return Answer([], [])
    facets = Facets(filters)
    rows = question.found(user, language, limit=MAX_FOUND, in_text=True)
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


@dataclass(frozen=True)
class _Question:
    """What was typed, as PostgreSQL is asked for it."""

    any_word: SearchQuery
    every_word: SearchQuery
    words: dict[str, Word]
    corrected: dict[str, str]
    same_meaning: SearchQuery | None
    reaches: list[SearchQuery]
    codes: list[str]

    @classmethod
    def of(cls, case: Case) -> _Question | None:
        """None for a case without words."""
        if case.is_empty:
            return None
        typed = case.words
        others = added_to(typed, case.product)
        commonness, of_others, texts = _commonness(typed, others)
        total = commonness.get(EVERY_ARTICLE, 0)
        corrected: dict[str, str] = {}
        if total:
            # Words of an index that was never counted are not unknown.
            corrected = meant(word for word in commonness if word and not texts.get(word))
            typed = [*typed, *corrected.values()]
            commonness |= dict.fromkeys(corrected.values(), 0)
        words = {
            word: Word.of(articles, texts.get(word, 0), total, is_typed=is_typed)
            for some, is_typed in ((of_others, False), (commonness, True))
            for word, articles in some.items()
            if word and word not in corrected
        }
        known = {word: articles for word, articles in commonness.items() if articles}
        reaches = dict.fromkeys(
            _reach(words) for words in (commonness, known) if words.keys() - {EVERY_ARTICLE}
        )
        if of_others:
            same = _reach(of_others | {EVERY_ARTICLE: total}, room=REACHED / 2)
            # A title is costly to ask for: the index tells who has a word, not where. For synonyms that are
            # so common it is done only where what was typed is no rarer, or finds nothing.
            rarer = [one for one in reaches if same.endswith(IN_TITLE) and not one.endswith(IN_TITLE)]
            reaches = dict.fromkeys([*rarer, *(f"{reach} | {same}" for reach in reaches)])
        return cls(
            any_word=SearchQuery(_quoted(typed, " | "), search_type="raw", config=CONFIG),
            every_word=SearchQuery(_quoted(case.words, " & "), search_type="raw", config=CONFIG),
            words=words,
            corrected=corrected,
            same_meaning=(
                SearchQuery(_quoted(others, " | "), search_type="raw", config=CONFIG) if others else None
            ),
            reaches=[SearchQuery(reach, search_type="raw", config="simple") for reach in reaches],
            codes=case.codes,
        )

    def found(
        self,
        user: User | AnonymousUser,
        language: str,
        *,
        limit: int,
        in_text: bool = False,
    ) -> list[dict[str, Any]]:
        """Ids, ranks and facts of the best: of those in reach, or where nothing is, of some with any word."""
        # What may be shown is told before the limit. Asking for translations is dear enough for PostgreSQL to
        # go by the index of the words; for a limit alone it reads the table until it has enough.
        shown = Article.objects.visible_to(user).for_reader_of(language, user).order_by()

        def rank(match: Q) -> list[dict[str, Any]]:
            # At most so many are ranked, whatever was typed; each way to be found brings its own.
            ways = [(match, MAX_RANKED)]
            ways += [(Q(error_codes__overlap=self.codes), MAX_BESIDES)] if self.codes else []
            ways += [(Q(search_body=self.every_word), MAX_BESIDES)] if in_text else []
            parts = [shown.filter(way).values("pk")[:most] for way, most in ways]
            candidates = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
            return self._in_order(list(self._ranked(Article.objects.filter(pk__in=candidates))[:limit]))

        for match in [*self.reaches, self.any_word]:
            if found := rank(Q(search=match)):
                return found
        return []

    def _in_order(self, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The same again, the most telling first."""
        if not found:
            return []
        telling = fits([one["pk"] for one in found[:CANDIDATES]], self.words)
        for one in found[:CANDIDATES]:
            names_code = not set(self.codes).isdisjoint(one["error_codes"])
            one["rank"] = telling.get(one["pk"], 0.0) + (CODE_BOOST if names_code else 0.0)
            one["rank"] *= _proven(one)
        best = sorted(found[:CANDIDATES], key=lambda one: (-one["rank"], one["pk"]))
        return best + found[CANDIDATES:]

    def _ranked(self, articles: ArticleQuerySet) -> QuerySet[Article, dict[str, Any]]:
        names_code: SqlCase | Value = Value(0.0)
        if self.codes:
            named = When(error_codes__overlap=self.codes, then=Value(CODE_BOOST))
            names_code = SqlCase(named, default=Value(0.0), output_field=FloatField())
        rank = SearchRank(F("search"), self.any_word, weights=WEIGHTS) + names_code
        if self.same_meaning is not None:
            rank += SearchRank(F("search"), self.same_meaning, weights=WEIGHTS) * Value(SAME_MEANING)
        return (
            articles.annotate(
                rank=rank,
                product_ids=ArraySubquery(
                    Article.products.through.objects.filter(article=OuterRef("pk")).values("product")
                ),
            )
            .order_by("-rank", "pk")
            .values(
                *("pk", "rank", "product_ids", "platforms", "sdk_from", "sdk_to", "error_codes"),
                *("solved_count", "helpful_count", "unhelpful_count", "kind", "category"),
            )
        )


def _quoted(words: list[str], between: str) -> str:
    """For a tsquery. Words hold letters, digits and points only; quoted all the same."""
    return between.join(f"'{word}'" for word in words)


def _commonness(typed: list[str], others: list[str]) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Words as the index spells them, and in how many articles each ranks; 0 for a rare one.

    First those that were typed, with the number of all articles under EVERY_ARTICLE; then the others; last in
    how many each stands at all.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select lexeme, coalesce(articles, 0), coalesce(texts, 0), is_typed"
            " from (select lexeme, true as is_typed from unnest(to_tsvector(%s::regconfig, %s))"
            " union all select %s, true"
            " union all select lexeme, false from unnest(to_tsvector(%s::regconfig, %s))) asked"
            " left join kb_commonword on word = lexeme",
            [CONFIG, _quoted(typed, " "), EVERY_ARTICLE, CONFIG, _quoted(others, " ")],
        )
        rows = cursor.fetchall()
    asked = {word: articles for word, articles, _texts, is_typed in rows if is_typed}
    of_others = {word: articles for word, articles, _texts, _typed in rows if word not in asked}
    return asked, of_others, {word: texts for word, _articles, texts, _typed in rows}


def _reach(commonness: dict[str, int], room: float = REACHED) -> str:
    """Which articles are worth ranking, as a tsquery: some `room` of them, however large the library.

    Those with a rare word of the question, or with two or three of its common words that seldom stand
    together. Where it is a single common word, those with it in the title.
    """
    total = max(commonness.get(EVERY_ARTICLE, 0), *commonness.values(), 1)
    counted = sorted((articles or COMMON_FROM // 2, word) for word, articles in commonness.items() if word)
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
        return f"'{reach[0][0]}'{IN_TITLE}"
    # What another one includes adds nothing.
    telling = [words for words in reach if not any(set(other) < set(words) for other in reach)]
    return " | ".join(" & ".join(f"'{word}'" for word in words) for words in telling)


def _expected(chosen: tuple[tuple[int, str], ...], total: int) -> float:
    """How many articles have all of these words. Words of one subject stand together more often than chance
    has it; three times as often is a cautious guess."""
    together = total * math.prod(count / total for count, _word in chosen)
    return min(together * 3, *(count for count, _word in chosen))


def _headline(field: str, query: SearchQuery) -> SearchHeadline:
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
    chosen: Sequence[tuple[float, Mapping[str, Any]]], question: _Question, case: Case
) -> list[Suggestion]:
    """The articles themselves, in this order, with their words marked."""
    articles = (
        Article.objects.light()
        .annotate(
            title_found=_headline("marked_title", question.any_word),
            summary_found=_headline("marked_summary", question.any_word),
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
