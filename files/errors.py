"""Why a file is not taken. The text beside it is always kept."""

from django.utils.translation import gettext as _

from helpdesk.errors import InvalidInput


class TooLarge(InvalidInput):
    """One file, or all of them together, have more bytes than are taken."""

    status = 413


class TooManyNow(InvalidInput):
    """More files in a minute, or waiting, than one person may have."""

    status = 429


class NoRoom(InvalidInput):
    """The disk is full, or would be."""

    status = 507


class WrongOffset(Exception):
    """A part does not follow what has arrived; `offset` is where to go on."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


def no_room() -> str:
    return _(
        "There is no room for files at the moment; your text is kept. "
        "Please try again later, or file without them."
    )
