"""Compare the engine's answers with expected ones from a file: `manage.py sla_check FILE...`.

Three forms are known: business-time vectors (`due`, `elapsed`), vectors on a closing time (`vectors`), and
ticket histories (`scenarios`). The forms are described in docs/sla_check.md.
"""

import json
from pathlib import Path
from typing import Any

from sla.checking.report import Mismatch, Report, UnknownForm
from sla.checking.scenarios import check_scenarios
from sla.checking.vectors import check_vectors

__all__ = ["Mismatch", "Report", "UnknownForm", "check_document", "check_file"]


def check_file(path: Path) -> Report:
    """Check every expected value of a file. Raises UnknownForm, in one line, when it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnknownForm(f"{path}: cannot be read: {error}") from None
    try:
        document = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise UnknownForm(f"{path}: is not JSON: {error}") from None
    try:
        return check_document(document)
    except UnknownForm as error:
        raise UnknownForm(f"{path}: {error}") from None


def check_document(document: Any) -> Report:
    """Check a file's parsed content. Raises UnknownForm."""
    if isinstance(document, dict):
        if "scenarios" in document:
            return check_scenarios(document)
        if document.keys() & {"due", "elapsed", "vectors"}:
            return check_vectors(document)
    raise UnknownForm("has none of 'due', 'elapsed', 'vectors', 'scenarios'")
