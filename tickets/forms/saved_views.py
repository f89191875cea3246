"""The form of a saved view."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Tier, User
from saved_views.models import MAX_QUERY, SavedView
from saved_views.permissions import may_share_with
from tickets import columns
from tickets.asked import Asked
from tickets.columns import Column
from tickets.orders import Group, Sort
from tickets.query.asker import Asker
from tickets.query.reading import read


class SavedViewForm(forms.Form):
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
    share = forms.ChoiceField(
        label=gettext_lazy("Who may use it"), choices=SavedView.Share.choices, widget=forms.RadioSelect
    )
    tier = forms.ChoiceField(label=gettext_lazy("Tier"), choices=[("", "—"), *Tier.choices], required=False)
    is_pinned = forms.BooleanField(
        label=gettext_lazy("Put it into the menu of everybody who may use it"),
        help_text=gettext_lazy("Except for those who have arranged their own menu."),
        required=False,
    )

    def __init__(self, *args: Any, user: User, asked: Asked, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _initial(asked, user))
        super().__init__(*args, **kwargs)
        self.user, view = user, asked.view
        possible = set(may_share_with(user)) | ({SavedView.Share(view.share)} if view else set())
        if view and view.owner_id is None:
            possible.discard(SavedView.Share.MINE)
        self._limit("share", possible)
        if possible == {SavedView.Share.MINE}:
            self.fields["share"].widget = forms.HiddenInput()
            del self.fields["is_pinned"]
        if SavedView.Share.TIER not in possible:
            del self.fields["tier"]
        elif not user.is_manager:
            self._limit("tier", {"", user.tier, view.tier if view else ""})

    def _limit(self, name: str, possible: set[Any]) -> None:
        field = cast("forms.ChoiceField", self.fields[name])
        choices = cast("list[tuple[str, Any]]", field.choices)
        field.choices = [(value, label) for value, label in choices if value in possible]

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


def _initial(asked: Asked, user: User) -> dict[str, Any]:
    view = asked.view
    return {
        "name": str(view) if view else "",
        "query": asked.text,
        "sort": asked.sort,
        "group": asked.group,
        "columns": asked.columns,
        "share": view.share if view else SavedView.Share.MINE,
        "tier": view.tier if view else user.tier,
        "is_pinned": view.is_pinned if view else False,
    }
