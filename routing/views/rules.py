"""The settings pages of the rules: what is in force, a draft of one's own, one rule, one version."""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.doors import manager_required
from accounts.requests import SignedInRequest
from helpdesk.errors import Refused
from routing import actions
from routing.desk import read_people
from routing.forms.rules import PeriodForm, PutInForceForm, RuleForm, WeightsForm
from routing.models import Absence, RulesDraft, RulesVersion
from routing.rules import MOST_RULES, Rule, RuleSet
from routing.rules.checking import doubts
from routing.rules.naming import differences, tell

VERSIONS_SHOWN = 30


def _context(**more: Any) -> dict[str, Any]:
    return {"place": "settings", "section": "routing", **more}


def _draft_of(request: SignedInRequest) -> RulesDraft | None:
    return RulesDraft.objects.filter(author=request.user).first()


@manager_required
@require_safe
def routing(request: SignedInRequest) -> HttpResponse:
    version, draft = RulesVersion.in_force(), _draft_of(request)
    rules = version.read if version else RuleSet()
    versions = list(RulesVersion.objects.select_related("created_by")[: VERSIONS_SHOWN + 1])
    history = [
        (
            one,
            differences(older.read, one.read) if older else [],
            older is not None and older.is_on != one.is_on,
        )
        for one, older in zip_longest(versions, versions[1:])
    ]
    context = _context(
        version=version,
        told=tell(rules),
        weights=_weights(rules),
        draft=draft,
        draft_differences=differences(rules, draft.read) if draft else [],
        history=history[:VERSIONS_SHOWN],
        away=Absence.objects.current(timezone.now()).count(),
        period=PeriodForm({}),
    )
    return render(request, "routing/rules.html", context)


def _weights(rules: RuleSet) -> str:
    """Empty where every ticket weighs the same."""
    if len(set(rules.weights.values())) == 1:
        return ""
    return " · ".join(f"{priority} {weight}" for priority, weight in sorted(rules.weights.items()))


@manager_required
@require_POST
def switch(request: SignedInRequest) -> HttpResponse:
    on = request.POST.get("on") == "yes"
    actions.switch(on, by=request.user)
    messages.success(
        request,
        _("The rules give tickets out from now on.") if on else _("Nothing is given out by rules now."),
    )
    return redirect("routing")


@manager_required
@require_safe
def version(request: SignedInRequest, number: int) -> HttpResponse:
    found = get_object_or_404(RulesVersion.objects.select_related("created_by"), number=number)
    context = _context(
        version=found, told=tell(found.read), weights=_weights(found.read), period=PeriodForm({})
    )
    return render(request, "routing/version.html", context)


# --- The draft


@manager_required
@require_POST
def begin_draft(request: SignedInRequest) -> HttpResponse:
    """A draft of one's own, from the version in force; the one that is there already is gone on with."""
    if _draft_of(request) is None:
        version = RulesVersion.in_force()
        actions.save_draft(version.read if version else RuleSet(), by=request.user)
    return redirect("routing_draft")


@manager_required
@require_POST
def drop_draft(request: SignedInRequest) -> HttpResponse:
    actions.drop_draft(by=request.user)
    messages.success(request, _("The draft is gone. The rules in force stay as they are."))
    return redirect("routing")


def _my_draft(request: SignedInRequest) -> RulesDraft:
    draft = _draft_of(request)
    if draft is None:
        raise Http404
    return draft


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: SignedInRequest) -> HttpResponse:
    """The rules of the draft in their order; POST moves or removes one, or changes the weights."""
    draft = _my_draft(request)
    if request.method != "POST":
        return _show_draft(request, draft)
    deed, _colon, key = request.POST.get("deed", "").partition(":")
    rules = draft.read
    if deed == "weights":
        form = WeightsForm(request.POST, weights=rules.weights)
        if not form.is_valid():
            return _show_draft(request, draft, weights=form, status=422)
        rules = replace(rules, weights=dict(form.cleaned_data))
    elif deed in ("up", "down", "remove") and rules.rule(key):
        rules = replace(rules, rules=_moved(rules.rules, deed, key))
    actions.save_draft(rules, by=request.user)
    return redirect("routing_draft")


def _moved(rules: tuple[Rule, ...], deed: str, key: str) -> tuple[Rule, ...]:
    found = list(rules)
    place = next(index for index, rule in enumerate(found) if rule.key == key)
    rule = found.pop(place)
    if deed != "remove":
        found.insert(max(0, place + (-1 if deed == "up" else 1)), rule)
    return tuple(found)


def _show_draft(
    request: SignedInRequest,
    draft: RulesDraft,
    *,
    weights: WeightsForm | None = None,
    put: PutInForceForm | None = None,
    status: int = 200,
) -> HttpResponse:
    rules, version = draft.read, RulesVersion.in_force()
    found = _doubts(rules)
    context = _context(
        draft=draft,
        version=version,
        told=[(told, [one.sentence for one in found if one.key == told.rule.key]) for told in tell(rules)],
        doubts=found,
        differences=differences(version.read if version else RuleSet(), rules),
        weights=weights or WeightsForm(weights=rules.weights),
        put=put or PutInForceForm(has_doubts=bool(found)),
        is_stale=draft.based_on != (version.number if version else 0),
        may_add=len(rules.rules) < MOST_RULES,
        period=PeriodForm({}),
    )
    return render(request, "routing/draft.html", context, status=status)


def _doubts(rules: RuleSet) -> list[Any]:
    return doubts(rules, read_people(absences_from=timezone.now()))


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: SignedInRequest, key: str = "") -> HttpResponse:
    """One rule of the draft, or a new one at its end."""
    draft = _my_draft(request)
    rules = draft.read
    old = rules.rule(key) if key else None
    if key and old is None:
        raise Http404
    form = RuleForm(request.POST if request.method == "POST" else None, rule=old)
    if not form.is_valid():
        context = _context(form=form, rule=old, draft=draft)
        return render(request, "routing/rule.html", context, status=422 if form.is_bound else 200)
    new = form.rule()
    if old:
        rules = replace(rules, rules=tuple(new if one.key == old.key else one for one in rules.rules))
    else:
        rules = replace(rules, rules=(*rules.rules, new)[:MOST_RULES])
    actions.save_draft(rules, by=request.user)
    messages.success(request, _("Kept in your draft."))
    return redirect("routing_draft")


@manager_required
@require_POST
def put_in_force(request: SignedInRequest) -> HttpResponse:
    draft = _my_draft(request)
    form = PutInForceForm(request.POST, has_doubts=bool(_doubts(draft.read)))
    if not form.is_valid():
        return _show_draft(request, draft, put=form, status=422)
    try:
        made = actions.put_in_force(draft, by=request.user, note=form.cleaned_data["note"])
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _show_draft(request, draft, put=form, status=refusal.status)
    told = (
        _("Version %(number)s is in force.")
        if made.is_on
        else _("Version %(number)s is saved. Nothing is given out until you switch the rules on.")
    )
    messages.success(request, told % {"number": made.number})
    return redirect("routing")
