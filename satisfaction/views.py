"""The page behind the link, the answer on the ticket's page, the report and the switch."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.doors import manager_required
from accounts.models import Organization, User
from accounts.requests import SignedInRequest
from helpdesk.errors import Refused
from products.naming import name_of
from satisfaction import actions, links, reports
from satisfaction.forms import AnswerForm, PeriodForm
from satisfaction.models import Question, Score, Unasked
from sla.views import managers_only

COMMENTS_SHOWN = 100


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the question with the chosen answer proposed and records nothing: scanners and previews
    of mail fetch every link. POST records."""
    try:
        question = links.find(token)
    except links.Expired:
        return _private(render(request, "satisfaction/expired.html", status=410))
    if question is None or _is_somebody_else(request, question):
        raise Http404
    with translation.override(question.person.language):
        return _private(_answer(request, question))


def _answer(request: HttpRequest, question: Question) -> HttpResponse:
    score = request.GET.get("score", "")
    context = {
        "question": question,
        "scores": Score.choices,
        "chosen": score if score in Score.values else question.score,
        "comment": question.comment,
        "is_open": question.is_open(timezone.now()),
        # Scanners have no session: only then may the page's script send the proposed answer by itself.
        "sends_itself": request.user == question.person and score in Score.values and not question.score,
    }
    if request.method != "POST":
        return render(request, "satisfaction/answer.html", context)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return render(request, "satisfaction/answer.html", context, status=422)
    try:
        question = actions.answer(question, by=question.person, **form.cleaned_data)
    except Refused as refusal:
        refused = {**context, "refused": str(refusal)}
        return render(request, "satisfaction/answer.html", refused, status=refusal.status)
    thanked = {
        "question": question,
        "chosen": question.score,
        "comment": question.comment,
        "is_thanked": True,
    }
    return render(request, "satisfaction/answer.html", {**context, **thanked, "sends_itself": False})


def _is_somebody_else(request: HttpRequest, question: Question) -> bool:
    """Signed in, but not as whom the link was sent to."""
    return isinstance(request.user, User) and request.user.pk != question.person_id


def _private(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


@login_required
@require_POST
def answer_here(request: SignedInRequest, pk: int) -> HttpResponse:
    """On the page of the ticket: one press, by whom it was asked."""
    found = Question.objects.visible_to(request.user).filter(person=request.user)
    question = get_object_or_404(found.select_related("ticket"), pk=pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        actions.answer(question, by=request.user, **form.cleaned_data)
        messages.success(request, _("Thank you. You can change your answer for seven days."))
    return redirect(question.ticket)


# --- The report


@managers_only
def report(request: HttpRequest) -> HttpResponse:
    form = PeriodForm(request.GET)
    context = {"place": "reports", "report": "satisfaction", "form": form, "least": reports.LEAST}
    if not form.is_valid():
        return render(request, "satisfaction/report.html", context, status=422)
    questions = reports.asked_between(*form.span())
    context |= {
        "total": reports.in_total(questions),
        "tables": [
            (_("By product"), reports.by(questions, name_of("ticket__product"))),
            (_("By tier"), reports.by(questions, F("tier"))),
            (_("By customer"), reports.by(questions, F("ticket__organization__name"))),
        ],
        "comments": reports.comments(questions)[:COMMENTS_SHOWN],
    }
    return render(request, "satisfaction/report.html", context)


# --- The switch


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def switches(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST":
        chosen = request.POST.get("organization", "")
        organization = get_object_or_404(Organization, pk=int(chosen) if chosen.isdecimal() else 0)
        actions.set_asked(organization, is_asked=request.POST.get("asked") == "yes")
        return redirect("satisfaction_switches")
    unasked = set(Unasked.objects.values_list("organization", flat=True))
    rows = [(one, one.pk not in unasked) for one in Organization.objects.all()]
    context = {"place": "settings", "section": "satisfaction", "rows": rows}
    return render(request, "satisfaction/switches.html", context)
