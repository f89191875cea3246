"""Request types for programs: what they ask, and the answers that come with a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Application, Organization
from helpdesk.api import StrictSerializer
from intake import asking
from intake.definition import CORE, Accepts, Definition, Kind, Match, Need, Operator
from intake.evaluation import Evaluation, evaluate
from intake.models import ImpactRules, RequestTypeVersion
from products.models import Product
from tickets import facts
from tickets.forms.facts import offered_to
from tickets.forms.filing import needed
from tickets.models import Priority, Ticket


@extend_schema_field(OpenApiTypes.OBJECT)
class AnswersField(serializers.JSONField):
    """An object: answers by the keys of the request type."""

    def to_internal_value(self, data: Any) -> Any:
        answers = super().to_internal_value(data)
        if not isinstance(answers, dict):
            raise serializers.ValidationError(_("Please give an object: answers by key."))
        return answers


# --- What a request type asks


class InBothLanguagesSerializer(serializers.Serializer[Any]):
    en = serializers.CharField()
    zh = serializers.CharField()


class OptionSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    label = InBothLanguagesSerializer()  # type: ignore[assignment]


class TestSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    operator = serializers.ChoiceField(choices=Operator.choices)
    values = serializers.ListField(child=serializers.CharField())


class ConditionSerializer(serializers.Serializer[Any]):
    """Without tests it always holds."""

    match = serializers.ChoiceField(choices=Match.choices)
    tests = TestSerializer(many=True)


class FieldSerializer(serializers.Serializer[Any]):
    """A question. `shown_if` without tests: always; `required_if` without tests: as `need` says."""

    key = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    need = serializers.ChoiceField(choices=Need.choices)
    label = InBothLanguagesSerializer()  # type: ignore[assignment]
    help = InBothLanguagesSerializer()
    help_on = serializers.DictField(child=InBothLanguagesSerializer(), help_text="By platform.")
    why = InBothLanguagesSerializer()
    options = OptionSerializer(many=True)
    unit = serializers.CharField()
    minimum = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField(allow_null=True)
    accepts = serializers.ChoiceField(choices=Accepts.choices)
    shown_if = ConditionSerializer()
    required_if = ConditionSerializer()


class RequestTypeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(source="request_type.code")
    version = serializers.IntegerField(source="number")
    name = InBothLanguagesSerializer(source="read.name")
    summary = InBothLanguagesSerializer(source="read.summary")
    asks_impact = serializers.BooleanField(source="read.asks_impact")
    priority = serializers.SerializerMethodField(help_text="What follows where the impact is not asked.")
    questions = serializers.SerializerMethodField(help_text="In the order of the form.")

    @extend_schema_field({"type": "string", "enum": list(Priority.values), "nullable": True})
    def get_priority(self, version: RequestTypeVersion) -> str | None:
        return None if version.read.asks_impact else version.read.priority

    @extend_schema_field(FieldSerializer(many=True))
    def get_questions(self, version: RequestTypeVersion) -> Any:
        return FieldSerializer(facts.questions(version.read), many=True).data


class RequestTypesView(APIView):
    """What can be asked for: the types that the form offers, with their questions, the impact among them."""

    pagination_class = None

    @extend_schema(responses=RequestTypeSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(RequestTypeSerializer(RequestTypeVersion.objects.offered(), many=True).data)


# --- The answers that come with a ticket


def read_answers(
    attrs: Mapping[str, Any],
    *,
    organization: Organization | None,
    given_core: Mapping[str, Any],
    chooses_freely: bool,
) -> Evaluation:
    """Evaluate the answers of a new ticket. Raises ValidationError, by key, for those nobody asked for."""
    version: RequestTypeVersion = attrs["request_type"]
    answers: dict[str, Any] = attrs["answers"]
    known = {one.key for one in facts.questions(version.read)}
    unknown = sorted(set(answers) - known)
    twice = sorted(key for key in given_core if key in answers and answers[key] != given_core[key])
    errors = {key: [_("The request type does not ask for this.")] for key in unknown} | {
        key: [_("It is given twice, with different values.")] for key in twice
    }
    if errors:
        raise serializers.ValidationError({"answers": errors})
    applications = Application.objects.filter(organization=organization) if organization else []
    offered = asking.Offered(
        products=list(Product.objects.filter(is_active=True)), applications=list(applications)
    )
    return evaluate(
        version.read,
        {**given_core, **answers, "priority": attrs["priority"]},
        rules=None if chooses_freely and attrs["priority"] else ImpactRules.in_force(),
        choices=offered.choices,
        files=[file.name or "" for file in attrs["files"]],
        zone=asking.zone_of_reader(),
    )


def refuse(found: Evaluation, *, priority_reason: str, may_be_incomplete: bool) -> None:
    """Raise ValidationError for answers that cannot be read or hold the ticket up."""
    errors: dict[str, Any] = {key: [text] for key, text in found.errors.items() if key != "priority"}
    if not may_be_incomplete:
        errors |= {one.key: [needed(one)] for one in found.holds_up}
    problems: dict[str, Any] = {"answers": errors} if errors else {}
    if "priority" in found.errors:
        problems["priority"] = [found.errors["priority"]]
    if not found.priority and not errors:
        problems["priority"] = [serializers.Field.default_error_messages["required"]]
    if found.proposed and found.priority and found.priority < found.proposed and not priority_reason:
        problems["priority_reason"] = [_("Please say why it is more urgent: the engineer reads it first.")]
    if problems:
        raise serializers.ValidationError(problems)


def ticket_fields(found: Evaluation, attrs: Mapping[str, Any]) -> dict[str, Any]:
    """The answers in the words of `actions.create`."""
    answers = found.answers
    is_raised = bool(found.proposed) and found.priority < found.proposed
    return {
        "request_type": attrs["request_type"],
        "answers": found.kept,
        "priority": found.priority,
        "priority_reason": attrs["priority_reason"] if is_raised else "",
        "product": Product.objects.filter(code=answers["product"]).first() if "product" in answers else None,
        "platform": answers.get("platform", ""),
        "sdk_version": answers.get("sdk_version", ""),
        "application": Application.objects.filter(app_id=answers["application"]).first()
        if "application" in answers
        else None,
    }


def core_of(attrs: Mapping[str, Any]) -> dict[str, Any]:
    """What was said beside the answers, in their words."""
    product, application = attrs.get("product"), attrs.get("application")
    given = {
        "product": product.code if product else None,
        "application": application.app_id if application else None,
        "platform": attrs.get("platform"),
        "sdk_version": attrs.get("sdk_version"),
    }
    return {key: value for key, value in given.items() if value}


# --- Answering on a ticket


class Asked(StrictSerializer):
    """A question to ask back."""

    key = serializers.CharField(max_length=40)
    required = serializers.BooleanField(default=True)  # type: ignore[assignment]


class Answering(StrictSerializer):
    """Answers to questions of the ticket's request type. They are merged into those that are there."""

    answers = AnswersField(default=dict)
    is_all = serializers.BooleanField(
        default=False, help_text="That is all the customer has: the clock goes on although facts are open."
    )

    def validate_answers(self, answers: dict[str, Any]) -> dict[str, Any]:
        ticket: Ticket = self.context["ticket"]
        definition: Definition = facts.definition_of(ticket)
        asked = {one.key: one for one in facts.questions(definition)}
        unknown = sorted(set(answers) - set(asked))
        if unknown:
            raise serializers.ValidationError(
                {key: [_("The request type does not ask for this.")] for key in unknown}
            )
        self.offered = offered_to(ticket)
        self.found = evaluate(
            definition,
            {**facts.given(ticket), **answers},
            rules=None,
            choices=self.offered.choices,
            zone=asking.zone_of_reader(),
        )
        errors = {key: [text] for key, text in self.found.errors.items() if key in answers}
        hidden = [key for key in answers if key not in {one.key for one in self.found.shown}]
        errors |= {key: [_("With the other answers, this is not asked.")] for key in hidden}
        if errors:
            raise serializers.ValidationError(errors)
        return answers

    def learned(self) -> dict[str, Any]:
        """In the words of `actions.answer`. What was sent empty stays as it was."""
        data = self.validated_data
        read = {key: self.found.answers[key] for key in data["answers"] if key in self.found.answers}
        return {
            "answers": {key: value for key, value in read.items() if key not in CORE},
            "is_all": data["is_all"],
            **{key: self._row(key, value) for key, value in read.items() if key in CORE},
        }

    def _row(self, key: str, value: Any) -> Any:
        if key == "product":
            return next(one for one in self.offered.products if one.code == value)
        if key == "application":
            return next(one for one in self.offered.applications if one.app_id == value)
        return value


class AskedFactSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
