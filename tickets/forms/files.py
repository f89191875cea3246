"""Several files in one field, checked by the one place that knows the limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from helpdesk.errors import InvalidInput
from tickets import files as ticket_files


def limits_in_words() -> str:
    """What may be attached, said before somebody tries."""
    return _("Up to %(count)d files of %(size)s each.") % {
        "count": settings.ATTACHMENTS_PER_MESSAGE,
        "size": filesizeformat(settings.ATTACHMENT_MAX_BYTES),
    }


class MultipleFileInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of files, perhaps empty. What is wrong with one is said by name, limit and size."""

    widget = MultipleFileInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "help_text": lazy(limits_in_words, str)(), **options})

    def clean(self, data: Any, initial: Any = None) -> Any:
        files: Sequence[UploadedFile] = data if isinstance(data, list | tuple) else [data] if data else []
        try:
            ticket_files.check(files)
        except InvalidInput as error:
            raise ValidationError(str(error)) from error
        return list(files)
