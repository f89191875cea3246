"""Settings: the versions of each product's SDKs and until when they are supported."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.doors import admin_required
from accounts.requests import SignedInRequest
from products.forms import SdkVersionForm
from products.models import Product, SdkVersion
from products.support import newest_first


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def sdk_versions(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    """All versions by product, the newest first, with a form for one more or for the one named."""
    row = get_object_or_404(SdkVersion, pk=pk) if pk else None
    form = SdkVersionForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. The form offers it from now on."))
        return redirect("sdk_versions")
    today = timezone.localdate()
    rows = list(SdkVersion.objects.select_related("product"))
    context = {
        "section": "sdk_versions",
        "place": "settings",
        "form": form,
        "row": row,
        "products": [
            (
                product,
                [
                    (one, one.has_ended(today))
                    for one in newest_first(version for version in rows if version.product_id == product.pk)
                ],
            )
            for product in Product.objects.all()
        ],
    }
    return render(request, "products/sdk_versions.html", context, status=422 if form.errors else 200)


@require_POST
@admin_required
def remove_sdk_version(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take it off the list. Tickets that name it keep it: they hold a text."""
    get_object_or_404(SdkVersion, pk=pk).delete()
    messages.success(request, _("The version is taken off the list."))
    return redirect("sdk_versions")
