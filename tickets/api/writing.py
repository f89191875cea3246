"""What a program may send, one class for each action. The actions say what is wrong beyond form."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import Application, Organization, User
from helpdesk.api import StrictSerializer
from intake.models import RequestTypeVersion
from products.models import Platform, Product
from tickets.api.asking import AnswersField, Asked, core_of, read_answers, refuse, ticket_fields
from tickets.models import Priority


class FilesField(serializers.ListField):
    """Several files under one name, by multipart/form-data. Limits are those of the pages."""

    child = serializers.FileField(allow_empty_file=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "default": list, **options})


class KeepOriginalsField(serializers.BooleanField):
    """Without it secrets in text files are masked, and pictures lose what a camera put beside the pixels."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{
                "required": False,
                "default": False,
                "help_text": "Store the files unmasked, as sent.",
                **options,
            }
        )


class Words(StrictSerializer):
    body = serializers.CharField(help_text="Markdown.")
    files = FilesField()
    keep_originals = KeepOriginalsField()


class NoWords(StrictSerializer):
    """Nothing to say."""


class Asking(StrictSerializer):
    """A question in words, or facts to ask for by the keys of the ticket's request type, or both."""

    body = serializers.CharField(required=False, default="", help_text="Markdown.")
    facts = Asked(many=True, required=False, default=list)
    files = FilesField()
    keep_originals = KeepOriginalsField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["body"] and not attrs["facts"] and not attrs["files"]:
            raise serializers.ValidationError(
                {"body": [str(serializers.Field.default_error_messages["required"])]}
            )
        return attrs


class PerhapsWords(StrictSerializer):
    body = serializers.CharField(required=False, default="", help_text="A last public message; Markdown.")
    files = FilesField()
    keep_originals = KeepOriginalsField()


class Reason(StrictSerializer):
    reason = serializers.CharField()


class PerhapsReason(StrictSerializer):
    reason = serializers.CharField(required=False, default="")


class Assigning(StrictSerializer):
    to = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.active().staff(), help_text="E-mail address of a colleague."
    )


class Prioritizing(StrictSerializer):
    priority = serializers.ChoiceField(choices=Priority.choices)
    reason = serializers.CharField()


class Filing(StrictSerializer):
    """A ticket of the caller's own."""

    subject = serializers.CharField(max_length=200)
    body = serializers.CharField(help_text="Markdown.")
    priority = serializers.ChoiceField(
        choices=Priority.choices,
        required=False,
        default="",
        help_text="May be left out with a request type: it follows from the answers about the impact.",
    )
    priority_reason = serializers.CharField(
        max_length=300,
        required=False,
        default="",
        help_text="Why it is more urgent than follows from the answers.",
    )
    request_type = serializers.CharField(
        required=False, default=None, help_text="The code of one that is offered; see request-types."
    )
    answers = AnswersField(
        required=False, default=dict, help_text="By the keys of the request type; see request-types."
    )
    organization = serializers.PrimaryKeyRelatedField(
        queryset=Organization.objects.none(),
        required=False,
        default=None,
        help_text="May be left out by who belongs to one only.",
    )
    product = serializers.SlugRelatedField(
        slug_field="code", queryset=Product.objects.filter(is_active=True), required=False, default=None
    )
    platform = serializers.ChoiceField(choices=Platform.choices, required=False, default="")
    sdk_version = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    application = serializers.SlugRelatedField(
        slug_field="app_id", queryset=Application.objects.none(), required=False, default=None
    )
    files = FilesField()
    keep_originals = KeepOriginalsField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Only the requester's own organisations exist for this request, and their applications."""
        fields = super().get_fields()
        request = self.context.get("request")
        if request is not None and request.user.is_authenticated:
            own = self._organizations(request.user)
            fields["organization"].queryset = own  # type: ignore[attr-defined]
            fields["application"].queryset = Application.objects.filter(organization__in=own)  # type: ignore[attr-defined]
        return fields

    def _organizations(self, user: User) -> Any:
        return Organization.objects.filter(members=user)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["organization"] is None:
            own = list(self._requester(attrs).organizations.all()[:2])
            if len(own) > 1:
                raise serializers.ValidationError({"organization": [self._fields_required()]})
            attrs["organization"] = own[0] if own else None
        return self._with_answers(attrs)

    def _with_answers(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What the request type makes of the answers, in the words of `actions.create`."""
        code = attrs["request_type"]
        if code is None:
            if not attrs["priority"]:
                raise serializers.ValidationError({"priority": [self._fields_required()]})
            if attrs["answers"]:
                raise serializers.ValidationError({"answers": [_("Answers need a request type.")]})
            return attrs
        version = next(
            (one for one in RequestTypeVersion.objects.offered() if one.request_type.code == code), None
        )
        if version is None:
            raise serializers.ValidationError({"request_type": [_("There is no such request type.")]})
        attrs["request_type"] = version
        self.found = read_answers(
            attrs,
            organization=attrs["organization"],
            given_core=core_of(attrs),
            chooses_freely=self.is_for_customer,
        )
        refuse(self.found, priority_reason=attrs["priority_reason"], may_be_incomplete=self.is_for_customer)
        return {**attrs, **ticket_fields(self.found, attrs)}

    is_for_customer = False

    def _requester(self, attrs: dict[str, Any]) -> User:
        user: User = self.context["request"].user
        return user

    def _fields_required(self) -> str:
        return str(serializers.Field.default_error_messages["required"])


class FilingForCustomer(Filing):
    """A ticket that the desk files for a customer, who asked on the phone or in a chat, or did not ask.

    What the customer did not say may stay open, and the desk chooses the priority freely.
    """

    is_for_customer = True

    requester = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.active().filter(role=User.Role.REQUESTER)
    )
    origin = serializers.ChoiceField(choices=["customer", "taken", "outbound"], default="customer")

    def _organizations(self, user: User) -> Any:
        return Organization.objects.all()

    def _requester(self, attrs: dict[str, Any]) -> User:
        requester: User = attrs["requester"]
        return requester
