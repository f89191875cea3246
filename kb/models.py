"""What the company knows, written down: articles, their past, and what readers made of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

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

from accounts.models import Organization, User
from events.append_only import append_only
from products.models import Platform, Product


class Category(models.Model):
    """A shelf, or a part of one: a folder of an imported tree lies within the folder above it.

    `kb.shelves` puts up the first four.
    """

    slug = models.SlugField(_("short name"), max_length=200, unique=True, allow_unicode=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("within"), null=True, blank=True, related_name="parts"
    )
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
        """Everything for staff; for everybody else what is published for an audience they belong to."""
        if isinstance(user, User) and user.is_staff_member:
            return self
        audience = models.Q(audience=Article.Audience.PUBLIC)
        if isinstance(user, User) and user.is_authenticated:
            named = Article.organizations.through.objects.filter(
                article=models.OuterRef("pk"), organization__memberships__user=user
            )
            audience |= models.Q(audience=Article.Audience.CUSTOMERS)
            audience |= models.Q(models.Exists(named), audience=Article.Audience.ORGANIZATIONS)
        return self.published().filter(audience)

    def published(self) -> ArticleQuerySet:
        return self.filter(status=Article.Status.PUBLISHED)

    def drafts(self) -> ArticleQuerySet:
        """What is on its way to be published."""
        return self.exclude(status__in=[Article.Status.PUBLISHED, Article.Status.ARCHIVED])

    def due(self, now: datetime) -> ArticleQuerySet:
        """Scheduled for a moment that has come."""
        return self.filter(status=Article.Status.SCHEDULED, publish_at__lte=now)

    def stale(self, today: date) -> ArticleQuerySet:
        """Published, and past its review date or written for an SDK version out of support."""
        ended = models.Q(support_ended_on__lt=today)
        return self.published().filter(models.Q(review_on__lt=today) | ended)

    def for_reader_of(self, language: str, user: User | AnonymousUser | None = None) -> ArticleQuerySet:
        """Each published article once: in this language, or as it is where there is no translation that
        this reader may see."""
        translated = (
            Article.objects.visible_to(user or AnonymousUser())
            .published()
            .filter(slug=models.OuterRef("slug"), language=language)
            # Goes without saying; else PostgreSQL reads all articles of the language to answer for a few.
            .exclude(pk=models.OuterRef("pk"))
        )
        return self.published().filter(
            models.Q(language=language) | (~models.Q(language=language) & ~models.Exists(translated))
        )

    def light(self) -> ArticleQuerySet:
        """Without the text and what is kept for the search: enough for a list."""
        return self.defer("body", "search", "search_body", "marked_title", "marked_summary").select_related(
            "category"
        )


class Article(models.Model):
    """One text in one language. Its translations share the slug."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("article status", "draft")
        IN_REVIEW = "in_review", pgettext_lazy("article status", "in review")
        SCHEDULED = "scheduled", pgettext_lazy("article status", "scheduled")
        PUBLISHED = "published", pgettext_lazy("article status", "published")
        ARCHIVED = "archived", pgettext_lazy("article status", "archived")

    class Kind(models.TextChoices):
        GUIDE = "guide", _("Guide")
        API = "api", _("API reference")
        FAQ = "faq", _("FAQ")
        SCENARIO = "scenario", _("Scenario solution")
        BEST_PRACTICE = "best_practice", _("Best practice")
        RELEASE_NOTE = "release_note", _("Release note")

    class Audience(models.TextChoices):
        PUBLIC = "public", pgettext_lazy("audience", "everybody")
        CUSTOMERS = "customers", pgettext_lazy("audience", "customers who are signed in")
        ORGANIZATIONS = "organizations", pgettext_lazy("audience", "named organisations")
        INTERNAL = "internal", pgettext_lazy("audience", "staff only")

    slug = models.SlugField(
        _("address"),
        max_length=120,
        allow_unicode=True,
        help_text=_("Small letters, digits and hyphens. Translations share it."),
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
    kind = models.CharField(_("kind"), max_length=13, choices=Kind.choices, default=Kind.GUIDE)
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.DRAFT)

    publish_at = models.DateTimeField(_("to be published"), null=True, blank=True)

    audience = models.CharField(
        _("who may read it"), max_length=13, choices=Audience.choices, default=Audience.PUBLIC
    )
    organizations = models.ManyToManyField(
        Organization, verbose_name=_("organisations"), blank=True, related_name="articles"
    )
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

    extra_facts = models.JSONField(
        default=dict, editable=False, help_text="Front matter of an imported file that means nothing to us."
    )
    pictures: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "Picture", editable=False, related_name="articles"
    )

    owner = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="articles_owned",
        verbose_name=_("owner"),
        help_text=_("Hears of suggestions and keeps it current."),
    )
    review_on = models.DateField(
        _("review on"), null=True, blank=True, help_text=_("By then somebody should read it again.")
    )
    reviewed_on = models.DateField(
        _("last reviewed"), null=True, editable=False, help_text="Somebody read it again, and it held."
    )
    # Written by kb.staleness, so that a list shows it without a question for each row.
    support_ended_on = models.DateField(null=True, editable=False)
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
                condition=~models.Q(status="published") | models.Q(published_at__isnull=False),
                name="article_published_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="scheduled") | models.Q(publish_at__isnull=False),
                name="article_scheduled_has_a_moment",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="article_search"),
            GinIndex(fields=["search_body"], name="article_search_body"),
            GinIndex(fields=["error_codes"], name="article_error_codes"),
            models.Index(fields=["category", "language", "title"], name="article_on_its_shelf"),
            # What the beat looks for each minute, and nothing else.
            models.Index(
                fields=["publish_at"], name="article_scheduled", condition=models.Q(status="scheduled")
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("article", args=[self.slug])

    @property
    def is_published(self) -> bool:
        return self.status == self.Status.PUBLISHED

    @property
    def checked_on(self) -> date | None:
        """When somebody last found it right, where that was after its last change."""
        changed_on = timezone.localdate(self.updated_at)
        return self.reviewed_on if self.reviewed_on and self.reviewed_on > changed_on else None

    @property
    def is_public(self) -> bool:
        """Whether anybody may read it."""
        return self.is_published and self.audience == self.Audience.PUBLIC

    def is_overdue(self, today: date) -> bool:
        """Whether the date for reading it again has passed."""
        return self.review_on is not None and self.review_on < today

    def is_unsupported(self, today: date) -> bool:
        """Whether no version that it was written for is supported any more."""
        return self.support_ended_on is not None and self.support_ended_on < today

    def is_stale(self, today: date) -> bool:
        return self.is_overdue(today) or self.is_unsupported(today)

    @property
    def platform_names(self) -> list[str]:
        return [str(Platform(platform).label) for platform in self.platforms]

    @property
    def platforms_said(self) -> list[str]:
        """As `platform_names`, with those of its file that we have no name for."""
        strange = self.extra_facts.get("platform", [])
        return [*self.platform_names, *(strange if isinstance(strange, list) else [str(strange)])]


class Revision(models.Model):
    """An article as somebody saved it. Never changed: it says who wrote what when."""

    class Kind(models.TextChoices):
        WRITTEN = "written", pgettext_lazy("revision", "written")
        EDITED = "edited", pgettext_lazy("revision", "edited")
        IMPORTED = "imported", pgettext_lazy("revision", "read from a file")
        RESTORED = "restored", pgettext_lazy("revision", "restored")
        SUBMITTED = "submitted", pgettext_lazy("revision", "sent to review")
        SCHEDULED = "scheduled", pgettext_lazy("revision", "scheduled")
        PUBLISHED = "published", pgettext_lazy("revision", "published")
        REVIEWED = "reviewed", pgettext_lazy("revision", "read again, still right")
        UNPUBLISHED = "unpublished", pgettext_lazy("revision", "taken back")
        ARCHIVED = "archived", pgettext_lazy("revision", "archived")

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


class PictureQuerySet(models.QuerySet["Picture"]):
    def visible_to(self, user: User | AnonymousUser) -> PictureQuerySet:
        """Every picture for staff; for everybody else those of the articles they may read."""
        if isinstance(user, User) and user.is_staff_member:
            return self
        shown = Article.pictures.through.objects.filter(
            picture=models.OuterRef("pk"), article__in=Article.objects.visible_to(user)
        )
        return self.filter(models.Exists(shown))


def picture_place(picture: Picture, name: str) -> str:
    return f"pictures/{picture.digest[:2]}/{picture.digest}"


class Picture(models.Model):
    """A picture in articles, kept once however often it is used: its name is what it holds."""

    # Shown in place. An SVG is a document that could run scripts; its page forbids that (kb.views.pictures).
    TYPES = {
        "image/png": "png",
        "image/jpeg": "jpg",
        "image/gif": "gif",
        "image/webp": "webp",
        "image/svg+xml": "svg",
    }

    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the content.")
    file = models.FileField(upload_to=picture_place)
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField(help_text="Bytes.")
    content_type = models.CharField(max_length=40, help_text="As the content says.")
    added_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    objects = PictureQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("kb_picture", args=[self.digest, self.TYPES[self.content_type]])


class Source(models.Model):
    """A tree of files that articles are read from (`manage.py import_docs`)."""

    name = models.SlugField(unique=True, allow_unicode=True)
    read_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class SourceFile(models.Model):
    """A file of a tree as it was read last: what tells a change, and what is written back unchanged."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="files")
    path = models.CharField(max_length=1000, help_text="Within the tree, with slashes.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the content.")
    content = models.BinaryField(null=True, help_text="None for a picture, whose content is stored as one.")
    article = models.ForeignKey(Article, models.SET_NULL, null=True, related_name="files")
    revision = models.PositiveIntegerField(default=0, help_text="The article's when the file was read.")
    picture = models.ForeignKey(Picture, models.SET_NULL, null=True, related_name="files")
    links = models.JSONField(default=list, help_text="Addresses within the tree that its text names.")
    anchors = models.JSONField(default=list, help_text="Places on its page that links may name.")
    notes = models.JSONField(default=list, help_text="What was odd about it, for the report.")
    is_gone = models.BooleanField(default=False, help_text="No longer in the tree; its article is kept.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "path"], name="source_file_once")]

    def __str__(self) -> str:
        return self.path


class Deflection(models.Model):
    """A ticket that was not filed: an article or known issue solved it, or a colleague's ticket is followed.

    One draft counts once, whichever of them ended it.
    """

    article = models.ForeignKey(Article, models.CASCADE, null=True, related_name="deflections")
    known_issue = models.ForeignKey(
        "known_issues.KnownIssue", models.PROTECT, null=True, related_name="deflections"
    )
    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, null=True, related_name="deflections")
    draft_key = models.UUIDField(unique=True)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    subject = models.CharField(max_length=200, blank=True)
    facts = models.JSONField(
        default=dict, help_text="Product, platform, SDK version and error code of the draft."
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(article__isnull=False, known_issue=None, ticket=None)
                | models.Q(article=None, known_issue__isnull=False, ticket=None)
                | models.Q(article=None, known_issue=None, ticket__isnull=False),
                name="deflection_by_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Rating(models.Model):
    """Was it helpful? One reader, one answer; the last one counts."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="ratings")
    reader = models.CharField(
        max_length=64, help_text="A person's id, or a digest of the session of somebody not signed in."
    )
    helpful = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "reader"], name="rating_once_per_reader")]

    def __str__(self) -> str:
        return f"{self.article_id} · {self.reader}"


class Search(models.Model):
    """What somebody looked for and what came of it: never who. The page's script tells of it (kb.trail).

    Kept for SEARCHES_KEPT_DAYS, then removed.
    """

    key = models.UUIDField(unique=True, help_text="Of one page of results: told twice, it counts once.")
    words = models.CharField(max_length=200, help_text="Secrets and addresses masked.")
    language = models.CharField(max_length=10)
    product = models.ForeignKey(Product, models.SET_NULL, null=True, related_name="+")
    platform = models.CharField(max_length=20, blank=True)
    results = models.PositiveSmallIntegerField()
    clicked = models.ForeignKey(
        Article, models.SET_NULL, null=True, related_name="+", help_text="The first result that was opened."
    )
    was_clicked = models.BooleanField(default=False)
    ticket = models.ForeignKey("tickets.Ticket", models.SET_NULL, null=True, related_name="searches_before")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["at"], name="search_by_moment")]

    def __str__(self) -> str:
        return self.words


class ReadBefore(models.Model):
    """An article that the requester read shortly before filing a ticket: it did not spare them that."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="read_before")
    ticket = models.ForeignKey("tickets.Ticket", models.CASCADE, related_name="read_before")
    at = models.DateTimeField(default=timezone.now, help_text="When the ticket was filed.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "ticket"], name="read_before_once")]
        indexes = [models.Index(fields=["at"], name="read_before_by_moment")]

    def __str__(self) -> str:
        return f"{self.article_id} · #{self.ticket_id}"


class CommonWord(models.Model):
    """A word that stands in many articles, as the index spells it. Counted now and then (kb.indexing): the
    search looks first for the rare words of a question."""

    word = models.TextField(primary_key=True)
    articles = models.PositiveIntegerField(help_text="In how many published articles it ranks.")
    texts = models.PositiveIntegerField(default=0, help_text="In how many it stands at all.")

    def __str__(self) -> str:
        return self.word


class IndexedWord(models.Model):
    """A word of public articles, with what becomes of it when a letter is left out (kb.spelling)."""

    word = models.TextField(primary_key=True)
    articles = models.PositiveIntegerField()
    variants = ArrayField(models.TextField())

    class Meta:
        indexes = [GinIndex(fields=["variants"], name="indexed_word_variants")]

    def __str__(self) -> str:
        return self.word


class Synonyms(models.Model):
    """Terms that find what each other finds."""

    product = models.ForeignKey(
        Product,
        models.CASCADE,
        verbose_name=_("product"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("None: for all products."),
    )
    terms = ArrayField(models.CharField(max_length=60), verbose_name=_("terms"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("synonyms")
        verbose_name_plural = _("synonyms")

    def __str__(self) -> str:
        return ", ".join(self.terms)


class SynonymsChange(models.Model):
    """Who changed which synonyms: what the terms were, and what they are; empty before and after."""

    before = models.JSONField(default=list)
    after = models.JSONField(default=list)
    product = models.ForeignKey(Product, models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        triggers = append_only(except_fields=["product"])

    def __str__(self) -> str:
        return ", ".join(self.after or self.before)

    @property
    def added(self) -> list[str]:
        return [term for term in self.after if term not in self.before]

    @property
    def removed(self) -> list[str]:
        return [term for term in self.before if term not in self.after]
