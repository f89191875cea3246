"""Filing a ticket: the form, and the same form asked again what it needs while it is filled in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from accounts.requests import SignedInRequest
from drafts import actions as drafts
from intake import asking, impact
from intake.definition import Kind, Need
from intake.evaluation import Evaluation
from intake.models import RequestTypeVersion
from kb import trail
from products import support
from tickets import actions, came_from
from tickets.forms.files import refusal_status
from tickets.forms.filing import FileTicketForm
from tickets.models import Priority

TEMPLATE = "tickets/file_ticket.html"
_OTHERS = ("subject", "body", "organization", "priority")
# What the pages that lead here say of an impact, as answers.
_IMPACT_OF = {"P1": "everything", "P2": "main", "P3": "minor", "P4": "nothing"}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def file_ticket(request: SignedInRequest) -> HttpResponse:
    offered = list(RequestTypeVersion.objects.offered())
    if request.method != "POST":
        version = _chosen(request.GET, offered)
        return _page(
            request, FileTicketForm(requester=request.user, version=version, initial=_known(request)), offered
        )
    version = _chosen(request.POST, offered)
    form = FileTicketForm(request.POST, request.FILES, requester=request.user, version=version)
    if "show" in request.POST:
        # Without scripts: the questions for what was chosen so far.
        return _page(request, form.without_errors(), offered)
    if not form.is_valid():
        return _page(request, form, offered, status=refusal_status(form))
    article = came_from.article_of(request.user, request.POST.get("article", ""))
    ticket = actions.create(requester=request.user, by=request.user, came_from=article, **form.facts())
    trail.ended_in_ticket(request, ticket.pk, at=ticket.created_at)
    drafts.discard(request.user, "ticket")
    return redirect(ticket)


@require_POST
@login_required
def questions(request: SignedInRequest) -> HttpResponse:
    """For htmx: the questions of another type, or what the last answer changed about those on the page."""
    offered = list(RequestTypeVersion.objects.offered())
    form = FileTicketForm(
        request.POST, requester=request.user, version=_chosen(request.POST, offered)
    ).without_errors()
    context = _context(form, offered)
    if request.POST.get("shown_type") != request.POST.get("type", ""):
        response = render(request, f"{TEMPLATE}#questions", {**context, "oob": True})
        response["HX-Retarget"], response["HX-Reswap"] = "#questions", "outerHTML"
        return trigger_client_event(response, "questions", after="settle")
    response = render(request, f"{TEMPLATE}#changes", {**context, "oob": True})
    response["HX-Reswap"] = "none"
    shown = [one["question"].key for one in context["questions"] if one["is_shown"]]
    return trigger_client_event(response, "questions", {"shown": shown})


def _chosen(data: QueryDict, offered: Sequence[RequestTypeVersion]) -> RequestTypeVersion | None:
    """The version that the form was shown with, though one may have replaced it: nothing typed is lost."""
    wanted = data.get("type", "")
    for version in offered:
        if wanted in (str(version.pk), version.request_type.code):
            return version
    if wanted.isdecimal() and len(wanted) < 10:
        older = RequestTypeVersion.objects.select_related("request_type").filter(pk=int(wanted)).first()
        if older is not None:
            return older
    return offered[0] if offered else None


def _page(
    request: SignedInRequest, form: FileTicketForm, offered: Sequence[RequestTypeVersion], status: int = 200
) -> HttpResponse:
    slug = request.POST.get("article") or request.GET.get("article", "")
    context = {**_context(form, offered), "came_from": came_from.article_of(request.user, slug)}
    return render(request, TEMPLATE, context, status=status)


def _context(form: FileTicketForm, offered: Sequence[RequestTypeVersion]) -> dict[str, Any]:
    found = form.look()
    platform = str(found.answers.get("platform", ""))
    shown = {one.key for one in found.shown}
    missing = {one.key for one in found.missing}
    product = next((one for one in form.offered.products if one.code == found.answers.get("product")), None)
    listed = support.offered(product.pk if product else None, platform)
    return {
        "place": "new",
        "form": form,
        "found": found,
        "types": [_same(version, form.version) for version in offered],
        "questions": [
            {
                "question": one,
                "field": form[one.key] if one.key in form.fields else None,
                "is_shown": one.key in shown,
                "need": found.needs.get(one.key, one.need),
                "is_missing": one.key in missing,
                "help": one.help_for(platform),
            }
            for one in form.definition
        ],
        "has_files": any(one.kind == Kind.FILES for one in form.definition),
        "impact": _impact(form),
        "because": impact.because(found.answers),
        "priorities": _priorities(form, found),
        "organization": form.chosen_organization,
        "sdk_versions": listed,
        "support": support.support(str(found.answers.get("sdk_version", "")), listed, timezone.localdate()),
        "zones": asking.ZONES,
        "carried": _carried(form),
        "open": [one for one in found.missing if found.needs[one.key] != Need.OPTIONAL],
    }


def _same(version: RequestTypeVersion, chosen: RequestTypeVersion | None) -> RequestTypeVersion:
    """In the list of types, the version at hand stands for its type."""
    is_chosen = chosen is not None and version.request_type_id == chosen.request_type_id
    return chosen if is_chosen and chosen is not None else version


def _impact(form: FileTicketForm) -> dict[str, Any]:
    """The cards and rows of the impact, with what is chosen and what is wrong."""
    if not form.definition.asks_impact:
        return {}
    return {
        question.key: {
            "field": form[question.key],
            "question": question,
            "options": [
                (option.value, option.label, impact.EXAMPLES.get(option.value)) for option in question.options
            ],
        }
        for question in impact.FIELDS
    }


def _priorities(form: FileTicketForm, found: Evaluation) -> list[tuple[str, Any]]:
    """Those that the reporter may choose instead of what follows."""
    return [
        (value, label)
        for value, label in Priority.choices
        if value != found.proposed and form.rules.may_choose(found.proposed, value)
    ]


def _carried(form: FileTicketForm) -> list[tuple[str, str]]:
    """Answers to the questions of another type: kept in the page, should the reporter go back to it."""
    data = form.data
    if not form.is_bound or not isinstance(data, QueryDict):
        return []
    ours = {*form.fields, "csrfmiddlewaretoken", "type", "shown_type", "show", "article"}
    parts = ("zone", "until", "uploaded", "original")
    ours |= {f"{name}_{part}" for name in form.fields for part in parts}
    return [
        (name, value)
        for name in list(data)[:200]
        if name not in ours
        for value in data.getlist(name)
        if value
    ]


# --- What is known before anything is typed


def _known(request: SignedInRequest) -> dict[str, Any]:
    """What an article, a chat or another page already knows of the problem."""
    query = request.GET
    known: dict[str, Any] = {
        name: query[name] for name in (*_OTHERS, "platform", "sdk_version") if query.get(name)
    }
    known |= {name: query[name] for name in ("product", "application") if query.get(name)}
    if (priority := known.pop("priority", "")) in _IMPACT_OF:
        known["affected"] = _IMPACT_OF[priority]
        if priority == "P1":
            known |= {"extent": "all", "environment": "production"}
    article = came_from.article_of(request.user, query.get("article", ""))
    return {**(came_from.known_from(article) if article else {}), **known}
