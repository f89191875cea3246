"""The request types of a fresh desk: fields.yaml and types.yaml, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from intake.definition import Definition

_FOLDER = Path(__file__).parent


@cache
def types() -> Mapping[str, Definition]:
    """By code, in the order in which the form offers them."""
    shared: dict[str, Any] = _read("fields.yaml")
    return {
        one["code"]: Definition.read({**one, "fields": [_field(shared, field) for field in one["fields"]]})
        for one in _read("types.yaml")
    }


def _field(shared: dict[str, Any], field: dict[str, Any]) -> dict[str, Any]:
    return {**shared.get(field["key"], {}), **field}


def _read(name: str) -> Any:
    return yaml.safe_load((_FOLDER / name).read_text(encoding="utf-8"))
