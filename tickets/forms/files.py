"""The files of a form: uploads that wait for it, and files that came with it.

A file that came with the form becomes an upload at once. Whatever else is wrong with the form, it need not be
chosen again.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from files import uploads
from files.models import Upload
from files.proposing import proposals
from helpdesk.errors import InvalidInput
from tickets import files as ticket_files


def limits_in_words() -> str:
    """What may be attached, said before somebody tries."""
    return _("Up to %(count)d files of %(size)s each.") % {
        "count": settings.ATTACHMENTS_PER_MESSAGE,
        "size": filesizeformat(settings.ATTACHMENT_MAX_BYTES),
    }


class FilesInput(forms.ClearableFileInput):
    """`NAME` holds files, `NAME_uploaded` ids of uploads, `NAME_original` the wish to mask nothing."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        many = hasattr(files, "getlist")
        return {
            "files": files.getlist(name) if many else list(files.get(name) or []),
            "uploaded": data.getlist(f"{name}_uploaded")
            if hasattr(data, "getlist")
            else data.get(f"{name}_uploaded", []),
            "keeps_original": bool(data.get(f"{name}_original")),
        }

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in files and f"{name}_uploaded" not in data


class FilesField(forms.Field):
    """A list of uploads, perhaps empty. What is wrong with one is said by name, limit and size.

    The form names owner and place before it is used: `form.fields["files"].belongs_to(user, "reply-10001")`.
    """

    widget = FilesInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "help_text": lazy(limits_in_words, str)(), **options})
        self.owner: User | None = None
        self.place = ""

    def belongs_to(self, owner: User, place: str) -> None:
        self.owner = owner
        self.place = place

    @property
    def waiting(self) -> list[Upload]:
        """What was chosen in this form before and has not been sent, with what it proposes."""
        if self.owner is None:
            return []
        waiting = uploads.waiting(self.owner, self.place)
        for upload in waiting:
            upload.proposals = proposals(self.owner, upload, get_language() or "")  # type: ignore[attr-defined]
        return waiting

    def clean(self, value: Any) -> list[Upload]:
        value = value or {"files": [], "uploaded": [], "keeps_original": False}
        assert self.owner is not None, "belongs_to() comes first"
        chosen = uploads.chosen(self.owner, value["uploaded"])
        sent: list[UploadedFile] = [file for file in value["files"] if file]
        try:
            ticket_files.check([*chosen, *sent])
            for file in sent:
                chosen.append(
                    uploads.store(
                        self.owner, place=self.place, file=file, keeps_original=value["keeps_original"]
                    )
                )
        except InvalidInput as error:
            raise ValidationError(str(error), code=str(error.status)) from error
        return chosen


def refusal_status(form: forms.BaseForm) -> int:
    """The status for a form that is not valid: 413, 429 or 507 where only its files are refused, else 422."""
    codes = {error.code or "" for errors in form.errors.as_data().values() for error in errors}
    refused = codes & {"413", "429", "507"}
    return int(max(refused)) if refused and len(codes) == 1 else 422
