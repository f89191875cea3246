"""What browsers may keep of the pages for readers, and how they ask whether it is still true.

A page is made for its reader: language, name, what they may see, the secret of its forms. So it is private,
and asked for each time. The tag is that of the whole page but for what differs each time (the mask of the
forms' secret, the clock): nothing that it shows can be forgotten in it, and who may not read it gets no tag.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.crypto import salted_hmac
from django.utils.http import http_date

View = Callable[..., HttpResponse]

KEPT_SECONDS = 30 * 24 * 60 * 60
_FLEETING = re.compile(
    rb'(?:name="csrfmiddlewaretoken" value=|<meta name="server-time" content=|<lastBuildDate>|<updated>)[^>]*'
)


def asked_each_time(view: View) -> View:
    """Private to its reader, who asks each time; 304 where nothing changed."""
    return _conditional(view, private=True, no_cache=True)


def for_everybody(seconds: int) -> Callable[[View], View]:
    """The same for all: what a shared cache may give out so long. Only for views that never ask who reads."""

    def decorate(view: View) -> View:
        return _conditional(view, public=True, max_age=seconds)

    return decorate


def never_kept(view: View) -> View:
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response

    return answered


def in_the_asked_language(view: View) -> View:
    """`?lang=` chooses the language of the whole page for somebody who has not chosen one: a search engine,
    or whoever follows its link."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("lang", "")
        has_chosen = request.user.is_authenticated or settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        if has_chosen or asked not in dict(settings.LANGUAGES):
            return view(request, *args, **kwargs)
        with translation.override(asked):
            response = view(request, *args, **kwargs)
        response.headers["Content-Language"] = asked
        return response

    return answered


def _conditional(view: View, **control: Any) -> View:
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != 200 or response.streaming or request.method not in ("GET", "HEAD"):
            patch_cache_control(response, private=True, no_store=True)
            return response
        patch_cache_control(response, **control)
        patch_vary_headers(response, ["Cookie", "Accept-Language", "HX-Request"])
        reader = "" if control.get("public") else _reader(request)
        tag = _tag(request, response, reader)
        response.headers["ETag"] = tag
        since = _unchanged_since(request, reader, tag)
        response.headers["Last-Modified"] = http_date(since.timestamp())
        answer = get_conditional_response(
            request, etag=tag, last_modified=int(since.timestamp()), response=response
        )
        assert isinstance(answer, HttpResponse)
        return answer

    return answered


def _reader(request: HttpRequest) -> str:
    """Who reads, in which language, with which secret for forms; told to nobody."""
    known = [
        str(request.user.pk or ""),
        request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""),
        request.COOKIES.get(settings.CSRF_COOKIE_NAME, ""),
        translation.get_language() or "",
        str(bool(getattr(request, "htmx", False))),
    ]
    return salted_hmac("kb.views.keeping", "\n".join(known)).hexdigest()


def _tag(request: HttpRequest, response: HttpResponse, reader: str) -> str:
    content = _FLEETING.sub(b"", response.content)
    whole = b"\n".join([request.get_full_path().encode(), reader.encode(), content])
    return f'W/"{hashlib.sha256(whole).hexdigest()[:32]}"'


def _unchanged_since(request: HttpRequest, reader: str, tag: str) -> datetime:
    """When this page was first seen as it is now. No date of a row is as good: an import may set it back."""
    place = hashlib.sha256(f"{request.get_full_path()}\n{reader}".encode()).hexdigest()
    key = f"kb:seen:{place}"
    seen: tuple[str, datetime] | None = cache.get(key)
    if seen is None or seen[0] != tag:
        seen = tag, timezone.now()
        cache.set(key, seen, KEPT_SECONDS)
    return seen[1]
