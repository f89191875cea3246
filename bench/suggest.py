"""How long the panel beside the ticket form and the search page wait for documents: `script/bench suggest`.

A database of its own is filled with 10,000 articles, half English, half Chinese, put together from the
demo's sentences: their words are far more common than in a real library of this size, so more articles
match each sentence than they would there. The floor is one article fetched by its address in the same run;
the pages are asked for through all of the product's code, from the address to the HTML.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path

import django

django.setup()

import frontmatter  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth.models import AnonymousUser  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from kb.case import Case  # noqa: E402
from kb.facets import Filters  # noqa: E402
from kb.indexing import count_common_words, index  # noqa: E402
from kb.models import Article, Category  # noqa: E402
from kb.search import look_up, suggest  # noqa: E402
from kb.views.reading import PAGE_SIZE  # noqa: E402

DEMO = Path(__file__).parents[1] / "demo" / "articles"
DISTINCT = 250
TYPED = 60
BEST_OF = 3
BUDGET_MS = 50
ANYBODY = AnonymousUser()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--plan", action="store_true", help="print the plan of the slowest question")
    options = parser.parse_args()

    settings.ALLOWED_HOSTS = ["testserver"]
    dice = random.Random(7)
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        fill(options.articles, dice)
        measure(questions(dice), plan=options.plan)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def material(language: str) -> tuple[list[str], list[str], list[str], list[str]]:
    """Titles, summaries, keywords and sentences of the demo's articles in a language."""
    posts = [frontmatter.loads(path.read_text()) for path in sorted((DEMO / language).glob("*.md"))]
    return (
        [post["title"] for post in posts],
        [post["summary"] for post in posts],
        [keyword for post in posts for keyword in post["keywords"]],
        [line for post in posts for line in post.content.splitlines() if len(line) > 40],
    )


def fill(articles: int, dice: random.Random) -> None:
    """Some hundred distinct articles through the product's own indexing, copied until there are enough."""
    started = time.perf_counter()
    shelves = list(Category.objects.all())
    for language in ("en", "zh-hans"):
        titles, summaries, keywords, sentences = material(language)
        for number in range(DISTINCT):
            article = Article.objects.create(
                slug=f"{language}-{number}",
                language=language,
                category=dice.choice(shelves),
                title=f"{dice.choice(titles)[:60]} {dice.choice(titles)[:60]}",
                summary=dice.choice(summaries),
                body="\n\n".join(dice.sample(sentences, 25)),
                keywords=dice.sample(keywords, 12),
                error_codes=[str(dice.randrange(200))],
                platforms=dice.sample(["android", "ios", "web", "windows"], 2),
                status=Article.Status.PUBLISHED,
                published_at="2026-07-13T09:00Z",
            )
            index(article)
    copied = [field.column for field in Article._meta.concrete_fields if field.column not in ("id", "slug")]
    columns = ", ".join(connection.ops.quote_name(name) for name in copied)
    copies = max(articles // (2 * DISTINCT) - 1, 0)
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into kb_article (slug, {columns}) select slug || '-' || copy, {columns}"
            " from kb_article, generate_series(1, %s) copy",
            [copies],
        )
        cursor.execute("vacuum analyze kb_article")
    count_common_words()
    print(f"{Article.objects.count():,} articles in {time.perf_counter() - started:.0f} s")


def questions(dice: random.Random) -> list[tuple[str, str]]:
    """Subjects as people type them, from two words to a long sentence."""
    asked = []
    for number in range(TYPED):
        language = ("en", "zh-hans")[number % 2]
        titles, _summaries, keywords, sentences = material(language)
        words = [dice.choice(keywords), dice.choice(titles), dice.choice(sentences)[:120], "error 17"]
        asked.append((language, " ".join(words[: 1 + number % len(words)])))
    return asked


def measure(asked: list[tuple[str, str]], *, plan: bool) -> None:
    floor = timed(asked, lambda language, text: Article.objects.light().get(slug=f"{language}-7"))
    panel = timed(asked, lambda language, text: suggest(ANYBODY, Case.of(text), language=language))
    measured = {
        "floor: one article by its address": floor,
        "the panel's documents": panel,
        "the panel, as a page": timed(asked, page("beside", "subject")),
        "the search and its filters": timed(asked, first_page),
        "the search page": timed(asked, page("kb_search", "q")),
    }
    print(f"{'milliseconds':34}{'p50':>8}{'p95':>8}   times the floor (p50)")
    for name, times in measured.items():
        p50, p95 = quantile(times, 0.5), quantile(times, 0.95)
        print(f"{name:34}{p50:8.1f}{p95:8.1f}   {p50 / quantile(floor, 0.5):.1f}")
    for name in ("the panel's documents", "the search and its filters"):
        kept = quantile(measured[name], 0.95) < BUDGET_MS
        print(f"{name}: the budget is a p95 of {BUDGET_MS} ms, {'kept' if kept else 'MISSED'}.")
    if plan:
        slowest = max(range(len(asked)), key=lambda number: panel[number])
        show_plan(*asked[slowest])


def first_page(language: str, text: str) -> object:
    return look_up(ANYBODY, text, language=language, filters=Filters()).results[:PAGE_SIZE]


def page(name: str, parameter: str) -> Callable[[str, str], object]:
    """Asks for a page as a reader's browser does."""
    client, address = Client(), reverse(name)

    def ask(language: str, text: str) -> object:
        response = client.get(address, {parameter: text}, headers={"accept-language": language})
        assert response.status_code == 200, (address, response.status_code)
        return response

    return ask


def timed(asked: list[tuple[str, str]], ask: Callable[[str, str], object]) -> list[float]:
    """Milliseconds for each question, the best of some rounds: other programs slow the clock on the wall."""
    times = []
    for language, text in asked:
        best = float("inf")
        for _ in range(BEST_OF):
            started = time.perf_counter()
            ask(language, text)
            best = min(best, time.perf_counter() - started)
        times.append(best * 1000)
    return times


def quantile(times: list[float], share: float) -> float:
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]


def show_plan(language: str, text: str) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        suggest(ANYBODY, Case.of(text), language=language)
    print(f"\nThe slowest question: {text}\n")
    with connection.cursor() as cursor:
        cursor.execute(f"explain (analyze, buffers, costs off) {queries.captured_queries[1]['sql']}")
        print("\n".join(row[0] for row in cursor.fetchall()))


if __name__ == "__main__":
    main()
