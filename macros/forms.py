"""The forms of macros: the steps of one, and what is to be done with the chosen tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.forms import ShareForm
from accounts.models import Tier, User
from followups.models import ChecklistTemplate
from helpdesk.errors import InvalidInput
from macros.models import Macro
from macros.steps import MOST_STEPS, REASONS, Do, Step
from tickets.actions.saying import MAX_CHARACTERS
from tickets.forms.working import PersonField
from tickets.models import Priority

if TYPE_CHECKING:
    TemplateChoiceField = forms.ModelChoiceField[ChecklistTemplate]
else:
    TemplateChoiceField = forms.ModelChoiceField


class TemplateField(TemplateChoiceField):
    def __init__(self, **options: Any) -> None:
        super().__init__(ChecklistTemplate.objects.none(), **options)


class StepForm(forms.Form):
    """One step. Which of its fields are shown follows from what is done (components/macro.css)."""

    do = forms.ChoiceField(
        label=gettext_lazy("What is done"), choices=[("", "—"), *Do.choices], required=False
    )
    to = PersonField(
        label=gettext_lazy("To whom"), required=False, empty_label=gettext_lazy("Whoever takes it")
    )
    tier = forms.ChoiceField(
        label=gettext_lazy("To tier"), choices=[("", "—"), *Tier.choices], required=False
    )
    priority = forms.ChoiceField(
        label=gettext_lazy("Priority"), choices=[("", "—"), *Priority.choices], required=False
    )
    checklist = TemplateField(label=gettext_lazy("Checklist"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Text or reason"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MAX_CHARACTERS,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[User]", self.fields["to"])
        field.queryset = User.objects.staff().active().order_by("tier", "name")
        lists = cast("forms.ModelChoiceField[ChecklistTemplate]", self.fields["checklist"])
        lists.queryset = ChecklistTemplate.objects.filter(is_archived=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and (step := self.step) is not None:
            try:
                step.check()
            except InvalidInput as refusal:
                self.add_error(None, str(refusal))
        return data

    @property
    def step(self) -> Step | None:
        """None where nothing is chosen. What the chosen step does not take is left out."""
        data = self.cleaned_data
        do = data.get("do", "")
        if not do:
            return None
        to, text, checklist = data.get("to"), data.get("text", ""), data.get("checklist")
        return Step(
            do=do,
            text=text.strip() if do in REASONS else text,
            to=to.pk if to and do in (Do.ASSIGN, Do.HAND_OVER) else None,
            tier=data.get("tier", "") if do == Do.HAND_OVER else "",
            priority=data.get("priority", "") if do == Do.PRIORITY else "",
            checklist=checklist.pk if checklist and do == Do.CHECKLIST else None,
        )


if TYPE_CHECKING:
    BaseFormSet = forms.BaseFormSet[StepForm]
else:
    BaseFormSet = forms.BaseFormSet


class _StepFormSet(BaseFormSet):
    @property
    def steps(self) -> list[Step]:
        """In the order that the numbers beside them say; rows without a step are left out."""
        return [form.step for form in self.ordered_forms if form.step is not None]


StepFormSet = forms.formset_factory(
    StepForm, formset=_StepFormSet, extra=0, can_order=True, max_num=MOST_STEPS, validate_max=True
)


def step_forms(data: Any = None, *, macro: Macro | None = None) -> _StepFormSet:
    """The rows of the editor: the macro's steps, then empty ones up to MOST_STEPS."""
    initial = [{"do": one.do, "to": one.to, **one.dump()} for one in macro.plan] if macro else []
    initial += [{}] * (MOST_STEPS - len(initial))
    return cast("_StepFormSet", StepFormSet(data, initial=initial, prefix="steps"))


class MacroForm(ShareForm):
    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=80)

    field_order = ("name", "share", "tier")

    def __init__(self, *args: Any, user: User, macro: Macro | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"name": macro.name} if macro else {})
        super().__init__(*args, user=user, kept=macro, **kwargs)


class TicketNumbersForm(forms.Form):
    """Which tickets were chosen: `ticket=10001&ticket=10002`."""

    ticket = forms.TypedMultipleChoiceField(coerce=int)

    def __init__(self, data: Any, *, most: int) -> None:
        super().__init__(data)
        numbers = [text for text in data.getlist("ticket") if text.isdecimal() and len(text) < 10]
        field = cast("forms.TypedMultipleChoiceField", self.fields["ticket"])
        field.choices = [(number, number) for number in numbers]
        self.most = most

    def clean_ticket(self) -> list[int]:
        numbers = list(dict.fromkeys(self.cleaned_data["ticket"]))
        if len(numbers) > self.most:
            raise forms.ValidationError(_("At most %(count)d tickets at once.") % {"count": self.most})
        return numbers
