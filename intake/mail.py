"""Answers in the text of a mail: lines "Label: value" by the labels of a request type, in either language.

A label may be bold or in a list, as mail programs and people write it. A long text goes on until the next
label. What is not an answer stays what it is: text.
"""

from __future__ import annotations

import re
from typing import Any

from intake import impact
from intake.definition import Definition, Field, Kind
from products.models import Platform

_LINE = re.compile(r"^[\s>*\-•]*\**(?P<label>[^:：\n]{1,80}?)\**\s*[:：]\**\s*(?P<value>.*)$")
MAX_LINES = 2000


def given(definition: Definition, text: str) -> dict[str, Any]:
    """What a mail's text answers, as `evaluate` takes it. The first answer to a question counts."""
    questions = [*(impact.FIELDS if definition.asks_impact else ()), *definition]
    labels = {
        _plain(name): one for one in questions for name in (one.key, one.label.en, one.label.zh) if name
    }
    found: dict[str, Any] = {}
    going_on: Field | None = None
    for line in text.splitlines()[:MAX_LINES]:
        match = _LINE.match(line)
        question = labels.get(_plain(match["label"])) if match else None
        if match and question:
            going_on = question if question.kind == Kind.LONG_TEXT and question.key not in found else None
            found.setdefault(question.key, _value(question, match["value"].strip()))
        elif going_on is not None:
            found[going_on.key] = f"{found[going_on.key]}\n{line}"
    return {key: value for key, value in found.items() if value}


def _plain(text: str) -> str:
    return " ".join(text.replace("*", "").casefold().split())


def _value(question: Field, text: str) -> Any:
    """Codes for what people call by name."""
    match question.kind:
        case Kind.CHOICE:
            return _named(question, text)
        case Kind.CHOICES:
            return [_named(question, one) for one in re.split(r"[,，、;；]", text) if one.strip()]
        case Kind.PLATFORM:
            names = {_plain(str(label)): value for value, label in Platform.choices}
            return names.get(_plain(text), text)
    return text


def _named(question: Field, text: str) -> str:
    for option in question.options:
        if _plain(text) in {_plain(name) for name in (option.value, option.label.en, option.label.zh)}:
            return option.value
    return text.strip()
