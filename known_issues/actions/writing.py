"""Write a known issue down and change it. A known issue is no ticket: its changes, not the event stream, keep
who changed what and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.search import SearchVector
from django.db import models, transaction
from django.db.models import Value
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from helpdesk.errors import InvalidInput, InvalidTransition
from helpdesk.text import segmented
from known_issues.models import Change, KnownIssue, Wording
from products import versions

State = KnownIssue.State
FACTS = (
    *("state", "audience", "product", "platforms"),
    *("affected_from", "affected_to", "fixed_in", "error_codes"),
)
WORDS = ("title", "description", "workaround", "fix")
Wordings = Mapping[str, Mapping[str, str]]


@transaction.atomic
def create(*, by: User | None, wordings: Wordings, at: datetime | None = None, **facts: Any) -> KnownIssue:
    """Write a known issue down; for staff only unless `audience` says otherwise.

    `wordings` are by language `{"en": {"title": …}}`. Raises InvalidInput where no language has a title and
    says what happens, and for a range of versions that ends before it begins.
    """
    now = at or timezone.now()
    issue = KnownIssue(created_by=by, created_at=now, updated_at=now)
    _set_facts(issue, facts)
    _refuse_fixed(issue)
    issue.save(force_insert=True)
    _set_wordings(issue, wordings)
    keep(issue, {"written": ["", issue.title]}, by=by, at=now)
    return issue


@transaction.atomic
def edit(
    issue: KnownIssue,
    *,
    by: User | None,
    wordings: Wordings | None = None,
    based_on: int | None = None,
    at: datetime | None = None,
    **facts: Any,
) -> KnownIssue:
    """Change facts or words. What changes nothing leaves no trace.

    A fixed issue that gets another state has come back: whoever waits is told again of its next fix. Raises
    InvalidTransition if somebody saved since change number `based_on`, and for the state "fixed", which
    `publish_fix` sets, for there are people to tell.
    """
    issue = locked(issue)
    if based_on is not None and based_on != last_number(issue):
        raise InvalidTransition(
            _("Somebody else changed this known issue meanwhile. Copy your text, reload, and merge it.")
        )
    was_fixed = issue.state == State.FIXED
    before = told(issue)
    _set_facts(issue, facts)
    if issue.state == State.FIXED and not was_fixed:
        _refuse_fixed(issue)
    if issue.state != State.FIXED:
        issue.current_fix = None
    if wordings is not None:
        _set_wordings(issue, wordings)
    after = told(issue)
    changed = {
        name: [before.get(name, ""), value] for name, value in after.items() if before.get(name, "") != value
    }
    if not changed:
        return issue

    issue.updated_at = at or timezone.now()
    issue.save(update_fields=[*FACTS, "current_fix", "updated_at"])
    keep(issue, changed, by=by, at=issue.updated_at)
    return issue


def locked(issue: KnownIssue) -> KnownIssue:
    return (
        KnownIssue.objects.select_for_update(of=("self",), no_key=True)
        .select_related("product")
        .get(pk=issue.pk)
    )


def keep(issue: KnownIssue, changed: Mapping[str, Any], *, by: User | None, at: datetime) -> None:
    """Note a change, and bring the words to search for up to date with it."""
    Change.objects.create(
        known_issue=issue, number=last_number(issue) + 1, changed=dict(changed), by=by, at=at
    )
    wordings = list(issue.wordings.all())
    KnownIssue.objects.filter(pk=issue.pk).update(
        search=_vector("A", *(one.title for one in wordings), *issue.error_codes)
        + _vector("B", *(one.description for one in wordings))
        + _vector("D", *(one.workaround for one in wordings))
    )


def told(issue: KnownIssue) -> dict[str, Any]:
    """Everything that people write about it, as JSON can keep it; words as "title.en"."""
    facts = {name: getattr(issue, name) for name in FACTS}
    facts["product"] = issue.product.code if issue.product else ""
    words = {f"{name}.{one.language}": getattr(one, name) for one in issue.wordings.all() for name in WORDS}
    return {**facts, **words}


def last_number(issue: KnownIssue) -> int:
    """How often it was changed: what an editor's form is based on."""
    last = issue.changes.order_by("-number").values_list("number", flat=True).first()
    return last or 0


def _set_facts(issue: KnownIssue, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        if name not in FACTS:
            raise TypeError(f"a known issue has no {name!r}")
        setattr(issue, name, _tidy(value))
    first, last = versions.parse(issue.affected_from), versions.parse(issue.affected_to)
    if first and last and last < first and not versions.is_part_of(first, last):
        raise InvalidInput(_("The affected versions end before they begin."))


def _refuse_fixed(issue: KnownIssue) -> None:
    if issue.state == State.FIXED:
        raise InvalidTransition(_("Publish the fix instead: the requesters who wait for it are told."))


def _set_wordings(issue: KnownIssue, wordings: Wordings) -> None:
    for language, words in wordings.items():
        if language not in dict(settings.LANGUAGES):
            raise InvalidInput(_("There is no language “%(language)s”.") % {"language": language})
        clean = {name: _tidy_text(name, words.get(name, "")) for name in WORDS}
        if not any(clean.values()):
            Wording.objects.filter(known_issue=issue, language=language).delete()
            continue
        if not clean["title"] or not clean["description"]:
            raise InvalidInput(_("Each language needs a title and what happens."))
        Wording.objects.update_or_create(known_issue=issue, language=language, defaults=clean)
    # What was prefetched is of yesterday.
    getattr(issue, "_prefetched_objects_cache", {}).pop("wordings", None)
    if not issue.wordings.exists():
        raise InvalidInput(_("Please give the known issue a title and say what happens."))


def _tidy_text(name: str, text: str) -> str:
    text = text.replace("\0", "").replace("\r\n", "\n").strip()
    return " ".join(text.split())[:200] if name == "title" else text


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.replace("\0", "").split())
    if isinstance(value, list):
        return list(dict.fromkeys(one for one in (_tidy(part) for part in value) if one))
    return value


def _vector(weight: str, *texts: str) -> Any:
    words = segmented(" \n ".join(texts)[:50_000])
    return SearchVector(Value(words, output_field=models.TextField()), weight=weight, config="english")
