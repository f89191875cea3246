"""What a person is told of articles: a part of the sheet under the bell."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from learning.models import News


@require_POST
@login_required
def open_news(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mark it as read and go where it is worked off."""
    news = get_object_or_404(News.objects.visible_to(request.user).select_related("article"), pk=pk)
    News.objects.filter(pk=news.pk, read_at=None).update(read_at=timezone.now())
    return redirect(news.leads_to)


@require_POST
@login_required
def read_all(request: SignedInRequest) -> HttpResponse:
    """Mark as read what was there when the page was shown."""
    until = request.POST.get("until", "")
    if until.isdecimal() and len(until) < 19:
        mine = News.objects.visible_to(request.user).unread()
        mine.filter(pk__lte=int(until)).update(read_at=timezone.now())
    return redirect("notices")
