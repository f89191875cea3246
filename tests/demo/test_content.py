"""The demo's texts are complete and agree with each other: files only, no database."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zoneinfo import available_timezones

import frontmatter
import pytest
import yaml
from markdown_it import MarkdownIt

from intake.builtin import types
from intake.evaluation import evaluate
from intake.impact import STANDARD, Rules
from intake.values import Choices

DEMO = Path(__file__).parents[2] / "demo"
LANGUAGES = ("en", "zh-hans")
CATEGORIES = {"guides", "api-reference", "faq", "scenarios"}
PRODUCTS = {"rtc", "live", "chat"}
PLATFORMS = {
    *("android", "ios", "web", "windows", "macos", "flutter", "unity", "electron", "react-native", "server"),
}
STATES = {"new", "open", "pending", "on_hold", "resolved", "closed"}

FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ARTICLE_LINK = re.compile(r"\]\(([^)]+)\)")

# What a developer in trouble reports, and the article that must answer it.
SYMPTOMS = {
    "black screen on Android after joinChannel with error 17": "android-black-screen-error-17",
    "no audio on iOS after a phone call": "ios-no-audio-after-phone-call",
    "join neither resolves nor rejects": "web-join-no-authorized",
    "tokens expire in production after some hours": "tokens-fail-after-hours",
    "echo on speakerphone": "echo-on-speakerphone",
    "video freezes": "video-freezes-packet-loss",
    "RTMP push fails": "cdn-push-fails",
    "recording file missing": "recording-file-missing",
    "screen share stops in background": "screen-share-stops-in-background",
    "camera switch black": "camera-switch-black",
    "autoplay blocked": "autoplay-blocked",
    "crash in release build": "crash-in-release-build",
    "audio drifts from video": "audio-video-out-of-sync",
    "chat disconnects after login": "chat-disconnects-after-login",
    "build fails after upgrade": "build-fails-after-upgrade",
}


def slugs(language: str) -> set[str]:
    return {path.stem for path in (DEMO / "articles" / language).glob("*.md")}


def article(language: str, slug: str) -> frontmatter.Post:
    return frontmatter.load(str(DEMO / "articles" / language / f"{slug}.md"))


def read(name: str) -> Any:
    return yaml.safe_load((DEMO / name).read_text(encoding="utf-8"))


ARTICLES = [(language, slug) for language in LANGUAGES for slug in sorted(slugs(language))]
every_article = pytest.mark.parametrize(("language", "slug"), ARTICLES)


def test_every_article_is_there_in_both_languages() -> None:
    assert slugs("en") == slugs("zh-hans")
    assert len(slugs("en")) >= 40


def test_every_kind_of_article_is_there_in_number() -> None:
    kinds = Counter(article("en", slug)["category"] for slug in slugs("en"))
    assert set(kinds) == CATEGORIES
    assert min(kinds.values()) >= 8


@pytest.mark.parametrize(("symptom", "slug"), SYMPTOMS.items())
def test_a_typical_symptom_has_its_article(symptom: str, slug: str) -> None:
    post = article("en", slug)
    told = " ".join([post["title"], post["summary"], *post["keywords"]]).lower()
    assert [word for word in re.findall(r"\w{4,}", symptom.lower()) if word not in told] == []


@every_article
def test_the_front_matter_is_complete(language: str, slug: str) -> None:
    post = article(language, slug)
    assert post["title"] and len(post["title"]) <= 200
    assert 20 <= len(post["summary"]) <= 400
    assert post["category"] in CATEGORIES
    assert post["products"] and set(post["products"]) <= PRODUCTS
    assert set(post["platforms"]) <= PLATFORMS
    assert all(isinstance(code, str) for code in post["error_codes"])
    assert all(isinstance(post.get(key, ""), str) for key in ("sdk_from", "sdk_to"))
    words = post["keywords"]
    assert len(words) >= 8 and all(isinstance(word, str) for word in words)
    assert any(CHINESE.search(word) for word in words) and any(not CHINESE.search(word) for word in words)
    assert len(words) == len(set(words))


@pytest.mark.parametrize("slug", sorted(slugs("en")))
def test_both_languages_say_the_same_facts_with_the_same_code(slug: str) -> None:
    english, chinese = article("en", slug), article("zh-hans", slug)
    for key in ("category", "products", "platforms", "sdk_from", "sdk_to", "error_codes"):
        assert english.get(key) == chinese.get(key), key
    original, translated = FENCE.findall(english.content), FENCE.findall(chinese.content)
    assert [name for name, _ in original] == [name for name, _ in translated]
    for (_, code), (_, same) in zip(original, translated, strict=True):
        # A line may differ by its comment or its text for the user, and then it is Chinese.
        for line, other in zip(code.splitlines(), same.splitlines(), strict=True):
            assert line == other or CHINESE.search(other)
    assert english.content.count("\n## ") == chinese.content.count("\n## ")
    assert not CHINESE.search(english["title"] + english["summary"] + english.content)
    assert CHINESE.search(chinese["title"]) and CHINESE.search(chinese["summary"])


@every_article
def test_the_text_has_a_readable_length_and_answers_first(language: str, slug: str) -> None:
    content = article(language, slug).content
    prose = FENCE.sub("", content)
    length = len(prose.split()) if language == "en" else len(CHINESE.findall(prose))
    assert 250 <= length <= 700
    first = content.split("\n\n")[0]
    assert not first.startswith(("#", "|", "```", "- ", "1. ")) and len(first) <= 600
    assert content.count("\n## ") >= 3


@every_article
def test_the_markdown_is_plain_commonmark_with_tables(language: str, slug: str) -> None:
    content = article(language, slug).content
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(content)
    inline = [child for token in tokens for child in token.children or []]
    assert not [t for t in (*tokens, *inline) if t.type in ("html_block", "html_inline")]
    assert all(token.tag not in ("h1", "h4", "h5", "h6") for token in tokens if token.type == "heading_open")
    # A row with a cell too many or too few is no table any more, or loses a cell in silence.
    for block in re.findall(r"(?:^\|.*\n?)+", FENCE.sub("", content), re.MULTILINE):
        cells = {len(re.findall(r"(?<!\\)\|", row)) for row in block.strip().splitlines()}
        assert len(cells) == 1, block
    # Emphasis that does not close, as happens between Chinese words and punctuation, stays as asterisks.
    assert not [t.content for t in inline if t.type == "text" and ("**" in t.content or "`" in t.content)]


@every_article
def test_links_lead_to_articles_that_exist(language: str, slug: str) -> None:
    for target in ARTICLE_LINK.findall(FENCE.sub("", article(language, slug).content)):
        assert target.endswith(".md") and target.removesuffix(".md") in slugs(language), target
        assert target != f"{slug}.md"


@every_article
def test_code_that_can_be_parsed_here_parses(language: str, slug: str) -> None:
    for name, code in FENCE.findall(article(language, slug).content):
        if name == "python":
            ast.parse(code)
        elif name == "json":
            json.loads(code)
        elif name == "yaml":
            yaml.safe_load(code)
        elif name == "xml":
            namespace = 'xmlns:android="http://schemas.android.com/apk/res/android"'
            ElementTree.fromstring(f"<fragment {namespace}>{code}</fragment>")


def test_no_two_articles_share_a_title() -> None:
    for language in LANGUAGES:
        titles = [article(language, slug)["title"] for slug in slugs(language)]
        assert len(titles) == len(set(titles))


# --- People


def people() -> dict[str, dict[str, Any]]:
    return {person["key"]: person for person in read("people.yaml")["people"]}


def applications() -> dict[str, tuple[str, dict[str, Any]]]:
    return {
        application["key"]: (organization["key"], application)
        for organization in read("people.yaml")["organizations"]
        for application in organization["applications"]
    }


def test_the_cast_has_every_role_and_tier() -> None:
    cast = people()
    assert {"ana", "rui", "mia", "zoe"} <= set(cast)
    assert {person["role"] for person in cast.values()} == {"requester", "agent", "manager", "admin"}
    tiers = Counter(person["tier"] for person in cast.values() if person["role"] == "agent")
    assert tiers == {"L1": 2, "L2": 2, "TAM": 2}
    assert all((person["tier"] != "") == (person["role"] == "agent") for person in cast.values())
    assert cast["rui"]["organization"] != cast["zoe"]["organization"]


def test_every_person_is_usable_and_can_reach_nobody_real() -> None:
    addresses = [person["email"] for person in people().values()]
    assert len(addresses) == len(set(addresses))
    assert all(address.endswith(".example") for address in addresses)
    for person in people().values():
        assert person["language"] in LANGUAGES
        assert person["time_zone"] in available_timezones()
        assert set(person["products"]) <= PRODUCTS


def test_every_organisation_has_a_plan_a_lead_and_two_applications() -> None:
    organizations = read("people.yaml")["organizations"]
    assert len({organization["plan"] for organization in organizations}) >= 3
    for organization in organizations:
        members = [p for p in people().values() if p.get("organization") == organization["key"]]
        assert [p["membership"] for p in members].count("lead") == 1
        assert all(p["email"].split("@")[1] in organization["email_domains"] for p in members)
        assert organization["tam"] is None or people()[organization["tam"]]["tier"] == "TAM"
        assert len(organization["applications"]) == 2
    for _, application in applications().values():
        assert re.fullmatch(r"demo[0-9a-f]{28}", application["app_id"])
        assert set(application["platforms"]) <= PLATFORMS
        assert set(application["sdk_versions"]) <= set(application["platforms"])
        assert set(application["products"]) <= PRODUCTS


# --- Tickets


def tickets() -> list[dict[str, Any]]:
    return list(read("tickets.yaml"))


def test_the_desk_is_alive_in_every_state_priority_and_language() -> None:
    assert len(tickets()) == 60
    states = Counter(ticket["state"] for ticket in tickets())
    assert states == {"new": 8, "open": 14, "pending": 8, "on_hold": 4, "resolved": 14, "closed": 12}
    assert Counter(t["priority"] for t in tickets()) == {"P1": 6, "P2": 18, "P3": 22, "P4": 14}
    assert 18 <= sum(ticket["language"] == "zh-hans" for ticket in tickets()) <= 22
    assert {ticket["platform"] for ticket in tickets()} == PLATFORMS
    assert {ticket["product"] for ticket in tickets()} == PRODUCTS


@pytest.mark.parametrize("ticket", tickets(), ids=lambda ticket: ticket["subject"][:40])
def test_a_ticket_is_complete_and_fits_the_cast(ticket: dict[str, Any]) -> None:
    requester = people()[ticket["requester"]]
    assert requester["role"] == "requester"
    assert ticket["state"] in STATES
    assert ticket["product"] in PRODUCTS and ticket["platform"] in PLATFORMS
    assert isinstance(ticket["sdk_version"], str)
    assert len(ticket["subject"]) <= 200
    assert bool(CHINESE.search(ticket["subject"] + ticket["body"])) == (ticket["language"] == "zh-hans")
    assert ticket["language"] == requester["language"]
    if "application" in ticket:
        organization, application = applications()[ticket["application"]]
        assert organization == requester["organization"]
        assert ticket["platform"] in application["platforms"]
        assert ticket["product"] in application["products"]
    if "article" in ticket:
        assert ticket["article"] in slugs("en")


@pytest.mark.parametrize("facts", read("facts.yaml"), ids=lambda facts: facts["subject"][:40])
def test_answers_are_those_of_the_form_and_their_impact_is_the_priority(facts: dict[str, Any]) -> None:
    ticket = next(one for one in tickets() if one["subject"] == facts["subject"])
    definition = types()[facts["request_type"]]
    core = {key: ticket[key] for key in ("product", "platform", "sdk_version")}
    found = evaluate(
        definition,
        {**core, **facts["answers"]},
        rules=Rules.read(STANDARD),
        choices=Choices(products={ticket["product"]: ""}),
    )
    assert found.errors == {}
    assert found.kept == facts["answers"]
    assert [one.key for one in found.holds_up] == []
    if definition.asks_impact:
        assert found.proposed == ticket.get("filed_as", ticket["priority"])
    assert ticket["state"] == "pending" or "asks" not in facts
    assert {key.rstrip("*") for key in facts.get("asks", [])} <= set(definition.by_key) - set(
        facts["answers"]
    )


@pytest.mark.parametrize("ticket", tickets(), ids=lambda ticket: ticket["subject"][:40])
def test_a_conversation_ends_where_its_state_says(ticket: dict[str, Any]) -> None:
    turns = ticket["conversation"]
    public = [turn["by"] for turn in turns if turn["by"] != "note"]
    staff = {key for key, person in people().items() if person["role"] == "agent"}
    assert all(turn["by"] in ("agent", "requester", "note") and turn["body"].strip() for turn in turns)
    assert all(turn.get("author", "ana") in staff for turn in turns)
    assert len(turns) <= 6

    if ticket["state"] == "new":
        assert not turns and "assignee" not in ticket
    else:
        assert public[0] == "agent"
        assert people()[ticket["assignee"]]["tier"] == ticket.get("tier", "L1")
        # Handed over means that somebody of the first tier had it before.
        first = people()[turns[0].get("author", ticket["assignee"])]
        assert first["tier"] == "L1"
    if ticket["state"] == "pending":
        assert public[-1] == "agent"
    assert (ticket["state"] == "on_hold") == ("hold_reason" in ticket)
    assert ("tier" in ticket) == ("handover_reason" in ticket)
    assert ticket.get("tier", "L2") in ("L2", "TAM")
