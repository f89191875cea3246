"""Nothing that people send is ever turned back into objects (threats, row 21)."""

from __future__ import annotations

import ast
from pathlib import Path

from django.conf import settings

PROJECT = Path(__file__).resolve().parents[2]
FORBIDDEN = {"pickle", "cPickle", "marshal", "shelve", "dill", "jsonpickle"}


def sources():
    for path in PROJECT.glob("*/**/*.py"):
        parts = path.relative_to(PROJECT).parts
        if not parts[0].startswith(".") and parts[0] not in ("tests", "bench"):
            yield path


def test_messages_between_processes_and_sessions_are_json():
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert settings.CELERY_TASK_SERIALIZER == "json"
    assert "pickle" not in getattr(settings, "SESSION_SERIALIZER", "").lower()


def test_no_module_of_the_product_unserialises_objects():
    found = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names = {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names = {(node.module or "").split(".")[0]}
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                names = (
                    {"pickle"}
                    if (node.value.id, node.attr) in {("yaml", "load"), ("yaml", "unsafe_load")}
                    else set()
                )
            else:
                continue
            if names & FORBIDDEN:
                found.append(f"{path.relative_to(PROJECT)}:{node.lineno}")
    assert found == []
