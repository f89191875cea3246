"""What a view behind the sign-in is given."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request

from accounts.models import User


class SignedInRequest(HttpRequest):
    """For type checkers: `@login_required` stands before, so `user` is a person."""

    user: User
    htmx: HtmxDetails


class SignedInApiRequest(Request):
    """The same for the API, where every endpoint asks for a proved caller."""

    user: User
