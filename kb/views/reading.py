"""The documents for those who look something up, signed in or not."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from helpdesk.throttling import admits
from kb import actions, trail
from kb import search as finder
from kb.case import MAX_TYPED
from kb.facets import Filters
from kb.models import Article, ArticleQuerySet, Category
from kb.neighbours import fits, for_other_versions, neighbours, shelves_above, versions_known
from kb.rendering import rendered
from kb.views.finding import LANGUAGES, asked, framed, reader_language, versions
from kb.views.keeping import asked_each_time, in_the_asked_language, never_kept
from products.models import Platform, Product

PAGE_SIZE = 20
RATED_PER_MINUTE = 20
SHOWN_ON_A_SHELF = 4
POPULAR = 6
# A table of contents helps where the headings do not fit one screen.
LONG_ARTICLE_HEADINGS = 3


@require_safe
@in_the_asked_language
@asked_each_time
def home(request: HttpRequest) -> HttpResponse:
    """The shelves with what is read most on each."""
    articles = _narrowed(request)
    first = Window(RowNumber(), partition_by="category", order_by=["-solved_count", "-views", "title"])
    shown = list(articles.light().annotate(place_on_shelf=first).filter(place_on_shelf__lte=SHOWN_ON_A_SHELF))
    counts = dict(articles.order_by().values_list("category").annotate(Count("pk")))
    shelves = [
        {
            "category": category,
            "count": counts.get(category.pk, 0),
            "articles": [article for article in shown if article.category_id == category.pk],
        }
        for category in Category.objects.all()
    ]
    return render(
        request,
        "kb/home.html",
        framed(
            request,
            shelves=shelves,
            popular=popular(articles)[:POPULAR],
            drafts=Article.objects.visible_to(request.user).drafts().count(),
            **_filters(request),
        ),
    )


@require_safe
@in_the_asked_language
@asked_each_time
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything on one shelf."""
    shelf = get_object_or_404(Category, slug=slug)
    articles = _narrowed(request).filter(category=shelf).light().order_by("title")
    page = Paginator(articles, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "kb/category.html",
        framed(request, category=shelf, shelves=shelves_above(shelf), page=page, **_filters(request)),
    )


@require_safe
@never_kept
def search(request: HttpRequest) -> HttpResponse:
    text = asked(request, "q")[:MAX_TYPED].strip()
    filters = Filters(**{name: asked(request, name)[:60].strip() for name in Filters.names()})
    answer = finder.look_up(request.user, text, language=reader_language(), filters=filters)
    page = Paginator(answer.results, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "kb/search.html",
        framed(
            request,
            q=text,
            page=page,
            answer=answer,
            filters=filters,
            kept_filters={name: getattr(filters, name) for name in Filters.names()},
        ),
    )


@require_safe
@in_the_asked_language
@asked_each_time
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """`?version=` marks whether it holds for this SDK version; the page stays what it is."""
    chosen, *others = versions(request, slug)
    if not (isinstance(request.user, User) and request.user.is_staff_member):
        Article.objects.filter(pk=chosen.pk).update(views=F("views") + 1)
    trail.note_read(request, chosen)
    page = rendered(chosen)
    contents = [heading for heading in page.headings if heading.level <= 3]
    return render(
        request,
        "kb/article.html",
        framed(
            request,
            article=chosen,
            products=list(chosen.products.all()),
            html=page.html,
            contents=contents if len(contents) >= LONG_ARTICLE_HEADINGS else [],
            translations=[(one, LANGUAGES[one.language]) for one in others],
            shelves=shelves_above(chosen.category),
            neighbours=neighbours(chosen, request.user),
            alternates=[one for one in (chosen, *others) if one.is_public] if chosen.is_public else [],
            path_for_languages=_without_language(request),
            **_version_asked_for(request, chosen),
            rated=asked(request, "rated") == "no",
        ),
    )


def _version_asked_for(request: HttpRequest, article: Article) -> dict[str, object]:
    """Which versions a reader may choose, whether the article holds for the one chosen, and what does."""
    if not (article.sdk_from or article.sdk_to):
        return {}
    asked_for = asked(request, "version")[:20].strip()
    others = for_other_versions(article, Article.objects.visible_to(request.user))
    return {
        "version": asked_for,
        "version_fits": fits(article, asked_for),
        "versions_known": versions_known(article),
        "for_version": [one for one in others if asked_for and fits(one, asked_for)],
        "other_versions": others,
    }


def _without_language(request: HttpRequest) -> str:
    """Where the switch of languages leads: here, whatever language the address asked for."""
    query = request.GET.copy()
    query.pop("lang", None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


@require_POST
@vary_on_headers("HX-Request")
def rate(request: HttpRequest, slug: str) -> HttpResponse:
    """Was it helpful? One answer for each person, or for each session of somebody not signed in."""
    chosen = versions(request, slug)[0]
    helpful = request.POST.get("helpful") == "yes"
    if admits(request, "kb-rate", per_minute=RATED_PER_MINUTE):
        actions.rate(chosen, reader=_reader(request), helpful=helpful)
    if HtmxDetails(request):
        context = {"article": chosen, "rated": True, "helpful": helpful}
        return render(request, "learning/_rating.html", context)
    if helpful:
        messages.success(request, _("Thank you. Good to know that it helps."))
        return redirect(chosen)
    return redirect(f"{chosen.get_absolute_url()}?lang={chosen.language}&rated=no#rating")


def popular(articles: ArticleQuerySet) -> ArticleQuerySet:
    """What saved most tickets, then what is read most."""
    return articles.light().order_by("-solved_count", "-views", "title", "pk")


def _narrowed(request: HttpRequest) -> ArticleQuerySet:
    return finder.narrowed(
        Article.objects.visible_to(request.user).for_reader_of(reader_language(), request.user),
        product=asked(request, "product"),
        platform=asked(request, "platform"),
    )


def _filters(request: HttpRequest) -> dict[str, object]:
    return {
        "products": Product.objects.filter(Q(is_active=True)),
        "platforms": Platform.choices,
        "product": asked(request, "product"),
        "platform": asked(request, "platform"),
    }


def _reader(request: HttpRequest) -> str:
    if request.user.is_authenticated:
        return str(request.user.pk)
    if not request.session.session_key:
        request.session.create()
    # A digest: who reads this table cannot take over the session.
    key = str(request.session.session_key)
    return f"session:{salted_hmac('kb.rating', key, algorithm='sha256').hexdigest()[:40]}"
