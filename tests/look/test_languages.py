"""Words chosen when a module is loaded must wait for the reader's language."""

import importlib
import pkgutil

import pytest
from django.apps import apps
from django.db.models import Choices
from django.utils.functional import Promise
from django.utils.translation import gettext, override

OURS = ["accounts", "events", "importing", "kb", "notifications", "products", "sla", "tickets"]


def modules(app):
    package = importlib.import_module(app)
    for found in pkgutil.walk_packages(package.__path__, f"{app}."):
        if not any(part in found.name for part in (".migrations", ".management")):
            yield importlib.import_module(found.name)


@pytest.mark.parametrize("app", OURS)
def test_names_of_choices_are_told_in_the_readers_language(app):
    assert apps.is_installed(app)
    fixed = []
    for module in modules(app):
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, Choices) and thing.__module__ == module.__name__:
                fixed += [
                    (thing.__qualname__, member._label_)
                    for member in thing
                    if not isinstance(member._label_, Promise) and has_chinese(member._label_)
                ]
    assert fixed == []


def has_chinese(label):
    with override("zh-hans"):
        return gettext(label) != label
