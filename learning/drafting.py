"""The beginning of an article, from a ticket that was solved: what was seen, where, why, and what helped.

Only what was said to the customer goes in, and nothing that names anybody (`known_issues.anonymous`).
Internal notes are offered beside the draft, one by one (`passages`): an engineer puts them in, or nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from helpdesk.text import error_codes
from intake.definition import Kind
from intake.impact import BY_KEY
from kb.models import Article, Category
from kb.trees.naming import slugged
from kb.trees.reading import is_chinese
from known_issues.anonymous import Eraser
from tickets.facts import Facts
from tickets.models import Message, Note, Ticket

MOST_MESSAGES = 40
MOST_CHARACTERS = 6_000
MOST_CODES = 8
LONGEST_SUMMARY = 300

_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|您好|你好|尊敬的)"
    r"(?:\b[^\n]{0,40}[,!:]|[^\n]{0,20}[，！：]|(?:\s+\S+){0,2}[.。]?)",
    re.IGNORECASE,
)
# The same on the line on which the answer begins: "Hi Rui, in 4.18 ...".
_SALUTED = re.compile(
    r"(?:(?:hi|hello|hey|dear)\b[^\n,.!?:]{0,40}[,!]|(?:您好|你好)[，！,!])[ \t]*(?=\S)", re.IGNORECASE
)
_FAREWELL = re.compile(
    r"(?:(?:best|kind|many|warm)?\s*(?:regards|wishes|thanks)|thanks?(?: you)?|cheers|sincerely"
    r"|谢谢|感谢|祝好|此致)"
    r"(?:[^\w\n][^.?。？\n]{0,80}|[^a-z.?。？\n]{0,40})",
    re.IGNORECASE,
)
_CAUSE = re.compile(
    r"\b(?:because|caused? by|the cause|root cause|the reason|due to|happens? when|results? from)\b"
    r"|原因|由于|因为|导致|根因",
    re.IGNORECASE,
)
# A question that was asked back is no part of the solution.
_QUESTION = re.compile(r"[?？]\s*$")
_FROM_A_LIST = (Kind.CHOICE, Kind.CHOICES, Kind.VERSION)
_LISTED = re.compile(r"^\s*(?:[-*+]|\d+[.)、])\s+")


@dataclass(frozen=True)
class Passage:
    """A message or note as it may be put into the article: masked, with who said it in which role."""

    key: str
    is_internal: bool
    by: str
    at: Any
    text: str


def initial(ticket: Ticket, by: User) -> dict[str, Any]:
    """The fields of the form for an article, in the ticket's language."""
    eraser = Eraser(ticket)
    said = _messages(ticket)
    language = language_of(ticket, said)
    title = eraser.without_names(ticket.subject)
    cause, steps = _cause_and_steps(message.body for message in said if _is_desks(message))
    with override(language):
        body = _body(ticket, said, cause, steps, eraser)
    category = Category.objects.filter(slug="faq").first() or Category.objects.first()
    return {
        "title": title,
        "slug": slugged(title)[:80].strip("-"),
        "language": language,
        "summary": _summary(eraser.without_names(" ".join(cause or steps[:1]))),
        "body": body,
        "category": category,
        "kind": Article.Kind.FAQ,
        "products": [ticket.product] if ticket.product else [],
        "platforms": [ticket.platform] if ticket.platform else [],
        "sdk_from": ticket.sdk_version,
        "error_codes": codes_of(ticket, said),
        "keywords": [],
        "owner": by,
    }


def passages(ticket: Ticket, user: User) -> list[Passage]:
    """Everything that was said, in its order, each to be put in by hand."""
    eraser = Eraser(ticket)
    rows: list[Message | Note] = [*_messages(ticket)]
    rows += ticket.notes.visible_to(user).select_related("author").order_by("pk")[:MOST_MESSAGES]
    found = []
    for row in sorted(rows, key=lambda one: one.created_at):
        is_internal = isinstance(row, Note)
        text = eraser.without_names("\n\n".join(_paragraphs(row.body)))[:MOST_CHARACTERS]
        if text:
            by_desk = is_internal or (isinstance(row, Message) and _is_desks(row))
            role = _("desk") if by_desk else _("customer")
            key = f"{'note' if is_internal else 'message'}-{row.pk}"
            found.append(Passage(key, is_internal, role, row.created_at, text))
    return found


def language_of(ticket: Ticket, said: Iterable[Message]) -> str:
    """The language it was written in, whatever pages its requester prefers."""
    text = "\n".join([ticket.subject, *(message.body for message in said)])
    return "zh-hans" if is_chinese(text[:20_000]) else "en"


def codes_of(ticket: Ticket, said: Iterable[Message]) -> list[str]:
    """Error codes by name, and the one that the form asked for whatever it looks like."""
    text = "\n".join([ticket.subject, *(message.body for message in said)])
    asked = str(ticket.answers.get("error_code", "")).strip()
    named = [code for code in sorted(error_codes(text)) if not code.lstrip("-").isdecimal()]
    # A number stands for itself only where it was called an error; its positive twin adds nothing.
    numbers = [code for code in sorted(error_codes(text)) if code.startswith("-") and code in text]
    return list(dict.fromkeys([*([asked[:60]] if asked else []), *named, *numbers]))[:MOST_CODES]


def _body(ticket: Ticket, said: list[Message], cause: list[str], steps: list[str], eraser: Eraser) -> str:
    first = next((message for message in said if not _is_desks(message)), None)
    symptom = _paragraphs(first.body) if first else [ticket.subject]
    environment = [f"- {name}: {value}" for name, value in _environment(ticket)]
    parts = [
        (_("Symptom"), symptom),
        (_("Environment"), ["\n".join(environment)] if environment else []),
        (_("Cause"), cause or [_("Why it happens, in a sentence or two.")]),
        (_("Solution"), steps or [_("What to do, step by step.")]),
    ]
    text = "\n\n".join(
        f"## {title}\n\n" + "\n\n".join(paragraphs) for title, paragraphs in parts if paragraphs
    )
    return eraser.without_names(text)


def _environment(ticket: Ticket) -> Iterator[tuple[str, str]]:
    if ticket.product:
        yield _("Product"), str(ticket.product)
    if ticket.platform:
        yield _("Platform"), ticket.get_platform_display()
    if ticket.sdk_version:
        yield _("SDK version"), ticket.sdk_version
    for fact in Facts(ticket).known:
        # What was chosen from a list names nobody; what was typed, and when it happened, may.
        if fact.question.kind in _FROM_A_LIST and fact.question.key not in BY_KEY:
            yield str(fact.question.label), str(fact.value)


def _cause_and_steps(replies: Iterable[str]) -> tuple[list[str], list[str]]:
    """Paragraphs of the desk's replies: those that say why, and the rest of the reply that says what to do.
    Greetings, farewells and questions are left out.

    What to do stands in the last reply with steps or code; without those the longest says most. The very last
    one is often no more than "I mark this as resolved".
    """
    cause: list[str] = []
    plain: list[list[str]] = []
    steps: list[str] = []
    for reply in replies:
        rest = []
        for paragraph in _paragraphs(reply):
            if _CAUSE.search(paragraph) and not paragraph.startswith("```") and not _LISTED.match(paragraph):
                cause.append(paragraph)
            elif not _QUESTION.search(paragraph):
                rest.append(paragraph)
        if any(paragraph.startswith("```") or _LISTED.match(paragraph) for paragraph in rest):
            steps = rest
        elif rest:
            plain.append(rest)
    return cause, steps or max(plain, key=lambda rest: len("".join(rest)), default=[])


def _paragraphs(text: str) -> list[str]:
    """Blocks between empty lines; a block of code is one whatever stands in it."""
    blocks: list[str] = []
    fence = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        marker = re.match(r"\s*(```+|~~~+)", line)
        if fence:
            blocks[-1] += f"\n{line}"
            if marker and marker[1].startswith(fence):
                fence = ""
                blocks.append("")
        elif marker:
            fence = marker[1]
            blocks.append(line)
        elif not line.strip():
            blocks.append("")
        elif blocks and blocks[-1]:
            blocks[-1] += f"\n{line}"
        else:
            blocks.append(line)
    tidy = (_to_the_point(block.strip("\n")) for block in blocks)
    return [block for block in tidy if block.strip()]


def _to_the_point(block: str) -> str:
    """Without "Hi Rui," above and "Kind regards, Ana" below."""
    lines = block.split("\n")
    if _GREETING.fullmatch(lines[0].strip()):
        lines = lines[1:]
    elif saluted := _SALUTED.match(lines[0]):
        rest = lines[0][saluted.end() :]
        lines = [rest[0].upper() + rest[1:], *lines[1:]]
    for last in (lines[-1:], lines[-2:]):
        if last and _FAREWELL.fullmatch(last[0].strip()):
            lines = lines[: -len(last)]
            break
    return "\n".join(lines)


def _summary(text: str) -> str:
    plain = " ".join(re.sub(r"[`*_#>\[\]]", "", text).split())
    return plain if len(plain) <= LONGEST_SUMMARY else plain[: LONGEST_SUMMARY - 1].rsplit(" ", 1)[0] + "…"


def _messages(ticket: Ticket) -> list[Message]:
    return list(ticket.messages.select_related("author").order_by("created_at", "pk")[:MOST_MESSAGES])


def _is_desks(message: Message) -> bool:
    return message.author_kind in (Message.Author.AGENT, Message.Author.SYSTEM)
