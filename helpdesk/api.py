"""What every API endpoint shares: how errors look (RFC 9457, problem details)."""

from typing import Any

from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from helpdesk.errors import InvalidInput, Refused


def handle_exception(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Answer with `application/problem+json`: `type`, `title`, `status`, `detail`, and `errors` by field."""
    if isinstance(exception, Refused):
        code = (
            status.HTTP_400_BAD_REQUEST if isinstance(exception, InvalidInput) else status.HTTP_409_CONFLICT
        )
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
