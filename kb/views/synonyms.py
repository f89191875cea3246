"""Settings: words that mean the same, and a box that shows what a question becomes with them."""

from __future__ import annotations

import re

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.doors import admin_required
from accounts.requests import SignedInRequest
from helpdesk.errors import InvalidInput
from kb.case import Case
from kb.models import Synonyms, SynonymsChange
from kb.search import suggest
from kb.synonyms import added_to
from kb.synonyms import remove as remove_group
from kb.synonyms import save as save_group
from kb.views.finding import asked, reader_language
from products.models import Product

CHANGES_SHOWN = 20
RESULTS_SHOWN = 5
_BETWEEN = re.compile(r"[,，、;；\n]+")


class SynonymsForm(forms.Form):
    terms = forms.CharField(
        label=gettext_lazy("Terms"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Separated by commas, in any language: black screen, 黑屏, no video."),
    )
    product = forms.ModelChoiceField(
        Product.objects.all(),
        label=gettext_lazy("Product"),
        required=False,
        empty_label=gettext_lazy("all products"),
        help_text=gettext_lazy("Only where the question names this product."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def every(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    """All groups with a form for one more or for the one named; `?q=` tries a question."""
    group = get_object_or_404(Synonyms, pk=pk) if pk else None
    first = {"terms": ", ".join(group.terms), "product": group.product_id} if group else None
    form = SynonymsForm(request.POST if request.method == "POST" else None, initial=first)
    if form.is_bound and form.is_valid():
        try:
            save_group(
                _BETWEEN.split(form.cleaned_data["terms"]),
                product=form.cleaned_data["product"],
                by=request.user,
                group=group,
            )
        except InvalidInput as error:
            form.add_error("terms", str(error))
        else:
            messages.success(request, _("Saved. The next search knows it."))
            return redirect("synonyms")
    context = {
        "section": "synonyms",
        "place": "settings",
        "form": form,
        "group": group,
        "rows": Synonyms.objects.select_related("product"),
        "changes": SynonymsChange.objects.select_related("by", "product")[:CHANGES_SHOWN],
        "products": Product.objects.all(),
        **_tried(request),
    }
    return render(request, "kb/synonyms.html", context, status=422 if form.errors else 200)


@require_POST
@admin_required
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    remove_group(get_object_or_404(Synonyms, pk=pk), by=request.user)
    messages.success(request, _("Removed. The next search no longer knows it."))
    return redirect("synonyms")


def _tried(request: SignedInRequest) -> dict[str, object]:
    """What is looked for besides what was typed, and what that finds."""
    typed = asked(request, "q").strip()
    if not typed or request.method == "POST":
        return {}
    case = Case.of(typed, product=asked(request, "on"))
    return {
        "q": typed,
        "on": asked(request, "on"),
        "looked_for": case.words,
        "added": added_to(case.words, case.product),
        "found": suggest(request.user, case, language=reader_language(), limit=RESULTS_SHOWN),
    }
