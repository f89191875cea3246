"""What an action may answer instead of acting. Each carries a sentence for the person who asked."""

from typing import ClassVar


class Refused(Exception):
    """An action was not done. `str()` of it is a translated sentence that says why and what to do."""

    status: ClassVar[int] = 409  # of HTTP, on pages

    def __init__(self, reason: object) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return str(self.reason)


class InvalidTransition(Refused):
    """The thing is not in a state from which this can happen (HTTP 409)."""


class InvalidInput(Refused):
    """What was given cannot be used (HTTP 422 on pages, 400 in the API)."""

    status = 422
