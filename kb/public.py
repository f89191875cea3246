"""Addresses of articles for the world outside: search engines, feeds, previews of links."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from kb.models import Article, ArticleQuerySet


def public_articles() -> ArticleQuerySet:
    """What anybody may read, whoever asks."""
    return Article.objects.visible_to(AnonymousUser())


def address(path: str, language: str = "") -> str:
    """The whole address of a page of ours, in one language: `?lang=` names it."""
    return f"{settings.SITE_URL}{path}{'?' + urlencode({'lang': language}) if language else ''}"
