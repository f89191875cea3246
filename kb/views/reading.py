"""The documents for those who look something up, signed in or not."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from kb import actions
from kb import search as finder
from kb.case import MAX_TYPED
from kb.models import Article, ArticleQuerySet, Category
from kb.rendering import rendered
from kb.views.finding import LANGUAGES, asked, framed, reader_language, versions
from products.models import Platform, Product

PAGE_SIZE = 20
SHOWN_ON_A_SHELF = 4
POPULAR = 6
# A table of contents helps where the headings do not fit one screen.
LONG_ARTICLE_HEADINGS = 3


@require_safe
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
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything on one shelf."""
    shelf = get_object_or_404(Category, slug=slug)
    articles = _narrowed(request).filter(category=shelf).light().order_by("title")
    page = Paginator(articles, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request, "kb/category.html", framed(request, category=shelf, page=page, **_filters(request))
    )


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    text = asked(request, "q")[:MAX_TYPED].strip()
    found = finder.search(
        request.user,
        text,
        language=reader_language(),
        product=asked(request, "product"),
        platform=asked(request, "platform"),
        category=asked(request, "category"),
    )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "kb/search.html",
        framed(
            request,
            q=text,
            page=page,
            categories=Category.objects.all(),
            category_slug=asked(request, "category"),
            **_filters(request),
        ),
    )


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    chosen, *others = versions(request, slug)
    if not (isinstance(request.user, User) and request.user.is_staff_member):
        Article.objects.filter(pk=chosen.pk).update(views=F("views") + 1)
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
        ),
    )


@require_POST
@vary_on_headers("HX-Request")
def rate(request: HttpRequest, slug: str) -> HttpResponse:
    """Was it helpful? One answer for each person, or for each session of somebody not signed in."""
    chosen = versions(request, slug)[0]
    actions.rate(chosen, reader=_reader(request), helpful=request.POST.get("helpful") == "yes")
    if HtmxDetails(request):
        return render(request, "kb/article.html#rating", {"article": chosen, "rated": True})
    return redirect(chosen)


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
    return f"session:{request.session.session_key}"
