"""A request type as the editor's form sends it, and back: a field is a block of inputs `field-3-label_en`.

The whole form goes along with each press, so that moving, adding and removing work without scripts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.http import QueryDict

from intake.checking import MAX_TESTS as ROOM
from intake.definition import (
    COLUMNS,
    Condition,
    Definition,
    Field,
    Kind,
    Match,
    Need,
    Operator,
    Option,
    Test,
    Words,
)
from products.models import Platform

_INDEX = re.compile(r"field-(\d{1,3})-key")


def read(data: QueryDict) -> Definition:
    """What stands in the form, right or wrong; `intake.checking` says which."""
    places = sorted(int(match[1]) for name in data if (match := _INDEX.fullmatch(name)))
    return Definition(
        name=_words(data, "name"),
        summary=_words(data, "summary"),
        subject=_words(data, "subject"),
        body=_words(data, "body"),
        body_help=_words(data, "body_help"),
        asks_impact=bool(data.get("asks_impact")),
        priority=data.get("priority", ""),
        fields=tuple(_field(data, f"field-{place}-") for place in places),
    )


def _field(data: QueryDict, prefix: str) -> Field:
    kind = data.get(f"{prefix}kind", "")
    help_on = {value: _words(data, f"{prefix}help_on_{value}") for value in Platform.values}
    return Field(
        key=_column(kind) or data.get(f"{prefix}key", "").strip(),
        kind=kind,
        label=_words(data, f"{prefix}label"),
        need=data.get(f"{prefix}need", Need.OPTIONAL),
        help=_words(data, f"{prefix}help"),
        why=_words(data, f"{prefix}why"),
        help_on={value: words for value, words in help_on.items() if words},
        placeholder=_words(data, f"{prefix}placeholder"),
        options=_options(data.get(f"{prefix}options", "")),
        unit=data.get(f"{prefix}unit", "").strip()[:20],
        minimum=_number(data.get(f"{prefix}minimum", "")),
        maximum=_number(data.get(f"{prefix}maximum", "")),
        accepts=data.get(f"{prefix}accepts") or "any",
        shown_if=_condition(data, f"{prefix}shown_if-"),
        required_if=_condition(data, f"{prefix}required_if-"),
    )


def _column(kind: str) -> str:
    return COLUMNS.get(Kind(kind), "") if kind in Kind.values else ""


def _words(data: QueryDict, name: str) -> Words:
    return Words(*(data.get(f"{name}_{language}", "").strip()[:1000] for language in ("en", "zh")))


def _options(text: str) -> tuple[Option, ...]:
    """A line each: value | English | Chinese."""
    options = []
    for line in text.splitlines():
        parts = [part.strip() for part in line.split("|")]
        if parts[0]:
            options.append(Option(parts[0], Words(*(parts[1:3] or [parts[0]]))))
    return tuple(options)


def options_as_text(options: Iterable[Option]) -> str:
    return "\n".join(f"{one.value} | {one.label.en} | {one.label.zh}" for one in options)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _condition(data: QueryDict, prefix: str) -> Condition:
    tests = []
    for place in range(ROOM):
        wanted = data.get(f"{prefix}{place}-field", "")
        if wanted:
            values = (one.strip() for one in data.get(f"{prefix}{place}-values", "").split(","))
            operator = data.get(f"{prefix}{place}-operator", Operator.IS_FILLED)
            compares = operator in (Operator.IS, Operator.IS_NOT, Operator.IS_ONE_OF)
            tests.append(Test(wanted, operator, tuple(one for one in values if one) if compares else ()))
    return Condition(data.get(f"{prefix}match", Match.ALL) if tests else Match.ALL, tuple(tests))


# --- Presses of the editor


def moved(definition: Definition, place: int, by: int) -> Definition:
    fields = list(definition.fields)
    other = place + by
    if 0 <= place < len(fields) and 0 <= other < len(fields):
        fields[place], fields[other] = fields[other], fields[place]
    return definition.with_fields(fields)


def without(definition: Definition, place: int) -> Definition:
    return definition.with_fields([one for at, one in enumerate(definition.fields) if at != place])


def with_new_field(definition: Definition, kind: str) -> Definition:
    kind = kind if kind in Kind.values else Kind.TEXT
    taken = set(definition.by_key)
    key = COLUMNS.get(Kind(kind)) or next(
        name for name in (f"field_{number}" for number in range(1, 1000)) if name not in taken
    )
    return definition.with_fields([*definition.fields, Field(key, kind, Words(), need=Need.RECOMMENDED)])


def rows(definition: Definition, wrong: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Each field with what the template needs to draw it."""
    return [
        {
            "field": one,
            "prefix": f"field-{place}-",
            "place": place,
            "options": options_as_text(one.options),
            "help_on": [(value, label, one.help_on.get(value, Words())) for value, label in Platform.choices],
            "conditions": [
                ("shown_if", one.shown_if, _padded(one.shown_if)),
                ("required_if", one.required_if, _padded(one.required_if)),
            ],
            "problems": wrong.get(one.key, []),
        }
        for place, one in enumerate(definition.fields)
    ]


def _padded(condition: Condition) -> list[Any]:
    tests: list[Any] = [
        {"field": test.field, "operator": test.operator, "values": ", ".join(test.values)}
        for test in condition.tests
    ]
    return tests + [{"field": "", "operator": "", "values": ""}] * (ROOM - len(tests))
