"""What a program is told. Each class names its fields: a new column of a table is never told by itself."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import Application, Organization, User
from intake.models import RequestTypeVersion
from tickets.api.asking import AnswersField, AskedFactSerializer
from tickets.models import Attachment, Message, Note, NoteAttachment, Ticket


class PersonSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["name", "email"]

    def to_representation(self, instance: User) -> dict[str, Any]:
        """Customers are told the names of the desk's people, not their addresses."""
        told: dict[str, Any] = super().to_representation(instance)
        if instance.is_staff_member and not self.context["request"].user.is_staff_member:
            del told["email"]
        return told


class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    class Meta:
        model = Organization
        fields = ["id", "name"]


class ApplicationSerializer(serializers.ModelSerializer[Application]):
    class Meta:
        model = Application
        fields = ["app_id", "name"]


class RequestTypeNameSerializer(serializers.ModelSerializer[RequestTypeVersion]):
    """The version that the ticket was filed with."""

    code = serializers.CharField(source="request_type.code")
    version = serializers.IntegerField(source="number")

    class Meta:
        model = RequestTypeVersion
        fields = ["code", "version"]


class PromiseSerializer(serializers.Serializer[Any]):
    """One clock of the ticket (`sla.Clock`)."""

    target = serializers.CharField()
    cycle = serializers.IntegerField()
    state = serializers.CharField()
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    promised_at = serializers.DateTimeField(allow_null=True)
    stopped_at = serializers.DateTimeField(allow_null=True)
    breached_at = serializers.DateTimeField(allow_null=True)
    agreed_at = serializers.DateTimeField(allow_null=True)


class TicketSerializer(serializers.ModelSerializer[Ticket]):
    requester = PersonSerializer()
    assignee = PersonSerializer(allow_null=True)
    organization = OrganizationSerializer(allow_null=True)
    application = ApplicationSerializer(allow_null=True)
    product = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    follows = serializers.PrimaryKeyRelatedField[Any](read_only=True)
    merged_into = serializers.PrimaryKeyRelatedField[Any](read_only=True)
    request_type = RequestTypeNameSerializer(allow_null=True)
    answers = AnswersField(read_only=True)
    asked_facts = AskedFactSerializer(many=True)
    promises = PromiseSerializer(source="clocks", many=True, read_only=True)

    class Meta:
        model = Ticket
        fields = [
            "number",
            "subject",
            "status",
            "priority",
            "tier",
            "channel",
            "requester",
            "organization",
            "assignee",
            "product",
            "platform",
            "sdk_version",
            "application",
            "request_type",
            "answers",
            "asked_facts",
            "hold_reason",
            "follows",
            "merged_into",
            "created_at",
            "updated_at",
            "first_replied_at",
            "resolved_at",
            "closed_at",
            "reopen_count",
            "promises",
        ]
        read_only_fields = fields

    def to_representation(self, instance: Ticket) -> dict[str, Any]:
        told: dict[str, Any] = super().to_representation(instance)
        told["promises"].sort(key=lambda promise: (promise["target"], promise["cycle"]))
        return told


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    url = serializers.HyperlinkedIdentityField(view_name="api-attachment")

    class Meta:
        model = Attachment
        fields = ["id", "name", "size", "content_type", "url"]


class MessageSerializer(serializers.ModelSerializer[Message]):
    author = PersonSerializer(allow_null=True)
    attachments = AttachmentSerializer(many=True)

    class Meta:
        model = Message
        fields = ["id", "author", "author_kind", "body", "created_at", "attachments"]


class TicketWithMessagesSerializer(TicketSerializer):
    """With the public conversation. Internal notes have an address of their own, for the desk."""

    messages = MessageSerializer(many=True)

    class Meta(TicketSerializer.Meta):
        fields = [*TicketSerializer.Meta.fields, "messages"]
        read_only_fields = fields


class NoteAttachmentSerializer(serializers.ModelSerializer[NoteAttachment]):
    class Meta:
        model = NoteAttachment
        fields = ["id", "name", "size", "content_type"]


class NoteSerializer(serializers.ModelSerializer[Note]):
    author = PersonSerializer(allow_null=True)
    attachments = NoteAttachmentSerializer(many=True)

    class Meta:
        model = Note
        fields = ["id", "author", "body", "created_at", "attachments"]
