"""The checklist on the form of a hand-over, and the editor of a tier's checklist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from accounts.models import Tier
from handover import actions
from handover.definition import LONGEST_ANSWER, MOST_ITEMS, Answer, Answers, Item, Kind
from handover.known import choices, known
from handover.models import Checklist, HandOver
from helpdesk.errors import Refused
from intake.definition import Words
from tickets.forms.working import DeskForm, HandOverForm
from tickets.models import Priority


@dataclass(frozen=True)
class Row:
    """One item on a form: the field, and whether the ticket's facts have answered it."""

    item: Item
    field: BoundField
    is_known: bool


def _field(item: Item) -> forms.Field:
    if item.is_tick:
        return forms.BooleanField(label=str(item.label), required=False)
    widget = forms.Textarea(attrs={"rows": 1, "maxlength": LONGEST_ANSWER, "class": "input"})
    return forms.CharField(label=str(item.label), required=False, max_length=LONGEST_ANSWER, widget=widget)


class _ItemsForm(DeskForm):
    """Fields for the items of checklists; whether all that is required is there, the action asks."""

    known: dict[str, Answers]

    def ask(self, name: str, items: list[Item], given: Answers) -> None:
        for item in items:
            self.fields[f"{name}-{item.key}"] = _field(item)
            if item.key in given:
                self.initial.setdefault(f"{name}-{item.key}", given[item.key])

    def answers_to(self, name: str, items: list[Item]) -> dict[str, Answer]:
        return {item.key: self.cleaned_data[f"{name}-{item.key}"] for item in items}

    def rows_of(self, name: str, items: list[Item]) -> list[Row]:
        known = self.known.get(name, {})
        return [Row(item, self[f"{name}-{item.key}"], item.key in known) for item in items]

    def refuse(self, refusal: Refused) -> None:
        if isinstance(refusal, actions.NotFilledIn):
            name = self.cleaned_data.get("tier", "item")
            for item in refusal.items:
                self.add_error(f"{name}-{item.key}", _("Needed before it is handed over."))
        else:
            super().refuse(refusal)


class ChecklistHandOverForm(_ItemsForm, HandOverForm):
    """A hand-over with the checklists of all tiers that it may go to; the page shows the chosen one's."""

    parts = "handover/_form.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tiers = [tier for tier in Tier.values if tier != self.ticket.tier]
        lists = {tier: Checklist.objects.current(tier) for tier in self.tiers}
        self.items = {tier: found.read if found else [] for tier, found in lists.items()}
        self.known = {tier: known(items, self.ticket) for tier, items in self.items.items()}
        for tier, items in self.items.items():
            self.ask(tier, items, self.known[tier])
        higher = Tier(self.ticket.tier).next_up
        if higher:
            self.initial.setdefault("tier", higher.value)

    @property
    def lists(self) -> list[tuple[str, list[Row]]]:
        return [(tier, self.rows_of(tier, items)) for tier, items in self.items.items()]

    @property
    def may_be_later(self) -> bool:
        """A P1 is never held up by a checklist."""
        return self.ticket.priority == Priority.P1

    @property
    def arguments(self) -> dict[str, Any]:
        tier = self.cleaned_data["tier"]
        return {
            "tier": tier,
            "to": self.cleaned_data["to"],
            "reason": self.cleaned_data["reason"],
            "answers": self.answers_to(tier, self.items[tier]),
            "later": self.may_be_later,
        }


class FillForm(_ItemsForm):
    """The checklist of a hand-over that was made before it was filled in."""

    parts = "handover/_rows.html"

    def __init__(self, *args: Any, hand_over: HandOver, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = actions.asked(hand_over)
        given = {one.item.key: one.answer for one in hand_over.answers if not one.is_open}
        self.known = {"item": known(self.items, self.ticket)}
        self.ask("item", self.items, {**self.known["item"], **given})

    @property
    def rows(self) -> list[Row]:
        return self.rows_of("item", self.items)

    @property
    def arguments(self) -> dict[str, Any]:
        return {"answers": self.answers_to("item", self.items)}


class SendBackForm(DeskForm):
    missing = forms.MultipleChoiceField(
        label=_("What is missing"), required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=_("In words"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed where nothing in the list says it. The desk sees it, not the customer."),
    )

    def __init__(self, *args: Any, hand_over: HandOver, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        items = actions.asked(hand_over)
        field = cast("forms.MultipleChoiceField", self.fields["missing"])
        field.choices = [(item.key, str(item.label)) for item in items]
        self.initial.setdefault("missing", [one.item.key for one in hand_over.open if one.item.is_required])
        if not items:
            del self.fields["missing"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data.setdefault("missing", [])
        if not self.errors and not data["missing"] and not (data.get("reason") or "").strip():
            self.add_error("reason", _("Say what is missing: the sender has to know what to do."))
        return data


class ItemForm(forms.Form):
    key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    en = forms.CharField(label=_("English"), required=False, max_length=120)
    zh = forms.CharField(label=_("Chinese"), required=False, max_length=120)
    kind = forms.ChoiceField(label=_("Answered by"), choices=Kind.choices)
    source = forms.ChoiceField(label=_("Known from"), required=False)
    is_required = forms.BooleanField(label=_("Required"), required=False)

    def __init__(self, *args: Any, sources: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = self.initial.get("source", "")
        # A question that no request type asks any more stays chosen until somebody changes it.
        gone = [(present, present)] if present and present not in dict(sources) else []
        cast("forms.ChoiceField", self.fields["source"]).choices = [
            ("", _("nothing: always asked")),
            *sources,
            *gone,
        ]
        for field in self.fields.values():
            # The empty placeholder lets the style know which rows are still empty.
            field.widget.attrs |= {"class": "input input--small", "placeholder": " "}
        del self.fields["is_required"].widget.attrs["class"]

    @property
    def item(self) -> Item | None:
        """None for an empty row: that is how one is taken away."""
        data = self.cleaned_data
        label = Words(data.get("en", "").strip(), data.get("zh", "").strip())
        if not label:
            return None
        return Item(data["key"], label, data["kind"], data["is_required"], data["source"])


if TYPE_CHECKING:
    BaseFormSet = forms.BaseFormSet[ItemForm]
else:
    BaseFormSet = forms.BaseFormSet


class _ItemFormSet(BaseFormSet):
    @property
    def items(self) -> list[Item]:
        return [form.item for form in self.ordered_forms if form.item is not None]


ItemFormSet = forms.formset_factory(
    ItemForm, formset=_ItemFormSet, extra=0, can_order=True, max_num=MOST_ITEMS, validate_max=True
)


def item_forms(checklist: Checklist | None, data: Any = None) -> _ItemFormSet:
    """The rows of the editor: the present items, then empty ones up to MOST_ITEMS."""
    items = checklist.read if checklist else []
    initial = [
        {
            "key": item.key,
            "en": item.label.en,
            "zh": item.label.zh,
            "kind": item.kind,
            "source": item.source,
            "is_required": item.is_required,
        }
        for item in items
    ]
    initial += [{} for _row in range(MOST_ITEMS - len(initial))]
    formset = ItemFormSet(data, initial=initial, prefix="items", form_kwargs={"sources": choices()})
    return cast("_ItemFormSet", formset)
