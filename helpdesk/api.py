"""What every API endpoint shares: how errors look (RFC 9457, problem details), and what is refused."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django_filters import FilterSet
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from helpdesk.errors import Refused


def handle_exception(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Answer with `application/problem+json`: `type`, `title`, `status`, `detail`, and `errors` by field."""
    if isinstance(exception, Refused):
        code = status.HTTP_400_BAD_REQUEST if exception.status == 422 else exception.status
        return _problem(code, str(exception), {}, {})
    response = exception_handler(exception, context)
    if response is None:
        return None
    data = response.data if isinstance(response.data, dict) else {"errors": response.data}
    detail = data.pop("detail", "") if response.status_code != 400 else ""
    headers = {name: value for name, value in response.items() if name.lower() != "content-type"}
    return _problem(response.status_code, str(detail), data, headers)


def _problem(code: int, detail: str, errors: Any, headers: dict[str, str]) -> Response:
    from http import HTTPStatus

    body: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(code).phrase, "status": code}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    return Response(body, status=code, headers=headers, content_type="application/problem+json")


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not know: a misspelled one must not be lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = set(data) - {name for name, field in self.fields.items() if not field.read_only}
            if unknown:
                raise ValidationError({name: [_("There is no such field.")] for name in sorted(unknown)})
        return super().to_internal_value(data)


def refuse_unknown_parameters(
    request: Request, filters: type[FilterSet], pagination: type[CursorPagination]
) -> None:
    """A misspelled parameter would seem to filter and would not."""
    paging = {pagination.cursor_query_param, pagination.page_size_query_param}
    unknown = set(request.query_params) - set(filters.base_filters) - paging
    if unknown:
        raise ValidationError({name: [_("There is no such parameter.")] for name in sorted(unknown)})


def idempotency_key(request: Request) -> uuid.UUID | None:
    """The header `Idempotency-Key`: sent again with the same key, a request has the effect of the first."""
    key = request.headers.get("Idempotency-Key", "").strip().strip('"')
    if not key:
        return None
    try:
        return uuid.UUID(key)
    except ValueError as error:
        raise ValidationError({"Idempotency-Key": [_("Must be a UUID.")]}) from error
