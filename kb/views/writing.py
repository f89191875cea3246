"""The articles for those who write them: staff only. To everybody else these pages do not exist."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from drafts import actions as drafts_of_forms
from helpdesk.errors import InvalidTransition, Refused
from helpdesk.markdown import render_article
from helpdesk.text import error_codes
from kb import actions, checking, differences
from kb.forms import ArticleForm
from kb.models import Article
from kb.permissions import can_write
from kb.rendering import Links, links_of
from kb.trees.naming import slugged
from kb.views.finding import LANGUAGES, asked, framed, reader_language
from products.models import Platform, Product

View = Callable[..., HttpResponse]


def for_writers(view: View) -> View:
    """The sign-in page for somebody unknown, 404 for somebody who does not write."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not can_write(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@for_writers
def drafts(request: HttpRequest) -> HttpResponse:
    waiting = Article.objects.visible_to(request.user).drafts().light().select_related("updated_by")
    return render(request, "kb/drafts.html", framed(request, drafts=waiting.order_by("-updated_at")))


@for_writers
def write(request: HttpRequest) -> HttpResponse:
    """A new article, or the translation of one: `?translates=slug&language=en` takes over its facts."""
    original, place = _original(request), _place(request)
    if request.method != "POST":
        return form_page(request, ArticleForm(initial=_initial(request, original)), place=place)
    form = ArticleForm(request.POST)
    if not form.is_valid():
        return form_page(request, form, place=place, status=422)
    words = {name: value for name, value in form.cleaned_data.items() if name != "based_on"}
    try:
        article = actions.create(by=writer(request), **words)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return form_page(request, form, place=place, status=422)
    messages.success(request, _("The draft is saved. Only staff see it until it is published."))
    return saved(request, article, place)


@for_writers
def edit(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    article = find(request, slug, language)
    last = article.revisions.order_by("-number").first()
    if request.method != "POST":
        form = ArticleForm(instance=article, initial={"based_on": last.number if last else None})
        return form_page(request, form, article=article)
    form = ArticleForm(request.POST, instance=article)
    if not form.is_valid():
        return form_page(request, form, article=find(request, slug, language), status=422)
    words = {**form.cleaned_data, "based_on": _seen(request, article, form.cleaned_data["based_on"])}
    try:
        article = actions.edit(article, by=writer(request), **words)
    except InvalidTransition as refusal:
        form.add_error(None, str(refusal))
        # Saved once more, it is meant: what the others wrote is among the revisions beside it.
        sent = request.POST.copy()
        sent["based_on"] = str(last.number if last else 0)
        form.data = sent
        lines = differences.lines(last.body if last else "", words["body"])
        article = find(request, slug, language)
        return form_page(request, form, article=article, meanwhile=last, lines=lines, status=409)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return form_page(request, form, article=find(request, slug, language), status=422)
    messages.success(request, _("Saved."))
    return saved(request, article, _place_of(article))


@require_POST
@for_writers
def preview(request: HttpRequest) -> HttpResponse:
    """What is being written, as readers will see it, and which of its links they would follow in vain."""
    pk = asked(request, "article")
    articles = Article.objects.visible_to(request.user)
    article = articles.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 10 else None
    organizations = [int(one) for one in request.POST.getlist("organizations") if one.isdecimal()][:200]
    context = _preview(
        asked(request, "title"),
        asked(request, "body"),
        article,
        audience=asked(request, "audience"),
        organizations=organizations,
    )
    return render(request, "kb/_preview.html", context)


def _preview(
    title: str, body: str, article: Article | None, *, audience: str, organizations: Iterable[int]
) -> dict[str, object]:
    """The context of the preview. A new article has no links but to other articles."""
    look = checking.Look(links_of(article) if article else Links())
    page = render_article(body, look, title=title)
    if audience not in Article.Audience.values:
        audience = Article.Audience.PUBLIC
    found = checking.problems(page, look.leads, audience=audience, organizations=organizations, own=article)
    return {"title": title, "html": page.html, "is_plain": page.is_plain, "problems": found}


@require_POST
@for_writers
def publish(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    article = actions.publish(find(request, slug, language), by=writer(request))
    messages.success(request, _("Published. Everybody can read it now."))
    return redirect(f"{article.get_absolute_url()}?lang={article.language}")


@require_POST
@for_writers
def unpublish(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    article = actions.unpublish(find(request, slug, language), by=writer(request))
    messages.success(request, _("Taken back. Only staff see it now."))
    return redirect("kb_edit", article.slug, article.language)


def find(request: HttpRequest, slug: str, language: str) -> Article:
    return get_object_or_404(Article.objects.visible_to(request.user), slug=slug, language=language)


def writer(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # for_writers saw to it
    return request.user


def saved(request: HttpRequest, article: Article, place: str) -> HttpResponse:
    """What was typed has arrived: neither the server nor the browser need keep it any more."""
    drafts_of_forms.discard(writer(request), place)
    key = re.sub(r"[^\w-]", "", asked(request, "draft"))[:36]
    address = reverse("kb_edit", args=[article.slug, article.language])
    return redirect(f"{address}?kept={key}" if key else address)


def _seen(request: HttpRequest, article: Article, shown: int | None) -> int | None:
    """The revision that the writer's text began from: a text that was typed before somebody else saved, and
    came back from a draft after it, is no later than it was."""
    kept = re.fullmatch(rf"article-{article.pk}-(\d{{1,9}})", asked(request, "draft"))
    return min(shown, int(kept[1])) if kept and shown is not None else shown


def _place_of(article: Article) -> str:
    """Where the editor of an article keeps what is typed (drafts.models.Draft)."""
    return f"article-{article.pk}"


def _place(request: HttpRequest) -> str:
    """Where a new article is kept: one for each thing that it began from."""
    if original := _original(request):
        return f"translation-{original.pk}"
    words = request.GET.get("words", "").strip()
    return f"wanted-{zlib.crc32(words.encode())}" if words else "article"


def _original(request: HttpRequest) -> Article | None:
    slug = request.GET.get("translates", "").replace("\0", "")
    return Article.objects.visible_to(request.user).filter(slug=slug).first() if slug else None


def _initial(request: HttpRequest, original: Article | None) -> dict[str, object]:
    if original is None:
        return _wanted(request)
    return {
        "slug": original.slug,
        "language": asked(request, "language"),
        "title": original.title,
        "summary": original.summary,
        "body": original.body,
        "category": original.category,
        "products": original.products.all(),
        "platforms": original.platforms,
        "sdk_from": original.sdk_from,
        "sdk_to": original.sdk_to,
        "error_codes": original.error_codes,
        "keywords": original.keywords,
    }


def _wanted(request: HttpRequest) -> dict[str, object]:
    """What somebody looked for in vain, as the beginning of the article that was not there."""
    words = asked(request, "words")[:200].strip()
    language = asked(request, "language")
    return {
        "language": language if language in LANGUAGES else reader_language(),
        "title": words,
        "slug": slugged(words)[:80].strip("-"),
        "keywords": [words] if words else [],
        "error_codes": sorted(code for code in error_codes(words) if not code.isdecimal())[:8],
        "products": Product.objects.filter(code=asked(request, "product")[:50]),
        "platforms": [one for one in [asked(request, "platform")] if one in Platform.values],
        "owner": request.user,
    }


def form_page(
    request: HttpRequest,
    form: ArticleForm,
    *,
    article: Article | None = None,
    place: str = "",
    status: int = 200,
    **more: object,
) -> HttpResponse:
    """The editor. `place` keeps what is typed; `more` is for pages that start from something else."""
    revisions = article.revisions.select_related("by").order_by("-number")[:8] if article else []
    organizations = [int(getattr(one, "pk", one)) for one in form["organizations"].value() or ()]
    preview = _preview(
        form["title"].value() or "",
        form["body"].value() or "",
        article,
        audience=form["audience"].value() or "",
        organizations=organizations,
    )
    seen = form["based_on"].value()
    kept = {
        "place": _place_of(article) if article else place,
        "draft_key": f"article-{article.pk}-{seen}" if article and seen else "",
        "done_draft": asked(request, "kept")[:36],
    }
    context = framed(request, form=form, article=article, revisions=revisions, **preview, **kept, **more)
    return render(request, "kb/write.html", context, status=status)
