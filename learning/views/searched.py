"""What the page of results tells of itself: that it was shown, what was opened, who went on to a ticket."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from helpdesk.throttling import admits
from kb import trail
from kb.models import Article
from kb.views.finding import asked

TOLD_PER_MINUTE = 60
MAX_TOKEN = 6_000


@require_POST
def searched(request: HttpRequest) -> HttpResponse:
    """`token` as the page was given it; `article` (its key) where one was opened; `human` on the way to a
    ticket. Answers 204 whatever it makes of it: the page does not wait."""
    token = asked(request, "token")
    nothing = HttpResponse(status=204)
    if not token or len(token) > MAX_TOKEN or not admits(request, "kb-searched", per_minute=TOLD_PER_MINUTE):
        return nothing
    search = trail.note_search(token)
    if search is None:
        return nothing
    key = asked(request, "article")
    if key.isdecimal() and len(key) < 10:
        article = Article.objects.visible_to(request.user).filter(pk=int(key)).first()
        if article is not None:
            trail.note_click(search, article)
    trail.remember(request, search, opens_session="human" in request.POST)
    return nothing
