"""Was it helpful, what was wrong with it, and what became of that."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from accounts.requests import SignedInRequest
from helpdesk.errors import InvalidInput, Refused
from helpdesk.throttling import admits
from kb.views.finding import asked, framed, versions
from kb.views.writing import for_writers, writer
from learning import actions
from learning.models import Feedback

PAGE_SIZE = 25
SAID_PER_MINUTE = 5


@require_POST
@vary_on_headers("HX-Request")
def give(request: HttpRequest, slug: str) -> HttpResponse:
    """A reader says what is wrong with an article. Anybody who may read it may."""
    article = versions(request, slug)[0]
    context: dict[str, object] = {"article": article, "reasons": Feedback.Reason.choices}
    status = 200
    if not admits(request, "kb-feedback", per_minute=SAID_PER_MINUTE):
        context["refused"] = _("That was a lot at once. Please wait a minute.")
        status = 429
    else:
        by = request.user if isinstance(request.user, User) and request.user.is_authenticated else None
        try:
            actions.give_feedback(
                article, reason=asked(request, "reason"), text=asked(request, "text"), by=by
            )
            context["said"] = True
        except InvalidInput as refusal:
            context |= {"refused": str(refusal), "text": asked(request, "text"), "asks_why": True}
            status = refusal.status
    if HtmxDetails(request):
        return render(request, "learning/_rating.html", context, status=status)
    if status != 200:
        messages.error(request, str(context["refused"]))
    else:
        messages.success(request, _("Thank you. The writers read this."))
    return redirect(article)


@require_safe
@for_writers
def waiting(request: HttpRequest) -> HttpResponse:
    """What readers said, to be worked off: of one's own articles first, or of all."""
    user = writer(request)
    whose, state = asked(request, "whose") or "mine", asked(request, "state") or "open"
    everything = Feedback.objects.visible_to(user)
    shown = everything.of_owner(user) if whose == "mine" else everything
    if whose == "nobody":
        shown = everything.filter(article__owner=None)
    shown = shown.open() if state == "open" else shown.exclude(state=Feedback.State.OPEN)
    related = shown.select_related("article__owner", "user", "answered_by").defer("article__body")
    counts = {
        "mine": everything.of_owner(user).open().count(),
        "nobody": everything.filter(article__owner=None).open().count(),
        "all": everything.open().count(),
    }
    context = framed(
        request,
        page=Paginator(related, PAGE_SIZE).get_page(request.GET.get("page")),
        whose=whose,
        state=state,
        counts=counts,
        refused=request.session.pop("feedback_refused", None),
    )
    return render(request, "learning/feedback.html", context)


@require_POST
@for_writers
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it up, or not and say why."""
    feedback = get_object_or_404(Feedback.objects.visible_to(request.user), pk=pk)
    accepted = asked(request, "verdict") == "accept"
    try:
        actions.answer_feedback(
            feedback, accepted=accepted, answer=asked(request, "answer"), by=writer(request)
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Taken up.") if accepted else _("Not taken up."))
        if accepted and "edit" in request.POST:
            return redirect("kb_edit", feedback.article.slug, feedback.article.language)
    return redirect(f"{request.POST.get('back') or ''}" if _is_ours(request) else "kb_feedback")


@require_safe
@login_required
def mine(request: SignedInRequest) -> HttpResponse:
    """What the reader said themselves, and what became of it."""
    said = Feedback.objects.visible_to(request.user).filter(user=request.user).select_related("article")
    page = Paginator(said.defer("article__body"), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "learning/my_feedback.html", framed(request, page=page))


def _is_ours(request: HttpRequest) -> bool:
    """Back to the same list; never to another page."""
    return request.POST.get("back", "").startswith("/docs/feedback/?")
