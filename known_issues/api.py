"""Known issues for programs: the same rows that the pages show to the same people."""

from __future__ import annotations

from typing import Any

import django_filters
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api import refuse_unknown_parameters
from known_issues.models import KnownIssue, KnownIssueQuerySet, Link, Wording
from products import versions
from products.models import Platform


class WordingSerializer(serializers.ModelSerializer[Wording]):
    class Meta:
        model = Wording
        fields = ["language", "title", "description", "workaround", "fix"]


class KnownIssueSerializer(serializers.ModelSerializer[KnownIssue]):
    product = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    wordings = WordingSerializer(many=True, read_only=True)

    class Meta:
        model = KnownIssue
        fields = [
            *("id", "reference", "state", "audience", "product", "platforms"),
            *(
                "affected_from",
                "affected_to",
                "fixed_in",
                "error_codes",
                "wordings",
                "created_at",
                "updated_at",
            ),
        ]
        read_only_fields = fields


class KnownIssueFilter(django_filters.FilterSet):  # type: ignore[misc]  # comes without types
    state = django_filters.ChoiceFilter(choices=KnownIssue.State.choices)
    product = django_filters.CharFilter(
        method="of_product", label="Code of a product; with those of all products."
    )
    platform = django_filters.ChoiceFilter(
        choices=Platform.choices, method="of_platform", label="With those of all platforms."
    )
    error_code = django_filters.CharFilter(
        method="with_code", label="As it stands in logs: -17, ERR_TIMEOUT."
    )
    version = django_filters.CharFilter(
        method="affecting", label="An SDK version that has it, for example 4.3.2."
    )
    ticket = django_filters.NumberFilter(method="of_ticket", label="Number of a ticket that is linked to it.")
    updated_since = django_filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")

    class Meta:
        model = KnownIssue
        fields: list[str] = []

    def of_product(self, issues: KnownIssueQuerySet, name: str, value: str) -> KnownIssueQuerySet:
        return issues.of(product=value)

    def of_platform(self, issues: KnownIssueQuerySet, name: str, value: str) -> KnownIssueQuerySet:
        return issues.of(platform=value)

    def with_code(self, issues: KnownIssueQuerySet, name: str, value: str) -> KnownIssueQuerySet:
        return issues.filter(error_codes__contains=[value])

    def affecting(self, issues: KnownIssueQuerySet, name: str, value: str) -> KnownIssueQuerySet:
        if versions.parse(value) is None:
            raise ValidationError({name: ["Must be a version, for example 4.3.2."]})
        return issues.filter(pk__in=[one.pk for one in issues.only(*_RANGE) if one.affects(value)])

    def of_ticket(self, issues: KnownIssueQuerySet, name: str, value: Any) -> KnownIssueQuerySet:
        """Of a ticket that the caller may see; of another there are none."""
        links = Link.objects.visible_to(self.request.user).of(int(value))
        return issues.filter(pk__in=links.values("known_issue"))


_RANGE = ("affected_from", "affected_to", "fixed_in")


class KnownIssuePagination(CursorPagination):
    ordering = "-id"
    page_size_query_param = "page_size"
    max_page_size = 200


class KnownIssueViewSet(viewsets.ReadOnlyModelViewSet[KnownIssue]):
    """Known issues that the caller may read: the desk all, customers those that are for them or for all.

    Those of a ticket: `?ticket=10012`.
    """

    queryset = KnownIssue.objects.none()
    serializer_class = KnownIssueSerializer
    filterset_class = KnownIssueFilter
    pagination_class = KnownIssuePagination
    lookup_value_regex = r"\d{1,18}"

    def get_queryset(self) -> KnownIssueQuerySet:
        return KnownIssue.objects.visible_to(self.request.user).light()

    def list(self, request: Request, *args: Any, **options: Any) -> Response:
        refuse_unknown_parameters(request, KnownIssueFilter, KnownIssuePagination)
        return super().list(request, *args, **options)
