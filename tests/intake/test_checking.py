"""What an admin is told of a request type that makes no sense."""

import pytest

from intake import builtin
from intake.checking import problems
from intake.definition import Definition


def texts(*fields, **of_type):
    data = {"name": "Something", "fields": list(fields), **of_type}
    return [problem.text for problem in problems(Definition.read(data))]


def text_field(key, **more):
    return {"key": key, "kind": "text", "label": key.capitalize(), **more}


def if_filled(key):
    return {"tests": [{"field": key, "operator": "is_filled"}]}


def if_is(key, *values):
    return {"tests": [{"field": key, "operator": "is_one_of", "values": list(values)}]}


@pytest.mark.parametrize("code", list(builtin.types()))
def test_what_is_built_in_makes_sense(code):
    assert problems(builtin.types()[code]) == []


@pytest.mark.parametrize("code", list(builtin.types()))
def test_what_is_built_in_speaks_both_languages_and_says_why_it_asks(code):
    definition = builtin.types()[code]
    for words in (definition.name, definition.summary, definition.subject, definition.body):
        assert words.en
        assert words.zh
    for one in definition:
        assert one.label.en
        assert one.label.zh
        for words in (one.help, one.why, one.placeholder, *one.help_on.values()):
            assert bool(words.en) == bool(words.zh), (one.key, words)
        if one.need in ("required", "recommended") and one.kind not in ("moment",):
            assert one.why, one.key
        for option in one.options:
            assert option.label.en
            assert option.label.zh


def test_written_and_read_again_is_the_same():
    for definition in builtin.types().values():
        assert Definition.read(definition.written()) == definition


def test_a_condition_on_a_later_field_is_refused_with_a_way_out():
    found = texts(text_field("a", shown_if=if_filled("b")), text_field("b"))
    assert found == ["“B” is asked later on. Move it above “A”, or choose an earlier field."]


def test_two_fields_that_wait_for_each_other_are_named():
    found = texts(text_field("a", shown_if=if_filled("b")), text_field("b", shown_if=if_filled("a")))
    assert found == ["“A” and “B” wait for each other. Take one of the two conditions out."]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ([text_field("a", shown_if=if_filled("a"))], "asks for the field itself"),
        ([text_field("a", shown_if=if_filled("zzz"))], "there is no such field"),
        ([text_field("a", shown_if=if_is("environment", "test"))], "does not ask for the impact"),
        ([text_field("a"), text_field("b", shown_if=if_is("a", "x"))], "only ask whether it is answered"),
        ([text_field("a", shown_if=if_is("priority", "P9"))], "not among the answers of"),
        ([text_field("a", shown_if=if_is("priority"))], "choose at least one value"),
        ([text_field("a"), text_field("a")], "used by 2 fields"),
        ([text_field("body")], "asked on every form already"),
        ([text_field("Übel")], "A key is made of small letters"),
        ([text_field("product")], "belongs to the kind"),
        ([{"key": "x", "kind": "product", "label": "X"}], "has the key “product”"),
        ([text_field("sdk_version")], "is a version"),
        ([text_field("a", label="")], "give the field a label"),
        ([{"key": "x", "kind": "choice", "label": "X"}], "at least one option"),
        ([{"key": "x", "kind": "magic", "label": "X"}], "There is no kind"),
        (
            [{"key": "n", "kind": "number", "label": "N", "minimum": 5, "maximum": 1}],
            "larger than the largest",
        ),
        ([text_field("a", help_on={"beos": "x"})], "There is no platform"),
    ],
)
def test_each_mistake_is_explained(fields, words):
    assert any(words in text for text in texts(*fields))


def test_a_condition_on_priority_or_an_earlier_choice_is_fine():
    choice = {
        "key": "c",
        "kind": "choice",
        "label": "C",
        "options": [{"value": "x", "label": "X"}],
    }
    assert (
        texts(
            choice,
            text_field("a", shown_if=if_is("c", "x"), required_if=if_is("priority", "P1", "P2")),
            text_field("b", shown_if=if_is("environment", "test")),
            asks_impact=True,
        )
        == []
    )
