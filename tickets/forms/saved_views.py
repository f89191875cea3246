"""The form of a saved view."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.forms import ShareForm
from accounts.models import User
from saved_views.models import MAX_QUERY
from tickets import columns
from tickets.asked import Asked
from tickets.columns import Column
from tickets.orders import Group, Sort
from tickets.query.asker import Asker
from tickets.query.reading import read


class SavedViewForm(ShareForm):
    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=60)
    query = forms.CharField(
        label=gettext_lazy("What it holds"),
        help_text=gettext_lazy("As in the box above the queue: tier:L2 breach<1h unassigned"),
        max_length=MAX_QUERY,
        required=False,
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off", "spellcheck": "false"}),
    )
    sort = forms.ChoiceField(label=gettext_lazy("Sort by"), choices=Sort.choices)
    group = forms.ChoiceField(label=gettext_lazy("Group by"), choices=Group.choices)
    columns = forms.MultipleChoiceField(
        label=gettext_lazy("Columns"), choices=Column.choices, widget=forms.CheckboxSelectMultiple
    )
    is_pinned = forms.BooleanField(
        label=gettext_lazy("Put it into the menu of everybody who may use it"),
        help_text=gettext_lazy("Except for those who have arranged their own menu."),
        required=False,
    )

    field_order = ("name", "query", "sort", "group", "columns", "share", "tier", "is_pinned")

    def __init__(self, *args: Any, user: User, asked: Asked, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _initial(asked))
        super().__init__(*args, user=user, kept=asked.view, **kwargs)
        self.user = user
        if self.has_only_one_way:
            del self.fields["is_pinned"]

    def clean_query(self) -> str:
        reading = read(self.cleaned_data["query"], Asker(self.user, timezone.now()))
        if reading.problems:
            raise forms.ValidationError(
                [
                    _("%(term)s: %(problem)s") % {"term": chip.text, "problem": chip.problem}
                    for chip in reading.problems
                ]
            )
        return reading.text

    def clean_columns(self) -> list[str]:
        return list(columns.read(self.cleaned_data["columns"]))


def _initial(asked: Asked) -> dict[str, Any]:
    view = asked.view
    return {
        "name": str(view) if view else "",
        "query": asked.text,
        "sort": asked.sort,
        "group": asked.group,
        "columns": asked.columns,
        "is_pinned": view.is_pinned if view else False,
    }
