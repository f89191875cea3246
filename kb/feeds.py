"""What changed in the public documents, one feed for each language, as Atom and as RSS."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.translation import gettext as _

from kb.models import Article
from kb.public import address, public_articles

NEWEST = 40


class Changes(Feed):  # type: ignore[type-arg]
    """Never asks who reads: what it holds anybody may read."""

    feed_type: type[SyndicationFeed] = Atom1Feed

    def get_object(self, request: HttpRequest, language: str) -> str:
        if language not in dict(settings.LANGUAGES):
            raise Http404
        return language

    def title(self, language: str) -> str:
        with translation.override(language):
            return f"{settings.SITE_NAME} · {_('Changes in the documents')}"

    def link(self, language: str) -> str:
        return address(reverse("kb_home"), language)

    def subtitle(self, language: str) -> str:
        with translation.override(language):
            return _("New and changed articles, the newest first.")

    description = subtitle

    def items(self, language: str) -> list[Article]:
        newest = public_articles().filter(language=language).order_by("-updated_at", "-pk").light()
        return list(newest.defer("body")[:NEWEST])

    def item_title(self, article: Article) -> str:
        return article.title

    def item_description(self, article: Article) -> str:
        return article.summary

    def item_link(self, article: Article) -> str:
        return address(article.get_absolute_url(), article.language)

    def item_guid(self, article: Article) -> str:
        """A new one for each change, so that readers of feeds show it again."""
        return f"{self.item_link(article)}#{article.updated_at:%Y%m%dT%H%M%S}"

    item_guid_is_permalink = False

    def item_pubdate(self, article: Article) -> datetime | None:
        return article.published_at

    def item_updateddate(self, article: Article) -> datetime:
        return article.updated_at

    def item_categories(self, article: Article) -> list[str]:
        with translation.override(article.language):
            return [str(article.category), str(article.get_kind_display())]


class ChangesAsRss(Changes):
    feed_type = Rss201rev2Feed
