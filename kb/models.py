"""What the company knows, written down: articles, their past, and what readers made of them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from events.append_only import append_only
from products.models import Platform, Product


class Category(models.Model):
    """A shelf: guides, API reference, FAQ, scenarios. `kb.shelves` puts up the first four."""

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        chinese = (get_language() or "").startswith("zh")
        return self.name_zh if chinese and self.name_zh else self.name

    def get_absolute_url(self) -> str:
        return reverse("kb_category", args=[self.slug])


class ArticleQuerySet(models.QuerySet["Article"]):
    def visible_to(self, user: User | AnonymousUser) -> ArticleQuerySet:
        """Published articles for everybody, signed in or not; drafts for staff."""
        if isinstance(user, User) and user.is_staff_member:
            return self
        return self.published()

    def published(self) -> ArticleQuerySet:
        return self.filter(status=Article.Status.PUBLISHED)

    def drafts(self) -> ArticleQuerySet:
        return self.filter(status=Article.Status.DRAFT)

    def for_reader_of(self, language: str) -> ArticleQuerySet:
        """Each published article once: in this language, or as it is where nobody has translated it."""
        translated = Article.objects.published().filter(slug=models.OuterRef("slug"), language=language)
        return self.published().filter(
            models.Q(language=language) | (~models.Q(language=language) & ~models.Exists(translated))
        )

    def light(self) -> ArticleQuerySet:
        """Without the text and what is kept for the search: enough for a list."""
        return self.defer(
            "body", "search", "search_body", "marked_title", "marked_summary", "marked_body"
        ).select_related("category")


class Article(models.Model):
    """One text in one language. Its translations share the slug."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("article status", "draft")
        PUBLISHED = "published", pgettext_lazy("article status", "published")

    slug = models.SlugField(
        _("address"), max_length=80, help_text=_("Small letters, digits and hyphens. Translations share it.")
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="articles", verbose_name=_("category")
    )
    title = models.CharField(_("title"), max_length=200)
    summary = models.CharField(
        _("summary"),
        max_length=500,
        help_text=_("The answer in two sentences; shown beside the ticket form and in search results."),
    )
    body = models.TextField(_("text"), help_text=_("Markdown"))
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.DRAFT)

    products = models.ManyToManyField(
        Product, verbose_name=_("products"), blank=True, related_name="articles"
    )
    platforms = ArrayField(
        models.CharField(max_length=20, choices=Platform.choices),
        verbose_name=_("platforms"),
        default=list,
        blank=True,
    )
    sdk_from = models.CharField(_("from SDK version"), max_length=20, blank=True)
    sdk_to = models.CharField(_("to SDK version"), max_length=20, blank=True)
    error_codes = ArrayField(
        models.CharField(max_length=60), verbose_name=_("error codes"), default=list, blank=True
    )
    keywords = ArrayField(
        models.CharField(max_length=80),
        verbose_name=_("keywords"),
        default=list,
        blank=True,
        help_text=_("What people type when they look for this, in any language."),
    )

    author = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="articles", verbose_name=_("author")
    )
    updated_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("last changed by")
    )
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    updated_at = models.DateTimeField(_("last change"), default=timezone.now)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    views = models.PositiveIntegerField(_("times read"), default=0, editable=False)
    solved_count = models.PositiveIntegerField(_("tickets it saved"), default=0, editable=False)
    helpful_count = models.PositiveIntegerField(_("found helpful"), default=0, editable=False)
    unhelpful_count = models.PositiveIntegerField(_("found unhelpful"), default=0, editable=False)

    # Written by kb.indexing and by nobody else. `search` is short and ranks: title, error codes, keywords,
    # summary, headings, identifiers. `search_body` holds every word and only matches. The marked texts are
    # those shown in results, their words separated for ts_headline.
    search = SearchVectorField(null=True, editable=False)
    search_body = SearchVectorField(null=True, editable=False)
    marked_title = models.TextField(blank=True, editable=False)
    marked_summary = models.TextField(blank=True, editable=False)
    marked_body = models.TextField(blank=True, editable=False)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "language"],
                name="article_once_in_a_language",
                violation_error_message=_("There is an article at this address in this language already."),
            ),
            models.CheckConstraint(
                condition=models.Q(status="draft") | models.Q(published_at__isnull=False),
                name="article_published_has_a_moment",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="article_search"),
            GinIndex(fields=["search_body"], name="article_search_body"),
            models.Index(fields=["category", "language", "title"], name="article_on_its_shelf"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("article", args=[self.slug])

    @property
    def is_published(self) -> bool:
        return self.status == self.Status.PUBLISHED

    @property
    def platform_names(self) -> list[str]:
        return [str(Platform(platform).label) for platform in self.platforms]


class Revision(models.Model):
    """An article as somebody saved it. Never changed: it says who wrote what when."""

    class Kind(models.TextChoices):
        WRITTEN = "written", pgettext_lazy("revision", "written")
        EDITED = "edited", pgettext_lazy("revision", "edited")
        PUBLISHED = "published", pgettext_lazy("revision", "published")
        UNPUBLISHED = "unpublished", pgettext_lazy("revision", "taken back")

    article = models.ForeignKey(Article, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=11, choices=Kind.choices)
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=500)
    body = models.TextField()
    facts = models.JSONField(
        default=dict, help_text="Category, products, platforms, versions, codes, keywords."
    )
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["article", "number"]
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="revision_numbered_once")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.article_id} · {self.number}"


class Deflection(models.Model):
    """A ticket that was not filed because an article solved it. One draft counts once."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="deflections")
    draft_key = models.UUIDField(unique=True)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    subject = models.CharField(max_length=200, blank=True)
    facts = models.JSONField(default=dict, help_text="Product, platform and SDK version of the draft.")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.article_id} · {self.subject}"


class Rating(models.Model):
    """Was it helpful? One reader, one answer; the last one counts."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="ratings")
    reader = models.CharField(
        max_length=64, help_text="A person's id, or the session of somebody not signed in."
    )
    helpful = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "reader"], name="rating_once_per_reader")]

    def __str__(self) -> str:
        return f"{self.article_id} · {self.reader}"


class CommonWord(models.Model):
    """A word that stands in many articles, as the index spells it. Counted now and then (kb.indexing): the
    search looks first for the rare words of a question."""

    word = models.TextField(primary_key=True)
    articles = models.PositiveIntegerField(help_text="In how many published articles it stands.")

    def __str__(self) -> str:
        return self.word
