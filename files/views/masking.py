"""Tell somebody which secrets stand in what they typed, before it is sent."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from files.masking import masked_text
from files.masking.finding import CREDENTIALS
from files.masking.report import listed

LONGEST_CHARACTERS = 100_000
TEXTS_PER_MINUTE = 60


@require_POST
@login_required
@never_cache
def look(request: SignedInRequest) -> HttpResponse:
    """`text` masked, and what was found in words. Only what opens a door is offered: addresses in prose
    are meant."""
    text = request.POST.get("text", "")[:LONGEST_CHARACTERS]
    if not _admits(request.user.pk):
        return HttpResponse(status=429)
    masked, report = masked_text(text, kinds=CREDENTIALS)
    words = ""
    if report:
        words = _("This text has %(listed)s in it.") % {"listed": listed(report.kinds)}
    return JsonResponse({"count": report.count, "words": words, "text": masked})


def _admits(person: int) -> bool:
    key = f"masking:{person}:{timezone.now():%Y%m%d%H%M}"
    cache.add(key, 0, timeout=120)
    try:
        return bool(cache.incr(key) <= TEXTS_PER_MINUTE)
    except ValueError:
        return True
