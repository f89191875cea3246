"""What stands beside the ticket form and follows what is typed: documents, known issues, and tickets like it
that are open already. One answer, a bounded number of statements."""

from __future__ import annotations

import contextlib
import uuid

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.models import User
from accounts.requests import SignedInRequest
from helpdesk.errors import InvalidTransition
from kb import search
from kb.case import Case
from kb.models import Article
from kb.views.finding import asked, reader_language
from kb.views.reading import popular
from known_issues import actions
from known_issues.matching import matching
from known_issues.views.reading import find
from tickets import actions as ticket_actions
from tickets.models import Ticket
from tickets.permissions import can_watch
from tickets.similar import similar

SHOWN = 5
SHOWN_AT_FIRST = 3
ISSUES_SHOWN = 2
FACTS = ("product", "platform", "sdk_version", "error_code")


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """What fits what stands in the form; what helped others most before anything does."""
    case = _case(request)
    user = request.user
    context = {
        "typed": not case.is_empty,
        "found": search.suggest(user, case, language=reader_language(), limit=SHOWN),
        "issues": matching(user, case, limit=ISSUES_SHOWN),
        "tickets": similar(user, case) if isinstance(user, User) else [],
    }
    if case.is_empty:
        articles = Article.objects.visible_to(user).for_reader_of(reader_language(), user)
        context["at_first"] = popular(articles)[:SHOWN_AT_FIRST]
    return render(request, "kb/_suggestions.html", context)


@require_safe
def known_issue(request: HttpRequest, number: int) -> HttpResponse:
    """A known issue to read beside the form."""
    issue = find(request, number)
    return render(request, "known_issues/_reading.html", {"issue": issue, "wording": issue.wording})


@require_POST
def solved(request: HttpRequest, number: int) -> HttpResponse:
    """Its way around was enough. The form's draft ends with the event article-solved."""
    issue = find(request, number)
    key = _draft_key(request)
    if key is None:
        return HttpResponseBadRequest()
    user = request.user if isinstance(request.user, User) else None
    actions.mark_solved(
        issue, draft_key=key, by=user, subject=asked(request, "subject"), facts=_facts(request)
    )
    return _ended(request, issue=issue)


@require_POST
@login_required
def follow(request: SignedInRequest, ticket: int) -> HttpResponse:
    """Follow a ticket of theirs that is open already, instead of filing another."""
    found = get_object_or_404(Ticket.objects.visible_to(request.user), pk=ticket)
    if not can_watch(request.user, found):
        raise PermissionDenied
    key = _draft_key(request)
    if key is None:
        return HttpResponseBadRequest()
    # Pressed twice, or followed since: that is what was wanted.
    with contextlib.suppress(InvalidTransition):
        ticket_actions.watch(found, by=request.user)
    actions.mark_followed(
        found, draft_key=key, by=request.user, subject=asked(request, "subject"), facts=_facts(request)
    )
    return _ended(request, ticket=found)


def _case(request: HttpRequest) -> Case:
    """The fields of the form, and what a log that was read has told (static/js/documents.js)."""
    codes = [asked(request, "error_code"), *asked(request, "log_codes").split(",")]
    return Case.of(
        asked(request, "subject"),
        asked(request, "body"),
        product=asked(request, "product") or asked(request, "log_product"),
        platform=asked(request, "platform") or asked(request, "log_platform"),
        sdk_version=asked(request, "sdk_version") or asked(request, "log_sdk_version"),
        named_codes=codes,
    )


def _facts(request: HttpRequest) -> dict[str, str]:
    return {name: asked(request, name) for name in FACTS}


def _draft_key(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(asked(request, "submission_key"))
    except ValueError:
        return None


def _ended(request: HttpRequest, **context: object) -> HttpResponse:
    return trigger_client_event(render(request, "kb/_solved.html", context), "article-solved")
