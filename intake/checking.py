"""Whether a request type makes sense, in sentences an admin can act on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from intake import impact
from intake.definition import (
    ALWAYS_KNOWN,
    COLUMNS,
    CORE,
    RESERVED,
    SDK_VERSION,
    Condition,
    Definition,
    Field,
    Kind,
    Operator,
)
from products.models import Platform

MAX_FIELDS = 60
MAX_OPTIONS = 60
MAX_TESTS = 3
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_WITH_VALUES = (Operator.IS, Operator.IS_NOT, Operator.IS_ONE_OF)
_WITH_OPTIONS = (Kind.CHOICE, Kind.CHOICES)
# Kinds whose answers are compared by value. Of the others a condition can ask whether they are answered.
_COMPARED = (Kind.CHOICE, Kind.CHOICES, Kind.PRODUCT, Kind.PLATFORM)


@dataclass(frozen=True)
class Problem:
    """What is wrong. `key` is the field's, empty where it is the type as a whole."""

    key: str
    text: str


def problems(definition: Definition) -> list[Problem]:
    """Everything that is wrong; empty for a definition that can be used."""
    return [*_of_type(definition), *_of_fields(definition), *_of_conditions(definition)]


def _of_type(definition: Definition) -> Iterator[Problem]:
    if not definition.name:
        yield Problem("", _("Please give the request type a name."))
    if not definition.asks_impact and definition.priority not in impact.PRIORITIES:
        yield Problem("", _("Please say which priority follows where the impact is not asked."))
    if len(definition.fields) > MAX_FIELDS:
        yield Problem("", _("At most %(limit)d fields fit into one form.") % {"limit": MAX_FIELDS})
    for key, count in Counter(one.key for one in definition).items():
        if count > 1:
            yield Problem(
                key, _("The key “%(key)s” is used by %(count)d fields.") % {"key": key, "count": count}
            )


def _of_fields(definition: Definition) -> Iterator[Problem]:
    for one in definition:
        for text in _of_field(one):
            yield Problem(one.key, text)


def _of_field(one: Field) -> Iterator[str]:
    if not _KEY.fullmatch(one.key):
        yield _("A key is made of small letters, digits and _, and begins with a letter.")
    if one.key in RESERVED:
        yield _("The key “%(key)s” is asked on every form already.") % {"key": one.key}
    if one.kind not in Kind.values:
        yield _("There is no kind “%(kind)s”.") % {"kind": one.kind}
        return
    if not one.label:
        yield _("Please give the field a label.")
    yield from _of_column(one)
    if one.kind in _WITH_OPTIONS:
        yield from _of_options(one)
    if one.minimum is not None and one.maximum is not None and one.minimum > one.maximum:
        yield _("The smallest number is larger than the largest.")
    for platform in one.help_on:
        if platform not in Platform.values:
            yield _("There is no platform “%(platform)s”.") % {"platform": platform}


def _of_column(one: Field) -> Iterator[str]:
    expected = COLUMNS.get(Kind(one.kind))
    if expected and one.key != expected:
        yield _("A field of this kind has the key “%(key)s”.") % {"key": expected}
    elif one.key == SDK_VERSION and one.kind != Kind.VERSION:
        yield _("“%(key)s” is a version.") % {"key": one.key}
    elif one.key in CORE - {SDK_VERSION} and not expected:
        yield _("The key “%(key)s” belongs to the kind of that name.") % {"key": one.key}


def _of_options(one: Field) -> Iterator[str]:
    if not one.options:
        yield _("A choice needs at least one option.")
    if len(one.options) > MAX_OPTIONS:
        yield _("At most %(limit)d options fit into one choice.") % {"limit": MAX_OPTIONS}
    for option in one.options:
        if not _KEY.fullmatch(option.value.replace("-", "_")):
            yield _("The option “%(value)s” needs a value of small letters, digits, - and _.") % {
                "value": option.value
            }
        if not option.label:
            yield _("The option “%(value)s” needs a label.") % {"value": option.value}
    for value, count in Counter(option.value for option in one.options).items():
        if count > 1:
            yield _("The option “%(value)s” stands here twice.") % {"value": value}


# --- Conditions: only what was asked before can decide, so that nothing ever waits for itself


def _of_conditions(definition: Definition) -> Iterator[Problem]:
    before: dict[str, Field] = dict(impact.BY_KEY) if definition.asks_impact else {}
    for one in definition:
        for condition in (one.shown_if, one.required_if):
            for text in _of_condition(definition, one, condition, before):
                yield Problem(one.key, text)
        before[one.key] = one


def _of_condition(
    definition: Definition, one: Field, condition: Condition, before: dict[str, Field]
) -> Iterator[str]:
    if len(condition.tests) > MAX_TESTS:
        yield _("A condition has room for %(limit)d tests.") % {"limit": MAX_TESTS}
    for test in condition.tests:
        if test.operator not in Operator.values:
            yield _("There is no comparison “%(operator)s”.") % {"operator": test.operator}
            continue
        other = before.get(test.field)
        if other is None and test.field not in ALWAYS_KNOWN:
            yield _why_not(definition, one, test.field)
            continue
        if test.operator in _WITH_VALUES:
            yield from _of_values(other, test.values)


def _why_not(definition: Definition, one: Field, wanted: str) -> str:
    later = definition.by_key.get(wanted)
    if wanted == one.key:
        return _("The condition asks for the field itself: it could never be answered.")
    if later is None:
        if wanted in impact.BY_KEY:
            return _("The condition asks for “%(key)s”, but this type does not ask for the impact.") % {
                "key": wanted
            }
        return _("The condition asks for “%(key)s”: there is no such field.") % {"key": wanted}
    waits = {test.field for condition in (later.shown_if, later.required_if) for test in condition.tests}
    if one.key in waits:
        return _("“%(one)s” and “%(other)s” wait for each other. Take one of the two conditions out.") % {
            "one": one.label,
            "other": later.label,
        }
    return _("“%(other)s” is asked later on. Move it above “%(one)s”, or choose an earlier field.") % {
        "one": one.label,
        "other": later.label,
    }


def _of_values(other: Field | None, wanted: tuple[str, ...]) -> Iterator[str]:
    if not wanted:
        yield _("The condition compares with nothing: choose at least one value.")
        return
    if other is not None and other.kind not in _COMPARED:
        yield _("Of “%(field)s” a condition can only ask whether it is answered.") % {"field": other.label}
        return
    offered = offered_values(other)
    for value in wanted:
        if offered is not None and value not in offered:
            yield _("“%(value)s” is not among the answers of “%(field)s”.") % {
                "value": value,
                "field": other.label if other else _("priority"),
            }


def offered_values(other: Field | None) -> dict[str, str] | None:
    """What a condition may compare with, and its labels. None where the desk's rows decide (products)."""
    if other is None:
        return {one: one for one in impact.PRIORITIES}
    if other.kind == Kind.PLATFORM:
        return {value: str(label) for value, label in Platform.choices}
    if other.kind == Kind.PRODUCT:
        return None
    return {option.value: str(option.label) for option in other.options}
