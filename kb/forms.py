"""What writers may send."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from kb.models import Article
from products.forms import CommaSeparated, ErrorCodesField, PlatformsField


class ArticleForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own has no parameter
    """The words and facts of an article. Saving is the action's business."""

    platforms = PlatformsField()
    error_codes = ErrorCodesField(max_length=50)
    keywords = CommaSeparated(
        forms.CharField(max_length=60),
        label=gettext_lazy("Keywords"),
        required=False,
        max_length=60,
        help_text=gettext_lazy(
            "Separated by commas: what people type when they look for this, in any language."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Article
        fields = [
            *("title", "summary", "body", "slug", "language", "category", "products", "platforms"),
            *("sdk_from", "sdk_to", "error_codes", "keywords", "kind"),
            *("audience", "organizations", "owner", "review_on"),
        ]
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "body": forms.Textarea(attrs={"rows": 24, "class": "mono"}),
            "slug": forms.TextInput(attrs={"data-slug-from": "id_title"}),
            "products": forms.CheckboxSelectMultiple,
            "organizations": forms.SelectMultiple(attrs={"size": 5}),
            "review_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What static/js/article-editor.js needs to take pictures, and says.
        self.fields["body"].widget.attrs |= {
            "data-pictures": reverse("kb_picture_add"),
            "data-working": _("A picture is being stored"),
            "data-failed": _("The picture could not be stored. Please try again."),
            "data-name": _("what the picture shows"),
        }
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = User.objects.filter(role__in=User.STAFF_ROLES, is_active=True)
        owner.empty_label = _("nobody")
        if self.instance.pk:
            # The address and the language are what links and translations hold on to.
            del self.fields["slug"], self.fields["language"]

    def clean_slug(self) -> str:
        from kb.urls import RESERVED_SLUGS

        slug: str = self.cleaned_data["slug"]
        if slug in RESERVED_SLUGS:
            raise forms.ValidationError(_("This address is a page of its own. Please choose another."))
        return slug.lower()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("audience") != Article.Audience.ORGANIZATIONS:
            cleaned["organizations"] = []
        elif not cleaned.get("organizations"):
            self.add_error("organizations", _("Please name at least one organisation."))
        return cleaned
