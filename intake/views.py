"""Settings: request types, their editor with a preview, and the table of impact and priority."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.doors import admin_required
from accounts.requests import SignedInRequest
from helpdesk.errors import InvalidInput, InvalidTransition
from intake import actions, asking, checking, editing, impact
from intake.definition import Accepts, Definition, Kind, Match, Need, Operator, Words
from intake.evaluation import evaluate
from intake.models import ImpactRules, RequestType, RequestTypeVersion
from products.models import Platform, Product

VERSIONS_SHOWN = 10


@require_http_methods(["GET", "HEAD"])
@admin_required
def request_types(request: SignedInRequest) -> HttpResponse:
    first = RequestTypeVersion.objects.filter(request_type=OuterRef("request_type")).values("request_type")
    count = Subquery(first.annotate(count=Count("pk")).values("count"))
    versions = RequestTypeVersion.objects.current().select_related("created_by").annotate(count=count)
    context = {"section": "request_types", "place": "settings", "versions": versions}
    return render(request, "intake/request_types.html", context)


@require_POST
@admin_required
def request_type_place(request: SignedInRequest, code: str) -> HttpResponse:
    """Move a type in the list, or switch it on or off."""
    found = get_object_or_404(RequestType, code=code)
    match request.POST.get("do", ""):
        case "up" | "down" as where:
            actions.move_type(found, up=where == "up")
        case "offer" | "withdraw" as what:
            actions.offer_type(found, by=request.user, is_offered=what == "offer")
    return redirect("request_types")


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def request_type(request: SignedInRequest, code: str = "") -> HttpResponse:
    """The editor. Every press sends the whole form; only "save" keeps it."""
    found = get_object_or_404(RequestType, code=code) if code else None
    current = found.current if found else None
    if request.method != "POST":
        definition = current.read if current else Definition(name=Words())
        return _editor(request, current, definition)
    definition = editing.read(request.POST)
    press, _colon, place = request.POST.get("press", "").partition(":")
    at = int(place) if place.isdecimal() and len(place) < 4 else -1
    match press:
        case "up":
            return _editor(request, current, editing.moved(definition, at, -1), opened=at - 1)
        case "down":
            return _editor(request, current, editing.moved(definition, at, 1), opened=at + 1)
        case "remove":
            return _editor(request, current, editing.without(definition, at))
        case "add":
            added = editing.with_new_field(definition, request.POST.get("new_kind", ""))
            return _editor(request, current, added, opened=len(added.fields) - 1)
        case "preview":
            return _editor(request, current, definition)
    return _save(request, found, current, definition)


def _save(
    request: SignedInRequest,
    found: RequestType | None,
    current: RequestTypeVersion | None,
    definition: Definition,
) -> HttpResponse:
    if checking.problems(definition):
        return _editor(request, current, definition, status=422)
    try:
        if found is None or current is None:
            code = slugify(request.POST.get("code", ""))[:40]
            if not code:
                raise InvalidInput(_("Please give the type a code of small letters, such as recording."))
            made = actions.create_type(by=request.user, code=code, definition=definition)
            messages.success(request, _("The type is made. Switch it on when it is ready."))
        else:
            edited = request.POST.get("number", "")
            number = int(edited) if edited.isdecimal() and len(edited) < 9 else 0
            made = actions.save_type(found, by=request.user, definition=definition, number=number)
            messages.success(
                request,
                _("Saved as version %(number)d. Older tickets keep theirs.") % {"number": made.number},
            )
    except InvalidTransition as conflict:
        return _editor(request, current, definition, status=409, refusal=str(conflict))
    except InvalidInput as refusal:
        return _editor(request, current, definition, status=422, refusal=str(refusal))
    return redirect("request_type", code=made.request_type.code)


def _editor(
    request: SignedInRequest,
    current: RequestTypeVersion | None,
    definition: Definition,
    *,
    status: int = 200,
    refusal: str = "",
    opened: int = -1,
) -> HttpResponse:
    found = checking.problems(definition) if request.method == "POST" else []
    wrong: dict[str, list[str]] = {}
    for problem in found:
        wrong.setdefault(problem.key, []).append(problem.text)
    asked_before = impact.FIELDS if definition.asks_impact else ()
    context = {
        "section": "request_types",
        "place": "settings",
        "version": current,
        "definition": definition,
        "code": request.POST.get("code", ""),
        "texts": _texts(definition),
        "rows": editing.rows(definition, wrong),
        "opened": opened,
        "problems": wrong.get("", []),
        "is_wrong": bool(found),
        "refusal": refusal,
        "kinds": Kind.choices,
        "needs": Need.choices,
        "accepts": Accepts.choices,
        "operators": Operator.choices,
        "matches": Match.choices,
        "priorities": impact.PRIORITIES,
        "condition_fields": [
            ("priority", _("priority")),
            *((one.key, one.label) for one in [*asked_before, *definition]),
        ],
        "history": current.request_type.versions.select_related("created_by")[:VERSIONS_SHOWN]
        if current
        else [],
        **_preview(request, definition),
    }
    return render(request, "intake/request_type.html", context, status=status)


def _texts(definition: Definition) -> list[tuple[str, str, Any]]:
    return [
        ("name", pgettext("request type", "Name"), definition.name),
        ("summary", _("In a sentence"), definition.summary),
        ("subject", _("Label of the subject"), definition.subject),
        ("body", _("Label of the description"), definition.body),
        ("body_help", _("Help below the description"), definition.body_help),
    ]


def _preview(request: SignedInRequest, definition: Definition) -> dict[str, Any]:
    """The form as a reporter would see it with these first answers."""
    products = list(Product.objects.filter(is_active=True))
    offered = asking.Offered(products=products)
    chosen = {
        "product": request.POST.get("as_product", products[0].code if products else ""),
        "platform": request.POST.get("as_platform", "android"),
        "priority": request.POST.get("as_priority", "P2"),
        "environment": request.POST.get("as_environment", "production"),
        "affected": "main",
        "extent": "some",
    }
    usable = [one for one in definition if one.kind in Kind.values]
    found = evaluate(definition.with_fields(usable), chosen, rules=None, choices=offered.choices)
    form = forms.Form(auto_id="preview_%s")
    form.fields.update(
        asking.fields_for([one for one in found.shown if one.key not in impact.BY_KEY], offered)
    )
    form.initial = {key: form.fields[key].shown_as(chosen.get(key)) for key in form.fields}  # type: ignore[attr-defined]
    return {
        "chosen": chosen,
        "products": products,
        "platforms": Platform.choices,
        "form": form,
        "preview": [
            {
                "question": one,
                "field": form[one.key] if one.key in form.fields else None,
                "is_shown": True,
                "need": found.needs[one.key],
                "help": one.help_for(chosen["platform"]),
            }
            for one in found.shown
            if one.key not in impact.BY_KEY
        ],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def impact_rules(request: SignedInRequest) -> HttpResponse:
    """Which priority follows from which impact, as a table."""
    rules = ImpactRules.in_force()
    refusal, status = "", 200
    if request.method == "POST":
        steps = request.POST.get("raise_by", "")
        rules = impact.Rules(
            table={cell: request.POST.get(cell, "") for cell in rules.table},
            question=request.POST.get("question", ""),
            raise_by=int(steps) if steps in ("0", "1", "2", "3") else -1,
        )
        try:
            actions.save_rules(by=request.user, rules=rules)
            messages.success(request, _("Saved. It holds for tickets filed from now on."))
            return redirect("impact_rules")
        except InvalidInput as error:
            refusal, status = str(error), 422
    labels = {key: {one.value: one.label for one in field.options} for key, field in impact.BY_KEY.items()}
    context = {
        "section": "impact_rules",
        "place": "settings",
        "refusal": refusal,
        "extents": list(labels["extent"].values()),
        "rows": [
            (
                labels["affected"][affected],
                labels["environment"][environment],
                [
                    (cell, rules.table[cell], label)
                    for extent, label in labels["extent"].items()
                    for cell in [impact.cell(affected, environment, extent)]
                ],
            )
            for affected, environment in impact.ROWS
        ],
        "question_label": labels["affected"]["nothing"],
        "rules": rules,
        "priorities": impact.PRIORITIES,
        "steps": range(4),
        "history": ImpactRules.objects.select_related("created_by")[:VERSIONS_SHOWN],
    }
    return render(request, "intake/impact_rules.html", context, status=status)
